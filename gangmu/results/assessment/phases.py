"""Which step a round may take from where, and who is listed in it."""

from collections.abc import Mapping

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
    "withdraw": frozenset({"published"}),
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
