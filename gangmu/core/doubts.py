"""What in the data may be wrong: what a check looks at and finds, and all the checks there are."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeVar

from gangmu.core.text import Text

T = TypeVar("T")

Params = Mapping[str, str | int | Text]
"""What a doubt's sentence is filled with."""

Group = Literal["tree", "people", "accounts", "figures", "records", "definitions"]
GROUPS: tuple[Group, ...] = ("tree", "people", "accounts", "figures", "records", "definitions")


@dataclass(frozen=True)
class Found:
    """One doubt: the organization at which it stands, what it is about, and the words' values.

    ``subject`` tells two doubts of one check at one organization apart; where a check's page
    shows the subject itself, it ends in that one's id, as in ``person:12``.
    """

    org: int
    subject: str = ""
    params: Params = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """One tree on one day, by the pack that rules there; what is read once serves all checks."""

    root: int
    path: str
    today: date
    pack: Any
    _kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, name: str, read: Callable[[], T]) -> T:
        """Return what another check has read under this name, or read it now."""
        if name not in self._kept:
            self._kept[name] = read()
        kept: T = self._kept[name]
        return kept

    def titled(self, item: str) -> Text | str:
        """Return what the item of a figure is called, by the room that knows it; else the item."""
        found = (titles(self.pack, item) for titles in ITEM_TITLES)
        return next((title for title in found if title is not None), item)


@dataclass(frozen=True)
class DoubtCheck:
    """One way in which data may be wrong, and how it is mended.

    ``find`` yields every doubt of one tree; ``says`` is the sentence of one, with its params.
    ``sure`` ones are wrong for certain, others may be right and can then be excused.
    ``permission`` is what a reader needs, beside that for doubts, to see them. ``page`` is the
    URL name of where it is mended, by the id of the organization or of the subject.
    """

    code: str
    group: Group
    title: Text
    says: Text
    mend: Text
    find: Callable[[Look], Iterable[Found]]
    sure: bool = False
    permission: str = "quality.view"
    page: str = "orgs-org"
    page_of: Literal["org", "subject", "none"] = "org"
    source: str = ""


CHECKS: dict[str, DoubtCheck] = {}
ITEM_TITLES: list[Callable[[Any, str], Text | None]] = []


def add_doubt_checks(checks: Iterable[DoubtCheck]) -> None:
    """Have every tree looked at for what one room knows may be wrong with its data."""
    for check in checks:
        if CHECKS.get(check.code, check) is not check:
            raise RuntimeError(f"two checks are called {check.code}")
        CHECKS[check.code] = check


def add_item_titles(titles: Callable[[Any, str], Text | None]) -> None:
    """Let one room say what the items of its figures are called."""
    if titles not in ITEM_TITLES:
        ITEM_TITLES.append(titles)
