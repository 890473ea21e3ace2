"""The account of a month and of a year, down to the tasks behind a figure."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period, period_of
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Heat, HeatCell, HeatRow, Tab, heat_level, over_time
from gangmu.frame.formats import NOTHING, period_in_words
from gangmu.frame.links import address
from gangmu.frame.tables import Table
from gangmu.frame.words import active_language, msgid, say, worded
from gangmu.kernel.orgs.around import around_org
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.plans.models import Task
from gangmu.work.plans.pages.orders import figures
from gangmu.work.plans.pages.tasks import task_card
from gangmu.work.plans.pages.words import HEADINGS, STATIONS, asked_org, asked_period, task_columns
from gangmu.work.plans.papers import month_words, presence, total_of
from gangmu.work.plans.queries.account import (
    ELSEWHERE,
    Account,
    Line,
    YearAccount,
    YearLine,
    account_of,
    periods_ending_in,
    periods_in_year,
    tasks_behind,
    those_beside,
    those_beside_in,
    year_of,
)
from gangmu.work.plans.queries.duties import duty_titles
from gangmu.work.plans.queries.orders import (
    periods_asked,
)
from gangmu.work.plans.queries.paper import backfilled_below
from gangmu.work.plans.queries.tasks import (
    visible_tasks,
)
from gangmu.work.plans.rules import CELLS, Cell, Tally

# --- the account ---------------------------------------------------------------------------


@page("plans.view")
def account(request: Request) -> HttpResponse:
    """Show the month's account: who answered what in time, by place and duty; every figure is a link."""
    context = request.context
    top = asked_org(request, "plans.view")
    if top is None:
        raise NotFound("There is no such account.")
    asked = periods_asked()
    now = period_of(context.today, "month")
    period = asked_period(request, newest_begun(asked, now))
    found = account_of(context, top, [period])
    titles = duty_titles(top)
    values = {
        "top": top,
        "account": found,
        "period": period,
        "period_words": period_in_words(period),
        "periods": [(str(each), period_in_words(each)) for each in asked[:36] or [now]],
        "heat": _heat(found, period, titles),
        "figures": [
            *figures(
                found.total,
                lambda cell: address("plans-behind", org=top.pk, period=period, cell=cell),
            ),
            *_backfilled_figure(context, top, period),
        ],
        "beside": those_beside(context, top, period) if top.parent_id else None,
        "own": [task_card(context, each) for each in _own_tasks(context, top, period)],
        "papers": account_papers("plans-account", org=top.pk, period=period),
        "crumbs": _account_crumbs(context, top, period),
        "tabs": _account_tabs(top, period, "plans-account"),
    }
    return render(request, "plans/account.html", values)


def _backfilled_figure(context: Context, top: Org, period: Period) -> list[dict[str, Any]]:
    """Return how many of the late answers were entered afterwards from paper, if there are any."""
    found = backfilled_below(context, top, [period])
    if not found.count:
        return []
    url = address("plans-behind", org=top.pk, period=period, cell="backfilled")
    note = translate("of these %(count)s with a date in time on the paper") % {"count": found.dated_in_time}
    return [
        {
            "title": say("Entered afterwards"),
            "value": found.count,
            "url": url,
            "light": "yellow",
            "note": note,
        }
    ]


def account_papers(name: str, **given: Any) -> list[tuple[str, str, str]]:
    """Return the ways to take an account along: icon, words, address."""
    return [
        ("printer", translate("Print"), address(f"{name}-print", **given)),
        ("file-text", translate("Word"), address(f"{name}-word", **given)),
        ("file-spreadsheet", translate("Excel"), address(f"{name}-excel", **given)),
    ]


def newest_begun(asked: list[Period], now: Period) -> Period:
    """Return the newest month that has begun and for which something was asked."""
    months = [each for each in asked if each.kind == "month" and each <= now]
    return months[0] if months else now


def _own_tasks(context: Context, top: Org, period: Period) -> list[Task]:
    """Return an organization's own tasks of a period."""
    return list(tasks_behind(context, top, [period]).filter(org=top)[:20])


def _account_tabs(top: Org, period: Period, here: str) -> list[Tab]:
    month = address("plans-account", org=top.pk, period=period if period.kind == "month" else "")
    year = address("plans-account-year", org=top.pk, year=period.year)
    return [
        Tab(msgid("The month"), month, here == "plans-account"),
        Tab(msgid("The year"), year, here == "plans-account-year"),
    ]


