"""What a pack may say about organizations: their kinds and their domains."""

from typing import Literal

from pydantic import Field

from gangmu.core.definition import Definition
from gangmu.core.text import Text


class OrgKind(Definition):
    """A kind of organization: committee, general branch, branch, grid.

    ``basic`` ones are basic-level Party organizations and count as such;
    ``least_full_members`` and ``most_members`` say how large one generally is, and ``made_of``
    of which kinds it consists, in which its members are then kept: what differs is a doubt, not
    a fault. Memberships are transferred only to kinds with ``least_full_members``. ``source``
    names the rule that knows this kind.
    """

    basic: bool = True
    short: Text | None = None
    least_full_members: int | None = Field(default=None, ge=1)
    most_members: int | None = Field(default=None, ge=1)
    made_of: frozenset[str] = frozenset()
    source: str = ""
    founding_name: str = "{name}"
    """The name it bears when it is founded for an area or unit; ``{name}`` is that one's."""


class DomainKind(Definition):
    """A domain of work: villages, communities, agencies, schools; ``national`` is its code there."""

    national: str = ""
    order: int = 100


class LinkKind(Definition):
    """A kind of tie beside the tree: guidance, partnership, a grid."""

    reverse: Text


class UnitKind(Definition):
    """A kind of body that has, or should have, an organization."""

    domain: str = ""
    level: Literal["county", "township", "village", "group"] = "village"
