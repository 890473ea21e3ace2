"""One thread from end to end: what is at every station, where it is broken, the facts behind it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import NotFound
from gangmu.core.papers import Follows
from gangmu.core.periods import Period
from gangmu.core.text import Text
from gangmu.desk.thread.pages.asking import (
    BROKEN,
    EMPTY,
    GOING_ON,
    LOOP,
    TO_COME,
    WHOLE,
    asked,
    definition_url,
    goal_url,
    tasks_url,
    years,
)
from gangmu.desk.thread.queries import (
    Goal,
    Threads,
    facts_of_goal,
    number_of_facts,
    parts_of_goal,
    thread_of_goal,
    threads_in,
)
from gangmu.desk.thread.rules import STATION_OF, Counted, Thread
from gangmu.desk.thread.words import CODES, STATIONS, WHY, break_in_words, items_in_words
from gangmu.frame import formats
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Status
from gangmu.frame.formats import period_in_words
from gangmu.frame.links import address
from gangmu.frame.tables import MOST_EXPORTED, Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.rules import Pack
from gangmu.results.assessment.models import Result, Round
from gangmu.results.assessment.parts import part_table
from gangmu.results.assessment.queries.evidence import LISTED
from gangmu.results.assessment.queries.results import (
    FEWEST,
    came_of,
    line_values,
    proposed_in,
    stands_right_above,
)
from gangmu.results.indicators.definitions import IndicatorKind
from gangmu.work.plans.queries.stations import Issued
from gangmu.work.plans.stations import Stations
from gangmu.work.programmes.queries.letters import spread_below
from gangmu.work.programmes.queries.targets import progress_in
from gangmu.work.records.queries import standing_records


@dataclass(frozen=True)
class Said:
    """One thing at a station: what, how much, and where it leads.

    ``note`` says why it belongs there, ``paper`` by which article it is asked for.
    """

    title: str
    value: str = ""
    url: str = ""
    note: str = ""
    paper: Follows | None = None


@dataclass(frozen=True)
class Station:
    """One station of a thread as it is shown."""

    code: str
    title: Text
    status: Status
    said: Sequence[Said]
    breaks: Sequence[str]


@page("programmes.view")
def thread(request: Request, programme_code: str, metric_code: str) -> HttpResponse:
    """Show one goal from its paper to next year's goal: what is at every station, and where it is broken."""
    org, year = asked(request)
    threads = threads_in(request.context, org, year=year, only=(programme_code, metric_code))
    goal = threads.goal(programme_code, metric_code)
    orders = _order_table(request, goal)
    if sheet := orders.export():
        return sheet
    values = {
        "org": org,
        "year": year,
        "years": years(request, threads),
        "goal": goal,
        "thread": goal.thread,
        "stations": [
            _station(code, threads, goal, said, over=Period("year", year).last < request.context.today)
            for code, said in _stations(request, threads, goal)
        ],
        "orders": orders,
        "status": WHOLE if goal.whole else BROKEN,
        "crumbs": [
            (translate("Threads"), address("desk-threads", org=org.pk, year=year)),
            (worded(goal.thread.metric.title), ""),
        ],
    }
    return render(request, "desk/thread/thread.html", values)


def _station(code: str, threads: Threads, goal: Goal, said: Iterable[Said], *, over: bool) -> Station:
    breaks = [
        break_in_words(threads.pack, kind, what) for kind, what in goal.breaks if STATION_OF[kind] == code
    ]
    listed = list(said)
    status = TO_COME if code in _COMING and not over else EMPTY
    if breaks:
        status = BROKEN
    elif listed:
        status = GOING_ON if _has_more_to_come(code, goal) else WHOLE
    return Station(code, STATIONS[code], status, listed, breaks)


def _has_more_to_come(code: str, goal: Goal) -> bool:
    """Whether answers are awaited still, or wait to be looked at."""
    found = goal.stations
    return (code == "orders" and found.answered < found.issued) or (code == "checks" and found.unseen > 0)


_COMING = frozenset({"orders", "checks", "records", "facts", "rounds", "notices", "next"})
"""What a year brings with time: that it is not there yet breaks nothing."""


