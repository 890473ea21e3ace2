"""What a pack may say about reports: sentences with figures, and the reports made of them."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gangmu.core.definition import Definition, Misplaced
from gangmu.core.papers import Follows
from gangmu.core.periods import PeriodKind
from gangmu.core.text import LANGUAGES, Text

NAME = r"^[a-z][a-z0-9_]*$"
GIVEN = frozenset({"place", "period"})
"""What every sentence may name besides its own figures."""

Unit = Literal["number", "percent", "yuan", "ten_thousand_yuan"]
Take = Literal["value", "numerator", "denominator", "unknown"]

_FIELD = re.compile(r"\{([^{}]*)\}")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Selection(_Part):
    """Organizations by kind, domain and level; what is left out is open."""

    kinds: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()

    def includes(self, kind: str, domain: str, level: str) -> bool:
        """Whether an organization of this kind, domain and level is meant."""
        pairs = ((self.kinds, kind), (self.domains, domain), (self.levels, level))
        return all(not wanted or value in wanted for wanted, value in pairs)


class UnitSelection(_Part):
    """Bodies that have, or do not yet have, an organization of their own, by kind."""

    kinds: tuple[str, ...] = Field(min_length=1)


class PeopleSelection(_Part):
    """Members by their standing, or the holders of posts: how many, never who."""

    standing: tuple[Literal["full", "probationary"], ...] = ()
    posts: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> "PeopleSelection":
        if bool(self.standing) == bool(self.posts):
            raise ValueError("exactly one of standing and posts is expected")
        return self


class Figure(_Part):
    """One figure of a sentence: where it comes from, and how it is written.

    Exactly one source: ``indicator`` (with ``at_least``: of those meant by ``of``, how many
    reach a bound), ``orgs`` (organizations of the tree), ``units`` (bodies, and how many of
    them have an organization), ``people`` (members or posts). ``of`` says who is expected to
    have reported: who has not is unknown, which is not nothing. Below ``min_known`` there is
    no figure; with ``say_unknown`` the sentence says how many are unknown.
    """

    title: Text
    indicator: str = ""
    at_least: Decimal | None = None
    orgs: Selection | None = None
    units: UnitSelection | None = None
    people: PeopleSelection | None = None
    of: Selection | None = None
    take: Take = "value"
    unit: Unit = "number"
    places: Annotated[int, Field(ge=0, le=4)] = 0
    min_known: Annotated[Decimal, Field(ge=0, le=1)] = Decimal(0)
    say_unknown: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> "Figure":
        ways = [way for way in ("orgs", "units", "people") if getattr(self, way) is not None]
        if self.indicator:
            ways.append("indicator")
        if len(ways) != 1:
            listed = "indicator, orgs, units, people"
            raise ValueError(f"exactly one of {listed} is expected, not {len(ways)}")
        if not self.indicator and (self.of is not None or self.at_least is not None):
            raise ValueError("of and at_least go with an indicator only")
        if self.at_least is not None and self.of is None:
            raise Misplaced("at_least needs of: among whom the bound is to be reached", "at_least")
        if (self.min_known or self.say_unknown) and self.of is None:
            raise ValueError("without of nobody is expected to report, so nothing can be unknown")
        if self.take != "value" and (self.orgs is not None or self.people is not None):
            raise Misplaced("a count has a value and nothing else", "take")
        return self


class SentenceKind(Definition):
    """A sentence as it stands in reports: its text with named figures.

    ``text`` has ``{name}`` for each figure, ``{place}`` and ``{period}``; no expressions.
    """

    text: Text
    figures: dict[Annotated[str, Field(pattern=NAME)], Figure] = Field(min_length=1)
    follows: Follows | None = None

    @model_validator(mode="after")
    def _all_named(self) -> "SentenceKind":
        for name in self.figures:
            if name in GIVEN:
                raise Misplaced(f"{name} is given already", "figures", name)
        known = GIVEN | set(self.figures)
        for language in LANGUAGES:
            said = set(fields_of(self.text.within(language)))
            if wrong := sorted(said - known):
                raise Misplaced(f"there is no figure called {wrong[0]}", "text")
            if missing := sorted(set(self.figures) - said):
                raise Misplaced(f"the figure {missing[0]} stands in no place of the text", "text")
        return self


def fields_of(text: str) -> Iterator[str]:
    """Yield the names that stand in braces, in order; a brace that stands alone refuses."""
    left = _FIELD.sub("", text)
    if "{" in left or "}" in left:
        raise ValueError("a brace stands alone")
    yield from _FIELD.findall(text)


class Section(_Part):
    """A heading and the sentences below it, in order."""

    heading: Text
    sentences: tuple[str, ...] = ()


class ReportKind(Definition):
    """A report as it is begun: how often, for whom, headings and sentences in order, the paper's head.

    ``addressee`` is whom the paper speaks to; ``number`` is its number, with ``{year}`` for the
    year in which it is signed and ``{number}`` for what is typed then.
    """

    every: PeriodKind
    follows: Follows | None = None
    levels: tuple[str, ...] = ()
    sections: tuple[Section, ...] = Field(min_length=1)
    addressee: Text | None = None
    number: str = ""
    help: Text | None = None

    @model_validator(mode="after")
    def _number_in_words(self) -> "ReportKind":
        if wrong := sorted(set(fields_of(self.number)) - {"year", "number"}):
            raise Misplaced(f"a number knows year and number, not {wrong[0]}", "number")
        codes = [code for section in self.sections for code in section.sentences]
        if len(set(codes)) != len(codes):
            raise ValueError("a sentence stands twice")
        return self
