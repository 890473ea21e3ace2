"""A world worked out from its plan, without a database: every organization and its size."""

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from gangmu.core.definition import read_definition
from gangmu.kernel.orgs.rules import DIVISION_LEVELS
from gangmu.site.demo.definitions import Founding, Members, UnitBlock, WorldPlan
from gangmu.site.terminal import CommandFailure


@dataclass(frozen=True)
class PlannedDivision:
    """An administrative division, published or imagined; ``level`` as organizations call it."""

    code: str
    name: str
    parent: str
    level: str
    published_level: str = ""

    @property
    def imagined(self) -> bool:
        """Whether no published list has it."""
        return not self.published_level


@dataclass(frozen=True)
class PlannedOrg:
    """An organization to be founded, and how many members it is to have.

    ``place`` is the division it stands for or in; ``block`` names the sort of invented unit.
    """

    code: str
    name: str
    kind: str
    level: str
    domain: str
    parent: str
    place: PlannedDivision
    area: str = ""
    block: str = ""
    members: int = 0

    @property
    def fictional(self) -> bool:
        """Whether no published division founds it."""
        return not self.area


@dataclass(frozen=True)
class World:
    """All that is to be founded, parents before their children."""

    plan: WorldPlan
    divisions: tuple[PlannedDivision, ...]
    orgs: tuple[PlannedOrg, ...]

    @property
    def members(self) -> int:
        """How many members all organizations have together."""
        return sum(org.members for org in self.orgs)

    def is_imagined(self, org: PlannedOrg) -> bool:
        """Whether it stands in the county that does not exist."""
        return org.code.startswith(self.plan.imagined.code)


def read_world(folder: Path, founding_names: Mapping[str, str], *, small: bool = False) -> World:
    """Return the world that a pack's ``world.yaml`` and ``divisions.csv`` describe.

    ``founding_names`` are the names that kinds of organization bear, with ``{name}`` in them.
    Refused with every fault if the plan is wrong, or does not add up to its own totals.
    """
    plan, faults = read_definition(folder / "world.yaml", WorldPlan, shown_as=f"{folder.name}/world.yaml")
    if plan is None:
        raise CommandFailure("the world's plan is wrong", faults=faults)
    divisions = (*_published(folder / "divisions.csv", plan.root), *_imagined(plan))
    orgs = _sized(plan, list(_founded(plan, divisions, founding_names)))
    world = World(plan, divisions, tuple(orgs))
    _check_totals(world)
    return _small(world) if small else world


def _published(path: Path, root: str) -> Iterator[PlannedDivision]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["code"].startswith(root):
                level = DIVISION_LEVELS[row["level"]]
                yield PlannedDivision(row["code"], row["name"], row["parent"], level, row["level"])


def _imagined(plan: WorldPlan) -> Iterator[PlannedDivision]:
    county = plan.imagined
    yield PlannedDivision(county.code, county.name, plan.root, "county")
    for number, town in enumerate(county.towns, 1):
        code = f"{county.code}{100 + number}"
        yield PlannedDivision(code, town.name, county.code, "township")
        for place, village in enumerate(town.villages, 1):
            yield PlannedDivision(f"{code}{200 + place}", village, code, "village")


def _shuffled(seed: str, codes: Iterable[str]) -> list[str]:
    """Return codes in an order that looks like chance and is always the same."""
    return sorted(codes, key=lambda code: hashlib.sha256(f"{seed}/{code}".encode()).digest())


def _rule_for(plan: WorldPlan, division: PlannedDivision) -> Founding:
    for rule in plan.founding:
        if rule.level == division.level and (not rule.ends or division.name.endswith(rule.ends)):
            return rule
    raise CommandFailure(f"no rule founds an organization for {division.name} ({division.code})")


def _plain_name(rule: Founding, division: PlannedDivision) -> str:
    ending = next((end for end in rule.ends if division.name.endswith(end)), "")
    stem = division.name.removesuffix(ending)
    return stem if stem.endswith(rule.suffix) else stem + rule.suffix


