"""An organization's sheet: year beside year, for itself and the one above it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as translate

from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.core.fields import Choice, FieldSpec
from gangmu.core.text import Text
from gangmu.frame.doors import Request, page
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.around import around_org
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.results.honours.definitions import SheetKind, SheetMark
from gangmu.results.honours.operations.sheets import NewMark, enter_mark
from gangmu.results.honours.pages.words import OUTCOMES, VERDICTS, sent_fields
from gangmu.results.honours.queries.sheets import OrgSheet, SheetYear, reads_sheet, sheet_for, sheet_of


def _shown_year(sheet: OrgSheet, year: SheetYear) -> dict[str, Any]:
    titles = {
        mark.code: {choice.code: worded(choice.title) for choice in mark.choices} for mark in sheet.kind.marks
    }
    return {
        "year": year.year,
        "empty": year.empty,
        "rounds": [
            {
                "title": line.result.run.round.title,
                "round": line.result.run.round_id,
                "card": line.result.scorecard,
                "score": line.result.score,
                "rank": line.result.rank,
                "peers": line.result.peers,
                "other_card": line.other_card,
            }
            for line in year.rounds
        ],
        "contests": [
            {
                "title": each.contest.title,
                "nomination": each.pk,
                "outcome": OUTCOMES[each.outcome],
                "pledges": [(pledge, VERDICTS[pledge.verdict]) for pledge in each.pledges.all()],
            }
            for each in year.contests
        ],
        "honours": year.honours,
        "marks": [
            {
                "title": worded(mark.title),
                "mark": held,
                "value": titles[mark.code].get(held.value, held.title),
                "corrected": [
                    titles[mark.code].get(old.value, old.title) for old in year.corrected.get(mark.code, ())
                ],
            }
            for mark in sheet.kind.marks
            if (held := year.marks.get(mark.code)) is not None
        ],
        "held": year.held,
    }


def _values(request: Request, org: Org) -> dict[str, Any]:
    context = request.context
    sheet = sheet_for(context, org)
    enters = org.parent is not None and context.may("honours.manage", org.parent.path) and sheet.kind.marks
    return around_org(
        request,
        org,
        "honours-sheet",
        kind=sheet.kind,
        years=[_shown_year(sheet, each) for each in sheet.years],
        form=_mark_form(sheet.kind, context.today.year) if enters else None,
    )


def _mark_form(kind: SheetKind, year: int) -> FieldForm:
    known: dict[str, Choice] = {}
    for mark in kind.marks:
        for choice in mark.choices:
            known.setdefault(choice.code, choice)
    years = tuple(
        Choice(code=f"y{each}", title=_plain(str(each))) for each in range(year, year - kind.years, -1)
    )
    return FieldForm(
        [
            FieldSpec(
                code="mark", title=say("Mark"), type="choice", choices=_marks(kind.marks), required=True
            ),
            FieldSpec(code="year", title=say("Year"), type="choice", choices=years, required=True),
            FieldSpec(
                code="value", title=say("Value"), type="choice", choices=tuple(known.values()), required=True
            ),
            FieldSpec(
                code="source", title=say("Source: which paper or minutes"), required=True, max_length=200
            ),
            FieldSpec(code="good", title=say("What was good"), type="long_text", max_length=500),
            FieldSpec(code="poor", title=say("What was poor"), type="long_text", max_length=500),
            FieldSpec(
                code="reason", title=say("Reason, where it takes the place of another"), max_length=200
            ),
        ],
        {"mark": kind.marks[0].code, "year": f"y{year}"},
    )


def _marks(marks: tuple[SheetMark, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(code=each.code, title=each.title) for each in marks)


def _plain(text: str) -> Text:
    return Text(**{"zh-hans": text, "en": text})


@page("honours.view")
def sheet(request: Request, org_id: int) -> HttpResponse:
    """Show an organization's sheet to itself and the one above it; to others, why it is not shown."""
    context = request.context
    org = org_by_id(context, org_id)
    kind = sheet_of(org)
    if kind is None or not reads_sheet(context, org):
        closed = around_org(request, org, "honours-sheet", kind=kind)
        return render(request, "honours/sheet_closed.html", closed)
    return render(request, "honours/sheet.html", _values(request, org))


@page("honours.view")
def sheet_print(request: Request, sheet_org_id: int) -> HttpResponse:
    """Show an organization's sheet as paper."""
    org = org_by_id(request.context, sheet_org_id)
    return render(request, "honours/sheet_print.html", _values(request, org))


@page("honours.manage", methods=("POST",))
def mark(request: Request, org_id: int) -> HttpResponse:
    """Enter a mark of one year with its source."""
    context = request.context
    org = org_by_id(context, org_id)
    kind = sheet_of(org)
    if kind is None or not kind.marks or not reads_sheet(context, org):
        raise NotFound("There is no such sheet.")
    form = _mark_form(kind, context.today.year)
    try:
        sent = sent_fields(form, request)
        given = NewMark(
            sent["mark"],
            int(sent["year"].removeprefix("y")),
            sent["value"],
            sent["source"],
            sent["good"] or "",
            sent["poor"] or "",
            sent["reason"] or "",
        )
        enter_mark(context, org, sheet=kind.code, given=given)
    except (Conflict, Invalid) as wrong:
        values = _values(request, org) | {"form": form.again(request.POST, wrong.faults)}
        return form_again(request, "honours/sheet.html", values, wrong)
    messages.success(request, translate("The mark is entered with its source."))
    return redirect("honours-sheet", org.pk)


urlpatterns = [
    path("orgs/<int:org_id>/sheet", sheet, name="honours-sheet"),
    path("orgs/<int:sheet_org_id>/sheet/print", sheet_print, name="honours-sheet-print"),
    path("orgs/<int:org_id>/sheet/marks", mark, name="honours-mark"),
]
