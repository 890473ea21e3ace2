"""A period of orders played as people would work it, in bulk: issued, answered, reviewed, closed."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from gangmu.core.context import Context
from gangmu.core.periods import Period, period_of
from gangmu.kernel.audit.sealer import seal_entries
from gangmu.kernel.facts.parquet import export_facts
from gangmu.site.demo.building import batches, morning
from gangmu.site.demo.filling import fill_record
from gangmu.site.demo.made_known import make_month_known
from gangmu.site.demo.stage import CALENDAR, VILLAGES, Stage, workdays_before
from gangmu.work.burden.rules import TooMuchAsked
from gangmu.work.plans.models import Order, Passing
from gangmu.work.plans.operations.answers import NewAnswer, answer_tasks, report_task
from gangmu.work.plans.operations.bulk import Ticked, extend_ticked
from gangmu.work.plans.operations.closing import close_period
from gangmu.work.plans.operations.disputes import (
    NewDispute,
    answer_disputes,
    decide_dispute,
    raise_disputes,
)
from gangmu.work.plans.operations.extensions import NewExtension, ask_extensions
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.plans.operations.passing import PassTo, answer_passing, pass_task
from gangmu.work.plans.operations.reviews import accept_tasks, return_task
from gangmu.work.plans.queries.account import account_of
from gangmu.work.plans.queries.asked import passings_here
from gangmu.work.plans.queries.disputes import disputes_to_decide
from gangmu.work.plans.queries.duties import duties_of, record_kind_of
from gangmu.work.plans.queries.orders import visible_orders
from gangmu.work.plans.queries.tasks import standing_answer, task_by_id, visible_tasks
from gangmu.work.plans.rules import OPEN
from gangmu.work.programmes.operations.campaigns import open_campaign
from gangmu.work.programmes.queries.campaigns import running_campaign
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.operations import correct_record

CLOSING, OWN_REVIEW = 17, 16
"""The hours at which an office closes a period, and looks at what other offices answered themselves."""

DECIDING = 16
"""The hour at which an issuer or the arbiter decides."""

CORRECTED = "数字录入有误，已更正"
OPENED_BY = "年初印发的活动方案"
KNOWINGLY = "年初、季初各项集中下达，均有文件依据；已合并同类项"
LATER_WANTED, GRANTED = "负责同志外出培训，请准予延期", "同意延期"
NOT_OURS, UPHELD, REJECTED = "该项工作已划归其他单位", "情况属实，不再承担", "仍属职责范围，请按时完成"
PART_WANTED, PART = "请报本村情况，由镇上汇总反馈", "本村已按要求办理，情况见工作台账"
NOT_MINE = "not_mine"
WAITING = ("late", "missing", "belated", "extended", "disputed")
"""What is left open in a running period where the demonstration's people sit."""

