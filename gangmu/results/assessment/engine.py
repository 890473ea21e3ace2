"""What an engine is given and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gangmu.core.periods import Period
from gangmu.results.indicators.outcome import Limits, Strays

if TYPE_CHECKING:
    from gangmu.core.definition import Fault
    from gangmu.results.assessment.pack import Pack
    from gangmu.results.indicators.tree import Tree

WRITABLE = ("indicators", "lines", "scores")


class WrongDefinitions(Exception):
    """A pack that cannot be used, with every fault."""

    def __init__(self, faults: "list[Fault]") -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


@dataclass(frozen=True)
class Job:
    """What is to be assessed, from where, to where, and how."""

    pack: Path
    data: Path
    period: Period
    out: Path
    known_at: datetime | None = None
    known_at_written: str | None = None
    write: tuple[str, ...] = WRITABLE
    strict: bool = False
    trust: bool = False
    replace: bool = False
    engine: str = "duckdb"
    master: str = ""
    limits: Limits = field(default_factory=Limits)
    draft: Path | None = None
    """The folder beside ``out`` in which results grow; made up if not given."""


@dataclass
class Made:
    """What an engine has written, and what it noticed."""

    hashes: dict[str, str]
    strays: Strays
    passed_over: Mapping[str, int]
    engine: dict[str, str]


def needed_indicators(pack: "Pack", write: tuple[str, ...]) -> list[str]:
    """Return the indicators that have to be made, in order of their codes."""
    if "indicators" in write:
        return sorted(pack.indicators)
    return sorted({code for card in pack.scorecards.values() for code in card.indicators})


def plainly_written(pack: "Pack", tree: "Tree") -> bool:
    """Whether no text of the results needs quotes, but for several notes."""
    texts = (*pack.indicators, *pack.scorecards, *tree.spans.levels, *tree.spans.kinds, *tree.spans.domains)
    return not any(map(needs_quotes, texts))


def needs_quotes(text: str) -> bool:
    """Whether a text is quoted in the canonical form."""
    return any(mark in text for mark in ',"\r\n')
