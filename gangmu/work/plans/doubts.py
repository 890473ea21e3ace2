"""What may be wrong with orders and tasks, and with duties that nothing comes of."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial

from django.db.models import Count, F, Max

from gangmu.core.doubts import DoubtCheck, Found, Look
from gangmu.core.text import Text
from gangmu.frame.words import say
from gangmu.kernel.orgs.queries import in_subtree
from gangmu.work.plans.definitions import DutyKind
from gangmu.work.plans.models import Order, Task
from gangmu.work.records.definitions import FieldKind, RecordKind

HALFWAY = timedelta(hours=2)
CLOSE_WITHIN = timedelta(days=45)
LOOK_WITHIN = timedelta(days=21)
SINCE = timedelta(days=400)
OPEN = (Task.State.ISSUED, Task.State.RECEIVED, Task.State.PASSED, Task.State.RETURNED)


def _title(look: Look, code: str) -> Text | str:
    duty = look.pack.find(DutyKind, code)
    return duty.title if duty else code


def _order(order: Order, **params: str | int) -> Found:
    return Found(
        order.issuer_id, f"order:{order.pk}", {"order": order.title, "period": order.period, **params}
    )


def _orders(look: Look) -> list[Order]:
    def read() -> list[Order]:
        rows = Order.objects.filter(in_subtree(look.path, "issuer__path"), issued_on__gte=look.today - SINCE)
        return list(rows.order_by("pk"))

    return look.once("orders", read)


def _half_issued(look: Look) -> Iterator[Found]:
    return (
        _order(order)
        for order in _orders(look)
        if order.state == Order.State.ISSUING and (order.issued_at + HALFWAY).date() < look.today
    )


def _not_closed(look: Look) -> Iterator[Found]:
    return (
        _order(order, day=order.span.last.isoformat())
        for order in _orders(look)
        if order.state in (Order.State.ISSUED, Order.State.CLOSING)
        and order.span.last + CLOSE_WITHIN < look.today
    )


def _unknown_duty(look: Look) -> Iterator[Found]:
    return (_order(order) for order in _orders(look) if look.pack.find(DutyKind, order.duty) is None)


def _open_of_closed(look: Look) -> Iterator[Found]:
    rows = Task.objects.filter(
        in_subtree(look.path, "org__path"), org__closed_on__lte=look.today, state__in=OPEN, closed_at=None
    )
    for pk, org, duty, period in rows.order_by("pk").values_list("pk", "org", "duty", "period"):
        yield Found(org, f"task:{pk}", {"duty": _title(look, duty), "period": period})


def _review_waits(look: Look) -> Iterator[Found]:
    """Find those above whom answers wait for too long: one doubt for each duty and period."""
    rows = (
        Task.objects.filter(
            in_subtree(look.path, "org__path"),
            state=Task.State.ANSWERED,
            closed_at=None,
            order__review="parent",
            answered_on__lt=look.today - LOOK_WITHIN,
            parent__isnull=False,
        )
        .order_by()
        .values("parent", "duty", "period")
        .annotate(count=Count("pk"))
    )
    for row in rows:
        params = {"duty": _title(look, row["duty"]), "period": row["period"], "count": row["count"]}
        yield Found(row["parent"] or look.root, f"{row['duty']}:{row['period']}", params)


def _returned_often(look: Look) -> Iterator[Found]:
    rows = Task.objects.filter(
        in_subtree(look.path, "org__path"), returns__gte=3, order__issued_on__gte=look.today - SINCE
    )
    for pk, org, duty, period, count in rows.order_by("pk").values_list(
        "pk", "org", "duty", "period", "returns"
    ):
        yield Found(org, f"task:{pk}", {"duty": _title(look, duty), "period": period, "count": count})


def _answered_before_issue(look: Look) -> Iterator[Found]:
    rows = Task.objects.filter(
        in_subtree(look.path, "org__path"),
        answered_on__lt=F("order__issued_on"),
        order__issued_on__gte=look.today - SINCE,
    )
    for pk, org, duty, period in rows.order_by("pk").values_list("pk", "org", "duty", "period"):
        yield Found(org, f"task:{pk}", {"duty": _title(look, duty), "period": period})


def _definition(look: Look, kind: str, code: str, title: Text) -> Found:
    return Found(look.root, f"{kind}:{code}", {"title": title})


def _never_ordered(look: Look) -> Iterator[Found]:
    """Find duties of which no order went out for longer than a year, once any order did."""
    last = dict(
        Order.objects.filter(in_subtree(look.path, "issuer__path"))
        .values_list("duty")
        .annotate(Max("issued_on"))
    )
    for duty in look.pack.all(DutyKind) if last else ():
        since = last.get(duty.code)
        if since is None or since < look.today - SINCE:
            yield _definition(look, "duty", duty.code, duty.title)


def _unasked_kind(look: Look) -> Iterator[Found]:
    asked = {duty.answer for duty in look.pack.all(DutyKind)}
    return (
        _definition(look, "record", kind.code, kind.title)
        for kind in look.pack.all(RecordKind)
        if kind.code not in asked
    )


def _unasked_field(look: Look) -> Iterator[Found]:
    asked = {of for kind in look.pack.all(RecordKind) for of in kind.shared.values()}
    return (
        _definition(look, "field", field.code, field.title)
        for field in look.pack.all(FieldKind)
        if field.code not in asked
    )


def _one_thing_twice(look: Look) -> Iterator[Found]:
    """Find records of which two ask for the same, as their fields are called."""
    titled: dict[str, list[RecordKind]] = {}
    for kind in look.pack.all(RecordKind):
        for spec in kind.fields:
            if spec.type in ("number", "money") and not spec.of:
                titled.setdefault(spec.title.zh_hans, []).append(kind)
    for title, kinds in titled.items():
        if len({kind.code for kind in kinds}) > 1:
            yield Found(look.root, f"field:{title}"[:120], {"field": title, "count": len(kinds)})


_of_order = partial(
    DoubtCheck, group="records", permission="plans.view", page="plans-order", page_of="subject"
)
_of_task = partial(DoubtCheck, group="records", permission="plans.view", page="plans-task", page_of="subject")
_of_definition = partial(
    DoubtCheck, group="definitions", permission="packs.view", page="desk-handbook", page_of="none"
)
_IN_THE_PACK = say("Whoever writes the pack decides: use it, or take it out.")

CHECKS: Iterable[DoubtCheck] = (
    _of_order(
        "orders.half_issued",
        title=say("An order that went out to some only"),
        says=say("%(order)s of %(period)s."),
        mend=say("Resume issuing it on its page."),
        find=_half_issued,
        sure=True,
    ),
    _of_order(
        "orders.not_closed",
        title=say("A period that was never closed"),
        says=say("%(order)s: its period ended on %(day)s."),
        mend=say("Close it, so that what was answered counts."),
        find=_not_closed,
    ),
    _of_order(
        "orders.unknown_duty",
        title=say("An order of a duty that the pack does not know any more"),
        says=say("%(order)s of %(period)s."),
        mend=say("Nothing, if the duty has ended; else write it into the pack again."),
        find=_unknown_duty,
    ),
    _of_task(
        "tasks.open_of_closed",
        title=say("A task of a closed organization, still open"),
        says=say("%(duty)s of %(period)s."),
        mend=say("Let tasks follow the organizations on the order's page."),
        find=_open_of_closed,
        sure=True,
    ),
    _of_task(
        "tasks.review_waits",
        title=say("Answers wait to be looked at for three weeks"),
        says=say("%(duty)s of %(period)s: %(count)s answers."),
        mend=say("Look at them in the list of what is to be reviewed."),
        find=_review_waits,
        page="plans-org",
        page_of="org",
    ),
    _of_task(
        "tasks.returned_often",
        title=say("Returned three times or more"),
        says=say("%(duty)s of %(period)s: returned %(count)s times."),
        mend=say("Talk to them: perhaps it is not clear what is asked."),
        find=_returned_often,
    ),
    _of_task(
        "tasks.answered_before_issue",
        title=say("Answered before it was asked"),
        says=say("%(duty)s of %(period)s."),
        mend=say(
            "Nobody can do this on a page: whoever keeps the installation holds it against the log and a backup, and restores it."
        ),
        find=_answered_before_issue,
        sure=True,
    ),
    _of_definition(
        "definitions.never_ordered",
        title=say("A duty of which nothing went out for a year"),
        says=say("%(title)s."),
        mend=_IN_THE_PACK,
        find=_never_ordered,
    ),
    _of_definition(
        "definitions.unasked_kind",
        title=say("A kind of record that no duty asks for"),
        says=say("%(title)s."),
        mend=_IN_THE_PACK,
        find=_unasked_kind,
    ),
    _of_definition(
        "definitions.unasked_field",
        title=say("A field of the dictionary that no record asks for"),
        says=say("%(title)s."),
        mend=_IN_THE_PACK,
        find=_unasked_field,
    ),
    _of_definition(
        "definitions.one_thing_twice",
        title=say("One figure asked for in two records"),
        says=say("“%(field)s” stands in %(count)s kinds of record and in no field of the dictionary."),
        mend=say("Write it once into the dictionary of fields, and let both point to it."),
        find=_one_thing_twice,
    ),
)
