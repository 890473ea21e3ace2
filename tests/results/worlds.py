"""Small worlds as Parquet files: the golden ones, and any that tests make up."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

GOLDEN = Path(__file__).parent / "golden"

ORGS = pa.schema(
    [
        ("org", pa.int64()),
        ("parent", pa.int64()),
        ("code", pa.string()),
        ("name", pa.string()),
        ("level", pa.string()),
        ("kind", pa.string()),
        ("domain", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
    ]
)

FACTS = pa.schema(
    [
        ("fact", pa.string()),
        ("replaces", pa.string()),
        ("org", pa.int64()),
        ("day", pa.date32()),
        ("code", pa.string()),
        ("item", pa.string()),
        ("value", pa.decimal128(18, 4)),
        ("source", pa.string()),
        ("thread", pa.string()),
        ("written_at", pa.timestamp("us", "UTC")),
        ("known_at", pa.timestamp("us", "UTC")),
    ]
)


def _parsed(name: str, text: str) -> Any:
    if text == "":
        return "" if name == "item" else None
    if name in ("org", "parent"):
        return int(text)
    if name in ("day", "valid_from", "valid_to"):
        return date.fromisoformat(text)
    if name in ("written_at", "known_at"):
        return datetime.fromisoformat(text)
    return Decimal(text) if name == "value" else text


def rows_of(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return [{name: _parsed(name, text) for name, text in row.items()} for row in csv.DictReader(stream)]


def write_orgs(folder: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows), ORGS), folder / "orgs.parquet")


def write_facts(folder: Path, rows: Iterable[Mapping[str, Any]], name: str = "facts.parquet") -> None:
    (folder / "facts").mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows), FACTS), folder / "facts" / name)


def write_world(folder: Path, orgs: Iterable[Mapping[str, Any]], facts: Iterable[Mapping[str, Any]]) -> Path:
    write_orgs(folder, orgs)
    write_facts(folder, facts)
    return folder


def golden_worlds() -> list[Path]:
    return sorted(path for path in GOLDEN.iterdir() if path.is_dir())


def golden_data(world: Path, folder: Path) -> Path:
    return write_world(folder, rows_of(world / "orgs.csv"), rows_of(world / "facts.csv"))
