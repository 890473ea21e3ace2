"""Claims over the API, from the first line to the revocation."""

from datetime import date, datetime
from decimal import Decimal

from ninja import Query, Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.standards.api.shapes import PageOf, StandardReasonIn, limit_of
from gangmu.work.standards.models import Claim
from gangmu.work.standards.operations.claims import (
    Judged,
    NewLine,
    answer_claim,
    appeal_claim,
    begin_claim,
    decide_claim,
    fill_claim,
    revoke_claim,
    submit_claim,
    withdraw_claim,
)
from gangmu.work.standards.queries.claims import (
    CLAIM,
    REVIEW,
    VIEW,
    claim_by_id,
    claims_to_judge,
    evidence_at_hand,
    lines_of,
    period_of_claim,
    visible_claims,
)
from gangmu.work.standards.queries.kinds import kind_of_claim

router = Router()


class ClaimOut(Schema):
    """One claim."""

    id: int
    kind: str
    period: str
    org_id: int
    state: str
    reviewer_id: int | None
    second_id: int | None
    submitted_at: datetime | None
    due_on: date | None
    verdict: str
    appeal_until: date | None
    appeal: str
    answer: str
    held_since: date | None
    held_until: date | None
    ended_on: date | None
    ended_reason: str
    ended_paper: str


class ClaimLineOut(Schema):
    """One criterion of a claim: what is said, what shows it, what both looks found."""

    criterion: str
    says_met: bool | None
    note: str
    known: Decimal | None
    records: list[int]
    found_met: bool | None
    reason: str
    again_met: bool | None
    again_reason: str


class AtHandOut(Schema):
    """What there is already that shows a criterion."""

    criterion: str
    records: list[int]
    known: Decimal | None


@endpoint(router, "get", "/claims", "standards.visible_claims", permission=VIEW, response=list[ClaimOut])
def list_claims(
    request: Request, page: Query[PageOf], kind: str = "", state: str = "", org: int = 0
) -> list[Claim]:
    """List the claims within reach, by id."""
    rows = visible_claims(request.context).order_by("pk").filter(pk__gt=page.after)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(org=org) if org else rows
    return list(rows[: limit_of(page)])


@endpoint(
    router, "get", "/claims/waiting", "standards.claims_to_judge", permission=REVIEW, response=list[ClaimOut]
)
def waiting(request: Request, page: Query[PageOf]) -> list[Claim]:
    """List what the reader's own organizations have to judge, the soonest due first."""
    return list(claims_to_judge(request.context)[: limit_of(page)])


@endpoint(router, "get", "/claims/{claim_id}", "standards.claim_by_id", permission=VIEW, response=ClaimOut)
def read_claim(request: Request, claim_id: int) -> Claim:
    """Return one claim."""
    return claim_by_id(request.context, claim_id)


@endpoint(
    router,
    "get",
    "/claims/{claim_id}/lines",
    "standards.lines_of",
    permission=VIEW,
    response=list[ClaimLineOut],
)
def read_lines(request: Request, claim_id: int) -> list[ClaimLineOut]:
    """Return a claim's criteria with what is said of each."""
    return [
        ClaimLineOut(
            criterion=line.criterion,
            says_met=line.says_met,
            note=line.note,
            known=line.known,
            records=[each.record_id for each in line.evidence.all()],
            found_met=line.found_met,
            reason=line.reason,
            again_met=line.again_met,
            again_reason=line.again_reason,
        )
        for line in lines_of(claim_by_id(request.context, claim_id))
    ]


@endpoint(
    router,
    "get",
    "/claims/{claim_id}/at-hand",
    "standards.evidence_at_hand",
    permission=CLAIM,
    response=list[AtHandOut],
)
def at_hand(request: Request, claim_id: int) -> list[AtHandOut]:
    """Return what the organization wrote down already that shows a criterion."""
    claim = claim_by_id(request.context, claim_id)
    found = evidence_at_hand(request.context, claim.org, kind_of_claim(claim), period_of_claim(claim))
    return [
        AtHandOut(criterion=code, records=[each.pk for each in shown.records], known=shown.known)
        for code, shown in found.items()
    ]


