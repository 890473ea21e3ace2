"""A month of orders played as people would work it, in bulk: issued, answered, reviewed, closed."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from gangmu.core.calendar import Calendar
from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.audit.sealer import seal_entries
from gangmu.site.demo.building import Orgs, Say, batches, morning
from gangmu.site.demo.definitions import Filling
from gangmu.site.demo.staffing import COMMITTEES, Staff
from gangmu.site.demo.world import PlannedOrg, World
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.operations.answers import NewAnswer, answer_tasks, report_task
from gangmu.work.plans.operations.closing import close_period
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.plans.operations.reviews import accept_tasks, return_task
from gangmu.work.plans.queries.duties import duties_of, record_kind_of
from gangmu.work.plans.queries.tasks import visible_tasks
from gangmu.work.records.definitions import RecordKind

CALENDAR = Calendar()
WITHOUT_MEMBERS = 20
"""How many come to a meeting of an organization whose members are counted below it."""


@dataclass(frozen=True, order=True)
class _Deed:
    """Something that somebody does at an instant; ``number`` keeps the order of those at once."""

    moment: datetime
    number: int
    do: Callable[[Context], None] = field(compare=False)
    actor: AccountActor = field(compare=False)


@dataclass
class MonthPlay:
    """One month of one world: who does what when, found out first, then done in order of time."""

    world: World
    orgs: Orgs
    staff: Staff
    period: Period
    until: datetime
    say: Say
    deeds: list[_Deed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root = self.orgs[self.world.plan.root]
        self.officer = self.staff.actors[self.world.plan.root, "officer"]
        self.planned = {org.code: org for org in self.world.orgs}
        self.keepers = _keepers(self.world)

    def close_after(self) -> None:
        """Play the whole month, and close it after its end."""
        self._issue(left=())
        self._work(running=False)
        ending = CALENDAR.add_workdays(self.period.last, 1)
        closing = self._context(self.officer, morning(ending, 17))
        closed = close_period(closing, self.root, period=str(self.period))
        seal_entries(closing.now)
        self.say(f"{self.period}: {closed} tasks closed")

    def leave_open(self) -> None:
        """Play the month as far as today, and leave the rest to whoever tries it."""
        self._issue(left=self.world.plan.month.left)
        self._work(running=True)
        self.say(f"{self.period}: open")

    def _context(self, actor: AccountActor, moment: datetime) -> Context:
        return Context(actor, min(moment, self.until))

    def _issue(self, left: Iterable[str]) -> None:
        first = morning(CALENDAR.first_workday(self.period), 8, 30)
        context = self._context(self.officer, first)
        duties = [duty for duty in duties_of(self.root) if duty.every == "month" and duty.code not in left]
        for duty in duties:
            order: Order = issue_to_all(context, self.root, duty=duty.code, period=str(self.period))
            self.say(f"{self.period} {duty.code}: {order.asked} organizations asked")
        seal_entries(context.now)

    def _work(self, *, running: bool) -> None:
        context = self._context(self.officer, self.until)
        by_keeper: dict[str, list[Task]] = defaultdict(list)
        for task in visible_tasks(context).filter(period=str(self.period), order__issuer=self.root):
            by_keeper[self.keepers[task.org.code]].append(task)
        for keeper in sorted(by_keeper):
            self._plan(keeper, by_keeper[keeper], running=running)
        for count, deed in enumerate(sorted(self.deeds)):
            deed.do(self._context(deed.actor, deed.moment))
            if count % 100 == 99:
                self.say(f"{self.period}: {count + 1} of {len(self.deeds)} steps")
        seal_entries(self.until)

    def _later(self, day: date, chance: Random, actor: AccountActor, do: Callable[[Context], None]) -> None:
        moment = morning(day, chance.randint(8, 17), chance.randint(0, 59))
        self.deeds.append(_Deed(moment, len(self.deeds), do, actor))

    def _plan(self, keeper: str, tasks: list[Task], *, running: bool) -> None:
        """Find out what the office that keeps some organizations' papers does this month."""
        chance = Random(f"{self.world.plan.seed}/{self.period}/{keeper}")  # noqa: S311 -- a world, not a secret
        actor = self.staff.actors[keeper, "town_officer"]
        imagined = self.world.is_imagined(self.planned[keeper])
        due = tasks[0].due_on
        days = (self._workday(chance, 8, 15), min(self._workday(chance, 18, 27), due))
        waves: dict[date, list[Task]] = defaultdict(list)
        again: list[Task] = []
        for task in tasks:
            slip = self._slip(chance) if imagined else ""
            if running and imagined and self._is_left(task):
                continue
            if slip == "missing":
                continue
            if slip == "returned" and not running:
                again.append(task)
            late = slip == "late" and not running
            waves[due + timedelta(days=1) if late else chance.choice(days)].append(task)
        for day, wave in sorted(waves.items()):
            if morning(day, 17, 59) > self.until:
                continue
            self._later(day, chance, actor, _Answering(self, keeper, wave, chance))
            if not (running and imagined):
                accepted = [task for task in wave if task not in again]
                self._accepting(keeper, accepted, self._next(day), chance, actor)
        if again:
            self._give_back(keeper, again, days[1], chance, actor)

    def _is_left(self, task: Task) -> bool:
        """Whether a task waits for whoever enters as a secretary."""
        return (task.org.code, "secretary") in self.staff.desks

    def _slip(self, chance: Random) -> str:
        slips, drawn = self.world.plan.month.imagined, chance.randrange(100)
        for what, share in (("late", slips.late), ("missing", slips.missing), ("returned", slips.returned)):
            if drawn < share:
                return what
            drawn -= share
        return ""

    def _workday(self, chance: Random, first: int, last: int) -> date:
        day = self.period.first + timedelta(days=chance.randint(first, last) - 1)
        return CALENDAR.on_or_after(day)

    def _next(self, day: date) -> date:
        return CALENDAR.add_workdays(day, 1)

    def _accepting(
        self, keeper: str, tasks: list[Task], day: date, chance: Random, actor: AccountActor
    ) -> None:
        """Have answers accepted by the office above: what an office itself answers goes further up."""
        own = [task.pk for task in tasks if task.org.code == keeper]
        others = [task.pk for task in tasks if task.org.code != keeper]
        top = self.orgs[keeper]
        if morning(day, 17, 59) > self.until:
            return
        if others:
            self._later(day, chance, actor, lambda context: _accept(context, top, others))
        if own:
            self._later(day, chance, self.officer, lambda context: _accept(context, self.root, own))

    def _give_back(
        self, keeper: str, tasks: list[Task], day: date, chance: Random, actor: AccountActor
    ) -> None:
        """Have answers given back, and half of them answered again and accepted."""
        reviewed = [task for task in tasks if task.org.code != keeper]
        back, mended = self._next(day), self._next(self._next(day))
        mended = min(mended, self.period.last)
        for task in reviewed:
            reason = chance.choice(self.world.plan.month.reasons)
            self._later(back, chance, actor, _GivingBack(task, reason))
        repaired = reviewed[::2]
        for task in repaired:
            values = self.values_of(task, chance, mended)
            self._later(mended, chance, actor, _Mending(task, values))
        self._accepting(keeper, repaired, self._next(mended), chance, actor)

    def values_of(self, task: Task, chance: Random, day: date) -> dict[str, Any]:
        """Return a record's values, drawn as the world's plan says."""
        kind = record_kind_of(task.order)
        return fill_record(
            kind, self.world.plan.month.answers.get(kind.code, {}), self.planned[task.org.code], chance, day
        )


