"""The guard against formalism, as far as sentences are concerned: which figures none may hold."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from gangmu.core.definition import read_definition
from gangmu.results.indicators.guard import Ban, bans

_DATA = Path(__file__).with_name("guard.yaml")
_CLAUSES = re.compile("[\uff0c\u3002\uff1b\uff1a\uff01\uff1f,;:!?\n]")


class Together(BaseModel):
    """A rule about what may not be counted of somebody: a word of each list in one clause with a figure.

    ``places`` are patterns of a place in a ranking, which is a figure by itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    says: str
    document: str
    article: str
    whom: tuple[str, ...]
    what: tuple[str, ...]
    places: tuple[str, ...] = ()

    def hits(self, clause: str) -> bool:
        """Whether a clause that holds a figure counts it."""
        return _any_word(self.whom, clause) and _any_word(self.what, clause)

    def places_them(self, clause: str) -> bool:
        """Whether a clause gives somebody a place."""
        return _any_word(self.whom, clause) and any(re.search(place, clause) for place in self.places)


class _Guard(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    numerals: str
    counters: str
    shares: tuple[str, ...]
    rules: tuple[Together, ...]


class Forbidden(BaseModel):
    """What a clause says that no report may say, and by which paper."""

    model_config = ConfigDict(frozen=True)

    code: str
    says: str
    document: str
    article: str
    clause: str


def _any_word(words: tuple[str, ...], clause: str) -> bool:
    lower = clause.lower()
    spoken = set(re.findall("[a-z]+", lower))
    return any(word in spoken if word.isascii() else word in clause for word in words)


@lru_cache(maxsize=1)
def _guard() -> _Guard:
    guard, faults = read_definition(_DATA, _Guard)
    if guard is None:
        raise RuntimeError("\n".join(map(str, faults)))
    return guard


@lru_cache(maxsize=1)
def number_pattern() -> re.Pattern[str]:
    """Return what finds a number that was typed: digits with their mark, numerals before a counter, shares in words."""
    guard = _guard()
    digits = "[0-9\uff10-\uff19]+(?:[.,\uff0e\uff0c][0-9\uff10-\uff19]+)*[%\uff05\u2030]?"
    return re.compile("|".join((digits, *guard.shares, f"[{guard.numerals}]+(?=[{guard.counters}])")))


def forbidden_in(text: str) -> Iterator[Forbidden]:
    """Yield what a text counts that may not be counted, once a rule.

    Only clauses that hold a figure are looked at: a sentence may speak of photographs, and may
    not say how many were sent in. A place is a figure.
    """
    seen: set[str] = set()
    rules: list[Together | Ban] = [*_guard().rules, *(ban for ban in bans() if not ban.lower)]
    for clause in _CLAUSES.split(text):
        counted = "{" in clause or number_pattern().search(clause) is not None
        for rule in rules:
            placed = isinstance(rule, Together) and rule.places_them(clause)
            if rule.says not in seen and (placed or (counted and rule.hits(clause))):
                seen.add(rule.says)
                yield Forbidden(
                    code=rule.code,
                    says=rule.says,
                    document=rule.document,
                    article=rule.article,
                    clause=clause.strip(),
                )
