"""What an order would cost, over the API; saying that a task was answered before."""

from dataclasses import asdict
from datetime import date
from typing import Any

from ninja import Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.plans.operations.duplicates import report_duplicate
from gangmu.work.plans.queries.burden import order_cost
from gangmu.work.plans.queries.tasks import task_by_id

router = Router()


class QuotaOut(Schema):
    """How far the issuer's month is, this order included."""

    orders: int
    orders_most: int | None
    minutes: int
    minutes_most: int | None
    paper: str


class OverlapOut(Schema):
    """An earlier order that asks for the same."""

    how: str
    order: int
    title: str
    issuer: str
    asked_on: date
    due_on: date
    score: float
    words: list[str]
    strong: bool


class HeldOut(Schema):
    """Values that are held already."""

    kind: str
    title: str
    fields: list[str]
    organizations: int


class CostOut(Schema):
    """What an order would cost, and what it repeats."""

    organizations: int
    minutes: int
    hours: float
    workdays: float
    measured_minutes: int | None
    above_quota: bool
    repeats: bool
    quota: QuotaOut | None
    form: str | None
    overlaps: list[OverlapOut]
    held: list[HeldOut]


class ReportedOut(Schema):
    """That it was noted; never more."""

    noted: bool


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/duties/{duty_code}/cost",
    "plans.order_cost",
    permission="plans.issue",
    response=CostOut,
)
def read_cost(request: Request, org_id: int, duty_code: str, period: str, text: str = "") -> dict[str, Any]:
    """Return what an order that is issued now would cost and what it repeats."""
    issuer = org_by_id(request.context, org_id)
    cost = order_cost(request.context, issuer, duty=duty_code, period=period, text=text)
    return {
        "organizations": cost.organizations,
        "minutes": cost.minutes,
        "hours": cost.hours,
        "workdays": cost.workdays,
        "measured_minutes": cost.measured.minutes if cost.measured else None,
        "above_quota": cost.above_quota,
        "repeats": cost.repeats,
        "quota": asdict(cost.quota) if cost.quota else None,
        "form": cost.form.state if cost.form else None,
        "overlaps": [asdict(each) for each in cost.overlaps],
        "held": [asdict(each) for each in cost.held],
    }


@endpoint(
    router,
    "post",
    "/tasks/{task_id}/given-before",
    "plans.report_duplicate",
    permission="plans.answer",
    response=ReportedOut,
)
def post_report(request: Request, task_id: int) -> dict[str, bool]:
    """Say, without one's name, that a task asks for what was given before."""
    report_duplicate(request.context, task_by_id(request.context, task_id))
    return {"noted": True}
