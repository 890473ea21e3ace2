"""Tasks follow when an organization is merged, split or closed in the middle of a month."""

from collections.abc import Mapping, Sequence

from gangmu.core.context import Context
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import successors_of
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.operations.orders import BATCH
from gangmu.work.plans.operations.steps import end_what_is_open, note_steps
from gangmu.work.plans.queries.moves import orders_left_behind, tasks_left_behind

NOBODY_FOLLOWS = msgid("The organization is no more, and none follows it.")
ASKED_ALREADY = msgid("Its successor has been asked by the same order.")


@operation("plans.follow_tasks", permission="plans.issue", at="order.issuer")
def follow_tasks(context: Context, order: Order) -> int:
    """Let an order's open tasks of organizations that are no more go to their successors.

    Where the successor has the same order's task already, or none follows, the task is
    withdrawn with that reason. Answered tasks stay with who answered them. Return how many
    there were; pressed twice it finds none.
    """
    held = Order.objects.select_for_update(of=("self",)).select_related("issuer").get(pk=order.pk)
    return follow_all(context, held)


def follow_all(context: Context, order: Order) -> int:
    """Do what ``follow_tasks`` does, within another operation on the order."""
    left = list(
        tasks_left_behind(order).select_related("org").select_for_update(of=("self",)).order_by("pk")[:BATCH]
    )
    if not left:
        return 0
    after = successors_of(task.org_id for task in left)
    _split_on(context, order, left, after)
    return len(left)


def _split_on(
    context: Context, order: Order, left: Sequence[Task], after: Mapping[int, Sequence[Org]]
) -> None:
    """Give each task to its successors: the first takes the row, further ones a task of their own."""
    heirs = {org.pk for orgs in after.values() for org in orgs}
    asked = set(Task.objects.filter(order=order, org__in=heirs).values_list("org_id", flat=True))
    moved, ended, made, data = [], [], [], {}
    for task in left:
        free = [org for org in after.get(task.org_id, ()) if org.pk not in asked]
        asked |= {org.pk for org in free}
        data[task.pk] = {"from": task.org.name, "to": [org.name for org in after.get(task.org_id, ())]}
        if not free:
            ended.append(task)
            continue
        made += [_task_for(task, org) for org in free[1:]]
        _give_to(task, free[0])
        moved.append(task)
    Task.objects.bulk_update(moved, ["org", "path", "parent"], batch_size=500)
    Task.objects.bulk_create(made, batch_size=500)
    note_steps(context, moved, "followed", data=data)
    _withdraw(context, ended, after, data)


def _give_to(task: Task, org: Org) -> None:
    task.org, task.path, task.parent_id = org, org.path, org.parent_id


def _task_for(task: Task, org: Org) -> Task:
    return Task(
        order_id=task.order_id,
        org=org,
        duty=task.duty,
        period=task.period,
        path=org.path,
        parent_id=org.parent_id,
        due_on=task.due_on,
    )


def _withdraw(
    context: Context,
    ended: Sequence[Task],
    after: Mapping[int, Sequence[Org]],
    data: Mapping[int, Mapping[str, object]],
) -> None:
    Task.objects.filter(pk__in=[task.pk for task in ended]).update(state=Task.State.WITHDRAWN, disputed=False)
    end_what_is_open(context, ended)
    heirless = [task for task in ended if not after.get(task.org_id)]
    note_steps(context, heirless, "withdrawn", NOBODY_FOLLOWS, data=data)
    note_steps(
        context, [task for task in ended if after.get(task.org_id)], "withdrawn", ASKED_ALREADY, data=data
    )


def follow_everywhere(context: Context) -> int:
    """Let the tasks of all running orders follow; one operation an order that needs it."""
    return sum(follow_tasks(context, order) for order in orders_left_behind())
