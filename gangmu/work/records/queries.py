"""Every read of records; the reader comes first."""

from django.db.models import QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, within
from gangmu.kernel.packs.models import PackVersion
from gangmu.kernel.packs.queries import pack_by_version, pack_of
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.models import Record


def record_kinds(org: Org) -> tuple[RecordKind, ...]:
    """Return what may be written down where an organization stands, by code."""
    return pack_of(org.root_id).all(RecordKind)


def record_kind(org: Org, code: str, version: PackVersion | None = None) -> RecordKind:
    """Return one kind of record as it is now, by the version that rules there; an unknown code refuses."""
    pack = pack_of(org.root_id) if version is None else pack_by_version(version)
    kind = pack.find(RecordKind, code)
    if kind is None:
        raise NotFound("There is no such kind of record here.")
    return kind


def kind_of_record(record: Record) -> RecordKind:
    """Return a record's kind as it was when the record was written."""
    kind = pack_by_version(record.pack).find(RecordKind, record.kind)
    if kind is None:
        raise NotFound("There is no such kind of record here.")
    return kind


def standing_records(
    context: Context,
    *,
    org: Org | None = None,
    under: Org | None = None,
    kind: str = "",
    period: Period | None = None,
) -> QuerySet[Record]:
    """Return the newest versions that the reader may see, the newest day first."""
    records = Record.objects.filter(within(context.places("records.view")), standing=True)
    if org is not None:
        records = records.filter(org=org)
    if under is not None:
        records = records.filter(in_subtree(under.path, "org__path"))
    if kind:
        records = records.filter(kind=kind)
    if period is not None:
        records = records.filter(day__gte=period.first, day__lte=period.last)
    records = records.select_related("org", "entered_by", "pack").defer("pack__files")
    return records.order_by("-day", "-pk")


def record_by_id(context: Context, record_id: int) -> Record:
    """Return one version of a record that the reader may see; otherwise there is none."""
    record = (
        Record.objects.filter(within(context.places("records.view")), pk=record_id)
        .select_related("org", "entered_by", "pack", "answered_for")
        .defer("pack__files")
        .first()
    )
    if record is None:
        raise NotFound("There is no such record.")
    return record


def versions_of(context: Context, record: Record) -> QuerySet[Record]:
    """Return all versions of a record, the newest first."""
    first = record_by_id(context, record.pk).first_id
    return (
        (Record.objects.filter(pk=first) | Record.objects.filter(origin=first))
        .select_related("entered_by", "pack", "org")
        .defer("pack__files")
        .order_by("-version")
    )


def records_held(context: Context, *, org: Org, kind: str, period: Period) -> QuerySet[Record]:
    """Return what would serve whoever asks an organization for a kind and period, newest first."""
    return standing_records(context, org=org, kind=kind, period=period)
