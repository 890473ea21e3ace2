"""Importing, step by step: template, upload, preview, confirmation, undoing."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as translate

from gangmu.core.errors import Refusal
from gangmu.core.fields import FieldSpec
from gangmu.core.sheets import cell_name
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Light, Status, Step
from gangmu.frame.problems import told
from gangmu.frame.sheets import XLSX
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.audit.operations import require
from gangmu.kernel.imports.models import Import, ImportRow, State
from gangmu.kernel.imports.operations import (
    carry_on,
    confirm_import,
    discard_import,
    undo_import,
)
from gangmu.kernel.imports.queries import (
    import_by_id,
    kind_of,
    kinds_for,
    open_values,
    rows_of,
    shown_values,
    visible_imports,
)
from gangmu.kernel.imports.rules import ImportKind
from gangmu.kernel.imports.uploads import take_in
from gangmu.kernel.imports.workbooks import faults_bytes, template_bytes
from gangmu.kernel.orgs.around import around_org, org_crumbs
from gangmu.kernel.orgs.queries import org_by_id

AT_ONCE = 3.0
"""For how many seconds a request writes before it shows how far it has come."""

STATES = {
    State.UPLOADED: say("Being read"),
    State.JUDGED: say("Waiting for confirmation"),
    State.CONFIRMING: say("Being written"),
    State.REVERTING: say("Being taken back after a refusal"),
    State.CONFIRMED: say("Written"),
    State.UNDOING: say("Being undone"),
    State.UNDONE: say("Undone"),
    State.DISCARDED: say("Discarded"),
}
LIGHTS: dict[str, Light] = {State.JUDGED: "yellow", State.CONFIRMED: "green", State.UNDONE: "grey"}


def _status(imported: Import) -> Status:
    if imported.state == State.JUDGED and imported.wrong:
        return Status(say("Has faults"), "red")
    return Status(STATES[State(imported.state)], LIGHTS.get(imported.state, "blue"))


def _columns() -> list[Column]:
    return [
        Column("file_name", say("File"), link=_url, width=32),
        Column("kind", say("Kind of import"), value=lambda each: kind_of(each.kind).title),
        Column("org", say("Organization"), value=lambda each: each.org.name, width=32),
        Column("state", say("State"), "status", value=_status),
        Column("total", say("Rows"), "number", sort="total"),
        Column("wrong", say("Wrong rows"), "number", sort="wrong"),
        Column("by", say("By whom")),
        Column("uploaded_at", say("When"), "instant", sort="uploaded_at"),
    ]


def _url(imported: Import) -> str:
    return reverse("imports-import", args=(imported.pk,))


def _home(imported: Import) -> str:
    """Return where another sheet of the same kind is sent."""
    home = kind_of(imported.kind).home
    return home(imported.org) if home is not None else reverse("imports-of-org", args=(imported.org_id,))


@page("imports.run")
def all_imports(request: Request) -> HttpResponse:
    """List the imports within reach, the newest first."""
    table = Table(
        request,
        _columns(),
        visible_imports(request.context),
        title=say("Imports"),
        empty_title=say("Nothing has been imported yet"),
        empty_advice=say("Open an organization and choose Import: template, upload, preview, confirm."),
    )
    return table.export() or render(request, "imports/all.html", {"table": table})


@page("imports.run", methods=("GET", "POST"))
def of_org(request: Request, org_id: int) -> HttpResponse:
    """Offer what can be imported at an organization, and take in a file."""
    org = org_by_id(request.context, org_id)
    kinds = kinds_for(request.context, org)
    asked = request.POST.get("kind", "")
    refusal = ""
    status = 200
    if request.method == "POST":
        try:
            return redirect(_url(take_in(request, org, asked)))
        except Refusal as refused:
            refusal, status = told(refused), refused.status
    table = Table(
        request,
        [column for column in _columns() if column.code != "org"],
        visible_imports(request.context).filter(org=org),
        title=say("Imports so far"),
        empty_title=say("Nothing has been imported yet"),
        exports=False,
    )
    values = around_org(
        request, org, "imports-of-org", table=table, kinds=kinds, asked=asked, refusal=refusal
    )
    return render(request, "imports/of_org.html", values, status=status)


@page("imports.run")
def template(request: Request, org_id: int, import_kind: str) -> HttpResponse:
    """Send an empty workbook with headings, help and choices."""
    org = org_by_id(request.context, org_id)
    kind = kind_of(import_kind)
    require(request.context, kind.permission, org)
    title = worded(kind.title)
    rows = kind.rows(request.context, org) if kind.rows is not None else ()
    content = template_bytes(title, kind.fields(org), rows)
    return _workbook(content, f"{title}-{translate('template')}")


def _workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx") or "attachment"
    return response


@page("imports.run")
def preview(request: Request, import_id: int) -> HttpResponse:
    """Show an import: how far it has come, its faults with their cells, its rows."""
    imported = import_by_id(request.context, import_id)
    kind = kind_of(imported.kind)
    fields = [spec for spec in kind.fields(imported.org) if spec.code in imported.heads]
    only = request.GET.get("rows", "wrong" if imported.wrong else "all")
    rows = rows_of(imported, wrong={"wrong": True, "right": False}.get(only))
    table = Table(
        request,
        _row_columns(request, imported, kind, fields),
        rows,
        title=say("Rows"),
        exports=False,
        empty_title=say("No such rows"),
    )
    moving = imported.state in (State.CONFIRMING, State.REVERTING, State.UNDOING)
    values = {
        "imported": imported,
        "kind": kind,
        "status": _status(imported),
        "steps": _steps(imported),
        "table": None if imported.state == State.DISCARDED else table,
        "only": only,
        "moving": moving,
        "home": _home(imported),
        "choices": [("all", say("All rows")), ("wrong", say("Wrong rows")), ("right", say("Right rows"))],
        "crumbs": org_crumbs(request, imported.org, (say("Import"), _home(imported))),
    }
    return render(request, "imports/import.html", values)


def _row_columns(
    request: Request, imported: Import, kind: ImportKind, fields: Sequence[FieldSpec]
) -> list[Column]:
    shown: dict[int, dict[str, Any]] = {}

    def value(spec: FieldSpec) -> Callable[[ImportRow], str]:
        def of(row: ImportRow) -> str:
            if row.pk not in shown:
                shown[row.pk] = shown_values(request.context, kind, row)
            return _worded(spec, shown[row.pk].get(spec.code))

        return of

    faults = Column("faults", say("Faults"), value=lambda row: _said(imported, row, fields), width=40)
    line = Column("line", say("Row"), "number", value=lambda row: row.line)
    return [line, faults, *(Column(spec.code, spec.title, value=value(spec)) for spec in fields)]


def _worded(spec: FieldSpec, value: Any) -> str:
    if value is None:
        return ""
    for choice in spec.choices:
        if choice.code == value:
            return worded(choice.title)
    return str(value)


def _said(imported: Import, row: ImportRow, fields: Sequence[FieldSpec]) -> str:
    """Return a row's faults in words, each with its cell."""
    titles = {spec.code: worded(spec.title) for spec in fields}
    said = []
    for code, fault in sorted(row.faults.items(), key=lambda each: imported.heads.get(each[0], -1)):
        place = cell_name(imported.heads[code], row.line) if code in imported.heads else str(row.line)
        said.append(f"{place} {titles.get(code, '')}：{translate(fault)}")
    return "  ".join(said)


