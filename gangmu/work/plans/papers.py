"""An account as a table that paper, Word and Excel show alike: one place decides what is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as translate

from gangmu.frame import formats
from gangmu.frame.formats import listed
from gangmu.frame.sheets import Sheet, SheetColumn, xlsx_bytes
from gangmu.frame.words import worded
from gangmu.kernel.audit.models import Head
from gangmu.kernel.files.word import Block, Document, Grid, GridColumn, Paragraph, word_bytes
from gangmu.work.plans.queries.account import Account, Beside, YearAccount
from gangmu.work.plans.rules import Tally

MOST_UPRIGHT = 6
"""With more columns than these a sheet of A4 lies on its side."""
ONE_PAGE = 24
"""With more rows than these the type is set smaller, so that one page still holds them."""


@dataclass(frozen=True)
class PaperRow:
    """One line: what it is called, one tally for each column (None where nothing was asked), and their sum."""

    name: str
    cells: tuple[Tally | None, ...]
    total: Tally
    note: str = ""


@dataclass(frozen=True)
class PaperTable:
    """A table of tallies; its last line sums up."""

    caption: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[PaperRow, ...]
    totals: PaperRow


@dataclass(frozen=True)
class AccountPaper:
    """An account on paper: its title, its sentence, its tables, and what proves the day's log."""

    title: str
    line: str
    summary: str
    tables: tuple[PaperTable, ...]
    named: str
    made_by: str
    day: date
    head: Head | None = None
    foot: tuple[str, ...] = field(default=())

    @property
    def wide(self) -> bool:
        """Whether the sheet lies on its side."""
        return any(len(table.columns) > MOST_UPRIGHT for table in self.tables)

    @property
    def dense(self) -> bool:
        """Whether smaller type is needed for one page."""
        return sum(len(table.rows) for table in self.tables) > ONE_PAGE


FIGURES = ("due", "on_time", "late", "missing", "waiting")


def figure_titles() -> list[str]:
    """Return what the sums of a line are called, in the order of ``FIGURES``."""
    return [
        translate("Asked for"),
        translate("On time"),
        translate("Late"),
        translate("Missing"),
        translate("Still open"),
    ]


def figures_of(tally: Tally) -> list[int]:
    """Return the sums of a line, in the order of ``FIGURES``."""
    return [getattr(tally, name) for name in FIGURES]


def share_of(tally: Tally) -> str:
    """Return the share in time in percent; of nothing there is none."""
    return formats.share(tally.on_time, tally.due)


def cell_words(tally: Tally | None) -> str:
    """Return one field: how many in time of how many; what was not asked for is not nought."""
    return f"{tally.on_time}/{tally.due}" if tally is not None and tally.due else formats.NOTHING


def summary_of_account(total: Tally, backfilled: int = 0) -> str:
    """Return an account in a sentence or two; what was entered afterwards from paper is told apart."""
    said = _summary(total)
    if not backfilled:
        return said
    return f"{said}{translate('Of the late ones %(count)s were entered afterwards from paper.') % {'count': backfilled}}"


def _summary(total: Tally) -> str:
    if not total.due:
        return translate("Nothing was asked for.")
    return translate(
        "%(due)s answers were asked for: %(on_time)s in time (%(share)s), %(late)s late, %(missing)s missing, %(waiting)s still open."
    ) % {**{name: getattr(total, name) for name in FIGURES}, "share": share_of(total)}


def named_words(beside: Beside | None) -> str:
    """Return who is named to those beside, and how many are not; nothing where nobody stands beside."""
    if beside is None or not beside.orgs:
        return ""
    said = translate(
        "Below %(above)s %(orgs)s organizations were asked for %(due)s answers: %(on_time)s in time, %(late)s late, %(missing)s missing or overdue, %(waiting)s still open."
    ) % {
        "above": beside.above,
        "orgs": beside.orgs,
        **{name: getattr(beside.total, name) for name in FIGURES},
    }
    if not beside.best:
        return said
    names = listed(each.name for each in beside.best)
    return f"{said} {translate('Answered everything in time:')} {names}"


def head_words(head: Head | None) -> tuple[str, ...]:
    """Return the signed head of a day's log, as it stands at the foot of a printed account."""
    if head is None:
        return ()
    return (
        translate("The log up to entry %(seq)s, signed on %(day)s: %(hash)s")
        % {"seq": head.seq, "day": formats.day(head.day), "hash": head.hash},
        translate("Signature: %(signature)s") % {"signature": head.signature},
    )


def month_paper(
    account: Account,
    period: str,
    titles: Mapping[str, Any],
    *,
    made_by: str,
    day: date,
    head: Head | None,
    beside: Beside | None = None,
    backfilled: int = 0,
) -> AccountPaper:
    """Return a period's account on paper: by place and duty."""
    rows = tuple(
        PaperRow(line.name, tuple(line.cells.get(code) for code in account.columns), line.total)
        for line in account.lines
    )
    totals = PaperRow(
        translate("Total"), tuple(account.totals.get(code) for code in account.columns), account.total
    )
    columns = tuple(worded(titles.get(code)) or code for code in account.columns)
    table = PaperTable(translate("By place and duty"), translate("Organization"), columns, rows, totals)
    return AccountPaper(
        title=translate("%(org)s: account of %(period)s") % {"org": account.top.name, "period": period},
        line=translate("In time / asked for · made on %(day)s") % {"day": formats.day(day)},
        summary=summary_of_account(account.total, backfilled),
        tables=(table,),
        named=named_words(beside),
        made_by=made_by,
        day=day,
        head=head,
        foot=head_words(head),
    )


