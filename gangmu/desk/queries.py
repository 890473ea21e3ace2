"""What pages of many rooms read."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.text import Text
from gangmu.frame.formats import period_in_words
from gangmu.frame.words import msgid, say
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.audit.queries import all_entries
from gangmu.kernel.inbox.rules import Box, Counts, InboxEntry
from gangmu.kernel.offices.queries import first_day
from gangmu.kernel.orgs.queries import ids_within, org_name_of
from gangmu.work.plans.models import Dispute, Extension, Handover, Order, Passing, Task
from gangmu.work.plans.queries.asked import extensions_asked, passings_here
from gangmu.work.plans.queries.disputes import Said, disputes_to_decide, disputes_waiting, said_against
from gangmu.work.plans.queries.handovers import handovers_to_sign
from gangmu.work.plans.queries.orders import visible_orders
from gangmu.work.plans.queries.tasks import (
    own_answered,
    own_reviews,
    own_waiting,
    visible_tasks,
    with_standing_answers,
)


def log_entries(context: Context) -> QuerySet[Entry]:
    """Return what happened where the reader may see the log, the newest first.

    A moved organization's past is seen by today's tree. What happened at no place is seen
    only by those who may see all of it. Who disputes a task or objects
    to a notice is seen by the arbiter alone.
    """
    places = context.places("audit.view")
    if places.everywhere:
        entries = all_entries()
    elif places.whole:
        entries = all_entries().filter(org__isnull=False)
    else:
        entries = all_entries().filter(org__in=ids_within(places))
    if context.may("plans.arbitrate"):
        return entries
    return entries.exclude(verb__in=WITHOUT_A_NAME)


def with_org_names(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Return entries that bring the names of their organizations along, as ``org_name``; names are not secret."""
    return entries.annotate(org_name=org_name_of("org"))


WITHOUT_A_NAME = (
    "plans.raise_dispute",
    "plans.raise_disputes",
    "plans.drop_dispute",
    "notices.object_to_notice",
)
"""What is done under protection: the log holds it whole, and shows it to the arbiter and to who did it."""


# What the reader's inbox holds of orders: computed from the tasks, so that nobody is written a row.


def own_orders(context: Context) -> QuerySet[Order]:
    """Return the orders that the reader issued, the newest first."""
    return visible_orders(context).filter(issued_by=context.account).order_by("-issued_at")


def plan_counts(context: Context) -> Counts:
    """Return how many tasks and orders lie in each of the reader's boxes."""
    started = own_orders(context).order_by().count()
    if not context.places("plans.answer"):
        return Counts(started=started)
    owed = (
        own_waiting(context)
        .order_by()
        .aggregate(all=Count("pk"), late=Count("pk", filter=Q(due_on__lt=context.today)))
    )
    return Counts(
        waiting=owed["all"], overdue=owed["late"], done=own_answered(context).count(), started=started
    )


def plan_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return the first so many of a box: tasks one by one, orders one by one."""
    match box:
        case "waiting":
            return _owed(own_waiting(context)[:limit])
        case "overdue":
            return _owed(own_waiting(context).filter(due_on__lt=context.today)[:limit])
        case "done":
            return _answered(own_answered(context)[:limit])
        case "started":
            return [_issued(order) for order in own_orders(context)[:limit]]
    return []


def _named(order: Order) -> str:
    return f"{order.title} · {period_in_words(order.span)}"


def _answered(tasks: QuerySet[Task]) -> list[InboxEntry]:
    """Return what was answered, each with the instant of the answer that stands."""
    found: list[Any] = list(with_standing_answers(tasks))
    given = {task.pk: answer.answered_at for task in found for answer in task.standing_answers}
    return [replace(entry, at=given.get(task.pk)) for task, entry in zip(found, _owed(found), strict=True)]


def _owed(tasks: Iterable[Task]) -> list[InboxEntry]:
    return [
        InboxEntry(
            title=_named(task.order),
            url_name="plans-task",
            url_args={"task_id": task.pk},
            org_name=task.org.name,
            due_on=task.due_on,
            at=task.order.issued_at,
        )
        for task in tasks
    ]


def review_counts(context: Context) -> Counts:
    """Return how many orders have answers that wait for the reader's own organizations to look at."""
    if not context.places("plans.review"):
        return Counts()
    return Counts(waiting=own_reviews(context).order_by().values("order").distinct().count())


