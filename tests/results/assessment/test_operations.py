"""A round from opening to withdrawal, and everything that it refuses."""

from datetime import date
from typing import Any

import pytest

from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.kernel.notices.models import Notice
from gangmu.results.assessment.models import Result, Round, Screening
from gangmu.results.assessment.operations import review, rounds
from gangmu.results.assessment.operations.rounds import listed
from gangmu.results.assessment.pages import rounds as pages
from gangmu.results.assessment.queries.appeals import appeals_to_answer
from gangmu.results.assessment.queries.awards import groups_to_sign, reviewers_of, withheld
from gangmu.results.assessment.queries.evidence import evidence_for
from gangmu.results.assessment.queries.results import listed_results, screenings_for
from gangmu.results.assessment.queries.reviewing import (
    review_counts,
    review_entries,
    screening_counts,
    screening_entries,
)
from gangmu.results.assessment.queries.rounds import indicators_of, scorecard_of, standing_run
from gangmu.work.plans.models import Task
from gangmu.work.plans.operations.answers import answer_late
from gangmu.work.records.operations import write_record
from tests.results.assessment.conftest import PACK, Year
from tests.work.plans.test_doors import browser

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
    assert (round_.state, round_.shown) == ("withdrawn", True)
    for notice in (round_.notice_id, round_.publicity_notice_id):
        assert Notice.objects.get(pk=notice).withdrawn_for == "发现统计口径错误"


def test_what_a_withdrawn_round_proposed_is_decided_by_nobody(year: Year) -> None:
    round_ = rounds.finish_round(year.at(year.officer, 20), in_publicity(year))
    review.screen_round(year.at(year.officer, 20), round_)
    town = year.at(year.acting("town_officer", year.office.other_town), 22)
    assert [each.org_name for each in screening_entries(town, "waiting", 9)] == ["中共南坡村支部委员会"]
    assert screening_counts(town).waiting == 1
    assert screening_counts(year.at(year.officer, 22)).waiting == 0
    rounds.withdraw_round(year.at(year.officer, 21), round_, reason="口径有误")
    assert (screening_counts(town).waiting, screening_entries(town, "waiting", 9)) == (0, [])
    (proposed,) = screenings_for(town)

    with pytest.raises(Conflict, match="was withdrawn: 口径有误"):
        review.decide_screening(town, proposed, decision="rectify", reason="班子不健全")
    with pytest.raises(Conflict, match="was withdrawn"):
        review.screen_round(year.at(year.officer, 22), round_)

    assert Screening.objects.get(pk=proposed.pk).decision == ""
    page = browser(town).get(f"/appraisals/proposed/{proposed.pk}/").content.decode()
    assert "口径有误" in page
    assert "<textarea" not in page


@pytest.mark.parametrize("until", ["collecting", "frozen", "preliminary", "review", "publicity"])
def test_a_round_that_was_opened_by_mistake_is_withdrawn_and_frees_its_period(year: Year, until: str) -> None:
    officer = year.at(year.officer, 4)
    round_ = opened(year)
    if until != "collecting":
        rounds.freeze(officer, round_)
    if until in ("preliminary", "review", "publicity"):
        rounds.run_round(officer, Round.objects.get(pk=round_.pk))
    if until in ("review", "publicity"):
        rounds.begin_review(officer, round_)
    if until == "publicity":
        rounds.begin_publicity(officer, round_)
        west = year.office.other_branch
        appeal = review.appeal_result(
            year.secretary(west, 5), west, round_, scorecard="branch_year", text="不对"
        )
    with pytest.raises(Invalid):
        rounds.withdraw_round(officer, round_, reason=" ")
    with pytest.raises(NotAllowed):
        rounds.withdraw_round(year.secretary(year.office.branch), round_, reason="不要")
    assert Round.objects.get(pk=round_.pk).state == until

    round_ = rounds.withdraw_round(officer, round_, reason="误开")

    assert round_.shown is (until == "publicity")
    assert listed_results(officer, round_).exists() is (until == "publicity")
    if until == "publicity":
        assert Notice.objects.get(pk=round_.publicity_notice_id).withdrawn_for == "误开"
        assert not appeals_to_answer(officer)
        with pytest.raises(Conflict, match="was withdrawn: 误开"):
            review.answer_appeal(officer, appeal, outcome="rejected", answer="无误")
    with pytest.raises(Conflict, match="was withdrawn"):
        rounds.withdraw_round(officer, round_, reason="再撤")
    assert opened(year).state == "collecting"


