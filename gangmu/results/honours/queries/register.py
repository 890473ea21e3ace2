"""The register of honours: within reach, of one organization, before everybody."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import within
from gangmu.kernel.packs.queries import pack_of
from gangmu.results.honours.definitions import HonourKind
from gangmu.results.honours.models import Honour, Recheck
from gangmu.results.honours.queries.contests import standing_honours

STATES = ("standing", "expired", "withdrawn", "due", "plaque")
"""How an honour stands; ``due`` stands and waits for this year's re-check, of ``plaque`` only the plaque is left."""


def honour_kinds(org: Org) -> tuple[HonourKind, ...]:
    """Return the honours that the pack of a place knows, by code."""
    return pack_of(org.root_id).all(HonourKind)


def visible_honours(context: Context) -> QuerySet[Honour]:
    """Return the honours within the reader's reach, the newest first."""
    return (
        Honour.objects.filter(within(context.places("honours.view")))
        .select_related("org", "org__parent", "office")
        .order_by("-conferred_on", "org__code", "pk")
    )


def honour_by_id(context: Context, honour_id: int) -> Honour:
    """Return one honour within the reader's reach; otherwise there is none."""
    found = visible_honours(context).filter(pk=honour_id).first()
    if found is None:
        raise NotFound("There is no such honour.")
    return found


def in_state(rows: QuerySet[Honour], state: str, today: date) -> QuerySet[Honour]:
    """Return the honours of a list that stand so on a day."""
    withdrawn = Q(withdrawn_on__isnull=False, withdrawn_on__lte=today)
    ended = Q(lasts_until__isnull=False, lasts_until__lt=today)
    match state:
        case "withdrawn":
            return rows.filter(withdrawn)
        case "expired":
            return rows.filter(ended).exclude(withdrawn)
        case "due":
            return to_recheck(rows, today)
        case "plaque":
            return plaques_left(rows, today)
    return rows.exclude(withdrawn).exclude(ended)


def to_recheck(rows: QuerySet[Honour], today: date) -> QuerySet[Honour]:
    """Return the honours that stand, were conferred in an earlier year, and were not looked at in this one."""
    done = Recheck.objects.filter(honour=OuterRef("pk"), year=today.year)
    return rows.filter(
        ~Exists(done),
        pk__in=standing_honours(today).values("pk"),
        rechecked=True,
        conferred_on__lt=date(today.year, 1, 1),
    )


def plaques_left(rows: QuerySet[Honour], today: date) -> QuerySet[Honour]:
    """Return the honours that have ended while their plaque still hangs."""
    ended = Q(withdrawn_on__lte=today) | Q(lasts_until__lt=today)
    return rows.filter(ended, plaque_hung_on__isnull=False, plaque_down_on=None)


def rechecks_of(honour: Honour) -> QuerySet[Recheck]:
    """Return what came of looking at an honour again, the newest first."""
    return honour.rechecks.select_related("checked_by").order_by("-year")


def public_honours(context: Context) -> QuerySet[Honour]:
    """Return the honours that everybody may see: of public kinds, standing; never a person's."""
    return (
        standing_honours(context.today)
        .filter(public=True, person="")
        .select_related("org", "org__parent")
        .order_by("-conferred_on", "title", "org__code", "pk")
    )
