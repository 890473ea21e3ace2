"""What a pack may say about standards: their criteria, for whom they are, and when a whole county is an example."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gangmu.core.definition import Definition
from gangmu.core.papers import Follows
from gangmu.core.text import Text

_CODE = r"^[a-z][a-z0-9_]*$"

Level = Literal["province", "prefecture", "county", "township", "village"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AppliesTo(_Part):
    """For which organizations it is; what is left out is open."""

    kinds: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()

    def includes(self, kind: str, domain: str, level: str) -> bool:
        """Whether an organization of this kind, domain and level is meant."""
        pairs = ((self.kinds, kind), (self.domains, domain), (self.levels, level))
        return all(not wanted or value in wanted for wanted, value in pairs)


class Criterion(_Part):
    """One thing that a standard asks for, and what must be shown.

    ``of`` are the kinds of records that show it, ``minimum`` how many of them. ``field`` is one
    of the dictionary, whose known value must be ``at_least`` so much. ``required`` must be met;
    the others are counted.
    """

    code: str = Field(pattern=_CODE)
    title: Text
    shows: Text
    of: tuple[str, ...] = ()
    minimum: int = Field(default=0, ge=0, le=100)
    field: str = Field(default="", pattern=r"^([a-z][a-z0-9_]*)?$")
    at_least: Decimal | None = None
    required: bool = True

    @model_validator(mode="after")
    def _shown_by_something(self) -> "Criterion":
        if self.minimum and not self.of:
            raise ValueError(f"{self.code} asks for a number of records and names no kind of record")
        if (self.at_least is not None) != bool(self.field):
            raise ValueError(f"{self.code}: a field and the least it must be stand together")
        return self


class StandardKind(Definition):
    """A standard that an organization claims and the level above judges by its criteria.

    It is met when every required criterion is, and ``enough`` of the counted ones. With ``every`` it is
    claimed for a period, from its first day until ``claim_days`` after its last; without, at any time. ``valid``
    are the months it is held, 0 is until it is revoked: they begin with the verdict, or
    with the period's end. ``reviewer`` is the level that judges, by default the one right above. Days are working days.
    """

    follows: Follows
    applies_to: AppliesTo = AppliesTo()
    criteria: tuple[Criterion, ...] = Field(min_length=1, max_length=60)
    enough: int = Field(default=0, ge=0)
    every: Literal["", "year", "half", "quarter"] = ""
    claim_days: int = Field(default=31, ge=0, le=184)
    valid: int = Field(default=24, ge=0, le=120)
    reviewer: Literal["parent"] | Level = "parent"
    review_days: int = Field(default=20, ge=1, le=60)
    appeal_days: int = Field(default=5, ge=1, le=60)
    help: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "StandardKind":
        codes = [each.code for each in self.criteria]
        if len(set(codes)) != len(codes):
            raise ValueError("two criteria have one code")
        if self.enough > len(self.counted):
            raise ValueError("more counted criteria must be met than there are")
        return self

    @property
    def counted(self) -> tuple[Criterion, ...]:
        """The criteria of which enough must be met."""
        return tuple(each for each in self.criteria if not each.required)

    def criterion(self, code: str) -> Criterion | None:
        """Return one criterion, or None."""
        return next((each for each in self.criteria if each.code == code), None)


class DemonstrationKind(Definition):
    """When an area is an example (示范): the share of its organizations that hold one of the standards.

    Asked of those below it that one of ``standards`` is for; an organization whose field
    nobody has noted is unknown and counts in neither part. ``level`` are the areas judged, ``least`` how many known organizations it takes.
    """

    follows: Follows
    standards: tuple[str, ...] = Field(min_length=1)
    level: Level = "county"
    share: Decimal = Field(gt=0, le=1)
    least: int = Field(default=1, ge=1)
    help: Text | None = None

    @model_validator(mode="after")
    def _once(self) -> "DemonstrationKind":
        if len(set(self.standards)) != len(self.standards):
            raise ValueError("a standard stands twice")
        return self
