"""Sheets as people send them: Excel and CSV, read row by row, with what must not come in refused."""

import codecs
import csv
import itertools
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, NoReturn

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    WorksheetNotFound,
    XmlError,
    ZipError,
)

from gangmu.core.errors import Invalid
from gangmu.core.fields import Choice, FieldSpec
from gangmu.core.text import LANGUAGES, msgid

MOST_BYTES = 30 * 1024 * 1024
MOST_BYTES_OLD = 8 * 1024 * 1024
MOST_INFLATED = 400 * 1024 * 1024
MOST_PARTS = 2000
MOST_RATIO = 200
MOST_ROWS = 200_000
MOST_COLUMNS = 200
MOST_CELLS = 6_000_000
MOST_TEXT = 5000
_HEAD_WITHIN = 20

Cell = str
"""What stands in a cell, as text: numbers without exponent, days as ISO, nothing as ''."""


class UnreadableSheet(Invalid):
    """A file that is no sheet, or one that is not let in."""

    code = "unreadable_sheet"


@dataclass(frozen=True)
class SheetRow:
    """One row that is not blank: its number as the sheet program shows it, and its cells."""

    line: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Heads:
    """Which column of a sheet holds which field, and which headings nobody asked for.

    ``foreign`` counts those that belong to another template.
    """

    line: int
    columns: Mapping[str, int]
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    foreign: int = 0


@dataclass
class SheetRows:
    """The rows below the heading, to be read once, and what the heading says."""

    heads: Heads
    rows: Iterator[SheetRow] = field(repr=False)

    def values(self, row: SheetRow) -> dict[str, Cell]:
        """Return a row's cells by field; a cell beyond the row's end is empty."""
        width = len(row.cells)
        return {code: row.cells[at] if at < width else "" for code, at in self.heads.columns.items()}


def column_letters(at: int) -> str:
    """Return what a sheet program calls a column, counted from 0: A, Z, AA."""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(at: int, line: int) -> str:
    """Return what a sheet program calls a cell: ``C17``."""
    return f"{column_letters(at)}{line}"


def read_sheet(
    path: Path,
    fields: Sequence[FieldSpec],
    *,
    other_titles: Mapping[str, Sequence[str]] | None = None,
    foreign: Sequence[str] = (),
    most_rows: int = MOST_ROWS,
    formulas: bool = True,
) -> SheetRows:
    """Return a file's rows below the heading in which the fields' titles stand.

    Titles are known in every language of the site, and by ``other_titles``. The heading may
    stand below a title, and be merged over two rows. Blank rows and closing remarks are
    passed over. Refuses what is no sheet, has macros or a password, is too large or
    inflates beyond measure, lacks a heading, or has more than ``most_rows`` rows. Of a
    formula the value last computed is read, unless ``formulas`` are not let in either. With
    headings of ``foreign`` templates a sheet of theirs is told from one without heading.
    """
    rows = _rows(path, most_rows, formulas=formulas)
    first = list(itertools.islice(rows, _HEAD_WITHIN))
    heads = find_heads([row for row in first if any(row.cells)], fields, other_titles or {}, foreign)
    if heads.missing:
        raise UnreadableSheet(
            "The heading lacks these columns: %(columns)s.", {"columns": "、".join(heads.missing)}
        )
    below = (row for row in itertools.chain(first, rows) if row.line > heads.line)
    shown = (row for row in below if not _blank(row) and not _remark(row))
    return SheetRows(heads, _counted(shown, most_rows))


def _counted(rows: Iterator[SheetRow], most: int) -> Iterator[SheetRow]:
    for count, row in enumerate(rows):
        if count >= most:
            raise UnreadableSheet("The sheet has more than %(most)s rows.", {"most": most})
        yield row


def _blank(row: SheetRow) -> bool:
    return not any(row.cells)


_REMARKS = ("合计", "总计", "小计", "注:", "注：", "说明", "备注:", "备注：", "填表", "制表", "Total", "Note")


def _remark(row: SheetRow) -> bool:
    """Whether a row is a closing remark: one cell, or a sum, and it says so."""
    filled = [cell for cell in row.cells if cell]
    if not filled[0].startswith(_REMARKS):
        return False
    return len(filled) == 1 or filled[0] in ("合计", "总计", "小计", "Total")


def plain_title(text: str) -> str:
    """Return a heading without what people put around it: spaces, stars, brackets, units."""
    half = text.translate(_FULL_TO_HALF)
    return re.sub(r"\(.*?\)|\[.*?\]|[\s*:_/、]", "", half).lower() or half.strip().lower()


