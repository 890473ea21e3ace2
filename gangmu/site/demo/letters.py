"""The year's letters of responsibility, handed on level by level and accepted."""

from dataclasses import dataclass
from datetime import date, datetime

from gangmu.core.context import Context
from gangmu.site.demo.building import morning
from gangmu.site.demo.stage import CALENDAR, Stage
from gangmu.work.programmes.models import Letter
from gangmu.work.programmes.operations.letters import accept_letter, issue_letters
from gangmu.work.programmes.queries.letters import letter_kind, letter_kinds, recipients_of

HANDED_ON_AT, ACCEPTED_AT = 14, 10
"""The hours at which letters go out, and at which they are accepted on the next working day."""


def plan_letters(stage: Stage, day: date, year: int) -> None:
    """Put on the agenda that the office at the top hands out a year's letters on a day."""
    for kind in letter_kinds(stage.root):
        handing = _Handing(stage, kind.code, year, stage.world.plan.root)
        stage.agenda.put(morning(day, HANDED_ON_AT), handing)


@dataclass(frozen=True)
class _Handing:
    """An organization hands letters of a kind on to those below it.

    Below the top only the county that does not exist hands them on: nobody real is shown signing.
    """

    stage: Stage
    kind: str
    year: int
    issuer: str

    def __call__(self, moment: datetime) -> None:
        """Issue them, and put on the agenda that each is accepted."""
        stage, issuer = self.stage, self.stage.org(self.issuer)
        if not recipients_of(issuer, letter_kind(stage.root, self.kind)):
            return
        at_top = self.issuer == stage.world.plan.root
        context = stage.as_officer(moment) if at_top else stage.as_keeper(self.issuer, moment)
        name = str(stage.staff.holders[issuer.code, "secretary"])
        letters = issue_letters(context, issuer, kind=self.kind, year=self.year, signed_by=name)
        day = CALENDAR.add_workdays(moment.date(), 1)
        for letter in letters:
            stage.agenda.put(morning(day, ACCEPTED_AT), _Accepting(stage, letter, self))
        if at_top:
            stage.say(f"{len(letters)} letters of responsibility handed out")


@dataclass(frozen=True)
class _Accepting:
    """The secretary of an organization accepts its letter, which is then handed on."""

    stage: Stage
    letter: Letter
    handing: _Handing

    def __call__(self, moment: datetime) -> None:
        """Accept it, where somebody can, and hand it on."""
        stage, code = self.stage, self.letter.org.code
        actor = stage.staff.actors.get((code, "secretary"))
        if actor is None:
            return
        name = str(stage.staff.holders[code, "secretary"])
        accept_letter(Context(actor, moment), self.letter, name=name)
        if stage.world.is_imagined(stage.planned[code]):
            handing = _Handing(stage, self.handing.kind, self.handing.year, code)
            stage.agenda.put(morning(moment.date(), HANDED_ON_AT), handing)
