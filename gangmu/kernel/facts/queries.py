"""Which facts count; the reads that pages and other rooms need."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from gangmu.core.context import Context
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.rules import VOID
from gangmu.kernel.orgs.queries import within


def counting_facts(context: Context, known_at: datetime | None = None) -> QuerySet[Fact]:
    """Return the facts within the reader's reach that count, now or as known at an instant.

    What was replaced by a fact known by then is left out, and so are void ones.
    """
    known = Q(known_at__lte=known_at) if known_at else Q()
    later = Fact.objects.filter(known, replaces=OuterRef("fact"))
    return Fact.objects.filter(known, ~Exists(later), within(context.places("plans.view"))).exclude(code=VOID)


def facts_of_sources(sources: Iterable[str]) -> QuerySet[Fact]:
    """Return the facts of some sources that nothing has replaced yet: for those who replace them."""
    later = Fact.objects.filter(replaces=OuterRef("fact"))
    return Fact.objects.filter(~Exists(later), source__in=list(sources)).exclude(code=VOID)


def facts_to_export(
    last: date, known_at: datetime | None, orgs: Iterable[int] | None = None
) -> QuerySet[Fact]:
    """Return what a round over a period that ends on ``last`` has to read, by id.

    All facts up to that day, since the newest value of an item may come from an earlier
    period; and later ones that replace one of them, since what is replaced stays replaced.
    """
    known = Q(known_at__lte=known_at) if known_at else Q()
    here = Q() if orgs is None else Q(org__in=orgs)
    upto = Fact.objects.filter(known, here, day__lte=last)
    replacing = Q(replaces__in=upto.values("fact"))
    return Fact.objects.filter(known, here, Q(day__lte=last) | replacing).order_by("pk")


def newest_fact() -> int:
    """Return the number of the fact that was written last, 0 if there is none."""
    return Fact.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def fact_added_since(number: int, known_at: datetime) -> bool:
    """Whether a fact that was known by an instant has been added after another: what was read is not all."""
    return Fact.objects.filter(pk__gt=number, known_at__lte=known_at).exists()
