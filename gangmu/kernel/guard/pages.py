"""The rules against formalism in words, and the exceptions from them, for the office and for everybody."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.definition import Fault
from gangmu.core.errors import Invalid
from gangmu.core.fields import Choice, FieldSpec, parse_fields
from gangmu.core.text import Text
from gangmu.frame.doors import ANYONE, OWN, Request, page
from gangmu.frame.figures import Status
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say
from gangmu.kernel.guard.models import GuardOverride
from gangmu.kernel.guard.operations import end_override, override_rule
from gangmu.kernel.guard.queries import (
    findings_in,
    override_by_id,
    pack_here,
    past_overrides,
    standing_overrides,
)
from gangmu.kernel.guard.rules import all_examples, all_rules, rule_of
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import visible_orgs

CERTAINTY = {
    "A": say("The article was read"),
    "B": say("Restated officially"),
    "C": say("One place's practice"),
    "D": say("To be verified"),
    "ours": say("The bound is the product's own"),
}
WHAT = {"order": say("Orders"), "notice": say("Notices"), "document": say("Documents")}


@page(OWN)
def rules(request: Request) -> HttpResponse:
    """Show every rule in words: its paper, how sure that is, what the software does."""
    examples = all_examples()
    shown = [
        (
            rule,
            CERTAINTY[rule.certainty],
            [each.text for each in examples[rule.code].breach if each.text],
            [
                each.text
                for each in (*examples[rule.code].near_miss, *examples[rule.code].honest)
                if each.text
            ],
        )
        for rule in all_rules()
    ]
    return render(request, "guard/rules.html", {"rules": shown})


def _rule_title(override: GuardOverride) -> str:
    return f"{override.rule} {rule_of(override.rule).title.zh_hans}"


def _table(request: Request, rows: QuerySet[GuardOverride], title: Text, *, office: bool) -> Table:
    first = Column(
        "rule",
        say("Rule"),
        value=_rule_title,
        link=(lambda each: reverse("guard-override", args=(each.pk,))) if office else None,
        width=36,
    )
    columns = [
        first,
        Column("org", say("Organization"), value=lambda each: each.org.name, width=28),
        Column("what", say("In what"), value=lambda each: WHAT[each.what]),
        Column("reason", say("Reason"), width=36),
        Column("answerable", say("Who answers for it")),
        Column("paper", say("Paper"), width=28),
        Column("valid_from", say("From"), "date"),
        Column("valid_to", say("To"), "date"),
    ]
    return Table(request, columns, rows, title=title, empty_title=say("No exceptions"), exports=False)


def _chosen(request: Request, day: date) -> tuple[QuerySet[GuardOverride], Text, bool]:
    over = request.GET.get("state") == "over"
    if over:
        return past_overrides(day), say("Exceptions that are over"), over
    return standing_overrides(day), say("Exceptions in force"), over


@page(OWN)
def overrides(request: Request) -> HttpResponse:
    """List the exceptions in force, or those that are over."""
    rows, title, over = _chosen(request, request.context.today)
    values = {
        "table": _table(request, rows, title, office=True),
        "over": over,
        "may_override": request.context.may("guard.override"),
    }
    return render(request, "guard/overrides.html", values)


@page(ANYONE)
def public(request: Request) -> HttpResponse:
    """Show every exception to everybody."""
    rows, title, over = _chosen(request, request.context.today)
    table = _table(request, rows, title, office=False)
    return render(request, "guard/public.html", {"table": table, "over": over})


def _override_fields() -> tuple[FieldSpec, ...]:
    choices = tuple(
        Choice(
            code=rule.code.lower().replace("-", "_"), title=Text(zh_hans=f"{rule.code} {rule.title.zh_hans}")
        )
        for rule in all_rules()
        if rule.overridable and "text" in rule.looks_at
    )
    kinds = tuple(Choice(code=code, title=title) for code, title in WHAT.items())
    return (
        FieldSpec(code="org", title=say("Organization"), type="organization", required=True),
        FieldSpec(code="rule", title=say("Rule"), type="choice", required=True, choices=choices),
        FieldSpec(code="what", title=say("In what"), type="choice", required=True, choices=kinds),
        FieldSpec(code="reason", title=say("Reason"), type="long_text", required=True, max_length=300),
        FieldSpec(code="answerable", title=say("Who answers for it"), required=True, max_length=60),
        FieldSpec(code="paper", title=say("Paper"), required=True, max_length=200),
        FieldSpec(code="valid_from", title=say("First day"), type="date", help=say("Empty: today.")),
        FieldSpec(
            code="valid_to",
            title=say("Last day"),
            type="date",
            required=True,
            help=say("An exception lasts a year at most."),
        ),
    )


def _org_here(context: Context, org_id: int) -> Org:
    found = visible_orgs(context).filter(pk=org_id).first()
    if found is None:
        raise Invalid("Some fields need attention.", faults={"org": "There is no such organization."})
    return found


@page("guard.override", methods=("GET", "POST"))
def make_override(request: Request) -> HttpResponse:
    """Make an exception that everybody can read."""
    specs = _override_fields()
    form = FieldForm(specs, {}, finders={"organization": reverse("orgs-finder")})
    if request.method != "POST":
        return render(request, "guard/override_form.html", {"form": form})
    try:
        given = parse_fields(specs, form.raw(request.POST))
        made = override_rule(
            request.context,
            _org_here(request.context, given["org"]),
            rule=given["rule"].upper().replace("_", "-"),
            what=given["what"],
            reason=given["reason"],
            answerable=given["answerable"],
            paper=given["paper"],
            valid_from=date.fromisoformat(given["valid_from"]) if given["valid_from"] else None,
            valid_to=date.fromisoformat(given["valid_to"]),
        )
    except Invalid as refusal:
        values = {"form": form.again(request.POST, refusal.faults)}
        return form_again(request, "guard/override_form.html", values, refusal)
    messages.success(request, translate("The exception holds until its last day; everybody can read it."))
    return redirect("guard-override", override_id=made.pk)


ENDING = (FieldSpec(code="reason", title=say("Reason"), required=True, max_length=200),)


@page(OWN, methods=("GET", "POST"))
def override(request: Request, override_id: int) -> HttpResponse:
    """Show one exception; end it, where the reader may."""
    found = override_by_id(override_id)
    form = FieldForm(ENDING)
    standing = found.ended_at is None and found.valid_to >= request.context.today
    values = {
        "override": found,
        "rule": rule_of(found.rule),
        "what": WHAT[found.what],
        "form": form,
        "may_end": standing and request.context.may("guard.override", found.org.path),
    }
    if request.method == "POST":
        try:
            end_override(request.context, found, **parse_fields(ENDING, form.raw(request.POST)))
        except Invalid as refusal:
            values["form"] = form.again(request.POST, refusal.faults)
            return form_again(request, "guard/override.html", values, refusal)
        messages.success(request, translate("The exception is over; the rule holds again."))
        return redirect("guard-overrides")
    return render(request, "guard/override.html", values)


def _findings_table(request: Request, rows: Sequence[Fault], *, title: Text, empty: Text) -> Table:
    columns = [
        Column("effect", say("What follows"), "status", value=_effect),
        Column(
            "file", say("File and line"), value=lambda each: f"{each.file}:{each.line}" if each.file else ""
        ),
        Column("message", say("What was found"), width=48),
        Column(
            "code",
            say("Rule"),
            value=lambda each: each.code,
            link=lambda each: f"{reverse('guard-rules')}#{each.code}" if each.document else None,
        ),
        Column("paper", say("Paper"), value=lambda each: f"{each.document} {each.article}".strip(), width=40),
    ]
    return Table(request, columns, rows, title=title, empty_title=empty, exports=False)


def _effect(fault: Fault) -> Status:
    return Status(say("Warns"), "yellow") if fault.warning else Status(say("Refuses"), "red")


@page("packs.view")
def pack(request: Request) -> HttpResponse:
    """Show what today's rules say about the pack in force."""
    version, found = pack_here(request.context)
    table = _findings_table(
        request,
        found,
        title=say("What the rules say about this pack"),
        empty=say("The rules find nothing in this pack"),
    )
    return render(request, "guard/pack.html", {"table": table, "version": version, "count": len(found)})


