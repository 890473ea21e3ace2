"""Which facts count; the reads that pages and other rooms need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Concat, Round

from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.kernel.facts.models import Fact, FactSum
from gangmu.kernel.facts.rules import ALL_ITEMS, MOST_PLACES, VOID, AsKnown, value_of
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import IdOfStep, in_subtree, visible_orgs, within, within_below


def _known(known_at: datetime | AsKnown | None) -> Q:
    """Return the condition that a fact is known at an instant, now, or for some organizations later than for others."""
    if known_at is None:
        return Q()
    if isinstance(known_at, AsKnown):
        return Q(known_at__lte=known_at.at) | Q(known_at__lte=known_at.later, org__in=known_at.orgs)
    return Q(known_at__lte=known_at)


def counting_facts(context: Context, known_at: datetime | AsKnown | None = None) -> QuerySet[Fact]:
    """Return the facts within the reader's reach that count, now or as known at an instant.

    What was replaced by a fact known by then is left out, and so are void ones.
    """
    known = _known(known_at)
    later = Fact.objects.filter(known, replaces=OuterRef("fact"))
    return Fact.objects.filter(known, ~Exists(later), within(context.places("plans.view"))).exclude(code=VOID)


def sums_of(
    context: Context, codes: Iterable[str], items: Iterable[str] | None, year: int
) -> QuerySet[FactSum]:
    """Return what the facts within the reader's reach that count now come to in a year: a row each organization.

    Of several codes or some items a row of each. Where nothing counts there is no row.
    """
    wanted = [ALL_ITEMS] if items is None else sorted(items)
    return FactSum.objects.filter(
        within(context.places("plans.view")), code__in=sorted(codes), item__in=wanted, year=year, facts__gt=0
    )


@dataclass(frozen=True)
class Brought:
    """What the facts that count come to at one place: how many, how many of them with a value, their sum."""

    facts: int = 0
    known: int = 0
    total: Decimal = Decimal(0)

    def __add__(self, other: "Brought") -> "Brought":
        return Brought(self.facts + other.facts, self.known + other.known, self.total + other.total)


@dataclass(frozen=True)
class Sought:
    """Which facts are added up: of a code, of some items or all, in a period, as known at an instant or now.

    ``ever``: of every day before its end as well.
    """

    code: str
    items: frozenset[str] | None
    period: Period
    known_at: datetime | AsKnown | None = None
    ever: bool = False

    @property
    def days(self) -> Q:
        """The condition that a fact is about one of the days."""
        return (
            Q(day__lte=self.period.last) if self.ever else Q(day__range=(self.period.first, self.period.last))
        )

    @property
    def years(self) -> Q:
        """The same of sums, which are kept by year."""
        return Q(year__lte=self.period.year) if self.ever else Q(year=self.period.year)


def brought_below(context: Context, top: Org, sought: Sought) -> dict[int, Brought]:
    """Return what facts come to by place: at an organization itself, and at and below each directly below it.

    As far as the reader sees them. Sums are kept by year: what they were at an instant they are
    now, but where one changed since; only there, and for shorter periods, the facts are read.
    """
    places = within_below(context.places("plans.view"), top)
    facts = counting_facts(context, sought.known_at).filter(in_subtree(top.path, "org__path"), sought.days)
    facts = facts.filter(code=sought.code)
    if sought.items is not None:
        facts = facts.filter(item__in=sorted(sought.items))
    if sought.period.kind != "year":
        return _by_place(top, facts, facts=Count("pk"), known=Count("value"), total=_PARTS)
    sums = _summed(FactSum.objects.filter(places), sought)
    added = {"facts": Sum("facts"), "known": Sum("known"), "total": Sum("total")}
    if sought.known_at is None:
        return _by_place(top, sums, **added)
    known_at = sought.known_at.at if isinstance(sought.known_at, AsKnown) else sought.known_at
    since = Q(changed_at__gt=known_at) | Q(changed_at__isnull=True)
    changed = sorted(set(sums.filter(since).order_by().values_list("org", flat=True)))
    found = _by_place(top, sums.exclude(org__in=changed), **added)
    if changed:
        again = facts.filter(org__in=changed)
        for place, brought in _by_place(
            top, again, facts=Count("pk"), known=Count("value"), total=_PARTS
        ).items():
            found[place] = found.get(place, Brought()) + brought
    return found


_PARTS = Sum(Cast(Round(F("value") * 10**MOST_PLACES), BigIntegerField()))


def _by_place(top: Org, rows: QuerySet[Any], **added: Any) -> dict[int, Brought]:
    """Return sums by what stands directly below an organization; where nothing counts there is none."""
    stepped = (
        rows.order_by()
        .annotate(step=IdOfStep(top, "org__path"))
        .values("step")
        .annotate(**{f"all_{name}": each for name, each in added.items()})
    )
    return {
        row["step"]: Brought(row["all_facts"], row["all_known"], value_of(row["all_total"] or 0))
        for row in stepped
        if row["all_facts"]
    }


def orgs_with_facts(code: str, items: Iterable[str]) -> QuerySet[FactSum, int]:
    """Return the ids of organizations of which facts of a code and some items count: to narrow a read by them."""
    return (
        FactSum.objects.filter(code=code, item__in=sorted(items), facts__gt=0)
        .order_by()
        .values_list("org", flat=True)
    )


def facts_of_sources(sources: Iterable[str]) -> QuerySet[Fact]:
    """Return the facts of some sources that nothing has replaced yet: for those who replace them."""
    later = Fact.objects.filter(replaces=OuterRef("fact"))
    return Fact.objects.filter(~Exists(later), source__in=list(sources)).exclude(code=VOID)


def orgs_where_so(code: str, items: Iterable[str], day: date) -> QuerySet[Fact, int]:
    """Return the ids of organizations where one of some items is so on a day: its newest fact is 1; for decisions."""
    replaced = Fact.objects.filter(replaces=OuterRef("fact"))
    counting = Fact.objects.filter(~Exists(replaced), code=code, day__lte=day)
    later = counting.filter(
        Q(day__gt=OuterRef("day")) | Q(day=OuterRef("day"), pk__gt=OuterRef("pk")),
        org=OuterRef("org"),
        item=OuterRef("item"),
    )
    newest = counting.filter(~Exists(later), item__in=sorted(items))
    return newest.filter(value__gte=1).values_list("org", flat=True)


def facts_to_export(
    last: date, known_at: datetime | AsKnown | None, orgs: Iterable[int] | None = None
) -> QuerySet[Fact]:
    """Return what a round over a period that ends on ``last`` has to read, by id.

    All facts up to that day, since the newest value of an item may come from an earlier
    period; and later ones that replace one of them, since what is replaced stays replaced.
    """
    known = _known(known_at)
    here = Q() if orgs is None else Q(org__in=orgs)
    upto = Fact.objects.filter(known, here, day__lte=last)
    # looked up for the few later ones that replace something; a list of all ids would be made anew each time
    replacing = Q(replaces__isnull=False) & Exists(upto.filter(fact=OuterRef("replaces")))
    return Fact.objects.filter(known, here, Q(day__lte=last) | replacing).order_by("pk")


def newest_fact() -> int:
    """Return the number of the fact that was written last, 0 if there is none."""
    return Fact.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def fact_added_since(number: int, known_at: datetime) -> bool:
    """Whether a fact that was known by an instant has been added after another: what was read is not all."""
    return Fact.objects.filter(pk__gt=number, known_at__lte=known_at).exists()


def known_below(context: Context, top: Org, sought: Iterable[Sought]) -> set[Sought]:
    """Return which facts of years are known at an organization or anywhere below it, whenever they were learnt."""
    asked = _of_which_any(sought)
    if not asked:
        return set()
    sums = FactSum.objects.filter(within_below(context.places("plans.view"), top), facts__gt=0).order_by()
    known = {f"known{at}": Exists(_summed(sums, each)) for at, each in enumerate(asked)}
    held = visible_orgs(context).order_by().filter(pk=top.pk).values_list(*known.values()).first() or ()
    return {each for each, there in zip(asked, held, strict=False) if there}


def how_many_below(context: Context, top: Org, sought: Sought) -> int:
    """Return how many facts of years count now at an organization and all below it, as far as the reader sees."""
    sums = FactSum.objects.filter(within_below(context.places("plans.view"), top))
    return _summed(sums, sought).aggregate(all=Sum("facts"))["all"] or 0


def where_known(context: Context, top: Org, sought: Iterable[Sought]) -> dict[Sought, set[int]]:
    """Return at which places some facts of years are known: directly below an organization, and there.

    A place is asked whether anything below it tells: the first that does is the answer.
    """
    found: dict[Sought, set[int]] = {each: set() for each in sought}
    asked = _of_which_any(found)
    if not asked:
        return found
    told = FactSum.objects.filter(
        within(context.places("plans.view")),
        facts__gt=0,
        org__path__gte=OuterRef("path"),
        org__path__lt=Concat(OuterRef("path"), Value("~")),
    )
    known = {f"known{at}": Exists(_summed(told.order_by(), each)) for at, each in enumerate(asked)}
    places = visible_orgs(context).filter(Q(pk=top.pk) | Q(parent=top))
    for place, *held in places.annotate(**known).order_by().values_list("pk", *known):
        for each, there in zip(asked, held, strict=True):
            if there:
                found[each].add(place)
    return found


def _of_which_any(sought: Iterable[Sought]) -> list[Sought]:
    """Return those of which there is a fact at all: of the others every place would be asked in vain."""
    asked = list(dict.fromkeys(sought))
    sums = FactSum.objects.filter(facts__gt=0).order_by()
    there = [Exists(_summed(sums, each)) for each in asked]
    held = FactSum.objects.order_by().values_list(*there)[:1] if asked else []
    return [each for row in held for each, is_so in zip(asked, row, strict=True) if is_so]


def _summed(sums: QuerySet[FactSum], sought: Sought) -> QuerySet[FactSum]:
    items = [ALL_ITEMS] if sought.items is None else sorted(sought.items)
    return sums.filter(sought.years, code=sought.code, item__in=items)


def facts_below(context: Context, org: Org, sought: Sought) -> QuerySet[Fact]:
    """Return the facts that count at an organization and all below it, as far as the reader sees them.

    The organizations are named as a list: by a range of paths SQLite would read every fact of the code.
    """
    facts = counting_facts(context, sought.known_at).filter(
        sought.days,
        org__in=visible_orgs(context).filter(in_subtree(org.path)).order_by().values("pk"),
        code=sought.code,
    )
    if sought.items is not None:
        facts = facts.filter(item__in=sorted(sought.items))
    return facts.select_related("org").order_by("org__path", "day", "fact")
