"""Invented persons: drawn by chance from lists of common names, always the same for a seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random

from pydantic import BaseModel, ConfigDict

from gangmu.core.definition import read_definition
from gangmu.kernel.people.rules import FULL, PROBATIONARY, NewPerson, check_mark
from gangmu.site.demo.world import PlannedOrg, World

NOWHERE = "999999"
"""A region of ID numbers that no region has."""

_FEMALE, _PROBATIONARY = 0.31, 0.03
_YEAR = timedelta(days=365)


class Names(BaseModel):
    """The lists in ``names.yaml``, each a text with spaces between."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    surnames: str
    male: str
    female: str


@dataclass(frozen=True)
class _Lists:
    surnames: tuple[str, ...]
    male: tuple[str, ...]
    female: tuple[str, ...]


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    names, faults = read_definition(Path(__file__).parent / "names.yaml", Names)
    if names is None:
        raise RuntimeError(str(faults[0]))
    return _Lists(tuple(names.surnames.split()), tuple(names.male.split()), tuple(names.female.split()))


def people_of(world: World, day: date, *, after: int = 0) -> Iterator[tuple[PlannedOrg, NewPerson]]:
    """Return all members of a world as they stand on a day, each with the organization.

    In every organization the first three are full members; what is drawn for one
    organization does not depend on any other. ``after`` is how many were invented before.
    """
    serial = after
    for org in world.orgs:
        chance = Random(f"{world.plan.seed}/people/{org.code}")  # noqa: S311 -- a world, not a secret
        for number in range(org.members):
            serial += 1
            yield org, _person(chance, org, day, serial, full=number < 3)


def _person(chance: Random, org: PlannedOrg, day: date, serial: int, *, full: bool) -> NewPerson:
    female = chance.random() < _FEMALE
    lists = _lists()
    name = chance.choice(lists.surnames) + chance.choice(lists.female if female else lists.male)
    age = min(int(chance.triangular(22, 84, 44)), 83)
    born = date(day.year - age, 1, 1) + timedelta(days=chance.randrange(365))
    probationary = not full and chance.random() < _PROBATIONARY
    if probationary:
        joined = day - timedelta(days=chance.randrange(20, 330))
    else:
        earliest, latest = born.year + 18, day.year - 2
        joined = date(max(min(chance.randint(earliest, earliest + 22), latest), born.year + 18), 7, 1)
        joined = min(max(joined, born + 19 * _YEAR), day - 2 * _YEAR)
    return NewPerson(
        name=name,
        sex="female" if female else "male",
        birth_year=born.year,
        id_number=_id_number(born, serial, female=female),
        telephone=f"0000{serial:07d}" if full else "",
        status=PROBATIONARY if probationary else FULL,
        joined_on=joined,
        full_on=None if probationary else joined + timedelta(days=366),
        org_code=org.code,
    )


def _id_number(born: date, serial: int, *, female: bool) -> str:
    """Return a number that passes its check and belongs to no region."""
    order = serial * 2 % 1000 + (0 if female else 1)
    digits = f"{int(NOWHERE) - serial // 500 % 900_000}{born:%Y%m%d}{order:03d}"
    return digits + check_mark(digits)
