"""Orders: whom one would reach, and which there are."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotFound
from gangmu.core.periods import Period
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import spans_on, visible_orgs, within
from gangmu.work.plans.definitions import DutyKind
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.queries.duties import CALENDAR, duty_of, parsed_period
from gangmu.work.plans.rules import (
    Asked,
    due_on,
    issue_on,
    period_fits,
    step_below,
    who_is_asked,
)


def tree_on(context: Context, top: Org, day: date, after: str = "") -> list[Asked]:
    """Return an organization and all below it as they stood on a day, in the order of paths."""
    stood = spans_on(context, day).filter(org=top).values_list("path", flat=True).first()
    if stood is None:
        return []
    spans = spans_on(context, day, under=stood).filter(path__gt=after).order_by("path")
    columns = ("org_id", "path", "parent_id", "name", "org__code", "kind", "domain", "level")
    return list(map(Asked._make, spans.values_list(*columns)))


@dataclass(frozen=True)
class Preview:
    """What issuing would do: to whom, until when; ``order`` is the one that is there already."""

    duty: DutyKind
    period: Period
    title: str
    issue_on: date
    due_on: date
    asked: tuple[Asked, ...]
    groups: tuple[tuple[str, int], ...]
    guessed: tuple[int, ...]
    order: Order | None

    @property
    def hours(self) -> float:
        """What it costs all who are asked together, by the author's estimate."""
        return len(self.asked) * self.duty.minutes / 60


def preview_order(context: Context, issuer: Org, *, duty: str, period: str) -> Preview:
    """Return exactly who would receive an order that is issued now, and until when it is due."""
    kind, span = duty_of(issuer, duty), parsed_period(period)
    if not period_fits(kind.every, span):
        raise Invalid("The duty is not owed for such a period.", faults={"period": "Choose another period."})
    tree = tree_on(context, issuer, context.today)
    asked = who_is_asked(kind, tree)
    due = due_on(kind, span, CALENDAR, context.today)
    return Preview(
        duty=kind,
        period=span,
        title=kind.title.within(context.language),
        issue_on=issue_on(kind, span, CALENDAR),
        due_on=due,
        asked=tuple(asked),
        groups=tuple(_groups(tree, asked)) if tree else (),
        guessed=CALENDAR.guessed(span.first, due),
        order=visible_orders(context).filter(duty=duty, period=str(span), issuer=issuer).first(),
    )


def _groups(tree: Sequence[Asked], asked: Iterable[Asked]) -> Iterable[tuple[str, int]]:
    """Yield who is asked, counted by the place directly below the issuer, in the order of codes.

    Who stands directly below is counted with the issuer: a town's villages are one number.
    """
    top = tree[0]
    counts: Counter[int] = Counter()
    for each in asked:
        near = top.org in (each.parent, each.org)
        counts[top.org if near else step_below(each.path, top.path) or top.org] += 1
    for place in sorted((each for each in tree if each.org in counts), key=lambda each: each.code):
        yield place.name, counts[place.org]


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
