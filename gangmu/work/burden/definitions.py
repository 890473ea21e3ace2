"""What a pack may say about burdens: the month's quota, the approved forms, words of one meaning."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gangmu.core.definition import Definition, Misplaced
from gangmu.core.text import Text


class Paper(BaseModel):
    """The paper that something rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: str = Field(min_length=1)
    article: str = ""

    def __str__(self) -> str:
        return f"{self.document} {self.article}".strip()


class Quota(BaseModel):
    """How much an issuer of one level may ask for in a month without giving a reason.

    ``orders`` counts what it issues, ``minutes`` what all of that takes one organization.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: str
    orders: int | None = Field(default=None, ge=0, le=1000)
    minutes: int | None = Field(default=None, ge=0, le=20000)

    @model_validator(mode="after")
    def _bounded(self) -> "Quota":
        if self.orders is None and self.minutes is None:
            raise ValueError("a quota bounds orders, minutes or both")
        return self


class BurdenKind(Definition):
    """What asking may cost in a place, and by which paper.

    ``overlap_at`` is the likeness from which whoever asks again says that they do so
    knowingly. ``catalogue`` says what happens to an order whose form is not approved.
    ``hours_a_day`` turns hours into working days.
    """

    follows: Paper
    quotas: tuple[Quota, ...] = ()
    hours_a_day: int = Field(default=8, ge=1, le=12)
    overlap_at: Decimal = Field(default=Decimal("0.6"), ge=Decimal("0.2"), le=1)
    catalogue: Literal["off", "warn", "refuse"] = "warn"
    help: Text | None = None

    @model_validator(mode="after")
    def _once_a_level(self) -> "BurdenKind":
        levels = [quota.level for quota in self.quotas]
        for number, level in enumerate(levels):
            if level in levels[:number]:
                raise Misplaced("this level has a quota already", "quotas", number, "level")
        return self

    def quota_of(self, level: str) -> Quota | None:
        """Return the quota of issuers of a level, if there is one."""
        return next((quota for quota in self.quotas if quota.level == level), None)


class FormKind(Definition):
    """One entry of the catalogue of approved forms (审批准入清单).

    ``records`` are the kinds of record that it covers, ``minutes`` what it may take at most.
    After ``valid_until`` it is approved no longer.
    """

    approved_by: Paper
    valid_from: date | None = None
    valid_until: date
    records: tuple[str, ...] = Field(min_length=1)
    minutes: int = Field(ge=1, le=2400)

    @model_validator(mode="after")
    def _consistent(self) -> "FormKind":
        if self.valid_from is not None and self.valid_until < self.valid_from:
            raise Misplaced("it ends before it begins", "valid_until")
        return self

    def covers(self, record: str, day: date) -> bool:
        """Whether a kind of record may be asked for with this form on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return record in self.records and begun and day <= self.valid_until


class SynonymKind(Definition):
    """Words that say the same thing as its title, so that asking again in other words is noticed."""

    words: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _worth_saying(self) -> "SynonymKind":
        if any(len(word.strip()) < 2 for word in self.words):
            raise ValueError("a word has two characters or more")
        return self
