"""Deciding a line with reasons, and what follows from an upheld objection."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.frame.doors import Request, page
from gangmu.frame.problems import form_again
from gangmu.results.honours.models import Contest
from gangmu.results.honours.operations.deciding import decide_line, heed_objection
from gangmu.results.honours.pages.words import line_titles, whole_number
from gangmu.results.honours.queries.contests import (
    Judged,
    contest_by_id,
    honour_of,
    judged_candidates,
    kind_of,
    member_by_id,
    nomination_by_id,
    objection_to,
    panel_of,
    standings_of,
)
from gangmu.results.honours.rules import ranks_of


@page("honours.manage", methods=("GET", "POST"))
def decide(request: Request, contest_id: int, line_code: str) -> HttpResponse:
    """Decide who of one line is chosen: in the order of points, equals and small groups signed by name."""
    context = request.context
    contest = contest_by_id(context, contest_id)
    if not context.may("honours.manage", contest.org.path) or line_code not in contest.places:
        raise NotFound("There is no such contest.")
    judged = judged_candidates(contest, context.today, line_code)
    values = _values(contest, line_code, judged, request)
    if request.method == "POST":
        try:
            _decide(request, contest, line_code, judged)
        except (Conflict, Invalid) as wrong:
            values |= {"faults": {name: translate(fault) for name, fault in wrong.faults.items()}}
            values["rows"] = _rows(judged, request, values["faults"])
            return form_again(request, "honours/decide.html", values, wrong)
        messages.success(request, translate("Decided; the reasons are kept."))
        return redirect("honours-contest", contest.pk)
    return render(request, "honours/decide.html", values)


def _decide(request: Request, contest: Contest, line: str, judged: list[Judged]) -> None:
    signer = whole_number(request.POST.get("signed_by", ""))
    decide_line(
        request.context,
        contest,
        line=line,
        chosen=[int(each) for each in request.POST.getlist("chosen") if each.isdecimal()],
        reason=request.POST.get("reason", ""),
        passed_over={
            each.nomination.pk: request.POST.get(f"passed_{each.nomination.pk}", "") for each in judged
        },
        signed_by=member_by_id(contest, signer) if signer else None,
    )


def _rows(judged: list[Judged], request: Request, faults: dict[str, str]) -> list[dict[str, Any]]:
    ranks = ranks_of(standings_of(judged))
    ticked = request.POST.getlist("chosen")
    totals = [each.total for each in judged if each.total is not None]
    rows = [
        {
            "nomination": each.nomination,
            "total": each.total,
            "rank": ranks.get(each.nomination.pk),
            "sheets": f"{each.sheets}/{each.judges}",
            "enough": each.enough,
            "tied": each.total is not None and totals.count(each.total) > 1,
            "ticked": str(each.nomination.pk) in ticked,
            "passed": request.POST.get(f"passed_{each.nomination.pk}", ""),
            "fault": faults.get(f"passed_{each.nomination.pk}", ""),
        }
        for each in judged
    ]
    return sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0, row["nomination"].org.code))


def _values(contest: Contest, line: str, judged: list[Judged], request: Request) -> dict[str, Any]:
    kind = kind_of(contest)
    title = line_titles(honour_of(contest)).get(line, line)
    return {
        "contest": contest,
        "kind": kind,
        "title": title,
        "places": contest.places[line],
        "rows": _rows(judged, request, {}),
        "few": 0 < len(judged) < kind.few,
        "panel": [(each.pk, f"{each.name}（{each.org.name}）") for each in panel_of(contest)],
        "signed_by": request.POST.get("signed_by", ""),
        "reason": request.POST.get("reason", ""),
        "faults": {},
        "crumbs": [
            (translate("Contests"), reverse("honours-contests")),
            (contest.title, reverse("honours-contest", args=(contest.pk,))),
            (title, ""),
        ],
    }


@page("honours.manage", methods=("POST",))
def heed(request: Request, contest_id: int) -> HttpResponse:
    """Say what follows from an upheld objection."""
    context = request.context
    contest = contest_by_id(context, contest_id)
    struck = whole_number(request.POST.get("strike", ""))
    heed_objection(
        context,
        contest,
        objection=objection_to(contest, whole_number(request.POST.get("objection", "")) or 0),
        reason=request.POST.get("reason", ""),
        strike=nomination_by_id(context, struck) if struck else None,
    )
    messages.success(request, translate("What follows is kept with its reason."))
    return redirect("honours-contest", contest.pk)


urlpatterns = [
    path("contests/<int:contest_id>/decide/<slug:line_code>", decide, name="honours-decide"),
    path("contests/<int:contest_id>/heed", heed, name="honours-heed"),
]
