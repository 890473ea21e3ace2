"""How goals hang together with what a pack defines, and where a thread is broken: no database."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

from gangmu.core.calendar import Calendar
from gangmu.core.definition import Fault
from gangmu.core.periods import Period
from gangmu.kernel.packs.rules import Pack
from gangmu.results.assessment.definitions import AppraisalKind, Line, ScorecardKind
from gangmu.results.indicators.definitions import IndicatorKind
from gangmu.work.plans.definitions import DutyKind
from gangmu.work.plans.rules import issue_on
from gangmu.work.plans.stations import Stations
from gangmu.work.programmes.definitions import LetterKind, Metric, ProgrammeKind
from gangmu.work.records.definitions import RecordKind

TASK_FACTS = ("task.due", "task.answered", "task.on_time")
"""What closing an order writes of every task, under the duty's code."""

# What is counted, and who reads it


@dataclass(frozen=True)
class Counted:
    """Facts of one code; without ``items`` all of them. ``ever``: those before the year count, too."""

    code: str
    items: frozenset[str] | None = None
    ever: bool = False

    def meets(self, other: "Counted") -> bool:
        """Whether some facts belong to both."""
        same = self.items is None or other.items is None or bool(self.items & other.items)
        return self.code == other.code and same

    def holds(self, other: "Counted") -> bool:
        """Whether all facts of another belong here, too."""
        wider = self.items is None or (other.items is not None and other.items <= self.items)
        return self.code == other.code and wider


def counted_by_metric(metric: Metric) -> tuple[Counted, ...]:
    """Return the facts in which a metric's number is told; none where nobody has said it."""
    actual = metric.actual
    if actual is None:
        return ()
    item = frozenset({actual.item}) if actual.item else None
    told = Counted(actual.sum or actual.last, item, bool(actual.last))
    return (told, Counted(actual.of, item)) if actual.of else (told,)


def counted_by_record(kind: RecordKind) -> tuple[Counted, ...]:
    """Return the facts that records of a kind write themselves."""
    values = [Counted("record.value", frozenset({f"{kind.code}.{each}"})) for each in kind.facts]
    held = [Counted(kind.counts_as, frozenset({kind.code}))] if kind.counts_as else []
    return (*values, *held)


def counted_by_duty(duty: DutyKind) -> tuple[Counted, ...]:
    """Return the facts that closing a duty's orders writes."""
    return tuple(Counted(code, frozenset({duty.code})) for code in TASK_FACTS)


def read_by_indicator(kind: IndicatorKind) -> tuple[Counted, ...]:
    """Return the facts that an indicator reads."""
    return tuple(Counted(each.fact, each.items, each.verb == "last") for each in kind.measures)


def reads(kind: IndicatorKind, counted: Iterable[Counted]) -> bool:
    """Whether an indicator reads some of these facts."""
    wanted = list(counted)
    return any(mine.meets(theirs) for mine in read_by_indicator(kind) for theirs in wanted)


# The thread of one goal, by definitions alone

Why = Literal["named", "counted", "paper"]
"""Why a duty belongs to a goal: the goal names it, its records are counted, or one article asks for both."""


