"""The health of a place's loop: whole threads, and how much reaches each station, place by place."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as translate

from gangmu.desk.thread.pages.asking import LOOP, asked, behind, tabs, way_to, years
from gangmu.desk.thread.queries import Threads, health_in
from gangmu.desk.thread.words import BREAKS, plainly
from gangmu.frame import formats
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Chart, Light, flow, treemap
from gangmu.frame.links import address
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.work.plans.queries.duties import account_kind
from gangmu.work.plans.stations import Stations


@dataclass(frozen=True)
class Place:
    """One place in the loop: how many of its goals hang together, and how far its tasks come."""

    org: int
    name: str
    goals: int
    whole: int
    stations: Stations


@page("programmes.view")
def loop(request: Request) -> HttpResponse:
    """Show how healthy a place's loop is: whole threads, and how much reaches each station, place by place."""
    org, year = asked(request)
    threads = health_in(request.context, org, year=year)
    total = threads.loop.at()
    rows = [*_places(threads)]
    table = Table(
        request,
        list(_place_columns(year)),
        rows,
        title=say("The loop by place"),
        empty_title=say("Nothing is below here"),
        foot={
            "name": worded("Total"),
            **{code: getattr(total, code) for code, _ in LOOP},
        }
        if len(rows) > 1
        else None,
        exports=True,
    )
    if sheet := table.export():
        return sheet
    own = threads.own
    broken = Counter(kind for goal in own for kind in {kind for kind, _ in goal.breaks})
    values = {
        "org": org,
        "year": year,
        "years": years(request, threads),
        "table": table,
        "tabs": tabs(org, year, "desk-loop"),
        "crumbs": way_to(request, org, year, "desk-loop"),
        "figures": list(_figures(threads, total)),
        "chart": _chart(org.pk, year, total) if total.issued else None,
        "tree": _tree(threads),
        "lights": [formats.share(each, 1, 0) for each in account_kind(org).lights],
        "bars": list(_bars(org.pk, year, total)),
        "breaks": [
            (plainly(BREAKS[kind]), count, address("desk-threads", org=org.pk, year=year, broken=kind))
            for kind, count in sorted(
                broken.items(), key=lambda each: (-each[1], list(BREAKS).index(each[0]))
            )
        ],
        "goals": len(own),
    }
    return render(request, "desk/thread/loop.html", values)


def _places(threads: Threads) -> Iterator[Place]:
    known = {each.pk for each in threads.below}
    for org in threads.below:
        held = threads.goals[org.pk]
        yield Place(
            org.pk, org.name, len(held), sum(each.whole for each in held), threads.loop.at(place=org.pk)
        )
    for pk, name in threads.loop.places.items():
        if pk not in known:
            held = threads.own if pk == threads.org.pk else ()
            yield Place(pk, name, len(held), sum(each.whole for each in held), threads.loop.at(place=pk))


def _at_place(station: str, place: Place) -> int:
    count: int = getattr(place.stations, station)
    return count


def _place_tasks(station: str, year: int, place: Place) -> str:
    return behind(place.org, year, station)


def _place_columns(year: int) -> Iterator[Column]:
    yield Column(
        "name",
        say("Organization"),
        value=lambda row: row.name,
        link=lambda row: address("desk-loop", org=row.org, year=year) if row.org else "",
        width=34,
    )
    yield Column(
        "whole",
        say("Whole threads"),
        value=lambda row: f"{row.whole} / {row.goals}" if row.goals else "",
        link=lambda row: address("desk-threads", org=row.org, year=year) if row.goals else "",
    )
    for code, title in LOOP:
        yield Column(
            code,
            title,
            "number",
            value=partial(_at_place, code),
            link=partial(_place_tasks, code, year),
            total=True,
        )
    yield Column(
        "answered_share", say("Answered of issued"), value=lambda row: share_of(row.stations, "answered")
    )
    yield Column(
        "checked_share", say("Checked of answered"), value=lambda row: share_of(row.stations, "checked")
    )
    yield Column("fixed_share", say("Mended of found"), value=lambda row: share_of(row.stations, "fixed"))


