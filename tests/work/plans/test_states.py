"""What may be said back to an order: later days, disputes, passing down, carrying over, moves."""

from datetime import date
from typing import Any

import pytest

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gangmu.kernel.access.models import Account
from gangmu.kernel.access.operations import lend_roles
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.rules import FACT_CODES
from gangmu.kernel.inbox.models import Item
from gangmu.kernel.orgs import operations as orgs
from gangmu.kernel.people import operations as people
from gangmu.work.plans.models import Bulk, Dispute, Extension, Passing, Step, Task
from gangmu.work.plans.operations.answers import answer_late, report_task
from gangmu.work.plans.operations.bulk import (
    Ticked,
    accept_ticked,
    extend_ticked,
    remind_ticked,
    undo_ticked,
    withdraw_ticked,
)
from gangmu.work.plans.operations.clocks import run_all_clocks, run_clocks
from gangmu.work.plans.operations.closing import carry_tasks, close_period
from gangmu.work.plans.operations.disputes import (
    answer_disputes,
    decide_dispute,
    drop_dispute,
    raise_dispute,
)
from gangmu.work.plans.operations.extensions import ask_extension, grant_extension, refuse_extension
from gangmu.work.plans.operations.held import StaleTask, TaskConflict
from gangmu.work.plans.operations.moves import follow_tasks
from gangmu.work.plans.operations.orders import issue_to_all, withdraw_order
from gangmu.work.plans.operations.passing import (
    PassTo,
    answer_passing,
    ask_again,
    pass_on,
    pass_task,
    recall_passing,
)
from gangmu.work.plans.operations.reviews import accept_task, return_task
from gangmu.work.plans.operations.withdrawing import withdraw_task
from gangmu.work.plans.queries.account import account_of, progress_of
from gangmu.work.records.operations import write_record
from tests.site.matrix.calls_people import new_person
from tests.work.plans.conftest import MINUTES, Month, at

DUE = date(2015, 10, 30)
LATER = date(2015, 11, 6)


def facts(task: Task) -> dict[str, tuple[date, int]]:
    """What is written of a task: the day and the value by code."""
    rows = Fact.objects.filter(source=f"task:{task.pk}")
    replaced = set(rows.exclude(replaces=None).values_list("replaces", flat=True))
    return {fact.code: (fact.day, int(fact.value or 0)) for fact in rows if fact.fact not in replaced}


# Extensions


def test_ask_extension_starts_the_issuers_clock_and_late_is_judged_by_the_granted_day(month: Month) -> None:
    asked = ask_extension(at(month.secretary, 10, 28), month.task(), until=LATER, reason="下乡调研")
    assert (asked.answer_by, month.task().due_on) == (DUE, DUE)

    grant_extension(at(month.officer, 10, 29), asked)
    report_task(at(month.secretary, 11, 5), month.task(), values=MINUTES)

    assert (month.task().due_on, month.task().timing) == (LATER, "on_time")
    assert [step.event for step in month.task().steps.order_by("pk")] == [
        "extension_asked",
        "extension_granted",
    ]


def test_ask_extension_is_refused_after_the_due_day_twice_too_far_or_without_a_reason(month: Month) -> None:
    with pytest.raises(Conflict, match="was due"):
        ask_extension(at(month.secretary, 11, 2), month.task(), until=LATER, reason="x")
    with pytest.raises(Invalid):
        ask_extension(month.secretary, month.task(), until=DUE, reason="x")
    with pytest.raises(Invalid):
        ask_extension(month.secretary, month.task(), until=date(2016, 3, 1), reason="x")
    with pytest.raises(Invalid):
        ask_extension(month.secretary, month.task(), until=LATER, reason=" ")
    ask_extension(month.secretary, month.task(), until=LATER, reason="x")

    with pytest.raises(Conflict, match="already"):
        ask_extension(month.secretary, month.task(), until=LATER, reason="x")
    assert Extension.objects.count() == 1


