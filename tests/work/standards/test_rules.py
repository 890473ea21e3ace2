"""When a standard is met and how long it is held, with plain values."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from gangmu.core.periods import Period
from gangmu.work.standards.definitions import Criterion, DemonstrationKind, StandardKind
from gangmu.work.standards.rules import (
    Counted,
    claimable_periods,
    held_between,
    is_demonstration,
    months_later,
    outcome,
    too_early,
)

BASE = {"code": "s", "title": "标准", "follows": {"document": "文件"}}


def kind(**more: object) -> StandardKind:
    criteria = [
        {"code": "a", "title": "甲", "shows": "甲"},
        {"code": "b", "title": "乙", "shows": "乙", "required": False},
        {"code": "c", "title": "丙", "shows": "丙", "required": False},
    ]
    return StandardKind.model_validate({**BASE, "criteria": criteria, "enough": 1, **more})


@pytest.mark.parametrize(
    ("judged", "met"),
    [
        ({"a": True, "b": True}, True),
        ({"a": True, "c": True}, True),
        ({"a": True}, False),
        ({"b": True, "c": True}, False),
        ({}, False),
    ],
)
def test_outcome_needs_every_required_and_enough_counted(judged: dict[str, bool], *, met: bool) -> None:
    assert outcome(kind(), judged).met is met


def test_held_between_counts_from_the_verdict_or_from_the_periods_end() -> None:
    assert held_between(kind(valid=24), None, date(2015, 10, 31)) == (date(2015, 10, 31), date(2017, 10, 31))
    assert held_between(kind(valid=0), None, date(2015, 1, 1)) == (date(2015, 1, 1), None)
    year = Period.parse("2015")
    assert held_between(kind(valid=12, every="year"), year, date(2016, 1, 20)) == (
        date(2015, 12, 31),
        date(2017, 1, 1),
    )
    assert held_between(kind(valid=12, every="year"), year, date(2015, 6, 1))[0] == date(2015, 6, 1)


def test_months_later_stays_within_a_shorter_month() -> None:
    assert months_later(date(2015, 8, 31), 6) == date(2016, 2, 29)


def test_claimable_periods_are_the_running_one_and_for_a_while_the_one_before() -> None:
    yearly = kind(every="year", claim_days=31)

    assert [str(each) for each in claimable_periods(yearly, date(2016, 1, 31))] == ["2015", "2016"]
    assert [str(each) for each in claimable_periods(yearly, date(2016, 2, 1))] == ["2016"]
    assert claimable_periods(kind(), date(2016, 2, 1)) == []


def test_what_has_no_end_is_never_claimed_anew() -> None:
    assert too_early(None, date(2030, 1, 1))
    assert not too_early(date(2016, 1, 1), date(2015, 10, 3))


def test_is_demonstration_compares_exactly() -> None:
    rule = DemonstrationKind.model_validate({**BASE, "standards": ["s"], "share": Decimal("0.8"), "least": 5})

    assert is_demonstration(rule, Counted(held=4, none=1))
    assert not is_demonstration(rule, Counted(held=79, none=21))
    assert is_demonstration(rule, Counted(held=4, unknown=9)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "a", "title": "甲", "shows": "甲", "minimum": 1},
        {"code": "a", "title": "甲", "shows": "甲", "field": "members"},
        {"code": "a", "title": "甲", "shows": "甲", "at_least": 3},
    ],
)
def test_criterion_that_nothing_can_show_is_a_wrong_definition(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Criterion.model_validate(wrong)


def test_standard_that_cannot_be_met_is_a_wrong_definition() -> None:
    with pytest.raises(ValidationError):
        kind(enough=3)
    with pytest.raises(ValidationError):
        kind(criteria=[{"code": "a", "title": "甲", "shows": "甲"}] * 2, enough=0)