def _account_crumbs(context: Context, top: Org, period: Period) -> list[tuple[str, str]]:
    crumbs = [(translate("The account"), reverse("plans-account"))]
    if top.parent is not None and context.may("plans.view", top.parent.path):
        crumbs.append((top.parent.name, address("plans-account", org=top.parent_id, period=period)))
    return [*crumbs, (top.name, "")]


def _cells(fields: Iterable[tuple[Tally | None, str]]) -> list[HeatCell]:
    """Return fields of the heat map: how many in time of how many, and what else there is."""
    headings = _headings(active_language())
    return [
        HeatCell(
            f"{tally.on_time}/{tally.due}",
            heat_level(tally.on_time, tally.due),
            url,
            " · ".join(f"{headings[cell]} {tally.counts[cell]}" for cell in CELLS if tally.counts.get(cell)),
        )
        if tally is not None and tally.due
        else HeatCell(NOTHING, None)
        for tally, url in fields
    ]


@cache
def _headings(_language: str) -> dict[Cell, str]:
    """Return what the headings are called in the language that is active: hundreds of fields name them."""
    return {cell: worded(HEADINGS[cell].word) for cell in CELLS}


def _behind_url(org: int, **given: Any) -> str:
    """Return the address of the tasks behind a field; those of who stands elsewhere today cannot be seen."""
    return address("plans-behind", org=org, **given) if org != ELSEWHERE else ""


def _heat(found: Account, period: Period, titles: Mapping[str, Any]) -> Heat:
    def row(line: Line) -> HeatRow:
        cells = _cells(
            (line.cells.get(code), _behind_url(line.org, period=period, duty=code)) for code in found.columns
        )
        deeper = line.org not in (found.top.pk, ELSEWHERE) and line.total.due > 1
        url = address("plans-account", org=line.org, period=period) if deeper else ""
        return HeatRow(line.name, cells, url)

    return Heat(
        say("Answered in time, by place and duty"),
        [titles.get(code) or code for code in found.columns],
        [row(line) for line in found.lines],
        say("Organization"),
    )


def asked_year(request: Request) -> int:
    """Return the year that is asked for, else this one."""
    written = request.GET.get("year", "")
    sound = written.isdecimal() and len(written) == 4 and 1900 < int(written) < 2999
    return int(written) if sound else request.context.today.year


@page("plans.view")
def account_year(request: Request) -> HttpResponse:
    """Show a year's account: by duty and month, by place and month; every figure is a link."""
    context = request.context
    top = asked_org(request, "plans.view")
    if top is None:
        raise NotFound("There is no such account.")
    year, titles = asked_year(request), duty_titles(top)
    asked = request.GET.get("duty", "")
    duty_ = asked if asked in titles else ""
    found = year_of(context, top, year, duty=duty_)
    years = sorted({each.year for each in periods_asked()} | {context.today.year}, reverse=True)
    beside = those_beside_in(context, top, periods_in_year(year), duty=duty_) if top.parent_id else None
    values = {
        "top": top,
        "year": year,
        "figures": figures(
            found.total,
            lambda cell: address("plans-behind", org=top.pk, period=year, duty=duty_, cell=cell),
        ),
        "by_duty": _duty_heat(found, titles),
        "by_place": _place_heat(found, duty_) if len(found.lines) > 1 else None,
        "total": found.total,
        "beside": beside,
        "duty": duty_,
        "duties": sorted(titles.items()),
        "years": [(each, str(each)) for each in years],
        "papers": account_papers("plans-account-year", org=top.pk, year=year, duty=duty_),
        "crumbs": _account_crumbs(context, top, Period("year", year)),
        "tabs": _account_tabs(top, Period("year", year), "plans-account-year"),
    }
    return render(request, "plans/account_year.html", values)


