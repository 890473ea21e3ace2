"""Rows of what happens to a task beside answering it: extensions, disputes, passing down, lists."""

from datetime import date
from typing import Any

from gangmu.core.context import Context
from gangmu.kernel.access.models import Account
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.people import operations as people
from gangmu.work.plans.operations.bulk import Ticked, extend_ticked
from gangmu.work.plans.operations.disputes import NewDispute, answer_disputes, raise_dispute
from gangmu.work.plans.operations.extensions import NewExtension, ask_extension
from gangmu.work.plans.operations.handovers import give_post
from gangmu.work.plans.operations.passing import PassTo, answer_passing, pass_task
from tests.conftest import BEGIN, Office
from tests.site.matrix.call import Call, call
from tests.site.matrix.calls_people import new_person
from tests.site.matrix.calls_plans import answered_task_of, closed_order_of, order_of, task_of

LATER = date(2015, 11, 6)


def extension_of(office: Office) -> Any:
    """A later day that the first branch asks for."""
    return ask_extension(office.system, task_of(office), until=LATER, reason="下乡调研")


def dispute_of(office: Office) -> Any:
    """What the first branch says against October's order."""
    return raise_dispute(office.system, task_of(office), ground="not_mine", reason="本村无此项工作")


def climbed_of(office: Office) -> Any:
    """The same, rejected by the issuer."""
    dispute = dispute_of(office)
    answer_disputes(office.system, dispute.order, ground="not_mine", uphold=False, note="各支部都要")
    dispute.refresh_from_db()
    return dispute


def town_task_of(office: Office) -> Any:
    """A task of the first town itself, which it may pass down."""
    from gangmu.work.plans.operations.orders import issue_to_all

    order = issue_to_all(office.system, office.county, duty="party_lecture", period="2015")
    return order.tasks.get(org=office.town)


def passing_of(office: Office) -> Any:
    """The town's task, passed down to its first branch."""
    task = town_task_of(office)
    return pass_task(office.system, task, to=PassTo(orgs=(office.branch.pk,)), note="请提供材料")[0]


def answered_passing_of(office: Office) -> Any:
    """The same with an answer."""
    return answer_passing(office.system, passing_of(office), words="已备好")


def two_posts(office: Office) -> tuple[Any, Any]:
    """A secretary of the first branch and the one who follows, each with an account."""
    first = people.register_person(office.system, office.branch, new_person("马建国"))
    second = people.register_person(office.system, office.branch, new_person("马建军"))
    one = people.assign_post(office.system, office.branch, person=first, kind="secretary", day=BEGIN)
    people.end_post(office.system, one, day=date(2015, 10, 9))
    other = people.assign_post(
        office.system, office.branch, person=second, kind="secretary", day=date(2015, 10, 9)
    )
    return one, other


def account_of_post(post: Any) -> Any:
    """Who signs in as the holder of a post."""
    return Account.objects.get(person=post.person_id)


def handover_of(office: Office) -> Any:
    """The first branch's secretary hands over, and the next one has not signed yet."""
    one, other = two_posts(office)
    context = Context(AccountActor(account_of_post(one)), office.system.now)
    return give_post(context, one, to=other)


@call("plans.ask_extension")
def _(office: Office) -> Call:
    return Call({"task": task_of(office), "until": LATER, "reason": "下乡调研"}, office.branch)


@call("plans.ask_extensions")
def _(office: Office) -> Call:
    rows = [NewExtension(task_of(office).pk, LATER, "下乡调研")]
    return Call({"top": office.branch, "rows": rows}, office.branch)


@call("plans.grant_extension")
def _(office: Office) -> Call:
    return Call({"extension": extension_of(office)}, office.town)


@call("plans.refuse_extension")
def _(office: Office) -> Call:
    return Call({"extension": extension_of(office), "note": "时间够用"}, office.town)


@call("plans.raise_dispute")
def _(office: Office) -> Call:
    return Call({"task": task_of(office), "ground": "not_mine", "reason": "本村无此项"}, office.branch)


