"""Working days in China: holidays and the make-up days that replace weekends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator

from gangmu.core.definition import Fault, read_definition
from gangmu.core.periods import Period

_DAY = timedelta(days=1)


class Notice(BaseModel):
    """One year's published holidays, and the weekend days that are worked instead."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int
    holidays: tuple[date, ...]
    workdays: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> "Notice":
        days = self.holidays + self.workdays
        if any(day.year != self.year for day in days):
            raise ValueError(f"every day of this notice lies in {self.year}")
        if len(set(days)) != len(days):
            raise ValueError("a day stands twice")
        if any(day.weekday() < 5 for day in self.workdays):
            raise ValueError("a make-up day is a Saturday or a Sunday")
        return self


def read_notice(path: Path) -> tuple[Notice | None, list[Fault]]:
    """Return a year's notice from a YAML or JSON file, or what is wrong with the file."""
    return read_definition(path, Notice)


@dataclass(frozen=True)
class _Published:
    """What the calendar that is installed with the product knows."""

    years: range
    holidays: frozenset[date]
    workdays: frozenset[date]


@lru_cache(maxsize=1)
def _published() -> _Published:
    from chinese_calendar import constants  # slow to load, and not every command counts days

    years = {day.year for day in constants.holidays}
    return _Published(
        range(min(years), max(years) + 1), frozenset(constants.holidays), frozenset(constants.workdays)
    )


class Calendar:
    """Which days are worked.

    A notice that is loaded goes before what is installed. In a year of which neither
    knows anything the weekends alone are free: ``knows`` and ``guessed`` tell, and
    whoever shows such a day shows the warning with it.
    """

    def __init__(self, notices: Iterable[Notice] = ()) -> None:
        self._notices = {notice.year: notice for notice in notices}

    def knows(self, year: int) -> bool:
        """Whether the year's holidays have been published to this calendar."""
        return year in self._notices or year in _published().years

    def guessed(self, first: date, last: date) -> tuple[int, ...]:
        """Return the years between two days in which only weekends could be counted."""
        return tuple(year for year in range(first.year, last.year + 1) if not self.knows(year))

    def is_workday(self, day: date) -> bool:
        """Whether a day is worked; a make-up Saturday is."""
        notice = self._notices.get(day.year)
        if notice:
            holidays: Iterable[date] = notice.holidays
            workdays: Iterable[date] = notice.workdays
        else:
            holidays, workdays = _published().holidays, _published().workdays
        return day in workdays or (day.weekday() < 5 and day not in holidays)

    def first_workday(self, period: Period) -> date:
        """Return the first working day of a period."""
        return self.on_or_after(period.first)

    def last_workday(self, period: Period) -> date:
        """Return the last working day of a period."""
        return self.on_or_before(period.last)

    def on_or_after(self, day: date) -> date:
        """Return the day itself if it is worked, else the next that is."""
        while not self.is_workday(day):
            day += _DAY
        return day

    def on_or_before(self, day: date) -> date:
        """Return the day itself if it is worked, else the last before it that is."""
        while not self.is_workday(day):
            day -= _DAY
        return day

    def add_workdays(self, day: date, count: int) -> date:
        """Return the working day that is the ``count``-th after a day, or before it if negative.

        The day itself is never counted, and none added is the day itself.
        """
        step = _DAY if count > 0 else -_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    def workdays(self, first: date, last: date) -> tuple[date, ...]:
        """Return the working days from one day to another, both included."""
        days = (first + _DAY * step for step in range((last - first).days + 1))
        return tuple(day for day in days if self.is_workday(day))
