"""Duties, orders, tasks and accounts over the API."""

from datetime import date, datetime
from typing import Any

from ninja import Query, Router, Schema

from gangmu.core.errors import NotFound
from gangmu.core.periods import Period
from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.plans.definitions import DutyKind
from gangmu.work.plans.models import Answer, Order, Return, Task
from gangmu.work.plans.operations import (
    NewAnswer,
    accept_task,
    accept_tasks,
    answer_late,
    answer_task,
    answer_tasks,
    close_order,
    close_tasks,
    deliver_order,
    issue_order,
    receive_task,
    report_task,
    return_task,
    withdraw_order,
)
from gangmu.work.plans.queries import (
    Account,
    Beside,
    Happened,
    Preview,
    account_of,
    duties_of,
    duty_of,
    history_of,
    order_by_id,
    parsed_period,
    preview_order,
    progress_of,
    task_by_id,
    tasks_behind,
    tasks_of_order,
    tasks_to_review,
    those_beside,
    visible_orders,
    waiting_tasks,
)
from gangmu.work.plans.rules import Tally
from gangmu.work.records.queries import record_by_id

router = Router(tags=["plans"])


class PageOf(Schema):
    """Where a list goes on: ``after`` the last id seen, at most ``limit`` rows."""

    after: int = 0
    limit: int = 100


def _limit(page: PageOf) -> int:
    return max(1, min(page.limit, 200))


class CountOut(Schema):
    """How many."""

    count: int


class OrderOut(Schema):
    """One order."""

    id: int
    duty: str
    period: str
    issuer_id: int
    title: str
    text: str
    answer_kind: str
    review: str
    minutes: int
    state: str
    asked: int
    issued_at: datetime
    due_on: date
    withdrawn_reason: str


class TaskOut(Schema):
    """One order as one organization has it."""

    id: int
    order_id: int
    org_id: int
    duty: str
    period: str
    state: str
    timing: str
    due_on: date
    versions: int
    returns: int
    answered_on: date | None
    closed_at: datetime | None


class AnswerOut(Schema):
    """One version of an answer."""

    id: int
    task_id: int
    version: int
    record_id: int
    answered_for_id: int
    entered_by_id: int
    answered_at: datetime
    after_closing: bool


class ReturnOut(Schema):
    """Why an answer was given back."""

    id: int
    task_id: int
    answer_id: int
    reason: str
    faults: dict[str, str]
    returned_at: datetime


class HappenedOut(Schema):
    """One thing that happened to a task."""

    event: str
    at: datetime
    by: str
    note: str
    record: int | None


class DutyOut(Schema):
    """One duty that is in force."""

    code: str
    title: str
    document: str
    article: str
    every: str
    answer: str
    minutes: int
    review: str
    kinds: list[str]
    domains: list[str]
    levels: list[str]


class AskedOut(Schema):
    """Who would receive an order."""

    org: int
    code: str
    name: str


class PreviewOut(Schema):
    """What issuing would do."""

    duty: str
    period: str
    issue_on: date
    due_on: date
    asked: list[AskedOut]
    guessed: list[int]
    order: int | None


class TallyOut(Schema):
    """How many tasks stand under each heading."""

    due: int
    on_time: int
    late: int
    missing: int
    waiting: int


class LineOut(Schema):
    """One organization's line of an account."""

    org: int
    code: str
    name: str
    total: TallyOut
    cells: dict[str, TallyOut]


class AccountOut(Schema):
    """What was asked below one organization, and what came of it."""

    org: int
    columns: list[str]
    lines: list[LineOut]
    total: TallyOut


class BesideOut(Schema):
    """Those beside an organization: counts, and the names of the best few."""

    orgs: int
    total: TallyOut
    best: list[str]
    more: int


def _tally(tally: Tally) -> dict[str, int]:
    return {
        "due": tally.due,
        "on_time": tally.on_time,
        "late": tally.late,
        "missing": tally.missing,
        "waiting": tally.waiting,
    }


def _account(found: Account) -> dict[str, Any]:
    return {
        "org": found.top.pk,
        "columns": list(found.columns),
        "lines": [
            {
                "org": line.org,
                "code": line.code,
                "name": line.name,
                "total": _tally(line.total),
                "cells": {code: _tally(tally) for code, tally in line.cells.items()},
            }
            for line in found.lines
        ],
        "total": _tally(found.total),
    }


def _duty(kind: DutyKind, language: str) -> dict[str, Any]:
    return {
        "code": kind.code,
        "title": kind.title.within(language),
        "document": kind.follows.document,
        "article": kind.follows.article,
        "every": kind.every,
        "answer": kind.answer,
        "minutes": kind.minutes,
        "review": kind.review,
        "kinds": list(kind.asked_of.kinds),
        "domains": list(kind.asked_of.domains),
        "levels": list(kind.asked_of.levels),
    }


