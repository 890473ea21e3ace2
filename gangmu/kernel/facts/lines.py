"""Rows of a query as lines of CSV: each database writes them itself, and Arrow reads them.

A row that passes through Python costs more than all else that is done with it.
"""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv
from django.db import connections
from django.db.models import BinaryField, F, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast

_ROWS = 20_000

_PARSED = arrow_csv.ParseOptions(newlines_in_values=True)


def blocks_of_lines(rows: QuerySet[Any], schema: pa.Schema) -> Iterator[bytes]:
    """Yield the columns that a schema names as lines of CSV, so many rows at once; nothing at all is null.

    Texts stand in quotation marks, instants in UTC.
    """
    sqlite = connections[rows.db].vendor == "sqlite"
    return _from_sqlite(rows, schema) if sqlite else _from_postgresql(rows, schema)


def table_of_lines(block: bytes, schema: pa.Schema) -> pa.Table:
    """Return such lines in the types of a schema."""
    return arrow_csv.read_csv(
        pa.py_buffer(block),
        arrow_csv.ReadOptions(column_names=schema.names, block_size=len(block) + 1, use_threads=False),
        _PARSED,
        arrow_csv.ConvertOptions(
            column_types=schema, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    ).cast(schema)


def _from_postgresql(rows: QuerySet[Any], schema: pa.Schema) -> Iterator[bytes]:
    statement, parameters = rows.values_list(*schema.names).query.get_compiler(rows.db).as_sql()
    with (
        connections[rows.db].cursor() as cursor,
        cursor.cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)", parameters) as copied,
    ):
        lines = iter(copied)
        while part := b"".join(islice(lines, _ROWS)):
            yield part


def _from_sqlite(rows: QuerySet[Any], schema: pa.Schema) -> Iterator[bytes]:
    line = Func(
        Value(",".join(map(_place, schema))),
        *map(_written, schema),
        function="printf",
        output_field=TextField(),
    )
    # as bytes, since as text each would be decoded, and encoded again
    asked = rows.values_list(Cast(line, BinaryField())).query
    statement, parameters = asked.get_compiler(rows.db).as_sql()
    with connections[rows.db].chunked_cursor() as cursor:
        cursor.execute(statement, parameters)
        while part := cursor.fetchmany(_ROWS):
            yield b"\n".join(chain.from_iterable(part))


def _place(field: pa.Field) -> str:
    """Return where ``printf`` writes a column: ``%w`` writes quotation marks twice."""
    if pa.types.is_string(field.type):
        return "%s" if field.nullable else '"%w"'
    return "%s+00" if pa.types.is_timestamp(field.type) else "%s"


def _written(field: pa.Field) -> Any:
    """Return what is written there; of texts that may be missing their own quotation marks too."""
    if pa.types.is_string(field.type) and field.nullable:
        return _Quoted(field.name)
    return F(field.name)


class _Quoted(Func):
    template = (
        """CASE WHEN %(expressions)s IS NOT NULL THEN '"' || replace(%(expressions)s, '"', '""') || '"' END"""
    )
    output_field = TextField()
