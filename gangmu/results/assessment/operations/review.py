"""What people say about results: remarks, reviews, signatures, appeals, and proposals to parents."""

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.rules import is_below
from gangmu.results.assessment.models import Appeal, Remark, Result, Review, Round, Screening, Signature
from gangmu.results.assessment.operations.rounds import locked_round
from gangmu.results.assessment.queries.appeals import reviewed_before
from gangmu.results.assessment.queries.awards import groups_to_sign, reviewers_of
from gangmu.results.assessment.queries.rounds import CALENDAR, appraisal_of

_NEEDED = "This must be filled in."


def _said(text: str, field: str, longest: int) -> str:
    if not text.strip():
        raise Invalid("Some fields need attention.", faults={field: _NEEDED})
    if len(text.strip()) > longest:
        raise Invalid("Some fields need attention.", faults={field: "This is too long."})
    return text.strip()


def _standing(round_: Round, org: Org, scorecard: str) -> Result:
    rows = Result.objects.filter(run__round=round_, run__number=round_.run, org=org)
    found = rows.filter(scorecard=scorecard).first()
    if found is None:
        raise NotFound("There is no such result.")
    return found


@operation("assessment.remark_result", permission="assessment.review", at="org")
def remark_result(context: Context, org: Org, round_: Round, *, scorecard: str, text: str) -> Remark:
    """Say something about an organization's preliminary result, with the reason.

    It changes no number: what is wrong is mended where the fact arose, and run again.
    """
    held = locked_round(round_, "review")
    said = _said(text, "text", 500)
    _standing(held, org, scorecard)
    return Remark.objects.create(
        round=held, org=org, scorecard=scorecard, text=said, said_by_id=context.account, said_at=context.now
    )


@operation("assessment.review_part", permission="assessment.review", at="office")
def review_part(context: Context, office: Org, round_: Round, *, text: str = "") -> Review:
    """Say that an office has looked at all results of its own part of the tree; once is enough."""
    held = locked_round(round_, "review")
    if not is_below(office.path, held.org.path):
        raise NotFound("There is no such round here.")
    if Review.objects.filter(round=held, office=office).exists():
        raise Conflict("This office has reviewed its part already.")
    return Review.objects.create(
        round=held,
        office=office,
        text=text.strip()[:500],
        reviewed_by_id=context.account,
        reviewed_at=context.now,
    )


@operation("assessment.sign_awards", permission="assessment.manage", at="round_.org")
def sign_awards(
    context: Context, round_: Round, *, peer_group: str, given: bool, reviewer: int, reason: str
) -> Signature:
    """Sign, or withhold, the awards of one small peer group of the run that stands, by name and with the reason.

    In a group that is too small no ceiling holds, so a person answers for its awards: somebody who
    reviews all of the round, for those of the run that stands. A later run that gives other ones is
    signed anew.
    """
    held = locked_round(round_, "sign")
    why = _said(reason, "reason", 300)
    signer = next((each for each in reviewers_of(held, context.today) if each.pk == reviewer), None)
    if signer is None:
        raise Invalid(
            "Some fields need attention.", faults={"reviewer": "Choose somebody who reviews this round."}
        )
    group = next((each for each in groups_to_sign(held) if each.peer_group == peer_group), None)
    if group is None:
        raise NotFound("There are no awards to sign in this group.")
    if group.signature is not None:
        raise Conflict("The awards of this group are signed already.")
    return Signature.objects.create(
        round=held,
        run=held.run,
        peer_group=peer_group,
        given=given,
        reason=why,
        reviewer=signer,
        name=signer.name,
        signed_by_id=context.account,
        signed_at=context.now,
    )


