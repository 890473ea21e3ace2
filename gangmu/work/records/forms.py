"""A record as a form and as lines to read; rooms above show records with the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, Refusal
from gangmu.core.fields import FieldSpec
from gangmu.frame import formats
from gangmu.frame.forms import FieldForm
from gangmu.frame.words import worded
from gangmu.kernel.files.operations import store_file
from gangmu.kernel.files.queries import visible_files
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import visible_orgs
from gangmu.kernel.people.queries import visible_people
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.rules import references


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
        return dict(visible_orgs(context).filter(pk__in=ids).values_list("pk", "name"))
    if type_ == "person":
        return {person.pk: str(person) for person in visible_people(context).filter(pk__in=ids)}
    return {file.pk: str(file) for file in visible_files(context).filter(pk__in=ids)}


def record_form(
    context: Context,
    kind: RecordKind,
    values: Mapping[str, Any] | None = None,
    faults: Mapping[str, str] | None = None,
) -> FieldForm:
    """Return the form of a kind of record, empty or with what is held or was typed."""
    held = dict(values or {})
    if kind.day_field and not held.get(kind.day_field):
        held[kind.day_field] = context.today.isoformat()
    return FieldForm(
        kind.fields,
        held,
        dict(faults or {}),
        finders={"organization": reverse("orgs-finder"), "person": reverse("people-finder")},
        shown=named_things(context, kind, held),
    )


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
    """One field of a record as it is read: its title, its value in words, what is said about it."""

    code: str
    title: str
    text: str
    fault: str = ""
    changed: bool = False


def read_lines(
    context: Context,
    kind: RecordKind,
    values: Mapping[str, Any],
    *,
    faults: Mapping[str, str] | None = None,
    changed: tuple[str, ...] = (),
) -> list[ReadLine]:
    """Return a record's values in words, in the order of its form."""
    names = named_things(context, kind, values)
    return [
        ReadLine(
            spec.code,
            worded(spec.title),
            names.get(spec.code) or value_in_words(spec, values.get(spec.code)),
            (faults or {}).get(spec.code, ""),
            spec.code in changed,
        )
        for spec in kind.fields
    ]


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
