"""What a pack may say about a number: which facts are measured, over what, for whom."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from gangmu.core.definition import Definition
from gangmu.kernel.facts.rules import FACT_CODES, VOID

Verb = Literal["sum", "count", "last", "max", "min"]
VERBS: tuple[Verb, ...] = ("sum", "count", "last", "max", "min")

OWED = "task.due"
WRITTEN_WITH_OWED = frozenset({"task.due", "task.answered", "task.on_time"})
"""Codes of which a task that was owed always writes one fact each, so that none is missing."""


def places(number: Decimal) -> int:
    """Return how many decimal places a number needs."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _measurable(code: str) -> str:
    if code == VOID:
        raise ValueError("void withdraws a fact and cannot be measured")
    if code not in FACT_CODES:
        raise ValueError(f"there is no fact code {code}")
    return code


def _zero(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value != 0:
        raise ValueError("empty can only be 0")
    return 0


FactCode = Annotated[str, AfterValidator(_measurable)]


class Measure(BaseModel):
    """One measure of an organization's facts: ``{sum: task.due, item: [monthly_report]}``.

    ``item`` narrows to some items; ``empty: 0`` makes nothing a known 0; ``nulls: skip``
    passes over what was reported as unknown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sum: FactCode | None = None
    count: FactCode | None = None
    last: FactCode | None = None
    max: FactCode | None = None
    min: FactCode | None = None
    item: tuple[str, ...] | None = Field(default=None, min_length=1)
    empty: Annotated[int | None, BeforeValidator(_zero)] = None
    nulls: Literal["skip"] | None = None

    other_ways: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="after")
    def _one_way(self) -> "Measure":
        ways = [way for way in (*VERBS, *self.other_ways) if getattr(self, way) is not None]
        if len(ways) != 1:
            listed = ", ".join((*VERBS, *self.other_ways))
            raise ValueError(f"exactly one of {listed} is expected, not {len(ways)}")
        if ways[0] in self.other_ways and (self.item or self.empty is not None or self.nulls):
            raise ValueError(f"item, empty and nulls do not go with {ways[0]}")
        return self

    @property
    def verb(self) -> Verb:
        """How the facts are put together."""
        return next(verb for verb in VERBS if getattr(self, verb) is not None)

    @property
    def fact(self) -> str:
        """Which facts are measured."""
        return str(getattr(self, self.verb))

    @property
    def items(self) -> frozenset[str] | None:
        """Which items, None for all."""
        return None if self.item is None else frozenset(self.item)

    @property
    def may_be_empty(self) -> bool:
        """Whether nothing reported leaves this unknown."""
        return self.verb != "count" and self.empty is None


class Divisor(Measure):
    """What a number is divided by: a measure, the organizations of some kinds, or a number."""

    orgs: tuple[str, ...] | None = Field(default=None, min_length=1)
    number: Decimal | None = Field(default=None, gt=0, lt=Decimal(10) ** 14)

    other_ways: ClassVar[tuple[str, ...]] = ("orgs", "number")

    @model_validator(mode="after")
    def _at_most_four_places(self) -> "Divisor":
        if self.number is not None and places(self.number) > 4:
            raise ValueError("a number has at most 4 decimal places")
        return self

    @property
    def measured(self) -> bool:
        """Whether it comes from facts."""
        return self.orgs is None and self.number is None


class Sample(BaseModel):
    """That only some were asked: ``out_of`` says how many there are, as a number, a sum or the last of facts.

    Left out, there are very many. It changes no value: it says how sure one is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    out_of: Divisor | None = None

    @model_validator(mode="after")
    def _told(self) -> "Sample":
        of = self.out_of
        if of is not None and of.number is None and of.sum is None and of.last is None:
            raise ValueError("how many there are is a number, a sum or the last of facts")
        return self


class IndicatorKind(Definition):
    """One number per organization and period, from facts alone.

    ``scope: subtree`` puts together the organization and all below it: a ratio of sums,
    never a mean of ratios. ``sample`` says that the denominator counts who was asked of more:
    then the share is shown with its margin.
    """

    title_from_code: ClassVar[bool] = True

    numerator: Measure
    denominator: Divisor | None = None
    scope: Literal["own", "subtree"] = "own"
    better: Literal["more", "less"] = "more"
    sample: Sample | None = None

    @model_validator(mode="after")
    def _sampled(self) -> "IndicatorKind":
        if self.sample is not None and (self.denominator is None or not self.denominator.measured):
            raise ValueError("a sample needs a denominator that counts who was asked")
        return self

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What is measured from facts, the numerator first."""
        divisor = self.denominator
        return (self.numerator, divisor) if divisor and divisor.measured else (self.numerator,)

    @property
    def escapes_what_is_owed(self) -> bool:
        """Whether an organization that owes could leave the rate by reporting nothing.

        A part whose numerator is unknown leaves numerator and denominator alike, so over
        what is owed the numerator must be known whenever the denominator is.
        """
        owed = self.denominator
        if owed is None or not owed.measured or owed.fact != OWED or not self.numerator.may_be_empty:
            return False
        if self.numerator.fact not in WRITTEN_WITH_OWED:
            return True
        if self.numerator.items is None:
            return False
        return owed.items is None or not owed.items <= self.numerator.items
