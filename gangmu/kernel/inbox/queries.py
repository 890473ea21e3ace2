"""Every read of an inbox; it is always the reader's own."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import reduce

from django.db.models import Count, Q, QuerySet

from gangmu.core.calendar import Calendar
from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.access.models import Account
from gangmu.kernel.access.queries import AccountActor, lenders_of
from gangmu.kernel.inbox.models import Digest, Item
from gangmu.kernel.inbox.rules import REMINDERS, SOURCES, Box, Counts, InboxEntry, in_order
from gangmu.kernel.orgs.queries import within


def _addressed_permissions(context: Context) -> list[str]:
    """Return the permissions that some item is addressed to and the reader holds somewhere."""
    asked = Item.objects.filter(org__isnull=False).values_list("permission", flat=True).distinct().order_by()
    return [permission for permission in asked if context.may(permission)]


def own_items(context: Context) -> QuerySet[Item]:
    """Return what is addressed to the reader, in person or by a permission at a place.

    What waits for an absent holder waits for the substitute as well.
    """
    lenders = lenders_of(context.account, context.today)
    # a substitute does what waits for the absent holder; what is to be read stays theirs
    condition = Q(account=context.account) | Q(account__in=lenders, kind=Item.Kind.TODO)
    for permission in _addressed_permissions(context):
        condition |= Q(permission=permission) & within(context.places(permission))
    return Item.objects.filter(condition).select_related("org")


_OPEN = Q(done_at__isnull=True)
_TODO = Q(kind=Item.Kind.TODO)


def _late(context: Context) -> Q:
    return _OPEN & _TODO & Q(due_on__lt=context.today)


def waiting(context: Context) -> QuerySet[Item]:
    """Return what the reader has to do, the soonest due first."""
    return own_items(context).filter(_OPEN, _TODO).order_by("due_on", "posted_at", "pk")


def overdue(context: Context) -> QuerySet[Item]:
    """Return what the reader should have done, the longest overdue first."""
    return own_items(context).filter(_late(context)).order_by("due_on", "posted_at", "pk")


def to_read(context: Context) -> QuerySet[Item]:
    """Return what the reader has not read yet, the newest first."""
    return own_items(context).filter(_OPEN, kind=Item.Kind.READ).order_by("-posted_at", "-pk")


def done(context: Context) -> QuerySet[Item]:
    """Return what the reader has done or read, the newest first."""
    return own_items(context).filter(done_at__isnull=False).order_by("-done_at", "-pk")


def started_by_me(context: Context) -> QuerySet[Item]:
    """Return what the reader has put before others, the newest first."""
    return Item.objects.filter(posted_by=context.account).select_related("org").order_by("-posted_at", "-pk")


def item_for(context: Context, item_id: int) -> Item:
    """Return one item of the reader's; otherwise there is none."""
    item = own_items(context).filter(pk=item_id).first()
    if item is None:
        raise NotFound("There is no such item.")
    return item


def item_counts(context: Context) -> Counts:
    """Return how many items lie in each box, in two queries."""
    found = (
        own_items(context)
        .order_by()
        .aggregate(
            waiting=Count("pk", filter=_OPEN & _TODO),
            done=Count("pk", filter=~_OPEN),
            to_read=Count("pk", filter=_OPEN & ~_TODO),
            overdue=Count("pk", filter=_late(context)),
        )
    )
    return Counts(**found, started=Item.objects.filter(posted_by=context.account).count())


_READERS = {
    "waiting": waiting,
    "done": done,
    "to_read": to_read,
    "started": started_by_me,
    "overdue": overdue,
}


@dataclass(frozen=True)
class Inbox:
    """One reader's boxes at one instant: what each room counts there, and the lines where it counts any."""

    context: Context
    items: Counts
    rooms: Mapping[str, Counts]

    @property
    def counts(self) -> Counts:
        """How much lies in each box, over items and all rooms' open work."""
        return reduce(Counts.plus, self.rooms.values(), self.items)

    def entries(self, box: Box, *, limit: int = 50, offset: int = 0) -> list[InboxEntry]:
        """Return a page of one box, in the box's order."""
        most = offset + limit
        entries: list[InboxEntry] = []
        if getattr(self.items, box):
            entries += [_entry(item, box) for item in _READERS[box](self.context)[:most]]
        for code, counts in self.rooms.items():
            if getattr(counts, box):
                entries += SOURCES[code].entries(self.context, box, most)
        return in_order(entries, box)[offset:most]


def own_inbox(context: Context) -> Inbox:
    """Return the reader's boxes: counted now, read as they are asked for."""
    rooms = {code: source.counts(context) for code, source in SOURCES.items()}
    return Inbox(context, item_counts(context), rooms)


def inbox_counts(context: Context) -> Counts:
    """Return how much lies in each of the reader's boxes, over items and all rooms' open work."""
    return own_inbox(context).counts


def inbox_entries(context: Context, box: Box, *, limit: int = 50, offset: int = 0) -> list[InboxEntry]:
    """Return a page of one box, over items and all rooms' open work, in the box's order."""
    return own_inbox(context).entries(box, limit=limit, offset=offset)


def _entry(item: Item, box: Box) -> InboxEntry:
    return InboxEntry(
        title=item.title,
        url_name=item.url_name,
        url_args=item.url_args,
        params=item.params,
        text=item.text,
        org_name=item.org.name if item.org else "",
        due_on=item.due_on,
        at=item.done_at if box == "done" else item.posted_at,
        item=item.pk if item.done_at is None and box != "started" else None,
    )


@dataclass(frozen=True)
class DayDigest:
    """What waits for one account on one day, on one screen."""

    day: date
    counts: Counts
    soonest: Sequence[InboxEntry]

    @property
    def says_something(self) -> bool:
        """Whether there is anything worth a word."""
        return bool(self.counts.waiting or self.counts.to_read)

    def as_json(self) -> dict[str, int]:
        """Return the counts as they are kept and sent."""
        return asdict(self.counts)


def digest_for(context: Context, account: Account, day: date) -> DayDigest:
    """Return what waits for an account on a day; it sees no more than the account itself does."""
    own = Context(AccountActor(account), context.now, context.language)
    inbox = own_inbox(own)
    return DayDigest(day, inbox.counts, inbox.entries("waiting", limit=10))


def kind_reminders(context: Context, calendar: Calendar | None = None) -> list[InboxEntry]:
    """Return what rooms remind the reader of today, the soonest due first; nothing on a day of rest."""
    if not (calendar or Calendar()).is_workday(context.today):
        return []
    return in_order([line for source in REMINDERS.values() for line in source(context)], "waiting")


def told_on(day: date) -> set[int]:
    """Return the accounts that were told on a day already."""
    return set(Digest.objects.filter(day=day).values_list("account", flat=True))


def unsent_digests(day: date) -> QuerySet[Digest]:
    """Return the digests of a day that have not gone out, the oldest first."""
    return Digest.objects.filter(day=day, sent_at=None).select_related("account").order_by("pk")