def test_open_round_refuses_a_period_that_runs_and_orders_that_are_open(year: Year) -> None:
    officer = year.at(year.officer, 31, 12, 2015)
    with pytest.raises(Conflict, match="period is not over"):
        rounds.open_round(officer, year.office.county, appraisal="year", period="2015")

    from gangmu.work.plans.operations.orders import issue_to_all

    issue_to_all(year.at(year.officer, 2, 11, 2015), year.office.county, duty="theme_day", period="2015-11")
    with pytest.raises(Conflict, match="tasks of this period are not closed"):
        opened(year)
    assert not Round.objects.exists()


def test_nobody_has_two_results_of_one_appraisal_and_period(year: Year) -> None:
    office, system = year.office, year.at(year.office.system, 4)
    first = opened(year)

    with pytest.raises(Conflict, match="already"):
        opened(year)
    with pytest.raises(Conflict, match=f"{office.county.name} holds a round of this appraisal and period"):
        rounds.open_round(system, office.town, appraisal="year", period="2015")
    rounds.withdraw_round(year.at(year.officer, 4), first, reason="误开")
    below = rounds.open_round(system, office.town, appraisal="year", period="2015")
    with pytest.raises(Conflict, match=f"{office.town.name} holds a round"):
        opened(year)

    assert list(Round.objects.exclude(state="withdrawn")) == [below]
    beside = rounds.open_round(system, office.other_town, appraisal="year", period="2015")
    assert beside.org == office.other_town


def test_awards_are_signed_by_somebody_who_reviews_all_of_the_round(year: Year) -> None:
    year.pack(**{"anping/scorecard/branch_year.yaml": STARS})
    round_, office = in_publicity(year), year.office
    officer = year.at(year.officer, 5)
    (group,) = groups_to_sign(round_)
    stranger = year.secretary(office.branch).account
    town = year.acting("town_officer", office.town).account

    for nobody in (stranger, town, 0):
        with pytest.raises(Invalid):
            review.sign_awards(
                officer, round_, peer_group=group.peer_group, given=True, reviewer=nobody, reason="齐全"
            )
    assert not round_.signatures.exists()
    assert [each.pk for each in reviewers_of(round_, officer.today)] == [officer.account]
    assert f'<option value="{officer.account}">' in page_of(year, round_)
    signature = review.sign_awards(
        officer, round_, peer_group=group.peer_group, given=True, reviewer=officer.account, reason="齐全"
    )

    assert (signature.reviewer_id, signature.name) == (officer.account, officer.actor.label)
    assert not withheld(round_)


def test_results_are_not_made_known_before_every_office_has_looked_or_its_time_is_over(year: Year) -> None:
    office = year.office
    near, far = (year.acting("town_officer", town) for town in (office.town, office.other_town))
    round_ = preliminary(year)
    rounds.begin_review(year.at(year.officer, 4), round_)

    def lines(context: Any, day: int) -> list[tuple[str, Any]]:
        there = year.at(context, day)
        entries = review_entries(there, "waiting", 20)
        assert review_counts(there).waiting == len(entries)
        return [(entry.org_name, entry.due_on) for entry in entries]

    assert lines(near, 5) == [(office.town.name, date(2016, 1, 11))]
    assert lines(far, 5) == [(office.other_town.name, date(2016, 1, 11))]
    assert lines(year.officer, 5) == []
    with pytest.raises(
        Conflict, match="2 offices have not looked at their part yet; they have time until 2016"
    ):
        rounds.begin_publicity(year.at(year.officer, 5), round_)
    assert (
        office.town.name
        in browser(year.at(year.officer, 5)).get(f"/appraisals/{round_.pk}/").content.decode()
    )

    review.review_part(year.at(near, 5), office.town, round_)
    assert lines(near, 5) == []
    with pytest.raises(Conflict, match="1 offices have not looked"):
        rounds.begin_publicity(year.at(year.officer, 11), round_)
    assert review_counts(year.at(far, 12)).overdue == 1
    assert Round.objects.get(pk=round_.pk).state == "review"
    assert rounds.begin_publicity(year.at(year.officer, 12), round_).state == "publicity"
    assert lines(far, 12) == []


def test_results_are_made_known_at_once_when_every_office_has_looked(year: Year) -> None:
    office = year.office
    round_ = preliminary(year)
    rounds.begin_review(year.at(year.officer, 4), round_)
    for town in (office.town, office.other_town):
        review.review_part(year.at(year.acting("town_officer", town), 5), town, round_)

    assert rounds.begin_publicity(year.at(year.officer, 5), round_).state == "publicity"


