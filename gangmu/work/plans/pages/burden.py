"""What an order costs, before it goes out; how long an answer took; what was given before."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.frame import formats
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Status
from gangmu.frame.words import say
from gangmu.work.burden.operations import add_time
from gangmu.work.burden.rules import Cost
from gangmu.work.burden.similarity import marked
from gangmu.work.plans.models import Task
from gangmu.work.plans.operations.duplicates import report_duplicate
from gangmu.work.plans.queries.tasks import task_by_id

HOW: Mapping[str, Status] = {
    "same_duty": Status(say("The same duty: one answer serves both"), "green"),
    "same_record": Status(say("The same record: one answer serves both"), "green"),
    "fields": Status(say("Asks for the same values"), "yellow"),
    "meaning": Status(say("Says the same"), "yellow"),
}

FORMS: Mapping[str, Status] = {
    "approved": Status(say("Approved"), "green"),
    "longer": Status(say("Takes longer than approved"), "yellow"),
    "ended": Status(say("The approval has ended"), "yellow"),
    "missing": Status(say("Not in the catalogue"), "yellow"),
}


def cost_values(cost: Cost) -> dict[str, Any]:
    """Return what the part of a page about an order's cost shows."""
    return {
        "cost": cost,
        "above_light": Status(say("Above the quota"), "red"),
        "form_light": FORMS[cost.form.state] if cost.form else None,
        "overlaps": [
            (
                each,
                _how(each.how, strong=each.strong),
                marked(each.title, each.words),
                formats.share(round(each.score * 100), 100, 0),
            )
            for each in cost.overlaps
        ],
    }


def _how(how: str, *, strong: bool) -> Status:
    status = HOW[how]
    return status if strong or status.light == "green" else Status(status.word, "grey")


# How long an answer takes. The page carries when it was opened, signed, and the store counts the
# minutes alone: nobody's opening of a page is ever written down.

_SIGNER = signing.Signer(salt="gangmu.opened")


def opened_mark(context: Context, task: Task, sent: Mapping[str, Any] | None = None) -> str:
    """Return when a task's form was opened, signed; a form that comes back keeps its first opening."""
    kept = str((sent or {}).get("opened", ""))
    if kept and _opened_at(kept, task) is not None:
        return kept
    return _SIGNER.sign_object({"task": task.pk, "at": int(context.now.timestamp())})


def _opened_at(mark: str, task: Task) -> datetime | None:
    try:
        said = _SIGNER.unsign_object(mark)
    except (signing.BadSignature, ValueError):
        return None
    return datetime.fromtimestamp(said["at"], UTC) if said["task"] == task.pk else None


def count_time(context: Context, task: Task, mark: str) -> None:
    """Count how long a task's first answer took, if its form says when it was opened."""
    at = _opened_at(mark, task) if task.versions == 0 else None
    if at is not None and context.now >= at:
        add_time(task.order_id, context.now - at if context.now > at else timedelta(0))


@page("plans.answer", methods=("POST",))
def reported(request: Request, task_id: int) -> HttpResponse:
    """Take in that a task asks for what was given before."""
    report_duplicate(request.context, task_by_id(request.context, task_id))
    messages.success(
        request, translate("Noted without your name. The issuer sees only how many say so, from five on.")
    )
    return redirect("plans-task", task_id)


urlpatterns = [path("tasks/<int:task_id>/given-before", reported, name="plans-given-before")]
