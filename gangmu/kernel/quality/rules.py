"""When a tree is looked through, when a doubt is excused, and how long that may last."""

from datetime import date, datetime, timedelta

from gangmu.core.context import LOCAL

LONGEST_EXCUSE = timedelta(days=366)
BATCH = 2000
"""Doubts in one operation: none holds the one writer of SQLite for long."""


def excused(until: date | None, today: date) -> bool:
    """Whether a doubt is excused on a day; the last day is included."""
    return until is not None and today <= until


def excuse_fault(until: date, today: date) -> str:
    """Return why a doubt cannot be excused until a day, or nothing."""
    if until < today:
        return "This day is over."
    if until > today + LONGEST_EXCUSE:
        return "An excuse lasts a year at most; then it is looked at again."
    return ""


DAY = timedelta(hours=20)
"""Once a day; a little less, so that it does not wander through the day."""

AT_LAST = timedelta(days=3)
NIGHT = range(1, 5)


def sweep_is_due(last: datetime | None, now: datetime) -> bool:
    """Whether a tree is looked through now: at night once a day, at any hour after three days without."""
    if last is None or now - last >= AT_LAST:
        return True
    return now - last >= DAY and now.astimezone(LOCAL).hour in NIGHT
