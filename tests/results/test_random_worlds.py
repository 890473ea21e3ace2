import hashlib
import os
from pathlib import Path

import pytest

from gangmu.results.assessment.assess import assess
from gangmu.results.assessment.engine import Job
from tests.results import plain
from tests.results.random_worlds import Made, made_by

WORLDS = int(os.environ.get("GANGMU_RANDOM_WORLDS", "100"))
AT_ONCE = 20


def _compare(made: Made, folder: Path, seed: int, *, whole: bool) -> None:
    pack, data = made.write(folder)
    world = plain.World(made.orgs, made.facts, made.period.first, made.period.last, made.known_at)
    expected = plain.assess(world, made.indicators, made.scorecards, str(made.period))
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in expected.items()}

    manifest = assess(Job(pack, data, made.period, folder / "out", known_at=made.known_at))

    assert manifest["results"] == hashes, f"seed {seed}"
    assert manifest["strays"]["count"] == len(world.strays), f"seed {seed}"
    assert manifest["passed_over"]["count"] == world.passed_over, f"seed {seed}"
    if whole:
        trusted = Job(pack, data, made.period, folder / "trusted", known_at=made.known_at, trust=True)
        assert assess(trusted)["results"] == hashes, f"seed {seed}, trusted"


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, WORLDS, AT_ONCE))
def test_assess_agrees_with_the_plain_implementation(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + AT_ONCE):
        made = made_by(seed)
        _compare(made, tmp_path / str(seed), seed, whole=False)
        _compare(made.whole(), tmp_path / f"{seed}-whole", seed, whole=True)
