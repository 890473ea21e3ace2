"""A ledger's rows as they come in from a sheet: judged, written as records, taken back whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotFound
from gangmu.core.fields import FieldSpec
from gangmu.core.sheets import Heads, UnreadableSheet
from gangmu.core.text import Text, msgid
from gangmu.frame.words import say, worded
from gangmu.kernel.imports.rules import Faults, ImportFamily, ImportKind, Values
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import pack_of, packs_in_force
from gangmu.work.ledgers.definitions import LedgerKind
from gangmu.work.ledgers.queries import Ledger, held_values, ledger_at, ledger_rows, orgs_in
from gangmu.work.ledgers.rules import columns_of, other_ledger, titles_of
from gangmu.work.records.definitions import NUMERIC
from gangmu.work.records.models import KnownValue, Record
from gangmu.work.records.operations import (
    NewRecord,
    correct_record,
    refuse_built_upon,
    take_back_records,
    write_records,
)
from gangmu.work.records.queries import known_of_orgs, newest_records, record_kind

MOST_ROWS = 100_000
PREFIX = "ledger"

ORG_CODE = FieldSpec(code="org_code", title=say("Code"), max_length=200)
ORG_NAME = FieldSpec(code="org_name", title=say("Organization"), max_length=200)
DAY = FieldSpec(
    code="known_on",
    title=say("Known on"),
    type="date",
    help=say("The day the figures are about; today if left empty."),
)
OTHER_TITLES: dict[str, tuple[Text, ...]] = {
    "org_code": (say("Organization code"), say("Division code")),
    "org_name": (
        say("Name"),
        say("Name of the organization"),
        say("Village or community"),
        say("Branch"),
        say("Party organization"),
        Text.model_validate("村名"),
        Text.model_validate("村别"),
        Text.model_validate("单位"),
        Text.model_validate("单位名称"),
    ),
    "known_on": (
        say("Known on"),
        say("Counted on"),
        say("Day"),
        say("Date"),
        Text.model_validate("截止日期"),
    ),
}


def import_kind(code: str) -> ImportKind:
    """Return how a ledger's rows come in."""
    ledger = _any_ledger(code)

    def fields(org: Org) -> tuple[FieldSpec, ...]:
        kind = _ledger_kind(org, code)
        specs = [
            each.spec.model_copy(update={"required": False})
            for each in columns_of(kind, pack_of(org.root_id))
        ]
        record = record_kind(org, kind.record)
        day = record.field(record.day_field).title if record.day_field else DAY.title
        return (ORG_CODE, ORG_NAME, DAY.model_copy(update={"title": day}), *specs)

    headings = {
        field: tuple(Text.model_validate(title) for title in titles)
        for field, titles in ledger.headings.items()
    }
    return ImportKind(
        code=f"{PREFIX}-{code}",
        title=ledger.title,
        permission="records.write",
        fields=fields,
        judge=lambda context, org, rows, state: _judge(context, ledger_at(context, org, code), rows, state),
        apply=lambda context, org, rows: _apply(context, ledger_at(context, org, code), rows),
        check_undo=_check_undo,
        undo=_undo,
        other_titles={**OTHER_TITLES, **headings},
        help=say("A row for each organization; an empty cell leaves what is known as it is."),
        rows=lambda context, org: _template_rows(context, ledger_at(context, org, code)),
        check_heads=lambda org, heads: _check_heads(org, code, heads),
        foreign=_all_titles,
        most_rows=MOST_ROWS,
        formulas=False,
        home=lambda org: f"{reverse('ledgers-sheets', args=(code,))}?org={org.pk}",
    )


FAMILY = ImportFamily(PREFIX, "records.write", import_kind)


def _any_ledger(code: str) -> LedgerKind:
    """Return a ledger of this code from whichever pack in force has it, for its title and headings."""
    for pack in packs_in_force().values():
        found = pack.find(LedgerKind, code)
        if found is not None:
            return found
    raise NotFound("There is no such kind of import.")


def _ledger_kind(org: Org, code: str) -> LedgerKind:
    found = pack_of(org.root_id).find(LedgerKind, code)
    if found is None:
        raise NotFound("There is no such ledger here.")
    return found