def _figures(threads: Threads, total: Stations) -> Iterator[dict[str, Any]]:
    org, year, own = threads.org.pk, threads.year, threads.own
    whole = sum(each.whole for each in own)
    yield {
        "title": say("Goals with a whole thread"),
        "value": f"{whole} / {len(own)}",
        "url": address("desk-threads", org=org, year=year),
        "light": "green" if own and whole == len(own) else "yellow",
        "note": formats.share(whole, len(own)),
    }
    yield {
        "title": say("Goals with a broken thread"),
        "value": len(own) - whole,
        "url": address("desk-threads", org=org, year=year, broken="any"),
        "light": "red" if whole < len(own) else "",
        "note": "",
    }
    for code, title in LOOP:
        yield {
            "title": title,
            "value": getattr(total, code),
            "url": behind(org, year, code),
            "light": "",
            "note": "" if code == "issued" else share_of(total, code),
        }


def _light(stations: Stations, lights: tuple[Decimal, Decimal]) -> Light:
    """Return how a place stands by what was answered of what was issued, by the pack's own bounds."""
    share = Decimal(stations.answered) / stations.issued
    return "green" if share >= lights[0] else "yellow" if share >= lights[1] else "red"


def _tree(threads: Threads) -> Chart | None:
    """Return the places as areas: as large as what was asked of them, coloured by what was answered."""
    held = [(place.name, threads.loop.at(place=place.pk), place.pk) for place in threads.below]
    known = [(name, stations, pk) for name, stations, pk in held if stations.issued]
    if len(known) < 2:
        return None
    bounds = account_kind(threads.org).lights
    named = {f"{name} {share_of(stations, 'answered')}": (stations, pk) for name, stations, pk in known}
    return treemap(
        say("Places by what was asked of them, coloured by what was answered"),
        [(name, stations.issued) for name, (stations, _) in named.items()],
        lights={name: _light(stations, bounds) for name, (stations, _) in named.items()},
        links={name: address("desk-loop", org=pk, year=threads.year) for name, (_, pk) in named.items()},
    )


def _bars(org: int, year: int, total: Stations) -> Iterator[dict[str, Any]]:
    """Yield the stations as bars of what was issued: the same as the diagram, for paper too."""
    for code, title in LOOP:
        yield {
            "title": title,
            "count": getattr(total, code),
            "of": total.issued,
            "url": behind(org, year, code),
            "share": "" if code == "issued" else share_of(total, code),
        }


def _chart(org: int, year: int, total: Stations) -> Chart:
    names = {code: worded(title) for code, title in LOOP}
    names |= {
        "unanswered": translate("Without an answer"),
        "unseen": translate("Not looked at yet"),
        "unasked": translate("Not to be looked at"),
        "good": translate("Accepted at once"),
        "open": translate("Not mended yet"),
    }
    parts = [
        ("issued", "answered", total.answered),
        ("issued", "unanswered", total.issued - total.answered),
        ("answered", "checked", total.checked),
        ("answered", "unseen", total.unseen),
        ("answered", "unasked", total.unasked),
        ("checked", "found", total.found),
        ("checked", "good", total.checked - total.found),
        ("found", "fixed", total.fixed),
        ("found", "open", total.found - total.fixed),
    ]
    links = {names[code]: behind(org, year, code) for code, _ in LOOP}
    chart = flow(
        say("From what was issued to what was mended"),
        [(names[a], names[b], count) for a, b, count in parts if count > 0],
    )
    return replace(chart, links=links)


def share_of(stations: Stations, code: str) -> str:
    """Return which share of the station before has come to a station."""
    whole = {
        "answered": stations.issued,
        "checked": stations.answered - stations.unasked,
        "found": stations.checked,
        "fixed": stations.found,
    }
    return formats.share(getattr(stations, code), whole[code])


urlpatterns = [path("threads/loop", loop, name="desk-loop")]
