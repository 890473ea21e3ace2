"""Many rows written at once, without building a model for each."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection, models

PLAIN = (models.CharField, models.TextField, models.IntegerField, models.ForeignKey, models.BooleanField)
"""Fields whose values a database takes as they are."""


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of a table inside the running transaction; every constraint holds as ever.

    Where hundreds of thousands of rows are written, building models takes longer than all
    the rest. Columns that are not named need a default in the database, or be null.
    """
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    kept = [_kept(field) for field in fields]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    written = (
        tuple(keep(value) if keep else value for keep, value in zip(kept, row, strict=True)) for row in rows
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in written:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(fields))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(written))  # noqa: S608 -- names of our own tables


def _kept(field: Any) -> Callable[[Any], Any] | None:
    """Return how a value is told to the database; none if it is taken as it is."""
    if isinstance(field, PLAIN):
        return None
    known: dict[Any, Any] = {}

    def keep(value: Any) -> Any:
        if value not in known:
            known[value] = field.get_db_prep_save(value, connection)
        return known[value]

    return keep
