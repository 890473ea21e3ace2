"""Appeals: one's own, those that wait for an answer, and who may give it."""

from django.db.models import Count, Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.frame.words import msgid
from gangmu.kernel.inbox.rules import Box, Counts, InboxEntry
from gangmu.kernel.orgs.queries import within
from gangmu.results.assessment.models import Appeal, Remark, Review, Round


def visible_appeals(context: Context) -> QuerySet[Appeal]:
    """Return one's own organization's appeals, its children's, and those one answers; soonest due first."""
    tops = [path for path in context.places("assessment.view").tops if path]
    answering = within(context.places("assessment.manage"), "round__org__path")
    return (
        Appeal.objects.filter(Q(org__path__in=tops) | Q(org__parent__path__in=tops) | answering)
        .select_related("round", "round__org", "org", "org__parent", "answered_by")
        .order_by("answered_at", "due_on", "pk")
    )


def appeal_by_id(context: Context, appeal_id: int) -> Appeal:
    """Return one appeal that the reader may see; otherwise there is none."""
    found = visible_appeals(context).filter(pk=appeal_id).first()
    if found is None:
        raise NotFound("There is no such appeal.")
    return found


WAITING = Q(answered_at=None, round__state=Round.State.PUBLICITY)
"""An appeal waits for its answer as long as its round stands: one that was withdrawn has nothing to mend."""


def appeals_to_answer(context: Context) -> QuerySet[Appeal]:
    """Return the appeals that wait for an answer of the reader's office."""
    return visible_appeals(context).filter(
        WAITING, within(context.places("assessment.manage"), "round__org__path")
    )


def reviewed_before(appeal: Appeal, account: int) -> bool:
    """Whether somebody has reviewed what an appeal is about: then another has to answer it."""
    above = [int(step) for step in appeal.org.path.strip("/").split("/")]
    return (
        Remark.objects.filter(round=appeal.round_id, org=appeal.org_id, said_by=account).exists()
        or Review.objects.filter(round=appeal.round_id, office__in=above, reviewed_by=account).exists()
    )


def appeal_counts(context: Context) -> Counts:
    """Return how many appeals wait for the reader's answer, in one query."""
    if not context.places("assessment.manage"):
        return Counts()
    rows = Appeal.objects.filter(within(context.places("assessment.manage"), "round__org__path"))
    found = rows.aggregate(
        waiting=Count("pk", filter=WAITING),
        overdue=Count("pk", filter=WAITING & Q(due_on__lt=context.today)),
        done=Count("pk", filter=Q(answered_by=context.account)),
    )
    return Counts(**found)


def appeal_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return the appeals as lines of an inbox."""
    if box not in ("waiting", "overdue", "done") or not context.places("assessment.manage"):
        return []
    chosen = {
        "waiting": WAITING,
        "overdue": WAITING & Q(due_on__lt=context.today),
        "done": Q(answered_by=context.account),
    }[box]
    rows = visible_appeals(context).filter(within(context.places("assessment.manage"), "round__org__path"))
    return [
        InboxEntry(
            title=msgid("Answer the appeal in “%(round)s”"),
            params={"round": appeal.round.title},
            url_name="assessment-appeal",
            url_args={"appeal_id": appeal.pk},
            org_name=appeal.org.name,
            due_on=appeal.due_on,
            at=appeal.answered_at or appeal.appealed_at,
        )
        for appeal in rows.filter(chosen)[:limit]
    ]
