"""What of a period is not closed yet: for rounds, which judge what has come to its end."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.rules import FINAL, OPEN


def open_tasks_within(org: Org, periods: Iterable[str]) -> int:
    """Return how many tasks at or below an organization in some periods are not closed; for decisions.

    A closed order has none left but those it carried over: its tasks by the thousand are not looked at.
    """
    orders = Order.objects.filter(period__in=list(periods)).order_by()
    here = in_subtree(org.path, "org__path")
    running = orders.exclude(state__in=(Order.State.CLOSED, Order.State.WITHDRAWN))
    still = Task.objects.filter(here, order__in=running.values("pk"), closed_at=None)
    ended = orders.filter(state=Order.State.CLOSED)
    carried = Task.objects.filter(here, order__in=ended.values("pk"), closed_at=None).exclude(carried_to="")
    return sum(tasks.exclude(state=Task.State.WITHDRAWN).count() for tasks in (still, carried))


def carried_and_ended(order: Order, today: date) -> QuerySet[Task]:
    """Return the tasks of a closed order that were carried over and have ended since: answered, or out of time."""
    return (
        Task.objects.filter(order=order, closed_at=None, disputed=False)
        .exclude(carried_to="")
        .exclude(state__in=FINAL)
        .exclude(Q(due_on__gte=today) & Q(state__in=OPEN))
        .exclude(Q(carried_until__gte=today) & Q(state__in=OPEN))
    )
