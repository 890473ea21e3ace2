"""Who moved and why; what other rules would give; nothing of it touches what stands."""

import random
from decimal import Decimal

import pytest

from gangmu.results.assessment.definitions import ScorecardKind
from gangmu.results.assessment.models import Result, Round
from gangmu.results.assessment.operations import review, rounds
from gangmu.results.assessment.pages.results import values_apart
from gangmu.results.assessment.queries.comparing import moves_between, what_if
from gangmu.results.assessment.queries.rounds import scorecard_of
from gangmu.results.assessment.whatif import Judged, Known, changed_card, columns_of, judged, judged_one
from gangmu.results.indicators.definitions import IndicatorKind
from tests.results.assessment.conftest import Year
from tests.results.assessment.test_operations import in_publicity
from tests.work.plans.test_doors import browser


def test_what_if_by_the_same_rules_is_what_the_engine_made(year: Year) -> None:
    round_ = in_publicity(year)
    card = scorecard_of(round_, "branch_year")

    untouched = what_if(year.at(year.officer, 5), round_, card)
    judged_again = what_if(year.at(year.officer, 5), round_, card.model_copy(update={"title": "另一个"}))

    for found in (untouched, judged_again):
        assert found.moved == 0
        assert found.before == found.after == untouched.before
        assert [found.then(row) for row in found.rows] == [
            Judged(row.score, row.peers, row.rank, row.stars) for row in found.rows
        ]
        assert len(found.rows) == 2


def test_what_if_counts_within_reach_alone(year: Year) -> None:
    round_, office = in_publicity(year), year.office
    card = scorecard_of(round_, "branch_year")
    other = changed_card(card, {"answered": Decimal(20)}, {}, {})
    town = year.at(year.acting("town_officer", office.town), 5)

    for found in (what_if(town, round_, card), what_if(town, round_, other)):
        assert len(found.rows) == 2
        assert sum(count or 0 for count in found.before.spread) == 2
        assert found.before.stars == {5: 1, 3: 1}
        assert found.moved is not None
    page = browser(town).get(f"/appraisals/{round_.pk}/what-if/branch_year/").content.decode()
    assert "不足5个" not in page
    assert (
        "不足5个"
        in browser(year.officer).get(f"/appraisals/{round_.pk}/what-if/branch_year/").content.decode()
    )


def test_what_if_by_other_weights_touches_no_result(year: Year) -> None:
    round_ = in_publicity(year)
    card = scorecard_of(round_, "branch_year")
    other = changed_card(
        card, {"on_time": Decimal(10)}, {"answered": (Decimal("0.4"), Decimal(1))}, {3: Decimal(90)}
    )
    before = list(Result.objects.order_by("pk").values())

    found = what_if(year.at(year.officer, 5), round_, other)

    assert [found.then(row).score for row in found.rows] == [Decimal("100.00"), Decimal("23.34")]
    assert found.after.spread == [None, 0, None, 0, 0, 0, 0, 0, 0, None]
    assert (found.before.stars, found.after.stars) == ({5: None, 3: None}, {5: None, 3: 0})
    assert found.moved is None
    assert list(Result.objects.order_by("pk").values()) == before


def test_a_changed_card_refuses_what_is_no_scorecard(year: Year) -> None:
    card = scorecard_of(in_publicity(year), "branch_year")

    with pytest.raises(ValueError):
        changed_card(card, {"on_time": Decimal(0)}, {}, {})
    with pytest.raises(ValueError):
        changed_card(card, {}, {"on_time": (Decimal(1), Decimal(1))}, {})


def test_moves_tell_each_reader_of_their_own_and_count_the_others(year: Year) -> None:
    round_ = in_publicity(year)
    from gangmu.work.plans.models import Task
    from gangmu.work.plans.operations.answers import answer_late
    from gangmu.work.records.operations import write_record

    far = year.secretary(year.office.far_branch)
    appeal = review.appeal_result(
        far, year.office.far_branch, round_, scorecard="branch_year", text="办了，没有填"
    )
    for task in Task.objects.filter(org=year.office.far_branch):
        values = {"held_on": "2015-10-20"} | (
            {"theme": "植树", "attended": "9"}
            if task.duty == "theme_day"
            else {"should_attend": "3", "attended": "3", "agenda": "学习"}
        )
        kind = task.order.answer_kind
        answer_late(far, task, record=write_record(far, year.office.far_branch, kind=kind, values=values))
    review.answer_appeal(year.at(year.officer, 8), appeal, outcome="upheld", answer="补记")
    rounds.freeze_anew(year.at(year.officer, 8), round_, reason="补记")
    rounds.run_round(year.at(year.officer, 8), round_)
    round_ = Round.objects.select_related("org", "pack").get(pk=round_.pk)

    own = moves_between(far, round_, 1)
    others = moves_between(year.secretary(year.office.branch), round_, 1)

    assert [(move.after.org_id, move.why) for move in own.rows] == [(year.office.far_branch.pk, "own")]
    assert [(line.indicator, line.before, line.after) for line in own.rows[0].lines] == [
        ("answered", Decimal(0), Decimal(1))
    ]
    assert (others.rows, others.all) == ((), 1)


@pytest.mark.parametrize("seed", range(6))
def test_ranks_and_stars_are_those_of_the_contract(seed: int) -> None:
    chance = random.Random(seed)
    card = ScorecardKind.model_validate(
        {
            "code": "c",
            "title": "c",
            "lines": [
                {"indicator": "i", "points": Decimal(100), "rule": {"linear": [Decimal(0), Decimal(1)]}}
            ],
            "min_peers": 3,
            "stars": [
                {"stars": 5, "at_least": Decimal(70), "share": Decimal("0.3")},
                {"stars": 1, "at_least": Decimal(10)},
            ],
        }
    )
    values = {org: Decimal(chance.randrange(11)) / 10 for org in range(chance.randrange(2, 30))}

    columns = columns_of((Known(org, "g", True, {"i": value}) for org, value in values.items()), ["i"])
    made = judged(card, {"i": True}, columns)
    found = {org: judged_one(made, at) for org, at in columns.at.items()}

    for org, value in values.items():
        above = sum(other > value for other in values.values())
        reach = sum(other >= value for other in values.values())
        small = len(values) < 3
        assert found[org].rank == (None if small else above + 1)
        five = value * 100 >= 70 and (small or reach <= len(values) * 3 // 10)
        assert found[org].stars == (5 if five else 1 if value * 100 >= 10 else None)


def test_two_values_are_told_with_the_places_that_part_them() -> None:
    rate = IndicatorKind.model_validate(
        {
            "code": "on_time",
            "title": "按期完成率",
            "numerator": {"sum": "task.on_time"},
            "denominator": {"sum": "task.due"},
        }
    )

    def told(before: str, after: str) -> tuple[str, str]:
        return values_apart(rate, Decimal(before), Decimal(after))

    assert told("0.50", "0.75") == ("50.0%", "75.0%")
    assert told("0.9936", "0.9941") == ("99.36%", "99.41%")
    assert told("0.993600", "0.993603") == ("99.3600%", "99.3603%")
    assert told("0.9936", "0.9936") == ("99.4%", "99.4%")
    assert values_apart(rate, None, Decimal("0.5")) == ("—", "50.0%")