def _steps(imported: Import) -> list[Step]:
    reached = {
        State.UPLOADED: 1,
        State.JUDGED: 2,
        State.CONFIRMING: 3,
        State.REVERTING: 3,
        State.CONFIRMED: 4,
        State.UNDOING: 4,
        State.UNDONE: 4,
        State.DISCARDED: 2,
    }[State(imported.state)]
    titles = [say("Template"), say("Upload"), say("Preview"), say("Confirm"), say("Written")]
    return [
        Step(title, "done" if at < reached else "here" if at == reached else "todo")
        for at, title in enumerate(titles)
    ]


@page("imports.run")
def sheet(request: Request, import_id: int) -> HttpResponse:
    """Send the rows back with what is wrong with each, wrong ones only if asked for.

    Whoever sent the sheet gets its numbers as they sent them, everybody else masked.
    """
    imported = import_by_id(request.context, import_id)
    kind = kind_of(imported.kind)
    fields = [spec for spec in kind.fields(imported.org) if spec.code in imported.heads]
    own = imported.account is not None and imported.account == request.context.actor.account_id
    rows = rows_of(imported, wrong=True if request.GET.get("rows") == "wrong" else None)

    def written(row: ImportRow) -> tuple[list[str], list[int], str]:
        values = open_values(row) if own else shown_values(request.context, kind, row)
        cells = [_worded(spec, values.get(spec.code)) for spec in fields]
        wrong = [at for at, spec in enumerate(fields) if spec.code in row.faults]
        return cells, wrong, _said(imported, row, fields)

    heads = [worded(spec.title) for spec in fields]
    content = faults_bytes(
        worded(kind.title), heads, map(written, rows.iterator(chunk_size=2000)), translate("Faults")
    )
    return _workbook(content, f"{Path(imported.file_name).stem}-{translate('faults')}")


