"""What asking costs over the API."""

from datetime import date, datetime
from typing import Any

from ninja import Query, Router, Schema

from gangmu.core.errors import Invalid
from gangmu.core.periods import Period
from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.burden.models import Asking, ReportOpening
from gangmu.work.burden.operations import open_reports
from gangmu.work.burden.queries import (
    approved_forms,
    asking_by_id,
    askings,
    issuer_lines,
    openings_of,
    reports_of,
)
from gangmu.work.burden.rules import IssuerLine

router = Router(tags=["burden"])


class PageOf(Schema):
    """Where a list goes on: ``after`` the last id seen, at most ``limit`` rows."""

    after: int = 0
    limit: int = 100


def _limit(page: PageOf) -> int:
    return max(1, min(page.limit, 200))


class IssuerLineOut(Schema):
    """What one issuer asked for in a time, and its place among the issuers of its level."""

    org: int
    code: str
    name: str
    level: str
    orders: int
    asked: int
    minutes: int
    above_quota: int
    disputed: int
    upheld: int
    rank: int
    ranked: int


class AskingOut(Schema):
    """One order as it costs."""

    id: int
    order: int
    issuer_id: int
    duty: str
    period: str
    title: str
    minutes: int
    organizations: int
    asked_on: date
    due_on: date
    above_quota: bool
    reason: str
    repeats: bool
    form: str
    withdrawn_on: date | None


class OneAskingOut(AskingOut):
    """One order as it costs, with how many called it a duplicate; fewer than five are not told."""

    reports: int | None


class FormOut(Schema):
    """One approved form."""

    code: str
    title: str
    document: str
    article: str
    valid_from: date | None
    valid_until: date
    records: list[str]
    minutes: int


class OpeningOut(Schema):
    """An arbiter read who had reported an order."""

    id: int
    opened_by_id: int
    opened_at: datetime
    reason: str


class OpenIn(Schema):
    """Why it is opened."""

    reason: str


class OpenedOut(Schema):
    """Which organizations called an order a duplicate."""

    orgs: list[int]


def _span(period: str) -> Period:
    try:
        return Period.parse(period)
    except ValueError:
        raise Invalid("This is no period.", faults={"period": "Choose another period."}) from None


@endpoint(
    router,
    "get",
    "/burden/issuers",
    "burden.issuer_lines",
    permission="orgs.view",
    response=list[IssuerLineOut],
)
def list_issuers(request: Request, page: Query[PageOf], period: str, level: str = "") -> list[IssuerLine]:
    """List what each issuer asked for in a period, by the issuer's id."""
    span = _span(period)
    lines = issuer_lines(request.context, first=span.first, last=span.last, level=level)
    after = sorted((line for line in lines if line.org > page.after), key=lambda line: line.org)
    return after[: _limit(page)]


@endpoint(router, "get", "/burden/orders", "burden.askings", permission="orgs.view", response=list[AskingOut])
def list_askings(
    request: Request, page: Query[PageOf], period: str = "", issuer: int | None = None, above: bool = False
) -> list[Asking]:
    """List orders as they cost, by id."""
    span = _span(period) if period else None
    rows = askings(
        request.context,
        first=span.first if span else None,
        last=span.last if span else None,
        issuer_id=issuer,
        above=above,
    )
    return list(rows.order_by("pk").filter(pk__gt=page.after)[: _limit(page)])


@endpoint(
    router,
    "get",
    "/burden/orders/{asking_id}",
    "burden.asking_by_id",
    permission="orgs.view",
    response=OneAskingOut,
)
def read_asking(request: Request, asking_id: int) -> dict[str, Any]:
    """Return one order as it costs."""
    found = asking_by_id(request.context, asking_id)
    told = {name: getattr(found, name) for name in AskingOut.model_fields}
    return {**told, "reports": reports_of(found)}


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/approved-forms",
    "burden.approved_forms",
    permission="orgs.view",
    response=list[FormOut],
)
def list_forms(request: Request, org_id: int) -> list[dict[str, Any]]:
    """List the catalogue of approved forms where an organization stands."""
    return [
        {
            "code": form.code,
            "title": form.title.within(request.context.language),
            "document": form.approved_by.document,
            "article": form.approved_by.article,
            "valid_from": form.valid_from,
            "valid_until": form.valid_until,
            "records": list(form.records),
            "minutes": form.minutes,
        }
        for form in approved_forms(org_by_id(request.context, org_id))
    ]


@endpoint(
    router,
    "get",
    "/burden/orders/{asking_id}/openings",
    "burden.openings_of",
    permission="orgs.view",
    response=list[OpeningOut],
)
def list_openings(request: Request, asking_id: int, page: Query[PageOf]) -> list[ReportOpening]:
    """List when an arbiter read who had reported an order, and why."""
    rows = openings_of(request.context, asking_by_id(request.context, asking_id))
    return list(rows.order_by("pk").filter(pk__gt=page.after)[: _limit(page)])


@endpoint(
    router,
    "post",
    "/burden/orders/{asking_id}/openings",
    "burden.open_reports",
    permission="plans.arbitrate",
    response=OpenedOut,
)
def open_reporters(request: Request, asking_id: int, given: OpenIn) -> dict[str, Any]:
    """Open which organizations called an order a duplicate."""
    found = asking_by_id(request.context, asking_id)
    return {"orgs": list(open_reports(request.context, found, reason=given.reason).orgs)}
