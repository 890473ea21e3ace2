"""Contests: opened, their panels named, their candidates nominated."""

from datetime import date

from ninja import Query, Router, Schema

from gangmu.core.errors import NotFound
from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.results.honours.api.shapes import (
    ContestOut,
    GivenReasonIn,
    MemberOut,
    NominationOut,
    PageOf,
    PledgeOut,
    limit_of,
)
from gangmu.results.honours.models import Contest, Nomination, PanelMember, Pledge
from gangmu.results.honours.operations.contests import (
    NewPledge,
    Seat,
    begin_panel_review,
    cancel_contest,
    name_panel,
    nominate_org,
    open_contest,
    withdraw_nomination,
)
from gangmu.results.honours.queries.contests import (
    accounts_named,
    contest_by_id,
    nomination_by_id,
    panel_of,
    pledges_of,
    visible_contests,
    visible_nominations,
)
from gangmu.results.honours.rules import Approval

router = Router()


@endpoint(
    router,
    "get",
    "/contests",
    "honours.visible_contests",
    permission="honours.view",
    response=list[ContestOut],
)
def list_contests(request: Request, page: Query[PageOf], year: int = 0) -> list[Contest]:
    """List the contests that the reader may know of, by id."""
    rows = visible_contests(request.context).order_by("pk").filter(pk__gt=page.after)
    return list((rows.filter(year=year) if year else rows)[: limit_of(page)])


@endpoint(
    router,
    "get",
    "/contests/{contest_id}",
    "honours.contest_by_id",
    permission="honours.view",
    response=ContestOut,
)
def read_contest(request: Request, contest_id: int) -> Contest:
    """Return one contest."""
    return contest_by_id(request.context, contest_id)


class ApprovalIn(Schema):
    """The document that allows a contest."""

    number: str = ""
    issuer: str = ""
    level: str = ""
    issued_on: date | None = None
    expires_on: date | None = None


class ContestIn(Schema):
    """Which contest is opened, how many places it has by line, and by which document."""

    kind: str
    title: str
    places: dict[str, int]
    approval: ApprovalIn


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/contests",
    "honours.open_contest",
    permission="honours.manage",
    response=ContestOut,
)
def open_one(request: Request, org_id: int, body: ContestIn) -> Contest:
    """Open this year's contest for an honour."""
    given = body.approval
    return open_contest(
        request.context,
        org_by_id(request.context, org_id),
        kind=body.kind,
        title=body.title,
        places=body.places,
        approval=Approval(given.number, given.issuer, given.level, given.issued_on, given.expires_on),
    )


@endpoint(
    router,
    "post",
    "/contests/{contest_id}/cancel",
    "honours.cancel_contest",
    permission="honours.manage",
    response=ContestOut,
)
def cancel(request: Request, contest_id: int, body: GivenReasonIn) -> Contest:
    """Give a contest up, with the reason."""
    context = request.context
    return cancel_contest(context, contest_by_id(context, contest_id), reason=body.reason)


class SeatIn(Schema):
    """Somebody to be named to a panel; ``login`` is the account, if there is one."""

    name: str
    org: int
    login: str = ""


class PanelIn(Schema):
    """Who judges."""

    seats: list[SeatIn]


@endpoint(
    router,
    "post",
    "/contests/{contest_id}/panel",
    "honours.name_panel",
    permission="honours.manage",
    response=list[MemberOut],
)
def panel(request: Request, contest_id: int, body: PanelIn) -> list[PanelMember]:
    """Name who judges, in place of those named before."""
    context = request.context
    contest = contest_by_id(context, contest_id)
    known = accounts_named(context, [each.login for each in body.seats if each.login])
    if strange := {each.login for each in body.seats if each.login} - set(known):
        raise NotFound("There is no such account: %(login)s", {"login": min(strange)})
    seats = [Seat(each.name, org_by_id(context, each.org), known.get(each.login)) for each in body.seats[:60]]
    return name_panel(context, contest, seats=seats)


@endpoint(
    router,
    "get",
    "/contests/{contest_id}/panel",
    "honours.panel_of",
    permission="honours.view",
    response=list[MemberOut],
)
def read_panel(request: Request, contest_id: int) -> list[PanelMember]:
    """Return who judges in a contest: panels are named before everybody concerned."""
    return panel_of(contest_by_id(request.context, contest_id))


@endpoint(
    router,
    "post",
    "/contests/{contest_id}/review",
    "honours.begin_panel_review",
    permission="honours.manage",
    response=ContestOut,
)
def review(request: Request, contest_id: int) -> Contest:
    """Close the nominations and have the panel judge."""
    return begin_panel_review(request.context, contest_by_id(request.context, contest_id))


@endpoint(
    router,
    "get",
    "/contests/{contest_id}/candidates",
    "honours.visible_nominations",
    permission="honours.view",
    response=list[NominationOut],
)
def candidates(request: Request, contest_id: int, page: Query[PageOf]) -> list[Nomination]:
    """List the candidates that the reader may see, by id."""
    rows = visible_nominations(request.context, contest_by_id(request.context, contest_id))
    return list(rows.order_by("pk").filter(pk__gt=page.after)[: limit_of(page)])


@endpoint(
    router,
    "get",
    "/nominations/{nomination_id}",
    "honours.nomination_by_id",
    permission="honours.view",
    response=NominationOut,
)
def read_candidate(request: Request, nomination_id: int) -> Nomination:
    """Return one candidate."""
    return nomination_by_id(request.context, nomination_id)


class PledgeIn(Schema):
    """A promise and its day."""

    text: str
    due_on: date


class NominationIn(Schema):
    """Who is nominated by whom, in which line, why, with which published results and pledges."""

    nominator: int
    org: int
    line: str
    text: str
    results: list[int] = []
    pledges: list[PledgeIn] = []


@endpoint(
    router,
    "post",
    "/contests/{contest_id}/candidates",
    "honours.nominate_org",
    permission="honours.nominate",
    response=NominationOut,
)
def nominate(request: Request, contest_id: int, body: NominationIn) -> Nomination:
    """Nominate an organization, as itself or as the one above it."""
    context = request.context
    return nominate_org(
        context,
        org_by_id(context, body.nominator),
        contest_by_id(context, contest_id),
        org=org_by_id(context, body.org),
        line=body.line,
        text=body.text,
        results=body.results[:50],
        pledges=[NewPledge(each.text, each.due_on) for each in body.pledges[:20]],
    )


@endpoint(
    router,
    "post",
    "/nominations/{nomination_id}/withdraw",
    "honours.withdraw_nomination",
    permission="honours.nominate",
    response=NominationOut,
)
def take_back(request: Request, nomination_id: int) -> Nomination:
    """Take a nomination back."""
    return withdraw_nomination(request.context, nomination_by_id(request.context, nomination_id))


@endpoint(
    router,
    "get",
    "/nominations/{nomination_id}/pledges",
    "honours.pledges_of",
    permission="honours.view",
    response=list[PledgeOut],
)
def pledges(request: Request, nomination_id: int) -> list[Pledge]:
    """Return what a candidate promised, and what came of it."""
    return pledges_of(request.context, nomination_by_id(request.context, nomination_id))
