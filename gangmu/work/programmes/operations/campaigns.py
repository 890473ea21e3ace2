"""Campaigns from their first day to their last, and the points that are ticked within them."""

from datetime import date

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.guard.queries import refuse_text
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import locked
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.work.programmes.definitions import CampaignKind
from gangmu.work.programmes.models import Campaign, CampaignTick
from gangmu.work.programmes.queries.campaigns import asks, campaign_kinds, points_of_campaign
from gangmu.work.programmes.queries.projects import kind_among
from gangmu.work.records.models import Record

MUST = msgid("This must be filled in.")


@operation("programmes.open_campaign", permission="programmes.manage", at="org")
def open_campaign(
    context: Context, org: Org, *, kind: str, first_on: date, last_on: date, paper: str
) -> Campaign:
    """Open a campaign at an organization and all below it, from a day to a day.

    Refused without an end, without the paper that opens it, for longer than its kind allows,
    and while one of its kind runs there.
    """
    chosen = kind_among(campaign_kinds(org), kind)
    assert isinstance(chosen, CampaignKind)
    faults = {}
    if not paper.strip():
        faults["paper"] = MUST
    if last_on < first_on:
        faults["last_on"] = msgid("It ends before it begins.")
    elif (last_on - first_on).days >= chosen.longest:
        faults["last_on"] = msgid("It lasts longer than its kind allows.")
    elif last_on < context.today:
        faults["last_on"] = msgid("This day is over.")
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)
    locked(org)
    same = Campaign.objects.filter(
        org=org, kind=kind, closed_on=None, first_on__lte=last_on, last_on__gte=first_on
    )
    if same.exists():
        raise Conflict("This campaign runs already.")
    return Campaign.objects.create(
        kind=kind,
        org=org,
        pack=pack_version_of(org.root_id),
        title=chosen.title.zh_hans[:200],
        paper=paper.strip()[:200],
        first_on=first_on,
        last_on=last_on,
        opened_by_id=context.account,
        opened_at=context.now,
    )


@operation("programmes.close_campaign", permission="programmes.manage", at="campaign.org")
def close_campaign(context: Context, campaign: Campaign, *, result: str) -> Campaign:
    """Close a campaign with its result; its duties can no longer be issued."""
    if not result.strip():
        raise Invalid("Some fields need attention.", faults={"result": MUST})
    held = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if held.closed_on is not None:
        raise Conflict("The campaign was closed already.")
    held.result = result.strip()[:1000]
    held.closed_at, held.closed_on = context.now, context.today
    held.save(update_fields=["result", "closed_at", "closed_on"])
    return held


def _running(context: Context, campaign: Campaign) -> Campaign:
    """Return a campaign that runs today, held until the transaction ends; any other refuses."""
    held = Campaign.objects.select_for_update(of=("self",)).select_related("org").get(pk=campaign.pk)
    if held.closed_on is not None or context.today > held.last_on:
        raise Conflict("The campaign is over; nothing in it changes any more.")
    if context.today < held.first_on:
        raise Conflict("The campaign has not begun yet.")
    return held


@operation("programmes.tick_point", permission="programmes.answer", at="org")
def tick_point(
    context: Context,
    org: Org,
    *,
    campaign: Campaign,
    point: int,
    done_on: date,
    note: str = "",
    record: Record | None = None,
) -> CampaignTick:
    """Tick one point of a running campaign, with its day and what shows it: a note or a record held.

    What is written down already is pointed at, not written again. Refused for who does not go
    through these points, on a day outside the campaign or still to come, with another
    organization's record, and while the point is ticked.
    """
    held = _running(context, campaign)
    if not asks(held, org):
        raise Conflict("This organization does not go through the points of this campaign.")
    faults = {}
    if point not in {each.number for each in points_of_campaign(held)}:
        faults["point"] = msgid("The campaign has no such point.")
    if not held.first_on <= done_on <= context.today:
        faults["done_on"] = msgid("Choose a day from the first day of the campaign until today.")
    if not note.strip() and record is None:
        faults["note"] = msgid("Say what was done, or choose the record that shows it.")
    if record is not None and (record.org_id != org.pk or not record.standing):
        faults["record"] = msgid("This is no record of this organization that stands.")
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)
    refuse_text(org, {"note": note}, what="order", context=context)
    if CampaignTick.objects.filter(campaign=held, org=org, point=point, undone_at=None).exists():
        raise Conflict("This point is ticked already.")
    return CampaignTick.objects.create(
        campaign=held,
        org=org,
        point=point,
        done_on=done_on,
        note=note.strip()[:500],
        record=record,
        ticked_by_id=context.account,
        ticked_at=context.now,
    )


@operation("programmes.untick_point", permission="programmes.answer", at="tick.org")
def untick_point(context: Context, tick: CampaignTick, *, reason: str) -> CampaignTick:
    """Take back the tick of a point while the campaign runs; it stays to be read, with the reason."""
    _running(context, tick.campaign)
    if not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": MUST})
    held = CampaignTick.objects.select_for_update().get(pk=tick.pk)
    if held.undone_at is not None:
        raise Conflict("This tick was taken back already.")
    held.undone_at, held.undone_by_id = context.now, context.account
    held.reason = reason.strip()[:500]
    held.save(update_fields=["undone_at", "undone_by", "reason"])
    return held
