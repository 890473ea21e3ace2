from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gangmu.core.periods import MONTHS, Period, period_of

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
KINDS = st.sampled_from(list(MONTHS))


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2025H1", date(2025, 1, 1), date(2025, 6, 30)),
        ("2025H2", date(2025, 7, 1), date(2025, 12, 31)),
        ("2025Q1", date(2025, 1, 1), date(2025, 3, 31)),
        ("2025Q3", date(2025, 7, 1), date(2025, 9, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-12", date(2025, 12, 1), date(2025, 12, 31)),
        ("9999", date(9999, 1, 1), date(9999, 12, 31)),
    ],
)
def test_parse_knows_first_and_last_day(written: str, first: date, last: date) -> None:
    period = Period.parse(written)

    assert (period.first, period.last, str(period)) == (first, last, written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "25",
        "2025h1",
        "2025H3",
        "2025Q0",
        "2025Q5",
        "2025-7",
        "2025-13",
        "2025-00",
        "0000",
        " 2025",
        "2025\n",
        "２０２５",
    ],
)
def test_parse_refuses_what_is_no_period(written: str) -> None:
    with pytest.raises(ValueError, match="is no period"):
        Period.parse(written)


@given(DAYS, KINDS)
def test_period_of_contains_its_day_and_neighbours_do_not(day: date, kind: str) -> None:
    period = period_of(day, kind)

    assert day in period
    assert day not in period.next()
    assert day not in period.previous()
    assert period.next().previous() == period
    assert (period.next().first - period.last).days == 1
    assert Period.parse(str(period)) == period


@given(DAYS, KINDS)
def test_months_make_up_the_period(day: date, kind: str) -> None:
    period = period_of(day, kind)

    assert sum(month.days for month in period.months) == period.days
    assert all(period.contains(month) for month in period.months)
    assert list(period.months) == sorted(period.months)


def test_periods_sort_by_time_then_the_longer_first() -> None:
    written = ["2025Q2", "2025-01", "2024-12", "2025", "2025H1"]

    assert [str(period) for period in sorted(map(Period.parse, written))] == [
        "2024-12",
        "2025",
        "2025H1",
        "2025-01",
        "2025Q2",
    ]
