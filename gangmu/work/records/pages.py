"""Records on the screen: to look up, read, write, correct, and compare in their versions."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Invalid, NotFound
from gangmu.core.fields import FieldSpec
from gangmu.core.periods import Period
from gangmu.frame.doors import Request, page
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.around import around_org
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id, roots_for
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.forms import read_lines, record_form, sent_values, value_in_words
from gangmu.work.records.models import Record
from gangmu.work.records.operations import correct_record, write_record
from gangmu.work.records.queries import (
    MOST_TYPED,
    kind_of_record,
    open_kinds,
    open_record,
    open_records,
    record_by_id,
    record_kind,
    record_kinds,
    standing_records,
    versions_of,
)
from gangmu.work.records.rules import changed_fields

_REASON = FieldSpec(
    code="reason",
    title=say("Why it is corrected"),
    required=True,
    max_length=300,
    help=say("Both versions are kept, with this reason."),
)


def _titles(request: Request) -> dict[str, Any]:
    """Return what the kinds of records are called where the reader stands."""
    return {kind.code: kind.title for root in roots_for(request.context)[:1] for kind in record_kinds(root)}


def _columns(request: Request, *, with_org: bool) -> list[Column]:
    titles = _titles(request)
    org = Column(
        "org",
        say("Organization"),
        value=lambda record: record.org.name,
        link=lambda record: reverse("orgs-org", args=(record.org_id,)),
        sort="org__code",
        width=32,
        field="org__name",
    )
    return [
        Column(
            "kind",
            say("Kind of record"),
            value=lambda record: titles.get(record.kind, record.kind),
            link=lambda record: reverse("records-record", args=(record.pk,)),
            sort="kind",
            width=28,
            field="kind",
            said=lambda kind: titles.get(kind, kind),
        ),
        *([org] if with_org else []),
        Column("day", say("Day"), "date", sort="day", field="day"),
        Column("version", say("Version"), "number", sort="version", field="version"),
        Column(
            "entered_by",
            say("Entered by"),
            value=lambda record: str(record.entered_by),
            field="entered_by__name",
        ),
        Column("entered_at", say("Entered at"), "instant", sort="entered_at", field="entered_at"),
    ]


def _asked_period(request: Request) -> Period | None:
    try:
        return Period.parse(request.GET.get("period", ""))
    except ValueError:
        return None


def _asked_place(request: Request) -> Org | None:
    written = request.GET.get("org", "")
    sound = written.isdecimal() and len(written) < 19
    return org_by_id(request.context, int(written)) if sound else None


@page("records.view")
def all_records(request: Request) -> HttpResponse:
    """List the records within the reader's reach, to filter and export."""
    kind, under = request.GET.get("kind", ""), _asked_place(request)
    period = _asked_period(request)
    records = standing_records(request.context, under=under, kind=kind, period=period)
    # a bound of its first column lets SQLite count by the index of standing records; the list it would sort
    total = None if under or kind or period else records.order_by().filter(org__gte=0).count()
    table = Table(
        request,
        _columns(request, with_org=True),
        records,
        total=total,
        title=say("Records"),
        empty_title=say("Nothing has been written down yet"),
    )
    if sheet := table.export():
        return sheet
    values = {
        "table": table,
        "under": under,
        "kind": kind,
        "period": request.GET.get("period", ""),
        "kinds": sorted(_titles(request).items()),
        "opens": bool(open_kinds(request.context)),
    }
    return render(request, "records/all.html", values)


@page("records.view")
def open_to_read(request: Request) -> HttpResponse:
    """List, by kind, what everybody of the place may read and learn from."""
    context = request.context
    kinds = open_kinds(context)
    kind = kinds.get(request.GET.get("kind", "")) or next(iter(kinds.values()), None)
    typed = request.GET.get("q", "").strip()[:MOST_TYPED]
    values: dict[str, Any] = {
        "kinds": [(each.code, each.title) for each in kinds.values()],
        "kind": kind,
        "typed": typed,
        "crumbs": [(translate("Records"), reverse("records-all")), (translate("Read by everybody"), "")],
    }
    if kind is not None:
        values["table"] = table = _open_table(request, kind, typed)
        if sheet := table.export():
            return sheet
    return render(request, "records/open.html", values)


def _open_table(request: Request, kind: RecordKind, typed: str) -> Table:
    """Return the records of an open kind; its first text names each."""
    first, *others = [
        spec for spec in kind.fields if spec.type not in ("date", "organization")
    ] or kind.fields[:1]
    return Table(
        request,
        [
            Column(
                "f_" + first.code,
                first.title,
                value=lambda record: _field_in_words(first, record),
                link=lambda record: reverse("records-open-record", args=(record.pk,)),
                width=28,
            ),
            *(
                Column("f_" + spec.code, spec.title, value=partial(_field_in_words, spec), width=48)
                for spec in others
            ),
            Column(
                "org", say("Organization"), value=lambda record: record.org.name, sort="org__code", width=32
            ),
            Column("day", say("Day"), "date", sort="day"),
        ],
        open_records(request.context, kind=kind.code, typed=typed),
        title=kind.title,
        empty_title=say("Nothing found") if typed else say("Nothing has been written down yet"),
        empty_advice=say(
            "What is written down here may be read by everybody of the place, to learn from it."
        ),
    )


def _field_in_words(spec: FieldSpec, record: Record) -> str:
    return value_in_words(spec, record.values.get(spec.code))


