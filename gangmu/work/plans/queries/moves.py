"""Tasks whose organizations are no more: merged, split or closed since the order went out."""

from django.db.models import QuerySet

from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.rules import OPEN


def tasks_left_behind(order: Order) -> QuerySet[Task]:
    """Return an order's open tasks of organizations that are no more."""
    return Task.objects.filter(order=order, state__in=OPEN, closed_at=None, org__closed_on__isnull=False)


def orders_left_behind() -> list[Order]:
    """Return the running orders of which an open task stands with an organization that is no more."""
    left = Task.objects.filter(state__in=OPEN, closed_at=None, org__closed_on__isnull=False)
    return list(
        Order.objects.filter(pk__in=left.values("order"), state=Order.State.ISSUED)
        .select_related("issuer")
        .order_by("pk")
    )
