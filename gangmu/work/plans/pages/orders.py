"""An order, as its issuer sees it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as translate

from gangmu.core.errors import NotFound
from gangmu.frame.doors import Request, page
from gangmu.frame.formats import period_in_words
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.plans.models import Order
from gangmu.work.plans.operations.closing import close_carried, close_order, close_tasks, with_carried
from gangmu.work.plans.operations.orders import issue_to_all, withdraw_order
from gangmu.work.plans.pages.words import HEADINGS, ORDER_STATES, task_columns
from gangmu.work.plans.queries.account import (
    Account,
    progress_of,
)
from gangmu.work.plans.queries.asked import moves_of_order
from gangmu.work.plans.queries.closing import carried_and_ended
from gangmu.work.plans.queries.duties import duty_of_order
from gangmu.work.plans.queries.moves import tasks_left_behind
from gangmu.work.plans.queries.orders import order_by_id, periods_asked, places_of, visible_orders
from gangmu.work.plans.queries.tasks import tasks_of_order
from gangmu.work.plans.rules import CELLS, Tally

# --- orders --------------------------------------------------------------------------------


def order_columns(*, with_title: bool = True) -> list[Column]:
    """Return the columns of a list of orders."""
    title = Column(
        "title",
        say("Order"),
        link=lambda order_: reverse("plans-order", args=(order_.pk,)),
        sort="title",
        width=32,
    )
    period = Column(
        "period",
        say("Period"),
        value=lambda order_: period_in_words(order_.span),
        link=lambda order_: reverse("plans-order", args=(order_.pk,)),
        sort="period",
    )
    return [
        *([title] if with_title else []),
        period,
        Column(
            "issuer", say("Issuer"), value=lambda order_: order_.issuer.name, sort="issuer__code", width=28
        ),
        Column("issued_on", say("Issued on"), "date", sort="issued_on"),
        Column("due_on", say("Due on"), "date", sort="due_on"),
        Column("asked", say("Asked"), "number", sort="asked"),
        Column(
            "state", say("State"), "status", value=lambda order_: ORDER_STATES[order_.state], sort="state"
        ),
    ]


@page("plans.view")
def orders(request: Request) -> HttpResponse:
    """List the orders within reach, the newest period first."""
    rows = visible_orders(request.context)
    period = request.GET.get("period", "")
    if period:
        rows = rows.filter(period=period)
    table = Table(
        request,
        order_columns(),
        rows,
        title=say("Orders"),
        empty_title=say("No order has been issued yet"),
        empty_advice=say("Open a duty and issue its order: you see first who will receive it."),
    )
    values = {
        "table": table,
        "period": period,
        "periods": [(str(each), period_in_words(each)) for each in periods_asked()[:36]],
    }
    return table.export() or render(request, "plans/orders.html", values)


@page("plans.view")
def order(request: Request, order_id: int) -> HttpResponse:
    """Show one order as its issuer sees it: how far it is by place, and the tasks behind each figure."""
    context = request.context
    found = order_by_id(context, order_id)
    seen_whole = context.may("plans.view", found.issuer.path)
    top = _order_top(request, found, seen_whole=seen_whole)
    progress = progress_of(context, found, top) if top is not None else None
    cell = request.GET.get("cell", "")
    acts = context.may("plans.issue", found.issuer.path)
    reviews = acts and context.may("plans.review", found.issuer.path)
    table = Table(
        request,
        task_columns(context, with_duty=False),
        tasks_of_order(context, found, cell=cell, under=top),
        title=say("Tasks of this order"),
        selectable=reviews and found.state in ("issued", "closing"),
        form="ticked",
        empty_title=say("No task is in this state"),
    )
    if sheet := table.export():
        return sheet
    values = {
        "order": found,
        "duty": duty_of_order(found),
        "status": ORDER_STATES[found.state],
        "period_words": period_in_words(found.span),
        "progress": progress,
        "rows": _progress_rows(progress, found) if progress else (),
        "figures": figures(progress.total, lambda each: order_url(found, cell=each)) if progress else (),
        "table": table,
        "cell": cell,
        "cells": [(each, HEADINGS[each].word) for each in CELLS],
        "top": top,
        "may_tick": table.selectable,
        "may_carry": table.selectable
        and context.today > found.due_on
        and duty_of_order(found).carries != "never",
        "left_behind": tasks_left_behind(found).count() if acts and found.state == "issued" else 0,
        "moves": moves_of_order(context, found),
        "may_withdraw": acts and found.state in ("issuing", "issued"),
        "may_enter_paper": context.may("plans.answer") and found.state in ("issued", "closed"),
        "may_resume": acts and found.state == "issuing",
        "may_close": context.may("plans.close", found.issuer.path) and _closes(found, context.today),
        "crumbs": [(translate("Orders"), reverse("plans-orders")), (found.title, "")],
    }
    return render(request, "plans/order.html", values)


def _order_top(request: Request, found: Order, *, seen_whole: bool) -> Org | None:
    asked = request.GET.get("org", "")
    if asked.isdecimal() and len(asked) < 19:
        org = org_by_id(request.context, int(asked))
        if not request.context.may("plans.view", org.path):
            raise NotFound("There is no such organization.")
        return org
    return found.issuer if seen_whole else next(iter(places_of(request.context, "plans.view")), None)


def order_url(found: Order, **more: Any) -> str:
    """Return the address of an order, narrowed by what is given."""
    given = {name: value for name, value in more.items() if value}
    return reverse("plans-order", args=(found.pk,)) + ("?" + urlencode(given) if given else "")


def figures(total: Tally, url: Any) -> list[dict[str, Any]]:
    """Return the figures of a tally, each a link to what it is made of."""
    shown: list[tuple[str, Any, int, str]] = [("", say("Asked for"), total.due, "")]
    shown += [
        (cell, HEADINGS[cell].word, total.counts[cell], HEADINGS[cell].light)
        for cell in CELLS
        if total.counts.get(cell)
    ]
    return [
        {"title": title, "value": value, "url": url(cell), "light": light}
        for cell, title, value, light in shown
    ]


def _progress_rows(progress: Account, found: Order) -> list[dict[str, Any]]:
    return [
        {
            "line": line,
            "url": order_url(found, org=line.org),
            "cells": [
                (line.total.counts.get(cell, 0), order_url(found, org=line.org, cell=cell)) for cell in CELLS
            ],
        }
        for line in progress.lines
    ]


@page("plans.issue", methods=("POST",))
def withdraw(request: Request, order_id: int) -> HttpResponse:
    """Take an order back from everybody."""
    found = order_by_id(request.context, order_id)
    withdraw_order(request.context, found, reason=request.POST.get("reason", ""))
    messages.success(request, translate("The order was withdrawn; answers that were given stay as records."))
    return redirect("plans-order", order_id)


@page("plans.issue", methods=("POST",))
def resume(request: Request, order_id: int) -> HttpResponse:
    """Go on with an issuing that was interrupted."""
    found = order_by_id(request.context, order_id)
    issue_to_all(request.context, found.issuer, duty=found.duty, period=found.period)
    messages.success(request, translate("The order is issued to all."))
    return redirect("plans-order", order_id)


def _closes(order: Order, today: date) -> bool:
    """Whether there is something to close: the order itself, or what it carried over and has ended since."""
    if order.state == "closed":
        return carried_and_ended(order, today).exists()
    return order.state == "closing" or (order.state == "issued" and today > order.due_on)


@page("plans.close", methods=("POST",))
def close(request: Request, order_id: int) -> HttpResponse:
    """Close an order, with what earlier ones carried over: on time, late or missing is noted and written as facts."""
    context = request.context
    found = close_order(context, order_by_id(context, order_id))
    while close_tasks(context, found):
        pass
    for earlier in with_carried(found.issuer):
        while close_carried(context, earlier):
            pass
    messages.success(request, translate("The period is closed; its facts are written."))
    return redirect("plans-order", order_id)


urlpatterns = [
    path("orders", orders, name="plans-orders"),
    path("orders/<int:order_id>", order, name="plans-order"),
    path("orders/<int:order_id>/withdraw", withdraw, name="plans-withdraw"),
    path("orders/<int:order_id>/resume", resume, name="plans-resume"),
    path("orders/<int:order_id>/close", close, name="plans-close"),
]
