"""Duties, orders, tasks and the account on the screen: for who asks, who answers and who reviews."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotFound
from gangmu.core.periods import Period, period_of
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Heat, HeatCell, HeatRow, Status, Tab, TimelineEvent, heat_level
from gangmu.frame.navigation import tabs_of
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import msgid, say, worded
from gangmu.kernel.audit.queries import newest_head
from gangmu.kernel.guard.rules import AgainstFormalism
from gangmu.kernel.orgs.definitions import DomainKind, OrgKind
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.kernel.orgs.rules import is_below
from gangmu.kernel.packs.queries import pack_of
from gangmu.work.plans.definitions import DayRule, DutyKind
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.operations import (
    accept_task,
    accept_tasks,
    answer_late,
    answer_task,
    close_order,
    close_tasks,
    issue_to_all,
    receive_task,
    report_task,
    return_task,
    withdraw_order,
)
from gangmu.work.plans.queries import (
    Account,
    Line,
    account_of,
    answered_tasks,
    duties_of,
    duty_of,
    duty_of_order,
    duty_titles,
    history_of,
    last_return,
    order_by_id,
    periods_asked,
    places_of,
    preview_order,
    progress_of,
    record_kind_of,
    records_that_serve,
    standing_answer,
    task_by_id,
    tasks_behind,
    tasks_of_order,
    tasks_to_review,
    those_beside,
    visible_orders,
    visible_tasks,
    waiting_tasks,
    with_standing_answers,
)
from gangmu.work.plans.rules import CELLS, Tally, may
from gangmu.work.records.forms import read_lines, record_form, sent_values, summary_of
from gangmu.work.records.queries import kind_of_record, record_by_id, record_kind

STATES: Mapping[str, Status] = {
    "issued": Status(say("Issued"), "blue"),
    "received": Status(say("Received"), "blue"),
    "answered": Status(say("Answered"), "yellow"),
    "accepted": Status(say("Accepted"), "green"),
    "returned": Status(say("Given back"), "orange"),
    "withdrawn": Status(say("Withdrawn"), "grey"),
}

HEADINGS: Mapping[str, Status] = {
    "on_time": Status(say("On time"), "green"),
    "late": Status(say("Late"), "yellow"),
    "missing": Status(say("Missing"), "red"),
    "returned": Status(say("Given back"), "orange"),
    "open": Status(say("Still open"), "blue"),
    "overdue": Status(say("Overdue"), "red"),
}

ORDER_STATES: Mapping[str, Status] = {
    "issuing": Status(say("Being issued"), "yellow"),
    "issued": Status(say("Running"), "blue"),
    "closing": Status(say("Being closed"), "yellow"),
    "closed": Status(say("Closed"), "green"),
    "withdrawn": Status(say("Withdrawn"), "grey"),
}

HAPPENED = {
    "issued": say("Issued"),
    "received": say("Received"),
    "answered": say("Answered"),
    "answered_after_closing": say("Answered after the closing"),
    "returned": say("Given back"),
    "accepted": say("Accepted"),
    "closed": say("Period closed"),
    "withdrawn": say("Withdrawn"),
}

REVIEWS = {
    "parent": say("the organization above"),
    "issuer": say("the issuer"),
    "none": say("nobody; it is accepted as it comes"),
}

EVERY = {
    "month": say("Every month"),
    "quarter": say("Every quarter"),
    "half": say("Every half year"),
    "year": say("Every year"),
    "once": say("Once"),
}

SPANS = {"month": "month", "quarter": "quarter", "half": "half", "year": "year", "once": "month"}


def rule_in_words(rule: DayRule) -> str:
    """Return how a day follows from a period, in a sentence."""
    if rule.first_workday_of:
        return translate(
            "the first working day of the period"
            if rule.first_workday_of == "period"
            else "the first working day of the next period"
        )
    if rule.last_workday_of:
        return translate(
            "the last working day of the period"
            if rule.last_workday_of == "period"
            else "the last working day of the next period"
        )
    if rule.workdays_after_issue is not None:
        return translate("%(count)s working days after it is issued") % {"count": rule.workdays_after_issue}
    if rule.next_day is not None:
        return translate("day %(day)s of the month after the period") % {"day": rule.next_day}
    return translate("day %(day)s of the period's last month") % {"day": rule.day}


def period_in_words(period: Period) -> str:
    """Return a period as people write it."""
    names = {
        "month": translate("%(year)s-%(number)s"),
        "quarter": translate("%(year)s, quarter %(number)s"),
        "half": translate("%(year)s, half %(number)s"),
        "year": translate("Year %(year)s"),
    }
    return names[period.kind] % {"year": period.year, "number": period.number}


def _asked_period(request: Request, otherwise: Period) -> Period:
    try:
        return Period.parse(request.GET.get("period") or request.POST.get("period") or "")
    except ValueError:
        return otherwise


def _asked_org(request: Request, permission: str) -> Org | None:
    """Return the organization that is asked for, else where the reader's own reach begins."""
    context = request.context
    written = request.GET.get("org") or request.POST.get("org") or ""
    if written.isdecimal() and len(written) < 19:
        org = org_by_id(context, int(written))
        if not context.may(permission, org.path):
            raise NotFound("There is no such organization.")
        return org
    return next(iter(places_of(context, permission)), None)


