"""Reports on the screen: listed, begun, read with their figures, frozen, signed, taken away as paper."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.core.fields import Choice, FieldSpec, parse_fields
from gangmu.core.periods import Period, PeriodKind, period_of
from gangmu.frame import formats
from gangmu.frame.doors import Request, page
from gangmu.frame.downloads import file_response
from gangmu.frame.figures import Status
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.sheets import XLSX
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.files.pdf import pdf_bytes
from gangmu.kernel.files.rules import MEDIA_TYPES
from gangmu.kernel.files.word import word_bytes
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import names_on, org_by_id
from gangmu.results.assessment.queries.evidence import LISTED
from gangmu.results.assessment.queries.results import FEWEST
from gangmu.results.reports.definitions import ReportKind
from gangmu.results.reports.models import Report
from gangmu.results.reports.operations import (
    count_figures,
    freeze_report,
    publish_report,
    withdraw_report,
    write_report,
)
from gangmu.results.reports.papers import (
    evidence_path,
    made_of,
    report_document,
    report_workbook,
    value_text,
)
from gangmu.results.reports.queries.figures import (
    Asked,
    Counting,
    PartOf,
    counting_at,
    facts_of_figure,
    figure_of,
)
from gangmu.results.reports.queries.reports import (
    PEOPLE,
    PUBLISH,
    WRITE,
    Said,
    Shown,
    period_asked,
    period_words,
    places_to_write,
    report_by_id,
    report_kinds,
    report_said,
    since_then,
    version_of_report,
    versions_of_report,
    visible_reports,
)
from gangmu.results.reports.rules import is_small, taken, unknown_of, written

STATES: Mapping[str, Status] = {
    "draft": Status(say("Draft"), "blue"),
    "frozen": Status(say("Frozen, to be signed"), "yellow"),
    "published": Status(say("Published"), "green"),
    "withdrawn": Status(say("Withdrawn"), "grey"),
}
SIGNED = FieldSpec(code="signed_by", title=say("Name of who signs"), required=True, max_length=60)
NUMBER = FieldSpec(
    code="number",
    title=say("Number of the paper"),
    max_length=60,
    help=say("The number alone, where the place has a form for it; else in full."),
)
AUDIENCE = FieldSpec(
    code="audience",
    title=say("For whom"),
    type="choice",
    required=True,
    choices=(
        Choice(code="subtree", title=say("The organization and all below it")),
        Choice(code="public", title=say("Everybody, without an account")),
    ),
)
REASON = FieldSpec(
    code="length_reason",
    title=say("Why it is longer than 5000 characters"),
    max_length=200,
    help=say("Only if it is."),
)
EMPTY = "empty_one"
"""What is chosen to begin without a report of the pack."""

SIGNING = (SIGNED, NUMBER, AUDIENCE, REASON)


def crumbs(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the way to a page of the room."""
    return [(translate("Reports"), reverse("reports-reports")), *steps]


@page("reports.view")
def reports(request: Request) -> HttpResponse:
    """List the reports within reach."""
    context = request.context
    rows = visible_reports(context)
    state, typed = request.GET.get("state", ""), request.GET.get("q", "").strip()
    rows = rows.filter(state=state) if state in STATES else rows
    rows = rows.filter(title__icontains=typed) if typed else rows
    columns = [
        Column(
            "title",
            say("Report"),
            link=lambda each: reverse("reports-report", args=(each.pk,)),
            sort="title",
            width=40,
        ),
        Column("org", say("Organization"), value=lambda each: each.org.name, sort="org__code", width=30),
        Column("period", say("Period"), sort="period"),
        Column("state", say("State"), "status", value=lambda each: STATES[each.state], sort="state"),
        Column("number", say("Number")),
        Column("written_by", say("Drafted by"), value=lambda each: str(each.written_by)),
        Column("known_at", say("Figures as known at"), "instant"),
    ]
    table = Table(
        request,
        columns,
        rows,
        title=say("Reports"),
        empty_title=say("No report has been written yet"),
        empty_advice=say("A report is put together from sentences whose figures the system holds."),
    )
    values = {
        "table": table,
        "state": state,
        "typed": typed,
        "states": [(each, STATES[each].word) for each in STATES],
        "may_write": context.may(WRITE),
    }
    return table.export() or render(request, "reports/reports.html", values)


# Beginning


