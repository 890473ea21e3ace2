"""A period is closed: who was on time is counted then and written as facts."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Count, Min, Q

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import closing_days
from gangmu.work.plans.facts import facts_of_closing
from gangmu.work.plans.models import ClosedTally, Order, Task
from gangmu.work.plans.operations.disputes import climb_in_silence
from gangmu.work.plans.operations.extensions import answer_silence
from gangmu.work.plans.operations.held import TaskConflict, fresh_tasks
from gangmu.work.plans.operations.moves import follow_all
from gangmu.work.plans.operations.orders import BATCH
from gangmu.work.plans.operations.steps import end_what_is_open, needed, note_steps
from gangmu.work.plans.queries.closing import carried_and_ended
from gangmu.work.plans.queries.duties import CALENDAR, duty_of_order, parsed_period
from gangmu.work.plans.rules import FINAL, OPEN, Ending, due_on, ending_of

FACTS_A_TASK = 3
CLOSED_AT_ONCE = BATCH // FACTS_A_TASK


# Closing


@operation("plans.close_order", permission="plans.close", at="order.issuer")
def close_order(context: Context, order: Order) -> Order:
    """Begin to close an order: from now on nothing is answered in time, returned or withdrawn.

    What its issuer left unanswered is decided first, and tasks of organizations that are no
    more go to their successors. It may be pressed twice. Refused before its due day is over,
    and while it is being issued. The tasks follow in batches (``close_tasks``).
    """
    held = Order.objects.select_for_update(of=("self",)).select_related("issuer").get(pk=order.pk)
    if held.state in (Order.State.CLOSING, Order.State.CLOSED):
        return held
    if held.state != Order.State.ISSUED:
        raise Conflict("The order is being issued still, or was withdrawn.")
    if context.today <= held.due_on:
        raise Conflict("The order is due on %(day)s; it is closed after that.", {"day": held.due_on})
    answer_silence(context, held.issuer, most=BATCH)
    climb_in_silence(context, held.issuer, most=BATCH)
    follow_all(context, held)
    held.state = Order.State.CLOSING
    held.save(update_fields=["state"])
    return held


@operation("plans.close_tasks", permission="plans.close", at="order.issuer")
def close_tasks(context: Context, order: Order, *, most: int = CLOSED_AT_ONCE) -> int:
    """Note on time, late or missing for the next batch of an order's tasks, and write the facts.

    Who has no answer that stands is noted as missing: silence counts as 0, not as unknown. A
    task that is disputed, has a later day or is carried over by the duty's rule stays open in
    the next period. A crash halfway is healed by calling it again. Return how many tasks were
    closed or carried over.
    """
    held = Order.objects.select_for_update(of=("self",)).select_related("issuer", "pack").get(pk=order.pk)
    if held.state != Order.State.CLOSING:
        return 0
    most = min(most, CLOSED_AT_ONCE)
    left = Task.objects.filter(order=held, closed_at=None, carried_to="").exclude(state__in=FINAL)
    tasks = list(left.select_for_update(of=("self",)).order_by("pk")[:most])
    carries = duty_of_order(held).carries == "always"
    endings = _endings(tasks, context.today, carries=carries)
    kept = [task for task in tasks if endings[task.pk] == "kept"]
    _carry(context, held, kept, _next_day(held) if carries else None, "")
    closed = [task for task in tasks if endings[task.pk] != "kept"]
    _close(context, held, closed, endings)
    if len(tasks) < most:
        _write_tallies(held)
        held.state = Order.State.CLOSED
        held.ended_at = context.now
        held.save(update_fields=["state", "ended_at"])
    return len(tasks)


def _endings(tasks: Iterable[Task], today: date, *, carries: bool) -> dict[int, Ending]:
    return {
        task.pk: ending_of(task.standing, task.timing, due_on=task.last_day, today=today, carries=carries)
        for task in tasks
    }


def _close(context: Context, order: Order, tasks: Sequence[Task], endings: dict[int, Ending]) -> None:
    """Close tasks as they ended, and write their facts under the organizations of the day."""
    for task in tasks:
        task.timing = endings[task.pk]
    for timing in {task.timing for task in tasks}:
        ids = [task.pk for task in tasks if task.timing == timing]
        Task.objects.filter(pk__in=ids).update(timing=timing, closed_at=context.now)
    end_what_is_open(context, tasks)
    gone = closing_days(task.org_id for task in tasks)
    write_facts(context, order.issuer.root_id, facts_of_closing(order, tasks, gone))


def _write_tallies(order: Order) -> None:
    """Keep what an order came to below each organization, so that accounts need not count again."""
    counts = {timing: Count("pk", filter=Q(timing=timing)) for timing in ("on_time", "late", "missing")}
    rows = (
        Task.objects.filter(order=order, closed_at__isnull=False)
        .values("parent_id")
        .annotate(path=Min("path"), **counts)
        .order_by()
    )
    ClosedTally.objects.bulk_create([ClosedTally(order=order, **row) for row in rows], batch_size=500)


# Carrying over


def _next_day(order: Order) -> date:
    """Return the day by which what is carried over is wanted: the duty's own, one period later."""
    following = order.span.next()
    return due_on(duty_of_order(order), following, CALENDAR, CALENDAR.first_workday(following))


