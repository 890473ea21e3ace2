"""Programmes and targets: what is to be reached, by whom, and what was."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, Refusal
from gangmu.core.fields import FieldSpec
from gangmu.core.sheets import MOST_BYTES, UnreadableSheet, cell_name, read_sheet
from gangmu.frame.doors import Request, page
from gangmu.frame.downloads import file_response
from gangmu.frame.figures import Status
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.sheets import XLSX, Sheet, SheetColumn, xlsx_bytes
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.around import around_org
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.programmes.definitions import Metric, ProgrammeKind
from gangmu.work.programmes.models import Target, TargetVersion
from gangmu.work.programmes.operations.targets import (
    approve_change,
    decompose_target,
    propose_change,
    refuse_change,
    set_target,
    withdraw_change,
)
from gangmu.work.programmes.pages.asking import (
    REASON,
    asked_org,
    asked_year,
    needed_org,
    number_of,
    sent_fields,
)
from gangmu.work.programmes.pages.standing import is_over, state_of
from gangmu.work.programmes.queries.standing import Against
from gangmu.work.programmes.queries.targets import (
    Line,
    Part,
    Progress,
    change_by_id,
    changes_to_decide,
    metric_of,
    metric_of_target,
    own_targets,
    programme_of,
    programme_of_target,
    programmes_of,
    progress_in,
    progress_of_parts,
    target_by_id,
    those_below,
    versions_of,
    visible_changes,
    years_of,
)
from gangmu.work.programmes.rules import NOTHING, gap, remaining, share_of

VERSIONS: Mapping[str, Status] = {
    "proposed": Status(say("Waiting for the level above"), "yellow"),
    "in_force": Status(say("In force"), "green"),
    "replaced": Status(say("Replaced"), "grey"),
    "refused": Status(say("Refused"), "red"),
    "withdrawn": Status(say("Withdrawn"), "grey"),
}


def value_spec(metric: Metric, code: str = "value") -> FieldSpec:
    """Return the field in which a value of a metric is typed."""
    return FieldSpec(
        code=code,
        title=say("Target"),
        type="number",
        required=True,
        unit=metric.unit,
        minimum=NOTHING,
        whole=metric.places == 0,
    )


# --- programmes ----------------------------------------------------------------------------


@page("programmes.view")
def programmes(request: Request) -> HttpResponse:
    """List the programmes that are in force, each with its years, its phase and its paper."""
    org = asked_org(request)
    year = asked_year(request)
    rows = programmes_of(org) if org else ()
    columns = [
        Column(
            "title",
            say("Programme"),
            value=lambda each: each.title,
            link=lambda each: _programme_url(each.code, org, year),
            width=36,
        ),
        Column("years", say("Years"), value=_years_words),
        Column("phase", say("Phase of this year"), value=lambda each: _phase_words(each.phase_of(year))),
        Column("pillars", say("Pillars"), "number", value=lambda each: len(each.pillars)),
        Column("metrics", say("Metrics"), "number", value=lambda each: len(each.metrics)),
        Column("follows", say("By which paper"), value=lambda each: each.follows.in_words, width=36),
    ]
    table = Table(
        request,
        columns,
        rows,
        title=say("Programmes"),
        empty_title=say("No programme is in force here"),
        empty_advice=say(
            "Programmes are written in the place's pack: pillars, phases and metrics, with their paper."
        ),
    )
    waiting = visible_changes(request.context).count()
    return table.export() or render(
        request, "programmes/programmes.html", {"table": table, "org": org, "waiting": waiting}
    )


def _years_words(programme: ProgrammeKind) -> str:
    """Return from which year to which; what comes back every year without an end in sight has none."""
    if programme.lasting:
        return translate("Without an end")
    return f"{programme.years[0]}–{programme.years[-1]}"


def _phase_words(phase: Any) -> Any:
    return phase.title if phase is not None else ""


def _programme_url(code: str, org: Org | None, year: int) -> str:
    address = reverse("programmes-programme", args=(code,))
    return f"{address}?org={org.pk}&year={year}" if org is not None else address


@page("programmes.view")
def programme(request: Request, programme_code: str) -> HttpResponse:
    """Show one programme for an organization and a year: target against what was reached."""
    context = request.context
    org, year = needed_org(request), asked_year(request)
    found = progress_in(context, org, programme=programme_code, year=year)
    may_set = context.may("programmes.manage", org.path) and year in found.programme.years
    table = Table(
        request,
        _line_columns(context, found, may_set=may_set),
        found.lines,
        title=found.programme.title,
        exports=True,
    )
    values = {
        "programme": found.programme,
        "org": org,
        "year": year,
        "years": [(each, str(each)) for each in years_of([found.programme], context.today)],
        "phase": found.phase,
        "table": table,
        "crumbs": [
            (translate("Programmes"), reverse("programmes-programmes")),
            (worded(found.programme.title), ""),
        ],
    }
    return table.export() or render(request, "programmes/programme.html", values)


def _line_columns(context: Context, found: Progress, *, may_set: bool) -> list[Column]:
    org, year, code, over = found.org, found.year, found.programme.code, is_over(context, found.year)

    def link(line: Line) -> str:
        if line.target is not None:
            return reverse("programmes-target", args=(line.target.pk,))
        if may_set:
            address = reverse("programmes-set", args=(code, line.metric.code))
            return f"{address}?org={org.pk}&year={year}"
        return ""

    def through(line: Line) -> str:
        address = reverse("programmes-metric", args=(code, line.metric.code))
        return f"{address}?org={org.pk}&year={year}"

    with_pillars = any(line.pillar for line in found.lines)
    pillar = Column("pillar", say("Pillar"), value=lambda line: line.pillar and line.pillar.title, width=20)
    return [
        *([pillar] if with_pillars else []),
        Column("metric", say("Metric"), value=lambda line: line.metric.title, link=through, width=32),
        Column("unit", say("Unit"), value=lambda line: line.metric.unit),
        Column(
            "value", say("Target"), "number", value=lambda line: line.target and line.target.value, link=link
        ),
        Column("reached", say("Reached in the year"), "number", value=lambda line: line.reached),
        Column(
            "share",
            say("Share (%)"),
            "number",
            value=lambda line: share_of(line.target and line.target.value, line.reached),
        ),
        Column(
            "gap",
            say("Still missing"),
            "number",
            value=lambda line: gap(line.metric, line.target and line.target.value, line.reached),
        ),
        Column("held", say("Held back"), "number", value=lambda line: line.target and line.target.held),
        Column(
            "state",
            say("State"),
            "status",
            value=lambda line: _line_state(line, over=over),
            link=lambda line: link(line) if line.target is None else "",
        ),
    ]


def _line_state(line: Line, *, over: bool) -> Status:
    target = None if line.target is None else line.target.value
    return state_of(Against(line.metric, target, line.reached), over=over)


@page("programmes.manage", methods=("GET", "POST"))
def set_one(request: Request, programme_code: str, metric_code: str) -> HttpResponse:
    """Set what an organization and all below it are to reach."""
    context = request.context
    org, year = needed_org(request, "programmes.manage"), asked_year(request)
    kind = programme_of(org, programme_code)
    metric = metric_of(kind, metric_code)
    reason = REASON.model_copy(
        update={"required": False, "title": say("Why this much (need not be written)")}
    )
    form = FieldForm([value_spec(metric), reason])
    values = {
        "org": org,
        "year": year,
        "programme": kind,
        "metric": metric,
        "form": form,
        "crumbs": [
            (translate("Programmes"), reverse("programmes-programmes")),
            (worded(kind.title), _programme_url(programme_code, org, year)),
            (worded(metric.title), ""),
        ],
    }
    if request.method == "POST":
        try:
            sent = sent_fields(form, request)
            target = set_target(
                context,
                org,
                programme=programme_code,
                metric=metric_code,
                year=year,
                value=Decimal(sent["value"]),
                reason=sent["reason"] or "",
            )
        except Invalid as wrong:
            again = {**values, "form": form.again(request.POST, wrong.faults)}
            return form_again(request, "programmes/set.html", again, wrong)
        messages.success(request, translate("The target stands."))
        return redirect("programmes-target", target.pk)
    return render(request, "programmes/set.html", values)


# --- one target ----------------------------------------------------------------------------


def _crumbs(target: Target, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    kind = programme_of_target(target)
    return [
        (translate("Programmes"), reverse("programmes-programmes")),
        (worded(kind.title), _programme_url(target.programme, target.org, target.year)),
        (target.org.name, reverse("programmes-target", args=(target.pk,)) if more else ""),
        *more,
    ]


@page("programmes.view")
def target(request: Request, target_id: int) -> HttpResponse:
    """Show one target: its parts, what was reached in each, and every version with its reason."""
    return _target_page(request, target_by_id(request.context, target_id))


def _target_page(
    request: Request, found: Target, *, form: FieldForm | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    context = request.context
    metric = metric_of_target(found)
    parts = progress_of_parts(context, found)
    table = Table(
        request,
        _part_columns(metric),
        parts,
        title=say("Handed on to"),
        empty_title=say("This has not been handed on"),
        empty_advice=say("Handing it on keeps the whole: the parts and what is held back add up to it."),
    )
    if refusal is None and (sheet := table.export()):
        return sheet
    line = next(
        (
            each
            for each in progress_in(context, found.org, programme=found.programme, year=found.year).lines
            if each.metric.code == found.metric
        ),
        None,
    )
    waiting = list(changes_to_decide(context, found))
    own_change = found.versions.filter(state="proposed").select_related("proposed_by").first()
    may_manage = context.may("programmes.manage", found.org.path)
    decides = context.may("programmes.manage", found.decider.path)
    values = {
        "target": found,
        "metric": metric,
        "programme": programme_of_target(found),
        "reached": line.reached if line else None,
        "share": share_of(found.value, line.reached if line else None),
        "table": table,
        "versions": _versions_table(request, found),
        "may_hand_on": may_manage and found.held is None and bool(those_below(found)),
        "may_propose": context.may("programmes.answer", found.org.path) and own_change is None,
        "own_change": own_change,
        "own_decides": decides and own_change is not None and own_change.proposed_by_id != context.account,
        "own_takes_back": own_change is not None and context.may("programmes.answer", found.org.path),
        "waiting": waiting if may_manage else [],
        "form": form or FieldForm([value_spec(metric), REASON]),
        "propose_open": form is not None,
        "crumbs": _crumbs(found),
    }
    if refusal is not None:
        return form_again(request, "programmes/target.html", values, refusal)
    return render(request, "programmes/target.html", values)


def _part_columns(metric: Metric) -> list[Column]:
    return [
        Column(
            "org",
            say("Organization"),
            value=lambda part: part.org.name,
            link=lambda part: reverse("programmes-target", args=(part.target.pk,)),
            width=36,
        ),
        Column(
            "value",
            say("Target"),
            "number",
            value=lambda part: part.target.value,
            unit=metric.unit or "",
            total=metric.combine == "sum",
        ),
        Column(
            "reached",
            say("Reached in the year"),
            "number",
            value=lambda part: part.reached,
            total=metric.combine == "sum",
        ),
        Column(
            "share", say("Share (%)"), "number", value=lambda part: share_of(part.target.value, part.reached)
        ),
        Column("handed", say("Handed on"), "status", value=_handed),
        Column("change", say("Change asked for"), "status", value=_wished),
    ]


def _handed(part: Part) -> Status:
    return (
        Status(say("Handed on"), "green") if part.target.held is not None else Status(say("Not yet"), "grey")
    )


def _wished(part: Part) -> Status | None:
    return VERSIONS["proposed"] if part.change is not None else None


def _versions_table(request: Request, found: Target) -> Table:
    columns = [
        Column("number", say("Version"), "number"),
        Column("value", say("Target"), "number"),
        Column("state", say("State"), "status", value=lambda each: VERSIONS[each.state]),
        Column("reason", say("Reason"), width=36),
        Column("proposed_by", say("By whom"), value=lambda each: str(each.proposed_by)),
        Column("proposed_at", say("When"), "instant"),
        Column("decided_by", say("Decided by"), value=lambda each: str(each.decided_by or "")),
        Column("decision", say("Said in return"), width=28),
    ]
    return Table(
        request,
        columns,
        versions_of(request.context, found),
        title=say("Versions"),
        code="versions",
        exports=False,
    )


@page("programmes.answer", methods=("POST",))
def propose(request: Request, target_id: int) -> HttpResponse:
    """Ask the level above for another target."""
    found = target_by_id(request.context, target_id)
    form = FieldForm([value_spec(metric_of_target(found)), REASON])
    try:
        sent = sent_fields(form, request)
        propose_change(request.context, found, value=Decimal(sent["value"]), reason=sent["reason"])
    except Invalid as wrong:
        return _target_page(request, found, form=form.again(request.POST, wrong.faults), refusal=wrong)
    messages.success(
        request, translate("The level above has been asked; until it decides the old target stands.")
    )
    return redirect("programmes-target", found.pk)


@page("programmes.answer", methods=("POST",))
def take_back(request: Request, change_id: int) -> HttpResponse:
    """Take back one's wish for another target."""
    change = change_by_id(request.context, change_id)
    withdraw_change(request.context, change)
    messages.success(request, translate("The wish was taken back."))
    return redirect("programmes-target", change.target_id)


