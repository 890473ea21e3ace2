"""What the room brings to the house."""

from typing import Any

from gangmu.core.doubts import add_doubt_checks
from gangmu.frame.navigation import add_menu, add_tab
from gangmu.kernel.imports.rules import add_import_family
from gangmu.kernel.inbox.rules import add_reminder_source
from gangmu.kernel.packs.rules import add_check, add_shape
from gangmu.work.burden.queries import add_verdicts
from gangmu.work.plans.asked_again import fields_asked_again
from gangmu.work.plans.definitions import AccountKind, DutyKind, TaskRules
from gangmu.work.plans.doubts import CHECKS
from gangmu.work.plans.paper_rows import FAMILY
from gangmu.work.plans.queries.asked import extensions_asked
from gangmu.work.plans.queries.burden import duplicates_of
from gangmu.work.plans.queries.cycles import (
    answers_of_year,
    deadlines_of_year,
    first_order_on,
    orders_of_year,
)
from gangmu.work.plans.queries.disputes import disputes_to_decide, disputes_waiting
from gangmu.work.plans.queries.reminders import reminder_lines
from gangmu.work.plans.queries.sets import letter_lines
from gangmu.work.plans.queries.tasks import own_reviews, own_waiting
from gangmu.work.plans.rules import duty_faults, duty_set_faults
from gangmu.work.programmes.rules import add_beginning, add_cycle_source, add_deadlines, add_letter_source

MOST_SHOWN = 100
"""The menu counts no further: every page pays for it."""


def _waiting(request: Any) -> int:
    return own_waiting(request.context).order_by()[:MOST_SHOWN].count()


def _to_review(request: Any) -> int:
    return own_reviews(request.context).order_by()[:MOST_SHOWN].count()


def _asked(request: Any) -> int:
    return extensions_asked(request.context).order_by()[:MOST_SHOWN].count()


def _said(request: Any) -> int:
    return disputes_waiting(request.context).order_by()[:MOST_SHOWN].count()


def _to_decide(request: Any) -> int:
    return disputes_to_decide(request.context).order_by()[:MOST_SHOWN].count()


add_shape("duty", DutyKind)
add_shape("account", AccountKind)
add_shape("task_rules", TaskRules)
add_check(duty_faults)
add_check(duty_set_faults)
add_verdicts(duplicates_of)
add_check(fields_asked_again)
add_import_family(FAMILY)
add_menu(
    "duties", "My tasks", "plans-waiting", "plans.answer", 10, icon="checklist", phone=True, count=_waiting
)
add_menu(
    "duties",
    "To review",
    "plans-review",
    "plans.review",
    20,
    icon="clipboard-check",
    phone=True,
    count=_to_review,
)
add_menu("duties", "Passed to us", "plans-passings", "plans.answer", 15, icon="hierarchy-2")
add_menu("duties", "Later days", "plans-extensions", "plans.issue", 24, icon="calendar", count=_asked)
add_menu(
    "duties", "Said against my orders", "plans-disputes", "plans.issue", 26, icon="messages", count=_said
)
add_menu(
    "duties", "Disputes to decide", "plans-arbiter", "plans.arbitrate", 28, icon="eyeglass", count=_to_decide
)
add_menu("duties", "Orders", "plans-orders", "plans.view", 30, icon="send")
add_menu("system", "Handovers", "plans-handovers", "plans.view", 35)
add_menu("duties", "Duties", "plans-duties", "plans.view", 40, icon="book-2")
add_menu("duties", "The account", "plans-account", "plans.view", 50, icon="chart-bar", phone=True)
add_menu("duties", "Our month", "plans-our-month", "plans.month", 55, icon="chart-bar", phone=True)
add_letter_source("duties", letter_lines)
add_reminder_source("tasks", reminder_lines)
add_beginning(first_order_on)
add_deadlines(deadlines_of_year)
add_cycle_source("order", orders_of_year, lambda pack, name: pack.find(DutyKind, name) is not None)
add_cycle_source("answer", answers_of_year, lambda pack, name: pack.find(DutyKind, name) is not None)
add_tab("org", "Our duties", "plans-our-duties", "plans.view", 22)
add_tab("org", "Tasks", "plans-org", "plans.view", 20)
add_doubt_checks(CHECKS)
