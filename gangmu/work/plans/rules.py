"""The states of a task, the days of a duty, what an account counts: decisions without a database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Literal, NamedTuple

from gangmu.core.calendar import Calendar
from gangmu.core.days import day_by
from gangmu.core.definition import Fault
from gangmu.core.periods import Period
from gangmu.core.text import msgid
from gangmu.kernel.guard.rules import rule_fault
from gangmu.kernel.orgs.definitions import DomainKind, OrgKind
from gangmu.kernel.orgs.rules import LEVELS
from gangmu.kernel.packs.rules import Pack
from gangmu.work.plans.definitions import DutyKind, Every
from gangmu.work.programmes.definitions import CampaignKind, DutySet
from gangmu.work.records.definitions import RecordKind

State = Literal["issued", "received", "passed", "answered", "returned", "disputed", "accepted", "withdrawn"]
Event = Literal[
    "receive", "pass", "recall", "answer", "return", "accept", "reopen",
    "dispute", "drop", "reject", "uphold", "withdraw",
]  # fmt: skip

TRANSITIONS: Mapping[tuple[State, Event], State] = {
    ("issued", "receive"): "received",
    ("issued", "pass"): "passed",  # whoever passes on, answers or disputes has received it
    ("issued", "answer"): "answered",
    ("issued", "dispute"): "disputed",
    ("received", "pass"): "passed",
    ("received", "answer"): "answered",
    ("received", "dispute"): "disputed",
    ("passed", "pass"): "passed",  # to one more
    ("passed", "recall"): "received",
    ("passed", "answer"): "answered",
    ("answered", "accept"): "accepted",
    ("answered", "return"): "returned",
    ("returned", "answer"): "answered",
    ("accepted", "reopen"): "answered",
    ("disputed", "drop"): "received",
    ("disputed", "reject"): "received",
    ("disputed", "uphold"): "withdrawn",
    ("issued", "withdraw"): "withdrawn",
    ("received", "withdraw"): "withdrawn",
    ("passed", "withdraw"): "withdrawn",
    ("disputed", "withdraw"): "withdrawn",
    ("answered", "withdraw"): "withdrawn",
    ("returned", "withdraw"): "withdrawn",
    ("accepted", "withdraw"): "withdrawn",
}
"""Every step a task may take while its period is open; no other is possible.

What is not a step of its own keeps the state: an extension moves the day, carrying over the
period's end, a reorganization the organization.
"""

UNANSWERED: tuple[State, ...] = ("issued", "received", "passed")
"""States in which no answer has been given and the clock runs."""

OPEN: tuple[State, ...] = (*UNANSWERED, "returned")
"""States in which the asked organization has something to do."""

ANSWERED: tuple[State, ...] = ("answered", "accepted")
"""States in which an answer stands."""

FINAL: tuple[State, ...] = ("withdrawn",)
"""States that nothing leads out of."""

Timing = Literal["", "on_time", "late", "missing"]


def state_after(state: str, event: Event) -> State | None:
    """Return the state that a step leads to, or None if the step is not possible."""
    return TRANSITIONS.get((state, event))  # type: ignore[arg-type]


def may(state: str, event: Event, *, closed: bool = False) -> bool:
    """Whether a task may take a step; a closed one may only be accepted."""
    return state_after(state, event) is not None and (not closed or event == "accept")


def states_before(event: Event) -> tuple[State, ...]:
    """Return the states from which a step is possible."""
    return tuple(state for state, each in TRANSITIONS if each == event)


def token_of(state: str, versions: int, returns: int, due_on: date) -> str:
    """Return a short word that is another one after every step of a task."""
    return f"{state}-{versions}-{returns}-{due_on:%Y%m%d}"


def change_between(seen: str, now: str) -> str:
    """Return what happened to a task since a page was read, as a sentence."""
    before, after = ([*token.split("-"), "", ""] for token in (seen, now))
    if before[0] != after[0]:
        return MEANWHILE.get(after[0], MEANWHILE["issued"])
    if before[1] != after[1]:
        return MEANWHILE["answered"]
    return msgid("The day on which it is due was changed meanwhile.")


MEANWHILE: Mapping[str, str] = {
    "issued": msgid("The task has changed meanwhile."),
    "received": msgid("The task was received meanwhile."),
    "passed": msgid("The task was passed on meanwhile."),
    "answered": msgid("The task was answered meanwhile."),
    "returned": msgid("The answer was given back meanwhile."),
    "accepted": msgid("The answer was accepted meanwhile."),
    "withdrawn": msgid("The task was withdrawn meanwhile."),
}


def due_after_stop(due_on: date, stopped_on: date, today: date, calendar: Calendar) -> date:
    """Return the day that a task is due after its clock stood still between two days.

    The working days after the one on which it stopped are given back. What was late when the
    clock stopped stays late.
    """
    if stopped_on > due_on or today <= stopped_on:
        return due_on
    lost = len(calendar.workdays(stopped_on + timedelta(days=1), today))
    return calendar.add_workdays(due_on, lost)


def timing_of(answered_on: date | None, due_on: date) -> Timing:
    """Return whether the first answer came in time; a return afterwards does not make it late."""
    if answered_on is None:
        return ""
    return "on_time" if answered_on <= due_on else "late"


Ending = Literal["on_time", "late", "missing", "kept", "none"]


def ending_of(state: str, timing: str, *, due_on: date, today: date, carries: bool = False) -> Ending:
    """Return what becomes of a task when its period closes; every state has an answer.

    What is disputed stays open, because its clock stands still; so does what has a later day
    than this one, and what ``carries`` over into the next period. A withdrawn task ends as none.
    """
    if state in FINAL:
        return "none"
    if state == "disputed" or (state in OPEN and (carries or due_on >= today)):
        return "kept"
    ended = closed_timing(state, timing)
    return ended or "missing"


def closed_timing(state: str, timing: str) -> Timing:
    """Return how a task ends when its period closes: without a standing answer it is missing."""
    if state not in ANSWERED:
        return "missing"
    return "on_time" if timing == "on_time" else "late"


@dataclass(frozen=True)
class Noted:
    """What closing writes about one task."""

    due: int
    answered: int
    on_time: int


def noted(timing: str) -> Noted:
    """Return the three facts of a task that was closed: who is silent counts as 0."""
    return Noted(1, int(timing in ("on_time", "late")), int(timing == "on_time"))


def due_on(duty: DutyKind, period: Period, calendar: Calendar, issued_on: date | None = None) -> date:
    """Return the last day on which an answer for ``period`` is on time."""
    return day_by(duty.due_on, period, calendar, issued_on)


def issue_on(duty: DutyKind, period: Period, calendar: Calendar) -> date:
    """Return the day on which a period's order goes out."""
    return day_by(duty.issue_on, period, calendar)


