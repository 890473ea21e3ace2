"""The closed list of what facts may say, how facts are called, and how spans are joined."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

FACT_CODES: dict[str, str] = {
    "task.due": "1 for each order whose time is up; item: the duty; day: the last of the task's period",
    "task.answered": "1 if the order was answered, else 0; a later answer replaces it; item: the duty",
    "task.on_time": "1 if the order was answered by its due day, else 0; item: the duty",
    "record.value": "what a record says in one field of numbers; item: <record kind>.<field>",
    "meeting.held": "1 for each meeting held, on its day; item: the kind of its record or meeting",
    "case.closed": "1 for each case that was seen through, on the day of its closing; item: the case kind",
    "money.received": "yuan received, on the day they came in; item: the account's kind",
    "standard.claimed": "1 for each claim that was judged, on the verdict's day; item: the standard",
    "standard.met": "1 if the standard was held to be met, else 0; 0 again on the day from which it no longer is; "
    "item: the standard",
    "standard.criterion": "1 if a criterion was held to be met, else 0; item: <standard>.<criterion>",
    "void": "replaces a fact that should not stand, and counts for nothing itself",
}
"""Every code and what it means. Nothing here measures a person, a sign-in or a click."""

VOID = "void"

ALL_ITEMS = "*"
"""What stands for all items of a code where facts are added up; no fact is about it."""

MOST_PLACES = 4
MOST_WHOLE = Decimal(10) ** 14
MOST_DIGITS = 15
"""More significant digits than these come back from SQLite as other digits."""

_SURELY_FITS = Decimal(10) ** (MOST_DIGITS - MOST_PLACES)


@dataclass(frozen=True, slots=True)
class NewFact:
    """What writing one fact takes; its id is given when it is written."""

    org: int
    day: date
    code: str
    value: Decimal | None
    source: str
    item: str = ""
    replaces: str | None = None
    thread: str | None = None


def fact_name(office: int, number: int) -> str:
    """Return the id of an office's fact: ``<office>-<number>``."""
    return f"{office}-{number}"


def fact_fault(new: NewFact) -> str:
    """Return what is wrong with a fact that is to be written, or nothing."""
    if new.code not in FACT_CODES:
        return "There is no such fact code."
    if new.code == VOID and new.replaces is None:
        return "A void fact replaces another."
    if new.item == ALL_ITEMS:
        return "This item stands for all."
    if not new.source:
        return "A fact leads back to its source."
    if new.value is not None and not _fits(new.value):
        return "The value does not fit."
    return ""


def parts_of(value: Decimal) -> int:
    """Return a value of a fact in ten-thousandths: whole numbers add up exactly in any database."""
    return int(value.scaleb(MOST_PLACES))


@lru_cache(maxsize=1024)
def value_of(parts: int) -> Decimal:
    """Return what so many ten-thousandths are."""
    return Decimal(parts).scaleb(-MOST_PLACES)


def _fits(value: Decimal) -> bool:
    if not value.is_finite() or abs(value) >= MOST_WHOLE or value != round(value, MOST_PLACES):
        return False
    return abs(value) < _SURELY_FITS or len(value.normalize().as_tuple().digits) <= MOST_DIGITS


@dataclass(frozen=True)
class AsKnown:
    """As known when facts count: at an instant, and of some organizations, by their ids, at a later one."""

    at: datetime
    later: datetime
    orgs: frozenset[int]


@dataclass(frozen=True, slots=True)
class Span:
    """An organization as it stood from one day to another, as it is exported."""

    org: int
    parent: int | None
    code: str
    name: str
    level: str
    kind: str
    domain: str | None
    valid_from: date
    valid_to: date | None


def joined_spans(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans, given by organization and day, with touching equal ones made one."""
    held: Span | None = None
    for span in spans:
        if held is not None and held.valid_to == span.valid_from and _alike(held, span):
            held = replace(held, valid_to=span.valid_to)
            continue
        if held is not None:
            yield held
        held = span
    if held is not None:
        yield held


def _alike(one: Span, other: Span) -> bool:
    return (one.org, one.parent, one.name, one.kind, one.level, one.domain) == (
        other.org,
        other.parent,
        other.name,
        other.kind,
        other.level,
        other.domain,
    )


def parent_within(path: str, parent: int | None, top: int | None, inside: set[int] | None) -> int | None:
    """Return the parent that an export under ``top`` may name, or None.

    ``inside`` holds the organizations that are exported. The parent of ``top`` itself, and
    of a span that stood elsewhere, is not told.
    """
    if top is None or inside is None:
        return parent
    above = path.split("/")[:-2]
    return parent if str(top) in above and parent in inside else None
