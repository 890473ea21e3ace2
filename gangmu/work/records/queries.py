"""Every read of records; the reader comes first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.fields import FieldSpec
from gangmu.core.periods import Period
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, within
from gangmu.kernel.packs.models import PackVersion
from gangmu.kernel.packs.queries import pack_by_version, pack_of, packs_in_force, versions_used
from gangmu.kernel.packs.rules import Pack
from gangmu.work.records.definitions import FieldKind, RecordKind
from gangmu.work.records.models import KnownValue, Record
from gangmu.work.records.rules import is_valid

MOST_TYPED = 60
"""How much of what is typed is looked for."""


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


def was_any_recorded(kind: str, first: date, last: date) -> bool:
    """Whether anybody at all recorded something of a kind on some days: whoever counts need not look further."""
    return Record.objects.filter(kind=kind, day__gte=first, day__lte=last).exists()


def open_kinds(context: Context) -> dict[str, RecordKind]:
    """Return the kinds of records that everybody of the reader's place may read, by code."""
    return {
        kind.code: kind
        for _, pack in sorted(_packs_here(context).items(), reverse=True)
        for kind in pack.all(RecordKind)
        if kind.open
    }


def open_records(context: Context, *, kind: str = "", typed: str = "") -> QuerySet[Record]:
    """Return what stands of an open kind, or of all of them, anywhere in the reader's place, the newest day first.

    The kind is open today, and was so in the form under which the record was given: nothing is
    laid open behind its writer's back. ``typed`` is looked for in names and in what was written.
    """
    found, texts = Q(pk__in=()), set[str]()
    for root, pack in _packs_here(context).items():
        opened = [each for each in pack.all(RecordKind) if each.open and kind in ("", each.code)]
        versions = versions_used(root) if opened else []
        for shape in opened:
            forms = [each.pk for each in versions if _is_open(each, shape.code)]
            found |= in_subtree(f"{root}/", "org__path") & Q(kind=shape.code, pack__in=forms)
            texts |= {spec.code for spec in shape.fields if spec.type in ("text", "long_text")}
    records = Record.objects.filter(found, standing=True)
    if typed.strip():
        records = _holding(records, sorted(texts), typed.strip())
    return records.select_related("org", "pack").defer("pack__files").order_by("-day", "-pk")


def open_record(context: Context, record_id: int) -> Record:
    """Return one record that everybody of the reader's place may read; otherwise there is none."""
    found = open_records(context).filter(pk=record_id).first()
    if found is None:
        raise NotFound("There is no such record.")
    return found


def _packs_here(context: Context) -> dict[int, Pack]:
    """Return the packs that rule the trees in which the reader may read records."""
    places = context.places("records.view")
    roots = {int(low.split("/", 1)[0]) for low, _ in places.ranges if low}
    return {root: pack for root, pack in packs_in_force().items() if places.everywhere or root in roots}


def _is_open(version: PackVersion, kind: str) -> bool:
    """Whether a kind is open in a version of a pack."""
    shape = pack_by_version(version).find(RecordKind, kind)
    return shape is not None and shape.open


def _holding(records: QuerySet[Record], texts: Sequence[str], typed: str) -> QuerySet[Record]:
    """Return those of some records whose organization or text holds what was typed."""
    wanted = Q(org__name__icontains=typed)
    for at, code in enumerate(texts):
        records = records.alias(**{f"text_{at}": KeyTextTransform(code, "values")})
        wanted |= Q(**{f"text_{at}__icontains": typed})
    return records.filter(wanted)


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


def orgs_of_records(ids: Sequence[int]) -> dict[int, int]:
    """Return whose records these are, by their ids; for decisions, not for showing."""
    return dict(Record.objects.filter(pk__in=list(ids)).values_list("pk", "org_id"))


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


def field_kinds(org: Org) -> dict[str, FieldKind]:
    """Return the dictionary of fields where an organization stands, by code."""
    return {field.code: field for field in pack_of(org.root_id).all(FieldKind)}


def values_on(day: date | None = None) -> QuerySet[KnownValue]:
    """Return the one value of each organization and field that is known about a day; now without one.

    The newest about that day or one before counts, whenever it was entered.
    """
    if day is None:
        return KnownValue.objects.filter(current=True)
    later = KnownValue.objects.filter(
        Q(day__gt=OuterRef("day")) | Q(day=OuterRef("day"), pk__gt=OuterRef("pk")),
        org=OuterRef("org"),
        field=OuterRef("field"),
        standing=True,
        day__lte=day,
    )
    return KnownValue.objects.filter(~Exists(later), standing=True, day__lte=day)


def known_values(context: Context, org: Org, *, day: date | None = None) -> dict[str, KnownValue]:
    """Return what is known of an organization as of a day, by the code of the dictionary."""
    if not context.may("records.view", org.path):
        return {}
    rows = values_on(day).filter(org=org).select_related("record", "entered_by")
    return {each.field: each for each in rows.defer("record__values")}