def _carry(context: Context, order: Order, tasks: Sequence[Task], until: date | None, note: str) -> None:
    """Let tasks stay open into the next period."""
    if not tasks:
        return
    following = str(order.span.next())
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(carried_to=following, carried_until=until)
    data = {task.pk: {"to": following, "until": until.isoformat() if until else ""} for task in tasks}
    note_steps(context, tasks, "carried", note, data=data)


@operation("plans.carry_tasks", permission="plans.issue", at="order.issuer")
def carry_tasks(
    context: Context, order: Order, *, tasks: Sequence[int], reason: str, until: date | None = None
) -> int:
    """Carry open tasks of an order into the next period (结转), by its issuer's decision.

    They can be answered until the duty's day in the next period, or an earlier one; what was
    late stays late, and the facts are written when they end, for the period they belong to.
    Refused where the duty never carries, before the order is due, after its closing, for a
    task that was carried over already or has nothing open, and without a reason.
    """
    said = needed(reason)
    held = Order.objects.select_for_update(of=("self",)).select_related("issuer", "pack").get(pk=order.pk)
    if duty_of_order(held).carries == "never":
        raise Conflict("What this duty asks for is not carried over.")
    if held.state not in (Order.State.ISSUED, Order.State.CLOSING) or context.today <= held.due_on:
        raise Conflict("Tasks are carried over between the due day and the end of the closing.")
    last = _next_day(held)
    day = until or last
    if not context.today < day <= last:
        raise Invalid(
            "Some fields need attention.", faults={"until": "The day lies after the next period's."}
        )
    chosen = fresh_tasks(tasks)
    for id_ in tasks:
        task = chosen.get(id_)
        if task is None or task.order_id != held.pk:
            raise Invalid("A task of another order stands in the list.")
        if task.closed_at is not None or task.carried_to:
            raise Conflict("A task was closed or carried over already.")
        if task.state not in OPEN:
            raise TaskConflict.of(task, "answer")
    _carry(context, held, list(chosen.values()), day, said)
    return len(chosen)


@operation("plans.close_carried", permission="plans.close", at="order.issuer")
def close_carried(context: Context, order: Order, *, most: int = CLOSED_AT_ONCE) -> int:
    """Close what was carried over and has ended since: answered, or its day is over.

    The facts are those of the order's own period, entered now: a round that was read before
    does not change. Return how many tasks were closed.
    """
    held = Order.objects.select_for_update(of=("self",)).select_related("issuer", "pack").get(pk=order.pk)
    if held.state != Order.State.CLOSED:
        return 0
    left = carried_and_ended(held, context.today)
    tasks = list(left.select_for_update(of=("self",)).order_by("pk")[: min(most, CLOSED_AT_ONCE)])
    if tasks:
        _close(context, held, tasks, _endings(tasks, context.today, carries=False))
        _add_to_tallies(held, tasks)
    return len(tasks)


def _add_to_tallies(order: Order, tasks: Sequence[Task]) -> None:
    kept = {each.parent_id: each for each in ClosedTally.objects.filter(order=order)}
    new: dict[int | None, ClosedTally] = {}
    moved: dict[int | None, ClosedTally] = {}
    for task in tasks:
        tally = kept.get(task.parent_id)
        if tally is None:
            tally = new.setdefault(
                task.parent_id, ClosedTally(order=order, parent_id=task.parent_id, path=task.path)
            )
        else:
            moved[task.parent_id] = tally
        setattr(tally, task.timing, getattr(tally, task.timing) + 1)
    ClosedTally.objects.bulk_create(list(new.values()), batch_size=500)
    ClosedTally.objects.bulk_update(list(moved.values()), ["on_time", "late", "missing"], batch_size=500)


def close_period(context: Context, issuer: Org, *, period: str) -> int:
    """Close all of an issuer's orders of a period to the end; return how many tasks were closed.

    What earlier periods carried into it and has ended is closed too. One operation an order,
    one a batch: whatever was interrupted is taken up again.
    """
    span = parsed_period(period)
    orders = Order.objects.filter(issuer=issuer, period=str(span)).exclude(state=Order.State.WITHDRAWN)
    closed = 0
    for order in orders.exclude(state=Order.State.CLOSED).select_related("issuer").order_by("pk"):
        close_order(context, order)
        while (count := close_tasks(context, order)) > 0:
            closed += count
    for order in with_carried(issuer):
        while (count := close_carried(context, order)) > 0:
            closed += count
    return closed


def with_carried(issuer: Org) -> list[Order]:
    """Return an issuer's closed orders of which tasks are open still."""
    carried = Task.objects.filter(closed_at=None).exclude(carried_to="").exclude(state__in=FINAL)
    ids = carried.filter(order__issuer=issuer, order__state=Order.State.CLOSED).values("order")
    return list(Order.objects.filter(pk__in=ids).select_related("issuer").order_by("pk"))
