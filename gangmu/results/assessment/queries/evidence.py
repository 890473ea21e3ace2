"""What lies behind a line: the facts it counts, and below whom; counts under five stop there."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.queries import Brought, Sought, brought_below, counting_facts
from gangmu.kernel.facts.rules import AsKnown
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, org_by_id, visible_orgs
from gangmu.kernel.orgs.rules import is_below
from gangmu.results.assessment.margins import Share, share_of
from gangmu.results.assessment.models import Result, Round
from gangmu.results.assessment.queries.results import FEWEST, stands_right_above
from gangmu.results.indicators.definitions import IndicatorKind, Measure

LISTED = 500
"""Up to so many facts stand in one list; of more, each place directly below is told with what it brings."""


@dataclass(frozen=True)
class Part:
    """What one place brings to a figure: an organization itself, or one directly below it with all below that.

    ``withheld`` where so few facts lie behind it that they are told to nobody but the organization
    itself and the one right above.
    """

    org: Org
    itself: bool
    facts: int
    total: Decimal | None
    withheld: bool


@dataclass(frozen=True)
class Side:
    """One side of a figure: how many facts there are that the reader may see, and what they are.

    ``rows`` are the facts: all of them, or, where they are too many for one list, the organization's
    own; ``parts`` tell then what each place brings.
    """

    name: str
    verb: str
    code: str
    items: tuple[str, ...]
    count: int
    total: Decimal | None
    rows: QuerySet[Fact] | None
    parts: tuple[Part, ...]
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
    context: Context,
    org: Org,
    kind: IndicatorKind,
    measure: Measure,
    period: Period,
    known_at: datetime | AsKnown,
) -> QuerySet[Fact]:
    """Return the facts that a measure reads for an organization, as far as the reader sees them."""
    verb, code = measured(measure)
    place = in_subtree(org.path, "org__path") if kind.scope == "subtree" else Q(org=org)
    days = Q(day__lte=period.last) if verb == "last" else Q(day__gte=period.first, day__lte=period.last)
    items = Q(item__in=measure.item) if measure.item else Q()
    return counting_facts(context, known_at).filter(place, days, items, code=code)


def place_below(context: Context, org: Org, place_id: int) -> Org:
    """Return a place whose part of an organization's figures the reader looks at: itself or one below it."""
    place = org_by_id(context, place_id)
    if not is_below(place.path, org.path):
        raise NotFound("There is no such organization.")
    return place


def evidence_for(
    context: Context, org: Org, kind: IndicatorKind, period: Period, known_at: datetime | AsKnown
) -> Evidence:
    """Return what lies behind both sides of an indicator of an organization, or of its part at a place below.

    Where fewer than five facts lie behind a figure it stops, but for who belongs to the
    organization or stands right above it.
    """
    sides = []
    for name, measure in (("numerator", kind.numerator), ("denominator", kind.denominator)):
        if measure is None or not measured(measure)[1]:
            continue
        rows = facts_behind(context, org, kind, measure, period, known_at)
        rows = rows.select_related("org").order_by("org__code", "day", "fact")
        if kind.scope == "subtree":
            verb, code = measured(measure)
            items = frozenset(measure.item) if measure.item else None
            sought = Sought(code, items, period, known_at, ever=verb == "last")
            sides.append(_side_below(context, org, name, measure, sought, rows))
        else:
            sides.append(_side(context, org, name, measure, rows.count(), rows))
    return Evidence(tuple(sides))


def _side_below(
    context: Context, org: Org, name: str, measure: Measure, sought: Sought, rows: QuerySet[Fact]
) -> Side:
    parts = parts_below(context, org, sought, measured(measure)[0])
    count = sum(part.facts for part in parts)
    told = [part.total for part in parts if part.total is not None]
    whole = replace(
        _side(context, org, name, measure, count, rows), total=sum(told, Decimal(0)) if told else None
    )
    if count <= LISTED:
        return whole
    own = next((part for part in parts if part.itself), None)
    return replace(whole, parts=parts, rows=None if own is None or own.withheld else rows.filter(org=org))


def _side(context: Context, org: Org, name: str, measure: Measure, count: int, rows: QuerySet[Fact]) -> Side:
    """Return a side with all its facts; where they are too few for this reader it stops."""
    verb, code = measured(measure)
    stops = _is_few(context, org, count)
    return Side(name, verb, code, tuple(measure.item or ()), count, None, None if stops else rows, (), stops)


def _is_few(context: Context, org: Org, facts: int) -> bool:
    return 0 < facts < FEWEST and not stands_right_above(context, org)


def parts_below(context: Context, org: Org, sought: Sought, verb: str = "") -> tuple[Part, ...]:
    """Return what each place brings to what is sought at an organization: itself first, then those directly below.

    ``verb`` is how the facts are measured: only what is added up has a sum.
    """
    brought = brought_below(context, org, sought)
    orgs = visible_orgs(context).filter(pk__in=brought).select_related("parent")
    return tuple(
        Part(
            each,
            each == org,
            brought[each.pk].facts,
            _told(brought[each.pk], verb),
            _is_few(context, each, brought[each.pk].facts),
        )
        for each in sorted(orgs, key=lambda each: each != org)
    )


def _told(brought: Brought, verb: str) -> Decimal | None:
    """Return what facts add up to, where adding up is how they are measured."""
    return {"sum": brought.total, "count": Decimal(brought.known)}.get(verb)


def share_in(
    context: Context, round_: Round, result: Result, kind: IndicatorKind, known_at: datetime | AsKnown
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