@page("imports.run", methods=("POST",))
def confirm(request: Request, import_id: int) -> HttpResponse:
    """Confirm an import and begin to write it."""
    imported = import_by_id(request.context, import_id)
    confirmed = confirm_import(request.context, imported, partial=request.POST.get("partial") == "1")
    return _on(request, confirmed)


@page("imports.run", methods=("POST",))
def go_on(request: Request, import_id: int) -> HttpResponse:
    """Go on with an import that is being written or taken back."""
    return _on(request, import_by_id(request.context, import_id))


def _on(request: Request, imported: Import) -> HttpResponse:
    done = carry_on(request.context, imported, seconds=AT_ONCE)
    if done.state == State.CONFIRMED:
        messages.success(request, translate("%(count)s rows have been written.") % {"count": done.done})
    elif done.state == State.UNDONE:
        messages.success(request, translate("The import has been undone."))
    elif done.state == State.JUDGED:
        messages.error(request, translate(done.note))
    return _back(request, done)


def _back(request: Request, imported: Import) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": _url(imported)})
    return redirect(_url(imported))


@page("imports.run", methods=("POST",))
def undo(request: Request, import_id: int) -> HttpResponse:
    """Undo an import and begin to take it back."""
    imported = import_by_id(request.context, import_id)
    return _on(request, undo_import(request.context, imported))


@page("imports.run", methods=("POST",))
def discard(request: Request, import_id: int) -> HttpResponse:
    """Drop an import that was not confirmed."""
    imported = discard_import(request.context, import_by_id(request.context, import_id))
    messages.success(request, translate("The import has been dropped; nothing was written."))
    return redirect(_home(imported))


urlpatterns = [
    path("imports", all_imports, name="imports-all"),
    path("orgs/<int:org_id>/imports", of_org, name="imports-of-org"),
    path("orgs/<int:org_id>/imports/<slug:import_kind>.xlsx", template, name="imports-template"),
    path("imports/<int:import_id>", preview, name="imports-import"),
    path("imports/<int:import_id>/sheet.xlsx", sheet, name="imports-sheet"),
    path("imports/<int:import_id>/confirm", confirm, name="imports-confirm"),
    path("imports/<int:import_id>/go-on", go_on, name="imports-go-on"),
    path("imports/<int:import_id>/undo", undo, name="imports-undo"),
    path("imports/<int:import_id>/discard", discard, name="imports-discard"),
]
