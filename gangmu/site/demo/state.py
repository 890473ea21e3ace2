"""What a demonstration remembers about itself, in its data folder."""

import json
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from gangmu.core.text import Text

STATE = "demo-world.json"
DOORS = "demo.json"
"""The accounts alone: what the sign-in page reads."""


class DemoAccount(BaseModel):
    """An account that whoever tries the demonstration may enter as: who, and what to try there."""

    model_config = ConfigDict(frozen=True)

    login: str
    title: Text
    does: Text
    next: str = "/"


class ToldFigure(BaseModel):
    """One figure of a sentence, and the page of what it is made of."""

    model_config = ConfigDict(frozen=True)

    text: str
    link: str


class ToldSentence(BaseModel):
    """One sentence in which a place tells of itself."""

    model_config = ConfigDict(frozen=True)

    text: str
    figures: tuple[ToldFigure, ...] = ()


class DemoState(BaseModel):
    """What was built, whether it was finished, and how far its clock stands from ours."""

    model_config = ConfigDict(frozen=True)

    places: tuple[str, ...]
    size: str
    month: str
    """The last month that is played to its end."""

    months: int = 1
    """How many are played, up to and with it."""

    clock_offset: timedelta = timedelta()
    finished: bool = False
    accounts: tuple[DemoAccount, ...] = ()
    sentences: tuple[ToldSentence, ...] = ()

    def is_same_world(self, other: "DemoState") -> bool:
        """Whether both ask for the same places at the same size in the same months."""
        mine, theirs = ((each.places, each.size, each.month, each.months) for each in (self, other))
        return mine == theirs


def read_state(folder: Path) -> DemoState | None:
    """Return what the demonstration in a data folder says of itself; none if there is none."""
    path = folder / STATE
    if not path.is_file():
        return None
    return DemoState.model_validate_json(path.read_text(encoding="utf-8"))


def write_state(folder: Path, state: DemoState) -> None:
    """Keep what the demonstration in a data folder says of itself."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / STATE, state.model_dump_json(indent=2, by_alias=True))
    doors = [account.model_dump(by_alias=True) for account in state.accounts]
    _write(folder / DOORS, json.dumps(doors, ensure_ascii=False, indent=2))


def _write(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
