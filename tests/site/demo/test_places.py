"""Every place that comes with the product: its world adds up, and one that nothing knows plays a month."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import gangmu
from gangmu.kernel.audit.sealer import verify_log
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.rules import LEVELS
from gangmu.site.commands.check import findings
from gangmu.site.demo.playing import desks_of, play
from gangmu.site.demo.state import DemoState
from gangmu.site.demo.world import read_world
from gangmu.work.plans.models import Order, Task
from tests.site.demo.test_world import founding_names

PACKS = Path(gangmu.__file__).parent / "packs"
PLACES = sorted(path.parent.name for path in PACKS.glob("*/world.yaml"))
TODAY = datetime(2021, 11, 18, 4, tzinfo=UTC)


def test_more_than_one_place_comes_with_the_product():
    assert len(PLACES) > 1


@pytest.mark.parametrize("place", PLACES)
def test_a_place_has_no_fault(place: str):
    assert findings(PACKS / place) == []


@pytest.mark.parametrize("place", PLACES)
def test_a_world_adds_up_and_its_small_one_is_a_part_of_it(place: str):
    world = read_world(PACKS / place, founding_names())
    small = read_world(PACKS / place, founding_names(), small=True)

    assert len(world.orgs) == world.plan.totals.orgs
    assert set(small.orgs) < set(world.orgs)
    assert any(small.is_imagined(org) for org in small.orgs)
    assert all(any(org.code.startswith(code) for org in small.orgs) for code in world.plan.small)
    assert sum(not org.fictional for org in world.orgs) == sum(world.plan.totals.divisions.values())


DIVISIONS = {
    "pingliang": {"county": 7, "township": 113, "village": 1559},
    "wubu": {"township": 6, "village": 104},
    "linxia": {"county": 8, "township": 131, "village": 1197},
    "pingqiao": {"township": 30, "village": 320},
    "haian": {"township": 11, "village": 239},
}
"""How many real divisions each place has below its top; the registers say so, not the packs."""


@pytest.mark.parametrize("place", sorted(DIVISIONS))
def test_the_tree_of_a_place_has_its_real_divisions(place: str):
    world = read_world(PACKS / place, founding_names())
    real = Counter(org.level for org in world.orgs if not org.fictional and org.parent)

    assert dict(real) == DIVISIONS[place]


@pytest.mark.parametrize("place", PLACES)
def test_in_every_world_parents_come_first_and_stand_no_lower(place: str):
    seen: dict[str, str] = {}
    wrong = []
    for org in read_world(PACKS / place, founding_names()).orgs:
        above = seen.get(org.parent)
        if org.parent and (above is None or LEVELS.index(org.level) < LEVELS.index(above)):
            wrong.append(org.code)
        seen[org.code] = org.level

    assert wrong == []


@pytest.mark.parametrize("place", PLACES)
def test_towns_that_become_one_are_imagined(place: str):
    world = read_world(PACKS / place, founding_names())
    codes = {org.code: org for org in world.orgs}

    for merger in world.plan.year.mergers:
        assert all(world.is_imagined(codes[code]) for code in (merger.into, *merger.merged))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("small", [True, False])
def test_every_world_has_a_desk_for_each_of_the_people_that_it_is_entered_as(place: str, small: bool):
    desks = desks_of(read_world(PACKS / place, founding_names(), small=small), place)

    assert {desk.login.partition(".")[0] for desk in desks} >= {
        "officer",
        "county",
        "town",
        "secretary",
        "leader",
    }


@pytest.fixture(scope="module")
def played(django_db_setup: None, django_db_blocker: Any, second_pocket: Path) -> Iterator[list[str]]:
    """Play a month in the second place, and take it back at the end."""
    from django.db import transaction

    wanted = DemoState(
        places=("pocket",), size="full", month="2021-10", clock_offset=TODAY - datetime.now(UTC)
    )
    told: list[str] = []
    with django_db_blocker.unblock(), transaction.atomic():
        play(second_pocket, wanted, told.append)
        yield told
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.slow
def test_a_month_is_played_in_a_place_whose_top_is_a_county(played: list[str]) -> None:
    root = Org.objects.get(parent=None)
    states = set(Order.objects.values_list("period", "state"))
    slipped = Task.objects.filter(period="2021-10").exclude(timing="on_time", returns=0)

    assert root.level == "county"
    assert states == {("2021-10", "closed"), ("2021-11", "issued")}
    assert slipped.exists()
    assert {code[:9] for code in slipped.values_list("org__code", flat=True)} == {"320685900"}
    assert verify_log().faults == ()
