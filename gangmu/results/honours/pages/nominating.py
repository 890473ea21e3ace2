"""Candidates: whom one may nominate, nominating, one candidate with its sheets and pledges."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.core.fields import Choice, FieldSpec
from gangmu.core.text import LANGUAGES, Text
from gangmu.frame.doors import Request, page
from gangmu.frame.formats import listed
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import msgid, say, worded
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.results.assessment.queries.results import results_over_years
from gangmu.results.honours.definitions import ContestKind
from gangmu.results.honours.models import Contest, Nomination, PanelMember, Sheet
from gangmu.results.honours.operations.contests import NewPledge, nominate_org, withdraw_nomination
from gangmu.results.honours.operations.honours import judge_pledge
from gangmu.results.honours.operations.panel import enter_sheet, judge_candidate
from gangmu.results.honours.pages.words import (
    OUTCOMES,
    REASON,
    STATES,
    VERDICTS,
    VOTES,
    line_titles,
    sent_fields,
    whole_number,
)
from gangmu.results.honours.queries.contests import (
    candidates_to_be,
    contest_by_id,
    honour_of,
    kind_of,
    lines_of,
    may_judge,
    meant_by,
    member_by_id,
    needed_standards,
    nomination_by_id,
    nominators_of,
    own_paths,
    panel_of,
    pledge_by_id,
    pledges_of,
    points_of,
    seat_of,
    sheet_by,
    sheets_of,
)
from gangmu.results.honours.rules import sheet_total


def _crumbs(contest: Contest, last: str) -> list[tuple[str, str]]:
    return [
        (translate("Contests"), reverse("honours-contests")),
        (contest.title, reverse("honours-contest", args=(contest.pk,))),
        (last, ""),
    ]


@page("honours.nominate", methods=("GET", "POST"))
def nominate(request: Request, contest_id: int) -> HttpResponse:
    """Choose whom to nominate, then say in which line, why, and with which published results."""
    context = request.context
    contest = contest_by_id(context, contest_id)
    asked = whole_number(request.POST.get("org") or request.GET.get("org") or "")
    if asked is None:
        return _choose(request, contest)
    org = org_by_id(context, asked)
    nominators = nominators_of(context, contest, org)
    if not nominators:
        raise NotFound("There is no such organization.")
    form = _nomination_form(contest, org, nominators)
    results = results_over_years(context, org)[:20]
    kind = kind_of(contest)
    numbers = range(1, kind.pledges + 1)
    values: dict[str, Any] = {
        "contest": contest,
        "kind": kind,
        "org": org,
        "form": form,
        "results": [(each, str(each.pk) in request.POST.getlist("results")) for each in results],
        "crumbs": _crumbs(contest, translate("Nominate")),
    }
    if request.method == "POST":
        try:
            sent = sent_fields(form, request)
            made = nominate_org(
                context,
                org_by_id(context, int(sent["nominator"].removeprefix("o"))),
                contest,
                org=org,
                line=sent["line"],
                text=sent["text"],
                results=[int(each) for each in request.POST.getlist("results") if each.isdecimal()],
                pledges=[
                    NewPledge(sent[f"pledge_{at}"], date.fromisoformat(sent[f"due_{at}"])) for at in numbers
                ],
            )
        except (Conflict, Invalid) as wrong:
            values["form"] = form.again(request.POST, wrong.faults)
            return form_again(request, "honours/nominate.html", values, wrong)
        messages.success(request, translate("Nominated."))
        return redirect("honours-nomination", made.pk)
    return render(request, "honours/nominate.html", values)


def _nomination_form(contest: Contest, org: Org, nominators: list[Org]) -> FieldForm:
    honour, kind = honour_of(contest), kind_of(contest)
    lines = [
        Choice(code=line.code, title=line.title)
        for line in lines_of(honour)
        if line.code in contest.places and meant_by(org, honour, line)
    ]
    if not lines:
        raise NotFound("The honour is not for organizations of this sort.")
    by = [Choice(code=f"o{each.pk}", title=Text(**{"zh-hans": each.name})) for each in nominators]
    specs = [
        FieldSpec(
            code="nominator", title=say("Nominated by"), type="choice", choices=tuple(by), required=True
        ),
        FieldSpec(
            code="line", title=say("Line of the quota"), type="choice", choices=tuple(lines), required=True
        ),
        FieldSpec(
            code="text",
            title=say("Why: what was done, and what came of it"),
            type="long_text",
            required=True,
            max_length=2000,
        ),
    ]
    for at in range(1, kind.pledges + 1):
        specs += [
            FieldSpec(
                code=f"pledge_{at}",
                title=_numbered(msgid("Pledge %(number)s"), at),
                required=True,
                max_length=300,
            ),
            FieldSpec(
                code=f"due_{at}",
                title=_numbered(msgid("Pledge %(number)s is kept until the day"), at),
                type="date",
                required=True,
            ),
        ]
    return FieldForm(specs, {"nominator": by[-1].code, "line": lines[0].code})


def _numbered(words: str, number: int) -> Text:
    return Text(**{each: say(words).within(each) % {"number": number} for each in LANGUAGES})


def _choose(request: Request, contest: Contest) -> HttpResponse:
    rows = candidates_to_be(request.context, contest)
    typed = request.GET.get("q", "").strip()[:60]
    rows = rows.filter(name__icontains=typed) if typed else rows
    address = reverse("honours-nominate", args=(contest.pk,))
    columns = [
        Column("code", say("Code"), sort="code"),
        Column("name", say("Organization"), link=lambda each: f"{address}?org={each.pk}", width=36),
        Column(
            "above", say("Organization above"), value=lambda each: each.parent.name if each.parent else ""
        ),
    ]
    table = Table(
        request,
        columns,
        rows,
        title=say("Whom to nominate"),
        empty_title=say("There is nobody left whom you may nominate"),
        exports=False,
    )
    needed = listed(worded(each) for each in needed_standards(contest))
    values = {"contest": contest, "table": table, "typed": typed, "needed": needed}
    return render(
        request, "honours/choose.html", {**values, "crumbs": _crumbs(contest, translate("Nominate"))}
    )


# --- one candidate -------------------------------------------------------------------------


PAPER_SHEET = "paper"
"""What tells the fields of a sheet that is entered from those of the reader's own."""


