"""Later days that are asked for, what was passed down, and what a press on a list came to."""

from datetime import date

from django.db.models import Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.queries import within
from gangmu.work.plans.models import Bulk, Extension, Order, Passing, Step, Task
from gangmu.work.plans.queries.duties import CALENDAR
from gangmu.work.plans.queries.rules_in_force import task_rules
from gangmu.work.plans.rules import UNANSWERED

SUGGESTED = (3, 5, 10)
"""Working days after the due day that a form offers to ask for."""


def _extensions() -> QuerySet[Extension]:
    return Extension.objects.select_related("task__order__issuer", "task__org", "asked_by", "decided_by")


def extensions_asked(context: Context) -> QuerySet[Extension]:
    """Return the later days that wait for the reader's word as the issuer, the most urgent first."""
    return (
        _extensions()
        .filter(
            within(context.places("plans.issue"), "task__order__issuer__path"),
            state=Extension.State.ASKED,
            task__state__in=UNANSWERED,
        )
        .order_by("answer_by", "pk")
    )


def extensions_decided(context: Context) -> QuerySet[Extension]:
    """Return the later days that were granted or refused within the reader's reach as the issuer."""
    return (
        _extensions()
        .filter(
            within(context.places("plans.issue"), "task__order__issuer__path"),
            state__in=(Extension.State.GRANTED, Extension.State.REFUSED),
        )
        .order_by("-decided_at", "-pk")
    )


def extension_by_id(context: Context, extension_id: int) -> Extension:
    """Return one request to its issuer, or to whoever sees the task."""
    found = _extensions().filter(pk=extension_id).first()
    if found is None or not (
        context.may("plans.issue", found.task.order.issuer.path)
        or context.may("plans.view", found.task.org.path)
    ):
        raise NotFound("There is no such request.")
    return found


def open_extension(context: Context, task: Task) -> Extension | None:
    """Return the later day that is asked for a task and waits, for whoever sees the task."""
    if not context.may("plans.view", task.org.path):
        return None
    return _extensions().filter(task=task, state=Extension.State.ASKED).first()


def days_to_ask(task: Task) -> list[date]:
    """Return the days that a form suggests to ask for, as far as the pack allows them."""
    most = task_rules(task.order.issuer).extension_most
    return [CALENDAR.add_workdays(task.due_on, days) for days in SUGGESTED if days <= most]


# Passing down


def _passings() -> QuerySet[Passing]:
    return Passing.objects.select_related(
        "task__order__issuer", "task__org", "place", "to_org", "to_unit", "to_post__person", "above__place",
        "passed_by", "answered_by", "record",
    )  # fmt: skip


def passings_here(context: Context) -> QuerySet[Passing]:
    """Return what was passed down to where the reader answers, the soonest wanted first."""
    return (
        _passings()
        .filter(
            within(context.places("plans.answer"), "place__path"),
            state=Passing.State.PASSED,
            task__state=Task.State.PASSED,
        )
        .order_by("due_on", "pk")
    )


def passings_answered(context: Context) -> QuerySet[Passing]:
    """Return what was passed down to where the reader answers and has its answer, the newest first."""
    return (
        _passings()
        .filter(within(context.places("plans.answer"), "place__path"), state=Passing.State.ANSWERED)
        .order_by("-answered_at", "-pk")
    )


def passing_by_id(context: Context, passing_id: int) -> Passing:
    """Return one passing to those who passed it, to whom it was passed, and who sees either."""
    found = _passings().filter(pk=passing_id).first()
    if found is None or not (
        context.may("plans.view", found.place.path) or context.may("plans.view", found.task.org.path)
    ):
        raise NotFound("There is no such task.")
    return found


def passings_of(context: Context, task: Task) -> list[Passing]:
    """Return how a task was passed down, in the order in which it was, as far as the reader sees it."""
    rows = _passings().filter(task=task).order_by("pk")
    if context.may("plans.view", task.org.path):
        return list(rows)
    return list(rows.filter(within(context.places("plans.view"), "place__path")))


def chain_of(context: Context, passing: Passing) -> list[Passing]:
    """Return the chain from the one that a task was first passed to down to this one.

    Whoever sees one end of it sees those above: who passed something on is not secret below.
    """
    if not (
        context.may("plans.view", passing.place.path) or context.may("plans.view", passing.task.org.path)
    ):
        raise NotFound("There is no such task.")
    chain = [passing]
    while chain[0].above_id is not None:
        chain.insert(0, _passings().get(pk=chain[0].above_id))
    return chain


# Lists


def bulk_by_id(context: Context, bulk_id: int) -> Bulk:
    """Return what came of one of the reader's own presses on a list."""
    found = Bulk.objects.filter(pk=bulk_id, made_by=context.actor.account_id or 0)
    bulk = found.select_related("org", "made_by").first()
    if bulk is None:
        raise NotFound("There is no such list.")
    return bulk


def tasks_of_bulk(context: Context, bulk: Bulk) -> dict[int, Task]:
    """Return the tasks of a press on a list that the reader may see, by their ids."""
    ids = [row["task"] for row in bulk.rows]
    rows = Task.objects.filter(
        within(context.places("plans.view")) | within(context.places("plans.issue"), "order__issuer__path"),
        pk__in=ids,
    )
    return rows.select_related("order", "org").in_bulk()


def moves_of_order(context: Context, order: Order) -> list[Step]:
    """Return which tasks of an order went to the successors of organizations that are no more."""
    rows = Step.objects.filter(Q(event="followed") | Q(event="withdrawn", data__has_key="from"))
    seen = rows.filter(within(context.places("plans.view"), "task__org__path"), task__order=order)
    return list(seen.select_related("task__org").order_by("pk")[:200])
