"""Results as files: their columns, their canonical form, and one hash over it."""

import hashlib
from collections.abc import Sequence
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


def write_result(
    con: duckdb.DuckDBPyConnection,
    result: Result,
    source: str,
    period: str,
    folder: Path,
    *,
    plain: bool = False,
    ordered: bool = False,
) -> str:
    """Write the rows of ``source``, sorted, and return the hash of their canonical form.

    ``plain`` says that no code and no attribute holds a mark that must be quoted,
    ``ordered`` that the rows come sorted.
    """
    file = folder / f"{result.name}.parquet"
    chosen = ", ".join(
        f"{literal(period)} AS period" if name == "period" else f'CAST("{name}" AS {kind}) AS "{name}"'
        for name, kind in result.columns
    )
    order = "" if ordered else "ORDER BY " + ", ".join(f'"{name}"' for name in result.order)
    con.execute("SET preserve_insertion_order = true")
    con.execute(
        f"COPY (SELECT {chosen} FROM {source} {order}) TO {literal(str(file))} "
        "(FORMAT parquet, COMPRESSION snappy)"
    )
    digest = hash_of(con, result, [file], plain=plain)
    con.execute("SET preserve_insertion_order = false")
    return digest


def hash_of(
    con: duckdb.DuckDBPyConnection, result: Result, files: Sequence[Path], *, plain: bool = False
) -> str:
    """Return the SHA-256 of the canonical form of rows that lie in files in their order."""
    fields = []
    for name, kind in result.columns:
        quoted = kind == "VARCHAR" and (name == "notes" or not plain)
        fields.append(_quoted(name) if quoted else f'CAST("{name}" AS VARCHAR)')
    line = f"concat({f', {_COMMA}, '.join(fields)}, chr(10))"
    listed = ", ".join(literal(str(file)) for file in files)
    sql = f"SELECT {line} AS line FROM read_parquet([{listed}], hive_partitioning = false)"
    digest = hashlib.sha256((",".join(name for name, _ in result.columns) + "\n").encode())
    for batch in con.sql(sql).to_arrow_reader(500_000):
        lines = batch.column(0).cast(pa.large_string())
        offsets = memoryview(lines.buffers()[1]).cast("q")
        data = lines.buffers()[2]
        if data is not None and len(lines):
            begin, end = offsets[lines.offset], offsets[lines.offset + len(lines)]
            digest.update(memoryview(data)[begin:end])
    return digest.hexdigest()


_COMMA = "','"


def _quoted(name: str) -> str:
    marks = " OR ".join(f'contains("{name}", {mark})' for mark in (_COMMA, "'\"'", "chr(13)", "chr(10)"))
    return f"""CASE WHEN {marks} THEN concat('"', replace("{name}", '"', '""'), '"') ELSE "{name}" END"""