def year_paper(
    account: YearAccount,
    titles: Mapping[str, Any],
    *,
    made_by: str,
    day: date,
    head: Head | None,
    beside: Beside | None = None,
    backfilled: int = 0,
) -> AccountPaper:
    """Return a year's account on paper: by duty and month, and by place and month."""
    months = [str(month) for month in account.months]
    columns = tuple(month_words(month.number) for month in account.months)
    duties = tuple(
        PaperRow(
            worded(titles.get(code)) or code,
            tuple(cells.get(month) for month in months),
            total_of(cells.values()),
        )
        for code, cells in sorted(account.duties.items())
    )
    places = tuple(
        PaperRow(
            line.name,
            tuple(line.months.get(month) for month in months),
            line.total,
            presence(line.founded, line.closed),
        )
        for line in account.lines
    )
    totals = PaperRow(translate("Total"), tuple(account.totals.get(month) for month in months), account.total)
    return AccountPaper(
        title=translate("%(org)s: account of the year %(year)s")
        % {"org": account.top.name, "year": account.year},
        line=translate("In time / asked for · made on %(day)s") % {"day": formats.day(day)},
        summary=summary_of_account(account.total, backfilled),
        tables=(
            PaperTable(translate("By duty and month"), translate("Duty"), columns, duties, totals),
            PaperTable(translate("By place and month"), translate("Organization"), columns, places, totals),
        ),
        named=named_words(beside),
        made_by=made_by,
        day=day,
        head=head,
        foot=head_words(head),
    )


def month_words(number: int) -> str:
    """Return a month as the head of a column."""
    return translate("Month %(number)s") % {"number": number}


def total_of(tallies: Any) -> Tally:
    """Return the sum of some tallies."""
    total = Tally()
    for tally in tallies:
        total.take(tally)
    return total


def presence(founded: date | None, closed: date | None) -> str:
    """Return since when or until when an organization was there in a year, if not all of it."""
    said = []
    if founded is not None:
        said.append(translate("founded on %(day)s") % {"day": formats.short_day(founded)})
    if closed is not None:
        said.append(translate("closed on %(day)s") % {"day": formats.short_day(closed)})
    return "; ".join(said)


def _named(row: PaperRow) -> str:
    return f"{row.name}（{row.note}）" if row.note else row.name


# --- Word ----------------------------------------------------------------------------------


def account_word(paper: AccountPaper) -> bytes:
    """Return an account as a Word document in the layout of GB/T 9704."""
    blocks: list[Block] = [Paragraph(paper.summary)]
    if paper.named:
        blocks.append(Paragraph(paper.named))
    blocks += [_grid(table) for table in paper.tables]
    blocks.append(Paragraph(translate("Made by: %(name)s") % {"name": paper.made_by}, align="right"))
    return word_bytes(
        Document(
            title=paper.title,
            subtitle=paper.line,
            blocks=blocks,
            foot=paper.foot,
            landscape=paper.wide,
        )
    )


def _grid(table: PaperTable) -> Grid:
    columns = [
        GridColumn(table.corner, weight=2.6, align="left"),
        *(GridColumn(title) for title in table.columns),
        *(GridColumn(title, group=translate("Total")) for title in figure_titles()),
        GridColumn(translate("Share in time"), group=translate("Total"), weight=1.2),
    ]
    return Grid(
        columns,
        [_words_of(row) for row in table.rows],
        foot=_words_of(table.totals),
        caption=table.caption,
    )


def _words_of(row: PaperRow) -> list[str]:
    """Return a line as paper and Word write it."""
    figures = [str(figure) for figure in figures_of(row.total)]
    return [_named(row), *(cell_words(cell) for cell in row.cells), *figures, share_of(row.total)]


# --- Excel ---------------------------------------------------------------------------------


def account_sheet(paper: AccountPaper) -> bytes:
    """Return an account's last table as an Excel workbook: figures stay figures, the sums are at the foot."""
    table = paper.tables[-1]
    asked, in_time = translate("Asked for"), translate("On time")
    columns = [SheetColumn(table.corner, width=36)]
    for title in table.columns:
        columns += [
            SheetColumn(asked, group=title, total=True, width=8),
            SheetColumn(in_time, group=title, total=True, width=8),
        ]
    columns += [
        SheetColumn(title, group=translate("Total"), total=True, width=9) for title in figure_titles()
    ]
    columns.append(SheetColumn(translate("Share in time"), group=translate("Total"), width=10))
    rows = [_figures_of(row) for row in table.rows]
    return xlsx_bytes(
        Sheet(
            title=paper.title,
            columns=columns,
            rows=rows,
            day=paper.day,
            made_by=paper.made_by,
            unit=translate("answers"),
        )
    )


def _figures_of(row: PaperRow) -> Sequence[Any]:
    """Return a line as figures; what was not asked for stays empty."""
    cells: list[Any] = []
    for tally in row.cells:
        known = tally is not None and tally.due
        cells += [tally.due, tally.on_time] if tally is not None and known else [None, None]
    return [_named(row), *cells, *figures_of(row.total), share_of(row.total)]
