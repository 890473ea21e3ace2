"""Word documents as offices send them (GB/T 9704): rooms say what stands in one, here it is laid out.

A room builds a ``Document`` out of blocks and hands on what ``word_bytes`` makes of it::

    letter = Document(
        title="关于做好七月党建工作的通知",
        number="党办发〔2015〕7号",
        addressee="各乡镇党委：",
        blocks=(
            Heading("总体要求"),                    # 一、总体要求 (black type); level=2 （一）, 3 1., 4 (1)
            Paragraph("……"),                        # third-size FangSong, two characters in
            Grid(columns=(GridColumn("单位", weight=3), GridColumn("按时", align="right")), rows=rows, foot=sums),
            Parties("交办单位", "责任单位"),          # places to sign and seal, side by side
        ),
        attachments=("任务清单",),
        signed_by="中共某某县委组织部",
        signed_on=date(2015, 7, 1),
    )
    return file_response(word_bytes(letter), MEDIA_TYPES["docx"], "通知.docx")

Everything is given in the words that stand on paper; a wide table asks for ``landscape=True``. The same
document gives the same bytes. ``paper_text`` reads a Word file back as plain lines, for tests.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, Literal

import docx
from django.utils.translation import gettext as translate
from docx.document import Document as WordFile
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph
from docx.text.run import Run

from gangmu.frame.formats import day as day_in_words

Align = Literal["left", "centre", "right", "justify"]

TITLE_FONT, BODY_FONT, BLACK_FONT, KAI_FONT, PAGE_FONT = "方正小标宋简体", "仿宋", "黑体", "楷体", "宋体"
LATIN_FONT = "Times New Roman"
TITLE_SIZE, BODY_SIZE, PAGE_SIZE, TABLE_SIZE = Pt(22), Pt(16), Pt(14), Pt(12)
LINE_PITCH = 579
"""22 lines on 225 mm, in twentieths of a point."""
CLOSER = -5
"""28 characters on 156 mm: by how much each stands closer than 16 points, in twentieths of a point.

Not as a grid of characters: some programs give a character that is wider than its field two of them.
"""
HEADING_FONTS = {1: BLACK_FONT, 2: KAI_FONT, 3: BODY_FONT, 4: BODY_FONT}
RED = RGBColor(0xFF, 0x00, 0x00)

_ALIGNED = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "centre": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


@dataclass(frozen=True)
class Heading:
    """A heading within the text: level 1 in black type, 2 in KaiTi, 3 and 4 as the text.

    With ``numbered`` it gets its number by the standard: 一、 （一） 1. (1).
    """

    text: str
    level: Literal[1, 2, 3, 4] = 1
    numbered: bool = True


@dataclass(frozen=True)
class Stretch:
    """A piece of a paragraph: one that leads to an address, or a mark that stands raised."""

    text: str
    link: str = ""
    raised: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the text, two characters in; ``align`` other than that has no indent.

    With ``stretches`` it is put together from them, and ``text`` is left empty.
    """

    text: str = ""
    align: Align = "justify"
    indent: bool = True
    bold: bool = False
    stretches: Sequence[Stretch] = ()


@dataclass(frozen=True)
class GridColumn:
    """A column of a table; those of one ``group`` stand under one merged head.

    ``weight`` is its share of the width beside the others.
    """

    title: str
    group: str = ""
    align: Align = "centre"
    weight: float = 1.0


@dataclass(frozen=True)
class Grid:
    """A table. Its head is repeated on each page, no row is torn; ``foot`` is a last row in bold."""

    columns: Sequence[GridColumn]
    rows: Sequence[Sequence[str]]
    foot: Sequence[str] = ()
    caption: str = ""
    note: str = ""


@dataclass(frozen=True)
class Parties:
    """Places for two sides to sign and seal, with an open date below each."""

    left: str
    right: str


@dataclass(frozen=True)
class NewPage:
    """What follows stands on a new page."""


Block = Heading | Paragraph | Grid | Parties | NewPage


