"""A task, as the one who answers sees it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotFound
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Tab, TimelineEvent
from gangmu.frame.formats import period_in_words
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Table
from gangmu.frame.words import msgid, say, worded
from gangmu.work.plans.models import Task
from gangmu.work.plans.operations.answers import answer_late, answer_task, receive_task, report_task
from gangmu.work.plans.pages.burden import count_time, opened_mark
from gangmu.work.plans.pages.said_back import said_back_values
from gangmu.work.plans.pages.words import BELOW, HAPPENED, HEADINGS, of_below, task_columns, task_status
from gangmu.work.plans.queries.asked import passings_here
from gangmu.work.plans.queries.duties import duty_of_order, record_kind_of
from gangmu.work.plans.queries.hats import Hat, hats_of
from gangmu.work.plans.queries.paper import paper_of
from gangmu.work.plans.queries.tasks import (
    answered_below,
    history_of,
    last_return,
    own_answered,
    own_waiting,
    records_that_serve,
    standing_answer,
    task_by_id,
    visible_tasks,
    waiting_after,
    waiting_below,
)
from gangmu.work.plans.rules import may
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.forms import read_lines, record_form, sent_values, summary_of
from gangmu.work.records.models import Record
from gangmu.work.records.queries import kind_of_record, known_before, record_by_id


def _task_tabs(context: Context, here: str) -> list[Tab]:
    """Return what waits and what was answered, of the reader's own and, if there are any, of those below."""
    tabs = [
        ("plans-waiting", "", msgid("To answer")),
        ("plans-answered", "", msgid("Answered")),
        *[
            (name, BELOW, title)
            for name, title, tasks in (
                ("plans-waiting", msgid("To answer, below us"), waiting_below),
                ("plans-answered", msgid("Answered, below us"), answered_below),
            )
            if tasks(context).exists() or here == name + BELOW
        ],
    ]
    return [Tab(title, reverse(name) + of, name + of == here) for name, of, title in tabs]


def _hat_tabs(hats: list[Hat], here: Hat | None) -> list[Tab]:
    """Return one person's posts (一肩挑): all that waits together, or what waits for one of them."""
    url = reverse("plans-waiting")
    return [
        Tab(msgid("All my posts"), url, here is None),
        *(Tab(each.title, f"{url}?as={each.post}", each == here) for each in hats),
    ]


@page("plans.answer")
def waiting(request: Request) -> HttpResponse:
    """Show what the reader's own organizations still owe, or those below them, soonest due first."""
    context, below = request.context, of_below(request)
    hats = hats_of(context)
    hat = next((each for each in hats if str(each.post) == request.GET.get("as")), None)
    tasks = waiting_below(context) if below else own_waiting(context)
    if hat is not None:
        tasks = tasks.filter(org=hat.org)
    asked = list(tasks[:201])
    table = None
    if len(asked) > 200:
        table = Table(request, task_columns(context), tasks, title=say("To answer"))
        if sheet := table.export():
            return sheet
    values = {
        "table": table,
        "cards": [] if table else [task_card(context, task) for task in asked],
        "tabs": _task_tabs(context, "plans-waiting" + (BELOW if below else "")),
        "hats": _hat_tabs(hats, hat) if len(hats) > 1 and not below else (),
        "passed": passings_here(context).filter(place__path__in=context.places("plans.answer").tops).count(),
    }
    return render(request, "plans/waiting.html", values)


def task_card(context: Context, task: Task) -> dict[str, Any]:
    """Return a task as it stands in a list on a phone."""
    days = (task.last_day - context.today).days
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
    """Show what the reader's own organizations answered, or those below them, the newest first."""
    context, below = request.context, of_below(request)
    table = Table(
        request,
        task_columns(context),
        answered_below(context) if below else own_answered(context),
        title=say("Answered"),
        empty_title=say("Nothing has been answered yet"),
    )
    values = {"table": table, "tabs": _task_tabs(context, "plans-answered" + (BELOW if below else ""))}
    return table.export() or render(request, "plans/answered.html", values)


@page("plans.view")
def task(request: Request, task_id: int) -> HttpResponse:
    """Show one task to who answers it, reviews it or looks on."""
    found = task_by_id(request.context, task_id)
    values = task_values(request, found) | {"before": _gone_before(request, found)}
    return render(request, "plans/task.html", values)


