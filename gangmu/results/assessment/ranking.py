"""Scorecards over whole columns: points, scores, ranks and stars of millions at once.

Numbers are whole: values millionths, points and scores hundredths, coverage ten-thousandths.
Columns hold 64 bits where all that can come about fits, and Python's integers elsewhere, so
nothing is ever rounded but where the contract says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from gangmu.results.assessment.definitions import Line, ScorecardKind
from gangmu.results.assessment.scoring import ceiling, floor, scaled
from gangmu.results.indicators.columns import HALF_BITS, Amount
from gangmu.results.indicators.definitions import places
from gangmu.results.indicators.tree import Flags, Ints

_SMALL = 2**61
FARTHEST = 2**62
_ABOVE_SCORES = 10_003

NOTES = ("coverage", "waiting", "no_peers", "few_peers", "veto")


def bounded(amount: Amount) -> Ints:
    """Return values in one word; what does not fit lies beyond every bound, and stays there."""
    if amount.high is None:
        return np.clip(amount.low, -FARTHEST, FARTHEST)
    carried = amount.high + (amount.low >> HALF_BITS)
    most = 1 << (62 - HALF_BITS)
    held = np.clip(carried, -most, most - 1)
    inside = (held << HALF_BITS) + (amount.low & ((1 << HALF_BITS) - 1))
    return np.where(carried < -most, -FARTHEST, np.where(carried >= most, FARTHEST, inside))


def _columns_for(*bounds: int) -> Any:
    return np.int64 if max(map(abs, bounds)) < _SMALL else np.object_


def _half_up(numerator: Any, denominator: int) -> Any:
    return ((2 * numerator + denominator) // (2 * denominator)).astype(np.int64)


def line_points(line: Line, value: Ints, *, more: bool) -> Ints:
    """Return a line's points for values that are known."""
    rule, points = line.rule, scaled(line.points, 2)
    if rule.linear is not None:
        return _linear(rule.linear, points, value)
    if rule.bands is not None:
        got = np.zeros(len(value), np.int64)
        for bound, worth in reversed(rule.bands):
            reached = value >= ceiling(bound, 6) if more else value <= floor(bound, 6)
            got[reached] = scaled(worth, 2)
        return got
    each = rule.deduct.each if rule.deduct is not None else rule.each
    assert each is not None
    return _by_unit(each, line.points, value, deducted=rule.deduct is not None)


def _linear(ends: tuple[Decimal, Decimal], points: int, value: Ints) -> Ints:
    nothing, everything = ends
    digits = max(6, places(nothing), places(everything))
    start, stretch = scaled(nothing, digits), abs(scaled(everything - nothing, digits))
    factor = 10 ** (digits - 6)
    least, most = floor(min(ends), 6), ceiling(max(ends), 6)
    kind = _columns_for(
        2 * points * stretch + stretch, (abs(least) + 1) * factor, (abs(most) + 1) * factor, start
    )
    held = np.clip(value, least, most).astype(kind)
    run = held * factor - start
    run = np.clip(run if nothing < everything else -run, 0, stretch)
    return _quotient(points * run, stretch)


def _quotient(numerator: Any, denominator: int) -> Ints:
    result: Ints = _half_up(numerator, denominator)
    return result


