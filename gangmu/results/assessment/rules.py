"""A scorecard applied to one organization: points, score, and what would change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gangmu.results.assessment.definitions import Line, ScorecardKind

_STEP = Fraction(1, 10**6)


def rounded(number: Fraction | Decimal, digits: int) -> Decimal:
    """Return a number with so many places, rounded half away from zero."""
    exact = Fraction(number)
    whole, rest = divmod(abs(exact.numerator) * 10**digits, exact.denominator)
    whole += 2 * rest >= exact.denominator
    return Decimal(-whole if exact < 0 else whole).scaleb(-digits)


def points_of(line: Line, value: Decimal, *, more: bool) -> Decimal:
    """Return the points of a line for a known value; ``more`` says that more is better."""
    rule, known, full = line.rule, Fraction(value), Fraction(line.points)
    if rule.linear is not None:
        nothing, everything = map(Fraction, rule.linear)
        got = full * (known - nothing) / (everything - nothing)
    elif rule.bands is not None:
        reached = (worth for bound, worth in rule.bands if (value >= bound if more else value <= bound))
        got = Fraction(next(reached, Decimal(0)))
    elif rule.deduct is not None:
        got = full - Fraction(rule.deduct.each) * known
    else:
        got = Fraction(rule.each or 0) * known
    return rounded(min(max(got, Fraction(0)), full), 2)


def value_for(line: Line, points: Decimal, *, more: bool) -> Decimal | None:
    """Return the nearest value that gives at least so many points, None if none does."""
    rule, full = line.rule, Fraction(line.points)
    if points > line.points:
        return None
    if rule.bands is not None:
        enough = [bound for bound, worth in rule.bands if worth >= points]
        return (enough[-1] if enough else None) if points > 0 else None
    if rule.linear is not None:
        nothing, everything = map(Fraction, rule.linear)
        exact = nothing + (everything - nothing) * Fraction(points) / full
        rising = everything > nothing
    else:
        each = Fraction(rule.deduct.each if rule.deduct else rule.each or 0)
        if each == 0:
            return None
        rising = rule.deduct is None
        exact = Fraction(points) / each if rising else (full - Fraction(points)) / each
    value = rounded(exact, 6)
    if points_of(line, value, more=more) < points:
        value = rounded(Fraction(value) + (_STEP if rising else -_STEP), 6)
    return value


@dataclass(frozen=True)
class Standing:
    """What one organization's lines come to."""

    points: Decimal
    stays: Decimal
    knows: Decimal
    whole: Decimal
    waits: bool

    @property
    def coverage(self) -> Decimal:
        """The share of the maximum that rests on known values."""
        return rounded(Fraction(self.knows) / Fraction(self.whole), 4)


def standing(
    card: ScorecardKind, values: Mapping[str, Decimal | None], better: Mapping[str, bool]
) -> Standing:
    """Return what the lines come to for the values of one organization; None is unknown."""
    points, stays, knows, waits = Decimal(0), Decimal(0), Decimal(0), False
    for line in card.lines:
        value = values[line.indicator]
        if value is not None:
            points += points_of(line, value, more=better[line.indicator])
            knows += line.points
        if value is not None or line.unknown != "skip":
            stays += line.points
        waits = waits or (value is None and line.unknown == "wait")
    return Standing(points, stays, knows, sum((line.points for line in card.lines), Decimal(0)), waits)


def score_of(card: ScorecardKind, stand: Standing) -> Decimal | None:
    """Return the score, None while something holds it back."""
    if stand.waits or stand.stays == 0 or stand.coverage < card.min_coverage:
        return None
    return rounded(100 * Fraction(stand.points) / Fraction(stand.stays), 2)


def points_needed(stand: Standing, score: Decimal) -> Decimal:
    """Return the least points, to the hundredth, with which the score would be reached."""
    # a score is rounded to the hundredth, so half of that less is enough
    exact = (Fraction(score) - Fraction(1, 200)) * Fraction(stand.stays) / 100
    return Decimal(-(-exact.numerator * 100 // exact.denominator)).scaleb(-2)
