"""Orders: whom one would reach, and which there are."""

from dataclasses import dataclass
from datetime import date

from django.db.models import BigIntegerField, Case, Count, Q, QuerySet, Value, When

from gangmu.core.asked import AskedOf
from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotFound
from gangmu.core.periods import Period
from gangmu.kernel.orgs.models import Org, OrgSpan
from gangmu.kernel.orgs.queries import IdOfStep, spans_on, visible_orgs, within
from gangmu.work.plans.definitions import DutyKind
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.queries.duties import CALENDAR, duty_of, parsed_period
from gangmu.work.plans.rules import (
    Asked,
    due_on,
    issue_on,
    period_fits,
)


def tree_on(context: Context, top: Org, day: date, after: str = "") -> list[Asked]:
    """Return an organization and all below it as they stood on a day, in the order of paths."""
    stood = _path_on(context, top, day)
    if stood is None:
        return []
    spans = spans_on(context, day, under=stood).filter(path__gt=after).order_by("path")
    columns = ("org_id", "path", "parent_id", "name", "org__code", "kind", "domain", "level")
    return list(map(Asked._make, spans.values_list(*columns)))


def whom_asked(context: Context, top: Org, whom: AskedOf, day: date) -> QuerySet[OrgSpan]:
    """Return whom something is asked of at an organization and below as they stood on a day, in the order of paths."""
    stood = _path_on(context, top, day)
    if stood is None:
        return spans_on(context, day).none()
    spans = spans_on(context, day, under=stood).filter(kind__in=whom.kinds)
    if whom.domains:
        spans = spans.filter(domain__in=whom.domains)
    if whom.levels:
        spans = spans.filter(level__in=whom.levels)
    return spans.select_related("org").order_by("path")


def _path_on(context: Context, org: Org, day: date) -> str | None:
    return spans_on(context, day).filter(org=org).values_list("path", flat=True).first()


@dataclass(frozen=True)
class Preview:
    """What issuing would do: to how many and whom, until when; ``order`` is the one that is there already."""

    duty: DutyKind
    period: Period
    title: str
    issue_on: date
    due_on: date
    asked: QuerySet[OrgSpan]
    count: int
    groups: tuple[tuple[str, int], ...]
    guessed: tuple[int, ...]
    order: Order | None

    @property
    def hours(self) -> float:
        """What it costs all who are asked together, by the author's estimate."""
        return self.count * self.duty.minutes / 60


def preview_order(context: Context, issuer: Org, *, duty: str, period: str) -> Preview:
    """Return exactly who would receive an order that is issued now, and until when it is due."""
    kind, span = duty_of(issuer, duty), parsed_period(period)
    if not period_fits(kind.every, span):
        raise Invalid("The duty is not owed for such a period.", faults={"period": "Choose another period."})
    asked = whom_asked(context, issuer, kind.asked_of, context.today)
    counts = _counts(context, issuer, asked)
    places = spans_on(context, context.today).filter(org__in=counts).values_list("org", "name")
    due = due_on(kind, span, CALENDAR, context.today)
    return Preview(
        duty=kind,
        period=span,
        title=kind.title.within(context.language),
        issue_on=issue_on(kind, span, CALENDAR),
        due_on=due,
        asked=asked,
        count=sum(counts.values()),
        groups=tuple((name, counts[pk]) for pk, name in places),
        guessed=CALENDAR.guessed(span.first, due),
        order=visible_orders(context).filter(duty=duty, period=str(span), issuer=issuer).first(),
    )


def _counts(context: Context, top: Org, asked: QuerySet[OrgSpan]) -> dict[int, int]:
    """Return how many are asked, by the id of the place directly below the issuer.

    Who stands directly below is counted with the issuer: a town's villages are one number.
    """
    stood = _path_on(context, top, context.today) or top.path
    near = When(Q(parent=top) | Q(org=top), then=Value(top.pk))
    place = Case(near, default=IdOfStep(top, stood=stood), output_field=BigIntegerField())
    return dict(asked.select_related(None).order_by().values_list(place).annotate(count=Count("*")))


def visible_orders(context: Context) -> QuerySet[Order]:
    """Return the orders whose issuer the reader may see, the newest period first."""
    return (
        Order.objects.filter(within(context.places("plans.view"), "issuer__path"))
        .select_related("issuer", "pack")
        .defer("pack__files")
        .order_by("-period", "duty", "issuer__path")
    )


def order_by_id(context: Context, order_id: int) -> Order:
    """Return one order that the reader issued, may see, or has a task of."""
    orders = Order.objects.select_related("issuer", "pack", "issued_by").defer("pack__files")
    order = orders.filter(pk=order_id).first()
    places = context.places("plans.view")
    if order is None or not (
        places.covers(order.issuer.path) or Task.objects.filter(within(places), order=order).exists()
    ):
        raise NotFound("There is no such order.")
    return order


def places_of(context: Context, permission: str) -> list[Org]:
    """Return the organizations at the tops of where the reader holds a permission, in code order."""
    places = context.places(permission)
    tops = Q(parent=None) if places.everywhere else Q(path__in=[low for low, _ in places.ranges])
    return list(visible_orgs(context).filter(tops, closed_on=None).select_related("parent").order_by("code"))


def periods_asked() -> list[Period]:
    """Return the periods for which anything was ever asked, the newest first."""
    written = Order.objects.order_by().values_list("period", flat=True).distinct()
    return sorted((Period.parse(each) for each in written), reverse=True)
