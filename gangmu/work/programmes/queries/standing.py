"""One metric against its targets: through the years, and in one year through the levels below."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree
from gangmu.kernel.orgs.rules import LEVELS
from gangmu.work.programmes.definitions import Metric, Phase, ProgrammeKind
from gangmu.work.programmes.models import Target
from gangmu.work.programmes.queries.reached import reached_at, reached_in
from gangmu.work.programmes.queries.targets import VIEW, metric_of, programme_of, visible_targets
from gangmu.work.programmes.rules import NOTHING, gap, is_reached, share_of


@dataclass(frozen=True)
class Against:
    """A target against what was reached; each is None where it is unknown."""

    metric: Metric
    target: Decimal | None
    reached: Decimal | None

    @property
    def share(self) -> Decimal | None:
        """What was reached, as per cent of the target."""
        return share_of(self.target, self.reached)

    @property
    def gap(self) -> Decimal | None:
        """What is missing."""
        return gap(self.metric, self.target, self.reached)

    @property
    def done(self) -> bool | None:
        """Whether it is reached; None while that is unknown."""
        return is_reached(self.metric, self.target, self.reached)


@dataclass(frozen=True)
class YearLine:
    """One year of a programme as one organization with all below it stands in it."""

    year: int
    phase: Phase | None
    against: Against


@dataclass(frozen=True)
class LevelLine:
    """The targets of one level in a year: how many organizations have one, and how many reached it.

    What is asked of each alike is not added up: ``against`` is then None.
    """

    level: str
    orgs: int
    done: int
    unknown: int
    against: Against | None


@dataclass(frozen=True)
class Standing:
    """One metric at one organization: through the years, and in one year through the levels below."""

    programme: ProgrammeKind
    metric: Metric
    org: Org
    year: int
    years: tuple[YearLine, ...]
    levels: tuple[LevelLine, ...]
    reached: dict[int, Decimal]


def standing_in(context: Context, org: Org, *, programme: str, metric: str, year: int) -> Standing:
    """Return target against what was reached in one metric, by year and by level."""
    if not context.may(VIEW, org.path):
        raise NotFound("There is no such organization.")
    kind = programme_of(org, programme)
    chosen = metric_of(kind, metric)
    targets = visible_targets(context).filter(programme=programme, metric=metric)
    reached = reached_in(context, org, chosen, year)
    return Standing(
        kind,
        chosen,
        org,
        year,
        _years(context, org, kind, chosen, dict(targets.filter(org=org).values_list("year", "value"))),
        _levels(chosen, targets.filter(in_subtree(org.path, "org__path"), year=year), reached),
        reached,
    )


def _years(
    context: Context, org: Org, kind: ProgrammeKind, metric: Metric, targets: dict[int, Decimal]
) -> tuple[YearLine, ...]:
    """Return a line for each year from the first that has a target, or this one, to the last."""
    asked = [*targets, context.today.year]
    years = [year for year in range(min(asked), max(asked) + 1) if year in kind.years]
    return tuple(
        YearLine(
            year,
            kind.phase_of(year),
            Against(metric, targets.get(year), reached_at(context, org, metric, year)),
        )
        for year in years
    )


def _levels(metric: Metric, targets: QuerySet[Target], reached: dict[int, Decimal]) -> tuple[LevelLine, ...]:
    by_level: dict[str, list[Against]] = defaultdict(list)
    for org, level, value in targets.values_list("org", "org__level", "value"):
        by_level[level].append(Against(metric, value, reached.get(org)))
    lines = []
    for level in sorted(by_level, key=LEVELS.index):
        held = by_level[level]
        known = [each.reached for each in held if each.reached is not None]
        together = None
        if metric.combine == "sum":
            wanted = sum((each.target or NOTHING for each in held), NOTHING)
            together = Against(metric, wanted, sum(known, NOTHING) if known else None)
        lines.append(
            LevelLine(
                level,
                len(held),
                sum(each.done is True for each in held),
                sum(each.done is None for each in held),
                together,
            )
        )
    return tuple(lines)


def targets_of_level(
    context: Context, org: Org, *, programme: str, metric: str, year: int, level: str
) -> QuerySet[Target]:
    """Return the targets of one level at and below an organization, in the order of codes."""
    found = visible_targets(context).filter(
        in_subtree(org.path, "org__path"), programme=programme, metric=metric, year=year
    )
    return (found.filter(org__level=level) if level else found).order_by("org__code")
