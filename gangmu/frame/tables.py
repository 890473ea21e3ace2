"""Tables declared by their columns: shown, sorted, paged, narrowed and exported alike."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.timezone import localdate

from gangmu.core.text import Text
from gangmu.frame import formats
from gangmu.frame.context import Frame
from gangmu.frame.figures import LIGHTS, Status
from gangmu.frame.sheets import XLSX, Sheet, SheetColumn, csv_bytes, xlsx_bytes
from gangmu.frame.words import worded

Kind = Literal[
    "text", "number", "money", "date", "instant", "period", "status", "link", "org_path", "rank", "part"
]
Words = Text | str

RIGHT = {"number", "money", "rank"}
PAGE_SIZES = (20, 50, 100, 200)
MOST_EXPORTED = 100_000
LONG = 500
"""From so many rows on, a page of a list is looked for by its keys before it is read."""


@dataclass(frozen=True)
class Column:
    """One column. ``value`` and ``link`` take a row; ``sort`` is the ordering it may ask for.

    ``unit`` is ``yuan`` or ``wan`` for money and a wording otherwise. ``shown`` False
    leaves the column to the chooser; ``group`` puts it under a common head. ``field`` is where the
    database keeps the value, and ``said`` what it is called: where all columns say so, a file of
    many rows is read without making a thing of each.
    """

    code: str
    title: Words
    kind: Kind = "text"
    value: Callable[[Any], Any] | None = None
    link: Callable[[Any], str | None] | None = None
    sort: str | None = None
    unit: Words = ""
    places: int | None = None
    group: Words = ""
    total: bool = False
    shown: bool = True
    part: str = ""
    width: int = 16
    field: str = ""
    said: Callable[[Any], Any] | None = None

    def of(self, row: Any) -> Any:
        """Return this column's value of a row: by function, key or attribute."""
        if self.value is not None:
            return self.value(row)
        if isinstance(row, Mapping):
            return row.get(self.code)
        return getattr(row, self.code, None)

    def kept(self, value: Any) -> Any:
        """Return this column's value as it is kept in the database, in the column's words."""
        return value if self.said is None else self.said(value)


def _linked(url: str, shown: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, shown) if url else conditional_escape(shown)


def _status_html(value: Any) -> SafeString:
    if isinstance(value, Status):
        return _light(worded(value.word), value.light)
    return _light(worded(value), "grey")


@lru_cache(maxsize=512)
def _light(word: str, light: str) -> SafeString:
    shown = light if light in LIGHTS else "grey"
    return render_to_string("components/status.html", {"word": word, "light": shown})


@dataclass(frozen=True)
class Cell:
    """What stands in one place of the table."""

    column: Column
    value: Any
    url: str
    start: SafeString

    @property
    def html(self) -> SafeString:
        """The value as it is shown: a template for each of many hundred cells would take too long."""
        if self.kind == "status":
            return _linked(self.url, _status_html(self.value)) if self.value else SafeString(formats.NOTHING)
        if self.kind == "org_path":
            steps = (_linked(url, worded(title)) for title, url in self.value or ())
            between = SafeString('<span aria-hidden="true"> / </span>')
            return format_html(
                '<span class="gm-path">{}</span>', between.join(map(conditional_escape, steps))
            )
        return _linked(self.url, self.text)

    @property
    def kind(self) -> str:
        """How it is shown."""
        return self.column.kind

    @property
    def text(self) -> str:
        """The value in words."""
        return cell_text(self.column, self.value)


@dataclass(frozen=True)
class Row:
    """One row: its cells and the thing itself."""

    thing: Any
    cells: tuple[Cell, ...]

    @property
    def html(self) -> SafeString:
        """All its cells, where none has a template of its own; else nothing."""
        if any(cell.column.part for cell in self.cells):
            return SafeString("")
        return SafeString("".join(f"{cell.start}{cell.html}</td>" for cell in self.cells))


@dataclass(frozen=True)
class Head:
    """The head of one column, with the address that sorts by it."""

    column: Column
    title: str
    sort_url: str
    sorted: str

    @property
    def right(self) -> bool:
        """Whether it stands to the right, as its figures do."""
        return self.column.kind in RIGHT


