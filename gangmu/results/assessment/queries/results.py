"""Results as far as a reader may see them: one's own, one's children's, the upper half of others."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Avg, Case, Count, F, Max, Min, Q, QuerySet, When
from django.db.models.functions import Floor

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, within
from gangmu.results.assessment.definitions import Aim
from gangmu.results.assessment.models import Appeal, Remark, Result, Round, Screening
from gangmu.results.assessment.queries.awards import is_award

FEWEST = 5
"""A count of fewer opens no further, and is told as few, to those whose own it is not."""


def _own_or_child(context: Context) -> Q:
    """Return the condition that a result is of the reader's own organization or of one directly below."""
    tops = [path for path in context.places("assessment.view").tops if path]
    return Q(org__path__in=tops) | Q(org__parent__path__in=tops)


def _standing(round_: Round) -> QuerySet[Result]:
    return Result.objects.filter(run__round=round_, run__number=round_.run)


def _own_groups(context: Context, round_: Round) -> QuerySet[Result, str]:
    tops = [path for path in context.places("assessment.view").tops if path]
    return _standing(round_).filter(org__path__in=tops).values_list("peer_group", flat=True)


def _in_review(round_: Round) -> bool:
    return round_.state in (Round.State.PRELIMINARY, Round.State.REVIEW)


def listed_results(context: Context, round_: Round) -> QuerySet[Result]:
    """Return the results that may stand in a list before this reader, in the order of codes.

    While a round is reviewed, each office that reviews sees its own part of the tree. Once
    it is known, one's own and one's children's, the upper half of those within reach, and
    the best few of one's own peer group: the lower half is listed to nobody else. ``opens`` says
    of each whether it is one of ``readable_results``.
    """
    rows = _standing(round_).select_related("org", "org__parent").order_by("org__code", "scorecard")
    readable = Q(pk__isnull=False) & _may_open(context, round_)  # what holds for all may not stand alone
    rows = rows.annotate(opens=Case(When(readable, then=True), default=False))
    if _in_review(round_):
        return rows.filter(within(context.places("assessment.review")))
    if not round_.shown:
        return rows.none()
    covered = Q(upper=True) & within(context.places("assessment.view"))
    best = Q(upper=True, rank__lte=round_.best, peer_group__in=list(_own_groups(context, round_)))
    return rows.filter(_own_or_child(context) | covered | best)


def reaches_others(context: Context, round_: Round) -> bool:
    """Whether a round judged anybody within the reader's reach but the reader's own organizations."""
    places = context.places("assessment.view")
    within_reach = _standing(round_).filter(within(places))
    return within_reach.exclude(org__path__in=[path for path in places.tops if path]).exists()


def readable_results(context: Context, round_: Round) -> QuerySet[Result]:
    """Return the results that this reader may open line by line.

    Those of the list within reach, but for the best of others; and, for who answers appeals,
    those that appealed.
    """
    rows = _standing(round_).select_related("org", "org__parent").order_by("org__code", "scorecard")
    return rows.filter(_may_open(context, round_))


def _may_open(context: Context, round_: Round) -> Q:
    """Return the condition that a result of a round is one that this reader may open line by line."""
    if _in_review(round_):
        return within(context.places("assessment.review"))
    if not round_.shown:
        return Q(pk__in=())
    covered = Q(upper=True) & within(context.places("assessment.view"))
    appealed = Appeal.objects.filter(round=round_).values("org")
    answering = Q(org__in=appealed) & within(context.places("assessment.manage"), "org__path")
    return _own_or_child(context) | covered | answering


def result_of(context: Context, round_: Round, org_id: int, scorecard: str) -> Result:
    """Return one result that the reader may open; otherwise there is none."""
    found = readable_results(context, round_).filter(org=org_id, scorecard=scorecard).first()
    if found is None:
        raise NotFound("There is no such result.")
    return found


def own_results(context: Context, round_: Round) -> list[Result]:
    """Return the results of the organizations where the reader's own posts are."""
    tops = [path for path in context.places("assessment.view").tops if path]
    if not round_.shown:
        return []
    rows = (
        _standing(round_)
        .filter(org__path__in=tops)
        .select_related("org", "org__parent")
        .defer("lines", "vetoes")
    )
    return list(rows.order_by("org__code", "scorecard"))


