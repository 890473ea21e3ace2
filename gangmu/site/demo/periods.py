"""A period of orders played as people would work it, in bulk: issued, answered, reviewed, closed."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from gangmu.core.context import Context
from gangmu.core.periods import Period, period_of
from gangmu.kernel.audit.sealer import seal_entries
from gangmu.kernel.facts.parquet import export_facts
from gangmu.site.demo.building import batches, morning
from gangmu.site.demo.filling import fill_record
from gangmu.site.demo.stage import CALENDAR, Stage
from gangmu.work.plans.operations.answers import NewAnswer, answer_tasks, report_task
from gangmu.work.plans.operations.closing import close_period
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.plans.operations.reviews import accept_tasks, return_task
from gangmu.work.plans.queries.account import account_of
from gangmu.work.plans.queries.duties import duties_of, record_kind_of
from gangmu.work.plans.queries.orders import visible_orders
from gangmu.work.plans.queries.tasks import standing_answer, task_by_id, visible_tasks
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.operations import correct_record

CLOSING, OWN_REVIEW = 17, 16
"""The hours at which an office closes a period, and looks at what other offices answered themselves."""

CORRECTED = "数字录入有误，已更正"


@dataclass(frozen=True, slots=True)
class Owed:
    """A task as whoever plays it needs it: whose, answered with which kind of record, until when."""

    task: int
    org: str
    kind: str
    due: date


@dataclass
class PeriodPlay:
    """One period of one world: when it is issued, everything that follows is put on the agenda.

    A period that is not over when the play ends is left as it stands on that day; of the
    duties, ``left`` are not issued at all.
    """

    stage: Stage
    period: Period
    left: tuple[str, ...] = ()
    exports: Path | None = None
    kinds: dict[str, RecordKind] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    own: list[int] = field(default_factory=list)
    """Answers of offices themselves, which the office at the top reviews."""

    def begin(self) -> None:
        """Put the issuing on the agenda."""
        self.stage.agenda.insist(morning(CALENDAR.first_workday(self.period), 8, 30), self._issue)

    def _issue(self, moment: datetime) -> None:
        self.began = time.monotonic()
        context, root = self.stage.as_officer(moment), self.stage.root
        duties = [duty for duty in duties_of(root) if duty.every == self.period.kind]
        due = self.period.last
        for duty in duties:
            if duty.code in self.left:
                continue
            order = issue_to_all(context, root, duty=duty.code, period=str(self.period))
            self.kinds[order.answer_kind] = record_kind_of(order)
            due = max(due, order.due_on)
            self.stage.say(f"{self.period} {duty.code}: {order.asked} organizations asked")
        seal_entries(context.now)
        closing = morning(CALENDAR.add_workdays(due, 1), CLOSING)
        self.running = closing > self.stage.agenda.until and not self._is_last_month()
        for keeper, owed in sorted(self._owed(context).items()):
            self._plan(keeper, owed)
        if self.running:
            return
        self.stage.agenda.put(closing.replace(hour=OWN_REVIEW), self._review_own)
        self.stage.agenda.insist(closing, self._close)

    def _is_last_month(self) -> bool:
        """Whether the period ended in the month before the play does: it is closed early if need be."""
        return self.period.last < self.stage.agenda.until.date()

    def _owed(self, context: Context) -> dict[str, list[Owed]]:
        """Return all tasks of the period by the office that keeps the papers."""
        orders = visible_orders(context).filter(issuer=self.stage.root, period=str(self.period))
        rows = visible_tasks(context).filter(order__in=orders.values("pk")).order_by("pk")
        found: dict[str, list[Owed]] = defaultdict(list)
        for row in rows.values_list("pk", "org__code", "order__answer_kind", "due_on").iterator():
            owed = Owed(*row)
            found[self.stage.keepers[owed.org]].append(owed)
        return found

    # What an office does with its tasks

    def _plan(self, keeper: str, owed: Sequence[Owed]) -> None:
        """Find out what the office that keeps some organizations' papers does in this period."""
        chance = self.stage.chance(self.period, keeper)
        imagined = self.stage.world.is_imagined(self.stage.planned[keeper])
        days = {due: self._days(chance, due) for due in sorted({each.due for each in owed})}
        waves: dict[date, list[Owed]] = defaultdict(list)
        accepted: dict[date, list[int]] = defaultdict(list)
        for each in owed:
            slip = self._slip(chance) if imagined else ""
            if self.running:
                if imagined and (self._is_left(each) or slip in ("late", "missing", "belated")):
                    continue
                slip = ""
            day = chance.choice(days[each.due])
            if slip in ("", "corrected", "late"):
                day = CALENDAR.add_workdays(each.due, 1) if slip == "late" else day
                waves[day].append(each)
                if each.org == keeper:
                    self.own += [each.task] if slip != "late" else []
                else:
                    accepted[max(day, days[each.due][1])].append(each.task)
            if slip == "corrected":
                self._later(self._next(day), chance, _Correcting(self, keeper, each))
            elif slip == "belated":
                late = CALENDAR.add_workdays(each.due, chance.randint(3, 9))
                self._later(late, chance, _Mending(self, keeper, each))
            elif slip == "returned" and each.org != keeper:
                waves[day].append(each)
                self._give_back(keeper, each, day, chance)
        for day, wave in sorted(waves.items()):
            self._later(day, chance, _Answering(self, keeper, tuple(wave)), last=15)
        if self.running and imagined:
            return
        for day, tasks in sorted(accepted.items()):
            self._later(self._next(day), chance, _Accepting(self, keeper, tuple(tasks)))

    def _give_back(self, keeper: str, each: Owed, day: date, chance: Random) -> None:
        """Have an answer given back, and every second one answered again and accepted."""
        back = self._next(day)
        mended = self._next(back)
        reason = chance.choice(self.stage.world.plan.month.reasons)
        self._later(back, chance, _GivingBack(self, keeper, each, reason))
        if mended <= each.due and chance.random() < self._MENDED:
            self._later(mended, chance, _Mending(self, keeper, each))
            self._later(self._next(mended), chance, _Accepting(self, keeper, (each.task,)))

    _MENDED = 0.5

    def _is_left(self, owed: Owed) -> bool:
        """Whether a task waits for whoever enters as a secretary."""
        return (owed.org, "secretary") in self.stage.staff.desks

    def _slip(self, chance: Random) -> str:
        drawn = chance.randrange(100)
        for what, share in dict(self.stage.world.plan.month.imagined).items():
            if drawn < share:
                return str(what)
            drawn -= share
        return ""

    def _days(self, chance: Random, due: date) -> tuple[date, date]:
        """Return the two days before a due day on which an office sits down to its papers."""
        wide = 1 if self.period.kind == "month" else 2
        early, late = chance.randint(14, 21) * wide, chance.randint(3, 11) * wide
        first, second = (
            CALENDAR.on_or_after(max(due - timedelta(days=days), self._begun)) for days in (early, late)
        )
        return min(first, due), min(second, due)

    @property
    def _begun(self) -> date:
        """The day from which answers come in."""
        return self.period.first + timedelta(days=4)

    def _next(self, day: date) -> date:
        return CALENDAR.add_workdays(day, 1)

    def _later(self, day: date, chance: Random, deed: "_Deed", *, last: int = 17) -> None:
        moment = morning(day, chance.randint(8, last), chance.randint(0, 59))
        self.stage.agenda.put(moment, deed)

    # Its end

    def _review_own(self, moment: datetime) -> None:
        """Have the office at the top accept what other offices answered themselves."""
        for part in batches(self._answered(self.own)):
            accept_tasks(self.stage.as_officer(moment), self.stage.root, tasks=part)

    def _answered(self, tasks: Iterable[int]) -> list[int]:
        held = visible_tasks(self.stage.as_officer(self.stage.agenda.until)).filter(state="answered")
        answered = set(held.filter(pk__in=list(tasks)).values_list("pk", flat=True))
        return [task for task in tasks if task in answered]

    def _close(self, moment: datetime) -> None:
        context, root = self.stage.as_officer(moment), self.stage.root
        closed = close_period(context, root, period=str(self.period))
        if self.exports is not None and self.period.kind in ("month", "year"):
            export_facts(context, self.period, self.exports / str(self.period), under=root)
        seal_entries(context.now)
        counts = account_of(context, root, [self.period]).total.counts
        told = ", ".join(f"{what} {count}" for what, count in (counts | self.done).items())
        took = time.monotonic() - self.began
        self.stage.say(f"{self.period}: {closed} tasks closed after {took:.1f} s ({told})")

    def values_of(self, owed: Owed, chance: Random, day: date) -> dict[str, Any]:
        """Return a record's values, drawn as the world's plan says."""
        fillings = self.stage.world.plan.month.answers.get(owed.kind, {})
        return fill_record(self.kinds[owed.kind], fillings, self.stage.planned[owed.org], chance, day)


