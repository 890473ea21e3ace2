"""Whether a text or a definition asks for what the rules against formalism forbid."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from opencc import OpenCC
from pydantic import BaseModel

from gangmu.core.definition import Fault, Place, read_definition, read_yaml
from gangmu.core.errors import Invalid
from gangmu.kernel.guard.definitions import Effect, Examples, Grammar, GuardRule, RuleBook
from gangmu.kernel.packs.rules import Pack

_HERE = Path(__file__).parent

_WIDE = str.maketrans(
    {",": "\uff0c", ";": "\uff1b", ":": "\uff1a", "!": "\uff01", "?": "\uff1f", "(": "\uff08", ")": "\uff09"}
)
_STOPS = "\u3002\uff1b\uff01\uff1f\n"  # what ends a sentence
_BREAKS = _STOPS + "\uff0c\uff1a\uff08\uff09"  # what ends a clause
_LISTED = "\u3001\u548c\u53ca\u6216\u4e0e"  # what joins things of one list
_WITHIN = f"[^{_BREAKS}]{{0,12}}?"
_TITLES = re.compile("\u300a[^\u300b\n]{0,80}\u300b")
_MARKS = re.compile("[\u201c\u201d\u2018\u2019\u300c\u300d\u300e\u300f\"'\u3010\u3011*]|[^\\S\n]+")

WRITTEN = ("title", "help", "sample", "text", "summary")
"""Keys under which a definition says something to people."""

UNREAD_KINDS = frozenset({"document"})
"""Kinds that quote papers: what these forbid is not asked for."""


@dataclass(frozen=True)
class Finding:
    """A rule that a text touches, what follows from it, and the wording."""

    rule: GuardRule
    effect: Effect
    quote: str


@lru_cache(maxsize=1)
def all_rules() -> tuple[GuardRule, ...]:
    """Return every rule, in the order of the handbook."""
    book, faults = read_definition(_HERE / "rules.yaml", RuleBook)
    if book is None:
        raise RuntimeError("\n".join(map(str, faults)))
    return book.rules


@lru_cache(maxsize=1)
def all_examples() -> Mapping[str, Examples]:
    """Return what breaks each rule, what nearly does and what is honest, by the rule's code."""
    node, faults = read_yaml(_HERE / "examples.yaml")
    if node is None:
        raise RuntimeError("\n".join(map(str, faults)))
    return {code: Examples.model_validate(said) for code, said in node.plain().items()}


@lru_cache(maxsize=32)
def rule_of(code: str) -> GuardRule:
    """Return one rule."""
    return next(rule for rule in all_rules() if rule.code == code)


def rule_fault(code: str, file: str, line: int, message: str, *, warning: bool = False) -> Fault:
    """Return a finding under a rule, with its document and article."""
    rule = rule_of(code)
    return Fault(file, line, code, message, rule.document, rule.article, warning)


# Written text


@dataclass(frozen=True)
class _Reader:
    """The wordings of the grammar, ready to be looked for."""

    refusal: re.Pattern[str]
    reach: re.Pattern[str]
    bare: tuple[str, ...]
    punished: re.Pattern[str]
    turned: re.Pattern[str]
    frames: re.Pattern[str]
    demands: re.Pattern[str]
    after: re.Pattern[str]
    feigned: tuple[str, ...]
    willing: re.Pattern[str]
    urgent: re.Pattern[str]


def _any(wordings: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(wording.replace("\u2026", _WITHIN) for wording in wordings) or r"(?!)")


@lru_cache(maxsize=1)
def _reader() -> _Reader:
    grammar, faults = read_definition(_HERE / "wording.yaml", Grammar)
    if grammar is None:
        raise RuntimeError("\n".join(map(str, faults)))
    listed = f"(?:[{_LISTED}][^{_BREAKS}]{{1,8}}?){{0,5}}"
    return _Reader(
        refusal=_any(grammar.against + grammar.reach),
        reach=_any(grammar.reach),
        bare=grammar.bare,
        punished=re.compile("|".join(grammar.punished)),
        turned=_any(grammar.turned),
        frames=_any(grammar.frames),
        demands=_any(grammar.demands),
        after=re.compile(f"{listed}(?:{'|'.join(grammar.after)})"),
        feigned=grammar.feigned,
        willing=_any(grammar.willing),
        urgent=_any(grammar.urgent),
    )


