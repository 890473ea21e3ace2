"""Claims of standards as they are played: made below, judged above."""

from dataclasses import dataclass, field
from datetime import datetime

from gangmu.core.context import Context
from gangmu.kernel.packs.queries import pack_of
from gangmu.site.demo.building import morning
from gangmu.site.demo.definitions import PlayedClaims
from gangmu.site.demo.stage import CALENDAR, Stage, workdays_before
from gangmu.site.demo.world import PlannedOrg
from gangmu.work.standards.definitions import Criterion, StandardKind
from gangmu.work.standards.models import Claim
from gangmu.work.standards.operations.claims import (
    Judged,
    NewLine,
    begin_claim,
    decide_claim,
    fill_claim,
    submit_claim,
)
from gangmu.work.standards.queries.claims import Shown, evidence_at_hand, lines_of

WAITS = 3
"""So many working days the claim of whoever enters as a secretary lies with its reviewer when the play ends."""


def plan_claims(stage: Stage) -> None:
    """Put on the agenda that organizations of the imagined county claim the standards of the plan."""
    for plan in stage.world.plan.claims:
        kind = pack_of(stage.root.pk).find(StandardKind, plan.standard)
        if kind is not None and not kind.every:
            claiming, today = _Claiming(stage, plan, kind), stage.agenda.until.date()
            stage.agenda.put(morning(workdays_before(today, plan.ago), 10), claiming.claim)
            stage.agenda.put(morning(workdays_before(today, WAITS), 10), claiming.claim_at_desk)


@dataclass
class _Claiming:
    """One standard that several claim: handed in on one day, judged some days later."""

    stage: Stage
    plan: PlayedClaims
    kind: StandardKind
    made: list[tuple[PlannedOrg, Claim]] = field(default_factory=list)

    def claim(self, moment: datetime) -> None:
        """Hand the claims in; the verdicts follow within the time for the review."""
        for org in self._claiming()[: self.plan.count - 1]:
            self._hand_in(org, moment)
        day = CALENDAR.add_workdays(moment.date(), min(self.kind.review_days, 5))
        self.stage.agenda.put(morning(day, 15), self._judge)

    def claim_at_desk(self, moment: datetime) -> None:
        """Hand in the claim of whoever enters as a secretary; it waits for its verdict."""
        for org in self._claiming(at_desk=True):
            self._hand_in(org, moment)

    def _hand_in(self, org: PlannedOrg, moment: datetime) -> None:
        context = Context(self.stage.staff.actors[org.code, "secretary"], moment)
        claim = begin_claim(context, self.stage.orgs[org.code], kind=self.kind.code)
        at_hand = evidence_at_hand(context, claim.org, self.kind, None)
        lines = [self._line(each, at_hand[each.code]) for each in self.kind.criteria]
        fill_claim(context, claim, lines=lines)
        self.made.append((org, submit_claim(context, claim)))

    def _claiming(self, *, at_desk: bool = False) -> list[PlannedOrg]:
        stage = self.stage
        return [
            org
            for org in stage.world.orgs
            if stage.world.is_imagined(org)
            and self.kind.applies_to.includes(org.kind, org.domain, org.level)
            and stage.today(org.parent) == org.parent
            and (org.code, "secretary") in stage.staff.actors
            and ((org.code, "secretary") in stage.staff.desks) == at_desk
        ]

    def _line(self, criterion: Criterion, shown: Shown) -> NewLine:
        """Return what is said of a criterion: met as far as the system shows it, otherwise not."""
        enough = shown.known is not None and shown.known >= (criterion.at_least or 0)
        if len(shown.records) < criterion.minimum or (criterion.field and not enough):
            return NewLine(criterion.code, met=False, note=self.plan.unshown)
        records = tuple(each.pk for each in shown.records[: criterion.minimum])
        return NewLine(criterion.code, met=True, note=self.plan.shown, records=records)

    def _judge(self, moment: datetime) -> None:
        """Judge every claim; the last one is refused."""
        for org, claim in self.made:
            refused = org.code == self.made[-1][0].code and bool(self.plan.refused)
            context = self.stage.as_keeper(self.stage.keepers[claim.decider.code], moment)
            lines = [
                Judged(line.criterion, met=not (refused and at == 0), reason=self._found(refused and at == 0))
                for at, line in enumerate(lines_of(claim))
            ]
            decide_claim(context, claim, lines=lines, reason=self._found(refused))
        self.stage.say(f"{self.kind.code}: {len(self.made)} claims judged")

    def _found(self, refused: bool) -> str:
        return self.plan.refused if refused else self.plan.seen