@page("programmes.manage", methods=("POST",))
def decide(request: Request, change_id: int) -> HttpResponse:
    """Approve or refuse wishes for other targets; several are approved together, or none."""
    context = request.context
    change = change_by_id(context, change_id)
    reason = request.POST.get("reason", "")
    if request.POST.get("verdict") == "refuse":
        refuse_change(context, change, reason=reason)
        messages.success(request, translate("The target stays as it is."))
    else:
        chosen = [each for each in request.POST.getlist("together") if each.isdecimal() and len(each) < 19]
        together = [change_by_id(context, int(each)) for each in chosen]
        approve_change(context, change, together=together, reason=reason)
        messages.success(request, translate("The new target is in force; the old version is kept."))
    return redirect("programmes-target", change.target.parent_id or change.target_id)


@page("programmes.view")
def changes(request: Request) -> HttpResponse:
    """List the wishes for other targets that wait within reach."""
    columns = [
        Column(
            "org",
            say("Organization"),
            value=lambda each: each.target.org.name,
            link=lambda each: reverse("programmes-target", args=(each.target.parent_id or each.target_id,)),
            width=36,
        ),
        Column("metric", say("Metric"), value=_metric_words, width=28),
        Column("year", say("Year"), value=lambda each: str(each.target.year)),
        Column("old", say("Stands now"), "number", value=lambda each: each.target.value),
        Column("value", say("Asked for"), "number", sort="value"),
        Column("reason", say("Reason"), width=36),
        Column("proposed_at", say("When"), "instant", sort="proposed_at"),
    ]
    table = Table(
        request,
        columns,
        visible_changes(request.context).select_related("target__pack"),
        title=say("Changes asked for"),
        empty_title=say("Nobody asks for another target"),
    )
    values = {
        "table": table,
        "crumbs": [
            (translate("Programmes"), reverse("programmes-programmes")),
            (translate("Changes asked for"), ""),
        ],
    }
    return table.export() or render(request, "programmes/changes.html", values)


