"""A pocket world: the shipped pack, with a few divisions and a handful of units."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

import gangmu

PACKS = Path(gangmu.__file__).parent / "packs"
KEPT_UNITS = {"county_agencies", "county_agency", "town_office", "town_clinic", "village_branch"}


@pytest.fixture(scope="session")
def pocket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a pack folder whose world has one real county with one town, and the imagined one."""
    home = tmp_path_factory.mktemp("packs")
    shutil.copytree(PACKS / "base", home / "base")
    shutil.copytree(PACKS / "linxia", home / "pocket")
    plan: dict[str, Any] = yaml.safe_load((PACKS / "linxia" / "world.yaml").read_text(encoding="utf-8"))
    plan["units"] = [unit for unit in plan["units"] if unit["code"] in KEPT_UNITS]
    for unit in plan["units"]:
        if unit["code"] == "county_agency":
            unit["each"] = 2
    towns = plan["imagined"]["towns"][:2]
    plan["imagined"]["towns"] = [town | {"villages": town["villages"][-6:]} for town in towns]
    plan["year"]["mergers"] = [
        {"month": 6, "day": 16, "into": "622999101", "merged": ["622999102"], "paper": "撤乡并镇批复"}
    ]
    kept = ("6229", "622901", "622901001", "622901001001", "622901001002", "622901001003")
    lines = (PACKS / "linxia" / "divisions.csv").read_text(encoding="utf-8").splitlines()
    rows = [lines[0], *(line for line in lines[1:] if line.split(",")[0] in kept)]
    (home / "pocket" / "divisions.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    plan["totals"] = {
        "orgs": 50,
        "divisions": {"prefecture": 1, "county": 1, "township": 1, "village": len(rows) - 4},
        "members": 600,
    }
    (home / "pocket" / "world.yaml").write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    return home / "pocket"
