"""Every measurement is listed with what it says."""

import re

from tests.architecture.source import ROOT


def test_every_measurement_is_listed():
    listed = re.findall(
        r"^\| `([a-z_]+)` \|", (ROOT / "bench/README.md").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert sorted(listed) == sorted(
        path.stem for path in (ROOT / "bench").glob("*.py") if path.stem != "harness" and path.stem[0] != "_"
    )
