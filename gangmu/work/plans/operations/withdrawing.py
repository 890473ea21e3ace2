"""One task is taken back, with a reason; the others of its order go on."""

from collections.abc import Sequence

from gangmu.core.context import Context
from gangmu.kernel.audit.operations import operation
from gangmu.work.plans.models import Task
from gangmu.work.plans.operations.held import held_task
from gangmu.work.plans.operations.steps import end_what_is_open, needed, note_steps


@operation("plans.withdraw_task", permission="plans.issue", at="task.order.issuer")
def withdraw_task(context: Context, task: Task, *, reason: str, seen: str = "") -> Task:
    """Take one task back from one organization; an answer that was given stays as a record.

    Refused without a reason, and once its period is being closed.
    """
    said = needed(reason)
    held = held_task(task, "withdraw", seen)
    take_back(context, [held], said)
    held.refresh_from_db()
    return held


def take_back(context: Context, tasks: Sequence[Task], reason: str) -> None:
    """Withdraw tasks that may be withdrawn, end what was open about them, and note why."""
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(state=Task.State.WITHDRAWN, disputed=False)
    end_what_is_open(context, tasks)
    note_steps(context, tasks, "withdrawn", reason)