def period_fits(every: Every, period: Period) -> bool:
    """Whether a duty is owed for such a period; what is owed once may be for any."""
    return every in ("once", period.kind)


class Asked(NamedTuple):
    """An organization as it stands in the tree of the order's day; thousands of them are made at once."""

    org: int
    path: str
    parent: int | None
    name: str
    code: str
    kind: str
    domain: str
    level: str


def who_is_asked(duty: DutyKind, tree: Iterable[Asked]) -> list[Asked]:
    """Return those in the tree of a day whom a duty concerns, in the order of the tree."""
    return [each for each in tree if duty.asked_of.asks(each.kind, each.domain, each.level)]


def step_below(path: str, top: str) -> int | None:
    """Return the id of the organization directly below ``top`` on the way to ``path``.

    ``top`` itself stands for itself; what lies elsewhere is None.
    """
    if not path.startswith(top):
        return None
    rest = path[len(top) :]
    return int(rest.split("/", 1)[0]) if rest else int(top.rstrip("/").rsplit("/", 1)[-1])


Cell = Literal["on_time", "late", "missing", "returned", "open", "overdue", "carried"]

CELLS: tuple[Cell, ...] = ("on_time", "late", "missing", "returned", "open", "overdue", "carried")


def cell_of(state: str, timing: str, *, closed: bool, overdue: bool, carried: bool = False) -> Cell | None:
    """Return under which heading an account counts a task; a withdrawn one under none.

    A disputed task is counted like one that is received: an account does not tell who disputes.
    """
    if state == "withdrawn":
        return None
    if closed or state in ANSWERED:
        return "on_time" if timing == "on_time" else "missing" if timing == "missing" else "late"
    if carried:
        return "carried"
    if state == "returned":
        return "returned"
    return "overdue" if overdue else "open"


@dataclass
class Tally:
    """How many tasks stand under each heading."""

    counts: dict[Cell, int] = field(default_factory=dict)

    def add(self, cell: Cell | None, count: int) -> None:
        """Count some more."""
        if cell is not None:
            self.counts[cell] = self.counts.get(cell, 0) + count

    def take(self, other: "Tally") -> None:
        """Count what another has counted."""
        for cell, count in other.counts.items():
            self.add(cell, count)

    @property
    def due(self) -> int:
        """How many were asked for."""
        return sum(self.counts.values())

    @property
    def answered(self) -> int:
        """How many have an answer that stands."""
        return self.counts.get("on_time", 0) + self.counts.get("late", 0)

    @property
    def on_time(self) -> int:
        """How many were answered in time."""
        return self.counts.get("on_time", 0)

    @property
    def late(self) -> int:
        """How many were answered after their day."""
        return self.counts.get("late", 0)

    @property
    def missing(self) -> int:
        """How many were noted as missing, or are overdue."""
        return self.counts.get("missing", 0) + self.counts.get("overdue", 0)

    @property
    def waiting(self) -> int:
        """How many still have time, were given back or carried over."""
        return sum(self.counts.get(cell, 0) for cell in ("open", "returned", "carried"))

    @property
    def share(self) -> float | None:
        """The share that was answered in time, of all that were asked for."""
        return self.on_time / self.due if self.due else None


