"""Rounds, results, appeals and proposals over the API."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Query, Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.results.assessment.margins import margin_of
from gangmu.results.assessment.models import Appeal, Remark, Result, Review, Round, Run, Screening, Signature
from gangmu.results.assessment.operations.review import (
    answer_appeal,
    appeal_result,
    decide_screening,
    remark_result,
    review_part,
    screen_round,
    sign_awards,
)
from gangmu.results.assessment.operations.rounds import (
    begin_publicity,
    begin_review,
    check_round,
    finish_round,
    freeze,
    freeze_anew,
    open_round,
    publish_round,
    run_round,
    withdraw_round,
)
from gangmu.results.assessment.queries.appeals import appeal_by_id, visible_appeals
from gangmu.results.assessment.queries.awards import stars_given, withheld
from gangmu.results.assessment.queries.evidence import share_in
from gangmu.results.assessment.queries.results import (
    listed_results,
    result_of,
    screening_by_id,
    screenings_for,
)
from gangmu.results.assessment.queries.rounds import (
    indicators_of,
    round_by_id,
    scorecard_of,
    standing_run,
    visible_rounds,
)

router = Router(tags=["assessment"])


class PageOf(Schema):
    """Where a list goes on: rows after an id."""

    after: int = 0
    limit: int = 100


def limit_of(page: PageOf) -> int:
    """Return how many rows are given at once."""
    return max(1, min(page.limit, 200))


class RoundOut(Schema):
    """A round and how far it is."""

    id: int
    org_id: int
    appraisal: str
    period: str
    title: str
    state: str
    scorecards: list[str]
    run: int
    frozen_at: datetime | None
    review_until: date | None
    publicity_until: date | None
    appeals_until: date | None
    published_at: datetime | None
    withdrawn_for: str


class RoundIn(Schema):
    """A round to open."""

    org: int
    appraisal: str
    period: str


class RunOut(Schema):
    """One freezing of a round, with its fingerprints and those of its results.

    ``facts_until``: a run for upheld appeals takes later facts of who appealed alone.
    """

    id: int
    number: int
    reason: str
    known_at: datetime
    facts_until: datetime | None
    tree_hash: str
    facts_hash: str
    facts: int
    results: dict[str, str]
    done_at: datetime | None


class PackIn(Schema):
    """By which pack, by its hash, the caller believes to judge; empty: whichever was frozen."""

    pack: str = ""


class RoundReasonIn(Schema):
    """Why."""

    reason: str


class ResultOut(Schema):
    """A result as it may be listed before the caller."""

    id: int
    org_id: int
    org_name: str
    scorecard: str
    score: Decimal | None
    coverage: Decimal
    peer_group: str
    peers: int
    rank: int | None
    stars: int | None
    notes: str


class ResultLineOut(Schema):
    """One line of a result; numbers as they were made, and the margin of a share that was sampled."""

    indicator: str
    value: Decimal | None
    points: Decimal | None
    max_points: Decimal
    state: str
    numerator: Decimal | None
    denominator: Decimal | None
    parts: int
    parts_unknown: int
    margin_low: Decimal | None = None
    margin_high: Decimal | None = None


class ResultWhole(ResultOut):
    """A result with its lines."""

    lines: list[ResultLineOut]


class CheckedOut(Schema):
    """Whether a round, made once more, is what it was."""

    same: bool
    facts: bool
    results: dict[str, bool]


class ProposedCountOut(Schema):
    """How many."""

    count: int


@endpoint(
    router,
    "get",
    "/appraisals",
    "assessment.visible_rounds",
    permission="assessment.view",
    response=list[RoundOut],
)
def list_rounds(request: Request, page: Query[PageOf]) -> list[Round]:
    """List the rounds that concern the caller, by id."""
    rows = visible_rounds(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: limit_of(page)])


@endpoint(
    router, "post", "/appraisals", "assessment.open_round", permission="assessment.manage", response=RoundOut
)
def post_round(request: Request, given: RoundIn) -> Round:
    """Open a round over a period that is over."""
    org = org_by_id(request.context, given.org)
    return open_round(request.context, org, appraisal=given.appraisal, period=given.period)


@endpoint(
    router,
    "get",
    "/appraisals/{round_id}",
    "assessment.round_by_id",
    permission="assessment.view",
    response=RoundOut,
)
def read_round(request: Request, round_id: int) -> Round:
    """Return one round."""
    return round_by_id(request.context, round_id)


@endpoint(
    router,
    "post",
    "/appraisals/{round_id}/freeze",
    "assessment.freeze_round",
    permission="assessment.manage",
    response=RunOut,
)
def post_freeze(request: Request, round_id: int) -> Run:
    """Freeze facts, tree and pack."""
    return freeze(request.context, round_by_id(request.context, round_id))


@endpoint(
    router,
    "post",
    "/appraisals/{round_id}/freeze-again",
    "assessment.freeze_again",
    permission="assessment.manage",
    response=RunOut,
)
def post_freeze_again(request: Request, round_id: int, given: RoundReasonIn) -> Run:
    """Freeze the facts as they are known now, under the first freezing's pack."""
    return freeze_anew(request.context, round_by_id(request.context, round_id), reason=given.reason)


