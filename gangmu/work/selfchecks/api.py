"""Self-checks over the API, for the organization itself; what it shows, for those above."""

from datetime import date

from ninja import Router, Schema

from gangmu.core.errors import NotFound
from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import orgs_by_id
from gangmu.work.selfchecks.models import SelfCheck
from gangmu.work.selfchecks.operations import Mark, drop_check, keep_check, show_check
from gangmu.work.selfchecks.queries import KEEP, acts_for, own_self_checks, shown_self_checks

router = Router(tags=["selfchecks"])


class SelfMarkOut(Schema):
    """What an organization thinks of itself by one criterion."""

    met: bool | None = None
    note: str = ""


class SelfCheckOut(Schema):
    """One self-check."""

    id: int
    org_id: int
    kind: str
    marks: dict[str, SelfMarkOut]
    changed_on: date
    shown_on: date | None


def _own_org(request: Request, org_id: int) -> Org:
    found = next((each for each in orgs_by_id([org_id]) if acts_for(request.context, each)), None)
    if found is None:
        raise NotFound("There is no such organization.")
    return found


@endpoint(
    router,
    "get",
    "/self-checks",
    "selfchecks.own_self_checks",
    permission=KEEP,
    response=list[SelfCheckOut],
)
def own(request: Request, after: int = 0, limit: int = 100) -> list[SelfCheck]:
    """List the self-checks of the organizations for which the caller acts, by id."""
    rows = own_self_checks(request.context).order_by("pk").filter(pk__gt=after)
    return list(rows[: max(1, min(limit, 200))])


@endpoint(
    router,
    "get",
    "/self-checks/shown",
    "selfchecks.shown_self_checks",
    permission="standards.view",
    response=list[SelfCheckOut],
)
def shown(request: Request, after: int = 0, limit: int = 100) -> list[SelfCheck]:
    """List the self-checks that organizations within reach show, by id."""
    rows = shown_self_checks(request.context).order_by("pk").filter(pk__gt=after)
    return list(rows[: max(1, min(limit, 200))])


class SelfMarkIn(Schema):
    """What is thought of one criterion."""

    criterion: str
    met: bool | None = None
    note: str = ""


class SelfCheckIn(Schema):
    """What is thought of some criteria."""

    marks: list[SelfMarkIn]


class KeptOut(Schema):
    """That it was done; what was kept is read where it is kept."""

    kept: bool


@endpoint(
    router,
    "put",
    "/orgs/{own_org_id}/self-checks/{standard_code}",
    "selfchecks.keep_check",
    permission=KEEP,
    response=KeptOut,
)
def keep(request: Request, own_org_id: int, standard_code: str, body: SelfCheckIn) -> KeptOut:
    """Keep how an organization sees itself."""
    marks = [Mark(each.criterion, each.met, each.note) for each in body.marks]
    keep_check(request.context, _own_org(request, own_org_id), kind=standard_code, marks=marks)
    return KeptOut(kept=True)


class ShowingIn(Schema):
    """Whether those above may see it."""

    shown: bool


@endpoint(
    router,
    "post",
    "/orgs/{own_org_id}/self-checks/{standard_code}/showing",
    "selfchecks.show_check",
    permission=KEEP,
    response=KeptOut,
)
def show(request: Request, own_org_id: int, standard_code: str, body: ShowingIn) -> KeptOut:
    """Let those above see a self-check, or hide it again."""
    show_check(request.context, _own_org(request, own_org_id), kind=standard_code, shown=body.shown)
    return KeptOut(kept=True)


@endpoint(
    router,
    "delete",
    "/orgs/{own_org_id}/self-checks/{standard_code}",
    "selfchecks.drop_check",
    permission=KEEP,
    response=KeptOut,
)
def drop(request: Request, own_org_id: int, standard_code: str) -> KeptOut:
    """Throw a self-check away."""
    drop_check(request.context, _own_org(request, own_org_id), kind=standard_code)
    return KeptOut(kept=False)
