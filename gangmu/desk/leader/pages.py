"""The leader's page on the screen, on paper, and taken along."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import NotFound
from gangmu.core.periods import Period, period_of
from gangmu.desk.leader.papers import (
    goal_cells,
    heads,
    leader_document,
    leader_workbook,
    page_title,
    stuck_cells,
    summary,
    tables_of,
    titled,
)
from gangmu.desk.leader.queries import LeaderMonth, leader_month
from gangmu.frame import formats
from gangmu.frame.doors import Request, page
from gangmu.frame.downloads import file_response
from gangmu.frame.links import address
from gangmu.frame.sheets import XLSX
from gangmu.frame.words import worded
from gangmu.kernel.files.pdf import pdf_bytes
from gangmu.kernel.files.rules import MEDIA_TYPES
from gangmu.kernel.files.word import word_bytes
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id, roots_for
from gangmu.work.plans.queries.account import ELSEWHERE

MONTHS_SHOWN = 24


def asked_org(request: Request) -> Org:
    """Return the organization that is asked for, else where the reader's own view begins."""
    written = request.GET.get("org", "")
    if written.isdecimal() and len(written) < 19:
        return org_by_id(request.context, int(written))
    root = next(iter(roots_for(request.context)), None)
    if root is None:
        raise NotFound("There is no such organization.")
    return root


def asked_month(request: Request) -> Period:
    """Return the month that is asked for, else the last one that is over."""
    try:
        found = Period.parse(request.GET.get("month", ""))
    except ValueError:
        found = None
    if found is None or found.kind != "month":
        return period_of(request.context.today, "month").previous()
    return found


def _found(request: Request) -> LeaderMonth:
    return leader_month(request.context, asked_org(request), asked_month(request))


def _given(found: LeaderMonth) -> str:
    return "?" + urlencode({"org": found.org.pk, "month": str(found.month)})


def _behind(found: LeaderMonth, **given: Any) -> str:
    return address("plans-behind", **({"org": found.org.pk, "period": found.month, "ending": 1} | given))


@page("plans.view")
def leader(request: Request) -> HttpResponse:
    """Show an organization's month on one page; every figure leads to what is behind it."""
    found = _found(request)
    now = period_of(request.context.today, "month")
    given = _given(found)
    values = {
        "page": found,
        "title": page_title(found),
        "summary": summary(found),
        "heads": heads(),
        "months": [
            (str(each), formats.month(str(each)))
            for each in (now.shift(-step) for step in range(MONTHS_SHOWN))
        ],
        "duties": [
            (worded(line.title), titled(line.tally), _behind(found, duty=line.code)) for line in found.duties
        ],
        "behind": [
            (line.name, titled(line.total), _behind(found, org=line.org) if line.org != ELSEWHERE else "")
            for line in found.behind
        ],
        "stuck": [
            (stuck_cells(line), f"{reverse(line.url_name)}?{urlencode(line.given)}") for line in found.stuck
        ],
        "goals": [
            (
                goal_cells(line),
                f"{reverse('programmes-targets-of-org', args=(found.org.pk,))}?year={found.month.year}",
            )
            for line in found.goals
        ],
        "papers": [
            ("printer", translate("Print"), reverse("leader-print") + given),
            ("file-text", "Word", reverse("leader-word") + given),
            ("printer", "PDF", reverse("leader-pdf") + given),
            ("file-spreadsheet", "Excel", reverse("leader-excel") + given),
        ],
        "all_url": _behind(found),
    }
    return render(request, "desk/leader.html", values)


@page("plans.view")
def printed(request: Request) -> HttpResponse:
    """Show the page as a sheet of paper."""
    found = _found(request)
    values = {
        "page": found,
        "title": page_title(found),
        "summary": summary(found),
        "tables": list(tables_of(found)),
        "back": reverse("leader-month") + _given(found),
        "made_by": request.context.actor.label,
    }
    return render(request, "desk/leader_print.html", values)


def _name(found: LeaderMonth, ending: str) -> str:
    return f"{page_title(found)}-{found.org.name}.{ending}"


@page("plans.view")
def word(request: Request) -> HttpResponse:
    """Send the page as a Word file."""
    found, context = _found(request), request.context
    document = leader_document(found, made_by=context.actor.label, day=context.today)
    return file_response(word_bytes(document), MEDIA_TYPES["docx"], _name(found, "docx"))


@page("plans.view")
def pdf(request: Request) -> HttpResponse:
    """Send the page as a PDF."""
    found, context = _found(request), request.context
    document = leader_document(found, made_by=context.actor.label, day=context.today)
    return file_response(pdf_bytes(document), MEDIA_TYPES["pdf"], _name(found, "pdf"))


@page("plans.view")
def excel(request: Request) -> HttpResponse:
    """Send the page as a sheet."""
    found, context = _found(request), request.context
    content = leader_workbook(found, made_by=context.actor.label, day=context.today)
    return file_response(content, XLSX, _name(found, "xlsx"))


urlpatterns = [
    path("leader", leader, name="leader-month"),
    path("leader/print", printed, name="leader-print"),
    path("leader/word", word, name="leader-word"),
    path("leader/pdf", pdf, name="leader-pdf"),
    path("leader/excel", excel, name="leader-excel"),
]