@endpoint(
    router,
    "post",
    "/appraisals/{round_id}/run",
    "assessment.finish_run",
    permission="assessment.manage",
    response=RunOut,
)
def post_run(request: Request, round_id: int, given: PackIn) -> Run:
    """Judge what was frozen last; another pack than the frozen one is refused."""
    return run_round(request.context, round_by_id(request.context, round_id), pack=given.pack)


@endpoint(
    router,
    "post",
    "/appraisals/{round_id}/review",
    "assessment.begin_review",
    permission="assessment.manage",
    response=RoundOut,
)
def post_review(request: Request, round_id: int) -> Round:
    """Have every office look at its part."""
    return begin_review(request.context, round_by_id(request.context, round_id))


@endpoint(
    router,
    "post",
    "/appraisals/{round_id}/publicity",
    "assessment.begin_publicity",
    permission="assessment.manage",
    response=RoundOut,
)
def post_publicity(request: Request, round_id: int) -> Round:
    """Make the results known for objections and appeals."""
    return begin_publicity(request.context, round_by_id(request.context, round_id))


@endpoint(
    router,
    "post",
    "/appraisals/{round_id}/finish",
    "assessment.finish_round",
    permission="assessment.manage",
    response=RoundOut,
)
def post_finish(request: Request, round_id: int) -> Round:
    """Make the results final."""
    return finish_round(request.context, round_by_id(request.context, round_id))


@endpoint(
    router,
    "post",
    "/appraisals/{round_id}/publish",
    "assessment.publish_round",
    permission="assessment.manage",
    response=RoundOut,
)
def post_publish(request: Request, round_id: int) -> Round:
    """Publish the final results."""
    return publish_round(request.context, round_by_id(request.context, round_id))


@endpoint(
    router,
    "post",
    "/appraisals/{round_id}/withdraw",
    "assessment.withdraw_round",
    permission="assessment.manage",
    response=RoundOut,
)
def post_withdraw(request: Request, round_id: int, given: RoundReasonIn) -> Round:
    """Withdraw a round, with the reason in its place."""
    return withdraw_round(request.context, round_by_id(request.context, round_id), reason=given.reason)


@endpoint(
    router,
    "post",
    "/appraisals/{round_id}/check",
    "assessment.note_check",
    permission="assessment.manage",
    response=CheckedOut,
)
def post_check(request: Request, round_id: int) -> Any:
    """Make the standing run once more and compare every fingerprint."""
    return check_round(request.context, round_by_id(request.context, round_id))


@endpoint(
    router,
    "post",
    "/appraisals/{round_id}/screen",
    "assessment.screen_round",
    permission="assessment.manage",
    response=ProposedCountOut,
)
def post_screen(request: Request, round_id: int) -> dict[str, int]:
    """Propose to parents whoever scores below the bound."""
    return {"count": screen_round(request.context, round_by_id(request.context, round_id))}


def result_out(row: Result, held_back: Mapping[str, int]) -> dict[str, Any]:
    """Return a result as it may be listed: an award that is unsigned is not told."""
    return {
        "id": row.pk,
        "org_id": row.org_id,
        "org_name": row.org.name,
        "scorecard": row.scorecard,
        "score": row.score,
        "coverage": row.coverage,
        "peer_group": row.peer_group,
        "peers": row.peers,
        "rank": row.rank,
        "stars": stars_given(row, held_back),
        "notes": row.notes,
    }


@endpoint(
    router,
    "get",
    "/appraisals/{round_id}/results",
    "assessment.listed_results",
    permission="assessment.view",
    response=list[ResultOut],
)
def list_results(request: Request, round_id: int, page: Query[PageOf]) -> list[dict[str, Any]]:
    """List the results that may be listed before the caller, by id."""
    round_ = round_by_id(request.context, round_id)
    rows = listed_results(request.context, round_).order_by("pk").filter(pk__gt=page.after)
    held_back = withheld(round_)
    return [result_out(row, held_back) for row in rows[: limit_of(page)]]


@endpoint(
    router,
    "get",
    "/appraisals/{round_id}/results/{org_id}/{card_code}",
    "assessment.result_of",
    permission="assessment.view",
    response=ResultWhole,
)
def read_result(request: Request, round_id: int, org_id: int, card_code: str) -> dict[str, Any]:
    """Return one result line by line."""
    round_ = round_by_id(request.context, round_id)
    row = result_of(request.context, round_, org_id, card_code)
    kinds = indicators_of(round_, scorecard_of(round_, card_code))
    known_at = standing_run(round_).as_known
    lines = []
    for line in row.lines:
        kind = kinds.get(line["indicator"])
        share = share_in(request.context, round_, row, kind, known_at) if kind else None
        margin = margin_of(share) if share else None
        lines.append(line | ({"margin_low": margin.low, "margin_high": margin.high} if margin else {}))
    return result_out(row, withheld(round_)) | {"lines": lines}


class RemarkIn(Schema):
    """A remark on a preliminary result."""

    org: int
    scorecard: str
    text: str


