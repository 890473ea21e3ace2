"""A record as a form and as lines to read; rooms above show records with the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, Refusal
from gangmu.core.fields import FieldSpec
from gangmu.core.periods import Period
from gangmu.frame import formats
from gangmu.frame.forms import FieldForm
from gangmu.frame.words import worded
from gangmu.kernel.files.operations import store_file
from gangmu.kernel.files.queries import visible_files
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import names_of, visible_orgs
from gangmu.kernel.people.queries import visible_people
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.models import KnownValue, Record
from gangmu.work.records.queries import field_kinds, known_values, last_said
from gangmu.work.records.rules import day_in, is_valid, references


def named_things(context: Context, kind: RecordKind, values: Mapping[str, Any]) -> dict[str, str]:
    """Return what the organizations, persons and files in some values are called, by field."""
    found: dict[str, str] = {}
    for type_, fields in references(kind, values).items():
        ids = [int(id_) for id_ in fields.values() if str(id_).isdecimal()]
        names = _names(context, type_, ids)
        found |= {
            code: names[int(id_)]
            for code, id_ in fields.items()
            if str(id_).isdecimal() and int(id_) in names
        }
    return found


def _names(context: Context, type_: str, ids: list[int]) -> dict[int, str]:
    if type_ == "organization":
        return names_of(ids)
    if type_ == "person":
        return {person.pk: str(person) for person in visible_people(context).filter(pk__in=ids)}
    return {file.pk: str(file) for file in visible_files(context).filter(pk__in=ids)}


def record_form(
    context: Context,
    kind: RecordKind,
    values: Mapping[str, Any] | None = None,
    faults: Mapping[str, str] | None = None,
    *,
    known_of: Org | None = None,
    offered: bool = True,
    period: Period | None = None,
) -> FieldForm:
    """Return the form of a kind of record, empty or with what is held or was typed.

    Of an organization ``known_of`` what is known and may still be relied on stands in it
    where it is ``offered``, each with its source and day beside it, and what stays as it was said
    last: nothing is asked twice. The day that is proposed lies in the ``period`` asked about.
    """
    held = dict(values or {})
    known = known_values(context, known_of) if known_of is not None and kind.shared else {}
    shared = {code: known[of] for code, of in kind.shared.items() if of in known}
    valid = [code for code, each in shared.items() if known_of and is_fresh(context, known_of, each)]
    asked = known_of if kind.staying and offered and not held else None
    last = last_said(context, asked, kind.code) if asked is not None else None
    stays = {code: last.values[code] for code in kind.staying if last.values.get(code)} if last else {}
    if offered:
        held |= {code: shared[code].value for code in valid if held.get(code) is None} | stays
    if kind.day_field and not held.get(kind.day_field):
        held[kind.day_field] = day_in(period, context.today).isoformat()
    called = named_things(context, kind, {code: each.value for code, each in shared.items()} | stays)
    return FieldForm(
        kind.fields,
        held,
        dict(faults or {}),
        finders={"organization": reverse("orgs-finder"), "person": reverse("people-finder")},
        shown=named_things(context, kind, held),
        notes={
            spec.code: known_in_words(
                spec, shared[spec.code], fresh=spec.code in valid, called=called.get(spec.code, "")
            )
            for spec in kind.fields
            if spec.code in shared
        }
        | {code: _said_last(kind.field(code), last, called.get(code, "")) for code in stays if last},
    )


def _said_last(spec: FieldSpec, record: Record, called: str) -> str:
    """Return what was said last, and when, as it stands beside a field; what has a name is ``called`` by it."""
    return translate("Last said: %(value)s · %(day)s") % {
        "value": called or value_in_words(spec, record.values[spec.code]),
        "day": formats.short_day(record.day),
    }


def is_fresh(context: Context, org: Org, known: KnownValue) -> bool:
    """Whether a value may still be relied on today."""
    field = field_kinds(org).get(known.field)
    return field is not None and known.value is not None and is_valid(field, known.day, context.today)


def known_in_words(spec: FieldSpec, known: KnownValue, *, fresh: bool = True, called: str = "") -> str:
    """Return what is known, with source and day, as it stands beside a field; what has a name is ``called`` by it."""
    sentence = (
        translate("Known: %(value)s · source: %(source)s · %(day)s")
        if fresh
        else translate("Known: %(value)s · source: %(source)s · %(day)s · no longer current, please say anew")
    )
    return sentence % {
        "value": called or value_in_words(spec, known.value),
        "source": known.source,
        "day": formats.short_day(known.day),
    }


def sent_values(
    context: Context, org: Org, kind: RecordKind, sent: Mapping[str, Any], files: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a form sent for a record; a file that came along is taken in and named by its id."""
    values = {spec.code: sent.get(spec.code) for spec in kind.fields}
    for spec in kind.fields:
        upload = files.get(f"{spec.code}_file") if spec.type == "file" else None
        if upload is None:
            continue
        try:
            values[spec.code] = store_file(context, org, name=upload.name, content=upload.read()).pk
        except Refusal as refusal:
            raise Invalid("Some fields need attention.", faults={spec.code: refusal.message}) from None
    return values


