"""The year's calendar on the screen, and as iCalendar for calendar programs."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate
from icalendar import Calendar as ICalendar
from icalendar import Event

from gangmu.core.errors import Invalid, NotFound
from gangmu.core.fields import FieldSpec
from gangmu.frame.doors import ANYONE, OWN, Request, page
from gangmu.frame.downloads import file_response
from gangmu.frame.figures import Status
from gangmu.frame.formats import period_in_words
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.access.rules import code_digest
from gangmu.kernel.orgs.around import around_org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.programmes.operations.cycles import fresh_feed, note_cycle, revoke_feed
from gangmu.work.programmes.pages.asking import asked_org, asked_year
from gangmu.work.programmes.queries.cycles import (
    Day,
    by_month,
    cycles_of,
    feed_by_digest,
    milestones_between,
    own_feeds,
    reader_of_feed,
    year_of,
)

STANDINGS: Mapping[str, Status] = {
    "planned": Status(say("Planned"), "grey"),
    "open": Status(say("Due now"), "blue"),
    "happened": Status(say("Happened"), "green"),
    "late": Status(say("Happened late"), "yellow"),
    "overdue": Status(say("Late"), "red"),
    "missed": Status(say("Planned day over, nothing recorded"), "orange"),
    "before": Status(say("Before the beginning"), "grey"),
}


@page("programmes.view")
def of_org(request: Request, org_id: int) -> HttpResponse:
    """Show an organization's year: planned, happened, late, month by month."""
    context = request.context
    org, year = org_by_id(context, org_id), asked_year(request)
    days = year_of(context, org, year)
    table = Table(
        request,
        [
            Column("entry", say("What"), value=lambda day: day.planned.entry.title, width=32),
            Column("period", say("Period"), value=lambda day: period_in_words(day.planned.period)),
            Column("first", say("From"), "date", value=lambda day: day.planned.first),
            Column("last", say("Until"), "date", value=lambda day: day.planned.last),
            Column("due_on", say("Order due on"), "date", value=lambda day: day.due_on),
            Column("happened", say("Happened on"), "date", value=lambda day: day.happened_on),
            Column("state", say("State"), "status", value=lambda day: STANDINGS[day.standing]),
        ],
        days,
        title=say("The year's calendar"),
        page_size=100,
    )
    if sheet := table.export():
        return sheet
    months = [
        (date(year, month, 1), [(day, STANDINGS[day.standing]) for day in found])
        for month, found in by_month(days).items()
    ]
    counts = {code: sum(1 for day in days if day.standing == code) for code in STANDINGS}
    values = around_org(
        request,
        org,
        "programmes-calendar",
        year=year,
        years=[(each, str(each)) for each in range(context.today.year - 3, context.today.year + 2)],
        cycles=cycles_of(org),
        months=months,
        days=days,
        counts=[(status, counts[code]) for code, status in STANDINGS.items() if counts[code]],
        excel=table.excel_url,
        today=context.today,
        may_note=context.may("programmes.answer", org.path),
    )
    return render(request, "programmes/calendar.html", values)


@page("programmes.answer", methods=("POST",))
def note(request: Request, org_id: int) -> HttpResponse:
    """Note that something of the calendar happened."""
    org = org_by_id(request.context, org_id)
    spec = FieldSpec(code="happened_on", title=say("Happened on"), type="date", required=True)
    try:
        day = date.fromisoformat(spec.parse(request.POST.get("happened_on")))
    except ValueError as fault:
        raise Invalid("Some fields need attention.", faults={"happened_on": str(fault)}) from None
    note_cycle(
        request.context,
        org,
        cycle=request.POST.get("cycle", ""),
        entry=request.POST.get("entry", ""),
        period=request.POST.get("period", ""),
        happened_on=day,
        note=request.POST.get("note", ""),
    )
    return redirect(f"{reverse('programmes-calendar', args=(org.pk,))}?year={day.year}")


