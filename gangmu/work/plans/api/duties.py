"""Duties, and whom an order would reach."""

from typing import Any

from ninja import Router

from gangmu.core.errors import NotFound
from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.plans.api.shapes import DutyOut, PreviewOut, duty_values, seen_org
from gangmu.work.plans.queries.duties import duties_of, duty_of
from gangmu.work.plans.queries.orders import Preview, preview_order

router = Router()

# --- reads ---------------------------------------------------------------------------------


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/duties",
    "plans.duties_of",
    permission="plans.view",
    response=list[DutyOut],
)
def list_duties(request: Request, org_id: int) -> list[dict[str, Any]]:
    """List the duties that are in force where an organization stands."""
    return [duty_values(kind, request.context.language) for kind in duties_of(seen_org(request, org_id))]


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/duties/{duty_code}",
    "plans.duty_of",
    permission="plans.view",
    response=DutyOut,
)
def read_duty(request: Request, org_id: int, duty_code: str) -> dict[str, Any]:
    """Return one duty."""
    return duty_values(duty_of(seen_org(request, org_id), duty_code), request.context.language)


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/duties/{duty_code}/preview",
    "plans.preview_order",
    permission="plans.issue",
    response=PreviewOut,
)
def read_preview(request: Request, org_id: int, duty_code: str, period: str) -> dict[str, Any]:
    """Return who would receive an order that is issued now, and until when it is due."""
    issuer = org_by_id(request.context, org_id)
    if not request.context.may("plans.issue", issuer.path):
        raise NotFound("There is no such organization.")
    preview: Preview = preview_order(request.context, issuer, duty=duty_code, period=period)
    return {
        "duty": preview.duty.code,
        "period": str(preview.period),
        "issue_on": preview.issue_on,
        "due_on": preview.due_on,
        "asked": [{"org": each.org_id, "code": each.org.code, "name": each.name} for each in preview.asked],
        "guessed": list(preview.guessed),
        "order": preview.order.pk if preview.order else None,
    }
