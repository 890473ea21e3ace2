"""What of the goals waits for the reader's own organizations."""

from django.db.models import Count, Q, QuerySet

from gangmu.core.context import Context
from gangmu.frame.words import msgid
from gangmu.kernel.inbox.rules import Box, Counts, InboxEntry
from gangmu.work.programmes.models import TargetVersion
from gangmu.work.programmes.queries.letters import waiting_letters
from gangmu.work.programmes.queries.targets import visible_changes


def own_decisions(context: Context) -> QuerySet[TargetVersion]:
    """Return the wishes for other targets that the reader's own organizations decide on."""
    tops = context.places("programmes.manage").tops
    waiting = visible_changes(context).exclude(proposed_by=context.account)
    return waiting.filter(target__parent__org__path__in=tops)


def goal_counts(context: Context) -> Counts:
    """Return how many letters and wishes wait for the reader's own organizations."""
    letters = (
        waiting_letters(context)
        .order_by()
        .aggregate(all=Count("pk"), late=Count("pk", filter=Q(due_on__lt=context.today)))
    )
    decisions = own_decisions(context).count() if context.places("programmes.manage") else 0
    return Counts(waiting=letters["all"] + decisions, overdue=letters["late"])


def goal_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return the first so many of a box: letters to accept, wishes to decide on."""
    if box not in ("waiting", "overdue"):
        return []
    letters = waiting_letters(context)
    if box == "overdue":
        letters = letters.filter(due_on__lt=context.today)
    entries = [
        InboxEntry(
            title=msgid("Accept the letter: %(title)s %(year)s"),
            params={"title": each.title, "year": each.year},
            url_name="programmes-letter",
            url_args={"letter_id": each.pk},
            org_name=each.org.name,
            due_on=each.due_on,
            at=each.issued_at,
        )
        for each in letters[:limit]
    ]
    if box == "overdue":
        return entries
    return entries + [
        InboxEntry(
            title=msgid("Another target is asked for: %(reason)s"),
            params={"reason": each.reason[:80]},
            url_name="programmes-target",
            url_args={"target_id": each.target.parent_id},
            org_name=each.target.org.name,
            at=each.proposed_at,
        )
        for each in own_decisions(context)[:limit]
    ]