def _metric_words(change: TargetVersion) -> Any:
    return metric_of_target(change.target).title


# --- handing on ----------------------------------------------------------------------------


@dataclass
class Row:
    """One line of the table in which a target is handed on."""

    org: Org
    typed: str
    fault: str = ""


@dataclass
class Typed:
    """What stands in that table: each line, what is held back, and what is left of the whole."""

    rows: list[Row]
    held: str
    held_fault: str
    left: Decimal
    wrong: int

    @property
    def parts(self) -> dict[int, str]:
        """What was typed, by organization; a line left empty hands nothing on."""
        return {row.org.pk: row.typed for row in self.rows if row.typed.strip()}


def _typed(found: Target, metric: Metric, sent: Mapping[str, Any], faults: Mapping[str, str]) -> Typed:
    spec = value_spec(metric).model_copy(update={"required": False})
    rows, known, wrong = [], [], 0
    for org in those_below(found):
        text = str(sent.get(f"part_{org.pk}", ""))
        fault = faults.get(f"part_{org.pk}", "")
        value, said = _read(spec, text)
        wrong += bool(said)
        known.append(value)
        rows.append(Row(org, text, translate(fault or said) if fault or said else ""))
    held, said = _read(spec, str(sent.get("held", "")))
    said = faults.get("held", "") or said
    wrong += bool(said)
    left = remaining(found.value, known, held) if metric.combine == "sum" else NOTHING
    return Typed(rows, str(sent.get("held", "")), translate(said) if said else "", left, wrong)


