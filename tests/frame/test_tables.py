"""A table sorts by what it allows, pages, keeps its parameters and leaves as it stands."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context as TemplateContext
from django.template import Template
from django.test import RequestFactory
from django.utils import translation
from openpyxl import load_workbook

from gangmu.core.context import Context, Stranger
from gangmu.frame.sheets import Sheet, SheetColumn, xlsx_bytes
from gangmu.frame.tables import Column, Table

COLUMNS = (
    Column("name", "组织", sort="name"),
    Column("due", "期限", "date"),
    Column("money", "经费", "money", sort="money", unit="wan", total=True, group="账目"),
    Column("members", "党员", "number", total=True, group="账目"),
    Column("code", "代码", shown=False),
)
ROWS = [
    {"name": "=1+1", "due": date(2015, 10, 8), "money": Decimal("12345.00"), "members": 30, "code": "1"},
    {"name": "乙", "due": None, "money": None, "members": 12, "code": "2"},
    {"name": "丙", "due": date(2015, 10, 9), "money": Decimal(-5000), "members": 7, "code": "3"},
]


def table(query: str = "", rows: Any = ROWS, **more: Any) -> Table:
    request = RequestFactory().get(f"/orders?{query}")
    request.context = Context(Stranger(), datetime(2015, 10, 26, tzinfo=UTC))  # type: ignore[attr-defined]
    return Table(request, COLUMNS, rows, title="十月份", made_by="马国强", **more)


def names(asked: Table) -> list[str]:
    return [row.thing["name"] for row in asked.page]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=money", ["丙", "=1+1", "乙"]),
        ("sort=-money", ["=1+1", "丙", "乙"]),
        ("sort=members", ["=1+1", "乙", "丙"]),
        ("sort=password", ["=1+1", "乙", "丙"]),
    ],
)
def test_rows_are_sorted_only_as_columns_allow(query: str, expected: list[str]):
    assert names(table(query)) == expected


@pytest.mark.parametrize(
    ("query", "number"), [("page=2", 2), ("page=99", 2), ("page=-1", 1), ("page=x", 1), ("page=٢", 2)]
)
def test_a_page_that_does_not_exist_is_the_nearest(query: str, number: int):
    asked = table(query, page_size=2)

    assert asked.page_number == number


def test_links_keep_the_filters():
    asked = table("town=12&page=2", page_size=2)

    assert asked.pager.before == "?town=12&page=1"
    assert asked.excel_url == "?town=12&export=xlsx"


def test_filters_keep_the_sort_out_of_sight() -> None:
    request = RequestFactory().get("/orders?sort=name&size=50&page=2")

    page = Template("{% load gangmu %}{% filters %}<b>q</b>{% endfilters %}").render(
        TemplateContext({"request": request})
    )

    assert (
        '<input type="hidden" name="sort" value="name"><input type="hidden" name="size" value="50">' in page
    )
    assert "&lt;" not in page
    assert 'name="page"' not in page


def test_chosen_columns_are_shown_and_unknown_ones_are_passed_over():
    assert [head.title for head in table("columns=code&columns=name&columns=x").heads] == ["组织", "代码"]
    assert [head.title for head in table("columns=code,name").heads] == ["组织", "代码"]


def test_a_workbook_has_title_date_unit_maker_heads_and_sums():
    with translation.override("zh-hans"):
        response = table("export=xlsx").export()

    assert response is not None
    page = load_workbook(io.BytesIO(response.content)).active
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert rows[0] == ["十月份", None, None, None]
    assert rows[1][0] == "日期：2015-10-26    制表人：马国强"
    assert rows[2] == ["组织", "期限", "账目", None]
    assert rows[3] == [None, None, "经费 (万元)", "党员"]
    assert rows[4][:1] + rows[4][2:] == ["=1+1", 1.2345, 30]
    assert page["A5"].data_type == "s"
    assert rows[7] == ["合计", None, "=SUM(C5:C7)", "=SUM(D5:D7)"]
    assert sorted(map(str, page.merged_cells.ranges)) == ["A1:D1", "A2:D2", "A3:A4", "B3:B4", "C3:D3"]


def test_csv_runs_nothing_and_keeps_figures():
    response = table("export=csv").export()

    assert response is not None
    text = response.content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1:] == [
        ["'=1+1", "2015-10-08", "1.2345", "30"],
        ["乙", "", "", "12"],
        ["丙", "2015-10-09", "-0.5", "7"],
    ]


def test_file_writes_numbers_without_zeros_behind_them():
    rows = [{"money": Decimal("51792.0000")}, {"money": Decimal("0.5000")}, {"money": Decimal(120)}]

    columns = [Column("money", "数", "number")]
    request = RequestFactory().get("/", {"export": "csv"})
    plain = Table(request, columns, rows, made_by="马某").export()
    assert plain is not None
    assert plain.content.decode("utf-8-sig").split() == ["数", "51792", "0.5", "120"]


def test_workbook_keeps_marks_that_xml_cannot_and_days_in_any_column():
    sheet = Sheet(
        "表",
        [SheetColumn("一"), SheetColumn("二")],
        [["甲\x00<&乙", date(2015, 10, 8)]],
        date(2015, 10, 9),
        "马",
    )

    page = load_workbook(io.BytesIO(xlsx_bytes(sheet))).active

    assert (page["A4"].value, page["B4"].value.date()) == ("甲<&乙", date(2015, 10, 8))
    assert (page["A4"].border.left.style, page.dimensions) == ("thin", "A1:B4")


def test_nothing_leaves_unless_it_is_asked_for():
    assert table("export=exe").export() is None