@dataclass(frozen=True)
class _Pattern:
    rule: GuardRule
    literal: re.Pattern[str]
    literal_warn: re.Pattern[str]
    block: re.Pattern[str]
    warn: re.Pattern[str]
    unless: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns() -> tuple[_Pattern, ...]:
    return tuple(
        _Pattern(
            rule,
            _any(said.literal),
            _any(said.literal_warn),
            _any(said.block),
            _any(said.warn),
            _any(said.unless),
        )
        for rule in all_rules()
        if "text" in rule.looks_at or "definition" in rule.looks_at
        for said in (rule.text,)
    )


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def plain_text(text: str) -> str:
    """Return a text as wordings are looked for in it.

    Full-width and traditional forms become one; blanks and quotation marks go, so that they
    hide nothing; titles of papers in their brackets go, for naming a paper asks for nothing.
    """
    text = unicodedata.normalize("NFKC", text.replace("\r", "")).lower().translate(_WIDE)
    return _MARKS.sub("", _TITLES.sub("\u25c7", _to_simplified().convert(text)))


def check_text(text: str, *, measured: bool = False) -> list[Finding]:
    """Return what a text that people are to follow asks for and may not, a finding a rule.

    A text that refuses the same thing, offers it, or names a paper about it is honest.
    ``measured``: the text is a document, whose length has a bound.
    """
    plain = plain_text(text)
    found = [finding for pattern in _patterns() if (finding := _first(pattern, plain))]
    if measured:
        found += _too_long(text)
    return found


def _too_long(text: str) -> Iterator[Finding]:
    rule = rule_of("R-DOC-LENGTH")
    characters = len("".join(text.split()))
    if characters > rule.advised_characters:
        yield Finding(rule, "block" if characters > rule.most_characters else "warn", str(characters))


def _first(pattern: _Pattern, plain: str) -> Finding | None:
    honest = [found.span() for found in pattern.unless.finditer(plain)]
    kinds: tuple[tuple[re.Pattern[str], Effect, bool], ...] = (
        (pattern.literal, "block", True),
        (pattern.block, "block", False),
        (pattern.literal_warn, "warn", True),
        (pattern.warn, "warn", False),
    )
    for wordings, effect, literal in kinds:
        for found in wordings.finditer(plain):
            start, end = found.span()
            if any(low < end and start < high for low, high in honest):
                continue
            if literal or _demanded(pattern.rule, plain, start, end):
                return Finding(pattern.rule, effect, found.group())
    return None


def _demanded(rule: GuardRule, plain: str, start: int, end: int) -> bool:
    """Whether what stands there is asked for, and not refused, offered or excepted."""
    reader = _reader()
    sentence = _from(plain, start, _STOPS)
    last = _to(plain, end, _STOPS)
    whole = plain[sentence:last]
    if (rule.urgent and reader.urgent.search(whole)) or (rule.willing and reader.willing.search(whole)):
        return False
    rest = plain[end : _to(plain, end, _BREAKS)]
    refused = _refused(plain[_from(plain, start, _BREAKS) : end], end - start, rest)
    if refused is not None:
        return not refused
    if plain[:start].endswith(reader.bare):
        return bool(reader.punished.match(rest))
    return not (reader.after.match(rest) or _refused_above(plain[sentence:start]))


def _refused(clause: str, length: int, rest: str) -> bool | None:
    """Whether a clause refuses what stands at its end; None if it refuses nothing."""
    reader = _reader()
    refusals = [found for found in reader.refusal.finditer(clause) if found.end() < len(clause)]
    if not refusals:
        return None
    between = clause[refusals[-1].end() : max(len(clause) - length, refusals[-1].end())]
    if reader.turned.search(between) or rest.startswith(reader.feigned):
        return False
    frame, demand = reader.frames.search(between), reader.demands.search(between)
    return demand is None or (frame is not None and frame.start() <= demand.start())


def _refused_above(before: str) -> bool:
    """Whether a list that stands behind a colon is one of things refused."""
    head, colon, listed = before.rpartition("\uff1a")
    reader = _reader()
    clause = head[_from(head, len(head), _BREAKS) :]
    return bool(colon and reader.reach.search(clause) and not reader.demands.search(listed))


def _from(plain: str, position: int, marks: str) -> int:
    return max(plain.rfind(mark, 0, position) for mark in marks) + 1


def _to(plain: str, position: int, marks: str) -> int:
    ends = [found for mark in marks if (found := plain.find(mark, position)) >= 0]
    return min(ends, default=len(plain))