@dataclass(frozen=True)
class Standing:
    """How one organization stands among those beside it."""

    org: int
    name: str
    code: str
    due: int
    on_time: int
    returns: int


def best_of(standings: Sequence[Standing], most: int) -> list[Standing]:
    """Return the best few, who alone are named to those beside them.

    Only who answered everything in time is named; the one with more to answer goes first, then
    the one to whom less was given back. Who stands alike is named together or not at all. The
    lower half is never named, unless there is none: then all answered everything in time.
    """
    asked = [each for each in standings if each.due]
    fit = sorted((each for each in asked if each.on_time == each.due), key=_merit)
    named: list[Standing] = []
    for _, alike in groupby(fit, key=lambda each: _merit(each)[:2]):
        tied = list(alike)
        count = len(named) + len(tied)
        if len(named) >= most or (count > (len(asked) + 1) // 2 and count < len(asked)):
            break
        named += tied
    return named


def _merit(standing: Standing) -> tuple[int, int, str]:
    return (-standing.due, standing.returns, standing.code)


def duty_faults(pack: Pack) -> list[Fault]:
    """Return what a pack's duties name that is not there."""
    kinds = {kind.code for kind in pack.all(OrgKind)}
    domains = {domain.code for domain in pack.all(DomainKind)}
    faults = []
    for duty in pack.all(DutyKind):
        file = pack.file_of("duty", duty.code)
        wrong = [f"there is no record kind {duty.answer}"] if not pack.find(RecordKind, duty.answer) else []
        wrong += [
            f"there is no kind of organization {kind}" for kind in duty.asked_of.kinds if kind not in kinds
        ]
        wrong += [f"there is no domain {name}" for name in duty.asked_of.domains if name not in domains]
        wrong += [f"there is no level {name}" for name in duty.asked_of.levels if name not in LEVELS]
        if duty.campaign and pack.find(CampaignKind, duty.campaign) is None:
            wrong.append(f"there is no campaign {duty.campaign}")
        faults += [Fault(file, 1, "reference", message) for message in wrong]
        faults += _asked_twice(pack, duty, file)
    return faults


def _asked_twice(pack: Pack, duty: DutyKind, file: str) -> list[Fault]:
    """Nobody is asked twice for one thing: two duties, one record kind, one rhythm, one organization."""
    beside = [
        other
        for other in pack.all(DutyKind)
        if other.code < duty.code
        and other.every == duty.every
        and set(other.asked_of.kinds) & set(duty.asked_of.kinds)
        and _meet(other.asked_of.domains, duty.asked_of.domains)
        and _meet(other.asked_of.levels, duty.asked_of.levels)
    ]
    line = pack.line_of("duty", duty.code, "answer")
    twins = [other.code for other in beside if other.answer == duty.answer]
    figures = [
        (other.code, figure)
        for other in beside
        for figure in sorted(_figures(pack, other) & _figures(pack, duty))
    ]
    return [
        rule_fault(
            "R-ONCE",
            file,
            line,
            f"{twin} already asks the same organizations for {duty.answer} every {duty.every}",
        )
        for twin in twins
    ] + [
        rule_fault(
            "R-ONCE", file, line, f"{code} already asks the same organizations for {figure}", warning=True
        )
        for code, figure in figures
        if code not in twins
    ]


def _figures(pack: Pack, duty: DutyKind) -> set[str]:
    """Return what a duty's record counts; what happens (an event) is counted anew each time."""
    kind = pack.find(RecordKind, duty.answer)
    if kind is None or kind.entry == "event":
        return set()
    return {kind.field(code).title.zh_hans for code in kind.facts}


def _meet(some: Sequence[str], others: Sequence[str]) -> bool:
    return not some or not others or bool(set(some) & set(others))


def duty_set_faults(pack: Pack) -> list[Fault]:
    """Return where a domain's set and the duties themselves do not say the same.

    A set names all that its domain is asked for, of what stands in any set, and nothing else:
    so an organization gets its domain's duties and no other.
    """
    sets = {each.domain: each for each in pack.all(DutySet)}
    named = {code for each in sets.values() for code in each.duties}
    faults = []
    for domain, each in sets.items():
        wrong = [f"there is no duty {code}" for code in each.duties if pack.find(DutyKind, code) is None]
        for duty in pack.all(DutyKind):
            asked = not duty.asked_of.domains or domain in duty.asked_of.domains
            if duty.code in each.duties and not asked:
                wrong.append(f"the duty {duty.code} is not asked of the domain {domain}")
            elif asked and duty.code in named and duty.code not in each.duties:
                wrong.append(
                    f"the duty {duty.code} is asked of the domain {domain}, and its set does not name it"
                )
        line = pack.line_of("duty_set", each.code, "duties")
        faults += [Fault(pack.file_of("duty_set", each.code), line, "reference", said) for said in wrong]
    return faults
