import hashlib
from datetime import datetime
from pathlib import Path

import pytest

from gangmu.core.periods import Period
from gangmu.results.assessment.assess import assess
from gangmu.results.assessment.engine import Job
from tests.results.worlds import golden_data, golden_worlds


def _expected(folder: Path) -> dict[str, str]:
    names = ("indicators", "lines", "scores")
    return {name: hashlib.sha256((folder / f"{name}.csv").read_bytes()).hexdigest() for name in names}


@pytest.mark.parametrize("world", golden_worlds(), ids=lambda world: world.name)
def test_assess_agrees_with_what_was_worked_out_by_hand(world: Path, tmp_path: Path) -> None:
    data = golden_data(world, tmp_path / "data")
    period = Period.parse((world / "period").read_text().strip())
    known = world / "as_known_at"
    known_at = datetime.fromisoformat(known.read_text().strip()) if known.exists() else None

    manifest = assess(Job(world, data, period, tmp_path / "out", known_at=known_at))

    assert manifest["results"] == _expected(world)


def test_assess_as_known_now_differs_from_then(tmp_path: Path) -> None:
    world = next(world for world in golden_worlds() if (world / "now").exists())
    data = golden_data(world, tmp_path / "data")

    manifest = assess(Job(world, data, Period.parse("2025"), tmp_path / "out"))

    assert manifest["results"] == _expected(world / "now")
