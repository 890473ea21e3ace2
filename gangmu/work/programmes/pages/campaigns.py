"""Campaigns on the screen: opened and closed, and ticked point by point."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Invalid, NotFound
from gangmu.core.fields import Choice, FieldSpec
from gangmu.core.text import Text
from gangmu.frame import formats
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Status
from gangmu.frame.formats import listed
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.programmes.models import Campaign, CampaignTick
from gangmu.work.programmes.operations.campaigns import (
    close_campaign,
    open_campaign,
    tick_point,
    untick_point,
)
from gangmu.work.programmes.pages.asking import REASON, asked_org, needed_org, sent_fields
from gangmu.work.programmes.queries.campaigns import (
    asks,
    campaign_by_id,
    campaign_kinds,
    kind_of_campaign,
    orgs_asked,
    points_of_campaign,
    progress_by_point,
    tick_by_id,
    ticks_at,
    visible_campaigns,
)
from gangmu.work.programmes.rules import Point
from gangmu.work.records.queries import record_by_id, record_kinds, standing_records

MOST_RECORDS = 60
"""So many of an organization's newest records are offered to point at."""


@page("programmes.view", methods=("GET", "POST"))
def campaigns(request: Request) -> HttpResponse:
    """List the campaigns within reach, and open one from a day to a day."""
    context = request.context
    org = asked_org(request)
    kinds = campaign_kinds(org) if org else []
    specs = [
        FieldSpec(code="paper", title=say("Paper that opens it"), required=True, max_length=200),
        FieldSpec(code="first_on", title=say("First day"), type="date", required=True),
        FieldSpec(code="last_on", title=say("Last day"), type="date", required=True),
    ]
    form, refusal = FieldForm(specs), None
    if request.method == "POST":
        place = needed_org(request, "programmes.manage")
        try:
            sent = sent_fields(form, request)
            days = {name: date.fromisoformat(sent[name]) for name in ("first_on", "last_on")}
            made = open_campaign(
                context, place, kind=request.POST.get("kind", ""), paper=sent["paper"], **days
            )
        except Invalid as wrong:
            form, refusal = form.again(request.POST, wrong.faults), wrong
        else:
            messages.success(request, translate("The campaign is open."))
            return redirect("programmes-campaign", made.pk)
    columns = [
        Column(
            "title",
            say("Campaign"),
            link=lambda each: reverse("programmes-campaign", args=(each.pk,)),
            width=36,
        ),
        Column("org", say("Organization"), value=lambda each: each.org.name, width=30),
        Column("first_on", say("First day"), "date", sort="first_on"),
        Column("last_on", say("Last day"), "date", sort="last_on"),
        Column("state", say("State"), "status", value=lambda each: _campaign_state(each, context.today)),
    ]
    table = Table(
        request,
        columns,
        visible_campaigns(context),
        title=say("Campaigns"),
        empty_title=say("No campaign has been opened"),
        empty_advice=say("A campaign has a first and a last day; its duties are issued within it alone."),
    )
    values = {
        "table": table,
        "org": org,
        "kinds": [(each.code, worded(each.title)) for each in kinds],
        "form": form,
        "may_open": bool(kinds) and org is not None and context.may("programmes.manage", org.path),
    }
    if refusal is not None:
        return form_again(request, "programmes/campaigns.html", values, refusal)
    return table.export() or render(request, "programmes/campaigns.html", values)


def _campaign_state(campaign: Any, today: date) -> Status:
    if campaign.closed_on is not None:
        return Status(say("Closed"), "grey")
    if today < campaign.first_on:
        return Status(say("Still to come"), "blue")
    return Status(say("Running"), "green") if today <= campaign.last_on else Status(say("Over"), "grey")


@page("programmes.view", methods=("GET", "POST"))
def campaign(request: Request, campaign_id: int) -> HttpResponse:
    """Show one campaign: its points, who has ticked which; close it with its result."""
    context = request.context
    found = campaign_by_id(context, campaign_id)
    if request.method == "POST":
        close_campaign(context, found, result=request.POST.get("result", ""))
        messages.success(request, translate("The campaign is closed."))
        return redirect("programmes-campaign", found.pk)
    points = points_of_campaign(found)
    name, far = request.GET.get("q", "").strip()[:60], request.GET.get("far", "")
    table = _orgs_table(request, found, points, orgs_asked(context, found, name=name, far=far))
    if sheet := table.export():
        return sheet
    kind = kind_of_campaign(found)
    tops = context.places("programmes.answer").tops
    mine = list(orgs_asked(context, found).filter(path__in=tops)[:5]) if points else []
    progress = progress_by_point(context, found)
    values = {
        "campaign": found,
        "kind": kind,
        "status": _campaign_state(found, context.today),
        "lists": _by_list(progress),
        "several": any(each.asked > 1 for each in progress) or (bool(points) and not mine),
        "table": table,
        "points": len(points),
        "mine": mine,
        "q": name,
        "states": HOW_FAR,
        "how_far": far,
        "may_close": found.closed_on is None and context.may("programmes.manage", found.org.path),
        "crumbs": [(translate("Campaigns"), reverse("programmes-campaigns")), (found.title, "")],
    }
    return render(request, "programmes/campaign.html", values)


