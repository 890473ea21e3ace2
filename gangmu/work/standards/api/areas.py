"""How far areas are, over the API."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from ninja import Query, Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.standards.api.shapes import PageOf, limit_of
from gangmu.work.standards.queries.areas import (
    AreaRow,
    Standing,
    area_rows,
    demonstration_rows,
    standing_of_area,
)
from gangmu.work.standards.queries.claims import VIEW
from gangmu.work.standards.queries.kinds import all_standards, demonstration_kind, standard_kind
from gangmu.work.standards.rules import Counted, is_demonstration, share_of

router = Router()
Row = TypeVar("Row", AreaRow, Standing)


class CountedOut(Schema):
    """How many hold a standard, claimed it, neither, and of how many nobody knows."""

    held: int
    claimed: int
    none: int
    unknown: int
    known: int
    share: Decimal | None


class AreaOut(Schema):
    """One area: by field and together; by a rule also whether it is an example."""

    org_id: int
    by_domain: dict[str, CountedOut]
    total: CountedOut
    demonstration: bool | None = None


class StandingOut(Schema):
    """One organization and how it stands: held, claimed, none or unknown."""

    org_id: int
    domain: str
    state: str


def _counted(counted: Counted) -> CountedOut:
    return CountedOut(
        held=counted.held,
        claimed=counted.claimed,
        none=counted.none,
        unknown=counted.unknown,
        known=counted.known,
        share=share_of(counted),
    )


def _area(row: AreaRow, demonstration: bool | None = None) -> AreaOut:
    return AreaOut(
        org_id=row.org.pk,
        by_domain={code: _counted(each) for code, each in row.by_domain.items()},
        total=_counted(row.total),
        demonstration=demonstration,
    )


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/standards-by-area",
    "standards.area_rows",
    permission=VIEW,
    response=list[AreaOut],
)
def areas(
    request: Request,
    org_id: int,
    page: Query[PageOf],
    standard: str = "",
    level: str = "township",
    day: date | None = None,
) -> list[AreaOut]:
    """Return the areas at or below an organization by fields, by id: who holds a standard."""
    context = request.context
    org = org_by_id(context, org_id)
    kinds = (standard_kind(org, standard),) if standard else all_standards(org)
    rows = area_rows(context, org, kinds, day or context.today, level)
    return [_area(row) for row in _one_page(rows, page)]


def _one_page(rows: Sequence[Row], page: PageOf) -> list[Row]:
    """Return a page of rows that were counted together, by the ids of their organizations."""
    after = sorted((row for row in rows if row.org.pk > page.after), key=lambda row: row.org.pk)
    return after[: limit_of(page)]


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/demonstrations/{rule_code}",
    "standards.demonstration_rows",
    permission=VIEW,
    response=list[AreaOut],
)
def demonstrations(
    request: Request, org_id: int, rule_code: str, page: Query[PageOf], day: date | None = None
) -> list[AreaOut]:
    """Return the areas that a rule judges, by id, and which of them are examples."""
    context = request.context
    org = org_by_id(context, org_id)
    kind = demonstration_kind(org, rule_code)
    rows = demonstration_rows(context, org, kind, day or context.today)
    return [_area(row, is_demonstration(kind, row.total)) for row in _one_page(rows, page)]


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/standings",
    "standards.standing_of_area",
    permission=VIEW,
    response=list[StandingOut],
)
def behind(
    request: Request,
    org_id: int,
    page: Query[PageOf],
    standard: str = "",
    rule: str = "",
    day: date | None = None,
) -> list[StandingOut]:
    """Return who is behind an area's numbers, by id: of all standards, of one, or of those of a rule."""
    context = request.context
    org = org_by_id(context, org_id)
    wanted = demonstration_kind(org, rule).standards if rule else (standard,) if standard else ()
    kinds = tuple(standard_kind(org, code) for code in wanted) or all_standards(org)
    rows = standing_of_area(context, org, kinds, day or context.today)
    return [
        StandingOut(org_id=each.org.pk, domain=each.org.domain, state=each.state)
        for each in _one_page(rows, page)
    ]
