"""Programmes, targets and what was reached."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import open_children, visible_orgs, within
from gangmu.kernel.packs.queries import pack_by_version, pack_of
from gangmu.work.programmes.definitions import Metric, Phase, Pillar, ProgrammeKind
from gangmu.work.programmes.models import Target, TargetVersion
from gangmu.work.programmes.queries.reached import reached_at, reached_in

VIEW = "programmes.view"


def programmes_of(org: Org) -> tuple[ProgrammeKind, ...]:
    """Return the programmes that are in force where an organization stands, by code."""
    return pack_of(org.root_id).all(ProgrammeKind)


def programme_of(org: Org, code: str) -> ProgrammeKind:
    """Return one programme as it is now; an unknown code refuses."""
    found = pack_of(org.root_id).find(ProgrammeKind, code)
    if found is None:
        raise NotFound("There is no such programme here.")
    return found


def metric_of(programme: ProgrammeKind, code: str) -> Metric:
    """Return one metric of a programme; an unknown code refuses."""
    found = programme.metric(code)
    if found is None:
        raise NotFound("The programme has no such metric.")
    return found


def metric_of_target(target: Target) -> Metric:
    """Return a target's metric as it was when the target was set."""
    programme = pack_by_version(target.pack).find(ProgrammeKind, target.programme)
    if programme is None:
        raise NotFound("There is no such programme here.")
    return metric_of(programme, target.metric)


def programme_of_target(target: Target) -> ProgrammeKind:
    """Return a target's programme as it was when the target was set."""
    found = pack_by_version(target.pack).find(ProgrammeKind, target.programme)
    if found is None:
        raise NotFound("There is no such programme here.")
    return found


def visible_targets(context: Context) -> QuerySet[Target]:
    """Return the targets within reach, the newest year first, in the order of the tree."""
    return (
        Target.objects.filter(within(context.places(VIEW)))
        .select_related("org", "org__parent", "parent", "parent__org", "pack")
        .defer("pack__files")
        .order_by("-year", "programme", "metric", "org__path")
    )


def target_by_id(context: Context, target_id: int) -> Target:
    """Return one target that the reader may see; otherwise there is none."""
    found = visible_targets(context).filter(pk=target_id).first()
    if found is None:
        raise NotFound("There is no such target.")
    return found


def own_targets(context: Context, org: Org, year: int) -> QuerySet[Target]:
    """Return what one organization is to reach in a year, by programme and metric."""
    return visible_targets(context).filter(org=org, year=year).order_by("programme", "metric")


def target_at(context: Context, org: Org, *, programme: str, metric: str, year: int) -> Target | None:
    """Return the target of an organization in a metric and year, if there is one."""
    same = visible_targets(context).filter(org=org, programme=programme, metric=metric, year=year)
    return same.first()


def parts_of(context: Context, target: Target) -> QuerySet[Target]:
    """Return what a target was handed on as, in the order of codes."""
    return visible_targets(context).filter(parent=target).order_by("org__code")


def versions_of(context: Context, target: Target) -> QuerySet[TargetVersion]:
    """Return all versions of a target and wishes for others, the newest first."""
    target_by_id(context, target.pk)
    return (
        TargetVersion.objects.filter(target=target)
        .select_related("proposed_by", "decided_by")
        .order_by("-number")
    )


def visible_changes(context: Context) -> QuerySet[TargetVersion]:
    """Return the wishes for other targets within reach, the oldest first."""
    return (
        TargetVersion.objects.filter(within(context.places(VIEW), "target__org__path"), state="proposed")
        .select_related(
            "target",
            "target__org",
            "target__org__parent",
            "target__parent",
            "target__parent__org",
            "proposed_by",
        )
        .order_by("proposed_at", "pk")
    )


def change_by_id(context: Context, change_id: int) -> TargetVersion:
    """Return one version of a target that the reader may see; otherwise there is none."""
    found = (
        TargetVersion.objects.filter(within(context.places(VIEW), "target__org__path"), pk=change_id)
        .select_related("target", "target__org", "target__org__parent", "target__parent__org", "target__pack")
        .defer("target__pack__files")
        .first()
    )
    if found is None:
        raise NotFound("There is no such change.")
    return found


def changes_to_decide(context: Context, target: Target) -> QuerySet[TargetVersion]:
    """Return the wishes of those to whom a target was handed on."""
    return visible_changes(context).filter(target__parent=target)


def those_below(target: Target) -> list[Org]:
    """Return to whom a target can be handed on: the open organizations directly below, by code."""
    return open_children(target.org)


# What was reached


@dataclass(frozen=True)
class Line:
    """One metric of a programme as one organization stands in it; without a target, ``target`` is None."""

    metric: Metric
    pillar: Pillar | None
    target: Target | None
    reached: Decimal | None


@dataclass(frozen=True)
class Progress:
    """How an organization and all below it stand in a programme in a year."""

    programme: ProgrammeKind
    org: Org
    year: int
    phase: Phase | None
    lines: tuple[Line, ...]


def progress_in(context: Context, org: Org, *, programme: str, year: int) -> Progress:
    """Return target against what was reached, for an organization with all below it."""
    if not context.may(VIEW, org.path):
        raise NotFound("There is no such organization.")
    kind = programme_of(org, programme)
    held = {each.metric: each for each in own_targets(context, org, year).filter(programme=programme)}
    pillars = {each.code: each for each in kind.pillars}
    lines = []
    for metric in kind.metrics:
        whole = reached_at(context, org, metric, year)
        lines.append(Line(metric, pillars.get(metric.pillar), held.get(metric.code), whole))
    return Progress(kind, org, year, kind.phase_of(year), tuple(lines))


@dataclass(frozen=True)
class Part:
    """One organization's part of a target, and what it reached with all below it."""

    org: Org
    target: Target
    reached: Decimal | None
    change: TargetVersion | None


def progress_of_parts(context: Context, target: Target) -> list[Part]:
    """Return the parts of a target with what was reached in each, in the order of codes."""
    target_by_id(context, target.pk)
    sums = reached_in(context, target.org, metric_of_target(target), target.year)
    wishes = {each.target_id: each for each in changes_to_decide(context, target)}
    return [
        Part(each.org, each, sums.get(each.org_id), wishes.get(each.pk)) for each in parts_of(context, target)
    ]


def years_of(programmes: Iterable[ProgrammeKind], today: date) -> list[int]:
    """Return the years near this one through which programmes run, and this one, in order."""
    near = range(today.year - 5, today.year + 6)
    return sorted({year for each in programmes for year in near if year in each.years} | {today.year})


def places_of(context: Context, permission: str) -> list[Org]:
    """Return the organizations at the tops of where the reader holds a permission, in code order."""
    places = context.places(permission)
    tops = Q(parent=None) if places.everywhere else Q(path__in=[low for low, _ in places.ranges])
    return list(visible_orgs(context).filter(tops, closed_on=None).select_related("parent").order_by("code"))
