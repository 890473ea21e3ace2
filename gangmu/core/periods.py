"""Spans of the calendar that work is asked, counted and scored for."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering
from typing import Literal

PeriodKind = Literal["year", "half", "quarter", "month"]

MONTHS: dict[PeriodKind, int] = {"year": 12, "half": 6, "quarter": 3, "month": 1}

_WRITTEN = re.compile(r"([0-9]{4})(?:H([12])|Q([1-4])|-(0[1-9]|1[0-2]))?\Z")


@total_ordering
@dataclass(frozen=True)
class Period:
    """A year, half, quarter or month, written ``2025``, ``2025H1``, ``2025Q3``, ``2025-07``.

    ``number`` counts from 1 within the year.
    """

    kind: PeriodKind
    year: int
    number: int = 1

    def __post_init__(self) -> None:
        if not (1 <= self.year <= 9999 and 1 <= self.number <= 12 // MONTHS[self.kind]):
            raise ValueError(f"there is no {self.kind} {self.number} of the year {self.year}")

    @classmethod
    def parse(cls, written: str) -> "Period":
        """Return the period that is written, or raise ``ValueError``."""
        match = _WRITTEN.match(written)
        if not match or match[1] == "0000":
            raise ValueError(f"{written!r} is no period: write 2025, 2025H1, 2025Q3 or 2025-07")
        year = int(match[1])
        kinds: tuple[PeriodKind, ...] = ("half", "quarter", "month")
        for kind, number in zip(kinds, match.groups()[1:], strict=True):
            if number:
                return cls(kind, year, int(number))
        return cls("year", year)

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, (self.number - 1) * MONTHS[self.kind] + 1, 1)

    @property
    def last(self) -> date:
        """The last day."""
        month = self.number * MONTHS[self.kind]
        return date(self.year, 12, 31) if month == 12 else date(self.year, month + 1, 1) - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def contains(self, what: "date | Period") -> bool:
        """Whether a day, or the whole of another period, lies within."""
        if isinstance(what, Period):
            return self.first <= what.first and what.last <= self.last
        return self.first <= what <= self.last

    __contains__ = contains

    def next(self) -> "Period":
        """Return the one of this kind that follows."""
        return self.shift(1)

    def previous(self) -> "Period":
        """Return the one of this kind before it."""
        return self.shift(-1)

    def shift(self, steps: int) -> "Period":
        """Return the one of this kind so many steps later, or earlier if negative."""
        per_year = 12 // MONTHS[self.kind]
        year, number = divmod(self.year * per_year + self.number - 1 + steps, per_year)
        return Period(self.kind, year, number + 1)

    def split(self, kind: PeriodKind) -> tuple["Period", ...]:
        """Return the periods of a shorter, or the same, kind that make it up, in order."""
        start = period_of(self.first, kind)
        return tuple(start.shift(step) for step in range(MONTHS[self.kind] // MONTHS[kind]))

    @property
    def months(self) -> tuple["Period", ...]:
        """The months within, in order."""
        return self.split("month")

    def __str__(self) -> str:
        mark = {"year": "", "half": f"H{self.number}", "quarter": f"Q{self.number}"}
        return f"{self.year:04d}" + mark.get(self.kind, f"-{self.number:02d}")

    def __lt__(self, other: "Period") -> bool:
        """Earlier first; of those that begin together, the longer first."""
        return (self.first, -MONTHS[self.kind]) < (other.first, -MONTHS[other.kind])


def period_of(day: date, kind: PeriodKind) -> Period:
    """Return the period of a kind in which a day lies."""
    return Period(kind, day.year, (day.month - 1) // MONTHS[kind] + 1)
