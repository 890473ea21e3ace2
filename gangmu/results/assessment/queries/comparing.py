"""Results beside each other: two runs, two years, two organizations, and what other rules would give."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import starmap
from typing import Any

import numpy as np
from django.db.models import DecimalField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.results.assessment.definitions import ScorecardKind
from gangmu.results.assessment.models import Result, Round, Run
from gangmu.results.assessment.queries.results import FEWEST, SPREAD, countable_results, readable_results
from gangmu.results.assessment.queries.rounds import indicators_of, scorecard_of, standing_run
from gangmu.results.assessment.whatif import Columns, Judged, Known, columns_of, given, judged, judged_one


@dataclass(frozen=True)
class Changed:
    """One line that is another than before."""

    indicator: str
    before: Decimal | None
    after: Decimal | None
    points: Decimal


@dataclass(frozen=True)
class Move:
    """One organization's result before and after; without changed lines, others have moved."""

    after: Result
    before: Result | None
    lines: tuple[Changed, ...]

    @property
    def why(self) -> str:
        """Why it moved: ``new``, ``own`` or ``others``."""
        if self.before is None:
            return "new"
        return "own" if self.lines else "others"


@dataclass(frozen=True)
class Moves:
    """Who moved, as far as the reader may see each; how many more did."""

    rows: tuple[Move, ...]
    all: int


def _decimal(written: str | None) -> Decimal | None:
    return None if written is None else Decimal(written)


def changed_lines(before: Result, after: Result) -> tuple[Changed, ...]:
    """Return the lines of a result whose value or points are others than before."""
    old = {line["indicator"]: line for line in before.lines}
    found = []
    for line in after.lines:
        was = old.get(line["indicator"])
        if was is None or (was["value"], was["points"]) != (line["value"], line["points"]):
            gained = (_decimal(line["points"]) or Decimal(0)) - (
                _decimal(was["points"]) or Decimal(0) if was else Decimal(0)
            )
            found.append(
                Changed(
                    line["indicator"],
                    _decimal(was["value"]) if was else None,
                    _decimal(line["value"]),
                    gained,
                )
            )
    return tuple(found)


def moves_between(context: Context, round_: Round, earlier: int) -> Moves:
    """Return who moved between an earlier run of a round and the one that stands."""
    old = Result.objects.filter(run__round=round_, run__number=earlier)
    return _moves(context, round_, old)


def round_before(round_: Round) -> Round | None:
    """Return the round of the period before: the same appraisal of the same organization, if it is known."""
    rounds = Round.objects.filter(org=round_.org_id, appraisal=round_.appraisal, period__lt=round_.period)
    known = rounds.filter(state__in=(Round.State.FINAL, Round.State.PUBLISHED))
    return known.select_related("org", "pack").order_by("-period").first()


def moves_since(context: Context, round_: Round, before: Round) -> Moves:
    """Return who moved since the round of an earlier period."""
    return _moves(context, round_, Result.objects.filter(run__round=before, run__number=before.run))


_FEW = 500
"""Up to so many organizations are asked for by name; of more, all are read."""


def _moves(context: Context, round_: Round, old: QuerySet[Result]) -> Moves:
    """Compare bare figures of all, and read whole only those that moved: their lines are long."""
    standing = Result.objects.filter(run__round=round_, run__number=round_.run)
    same = old.alias(**_comparable()).filter(
        org=OuterRef("org"),
        scorecard=OuterRef("scorecard"),
        **{f"held_{name}": OuterRef(f"held_{name}") for name in _JUDGED},
    )
    moved = standing.alias(**_comparable()).filter(~Exists(same))
    keys = dict(moved.values_list("pk", "org_id"))
    readable, orgs = readable_results(context, round_), set(keys.values())
    if len(orgs) <= _FEW:
        readable, old = readable.filter(org__in=orgs), old.filter(org__in=orgs)
    known = {(row.org_id, row.scorecard): row for row in old}
    rows = []
    for row in readable:
        if row.pk in keys:
            before = known.get((row.org_id, row.scorecard))
            rows.append(Move(row, before, changed_lines(before, row) if before else ()))
    return Moves(tuple(rows), len(keys))


_JUDGED = ("score", "rank", "stars")


def _comparable() -> dict[str, Coalesce]:
    """Return what results are compared by, with a number where there is none: nothing equals nothing then."""
    return {f"held_{name}": Coalesce(name, Value(-1), output_field=DecimalField()) for name in _JUDGED}


@dataclass(frozen=True)
class Line:
    """One line of two organizations beside each other."""

    indicator: str
    most: Decimal
    left: Decimal | None
    right: Decimal | None
    left_points: Decimal | None
    right_points: Decimal | None