# --- writes --------------------------------------------------------------------------------


class ClaimIn(Schema):
    """Which standard, for which period if it is claimed for one."""

    kind: str
    period: str = ""


class ClaimLineIn(Schema):
    """What is said of one criterion, and the records that show it."""

    criterion: str
    met: bool | None = None
    note: str = ""
    records: list[int] = []


class ClaimLinesIn(Schema):
    """What is said of some criteria."""

    lines: list[ClaimLineIn]


class JudgedIn(Schema):
    """What was found of one criterion."""

    criterion: str
    met: bool
    reason: str = ""


class ClaimVerdictIn(Schema):
    """What was found of every criterion, and the reason of the whole."""

    lines: list[JudgedIn]
    reason: str


class RevocationIn(Schema):
    """Why, by which paper, and whether it should never have been granted."""

    reason: str
    paper: str
    never_met: bool = False


@endpoint(
    router, "post", "/orgs/{org_id}/claims", "standards.begin_claim", permission=CLAIM, response=ClaimOut
)
def begin(request: Request, org_id: int, body: ClaimIn) -> Claim:
    """Begin to claim a standard."""
    return begin_claim(request.context, org_by_id(request.context, org_id), **body.dict())


@endpoint(
    router, "put", "/claims/{claim_id}/lines", "standards.fill_claim", permission=CLAIM, response=ClaimOut
)
def fill(request: Request, claim_id: int, body: ClaimLinesIn) -> Claim:
    """Say of some criteria whether they are met, with what shows it."""
    lines = [NewLine(each.criterion, each.met, each.note, tuple(each.records)) for each in body.lines]
    return fill_claim(request.context, claim_by_id(request.context, claim_id), lines=lines)


@endpoint(
    router, "post", "/claims/{claim_id}/submit", "standards.submit_claim", permission=CLAIM, response=ClaimOut
)
def submit(request: Request, claim_id: int) -> Claim:
    """Hand a claim in."""
    return submit_claim(request.context, claim_by_id(request.context, claim_id))


@endpoint(
    router,
    "post",
    "/claims/{claim_id}/withdraw",
    "standards.withdraw_claim",
    permission=CLAIM,
    response=ClaimOut,
)
def withdraw(request: Request, claim_id: int) -> Claim:
    """Take a claim back."""
    return withdraw_claim(request.context, claim_by_id(request.context, claim_id))


def _judged(body: ClaimVerdictIn) -> list[Judged]:
    return [Judged(each.criterion, each.met, each.reason) for each in body.lines]


@endpoint(
    router,
    "post",
    "/claims/{claim_id}/verdict",
    "standards.decide_claim",
    permission=REVIEW,
    response=ClaimOut,
)
def decide(request: Request, claim_id: int, body: ClaimVerdictIn) -> Claim:
    """Judge a claim criterion by criterion."""
    claim = claim_by_id(request.context, claim_id)
    return decide_claim(request.context, claim, lines=_judged(body), reason=body.reason)


@endpoint(
    router, "post", "/claims/{claim_id}/appeal", "standards.appeal_claim", permission=CLAIM, response=ClaimOut
)
def appeal(request: Request, claim_id: int, body: StandardReasonIn) -> Claim:
    """Ask for a second look."""
    return appeal_claim(request.context, claim_by_id(request.context, claim_id), reason=body.reason)


@endpoint(
    router,
    "post",
    "/claims/{claim_id}/answer",
    "standards.answer_claim",
    permission=REVIEW,
    response=ClaimOut,
)
def answer(request: Request, claim_id: int, body: ClaimVerdictIn) -> Claim:
    """Look at a refused claim a second time."""
    claim = claim_by_id(request.context, claim_id)
    return answer_claim(request.context, claim, lines=_judged(body), reason=body.reason)


@endpoint(
    router,
    "post",
    "/claims/{claim_id}/revoke",
    "standards.revoke_claim",
    permission=REVIEW,
    response=ClaimOut,
)
def revoke(request: Request, claim_id: int, body: RevocationIn) -> Claim:
    """End what was granted."""
    return revoke_claim(request.context, claim_by_id(request.context, claim_id), **body.dict())
