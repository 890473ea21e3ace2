"""The tree and one organization in it: to look at, to look up, to change."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound, Refusal
from gangmu.core.fields import Choice, FieldSpec, parse_fields
from gangmu.core.text import Text
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Node, TimelineEvent
from gangmu.frame.forms import FieldForm, Option
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.around import around_org
from gangmu.kernel.orgs.definitions import DomainKind, LinkKind, OrgKind, UnitKind
from gangmu.kernel.orgs.models import Division, Org, OrgLink
from gangmu.kernel.orgs.operations import (
    NewOrg,
    add_unit,
    close_org,
    end_link,
    found_org,
    link_orgs,
    merge_orgs,
    move_org,
    reclassify_org,
    remove_orgs,
    rename_org,
    set_area,
)
from gangmu.kernel.orgs.pages.forms import DAY, PAPER, choices_of, day_given, named_org
from gangmu.kernel.orgs.queries import (
    areas_for,
    areas_free_below,
    children_of,
    counts_below,
    links_of,
    org_by_id,
    orgs_below,
    orgs_named_like,
    roots_for,
    spans_of,
    spans_on,
    successors_of,
)
from gangmu.kernel.orgs.rules import LEVELS
from gangmu.kernel.packs.queries import pack_of
from gangmu.kernel.packs.rules import Pack

LEVEL_WORDS = {
    "nation": say("Nation"),
    "province": say("Province"),
    "prefecture": say("Prefecture"),
    "county": say("County"),
    "township": say("Township"),
    "village": say("Village or community"),
    "group": say("Group"),
}


def kind_title(pack: Pack, code: str) -> Text | str:
    """Return what a kind of organization is called."""
    kind = pack.find(OrgKind, code)
    return kind.title if kind else code


def domain_title(pack: Pack, code: str) -> Text | str:
    """Return what a domain is called."""
    domain = pack.find(DomainKind, code) if code else None
    return domain.title if domain else code


@page("orgs.view")
def org_page(request: Request, org_id: int) -> HttpResponse:
    """Show one organization: what it is, what stands below, what it was."""
    context = request.context
    org = org_by_id(context, org_id)
    pack = pack_of(org.root_id)
    columns = [
        Column("code", say("Code"), sort="code", width=14),
        Column("name", say("Name"), link=_org_url, sort="name", width=32),
        Column("kind", say("Kind"), value=lambda each: kind_title(pack, each.kind), sort="kind"),
        Column("domain", say("Domain"), value=lambda each: domain_title(pack, each.domain), sort="domain"),
        Column("founded_on", say("Founded on"), "date", sort="founded_on"),
    ]
    table = Table(
        request,
        columns,
        children_of(context, org),
        title=say("Directly below"),
        empty_title=say("Nothing stands below this organization"),
    )
    if sheet := table.export():
        return sheet
    values = around_org(
        request,
        org,
        "orgs-org",
        table=table,
        kind=kind_title(pack, org.kind),
        domain=domain_title(pack, org.domain),
        level=LEVEL_WORDS[org.level],
        kinds=[(kind_title(pack, code), count) for code, count in counts_below(context, org)],
        links=links_of(context, org, context.today),
        heirs=[] if org.is_open() else _heirs(context, org),
        link_titles={kind.code: kind.title for kind in pack.all(LinkKind)},
        may_manage=context.may("orgs.manage", org.path) and org.is_open(),
        may_end=context.may("orgs.manage", org.path),
    )
    return render(request, "orgs/org.html", values)


def _heirs(context: Context, org: Org) -> list[Org]:
    heirs = successors_of([org.pk]).get(org.pk, [])
    return [heir for heir in heirs if context.may("orgs.view", heir.path)]


def _org_url(org: Org) -> str:
    return reverse("orgs-org", args=(org.pk,))


def _asked_day(request: Request) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None


@page("orgs.view")
def tree(request: Request) -> HttpResponse:
    """Show the tree from where the reader's view begins; branches open on demand.

    With a day it shows the tree as it stood then, as a table.
    """
    context = request.context
    day = _asked_day(request)
    if day is not None and day != context.today:
        return _tree_on(request, day)
    roots = roots_for(context)
    nodes = [
        Node(org.name, _org_url(org), children=_nodes_below(request, org), note=_note(org)) for org in roots
    ]
    return render(request, "orgs/tree.html", {"nodes": nodes, "day": context.today})


def _note(org: Org) -> str:
    return translate("Demonstration · fictional") if org.fictional else ""


def _nodes_below(request: Request, org: Org) -> list[Node]:
    return [
        Node(
            child.name,
            _org_url(child),
            children_url=reverse("orgs-tree-below", args=(child.pk,))
            if getattr(child, "has_children", False)
            else "",
            note=_note(child),
        )
        for child in children_of(request.context, org)
    ]


@page("orgs.view")
def tree_below(request: Request, org_id: int) -> HttpResponse:
    """Show what stands directly below an organization, as a part of the tree."""
    org = org_by_id(request.context, org_id)
    return render(request, "components/_tree_nodes.html", {"nodes": _nodes_below(request, org)})


def _tree_on(request: Request, day: date) -> HttpResponse:
    columns = [
        Column("code", say("Code"), value=lambda span: span.org.code, sort="org__code"),
        Column("name", say("Name on that day"), link=lambda span: _org_url(span.org), sort="name"),
        Column("level", say("Level"), value=lambda span: LEVEL_WORDS[span.level]),
        Column("parent", say("Stood below"), value=lambda span: span.parent.name if span.parent else ""),
        Column("valid_from", say("From"), "date", sort="valid_from"),
        Column("valid_to", say("Until (not included)"), "date", sort="valid_to"),
    ]
    rows = spans_on(request.context, day).select_related("org", "parent")
    table = Table(request, columns, rows, title=say("The tree on that day"))
    if sheet := table.export():
        return sheet
    return render(request, "orgs/tree_on.html", {"table": table, "day": day})


@page("orgs.view")
def all_below(request: Request, org_id: int) -> HttpResponse:
    """List every organization below one, to filter, sort and export."""
    context = request.context
    org = org_by_id(context, org_id)
    pack = pack_of(org.root_id)
    rows = orgs_below(context, org).exclude(pk=org.pk)
    asked = {name: request.GET.get(name, "") for name in ("kind", "domain", "level", "q")}
    for name in ("kind", "domain", "level"):
        if asked[name]:
            rows = rows.filter(**{name: asked[name]})
    if asked["q"]:
        rows = rows.filter(name__contains=asked["q"].strip())
    columns = [
        Column("code", say("Code"), sort="code", width=14),
        Column("name", say("Name"), link=_org_url, sort="name", width=36),
        Column("level", say("Level"), value=lambda each: LEVEL_WORDS[each.level]),
        Column("kind", say("Kind"), value=lambda each: kind_title(pack, each.kind), sort="kind"),
        Column("domain", say("Domain"), value=lambda each: domain_title(pack, each.domain), sort="domain"),
        Column("founded_on", say("Founded on"), "date", sort="founded_on"),
    ]
    table = Table(
        request,
        columns,
        rows,
        title=say("All below"),
        empty_title=say("Nothing stands below this organization"),
    )
    if sheet := table.export():
        return sheet
    values = around_org(
        request,
        org,
        "orgs-below",
        table=table,
        asked=asked,
        kinds=[(kind.code, kind.title) for kind in pack.all(OrgKind)],
        domains=[(domain.code, domain.title) for domain in pack.all(DomainKind)],
        levels=[(level, LEVEL_WORDS[level]) for level in LEVELS],
    )
    return render(request, "orgs/below.html", values)


@page("orgs.view")
def history(request: Request, org_id: int) -> HttpResponse:
    """Show how an organization stood over time."""
    org = org_by_id(request.context, org_id)
    pack = pack_of(org.root_id)
    events = [
        TimelineEvent(
            at=span.valid_from,
            title=span.name,
            text=" · ".join(
                worded(part)
                for part in (
                    kind_title(pack, span.kind),
                    domain_title(pack, span.domain),
                    translate("below %(org)s") % {"org": span.parent.name} if span.parent else "",
                    span.reason if span.reason not in _REASONS else worded(_REASONS[span.reason]),
                )
                if part
            ),
            light="green" if span.valid_to is None else "grey",
        )
        for span in spans_of(request.context, org)
    ]
    return render(request, "orgs/history.html", around_org(request, org, "orgs-history", events=events))


_REASONS = {
    "founded": say("Founded"),
    "renamed": say("Renamed"),
    "reclassified": say("Reclassified"),
    "moved": say("Moved"),
    "merged": say("Merged"),
    "split": say("Split"),
}


@page("orgs.view")
def finder(request: Request) -> HttpResponse:
    """Find organizations by a piece of name, pinyin, initials or code, as a part of a form."""
    found = orgs_named_like(request.context, request.GET.get("q", ""))
    return render(
        request,
        "components/_options.html",
        {"options": [Option(str(org.pk), org.name, note=_above(org)) for org in found]},
    )


def _above(org: Org) -> str:
    """Return what stands above, which tells ten villages of one name apart."""
    return org.parent.name if org.parent else org.code


# --- changes ------------------------------------------------------------------------------


def _form_found(pack: Pack, org: Org) -> tuple[FieldSpec, ...]:
    below = LEVELS[LEVELS.index(org.level) :]
    return (
        FieldSpec(code="code", title=say("Code"), required=True, max_length=40),
        FieldSpec(code="name", title=say("Name"), required=True, max_length=200),
        FieldSpec(
            code="kind",
            title=say("Kind"),
            type="choice",
            required=True,
            choices=choices_of(pack.all(OrgKind)),
        ),
        FieldSpec(
            code="level",
            title=say("Level"),
            type="choice",
            required=True,
            choices=tuple(Choice(code=level, title=LEVEL_WORDS[level]) for level in below),
        ),
        FieldSpec(
            code="domain", title=say("Domain"), type="choice", choices=choices_of(pack.all(DomainKind))
        ),
        *_area_field(areas_free_below(org)),
        DAY,
    )


def _form_area(pack: Pack, org: Org) -> tuple[FieldSpec, ...]:
    if offered := _area_field(areas_for(org)):
        return offered
    raise Conflict("No division is known for which it could stand.")


def _area_field(areas: Sequence[Division]) -> tuple[FieldSpec, ...]:
    """Return the choice among divisions; where none is known there is nothing to choose."""
    choices = tuple(Choice(code=_area_choice(each.code), title=f"{each.name} {each.code}") for each in areas)
    if not choices:
        return ()
    return (
        FieldSpec(
            code="area",
            title=say("Division"),
            type="choice",
            choices=choices,
            help=say(
                "The published administrative division for which it stands; none is right for a body or agency."
            ),
        ),
    )


def _area_choice(code: str) -> str:
    """Return a division's code as a choice, which begins with a letter."""
    return f"area_{code}"


