"""How far a year's tasks have come in the loop, by order and by the place below an organization."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Count, Func, Q, QuerySet, Sum, Value
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import IdOfStep, counted_by_step, in_subtree, is_whole, visible_orgs
from gangmu.work.plans.models import ClosedTally, Order, Return, Task
from gangmu.work.plans.queries.account import ELSEWHERE, periods_in_year
from gangmu.work.plans.rules import ANSWERED
from gangmu.work.plans.stations import Stations


@dataclass(frozen=True)
class Issued:
    """One order that asked somebody below an organization for something."""

    pk: int
    duty: str
    period: str
    title: str
    closed: bool
    reviewed: bool


@dataclass(frozen=True)
class Loop:
    """The orders of a year below one organization, and how far their tasks are, by order and place.

    The places are those directly below, by their ids; 0 stands for who was there and is out
    of sight today.
    """

    orders: Mapping[int, Issued] = field(default_factory=dict)
    places: Mapping[int, str] = field(default_factory=dict)
    cells: Mapping[tuple[int, int], Stations] = field(default_factory=dict)

    def at(self, place: int | None = None) -> Stations:
        """Return the sum over all orders, at all places or at one."""
        total = Stations()
        for (_, step), each in self.cells.items():
            if place in (None, step):
                total.take(each)
        return total


def loop_of(
    context: Context,
    top: Org,
    year: int,
    *,
    duties: Collection[str] | None = None,
    by_place: bool = True,
) -> Loop:
    """Return how far the tasks of a year's orders are at an organization and below, of all duties or some.

    Not told apart by place, all stands at the organization itself: a third of the time of counting.

    The reads do not grow with the tasks: what closed orders came to stands ready, what waits
    to be looked at and what was given back is counted where it stands. What was given back
    was answered once, so each station is a part of the one before.
    """
    if not context.may("plans.view", top.path):
        raise NotFound("There is no such organization.")
    asked = Order.objects.filter(period__in=[str(each) for each in periods_in_year(year)])
    if duties is not None:
        asked = asked.filter(duty__in=sorted(duties))
    orders = {
        order.pk: Issued(
            order.pk,
            order.duty,
            order.period,
            order.title,
            order.state == Order.State.CLOSED,
            order.review != "none",
        )
        for order in asked.exclude(state=Order.State.WITHDRAWN).only(
            "pk", "duty", "period", "title", "state", "review"
        )
    }
    counting = _Counting(top, orders, by_place)
    counting.issued()
    counting.looked_at()
    return counting.loop(context)


@dataclass
class _Counting:
    """A loop as it is added up."""

    top: Org
    orders: Mapping[int, Issued]
    by_place: bool
    cells: dict[tuple[int, int], Stations] = field(default_factory=dict)

    def issued(self) -> None:
        """Count what was issued and answered: of closed orders by their tallies, else by the tasks."""
        closed = [order.pk for order in self.orders.values() if order.closed]
        running = [order.pk for order in self.orders.values() if not order.closed]
        tasks = Task.objects.exclude(state=Task.State.WITHDRAWN)
        near = Q(parent=self.top) | Q(org=self.top, path=self.top.path)
        carried = ~Q(parent=self.top) & self._below & Q(closed_at=None) & ~Q(carried_to="")
        for found in (
            tasks.filter(near, self._here, order__in=closed),
            tasks.filter(carried, order__in=closed),
        ):
            for cell, state, count in self._counted(found):
                cell.issued += count
                cell.answered += count * (state in ANSWERED)
        here = Q() if self._whole else in_subtree(self.top.path, searched=False)
        for cell, state, count in self._counted(tasks.filter(here, order__in=running)):
            cell.issued += count
            cell.answered += count * (state in ANSWERED)
            cell.unseen += count * (state == Task.State.ANSWERED)
        tallies = ClosedTally.objects.filter(~Q(parent=self.top), self._below, order__in=closed)
        rows = (
            tallies.annotate(step=self._step)
            .values("step", "order_id")
            .annotate(answers=Sum("on_time") + Sum("late"), never=Sum("missing"))
            .order_by()
            .values_list("order_id", "step", "answers", "never")
        )
        for order, step, answers, never in rows:
            cell = self._cell(order, step)
            cell.issued += answers + never
            cell.answered += answers

    def looked_at(self) -> None:
        """Count who has looked at the answers, what was given back, and what was accepted after that.

        What waits of running orders is known from what was issued.
        """
        reviewed = [order.pk for order in self.orders.values() if order.reviewed]
        here = Task.objects.filter(self._here, order__in=reviewed)
        given_back = here.filter(pk__in=Return.objects.values("task")).exclude(state=Task.State.WITHDRAWN)
        for cell, state, count in self._counted(given_back):
            again = count * (state == Task.State.ANSWERED)
            cell.found += count
            cell.fixed += count * (state == Task.State.ACCEPTED)
            cell.answered += count * (state == Task.State.RETURNED)
            cell.unseen -= again
        closed = [pk for pk in reviewed if self.orders[pk].closed]
        waiting = Task.objects.filter(self._here, order__in=closed, state=Task.State.ANSWERED)
        for cell, _, count in self._counted(waiting):
            cell.unseen += count
        for (order, _), cell in self.cells.items():
            if self.orders[order].reviewed:
                cell.checked = cell.answered - cell.unseen
            else:
                cell.unasked, cell.unseen = cell.answered, 0

    def loop(self, context: Context) -> Loop:
        """Return what was counted; who is out of the reader's sight today stands together."""
        steps = {step for _, step in self.cells}
        places = dict(visible_orgs(context).filter(pk__in=steps).order_by("code").values_list("pk", "name"))
        cells: dict[tuple[int, int], Stations] = {}
        for (order, step), each in self.cells.items():
            cells.setdefault((order, step if step in places else ELSEWHERE), Stations()).take(each)
        if steps - places.keys():
            places[ELSEWHERE] = translate("Now elsewhere")
        met = {order for order, _ in cells}
        return Loop({pk: order for pk, order in self.orders.items() if pk in met}, places, cells)

    @cached_property
    def _whole(self) -> bool:
        """Whether the top is that of the only tree.

        There no paths are compared: SQLite would walk every task by its path instead of reading
        the few columns that an index of the orders holds.
        """
        return is_whole(self.top)

    @property
    def _step(self) -> Func | Value:
        """What a row is counted at: the place on the way to it, or the top alone."""
        return IdOfStep(self.top) if self.by_place else Value(self.top.pk)

    @property
    def _here(self) -> Q:
        """The condition of what stands at the top or below it."""
        return Q() if self._whole else in_subtree(self.top.path)

    @property
    def _below(self) -> Q:
        """The condition of what stands below the top."""
        return ~Q(parent=None) if self._whole else Q(path__gt=self.top.path) & in_subtree(self.top.path)

    def _counted(self, tasks: QuerySet[Task]) -> Iterator[tuple[Stations, str, int]]:
        if self.by_place:
            for order, state, step, count in counted_by_step(tasks, self.top, "order_id", "state"):
                yield self._cell(order, step), state, count
        else:
            rows = tasks.order_by().values_list("order_id", "state").annotate(count=Count("*"))
            for order, state, count in rows:
                yield self._cell(order, self.top.pk), state, count

    def _cell(self, order: int, step: int) -> Stations:
        return self.cells.setdefault((order, step), Stations())
