"""Many rows written at once, without building a model for each."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from django.db import connection, models

PLAIN = (models.CharField, models.TextField, models.IntegerField, models.ForeignKey, models.BooleanField)
"""Fields whose values a database takes as they are."""

EACH_ANOTHER = (models.BinaryField, models.JSONField)
"""Fields whose values are rarely the same twice, or cannot be compared."""


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
    with connection.wrap_database_errors, connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in written:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(fields))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(written))  # noqa: S608 -- names of our own tables


def take_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Return the ids of rows about to be written in the running transaction; nobody else is given them."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [taken for (taken,) in cursor.fetchall()]
        # SQLite has one writer: nobody else writes before this transaction ends
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        (last,) = cursor.fetchone() or (0,)
    return range(last + 1, last + 1 + count)


def insert_new(objects: Sequence[models.Model]) -> None:
    """Write objects of one model, none of which is there yet, and give each its id.

    As ``bulk_create``, in a third of the time; several thousand at once are few statements.
    One that was given an id of its own (``take_ids``) keeps it.
    """
    if not objects:
        return
    model = type(objects[0])
    fields = model._meta.local_concrete_fields
    new = [one for one in objects if one.pk is None]
    for one, taken in zip(new, take_ids(model, len(new)) if new else (), strict=True):
        one.pk = taken
    columns = [field.name for field in fields]
    names = [field.attname for field in fields]
    insert_rows(model, columns, ([getattr(one, name) for name in names] for one in objects))
    for one in objects:
        one._state.adding, one._state.db = False, connection.alias


def _kept(field: Any) -> Callable[[Any], Any] | None:
    """Return how a value is told to the database; none if it is taken as it is."""
    if isinstance(field, PLAIN):
        return None
    if isinstance(field, EACH_ANOTHER):
        return partial(field.get_db_prep_save, connection=connection)
    known: dict[Any, Any] = {}

    def keep(value: Any) -> Any:
        if value not in known:
            known[value] = field.get_db_prep_save(value, connection)
        return known[value]

    return keep
