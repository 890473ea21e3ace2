"""Ledgers on the screen: sums by place, rows, one organization's row with its sources, sheets in and out."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as translate
from django.utils.translation import ngettext

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotFound, Refusal
from gangmu.frame import formats
from gangmu.frame.doors import Request, page
from gangmu.frame.formats import listed
from gangmu.frame.problems import form_again, told
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say
from gangmu.kernel.imports.queries import visible_imports
from gangmu.kernel.imports.uploads import take_in
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import ancestors_of, org_by_id, roots_for
from gangmu.work.ledgers.ledger_rows import PREFIX
from gangmu.work.ledgers.queries import (
    Ledger,
    held_values,
    ledger_at,
    ledger_of_org,
    ledger_rows,
    ledgers_of,
    orgs_in,
    sums_below,
    sums_of,
)
from gangmu.work.ledgers.rules import LedgerColumn, Sum, SumLine
from gangmu.work.records.forms import record_form, sent_values, value_in_words
from gangmu.work.records.models import KnownValue
from gangmu.work.records.operations import write_record
from gangmu.work.records.queries import known_values, values_of
from gangmu.work.records.rules import is_valid

KINDS = {"number": "number", "money": "money", "date": "date"}


def _asked_org(request: Request) -> Org:
    """Return the organization that is asked for, else where the reader's own reach begins."""
    asked = request.GET.get("org", "") or request.POST.get("org", "")
    if asked.isdecimal() and len(asked) < 19:
        return org_by_id(request.context, int(asked))
    places = request.context.places("records.view")
    for org in roots_for(request.context):
        if places.covers(org.path):
            return org
    raise NotFound("There is no such ledger here.")


def _asked_day(request: Request) -> date | None:
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
    return day if day < request.context.today else None


@page("records.view")
def all_ledgers(request: Request) -> HttpResponse:
    """List the ledgers that are kept where the reader stands."""
    org = _asked_org(request)
    columns = [
        Column(
            "title",
            say("Ledger"),
            value=lambda each: each.title,
            link=lambda each: _url(each.code, org=org.pk),
            width=36,
        ),
        Column("level", say("Entered by"), value=lambda each: LEVELS[each.level]),
        Column("follows", say("By which paper"), width=40),
        Column("rows", say("Rows"), "number", value=lambda each: _count(request.context, org, each.code)),
    ]
    table = Table(
        request,
        columns,
        ledgers_of(org),
        title=say("Ledgers"),
        empty_title=say("No ledger is kept here"),
        empty_advice=say(
            "Ledgers are written in the place's pack: whose rows, which columns, at which level."
        ),
    )
    return table.export() or render(request, "ledgers/all.html", {"table": table, "org": org})


LEVELS = {
    "nation": say("Nation"),
    "province": say("Province"),
    "prefecture": say("Prefecture"),
    "county": say("County"),
    "township": say("Township"),
    "village": say("Village or community"),
    "group": say("Group"),
}


def _count(context: Context, org: Org, code: str) -> int:
    return orgs_in(context, ledger_at(context, org, code)).count()


def _url(code: str, **given: Any) -> str:
    kept = {name: value for name, value in given.items() if value}
    return reverse("ledgers-ledger", args=(code,)) + ("?" + urlencode(kept) if kept else "")


@page("records.view")
def ledger(request: Request, ledger_code: str) -> HttpResponse:
    """Show a ledger at an organization: the sums of those directly below it, or every row."""
    context = request.context
    day = _asked_day(request)
    found = ledger_at(context, _asked_org(request), ledger_code, day=day)
    search, only = request.GET.get("q", "").strip()[:60], request.GET.get("only", "")
    view = "rows" if search or only else request.GET.get("view", "")
    lines = [] if view == "rows" else sums_below(context, found)
    if view not in ("rows", "sums"):
        view = "sums" if any(line.rows > 1 for _, line in lines) else "rows"
    table = _sum_table(request, found, lines) if view == "sums" else _row_table(request, found, search, only)
    if sheet := table.export():
        return sheet
    values = {
        "ledger": found,
        "kind": found.kind,
        "org": found.top,
        "table": table,
        "view": view,
        "views": [("sums", say("Sums by place")), ("rows", say("Every row"))],
        "only": only,
        "onlies": [("unknown", say("Something is unknown")), ("whole", say("All is known"))],
        "q": search,
        "day": day.isoformat() if day else "",
        "may_import": context.may("imports.run", found.top.path)
        and context.may("records.write", found.top.path),
        "may_write": context.may("records.write", found.top.path) and found.top.level == found.kind.level,
        "crumbs": _crumbs(request, found),
    }
    return render(request, "ledgers/ledger.html", values)


