"""The indicators and scorecards of a pack and of those it extends, or all that is wrong with them."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import TypeVar

from pydantic import BaseModel

from gangmu.core.definition import Definition, Fault, Node, read_yaml, shape_node
from gangmu.core.digest import definitions_digest
from gangmu.kernel.packs.rules import (
    BESIDE,
    BESIDE_FOLDERS,
    is_definition,
    parent_folder,
    text_of,
)
from gangmu.results.assessment.definitions import Line, ScorecardKind
from gangmu.results.indicators.definitions import IndicatorKind


@dataclass(frozen=True)
class Source:
    """The file of a definition and what is written there."""

    file: str
    node: Node

    def fault(self, place: tuple[str | int, ...], code: str, message: str) -> Fault:
        """Return a fault at a place of this file."""
        return Fault(self.file, self.node.line_of(place), code, message)


@dataclass
class Pack:
    """What the assessment reads of a pack."""

    name: str
    version: str = ""
    hash: str = ""
    indicators: dict[str, IndicatorKind] = field(default_factory=dict)
    scorecards: dict[str, ScorecardKind] = field(default_factory=dict)
    sources: dict[tuple[str, str], Source] = field(default_factory=dict)


class _Head(BaseModel):
    """What is read of ``pack.yaml``."""

    version: str = ""
    extends: str = ""


Kind = TypeVar("Kind", bound=Definition)


def _head(folder: Path, shown: str) -> tuple[_Head, Source | None, list[Fault]]:
    path = folder / "pack.yaml"
    if not path.exists():
        return _Head(), None, []
    file = f"{shown}/pack.yaml"
    node, faults = read_yaml(path, shown_as=file)
    if node is None:
        return _Head(), None, faults
    if not isinstance(node.value, Mapping):
        return _Head(), None, [Fault(file, node.line, "shape", "keys and values are expected here")]
    entries = {key: value for key, value in node.value.items() if key in _Head.model_fields}
    head, faults = shape_node(Node(entries, node.line, node.key_lines), _Head, file=file)
    return head or _Head(), Source(file, node), faults


def _chain(folder: Path, shown: str) -> tuple[list[tuple[Path, str, _Head]], list[Fault]]:
    """Return the pack and those it extends, the nearest first."""
    chain: list[tuple[Path, str, _Head]] = []
    faults: list[Fault] = []
    while True:
        head, source, wrong = _head(folder, shown)
        faults += wrong
        chain.append((folder, shown, head))
        if not head.extends or source is None:
            return chain, faults
        parent = parent_folder(folder, head.extends)
        if head.extends in (".", "..") or Path(head.extends).name != head.extends or not parent.is_dir():
            said = f"there is no pack {head.extends} in the folder beside this one, nor in the product"
            return chain, [*faults, source.fault(("extends",), "extends", said)]
        if parent in [known.resolve() for known, _, _ in chain]:
            said = "a pack does not extend itself"
            return chain, [*faults, source.fault(("extends",), "extends", said)]
        beside = Path(shown).parent / head.extends
        folder, shown = parent, str(beside if beside.resolve() == parent else parent)


def _definitions(
    folder: Path, shown: str, kind: str, shape: type[Kind], pack: Pack
) -> tuple[dict[str, Kind], list[Fault]]:
    found: dict[str, Kind] = {}
    faults: list[Fault] = []
    for path in sorted((folder / kind).glob("*")):
        file = f"{shown}/{kind}/{path.name}"
        if path.suffix == ".yml":
            faults.append(Fault(file, 1, "name", "a definition's file is called <code>.yaml"))
        if path.suffix != ".yaml" or not path.stem:
            continue
        node, wrong = read_yaml(path, shown_as=file)
        if node is not None:
            pack.sources[kind, path.stem] = Source(file, node)
            value, wrong = shape_node(node, shape, file=file, code=path.stem)
            if value is not None:
                found[path.stem] = value
        faults += wrong
    return found, faults


def _texts(folder: Path) -> dict[str, str]:
    """Return what the site reads of a pack: its hash is the same there and here."""
    found = {}
    for path in folder.rglob("*"):
        inside = PurePosixPath(path.relative_to(folder).as_posix())
        beside = inside.parts[0] in BESIDE_FOLDERS or str(inside) in BESIDE
        if is_definition(inside) and not beside and path.is_file():
            with contextlib.suppress(UnicodeDecodeError):  # which is a fault of its own
                found[f"{folder.resolve().name}/{inside}"] = text_of(path)
    return found


def read_pack(folder: Path) -> tuple[Pack, list[Fault]]:
    """Return a pack's indicators and scorecards, with every fault of form and of reference.

    A definition of the pack stands in for one of the same code in a pack it extends.
    """
    shown = str(folder)
    chain, faults = _chain(folder, shown)
    pack = Pack(name=folder.resolve().name, version=chain[0][2].version)
    texts: dict[str, str] = {}
    for layer, where, _ in reversed(chain):
        texts |= _texts(layer)
        indicators, wrong = _definitions(layer, where, "indicator", IndicatorKind, pack)
        scorecards, also_wrong = _definitions(layer, where, "scorecard", ScorecardKind, pack)
        pack.indicators |= indicators
        pack.scorecards |= scorecards
        faults += wrong + also_wrong
    pack.hash = definitions_digest(texts)
    if not any((layer / "indicator").is_dir() for layer, _, _ in chain):
        faults.append(Fault(shown, 1, "missing", "there is no folder indicator in this pack"))
    return pack, faults + reference_faults(pack)


def reference_faults(pack: Pack) -> list[Fault]:
    """Return what is wrong between definitions, each of which is well-formed."""
    faults = []
    for code, indicator in sorted(pack.indicators.items()):
        if indicator.escapes_what_is_owed:
            said = "over what is owed the numerator must never be empty: say empty: 0 or count"
            faults.append(pack.sources["indicator", code].fault(("numerator",), "empty-numerator", said))
    for code, card in sorted(pack.scorecards.items()):
        source = pack.sources["scorecard", code]
        for index, line in enumerate(card.lines):
            faults += _line_faults(pack, source, index, line)
        for index, veto in enumerate(card.veto):
            faults += _unknown_indicator(pack, source, ("veto", index, "indicator"), veto.indicator)
    return faults


def _unknown_indicator(pack: Pack, source: Source, place: tuple[str | int, ...], code: str) -> list[Fault]:
    if ("indicator", code) in pack.sources:
        return []
    return [source.fault(place, "unknown-indicator", f"there is no indicator {code}")]


def _line_faults(pack: Pack, source: Source, index: int, line: Line) -> list[Fault]:
    faults = _unknown_indicator(pack, source, ("lines", index, "indicator"), line.indicator)
    indicator = pack.indicators.get(line.indicator)
    if indicator is None or line.rule.bands is None:
        return faults
    bounds = [bound for bound, _ in line.rule.bands]
    falling = indicator.better == "more"
    way = "fall, because more is better" if falling else "rise, because less is better"
    for number, (before, after) in enumerate(pairwise(bounds)):
        if after >= before if falling else after <= before:
            place = ("lines", index, "rule", "bands", number + 1)
            faults.append(source.fault(place, "bands", f"the bounds of bands {way}"))
    return faults
