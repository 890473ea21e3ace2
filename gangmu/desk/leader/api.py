"""The leader's page of a month over the API."""

from datetime import date
from decimal import Decimal
from typing import Any

from ninja import Router, Schema

from gangmu.core.errors import Invalid
from gangmu.core.periods import Period
from gangmu.desk.leader.queries import leader_month
from gangmu.frame.doors import Request, endpoint
from gangmu.frame.words import worded
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.plans.rules import Tally

router = Router(tags=["desk"])


class MonthCountsOut(Schema):
    """How many tasks stand under each heading."""

    due: int
    on_time: int
    late: int
    missing: int


class MonthLineOut(MonthCountsOut):
    """The counts of one duty or organization."""

    code: str
    title: str


class StuckOut(Schema):
    """What does not move, how often, since when."""

    title: str
    what: str
    count: int
    since: date | None


class GoalOut(Schema):
    """A target and what was reached; null is unknown."""

    programme: str
    title: str
    target: Decimal
    reached: Decimal | None


class LeaderMonthOut(Schema):
    """One organization's month on one page."""

    org_id: int
    month: str
    total: MonthCountsOut
    before: MonthCountsOut
    duties: list[MonthLineOut]
    behind: list[MonthLineOut]
    stuck: list[StuckOut]
    goals: list[GoalOut]


def _counts(tally: Tally) -> dict[str, int]:
    return {"due": tally.due, "on_time": tally.on_time, "late": tally.late, "missing": tally.missing}


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/leader/{reported_month}",
    "leader.leader_month",
    permission="plans.view",
    response=LeaderMonthOut,
)
def read_month(request: Request, org_id: int, reported_month: str) -> dict[str, Any]:
    """Return what was asked, what came, what is stuck and where targets stand in a month."""
    try:
        month = Period.parse(reported_month)
    except ValueError:
        month = None
    if month is None or month.kind != "month":
        raise Invalid("Some fields need attention.", faults={"reported_month": "Choose another period."})
    found = leader_month(request.context, org_by_id(request.context, org_id), month)
    return {
        "org_id": found.org.pk,
        "month": str(found.month),
        "total": _counts(found.total),
        "before": _counts(found.before),
        "duties": [
            {"code": line.code, "title": worded(line.title), **_counts(line.tally)} for line in found.duties
        ],
        "behind": [{"code": line.code, "title": line.name, **_counts(line.total)} for line in found.behind],
        "stuck": [
            {"title": worded(line.title), "what": worded(line.what), "count": line.count, "since": line.since}
            for line in found.stuck
        ],
        "goals": [
            {
                "programme": line.programme,
                "title": worded(line.title),
                "target": line.target,
                "reached": line.reached,
            }
            for line in found.goals
        ],
    }
