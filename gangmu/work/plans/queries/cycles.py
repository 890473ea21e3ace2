"""What orders and answers tell the year's calendar."""

from datetime import date

from django.db.models import Min

from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.kernel.orgs.queries import in_subtree
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.queries.tasks import visible_tasks


def first_order_on(root: int) -> date | None:
    """Return the day of the first order that was issued in the tree of a root organization."""
    issued = Order.objects.filter(in_subtree(f"{root}/", "issuer__path"))
    first: date | None = issued.aggregate(first=Min("issued_on"))["first"]
    return first


def orders_of_year(context: Context, org: int, name: str, year: int) -> list[tuple[date, date]]:
    """Return the days on which an organization issued a duty, each with its period's first day."""
    orders = Order.objects.filter(issuer=org, duty=name, period__startswith=str(year)).exclude(
        state="withdrawn"
    )
    return [(each.span.first, each.issued_on) for each in orders]


def answers_of_year(context: Context, org: int, name: str, year: int) -> list[tuple[date, date]]:
    """Return the days on which an organization answered a duty, each with its period's first day."""
    tasks = visible_tasks(context).filter(org=org, duty=name, period__startswith=str(year))
    return [
        (each.order.span.first, each.answered_on)
        for each in tasks
        if each.answered_on is not None and each.state != Task.State.WITHDRAWN
    ]


def deadlines_of_year(context: Context, org: int, seen_in: str, year: int) -> list[tuple[Period, date]]:
    """Return by when an organization was asked for what the calendar looks for, each with its order's period.

    A record is asked for by every duty that is answered with it.
    """
    source, _, name = seen_in.partition(":")
    by = {"record": {"order__answer_kind": name}, "answer": {"duty": name}}.get(source)
    if by is None:
        return []
    tasks = visible_tasks(context).filter(org=org, period__startswith=str(year), **by)
    return [(each.order.span, each.last_day) for each in tasks.exclude(state=Task.State.WITHDRAWN)]
