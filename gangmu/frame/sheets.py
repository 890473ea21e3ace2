"""Sheets that leave the house: Excel with title, date, unit, maker and sums; CSV that runs nothing."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as translate
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LINE = Side(style="thin", color="808080")
BOX = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
HEAD_FILL = PatternFill("solid", fgColor="F2F2F2")


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet; columns with one ``group`` stand under one merged head."""

    title: str
    group: str = ""
    number_format: str = ""
    total: bool = False
    width: int = 16


@dataclass(frozen=True)
class Sheet:
    """What is on the screen, ready to leave; ``foot`` is a last row of sums that were made elsewhere."""

    title: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[Any]]
    day: date
    made_by: str
    unit: str = ""
    foot: Sequence[Any] = ()


def harmless(value: Any) -> Any:
    """Return a value that no spreadsheet program takes for a formula."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def _plain(value: Any) -> Any:
    """Return a value as a cell can hold it: instants without zone, all else as text."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value if value is None or isinstance(value, int | float | Decimal | date | str) else str(value)


def csv_bytes(sheet: Sheet) -> bytes:
    """Return the sheet as CSV that Excel opens in Chinese (with a byte order mark)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([harmless(column.title) for column in sheet.columns])
    writer.writerows([harmless(_plain(value)) for value in row] for row in sheet.rows)
    if sheet.foot:
        writer.writerow([harmless(_plain(value)) for value in sheet.foot])
    return text.getvalue().encode("utf-8-sig")


def xlsx_bytes(sheet: Sheet) -> bytes:
    """Return the sheet as an Excel workbook that can be printed and handed in."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = sheet_name(sheet.title)
    top = _write_caption(page, sheet)
    first = _write_head(page, sheet, top)
    last = _write_rows(page, sheet, first)
    _write_totals(page, sheet, first, last)
    _set_up_page(page, sheet, first)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def sheet_name(title: str) -> str:
    """Return a title as a workbook may call one of its sheets."""
    return "".join("_" if mark in r"[]:*?/\'" else mark for mark in title)[:31] or "1"


def _write_caption(page: Worksheet, sheet: Sheet) -> int:
    """Write the title and the line below it; return the row of the head."""
    width = len(sheet.columns)
    _put(page, 1, 1, sheet.title).font = Font(bold=True, size=16)
    page.cell(1, 1).alignment = Alignment(horizontal="center", vertical="center")
    page.row_dimensions[1].height = 30
    parts = [
        translate("Date: %(day)s") % {"day": sheet.day.isoformat()},
        translate("Made by: %(name)s") % {"name": sheet.made_by},
    ]
    if sheet.unit:
        parts.append(translate("Unit: %(unit)s") % {"unit": sheet.unit})
    _put(page, 2, 1, "    ".join(parts)).alignment = Alignment(horizontal="right")
    for row in (1, 2):
        if width > 1:
            page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
    return 3


def _write_head(page: Worksheet, sheet: Sheet, top: int) -> int:
    """Write one row of heads, or two where columns are grouped; return the first data row."""
    grouped = any(column.group for column in sheet.columns)
    bottom = top + 1 if grouped else top
    for at, column in enumerate(sheet.columns, 1):
        _head(page, bottom if column.group else top, at, column.title)
        if grouped and not column.group:
            page.merge_cells(start_row=top, start_column=at, end_row=bottom, end_column=at)
    at = 1
    for group, members in groupby(sheet.columns, key=lambda column: column.group):
        width = len(list(members))
        if group:
            _head(page, top, at, group)
            if width > 1:
                page.merge_cells(start_row=top, start_column=at, end_row=top, end_column=at + width - 1)
        at += width
    for row in range(top, bottom + 1):
        for column_at in range(1, len(sheet.columns) + 1):
            page.cell(row, column_at).border = BOX
    return bottom + 1


def _head(page: Worksheet, row: int, at: int, title: str) -> None:
    cell = _put(page, row, at, title)
    cell.font = Font(bold=True)
    cell.fill = HEAD_FILL
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def _write_rows(page: Worksheet, sheet: Sheet, first: int) -> int:
    """Write the data; return the last row written."""
    row_at = first - 1
    for row_at, row in enumerate(sheet.rows, first):
        for at, (column, value) in enumerate(zip(sheet.columns, row, strict=True), 1):
            cell = _put(page, row_at, at, _plain(value))
            cell.border = BOX
            if column.number_format:
                cell.number_format = column.number_format
    return row_at


def _write_totals(page: Worksheet, sheet: Sheet, first: int, last: int) -> None:
    if sheet.foot and last >= first:
        for at, (column, value) in enumerate(zip(sheet.columns, sheet.foot, strict=True), 1):
            cell = _put(page, last + 1, at, _plain(value))
            cell.border, cell.font = BOX, Font(bold=True)
            cell.number_format = column.number_format or "General"
        return
    if last < first or not any(column.total for column in sheet.columns):
        return
    row = last + 1
    for at, column in enumerate(sheet.columns, 1):
        cell = page.cell(row, at)
        cell.border, cell.font = BOX, Font(bold=True)
        if column.total:
            letter = get_column_letter(at)
            cell.value = f"=SUM({letter}{first}:{letter}{last})"
            cell.number_format = column.number_format or "General"
        elif at == 1:
            cell.value = translate("Total")


def _set_up_page(page: Worksheet, sheet: Sheet, first: int) -> None:
    page.freeze_panes = page.cell(first, 1).coordinate
    page.print_title_rows = f"1:{first - 1}"
    page.page_setup.orientation = "landscape" if len(sheet.columns) > 6 else "portrait"
    page.page_setup.paperSize = 9
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for at, column in enumerate(sheet.columns, 1):
        page.column_dimensions[get_column_letter(at)].width = column.width


def _put(page: Worksheet, row: int, at: int, value: Any) -> Any:
    """Write one cell; text stays text, also where it looks like a formula."""
    cell = page.cell(row, at)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    return cell
