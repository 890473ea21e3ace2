"""A first branch in which something of every kind lies, all of it with the village's name."""

from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet

from gangmu.core.context import Context
from gangmu.kernel.access.models import Account
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.inbox.operations import NewItem, finish_items, post_items
from gangmu.kernel.notices.models import Notice, Objection
from gangmu.kernel.notices.operations import object_to_notice, publish_notice
from gangmu.kernel.notices.rules import Body, Term
from gangmu.kernel.orgs import operations as orgs
from gangmu.kernel.people import operations as people
from gangmu.work.ledgers.queries import ledger_at
from gangmu.work.plans.operations.bulk import Ticked, remind_ticked
from gangmu.work.plans.operations.disputes import answer_disputes, decide_dispute, raise_dispute
from gangmu.work.plans.operations.extensions import ask_extension
from gangmu.work.plans.operations.handovers import give_post
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.plans.operations.passing import PassTo, pass_task
from gangmu.work.records.operations import write_record
from tests.conftest import BEGIN, Office
from tests.site.matrix import (
    calls_assessment,
    calls_honours,
    calls_open,
    calls_programmes,
    calls_quality,
    calls_reports,
    calls_standards,
)
from tests.site.matrix.call import JUNE, somebody
from tests.site.matrix.calls_imports import judged
from tests.site.matrix.calls_ledgers import support_of
from tests.site.matrix.calls_people import ID_NUMBER, TELEPHONE, new_person
from tests.site.matrix.calls_plans import MINUTES, answered_task_of
from tests.site.matrix.calls_shelf import FORM_KEY, document_of, file_of, notice_of

VILLAGE, TOWN = "东庄", "河口"
TODAY = date(2015, 10, 8)


@dataclass(frozen=True)
class Scene:
    """What lies there."""

    office: Office
    account: Account
    person: Any
    post: Any
    household: Any
    file: Any
    item: Any
    notice: Any
    objection: Any
    receipt: str
    document: Any
    record: Any
    task: Any
    unit: Any
    link: Any
    imported: Any
    ledger: Any
    handover: Any
    dispute: Any
    disputed: Any
    extension: Any
    passing: Any
    bulk: Any
    target: Any
    change: Any
    appeal: Any
    screening: Any
    letter: Any
    project: Any
    line: Any
    campaign: Any
    tick: Any
    pledge: Any
    honour: Any
    doubt: Any
    report: Any
    claim: Any
    template: Any
    adoption: Any
    site: Any
    check: Any
    opened: Any


def set_scene(office: Office) -> Scene:
    """Fill the first branch by the product's own operations."""
    opened = calls_open.opened_of(office, f"{VILLAGE}书屋")
    account = somebody(office, f"{VILLAGE}书记")
    person = people.register_person(
        office.system, office.branch, new_person(f"{VILLAGE}马", id_number=ID_NUMBER, telephone=TELEPHONE)
    )
    post = people.assign_post(office.system, office.branch, person=person, kind="secretary", day=BEGIN)
    household = people.register_household(
        office.system, office.branch, door=f"{VILLAGE}12", size=4, day=date(2015, 1, 5), head=person
    )
    next_post = people.assign_post(
        office.system, office.branch, person=person, kind="committee_member", day=date(2015, 11, 1)
    )
    _items(office)
    disputes = _disputes(office)
    extension, passing = _asked_and_passed(office)
    issue_to_all(office.system, office.town, duty="theme_day", period="2015-10")
    target = calls_programmes.part_of(office)
    notice = notice_of(office)
    objection, receipt = _objection(office)
    task = answered_task_of(office)
    record = write_record(
        office.system,
        office.branch,
        kind="meeting_record",
        values=MINUTES | {"held_on": "2015-10-07", "agenda": f"{VILLAGE}议题"},
    )
    calls_assessment.remark_on(calls_assessment.round_of(office, "publicity"), f"{VILLAGE}记录不全")
    campaign = calls_programmes.campaign_of(office)
    return Scene(
        office=office,
        opened=opened,
        account=account,
        person=person,
        post=post,
        household=household,
        file=file_of(office),
        item=office.branch.items.earliest("pk"),
        notice=notice,
        objection=objection,
        receipt=receipt,
        document=document_of(office),
        record=record,
        task=task,
        unit=orgs.add_unit(
            office.system, office.branch, code="u9", name=f"{VILLAGE}小学", kind="school", day=JUNE
        ),
        link=orgs.link_orgs(
            office.system, office.branch, target=office.other_branch, kind="partner", day=JUNE
        ),
        imported=judged(office),
        ledger=_ledger(office),
        handover=_handover(office, person, next_post),
        dispute=disputes[0],
        disputed=disputes[0].task,
        extension=extension,
        passing=passing,
        bulk=remind_ticked(office.system, office.town, rows=[Ticked(task.pk)]),
        target=target,
        letter=calls_programmes.letter_of(office),
        project=calls_programmes.project_of(office, "approve"),
        line=calls_programmes.line_of(office),
        campaign=campaign,
        tick=calls_programmes.tick_of(office, campaign),
        doubt=calls_quality.doubt_of(office),
        claim=calls_standards.claim_of(office, "submit"),
        template=calls_standards.template_of(office, office.branch),
        adoption=calls_standards.adoption_of(office),
        site=calls_standards.site_of(office),
        check=calls_standards.check_of(office),
        change=calls_programmes.change_of(office, target),
        appeal=calls_assessment.appeal_of(office),
        report=calls_reports.report_of(office, "frozen", f"{VILLAGE}上年情况"),
        screening=calls_assessment.screening_on(calls_assessment.round_of(office, "publicity")),
        pledge=calls_honours.pledge_of(office),
        honour=calls_honours.honour_of(office),
    )


