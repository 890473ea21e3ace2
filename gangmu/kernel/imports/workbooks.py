"""The workbooks that go out: a kind's template, and a sheet back with its faults."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from gangmu.core.fields import FieldSpec
from gangmu.frame.sheets import sheet_name
from gangmu.frame.words import worded

LAST_ROW = 5000
HEAD = PatternFill("solid", fgColor="F2F2F2")
WRONG = PatternFill("solid", fgColor="FDE8E6")


def template_bytes(title: str, fields: Sequence[FieldSpec], rows: Iterable[Sequence[Any]] = ()) -> bytes:
    """Return a workbook to fill in: headings, what each asks for, choices to pick from.

    ``rows`` stand in it already, as what is known; text in them stays text.
    """
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = sheet_name(title)
    lists = book.create_sheet("_")
    lists.sheet_state = "hidden"
    for at, spec in enumerate(fields, 1):
        _head(page, at, spec)
        letter = get_column_letter(at)
        if spec.choices:
            _choices(page, lists, at, spec)
        elif spec.type != "number":
            for row in range(2, 202):
                page[f"{letter}{row}"].number_format = "@"
    for line, values in enumerate(rows, 2):
        for at, value in enumerate(values, 1):
            cell = page.cell(line, at)
            cell.value = value
            if isinstance(value, str):
                cell.data_type, cell.number_format = "s", "@"
    page.freeze_panes = "A2"
    return _bytes(book)


def _head(page: Worksheet, at: int, spec: FieldSpec) -> None:
    cell = page.cell(1, at)
    cell.value = worded(spec.title) + (" *" if spec.required else "")
    cell.font, cell.fill = Font(bold=True), HEAD
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    page.column_dimensions[get_column_letter(at)].width = 24 if spec.type == "text" else 16
    if spec.help:
        cell.comment = Comment(worded(spec.help), "", height=90, width=220)


def _choices(page: Worksheet, lists: Worksheet, at: int, spec: FieldSpec) -> None:
    letter = get_column_letter(at)
    for row, choice in enumerate(spec.choices, 1):
        lists.cell(row, at).value = worded(choice.title)
    area = f"'_'!${letter}$1:${letter}${len(spec.choices)}"
    rule = DataValidation(type="list", formula1=area, allow_blank=not spec.required)
    rule.add(f"{letter}2:{letter}{LAST_ROW}")
    page.add_data_validation(rule)


def faults_bytes(
    title: str,
    heads: Sequence[str],
    rows: Iterable[tuple[Sequence[str], Sequence[int], str]],
    fault_head: str,
) -> bytes:
    """Return rows with what is wrong with each in a last column; wrong cells are marked."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = sheet_name(title)
    for at, head in enumerate([*heads, fault_head], 1):
        cell = page.cell(1, at)
        cell.value, cell.font, cell.fill = head, Font(bold=True), HEAD
        page.column_dimensions[get_column_letter(at)].width = 48 if at > len(heads) else 20
    for line, (cells, wrong, said) in enumerate(rows, 2):
        for at, value in enumerate([*cells, said], 1):
            cell = page.cell(line, at)
            cell.value = value
            cell.data_type, cell.number_format = "s", "@"  # text stays text, formulas too
            if at - 1 in wrong:
                cell.fill = WRONG
    page.freeze_panes = "A2"
    return _bytes(book)


def _bytes(book: Workbook) -> bytes:
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()
