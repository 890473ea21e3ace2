"""Results beside each other: two runs, two years, two organizations, and what other rules would give."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.results.assessment.definitions import ScorecardKind
from gangmu.results.assessment.models import Result, Round
from gangmu.results.assessment.queries.results import readable_results
from gangmu.results.assessment.queries.rounds import indicators_of
from gangmu.results.assessment.whatif import Judged, Known, judged


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


_JUDGED = ("score", "rank", "stars")
_FEW = 500
"""Up to so many organizations are asked for by name; of more, all are read."""


def _moves(context: Context, round_: Round, old: QuerySet[Result]) -> Moves:
    """Compare bare figures of all, and read whole only those that moved: their lines are long."""
    standing = Result.objects.filter(run__round=round_, run__number=round_.run)
    was, now = (
        {(org, card): rest for org, card, *rest in rows.values_list("org_id", "scorecard", *_JUDGED)}
        for rows in (old, standing)
    )
    moved = {key for key, judged_now in now.items() if was.get(key) != judged_now}
    readable, orgs = readable_results(context, round_), {org for org, _ in moved}
    if len(orgs) <= _FEW:
        readable, old = readable.filter(org__in=orgs), old.filter(org__in=orgs)
    known = {(row.org_id, row.scorecard): row for row in old}
    rows = []
    for row in readable:
        if (row.org_id, row.scorecard) in moved:
            before = known.get((row.org_id, row.scorecard))
            rows.append(Move(row, before, changed_lines(before, row) if before else ()))
    return Moves(tuple(rows), len(moved))


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
class Instead:
    """What other weights and rules would give, beside what stands; it is kept nowhere."""

    rows: tuple[tuple[Result, Judged], ...]
    before: tuple[Decimal, ...]
    after: tuple[Decimal, ...]
    stars_before: Mapping[int, int]
    stars_after: Mapping[int, int]
    moved: int


def what_if(context: Context, round_: Round, card: ScorecardKind) -> Instead:
    """Return what a changed scorecard would give to all, and beside it what stands.

    All are judged, for ranks compare; of single organizations only those are told that the
    reader may open anyway. Nothing is written.
    """
    better = {code: kind.better == "more" for code, kind in indicators_of(round_, card).items()}
    standing = list(Result.objects.filter(run__round=round_, run__number=round_.run, scorecard=card.code))
    made = judged(card, better, [_known(row) for row in standing])
    moved = sum(
        (row.score, row.rank, row.stars)
        != (made[row.org_id].score, made[row.org_id].rank, made[row.org_id].stars)
        for row in standing
    )
    shown = readable_results(context, round_).filter(scorecard=card.code)
    return Instead(
        rows=tuple((row, made[row.org_id]) for row in shown),
        before=tuple(row.score for row in standing if row.score is not None),
        after=tuple(each.score for each in made.values() if each.score is not None),
        stars_before=Counter(row.stars for row in standing if row.stars),
        stars_after=Counter(each.stars for each in made.values() if each.stars),
        moved=moved,
    )


def _known(row: Result) -> Known:
    values = {line["indicator"]: _decimal(line["value"]) for line in row.lines}
    vetoes = {code: _decimal(value) for code, value in row.vetoes.items()}
    return Known(row.org_id, row.peer_group, "no_peers" not in row.notes.split(","), values, vetoes)
