"""Every read of ledgers; the reader comes first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models import Sum as SumOf
from django.db.models.functions import Coalesce

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, orgs_by_id, visible_orgs, within
from gangmu.kernel.packs.queries import pack_of
from gangmu.work.ledgers.definitions import LedgerKind
from gangmu.work.ledgers.rules import HALVES, LedgerColumn, Sum, SumLine, columns_of, step_below
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.models import KnownValue
from gangmu.work.records.queries import record_kind, values_on

LEAST = -(2**62)


@dataclass(frozen=True)
class Ledger:
    """A ledger as it is read at an organization: its definition, its columns, the day it is read for.

    ``day`` is None for now.
    """

    kind: LedgerKind
    record: RecordKind
    columns: tuple[LedgerColumn, ...]
    top: Org
    day: date | None = None

    @property
    def fields(self) -> list[str]:
        """The columns by their codes in the dictionary."""
        return [each.field.code for each in self.columns]


def ledgers_of(org: Org) -> tuple[LedgerKind, ...]:
    """Return the ledgers that are kept where an organization stands, by code."""
    return pack_of(org.root_id).all(LedgerKind)


def ledger_at(context: Context, org: Org, code: str, *, day: date | None = None) -> Ledger:
    """Return a ledger as the reader sees it at an organization; an unknown one refuses."""
    pack = pack_of(org.root_id)
    kind = pack.find(LedgerKind, code)
    if kind is None or not context.may("records.view", org.path):
        raise NotFound("There is no such ledger here.")
    return Ledger(kind, record_kind(org, kind.record), columns_of(kind, pack), org, day)


def orgs_in(context: Context, ledger: Ledger) -> QuerySet[Org]:
    """Return the organizations at or below the top that have a row, in the order of codes.

    For a day that is past, those that existed on it, where they stand today.
    """
    kind = ledger.kind
    if not context.may("records.view", ledger.top.path):
        raise NotFound("There is no such ledger here.")
    orgs = visible_orgs(context).filter(
        within(context.places("records.view"), "path"), in_subtree(ledger.top.path), level=kind.level
    )
    if kind.kinds:
        orgs = orgs.filter(kind__in=kind.kinds)
    if kind.domains:
        orgs = orgs.filter(domain__in=kind.domains)
    if ledger.day is None:
        return orgs.filter(closed_on=None).order_by("code")
    stood = Q(closed_on=None) | Q(closed_on__gt=ledger.day)
    return orgs.filter(stood, founded_on__lte=ledger.day).order_by("code")


def ledger_rows(
    context: Context, ledger: Ledger, *, search: str = "", only: str = "", sort: str = ""
) -> QuerySet[Org]:
    """Return a ledger's rows, each with what is known as ``held``, in a number of reads that does not grow.

    ``search`` finds by a piece of the name or the beginning of the code; ``only`` the rows in
    which something is ``unknown``, or nothing is (``whole``). A column to ``sort`` by makes
    ``sorted_by`` of each row; what is unknown stands below everything.
    """
    rows = orgs_in(context, ledger)
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(code__startswith=search))
    known = values_on(ledger.day)
    if only in ("unknown", "whole"):
        whole = Q()
        for code in ledger.fields:
            whole &= Q(Exists(known.filter(org=OuterRef("pk"), field=code, value__isnull=False)))
        rows = rows.filter(whole if only == "whole" else ~whole)
    column = next((each for each in ledger.columns if each.code == sort), None)
    if column is not None:
        of = known.filter(org=OuterRef("pk"), field=column.field.code)
        shown = of.values("amount" if column.numeric else "value")[:1]
        by = Coalesce(Subquery(shown), Value(LEAST)) if column.numeric else Subquery(shown)
        rows = rows.annotate(sorted_by=by)
    held = known.filter(field__in=ledger.fields)
    return rows.select_related("parent").prefetch_related(
        Prefetch("known_values", queryset=held, to_attr="held")
    )


def held_values(row: Org) -> dict[str, KnownValue]:
    """Return what a row brings along, by the code of the dictionary."""
    return {each.field: each for each in row.held}  # type: ignore[attr-defined]


def sums_of(context: Context, ledger: Ledger, orgs: QuerySet[Org] | None = None) -> SumLine:
    """Return the sums of all rows, or of some of them; what is unknown is counted, not added."""
    rows = (orgs if orgs is not None else orgs_in(context, ledger)).order_by()
    whole = _empty(ledger, ledger.top.pk)
    whole.count(rows.count())
    codes = {each.field.code: each.code for each in ledger.columns}
    added = _amounts(ledger, rows).values("field").annotate(**ADDED).order_by()
    for code, high, low, known in added.values_list("field", *ADDED):
        whole.sums[codes[code]].add(high, low, known)
    return whole


def sums_below(context: Context, ledger: Ledger) -> list[tuple[Org, SumLine]]:
    """Return a line for each organization directly below the top: its rows and their sums, by code."""
    rows = orgs_in(context, ledger).order_by()
    near, deeper = (
        rows.filter(Q(parent=ledger.top) | Q(pk=ledger.top.pk)),
        rows.filter(path__gt=ledger.top.path).exclude(parent=ledger.top),
    )
    lines: dict[int, SumLine] = {}
    _add_lines(lines, ledger, near, "pk")
    _add_lines(lines, ledger, deeper, "parent_id")
    orgs = sorted(orgs_by_id(lines), key=lambda org: org.code)
    return [(org, lines[org.pk]) for org in orgs]


ADDED = {
    "high": SumOf(F("amount") / HALVES),
    "low": SumOf(F("amount") % HALVES),
    "known": Count("amount"),
}


def _amounts(ledger: Ledger, rows: QuerySet[Org]) -> QuerySet[KnownValue]:
    numeric = [each.field.code for each in ledger.columns if each.numeric]
    return values_on(ledger.day).filter(field__in=numeric, org__in=rows.values("pk"))


def _empty(ledger: Ledger, org: int) -> SumLine:
    return SumLine(org, 0, {each.code: Sum() for each in ledger.columns if each.numeric})


def _add_lines(lines: dict[int, SumLine], ledger: Ledger, rows: QuerySet[Org], by: str) -> None:
    """Count rows and add amounts by ``by``, each where its path leads to below the top."""
    codes = {each.field.code: each.code for each in ledger.columns}
    counted = rows.values(by).annotate(some=Min("path"), count=Count("pk"))
    for path, count in counted.values_list("some", "count"):
        _line(lines, ledger, path).count(count)
    amounts = _amounts(ledger, rows).values(f"org__{by}", "field")
    added = amounts.annotate(some=Min("org__path"), **ADDED).order_by()
    for path, code, high, low, known in added.values_list("some", "field", *ADDED):
        _line(lines, ledger, path).sums[codes[code]].add(high, low, known)


def _line(lines: dict[int, SumLine], ledger: Ledger, path: str) -> SumLine:
    step = step_below(path, ledger.top.path)
    if step not in lines:
        lines[step] = _empty(ledger, step)
    return lines[step]


def ledger_of_org(context: Context, ledger: Ledger, org: Org) -> Mapping[str, KnownValue]:
    """Return what is known in a ledger's columns of one organization that has a row."""
    if not orgs_in(context, ledger).filter(pk=org.pk).exists():
        raise NotFound("This organization has no row in this ledger.")
    known = values_on(ledger.day).filter(org=org, field__in=ledger.fields)
    return {each.field: each for each in known.select_related("entered_by")}
