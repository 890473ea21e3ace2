"""Writing records and correcting them; a correction keeps both versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import ProtectedError, Q

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.core.fields import parse_fields
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.audit.rows import insert_new
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.queries import facts_of_sources
from gangmu.kernel.facts.rules import VOID, NewFact
from gangmu.kernel.files.queries import visible_files
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import visible_orgs
from gangmu.kernel.orgs.rules import is_below
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.kernel.people.queries import visible_people
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.facts import facts_of, facts_of_correction, source_of
from gangmu.work.records.holding import hold_records, let_go
from gangmu.work.records.models import Record
from gangmu.work.records.queries import kind_of_record, record_kind
from gangmu.work.records.rules import changed_fields, day_of, references

BATCH = 2000


@dataclass(frozen=True)
class NewRecord:
    """What writing one record of many takes."""

    org: Org
    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    day: date | None = None


@operation("records.write_record", permission="records.write", at="org", secret=("values",))
def write_record(
    context: Context, org: Org, *, kind: str, values: Mapping[str, Any], day: date | None = None
) -> Record:
    """Write down what an organization did or has.

    It serves everybody who asks for it afterwards. Refused with every fault beside its
    field; for a closed organization; for a day that has not come, unless it is a report of
    a running period.
    """
    return _written(context, [NewRecord(org, kind, values, day)])[0]


@operation("records.write_records", permission="records.write", at="top")
def write_records(context: Context, top: Org, *, rows: Sequence[NewRecord]) -> list[Record]:
    """Write up to two thousand records of organizations at or below one, as when they are imported.

    One wrong record refuses them all, and the refusal names every wrong field by its row.
    """
    if len(rows) > BATCH:
        raise Invalid("At most %(most)s records are written at once.", {"most": BATCH})
    strange = {
        str(at): "This organization stands elsewhere."
        for at, row in enumerate(rows)
        if not is_below(row.org.path, top.path)
    }
    if strange:
        raise Invalid("Some records cannot be written.", faults=strange)
    return _written(context, rows)


def _written(context: Context, rows: Sequence[NewRecord]) -> list[Record]:
    faults: dict[str, str] = {}
    records, kinds = [], []
    packs = {root: pack_version_of(root) for root in {row.org.root_id for row in rows}}
    for at, row in enumerate(rows):
        try:
            kind = record_kind(row.org, row.kind, packs[row.org.root_id])
            record = _record(context, row, kind)
        except Invalid as refusal:
            prefix = f"{at}." if len(rows) > 1 else ""
            faults |= {prefix + code: fault for code, fault in refusal.faults.items()}
            continue
        record.pack = packs[row.org.root_id]
        records.append(record)
        kinds.append(kind)
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)
    check_references(context, [(kind, record.values) for kind, record in zip(kinds, records, strict=True)])
    insert_new(records)
    hold_records(context, zip(records, kinds, strict=True))
    new = [fact for kind, record in zip(kinds, records, strict=True) for fact in facts_of(record, kind)]
    for root in packs:
        here = {record.org_id for record in records if record.org.root_id == root}
        write_facts(context, root, [fact for fact in new if fact.org in here])
    return records


def _record(context: Context, row: NewRecord, kind: RecordKind) -> Record:
    if not row.org.is_open():
        raise Conflict("%(org)s is closed.", {"org": row.org.name})
    values = parse_fields(kind.fields, dict(row.values))
    return Record(
        org=row.org,
        kind=kind.code,
        day=_day(context, row.org, kind, values, row.day),
        values=values,
        answered_for=row.org,
        entered_by_id=context.account,
        entered_at=context.now,
    )


def _day(context: Context, org: Org, kind: RecordKind, values: Mapping[str, Any], given: date | None) -> date:
    day = day_of(kind, values, given, context.today)
    if day < org.founded_on:
        sentence = "The organization did not exist yet on this day."
        raise Invalid(sentence, faults={kind.day_field or "day": sentence})
    return day


def check_references(context: Context, written: Sequence[tuple[RecordKind, Mapping[str, Any]]]) -> None:
    """Refuse values that name what is not there, or lies beyond the writer's reach."""
    faults: dict[str, str] = {}
    wanted: dict[str, dict[tuple[int, str], int]] = {}
    for at, (kind, values) in enumerate(written):
        for type_, fields in references(kind, values).items():
            for code, id_ in fields.items():
                wanted.setdefault(type_, {})[at, code] = id_
    for type_, places in wanted.items():
        known = _known(context, type_, set(places.values()))
        for (at, code), id_ in places.items():
            if id_ not in known:
                name = code if len(written) == 1 else f"{at}.{code}"
                faults[name] = "This is not something that can be chosen."
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)


