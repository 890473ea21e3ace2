"""Who sees a self-check: its organization; others only what it shows."""

from django.db.models import QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import within
from gangmu.work.selfchecks.models import SelfCheck

KEEP = "selfchecks.keep"


def acts_for(context: Context, org: Org) -> bool:
    """Whether the reader acts for an organization itself: who only stands above it does not."""
    return org.path in context.places(KEEP).tops


def own_self_checks(context: Context) -> QuerySet[SelfCheck]:
    """Return the self-checks of the organizations for which the reader acts; nobody else's."""
    tops = context.places(KEEP).tops
    return SelfCheck.objects.filter(org__path__in=tops).select_related("org").order_by("org__path", "kind")


def self_check_of(context: Context, org: Org, kind: str) -> SelfCheck | None:
    """Return an organization's self-check by a standard to whoever acts for it; to others there is none."""
    return own_self_checks(context).filter(org=org, kind=kind).first()


def shown_self_checks(context: Context) -> QuerySet[SelfCheck]:
    """Return the self-checks within reach that their organizations show to those above them."""
    rows = SelfCheck.objects.filter(within(context.places("standards.view")), shown_on__isnull=False)
    return rows.select_related("org").order_by("org__path", "kind")


def shown_self_check(context: Context, check_id: int) -> SelfCheck:
    """Return one self-check that its organization shows; otherwise there is none."""
    found = shown_self_checks(context).filter(pk=check_id).first()
    if found is None:
        raise NotFound("There is no such self-check.")
    return found
