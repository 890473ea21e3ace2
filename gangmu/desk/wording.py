"""Definitions in words: what a pack says, as people of the place read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as translate
from pydantic import BaseModel

from gangmu.core.days import DayRule
from gangmu.core.definition import Definition
from gangmu.core.text import Text
from gangmu.frame.words import worded
from gangmu.kernel.packs.rules import Pack, kind_of
from gangmu.work.plans.wording import rule_in_words

KINDS_OF_KEY = {
    "answer": ("record",),
    "domain": ("domain",),
    "domains": ("domain",),
    "duties": ("duty",),
    "indicator": ("indicator",),
    "kinds": ("org_kind",),
    "role": ("role",),
    "scorecards": ("scorecard",),
}
"""Where a code is looked up first; elsewhere what the definition itself names, then the first kind that knows it."""


@cache
def words_of(part: str) -> dict[str, Text]:
    """Return the wordings of the handbook: of ``keys``, ``values`` or ``permissions``."""
    written = yaml.safe_load((Path(__file__).parent / "handbook_words.yaml").read_text(encoding="utf-8"))
    return {
        code: Text.model_validate({"zh-hans": chinese, "en": ", ".join(english)})
        for code, (chinese, *english) in written[part].items()
    }


def key_in_words(key: str, kind: str = "") -> str:
    """Return a definition's key as people read it; a kind of definition may have its own word for it."""
    words = words_of("keys")
    found = words.get(f"{kind}.{key}") or words.get(key)
    return worded(found) if found else key.replace("_", " ")


@dataclass(frozen=True)
class _Reading:
    """One definition being read: its kind, the pack, and what its own parts are called."""

    pack: Pack
    kind: str
    own: Mapping[str, Mapping[str, Text]]


def lines_in_words(thing: Definition, pack: Pack) -> Iterator[tuple[str, list[str]]]:
    """Yield every key that says something, with its values in words."""
    yield from _lines(thing, _Reading(pack, kind_of(type(thing)), _own_names(thing)))


def _own_names(thing: BaseModel) -> dict[str, dict[str, Text]]:
    """Return what a definition names within itself, by the key that lists it: the ``pillars`` of a programme."""
    found: dict[str, dict[str, Text]] = {}
    for name in type(thing).model_fields:
        value = getattr(thing, name)
        parts = value if isinstance(value, tuple | list) else ()
        titles = {each.code: each.title for each in parts if hasattr(each, "code") and hasattr(each, "title")}
        if titles:
            found[name] = titles
    return found


def _lines(thing: BaseModel, reading: _Reading) -> Iterator[tuple[str, list[str]]]:
    for name in type(thing).model_fields:
        value = getattr(thing, name)
        if name in ("code", "title") or value in (None, "", (), frozenset()):
            continue
        yield key_in_words(name, reading.kind), list(_in_words(value, name, reading))


def _in_words(value: Any, key: str, reading: _Reading) -> Iterator[str]:
    if isinstance(value, Text):
        yield worded(value)
    elif isinstance(value, DayRule):
        yield rule_in_words(value)
    elif isinstance(value, Definition):
        yield worded(value.title)
    elif isinstance(value, BaseModel):
        title = getattr(value, "title", None)
        inner = "; ".join(f"{name}: {', '.join(parts)}" for name, parts in _lines(value, reading))
        yield f"{worded(title)} ({inner})" if title and inner else worded(title) if title else inner
    elif isinstance(value, tuple | list | frozenset | set):
        for item in sorted(value, key=str) if isinstance(value, frozenset | set) else value:
            yield " ".join(_in_words(item, key, reading))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield f"{_code_in_words(str(name), key, reading)}: {' '.join(_in_words(item, key, reading))}"
    elif isinstance(value, bool):
        yield translate("yes") if value else translate("no")
    else:
        yield _code_in_words(str(value), key, reading)


def _code_in_words(code: str, key: str, reading: _Reading) -> str:
    """Return a code by the title of what it names, a closed value by its words, else as it is."""
    if key == "permissions":
        words = words_of("permissions").get(code)
        return worded(words) if words else code
    hinted, kinds = KINDS_OF_KEY.get(key, ()), reading.pack.definitions
    words = words_of("values").get(code)
    if own := reading.own.get(f"{key}s", {}).get(code):
        return worded(own)
    for kind in hinted if words else (*hinted, *kinds):
        if placed := kinds.get(kind, {}).get(code):
            return worded(placed.definition.title)
    return worded(words) if words else code
