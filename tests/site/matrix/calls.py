"""How each operation is called in the matrix: one row an operation, and none may be missing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from gangmu.core.context import Context
from gangmu.kernel.access import operations as access
from gangmu.kernel.access.models import Account, Grant
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.access.rules import code_digest
from gangmu.kernel.orgs import operations as orgs
from gangmu.kernel.orgs.models import Division
from gangmu.kernel.orgs.operations import NewOrg
from gangmu.kernel.packs.models import PackVersion
from tests.conftest import BEGIN, Office

JUNE = date(2015, 6, 16)


@dataclass
class Call:
    """One call of an operation: what it is given, where it happens, whose own thing it is.

    Without a place the operation is for those who hold the permission everywhere;
    ``owner`` is for operations on one's own things.
    """

    given: dict[str, Any] = field(default_factory=dict)
    place: Any = None
    owner: Account | None = None


CALLS: dict[str, Callable[[Office], Call]] = {}


def call(verb: str) -> Callable[[Callable[[Office], Call]], Callable[[Office], Call]]:
    """Put a row into the matrix."""

    def put(make: Callable[[Office], Call]) -> Callable[[Office], Call]:
        assert verb not in CALLS, verb
        CALLS[verb] = make
        return make

    return put


def somebody(office: Office, login: str = "somebody", org: Any = None) -> Account:
    """An account with a post-like grant at the first branch."""
    place = org or office.branch
    account = access.open_account(office.system, org=place, login=login, name=login)
    access.grant_role(office.system, org=place, account=account, role="secretary", day=BEGIN, reason="test")
    return account


def own(office: Office, account: Account) -> Context:
    """The context in which an account acts."""
    return Context(AccountActor(account), office.system.now)


# --- packs ---------------------------------------------------------------------------------


@call("packs.take_pack")
def _(office: Office) -> Call:
    files = {"tiny/pack.yaml": 'title: 小包\nversion: "1.0"\n'}
    return Call({"name": "tiny", "files": files})


@call("packs.use_pack")
def _(office: Office) -> Call:
    from gangmu.kernel.packs.operations import take_pack

    version = take_pack(office.system, name="tiny", files={"tiny/pack.yaml": 'title: 小包\nversion: "1.0"\n'})
    assert isinstance(version, PackVersion)
    return Call({"root": office.county, "version": version, "day": JUNE}, office.county)


# --- orgs ----------------------------------------------------------------------------------


def new_branch(code: str = "990100101299") -> NewOrg:
    """A village branch to found."""
    return NewOrg(code, "中共新村支部委员会", "branch", "village", JUNE, domain="village")


@call("orgs.found_org")
def _(office: Office) -> Call:
    return Call({"parent": office.town, "new": new_branch()}, office.town)


@call("orgs.found_root")
def _(office: Office) -> Call:
    return Call({"new": NewOrg("990200", "中共新县委员会", "committee", "county", JUNE)})


@call("orgs.found_orgs")
def _(office: Office) -> Call:
    return Call({"parent": office.town, "batch": [new_branch()]}, office.town)


@call("orgs.rename_org")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "name": "中共新东庄村支部委员会", "day": JUNE}, office.branch)


@call("orgs.reclassify_org")
def _(office: Office) -> Call:
    return Call(
        {"org": office.branch, "kind": "general_branch", "domain": "village", "day": JUNE}, office.branch
    )


@call("orgs.move_org")
def _(office: Office) -> Call:
    # the holder holds the right at both ends: the county covers them
    return Call({"org": office.branch, "under": office.other_town, "day": JUNE}, office.county)


@call("orgs.close_org")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "day": JUNE}, office.branch)


@call("orgs.merge_orgs")
def _(office: Office) -> Call:
    return Call({"into": office.branch, "merged": [office.other_branch], "day": JUNE}, office.town)


@call("orgs.split_org")
def _(office: Office) -> Call:
    parts = [
        (NewOrg("990100111", "中共河东镇委员会", "committee", "township", JUNE), [office.branch]),
        (NewOrg("990100112", "中共河西镇委员会", "committee", "township", JUNE), [office.other_branch]),
    ]
    return Call({"org": office.town, "parts": parts, "day": JUNE}, office.county)


@call("orgs.remove_orgs")
def _(office: Office) -> Call:
    return Call({"parent": office.town, "orgs": [office.branch]}, office.town)


@call("orgs.add_unit")
def _(office: Office) -> Call:
    return Call(
        {"under": office.town, "code": "u1", "name": "小学", "kind": "school", "day": JUNE}, office.town
    )


@call("orgs.cover_unit")
def _(office: Office) -> Call:
    unit = orgs.add_unit(office.system, office.town, code="u1", name="小学", kind="school", day=JUNE)
    return Call({"unit": unit, "org": office.branch}, office.town)


@call("orgs.link_orgs")
def _(office: Office) -> Call:
    return Call(
        {"source": office.branch, "target": office.far_branch, "kind": "partner", "day": JUNE}, office.branch
    )


@call("orgs.end_link")
def _(office: Office) -> Call:
    link = orgs.link_orgs(office.system, office.branch, target=office.far_branch, kind="partner", day=JUNE)
    return Call({"link": link, "day": date(2015, 7, 1)}, office.branch)


@call("orgs.load_divisions")
def _(office: Office) -> Call:
    return Call({"divisions": [Division(code="990100", name="安平县", parent_code="", level="county")]})


# --- access --------------------------------------------------------------------------------


@call("access.open_account")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "login": "new", "name": "新人"}, office.branch)


@call("access.open_accounts")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "people": [("new", "新人", 77)]}, office.branch)


@call("access.close_account")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "account": somebody(office)}, office.branch)


@call("access.give_start_code")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "account": somebody(office), "code": "ABCDE-23456"}, office.branch)


@call("access.redeem_start_code")
def _(office: Office) -> Call:
    account = somebody(office)
    access.give_start_code(office.system, org=office.branch, account=account, code="ABCDE-23456")
    return Call({"login": account.login, "code": "abcde-23456", "password": "long enough 1"})


@call("access.change_password")
def _(office: Office) -> Call:
    account = somebody(office)
    account.set_password("long enough 1")
    account.save()
    return Call({"old": "long enough 1", "new": "longer enough 2"}, owner=account)


@call("access.note_failed_sign_in")
def _(office: Office) -> Call:
    return Call({"account": somebody(office)})


@call("access.begin_session")
def _(office: Office) -> Call:
    return Call({"account": somebody(office), "device": "Linux", "session_key": "k"})


@call("access.end_session")
def _(office: Office) -> Call:
    account = somebody(office)
    session = access.begin_session(office.system, account=account, device="Linux", session_key="k")
    return Call({"session": session}, owner=account)


@call("access.set_second_factor")
def _(office: Office) -> Call:
    import pyotp

    key = pyotp.random_base32()
    return Call({"key": key, "code": pyotp.TOTP(key).at(office.system.now)}, owner=somebody(office))


@call("access.reset_second_factor")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "account": somebody(office)}, office.branch)


@call("access.confirm_second_factor")
def _(office: Office) -> Call:
    account = somebody(office)
    access.begin_session(office.system, account=account, device="Linux", session_key="k")
    return Call({"account": account, "step": 7, "session_key": "k"})


@call("access.confirm_demo_session")
def _(office: Office) -> Call:
    session = access.begin_session(office.system, account=somebody(office), device="", session_key="k")
    return Call({"session": session})


@call("access.grant_role")
def _(office: Office) -> Call:
    account = somebody(office)
    given = {"org": office.branch, "account": account, "role": "member", "day": JUNE, "reason": "test"}
    return Call(given, office.branch)


@call("access.grant_roles")
def _(office: Office) -> Call:
    grant = Grant(account=somebody(office), role="member", org=office.branch, valid_from=JUNE, reason="test")
    return Call({"org": office.branch, "grants": [grant]}, office.branch)


@call("access.end_grant")
def _(office: Office) -> Call:
    grant = somebody(office).grants.select_related("org").get()
    return Call({"grant": grant, "day": JUNE, "reason": "test"}, office.branch)


@call("access.lend_roles")
def _(office: Office) -> Call:
    giver, taker = somebody(office), somebody(office, "substitute")
    today = office.system.today
    given = {"taker": taker, "day": today, "until": today + timedelta(days=9), "reason": "出差"}
    return Call(given, owner=giver)


@call("access.take_back_roles")
def _(office: Office) -> Call:
    giver, taker = somebody(office), somebody(office, "substitute")
    today = office.system.today
    lent = access.lend_roles(
        own(office, giver), taker=taker, day=today, until=today + timedelta(days=9), reason="出差"
    )
    return Call({"delegation": lent}, owner=giver)


@call("access.make_token")
def _(office: Office) -> Call:
    expires = office.system.now + timedelta(days=9)
    given = {"name": "t", "digest": code_digest("t"), "scopes": ["orgs.view"], "expires_at": expires}
    return Call(given, owner=somebody(office))


@call("access.revoke_token")
def _(office: Office) -> Call:
    account = somebody(office)
    expires = office.system.now + timedelta(days=9)
    token = access.make_token(
        own(office, account), name="t", digest=code_digest("t"), scopes=["orgs.view"], expires_at=expires
    )
    return Call({"token": token}, owner=account)


# --- facts, records, plans -----------------------------------------------------------------

MINUTES = {"held_on": "2015-10-08", "should_attend": "5", "attended": "4", "agenda": "议题"}


def order_of(office: Office) -> Any:
    """October's order of the first town, which reaches its two branches."""
    from gangmu.work.plans.operations import issue_to_all

    return issue_to_all(office.system, office.town, duty="monthly_order", period="2015-10")


def task_of(office: Office) -> Any:
    """The first branch's task of that order."""
    return order_of(office).tasks.get(org=office.branch)


def record_of(office: Office) -> Any:
    """Minutes that the first branch wrote down."""
    from gangmu.work.records.operations import write_record

    return write_record(office.system, office.branch, kind="meeting_record", values=MINUTES)


def answered_task_of(office: Office) -> Any:
    """The first branch's task with an answer."""
    from gangmu.work.plans.operations import answer_task

    task = task_of(office)
    answer_task(office.system, task, record=record_of(office))
    task.refresh_from_db()
    return task


def closed_order_of(office: Office, *, whole: bool = True) -> Any:
    """The order after its period has been closed, or is being closed."""
    from datetime import UTC, datetime

    from gangmu.work.plans.operations import close_order, close_tasks

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
    from gangmu.work.records.operations import NewRecord

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
    from gangmu.work.plans.operations import NewAnswer

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
