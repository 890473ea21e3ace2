"""Units over the API: known, covered or not, today and on an earlier day; and every change of one."""

from datetime import date
from decimal import Decimal

from ninja import Query, Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.api.paging import PageOf, limit_of
from gangmu.kernel.orgs.models import Unit, UnitSpan
from gangmu.kernel.orgs.operations import (
    add_unit,
    close_unit,
    correct_unit,
    cover_unit,
    move_unit,
    uncover_unit,
)
from gangmu.kernel.orgs.queries import (
    coverage_by_kind,
    org_by_id,
    unit_by_id,
    unit_spans_of,
    units_below,
)

router = Router()


class UnitOut(Schema):
    """A body that has, or does not yet have, an organization."""

    id: int
    code: str
    name: str
    kind: str
    under_id: int
    org_id: int | None
    valid_from: date
    valid_to: date | None


class UnitSpanOut(Schema):
    """A body as it stood from a day to another."""

    unit_id: int
    name: str
    kind: str
    under_id: int
    org_id: int | None
    valid_from: date
    valid_to: date | None
    reason: str


class UnitIn(Schema):
    """A body to make known."""

    code: str
    name: str
    kind: str
    day: date


@endpoint(
    router, "get", "/orgs/{org_id}/units", "orgs.units_below", permission="orgs.view", response=list[UnitOut]
)
def list_units(request: Request, org_id: int, page: Query[PageOf]) -> list[Unit]:
    """List the bodies known below an organization, in code order."""
    org = org_by_id(request.context, org_id)
    rows = units_below(request.context, org, request.context.today).filter(code__gt=page.after)
    return list(rows[: limit_of(page)])


class UnitCoverageOut(Schema):
    """How many bodies of a kind are known below an organization, and how many have their own."""

    kind: str
    units: int
    covered: int
    without: int
    share: Decimal | None


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/units/coverage",
    "orgs.coverage_by_kind",
    permission="orgs.view",
    response=list[UnitCoverageOut],
)
def read_coverage(request: Request, org_id: int, day: date | None = None) -> list[UnitCoverageOut]:
    """List for each kind of body below an organization how many had one of their own on a day; else today."""
    org = org_by_id(request.context, org_id)
    return [
        UnitCoverageOut(
            kind=kind, units=each.units, covered=each.covered, without=each.without, share=each.share
        )
        for kind, each in coverage_by_kind(request.context, org, day or request.context.today)
    ]


@endpoint(router, "post", "/orgs/{org_id}/units", "orgs.add_unit", permission="orgs.manage", response=UnitOut)
def post_unit(request: Request, org_id: int, given: UnitIn) -> Unit:
    """Make a body known that has no organization yet."""
    return add_unit(request.context, org_by_id(request.context, org_id), **given.dict())


@endpoint(router, "get", "/units/{unit_id}", "orgs.unit_by_id", permission="orgs.view", response=UnitOut)
def read_unit(request: Request, unit_id: int) -> Unit:
    """Return one body, a closed one too."""
    return unit_by_id(request.context, unit_id)


@endpoint(
    router,
    "get",
    "/units/{unit_id}/spans",
    "orgs.unit_spans_of",
    permission="orgs.view",
    response=list[UnitSpanOut],
)
def read_unit_spans(request: Request, unit_id: int) -> list[UnitSpan]:
    """Return how a body stood over time, the newest first."""
    return list(unit_spans_of(request.context, unit_by_id(request.context, unit_id)))


class CorrectIn(Schema):
    """The right name and kind, from a day on."""

    name: str
    kind: str
    day: date
    paper: str = ""


@endpoint(
    router,
    "post",
    "/units/{unit_id}/correct",
    "orgs.correct_unit",
    permission="orgs.manage",
    response=UnitOut,
)
def post_correction(request: Request, unit_id: int, given: CorrectIn) -> Unit:
    """Give a body another name or kind."""
    return correct_unit(request.context, unit_by_id(request.context, unit_id), **given.dict())


class LookAfterIn(Schema):
    """Which organization looks after it, from which day on."""

    under: int
    day: date
    paper: str = ""


@endpoint(
    router, "post", "/units/{unit_id}/parent", "orgs.move_unit", permission="orgs.manage", response=UnitOut
)
def post_unit_parent(request: Request, unit_id: int, given: LookAfterIn) -> Unit:
    """Have another organization look after a body."""
    context = request.context
    under = org_by_id(context, given.under)
    return move_unit(context, unit_by_id(context, unit_id), under=under, day=given.day, paper=given.paper)


class CoverIn(Schema):
    """The organization that a unit has, from which day on; without one, from today."""

    org: int
    day: date | None = None
    paper: str = ""


@endpoint(
    router, "post", "/units/{unit_id}/org", "orgs.cover_unit", permission="orgs.manage", response=UnitOut
)
def post_cover(request: Request, unit_id: int, given: CoverIn) -> Unit:
    """Say which organization a body has."""
    context = request.context
    unit, day = unit_by_id(context, unit_id), given.day or context.today
    return cover_unit(context, unit, org=org_by_id(context, given.org), day=day, paper=given.paper)


class UncoverIn(Schema):
    """From which day on it has none."""

    day: date
    paper: str = ""


@endpoint(
    router,
    "post",
    "/units/{unit_id}/org/end",
    "orgs.uncover_unit",
    permission="orgs.manage",
    response=UnitOut,
)
def post_uncover(request: Request, unit_id: int, given: UncoverIn) -> Unit:
    """Say that a body has no organization of its own."""
    return uncover_unit(request.context, unit_by_id(request.context, unit_id), **given.dict())


class CloseUnitIn(Schema):
    """From which day on it is not counted, and why."""

    day: date
    reason: str


@endpoint(
    router, "post", "/units/{unit_id}/close", "orgs.close_unit", permission="orgs.manage", response=UnitOut
)
def post_unit_closure(request: Request, unit_id: int, given: CloseUnitIn) -> Unit:
    """End a body's entry."""
    return close_unit(request.context, unit_by_id(request.context, unit_id), **given.dict())