HOW_FAR = [("none", say("Nothing ticked yet")), ("some", say("Under way")), ("all", say("All points ticked"))]


def _by_list(progress: Any) -> list[tuple[Text, list[Any]]]:
    """Return the points with their numbers, checklist by checklist."""
    return [(title, list(found)) for title, found in groupby(progress, key=lambda each: each.point.checklist)]


@dataclass(frozen=True)
class Mark:
    """One point as one organization stands in it."""

    place: int
    text: Text
    done: bool


@dataclass(frozen=True)
class Marks:
    """The points of one checklist as one organization stands in them."""

    marks: tuple[Mark, ...]

    def __str__(self) -> str:
        return listed(str(each.place) for each in self.marks if each.done)


def _marks(points: list[Point]) -> Callable[[Any], Marks]:
    def of(org: Any) -> Marks:
        done = {tick.point for tick in org.standing}
        return Marks(tuple(Mark(each.place, each.text, each.number in done) for each in points))

    return of


def _orgs_table(request: Request, found: Campaign, points: tuple[Point, ...], rows: QuerySet[Org]) -> Table:
    """Return who has ticked which points; a checklist is a column of numbered marks."""

    def link(org: Any) -> str:
        return reverse("programmes-campaign-org", args=(found.pk, org.pk))

    lists = [
        (number, title, list(group))
        for number, (title, group) in enumerate(groupby(points, key=lambda each: each.checklist), 1)
    ]
    columns = [
        Column("org", say("Organization"), value=lambda org: org.name, link=link, sort="name", width=36),
        Column(
            "parent",
            say("The level above"),
            value=lambda org: org.parent.name if org.parent else "",
            width=28,
        ),
        Column("ticked", say("Points ticked"), "number", sort="ticked"),
        Column("share", say("Share (%)"), "number", value=lambda org: _share(org.ticked, len(points))),
        *(
            Column(
                f"list_{number}", title, "part", value=_marks(group), part="programmes/_marks.html", width=24
            )
            for number, title, group in lists
        ),
    ]
    return Table(
        request,
        columns,
        rows,
        title=say("By organization"),
        empty_title=say("Nobody here goes through these points"),
        empty_advice=say("The campaign's kind says who does; perhaps the filters leave nobody."),
    )


def _share(part: int, whole: int) -> Any:
    return round(part * 100 / whole, 1) if whole else None


# --- the points of one organization ---------------------------------------------------------


@dataclass(frozen=True)
class PointLine:
    """One point with the tick that stands, and those that were taken back."""

    point: Point
    tick: CampaignTick | None
    undone: tuple[CampaignTick, ...]


def _lines(points: tuple[Point, ...], ticks: list[CampaignTick]) -> list[PointLine]:
    return [
        PointLine(
            point,
            next((each for each in ticks if each.point == point.number and each.undone_at is None), None),
            tuple(each for each in ticks if each.point == point.number and each.undone_at is not None),
        )
        for point in points
    ]


def _asked_one(request: Request, campaign_id: int, org_id: int) -> tuple[Campaign, Org]:
    """Return a campaign and one organization that goes through its points; otherwise there is none."""
    found, org = campaign_by_id(request.context, campaign_id), org_by_id(request.context, org_id)
    if not request.context.may("programmes.view", org.path) or not asks(found, org):
        raise NotFound("There is no such organization.")
    return found, org


def _may_tick(request: Request, found: Campaign, org: Org) -> bool:
    running = found.closed_on is None and found.first_on <= request.context.today <= found.last_on
    return running and request.context.may("programmes.answer", org.path)