@dataclass(frozen=True)
class ReadLine:
    """One field of a record as it is read: its title, its value in words, what is said about it.

    ``known`` is what was known before it; ``confirmed`` says that it is the same. ``url`` leads
    to the organization that it names, if the reader may see that.
    """

    code: str
    title: str
    text: str
    fault: str = ""
    changed: bool = False
    known: str = ""
    confirmed: bool = False
    url: str = ""


def read_lines(
    context: Context,
    kind: RecordKind,
    values: Mapping[str, Any],
    *,
    faults: Mapping[str, str] | None = None,
    changed: tuple[str, ...] = (),
    before: Mapping[str, KnownValue] | None = None,
) -> list[ReadLine]:
    """Return a record's values in words, in the order of its form; beside them what was known ``before``."""
    names = named_things(context, kind, values)
    told = {code: before[of].value for code, of in kind.shared.items() if of in before} if before else {}
    called = named_things(context, kind, told)
    urls = _org_urls(context, kind, values)
    return [
        ReadLine(
            spec.code,
            worded(spec.title),
            names.get(spec.code) or value_in_words(spec, values.get(spec.code)),
            (faults or {}).get(spec.code, ""),
            spec.code in changed,
            known_in_words(spec, (before or {})[spec.of], called=called.get(spec.code, ""))
            if spec.of in (before or {})
            else "",
            spec.of in (before or {}) and (before or {})[spec.of].value == values.get(spec.code),
            urls.get(spec.code, ""),
        )
        for spec in kind.fields
    ]


def _org_urls(context: Context, kind: RecordKind, values: Mapping[str, Any]) -> dict[str, str]:
    """Return where the organizations that some values name are shown, as far as the reader may see them."""
    named = references(kind, values).get("organization", {})
    if not named:
        return {}
    seen = set(visible_orgs(context).filter(pk__in=named.values()).values_list("pk", flat=True))
    return {code: reverse("orgs-org", args=(id_,)) for code, id_ in named.items() if id_ in seen}


def value_in_words(spec: FieldSpec, value: Any) -> str:
    """Return one value as people read it, with its unit."""
    if value is None or value == "":
        return formats.NOTHING
    match spec.type:
        case "number":
            return f"{formats.number(value)} {worded(spec.unit)}".strip()
        case "money":
            return formats.money(value)
        case "date":
            return formats.day(value)
        case "choice":
            return next((worded(each.title) for each in spec.choices if each.code == value), str(value))
    return str(value)


def summary_of(context: Context, kind: RecordKind, values: Mapping[str, Any]) -> str:
    """Return the first few values of a record in one line, to tell it from others."""
    lines = [
        line
        for line, spec in zip(read_lines(context, kind, values), kind.fields, strict=True)
        if spec.type != "file" and line.text != formats.NOTHING
    ]
    return " · ".join(f"{line.title} {line.text}" for line in lines[:3])
