"""The leader's page as Word, PDF and Excel: the same lines as on the screen."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as translate

from gangmu.desk.leader.queries import GoalLine, LeaderMonth, StuckLine
from gangmu.frame.formats import NOTHING, month, number, share, short_day
from gangmu.frame.sheets import Sheet, SheetColumn, xlsx_bytes
from gangmu.frame.words import worded
from gangmu.kernel.files.word import Document, Grid, GridColumn, Heading, Paragraph
from gangmu.work.plans.rules import Tally

Rows = list[tuple[str, ...]]


def heads() -> tuple[str, ...]:
    """Return the heads of a table of counts."""
    return (
        translate("Asked for"),
        translate("On time"),
        translate("Late"),
        translate("Missing"),
        translate("Share in time"),
    )


def counts(tally: Tally) -> tuple[str, ...]:
    """Return a tally as the cells of a table."""
    figures = (tally.due, tally.on_time, tally.late, tally.missing)
    return (*map(str, figures), share(tally.on_time, tally.due) if tally.due else NOTHING)


def titled(tally: Tally) -> list[tuple[str, str]]:
    """Return the cells of a tally with their heads, which stand beside them on a phone."""
    return list(zip(heads(), counts(tally), strict=True))


def summary(page: LeaderMonth) -> str:
    """Return the month in one sentence, with the month before beside it if anything was asked for then."""
    words = translate(
        "%(due)s tasks were asked for: %(on_time)s answered on time (%(share)s), %(late)s late, %(missing)s missing, %(waiting)s still open."
    )
    total, before = page.total, page.before
    if before.due:
        words = f"{words} {translate('The month before %(before)s were on time.')}"
    return words % {
        "due": total.due,
        "on_time": total.on_time,
        "share": share(total.on_time, total.due) if total.due else NOTHING,
        "late": total.late,
        "missing": total.missing,
        "waiting": total.waiting,
        "before": share(before.on_time, before.due) if before.due else NOTHING,
    }


def stuck_cells(line: StuckLine) -> tuple[str, ...]:
    """Return what is stuck as the cells of a table."""
    return (f"{worded(line.title)}\uff1a{worded(line.what)}", str(line.count), short_day(line.since))


def goal_cells(line: GoalLine) -> tuple[str, ...]:
    """Return a goal as the cells of a table; what nobody has reported is a dash."""
    unit = worded(line.unit) if line.unit else ""
    return (
        f"{worded(line.title)}\uff08{unit}\uff09" if unit else worded(line.title),
        number(line.target),
        NOTHING if line.reached is None else number(line.reached),
        NOTHING if line.share is None else f"{number(line.share * 100, 1)}%",
    )


def tables_of(page: LeaderMonth) -> Iterator[tuple[str, tuple[str, ...], Rows]]:
    """Yield each table of the page that has rows: its caption, heads and cells."""
    duty_rows = [(worded(line.title), *counts(line.tally)) for line in page.duties]
    behind_rows = [(line.name, *counts(line.total)) for line in page.behind]
    goal_heads = (translate("Metric"), translate("Target"), translate("Reached"), translate("Share reached"))
    tables: Sequence[tuple[str, tuple[str, ...], Rows]] = (
        (translate("What was asked and what came"), (translate("Duty"), *heads()), duty_rows),
        (translate("Where most is missing"), (translate("Organization"), *heads()), behind_rows),
        (
            translate("What is stuck today"),
            (translate("What"), translate("Count"), translate("Since")),
            [stuck_cells(line) for line in page.stuck],
        ),
        (translate("Targets of the year"), goal_heads, [goal_cells(line) for line in page.goals]),
    )
    yield from (table for table in tables if table[2])


def page_title(page: LeaderMonth) -> str:
    """Return what the page is called."""
    return translate("%(month)s in one page") % {"month": month(str(page.month))}


def leader_document(page: LeaderMonth, *, made_by: str, day: date) -> Document:
    """Return the page as a document."""
    blocks: list[Any] = [Paragraph(summary(page))]
    for caption, titles, rows in tables_of(page):
        columns = [
            GridColumn(title, align="left" if at == 0 else "right", weight=3.2 if at == 0 else 1)
            for at, title in enumerate(titles)
        ]
        blocks += [Heading(caption), Grid(columns, rows)]
    foot = translate("Made by: %(name)s") % {"name": made_by}
    return Document(
        title=page_title(page),
        subtitle=page.org.name,
        blocks=blocks,
        foot=(f"{foot} {short_day(day)}",),
    )


def leader_workbook(page: LeaderMonth, *, made_by: str, day: date) -> bytes:
    """Return the page as a sheet: its tables below one another."""
    columns = [SheetColumn(translate("What"), width=44), *(SheetColumn(title, width=12) for title in heads())]
    return xlsx_bytes(Sheet(page_title(page), columns, _rows(page), day, made_by, unit=page.org.name))


def _rows(page: LeaderMonth) -> Iterator[tuple[str, ...]]:
    yield _padded((summary(page),))
    for caption, titles, rows in tables_of(page):
        yield _padded((caption,))
        yield _padded(titles)
        yield from map(_padded, rows)


def _padded(cells: tuple[str, ...]) -> tuple[str, ...]:
    return (*cells, *[""] * (6 - len(cells)))
