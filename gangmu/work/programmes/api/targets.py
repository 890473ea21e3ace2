"""Programmes and targets: read, set, handed on, changed."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from ninja import Query, Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.programmes.api.shapes import GivenReasonIn, PageOf, limit_of
from gangmu.work.programmes.models import Target, TargetVersion
from gangmu.work.programmes.operations.targets import (
    approve_change,
    decompose_target,
    propose_change,
    refuse_change,
    set_target,
    withdraw_change,
)
from gangmu.work.programmes.queries.targets import (
    change_by_id,
    parts_of,
    progress_in,
    target_by_id,
    versions_of,
    visible_changes,
    visible_targets,
)

router = Router()


class TargetOut(Schema):
    """What one organization is to reach; ``held`` is null while it has not been handed on."""

    id: int
    programme: str
    metric: str
    year: int
    org_id: int
    parent_id: int | None
    value: Decimal
    held: Decimal | None


class TargetVersionOut(Schema):
    """One version of a target, or a wish for one."""

    id: int
    target_id: int
    number: int
    value: Decimal
    state: str
    reason: str
    proposed_at: datetime
    decided_at: datetime | None
    decision: str


class TargetLineOut(Schema):
    """One metric: what is to be reached, and what was."""

    metric: str
    title: str
    pillar: str
    target: int | None
    value: Decimal | None
    held: Decimal | None
    reached: Decimal | None


class ProgrammeProgressOut(Schema):
    """How an organization and all below it stand in a programme in a year."""

    programme: str
    title: str
    org: int
    year: int
    phase: str
    pillars: list[str]
    lines: list[TargetLineOut]


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/programmes/{programme_code}",
    "programmes.progress_in",
    permission="programmes.view",
    response=ProgrammeProgressOut,
)
def read_progress(request: Request, org_id: int, programme_code: str, year: int = 0) -> dict[str, Any]:
    """Return target against what was reached, for an organization with all below it."""
    context = request.context
    found = progress_in(
        context, org_by_id(context, org_id), programme=programme_code, year=year or context.today.year
    )
    return {
        "programme": found.programme.code,
        "title": found.programme.title.within(context.language),
        "org": found.org.pk,
        "year": found.year,
        "phase": found.phase.code if found.phase else "",
        "pillars": [each.code for each in found.programme.pillars],
        "lines": [
            {
                "metric": line.metric.code,
                "title": line.metric.title.within(context.language),
                "pillar": line.metric.pillar,
                "target": line.target.pk if line.target else None,
                "value": line.target.value if line.target else None,
                "held": line.target.held if line.target else None,
                "reached": line.reached,
            }
            for line in found.lines
        ],
    }


@endpoint(
    router,
    "get",
    "/targets",
    "programmes.visible_targets",
    permission="programmes.view",
    response=list[TargetOut],
)
def list_targets(request: Request, page: Query[PageOf], year: int = 0) -> list[Target]:
    """List the targets within reach, by id."""
    rows = visible_targets(request.context).order_by("pk").filter(pk__gt=page.after)
    return list((rows.filter(year=year) if year else rows)[: limit_of(page)])


@endpoint(
    router,
    "get",
    "/targets/{target_id}",
    "programmes.target_by_id",
    permission="programmes.view",
    response=TargetOut,
)
def read_target(request: Request, target_id: int) -> Target:
    """Return one target."""
    return target_by_id(request.context, target_id)


@endpoint(
    router,
    "get",
    "/targets/{target_id}/parts",
    "programmes.parts_of",
    permission="programmes.view",
    response=list[TargetOut],
)
def list_parts(request: Request, target_id: int, page: Query[PageOf]) -> list[Target]:
    """List what a target was handed on as, by id."""
    rows = parts_of(request.context, target_by_id(request.context, target_id))
    return list(rows.order_by("pk").filter(pk__gt=page.after)[: limit_of(page)])


@endpoint(
    router,
    "get",
    "/targets/{target_id}/versions",
    "programmes.versions_of",
    permission="programmes.view",
    response=list[TargetVersionOut],
)
def list_versions(request: Request, target_id: int, page: Query[PageOf]) -> list[TargetVersion]:
    """List all versions of a target and wishes for others, by id."""
    rows = versions_of(request.context, target_by_id(request.context, target_id))
    return list(rows.order_by("pk").filter(pk__gt=page.after)[: limit_of(page)])


@endpoint(
    router,
    "get",
    "/target-changes",
    "programmes.visible_changes",
    permission="programmes.view",
    response=list[TargetVersionOut],
)
def list_changes(request: Request, page: Query[PageOf]) -> list[TargetVersion]:
    """List the wishes for other targets within reach, by id."""
    rows = visible_changes(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: limit_of(page)])


# --- writes --------------------------------------------------------------------------------


class TargetIn(Schema):
    """What is to be reached."""

    programme: str
    metric: str
    year: int
    value: Decimal
    reason: str = ""


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/targets",
    "programmes.set_target",
    permission="programmes.manage",
    response=TargetOut,
)
def set_one(request: Request, org_id: int, body: TargetIn) -> Target:
    """Set what an organization and all below it are to reach."""
    return set_target(request.context, org_by_id(request.context, org_id), **body.dict())


class TargetPartIn(Schema):
    """What one organization directly below is given."""

    org: int
    value: Decimal


class TargetPartsIn(Schema):
    """The parts of a target, and what is held back."""

    parts: list[TargetPartIn]
    held: Decimal = Decimal(0)


@endpoint(
    router,
    "post",
    "/targets/{target_id}/parts",
    "programmes.decompose_target",
    permission="programmes.manage",
    response=list[TargetOut],
)
def decompose(request: Request, target_id: int, body: TargetPartsIn) -> list[Target]:
    """Hand a target on in parts that with what is held back make the whole."""
    target = target_by_id(request.context, target_id)
    parts = {each.org: each.value for each in body.parts}
    return decompose_target(request.context, target, parts=parts, held=body.held)


class TargetChangeIn(Schema):
    """Another value, and why."""

    value: Decimal
    reason: str


@endpoint(
    router,
    "post",
    "/targets/{target_id}/changes",
    "programmes.propose_change",
    permission="programmes.answer",
    response=TargetVersionOut,
)
def propose(request: Request, target_id: int, body: TargetChangeIn) -> TargetVersion:
    """Ask the level above for another target."""
    target = target_by_id(request.context, target_id)
    return propose_change(request.context, target, value=body.value, reason=body.reason)


@endpoint(
    router,
    "post",
    "/target-changes/{change_id}/withdraw",
    "programmes.withdraw_change",
    permission="programmes.answer",
    response=TargetVersionOut,
)
def withdraw(request: Request, change_id: int) -> TargetVersion:
    """Take back one's wish for another target."""
    return withdraw_change(request.context, change_by_id(request.context, change_id))


class ChangeApprovalIn(Schema):
    """Which wishes are approved with this one, and what is said."""

    together: list[int] = []
    reason: str = ""


@endpoint(
    router,
    "post",
    "/target-changes/{change_id}/approve",
    "programmes.approve_change",
    permission="programmes.manage",
    response=TargetVersionOut,
)
def approve(request: Request, change_id: int, body: ChangeApprovalIn) -> TargetVersion:
    """Put another target into force; the version before is kept."""
    context = request.context
    together = [change_by_id(context, each) for each in body.together[:200]]
    return approve_change(context, change_by_id(context, change_id), together=together, reason=body.reason)


@endpoint(
    router,
    "post",
    "/target-changes/{change_id}/refuse",
    "programmes.refuse_change",
    permission="programmes.manage",
    response=TargetVersionOut,
)
def refuse(request: Request, change_id: int, body: GivenReasonIn) -> TargetVersion:
    """Leave a target as it is, with the reason."""
    return refuse_change(request.context, change_by_id(request.context, change_id), reason=body.reason)
