import hashlib
from datetime import datetime
from pathlib import Path

import pytest

from gangmu.core.periods import Period
from gangmu.results.assessment.assess import assess
from gangmu.results.assessment.engine import Job
from tests.results import plain
from tests.results.random_worlds import made_by
from tests.results.worlds import GOLDEN, golden_data

pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    # PySpark 4.3 says so of every pandas 3, which it only asks for its version here
    pytest.mark.filterwarnings("ignore::FutureWarning:pyspark"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

# executors are processes of their own: what they are given has to reach them
CLUSTER = "local-cluster[2,1,2048]"


@pytest.mark.parametrize("name", ["04-replaced-void-and-as-known-at", "09-unknown-parts"])
def test_spark_agrees_with_what_was_worked_out_by_hand(name: str, tmp_path: Path) -> None:
    world = GOLDEN / name
    data = golden_data(world, tmp_path / "data")
    known = world / "as_known_at"
    known_at = datetime.fromisoformat(known.read_text().strip()) if known.exists() else None
    period = Period.parse((world / "period").read_text().strip())

    job = Job(world, data, period, tmp_path / "out", known_at=known_at, engine="spark", master=CLUSTER)
    manifest = assess(job)

    names = ("indicators", "lines", "scores")
    expected = {name: hashlib.sha256((world / f"{name}.csv").read_bytes()).hexdigest() for name in names}
    assert manifest["results"] == expected


def test_spark_agrees_with_the_plain_implementation(tmp_path: Path) -> None:
    made = made_by(7)
    pack, data = made.write(tmp_path)
    world = plain.World(made.orgs, made.facts, made.period.first, made.period.last, made.known_at)
    expected = plain.assess(world, made.indicators, made.scorecards, str(made.period))

    job = Job(
        pack, data, made.period, tmp_path / "out", known_at=made.known_at, engine="spark", master=CLUSTER
    )
    manifest = assess(job)

    assert manifest["results"] == {
        name: hashlib.sha256(text.encode()).hexdigest() for name, text in expected.items()
    }
    assert manifest["strays"]["count"] == len(world.strays)
