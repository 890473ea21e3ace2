"""The documents of ``word`` as PDF: the same blocks on the same page, to be read anywhere and not edited.

The Chinese type is one that readers of PDF bring or replace (a CID font of Adobe-GB1), so that the
file is small and no font has to stand on the server. A site that has a licence for a TrueType font,
such as the FangSong that GB/T 9704 asks for, names it in ``GANGMU_PDF_FONT``: it is then embedded.
"""

import io
from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.utils.translation import gettext as translate
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, SimpleDocTemplate, Spacer, Table, TableStyle
from reportlab.platypus import Paragraph as Lines

from gangmu.frame.formats import day as day_in_words
from gangmu.kernel.files.word import (
    Document,
    Grid,
    Heading,
    NewPage,
    Paragraph,
    Parties,
    Stretch,
    heading_number,
)

FONT = "STSong-Light"
BODY, LEADING = 16, 28.95
"""Third size on 22 lines of 225 mm, as the standard asks."""

_ALIGNED = {"left": TA_LEFT, "centre": TA_CENTER, "right": TA_RIGHT, "justify": TA_JUSTIFY}

_PLACED = {"left": "LEFT", "centre": "CENTER", "right": "RIGHT", "justify": "LEFT"}

PADDING = 2
"""What stays free at either side of a cell, in points."""


@lru_cache(maxsize=4)
def _registered(path: str) -> str:
    if not path:
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
        return FONT
    name = f"site-{Path(path).stem}"
    pdfmetrics.registerFont(TTFont(name, path))
    # there is one weight: what is bold is told by its place, and nothing fails for want of another file
    pdfmetrics.registerFontFamily(name, normal=name, bold=name, italic=name, boldItalic=name)
    return name


def _font() -> str:
    """Return the name of the site's font, or of the one that readers bring."""
    return _registered(settings.GANGMU_PDF_FONT)


def pdf_bytes(document: Document) -> bytes:
    """Return a document as a PDF; the same document gives the same bytes."""
    font = _font()
    written = io.BytesIO()
    size = landscape(A4) if document.landscape else A4
    top, right, bottom, left = (28, 37, 26, 35) if document.landscape else (37, 26, 35, 28)
    margins = {"topMargin": top, "rightMargin": right, "bottomMargin": bottom, "leftMargin": left}
    file = SimpleDocTemplate(
        written,
        pagesize=size,
        title=document.title,
        author=document.signed_by,
        invariant=1,
        **{name: value * mm for name, value in margins.items()},
    )
    numbered = partial(_number_page, font)
    file.build(
        [*_head(document), *_text(document, file.width), *_end(document, file.width)],
        onFirstPage=numbered,
        onLaterPages=numbered,
    )
    return written.getvalue()


def _style(**wanted: Any) -> ParagraphStyle:
    return _made_style(_font(), tuple(wanted.items()))


@lru_cache(maxsize=256)
def _made_style(font: str, wanted: tuple[tuple[str, Any], ...]) -> ParagraphStyle:
    given = {"fontSize": BODY, "leading": LEADING, "wordWrap": "CJK", "fontName": font}
    return ParagraphStyle("line", **{**given, **dict(wanted)})


def _line(text: str, **wanted: Any) -> Lines:
    return Lines(escape(text) or "&nbsp;", _style(**wanted))


def _number_page(font: str, canvas: Canvas, file: Any) -> None:
    """Write the number of the page one character in from the outer side, as Word does."""
    canvas.saveState()
    canvas.setFont(font, 14)
    text, height = f"— {canvas.getPageNumber()} —", file.bottomMargin - 22
    if canvas.getPageNumber() % 2:
        canvas.drawRightString(file.pagesize[0] - file.rightMargin - 14, height, text)
    else:
        canvas.drawString(file.leftMargin + 14, height, text)
    canvas.restoreState()


def _head(document: Document) -> Iterator[Flowable]:
    if document.issuer:
        yield Spacer(1, 60)
        yield _line(
            document.issuer, fontSize=36, leading=48, alignment=TA_CENTER, textColor=colors.red, spaceAfter=40
        )
        yield _line(
            document.number,
            alignment=TA_CENTER,
            borderWidth=0,
            spaceAfter=LEADING,
            borderPadding=(0, 0, 8, 0),
        )
    yield _line(document.title, fontSize=22, leading=33, alignment=TA_CENTER)
    if document.subtitle:
        yield _line(document.subtitle, alignment=TA_CENTER)
    if document.number and not document.issuer:
        yield _line(document.number, alignment=TA_CENTER)
    yield Spacer(1, LEADING)
    if document.addressee:
        yield _line(document.addressee)


def _text(document: Document, width: float) -> Iterator[Flowable]:
    numbers = [0, 0, 0, 0]
    for block in document.blocks:
        match block:
            case Heading():
                text = heading_number(block, numbers) + block.text
                yield Lines(f"<b>{escape(text)}</b>", _style(firstLineIndent=2 * BODY, keepWithNext=1))
            case Paragraph():
                yield from _paragraph(block)
            case Grid():
                yield from _grid(block, width)
            case Parties():
                yield _parties(block, width)
            case NewPage():
                yield PageBreak()