@page("reports.write", methods=("GET", "POST"))
def new(request: Request) -> HttpResponse:
    """Choose organization, report and period, and begin."""
    context = request.context
    orgs = places_to_write(context)
    org = _chosen_org(request, orgs)
    kinds = report_kinds(org)
    offered = _periods(context.today)
    form = FieldForm(_beginning(kinds, offered))
    values = {
        "org": org,
        "orgs": [(str(each.pk), each.name) for each in orgs],
        "form": form,
        "kinds": kinds,
        "crumbs": crumbs((translate("Begin a report"), "")),
    }
    if request.method == "POST":
        try:
            sent = parse_fields(tuple(form.specs), form.raw(request.POST))
            kind = "" if sent["what"] == EMPTY else sent["what"]
            every: PeriodKind = next((each.every for each in kinds if each.code == kind), "year")
            chosen = next((each for each in offered if _period_choice(each) == sent["period"]), None)
            made = write_report(
                context,
                org,
                period=str(chosen or period_of(context.today, every).previous()),
                title=sent["title"] or "",
                kind=kind,
            )
        except (Conflict, Invalid) as wrong:
            again = {**values, "form": form.again(request.POST, wrong.faults)}
            return form_again(request, "reports/new.html", again, wrong)
        return redirect("reports-compose", made.pk)
    return render(request, "reports/new.html", values)


def _chosen_org(request: Request, orgs: list[Org]) -> Org:
    asked = request.POST.get("org") or request.GET.get("org") or ""
    if asked.isdecimal() and len(asked) < 19:
        return org_by_id(request.context, int(asked))
    if not orgs:
        raise NotFound("There is no such organization.")
    return orgs[0]


OFFERED: Mapping[PeriodKind, int] = {"year": 5, "half": 4, "quarter": 8, "month": 24}
"""How many periods of each kind a report can be begun for on the screen, the running one included."""


def _periods(today: date) -> tuple[Period, ...]:
    """Return what a report can be about, by kind, the newest first."""
    return tuple(
        period_of(today, kind).shift(-back) for kind, count in OFFERED.items() for back in range(count)
    )


def _period_choice(period: Period) -> str:
    """Return a period as a choice, which begins with a letter."""
    return f"{period.kind}_{period.year}_{period.number}"


def _beginning(kinds: Iterable[ReportKind], periods: Iterable[Period]) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(
            code="what",
            title=say("Report"),
            type="choice",
            required=True,
            choices=(
                *(Choice(code=kind.code, title=kind.title) for kind in kinds),
                Choice(code=EMPTY, title=say("An empty one")),
            ),
        ),
        FieldSpec(
            code="period",
            title=say("Period"),
            type="choice",
            choices=tuple(
                Choice(code=_period_choice(each), title=formats.period_in_words(each)) for each in periods
            ),
            help=say("Left empty, the last one that is over."),
        ),
        FieldSpec(
            code="title", title=say("Title"), max_length=100, help=say("Left empty, the report's own.")
        ),
    )


# Reading


@page("reports.view")
def report(request: Request, report_id: int) -> HttpResponse:
    """Show a report with each figure a link to what it is made of, and what can be done now."""
    return render(
        request, "reports/report.html", report_values(request, report_by_id(request.context, report_id))
    )


def report_values(request: Request, found: Report) -> dict[str, Any]:
    """Return what the page of a report shows."""
    context = request.context
    number = request.GET.get("version", "")
    asked = int(number) if number.isdecimal() and len(number) < 5 else found.version
    version = version_of_report(context, found, asked)
    said = report_said(context, found, version)
    compared = since_then(context, found, said) if request.GET.get("since") and not found.is_draft else []
    since = {each.shown.number: each for each in compared}
    writes = context.may(WRITE, found.org.path)
    return {
        "report": found,
        "version": version,
        "newest": asked == found.version,
        "said": said,
        "status": STATES[found.state],
        "period_words": period_words(found.span, context.language),
        "rows": [_figure_row(found, shown, since) for shown in said.figures],
        "links": {shown.number: evidence_path(shown, found) for shown in said.figures},
        "lines": _lines(found, said),
        "compared": bool(compared),
        "versions": versions_of_report(context, found),
        "open_period": context.today <= found.span.last,
        "may_change": writes and found.is_draft,
        "may_withdraw": writes and found.state != Report.State.WITHDRAWN,
        "may_publish": found.state == Report.State.FROZEN and context.may(PUBLISH, found.org.path),
        "form": FieldForm(SIGNING, {"signed_by": context.actor.label, "audience": "subtree"}),
        "crumbs": crumbs((found.title, "")),
    }


