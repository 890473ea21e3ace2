"""The self-check on the screen, for its organization alone; what is shown, for those above."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import NotFound
from gangmu.frame.doors import Request, page
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import orgs_by_id
from gangmu.work.selfchecks.operations import Mark, drop_check, keep_check, show_check
from gangmu.work.selfchecks.queries import (
    KEEP,
    acts_for,
    own_self_checks,
    self_check_of,
    shown_self_check,
    shown_self_checks,
)
from gangmu.work.standards.definitions import StandardKind
from gangmu.work.standards.queries.claims import places_of
from gangmu.work.standards.queries.kinds import standard_kind, standards_for


def _own_org(request: Request, org_id: int) -> Org:
    """Return an organization for which the reader acts; for everybody else there is none."""
    found = next((each for each in orgs_by_id([org_id]) if acts_for(request.context, each)), None)
    if found is None:
        raise NotFound("There is no such organization.")
    return found


@page("selfchecks.keep")
def checks(request: Request) -> HttpResponse:
    """List the standards by which the reader's own organizations may look at themselves."""
    context = request.context
    kept = {(each.org_id, each.kind): each for each in own_self_checks(context)}
    own = [each for each in places_of(context, KEEP) if acts_for(context, each)]
    rows = [
        {
            "org": org,
            "kind": kind,
            "check": kept.get((org.pk, kind.code)),
            "met": _met(kept[org.pk, kind.code].marks) if (org.pk, kind.code) in kept else None,
        }
        for org in own
        for kind in standards_for(org)
    ]
    columns = [
        Column("org", say("Organization"), value=lambda row: row["org"].name, width=32),
        Column(
            "kind",
            say("The standard"),
            value=lambda row: row["kind"].title,
            link=lambda row: reverse("selfchecks-check", args=(row["org"].pk, row["kind"].code)),
            width=36,
        ),
        Column("criteria", say("Criteria"), "number", value=lambda row: len(row["kind"].criteria)),
        Column("met", say("Met, as we see it"), "number", value=lambda row: row["met"]),
        Column(
            "changed_on", say("Looked at"), "date", value=lambda row: row["check"] and row["check"].changed_on
        ),
    ]
    table = Table(
        request,
        columns,
        rows,
        title=say("Self-checks"),
        empty_title=say("No standard is for your organization"),
        exports=False,
    )
    return render(request, "selfchecks/checks.html", {"table": table})


def _met(marks: dict[str, Any]) -> int:
    return sum(1 for each in marks.values() if each["met"])


def _rows(kind: StandardKind, marks: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "code": each.code,
            "title": each.title,
            "shows": each.shows,
            "required": each.required,
            "met": {True: "yes", False: "no"}.get(marks.get(each.code, {}).get("met"), ""),
            "note": marks.get(each.code, {}).get("note", ""),
        }
        for each in kind.criteria
    ]


@page("selfchecks.keep", methods=("GET", "POST"))
def check(request: Request, own_org_id: int, standard_code: str) -> HttpResponse:
    """Tick the criteria for oneself, show it above or hide it, or throw it away."""
    context = request.context
    org = _own_org(request, own_org_id)
    kind = standard_kind(org, standard_code)
    if request.method == "POST":
        return _changed(request, org, kind)
    found = self_check_of(context, org, kind.code)
    values = {
        "org": org,
        "kind": kind,
        "check": found,
        "rows": _rows(kind, found.marks if found else {}),
        "crumbs": [(translate("Self-checks"), reverse("selfchecks-checks")), (worded(kind.title), "")],
    }
    return render(request, "selfchecks/check.html", values)


def _changed(request: Request, org: Org, kind: StandardKind) -> HttpResponse:
    context, sent, said = request.context, request.POST, {"yes": True, "no": False}
    match sent.get("do"):
        case "show" | "hide":
            show_check(context, org, kind=kind.code, shown=sent["do"] == "show")
            messages.success(request, translate("Changed who sees it."))
        case "drop":
            drop_check(context, org, kind=kind.code)
            messages.success(request, translate("Thrown away; no trace is left."))
        case _:
            marks = [
                Mark(
                    each.code,
                    said.get(sent.get(f"met_{each.code}", "")),
                    sent.get(f"note_{each.code}", ""),
                )
                for each in kind.criteria
            ]
            keep_check(context, org, kind=kind.code, marks=marks)
            messages.success(request, translate("Kept for your organization's own eyes."))
    return redirect("selfchecks-check", org.pk, kind.code)


@page("standards.view")
def shown(request: Request) -> HttpResponse:
    """List the self-checks that organizations within reach show of their own accord."""
    columns = [
        Column("org", say("Organization"), value=lambda each: each.org.name, width=36),
        Column(
            "kind",
            say("The standard"),
            value=lambda each: standard_kind(each.org, each.kind).title,
            link=lambda each: reverse("selfchecks-shown", args=(each.pk,)),
            width=36,
        ),
        Column("shown_on", say("Shown since"), "date"),
    ]
    table = Table(
        request,
        columns,
        shown_self_checks(request.context),
        title=say("Self-checks that are shown"),
        empty_title=say("No organization shows one"),
        empty_advice=say(
            "Nobody is asked to: a self-check is its organization's own, and counts for nothing."
        ),
        exports=False,
    )
    return render(request, "selfchecks/shown_list.html", {"table": table})


@page("standards.view")
def shown_one(request: Request, check_id: int) -> HttpResponse:
    """Show one self-check that its organization lets those above see."""
    found = shown_self_check(request.context, check_id)
    kind = standard_kind(found.org, found.kind)
    values = {
        "check": found,
        "kind": kind,
        "rows": _rows(kind, found.marks),
        "crumbs": [
            (translate("Self-checks that are shown"), reverse("selfchecks-shown-list")),
            (found.org.name, ""),
        ],
    }
    return render(request, "selfchecks/shown.html", values)


urlpatterns = [
    path("self-checks", checks, name="selfchecks-checks"),
    path("self-checks/<int:own_org_id>/<slug:standard_code>", check, name="selfchecks-check"),
    path("self-checks/shown", shown, name="selfchecks-shown-list"),
    path("self-checks/shown/<int:check_id>", shown_one, name="selfchecks-shown"),
]
