"""Writing facts, and taking them out of the house."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.audit.rows import insert_rows
from gangmu.kernel.facts.models import Fact, FactNumber, FactSum
from gangmu.kernel.facts.rules import ALL_ITEMS, VOID, NewFact, fact_fault, fact_name, parts_of
from gangmu.kernel.orgs.models import Org

BATCH = 2000


def write_facts(context: Context, office: int, rows: Sequence[NewFact]) -> list[str]:
    """Add facts of one office and return their ids; nothing that stands is touched.

    It is called inside an operation, which allows it and logs it, and it is one with that
    operation's transaction. Refused for a code that is not in the list, and for replacing
    what is not there or was replaced already.
    """
    faults = {f"{at}": fault for at, row in enumerate(rows) if (fault := fact_fault(row))}
    if faults:
        raise Invalid("Some facts are wrong; none was written.", faults=faults)
    if not rows:
        return []
    with transaction.atomic():
        first = _take_numbers(office, len(rows))
        replaced = _replaced(rows)
        names = [fact_name(office, first + at) for at in range(len(rows))]
        insert_rows(Fact, _COLUMNS, _written(context.now, names, rows))
        _add_up(rows, replaced, context.now)
    return names


_COLUMNS = (
    "fact",
    "replaces",
    "org",
    "day",
    "code",
    "item",
    "value",
    "source",
    "thread",
    "written_at",
    "known_at",
)


def _written(now: datetime, names: Sequence[str], rows: Sequence[NewFact]) -> Iterator[tuple[Any, ...]]:
    for name, row in zip(names, rows, strict=True):
        yield (
            name,
            row.replaces,
            row.org,
            row.day,
            row.code,
            row.item,
            row.value,
            row.source,
            row.thread,
            now,
            now,
        )


def _take_numbers(office: int, count: int) -> int:
    """Return the first of so many numbers; the office's row stays locked until the transaction ends."""
    table = connection.ops.quote_name(FactNumber._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (office, last) VALUES (%s, %s) "  # noqa: S608 -- the name of our own table
            f"ON CONFLICT (office) DO UPDATE SET last = {table}.last + excluded.last RETURNING last",
            [office, count],
        )
        (last,) = cursor.fetchone()
    return int(last) - count + 1


def _replaced(rows: Sequence[NewFact]) -> list[Fact]:
    """Return the facts that are replaced; each must be there, and not be replaced already."""
    names = [row.replaces for row in rows if row.replaces is not None]
    if not names:
        return []
    if len(set(names)) != len(names) or Fact.objects.filter(replaces__in=names).exists():
        raise Conflict("This fact was replaced already.")
    found = list(Fact.objects.filter(fact__in=names).only("org_id", "day", "code", "item", "value"))
    if len(found) != len(names):
        raise Conflict("There is no fact to replace.")
    return found


def _add_up(added: Iterable[NewFact], replaced: Iterable[Fact], now: datetime) -> None:
    """Bring the sums to what counts now: add what was written, take away what it replaces."""
    changes: dict[tuple[str, str, int, int], list[int]] = defaultdict(lambda: [0, 0, 0])

    def count(sign: int, org: int, row: NewFact | Fact) -> None:
        if row.code == VOID:
            return
        known, parts = (0, 0) if row.value is None else (sign, sign * parts_of(row.value))
        for item in (row.item, ALL_ITEMS):
            held = changes[row.code, item, org, row.day.year]
            held[0] += sign
            held[1] += known
            held[2] += parts

    for new in added:
        count(1, new.org, new)
    for old in replaced:
        count(-1, old.org_id, old)
    # in the order of their keys, so that two writers never wait for each other
    at = connection.ops.adapt_datetimefield_value(now)
    _write_sums([(*key, *change, at) for key, change in sorted(changes.items()) if any(change)])


def _write_sums(rows: list[tuple[Any, ...]]) -> None:
    """Add to each sum that is there, and begin those that are not."""
    quote = connection.ops.quote_name
    table = quote(FactSum._meta.db_table)
    fields: list[Any] = [FactSum._meta.get_field(name) for name in _SUM_COLUMNS]
    names = [quote(field.column) for field in fields]
    adding = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in names[4:-1])
    when = names[-1]
    latest = f"CASE WHEN {table}.{when} > excluded.{when} THEN {table}.{when} ELSE excluded.{when} END"
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) "  # noqa: S608 -- names of our own table
            f"ON CONFLICT ({', '.join(names[:4])}) DO UPDATE SET {adding}, {when} = {latest}",
            rows,
        )


_SUM_COLUMNS = ("code", "item", "org", "year", "facts", "known", "total", "changed_at")


@operation("facts.note_export", permission="facts.export", at="under")
def note_export(
    context: Context, *, under: Org | None, period: str, known_at: datetime | None, orgs: int, facts: int
) -> None:
    """Write into the log that facts were taken out: of which organizations, for which period."""
