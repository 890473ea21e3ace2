"""Passing a task down (转办), answering upwards, and the chain in between."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Invalid, NotFound
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Status, Tab
from gangmu.frame.formats import period_in_words
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import msgid, say
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import children_of, units_below
from gangmu.kernel.people.queries import posts_at
from gangmu.work.plans.models import Passing, Task
from gangmu.work.plans.operations.passing import (
    PassTo,
    answer_passing,
    ask_again,
    pass_on,
    pass_task,
    recall_passing,
)
from gangmu.work.plans.pages.extensions import written_day
from gangmu.work.plans.queries.asked import chain_of, passing_by_id, passings_answered, passings_here
from gangmu.work.plans.queries.hats import hat_title
from gangmu.work.plans.queries.tasks import task_by_id
from gangmu.work.records.queries import record_by_id

MOST_OFFERED = 200

STATES = {
    "passed": Status(say("Waits for an answer"), "yellow"),
    "answered": Status(say("Answer came up"), "green"),
    "recalled": Status(say("Called back"), "grey"),
}


def _ids(request: Request, name: str) -> tuple[int, ...]:
    return tuple(int(key) for key in request.POST.getlist(name) if key.isdecimal() and len(key) < 19)


def _addressees(request: Request) -> PassTo:
    return PassTo(_ids(request, "org"), _ids(request, "unit"), _ids(request, "post"))


def _offered(request: Request, org: Org) -> dict[str, Any]:
    """Return to whom a form offers to pass something: those directly below, units, posts of others at the place."""
    context = request.context
    return {
        "children": list(children_of(context, org)[:MOST_OFFERED]),
        "units": list(units_below(context, org, context.today)[:MOST_OFFERED]),
        "posts": [
            (post.pk, f"{post.person} · {hat_title(post, context.language)}")
            for post in posts_at(context, org).exclude(person=context.actor.person_id or 0)[:MOST_OFFERED]
        ],
    }


@page("plans.answer", methods=("GET", "POST"))
def pass_down(request: Request, task_id: int) -> HttpResponse:
    """Choose to whom a task is passed down, by a day of one's own."""
    context = request.context
    found = task_by_id(context, task_id)
    if not context.may("plans.answer", found.org.path):
        raise NotFound("There is no such task.")
    values = _form_values(request, found, found.org, reverse("plans-task", args=(task_id,)))
    if request.method == "POST":
        try:
            made = pass_task(
                context,
                found,
                to=_addressees(request),
                note=request.POST.get("note", ""),
                due_on=written_day(request.POST.get("due_on", ""), "due_on"),
            )
        except Invalid as refusal:
            return form_again(request, "plans/pass.html", values | {"faults": refusal.faults}, refusal)
        messages.success(
            request, translate("Passed on to %(count)s; the duty stays here.") % {"count": len(made)}
        )
        return redirect("plans-task", task_id)
    return render(request, "plans/pass.html", values)


@page("plans.answer", methods=("GET", "POST"))
def further(request: Request, passing_id: int) -> HttpResponse:
    """Choose to whom something that was passed down is passed on further."""
    context = request.context
    found = passing_by_id(context, passing_id)
    if not context.may("plans.answer", found.place.path):
        raise NotFound("There is no such task.")
    values = _form_values(request, found.task, found.place, reverse("plans-passing", args=(passing_id,)))
    values["last"] = found.due_on
    if request.method == "POST":
        try:
            pass_on(
                context,
                found,
                to=_addressees(request),
                note=request.POST.get("note", ""),
                due_on=written_day(request.POST.get("due_on", ""), "due_on"),
            )
        except Invalid as refusal:
            return form_again(request, "plans/pass.html", values | {"faults": refusal.faults}, refusal)
        messages.success(request, translate("Passed on."))
        return redirect("plans-passing", passing_id)
    return render(request, "plans/pass.html", values)


def _form_values(request: Request, found: Task, org: Org, back: str) -> dict[str, Any]:
    return {
        **_offered(request, org),
        "task": found,
        "order": found.order,
        "org": org,
        "last": found.last_day,
        "note": request.POST.get("note", ""),
        "period_words": period_in_words(found.order.span),
        "crumbs": [(f"{found.order.title} · {found.org.name}", back), (translate("Pass on"), "")],
        "back": back,
    }


