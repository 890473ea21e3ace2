"""Ledgers over the API: rows, sums, what is known of an organization, and departments' values in."""

from datetime import date
from decimal import Decimal

from ninja import Query, Router, Schema

from gangmu.core.context import Context
from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.ledgers.operations import GivenValue, Verdict, put_values
from gangmu.work.ledgers.queries import (
    Ledger,
    held_values,
    ledger_at,
    ledger_rows,
    ledgers_of,
    sums_below,
    sums_of,
)
from gangmu.work.ledgers.rules import SumLine
from gangmu.work.records.shown import KnownOut

router = Router(tags=["ledgers"])


class LedgerOut(Schema):
    """A ledger: what it is called, at which level it is entered, by which paper."""

    code: str
    title: str
    record: str
    level: str
    follows: str


class RowOut(Schema):
    """One row of a ledger: what is known by column, None where it is unknown."""

    org: int
    code: str
    name: str
    values: dict[str, KnownOut | None]


class SumOut(Schema):
    """The sum of a column over what is known, and of how many rows nothing is."""

    total: Decimal | None
    known: int
    unknown: int


class SumsOut(Schema):
    """The rows at or below one organization, and the sums of the columns that are numbers."""

    org: int
    rows: int
    sums: dict[str, SumOut]


class PageOf(Schema):
    """Where a list goes on: ``after`` the last code seen, at most ``limit`` rows."""

    after: str = ""
    limit: int = 100


class GivenIn(Schema):
    """One value: of which organization (its code), in which column, about which day; null is unknown."""

    org: str
    field: str
    value: str | int | Decimal | None
    day: date


class ValuesIn(Schema):
    """Up to two thousand values of one department."""

    owner: str
    values: list[GivenIn]


class VerdictOut(Schema):
    """What became of one value: ``written``, ``unchanged`` or ``refused`` with its fault."""

    row: int
    org: str
    field: str
    verdict: str
    fault: str


def _sums(line: SumLine) -> SumsOut:
    sums = {
        code: SumOut(total=each.value, known=each.known, unknown=each.unknown)
        for code, each in line.sums.items()
    }
    return SumsOut(org=line.org, rows=line.rows, sums=sums)


def _ledger(context: Context, org_id: int, code: str, day: date | None) -> Ledger:
    return ledger_at(context, org_by_id(context, org_id), code, day=day)


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/ledgers",
    "ledgers.ledgers_of",
    permission="records.view",
    response=list[LedgerOut],
)
def list_ledgers(request: Request, org_id: int) -> list[LedgerOut]:
    """List the ledgers that are kept where an organization stands."""
    return [
        LedgerOut(
            code=each.code,
            title=each.title.within(request.context.language),
            record=each.record,
            level=each.level,
            follows=each.follows,
        )
        for each in ledgers_of(org_by_id(request.context, org_id))
    ]


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/ledgers/{ledger_code}/rows",
    "ledgers.ledger_rows",
    permission="records.view",
    response=list[RowOut],
)
def list_rows(
    request: Request,
    org_id: int,
    ledger_code: str,
    page: Query[PageOf],
    day: date | None = None,
    only: str = "",
) -> list[RowOut]:
    """List a ledger's rows at or below an organization, by code, with source, day and owner of each value."""
    found = _ledger(request.context, org_id, ledger_code, day)
    rows = ledger_rows(request.context, found, only=only).filter(code__gt=page.after)
    listed = []
    for row in rows[: max(1, min(page.limit, 200))]:
        held = held_values(row)
        values = {
            each.code: KnownOut.from_orm(held[each.field.code]) if each.field.code in held else None
            for each in found.columns
        }
        listed.append(RowOut(org=row.pk, code=row.code, name=row.name, values=values))
    return listed


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/ledgers/{ledger_code}/sums",
    "ledgers.sums_of",
    permission="records.view",
    response=SumsOut,
)
def read_sums(request: Request, org_id: int, ledger_code: str, day: date | None = None) -> SumsOut:
    """Return the sums of a ledger at or below an organization; what is unknown is counted apart."""
    return _sums(sums_of(request.context, _ledger(request.context, org_id, ledger_code, day)))


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/ledgers/{ledger_code}/below",
    "ledgers.sums_below",
    permission="records.view",
    response=list[SumsOut],
)
def list_sums(request: Request, org_id: int, ledger_code: str, day: date | None = None) -> list[SumsOut]:
    """Return the sums of a ledger for each organization directly below one."""
    found = _ledger(request.context, org_id, ledger_code, day)
    return [_sums(line) for _, line in sums_below(request.context, found)]


@endpoint(
    router,
    "put",
    "/orgs/{org_id}/ledgers/{ledger_code}/values",
    "ledgers.put_values",
    permission="ledgers.supply",
    response=list[VerdictOut],
)
def put_department_values(request: Request, org_id: int, ledger_code: str, given: ValuesIn) -> list[Verdict]:
    """Put a department's values into a ledger; each is judged by itself."""
    org = org_by_id(request.context, org_id)
    values = [GivenValue(each.org, each.field, each.value, each.day) for each in given.values]
    return put_values(request.context, org, ledger=ledger_code, owner=given.owner, values=values)