def test_grant_extension_is_the_issuers_and_refused_for_what_was_answered_meanwhile(month: Month) -> None:
    asked = ask_extension(month.secretary, month.task(), until=LATER, reason="x")
    with pytest.raises(NotAllowed):
        grant_extension(month.secretary, asked)
    report_task(month.secretary, month.task(), values=MINUTES)

    with pytest.raises(Conflict):
        grant_extension(month.officer, asked)
    assert month.task().due_on == DUE


def test_refuse_extension_needs_a_reason_and_leaves_the_day(month: Month) -> None:
    asked = ask_extension(month.secretary, month.task(), until=LATER, reason="x")
    with pytest.raises(Invalid):
        refuse_extension(month.officer, asked, note="")

    refused = refuse_extension(month.officer, asked, note="时间够用")

    assert (refused.state, month.task().due_on) == ("refused", DUE)


def test_run_clocks_grants_what_the_issuer_left_unanswered_and_nothing_before(month: Month) -> None:
    ask_extension(at(month.secretary, 10, 26), month.task(), until=LATER, reason="x")
    assert run_clocks(at(month.officer, 10, 28), month.office.county) == 0

    assert run_all_clocks(month.office.at(at(month.officer, 10, 29).now)) == 1

    extension = Extension.objects.get()
    assert (extension.state, extension.silent, month.task().due_on) == ("granted", True, LATER)
    assert run_clocks(at(month.officer, 10, 30), month.office.county) == 0


# Disputes


def dispute(month: Month, **given: Any) -> Dispute:
    return raise_dispute(
        at(month.secretary, 10, 26),
        month.task(),
        **{"ground": "not_mine", "reason": "本村没有社区工作站"} | given,
    )


def test_raise_dispute_stops_the_clock_and_no_list_tells_the_issuer_who(month: Month) -> None:
    raised = dispute(month)
    task = month.task()

    assert (task.standing, task.state, raised.answer_by) == ("disputed", "received", DUE - DUE.resolution)
    assert progress_of(at(month.officer, 11, 2), month.order).total.counts == {"overdue": 3}
    with pytest.raises(TaskConflict, match="disputed"):
        report_task(month.secretary, task, values=MINUTES)
    with pytest.raises(TaskConflict):
        dispute(month)


def test_raise_dispute_as_a_duplicate_names_another_order_or_record_of_ones_own(
    month: Month, acting: Any
) -> None:
    other = issue_to_all(month.officer, month.office.other_town, duty="monthly_order", period="2015-10")
    foreign = write_record(
        acting("secretary", month.office.other_branch),
        month.office.other_branch,
        kind="meeting_record",
        values=MINUTES,
    )
    for given in (
        {},
        {"other_order": month.order},
        {"other_order": other},
        {"other_record": foreign},
        {"ground": "tired"},
    ):
        with pytest.raises(Invalid):
            dispute(month, **{"ground": "duplicate"} | given)
    own = write_record(month.secretary, month.office.branch, kind="meeting_record", values=MINUTES)

    assert dispute(month, ground="duplicate", other_record=own).other_record_id == own.pk


def test_answer_disputes_upheld_withdraws_the_task_and_writes_no_fact(month: Month) -> None:
    raised = dispute(month)

    count = answer_disputes(
        at(month.officer, 10, 27), month.order, ground="not_mine", uphold=True, note="确非村级职责"
    )

    raised.refresh_from_db()
    assert (count, raised.state, month.task().state) == (1, "upheld", "withdrawn")
    close_period(at(month.officer, 11, 3), month.office.county, period="2015-10")
    assert facts(month.task()) == {}
    assert not [code for code in FACT_CODES if "dispute" in code]


def test_a_rejected_dispute_climbs_and_the_arbiter_gives_the_days_back(month: Month, acting: Any) -> None:
    raised, arbiter = dispute(month), acting("arbiter", month.office.county)
    with pytest.raises(Conflict, match="until"):
        decide_dispute(at(arbiter, 10, 27), raised, uphold=True, note="x")
    answer_disputes(at(month.officer, 10, 27), month.order, ground="not_mine", uphold=False, note="都要做")
    raised.refresh_from_db()
    assert (raised.state, raised.silent, raised.answer_by) == ("climbed", False, date(2015, 11, 3))
    with pytest.raises(NotAllowed):
        decide_dispute(at(month.officer, 10, 28), raised, uphold=False, note="x")

    decide_dispute(at(arbiter, 10, 29), raised, uphold=False, note="属支部职责")

    task = month.task()
    assert (task.standing, task.due_on) == ("received", date(2015, 11, 4))
    with pytest.raises(Conflict, match="decided"):
        decide_dispute(at(arbiter, 10, 30), raised, uphold=True, note="x")