def review_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return what waits to be reviewed: a line an order, with how many answers, the soonest due first.

    The order's day binds those who answer, not those who look: no line of it is overdue here.
    """
    if box != "waiting":
        return []
    rows = (
        own_reviews(context)
        .order_by("order__due_on")
        .values("order", "order__title", "order__period", "order__due_on", "order__issued_at")
        .annotate(count=Count("pk"))[:limit]
    )
    return [
        InboxEntry(
            title=msgid("%(count)s answers to review: %(title)s · %(period)s"),
            params={
                "count": row["count"],
                "title": row["order__title"],
                "period": period_in_words(row["order__period"]),
            },
            url_name="plans-review",
            at=row["order__issued_at"],
        )
        for row in rows
    ]


def _issued(order: Order) -> InboxEntry:
    return InboxEntry(
        title=_named(order),
        url_name="plans-order",
        url_args={"order_id": order.pk},
        org_name=order.issuer.name,
        due_on=order.due_on,
        at=order.issued_at,
    )


@dataclass(frozen=True)
class FirstDayStep:
    """One thing of an office's first day: what it is, whether it is done, and where it is done."""

    title: Text
    help: Text
    done: bool
    url_name: str
    url_args: tuple[int, ...] = ()


def first_day_steps(context: Context) -> list[FirstDayStep]:
    """Return what an office's first day still asks of whoever set it up, in order; nothing once orders are answered.

    For others, and on every later day, there are none.
    """
    if not (context.may("plans.issue") and context.may("orgs.manage")):
        return []
    if visible_tasks(context).filter(versions__gt=0).order_by().exists():
        return []
    day = first_day(context)
    if day is None:
        return []
    org = (day.org.pk,)
    issued = visible_orders(context).order_by().exists()
    return [
        FirstDayStep(
            say("Bring the organizations in"),
            say(
                "Download the template, fill it in, upload it, look at the preview, confirm. It can be undone."
            ),
            day.orgs,
            "imports-of-org",
            org,
        ),
        FirstDayStep(
            say("Bring in who holds which post"),
            say("On the same page, the sheet Holders of posts: with the post comes the right to answer."),
            day.posts,
            "imports-of-org",
            org,
        ),
        FirstDayStep(
            say("Print a slip for each"),
            say(
                "Several on a sheet of A4, each with a one-time code to scan. Towns print those of their villages."
            ),
            day.slips,
            "offices-slips",
            org,
        ),
        FirstDayStep(
            say("Issue the first order"),
            say("Choose a duty and look at who receives it; nothing goes out before you say so."),
            issued,
            "plans-duties",
        ),
        FirstDayStep(
            say("Wait for the first answer"),
            say(
                "Branches scan their slip, set a password and answer on the telephone. Then this list goes away."
            ),
            False,
            "plans-account",
        ),
    ]


# What was said back to orders, and waits for somebody's word.


def own_passings(context: Context) -> QuerySet[Passing]:
    """Return what was passed down to the reader's own organizations, not to those below them."""
    return passings_here(context).filter(place__path__in=context.places("plans.answer").tops)


def own_extensions(context: Context) -> QuerySet[Extension]:
    """Return the later days asked of the reader's own organizations as issuers."""
    tops = context.places("plans.issue").tops
    return extensions_asked(context).filter(task__order__issuer__path__in=tops)


def passing_counts(context: Context) -> Counts:
    """Return how much was passed down to the reader's own organizations."""
    if not context.places("plans.answer"):
        return Counts()
    found = (
        own_passings(context)
        .order_by()
        .aggregate(all=Count("pk"), late=Count("pk", filter=Q(due_on__lt=context.today)))
    )
    return Counts(waiting=found["all"], overdue=found["late"])