@dataclass(frozen=True)
class Document:
    """An official document, from its red head to its foot; what is empty is left out.

    ``issuer`` is the red mark of the head (发文机关标志) with a red line below ``number``;
    without it the number stands under the title. ``foot`` is small print behind everything.
    """

    title: str
    blocks: Sequence[Block] = ()
    subtitle: str = ""
    number: str = ""
    issuer: str = ""
    addressee: str = ""
    attachments: Sequence[str] = ()
    signed_by: str = ""
    signed_on: date | None = None
    copies_to: str = ""
    printed_by: str = ""
    foot: Sequence[str] = ()
    landscape: bool = False


def word_bytes(document: Document) -> bytes:
    """Return a document as a Word file (.docx) that can be edited, printed and sealed."""
    file = docx.Document()
    _set_up(file, document)
    _write_head(file, document)
    _write_blocks(file, document.blocks)
    _write_end(file, document)
    written = io.BytesIO()
    file.save(written)
    return _without_times(written.getvalue())


def paper_text(content: bytes) -> list[str]:
    """Return what stands on a Word file's pages, line by line; the cells of a row are parted by tabs."""
    file = docx.Document(io.BytesIO(content))
    lines: list[str] = []
    for part in file.iter_inner_content():
        if isinstance(part, WordTable):
            lines += ["\t".join(cell.text for cell in _distinct(row.cells)) for row in part.rows]
        elif part.text.strip():
            lines.append(part.text)
    return lines


def _distinct(cells: Sequence[_Cell]) -> list[_Cell]:
    """Return the cells of a row without the repetitions that merging makes."""
    return [next(same) for _, same in groupby(cells, key=lambda cell: id(cell._tc))]


# --- the page ------------------------------------------------------------------------------


def _set_up(file: WordFile, document: Document) -> None:
    """Lay out the page: margins 37/35/28/26 mm, 22 lines of 28 characters, page numbers."""
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    margins = (Mm(37), Mm(26), Mm(35), Mm(28))
    if document.landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        # the head of a table that lies stands at the binding edge
        margins = (Mm(28), Mm(37), Mm(26), Mm(35))
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = margins
    section.footer_distance, section.header_distance = Mm(25 if not document.landscape else 18), Mm(15)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(LINE_PITCH))
    _set_up_body(file)
    file.settings.odd_and_even_pages_header_footer = True
    _number_pages(section.footer.paragraphs[0], "right")
    _number_pages(section.even_page_footer.paragraphs[0], "left")
    said = file.core_properties
    said.title, said.author, said.comments = document.title, document.signed_by, ""
    said.language, said.last_modified_by = "zh-CN", ""
    said.created = said.modified = datetime(2000, 1, 1, tzinfo=UTC)


def _set_up_body(file: WordFile) -> None:
    style = file.styles["Normal"]
    _fonts(style.element.get_or_add_rPr(), BODY_FONT)
    assert isinstance(style, ParagraphStyle)
    style.font.size = BODY_SIZE
    spacing = style.paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    spacing.line_spacing_rule = WD_LINE_SPACING.SINGLE
    spacing.widow_control = False
    closer = OxmlElement("w:spacing")
    closer.set(qn("w:val"), str(CLOSER))
    style.element.get_or_add_rPr().append(closer)
    # what breaks a line before a comma depends on it
    for language in file.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _fonts(properties: Any, font: str) -> None:
    found = properties.find(qn("w:rFonts"))
    if found is None:
        found = OxmlElement("w:rFonts")
        properties.insert(0, found)
    for attribute in list(found.attrib):
        del found.attrib[attribute]
    found.set(qn("w:ascii"), LATIN_FONT)
    found.set(qn("w:hAnsi"), LATIN_FONT)
    found.set(qn("w:cs"), LATIN_FONT)
    found.set(qn("w:eastAsia"), font)


def _number_pages(paragraph: WordParagraph, side: Align) -> None:
    """Write — 1 — in fourth size, one character in from the outer side."""
    paragraph.alignment = _ALIGNED[side]
    _indent(paragraph, left=100 if side == "left" else 0, right=100 if side == "right" else 0)
    for kind, text in (("", "— "), ("begin", ""), ("instr", "PAGE"), ("end", ""), ("", " —")):
        run = _run(paragraph, text if not kind else "", PAGE_FONT, PAGE_SIZE)
        if kind == "instr":
            instruction = OxmlElement("w:instrText")
            instruction.text = text
            run._r.append(instruction)
        elif kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


