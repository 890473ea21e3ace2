"""Templates and sites on the screen: read by the whole place, taken over by whoever wants to."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Invalid
from gangmu.core.fields import Choice, FieldSpec, parse_fields
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Status
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.standards.models import Adoption, Site
from gangmu.work.standards.operations.examples import (
    adopt_template,
    end_adoption,
    end_site,
    name_site,
    publish_template,
    withdraw_template,
)
from gangmu.work.standards.pages.asking import asked_org, needed_org, own_orgs, title_of
from gangmu.work.standards.queries.claims import CLAIM, REVIEW
from gangmu.work.standards.queries.examples import (
    adoption_by_id,
    adoptions_of,
    published_templates,
    shown_sites,
    site_by_id,
    template_by_id,
)
from gangmu.work.standards.queries.kinds import all_standards, standards_for

SHOWN, ENDED = Status(say("Shown"), "green"), Status(say("Ended"), "grey")
OFFERED, WITHDRAWN = Status(say("To be taken over"), "green"), Status(say("Withdrawn"), "grey")
USED, GIVEN_UP = Status(say("In use"), "green"), Status(say("Given up"), "grey")
MOST_TYPED = 12


def _titles(org: Org | None) -> dict[str, object]:
    return {each.code: each.title for each in all_standards(org)} if org else {}


def _standard_spec(org: Org, *, required: bool) -> FieldSpec:
    kinds = all_standards(org)
    return FieldSpec(
        code="kind",
        title=say("The standard"),
        type="choice",
        required=required,
        choices=tuple(Choice(code=each.code, title=each.title) for each in kinds),
    )


# --- templates -----------------------------------------------------------------------------


@page("standards.view")
def templates(request: Request) -> HttpResponse:
    """List the templates of the place, and by how many each was taken over."""
    context = request.context
    org = asked_org(request)
    titles = _titles(org)
    rows = published_templates(context)
    kind, typed = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:MOST_TYPED]
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(title__contains=typed) if typed else rows
    columns = [
        Column(
            "title",
            say("Working template"),
            link=lambda each: reverse("standards-template", args=(each.pk,)),
            sort="title",
            width=36,
        ),
        Column("org", say("Written by"), value=lambda each: each.org.name, sort="org__code", width=32),
        Column(
            "kind", say("The standard"), value=lambda each: title_of(titles, each.kind) if each.kind else ""
        ),
        Column("published_on", say("Published on"), "date", sort="published_on"),
        Column("takers", say("Takers"), "number", sort="takers"),
        Column(
            "state", say("State"), "status", value=lambda each: WITHDRAWN if each.withdrawn_on else OFFERED
        ),
    ]
    table = Table(
        request,
        columns,
        rows,
        title=say("Templates"),
        empty_title=say("No template has been written yet"),
        empty_advice=say("An organization writes down, step by step, how it works; others take it over."),
    )
    values = {
        "table": table,
        "kinds": list(titles.items()),
        "kind": kind,
        "typed": typed,
        "writers": own_orgs(request, CLAIM)[:5],
    }
    return table.export() or render(request, "standards/templates.html", values)


@page("standards.claim", methods=("GET", "POST"))
def publish(request: Request) -> HttpResponse:
    """Write a template."""
    org = needed_org(request, CLAIM)
    specs = [
        FieldSpec(code="title", title=say("Working template"), required=True, max_length=120),
        FieldSpec(
            code="text",
            title=say("How it is done, step by step"),
            type="long_text",
            required=True,
            max_length=5000,
        ),
    ]
    if all_standards(org):
        specs.append(_standard_spec(org, required=False))
    form = FieldForm(specs)
    values = {
        "org": org,
        "form": form,
        "crumbs": [(translate("Templates"), reverse("standards-templates")), (translate("Write"), "")],
    }
    if request.method == "POST":
        try:
            sent = parse_fields(tuple(specs), form.raw(request.POST))
            made = publish_template(
                request.context, org, title=sent["title"], text=sent["text"], kind=sent.get("kind") or ""
            )
        except Invalid as wrong:
            again = {**values, "form": form.again(request.POST, wrong.faults)}
            return form_again(request, "standards/template_form.html", again, wrong)
        messages.success(request, translate("The template can be taken over by everybody in this place."))
        return redirect("standards-template", made.pk)
    return render(request, "standards/template_form.html", values)


@page("standards.view")
def template(request: Request, template_id: int) -> HttpResponse:
    """Show one template, who took it over, and take it over."""
    context = request.context
    found = template_by_id(context, template_id)
    own = own_orgs(request, CLAIM)
    takers = list(adoptions_of(found))
    using = {each.org_id for each in takers if each.ended_on is None}
    columns = [
        Column("org", say("Organization"), value=lambda each: each.org.name, width=36),
        Column("adopted_on", say("Since"), "date"),
        Column("note", say("What was adapted"), width=30),
        Column("state", say("State"), "status", value=_adoption_state),
        Column("ended_reason", say("Why given up"), width=30),
    ]
    table = Table(
        request,
        columns,
        takers,
        title=say("Who took it over"),
        empty_title=say("Nobody has taken it over yet"),
    )
    values = {
        "template": found,
        "table": table,
        "status": WITHDRAWN if found.withdrawn_on else OFFERED,
        "takers": len(using),
        "may_withdraw": found.withdrawn_on is None and context.may(CLAIM, found.org.path),
        "may_take": [
            each
            for each in own
            if found.withdrawn_on is None and each.pk != found.org_id and each.pk not in using
        ],
        "used": [each for each in takers if each.ended_on is None and each.org in own],
        "crumbs": [(translate("Templates"), reverse("standards-templates")), (found.title, "")],
    }
    return table.export() or render(request, "standards/template.html", values)


def _adoption_state(adoption: Adoption) -> Status:
    return GIVEN_UP if adoption.ended_on else USED


@page("standards.claim", methods=("POST",))
def withdraw(request: Request, template_id: int) -> HttpResponse:
    """Withdraw a template."""
    found = template_by_id(request.context, template_id)
    withdraw_template(request.context, found, reason=request.POST.get("reason", ""))
    messages.success(request, translate("The template was withdrawn; its reason stands with it."))
    return redirect("standards-template", found.pk)


@page("standards.claim", methods=("POST",))
def adopt(request: Request, org_id: int, template_id: int) -> HttpResponse:
    """Take a template over."""
    found = template_by_id(request.context, template_id)
    org = org_by_id(request.context, org_id)
    adopt_template(request.context, org, template=found, note=request.POST.get("note", ""))
    messages.success(request, translate("Taken over; whoever wrote it sees that."))
    return redirect("standards-template", found.pk)


@page("standards.claim", methods=("POST",))
def give_up(request: Request, adoption_id: int) -> HttpResponse:
    """Give up a template that was taken over."""
    found = adoption_by_id(request.context, adoption_id)
    end_adoption(request.context, found, reason=request.POST.get("reason", ""))
    messages.success(request, translate("Given up; the reason is told to whoever wrote it."))
    return redirect("standards-template", found.template_id)


# --- sites ---------------------------------------------------------------------------------


@page("standards.view")
def sites(request: Request) -> HttpResponse:
    """List the sites of the place: where a standard can be seen."""
    context = request.context
    org = asked_org(request)
    titles = _titles(org)
    rows = shown_sites(context)
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    rows = rows.filter(kind=kind) if kind else rows
    if state in ("shown", "ended"):
        rows = rows.filter(ended_on__isnull=state == "shown")
    columns = [
        Column(
            "title",
            say("Site"),
            link=lambda each: reverse("standards-site", args=(each.pk,)),
            sort="title",
            width=32,
        ),
        Column("org", say("Organization"), value=lambda each: each.org.name, sort="org__code", width=32),
        Column("kind", say("The standard"), value=lambda each: title_of(titles, each.kind)),
        Column("since_on", say("Since"), "date", sort="since_on"),
        Column("paper", say("Paper"), width=24),
        Column("state", say("State"), "status", value=_site_state),
    ]
    table = Table(
        request,
        columns,
        rows,
        title=say("Sites to see"),
        empty_title=say("No site has been named yet"),
        empty_advice=say(
            "The level above names who holds a standard, by a paper, so that others may come and see."
        ),
    )
    values = {
        "table": table,
        "kinds": list(titles.items()),
        "kind": kind,
        "state": state,
        "shown": shown_sites(context).filter(ended_on=None).count(),
    }
    return table.export() or render(request, "standards/sites.html", values)


def _site_state(site: Site) -> Status:
    return ENDED if site.ended_on else SHOWN


@page("standards.review", methods=("GET", "POST"))
def name(request: Request, org_id: int) -> HttpResponse:
    """Name an organization a site that others may come and see."""
    org = org_by_id(request.context, org_id)
    kinds = standards_for(org)
    specs = [
        _standard_spec(org, required=True)
        if kinds
        else FieldSpec(code="kind", title=say("The standard"), required=True),
        FieldSpec(code="title", title=say("What it is called"), required=True, max_length=120),
        FieldSpec(
            code="shows",
            title=say("What is to be seen there"),
            type="long_text",
            required=True,
            max_length=1000,
        ),
        FieldSpec(code="paper", title=say("Paper that names it"), required=True, max_length=200),
        FieldSpec(code="since_on", title=say("Since"), type="date", required=True),
    ]
    form = FieldForm(specs)
    values = {
        "org": org,
        "form": form,
        "crumbs": [(translate("Sites to see"), reverse("standards-sites")), (org.name, "")],
    }
    if request.method == "POST":
        try:
            sent = parse_fields(tuple(specs), form.raw(request.POST))
            made = name_site(
                request.context, org, **(sent | {"since_on": date.fromisoformat(sent["since_on"])})
            )
        except Invalid as wrong:
            again = {**values, "form": form.again(request.POST, wrong.faults)}
            return form_again(request, "standards/site_form.html", again, wrong)
        messages.success(request, translate("It is a site that others may come and see."))
        return redirect("standards-site", made.pk)
    return render(request, "standards/site_form.html", values)


@page("standards.view")
def site(request: Request, site_id: int) -> HttpResponse:
    """Show one site: what is to be seen there, since when, by which paper."""
    context = request.context
    found = site_by_id(context, site_id)
    values = {
        "site": found,
        "standard": title_of(_titles(found.org), found.kind),
        "status": _site_state(found),
        "may_end": found.ended_on is None and context.may(REVIEW, found.namer.path),
        "crumbs": [(translate("Sites to see"), reverse("standards-sites")), (found.title, "")],
    }
    return render(request, "standards/site.html", values)


@page("standards.review", methods=("POST",))
def end(request: Request, site_id: int) -> HttpResponse:
    """End a site."""
    found = site_by_id(request.context, site_id)
    end_site(request.context, found, reason=request.POST.get("reason", ""))
    messages.success(request, translate("The site is ended; it stays on record."))
    return redirect("standards-site", found.pk)


urlpatterns = [
    path("templates", templates, name="standards-templates"),
    path("templates/new", publish, name="standards-publish"),
    path("templates/<int:template_id>", template, name="standards-template"),
    path("templates/<int:template_id>/withdraw", withdraw, name="standards-template-withdraw"),
    path("orgs/<int:org_id>/templates/<int:template_id>/adopt", adopt, name="standards-adopt"),
    path("adoptions/<int:adoption_id>/end", give_up, name="standards-give-up"),
    path("sites", sites, name="standards-sites"),
    path("orgs/<int:org_id>/site", name, name="standards-name-site"),
    path("sites/<int:site_id>", site, name="standards-site"),
    path("sites/<int:site_id>/end", end, name="standards-end-site"),
]