def _known(context: Context, type_: str, ids: set[int]) -> set[int]:
    """Return which of the ids the writer may name."""
    if type_ == "organization":
        return set(visible_orgs(context).filter(pk__in=ids).values_list("pk", flat=True))
    if type_ == "person":
        return set(visible_people(context).filter(pk__in=ids).values_list("pk", flat=True))
    if type_ == "file":
        return set(visible_files(context).filter(pk__in=ids).values_list("pk", flat=True))
    return set()


@operation("records.correct_record", permission="records.write", at="record.org", secret=("values",))
def correct_record(context: Context, record: Record, *, values: Mapping[str, Any], reason: str) -> Record:
    """Put a corrected version in a record's place; both are kept, with the reason.

    It is read with the form under which the record was first given. Refused without a
    reason, for a version that was corrected already, and when nothing differs.
    """
    if not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": "This must be filled in."})
    held = Record.objects.select_for_update(of=("self",)).select_related("pack", "org")
    present = held.defer("pack__files").get(pk=record.pk)
    if not present.standing:
        raise Conflict("This version was corrected already.")
    kind = kind_of_record(present)
    parsed = parse_fields(kind.fields, dict(values))
    if not changed_fields(present.values, parsed):
        raise Conflict("Nothing differs from the version before.")
    check_references(context, [(kind, parsed)])
    given = None if kind.day_field else present.day
    day = present.day if kind.entry == "report" else _day(context, present.org, kind, parsed, given)
    Record.objects.filter(pk=present.pk).update(standing=False)
    later = Record.objects.create(
        org=present.org,
        kind=present.kind,
        day=day,
        values=parsed,
        pack=present.pack,
        version=present.version + 1,
        origin_id=present.first_id,
        replaces=present,
        reason=reason.strip()[:300],
        answered_for=present.answered_for,
        entered_by_id=context.account,
        entered_at=context.now,
    )
    let_go(Q(record=present))
    hold_records(context, [(later, kind)])
    standing = list(facts_of_sources([source_of(present)]))
    write_facts(context, present.org.root_id, facts_of_correction(later, kind, standing))
    return later


@operation("records.take_back_records", permission="records.write", at="top")
def take_back_records(context: Context, top: Org, *, records: Sequence[int]) -> int:
    """Take back up to two thousand records of organizations at or below one, as when an import is undone.

    What they replaced stands again, their facts are made void, and what was known before is
    known again. Refused for a record that was corrected since, or that something is built on.
    """
    if len(records) > BATCH:
        raise Invalid("At most %(most)s records are written at once.", {"most": BATCH})
    held = (
        Record.objects.select_for_update(of=("self",))
        .filter(pk__in=list(records))
        .select_related("org", "pack", "replaces", "replaces__pack", "replaces__org")
        .defer("pack__files", "replaces__pack__files")
    )
    rows = list(held)
    if any(not is_below(row.org.path, top.path) for row in rows):
        raise NotFound("There is no such record.")
    refuse_built_upon([row.pk for row in rows])
    facts: dict[int, list[NewFact]] = {}
    for row in rows:
        standing = list(facts_of_sources([source_of(row)]))
        before = row.replaces
        new = (
            facts_of_correction(before, kind_of_record(before), standing)
            if before is not None
            else [NewFact(each.org_id, each.day, VOID, None, each.source, "", each.fact) for each in standing]
        )
        facts.setdefault(row.org.root_id, []).extend(new)
    let_go(Q(record__in=[row.pk for row in rows]))
    try:
        Record.objects.filter(pk__in=[row.pk for row in rows]).delete()
    except ProtectedError:
        raise Conflict(_BUILT_UPON) from None
    earlier = [row.replaces for row in rows if row.replaces is not None]
    Record.objects.filter(pk__in=[each.pk for each in earlier]).update(standing=True)
    hold_records(context, [(each, kind_of_record(each)) for each in earlier])
    for root, new in facts.items():
        write_facts(context, root, new)
    return len(rows)


_BUILT_UPON = msgid("One of the records was corrected or used since.")


def refuse_built_upon(records: Sequence[int]) -> None:
    """Refuse if one of some records was corrected since it was written, or answers a task."""
    if Record.objects.filter(pk__in=list(records), standing=False).exists():
        raise Conflict(_BUILT_UPON)
