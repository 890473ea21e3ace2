"""Pocket worlds: shipped packs, with a few divisions and a handful of units."""

import shutil
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
import yaml

import gangmu

PACKS = Path(gangmu.__file__).parent / "packs"
KEPT_UNITS = {"county_agencies", "county_agency", "town_office", "town_clinic", "village_branch"}
LEVELS = {2: "province", 4: "prefecture", 6: "county", 9: "township", 12: "village"}


def shrink(home: Path, name: str, kept: Collection[str], *, orgs: int, members: int) -> Path:
    """Write a pack whose world has only the divisions that are kept, and two imagined towns."""
    shutil.copytree(PACKS / "base", home / "base")
    shutil.copytree(PACKS / name, home / "pocket")
    plan: dict[str, Any] = yaml.safe_load((PACKS / name / "world.yaml").read_text(encoding="utf-8"))
    plan["units"] = [unit for unit in plan["units"] if unit["code"] in KEPT_UNITS]
    for unit in plan["units"]:
        if unit["code"] == "county_agency":
            unit["each"] = 2
    towns = plan["imagined"]["towns"][:2]
    plan["imagined"]["towns"] = [town | {"villages": town["villages"][-6:]} for town in towns]
    code = plan["imagined"]["code"]
    plan["year"]["mergers"] = [
        {"month": 6, "day": 16, "into": f"{code}101", "merged": [f"{code}102"], "paper": "撤乡并镇批复"}
    ]
    plan["year"]["withdrawals"] = [{"month": 6, "duty": "theme_day", "reason": "上级已交办，不再重复下达"}]
    lines = (PACKS / name / "divisions.csv").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines[1:] if line.split(",")[0] in kept]
    (home / "pocket" / "divisions.csv").write_text("\n".join([lines[0], *rows]) + "\n", encoding="utf-8")
    divisions = Counter(LEVELS[len(row.split(",")[0])] for row in rows)
    plan["totals"] = {"orgs": orgs, "divisions": dict(divisions), "members": members}
    (home / "pocket" / "world.yaml").write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    return home / "pocket"


@pytest.fixture(scope="session")
def pocket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a pack folder whose world has one real county with one town, and the imagined one."""
    kept = ("6229", "622901", "622901001", "622901001001", "622901001002", "622901001003")
    return shrink(tmp_path_factory.mktemp("packs"), "linxia", kept, orgs=50, members=600)


@pytest.fixture(scope="session")
def second_pocket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a pack folder of another place, whose top is a county and not a prefecture."""
    kept = ("320685", "320685111", "320685111001", "320685111200", "320685111201")
    return shrink(tmp_path_factory.mktemp("packs"), "haian", kept, orgs=48, members=640)