def _accept(context: Context, top: Any, tasks: list[int]) -> None:
    accept_tasks(context, top, tasks=tasks)


@dataclass(frozen=True)
class _Answering:
    """An office enters the answers that lie on its desk."""

    play: MonthPlay
    keeper: str
    tasks: list[Task]
    chance: Random

    def __call__(self, context: Context) -> None:
        """Answer them in bulk, each about a day that is past."""
        first = CALENDAR.first_workday(self.play.period)
        last = min(context.today, self.play.period.last)
        answers = []
        for task in self.tasks:
            day = first + timedelta(days=self.chance.randint(0, max((last - first).days, 0)))
            answers.append(NewAnswer(task.pk, self.play.values_of(task, self.chance, day), day))
        for part in batches(answers):
            answer_tasks(context, self.play.orgs[self.keeper], answers=part)


@dataclass(frozen=True)
class _GivingBack:
    """An answer is given back with a reason."""

    task: Task
    reason: str

    def __call__(self, context: Context) -> None:
        """Give it back."""
        return_task(context, self.task, reason=self.reason)


@dataclass(frozen=True)
class _Mending:
    """An answer that was given back is given anew."""

    task: Task
    values: dict[str, Any]

    def __call__(self, context: Context) -> None:
        """Answer again, with the record corrected."""
        report_task(context, self.task, values=self.values)


def _keepers(world: World) -> dict[str, str]:
    """Return, for every organization, the nearest committee above or itself: it keeps the papers."""
    by_code = {org.code: org for org in world.orgs}

    def keeper(org: PlannedOrg) -> str:
        return org.code if org.kind in COMMITTEES or not org.parent else keeper(by_code[org.parent])

    return {org.code: keeper(org) for org in world.orgs}


def fill_record(
    kind: RecordKind, fillings: dict[str, Filling], org: PlannedOrg, chance: Random, day: date
) -> dict[str, Any]:
    """Return the values of a record: dates are the day, the rest as the plan says, else left empty."""
    values: dict[str, Any] = {}
    for spec in kind.fields:
        if spec.type == "date":
            values[spec.code] = day.isoformat()
        elif spec.code in fillings:
            values[spec.code] = _filled(fillings[spec.code], values, org, chance)
    return values


def _filled(filling: Filling, values: dict[str, Any], org: PlannedOrg, chance: Random) -> str:
    if filling.texts:
        return chance.choice(filling.texts)
    if filling.like:
        return str(max(int(values[filling.like]) - chance.randint(0, filling.less), 0))
    if filling.of_members:
        least, most = filling.of_members
        return str((org.members or WITHOUT_MEMBERS) * chance.randint(least, most) // 100)
    least, most = filling.between or (0, 0)
    return str(chance.randint(least, most))
