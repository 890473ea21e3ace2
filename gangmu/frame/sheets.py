"""Sheets that leave the house: Excel with title, date, unit, maker and sums; CSV that runs nothing."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from django.utils.translation import gettext as translate
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
DAY = "yyyy-mm-dd"
SHEET_PART = "xl/worksheets/sheet1.xml"
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
    """Return the sheet as an Excel workbook that can be printed and handed in.

    The title, the head and the sums are laid out by the library, which keeps every cell; the rows between
    are written straight into the file, so that a hundred thousand of them take seconds and no memory.
    """
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = sheet_name(sheet.title)
    top = _write_caption(page, sheet)
    first = _write_head(page, sheet, top)
    _set_up_page(page, sheet, first)
    with TemporaryFile() as rows:
        last = _write_rows(rows, page, sheet, first)
        _write_totals(page, sheet, first, last)
        laid_out, written = io.BytesIO(), io.BytesIO()
        book.save(laid_out)
        rows.seek(0)
        _put_between(laid_out, written, rows, last, len(sheet.columns))
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


def _write_rows(rows: IO[bytes], page: Worksheet, sheet: Sheet, first: int) -> int:
    """Write the data as rows of a sheet's XML; return the number of the last row."""
    looks = [
        (get_column_letter(at), _look(page, column.number_format), _look(page, column.number_format or DAY))
        for at, column in enumerate(sheet.columns, 1)
    ]
    at = first - 1
    for at, row in enumerate(sheet.rows, first):
        cells = [
            _cell_xml(f'r="{letter}{at}" s="{day if isinstance(value, date) else look}"', _plain(value))
            for (letter, look, day), value in zip(looks, row, strict=True)
        ]
        rows.write(f'<row r="{at}">{"".join(cells)}</row>'.encode())
    return at


def _look(page: Worksheet, number_format: str) -> int:
    """Return the number under which the workbook keeps how a column's cells look."""
    cell = Cell(page, row=1, column=1)
    cell.border = BOX
    if number_format:
        cell.number_format = number_format
    return int(cell.style_id)


def _cell_xml(mark: str, value: Any) -> str:
    """Return one cell; text stays text, also where it looks like a formula."""
    if value is None:
        return f"<c {mark}/>"
    if isinstance(value, date):
        serial = to_excel(value)  # type: ignore[no-untyped-call]
        return f"<c {mark}><v>{serial}</v></c>"
    if isinstance(value, str):
        text = escape(ILLEGAL_CHARACTERS_RE.sub("", value))
        return f'<c {mark} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    return (
        f"<c {mark}><v>{value:f}</v></c>"
        if isinstance(value, Decimal)
        else f"<c {mark}><v>{value + 0}</v></c>"
    )


def _put_between(laid_out: IO[bytes], written: IO[bytes], rows: IO[bytes], last: int, width: int) -> None:
    """Copy a workbook, with the rows between its head and its sums."""
    with ZipFile(laid_out) as plain, ZipFile(written, "w", ZIP_DEFLATED) as full:
        for part in plain.infolist():
            with full.open(part.filename, "w") as copy:
                text = plain.read(part)
                if part.filename == SHEET_PART:
                    before, after = _parted(text, last, width)
                    copy.write(before)
                    copyfileobj(rows, copy)
                    text = after
                copy.write(text)


def _parted(text: bytes, last: int, width: int) -> tuple[bytes, bytes]:
    """Return a sheet's XML before and after where its rows belong, with the size that it has with them."""
    sums = text.find(f'<row r="{last + 1}"'.encode())
    at = sums if sums >= 0 else text.index(b"</sheetData>")
    end = last + (sums >= 0)
    sized = f'<dimension ref="A1:{get_column_letter(width)}{end}"'.encode()
    return re.sub(rb'<dimension ref="[^"]*"', sized, text[:at], count=1), text[at:]


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
