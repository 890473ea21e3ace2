"""How far areas are: who holds a standard, by area and field, and which areas are examples."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotAllowed
from gangmu.kernel.facts.queries import counting_facts, orgs_with_facts
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, orgs_below, within
from gangmu.work.standards.definitions import DemonstrationKind, StandardKind
from gangmu.work.standards.models import Claim
from gangmu.work.standards.queries.claims import VIEW
from gangmu.work.standards.queries.kinds import all_standards
from gangmu.work.standards.rules import CLAIMED, FACT_MET, HELD, NONE, UNKNOWN, Counted


@dataclass(frozen=True)
class Standing:
    """One organization that a standard is for, and whether it holds it."""

    org: Org
    state: str


def _asked(context: Context, top: Org, kinds: Iterable[StandardKind]) -> QuerySet[Org]:
    """Return the open organizations below one for which one of the standards is, or may be."""
    wanted = Q(pk__in=())
    for each in kinds:
        here = Q()
        if each.applies_to.kinds:
            here &= Q(kind__in=each.applies_to.kinds)
        if each.applies_to.levels:
            here &= Q(level__in=each.applies_to.levels)
        if each.applies_to.domains:
            here &= Q(domain__in=(*each.applies_to.domains, ""))
        wanted |= here
    below = orgs_below(context, top).filter(wanted, within(context.places(VIEW), "path"))
    return below.exclude(pk=top.pk).order_by("path")


def held_on(context: Context, top: Org, codes: Iterable[str], day: date) -> dict[int, set[str]]:
    """Return which of some standards organizations below one hold on a day, from the facts.

    The newest fact about that day or one before says it, as an indicator would read it.
    """
    wanted = list(codes)
    told = orgs_with_facts(FACT_MET, wanted)
    rows = counting_facts(context).filter(
        in_subtree(top.path, "org__path"), org__in=told, code=FACT_MET, item__in=wanted, day__lte=day
    )
    newest: dict[tuple[int, str], bool] = {}
    for org, item, value in rows.order_by("day", "known_at", "fact").values_list("org", "item", "value"):
        newest[org, item] = bool(value)
    found: dict[int, set[str]] = {}
    for (org, item), met in newest.items():
        if met:
            found.setdefault(org, set()).add(item)
    return found


class _Judge:
    """Says how organizations below one stand to some standards on a day."""

    def __init__(self, context: Context, top: Org, kinds: tuple[StandardKind, ...], day: date) -> None:
        codes = [each.code for each in kinds]
        self.kinds, self.held = kinds, held_on(context, top, codes, day)
        waiting = Claim.objects.filter(
            in_subtree(top.path, "org__path"), kind__in=codes, state__in=("submitted", "appealed")
        )
        self.claimed = set(waiting.values_list("org", flat=True))
        self._meant: dict[tuple[str, str, str], bool] = {}

    def state(self, org: int, kind: str, domain: str, level: str) -> str:
        """Return how an organization stands; one whose field nobody has noted is unknown."""
        sort = (kind, domain, level)
        if sort not in self._meant:
            self._meant[sort] = any(each.applies_to.includes(*sort) for each in self.kinds)
        if not self._meant[sort]:
            return UNKNOWN  # nobody can say which standard is for it
        if org in self.held:
            return HELD
        return CLAIMED if org in self.claimed else NONE


def standings(context: Context, top: Org, kinds: tuple[StandardKind, ...], day: date) -> list[Standing]:
    """Return every organization below one that the standards are for, and how it stands on a day."""
    judge = _Judge(context, top, kinds, day)
    return [
        Standing(org, judge.state(org.pk, org.kind, org.domain, org.level))
        for org in _asked(context, top, kinds)
    ]


@dataclass(frozen=True)
class AreaRow:
    """One area with what is counted in it, by field and together."""

    org: Org
    by_domain: Mapping[str, Counted]
    total: Counted


def area_rows(
    context: Context, top: Org, kinds: tuple[StandardKind, ...], day: date, level: str
) -> list[AreaRow]:
    """Return the areas of a level at or below an organization, each with what is counted below it (整乡推进)."""
    _refuse_outside(context, top)
    areas = list(orgs_below(context, top).filter(level=level).order_by("path"))
    judge = _Judge(context, top, kinds, day)
    wanted, found = {str(area.pk) for area in areas}, Counter[tuple[str, str, str]]()
    asked = _asked(context, top, kinds).values_list("path", "pk", "kind", "domain", "level")
    for path, org, kind, domain, of_level in asked:
        state = judge.state(org, kind, domain, of_level)
        for step in wanted.intersection(path.split("/")[:-2]):
            found[step, domain, state] += 1
    sums: dict[int, dict[str, Counted]] = {area.pk: {} for area in areas}
    for (step, domain, state), count in found.items():
        here = sums[int(step)]
        here[domain] = here.get(domain, Counted()).plus(Counted(**{state: count}))
    return [AreaRow(area, sums[area.pk], _sum(sums[area.pk].values())) for area in areas]


def _sum(parts: Iterable[Counted]) -> Counted:
    total = Counted()
    for part in parts:
        total = total.plus(part)
    return total


def _refuse_outside(context: Context, top: Org) -> None:
    """Refuse who may not see every organization and fact that is counted: a share of some is no share."""
    for permission in (VIEW, "plans.view"):
        if not context.places(permission).covers_below(top.path):
            raise NotAllowed("You may not do this here.", {"permission": permission})


def demonstration_rows(context: Context, top: Org, kind: DemonstrationKind, day: date) -> list[AreaRow]:
    """Return the areas that a rule judges, at or below an organization, with what it judges them by."""
    kinds = tuple(each for each in all_standards(top) if each.code in kind.standards)
    return area_rows(context, top, kinds, day, kind.level)


def standing_of_area(
    context: Context, area: Org, kinds: tuple[StandardKind, ...], day: date
) -> list[Standing]:
    """Return who is behind an area's numbers, organization by organization."""
    _refuse_outside(context, area)
    return standings(context, area, kinds, day)
