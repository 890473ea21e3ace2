"""Every read of duties, orders, tasks and the account; the reader comes first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, Prefetch, Q, QuerySet, Sum, Value

from gangmu.core.calendar import Calendar
from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotFound
from gangmu.core.periods import Period
from gangmu.core.text import Text
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, spans_on, visible_orgs, within
from gangmu.kernel.packs.queries import pack_by_version, pack_of
from gangmu.work.plans.definitions import AccountKind, DutyKind
from gangmu.work.plans.models import Answer, ClosedTally, Order, Return, Task
from gangmu.work.plans.rules import (
    ANSWERED,
    OPEN,
    Asked,
    Cell,
    Standing,
    Tally,
    best_of,
    cell_of,
    due_on,
    issue_on,
    period_fits,
    step_below,
    who_is_asked,
)
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.models import Record
from gangmu.work.records.queries import records_held

CALENDAR = Calendar()
"""The working days that are installed with the product."""


def duties_of(org: Org) -> tuple[DutyKind, ...]:
    """Return the duties that are in force where an organization stands, by code."""
    return pack_of(org.root_id).all(DutyKind)


def duty_of(org: Org, code: str) -> DutyKind:
    """Return one duty as it is now; an unknown code refuses."""
    duty = pack_of(org.root_id).find(DutyKind, code)
    if duty is None:
        raise NotFound("There is no such duty here.")
    return duty


def duty_of_order(order: Order) -> DutyKind:
    """Return the duty of an order as it was when it was issued."""
    duty = pack_by_version(order.pack).find(DutyKind, order.duty)
    if duty is None:
        raise NotFound("There is no such duty here.")
    return duty


def record_kind_of(order: Order) -> RecordKind:
    """Return the kind of record that answers an order, as it was when it was issued."""
    kind = pack_by_version(order.pack).find(RecordKind, order.answer_kind)
    if kind is None:
        raise NotFound("There is no such kind of record here.")
    return kind


def account_kind(org: Org) -> AccountKind:
    """Return how accounts are shown where an organization stands."""
    kinds = pack_of(org.root_id).all(AccountKind)
    return kinds[0] if kinds else AccountKind.model_validate({"code": "account", "title": "晒账单"})


def tree_on(context: Context, top: Org, day: date, after: str = "") -> list[Asked]:
    """Return an organization and all below it as they stood on a day, in the order of paths."""
    stood = spans_on(context, day).filter(org=top).values_list("path", flat=True).first()
    if stood is None:
        return []
    spans = spans_on(context, day, under=stood).filter(path__gt=after).order_by("path")
    columns = ("org_id", "path", "parent_id", "name", "org__code", "kind", "domain", "level")
    return [Asked(*row) for row in spans.values_list(*columns)]


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
        groups=tuple(_groups(tree, asked)),
        guessed=CALENDAR.guessed(span.first, due),
        order=visible_orders(context).filter(duty=duty, period=str(span), issuer=issuer).first(),
    )


def _groups(tree: Iterable[Asked], asked: Iterable[Asked]) -> Iterable[tuple[str, int]]:
    """Yield who is asked, counted by the organization above each, in the order of codes."""
    above = {each.org: each for each in tree}
    counts: dict[int, int] = {}
    for each in asked:
        place = each.parent if each.parent in above else each.org
        counts[place or each.org] = counts.get(place or each.org, 0) + 1
    for org in sorted(counts, key=lambda org: above[org].code):
        yield above[org].name, counts[org]


def parsed_period(written: str) -> Period:
    """Return a period as it is written, or refuse."""
    try:
        return Period.parse(written)
    except ValueError:
        raise Invalid(
            "This is no period.", faults={"period": "Write it as 2025-07, 2025Q3 or 2025."}
        ) from None


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


def visible_tasks(context: Context) -> QuerySet[Task]:
    """Return the tasks of organizations the reader may see."""
    return (
        Task.objects.filter(within(context.places("plans.view")))
        .select_related("order", "order__issuer", "order__pack", "org", "org__parent")
        .defer("order__pack__files")
    )


def task_by_id(context: Context, task_id: int) -> Task:
    """Return one task that the reader may see; otherwise there is none."""
    task = visible_tasks(context).filter(pk=task_id).first()
    if task is None:
        raise NotFound("There is no such task.")
    return task


def waiting_tasks(context: Context) -> QuerySet[Task]:
    """Return the open tasks that the reader may answer, soonest due first."""
    return (
        visible_tasks(context)
        .filter(within(context.places("plans.answer")), state__in=OPEN, closed_at=None)
        .order_by("due_on", "path", "duty")
    )


def own_waiting_tasks(context: Context, org: Org) -> QuerySet[Task]:
    """Return what one organization itself still owes, soonest due first."""
    return waiting_tasks(context).filter(org=org)


def answered_tasks(context: Context) -> QuerySet[Task]:
    """Return the tasks within reach that have an answer, the newest first."""
    return (
        visible_tasks(context)
        .filter(within(context.places("plans.answer")), versions__gt=0)
        .order_by("-answered_on", "-pk")
    )


def tasks_to_review(context: Context) -> QuerySet[Task]:
    """Return the answered tasks that wait for the reader's decision, the oldest answer first."""
    places = context.places("plans.review")
    by_parent = Q(order__review="parent") & within(places, "org__parent__path")
    by_issuer = Q(order__review="issuer") & within(places, "order__issuer__path")
    if not places:
        return Task.objects.none()
    return (
        visible_tasks(context)
        .filter(by_parent | by_issuer, state="answered")
        .order_by("answered_on", "path", "duty")
    )


