"""Records over the API."""

from datetime import date, datetime
from typing import Any

from ninja import Query, Router, Schema

from gangmu.core.errors import Invalid
from gangmu.core.periods import Period
from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.records.models import Record
from gangmu.work.records.operations import NewRecord, correct_record, write_record, write_records
from gangmu.work.records.queries import (
    MOST_TYPED,
    known_values,
    open_record,
    open_records,
    record_by_id,
    standing_records,
    versions_of,
)
from gangmu.work.records.shown import KnownOut

router = Router(tags=["records"])


class RecordOut(Schema):
    """One version of a record."""

    id: int
    org_id: int
    kind: str
    day: date
    values: dict[str, Any]
    version: int
    replaces_id: int | None
    standing: bool
    reason: str
    answered_for_id: int
    entered_by_id: int
    entered_at: datetime


class OpenRecordOut(Schema):
    """What stands of a kind that everybody of the place may read: what was written, not by whom."""

    id: int
    org_id: int
    org: str
    kind: str
    day: date
    values: dict[str, Any]


class PageOf(Schema):
    """Where a list goes on: ``after`` the last id seen, at most ``limit`` rows."""

    after: int = 0
    limit: int = 100


class RecordIn(Schema):
    """What is written down: the values of the fields, and the day if no field tells it."""

    kind: str
    values: dict[str, Any]
    day: date | None = None


class OneOfManyIn(RecordIn):
    """One record of a batch, of one organization."""

    org: int


class RecordsIn(Schema):
    """Up to two thousand records."""

    records: list[OneOfManyIn]


class CorrectionIn(Schema):
    """All values as they should have been, and why."""

    values: dict[str, Any]
    reason: str


@endpoint(
    router,
    "get",
    "/records",
    "records.standing_records",
    permission="records.view",
    response=list[RecordOut],
)
def list_records(
    request: Request, page: Query[PageOf], under: int | None = None, kind: str = "", period: str = ""
) -> list[Record]:
    """List the records that stand within reach, by id; below one organization, of a kind, in a period."""
    try:
        span = Period.parse(period) if period else None
    except ValueError:
        raise Invalid("This is no period.", faults={"period": "This is no period."}) from None
    top = org_by_id(request.context, under) if under is not None else None
    rows = standing_records(request.context, under=top, kind=kind, period=span).order_by("pk")
    return list(rows.filter(pk__gt=page.after)[: max(1, min(page.limit, 200))])


def _opened(record: Record) -> OpenRecordOut:
    return OpenRecordOut(
        id=record.pk,
        org_id=record.org_id,
        org=record.org.name,
        kind=record.kind,
        day=record.day,
        values=record.values,
    )


@endpoint(
    router,
    "get",
    "/open-records",
    "records.open_records",
    permission="records.view",
    response=list[OpenRecordOut],
)
def list_open(request: Request, page: Query[PageOf], kind: str = "", q: str = "") -> list[OpenRecordOut]:
    """List what stands of an open kind, or of all, in the caller's place, by id; with ``q`` what holds it."""
    rows = open_records(request.context, kind=kind, typed=q[:MOST_TYPED]).order_by("pk")
    return [_opened(each) for each in rows.filter(pk__gt=page.after)[: max(1, min(page.limit, 200))]]


@endpoint(
    router,
    "get",
    "/open-records/{open_record_id}",
    "records.open_record",
    permission="records.view",
    response=OpenRecordOut,
)
def read_open(request: Request, open_record_id: int) -> OpenRecordOut:
    """Return one record that everybody of the place may read."""
    return _opened(open_record(request.context, open_record_id))


@endpoint(
    router,
    "get",
    "/records/{record_id}",
    "records.record_by_id",
    permission="records.view",
    response=RecordOut,
)
def read_record(request: Request, record_id: int) -> Record:
    """Return one version of a record."""
    return record_by_id(request.context, record_id)


@endpoint(
    router,
    "get",
    "/records/{record_id}/versions",
    "records.versions_of",
    permission="records.view",
    response=list[RecordOut],
)
def read_versions(request: Request, record_id: int) -> list[Record]:
    """Return all versions of a record, the newest first."""
    return list(versions_of(request.context, record_by_id(request.context, record_id)))


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/known-values",
    "records.known_values",
    permission="records.view",
    response=list[KnownOut],
)
def read_known(request: Request, org_id: int, day: date | None = None) -> list[KnownOut]:
    """Return what is known of an organization as of a day, whoever asked for it."""
    known = known_values(request.context, org_by_id(request.context, org_id), day=day)
    return [KnownOut.from_orm(each) for _, each in sorted(known.items())]


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/records",
    "records.write_record",
    permission="records.write",
    response=RecordOut,
)
def post_record(request: Request, org_id: int, given: RecordIn) -> Record:
    """Write down what an organization did or has."""
    org = org_by_id(request.context, org_id)
    return write_record(request.context, org, kind=given.kind, values=given.values, day=given.day)


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/records/batch",
    "records.write_records",
    permission="records.write",
    response=list[RecordOut],
)
def post_records(request: Request, org_id: int, given: RecordsIn) -> list[Record]:
    """Write down many records of organizations at or below one, all or none."""
    context = request.context
    orgs = {key: org_by_id(context, key) for key in {each.org for each in given.records}}
    rows = [NewRecord(orgs[each.org], each.kind, each.values, each.day) for each in given.records]
    return write_records(context, org_by_id(context, org_id), rows=rows)


@endpoint(
    router,
    "post",
    "/records/{record_id}/correct",
    "records.correct_record",
    permission="records.write",
    response=RecordOut,
)
def post_correction(request: Request, record_id: int, given: CorrectionIn) -> Record:
    """Put a corrected version in a record's place."""
    record = record_by_id(request.context, record_id)
    return correct_record(request.context, record, values=given.values, reason=given.reason)
