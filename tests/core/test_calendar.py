from datetime import date
from pathlib import Path

from gangmu.core.calendar import Calendar, Notice, read_notice
from gangmu.core.periods import Period


def test_is_workday_knows_holidays_and_make_up_days() -> None:
    calendar = Calendar()

    assert not calendar.is_workday(date(2025, 10, 1))
    assert calendar.is_workday(date(2025, 9, 28))  # a Sunday, worked for the holiday
    assert calendar.is_workday(date(2025, 9, 29))
    assert not calendar.is_workday(date(2025, 9, 27))


def test_first_and_last_workday_of_a_month() -> None:
    calendar = Calendar()

    assert calendar.first_workday(Period.parse("2025-10")) == date(2025, 10, 9)
    assert calendar.last_workday(Period.parse("2025-08")) == date(2025, 8, 29)


def test_add_workdays_counts_make_up_days_both_ways() -> None:
    calendar = Calendar()

    assert calendar.add_workdays(date(2025, 9, 26), 1) == date(2025, 9, 28)
    assert calendar.add_workdays(date(2025, 9, 30), 1) == date(2025, 10, 9)
    assert calendar.add_workdays(date(2025, 10, 9), -1) == date(2025, 9, 30)
    assert calendar.add_workdays(date(2025, 10, 1), 0) == date(2025, 10, 1)


def test_a_year_nobody_has_published_counts_weekends_and_says_so() -> None:
    calendar = Calendar()

    assert calendar.is_workday(date(2031, 10, 1))
    assert not calendar.is_workday(date(2031, 10, 4))
    assert calendar.guessed(date(2026, 12, 1), date(2027, 1, 5)) == (2027,)
    assert calendar.guessed(date(2025, 1, 1), date(2026, 12, 31)) == ()


def test_a_loaded_notice_goes_before_the_weekends(tmp_path: Path) -> None:
    file = tmp_path / "2027.yaml"
    file.write_text("year: 2027\nholidays: [2027-01-01]\nworkdays: [2027-01-03]\n")

    notice, faults = read_notice(file)

    assert faults == []
    assert notice is not None
    calendar = Calendar([notice])
    assert calendar.knows(2027)
    assert not calendar.is_workday(date(2027, 1, 1))
    assert calendar.is_workday(date(2027, 1, 3))
    assert calendar.guessed(date(2027, 1, 1), date(2027, 12, 31)) == ()


def test_a_notice_may_be_json(tmp_path: Path) -> None:
    file = tmp_path / "2027.json"
    file.write_text('{"year": 2027, "holidays": ["2027-01-01"], "workdays": []}')

    assert read_notice(file) == (Notice(year=2027, holidays=(date(2027, 1, 1),)), [])


def test_a_notice_with_a_day_of_another_year_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "2027.yaml"
    file.write_text("year: 2027\nholidays: [2026-01-01]\n")

    notice, faults = read_notice(file)

    assert notice is None
    assert [str(fault) for fault in faults] == [
        f"{file}:1: value_error every day of this notice lies in 2027"
    ]
