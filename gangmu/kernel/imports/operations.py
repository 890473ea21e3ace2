"""Every write of an import: reading it in, confirming, undoing, each in batches that can be resumed."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, Refusal
from gangmu.core.sheets import SheetRows, read_sheet
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation, require
from gangmu.kernel.audit.rows import insert_new
from gangmu.kernel.imports.models import Import, ImportRow, State
from gangmu.kernel.imports.queries import kind_of, open_values, seal_values
from gangmu.kernel.imports.rules import BATCH, ImportKind, ReadRow, index_faults, read_row
from gangmu.kernel.orgs.models import Org

Progress = Callable[[str], None]


def _silent(step: str) -> None:
    """Say nothing."""


# --- reading in ---------------------------------------------------------------------------


@operation("imports.begin_import", permission="imports.run", at="org")
def begin_import(
    context: Context,
    org: Org,
    *,
    kind: str,
    file_name: str,
    digest: str,
    heads: Mapping[str, int],
    unknown_heads: Sequence[str] = (),
) -> Import:
    """Begin to take in a sheet at an organization; its rows follow in batches."""
    require(context, kind_of(kind).permission, org)
    return Import.objects.create(
        kind=kind,
        org=org,
        file_name=file_name[-200:],
        digest=digest,
        heads=dict(heads),
        unknown_heads=list(unknown_heads)[:50],
        account=context.actor.account_id,
        by=context.actor.label[:120],
        uploaded_at=context.now,
    )


@operation("imports.stage_rows", permission="imports.run", at="imported.org", secret=("rows",))
def stage_rows(context: Context, imported: Import, *, rows: Sequence[ReadRow]) -> int:
    """Keep up to two thousand rows with what stands against them; nothing else is written."""
    held = _held(imported, State.UPLOADED)
    kind = kind_of(held.kind)
    kept = []
    for row in rows:
        plain, sealed = seal_values(kind, row.shown())
        kept.append(
            ImportRow(
                imported=held,
                line=row.line,
                values=plain,
                sealed=sealed,
                faults=row.faults,
                wrong=bool(row.faults),
            )
        )
    insert_new(kept)
    held.total += len(kept)
    held.wrong += sum(row.wrong for row in kept)
    held.save(update_fields=["total", "wrong"])
    return len(kept)


@operation("imports.finish_reading", permission="imports.run", at="imported.org")
def finish_reading(context: Context, imported: Import) -> Import:
    """Mark an import as read and judged: it waits for confirmation."""
    held = _held(imported, State.UPLOADED)
    held.state = State.JUDGED
    held.save(update_fields=["state"])
    return held


def read_import(
    context: Context,
    org: Org,
    *,
    kind: str,
    path: Path,
    file_name: str,
    progress: Progress = _silent,
) -> Import:
    """Read a file into a new import and judge every row; nothing is written but the staging.

    The file is refused whole if it is no sheet or lacks a column. Rows are read, judged and
    kept two thousand at a time.
    """
    wanted = kind_of(kind)
    require(context, "imports.run", org)
    require(context, wanted.permission, org)
    fields = wanted.fields(org)
    sheet = read_sheet(
        path,
        fields,
        other_titles=wanted.headings(),
        foreign=wanted.foreign(org) if wanted.foreign is not None else (),
        most_rows=wanted.most_rows,
        formulas=wanted.formulas,
    )
    if wanted.check_heads is not None:
        wanted.check_heads(org, sheet.heads)
    batches = _batches(wanted, org, sheet)
    first = next(batches, None)
    if first is None:
        raise Invalid("The sheet has no rows below its heading.")
    imported = begin_import(
        context,
        org,
        kind=kind,
        file_name=file_name,
        digest=_digest(path),
        heads=sheet.heads.columns,
        unknown_heads=sheet.heads.unknown,
    )
    state: dict[str, Any] = {}
    count = 0
    while first is not None:
        _judge(context, wanted, org, first, state)
        count += stage_rows(context, imported, rows=first)
        progress(f"{count}")
        first = next(batches, None)
    return finish_reading(context, imported)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _batches(kind: ImportKind, org: Org, sheet: SheetRows) -> Iterator[list[ReadRow]]:
    fields = kind.fields(org)
    rows = (read_row(fields, row.line, sheet.values(row)) for row in sheet.rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _judge(
    context: Context, kind: ImportKind, org: Org, batch: Sequence[ReadRow], state: dict[str, Any]
) -> None:
    state["wrong"] = [row.faults.keys() for row in batch]
    found = kind.judge(context, org, [row.values for row in batch], state)
    for index, faults in found.items():
        batch[index].faults = {**faults, **batch[index].faults}


def _held(imported: Import, *states: str) -> Import:
    """Return an import anew, held until the transaction ends, if it has come this far."""
    held = Import.objects.select_for_update(of=("self",)).select_related("org").get(pk=imported.pk)
    if held.state not in states:
        raise Conflict("This import is not at this point any more, or not yet.")
    return held


# --- confirming ---------------------------------------------------------------------------


@operation("imports.confirm_import", permission="imports.run", at="imported.org")
def confirm_import(context: Context, imported: Import, *, partial: bool = False) -> Import:
    """Decide that an import is written: every row of it, or with ``partial`` every right one.

    Refused while rows are wrong, unless ``partial``. Asking again changes nothing.
    """
    held = _held(imported, State.JUDGED, State.CONFIRMING, State.CONFIRMED)
    require(context, kind_of(held.kind).permission, held.org)
    if held.state != State.JUDGED:
        return held
    if held.wrong and not partial:
        raise Conflict("%(count)s rows are wrong: nothing is written.", {"count": held.wrong})
    if held.wrong == held.total:
        raise Conflict("No row is right: there is nothing to write.")
    held.state, held.partial, held.note = State.CONFIRMING, partial, ""
    held.save(update_fields=["state", "partial", "note"])
    return held


@operation("imports.write_rows", permission="imports.run", at="imported.org")
def write_rows(context: Context, imported: Import) -> int:
    """Write the next two thousand rows of a confirmed import; none are left when it returns 0."""
    held = _held(imported, State.CONFIRMING)
    kind = kind_of(held.kind)
    rows = list(held.rows.filter(wrong=False, made=None).order_by("line")[:BATCH])
    if not rows:
        return 0
    try:
        made = kind.apply(context, held.org, [open_values(row) for row in rows])
    except (Invalid, Conflict) as refusal:
        raise _RowsWrong(refusal, rows) from refusal
    _note_made(rows, made)
    held.done += len(rows)
    held.save(update_fields=["done"])
    return len(rows)


def _note_made(rows: Sequence[ImportRow], made: Sequence[int]) -> None:
    """Write beside each row what was made of it; one prepared statement is far quicker than CASE WHEN."""
    table = connection.ops.quote_name(ImportRow._meta.db_table)
    pairs = [(made_id, row.pk) for row, made_id in zip(rows, made, strict=True)]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET made = %s WHERE id = %s", pairs)  # noqa: S608 -- our own name


class _RowsWrong(Refusal):
    """Rows that were right when they were judged and no longer are."""

    def __init__(self, refusal: Refusal, rows: Sequence[ImportRow]) -> None:
        self.refusal = refusal
        self.found = {
            rows[index].pk if 0 <= index < len(rows) else rows[0].pk: faults
            for index, faults in index_faults(refusal.faults).items()
        } or {rows[0].pk: {"": str(refusal)}}
        super().__init__(refusal.message, refusal.values)


@operation("imports.note_faults", permission="imports.run", at="imported.org", secret=("found",))
def note_faults(context: Context, imported: Import, *, found: Mapping[int, Mapping[str, str]]) -> Import:
    """Note rows that have become wrong since they were judged.

    Unless only right rows are written anyway, all that was written so far is to be taken back.
    """
    held = _held(imported, State.CONFIRMING)
    for row in held.rows.filter(pk__in=list(found)):
        row.faults, row.wrong = dict(found[row.pk]), True
        row.save(update_fields=["faults", "wrong"])
    held.wrong = held.rows.filter(wrong=True).count()
    if not held.partial:
        held.state = State.REVERTING
        held.note = msgid("Rows that were right before are no longer: nothing is written.")
    held.save(update_fields=["state", "note", "wrong"])
    return held


@operation("imports.finish_import", permission="imports.run", at="imported.org")
def finish_import(context: Context, imported: Import) -> Import:
    """Mark an import as written; what its rows say is no longer kept beside what was made."""
    held = _held(imported, State.CONFIRMING)
    held.rows.update(values={}, sealed=None)
    held.state, held.confirmed_at = State.CONFIRMED, context.now
    held.save(update_fields=["state", "confirmed_at"])
    return held


# --- undoing ------------------------------------------------------------------------------


@operation("imports.undo_import", permission="imports.run", at="imported.org")
def undo_import(context: Context, imported: Import) -> Import:
    """Decide that a written import is taken back whole.

    Refused, with the reason, once something has been built on what it made.
    """
    held = _held(imported, State.CONFIRMED, State.UNDOING, State.UNDONE)
    kind = kind_of(held.kind)
    require(context, kind.permission, held.org)
    if held.state != State.CONFIRMED:
        return held
    ids = held.rows.exclude(made=None).order_by("line").values_list("made", flat=True)
    for batch in _in_batches(ids.iterator(chunk_size=BATCH)):
        kind.check_undo(context, held.org, batch)
    held.state = State.UNDOING
    held.save(update_fields=["state"])
    return held


def _in_batches(ids: Iterator[int | None]) -> Iterator[list[int]]:
    while batch := [each for each in islice(ids, BATCH) if each is not None]:
        yield batch


@operation("imports.take_back_rows", permission="imports.run", at="imported.org")
def take_back_rows(context: Context, imported: Import) -> int:
    """Take back what the last two thousand rows made; none are left when it returns 0."""
    held = _held(imported, State.UNDOING, State.REVERTING)
    rows = list(held.rows.exclude(made=None).order_by("-line")[:BATCH])
    if not rows:
        return 0
    kind_of(held.kind).undo(context, held.org, [row.made for row in rows if row.made is not None])
    held.rows.filter(pk__in=[row.pk for row in rows]).update(made=None)
    held.done -= len(rows)
    held.save(update_fields=["done"])
    return len(rows)


@operation("imports.stop_undoing", permission="imports.run", at="imported.org")
def stop_undoing(context: Context, imported: Import, *, reason: str) -> Import:
    """Note why an import cannot be taken back; it stands as before if nothing was taken back yet."""
    held = _held(imported, State.UNDOING)
    held.note = reason[:500]
    if held.done == held.writable:
        held.state = State.CONFIRMED
    held.save(update_fields=["state", "note"])
    return held


@operation("imports.finish_undoing", permission="imports.run", at="imported.org")
def finish_undoing(context: Context, imported: Import) -> Import:
    """Mark an import as undone, or, after a refusal, as waiting with its faults."""
    held = _held(imported, State.UNDOING, State.REVERTING)
    if held.state == State.REVERTING:
        held.state = State.JUDGED
    else:
        held.state, held.undone_at = State.UNDONE, context.now
    held.save(update_fields=["state", "undone_at"])
    return held


@operation("imports.discard_import", permission="imports.run", at="imported.org")
def discard_import(context: Context, imported: Import) -> Import:
    """Drop an import that was not confirmed; its rows are deleted."""
    held = _held(imported, State.UPLOADED, State.JUDGED)
    held.rows.all().delete()
    held.state = State.DISCARDED
    held.save(update_fields=["state"])
    return held


# --- going on -----------------------------------------------------------------------------


def carry_on(
    context: Context,
    imported: Import,
    *,
    seconds: float | None = None,
    progress: Progress = _silent,
) -> Import:
    """Bring an import that was confirmed, refused or undone to its end, from where it stands.

    Whoever was stopped halfway, by a crash too, calls it again. With ``seconds`` it stops
    after a while, between two batches.
    """
    until = None if seconds is None else time.monotonic() + seconds
    while until is None or time.monotonic() < until:
        imported = Import.objects.select_related("org").get(pk=imported.pk)
        if imported.state == State.CONFIRMING:
            _write_on(context, imported)
        elif imported.state in (State.UNDOING, State.REVERTING):
            _take_back_on(context, imported)
        else:
            return imported
        progress(f"{imported.state} {imported.done}")
    return Import.objects.select_related("org").get(pk=imported.pk)


def _write_on(context: Context, imported: Import) -> None:
    try:
        with transaction.atomic():
            if not write_rows(context, imported):
                finish_import(context, imported)
    except _RowsWrong as wrong:
        note_faults(context, imported, found=wrong.found)


def _take_back_on(context: Context, imported: Import) -> None:
    try:
        if not take_back_rows(context, imported):
            finish_undoing(context, imported)
    except Conflict as refusal:
        if imported.state == State.UNDOING:
            stop_undoing(context, imported, reason=str(refusal))
        raise


def write_import(
    context: Context, imported: Import, *, partial: bool = False, progress: Progress = _silent
) -> Import:
    """Confirm an import and write all of it; the answer waits with faults if it was refused."""
    return carry_on(context, confirm_import(context, imported, partial=partial), progress=progress)


def take_back_import(context: Context, imported: Import, *, progress: Progress = _silent) -> Import:
    """Undo an import and take all of it back."""
    return carry_on(context, undo_import(context, imported), progress=progress)
