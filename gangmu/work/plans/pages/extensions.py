"""A later day: asked for on the task's page, answered by the issuer from a list."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Invalid
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Status, Tab
from gangmu.frame.formats import period_in_words
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import msgid, say
from gangmu.work.plans.operations.extensions import ask_extension, grant_extension, refuse_extension
from gangmu.work.plans.pages.tasks import task_values
from gangmu.work.plans.queries.asked import extension_by_id, extensions_asked, extensions_decided
from gangmu.work.plans.queries.tasks import task_by_id

STATES = {
    "asked": Status(say("Waits for the issuer"), "yellow"),
    "granted": Status(say("Later day granted"), "green"),
    "refused": Status(say("Later day refused"), "grey"),
    "moot": Status(say("No longer needed"), "grey"),
}


def written_day(written: str, field: str) -> date | None:
    """Return a day as a form sends it; nothing is no day, anything else is refused."""
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Invalid("Some fields need attention.", faults={field: "This is no day."}) from None


@page("plans.answer", methods=("POST",))
def ask(request: Request, task_id: int) -> HttpResponse:
    """Ask the issuer for a later day."""
    found = task_by_id(request.context, task_id)
    try:
        written = request.POST.get("other_day") or request.POST.get("until", "")
        # no day at all is as good as the day on which it is due: refused beside the field
        until = written_day(written, "until") or found.due_on
        asked = ask_extension(request.context, found, until=until, reason=request.POST.get("reason", ""))
    except Invalid as refusal:
        values = task_values(request, found) | {"asking": "extension", "asking_faults": refusal.faults}
        return form_again(request, "plans/task.html", values, refusal)
    messages.success(
        request,
        translate("Asked for. The issuer answers by %(day)s.") % {"day": asked.answer_by.isoformat()},
    )
    return redirect("plans-task", task_id)


def _columns() -> list[Column]:
    return [
        Column(
            "order",
            say("Order"),
            value=lambda each: f"{each.task.order.title} · {period_in_words(each.task.order.span)}",
            link=lambda each: reverse("plans-extension", args=(each.pk,)),
            width=32,
        ),
        Column("org", say("Organization"), value=lambda each: each.task.org.name, width=32),
        Column("due_before", say("Due on"), "date"),
        Column("until", say("Asked until"), "date", sort="until"),
        Column("reason", say("Reason"), width=36),
        Column("answer_by", say("To answer by"), "date", sort="answer_by"),
    ]


@page("plans.issue")
def waiting(request: Request) -> HttpResponse:
    """List the later days that wait for the issuer's word, the most urgent first."""
    decided = request.GET.get("decided") == "1"
    columns = _columns()
    if decided:
        columns[-1] = Column(
            "state", say("State"), "status", value=lambda each: STATES[each.state], sort="state"
        )
    rows = extensions_decided(request.context) if decided else extensions_asked(request.context)
    table = Table(
        request,
        columns,
        rows,
        title=say("Later days"),
        empty_title=say("No request was decided yet") if decided else say("No request waits for an answer"),
        empty_advice=say(
            "Whoever cannot keep the day asks before it; what you do not answer in time, the rule does."
        ),
    )
    here = reverse("plans-extensions")
    tabs = [
        Tab(msgid("Waiting"), here, not decided),
        Tab(msgid("Requests decided"), here + "?decided=1", decided),
    ]
    return table.export() or render(request, "plans/extensions.html", {"table": table, "tabs": tabs})


@page("plans.view")
def extension(request: Request, extension_id: int) -> HttpResponse:
    """Show one request for a later day, and let the issuer answer it."""
    return render(request, "plans/extension.html", _values(request, extension_id))


def _values(request: Request, extension_id: int) -> dict[str, object]:
    context = request.context
    found = extension_by_id(context, extension_id)
    issuer = context.may("plans.issue", found.task.order.issuer.path)
    return {
        "extension": found,
        "task": found.task,
        "order": found.task.order,
        "status": STATES[found.state],
        "period_words": period_in_words(found.task.order.span),
        "may_decide": issuer and found.state == "asked",
        "crumbs": [
            (translate("Later days"), reverse("plans-extensions") if issuer else ""),
            (found.task.org.name, ""),
        ],
    }


@page("plans.issue", methods=("POST",))
def grant(request: Request, extension_id: int) -> HttpResponse:
    """Grant the day that was asked for, or another."""
    found = extension_by_id(request.context, extension_id)
    try:
        until = written_day(request.POST.get("until", ""), "until")
        grant_extension(request.context, found, until=until, note=request.POST.get("note", ""))
    except Invalid as refusal:
        values = _values(request, extension_id) | {"faults": refusal.faults}
        return form_again(request, "plans/extension.html", values, refusal)
    messages.success(request, translate("Granted."))
    return redirect("plans-extensions")


@page("plans.issue", methods=("POST",))
def refuse(request: Request, extension_id: int) -> HttpResponse:
    """Leave the task its day, with a reason."""
    found = extension_by_id(request.context, extension_id)
    try:
        refuse_extension(request.context, found, note=request.POST.get("note", ""))
    except Invalid as refusal:
        values = _values(request, extension_id) | {"faults": refusal.faults}
        return form_again(request, "plans/extension.html", values, refusal)
    messages.success(request, translate("Refused, with the reason."))
    return redirect("plans-extensions")


urlpatterns = [
    path("tasks/<int:task_id>/extension", ask, name="plans-ask-extension"),
    path("extensions", waiting, name="plans-extensions"),
    path("extensions/<int:extension_id>", extension, name="plans-extension"),
    path("extensions/<int:extension_id>/grant", grant, name="plans-grant-extension"),
    path("extensions/<int:extension_id>/refuse", refuse, name="plans-refuse-extension"),
]
