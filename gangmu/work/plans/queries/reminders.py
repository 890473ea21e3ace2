"""Kind reminders: what will be due in a few working days and is still open."""

from datetime import timedelta

from gangmu.core.calendar import Calendar
from gangmu.core.context import Context
from gangmu.kernel.inbox.rules import InboxEntry
from gangmu.work.plans.queries.duties import duty_of_order
from gangmu.work.plans.queries.tasks import waiting_tasks

MOST_SHOWN = 20
FARTHEST = 30
"""Days within which the ten working days lie that a duty may be reminded of beforehand."""


def reminder_lines(context: Context) -> list[InboxEntry]:
    """Return a line for each task of the reader's own organizations whose duty asks for a reminder by now."""
    calendar, today = Calendar(), context.today
    tops = context.places("plans.answer").tops
    soon = waiting_tasks(context).filter(
        org__path__in=tops, due_on__gte=today, due_on__lte=today + timedelta(days=FARTHEST)
    )[:200]
    lines = []
    for task in soon:
        days = duty_of_order(task.order).remind
        if days and today >= calendar.add_workdays(task.due_on, -days):
            lines.append(
                InboxEntry(
                    title=task.order.title,
                    url_name="plans-task",
                    url_args={"task_id": task.pk},
                    org_name=task.org.name,
                    due_on=task.due_on,
                    at=task.order.issued_at,
                )
            )
    return lines[:MOST_SHOWN]