def _lines(found: Report, said: Said) -> list[dict[str, Any]]:
    links = {shown.number: evidence_path(shown, found) for shown in said.figures}
    return [
        {
            "heading": line.heading,
            "pieces": [
                {
                    "text": piece.text,
                    "number": piece.figure,
                    "typed": piece.typed,
                    "url": links.get(piece.figure or 0),
                }
                for piece in line.pieces
            ],
        }
        for line in said.lines
    ]


def _figure_row(found: Report, shown: Shown, since: Mapping[int, Any]) -> dict[str, Any]:
    later = since.get(shown.number)
    return {
        "number": shown.number,
        "title": worded(shown.figure.title),
        "org": shown.org_name,
        "value": value_text(shown),
        "made_of": made_of(shown),
        "unknown": unknown_of(shown.figure, shown.counted),
        "url": evidence_path(shown, found),
        "fails": shown.fails,
        "since": later.text if later and later.changed else "",
    }


# Doing


@page("reports.write", methods=("POST",))
def freeze(request: Request, report_id: int) -> HttpResponse:
    """Fix every figure of a report."""
    found = report_by_id(request.context, report_id)
    freeze_report(request.context, found)
    messages.success(request, translate("The figures are fixed; the report waits to be signed."))
    return redirect("reports-report", found.pk)


@page("reports.write", methods=("POST",))
def count(request: Request, report_id: int) -> HttpResponse:
    """Count the figures of a draft again."""
    found = report_by_id(request.context, report_id)
    count_figures(request.context, found)
    messages.success(request, translate("The figures are those of now."))
    return redirect("reports-report", found.pk)


@page("reports.publish", methods=("POST",))
def publish(request: Request, report_id: int) -> HttpResponse:
    """Sign a report and publish it."""
    found = report_by_id(request.context, report_id)
    form = FieldForm(SIGNING)
    try:
        sent = parse_fields(SIGNING, form.raw(request.POST))
        publish_report(
            request.context,
            found,
            signed_by=sent["signed_by"],
            number=sent["number"] or "",
            audience=sent["audience"],
            length_reason=sent["length_reason"] or "",
        )
    except (Conflict, Invalid) as wrong:
        values = {**report_values(request, found), "form": form.again(request.POST, wrong.faults)}
        return form_again(request, "reports/report.html", values, wrong)
    messages.success(request, translate("The report is signed and published."))
    return redirect("reports-report", found.pk)


@page("reports.write", methods=("POST",))
def withdraw(request: Request, report_id: int) -> HttpResponse:
    """Withdraw a report, with the reason."""
    found = report_by_id(request.context, report_id)
    withdraw_report(request.context, found, reason=request.POST.get("reason", ""))
    messages.success(request, translate("The report was withdrawn; what it said is kept."))
    return redirect("reports-report", found.pk)


# Paper


def _site(request: Request) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _name(found: Report, ending: str) -> str:
    return f"{found.title}-{found.org.name}-{found.period}.{ending}"


@page("reports.view")
def word(request: Request, report_id: int) -> HttpResponse:
    """Send a report as a Word file in the layout of GB/T 9704."""
    found = report_by_id(request.context, report_id)
    document = report_document(report_said(request.context, found), found, site=_site(request))
    return file_response(word_bytes(document), MEDIA_TYPES["docx"], _name(found, "docx"))


@page("reports.view")
def pdf(request: Request, report_id: int) -> HttpResponse:
    """Send a report as a PDF."""
    found = report_by_id(request.context, report_id)
    document = report_document(report_said(request.context, found), found, site=_site(request))
    return file_response(pdf_bytes(document), MEDIA_TYPES["pdf"], _name(found, "pdf"))


@page("reports.view")
def excel(request: Request, report_id: int) -> HttpResponse:
    """Send each sentence of a report with its figures and what they are made of."""
    context = request.context
    found = report_by_id(context, report_id)
    content = report_workbook(
        report_said(context, found),
        found,
        day=context.today,
        made_by=context.actor.label,
        site=_site(request),
    )
    return file_response(content, XLSX, _name(found, "xlsx"))


# What a figure is made of


def known_at_asked(request: Request) -> datetime | None:
    """Return the instant as of which a figure is asked for, None for now."""
    written_at = request.GET.get("known_at", "")
    if not written_at:
        return None
    try:
        known_at = datetime.fromisoformat(written_at)
    except ValueError:
        raise Invalid("Some fields need attention.", faults={"known_at": "This is no instant."}) from None
    if known_at.tzinfo is None:
        raise Invalid("Some fields need attention.", faults={"known_at": "This is no instant."})
    return known_at


