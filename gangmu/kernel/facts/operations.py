"""Writing facts, and taking them out of the house."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.audit.rows import insert_rows
from gangmu.kernel.facts.models import Fact, FactNumber
from gangmu.kernel.facts.rules import NewFact, fact_fault, fact_name
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
        _check_replaced(rows)
        names = [fact_name(office, first + at) for at in range(len(rows))]
        insert_rows(Fact, _COLUMNS, _written(context.now, names, rows))
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
    rows = FactNumber.objects.filter(office=office)
    if not rows.update(last=F("last") + count):  # the row stays locked until the transaction ends
        FactNumber.objects.get_or_create(office=office)
        rows.update(last=F("last") + count)
    return rows.values_list("last", flat=True).get() - count + 1


def _check_replaced(rows: Sequence[NewFact]) -> None:
    names = [row.replaces for row in rows if row.replaces is not None]
    if not names:
        return
    if len(set(names)) != len(names) or Fact.objects.filter(replaces__in=names).exists():
        raise Conflict("This fact was replaced already.")
    if Fact.objects.filter(fact__in=names).count() != len(names):
        raise Conflict("There is no fact to replace.")


@operation("facts.note_export", permission="facts.export", at="under")
def note_export(
    context: Context, *, under: Org | None, period: str, known_at: datetime | None, orgs: int, facts: int
) -> None:
    """Write into the log that facts were taken out: of which organizations, for which period."""
