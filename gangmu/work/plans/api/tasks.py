"""Tasks: read, received, answered, reviewed."""

from datetime import date
from typing import Any

from ninja import Query, Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.plans.api.shapes import (
    AnswerOut,
    CountOut,
    HappenedOut,
    PageOf,
    ReturnOut,
    TaskOut,
    limit_of,
)
from gangmu.work.plans.models import Answer, Return, Task
from gangmu.work.plans.operations.answers import (
    NewAnswer,
    answer_late,
    answer_task,
    answer_tasks,
    receive_task,
    report_task,
)
from gangmu.work.plans.operations.reviews import accept_task, accept_tasks, return_task
from gangmu.work.plans.queries.disputes import Happened
from gangmu.work.plans.queries.tasks import (
    history_of,
    task_by_id,
    task_to_hold,
    tasks_to_review,
    waiting_tasks,
)
from gangmu.work.records.queries import record_by_id

router = Router()


@endpoint(
    router,
    "get",
    "/tasks/waiting",
    "plans.waiting_tasks",
    permission="plans.answer",
    response=list[TaskOut],
)
def list_waiting(request: Request, page: Query[PageOf]) -> list[Task]:
    """List the open tasks that the caller may answer, by id."""
    return list(waiting_tasks(request.context).order_by("pk").filter(pk__gt=page.after)[: limit_of(page)])


@endpoint(
    router,
    "get",
    "/tasks/review",
    "plans.tasks_to_review",
    permission="plans.review",
    response=list[TaskOut],
)
def list_review(request: Request, page: Query[PageOf]) -> list[Task]:
    """List the answered tasks that wait for the caller's decision, by id."""
    rows = tasks_to_review(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: limit_of(page)])


@endpoint(router, "get", "/tasks/{task_id}", "plans.task_by_id", permission="plans.view", response=TaskOut)
def read_task(request: Request, task_id: int) -> Task:
    """Return one task."""
    return task_by_id(request.context, task_id)


@endpoint(
    router,
    "get",
    "/tasks/{task_id}/history",
    "plans.history_of",
    permission="plans.view",
    response=list[HappenedOut],
)
def read_history(request: Request, task_id: int) -> list[Happened]:
    """Return all that happened to a task, in order."""
    return history_of(task_by_id(request.context, task_id), request.context)


@endpoint(
    router,
    "post",
    "/tasks/{task_id}/receive",
    "plans.receive_task",
    permission="plans.answer",
    response=TaskOut,
)
def post_receipt(request: Request, task_id: int) -> Task:
    """Confirm that a task has arrived."""
    return receive_task(request.context, task_by_id(request.context, task_id))


class RecordRefIn(Schema):
    """A record that is held."""

    record: int


@endpoint(
    router,
    "post",
    "/tasks/{task_id}/answer",
    "plans.answer_task",
    permission="plans.answer",
    response=AnswerOut,
)
def post_answer(request: Request, task_id: int, given: RecordRefIn) -> Answer:
    """Answer a task with a record that is held."""
    context = request.context
    return answer_task(context, task_by_id(context, task_id), record=record_by_id(context, given.record))


@endpoint(
    router,
    "post",
    "/tasks/{task_id}/answer-late",
    "plans.answer_late",
    permission="plans.answer",
    response=AnswerOut,
)
def post_late_answer(request: Request, task_id: int, given: RecordRefIn) -> Answer:
    """Answer a task that was noted as missing, after its period has closed."""
    context = request.context
    return answer_late(context, task_by_id(context, task_id), record=record_by_id(context, given.record))


class ReportIn(Schema):
    """The values of the record that a task asks for."""

    values: dict[str, Any]
    day: date | None = None
    reason: str = ""


@endpoint(
    router,
    "post",
    "/tasks/{task_id}/report",
    "plans.report_task",
    permission="plans.answer",
    response=AnswerOut,
)
def post_report(request: Request, task_id: int, given: ReportIn) -> Answer:
    """Write the record that a task asks for, and answer with it."""
    task = task_to_hold(request.context, task_id)
    return report_task(request.context, task, values=given.values, day=given.day, reason=given.reason)


class OneAnswerIn(Schema):
    """One answer of a batch."""

    task: int
    values: dict[str, Any]
    day: date | None = None


class AnswersIn(Schema):
    """Up to two thousand answers."""

    answers: list[OneAnswerIn]


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/answers",
    "plans.answer_tasks",
    permission="plans.answer",
    response=CountOut,
)
def post_answers(request: Request, org_id: int, given: AnswersIn) -> dict[str, int]:
    """Answer many tasks at or below an organization, all or none."""
    top = org_by_id(request.context, org_id)
    rows = [NewAnswer(each.task, each.values, each.day) for each in given.answers]
    return {"count": answer_tasks(request.context, top, answers=rows)}


@endpoint(
    router,
    "post",
    "/tasks/{task_id}/accept",
    "plans.accept_task",
    permission="plans.review",
    response=TaskOut,
)
def post_acceptance(request: Request, task_id: int) -> Task:
    """Accept the answer that stands."""
    return accept_task(request.context, task_by_id(request.context, task_id))


class TasksIn(Schema):
    """Some tasks."""

    tasks: list[int]


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/accept",
    "plans.accept_tasks",
    permission="plans.review",
    response=CountOut,
)
def post_acceptances(request: Request, org_id: int, given: TasksIn) -> dict[str, int]:
    """Accept many answers that an organization reviews, all or none."""
    return {"count": accept_tasks(request.context, org_by_id(request.context, org_id), tasks=given.tasks)}


class ReturnIn(Schema):
    """Why an answer is given back, and what is wrong beside the fields."""

    reason: str
    faults: dict[str, str] = {}


@endpoint(
    router,
    "post",
    "/tasks/{task_id}/return",
    "plans.return_task",
    permission="plans.review",
    response=ReturnOut,
)
def post_return(request: Request, task_id: int, given: ReturnIn) -> Return:
    """Give an answer back."""
    task = task_by_id(request.context, task_id)
    return return_task(request.context, task, reason=given.reason, faults=given.faults)