# Definitions


LineOf = Callable[[Place], int]
_Seen = tuple[GuardRule, Effect, Place, str]


def check_definition(
    kind: str, definition: BaseModel | Mapping[str, Any], file: str, line_of: LineOf
) -> list[Fault]:
    """Return what a definition asks for and may not: one finding a rule and place.

    It is read as keys and values, so that rooms above can be checked by this one.
    """
    plain = definition.model_dump() if isinstance(definition, BaseModel) else dict(definition)
    found: dict[tuple[str, int], Fault] = {}
    for rule, effect, place, quote in (*_written(kind, plain), *_features(kind, plain)):
        line = line_of(place)
        known = found.get((rule.code, line))
        if known is None or (known.warning and effect == "block"):
            message = f"{quote}: {rule.title.en}"
            found[rule.code, line] = rule_fault(rule.code, file, line, message, warning=effect == "warn")
    return list(found.values())


def _written(kind: str, plain: Mapping[str, Any]) -> Iterator[_Seen]:
    if kind in UNREAD_KINDS:
        return
    for place, text in _texts(plain, ()):
        for finding in check_text(text):
            yield finding.rule, finding.effect, place, finding.quote


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, Mapping):
        if "zh_hans" in value:
            yield place, str(value["zh_hans"])
            return
        for key, part in value.items():
            if isinstance(part, str) and key in WRITTEN:
                yield (*place, key), part
            yield from _texts(part, (*place, key))
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _texts(part, (*place, number))


def _title(value: Mapping[str, Any]) -> str:
    title = value.get("title", "")
    return plain_text(str(title.get("zh_hans", "")) if isinstance(title, Mapping) else str(title))


def _words(code: str) -> frozenset[str]:
    """Return the words of a code, singly and two by two."""
    single = [word for word in re.split(r"[\W_]+", code.lower()) if word]
    return frozenset(single) | {f"{a}_{b}" for a, b in pairwise(single)}


def _features(kind: str, plain: Mapping[str, Any]) -> Iterator[_Seen]:
    title = _title(plain)
    keys = list(_keys(plain, ()))
    for rule in all_rules():
        if "definition" not in rule.looks_at or (rule.urgent and _reader().urgent.search(title)):
            continue
        for place, quote in (*_fields(rule, plain), *_named(rule, keys), *_rhythm(rule, plain, title)):
            yield rule, "block", place, quote
        for place, quote in (*_measures(rule, plain, title),):
            yield rule, "warn", place, quote
        if kind == "duty" or any(key in rule.definition.approved_keys for _, key in keys):
            for place, quote in _unapproved(rule, plain, title, keys):
                yield rule, "block", place, quote


