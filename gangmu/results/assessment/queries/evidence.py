"""What lies behind a line: the facts it counts, and below whom; counts under five stop there."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.queries import counting_facts
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree
from gangmu.results.assessment.margins import Share, share_of
from gangmu.results.assessment.models import Result, Round
from gangmu.results.assessment.queries.results import FEWEST, stands_right_above
from gangmu.results.indicators.definitions import IndicatorKind, Measure


@dataclass(frozen=True)
class Side:
    """One side of a figure: the facts that the reader may see of it, and how many there are."""

    name: str
    verb: str
    code: str
    items: tuple[str, ...]
    count: int
    rows: QuerySet[Fact] | None
    withheld: bool


@dataclass(frozen=True)
class Evidence:
    """Both sides of a line."""

    sides: tuple[Side, ...]


def measured(measure: Measure) -> tuple[str, str]:
    """Return what a measure does, and to which fact code."""
    for verb in ("sum", "count", "last", "max", "min"):
        code = getattr(measure, verb)
        if code is not None:
            return verb, code
    return "", ""


def facts_behind(
    context: Context, org: Org, kind: IndicatorKind, measure: Measure, period: Period, known_at: datetime
) -> QuerySet[Fact]:
    """Return the facts that a measure reads for an organization, as far as the reader sees them."""
    verb, code = measured(measure)
    place = in_subtree(org.path, "org__path") if kind.scope == "subtree" else Q(org=org)
    days = Q(day__lte=period.last) if verb == "last" else Q(day__gte=period.first, day__lte=period.last)
    items = Q(item__in=measure.item) if measure.item else Q()
    return counting_facts(context, known_at).filter(place, days, items, code=code)


def evidence_for(
    context: Context, org: Org, kind: IndicatorKind, period: Period, known_at: datetime
) -> Evidence:
    """Return what lies behind both sides of an indicator of an organization.

    Where fewer than five facts lie behind a figure it stops, but for who belongs to the
    organization or stands right above it.
    """
    own = stands_right_above(context, org)
    sides = []
    for name, measure in (("numerator", kind.numerator), ("denominator", kind.denominator)):
        if measure is None or not measured(measure)[1]:
            continue
        rows = facts_behind(context, org, kind, measure, period, known_at)
        count = rows.count()
        stops = 0 < count < FEWEST and not own
        verb, code = measured(measure)
        shown = None if stops else rows.select_related("org").order_by("org__code", "day", "fact")
        sides.append(Side(name, verb, code, tuple(measure.item or ()), count, shown, stops))
    return Evidence(tuple(sides))


def share_in(
    context: Context, round_: Round, result: Result, kind: IndicatorKind, known_at: datetime
) -> Share | None:
    """Return the share that a sampled line shows, with how many there are; None where nothing was sampled.

    How many there are is counted as far as the reader sees; who sees nothing of it is given the
    wider margin of very many.
    """
    line = result.line(kind.code)
    if kind.sample is None or line is None:
        return None
    hits, asked = (
        None if line[name] is None else Decimal(line[name]) for name in ("numerator", "denominator")
    )
    of = kind.sample.out_of
    if of is None or of.number is not None:
        return share_of(hits, asked, of.number if of else None)
    newest: dict[tuple[int, str], Decimal | None] = {}
    rows = facts_behind(context, result.org, kind, of, round_.span, known_at)
    if of.sum is not None:
        return share_of(hits, asked, rows.aggregate(all=Sum("value"))["all"])
    for org, item, value in rows.order_by("day", "known_at", "fact").values_list("org_id", "item", "value"):
        newest[org, item] = value
    known = [value for value in newest.values() if value is not None]
    return share_of(hits, asked, sum(known, Decimal(0)) if known else None)