def standing_answer(task: Task) -> Answer | None:
    """Return the answer that stands, if there is one."""
    return (
        Answer.objects.filter(task=task, standing=True)
        .select_related("record", "record__pack", "record__org", "entered_by", "answered_for")
        .defer("record__pack__files")
        .first()
    )


def answers_of(task: Task) -> QuerySet[Answer]:
    """Return all versions of an answer, the newest first, with what was said in return."""
    return (
        Answer.objects.filter(task=task)
        .select_related("record", "entered_by", "returned", "returned__returned_by")
        .order_by("-version")
    )


def last_return(task: Task) -> Return | None:
    """Return why the last answer was given back, if it was."""
    return Return.objects.filter(task=task).select_related("returned_by").order_by("-returned_at").first()


def records_that_serve(context: Context, task: Task) -> QuerySet[Record]:
    """Return the records already held that answer a task: nothing is written twice."""
    order = task.order
    return records_held(context, org=task.org, kind=order.answer_kind, period=order.span)


@dataclass(frozen=True)
class Happened:
    """One thing that happened to a task: what, when, by whom, and what was said."""

    event: str
    at: datetime
    by: str = ""
    note: str = ""
    record: int | None = None
    faults: Mapping[str, str] | None = None


def history_of(task: Task) -> list[Happened]:
    """Return all that happened to a task, in order."""
    order = task.order
    found = [Happened("issued", order.issued_at, order.issuer.name)]
    if task.received_at:
        found.append(Happened("received", task.received_at, str(task.received_by or "")))
    for answer in answers_of(task):
        event = "answered_after_closing" if answer.after_closing else "answered"
        note = str(answer.version)
        found.append(Happened(event, answer.answered_at, str(answer.entered_by), note, answer.record_id))
    for given_back in Return.objects.filter(task=task).select_related("returned_by"):
        by = str(given_back.returned_by)
        found.append(
            Happened("returned", given_back.returned_at, by, given_back.reason, None, given_back.faults)
        )
    if task.accepted_at:
        found.append(Happened("accepted", task.accepted_at, str(task.accepted_by or "")))
    if task.closed_at:
        silent = any(each.event == "answered_after_closing" for each in found)
        found.append(Happened("closed", task.closed_at, "", "missing" if silent else task.timing))
    if task.state == Task.State.WITHDRAWN and order.ended_at:
        found.append(Happened("withdrawn", order.ended_at, order.issuer.name, order.withdrawn_reason))
    return sorted(found, key=lambda each: each.at)


# The account


@dataclass(frozen=True)
class Line:
    """One row of an account: an organization, and its counts for each column."""

    org: int
    name: str
    code: str
    cells: Mapping[str, Tally]
    total: Tally


@dataclass(frozen=True)
class Account:
    """What was asked below one organization, and what came of it, by place and column."""

    top: Org
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    totals: Mapping[str, Tally]
    total: Tally


