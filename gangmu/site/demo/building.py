"""A planned world brought about: packs, divisions, the tree; all by the product's own operations."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import TypeVar

from gangmu.core.context import LOCAL, Context
from gangmu.kernel.orgs.definitions import OrgKind
from gangmu.kernel.orgs.models import Division, Org
from gangmu.kernel.orgs.operations import BATCH, NewOrg, found_orgs, found_root, load_divisions
from gangmu.kernel.packs.models import PackVersion
from gangmu.kernel.packs.operations import take_pack_from, use_pack
from gangmu.kernel.packs.queries import pack_by_version
from gangmu.site.demo.world import PlannedOrg, World, read_world

Orgs = dict[str, Org]
"""What was founded, by code."""

Say = Callable[[str], None]
Item = TypeVar("Item")


def morning(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """Return an instant of a day by the local clock."""
    return datetime.combine(day, time(hour, minute), tzinfo=LOCAL)


def at(context: Context, moment: datetime) -> Context:
    """Return the same actor's context at another instant."""
    return Context(context.actor, moment, context.language)


def batches(items: Sequence[Item], most: int = BATCH) -> Iterator[list[Item]]:
    """Return items in as many parts as a bulk operation takes at once."""
    rest = iter(items)
    while part := list(islice(rest, most)):
        yield part


def take_world(context: Context, folder: Path, *, small: bool) -> tuple[World, PackVersion]:
    """Take in a place's pack, and return it with the world it describes."""
    version = take_pack_from(context, folder)
    kinds = pack_by_version(version).all(OrgKind)
    return read_world(folder, {kind.code: kind.founding_name for kind in kinds}, small=small), version


def found_world(context: Context, world: World, version: PackVersion, say: Say) -> Orgs:
    """Found every organization of a world today, under its pack; a division founds its own."""
    published = [each for each in world.divisions if not each.imagined]
    rows = [
        Division(code=each.code, name=each.name, parent_code=each.parent, level=each.published_level)
        for each in published
    ]
    for divisions in batches(rows):
        load_divisions(context, divisions)
    top, *others = world.orgs
    root = found_root(context, _new(top, context.today))
    use_pack(context, root, version=version, day=context.today)
    orgs = {root.code: root}
    for part in batches(others):
        founded = found_orgs(context, root, [_new(each, context.today) for each in part])
        orgs |= {org.code: org for org in founded}
        say(f"{len(orgs)} organizations")
    return orgs


def _new(org: PlannedOrg, day: date) -> NewOrg:
    return NewOrg(
        code=org.code,
        name=org.name,
        kind=org.kind,
        level=org.level,
        day=day,
        parent_code=org.parent,
        domain=org.domain,
        area_code=org.area,
        fictional=org.fictional,
    )
