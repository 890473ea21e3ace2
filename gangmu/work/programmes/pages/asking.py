"""What a page was asked for: which organization, which year, which fields."""

from decimal import Decimal
from typing import Any

from gangmu.core.errors import Invalid, NotFound
from gangmu.core.fields import FieldSpec, parse_fields
from gangmu.frame.doors import Request
from gangmu.frame.forms import FieldForm
from gangmu.frame.words import say
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.programmes.queries.targets import places_of

REASON = FieldSpec(code="reason", title=say("Reason"), type="long_text", required=True, max_length=500)


def asked_org(request: Request, permission: str = "programmes.view") -> Org | None:
    """Return the organization that is asked for, else where the reader's own reach begins."""
    written = request.GET.get("org") or request.POST.get("org") or ""
    if written.isdecimal() and len(written) < 19:
        org = org_by_id(request.context, int(written))
        if not request.context.may(permission, org.path):
            raise NotFound("There is no such organization.")
        return org
    return next(iter(places_of(request.context, permission)), None)


def needed_org(request: Request, permission: str = "programmes.view") -> Org:
    """Return the organization that is asked for; without any, there is nothing to show."""
    org = asked_org(request, permission)
    if org is None:
        raise NotFound("There is no such organization.")
    return org


def asked_year(request: Request) -> int:
    """Return the year that is asked for, else this one."""
    written = request.GET.get("year") or request.POST.get("year") or ""
    if written.isdecimal() and len(written) == 4 and int(written) > 0:
        return int(written)
    return request.context.today.year


def sent_fields(form: FieldForm, request: Request) -> dict[str, Any]:
    """Return the values of a form as they are kept, or refuse with every fault beside its field."""
    return parse_fields(tuple(form.specs), form.raw(request.POST))


def number_of(text: Any, spec: FieldSpec, field: str = "value") -> Decimal:
    """Return a number that was typed, or refuse it beside its field."""
    try:
        return Decimal(spec.parse(text) or "0")
    except ValueError as fault:
        raise Invalid("Some fields need attention.", faults={field: str(fault)}) from None