def results_over_years(context: Context, org: Org) -> list[Result]:
    """Return what an organization had in all rounds that are known, the newest period first.

    For itself and its parent; others find what was published of it.
    """
    rows = Result.objects.filter(org=org, run__round__state__in=("final", "published"))
    rows = rows.filter(
        _own_or_child(context) | Q(upper=True) & within(context.places("assessment.view"))
    ).select_related("run", "run__round", "org", "org__parent")
    found = [each for each in rows.defer("run__tree") if each.run.number == each.run.round.run]
    return sorted(found, key=lambda each: (each.run.round.period, each.scorecard), reverse=True)


@dataclass(frozen=True)
class Group:
    """A peer group in figures; nobody is named, and of fewer than ``FEWEST`` scores none is told."""

    peer_group: str
    scorecard: str
    orgs: int
    scored: int
    highest: Decimal | None
    lowest: Decimal | None
    mean: Decimal | None
    starred: int | None

    @property
    def few(self) -> bool:
        """Whether its figures would tell the scores of single organizations."""
        return self.scored < FEWEST


def groups_of(context: Context, round_: Round) -> list[Group]:
    """Return the peer groups of a round within the reader's reach, in figures.

    Highest, mean and lowest of three are three scores: a group of few is told by its size alone.
    """
    rows = _standing(round_)
    if _in_review(round_):
        rows = rows.filter(within(context.places("assessment.review")))
    elif round_.shown:
        rows = rows.filter(
            within(context.places("assessment.view")) | Q(peer_group__in=list(_own_groups(context, round_)))
        )
    else:
        return []
    figures = (
        rows.values("peer_group", "scorecard")
        .annotate(
            orgs=Count("pk"),
            scored=Count("score"),
            highest=Max("score"),
            lowest=Min("score"),
            mean=Avg("score"),
            starred=Count("stars"),
        )
        .order_by("scorecard", "peer_group")
    )
    return [_told(Group(**row)) for row in figures]


def _told(group: Group) -> Group:
    return replace(group, highest=None, lowest=None, mean=None, starred=None) if group.few else group


SPREAD = tuple(range(0, 100, 10))
"""Where the stretches begin by which scores are spread; 100 is in the last."""


def spread_within(context: Context, round_: Round, group: str = "") -> dict[str, list[int]]:
    """Return how many scores within the reader's reach lie in each stretch, by scorecard; nobody is named."""
    rows = countable_results(context, round_)
    if group:
        rows = rows.filter(peer_group=group)
    found: dict[str, list[int]] = {}
    scored = rows.exclude(score=None).order_by().annotate(tens=Floor(F("score") / 10))
    for card, tens, count in scored.values_list("scorecard", "tens").annotate(count=Count("pk")):
        numbers = found.setdefault(card, [0] * len(SPREAD))
        numbers[min(max(int(tens), 0), len(SPREAD) - 1)] += count
    return found


def countable_results(context: Context, round_: Round) -> QuerySet[Result]:
    """Return the results that the reader may count without seeing whose they are."""
    rows = _standing(round_)
    if _in_review(round_):
        return rows.filter(within(context.places("assessment.review")))
    if round_.shown:
        return rows.filter(
            within(context.places("assessment.view")) | Q(peer_group__in=list(_own_groups(context, round_)))
        )
    return rows.none()


@dataclass(frozen=True)
class Reached:
    """How many have so many stars or more, of how many with a score; how many have none, and no share."""

    stars: int
    wanted: Decimal
    reached: int
    scored: int
    unscored: int

    @property
    def share(self) -> Decimal | None:
        """The share that has them, to four places, rounded down; unknown over nothing."""
        if not self.scored:
            return None
        return (Decimal(self.reached) / self.scored).quantize(Decimal("0.0001"), rounding="ROUND_DOWN")

    @property
    def is_met(self) -> bool:
        """Whether the aim is reached, compared exactly."""
        return bool(self.scored) and Decimal(self.reached) >= self.wanted * self.scored


