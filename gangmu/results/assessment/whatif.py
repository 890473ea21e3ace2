"""A scorecard applied to all organizations by other weights and rules: pure, and never a result."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from gangmu.results.assessment.definitions import ScorecardKind
from gangmu.results.assessment.ranking import FARTHEST, Field, Scores, scored
from gangmu.results.assessment.scoring import scaled
from gangmu.results.indicators.tree import Ints

_NONE = -1
"""What stands for no score, rank or stars in a column."""


@dataclass(frozen=True)
class Known:
    """What is known of one organization: its peer group, its values and those that veto; what it was given."""

    org: int
    peer_group: str
    placed: bool
    values: Mapping[str, Decimal | None]
    score: Decimal | None = None
    rank: int | None = None
    stars: int | None = None


@dataclass(frozen=True)
class Given:
    """What organizations have or would have, in columns of hundredths, ranks and stars."""

    score: Ints
    rank: Ints
    stars: Ints

    @property
    def scores(self) -> list[Decimal]:
        """The scores of those that have one."""
        return [Decimal(score).scaleb(-2) for score in self.score[self.score != _NONE].tolist()]

    @property
    def starred(self) -> Counter[int]:
        """How many have so many stars."""
        return Counter(self.stars[self.stars != _NONE].tolist())

    def of(self, places: Ints) -> "Given":
        """Return what stands at some places of the columns alone."""
        return Given(self.score[places], self.rank[places], self.stars[places])

    def unlike(self, other: "Given") -> int:
        """Return how many have another score, rank or number of stars in the other."""
        same = (self.score == other.score) & (self.rank == other.rank) & (self.stars == other.stars)
        return int((~same).sum())


@dataclass(frozen=True)
class Columns:
    """The organizations of one scorecard: where each stands in the columns, what is known, what was given."""

    at: Mapping[int, int]
    field: Field
    given: Given


@dataclass(frozen=True)
class Judged:
    """What one organization would have."""

    score: Decimal | None
    peers: int
    rank: int | None
    stars: int | None


def columns_of(orgs: Iterable[Known], indicators: Iterable[str]) -> Columns:
    """Return organizations as columns of what they are judged by."""
    rows = list(orgs)
    values, known = {}, {}
    for code in indicators:
        held = [row.values.get(code) for row in rows]
        known[code] = np.array([value is not None for value in held], bool)
        values[code] = np.array([_millionths(value) for value in held], np.int64)
    groups = {name: at for at, name in enumerate(dict.fromkeys(row.peer_group for row in rows))}
    group = np.array([groups[row.peer_group] for row in rows], np.int64)
    field = Field(values, known, group, np.array([row.placed for row in rows], bool))
    return Columns({row.org: at for at, row in enumerate(rows)}, field, _given(rows))


def _millionths(value: Decimal | None) -> int:
    """Return a value as the engine holds it: what does not fit lies beyond every bound, and stays there."""
    return 0 if value is None else min(max(scaled(value, 6), -FARTHEST), FARTHEST)


def _given(rows: Sequence[Known]) -> Given:
    scores = [_NONE if row.score is None else scaled(row.score, 2) for row in rows]
    ranks = [_NONE if row.rank is None else row.rank for row in rows]
    stars = [_NONE if row.stars is None else row.stars for row in rows]
    return Given(*(np.array(column, np.int64) for column in (scores, ranks, stars)))


def judged(card: ScorecardKind, better: Mapping[str, bool], columns: Columns) -> Scores:
    """Return what every organization would have by this scorecard.

    The engine's own rules: by an unchanged scorecard it is what the engine made.
    """
    return scored(card, columns.field, better.__getitem__)


def given(made: Scores) -> Given:
    """Return what organizations would have, beside what they have."""
    return Given(made.score, made.rank, made.stars)


def judged_one(made: Scores, at: int) -> Judged:
    """Return what the organization at one place of the columns would have."""
    score, rank, stars = (int(column[at]) for column in (made.score, made.rank, made.stars))
    return Judged(
        None if score == _NONE else Decimal(score).scaleb(-2),
        int(made.peers[at]),
        None if rank == _NONE else rank,
        None if stars == _NONE else stars,
    )


def changed_card(
    card: ScorecardKind,
    points: Mapping[str, Decimal],
    ends: Mapping[str, tuple[Decimal, Decimal]],
    bounds: Mapping[int, Decimal],
) -> ScorecardKind:
    """Return a scorecard with other weights, other ends of linear rules and other bounds of stars.

    Steps keep their share of the points. What makes no scorecard raises ``ValueError``.
    """
    plain = card.model_dump(exclude_none=True)
    for line in plain["lines"]:
        code, before = line["indicator"], line["points"]
        line["points"] = points.get(code, before)
        rule = line["rule"]
        if "linear" in rule and code in ends:
            rule["linear"] = ends[code]
        if "bands" in rule and line["points"] != before:
            rule["bands"] = [
                (bound, round(worth * line["points"] / before, 2)) for bound, worth in rule["bands"]
            ]
    for star in plain["stars"]:
        star["at_least"] = bounds.get(star["stars"], star["at_least"])
    plain["title"] = card.title
    return ScorecardKind.model_validate(plain)