DRAFTS = {
    "": say("A text: of an order, a notice, a document"),
    "duty": say("A duty"),
    "record": say("A record"),
    "indicator": say("An indicator"),
    "scorecard": say("A scorecard"),
}


@page("packs.view", methods=("GET", "POST"))
def look(request: Request) -> HttpResponse:
    """Look through a text or a draft of a definition before it is sent; nothing of it is kept."""
    typed, kind = request.POST.get("text", ""), request.POST.get("kind", "")
    values: dict[str, Any] = {"kinds": list(DRAFTS.items()), "kind": kind, "typed": typed}
    if request.method != "POST":
        return render(request, "guard/look.html", values)
    try:
        found = findings_in(request.context, text=typed, kind=kind)
    except Invalid as refusal:
        values["text_fault"] = translate(refusal.faults.get("text", ""))
        return form_again(request, "guard/look.html", values, refusal)
    values["looked"] = True
    values["table"] = _findings_table(
        request, found, title=say("What the rules find"), empty=say("The rules find nothing here")
    )
    return render(request, "guard/look.html", values)


urlpatterns = [
    path("guard/rules/", rules, name="guard-rules"),
    path("guard/pack/", pack, name="guard-pack"),
    path("guard/look/", look, name="guard-look"),
    path("guard/exceptions/", overrides, name="guard-overrides"),
    path("guard/exceptions/new/", make_override, name="guard-make-override"),
    path("guard/exceptions/<int:override_id>/", override, name="guard-override"),
    path("public/exceptions/", public, name="guard-public"),
]
