"""Which facts may be written, and how spans are told."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from gangmu.kernel.facts.rules import NewFact, Span, fact_fault, joined_spans, parent_within

DAY = date(2015, 10, 31)
GOOD = NewFact(1, DAY, "task.due", Decimal(1), "task:1", "monthly_order")


def test_a_fact_of_the_list_has_no_fault() -> None:
    assert fact_fault(GOOD) == ""
    assert fact_fault(replace(GOOD, value=None)) == ""
    assert fact_fault(replace(GOOD, value=Decimal("99999999999.9999"))) == ""
    assert fact_fault(replace(GOOD, value=Decimal(90000000000000))) == ""


@pytest.mark.parametrize(
    "change",
    [
        {"code": "person.sign_ins"},
        {"code": "void"},
        {"source": ""},
        {"value": Decimal("0.00001")},
        {"value": Decimal(100000000000000)},
        {"value": Decimal("100000000000.0001")},
        {"item": "*"},
        {"value": Decimal("NaN")},
    ],
)
def test_a_fact_beyond_the_contract_has_a_fault(change: dict[str, object]) -> None:
    assert fact_fault(replace(GOOD, **change)) != ""  # type: ignore[arg-type]


SPAN = Span(3, 2, "c", "村", "village", "branch", "village", date(2014, 1, 1), date(2015, 1, 1))


def test_joined_spans_makes_touching_equal_spans_one() -> None:
    later = replace(SPAN, valid_from=date(2015, 1, 1), valid_to=None)

    assert list(joined_spans([SPAN, later])) == [replace(SPAN, valid_to=None)]


@pytest.mark.parametrize(
    "change",
    [{"valid_from": date(2015, 1, 2)}, {"name": "新村"}, {"parent": 4}, {"org": 9}, {"domain": None}],
)
def test_joined_spans_keeps_what_differs_or_does_not_touch(change: dict[str, object]) -> None:
    later = replace(SPAN, **{"valid_from": date(2015, 1, 1), "valid_to": None, **change})  # type: ignore[arg-type]

    assert list(joined_spans([SPAN, later])) == [SPAN, later]


def test_parent_within_hides_what_stands_outside() -> None:
    inside = {2, 3}

    assert parent_within("1/2/3/", 2, 2, inside) == 2
    assert parent_within("1/2/", 1, 2, inside) is None
    assert parent_within("1/9/3/", 9, 2, inside) is None
    assert parent_within("1/2/", 1, None, None) == 1