def test_a_dispute_that_the_issuer_leaves_unanswered_goes_to_the_arbiter(month: Month) -> None:
    raised = dispute(month)
    assert run_clocks(at(month.officer, 10, 29), month.office.county) == 0

    assert run_clocks(at(month.officer, 10, 30), month.office.county) == 1

    raised.refresh_from_db()
    assert (raised.state, raised.silent) == ("climbed", True)


def test_drop_dispute_lets_the_clock_go_on_where_it_stopped(month: Month) -> None:
    raised = dispute(month)

    drop_dispute(at(month.secretary, 10, 28), raised)

    assert (month.task().standing, month.task().due_on) == ("received", date(2015, 11, 3))


def test_closing_keeps_a_disputed_task_open_until_it_is_decided(month: Month, acting: Any) -> None:
    raised, arbiter = dispute(month), acting("arbiter", month.office.county)
    close_period(at(month.officer, 11, 3), month.office.county, period="2015-10")
    raised.refresh_from_db()
    assert (raised.state, month.task().carried_to, facts(month.task())) == ("climbed", "2015-11", {})
    assert account_of(at(month.officer, 11, 4), month.office.county, [month.order.span]).total.counts == {
        "missing": 2,
        "carried": 1,
    }

    decide_dispute(at(arbiter, 11, 4), raised, uphold=False, note="属支部职责")
    report_task(at(month.secretary, 11, 5), month.task(), values=MINUTES)
    close_period(at(month.officer, 12, 1), month.office.county, period="2015-10")

    last = date(2015, 10, 31)
    assert facts(month.task()) == {
        "task.due": (last, 1),
        "task.answered": (last, 1),
        "task.on_time": (last, 1),
    }
    assert account_of(at(month.officer, 12, 2), month.office.county, [month.order.span]).total.counts == {
        "missing": 2,
        "on_time": 1,
    }


# Passing down


@pytest.fixture
def lecture(month: Month) -> Task:
    """The first town's own task, which it may pass down."""
    order = issue_to_all(month.officer, month.office.county, duty="party_lecture", period="2015")
    return order.tasks.select_related("order", "org").get(org=month.office.town)


def test_pass_task_leaves_the_duty_with_the_passer_and_the_answer_comes_back_up(
    month: Month, lecture: Task
) -> None:
    made = pass_task(
        month.town,
        lecture,
        to=PassTo(orgs=(month.office.branch.pk, month.office.other_branch.pk)),
        note="报讲课题目",
        due_on=date(2015, 10, 20),
    )
    assert (lecture.__class__.objects.get(pk=lecture.pk).state, len(made)) == ("passed", 2)

    answer_passing(month.secretary, made[0], words="已讲，题目附后")

    back = Passing.objects.get(pk=made[0].pk)
    assert (back.state, back.words, Task.objects.get(pk=lecture.pk).state) == (
        "answered",
        "已讲，题目附后",
        "passed",
    )
    ask_again(month.town, back, reason="请写日期")
    assert Passing.objects.get(pk=back.pk).state == "passed"


def test_pass_task_refuses_those_elsewhere_above_and_a_day_after_its_own(month: Month, lecture: Task) -> None:
    for to in (
        PassTo(),
        PassTo(orgs=(month.office.town.pk,)),
        PassTo(orgs=(month.office.far_branch.pk,)),
        PassTo(orgs=(month.office.county.pk,)),
        PassTo(units=(999,)),
    ):
        with pytest.raises(Invalid):
            pass_task(month.town, lecture, to=to)
    with pytest.raises(Invalid):
        pass_task(month.town, lecture, to=PassTo(orgs=(month.office.branch.pk,)), due_on=date(2016, 2, 1))
    with pytest.raises(NotFound):
        pass_task(month.town, lecture, to=PassTo(posts=(999,)))
    assert not Passing.objects.exists()


