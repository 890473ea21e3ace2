"""Sheets as they come in real life, and the ones that must not come in."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from gangmu.core.fields import Choice, FieldSpec
from gangmu.core.sheets import UnreadableSheet, cell_name, column_letters, parse_cell, plain_title, read_sheet

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The machine may be busy with other tests."""

NAME = FieldSpec(code="name", title="姓名", required=True)
NUMBER = FieldSpec(code="number", title="身份证号")
DAY = FieldSpec(code="day", title="入党时间", type="date")
FIELDS = (NAME, NUMBER, DAY)


def workbook(path: Path, rows: Sequence[Sequence[Any]], merge: Sequence[str] = ()) -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    for cells in merge:
        page.merge_cells(cells)
    book.save(path)
    return path


def read(path: Path) -> list[tuple[int, dict[str, str]]]:
    sheet = read_sheet(path, FIELDS)
    return [(row.line, sheet.values(row)) for row in sheet.rows]


def test_read_sheet_finds_the_heading_below_a_title_and_passes_over_blanks_and_remarks(tmp_path: Path):
    path = workbook(
        tmp_path / "a.xlsx",
        [
            ["党员名册", None, None, None],
            ["填报单位：东庄村", None, None, "单位：人"],
            ["序号", "* 姓 名", "身份证号（必填）", "入党时间"],
            [1, "马建国", "11010519491231002X", "2001.7.1"],
            [None, None, None, None],
            [2, "李四", None, datetime(2002, 7, 1)],
            ["合计", 2, None, None],
            ["填表人：王五", None, None, None],
        ],
        merge=["A1:D1"],
    )

    assert read(path) == [
        (4, {"name": "马建国", "number": "11010519491231002X", "day": "2001.7.1"}),
        (6, {"name": "李四", "number": "", "day": "2002-07-01"}),
    ]


def test_read_sheet_finds_a_heading_merged_over_two_rows(tmp_path: Path):
    path = workbook(
        tmp_path / "a.xlsx",
        [
            ["姓名", "身份证号", "时间", None],
            [None, None, "入党时间", "转正时间"],
            ["马建国", "1", "2001-07-01", ""],
        ],
        merge=["A1:A2", "B1:B2", "C1:D1"],
    )

    assert read(path) == [(3, {"name": "马建国", "number": "1", "day": "2001-07-01"})]


def test_read_sheet_says_which_headings_nobody_asked_for(tmp_path: Path):
    path = workbook(tmp_path / "a.xlsx", [["姓名", "身份证号", "爱好"], ["马建国", "1", "x"]])

    heads = read_sheet(path, FIELDS).heads

    assert (heads.line, dict(heads.columns), heads.unknown) == (1, {"name": 0, "number": 1}, ("爱好",))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_read_sheet_reads_csv_as_offices_write_it(tmp_path: Path, encoding: str, mark: str):
    lines = ["姓名,身份证号,入党时间", '"马建国",="11010519491231002X",2001年7月1日', "", "'李四,'1,"]
    path = tmp_path / "a.csv"
    path.write_bytes("\r\n".join(lines).replace(",", mark).encode(encoding))

    assert read(path) == [
        (2, {"name": "马建国", "number": "11010519491231002X", "day": "2001年7月1日"}),
        (4, {"name": "李四", "number": "1", "day": ""}),
    ]


def test_read_sheet_shows_that_a_number_lost_its_last_digits(tmp_path: Path):
    path = workbook(tmp_path / "a.xlsx", [["姓名", "身份证号"], ["马建国", 110105194912310021]])

    assert read(path)[0][1]["number"] == "1.10105E+17"


def test_read_sheet_takes_formulas_for_what_they_show_or_for_text(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("姓名,身份证号\n\"=cmd|' /C calc'!A0\",@SUM(1)\n", encoding="utf-8")

    assert read(path)[0][1] == {"name": "=cmd|' /C calc'!A0", "number": "@SUM(1)"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "neither an Excel workbook"),
        (b"PK\x03\x04broken", "no Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1broken", "no Excel workbook"),
        (b"a,b\n1,2\n", "no heading with these columns"),
        ("身份证号,入党时间\n1,2\n".encode(), "lacks these columns: 姓名"),
        ("姓名,身份证号,姓名\n1,2,3\n".encode(), "stands twice"),
    ],
)
def test_read_sheet_refuses_what_is_no_sheet(tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)

    with pytest.raises(UnreadableSheet) as refusal:
        read(path)

    assert said in str(refusal.value)


def test_read_sheet_refuses_a_package_that_is_no_workbook(tmp_path: Path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "<x/>")

    with pytest.raises(UnreadableSheet, match="no Excel workbook"):
        read(path)


def _repacked(path: Path, parts: dict[str, bytes]) -> Path:
    """Return a sound workbook with some parts replaced or added."""
    kept: dict[str, bytes] = {}
    workbook(path, [["姓名", "身份证号"], ["马建国", "1"]])
    with zipfile.ZipFile(path) as package:
        kept = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in {**kept, **parts}.items():
            package.writestr(name, content)
    return path


