"""The account, and the tasks behind its figures."""

from typing import Any

from ninja import Query, Router

from gangmu.core.errors import Invalid
from gangmu.core.periods import Period
from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.plans.api.shapes import (
    AccountOut,
    BesideOut,
    OwnMonthOut,
    PageOf,
    TaskOut,
    YearOut,
    account_values,
    beside_values,
    limit_of,
    seen_org,
    tally_values,
)
from gangmu.work.plans.models import Task
from gangmu.work.plans.queries.account import account_of, own_month, tasks_behind, those_beside, year_of
from gangmu.work.plans.queries.duties import parsed_period

router = Router()


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/account",
    "plans.account_of",
    permission="plans.view",
    response=AccountOut,
)
def read_account(
    request: Request, org_id: int, period: str, by: str = "duty", duty: str = ""
) -> dict[str, Any]:
    """Return the account below an organization, of a period by duty, or of a year by month."""
    span = parsed_period(period)
    spans: tuple[Period, ...] = span.months if by == "period" else (span,)
    column = "period" if by == "period" else "duty"
    return account_values(account_of(request.context, seen_org(request, org_id), spans, by=column, duty=duty))


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/account/tasks",
    "plans.tasks_behind",
    permission="plans.view",
    response=list[TaskOut],
)
def list_behind(
    request: Request, org_id: int, period: str, page: Query[PageOf], duty: str = "", cell: str = ""
) -> list[Task]:
    """List the tasks that a figure of an account is made of, by id."""
    top, span = seen_org(request, org_id), parsed_period(period)
    rows = tasks_behind(request.context, top, [span], duty=duty, cell=cell)
    return list(rows.order_by("pk").filter(pk__gt=page.after)[: limit_of(page)])


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/account/beside",
    "plans.those_beside",
    permission="plans.view",
    response=BesideOut,
)
def read_beside(request: Request, org_id: int, period: str) -> dict[str, Any]:
    """Return how those with the same parent stand: counts, and the best few by name."""
    return beside_values(those_beside(request.context, seen_org(request, org_id), parsed_period(period)))


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/month",
    "plans.own_month",
    permission="plans.month",
    response=OwnMonthOut,
)
def read_own_month(request: Request, org_id: int, period: str) -> dict[str, Any]:
    """Return what was asked of an organization itself in a month, and how each stands, as its members read it."""
    found = own_month(request.context, org_by_id(request.context, org_id), parsed_period(period))
    return {
        "asked": [{"title": each.title, "due_on": each.due_on, "stands": each.cell} for each in found.asked],
        "total": tally_values(found.total),
        "beside": beside_values(found.beside),
    }


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/account/year",
    "plans.year_of",
    permission="plans.view",
    response=YearOut,
)
def read_year(request: Request, org_id: int, year: int, duty: str = "") -> dict[str, Any]:
    """Return a year's account: by place and month, by duty and month; what was not asked for is not there."""
    if not 1900 < year < 2999:
        raise Invalid("This is no period.", faults={"year": "Choose another period."})
    found = year_of(request.context, seen_org(request, org_id), year, duty=duty)
    return {
        "org": found.top.pk,
        "year": year,
        "lines": [
            {
                "org": line.org,
                "name": line.name,
                "code": line.code,
                "months": {month: tally_values(tally) for month, tally in line.months.items()},
                "total": tally_values(line.total),
                "founded": line.founded,
                "closed": line.closed,
            }
            for line in found.lines
        ],
        "duties": {
            code: {month: tally_values(tally) for month, tally in months.items()}
            for code, months in found.duties.items()
        },
        "total": tally_values(found.total),
    }
