"""Tasks: what waits, what was given, and what happened to it."""

from datetime import date

from django.db.models import Count, Min, Prefetch, Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.frame.formats import listed
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, within, within_below
from gangmu.work.plans.models import Answer, Order, Return, Step, Task
from gangmu.work.plans.queries.disputes import Happened, history_of_disputes, knows_dispute
from gangmu.work.plans.rules import (
    ANSWERED,
    OPEN,
    UNANSWERED,
)
from gangmu.work.records.models import Record
from gangmu.work.records.queries import records_held


def visible_tasks(context: Context) -> QuerySet[Task]:
    """Return the tasks of organizations the reader may see."""
    return (
        Task.objects.filter(within(context.places("plans.view")))
        .select_related("order", "order__issuer", "order__pack", "org", "org__parent")
        .defer("order__pack__files")
    )


def task_by_id(context: Context, task_id: int) -> Task:
    """Return one task that the reader may see; otherwise there is none."""
    for task in visible_tasks(context).filter(pk=task_id):
        return task
    raise NotFound("There is no such task.")


def task_to_hold(context: Context, task_id: int) -> Task:
    """Return one task that the reader may see, with the little that an operation asks before it reads it anew."""
    tasks = Task.objects.filter(within(context.places("plans.view")), pk=task_id).select_related("org")
    for task in tasks.only("timing", "org__path"):
        return task
    raise NotFound("There is no such task.")


def waiting_tasks(context: Context) -> QuerySet[Task]:
    """Return the open tasks that the reader may answer, soonest due first."""
    return (
        visible_tasks(context)
        .filter(within(context.places("plans.answer")), state__in=OPEN, closed_at=None)
        .order_by("due_on", "path", "duty")
    )


def own_waiting(context: Context) -> QuerySet[Task]:
    """Return what the reader's own organizations still owe: not what all below them owe."""
    return waiting_tasks(context).filter(org__path__in=context.places("plans.answer").tops)


def waiting_below(context: Context) -> QuerySet[Task]:
    """Return what the organizations below the reader's own still owe, which the reader may answer in their place."""
    return waiting_tasks(context).exclude(org__path__in=context.places("plans.answer").tops)


def waiting_of(context: Context, org: Org) -> QuerySet[Task]:
    """Return what one organization itself still owes, soonest due first."""
    return waiting_tasks(context).filter(org=org)


def waiting_after(context: Context, task: Task) -> QuerySet[Task]:
    """Return what the organization of a task still has to answer beside it, soonest due first."""
    return waiting_of(context, task.org).filter(disputed=False).exclude(pk=task.pk)


def answered_tasks(context: Context) -> QuerySet[Task]:
    """Return the tasks within reach that have an answer, the newest first; one that was given back waits again."""
    return (
        visible_tasks(context)
        .filter(within(context.places("plans.answer")), versions__gt=0)
        .exclude(state=Task.State.RETURNED)
        .order_by("-answered_on", "-pk")
    )


def own_answered(context: Context) -> QuerySet[Task]:
    """Return what the reader's own organizations have answered, the newest first."""
    return answered_tasks(context).filter(org__path__in=context.places("plans.answer").tops)


def answered_below(context: Context) -> QuerySet[Task]:
    """Return what the organizations below the reader's own have answered, the newest first."""
    return answered_tasks(context).exclude(org__path__in=context.places("plans.answer").tops)


def tasks_to_review(context: Context) -> QuerySet[Task]:
    """Return the answered tasks that wait for the reader's decision, the oldest answer first."""
    places = context.places("plans.review")
    by_parent = Q(order__review="parent") & within(places, "org__parent__path")
    by_issuer = Q(order__review="issuer") & within(places, "order__issuer__path")
    if not places:
        return Task.objects.none()
    return (
        visible_tasks(context)
        .filter(by_parent | by_issuer, state="answered")
        .order_by("answered_on", "path", "duty")
    )


def _own_reviews(context: Context) -> Q:
    tops = context.places("plans.review").tops
    by_parent = Q(order__review="parent", org__parent__path__in=tops)
    return by_parent | Q(order__review="issuer", order__issuer__path__in=tops)


def own_reviews(context: Context) -> QuerySet[Task]:
    """Return the answers that wait for the reader's own organizations to look at.

    Whoever may review a whole county is not shown its towns' work: a review waits for those
    who hold the right where it is due, at the top of their reach.
    """
    return tasks_to_review(context).filter(_own_reviews(context))


def reviews_below(context: Context) -> QuerySet[Task]:
    """Return the answers that wait for organizations below the reader's own, which the reader may look at as well."""
    return tasks_to_review(context).exclude(_own_reviews(context))


def standing_answer(task: Task) -> Answer | None:
    """Return the answer that stands, if there is one."""
    return (
        Answer.objects.filter(task=task, standing=True)
        .select_related("record", "record__pack", "record__org", "entered_by", "answered_for")
        .defer("record__pack__files")
        .first()
    )


def answers_of(task: Task) -> QuerySet[Answer]:
    """Return all versions of an answer, the newest first, with what was said in return."""
    return (
        Answer.objects.filter(task=task)
        .select_related("record", "entered_by", "returned", "returned__returned_by")
        .order_by("-version")
    )


def last_return(task: Task) -> Return | None:
    """Return why the last answer was given back, if it was."""
    return Return.objects.filter(task=task).select_related("returned_by").order_by("-returned_at").first()


def others_asked(context: Context, task: Task) -> list[Task]:
    """Return the newest tasks of other orders that ask the same organization, which one may duplicate."""
    rows = visible_tasks(context).filter(org=task.org_id).exclude(order=task.order_id)
    return list(rows.exclude(state="withdrawn").order_by("-pk")[:30])


