"""What would change a result: the value that is named brings what is said of it; rules in percent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gangmu.results.assessment.changing import Now, changes
from gangmu.results.assessment.definitions import Line, ScorecardKind
from gangmu.results.assessment.pages.results import rule_in_words
from gangmu.results.assessment.rules import score_of, standing
from gangmu.results.indicators.definitions import IndicatorKind

CARD = ScorecardKind.model_validate(
    {
        "code": "branch_year",
        "title": {"zh-hans": "年度考核", "en": "Year"},
        "lines": [
            {"indicator": "on_time", "points": 40, "rule": {"linear": [0.6, 1]}},
            {"indicator": "met", "points": 20, "rule": {"bands": [[1, 20], [0.9, 16], [0.75, 10]]}},
            {"indicator": "faults", "points": 25, "rule": {"deduct": {"each": 5}}},
            {"indicator": "late", "points": 15, "rule": {"linear": [0.5, 0]}, "unknown": "skip"},
        ],
        "stars": [{"stars": 5, "at_least": 90}, {"stars": 3, "at_least": 50}],
    }
)
BETTER = {"on_time": True, "met": True, "faults": False, "late": False}

shares = some.none() | some.decimals(0, 1, places=6)
values = some.fixed_dictionaries(
    {"on_time": shares, "met": shares, "faults": some.none() | some.decimals(0, 9, places=0), "late": shares}
)


@given(values=values, above=some.none() | some.decimals(1, 100, places=2))
def test_a_named_step_comes_to_what_judging_again_gives(
    values: dict[str, Decimal | None], above: Decimal | None
) -> None:
    stand = standing(CARD, values, BETTER)
    score = score_of(CARD, stand)
    now = Now(score, True, 0, False, above if score is not None and above and above > score else None)

    for each in changes(CARD, values, BETTER, now):
        if each.value_needed is None:
            continue
        then = standing(CARD, {**values, each.indicator: each.value_needed}, BETTER)
        assert each.score_then == score_of(CARD, then)
        assert each.points_more == then.points - stand.points
        assert each.needs_score is not None
        assert each.score_then is not None
        assert each.score_then >= each.needs_score


def test_a_step_of_bands_is_named_with_all_the_points_that_it_brings() -> None:
    values = {"on_time": Decimal(1), "met": Decimal("0.636364"), "faults": Decimal(9), "late": Decimal(1)}

    (met,) = (
        each
        for each in changes(CARD, values, BETTER, Now(Decimal(40), True, 0, False, Decimal("40.15")))
        if (each.goal, each.indicator) == ("rank", "met")
    )

    assert (met.value_needed, met.points_more, met.score_then) == (Decimal("0.75"), 10, Decimal("50.00"))


def _kind(**more: object) -> IndicatorKind:
    plain = {
        "code": "on_time",
        "title": {"zh-hans": "完成率", "en": "Rate"},
        "numerator": {"sum": "task.on_time"},
    }
    return IndicatorKind.model_validate({**plain, **more})


@pytest.mark.parametrize(
    ("rule", "kind", "words"),
    [
        ({"linear": [0.6, 1]}, {}, "60%及以下不得分，100%得40分，其间按比例计分"),
        ({"linear": [0, 1]}, {}, "0%不得分，100%得40分，其间按比例计分"),
        ({"linear": [0.5, 0.1]}, {"better": "less"}, "50%及以上不得分，10%及以下得40分，其间按比例计分"),
        ({"bands": [[1, 20], [0.9, 16]]}, {}, "100%得20分，90%及以上得16分，其余不得分"),
        ({"bands": [[0, 20], [2, 16]]}, {"better": "less"}, "0得20分，2及以下得16分，其余不得分"),
        ({"linear": [0, 12]}, {"denominator": None}, "0及以下不得分，12及以上得40分，其间按比例计分"),
    ],
)
def test_bounds_of_shares_are_told_in_percent(rule: object, kind: dict[str, object], words: str) -> None:
    line = Line.model_validate({"indicator": "on_time", "points": 40, "rule": rule})

    assert rule_in_words(line, _kind(**{"denominator": {"sum": "task.due"}, **kind})) == words