def _area_given(given: "Given") -> str:
    return (given.get("area") or "").removeprefix(_area_choice(""))


def _form_rename(pack: Pack, org: Org) -> tuple[FieldSpec, ...]:
    return (FieldSpec(code="name", title=say("New name"), required=True, max_length=200), DAY, PAPER)


def _form_reclassify(pack: Pack, org: Org) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(
            code="kind",
            title=say("Kind"),
            type="choice",
            required=True,
            choices=choices_of(pack.all(OrgKind)),
        ),
        FieldSpec(
            code="domain", title=say("Domain"), type="choice", choices=choices_of(pack.all(DomainKind))
        ),
        FieldSpec(
            code="level",
            title=say("Level"),
            type="choice",
            required=True,
            choices=tuple(Choice(code=level, title=LEVEL_WORDS[level]) for level in LEVELS),
        ),
        DAY,
        PAPER,
    )


def _form_move(pack: Pack, org: Org) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(code="under", title=say("Below which organization"), type="organization", required=True),
        DAY,
        PAPER,
    )


def _form_merge(pack: Pack, org: Org) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(
            code="into",
            title=say("Into which organization"),
            type="organization",
            required=True,
            help=say(
                "What stands below and who is a member here moves there; this organization is closed, its past stays."
            ),
        ),
        DAY,
        PAPER,
    )


