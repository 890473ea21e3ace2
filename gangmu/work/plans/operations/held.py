"""Hold a task while it changes, and say what happened meanwhile."""

from collections.abc import Sequence

from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.rules import is_below
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.operations.orders import BATCH
from gangmu.work.plans.rules import (
    Event,
    may,
)


class TaskConflict(Conflict):
    """A task that does not stand where the step could be taken."""

    @classmethod
    def of(cls, task: Task, event: str) -> "TaskConflict":
        """Say what was wanted and why the task refuses it."""
        if _over(task) and event != "accept":
            return cls("The period is closed; a later answer is given as a late one.")
        sentences = {
            "withdrawn": "The order was withdrawn.",
            "answered": "The answer is being reviewed.",
            "accepted": "The answer was accepted already.",
            "returned": "The answer was given back already.",
            "issued": "There is no answer yet.",
            "received": "There is no answer yet." if event != "receive" else "This was received already.",
        }
        return cls(sentences[task.state])


# Answering


def held_task(task: Task, event: Event) -> Task:
    """Return a task, locked and fresh, that may take a step; otherwise refuse."""
    held = (
        Task.objects.select_for_update(of=("self",))
        .select_related("order", "order__issuer", "order__pack", "org", "org__parent")
        .defer("order__pack__files")
        .get(pk=task.pk)
    )
    if not may(held.state, event, closed=_over(held)):
        raise TaskConflict.of(held, event)
    return held


def _over(task: Task) -> bool:
    """Whether a task's period is closed or being closed."""
    return task.is_closed() or task.order.state in (Order.State.CLOSING, Order.State.CLOSED)


def held_below(top: Org, ids: Sequence[int], event: Event) -> dict[int, Task]:
    """Return many tasks at or below an organization that may take a step; otherwise refuse."""
    if len(ids) > BATCH:
        raise Invalid("At most %(most)s tasks are taken at once.", {"most": BATCH})
    if len(set(ids)) != len(ids):
        raise Invalid("A task stands twice in the list.")
    tasks = {
        task.pk: task
        for task in Task.objects.select_for_update(of=("self",))
        .select_related("order", "order__pack", "order__issuer", "org", "org__parent")
        .defer("order__pack__files")
        .filter(pk__in=list(ids))
    }
    for id_ in ids:
        task = tasks.get(id_)
        if task is None or not is_below(task.org.path, top.path):
            raise NotFound("There is no such task.")
        if not may(task.state, event, closed=_over(task)):
            raise TaskConflict.of(task, event)
    return tasks
