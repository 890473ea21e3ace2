"""The account: what was asked and what came, counted as far as the reader may see."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period, period_of
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import IdOfStep, counted_by_step, in_subtree, visible_orgs
from gangmu.work.plans.models import ClosedTally, Order, Task
from gangmu.work.plans.queries.duties import account_kind
from gangmu.work.plans.queries.tasks import in_cell, visible_tasks
from gangmu.work.plans.rules import (
    Cell,
    Standing,
    Tally,
    best_of,
    cell_of,
    step_below,
)

# The account


ELSEWHERE = 0
"""Stands for organizations that were below on the order's day and are out of the reader's sight today."""


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
    known = (orders.filter(duty=duty) if duty else orders).values_list("pk", by, "state")
    return _account(context, top, list(known))


def _closed_and_running(states: Mapping[int, str]) -> tuple[list[int], list[int]]:
    """Return the orders that are closed, and those that run; what was withdrawn counts nowhere."""
    closed = [pk for pk, state in states.items() if state == Order.State.CLOSED]
    over = (Order.State.CLOSED, Order.State.WITHDRAWN)
    return closed, [pk for pk, state in states.items() if state not in over]


def _deeper(top: Org) -> Q:
    """Return the condition of what stands below an organization and not directly below it."""
    return ~Q(parent=top) & Q(path__gt=top.path)


def _carried(closed: Sequence[int]) -> Q:
    """Return the condition of tasks that outlive their closed order: its tallies do not hold them."""
    return Q(order__in=closed, closed_at=None) & ~Q(carried_to="")


def total_of(context: Context, top: Org, periods: Iterable[Period]) -> Tally:
    """Return the total of the account below an organization, without its lines: far less to read."""
    if not context.may("plans.view", top.path):
        raise NotFound("There is no such account.")
    orders = Order.objects.filter(period__in=[str(period) for period in periods])
    states = dict(orders.values_list("pk", "state"))
    closed, running = _closed_and_running(states)
    counting = _Counting(top, dict.fromkeys(states, ""), frozenset(closed))
    tasks, deeper = Task.objects.filter(in_subtree(top.path)), _deeper(top)
    for found in (
        Task.objects.filter(in_subtree(top.path, searched=False), order__in=running),
        tasks.filter(~deeper, order__in=closed),
        tasks.filter(deeper & _carried(closed)),
    ):
        # by days, in which order an index holds them, not by whether they are over
        grouped = found.values("order_id", "state", "timing", "due_on").annotate(count=Count("*")).order_by()
        counting.add_tasks(
            (order, state, timing, due < context.today, top.pk, count)
            for order, state, timing, due, count in grouped.values_list(
                "order_id", "state", "timing", "due_on", "count"
            )
        )
    tallies = ClosedTally.objects.filter(deeper, in_subtree(top.path), order__in=closed)
    counting.add_tallies(
        tallies.values("order_id")
        .annotate(in_time=Sum("on_time"), too_late=Sum("late"), never=Sum("missing"))
        .order_by()
        .values_list("order_id", Value(top.pk), "in_time", "too_late", "never")
    )
    return _sum(counting.totals.values())


def progress_of(context: Context, order: Order, top: Org | None = None) -> Account:
    """Return how far an order is, below its issuer or below one organization under it."""
    top = top or order.issuer
    if not context.may("plans.view", top.path):
        raise NotFound("There is no such account.")
    return _account(context, top, [(order.pk, order.duty, order.state)])


@dataclass
class _Counting:
    """An account as it is added up; the totals may be told apart by more than the lines are."""

    top: Org
    columns: Mapping[int, str]
    closed: frozenset[int]
    of_lines: Mapping[int, str] | None = None
    lines: dict[int, dict[str, Tally]] = field(default_factory=dict)
    totals: dict[str, Tally] = field(default_factory=dict)

    def add(self, order: int, step: int | None, cell: Cell | None, count: int) -> None:
        if step is None or cell is None or not count:
            return
        column = (self.of_lines or self.columns)[order]
        self.lines.setdefault(step, {}).setdefault(column, Tally()).add(cell, count)
        self.totals.setdefault(self.columns[order], Tally()).add(cell, count)

    def add_tasks(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for order, state, timing, overdue, step, count in rows:
            carried = order in self.closed
            cell = cell_of(state, timing, closed=timing == "missing", overdue=overdue, carried=carried)
            self.add(order, step, cell, count)

    def add_tallies(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for order, step, on_time, late, missing in rows:
            self.add(order, step, "on_time", on_time)
            self.add(order, step, "late", late)
            self.add(order, step, "missing", missing)


def periods_in_year(year: int) -> tuple[Period, ...]:
    """Return every period that lies within a year and for which something may be asked."""
    whole = Period("year", year)
    return (*whole.months, *whole.split("quarter"), *whole.split("half"), whole)


def periods_ending_in(month: Period) -> tuple[Period, ...]:
    """Return a month, and the longer periods whose last month it is."""
    return tuple(each for each in periods_in_year(month.year) if each.last == month.last)


@dataclass(frozen=True)
class YearLine:
    """One organization in a year: its months, and the month it was founded or closed in, if in this year."""

    org: int
    name: str
    code: str
    months: Mapping[str, Tally]
    total: Tally
    founded: date | None
    closed: date | None


@dataclass(frozen=True)
class YearAccount:
    """A year below one organization: by place and month, and by duty and month.

    What is owed by quarter, half or year stands in that period's last month. A month for
    which nothing was asked has no tally: that is not nought.
    """

    top: Org
    year: int
    months: tuple[Period, ...]
    lines: tuple[YearLine, ...]
    duties: Mapping[str, Mapping[str, Tally]]
    spans: Mapping[tuple[str, str], str]
    """The period behind a duty's month."""
    totals: Mapping[str, Tally]
    total: Tally