def _paragraph(block: Paragraph) -> Iterator[Flowable]:
    indent = 2 * BODY if block.indent and block.align == "justify" else 0
    style = _style(alignment=_ALIGNED[block.align], firstLineIndent=indent)
    texts = (
        ["".join(map(_stretch, block.stretches))]
        if block.stretches
        else [escape(text) for text in block.text.split("\n")]
    )
    for text in texts:
        yield Lines(f"<b>{text}</b>" if block.bold else text or "&nbsp;", style)


def _stretch(each: Stretch) -> str:
    text = escape(each.text)
    if each.raised:
        text = f"<super size={BODY * 0.6:.0f}>{text}</super>"
    return f"<a href={quoteattr(each.link)}>{text}</a>" if each.link else text


def _grid(grid: Grid, width: float) -> Iterator[Flowable]:
    size = 12 if len(grid.columns) <= 8 else 10.5 if len(grid.columns) <= 12 else 9
    leading = size * 1.3
    cell = partial(_line, fontSize=size, leading=leading)
    heads = [cell(column.title, alignment=TA_CENTER) for column in grid.columns]
    whole = sum(column.weight for column in grid.columns)
    widths = [width * column.weight / whole for column in grid.columns]
    rooms = [each - 2 * PADDING for each in widths]
    rows: list[list[Any]] = [heads]
    spans: list[Any] = []
    if any(column.group for column in grid.columns):
        rows, spans = _grouped(grid, cell, heads)
    first = len(rows)
    for values in (*grid.rows, *([grid.foot] if grid.foot else [])):
        rows.append(
            [
                value if _on_one_line(value, size, room) else cell(value, alignment=_ALIGNED[column.align])
                for column, value, room in zip(grid.columns, values, rooms, strict=True)
            ]
        )
    if grid.caption:
        yield _line(grid.caption, fontSize=14, alignment=TA_CENTER, keepWithNext=1)
    yield Table(
        rows,
        colWidths=widths,
        repeatRows=first,
        style=TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
                ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
                ("FONT", (0, 0), (-1, -1), _font(), size, leading),
                *[
                    ("ALIGN", (at, first), (at, -1), _PLACED[each.align])
                    for at, each in enumerate(grid.columns)
                ],
                *spans,
            ]
        ),
    )
    if grid.note:
        yield _line(grid.note, fontSize=12, leading=16)


def _on_one_line(text: str, size: float, room: float) -> bool:
    """Whether a text stands in a cell as it is: breaking lines takes ten times as long as writing one."""
    return "\n" not in text and pdfmetrics.stringWidth(text, _font(), size) <= room


def _grouped(grid: Grid, cell: Any, heads: list[Any]) -> tuple[list[list[Any]], list[Any]]:
    """Return two rows of heads, and which of their cells are one."""
    above: list[Any] = []
    spans: list[Any] = []
    for group, members in groupby(grid.columns, key=lambda column: column.group):
        count, at = len(list(members)), len(above)
        if group:
            above += [cell(group, alignment=TA_CENTER), *([""] * (count - 1))]
            spans.append(("SPAN", (at, 0), (at + count - 1, 0)))
        else:
            for step in range(at, at + count):
                above.append(heads[step])
                heads[step] = ""
                spans.append(("SPAN", (step, 0), (step, 1)))
    return [above, heads], spans


def _parties(parties: Parties, width: float) -> Flowable:
    def side(name: str) -> list[Flowable]:
        words = (name, translate("(seal)"), translate("Signed:"), "", translate("Day:"))
        return [_line(text) for text in words]

    return Table([[side(parties.left), side(parties.right)]], colWidths=[width / 2, width / 2])


def _end(document: Document, width: float) -> Iterator[Flowable]:
    if document.attachments:
        yield Spacer(1, LEADING)
        name = translate("Attachment:")
        for at, each in enumerate(document.attachments, 1):
            number = f"{at}\uff0e" if len(document.attachments) > 1 else ""
            yield _line(
                f"{name if at == 1 else chr(0x3000) * len(name)}{number}{each}", firstLineIndent=2 * BODY
            )
    if document.signed_by or document.signed_on:
        yield Spacer(1, 2 * LEADING)
        day = day_in_words(document.signed_on) if document.signed_on else ""
        for text in filter(None, (document.signed_by, day)):
            yield _line(text, alignment=TA_RIGHT, rightIndent=4 * BODY)
    yield from _copies(document, width)
    for text in document.foot:
        yield _line(text, fontSize=9, leading=12)


def _copies(document: Document, width: float) -> Iterator[Flowable]:
    day = day_in_words(document.signed_on) if document.signed_on else ""
    lines = []
    if document.copies_to:
        lines.append(translate("Copies to: %(whom)s") % {"whom": document.copies_to})
    if document.printed_by:
        lines.append(f"{document.printed_by}\u3000\u3000{translate('printed on %(day)s') % {'day': day}}")
    if lines:
        yield Spacer(1, LEADING)
        yield Table(
            [[_line(text, fontSize=14)] for text in lines],
            colWidths=[width],
            style=TableStyle(
                [
                    ("LINEABOVE", (0, 0), (-1, 0), 1, colors.black),
                    ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black),
                ]
            ),
        )
