"""What is asked for, and sending it out."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Invalid, NotFound
from gangmu.core.periods import period_of
from gangmu.frame.doors import Request, page
from gangmu.frame.formats import listed, period_in_words
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.guard.rules import AgainstFormalism
from gangmu.kernel.orgs.definitions import DomainKind, OrgKind
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import pack_of
from gangmu.work.burden.rules import TooMuchAsked
from gangmu.work.plans.definitions import DutyKind
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.plans.pages.burden import cost_values
from gangmu.work.plans.pages.orders import order_columns
from gangmu.work.plans.pages.words import EVERY, REVIEWS, SPANS, asked_org, asked_period
from gangmu.work.plans.queries.burden import order_cost
from gangmu.work.plans.queries.duties import duties_of, duty_of
from gangmu.work.plans.queries.orders import places_of, preview_order, visible_orders

# --- duties --------------------------------------------------------------------------------
from gangmu.work.plans.wording import rule_in_words
from gangmu.work.records.forms import record_form
from gangmu.work.records.queries import record_kind


@page("plans.view")
def duties(request: Request) -> HttpResponse:
    """List the duties that are in force: what is owed, by which paper, how often, at what cost."""
    org = asked_org(request, "plans.view")
    columns = [
        Column(
            "title",
            say("Duty"),
            value=lambda duty: duty.title,
            link=lambda duty: reverse("plans-duty", args=(duty.code,)),
            width=36,
        ),
        Column("every", say("How often"), value=lambda duty: EVERY[duty.every]),
        Column("follows", say("By which paper"), value=lambda duty: duty.follows.in_words, width=40),
        Column("due_on", say("Due"), value=lambda duty: rule_in_words(duty.due_on), width=28),
        Column("minutes", say("Minutes each"), "number"),
    ]
    rows = duties_of(org) if org else ()
    table = Table(
        request,
        columns,
        rows,
        title=say("Duties"),
        empty_title=say("No duty is in force here"),
        empty_advice=say("Duties are written in the place's pack, each with the paper that asks for it."),
    )
    return table.export() or render(request, "plans/duties.html", {"table": table})


@page("plans.view")
def duty(request: Request, duty_code: str) -> HttpResponse:
    """Show one duty: its paper, its rule, whom it asks, what answers it, which orders it made."""
    context = request.context
    org = asked_org(request, "plans.view")
    if org is None:
        raise NotFound("There is no such duty here.")
    kind = duty_of(org, duty_code)
    orders_ = Table(
        request,
        order_columns(with_title=False),
        visible_orders(context).filter(duty=duty_code),
        title=say("Orders of this duty"),
        empty_title=say("No order has been issued yet"),
    )
    if sheet := orders_.export():
        return sheet
    answer = record_kind(org, kind.answer)
    values = {
        **_duty_values(kind, org),
        "answer": answer,
        "form": record_form(context, answer),
        "table": orders_,
        "may_issue": bool(places_of(context, "plans.issue")),
        "crumbs": [(translate("Duties"), reverse("plans-duties")), (worded(kind.title), "")],
    }
    return render(request, "plans/duty.html", values)


def _duty_values(kind: DutyKind, org: Org) -> dict[str, Any]:
    pack = pack_of(org.root_id)
    org_kinds = {each.code: each.title for each in pack.all(OrgKind)}
    domains = {each.code: each.title for each in pack.all(DomainKind)}
    return {
        "duty": kind,
        "org": org,
        "every": EVERY[kind.every],
        "issue_rule": rule_in_words(kind.issue_on),
        "due_rule": rule_in_words(kind.due_on),
        "reviewer": REVIEWS[kind.review],
        "asked_kinds": listed(worded(org_kinds[each]) for each in kind.asked_of.kinds),
        "asked_domains": listed(worded(domains[each]) for each in kind.asked_of.domains),
    }


# --- issuing -------------------------------------------------------------------------------


@page("plans.issue", methods=("GET", "POST"))
def issue(request: Request, duty_code: str) -> HttpResponse:
    """Show who would receive the order; confirmed, it is issued, once however often it is pressed."""
    context = request.context
    org = asked_org(request, "plans.issue")
    if org is None:
        raise NotFound("There is no such duty here.")
    kind = duty_of(org, duty_code)
    refused: Invalid | None = None
    typed, reason = request.POST.get("text", ""), request.POST.get("reason", "")
    if request.method == "POST" and "look" not in request.POST:
        period = str(asked_period(request, period_of(context.today, SPANS[kind.every])))  # type: ignore[arg-type]
        try:
            order_ = issue_to_all(
                context,
                org,
                duty=duty_code,
                period=period,
                text=typed,
                knowingly="knowingly" in request.POST,
                reason=reason,
            )
        except (AgainstFormalism, TooMuchAsked) as wrong:
            refused = wrong
        else:
            messages.success(
                request, translate("The order went out to %(count)s organizations.") % {"count": order_.asked}
            )
            return redirect("plans-order", order_.pk)
    now = period_of(context.today, SPANS[kind.every])  # type: ignore[arg-type]
    choices = [now.shift(step) for step in (-1, 0, 1)]
    period_ = asked_period(request, now)
    values = {
        **_duty_values(kind, org),
        "period": period_,
        "period_words": period_in_words(period_),
        "periods": [(str(each), period_in_words(each)) for each in choices],
        "issuers": [(each.pk, each.name) for each in places_of(context, "plans.issue")],
        "crumbs": [
            (translate("Duties"), reverse("plans-duties")),
            (worded(kind.title), reverse("plans-duty", args=(duty_code,))),
            (translate("Issue"), ""),
        ],
    }
    try:
        preview = preview_order(context, org, duty=duty_code, period=str(period_))
    except Invalid as refusal:
        return form_again(request, "plans/issue.html", values, refusal)
    columns = [
        Column("code", say("Code"), value=lambda each: each.org.code, width=16),
        Column("name", say("Name"), link=lambda each: reverse("orgs-org", args=(each.org_id,)), width=36),
    ]
    table = Table(
        request,
        columns,
        preview.asked,
        total=preview.count,
        title=say("Who receives it"),
        empty_title=say("This order would reach nobody."),
    )
    cost = order_cost(
        context, org, duty=duty_code, period=str(period_), text=typed, organizations=preview.count
    )
    values |= {"preview": preview, "table": table, "typed": typed, "reason": reason, **cost_values(cost)}
    if refused is not None:
        values["may_go_on"] = isinstance(refused, AgainstFormalism) and refused.may_go_on
        values["reason_fault"] = refused.faults.get("reason", "")
        return form_again(request, "plans/issue.html", values, refused)
    return table.export() or render(request, "plans/issue.html", values)


urlpatterns = [
    path("duties", duties, name="plans-duties"),
    path("duties/<slug:duty_code>", duty, name="plans-duty"),
    path("duties/<slug:duty_code>/issue", issue, name="plans-issue"),
]
