"""What a demonstration remembers about itself, in its data folder."""

from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict

FILE = "demo.json"


class DemoAccount(BaseModel):
    """An account that whoever tries the demonstration may enter as."""

    model_config = ConfigDict(frozen=True)

    login: str
    name: str
    role: str
    title: str
    org: str


class DemoState(BaseModel):
    """What was built, whether it was finished, and how far its clock stands from ours."""

    model_config = ConfigDict(frozen=True)

    places: tuple[str, ...]
    size: str
    month: str
    clock_offset: timedelta = timedelta()
    finished: bool = False
    accounts: tuple[DemoAccount, ...] = ()

    def is_same_world(self, other: "DemoState") -> bool:
        """Whether both ask for the same places at the same size in the same month."""
        mine, theirs = (self.places, self.size, self.month), (other.places, other.size, other.month)
        return mine == theirs


def read_state(folder: Path) -> DemoState | None:
    """Return what the demonstration in a data folder says of itself; none if there is none."""
    path = folder / FILE
    if not path.is_file():
        return None
    return DemoState.model_validate_json(path.read_text(encoding="utf-8"))


def write_state(folder: Path, state: DemoState) -> None:
    """Keep what the demonstration in a data folder says of itself."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / (FILE + ".new")
    beside.write_text(state.model_dump_json(indent=2), encoding="utf-8")
    beside.replace(folder / FILE)
