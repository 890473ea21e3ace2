"""A scorecard applied to all organizations by other weights and rules: pure, and never a result."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from gangmu.results.assessment.definitions import ScorecardKind
from gangmu.results.assessment.rules import score_of, standing


@dataclass(frozen=True)
class Known:
    """What is known of one organization: its peer group, its values, and those that veto."""

    org: int
    peer_group: str
    placed: bool
    values: Mapping[str, Decimal | None]
    vetoes: Mapping[str, Decimal | None]


@dataclass(frozen=True)
class Judged:
    """What one organization would have."""

    score: Decimal | None
    peers: int
    rank: int | None
    stars: int | None


def judged(card: ScorecardKind, better: Mapping[str, bool], orgs: Iterable[Known]) -> dict[int, Judged]:
    """Return what every organization would have by this scorecard.

    By an unchanged one it is what the engine made: the same rounding, ties and ceilings.
    """
    groups: dict[str, list[tuple[Known, Decimal | None]]] = defaultdict(list)
    for each in orgs:
        groups[each.peer_group].append((each, score_of(card, standing(card, each.values, better))))
    found: dict[int, Judged] = {}
    for members in groups.values():
        found |= _judged_group(card, members)
    return found


def _judged_group(card: ScorecardKind, members: list[tuple[Known, Decimal | None]]) -> dict[int, Judged]:
    placed = members[0][0].placed
    scores = sorted((score for _, score in members if score is not None), reverse=True)
    peers = len(scores) if placed else 0
    ranked = placed and peers >= card.min_peers
    place: dict[Decimal, int] = {}
    for at, score in enumerate(scores, 1):
        place.setdefault(score, at)
    stars = _stars(card, members, peers, bound=ranked)
    return {
        each.org: Judged(
            score, peers, place[score] if ranked and score is not None else None, stars.get(each.org)
        )
        for each, score in members
    }


def _stars(
    card: ScorecardKind, members: list[tuple[Known, Decimal | None]], peers: int, *, bound: bool
) -> dict[int, int]:
    given: dict[int, int] = {}
    for star in card.stars:
        wanted = [
            (each.org, score)
            for each, score in members
            if score is not None
            and score >= star.at_least
            and each.org not in given
            and star.stars <= _most_stars(card, each)
        ]
        limit = int(star.share * peers) if star.share is not None and bound else len(wanted)
        taken = {org for org, score in wanted if sum(other >= score for _, other in wanted) <= limit}
        given |= dict.fromkeys(taken, star.stars)
    return given


def _most_stars(card: ScorecardKind, known: Known) -> int:
    caps = [
        veto.stars_at_most
        for veto in card.veto
        if (value := known.vetoes.get(veto.indicator)) is not None and value > veto.above
    ]
    return min(caps, default=2**31)


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
