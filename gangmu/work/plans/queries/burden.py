"""What an order would cost those whom it asks, and what it repeats."""

from datetime import date

from django.db.models import Count, Q

from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.kernel.orgs.models import Org
from gangmu.work.burden.queries import cost_of
from gangmu.work.burden.rules import Cost, Demand, Reach
from gangmu.work.plans.definitions import DutyKind
from gangmu.work.plans.models import Dispute
from gangmu.work.plans.queries.duties import duty_of, parsed_period
from gangmu.work.plans.queries.orders import whom_asked


def demand_of(duty: DutyKind, period: Period, *, text: str, organizations: int) -> Demand:
    """Return what a duty asks for as the room of burdens weighs it."""
    return Demand(
        duty=duty.code,
        period=str(period),
        title=duty.title.zh_hans,
        text=text,
        record=duty.answer,
        minutes=duty.minutes,
        organizations=organizations,
        reach=Reach(duty.asked_of.kinds, duty.asked_of.domains, duty.asked_of.levels),
    )


def help_of(duty: DutyKind) -> str:
    """Return what a duty explains, which belongs to its words."""
    return duty.help.zh_hans if duty.help else ""


def duplicates_of(first: date, last: date) -> dict[int, tuple[int, int]]:
    """Return, by issuer, how many orders of some days were disputed as duplicates, and how many upheld."""
    said = Dispute.objects.filter(
        ground=Dispute.Ground.DUPLICATE, order__issued_on__gte=first, order__issued_on__lte=last
    )
    counted = (
        said.values("order__issuer")
        .annotate(
            disputed=Count("order", distinct=True),
            upheld=Count("order", distinct=True, filter=Q(state=Dispute.State.UPHELD)),
        )
        .order_by()
    )
    return {row["order__issuer"]: (row["disputed"], row["upheld"]) for row in counted}


def order_cost(
    context: Context,
    issuer: Org,
    *,
    duty: str,
    period: str,
    text: str = "",
    organizations: int | None = None,
) -> Cost:
    """Return what an order that is issued now would cost and what it repeats, for whoever may issue it.

    ``organizations`` says how many it asks, where that has been found out already.
    """
    kind, span = duty_of(issuer, duty), parsed_period(period)
    if organizations is None:
        organizations = whom_asked(context, issuer, kind.asked_of, context.today).count()
    demand = demand_of(kind, span, text=text, organizations=organizations)
    return cost_of(context, issuer, asked=demand, help_text=help_of(kind))