def _ledger(office: Office) -> Any:
    """A ledger of the first branch, in which something is known."""
    support_of(office)
    return ledger_at(office.system, office.branch, "village_support")


def _disputes(office: Office) -> list[Any]:
    """Three that the branch raised: one waits for the issuer, one for the arbiter, one is decided."""
    found = []
    for duty, period in (("theme_day", "2015-10"), ("branch_assembly", "2015Q4"), ("life_meeting", "2015")):
        order = issue_to_all(office.system, office.town, duty=duty, period=period)
        task = order.tasks.select_related("order__issuer", "org").get(org=office.branch)
        reason = f"{VILLAGE}没有这件事"
        found.append(raise_dispute(office.system, task, ground="not_mine", reason=reason))
    for dispute in found[1:]:
        answer_disputes(office.system, dispute.order, ground="not_mine", uphold=False, note="都要")
        dispute.refresh_from_db()
    decide_dispute(office.system, found[2], uphold=True, note="属实")
    found[0].task.refresh_from_db()
    return found


def _asked_and_passed(office: Office) -> tuple[Any, Any]:
    """A later day that the branch asks for, and what the town passed down to it."""
    order = issue_to_all(office.system, office.town, duty="theme_day", period="2015-11")
    task = order.tasks.select_related("order__issuer", "org").get(org=office.branch)
    extension = ask_extension(office.system, task, until=date(2015, 12, 4), reason=f"{VILLAGE}下乡")
    lecture = issue_to_all(office.system, office.town, duty="party_lecture", period="2015")
    own = lecture.tasks.get(org=office.town)
    passing = pass_task(office.system, own, to=PassTo(orgs=(office.branch.pk,)), note=f"{VILLAGE}报题目")
    return extension, passing[0]


def _handover(office: Office, person: Any, post: Any) -> Any:
    """A post that the person hands to another, who has not signed yet."""
    other = people.register_person(office.system, office.branch, new_person(f"{VILLAGE}丁"))
    to = people.assign_post(office.system, office.branch, person=other, kind="committee_member", day=BEGIN)
    holder = Account.objects.get(person=person.pk)
    return give_post(Context(AccountActor(holder), office.system.now), post, to=to)


def _items(office: Office) -> None:
    """Something to do, something overdue, something to read, something done."""
    shared: dict[str, Any] = {"url_name": "desk", "org": office.branch, "permission": "plans.answer"}
    for source, new in {
        "tests.Thing:1": NewItem(f"{VILLAGE}有一件事", **shared),
        "tests.Thing:2": NewItem(f"{VILLAGE}超期", due_on=date(2015, 10, 1), **shared),
        "tests.Thing:3": NewItem(f"{VILLAGE}请阅", to_read=True, **shared),
        "tests.Thing:4": NewItem(f"{VILLAGE}已办", **shared),
    }.items():
        post_items(office.system, office.branch, source=source, batch=[new])
    finish_items(office.system, office.branch, source="tests.Thing:4")


def _objection(office: Office) -> tuple[Any, str]:
    """An objection to a notice of the county that everybody may read."""
    notice = publish_notice(
        office.system,
        office.branch,
        title="公开的公示",
        body=Body(paragraphs=("拟确定三户。",)),
        audience=Notice.Audience.PUBLIC,
        term=Term(last=date(2015, 10, 31), objections_until=date(2015, 10, 31)),
    )
    receipt = object_to_notice(office.system, notice, text=f"{VILLAGE}少了一户", form_key=FORM_KEY)
    return Objection.objects.select_related("notice", "notice__org").get(notice=notice), receipt.code


def said(value: Any, depth: int = 4) -> str:
    """Return all that a result of a query tells, so that one can look for a name in it."""
    if depth == 0 or value is None:
        return ""
    if isinstance(value, QuerySet | list | tuple | set | frozenset):
        return " ".join(said(each, depth - 1) for each in list(value)[:200])
    if isinstance(value, dict):
        return " ".join(said(each, depth - 1) for pair in value.items() for each in pair)
    if isinstance(value, Model):
        told = [str(value)]
        for column in value._meta.concrete_fields:
            content = getattr(value, column.name)
            told.append(str(content) if isinstance(content, Model) else repr(content))
        return " ".join(told)
    if is_dataclass(value) and not isinstance(value, type):
        return " ".join(said(getattr(value, each.name), depth - 1) for each in fields(value))
    return str(value)
