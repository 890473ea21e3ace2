"""Contests as they are played: opened under their document, nominated, judged, made known, conferred."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from gangmu.core.context import Context
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.notices.operations import answer_objection, object_to_notice
from gangmu.kernel.notices.queries import open_objections
from gangmu.kernel.orgs.models import Org
from gangmu.results.honours.definitions import ContestKind
from gangmu.results.honours.models import Contest, Nomination, PanelMember
from gangmu.results.honours.operations.contests import (
    NewPledge,
    Seat,
    begin_panel_review,
    name_panel,
    nominate_org,
    open_contest,
)
from gangmu.results.honours.operations.deciding import (
    begin_contest_publicity,
    confer_honours,
    decide_line,
    heed_objection,
)
from gangmu.results.honours.operations.honours import hang_plaque, judge_pledge
from gangmu.results.honours.operations.panel import enter_sheet, judge_candidate
from gangmu.results.honours.queries.contests import (
    candidates_to_be,
    chosen_of,
    contest_by_id,
    contest_kinds,
    honour_of,
    judged_candidates,
    kind_of,
    lines_of,
    may_judge,
    meant_by,
    own_paths,
    panel_of,
    pledges_of,
    standings_of,
    undone_of,
    unheeded_objections,
    visible_nominations,
)
from gangmu.results.honours.rules import Approval, WithoutApproval, choice_of
from gangmu.site.demo.building import morning
from gangmu.site.demo.definitions import PlayedContest
from gangmu.site.demo.staffing import COMMITTEES, pick_member
from gangmu.site.demo.stage import CALENDAR, Stage, workdays_before

PAPER_SHEET = "评审打分表（演示）"
LEAST_CHOSEN = Decimal(80)
"""What a panel must have given, of a hundred, to somebody who is chosen."""

ISSUED, ENDS = (1, 5), (12, 31)
"""The days, month and day, on which an approving document is issued and ends."""


def plan_contests(stage: Stage) -> None:
    """Put on the agenda that the office at the top opens the contests of the plan."""
    for plan in stage.world.plan.contests:
        opened = workdays_before(stage.agenda.until.date(), plan.ago)
        stage.agenda.put(morning(opened), _Contesting(stage, plan).open)


@dataclass
class _Contesting:
    """One contest, step by step; each step puts the next one on the agenda.

    The officer at the top sits on the panel and writes the own sheets last, on the day of the decision:
    in a contest that is with its panel when the play ends they wait for whoever enters as the officer.
    """

    stage: Stage
    plan: PlayedContest
    contest: Contest = field(init=False)

    def open(self, moment: datetime) -> None:
        """Open the contest under its document, unless the pack no longer allows it, and name its panel."""
        stage, context = self.stage, self.stage.as_officer(moment)
        kind = next((each for each in contest_kinds(stage.root) if each.code == self.plan.kind), None)
        if kind is None:
            return
        year = context.today.year
        try:
            self.contest = open_contest(
                context,
                stage.root,
                kind=kind.code,
                title=f"{year}年{kind.title.zh_hans}",
                places={code: line.places for code, line in self.plan.lines.items()},
                approval=Approval(
                    self.plan.number.format(year=year),
                    self.plan.issuer,
                    "province",
                    min(date(year, *ISSUED), context.today),
                    date(year + 1, *ENDS),
                ),
            )
        except WithoutApproval:
            stage.say(f"{kind.code}: its document no longer allows a contest in {year}")
            return
        name_panel(context, self.contest, seats=self._seats(kind))
        after = CALENDAR.add_workdays(context.today, 2)
        stage.agenda.put(morning(after, 10), self._nominate)

    def _seats(self, kind: ContestKind) -> list[Seat]:
        """Return who judges: the officer, secretaries of real organizations, and others on paper."""
        stage = self.stage
        officer = stage.staff.actors[stage.root.code, "officer"]
        seats = [Seat(officer.label, stage.root, officer.account)]
        for code, actor in self._secretaries(imagined=False):
            if len(seats) < kind.panel - 1 and code != stage.root.code:
                seats.append(Seat(actor.label, stage.orgs[code], actor.account))
        while len(seats) < kind.panel:
            person = pick_member(stage.staff, stage.root.code, stage.staff.near[stage.root.code])
            seats.append(Seat(str(person), stage.root))
        return seats

    def _secretaries(self, *, imagined: bool) -> Iterator[tuple[str, AccountActor]]:
        for org in self.stage.world.orgs:
            actor = self.stage.staff.actors.get((org.code, "secretary"))
            if actor is not None and self.stage.world.is_imagined(org) == imagined:
                yield org.code, actor

    # Nominating

    def _nominate(self, moment: datetime) -> None:
        """Have the towns of the imagined county nominate, one after another, until each line is full."""
        left = {code: line.candidates for code, line in self.plan.lines.items()}
        chance = self.stage.chance("contest", self.plan.kind)
        for context, nominator, org in self._to_nominate(moment):
            line = self._line_for(org, left)
            if not line:
                continue
            left[line] -= 1
            nominate_org(
                context,
                nominator,
                self.contest,
                org=org,
                line=line,
                text=chance.choice(self.plan.reasons),
                pledges=[
                    NewPledge(each.text, CALENDAR.add_workdays(context.today, each.due))
                    for each in self.plan.pledges
                ],
            )
        self._on(self.contest.nominate_until, 1, 9, self._review)
        for each in self.plan.pledges:
            due = CALENDAR.add_workdays(moment.date(), each.due)
            self._on(due, 1, 10, self._judge_pledges)

    def _to_nominate(self, moment: datetime) -> Iterator[tuple[Context, Org, Org]]:
        """Return whom each office of the imagined county may nominate, turn by turn."""
        turns = [list(self._of_keeper(code, moment)) for code in self._keepers()]
        for place in range(max(map(len, turns), default=0)):
            yield from (turn[place] for turn in turns if place < len(turn))

    def _keepers(self) -> list[str]:
        stage = self.stage
        return [
            org.code
            for org in stage.world.orgs
            if org.kind in COMMITTEES
            and org.level != "county"
            and stage.world.is_imagined(org)
            and stage.today(org.code) == org.code
            and (org.code, "town_officer") in stage.staff.actors
        ]

    def _of_keeper(self, code: str, moment: datetime) -> Iterator[tuple[Context, Org, Org]]:
        context, own = self.stage.as_keeper(code, moment), self.stage.orgs[code]
        for org in candidates_to_be(context, self.contest):
            if org.parent_id == own.pk and org.code in self.stage.planned:
                yield context, own, org

    def _line_for(self, org: Org, left: dict[str, int]) -> str:
        honour = honour_of(self.contest)
        open_lines = [
            line for line in lines_of(honour) if left.get(line.code) and meant_by(org, honour, line)
        ]
        return max(open_lines, key=lambda line: left[line.code]).code if open_lines else ""

    # Judging

    def _review(self, moment: datetime) -> None:
        """Have the panel begin, unless nobody could be nominated."""
        context = self.stage.as_officer(moment)
        if not visible_nominations(context, self.contest).exists():
            self.stage.say(f"{self.plan.kind}: nobody could be nominated")
            return
        begin_panel_review(context, self.contest)
        today = context.today
        self._on(today, 1, 10, self._judge)
        self._on(today, 4, 10, self._judge_as_officer)
        self._on(today, 4, 16, self._decide)

    def _judge(self, moment: datetime) -> None:
        """Have all but the officer judge, by themselves or on paper."""
        office = self.stage.as_officer(moment)
        for member in panel_of(self.contest):
            account = member.account
            if account is None:
                for each, sheet in self._sheets(member, moment):
                    enter_sheet(office, member, each, paper=PAPER_SHEET, **sheet)
            elif account.pk != office.account:
                context = Context(AccountActor(account), moment)
                for each, sheet in self._sheets(member, moment):
                    judge_candidate(context, member, each, **sheet)

    def _judge_as_officer(self, moment: datetime) -> None:
        context = self.stage.as_officer(moment)
        for member in panel_of(self.contest):
            if member.account_id == context.account:
                for each, sheet in self._sheets(member, moment):
                    judge_candidate(context, member, each, **sheet)

    def _sheets(self, member: PanelMember, moment: datetime) -> Iterator[tuple[Nomination, dict[str, Any]]]:
        """Return what a panel member gives to each candidate whom nothing keeps the member from judging."""
        context, kind = self.stage.as_officer(moment), kind_of(self.contest)
        paths = own_paths([member], context.today)[member.pk]
        for each in visible_nominations(context, self.contest):
            if may_judge(self.contest, each, paths):
                yield each, self._sheet(kind, each, member)

    def _sheet(self, kind: ContestKind, candidate: Nomination, member: PanelMember) -> dict[str, Any]:
        good = self.stage.chance("candidate", kind.code, candidate.org.code).randint(70, 96)
        chance = self.stage.chance("sheet", kind.code, candidate.org.code, member.name)
        if kind.method == "vote":
            return {"vote": "yes" if chance.randrange(100) < good else "no"}
        shares = {each.code: min(good + chance.randint(-4, 4), 100) for each in kind.criteria}
        return {
            "points": {
                each.code: (each.points * shares[each.code] / 100).quantize(Decimal("0.1"))
                for each in kind.criteria
            }
        }

    def _decide(self, moment: datetime) -> None:
        """Decide every line in the order of points, signed by who has no part in it, and make it known."""
        context, kind = self.stage.as_officer(moment), kind_of(self.contest)
        least = Decimal(51) if kind.method == "vote" else LEAST_CHOSEN
        for code, line in self.plan.lines.items():
            judged = judged_candidates(self.contest, context.today, code)
            best = sorted(
                (each for each in judged if each.total is not None and each.total >= least),
                key=lambda each: (-(each.total or 0), each.nomination.org.code),
            )
            chosen = {each.nomination.pk for each in best[: line.places]}
            choice = choice_of(standings_of(judged), chosen, kind.few)
            if judged:
                decide_line(
                    context,
                    self.contest,
                    line=code,
                    chosen=chosen,
                    reason=self.plan.decision,
                    signed_by=self._signer(context) if choice.tie or choice.few else None,
                )
        if not chosen_of(self.contest):
            self.stage.say(f"{self.plan.kind}: nobody was chosen")
            return
        self.contest = begin_contest_publicity(context, self.contest)
        self._on(context.today, 1, 10, self._object)
        self._on(context.today, 2, 10, self._answer)
        assert self.contest.publicity_until is not None
        self._on(self.contest.publicity_until, 1, 9, self._confer)

    def _signer(self, context: Context) -> PanelMember:
        """Return a panel member of the office itself who does not lead the contest."""
        own = [each for each in panel_of(self.contest) if each.org_id == self.stage.root.pk]
        return next(each for each in own if each.account_id != context.account)

    # Before the public

    def _object(self, moment: datetime) -> None:
        """Have a secretary of the imagined county object, who is no candidate."""
        notice, plan = self.contest.publicity_notice, self.plan.objection
        if plan is None or notice is None:
            return
        _, actor = list(self._secretaries(imagined=True))[-1]
        object_to_notice(
            Context(actor, moment), notice, text=plan.text, form_key=f"{self.plan.kind}-objection"
        )

    def _answer(self, moment: datetime) -> None:
        """Answer the objection; one that is upheld strikes the last who was chosen."""
        plan, context = self.plan.objection, self.stage.as_officer(moment)
        if plan is None:
            return
        outcome = "upheld" if plan.follows else "rejected"
        for each in open_objections(context).filter(notice=self.contest.publicity_notice):
            answer_objection(context, each, answer=plan.answer, outcome=outcome)
        for each in unheeded_objections(self.contest):
            struck = chosen_of(self.contest)[-1]
            heed_objection(context, self.contest, objection=each, reason=plan.follows, strike=struck)

    def _confer(self, moment: datetime) -> None:
        context = self.stage.as_officer(moment)
        if not undone_of(self.contest, context.today).ready:
            return
        made = confer_honours(context, self.contest)
        for honour in made:
            if honour.plaque:
                hang_plaque(context, honour, day=context.today)
        self.stage.say(f"{self.plan.kind}: {len(made)} honours conferred")

    def _judge_pledges(self, moment: datetime) -> None:
        """Say of the pledges whose day is over whether they were kept."""
        context = self.stage.as_officer(moment)
        found = {each.text: each for each in self.plan.pledges}
        for candidate in visible_nominations(context, contest_by_id(context, self.contest.pk)):
            for pledge in pledges_of(context, candidate):
                if not pledge.verdict and pledge.due_on < context.today:
                    said = found[pledge.text]
                    judge_pledge(context, pledge, verdict=said.verdict, reason=said.reason)

    def _on(self, day: date, later: int, hour: int, step: Callable[[datetime], None]) -> None:
        self.stage.agenda.put(morning(CALENDAR.add_workdays(day, later), hour), step)
