"""What a round is frozen as: a folder with facts, tree and pack, and fingerprints of each."""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from gangmu.core.periods import Period
from gangmu.results.assessment.apart import Failed, assess_apart
from gangmu.results.assessment.engine import Job, WrongDefinitions
from gangmu.results.indicators.outcome import Limits, WrongInput

DATA, PACK, RESULTS = "data", "pack", "results"


@dataclass(frozen=True)
class Prints:
    """Fingerprints of a frozen folder, the same for the same rows whatever wrote the files."""

    tree: str
    facts: str


class _Hashing:
    """A file that keeps the hash of what is written, and nothing else."""

    closed = False

    def __init__(self) -> None:
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return len(data)

    def flush(self) -> None:
        return

    def close(self) -> None:
        return


def _print_of(table: pa.Table, order: list[tuple[str, str]]) -> str:
    file = _Hashing()
    rows = table.sort_by(order)
    pa_csv.write_csv(rows, pa.PythonFile(file, mode="w"), pa_csv.WriteOptions(quoting_style="needed"))
    return file.digest.hexdigest()


def prints_of(data: Path) -> Prints:
    """Return the fingerprints of the tree and of the facts in a folder."""
    tree, facts = pq.read_table(data / "orgs.parquet"), pq.read_table(data / "facts")
    return Prints(
        _print_of(tree, [("org", "ascending"), ("valid_from", "ascending")]),
        _print_of(facts, [("fact", "ascending")]),
    )


def write_pack(files: Mapping[str, str], folder: Path) -> None:
    """Write the texts of a pack and of those it stands on, as they were taken in."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def assess_folder(folder: Path, pack: str, period: Period, known_at: datetime) -> dict[str, Any]:
    """Run the engine over a frozen folder, in a process of its own; return its manifest.

    Results stand in ``results`` afterwards; earlier ones are replaced.
    """
    job = Job(
        pack=folder / PACK / pack,
        data=folder / DATA,
        period=period,
        out=folder / RESULTS,
        known_at=known_at,
        known_at_written=known_at.isoformat(),
        replace=True,
        limits=Limits(),
    )
    try:
        return assess_apart(job, _silent)
    except WrongDefinitions as wrong:
        raise Unusable("; ".join(map(str, wrong.faults))) from None
    except (WrongInput, Failed) as wrong:
        raise Unusable(str(wrong)) from None


def _silent(step: str) -> None:
    del step


class Unusable(Exception):
    """A frozen folder of which the engine makes nothing, and why."""


def rows_of(folder: Path, name: str, scorecards: list[str] | None = None) -> list[dict[str, Any]]:
    """Return the rows of one result file, of some scorecards if they are named."""
    filters = [("scorecard", "in", scorecards)] if scorecards is not None else None
    rows: list[dict[str, Any]] = pq.read_table(
        folder / RESULTS / f"{name}.parquet", filters=filters
    ).to_pylist()
    return rows


def remove(folder: Path) -> None:
    """Remove a folder that nothing refers to."""
    shutil.rmtree(folder, ignore_errors=True)
