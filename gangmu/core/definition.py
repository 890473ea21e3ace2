"""What every definition is, and the strict reader that turns YAML into one."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gangmu.core.text import Text


class Definition(BaseModel):
    """Something that a pack says: read once, checked whole, never changed.

    Its ``code`` is the name of its file without ``.yaml`` and is not written inside.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title_from_code: ClassVar[bool] = False
    """Whether a definition without a title is called by its code."""

    code: str = Field(default="", min_length=1)
    title: Text


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where; a broken rule names its document.

    A ``warning`` refuses nothing: it is shown, and somebody decides.
    """

    file: str
    line: int
    code: str
    message: str
    document: str = ""
    article: str = ""
    warning: bool = False

    def __str__(self) -> str:
        source = " ".join(part for part in (self.document, self.article) if part)
        said = f"warning: {self.message}" if self.warning else self.message
        return f"{self.file}:{self.line}: {self.code} {said}" + (f" ({source})" if source else "")


@dataclass(frozen=True)
class Unquoted:
    """A bare word that some reader would take for something else than text: ``no``, ``007``."""

    text: str


Scalar = str | int | Decimal | bool | date | None | Unquoted
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Node:
    """A piece of a YAML file that knows its line."""

    value: "Scalar | tuple[Node, ...] | Mapping[str, Node]"
    line: int
    key_lines: Mapping[str, int] = field(default_factory=dict)

    def plain(self) -> Any:
        """Return dictionaries, tuples and scalars without lines."""
        if isinstance(self.value, Mapping):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, tuple):
            return tuple(node.plain() for node in self.value)
        return self.value

    def line_of(self, place: Place) -> int:
        """Return the line of what lies at ``place``, or of the nearest thing around it.

        Steps that are not in the file (a union's branch, a key that is missing) are
        passed over.
        """
        node, line = self, self.line
        for step in place:
            if isinstance(node.value, Mapping) and step in node.value:
                line = node.key_lines[str(step)]
                node = node.value[str(step)]
            elif isinstance(node.value, tuple) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.line
        return line

    def at(self, place: Place) -> "Node | None":
        """Return the piece at ``place``, None if the file does not say it."""
        node = self
        for step in place:
            if isinstance(node.value, Mapping) and step in node.value:
                node = node.value[str(step)]
            elif isinstance(node.value, tuple) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            else:
                return None
        return node


class Misplaced(ValueError):
    """What a model's validator raises to name the place, within the model, of what is wrong."""

    def __init__(self, message: str, *place: str | int) -> None:
        self.place = place
        super().__init__(message)


class _WrongError(Exception):
    def __init__(self, line: int, code: str, message: str) -> None:
        self.line, self.code, self.message = line, code, message
        super().__init__(message)


_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_ELSEWHERE = re.compile(
    r"""(y|n|yes|no|on|off|true|false|null|=|<<)\Z      # other spellings of a truth or of nothing
    | [-+]?(\.[0-9_]+|[0-9][0-9_,]*\.?[0-9_]*)(e[-+]?[0-9]*)?\Z   # numbers not written plainly
    | [-+]?0[xob][0-9a-f_]+\Z
    | [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9]*)?\Z     # base sixty, which a time of day is taken for
    | [-+]?\.(inf|nan)\Z
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt\s].*)?\Z""",
    re.VERBOSE | re.IGNORECASE,
)


def _bare(text: str) -> Scalar:
    """Return what an unquoted word means: one spelling for each kind of value."""
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _WHOLE.match(text):
        return int(text)
    if _DECIMAL.match(text):
        return Decimal(text)
    if _DAY.match(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    return Unquoted(text) if _ELSEWHERE.match(text) else text


_MOST_DEEP = 60


class _Composer:
    """Build nodes from the parser's events, and note whatever a strict reader refuses."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.wrong: list[_WrongError] = []

    def document(self) -> Node | None:
        next(self.events)  # the stream's start
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            self.wrong.append(_WrongError(1, "empty", "the file says nothing"))
            return None
        node = self.node(next(self.events), 0)
        next(self.events)  # the document's end
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _WrongError(after.start_mark.line + 1, "second-document", "one file holds one document")
        return node

    def node(self, event: Any, depth: int) -> Node:
        line = event.start_mark.line + 1
        if depth > _MOST_DEEP:
            raise _WrongError(line, "too-deep", "this is nested too deeply")
        if isinstance(event, yaml.AliasEvent):
            raise _WrongError(line, "alias", "anchors and aliases are not used here; write it out")
        if event.anchor is not None:
            self.wrong.append(
                _WrongError(line, "alias", "anchors and aliases are not used here; write it out")
            )
        if event.tag is not None:
            self.wrong.append(_WrongError(line, "tag", f"the tag {event.tag} is not used here"))
        if isinstance(event, yaml.ScalarEvent):
            return Node(event.value if event.style else _bare(event.value), line)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(tuple(self.items(depth)), line)
        return self.mapping(line, depth)

    def items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            yield self.node(event, depth + 1)

    def mapping(self, line: int, depth: int) -> Node:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            node = self.node(next(self.events), depth + 1)
            if not isinstance(key.value, str):
                said = key.value.text if isinstance(key.value, Unquoted) else str(key.plain())
                self.wrong.append(
                    _WrongError(key.line, "key", f"the key {said} is no text; put it in quotes")
                )
                continue
            if key.value in entries:
                first = lines[key.value]
                said = f"the key {key.value} stands twice, first in line {first}"
                self.wrong.append(_WrongError(key.line, "duplicate-key", said))
                continue
            entries[key.value], lines[key.value] = node, key.line
        return Node(entries, line, lines)


def read_yaml(path: Path, *, shown_as: str = "") -> tuple[Node | None, list[Fault]]:
    """Return what a file says, with its lines, and every fault of its writing.

    Read strictly: no key twice, no anchors, tags or second document; a number is the
    decimal that is written; ``no``, ``007``, ``12:30`` without quotes are no text.
    """
    name = shown_as or str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        return None, [Fault(name, 1, "unreadable", f"cannot be read: {_reason(problem)}")]
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> tuple[Node | None, list[Fault]]:
    """Return what a text says, as ``read_yaml`` does for a file; faults are told under ``name``."""
    composer = _Composer(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    node: Node | None = None
    try:
        node = composer.document()
    except _WrongError as wrong:
        composer.wrong.append(wrong)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        said = " ".join(part for part in (problem.context, problem.problem) if part)
        composer.wrong.append(_WrongError(mark.line + 1 if mark else 1, "yaml", said))
    except yaml.YAMLError as problem:
        composer.wrong.append(_WrongError(1, "yaml", " ".join(str(problem).split())))
    faults = [Fault(name, wrong.line, wrong.code, wrong.message) for wrong in composer.wrong]
    return (None if faults else node), faults


def _reason(problem: OSError | UnicodeDecodeError) -> str:
    if isinstance(problem, UnicodeDecodeError):
        return "it is not UTF-8"
    return problem.strerror or str(problem)


Shape = TypeVar("Shape", bound=BaseModel)


def read_definition(
    path: Path, shape: type[Shape], *, shown_as: str = ""
) -> tuple[Shape | None, list[Fault]]:
    """Return what a file defines, or every fault with the line where it lies."""
    node, faults = read_yaml(path, shown_as=shown_as)
    if node is None:
        return None, faults
    return shape_node(node, shape, file=shown_as or str(path), code=path.stem)


def shape_node(
    node: Node, shape: type[Shape], *, file: str, code: str = ""
) -> tuple[Shape | None, list[Fault]]:
    """Return a piece of a file as ``shape``, or every fault with its line.

    ``code`` becomes the definition's code, where the shape is a definition.
    """
    if not isinstance(node.value, Mapping):
        return None, [Fault(file, node.line, "shape", "keys and values are expected here")]
    plain = node.plain()
    if issubclass(shape, Definition):
        if "code" in plain:
            said = "the code is the file's name and is not written inside"
            return None, [Fault(file, node.key_lines["code"], "extra_forbidden", said)]
        plain["code"] = code
        if shape.title_from_code:
            plain.setdefault("title", code)
    try:
        value = shape.model_validate(plain)
    except ValidationError as wrong:
        return None, _faults(node, wrong, file)
    faults = [Fault(file, line, "type", said) for line, said in sorted(set(_coerced(node, value)))]
    return (None if faults else value), faults


def _faults(node: Node, wrong: ValidationError, file: str) -> list[Fault]:
    found = []
    for error in wrong.errors(include_url=False):
        reason = error.get("ctx", {}).get("error")
        place = error["loc"] + (reason.place if isinstance(reason, Misplaced) else ())
        where = ".".join(str(step) for step in place)
        said = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            said = "there is no such key here"
        elif error["type"] == "missing":
            said = "this key is missing"
        elif isinstance(error["input"], Unquoted):
            said = f"{error['input'].text} stands without quotes and is no text; put it in quotes"
        elif error["type"] == "string_type" and isinstance(error["input"], int | Decimal | date):
            said = f"{error['input']} stands without quotes and is no text; put it in quotes"
        found.append(Fault(file, node.line_of(place), error["type"], f"{where}: {said}" if where else said))
    return found


def _coerced(node: Node, value: Any) -> Iterator[tuple[int, str]]:
    """Find what was taken for another kind than it was written: "12" in quotes as a number."""
    inside = node.value
    if isinstance(inside, Mapping):
        for key, part in inside.items():
            yield from _coerced_part(part, value, key)
    elif isinstance(inside, tuple):
        if isinstance(value, tuple | list) and len(value) == len(inside):
            for part, item in zip(inside, value, strict=True):
                yield from _coerced(part, item)
    elif isinstance(inside, str) and isinstance(value, bool | int | Decimal | float):
        yield node.line, f'"{inside}" stands in quotes, and a bare number or truth is expected'
    elif isinstance(inside, bool) and not isinstance(value, bool):
        yield node.line, f"{str(inside).lower()} is no number"
    elif type(inside) in (int, Decimal) and isinstance(value, bool | date):
        yield node.line, f"{inside} is a number, and another kind of value is expected"


def _coerced_part(part: Node, value: Any, key: str) -> Iterator[tuple[int, str]]:
    if isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            if key in (name, info.alias):
                yield from _coerced(part, getattr(value, name))
    elif isinstance(value, Mapping) and key in value:
        yield from _coerced(part, value[key])
