"""Handing a post over with all that is open there, signed by both."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Invalid
from gangmu.frame.doors import OWN, Request, page
from gangmu.frame.figures import Status
from gangmu.frame.problems import form_again
from gangmu.frame.words import say
from gangmu.kernel.people.queries import own_post, same_posts
from gangmu.work.plans.models import Handover
from gangmu.work.plans.operations.handovers import cancel_handover, give_post, take_post
from gangmu.work.plans.queries.handovers import handover_by_id, listed_at, own_handovers
from gangmu.work.plans.queries.hats import hat_title, hats_of

PARTS = {
    "tasks": say("Tasks that are open"),
    "passed_here": say("Passed to us"),
    "passed_down": say("Passed down, no answer yet"),
    "extensions": say("Later days asked for"),
    "reviews": say("Answers to review"),
    "orders": say("Running orders"),
}

STATES = {
    "given": Status(say("Waits for the successor's signature"), "yellow"),
    "taken": Status(say("Signed by both"), "green"),
    "cancelled": Status(say("Taken back"), "grey"),
}


def _lines(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    shown = []
    for part in parts:
        lines = [
            {**line, "url": reverse("plans-task", args=(line["task"],)) if line.get("task") else ""}
            for line in part["lines"]
        ]
        more = part["count"] - len(lines)
        shown.append({"title": PARTS[part["kind"]], "count": part["count"], "lines": lines, "more": more})
    return shown


@page(OWN, methods=("GET", "POST"))
def give(request: Request, own_post_id: int) -> HttpResponse:
    """List all that is open at one's own post, and hand it over in one step."""
    context = request.context
    post = own_post(context, own_post_id)
    successors = same_posts(post, context.today)
    chosen = next((each for each in successors if str(each.pk) == request.POST.get("to")), None)
    values = {
        "post": post,
        "title": hat_title(post, context.language),
        "parts": _lines(listed_at(context, post)),
        "successors": [(each.pk, f"{each.person} · {each.valid_from}") for each in successors],
        "crumbs": [(translate("Handovers"), reverse("plans-handovers")), (post.org.name, "")],
    }
    if request.method == "POST":
        try:
            # whoever chooses nobody hands the post to its own holder, which is refused beside the field
            handover = give_post(context, post, to=chosen or post, note=request.POST.get("note", ""))
        except Invalid as refusal:
            return form_again(request, "plans/give_post.html", values | {"faults": refusal.faults}, refusal)
        messages.success(request, translate("Handed over. The successor signs next."))
        return redirect("plans-handover", handover.pk)
    return render(request, "plans/give_post.html", values)


@page(OWN)
def mine(request: Request) -> HttpResponse:
    """List one's own posts and the handovers one gave or is to sign for."""
    context = request.context
    values = {
        "hats": hats_of(context),
        "handovers": [(each, STATES[each.state]) for each in own_handovers(context)[:50]],
    }
    return render(request, "plans/handovers.html", values)


@page(OWN)
def one(request: Request, handover_id: int) -> HttpResponse:
    """Show one handover as it was signed, to print and to keep."""
    context = request.context
    found = handover_by_id(context, handover_id)
    return render(request, "plans/handover.html", _values(request, found))


def _values(request: Request, found: Handover) -> dict[str, Any]:
    context = request.context
    return {
        "handover": found,
        "title": hat_title(found.post, context.language),
        "parts": _lines(found.listed),
        "status": STATES[found.state],
        "may_take": found.state == "given" and found.to_post.person_id == context.actor.person_id,
        "may_cancel": found.state == "given" and found.given_by_id == context.actor.account_id,
        "crumbs": [(translate("Handovers"), reverse("plans-handovers")), (found.org.name, "")],
    }


@page(OWN, methods=("POST",))
def take(request: Request, handover_id: int) -> HttpResponse:
    """Sign for a post with all that is open there."""
    take_post(request.context, handover_by_id(request.context, handover_id))
    messages.success(request, translate("Signed. All that is open there is yours now."))
    return redirect("plans-handover", handover_id)


@page(OWN, methods=("POST",))
def cancel(request: Request, handover_id: int) -> HttpResponse:
    """Take a handover back that nobody has signed for."""
    cancel_handover(request.context, handover_by_id(request.context, handover_id))
    messages.success(request, translate("Taken back."))
    return redirect("plans-handovers")


urlpatterns = [
    path("handovers", mine, name="plans-handovers"),
    path("handovers/<int:handover_id>", one, name="plans-handover"),
    path("handovers/<int:handover_id>/take", take, name="plans-take-post"),
    path("handovers/<int:handover_id>/cancel", cancel, name="plans-cancel-handover"),
    path("handovers/posts/<int:own_post_id>", give, name="plans-give-post"),
]