def _read(spec: FieldSpec, text: str) -> tuple[Decimal, str]:
    try:
        return Decimal(spec.parse(text) or "0"), ""
    except ValueError as fault:
        return NOTHING, str(fault)


def _hand_on_values(found: Target, metric: Metric, typed: Typed) -> dict[str, Any]:
    return {
        "target": found,
        "metric": metric,
        "typed": typed,
        "left": typed.left,
        "over": -typed.left,
        "crumbs": _crumbs(found, (translate("Hand on"), "")),
    }


@page("programmes.manage", methods=("GET", "POST"))
def hand_on(request: Request, target_id: int) -> HttpResponse:
    """Hand a target on in a table, typed or read from a sheet, with what is left always in sight."""
    context = request.context
    found = target_by_id(context, target_id)
    metric = metric_of_target(found)
    if request.method == "GET":
        if request.GET.get("export") == "xlsx":
            return _template(request, found, metric)
        return render(
            request, "programmes/hand_on.html", _hand_on_values(found, metric, _typed(found, metric, {}, {}))
        )
    if request.FILES.get("file") or request.POST.get("action") == "read":
        return _read_in(request, found, metric)
    typed = _typed(found, metric, request.POST, {})
    spec = value_spec(metric).model_copy(update={"required": False})
    try:
        parts = {org: number_of(text, spec, f"part_{org}") for org, text in typed.parts.items()}
        decompose_target(context, found, parts=parts, held=number_of(typed.held, spec, "held"))
    except Invalid as wrong:
        again = _typed(found, metric, request.POST, wrong.faults)
        return form_again(request, "programmes/hand_on.html", _hand_on_values(found, metric, again), wrong)
    messages.success(request, translate("The target was handed on; the parts add up to the whole."))
    return redirect("programmes-target", found.pk)


