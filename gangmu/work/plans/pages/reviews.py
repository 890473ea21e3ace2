"""Answers that wait to be read by the level above."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import Invalid
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Tab
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import msgid, say
from gangmu.kernel.orgs.rules import is_below
from gangmu.work.plans.operations.bulk import accept_ticked
from gangmu.work.plans.operations.reviews import accept_task, return_task
from gangmu.work.plans.pages.lists import ticked
from gangmu.work.plans.pages.tasks import task_values
from gangmu.work.plans.pages.words import BELOW, of_below, task_columns
from gangmu.work.plans.queries.orders import places_of
from gangmu.work.plans.queries.tasks import (
    own_reviews,
    reviews_below,
    task_by_id,
    visible_tasks,
    with_standing_answers,
)
from gangmu.work.records.forms import summary_of
from gangmu.work.records.queries import kind_of_record

# --- reviewing -----------------------------------------------------------------------------


@page("plans.review", methods=("GET", "POST"))
def review(request: Request) -> HttpResponse:
    """List the answers that wait for the reader's decision, or for those below; many are accepted at once."""
    context, below = request.context, of_below(request)
    if request.method == "POST":
        return _accept_chosen(request)
    columns = [
        *task_columns(context),
        Column("answer", say("Answer"), value=lambda each: summary(context, each), width=48),
    ]
    table = Table(
        request,
        columns,
        with_standing_answers(reviews_below(context) if below else own_reviews(context)),
        title=say("To review"),
        selectable=True,
        form="review",
        empty_title=say("No answer waits for a decision"),
    )
    url = reverse("plans-review")
    tabs = [
        Tab(msgid("For us to review"), url, not below),
        Tab(msgid("For those below us"), url + BELOW, below),
    ]
    shown = tabs if below or reviews_below(context).exists() else []
    return table.export() or render(request, "plans/review.html", {"table": table, "tabs": shown})


def summary(context: Context, found: Any) -> str:
    """Return what was answered to a task in one line."""
    given = next(iter(found.standing_answers), None)
    return summary_of(context, kind_of_record(given.record), given.record.values) if given else ""


def _accept_chosen(request: Request) -> HttpResponse:
    """Accept what was ticked: one operation for each place where the reader reviews."""
    context = request.context
    chosen = {int(key) for key in request.POST.getlist("chosen") if key.isdecimal() and len(key) < 19}
    if not chosen:
        messages.warning(request, translate("Nothing was ticked."))
        return redirect(request.get_full_path())
    seen = {row.task: row for row in ticked(request)}
    tasks = list(visible_tasks(context).filter(pk__in=chosen))
    lists = []
    for top in places_of(context, "plans.review"):
        rows = [seen[each.pk] for each in tasks if is_below(each.reviewer.path, top.path)]
        if rows:
            lists.append(accept_ticked(context, top, rows=rows))
    accepted = sum(row["outcome"] == "done" for bulk in lists for row in bulk.rows)
    messages.success(request, translate("%(count)s answers were accepted.") % {"count": accepted})
    if len(lists) == 1:
        return redirect("plans-ticked", lists[0].pk)
    return redirect(request.get_full_path())


@page("plans.review", methods=("POST",))
def accept(request: Request, task_id: int) -> HttpResponse:
    """Accept the answer that stands."""
    accept_task(request.context, task_by_id(request.context, task_id), seen=request.POST.get("seen", ""))
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
        return_task(
            request.context,
            found,
            reason=request.POST.get("reason", ""),
            faults=faults,
            seen=request.POST.get("seen", ""),
        )
    except Invalid as refusal:
        values = task_values(request, found) | {
            "return_fault": refusal.faults.get("reason", ""),
            "return_reason": request.POST.get("reason", ""),
            "return_faults": faults,
        }
        return form_again(request, "plans/task.html", values, refusal)
    messages.success(request, translate("Given back, with the reason."))
    return _next_to_review(request, task_id)


def _next_to_review(request: Request, task_id: int) -> HttpResponse:
    """Go on to the next answer that waits where the decided one did, else back to that."""
    context = request.context
    decided = task_by_id(context, task_id)
    own = decided.reviewer.path in context.places("plans.review").tops
    following = (own_reviews(context) if own else reviews_below(context)).first()
    return redirect("plans-task", following.pk if following is not None else task_id)


urlpatterns = [
    path("tasks/review", review, name="plans-review"),
    path("tasks/<int:task_id>/accept", accept, name="plans-accept"),
    path("tasks/<int:task_id>/return", give_back, name="plans-return"),
]
