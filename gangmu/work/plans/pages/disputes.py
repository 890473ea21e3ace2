"""Disputes: raised on the task's page, answered by the issuer by ground, decided by the arbiter."""

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
from gangmu.work.plans.models import Dispute
from gangmu.work.plans.operations.disputes import (
    answer_disputes,
    decide_dispute,
    drop_dispute,
    raise_dispute,
)
from gangmu.work.plans.pages.tasks import task_values
from gangmu.work.plans.queries.disputes import (
    decided_disputes,
    dispute_by_id,
    dispute_tally,
    disputes_to_decide,
    said_against,
)
from gangmu.work.plans.queries.orders import order_by_id
from gangmu.work.plans.queries.tasks import task_by_id
from gangmu.work.records.queries import record_by_id

GROUNDS = {
    "duplicate": say("A duplicate"),
    "not_mine": say("Not our business"),
}

STATES = {
    "raised": Status(say("Waits for the issuer"), "yellow"),
    "climbed": Status(say("Waits for the arbiter"), "orange"),
    "upheld": Status(say("Dispute upheld"), "green"),
    "rejected": Status(say("Dispute rejected"), "grey"),
    "dropped": Status(say("Dispute taken back"), "grey"),
    "moot": Status(say("No longer needed"), "grey"),
}


def _number(written: str) -> int | None:
    return int(written) if written.isdecimal() and len(written) < 19 else None


@page("plans.answer", methods=("POST",))
def dispute(request: Request, task_id: int) -> HttpResponse:
    """Say that a task is a duplicate, or not one's own."""
    context = request.context
    found = task_by_id(context, task_id)
    other, _, key = request.POST.get("other", "").partition(":")
    number = _number(key)
    try:
        raised = raise_dispute(
            context,
            found,
            ground=request.POST.get("ground", ""),
            reason=request.POST.get("reason", ""),
            other_order=order_by_id(context, number) if other == "order" and number else None,
            other_record=record_by_id(context, number) if other == "record" and number else None,
        )
    except Invalid as refusal:
        values = task_values(request, found) | {"asking": "dispute", "asking_faults": refusal.faults}
        return form_again(request, "plans/task.html", values, refusal)
    messages.success(
        request,
        translate("The clock stands still. The issuer answers by %(day)s, without seeing who asks.")
        % {"day": raised.answer_by.isoformat()},
    )
    return redirect("plans-task", task_id)


@page("plans.answer", methods=("POST",))
def drop(request: Request, dispute_id: int) -> HttpResponse:
    """Take a dispute back."""
    found = drop_dispute(request.context, dispute_by_id(request.context, dispute_id))
    messages.success(request, translate("Taken back. The clock goes on."))
    return redirect("plans-task", found.task_id)


@page("plans.issue")
def against(request: Request) -> HttpResponse:
    """Show what is said against the reader's orders: on which ground, how often, never by whom."""
    context = request.context
    values = {
        "said": [
            {"said": each, "ground": GROUNDS[each.ground], "period": period_in_words(each.order.span)}
            for each in said_against(context)
        ],
        "tally": dispute_tally(context),
    }
    return render(request, "plans/disputes.html", values)


@page("plans.issue", methods=("POST",))
def answer(request: Request, order_id: int) -> HttpResponse:
    """Answer all that is said against an order on one ground."""
    context = request.context
    found = order_by_id(context, order_id)
    if not context.may("plans.issue", found.issuer.path):
        raise NotFound("There is no such order.")
    other = _number(request.POST.get("other_order", ""))
    uphold = request.POST.get("uphold") == "1"
    count = answer_disputes(
        context,
        found,
        ground=request.POST.get("ground", ""),
        uphold=uphold,
        note=request.POST.get("note", ""),
        other_order=order_by_id(context, other) if other else None,
    )
    said = (
        translate("Upheld: %(count)s tasks are withdrawn.")
        if uphold
        else translate("Rejected: %(count)s go on to the arbiter.")
    )
    messages.success(request, said % {"count": count})
    return redirect("plans-disputes")