@call("plans.raise_disputes")
def _(office: Office) -> Call:
    rows = [NewDispute(task_of(office).pk, "not_mine", "本村无此项")]
    return Call({"top": office.branch, "rows": rows}, office.branch)


@call("plans.drop_dispute")
def _(office: Office) -> Call:
    return Call({"dispute": dispute_of(office)}, office.branch)


@call("plans.answer_disputes")
def _(office: Office) -> Call:
    given = {"order": dispute_of(office).order, "ground": "not_mine", "uphold": True, "note": "确实重复"}
    return Call(given, office.town)


@call("plans.decide_dispute")
def _(office: Office) -> Call:
    return Call({"dispute": climbed_of(office), "uphold": True, "note": "属实"}, office.town)


@call("plans.run_clocks")
def _(office: Office) -> Call:
    extension_of(office)
    return Call({"issuer": office.town}, office.town)


@call("plans.pass_task")
def _(office: Office) -> Call:
    return Call({"task": town_task_of(office), "to": PassTo(orgs=(office.branch.pk,))}, office.town)


@call("plans.pass_on")
def _(office: Office) -> Call:
    from gangmu.kernel.orgs.operations import add_unit

    unit = add_unit(office.system, office.branch, code="u8", name="小学", kind="school", day=BEGIN)
    return Call({"passing": passing_of(office), "to": PassTo(units=(unit.pk,))}, office.branch)


@call("plans.answer_passing")
def _(office: Office) -> Call:
    return Call({"passing": passing_of(office), "words": "已备好"}, office.branch)


@call("plans.recall_passing")
def _(office: Office) -> Call:
    return Call({"passing": passing_of(office), "reason": "不用了"}, office.town)


@call("plans.ask_again")
def _(office: Office) -> Call:
    return Call({"passing": answered_passing_of(office), "reason": "请写明日期"}, office.town)


@call("plans.withdraw_task")
def _(office: Office) -> Call:
    return Call({"task": task_of(office), "reason": "发错了"}, office.town)


@call("plans.follow_tasks")
def _(office: Office) -> Call:
    return Call({"order": order_of(office)}, office.town)


@call("plans.carry_tasks")
def _(office: Office) -> Call:
    order = order_of(office)
    return Call({"order": order, "tasks": [order.tasks.first().pk], "reason": "受灾"}, office.town)


@call("plans.close_carried")
def _(office: Office) -> Call:
    return Call({"order": closed_order_of(office)}, office.town)


@call("plans.accept_ticked")
def _(office: Office) -> Call:
    return Call({"top": office.town, "rows": [Ticked(answered_task_of(office).pk)]}, office.town)


@call("plans.remind_ticked")
def _(office: Office) -> Call:
    return Call({"top": office.town, "rows": [Ticked(task_of(office).pk)]}, office.town)


@call("plans.extend_ticked")
def _(office: Office) -> Call:
    given = {"rows": [Ticked(task_of(office).pk)], "until": LATER, "reason": "防汛"}
    return Call({"issuer": office.town} | given, office.town)


@call("plans.withdraw_ticked")
def _(office: Office) -> Call:
    return Call(
        {"issuer": office.town, "rows": [Ticked(task_of(office).pk)], "reason": "发错了"}, office.town
    )


@call("plans.undo_ticked")
def _(office: Office) -> Call:
    bulk = bulk_of(office)
    return Call({"bulk": bulk}, owner=bulk.made_by)


def bulk_of(office: Office) -> Any:
    """Later days that were given on a list."""
    rows = [Ticked(task_of(office).pk)]
    return extend_ticked(office.system, office.town, rows=rows, until=LATER, reason="防汛")


@call("plans.give_post")
def _(office: Office) -> Call:
    one, other = two_posts(office)
    return Call({"post": one, "to": other}, owner=account_of_post(one))


@call("plans.take_post")
def _(office: Office) -> Call:
    handover = handover_of(office)
    return Call({"handover": handover}, owner=account_of_post(handover.to_post))


@call("plans.cancel_handover")
def _(office: Office) -> Call:
    handover = handover_of(office)
    return Call({"handover": handover}, owner=account_of_post(handover.post))