def test_a_chain_is_passed_on_to_a_unit_and_a_post_and_called_back_whole(month: Month, lecture: Task) -> None:
    office = month.office
    school = orgs.add_unit(
        office.system, office.branch, code="u1", name="小学", kind="school", day=date(2015, 1, 1)
    )
    person = people.register_person(office.system, office.branch, new_person())
    post = people.assign_post(
        office.system, office.branch, person=person, kind="secretary", day=date(2015, 1, 1)
    )
    top = pass_task(month.town, lecture, to=PassTo(orgs=(office.branch.pk,)))[0]
    below = pass_on(month.secretary, top, to=PassTo(units=(school.pk,), posts=(post.pk,)))
    assert [each.to_name for each in below] == ["小学", f"{person.name} · {office.branch.name}"]

    recall_passing(month.town, Passing.objects.get(pk=top.pk), reason="不用了")

    assert set(Passing.objects.values_list("state", flat=True)) == {"recalled"}
    assert Task.objects.get(pk=lecture.pk).state == "received"


# Withdrawing, reviewing


def test_withdraw_task_ends_what_was_open_about_it_and_no_other(month: Month) -> None:
    ask_extension(month.secretary, month.task(), until=LATER, reason="x")
    with pytest.raises(Invalid):
        withdraw_task(month.officer, month.task(), reason="")

    withdraw_task(month.officer, month.task(), reason="与其他任务合并")

    assert month.task().state == "withdrawn"
    assert Extension.objects.get().state == "moot"
    assert month.task(month.office.far_branch).state == "issued"
    close_period(at(month.officer, 11, 3), month.office.county, period="2015-10")
    assert (facts(month.task()), month.task().closed_at) == ({}, None)


def test_withdraw_order_ends_every_dispute_about_it(month: Month) -> None:
    raised = dispute(month)

    withdraw_order(at(month.officer, 10, 27), month.order, reason="合并")

    raised.refresh_from_db()
    assert (raised.state, month.task().standing) == ("moot", "withdrawn")


def test_accept_task_refuses_an_answer_that_came_after_the_page_was_read(month: Month) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)
    seen = month.task().token
    return_task(month.town, month.task(), reason="请补充", faults={"agenda": "写明议题"})
    report_task(month.secretary, month.task(), values=MINUTES | {"agenda": "研究发展党员"})

    with pytest.raises(StaleTask, match="answered meanwhile"):
        accept_task(month.town, month.task(), seen=seen)
    assert month.task().state == "answered"


# Carrying over


def test_carry_tasks_keeps_late_late_and_writes_the_facts_for_their_own_period(month: Month) -> None:
    officer = at(month.officer, 11, 2)
    with pytest.raises(Conflict):
        carry_tasks(at(month.officer, 10, 30), month.order, tasks=[month.task().pk], reason="受灾")
    carry_tasks(officer, month.order, tasks=[month.task().pk], reason="受灾")
    close_period(officer, month.office.county, period="2015-10")
    assert (month.task().closed_at, facts(month.task())) == (None, {})

    report_task(at(month.secretary, 11, 12), month.task(), values=MINUTES)
    closed = close_period(at(month.officer, 12, 1), month.office.county, period="2015-11")

    last = date(2015, 10, 31)
    assert (closed, month.task().timing) == (1, "late")
    assert facts(month.task()) == {
        "task.due": (last, 1),
        "task.answered": (last, 1),
        "task.on_time": (last, 0),
    }
    written = Fact.objects.filter(source=f"task:{month.task().pk}").values_list("written_at", flat=True)
    assert {each.date() for each in written} == {date(2015, 12, 1)}


