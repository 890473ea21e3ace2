"""What a figure comes to: counted from facts, the tree, bodies and persons, for one organization and period."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.queries import counting_facts, sums_of
from gangmu.kernel.facts.rules import value_of
from gangmu.kernel.orgs.models import Org, UnitSpan
from gangmu.kernel.orgs.queries import StoodAt, in_subtree, tree_within, unit_spans_on, within_below
from gangmu.kernel.packs.queries import pack_of
from gangmu.kernel.packs.rules import Pack
from gangmu.kernel.people.queries import how_many_on
from gangmu.results.indicators.definitions import Divisor, IndicatorKind, Measure
from gangmu.results.reports.definitions import Figure, Selection
from gangmu.results.reports.rules import Counted, enough_known, find_figure

VIEW = "reports.view"
FACTS = "plans.view"

Side = dict[int, tuple[Decimal | None, int]]
"""A measure by organization, each with how many facts it is made of."""

Grouped = tuple[int, int, int, Decimal]
"""Of one organization: how many facts, how many with a value, their sum."""

_PLACES = Decimal(1).scaleb(-4)
_VALUE = Decimal(1).scaleb(-6)


class PartOf(NamedTuple):
    """What one organization brings to a figure; a number that is not known is None."""

    org: int
    numerator: Decimal | None
    denominator: Decimal | None
    known: bool


@dataclass
class Counting:
    """Figures of one organization over one period as known at an instant; what several need is read once."""

    context: Context
    org: Org
    period: Period
    pack: Pack
    known_at: datetime | None = None
    _tree: tuple[bool, list[StoodAt]] | None = field(default=None, repr=False)
    _sides: dict[Measure, Side] = field(default_factory=dict, repr=False)
    _parts: tuple[Figure, list[PartOf]] | None = field(default=None, repr=False)

    def count(self, figure: Figure) -> Counted:
        """Return what a figure comes to."""
        if figure.orgs is not None:
            return self._counted_orgs(figure.orgs)
        if figure.units is not None:
            return self._counted_units(figure)
        if figure.people is not None:
            return self._counted_people(figure)
        return self._counted_facts(figure)

    # the tree

    def tree(self, *, sorts: bool = True) -> list[StoodAt]:
        """Return every organization of the period's tree at or below this one, by id; of what sort, if asked."""
        if self._tree is None or (sorts and not self._tree[0]):
            self._tree = sorts, tree_within(self.org, self.period, sorts=sorts)
        return self._tree[1]

    def standing(self, selection: Selection) -> list[StoodAt]:
        """Return those that are meant and stand on the last day."""
        return [
            row for row in self.tree() if row.stays and selection.includes(row.kind, row.domain, row.level)
        ]

    def _counted_orgs(self, selection: Selection) -> Counted:
        rows = self.standing(selection)
        return Counted(Decimal(len(rows)), known=len(rows), digest=_digest(row.org for row in rows))

    # bodies and persons

    def units(self, figure: Figure) -> QuerySet[UnitSpan]:
        """Return the bodies of a figure's kinds as they stood on the last day."""
        assert figure.units is not None
        rows = unit_spans_on(self.context, self.org, self.period.last)
        return rows.filter(kind__in=figure.units.kinds)

    def _counted_units(self, figure: Figure) -> Counted:
        rows = list(self.units(figure).order_by("unit").values_list("unit", "org"))
        founded = [pk for pk, org in rows if org is not None]
        whole, above = Decimal(len(rows)), Decimal(len(founded))
        value = _ratio(above, whole) if rows else None
        digest = _digest((*(pk for pk, _ in rows), "with", *founded))
        return Counted(value, above, whole, len(rows), 0, digest=digest)

    def _counted_people(self, figure: Figure) -> Counted:
        wanted = figure.people
        assert wanted is not None
        number = how_many_on(self.org, self.period.last, standing=wanted.standing, posts=wanted.posts)
        # persons leave no fingerprint of who they are
        return Counted(Decimal(number), known=number, digest=_digest(("people", number)))

    # facts

    def _counted_facts(self, figure: Figure) -> Counted:
        indicator = self.pack.find(IndicatorKind, figure.indicator)
        if indicator is None:
            raise NotFound("There is no such figure here.")
        parts = self.parts(figure)
        known = [part for part in parts if part.known]
        digest = _digest((part.org, part.numerator, part.denominator) for part in parts)
        above, below = _summed(figure, indicator, known)
        value = None
        if known and above is not None:
            value = above if below is None else _ratio(above, below) if below else None
        unknown = len(parts) - len(known)
        withheld = "" if enough_known(figure, len(known), unknown) else "coverage"
        facts = sum(count for _, count in self._side(indicator.numerator).values())
        return Counted(value, above, below, len(known), unknown, facts, digest, withheld)

    def parts(self, figure: Figure) -> list[PartOf]:
        """Return what each organization brings to a figure from facts, those that are not known as well.

        With ``of`` these are the ones expected to report; without it, those of which there is
        anything at all.
        """
        if self._parts is None or self._parts[0] is not figure:
            self._parts = (figure, list(self._made_parts(figure)))
        return self._parts[1]

    def _made_parts(self, figure: Figure) -> Iterator[PartOf]:
        indicator = self.pack.find(IndicatorKind, figure.indicator)
        if indicator is None:
            return
        divisor = indicator.denominator
        above, nothing = self._side(indicator.numerator), _empty(indicator.numerator)
        below, none_below = None, None
        if divisor is not None and divisor.measured:
            below, none_below = self._side(divisor), _empty(divisor)
        for row in self._expected(figure, indicator):
            numerator = above.get(row.org, (nothing, 0))[0]
            denominator = None
            if divisor is not None:
                held = below.get(row.org, (none_below, 0))[0] if below is not None else None
                denominator = _denominator(divisor, held, row)
            known = numerator is not None and (divisor is None or denominator is not None)
            if figure.of is not None or known or row.org in above:
                yield PartOf(row.org, numerator, denominator, known)

    def _expected(self, figure: Figure, indicator: IndicatorKind) -> Iterable[StoodAt]:
        if figure.of is not None:
            return self.standing(figure.of)
        divisor = indicator.denominator
        tree = self.tree(sorts=divisor is not None and divisor.orgs is not None)
        return tree if indicator.scope == "subtree" else [row for row in tree if row.org == self.org.pk]

    def facts(self, measure: Measure) -> QuerySet[Fact]:
        """Return the facts that a measure reads below this organization."""
        days = Q(day__lte=self.period.last)
        if measure.verb != "last":
            days &= Q(day__gte=self.period.first)
        items = Q(item__in=measure.item) if measure.item else Q()
        here = in_subtree(self.org.path, "org__path")
        return counting_facts(self.context, self.known_at).filter(here, days, items, code=measure.fact)

    def _side(self, measure: Measure) -> Side:
        """Return a measure of each organization that has facts of it, and of how many facts it is made."""
        if measure not in self._sides:
            self._sides[measure] = self._measured(measure)
        return self._sides[measure]

    def _measured(self, measure: Measure) -> Side:
        if measure.verb == "last":
            return _newest(self.facts(measure), measure)
        if measure.verb in ("max", "min"):
            return _outermost(self.facts(measure), measure)
        rows = self._kept(measure) if self._may_use_sums else self._grouped(measure)
        return _added(rows, measure)

    @property
    def _may_use_sums(self) -> bool:
        """Whether what is kept with the facts says it: of a whole year, as it is now."""
        return self.period.kind == "year" and self.known_at is None

    def _kept(self, measure: Measure) -> Iterator[Grouped]:
        rows = sums_of(self.context, {measure.fact}, measure.items, self.period.year)
        here = rows.filter(within_below(self.context.places("plans.view"), self.org))
        for org, facts, known, total in here.values_list("org", "facts", "known", "total"):
            yield org, facts, known, value_of(total)

    def _grouped(self, measure: Measure) -> Iterator[Grouped]:
        rows = self.facts(measure).order_by().values_list("org")
        grouped = rows.annotate(all=Count("pk"), known=Count("value"), made=Sum("value"))
        for org, facts, known, made in grouped.iterator(chunk_size=5000):
            # what a database adds up inexactly is exact again at the four places that facts have
            yield org, facts, known, Decimal(0 if made is None else made).quantize(_PLACES, ROUND_HALF_UP)


