"""A county with orders of September that were closed, and incomes that some villages reported."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from gangmu.core.context import Context
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.rules import NewFact
from tests.conftest import Office

SEPTEMBER = "2015-09"


@dataclass(frozen=True)
class Counted:
    """The county, its contexts, and the facts that were written."""

    office: Office
    officer: Context


def income(office: Office, org: Any, value: str | None, *, replaces: str | None = None) -> str:
    """Write what a village reported as its collective income in September."""
    row = NewFact(
        org=org.pk,
        day=date(2015, 9, 20),
        code="record.value",
        item="village_basics.collective_income",
        value=None if value is None else Decimal(value),
        source="record:1",
        replaces=replaces,
    )
    return write_facts(office.system, office.county.pk, [row])[0]


def task(
    office: Office,
    org: Any,
    *,
    answered: int,
    on_time: int,
    duty: str = "monthly_order",
    at: datetime | None = None,
) -> list[str]:
    """Write what a task of September came to when it was closed."""
    rows = [
        NewFact(org.pk, date(2015, 9, 30), code, Decimal(value), "task:1", item=duty)
        for code, value in (("task.due", 1), ("task.answered", answered), ("task.on_time", on_time))
    ]
    context = office.at(at) if at else office.system
    return write_facts(context, office.county.pk, rows)


@pytest.fixture
def county(office: Office, acting: Any) -> Counted:
    """Three branches owed one task each; two answered, one of them in time."""
    task(office, office.branch, answered=1, on_time=1)
    task(office, office.other_branch, answered=1, on_time=0)
    task(office, office.far_branch, answered=0, on_time=0)
    return Counted(office, acting("officer", office.county, now=datetime(2015, 10, 8, 1, 0, tzinfo=UTC)))
