"""Rows of what asking costs."""

from datetime import date
from typing import Any

from gangmu.work.burden.models import Asking
from gangmu.work.burden.operations import keep_report
from gangmu.work.burden.queries import cost_of
from gangmu.work.burden.rules import Demand
from tests.conftest import Office
from tests.site.matrix.call import Call, call
from tests.site.matrix.calls_plans import order_of, task_of

ASKED = Demand("theme_day", "2015-10", "主题党日", "", "theme_day_record", 10, 2)


def asking_of(office: Office) -> Any:
    """What October's order of the first town costs; the first branch called it a duplicate."""
    asking = Asking.objects.get(order=order_of(office).pk)
    keep_report(asking, org=office.branch.pk, account=office.system.account)
    return asking


@call("burden.note_asking")
def note_asking(office: Office) -> Call:
    """Note another order of the first town."""
    given = {
        "issuer": office.town,
        "order": 10**9,
        "asked": ASKED,
        "asked_on": date(2015, 10, 8),
        "due_on": date(2015, 10, 30),
        "cost": cost_of(office.system, office.town, asked=ASKED),
    }
    return Call(given, office.town)


@call("burden.withdraw_asking")
def withdraw_asking(office: Office) -> Call:
    """Note that the first town's order was withdrawn."""
    return Call({"issuer": office.town, "order": order_of(office).pk}, office.town)


@call("burden.open_reports")
def open_reports(office: Office) -> Call:
    """Open who called the first town's order a duplicate."""
    return Call({"asking": asking_of(office), "reason": "核实重复"}, office.town)


@call("plans.report_duplicate")
def report_duplicate(office: Office) -> Call:
    """Say at the first branch that it was given before."""
    return Call({"task": task_of(office)}, office.branch)
