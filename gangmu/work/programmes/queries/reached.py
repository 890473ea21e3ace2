"""What was reached: facts added up for an organization with all below it, unknown where nobody reported."""

from collections import defaultdict
from decimal import Decimal

from django.db.models import F

from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.kernel.facts.models import FactSum
from gangmu.kernel.facts.queries import counting_facts, sums_of
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import within_below
from gangmu.work.programmes.definitions import Metric

VIEW = "programmes.view"
HUNDRED = Decimal(100)

_PART = Decimal(1) / FactSum.PARTS


def _own(context: Context, top: Org, code: str, item: str, year: int, *, newest: bool) -> dict[str, Decimal]:
    """Return what facts of one code say of a year so far, by the paths of organizations that told.

    Who told that it does not know is left out, like who told nothing: unknown is not nothing.
    """
    here = within_below(context.places(VIEW), top)
    if newest:
        facts = counting_facts(context).filter(here, code=code, day__lte=Period("year", year).last)
        if item:
            facts = facts.filter(item=item)
        told = facts.order_by("day", "known_at", "fact").values_list("org__path", "value")
        return {path: value for path, value in dict(told).items() if value is not None}
    rows = sums_of(context, code, [item] if item else None, year).filter(here, facts=F("known"))
    return {path: total * _PART for path, total in rows.values_list("org__path", "total")}


def _upwards(top: Org, own: dict[str, Decimal]) -> dict[int, Decimal]:
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
    code, newest = actual.sum or actual.last, bool(actual.last)
    own = _own(context, top, code, actual.item, year, newest=newest)
    if not actual.of:
        return _upwards(top, own)
    base = _own(context, top, actual.of, actual.item, year, newest=False)
    both = own.keys() & base.keys()
    parts = _upwards(top, {path: own[path] for path in both})
    wholes = _upwards(top, {path: base[path] for path in both})
    return {org: round(parts[org] * HUNDRED / whole, metric.places) for org, whole in wholes.items() if whole}
