"""A period is closed: who was on time is counted then and written as facts."""

from django.db.models import Count, Min, Q

from gangmu.core.context import Context
from gangmu.core.errors import Conflict
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.orgs.models import Org
from gangmu.work.plans.facts import facts_of_closing
from gangmu.work.plans.models import ClosedTally, Order, Task
from gangmu.work.plans.operations.orders import BATCH
from gangmu.work.plans.queries.duties import parsed_period
from gangmu.work.plans.rules import (
    closed_timing,
)

FACTS_A_TASK = 3


# Closing


@operation("plans.close_order", permission="plans.close", at="order.issuer")
def close_order(context: Context, order: Order) -> Order:
    """Begin to close an order: from now on nothing is answered in time, returned or withdrawn.

    It may be pressed twice. Refused before its due day is over, and while it is being
    issued. The tasks follow in batches (``close_tasks``).
    """
    held = Order.objects.select_for_update().get(pk=order.pk)
    if held.state in (Order.State.CLOSING, Order.State.CLOSED):
        return held
    if held.state != Order.State.ISSUED:
        raise Conflict("The order is being issued still, or was withdrawn.")
    if context.today <= held.due_on:
        raise Conflict(
            "The order is due on %(day)s; it is closed after that.", {"day": held.due_on.isoformat()}
        )
    held.state = Order.State.CLOSING
    held.save(update_fields=["state"])
    return held


@operation("plans.close_tasks", permission="plans.close", at="order.issuer")
def close_tasks(context: Context, order: Order, *, most: int = BATCH // FACTS_A_TASK) -> int:
    """Note on time, late or missing for the next batch of an order's tasks, and write the facts.

    Who has no answer that stands is noted as missing: silence counts as 0, not as unknown.
    A crash halfway is healed by calling it again. Return how many tasks were closed.
    """
    held = Order.objects.select_for_update(of=("self",)).select_related("issuer").get(pk=order.pk)
    if held.state != Order.State.CLOSING:
        return 0
    most = min(most, BATCH // FACTS_A_TASK)
    tasks = list(Task.objects.select_for_update().filter(order=held, closed_at=None).order_by("pk")[:most])
    for task in tasks:
        task.timing = closed_timing(task.state, task.timing)
    for timing in {task.timing for task in tasks}:
        ids = [task.pk for task in tasks if task.timing == timing]
        Task.objects.filter(pk__in=ids).update(timing=timing, closed_at=context.now)
    write_facts(context, held.issuer.root_id, facts_of_closing(held, tasks))
    if len(tasks) < most:
        _write_tallies(held)
        held.state = Order.State.CLOSED
        held.ended_at = context.now
        held.save(update_fields=["state", "ended_at"])
    return len(tasks)


def _write_tallies(order: Order) -> None:
    """Keep what an order came to below each organization, so that accounts need not count again."""
    counts = {timing: Count("pk", filter=Q(timing=timing)) for timing in ("on_time", "late", "missing")}
    rows = (
        Task.objects.filter(order=order).values("parent_id").annotate(path=Min("path"), **counts).order_by()
    )
    ClosedTally.objects.bulk_create([ClosedTally(order=order, **row) for row in rows], batch_size=500)


def close_period(context: Context, issuer: Org, *, period: str) -> int:
    """Close all of an issuer's orders of a period to the end; return how many tasks were closed.

    One operation an order, one a batch: whatever was interrupted is taken up again.
    """
    span = parsed_period(period)
    orders = Order.objects.filter(issuer=issuer, period=str(span)).exclude(state=Order.State.WITHDRAWN)
    closed = 0
    for order in orders.exclude(state=Order.State.CLOSED).select_related("issuer").order_by("pk"):
        close_order(context, order)
        while (count := close_tasks(context, order)) > 0:
            closed += count
    return closed
