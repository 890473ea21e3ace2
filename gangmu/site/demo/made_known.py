"""What the imagined county makes known of a month once it is closed, so that anybody may object."""

from datetime import datetime, timedelta

from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.kernel.notices.models import Notice
from gangmu.kernel.notices.operations import publish_notice
from gangmu.kernel.notices.rules import Body, Term
from gangmu.site.demo.definitions import MonthNotice
from gangmu.site.demo.stage import Stage
from gangmu.work.plans.queries.account import total_of
from gangmu.work.plans.rules import Tally


def make_month_known(stage: Stage, month: Period, moment: datetime) -> Notice | None:
    """Publish what a month came to in the county that does not exist: sums alone, no organization by name."""
    plan, county = stage.world.plan.month.notice, stage.world.plan.imagined.code
    actor = stage.staff.actors.get((county, "officer"))
    if plan is None or actor is None:
        return None
    context, org = Context(actor, moment), stage.orgs[county]
    total = total_of(context, org, [month])
    figures = {"year": month.year, "number": month.number}
    last = context.today + timedelta(days=plan.days)
    return publish_notice(
        context,
        org,
        title=plan.title.format(**figures),
        body=Body(paragraphs=said_of(plan, total, **figures)),
        audience=Notice.Audience.PUBLIC,
        term=Term(last=last, objections_until=last),
    )


def said_of(plan: MonthNotice, total: Tally, **names: int) -> tuple[str, ...]:
    """Return what a notice says about an account: parts that add up to what was asked for."""
    parts = {each: getattr(total, each) for each in ("due", "on_time", "late", "missing", "waiting")}
    rest = plan.rest.format(**parts) if total.waiting else ""
    return tuple(each.format(**names, **parts, rest=rest) for each in plan.text)
