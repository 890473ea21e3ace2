"""What a page was asked for, and the words in which claims stand."""

from collections.abc import Mapping

from gangmu.core.errors import NotFound
from gangmu.frame.doors import Request
from gangmu.frame.figures import Status
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.standards.models import Claim
from gangmu.work.standards.queries.claims import VIEW, places_of

STATES: Mapping[str, Status] = {
    "draft": Status(say("Not handed in yet"), "grey"),
    "submitted": Status(say("Handed in, to be judged"), "yellow"),
    "granted": Status(say("Met"), "green"),
    "refused": Status(say("Not met"), "red"),
    "appealed": Status(say("Second look asked for"), "orange"),
    "upheld": Status(say("Not met, also at the second look"), "red"),
    "revoked": Status(say("Revoked"), "red"),
    "withdrawn": Status(say("Taken back"), "grey"),
}
OVER = Status(say("Met, and over since"), "grey")


def state_of(claim: Claim, request: Request) -> Status:
    """Return how a claim stands today: what was granted ends on its own day."""
    if claim.state == Claim.State.GRANTED and not claim.is_held(request.context.today):
        return OVER
    return STATES[claim.state]


def asked_org(request: Request, permission: str = VIEW) -> Org | None:
    """Return the organization that is asked for, else where the reader's own reach begins."""
    written = request.GET.get("org") or request.POST.get("org") or ""
    if written.isdecimal() and len(written) < 19:
        org = org_by_id(request.context, int(written))
        if not request.context.may(permission, org.path):
            raise NotFound("There is no such organization.")
        return org
    return next(iter(places_of(request.context, permission)), None)


def needed_org(request: Request, permission: str = VIEW) -> Org:
    """Return the organization that is asked for; without any, there is nothing to show."""
    org = asked_org(request, permission)
    if org is None:
        raise NotFound("There is no such organization.")
    return org


def own_orgs(request: Request, permission: str) -> list[Org]:
    """Return the organizations for which the reader acts, not those below them."""
    tops = set(request.context.places(permission).tops)
    return [each for each in places_of(request.context, permission) if each.path in tops]


def title_of(titles: Mapping[str, object], code: str) -> str:
    """Return what a standard is called, or its code if the place has it no longer."""
    found = titles.get(code)
    return worded(found) if found is not None else code  # type: ignore[arg-type]