DISPUTED_AFTER, ASKED_BEFORE, GRANTED_BEFORE, EXTENDED_BY = 3, 3, 2, 5
"""Working days: from the beginning to a dispute, from request and grant to the due day, and beyond it."""


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
    extended: dict[date, list[int]] = field(default_factory=lambda: defaultdict(list))
    disputed: list[int] = field(default_factory=list)
    own: list[int] = field(default_factory=list)
    """Answers of offices themselves, which the office at the top reviews."""

    def begin(self) -> None:
        """Put the issuing on the agenda, if anything is owed for such a period."""
        if not any(duty.every == self.period.kind for duty in duties_of(self.stage.root)):
            return
        self.stage.agenda.insist(morning(CALENDAR.first_workday(self.period), 8, 30), self._issue)

    def _issue(self, moment: datetime) -> None:
        self.began = time.monotonic()
        context, root = self.stage.as_officer(moment), self.stage.root
        duties = [duty for duty in duties_of(root) if duty.every == self.period.kind]
        due = self.period.last
        for duty in duties:
            if duty.code in self.left:
                continue
            if duty.campaign:
                self._open_campaign(context, duty.campaign)
            order = self._issue_one(context, duty.code)
            self.kinds[order.answer_kind] = record_kind_of(order)
            due = max(due, order.due_on)
            self.stage.say(f"{self.period} {duty.code}: {order.asked} organizations asked")
        seal_entries(context.now)
        closing = morning(CALENDAR.add_workdays(due, 1), CLOSING)
        self.running = closing > self.stage.agenda.until and not self._is_last_month()
        for keeper, owed in sorted(self._owed(context).items()):
            self._plan(keeper, owed)
            self._plan_passing(keeper, owed)
        self._plan_decisions()
        if self.running:
            return
        self.stage.agenda.put(closing.replace(hour=OWN_REVIEW), self._review_own)
        self.stage.agenda.insist(closing, self._close)

    def _plan_passing(self, keeper: str, owed: Sequence[Owed]) -> None:
        """Have a town of the imagined county pass what it owes itself down to two of its villages."""
        town = self.stage.planned[keeper]
        own = next((each for each in owed if each.org == keeper), None)
        if own is None or town.level != "township" or not self.stage.world.is_imagined(town):
            return
        below = [org.code for org in self.stage.world.orgs if org.parent == keeper and org.domain in VILLAGES]
        knowing = tuple(code for code in below if (code, "secretary") in self.stage.staff.actors)[:2]
        if knowing:
            day = CALENDAR.add_workdays(CALENDAR.first_workday(self.period), 1)
            self.stage.agenda.put(morning(day, 10), _PassingDown(self, keeper, own, knowing))

    def _plan_decisions(self) -> None:
        """Put on the agenda what the issuer and the arbiter decide."""
        agenda, begun = self.stage.agenda, CALENDAR.first_workday(self.period)
        for due in sorted(self.extended):
            agenda.put(morning(workdays_before(due, GRANTED_BEFORE), DECIDING), partial(self._grant, due))
        answered = CALENDAR.add_workdays(begun, DISPUTED_AFTER + 2)
        agenda.put(morning(answered, DECIDING), self._answer_disputes)
        agenda.put(morning(CALENDAR.add_workdays(answered, 2), DECIDING), self._arbitrate)

    def _grant(self, due: date, moment: datetime) -> None:
        """Give those who asked for it a later day, as the issuer."""
        rows = [Ticked(task) for task in self.extended[due]]
        until = CALENDAR.add_workdays(due, EXTENDED_BY)
        extend_ticked(self.stage.as_officer(moment), self.stage.root, rows=rows, until=until, reason=GRANTED)
        self.done["extended"] += len(rows)

    def _answer_disputes(self, moment: datetime) -> None:
        """Answer what is said against each order, as the issuer, who does not see by whom."""
        context = self.stage.as_officer(moment)
        disputed = visible_tasks(context).filter(pk__in=self.disputed, disputed=True)
        ids = sorted(set(disputed.values_list("order", flat=True)))
        for number, order in enumerate(visible_orders(context).filter(pk__in=ids)):
            uphold = number % 2 == 1
            note = UPHELD if uphold else REJECTED
            count = answer_disputes(context, order, ground=NOT_MINE, uphold=uphold, note=note)
            self.done["disputed"] += count

    def _arbitrate(self, moment: datetime) -> None:
        """Decide what the issuer rejected, as the arbiter."""
        context = Context(self.stage.machines["arbiter"], moment)
        for number, dispute in enumerate(disputes_to_decide(context)):
            uphold = number % 4 == 3
            decide_dispute(context, dispute, uphold=uphold, note=UPHELD if uphold else REJECTED)

    def _is_last_month(self) -> bool:
        """Whether the period ended in the month before the play does: it is closed early if need be."""
        return self.period.last < self.stage.agenda.until.date()

    def _open_campaign(self, context: Context, code: str) -> None:
        """Open the campaign that a duty belongs to, until the year ends, unless it runs."""
        root, today = self.stage.root, context.today
        if running_campaign(root, code, today) is None:
            last = date(today.year, 12, 31)
            open_campaign(context, root, kind=code, first_on=today, last_on=last, paper=OPENED_BY)

    def _issue_one(self, context: Context, duty: str) -> Order:
        """Issue one duty's order; what is much or asked already goes out knowingly, with a reason."""
        asked: dict[str, Any] = {"duty": duty, "period": str(self.period)}
        try:
            return issue_to_all(context, self.stage.root, **asked)
        except TooMuchAsked:
            return issue_to_all(context, self.stage.root, **asked, knowingly=True, reason=KNOWINGLY)

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
        aside: dict[tuple[str, date], list[Owed]] = defaultdict(list)
        for each in owed:
            slip = self._slip_of(each, keeper, chance) if imagined else ""
            if self.running and slip:
                continue
            day = chance.choice(days[each.due])
            if slip in ("extended", "disputed"):
                aside[slip, each.due].append(each)
                continue
            if slip == "late":
                day = CALENDAR.add_workdays(each.due, 1)
            if slip not in ("missing", "belated"):
                waves[day].append(each)
            if each.org == keeper:
                self.own += [] if slip else [each.task]
            elif slip in ("", "late", "corrected"):
                accepted[max(day, days[each.due][1])].append(each.task)
            self._go_astray(slip, each, keeper, day, chance)
        for day, wave in sorted(waves.items()):
            self._later(day, chance, _Answering(self, keeper, tuple(wave)), last=15)
        for (way, due), tasks in sorted(aside.items()):
            self._set_aside(way, due, keeper, tuple(tasks), chance)
        if self.running and imagined:
            return
        for day, ids in sorted(accepted.items()):
            self._later(self._next(day), chance, _Accepting(self, keeper, tuple(ids)))

    def _slip_of(self, each: Owed, keeper: str, chance: Random) -> str:
        """Return which other way a task goes; what waits for the demonstration's people is left open."""
        slip = self._slip(chance)
        if self.running:
            return "missing" if self._is_left(each) or slip in WAITING else ""
        if each.org == keeper and slip not in ("late", "missing"):
            return ""
        return slip

    def _go_astray(self, slip: str, each: Owed, keeper: str, day: date, chance: Random) -> None:
        """Put on the agenda what follows where a task goes another way."""
        if slip == "corrected":
            self._later(self._next(day), chance, _Correcting(self, keeper, each))
        elif slip == "belated":
            late = CALENDAR.add_workdays(each.due, chance.randint(3, 9))
            self._later(late, chance, Mending(self, keeper, each))
        elif slip == "returned":
            self._give_back(keeper, each, day, chance)

    def _set_aside(self, way: str, due: date, keeper: str, owed: tuple[Owed, ...], chance: Random) -> None:
        """Have a later day asked for, or the office say that it is not its business; then answer."""
        if way == "extended":
            until = CALENDAR.add_workdays(due, EXTENDED_BY)
            self._later(workdays_before(due, ASKED_BEFORE), chance, _Asking(self, keeper, owed, until))
            self.extended[due] += [each.task for each in owed]
            day = until
        else:
            begun = CALENDAR.first_workday(self.period)
            self._later(CALENDAR.add_workdays(begun, DISPUTED_AFTER), chance, _Disputing(self, keeper, owed))
            day = workdays_before(due, 1)
        self._later(day, chance, _AnsweringOpen(self, keeper, owed), last=15)
        ids = tuple(each.task for each in owed)
        self._later(self._next(day), chance, _AcceptingAnswered(self, keeper, ids))

    def _give_back(self, keeper: str, each: Owed, day: date, chance: Random) -> None:
        """Have an answer given back, and every second one answered again and accepted."""
        back = self._next(day)
        mended = self._next(back)
        reason = chance.choice(self.stage.world.plan.month.reasons)
        self._later(back, chance, _GivingBack(self, keeper, each, reason))
        if mended <= each.due and chance.random() < self._MENDED:
            self._later(mended, chance, Mending(self, keeper, each))
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
        for part in batches(self.answered(self.own)):
            accept_tasks(self.stage.as_officer(moment), self.stage.root, tasks=part)

    def answered(self, tasks: Iterable[int]) -> list[int]:
        """Return those of some tasks whose answer waits to be accepted."""
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
        if self.period.kind == "month":
            make_month_known(self.stage, self.period, moment)
        told = ", ".join(f"{what} {count}" for what, count in (counts | self.done).items())
        took = time.monotonic() - self.began
        self.stage.say(f"{self.period}: {closed} tasks closed after {took:.1f} s ({told})")

    def values_of(self, owed: Owed, chance: Random, day: date) -> dict[str, Any]:
        """Return a record's values, drawn as the world's plan says."""
        fillings = self.stage.world.plan.month.answers.get(owed.kind, {})
        org, below = self.stage.planned[owed.org], self.stage.below(owed.org)
        return fill_record(self.kinds[owed.kind], fillings, org, chance, day, below)


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
class _AnsweringOpen(_Answering):
    """An office answers what is still its own to answer: granted a later day, or found its business."""

    def open(self, owed: Iterable[Owed]) -> list[Owed]:
        """Return those that can be answered still."""
        there = super().open(owed)
        context = self.play.stage.as_officer(self.play.stage.agenda.until)
        held = visible_tasks(context).filter(pk__in=[each.task for each in there], closed_at=None)
        waiting = set(held.filter(state__in=OPEN, disputed=False).values_list("pk", flat=True))
        return [each for each in there if each.task in waiting]


