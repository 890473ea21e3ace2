"""How far a share that was found in a sample may lie from that of all; and whether two shares differ."""

from dataclasses import dataclass
from decimal import Decimal

Z = Decimal("1.959963984540054")
"""The standard normal quantile of 97.5 %: of a hundred such intervals ninety-five hold the true share."""

PLACES = Decimal(1).scaleb(-12)


@dataclass(frozen=True)
class Share:
    """A share as it was found: so many of those who were asked, out of how many there are (None: very many)."""

    hits: Decimal
    asked: Decimal
    of: Decimal | None = None

    @property
    def value(self) -> Decimal:
        """The share itself."""
        return self.hits / self.asked


@dataclass(frozen=True)
class Margin:
    """Between which shares the true one lies, nineteen times out of twenty."""

    low: Decimal
    high: Decimal

    @property
    def half(self) -> Decimal:
        """What stands behind the plus-minus sign: half of the width."""
        return (self.high - self.low) / 2


def share_of(hits: Decimal | None, asked: Decimal | None, of: Decimal | None) -> Share | None:
    """Return a sampled share, or None where it is none: unknown, nobody asked, more hits than asked."""
    if hits is None or asked is None or asked <= 0 or not 0 <= hits <= asked:
        return None
    return Share(hits, asked, of if of is not None and of > 0 else None)


def margin_of(share: Share) -> Margin:
    """Return the Wilson score interval of a share, corrected for a finite population.

    With n asked, p found and z as above: (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n)
    (E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22,
    1927). Out of N, n counts as n·(N−1)/(N−n), by which the variance of drawing without
    putting back is divided (W. G. Cochran, Sampling Techniques, §2.8): who asks all knows.
    """
    found = share.value
    if share.of is not None and share.asked >= share.of:
        return Margin(found, found)
    asked = share.asked
    if share.of is not None:
        asked = asked * (share.of - 1) / (share.of - asked)
    square = Z * Z
    whole = 1 + square / asked
    middle = found + square / (2 * asked)
    reach = Z * (found * (1 - found) / asked + square / (4 * asked * asked)).sqrt()
    low, high = ((middle + sign * reach) / whole for sign in (-1, 1))
    return Margin(max(Decimal(0), low.quantize(PLACES)), min(Decimal(1), high.quantize(PLACES)))


def differ(one: Share, other: Share) -> bool:
    """Whether two shares differ by more than their margins allow; otherwise they count as equal.

    By the interval of a difference that is made of both score intervals (R. G. Newcombe, Interval
    estimation for the difference between independent proportions, Statistics in Medicine 17,
    1998, method 10): below d − √((p₁−l₁)² + (u₂−p₂)²) and above d + √((u₁−p₁)² + (p₂−l₂)²)
    the difference hardly lies; where nought is between, none was found.
    """
    first, second = (one, other) if one.value >= other.value else (other, one)
    above, below = margin_of(first), margin_of(second)
    reach = ((first.value - above.low) ** 2 + (below.high - second.value) ** 2).sqrt()
    return first.value - second.value > reach
