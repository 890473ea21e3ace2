"""Which day and period a record is about, which facts it makes, what a sound kind is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from gangmu.core.definition import Fault
from gangmu.core.errors import Invalid
from gangmu.core.fields import FieldSpec
from gangmu.core.periods import Period, period_of
from gangmu.kernel.packs.rules import Pack
from gangmu.work.records.definitions import FieldKind, RecordKind

REFERENCES = ("organization", "person", "file")
"""Types of fields whose value is the id of something else."""


class HasRecord(Protocol):
    """A record as far as serving needs to know it."""

    kind: str
    org_id: int
    day: date


def day_of(kind: RecordKind, values: Mapping[str, Any], given: date | None, today: date) -> date:
    """Return the day a record is about.

    A field of a date goes first, then the day that was given, then today; a report is
    about the last day of its period. An event or a stock of a day to come is refused.
    """
    written = values.get(kind.day_field) if kind.day_field else None
    day = date.fromisoformat(written) if written else given or today
    if kind.entry == "report":
        return period_of(day, kind.every).last
    if day > today:
        place = kind.day_field or "day"
        raise Invalid("This day has not come yet.", faults={place: "This day has not come yet."})
    return day


def day_in(period: Period | None, today: date) -> date:
    """Return the day to propose for what is written today about a period: the last of one that is over."""
    return period.last if period is not None and period.last < today else today


def serves(record: HasRecord, *, kind: str, org_id: int, period: Period) -> bool:
    """Whether a record answers whoever asks an organization for its kind and for a period."""
    return record.kind == kind and record.org_id == org_id and period.contains(record.day)


@dataclass(frozen=True)
class Counted:
    """One number of a record as a fact says it."""

    code: str
    item: str
    value: Decimal | None


def counted(kind: RecordKind, values: Mapping[str, Any]) -> list[Counted]:
    """Return what a record's fields add to the facts; a field left empty is unknown, not 0."""
    found = [
        Counted(
            "record.value", f"{kind.code}.{code}", None if values.get(code) is None else Decimal(values[code])
        )
        for code in kind.facts
    ]
    if kind.counts_as:
        found.append(Counted(kind.counts_as, kind.code, Decimal(1)))
    return found


def references(kind: RecordKind, values: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return, for each type of reference, the fields that hold one and its id."""
    found: dict[str, dict[str, int]] = {}
    for spec in kind.fields:
        if spec.type in REFERENCES and values.get(spec.code) is not None:
            found.setdefault(spec.type, {})[spec.code] = values[spec.code]
    return found


def changed_fields(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> list[str]:
    """Return the codes whose value differs between two versions of a record."""
    return [code for code in {**earlier, **later} if earlier.get(code) != later.get(code)]


def is_valid(field: FieldKind, day: date, today: date) -> bool:
    """Whether a value about a day may still be relied on; after its months it is asked for anew."""
    if not field.valid:
        return True
    months = day.year * 12 + day.month - 1 + field.valid
    return (today.year * 12 + today.month - 1, today.day) <= (months, day.day)


def dictionary_faults(pack: Pack) -> list[Fault]:
    """Return where forms ask for a field of the dictionary that is not there, or is another."""
    faults = []
    for kind in pack.all(RecordKind):
        file = pack.file_of("record", kind.code)
        for at, spec in enumerate(kind.fields):
            said = _differs(spec, pack.find(FieldKind, spec.of)) if spec.of else ""
            if said:
                line = pack.line_of("record", kind.code, "fields", at, "of")
                faults.append(Fault(file, line, "field", said))
    return faults


def _differs(spec: FieldSpec, field: FieldKind | None) -> str:
    if field is None:
        return f"there is no field {spec.of} in the dictionary"
    if spec.type != field.type:
        return f"{spec.of} is of type {field.type} in the dictionary, and {spec.type} here"
    if {each.code for each in spec.choices} != {each.code for each in field.choices}:
        return f"{spec.of} has other choices in the dictionary"
    if (spec.unit and spec.unit.zh_hans) != (field.unit and field.unit.zh_hans):
        return f"{spec.of} has another unit in the dictionary"
    return ""


def kind_faults(pack: Pack) -> list[Fault]:
    """Return what is wrong with a pack's record kinds beyond the shape of each.

    Nobody is asked for proof by photograph, place or time on a telephone (handbook R-BAN-2, R-BAN-4).
    """
    return [
        Fault(
            pack.file_of("record", kind.code),
            1,
            "formalism",
            f"a record asks for no {spec.code}",
            "政务移动互联网应用程序规范化管理办法",
            "五项禁止",
        )
        for kind in pack.all(RecordKind)
        for spec in kind.fields
        if spec.code in BANNED_FIELDS
    ]


def open_faults(pack: Pack) -> list[Fault]:
    """Return where a kind that everybody of the place may read asks for a person or a file."""
    return [
        Fault(
            pack.file_of("record", kind.code),
            pack.line_of("record", kind.code, "fields", at),
            "open",
            f"everybody of the place may read it, so {spec.code} is no {spec.type}",
        )
        for kind in pack.all(RecordKind)
        if kind.open
        for at, spec in enumerate(kind.fields)
        if spec.type in ("person", "file")
    ]


BANNED_FIELDS = frozenset(
    {"checkin", "check_in", "online_seconds", "online_time", "likes", "streak", "points_rank", "gps", "track"}
)
