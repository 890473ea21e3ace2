"""What asking costs on the screen: by issuer, by order, the approved forms, what went beyond a quota."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as translate

from gangmu.core.errors import Invalid, NotAllowed
from gangmu.core.fields import FieldSpec, parse_fields
from gangmu.core.periods import Period, period_of
from gangmu.frame import formats
from gangmu.frame.doors import ANYONE, Request, page
from gangmu.frame.figures import Status, bars
from gangmu.frame.formats import listed
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.queries import names_of, roots_for
from gangmu.kernel.orgs.rules import LEVELS
from gangmu.kernel.packs.queries import pack_of
from gangmu.work.burden.definitions import FormKind
from gangmu.work.burden.models import Asking
from gangmu.work.burden.operations import open_reports
from gangmu.work.burden.queries import (
    above_quota,
    approved_forms,
    asking_by_id,
    askings,
    burden_kind,
    issuer_lines,
    measured_minutes,
    months_asked,
    openings_of,
    reports_of,
)
from gangmu.work.burden.rules import IssuerLine
from gangmu.work.records.definitions import RecordKind

LEVEL_WORDS = {
    "nation": say("Nation"),
    "province": say("Province"),
    "prefecture": say("Prefecture"),
    "county": say("County"),
    "township": say("Township"),
    "village": say("Village or community"),
    "group": say("Group"),
}
MOST_BARS = 12


def _asked_period(request: Request) -> Period:
    try:
        return Period.parse(request.GET.get("period", ""))
    except ValueError:
        return period_of(request.context.today, "month")


def _choices(request: Request, chosen: Period) -> list[tuple[str, str]]:
    months = months_asked(request.context)
    years = sorted({Period("year", month.year) for month in months}, reverse=True)
    known = list(dict.fromkeys([chosen, *months[:24], *years]))
    return [(str(each), formats.period_in_words(each)) for each in known]


@page("orgs.view")
def account(request: Request) -> HttpResponse:
    """Show what each issuer asked for in a month or year: issuers are ranked, nobody else is."""
    period, level = _asked_period(request), request.GET.get("level", "")
    lines = issuer_lines(request.context, first=period.first, last=period.last, level=level)
    here = reverse("burden-orders")

    def behind(line: IssuerLine, **more: str) -> str:
        asked = {"issuer": str(line.org), "period": str(period), **more}
        return f"{here}?{urlencode(asked)}"

    columns = [
        Column("rank", say("Rank in its level"), "rank", value=lambda line: (line.rank, line.ranked)),
        Column("name", say("Issuer"), link=behind, sort="name", width=32),
        Column("level", say("Level"), value=lambda line: LEVEL_WORDS[line.level]),
        Column("orders", say("Orders"), "number", link=behind, sort="orders", total=True),
        Column("asked", say("Times an organization was asked"), "number", sort="asked", total=True),
        Column("hours", say("Hours of all together"), "number", places=1, sort="hours", total=True),
        Column("disputed", say("Disputed as duplicate"), "number", total=True),
        Column("upheld", say("Share upheld"), value=_upheld),
        Column(
            "above_quota",
            say("Above the quota"),
            "number",
            link=lambda line: behind(line, above="yes") if line.above_quota else None,
            sort="above_quota",
            total=True,
        ),
    ]
    table = Table(
        request,
        columns,
        lines,
        title=f"{translate('What asking costs')} {formats.period_in_words(period)}",
        empty_title=say("Nobody asked for anything in this time"),
        empty_advice=say("Each order that goes out is counted here with its minutes and organizations."),
    )
    if sheet := table.export():
        return sheet
    shown = lines[:MOST_BARS]
    values = {
        "table": table,
        "period": period,
        "period_words": formats.period_in_words(period),
        "periods": _choices(request, period),
        "level": level,
        "levels": [(each, LEVEL_WORDS[each]) for each in LEVELS if each not in ("village", "group")],
        "orders": sum(line.orders for line in lines),
        "hours": sum(line.minutes for line in lines) / 60,
        "above": sum(line.above_quota for line in lines),
        "orders_url": f"{here}?{urlencode({'period': str(period)})}",
        "above_url": f"{here}?{urlencode({'period': str(period), 'above': 'yes'})}",
        "chart": bars(
            say("Hours asked for, by issuer"),
            [line.name for line in shown],
            [round(line.hours, 1) for line in shown],
            unit=say("hours"),
        )
        if shown
        else None,
    }
    return render(request, "burden/account.html", values)


def _upheld(line: IssuerLine) -> str:
    return formats.share(line.upheld, line.orders) if line.upheld else formats.NOTHING


def _order_columns(*, public: bool = False) -> list[Column]:
    def link(asking: Asking) -> str:
        return reverse("burden-order", args=(asking.pk,))

    return [
        Column("title", say("Order"), link=None if public else link, sort="title", width=32),
        Column("issuer", say("Issuer"), value=lambda each: each.issuer.name, sort="issuer__code", width=28),
        Column("asked_on", say("Issued on"), "date", sort="asked_on"),
        Column("organizations", say("Organizations asked"), "number", sort="organizations"),
        Column("minutes", say("Minutes each"), "number", sort="minutes"),
        Column("hours", say("Hours of all together"), "number", value=_hours, places=1),
        Column("reason", say("Reason above the quota"), width=40),
    ]


def _hours(asking: Asking) -> float:
    return asking.minutes * asking.organizations / 60


@page("orgs.view")
def orders(request: Request) -> HttpResponse:
    """List the orders that a figure of the account is made of."""
    period, above = _asked_period(request), request.GET.get("above") == "yes"
    issuer = request.GET.get("issuer", "")
    issuer_id = int(issuer) if issuer.isdecimal() and len(issuer) < 19 else None
    rows = askings(
        request.context, first=period.first, last=period.last, issuer_id=issuer_id, above=above
    ).filter(withdrawn_on=None)
    name = names_of([issuer_id]).get(issuer_id, "") if issuer_id is not None and rows.exists() else ""
    table = Table(
        request,
        _order_columns(),
        rows,
        title=say("Orders and what they cost"),
        empty_title=say("No order went beyond its quota")
        if above
        else say("Nobody asked for anything in this time"),
    )
    values = {
        "table": table,
        "period": period,
        "periods": _choices(request, period),
        "above": "yes" if above else "",
        "above_choices": [("yes", say("Above the quota only"))],
        "issuer": issuer_id,
        "issuer_name": name,
        "crumbs": [
            (translate("What asking costs"), f"{reverse('burden-account')}?period={period}"),
            (name or translate("Orders"), ""),
        ],
    }
    return table.export() or render(request, "burden/orders.html", values)


OPENING = (
    FieldSpec(
        code="reason",
        title=say("Reason"),
        required=True,
        max_length=300,
        help=say("Everybody inside can read that you opened it, and why."),
    ),
)


@page("orgs.view", methods=("GET", "POST"))
def order(request: Request, asking_id: int) -> HttpResponse:
    """Show what one order costs and how many called it a duplicate; who it was, the arbiter opens."""
    context = request.context
    found = asking_by_id(context, asking_id)
    form = FieldForm(OPENING)
    measured = measured_minutes(found.root, found.duty)
    values: dict[str, Any] = {
        "asking": found,
        "hours": _hours(found),
        "workdays": _hours(found) / 8,
        "measured": measured,
        "reports": reports_of(found),
        "openings": openings_of(context, found),
        "form": form,
        "may_open": context.may("plans.arbitrate", found.issuer.path),
        "crumbs": [
            (translate("What asking costs"), reverse("burden-account")),
            (found.title, ""),
        ],
    }
    if request.method == "POST":
        if not values["may_open"]:
            raise NotAllowed("You may not do this here.", {"permission": "plans.arbitrate"})
        try:
            opened = open_reports(context, found, **parse_fields(OPENING, form.raw(request.POST)))
        except Invalid as refusal:
            values["form"] = form.again(request.POST, refusal.faults)
            return form_again(request, "burden/order.html", values, refusal)
        messages.success(request, translate("Opened; that you did stands below for everybody to read."))
        names = names_of(opened.orgs)
        values |= {"opened": sorted(names.values()), "was_opened": True}
    return render(request, "burden/order.html", values)


@page("orgs.view")
def forms(request: Request) -> HttpResponse:
    """Show the catalogue of approved forms, the quotas, and by which paper both stand."""
    root = next(iter(roots_for(request.context)), None)
    pack = pack_of(root.root_id) if root else None
    records: Mapping[str, str] = (
        {kind.code: worded(kind.title) for kind in pack.all(RecordKind)} if pack else {}
    )
    today = request.context.today
    columns = [
        Column("title", say("Form"), value=lambda form: form.title, width=32),
        Column(
            "records",
            say("Covers"),
            value=lambda form: listed(records[each] for each in form.records),
            width=40,
        ),
        Column("paper", say("By which paper"), value=lambda form: str(form.approved_by), width=40),
        Column("minutes", say("Minutes at most"), "number"),
        Column("valid_until", say("Valid until"), "date"),
        Column("state", say("State"), "status", value=lambda form: _form_state(form, today)),
    ]
    table = Table(
        request,
        columns,
        approved_forms(root) if root else (),
        title=say("Approved forms"),
        empty_title=say("No form has been approved here"),
        empty_advice=say("Approved forms are written in the place's pack, each with its paper and its end."),
    )
    kind = burden_kind(pack) if pack else None
    values = {
        "table": table,
        "kind": kind,
        "paper": str(kind.follows) if kind else "",
        "catalogue": CATALOGUE[kind.catalogue] if kind else None,
        "quotas": [(LEVEL_WORDS[each.level], each.orders, each.minutes) for each in kind.quotas]
        if kind
        else (),
    }
    return table.export() or render(request, "burden/forms.html", values)


CATALOGUE = {
    "off": say("The catalogue is not looked at when an order goes out."),
    "warn": say("An order whose form is not approved is shown as such before it goes out, and counted."),
    "refuse": say("An order whose form is not approved does not go out."),
}


def _form_state(form: FormKind, today: date) -> Status:
    if form.valid_until < today:
        return Status(say("Ended"), "grey")
    if form.valid_from is not None and today < form.valid_from:
        return Status(say("To come"), "blue")
    return Status(say("Valid"), "green")


@page(ANYONE)
def public(request: Request) -> HttpResponse:
    """Show everybody which orders went beyond a quota, and why."""
    table = Table(
        request,
        _order_columns(public=True),
        above_quota(),
        title=say("Orders above the month's quota"),
        empty_title=say("No order went beyond its quota"),
        exports=False,
    )
    return render(request, "burden/public.html", {"table": table})


urlpatterns = [
    path("burden/", account, name="burden-account"),
    path("burden/orders/", orders, name="burden-orders"),
    path("burden/orders/<int:asking_id>/", order, name="burden-order"),
    path("burden/forms/", forms, name="burden-forms"),
    path("public/above-quota/", public, name="burden-public"),
]
