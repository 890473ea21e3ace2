"""Definitions in words: what a pack says, as people of the place read it."""

from collections.abc import Iterator
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
from gangmu.kernel.packs.rules import Pack
from gangmu.work.plans.wording import rule_in_words

KINDS_OF_KEY = {
    "answer": ("record",),
    "domain": ("domain",),
    "domains": ("domain",),
    "indicator": ("indicator",),
    "kinds": ("org_kind",),
    "role": ("role",),
}
"""Where a code is looked up first; elsewhere the first kind that knows it names it."""


@cache
def words_of(part: str) -> dict[str, Text]:
    """Return the wordings of the handbook: of ``keys``, ``values`` or ``permissions``."""
    written = yaml.safe_load((Path(__file__).parent / "handbook_words.yaml").read_text(encoding="utf-8"))
    return {
        code: Text.model_validate({"zh-hans": chinese, "en": ", ".join(english)})
        for code, (chinese, *english) in written[part].items()
    }


def key_in_words(key: str) -> str:
    """Return a definition's key as people read it."""
    found = words_of("keys").get(key)
    return worded(found) if found else key.replace("_", " ")


def lines_in_words(thing: BaseModel, pack: Pack) -> Iterator[tuple[str, list[str]]]:
    """Yield every key that says something, with its values in words."""
    for name in type(thing).model_fields:
        value = getattr(thing, name)
        if name in ("code", "title") or value in (None, "", (), frozenset()):
            continue
        yield key_in_words(name), list(_in_words(value, name, pack))


def _in_words(value: Any, key: str, pack: Pack) -> Iterator[str]:
    if isinstance(value, Text):
        yield worded(value)
    elif isinstance(value, DayRule):
        yield rule_in_words(value)
    elif isinstance(value, Definition):
        yield worded(value.title)
    elif isinstance(value, BaseModel):
        title = getattr(value, "title", None)
        inner = "; ".join(f"{name}: {', '.join(parts)}" for name, parts in lines_in_words(value, pack))
        yield f"{worded(title)} ({inner})" if title and inner else worded(title) if title else inner
    elif isinstance(value, tuple | list | frozenset | set):
        for item in sorted(value, key=str) if isinstance(value, frozenset | set) else value:
            yield " ".join(_in_words(item, key, pack))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield f"{_code_in_words(str(name), key, pack)}: {' '.join(_in_words(item, key, pack))}"
    elif isinstance(value, bool):
        yield translate("yes") if value else translate("no")
    else:
        yield _code_in_words(str(value), key, pack)


def _code_in_words(code: str, key: str, pack: Pack) -> str:
    """Return a code by the title of what it names, a closed value by its words, else as it is."""
    if key == "permissions":
        words = words_of("permissions").get(code)
        return worded(words) if words else code
    hinted = KINDS_OF_KEY.get(key, ())
    words = words_of("values").get(code)
    for kind in hinted if words else (*hinted, *pack.definitions):
        if placed := pack.definitions.get(kind, {}).get(code):
            return worded(placed.definition.title)
    return worded(words) if words else code
