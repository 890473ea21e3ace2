"""What a task's page offers beside answering: a later day, a dispute, passing on, withdrawing."""

from typing import Any

from gangmu.core.context import Context
from gangmu.frame.figures import Status
from gangmu.frame.formats import period_in_words
from gangmu.frame.words import say
from gangmu.work.plans.models import Task
from gangmu.work.plans.queries.asked import days_to_ask, open_extension, passings_of
from gangmu.work.plans.queries.disputes import knows_dispute, open_dispute
from gangmu.work.plans.queries.hats import hats_at
from gangmu.work.plans.queries.tasks import others_asked, records_that_serve
from gangmu.work.plans.rules import UNANSWERED, may

PASSED = {
    "passed": Status(say("Waits for an answer"), "yellow"),
    "answered": Status(say("Answer came up"), "green"),
    "recalled": Status(say("Called back"), "grey"),
}

REASONS = (
    say("Work in the fields and visits clash with it"),
    say("Staff are away or ill"),
    say("Waiting for figures from others"),
    say("Flood, drought or another emergency"),
)
"""What is most often the matter; anything else is written."""


def said_back_values(context: Context, task: Task) -> dict[str, Any]:
    """Return what may be said back to a task by the reader, and what was."""
    answers = context.may("plans.answer", task.org.path)
    over = task.is_over()
    issues = context.may("plans.issue", task.order.issuer.path)
    movable = answers and not over and not task.disputed and task.state in UNANSWERED and not task.versions
    extension = open_extension(context, task)
    disputes = answers and knows_dispute(context, task) and may(task.standing, "dispute", closed=over)
    passes = answers and may(task.standing, "pass", closed=over)
    return {
        "extension": extension,
        "may_extend": movable and extension is None and context.today <= task.due_on,
        "days_to_ask": days_to_ask(task) if movable else (),
        "reasons": REASONS,
        "dispute": open_dispute(context, task),
        "may_dispute": disputes,
        "others": _others(context, task) if disputes else (),
        "may_pass": passes,
        "passings": [(each, PASSED[each.state]) for each in passings_of(context, task)],
        "may_withdraw_task": issues and may(task.standing, "withdraw", closed=over),
        "hats": hats_at(context, task.org) if answers else (),
        "carried": task.is_carried(),
    }


def _others(context: Context, task: Task) -> list[tuple[str, str]]:
    """Return what a task may be a duplicate of: other orders that ask, records that are there."""
    orders = [
        (
            f"order:{each.order_id}",
            f"{each.order.title} {period_in_words(each.period)} · {each.order.issuer.name}",
        )
        for each in others_asked(context, task)
    ]
    if not context.may("records.view", task.org.path):
        return orders
    records = records_that_serve(context, task)[:10]
    return [*orders, *((f"record:{each.pk}", f"{task.order.title} {each.day}") for each in records)]
