"""What the imagined county makes known of a month adds up."""

import re
from pathlib import Path

import pytest

import gangmu
from gangmu.core.definition import read_definition
from gangmu.kernel.orgs.definitions import OrgKind
from gangmu.site.demo.made_known import said_of
from gangmu.site.demo.world import read_world
from gangmu.work.plans.rules import Tally

PACKS = Path(gangmu.__file__).parent / "packs"
PLACES = sorted(each.parent.name for each in PACKS.glob("*/world.yaml"))
NAMES = {
    kind.code: kind.founding_name
    for kind in (read_definition(path, OrgKind)[0] for path in (PACKS / "base" / "org_kind").glob("*.yaml"))
    if kind
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("waiting", [0, 8])
def test_the_parts_of_a_month_that_is_made_known_add_up_to_what_was_asked_for(
    place: str, waiting: int
) -> None:
    plan = read_world(PACKS / place, NAMES).plan.month.notice
    assert plan is not None
    parts = {"on_time": 263, "late": 32, "missing": 51}
    total = Tally({**parts, **({"open": waiting - 3, "returned": 2, "carried": 1} if waiting else {})})

    said = "".join(said_of(plan, total, year=2016, number=1))

    whole, *named = (int(each) for each in re.findall(r"(\d+)件", said))
    assert whole == sum(named) == 346 + waiting
    assert len(named) == (4 if waiting else 3)