@dataclass(frozen=True)
class Thread:
    """What a pack defines along the way of one goal.

    ``own`` are the indicators that read what the goal itself counts, ``others`` those that
    tell only whether its duties were answered.
    """

    programme: ProgrammeKind
    metric: Metric
    letters: tuple[LetterKind, ...] = ()
    duties: tuple[tuple[DutyKind, Why], ...] = ()
    records: tuple[RecordKind, ...] = ()
    facts: tuple[Counted, ...] = ()
    own: tuple[IndicatorKind, ...] = ()
    others: tuple[IndicatorKind, ...] = ()
    lines: tuple[tuple[ScorecardKind, Line], ...] = ()
    appraisals: tuple[AppraisalKind, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """By what it is found: the programme's and the metric's code."""
        return self.programme.code, self.metric.code


@lru_cache(maxsize=8)
def threads_of(pack: Pack) -> tuple[Thread, ...]:
    """Return the thread of every goal that a pack sets, in the order of the programmes."""
    return tuple(
        _thread(pack, programme, metric)
        for programme in pack.all(ProgrammeKind)
        for metric in programme.metrics
    )


def _thread(pack: Pack, programme: ProgrammeKind, metric: Metric) -> Thread:
    counted = counted_by_metric(metric)
    duties = tuple(_duties(pack, programme, metric, counted))
    wanted = {duty.answer for duty, _ in duties}
    records = tuple(
        kind
        for kind in pack.all(RecordKind)
        if kind.code in wanted or any(own.meets(each) for own in counted for each in counted_by_record(kind))
    )
    own = tuple(
        kind
        for kind in pack.all(IndicatorKind)
        if kind.code == metric.indicator
        or any(each.holds(counted[0]) for each in read_by_indicator(kind) if counted)
    )
    facts = counted or tuple(each for kind in own for each in read_by_indicator(kind))
    told = [each for duty, _ in duties for each in counted_by_duty(duty)]
    others = tuple(kind for kind in pack.all(IndicatorKind) if kind not in own and reads(kind, told))
    codes = {kind.code for kind in own or others}
    lines = tuple(
        (card, line) for card in pack.all(ScorecardKind) for line in card.lines if line.indicator in codes
    )
    cards = {card.code for card, _ in lines}
    return Thread(
        programme,
        metric,
        tuple(each for each in pack.all(LetterKind) if programme.code in each.programmes),
        duties,
        records,
        tuple(dict.fromkeys(facts)),
        own,
        others,
        lines,
        tuple(each for each in pack.all(AppraisalKind) if cards & set(each.scorecards)),
    )


def _duties(
    pack: Pack, programme: ProgrammeKind, metric: Metric, counted: tuple[Counted, ...]
) -> Iterator[tuple[DutyKind, Why]]:
    for duty in pack.all(DutyKind):
        record = pack.find(RecordKind, duty.answer)
        written = (*(counted_by_record(record) if record else ()), *counted_by_duty(duty))
        if duty.code in metric.duties:
            yield duty, "named"
        elif any(own.meets(each) for own in counted if own.items is not None for each in written):
            yield duty, "counted"
        elif programme.follows.article and duty.follows == programme.follows:
            yield duty, "paper"


# What belongs to no thread


@dataclass(frozen=True)
class Loose:
    """What a pack defines and no goal leads to or no number comes from."""

    lines: tuple[tuple[ScorecardKind, Line], ...]
    records: tuple[RecordKind, ...]
    duties: tuple[DutyKind, ...]


@lru_cache(maxsize=8)
def loose_ends(pack: Pack) -> Loose:
    """Return scorecard lines that no goal asks for, records that nothing counts, duties without a goal."""
    threads = threads_of(pack)
    asked = {kind.code for thread in threads for kind in (*thread.own, *thread.others)}
    led = {duty.code for thread in threads for duty, _ in thread.duties}
    return Loose(
        tuple(
            (card, line)
            for card in pack.all(ScorecardKind)
            for line in card.lines
            if line.indicator not in asked
        ),
        tuple(kind for kind in pack.all(RecordKind) if not _is_counted(pack, kind)),
        tuple(duty for duty in pack.all(DutyKind) if duty.code not in led),
    )


def _is_counted(pack: Pack, kind: RecordKind) -> bool:
    told = [each for duty in pack.all(DutyKind) if duty.answer == kind.code for each in counted_by_duty(duty)]
    written = [*counted_by_record(kind), *told]
    return any(reads(indicator, written) for indicator in pack.all(IndicatorKind))


# Where a thread is broken

Break = Literal[
    "no_target",
    "no_letter",
    "no_duty",
    "not_ordered",
    "not_checked",
    "no_measure",
    "no_facts",
    "not_counted",
    "no_line",
    "not_published",
    "no_next",
]

STATION_OF: Mapping[Break, str] = {
    "no_target": "goal",
    "no_letter": "letters",
    "no_duty": "duties",
    "not_ordered": "orders",
    "not_checked": "checks",
    "no_measure": "facts",
    "no_facts": "facts",
    "not_counted": "indicators",
    "no_line": "lines",
    "not_published": "rounds",
    "no_next": "next",
}
"""At which station of the thread each break is seen, in the order of the way."""


@dataclass(frozen=True)
class Found:
    """What is found of one thread at one organization in one year.

    ``asks`` are the duties that concern somebody there, ``orders`` how each order's tasks
    stand by duty, ``closed`` whether one of them has closed, ``measured`` which of the thread's
    facts are there, ``rounds`` the periods of each appraisal that were published.
    """

    target: bool = False
    next_target: bool = False
    letter: bool = False
    wants_letter: bool = False
    asks: frozenset[str] = frozenset()
    orders: Mapping[str, tuple[tuple[bool, Stations], ...]] = field(default_factory=dict)
    closed: bool = False
    measured: frozenset[Counted] = frozenset()
    rounds: Mapping[str, frozenset[str]] = field(default_factory=dict)


def breaks_of(
    thread: Thread, found: Found, year: int, today: date, calendar: Calendar
) -> tuple[tuple[Break, str], ...]:
    """Return where a thread is broken, in the order of the way: what is missing, and of which definition.

    What the year has not come to yet is not missing: an order before its day, facts before an
    order has closed, a round before its period is over, a next goal before the year is.
    """
    whole = Period("year", year)
    broken: list[tuple[Break, str]] = [
        *_of_asking(thread, found),
        *_of_working(thread, found, whole, today, calendar),
        *_of_measuring(thread, found, expected=_may_be_measured(thread, found, whole, today)),
    ]
    broken += [
        ("not_published", each.code)
        for each in thread.appraisals
        if periods_over(each, whole, today) - found.rounds.get(each.code, frozenset())
    ]
    if whole.last < today and not found.next_target:
        broken.append(("no_next", ""))
    return tuple(broken)


def _of_asking(thread: Thread, found: Found) -> Iterator[tuple[Break, str]]:
    if not found.target:
        yield "no_target", ""
    if found.wants_letter and not found.letter:
        yield "no_letter", thread.letters[0].code
    if not thread.duties:
        yield "no_duty", ""


def _of_working(
    thread: Thread, found: Found, year: Period, today: date, calendar: Calendar
) -> Iterator[tuple[Break, str]]:
    for duty, _ in thread.duties:
        orders = found.orders.get(duty.code, ())
        if not orders and duty.code in found.asks and _was_due(duty, year, today, calendar):
            yield "not_ordered", duty.code
        if any(over and each.unseen and not each.checked for over, each in orders):
            yield "not_checked", duty.code


def _may_be_measured(thread: Thread, found: Found, year: Period, today: date) -> bool:
    """Whether there should be facts by now: closing writes them; what no duty asks for is there after a month."""
    return found.closed or year.last < today or (not thread.duties and year.months[0].last < today)


def _of_measuring(thread: Thread, found: Found, *, expected: bool) -> Iterator[tuple[Break, str]]:
    if not thread.facts:
        yield "no_measure", ""
        return
    if expected:
        yield from (("no_facts", each.code) for each in thread.facts if each not in found.measured)
    if not thread.own:
        yield "not_counted", ""
    if (thread.own or thread.others) and not thread.lines:
        yield "no_line", (thread.own or thread.others)[0].code


def _was_due(duty: DutyKind, year: Period, today: date, calendar: Calendar) -> bool:
    """Whether a duty's first order of the year should have gone out; what is asked once has no such day."""
    if duty.every == "once" or duty.campaign:
        return False
    return issue_on(duty, year.split(duty.every)[0], calendar) < today


def periods_over(appraisal: AppraisalKind, year: Period, today: date) -> frozenset[str]:
    """Return the periods of a year that an appraisal judges and that are over."""
    return frozenset(str(each) for each in year.split(appraisal.every) if each.last < today)


# What goals name


def goal_faults(pack: Pack) -> list[Fault]:
    """Return the duties and indicators that goals name and that are not there."""
    faults = []
    for programme in pack.all(ProgrammeKind):
        for number, metric in enumerate(programme.metrics):
            wrong = [
                ("duties", f"there is no duty {code}")
                for code in metric.duties
                if not pack.find(DutyKind, code)
            ]
            if metric.indicator and not pack.find(IndicatorKind, metric.indicator):
                wrong.append(("indicator", f"there is no indicator {metric.indicator}"))
            faults += [
                Fault(
                    pack.file_of("programme", programme.code),
                    pack.line_of("programme", programme.code, "metrics", number, key),
                    "reference",
                    said,
                )
                for key, said in wrong
            ]
    return faults
