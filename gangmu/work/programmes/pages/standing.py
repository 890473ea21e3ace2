"""One metric against its targets on the screen: by year, by level, by organization."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Status
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.work.programmes.models import Target
from gangmu.work.programmes.pages.asking import asked_year, needed_org
from gangmu.work.programmes.queries.standing import (
    Against,
    LevelLine,
    Standing,
    YearLine,
    standing_in,
    targets_of_level,
)

LEVELS: Mapping[str, Any] = {
    "nation": say("Nation"),
    "province": say("Province"),
    "prefecture": say("Prefecture"),
    "county": say("County"),
    "township": say("Township"),
    "village": say("Village or community"),
    "group": say("Group"),
}


def is_over(context: Context, year: int) -> bool:
    """Whether a year has come to its end: what it has not reached then is not under way any more."""
    return Period("year", year).last < context.today


def how_it_stands(done: bool | None, *, over: bool) -> Status:
    """Return how a target stands, in a word: what is unknown is said to be."""
    if done is None:
        return Status(say("Unknown: nothing reported yet"), "blue")
    if done:
        return Status(say("Reached"), "green")
    return Status(say("Not reached"), "red") if over else Status(say("Under way"), "yellow")


def state_of(against: Against, *, over: bool) -> Status:
    """Return how a target stands that may not be set yet."""
    if against.target is None:
        return Status(say("Not set yet"), "grey")
    return how_it_stands(against.done, over=over)


def _against(of: Any) -> list[Column]:
    """Return the columns of a target against what was reached; ``of`` takes them from a row."""

    def part(name: str) -> Any:
        def value(row: Any) -> Decimal | None:
            against = of(row)
            return None if against is None else getattr(against, name)

        return value

    return [
        Column("value", say("Target"), "number", value=part("target")),
        Column("reached", say("Reached in the year"), "number", value=part("reached")),
        Column("share", say("Share (%)"), "number", value=part("share")),
        Column("gap", say("Still missing"), "number", value=part("gap")),
    ]


@page("programmes.view")
def metric(request: Request, programme_code: str, metric_code: str) -> HttpResponse:
    """Show one metric: target against what was reached by year, by level and by organization."""
    context = request.context
    org, year = needed_org(request), asked_year(request)
    found = standing_in(context, org, programme=programme_code, metric=metric_code, year=year)
    level = request.GET.get("level", "")
    rows = targets_of_level(
        context, org, programme=programme_code, metric=metric_code, year=year, level=level
    )
    table = Table(
        request,
        _org_columns(found, over=is_over(context, year)),
        rows,
        title=say("By organization"),
        empty_title=say("No target has been set here"),
        empty_advice=say("A target is set above and handed on level by level."),
    )
    if sheet := table.export():
        return sheet
    address = reverse("programmes-programme", args=(programme_code,))
    values = {
        "found": found,
        "org": org,
        "year": year,
        "years": [(each.year, str(each.year)) for each in found.years],
        "level": level,
        "levels": [(each.level, LEVELS[each.level]) for each in found.levels],
        "by_year": _years_table(request, found),
        "by_level": _levels_table(request, found),
        "table": table,
        "crumbs": [
            (translate("Programmes"), reverse("programmes-programmes")),
            (worded(found.programme.title), f"{address}?org={org.pk}&year={year}"),
            (worded(found.metric.title), ""),
        ],
    }
    return render(request, "programmes/metric.html", values)


def _years_table(request: Request, found: Standing) -> Table:
    def link(line: YearLine) -> str:
        return f"?org={found.org.pk}&year={line.year}"

    columns = [
        Column("year", say("Year"), value=lambda line: str(line.year), link=link),
        Column("phase", say("Phase"), value=lambda line: line.phase.title if line.phase else "", width=28),
        *_against(lambda line: line.against),
        Column(
            "state",
            say("State"),
            "status",
            value=lambda line: state_of(line.against, over=is_over(request.context, line.year)),
        ),
    ]
    return Table(request, columns, found.years, title=say("By year"), code="by_year", exports=False)


def _levels_table(request: Request, found: Standing) -> Table:
    def link(line: LevelLine) -> str:
        return f"?org={found.org.pk}&year={found.year}&level={line.level}"

    columns = [
        Column("level", say("Level"), value=lambda line: LEVELS[line.level], link=link),
        Column("orgs", say("With a target"), "number"),
        Column("done", say("Reached it"), "number"),
        Column("unknown", say("Unknown"), "number"),
        *(_against(lambda line: line.against) if found.metric.combine == "sum" else ()),
    ]
    return Table(
        request,
        columns,
        found.levels,
        title=say("By level"),
        code="by_level",
        exports=False,
        empty_title=say("No target has been set here"),
    )


def _org_columns(found: Standing, *, over: bool) -> list[Column]:
    def of(row: Target) -> Against:
        return Against(found.metric, row.value, found.reached.get(row.org_id))

    return [
        Column(
            "org",
            say("Organization"),
            value=lambda row: row.org.name,
            link=lambda row: reverse("programmes-target", args=(row.pk,)),
            width=36,
        ),
        Column("level", say("Level"), value=lambda row: LEVELS[row.org.level]),
        *_against(of),
        Column("state", say("State"), "status", value=lambda row: state_of(of(row), over=over)),
    ]


urlpatterns = [
    path("programmes/<slug:programme_code>/metrics/<slug:metric_code>", metric, name="programmes-metric"),
]
