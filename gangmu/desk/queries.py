"""What pages of many rooms read."""

from django.db.models import QuerySet

from gangmu.core.context import Context
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.audit.queries import all_entries
from gangmu.kernel.orgs.queries import ids_within


def log_entries(context: Context) -> QuerySet[Entry]:
    """Return what happened where the reader may see the log, the newest first.

    A moved organization's past is seen by today's tree. What happened at no place is seen
    only by those who may see all of it.
    """
    places = context.places("audit.view")
    return all_entries() if places.everywhere else all_entries().filter(org__in=ids_within(places))
