"""Where a play takes place: the world, who works in it, and who keeps whose papers today."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random

from gangmu.core.calendar import Calendar
from gangmu.core.context import Context
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.orgs.models import Org
from gangmu.site.demo.agenda import Agenda
from gangmu.site.demo.building import Orgs, Say
from gangmu.site.demo.staffing import COMMITTEES, Staff
from gangmu.site.demo.world import PlannedOrg, World

CALENDAR = Calendar()

VILLAGES = ("village", "community", "turned_community")
"""The domains of villages and communities in any world."""


def workdays_before(day: date, count: int) -> date:
    """Return the working day that lies so many before a day."""
    for _ in range(count):
        day -= timedelta(days=1)
        while not CALENDAR.is_workday(day):
            day -= timedelta(days=1)
    return day


@dataclass
class Stage:
    """A founded and staffed world with its clock."""

    world: World
    orgs: Orgs
    staff: Staff
    agenda: Agenda
    say: Say
    machines: dict[str, AccountActor] = field(default_factory=dict)
    """Who holds a role of the site, and no post, by the role."""

    goes_on_in: dict[str, str] = field(default_factory=dict)
    """Which organization took in one that is closed, by code."""

    @property
    def root(self) -> Org:
        """The organization at the top."""
        return self.orgs[self.world.plan.root]

    @cached_property
    def planned(self) -> dict[str, PlannedOrg]:
        """Every organization of the plan, by code."""
        return {org.code: org for org in self.world.orgs}

    @cached_property
    def keepers(self) -> dict[str, str]:
        """For every organization the nearest committee above or itself: it keeps the papers."""
        found: dict[str, str] = {}
        for org in self.world.orgs:  # parents come first
            keeps = org.kind in COMMITTEES or not org.parent
            found[org.code] = org.code if keeps else found[org.parent]
        return found

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for org in self.world.orgs:
            found.setdefault(org.parent, []).append(org.code)
        return found

    def below(self, code: str) -> list[int]:
        """Return the ids of what stands directly below an organization now; its own if nothing does."""
        codes = {self.today(each) for each in self._children.get(code, [code])}
        return [self.orgs[each].pk for each in sorted(codes)]

    def today(self, code: str) -> str:
        """Return the organization that an organization's papers lie at now."""
        while code in self.goes_on_in:
            code = self.goes_on_in[code]
        return code

    def chance(self, *about: object) -> Random:
        """Return what decides about something: always the same for a seed."""
        return Random("/".join(map(str, (self.world.plan.seed, *about))))  # noqa: S311 -- a world, not a secret

    def as_officer(self, moment: datetime) -> Context:
        """Return the context of the office at the top."""
        return Context(self.staff.actors[self.world.plan.root, "officer"], moment)

    def as_keeper(self, code: str, moment: datetime) -> Context:
        """Return the context of whoever keeps an office's papers now."""
        return Context(self.actor(code), moment)

    def actor(self, code: str) -> AccountActor:
        """Return who keeps an office's papers now."""
        return self.staff.actors[self.today(code), "town_officer"]

    def org(self, code: str) -> Org:
        """Return the office that keeps some papers now."""
        return self.orgs[self.today(code)]
