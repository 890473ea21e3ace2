"""What a round is frozen as: a folder with facts, tree and pack, and fingerprints of each."""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
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


_PLAIN = {pa.date32(): pa.int32(), pa.timestamp("us", tz="UTC"): pa.int64(), pa.string(): pa.large_string()}


def _print_of(table: pa.Table) -> str:
    """Return the SHA-256 over a table column by column: which values are missing, then the values."""
    digest = hashlib.sha256()
    for name, column in zip(table.column_names, table.columns, strict=True):
        kind = _PLAIN.get(column.type, column.type)
        whole = pa.concat_arrays([*column.cast(kind).chunks, pa.array([], kind)])
        digest.update(f"{name} {len(whole)}\n".encode())
        digest.update(whole.is_null().to_numpy(zero_copy_only=False).tobytes())
        empty: Any = "" if pa.types.is_large_string(kind) else 0
        _add_values(digest, whole.fill_null(pa.scalar(empty, kind)) if whole.null_count else whole)
    return digest.hexdigest()


def _add_values(digest: Any, values: pa.Array) -> None:
    buffers, first, count = values.buffers(), values.offset, len(values)
    if not count:
        return
    if pa.types.is_large_string(values.type):
        offsets = np.frombuffer(buffers[1], np.int64)[first : first + count + 1]
        digest.update((offsets - offsets[0]).tobytes())
        digest.update(memoryview(buffers[2])[offsets[0] : offsets[-1]] if buffers[2] is not None else b"")
    else:
        width = values.type.bit_width // 8
        digest.update(memoryview(buffers[1])[first * width : (first + count) * width])


def prints_of(data: Path) -> Prints:
    """Return the fingerprints of the tree and of the facts in a folder."""
    tree, facts = pq.read_table(data / "orgs.parquet"), pq.read_table(data / "facts")
    return Prints(_print_of(tree), _print_of(facts))  # both are written in one order


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
