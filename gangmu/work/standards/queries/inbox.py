"""What of the standards waits for the reader's own organizations."""

from gangmu.core.context import Context
from gangmu.frame.words import msgid
from gangmu.kernel.inbox.rules import Box, Counts, InboxEntry
from gangmu.work.standards.models import Claim
from gangmu.work.standards.queries.claims import claims_to_judge, own_open_claims
from gangmu.work.standards.queries.kinds import kind_of_claim

TO_JUDGE = msgid("Judge the claim: %(standard)s")
TO_ANSWER = msgid("Answer the appeal: %(standard)s")
TO_HAND_IN = msgid("Finish your claim: %(standard)s")
MAY_APPEAL = msgid("Refused, you may appeal: %(standard)s")


def claim_counts(context: Context) -> Counts:
    """Return how many claims wait for the reader's own organizations."""
    to_judge = claims_to_judge(context)
    late = to_judge.filter(due_on__lt=context.today).count()
    return Counts(waiting=to_judge.count() + own_open_claims(context).count(), overdue=late)


def claim_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return the first so many of a box: claims to judge, appeals to answer, own claims to finish."""
    if box not in ("waiting", "overdue"):
        return []
    to_judge = claims_to_judge(context)
    if box == "overdue":
        return [_to_judge(context, each) for each in to_judge.filter(due_on__lt=context.today)[:limit]]
    return [_to_judge(context, each) for each in to_judge[:limit]] + [
        _own(context, each) for each in own_open_claims(context)[:limit]
    ]


def _to_judge(context: Context, claim: Claim) -> InboxEntry:
    appealed = claim.state == Claim.State.APPEALED
    return InboxEntry(
        title=TO_ANSWER if appealed else TO_JUDGE,
        params={"standard": kind_of_claim(claim).title.within(context.language)},
        url_name="standards-claim",
        url_args={"claim_id": claim.pk},
        org_name=claim.org.name,
        due_on=claim.due_on,
        at=claim.appealed_at if appealed else claim.submitted_at,
    )


def _own(context: Context, claim: Claim) -> InboxEntry:
    draft = claim.state == Claim.State.DRAFT
    return InboxEntry(
        title=TO_HAND_IN if draft else MAY_APPEAL,
        params={"standard": kind_of_claim(claim).title.within(context.language)},
        url_name="standards-claim",
        url_args={"claim_id": claim.pk},
        org_name=claim.org.name,
        due_on=None if draft else claim.appeal_until,
        at=claim.begun_at if draft else claim.decided_at,
    )
