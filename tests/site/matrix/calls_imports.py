"""Rows of imports: reading in, confirming, writing, undoing."""

from typing import Any

from gangmu.kernel.imports import operations as imports
from gangmu.kernel.imports.rules import ReadRow
from tests.conftest import Office
from tests.site.matrix.call import Call, call

VALUES = {
    "name": "马建国",
    "sex": None,
    "birth_year": None,
    "id_number": "11010519491231002X",
    "telephone": "13800138000",
    "status": None,
    "joined_on": None,
    "full_on": None,
    "org_code": None,
}
HEADS = {"name": 0, "id_number": 1, "telephone": 2}


def begun(office: Office) -> Any:
    """An import of people at the first branch, with no rows yet."""
    return imports.begin_import(
        office.system, office.branch, kind="people", file_name="名册.csv", digest="0" * 64, heads=HEADS
    )


def judged(office: Office) -> Any:
    """An import of one right row that waits for confirmation."""
    imported = begun(office)
    imports.stage_rows(office.system, imported, rows=[ReadRow(2, VALUES, {})])
    return imports.finish_reading(office.system, imported)


def confirmed(office: Office) -> Any:
    """An import that is to be written."""
    return imports.confirm_import(office.system, judged(office))


def written(office: Office) -> Any:
    """An import that was written."""
    return imports.write_import(office.system, judged(office))


def undoing(office: Office) -> Any:
    """An import that is to be taken back."""
    return imports.undo_import(office.system, written(office))


@call("imports.begin_import")
def _(office: Office) -> Call:
    given = {"org": office.branch, "kind": "people", "file_name": "名册.csv", "digest": "0" * 64}
    return Call(given | {"heads": HEADS}, office.branch)


@call("imports.stage_rows")
def _(office: Office) -> Call:
    return Call({"imported": begun(office), "rows": [ReadRow(2, VALUES, {})]}, office.branch)


@call("imports.finish_reading")
def _(office: Office) -> Call:
    return Call({"imported": begun(office)}, office.branch)


@call("imports.confirm_import")
def _(office: Office) -> Call:
    return Call({"imported": judged(office)}, office.branch)


@call("imports.write_rows")
def _(office: Office) -> Call:
    return Call({"imported": confirmed(office)}, office.branch)


@call("imports.note_faults")
def _(office: Office) -> Call:
    imported = confirmed(office)
    found = {imported.rows.get().pk: {"id_number": "This ID number is known already."}}
    return Call({"imported": imported, "found": found}, office.branch)


@call("imports.finish_import")
def _(office: Office) -> Call:
    return Call({"imported": confirmed(office)}, office.branch)


@call("imports.undo_import")
def _(office: Office) -> Call:
    return Call({"imported": written(office)}, office.branch)


@call("imports.take_back_rows")
def _(office: Office) -> Call:
    return Call({"imported": undoing(office)}, office.branch)


@call("imports.stop_undoing")
def _(office: Office) -> Call:
    return Call({"imported": undoing(office), "reason": "有人任职"}, office.branch)


@call("imports.finish_undoing")
def _(office: Office) -> Call:
    return Call({"imported": undoing(office)}, office.branch)


@call("imports.discard_import")
def _(office: Office) -> Call:
    return Call({"imported": judged(office)}, office.branch)
