"""Imports over the API: send a sheet, see its faults, confirm, undo."""

import tempfile
from datetime import datetime
from pathlib import Path

from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile

from gangmu.core.sheets import MOST_BYTES, UnreadableSheet
from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.imports.models import Import
from gangmu.kernel.imports.operations import (
    carry_on,
    confirm_import,
    discard_import,
    read_import,
    undo_import,
)
from gangmu.kernel.imports.queries import fault_cells, import_by_id, rows_of, visible_imports
from gangmu.kernel.orgs.queries import org_by_id

router = Router(tags=["imports"])


class ImportOut(Schema):
    """How far an import has come."""

    id: int
    kind: str
    org_id: int
    file_name: str
    digest: str
    state: str
    partial: bool
    total: int
    wrong: int
    done: int
    note: str
    by: str
    uploaded_at: datetime
    confirmed_at: datetime | None
    undone_at: datetime | None


class FaultOut(Schema):
    """One fault with its cell."""

    cell: str
    field: str
    fault: str


class PageOf(Schema):
    """Where a list goes on, at most ``limit`` rows; ``after`` is the last id or line seen, 0 the beginning."""

    after: int = 0
    limit: int = 100

    def most(self) -> int:
        """Return how many rows are given."""
        return max(1, min(self.limit, 200))


@endpoint(
    router, "get", "/imports", "imports.visible_imports", permission="imports.run", response=list[ImportOut]
)
def list_imports(request: Request, page: Query[PageOf]) -> list[Import]:
    """List the imports within reach, the newest first."""
    rows = visible_imports(request.context)
    return list((rows.filter(pk__lt=page.after) if page.after else rows)[: page.most()])


@endpoint(
    router,
    "get",
    "/imports/{import_id}",
    "imports.import_by_id",
    permission="imports.run",
    response=ImportOut,
)
def read_one(request: Request, import_id: int) -> Import:
    """Return one import."""
    return import_by_id(request.context, import_id)


@endpoint(
    router,
    "get",
    "/imports/{import_id}/faults",
    "imports.rows_of",
    permission="imports.run",
    response=list[FaultOut],
)
def list_faults(request: Request, import_id: int, page: Query[PageOf]) -> list[FaultOut]:
    """List the faults of an import with their cells, by line."""
    imported = import_by_id(request.context, import_id)
    rows = rows_of(imported, wrong=True).filter(line__gt=page.after)[: page.most()]
    return [
        FaultOut(cell=cell, field=field, fault=fault) for cell, field, fault in fault_cells(imported, rows)
    ]


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/imports",
    "imports.read_import",
    permission="imports.run",
    response=ImportOut,
)
def post_import(request: Request, org_id: int, kind: Form[str], file: File[UploadedFile]) -> Import:
    """Send a sheet: it is read and judged, and nothing is written."""
    if (file.size or 0) > MOST_BYTES:
        raise UnreadableSheet(
            "The file is larger than %(most)s MB: send it in parts.", {"most": MOST_BYTES // 1024 // 1024}
        )
    org = org_by_id(request.context, org_id)
    with tempfile.TemporaryDirectory(prefix="gangmu-import-") as folder:
        held = Path(folder) / "sheet"
        with held.open("wb") as copy:
            for piece in file.chunks():
                copy.write(piece)
        return read_import(request.context, org, kind=kind, path=held, file_name=file.name or "")


class ConfirmIn(Schema):
    """Whether right rows are written though others are wrong."""

    partial: bool = False


AT_ONCE = 10.0


@endpoint(
    router,
    "post",
    "/imports/{import_id}/confirm",
    "imports.confirm_import",
    permission="imports.run",
    response=ImportOut,
)
def post_confirmation(request: Request, import_id: int, given: ConfirmIn) -> Import:
    """Confirm an import and write for some seconds; ask again while it is being written."""
    imported = import_by_id(request.context, import_id)
    confirmed = confirm_import(request.context, imported, partial=given.partial)
    return carry_on(request.context, confirmed, seconds=AT_ONCE)


@endpoint(
    router,
    "post",
    "/imports/{import_id}/undo",
    "imports.undo_import",
    permission="imports.run",
    response=ImportOut,
)
def post_undoing(request: Request, import_id: int) -> Import:
    """Undo an import and take back for some seconds; ask again while it is being undone."""
    imported = undo_import(request.context, import_by_id(request.context, import_id))
    return carry_on(request.context, imported, seconds=AT_ONCE)


@endpoint(
    router,
    "post",
    "/imports/{import_id}/discard",
    "imports.discard_import",
    permission="imports.run",
    response=ImportOut,
)
def post_discard(request: Request, import_id: int) -> Import:
    """Drop an import that was not confirmed."""
    return discard_import(request.context, import_by_id(request.context, import_id))
