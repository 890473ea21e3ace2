"""Threads and the loop over the API: the same that the pages show."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ninja import Query, Router, Schema

from gangmu.core.context import Context
from gangmu.desk.thread.queries import Goal, goal_in, health_in, threads_in
from gangmu.desk.thread.rules import STATION_OF, loose_ends
from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.notices.queries import document_followed
from gangmu.kernel.orgs.queries import org_by_id

router = Router(tags=["desk"])


class YearOf(Schema):
    """The year that is asked for; without one, this year."""

    year: int = 0


class StationsOut(Schema):
    """How many tasks came to which station of the loop."""

    issued: int
    answered: int
    unseen: int
    unasked: int
    checked: int
    found: int
    fixed: int


class BreakOut(Schema):
    """Where a thread is broken: the kind of break, its station, and the definition it is about."""

    kind: str
    station: str
    what: str


class GoalOut(Schema):
    """One goal of a year at one organization, and how far its thread reaches."""

    programme: str
    metric: str
    paper: str
    year: int
    org_id: int
    target: Decimal | None
    whole: bool
    breaks: list[BreakOut]
    stations: StationsOut


class OrderOfThread(Schema):
    """One order of a goal's duties and how far its tasks are."""

    order_id: int
    duty: str
    period: str
    closed: bool
    stations: StationsOut


class PaperOfThread(Schema):
    """The paper that a goal or one of its duties follows, and where it stands in the library.

    ``of`` is the code of the programme or duty; a paper that is not in the library has no ``document``.
    """

    of: str
    paper: str
    document: str
    article: str


class ThreadOut(GoalOut):
    """One thread from end to end, by the codes of what stands at each station."""

    papers: list[PaperOfThread]
    letters: list[str]
    duties: list[str]
    orders: list[OrderOfThread]
    records: list[str]
    facts: list[str]
    indicators: list[str]
    lines: list[str]
    rounds: list[int]
    next_target: Decimal | None


class LooseOut(Schema):
    """What a pack defines that hangs on no thread, by codes."""

    lines: list[str]
    records: list[str]
    duties: list[str]


class GoalsOut(Schema):
    """All goals of a year, and what hangs on none."""

    goals: list[GoalOut]
    loose: LooseOut


class PlaceOut(Schema):
    """One place in the loop: its goals, those whose thread is whole, and how far its tasks come."""

    org_id: int
    name: str
    goals: int
    whole: int
    stations: StationsOut


class LoopOut(Schema):
    """The health of a place's loop, in all and by what stands directly below."""

    year: int
    goals: int
    whole: int
    stations: StationsOut
    places: list[PlaceOut]


def _year(context: Context, asked: YearOf) -> int:
    return asked.year if 1949 <= asked.year <= 2100 else context.today.year


def _goal(goal: Goal) -> dict[str, Any]:
    return {
        "programme": goal.thread.programme.code,
        "metric": goal.thread.metric.code,
        "paper": str(goal.thread.programme.follows),
        "year": goal.year,
        "org_id": goal.org.pk,
        "target": goal.target.value if goal.target else None,
        "whole": goal.whole,
        "breaks": [{"kind": kind, "station": STATION_OF[kind], "what": what} for kind, what in goal.breaks],
        "stations": goal.stations,
    }


def _papers(context: Context, goal: Goal) -> Iterator[dict[str, str]]:
    """Return what the goal's programme and its duties follow, as far as the reader may read the library."""
    programme, duties = goal.thread.programme, [duty for duty, _ in goal.thread.duties]
    followed = [(programme.code, programme.follows), *((duty.code, duty.follows) for duty in duties)]
    for code, follows in followed:
        found = document_followed(context, follows) if context.may("notices.view") else None
        document, article = found or (None, None)
        yield {
            "of": code,
            "paper": str(follows),
            "document": document.code if document else "",
            "article": article.code if article else "",
        }


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/threads",
    "thread.threads_in",
    permission="programmes.view",
    response=GoalsOut,
)
def list_goals(request: Request, org_id: int, asked: Query[YearOf]) -> dict[str, Any]:
    """Return the goals of a year at an organization with where each thread is broken."""
    org = org_by_id(request.context, org_id)
    threads = threads_in(request.context, org, year=_year(request.context, asked))
    loose = loose_ends(threads.pack)
    return {
        "goals": [_goal(each) for each in threads.own],
        "loose": {
            "lines": [f"{card.code}/{line.indicator}" for card, line in loose.lines],
            "records": [each.code for each in loose.records],
            "duties": [each.code for each in loose.duties],
        },
    }


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/threads/{programme_code}/{metric_code}",
    "thread.goal_in",
    permission="programmes.view",
    response=ThreadOut,
)
def read_thread(
    request: Request, org_id: int, programme_code: str, metric_code: str, asked: Query[YearOf]
) -> dict[str, Any]:
    """Return one goal's thread from its paper to next year's goal."""
    org = org_by_id(request.context, org_id)
    year = _year(request.context, asked)
    goal = goal_in(request.context, org, programme=programme_code, metric=metric_code, year=year)
    orders = [
        {
            "order_id": order.pk,
            "duty": order.duty,
            "period": order.period,
            "closed": order.closed,
            "stations": stations,
        }
        for order, stations in goal.orders
    ]
    return {
        **_goal(goal),
        "papers": list(_papers(request.context, goal)),
        "letters": [each.code for each in goal.thread.letters],
        "duties": [duty.code for duty, _ in goal.thread.duties],
        "orders": orders,
        "records": [each.code for each in goal.thread.records],
        "facts": [
            f"{each.code} {item}".strip()
            for each in goal.thread.facts
            for item in sorted(each.items or ("",))
        ],
        "indicators": [each.code for each in (*goal.thread.own, *goal.thread.others)],
        "lines": [f"{card.code}/{line.indicator}" for card, line in goal.thread.lines],
        "rounds": [each.pk for each in goal.rounds],
        "next_target": goal.next_target.value if goal.next_target else None,
    }


@endpoint(
    router, "get", "/orgs/{org_id}/loop", "thread.health_in", permission="programmes.view", response=LoopOut
)
def read_loop(request: Request, org_id: int, asked: Query[YearOf]) -> dict[str, Any]:
    """Return how healthy the loop is at an organization and at each place directly below it."""
    org = org_by_id(request.context, org_id)
    threads = health_in(request.context, org, year=_year(request.context, asked))
    return {
        "year": threads.year,
        "goals": len(threads.own),
        "whole": sum(each.whole for each in threads.own),
        "stations": threads.loop.at(),
        "places": [
            {
                "org_id": each.pk,
                "name": each.name,
                "goals": len(threads.goals[each.pk]),
                "whole": sum(goal.whole for goal in threads.goals[each.pk]),
                "stations": threads.loop.at(place=each.pk),
            }
            for each in threads.below
        ],
    }
