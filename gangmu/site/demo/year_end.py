"""The year's end: it is judged, contested, judged again and published, and the next year's targets and letters go out."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.kernel.audit.sealer import seal_entries
from gangmu.kernel.notices.operations import answer_objection, object_to_notice
from gangmu.kernel.notices.queries import open_objections
from gangmu.kernel.packs.queries import pack_of
from gangmu.results.assessment.definitions import AppraisalKind
from gangmu.results.assessment.models import Result, Round
from gangmu.results.assessment.operations.review import (
    answer_appeal,
    appeal_result,
    remark_result,
    review_part,
    screen_round,
    sign_awards,
)
from gangmu.results.assessment.operations.rounds import (
    begin_publicity,
    begin_review,
    finish_round,
    freeze,
    freeze_anew,
    open_round,
    publish_round,
    run_round,
)
from gangmu.results.assessment.queries.appeals import appeals_to_answer, visible_appeals
from gangmu.results.assessment.queries.awards import groups_to_sign
from gangmu.results.assessment.queries.results import listed_results
from gangmu.results.assessment.queries.reviewing import unreviewed
from gangmu.results.assessment.queries.rounds import round_by_id, unclosed
from gangmu.site.demo.building import morning
from gangmu.site.demo.letters import plan_letters
from gangmu.site.demo.periods import EXTENDED_BY, Mending, Owed, PeriodPlay
from gangmu.site.demo.stage import CALENDAR, Stage
from gangmu.site.demo.targets import plan_targets
from gangmu.work.plans.models import Task
from gangmu.work.plans.operations.closing import close_period
from gangmu.work.plans.queries.tasks import visible_tasks

REMARK, LOOKED = "与平时掌握的情况相符", "已逐个看过，无不同意见"
OBJECTION, ANSWERED = (
    "公示只列出各组前半，其余单位的结果在哪里看？",
    "各单位登录后可在本组织“考核”页查看全部得分和依据",
)
FORGOTTEN, MENDED = "有一项任务年底已经办结，当时漏报，请予核实", "情况属实，已补录，按迟报重新计算"
TOO_STRICT, KEPT = "会议改期一天，请按时报计", "交办单写明了截止日期，按规定计为迟报"
SIGNED = "同组不足规定数，逐个看过依据"


@dataclass
class YearEnd:
    """The appraisals of a year that is over, step by step from one working day to another.

    Every office looks at its part; in the county that is imagined somebody objects without a name, one
    branch appeals and is right, another is not: nobody real is shown doing so.
    """

    stage: Stage
    year: Period
    plays: Sequence[PeriodPlay]
    rounds: list[Round] = field(default_factory=list)
    seen: dict[int, list[Result]] = field(default_factory=dict)
    """What the office of the imagined county saw when it reviewed, by round, the least score first."""

    owing: dict[int, Mending] = field(default_factory=dict)
    """How what an appeal says was forgotten is put right, by round."""

    def plan(self) -> None:
        """Put every step on the agenda, from the day on which the last later days of December are over."""
        first = CALENDAR.add_workdays(CALENDAR.first_workday(self._january), EXTENDED_BY)
        steps: list[tuple[int, int, Callable[[datetime], None]]] = [
            (0, 9, self._open),
            (2, 10, self._review),
            (3, 9, self._make_known),
            (4, 10, self._contest),
            (5, 10, self._answer_objections),
            (6, 9, self._answer_appeals),
            (7, 9, self._judge_again),
            (9, 9, self._publish),
        ]
        for days, hour, step in steps:
            self.stage.agenda.put(morning(CALENDAR.add_workdays(first, days), hour), step)
        after = CALENDAR.add_workdays(first, 10)
        plan_targets(self.stage, after, self.year.year + 1)
        plan_letters(self.stage, after, self.year.year + 1)

    @property
    def _january(self) -> Period:
        return Period("month", self.year.year + 1, 1)

    def _open(self, moment: datetime) -> None:
        """Close what December carried over, then freeze the year and have it judged."""
        stage, context = self.stage, self.stage.as_officer(moment)
        for play in self.plays:
            close_period(context, stage.root, period=str(play.period))
        if left := unclosed(stage.root, self.year):
            stage.say(f"{left} tasks of {self.year} are open still: the year is not judged")
            return
        for kind in pack_of(stage.root.pk).all(AppraisalKind):
            if kind.every != "year":
                continue
            began = time.monotonic()
            round_ = open_round(context, stage.root, appraisal=kind.code, period=str(self.year))
            run = freeze(context, round_)
            run_round(context, round_by_id(context, round_.pk))
            stage.say(
                f"{kind.code} {self.year}: {run.facts} facts frozen and judged in {time.monotonic() - began:.1f} s"
            )
            self.rounds.append(begin_review(context, round_by_id(context, round_.pk)))
        seal_entries(moment)

    def _review(self, moment: datetime) -> None:
        """Have the office of the imagined county say something of one result, and every office that it has seen its part."""
        county = self.stage.world.plan.imagined.code
        actor = self.stage.staff.actors.get((county, "officer"))
        for round_ in self.rounds:
            if actor is not None:
                context = Context(actor, moment)
                rows = listed_results(context, round_).filter(org__closed_on=None, score__isnull=False)
                self.seen[round_.pk] = list(rows.order_by("score", "org__code", "scorecard"))
                for result in self.seen[round_.pk][:1]:
                    remark_result(context, result.org, round_, scorecard=result.scorecard, text=REMARK)
            self._look(round_, moment)

    def _look(self, round_: Round, moment: datetime) -> None:
        """Have every office below say that it has looked at its part; only the imagined one says more."""
        county = self.stage.world.plan.imagined.code
        for office in unreviewed(round_, moment.date()).offices:
            found = (self.stage.staff.actors.get((office.code, post)) for post in ("officer", "town_officer"))
            actor = next((each for each in found if each is not None), None)
            if actor is not None:
                text = LOOKED if office.code == county else ""
                review_part(Context(actor, moment), office, round_, text=text)

    def _make_known(self, moment: datetime) -> None:
        self.rounds = [begin_publicity(self.stage.as_officer(moment), each) for each in self.rounds]

    def _contest(self, moment: datetime) -> None:
        """Have somebody object without a name, and two branches appeal."""
        for round_ in self.rounds:
            self._object(round_, moment)
            acting = self._acting(round_)
            mending = self._forgotten({each.org.code for each in acting}, moment)
            right = mending.owed.org if mending else ""
            if mending:
                self.owing[round_.pk] = mending
            for text, found in (
                (FORGOTTEN, [each for each in acting if each.org.code == right]),
                (TOO_STRICT, [each for each in acting if each.org.code != right]),
            ):
                for result in found[:1]:
                    self._appeal(round_, result, text, moment)

    def _object(self, round_: Round, moment: datetime) -> None:
        notice = round_.publicity_notice
        asking = self._acting(round_)[-1:]
        if notice is None:
            return
        for result in asking:
            object_to_notice(
                Context(self.stage.staff.actors[result.org.code, "secretary"], moment),
                notice,
                text=OBJECTION,
                form_key=f"{round_.appraisal}-{round_.period}-objection",
            )

    def _appeal(self, round_: Round, result: Result, text: str, moment: datetime) -> None:
        actor = self.stage.staff.actors[result.org.code, "secretary"]
        appeal_result(Context(actor, moment), result.org, round_, scorecard=result.scorecard, text=text)

    def _answer_objections(self, moment: datetime) -> None:
        context = self.stage.as_officer(moment)
        for objection in open_objections(context):
            answer_objection(context, objection, answer=ANSWERED, outcome="rejected")

    def _answer_appeals(self, moment: datetime) -> None:
        """Put right what was forgotten where it arose, and answer both appeals."""
        for round_ in self.rounds:
            for appeal in appeals_to_answer(self.stage.as_officer(moment)).filter(round=round_):
                right = appeal.text == FORGOTTEN
                if right and self._missing(moment).filter(pk=self.owing[round_.pk].owed.task).exists():
                    self.owing[round_.pk](moment)
                answer_appeal(
                    self.stage.as_officer(moment),
                    appeal,
                    outcome="upheld" if right else "rejected",
                    answer=MENDED if right else KEPT,
                )

    def _judge_again(self, moment: datetime) -> None:
        """Judge once more where an appeal was right, and sign the awards of small groups."""
        context = self.stage.as_officer(moment)
        for round_ in self.rounds:
            if visible_appeals(context).filter(round=round_, outcome="upheld").exists():
                freeze_anew(context, round_by_id(context, round_.pk), reason=MENDED)
                run_round(context, round_by_id(context, round_.pk))
            for group in groups_to_sign(round_by_id(context, round_.pk)):
                sign_awards(
                    context,
                    round_,
                    peer_group=group.peer_group,
                    given=True,
                    reviewer=context.account,
                    reason=SIGNED,
                )

    def _publish(self, moment: datetime) -> None:
        context = self.stage.as_officer(moment)
        for round_ in self.rounds:
            publish_round(context, finish_round(context, round_))
            proposed = screen_round(context, round_) if self._screens(round_) else 0
            self.stage.say(f"{round_.appraisal} {self.year} published, {proposed} proposed to their parents")
        seal_entries(moment)

    def _screens(self, round_: Round) -> bool:
        kind = pack_of(self.stage.root.pk).find(AppraisalKind, round_.appraisal)
        return kind is not None and kind.screen_below is not None

    # Who is concerned

    def _acting(self, round_: Round) -> list[Result]:
        """Return the results that were seen of branches whose secretary can act."""
        actors = self.stage.staff.actors
        return [each for each in self.seen.get(round_.pk, []) if (each.org.code, "secretary") in actors]

    def _forgotten(self, orgs: Collection[str], moment: datetime) -> Mending | None:
        """Return how an answer that one of some organizations owes of the last month is put right."""
        for play in self.plays:
            missing = self._missing(moment).filter(
                order__period=str(play.period),
                order__answer_kind__in=list(play.kinds),
                org__code__in=list(orgs),
            )
            task = missing.select_related("org", "order").order_by("org__code", "pk").first()
            if task is not None:
                owed = Owed(task.pk, task.org.code, task.order.answer_kind, task.due_on)
                return Mending(play, self.stage.keepers[owed.org], owed)
        return None

    def _missing(self, moment: datetime) -> QuerySet[Task]:
        """Return what nobody has answered, not even late."""
        context = self.stage.as_officer(moment)
        return visible_tasks(context).filter(timing="missing", answered_on=None, org__closed_on=None)
