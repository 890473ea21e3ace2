"""Units: who has an organization and who has none, today or on an earlier day; each to look at and to change."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import NotFound, Refusal
from gangmu.core.fields import FieldSpec, parse_fields
from gangmu.core.text import Text
from gangmu.frame import formats
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import TimelineEvent
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.around import around_org, org_crumbs
from gangmu.kernel.orgs.definitions import UnitKind
from gangmu.kernel.orgs.models import Unit, UnitSpan
from gangmu.kernel.orgs.operations import close_unit, correct_unit, cover_unit, move_unit, uncover_unit
from gangmu.kernel.orgs.pages.forms import DAY, PAPER, choices_of, day_given, named_org
from gangmu.kernel.orgs.queries import (
    Coverage,
    coverage_by_kind,
    coverage_by_part,
    org_by_id,
    unit_by_id,
    unit_spans_of,
    unit_spans_on,
)
from gangmu.kernel.packs.queries import pack_of
from gangmu.kernel.packs.rules import Pack


def unit_kind_title(pack: Pack, code: str) -> Text | str:
    """Return what a kind of unit is called."""
    kind = pack.find(UnitKind, code)
    return kind.title if kind else code


def _org_url(org_id: int) -> str:
    return reverse("orgs-org", args=(org_id,))


def _unit_url(span: UnitSpan) -> str:
    return reverse("orgs-unit", args=(span.unit_id,))


def _asked_day(request: Request) -> date:
    """Return the day that is asked for; today, where none has been or it has not come yet."""
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return request.context.today
    return min(day, request.context.today)


@page("orgs.view")
def units(request: Request, org_id: int) -> HttpResponse:
    """List the units below an organization on a day, and which have no organization of their own."""
    context = request.context
    org = org_by_id(context, org_id)
    pack = pack_of(org.root_id)
    day = _asked_day(request)
    rows = unit_spans_on(context, org, day)
    if request.GET.get("without") == "1":
        rows = rows.filter(org=None)
    by_kind = coverage_by_kind(context, org, day)
    chosen = request.GET.get("kind", "")
    if chosen in {kind for kind, _ in by_kind}:
        rows = rows.filter(kind=chosen)
    else:
        chosen = ""
    typed = request.GET.get("q", "").strip()
    if typed:
        rows = rows.filter(name__contains=typed)
    table = _unit_table(request, rows, pack)
    if sheet := table.export():
        return sheet
    then = "" if day == context.today else f"&day={day.isoformat()}"
    values = around_org(
        request,
        org,
        "orgs-units",
        table=table,
        day=day,
        past=day != context.today,
        q=typed,
        without=request.GET.get("without", ""),
        kind=chosen,
        kinds=[(kind, unit_kind_title(pack, kind)) for kind, _ in by_kind],
        may_manage=context.may("orgs.manage", org.path) and org.is_open(),
        by_kind=_coverage_table(
            request,
            [
                (unit_kind_title(pack, kind), f"?kind={kind}&without=1{then}", found)
                for kind, found in by_kind
            ],
            title=say("By kind of unit"),
            first=say("Kind of unit"),
            code="by_kind",
        ),
        by_part=_coverage_table(
            request,
            [
                (part.name, f"{reverse('orgs-units', args=(part.pk,))}?kind={chosen}&without=1{then}", found)
                for part, found in coverage_by_part(context, org, day, kind=chosen)
            ],
            title=say("By organization"),
            first=say("Organization"),
            code="by_part",
        ),
    )
    return render(request, "orgs/units.html", values)


def _unit_table(request: Request, rows: Any, pack: Pack) -> Table:
    columns = [
        Column("code", say("Code"), value=lambda row: row.unit.code, sort="unit__code"),
        Column("name", say("Name"), link=_unit_url, sort="name", width=32),
        Column("kind", say("Kind of unit"), value=lambda row: unit_kind_title(pack, row.kind), sort="kind"),
        Column(
            "under",
            say("Looked after by"),
            value=lambda row: row.under.name,
            link=lambda row: _org_url(row.under_id),
            width=32,
        ),
        Column(
            "org",
            say("Its organization"),
            value=lambda row: row.org.name if row.org else "",
            link=lambda row: _org_url(row.org_id) if row.org_id else "",
            width=32,
        ),
    ]
    return Table(request, columns, rows, title=say("Units"), empty_title=say("No units are known here"))


def _coverage_table(
    request: Request,
    rows: list[tuple[Text | str, str, Coverage]],
    *,
    title: Text | str,
    first: Text | str,
    code: str,
) -> Table:
    """Return how many bodies have an organization; each line leads to those that have none."""
    columns = [
        Column("name", first, value=lambda row: row[0], link=lambda row: row[1], width=36),
        Column("units", say("Units"), "number", value=lambda row: row[2].units, total=True),
        Column(
            "covered", say("With an organization"), "number", value=lambda row: row[2].covered, total=True
        ),
        Column(
            "missing", say("Without an organization"), "number", value=lambda row: row[2].without, total=True
        ),
        Column("share", say("Share (%)"), "number", value=lambda row: row[2].share),
    ]
    return Table(
        request,
        columns,
        rows,
        title=title,
        code=code,
        exports=False,
        empty_title=say("No units are known here"),
    )


@page("orgs.view")
def unit_page(request: Request, unit_id: int) -> HttpResponse:
    """Show one unit: what it is, who looks after it, whether it has an organization, how it stood before."""
    context = request.context
    unit = unit_by_id(context, unit_id)
    pack = pack_of(unit.under.root_id)
    events = [
        TimelineEvent(
            at=span.valid_from,
            title=span.name,
            text=_told(pack, span),
            light="green" if span.valid_to is None else "grey",
        )
        for span in unit_spans_of(context, unit)
    ]
    values = {
        "unit": unit,
        "kind": unit_kind_title(pack, unit.kind),
        "events": events,
        "crumbs": _crumbs(request, unit),
        "may_manage": unit.valid_to is None and context.may("orgs.manage", unit.under.path),
        "changes": [(code, title) for code, (title, _, _, fits) in CHANGES.items() if fits(unit)],
    }
    return render(request, "orgs/unit.html", values)


def _crumbs(request: Request, unit: Unit) -> list[tuple[Any, str]]:
    below = reverse("orgs-units", args=(unit.under_id,))
    return org_crumbs(request, unit.under, (translate("Units"), below), (unit.name, ""))


def _told(pack: Pack, span: UnitSpan) -> str:
    """Return a line of a unit's history."""
    parts = (
        unit_kind_title(pack, span.kind),
        translate("looked after by %(org)s") % {"org": span.under.name},
        translate("its organization: %(org)s") % {"org": span.org.name}
        if span.org
        else translate("no organization of its own"),
        translate("until %(day)s") % {"day": formats.day(span.valid_to)} if span.valid_to else "",
        _REASONS.get(span.reason, span.reason),
    )
    return " · ".join(worded(part) for part in parts if part)


