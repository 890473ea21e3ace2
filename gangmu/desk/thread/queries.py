"""What is found along the threads of a year, at an organization and at those directly below it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Value

from gangmu.core.calendar import Calendar
from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period
from gangmu.desk.thread.rules import Break, Counted, Found, Thread, breaks_of, threads_of
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.queries import (
    Sought,
    facts_below,
    how_many_below,
    known_below,
    where_known,
)
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import IdOfStep, children_of, in_subtree, visible_orgs
from gangmu.kernel.orgs.rules import is_below
from gangmu.kernel.packs.queries import pack_of
from gangmu.kernel.packs.rules import Pack
from gangmu.results.assessment.models import Round
from gangmu.results.assessment.queries.evidence import Part, parts_below
from gangmu.results.assessment.queries.rounds import rounds_about
from gangmu.work.plans.queries.stations import Issued, Loop, loop_of
from gangmu.work.plans.stations import Stations
from gangmu.work.programmes.models import Letter, Target
from gangmu.work.programmes.queries.letters import STANDING, visible_letters
from gangmu.work.programmes.queries.targets import VIEW, visible_targets

CALENDAR = Calendar()
"""The working days that are installed with the product."""


@dataclass(frozen=True)
class Goal:
    """One goal at one organization in one year: its thread, what is found on it, where it breaks."""

    org: Org
    year: int
    thread: Thread
    target: Target | None
    next_target: Target | None
    letters: tuple[Letter, ...]
    stations: Stations
    orders: tuple[tuple[Issued, Stations], ...]
    rounds: tuple[Round, ...]
    measured: frozenset[Counted]
    breaks: tuple[tuple[Break, str], ...]

    @property
    def whole(self) -> bool:
        """Whether the thread is broken nowhere."""
        return not self.breaks


@dataclass(frozen=True)
class Threads:
    """All goals of a year at an organization and at those directly below it."""

    org: Org
    year: int
    pack: Pack
    goals: Mapping[int, tuple[Goal, ...]]
    below: tuple[Org, ...]
    loop: Loop

    @property
    def own(self) -> tuple[Goal, ...]:
        """The goals at the organization itself, all below it included."""
        return self.goals[self.org.pk]

    def goal(self, programme: str, metric: str) -> Goal:
        """Return one goal; an unknown code refuses."""
        found = next((each for each in self.own if each.thread.key == (programme, metric)), None)
        if found is None:
            raise NotFound("There is no such goal here.")
        return found


def pack_in(context: Context, org: Org, *, year: int) -> Pack:
    """Return the pack by which a year is read: the one in force at its end, or today while it runs."""
    if not context.may(VIEW, org.path):
        raise NotFound("There is no such organization.")
    day = min(date(year, 12, 31), context.today)
    try:
        return pack_of(org.root_id, day)
    except NotFound:
        return pack_of(org.root_id)


def threads_in(context: Context, org: Org, *, year: int, only: tuple[str, str] | None = None) -> Threads:
    """Return how the goals of a year stand at an organization and all below it.

    A goal is set in a programme that runs in that year; ``only`` one is read by the codes of its
    programme and metric. The number of reads does not grow with organizations, orders or tasks.
    """
    return _threads(context, org, year, (), only)


def health_in(context: Context, org: Org, *, year: int) -> Threads:
    """Return the same for an organization and for each place directly below it, in as many reads."""
    return _threads(context, org, year, tuple(children_of(context, org).filter(closed_on=None)))


def goal_in(context: Context, org: Org, *, programme: str, metric: str, year: int) -> Goal:
    """Return one goal with its thread; an unknown code refuses."""
    return threads_in(context, org, year=year, only=(programme, metric)).goal(programme, metric)


def _threads(
    context: Context, org: Org, year: int, below: tuple[Org, ...], only: tuple[str, str] | None = None
) -> Threads:
    pack = pack_in(context, org, year=year)
    threads = tuple(
        each
        for each in threads_of(pack)
        if year in each.programme.years and (only is None or each.key == only)
    )
    reader = _Reader(context, org, year, pack, threads, (org, *below), alone=only is not None)
    return Threads(org, year, pack, reader.goals(), below, reader.loop)


class _Reader:
    """Everything that is read for some threads, each table once."""

    def __init__(
        self,
        context: Context,
        org: Org,
        year: int,
        pack: Pack,
        threads: Sequence[Thread],
        places: Sequence[Org],
        *,
        alone: bool,
    ) -> None:
        self.alone = alone
        self.context, self.org, self.year, self.threads, self.places = context, org, year, threads, places
        known = threads_of(pack)
        self.alike = {
            each.key: (each.key, *(other.key for other in known if _same_goal(other, each)))
            for each in threads
        }
        self.by_place = len(places) > 1
        self.loop = self._loop()
        self.orders = self._orders()
        # what is compared is read once, not with every goal of every place
        order_of = {
            each.pk: (Period.parse(each.period), each.duty, each.pk) for each in self.loop.orders.values()
        }
        self.rank = {pk: at for at, pk in enumerate(sorted(order_of, key=order_of.__getitem__))}
        self.targets = self._targets()
        self.letters = self._letters()
        self.asked = self._asked()
        self.measured = self._measured()
        codes = {each.code for thread in threads for each in thread.appraisals}
        self.rounds = rounds_about(context, org, codes, year)

    def _loop(self) -> Loop:
        """Return how far the year's orders are; of one goal alone only those of its duties."""
        if not self.context.may("plans.view", self.org.path):
            return Loop()
        duties = {duty.code for thread in self.threads for duty, _ in thread.duties} if self.alone else None
        return loop_of(self.context, self.org, self.year, duties=duties, by_place=self.by_place)

    def _orders(self) -> dict[int, dict[str, list[tuple[Issued, Stations]]]]:
        """Return how far each order is at each place, by duty, the oldest period first."""
        found: dict[int, dict[int, Stations]] = {each.pk: {} for each in self.places}
        for (pk, step), stations in self.loop.cells.items():
            for place in {self.org.pk, step} & found.keys():
                found[place].setdefault(pk, Stations()).take(stations)
        by_duty: dict[int, dict[str, list[tuple[Issued, Stations]]]] = {each.pk: {} for each in self.places}
        for pk, order in self.loop.orders.items():
            for place, held in found.items():
                if pk in held:
                    by_duty[place].setdefault(order.duty, []).append((order, held[pk]))
        return by_duty

    def _targets(self) -> dict[tuple[int, int, str, str], Target]:
        rows = visible_targets(self.context).filter(org__in=self.places, year__in=(self.year, self.year + 1))
        rows = rows.select_related(None).defer(None).order_by()  # its number is wanted, and nothing around it
        return {(each.org_id, each.year, each.programme, each.metric): each for each in rows}

    def _letters(self) -> dict[tuple[int, str], Letter]:
        rows = visible_letters(self.context).filter(org__in=self.places, year=self.year, state__in=STANDING)
        rows = rows.select_related(None).order_by()
        return {(each.org_id, each.kind): each for each in rows}

    def _asked(self) -> dict[int, set[tuple[str, str, str]]]:
        """Return which sorts of organizations there are at each place and below it."""
        rows = visible_orgs(self.context).filter(in_subtree(self.org.path), closed_on=None).order_by()
        step = IdOfStep(self.org) if self.by_place else Value(self.org.pk)
        sorts = rows.annotate(step=step).values_list("step", "kind", "domain", "level")
        found: dict[int, set[tuple[str, str, str]]] = {each.pk: set() for each in self.places}
        for step, kind, domain, level in sorts.distinct():
            for place in {self.org.pk, step} & found.keys():
                found[place].add((kind, domain or "", level))
        return found

    def _measured(self) -> dict[Counted, set[int]]:
        counted = {each for thread in self.threads for each in thread.facts}
        wanted = {each: _sought(each, self.year) for each in counted}
        if not self.by_place:
            there = known_below(self.context, self.org, wanted.values())
            return {each: {self.org.pk} if asked in there else set() for each, asked in wanted.items()}
        known = where_known(self.context, self.org, wanted.values())
        return {each: known[asked] for each, asked in wanted.items()}

    def goals(self) -> dict[int, tuple[Goal, ...]]:
        return {
            place.pk: tuple(self._goal(place, thread) for thread in self.threads) for place in self.places
        }

    def _goal(self, place: Org, thread: Thread) -> Goal:
        target = self.targets.get((place.pk, self.year, *thread.key))
        letters = tuple(
            letter
            for kind in thread.letters
            if (letter := self.letters.get((place.pk, kind.code))) is not None
        )
        asked_by = {kind.code for kind in thread.appraisals}
        rounds = tuple(each for each in self.rounds if each.appraisal in asked_by and _about(each, place))
        orders = {duty.code: self.orders[place.pk].get(duty.code, []) for duty, _ in thread.duties}
        every = sorted(
            (row for rows in orders.values() for row in rows), key=lambda row: self.rank[row[0].pk]
        )
        total = Stations()
        for _, stations in every:
            total.take(stations)
        measured = frozenset(each for each in thread.facts if place.pk in self.measured[each])
        follower = self._next(place, thread)
        found = Found(
            target=target is not None,
            next_target=follower is not None,
            letter=bool(letters),
            wants_letter=_wants_letter(place, self.org if place.pk != self.org.pk else place.parent, thread),
            asks=frozenset(
                duty.code
                for duty, _ in thread.duties
                if any(duty.asked_of.asks(*sort) for sort in self.asked[place.pk])
            ),
            orders={
                code: tuple((order.closed and order.reviewed, each) for order, each in rows)
                for code, rows in orders.items()
            },
            closed=any(order.closed for order, _ in every),
            measured=measured,
            rounds=_published(rounds),
        )
        breaks = breaks_of(thread, found, self.year, self.context.today, CALENDAR)
        return Goal(
            place, self.year, thread, target, follower, letters, total, tuple(every), rounds, measured, breaks
        )

    def _next(self, place: Org, thread: Thread) -> Target | None:
        """Return next year's target: of the same metric, or of one elsewhere that counts the same."""
        for key in self.alike[thread.key]:
            found = self.targets.get((place.pk, self.year + 1, *key))
            if found is not None:
                return found
        return None