class AssessmentIdOut(Schema):
    """What was made."""

    id: int


@endpoint(
    router,
    "post",
    "/appraisals/{round_id}/remarks",
    "assessment.remark_result",
    permission="assessment.review",
    response=AssessmentIdOut,
)
def post_remark(request: Request, round_id: int, given: RemarkIn) -> Remark:
    """Say something about a preliminary result."""
    org = org_by_id(request.context, given.org)
    round_ = round_by_id(request.context, round_id)
    return remark_result(request.context, org, round_, scorecard=given.scorecard, text=given.text)


class PartReviewIn(Schema):
    """That an office has looked at its part."""

    office: int
    text: str = ""


@endpoint(
    router,
    "post",
    "/appraisals/{round_id}/reviews",
    "assessment.review_part",
    permission="assessment.review",
    response=AssessmentIdOut,
)
def post_part(request: Request, round_id: int, given: PartReviewIn) -> Review:
    """Say that an office has looked at its part."""
    office = org_by_id(request.context, given.office)
    return review_part(request.context, office, round_by_id(request.context, round_id), text=given.text)


class SignatureIn(Schema):
    """A reviewer's word on the awards of a small peer group; ``reviewer`` is the account of who answers for it."""

    peer_group: str
    given: bool
    reviewer: int
    reason: str


@endpoint(
    router,
    "post",
    "/appraisals/{round_id}/signatures",
    "assessment.sign_awards",
    permission="assessment.manage",
    response=AssessmentIdOut,
)
def post_signature(request: Request, round_id: int, given: SignatureIn) -> Signature:
    """Sign or withhold the awards of a small peer group."""
    return sign_awards(request.context, round_by_id(request.context, round_id), **given.dict())


class AppealIn(Schema):
    """An appeal against one's own result; ``line`` is the indicator it is about, if one."""

    org: int
    scorecard: str
    text: str
    line: str = ""


class AppealOut(Schema):
    """An appeal and its answer."""

    id: int
    round_id: int
    org_id: int
    scorecard: str
    line: str
    text: str
    appealed_at: datetime
    due_on: date
    answered_at: datetime | None
    outcome: str
    answer: str


@endpoint(
    router,
    "post",
    "/appraisals/{round_id}/appeals",
    "assessment.appeal_result",
    permission="assessment.appeal",
    response=AppealOut,
)
def post_appeal(request: Request, round_id: int, given: AppealIn) -> Appeal:
    """Appeal in time against one's own result."""
    org = org_by_id(request.context, given.org)
    round_ = round_by_id(request.context, round_id)
    return appeal_result(
        request.context, org, round_, scorecard=given.scorecard, text=given.text, line=given.line
    )


@endpoint(
    router,
    "get",
    "/appeals",
    "assessment.visible_appeals",
    permission="assessment.view",
    response=list[AppealOut],
)
def list_appeals(request: Request, page: Query[PageOf]) -> list[Appeal]:
    """List the appeals that the caller made, answers or stands above, by id."""
    rows = visible_appeals(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: limit_of(page)])


class AppealAnswerIn(Schema):
    """The answer to an appeal: upheld or rejected, and why."""

    outcome: str
    answer: str


@endpoint(
    router,
    "post",
    "/appeals/{appeal_id}/answer",
    "assessment.answer_appeal",
    permission="assessment.manage",
    response=AppealOut,
)
def post_answer(request: Request, appeal_id: int, given: AppealAnswerIn) -> Appeal:
    """Answer an appeal, as somebody who neither reviewed nor made it."""
    appeal = appeal_by_id(request.context, appeal_id)
    return answer_appeal(request.context, appeal, outcome=given.outcome, answer=given.answer)


class ScreeningOut(Schema):
    """An organization that is proposed to its parent, and what was decided."""

    id: int
    round_id: int
    org_id: int
    scorecard: str
    score: Decimal
    bound: Decimal
    decision: str
    reason: str
    withdrawn: bool

    @staticmethod
    def resolve_withdrawn(row: Screening) -> bool:
        """Whether its round was withdrawn: then nothing is to be decided any more."""
        return row.round.state == Round.State.WITHDRAWN


@endpoint(
    router,
    "get",
    "/proposed",
    "assessment.screenings_for",
    permission="assessment.review",
    response=list[ScreeningOut],
)
def list_proposed(request: Request, page: Query[PageOf]) -> list[Screening]:
    """List what is proposed to the caller as a parent, by id."""
    rows = screenings_for(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: limit_of(page)])


class ScreeningDecisionIn(Schema):
    """What the parent decides, and why."""

    decision: str
    reason: str


@endpoint(
    router,
    "post",
    "/proposed/{screening_id}/decide",
    "assessment.decide_screening",
    permission="assessment.review",
    response=ScreeningOut,
)
def post_decision(request: Request, screening_id: int, given: ScreeningDecisionIn) -> Screening:
    """Decide whether an organization is to be rectified."""
    found = screening_by_id(request.context, screening_id)
    return decide_screening(request.context, found, decision=given.decision, reason=given.reason)
