"""The tree and the facts as Parquet files, in the types of the contract; whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db.models import QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import Conflict
from gangmu.core.memory import collector_paused
from gangmu.core.periods import Period
from gangmu.kernel.audit.operations import require
from gangmu.kernel.facts.lines import blocks_of_lines, table_of_lines
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.operations import note_export
from gangmu.kernel.facts.queries import facts_to_export
from gangmu.kernel.facts.rules import AsKnown, Span, joined_spans, parent_within
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import every_span, is_whole

ORGS = pa.schema(
    [
        pa.field("org", pa.int64(), nullable=False),
        pa.field("parent", pa.int64()),
        pa.field("code", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("level", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("domain", pa.string()),
        pa.field("valid_from", pa.date32(), nullable=False),
        pa.field("valid_to", pa.date32()),
    ]
)

FACTS = pa.schema(
    [
        pa.field("fact", pa.string(), nullable=False),
        pa.field("replaces", pa.string()),
        pa.field("org", pa.int64(), nullable=False),
        pa.field("day", pa.date32(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("item", pa.string(), nullable=False),
        pa.field("value", pa.decimal128(18, 4)),
        pa.field("source", pa.string(), nullable=False),
        pa.field("thread", pa.string()),
        pa.field("written_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("known_at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)

_ROWS = 20_000


@dataclass(frozen=True)
class Exported:
    """What was written: how many spans and facts, and where."""

    folder: Path
    spans: int
    facts: int


def export_facts(
    context: Context,
    period: Period,
    folder: Path,
    *,
    known_at: datetime | AsKnown | None = None,
    under: Org | None = None,
) -> Exported:
    """Write ``orgs.parquet`` and ``facts/`` of a period into a folder that is new or empty.

    All spans of the organizations are told, and all facts up to the period's last day: a
    round reads the newest value of a stock from earlier periods too.
    """
    require(context, "facts.export", under)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict("%(folder)s is not empty; nothing was written.", {"folder": str(folder)})
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        building.chmod(0o755)
        inside = orgs_under(under, period) if under is not None and not is_whole(under) else None
        (building / "facts").mkdir()
        path = building / "facts" / f"{period}.parquet"
        with collector_paused():
            spans = _write_spans(building / "orgs.parquet", _spans(under, inside))
            facts = _write_facts(path, facts_to_export(period.last, known_at, inside))
        at = known_at.at if isinstance(known_at, AsKnown) else known_at
        note_export(context, under=under, period=str(period), known_at=at, orgs=spans, facts=facts)
        if folder.exists():
            folder.rmdir()
        building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Exported(folder, spans, facts)


def orgs_under(top: Org, period: Period) -> set[int]:
    """Return an organization and all that stood below it on any day of a period."""
    mark = f"/{top.pk}/"
    return {
        org
        for org, path, begins, ends in every_span().values_list("org_id", "path", "valid_from", "valid_to")
        if mark in f"/{path}" and begins <= period.last and (ends is None or ends > period.first)
    }


def _spans(under: Org | None, inside: set[int] | None) -> Iterator[Span]:
    top = under.pk if under is not None else None
    rows = every_span().values_list(
        "org_id",
        "parent_id",
        "org__code",
        "name",
        "level",
        "kind",
        "domain",
        "valid_from",
        "valid_to",
        "path",
    )
    return joined_spans(
        Span(
            org,
            parent_within(path, parent, top, inside),
            code,
            name,
            level,
            kind,
            domain or None,
            begins,
            ends,
        )
        for org, parent, code, name, level, kind, domain, begins, ends, path in rows.iterator(
            chunk_size=_ROWS
        )
        if inside is None or org in inside
    )


def _write_spans(path: Path, spans: Iterator[Span]) -> int:
    columns: list[Sequence[Any]] = list(zip(*map(astuple, spans), strict=True)) or [()] * len(ORGS)
    table = pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, ORGS, strict=True)], ORGS
    )
    pq.write_table(table, path, compression="zstd")
    return len(table)


def _write_facts(path: Path, facts: QuerySet[Fact]) -> int:
    with pq.ParquetWriter(path, FACTS, compression="zstd") as writer, ThreadPoolExecutor(1) as beside:

        def write(block: bytes) -> int:
            table = table_of_lines(block, FACTS)
            writer.write_table(table)
            return len(table)

        count, written = 0, None
        for block in blocks_of_lines(facts, FACTS):
            if written is not None:
                count += written.result()
            # read by Arrow and pressed together while the database writes the next
            written = beside.submit(write, block)
        return count + (written.result() if written is not None else 0)
