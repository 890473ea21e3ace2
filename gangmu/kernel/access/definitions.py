"""What a pack may say about roles."""

from typing import Literal

from pydantic import Field

from gangmu.core.definition import Definition
from gangmu.core.text import Text


class RoleKind(Definition):
    """A role: a named set of permissions that posts and grants give, at a place, for a time.

    ``permissions`` are written ``room.verb``; ``reach`` says whether the role holds for the
    organization alone or for all below it too; ``second_factor`` asks for a one-time code
    at sign-in; ``delegable`` roles may be lent to a substitute for a time.
    """

    permissions: frozenset[str] = Field(min_length=1)
    reach: Literal["org", "subtree"] = "subtree"
    second_factor: bool = False
    delegable: bool = True
    help: Text | None = None