@dataclass(frozen=True)
class _Deed:
    """Something that an office does with what it keeps."""

    play: PeriodPlay
    keeper: str

    def __call__(self, moment: datetime) -> None:
        """Do it."""
        self.do(self.play.stage.as_keeper(self.keeper, moment))

    def do(self, context: Context) -> None:
        """Do it as whoever keeps the papers now."""
        raise NotImplementedError

    def open(self, owed: Iterable[Owed]) -> list[Owed]:
        """Return those whose organization is still there."""
        return [each for each in owed if each.org not in self.play.stage.goes_on_in]


@dataclass(frozen=True)
class _Answering(_Deed):
    """An office enters the answers that lie on its desk."""

    owed: tuple[Owed, ...]

    def do(self, context: Context) -> None:
        """Answer them in bulk, each about a day that is past."""
        play = self.play
        chance = play.stage.chance(play.period, self.keeper, context.today)
        first = CALENDAR.first_workday(play.period)
        last = min(context.today, play.period.last)
        answers = []
        for each in self.open(self.owed):
            day = first + timedelta(days=chance.randint(0, max((last - first).days, 0)))
            answers.append(NewAnswer(each.task, play.values_of(each, chance, day), day))
        for part in batches(answers):
            answer_tasks(context, play.stage.org(self.keeper), answers=part)