def _check_heads(org: Org, code: str, heads: Heads) -> None:
    """Refuse another ledger's sheet by its name, and one that has none of the columns."""
    pack = pack_of(org.root_id)
    ledgers = {each.code: each for each in pack.all(LedgerKind)}
    titles = {each.code: titles_of(each, columns_of(each, pack)) for each in ledgers.values()}
    other = other_ledger(heads.cells, titles, code)
    here = worded(ledgers[code].title)
    if other is not None:
        raise UnreadableSheet(
            "These are the columns of %(other)s, not of %(here)s: nothing was read.",
            {"other": worded(ledgers[other].title), "here": here},
        )
    if not heads.columns.keys() - {"org_code", "org_name", "known_on"}:
        raise UnreadableSheet("The sheet has none of the columns of %(here)s.", {"here": here})
    if not heads.columns.keys() & {"org_code", "org_name"}:
        raise UnreadableSheet(
            "The sheet does not say whose rows these are: a column with codes or names is needed."
        )


def _all_titles(org: Org) -> list[str]:
    """Return how the columns of all ledgers are headed."""
    pack = pack_of(org.root_id)
    return sorted(
        {title for each in pack.all(LedgerKind) for title in titles_of(each, columns_of(each, pack))}
    )


def _template_rows(context: Context, ledger: Ledger) -> Iterator[list[Any]]:
    """Yield a row for each organization with what is known of it."""
    for org in ledger_rows(context, ledger)[:MOST_ROWS].iterator(chunk_size=1000):
        held = held_values(org)
        yield [
            org.code,
            org.name,
            None,
            *(written_cell(each.spec, held.get(each.field.code)) for each in ledger.columns),
        ]


def written_cell(spec: FieldSpec, known: KnownValue | None) -> Any:
    """Return a known value as a sheet shows it."""
    if known is None or known.value is None:
        return None
    if spec.type in NUMERIC:
        return float(known.value) if "." in known.value else int(known.value)
    titles = {choice.code: worded(choice.title) for choice in spec.choices}
    return titles.get(known.value, known.value)


# --- judging ------------------------------------------------------------------------------


@dataclass
class _Names:
    """The organizations of a ledger at one place, to be found as people call them."""

    by_code: Mapping[str, tuple[int, str]]
    names: Mapping[str, list[str]]

    def find(self, code: str, name: str) -> tuple[str, str, str]:
        """Return an organization's code, or the field and the sentence of a fault."""
        if code and code in self.by_code:
            return code, "", ""
        if code and not name and code not in self.names:
            return "", "org_code", msgid("No organization of this ledger has this code here.")
        typed = "".join((name or code).split())
        found = self.names.get(typed) or [
            each for full, codes in self.names.items() if len(typed) > 1 and typed in full for each in codes
        ]
        place = "org_name" if name else "org_code"
        if len(found) == 1:
            return found[0], "", ""
        if found:
            return "", place, msgid("Several organizations have this name: write the code.")
        if not typed:
            return "", "org_code", msgid("Write the organization's code or its name.")
        return "", place, msgid("No organization of this ledger has this name here.")


def _names(context: Context, ledger: Ledger) -> _Names:
    rows = list(orgs_in(context, ledger).values_list("code", "pk", "name"))
    names: dict[str, list[str]] = {}
    for code, _, name in rows:
        names.setdefault("".join(name.split()), []).append(code)
    return _Names({code: (pk, name) for code, pk, name in rows}, names)


def _judge(context: Context, ledger: Ledger, rows: Sequence[Values], state: dict[str, Any]) -> Faults:
    """Return what stands against the rows; a name becomes the code of who bears it."""
    names: _Names = state.setdefault("names", None) or _names(context, ledger)
    state["names"] = names
    seen: dict[str, int] = state.setdefault("seen", {})
    found: dict[int, dict[str, str]] = {}
    for index, row in enumerate(rows):
        code, place, fault = names.find(row.get("org_code") or "", row.get("org_name") or "")
        if fault:
            found[index] = {place: fault}
            continue
        row["org_code"] = code
        if code in seen:
            found[index] = {"org_code": msgid("This organization stands twice in the sheet.")}
        seen[code] = index
        day = row.get("known_on")
        if day and date.fromisoformat(day) > context.today:
            found.setdefault(index, {})["known_on"] = msgid("This day has not come yet.")
    right = [index for index in range(len(rows)) if index not in found]
    wrong = state["wrong"]
    for index, faults in _missing(context, ledger, names, [(at, rows[at]) for at in right]):
        left = {code: said for code, said in faults.items() if code not in wrong[index]}
        if left:
            found.setdefault(index, {}).update(left)
    return found