def test_what_was_carried_over_and_stays_silent_is_missing_and_can_still_be_answered_late(
    month: Month,
) -> None:
    officer = at(month.officer, 11, 2)
    carry_tasks(officer, month.order, tasks=[month.task().pk], reason="受灾", until=date(2015, 11, 10))
    close_period(officer, month.office.county, period="2015-10")
    assert close_period(at(month.officer, 11, 10), month.office.county, period="2015-10") == 0

    assert close_period(at(month.officer, 11, 11), month.office.county, period="2015-10") == 1

    assert month.task().timing == "missing"
    record = write_record(
        at(month.secretary, 11, 12), month.office.branch, kind="meeting_record", values=MINUTES
    )
    answer_late(at(month.secretary, 11, 12), month.task(), record=record)
    counts = account_of(at(month.officer, 11, 13), month.office.county, [month.order.span]).total.counts
    assert counts == {"missing": 2, "late": 1}


def test_closing_keeps_what_was_given_a_later_day(month: Month) -> None:
    asked = ask_extension(month.secretary, month.task(), until=LATER, reason="x")
    grant_extension(month.officer, asked)

    close_period(at(month.officer, 11, 3), month.office.county, period="2015-10")
    report_task(at(month.secretary, 11, 5), month.task(), values=MINUTES)
    close_period(at(month.officer, 11, 9), month.office.county, period="2015-10")

    assert (month.task().timing, facts(month.task())["task.on_time"][1]) == ("on_time", 1)


# Lists


def ticked(month: Month, *places: Any) -> list[Ticked]:
    return [Ticked(task.pk, task.token) for task in (month.task(org) for org in places)]


def test_accept_ticked_takes_each_row_by_itself_and_says_what_happened_to_a_stale_one(month: Month) -> None:
    office = month.office
    report_task(month.secretary, month.task(), values=MINUTES)
    rows = ticked(month, office.branch, office.other_branch)
    report_task(month.town, month.task(office.other_branch), values=MINUTES)

    bulk = accept_ticked(month.town, office.town, rows=[*rows, Ticked(month.task(office.far_branch).pk)])

    assert [(row["outcome"], row["said"]) for row in bulk.rows] == [
        ("done", "Done."),
        ("stale", "The task was answered meanwhile."),
        ("refused", "There is no such task."),
    ]
    assert [month.task(org).state for org in (office.branch, office.other_branch)] == [
        "accepted",
        "answered",
    ]


def test_undo_ticked_takes_an_acceptance_back_once_and_only_where_nothing_happened_since(
    month: Month,
) -> None:
    office = month.office
    for org, who in ((office.branch, month.secretary), (office.other_branch, month.town)):
        report_task(who, month.task(org), values=MINUTES)
    bulk = accept_ticked(month.town, office.town, rows=ticked(month, office.branch, office.other_branch))
    withdraw_task(month.officer, month.task(office.other_branch), reason="合并")
    with pytest.raises(Conflict):
        undo_ticked(month.officer, bulk)

    undone = undo_ticked(month.town, bulk)

    assert [row["outcome"] for row in undone.undone_rows] == ["done", "stale"]
    assert month.task().state == "answered"
    with pytest.raises(Conflict, match="undone already"):
        undo_ticked(month.town, bulk)


def test_remind_ticked_reminds_once_a_day_and_puts_one_item_before_each_organization(month: Month) -> None:
    first = remind_ticked(month.town, month.office.town, rows=ticked(month, month.office.branch))

    again = remind_ticked(month.town, month.office.town, rows=ticked(month, month.office.branch))

    assert [bulk.rows[0]["outcome"] for bulk in (first, again)] == ["done", "refused"]
    assert Item.objects.filter(org=month.office.branch, kind="read").count() == 1
    assert Step.objects.filter(event="reminded").count() == 1
    tomorrow = remind_ticked(at(month.town, 10, 9), month.office.town, rows=[Ticked(month.task().pk)])
    assert tomorrow.rows[0]["outcome"] == "done"


def test_extend_ticked_answers_requests_on_the_way_and_can_be_undone(month: Month) -> None:
    ask_extension(month.secretary, month.task(), until=date(2015, 11, 4), reason="x")
    rows = ticked(month, month.office.branch, month.office.far_branch)

    bulk = extend_ticked(month.officer, month.office.county, rows=rows, until=LATER, reason="防汛")

    assert set(Task.objects.filter(pk__in=[row.task for row in rows]).values_list("due_on", flat=True)) == {
        LATER
    }
    assert set(Extension.objects.values_list("state", flat=True)) == {"granted"}
    undo_ticked(month.officer, bulk)
    assert (month.task().due_on, month.task(month.office.far_branch).due_on) == (DUE, DUE)