@page("reports.view")
def figure(request: Request, org_id: int, reported_period: str, figure_name: str) -> HttpResponse:
    """Show what a figure is made of: its parts, those not known first, and the records behind them."""
    context = request.context
    org, span, known_at = org_by_id(context, org_id), period_asked(reported_period), known_at_asked(request)
    counting = counting_at(context, org, period=span, known_at=known_at)
    asked = figure_of(counting, figure_name)
    number = taken(asked.figure, asked.counted)
    hidden = is_small(asked.figure, number) and not context.may(PEOPLE, org.path)
    part = None if hidden else _part(request, counting, asked)
    if part is not None:
        tables = _part_tables(request, counting, asked, part)
    else:
        tables = [] if hidden else _evidence_tables(request, counting, asked)
    for table in tables:
        if sheet := table.export():
            return sheet
    values = {
        "org": org,
        "asked": asked,
        "period_words": period_words(span, context.language),
        "value": _value(asked, number, hidden=hidden),
        "hidden": hidden,
        "counted": asked.counted,
        "unknown": unknown_of(asked.figure, asked.counted),
        "known_at": known_at,
        "source": _source(asked),
        "tables": tables,
        "part": part,
        "too_few_facts": (part is not None or 0 < asked.counted.facts < FEWEST) and not tables,
        "too_many_facts": part is None and asked.counted.facts > LISTED and not hidden,
        "crumbs": crumbs(
            (worded(asked.figure.title), "?" if part else ""), *([(part.name, "")] if part else [])
        ),
    }
    return render(request, "reports/figure.html", values)


def _value(asked: Asked, number: Any, *, hidden: bool) -> str:
    if hidden:
        return translate("fewer than five")
    return formats.NOTHING if number is None else written(number, asked.figure.unit, asked.figure.places)


def _source(asked: Asked) -> str:
    figure_ = asked.figure
    if figure_.orgs is not None:
        return translate("Organizations of the tree on the last day of the period")
    if figure_.units is not None:
        return translate("Bodies on the last day of the period, and how many of them have an organization")
    if figure_.people is not None:
        return translate("Persons on the last day of the period: a number, never who")
    if figure_.at_least is not None:
        words = translate("Facts of the period: how many organizations reach %(bound)s")
        return words % {"bound": formats.number(figure_.at_least)}
    return translate("Facts of the period")


def _evidence_tables(request: Request, counting: Counting, asked: Asked) -> list[Table]:
    figure_ = asked.figure
    if figure_.people is not None:
        return []
    if figure_.orgs is not None:
        return [_org_table(request, counting, asked)]
    if figure_.units is not None:
        return [_unit_table(request, counting, asked)]
    tables = [_part_table(request, counting, asked)]
    own = counting.org.path in request.context.places("reports.view").tops
    if (asked.counted.facts >= FEWEST or own) and asked.counted.facts <= LISTED:
        tables.append(_fact_table(request, facts_of_figure(counting, figure_)))
    return tables


def _part(request: Request, counting: Counting, asked: Asked) -> Org | None:
    """Return the organization whose records alone are asked for; refused where it is no part of the figure."""
    written = request.GET.get("part", "")
    if not (written.isdecimal() and len(written) < 19):
        return None
    if int(written) not in {part.org for part in counting.parts(asked.figure)}:
        raise NotFound("There is no such organization.")
    return org_by_id(request.context, int(written))


def _part_tables(request: Request, counting: Counting, asked: Asked, part: Org) -> list[Table]:
    """Return the records behind one organization's part; fewer than five are told to it and the one above."""
    rows = facts_of_figure(counting, asked.figure, part.pk)
    tops = request.context.places("reports.view").tops
    own = part.path in tops or (part.parent is not None and part.parent.path in tops)
    return [_fact_table(request, rows)] if own or not 0 < rows.count() < FEWEST else []


def _org_link(pk: int) -> str:
    return reverse("orgs-org", args=(pk,))


class _Named(Sequence[Any]):
    """Rows about organizations with their names, which are read of those alone that a page shows."""

    def __init__(self, rows: Sequence[Any], day: date) -> None:
        self.rows, self.day = rows, day
        self.names: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, at: Any) -> Any:
        shown = self.rows[at]
        self.names |= names_on([row.org for row in (shown if isinstance(at, slice) else [shown])], self.day)
        return shown

    def name(self, row: Any) -> str:
        """What a row's organization was called."""
        return self.names.get(row.org, "")


