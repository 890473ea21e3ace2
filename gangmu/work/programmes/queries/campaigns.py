"""Campaigns: what may be opened, what runs, who has ticked which of its points."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from gangmu.core.context import Context, Places
from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import open_orgs_under, within
from gangmu.kernel.orgs.rules import ancestor_ids
from gangmu.kernel.packs.queries import pack_by_version, pack_of
from gangmu.work.programmes.definitions import CampaignKind
from gangmu.work.programmes.models import Campaign, CampaignTick
from gangmu.work.programmes.queries.targets import VIEW
from gangmu.work.programmes.rules import Point, points_of


def _above(places: Places) -> set[int]:
    """Return the ids of the organizations above those where the reader's places begin."""
    return {org for low, _ in places.ranges for org in ancestor_ids(low)}


def campaign_kinds(org: Org) -> list[CampaignKind]:
    """Return the campaigns that may be opened at an organization, by code."""
    kinds = pack_of(org.root_id).all(CampaignKind)
    return [each for each in kinds if not each.levels or org.level in each.levels]


def visible_campaigns(context: Context) -> QuerySet[Campaign]:
    """Return the campaigns opened within reach, and above it where they reach down to it, the newest first."""
    places = context.places(VIEW)
    return (
        Campaign.objects.filter(within(places) | Q(org__in=_above(places)))
        .select_related("org", "opened_by", "pack")
        .defer("pack__files")
        .order_by("-first_on", "pk")
    )


def campaign_by_id(context: Context, campaign_id: int) -> Campaign:
    """Return one campaign that the reader may see; otherwise there is none."""
    found = visible_campaigns(context).filter(pk=campaign_id).first()
    if found is None:
        raise NotFound("There is no such campaign.")
    return found


def running_campaign(org: Org, code: str, day: date) -> Campaign | None:
    """Return the campaign that runs on a day at an organization or above it; for decisions."""
    around = [*ancestor_ids(org.path), org.pk]
    running = Campaign.objects.filter(kind=code, org__in=around, first_on__lte=day, last_on__gte=day)
    return running.filter(Q(closed_on=None) | Q(closed_on__gt=day)).first()


def kind_of_campaign(campaign: Campaign) -> CampaignKind | None:
    """Return a campaign's kind as it was when it was opened."""
    return pack_by_version(campaign.pack).find(CampaignKind, campaign.kind)


# The points of a campaign


def points_of_campaign(campaign: Campaign) -> tuple[Point, ...]:
    """Return the points that are gone through in a campaign; many have none."""
    kind = kind_of_campaign(campaign)
    return points_of(kind) if kind is not None else ()


def _asked(campaign: Campaign) -> QuerySet[Org]:
    """Return who goes through a campaign's points, wherever it stands; nobody if there are none."""
    kind = kind_of_campaign(campaign)
    asked = kind.asked_of if kind is not None else None
    if asked is None:
        return open_orgs_under(campaign.org, ())
    return open_orgs_under(campaign.org, asked.kinds, asked.domains, asked.levels)


def asks(campaign: Campaign, org: Org) -> bool:
    """Whether an organization goes through a campaign's points."""
    return _asked(campaign).filter(pk=org.pk).exists()


def standing_ticks(context: Context, campaign: Campaign) -> QuerySet[CampaignTick]:
    """Return the ticks of a campaign within reach that were not taken back, by organization and point."""
    campaign_by_id(context, campaign.pk)
    return (
        CampaignTick.objects.filter(within(context.places(VIEW)), campaign=campaign, undone_at=None)
        .select_related("org", "ticked_by", "record")
        .order_by("org__code", "point")
    )


def ticks_at(context: Context, campaign: Campaign, org: Org) -> list[CampaignTick]:
    """Return everything that one organization ticked or took back in a campaign, in the order of time."""
    campaign_by_id(context, campaign.pk)
    return list(
        CampaignTick.objects.filter(within(context.places(VIEW)), campaign=campaign, org=org)
        .select_related("ticked_by", "undone_by", "record", "record__pack")
        .defer("record__values", "record__pack__files")
        .order_by("pk")
    )


def tick_by_id(context: Context, tick_id: int) -> CampaignTick:
    """Return one tick that the reader may see; otherwise there is none."""
    found = (
        CampaignTick.objects.filter(within(context.places(VIEW)), pk=tick_id)
        .select_related("org", "campaign", "campaign__org")
        .first()
    )
    if found is None:
        raise NotFound("There is no such tick.")
    return found


def orgs_asked(context: Context, campaign: Campaign, *, name: str = "", far: str = "") -> QuerySet[Org]:
    """Return who goes through a campaign's points within reach, by code, each with what it ticked.

    ``ticked`` is how many points it has, ``standing`` the ticks themselves. ``name`` leaves those
    whose name holds it, ``far`` those that have ``none``, ``some`` or ``all`` of the points.
    """
    asked = _asked(campaign_by_id(context, campaign.pk))
    mine = CampaignTick.objects.filter(campaign=campaign, org=OuterRef("pk"), undone_at=None)
    number = mine.order_by().values("org").annotate(number=Count("pk")).values("number")
    standing = CampaignTick.objects.filter(campaign=campaign, undone_at=None)
    orgs = asked.filter(within(context.places(VIEW), "path"), name__icontains=name)
    counted = orgs.annotate(ticked=Coalesce(Subquery(number, output_field=IntegerField()), 0))
    match far:
        case "none":
            counted = counted.filter(ticked=0)
        case "some":
            counted = counted.filter(ticked__gt=0, ticked__lt=len(points_of_campaign(campaign)))
        case "all":
            counted = counted.filter(ticked=len(points_of_campaign(campaign)))
    return (
        counted.prefetch_related(Prefetch("campaign_ticks", standing, to_attr="standing"))
        .select_related("parent")
        .order_by("code")
    )


@dataclass(frozen=True)
class PointProgress:
    """How many organizations have one point, of all who go through it."""

    point: Point
    ticked: int
    asked: int


def progress_by_point(context: Context, campaign: Campaign) -> Sequence[PointProgress]:
    """Return for each point of a campaign how many of the organizations within reach have ticked it."""
    asked = _asked(campaign_by_id(context, campaign.pk)).filter(within(context.places(VIEW), "path"))
    ticks = CampaignTick.objects.filter(campaign=campaign, undone_at=None, org__in=asked.values("pk"))
    counted = Counter(dict(ticks.values_list("point").annotate(number=Count("pk")).order_by()))
    number = asked.count()
    return [PointProgress(point, counted[point.number], number) for point in points_of_campaign(campaign)]
