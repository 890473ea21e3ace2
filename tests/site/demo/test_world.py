"""The world of the pack, worked out without a database."""

from collections import Counter
from pathlib import Path

import pytest

import gangmu
from gangmu.core.definition import read_definition
from gangmu.kernel.orgs.definitions import OrgKind
from gangmu.kernel.orgs.rules import LEVELS
from gangmu.site.demo.world import World, chinese_number, read_world
from gangmu.site.terminal import CommandFailure

PACKS = Path(gangmu.__file__).parent / "packs"


def founding_names() -> dict[str, str]:
    kinds = [read_definition(path, OrgKind)[0] for path in (PACKS / "base" / "org_kind").glob("*.yaml")]
    return {kind.code: kind.founding_name for kind in kinds if kind}


@pytest.fixture(scope="module")
def world() -> World:
    return read_world(PACKS / "linxia", founding_names())


def _real(world: World, level: str) -> int:
    return sum(org.level == level and not org.fictional for org in world.orgs)


def test_the_world_has_the_organizations_and_members_of_the_article(world: World):
    assert (len(world.orgs), world.members) == (4316, 81900)


def test_every_real_division_founds_one_organization(world: World):
    counts = {level: _real(world, level) for level in ("prefecture", "county", "township", "village")}

    assert counts == {"prefecture": 1, "county": 8, "township": 131, "village": 1197}


def test_whatever_no_division_founds_is_flagged_fictional(world: World):
    assert sum(org.fictional for org in world.orgs) == 4316 - 1337


def test_a_division_founds_a_named_party_organization(world: World):
    named = {org.code: (org.name, org.kind, org.domain) for org in world.orgs}

    assert named["6229"] == ("中共临夏回族自治州委员会", "committee", "")
    assert named["622901001"] == ("中共城南街道工作委员会", "work_committee", "community")
    assert named["622901103205"] == ("中共大庄村支部委员会", "branch", "village")
    assert named["622922100204"] == ("中共新集村总支部委员会", "general_branch", "village")


def test_all_ten_domains_of_the_article_have_organizations(world: World):
    domains = {path.stem for path in (PACKS / "linxia" / "domain").glob("*.yaml")}

    assert len(domains) == 10
    assert {org.domain for org in world.orgs} == {*domains, ""}


def test_parents_come_before_their_children_and_stand_no_lower(world: World):
    seen: dict[str, str] = {}
    wrong = []
    for org in world.orgs:
        above = seen.get(org.parent)
        if org.parent and (above is None or LEVELS.index(org.level) < LEVELS.index(above)):
            wrong.append(org.code)
        seen[org.code] = org.level

    assert wrong == []
    assert [org.code for org in world.orgs if not org.parent] == ["6229"]


def test_names_are_unique_among_siblings_and_codes_everywhere(world: World):
    names = Counter((org.parent, org.name) for org in world.orgs)
    codes = Counter(org.code for org in world.orgs)

    assert [name for name, times in names.items() if times > 1] == []
    assert max(codes.values()) == 1


def test_branches_have_at_least_three_members_and_no_more_than_fifty(world: World):
    sizes = [org.members for org in world.orgs if org.kind in ("branch", "joint_branch")]

    assert (min(sizes) >= 3, max(sizes) <= 50) == (True, True)
    assert sum(sizes) == world.members


def test_a_general_branch_has_branches_below_it(world: World):
    parents = {org.parent for org in world.orgs if org.block == "village_branch"}

    assert {org.code for org in world.orgs if org.kind == "general_branch"} == parents


def test_the_same_seed_gives_the_same_world(world: World):
    assert read_world(PACKS / "linxia", founding_names()).orgs == world.orgs


def test_the_small_world_is_a_part_of_the_whole_one(world: World):
    small = read_world(PACKS / "linxia", founding_names(), small=True)

    assert set(small.orgs) < set(world.orgs)
    assert _real(small, "county") == 1
    assert sum(small.is_imagined(org) for org in small.orgs) == sum(
        world.is_imagined(org) for org in world.orgs
    )


def test_a_world_that_misses_its_totals_is_refused(tmp_path: Path):
    place = tmp_path / "elsewhere"
    place.mkdir()
    plan = (PACKS / "linxia" / "world.yaml").read_text(encoding="utf-8")
    (place / "world.yaml").write_text(plan.replace("village: 1197", "village: 1150"), encoding="utf-8")
    (place / "divisions.csv").write_bytes((PACKS / "linxia" / "divisions.csv").read_bytes())

    with pytest.raises(CommandFailure) as refused:
        read_world(place, founding_names())

    assert refused.value.message == "the world does not add up to its totals: village: 1197, not 1150"


def test_a_plan_with_a_wrong_key_is_refused_with_its_line(tmp_path: Path):
    place = tmp_path / "elsewhere"
    place.mkdir()
    (place / "world.yaml").write_text('root: "1"\nsize: 3\n', encoding="utf-8")

    with pytest.raises(CommandFailure) as refused:
        read_world(place, founding_names())

    assert "elsewhere/world.yaml:2: extra_forbidden size: there is no such key here" in [
        str(fault) for fault in refused.value.faults
    ]


@pytest.mark.parametrize(
    ("number", "written"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (48, "四十八")]
)
def test_numbers_in_names_are_written_in_chinese(number: int, written: str):
    assert chinese_number(number) == written