def _columns(*, answered: bool) -> list[Column]:
    last = (
        Column("answered_at", say("Answered on"), "instant", sort="answered_at")
        if answered
        else Column("due_on", say("Wanted by"), "date", sort="due_on")
    )
    return [
        Column(
            "order",
            say("Order"),
            value=lambda each: f"{each.task.order.title} · {period_in_words(each.task.order.span)}",
            link=lambda each: reverse("plans-passing", args=(each.pk,)),
            width=32,
        ),
        Column("passer", say("Passed by"), value=lambda each: each.passer.name, width=28),
        Column("to", say("Passed to"), value=lambda each: each.to_name, width=28),
        Column("note", say("Note"), width=32),
        last,
    ]


@page("plans.answer")
def here(request: Request) -> HttpResponse:
    """List what was passed down to where the reader answers, the soonest wanted first."""
    answered = request.GET.get("answered") == "1"
    rows = passings_answered(request.context) if answered else passings_here(request.context)
    table = Table(
        request,
        _columns(answered=answered),
        rows,
        title=say("Passed to us"),
        empty_title=say("Nothing was passed to you"),
        empty_advice=say("What the level above passes on stands here; answering takes a few words."),
    )
    url = reverse("plans-passings")
    tabs = [
        Tab(msgid("To answer"), url, not answered),
        Tab(msgid("Answered"), url + "?answered=1", answered),
    ]
    return table.export() or render(request, "plans/passings.html", {"table": table, "tabs": tabs})


def _values(request: Request, found: Passing) -> dict[str, Any]:
    context = request.context
    answers = context.may("plans.answer", found.place.path)
    passer = context.may("plans.answer", found.passer.path)
    running = found.task.state == Task.State.PASSED and not found.task.is_over()
    return {
        "passing": found,
        "task": found.task,
        "order": found.task.order,
        "status": STATES[found.state],
        "period_words": period_in_words(found.task.order.span),
        "chain": [(each, STATES[each.state]) for each in chain_of(context, found)],
        "may_answer": answers and running and found.state == "passed",
        "may_recall": passer and running and found.state == "passed",
        "may_ask_again": passer and running and found.state == "answered",
        "task_url": reverse("plans-task", args=(found.task_id,))
        if context.may("plans.view", found.task.org.path)
        else "",
        "crumbs": [
            (translate("Passed to us"), reverse("plans-passings") if context.places("plans.answer") else ""),
            (found.task.order.title, ""),
        ],
    }


@page("plans.view")
def passing(request: Request, passing_id: int) -> HttpResponse:
    """Show one passing, its chain and what came back."""
    found = passing_by_id(request.context, passing_id)
    return render(request, "plans/passing.html", _values(request, found))


@page("plans.answer", methods=("POST",))
def answer(request: Request, passing_id: int) -> HttpResponse:
    """Answer upwards, in words and, where there is one, with a record."""
    context = request.context
    found = passing_by_id(context, passing_id)
    record = request.POST.get("record", "")
    try:
        held = record_by_id(context, int(record)) if record.isdecimal() and len(record) < 19 else None
        answer_passing(context, found, words=request.POST.get("words", ""), record=held)
    except Invalid as refusal:
        values = _values(request, found) | {"faults": refusal.faults, "words": request.POST.get("words", "")}
        return form_again(request, "plans/passing.html", values, refusal)
    messages.success(request, translate("Answered upwards."))
    return redirect("plans-passing", passing_id)


@page("plans.answer", methods=("POST",))
def recall(request: Request, passing_id: int) -> HttpResponse:
    """Call back what was passed down."""
    found = passing_by_id(request.context, passing_id)
    recall_passing(request.context, found, reason=request.POST.get("reason", ""))
    messages.success(request, translate("Called back."))
    return redirect("plans-task", found.task_id)


@page("plans.answer", methods=("POST",))
def again(request: Request, passing_id: int) -> HttpResponse:
    """Send an answer back down with what is missing."""
    found = passing_by_id(request.context, passing_id)
    ask_again(request.context, found, reason=request.POST.get("reason", ""))
    messages.success(request, translate("Sent back down."))
    return redirect("plans-passing", passing_id)


urlpatterns = [
    path("tasks/<int:task_id>/pass", pass_down, name="plans-pass"),
    path("passings", here, name="plans-passings"),
    path("passings/<int:passing_id>", passing, name="plans-passing"),
    path("passings/<int:passing_id>/on", further, name="plans-pass-on"),
    path("passings/<int:passing_id>/answer", answer, name="plans-answer-passing"),
    path("passings/<int:passing_id>/recall", recall, name="plans-recall-passing"),
    path("passings/<int:passing_id>/again", again, name="plans-ask-again"),
]