def _same_goal(one: Thread, other: Thread) -> bool:
    same = one.metric.actual is not None and one.metric.actual == other.metric.actual
    named = bool(one.metric.indicator) and one.metric.indicator == other.metric.indicator
    return one.key != other.key and (same or named)


def _about(round_: Round, place: Org) -> bool:
    return is_below(place.path, round_.org.path) or is_below(round_.org.path, place.path)


def _wants_letter(place: Org, above: Org | None, thread: Thread) -> bool:
    """Whether a letter that carries the goal is handed to organizations like this one.

    The first level of its way hands it out and gets none.
    """
    return any(
        place.level in kind.levels
        and above is not None
        and above.level in kind.levels
        and (not kind.kinds or place.kind in kind.kinds)
        for kind in thread.letters
    )


def _published(rounds: Iterable[Round]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for each in rounds:
        if each.state == Round.State.PUBLISHED:
            found.setdefault(each.appraisal, set()).add(each.period)
    return {code: frozenset(periods) for code, periods in found.items()}


def thread_of_goal(
    context: Context, org: Org, *, programme: str, metric: str, year: int
) -> tuple[Pack, Thread]:
    """Return a goal's thread by the pack alone, without what was found on it; an unknown code refuses."""
    pack = pack_in(context, org, year=year)
    for each in threads_of(pack):
        if each.key == (programme, metric) and year in each.programme.years:
            return pack, each
    raise NotFound("There is no such goal here.")


def facts_of_goal(context: Context, org: Org, counted: Counted, year: int) -> QuerySet[Fact]:
    """Return the facts of one sort that count for a goal, at an organization and below, in a year."""
    return facts_below(context, org, _sought(counted, year))


def number_of_facts(context: Context, org: Org, counted: Counted, year: int) -> int:
    """Return how many those facts are: as many as the list has."""
    return how_many_below(context, org, _sought(counted, year))


def parts_of_goal(context: Context, org: Org, counted: Counted, year: int) -> tuple[Part, ...]:
    """Return how many of those facts each place has: an organization itself, and each directly below it."""
    return parts_below(context, org, _sought(counted, year))


def _sought(counted: Counted, year: int) -> Sought:
    return Sought(counted.code, counted.items, Period("year", year), ever=counted.ever)
