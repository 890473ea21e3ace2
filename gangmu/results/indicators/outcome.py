"""What an assessment may use, what it leaves out, and how it is refused."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class WrongInput(Exception):
    """Files that cannot be assessed; each reason names the file and what is wrong there."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__("; ".join(reasons))


@dataclass(frozen=True)
class Limits:
    """What one assessment may use of the machine."""

    memory: int = 4 << 30
    threads: int = 2
    spill: Path | None = None


@dataclass
class Strays:
    """Facts that count but stand nowhere in the tree."""

    count: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)
