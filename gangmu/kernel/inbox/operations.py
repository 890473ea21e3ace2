"""Every write to inboxes: posted once, finished, read; and the one digest a day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from gangmu.core.calendar import Calendar
from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.kernel.access.models import Account
from gangmu.kernel.audit.operations import OWN, operation
from gangmu.kernel.inbox.models import Digest, Item
from gangmu.kernel.inbox.queries import digest_for, own_items
from gangmu.kernel.inbox.rules import may_disturb
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree
from gangmu.kernel.orgs.rules import is_below

BATCH = 2000


@dataclass(frozen=True)
class NewItem:
    """What is put before an account, or before those who hold ``permission`` at ``org``."""

    title: str
    url_name: str
    url_args: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    account: int | None = None
    org: Org | None = None
    permission: str = ""
    to_read: bool = False
    due_on: date | None = None


@operation("inbox.post_items", permission="inbox.post", at="org")
def post_items(context: Context, org: Org, *, source: str, batch: Sequence[NewItem]) -> int:
    """Put up to two thousand items of one source before those whom they concern.

    What the same source has put before the same addressee already is not put again, so
    that pressing twice or a crash halfway posts once. Addressed organizations lie at or
    below ``org``. Returns how many are new.
    """
    if len(batch) > BATCH:
        raise Invalid("At most %(most)s items at once.", {"most": BATCH})
    if not source:
        raise Invalid("Some fields need attention.", faults={"source": "This must be filled in."})
    for new in batch:
        _refuse_addressee(org, new)
    before = Item.objects.filter(source=source).count()
    Item.objects.bulk_create([_item(context, source, new) for new in batch], ignore_conflicts=True)
    return Item.objects.filter(source=source).count() - before


def _refuse_addressee(org: Org, new: NewItem) -> None:
    in_person = new.account is not None and new.org is None and not new.permission
    by_place = new.account is None and new.org is not None and bool(new.permission)
    if not (in_person or by_place):
        raise Invalid("An item has one addressee: an account, or an organization with a permission.")
    if new.org is not None and not is_below(new.org.path, org.path):
        raise Invalid("An item is addressed to an organization at or below this one.")


def _item(context: Context, source: str, new: NewItem) -> Item:
    return Item(
        account_id=new.account,
        org=new.org,
        permission=new.permission,
        kind=Item.Kind.READ if new.to_read else Item.Kind.TODO,
        title=new.title,
        params=new.params,
        text=new.text,
        url_name=new.url_name,
        url_args=new.url_args,
        source=source,
        due_on=new.due_on,
        posted_at=context.now,
        posted_by=context.actor.account_id,
    )


@operation("inbox.finish_items", permission="inbox.post", at="org")
def finish_items(context: Context, org: Org, *, source: str) -> int:
    """Finish all open items of one source, because what they asked for has come about or lapsed.

    Those that are addressed to organizations elsewhere stay open.
    """
    here = Q(org__isnull=True) | in_subtree(org.path, "org__path")
    return Item.objects.filter(here, source=source, done_at=None).update(
        done_at=context.now, done_by=context.actor.account_id
    )


@operation("inbox.read_item", permission=OWN)
def read_item(context: Context, item: Item) -> Item:
    """Put one of the reader's own items away: as read, or as done.

    Putting it away twice changes nothing. Another's item does not exist for the reader.
    """
    if not own_items(context).filter(pk=item.pk).exists():
        raise NotFound("There is no such item.")
    kept = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if kept.done_at is None:
        kept.done_at, kept.done_by = context.now, context.account
        kept.save(update_fields=["done_at", "done_by"])
    return kept


@operation("inbox.write_digests", permission="inbox.post")
def write_digests(context: Context, *, accounts: Sequence[Account], calendar: Calendar | None = None) -> int:
    """Write today's digest for those accounts for whom something waits; one a day at most.

    Refused at night and on days that are not worked: nobody is disturbed then.
    """
    if len(accounts) > BATCH:
        raise Invalid("At most %(most)s accounts at once.", {"most": BATCH})
    if not may_disturb(context.now, calendar or Calendar()):
        raise Conflict("A digest is sent in the daytime of a working day only.")
    found = [(account, digest_for(context, account, context.today)) for account in accounts]
    rows = [
        Digest(account=account, day=context.today, counts=digest.as_json(), made_at=context.now)
        for account, digest in found
        if digest.says_something
    ]
    before = Digest.objects.filter(day=context.today).count()
    Digest.objects.bulk_create(rows, ignore_conflicts=True)
    return Digest.objects.filter(day=context.today).count() - before


@operation("inbox.mark_digests_sent", permission="inbox.post")
def mark_digests_sent(context: Context, *, digests: Sequence[Digest]) -> int:
    """Note that digests have gone out, so that they do not go out again."""
    return Digest.objects.filter(pk__in=[digest.pk for digest in digests], sent_at=None).update(
        sent_at=context.now
    )
