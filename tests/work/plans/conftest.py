"""October's order in one county."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from gangmu.core.context import Context
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.operations.orders import issue_to_all
from tests.conftest import Office

MINUTES = {"held_on": "2015-10-08", "should_attend": "5", "attended": "4", "agenda": "研究积极分子培养"}


@dataclass(frozen=True)
class Month:
    """The order and who works with it: officer and town officer, secretaries of two branches."""

    office: Office
    order: Order
    officer: Context
    town: Context
    secretary: Context
    neighbour: Context

    def task(self, org: Any = None) -> Task:
        """The task of a branch, the first one's unless told otherwise, fresh from the database."""
        return Task.objects.get(order=self.order, org=org or self.office.branch)


def at(context: Context, month: int, day: int) -> Context:
    """The same actor on another day of the year."""
    return Context(context.actor, datetime(2015, month, day, 2, tzinfo=UTC))


@pytest.fixture
def month(office: Office, acting: Any) -> Month:
    officer = acting("officer", office.county)
    order = issue_to_all(officer, office.county, duty="monthly_order", period="2015-10")
    return Month(
        office,
        order,
        officer,
        acting("town_officer", office.town),
        acting("secretary", office.branch),
        acting("secretary", office.far_branch),
    )
