"""Awards in peer groups too small for ceilings: who answers for them, and which may be named."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from gangmu.kernel.access.models import Account
from gangmu.kernel.access.queries import people_holding
from gangmu.kernel.packs.queries import pack_by_version
from gangmu.results.assessment.definitions import ScorecardKind
from gangmu.results.assessment.models import Result, Round, Signature
from gangmu.results.assessment.phases import upper_half


@dataclass(frozen=True)
class GroupToSign:
    """The awards of one peer group that is too small for ceilings, and whether they are signed.

    ``before`` is what was signed of an earlier run that gave other awards: it does not cover these.
    """

    peer_group: str
    awards: int
    signature: Signature | None
    before: Signature | None = None


Award = tuple[int, str, int]
"""One award: the organization, the scorecard, how many stars."""


def award_above(round_: Round) -> dict[str, int]:
    """Return, by scorecard, up to how many stars are no award: those that everybody may have."""
    pack = pack_by_version(round_.pack)
    found = ((code, pack.find(ScorecardKind, code)) for code in round_.scorecards)
    return {code: kind.no_award for code, kind in found if kind is not None}


def is_award(round_: Round) -> Q:
    """Return the condition that a result's stars are an award."""
    found = Q(pk__in=())
    for code, most in award_above(round_).items():
        found |= Q(scorecard=code, stars__gt=most)
    return found


def small_groups(round_: Round) -> QuerySet[Result]:
    """Return the standing results of peer groups that are too small for a rank."""
    return Result.objects.filter(run__round=round_, run__number=round_.run, notes__contains="few_peers")


def groups_to_sign(round_: Round) -> list[GroupToSign]:
    """Return the small peer groups of the standing run that hold awards, with what is signed of them.

    What was signed of an earlier run holds as long as the awards of the group are the same.
    """
    signed = {each.peer_group: each for each in Signature.objects.filter(round=round_).order_by("run")}
    awards = _small_awards(round_, {round_.run, *(each.run for each in signed.values())})
    found = []
    for (run, group), given in sorted(awards.items(), key=lambda each: each[0][1]):
        if run != round_.run:
            continue
        last = signed.get(group)
        holds = last is not None and awards.get((last.run, group)) == given
        found.append(GroupToSign(group, len(given), last if holds else None, None if holds else last))
    return found


def _small_awards(round_: Round, runs: set[int]) -> dict[tuple[int, str], set[Award]]:
    """Return the awards in groups too small for ceilings, by run and group."""
    rows = Result.objects.filter(
        is_award(round_), run__round=round_, run__number__in=runs, notes__contains="few_peers"
    ).values_list("run__number", "peer_group", "org", "scorecard", "stars")
    found: dict[tuple[int, str], set[Award]] = {}
    for run, group, org, scorecard, stars in rows:
        found.setdefault((run, group), set()).add((org, scorecard, stars or 0))
    return found


def reviewers_of(round_: Round, day: date) -> list[Account]:
    """Return who may answer for awards of a round: people who review all of it, by name."""
    return people_holding("assessment.review", round_.org, day)


def withheld(round_: Round, groups: Iterable[GroupToSign] | None = None) -> dict[str, int]:
    """Return the small peer groups whose awards a reviewer has withheld, or nobody has signed.

    With each, up to how many stars are shown all the same, since they are no award. ``groups``
    are those to sign, where they are known already.
    """
    most = award_above(round_)
    return {
        each.peer_group: most.get(each.peer_group.split("/", 1)[0], 0)
        for each in (groups_to_sign(round_) if groups is None else groups)
        if each.signature is None or not each.signature.given
    }


def stars_given(result: Result, held_back: Mapping[str, int]) -> int | None:
    """Return the stars of a result as they may be shown: an award that is unsigned is not."""
    most = held_back.get(result.peer_group)
    if most is not None and result.is_small and result.stars is not None and result.stars > most:
        return None
    return result.stars


def to_be_named(round_: Round, held_back: Container[str]) -> list[Result]:
    """Return whom a notice names: the upper half of each group; of a small one its signed awards alone.

    The lower half of a small group is named as little as that of a large one, whatever its stars.
    """
    standing = Result.objects.filter(run__round=round_, run__number=round_.run)
    small = Q(notes__contains="few_peers") & is_award(round_)
    rows = (
        standing.filter(Q(upper=True) | small)
        .select_related("org", "org__parent")
        .defer("lines", "vetoes")
        .order_by("scorecard", "peer_group", "rank", "-stars", "org__code")
    )
    high = _upper_of_small(round_)
    return [row for row in rows if row.upper or (row.pk in high and row.peer_group not in held_back)]


def _upper_of_small(round_: Round) -> set[int]:
    """Return the results of small groups that lie in the upper half by their score: they have no rank."""
    groups: dict[str, dict[int, Decimal]] = {}
    for row, group, score in small_groups(round_).values_list("pk", "peer_group", "score"):
        if score is not None:
            groups.setdefault(group, {})[row] = score
    return {row for scores in groups.values() for row in upper_half(scores)}
