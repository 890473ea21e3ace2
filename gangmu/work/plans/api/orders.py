"""Orders: read, issued, withdrawn, closed."""

from typing import Any

from ninja import Query, Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.plans.api.shapes import (
    AccountOut,
    CountOut,
    OrderOut,
    PageOf,
    ReasonIn,
    TaskOut,
    account_values,
    limit_of,
)
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.operations.closing import close_order, close_tasks
from gangmu.work.plans.operations.orders import deliver_order, issue_order, withdraw_order
from gangmu.work.plans.queries.account import (
    progress_of,
)
from gangmu.work.plans.queries.orders import order_by_id, visible_orders
from gangmu.work.plans.queries.tasks import tasks_of_order

router = Router()


@endpoint(router, "get", "/orders", "plans.visible_orders", permission="plans.view", response=list[OrderOut])
def list_orders(request: Request, page: Query[PageOf], period: str = "") -> list[Order]:
    """List the orders within reach, by id."""
    rows = visible_orders(request.context).order_by("pk").filter(pk__gt=page.after)
    return list((rows.filter(period=period) if period else rows)[: limit_of(page)])


@endpoint(
    router, "get", "/orders/{order_id}", "plans.order_by_id", permission="plans.view", response=OrderOut
)
def read_order(request: Request, order_id: int) -> Order:
    """Return one order."""
    return order_by_id(request.context, order_id)


@endpoint(
    router,
    "get",
    "/orders/{order_id}/progress",
    "plans.progress_of",
    permission="plans.view",
    response=AccountOut,
)
def read_progress(request: Request, order_id: int) -> dict[str, Any]:
    """Return how far an order is below its issuer."""
    return account_values(progress_of(request.context, order_by_id(request.context, order_id)))


@endpoint(
    router,
    "get",
    "/orders/{order_id}/tasks",
    "plans.tasks_of_order",
    permission="plans.view",
    response=list[TaskOut],
)
def list_tasks(request: Request, order_id: int, page: Query[PageOf], cell: str = "") -> list[Task]:
    """List the tasks of an order within reach, by id; ``cell`` narrows to a heading of the account."""
    rows = tasks_of_order(request.context, order_by_id(request.context, order_id), cell=cell)
    return list(rows.order_by("pk").filter(pk__gt=page.after)[: limit_of(page)])


# --- writes --------------------------------------------------------------------------------


class OrderIn(Schema):
    """Which duty, for which period, with which words."""

    duty: str
    period: str
    text: str = ""
    knowingly: bool = False
    reason: str = ""


@endpoint(
    router, "post", "/orgs/{org_id}/orders", "plans.issue_order", permission="plans.issue", response=OrderOut
)
def post_order(request: Request, org_id: int, given: OrderIn) -> Order:
    """Issue an order; its tasks follow by ``plans.deliver_order`` until its state is issued."""
    issuer = org_by_id(request.context, org_id)
    return issue_order(
        request.context,
        issuer,
        duty=given.duty,
        period=given.period,
        text=given.text,
        knowingly=given.knowingly,
        reason=given.reason,
    )


@endpoint(
    router,
    "post",
    "/orders/{order_id}/deliver",
    "plans.deliver_order",
    permission="plans.issue",
    response=CountOut,
)
def post_delivery(request: Request, order_id: int) -> dict[str, int]:
    """Give the next two thousand organizations their task; none left gives 0."""
    return {"count": deliver_order(request.context, order_by_id(request.context, order_id))}


@endpoint(
    router,
    "post",
    "/orders/{order_id}/withdraw",
    "plans.withdraw_order",
    permission="plans.issue",
    response=OrderOut,
)
def post_withdrawal(request: Request, order_id: int, given: ReasonIn) -> Order:
    """Take an order back from everybody."""
    return withdraw_order(request.context, order_by_id(request.context, order_id), reason=given.reason)


@endpoint(
    router,
    "post",
    "/orders/{order_id}/close",
    "plans.close_order",
    permission="plans.close",
    response=OrderOut,
)
def post_closing(request: Request, order_id: int) -> Order:
    """Begin to close an order; its tasks follow by ``plans.close_tasks`` until its state is closed."""
    return close_order(request.context, order_by_id(request.context, order_id))


@endpoint(
    router,
    "post",
    "/orders/{order_id}/close-tasks",
    "plans.close_tasks",
    permission="plans.close",
    response=CountOut,
)
def post_closed_tasks(request: Request, order_id: int) -> dict[str, int]:
    """Close the next batch of an order's tasks and write their facts; none left gives 0."""
    return {"count": close_tasks(request.context, order_by_id(request.context, order_id))}
