"""A county that has a target, and who works with it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from gangmu.core.context import Context
from gangmu.work.programmes.models import Target
from gangmu.work.programmes.operations.targets import decompose_target, set_target
from tests.conftest import Office


@dataclass(frozen=True)
class Goal:
    """The county's target of the year, its officer, the officers of two towns and a secretary."""

    office: Office
    target: Target
    officer: Context
    second_officer: Context
    town: Context
    other_town: Context
    secretary: Context
    neighbour: Context

    def handed_on(self, first: int = 60, second: int = 30, held: int = 10) -> tuple[Target, Target]:
        """The parts of the two towns."""
        parts = {self.office.town.pk: Decimal(first), self.office.other_town.pk: Decimal(second)}
        made = decompose_target(self.officer, self.target, parts=parts, held=Decimal(held))
        self.target.refresh_from_db()
        return made[0], made[1]


@pytest.fixture
def goal(office: Office, acting: Any) -> Goal:
    officer = acting("officer", office.county)
    target = set_target(
        officer,
        office.county,
        programme="yearly_goals",
        metric="committee_meetings",
        year=2015,
        value=Decimal(100),
    )
    return Goal(
        office,
        target,
        officer,
        acting("officer", office.county, until=date(2030, 1, 1)),
        acting("town_officer", office.town),
        acting("town_officer", office.other_town),
        acting("secretary", office.branch),
        acting("secretary", office.far_branch),
    )
