"""Reads of the log; who may see which entries is decided above, where the tree is known."""

from django.db.models import QuerySet

from gangmu.core.context import Context
from gangmu.kernel.audit.models import Entry, Head


def all_entries() -> QuerySet[Entry]:
    """Return the whole log, the newest first."""
    return Entry.objects.order_by("-id")


def own_entries(context: Context) -> QuerySet[Entry]:
    """Return what the reader did, the newest first."""
    return all_entries().filter(account=context.account)


def newest_head() -> Head | None:
    """Return the newest signed head, if the log has been sealed at all."""
    return Head.objects.order_by("-day").first()
