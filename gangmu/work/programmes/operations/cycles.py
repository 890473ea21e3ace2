"""Noting what happened in the year's calendar; addresses for calendar programs."""

import secrets
from datetime import date

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.kernel.access.rules import code_digest
from gangmu.kernel.audit.operations import OWN, operation
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.programmes.models import CalendarFeed, CycleNote
from gangmu.work.programmes.queries.cycles import CALENDAR, cycle_of
from gangmu.work.programmes.rules import planned_in

MOST_FEEDS = 5


@operation("programmes.note_cycle", permission="programmes.answer", at="org")
def note_cycle(
    context: Context, org: Org, *, cycle: str, entry: str, period: str, happened_on: date, note: str = ""
) -> CycleNote:
    """Note that something of the year's calendar happened, where no record tells it.

    Refused for what is told by its own records, for a period it does not come in, for a day
    outside the period or still to come, and a second time.
    """
    kind = cycle_of(org, cycle)
    chosen = kind.entry(entry)
    if chosen is None:
        raise NotFound("There is no such entry in this calendar.")
    if chosen.seen_in:
        raise Conflict("Its own records tell that this happened.")
    planned = [
        each
        for year in {happened_on.year}
        for each in planned_in(kind, year, CALENDAR)
        if each.entry.code == entry and str(each.period) == period
    ]
    if not planned or happened_on > context.today or not planned[0].period.contains(happened_on):
        raise Invalid(
            "Some fields need attention.",
            faults={"happened_on": "Choose a day within the period, not after today."},
        )
    if CycleNote.objects.filter(org=org, cycle=cycle, entry=entry, period=period).exists():
        raise Conflict("This was noted already.")
    return CycleNote.objects.create(
        org=org,
        cycle=cycle,
        entry=entry,
        period=period,
        happened_on=happened_on,
        note=note.strip()[:500],
        noted_by_id=context.account,
        noted_at=context.now,
    )


@operation("programmes.make_feed", permission=OWN, secret=("digest",))
def make_feed(context: Context, org: Org, *, digest: str, name: str) -> CalendarFeed:
    """Make an address under which one's own calendar program fetches an organization's days.

    Only the digest of its secret is kept. Refused beyond five that stand.
    """
    org_by_id(context, org.pk)
    standing = CalendarFeed.objects.filter(account=context.account, revoked_at=None).count()
    if standing >= MOST_FEEDS:
        raise Conflict("Five addresses stand already; revoke one first.")
    return CalendarFeed.objects.create(
        account_id=context.account,
        org=org,
        digest=digest,
        name=name.strip()[:60] or org.name[:60],
        made_at=context.now,
    )


def fresh_feed(context: Context, org: Org, *, name: str = "") -> tuple[CalendarFeed, str]:
    """Make a feed and return it with its secret, which is shown this once."""
    secret = secrets.token_urlsafe(24)
    return make_feed(context, org, digest=code_digest(secret), name=name), secret


@operation("programmes.revoke_feed", permission=OWN)
def revoke_feed(context: Context, feed: CalendarFeed) -> CalendarFeed:
    """Revoke one of one's own addresses; from then on it answers nobody."""
    kept = CalendarFeed.objects.select_for_update().filter(pk=feed.pk, account=context.account).first()
    if kept is None:
        raise NotFound("There is no such address.")
    if kept.revoked_at is None:
        kept.revoked_at = context.now
        kept.save(update_fields=["revoked_at"])
    return kept