@page("programmes.manage", methods=("POST",))
def left(request: Request, target_id: int) -> HttpResponse:
    """Return what is left of a target while it is being typed; nothing is kept."""
    found = target_by_id(request.context, target_id)
    metric = metric_of_target(found)
    values = _hand_on_values(found, metric, _typed(found, metric, request.POST, {}))
    return render(request, "programmes/_left.html", values)


def _sheet_fields(metric: Metric) -> list[FieldSpec]:
    return [
        FieldSpec(code="code", title=say("Code"), required=True),
        FieldSpec(code="name", title=say("Name")),
        value_spec(metric).model_copy(update={"required": True}),
    ]


def _template(request: Request, found: Target, metric: Metric) -> HttpResponse:
    """Send the table as a workbook, to be filled in and read back."""
    held = {each.org_id: each.value for each in found.parts.all()}
    title = f"{worded(metric.title)} {found.year}"
    sheet = Sheet(
        title=title,
        columns=[
            SheetColumn(worded(spec.title), width=36 if spec.code == "name" else 18)
            for spec in _sheet_fields(metric)
        ],
        rows=[[org.code, org.name, held.get(org.pk)] for org in those_below(found)],
        day=request.context.today,
        made_by=request.context.actor.label,
        unit=worded(metric.unit),
    )
    return file_response(xlsx_bytes(sheet), XLSX, f"{title}.xlsx")


