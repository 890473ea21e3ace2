"""Issuing, answering, reviewing and closing: what comes about and what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.orgs.operations import close_org, move_org
from gangmu.work.plans.models import Answer, Order, Task
from gangmu.work.plans.operations.answers import (
    NewAnswer,
    answer_late,
    answer_task,
    answer_tasks,
    receive_task,
    report_task,
)
from gangmu.work.plans.operations.closing import close_order, close_period, close_tasks
from gangmu.work.plans.operations.orders import deliver_order, issue_order, issue_to_all, withdraw_order
from gangmu.work.plans.operations.reviews import accept_task, accept_tasks, return_task
from gangmu.work.records.models import Record
from gangmu.work.records.operations import correct_record, write_record
from tests.conftest import Office
from tests.work.plans.conftest import MINUTES, Month, at

pytestmark = pytest.mark.db


def facts_of(org: Any) -> dict[str, Decimal | None]:
    """The counting task facts of an organization."""
    replaced = set(Fact.objects.exclude(replaces=None).values_list("replaces", flat=True))
    found = Fact.objects.filter(org=org, code__startswith="task.").exclude(fact__in=replaced)
    return dict(found.values_list("code", "value"))


def test_issue_order_pressed_twice_issues_once(month: Month) -> None:
    again = issue_to_all(month.officer, month.office.county, duty="monthly_order", period="2015-10")

    assert again == month.order
    assert Task.objects.count() == 3
    assert (again.state, again.asked, again.due_on) == ("issued", 3, date(2015, 10, 30))


def test_issue_order_asks_those_who_stand_there_on_its_day(month: Month) -> None:
    assert list(month.order.tasks.order_by("path").values_list("org", "parent")) == [
        (month.office.branch.pk, month.office.town.pk),
        (month.office.other_branch.pk, month.office.town.pk),
        (month.office.far_branch.pk, month.office.other_town.pk),
    ]


@pytest.mark.parametrize(
    ("duty", "period", "refusal"),
    [
        ("monthly_order", "2015Q4", Invalid),
        ("monthly_order", "2015-9", Invalid),
        ("monthly_order", "2015-09", Conflict),
        ("no_such_duty", "2015-10", NotFound),
    ],
)
def test_issue_order_refuses_what_cannot_be_owed(
    office: Office, duty: str, period: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        issue_order(office.system, office.county, duty=duty, period=period)

    assert not Order.objects.exists()


def test_issue_order_refuses_to_reach_nobody(office: Office) -> None:
    close_org(office.system, office.far_branch, day=date(2015, 10, 1))

    with pytest.raises(Conflict, match="nobody"):
        issue_order(office.system, office.other_town, duty="monthly_order", period="2015-10")


def test_issue_order_after_a_withdrawal_is_refused(month: Month) -> None:
    withdraw_order(month.officer, month.order, reason="重复")

    with pytest.raises(Conflict, match="withdrawn"):
        issue_order(month.officer, month.office.county, duty="monthly_order", period="2015-10")


def test_deliver_order_goes_on_where_the_last_batch_ended(office: Office) -> None:
    order = issue_order(office.system, office.county, duty="monthly_order", period="2015-10")

    counts = [deliver_order(office.system, order, most=2) for _ in range(3)]

    assert counts == [2, 1, 0]
    assert sorted(order.tasks.values_list("org", flat=True)) == sorted(
        org.pk for org in (office.branch, office.other_branch, office.far_branch)
    )


def test_receive_task_is_confirmed_once(month: Month) -> None:
    receive_task(month.secretary, month.task())

    with pytest.raises(Conflict, match="received already"):
        receive_task(month.secretary, month.task())


def test_report_task_writes_one_record_and_answers_with_it(month: Month) -> None:
    answer = report_task(month.secretary, month.task(), values=MINUTES)

    task = month.task()
    assert (task.state, task.timing, task.versions) == ("answered", "on_time", 1)
    assert (answer.record.org, answer.entered_by_id) == (month.office.branch, month.secretary.account)
    assert task.received_at == month.secretary.now


def test_report_task_with_a_fault_leaves_nothing_behind(month: Month) -> None:
    entries = Entry.objects.count()

    with pytest.raises(Invalid) as refusal:
        report_task(month.secretary, month.task(), values={**MINUTES, "attended": "四个"})

    assert dict(refusal.value.faults) == {"attended": "This is not a number."}
    assert (Record.objects.count(), Answer.objects.count(), Entry.objects.count()) == (0, 0, entries)
    assert month.task().state == "issued"


def test_answer_task_with_a_record_already_held_serves_everybody_who_asks(month: Month) -> None:
    second = issue_to_all(month.town, month.office.town, duty="monthly_order", period="2015-10")
    held = write_record(month.secretary, month.office.branch, kind="meeting_record", values=MINUTES)

    answer_task(month.secretary, month.task(), record=held)

    assert [task.state for task in Task.objects.filter(org=month.office.branch)] == ["answered", "answered"]
    assert second.tasks.get(org=month.office.branch).answers.get().record == held


@pytest.mark.parametrize("where", ["other_branch", "september", "other_kind"])
def test_answer_task_refuses_a_record_that_does_not_belong(month: Month, where: str) -> None:
    org = month.office.other_branch if where == "other_branch" else month.office.branch
    values = {**MINUTES, "held_on": "2015-09-08"} if where == "september" else MINUTES
    kind = "meeting_record"
    if where == "other_kind":
        kind, values = "theme_day_record", {"held_on": "2015-10-08", "theme": "秋收", "attended": "3"}
    record = write_record(month.office.system, org, kind=kind, values=values)

    with pytest.raises(Invalid):
        answer_task(month.secretary, month.task(), record=record)

    assert month.task().state == "issued"


def test_answer_task_refuses_a_version_that_was_corrected(month: Month) -> None:
    first = write_record(month.secretary, month.office.branch, kind="meeting_record", values=MINUTES)
    correct_record(month.secretary, first, values={**MINUTES, "attended": "5"}, reason="数错")
    first.refresh_from_db()

    with pytest.raises(Conflict, match="newest version"):
        answer_task(month.secretary, month.task(), record=first)


def test_answer_task_refuses_another_organizations_secretary(month: Month) -> None:
    with pytest.raises(NotAllowed):
        report_task(month.neighbour, month.task(), values=MINUTES)


def test_answer_task_refuses_while_the_answer_is_being_reviewed(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)

    with pytest.raises(Conflict, match="being reviewed"):
        report_task(month.secretary, month.task(), values=MINUTES)


def test_answer_task_refuses_a_withdrawn_order(month: Month) -> None:
    withdraw_order(month.officer, month.order, reason="重复")

    with pytest.raises(Conflict, match="withdrawn"):
        report_task(month.secretary, month.task(), values=MINUTES)


def test_answer_task_is_late_only_after_the_due_day(month: Month) -> None:
    report_task(at(month.secretary, 10, 30), month.task(), values=MINUTES)
    report_task(at(month.neighbour, 10, 31), month.task(month.office.far_branch), values=MINUTES)

    assert month.task().timing == "on_time"
    assert month.task(month.office.far_branch).timing == "late"


def test_return_task_says_what_is_wrong_and_both_versions_stay(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)

    return_task(
        month.town, month.task(), reason="议题太简单", faults={"agenda": "请写具体", "decisions": " "}
    )
    assert month.task().state == "returned"
    again = report_task(at(month.secretary, 11, 2), month.task(), values={**MINUTES, "agenda": "三项议题"})

    versions = list(Answer.objects.order_by("version").values_list("version", "standing", "record__version"))
    assert versions == [(1, False, 1), (2, True, 2)]
    assert again.record.reason == "议题太简单"
    assert Answer.objects.get(version=1).returned.faults == {"agenda": "请写具体"}
    assert month.task().timing == "on_time"


@pytest.mark.parametrize(("reason", "faults"), [(" ", {}), ("有误", {"no_such_field": "?"})])
def test_return_task_refuses_without_reason_or_for_a_field_that_is_not_there(
    month: Month, reason: str, faults: dict[str, str]
) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)

    with pytest.raises(Invalid):
        return_task(month.town, month.task(), reason=reason, faults=faults)

    assert month.task().state == "answered"


def test_accept_task_is_for_the_parent_and_not_for_who_answered(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)

    with pytest.raises(NotAllowed):
        accept_task(month.secretary, month.task())
    accept_task(month.town, month.task())

    assert month.task().state == "accepted"


def test_accept_tasks_accepts_all_or_none(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)
    both = [month.task().pk, month.task(month.office.other_branch).pk]

    with pytest.raises(Conflict, match="no answer yet"):
        accept_tasks(month.town, month.office.town, tasks=both)
    assert month.task().state == "answered"
    assert accept_tasks(month.town, month.office.town, tasks=both[:1]) == 1


def test_accept_tasks_refuses_what_stands_elsewhere(month: Month) -> None:
    far = month.task(month.office.far_branch)
    report_task(month.neighbour, far, values=MINUTES)

    with pytest.raises(NotFound):
        accept_tasks(month.town, month.office.town, tasks=[far.pk])


def test_answer_tasks_answers_many_with_one_entry_or_none(month: Month) -> None:
    tasks = [month.task(), month.task(month.office.other_branch)]
    wrong = [NewAnswer(tasks[0].pk, MINUTES), NewAnswer(tasks[1].pk, {**MINUTES, "should_attend": ""})]

    with pytest.raises(Invalid) as refusal:
        answer_tasks(month.town, month.office.town, answers=wrong)
    assert dict(refusal.value.faults) == {"1.should_attend": "This must be filled in."}
    assert not Answer.objects.exists()

    entries = Entry.objects.filter(verb="plans.answer_tasks").count()
    right = [NewAnswer(task.pk, MINUTES) for task in tasks]
    assert answer_tasks(month.town, month.office.town, answers=right) == 2
    assert Entry.objects.filter(verb="plans.answer_tasks").count() == entries + 1
    assert {task.state for task in Task.objects.filter(pk__in=[each.pk for each in tasks])} == {"answered"}


def test_withdraw_order_keeps_the_records_that_were_given(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)

    withdraw_order(month.officer, month.order, reason="文件已废止")

    assert set(month.order.tasks.values_list("state", flat=True)) == {"withdrawn"}
    assert Record.objects.count() == 1


def test_close_order_refuses_before_the_due_day_is_over(month: Month) -> None:
    with pytest.raises(Conflict, match="after that"):
        close_order(at(month.officer, 10, 30), month.order)


def test_close_period_writes_who_was_in_time_late_or_silent(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)
    report_task(at(month.neighbour, 10, 31), month.task(month.office.far_branch), values=MINUTES)

    assert close_period(at(month.officer, 11, 2), month.office.county, period="2015-10") == 3

    assert facts_of(month.office.branch) == {"task.due": 1, "task.answered": 1, "task.on_time": 1}
    assert facts_of(month.office.far_branch) == {"task.due": 1, "task.answered": 1, "task.on_time": 0}
    assert facts_of(month.office.other_branch) == {"task.due": 1, "task.answered": 0, "task.on_time": 0}
    assert set(Fact.objects.filter(code__startswith="task.").values_list("day", "item")) == {
        (date(2015, 10, 31), "monthly_order")
    }
    month.order.refresh_from_db()
    assert month.order.state == "closed"


def test_close_period_pressed_twice_writes_once(month: Month) -> None:
    november = at(month.officer, 11, 2)
    close_period(november, month.office.county, period="2015-10")

    assert close_period(november, month.office.county, period="2015-10") == 0
    assert Fact.objects.filter(code="task.due").count() == 3


def test_close_tasks_is_taken_up_where_it_stopped(month: Month) -> None:
    november = at(month.officer, 11, 2)
    close_order(november, month.order)

    assert [close_tasks(november, month.order, most=2) for _ in range(3)] == [2, 1, 0]
    assert Fact.objects.filter(code="task.due").count() == 3


def test_close_order_ends_answering_and_returning(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)
    close_order(at(month.officer, 11, 2), month.order)

    with pytest.raises(Conflict, match="closed"):
        report_task(at(month.neighbour, 11, 2), month.task(month.office.far_branch), values=MINUTES)
    with pytest.raises(Conflict, match="closed"):
        return_task(at(month.town, 11, 2), month.task(), reason="太晚")
    accept_task(at(month.town, 11, 2), month.task())


def test_a_returned_answer_that_was_not_given_again_is_missing(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)
    return_task(month.town, month.task(), reason="重写")

    close_period(at(month.officer, 11, 2), month.office.county, period="2015-10")

    assert facts_of(month.office.branch) == {"task.due": 1, "task.answered": 0, "task.on_time": 0}


def test_answer_late_replaces_the_fact_that_said_nothing_was_answered(month: Month) -> None:
    close_period(at(month.officer, 11, 2), month.office.county, period="2015-10")
    november = at(month.secretary, 11, 5)

    report_task(november, month.task(), values=MINUTES)

    assert facts_of(month.office.branch) == {"task.due": 1, "task.answered": 1, "task.on_time": 0}
    assert Fact.objects.filter(code="task.answered", org=month.office.branch).count() == 2
    assert (month.task().state, month.task().timing) == ("answered", "late")
    with pytest.raises(Conflict, match="not missing"):
        answer_late(november, month.task(), record=Record.objects.get())


def test_a_branch_that_moved_is_answered_for_where_it_stood(month: Month) -> None:
    move_org(month.office.system, month.office.branch, under=month.office.other_town, day=date(2015, 10, 8))

    assert month.task().parent == month.office.town
    month.office.branch.refresh_from_db()
    assert month.task().reviewer == month.office.other_town
