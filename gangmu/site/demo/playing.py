"""A place founded and one month of it played, from the first day to the open orders of today."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.kernel.access.operations import ensure_system_account
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.audit.sealer import seal_entries
from gangmu.site.demo.building import found_world, morning, take_world
from gangmu.site.demo.state import DemoAccount, DemoState


def play(folder: Path, wanted: DemoState, say: Callable[[str], None]) -> list[DemoAccount]:
    """Found a place and play the month that is wanted; return whom one may enter as."""
    month = Period.parse(wanted.month)
    first_day = date(month.year - 1, 1, 1)
    context = Context(AccountActor(ensure_system_account()), morning(first_day))
    world, version = take_world(context, folder, small=wanted.size == "small")
    say(f"{folder.name}: {len(world.orgs)} organizations, {world.members} members")
    found_world(context, world, version, say)
    seal_entries(context.now)
    return []
