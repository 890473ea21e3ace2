"""What a pack may say about posts."""

from typing import Literal

from pydantic import Field, model_validator

from gangmu.core.definition import Definition
from gangmu.core.text import Text
from gangmu.kernel.orgs.rules import Level


class PostKind(Definition):
    """A post that a person holds at an organization from one day to another.

    Whoever holds it has ``role`` there for the same days, over the organization alone or
    all below it (``reach``; left out: as the role says). ``kinds`` are the kinds of
    organization that know the post and ``levels`` those at which they stand, none named means all. ``full_members`` asks for a
    full member of the Party; ``max_holders`` says how many hold it at once;
    ``vacant_days`` for how long nobody may hold it before somebody is told; ``source`` names
    the rule.
    """

    role: str = ""
    reach: Literal["org", "subtree"] | None = None
    kinds: frozenset[str] = frozenset()
    levels: frozenset[Level] = frozenset()
    full_members: bool = False
    max_holders: int | None = Field(default=None, ge=1)
    term_years: int | None = Field(default=None, ge=1, le=10)
    vacant_days: int | None = Field(default=None, ge=0, le=730)
    order: int = 100
    help: Text | None = None
    source: str = ""

    @model_validator(mode="after")
    def _reach_of_a_role(self) -> "PostKind":
        if self.reach is not None and not self.role:
            raise ValueError("reach belongs to a role, and this post gives none")
        return self

    def may_stand(self, kind: str, level: str) -> bool:
        """Whether an organization of a kind, standing at a level, may have the post."""
        return (not self.kinds or kind in self.kinds) and (not self.levels or level in self.levels)