def _arbiter_columns(*, decided: bool) -> list[Column]:
    last = (
        Column("state", say("State"), "status", value=lambda each: STATES[each.state], sort="state")
        if decided
        else Column("answer_by", say("To decide by"), "date", sort="answer_by")
    )
    return [
        Column(
            "order",
            say("Order"),
            value=lambda each: f"{each.order.title} · {period_in_words(each.order.span)}",
            link=lambda each: reverse("plans-dispute", args=(each.pk,)),
            width=32,
        ),
        Column("issuer", say("Issuer"), value=lambda each: each.order.issuer.name, width=28),
        Column("org", say("Organization"), value=lambda each: each.task.org.name, width=32),
        Column("ground", say("Ground"), value=lambda each: GROUNDS[each.ground]),
        last,
    ]


@page("plans.arbitrate")
def arbiter(request: Request) -> HttpResponse:
    """List what waits for the arbiter, the most urgent first; nobody else sees who."""
    decided = request.GET.get("decided") == "1"
    rows = decided_disputes(request.context) if decided else disputes_to_decide(request.context)
    table = Table(
        request,
        _arbiter_columns(decided=decided),
        rows,
        title=say("Disputes to decide"),
        empty_title=say("No dispute waits for a decision"),
        empty_advice=say("What an issuer rejects, or leaves unanswered past its day, comes here by itself."),
    )
    here = reverse("plans-arbiter")
    tabs = [
        Tab(msgid("To decide"), here, not decided),
        Tab(msgid("Decided"), here + "?decided=1", decided),
    ]
    values = {"table": table, "tabs": tabs, "tally": dispute_tally(request.context)}
    return table.export() or render(request, "plans/arbiter.html", values)


def _values(request: Request, found: Dispute) -> dict[str, Any]:
    arbitrates = request.context.may("plans.arbitrate", found.order.issuer.path)
    return {
        "dispute": found,
        "order": found.order,
        "task": found.task,
        "ground": GROUNDS[found.ground],
        "status": STATES[found.state],
        "period_words": period_in_words(found.order.span),
        "may_decide": arbitrates and found.state == "climbed",
        "may_drop": found.state in ("raised", "climbed")
        and request.context.may("plans.answer", found.task.org.path),
        "crumbs": [
            (translate("Disputes to decide"), reverse("plans-arbiter") if arbitrates else ""),
            (found.task.org.name, ""),
        ],
    }


@page("plans.view")
def one(request: Request, dispute_id: int) -> HttpResponse:
    """Show one dispute to its arbiter, or to those whose task it is."""
    return render(request, "plans/dispute.html", _values(request, dispute_by_id(request.context, dispute_id)))


@page("plans.arbitrate", methods=("POST",))
def decide(request: Request, dispute_id: int) -> HttpResponse:
    """Decide a dispute; it is final."""
    found = dispute_by_id(request.context, dispute_id)
    try:
        decide_dispute(
            request.context,
            found,
            uphold=request.POST.get("uphold") == "1",
            note=request.POST.get("note", ""),
        )
    except Invalid as refusal:
        values = _values(request, found) | {"faults": refusal.faults}
        return form_again(request, "plans/dispute.html", values, refusal)
    messages.success(request, translate("Decided."))
    return redirect("plans-arbiter")


urlpatterns = [
    path("tasks/<int:task_id>/dispute", dispute, name="plans-raise-dispute"),
    path("disputes", against, name="plans-disputes"),
    path("disputes/arbiter", arbiter, name="plans-arbiter"),
    path("disputes/<int:dispute_id>", one, name="plans-dispute"),
    path("disputes/<int:dispute_id>/drop", drop, name="plans-drop-dispute"),
    path("disputes/<int:dispute_id>/decide", decide, name="plans-decide-dispute"),
    path("orders/<int:order_id>/disputes", answer, name="plans-answer-disputes"),
]
