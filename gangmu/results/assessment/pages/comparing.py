"""Results beside each other: runs, years, organizations, and other rules."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.frame import formats
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Chart, columns, lines
from gangmu.frame.formats import period_in_words
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import msgid, say, worded
from gangmu.kernel.orgs.around import around_org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.results.assessment.definitions import ScorecardKind
from gangmu.results.assessment.margins import differ
from gangmu.results.assessment.models import Result, Round
from gangmu.results.assessment.pages.results import decimal_of, margin_text, value_text, values_apart
from gangmu.results.assessment.pages.words import (
    notes_in_words,
    scorecard_titles,
    stars_text,
)
from gangmu.results.assessment.queries.awards import stars_given, withheld
from gangmu.results.assessment.queries.comparing import (
    Move,
    Moves,
    changed_lines,
    moves_between,
    moves_since,
    round_before,
    two_beside,
    what_if,
)
from gangmu.results.assessment.queries.evidence import share_in
from gangmu.results.assessment.queries.results import readable_results, result_of, results_over_years
from gangmu.results.assessment.queries.rounds import indicators_of, round_by_id, scorecard_of, standing_run
from gangmu.results.assessment.whatif import Judged, changed_card
from gangmu.results.indicators.definitions import IndicatorKind

WHY = {
    "own": msgid("its own figures changed"),
    "others": msgid("others moved"),
    "new": msgid("new in this round"),
}


def _crumbs(round_: Round, last: str) -> list[tuple[str, str]]:
    return [
        (translate("Appraisals"), reverse("assessment-rounds")),
        (round_.title, reverse("assessment-round", args=(round_.pk,))),
        (last, ""),
    ]


def _from_to(before: Any, after: Any) -> str:
    return after if before == after else f"{before} → {after}"


def _why(round_: Round, move: Move) -> str:
    said = translate(WHY[move.why])
    kinds = indicators_of(round_, scorecard_of(round_, move.after.scorecard))
    parts = [
        f"{worded(kinds[each.indicator].title)} "
        f"{_from_to(*values_apart(kinds[each.indicator], each.before, each.after))} ({each.points:+})"
        for each in move.lines
        if each.indicator in kinds
    ]
    return f"{said}：{'；'.join(parts)}" if parts else said


def _move_table(request: Request, round_: Round, moves: Moves) -> Table:
    held_back = withheld(round_)
    listed = [
        Column(
            "org",
            say("Organization"),
            value=lambda move: move.after.org.name,
            link=lambda move: reverse(
                "assessment-result", args=(round_.pk, move.after.org_id, move.after.scorecard)
            ),
            width=34,
        ),
        Column(
            "score",
            say("Score"),
            value=lambda move: _from_to(
                formats.number(move.before.score if move.before else None, 2),
                formats.number(move.after.score, 2),
            ),
        ),
        Column(
            "rank",
            say("Rank"),
            value=lambda move: _from_to(
                formats.rank(
                    move.before.rank if move.before else None, move.before.peers if move.before else 0
                ),
                formats.rank(move.after.rank, move.after.peers),
            ),
        ),
        Column(
            "stars",
            say("Stars"),
            value=lambda move: _from_to(
                stars_text(stars_given(move.before, held_back) if move.before else None) or formats.NOTHING,
                stars_text(stars_given(move.after, held_back)) or formats.NOTHING,
            ),
        ),
        Column("why", say("Why"), value=lambda move: _why(round_, move), width=48),
    ]
    return Table(
        request,
        listed,
        moves.rows,
        title=say("Who moved, and why"),
        empty_title=say("Nobody moved that you may see"),
        empty_advice=say("Moves are told to the organization itself and to the one right above."),
    )


@page("assessment.view")
def differences(request: Request, round_id: int) -> HttpResponse:
    """Tell who moved since the run before, or since the year before, and why."""
    context = request.context
    round_ = round_by_id(context, round_id)
    if not round_.run:
        raise NotFound("This round has no results yet.")
    before = round_before(round_)
    since = request.GET.get("since", "run" if round_.run > 1 else "year")
    if since == "year" and before is not None:
        moves = moves_since(context, round_, before)
        said = before.title
    elif since == "run" and round_.run > 1:
        moves = moves_between(context, round_, round_.run - 1)
        said = translate("run %(number)s") % {"number": round_.run - 1}
    else:
        moves, said = Moves((), 0), ""
    table = _move_table(request, round_, moves)
    values = {
        "round": round_,
        "table": table,
        "moves": moves,
        "unseen": moves.all - len(moves.rows),
        "facts_until": standing_run(round_).facts_until if since == "run" else None,
        "said": said,
        "since": since,
        "before": before,
        "crumbs": _crumbs(round_, translate("Who moved, and why")),
    }
    return table.export() or render(request, "assessment/differences.html", values)


@page("assessment.view")
def beside(request: Request, round_id: int, org_id: int, card_code: str) -> HttpResponse:
    """Show two organizations of one scorecard side by side, line by line."""
    context = request.context
    round_ = round_by_id(context, round_id)
    left = result_of(context, round_, org_id, card_code)
    rows = readable_results(context, round_).filter(scorecard=card_code, peer_group=left.peer_group)
    others = list(rows.exclude(org=org_id)[:200])
    chosen = request.GET.get("with", "")
    right = next((row for row in others if str(row.org_id) == chosen), others[0] if others else None)
    kinds = indicators_of(round_, scorecard_of(round_, card_code))
    values = {
        "round": round_,
        "left": left,
        "right": right,
        "lines": [
            {
                "title": worded(kinds[line.indicator].title),
                "most": line.most,
                "left": value_text(kinds[line.indicator], line.left),
                "right": value_text(kinds[line.indicator], line.right),
                "left_points": line.left_points,
                "right_points": line.right_points,
                **_sampled(context, round_, (left, right), kinds[line.indicator]),
            }
            for line in (two_beside(left, right) if right else ())
            if line.indicator in kinds
        ],
        "choices": [(str(row.org_id), row.org.name) for row in others],
        "chosen": str(right.org_id) if right else "",
        "crumbs": _crumbs(round_, translate("Side by side")),
    }
    return render(request, "assessment/beside.html", values)


def _sampled(
    context: Context, round_: Round, both: tuple[Result, Result | None], kind: IndicatorKind
) -> dict[str, Any]:
    """Return the margins of a sampled line on both sides, and whether the two differ beyond them."""
    if kind.sample is None or both[1] is None:
        return {}
    known_at = standing_run(round_).as_known
    one, other = (share_in(context, round_, row, kind, known_at) for row in both if row is not None)
    said = ""
    if one is not None and other is not None:
        said = (
            msgid("different beyond the margins")
            if differ(one, other)
            else msgid("a tie: within the margins")
        )
    return {
        "left_margin": margin_text(one),
        "right_margin": margin_text(other),
        "verdict": translate(said) if said else "",
    }


def _number(written: str) -> Decimal | None:
    try:
        number = Decimal(written.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**6 else None


def _asked(card: ScorecardKind, sent: Mapping[str, str]) -> tuple[ScorecardKind, str]:
    """Return the scorecard that is asked for, or the one that stands and why."""
    points, ends, bounds = {}, {}, {}
    for line in card.lines:
        if (weight := _number(sent.get(f"points_{line.indicator}", ""))) is not None:
            points[line.indicator] = weight
        low = _number(sent.get(f"none_{line.indicator}", ""))
        high = _number(sent.get(f"full_{line.indicator}", ""))
        if line.rule.linear is not None and low is not None and high is not None:
            ends[line.indicator] = (low, high)
    for star in card.stars:
        if (bound := _number(sent.get(f"star_{star.stars}", ""))) is not None:
            bounds[star.stars] = bound
    try:
        return changed_card(card, points, ends, bounds), ""
    except ValueError:
        return card, translate("These numbers make no scorecard: weights above 0, two different ends.")


def _count(number: int | None) -> str:
    return translate("fewer than five") if number is None else formats.number(number)


def _rank(judged: Judged) -> tuple[int | None, int]:
    return judged.rank, judged.peers


@page("assessment.review")
def instead(request: Request, round_id: int, card_code: str) -> HttpResponse:
    """Show what other weights and rules would give, beside the result that stands; nothing is kept."""
    context = request.context
    round_ = round_by_id(context, round_id)
    card = scorecard_of(round_, card_code)
    asked, fault = _asked(card, request.GET)
    found = what_if(context, round_, asked)
    held_back = withheld(round_)
    kinds = indicators_of(round_, card)
    names = [f"{low}–{low + 10}" for low in range(0, 100, 10)]
    chart: Chart = columns(
        say("Scores as they stand, and as they would be"),
        names,
        {translate("As it stands"): found.before.spread, translate("What if"): found.after.spread},
    )
    listed = [
        Column("org", say("Organization"), value=lambda row: row.org.name, width=34),
        Column("score", say("Score"), "number", places=2),
        Column("then", say("What if: score"), "number", value=lambda row: found.then(row).score, places=2),
        Column("rank", say("Rank"), "rank", value=lambda row: (row.rank, row.peers)),
        Column("then_rank", say("What if: rank"), "rank", value=lambda row: _rank(found.then(row))),
        Column("stars", say("Stars"), value=lambda row: stars_text(stars_given(row, held_back))),
        Column("then_stars", say("What if: stars"), value=lambda row: stars_text(found.then(row).stars)),
    ]
    table = Table(
        request,
        listed,
        found.rows,
        title=say("What if: not a result"),
        empty_title=say("No organization that you may open"),
        exports=False,
    )
    values = {
        "round": round_,
        "card": card,
        "fault": fault,
        "found": found,
        "chart": chart,
        "few": any(None in (*told.spread, *told.stars.values()) for told in (found.before, found.after)),
        "table": table,
        "weights": [
            (line.indicator, worded(kinds[line.indicator].title), then.points, then.rule.linear)
            for line, then in zip(card.lines, asked.lines, strict=True)
        ],
        "stars": [
            (
                star.stars,
                stars_text(star.stars),
                star.at_least,
                _count(found.before.stars[star.stars]),
                _count(found.after.stars[star.stars]),
            )
            for star in asked.stars
        ],
        "changed": asked != card,
        "crumbs": _crumbs(round_, translate("What if")),
    }
    return render(request, "assessment/instead.html", values)


@page("assessment.view")
def years(request: Request, org_id: int) -> HttpResponse:
    """Show what an organization had over the years, with the reason of every move."""
    context = request.context
    org = org_by_id(context, org_id)
    found = results_over_years(context, org)
    held_back = {row.run.round_id: withheld(row.run.round) for row in found}
    charts = []
    by_card: dict[str, list[Result]] = {}
    for row in found:
        by_card.setdefault(row.scorecard, []).append(row)
    for rows in by_card.values():
        if len(rows) > 1:
            ordered = list(reversed(rows))
            title = scorecard_titles(rows[0].run.round).get(rows[0].scorecard, rows[0].scorecard)
            charts.append(
                lines(
                    title,
                    [row.run.round.period for row in ordered],
                    {translate("Score"): [row.score for row in ordered]},
                    height="low",
                )
            )
    earlier = {
        row.pk: next((old for old in by_card[row.scorecard][at + 1 :]), None)
        for rows in by_card.values()
        for at, row in enumerate(rows)
    }
    listed = [
        Column(
            "period",
            say("Period"),
            value=lambda row: period_in_words(row.run.round.span),
            link=lambda row: reverse("assessment-result", args=(row.run.round_id, row.org_id, row.scorecard)),
        ),
        Column(
            "scorecard",
            say("Scorecard"),
            value=lambda row: scorecard_titles(row.run.round).get(row.scorecard, row.scorecard),
            width=28,
        ),
        Column("score", say("Score"), "number", places=2),
        Column("rank", say("Rank"), "rank", value=lambda row: (row.rank, row.peers)),
        Column("stars", say("Stars"), value=lambda row: _stars(row, held_back)),
        Column(
            "move",
            say("Since the time before"),
            value=lambda row: _since(row, earlier[row.pk], held_back),
            width=44,
        ),
        Column("notes", say("Notes"), value=lambda row: notes_in_words(row.notes), shown=False),
    ]
    table = Table(
        request,
        listed,
        found,
        title=say("Appraisals"),
        empty_title=say("No appraisal is known yet"),
        empty_advice=say("What was final stands here from then on, year beside year."),
    )
    values = around_org(
        request,
        org,
        "assessment-years",
        table=table,
        charts=charts,
        trends=[_trend(list(reversed(rows))) for rows in by_card.values() if len(rows) > 1],
        may_account=context.may("plans.view", org.path),
    )
    return table.export() or render(request, "assessment/years.html", values)


def _trend(rows: list[Result]) -> dict[str, Any]:
    """Return the lines of one scorecard over its periods, the oldest first, by the newest one's rules."""
    newest = rows[-1].run.round
    card = scorecard_of(newest, rows[-1].scorecard)
    kinds = indicators_of(newest, card)
    lines_ = []
    for line in card.lines:
        kind = kinds.get(line.indicator)
        held = [row.line(line.indicator) for row in rows]
        known = [decimal_of(each["value"]) if each else None for each in held]
        urls = [
            reverse("assessment-line", args=(row.run.round_id, row.org_id, row.scorecard, line.indicator))
            if each
            else ""
            for row, each in zip(rows, held, strict=True)
        ]
        if kind is not None:
            shown = [value_text(kind, value) for value in known]
            lines_.append(
                {"title": kind.title, "values": known, "cells": list(zip(shown, urls, strict=True))}
            )
    return {
        "title": scorecard_titles(newest).get(rows[-1].scorecard, rows[-1].scorecard),
        "periods": [period_in_words(row.run.round.span) for row in rows],
        "lines": lines_,
    }


def _stars(row: Result, held_back: Mapping[int, Mapping[str, int]]) -> str:
    return stars_text(stars_given(row, held_back[row.run.round_id]))


def _since(row: Result, before: Result | None, held_back: Mapping[int, Mapping[str, int]]) -> str:
    if before is None:
        return ""
    moved = _from_to(_stars(before, held_back) or formats.NOTHING, _stars(row, held_back) or formats.NOTHING)
    round_ = row.run.round
    return f"{moved}：{_why(round_, Move(row, before, changed_lines(before, row)))}"


urlpatterns = [
    path("appraisals/<int:round_id>/moves/", differences, name="assessment-moves"),
    path("appraisals/<int:round_id>/what-if/<slug:card_code>/", instead, name="assessment-what-if"),
    path("appraisals/<int:round_id>/beside/<int:org_id>/<slug:card_code>/", beside, name="assessment-beside"),
    path("orgs/<int:org_id>/appraisals", years, name="assessment-years"),
]
