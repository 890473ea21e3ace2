"""Which step a round may take from where, and who is listed in it."""

from collections.abc import Mapping
from decimal import Decimal

STEPS: Mapping[str, frozenset[str]] = {
    "freeze": frozenset({"collecting"}),
    "run": frozenset({"frozen", "preliminary", "review", "publicity"}),
    "begin_review": frozenset({"preliminary"}),
    "review": frozenset({"review"}),
    "begin_publicity": frozenset({"review"}),
    "appeal": frozenset({"publicity"}),
    "freeze_again": frozenset({"preliminary", "review", "publicity"}),
    "sign": frozenset({"preliminary", "review", "publicity"}),
    "finish": frozenset({"publicity"}),
    "publish": frozenset({"final"}),
    "answer": frozenset({"publicity"}),
    "screen": frozenset({"final", "published"}),
    "decide": frozenset({"final", "published"}),
    "withdraw": frozenset(
        {"collecting", "frozen", "preliminary", "review", "publicity", "final", "published"}
    ),
}
"""From which states each step is possible."""

WAY = ("collecting", "frozen", "preliminary", "review", "publicity", "final", "published")
"""The states in the order in which they are gone through; withdrawn lies beside."""


def possible(step: str, state: str) -> bool:
    """Whether a round in a state may take a step."""
    return state in STEPS[step]


def is_upper(rank: int | None, peers: int) -> bool:
    """Whether a rank lies in the upper half of its peers; who has none is not listed."""
    return rank is not None and 2 * rank <= peers + 1


def upper_half(scores: Mapping[int, Decimal]) -> set[int]:
    """Return whose scores lie in the upper half where nobody has a rank; equal ones lie on one side."""
    places: dict[Decimal, int] = {}
    for place, score in enumerate(sorted(scores.values(), reverse=True), start=1):
        places.setdefault(score, place)
    return {key for key, score in scores.items() if is_upper(places[score], len(scores))}
