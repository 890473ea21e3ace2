"""Sums that are conserved, the way of a letter, the days of a calendar: decisions without a database."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from gangmu.core.calendar import Calendar
from gangmu.core.context import Context
from gangmu.core.days import day_by
from gangmu.core.definition import Fault
from gangmu.core.errors import Invalid
from gangmu.core.periods import Period
from gangmu.core.text import Text, msgid
from gangmu.kernel.facts.rules import FACT_CODES
from gangmu.kernel.orgs.definitions import DomainKind, OrgKind
from gangmu.kernel.orgs.rules import LEVELS
from gangmu.kernel.packs.rules import Pack
from gangmu.kernel.people.definitions import PostKind
from gangmu.work.programmes.definitions import (
    CampaignKind,
    CycleEntry,
    CycleKind,
    DutySet,
    LetterKind,
    ListKind,
    Metric,
    ProgrammeKind,
    ProjectKind,
)
from gangmu.work.records.definitions import RecordKind

# Targets

NOTHING = Decimal(0)
MOST = Decimal(10) ** 14


def plain(value: Decimal) -> str:
    """Return a number without an exponent and without needless noughts."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def value_fault(value: Decimal, metric: Metric) -> str:
    """Return what is wrong with a value of a metric, or nothing."""
    if not value.is_finite() or value < 0 or value >= MOST:
        return msgid("This is not a number that can be a target.")
    if value != round(value, metric.places):
        return "This has too many decimal places."
    return ""


class DoesNotAddUp(Invalid):
    """Parts and what is held back do not make the whole; ``difference`` says by how much."""

    code = "does_not_add_up"

    def __init__(self, total: Decimal, given: Decimal) -> None:
        self.difference = given - total
        over = self.difference > 0
        super().__init__(
            msgid(
                "The parts and what is held back make %(given)s, which is %(difference)s more than %(total)s."
            )
            if over
            else msgid(
                "The parts and what is held back make %(given)s; %(difference)s are missing to %(total)s."
            ),
            {"given": plain(given), "difference": plain(abs(self.difference)), "total": plain(total)},
            faults={"held": "This does not add up."},
        )


def remaining(total: Decimal, parts: Iterable[Decimal], held: Decimal) -> Decimal:
    """Return what has not been handed on yet; below nothing if too much has."""
    return total - sum(parts, NOTHING) - held


def refuse_parts(metric: Metric, total: Decimal, parts: Mapping[int, Decimal], held: Decimal) -> None:
    """Refuse a decomposition that does not conserve the total.

    What is asked of each alike is not added up: nobody is given less than the whole asks.
    """
    faults = {f"part_{org}": fault for org, value in parts.items() if (fault := value_fault(value, metric))}
    if fault := value_fault(held, metric):
        faults["held"] = fault
    if not parts:
        raise Invalid("There is nobody to hand it on to.")
    if metric.combine == "each":
        worse = {
            f"part_{org}": msgid("Nobody is given less than is asked of the whole.")
            for org, value in parts.items()
            if (value < total if metric.better == "more" else value > total)
        }
        faults |= worse
        if held and "held" not in faults:
            faults["held"] = msgid("Nothing can be held back of what is asked of each alike.")
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)
    if metric.combine == "sum" and remaining(total, parts.values(), held):
        raise DoesNotAddUp(total, sum(parts.values(), held))


def held_after(metric: Metric, total: Decimal, parts: Iterable[Decimal]) -> Decimal:
    """Return what is held back once parts have changed; refuse if they exceed the total."""
    if metric.combine == "each":
        return NOTHING
    given = sum(parts, NOTHING)
    if given > total:
        raise DoesNotAddUp(total, given)
    return total - given


# Targets against what was reached


def gap(metric: Metric, target: Decimal | None, reached: Decimal | None) -> Decimal | None:
    """Return what is missing to a target, nothing below; unknown while one of the two is."""
    if target is None or reached is None:
        return None
    missing = target - reached if metric.better == "more" else reached - target
    return max(missing, NOTHING)


def share_of(target: Decimal | None, reached: Decimal | None) -> Decimal | None:
    """Return what was reached as per cent of a target; of nothing there is no share."""
    return None if reached is None or not target else round(reached * 100 / target, 1)


def is_reached(metric: Metric, target: Decimal | None, reached: Decimal | None) -> bool | None:
    """Whether a target is reached; None while that is unknown."""
    missing = gap(metric, target, reached)
    return None if missing is None else not missing


# The points of a campaign


@dataclass(frozen=True)
class Point:
    """One point of a campaign's checklists; ``number`` counts through all, ``place`` within its own."""

    number: int
    checklist: Text
    place: int
    text: Text


def points_of(campaign: CampaignKind) -> tuple[Point, ...]:
    """Return every point of a campaign's checklists, numbered from one."""
    flat = (
        (checklist.title, place, text)
        for checklist in campaign.checklists
        for place, text in enumerate(checklist.points, 1)
    )
    return tuple(Point(number, *each) for number, each in enumerate(flat, 1))