def _crumbs(found: Campaign, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [
        (translate("Campaigns"), reverse("programmes-campaigns")),
        (found.title, reverse("programmes-campaign", args=(found.pk,))),
        *more,
    ]


@page("programmes.view")
def campaign_org(request: Request, campaign_id: int, org_id: int) -> HttpResponse:
    """Show the points of a campaign as one organization stands in them."""
    found, org = _asked_one(request, campaign_id, org_id)
    lines = _lines(points_of_campaign(found), ticks_at(request.context, found, org))
    done = sum(line.tick is not None for line in lines)
    values = {
        "campaign": found,
        "kind": kind_of_campaign(found),
        "org": org,
        "status": _campaign_state(found, request.context.today),
        "lists": _by_list(lines),
        "done": done,
        "points": len(lines),
        "may_tick": _may_tick(request, found, org),
        "crumbs": _crumbs(found, (org.name, "")),
    }
    return render(request, "programmes/campaign_org.html", values)


@page("programmes.view", methods=("GET", "POST"))
def point(request: Request, campaign_id: int, org_id: int, point_number: int) -> HttpResponse:
    """Show one point of one organization: what shows that it is done, and tick it."""
    context = request.context
    found, org = _asked_one(request, campaign_id, org_id)
    lines = _lines(points_of_campaign(found), ticks_at(context, found, org))
    line = next((each for each in lines if each.point.number == point_number), None)
    if line is None:
        raise NotFound("The campaign has no such point.")
    back = reverse("programmes-campaign-org", args=(found.pk, org.pk))
    may_tick = _may_tick(request, found, org)
    form = FieldForm(_tick_specs(request, found, org), {"done_on": context.today.isoformat()})
    refusal = None
    if request.method == "POST":
        try:
            sent = sent_fields(form, request)
            record = sent.get("record")
            tick_point(
                context,
                org,
                campaign=found,
                point=point_number,
                done_on=date.fromisoformat(sent["done_on"]),
                note=sent["note"] or "",
                record=record_by_id(context, int(record[1:])) if record else None,
            )
        except Invalid as wrong:
            form, refusal = form.again(request.POST, wrong.faults), wrong
        else:
            messages.success(request, translate("The point is ticked."))
            return redirect(back)
    title = f"{worded(line.point.checklist)} {line.point.place}"
    values = {
        "campaign": found,
        "org": org,
        "line": line,
        "form": form if may_tick and line.tick is None else None,
        "undo": FieldForm([REASON]) if may_tick and line.tick is not None else None,
        "crumbs": _crumbs(found, (org.name, back), (title, "")),
    }
    if refusal is not None:
        return form_again(request, "programmes/campaign_point.html", values, refusal)
    return render(request, "programmes/campaign_point.html", values)


def _tick_specs(request: Request, found: Campaign, org: Org) -> list[FieldSpec]:
    """Return the fields of a tick; records of the campaign's days are offered before others are written."""
    specs = [
        FieldSpec(code="done_on", title=say("Day"), type="date", required=True),
        FieldSpec(
            code="note",
            title=say("What was done"),
            type="long_text",
            max_length=500,
            help=say("Need not be written where a record shows it."),
        ),
    ]
    titles = {each.code: each.title for each in record_kinds(org)}
    held = standing_records(request.context, org=org).filter(day__gte=found.first_on)[:MOST_RECORDS]
    choices = tuple(
        Choice(code=f"r{each.pk}", title=_named(titles.get(each.kind), each.kind, each.day)) for each in held
    )
    if choices:
        specs.append(
            FieldSpec(code="record", title=say("Record that shows it"), type="choice", choices=choices)
        )
    return specs


def _named(title: Text | None, code: str, day: date) -> Text:
    return Text.model_validate(f"{worded(title) if title else code} · {formats.short_day(day)}")


@page("programmes.answer", methods=("POST",))
def untick(request: Request, tick_id: int) -> HttpResponse:
    """Take back the tick of a point, with the reason."""
    tick = tick_by_id(request.context, tick_id)
    untick_point(request.context, tick, reason=request.POST.get("reason", ""))
    messages.success(request, translate("The tick was taken back; it stays to be read, with the reason."))
    return redirect("programmes-campaign-org", tick.campaign_id, tick.org_id)


urlpatterns = [
    path("campaigns", campaigns, name="programmes-campaigns"),
    path("campaigns/<int:campaign_id>", campaign, name="programmes-campaign"),
    path("campaigns/<int:campaign_id>/orgs/<int:org_id>", campaign_org, name="programmes-campaign-org"),
    path(
        "campaigns/<int:campaign_id>/orgs/<int:org_id>/points/<int:point_number>",
        point,
        name="programmes-campaign-point",
    ),
    path("campaigns/ticks/<int:tick_id>/undo", untick, name="programmes-untick"),
]
