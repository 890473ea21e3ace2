"""A place founded and months of it played, from the first day to the open orders of today."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from gangmu.core.context import LOCAL, Context
from gangmu.core.definition import read_definition
from gangmu.core.periods import Period
from gangmu.kernel.access.operations import ensure_system_account, grant_role, open_account
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.audit.sealer import seal_entries
from gangmu.kernel.quality.operations import look_through
from gangmu.site.databases import learn_sizes
from gangmu.site.demo.agenda import Agenda
from gangmu.site.demo.building import Orgs, at, found_world, morning, take_world
from gangmu.site.demo.changes import give_second_posts, plan_changes
from gangmu.site.demo.claims import plan_claims
from gangmu.site.demo.contests import plan_contests
from gangmu.site.demo.definitions import Doors
from gangmu.site.demo.ledgers import plan_ledgers
from gangmu.site.demo.letters import plan_letters
from gangmu.site.demo.periods import PeriodPlay, periods_beginning_with
from gangmu.site.demo.staffing import Desk, Staff, fill_world, pick_member
from gangmu.site.demo.stage import CALENDAR, Stage
from gangmu.site.demo.state import DemoAccount, DemoState, ToldSentence
from gangmu.site.demo.targets import plan_targets
from gangmu.site.demo.telling import make_bodies_known, tell_sentences
from gangmu.site.demo.world import World
from gangmu.site.demo.year_end import YearEnd

Say = Callable[[str], None]

EXPORTS = "facts"
"""The folder, in the data folder, that closed months are exported to."""


@lru_cache(maxsize=1)
def _doors() -> Doors:
    doors, faults = read_definition(Path(__file__).parent / "doors.yaml", Doors)
    if doors is None:
        raise RuntimeError(str(faults[0]))
    return doors


def play(
    folder: Path, wanted: DemoState, say: Say, *, after: int = 0
) -> tuple[World, list[DemoAccount], list[ToldSentence]]:
    """Found a place and play the months that are wanted; return it, whom one may enter as, and what it tells.

    ``after`` is how many persons other places have already.
    """
    month, until = (
        Period.parse(wanted.month).shift(1 - wanted.months),
        datetime.now(LOCAL) + wanted.clock_offset,
    )
    context = Context(AccountActor(ensure_system_account()), morning(date(month.year - 1, 1, 1)))
    world, version = take_world(context, folder, small=wanted.size == "small")
    say(f"{folder.name}: {len(world.orgs)} organizations, {world.members} members")
    orgs = found_world(context, world, version, say)
    make_bodies_known(context, world, orgs)
    desks = desks_of(world, folder.name)
    filling = at(context, morning(month.first - timedelta(days=45)))
    staff = fill_world(filling, world, orgs, desks, say, after)
    _let_members_in(filling, staff, orgs, where_people_sit(world), folder.name)
    machines = _open_machines(filling, world, orgs, folder.name)
    seal_entries(filling.now)
    stage = Stage(world, orgs, staff, Agenda(until), say, machines)
    learn_sizes()
    _play_months(stage, wanted, _exports(folder.name))
    learn_sizes()
    found = look_through(at(context, until), orgs[world.plan.root])
    say(f"{found} doubts in the data")
    last = Period.parse(wanted.month)
    told = tell_sentences(at(context, until), stage.as_officer(until), world, orgs, last, wanted.months)
    return world, _accounts(folder.name), told


def _play_months(stage: Stage, wanted: DemoState, exports: Path | None) -> None:
    """Play the months that are wanted to their end, and the one after them as far as today."""
    last = Period.parse(wanted.month)
    months = [last.shift(step) for step in range(1 - wanted.months, 1)]
    whole_year = wanted.months > 1
    plays: dict[Period, PeriodPlay] = {}
    for month in (*months, last.next()):
        left = stage.world.plan.month.left if month > last else ()
        for period in periods_beginning_with(month) if whole_year else [month]:
            plays[period] = PeriodPlay(stage, period, left, exports)
            plays[period].begin()
        if whole_year:
            plan_changes(stage, month)
    if whole_year:
        first = CALENDAR.first_workday(months[0])
        plan_targets(stage, CALENDAR.add_workdays(first, 2), months[0].year)
        plan_letters(stage, CALENDAR.add_workdays(first, 2), months[0].year)
        stage.agenda.put(morning(first), lambda moment: give_second_posts(stage, moment))
    if whole_year and last.number == 12:
        YearEnd(stage, Period("year", last.year), [plays[last]]).plan()
    plan_ledgers(stage, months[0])
    plan_claims(stage)
    plan_contests(stage)
    stage.agenda.play()
    seal_entries(stage.agenda.until)
    stage.say(f"{len(months)} months played, {last.next()} open")


def _exports(place: str) -> Path | None:
    """Return where the facts of a place are laid down month by month, if the site has a folder."""
    return Path(settings.GANGMU_DATA) / EXPORTS / place if settings.GANGMU_DATA else None


def where_people_sit(world: World) -> dict[str, str]:
    """Return the codes at which the demonstration's people sit: at the top, and in the county that is imagined."""
    county = world.plan.imagined.code
    town = next(org.code for org in world.orgs if org.parent == county and org.level == "township")
    branch = next(
        org.code
        for org in world.orgs
        if org.parent == town and org.kind == "branch" and org.domain == "village"
    )
    return {"top": world.plan.root, "county": county, "town": town, "branch": branch}


def desks_of(world: World, place: str) -> list[Desk]:
    """Return the posts of those whom the demonstration may be entered as."""
    where = where_people_sit(world)
    return [Desk(f"{door.login}.{place}", door.post, where[door.at]) for door in _doors().doors]


def _let_members_in(context: Context, staff: Staff, orgs: Orgs, where: Mapping[str, str], place: str) -> None:
    """Open the accounts of members who hold no post, each at the member's own organization alone."""
    for door in _doors().members:
        org = orgs[where[door.at]]
        person = pick_member(staff, org.code, staff.near[org.code])
        account = open_account(
            context, org=org, login=f"{door.login}.{place}", name=str(person), person=person.pk
        )
        grant_role(
            context,
            org=org,
            account=account,
            role=door.post,
            day=context.today,
            reach="org",
            reason=str(door.title),
        )


def _open_machines(context: Context, world: World, orgs: Orgs, place: str) -> dict[str, AccountActor]:
    """Open the accounts of those who hold no post of the Party: arbiter, auditor, operator."""
    root, opened = orgs[world.plan.root], {}
    for door in _doors().machines:
        account = open_account(context, org=root, login=f"{door.login}.{place}", name=str(door.title))
        grant_role(
            context, org=root, account=account, role=door.post, day=context.today, reason=str(door.title)
        )
        opened[door.post] = AccountActor(account)
    return opened


def _accounts(place: str) -> list[DemoAccount]:
    doors = (*_doors().doors, *_doors().members, *_doors().machines)
    return [
        DemoAccount(login=f"{door.login}.{place}", title=door.title, does=door.does, next=door.next)
        for door in doors
    ]