# The year's calendar

Standing = Literal["planned", "open", "happened", "late", "overdue", "missed", "before"]
"""Still to come · running · happened in time · happened after its day · not answered, and the day of the
order for it is over · its planned day is over, no order asked for it and nothing is recorded · over before the office began, so that nobody can say what happened."""


@dataclass(frozen=True)
class CycleSource:
    """A room that tells when something of the calendar happened.

    ``happened`` returns, for one organization, a name and a year, pairs of a day within the
    period it belongs to and the day on which it happened; ``known`` whether a pack has it.
    """

    happened: Callable[[Context, int, str, int], Iterable[tuple[date, date]]]
    known: Callable[[Pack, str], bool]


CYCLE_SOURCES: dict[str, CycleSource] = {}


def add_cycle_source(
    code: str,
    happened: Callable[[Context, int, str, int], Iterable[tuple[date, date]]],
    known: Callable[[Pack, str], bool],
) -> None:
    """Have a room tell the calendar what has happened, under ``seen_in: <code>:<name>``."""
    CYCLE_SOURCES[code] = CycleSource(happened, known)


Deadlines = Callable[[Context, int, str, int], Iterable[tuple[Period, date]]]
"""For one organization, what an entry is seen in and a year: periods of orders, and the last day of each."""

DEADLINES: list[Deadlines] = []


def add_deadlines(told: Deadlines) -> None:
    """Have a room tell by when what the calendar plans was asked for: an order's day counts, not the plan's."""
    DEADLINES.append(told)


@dataclass(frozen=True)
class LetterLine:
    """What an organization owes, as a letter prints it: what, how often, by which paper."""

    title: str
    every: str
    paper: str


LETTER_SOURCES: dict[str, Callable[[Context, Any], Iterable[LetterLine]]] = {}


def add_letter_source(code: str, lines: Callable[[Context, Any], Iterable[LetterLine]]) -> None:
    """Have a room tell what an organization owes, for its letter of responsibility."""
    LETTER_SOURCES[code] = lines


@dataclass(frozen=True)
class Planned:
    """One thing of one period: from which day to which."""

    entry: CycleEntry
    period: Period
    first: date
    last: date


def planned_in(cycle: CycleKind, year: int, calendar: Calendar) -> list[Planned]:
    """Return everything that a calendar plans for a year, by day."""
    whole = Period("year", year)
    found = [
        planned_once(entry, period, calendar)
        for entry in cycle.entries
        for period in whole.split(entry.every)
    ]
    return sorted(found, key=lambda each: (each.last, each.first, each.entry.code))


def planned_once(entry: CycleEntry, period: Period, calendar: Calendar) -> Planned:
    """Return when an entry comes in a period; what would fall behind its end comes before it."""
    first = day_by(entry.falls_on, period, calendar)
    if first > period.last:
        first = calendar.on_or_before(period.last)
    return Planned(entry, period, first, calendar.add_workdays(first, entry.takes - 1))


Beginning = Callable[[int], date | None]
"""From which day on a room tells what happens in the tree of a root organization, if it tells anything."""

BEGINNINGS: list[Beginning] = []


def add_beginning(began: Beginning) -> None:
    """Have a room tell since when an office works with it: what was over before is not late."""
    BEGINNINGS.append(began)


def standing_of(
    planned: Planned, happened_on: date | None, today: date, began: date, due_on: date | None = None
) -> Standing:
    """Return how one thing of the calendar stands on a day, in an office that began on another.

    Where an order asks for it by ``due_on``, that day counts, and it runs since it was issued.
    """
    if happened_on is not None:
        return "happened" if happened_on <= (due_on or planned.last) else "late"
    if due_on is not None:
        return "overdue" if today > due_on else "open"
    if planned.last < min(began, today):
        return "before"
    if today > planned.last:
        return "missed"
    return "open" if today >= planned.first else "planned"


# What a pack names


def programme_faults(pack: Pack) -> list[Fault]:
    """Return what the goals of a pack name that is not there, and calendars that leave their year."""
    faults: list[Fault] = []
    for programme in pack.all(ProgrammeKind):
        for number, metric in enumerate(programme.metrics):
            if metric.actual is None:
                continue
            code = metric.actual.sum or metric.actual.last
            place = ("metrics", number, "actual")
            of = metric.actual.of
            if of and (of not in FACT_CODES or of == "void"):
                said = f"there is no fact code {of}"
                faults.append(_wrong(pack, "programme", programme.code, said, *place))
            if code not in FACT_CODES or code == "void":
                faults.append(
                    _wrong(pack, "programme", programme.code, f"there is no fact code {code}", *place)
                )
            elif code == "record.value" and not _counted(pack, metric.actual.item):
                said = f"no record counts {metric.actual.item or 'nothing'}"
                faults.append(_wrong(pack, "programme", programme.code, said, *place))
            elif code == "meeting.held" and not _held_meeting(pack, metric.actual.item):
                said = f"no record {metric.actual.item or 'at all'} counts as a meeting"
                faults.append(_wrong(pack, "programme", programme.code, said, *place))
    return faults + _letters(pack) + _sets(pack) + _kept(pack) + _cycles(pack)