def _sheet_form(contest: Contest, sheet: Sheet | None, apart: str = "") -> FieldForm:
    kind = kind_of(contest)
    if kind.method == "vote":
        votes = tuple(Choice(code=code, title=VOTES[code].word) for code in VOTES)
        specs = [FieldSpec(code="vote", title=say("Vote"), type="choice", choices=votes, required=True)]
    else:
        specs = [
            FieldSpec(
                code=each.code,
                title=each.title,
                type="number",
                minimum=Decimal(0),
                maximum=each.points,
            )
            for each in kind.criteria
        ]
        abstain = (Choice(code="abstain", title=VOTES["abstain"].word),)
        specs.append(FieldSpec(code="vote", title=say("Or"), type="choice", choices=abstain))
    specs.append(FieldSpec(code="reason", title=say("Reason (needed to abstain)"), max_length=300))
    values: dict[str, Any] = {}
    if sheet is not None:
        values = {**sheet.points, "vote": sheet.vote, "reason": sheet.reason}
    notes = {
        each.code: translate("At most %(most)s; left open it is unknown, not zero.") % {"most": each.points}
        for each in kind.criteria
    }
    return FieldForm(specs, values, notes=notes, apart=apart)


def _sent_sheet(form: FieldForm, contest: Contest, request: Request) -> dict[str, Any]:
    sent = sent_fields(form, request)
    points = {
        each.code: Decimal(sent[each.code]) if sent[each.code] else None for each in kind_of(contest).criteria
    }
    return {"points": points, "vote": sent["vote"] or "", "reason": sent["reason"] or ""}


def _values(request: Request, found: Nomination) -> dict[str, Any]:
    context, contest = request.context, found.contest
    seat = seat_of(context, contest)
    manages = context.may("honours.manage", contest.org.path)
    reviewing = contest.state == "review" and not contest.decisions.filter(line=found.line).exists()
    judges = (
        seat is not None
        and reviewing
        and may_judge(contest, found, own_paths([seat], context.today)[seat.pk])
    )
    return {
        "nomination": found,
        "contest": contest,
        "kind": kind_of(contest),
        "status": STATES[contest.state],
        "outcome": OUTCOMES[found.outcome],
        "line": line_titles(honour_of(contest)).get(found.line, found.line),
        "pledges": [(each, VERDICTS[each.verdict]) for each in pledges_of(context, found)],
        "may_judge_pledges": manages,
        "form": _sheet_form(contest, sheet_by(seat, found)) if judges and seat else None,
        "sheet_title": translate("Your vote")
        if kind_of(contest).method == "vote"
        else translate("Your sheet"),
        "recused": seat is not None and reviewing and not judges,
        "sheets": [_shown(each, kind_of(contest)) for each in sheets_of(found)] if manages else (),
        "enters": _entering(request, contest, found) if manages and reviewing else (),
        "paper_form": _sheet_form(contest, None, PAPER_SHEET) if manages and reviewing else None,
        "may_withdraw": contest.state == "nomination"
        and context.may("honours.nominate", found.nominator.path),
        "crumbs": _crumbs(contest, found.org.name),
    }


def _shown(sheet: Sheet, kind: ContestKind) -> dict[str, Any]:
    points = points_of(sheet)
    return {
        "member": sheet.member,
        "points": [(worded(each.title), points.get(each.code)) for each in kind.criteria],
        "total": sheet_total(points, kind.criteria),
        "vote": VOTES[sheet.vote] if sheet.vote else None,
        "reason": sheet.reason,
        "paper": sheet.paper,
    }