# --- duties --------------------------------------------------------------------------------


@page("plans.view")
def duties(request: Request) -> HttpResponse:
    """List the duties that are in force: what is owed, by which paper, how often, at what cost."""
    org = _asked_org(request, "plans.view")
    columns = [
        Column(
            "title",
            say("Duty"),
            value=lambda duty: duty.title,
            link=lambda duty: reverse("plans-duty", args=(duty.code,)),
            width=36,
        ),
        Column("every", say("How often"), value=lambda duty: EVERY[duty.every]),
        Column("follows", say("By which paper"), value=lambda duty: str(duty.follows), width=40),
        Column("due_on", say("Due"), value=lambda duty: rule_in_words(duty.due_on), width=28),
        Column("minutes", say("Minutes each"), "number"),
    ]
    rows = duties_of(org) if org else ()
    table = Table(
        request,
        columns,
        rows,
        title=say("Duties"),
        empty_title=say("No duty is in force here"),
        empty_advice=say("Duties are written in the place's pack, each with the paper that asks for it."),
    )
    return table.export() or render(request, "plans/duties.html", {"table": table})


@page("plans.view")
def duty(request: Request, duty_code: str) -> HttpResponse:
    """Show one duty: its paper, its rule, whom it asks, what answers it, which orders it made."""
    context = request.context
    org = _asked_org(request, "plans.view")
    if org is None:
        raise NotFound("There is no such duty here.")
    kind = duty_of(org, duty_code)
    orders_ = Table(
        request,
        _order_columns(with_title=False),
        visible_orders(context).filter(duty=duty_code),
        title=say("Orders of this duty"),
        empty_title=say("No order has been issued yet"),
    )
    if sheet := orders_.export():
        return sheet
    answer = record_kind(org, kind.answer)
    values = {
        **_duty_values(kind, org),
        "answer": answer,
        "form": record_form(context, answer),
        "table": orders_,
        "may_issue": bool(places_of(context, "plans.issue")),
        "crumbs": [(translate("Duties"), reverse("plans-duties")), (worded(kind.title), "")],
    }
    return render(request, "plans/duty.html", values)


def _duty_values(kind: DutyKind, org: Org) -> dict[str, Any]:
    pack = pack_of(org.root_id)
    org_kinds = {each.code: each.title for each in pack.all(OrgKind)}
    domains = {each.code: each.title for each in pack.all(DomainKind)}
    return {
        "duty": kind,
        "org": org,
        "every": EVERY[kind.every],
        "issue_rule": rule_in_words(kind.issue_on),
        "due_rule": rule_in_words(kind.due_on),
        "reviewer": REVIEWS[kind.review],
        "asked_kinds": "、".join(worded(org_kinds[each]) for each in kind.asked_of.kinds),
        "asked_domains": "、".join(worded(domains[each]) for each in kind.asked_of.domains),
    }


# --- issuing -------------------------------------------------------------------------------


