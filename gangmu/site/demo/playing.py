"""A place founded and one month of it played, from the first day to the open orders of today."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from gangmu.core.context import LOCAL, Context
from gangmu.core.definition import read_definition
from gangmu.core.periods import Period
from gangmu.kernel.access.operations import ensure_system_account, grant_role, open_account
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.audit.sealer import seal_entries
from gangmu.site.demo.building import Orgs, at, found_world, morning, take_world
from gangmu.site.demo.definitions import Doors
from gangmu.site.demo.month import MonthPlay
from gangmu.site.demo.staffing import Desk, fill_world
from gangmu.site.demo.state import DemoAccount, DemoState
from gangmu.site.demo.world import World

Say = Callable[[str], None]


@lru_cache(maxsize=1)
def _doors() -> Doors:
    doors, faults = read_definition(Path(__file__).parent / "doors.yaml", Doors)
    if doors is None:
        raise RuntimeError(str(faults[0]))
    return doors


def play(folder: Path, wanted: DemoState, say: Say, *, after: int = 0) -> tuple[World, list[DemoAccount]]:
    """Found a place and play the month that is wanted; return it, and whom one may enter as.

    ``after`` is how many persons other places have already.
    """
    month, until = Period.parse(wanted.month), datetime.now(LOCAL) + wanted.clock_offset
    context = Context(AccountActor(ensure_system_account()), morning(date(month.year - 1, 1, 1)))
    world, version = take_world(context, folder, small=wanted.size == "small")
    say(f"{folder.name}: {len(world.orgs)} organizations, {world.members} members")
    orgs = found_world(context, world, version, say)
    desks = _desks(world, folder.name)
    filling = at(context, morning(month.first - timedelta(days=45)))
    staff = fill_world(filling, world, orgs, desks, say, after)
    _open_machines(filling, world, orgs, folder.name)
    seal_entries(filling.now)
    MonthPlay(world, orgs, staff, month, until, say).close_after()
    MonthPlay(world, orgs, staff, month.next(), until, say).leave_open()
    return world, _accounts(folder.name)


def _desks(world: World, place: str) -> list[Desk]:
    """Return where the demonstration's people sit: at the top, and in the county that is imagined."""
    county = world.plan.imagined.code
    town = next(org.code for org in world.orgs if org.parent == county and org.level == "township")
    branch = next(
        org.code
        for org in world.orgs
        if org.parent == town and org.kind == "branch" and org.domain == "village"
    )
    where = {"top": world.plan.root, "county": county, "town": town, "branch": branch}
    return [Desk(f"{door.login}.{place}", door.post, where[door.at]) for door in _doors().doors]


def _open_machines(context: Context, world: World, orgs: Orgs, place: str) -> None:
    """Open the accounts of those who hold no post of the Party: operator and auditor."""
    root = orgs[world.plan.root]
    for door in _doors().machines:
        account = open_account(context, org=root, login=f"{door.login}.{place}", name=str(door.title))
        grant_role(
            context, org=root, account=account, role=door.post, day=context.today, reason="demonstration"
        )


def _accounts(place: str) -> list[DemoAccount]:
    doors = (*_doors().doors, *_doors().machines)
    return [
        DemoAccount(login=f"{door.login}.{place}", title=door.title, does=door.does, next=door.next)
        for door in doors
    ]