@dataclass(frozen=True)
class _AcceptingAnswered(_Accepting):
    """An office accepts those of some tasks that were answered."""

    def do(self, context: Context) -> None:
        """Accept them in bulk."""
        for part in batches(self.play.answered(self.tasks)):
            accept_tasks(context, self.play.stage.org(self.keeper), tasks=part)


@dataclass(frozen=True)
class _Asking(_Deed):
    """An office asks for a later day."""

    owed: tuple[Owed, ...]
    until: date

    def do(self, context: Context) -> None:
        """Ask in bulk."""
        rows = [NewExtension(each.task, self.until, LATER_WANTED) for each in self.open(self.owed)]
        if rows:
            ask_extensions(context, self.play.stage.org(self.keeper), rows=rows)


@dataclass(frozen=True)
class _Disputing(_Deed):
    """An office says that some tasks are not its business."""

    owed: tuple[Owed, ...]

    def do(self, context: Context) -> None:
        """Say so in bulk."""
        rows = [NewDispute(each.task, NOT_MINE, NOT_OURS) for each in self.open(self.owed)]
        if rows:
            raise_disputes(context, self.play.stage.org(self.keeper), rows=rows)
            self.play.disputed += [row.task for row in rows]


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
class _PassingDown(_OneDeed):
    """A town asks those who know for their part of what it owes; each answers upwards the next day."""

    knowing: tuple[str, ...]
    name = "passed down"

    def do_one(self, context: Context) -> None:
        """Pass it down."""
        stage = self.play.stage
        orgs = tuple(stage.orgs[code].pk for code in self.knowing)
        made = pass_task(context, task_by_id(context, self.owed.task), to=PassTo(orgs=orgs), note=PART_WANTED)
        day = CALENDAR.add_workdays(context.today, 1)
        for code, passing in zip(self.knowing, made, strict=True):
            stage.agenda.put(morning(day, 10), partial(self._answer, code, passing))

    def _answer(self, code: str, passing: Passing, moment: datetime) -> None:
        """Answer upwards, unless the town has answered without waiting, or was merged."""
        context = Context(self.play.stage.staff.actors[code, "secretary"], moment)
        if passings_here(context).filter(pk=passing.pk).exists():
            answer_passing(context, passing, words=PART)


@dataclass(frozen=True)
class _GivingBack(_OneDeed):
    """An answer is given back with a reason."""

    reason: str
    name = "returned"

    def do_one(self, context: Context) -> None:
        """Give it back."""
        return_task(context, task_by_id(context, self.owed.task), reason=self.reason)


@dataclass(frozen=True)
class Mending(_OneDeed):
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