def _entering(request: Request, contest: Contest, found: Nomination) -> list[tuple[int, str]]:
    """Return the panel members whose paper sheet may be entered, those without a sheet first: nobody with a part in it."""
    panel = panel_of(contest)
    paths = own_paths(panel, request.context.today)
    written = {each.member_id for each in sheets_of(found)}
    return [
        (each.pk, f"{each.name}（{each.org.name}）")
        for each in sorted(panel, key=lambda each: each.pk in written)
        if may_judge(contest, found, paths[each.pk])
    ]


@page("honours.view")
def nomination(request: Request, nomination_id: int) -> HttpResponse:
    """Show one candidate: why, the evidence, its pledges, and the reader's own sheet."""
    found = nomination_by_id(request.context, nomination_id)
    return render(request, "honours/nomination.html", _values(request, found))


def _own_seat(request: Request, found: Nomination) -> PanelMember:
    seat = seat_of(request.context, found.contest)
    if seat is None:
        raise NotFound("There is no such panel member.")
    return seat


@page("honours.judge", methods=("POST",))
def judge(request: Request, nomination_id: int) -> HttpResponse:
    """Write one's own sheet of a candidate."""
    context = request.context
    found = nomination_by_id(context, nomination_id)
    form = _sheet_form(found.contest, None)
    try:
        seat = _own_seat(request, found)
        judge_candidate(context, seat, found, **_sent_sheet(form, found.contest, request))
    except (Conflict, Invalid) as wrong:
        values = _values(request, found) | {"form": form.again(request.POST, wrong.faults)}
        return form_again(request, "honours/nomination.html", values, wrong)
    messages.success(request, translate("Your sheet is kept; until the decision you may change it."))
    return redirect("honours-contest", found.contest_id)


@page("honours.manage", methods=("POST",))
def enter(request: Request, nomination_id: int) -> HttpResponse:
    """Enter what a panel member wrote on paper."""
    context = request.context
    found = nomination_by_id(context, nomination_id)
    form = _sheet_form(found.contest, None, PAPER_SHEET)
    try:
        member = member_by_id(found.contest, whole_number(request.POST.get("member", "")) or 0)
        paper = request.POST.get("paper", "")
        enter_sheet(context, member, found, paper=paper, **_sent_sheet(form, found.contest, request))
    except (Conflict, Invalid) as wrong:
        values = _values(request, found) | {"paper_form": form.again(request.POST, wrong.faults)}
        return form_again(request, "honours/nomination.html", values, wrong)
    messages.success(request, translate("The sheet is entered."))
    return redirect("honours-nomination", found.pk)


@page("honours.nominate", methods=("POST",))
def take_back(request: Request, nomination_id: int) -> HttpResponse:
    """Take a nomination back."""
    found = nomination_by_id(request.context, nomination_id)
    withdraw_nomination(request.context, found)
    messages.success(request, translate("The nomination was taken back."))
    return redirect("honours-contest", found.contest_id)


@page("honours.manage", methods=("GET", "POST"))
def pledge(request: Request, pledge_id: int) -> HttpResponse:
    """Say whether a pledge was kept."""
    context = request.context
    found = pledge_by_id(context, pledge_id)
    verdicts = tuple(Choice(code=code, title=VERDICTS[code].word) for code in ("kept", "partly", "not_kept"))
    verdict = FieldSpec(
        code="verdict", title=say("Was it kept"), type="choice", choices=verdicts, required=True
    )
    form = FieldForm([verdict, REASON])
    back = reverse("honours-nomination", args=(found.nomination_id,))
    values = {
        "pledge": found,
        "nomination": found.nomination,
        "form": form,
        "back": back,
        "crumbs": [(found.nomination.org.name, back), (translate("Pledge"), "")],
    }
    if request.method == "POST":
        try:
            judge_pledge(context, found, **sent_fields(form, request))
        except (Conflict, Invalid) as wrong:
            values["form"] = form.again(request.POST, wrong.faults)
            return form_again(request, "honours/pledge.html", values, wrong)
        messages.success(request, translate("The verdict is kept with its reason."))
        return redirect(back)
    return render(request, "honours/pledge.html", values)


urlpatterns = [
    path("contests/<int:contest_id>/nominate", nominate, name="honours-nominate"),
    path("contests/nominations/<int:nomination_id>", nomination, name="honours-nomination"),
    path("contests/nominations/<int:nomination_id>/judge", judge, name="honours-judge"),
    path("contests/nominations/<int:nomination_id>/enter", enter, name="honours-enter"),
    path("contests/nominations/<int:nomination_id>/withdraw", take_back, name="honours-withdraw-nomination"),
    path("contests/pledges/<int:pledge_id>", pledge, name="honours-pledge"),
]
