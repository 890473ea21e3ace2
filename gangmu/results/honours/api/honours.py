"""The register of honours: read, put on record, re-checked, withdrawn, with its plaques."""

from datetime import date

from ninja import Query, Router, Schema

from gangmu.frame.doors import ANYONE, Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.results.honours.api.shapes import HonourOut, PageOf, PledgeOut, limit_of
from gangmu.results.honours.models import Honour, Pledge, Recheck
from gangmu.results.honours.operations.honours import (
    GivenElsewhere,
    hang_plaque,
    judge_pledge,
    recheck_honour,
    record_honour,
    take_plaque_down,
    withdraw_honour,
)
from gangmu.results.honours.queries.contests import pledge_by_id
from gangmu.results.honours.queries.register import (
    STATES,
    honour_by_id,
    in_state,
    public_honours,
    rechecks_of,
    visible_honours,
)

router = Router()


@endpoint(
    router,
    "get",
    "/honours",
    "honours.visible_honours",
    permission="honours.view",
    response=list[HonourOut],
)
def list_honours(request: Request, page: Query[PageOf], state: str = "", kind: str = "") -> list[Honour]:
    """List the honours within reach, by id."""
    rows = visible_honours(request.context).order_by("pk").filter(pk__gt=page.after)
    rows = in_state(rows, state, request.context.today) if state in STATES else rows
    return list((rows.filter(kind=kind) if kind else rows)[: limit_of(page)])


@endpoint(
    router,
    "get",
    "/honours/{honour_id}",
    "honours.honour_by_id",
    permission="honours.view",
    response=HonourOut,
)
def read_honour(request: Request, honour_id: int) -> Honour:
    """Return one honour."""
    return honour_by_id(request.context, honour_id)


class PublicHonourOut(Schema):
    """What everybody sees of an honour."""

    id: int
    org_id: int
    title: str
    given_by: str
    paper: str
    conferred_on: date
    lasts_until: date | None


@endpoint(
    router,
    "get",
    "/public/honours",
    "honours.public_honours",
    permission=ANYONE,
    response=list[PublicHonourOut],
)
def list_public(request: Request, page: Query[PageOf]) -> list[Honour]:
    """List the honours that everybody may see, by id."""
    rows = public_honours(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: limit_of(page)])


class ElsewhereIn(Schema):
    """What another office conferred, with its paper."""

    office: int
    org: int
    kind: str
    title: str
    given_by: str
    paper: str
    conferred_on: date
    person: str = ""
    number: str = ""


@endpoint(
    router,
    "post",
    "/honours",
    "honours.record_honour",
    permission="honours.manage",
    response=HonourOut,
)
def record(request: Request, body: ElsewhereIn) -> Honour:
    """Put on record an honour that another office conferred."""
    context = request.context
    given = GivenElsewhere(body.title, body.given_by, body.paper, body.conferred_on, body.person, body.number)
    office = org_by_id(context, body.office)
    return record_honour(context, office, org=org_by_id(context, body.org), kind=body.kind, given=given)


class RecheckIn(Schema):
    """What came of looking at an honour again; a withdrawal names its paper."""

    verdict: str
    reason: str
    paper: str = ""


class RecheckOut(Schema):
    """One re-check."""

    id: int
    honour_id: int
    year: int
    verdict: str
    reason: str
    checked_on: date


@endpoint(
    router,
    "post",
    "/honours/{honour_id}/rechecks",
    "honours.recheck_honour",
    permission="honours.manage",
    response=RecheckOut,
)
def recheck(request: Request, honour_id: int, body: RecheckIn) -> Recheck:
    """Look at an honour again in this year."""
    honour = honour_by_id(request.context, honour_id)
    return recheck_honour(request.context, honour, verdict=body.verdict, reason=body.reason, paper=body.paper)


@endpoint(
    router,
    "get",
    "/honours/{honour_id}/rechecks",
    "honours.rechecks_of",
    permission="honours.view",
    response=list[RecheckOut],
)
def list_rechecks(request: Request, honour_id: int) -> list[Recheck]:
    """Return what came of looking at an honour again, the newest first."""
    return list(rechecks_of(honour_by_id(request.context, honour_id)))


class WithdrawalIn(Schema):
    """Why an honour is withdrawn, and by which paper."""

    reason: str
    paper: str


@endpoint(
    router,
    "post",
    "/honours/{honour_id}/withdraw",
    "honours.withdraw_honour",
    permission="honours.manage",
    response=HonourOut,
)
def withdraw(request: Request, honour_id: int, body: WithdrawalIn) -> Honour:
    """Withdraw an honour."""
    honour = honour_by_id(request.context, honour_id)
    return withdraw_honour(request.context, honour, reason=body.reason, paper=body.paper)


class PlaqueIn(Schema):
    """On which day a plaque was hung or taken down."""

    day: date


@endpoint(
    router,
    "post",
    "/honours/{honour_id}/plaque",
    "honours.hang_plaque",
    permission="honours.manage",
    response=HonourOut,
)
def hang(request: Request, honour_id: int, body: PlaqueIn) -> Honour:
    """Note that the plaque of an honour was hung."""
    return hang_plaque(request.context, honour_by_id(request.context, honour_id), day=body.day)


@endpoint(
    router,
    "post",
    "/honours/{honour_id}/plaque/down",
    "honours.take_plaque_down",
    permission="honours.manage",
    response=HonourOut,
)
def take_down(request: Request, honour_id: int, body: PlaqueIn) -> Honour:
    """Note that the plaque of an honour was taken down."""
    return take_plaque_down(request.context, honour_by_id(request.context, honour_id), day=body.day)


class VerdictIn(Schema):
    """Whether a pledge was kept, and why one says so."""

    verdict: str
    reason: str


@endpoint(
    router,
    "post",
    "/pledges/{pledge_id}/verdict",
    "honours.judge_pledge",
    permission="honours.manage",
    response=PledgeOut,
)
def judge(request: Request, pledge_id: int, body: VerdictIn) -> Pledge:
    """Say whether a pledge was kept."""
    pledge = pledge_by_id(request.context, pledge_id)
    return judge_pledge(request.context, pledge, verdict=body.verdict, reason=body.reason)