@page("programmes.view")
def own(request: Request) -> HttpResponse:
    """Lead to the calendar of the reader's own organization."""
    org = asked_org(request)
    if org is None:
        raise NotFound("There is no such organization.")
    return redirect("programmes-calendar", org.pk)


# --- feeds ---------------------------------------------------------------------------------


@page(OWN, methods=("GET", "POST"))
def feeds(request: Request) -> HttpResponse:
    """List one's own addresses for calendar programs, and make another; its secret is shown once."""
    context = request.context
    org, address = asked_org(request), ""
    if request.method == "POST":
        if org is None:
            raise NotFound("There is no such organization.")
        _, secret = fresh_feed(context, org, name=request.POST.get("name", ""))
        address = request.build_absolute_uri(reverse("programmes-feed", args=(secret,)))
    table = Table(
        request,
        [
            Column("name", say("Name"), width=30),
            Column("org", say("Organization"), value=lambda each: each.org.name, width=30),
            Column("made_at", say("Made"), "instant"),
            Column(
                "state",
                say("State"),
                "status",
                value=lambda each: (
                    Status(say("Revoked"), "grey") if each.revoked_at else Status(say("In use"), "green")
                ),
            ),
        ],
        own_feeds(context),
        title=say("Calendar addresses"),
        empty_title=say("No calendar program fetches anything yet"),
        exports=False,
    )
    standing = [each for each in own_feeds(context) if each.revoked_at is None]
    values = {"table": table, "org": org, "address": address, "standing": standing}
    return render(request, "programmes/feeds.html", values)


@page(OWN, methods=("POST",))
def revoke(request: Request, feed_id: int) -> HttpResponse:
    """Revoke one of one's own addresses."""
    feed = own_feeds(request.context).filter(pk=feed_id).first()
    if feed is None:
        raise NotFound("There is no such address.")
    revoke_feed(request.context, feed)
    messages.success(request, translate("The address answers nobody any more."))
    return redirect("programmes-feeds")


@page(ANYONE)
def feed(request: Request, secret: str) -> HttpResponse:
    """Send an account's days as iCalendar to whoever holds its secret."""
    found = feed_by_digest(code_digest(secret))
    if found is None:
        raise NotFound("There is no such address.")
    context = reader_of_feed(request.context, found.account)
    year = context.today.year
    days = [day for each in (year, year + 1) for day in year_of(context, found.org, each)]
    calendar = ICalendar()
    calendar.add("prodid", "-//Gangmu//Calendar//")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", found.org.name)
    for day in days:
        if day.standing == "before":
            continue
        calendar.add_component(_event_of(day, found.org.pk, context.now))
    for each in milestones_between(context, found.org.pk, date(year, 1, 1), date(year + 1, 12, 31)):
        title = f"{each.project.title}: {each.title}"
        calendar.add_component(_event(f"milestone-{each.pk}", title, each.due_on, each.due_on, context.now))
    return file_response(calendar.to_ical(), "text/calendar; charset=utf-8", "gangmu.ics")


def _event_of(day: Day, org: int, now: datetime) -> Event:
    planned = day.planned
    uid = f"cycle-{org}-{day.cycle.code}-{planned.entry.code}-{planned.period}"
    title = f"{worded(planned.entry.title)} ({worded(STANDINGS[day.standing].word)})"
    last = day.due_on or planned.last
    return _event(uid, title, min(planned.first, last), last, now)


def _event(uid: str, title: str, first: date, last: date, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{uid}@gangmu")
    event.add("summary", title)
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))
    event.add("dtstamp", now.astimezone(UTC))
    return event


urlpatterns: list[Any] = [
    path("orgs/<int:org_id>/calendar", of_org, name="programmes-calendar"),
    path("orgs/<int:org_id>/calendar/note", note, name="programmes-calendar-note"),
    path("calendar", own, name="programmes-own-calendar"),
    path("calendar/addresses", feeds, name="programmes-feeds"),
    path("calendar/addresses/<int:feed_id>/revoke", revoke, name="programmes-feed-revoke"),
    path("calendar/<slug:secret>.ics", feed, name="programmes-feed"),
]