@dataclass(frozen=True)
class Pager:
    """Where one is among the pages; ``before`` and ``after`` are addresses or empty."""

    total: int | None
    first: int
    last: int
    before: str
    after: str
    pages: tuple[tuple[int, str, bool], ...] = ()


def cell_text(column: Column, value: Any) -> str:
    """Return a value in words, as a column writes it."""
    if value is None or value == "":
        return formats.NOTHING
    match column.kind:
        case "number":
            return formats.number(value, column.places)
        case "money":
            return formats.money(value, str(column.unit) or "yuan", with_unit=False)
        case "date":
            return formats.short_day(value)
        case "instant":
            return formats.instant(value)
        case "rank":
            return formats.rank(*value)
        case "org_path":
            return " / ".join(worded(title) for title, _ in value)
        case "status":
            return worded(value.word) if isinstance(value, Status) else worded(value)
        case _:
            return worded(value) if isinstance(value, Text) else str(value)


def cell_export(column: Column, value: Any) -> Any:
    """Return a value as a sheet keeps it: figures stay figures."""
    if value is None or value == "":
        return None
    match column.kind:
        case "number" | "money":
            exact = formats.decimal_of(value)
            if exact is None:
                return None
            return _without_zeros(exact / formats.TEN_THOUSAND if column.unit == "wan" else exact)
        case "date":
            return formats.local(value)
        case "instant":
            return formats.local(value)
        case _:
            return cell_text(column, value)


def _without_zeros(exact: Decimal) -> Decimal:
    """Return a number without the zeros behind its last figure, so that a file writes it as the page does."""
    text = f"{exact:f}"
    return Decimal(text.rstrip("0").rstrip(".")) if "." in text else exact


