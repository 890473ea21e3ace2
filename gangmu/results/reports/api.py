"""Reports over the API: what can be said, what a figure is made of, and every step of a report."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Query, Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.results.reports.models import Report
from gangmu.results.reports.operations import (
    change_report,
    count_figures,
    freeze_report,
    publish_report,
    withdraw_report,
    write_report,
)
from gangmu.results.reports.queries.figures import figure_at
from gangmu.results.reports.queries.reports import (
    PEOPLE,
    period_asked,
    report_by_id,
    report_said,
    sentences_of,
    since_then,
    version_of_report,
    visible_reports,
)
from gangmu.results.reports.rules import Part, is_small, taken, unknown_of

router = Router()


class PageOf(Schema):
    """Where a list goes on: ``after`` the last id seen, at most ``limit`` rows."""

    after: int = 0
    limit: int = 100


class ReportOut(Schema):
    """One report, without what it says."""

    id: int
    org_id: int
    kind: str
    period: str
    title: str
    addressee: str
    state: str
    version: int
    known_at: datetime | None
    digest: str
    number: str
    signed_by: str
    signed_on: date | None
    notice_id: int | None
    withdrawn_for: str


class FigureOut(Schema):
    """One figure of a report: what stands in the sentence, and what it is made of.

    What is too small to be told stands in no field.
    """

    number: int
    name: str
    org_id: int
    period: str
    text: str
    numerator: Decimal | None
    denominator: Decimal | None
    known: int | None
    unknown: int | None
    digest: str
    hidden: bool


class SaidOut(ReportOut):
    """One report with its sentences and figures."""

    parts: list[dict[str, Any]]
    lines: list[str]
    figures: list[FigureOut]
    typed_numbers: int


class SentenceOut(Schema):
    """A sentence that reports can hold: its text, and its figures by name."""

    code: str
    title: str
    text: str
    figures: dict[str, str]


def _said(request: Request, report: Report) -> dict[str, Any]:
    context = request.context
    said = report_said(context, report)
    version = version_of_report(context, report, report.version)
    return {
        **{name: getattr(report, name) for name in ReportOut.model_fields},
        "parts": version.parts,
        "lines": [line.heading or line.text for line in said.lines],
        "typed_numbers": said.typed,
        "figures": [
            {
                "number": shown.number,
                "name": shown.name,
                "org_id": shown.org_id,
                "period": str(shown.period),
                "text": shown.text,
                "numerator": None if shown.hidden else shown.counted.numerator,
                "denominator": None if shown.hidden else shown.counted.denominator,
                "known": None if shown.hidden else shown.counted.known,
                "unknown": unknown_of(shown.figure, shown.counted),
                "digest": shown.counted.digest,
                "hidden": shown.hidden,
            }
            for shown in said.figures
        ],
    }


@endpoint(
    router,
    "get",
    "/reports",
    "reports.visible_reports",
    permission="reports.view",
    response=list[ReportOut],
)
def list_reports(request: Request, page: Query[PageOf], state: str = "") -> list[Report]:
    """List the reports within reach, by id."""
    rows = visible_reports(request.context).order_by("pk").filter(pk__gt=page.after)
    rows = rows.filter(state=state) if state else rows
    return list(rows[: max(1, min(page.limit, 200))])


@endpoint(
    router,
    "get",
    "/reports/{report_id}",
    "reports.report_said",
    permission="reports.view",
    response=SaidOut,
)
def read_report(request: Request, report_id: int) -> dict[str, Any]:
    """Return one report with its sentences and figures, in the reader's language."""
    return _said(request, report_by_id(request.context, report_id))


class SinceOut(Schema):
    """What a figure of a frozen report would be today."""

    number: int
    name: str
    text: str
    now: str
    changed: bool


@endpoint(
    router,
    "get",
    "/reports/{report_id}/since",
    "reports.since_then",
    permission="reports.view",
    response=list[SinceOut],
)
def since(request: Request, report_id: int) -> list[dict[str, Any]]:
    """Return what the figures of a report would be now."""
    context = request.context
    report = report_by_id(context, report_id)
    said = report_said(context, report)
    return [
        {
            "number": each.shown.number,
            "name": each.shown.name,
            "text": each.shown.text,
            "now": each.text,
            "changed": each.changed,
        }
        for each in since_then(context, report, said)
    ]


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/sentences",
    "reports.sentences_of",
    permission="reports.view",
    response=list[SentenceOut],
)
def list_sentences(request: Request, org_id: int) -> list[dict[str, Any]]:
    """List the sentences that reports of an organization can hold, with their figures."""
    context = request.context
    return [
        {
            "code": each.code,
            "title": each.title.within(context.language),
            "text": each.text.within(context.language),
            "figures": {name: figure.title.within(context.language) for name, figure in each.figures.items()},
        }
        for each in sentences_of(org_by_id(context, org_id))
    ]


