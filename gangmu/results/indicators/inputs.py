"""The Parquet files that are read: which there are, and whether they have the right shape."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import types

from gangmu.core.digest import file_digest
from gangmu.results.indicators.outcome import WrongInput


@dataclass(frozen=True)
class Column:
    """A column of the contract: its type for the engines, and which stored types fit it."""

    name: str
    sql: str
    wanted: str
    fits: Callable[[pa.DataType], bool]
    nullable: bool = False


def _text(kind: pa.DataType) -> bool:
    if types.is_dictionary(kind):
        return _text(kind.value_type)
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _int64(kind: pa.DataType) -> bool:
    return bool(types.is_integer(kind)) and kind != pa.uint64()


def _day(kind: pa.DataType) -> bool:
    return bool(types.is_date32(kind))


def _amount(kind: pa.DataType) -> bool:
    if not types.is_decimal(kind):
        return False
    return bool(0 <= kind.scale <= 4 and kind.precision - kind.scale <= 14)


def _instant(kind: pa.DataType) -> bool:
    return bool(types.is_timestamp(kind)) and kind.tz is not None


def _columns(*given: tuple[str, str, str, Callable[[pa.DataType], bool]]) -> tuple[Column, ...]:
    return tuple(
        Column(name.rstrip("?"), sql, wanted, fits, nullable=name.endswith("?"))
        for name, sql, wanted, fits in given
    )


ORG_COLUMNS = _columns(
    ("org", "BIGINT", "int64", _int64),
    ("parent?", "BIGINT", "int64", _int64),
    ("code", "VARCHAR", "string", _text),
    ("name", "VARCHAR", "string", _text),
    ("level", "VARCHAR", "string", _text),
    ("kind", "VARCHAR", "string", _text),
    ("domain?", "VARCHAR", "string", _text),
    ("valid_from", "DATE", "date32", _day),
    ("valid_to?", "DATE", "date32", _day),
)

FACT_COLUMNS = _columns(
    ("fact", "VARCHAR", "string", _text),
    ("replaces?", "VARCHAR", "string", _text),
    ("org", "BIGINT", "int64", _int64),
    ("day", "DATE", "date32", _day),
    ("code", "VARCHAR", "string", _text),
    ("item", "VARCHAR", "string", _text),
    ("value?", "DECIMAL(18,4)", "decimal(18,4)", _amount),
    ("source", "VARCHAR", "string", _text),
    ("thread?", "VARCHAR", "string", _text),
    ("written_at", "TIMESTAMPTZ", "timestamp with a zone", _instant),
    ("known_at", "TIMESTAMPTZ", "timestamp with a zone", _instant),
)


@dataclass(frozen=True)
class Files:
    """Files with the same columns of the same stored types, which one reader may read together."""

    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Inputs:
    """All files of one assessment, in groups that can be read together."""

    data: Path
    orgs: tuple[Files, ...]
    facts: tuple[Files, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that is read."""
        return tuple(path for files in self.orgs + self.facts for path in files.paths)

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of every file, by its path below the data folder."""
        named = {path.relative_to(self.data).as_posix(): path for path in self.paths}
        return {name: file_digest(path) for name, path in sorted(named.items())}


def _parquet_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.parquet") if path.is_file())


def find_inputs(data: Path) -> Inputs:
    """Return the files of a data folder, or refuse with every wrong file and column."""
    if not data.is_dir():
        raise WrongInput(f"{data}: there is no such folder")
    reasons = []
    orgs = data / "orgs.parquet"
    if not orgs.exists():
        reasons.append(f"{orgs}: the organizations are missing")
    if not (data / "facts").is_dir():
        reasons.append(f"{data / 'facts'}: the folder of facts is missing")
    if reasons:
        raise WrongInput(*reasons)
    org_files = _parquet_below(orgs) if orgs.is_dir() else [orgs]
    org_groups, wrong_orgs = _grouped(org_files, ORG_COLUMNS)
    fact_groups, wrong_facts = _grouped(_parquet_below(data / "facts"), FACT_COLUMNS)
    if wrong_orgs or wrong_facts:
        raise WrongInput(*wrong_orgs, *wrong_facts)
    return Inputs(data, org_groups, fact_groups)


def _grouped(paths: Sequence[Path], columns: tuple[Column, ...]) -> tuple[tuple[Files, ...], list[str]]:
    groups: dict[tuple[str, ...], list[Path]] = {}
    reasons: list[str] = []
    for path in paths:
        try:
            file = pq.ParquetFile(path)
        except (OSError, pa.ArrowException) as problem:
            first = str(problem).splitlines()[0] if str(problem) else "it cannot be read"
            reasons.append(f"{path}: no Parquet file: {first}")
            continue
        with file:
            wrong = _shape_faults(path, file, columns)
            reasons += wrong
            if not wrong:
                key = tuple(str(file.schema_arrow.field(column.name).type) for column in columns)
                groups.setdefault(key, []).append(path)
    return tuple(Files(tuple(members)) for _, members in sorted(groups.items())), reasons


@dataclass(frozen=True)
class Bounds:
    """The least and the most that a row group holds of a column, as far as its footer tells."""

    least: Any = None
    most: Any = None


def bounds(footer: pq.FileMetaData, name: str) -> list[Bounds]:
    """Return what a file's footer tells of a column, row group by row group."""
    return [_bounds(stat) for stat in _statistics(footer, name)]


def null_counts(footer: pq.FileMetaData, name: str) -> list[int | None]:
    """Return how many nulls a column has in each row group, as far as a file's footer tells."""
    return [
        stat.null_count if stat is not None and stat.has_null_count else None
        for stat in _statistics(footer, name)
    ]


def _statistics(footer: pq.FileMetaData, name: str) -> Iterator[pq.Statistics | None]:
    leaf = next((n for n in range(footer.num_columns) if footer.schema.column(n).path == name), None)
    for group in range(footer.num_row_groups):
        yield None if leaf is None else footer.row_group(group).column(leaf).statistics


def _bounds(stat: pq.Statistics | None) -> Bounds:
    if stat is None or not stat.has_min_max:
        return Bounds()
    with contextlib.suppress(ValueError, ImportError):  # finer instants than Python knows
        return Bounds(stat.min, stat.max)
    return Bounds()


def _shape_faults(path: Path, file: pq.ParquetFile, columns: tuple[Column, ...]) -> list[str]:
    schema = file.schema_arrow
    reasons = []
    for column in columns:
        found = schema.get_all_field_indices(column.name)
        if not found:
            reasons.append(f"{path}: the column {column.name} is missing")
        elif len(found) > 1:
            reasons.append(f"{path}: the column {column.name} stands twice")
        else:
            kind = schema.field(found[0]).type
            if not (column.fits(kind) or (column.nullable and types.is_null(kind))):
                said = f"the column {column.name} is {kind}, and {column.wanted} is expected"
                reasons.append(f"{path}: {said}")
            elif not column.nullable and _has_null(file, column.name):
                reasons.append(f"{path}: the column {column.name} holds a null")
    return reasons


def _has_null(file: pq.ParquetFile, name: str) -> bool:
    """Look into the footer's counts, and into the column only where they are missing."""
    counts = null_counts(file.metadata, name)
    if None not in counts:
        return any(counts)
    return any(batch.column(0).null_count for batch in file.iter_batches(columns=[name], use_threads=False))