# --- lines ---------------------------------------------------------------------------------


def _run(paragraph: WordParagraph, text: str, font: str, size: Pt, *, bold: bool = False) -> Run:
    run = paragraph.add_run(_writable(text))
    run.font.size, run.font.bold = size, bold
    _fonts(run._r.get_or_add_rPr(), font)
    return run


def _writable(text: str) -> str:
    """Return a text without the characters that no XML can hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)


def _indent(paragraph: WordParagraph, *, first: int = 0, left: int = 0, right: int = 0) -> None:
    """Indent by hundredths of a character, so that it follows the size of the type."""
    found = OxmlElement("w:ind")
    for name, value in (("firstLineChars", first), ("leftChars", left), ("rightChars", right)):
        found.set(qn(f"w:{name}"), str(value))
    # for programs that know no characters: 16 points each
    for name, value in (("firstLine", first), ("left", left), ("right", right)):
        found.set(qn(f"w:{name}"), str(value * 320 // 100))
    properties = paragraph._p.get_or_add_pPr()
    for old in properties.findall(qn("w:ind")):
        properties.remove(old)
    properties._insert_ind(found)


def _line(
    file: WordFile | _Cell,
    text: str = "",
    *,
    font: str = BODY_FONT,
    size: Pt = BODY_SIZE,
    align: Align = "left",
    first: int = 0,
    left: int = 0,
    right: int = 0,
    bold: bool = False,
) -> WordParagraph:
    paragraph = file.add_paragraph()
    paragraph.alignment = _ALIGNED[align]
    if first or left or right:
        _indent(paragraph, first=first, left=left, right=right)
    if text:
        _run(paragraph, text, font, size, bold=bold)
    return paragraph


# --- the head ------------------------------------------------------------------------------


def _write_head(file: WordFile, document: Document) -> None:
    if document.issuer:
        mark = _line(file, document.issuer, font=TITLE_FONT, size=Pt(36), align="centre")
        mark.paragraph_format.space_before = Pt(60)
        mark.runs[0].font.color.rgb = RED
        _line(file)
        _line(file)
        number = _line(file, document.number, align="centre")
        _rule_below(number)
        _line(file)
        _line(file)
    title = _line(file, document.title, font=TITLE_FONT, size=TITLE_SIZE, align="centre")
    title.paragraph_format.line_spacing = Pt(33)
    title.paragraph_format.keep_with_next = True
    if document.subtitle:
        _line(file, document.subtitle, font=KAI_FONT, align="centre")
    if document.number and not document.issuer:
        _line(file, document.number, align="centre")
    _line(file)
    if document.addressee:
        _line(file, document.addressee)


def _rule_below(paragraph: WordParagraph) -> None:
    """Draw the red line that parts the head from the text."""
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "11"), ("color", "FF0000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


# --- the text ------------------------------------------------------------------------------


def _write_blocks(file: WordFile, blocks: Sequence[Block]) -> None:
    numbers = [0, 0, 0, 0]
    for block in blocks:
        match block:
            case Heading():
                _write_heading(file, block, numbers)
            case Paragraph():
                indent = 200 if block.indent and block.align == "justify" else 0
                if block.stretches:
                    _write_stretches(_line(file, align=block.align, first=indent), block)
                    continue
                for text in block.text.split("\n"):
                    _line(file, text, align=block.align, first=indent, bold=block.bold)
            case Grid():
                _write_grid(file, block)
            case Parties():
                _write_parties(file, block)
            case NewPage():
                file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _write_stretches(paragraph: WordParagraph, block: Paragraph) -> None:
    for each in block.stretches:
        run = _run(paragraph, each.text, BODY_FONT, BODY_SIZE, bold=block.bold)
        if each.raised:
            run.font.superscript = True
        if each.link:
            place = paragraph.part.relate_to(each.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            link = OxmlElement("w:hyperlink")
            link.set(qn("r:id"), place)
            run._r.addprevious(link)
            link.append(run._r)


_DIGITS = "〇一二三四五六七八九"


def chinese_number(number: int) -> str:
    """Return a number from 1 to 99 as headings count: 一, 十, 二十三."""
    tens, ones = divmod(number, 10)
    return ("" if tens < 1 else "十" if tens == 1 else f"{_DIGITS[tens]}十") + (_DIGITS[ones] if ones else "")


def _number(level: int, number: int) -> str:
    forms = {1: "{chinese}、", 2: "（{chinese}）", 3: "{number}．", 4: "（{number}）"}
    return forms[level].format(chinese=chinese_number(number), number=number)


def heading_number(heading: Heading, numbers: list[int]) -> str:
    """Return the number of the next heading, empty for one without, and count it among those so far."""
    if not heading.numbered:
        return ""
    numbers[heading.level - 1] += 1
    numbers[heading.level :] = [0] * (4 - heading.level)
    return _number(heading.level, numbers[heading.level - 1])


def _write_heading(file: WordFile, heading: Heading, numbers: list[int]) -> None:
    text = heading_number(heading, numbers) + heading.text
    line = _line(file, text, font=HEADING_FONTS[heading.level], first=200)
    line.paragraph_format.keep_with_next = True
    # so that Word's own outline of the document shows it
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), str(heading.level - 1))
    line._p.get_or_add_pPr().append(level)


def _write_grid(file: WordFile, grid: Grid) -> None:
    if grid.caption:
        caption = _line(file, grid.caption, font=BLACK_FONT, size=PAGE_SIZE, align="centre")
        caption.paragraph_format.keep_with_next = True
    grouped = any(column.group for column in grid.columns)
    heads = 2 if grouped else 1
    table = file.add_table(rows=heads, cols=len(grid.columns))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _close_in(table)
    _set_widths(file, table, grid)
    size = _table_size(len(grid.columns))
    _write_grid_heads(table, grid.columns, size, grouped=grouped)
    for row in table.rows:
        _row_property(row, "w:tblHeader")
    for values in grid.rows:
        _write_row(table, grid.columns, values, size)
    if grid.foot:
        _write_row(table, grid.columns, grid.foot, size, bold=True)
    if grid.note:
        _line(file, grid.note, size=TABLE_SIZE)


def _table_size(columns: int) -> Pt:
    """Return the size of a table's type: small fourth, fifth where it is wide, small fifth where it is very wide."""
    return TABLE_SIZE if columns <= 8 else Pt(10.5) if columns <= 12 else Pt(9)


