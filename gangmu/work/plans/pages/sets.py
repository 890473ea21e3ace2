"""What one organization owes, in one place."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from gangmu.frame.doors import Request, page
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say
from gangmu.kernel.orgs.around import around_org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.plans.queries.sets import HOW_OFTEN, duty_set_of, own_duties
from gangmu.work.plans.wording import rule_in_words


@page("plans.view")
def our_duties(request: Request, org_id: int) -> HttpResponse:
    """List what one organization owes, by which paper, and the rules and standard of its domain."""
    org = org_by_id(request.context, org_id)
    columns = [
        Column(
            "title",
            say("Duty"),
            value=lambda each: each.title,
            link=lambda each: reverse("plans-duty", args=(each.code,)),
            width=32,
        ),
        Column("every", say("How often"), value=lambda each: HOW_OFTEN[each.every]),
        Column("due_on", say("Due"), value=lambda each: rule_in_words(each.due_on), width=28),
        Column("follows", say("By which paper"), value=lambda each: each.follows.in_words, width=36),
        Column("minutes", say("Minutes each"), "number", total=True),
    ]
    table = Table(
        request,
        columns,
        own_duties(request.context, org),
        title=say("Our duties"),
        empty_title=say("Nothing is owed regularly here"),
        empty_advice=say("The pack asks nothing of organizations of this kind, domain and level."),
    )
    values = around_org(request, org, "plans-our-duties", table=table, duty_set=duty_set_of(org))
    return table.export() or render(request, "plans/our_duties.html", values)


urlpatterns = [path("orgs/<int:org_id>/duties", our_duties, name="plans-our-duties")]
