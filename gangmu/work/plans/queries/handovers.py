"""What is open at a post, and the handovers that wait for a signature."""

from typing import Any

from django.db.models import Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.people.models import Post
from gangmu.work.plans.models import Extension, Handover, Order, Passing, Task
from gangmu.work.plans.rules import OPEN

MOST_NAMED = 50


def listed_at(context: Context, post: Post) -> list[dict[str, Any]]:
    """Return all that is open at a post's organization, by kind: how many, and which.

    The holder of a post reads what is open at that post's own place, and no other.
    """
    org = post.org
    own = context.actor.person_id is not None and post.person_id == context.actor.person_id
    if not own and not context.may("plans.view", org.path):
        raise NotFound("There is no such post.")
    tasks = Task.objects.filter(org=org, state__in=OPEN, closed_at=None)
    passed = Passing.objects.filter(Q(to_post=post) | Q(place=org), state=Passing.State.PASSED)
    waits_below = Passing.objects.filter(task__org=org, above=None, state=Passing.State.PASSED)
    asked = Extension.objects.filter(task__org=org, state=Extension.State.ASKED)
    reviews = Task.objects.filter(
        Q(order__review="parent", org__parent=org) | Q(order__review="issuer", order__issuer=org),
        state="answered",
    )
    orders = Order.objects.filter(issuer=org, state__in=(Order.State.ISSUING, Order.State.ISSUED))
    return [
        _part("tasks", tasks.count(), _tasks(tasks)),
        _part("passed_here", passed.count(), _passings(passed)),
        _part("passed_down", waits_below.count(), _passings(waits_below)),
        _part("extensions", asked.count(), [_line(each.task) for each in _with_task(asked)]),
        _part("reviews", reviews.count(), _tasks(reviews)),
        _part(
            "orders",
            orders.count(),
            [
                {
                    "name": each.title,
                    "period": each.period,
                    "due_on": each.due_on.isoformat(),
                    "order": each.pk,
                }
                for each in orders.order_by("due_on")[:MOST_NAMED]
            ],
        ),
    ]


def _part(kind: str, count: int, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": kind, "count": count, "lines": lines}


def _line(task: Task) -> dict[str, Any]:
    return {
        "name": f"{task.order.title} · {task.org.name}",
        "period": task.period,
        "due_on": task.last_day.isoformat(),
        "task": task.pk,
    }


def _tasks(tasks: QuerySet[Task]) -> list[dict[str, Any]]:
    return [_line(task) for task in tasks.select_related("order", "org").order_by("due_on")[:MOST_NAMED]]


def _with_task(rows: QuerySet[Extension]) -> QuerySet[Extension]:
    return rows.select_related("task__order", "task__org").order_by("answer_by")[:MOST_NAMED]


def _passings(rows: QuerySet[Passing]) -> list[dict[str, Any]]:
    found = rows.select_related("task__order", "task__org").order_by("due_on")[:MOST_NAMED]
    return [
        _line(each.task) | {"due_on": each.due_on.isoformat(), "passing": each.pk, "task": None}
        for each in found
    ]


def own_handovers(context: Context) -> QuerySet[Handover]:
    """Return the handovers that the reader gave, or is asked to sign for, the newest first."""
    person = context.actor.person_id
    return (
        Handover.objects.filter(Q(given_by=context.actor.account_id or 0) | Q(to_post__person=person or 0))
        .select_related("post__person", "to_post__person", "org", "given_by", "taken_by")
        .order_by("-given_at", "-pk")
    )


def handovers_to_sign(context: Context) -> QuerySet[Handover]:
    """Return the handovers that wait for the reader's own signature."""
    person = context.actor.person_id
    return own_handovers(context).filter(state=Handover.State.GIVEN, to_post__person=person or 0)


def handover_by_id(context: Context, handover_id: int) -> Handover:
    """Return one of the reader's handovers, or one at a place whose people the reader sees."""
    found = (
        Handover.objects.filter(pk=handover_id)
        .select_related("post__person", "to_post__person", "org", "given_by", "taken_by")
        .first()
    )
    person = context.actor.person_id
    concerned = found is not None and (
        found.given_by_id == context.actor.account_id
        or (person is not None and person in (found.post.person_id, found.to_post.person_id))
        or context.may("people.manage", found.org.path)
    )
    if found is None or not concerned:
        raise NotFound("There is no such handover.")
    return found
