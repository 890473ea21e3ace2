"""The year's calendar of an organization: what is planned, what happened, what is late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from gangmu.core.calendar import Calendar
from gangmu.core.context import LOCAL, Context
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period, period_of
from gangmu.kernel.access.models import Account
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import first_use_on, pack_of
from gangmu.work.programmes.definitions import CycleKind
from gangmu.work.programmes.models import CalendarFeed, CycleNote, Letter, Milestone, Target
from gangmu.work.programmes.queries.letters import STANDING
from gangmu.work.programmes.queries.targets import VIEW
from gangmu.work.programmes.rules import (
    BEGINNINGS,
    CYCLE_SOURCES,
    DEADLINES,
    Planned,
    Standing,
    planned_in,
    standing_of,
)
from gangmu.work.records.queries import standing_records

CALENDAR = Calendar()


def cycles_of(org: Org) -> list[CycleKind]:
    """Return the calendars that an organization goes by, by code."""
    return [
        each
        for each in pack_of(org.root_id).all(CycleKind)
        if (not each.levels or org.level in each.levels) and (not each.kinds or org.kind in each.kinds)
    ]


def cycle_of(org: Org, code: str) -> CycleKind:
    """Return one calendar of an organization; an unknown code refuses."""
    found = next((each for each in cycles_of(org) if each.code == code), None)
    if found is None:
        raise NotFound("There is no such calendar here.")
    return found


@dataclass(frozen=True)
class Day:
    """One thing of the year: when it is planned, when it happened, and how it stands."""

    cycle: CycleKind
    planned: Planned
    happened_on: date | None
    standing: Standing
    due_on: date | None = None
    """The last day of the order that asks for it, where there is one."""

    @property
    def by_hand(self) -> bool:
        """Whether nobody but a person can say that it happened."""
        return not self.planned.entry.seen_in


def year_of(context: Context, org: Org, year: int) -> list[Day]:
    """Return everything that an organization's calendars plan for a year, by day, and how it stands."""
    if not context.may(VIEW, org.path):
        raise NotFound("There is no such organization.")
    noted = {
        (each.cycle, each.entry, each.period): each.happened_on
        for each in CycleNote.objects.filter(org=org, period__startswith=str(year))
    }
    began = began_on(org)
    found = []
    for cycle in cycles_of(org):
        seen = {
            entry.seen_in: _happened(context, org, entry.seen_in, year)
            for entry in cycle.entries
            if entry.seen_in
        }
        asked = {name: _asked(context, org, name, year) for name in seen}
        for planned in planned_in(cycle, year, CALENDAR):
            happened = noted.get((cycle.code, planned.entry.code, str(planned.period)))
            due = None
            if planned.entry.seen_in:
                happened = _first_in(planned, seen[planned.entry.seen_in])
                due = asked[planned.entry.seen_in].get(planned.period)
            standing = standing_of(planned, happened, context.today, began, due)
            found.append(Day(cycle, planned, happened, standing, due))
    return sorted(found, key=lambda day: (day.planned.last, day.planned.first, day.planned.entry.code))


def began_on(org: Org) -> date:
    """Return the day from which an organization's calendars count.

    It is there, its office has taken up a pack, and, if a room tells so, has begun to work with it.
    """
    told = (*(each(org.root_id) for each in BEGINNINGS), first_use_on(org.root_id))
    return max((org.founded_on, *(day for day in told if day is not None)))


def _happened(context: Context, org: Org, seen_in: str, year: int) -> list[tuple[date, date]]:
    source, _, name = seen_in.partition(":")
    told = CYCLE_SOURCES.get(source)
    return list(told.happened(context, org.pk, name, year)) if told else []


def _asked(context: Context, org: Org, seen_in: str, year: int) -> dict[Period, date]:
    """Return by when orders asked for something in each period; of several the soonest."""
    told = (each for source in DEADLINES for each in source(context, org.pk, seen_in, year))
    return dict(sorted(told, key=lambda each: each[1], reverse=True))


def _first_in(planned: Planned, told: Iterable[tuple[date, date]]) -> date | None:
    within = [on for belongs, on in told if planned.period.contains(belongs)]
    return min(within) if within else None


# What this room and the records tell the calendar


def records_of_year(context: Context, org: int, name: str, year: int) -> list[tuple[date, date]]:
    """Return the days on which an organization wrote down records of a kind."""
    rows = standing_records(context, kind=name).filter(org=org, day__year=year)
    return [(day, day) for day in rows.values_list("day", flat=True)]


def letters_of_year(context: Context, org: int, name: str, year: int) -> list[tuple[date, date]]:
    """Return the days on which an organization handed letters of a kind on."""
    rows = Letter.objects.filter(issuer=org, kind=name, year=year, state__in=STANDING)
    return [(date(year, 1, 1), day) for day in rows.values_list("issued_on", flat=True)]


def targets_of_year(context: Context, org: int, name: str, year: int) -> list[tuple[date, date]]:
    """Return the days on which an organization's targets of a programme were handed on."""
    rows = Target.objects.filter(org=org, programme=name, year=year).exclude(held=None)
    days = rows.values_list("parts__versions__decided_at", flat=True)
    return [(date(year, 1, 1), at.astimezone(LOCAL).date()) for at in days if at is not None]


def milestones_between(context: Context, org: int, first: date, last: date) -> QuerySet[Milestone]:
    """Return the milestones of an organization's approved projects that are still to be reached."""
    return (
        Milestone.objects.filter(project__org=org, project__state="approved", reached_on=None)
        .filter(due_on__gte=first, due_on__lte=last)
        .select_related("project")
        .order_by("due_on")
    )


# Feeds


def own_feeds(context: Context) -> QuerySet[CalendarFeed]:
    """Return the reader's own addresses for calendar programs, the newest first."""
    return (
        CalendarFeed.objects.filter(account=context.actor.account_id or 0)
        .select_related("org")
        .order_by("-pk")
    )


def feed_by_digest(digest: str) -> CalendarFeed | None:
    """Return the feed that a secret opens, if it was not revoked and its account is open."""
    return (
        CalendarFeed.objects.filter(digest=digest, revoked_at=None, account__is_active=True)
        .select_related("account", "org")
        .first()
    )


def reader_of_feed(context: Context, account: Account) -> Context:
    """Return the context in which a feed is read: its account's own reach, now."""
    return Context(AccountActor(account), context.now, context.language)


def by_month(days: Iterable[Day]) -> Mapping[int, list[Day]]:
    """Return a year's days by the month in which they end."""
    found: dict[int, list[Day]] = {month: [] for month in range(1, 13)}
    for day in days:
        found[period_of(day.planned.last, "month").number].append(day)
    return found
