"""Whoever runs a site finds every setting where they look for it."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
READ = re.compile(r"""environ(?:\.get\(|\[|\.pop\()["'](GANGMU_[A-Z_]+)""")
KEYS = {"GANGMU_DATA_KEY", "GANGMU_SIGNING_SEED", "GANGMU_SECRET_KEY"}
"""Read by their names in ``keys.py``."""


def test_every_setting_of_a_site_stands_in_the_guide_to_running_it() -> None:
    read = {
        name
        for path in (ROOT / "gangmu").rglob("*.py")
        for name in READ.findall(path.read_text(encoding="utf-8"))
    }
    told = set(re.findall(r"`(GANGMU_[A-Z_]+)`", (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")))

    assert "GANGMU_DATA" in read
    assert read | KEYS == told
