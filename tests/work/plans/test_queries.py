"""Who sees what of orders, tasks and the account; and at what cost."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Min, Sum
from django.test.utils import CaptureQueriesContext

from gangmu.core.asked import AskedOf
from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period
from gangmu.desk.queries import plan_entries
from gangmu.kernel.facts.models import Fact
from gangmu.work.plans.models import Task
from gangmu.work.plans.operations.answers import receive_task, report_task
from gangmu.work.plans.operations.closing import close_period
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.plans.operations.reviews import return_task
from gangmu.work.plans.pages.words import HEADINGS, NOT_ANSWERED_AGAIN, task_status
from gangmu.work.plans.queries.account import (
    account_of,
    own_month,
    own_months,
    progress_of,
    tasks_behind,
    those_beside,
    those_beside_in,
    total_of,
)
from gangmu.work.plans.queries.orders import order_by_id, preview_order, tree_on, whom_asked
from gangmu.work.plans.queries.tasks import (
    answered_tasks,
    history_of,
    records_that_serve,
    task_by_id,
    tasks_to_review,
    waiting_tasks,
    with_standing_answers,
)
from gangmu.work.plans.rules import Tally
from gangmu.work.records.operations import write_record
from tests.work.plans.conftest import MINUTES, Month, at

pytestmark = pytest.mark.db

OCTOBER = Period.parse("2015-10")


def lines(account: Any) -> list[tuple[str, int, int]]:
    return [(line.code, line.total.on_time, line.total.due) for line in account.lines]


def test_preview_order_shows_exactly_who_will_receive_it(month: Month) -> None:
    preview = preview_order(month.officer, month.office.county, duty="monthly_order", period="2015-11")

    assert [each.org_id for each in preview.asked] == sorted(
        org.pk for org in (month.office.branch, month.office.other_branch, month.office.far_branch)
    )
    assert preview.groups == (("中共河口镇委员会", 2), ("中共山前镇委员会", 1))
    assert (preview.hours, preview.guessed, preview.order) == (0.75, (), None)


@pytest.mark.parametrize(
    "whom",
    [
        AskedOf(kinds=("branch",)),
        AskedOf(kinds=("committee", "branch"), domains=("town",)),
        AskedOf(kinds=("committee", "branch"), levels=("county", "village")),
        AskedOf(kinds=("committee",), domains=("village",)),
    ],
)
def test_whom_asked_finds_those_whom_the_rule_names(month: Month, whom: AskedOf) -> None:
    office, day = month.office, date(2015, 10, 8)
    for top in (office.county, office.town, office.branch):
        named = [
            each.org
            for each in tree_on(month.officer, top, day)
            if whom.asks(each.kind, each.domain, each.level)
        ]

        assert [each.org_id for each in whom_asked(month.officer, top, whom, day)] == named


def test_preview_order_shows_the_order_that_is_there_already(month: Month) -> None:
    preview = preview_order(month.officer, month.office.county, duty="monthly_order", period="2015-10")

    assert preview.order == month.order


def test_waiting_tasks_are_those_the_reader_may_answer_soonest_due_first(month: Month) -> None:
    assert [task.org for task in waiting_tasks(month.secretary)] == [month.office.branch]
    assert [task.org for task in waiting_tasks(month.town)] == [
        month.office.branch,
        month.office.other_branch,
    ]
    assert list(waiting_tasks(month.officer)) == []


def test_waiting_tasks_leave_out_what_was_answered_and_take_back_what_was_returned(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)
    assert list(waiting_tasks(month.secretary)) == []

    return_task(month.town, month.task(), reason="重写")
    assert [task.state for task in waiting_tasks(month.secretary)] == ["returned"]


def test_tasks_to_review_are_those_of_the_parents_own_children(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)

    (task,) = with_standing_answers(tasks_to_review(month.town))

    assert task.standing_answers[0].record.values["agenda"] == MINUTES["agenda"]
    assert list(tasks_to_review(month.secretary)) == []


def test_task_by_id_and_order_by_id_hide_what_lies_elsewhere(month: Month, acting: Any) -> None:
    member = acting("member", month.office.far_branch)

    with pytest.raises(NotFound):
        task_by_id(month.neighbour, month.task().pk)
    with pytest.raises(NotFound):
        order_by_id(member, month.order.pk)
    assert order_by_id(month.neighbour, month.order.pk) == month.order


def test_records_that_serve_are_of_the_organization_kind_and_period(month: Month) -> None:
    inside = write_record(month.secretary, month.office.branch, kind="meeting_record", values=MINUTES)
    write_record(
        month.secretary,
        month.office.branch,
        kind="meeting_record",
        values={**MINUTES, "held_on": "2015-09-08"},
    )

    assert list(records_that_serve(month.secretary, month.task())) == [inside]


def test_history_of_tells_all_that_happened_in_order(month: Month) -> None:
    receive_task(month.secretary, month.task())
    report_task(at(month.secretary, 10, 9), month.task(), values=MINUTES)
    return_task(at(month.town, 10, 10), month.task(), reason="重写")
    close_period(at(month.officer, 11, 2), month.office.county, period="2015-10")
    report_task(at(month.secretary, 11, 3), month.task(), values={**MINUTES, "attended": "5"})

    events = [(each.event, each.note) for each in history_of(month.task())]

    assert events == [
        ("issued", ""),
        ("received", ""),
        ("answered", "1"),
        ("returned", "重写"),
        ("closed", "missing"),
        ("answered_after_closing", "2"),
    ]


def test_account_of_counts_by_the_organization_directly_below(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)

    county = account_of(month.officer, month.office.county, [OCTOBER])
    town = account_of(month.town, month.office.town, [OCTOBER])

    assert lines(county) == [("990100101", 1, 2), ("990100102", 0, 1)]
    assert lines(town) == [("990100101201", 1, 1), ("990100101202", 0, 1)]
    assert (county.columns, county.total.waiting) == (("monthly_order",), 2)


def test_account_of_marks_what_is_overdue_and_then_missing(month: Month) -> None:
    november = at(month.officer, 11, 2)

    assert account_of(november, month.office.county, [OCTOBER]).total.counts == {"overdue": 3}
    close_period(november, month.office.county, period="2015-10")
    assert account_of(november, month.office.county, [OCTOBER]).total.counts == {"missing": 3}


def test_account_of_a_year_has_a_column_for_each_month(month: Month) -> None:
    account = account_of(month.officer, month.office.county, Period.parse("2015").months, by="period")

    assert account.columns == ("2015-10",)


def test_total_of_is_the_total_of_the_account_running_and_closed(month: Month) -> None:
    places = (month.office.county, month.office.town, month.office.branch)

    def both(context: Context) -> tuple[list[Tally], list[Tally]]:
        return (
            [total_of(context, place, [OCTOBER]) for place in places],
            [account_of(context, place, [OCTOBER]).total for place in places],
        )

    running, counted = both(month.officer)
    assert running == counted
    assert running[0].due == 3
    november = at(month.officer, 11, 2)
    close_period(november, month.office.county, period="2015-10")
    running, counted = both(november)
    assert running == counted
    assert running[0].counts == {"missing": 3}


def test_total_of_hides_what_lies_elsewhere(month: Month) -> None:
    with pytest.raises(NotFound):
        total_of(month.town, month.office.other_town, [OCTOBER])


def test_account_of_hides_what_lies_elsewhere(month: Month) -> None:
    with pytest.raises(NotFound):
        account_of(month.town, month.office.other_town, [OCTOBER])
    with pytest.raises(NotFound):
        progress_of(month.town, month.order)
    assert progress_of(month.town, month.order, month.office.town).total.due == 2


def test_the_account_of_a_closed_month_says_what_its_facts_say(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)
    report_task(at(month.neighbour, 10, 31), month.task(month.office.far_branch), values=MINUTES)
    november = at(month.officer, 11, 2)
    close_period(november, month.office.county, period="2015-10")
    write_and_answer_late = at(month.town, 11, 4)
    report_task(write_and_answer_late, month.task(month.office.other_branch), values=MINUTES)

    total = account_of(november, month.office.county, [OCTOBER]).total
    replaced = Fact.objects.exclude(replaces=None).values("replaces")
    sums = dict(
        Fact.objects.filter(code__startswith="task.")
        .exclude(fact__in=replaced)
        .values_list("code")
        .annotate(sum=Sum("value"))
    )

    assert sums == {
        "task.due": Decimal(total.due),
        "task.answered": Decimal(total.answered),
        "task.on_time": Decimal(total.on_time),
    }


def test_those_beside_are_counts_and_only_the_best_have_names(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)

    beside = those_beside(month.secretary, month.office.branch, OCTOBER)

    assert (beside.orgs, beside.total.on_time, beside.total.waiting) == (2, 1, 1)
    assert [each.name for each in beside.best] == ["中共东庄村支部委员会"]


def test_those_beside_in_counts_one_duty_where_one_is_asked_for(month: Month) -> None:
    issue_to_all(month.officer, month.office.county, duty="theme_day", period="2015-10")
    branch = month.office.branch

    both = those_beside_in(month.secretary, branch, [OCTOBER]).total.due
    one = those_beside_in(month.secretary, branch, [OCTOBER], duty="theme_day").total.due

    assert (both, one) == (4, 2)


def test_answered_tasks_are_those_whose_answer_was_not_given_back(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)
    assert [task.pk for task in answered_tasks(month.secretary)] == [month.task().pk]

    return_task(month.town, month.task(), reason="请补充议题")
    assert not answered_tasks(month.secretary).exists()

    later = at(month.officer, 11, 2)
    close_period(later, month.office.county, period="2015-10")
    assert month.task().timing == "missing"
    assert task_status(later, month.task()) == NOT_ANSWERED_AGAIN
    assert task_status(later, month.task(month.office.far_branch)) == HEADINGS["missing"]
    assert not answered_tasks(at(month.secretary, 11, 2)).exists()


def test_done_tasks_stand_in_the_inbox_with_the_instant_of_the_answer_and_their_period_in_words(
    month: Month,
) -> None:
    later = at(month.secretary, 10, 20)
    report_task(later, month.task(), values=MINUTES)

    (done,) = plan_entries(later, "done", 10)

    assert done.at == later.now
    assert done.title.endswith(" · 2015年10月")


def test_tasks_behind_a_figure_are_as_many_as_it_says(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)
    receive_task(month.neighbour, month.task(month.office.far_branch))
    later = at(month.officer, 11, 2)
    total = account_of(later, month.office.county, [OCTOBER]).total

    for cell, count in total.counts.items():
        assert tasks_behind(later, month.office.county, [OCTOBER], cell=cell).count() == count
    assert tasks_behind(later, month.office.county, [OCTOBER]).count() == total.due == 3


@pytest.mark.parametrize("org", ["county", "town"])
def test_account_of_reads_four_times_however_many_there_are(month: Month, org: str) -> None:
    from django.db import connection

    top = getattr(month.office, org)
    month.officer.places("plans.view"), month.officer.places("orgs.view")

    with CaptureQueriesContext(connection) as asked:
        account_of(month.officer, top, [OCTOBER])

    assert len(asked) == 4


def test_the_account_of_running_orders_is_read_from_its_index_alone(month: Month) -> None:
    from django.db import connection

    tasks = Task.objects.filter(order__in=[month.order.pk]).values("parent_id", "state", "timing", "due_on")
    plan = tasks.annotate(some_path=Min("path")).explain()

    assert connection.vendor != "sqlite" or "COVERING INDEX task_account" in plan


def test_a_closed_account_is_the_same_from_far_and_from_near(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)
    november = at(month.officer, 11, 2)
    close_period(november, month.office.county, period="2015-10")
    report_task(at(month.neighbour, 11, 4), month.task(month.office.far_branch), values=MINUTES)

    far = account_of(november, month.office.county, [OCTOBER]).total.counts
    near = [
        account_of(november, town, [OCTOBER]).total.counts
        for town in (month.office.town, month.office.other_town)
    ]

    assert far == {"on_time": 1, "missing": 1, "late": 1}
    assert near == [{"on_time": 1, "missing": 1}, {"late": 1}]


def test_own_month_shows_a_member_how_it_stands_and_counts_of_those_beside(
    month: Month, acting: Callable[..., Context]
) -> None:
    office = month.office
    report_task(month.secretary, month.task(), values=MINUTES)
    member = acting("member", office.branch)

    found = own_month(member, office.branch, OCTOBER)

    assert own_months(member, office.branch) == [OCTOBER]
    assert [(each.title, each.cell) for each in found.asked] == [(month.order.title, "on_time")]
    assert (found.total.due, found.total.on_time, found.beside.orgs) == (1, 1, 2)
    assert not hasattr(found.asked[0], "task")


def test_own_month_is_nobodys_but_the_organizations_own_members_and_those_above(
    month: Month, acting: Callable[..., Context]
) -> None:
    office = month.office
    member = acting("member", office.branch)

    for org in (office.other_branch, office.town):
        with pytest.raises(NotFound):
            own_month(member, org, OCTOBER)
        with pytest.raises(NotFound):
            own_months(member, org)
    with pytest.raises(NotFound):
        account_of(member, office.branch, [OCTOBER])
    with pytest.raises(NotFound):
        tasks_behind(member, office.branch, [OCTOBER])
    assert own_month(month.officer, office.other_branch, OCTOBER).total.due == 1