def _missing(
    context: Context, ledger: Ledger, names: _Names, rows: Sequence[tuple[int, Values]]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield what a record would lack: neither in the row nor known, and required."""
    ids = [names.by_code[row["org_code"]][0] for _, row in rows]
    before = _before(context, ledger, ids)
    for (index, row), org in zip(rows, ids, strict=True):
        values = before(org, row, context.today)
        faults = {
            spec.code: msgid("This must be filled in.")
            for spec in ledger.record.fields
            if spec.required and values.get(spec.code) is None
        }
        if faults:
            yield index, faults


class _before:  # noqa: N801 -- it is called as a function that remembers what it read
    """What a record of an organization says: the row, else what is known, else the record before."""

    def __init__(self, context: Context, ledger: Ledger, orgs: Iterable[int]) -> None:
        self.ledger = ledger
        wanted = list(orgs)
        self.shared = ledger.record.shared
        self.known = known_of_orgs(context, wanted, self.shared.values())
        self.records: dict[int, Record] = newest_records(context, wanted, ledger.record.code)

    def __call__(self, org: int, row: Values, today: date) -> dict[str, Any]:
        values = dict(self.records[org].values) if org in self.records else {}
        known = self.known.get(org, {})
        for code, of in self.shared.items():
            values[code] = known[of].value if of in known else None
        for each in self.ledger.columns:
            if row.get(each.code) is not None:
                values[each.code] = row[each.code]
        day = row.get("known_on") or today.isoformat()
        if self.ledger.record.day_field:
            values[self.ledger.record.day_field] = day
        return {code: value for code, value in values.items() if value is not None}

    def is_news(self, org: int, row: Values) -> bool:
        """Whether a row says something that is not known, or confirms it for a later day."""
        known = self.known.get(org, {})
        given = [each for each in self.ledger.columns if row.get(each.code) is not None]
        changed = any(
            each.field.code not in known or known[each.field.code].value != row[each.code] for each in given
        )
        day = row.get("known_on")
        later = day is not None and any(
            each.field.code in known and known[each.field.code].day.isoformat() < day for each in given
        )
        return changed or later


# --- writing ------------------------------------------------------------------------------


def _apply(context: Context, ledger: Ledger, rows: Sequence[Values]) -> list[int]:
    """Write a record for each row that brings news; one of the same day is corrected."""
    orgs = {
        org.code: org for org in orgs_in(context, ledger).filter(code__in=[row["org_code"] for row in rows])
    }
    faults = {
        f"{index}.org_code": msgid("No organization of this ledger has this code here.")
        for index, row in enumerate(rows)
        if row["org_code"] not in orgs
    }
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)
    before = _before(context, ledger, [org.pk for org in orgs.values()])
    made = [0] * len(rows)
    fresh: list[tuple[int, NewRecord]] = []
    for index, row in enumerate(rows):
        org = orgs[row["org_code"]]
        if not before.is_news(org.pk, row):
            continue
        values = before(org.pk, row, context.today)
        day = date.fromisoformat(row.get("known_on") or context.today.isoformat())
        present = before.records.get(org.pk)
        if present is not None and present.day == day:
            made[index] = _corrected(context, index, present, values)
        else:
            fresh.append((index, NewRecord(org, ledger.record.code, values, day)))
    for (index, _), record in zip(fresh, _written(context, ledger, fresh), strict=True):
        made[index] = record.pk
    return made


def _corrected(context: Context, index: int, present: Record, values: Mapping[str, Any]) -> int:
    try:
        return correct_record(context, present, values=values, reason=str(say("Imported from a sheet"))).pk
    except Invalid as refusal:
        raise Invalid(
            refusal.message, faults={f"{index}.{code}": said for code, said in refusal.faults.items()}
        ) from None


def _written(context: Context, ledger: Ledger, fresh: Sequence[tuple[int, NewRecord]]) -> list[Record]:
    if not fresh:
        return []
    try:
        return write_records(context, ledger.top, rows=[new for _, new in fresh])
    except Invalid as refusal:
        faults = {}
        for name, said in refusal.faults.items():
            at, _, code = name.partition(".")
            if not at.isdigit():
                at, code = "0", name
            faults[f"{fresh[int(at)][0]}.{code}"] = said
        raise Invalid(refusal.message, refusal.values, faults=faults) from None


def _check_undo(context: Context, org: Org, ids: Sequence[int]) -> None:
    """Refuse if one of the records was corrected since."""
    refuse_built_upon([each for each in ids if each])


def _undo(context: Context, org: Org, ids: Sequence[int]) -> None:
    """Take the records of a sheet back; what was known before is known again."""
    records = [each for each in ids if each]
    if records:
        take_back_records(context, org, records=records)