def _org_table(request: Request, counting: Counting, asked: Asked) -> Table:
    assert asked.figure.orgs is not None
    rows = _Named(counting.standing(asked.figure.orgs), counting.period.last)
    columns = [
        Column("name", say("Organization"), value=rows.name, link=lambda row: _org_link(row.org), width=40),
        Column("kind", say("Kind"), value=_titles(counting, "org_kind")),
        Column("domain", say("Domain"), value=_titles(counting, "domain")),
    ]
    return Table(request, columns, rows, title=say("Counted are"), code="counted")


def _titles(counting: Counting, kind: str) -> Any:
    placed = counting.pack.definitions.get(kind, {})
    field = "kind" if kind == "org_kind" else "domain"

    def title(row: Any) -> str:
        code = getattr(row, field)
        return worded(placed[code].definition.title) if code in placed else code

    return title


def _unit_table(request: Request, counting: Counting, asked: Asked) -> Table:
    columns = [
        Column("code", say("Code"), value=lambda row: row.unit.code),
        Column("name", say("Body"), link=lambda row: reverse("orgs-unit", args=(row.unit_id,)), width=34),
        Column("under", say("Below"), value=lambda row: row.under.name, width=34),
        Column(
            "org",
            say("Its organization"),
            value=lambda row: row.org.name if row.org else "",
            link=lambda row: _org_link(row.org_id) if row.org_id else "",
            width=34,
        ),
    ]
    rows = counting.units(asked.figure).order_by("org", "unit__code")
    return Table(request, columns, rows, title=say("Counted are"), code="counted")


def _part_table(request: Request, counting: Counting, asked: Asked) -> Table:
    def light(part: PartOf) -> Status:
        return Status(say("Known"), "green") if part.known else Status(say("Unknown"), "yellow")

    parts = sorted(counting.parts(asked.figure), key=lambda part: part.known)
    rows = _Named(parts, counting.period.last)
    columns = [
        Column("name", say("Organization"), value=rows.name, link=lambda part: _org_link(part.org), width=40),
        Column("known", say("State"), "status", value=light),
        Column("numerator", say("Numerator"), "number", link=lambda part: f"?{records}part={part.org}"),
        Column("denominator", say("Denominator"), "number"),
    ]
    known_at = request.GET.get("known_at", "")
    records = urlencode({"known_at": known_at}) + "&" if known_at else ""
    return Table(request, columns, rows, title=say("What it is made of"), code="parts")


def _fact_table(request: Request, rows: Any) -> Table:
    columns = [
        Column("org", say("Organization"), value=lambda fact: fact.org.name, width=34),
        Column("day", say("Day"), "date"),
        Column("value", say("Value"), "number"),
        Column("source", say("Record"), value=_source_words, link=lambda fact: source_url(fact.source)),
    ]
    return Table(request, columns, rows, title=say("Records behind it"), code="facts", exports=False)


def _source_words(fact: Fact) -> str:
    kind, _, number = fact.source.partition(":")
    words = {"task": translate("Task"), "record": translate("Record")}
    return f"{words.get(kind, kind)} {number}"


def source_url(source: str) -> str | None:
    """Return the page of what a fact leads back to."""
    kind, _, number = source.partition(":")
    pages = {"task": "plans-task", "record": "records-record"}
    return reverse(pages[kind], args=(int(number),)) if kind in pages and number.isdecimal() else None


urlpatterns = [
    path("reports", reports, name="reports-reports"),
    path("reports/new", new, name="reports-new"),
    path("reports/<int:report_id>", report, name="reports-report"),
    path("reports/<int:report_id>/count", count, name="reports-count"),
    path("reports/<int:report_id>/freeze", freeze, name="reports-freeze"),
    path("reports/<int:report_id>/publish", publish, name="reports-publish"),
    path("reports/<int:report_id>/withdraw", withdraw, name="reports-withdraw"),
    path("reports/<int:report_id>/word", word, name="reports-word"),
    path("reports/<int:report_id>/pdf", pdf, name="reports-pdf"),
    path("reports/<int:report_id>/excel", excel, name="reports-excel"),
    path(
        "reports/figures/<int:org_id>/<str:reported_period>/<str:figure_name>", figure, name="reports-figure"
    ),
]
