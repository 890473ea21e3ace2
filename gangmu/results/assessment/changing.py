"""What would bring one result the next rank or the next star, line by line; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from gangmu.results.assessment.definitions import ScorecardKind
from gangmu.results.assessment.rules import points_needed, points_of, score_of, standing, value_for


@dataclass(frozen=True)
class Change:
    """One way to a goal: a line, its value now, the value that would be enough, and what that would come to.

    Steps give more points than a goal needs: ``points_more`` and ``score_then`` are what the value brings.
    """

    goal: str
    stars: int
    needs_score: Decimal | None
    indicator: str
    value_now: Decimal | None
    value_needed: Decimal | None = None
    points_more: Decimal | None = None
    score_then: Decimal | None = None


@dataclass(frozen=True)
class Now:
    """A result as it stands, and the nearest score above it in its peer group."""

    score: Decimal | None
    ranked: bool
    stars: int
    vetoed: bool
    above: Decimal | None


def goals(card: ScorecardKind, now: Now) -> Iterator[tuple[str, int, Decimal]]:
    """Yield what could be reached next, and the score that it takes."""
    if now.score is None:
        return
    if now.above is not None and now.ranked:
        yield "rank", 0, now.above
    better = [star for star in card.stars if star.stars > now.stars]
    if better and better[-1].at_least > now.score:
        yield "stars", better[-1].stars, better[-1].at_least
    elif better and not now.vetoed and now.above is not None:
        # the score is enough and the places are taken: only a better rank helps
        yield "taken", better[-1].stars, now.above


def changes(
    card: ScorecardKind,
    values: Mapping[str, Decimal | None],
    better: Mapping[str, bool],
    now: Now,
) -> Iterator[Change]:
    """Yield every single line that would be enough for a goal, all others staying as they are."""
    if now.score is None:
        for line in card.lines:
            if values[line.indicator] is None:
                yield Change("score", 0, None, line.indicator, None)
        return
    stand = standing(card, values, better)
    for goal, stars, wanted in goals(card, now):
        gap = points_needed(stand, wanted) - stand.points
        for line in card.lines:
            value = values[line.indicator]
            if value is None and line.unknown == "skip":
                continue
            more = better[line.indicator]
            held = Decimal(0) if value is None else points_of(line, value, more=more)
            target = value_for(line, held + gap, more=more)
            if target is None:
                continue
            then = standing(card, {**values, line.indicator: target}, better)
            yield Change(
                goal,
                stars,
                wanted,
                line.indicator,
                value,
                target,
                then.points - stand.points,
                score_of(card, then),
            )
