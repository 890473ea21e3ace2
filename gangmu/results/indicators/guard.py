"""The guard against formalism, as far as numbers are concerned: what may not be measured."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from gangmu.core.definition import Fault, Place, read_definition
from gangmu.results.indicators.definitions import IndicatorKind, Measure

_DATA = Path(__file__).with_name("guard.yaml")


class Ban(BaseModel):
    """One rule of the guard: what it looks for, and which paper it stands on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    says: str
    document: str
    article: str
    words: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    lower: bool = False

    def hits(self, text: str) -> bool:
        """Whether a code, an item or a title is what this rule looks for."""
        words = _words(text)
        if any(word in words or (not word.isascii() and word in text) for word in self.unless):
            return False
        found = any(set(word.split("+")) <= words for word in self.words)
        return found or any(part in text for part in self.parts)


class _Guard(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[Ban, ...]


@lru_cache(maxsize=1)
def bans() -> tuple[Ban, ...]:
    """Return the guard's rules."""
    guard, faults = read_definition(_DATA, _Guard)
    if guard is None:
        raise RuntimeError("\n".join(map(str, faults)))
    return guard.rules


def _words(text: str) -> frozenset[str]:
    """Return the words of a code, singly and two by two."""
    single = [word for word in re.split(r"[\W_]+", text.lower()) if word]
    return frozenset(single) | {f"{a}_{b}" for a, b in pairwise(single)}


def _spoken(kind: IndicatorKind) -> Iterator[tuple[Place, str]]:
    """Yield every wording that tells what is measured, and where it stands."""
    yield (), kind.code
    yield ("title",), kind.title.zh_hans
    for side in ("numerator", "denominator"):
        measure: Measure | None = getattr(kind, side)
        if measure is None or measure not in kind.measures:
            continue
        yield (side, measure.verb), measure.fact
        for number, item in enumerate(measure.item or ()):
            yield (side, "item", number), item


def measured_bans(kind: IndicatorKind) -> Iterator[tuple[Ban, Place, str]]:
    """Yield each rule that an indicator touches, the place and the wording, once a rule."""
    seen: set[str] = set()
    for place, text in _spoken(kind):
        for ban in bans():
            headed = place[-1:] != ("title",) and re.split(r"[\W_]+", text.lower())[0] in ban.heads
            if ban.code not in seen and (headed or ban.hits(text)):
                seen.add(ban.code)
                yield ban, place, text


def ban_fault(ban: Ban, file: str, line: int, text: str) -> Fault:
    """Return the finding: what was written there, and which paper forbids it."""
    return Fault(file, line, ban.code, f"{text}: {ban.says}", ban.document, ban.article)
