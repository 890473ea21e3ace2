"""What was answered on paper: whose forms an order waits for, and what was entered afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree
from gangmu.work.plans.models import Order, PaperAnswer, Task
from gangmu.work.plans.queries.tasks import visible_tasks
from gangmu.work.plans.rules import UNANSWERED


def tasks_on_paper(context: Context, order: Order, top: Org) -> QuerySet[Task]:
    """Return the tasks of an order at or below an organization that a form may still answer, by code."""
    tasks = visible_tasks(context).filter(in_subtree(top.path, "org__path"), order=order)
    return (tasks.filter(state__in=UNANSWERED) | tasks.filter(timing="missing")).order_by("org__code")


@dataclass(frozen=True)
class Backfilled:
    """How many answers were entered after their due day from paper; of how many the paper shows a day in time."""

    count: int = 0
    dated_in_time: int = 0


def backfilled_below(context: Context, top: Org, periods: Iterable[Period], *, duty: str = "") -> Backfilled:
    """Return how much of an account was entered afterwards (补录): counted apart, and late all the same."""
    if not context.may("plans.view", top.path):
        raise NotFound("There is no such account.")
    rows = PaperAnswer.objects.filter(
        in_subtree(top.path, "task__path"),
        backfilled=True,
        answer__standing=True,
        task__period__in=[str(period) for period in periods],
    )
    if duty:
        rows = rows.filter(task__duty=duty)
    dated = Count("pk", filter=Q(given_on__lte=F("task__due_on")))
    return Backfilled(**rows.aggregate(count=Count("pk"), dated_in_time=dated))


def paper_of(context: Context, task: Task) -> PaperAnswer | None:
    """Return how a task's standing answer came on paper, if it did."""
    if not context.may("plans.view", task.org.path):
        return None
    return PaperAnswer.objects.filter(task=task, answer__standing=True).select_related("answer").first()
