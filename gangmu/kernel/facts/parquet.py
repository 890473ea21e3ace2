"""The tree and the facts as Parquet files, in the types of the contract; whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import astuple, dataclass
from datetime import datetime
from decimal import Context as Arithmetic
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import connections
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from gangmu.core.context import Context
from gangmu.core.errors import Conflict
from gangmu.core.memory import collector_paused
from gangmu.core.periods import Period
from gangmu.kernel.audit.operations import require
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

_ROWS, _TURNED = 20_000, 1_000

Rows = Sequence[tuple[Any, ...]]


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
            spans = _write(building / "orgs.parquet", ORGS, _in_parts(map(astuple, _spans(under, inside))))
            facts = _write(path, FACTS, _rows_of(facts_to_export(period.last, known_at, inside), FACTS))
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


def _write(path: Path, schema: pa.Schema, parts: Iterator[Rows]) -> int:
    count = 0
    written: Future[None] | None = None
    with pq.ParquetWriter(path, schema, compression="zstd") as writer, ThreadPoolExecutor(1) as beside:
        for columns in _columns_of(parts, len(schema)):
            arrays = [_array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            batch = pa.record_batch(arrays, schema=schema)
            if written is not None:
                written.result()
            # pressed together while the next rows are read
            written = beside.submit(writer.write_batch, batch)
            count += len(columns[0])
        if written is not None:
            written.result()
    return count


def _columns_of(parts: Iterator[Rows], width: int) -> Iterator[list[list[Any]]]:
    """Yield rows as columns, so many at once; turned a few at a time, they are gone before they are many."""
    columns: list[list[Any]] = [[] for _ in range(width)]
    for part in parts:
        for column, values in zip(columns, zip(*part, strict=True), strict=True):
            column.extend(values)
        if len(columns[0]) >= _ROWS:
            yield columns
            columns = [[] for _ in range(width)]
    if columns[0]:
        yield columns


def _in_parts(rows: Iterator[tuple[Any, ...]]) -> Iterator[Rows]:
    while part := list(islice(rows, _TURNED)):
        yield part


def _rows_of(rows: QuerySet[Any], schema: pa.Schema) -> Iterator[Rows]:
    """Yield columns of rows as the database gives them: turning each value by itself would take most of the time.

    An embedded database keeps days and instants as text, and gives them as such: a column of
    them is turned at once.
    """
    as_text = connections[rows.db].vendor == "sqlite"
    asked = [
        Cast(field.name, TextField()) if as_text and pa.types.is_temporal(field.type) else field.name
        for field in schema
    ]
    statement, parameters = rows.values_list(*asked).query.get_compiler(rows.db).as_sql()
    with connections[rows.db].chunked_cursor() as cursor:
        cursor.execute(statement, parameters)
        while part := cursor.fetchmany(_TURNED):
            yield part


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return a column; an embedded database gives amounts as numbers, days and instants (in UTC) as text."""
    if pa.types.is_decimal(kind):
        exact = {each: _amount(each) for each in set(values)}
        return pa.array([exact[each] for each in values], kind)
    if pa.types.is_temporal(kind) and isinstance(values[0], str):
        written = pa.array(values, pa.string())
        if pa.types.is_date(kind):
            return written.cast(kind)
        return pc.assume_timezone(written.cast(pa.timestamp(kind.unit)), kind.tz)
    return pa.array(values, kind)


_EXACT = Arithmetic(prec=15)


def _amount(written: Any) -> Decimal | None:
    """Return an amount to the ten-thousandth, as it was before it was kept."""
    if written is None or isinstance(written, Decimal):
        return written
    return _EXACT.create_decimal_from_float(written).quantize(Decimal("0.0001"), context=Arithmetic(prec=18))