def _empty(measure: Measure) -> Decimal | None:
    return None if measure.may_be_empty else Decimal(0)


def _denominator(divisor: Divisor, held: Decimal | None, row: StoodAt) -> Decimal | None:
    if divisor.number is not None:
        return divisor.number
    if divisor.orgs is not None:
        return Decimal(1 if row.stays and row.kind in divisor.orgs else 0)
    return held


def _summed(
    figure: Figure, indicator: IndicatorKind, known: list[PartOf]
) -> tuple[Decimal | None, Decimal | None]:
    """Return numerator and denominator over the parts that are known; a share of ``at_least`` counts parts."""
    if not known:
        return None, None
    if figure.at_least is not None:
        reached = sum(1 for part in known if (_own_value(part) or Decimal(0)) >= figure.at_least)
        return Decimal(reached), Decimal(len(known))
    numbers = [part.numerator for part in known if part.numerator is not None]
    verb = indicator.numerator.verb
    above = max(numbers) if verb == "max" else min(numbers) if verb == "min" else sum(numbers, Decimal(0))
    divisor = indicator.denominator
    if divisor is None:
        return above, None
    if divisor.number is not None:
        return above, divisor.number
    return above, sum((part.denominator or Decimal(0) for part in known), Decimal(0))


def _own_value(part: PartOf) -> Decimal | None:
    if part.denominator is None:
        return part.numerator
    return (
        _ratio(part.numerator, part.denominator) if part.numerator is not None and part.denominator else None
    )


