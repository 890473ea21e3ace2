"""Campaigns over the API, and who has ticked which of their points."""

from datetime import date, datetime

from ninja import Query, Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.programmes.api.shapes import GivenReasonIn, GoalResultIn, PageOf, limit_of
from gangmu.work.programmes.models import Campaign, CampaignTick
from gangmu.work.programmes.operations.campaigns import (
    close_campaign,
    open_campaign,
    tick_point,
    untick_point,
)
from gangmu.work.programmes.queries.campaigns import (
    campaign_by_id,
    orgs_asked,
    progress_by_point,
    standing_ticks,
    tick_by_id,
    visible_campaigns,
)
from gangmu.work.records.queries import record_by_id

router = Router()
VIEW, ANSWER, MANAGE = "programmes.view", "programmes.answer", "programmes.manage"


class CampaignOut(Schema):
    """One campaign."""

    id: int
    kind: str
    org_id: int
    title: str
    paper: str
    first_on: date
    last_on: date
    closed_on: date | None
    result: str


@endpoint(
    router, "get", "/campaigns", "programmes.visible_campaigns", permission=VIEW, response=list[CampaignOut]
)
def list_campaigns(request: Request, page: Query[PageOf]) -> list[Campaign]:
    """List the campaigns within reach, by id."""
    return list(visible_campaigns(request.context).order_by("pk").filter(pk__gt=page.after)[: limit_of(page)])


class CampaignPointOut(Schema):
    """One point of a campaign, and how many of those within reach have it."""

    number: int
    checklist: str
    place: int
    text: str
    ticked: int
    asked: int


@endpoint(
    router,
    "get",
    "/campaigns/{campaign_id}/points",
    "programmes.progress_by_point",
    permission=VIEW,
    response=list[CampaignPointOut],
)
def read_points(request: Request, campaign_id: int) -> list[CampaignPointOut]:
    """List the points of a campaign with how many organizations within reach have ticked each."""
    campaign = campaign_by_id(request.context, campaign_id)
    return [
        CampaignPointOut(
            number=each.point.number,
            checklist=str(each.point.checklist),
            place=each.point.place,
            text=str(each.point.text),
            ticked=each.ticked,
            asked=each.asked,
        )
        for each in progress_by_point(request.context, campaign)
    ]


class CampaignOrgOut(Schema):
    """One organization that goes through a campaign's points, and which of them it has."""

    id: int
    code: str
    name: str
    ticked: int
    points: list[int]


@endpoint(
    router,
    "get",
    "/campaigns/{campaign_id}/orgs",
    "programmes.orgs_asked",
    permission=VIEW,
    response=list[CampaignOrgOut],
)
def read_orgs(request: Request, campaign_id: int, page: Query[PageOf]) -> list[CampaignOrgOut]:
    """List who goes through a campaign's points within reach, by id, each with the points it has."""
    campaign = campaign_by_id(request.context, campaign_id)
    rows = orgs_asked(request.context, campaign).order_by("pk").filter(pk__gt=page.after)
    return [
        CampaignOrgOut(
            id=org.pk,
            code=org.code,
            name=org.name,
            ticked=org.ticked,  # type: ignore[attr-defined]  # the query counts it
            points=sorted(tick.point for tick in org.standing),  # type: ignore[attr-defined]  # brought along
        )
        for org in rows[: limit_of(page)]
    ]


class CampaignTickOut(Schema):
    """One ticked point of an organization: the day and what shows it."""

    id: int
    campaign_id: int
    org_id: int
    point: int
    done_on: date
    note: str
    record_id: int | None
    ticked_at: datetime
    undone_at: datetime | None
    reason: str


@endpoint(
    router,
    "get",
    "/campaigns/{campaign_id}/ticks",
    "programmes.standing_ticks",
    permission=VIEW,
    response=list[CampaignTickOut],
)
def read_ticks(request: Request, campaign_id: int, page: Query[PageOf]) -> list[CampaignTick]:
    """List the ticks of a campaign within reach that were not taken back, by id."""
    campaign = campaign_by_id(request.context, campaign_id)
    rows = standing_ticks(request.context, campaign).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: limit_of(page)])


# --- writes --------------------------------------------------------------------------------


class CampaignIn(Schema):
    """Which campaign, from when to when, by which paper."""

    kind: str
    first_on: date
    last_on: date
    paper: str


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/campaigns",
    "programmes.open_campaign",
    permission=MANAGE,
    response=CampaignOut,
)
def open_one(request: Request, org_id: int, body: CampaignIn) -> Campaign:
    """Open a campaign at an organization and all below it."""
    return open_campaign(request.context, org_by_id(request.context, org_id), **body.dict())


@endpoint(
    router,
    "post",
    "/campaigns/{campaign_id}/close",
    "programmes.close_campaign",
    permission=MANAGE,
    response=CampaignOut,
)
def close_one(request: Request, campaign_id: int, body: GoalResultIn) -> Campaign:
    """Close a campaign with its result."""
    return close_campaign(request.context, campaign_by_id(request.context, campaign_id), result=body.result)


class CampaignTickIn(Schema):
    """Which point, on which day, and what shows it."""

    campaign: int
    point: int
    done_on: date
    note: str = ""
    record: int | None = None


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/campaign-ticks",
    "programmes.tick_point",
    permission=ANSWER,
    response=CampaignTickOut,
)
def tick(request: Request, org_id: int, body: CampaignTickIn) -> CampaignTick:
    """Tick one point of a running campaign, with its day and what shows it."""
    context = request.context
    return tick_point(
        context,
        org_by_id(context, org_id),
        campaign=campaign_by_id(context, body.campaign),
        point=body.point,
        done_on=body.done_on,
        note=body.note,
        record=record_by_id(context, body.record) if body.record is not None else None,
    )


@endpoint(
    router,
    "post",
    "/campaign-ticks/{tick_id}/undo",
    "programmes.untick_point",
    permission=ANSWER,
    response=CampaignTickOut,
)
def untick(request: Request, tick_id: int, body: GivenReasonIn) -> CampaignTick:
    """Take back the tick of a point while the campaign runs, with the reason."""
    return untick_point(request.context, tick_by_id(request.context, tick_id), reason=body.reason)
