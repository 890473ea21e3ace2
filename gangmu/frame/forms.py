"""Forms from fields: one declaration is validation, input, API schema and column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as translate

from gangmu.core.fields import FieldSpec
from gangmu.frame.formats import decimal_of, number
from gangmu.frame.words import active_language, worded

MOST_RADIOS = 5

WIDGETS = {
    "text": "text",
    "long_text": "long_text",
    "number": "number",
    "money": "number",
    "date": "date",
    "organization": "finder",
    "person": "finder",
    "file": "file",
}


def field_id(name: str, apart: Any = "") -> str:
    """Return the element of a field; ``apart`` tells it from another of this name on the page."""
    return f"field-{apart}-{name}" if apart else f"field-{name}"


@dataclass(frozen=True)
class Option:
    """One value of a choice as it is offered; ``note`` tells two of one name apart."""

    value: str
    title: str
    chosen: bool = False
    note: str = ""


@dataclass(frozen=True)
class BoundField:
    """One field with what was typed into it and what is wrong with it."""

    spec: FieldSpec
    name: str
    value: str
    fault: str
    finder: str = ""
    shown: str = ""
    note: str = ""
    apart: str = ""

    @property
    def id(self) -> str:
        """The element that the label and the error summary point to."""
        return field_id(self.name, self.apart)

    @property
    def title(self) -> str:
        """The label."""
        return worded(self.spec.title)

    @property
    def help(self) -> str:
        """What the rule asks for, in a sentence."""
        return worded(self.spec.help)

    @property
    def sample(self) -> str:
        """A filled sample (口袋书)."""
        return worded(self.spec.sample)

    @property
    def unit(self) -> str:
        """What is counted."""
        if self.spec.unit:
            return worded(self.spec.unit)
        return translate("yuan") if self.spec.type == "money" else ""

    @property
    def widget(self) -> str:
        """Which input shows this field."""
        if self.spec.type == "choice":
            return "radios" if len(self.spec.choices) <= MOST_RADIOS else "select"
        return WIDGETS[self.spec.type]

    @property
    def date_type(self) -> str:
        """A date input, unless it would drop what was typed."""
        try:
            date.fromisoformat(self.value or "2000-01-01")
        except ValueError:
            return "text"
        return "date"

    @property
    def options(self) -> list[Option]:
        """The choices, with the one that was chosen."""
        return [
            Option(choice.code, worded(choice.title), choice.code == self.value)
            for choice in self.spec.choices
        ]

    @property
    def described_by(self) -> str:
        """The elements that explain this field to who cannot see them beside it."""
        parts = [
            f"{self.id}-fault" if self.fault else "",
            f"{self.id}-note" if self.note else "",
            f"{self.id}-help" if self.help or self.widget == "file" else "",
            f"{self.id}-sample" if self.sample else "",
        ]
        return " ".join(part for part in parts if part)


def _fault_in_words(spec: FieldSpec, fault: str, typed: Any) -> str:
    """Return a fault in the reader's language; of a number out of its bounds, the bound as well."""
    said, value = [translate(fault)], decimal_of(typed)
    if value is not None and spec.minimum is not None and value < spec.minimum:
        said.append(translate("At least %(number)s.") % {"number": number(spec.minimum)})
    if value is not None and spec.maximum is not None and value > spec.maximum:
        said.append(translate("At most %(number)s.") % {"number": number(spec.maximum)})
    return ("" if active_language().startswith("zh") else " ").join(said)


@dataclass
class FieldForm:
    """Fields with values and faults, ready to be shown; it decides nothing.

    ``finders`` give the address that finds organizations or persons, by type or by
    field; ``shown`` gives what a chosen organization, person or file is called; ``notes``
    say beside a field what is known of it. ``apart`` tells its fields from those of another
    form on the page.
    """

    specs: Sequence[FieldSpec]
    values: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    finders: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    apart: str = ""

    @property
    def fields(self) -> list[BoundField]:
        """The fields in their order."""
        return [self.bound(spec) for spec in self.specs]

    def __getitem__(self, code: str) -> BoundField:
        """Return one field by its code, for pages that lay fields out by hand."""
        for spec in self.specs:
            if spec.code == code:
                return self.bound(spec)
        raise KeyError(code)

    def bound(self, spec: FieldSpec) -> BoundField:
        """Return a field with its value and its fault."""
        value = self.values.get(spec.code)
        fault = self.faults.get(spec.code, "")
        return BoundField(
            spec=spec,
            name=spec.code,
            value="" if value is None else str(value),
            fault=_fault_in_words(spec, fault, value) if fault else "",
            finder=self.finders.get(spec.code) or self.finders.get(spec.type, ""),
            shown=self.shown.get(spec.code) or str(self.values.get(f"{spec.code}_shown") or ""),
            note=self.notes.get(spec.code, ""),
            apart=self.apart,
        )

    @property
    def wrong(self) -> list[BoundField]:
        """The fields that need attention."""
        return [bound for bound in self.fields if bound.fault]

    @property
    def has_files(self) -> bool:
        """Whether the form must be sent in parts."""
        return any(spec.type == "file" for spec in self.specs)

    def raw(self, sent: QueryDict) -> dict[str, Any]:
        """Return what was sent for these fields, for ``parse_fields``; the rest is not a field's."""
        return {spec.code: sent.get(spec.code) for spec in self.specs}

    def again(self, sent: Mapping[str, Any], faults: Mapping[str, str]) -> "FieldForm":
        """Return the same form with what was typed and what is wrong with it."""
        return replace(self, values=sent, faults=faults)
