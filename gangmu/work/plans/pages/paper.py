"""The paper way: a form to print, many forms back through one sheet."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import NotFound, Refusal
from gangmu.frame.doors import Request, page
from gangmu.frame.formats import period_in_words
from gangmu.frame.problems import told
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.imports.queries import visible_imports
from gangmu.kernel.imports.uploads import take_in
from gangmu.work.plans.pages.words import asked_org
from gangmu.work.plans.paper_rows import PREFIX
from gangmu.work.plans.queries.duties import duty_of, duty_of_order, record_kind_of
from gangmu.work.plans.queries.orders import order_by_id
from gangmu.work.plans.queries.paper import tasks_on_paper
from gangmu.work.records.forms import record_form
from gangmu.work.records.queries import record_kind


@page("plans.view")
def blank(request: Request, duty_code: str) -> HttpResponse:
    """Show a duty as a one-page form to print, for whoever fills it in by hand."""
    org = asked_org(request, "plans.view")
    if org is None:
        raise NotFound("There is no such duty here.")
    duty = duty_of(org, duty_code)
    kind = record_kind(org, duty.answer)
    values = {"duty": duty, "kind": kind, "org": org, "form": record_form(request.context, kind)}
    return render(request, "plans/paper_blank.html", values)


@page("plans.answer", methods=("GET", "POST"))
def sheet(request: Request, order_id: int) -> HttpResponse:
    """Take many forms of one order back through Excel: template, preview, confirmation, undoing."""
    context = request.context
    order = order_by_id(context, order_id)
    org = asked_org(request, "plans.answer")
    if org is None:
        raise NotFound("There is no such order.")
    kind = f"{PREFIX}-{order.pk}"
    refusal, status = "", 200
    if request.method == "POST":
        try:
            return redirect("imports-import", take_in(request, org, kind).pk)
        except Refusal as refused:
            refusal, status = told(refused), refused.status
    values: dict[str, Any] = {
        "order": order,
        "duty": duty_of_order(order),
        "kind": record_kind_of(order),
        "org": org,
        "period_words": period_in_words(order.span),
        "open": tasks_on_paper(context, order, org).count(),
        "import_kind": kind,
        "may_import": context.may("imports.run", org.path),
        "table": Table(
            request,
            [
                Column(
                    "file_name",
                    say("File"),
                    link=lambda each: reverse("imports-import", args=(each.pk,)),
                    width=32,
                ),
                Column("state", say("State"), value=lambda each: each.get_state_display()),
                Column("total", say("Rows"), "number"),
                Column("wrong", say("Wrong rows"), "number"),
                Column("by", say("By whom")),
                Column("uploaded_at", say("When"), "instant"),
            ],
            visible_imports(context).filter(kind=kind, org=org),
            title=say("Imports so far"),
            empty_title=say("Nothing has been imported yet"),
            exports=False,
        ),
        "refusal": refusal,
        "crumbs": [
            (translate("Orders"), reverse("plans-orders")),
            (worded(order.title), reverse("plans-order", args=(order.pk,))),
            (translate("Answers on paper"), ""),
        ],
    }
    return render(request, "plans/paper_sheet.html", values, status=status)


urlpatterns = [
    path("duties/<slug:duty_code>/paper", blank, name="plans-paper-blank"),
    path("orders/<int:order_id>/paper-answers", sheet, name="plans-paper-sheet"),
]
