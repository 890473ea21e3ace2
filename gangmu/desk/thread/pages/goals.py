"""The goals of a year with how far each one's thread reaches, and what hangs on none."""

from collections.abc import Iterator
from functools import partial

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.desk.thread.pages.asking import (
    BROKEN,
    LOOP,
    WHOLE,
    asked,
    definition_url,
    goal_url,
    tabs,
    tasks_url,
    way_to,
    years,
)
from gangmu.desk.thread.queries import Goal, Threads, threads_in
from gangmu.desk.thread.rules import loose_ends
from gangmu.desk.thread.words import BREAKS, break_in_words, plainly, title_of
from gangmu.frame.doors import Request, page
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded


@page("programmes.view")
def goals(request: Request) -> HttpResponse:
    """List the goals of a year with how far each one's thread reaches, and what hangs on none."""
    org, year = asked(request)
    threads = threads_in(request.context, org, year=year)
    rows = [each for each in threads.own if _meets(each, request.GET.get("broken", ""))]
    table = Table(
        request,
        list(_goal_columns(request, threads)),
        rows,
        title=say("The threads of the goals"),
        empty_title=say("No goal is set for this year"),
        empty_advice=say("Goals are the metrics of programmes, which the place's pack defines."),
    )
    if sheet := table.export():
        return sheet
    loose = loose_ends(threads.pack)
    values = {
        "org": org,
        "year": year,
        "years": years(request, threads),
        "table": table,
        "broken": request.GET.get("broken", ""),
        "kinds": [
            ("any", translate("Broken anywhere")),
            *((code, plainly(words)) for code, words in BREAKS.items()),
        ],
        "tabs": tabs(org, year, "desk-threads"),
        "crumbs": way_to(request, org, year, "desk-threads"),
        "loose": [
            (
                translate("Lines of scorecards that no goal asks for"),
                [
                    (
                        f"{worded(card.title)} · {title_of(threads.pack, 'indicator', line.indicator)}",
                        definition_url("scorecard", card.code),
                    )
                    for card, line in loose.lines
                ],
            ),
            (
                translate("Records that no indicator counts"),
                [(worded(kind.title), definition_url("record", kind.code)) for kind in loose.records],
            ),
            (
                translate("Duties that no goal asks for"),
                [(worded(duty.title), definition_url("duty", duty.code)) for duty in loose.duties],
            ),
        ],
    }
    return render(request, "desk/thread/goals.html", values)


def _meets(goal: Goal, broken: str) -> bool:
    if broken == "any":
        return not goal.whole
    return not broken or any(kind == broken for kind, _ in goal.breaks)


def _goal_columns(request: Request, threads: Threads) -> Iterator[Column]:
    yield Column("metric", say("Goal"), value=lambda goal: goal.thread.metric.title, link=goal_url, width=32)
    yield Column("programme", say("Programme"), value=lambda goal: goal.thread.programme.title, width=32)
    yield Column(
        "paper", say("By which paper"), value=lambda goal: str(goal.thread.programme.follows), shown=False
    )
    yield Column(
        "target",
        say("Target"),
        "number",
        value=lambda goal: goal.target and goal.target.value,
        link=lambda goal: reverse("programmes-target", args=(goal.target.pk,)) if goal.target else "",
    )
    yield Column("duties", say("Duties"), "number", value=lambda goal: len(goal.thread.duties), link=goal_url)
    for code, title in LOOP:
        yield Column(
            code,
            title,
            "number",
            value=partial(_reached, code),
            link=partial(_goal_tasks, code),
        )
    yield Column(
        "indicators",
        say("Indicators"),
        "number",
        value=lambda goal: len(goal.thread.own),
        link=goal_url,
    )
    yield Column("state", say("Thread"), "status", value=lambda goal: WHOLE if goal.whole else BROKEN)
    yield Column(
        "breaks",
        say("Where it is broken"),
        value=lambda goal: "；".join(break_in_words(threads.pack, *each) for each in goal.breaks),
        width=48,
    )


def _reached(station: str, goal: Goal) -> int | None:
    count: int = getattr(goal.stations, station)
    return count if goal.stations.issued else None


def _goal_tasks(station: str, goal: Goal) -> str:
    return tasks_url(goal, station)


urlpatterns = [path("threads", goals, name="desk-threads")]
