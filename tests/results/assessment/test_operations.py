"""A round from opening to withdrawal, and everything that it refuses."""

from typing import Any

import pytest

from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.kernel.notices.models import Notice
from gangmu.results.assessment.models import Result, Round
from gangmu.results.assessment.operations import review, rounds
from gangmu.results.assessment.queries.results import withheld
from gangmu.results.assessment.queries.rounds import groups_to_sign
from gangmu.work.plans.models import Task
from gangmu.work.plans.operations.answers import answer_late
from gangmu.work.records.operations import write_record
from tests.results.assessment.conftest import PACK, Year
from tests.site.matrix.test_routes import browser

pytestmark = pytest.mark.db


def opened(year: Year) -> Round:
    return rounds.open_round(year.at(year.officer, 4), year.office.county, appraisal="year", period="2015")


def preliminary(year: Year) -> Round:
    round_ = opened(year)
    officer = year.at(year.officer, 4)
    rounds.freeze(officer, round_)
    rounds.run_round(officer, Round.objects.get(pk=round_.pk))
    return Round.objects.get(pk=round_.pk)


def in_publicity(year: Year) -> Round:
    round_ = preliminary(year)
    officer = year.at(year.officer, 4)
    rounds.begin_review(officer, round_)
    return rounds.begin_publicity(officer, round_)


def results(round_: Round) -> dict[str, tuple[Any, ...]]:
    rows = Result.objects.filter(run__round=round_, run__number=round_.run).select_related("org")
    return {row.org.name: (str(row.score), row.rank, row.stars, row.upper) for row in rows}


def test_a_round_is_judged_reviewed_contested_run_again_and_published(year: Year) -> None:
    round_ = preliminary(year)
    assert results(round_) == {
        "中共东庄村支部委员会": ("100.00", 1, 5, True),
        "中共西庄村支部委员会": ("50.00", 2, 3, True),
        "中共南坡村支部委员会": ("0.00", 3, None, False),
    }

    rounds.begin_review(year.at(year.officer, 4), round_)
    town = year.acting("town_officer", year.office.town)
    review.remark_result(
        year.at(town, 5),
        year.office.other_branch,
        round_,
        scorecard="branch_year",
        text="十月主题党日有记录，未及时填报",
    )
    review.review_part(year.at(town, 5), year.office.town, round_, text="已逐个看过")
    round_ = rounds.begin_publicity(year.at(year.officer, 6), round_)
    assert round_.publicity_notice is not None
    assert [row[1] for row in round_.publicity_notice.body["rows"]] == [
        "中共东庄村支部委员会",
        "中共西庄村支部委员会",
    ]

    west = year.secretary(year.office.other_branch)
    appeal = review.appeal_result(
        year.at(west, 7),
        year.office.other_branch,
        round_,
        scorecard="branch_year",
        line="answered",
        text="主题党日开了",
    )
    record = write_record(
        year.at(west, 7),
        year.office.other_branch,
        kind="theme_day_record",
        values={"held_on": "2015-10-20", "theme": "植树", "attended": "12"},
    )
    task = Task.objects.get(org=year.office.other_branch, duty="theme_day")
    answer_late(year.at(west, 7), task, record=record)
    review.answer_appeal(year.at(year.officer, 8), appeal, outcome="upheld", answer="记录属实，补记完成")
    with pytest.raises(Conflict, match="upheld after the last run"):
        rounds.finish_round(year.at(year.officer, 20), round_)
    rounds.freeze_anew(year.at(year.officer, 8), round_, reason="西庄村申诉成立")
    rounds.run_round(year.at(year.officer, 8), round_)
    round_ = Round.objects.get(pk=round_.pk)
    assert (round_.run, round_.state) == (2, "publicity")
    assert results(round_)["中共西庄村支部委员会"] == ("70.00", 2, 3, True)

    round_ = rounds.finish_round(year.at(year.officer, 20), round_)
    round_ = rounds.publish_round(year.at(year.officer, 20), round_)
    assert rounds.check_round(year.at(year.officer, 21), round_).same
    assert review.screen_round(year.at(year.officer, 21), round_) == 1

    round_ = rounds.withdraw_round(year.at(year.officer, 22), round_, reason="发现统计口径错误")
    assert round_.state == "withdrawn"
    assert Notice.objects.get(pk=round_.notice_id).withdrawn_for == "发现统计口径错误"