_FULL_TO_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def find_heads(
    rows: Sequence[SheetRow],
    fields: Sequence[FieldSpec],
    other_titles: Mapping[str, Sequence[str]],
    foreign: Sequence[str] = (),
) -> Heads:
    """Return the heading among the first rows: the one in which most fields are named.

    A cell that is empty because it is merged with the one above is read from above.
    """
    known: dict[str, str] = {}
    for spec in fields:
        titles = [spec.title.within(language) for language in LANGUAGES]
        for title in (spec.code, *titles, *other_titles.get(spec.code, ())):
            known.setdefault(plain_title(title), spec.code)
    others = frozenset(map(plain_title, foreign)) - known.keys()
    best = Heads(0, {}, (), tuple(str(spec.title) for spec in fields if spec.required))
    for index, row in enumerate(rows):
        for cells in _with_merged(rows, index):
            heads = _heads_of(row.line, cells, fields, known, others)
            if len(heads.columns) + heads.foreign > len(best.columns) + best.foreign:
                best = heads
    if len(best.columns) + best.foreign < min(2, len(fields)):
        wanted = "、".join(str(spec.title) for spec in fields)
        raise UnreadableSheet("There is no heading with these columns: %(columns)s.", {"columns": wanted})
    return best


def _with_merged(rows: Sequence[SheetRow], index: int) -> Iterator[tuple[Cell, ...]]:
    row = rows[index].cells
    yield row
    if index and rows[index - 1].line == rows[index].line - 1:
        above = rows[index - 1].cells
        yield tuple(low or high for low, high in itertools.zip_longest(row, above, fillvalue=""))


def _heads_of(
    line: int,
    cells: Sequence[Cell],
    fields: Sequence[FieldSpec],
    known: Mapping[str, str],
    others: frozenset[str],
) -> Heads:
    columns: dict[str, int] = {}
    unknown: list[str] = []
    for at, cell in enumerate(cells):
        code = known.get(plain_title(cell)) if cell else None
        if code and code in columns:
            raise UnreadableSheet("The column %(column)s stands twice.", {"column": cell})
        if code:
            columns[code] = at
        elif cell:
            unknown.append(cell[:60])
    missing = tuple(str(spec.title) for spec in fields if spec.required and spec.code not in columns)
    foreign = sum(1 for cell in cells if cell and plain_title(cell) in others)
    said = tuple(cell[:60] for cell in cells if cell)
    return Heads(line, columns, tuple(unknown), missing, said, foreign)


def parse_cell(spec: FieldSpec, cell: Cell) -> Any:
    """Return a cell as the field keeps it, as ``FieldSpec.parse`` does for what is typed.

    Choices go by their titles too; days may be written ``20150701``, ``2015.7.1``,
    ``2015年7月1日`` or be the number that a sheet program keeps. What people write for a
    figure that they do not know is nothing, and never 0.
    """
    text = cell.strip()
    if text in UNKNOWN and spec.type in ("number", "money", "date", "choice"):
        text = ""
    if spec.type == "choice" and text:
        return spec.parse(_choice_code(spec, text))
    if spec.type == "date" and text:
        return spec.parse(_day_text(text.translate(_FULL_TO_HALF)))
    return spec.parse(text)


UNKNOWN = frozenset({"—", "——", "－", "-", "/", "／", "未知", "不详", "不清楚", "unknown", "Unknown"})


def _choice_code(spec: FieldSpec, text: str) -> str:
    return _codes_by_title(spec.choices).get(_plain_choice(text), text)


@lru_cache(maxsize=256)
def _codes_by_title(choices: tuple[Choice, ...]) -> dict[str, str]:
    """Return the codes of choices by code and by title in every language; the first of two stands."""
    found: dict[str, str] = {}
    for choice in choices:
        titles = [choice.title.within(language) for language in LANGUAGES]
        for title in (choice.code, *map(_plain_choice, titles)):
            found.setdefault(title, choice.code)
    return found


def _plain_choice(text: str) -> str:
    return "".join(text.translate(_FULL_TO_HALF).split()).lower()


_EIGHT_DIGITS = re.compile(r"(?:19|20)[0-9]{6}\Z")
_SERIAL = re.compile(r"[1-9][0-9]{3,4}\Z")
_EPOCH = date(1899, 12, 30)