@page("plans.issue", methods=("GET", "POST"))
def issue(request: Request, duty_code: str) -> HttpResponse:
    """Show who would receive the order; confirmed, it is issued, once however often it is pressed."""
    context = request.context
    org = _asked_org(request, "plans.issue")
    if org is None:
        raise NotFound("There is no such duty here.")
    kind = duty_of(org, duty_code)
    refused: AgainstFormalism | None = None
    if request.method == "POST":
        period = str(_asked_period(request, period_of(context.today, SPANS[kind.every])))  # type: ignore[arg-type]
        text = request.POST.get("text", "")
        try:
            order_ = issue_to_all(
                context, org, duty=duty_code, period=period, text=text, knowingly="knowingly" in request.POST
            )
        except AgainstFormalism as wrong:
            refused = wrong
        else:
            messages.success(
                request, translate("The order went out to %(count)s organizations.") % {"count": order_.asked}
            )
            return redirect("plans-order", order_.pk)
    now = period_of(context.today, SPANS[kind.every])  # type: ignore[arg-type]
    choices = [now.shift(step) for step in (-1, 0, 1)]
    period_ = _asked_period(request, now)
    values = {
        **_duty_values(kind, org),
        "period": period_,
        "period_words": period_in_words(period_),
        "periods": [(str(each), period_in_words(each)) for each in choices],
        "issuers": [(each.pk, each.name) for each in places_of(context, "plans.issue")],
        "crumbs": [
            (translate("Duties"), reverse("plans-duties")),
            (worded(kind.title), reverse("plans-duty", args=(duty_code,))),
            (translate("Issue"), ""),
        ],
    }
    try:
        preview = preview_order(context, org, duty=duty_code, period=str(period_))
    except Invalid as refusal:
        return form_again(request, "plans/issue.html", values, refusal)
    columns = [
        Column("code", say("Code"), width=16),
        Column("name", say("Name"), link=lambda each: reverse("orgs-org", args=(each.org,)), width=36),
    ]
    table = Table(
        request,
        columns,
        preview.asked,
        title=say("Who receives it"),
        empty_title=say("This order would reach nobody."),
    )
    values |= {"preview": preview, "table": table}
    if refused is not None:
        values |= {"typed": request.POST.get("text", ""), "may_go_on": refused.may_go_on}
        return form_again(request, "plans/issue.html", values, refused)
    return table.export() or render(request, "plans/issue.html", values)


# --- orders --------------------------------------------------------------------------------


def _order_columns(*, with_title: bool = True) -> list[Column]:
    title = Column(
        "title",
        say("Order"),
        link=lambda order_: reverse("plans-order", args=(order_.pk,)),
        sort="title",
        width=32,
    )
    period = Column(
        "period",
        say("Period"),
        value=lambda order_: period_in_words(order_.span),
        link=lambda order_: reverse("plans-order", args=(order_.pk,)),
        sort="period",
    )
    return [
        *([title] if with_title else []),
        period,
        Column(
            "issuer", say("Issuer"), value=lambda order_: order_.issuer.name, sort="issuer__code", width=28
        ),
        Column("issued_on", say("Issued on"), "date", sort="issued_on"),
        Column("due_on", say("Due on"), "date", sort="due_on"),
        Column("asked", say("Asked"), "number", sort="asked"),
        Column(
            "state", say("State"), "status", value=lambda order_: ORDER_STATES[order_.state], sort="state"
        ),
    ]


@page("plans.view")
def orders(request: Request) -> HttpResponse:
    """List the orders within reach, the newest period first."""
    rows = visible_orders(request.context)
    period = request.GET.get("period", "")
    if period:
        rows = rows.filter(period=period)
    table = Table(
        request,
        _order_columns(),
        rows,
        title=say("Orders"),
        empty_title=say("No order has been issued yet"),
        empty_advice=say("Open a duty and issue its order: you see first who will receive it."),
    )
    values = {
        "table": table,
        "period": period,
        "periods": [(str(each), period_in_words(each)) for each in periods_asked()[:36]],
    }
    return table.export() or render(request, "plans/orders.html", values)


@page("plans.view")
def order(request: Request, order_id: int) -> HttpResponse:
    """Show one order as its issuer sees it: how far it is by place, and the tasks behind each figure."""
    context = request.context
    found = order_by_id(context, order_id)
    seen_whole = context.may("plans.view", found.issuer.path)
    top = _order_top(request, found, seen_whole=seen_whole)
    progress = progress_of(context, found, top) if top is not None else None
    cell = request.GET.get("cell", "")
    table = Table(
        request,
        _task_columns(context, with_duty=False),
        tasks_of_order(context, found, cell=cell, under=top),
        title=say("Tasks of this order"),
        empty_title=say("No task is in this state"),
    )
    if sheet := table.export():
        return sheet
    acts = context.may("plans.issue", found.issuer.path)
    values = {
        "order": found,
        "duty": duty_of_order(found),
        "status": ORDER_STATES[found.state],
        "period_words": period_in_words(found.span),
        "progress": progress,
        "rows": _progress_rows(progress, found) if progress else (),
        "figures": _figures(progress.total, lambda each: _order_url(found, cell=each)) if progress else (),
        "table": table,
        "cell": cell,
        "cells": [(each, HEADINGS[each].word) for each in CELLS],
        "top": top,
        "may_withdraw": acts and found.state in ("issuing", "issued"),
        "may_resume": acts and found.state == "issuing",
        "may_close": context.may("plans.close", found.issuer.path)
        and (found.state == "closing" or (found.state == "issued" and context.today > found.due_on)),
        "crumbs": [(translate("Orders"), reverse("plans-orders")), (found.title, "")],
    }
    return render(request, "plans/order.html", values)