def _form_close(pack: Pack, org: Org) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(
            code="day",
            title=say("From which day on it does not exist"),
            type="date",
            required=True,
        ),
        PAPER,
    )


def _form_remove(pack: Pack, org: Org) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(
            code="code",
            title=say("Its code"),
            required=True,
            max_length=40,
            help=say(
                "Typed once more. Only what was founded by mistake and has been used by nothing is taken back."
            ),
        ),
    )


def _form_link(pack: Pack, org: Org) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(
            code="kind",
            title=say("Kind of link"),
            type="choice",
            required=True,
            choices=choices_of(pack.all(LinkKind)),
        ),
        FieldSpec(code="target", title=say("With which organization"), type="organization", required=True),
        DAY,
        PAPER,
    )


def _form_unit(pack: Pack, org: Org) -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(code="code", title=say("Code"), required=True, max_length=40),
        FieldSpec(code="name", title=say("Name"), required=True, max_length=200),
        FieldSpec(
            code="kind",
            title=say("Kind of unit"),
            type="choice",
            required=True,
            choices=choices_of(pack.all(UnitKind)),
        ),
        DAY,
    )


Given = Mapping[str, Any]


def _do_found(context: Context, org: Org, given: Given) -> Org:
    new = NewOrg(
        given["code"],
        given["name"],
        given["kind"],
        given["level"],
        day_given(given),
        domain=given["domain"] or "",
        area_code=_area_given(given),
    )
    try:
        return found_org(context, org, new)
    except Invalid as refusal:
        raise Invalid(refusal.message, faults={"code": next(iter(refusal.faults.values()), "")}) from refusal


def _do_area(context: Context, org: Org, given: Given) -> Org:
    return set_area(context, org, area=_area_given(given))


def _do_rename(context: Context, org: Org, given: Given) -> Org:
    return rename_org(context, org, name=given["name"], day=day_given(given), paper=given["paper"] or "")