def test_open_round_refuses_a_period_that_runs_and_orders_that_are_open(year: Year) -> None:
    officer = year.at(year.officer, 31, 12, 2015)
    with pytest.raises(Conflict, match="period is not over"):
        rounds.open_round(officer, year.office.county, appraisal="year", period="2015")

    from gangmu.work.plans.operations.orders import issue_to_all

    issue_to_all(year.at(year.officer, 2, 11, 2015), year.office.county, duty="theme_day", period="2015-11")
    with pytest.raises(Conflict, match="tasks of this period are not closed"):
        opened(year)
    assert not Round.objects.exists()


def test_a_pack_that_has_changed_since_the_freezing_is_refused(year: Year) -> None:
    round_ = opened(year)
    officer = year.at(year.officer, 4)
    rounds.freeze(officer, round_)
    round_ = Round.objects.get(pk=round_.pk)
    newer = year.pack(
        **{"anping/appraisal/year.yaml": PACK["anping/appraisal/year.yaml"].replace("best: 1", "best: 2")}
    )

    with pytest.raises(Conflict, match="pack has changed since this round was frozen"):
        rounds.run_round(officer, round_, pack=newer.hash)
    rounds.run_round(officer, round_)

    assert Round.objects.get(pk=round_.pk).best == 1


def test_frozen_files_that_were_touched_are_refused(year: Year) -> None:
    round_ = opened(year)
    officer = year.at(year.officer, 4)
    run = rounds.freeze(officer, round_)
    tree = rounds.run_folder(run) / "data" / "orgs.parquet"
    facts = next((rounds.run_folder(run) / "data" / "facts").iterdir())
    facts.write_bytes(tree.read_bytes())

    with pytest.raises(Conflict, match="frozen files have been changed"):
        rounds.run_round(officer, Round.objects.get(pk=round_.pk))


def test_an_appeal_after_its_time_is_refused(year: Year) -> None:
    round_ = in_publicity(year)
    office = year.office
    late = year.secretary(office.branch, 12)

    with pytest.raises(Conflict, match="time for appeals was over on 2016-01-11"):
        review.appeal_result(late, office.branch, round_, scorecard="branch_year", text="不对")
    review.appeal_result(
        year.secretary(office.branch, 11), office.branch, round_, scorecard="branch_year", text="不对"
    )


def test_whoever_reviewed_does_not_answer_the_appeal(year: Year) -> None:
    round_ = preliminary(year)
    office = year.office
    rounds.begin_review(year.at(year.officer, 4), round_)
    review.review_part(year.at(year.officer, 4), office.county, round_)
    round_ = rounds.begin_publicity(year.at(year.officer, 4), round_)
    appeal = review.appeal_result(
        year.secretary(office.branch, 7), office.branch, round_, scorecard="branch_year", text="不对"
    )

    with pytest.raises(Conflict, match="Whoever reviewed"):
        review.answer_appeal(year.at(year.officer, 8), appeal, outcome="rejected", answer="无误")


def test_awards_of_a_small_group_wait_for_a_named_reviewer(year: Year) -> None:
    year.pack(
        **{
            "anping/scorecard/branch_year.yaml": PACK["anping/scorecard/branch_year.yaml"].replace(
                "min_peers: 3", "min_peers: 9"
            )
        }
    )
    round_ = in_publicity(year)
    officer = year.at(year.officer, 20)
    group = Result.objects.filter(run__round=round_).values_list("peer_group", flat=True)[0]
    assert round_.publicity_notice is not None
    assert round_.publicity_notice.body["rows"] == []

    with pytest.raises(Conflict, match="1 small peer groups wait for a signature"):
        rounds.finish_round(officer, round_)
    review.sign_awards(officer, round_, peer_group=group, given=True, name="李某", reason="材料齐全")
    rounds.finish_round(officer, round_)
    round_ = rounds.publish_round(officer, round_)

    assert round_.notice is not None
    assert [row[1:] for row in round_.notice.body["rows"]] == [
        ["中共东庄村支部委员会", "—", "★★★★★"],
        ["中共西庄村支部委员会", "—", "★★★"],
    ]


STARS = PACK["anping/scorecard/branch_year.yaml"].replace("min_peers: 3", "min_peers: 9")


