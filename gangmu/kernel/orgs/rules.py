"""What a sound tree is, and what a name may be found by."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, Literal, get_args

Level = Literal["nation", "province", "prefecture", "county", "township", "village", "group"]

LEVELS: tuple[str, ...] = get_args(Level)
"""Where an organization stands, from the top; independent of its kind."""

DIVISION_LEVELS = {
    "province": "province",
    "city": "prefecture",
    "county": "county",
    "township": "township",
    "village": "village",
}
"""What the published divisions call a level, and what it is called here."""


def level_of_division(published: str) -> str:
    """Return the level at which an organization stands for a division of a published level."""
    return DIVISION_LEVELS.get(published, "")


def path_under(parent_path: str, org_id: int) -> str:
    """Return the path of an organization below another; a root has no other."""
    return f"{parent_path}{org_id}/"


def is_below(path: str, other: str) -> bool:
    """Whether ``path`` is ``other`` or stands below it."""
    return path.startswith(other)


def own_id(path: str) -> int:
    """Return the id of the organization that a path leads to."""
    return int(path.split("/")[-2])


def ancestor_ids(path: str) -> list[int]:
    """Return the ids above an organization, the root first, itself not included."""
    return [int(step) for step in path.split("/")[:-2]]


def level_may_stand_under(level: str, parent_level: str | None) -> bool:
    """Whether a level is at or below the parent's."""
    if parent_level is None:
        return True
    return LEVELS.index(level) >= LEVELS.index(parent_level)


HandOn = Callable[[Any, Any, date, str], None]
"""What a room gives, of an organization that is merged, to the one that goes on, from the day on, by the paper."""

HANDED_ON: list[HandOn] = []


def add_handed_on(hand_on: HandOn) -> None:
    """Have what a room keeps at organizations go along when they are merged; what it refuses refuses the merger."""
    HANDED_ON.append(hand_on)


_MOST_TERM = 20


@lru_cache(maxsize=4096)
def _syllables(text: str) -> tuple[str, ...]:
    from pypinyin import Style, lazy_pinyin  # its dictionary takes most of a second to load

    return tuple(lazy_pinyin(text, style=Style.NORMAL))


def search_terms(name: str, code: str) -> set[str]:
    """Return what a name is found by when typed from any of its characters on.

    Pieces of the name, its pinyin and its initials, and the code; lower case, at most
    twenty characters each, so that a prefix range finds them.
    """
    terms = {code.lower()}
    plain = name.lower().removeprefix("中共")
    syllables = _syllables(plain)
    for start in range(len(plain)):
        terms.add(plain[start : start + _MOST_TERM])
    for start in range(min(len(syllables), 30)):
        terms.add("".join(part[:1] for part in syllables[start:])[:_MOST_TERM])
        terms.add("".join(syllables[start : start + 4])[:_MOST_TERM])
    return {term for term in terms if len(term) > 1}
