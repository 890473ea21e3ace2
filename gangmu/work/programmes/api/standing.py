"""One metric against its targets over the API: by year, by level, by organization."""

from decimal import Decimal

from ninja import Query, Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.programmes.api.shapes import PageOf, limit_of
from gangmu.work.programmes.queries.standing import Against, standing_in, targets_of_level

router = Router()
VIEW = "programmes.view"


class AgainstOut(Schema):
    """A target against what was reached; null is unknown, which is not nothing."""

    target: Decimal | None
    reached: Decimal | None
    share: Decimal | None
    gap: Decimal | None


class StandingYearOut(AgainstOut):
    """One year, with its phase."""

    year: int
    phase: str


class StandingLevelOut(Schema):
    """One level: how many have a target, how many reached it, of how many nothing is known."""

    level: str
    orgs: int
    done: int
    unknown: int
    together: AgainstOut | None


class StandingOut(Schema):
    """One metric at one organization and below."""

    programme: str
    metric: str
    org: int
    year: int
    years: list[StandingYearOut]
    levels: list[StandingLevelOut]


def _out(against: Against) -> dict[str, Decimal | None]:
    return {
        "target": against.target,
        "reached": against.reached,
        "share": against.share,
        "gap": against.gap,
    }


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/programmes/{programme_code}/metrics/{metric_code}",
    "programmes.standing_in",
    permission=VIEW,
    response=StandingOut,
)
def read_standing(
    request: Request, org_id: int, programme_code: str, metric_code: str, year: int = 0
) -> StandingOut:
    """Return target against what was reached in one metric, by year and by level."""
    context = request.context
    found = standing_in(
        context,
        org_by_id(context, org_id),
        programme=programme_code,
        metric=metric_code,
        year=year or context.today.year,
    )
    return StandingOut(
        programme=programme_code,
        metric=metric_code,
        org=found.org.pk,
        year=found.year,
        years=[
            StandingYearOut(year=each.year, phase=each.phase.code if each.phase else "", **_out(each.against))
            for each in found.years
        ],
        levels=[
            StandingLevelOut(
                level=each.level,
                orgs=each.orgs,
                done=each.done,
                unknown=each.unknown,
                together=AgainstOut(**_out(each.against)) if each.against else None,
            )
            for each in found.levels
        ],
    )


class StandingOrgOut(AgainstOut):
    """One organization's target against what it reached with all below it."""

    id: int
    org_id: int
    name: str


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/programmes/{programme_code}/metrics/{metric_code}/orgs",
    "programmes.targets_of_level",
    permission=VIEW,
    response=list[StandingOrgOut],
)
def read_orgs(
    request: Request,
    org_id: int,
    programme_code: str,
    metric_code: str,
    page: Query[PageOf],
    year: int = 0,
    level: str = "",
) -> list[StandingOrgOut]:
    """List the targets at and below an organization by id, each against what was reached."""
    context = request.context
    org, chosen = org_by_id(context, org_id), year or context.today.year
    found = standing_in(context, org, programme=programme_code, metric=metric_code, year=chosen)
    rows = targets_of_level(
        context, org, programme=programme_code, metric=metric_code, year=chosen, level=level
    )
    return [
        StandingOrgOut(
            id=row.pk,
            org_id=row.org_id,
            name=row.org.name,
            **_out(Against(found.metric, row.value, found.reached.get(row.org_id))),
        )
        for row in rows.order_by("pk").filter(pk__gt=page.after)[: limit_of(page)]
    ]