def signed_and_run_again(year: Year, card: str) -> tuple[Round, str]:
    """Sign the awards of the one group, find an appeal right, and run the round again."""
    year.pack(**{"anping/scorecard/branch_year.yaml": card})
    round_, office = in_publicity(year), year.office
    group = Result.objects.filter(run__round=round_).values_list("peer_group", flat=True)[0]
    officer, west = year.at(year.officer, 8), year.secretary(office.other_branch)
    review.sign_awards(officer, round_, peer_group=group, given=True, name="李某", reason="材料齐全")
    appeal = review.appeal_result(west, office.other_branch, round_, scorecard="branch_year", text="开了")
    values = {"held_on": "2015-10-20", "theme": "植树", "attended": "12"}
    record = write_record(west, office.other_branch, kind="theme_day_record", values=values)
    answer_late(west, Task.objects.get(org=office.other_branch, duty="theme_day"), record=record)
    review.answer_appeal(officer, appeal, outcome="upheld", answer="补记完成")
    rounds.freeze_anew(officer, round_, reason="申诉成立")
    rounds.run_round(officer, round_)
    return Round.objects.get(pk=round_.pk), group


def test_what_was_signed_holds_in_a_later_run_that_gives_the_same_awards(year: Year) -> None:
    round_, group = signed_and_run_again(year, STARS)
    officer = year.at(year.officer, 20)

    assert results(round_)["中共西庄村支部委员会"][2] == 3  # more points, the same stars
    with pytest.raises(Conflict, match="signed already"):
        review.sign_awards(officer, round_, peer_group=group, given=False, name="王某", reason="再看")
    assert rounds.finish_round(officer, round_).state == "final"


def test_awards_that_a_later_run_changed_are_signed_anew_and_withheld_until_then(year: Year) -> None:
    card = STARS.replace("  - {stars: 3,", "  - {stars: 4, at_least: 60}\n  - {stars: 3,")
    round_, group = signed_and_run_again(year, card)
    officer = year.at(year.officer, 20)
    (waiting,) = groups_to_sign(round_)

    assert results(round_)["中共西庄村支部委员会"][2] == 4
    assert (waiting.peer_group, waiting.signature) == (group, None)
    assert waiting.before is not None
    assert (waiting.before.name, waiting.before.run) == ("李某", 1)
    assert withheld(round_) == {group}
    assert "李某签的是第 1 次计算的评定" in page_of(year, round_)
    with pytest.raises(Conflict, match="1 small peer groups wait for a signature"):
        rounds.finish_round(officer, round_)
    review.sign_awards(officer, round_, peer_group=group, given=False, name="王某", reason="补记太晚")
    round_ = rounds.publish_round(officer, rounds.finish_round(officer, round_))

    assert withheld(round_) == {group}
    assert round_.notice is not None
    assert round_.notice.body["rows"] == []
    assert [each.run for each in round_.signatures.order_by("run")] == [1, 2]


def test_a_round_opened_again_after_its_withdrawal_is_signed_anew(year: Year) -> None:
    round_, _ = signed_and_run_again(year, STARS)
    officer = year.at(year.officer, 20)
    round_ = rounds.publish_round(officer, rounds.finish_round(officer, round_))
    rounds.withdraw_round(officer, round_, reason="统计口径错误")

    again = in_publicity(year)

    assert again.pk != round_.pk
    assert [each.signature for each in groups_to_sign(again)] == [None]


def page_of(year: Year, round_: Round) -> str:
    return browser(year.officer.actor.account).get(f"/appraisals/{round_.pk}/").content.decode()


def test_a_remark_needs_its_reason_and_changes_no_number(year: Year) -> None:
    round_ = preliminary(year)
    rounds.begin_review(year.at(year.officer, 4), round_)
    before = results(round_)

    with pytest.raises(Invalid):
        review.remark_result(
            year.at(year.officer, 5), year.office.branch, round_, scorecard="branch_year", text=" "
        )
    with pytest.raises(NotAllowed):
        review.remark_result(
            year.secretary(year.office.branch), year.office.branch, round_, scorecard="branch_year", text="好"
        )
    review.remark_result(
        year.at(year.officer, 5), year.office.branch, round_, scorecard="branch_year", text="请核对"
    )

    assert results(round_) == before


EVERYWHERE = {
    "indicators": "68850c8a35c07221a128f435d8b580071a18622df5f8c38c49c3d2f9b0e7b3dc",
    "lines": "b713283b26a5482c613a19d73ad601698e557a819e93c7fccd1309d59c3abdb3",
    "scores": "1fc1421c7c98ecc1130417e5382f7b703fcafed8174ad314650f8de8654ad20c",
}
"""The fingerprints of the results of this year, whatever the database."""


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_a_round_has_the_same_fingerprints_on_every_database(year: Year) -> None:
    round_ = preliminary(year)

    run = round_.runs.get()

    assert run.results == EVERYWHERE