@operation("assessment.appeal_result", permission="assessment.appeal", at="org")
def appeal_result(
    context: Context, org: Org, round_: Round, *, scorecard: str, text: str, line: str = ""
) -> Appeal:
    """Appeal against one's own organization's result while it is made known.

    Refused after the last day for appeals, and while an earlier one on the same has no answer.
    """
    held = locked_round(round_, "appeal")
    said = _said(text, "text", 1000)
    if held.appeals_until is None or context.today > held.appeals_until:
        raise Conflict(
            "The time for appeals was over on %(day)s.",
            {"day": held.appeals_until or ""},
        )
    result = _standing(held, org, scorecard)
    if line and result.line(line) is None:
        raise Invalid("Some fields need attention.", faults={"line": "This is not one of the choices."})
    if Appeal.objects.filter(round=held, org=org, scorecard=scorecard, line=line, answered_at=None).exists():
        raise Conflict("An appeal on this waits for its answer.")
    return Appeal.objects.create(
        round=held,
        org=org,
        scorecard=scorecard,
        line=line,
        text=said,
        appealed_at=context.now,
        appealed_by_id=context.account,
        due_on=CALENDAR.add_workdays(context.today, appraisal_of(held).answer_days),
    )


@operation("assessment.answer_appeal", permission="assessment.manage", at="appeal.round.org")
def answer_appeal(context: Context, appeal: Appeal, *, outcome: str, answer: str) -> Appeal:
    """Answer an appeal: upheld or rejected, with reasons; by somebody who neither reviewed nor made it.

    Answered once, it stays so. What is upheld is mended where the fact arose, and run again.
    Refused when the round was withdrawn.
    """
    said = _said(answer, "answer", 1000)
    if outcome not in Appeal.Outcome.values:
        raise Invalid("Some fields need attention.", faults={"outcome": "This is not one of the choices."})
    held = Appeal.objects.select_for_update(of=("self",)).select_related("round", "org").get(pk=appeal.pk)
    if held.answered_at is not None:
        raise Conflict("This appeal was answered before.")
    locked_round(held.round, "answer")
    if held.appealed_by_id == context.account or reviewed_before(held, context.account):
        raise Conflict("Whoever reviewed this result does not answer the appeal against it.")
    held.outcome, held.answer = outcome, said
    held.answered_at, held.answered_by_id = context.now, context.account
    held.save(update_fields=["outcome", "answer", "answered_at", "answered_by"])
    return held


@operation("assessment.screen_round", permission="assessment.manage", at="round_.org")
def screen_round(context: Context, round_: Round) -> int:
    """Propose to each parent those of its organizations that score below the appraisal's bound.

    It decides nothing and tells nobody else. Asked again, it proposes whom it has not yet.
    """
    held = locked_round(round_, "screen")
    bound = appraisal_of(held).screen_below
    if bound is None:
        raise Conflict("This appraisal proposes nobody: it has no bound.")
    rows = Result.objects.filter(
        run__round=held, run__number=held.run, score__lt=bound, org__parent__isnull=False
    )
    known = set(Screening.objects.filter(round=held).values_list("org", "scorecard"))
    new = [
        Screening(
            round=held,
            org_id=row.org_id,
            scorecard=row.scorecard,
            score=row.score,
            bound=bound,
            proposed_at=context.now,
        )
        for row in rows
        if row.score is not None and (row.org_id, row.scorecard) not in known
    ]
    Screening.objects.bulk_create(new, batch_size=500)
    return len(new)


@operation("assessment.decide_screening", permission="assessment.review", at="screening.org.parent")
def decide_screening(context: Context, screening: Screening, *, decision: str, reason: str) -> Screening:
    """Decide, as the parent, whether an organization that was proposed is to be rectified, and why.

    Refused when the round was withdrawn: its results propose nothing any more.
    """
    why = _said(reason, "reason", 300)
    if decision not in Screening.Decision.values:
        raise Invalid("Some fields need attention.", faults={"decision": "This is not one of the choices."})
    held = Screening.objects.select_for_update(of=("self",)).select_related("round").get(pk=screening.pk)
    if held.decision:
        raise Conflict("This was decided before.")
    locked_round(held.round, "decide")
    held.decision, held.reason = decision, why
    held.decided_by_id, held.decided_at = context.account, context.now
    held.save(update_fields=["decision", "reason", "decided_by", "decided_at"])
    return held