def _by_unit(each: Decimal, points: Decimal, value: Ints, *, deducted: bool) -> Ints:
    digits = places(each)
    step, full = scaled(each, digits), scaled(points, 6 + digits)
    most = -(-full // step) if step else 0
    held = np.clip(value, 0, min(most, FARTHEST)).astype(
        _columns_for(2 * full + 10 ** (5 + digits), step * (most + 1))
    )
    taken = np.minimum(held * step, full)
    return _quotient(full - taken if deducted else taken, 10 ** (4 + digits))


@dataclass(frozen=True)
class Field:
    """The organizations of one scorecard: their values, and with whom they are compared."""

    values: dict[str, Ints]
    known: dict[str, Flags]
    group: Ints
    placed: Flags


@dataclass(frozen=True)
class Scores:
    """What a scorecard comes to; -1 stands for none."""

    score: Ints
    coverage: Ints
    peers: Ints
    rank: Ints
    stars: Ints
    notes: Ints


def scored(card: ScorecardKind, field: Field, more: Callable[[str], bool]) -> Scores:
    """Return the scores, ranks and stars of all organizations of a scorecard."""
    size = len(field.group)
    points, stays, knows = (np.zeros(size, np.int64) for _ in range(3))
    waits = np.zeros(size, bool)
    for line in card.lines:
        known, full = field.known[line.indicator], scaled(line.points, 2)
        got = line_points(line, field.values[line.indicator], more=more(line.indicator))
        points += np.where(known, got, 0)
        knows += np.where(known, full, 0)
        stays += np.where(known, full, 0) if line.unknown == "skip" else full
        if line.unknown == "wait":
            waits |= ~known
    whole = sum(scaled(line.points, 2) for line in card.lines)
    coverage = _half_up(10_000 * knows.astype(_columns_for(20_001 * whole)), whole)
    uncovered = (coverage < ceiling(card.min_coverage, 4)) | (stays == 0)
    divisor = np.maximum(stays, 1).astype(_columns_for(20_001 * whole))
    score = ((20_000 * points.astype(divisor.dtype) + divisor) // (2 * divisor)).astype(np.int64)
    score[uncovered | waits] = -1
    cap, vetoed = _caps(card, field)
    standing = _Standing(card, field, score)
    flags = (uncovered, waits, ~field.placed, standing.few, vetoed)
    notes = sum(flag.astype(np.int64) << bit for bit, flag in enumerate(flags))
    stars = standing.stars(np.where(vetoed, cap, np.iinfo(np.int64).max))
    return Scores(score, coverage, standing.peers, standing.rank(), stars, np.asarray(notes, np.int64))


def _caps(card: ScorecardKind, field: Field) -> tuple[Ints, Flags]:
    cap = np.full(len(field.group), np.iinfo(np.int64).max)
    for veto in card.veto:
        over = field.known[veto.indicator] & (field.values[veto.indicator] > floor(veto.above, 6))
        cap = np.where(over, np.minimum(cap, veto.stars_at_most), cap)
    return cap, cap < np.iinfo(np.int64).max


class _Standing:
    """Organizations in the order of their groups, the best first, who has no score last."""

    def __init__(self, card: ScorecardKind, field: Field, score: Ints) -> None:
        self._card, self._score, self._placed = card, score, field.placed
        size = len(score)
        # one number for group and score: scores are at most 100.00, none is below all
        self._order = np.argsort(field.group * _ABOVE_SCORES + (_ABOVE_SCORES - 2 - score))
        group, sorted_score = field.group[self._order], score[self._order]
        begins = _changes(group)
        ties = begins | _changes(sorted_score)
        self._group = np.cumsum(begins) - 1
        self._group_starts = np.flatnonzero(begins)
        self._tie = np.cumsum(ties) - 1
        self._tie_starts = np.flatnonzero(ties)
        self._tie_ends = np.append(self._tie_starts[1:], size) - 1
        peers = np.zeros(0, np.int64)
        if size:
            peers = np.add.reduceat((sorted_score >= 0).astype(np.int64), self._group_starts)[self._group]
        self.peers = np.where(self._placed, self._back(peers), 0)
        self.few = self._placed & (self.peers < card.min_peers)

    def _back(self, sorted_column: Any) -> Any:
        column = np.empty(len(sorted_column), sorted_column.dtype)
        column[self._order] = sorted_column
        return column

    def rank(self) -> Ints:
        """Return competition ranks, -1 for who has none."""
        place = self._back(self._tie_starts[self._tie] - self._group_starts[self._group] + 1)
        ranked = (self._score >= 0) & self._placed & ~self.few
        return np.where(ranked, place, -1)

    def stars(self, cap: Ints) -> Ints:
        """Return stars, the best first; whole tie groups are taken while they fit."""
        given = np.full(len(self._score), -1, np.int64)
        bound = self._placed & ~self.few
        for star in self._card.stars:
            wanted = (self._score >= max(0, ceiling(star.at_least, 2))) & (given < 0) & (cap >= star.stars)
            if star.share is not None:
                digits = places(star.share)
                share = scaled(star.share, digits)
                kind = _columns_for(share * max(1, len(self._score)))
                limit = (self.peers.astype(kind) * share // 10**digits).astype(np.int64)
                wanted &= ~bound | (self._reach(wanted) <= limit)
            given[wanted] = star.stars
        return given

    def _reach(self, wanted: Flags) -> Ints:
        """Return how many candidates of the group score as much or more."""
        if not len(wanted):
            return np.zeros(0, np.int64)
        counted = np.cumsum(wanted[self._order])
        before = np.where(self._group_starts > 0, counted[self._group_starts - 1], 0)
        reach: Ints = self._back(counted[self._tie_ends][self._tie] - before[self._group])
        return reach


def _changes(column: Ints) -> Flags:
    changes = np.ones(len(column), bool)
    changes[1:] = column[1:] != column[:-1]
    return changes


def note_texts() -> list[str]:
    """Return the wording of every set of notes, by its number."""
    return [
        ",".join(note for bit, note in enumerate(NOTES) if number >> bit & 1)
        for number in range(1 << len(NOTES))
    ]
