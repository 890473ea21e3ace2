"""Values that departments put into ledgers, each with its owner and its day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Q

from gangmu.core.context import Context
from gangmu.core.errors import Invalid
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.queries import facts_of_sources
from gangmu.kernel.facts.rules import NewFact
from gangmu.kernel.orgs.models import Org
from gangmu.work.ledgers.queries import Ledger, ledger_at, orgs_in
from gangmu.work.ledgers.rules import LedgerColumn
from gangmu.work.records.holding import NewValue, hold, let_go
from gangmu.work.records.models import KnownValue
from gangmu.work.records.queries import values_of_departments

BATCH = 2000


@dataclass(frozen=True)
class GivenValue:
    """One value as a department gives it: of which organization (its code), in which column, about which day."""

    org: str
    field: str
    value: Any
    day: date


@dataclass(frozen=True)
class Verdict:
    """What became of one given value."""

    row: int
    org: str
    field: str
    verdict: Literal["written", "unchanged", "refused"]
    fault: str = ""


@operation("ledgers.put_values", permission="ledgers.supply", at="top")
def put_values(
    context: Context, top: Org, *, ledger: str, owner: str, values: Sequence[GivenValue]
) -> list[Verdict]:
    """Put up to two thousand values of a department into a ledger; each gets its own verdict.

    What a department holds is not asked of the grassroots again. A value is kept with its
    owner and the day it is about; null says that it is unknown. One that is wrong is refused
    alone; the same value about the same day changes nothing.
    """
    if len(values) > BATCH:
        raise Invalid("At most %(most)s values are taken at once.", {"most": BATCH})
    if not owner.strip():
        raise Invalid("Say who answers for the values.", faults={"owner": "This must be filled in."})
    held = ledger_at(context, top, ledger)
    orgs = {org.code: org for org in orgs_in(context, held).filter(code__in={each.org for each in values})}
    columns = {each.code: each for each in held.columns}
    known = _given_before(orgs.values(), held)
    verdicts, new = [], {}
    for at, each in enumerate(values):
        try:
            value = _parsed(context, each, orgs.get(each.org), columns.get(each.field))
        except ValueError as fault:
            verdicts.append(Verdict(at, each.org, each.field, "refused", str(fault)))
            continue
        org, column = orgs[each.org], columns[each.field]
        place = (org.pk, column.field.code, each.day)
        if place in new:
            twice = msgid("This value stands twice in what was sent.")
            verdicts.append(Verdict(at, each.org, each.field, "refused", twice))
            continue
        before = known.get(place)
        if before is not None and before.value == value:
            verdicts.append(Verdict(at, each.org, each.field, "unchanged"))
            continue
        new[place] = (
            NewValue(org.pk, column.field, value, each.day, owner.strip()[:120], owner.strip()[:120]),
            column,
        )
        verdicts.append(Verdict(at, each.org, each.field, "written"))
    _write(context, held, [known[place] for place in new if place in known], list(new.values()))
    return verdicts


def _given_before(orgs: Any, ledger: Ledger) -> dict[tuple[int, str, date], KnownValue]:
    rows = values_of_departments([org.pk for org in orgs], ledger.fields)
    return {(row.org_id, row.field, row.day): row for row in rows}


def _parsed(context: Context, given: GivenValue, org: Org | None, column: LedgerColumn | None) -> Any:
    if org is None:
        raise ValueError(msgid("No organization of this ledger has this code here."))
    if column is None:
        raise ValueError(msgid("The ledger has no such column."))
    if given.day > context.today:
        raise ValueError(msgid("This day has not come yet."))
    if given.day < org.founded_on:
        raise ValueError(msgid("The organization did not exist yet on this day."))
    return None if given.value is None else column.field.spec().parse(given.value)


def _write(
    context: Context,
    ledger: Ledger,
    replaced: Sequence[KnownValue],
    new: Sequence[tuple[NewValue, LedgerColumn]],
) -> None:
    """Hold the values and write the facts of those that are counted; what they replace stands no longer."""
    let_go(Q(pk__in=[each.pk for each in replaced]))
    rows = hold(context, [each for each, _ in new])
    facts = {fact.source: fact for fact in facts_of_sources([source_of(each) for each in replaced])}
    before = {(each.org_id, each.field, each.day): facts.get(source_of(each)) for each in replaced}
    written = []
    for row, (each, column) in zip(rows, new, strict=True):
        if column.code not in ledger.record.facts:
            continue
        old = before.get((row.org_id, row.field, row.day))
        value = None if each.value is None else Decimal(each.value)
        item = f"{ledger.record.code}.{column.code}"
        replaces = old.fact if old is not None else None
        written.append(NewFact(row.org_id, row.day, "record.value", value, source_of(row), item, replaces))
    write_facts(context, ledger.top.root_id, written)


def source_of(value: KnownValue) -> str:
    """Return what a fact of a department's value leads back to."""
    return f"value:{value.pk}"


def verdict_counts(verdicts: Sequence[Verdict]) -> Mapping[str, int]:
    """Return how many values were written, unchanged and refused."""
    names = ("written", "unchanged", "refused")
    return {name: sum(1 for each in verdicts if each.verdict == name) for name in names}