def _read_in(request: Request, found: Target, metric: Metric) -> HttpResponse:
    """Fill the table from a sheet; it is looked at and confirmed like one that was typed."""
    try:
        sent = {"held": request.POST.get("held", ""), **_from_sheet(request, found, metric)}
    except Refusal as wrong:
        again = _typed(found, metric, request.POST, {})
        return form_again(request, "programmes/hand_on.html", _hand_on_values(found, metric, again), wrong)
    values = _hand_on_values(found, metric, _typed(found, metric, sent, {}))
    messages.info(request, translate("The sheet was read; nothing is kept before you hand it on."))
    return render(request, "programmes/hand_on.html", values)


def _from_sheet(request: Request, found: Target, metric: Metric) -> dict[str, str]:
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile) or not sent.name:
        raise UnreadableSheet("Choose a file first.")
    if (sent.size or 0) > MOST_BYTES:
        raise UnreadableSheet(
            "The file is larger than %(most)s MB: send it in parts.", {"most": MOST_BYTES // 1024 // 1024}
        )
    below = {org.code: org for org in those_below(found)}
    values: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="gangmu-targets-") as folder:
        held = Path(folder) / "sheet"
        with held.open("wb") as file:
            for piece in sent.chunks():
                file.write(piece)
        sheet = read_sheet(held, _sheet_fields(metric))
        at = sheet.heads.columns["code"]
        for row in sheet.rows:
            cells = sheet.values(row)
            org = below.get(cells["code"].strip())
            if org is None:
                raise UnreadableSheet(
                    "%(cell)s: no organization with the code %(code)s stands directly below.",
                    {"cell": cell_name(at, row.line), "code": cells["code"] or "—"},
                )
            if f"part_{org.pk}" in values:
                raise UnreadableSheet(
                    "%(cell)s: the code %(code)s stands twice.",
                    {"cell": cell_name(at, row.line), "code": cells["code"]},
                )
            values[f"part_{org.pk}"] = cells["value"]
    return values


# --- an organization's targets ---------------------------------------------------------------


@page("programmes.view")
def of_org(request: Request, org_id: int) -> HttpResponse:
    """List what one organization is to reach in a year."""
    context = request.context
    org = org_by_id(context, org_id)
    year = asked_year(request)
    columns = [
        Column("programme", say("Programme"), value=lambda each: programme_of_target(each).title, width=28),
        Column(
            "metric",
            say("Metric"),
            value=lambda each: metric_of_target(each).title,
            link=lambda each: reverse("programmes-target", args=(each.pk,)),
            width=32,
        ),
        Column("unit", say("Unit"), value=lambda each: metric_of_target(each).unit),
        Column("value", say("Target"), "number", sort="value"),
        Column("held", say("Held back"), "number"),
        Column("given", say("Given by"), value=lambda each: each.parent.org.name if each.parent else ""),
    ]
    table = Table(
        request,
        columns,
        own_targets(context, org, year),
        title=say("Targets"),
        empty_title=say("There are no targets for this year"),
        empty_advice=say("They are handed on by the level above, or set where nobody stands above."),
    )
    years = years_of(programmes_of(org), context.today)
    values = around_org(
        request,
        org,
        "programmes-targets-of-org",
        table=table,
        year=year,
        years=[(each, str(each)) for each in years],
        programmes=[
            (worded(each.title), _programme_url(each.code, org, year)) for each in programmes_of(org)
        ],
    )
    return table.export() or render(request, "programmes/of_org.html", values)


urlpatterns = [
    path("programmes", programmes, name="programmes-programmes"),
    path("programmes/changes", changes, name="programmes-changes"),
    path("programmes/changes/<int:change_id>/take-back", take_back, name="programmes-take-back"),
    path("programmes/changes/<int:change_id>/decide", decide, name="programmes-decide"),
    path("programmes/targets/<int:target_id>", target, name="programmes-target"),
    path("programmes/targets/<int:target_id>/propose", propose, name="programmes-propose"),
    path("programmes/targets/<int:target_id>/hand-on", hand_on, name="programmes-hand-on"),
    path("programmes/targets/<int:target_id>/left", left, name="programmes-left"),
    path("programmes/<slug:programme_code>", programme, name="programmes-programme"),
    path("programmes/<slug:programme_code>/<slug:metric_code>", set_one, name="programmes-set"),
    path("orgs/<int:org_id>/targets", of_org, name="programmes-targets-of-org"),
]
