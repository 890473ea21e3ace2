"""The account to take along: printed on one page for the leader, as Word, as Excel; a month or a year."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from gangmu.core.errors import NotFound
from gangmu.core.periods import period_of
from gangmu.frame.context import Frame
from gangmu.frame.doors import Request, page
from gangmu.frame.downloads import file_response
from gangmu.frame.formats import period_in_words
from gangmu.frame.links import address
from gangmu.kernel.audit.queries import newest_head
from gangmu.kernel.files.rules import MEDIA_TYPES
from gangmu.kernel.orgs.models import Org
from gangmu.work.plans.pages.account import asked_year, newest_begun
from gangmu.work.plans.pages.words import asked_org, asked_period
from gangmu.work.plans.papers import AccountPaper, account_sheet, account_word, month_paper, year_paper
from gangmu.work.plans.queries.account import (
    account_of,
    periods_in_year,
    those_beside,
    those_beside_in,
    year_of,
)
from gangmu.work.plans.queries.duties import duty_titles
from gangmu.work.plans.queries.orders import periods_asked
from gangmu.work.plans.queries.paper import backfilled_below


def _top(request: Request) -> Org:
    top = asked_org(request, "plans.view")
    if top is None:
        raise NotFound("There is no such account.")
    return top


def _month(request: Request) -> tuple[AccountPaper, str]:
    """Return the account of the period that is asked for, and the way back to its page."""
    context, top = request.context, _top(request)
    period = asked_period(request, newest_begun(periods_asked(), period_of(context.today, "month")))
    paper = month_paper(
        account_of(context, top, [period]),
        period_in_words(period),
        duty_titles(top),
        made_by=Frame(request).name,
        day=context.today,
        head=newest_head(),
        beside=those_beside(context, top, period) if top.parent_id else None,
        backfilled=backfilled_below(context, top, [period]).count,
    )
    return paper, address("plans-account", org=top.pk, period=period)


def _year(request: Request) -> tuple[AccountPaper, str]:
    """Return the account of the year that is asked for, of one duty or all, and the way back to its page."""
    context, top = request.context, _top(request)
    year, titles = asked_year(request), duty_titles(top)
    asked = request.GET.get("duty", "")
    duty = asked if asked in titles else ""
    paper = year_paper(
        year_of(context, top, year, duty=duty),
        titles,
        made_by=Frame(request).name,
        day=context.today,
        head=newest_head(),
        beside=those_beside_in(context, top, periods_in_year(year), duty=duty) if top.parent_id else None,
        backfilled=backfilled_below(context, top, periods_in_year(year), duty=duty).count,
    )
    return paper, address("plans-account-year", org=top.pk, year=year, duty=duty)


def _printed(request: Request, found: tuple[AccountPaper, str]) -> HttpResponse:
    paper, back = found
    return render(request, "plans/account_paper.html", {"paper": paper, "back": back})


def _word(found: tuple[AccountPaper, str]) -> HttpResponse:
    paper, _ = found
    return file_response(account_word(paper), MEDIA_TYPES["docx"], f"{paper.title}.docx")


def _excel(found: tuple[AccountPaper, str]) -> HttpResponse:
    paper, _ = found
    return file_response(account_sheet(paper), MEDIA_TYPES["xlsx"], f"{paper.title}.xlsx")


@page("plans.view")
def month_printed(request: Request) -> HttpResponse:
    """Show the month's account on paper, with the newest signed head of the log."""
    return _printed(request, _month(request))


@page("plans.view")
def month_word(request: Request) -> HttpResponse:
    """Send the month's account as a Word document."""
    return _word(_month(request))


@page("plans.view")
def month_excel(request: Request) -> HttpResponse:
    """Send the month's account as an Excel workbook."""
    return _excel(_month(request))


@page("plans.view")
def year_printed(request: Request) -> HttpResponse:
    """Show the year's account on paper."""
    return _printed(request, _year(request))


@page("plans.view")
def year_word(request: Request) -> HttpResponse:
    """Send the year's account as a Word document."""
    return _word(_year(request))


@page("plans.view")
def year_excel(request: Request) -> HttpResponse:
    """Send the year's account as an Excel workbook."""
    return _excel(_year(request))


urlpatterns = [
    path("accounts/print", month_printed, name="plans-account-print"),
    path("accounts/word", month_word, name="plans-account-word"),
    path("accounts/excel", month_excel, name="plans-account-excel"),
    path("accounts/year/print", year_printed, name="plans-account-year-print"),
    path("accounts/year/word", year_word, name="plans-account-year-word"),
    path("accounts/year/excel", year_excel, name="plans-account-year-excel"),
]
