"""Importing in the browser: template, upload, preview, faults back, confirm, undo."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from gangmu.kernel.imports.models import Import
from gangmu.kernel.imports.operations import read_import
from gangmu.kernel.people.models import Person
from tests.conftest import Office
from tests.kernel.browsing import browser
from tests.kernel.imports.conftest import id_number, row

Sheet = Callable[..., Path]


@pytest.fixture
def client(office: Office, acting: Any) -> Any:
    return browser(acting("town_officer", office.town))


def text(response: Any) -> str:
    return response.content.decode()


def send(client: Any, office: Office, path: Path, kind: str = "people") -> Any:
    file = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post(f"/orgs/{office.town.pk}/imports", {"kind": kind, "file": file})


def test_the_template_has_headings_help_and_choices(client: Any, office: Office):
    answer = client.get(f"/orgs/{office.town.pk}/imports/people.xlsx")

    page = load_workbook(BytesIO(answer.content)).worksheets[0]
    heads = [cell.value for cell in page[1]]
    assert heads[:3] == ["姓名 *", "性别", "身份证号"]
    assert page["C1"].comment is not None
    assert page["C2"].number_format == "@"
    assert {str(rule.sqref) for rule in page.data_validations.dataValidation} == {"B2:B5000", "G2:G5000"}


def test_a_filled_template_comes_in_again(client: Any, office: Office, tmp_path: Path):
    book = load_workbook(BytesIO(client.get(f"/orgs/{office.town.pk}/imports/people.xlsx").content))
    page = book.worksheets[0]
    for at, value in enumerate(
        ["马建国", "", id_number(1), "", "", "13800138000", "正式党员", "2001-07-01"], 1
    ):
        page.cell(2, at).value = value
    page["E2"], page["F2"] = "13800138000", office.branch.code
    path = tmp_path / "名册.xlsx"
    book.save(path)

    answer = send(client, office, path)

    imported = Import.objects.get()
    assert answer["Location"] == f"/imports/{imported.pk}"
    assert (imported.total, imported.wrong) == (1, 0)


def test_an_import_is_previewed_confirmed_and_undone(client: Any, office: Office, sheet: Sheet):
    address = send(client, office, sheet([row(1), row(2)]))["Location"]

    shown = text(client.get(address))
    client.post(f"{address}/confirm")
    written = Person.objects.count()
    client.post(f"{address}/confirm")
    client.post(f"{address}/undo")

    assert id_number(1)[:3] + "*" * 11 + id_number(1)[14:] in shown
    assert id_number(1) not in shown
    assert (written, Person.objects.count()) == (2, 0)
    assert Import.objects.get().state == "undone"
    assert client.get(address).status_code == client.get("/imports").status_code == 200


def test_faults_stand_with_their_cells_and_come_back_in_the_sheet(client: Any, office: Office, sheet: Sheet):
    address = send(client, office, sheet([row(1), row(2, telephone="12")]))["Location"]

    shown = text(client.get(address))
    refused = client.post(f"{address}/confirm")
    page = load_workbook(BytesIO(client.get(f"{address}/sheet.xlsx?rows=wrong").content)).active

    assert page is not None
    cells = [[cell.value for cell in line] for line in page.iter_rows()]
    assert "D3 电话：这不是电话号码。" in shown
    assert refused.status_code == 409
    assert (len(cells), cells[1][2], cells[1][-1]) == (2, id_number(2), "D3 电话：这不是电话号码。")
    assert not Person.objects.exists()


def test_what_was_typed_in_a_wrong_cell_is_shown_and_goes_back_to_be_put_right(
    client: Any, office: Office, sheet: Sheet
):
    address = send(client, office, sheet([row(1, sex="雄", telephone="一三八")]))["Location"]

    shown = text(client.get(address))
    page = load_workbook(BytesIO(client.get(f"{address}/sheet.xlsx").content)).active

    assert page is not None
    assert "雄" in shown
    assert (page["B2"].value, page["D2"].value) == ("雄", "一三八")
    assert client.post(f"{address}/confirm").status_code == 409
    assert not Person.objects.exists()


def test_a_sheet_goes_back_masked_to_who_did_not_send_it(
    client: Any, office: Office, sheet: Sheet, acting: Any
):
    address = send(client, office, sheet([row(1)]))["Location"]
    other = browser(acting("officer", office.county))

    page = load_workbook(BytesIO(other.get(f"{address}/sheet.xlsx").content)).active

    assert page is not None
    assert page["C2"].value == id_number(1)[:3] + "*" * 11 + id_number(1)[14:]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", "这既不是 Excel 工作簿"),
        ("爱好,特长\n1,2\n".encode(), "找不到含有以下列的表头"),
        (b"PK\x03\x04x", "这不是 Excel 工作簿"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_on_the_page(
    client: Any, office: Office, tmp_path: Path, content: bytes, said: str
):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)

    answer = send(client, office, path)

    assert answer.status_code == 422
    assert said in text(answer)
    assert not Import.objects.exists()


def test_neighbours_see_no_import(client: Any, office: Office, sheet: Sheet, acting: Any):
    address = send(client, office, sheet([row(1)]))["Location"]
    neighbour = browser(acting("town_officer", office.other_town))

    assert neighbour.get(address).status_code == 404
    assert neighbour.get(f"{address}/sheet.xlsx").status_code == 404
    assert neighbour.post(f"{address}/confirm").status_code == 404
    assert "名册.csv" not in text(neighbour.get("/imports"))
    assert "名册.csv" in text(client.get("/imports"))


def test_a_formula_in_a_sheet_goes_back_as_text(client: Any, office: Office, sheet: Sheet):
    address = send(client, office, sheet([row(1, name="=1+1")]))["Location"]

    book = load_workbook(BytesIO(client.get(f"{address}/sheet.xlsx").content))
    page = book.active

    assert page is not None
    assert "A2 姓名" in str(page.cell(2, page.max_column).value)
    assert {cell.data_type for line in page.iter_rows() for cell in line} <= {"s", "n"}


@pytest.mark.parametrize("pages", ["/imports", "preview"])
def test_lists_of_imports_take_the_same_queries_for_any_number(
    client: Any, office: Office, sheet: Sheet, pages: str
):
    counted = []
    for count in (1, 3):
        imported = read_import(
            office.system,
            office.town,
            kind="people",
            path=sheet([row(n) for n in range(count)], name=f"{count}.csv"),
            file_name="a.csv",
        )
        address = pages if pages != "preview" else f"/imports/{imported.pk}"
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counted.append(len(queries))

    assert counted[0] == counted[1]