_REASONS = {
    "known": say("Unit entered"),
    "corrected": say("Corrected"),
    "moved": say("Moved"),
    "covered": say("Its organization named"),
    "uncovered": say("Without an organization"),
    "merged": say("Its organization merged"),
    "split": say("Its organization split"),
    "closed": say("Its organization closed"),
}


# --- changes ------------------------------------------------------------------------------

Given = Mapping[str, Any]


def _form_correct(pack: Pack, unit: Unit) -> tuple[FieldSpec, ...]:
    kinds = choices_of(pack.all(UnitKind))
    return (
        FieldSpec(code="name", title=say("Name"), required=True, max_length=200),
        FieldSpec(code="kind", title=say("Kind of unit"), type="choice", required=True, choices=kinds),
        DAY,
        PAPER,
    )


def _form_move(pack: Pack, unit: Unit) -> tuple[FieldSpec, ...]:
    under = FieldSpec(
        code="under", title=say("Looked after by which organization"), type="organization", required=True
    )
    return (under, DAY, PAPER)


def _form_cover(pack: Pack, unit: Unit) -> tuple[FieldSpec, ...]:
    org = FieldSpec(
        code="org",
        title=say("Its organization"),
        type="organization",
        required=True,
        help=say("Its own, or the joint one that takes it in."),
    )
    return (org, DAY, PAPER)


