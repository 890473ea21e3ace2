"""Results as files: their columns, their canonical form, and one hash over it."""

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from gangmu.results.indicators.slots import literal


@dataclass(frozen=True)
class Result:
    """A result file: its columns in order with their types, and what its rows are sorted by."""

    name: str
    columns: tuple[tuple[str, str], ...]
    order: tuple[str, ...]


def _columns(written: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, kind) for name, _, kind in (part.partition(":") for part in written.split()))


RESULTS: dict[str, Result] = {
    "indicators": Result(
        "indicators",
        _columns(
            "period:VARCHAR org:BIGINT indicator:VARCHAR numerator:DECIMAL(38,4) denominator:DECIMAL(38,4) "
            "value:DECIMAL(38,6) parts:BIGINT parts_unknown:BIGINT"
        ),
        ("org", "indicator"),
    ),
    "lines": Result(
        "lines",
        _columns(
            "period:VARCHAR org:BIGINT scorecard:VARCHAR indicator:VARCHAR value:DECIMAL(38,6) "
            "points:DECIMAL(38,2) max_points:DECIMAL(38,2) state:VARCHAR"
        ),
        ("org", "scorecard", "indicator"),
    ),
    "scores": Result(
        "scores",
        _columns(
            "period:VARCHAR org:BIGINT scorecard:VARCHAR score:DECIMAL(38,2) coverage:DECIMAL(38,4) "
            "peer_group:VARCHAR peers:BIGINT rank:BIGINT stars:BIGINT notes:VARCHAR"
        ),
        ("org", "scorecard"),
    ),
}
"""The three result files of the contract."""


def amount_sql(whole: str, digits: int) -> str:
    """Return the SQL of a decimal from its whole smallest units, of any size."""
    unit = 10**digits
    small = "0." + "1".rjust(digits, "0")
    return (
        f"CAST(CAST(({whole}) // {unit} AS DECIMAL({38 - digits},0)) AS DECIMAL(38,{digits})) + "
        f"CAST(CAST(({whole}) % {unit} AS DECIMAL({digits},0)) * CAST('{small}' AS DECIMAL({digits + 1},{digits})) "
        f"AS DECIMAL(38,{digits}))"
    )


def small_amount_sql(whole: str, digits: int) -> str:
    """Return the SQL of a decimal from whole smallest units below a thousand million."""
    unit = "0." + "1".rjust(digits, "0")
    return (
        f"CAST(CAST({whole} AS INTEGER) AS DECIMAL(9,0)) * CAST('{unit}' AS DECIMAL({digits + 1},{digits}))"
    )


def copy_sql(result: Result, source: str, period: str, file: Path) -> str:
    """Return the SQL that writes the rows of ``source``, with the types of the contract."""
    chosen = ", ".join(
        f"{literal(period)} AS period" if name == "period" else f'CAST("{name}" AS {kind}) AS "{name}"'
        for name, kind in result.columns
    )
    return (
        f"COPY (SELECT {chosen} FROM {source}) TO {literal(str(file))} (FORMAT parquet, COMPRESSION snappy)"
    )


def _line_sql(result: Result, period: str | None, *, plain: bool) -> str:
    """Return the SQL of a row in the canonical form; ``plain`` says that no code holds a mark to be quoted."""
    fields = []
    for name, kind in result.columns:
        if name == "period" and period is not None:
            fields.append(literal(period))
        elif kind == "VARCHAR" and (name == "notes" or not plain):
            fields.append(_quoted(name))
        else:
            fields.append(f'CAST("{name}" AS VARCHAR)')
    return f"concat({f', {_COMMA}, '.join(fields)}, chr(10)) AS line"


def _head(result: Result) -> bytes:
    return (",".join(name for name, _ in result.columns) + "\n").encode()


def _bytes(lines: pa.Array) -> memoryview:
    """Return the bytes of texts, one after the other."""
    lines = lines.cast(pa.large_string())
    offsets = memoryview(lines.buffers()[1]).cast("q")
    data = lines.buffers()[2]
    if data is None or not len(lines):
        return memoryview(b"")
    return memoryview(data)[offsets[lines.offset] : offsets[lines.offset + len(lines)]]


class Hashing:
    """The hash of a result's canonical form, made of its rows while they are written elsewhere."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, result: Result, period: str, threads: int, *, plain: bool
    ) -> None:
        self._con, self._ahead = con, 2 * threads
        self._line = _line_sql(result, period, plain=plain)
        self._digest = hashlib.sha256(_head(result))
        self._workers = ThreadPoolExecutor(max_workers=threads)
        self._waiting: deque[Future[memoryview]] = deque()

    def see(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Pass rows on, in their order, and put them into the hash."""
        for batch in batches:
            self._waiting.append(self._workers.submit(self._written, batch))
            if len(self._waiting) > self._ahead:
                self._digest.update(self._waiting.popleft().result())
            yield batch

    def _written(self, batch: pa.RecordBatch) -> memoryview:
        with self._con.cursor() as con:
            con.register("rows", pa.Table.from_batches([batch]))
            lines = con.sql(f"SELECT {self._line} FROM rows").to_arrow_table()["line"]
            return memoryview(b"".join(_bytes(chunk) for chunk in lines.chunks))

    def finish(self) -> str:
        """Return the hash of all rows."""
        while self._waiting:
            self._digest.update(self._waiting.popleft().result())
        return self._digest.hexdigest()

    def close(self) -> None:
        """Let the threads go."""
        self._workers.shutdown(cancel_futures=True)


def hash_of(
    con: duckdb.DuckDBPyConnection, result: Result, files: Sequence[Path], *, plain: bool = False
) -> str:
    """Return the SHA-256 of the canonical form of rows that lie in files in their order."""
    listed = ", ".join(literal(str(file)) for file in files)
    line = _line_sql(result, None, plain=plain)
    sql = f"SELECT {line} FROM read_parquet([{listed}], hive_partitioning = false)"
    digest = hashlib.sha256(_head(result))
    for batch in con.sql(sql).to_arrow_reader(500_000):
        digest.update(_bytes(batch.column(0)))
    return digest.hexdigest()


_COMMA = "','"


def _quoted(name: str) -> str:
    marks = " OR ".join(f'contains("{name}", {mark})' for mark in (_COMMA, "'\"'", "chr(13)", "chr(10)"))
    return f"""CASE WHEN {marks} THEN concat('"', replace("{name}", '"', '""'), '"') ELSE "{name}" END"""