class FigureAtOut(Schema):
    """One figure: its number, and what it is made of. A count too small to be told is hidden."""

    name: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    known: int | None
    unknown: int | None
    facts: int
    digest: str
    hidden: bool


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/figures/{reported_period}/{figure_name}",
    "reports.figure_at",
    permission="reports.view",
    response=FigureAtOut,
)
def read_figure(
    request: Request, org_id: int, reported_period: str, figure_name: str, known_at: datetime | None = None
) -> dict[str, Any]:
    """Return one figure of an organization over a period, now or as known at an instant."""
    context = request.context
    org = org_by_id(context, org_id)
    span = period_asked(reported_period)
    asked = figure_at(context, org, name=figure_name, period=span, known_at=known_at)
    counted, number = asked.counted, taken(asked.figure, asked.counted)
    hidden = is_small(asked.figure, number) and not context.may(PEOPLE, org.path)
    return {
        "name": figure_name,
        "value": None if hidden else number,
        "numerator": None if hidden else counted.numerator,
        "denominator": None if hidden else counted.denominator,
        "known": None if hidden else counted.known,
        "unknown": unknown_of(asked.figure, counted),
        "facts": counted.facts,
        "digest": counted.digest,
        "hidden": hidden,
    }


class NewReportIn(Schema):
    """Which report, over which period; without ``kind`` an empty one."""

    period: str
    title: str = ""
    kind: str = ""


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/reports",
    "reports.write_report",
    permission="reports.write",
    response=ReportOut,
)
def write(request: Request, org_id: int, body: NewReportIn) -> Report:
    """Begin a report of an organization over a period."""
    org = org_by_id(request.context, org_id)
    return write_report(request.context, org, period=body.period, title=body.title, kind=body.kind)


class ReportPartIn(Schema):
    """One part: a heading, a sentence of the pack, or a text with figures chosen by letter."""

    heading: str = ""
    sentence: str = ""
    text: str = ""
    org: int | None = None
    figures: dict[str, str] = {}


class ReportPartsIn(Schema):
    """What the report says from now on, and the version that was looked at."""

    parts: list[ReportPartIn]
    title: str = ""
    addressee: str = ""
    based_on: int = 0
    knowingly: bool = False


@endpoint(
    router,
    "put",
    "/reports/{report_id}/parts",
    "reports.change_report",
    permission="reports.write",
    response=ReportOut,
)
def change(request: Request, report_id: int, body: ReportPartsIn) -> Report:
    """Save a draft as its next version."""
    return change_report(
        request.context,
        report_by_id(request.context, report_id),
        parts=[Part.from_json(part.model_dump()) for part in body.parts],
        title=body.title,
        addressee=body.addressee,
        based_on=body.based_on,
        knowingly=body.knowingly,
    )


@endpoint(
    router,
    "post",
    "/reports/{report_id}/count",
    "reports.count_figures",
    permission="reports.write",
    response=ReportOut,
)
def count(request: Request, report_id: int) -> Report:
    """Count the figures of a draft again, as they are now."""
    return count_figures(request.context, report_by_id(request.context, report_id))


@endpoint(
    router,
    "post",
    "/reports/{report_id}/freeze",
    "reports.freeze_report",
    permission="reports.write",
    response=ReportOut,
)
def freeze(request: Request, report_id: int) -> Report:
    """Fix every figure of a report as it is known now."""
    return freeze_report(request.context, report_by_id(request.context, report_id))


class ReportSigningIn(Schema):
    """Who signs, the paper's number, and for whom it is."""

    signed_by: str
    number: str = ""
    audience: str = "subtree"
    length_reason: str = ""


@endpoint(
    router,
    "post",
    "/reports/{report_id}/publish",
    "reports.publish_report",
    permission="reports.publish",
    response=ReportOut,
)
def publish(request: Request, report_id: int, body: ReportSigningIn) -> Report:
    """Sign a frozen report and publish it as a notice."""
    return publish_report(request.context, report_by_id(request.context, report_id), **body.dict())


class ReportWithdrawalIn(Schema):
    """Why."""

    reason: str


@endpoint(
    router,
    "post",
    "/reports/{report_id}/withdraw",
    "reports.withdraw_report",
    permission="reports.write",
    response=ReportOut,
)
def withdraw(request: Request, report_id: int, body: ReportWithdrawalIn) -> Report:
    """Withdraw a report, for a reason."""
    return withdraw_report(request.context, report_by_id(request.context, report_id), reason=body.reason)