def test_who_has_looked_is_listed_for_those_who_review_with_what_they_say(
    year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = year.office
    round_ = preliminary(year)
    rounds.begin_review(year.at(year.officer, 4), round_)
    near, far = (year.acting("town_officer", town) for town in (office.town, office.other_town))
    review.review_part(year.at(near, 5), office.town, round_, text="已逐个看过")
    review.review_part(year.at(far, 5), office.other_town, round_)
    here = f"/appraisals/{round_.pk}/"
    officer = browser(year.at(year.officer, 5))

    everyone = officer.get(f"{here}reviews/").content.decode()
    worded = officer.get(f"{here}reviews/?said=yes").content.decode()
    found = officer.get(f"{here}reviews/?q={office.other_town.name}").content.decode()
    monkeypatch.setattr(pages, "LAST_REVIEWS", 1)

    assert "已逐个看过" in everyone
    assert office.other_town.name in everyone
    assert "已逐个看过" in worded
    assert office.other_town.name not in worded
    assert "已逐个看过" not in found
    assert "全部 2 个已审核的单位" in officer.get(here).content.decode()
    assert browser(year.secretary(office.branch)).get(f"{here}reviews/").status_code == 403


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
    review.sign_awards(
        officer, round_, peer_group=group, given=True, reviewer=year.officer.account, reason="材料齐全"
    )
    rounds.finish_round(officer, round_)
    round_ = rounds.publish_round(officer, round_)

    assert round_.notice is not None
    assert [row[1:] for row in round_.notice.body["rows"]] == [
        ["中共东庄村支部委员会", "—", "★★★★★"],
    ]
    assert "名实名评审人签字" in "".join(round_.notice.body["paragraphs"])


def test_the_bottom_of_a_small_group_is_named_in_no_notice_whatever_its_stars(year: Year) -> None:
    everybody = PACK["anping/scorecard/branch_year.yaml"].replace("min_peers: 3", "min_peers: 9")
    everybody = everybody.replace("at_least: 90, share: 0.4", "at_least: 0").replace(
        "at_least: 50", "at_least: 0"
    )
    year.pack(**{"anping/scorecard/branch_year.yaml": everybody})
    round_ = in_publicity(year)
    officer = year.at(year.officer, 20)
    group = Result.objects.filter(run__round=round_).values_list("peer_group", flat=True)[0]
    assert {each.awards for each in groups_to_sign(round_)} == {3}
    review.sign_awards(
        officer, round_, peer_group=group, given=True, reviewer=year.officer.account, reason="材料齐全"
    )
    rounds.finish_round(officer, round_)

    round_ = rounds.publish_round(officer, round_)

    assert round_.notice is not None
    assert [row[1] for row in round_.notice.body["rows"]] == ["中共东庄村支部委员会", "中共西庄村支部委员会"]


def test_the_least_stars_of_a_ladder_are_no_award_and_need_no_signature(year: Year) -> None:
    ladder = PACK["anping/scorecard/branch_year.yaml"].replace("min_peers: 3", "min_peers: 9")
    year.pack(**{"anping/scorecard/branch_year.yaml": ladder.replace("at_least: 90", "at_least: 101")})
    round_ = in_publicity(year)

    assert groups_to_sign(round_) == []
    assert {row.stars for row in Result.objects.filter(run__round=round_)} == {3, None}
    assert listed(round_) == []
    rounds.finish_round(year.at(year.officer, 20), round_)


STARS = PACK["anping/scorecard/branch_year.yaml"].replace("min_peers: 3", "min_peers: 9")


def signed_and_run_again(year: Year, card: str) -> tuple[Round, str]:
    """Sign the awards of the one group, find an appeal right, and run the round again."""
    year.pack(**{"anping/scorecard/branch_year.yaml": card})
    round_, office = in_publicity(year), year.office
    group = Result.objects.filter(run__round=round_).values_list("peer_group", flat=True)[0]
    officer, west = year.at(year.officer, 8), year.secretary(office.other_branch)
    review.sign_awards(
        officer, round_, peer_group=group, given=True, reviewer=officer.account, reason="材料齐全"
    )
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
        review.sign_awards(
            officer, round_, peer_group=group, given=False, reviewer=officer.account, reason="再看"
        )
    assert rounds.finish_round(officer, round_).state == "final"


def test_awards_that_a_later_run_changed_are_signed_anew_and_withheld_until_then(year: Year) -> None:
    card = STARS.replace("  - {stars: 3,", "  - {stars: 4, at_least: 60}\n  - {stars: 3,")
    round_, group = signed_and_run_again(year, card)
    officer = year.at(year.officer, 20)
    (waiting,) = groups_to_sign(round_)

    assert results(round_)["中共西庄村支部委员会"][2] == 4
    assert (waiting.peer_group, waiting.signature) == (group, None)
    assert waiting.before is not None
    assert (waiting.before.name, waiting.before.run) == (officer.actor.label, 1)
    assert set(withheld(round_)) == {group}
    assert f"{officer.actor.label}签的是第 1 次计算的评定" in page_of(year, round_)
    with pytest.raises(Conflict, match="1 small peer groups wait for a signature"):
        rounds.finish_round(officer, round_)
    review.sign_awards(
        officer, round_, peer_group=group, given=False, reviewer=officer.account, reason="补记太晚"
    )
    round_ = rounds.publish_round(officer, rounds.finish_round(officer, round_))

    assert set(withheld(round_)) == {group}
    assert round_.notice is not None
    assert round_.notice.body["rows"] == []
    assert [each.run for each in round_.signatures.order_by("run")] == [1, 2]


def late_answer(year: Year, org: Any) -> None:
    """Have an organization hold its theme day after all, and say so late."""
    secretary = year.secretary(org)
    values = {"held_on": "2015-10-20", "theme": "植树", "attended": "12"}
    record = write_record(secretary, org, kind="theme_day_record", values=values)
    answer_late(secretary, Task.objects.get(org=org, duty="theme_day"), record=record)


def test_a_run_for_an_appeal_takes_later_facts_of_who_appealed_alone(year: Year) -> None:
    round_, office = in_publicity(year), year.office
    officer, west = year.at(year.officer, 8), year.secretary(office.other_branch)
    before = results(round_)
    with pytest.raises(Conflict, match="run again only for an appeal that was upheld"):
        rounds.freeze_anew(officer, round_, reason="再算一次")
    appeal = review.appeal_result(west, office.other_branch, round_, scorecard="branch_year", text="开了")
    for org in (office.other_branch, office.far_branch):
        late_answer(year, org)
    review.answer_appeal(officer, appeal, outcome="upheld", answer="补记完成")

    run = rounds.freeze_anew(officer, round_, reason="申诉成立")
    rounds.run_round(officer, round_)
    round_ = Round.objects.get(pk=round_.pk)

    first = round_.runs.get(number=1)
    assert (run.facts_until, run.later_for) == (first.known_at, [office.other_branch.pk])
    after = results(round_)
    assert after["中共西庄村支部委员会"] != before["中共西庄村支部委员会"]
    assert after["中共南坡村支部委员会"] == before["中共南坡村支部委员会"]
    assert rounds.check_round(officer, round_).same
    moved = browser(officer)
    assert "申诉成立的组织" in moved.get(f"/appraisals/{round_.pk}/moves/").content.decode()
    kind = indicators_of(round_, scorecard_of(round_, "branch_year"))["answered"]
    for org, answered in ((office.other_branch, 2), (office.far_branch, 0)):
        secretary = year.secretary(org)
        found = evidence_for(secretary, org, kind, round_.span, standing_run(round_).as_known)
        rows = next(side.rows for side in found.sides if side.name == "numerator")
        assert rows is not None
        assert sum(row.value or 0 for row in rows) == answered


def test_a_run_before_the_results_are_known_takes_all_that_is_known(year: Year) -> None:
    round_, officer = preliminary(year), year.at(year.officer, 8)
    late_answer(year, year.office.far_branch)

    run = rounds.freeze_anew(officer, round_, reason="审核中发现漏报")
    rounds.run_round(officer, round_)

    assert (run.facts_until, run.later_for) == (None, [])
    assert results(Round.objects.get(pk=round_.pk))["中共南坡村支部委员会"][0] != "0.00"


def test_a_round_opened_again_after_its_withdrawal_is_signed_anew(year: Year) -> None:
    round_, _ = signed_and_run_again(year, STARS)
    officer = year.at(year.officer, 20)
    round_ = rounds.publish_round(officer, rounds.finish_round(officer, round_))
    rounds.withdraw_round(officer, round_, reason="统计口径错误")

    again = in_publicity(year)

    assert again.pk != round_.pk
    assert [each.signature for each in groups_to_sign(again)] == [None]


def page_of(year: Year, round_: Round) -> str:
    return browser(year.officer).get(f"/appraisals/{round_.pk}/").content.decode()


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
