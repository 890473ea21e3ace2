"""What a pack may say about scores: lines, coverage, vetoes, peers and stars."""

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from gangmu.core.definition import Definition, Misplaced
from gangmu.results.indicators.definitions import places

LEVELS = ("nation", "province", "prefecture", "county", "township", "village", "group")
Level = Literal["nation", "province", "prefecture", "county", "township", "village", "group"]
Attribute = Literal["kind", "domain", "level"]

_FROZEN = ConfigDict(frozen=True, extra="forbid")
_WIDEST = Decimal(10) ** 12


def _plain_bound(number: Decimal) -> Decimal:
    if abs(number) >= _WIDEST or places(number) > 12:
        raise ValueError("a number has at most 12 digits before and 12 after the point")
    return number


def _plain_points(number: Decimal) -> Decimal:
    if number > 10**8 or places(number) > 2:
        raise ValueError("points have at most 2 decimal places and are at most 100000000")
    return number


Bound = Annotated[Decimal, AfterValidator(_plain_bound)]
Step = Annotated[Decimal, Field(ge=0), AfterValidator(_plain_bound)]
Points = Annotated[Decimal, Field(gt=0), AfterValidator(_plain_points)]
BandPoints = Annotated[Decimal, Field(ge=0), AfterValidator(_plain_points)]
Share = Annotated[Decimal, Field(ge=0, le=1), AfterValidator(_plain_bound)]
Whole = Annotated[int, Field(ge=0, lt=2**31)]


class Deduction(BaseModel):
    """What one unit of the value costs."""

    model_config = _FROZEN

    each: Step


class Rule(BaseModel):
    """How a value becomes points; exactly one way.

    ``linear: [a, b]`` gives nothing at a and all at b, ``bands`` the first one reached,
    ``deduct`` takes from the full points, ``each`` gives for every unit.
    """

    model_config = _FROZEN

    linear: tuple[Bound, Bound] | None = None
    bands: tuple[tuple[Bound, BandPoints], ...] | None = Field(default=None, min_length=1)
    deduct: Deduction | None = None
    each: Step | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Rule":
        ways = [way for way in (self.linear, self.bands, self.deduct, self.each) if way is not None]
        if len(ways) != 1:
            raise ValueError(f"exactly one of linear, bands, deduct, each is expected, not {len(ways)}")
        if self.linear and self.linear[0] == self.linear[1]:
            raise ValueError("linear runs between two different values")
        for number, ((_, before), (_, after)) in enumerate(pairwise(self.bands or ())):
            if after > before:
                said = "the points of bands do not rise from one to the next"
                raise Misplaced(said, "bands", number + 1)
        return self


class Line(BaseModel):
    """One line of a scorecard: an indicator, its points, and what an unknown value does.

    ``zero`` (what the organization itself owes) keeps the maximum, ``skip`` (owed by
    others) takes the line out, ``wait`` holds the whole score back.
    """

    model_config = _FROZEN

    indicator: str
    points: Points
    rule: Rule
    unknown: Literal["zero", "skip", "wait"] = "zero"

    @model_validator(mode="after")
    def _bands_within_points(self) -> "Line":
        for number, (_, points) in enumerate(self.rule.bands or ()):
            if points > self.points:
                raise Misplaced("a band gives more than its line's points", "rule", "bands", number)
        return self


class Veto(BaseModel):
    """An indicator that limits the stars when it is known and above a bound."""

    model_config = _FROZEN

    indicator: str
    above: Bound
    stars_at_most: Whole


class Star(BaseModel):
    """One star: the score it needs, and the share of peers that may have it."""

    model_config = _FROZEN

    stars: Annotated[int, Field(ge=1, lt=2**31)]
    at_least: Bound
    share: Share | None = None


class Peers(BaseModel):
    """With whom an organization is compared."""

    model_config = _FROZEN

    within: Level | Literal["all"] = "all"
    same: tuple[Attribute, ...] = ()


class Application(BaseModel):
    """To which organizations a scorecard applies; what is left out is open."""

    model_config = _FROZEN

    kinds: tuple[str, ...] | None = Field(default=None, min_length=1)
    domains: tuple[str, ...] | None = Field(default=None, min_length=1)
    levels: tuple[Level, ...] | None = Field(default=None, min_length=1)

    def includes(self, kind: str, domain: str | None, level: str) -> bool:
        """Whether an organization of this kind, domain and level is meant."""
        pairs = ((self.kinds, kind), (self.domains, domain), (self.levels, level))
        return all(wanted is None or value in wanted for wanted, value in pairs)


class ScorecardKind(Definition):
    """How the numbers of one sort of organization become a score, a rank and stars."""

    title_from_code: ClassVar[bool] = True

    applies_to: Application = Application()
    lines: tuple[Line, ...] = Field(min_length=1)
    min_coverage: Share = Decimal(0)
    veto: tuple[Veto, ...] = ()
    peers: Peers = Peers()
    min_peers: Whole = 1
    stars: tuple[Star, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> "ScorecardKind":
        named: set[str] = set()
        for number, line in enumerate(self.lines):
            if line.indicator in named:
                said = f"the indicator {line.indicator} stands in two lines"
                raise Misplaced(said, "lines", number, "indicator")
            named.add(line.indicator)
        for number, (better, worse) in enumerate(pairwise(self.stars)):
            if worse.stars >= better.stars:
                said = "stars stand from the best to the least, each once"
                raise Misplaced(said, "stars", number + 1)
        return self

    @property
    def no_award(self) -> int:
        """Up to how many stars are no award: the least of several; a single one is an award."""
        return self.stars[-1].stars if len(self.stars) > 1 else 0

    @property
    def indicators(self) -> tuple[str, ...]:
        """Every indicator that is read: of lines first, then of vetoes."""
        named = [line.indicator for line in self.lines] + [veto.indicator for veto in self.veto]
        return tuple(dict.fromkeys(named))


class Aim(BaseModel):
    """What a place wants to reach in a year: so many stars or more for at least such a share."""

    model_config = _FROZEN

    stars: Annotated[int, Field(ge=1, lt=2**31)]
    share: Annotated[Decimal, Field(gt=0, le=1)]


Workdays = Annotated[int, Field(ge=1, le=60)]


class AppraisalKind(Definition):
    """How a place appraises: which scorecards, by which paper, and how long each step takes.

    ``best`` is how many of a peer group its other members are told; ``screen_below``
    proposes who scores less to its parent, who decides. ``aim`` is the share that is to
    have so many stars. Days are working days.
    """

    follows: str = Field(min_length=1, max_length=200)
    every: Literal["year", "half", "quarter"] = "year"
    scorecards: tuple[str, ...] = Field(min_length=1)
    review_days: Workdays = 5
    publicity_days: Workdays = 5
    appeal_days: Workdays = 5
    answer_days: Workdays = 10
    best: Annotated[int, Field(ge=1, le=20)] = 3
    screen_below: Bound | None = None
    aim: Aim | None = None

    @model_validator(mode="after")
    def _once_each(self) -> "AppraisalKind":
        if len(set(self.scorecards)) != len(self.scorecards):
            raise ValueError("a scorecard stands twice")
        if self.appeal_days > self.publicity_days:
            raise ValueError("appeals end before the publicity does")
        return self