def _do_reclassify(context: Context, org: Org, given: Given) -> Org:
    return reclassify_org(
        context,
        org,
        kind=given["kind"],
        domain=given["domain"] or "",
        level=given["level"],
        day=day_given(given),
        paper=given["paper"] or "",
    )


def _do_move(context: Context, org: Org, given: Given) -> Org:
    under = named_org(context, given, "under")
    return move_org(context, org, under=under, day=day_given(given), paper=given["paper"] or "")


def _do_merge(context: Context, org: Org, given: Given) -> Org:
    into = named_org(context, given, "into")
    return merge_orgs(context, into, [org], day=day_given(given), paper=given["paper"] or "")


def _do_close(context: Context, org: Org, given: Given) -> Org:
    return close_org(context, org, day=day_given(given), paper=given["paper"] or "")


def _do_remove(context: Context, org: Org, given: Given) -> Org:
    if org.parent is None:
        raise Conflict("The top of a tree cannot be taken back.")
    if given["code"] != org.code:
        raise Invalid("This is another code.", faults={"code": "This is another code."})
    remove_orgs(context, org.parent, [org])
    return org.parent


def _do_link(context: Context, org: Org, given: Given) -> Org:
    target = named_org(context, given, "target")
    link_orgs(
        context, org, target=target, kind=given["kind"], day=day_given(given), paper=given["paper"] or ""
    )
    return org


def _do_unit(context: Context, org: Org, given: Given) -> Org:
    add_unit(context, org, code=given["code"], name=given["name"], kind=given["kind"], day=day_given(given))
    return org


Form = Callable[[Pack, Org], tuple[FieldSpec, ...]]
Do = Callable[[Context, Org, Given], Org]

CHANGES: dict[str, tuple[Text, Form, Do]] = {
    "found": (say("Found an organization below"), _form_found, _do_found),
    "rename": (say("Rename"), _form_rename, _do_rename),
    "reclassify": (say("Change kind, domain or level"), _form_reclassify, _do_reclassify),
    "area": (say("Name the division"), _form_area, _do_area),
    "move": (say("Move"), _form_move, _do_move),
    "merge": (say("Merge into another"), _form_merge, _do_merge),
    "close": (say("Close"), _form_close, _do_close),
    "remove": (say("Take back"), _form_remove, _do_remove),
    "link": (say("Link beside the tree"), _form_link, _do_link),
    "unit": (say("Make a unit known"), _form_unit, _do_unit),
}
"""Every change of the tree that has a form: its title, its fields, its operation."""


@page("orgs.manage", methods=("GET", "POST"))
def changing(request: Request, org_id: int, change: str) -> HttpResponse:
    """Change the tree at an organization, from a day on, by a form."""
    if change not in CHANGES:
        raise NotFound("There is no such page.")
    context = request.context
    org = org_by_id(context, org_id)
    title, make_form, do = CHANGES[change]
    specs = make_form(pack_of(org.root_id), org)
    start = {"day": context.today.isoformat(), "name": org.name if change == "rename" else ""}
    if change == "reclassify":
        start |= {"kind": org.kind, "domain": org.domain, "level": org.level}
    if change == "area":
        start |= {"area": _area_choice(org.area_id) if org.area_id else ""}
    form = FieldForm(specs, start, finders={"organization": reverse("orgs-finder")})
    values = around_org(request, org, "orgs-org", change=title, form=form)
    if request.method == "GET":
        return render(request, "orgs/change.html", values)
    try:
        changed = do(context, org, parse_fields(specs, form.raw(request.POST)))
    except Refusal as refusal:
        again = form.again(request.POST.dict(), refusal.faults)
        return form_again(request, "orgs/change.html", {**values, "form": again}, refusal)
    messages.success(request, translate("Done, and written to the log."))
    return redirect("orgs-org", changed.pk)


@page("orgs.manage", methods=("POST",))
def ending_link(request: Request, link_id: int) -> HttpResponse:
    """End a link beside the tree today."""
    link = OrgLink.objects.select_related("source").filter(pk=link_id).first()
    if link is None or not request.context.may("orgs.view", link.source.path):
        raise NotFound("There is no such link.")
    end_link(request.context, link=link, day=request.context.today)
    return redirect("orgs-org", link.source_id)


urlpatterns = [
    path("orgs", tree, name="orgs-tree"),
    path("orgs/find", finder, name="orgs-finder"),
    path("orgs/<int:org_id>", org_page, name="orgs-org"),
    path("orgs/<int:org_id>/tree", tree_below, name="orgs-tree-below"),
    path("orgs/<int:org_id>/below", all_below, name="orgs-below"),
    path("orgs/<int:org_id>/history", history, name="orgs-history"),
    path("orgs/<int:org_id>/change/<slug:change>", changing, name="orgs-change"),
    path("orgs/links/<int:link_id>/end", ending_link, name="orgs-end-link"),
]