def passing_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return the first so many of what was passed down to the reader's own organizations."""
    if box not in ("waiting", "overdue"):
        return []
    rows = own_passings(context)
    if box == "overdue":
        rows = rows.filter(due_on__lt=context.today)
    return [_passed(each) for each in rows[:limit]]


def extension_counts(context: Context) -> Counts:
    """Return how many later days are asked of the reader's own organizations."""
    if not context.places("plans.issue"):
        return Counts()
    return Counts(waiting=own_extensions(context).order_by().count())


def extension_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return the first so many later days that are asked of the reader's own organizations."""
    return [_asked(each) for each in own_extensions(context)[:limit]] if box == "waiting" else []


def against_counts(context: Context) -> Counts:
    """Return against how many of the reader's orders something is said."""
    if not context.places("plans.issue"):
        return Counts()
    return Counts(waiting=disputes_waiting(context).values("order").distinct().count())


def against_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return what is said against the reader's orders, one line an order: how often, never by whom."""
    if box != "waiting":
        return []
    counts: dict[int, list[Said]] = {}
    for said in said_against(context):
        counts.setdefault(said.order.pk, []).append(said)
    return [
        InboxEntry(
            title=msgid("%(count)s say that it is not for them: %(title)s"),
            params={"count": sum(said.count for said in some), "title": some[0].order.title},
            url_name="plans-disputes",
            org_name=some[0].order.issuer.name,
            due_on=min(said.answer_by for said in some if said.answer_by),
        )
        for some in list(counts.values())[:limit]
    ]


def decision_counts(context: Context) -> Counts:
    """Return how many disputes climbed to the reader as the arbiter."""
    if not context.places("plans.arbitrate"):
        return Counts()
    return Counts(waiting=disputes_to_decide(context).order_by().count())


def decision_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return the first so many disputes that climbed to the reader as the arbiter."""
    return [_to_decide(each) for each in disputes_to_decide(context)[:limit]] if box == "waiting" else []


def handover_counts(context: Context) -> Counts:
    """Return how many handovers wait for the reader's own signature."""
    if context.actor.person_id is None:
        return Counts()
    return Counts(waiting=handovers_to_sign(context).order_by().count())


def handover_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return the first so many handovers that wait for the reader's own signature."""
    return [_to_sign(each) for each in handovers_to_sign(context)[:limit]] if box == "waiting" else []


def _passed(passing: Passing) -> InboxEntry:
    return InboxEntry(
        title=msgid("Passed on by %(org)s: %(title)s"),
        params={"org": passing.passer.name, "title": passing.task.order.title},
        url_name="plans-passing",
        url_args={"passing_id": passing.pk},
        text=passing.note,
        org_name=passing.place.name,
        due_on=passing.due_on,
        at=passing.passed_at,
    )


def _asked(extension: Extension) -> InboxEntry:
    return InboxEntry(
        title=msgid("A later day is asked for: %(title)s"),
        params={"title": extension.task.order.title},
        url_name="plans-extension",
        url_args={"extension_id": extension.pk},
        text=extension.reason,
        org_name=extension.task.org.name,
        due_on=extension.answer_by,
        at=extension.asked_at,
    )


def _to_decide(dispute: Dispute) -> InboxEntry:
    return InboxEntry(
        title=msgid("A dispute to decide: %(title)s"),
        params={"title": dispute.order.title},
        url_name="plans-dispute",
        url_args={"dispute_id": dispute.pk},
        org_name=dispute.task.org.name,
        due_on=dispute.answer_by,
        at=dispute.climbed_at,
    )


def _to_sign(handover: Handover) -> InboxEntry:
    return InboxEntry(
        title=msgid("A post to take over: sign for what is open there"),
        url_name="plans-handover",
        url_args={"handover_id": handover.pk},
        org_name=handover.org.name,
        at=handover.given_at,
    )