@dataclass
class Table:
    """Rows under columns, as one request asks for them (``sort``, ``page``, ``size``, ``columns``).

    Only columns that say how are sortable; anything else asked for is passed over.
    ``rows`` is a queryset or a sequence. ``form`` is the form that ticked rows are sent with,
    ``chosen`` those that are ticked already. ``search`` names the parameters of filters
    that links keep; they are all kept by default. ``foot`` gives the sums by column where they are
    made elsewhere, as where some values are unknown.
    """

    request: HttpRequest
    columns: Sequence[Column]
    rows: QuerySet[Any] | Sequence[Any]
    title: Words = ""
    code: str = "table"
    page_size: int = 50
    total: int | None = None
    empty_title: Words = "Nothing here yet"
    empty_advice: Words = ""
    row_url: Callable[[Any], str] | None = None
    selectable: bool = False
    form: str = ""
    chosen: Collection[int] = ()
    exports: bool = True
    default_sort: str = ""
    made_by: str = ""
    foot: Mapping[str, Any] | None = None
    context: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def visible(self) -> list[Column]:
        """The columns that are shown: those chosen, or those shown by default."""
        chosen = self.request.GET.getlist("columns")
        asked = set(chosen[0].split(",") if len(chosen) == 1 else chosen)
        picked = [column for column in self.columns if column.code in asked]
        return picked or [column for column in self.columns if column.shown]

    @cached_property
    def lead(self) -> Column:
        """The column that names the row on a phone: the first that is a link, else the first."""
        return next((c for c in self.visible if c.kind == "link" or c.link is not None), self.visible[0])

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Every column with whether it is shown, for the chooser."""
        return [(c.code, worded(c.title), c in self.visible) for c in self.columns]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The parameters that choosing columns keeps."""
        dropped = {"columns", "page", "export"}
        return [(k, v) for k, vs in self.request.GET.lists() if k not in dropped for v in vs]

    @property
    def sort(self) -> str:
        """The sort that is in force: a column's code, with a minus for downwards."""
        asked = self.request.GET.get("sort", "") or self.default_sort
        sortable = {column.code for column in self.columns if column.sort}
        return asked if asked.removeprefix("-") in sortable else ""

    @cached_property
    def sorted_rows(self) -> QuerySet[Any] | Sequence[Any]:
        """All rows in the order asked for."""
        if not self.sort:
            return self.rows
        down = self.sort.startswith("-")
        column = next(column for column in self.columns if column.code == self.sort.removeprefix("-"))
        assert column.sort is not None
        if isinstance(self.rows, QuerySet):
            return self.rows.order_by(f"-{column.sort}" if down else column.sort, "pk")
        known = [row for row in self.rows if column.of(row) not in (None, "")]
        unknown = [row for row in self.rows if column.of(row) in (None, "")]
        return sorted(known, key=column.of, reverse=down) + unknown

    @cached_property
    def count(self) -> int:
        """How many rows there are on all pages."""
        if self.total is not None:
            return self.total
        return self.rows.count() if isinstance(self.rows, QuerySet) else len(self.rows)

    @property
    def size(self) -> int:
        """How many rows a page holds."""
        asked = self.request.GET.get("size", "")
        return int(asked) if asked.isdigit() and int(asked) in PAGE_SIZES else self.page_size

    @property
    def page_count(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.count // self.size))

    @property
    def page_number(self) -> int:
        """The page asked for, or the nearest there is."""
        asked = self.request.GET.get("page", "")
        return min(max(1, int(asked)) if asked.isdecimal() and len(asked) < 9 else 1, self.page_count)

    @cached_property
    def page(self) -> list[Row]:
        """The rows of this page."""
        start = (self.page_number - 1) * self.size
        return [self._row(thing) for thing in self._things(start, start + self.size)]

    def _things(self, start: int, end: int) -> Iterable[Any]:
        """Return what a page shows; of a long list its keys first, so that not all it joins is sorted along."""
        rows = self.sorted_rows
        if not isinstance(rows, QuerySet) or self.count < LONG or rows.query.combinator:
            return rows[start:end]
        keys = list(rows.values_list("pk", flat=True)[start:end])
        found = {thing.pk: thing for thing in rows.filter(pk__in=keys).order_by()}
        return [found[key] for key in keys if key in found]

    def _row(self, thing: Any) -> Row:
        return Row(
            thing,
            tuple(
                Cell(column, column.of(thing), (column.link(thing) or "") if column.link else "", start)
                for column, start in self._starts
            ),
        )

    @cached_property
    def _starts(self) -> list[tuple[Column, SafeString]]:
        """The opening tag of each column's cells; the title stands beside the value on a phone."""
        return [
            (
                column,
                format_html(
                    '<td role="cell" data-title="{}" class="gm-cell-{}{}{}">',
                    worded(column.title),
                    column.kind,
                    " gm-right" if column.kind in RIGHT else "",
                    " gm-lead" if column is self.lead else "",
                ),
            )
            for column in self.visible
        ]

    @property
    def heads(self) -> list[Head]:
        """The heads of the columns that are shown."""
        return [self._head(column) for column in self.visible]

    def _head(self, column: Column) -> Head:
        here = self.sort.removeprefix("-") == column.code
        upwards = here and not self.sort.startswith("-")
        url = self.url(sort=f"-{column.code}" if upwards else column.code, page=None) if column.sort else ""
        return Head(
            column, self._titled(column), url, ("ascending" if upwards else "descending") if here else ""
        )

    @staticmethod
    def _titled(column: Column) -> str:
        unit = (
            formats.money_unit(str(column.unit) or "yuan") if column.kind == "money" else worded(column.unit)
        )
        return f"{worded(column.title)} ({unit})" if unit else worded(column.title)

    @property
    def groups(self) -> list[tuple[str, int]]:
        """The common heads over the columns, each with its width; empty if there are none."""
        found: list[tuple[str, int]] = []
        for column in self.visible:
            name = worded(column.group)
            if found and found[-1][0] == name:
                found[-1] = (name, found[-1][1] + 1)
            else:
                found.append((name, 1))
        return found if any(name for name, _ in found) else []

    @property
    def totals(self) -> list[str]:
        """The sums at the foot, of all rows where they are at hand."""
        if self.foot is not None:
            return [self._footed(column) for column in self.visible]
        if not any(column.total for column in self.visible) or isinstance(self.rows, QuerySet):
            return []
        return [self._total(column) for column in self.visible]

    def _total(self, column: Column) -> str:
        if not column.total:
            return ""
        known = [formats.decimal_of(column.of(row)) for row in self.rows]
        return cell_text(column, sum(value for value in known if value is not None))

    def _footed(self, column: Column) -> str:
        value = (self.foot or {}).get(column.code, "")
        return "" if value == "" else value if isinstance(value, str) else cell_text(column, value)

    def _all_rows(self) -> Iterable[Any]:
        """All rows, a long list of a database by portions, with what each brings along."""
        rows = self.sorted_rows[:MOST_EXPORTED]
        return rows.iterator(chunk_size=2000) if isinstance(rows, QuerySet) else rows

    @property
    def pager(self) -> Pager:
        """Where this page stands among the others."""
        number, count = self.page_number, self.page_count
        near = sorted({1, *range(max(1, number - 2), min(count, number + 2) + 1), count})
        return Pager(
            total=self.count,
            first=(number - 1) * self.size + 1 if self.count else 0,
            last=min(number * self.size, self.count),
            before=self.url(page=number - 1) if number > 1 else "",
            after=self.url(page=number + 1) if number < count else "",
            pages=tuple((at, self.url(page=at), at == number) for at in near) if count > 1 else (),
        )

    def url(self, **changes: Any) -> str:
        """Return this page's address with some parameters changed or, if None, dropped."""
        query = self.request.GET.copy()
        query.pop("export", None)
        for name, value in changes.items():
            if value is None:
                query.pop(name, None)
            else:
                query[name] = str(value)
        return f"?{query.urlencode()}"

    @property
    def excel_url(self) -> str:
        """The address of what is on the screen as an Excel workbook."""
        return self.url(export="xlsx", page=None)

    @property
    def csv_url(self) -> str:
        """The address of what is on the screen as CSV."""
        return self.url(export="csv", page=None)

    def sheet(self, day: date | None = None) -> Sheet:
        """Return the columns on the screen with the rows of all pages."""
        return Sheet(
            title=worded(self.title),
            columns=[self._sheet_column(column) for column in self.visible],
            rows=self._exported(),
            day=day or self._today(),
            made_by=self.made_by or Frame(self.request).name,
            foot=self._sheet_foot(),
        )

    def _exported(self) -> Iterable[list[Any]]:
        """Return the cells of all rows, a row at a time."""
        columns, rows = self.visible, self.sorted_rows
        if isinstance(rows, QuerySet) and all(column.field for column in columns):
            kept = rows.all()[:MOST_EXPORTED].values_list(*(column.field for column in columns))
            for values in kept.iterator(chunk_size=2000):
                pairs = zip(columns, values, strict=True)
                yield [cell_export(column, column.kept(value)) for column, value in pairs]
            return
        for row in self._all_rows():
            yield [cell_export(column, column.of(row)) for column in columns]

    def _sheet_foot(self) -> list[Any]:
        """Return the sums that were made elsewhere as the last row of a sheet."""
        if self.foot is None:
            return []
        cells = [self.foot.get(column.code) for column in self.visible]
        return [worded("Total"), *cells[1:]]

    def _today(self) -> date:
        context = getattr(self.request, "context", None)
        return context.today if context is not None else localdate()

    def _sheet_column(self, column: Column) -> SheetColumn:
        formats_by_kind = {"money": "#,##0.00", "date": "yyyy-mm-dd", "instant": "yyyy-mm-dd hh:mm"}
        return SheetColumn(
            title=self._titled(column),
            group=worded(column.group),
            number_format=formats_by_kind.get(column.kind, ""),
            total=column.total,
            width=column.width,
        )

    def export(self) -> HttpResponse | None:
        """Return the file that was asked for (``?export=xlsx`` or ``csv``), or None."""
        wanted = self.request.GET.get("export", "")
        if wanted not in ("xlsx", "csv"):
            return None
        sheet = self.sheet()
        content = xlsx_bytes(sheet) if wanted == "xlsx" else csv_bytes(sheet)
        response = HttpResponse(content, content_type=XLSX if wanted == "xlsx" else "text/csv; charset=utf-8")
        name = slugify(worded(self.title), allow_unicode=True) or self.code
        header = content_disposition_header(True, f"{name}-{sheet.day:%Y%m%d}.{wanted}")
        response["Content-Disposition"] = header or "attachment"
        return response
