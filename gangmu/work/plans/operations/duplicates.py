"""Saying, without one's name, that an order asks for what was given before."""

from gangmu.core.context import Context
from gangmu.core.errors import Conflict
from gangmu.kernel.audit.operations import operation
from gangmu.work.burden.operations import keep_report
from gangmu.work.burden.queries import asking_of_order
from gangmu.work.plans.models import Task


@operation("plans.report_duplicate", permission="plans.answer", at="task.org", secret=("task",), unnamed=True)
def report_duplicate(context: Context, task: Task) -> None:
    """Say that a task asks for what was given before (这个报过了); who says so is kept apart.

    The issuer sees how many said it, from five on; only the arbiter may open who, for a
    reason, and everybody can read that it was opened. Twice counts once. Refused once the
    order was withdrawn. The task itself goes on as it was: a formal dispute is another step.
    """
    asking = asking_of_order(task.order_id)
    if asking is None or task.state == Task.State.WITHDRAWN:
        raise Conflict("The order was withdrawn.")
    keep_report(asking, org=task.org_id, account=context.account)