def year_of(context: Context, top: Org, year: int, *, duty: str = "") -> YearAccount:
    """Return the year's account below an organization, all duties or one.

    An organization is counted in the months in which something was asked of it: one founded in
    June has no spring, one closed in June no autumn.
    """
    if not context.may("plans.view", top.path):
        raise NotFound("There is no such account.")
    spans = {str(each): str(each.last)[:7] for each in periods_in_year(year)}
    orders = Order.objects.filter(period__in=list(spans))
    rows = (orders.filter(duty=duty) if duty else orders).values_list("pk", "duty", "period", "state")
    orders_ = list(rows)
    known = [(pk, f"{code} {period}", state) for pk, code, period, state in orders_]
    counted = _account(context, top, known, {pk: spans[period] for pk, _, period, _ in orders_})
    lines = []
    orgs = {org.pk: org for org in visible_orgs(context).filter(pk__in=[line.org for line in counted.lines])}
    for line in counted.lines:
        org = orgs.get(line.org)
        founded = org.founded_on if org and org.founded_on.year == year else None
        closed = org.closed_on if org and org.closed_on and org.closed_on.year == year else None
        lines.append(YearLine(line.org, line.name, line.code, line.cells, line.total, founded, closed))
    duties: dict[str, dict[str, Tally]] = {}
    behind: dict[tuple[str, str], str] = {}
    for column, tally in counted.totals.items():
        code, _, period = column.partition(" ")
        duties.setdefault(code, {}).setdefault(spans[period], Tally()).take(tally)
        behind[code, spans[period]] = period
    months = Period("year", year).months
    totals = _by_month(counted.totals, spans)
    return YearAccount(top, year, months, tuple(lines), duties, behind, totals, counted.total)


def _by_month(cells: Mapping[str, Tally], spans: Mapping[str, str]) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    for column, tally in cells.items():
        found.setdefault(spans[column.partition(" ")[2]], Tally()).take(tally)
    return found


def _account(
    context: Context,
    top: Org,
    known: Sequence[tuple[int, str, str]],
    of_lines: Mapping[int, str] | None = None,
) -> Account:
    """Count what some orders came to, each in its column, in a number of reads that does not grow.

    Those directly below ``top`` are counted one by one; those deeper by the organization below
    ``top`` on the way to each. What closed orders came to stands ready.
    """
    closed, running = _closed_and_running({pk: state for pk, _, state in known})
    columns = {pk: column for pk, column, _ in known}
    counting = _Counting(top, columns, frozenset(closed), of_lines)
    near = Task.objects.filter(Q(parent=top) | Q(org=top, path=top.path), order__in=closed + running)
    # a number, for a day of each of thousands takes long to read
    overdue = Case(When(due_on__lt=context.today, then=1), default=0)
    counting.add_tasks(
        (order, state, timing, late, step_below(path, top.path), 1)
        for order, state, timing, late, path in near.values_list(
            "order_id", "state", "timing", overdue, "path"
        )
    )
    for deeper in (
        Task.objects.filter(
            ~Q(parent=top), ~Q(path=top.path), in_subtree(top.path, searched=False), order__in=running
        ),
        Task.objects.filter(_deeper(top), in_subtree(top.path)).filter(_carried(closed)),
    ):
        # by days, in which order an index holds them, not by whether they are over
        counted = counted_by_step(deeper, top, "order_id", "state", "timing", "due_on")
        counting.add_tasks(
            (order, state, timing, due < context.today, step, count)
            for order, state, timing, due, step, count in counted
        )
    tallies = ClosedTally.objects.filter(_deeper(top), in_subtree(top.path), order__in=closed)
    counting.add_tallies(
        tallies.values("order_id", step=IdOfStep(top))
        .annotate(in_time=Sum("on_time"), too_late=Sum("late"), never=Sum("missing"))
        .order_by()
        .values_list("order_id", "step", "in_time", "too_late", "never")
    )
    return Account(
        top,
        tuple(sorted(counting.totals)),
        tuple(_lines(context, counting.lines)),
        counting.totals,
        _sum(counting.totals.values()),
    )


