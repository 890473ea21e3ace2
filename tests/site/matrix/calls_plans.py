"""Rows of facts, records, duties, orders and tasks."""

from datetime import UTC, datetime
from typing import Any

from gangmu.work.plans.operations.answers import NewAnswer, answer_task
from gangmu.work.plans.operations.closing import close_order, close_tasks
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.records.operations import NewRecord, write_record
from tests.conftest import Office
from tests.site.matrix.call import Call, call

MINUTES = {"held_on": "2015-10-06", "should_attend": "5", "attended": "4", "agenda": "议题"}


def order_of(office: Office) -> Any:
    """October's order of the first town, which reaches its two branches."""
    return issue_to_all(office.system, office.town, duty="monthly_order", period="2015-10")


def task_of(office: Office) -> Any:
    """The first branch's task of that order."""
    return order_of(office).tasks.get(org=office.branch)


def record_of(office: Office) -> Any:
    """Minutes that the first branch wrote down."""
    return write_record(office.system, office.branch, kind="meeting_record", values=MINUTES)


def answered_task_of(office: Office) -> Any:
    """The first branch's task with an answer."""
    task = task_of(office)
    answer_task(office.system, task, record=record_of(office))
    task.refresh_from_db()
    return task


def closed_order_of(office: Office, *, whole: bool = True) -> Any:
    """The order after its period has been closed, or is being closed."""
    order = order_of(office)
    later = office.at(datetime(2015, 11, 3, 1, tzinfo=UTC))
    close_order(later, order)
    while whole and close_tasks(later, order):
        pass
    order.refresh_from_db()
    return order


@call("facts.note_export")
def _(office: Office) -> Call:
    given = {"under": office.town, "period": "2015-10", "known_at": None, "orgs": 3, "facts": 0}
    return Call(given, office.town)


@call("records.write_record")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "kind": "meeting_record", "values": MINUTES}, office.branch)


@call("records.write_records")
def _(office: Office) -> Call:
    return Call(
        {"top": office.branch, "rows": [NewRecord(office.branch, "meeting_record", MINUTES)]}, office.branch
    )


@call("records.correct_record")
def _(office: Office) -> Call:
    values = MINUTES | {"attended": "5"}
    return Call({"record": record_of(office), "values": values, "reason": "数错了"}, office.branch)


@call("plans.issue_order")
def _(office: Office) -> Call:
    return Call({"issuer": office.town, "duty": "monthly_order", "period": "2015-10"}, office.town)


@call("plans.deliver_order")
def _(office: Office) -> Call:
    return Call({"order": order_of(office)}, office.town)


@call("plans.withdraw_order")
def _(office: Office) -> Call:
    return Call({"order": order_of(office), "reason": "重复"}, office.town)


@call("plans.receive_task")
def _(office: Office) -> Call:
    return Call({"task": task_of(office)}, office.branch)


@call("plans.answer_task")
def _(office: Office) -> Call:
    return Call({"task": task_of(office), "record": record_of(office)}, office.branch)


@call("plans.report_task")
def _(office: Office) -> Call:
    return Call({"task": task_of(office), "values": MINUTES}, office.branch)


@call("plans.answer_tasks")
def _(office: Office) -> Call:
    return Call({"top": office.branch, "answers": [NewAnswer(task_of(office).pk, MINUTES)]}, office.branch)


@call("plans.answer_late")
def _(office: Office) -> Call:
    task = closed_order_of(office).tasks.get(org=office.branch)
    return Call({"task": task, "record": record_of(office)}, office.branch)


@call("plans.accept_task")
def _(office: Office) -> Call:
    return Call({"task": answered_task_of(office)}, office.town)


@call("plans.accept_tasks")
def _(office: Office) -> Call:
    return Call({"top": office.town, "tasks": [answered_task_of(office).pk]}, office.town)


@call("plans.return_task")
def _(office: Office) -> Call:
    return Call({"task": answered_task_of(office), "reason": "请补充"}, office.town)


@call("plans.close_order")
def _(office: Office) -> Call:
    return Call({"order": order_of(office)}, office.town)


@call("plans.close_tasks")
def _(office: Office) -> Call:
    return Call({"order": closed_order_of(office, whole=False)}, office.town)