@dataclass(frozen=True)
class _Accepting(_Deed):
    """An office accepts what was answered."""

    tasks: tuple[int, ...]

    def do(self, context: Context) -> None:
        """Accept them in bulk."""
        for part in batches(self.tasks):
            accept_tasks(context, self.play.stage.org(self.keeper), tasks=part)


@dataclass(frozen=True)
class _OneDeed(_Deed):
    """Something that is done with one task."""

    owed: Owed

    def do(self, context: Context) -> None:
        """Do it, if the organization is still there."""
        if self.open([self.owed]):
            self.play.done[self.name] += 1
            self.do_one(context)

    name = ""

    def do_one(self, context: Context) -> None:
        """Do it."""
        raise NotImplementedError


@dataclass(frozen=True)
class _GivingBack(_OneDeed):
    """An answer is given back with a reason."""

    reason: str
    name = "returned"

    def do_one(self, context: Context) -> None:
        """Give it back."""
        return_task(context, task_by_id(context, self.owed.task), reason=self.reason)


@dataclass(frozen=True)
class _Mending(_OneDeed):
    """A task is answered anew, or late."""

    name = "answered again"

    def do_one(self, context: Context) -> None:
        """Answer, with the record corrected if there is one."""
        play = self.play
        chance = play.stage.chance(play.period, self.owed.task)
        day = min(context.today, play.period.last)
        values = play.values_of(self.owed, chance, day)
        report_task(context, task_by_id(context, self.owed.task), values=values, day=day)


@dataclass(frozen=True)
class _Correcting(_OneDeed):
    """Whoever answered puts the record right."""

    name = "corrected"

    def do_one(self, context: Context) -> None:
        """Correct what differs; a second draw that says the same is left."""
        play = self.play
        answer = standing_answer(task_by_id(context, self.owed.task))
        if answer is None:
            return
        chance = play.stage.chance(play.period, self.owed.task)
        present = answer.record.values
        values = present | play.values_of(self.owed, chance, answer.record.day)
        if values != present:
            correct_record(context, answer.record, values=values, reason=CORRECTED)


def periods_beginning_with(month: Period) -> list[Period]:
    """Return the month, and the quarter, half and year that begin with it."""
    longer = [period_of(month.first, kind) for kind in ("quarter", "half", "year")]
    return [month, *(period for period in longer if period.first == month.first)]