def _stations(request: Request, threads: Threads, goal: Goal) -> Iterator[tuple[str, Iterable[Said]]]:
    yield "goal", _said_of_goal(request, goal)
    yield "letters", _said_of_letters(request, goal)
    yield "duties", _said_of_duties(goal)
    yield "orders", _said_of_orders(goal)
    yield "checks", _said_of_checks(goal)
    yield "records", _said_of_records(request, goal)
    yield "facts", _said_of_facts(request, threads, goal)
    yield "indicators", _said_of_indicators(request, goal)
    yield "lines", _said_of_lines(goal)
    yield "rounds", _said_of_rounds(request, goal)
    yield "rectified", _said_of_rectified(request, goal)
    yield "notices", _said_of_notices(goal)
    yield "next", _said_of_next(goal)


def _said_of_goal(request: Request, goal: Goal) -> Iterator[Said]:
    programme, metric = goal.thread.programme, goal.thread.metric
    yield Said(
        worded(programme.title),
        url=address("programmes-programme", programme.code, org=goal.org.pk, year=goal.year),
        paper=programme.follows,
    )
    if goal.target is None:
        return
    url = reverse("programmes-target", args=(goal.target.pk,))
    unit = worded(metric.unit)
    yield Said(translate("Target"), f"{formats.number(goal.target.value)} {unit}".strip(), url)
    progress = progress_in(request.context, goal.org, programme=programme.code, year=goal.year)
    line = next(each for each in progress.lines if each.metric.code == metric.code)
    if line.reached is not None:
        yield Said(translate("Reached in the year"), f"{formats.number(line.reached)} {unit}".strip(), url)


def _said_of_letters(request: Request, goal: Goal) -> Iterator[Said]:
    for letter in goal.letters:
        state = translate("accepted") if letter.accepted_on else translate("waits to be accepted")
        yield Said(f"{letter.title} {letter.number}", state, reverse("programmes-letter", args=(letter.pk,)))
    for kind in goal.thread.letters:
        spread = spread_below(request.context, goal.org, kind=kind.code, year=goal.year)
        issued, accepted = sum(each.issued for each in spread), sum(each.accepted for each in spread)
        if issued:
            url = address("programmes-letters", org=goal.org.pk, year=goal.year, kind=kind.code)
            yield Said(
                translate("Handed on below, and of these accepted"),
                f"{formats.number(issued)} / {formats.number(accepted)}",
                url,
                worded(kind.title),
            )


def _said_of_duties(goal: Goal) -> Iterator[Said]:
    for duty, why in goal.thread.duties:
        url = reverse("plans-duty", args=(duty.code,))
        yield Said(worded(duty.title), url=url, note=worded(WHY[why]), paper=duty.follows)


def _said_of_orders(goal: Goal) -> Iterator[Said]:
    if goal.stations.issued:
        yield Said(translate("Issued"), formats.number(goal.stations.issued), tasks_url(goal, "issued"))
        yield Said(
            translate("Answered"),
            formats.number(goal.stations.answered),
            tasks_url(goal, "answered"),
            formats.share(goal.stations.answered, goal.stations.issued),
        )


def _said_of_checks(goal: Goal) -> Iterator[Said]:
    found = goal.stations
    for code, words, whole in (
        ("checked", translate("Checked"), found.answered - found.unasked),
        ("unseen", translate("Not looked at yet"), found.answered - found.unasked),
        ("unasked", translate("Not to be looked at"), found.answered),
        ("found", translate("Found wanting"), found.checked),
        ("fixed", translate("Mended"), found.found),
    ):
        count = getattr(found, code)
        if count:
            yield Said(words, formats.number(count), tasks_url(goal, code), formats.share(count, whole))


MOST = 10_000
"""How many records are counted for a page; the list behind the number counts them all."""


def _many(count: int) -> str:
    if count > MOST:
        return translate("more than %(count)s") % {"count": formats.number(MOST)}
    return formats.number(count)


def _said_of_records(request: Request, goal: Goal) -> Iterator[Said]:
    if not request.context.may("records.view"):
        return
    for kind in goal.thread.records:
        span = Period("year", goal.year)
        records = standing_records(request.context, under=goal.org, kind=kind.code, period=span)
        count = records.order_by()[: MOST + 1].count()
        if count:
            url = address("records-all", org=goal.org.pk, kind=kind.code, period=goal.year)
            yield Said(worded(kind.title), _many(count), url)


