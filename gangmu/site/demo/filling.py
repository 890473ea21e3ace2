"""Records filled in by chance, as a world's plan says."""

from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Any

from gangmu.core.fields import FieldSpec
from gangmu.site.demo.definitions import Filling
from gangmu.site.demo.world import PlannedOrg
from gangmu.work.records.definitions import RecordKind

WITHOUT_MEMBERS = 20
"""How many come to a meeting of an organization whose members are counted below it."""

UNPLANNED_TEXT = "按要求完成"
UNPLANNED_MOST = 20


def fill_record(
    kind: RecordKind,
    fillings: Mapping[str, Filling],
    org: PlannedOrg,
    chance: Random,
    day: date,
    below: Sequence[int],
) -> dict[str, Any]:
    """Return the values of a record: dates are the day, an organization is one of those ``below``, the rest as the plan says.

    What the plan does not speak of is left empty, unless it has to be filled in.
    """
    values: dict[str, Any] = {}
    for spec in kind.fields:
        if spec.type == "date":
            values[spec.code] = day.isoformat()
        elif spec.type == "organization":
            values[spec.code] = chance.choice(below)
        elif spec.code in fillings:
            values[spec.code] = _filled(fillings[spec.code], values, org, chance)
        elif spec.required:
            values[spec.code] = _unplanned(spec, chance)
    return values


def _filled(filling: Filling, values: Mapping[str, Any], org: PlannedOrg, chance: Random) -> str:
    if filling.texts:
        return chance.choice(filling.texts)
    if filling.like:
        return str(max(int(values[filling.like]) - chance.randint(0, filling.less), 0))
    if filling.of_members:
        least, most = filling.of_members
        return str((org.members or WITHOUT_MEMBERS) * chance.randint(least, most) // 100)
    least, most = filling.between or (0, 0)
    return str(chance.randint(least, most))


def _unplanned(spec: FieldSpec, chance: Random) -> str:
    if spec.choices:
        return chance.choice(spec.choices).code
    if spec.type in ("number", "money"):
        least = int(spec.minimum or 0)
        most = least + UNPLANNED_MOST if spec.maximum is None else int(spec.maximum)
        return str(chance.randint(least, min(most, least + UNPLANNED_MOST)))
    return UNPLANNED_TEXT[: spec.max_length]