def _order_top(request: Request, found: Order, *, seen_whole: bool) -> Org | None:
    asked = request.GET.get("org", "")
    if asked.isdecimal() and len(asked) < 19:
        org = org_by_id(request.context, int(asked))
        if not request.context.may("plans.view", org.path):
            raise NotFound("There is no such organization.")
        return org
    return found.issuer if seen_whole else next(iter(places_of(request.context, "plans.view")), None)


def _order_url(found: Order, **more: Any) -> str:
    given = {name: value for name, value in more.items() if value}
    return reverse("plans-order", args=(found.pk,)) + ("?" + urlencode(given) if given else "")


def _figures(total: Tally, url: Any) -> list[dict[str, Any]]:
    """Return the figures of a tally, each a link to what it is made of."""
    shown: list[tuple[str, Any, int, str]] = [("", say("Asked for"), total.due, "")]
    shown += [
        (cell, HEADINGS[cell].word, total.counts[cell], HEADINGS[cell].light)
        for cell in CELLS
        if total.counts.get(cell)
    ]
    return [
        {"title": title, "value": value, "url": url(cell), "light": light}
        for cell, title, value, light in shown
    ]


def _progress_rows(progress: Account, found: Order) -> list[dict[str, Any]]:
    return [
        {
            "line": line,
            "url": _order_url(found, org=line.org),
            "cells": [
                (line.total.counts.get(cell, 0), _order_url(found, org=line.org, cell=cell)) for cell in CELLS
            ],
        }
        for line in progress.lines
    ]


@page("plans.issue", methods=("POST",))
def withdraw(request: Request, order_id: int) -> HttpResponse:
    """Take an order back from everybody."""
    found = order_by_id(request.context, order_id)
    withdraw_order(request.context, found, reason=request.POST.get("reason", ""))
    messages.success(request, translate("The order was withdrawn; answers that were given stay as records."))
    return redirect("plans-order", order_id)


@page("plans.issue", methods=("POST",))
def resume(request: Request, order_id: int) -> HttpResponse:
    """Go on with an issuing that was interrupted."""
    found = order_by_id(request.context, order_id)
    issue_to_all(request.context, found.issuer, duty=found.duty, period=found.period)
    messages.success(request, translate("The order is issued to all."))
    return redirect("plans-order", order_id)


@page("plans.close", methods=("POST",))
def close(request: Request, order_id: int) -> HttpResponse:
    """Close an order: on time, late or missing is noted for each task and written as facts."""
    context = request.context
    found = close_order(context, order_by_id(context, order_id))
    while close_tasks(context, found):
        pass
    messages.success(request, translate("The period is closed; its facts are written."))
    return redirect("plans-order", order_id)


# --- tasks ---------------------------------------------------------------------------------


def task_status(context: Context, task: Task) -> Status:
    """Return how a task stands, as a light with its word."""
    if task.timing == "missing":
        return HEADINGS["missing"]
    if task.state in ("issued", "received") and task.due_on < context.today:
        return HEADINGS["overdue"]
    return STATES[task.state]


def _task_columns(context: Context, *, with_duty: bool = True) -> list[Column]:
    duty_column = Column(
        "duty",
        say("Duty"),
        value=lambda task: task.order.title,
        link=lambda task: reverse("plans-task", args=(task.pk,)),
        sort="duty",
        width=32,
    )
    return [
        *([duty_column] if with_duty else []),
        Column(
            "org",
            say("Organization"),
            value=lambda task: task.org.name,
            link=lambda task: reverse("plans-task", args=(task.pk,)),
            sort="org__code",
            width=32,
        ),
        Column("period", say("Period"), value=lambda task: period_in_words(task.order.span), sort="period"),
        Column("due_on", say("Due on"), "date", sort="due_on"),
        Column("state", say("State"), "status", value=lambda task: task_status(context, task), sort="state"),
        Column("answered_on", say("Answered on"), "date", sort="answered_on"),
        Column("timing", say("Timing"), "status", value=lambda task: HEADINGS.get(task.timing, "")),
    ]


def _task_tabs(here: str) -> list[Tab]:
    names = (("plans-waiting", msgid("To answer")), ("plans-answered", msgid("Answered")))
    return [Tab(title, reverse(name), name == here) for name, title in names]


@page("plans.answer")
def waiting(request: Request) -> HttpResponse:
    """Show what the reader's organizations still owe, soonest due first."""
    context = request.context
    tasks = waiting_tasks(context)
    asked = list(tasks[:201])
    table = None
    if len(asked) > 200:
        table = Table(request, _task_columns(context), tasks, title=say("To answer"))
        if sheet := table.export():
            return sheet
    values = {
        "table": table,
        "cards": [] if table else [_card(context, task) for task in asked],
        "tabs": _task_tabs("plans-waiting"),
    }
    return render(request, "plans/waiting.html", values)