def two_beside(left: Result, right: Result) -> tuple[Line, ...]:
    """Return two results of one scorecard line by line."""
    if left.scorecard != right.scorecard:
        raise NotFound("Results of different scorecards do not stand beside each other.")
    others = {line["indicator"]: line for line in right.lines}
    return tuple(
        Line(
            line["indicator"],
            Decimal(line["max_points"]),
            _decimal(line["value"]),
            _decimal(others.get(line["indicator"], {}).get("value")),
            _decimal(line["points"]),
            _decimal(others.get(line["indicator"], {}).get("points")),
        )
        for line in left.lines
    )


@dataclass(frozen=True)
class Told:
    """What organizations have or would have, in numbers; a number of very few is None, for it is not told."""

    spread: Sequence[int | None]
    stars: Mapping[int, int | None]


@dataclass(frozen=True)
class Instead:
    """What other weights and rules would give, beside what stands; it is kept nowhere.

    ``rows`` are the results that the reader may open; ``then`` tells what one of them would be.
    Numbers are of those that the reader may count, as on the round's page. Where some of those may
    not be opened, a number of fewer than ``FEWEST`` is not told.
    """

    rows: QuerySet[Result]
    then: Callable[[Result], Judged]
    before: Told
    after: Told
    moved: int | None


def what_if(context: Context, round_: Round, card: ScorecardKind) -> Instead:
    """Return what a changed scorecard would give to all within the reader's reach, and beside it what stands.

    All are judged, for ranks compare; of single organizations only those are told that the
    reader may open anyway. Nothing is written. By the rules that stand nothing is judged again.
    """
    shown = readable_results(context, round_).filter(scorecard=card.code).defer("lines", "vetoes")
    counted = countable_results(context, round_).filter(scorecard=card.code)
    open_to = Q(pk__in=shown.order_by().values("pk"))
    least = FEWEST if counted.order_by().exclude(open_to).exists() else 0
    if card == scorecard_of(round_, card.code):
        stands = _as_they_stand(counted, card, least)
        return Instead(shown, _stands, stands, stands, 0)
    columns = _columns(standing_run(round_), card)
    better = {code: kind.better == "more" for code, kind in indicators_of(round_, card).items()}
    made = judged(card, better, columns)
    places = np.array([columns.at[org] for org in counted.values_list("org_id", flat=True)], np.int64)
    before, after = columns.given.of(places), given(made).of(places)
    return Instead(
        rows=shown,
        then=lambda row: judged_one(made, columns.at[row.org_id]),
        before=_told(card, before.scores, before.starred, least),
        after=_told(card, after.scores, after.starred, least),
        moved=_unless_few(before.unlike(after), least),
    )


def _as_they_stand(rows: QuerySet[Result], card: ScorecardKind, least: int) -> Told:
    held = list(rows.order_by().values_list("score", "stars"))
    scores = [score for score, _ in held if score is not None]
    return _told(card, scores, Counter(stars for _, stars in held if stars), least)


def _told(card: ScorecardKind, scores: Iterable[Decimal], starred: Mapping[int, int], least: int) -> Told:
    found = Counter(min(int(each) // SPREAD[1], len(SPREAD) - 1) for each in scores)  # 100 is in the last
    return Told(
        [_unless_few(found[at], least) for at in range(len(SPREAD))],
        {star.stars: _unless_few(starred.get(star.stars, 0), least) for star in card.stars},
    )


def _unless_few(count: int, least: int) -> int | None:
    return None if 0 < count < least else count


def _stands(row: Result) -> Judged:
    return Judged(row.score, row.peers, row.rank, row.stars)


_COLUMNS_KEPT = 4
"""How many scorecards' columns stay in memory: somebody who tries weights comes back with the next ones."""


def _columns(run: Run, card: ScorecardKind) -> Columns:
    """Return what a run holds of all organizations of a scorecard; results of a run never change."""
    return _read_columns(run.pk, tuple(sorted(run.results.items())), card.code, card.indicators)


@lru_cache(maxsize=_COLUMNS_KEPT)
def _read_columns(
    run: int, prints: tuple[tuple[str, str], ...], card: str, indicators: tuple[str, ...]
) -> Columns:
    del prints  # what is kept is of results with these fingerprints only
    rows = Result.objects.filter(run=run, scorecard=card).order_by("pk")
    return columns_of(starmap(_known, rows.values_list(*_KNOWN)), indicators)


_KNOWN = ("org_id", "peer_group", "notes", "lines", "vetoes", "score", "rank", "stars")


def _known(
    org: int,
    group: str,
    notes: str,
    lines: list[dict[str, Any]],
    vetoes: dict[str, str | None],
    *stood: Any,
) -> Known:
    values = {line["indicator"]: _decimal(line["value"]) for line in lines}
    values |= {code: _decimal(value) for code, value in vetoes.items()}
    return Known(org, group, "no_peers" not in notes.split(","), values, *stood)
