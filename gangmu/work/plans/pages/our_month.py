"""A month of the reader's own organization, for its members: how it stands, without anybody's answers."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from gangmu.core.errors import NotFound
from gangmu.core.periods import period_of
from gangmu.frame.doors import Request, page
from gangmu.frame.formats import period_in_words
from gangmu.frame.words import say
from gangmu.work.plans.pages.words import HEADINGS, asked_org, asked_period
from gangmu.work.plans.queries.account import OwnMonth, own_month, own_months
from gangmu.work.plans.queries.orders import places_of
from gangmu.work.plans.rules import CELLS


def month_figures(found: OwnMonth, url: str) -> list[dict[str, Any]]:
    """Return how many were asked for and stand under each heading, leading to the list of them."""
    shown = [{"title": say("Asked for"), "value": found.total.due, "light": "", "url": url}]
    return shown + [
        {"title": HEADINGS[cell].word, "value": count, "light": HEADINGS[cell].light, "url": url}
        for cell in CELLS
        if (count := found.total.counts.get(cell))
    ]


@page("plans.month")
def our_month(request: Request) -> HttpResponse:
    """Show the members of an organization how its month stands, and how those beside it stand in numbers."""
    context = request.context
    org = asked_org(request, "plans.month")
    if org is None:
        raise NotFound("There is no such account.")
    months = own_months(context, org)
    month = asked_period(request, months[0] if months else period_of(context.today, "month"))
    found = own_month(context, org, month)
    values = {
        "found": found,
        "month_words": period_in_words(month),
        "periods": [(str(each), period_in_words(each)) for each in months[:36] or [month]],
        "figures": month_figures(found, "#asked"),
        "asked": [(each, HEADINGS[each.cell]) for each in found.asked],
        "orgs": [(str(each.pk), each.name) for each in places_of(context, "plans.month")],
    }
    return render(request, "plans/our_month.html", values)


urlpatterns = [path("our-month", our_month, name="plans-our-month")]