def _card(context: Context, task: Task) -> dict[str, Any]:
    """Return a task as it stands in a list on a phone."""
    days = (task.due_on - context.today).days
    return {
        "task": task,
        "status": task_status(context, task),
        "days": days,
        "late": -days,
        "soon": 0 <= days <= 3,
        "period": period_in_words(task.order.span),
    }


@page("plans.answer")
def answered(request: Request) -> HttpResponse:
    """Show what was answered, the newest first."""
    context = request.context
    table = Table(
        request,
        _task_columns(context),
        answered_tasks(context),
        title=say("Answered"),
        empty_title=say("Nothing has been answered yet"),
    )
    values = {"table": table, "tabs": _task_tabs("plans-answered")}
    return table.export() or render(request, "plans/answered.html", values)


@page("plans.view")
def task(request: Request, task_id: int) -> HttpResponse:
    """Show one task to who answers it, reviews it or looks on."""
    return render(request, "plans/task.html", _task_values(request, task_by_id(request.context, task_id)))


def _task_values(
    request: Request,
    found: Task,
    *,
    sent: Mapping[str, Any] | None = None,
    faults: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    context = request.context
    order_, kind = found.order, record_kind_of(found.order)
    answer, back = standing_answer(found), last_return(found)
    missing = found.timing == "missing"
    over = order_.state in ("closing", "closed")
    answers = context.may("plans.answer", found.org.path) and (
        (missing and order_.state == "closed") or may(found.state, "answer", closed=over)
    )
    held = answer.record if answer is not None else None
    form = None
    if answers:
        begun = sent if sent is not None else (held.values if held is not None else {})
        said = faults if faults is not None else (back.faults if back and found.state == "returned" else {})
        form = record_form(context, kind, begun, said)
    shape = kind_of_record(held) if held is not None else kind
    # whoever is asked reads the task; the order as a whole is for its issuer's own reach
    reaches = context.may("plans.view", order_.issuer.path)
    order_url = reverse("plans-order", args=(order_.pk,)) if reaches else ""
    return {
        "task": found,
        "order": order_,
        "duty": duty_of_order(order_),
        "kind": kind,
        "status": task_status(context, found),
        "timing": HEADINGS.get(found.timing),
        "period_words": period_in_words(order_.span),
        "days": (found.due_on - context.today).days,
        "answer": answer,
        "lines": read_lines(context, shape, held.values) if held is not None else (),
        "returned": back if found.state == "returned" else None,
        "form": form,
        "late_answer": missing,
        "held": _held_records(context, found) if answers and answer is None else (),
        "may_receive": context.may("plans.answer", found.org.path)
        and may(found.state, "receive", closed=over),
        "may_review": context.may("plans.review", found.reviewer.path) and order_.review != "none",
        "may_accept": may(found.state, "accept", closed=over),
        "may_return": may(found.state, "return", closed=over),
        "fault_fields": [spec for spec in shape.fields if spec.type != "file"],
        "events": _events(found),
        "order_url": order_url,
        "crumbs": [(order_.title, order_url), (found.org.name, "")],
    }


def _held_records(context: Context, found: Task) -> list[dict[str, Any]]:
    """Return the records already held that would answer, each told apart by its first values."""
    if not context.may("records.view", found.org.path):
        return []
    return [
        {"record": record, "summary": summary_of(context, kind_of_record(record), record.values)}
        for record in records_that_serve(context, found)[:5]
    ]


def _events(found: Task) -> list[TimelineEvent]:
    lights = {"answered": "blue", "accepted": "green", "returned": "orange", "withdrawn": "grey"}
    events = []
    for each in history_of(found):
        text = each.note
        if each.event in ("answered", "answered_after_closing"):
            text = translate("version %(version)s") % {"version": each.note}
        elif each.event == "closed":
            text = worded(HEADINGS[each.note].word) if each.note in HEADINGS else ""
        url = reverse("records-record", args=(each.record,)) if each.record else ""
        light: Any = lights.get(each.event, "grey")
        events.append(TimelineEvent(each.at, HAPPENED[each.event], each.by, text, light, url))
    return events


@page("plans.answer", methods=("POST",))
def receive(request: Request, task_id: int) -> HttpResponse:
    """Confirm that a task has arrived."""
    receive_task(request.context, task_by_id(request.context, task_id))
    messages.success(request, translate("Received."))
    return redirect("plans-task", task_id)


@page("plans.answer", methods=("POST",))
def answer(request: Request, task_id: int) -> HttpResponse:
    """Answer with a record that is held already, or with what was typed."""
    context = request.context
    found = task_by_id(context, task_id)
    record = request.POST.get("record", "")
    if record.isdecimal() and len(record) < 19:
        give = answer_late if found.timing == "missing" else answer_task
        give(context, found, record=record_by_id(context, int(record)))
    else:
        kind = record_kind_of(found.order)
        sent: dict[str, Any] = request.POST.dict()
        try:
            if not context.may("plans.answer", found.org.path):
                raise NotFound("There is no such task.")
            sent |= sent_values(context, found.org, kind, request.POST, request.FILES)
            report_task(context, found, values={spec.code: sent.get(spec.code) for spec in kind.fields})
        except Invalid as refusal:
            values = _task_values(request, found, sent=sent, faults=refusal.faults)
            return form_again(request, "plans/task.html", values, refusal)
    messages.success(request, translate("Answered. It serves everybody who asks for the same."))
    return redirect("plans-task", task_id)


@page("plans.view")
def paper(request: Request, task_id: int) -> HttpResponse:
    """Show a task as a one-page form to print, fill in by hand and hand in."""
    found = task_by_id(request.context, task_id)
    kind = record_kind_of(found.order)
    values = {
        "task": found,
        "order": found.order,
        "duty": duty_of_order(found.order),
        "kind": kind,
        "form": record_form(request.context, kind),
        "period_words": period_in_words(found.order.span),
    }
    return render(request, "plans/paper.html", values)


# --- reviewing -----------------------------------------------------------------------------


@page("plans.review", methods=("GET", "POST"))
def review(request: Request) -> HttpResponse:
    """List the answers that wait for the reader's decision; many are accepted at once."""
    context = request.context
    if request.method == "POST":
        return _accept_chosen(request)
    columns = [
        *_task_columns(context),
        Column("answer", say("Answer"), value=lambda each: _summary(context, each), width=48),
    ]
    table = Table(
        request,
        columns,
        with_standing_answers(tasks_to_review(context)),
        title=say("To review"),
        selectable=True,
        form="review",
        empty_title=say("No answer waits for a decision"),
    )
    return table.export() or render(request, "plans/review.html", {"table": table})


def _summary(context: Context, found: Any) -> str:
    """Return what was answered to a task in one line."""
    given = next(iter(found.standing_answers), None)
    return summary_of(context, kind_of_record(given.record), given.record.values) if given else ""


def _accept_chosen(request: Request) -> HttpResponse:
    """Accept what was ticked: one operation for each place where the reader reviews."""
    context = request.context
    chosen = {int(key) for key in request.POST.getlist("chosen") if key.isdecimal() and len(key) < 19}
    if not chosen:
        messages.warning(request, translate("Nothing was ticked."))
        return redirect("plans-review")
    tasks = list(tasks_to_review(context).filter(pk__in=chosen))
    accepted = 0
    for top in places_of(context, "plans.review"):
        keys = [each.pk for each in tasks if is_below(each.reviewer.path, top.path)]
        if keys:
            accepted += accept_tasks(context, top, tasks=keys)
    messages.success(request, translate("%(count)s answers were accepted.") % {"count": accepted})
    return redirect("plans-review")


@page("plans.review", methods=("POST",))
def accept(request: Request, task_id: int) -> HttpResponse:
    """Accept the answer that stands."""
    accept_task(request.context, task_by_id(request.context, task_id))
    messages.success(request, translate("Accepted."))
    return _next_to_review(request, task_id)


@page("plans.review", methods=("POST",))
def give_back(request: Request, task_id: int) -> HttpResponse:
    """Give an answer back with a reason and what is wrong beside the fields."""
    found = task_by_id(request.context, task_id)
    faults = {
        name.removeprefix("fault_"): str(value)
        for name, value in request.POST.items()
        if name.startswith("fault_") and str(value).strip()
    }
    try:
        return_task(request.context, found, reason=request.POST.get("reason", ""), faults=faults)
    except Invalid as refusal:
        values = _task_values(request, found) | {
            "return_fault": refusal.faults.get("reason", ""),
            "return_reason": request.POST.get("reason", ""),
            "return_faults": faults,
        }
        return form_again(request, "plans/task.html", values, refusal)
    messages.success(request, translate("Given back, with the reason."))
    return _next_to_review(request, task_id)


def _next_to_review(request: Request, task_id: int) -> HttpResponse:
    """Go on to the next answer that waits, else back to the one that was decided."""
    following = tasks_to_review(request.context).first()
    return redirect("plans-task", following.pk if following is not None else task_id)


# --- the account ---------------------------------------------------------------------------


def _account_url(name: str, **given: Any) -> str:
    return reverse(name) + "?" + urlencode({key: value for key, value in given.items() if value})


@page("plans.view")
def account(request: Request) -> HttpResponse:
    """Show the month's account: who answered what in time, by place and duty; every figure is a link."""
    return _account_page(request, "plans/account.html")


@page("plans.view")
def account_print(request: Request) -> HttpResponse:
    """Show the month's account on paper, with the newest signed head of the log."""
    return _account_page(request, "plans/account_print.html")


def _account_page(request: Request, template: str) -> HttpResponse:
    context = request.context
    top = _asked_org(request, "plans.view")
    if top is None:
        raise NotFound("There is no such account.")
    asked = periods_asked()
    now = period_of(context.today, "month")
    period = _asked_period(request, _newest_begun(asked, now))
    found = account_of(context, top, [period])
    titles = duty_titles(top)
    values = {
        "top": top,
        "account": found,
        "period": period,
        "period_words": period_in_words(period),
        "periods": [(str(each), period_in_words(each)) for each in asked[:36] or [now]],
        "heat": _heat(found, period, titles),
        "figures": _figures(
            found.total,
            lambda cell: _account_url("plans-behind", org=top.pk, period=period, cell=cell),
        ),
        "columns": [worded(titles.get(code)) or code for code in found.columns],
        "printed": _printed_rows(found),
        "beside": those_beside(context, top, period) if top.parent_id else None,
        "own": [_card(context, each) for each in _own_tasks(context, top, period)],
        "head": newest_head(),
        "today": context.today,
        "crumbs": _account_crumbs(context, top, period),
        "tabs": _account_tabs(top, period, "plans-account"),
    }
    return render(request, template, values)


def _newest_begun(asked: list[Period], now: Period) -> Period:
    months = [each for each in asked if each.kind == "month" and each <= now]
    return months[0] if months else now


def _own_tasks(context: Context, top: Org, period: Period) -> list[Task]:
    """Return an organization's own tasks of a period."""
    return list(tasks_behind(context, top, [period]).filter(org=top)[:20])


def _account_tabs(top: Org, period: Period, here: str) -> list[Tab]:
    month = _account_url("plans-account", org=top.pk, period=period if period.kind == "month" else "")
    year = _account_url("plans-account-year", org=top.pk, year=period.year)
    return [
        Tab(msgid("The month"), month, here == "plans-account"),
        Tab(msgid("The year"), year, here == "plans-account-year"),
    ]


def _account_crumbs(context: Context, top: Org, period: Period) -> list[tuple[str, str]]:
    crumbs = [(translate("The account"), reverse("plans-account"))]
    if top.parent is not None and context.may("plans.view", top.parent.path):
        crumbs.append((top.parent.name, _account_url("plans-account", org=top.parent_id, period=period)))
    return [*crumbs, (top.name, "")]


def _cell(tally: Tally | None, url: str) -> HeatCell:
    """Return one field of the heat map: how many in time of how many, and what else there is."""
    if tally is None or not tally.due:
        return HeatCell("—", None)
    parts = [
        f"{worded(HEADINGS[cell].word)} {tally.counts[cell]}" for cell in CELLS if tally.counts.get(cell)
    ]
    return HeatCell(
        f"{tally.on_time}/{tally.due}", heat_level(tally.on_time, tally.due), url, " · ".join(parts)
    )


def _heat(found: Account, period: Period, titles: Mapping[str, Any]) -> Heat:
    def row(line: Line) -> HeatRow:
        cells = [
            _cell(
                line.cells.get(code),
                _account_url("plans-behind", org=line.org, period=period, duty=code),
            )
            for code in found.columns
        ]
        deeper = line.org != found.top.pk and line.total.due > 1
        url = _account_url("plans-account", org=line.org, period=period) if deeper else ""
        return HeatRow(line.name, cells, url)

    return Heat(
        say("Answered in time, by place and duty"),
        [titles.get(code) or code for code in found.columns],
        [row(line) for line in found.lines],
        say("Organization"),
    )


def _printed_rows(found: Account) -> list[dict[str, Any]]:
    return [
        {"name": line.name, "cells": [line.cells.get(code) for code in found.columns], "total": line.total}
        for line in found.lines
    ]


@page("plans.view")
def account_year(request: Request) -> HttpResponse:
    """Show a year's account by place and month, of one duty or of all that is owed monthly."""
    context = request.context
    top = _asked_org(request, "plans.view")
    if top is None:
        raise NotFound("There is no such account.")
    written = request.GET.get("year", "")
    year = int(written) if written.isdecimal() and 1900 < int(written) < 2999 else context.today.year
    whole = Period("year", year)
    titles = duty_titles(top)
    duty_ = request.GET.get("duty", "")
    found = account_of(context, top, whole.months, by="period", duty=duty_ if duty_ in titles else "")
    rows = [
        HeatRow(
            line.name,
            [
                _cell(
                    line.cells.get(str(month)),
                    _account_url("plans-behind", org=line.org, period=month, duty=duty_),
                )
                for month in whole.months
            ],
            _account_url("plans-account-year", org=line.org, year=year, duty=duty_)
            if line.org != top.pk and line.total.due > 12
            else "",
        )
        for line in found.lines
    ]
    heat = Heat(
        say("Answered in time, by place and month"),
        [str(month.number) for month in whole.months],
        rows,
        say("Organization"),
    )
    years = sorted({each.year for each in periods_asked()} | {context.today.year}, reverse=True)
    values = {
        "top": top,
        "year": year,
        "heat": heat,
        "total": found.total,
        "duty": duty_,
        "duties": sorted(titles.items()),
        "years": [(each, str(each)) for each in years],
        "crumbs": _account_crumbs(context, top, whole),
        "tabs": _account_tabs(top, whole, "plans-account-year"),
    }
    return render(request, "plans/account_year.html", values)


@page("plans.view")
def behind(request: Request) -> HttpResponse:
    """List the tasks that a figure of an account is made of."""
    context = request.context
    top = _asked_org(request, "plans.view")
    if top is None:
        raise NotFound("There is no such account.")
    period = _asked_period(request, period_of(context.today, "month"))
    duty_, cell = request.GET.get("duty", ""), request.GET.get("cell", "")
    table = Table(
        request,
        _task_columns(context),
        tasks_behind(context, top, [period], duty=duty_, cell=cell),
        title=say("Tasks behind the figure"),
        empty_title=say("No task is in this state"),
    )
    values = {
        "table": table,
        "top": top,
        "period": period,
        "period_words": period_in_words(period),
        "duty": duty_,
        "cell": cell,
        "cells": [(each, HEADINGS[each].word) for each in CELLS],
        "duties": sorted(duty_titles(top).items()),
        "crumbs": [
            (translate("The account"), _account_url("plans-account", org=top.pk, period=period)),
            (top.name, ""),
        ],
    }
    return table.export() or render(request, "plans/behind.html", values)


@page("plans.view")
def of_org(request: Request, org_id: int) -> HttpResponse:
    """List the tasks of one organization, the newest period first."""
    context = request.context
    org = org_by_id(context, org_id)
    if not context.may("plans.view", org.path):
        raise NotFound("There is no such organization.")
    table = Table(
        request,
        _task_columns(context),
        visible_tasks(context).filter(org=org).order_by("-period", "duty"),
        title=say("Tasks"),
        empty_title=say("Nothing has been asked of this organization"),
    )
    values = {"org": org, "table": table, "tabs": tabs_of(request, "org", org.pk, org.path, "plans-org")}
    return table.export() or render(request, "plans/org.html", values)


urlpatterns = [
    path("duties", duties, name="plans-duties"),
    path("duties/<slug:duty_code>", duty, name="plans-duty"),
    path("duties/<slug:duty_code>/issue", issue, name="plans-issue"),
    path("orders", orders, name="plans-orders"),
    path("orders/<int:order_id>", order, name="plans-order"),
    path("orders/<int:order_id>/withdraw", withdraw, name="plans-withdraw"),
    path("orders/<int:order_id>/resume", resume, name="plans-resume"),
    path("orders/<int:order_id>/close", close, name="plans-close"),
    path("tasks", waiting, name="plans-waiting"),
    path("tasks/answered", answered, name="plans-answered"),
    path("tasks/review", review, name="plans-review"),
    path("tasks/<int:task_id>", task, name="plans-task"),
    path("tasks/<int:task_id>/receive", receive, name="plans-receive"),
    path("tasks/<int:task_id>/answer", answer, name="plans-answer"),
    path("tasks/<int:task_id>/accept", accept, name="plans-accept"),
    path("tasks/<int:task_id>/return", give_back, name="plans-return"),
    path("tasks/<int:task_id>/paper", paper, name="plans-paper"),
    path("accounts", account, name="plans-account"),
    path("accounts/print", account_print, name="plans-account-print"),
    path("accounts/year", account_year, name="plans-account-year"),
    path("accounts/tasks", behind, name="plans-behind"),
    path("orgs/<int:org_id>/tasks", of_org, name="plans-org"),
]
