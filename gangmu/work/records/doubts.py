"""What may be wrong with what was written down and with what is known."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet

from gangmu.core.doubts import DoubtCheck, Found, Look, Params
from gangmu.core.text import Text
from gangmu.frame.words import say
from gangmu.kernel.orgs.doubts import tree_of
from gangmu.kernel.orgs.queries import in_subtree
from gangmu.kernel.packs.rules import Pack
from gangmu.work.records.definitions import NUMERIC, FieldKind, RecordKind
from gangmu.work.records.models import KnownValue, Record

SINCE = timedelta(days=400)
TELLING = 20
"""So many characters of text at least: shorter ones are alike without anybody copying."""

COPIES = 3
SHOWN = 40
"""So much of a text is shown with a doubt."""

MANY_VERSIONS = 4
LATE = timedelta(days=31)
SITTING_MONTHS, SITTING_RECORDS = 3, 6
DIFFERS = Decimal("0.1")
MONTH = Decimal("30.44")


class Written(NamedTuple):
    """A record as it stands."""

    pk: int
    org: int
    kind: str
    day: date
    values: dict[str, Any]
    entered_on: date
    version: int


def _of_tree(look: Look) -> QuerySet[Record]:
    return Record.objects.filter(in_subtree(look.path, "org__path"), standing=True)


def _records(look: Look) -> list[Written]:
    """Return the records of the last year that stand."""

    def read() -> list[Written]:
        rows = _of_tree(look).filter(day__gte=look.today - SINCE).order_by("org", "kind", "day", "pk")
        fields = ("pk", "org", "kind", "day", "values", "entered_at__date", "version")
        return [Written(*row) for row in rows.values_list(*fields).iterator()]

    return look.once("records", read)


def _kinds(look: Look) -> dict[str, RecordKind]:
    return look.once("record kinds", lambda: {kind.code: kind for kind in look.pack.all(RecordKind)})


def _titled(look: Look, code: str) -> Text | str:
    kind = _kinds(look).get(code)
    return kind.title if kind else code


def _record(look: Look, org: int, pk: int, kind: str, day: date, **params: str | int) -> Found:
    what = {"kind": _titled(look, kind), "day": day.isoformat(), **params}
    return Found(org, f"record:{pk}", what)


def figure_title(pack: Pack, item: str) -> Text | None:
    """Return what a figure of a record is called: its kind and its field."""
    code, _, name = item.partition(".")
    kind = pack.find(RecordKind, code)
    spec = next((each for each in kind.fields if each.code == name), None) if kind else None
    if kind is None or spec is None:
        return None
    return Text(
        zh_hans=f"{kind.title.zh_hans}·{spec.title.zh_hans}",
        en=f"{kind.title.within('en')}: {spec.title.within('en')}",
    )


def _told(kind: RecordKind | None, values: dict[str, Any]) -> str:
    """Return the free text of a record, by which copies are known."""
    if kind is None:
        return ""
    texts = [values.get(spec.code) for spec in kind.fields if spec.type in ("text", "long_text")]
    return "\n".join(text.strip() for text in texts if isinstance(text, str))


def _copied(look: Look) -> Iterator[Found]:
    """Find what several below one organization wrote word for word: one doubt for each text, above them."""
    kinds, orgs = _kinds(look), tree_of(look).rows
    alike: dict[tuple[int, str, str], set[int]] = defaultdict(set)
    for row in _records(look):
        told, parent = _told(kinds.get(row.kind), row.values), orgs[row.org].parent
        if parent is not None and len(told) >= TELLING:
            alike[parent, row.kind, told].add(row.org)
    for (parent, kind, told), below in alike.items():
        if len(below) >= COPIES:
            mark = hashlib.sha256(told.encode()).hexdigest()[:12]
            params: Params = {"kind": _titled(look, kind), "text": told[:SHOWN], "count": len(below)}
            yield Found(parent, f"{kind}:{mark}", params)


def _own_copy(look: Look) -> Iterator[Found]:
    """Find what an organization wrote before, word for word, of another day."""
    kinds = _kinds(look)
    seen: set[tuple[int, str, str]] = set()
    for row in _records(look):
        told = _told(kinds.get(row.kind), row.values)
        key = (row.org, row.kind, told)
        if len(told) >= TELLING and key in seen:
            yield _record(look, row.org, row.pk, row.kind, row.day)
        seen.add(key)


def _of_no_time(look: Look) -> Iterator[Found]:
    outside = Q(day__lt=F("org__founded_on")) | Q(day__gte=F("org__closed_on"))
    rows = _of_tree(look).filter(outside).order_by("pk").values_list("org", "pk", "kind", "day")
    return (_record(look, *row) for row in rows)


def _in_future(look: Look) -> Iterator[Found]:
    for row in _records(look):
        kind = _kinds(look).get(row.kind)
        if row.day > look.today and kind is not None and kind.entry != "report":
            yield _record(look, row.org, row.pk, row.kind, row.day)


def _unknown_kind(look: Look) -> Iterator[Found]:
    known = _kinds(look)
    return (
        _record(look, row.org, row.pk, row.kind, row.day) for row in _records(look) if row.kind not in known
    )


def _missing_field(look: Look) -> Iterator[Found]:
    for row in _records(look):
        kind = _kinds(look).get(row.kind)
        wanted = [spec for spec in kind.fields if spec.required] if kind else []
        missing = [spec for spec in wanted if row.values.get(spec.code) in (None, "")]
        if missing:
            what: Params = {"kind": _titled(look, row.kind), "day": str(row.day), "field": missing[0].title}
            yield Found(row.org, f"record:{row.pk}", what)


def _out_of_bounds(look: Look) -> Iterator[Found]:
    """Find numbers outside the bounds that the pack of today sets; their record may be older."""
    for row in _records(look):
        kind = _kinds(look).get(row.kind)
        for spec in kind.fields if kind else ():
            value = _number(row.values.get(spec.code)) if spec.type in NUMERIC else None
            low, high = spec.minimum, spec.maximum
            if value is not None and (
                (low is not None and value < low) or (high is not None and value > high)
            ):
                what: Params = {
                    "kind": _titled(look, row.kind),
                    "day": row.day.isoformat(),
                    "field": spec.title,
                    "value": f"{value:f}",
                }
                yield Found(row.org, f"record:{row.pk}", what)
                break


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None


def _many_versions(look: Look) -> Iterator[Found]:
    for row in _records(look):
        if row.version >= MANY_VERSIONS:
            yield _record(look, row.org, row.pk, row.kind, row.day, count=row.version)


def _in_one_sitting(look: Look) -> Iterator[Found]:
    """Find organizations that wrote down months on one day, long after."""
    sitting: dict[tuple[int, date], list[Written]] = defaultdict(list)
    for row in _records(look):
        if row.entered_on > row.day + LATE and row.version == 1:
            sitting[row.org, row.entered_on].append(row)
    for (org, day), rows in sitting.items():
        months = {(row.day.year, row.day.month) for row in rows}
        if len(months) >= SITTING_MONTHS and len(rows) >= SITTING_RECORDS:
            params: Params = {"count": len(rows), "months": len(months), "day": day.isoformat()}
            yield Found(org, f"sitting:{day}", params)


def _unmeasured(look: Look) -> list[KnownValue]:
    def read() -> list[KnownValue]:
        rows = KnownValue.objects.filter(in_subtree(look.path, "org__path"), current=True)
        return list(rows.order_by("org", "field"))

    return look.once("known", read)


def _known(look: Look, known: KnownValue, **params: str | int | Text) -> Found:
    field = look.pack.find(FieldKind, known.field)
    title = field.title if field else known.field
    return Found(known.org_id, f"known:{known.pk}", {"field": title, "day": known.day.isoformat(), **params})


def _stale(look: Look) -> Iterator[Found]:
    for value in _unmeasured(look):
        field = look.pack.find(FieldKind, value.field)
        if field is not None and field.valid and (look.today - value.day).days > field.valid * MONTH:
            yield _known(look, value, months=field.valid)


def _beyond(look: Look) -> Iterator[Found]:
    for value in _unmeasured(look):
        field = look.pack.find(FieldKind, value.field)
        said = _number(value.value) if field is not None and field.type in NUMERIC else None
        if field is None or said is None:
            continue
        low, high = field.minimum, field.maximum
        if (low is not None and said < low) or (high is not None and said > high):
            yield _known(look, value, value=f"{said:f}")


def _unknown_field(look: Look) -> Iterator[Found]:
    return (
        _known(look, value) for value in _unmeasured(look) if look.pack.find(FieldKind, value.field) is None
    )


def _sources_differ(look: Look) -> Iterator[Found]:
    """Find numbers of which those below and a department say what differs by more than a tenth."""
    rows = KnownValue.objects.filter(in_subtree(look.path, "org__path"), standing=True, amount__isnull=False)
    newest: dict[tuple[int, str], dict[str, KnownValue]] = defaultdict(dict)
    for value in rows.filter(day__gte=look.today - SINCE).order_by("day", "pk"):
        newest[value.org_id, value.field][value.way] = value
    for ways in newest.values():
        if len(ways) == 2:
            one, other = ways["record"], ways["department"]
            most = max(abs(one.amount or 0), abs(other.amount or 0))
            if abs((one.amount or 0) - (other.amount or 0)) > DIFFERS * most:
                yield _known(look, other, value=str(one.value), other=str(other.value), owner=other.owner)


_of_record = partial(
    DoubtCheck,
    group="records",
    mend=say("Correct the record, with the reason; both versions stay."),
    permission="records.view",
    page="records-record",
    page_of="subject",
)
_of_known = partial(
    DoubtCheck,
    group="records",
    mend=say("Have the right value entered in the ledger, with its source and day."),
    permission="records.view",
    page="records-org",
)

CHECKS: Iterable[DoubtCheck] = (
    _of_record(
        "records.copied",
        title=say("The same text from several organizations"),
        says=say("%(kind)s: %(count)s below wrote “%(text)s …”."),
        mend=say("Ask them what they really did; excuse it where one text was sent down to be entered."),
        find=_copied,
        page="records-org",
        page_of="org",
    ),
    _of_record(
        "records.own_copy",
        title=say("The same text as before"),
        says=say("%(kind)s of %(day)s repeats an earlier one word for word."),
        find=_own_copy,
    ),
    _of_record(
        "records.of_no_time",
        title=say("A record of a day on which the organization did not exist"),
        says=say("%(kind)s of %(day)s."),
        find=_of_no_time,
        sure=True,
    ),
    _of_record(
        "records.in_future",
        title=say("A record of a day to come"),
        says=say("%(kind)s of %(day)s."),
        find=_in_future,
        sure=True,
    ),
    _of_record(
        "records.unknown_kind",
        title=say("A record of a kind that the pack does not know"),
        says=say("%(kind)s of %(day)s."),
        mend=say("Write the kind into the pack again, or say there that it has ended."),
        find=_unknown_kind,
    ),
    _of_record(
        "records.missing_field",
        title=say("A record without what its kind needs today"),
        says=say("%(kind)s of %(day)s: %(field)s is missing."),
        find=_missing_field,
    ),
    _of_record(
        "records.out_of_bounds",
        title=say("A number outside its bounds"),
        says=say("%(kind)s of %(day)s: %(field)s says %(value)s."),
        find=_out_of_bounds,
    ),
    _of_record(
        "records.many_versions",
        title=say("Corrected again and again"),
        says=say("%(kind)s of %(day)s: version %(count)s."),
        mend=say("Ask what is hard to fill in here, and make the form or its help clearer."),
        find=_many_versions,
    ),
    _of_known(
        "records.in_one_sitting",
        title=say("Months written down on one day"),
        says=say("%(count)s records of %(months)s months were entered on %(day)s."),
        mend=say("Ask whether it happened; enter it as late, or correct it."),
        find=_in_one_sitting,
    ),
    _of_known(
        "records.stale",
        title=say("A known value past its time"),
        says=say("%(field)s of %(day)s, good for %(months)s months."),
        find=_stale,
    ),
    _of_known(
        "records.beyond",
        title=say("A known value outside its bounds"),
        says=say("%(field)s of %(day)s: %(value)s."),
        find=_beyond,
    ),
    _of_known(
        "records.unknown_field",
        title=say("A known value of a field that the dictionary does not know"),
        says=say("%(field)s of %(day)s."),
        mend=say("Write the field into the pack again, or say there that it has ended."),
        find=_unknown_field,
    ),
    _of_known(
        "records.sources_differ",
        title=say("Two sources say different things"),
        says=say("%(field)s: reported %(value)s, %(owner)s says %(other)s."),
        mend=say("Ask both, and have the wrong one corrected."),
        find=_sources_differ,
    ),
)