def _said_of_facts(request: Request, threads: Threads, goal: Goal) -> Iterator[Said]:
    for at, counted in enumerate(goal.thread.facts):
        if counted in goal.measured:
            count = number_of_facts(request.context, goal.org, counted, goal.year)
            url = goal_url(goal, "desk-thread-facts") + f"&of={at}"
            yield Said(
                worded(CODES.get(counted.code, counted.code)),
                formats.number(count),
                url,
                items_in_words(threads.pack, counted.items),
            )


def _said_of_indicators(request: Request, goal: Goal) -> Iterator[Said]:
    values = line_values(request.context, goal.rounds, goal.org)
    for kind in goal.thread.own:
        yield _indicator(kind, values, translate("reads what the goal counts"))
    for kind in goal.thread.others:
        yield _indicator(kind, values, translate("tells only whether the duties were answered"))


def _indicator(kind: IndicatorKind, values: Mapping[str, tuple[Decimal | None, Result]], note: str) -> Said:
    if kind.code not in values:
        return Said(worded(kind.title), url=definition_url("indicator", kind.code), note=note)
    value, result = values[kind.code]
    url = reverse("assessment-line", args=(result.run.round_id, result.org_id, result.scorecard, kind.code))
    rate = kind.denominator is not None and kind.denominator.number is None
    shown = formats.share(value, 1) if rate else formats.number(value)
    return Said(worded(kind.title), shown, url, note)


def _said_of_lines(goal: Goal) -> Iterator[Said]:
    titles = {kind.code: worded(kind.title) for kind in (*goal.thread.own, *goal.thread.others)}
    for card, line in goal.thread.lines:
        points = translate("%(points)s points") % {"points": formats.number(line.points)}
        yield Said(worded(card.title), points, definition_url("scorecard", card.code), titles[line.indicator])


def _said_of_rounds(request: Request, goal: Goal) -> Iterator[Said]:
    near = stands_right_above(request.context, goal.org)
    for each in goal.rounds:
        came = came_of(request.context, each, goal.org)
        note = translate("%(scored)s with a score, %(starred)s with stars") % {
            "scored": _few(came.scored, near),
            "starred": _few(came.starred, near),
        }
        url = reverse("assessment-round", args=(each.pk,))
        yield Said(each.title, _round_state(each), url, note if came.scored else "")


def _few(count: int, near: bool) -> str:
    """Return a count, or that it is few: under five it opens no further to those whose own it is not."""
    return translate("fewer than five") if 0 < count < FEWEST and not near else formats.number(count)


def _round_state(round_: Round) -> str:
    words = {
        "published": translate("Published"),
        "final": translate("Final"),
        "publicity": translate("Made known"),
    }
    return words.get(round_.state, translate("Under way"))


def _said_of_rectified(request: Request, goal: Goal) -> Iterator[Said]:
    for each in goal.rounds:
        proposed, to_rectify = proposed_in(request.context, each, goal.org)
        if proposed:
            yield Said(
                translate("Proposed to you as the organization above, and of these to be rectified"),
                f"{formats.number(proposed)} / {formats.number(to_rectify)}",
                reverse("assessment-screenings"),
                each.title,
            )


def _said_of_notices(goal: Goal) -> Iterator[Said]:
    for each in goal.rounds:
        for notice in (each.publicity_notice, each.notice):
            if notice is not None:
                yield Said(notice.title, url=reverse("notices-notice", args=(notice.pk,)))


def _said_of_next(goal: Goal) -> Iterator[Said]:
    if goal.next_target is not None:
        yield Said(
            str(goal.next_target.year),
            formats.number(goal.next_target.value),
            reverse("programmes-target", args=(goal.next_target.pk,)),
        )


def _order_table(request: Request, goal: Goal) -> Table:
    """Return the orders of a goal's duties, period by period, with how far each is."""
    return Table(
        request,
        [
            Column("period", say("Period"), value=lambda row: period_in_words(row[0].period)),
            Column(
                "title",
                say("Order"),
                value=lambda row: row[0].title,
                link=lambda row: reverse("plans-order", args=(row[0].pk,)),
                width=32,
            ),
            *(_station_column(code, title, goal) for code, title in LOOP),
            Column("state", say("State"), "status", value=lambda row: _order_status(*row)),
        ],
        goal.orders,
        title=say("Orders of every period"),
        empty_title=say("Nothing was ordered in this year"),
    )