@page("records.view")
def open_to_read_record(request: Request, open_record_id: int) -> HttpResponse:
    """Show what one organization wrote down for everybody of the place to read."""
    context = request.context
    found = open_record(context, open_record_id)
    kind = kind_of_record(found)
    values = {
        "record": found,
        "kind": kind,
        "lines": read_lines(context, kind, found.values),
        "reaches": context.may("records.view", found.org.path),
        "crumbs": [
            (translate("Records"), reverse("records-all")),
            (worded(kind.title), f"{reverse('records-open')}?kind={kind.code}"),
            (found.org.name, ""),
        ],
    }
    return render(request, "records/open_record.html", values)


@page("records.view")
def of_org(request: Request, org_id: int) -> HttpResponse:
    """List what one organization wrote down, and offer what it may write down."""
    context = request.context
    org = org_by_id(context, org_id)
    if not context.may("records.view", org.path):
        raise NotFound("There is no such organization.")
    table = Table(
        request,
        _columns(request, with_org=False),
        standing_records(context, org=org),
        title=say("Records"),
        empty_title=say("Nothing has been written down yet"),
        empty_advice=say("What is written down once serves everybody who asks for it."),
    )
    if sheet := table.export():
        return sheet
    values = around_org(
        request,
        org,
        "records-org",
        table=table,
        kinds=record_kinds(org) if context.may("records.write", org.path) and org.is_open() else (),
    )
    return render(request, "records/org.html", values)


@page("records.view")
def record(request: Request, record_id: int) -> HttpResponse:
    """Show one version of a record, and beside it the version before."""
    context = request.context
    found = record_by_id(context, record_id)
    kind = kind_of_record(found)
    versions = list(versions_of(context, found))
    earlier = next((each for each in versions if each.version == found.version - 1), None)
    changed = tuple(changed_fields(earlier.values, found.values)) if earlier else ()
    values = {
        "record": found,
        "kind": kind,
        "lines": read_lines(context, kind, found.values, changed=changed),
        "earlier": earlier,
        "earlier_lines": read_lines(context, kind, earlier.values, changed=changed) if earlier else (),
        "versions": versions if len(versions) > 1 else (),
        "may_correct": found.standing and context.may("records.write", found.org.path),
        "crumbs": _crumbs(found.org, worded(kind.title)),
    }
    return render(request, "records/record.html", values)


def _crumbs(org: Org, title: str) -> list[tuple[str, str]]:
    return [
        (org.name, reverse("orgs-org", args=(org.pk,))),
        (translate("Records"), reverse("records-org", args=(org.pk,))),
        (title, ""),
    ]


@page("records.write", methods=("GET", "POST"))
def write(request: Request, org_id: int, record_kind_code: str) -> HttpResponse:
    """Write down one record of an organization."""
    context = request.context
    org = org_by_id(context, org_id)
    if not context.may("records.write", org.path):
        raise NotFound("There is no such organization.")
    shape = record_kind(org, record_kind_code)
    values = {"org": org, "kind": shape, "crumbs": _crumbs(org, worded(shape.title))}
    if request.method == "GET":
        return render(request, "records/write.html", {**values, "form": record_form(context, shape)})
    sent: dict[str, Any] = request.POST.dict()
    try:
        sent |= sent_values(context, org, shape, request.POST, request.FILES)
        given = {spec.code: sent.get(spec.code) for spec in shape.fields}
        written = write_record(context, org, kind=record_kind_code, values=given)
    except Invalid as refusal:
        form = record_form(context, shape, sent, refusal.faults)
        return form_again(request, "records/write.html", {**values, "form": form}, refusal)
    messages.success(request, translate("It is written down."))
    return redirect("records-record", written.pk)


@page("records.write", methods=("GET", "POST"))
def correct(request: Request, record_id: int) -> HttpResponse:
    """Correct a record; the version before stays beside it."""
    context = request.context
    found = record_by_id(context, record_id)
    if not context.may("records.write", found.org.path):
        raise NotFound("There is no such record.")
    kind = kind_of_record(found)
    values = {
        "record": found,
        "kind": kind,
        "org": found.org,
        "crumbs": _crumbs(found.org, worded(kind.title)),
    }
    reason = FieldForm((_REASON,))
    if request.method == "GET":
        more = {"form": record_form(context, kind, found.values), "reason": reason}
        return render(request, "records/correct.html", {**values, **more})
    sent: dict[str, Any] = request.POST.dict()
    try:
        sent |= sent_values(context, found.org, kind, request.POST, request.FILES)
        given = {spec.code: sent.get(spec.code) for spec in kind.fields}
        later = correct_record(context, found, values=given, reason=sent.get("reason", ""))
    except Invalid as refusal:
        form = record_form(context, kind, sent, refusal.faults)
        again = {**values, "form": form, "reason": reason.again(sent, refusal.faults)}
        return form_again(request, "records/correct.html", again, refusal)
    messages.success(request, translate("The correction is kept beside the version before."))
    return redirect("records-record", later.pk)


urlpatterns = [
    path("records", all_records, name="records-all"),
    path("records/open", open_to_read, name="records-open"),
    path("records/open/<int:open_record_id>", open_to_read_record, name="records-open-record"),
    path("records/<int:record_id>", record, name="records-record"),
    path("records/<int:record_id>/correct", correct, name="records-correct"),
    path("orgs/<int:org_id>/records", of_org, name="records-org"),
    path("orgs/<int:org_id>/records/<slug:record_kind_code>", write, name="records-write"),
]
