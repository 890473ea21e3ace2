"""What stands on the leader's page of a month, out of many rooms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Min

from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.core.text import Text
from gangmu.frame.words import say
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree
from gangmu.work.plans.queries.account import Line, account_of, periods_ending_in, total_of
from gangmu.work.plans.queries.duties import duty_titles
from gangmu.work.plans.queries.tasks import overdue_below
from gangmu.work.plans.rules import Tally
from gangmu.work.programmes.models import Letter, Project
from gangmu.work.programmes.queries.letters import visible_letters
from gangmu.work.programmes.queries.projects import visible_projects
from gangmu.work.programmes.queries.targets import programmes_of, progress_in

MOST_DUTIES, MOST_BEHIND, MOST_STUCK, MOST_GOALS = 12, 6, 6, 8
"""What fits one page of A4 beside the rest."""


@dataclass(frozen=True)
class DutyLine:
    """One duty of the month, with its counts."""

    code: str
    title: Text | str
    tally: Tally


@dataclass(frozen=True)
class StuckLine:
    """What does not move: what it is, how often, since when, and the page where it stands."""

    title: Text | str
    what: Text
    count: int
    since: date | None
    url_name: str
    given: dict[str, str]


@dataclass(frozen=True)
class GoalLine:
    """One metric of a programme: the target, what was reached, and the part of it in per cent."""

    programme: str
    title: Text
    unit: Text | None
    target: Decimal
    reached: Decimal | None

    @property
    def share(self) -> Decimal | None:
        """What was reached of the target; unknown is not nothing."""
        return self.reached / self.target if self.reached is not None and self.target else None


@dataclass(frozen=True)
class LeaderMonth:
    """The page: one organization with all below it, one month."""

    org: Org
    month: Period
    total: Tally
    before: Tally
    duties: tuple[DutyLine, ...]
    behind: tuple[Line, ...]
    stuck: tuple[StuckLine, ...]
    goals: tuple[GoalLine, ...]


def leader_month(context: Context, org: Org, month: Period) -> LeaderMonth:
    """Return the page of a month; an organization outside the reader's reach has none.

    What is asked by quarter, half-year or year counts in the month in which its period ends, as
    it does in the year's account: else nobody's page would ever tell it.
    """
    account = account_of(context, org, periods_ending_in(month))
    titles = duty_titles(org)
    duties = [DutyLine(code, titles.get(code, code), account.totals[code]) for code in account.columns]
    duties.sort(key=lambda line: (-line.tally.missing, line.code))
    behind = sorted(
        (line for line in account.lines if line.total.missing),
        key=lambda line: (-line.total.missing, line.code),
    )
    return LeaderMonth(
        org=org,
        month=month,
        total=account.total,
        before=total_of(context, org, periods_ending_in(month.previous())),
        duties=tuple(duties[:MOST_DUTIES]),
        behind=tuple(behind[:MOST_BEHIND]),
        stuck=tuple(_stuck(context, org, titles)),
        goals=tuple(_goals(context, org, month.year))[:MOST_GOALS],
    )


def _stuck(context: Context, org: Org, titles: dict[str, Text]) -> Iterator[StuckLine]:
    """Yield what does not move today: overdue duties, the oldest first, letters and projects."""
    overdue = overdue_below(context, org)
    for duty, period, count, since in overdue[:MOST_STUCK]:
        given = {"org": str(org.pk), "period": period, "duty": duty, "cell": "overdue"}
        yield StuckLine(
            titles.get(duty, duty), say("not answered after its day"), count, since, "plans-behind", given
        )
    below = in_subtree(org.path, "org__path")
    letters = visible_letters(context).filter(below, state=Letter.State.ISSUED, due_on__lt=context.today)
    found = letters.order_by().aggregate(count=Count("pk"), since=Min("due_on"))
    if found["count"]:
        given = {"org": str(org.pk)}
        yield StuckLine(
            say("Letters of responsibility"),
            say("not accepted after their day"),
            found["count"],
            found["since"],
            "programmes-letters",
            given,
        )
    projects = visible_projects(context).filter(
        below, state=Project.State.APPROVED, last_on__lt=context.today
    )
    found = projects.order_by().aggregate(count=Count("pk", distinct=True), since=Min("last_on"))
    if found["count"]:
        yield StuckLine(
            say("Projects"),
            say("not reported after their last day"),
            found["count"],
            found["since"],
            "programmes-projects",
            {"org": str(org.pk), "state": "approved"},
        )


def _goals(context: Context, org: Org, year: int) -> Iterator[GoalLine]:
    if not context.may("programmes.view", org.path):
        return
    for programme in programmes_of(org):
        if year not in programme.years:
            continue
        for line in progress_in(context, org, programme=programme.code, year=year).lines:
            if line.target is not None:
                metric = line.metric
                yield GoalLine(programme.code, metric.title, metric.unit, line.target.value, line.reached)