def _close_in(table: WordTable) -> None:
    """Leave half a millimetre between a cell's edge and its figures: wide tables need the room."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "28")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    if look is None:
        properties.append(margins)
    else:
        look.addprevious(margins)


def _set_widths(file: WordFile, table: WordTable, grid: Grid) -> None:
    section = file.sections[0]
    assert section.page_width is not None
    width = section.page_width - (section.left_margin or 0) - (section.right_margin or 0)
    whole = sum(column.weight for column in grid.columns)
    table.autofit = False
    for column, told in zip(table.columns, grid.columns, strict=True):
        column.width = Mm(round(width / whole * told.weight / 36000, 1))


def _write_grid_heads(table: WordTable, columns: Sequence[GridColumn], size: Pt, *, grouped: bool) -> None:
    at = 0
    for group, members in groupby(columns, key=lambda column: column.group):
        titles = [column.title for column in members]
        if group:
            last = at + len(titles) - 1
            _fill(table.cell(0, at).merge(table.cell(0, last)), group, "centre", size, font=BLACK_FONT)
        for step, title in enumerate(titles):
            cell = table.cell(1 if grouped else 0, at + step)
            if grouped and not group:
                cell = table.cell(0, at + step).merge(cell)
            _fill(cell, title, "centre", size, font=BLACK_FONT)
        at += len(titles)


def _write_row(
    table: WordTable, columns: Sequence[GridColumn], values: Sequence[str], size: Pt, *, bold: bool = False
) -> None:
    row = table.add_row()  # type: ignore[no-untyped-call]
    _row_property(row, "w:cantSplit")
    for cell, column, value in zip(row.cells, columns, values, strict=True):
        _fill(cell, value, column.align, size, bold=bold)


def _row_property(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _fill(
    cell: _Cell, text: str, align: Align, size: Pt, *, font: str = BODY_FONT, bold: bool = False
) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = _ALIGNED[align]
    _free_of_grid(paragraph)
    _run(paragraph, text, font, size, bold=bold)


def _free_of_grid(paragraph: WordParagraph) -> None:
    """Let lines stand closer than the grid of the text."""
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().insert_element_before(snap, "w:spacing", "w:ind", "w:jc", "w:rPr")


def _write_parties(file: WordFile, parties: Parties) -> None:
    _line(file)
    table = file.add_table(rows=1, cols=2)
    for cell, party in zip(table.rows[0].cells, (parties.left, parties.right), strict=True):
        _run(cell.paragraphs[0], party, BODY_FONT, BODY_SIZE)
        _line(cell, translate("(seal)"))
        _line(cell, translate("Signed:"))
        _line(cell)
        _line(cell, translate("Day:"))


# --- the end -------------------------------------------------------------------------------


def _write_end(file: WordFile, document: Document) -> None:
    if document.attachments:
        _line(file)
        for text in _attachment_lines(document.attachments):
            _line(file, text, first=200)
    if document.signed_by or document.signed_on:
        _write_signature(file, document)
    if document.copies_to or document.printed_by:
        _write_copies(file, document)
    for text in document.foot:
        small = _line(file, text, size=Pt(9))
        small.paragraph_format.line_spacing = Pt(12)
        _free_of_grid(small)


def _attachment_lines(attachments: Sequence[str]) -> Iterator[str]:
    name = translate("Attachment:")
    if len(attachments) == 1:
        yield f"{name}{attachments[0]}"
        return
    for at, each in enumerate(attachments, 1):
        yield f"{name if at == 1 else '　' * len(name)}{at}．{each}"


def _write_signature(file: WordFile, document: Document) -> None:
    """Write who signs over the day, which stands four characters in; the name is centred over it."""
    _line(file)
    _line(file)
    day = day_in_words(document.signed_on) if document.signed_on else ""
    if document.signed_by:
        middle = 400 + _width(day) // 2
        _line(
            file, document.signed_by, align="right", right=max(200, middle - _width(document.signed_by) // 2)
        )
    if day:
        _line(file, day, align="right", right=400)


def _width(text: str) -> int:
    """Return how wide a line is, in hundredths of a Chinese character."""
    return sum(50 if ord(each) < 0x2E80 else 100 for each in text)


def _write_copies(file: WordFile, document: Document) -> None:
    """Write the foot of the last page (版记): who gets a copy, and who printed it when."""
    day = day_in_words(document.signed_on) if document.signed_on else ""
    _line(file)
    lines = []
    if document.copies_to:
        lines.append(translate("Copies to: %(whom)s") % {"whom": document.copies_to})
    if document.printed_by:
        lines.append(f"{document.printed_by}　　{translate('printed on %(day)s') % {'day': day}}")
    table = file.add_table(rows=len(lines), cols=1)
    _rules_of(table)
    for row, text in zip(table.rows, lines, strict=True):
        paragraph = row.cells[0].paragraphs[0]
        _indent(paragraph, left=100, right=100)
        _run(paragraph, text, BODY_FONT, PAGE_SIZE)


def _rules_of(table: WordTable) -> None:
    borders = OxmlElement("w:tblBorders")
    for side, size in (("top", "8"), ("bottom", "8"), ("insideH", "6")):
        rule = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", size), ("space", "0"), ("color", "000000")):
            rule.set(qn(f"w:{name}"), value)
        borders.append(rule)
    table._tbl.tblPr.append(borders)


def _without_times(content: bytes) -> bytes:
    """Return the package with the same parts in the same order, but not when they were packed."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as given,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for part in given.infolist():
            plain = zipfile.ZipInfo(part.filename, date_time=(2000, 1, 1, 0, 0, 0))
            plain.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(plain, given.read(part))
    return written.getvalue()
