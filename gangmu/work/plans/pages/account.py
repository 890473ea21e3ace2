"""The account of a month and of a year, down to the tasks behind a figure."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period, period_of
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Heat, HeatCell, HeatRow, Tab, heat_level
from gangmu.frame.navigation import tabs_of
from gangmu.frame.tables import Table
from gangmu.frame.words import msgid, say, worded
from gangmu.kernel.audit.queries import newest_head
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.plans.models import Task
from gangmu.work.plans.pages.orders import figures
from gangmu.work.plans.pages.tasks import task_card
from gangmu.work.plans.pages.words import HEADINGS, asked_org, asked_period, period_in_words, task_columns
from gangmu.work.plans.queries.account import (
    Account,
    Line,
    account_of,
    tasks_behind,
    those_beside,
)
from gangmu.work.plans.queries.duties import duty_titles
from gangmu.work.plans.queries.orders import (
    periods_asked,
)
from gangmu.work.plans.queries.paper import backfilled_below
from gangmu.work.plans.queries.tasks import (
    visible_tasks,
)
from gangmu.work.plans.rules import CELLS, Tally

# --- the account ---------------------------------------------------------------------------


def _account_url(name: str, **given: Any) -> str:
    return reverse(name) + "?" + urlencode({key: value for key, value in given.items() if value})


@page("plans.view")
def account(request: Request) -> HttpResponse:
    """Show the month's account: who answered what in time, by place and duty; every figure is a link."""
    return _account_page(request, "plans/account.html")


@page("plans.view")
def account_print(request: Request) -> HttpResponse:
    """Show the month's account on paper, with the newest signed head of the log."""
    return _account_page(request, "plans/account_print.html")


def _account_page(request: Request, template: str) -> HttpResponse:
    context = request.context
    top = asked_org(request, "plans.view")
    if top is None:
        raise NotFound("There is no such account.")
    asked = periods_asked()
    now = period_of(context.today, "month")
    period = asked_period(request, _newest_begun(asked, now))
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
                lambda cell: _account_url("plans-behind", org=top.pk, period=period, cell=cell),
            ),
            *_backfilled_figure(context, top, period),
        ],
        "columns": [worded(titles.get(code)) or code for code in found.columns],
        "printed": _printed_rows(found),
        "beside": those_beside(context, top, period) if top.parent_id else None,
        "own": [task_card(context, each) for each in _own_tasks(context, top, period)],
        "head": newest_head(),
        "today": context.today,
        "crumbs": _account_crumbs(context, top, period),
        "tabs": _account_tabs(top, period, "plans-account"),
    }
    return render(request, template, values)


def _backfilled_figure(context: Context, top: Org, period: Period) -> list[dict[str, Any]]:
    """Return how many of the late answers were entered afterwards from paper, if there are any."""
    found = backfilled_below(context, top, [period])
    if not found.count:
        return []
    url = _account_url("plans-behind", org=top.pk, period=period, cell="backfilled")
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


def _newest_begun(asked: list[Period], now: Period) -> Period:
    months = [each for each in asked if each.kind == "month" and each <= now]
    return months[0] if months else now


def _own_tasks(context: Context, top: Org, period: Period) -> list[Task]:
    """Return an organization's own tasks of a period."""
    return list(tasks_behind(context, top, [period]).filter(org=top)[:20])


def _account_tabs(top: Org, period: Period, here: str) -> list[Tab]:
    month = _account_url("plans-account", org=top.pk, period=period if period.kind == "month" else "")
    year = _account_url("plans-account-year", org=top.pk, year=period.year)
    return [
        Tab(msgid("The month"), month, here == "plans-account"),
        Tab(msgid("The year"), year, here == "plans-account-year"),
    ]


def _account_crumbs(context: Context, top: Org, period: Period) -> list[tuple[str, str]]:
    crumbs = [(translate("The account"), reverse("plans-account"))]
    if top.parent is not None and context.may("plans.view", top.parent.path):
        crumbs.append((top.parent.name, _account_url("plans-account", org=top.parent_id, period=period)))
    return [*crumbs, (top.name, "")]


def _cell(tally: Tally | None, url: str) -> HeatCell:
    """Return one field of the heat map: how many in time of how many, and what else there is."""
    if tally is None or not tally.due:
        return HeatCell("—", None)
    parts = [
        f"{worded(HEADINGS[cell].word)} {tally.counts[cell]}" for cell in CELLS if tally.counts.get(cell)
    ]
    return HeatCell(
        f"{tally.on_time}/{tally.due}", heat_level(tally.on_time, tally.due), url, " · ".join(parts)
    )


