"""What stands around every view of one organization: the way to it, and its other views."""

from typing import Any

from django.urls import reverse

from gangmu.frame.doors import Request
from gangmu.frame.navigation import tabs_of
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import ancestors_of


def org_crumbs(request: Request, org: Org, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Return the way from the top of the tree to an organization; what is out of reach has no link."""
    context = request.context
    above = [
        (each.name, reverse("orgs-org", args=(each.pk,)) if context.may("orgs.view", each.path) else "")
        for each in ancestors_of(org)
    ]
    return [*above, (org.name, reverse("orgs-org", args=(org.pk,))), *more]


def around_org(request: Request, org: Org, here: str, **more: Any) -> dict[str, Any]:
    """Return what every view of one organization shows around its own content."""
    return {
        "org": org,
        "crumbs": org_crumbs(request, org),
        "tabs": tabs_of(request, "org", org.pk, org.path, here),
        **more,
    }
