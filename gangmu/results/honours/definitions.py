"""What a pack may say about honours, the contests that lead to them, and an organization's sheet."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gangmu.core.definition import Definition
from gangmu.core.fields import Choice
from gangmu.core.text import Text
from gangmu.results.assessment.definitions import Application

_CODE = r"^[a-z][a-z0-9_]*$"

Conferring = Literal["nation", "province", "prefecture", "county"]
"""Who may run a contest: from the county up; towns and departments below may not (创建示范活动管理办法)."""

Competent = Literal["nation", "province"]
"""Whose approval a contest needs: two levels approve, nobody else (评比达标表彰活动管理办法)."""

Days = Annotated[int, Field(ge=1, le=120)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _once(codes: list[str], what: str) -> None:
    if len(set(codes)) != len(codes):
        raise ValueError(f"two {what} have one code")


class QuotaLine(_Part):
    """How many of one sort may hold an honour at a time; who else is meant is told by domain, kind and level."""

    code: str = Field(pattern=_CODE)
    title: Text
    most: int = Field(ge=1, le=5000)
    given_to: Application = Application()


class HonourKind(Definition):
    """An honour: for whom, for how long, and by which paper it exists.

    ``by_others``: another office confers it, and it is only put on record with its paper;
    ``persons``: such a record may name the person it was given to, beside the organization.
    An honour of one's own names the approving document and the day on which that ends.
    ``lasts_years`` left out: until it is withdrawn. ``public`` shows it to everybody.
    ``plaque``: a plaque goes with it, whose hanging and taking down are kept in the register.
    """

    follows: str = Field(min_length=1, max_length=200)
    approved_by: str = ""
    expires_on: date | None = None
    level: Conferring = "county"
    by_others: bool = False
    persons: bool = False
    given_to: Application = Application()
    lasts_years: int | None = Field(default=None, ge=1, le=20)
    recheck: bool = False
    public: bool = False
    plaque: bool = False
    quota: tuple[QuotaLine, ...] = ()
    help: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "HonourKind":
        _once([each.code for each in self.quota], "lines of the quota")
        if self.by_others and (self.quota or self.recheck):
            raise ValueError("what others confer has neither a quota nor a re-check here")
        if self.persons and not self.by_others:
            raise ValueError("a person's honour is put on record only; nobody is chosen here")
        if not self.by_others and not (self.approved_by and self.expires_on):
            raise ValueError("an honour of one's own names its approving document and when that ends")
        return self


class Criterion(_Part):
    """One thing that a panel judges, and the most points it gives for it: its weight among the others."""

    code: str = Field(pattern=_CODE)
    title: Text
    points: Decimal = Field(gt=0, le=1000, max_digits=6, decimal_places=2)


class ContestKind(Definition):
    """How an honour is contested: nomination, review by a panel, publicity, conferring.

    ``method: score`` adds up criteria, ``vote`` counts yes and no and needs more than half.
    Nobody judges an organization of the own part of the tree; ``conflicts`` names what else
    keeps a panel member out. In a group of fewer than ``few`` the decision is signed by a
    named reviewer. ``pledges`` is how many promises a nominated organization states. With
    ``needs_standard`` who is nominated, chosen, or kept at a re-check holds one of these
    standards on that day.
    Days are working days.
    """

    follows: str = Field(min_length=1, max_length=200)
    honour: str = Field(pattern=_CODE)
    approved_by: str = Field(min_length=1, max_length=200)
    expires_on: date
    nomination_days: Days = 10
    review_days: Days = 10
    publicity_days: Days = 5
    answer_days: Annotated[int, Field(ge=1, le=60)] = 10
    panel: int = Field(default=5, ge=3, le=50)
    method: Literal["score", "vote"] = "score"
    criteria: tuple[Criterion, ...] = ()
    conflicts: tuple[Literal["nominator", "same_parent"], ...] = ()
    few: int = Field(default=5, ge=5, le=50)
    pledges: int = Field(default=0, ge=0, le=10)
    needs_standard: tuple[str, ...] = ()
    help: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "ContestKind":
        _once([each.code for each in self.criteria], "criteria")
        _once(list(self.needs_standard), "standards")
        if (self.method == "score") != bool(self.criteria):
            raise ValueError("criteria belong to a contest that is scored, and such a contest has some")
        return self


class SheetMark(_Part):
    """A mark that an organization gets in a year beside rounds and contests, as for its account given (述职)."""

    code: str = Field(pattern=_CODE)
    title: Text
    choices: tuple[Choice, ...] = Field(min_length=2)


class SheetKind(Definition):
    """What stands in an organization's sheet (成绩单), year by year: published rounds, contests, marks.

    ``post`` names the post whose holders of each year stand beside it, as context.
    """

    follows: str = Field(min_length=1, max_length=200)
    applies_to: Application = Application()
    years: int = Field(default=10, ge=2, le=20)
    appraisals: tuple[str, ...] = ()
    contests: tuple[str, ...] = ()
    marks: tuple[SheetMark, ...] = ()
    post: str = ""
    help: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "SheetKind":
        _once([each.code for each in self.marks], "marks")
        return self

    def mark(self, code: str) -> SheetMark | None:
        """Return one mark, or None."""
        return next((each for each in self.marks if each.code == code), None)