def _form_uncover(pack: Pack, unit: Unit) -> tuple[FieldSpec, ...]:
    return (_UNCOVERED_ON, PAPER)


def _form_close(pack: Pack, unit: Unit) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(
            code="day",
            title=say("From which day on it is not counted"),
            type="date",
            required=True,
            help=say(
                "Ended on its first day it was never counted: so an entry is taken back that was made twice."
            ),
        ),
        FieldSpec(code="reason", title=say("Reason"), required=True, max_length=200),
    )


_UNCOVERED_ON = FieldSpec(
    code="day",
    title=say("From which day on it has none"),
    type="date",
    required=True,
    help=say("The day on which the organization was named takes a wrong entry back: then it never had it."),
)


def _do_correct(context: Context, unit: Unit, given: Given) -> Unit:
    return correct_unit(
        context,
        unit,
        name=given["name"],
        kind=given["kind"],
        day=day_given(given),
        paper=given["paper"] or "",
    )


def _do_move(context: Context, unit: Unit, given: Given) -> Unit:
    under = named_org(context, given, "under")
    return move_unit(context, unit, under=under, day=day_given(given), paper=given["paper"] or "")


def _do_cover(context: Context, unit: Unit, given: Given) -> Unit:
    org = named_org(context, given, "org")
    return cover_unit(context, unit, org=org, day=day_given(given), paper=given["paper"] or "")


def _do_uncover(context: Context, unit: Unit, given: Given) -> Unit:
    return uncover_unit(context, unit, day=day_given(given), paper=given["paper"] or "")


def _do_close(context: Context, unit: Unit, given: Given) -> Unit:
    return close_unit(context, unit, day=day_given(given), reason=given["reason"])


def _always(unit: Unit) -> bool:
    return True


def _covered(unit: Unit) -> bool:
    return unit.org_id is not None


Form = Callable[[Pack, Unit], tuple[FieldSpec, ...]]
Do = Callable[[Context, Unit, Given], Unit]
Fits = Callable[[Unit], bool]

CHANGES: dict[str, tuple[Text, Form, Do, Fits]] = {
    "correct": (say("Correct the name or kind"), _form_correct, _do_correct, _always),
    "move": (say("Have another organization look after it"), _form_move, _do_move, _always),
    "cover": (say("Name its organization"), _form_cover, _do_cover, _always),
    "uncover": (say("It has no organization"), _form_uncover, _do_uncover, _covered),
    "close": (say("Close the entry"), _form_close, _do_close, _always),
}
"""Every change of a unit: its title, its fields, its operation, and which units it fits."""


@page("orgs.manage", methods=("GET", "POST"))
def changing_unit(request: Request, unit_id: int, unit_change: str) -> HttpResponse:
    """Change a unit, from a day on, by a form."""
    if unit_change not in CHANGES:
        raise NotFound("There is no such page.")
    context = request.context
    unit = unit_by_id(context, unit_id)
    title, make_form, do, _ = CHANGES[unit_change]
    specs = make_form(pack_of(unit.under.root_id), unit)
    start = {"day": context.today.isoformat(), "name": unit.name, "kind": unit.kind}
    form = FieldForm(specs, start, finders={"organization": reverse("orgs-finder")})
    crumbs = _crumbs(request, unit)
    values = {"unit": unit, "change": title, "form": form, "crumbs": crumbs}
    if request.method == "GET":
        return render(request, "orgs/unit_change.html", values)
    try:
        do(context, unit, parse_fields(specs, form.raw(request.POST)))
    except Refusal as refusal:
        again = form.again(request.POST.dict(), refusal.faults)
        return form_again(request, "orgs/unit_change.html", {**values, "form": again}, refusal)
    messages.success(request, translate("Done, and written to the log."))
    return redirect("orgs-unit", unit.pk)


urlpatterns = [
    path("orgs/<int:org_id>/units", units, name="orgs-units"),
    path("orgs/units/<int:unit_id>", unit_page, name="orgs-unit"),
    path("orgs/units/<int:unit_id>/change/<slug:unit_change>", changing_unit, name="orgs-unit-change"),
]