def test_read_sheet_refuses_macros(tmp_path: Path):
    with pytest.raises(UnreadableSheet, match="macros"):
        read(_repacked(tmp_path / "a.xlsm", {"xl/vbaProject.bin": b"x"}))


def test_read_sheet_refuses_macros_and_passwords_in_old_workbooks(tmp_path: Path):
    start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    for name, said in (("_VBA_PROJECT", "macros"), ("EncryptedPackage", "password")):
        path = tmp_path / f"{name}.xls"
        path.write_bytes(start + name.encode("utf-16-le"))

        with pytest.raises(UnreadableSheet, match=said):
            read(path)


def test_read_sheet_refuses_a_bomb_before_it_inflates(tmp_path: Path):
    with pytest.raises(UnreadableSheet, match="inflates beyond measure"):
        read(_repacked(tmp_path / "a.xlsx", {"xl/media/image1.png": b"\0" * 60_000_000}))


def test_read_sheet_does_not_believe_what_a_package_says_about_its_size(tmp_path: Path):
    path = _repacked(tmp_path / "a.xlsx", {"xl/media/image1.png": b"\0" * 60_000_000})
    content = bytearray(path.read_bytes())
    real = (60_000_000).to_bytes(4, "little")
    assert content.count(real) == 2
    path.write_bytes(bytes(content.replace(real, (100).to_bytes(4, "little"))))

    with pytest.raises(UnreadableSheet, match="inflates beyond measure"):
        read(path)


@pytest.mark.parametrize(
    "cell",
    [
        '<row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        '<row r="1048576"><c t="n"><v>1</v></c></row>',
        '<row r="3"><c s="1" r=\'XFD3\'><v>1</v></c></row>',
        '<x:row r="9"><x:c r="ZZ9" ><x:v>1</x:v></x:c></x:row>',
    ],
)
def test_read_sheet_refuses_a_cell_far_outside_before_room_is_made(tmp_path: Path, cell: str):
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cell}</sheetData></worksheet>'

    with pytest.raises(UnreadableSheet, match="more than"):
        read(_repacked(tmp_path / "a.xlsx", {"xl/worksheets/sheet1.xml": sheet.encode()}))


def test_read_sheet_lets_formatted_empty_rows_be(tmp_path: Path):
    path = tmp_path / "a.xlsx"
    workbook(path, [["姓名", "身份证号"], ["马建国", "1"]])
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    far = sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="A1048576" s="0"/></row></sheetData>')

    rows = read(_repacked(path, {"xl/worksheets/sheet1.xml": far}))

    assert [values["name"] for _, values in rows] == ["马建国"]


def test_read_sheet_refuses_a_file_that_is_too_large(tmp_path: Path):
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(31 * 1024 * 1024)

    with pytest.raises(UnreadableSheet, match="larger than 30 MB"):
        read(path)


KIND = FieldSpec(
    code="kind",
    title="党员状态",
    type="choice",
    choices=(Choice(code="full", title={"zh-hans": "正式党员", "en": "Full"}),),
)


@pytest.mark.parametrize("typed", ["正式党员", " 正 式党员 ", "full", "Full", "正式黨員"])
def test_parse_cell_takes_a_choice_by_its_title_in_any_language(typed: str):
    assert parse_cell(KIND, typed) == "full"


@pytest.mark.parametrize(
    "typed",
    [
        "2001-07-01",
        "20010701",
        "2001.7.1",
        "2001/7/1",
        "2001年7月1日",
        "２００１年７月１日",
        "37073",
        "2001-07-01 00:00:00",
    ],
)
def test_parse_cell_takes_days_as_people_write_them(typed: str):
    assert parse_cell(DAY, typed) == "2001-07-01"


@unhurried
@given(st.dates(date(1910, 1, 1), date(2099, 12, 31)))
def test_parse_cell_reads_back_every_day_in_every_form(day: date):
    forms = (f"{day:%Y%m%d}", f"{day.year}.{day.month}.{day.day}", f"{day.year}年{day.month}月{day.day}日")

    assert {parse_cell(DAY, form) for form in forms} == {day.isoformat()}


@pytest.mark.parametrize("typed", ["2001.7", "明天", "20011301", "2001-02-30", "1"])
def test_parse_cell_refuses_what_is_no_day(typed: str):
    with pytest.raises(ValueError, match="not a date"):
        parse_cell(DAY, typed)


def test_cells_are_called_as_sheet_programs_call_them():
    assert [column_letters(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert cell_name(2, 17) == "C17"


def test_plain_title_drops_what_people_put_around_a_heading():
    assert {plain_title(text) for text in ("姓名", "* 姓 名（必填）", "姓名:", "姓\n名")} == {"姓名"}


def test_read_sheet_reads_the_first_sheet_that_has_rows(tmp_path: Path):
    book = Workbook()
    page = book.create_sheet("名册")
    page.append(["姓名", "身份证号"])
    page.append(["马建国", "1"])
    held = io.BytesIO()
    book.save(held)
    path = tmp_path / "a.xlsx"
    path.write_bytes(held.getvalue())

    assert [values["name"] for _, values in read(path)] == ["马建国"]