def known_of_orgs(
    context: Context, orgs: Iterable[int], fields: Iterable[str], *, day: date | None = None
) -> dict[int, dict[str, KnownValue]]:
    """Return what is known of organizations that the reader may see, by organization and field."""
    found: dict[int, dict[str, KnownValue]] = {}
    rows = values_on(day).filter(within(context.places("records.view")), org__in=list(orgs))
    for each in rows.filter(field__in=list(fields)):
        found.setdefault(each.org_id, {})[each.field] = each
    return found


def values_of(context: Context, org: Org, field: str) -> QuerySet[KnownValue]:
    """Return all that was ever known of an organization in one field, the newest day first."""
    rows = KnownValue.objects.filter(within(context.places("records.view")), org=org, field=field)
    return rows.select_related("record", "entered_by").defer("record__values").order_by("-day", "-pk")


def newest_records(context: Context, orgs: Iterable[int], kind: str) -> dict[int, Record]:
    """Return the newest standing record of a kind, by organization, of those that the reader may see."""
    rows = standing_records(context, kind=kind).filter(org__in=list(orgs))
    return {record.org_id: record for record in rows.order_by("day", "pk")}


def last_said(context: Context, org: Org, kind: str) -> Record | None:
    """Return an organization's newest record of a kind that the reader may see, if there is one."""
    return standing_records(context, org=org, kind=kind).first()


def values_of_departments(orgs: Iterable[int], fields: Iterable[str]) -> QuerySet[KnownValue]:
    """Return what departments gave about some organizations and stands: for those who replace it."""
    given = KnownValue.objects.filter(way=KnownValue.Way.DEPARTMENT, standing=True)
    return given.filter(org__in=list(orgs), field__in=list(fields))


def known_before(record: Record) -> dict[str, KnownValue]:
    """Return what was known of an organization before a record said it, by the dictionary's code."""
    own = Q(record=record.first_id) | Q(record__origin=record.first_id)
    rows = KnownValue.objects.filter(
        org=record.org_id, standing=True, day__lte=record.day, entered_at__lte=record.entered_at
    )
    return {each.field: each for each in rows.exclude(own).order_by("day", "pk")}


def bringing_news(written: Iterable[tuple[RecordKind, Record]]) -> set[int]:
    """Return which records say anything that was not known and valid before them; the others only confirm."""
    news, shared = set(), []
    for kind, record in written:
        told = _told(kind, record)
        if told and all(spec.of for spec in told):
            shared.append((record, told))
        else:
            news.add(record.pk)
    before = _newest_before(
        [record for record, _ in shared], {spec.of for _, told in shared for spec in told}
    )
    roots = {record.org.root_id: record.org for record, _ in shared}
    fields = {root: field_kinds(org) for root, org in roots.items()}
    return news | {
        record.pk
        for record, told in shared
        if any(_is_news(spec, record, before[record.pk], fields[record.org.root_id]) for spec in told)
    }


def _told(kind: RecordKind, record: Record) -> list[FieldSpec]:
    """Return the fields in which a record says something, but for its day."""
    return [
        spec
        for spec in kind.fields
        if spec.code != kind.day_field and record.values.get(spec.code) is not None
    ]


def _is_news(
    spec: FieldSpec, record: Record, before: Mapping[str, KnownValue], fields: Mapping[str, FieldKind]
) -> bool:
    return (
        spec.of not in before
        or before[spec.of].value != record.values[spec.code]
        or spec.of not in fields
        or not is_valid(fields[spec.of], before[spec.of].day, record.day)
    )


def _newest_before(records: Sequence[Record], fields: Iterable[str]) -> dict[int, dict[str, KnownValue]]:
    """Return what was known before each of some records said it, by record and field; two reads for all."""
    found: dict[int, dict[str, KnownValue]] = {record.pk: {} for record in records}
    codes = sorted(fields)
    if not codes:
        return found
    own = Q(record=OuterRef("first")) | Q(record__origin=OuterRef("first"))
    earlier = KnownValue.objects.filter(
        org=OuterRef("org"), standing=True, day__lte=OuterRef("day"), entered_at__lte=OuterRef("entered_at")
    ).exclude(own)
    newest = [Subquery(earlier.filter(field=code).order_by("-day", "-pk").values("pk")[:1]) for code in codes]
    rows = Record.objects.filter(pk__in=list(found)).alias(first=Coalesce("origin", "pk"))
    keys = {key: held for key, *held in rows.values_list("pk", *newest)}
    values = KnownValue.objects.only("value", "day").in_bulk(
        [key for held in keys.values() for key in held if key is not None]
    )
    for record, held in keys.items():
        found[record] = {code: values[key] for code, key in zip(codes, held, strict=True) if key is not None}
    return found
