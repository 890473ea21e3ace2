"""What lies behind a line: the facts it counts, and below whom; counts under five stop there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.queries import Brought, Sought, brought_below, counting_facts
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, org_by_id
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
    """Both sides of a line at one organization: the one that was judged, or one below it."""

    org: Org
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


def place_below(context: Context, org: Org, place_id: int) -> Org:
    """Return a place whose part of an organization's figures the reader looks at: itself or one below it."""
    place = org_by_id(context, place_id)
    if not is_below(place.path, org.path):
        raise NotFound("There is no such organization.")
    return place


def evidence_for(
    context: Context, org: Org, kind: IndicatorKind, period: Period, known_at: datetime
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
        verb, code = measured(measure)
        items = tuple(measure.item or ())
        brought = _brought(context, org, kind, measure, period, known_at, rows)
        whole = sum(brought.values(), Brought())
        stops = is_few(context, org, whole.facts)
        long = whole.facts > LISTED and kind.scope == "subtree"
        parts = parts_told(context, org, brought, verb) if long else ()
        if long:
            rows = rows.filter(org=org)
            stops = is_few(context, org, brought.get(org.pk, Brought()).facts)
        sides.append(
            Side(
                name,
                verb,
                code,
                items,
                whole.facts,
                _told(whole, verb),
                None if stops else rows,
                parts,
                stops and not long,
            )
        )
    return Evidence(org, tuple(sides))


def _brought(
    context: Context,
    org: Org,
    kind: IndicatorKind,
    measure: Measure,
    period: Period,
    known_at: datetime,
    rows: QuerySet[Fact],
) -> dict[int, Brought]:
    """Return what an indicator's facts come to by place."""
    if kind.scope != "subtree":
        return {org.pk: Brought(rows.count())}
    verb, code = measured(measure)
    items = frozenset(measure.item) if measure.item else None
    return brought_below(context, org, Sought(code, items, period, known_at, ever=verb == "last"))


def is_few(context: Context, org: Org, facts: int) -> bool:
    """Whether so few facts lie behind a figure of an organization that the reader is told no more of them."""
    return 0 < facts < FEWEST and not stands_right_above(context, org)


def parts_told(
    context: Context, org: Org, brought: Mapping[int, Brought], verb: str = ""
) -> tuple[Part, ...]:
    """Return what each place brings, the organization itself first, in the order of codes."""
    found = Org.objects.filter(pk__in=brought).select_related("parent")  # as their facts are named
    orgs = sorted(found, key=lambda each: (each.pk != org.pk, each.code))
    return tuple(
        Part(
            each,
            each.pk == org.pk,
            brought[each.pk].facts,
            _told(brought[each.pk], verb),
            is_few(context, each, brought[each.pk].facts),
        )
        for each in orgs
    )


def _told(brought: Brought, verb: str) -> Decimal | None:
    """Return what facts add up to, where adding up is how they are measured."""
    return {"sum": brought.total, "count": Decimal(brought.known)}.get(verb)


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