def _wrong(pack: Pack, kind: str, code: str, message: str, *place: str | int) -> Fault:
    line = pack.line_of(kind, code, *place) if place else 1
    return Fault(pack.file_of(kind, code), line, "reference", message)


def _counted(pack: Pack, item: str) -> bool:
    kind, _, field = item.partition(".")
    record = pack.find(RecordKind, kind)
    return record is not None and field in record.facts


def _held_meeting(pack: Pack, item: str) -> bool:
    record = pack.find(RecordKind, item)
    return record is not None and record.counts_as == "meeting.held"


def _letters(pack: Pack) -> list[Fault]:
    faults = []
    for letter in pack.all(LetterKind):
        wrong = [f"there is no level {each}" for each in letter.levels if each not in LEVELS]
        order = [LEVELS.index(each) for each in letter.levels if each in LEVELS]
        if order != sorted(order):
            wrong.append("the levels do not run from the top downwards")
        wrong += [
            f"there is no programme {each}"
            for each in letter.programmes
            if pack.find(ProgrammeKind, each) is None
        ]
        wrong += _unknown_kinds(pack, letter.kinds)
        faults += [_wrong(pack, "letter", letter.code, said) for said in wrong]
    return faults


def _unknown_kinds(pack: Pack, kinds: Iterable[str]) -> list[str]:
    return [f"there is no kind of organization {each}" for each in kinds if pack.find(OrgKind, each) is None]


def _unknown_levels(levels: Iterable[str]) -> list[str]:
    return [f"there is no level {each}" for each in levels if each not in LEVELS]


def _unknown_domains(pack: Pack, domains: Iterable[str]) -> list[str]:
    return [f"there is no domain {each}" for each in domains if pack.find(DomainKind, each) is None]


def _unknown_posts(pack: Pack, posts: Iterable[str]) -> list[str]:
    return [f"there is no post {each}" for each in posts if pack.find(PostKind, each) is None]


def _kept(pack: Pack) -> list[Fault]:
    faults = []
    for project in pack.all(ProjectKind):
        wrong = _unknown_posts(pack, project.posts) + _unknown_kinds(pack, project.kinds)
        wrong += _unknown_levels(project.levels)
        faults += [_wrong(pack, "project", project.code, said) for said in wrong]
    for kept in pack.all(ListKind):
        wrong = _unknown_posts(pack, kept.posts) + _unknown_kinds(pack, kept.kinds)
        wrong += _unknown_levels(kept.levels)
        faults += [_wrong(pack, "list", kept.code, said) for said in wrong]
    for campaign in pack.all(CampaignKind):
        wrong = _unknown_levels(campaign.levels)
        if campaign.asked_of is not None:
            wrong += _unknown_kinds(pack, campaign.asked_of.kinds) + _unknown_levels(campaign.asked_of.levels)
            wrong += _unknown_domains(pack, campaign.asked_of.domains)
        faults += [_wrong(pack, "campaign", campaign.code, said) for said in wrong]
    return faults


def _sets(pack: Pack) -> list[Fault]:
    faults: list[Fault] = []
    taken: dict[str, str] = {}
    for each in pack.all(DutySet):
        if pack.find(DomainKind, each.domain) is None:
            faults.append(_wrong(pack, "duty_set", each.code, f"there is no domain {each.domain}", "domain"))
        if each.domain in taken:
            said = f"{taken[each.domain]} is already the set of the domain {each.domain}"
            faults.append(_wrong(pack, "duty_set", each.code, said, "domain"))
        taken[each.domain] = each.code
    return faults


def _cycles(pack: Pack) -> list[Fault]:
    faults = []
    calendar = Calendar()
    years = [year for year in range(2004, 2101) if calendar.knows(year)]
    for cycle in pack.all(CycleKind):
        wrong = _unknown_levels(cycle.levels) + _unknown_kinds(pack, cycle.kinds)
        faults += [_wrong(pack, "cycle", cycle.code, said) for said in wrong]
        for number, entry in enumerate(cycle.entries):
            place = ("entries", number)
            for year in years:
                last = planned_once(entry, Period("year", year).split(entry.every)[-1], calendar).last
                if last.year > year:
                    said = (
                        f"{entry.code} cannot end in its year: that of {year} lasts until {last.isoformat()}"
                    )
                    faults.append(_wrong(pack, "cycle", cycle.code, said, *place))
                    break
            faults += [
                _wrong(pack, "cycle", cycle.code, said, *place, "seen_in") for said in _unseen(pack, entry)
            ]
    return faults


def _unseen(pack: Pack, entry: CycleEntry) -> list[str]:
    source, _, name = entry.seen_in.partition(":")
    if not source:
        return []
    if source not in CYCLE_SOURCES:
        return [f"nothing tells about {source}"]
    return [] if CYCLE_SOURCES[source].known(pack, name) else [f"there is no {source} {name}"]
