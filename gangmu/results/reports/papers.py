"""A report on paper: Word and PDF in the layout of GB/T 9704, Excel with every figure, the body of a notice."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as translate

from gangmu.frame.formats import NOTHING, instant, number
from gangmu.frame.sheets import Sheet, SheetColumn, xlsx_bytes
from gangmu.frame.words import worded
from gangmu.kernel.files.word import Document, Grid, GridColumn, Heading, NewPage, Paragraph, Stretch
from gangmu.kernel.notices.rules import Body
from gangmu.kernel.packs.rules import Pack
from gangmu.results.reports.definitions import ReportKind
from gangmu.results.reports.models import Report
from gangmu.results.reports.queries.reports import Line, Said, Shown
from gangmu.results.reports.rules import unknown_of

MARK = "\u203b"
"""Stands behind a number that was typed, in every way a report leaves the house."""


def paper_number(pack: Pack, kind: str, typed: str, year: int) -> str:
    """Return the number of a paper: what was typed, put into the form that the pack gives it."""
    found = pack.find(ReportKind, kind) if kind else None
    if not typed or found is None or not found.number or not typed.isdecimal():
        return typed
    return found.number.format(year=year, number=typed)


def evidence_path(shown: Shown, report: Report) -> str:
    """Return the address, on this site, of what a figure is made of."""
    known = f"?{urlencode({'known_at': report.known_at.isoformat()})}" if report.known_at else ""
    return reverse("reports-figure", args=(shown.org_id, str(shown.period), shown.name)) + known


def made_of(shown: Shown) -> str:
    """Return numerator and denominator in words; what is itself one of the two is made of nothing else."""
    above, below = shown.counted.numerator, shown.counted.denominator
    if shown.hidden or above is None or shown.figure.take != "value":
        return NOTHING
    return number(above) if below is None else f"{number(above)} ÷ {number(below)}"


def value_text(shown: Shown) -> str:
    """Return the figure with the word of its unit."""
    units = {"yuan": translate("yuan"), "ten_thousand_yuan": translate("10,000 yuan")}
    word = units.get(shown.figure.unit, "") if shown.known and not shown.hidden else ""
    return f"{shown.text} {word}".strip()


def figure_title(shown: Shown) -> str:
    """Return what a figure is called, and whose it is."""
    return f"{worded(shown.figure.title)}\uff08{shown.org_name}\uff09"


def _stretches(line: Line, said: Said, report: Report, site: str) -> Iterator[Stretch]:
    for piece in line.pieces:
        if piece.figure is not None:
            link = site + evidence_path(said.figure(piece.figure), report) if site else ""
            yield Stretch(piece.text, link=link)
            yield Stretch(f"[{piece.figure}]", raised=True)
        elif piece.typed:
            yield Stretch(piece.text)
            yield Stretch(MARK, raised=True)
        else:
            yield Stretch(piece.text)


def report_document(said: Said, report: Report, *, site: str = "") -> Document:
    """Return a report as the paper that is signed and sealed; ``site`` is where its figures lead."""
    blocks: list[Any] = [
        Heading(line.heading)
        if line.heading
        else Paragraph(stretches=tuple(_stretches(line, said, report, site)))
        for line in said.lines
    ]
    foot = []
    if said.typed:
        foot.append(f"{MARK} {translate('Typed by hand; the number does not come from the system.')}")
    foot.append(_standing(report))
    attachments = []
    if said.figures:
        attachments.append(translate("Figures and where they come from"))
        blocks += [NewPage(), *_origins(said, report)]
    return Document(
        title=report.title,
        number=report.number,
        addressee=f"{report.addressee}\uff1a" if report.addressee else "",
        blocks=blocks,
        attachments=attachments,
        signed_by=report.org.name if report.signed_on else "",
        signed_on=report.signed_on,
        foot=foot,
    )


def _standing(report: Report) -> str:
    if report.known_at is None:
        return translate("A draft: its figures are as they stand now, and are not fixed.")
    words = translate("Figures as known at %(instant)s; fingerprint %(digest)s")
    return words % {"instant": instant(report.known_at), "digest": report.digest[:16]}


def _origins(said: Said, report: Report) -> Iterator[Any]:
    yield Heading(translate("Figures and where they come from"), numbered=False)
    columns = (
        GridColumn(translate("No."), weight=0.5),
        GridColumn(translate("Figure"), align="left", weight=2.6),
        GridColumn(translate("Value"), align="right", weight=1.2),
        GridColumn(translate("Made of"), align="right", weight=1.8),
        GridColumn(translate("Unknown"), align="right", weight=0.8),
        GridColumn(translate("Where it comes from"), align="left", weight=2.6),
    )
    rows = [
        (
            str(shown.number),
            figure_title(shown),
            value_text(shown),
            made_of(shown),
            _unknown(shown),
            evidence_path(shown, report).partition("?")[0],
        )
        for shown in said.figures
    ]
    yield Grid(columns, rows)


def _unknown(shown: Shown) -> str:
    unknown = unknown_of(shown.figure, shown.counted)
    return NOTHING if unknown is None else str(unknown)


def notice_body(said: Said, report: Report) -> Body:
    """Return what a notice of a report says: its sentences, and a table of its figures."""
    paragraphs = [line.heading or _plain(line) for line in said.lines]
    if said.typed:
        paragraphs.append(f"{MARK} {translate('Typed by hand; the number does not come from the system.')}")
    paragraphs.append(_standing(report))
    head = (
        translate("No."),
        translate("Figure"),
        translate("Value"),
        translate("Made of"),
        translate("Unknown"),
    )
    rows = tuple(
        (
            str(shown.number),
            figure_title(shown),
            value_text(shown),
            made_of(shown),
            _unknown(shown),
        )
        for shown in said.figures
    )
    return Body(paragraphs=tuple(paragraphs), head=head if rows else (), rows=rows)


def _plain(line: Line) -> str:
    marks = ((f"[{piece.figure}]" if piece.figure else MARK if piece.typed else "") for piece in line.pieces)
    return "".join(piece.text + mark for piece, mark in zip(line.pieces, marks, strict=True))


def report_workbook(said: Said, report: Report, *, day: date, made_by: str, site: str = "") -> bytes:
    """Return a report as a sheet: each sentence with its figures, what they are made of, and where they lead."""
    columns = (
        SheetColumn(translate("Sentence"), width=60),
        SheetColumn(translate("No."), width=6),
        SheetColumn(translate("Figure"), width=30),
        SheetColumn(translate("Organization"), width=30),
        SheetColumn(translate("Value"), width=14),
        SheetColumn(translate("Numerator"), width=14),
        SheetColumn(translate("Denominator"), width=14),
        SheetColumn(translate("Known"), width=10),
        SheetColumn(translate("Unknown"), width=10),
        SheetColumn(translate("Where it comes from"), width=60),
        SheetColumn(translate("Fingerprint"), width=20),
    )
    sheet = Sheet(
        title=report.title,
        columns=columns,
        rows=_sheet_rows(said, report, site),
        day=day,
        made_by=made_by,
    )
    return xlsx_bytes(sheet)


def _sheet_rows(said: Said, report: Report, site: str) -> Iterator[tuple[Any, ...]]:
    for line in said.lines:
        if line.heading:
            yield (line.heading, *[""] * 10)
            continue
        numbers = [piece.figure for piece in line.pieces if piece.figure is not None]
        text = _plain(line)
        for at, figure in enumerate(numbers):
            shown = said.figure(figure)
            counted = shown.counted
            yield (
                text if at == 0 else "",
                figure,
                worded(shown.figure.title),
                shown.org_name,
                value_text(shown),
                None if shown.hidden else counted.numerator,
                None if shown.hidden else counted.denominator,
                None if shown.hidden else counted.known,
                unknown_of(shown.figure, counted),
                site + evidence_path(shown, report),
                counted.digest[:16],
            )
        if not numbers:
            yield (text, *[""] * 10)