def _duty_heat(found: YearAccount, titles: Mapping[str, Any]) -> Heat:
    """Return twelve months by duty; a sum stands in the last column and in the last line."""
    top = found.top.pk

    def row(code: str) -> HeatRow:
        tallies, spans = found.duties[code], found.spans
        cells = _cells(
            (
                tallies.get(str(month)),
                address("plans-behind", org=top, period=spans.get((code, str(month)), month), duty=code),
            )
            for month in found.months
        )
        behind_all = address("plans-behind", org=top, period=found.year, duty=code)
        whole = _cells([(total_of(tallies.values()), behind_all)])
        url = address("plans-account-year", org=top, year=found.year, duty=code)
        return HeatRow(titles.get(code) or code, [*cells, *whole], url)

    rows = [row(code) for code in sorted(found.duties)]
    if len(rows) > 1:
        rows.append(HeatRow(say("Total"), [*_month_cells(found, top, found.totals, ""), *_year_cell(found)]))
    return over_time(Heat(say("Answered in time, by duty and month"), _month_heads(found), rows, say("Duty")))


def _place_heat(found: YearAccount, duty_: str) -> Heat:
    """Return twelve months by place; one who was not there all year has a note."""

    def row(line: YearLine) -> HeatRow:
        cells = _month_cells(found, line.org, line.months, duty_)
        whole = _cells([(line.total, _behind_url(line.org, period=found.year, duty=duty_))])
        deeper = line.org not in (found.top.pk, ELSEWHERE) and line.total.due > 12
        url = address("plans-account-year", org=line.org, year=found.year, duty=duty_) if deeper else ""
        note = presence(line.founded, line.closed)
        return HeatRow(f"{line.name}（{note}）" if note else line.name, [*cells, *whole], url)

    rows = [row(line) for line in found.lines]
    return over_time(
        Heat(say("Answered in time, by place and month"), _month_heads(found), rows, say("Organization"))
    )


def _month_heads(found: YearAccount) -> list[Any]:
    return [*(month_words(month.number) for month in found.months), say("Whole year")]


def _month_cells(found: YearAccount, org: int, cells: Mapping[str, Tally], duty_: str) -> list[HeatCell]:
    return _cells(
        (cells.get(str(month)), _behind_url(org, period=month, ending=1, duty=duty_))
        for month in found.months
    )


def _year_cell(found: YearAccount) -> list[HeatCell]:
    return _cells([(found.total, address("plans-behind", org=found.top.pk, period=found.year))])


@page("plans.view")
def behind(request: Request) -> HttpResponse:
    """List the tasks that a figure of an account is made of."""
    context = request.context
    top = asked_org(request, "plans.view")
    if top is None:
        raise NotFound("There is no such account.")
    period = asked_period(request, period_of(context.today, "month"))
    duty_, cell = request.GET.get("duty", ""), request.GET.get("cell", "")
    ending = request.GET.get("ending", "")
    table = Table(
        request,
        task_columns(context),
        tasks_behind(context, top, _behind_periods(period, ending=bool(ending)), duty=duty_, cell=cell),
        title=say("Tasks behind the figure"),
        empty_title=say("No task is in this state"),
    )
    values = {
        "table": table,
        "top": top,
        "period": period,
        "period_words": period_in_words(period),
        "ending": ending,
        "duty": duty_,
        "cell": cell,
        "cells": [*((each, HEADINGS[each].word) for each in CELLS), *STATIONS.items()],
        "duties": sorted(duty_titles(top).items()),
        "crumbs": [
            (translate("The account"), address("plans-account", org=top.pk, period=period)),
            (top.name, ""),
        ],
    }
    return table.export() or render(request, "plans/behind.html", values)


def _behind_periods(period: Period, *, ending: bool) -> tuple[Period, ...]:
    """Return what a figure sums up: a year with all within it, or a month with what ends in it."""
    if period.kind == "year":
        return periods_in_year(period.year)
    return periods_ending_in(period) if ending and period.kind == "month" else (period,)


@page("plans.view")
def of_org(request: Request, org_id: int) -> HttpResponse:
    """List the tasks of one organization, the newest period first."""
    context = request.context
    org = org_by_id(context, org_id)
    if not context.may("plans.view", org.path):
        raise NotFound("There is no such organization.")
    table = Table(
        request,
        task_columns(context),
        visible_tasks(context).filter(org=org).order_by("-period", "duty"),
        title=say("Tasks"),
        empty_title=say("Nothing has been asked of this organization"),
    )
    return table.export() or render(
        request, "plans/org.html", around_org(request, org, "plans-org", table=table)
    )


urlpatterns = [
    path("accounts", account, name="plans-account"),
    path("accounts/year", account_year, name="plans-account-year"),
    path("accounts/tasks", behind, name="plans-behind"),
    path("orgs/<int:org_id>/tasks", of_org, name="plans-org"),
]
