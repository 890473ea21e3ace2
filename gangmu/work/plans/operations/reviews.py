"""An answer is accepted or given back."""

from collections.abc import Mapping, Sequence
from typing import NoReturn

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.rules import is_below
from gangmu.work.plans.models import Return, Task
from gangmu.work.plans.operations.held import held_below, held_task
from gangmu.work.plans.queries.duties import record_kind_of
from gangmu.work.plans.queries.tasks import standing_answer

# Reviewing


@operation("plans.accept_task", permission="plans.review", at="task.reviewer")
def accept_task(context: Context, task: Task, *, seen: str = "") -> Task:
    """Accept the answer that stands (复核); not one that came after the page was read (``seen``)."""
    held = held_task(task, "accept", seen)
    accept_all(context, [held.pk])
    held.refresh_from_db()
    return held


@operation("plans.accept_tasks", permission="plans.review", at="top")
def accept_tasks(context: Context, top: Org, *, tasks: Sequence[int]) -> int:
    """Accept the answers of up to two thousand tasks that an organization reviews, it or those below it.

    All or none: one that cannot be accepted refuses the rest with it.
    """
    held = held_below(top, tasks, "accept")
    for task in held.values():
        if not is_below(task.reviewer.path, top.path):
            raise NotFound("There is no such task.")
    return accept_all(context, list(held))


def accept_all(context: Context, ids: list[int]) -> int:
    """Mark answers as accepted; whoever calls it has held the tasks and asked whether they may be."""
    return Task.objects.filter(pk__in=ids).update(
        state=Task.State.ACCEPTED, accepted_at=context.now, accepted_by=context.account
    )


@operation("plans.return_task", permission="plans.review", at="task.reviewer")
def return_task(
    context: Context,
    task: Task,
    *,
    reason: str,
    faults: Mapping[str, str] | None = None,
    seen: str = "",
) -> Return:
    """Give an answer back (退办) with a reason and, beside the fields, what is wrong with each.

    Refused without a reason, for a field that the record does not have, and once the
    period is closed.
    """
    held = held_task(task, "return", seen)
    said = {code: fault.strip()[:300] for code, fault in (faults or {}).items() if fault.strip()}
    if not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": "This must be filled in."})
    known = {spec.code for spec in record_kind_of(held.order).fields}
    if said.keys() - known:
        raise Invalid(
            "There is no such field.",
            faults=dict.fromkeys(said.keys() - known, "There is no such field."),
        )
    answer = standing_answer(held) or _no_answer()
    given_back = Return.objects.create(
        answer=answer,
        task=held,
        reason=reason.strip()[:500],
        faults=said,
        returned_by_id=context.account,
        returned_at=context.now,
    )
    held.state = Task.State.RETURNED
    held.returns += 1
    held.save(update_fields=["state", "returns"])
    return given_back


def _no_answer() -> NoReturn:
    raise Conflict("There is no answer yet.")
