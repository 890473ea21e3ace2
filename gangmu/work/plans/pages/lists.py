"""Steps taken on many ticked tasks at once, what came of each row, and undoing it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Invalid
from gangmu.frame.doors import OWN, Request, page
from gangmu.frame.figures import Status
from gangmu.frame.formats import period_in_words
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say
from gangmu.work.plans.models import Bulk
from gangmu.work.plans.operations.bulk import (
    UNDONE_BY,
    Ticked,
    extend_ticked,
    remind_ticked,
    undo_ticked,
    withdraw_ticked,
)
from gangmu.work.plans.operations.closing import carry_tasks
from gangmu.work.plans.operations.moves import follow_tasks
from gangmu.work.plans.operations.withdrawing import withdraw_task
from gangmu.work.plans.pages.extensions import written_day
from gangmu.work.plans.queries.asked import bulk_by_id, tasks_of_bulk
from gangmu.work.plans.queries.orders import order_by_id
from gangmu.work.plans.queries.tasks import task_by_id

KINDS = {
    "accept": say("Accepting the ticked answers"),
    "remind": say("Reminding of the ticked tasks"),
    "extend": say("Giving the ticked tasks a later day"),
    "withdraw": say("Withdrawing the ticked tasks"),
}

OUTCOMES = {
    "done": Status(say("Done"), "green"),
    "stale": Status(say("Changed meanwhile"), "orange"),
    "refused": Status(say("Refused"), "red"),
}


def ticked(request: Request) -> list[Ticked]:
    """Return the rows that were ticked, and how each stood on the page that was read."""
    seen = dict(pair.split(":", 1) for pair in request.POST.getlist("seen") if ":" in pair)
    keys = [key for key in request.POST.getlist("chosen") if key.isdecimal() and len(key) < 19]
    return [Ticked(int(key), seen.get(key, "")) for key in dict.fromkeys(keys)]


@page("plans.review", methods=("POST",))
def act(request: Request, order_id: int) -> HttpResponse:
    """Take a step on the ticked tasks of an order: remind, give a later day, withdraw, carry over."""
    context = request.context
    order = order_by_id(context, order_id)
    rows, written = ticked(request), request.POST.getlist("reason")
    reason = next((each for each in written if each.strip()), "")
    if not rows:
        messages.warning(request, translate("Nothing was ticked."))
        return redirect("plans-order", order_id)
    match request.POST.get("step", ""):
        case "remind":
            bulk = remind_ticked(context, order.issuer, rows=rows, note=reason)
        case "extend":
            until = written_day(request.POST.get("until", ""), "until")
            if until is None:
                raise Invalid("A day is needed.", faults={"until": "This must be filled in."})
            bulk = extend_ticked(context, order.issuer, rows=rows, until=until, reason=reason)
        case "withdraw":
            bulk = withdraw_ticked(context, order.issuer, rows=rows, reason=reason)
        case "carry":
            count = carry_tasks(context, order, tasks=[row.task for row in rows], reason=reason)
            messages.success(
                request,
                translate("%(count)s tasks are carried over into the next period.") % {"count": count},
            )
            return redirect("plans-order", order_id)
        case _:
            raise Invalid("There is no such step.")
    return redirect("plans-ticked", bulk.pk)


@page("plans.issue", methods=("POST",))
def withdraw_one(request: Request, task_id: int) -> HttpResponse:
    """Take one task back, with a reason."""
    found = task_by_id(request.context, task_id)
    withdraw_task(
        request.context, found, reason=request.POST.get("reason", ""), seen=request.POST.get("seen", "")
    )
    messages.success(request, translate("The task was withdrawn."))
    return redirect("plans-task", task_id)


@page("plans.issue", methods=("POST",))
def follow(request: Request, order_id: int) -> HttpResponse:
    """Let the tasks of organizations that are no more go to their successors."""
    count = follow_tasks(request.context, order_by_id(request.context, order_id))
    messages.success(request, translate("%(count)s tasks went to the successors.") % {"count": count})
    return redirect("plans-order", order_id)


@page(OWN)
def result(request: Request, bulk_id: int) -> HttpResponse:
    """Show what came of a press on a list, row by row; it can be undone here where that is possible."""
    context = request.context
    bulk = bulk_by_id(context, bulk_id)
    rows = bulk.undone_rows if bulk.undone_at else bulk.rows
    counts = {name: sum(row["outcome"] == name for row in rows) for name in OUTCOMES}
    table = Table(
        request,
        _columns(),
        _shown(request, bulk, rows),
        title=KINDS[bulk.kind],
        empty_title=say("No row was ticked"),
    )
    if sheet := table.export():
        return sheet
    values = {
        "bulk": bulk,
        "title": KINDS[bulk.kind],
        "counts": [(OUTCOMES[name], count) for name, count in counts.items() if count],
        "table": table,
        "may_undo": bulk.undone_at is None
        and bulk.kind in UNDONE_BY
        and any(row["outcome"] == "done" for row in bulk.rows),
        "crumbs": [(translate("To review"), reverse("plans-review")), (bulk.org.name, "")],
    }
    return render(request, "plans/ticked.html", values)


def _columns() -> list[Column]:
    return [
        Column("name", say("Task"), link=lambda row: row["url"], width=44),
        Column("outcome", say("Outcome"), "status", value=lambda row: OUTCOMES[row["outcome"]]),
        Column("said", say("What happened"), width=48),
    ]


def _shown(request: Request, bulk: Bulk, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    tasks = tasks_of_bulk(request.context, bulk)
    shown = []
    for row in rows:
        task = tasks.get(row["task"])
        said = translate(row["said"])
        shown.append(
            {
                "name": f"{task.order.title} · {period_in_words(task.period)} · {task.org.name}"
                if task
                else "—",
                "url": reverse("plans-task", args=(task.pk,)) if task else "",
                "outcome": row["outcome"],
                "said": said % row["params"] if row["params"] else said,
            }
        )
    return sorted(shown, key=lambda each: each["outcome"] == "done")


@page(OWN, methods=("POST",))
def undo(request: Request, bulk_id: int) -> HttpResponse:
    """Undo a press on a list where its rows stand as it left them."""
    undo_ticked(request.context, bulk_by_id(request.context, bulk_id))
    messages.success(request, translate("Undone, where nothing has happened since."))
    return redirect("plans-ticked", bulk_id)


urlpatterns = [
    path("orders/<int:order_id>/ticked", act, name="plans-act"),
    path("orders/<int:order_id>/follow", follow, name="plans-follow"),
    path("tasks/<int:task_id>/withdraw", withdraw_one, name="plans-withdraw-task"),
    path("lists/<int:bulk_id>", result, name="plans-ticked"),
    path("lists/<int:bulk_id>/undo", undo, name="plans-undo"),
]