def task_values(
    request: Request,
    found: Task,
    *,
    sent: Mapping[str, Any] | None = None,
    faults: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return what the page of a task shows."""
    context = request.context
    order_, kind = found.order, record_kind_of(found.order)
    answer, back = standing_answer(found), last_return(found)
    missing = found.timing == "missing"
    over = found.is_over()
    answers = context.may("plans.answer", found.org.path) and (
        (missing and order_.state == "closed") or may(found.standing, "answer", closed=over)
    )
    held = answer.record if answer is not None else None
    form = None
    if answers:
        begun = sent if sent is not None else (held.values if held is not None else {})
        said = faults if faults is not None else (back.faults if back and found.state == "returned" else {})
        form = record_form(
            context, kind, begun, said, known_of=found.org, offered=sent is None, period=order_.span
        )
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
        **_answer_lines(context, shape, held),
        "paper": paper_of(context, found) if answer is not None else None,
        "returned": back if found.state == "returned" else None,
        "form": form,
        "late_answer": missing,
        "opened": opened_mark(context, found, sent) if answers else "",
        "may_report": context.may("plans.answer", found.org.path) and found.state != "withdrawn" and not over,
        "held": _held_records(context, found) if answers and answer is None else (),
        "may_receive": context.may("plans.answer", found.org.path)
        and may(found.standing, "receive", closed=over),
        "may_review": context.may("plans.review", found.reviewer.path) and order_.review != "none",
        "may_accept": may(found.state, "accept", closed=over),
        "may_return": may(found.state, "return", closed=over),
        "fault_fields": [spec for spec in shape.fields if spec.type != "file"],
        "events": _events(request, found),
        "order_url": order_url,
        "crumbs": [(order_.title, order_url), (found.org.name, "")],
        **said_back_values(context, found),
    }


def _answer_lines(context: Context, kind: RecordKind, record: Record | None) -> dict[str, Any]:
    """Return an answer as it is read: what is new, and apart what was known before and only confirmed."""
    if record is None:
        return {"lines": (), "confirmed": ()}
    before = known_before(record) if kind.shared else {}
    lines = read_lines(context, kind, record.values, before=before)
    return {
        "lines": [line for line in lines if not line.confirmed],
        "confirmed": [line for line in lines if line.confirmed],
    }


def _held_records(context: Context, found: Task) -> list[dict[str, Any]]:
    """Return the records already held that would answer, each told apart by its first values."""
    if not context.may("records.view", found.org.path):
        return []
    return [
        {"record": record, "summary": summary_of(context, kind_of_record(record), record.values)}
        for record in records_that_serve(context, found)[:5]
    ]


def _events(request: Request, found: Task) -> list[TimelineEvent]:
    lights = {"answered": "blue", "accepted": "green", "returned": "orange", "withdrawn": "grey"}
    events = []
    for each in history_of(found, request.context):
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


def _as_post(request: Request) -> int | None:
    """Return as which post one answers, if a form says so."""
    written = request.POST.get("as_post", "")
    return int(written) if written.isdecimal() and len(written) < 19 else None


@page("plans.answer", methods=("POST",))
def answer(request: Request, task_id: int) -> HttpResponse:
    """Answer with a record that is held already, or with what was typed."""
    context = request.context
    found = task_by_id(context, task_id)
    record = request.POST.get("record", "")
    if record.isdecimal() and len(record) < 19:
        give = answer_late if found.timing == "missing" else answer_task
        give(context, found, record=record_by_id(context, int(record)), as_post=_as_post(request))
    else:
        kind = record_kind_of(found.order)
        sent: dict[str, Any] = request.POST.dict()
        try:
            if not context.may("plans.answer", found.org.path):
                raise NotFound("There is no such task.")
            sent |= sent_values(context, found.org, kind, request.POST, request.FILES)
            report_task(
                context,
                found,
                values={spec.code: sent.get(spec.code) for spec in kind.fields},
                as_post=_as_post(request),
                seen=request.POST.get("seen", ""),
            )
        except Invalid as refusal:
            values = task_values(request, found, sent=sent, faults=refusal.faults)
            return form_again(request, "plans/task.html", values, refusal)
        count_time(context, found, request.POST.get("opened", ""))
    return _go_on(request, found)


def _go_on(request: Request, answered: Task) -> HttpResponse:
    """Go to what the organization has to answer next: a month is done without looking for each task."""
    following = waiting_after(request.context, answered).values_list("pk", flat=True).first()
    if following is None:
        messages.success(request, translate("Answered. It serves everybody who asks for the same."))
        return redirect("plans-waiting")
    return redirect(f"{reverse('plans-task', args=(following,))}?after={answered.pk}")


def _gone_before(request: Request, here: Task) -> dict[str, Any] | None:
    """Return the task whose answer led here, and how many more wait."""
    written = request.GET.get("after", "")
    if not written.isdecimal() or len(written) > 18:
        return None
    before = visible_tasks(request.context).filter(pk=int(written), org=here.org_id).first()
    if before is None:
        return None
    return {"task": before, "left": waiting_after(request.context, here).count() + 1}


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


urlpatterns = [
    path("tasks", waiting, name="plans-waiting"),
    path("tasks/answered", answered, name="plans-answered"),
    path("tasks/<int:task_id>", task, name="plans-task"),
    path("tasks/<int:task_id>/receive", receive, name="plans-receive"),
    path("tasks/<int:task_id>/answer", answer, name="plans-answer"),
    path("tasks/<int:task_id>/paper", paper, name="plans-paper"),
]
