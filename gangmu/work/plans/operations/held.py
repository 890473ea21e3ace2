"""Hold a task while it changes, and say what happened meanwhile."""

from collections.abc import Sequence
from typing import NoReturn

from django.db.models import Prefetch, QuerySet

from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.core.text import msgid
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.rules import is_below
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.operations.orders import BATCH
from gangmu.work.plans.rules import Event, change_between, may

REVIEWERS = ("order__issuer", "org__parent")
"""Who may look at an answer: read along where a step needs them."""

REFUSED = {
    "withdrawn": msgid("The order was withdrawn."),
    "answered": msgid("The answer is being reviewed."),
    "accepted": msgid("The answer was accepted already."),
    "returned": msgid("The answer was given back already."),
    "disputed": msgid("The task is disputed: its clock stands still until that is decided."),
    "passed": msgid("The task was passed on; it can be answered here, or called back."),
    "issued": msgid("There is no answer yet."),
    "received": msgid("There is no answer yet."),
}


class TaskConflict(Conflict):
    """A task that does not stand where the step could be taken."""

    @classmethod
    def of(cls, task: Task, event: str) -> "TaskConflict":
        """Say what was wanted and why the task refuses it."""
        if task.is_over() and event != "accept":
            return cls("The period is closed; a later answer is given as a late one.")
        if event == "receive" and task.standing == "received":
            return cls("This was received already.")
        if event in ("accept", "return", "reopen") and task.standing == "passed":
            return cls(REFUSED["issued"])
        return cls(REFUSED[task.standing])


class StaleTask(Conflict):
    """A step from a page that was read before the task changed: what happened meanwhile."""

    code = "stale"

    @classmethod
    def of(cls, task: Task, seen: str) -> "StaleTask":
        """Say what happened since."""
        return cls(change_between(seen, task.token))


def refuse_step(task: Task, event: Event) -> NoReturn:
    """Refuse a step that a task cannot take, and say why."""
    raise TaskConflict.of(task, event)


def check_seen(task: Task, seen: str) -> None:
    """Refuse a step from a page that shows the task as it stood before; nothing seen refuses nothing."""
    if seen and seen != task.token:
        raise StaleTask.of(task, seen)


_ORDER = Prefetch("order", Order.objects.select_related("pack", "issuer").defer("pack__files"))
"""What many tasks have in common is read once, not with each."""


def _locked(*beside: str) -> "QuerySet[Task]":
    return (
        Task.objects.select_for_update(of=("self",))
        .select_related("order", "order__pack", "org", *beside)
        .defer("order__pack__files")
    )


def fresh_task(task: Task) -> Task:
    """Return a task, locked and fresh, whatever its state."""
    return _locked(*REVIEWERS).get(pk=task.pk)


def held_task(task: Task, event: Event, seen: str = "") -> Task:
    """Return a task, locked and fresh, that may take a step; otherwise refuse."""
    beside = () if event == "answer" else REVIEWERS  # whoever answers asks for no reviewer: two tables less
    held = _locked(*beside).get(pk=task.pk)
    check_seen(held, seen)
    if not may(held.standing, event, closed=held.is_over()):
        raise TaskConflict.of(held, event)
    return held


def fresh_tasks(ids: Sequence[int], event: Event | None = None) -> dict[int, Task]:
    """Return many tasks, locked and fresh, by their ids; those that are not there are left out."""
    if len(ids) > BATCH:
        raise Invalid("At most %(most)s tasks are taken at once.", {"most": BATCH})
    if len(set(ids)) != len(ids):
        raise Invalid("A task stands twice in the list.")
    tasks = Task.objects.select_for_update(of=("self",)).filter(pk__in=list(ids))
    beside = ("org",) if event == "answer" else ("org", "org__parent")  # whoever answers asks for no reviewer
    return {task.pk: task for task in tasks.prefetch_related(_ORDER, *beside)}


def tasks_below(top: Org, ids: Sequence[int], event: Event | None = None) -> dict[int, Task]:
    """Return many tasks of organizations at or below one, locked and fresh; another refuses them all."""
    tasks = fresh_tasks(ids, event)
    for id_ in ids:
        task = tasks.get(id_)
        if task is None or not is_below(task.org.path, top.path):
            raise NotFound("There is no such task.")
    return tasks


def held_below(top: Org, ids: Sequence[int], event: Event) -> dict[int, Task]:
    """Return many tasks at or below an organization that may take a step; otherwise refuse."""
    tasks = tasks_below(top, ids, event)
    for task in tasks.values():
        if not may(task.standing, event, closed=task.is_over()):
            raise TaskConflict.of(task, event)
    return tasks