def _ratio(above: Decimal, below: Decimal) -> Decimal:
    return (above / below).quantize(_VALUE, ROUND_HALF_UP)


def _digest(parts: Iterable[Any]) -> str:
    return hashlib.sha256("".join(f"{part}\n" for part in parts).encode()).hexdigest()


def _added(rows: Iterable[Grouped], measure: Measure) -> Side:
    """Return a sum or a count of each organization, of which there may be several rows."""
    held: dict[int, tuple[int, int, Decimal]] = {}
    for org, every, known, whole in rows:
        before = held.get(org)
        held[org] = (
            (every, known, whole)
            if before is None
            else (before[0] + every, before[1] + known, before[2] + whole)
        )
    if measure.verb == "count":
        return {org: (Decimal(known), every) for org, (every, known, _) in held.items()}
    strict, may_be_empty = measure.nulls is None, measure.may_be_empty
    return {
        org: (None if (strict and every != known) or (may_be_empty and not known) else whole, every)
        for org, (every, known, whole) in held.items()
    }


def _outermost(rows: QuerySet[Fact], measure: Measure) -> Side:
    """Return the greatest or the least of each organization."""
    put = Max if measure.verb == "max" else Min
    grouped = (
        rows.order_by().values_list("org").annotate(all=Count("pk"), known=Count("value"), made=put("value"))
    )
    return {
        org: (None if made is None or (every != known and measure.nulls is None) else made, every)
        for org, every, known, made in grouped
    }


def _newest(rows: QuerySet[Fact], measure: Measure) -> Side:
    """Return of each organization the newest value of every item, added up."""
    held: dict[int, dict[str, Decimal | None]] = defaultdict(dict)
    ordered = rows.order_by("day", "known_at", "fact").values_list("org", "item", "value")
    for org, item, value in ordered.iterator(chunk_size=5000):
        if value is not None or measure.nulls is None:
            held[org][item] = value
    found: Side = {}
    for org, items in held.items():
        values = list(items.values())
        whole = None if None in values else sum((each for each in values if each is not None), Decimal(0))
        found[org] = (whole, len(values))
    return found


@dataclass(frozen=True)
class Asked:
    """One figure of one organization over one period, with its definition and what it came to."""

    name: str
    figure: Figure
    org: Org
    period: Period
    counted: Counted


def figure_at(
    context: Context, org: Org, *, name: str, period: Period, known_at: datetime | None = None
) -> Asked:
    """Return one figure as it stands now, or as known at an instant.

    Refused outside the reader's reach, and where the reader does not see all that it is made of.
    """
    return figure_of(counting_at(context, org, period=period, known_at=known_at), name)


def figure_of(counting: Counting, name: str) -> Asked:
    """Return one figure of what is being counted; an unknown name refuses."""
    figure = find_figure(counting.pack, name)
    if figure is None:
        raise NotFound("There is no such figure here.")
    return Asked(name, figure, counting.org, counting.period, counting.count(figure))


def counting_at(
    context: Context,
    org: Org,
    *,
    period: Period,
    known_at: datetime | None = None,
    pack: Pack | None = None,
) -> Counting:
    """Return what counts the figures of an organization; outside the reader's reach there are none."""
    if not sees_figures(context, org):
        raise NotFound("There are no figures of this organization within your reach.")
    return Counting(context, org, period, pack or pack_of(org.root_id), known_at)


def sees_figures(context: Context, org: Org) -> bool:
    """Whether the reader sees all that figures of an organization are made of."""
    return context.may(VIEW, org.path) and context.places(FACTS).covers_below(org.path)


def facts_of_figure(counting: Counting, figure: Figure, org: int | None = None) -> QuerySet[Fact]:
    """Return the facts that a figure's numerator is made of, by organization and day; of one alone if it is named."""
    indicator = counting.pack.find(IndicatorKind, figure.indicator)
    if indicator is None:
        raise NotFound("There is no such figure here.")
    rows = counting.facts(indicator.numerator)
    if figure.of is not None:
        rows = rows.filter(org__in=[row.org for row in counting.standing(figure.of)])
    elif indicator.scope == "own":
        rows = rows.filter(org=counting.org)
    if org is not None:
        rows = rows.filter(org=org)
    return rows.select_related("org").order_by("org__code", "day", "fact")