def _keys(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Yield every key under which something stands: an empty list asks for nothing."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if part is not None and part not in ((), []):
                yield (*place, key), key
            yield from _keys(part, (*place, key))
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from _keys(part, (*place, number))


def _fields(rule: GuardRule, plain: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    looks = rule.definition
    for number, field in enumerate(plain.get("fields") or ()):
        code, title, place = str(field.get("code", "")), _title(field), ("fields", number)
        if _words(code) & set(looks.field_words) or (part := _any(looks.field_parts).search(title)):
            yield place, code if _words(code) & set(looks.field_words) or not part else part.group()
        elif field.get("required") and (
            _words(code) & set(looks.required_words)
            or _any(looks.required_parts).search(title)
            or field.get("type") in looks.required_types
        ):
            yield place, code


def _named(rule: GuardRule, keys: list[tuple[Place, str]]) -> Iterator[tuple[Place, str]]:
    for place, key in keys:
        if key in rule.definition.keys:
            yield place, key


def _rhythm(rule: GuardRule, plain: Mapping[str, Any], title: str) -> Iterator[tuple[Place, str]]:
    looks = rule.definition
    if plain.get("every") in looks.every:
        yield ("every",), str(plain["every"])
    issue, due = plain.get("issue_on"), plain.get("due_on")
    if looks.same_day and issue and due and _same_day(issue, due):
        yield ("due_on",), "due on the day of issuing"


def _same_day(issue: Any, due: Any) -> bool:
    """Whether a thing is wanted on the day it is asked, or before."""
    if not (isinstance(issue, Mapping) and isinstance(due, Mapping)):
        return bool(issue == due)
    said = {key: value for key, value in issue.items() if value is not None}
    wanted = {key: value for key, value in due.items() if value is not None}
    last = said.get("last_workday_of")
    return said == wanted or (last is not None and wanted == {"first_workday_of": last})


def _measures(rule: GuardRule, plain: Mapping[str, Any], title: str) -> Iterator[tuple[Place, str]]:
    looks, every = rule.definition, str(plain.get("every", ""))
    due = plain.get("due_on")
    days = due.get("workdays_after_issue") if isinstance(due, Mapping) else None
    if days is not None and days < looks.fewest_workdays:
        yield ("due_on",), f"due {days} working days after issuing"
    minutes = plain.get("minutes")
    if isinstance(minutes, int) and minutes > looks.most_minutes.get(every, minutes):
        yield ("minutes",), f"{minutes} minutes every {every}"
    if every in looks.frequent_every and (found := _any(looks.frequent_parts).search(title)):
        yield ("every",), f"{found.group()} every {every}"


def _unapproved(
    rule: GuardRule, plain: Mapping[str, Any], title: str, keys: list[tuple[Place, str]]
) -> Iterator[tuple[Place, str]]:
    looks = rule.definition
    if plain.get("approved_by") and plain.get("expires_on"):
        return
    if found := _any(looks.approved_parts).search(title):
        yield ("title",), f"{found.group()} without approved_by and expires_on"
    for place, key in keys:
        if key in looks.approved_keys:
            yield place, f"{key} without approved_by and expires_on"


def guard_faults(pack: Pack) -> list[Fault]:
    """Return what a pack's definitions ask for and may not."""
    return [
        fault
        for kind, placed in pack.definitions.items()
        for code, each in sorted(placed.items())
        for fault in check_definition(kind, each.definition, each.file, each.node.line_of)
    ]


# Refusing


class AgainstFormalism(Invalid):
    """What somebody wrote asks for what a rule forbids.

    ``findings`` are what refuses, or what is asked back; ``may_go_on`` says that writing
    it knowingly is enough.
    """

    code = "against_formalism"

    def __init__(self, message: str, findings: list[Finding], field: str, language: str) -> None:
        self.findings = findings
        self.may_go_on = all(finding.effect == "warn" for finding in findings)
        first = findings[0]
        title = first.rule.title.within(language)
        faults = {field: f"{first.quote}: {title} ({first.rule.code}, {first.rule.source})"}
        if self.may_go_on:
            faults["knowingly"] = "Say that you go on knowingly."
        values = {"quote": first.quote, "rule": first.rule.code, "source": first.rule.source}
        super().__init__(message, values, faults=faults)


def asked_back(findings: list[Finding]) -> list[Finding]:
    """Return findings of which none refuses: as for a paper of others, which is kept as they wrote it."""
    return [replace(finding, effect="warn") for finding in findings]


def refuse(findings: list[Finding], *, field: str, knowingly: bool, language: str = "zh-hans") -> None:
    """Refuse what a rule blocks, and what a rule warns of unless somebody goes on knowingly."""
    blocked = [finding for finding in findings if finding.effect == "block"]
    if blocked:
        raise AgainstFormalism("“%(quote)s” is against %(rule)s, %(source)s.", blocked, field, language)
    if findings and not knowingly:
        raise AgainstFormalism(
            "Think again: “%(quote)s” touches %(rule)s, %(source)s. Go on only knowingly.",
            findings,
            field,
            language,
        )


LONGEST_OVERRIDE = 366
"""Days: an exception lasts a year at most."""


def override_faults(
    rule: str, texts: Mapping[str, str], first: date, last: date | None, today: date
) -> dict[str, str]:
    """Return what is wrong with an exception from a rule, by field."""
    faults = {field: "This must be filled in." for field, text in texts.items() if not text.strip()}
    known = next((each for each in all_rules() if each.code == rule), None)
    if known is None or "text" not in known.looks_at:
        faults["rule"] = "This is not one of the choices."
    elif not known.overridable:
        faults["rule"] = "There is no exception from this rule."
    if first < today:
        faults["valid_from"] = "An exception does not begin before today."
    if last is None:
        faults["valid_to"] = "An exception has an end."
    elif last < first:
        faults["valid_to"] = "The last day lies before the first."
    elif (last - first).days >= LONGEST_OVERRIDE:
        faults["valid_to"] = "An exception lasts a year at most."
    return faults