def _day_text(text: str) -> str:
    text = re.sub(r"[T ]\d{1,2}:\d{2}.*\Z", "", text)
    if _EIGHT_DIGITS.match(text):
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if _SERIAL.match(text) and int(text) > 3000:
        return (_EPOCH + timedelta(days=int(text))).isoformat()
    return text


def _rows(path: Path, most_rows: int, *, formulas: bool) -> Iterator[SheetRow]:
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise UnreadableSheet(
            "The file is larger than %(most)s MB: send it in parts.", {"most": MOST_BYTES // 1024 // 1024}
        )
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise UnreadableSheet("The file is empty.")
    if start.startswith(b"PK\x03\x04"):
        _check_package(path, most_rows, formulas=formulas)
        return _excel_rows(path)
    if start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        _check_old(path, size)
        return _excel_rows(path)
    return _csv_rows(path, formulas=formulas)


_NOT_EXCEL = msgid("This is no Excel workbook: save it as .xlsx or CSV and send that.")
_MACROS = msgid("The file has macros and is not let in: save it as .xlsx without macros.")
_BOMB = msgid("The file inflates beyond measure and is not let in.")
_CELL = re.compile(rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*["']([A-Za-z]+)([0-9]+)["'](?:[^>]*[^/])?>""")
_PLACELESS = re.compile(rb"""<(?:\w+:)?c(?:\s(?![^>]*\br\s*=)[^>]*[^/])?>""")
_ROW = re.compile(rb"""<(?:\w+:)?row\s(?:[^>]*?\s)?r\s*=\s*["']([0-9]+)["']""")
_FORMULA = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*["']([A-Za-z]+[0-9]+)["'][^>]*>\s*<(?:\w+:)?f[\s/>]"""
)
_TAIL = 256


def _check_package(path: Path, most_rows: int, *, formulas: bool) -> None:
    """Refuse a package that is no workbook, has macros, or inflates beyond measure.

    What the package says about its sizes is not believed: every part is inflated here,
    piece by piece, and a cell far outside is noticed before a library makes room for it.
    """
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            names = {part.filename.lower() for part in parts}
            if len(parts) > MOST_PARTS:
                raise UnreadableSheet(_BOMB)
            if "xl/workbook.xml" not in names:
                raise UnreadableSheet(_NOT_EXCEL)
            if any(
                (name.endswith((".bin",)) and "vba" in name) or "macrosheets/" in name or "activex/" in name
                for name in names
            ):
                raise UnreadableSheet(_MACROS)
            _inflate_all(path, parts, most_rows, formulas=formulas)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError):
        raise UnreadableSheet(_NOT_EXCEL) from None


def _inflate_all(path: Path, parts: Sequence[zipfile.ZipInfo], most_rows: int, *, formulas: bool) -> None:
    total = 0
    packed = path.stat().st_size
    with path.open("rb") as file:
        for part in parts:
            if part.flag_bits & 1 or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise UnreadableSheet(_NOT_EXCEL)
            is_sheet = part.filename.lower().startswith("xl/worksheets/")
            extent, tail = _Extent(most_rows), b""
            for piece in _inflated(file, part):
                total += len(piece)
                if total > MOST_INFLATED or (total > 1024 * 1024 and total > MOST_RATIO * packed):
                    raise UnreadableSheet(_BOMB)
                if is_sheet:
                    extent.take(tail + piece)
                    if not formulas and (found := _FORMULA.search(tail + piece)):
                        _refuse_formula(found.group(1).decode())
                    tail = piece[-_TAIL:]


def _refuse_formula(cell: str) -> NoReturn:
    raise UnreadableSheet(
        "The cell %(cell)s holds a formula: paste the values alone and send that.", {"cell": cell}
    )


def _inflated(file: IO[bytes], part: zipfile.ZipInfo) -> Iterator[bytes]:
    file.seek(part.header_offset)
    header = file.read(30)
    names, extra = struct.unpack("<HH", header[26:30])
    file.seek(names + extra, 1)
    left = part.compress_size
    inflater = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0:
        piece = file.read(min(left, 1 << 18))
        if not piece:
            raise EOFError
        left -= len(piece)
        if inflater is None:
            yield piece
            continue
        while piece and not inflater.eof:
            yield inflater.decompress(piece, 1 << 20)
            piece = inflater.unconsumed_tail
    if inflater is not None and not inflater.eof:
        while more := inflater.decompress(inflater.unconsumed_tail, 1 << 20):
            yield more


@dataclass
class _Extent:
    """How far the filled cells of a worksheet reach: a library makes room for all within."""

    most_rows: int = MOST_ROWS
    width: int = 0
    height: int = 0

    def take(self, piece: bytes) -> None:
        """Note the cells in a piece of the worksheet; refuse what reaches too far."""
        cells = _CELL.findall(piece)
        rows = _ROW.findall(piece) if _PLACELESS.search(piece) else []
        widest = max((_column(letters) for letters in {letters for letters, _ in cells}), default=0)
        lowest = max(
            (int(digits[:12]) for digits in itertools.chain((row for _, row in cells), rows)), default=0
        )
        self.width, self.height = max(self.width, widest), max(self.height, lowest)
        if self.width > MOST_COLUMNS:
            raise UnreadableSheet("The sheet has more than %(most)s columns.", {"most": MOST_COLUMNS})
        if self.height > self.most_rows + _HEAD_WITHIN or self.width * self.height > MOST_CELLS:
            raise UnreadableSheet("The sheet has more than %(most)s rows.", {"most": self.most_rows})


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number


def _check_old(path: Path, size: int) -> None:
    """Refuse an old binary workbook with macros or a password, and one that is too large."""
    if size > MOST_BYTES_OLD:
        raise UnreadableSheet("A file of the old kind (.xls) of this size is not let in: save it as .xlsx.")
    held = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in held:
        raise UnreadableSheet("The file has a password: save it without one.")
    if "_VBA_PROJECT".encode("utf-16-le") in held:
        raise UnreadableSheet(_MACROS)


def _excel_rows(path: Path) -> Iterator[SheetRow]:
    """Read the first sheet that is shown and has rows."""
    try:
        with closing(CalamineWorkbook.from_path(path)) as book:
            for at in range(len(book.sheet_names)):
                sheet = book.get_sheet_by_index(at)
                if sheet.start is None or "Visible" not in str(book.sheets_metadata[at].visible):
                    continue
                if sheet.total_width > MOST_COLUMNS:
                    raise UnreadableSheet("The sheet has more than %(most)s columns.", {"most": MOST_COLUMNS})
                skipped = ("",) * sheet.start[1]
                for line, cells in enumerate(sheet.iter_rows(), sheet.start[0] + 1):
                    yield SheetRow(line, skipped + tuple(map(_text, cells)))
                return
    except PasswordError:
        raise UnreadableSheet("The file has a password: save it without one.") from None
    except (CalamineError, XmlError, ZipError, WorksheetNotFound, OSError):
        raise UnreadableSheet(_NOT_EXCEL) from None


def _text(value: Any) -> Cell:
    """Return a cell's value as text."""
    if isinstance(value, str):
        return value.strip()[:MOST_TEXT]
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ")[:16]
    if isinstance(value, date | int):
        return str(value)
    return "" if value is None else str(value)


def _number(value: float) -> Cell:
    """Return a number as it was typed; one with more digits than a sheet program keeps, as it shows it."""
    if abs(value) >= 1e15:
        return f"{value:.5E}"
    return str(int(value)) if value == int(value) else repr(round(value, 10))


_ENCODINGS = ("utf-8-sig", "gb18030")


def _csv_rows(path: Path, *, formulas: bool = True) -> Iterator[SheetRow]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(4096)
    heading = next((line for line in sample.splitlines() if line.strip()), "")
    delimiter = max(",\t;", key=heading.count)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        try:
            for cells in reader:
                if len(cells) > MOST_COLUMNS:
                    raise UnreadableSheet("The sheet has more than %(most)s columns.", {"most": MOST_COLUMNS})
                row = SheetRow(reader.line_num, tuple(_unquoted(cell) for cell in cells))
                for at, cell in enumerate(row.cells) if not formulas else ():
                    if cell.startswith("="):
                        _refuse_formula(cell_name(at, row.line))
                yield row
        except csv.Error:
            raise UnreadableSheet(_NOT_SHEET) from None


_NOT_SHEET = msgid("This is neither an Excel workbook nor a CSV file in UTF-8 or GB 18030.")


def _unquoted(cell: str) -> Cell:
    """Return a cell without the marks by which programs keep a number a text."""
    text = cell.strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[2:-1]
    return text.removeprefix("'").strip()[:MOST_TEXT]


def _encoding(path: Path) -> str:
    """Return the encoding in which the whole file can be read; nothing is replaced or dropped."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in _ENCODINGS:
        if _reads_as(path, encoding):
            return encoding
    raise UnreadableSheet(_NOT_SHEET)


def _reads_as(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while piece := file.read(1 << 18):
                text = decoder.decode(piece)
                if "\x00" in text:
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