def records_that_serve(context: Context, task: Task) -> QuerySet[Record]:
    """Return the records already held that answer a task: nothing is written twice."""
    order = task.order
    return records_held(context, org=task.org, kind=order.answer_kind, period=order.span)


def history_of(task: Task, context: Context | None = None) -> list[Happened]:
    """Return all that happened to a task, in order; disputes for those alone who may know of them."""
    order = task.order
    found = [Happened("issued", order.issued_at, order.issuer.name)]
    if task.received_at:
        found.append(Happened("received", task.received_at, str(task.received_by or "")))
    for answer in answers_of(task):
        event = "answered_after_closing" if answer.after_closing else "answered"
        note = str(answer.version)
        found.append(Happened(event, answer.answered_at, str(answer.entered_by), note, answer.record_id))
    for given_back in Return.objects.filter(task=task).select_related("returned_by"):
        by = str(given_back.returned_by)
        found.append(
            Happened("returned", given_back.returned_at, by, given_back.reason, None, given_back.faults)
        )
    if task.accepted_at:
        found.append(Happened("accepted", task.accepted_at, str(task.accepted_by or "")))
    if task.closed_at:
        silent = any(each.event == "answered_after_closing" for each in found)
        found.append(Happened("closed", task.closed_at, "", "missing" if silent else task.timing))
    found += [_step(step) for step in Step.objects.filter(task=task).select_related("by")]
    if context is not None and knows_dispute(context, task):
        found += history_of_disputes(task)
    if task.state == Task.State.WITHDRAWN and order.state == Order.State.WITHDRAWN and order.ended_at:
        found.append(Happened("withdrawn", order.ended_at, order.issuer.name, order.withdrawn_reason))
    return sorted(found, key=lambda each: each.at)


def _step(step: Step) -> Happened:
    """Return one noted step as it is told; what was withdrawn by a dispute does not name who."""
    told = dict(step.data)
    words = [str(told[name]) for name in ("until", "to", "by") if told.get(name)]
    if isinstance(told.get("to"), list):
        words = [f"{told.get('from', '')} → {listed(told['to'])}"]
    note = " · ".join([each for each in (*words, step.note) if each])
    return Happened(step.event, step.at, str(step.by), note)


def tasks_of_order(
    context: Context, order: Order, *, cell: str = "", under: Org | None = None
) -> QuerySet[Task]:
    """Return the tasks of one order that the reader may see, in the order of codes."""
    tasks = visible_tasks(context).filter(in_cell(cell, context.today), order=order)
    if under is not None and under.pk != order.issuer_id:  # below its issuer stand all of them
        tasks = tasks.filter(in_subtree(under.path, "path"))
    return tasks.order_by("org__code")


def in_cell(cell: str, today: date) -> Q:
    """Return the condition that an account counts a task under a heading; none is any."""
    answered, running = Q(state__in=ANSWERED), Q(closed_at=None) & ~Q(order__state=Order.State.CLOSED)
    going = Q(state__in=UNANSWERED) & running
    match cell:
        case "on_time":
            return answered & Q(timing="on_time")
        case "late":
            return answered & Q(timing="late")
        case "missing":
            return Q(timing="missing")
        case "returned":
            return Q(state="returned") & running
        case "open":
            return going & Q(due_on__gte=today)
        case "overdue":
            return going & Q(due_on__lt=today)
        case "backfilled":
            return Q(paper_answers__backfilled=True, paper_answers__answer__standing=True)
        case "carried":
            return Q(state__in=OPEN, closed_at=None, order__state=Order.State.CLOSED)
    return _at_station(cell)


def overdue_below(context: Context, org: Org) -> QuerySet[Task, tuple[str, str, int, date]]:
    """Return what is not answered after its day at an organization and below: duty, period, how many, since when.

    The few running orders are named: by a range of paths SQLite would walk every task there was.
    """
    over = (Order.State.CLOSED, Order.State.WITHDRAWN)
    running = list(Order.objects.exclude(state__in=over).values_list("pk", flat=True))
    here = within_below(context.places("plans.view"), org, "path", searched=False)
    return (
        Task.objects.filter(here, in_cell("overdue", context.today), order__in=running)
        .order_by()
        .values_list("duty", "period")
        .annotate(count=Count("pk"), since=Min("due_on"))
        .order_by("since", "duty")
    )


def _at_station(station: str) -> Q:
    """Return the condition that a task has come to a station of the loop; none is any that was issued."""
    answered, looked_at = Q(state__in=(*ANSWERED, "returned")), ~Q(order__review="none")
    match station:
        case "answered":
            return answered
        case "unseen":
            return Q(state="answered", returns=0) & looked_at
        case "unasked":
            return answered & ~looked_at
        case "checked":
            return (Q(state="accepted") | (Q(returns__gt=0) & ~Q(state="withdrawn"))) & looked_at
        case "found":
            return Q(returns__gt=0) & ~Q(state="withdrawn") & looked_at
        case "fixed":
            return Q(returns__gt=0, state="accepted") & looked_at
    return ~Q(state="withdrawn")


def with_standing_answers(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Return tasks that bring the answer that stands along, as ``standing_answers``, in one more read."""
    standing = (
        Answer.objects.filter(standing=True)
        .select_related("record", "record__pack", "record__org")
        .defer("record__pack__files")
    )
    return tasks.prefetch_related(Prefetch("answers", queryset=standing, to_attr="standing_answers"))
