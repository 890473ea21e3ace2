"""What is different between two packs, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gangmu.core.text import Text
from gangmu.desk.wording import key_in_words, lines_in_words
from gangmu.kernel.packs.rules import Pack, Placed

What = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Change:
    """One line of a definition, before and after; empty where it was not there."""

    key: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """One definition that only one of the packs has, or that reads differently."""

    kind: str
    code: str
    title: Text
    what: What
    changes: tuple[Change, ...] = ()


def differences(old: Pack, new: Pack) -> list[Difference]:
    """Return every definition that differs, by kind and code; the same pack differs in nothing."""
    found = []
    for kind in sorted(old.definitions.keys() | new.definitions.keys()):
        before, after = old.definitions.get(kind, {}), new.definitions.get(kind, {})
        for code in sorted(before.keys() | after.keys()):
            if code not in after:
                found.append(Difference(kind, code, before[code].definition.title, "removed"))
            elif code not in before:
                found.append(Difference(kind, code, after[code].definition.title, "added"))
            elif changes := tuple(_changes(before[code], after[code], old, new)):
                found.append(Difference(kind, code, after[code].definition.title, "changed", changes))
    return found


def _changes(before: Placed, after: Placed, old: Pack, new: Pack) -> Iterator[Change]:
    if before.definition.title != after.definition.title:
        yield Change(key_in_words("title"), str(before.definition.title), str(after.definition.title))
    was = {key: "; ".join(parts) for key, parts in lines_in_words(before.definition, old)}
    will = {key: "; ".join(parts) for key, parts in lines_in_words(after.definition, new)}
    for key in [*was, *(key for key in will if key not in was)]:
        if was.get(key, "") != will.get(key, ""):
            yield Change(key, was.get(key, ""), will.get(key, ""))
