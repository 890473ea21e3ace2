"""Sentences filled, numbers that were typed, what is wrong in a pack: decisions without a database."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gangmu.core.definition import Fault, Place
from gangmu.core.errors import Invalid
from gangmu.core.text import msgid
from gangmu.kernel.orgs.definitions import DomainKind, OrgKind, UnitKind
from gangmu.kernel.orgs.rules import LEVELS
from gangmu.kernel.packs.rules import Pack
from gangmu.kernel.people.definitions import PostKind
from gangmu.results.indicators.definitions import IndicatorKind
from gangmu.results.reports.definitions import GIVEN, Figure, ReportKind, SentenceKind, Unit, fields_of
from gangmu.results.reports.guard import forbidden_in, number_pattern

FEWEST = 5
"""A count of fewer persons is told only to who may see the persons."""

MOST_PARTS = 200
MOST_TEXT = 600
LETTERS = ("a", "b", "c", "d")
"""What a sentence of one's own calls its figures."""

TEN_THOUSAND = Decimal(10_000)


# Figures


@dataclass(frozen=True)
class Counted:
    """What a figure came to: its value, what it is made of, and of how many it is not known.

    ``digest`` is the fingerprint of what was counted. ``withheld`` is ``coverage`` where too few
    have reported.
    """

    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    known: int = 0
    unknown: int = 0
    facts: int = 0
    digest: str = ""
    withheld: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as it is frozen."""
        plain = {name: None if value is None else format(value, "f") for name, value in self._numbers()}
        return plain | {
            "known": self.known,
            "unknown": self.unknown,
            "facts": self.facts,
            "digest": self.digest,
            "withheld": self.withheld,
        }

    def _numbers(self) -> Iterator[tuple[str, Decimal | None]]:
        yield "value", self.value
        yield "numerator", self.numerator
        yield "denominator", self.denominator

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Counted":
        """Return what was frozen."""
        numbers = {
            name: None if kept[name] is None else Decimal(kept[name])
            for name in ("value", "numerator", "denominator")
        }
        return cls(**{**kept, **numbers})


def taken(figure: Figure, counted: Counted) -> Decimal | None:
    """Return the number that a figure shows of what was counted, None if it is not known."""
    if counted.withheld:
        return None
    if figure.take == "unknown":
        return Decimal(counted.unknown)
    return {
        "value": counted.value,
        "numerator": counted.numerator,
        "denominator": counted.denominator,
    }[figure.take]


def unknown_of(figure: Figure, counted: Counted) -> int | None:
    """Return of how many a figure is not known; None where nobody reported and nobody in particular should have."""
    silent = figure.indicator and figure.of is None and not counted.known and not counted.unknown
    return None if silent else counted.unknown


def enough_known(figure: Figure, known: int, unknown: int) -> bool:
    """Whether as many have reported as the figure needs."""
    return not figure.min_known or known >= figure.min_known * (known + unknown)


def is_small(figure: Figure, number: Decimal | None) -> bool:
    """Whether a count of persons is so small that it could tell who they are."""
    return figure.people is not None and number is not None and 0 < number < FEWEST


def written(number: Decimal, unit: Unit, places: int) -> str:
    """Return a number as it stands in a sentence, without the word of its unit."""
    if unit == "percent":
        number = number * 100
    elif unit == "ten_thousand_yuan":
        number = number / TEN_THOUSAND
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded:f}" + ("%" if unit == "percent" else "")


# Sentences


@dataclass(frozen=True)
class Piece:
    """A stretch of a sentence: plain, a figure by its number in the report, or a number that was typed."""

    text: str
    figure: int | None = None
    typed: bool = False


_FIELDS = re.compile(r"(\{[^{}]*\})")


def split_text(text: str) -> Iterator[tuple[str, str]]:
    """Yield the plain stretches of a text and the names in braces: ``("", name)``."""
    for part in _FIELDS.split(text):
        if part.startswith("{"):
            yield "", part[1:-1]
        elif part:
            yield part, ""


def typed_numbers(text: str) -> list[str]:
    """Return the numbers that somebody typed; years, days and numbers of papers are none."""
    return [piece.text for piece in marked(text) if piece.typed]


_HARMLESS = re.compile(
    "(?:19|20)[0-9]{2}(?:[-\u2014~\u81f3](?:19|20)?[0-9]{2})?\u5e74(?:[0-9]{1,2}\u6708(?:[0-9]{1,2}\u65e5)?)?"
    "|[0-9]{1,2}\u6708(?:[0-9]{1,2}\u65e5)?"
    "|\u3014[0-9]{4}\u3015[0-9]*\u53f7?|(?:19|20)[0-9]{2}-[0-9]{2}(?:-[0-9]{2})?"
)


def marked(text: str) -> list[Piece]:
    """Return a plain text in pieces, each number that was typed a piece of its own."""
    pieces: list[Piece] = []
    at = 0
    spared = [match.span() for match in _HARMLESS.finditer(text)]
    for match in number_pattern().finditer(text):
        if any(low <= match.start() < high for low, high in spared):
            continue
        if match.start() > at:
            pieces.append(Piece(text[at : match.start()]))
        pieces.append(Piece(match.group(), typed=True))
        at = match.end()
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return pieces


# What a person composes


@dataclass(frozen=True)
class Part:
    """One part of a report: a heading, a sentence of the pack, or a text of one's own with its figures.

    ``org`` is whose figures they are, the report's own without it. ``figures`` name by letter
    which figures stand in one's own text: ``<sentence>.<figure>``.
    """

    heading: str = ""
    sentence: str = ""
    text: str = ""
    org: int | None = None
    figures: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        kept: dict[str, Any] = {}
        for name in ("heading", "sentence", "text"):
            if getattr(self, name):
                kept[name] = getattr(self, name)
        if self.org is not None:
            kept["org"] = self.org
        if self.figures:
            kept["figures"] = dict(self.figures)
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Part":
        """Return what was kept; anything else refuses."""
        unknown = set(kept) - {"heading", "sentence", "text", "org", "figures"}
        figures = kept.get("figures", {})
        texts = [kept.get(name, "") for name in ("heading", "sentence", "text")]
        org = kept.get("org")
        if (
            unknown
            or not isinstance(figures, Mapping)
            or not all(isinstance(each, str) for each in (*texts, *figures, *figures.values()))
            or not (org is None or (isinstance(org, int) and not isinstance(org, bool)))
        ):
            raise Invalid("Some fields need attention.", faults={"parts": "This is no part of a report."})
        return cls(
            texts[0].strip(), texts[1].strip(), texts[2].strip(), org, tuple(sorted(dict(figures).items()))
        )


def find_figure(pack: Pack, name: str) -> Figure | None:
    """Return a figure by ``<sentence>.<figure>``."""
    code, _, figure = name.partition(".")
    sentence = pack.find(SentenceKind, code)
    return sentence.figures.get(figure) if sentence else None


def figures_of(pack: Pack, part: Part) -> dict[str, str]:
    """Return the figures of a part by what its text calls them."""
    if part.sentence:
        sentence = pack.find(SentenceKind, part.sentence)
        return {name: f"{part.sentence}.{name}" for name in sentence.figures} if sentence else {}
    return dict(part.figures)


def part_faults(pack: Pack, parts: Sequence[Part]) -> dict[str, str]:
    """Return what is wrong with the parts of a report, by ``parts.<number>``."""
    faults: dict[str, str] = {}
    if not parts:
        return {"parts": msgid("A report has at least one sentence.")}
    if len(parts) > MOST_PARTS:
        return {"parts": "This is too long."}
    for number, part in enumerate(parts):
        if fault := _part_fault(pack, part):
            faults[f"parts.{number}"] = fault
    return faults


def _part_fault(pack: Pack, part: Part) -> str:
    if sum(1 for said in (part.heading, part.sentence, part.text) if said) != 1:
        return msgid("A part is a heading, a sentence or a text.")
    if len(part.heading) > 100 or len(part.text) > MOST_TEXT:
        return "This is too long."
    if part.sentence and pack.find(SentenceKind, part.sentence) is None:
        return msgid("There is no such sentence here.")
    if part.text:
        return _own_text_fault(pack, part)
    return ""


def _own_text_fault(pack: Pack, part: Part) -> str:
    try:
        named = set(fields_of(part.text))
    except ValueError:
        return msgid("A brace stands alone.")
    letters = {letter for letter, _ in part.figures}
    if not letters <= set(LETTERS):
        return msgid("Figures in a text of one's own are called a to d.")
    if named - letters - GIVEN:
        return msgid("A place in braces has no figure chosen for it.")
    if any(find_figure(pack, name) is None for _, name in part.figures):
        return msgid("There is no such figure here.")
    return ""


class RefusedFigure(Invalid):
    """A figure that no report may hold; the document and its article are named."""

    code = "refused_figure"


def refuse_forbidden(parts: Sequence[Part]) -> None:
    """Refuse texts that count what may not be counted, and name the paper that forbids it."""
    for number, part in enumerate(parts):
        found = next(forbidden_in(part.text or part.heading), None)
        if found is not None:
            raise RefusedFigure(
                "%(clause)s: no report may say this (%(code)s, %(document)s, %(article)s).",
                {
                    "clause": found.clause,
                    "code": found.code,
                    "document": found.document,
                    "article": found.article,
                },
                faults={f"parts.{number}": "No report may say this."},
            )


def digest_of(content: Any) -> str:
    """Return the SHA-256 over what a report says."""
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


# What is wrong in a pack


def report_faults(pack: Pack) -> list[Fault]:
    """Return what sentences and reports of a pack name and is not there, and what none may say."""
    faults: list[Fault] = []
    known = _Known(pack)
    for sentence in pack.all(SentenceKind):
        for place, code, said in _sentence_faults(known, sentence):
            faults.append(_fault(pack, "sentence", sentence.code, place, code, said))
        faults += _forbidden(pack, sentence)
    codes = {sentence.code for sentence in pack.all(SentenceKind)}
    for report in pack.all(ReportKind):
        for at, section in enumerate(report.sections):
            for number, code in enumerate(section.sentences):
                if code not in codes:
                    place = ("sections", at, "sentences", number)
                    said = f"there is no sentence {code}"
                    faults.append(_fault(pack, "report", report.code, place, "reference", said))
    return faults


def _fault(pack: Pack, kind: str, code: str, place: Place, rule: str, said: str) -> Fault:
    return Fault(pack.file_of(kind, code), pack.line_of(kind, code, *place), rule, said)


def _forbidden(pack: Pack, sentence: SentenceKind) -> Iterator[Fault]:
    file = pack.file_of("sentence", sentence.code)
    spoken: list[tuple[Place, str]] = [(("text",), sentence.text.zh_hans), (("text",), sentence.text.en)]
    # what a figure is called is itself the number's name, so that it is held to the rule like a clause
    for name, figure in sentence.figures.items():
        spoken += [(("figures", name, "title"), f"{{}}{figure.title.zh_hans}")]
        spoken += [(("figures", name), f"{{}} {name}")]
    seen: set[str] = set()
    for place, text in spoken:
        for found in forbidden_in(text):
            if found.code not in seen:
                seen.add(found.code)
                line = pack.line_of("sentence", sentence.code, *place)
                said = f"{found.clause.removeprefix('{}').strip()}: {found.says}"
                yield Fault(file, line, found.code, said, found.document, found.article)


class _Known:
    """What a pack has that figures may name."""

    def __init__(self, pack: Pack) -> None:
        self.indicators = {each.code: each for each in pack.all(IndicatorKind)}
        self.kinds = {each.code for each in pack.all(OrgKind)}
        self.domains = {each.code for each in pack.all(DomainKind)}
        self.units = {each.code for each in pack.all(UnitKind)}
        self.posts = {each.code for each in pack.all(PostKind)}


def _sentence_faults(known: _Known, sentence: SentenceKind) -> Iterator[tuple[Place, str, str]]:
    for name, figure in sentence.figures.items():
        place: Place = ("figures", name)
        if figure.indicator and figure.indicator not in known.indicators:
            yield (*place, "indicator"), "reference", f"there is no indicator {figure.indicator}"
            continue
        for key, selection in (("orgs", figure.orgs), ("of", figure.of)):
            if selection is not None:
                pairs = (
                    ("kinds", selection.kinds, known.kinds),
                    ("domains", selection.domains, known.domains),
                    ("levels", selection.levels, set(LEVELS)),
                )
                for part, wanted, there in pairs:
                    yield from _missing((*place, key, part), wanted, there)
        if figure.units is not None:
            yield from _missing((*place, "units", "kinds"), figure.units.kinds, known.units)
        if figure.people is not None:
            yield from _missing((*place, "people", "posts"), figure.people.posts, known.posts)
        indicator = known.indicators.get(figure.indicator)
        whole = indicator is not None and indicator.denominator is None and figure.at_least is None
        if whole and figure.take == "denominator":
            yield (*place, "take"), "reference", f"{figure.indicator} has no denominator"


def _missing(place: Place, wanted: Sequence[str], there: set[str]) -> Iterator[tuple[Place, str, str]]:
    for number, code in enumerate(wanted):
        if code not in there:
            yield (*place, number), "reference", f"there is no {code} in {place[-1]}"
