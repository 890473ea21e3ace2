"""What was reached: facts added up for an organization with all below it, unknown where nobody reported."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum

from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.kernel.facts.models import FactSum
from gangmu.kernel.facts.queries import counting_facts, sums_of
from gangmu.kernel.facts.rules import value_of
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import within_below
from gangmu.work.programmes.definitions import Metric

VIEW = "programmes.view"
HUNDRED = Decimal(100)


def _sums(context: Context, top: Org, codes: set[str], item: str, year: int) -> QuerySet[FactSum]:
    """Return what facts of codes come to at a place and below it, of whoever told; a row each organization and code.

    Who told that it does not know is left out, like who told nothing: unknown is not nothing.
    """
    rows = sums_of(context, codes, [item] if item else None, year)
    return rows.filter(within_below(context.places(VIEW), top), facts=F("known"))


def _newest(context: Context, top: Org, code: str, item: str, year: int) -> dict[str, Decimal]:
    """Return the newest value of each organization that told one, by path."""
    facts = counting_facts(context).filter(
        within_below(context.places(VIEW), top), code=code, day__lte=Period("year", year).last
    )
    if item:
        facts = facts.filter(item=item)
    told = facts.order_by("day", "known_at", "fact").values_list("org__path", "value")
    return {path: value for path, value in dict(told).items() if value is not None}


def _upwards(top: Org, own: Mapping[str, Decimal]) -> dict[int, Decimal]:
    """Return for the top and every organization below it what it and all below it have together."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for path, value in own.items():
        steps = path[len(top.path) :].split("/")[:-1]
        for org in (top.pk, *map(int, steps)):
            sums[org] += value
    return dict(sums)


def reached_in(context: Context, top: Org, metric: Metric, year: int) -> dict[int, Decimal]:
    """Return what was reached in a year so far, by organization, each with all below it.

    An organization of which nothing is known is not there. A share is a ratio of sums.
    """
    actual = metric.actual
    if actual is None:
        return {}
    if actual.last:
        return _upwards(top, _newest(context, top, actual.last, actual.item, year))
    own = _by_path(_sums(context, top, {actual.sum}, actual.item, year))
    if not actual.of:
        return _upwards(top, own)
    base = _by_path(_sums(context, top, {actual.of}, actual.item, year))
    both = own.keys() & base.keys()
    parts = _upwards(top, {path: own[path] for path in both})
    wholes = _upwards(top, {path: base[path] for path in both})
    return {org: _share(metric, parts[org], whole) for org, whole in wholes.items() if whole}


def _by_path(rows: QuerySet[FactSum]) -> dict[str, Decimal]:
    return {path: value_of(total) for path, total in rows.values_list("org__path", "total")}


def _share(metric: Metric, part: Decimal, whole: Decimal) -> Decimal:
    return round(part * HUNDRED / whole, metric.places)


def reached_at(context: Context, top: Org, metric: Metric, year: int) -> Decimal | None:
    """Return what an organization with all below it reached in a year so far, None if nothing is known."""
    actual = metric.actual
    if actual is None or actual.last:
        return reached_in(context, top, metric, year).get(top.pk)
    if not actual.of:
        return _together(_sums(context, top, {actual.sum}, actual.item, year))
    by_org = _sums(context, top, {actual.sum, actual.of}, actual.item, year).order_by().values("org")
    both = by_org.annotate(
        part=Sum("total", filter=Q(code=actual.sum)), whole=Sum("total", filter=Q(code=actual.of))
    ).filter(part__isnull=False, whole__isnull=False)
    made = both.aggregate(parts=Sum("part"), wholes=Sum("whole"))
    return _share(metric, value_of(made["parts"]), value_of(made["wholes"])) if made["wholes"] else None


def _together(rows: QuerySet[FactSum]) -> Decimal | None:
    total = rows.aggregate(all=Sum("total"))["all"]
    return None if total is None else value_of(total)