def _crumbs(request: Request, found: Ledger, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Return the way through the levels, each of which sees the same ledger."""
    code, day = found.kind.code, found.day.isoformat() if found.day else ""
    above = [
        (each.name, _url(code, org=each.pk, day=day))
        for each in ancestors_of(found.top)
        if request.context.may("records.view", each.path)
    ]
    return [
        (say("Ledgers"), reverse("ledgers-all")),
        *above,
        (found.top.name, _url(code, org=found.top.pk, day=day)),
        *more,
    ]


def _sum_table(request: Request, found: Ledger, lines: list[tuple[Org, SumLine]]) -> Table:
    day = found.day.isoformat() if found.day else ""
    whole = sums_of(request.context, found)

    def value(column: LedgerColumn) -> Any:
        return lambda row: row[1].sums[column.code].value

    columns = [
        Column(
            "name",
            say("Organization"),
            value=lambda row: row[0].name,
            link=lambda row: _url(found.kind.code, org=row[0].pk, day=day),
            width=32,
        ),
        Column("rows", say("Rows"), "number", value=lambda row: row[1].rows, sort="rows"),
        *(
            Column(
                each.code,
                each.spec.title,
                "money" if each.spec.type == "money" else "number",
                value=value(each),
                unit=_unit(each),
                part="ledgers/_sum.html",
                sort=each.code,
            )
            for each in found.columns
            if each.numeric
        ),
        Column(
            "unknown",
            say("Unknown figures"),
            "number",
            value=lambda row: sum(each.unknown for each in row[1].sums.values()),
            sort="unknown",
        ),
    ]
    foot: dict[str, Any] = {code: sum_in_words(each) for code, each in whole.sums.items()}
    foot |= {"rows": whole.rows, "unknown": sum(each.unknown for each in whole.sums.values())}
    return Table(
        request,
        columns,
        lines,
        title=found.kind.title,
        foot=foot,
        page_size=100,
        empty_title=say("No organization below has a row in this ledger"),
        context={"ledger": found},
    )


def _unit(column: LedgerColumn) -> Any:
    if column.spec.type == "money":
        return "yuan"
    return column.spec.unit or ""


def sum_in_words(each: Sum) -> Any:
    """Return a sum: a number if all is known, else with how many are not."""
    if not each.rows or not each.known:
        return translate("unknown") if each.rows else Decimal(0)
    if not each.unknown:
        return each.total
    count = ngettext("%(count)s unknown", "%(count)s unknown", each.unknown) % {"count": each.unknown}
    return f"{formats.number(each.total)}（{count}）"


def _row_table(request: Request, found: Ledger, search: str, only: str) -> Table:
    asked = request.GET.get("sort", "").removeprefix("-")
    rows = ledger_rows(request.context, found, search=search, only=only, sort=asked)
    day = found.day.isoformat() if found.day else ""

    def url(row: Org) -> str:
        address = reverse("ledgers-row", args=(found.kind.code, row.pk))
        return f"{address}?day={day}" if day else address

    def value(column: LedgerColumn) -> Any:
        def of(row: Org) -> Any:
            known = held_values(row).get(column.field.code)
            if known is None or known.value is None:
                return None
            titles = {each.code: each.title for each in column.spec.choices}
            return titles.get(known.value, known.value)

        return of

    columns = [
        Column("code", say("Code"), sort="code", width=16, shown=False),
        Column("name", say("Organization"), link=url, sort="name", width=32),
        Column(
            "above",
            say("Organization above"),
            value=lambda row: row.parent.name if row.parent else "",
            shown=False,
        ),
        *(
            Column(
                each.code,
                each.spec.title,
                KINDS.get(each.spec.type, "text"),  # type: ignore[arg-type]
                value=value(each),
                unit=_unit(each),
                part="ledgers/_cell.html",
                sort="sorted_by" if asked == each.code else each.code,
            )
            for each in found.columns
        ),
        Column("known_on", say("Known on"), "date", value=_newest_day),
        Column("source", say("Source"), value=_sources, width=28),
    ]
    sums = sums_of(request.context, found, rows.prefetch_related(None))
    foot: dict[str, Any] = {code: sum_in_words(each) for code, each in sums.sums.items()}
    return Table(
        request,
        columns,
        rows,
        title=found.kind.title,
        foot=foot,
        empty_title=say("No row fits"),
        empty_advice=say("Widen the search, or choose another organization."),
        context={"ledger": found},
    )


def _newest_day(row: Org) -> date | None:
    return max((each.day for each in held_values(row).values()), default=None)


def _sources(row: Org) -> str:
    return listed(sorted({each.source for each in held_values(row).values()}))


@page("records.view")
def row(request: Request, ledger_code: str, org_id: int) -> HttpResponse:
    """Show one organization's row: each value with source, day, owner and who entered it, and what was before."""
    context = request.context
    org = org_by_id(context, org_id)
    found = ledger_at(context, org, ledger_code, day=_asked_day(request))
    known = ledger_of_org(context, found, org)
    values = {
        "ledger": found,
        "kind": found.kind,
        "org": org,
        "day": found.day,
        "lines": [_line(context, found, each, known.get(each.field.code)) for each in found.columns],
        "may_write": context.may("records.write", org.path) and org.is_open(),
        "crumbs": _crumbs(request, found),
    }
    asked = request.GET.get("field", "")
    column = next((each for each in found.columns if each.code == asked), None)
    if column is not None:
        values |= {"column": column, "table": _history(request, column, org)}
    return render(request, "ledgers/row.html", values)


def _line(context: Context, found: Ledger, column: LedgerColumn, known: KnownValue | None) -> dict[str, Any]:
    """Return one column of a row as it is read."""
    until = found.day or context.today
    return {
        "column": column,
        "known": known,
        "text": value_in_words(column.spec, known.value) if known and known.value is not None else "",
        "outdated": known is not None and not is_valid(column.field, known.day, until),
        "history_url": reverse("ledgers-row", args=(found.kind.code, found.top.pk)) + f"?field={column.code}",
    }


def _history(request: Request, column: LedgerColumn, org: Org) -> Table:
    columns = [
        Column("day", say("Day"), "date"),
        Column("value", column.spec.title, value=lambda each: value_in_words(column.spec, each.value)),
        Column(
            "source",
            say("Source"),
            link=lambda each: reverse("records-record", args=(each.record_id,)) if each.record_id else "",
        ),
        Column("owner", say("Owner")),
        Column("entered_by", say("Entered by"), value=lambda each: str(each.entered_by)),
        Column("entered_at", say("Entered at"), "instant"),
        Column(
            "standing",
            say("State"),
            value=lambda each: say("Stands") if each.standing else say("Corrected since"),
        ),
    ]
    return Table(
        request,
        columns,
        values_of(request.context, org, column.field.code),
        title=column.spec.title,
        empty_title=say("Nothing has been known of this yet"),
        exports=False,
    )


@page("records.write", methods=("GET", "POST"))
def write(request: Request, ledger_code: str, org_id: int) -> HttpResponse:
    """Bring one organization's row up to date: what is known stands in the form already."""
    context = request.context
    org = org_by_id(context, org_id)
    found = ledger_at(context, org, ledger_code)
    known = known_values(context, org)
    ledger_of_org(context, found, org)
    if not context.may("records.write", org.path):
        raise NotFound("There is no such ledger here.")
    values = {
        "ledger": found,
        "kind": found.kind,
        "org": org,
        "crumbs": _crumbs(request, found, (translate("Bring up to date"), "")),
    }
    if request.method == "GET":
        held = {code: known[of].value for code, of in found.record.shared.items() if of in known}
        form = record_form(context, found.record, held, known_of=org)
        return render(request, "ledgers/write.html", {**values, "form": form})
    sent: dict[str, Any] = request.POST.dict()
    try:
        sent |= sent_values(context, org, found.record, request.POST, request.FILES)
        given = {spec.code: sent.get(spec.code) for spec in found.record.fields}
        write_record(context, org, kind=found.record.code, values=given)
    except Invalid as refusal:
        form = record_form(context, found.record, sent, refusal.faults, known_of=org, offered=False)
        return form_again(request, "ledgers/write.html", {**values, "form": form}, refusal)
    messages.success(request, translate("The row is up to date; it serves everybody who asks."))
    return redirect("ledgers-row", found.kind.code, org.pk)


@page("imports.run", methods=("GET", "POST"))
def sheets(request: Request, ledger_code: str) -> HttpResponse:
    """Offer a ledger's template at an organization and take in a filled sheet: preview first."""
    context = request.context
    found = ledger_at(context, _asked_org(request), ledger_code)
    kind = f"{PREFIX}-{ledger_code}"
    refusal, status = "", 200
    if request.method == "POST":
        try:
            return redirect("imports-import", take_in(request, found.top, kind).pk)
        except Refusal as refused:
            refusal, status = told(refused), refused.status
    table = Table(
        request,
        [
            Column(
                "file_name",
                say("File"),
                link=lambda each: reverse("imports-import", args=(each.pk,)),
                width=32,
            ),
            Column("state", say("State"), value=lambda each: each.get_state_display()),
            Column("total", say("Rows"), "number"),
            Column("wrong", say("Wrong rows"), "number"),
            Column("by", say("By whom")),
            Column("uploaded_at", say("When"), "instant"),
        ],
        visible_imports(context).filter(kind=kind, org=found.top),
        title=say("Imports so far"),
        empty_title=say("Nothing has been imported yet"),
        exports=False,
    )
    values = {
        "ledger": found,
        "kind": found.kind,
        "org": found.top,
        "rows": orgs_in(context, found).count(),
        "import_kind": kind,
        "table": table,
        "refusal": refusal,
        "crumbs": _crumbs(request, found, (translate("Excel"), "")),
    }
    return render(request, "ledgers/sheets.html", values, status=status)


urlpatterns = [
    path("ledgers", all_ledgers, name="ledgers-all"),
    path("ledgers/<slug:ledger_code>", ledger, name="ledgers-ledger"),
    path("ledgers/<slug:ledger_code>/sheets", sheets, name="ledgers-sheets"),
    path("ledgers/<slug:ledger_code>/orgs/<int:org_id>", row, name="ledgers-row"),
    path("ledgers/<slug:ledger_code>/orgs/<int:org_id>/write", write, name="ledgers-write"),
]
