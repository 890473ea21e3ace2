"""What an inbox holds, who else fills it, and when a digest may be sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, Literal

from gangmu.core.calendar import Calendar
from gangmu.core.context import LOCAL, Context

Box = Literal["waiting", "done", "to_read", "started", "overdue"]
"""待办 · 已办 · 待阅 · 我发起的 · 超期. What is overdue is waiting, too."""

BOXES: tuple[Box, ...] = ("waiting", "done", "to_read", "started", "overdue")

DAY_BEGINS, DAY_ENDS = time(8, 30), time(18, 0)


@dataclass(frozen=True)
class InboxEntry:
    """One line of an inbox: what it is, where it leads, by when.

    ``title`` is an English sentence that doors translate, or plain words;
    ``params`` fill its ``%(name)s`` places. ``item`` is set for personal rows only.
    """

    title: str
    url_name: str
    url_args: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    org_name: str = ""
    due_on: date | None = None
    at: datetime | None = None
    item: int | None = None


@dataclass(frozen=True)
class Counts:
    """How much lies in each box."""

    waiting: int = 0
    done: int = 0
    to_read: int = 0
    started: int = 0
    overdue: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Return both together."""
        return replace(self, **{box: getattr(self, box) + getattr(other, box) for box in BOXES})


@dataclass(frozen=True)
class Source:
    """A room that fills inboxes from its own tables, so that no row per reader is kept.

    ``counts`` gives the reader's counts in one query; ``entries`` the first so many of a
    box, the soonest due first (the newest first in what is done). It is asked for the entries
    of a box only where it counts any, so a count may be rough but never nought by mistake.
    """

    code: str
    counts: Callable[[Context], Counts]
    entries: Callable[[Context, Box, int], Sequence[InboxEntry]]


SOURCES: dict[str, Source] = {}


def add_inbox_source(
    code: str,
    counts: Callable[[Context], Counts],
    entries: Callable[[Context, Box, int], Sequence[InboxEntry]],
) -> None:
    """Have a room's open work shown in the inboxes of those whose it is."""
    SOURCES[code] = Source(code, counts, entries)


REMINDERS: dict[str, Callable[[Context], Sequence[InboxEntry]]] = {}


def add_reminder_source(code: str, lines: Callable[[Context], Sequence[InboxEntry]]) -> None:
    """Have a room say beforehand what will soon be due: what, for whom, by when."""
    REMINDERS[code] = lines


def in_order(entries: Sequence[InboxEntry], box: Box) -> list[InboxEntry]:
    """Return entries as a box shows them: the soonest due first, or the newest first."""
    if box in ("waiting", "overdue"):
        return sorted(entries, key=lambda entry: (entry.due_on or date.max, _age(entry)))
    return sorted(entries, key=_age, reverse=True)


def _age(entry: InboxEntry) -> float:
    return entry.at.timestamp() if entry.at else 0.0


def may_disturb(now: datetime, calendar: Calendar) -> bool:
    """Whether a digest may be sent at an instant: in the daytime of a working day."""
    here = now.astimezone(LOCAL)
    return calendar.is_workday(here.date()) and DAY_BEGINS <= here.time() < DAY_ENDS
