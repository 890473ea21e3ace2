"""What one organization owes."""

from ninja import Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.plans.queries.sets import duty_set_of, own_duties

router = Router()


class OwnDutyOut(Schema):
    """One duty that an organization owes."""

    code: str
    title: str
    every: str
    paper: str


class OwnDutiesOut(Schema):
    """What an organization owes, and the set of its domain, if there is one."""

    org: int
    domain: str
    duty_set: str
    duties: list[OwnDutyOut]


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/own-duties",
    "plans.own_duties",
    permission="plans.view",
    response=OwnDutiesOut,
)
def read_own_duties(request: Request, org_id: int) -> OwnDutiesOut:
    """Return what an organization owes: the duties of its kind, domain and level, and no others."""
    context = request.context
    org = org_by_id(context, org_id)
    found = duty_set_of(org)
    duties = [
        OwnDutyOut(
            code=each.code,
            title=each.title.within(context.language),
            every=each.every,
            paper=str(each.follows),
        )
        for each in own_duties(context, org)
    ]
    return OwnDutiesOut(org=org.pk, domain=org.domain, duty_set=found.code if found else "", duties=duties)