def _heat(found: Account, period: Period, titles: Mapping[str, Any]) -> Heat:
    def row(line: Line) -> HeatRow:
        cells = [
            _cell(
                line.cells.get(code),
                _account_url("plans-behind", org=line.org, period=period, duty=code),
            )
            for code in found.columns
        ]
        deeper = line.org != found.top.pk and line.total.due > 1
        url = _account_url("plans-account", org=line.org, period=period) if deeper else ""
        return HeatRow(line.name, cells, url)

    return Heat(
        say("Answered in time, by place and duty"),
        [titles.get(code) or code for code in found.columns],
        [row(line) for line in found.lines],
        say("Organization"),
    )


def _printed_rows(found: Account) -> list[dict[str, Any]]:
    return [
        {"name": line.name, "cells": [line.cells.get(code) for code in found.columns], "total": line.total}
        for line in found.lines
    ]


@page("plans.view")
def account_year(request: Request) -> HttpResponse:
    """Show a year's account by place and month, of one duty or of all that is owed monthly."""
    context = request.context
    top = asked_org(request, "plans.view")
    if top is None:
        raise NotFound("There is no such account.")
    written = request.GET.get("year", "")
    year = int(written) if written.isdecimal() and 1900 < int(written) < 2999 else context.today.year
    whole = Period("year", year)
    titles = duty_titles(top)
    duty_ = request.GET.get("duty", "")
    found = account_of(context, top, whole.months, by="period", duty=duty_ if duty_ in titles else "")
    rows = [
        HeatRow(
            line.name,
            [
                _cell(
                    line.cells.get(str(month)),
                    _account_url("plans-behind", org=line.org, period=month, duty=duty_),
                )
                for month in whole.months
            ],
            _account_url("plans-account-year", org=line.org, year=year, duty=duty_)
            if line.org != top.pk and line.total.due > 12
            else "",
        )
        for line in found.lines
    ]
    heat = Heat(
        say("Answered in time, by place and month"),
        [str(month.number) for month in whole.months],
        rows,
        say("Organization"),
    )
    years = sorted({each.year for each in periods_asked()} | {context.today.year}, reverse=True)
    values = {
        "top": top,
        "year": year,
        "heat": heat,
        "total": found.total,
        "duty": duty_,
        "duties": sorted(titles.items()),
        "years": [(each, str(each)) for each in years],
        "crumbs": _account_crumbs(context, top, whole),
        "tabs": _account_tabs(top, whole, "plans-account-year"),
    }
    return render(request, "plans/account_year.html", values)


@page("plans.view")
def behind(request: Request) -> HttpResponse:
    """List the tasks that a figure of an account is made of."""
    context = request.context
    top = asked_org(request, "plans.view")
    if top is None:
        raise NotFound("There is no such account.")
    period = asked_period(request, period_of(context.today, "month"))
    duty_, cell = request.GET.get("duty", ""), request.GET.get("cell", "")
    table = Table(
        request,
        task_columns(context),
        tasks_behind(context, top, [period], duty=duty_, cell=cell),
        title=say("Tasks behind the figure"),
        empty_title=say("No task is in this state"),
    )
    values = {
        "table": table,
        "top": top,
        "period": period,
        "period_words": period_in_words(period),
        "duty": duty_,
        "cell": cell,
        "cells": [(each, HEADINGS[each].word) for each in CELLS],
        "duties": sorted(duty_titles(top).items()),
        "crumbs": [
            (translate("The account"), _account_url("plans-account", org=top.pk, period=period)),
            (top.name, ""),
        ],
    }
    return table.export() or render(request, "plans/behind.html", values)


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
    values = {"org": org, "table": table, "tabs": tabs_of(request, "org", org.pk, org.path, "plans-org")}
    return table.export() or render(request, "plans/org.html", values)


urlpatterns = [
    path("accounts", account, name="plans-account"),
    path("accounts/print", account_print, name="plans-account-print"),
    path("accounts/year", account_year, name="plans-account-year"),
    path("accounts/tasks", behind, name="plans-behind"),
    path("orgs/<int:org_id>/tasks", of_org, name="plans-org"),
]
