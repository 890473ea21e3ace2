"""What a pack may say about posts."""

from typing import Literal

from pydantic import Field, model_validator

from gangmu.core.definition import Definition
from gangmu.core.text import Text


class PostKind(Definition):
    """A post that a person holds at an organization from one day to another.

    Whoever holds it has ``role`` there for the same days, over the organization alone or
    all below it (``reach``; left out: as the role says). ``kinds`` are the kinds of
    organization that know the post, none named means all. ``full_members`` asks for a
    full member of the Party; ``max_holders`` says how many hold it at once;
    ``vacant_days`` for how long nobody may hold it before somebody is told; ``source`` names
    the rule.
    """

    role: str = ""
    reach: Literal["org", "subtree"] | None = None
    kinds: frozenset[str] = frozenset()
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
