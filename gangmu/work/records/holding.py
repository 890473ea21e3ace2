"""How what is written down becomes what is known: one value of the dictionary for all who ask."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from gangmu.core.context import Context
from gangmu.kernel.audit.rows import insert_new
from gangmu.kernel.packs.queries import pack_of
from gangmu.kernel.packs.rules import Pack
from gangmu.work.records.definitions import NUMERIC, FieldKind, RecordKind
from gangmu.work.records.models import KnownValue, Record

TEN_THOUSANDTHS = Decimal(10_000)


@dataclass(frozen=True)
class NewValue:
    """What holding one value takes."""

    org: int
    field: FieldKind
    value: Any
    day: date
    source: str
    owner: str
    record: Record | None = None


def amount_of(field: FieldKind, value: Any) -> int | None:
    """Return a number in ten-thousandths, None for what is no number or unknown."""
    if value is None or field.type not in NUMERIC:
        return None
    return int(Decimal(value) * TEN_THOUSANDTHS)


def hold_records(context: Context, written: Iterable[tuple[Record, RecordKind]]) -> None:
    """Hold what records say in fields of the dictionary; an empty field says nothing.

    It is called inside the operation that writes the records.
    """
    new = []
    packs: dict[int, Pack] = {}
    for record, kind in written:
        if not kind.shared:
            continue
        root = record.org.root_id
        pack = packs[root] = packs.get(root) or pack_of(root)
        for code, of in kind.shared.items():
            field = pack.find(FieldKind, of)
            if field is not None and record.values.get(code) is not None:
                source, owner = kind.title.zh_hans[:120], field.owner.zh_hans[:120]
                new.append(
                    NewValue(record.org_id, field, record.values[code], record.day, source, owner, record)
                )
    hold(context, new)


def hold(context: Context, new: Sequence[NewValue]) -> list[KnownValue]:
    """Hold values; of those that stand the newest by day, then by entry, is current."""
    if not new:
        return []
    rows = [
        KnownValue(
            org_id=each.org,
            field=each.field.code,
            value=each.value,
            amount=amount_of(each.field, each.value),
            day=each.day,
            way=KnownValue.Way.RECORD if each.record else KnownValue.Way.DEPARTMENT,
            record=each.record,
            source=each.source,
            owner=each.owner,
            entered_by_id=context.account,
            entered_at=context.now,
        )
        for each in new
    ]
    insert_new(rows)
    newest: dict[tuple[int, str], KnownValue] = {}
    for row in rows:
        before = newest.get((row.org_id, row.field))
        if before is None or (before.day, before.pk) < (row.day, row.pk):
            newest[row.org_id, row.field] = row
    outdone = []
    for old in _current(newest):
        row = newest[old.org_id, old.field]
        if (old.day, old.pk) < (row.day, row.pk):
            outdone.append(old.pk)
        else:
            del newest[old.org_id, old.field]
    KnownValue.objects.filter(pk__in=outdone).update(current=False)
    KnownValue.objects.filter(pk__in=[row.pk for row in newest.values()]).update(current=True)
    return rows


def _current(pairs: Iterable[tuple[int, str]]) -> list[KnownValue]:
    wanted = set(pairs)
    orgs, fields = {org for org, _ in wanted}, {field for _, field in wanted}
    known = KnownValue.objects.filter(current=True, org__in=orgs, field__in=fields)
    return [each for each in known.only("org_id", "field", "day") if (each.org_id, each.field) in wanted]


def let_go(values: Q) -> None:
    """Let values stand no longer; the ones before them are current again."""
    gone = list(KnownValue.objects.filter(values, standing=True).only("org_id", "field", "current"))
    pairs = {(each.org_id, each.field) for each in gone if each.current}
    KnownValue.objects.filter(pk__in=[each.pk for each in gone]).update(standing=False, current=False)
    make_current(pairs)


def make_current(pairs: Iterable[tuple[int, str]]) -> None:
    """Mark the newest standing value of organizations and fields that have no current one."""
    wanted = set(pairs)
    if not wanted:
        return
    orgs, fields = {org for org, _ in wanted}, {field for _, field in wanted}
    newest: dict[tuple[int, str], int] = {}
    standing = KnownValue.objects.filter(standing=True, org__in=orgs, field__in=fields)
    for org, field, key in standing.order_by("day", "pk").values_list("org", "field", "pk"):
        newest[org, field] = key
    keys = [key for pair, key in newest.items() if pair in wanted]
    KnownValue.objects.filter(pk__in=keys).update(current=True)