def _seen(request: Request, org_id: int) -> Org:
    org = org_by_id(request.context, org_id)
    if not request.context.may("plans.view", org.path):
        raise NotFound("There is no such organization.")
    return org


# --- reads ---------------------------------------------------------------------------------


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/duties",
    "plans.duties_of",
    permission="plans.view",
    response=list[DutyOut],
)
def list_duties(request: Request, org_id: int) -> list[dict[str, Any]]:
    """List the duties that are in force where an organization stands."""
    return [_duty(kind, request.context.language) for kind in duties_of(_seen(request, org_id))]


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/duties/{duty_code}",
    "plans.duty_of",
    permission="plans.view",
    response=DutyOut,
)
def read_duty(request: Request, org_id: int, duty_code: str) -> dict[str, Any]:
    """Return one duty."""
    return _duty(duty_of(_seen(request, org_id), duty_code), request.context.language)


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/duties/{duty_code}/preview",
    "plans.preview_order",
    permission="plans.issue",
    response=PreviewOut,
)
def read_preview(request: Request, org_id: int, duty_code: str, period: str) -> dict[str, Any]:
    """Return who would receive an order that is issued now, and until when it is due."""
    issuer = org_by_id(request.context, org_id)
    if not request.context.may("plans.issue", issuer.path):
        raise NotFound("There is no such organization.")
    preview: Preview = preview_order(request.context, issuer, duty=duty_code, period=period)
    return {
        "duty": preview.duty.code,
        "period": str(preview.period),
        "issue_on": preview.issue_on,
        "due_on": preview.due_on,
        "asked": [{"org": each.org, "code": each.code, "name": each.name} for each in preview.asked],
        "guessed": list(preview.guessed),
        "order": preview.order.pk if preview.order else None,
    }


@endpoint(router, "get", "/orders", "plans.visible_orders", permission="plans.view", response=list[OrderOut])
def list_orders(request: Request, page: Query[PageOf], period: str = "") -> list[Order]:
    """List the orders within reach, by id."""
    rows = visible_orders(request.context).order_by("pk").filter(pk__gt=page.after)
    return list((rows.filter(period=period) if period else rows)[: _limit(page)])


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
    return _account(progress_of(request.context, order_by_id(request.context, order_id)))


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
    return list(rows.order_by("pk").filter(pk__gt=page.after)[: _limit(page)])


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
    return list(waiting_tasks(request.context).order_by("pk").filter(pk__gt=page.after)[: _limit(page)])


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
    return list(rows[: _limit(page)])


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
    return history_of(task_by_id(request.context, task_id))


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/account",
    "plans.account_of",
    permission="plans.view",
    response=AccountOut,
)
def read_account(
    request: Request, org_id: int, period: str, by: str = "duty", duty: str = ""
) -> dict[str, Any]:
    """Return the account below an organization, of a period by duty, or of a year by month."""
    span = parsed_period(period)
    spans: tuple[Period, ...] = span.months if by == "period" else (span,)
    column = "period" if by == "period" else "duty"
    return _account(account_of(request.context, _seen(request, org_id), spans, by=column, duty=duty))


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/account/tasks",
    "plans.tasks_behind",
    permission="plans.view",
    response=list[TaskOut],
)
def list_behind(
    request: Request, org_id: int, period: str, page: Query[PageOf], duty: str = "", cell: str = ""
) -> list[Task]:
    """List the tasks that a figure of an account is made of, by id."""
    top, span = _seen(request, org_id), parsed_period(period)
    rows = tasks_behind(request.context, top, [span], duty=duty, cell=cell)
    return list(rows.order_by("pk").filter(pk__gt=page.after)[: _limit(page)])


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/account/beside",
    "plans.those_beside",
    permission="plans.view",
    response=BesideOut,
)
def read_beside(request: Request, org_id: int, period: str) -> dict[str, Any]:
    """Return how those with the same parent stand: counts, and the best few by name."""
    found: Beside = those_beside(request.context, _seen(request, org_id), parsed_period(period))
    return {
        "orgs": found.orgs,
        "total": _tally(found.total),
        "best": [each.name for each in found.best],
        "more": found.more,
    }


# --- writes --------------------------------------------------------------------------------


class OrderIn(Schema):
    """Which duty, for which period, with which words."""

    duty: str
    period: str
    text: str = ""
    knowingly: bool = False


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


class ReasonIn(Schema):
    """Why."""

    reason: str


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
    task = task_by_id(request.context, task_id)
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