def test_withdraw_ticked_is_final(month: Month) -> None:
    bulk = withdraw_ticked(
        month.officer, month.office.county, rows=ticked(month, month.office.branch), reason="发错了"
    )

    assert month.task().state == "withdrawn"
    with pytest.raises(Conflict, match="cannot be undone"):
        undo_ticked(month.officer, bulk)


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_takes_the_same_number_of_queries_for_one_row_and_for_three(
    month: Month, count: int, django_assert_num_queries: Any
) -> None:
    office = month.office
    rows = ticked(month, *[office.branch, office.other_branch, office.far_branch][:count])

    with django_assert_num_queries(15):
        extend_ticked(month.officer, office.county, rows=rows, until=LATER, reason="防汛")
    assert Bulk.objects.count() == 1


# Organizations that change


def test_follow_tasks_goes_to_the_successor_and_answered_ones_stay(month: Month) -> None:
    office = month.office
    joint = orgs.found_orgs(
        office.system,
        office.town,
        [orgs.NewOrg("990100101203", "中共东西庄联合支部委员会", "branch", "village", date(2015, 10, 8))],
    )[0]
    report_task(month.town, month.task(office.other_branch), values=MINUTES)
    later = office.at(at(month.officer, 10, 15).now)
    orgs.merge_orgs(later, joint, [office.branch, office.other_branch], day=date(2015, 10, 15))

    assert follow_tasks(at(month.officer, 10, 16), month.order) == 1

    moved = Task.objects.get(order=month.order, org=joint)
    assert (moved.path, moved.state, follow_tasks(month.officer, month.order)) == (joint.path, "issued", 0)
    step = moved.steps.get()
    assert (step.event, step.data) == ("followed", {"from": office.branch.name, "to": [joint.name]})
    close_period(at(month.officer, 11, 3), office.county, period="2015-10")
    stayed = Task.objects.get(order=month.order, org=office.other_branch)
    assert facts(stayed)["task.answered"] == (date(2015, 10, 14), 1)
    assert facts(moved)["task.answered"] == (date(2015, 10, 31), 0)


def test_closing_withdraws_the_task_of_an_organization_that_nobody_follows(month: Month) -> None:
    office = month.office
    orgs.close_org(office.at(at(month.officer, 10, 20).now), office.branch, day=date(2015, 10, 20))

    close_period(at(month.officer, 11, 3), office.county, period="2015-10")

    task = month.task()
    assert (task.state, task.steps.get().note) == (
        "withdrawn",
        "The organization is no more, and none follows it.",
    )
    assert facts(task) == {}


# Hats


def test_an_answer_says_as_which_post_and_for_whom_a_substitute_gave_it(month: Month) -> None:
    office = month.office
    person = people.register_person(office.system, office.branch, new_person())
    posts = [
        people.assign_post(office.system, office.branch, person=person, kind=kind, day=date(2015, 1, 1))
        for kind in ("secretary", "committee_member")
    ]
    holder = Account.objects.get(person=person.pk)
    both = Context(AccountActor(holder), month.secretary.now)
    with pytest.raises(Invalid):
        report_task(both, month.task(), values=MINUTES, as_post=999)

    answer = report_task(both, month.task(), values=MINUTES, as_post=posts[1].pk)

    assert (answer.post_id, answer.substitute_for_id) == (posts[1].pk, None)
    taker = Account.objects.create(login="taker", name="代办", password="!")
    lend_roles(both, taker=taker, day=date(2015, 10, 8), until=date(2015, 10, 20), reason="出差")
    return_task(month.town, month.task(), reason="请补充")
    values = MINUTES | {"attended": "5"}
    lent = report_task(Context(AccountActor(taker), both.now), month.task(), values=values)
    assert (lent.post_id, lent.substitute_for_id, lent.version) == (None, holder.pk, 2)
