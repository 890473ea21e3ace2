"""The reader's own inbox over the API."""

from datetime import date, datetime

from ninja import Query, Router, Schema

from gangmu.frame.doors import OWN, Request, endpoint
from gangmu.kernel.inbox.models import Item
from gangmu.kernel.inbox.operations import read_item
from gangmu.kernel.inbox.queries import inbox_counts, item_for, kind_reminders, own_items
from gangmu.kernel.inbox.rules import Counts

router = Router(tags=["inbox"])


class CountsOut(Schema):
    """How much lies in each box, over items and all rooms' open work."""

    waiting: int
    done: int
    to_read: int
    started: int
    overdue: int


class ItemOut(Schema):
    """One item; ``title`` is an English sentence with places that ``params`` fill."""

    id: int
    kind: str
    title: str
    params: dict[str, str | int]
    text: str
    org_id: int | None
    due_on: date | None
    posted_at: datetime
    done_at: datetime | None


class PageOf(Schema):
    """Where a list goes on."""

    after: int = 0
    limit: int = 100


@endpoint(router, "get", "/inbox", "inbox.inbox_counts", permission=OWN, response=CountsOut)
def get_counts(request: Request) -> Counts:
    """Return how much lies in each of the reader's boxes."""
    return inbox_counts(request.context)


class ReminderOut(Schema):
    """One line of a reminder: what, for whom, by when."""

    title: str
    org: str
    due_on: date | None


class RemindersOut(Schema):
    """What the reader is reminded of on a day."""

    day: date
    lines: list[ReminderOut]


@endpoint(router, "get", "/inbox/reminders", "inbox.kind_reminders", permission=OWN, response=RemindersOut)
def get_reminders(request: Request) -> RemindersOut:
    """Return what the reader is reminded of today; nothing on a day of rest."""
    lines = [
        ReminderOut(
            title=each.title % each.params if each.params else each.title,
            org=each.org_name,
            due_on=each.due_on,
        )
        for each in kind_reminders(request.context)
    ]
    return RemindersOut(day=request.context.today, lines=lines)


@endpoint(router, "get", "/inbox/items", "inbox.own_items", permission=OWN, response=list[ItemOut])
def list_items(request: Request, page: Query[PageOf]) -> list[Item]:
    """List the reader's own items, by id."""
    rows = own_items(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: max(1, min(page.limit, 200))])


@endpoint(router, "post", "/inbox/items/{item_id}/read", "inbox.read_item", permission=OWN, response=ItemOut)
def post_read(request: Request, item_id: int) -> Item:
    """Put one of the reader's own items away."""
    return read_item(request.context, item_for(request.context, item_id))