def account_of(
    context: Context, top: Org, periods: Iterable[Period], *, by: str = "duty", duty: str = ""
) -> Account:
    """Return the account below an organization: a line for each organization directly below it.

    ``by`` makes the columns: ``duty`` for one month, ``period`` for a year. Organizations are
    counted where they stood on the order's day. Whoever may see ``top`` sees all below it.
    """
    if not context.may("plans.view", top.path):
        raise NotFound("There is no such account.")
    orders = Order.objects.filter(period__in=[str(period) for period in periods])
    return _account(context, top, orders.filter(duty=duty) if duty else orders, by)


def progress_of(context: Context, order: Order, top: Org | None = None) -> Account:
    """Return how far an order is, below its issuer or below one organization under it."""
    top = top or order.issuer
    if not context.may("plans.view", top.path):
        raise NotFound("There is no such account.")
    return _account(context, top, Order.objects.filter(pk=order.pk), "duty")


@dataclass
class _Counting:
    """An account as it is added up."""

    top: Org
    today: date
    columns: Mapping[int, str]
    lines: dict[int, dict[str, Tally]] = field(default_factory=dict)
    totals: dict[str, Tally] = field(default_factory=dict)

    def add(self, order: int, path: str, cell: Cell | None, count: int) -> None:
        step = step_below(path, self.top.path)
        if step is None or cell is None or not count:
            return
        column = self.columns[order]
        self.lines.setdefault(step, {}).setdefault(column, Tally()).add(cell, count)
        self.totals.setdefault(column, Tally()).add(cell, count)

    def add_tasks(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for order, state, timing, due, path, count in rows:
            cell = cell_of(state, timing, closed=timing == "missing", overdue=due < self.today)
            self.add(order, path, cell, count)

    def add_tallies(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for order, path, on_time, late, missing in rows:
            self.add(order, path, "on_time", on_time)
            self.add(order, path, "late", late)
            self.add(order, path, "missing", missing)


def _account(context: Context, top: Org, orders: QuerySet[Order], by: str) -> Account:
    """Count what some orders came to, in a number of reads that does not grow.

    Those directly below ``top`` are counted one by one; those deeper by the organization
    above each, and added up along their paths. What closed orders came to stands ready.
    """
    known = list(orders.values_list("pk", by, "state"))
    closed = [pk for pk, _, state in known if state == Order.State.CLOSED]
    running = [pk for pk, _, state in known if state not in (Order.State.CLOSED, Order.State.WITHDRAWN)]
    counting = _Counting(top, context.today, {pk: column for pk, column, _ in known})
    near = Task.objects.filter(Q(parent=top) | Q(org=top, path=top.path), order__in=closed + running)
    counting.add_tasks(near.values_list("order_id", "state", "timing", "due_on", "path", Value(1)))
    deeper = Task.objects.filter(~Q(parent=top), in_subtree(top.path), order__in=running, path__gt=top.path)
    counting.add_tasks(
        deeper.values("order_id", "parent_id", "state", "timing", "due_on")
        .annotate(some_path=Min("path"), count=Count("*"))
        .order_by()
        .values_list("order_id", "state", "timing", "due_on", "some_path", "count")
    )
    tallies = ClosedTally.objects.filter(
        ~Q(parent=top), in_subtree(top.path), order__in=closed, path__gt=top.path
    )
    counting.add_tallies(tallies.values_list("order_id", "path", "on_time", "late", "missing"))
    return Account(
        top,
        tuple(sorted(counting.totals)),
        tuple(_lines(context, counting.lines)),
        counting.totals,
        _sum(counting.totals.values()),
    )


def _lines(context: Context, counted: Mapping[int, Mapping[str, Tally]]) -> Iterator[Line]:
    for org in visible_orgs(context).filter(pk__in=list(counted)):
        cells = counted[org.pk]
        yield Line(org.pk, org.name, org.code, cells, _sum(cells.values()))


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.take(tally)
    return total


@dataclass(frozen=True)
class Beside:
    """What an organization may know of those beside it: counts, and the names of the best few."""

    above: str
    orgs: int
    total: Tally
    best: tuple[Standing, ...]
    more: int


def those_beside(context: Context, org: Org, period: Period) -> Beside:
    """Return how those with the same parent stand in a period: counts, and the best few by name.

    ``more`` tells how many stand as well as those who are named. No other name is told.
    """
    if not context.may("plans.view", org.path):
        raise NotFound("There is no such account.")
    parent = org.parent
    if parent is None:
        return Beside("", 0, Tally(), (), 0)
    rows = (
        Task.objects.filter(in_subtree(parent.path), period=str(period), parent=parent)
        .values_list("org_id", "org__name", "org__code", "state", "timing", "due_on")
        .annotate(count=Count("pk"), given_back=Sum("returns"))
        .order_by()
    )
    total = Tally()
    tallies: dict[tuple[int, str, str], Tally] = {}
    returns: dict[tuple[int, str, str], int] = {}
    for org_id, name, code, state, timing, due, count, given_back in rows:
        cell = cell_of(state, timing, closed=timing == "missing", overdue=due < context.today)
        total.add(cell, count)
        key = (org_id, name, code)
        tallies.setdefault(key, Tally()).add(cell, count)
        returns[key] = returns.get(key, 0) + given_back
    standings = [
        Standing(org_id, name, code, tally.due, tally.on_time, returns[org_id, name, code])
        for (org_id, name, code), tally in tallies.items()
    ]
    best = best_of(standings, account_kind(org).best_named)
    fit = sum(1 for each in standings if each.due and each.due == each.on_time)
    return Beside(parent.name, len(standings), total, tuple(best), fit - len(best))


def tasks_behind(
    context: Context, top: Org, periods: Iterable[Period], *, duty: str = "", cell: str = ""
) -> QuerySet[Task]:
    """Return the tasks that a figure of an account is made of, in the order of the tree."""
    if not context.may("plans.view", top.path):
        raise NotFound("There is no such account.")
    tasks = visible_tasks(context).filter(
        in_subtree(top.path, "path"), period__in=[str(period) for period in periods]
    )
    if duty:
        tasks = tasks.filter(duty=duty)
    return tasks.filter(_in_cell(cell, context.today)).order_by("org__code", "duty")


def tasks_of_order(
    context: Context, order: Order, *, cell: str = "", under: Org | None = None
) -> QuerySet[Task]:
    """Return the tasks of one order that the reader may see, in the order of codes."""
    tasks = visible_tasks(context).filter(_in_cell(cell, context.today), order=order)
    if under is not None:
        tasks = tasks.filter(in_subtree(under.path, "path"))
    return tasks.order_by("org__code")


def _in_cell(cell: str, today: date) -> Q:
    """Return the condition that an account counts a task under a heading; none is any."""
    answered, going = Q(state__in=ANSWERED), Q(state__in=("issued", "received"), closed_at=None)
    match cell:
        case "on_time":
            return answered & Q(timing="on_time")
        case "late":
            return answered & Q(timing="late")
        case "missing":
            return Q(timing="missing")
        case "returned":
            return Q(state="returned", closed_at=None)
        case "open":
            return going & Q(due_on__gte=today)
        case "overdue":
            return going & Q(due_on__lt=today)
    return ~Q(state="withdrawn")


def with_standing_answers(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Return tasks that bring the answer that stands along, as ``standing_answers``, in one more read."""
    standing = (
        Answer.objects.filter(standing=True)
        .select_related("record", "record__pack", "record__org")
        .defer("record__pack__files")
    )
    return tasks.prefetch_related(Prefetch("answers", queryset=standing, to_attr="standing_answers"))


def places_of(context: Context, permission: str) -> list[Org]:
    """Return the organizations at the tops of where the reader holds a permission, in code order."""
    places = context.places(permission)
    tops = Q(parent=None) if places.everywhere else Q(path__in=[low for low, _ in places.ranges])
    return list(visible_orgs(context).filter(tops, closed_on=None).select_related("parent").order_by("code"))


def periods_asked() -> list[Period]:
    """Return the periods for which anything was ever asked, the newest first."""
    written = Order.objects.order_by().values_list("period", flat=True).distinct()
    return sorted((Period.parse(each) for each in written), reverse=True)


def duty_titles(org: Org) -> dict[str, Text]:
    """Return what duties are called where an organization stands."""
    return {duty.code: duty.title for duty in duties_of(org)}
