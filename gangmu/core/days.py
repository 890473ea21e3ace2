"""How a day follows from a period: told once, for duties and for calendars alike."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gangmu.core.calendar import Calendar
from gangmu.core.periods import Period, period_of

Which = Literal["period", "next"]

_SHORT = {
    "first_workday": {"first_workday_of": "period"},
    "last_workday": {"last_workday_of": "period"},
}


class DayRule(BaseModel):
    """How a day follows from a period; exactly one of these.

    ``first_workday_of`` and ``last_workday_of`` a ``period`` or the ``next`` one;
    ``day`` of the period's last month, moved on to a working day; ``next_day`` the same of
    the month after the period; ``workdays_after_issue`` counts from the day of issuing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_workday_of: Which | None = None
    last_workday_of: Which | None = None
    day: int | None = Field(default=None, ge=1, le=31)
    next_day: int | None = Field(default=None, ge=1, le=31)
    workdays_after_issue: int | None = Field(default=None, ge=1, le=250)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return _SHORT.get(value, value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _exactly_one(self) -> "DayRule":
        said = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(said) != 1:
            raise ValueError("a day is told in exactly one way")
        return self


def day_by(rule: DayRule, period: Period, calendar: Calendar, issued_on: date | None = None) -> date:
    """Return the day that a rule names for a period."""
    if rule.first_workday_of:
        return calendar.first_workday(_which(rule.first_workday_of, period))
    if rule.last_workday_of:
        return calendar.last_workday(_which(rule.last_workday_of, period))
    if rule.workdays_after_issue is not None:
        return calendar.add_workdays(issued_on or calendar.first_workday(period), rule.workdays_after_issue)
    month = period_of(period.last, "month")
    if rule.next_day is not None:
        month = month.next()
    day = rule.day or rule.next_day or 1
    return calendar.on_or_after(month.first.replace(day=min(day, month.days)))


def _which(which: str, period: Period) -> Period:
    return period if which == "period" else period.next()
