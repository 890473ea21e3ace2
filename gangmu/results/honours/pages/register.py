"""The register of honours: within reach, of one organization, before everybody; one honour and its re-checks."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.core.fields import Choice, FieldSpec
from gangmu.frame.doors import ANYONE, Request, page
from gangmu.frame.figures import Status
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.around import around_org
from gangmu.kernel.orgs.definitions import DomainKind
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, org_by_id, roots_for
from gangmu.kernel.packs.queries import pack_of
from gangmu.results.honours.models import Honour
from gangmu.results.honours.operations.honours import (
    GivenElsewhere,
    hang_plaque,
    recheck_honour,
    record_honour,
    take_plaque_down,
    withdraw_honour,
)
from gangmu.results.honours.pages.words import (
    HONOUR_STATES,
    PAPER,
    REASON,
    RECHECKED,
    asked_org,
    sent_fields,
    whole_number,
)
from gangmu.results.honours.queries.contests import lost_standard
from gangmu.results.honours.queries.register import (
    STATES,
    honour_by_id,
    honour_kinds,
    in_state,
    public_honours,
    rechecks_of,
    visible_honours,
)


def _columns(today: date, *, of_one: bool = False) -> list[Column]:
    columns = [
        Column(
            "title",
            say("Honour"),
            link=lambda each: reverse("honours-honour", args=(each.pk,)),
            sort="title",
            width=36,
        ),
        Column("org", say("Organization"), value=lambda each: each.org.name, sort="org__code", width=32),
        Column(
            "above",
            say("Organization above"),
            value=lambda each: each.org.parent.name if each.org.parent else "",
            shown=not of_one,
            width=26,
        ),
        Column("person", say("Person"), shown=False),
        Column("given_by", say("Conferred by"), width=28),
        Column("paper", say("By which paper"), width=30),
        Column("number", say("Number of the honour"), shown=False),
        Column("conferred_on", say("Conferred on"), "date", sort="conferred_on"),
        Column("lasts_until", say("In force until"), "date", sort="lasts_until"),
        Column("state", say("State"), "status", value=lambda each: _state(each, today)),
        Column("withdrawn_for", say("Why withdrawn"), shown=False, width=30),
        Column("plaque_hung_on", say("Plaque hung on"), "date", shown=False, sort="plaque_hung_on"),
        Column("plaque_down_on", say("Plaque taken down on"), "date", shown=False, sort="plaque_down_on"),
    ]
    return [each for each in columns if not (of_one and each.code in ("org", "above"))]


def _state(honour: Honour, today: date) -> Status:
    return HONOUR_STATES[honour.state_on(today)]


@page("honours.view")
def register(request: Request) -> HttpResponse:
    """List the honours within reach, by place, sort, year and state; as a sheet of Excel too."""
    context = request.context
    asked = {name: request.GET.get(name, "") for name in ("kind", "domain", "year", "state", "under")}
    under = whole_number(asked["under"])
    place = org_by_id(context, under) if under else None
    rows = visible_honours(context)
    rows = rows.filter(in_subtree(place.path, "org__path")) if place else rows
    rows = rows.filter(kind=asked["kind"]) if asked["kind"] else rows
    rows = rows.filter(org__domain=asked["domain"]) if asked["domain"] else rows
    if asked["year"].isdecimal() and len(asked["year"]) == 4:
        rows = rows.filter(conferred_on__year=int(asked["year"]))
    rows = in_state(rows, asked["state"], context.today) if asked["state"] in STATES else rows
    table = Table(
        request,
        _columns(context.today),
        rows,
        title=say("Register of honours"),
        empty_title=say("No honour stands here"),
        empty_advice=say("What a contest confers, and what others confer, stands here with its paper."),
    )
    root = next(iter(roots_for(context)), None)
    values = {
        "table": table,
        **asked,
        "place": place,
        "form": FieldForm(
            [FieldSpec(code="under", title=say("At and below"), type="organization")],
            {"under": place.pk if place else ""},
            finders={"organization": reverse("orgs-finder")},
            shown={"under": place.name if place else ""},
        ),
        "kinds": [(each.code, each.title) for each in honour_kinds(root)] if root else [],
        "domains": [(each.code, each.title) for each in pack_of(root.root_id).all(DomainKind)]
        if root
        else [],
        "years": [(str(each), str(each)) for each in range(context.today.year, context.today.year - 10, -1)],
        "states": [(each, HONOUR_STATES[each].word) for each in STATES],
        "may_record": _may_record(context, root),
        "any_public": public_honours(context).exists(),
    }
    return table.export() or render(request, "honours/register.html", values)


def _may_record(context: Context, root: Org | None) -> bool:
    return (
        root is not None
        and context.may("honours.manage")
        and any(each.by_others for each in honour_kinds(root))
    )


@page("honours.view")
def of_org(request: Request, org_id: int) -> HttpResponse:
    """List the honours of one organization."""
    context = request.context
    org = org_by_id(context, org_id)
    table = Table(
        request,
        _columns(context.today, of_one=True),
        visible_honours(context).filter(org=org),
        title=say("Honours"),
        empty_title=say("No honour stands here"),
        empty_advice=say("What a contest confers, and what others confer, stands here with its paper."),
    )
    values = around_org(request, org, "honours-of-org", table=table)
    return table.export() or render(request, "honours/of_org.html", values)


@page(ANYONE)
def public(request: Request) -> HttpResponse:
    """Show everybody the honours of public kinds that stand."""
    columns = [
        Column("org", say("Organization"), value=lambda each: each.org.name, width=32),
        Column(
            "above",
            say("Organization above"),
            value=lambda each: each.org.parent.name if each.org.parent else "",
        ),
        Column("title", say("Honour"), width=32),
        Column("given_by", say("Conferred by"), width=28),
        Column("paper", say("By which paper"), width=28),
        Column("conferred_on", say("Conferred on"), "date"),
        Column("lasts_until", say("In force until"), "date"),
    ]
    table = Table(
        request,
        columns,
        public_honours(request.context),
        title=say("Honours"),
        empty_title=say("No honour is shown to everybody"),
        empty_advice=say(
            "Only honours that the place's pack calls public stand here, while they are in force."
        ),
        exports=False,
    )
    return render(request, "honours/public.html", {"table": table})


# --- one honour ----------------------------------------------------------------------------


def _recheck_form() -> FieldForm:
    verdicts = tuple(Choice(code=code, title=RECHECKED[code].word) for code in ("kept", "withdrawn"))
    paper = FieldSpec(code="paper", title=say("By which paper (needed to withdraw)"), max_length=120)
    verdict = FieldSpec(
        code="verdict", title=say("What comes of it"), type="choice", choices=verdicts, required=True
    )
    return FieldForm([verdict, REASON, paper])


def _honour_values(request: Request, found: Honour) -> dict[str, Any]:
    context = request.context
    manages = context.may("honours.manage", found.office.path)
    state = found.state_on(context.today)
    rechecks = list(rechecks_of(found))
    done = any(each.year == context.today.year for each in rechecks)
    return {
        "honour": found,
        "status": HONOUR_STATES[state],
        "lost": state == "standing" and lost_standard(found, context.today),
        "rechecks": [(each, RECHECKED[each.verdict]) for each in rechecks],
        "form": _recheck_form() if manages and state == "standing" and found.rechecked and not done else None,
        "may_withdraw": manages and state == "standing",
        "plaque_left": state != "standing" and found.plaque_hangs,
        "may_hang": manages and state == "standing" and found.plaque and not found.plaque_hangs,
        "may_take_down": manages and found.plaque_hangs,
        "today_written": context.today.isoformat(),
        "crumbs": [(translate("Register of honours"), reverse("honours-register")), (found.title, "")],
    }


@page("honours.view")
def honour(request: Request, honour_id: int) -> HttpResponse:
    """Show one honour: its paper, its re-checks, and why it was withdrawn."""
    found = honour_by_id(request.context, honour_id)
    return render(request, "honours/honour.html", _honour_values(request, found))


@page("honours.manage", methods=("POST",))
def recheck(request: Request, honour_id: int) -> HttpResponse:
    """Look at an honour again in this year."""
    found = honour_by_id(request.context, honour_id)
    form = _recheck_form()
    try:
        sent = sent_fields(form, request)
        recheck_honour(
            request.context,
            found,
            verdict=sent["verdict"],
            reason=sent["reason"],
            paper=sent["paper"] or "",
        )
    except (Conflict, Invalid) as wrong:
        values = _honour_values(request, found) | {"form": form.again(request.POST, wrong.faults)}
        return form_again(request, "honours/honour.html", values, wrong)
    messages.success(request, translate("The re-check is kept with its reason."))
    return redirect("honours-honour", found.pk)


@page("honours.manage", methods=("POST",))
def withdraw(request: Request, honour_id: int) -> HttpResponse:
    """Withdraw an honour by a paper, with the reason."""
    found = honour_by_id(request.context, honour_id)
    withdraw_honour(request.context, found, **sent_fields(FieldForm([REASON, PAPER]), request))
    messages.success(request, translate("The honour is withdrawn; it stays in the register with its reason."))
    return redirect("honours-honour", found.pk)


@page("honours.manage", methods=("POST",))
def hang(request: Request, honour_id: int) -> HttpResponse:
    """Note that the plaque of an honour was hung."""
    found = honour_by_id(request.context, honour_id)
    hang_plaque(request.context, found, day=_sent_day(request))
    messages.success(request, translate("It is noted that the plaque hangs."))
    return redirect("honours-honour", found.pk)


@page("honours.manage", methods=("POST",))
def take_down(request: Request, honour_id: int) -> HttpResponse:
    """Note that the plaque of an honour was taken down."""
    found = honour_by_id(request.context, honour_id)
    take_plaque_down(request.context, found, day=_sent_day(request))
    messages.success(request, translate("It is noted that the plaque was taken down."))
    return redirect("honours-honour", found.pk)


def _sent_day(request: Request) -> date:
    day = FieldSpec(code="day", title=say("Day"), type="date", required=True)
    return date.fromisoformat(sent_fields(FieldForm([day]), request)["day"])


# --- what others conferred -----------------------------------------------------------------


@page("honours.manage", methods=("GET", "POST"))
def record(request: Request) -> HttpResponse:
    """Put on record an honour that another office conferred."""
    context = request.context
    office = asked_org(request, "honours.manage", "office")
    kinds = [each for each in honour_kinds(office) if each.by_others]
    if not kinds:
        return render(request, "honours/record.html", {"office": office, "form": None})
    form = FieldForm(
        [
            FieldSpec(
                code="kind",
                title=say("Kind"),
                type="choice",
                choices=tuple(Choice(code=each.code, title=each.title) for each in kinds),
                required=True,
            ),
            FieldSpec(code="org", title=say("Organization"), type="organization", required=True),
            FieldSpec(code="title", title=say("Honour"), required=True, max_length=200),
            FieldSpec(code="given_by", title=say("Conferred by"), required=True, max_length=120),
            PAPER,
            FieldSpec(code="conferred_on", title=say("Conferred on"), type="date", required=True),
            FieldSpec(
                code="person",
                title=say("Person, where it was given to one"),
                max_length=60,
                help=say("A name only, beside the organization: nobody is ranked or compared."),
            ),
            FieldSpec(code="number", title=say("Number of the honour"), max_length=40),
        ],
        {"kind": kinds[0].code},
        finders={"organization": reverse("orgs-finder")},
    )
    values = {
        "office": office,
        "form": form,
        "helps": [(worded(each.title), each.follows) for each in kinds],
        "crumbs": [
            (translate("Register of honours"), reverse("honours-register")),
            (translate("Record"), ""),
        ],
    }
    if request.method == "POST":
        try:
            sent = sent_fields(form, request)
            made = record_honour(
                context,
                office,
                org=org_by_id(context, sent["org"]),
                kind=sent["kind"],
                given=GivenElsewhere(
                    sent["title"],
                    sent["given_by"],
                    sent["paper"],
                    date.fromisoformat(sent["conferred_on"]),
                    sent["person"] or "",
                    sent["number"] or "",
                ),
            )
        except (Conflict, Invalid) as wrong:
            values["form"] = form.again(request.POST, wrong.faults)
            return form_again(request, "honours/record.html", values, wrong)
        messages.success(request, translate("On record, with its paper."))
        return redirect("honours-honour", made.pk)
    return render(request, "honours/record.html", values)


urlpatterns = [
    path("honours", register, name="honours-register"),
    path("honours/record", record, name="honours-record"),
    path("honours/<int:honour_id>", honour, name="honours-honour"),
    path("honours/<int:honour_id>/recheck", recheck, name="honours-recheck"),
    path("honours/<int:honour_id>/withdraw", withdraw, name="honours-withdraw"),
    path("honours/<int:honour_id>/plaque", hang, name="honours-hang-plaque"),
    path("honours/<int:honour_id>/plaque/down", take_down, name="honours-take-plaque-down"),
    path("orgs/<int:org_id>/honours", of_org, name="honours-of-org"),
    path("public/honours", public, name="honours-public"),
]
