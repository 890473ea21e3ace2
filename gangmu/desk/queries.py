"""What pages of many rooms read."""

from django.db.models import QuerySet

from gangmu.core.context import Context
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import within


def log_entries(context: Context) -> QuerySet[Entry]:
    """Return what happened where the reader may see the log, the newest first.

    A moved organization's past is seen by today's tree. What happened at no place is seen
    only by those who may see all of it.
    """
    places = context.places("audit.view")
    entries = Entry.objects.order_by("-id")
    if places.everywhere:
        return entries
    return entries.filter(org__in=Org.objects.filter(within(places, "path")).values("pk"))


def own_entries(context: Context) -> QuerySet[Entry]:
    """Return what the reader did, the newest first."""
    return Entry.objects.filter(account=context.account).order_by("-id")