def _lines(context: Context, counted: Mapping[int, Mapping[str, Tally]]) -> Iterator[Line]:
    left = dict(counted)
    for org in visible_orgs(context).filter(pk__in=list(counted)):
        cells = left.pop(org.pk)
        yield Line(org.pk, org.name, org.code, cells, _sum(cells.values()))
    if left:  # the lines add up to the total, also after some have moved out of the reader's sight
        columns = {column for cells in left.values() for column in cells}
        moved = {
            column: _sum(cells[column] for cells in left.values() if column in cells) for column in columns
        }
        yield Line(ELSEWHERE, translate("Now elsewhere"), "", moved, _sum(moved.values()))


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


def _may_read_month(context: Context, org: Org) -> bool:
    """Whether the reader may know how an organization's own month stands: as its member, or as an officer."""
    return context.may("plans.month", org.path) or context.may("plans.view", org.path)


def those_beside(context: Context, org: Org, period: Period) -> Beside:
    """Return how those with the same parent stand in a period: counts, and the best few by name.

    ``more`` tells how many answered all in time besides those who are named. No other name is told.
    """
    return those_beside_in(context, org, [period])


def those_beside_in(context: Context, org: Org, periods: Iterable[Period], *, duty: str = "") -> Beside:
    """Return how those with the same parent stand over several periods, in all duties or one."""
    if not _may_read_month(context, org):
        raise NotFound("There is no such account.")
    parent = org.parent
    if parent is None:
        return Beside("", 0, Tally(), (), 0)
    tasks = Task.objects.filter(
        in_subtree(parent.path), period__in=[str(each) for each in periods], parent=parent
    )
    rows = (
        (tasks.filter(duty=duty) if duty else tasks)
        .values_list("org_id", "org__name", "org__code", "state", "timing", "due_on", "carried_to")
        .annotate(count=Count("pk"), given_back=Sum("returns"))
        .order_by()
    )
    total = Tally()
    tallies: dict[tuple[int, str, str], Tally] = {}
    returns: dict[tuple[int, str, str], int] = {}
    for org_id, name, code, state, timing, due, carried, count, given_back in rows:
        overdue = due < context.today
        cell = cell_of(state, timing, closed=timing == "missing", overdue=overdue, carried=bool(carried))
        if cell is None:
            continue
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


@dataclass(frozen=True)
class Asked:
    """One thing that was asked of an organization, and how it stands: not the answer, and not whose it is."""

    title: str
    due_on: date
    cell: Cell


@dataclass(frozen=True)
class OwnMonth:
    """A month of one organization as its own members may read it."""

    org: Org
    month: Period
    asked: tuple[Asked, ...]
    total: Tally
    beside: Beside


def own_months(context: Context, org: Org) -> list[Period]:
    """Return the months in which something asked of an organization ends, the newest first; no coming ones."""
    if not _may_read_month(context, org):
        raise NotFound("There is no such account.")
    written = Task.objects.filter(org=org).order_by().values_list("period", flat=True).distinct()
    months = {period_of(Period.parse(each).last, "month") for each in written}
    return sorted((each for each in months if each.first <= context.today), reverse=True)


def own_month(context: Context, org: Org, month: Period) -> OwnMonth:
    """Return what was asked of an organization itself in a month, how each stands, and those beside it.

    What is owed by quarter, half or year stands in that period's last month. Nothing below the
    organization is counted, and no answer is shown: its members read how it stands, as it reads
    how those beside it stand.
    """
    if not _may_read_month(context, org):
        raise NotFound("There is no such account.")
    periods = periods_ending_in(month)
    tasks = (
        Task.objects.filter(org=org, period__in=[str(each) for each in periods])
        .order_by("due_on", "pk")
        .values_list("order__title", "due_on", "state", "timing", "carried_to")
    )
    asked, total = [], Tally()
    for title, due, state, timing, carried in tasks:
        closed, overdue = timing == "missing", due < context.today
        cell = cell_of(state, timing, closed=closed, overdue=overdue, carried=bool(carried))
        if cell is not None:
            asked.append(Asked(title, due, cell))
            total.add(cell, 1)
    return OwnMonth(org, month, tuple(asked), total, those_beside_in(context, org, periods))


def tasks_behind(
    context: Context, top: Org, periods: Iterable[Period], *, duty: str = "", cell: str = ""
) -> QuerySet[Task]:
    """Return the tasks that a figure of an account is made of, in the order of the tree.

    ``duty`` is one duty's code, or those of several with commas between.
    """
    if not context.may("plans.view", top.path):
        raise NotFound("There is no such account.")
    tasks = visible_tasks(context).filter(
        in_subtree(top.path, "path"), period__in=[str(period) for period in periods]
    )
    if duty:
        tasks = tasks.filter(duty__in=duty.split(","))
    return tasks.filter(in_cell(cell, context.today)).order_by("org__code", "duty")