def aim_reached(context: Context, round_: Round, aim: Aim, held_back: Iterable[str]) -> Reached:
    """Return how far the year's aim in stars is reached within the reader's reach; nobody is named.

    An award that nobody has signed yet is not counted as one.
    """
    unsigned = Q(notes__contains="few_peers", peer_group__in=list(held_back)) & is_award(round_)
    enough = Q(score__isnull=False, stars__gte=aim.stars)
    found = countable_results(context, round_).aggregate(
        all=Count("pk"), scored=Count("score"), reached=Count("pk", filter=enough & ~unsigned)
    )
    return Reached(aim.stars, aim.share, found["reached"], found["scored"], found["all"] - found["scored"])


def remarks_on(context: Context, round_: Round, org: Org) -> QuerySet[Remark]:
    """Return what reviewers said about an organization, for those who review it, itself and its parent."""
    mine = _own_or_child(context) if round_.shown else Q(pk__in=())
    return (
        Remark.objects.filter(mine | within(context.places("assessment.review")), round=round_, org=org)
        .select_related("said_by")
        .order_by("said_at")
    )


def screenings_for(context: Context) -> QuerySet[Screening]:
    """Return what is proposed to the reader as a parent who decides; to nobody else."""
    tops = [path for path in context.places("assessment.review").tops if path]
    return (
        Screening.objects.filter(org__parent__path__in=tops)
        .select_related("org", "org__parent", "round", "decided_by")
        .order_by("-proposed_at", "org__code")
    )


def score_above(result: Result) -> Decimal | None:
    """Return the nearest score above one in its peer group; whose it is, is not told."""
    if result.score is None:
        return None
    higher = Result.objects.filter(run=result.run_id, peer_group=result.peer_group, score__gt=result.score)
    found: Decimal | None = higher.order_by("score").values_list("score", flat=True).first()
    return found


def screening_by_id(context: Context, screening_id: int) -> Screening:
    """Return one proposal that is the reader's to decide; otherwise there is none."""
    found = screenings_for(context).filter(pk=screening_id).first()
    if found is None:
        raise NotFound("There is no such proposal.")
    return found


@dataclass(frozen=True)
class CameOf:
    """What a round came to at an organization and below, in figures; nobody is named."""

    scored: int
    starred: int


def came_of(context: Context, round_: Round, org: Org) -> CameOf:
    """Return what a round came to at an organization and below; nothing before it is made known."""
    if not (round_.shown and context.may("assessment.view", org.path)):
        return CameOf(0, 0)
    here = in_subtree(org.path, "org__path")
    return CameOf(**_standing(round_).filter(here).aggregate(scored=Count("score"), starred=Count("stars")))


def proposed_in(context: Context, round_: Round, org: Org) -> tuple[int, int]:
    """Return how many at an organization and below are proposed to the reader, and how many of them to rectify.

    To the reader as their parent: to anybody else the number would say who is at the bottom.
    """
    mine = screenings_for(context).filter(in_subtree(org.path, "org__path"), round=round_)
    decided = Count("pk", filter=Q(decision=Screening.Decision.RECTIFY))
    counts = mine.order_by().aggregate(proposed=Count("pk"), to_rectify=decided)
    return counts["proposed"], counts["to_rectify"]


def stands_right_above(context: Context, org: Org) -> bool:
    """Whether the reader belongs to an organization or to the one right above: who is told small counts."""
    tops = context.places("assessment.view").tops
    return org.path in tops or (org.parent is not None and org.parent.path in tops)


def line_values(
    context: Context, rounds: Iterable[Round], org: Org
) -> dict[str, tuple[Decimal | None, Result]]:
    """Return the newest value of each indicator that an organization has in some rounds, by its code.

    As far as the reader may open the result; ``rounds`` are told from the oldest on.
    """
    found: dict[str, tuple[Decimal | None, Result]] = {}
    for round_ in rounds:
        for row in readable_results(context, round_).filter(org=org).select_related("run"):
            for line in row.lines:
                value = None if line["value"] is None else Decimal(line["value"])
                found[line["indicator"]] = value, row
    return found
