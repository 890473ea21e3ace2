"""The year's targets, set at the top and handed on so that the parts make the whole."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from gangmu.kernel.orgs.models import Org
from gangmu.site.demo.building import morning
from gangmu.site.demo.definitions import Goal
from gangmu.site.demo.stage import Stage
from gangmu.work.programmes.models import Target
from gangmu.work.programmes.operations.targets import decompose_target, set_target
from gangmu.work.programmes.queries.targets import metric_of_target, programme_of, those_below

SET_AT = 10


def plan_targets(stage: Stage, day: date, year: int) -> None:
    """Put on the agenda that the office at the top sets a year's targets, before the letters that name them."""
    stage.agenda.put(morning(day, SET_AT), _Setting(stage, year))


@dataclass(frozen=True)
class _Setting:
    """The office at the top sets targets and hands them on.

    Below the top only the county that does not exist hands them further on: nobody real is shown
    asking for something.
    """

    stage: Stage
    year: int

    def __call__(self, moment: datetime) -> None:
        """Set each, for the organizations there are."""
        stage, context = self.stage, self.stage.as_officer(moment)
        for goal in stage.world.plan.year.goals:
            if self.year not in programme_of(stage.root, goal.programme).years:
                continue
            target = set_target(
                context,
                stage.root,
                programme=goal.programme,
                metric=goal.metric,
                year=self.year,
                value=self._value(goal, stage.root),
            )
            self._hand_on(goal, target, moment)
        if stage.world.plan.year.goals:
            stage.say(f"{len(stage.world.plan.year.goals)} targets of {self.year} set")

    def _hand_on(self, goal: Goal, target: Target, moment: datetime) -> None:
        below = those_below(target)
        if not below:
            return
        parts = {org.pk: self._value(goal, org) for org in below}
        alike = metric_of_target(target).combine == "each"
        held = Decimal(0) if alike else target.value - sum(parts.values(), Decimal(0))
        stage, code = self.stage, target.org.code
        context = (
            stage.as_officer(moment) if target.org_id == stage.root.pk else stage.as_keeper(code, moment)
        )
        for part in decompose_target(context, target, parts=parts, held=held):
            planned = stage.planned[part.org.code]
            if planned.level in ("county", "township") and stage.world.is_imagined(planned):
                self._hand_on(goal, part, moment)

    def _value(self, goal: Goal, org: Org) -> Decimal:
        """Return what is asked of an organization and all below it, as many as there are in the plan."""
        return goal.level if goal.level is not None else Decimal(goal.of_each * self._sizes[org.code])

    @cached_property
    def _sizes(self) -> Counter[str]:
        """How many organizations stand at or below each, by code; a merged one is with whom it joined."""
        found: Counter[str] = Counter()
        for org in reversed(self.stage.world.orgs):  # children come after their parents
            code = self.stage.today(org.code)
            found[code] += 1 if code == org.code else 0
            if org.parent:
                found[self.stage.today(org.parent)] += found[org.code] if code == org.code else 0
        return found
