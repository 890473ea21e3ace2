"""The indicators of a scorecard by organization, as a heat map."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import NotFound
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Heat, HeatCell, HeatRow, heat_level
from gangmu.frame.formats import NOTHING, number
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.results.assessment.definitions import Line
from gangmu.results.assessment.models import Result, Round
from gangmu.results.assessment.pages.results import decimal_of, value_text
from gangmu.results.assessment.pages.words import group_names
from gangmu.results.assessment.queries.results import readable_results
from gangmu.results.assessment.queries.rounds import indicators_of, round_by_id, scorecard_of
from gangmu.results.indicators.definitions import IndicatorKind


def _value(code: str, row: Result) -> Any:
    line = row.line(code)
    return decimal_of(line["value"]) if line else None


def _cell(round_: Round, line: Line, kind: IndicatorKind, row: Result) -> HeatCell:
    """Return one field: the value, as dark as its share of the points."""
    held = row.line(line.indicator)
    if held is None or held["value"] is None:
        return HeatCell(NOTHING, None)
    points = decimal_of(held["points"])
    note = translate("%(points)s points") % {"points": number(points, 2)}
    url = reverse("assessment-line", args=(round_.pk, row.org_id, row.scorecard, line.indicator))
    return HeatCell(value_text(kind, decimal_of(held["value"])), heat_level(points, line.points), url, note)


@page("assessment.view")
def indicator_map(request: Request, round_id: int, card_code: str) -> HttpResponse:
    """Show every indicator of a scorecard by organization, as far as the reader may open the results."""
    context = request.context
    round_ = round_by_id(context, round_id)
    if not round_.run:
        raise NotFound("This round has no results yet.")
    card = scorecard_of(round_, card_code)
    kinds = indicators_of(round_, card)
    lines = [(line, kinds[line.indicator]) for line in card.lines if line.indicator in kinds]
    every = readable_results(context, round_).filter(scorecard=card_code)
    group = request.GET.get("group", "")
    names = group_names(round_, every.order_by("peer_group").values_list("peer_group", flat=True).distinct())
    table = Table(
        request,
        [
            Column("org", say("Organization"), value=lambda row: row.org.name, sort="org__code", width=34),
            *(
                Column(line.indicator, kind.title, "number", value=partial(_value, line.indicator))
                for line, kind in lines
            ),
            Column("score", say("Score"), "number", places=2, sort="score"),
        ],
        every.filter(peer_group=group) if group else every,
        title=say("Indicators by organization"),
        empty_title=say("No organization that you may open"),
    )
    if sheet := table.export():
        return sheet
    heat = Heat(
        say("Indicators by organization"),
        [*(kind.title for _, kind in lines), say("Score")],
        [
            HeatRow(
                row.thing.org.name,
                [
                    *(_cell(round_, line, kind, row.thing) for line, kind in lines),
                    HeatCell(number(row.thing.score, 2), heat_level(row.thing.score, 100)),
                ],
                reverse("assessment-result", args=(round_.pk, row.thing.org_id, card_code)),
            )
            for row in table.page
        ],
        say("Organization"),
        darkest=say("High"),
    )
    values = {
        "round": round_,
        "card": card,
        "heat": heat,
        "table": table,
        "group": group,
        "groups": sorted(names.items(), key=lambda each: each[1]),
        "crumbs": [
            (translate("Appraisals"), reverse("assessment-rounds")),
            (round_.title, reverse("assessment-round", args=(round_.pk,))),
            (worded(card.title), ""),
        ],
    }
    return render(request, "assessment/map.html", values)


urlpatterns = [path("appraisals/<int:round_id>/map/<slug:card_code>/", indicator_map, name="assessment-map")]