def _kinds(plan: WorldPlan, divisions: Sequence[PlannedDivision]) -> dict[str, str]:
    """Return each division's kind of organization: every rule's shares, dealt out exactly."""
    under: dict[int, list[str]] = defaultdict(list)
    rules: dict[int, Founding] = {}
    for division in divisions:
        rule = _rule_for(plan, division)
        under[id(rule)].append(division.code)
        rules[id(rule)] = rule
    kinds = {}
    for key, codes in under.items():
        deck, reached = _shuffled(plan.seed, codes), 0
        for kind, share in rules[key].kinds.items():
            begin = len(codes) * reached // 100
            reached += share
            kinds.update(dict.fromkeys(deck[begin : len(codes) * reached // 100], kind))
    return kinds


def _founded(
    plan: WorldPlan, divisions: Sequence[PlannedDivision], names: Mapping[str, str]
) -> Iterator[PlannedOrg]:
    kinds = _kinds(plan, divisions)
    stand: list[PlannedOrg] = []
    plain: dict[str, str] = {}
    for division in sorted(divisions, key=lambda each: (len(each.code), each.code)):
        rule = _rule_for(plan, division)
        plain[division.code] = _plain_name(rule, division)
        stand.append(
            PlannedOrg(
                code=division.code,
                name=names[kinds[division.code]].format(name=plain[division.code]),
                kind=kinds[division.code],
                level=division.level,
                domain=rule.domain,
                parent="" if division.code == plan.root else division.parent,
                place=division,
                area="" if division.imagined else division.code,
            )
        )
    yield from stand
    given: Counter[str] = Counter()
    for block in plan.units:
        above = [org for org in stand if _bears(block, org)]
        missing = plan.totals.orgs - len(stand) if block.fill else 0
        dealt = _dealt(plan.seed, above, missing) if block.fill else {}
        for org in above:
            for number in range(1, dealt.get(org.code, block.each if not block.fill else 0) + 1):
                given[org.code] += 1
                unit = _unit(block, org, number, given[org.code], plain[org.place.code], names)
                stand.append(unit)
                yield unit


def _bears(block: UnitBlock, org: PlannedOrg) -> bool:
    if block.of_kind and org.kind != block.of_kind:
        return False
    return org.block == block.below if block.below else not org.block and org.level == block.at


def _dealt(seed: str, above: Sequence[PlannedOrg], count: int) -> dict[str, int]:
    if count < 0 or (count and not above):
        raise CommandFailure("the world's plan founds more organizations than its total")
    deck = _shuffled(seed, [org.code for org in above])
    return {code: count // len(deck) + (place < count % len(deck)) for place, code in enumerate(deck)}


def _unit(
    block: UnitBlock, above: PlannedOrg, number: int, given: int, place: str, names: Mapping[str, str]
) -> PlannedOrg:
    plain = block.name.format(place=place, n=chinese_number(number))
    return PlannedOrg(
        code=f"{above.code}U{given:02d}",
        name=names[block.kind].format(name=plain),
        kind=block.kind,
        level=block.level,
        domain=block.domain or above.domain,
        parent=above.code,
        place=above.place,
        block=block.code,
    )


_DIGITS = "〇一二三四五六七八九"


def chinese_number(number: int) -> str:
    """Return a number from 1 to 99 as it is written in names: 十二."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else _DIGITS[tens] + "十")
    return head + (_DIGITS[ones] if ones or not tens else "")


def _size_of(plan: WorldPlan, org: PlannedOrg) -> Members | None:
    return next(
        (each for each in plan.members if each.kind == org.kind and each.domain in ("", org.domain)), None
    )


def _sized(plan: WorldPlan, orgs: list[PlannedOrg]) -> list[PlannedOrg]:
    """Give every organization its members, so that they add up to the world's total."""
    bounds = {org.code: found.size for org in orgs if (found := _size_of(plan, org))}
    sizes = {
        code: Random(f"{plan.seed}/size/{code}").randint(least, most)  # noqa: S311 -- a world, not a secret
        for code, (least, most) in bounds.items()
    }
    missing = plan.totals.members - sum(sizes.values())
    step = 1 if missing > 0 else -1
    deck = _shuffled(plan.seed, sizes)
    while missing:
        before = missing
        for code in deck:
            least, most = bounds[code]
            if missing and least <= sizes[code] + step <= most:
                sizes[code] += step
                missing -= step
        if missing == before:
            raise CommandFailure(f"the world's sizes leave {missing} members without a place")
    return [replace(org, members=sizes.get(org.code, 0)) for org in orgs]


def _check_totals(world: World) -> None:
    totals = world.plan.totals
    found = Counter(division.level for division in world.divisions if not division.imagined)
    pairs = [("orgs", totals.orgs, len(world.orgs)), ("members", totals.members, world.members)]
    pairs += [(str(level), number, found[level]) for level, number in totals.divisions.items()]
    wrong = [f"{what}: {is_}, not {said}" for what, said, is_ in pairs if said != is_]
    if wrong:
        raise CommandFailure(f"the world does not add up to its totals: {'; '.join(wrong)}")


def _small(world: World) -> World:
    """Return the top, the counties of the small world, and the imagined one."""
    kept = (*world.plan.small, world.plan.imagined.code)
    root = world.plan.root
    return World(
        world.plan,
        tuple(each for each in world.divisions if each.code == root or each.code.startswith(kept)),
        tuple(org for org in world.orgs if org.code == root or org.code.startswith(kept)),
    )
