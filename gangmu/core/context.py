"""Who acts, when, and where that person may."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from gangmu.core.errors import NotSignedIn

LOCAL = ZoneInfo("Asia/Shanghai")

EVERYTHING = ("", "~")


def below(path: str) -> tuple[str, str]:
    """Return the half-open range of paths that holds ``path`` and all below it.

    Paths end with a slash, so that ``1/2/`` never begins ``1/20/``; the character
    after the slash closes the range.
    """
    return (path, path[:-1] + "0") if path else EVERYTHING


def alone(path: str) -> tuple[str, str]:
    """Return the half-open range that holds ``path`` and nothing below it."""
    return (path, path + "!")


@dataclass(frozen=True)
class Places:
    """Merged, sorted, half-open ranges of paths in the tree.

    ``tops`` are the organizations at which the right itself is held, also where one of them
    stands below another: a person with two posts has two. ``whole`` says that the ranges hold
    every organization there is: a read need not compare what it could not exclude.
    """

    ranges: tuple[tuple[str, str], ...] = ()
    tops: tuple[str, ...] = ()
    whole: bool = field(default=False, compare=False)

    @classmethod
    def of(cls, ranges: Iterable[tuple[str, str]]) -> "Places":
        """Merge ranges that touch or overlap."""
        merged: list[tuple[str, str]] = []
        given = sorted(ranges)
        for low, high in given:
            if merged and low <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        return cls(tuple(merged), tuple(dict.fromkeys(low for low, _ in given)))

    def __bool__(self) -> bool:
        return bool(self.ranges)

    @property
    def everywhere(self) -> bool:
        """Whether the whole forest is covered, present roots and future ones."""
        return EVERYTHING in self.ranges

    def covers_below(self, path: str) -> bool:
        """Whether an organization and everything below it lies within."""
        first, last = below(path)
        return any(low <= first and last <= high for low, high in self.ranges)

    def covers(self, path: str) -> bool:
        """Whether one organization, by its path, lies within."""
        return any(low <= path < high for low, high in self.ranges)

    def includes(self, span: tuple[str, str]) -> bool:
        """Whether a whole range of paths lies within."""
        return any(low <= span[0] and span[1] <= high for low, high in self.ranges)


class Actor(Protocol):
    """Somebody or something that acts: an account, a token, the system itself."""

    @property
    def account_id(self) -> int | None: ...
    @property
    def person_id(self) -> int | None: ...
    @property
    def label(self) -> str: ...
    def places(self, permission: str, now: datetime) -> Places:
        """Return where this actor holds ``permission`` at ``now``."""
        ...


@dataclass(frozen=True)
class Stranger:
    """Nobody in particular: holds nothing anywhere."""

    account_id: None = None
    person_id: None = None
    label: str = "stranger"

    def places(self, permission: str, now: datetime) -> Places:
        """Return no place at all."""
        return Places()


@dataclass(frozen=True)
class Context:
    """One actor at one instant: the first argument of every read and every write."""

    actor: Actor
    now: datetime
    language: str = "zh-hans"
    _known: dict[str, Places] = field(default_factory=dict, compare=False, repr=False)

    @property
    def today(self) -> date:
        """The local day on which this happens."""
        return self.now.astimezone(LOCAL).date()

    @property
    def account(self) -> int:
        """The account that acts; whoever is not signed in is refused."""
        if self.actor.account_id is None:
            raise NotSignedIn("Please sign in first.")
        return self.actor.account_id

    def places(self, permission: str) -> Places:
        """Return where the actor may do this: for writes and for reads alike."""
        if permission not in self._known:
            self._known[permission] = self.actor.places(permission, self.now)
        return self._known[permission]

    def may(self, permission: str, path: str | None = None) -> bool:
        """Whether the actor may do this at ``path``; without a path, anywhere at all."""
        places = self.places(permission)
        return bool(places) if path is None else places.covers(path)
