"""A contest's panel and its decision: sheets, lines, publicity, conferring."""

from datetime import datetime
from decimal import Decimal

from ninja import Router, Schema

from gangmu.core.errors import NotFound
from gangmu.frame.doors import Request, endpoint
from gangmu.results.honours.api.shapes import ContestOut, HonourOut
from gangmu.results.honours.models import Contest, Decision, Heeding, Honour, Sheet
from gangmu.results.honours.operations.deciding import (
    begin_contest_publicity,
    confer_honours,
    decide_line,
    heed_objection,
)
from gangmu.results.honours.operations.panel import enter_sheet, judge_candidate
from gangmu.results.honours.queries.contests import (
    contest_by_id,
    member_by_id,
    nomination_by_id,
    objection_to,
    seat_of,
)

router = Router()


class SheetOut(Schema):
    """What a panel member gave a candidate."""

    id: int
    nomination_id: int
    member_id: int
    points: dict[str, str]
    vote: str
    reason: str
    paper: str
    written_at: datetime


class JudgementIn(Schema):
    """Points by criterion, or a vote; what is left out is unknown."""

    points: dict[str, Decimal | None] = {}
    vote: str = ""
    reason: str = ""


@endpoint(
    router,
    "post",
    "/nominations/{nomination_id}/judgement",
    "honours.judge_candidate",
    permission="honours.judge",
    response=SheetOut,
)
def judge(request: Request, nomination_id: int, body: JudgementIn) -> Sheet:
    """Judge one candidate in one's own seat."""
    context = request.context
    nomination = nomination_by_id(context, nomination_id)
    seat = seat_of(context, nomination.contest)
    if seat is None:
        raise NotFound("There is no such panel member.")
    return judge_candidate(context, seat, nomination, points=body.points, vote=body.vote, reason=body.reason)


class PaperSheetIn(JudgementIn):
    """What a panel member wrote on paper, and which paper that is."""

    member: int
    paper: str


@endpoint(
    router,
    "post",
    "/nominations/{nomination_id}/sheets",
    "honours.enter_sheet",
    permission="honours.manage",
    response=SheetOut,
)
def enter(request: Request, nomination_id: int, body: PaperSheetIn) -> Sheet:
    """Enter what a panel member wrote on paper."""
    context = request.context
    nomination = nomination_by_id(context, nomination_id)
    return enter_sheet(
        context,
        member_by_id(nomination.contest, body.member),
        nomination,
        paper=body.paper,
        points=body.points,
        vote=body.vote,
        reason=body.reason,
    )


class DecisionOut(Schema):
    """What was decided in one line, why, and who signed where it had to be signed."""

    id: int
    contest_id: int
    line: str
    reason: str
    tie: bool
    few: bool
    signed_by_id: int | None
    decided_at: datetime


class DecisionIn(Schema):
    """Who of one line is chosen, why, who higher is passed over why, and which panel member signs."""

    line: str
    chosen: list[int]
    reason: str
    passed_over: dict[int, str] = {}
    signed_by: int | None = None


@endpoint(
    router,
    "post",
    "/contests/{contest_id}/decisions",
    "honours.decide_line",
    permission="honours.manage",
    response=DecisionOut,
)
def decide(request: Request, contest_id: int, body: DecisionIn) -> Decision:
    """Decide one line of a contest."""
    contest = contest_by_id(request.context, contest_id)
    return decide_line(
        request.context,
        contest,
        line=body.line,
        chosen=body.chosen,
        reason=body.reason,
        passed_over=body.passed_over,
        signed_by=member_by_id(contest, body.signed_by) if body.signed_by else None,
    )


@endpoint(
    router,
    "post",
    "/contests/{contest_id}/publicity",
    "honours.begin_contest_publicity",
    permission="honours.manage",
    response=ContestOut,
)
def publicity(request: Request, contest_id: int) -> Contest:
    """Make known who is chosen."""
    return begin_contest_publicity(request.context, contest_by_id(request.context, contest_id))


class HeedingIn(Schema):
    """Which upheld objection, what follows and why; ``strike`` is the candidate taken off the list."""

    objection: int
    reason: str
    strike: int | None = None


class HeedingOut(Schema):
    """What followed from an objection."""

    id: int
    objection_id: int
    nomination_id: int | None
    reason: str


@endpoint(
    router,
    "post",
    "/contests/{contest_id}/heedings",
    "honours.heed_objection",
    permission="honours.manage",
    response=HeedingOut,
)
def heed(request: Request, contest_id: int, body: HeedingIn) -> Heeding:
    """Say what follows from an upheld objection."""
    context = request.context
    contest = contest_by_id(context, contest_id)
    return heed_objection(
        context,
        contest,
        objection=objection_to(contest, body.objection),
        reason=body.reason,
        strike=nomination_by_id(context, body.strike) if body.strike else None,
    )


@endpoint(
    router,
    "post",
    "/contests/{contest_id}/confer",
    "honours.confer_honours",
    permission="honours.manage",
    response=list[HonourOut],
)
def confer(request: Request, contest_id: int) -> list[Honour]:
    """Confer the honour on whom the contest chose."""
    return confer_honours(request.context, contest_by_id(request.context, contest_id))