def _station_column(code: str, title: Text, goal: Goal) -> Column:
    return Column(
        code,
        title,
        "number",
        value=lambda row: getattr(row[1], code),
        link=lambda row: tasks_url(goal, code, row[0].duty, row[0].period),
        total=True,
    )


def _order_status(order: Issued, stations: Stations) -> Status:
    if order.closed and order.reviewed and stations.unseen and not stations.checked:
        return Status(say("Nobody looked at the answers"), "red")
    if not order.closed:
        return Status(say("Running"), "blue")
    if stations.unseen:
        return Status(say("Some answers wait to be looked at"), "yellow")
    return Status(say("Closed"), "green")


@page("programmes.view")
def facts(request: Request, programme_code: str, metric_code: str) -> HttpResponse:
    """List the facts in which a goal's number is told, down to the record of each."""
    context = request.context
    org, year = asked(request)
    pack, thread_ = thread_of_goal(context, org, programme=programme_code, metric=metric_code, year=year)
    counted = _counted(thread_, request.GET.get("of", ""))
    told = parts_of_goal(context, org, counted, year)
    count = sum(part.facts for part in told)
    few = 0 < count < FEWEST and not stands_right_above(context, org)
    rows = facts_of_goal(context, org, counted, year)
    every = _fact_table(request, rows.none() if few else rows, pack, few=few)
    if sheet := every.export():
        return sheet
    parts: Table | None = None
    table: Table | None = every
    if count > LISTED:
        parts = part_table(request, told, lambda part: f"?{_of_place(request, part.org)}", "parts")
        own = any(part.itself and not part.withheld for part in told)
        table = _fact_table(request, rows.filter(org=org), pack) if own else None
    values = {
        "org": org,
        "year": year,
        "count": count,
        "exported": count <= MOST_EXPORTED,
        "parts": parts,
        "table": table,
        "metric": thread_.metric,
        "said": f"{worded(CODES.get(counted.code, counted.code))} {items_in_words(pack, counted.items)}",
        "crumbs": [
            (translate("Threads"), address("desk-threads", org=org.pk, year=year)),
            (
                worded(thread_.metric.title),
                address("desk-thread", programme_code, metric_code, org=org.pk, year=year),
            ),
            (translate("Facts"), ""),
        ],
    }
    return render(request, "desk/thread/facts.html", values)


def _of_place(request: Request, org: Org) -> str:
    """Return what this page is asked for, of another organization."""
    query = request.GET.copy()
    query["org"] = str(org.pk)
    query.pop("page", None)
    return query.urlencode()


def _fact_table(request: Request, rows: QuerySet[Fact], pack: Pack, *, few: bool = False) -> Table:
    return Table(
        request,
        [
            Column("org", say("Organization"), value=lambda fact: fact.org.name, width=34),
            Column("day", say("Day"), "date"),
            Column(
                "item",
                say("What"),
                value=lambda fact: items_in_words(pack, frozenset({fact.item})),
                link=_source_url,
            ),
            Column("value", say("Value"), "number"),
            Column("source", say("Record"), value=_source_words, link=_source_url),
        ],
        rows,
        title=say("Facts behind the goal"),
        empty_title=say("Fewer than five: they are not listed one by one") if few else say("No facts yet"),
    )


def _counted(thread_: Thread, written: str) -> Counted:
    at = int(written) if written.isdecimal() and len(written) < 4 else 0
    if at >= len(thread_.facts):
        raise NotFound("This goal counts no such facts.")
    return thread_.facts[at]


_SOURCES = {"task": "plans-task", "record": "records-record"}


def _source_url(fact: Fact) -> str:
    kind, _, number = fact.source.partition(":")
    return reverse(_SOURCES[kind], args=(int(number),)) if kind in _SOURCES and number.isdecimal() else ""


def _source_words(fact: Fact) -> str:
    kind, _, number = fact.source.partition(":")
    words = {"task": translate("Task"), "record": translate("Record")}
    return f"{words.get(kind, kind)} {number}"


urlpatterns = [
    path("threads/<slug:programme_code>/<slug:metric_code>", thread, name="desk-thread"),
    path("threads/<slug:programme_code>/<slug:metric_code>/facts", facts, name="desk-thread-facts"),
]
