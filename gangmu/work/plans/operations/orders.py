"""An order goes out, once, and can be called back."""

from datetime import date

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.audit.rows import insert_new
from gangmu.kernel.guard.queries import refuse_text
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.work.burden.operations import note_asking, withdraw_asking
from gangmu.work.burden.queries import cost_of
from gangmu.work.burden.rules import refuse_cost
from gangmu.work.plans.definitions import DutyKind
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.operations.steps import end_what_is_open
from gangmu.work.plans.queries.burden import demand_of, help_of
from gangmu.work.plans.queries.duties import CALENDAR, duty_of, duty_of_order, parsed_period
from gangmu.work.plans.queries.orders import tree_on
from gangmu.work.plans.rules import (
    Asked,
    due_on,
    period_fits,
    states_before,
    who_is_asked,
)
from gangmu.work.programmes.queries.campaigns import running_campaign

BATCH = 2000


# Issuing


@operation("plans.issue_order", permission="plans.issue", at="issuer")
def issue_order(
    context: Context,
    issuer: Org,
    *,
    duty: str,
    period: str,
    text: str = "",
    knowingly: bool = False,
    reason: str = "",
) -> Order:
    """Issue a duty's order for a period; who is asked follows from the tree of this day.

    It may be pressed twice: the order that is there is returned. Delivering the tasks
    follows in batches (``deliver_order``). Refused for a period that the duty is not owed
    for, for one that is over, and where the order would reach nobody; and a text that asks for
    what the rules against formalism forbid, or, unless ``knowingly``, what they warn of.
    """
    known = Order.objects.filter(duty=duty, period=period, issuer=issuer).first()
    if known is not None:
        return _known_order(known)
    kind, span = duty_of(issuer, duty), parsed_period(period)
    if not period_fits(kind.every, span):
        raise Invalid("The duty is not owed for such a period.", faults={"period": "Choose another period."})
    if kind.expires_on is not None and span.first > kind.expires_on:
        raise Conflict("What approved this duty has ended.")
    refuse_text(issuer, {"text": text}, what="order", context=context, measured=True, knowingly=knowingly)
    if not issuer.is_open():
        raise Conflict("%(org)s is closed.", {"org": issuer.name})
    due = due_on(kind, span, CALENDAR, context.today)
    if due < context.today:
        raise Conflict("The day on which this would be due is over.")
    _refuse_outside_campaign(context, issuer, kind, due)
    asked = who_is_asked(kind, tree_on(context, issuer, context.today))
    if not asked:
        raise Conflict("This order would reach nobody.")
    demand = demand_of(kind, span, text=text, organizations=len(asked))
    cost = cost_of(context, issuer, asked=demand, help_text=help_of(kind))
    refuse_cost(cost, knowingly=knowingly, reason=reason)
    order, made = Order.objects.get_or_create(
        duty=duty,
        period=str(span),
        issuer=issuer,
        defaults={
            "pack": pack_version_of(issuer.root_id),
            "title": kind.title.zh_hans[:200],
            "text": text.strip(),
            "answer_kind": kind.answer,
            "review": kind.review,
            "minutes": kind.minutes,
            "issued_at": context.now,
            "issued_on": context.today,
            "issued_by_id": context.account,
            "due_on": due,
            "asked": len(asked),
        },
    )
    if made:
        note_asking(
            context,
            issuer,
            order=order.pk,
            asked=demand,
            asked_on=order.issued_on,
            due_on=order.due_on,
            cost=cost,
            reason=reason,
            help_text=help_of(kind),
        )
    return order


def _refuse_outside_campaign(context: Context, issuer: Org, kind: DutyKind, due: date) -> None:
    if not kind.campaign:
        return
    running = running_campaign(issuer, kind.campaign, context.today)
    if running is None:
        raise Conflict("The campaign that this duty belongs to does not run today.")
    if due > running.last_on:
        raise Conflict("This would be due after the campaign's last day.")


def _known_order(order: Order) -> Order:
    if order.state == Order.State.WITHDRAWN:
        raise Conflict("The order was withdrawn.")
    return order


@operation("plans.deliver_order", permission="plans.issue", at="order.issuer")
def deliver_order(context: Context, order: Order, *, most: int = BATCH) -> int:
    """Give the next organizations their task, two thousand at most; return how many there were.

    It goes on where the last batch ended, so that a crash halfway is healed by calling it
    again, and nobody has two. With the last batch the order stands as issued.
    """
    held = Order.objects.select_for_update(of=("self",)).select_related("issuer", "pack").get(pk=order.pk)
    if held.state != Order.State.ISSUING:
        return 0
    tree = tree_on(context, held.issuer, held.issued_on, after=held.delivered_to)
    asked = who_is_asked(duty_of_order(held), tree)
    batch = asked[: min(most, BATCH)]
    insert_new([_task(held, each) for each in batch])
    if batch:
        held.delivered_to = batch[-1].path
    if len(asked) == len(batch):
        held.state = Order.State.ISSUED
    held.save(update_fields=["delivered_to", "state"])
    return len(batch)


def _task(order: Order, asked: Asked) -> Task:
    return Task(
        order=order,
        org_id=asked.org,
        duty=order.duty,
        period=order.period,
        path=asked.path,
        parent_id=asked.parent,
        due_on=order.due_on,
    )


def issue_to_all(
    context: Context,
    issuer: Org,
    *,
    duty: str,
    period: str,
    text: str = "",
    knowingly: bool = False,
    reason: str = "",
) -> Order:
    """Issue an order and deliver it to the end: one operation, then one for each batch."""
    order = issue_order(
        context, issuer, duty=duty, period=period, text=text, knowingly=knowingly, reason=reason
    )
    while order.state == Order.State.ISSUING:
        deliver_order(context, order)
        order.refresh_from_db()
    return order


@operation("plans.withdraw_order", permission="plans.issue", at="order.issuer")
def withdraw_order(context: Context, order: Order, *, reason: str) -> Order:
    """Take an order back from everybody; answers that were given are kept as records.

    Refused without a reason and once its period is being closed.
    """
    if not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": "This must be filled in."})
    held = Order.objects.select_for_update().get(pk=order.pk)
    if held.state not in (Order.State.ISSUING, Order.State.ISSUED):
        raise Conflict("The order is closed or was withdrawn already.")
    open_ones = Task.objects.filter(order=held, state__in=states_before("withdraw"))
    end_what_is_open(context, list(open_ones.only("pk")))
    open_ones.update(state=Task.State.WITHDRAWN, disputed=False)
    held.state = Order.State.WITHDRAWN
    held.withdrawn_reason = reason.strip()[:300]
    held.ended_at = context.now
    held.save(update_fields=["state", "withdrawn_reason", "ended_at"])
    withdraw_asking(context, order.issuer, order=held.pk)
    return held
