"""One organization's result, line by line, down to the records behind each."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.core.fields import FieldSpec
from gangmu.frame import formats
from gangmu.frame.doors import Request, page
from gangmu.frame.formats import period_in_words
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import msgid, say, worded
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.words import item_in_words
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import ancestors_of, org_by_id
from gangmu.kernel.orgs.rules import is_below
from gangmu.kernel.packs.queries import pack_by_version
from gangmu.kernel.packs.rules import Pack
from gangmu.results.assessment.changing import Change, Now, changes
from gangmu.results.assessment.definitions import Line, ScorecardKind
from gangmu.results.assessment.margins import Share, margin_of
from gangmu.results.assessment.models import Result, Round
from gangmu.results.assessment.operations.review import appeal_result, remark_result
from gangmu.results.assessment.pages.words import (
    STATES,
    group_names,
    notes_in_words,
    stars_text,
)
from gangmu.results.assessment.parts import part_table
from gangmu.results.assessment.queries.awards import stars_given, withheld
from gangmu.results.assessment.queries.evidence import Side, evidence_for, place_below, share_in
from gangmu.results.assessment.queries.results import (
    remarks_on,
    result_of,
    score_above,
)
from gangmu.results.assessment.queries.rounds import indicators_of, round_by_id, scorecard_of, standing_run
from gangmu.results.indicators.definitions import IndicatorKind

VERBS = {
    "sum": say("the sum"),
    "count": say("how many"),
    "last": say("the newest value"),
    "max": say("the greatest"),
    "min": say("the least"),
}

CODES = {
    "task.due": say("orders whose time was up"),
    "task.answered": say("orders that were answered"),
    "task.on_time": say("orders that were answered in time"),
    "record.value": say("what records say"),
    "meeting.held": say("meetings held"),
    "case.closed": say("cases seen through"),
    "money.received": say("money received"),
}

UNKNOWN = {
    "zero": say("what is owed by the organization itself counts as nothing"),
    "skip": say("what others owe leaves the line out"),
    "wait": say("the score waits until it is known"),
}


def decimal_of(written: str | None) -> Decimal | None:
    """Return a number as it was kept."""
    return None if written is None else Decimal(written)


def rule_in_words(line: Line, kind: IndicatorKind) -> str:
    """Return how a value becomes points, in a sentence; the bounds of a share in percent, as its value is."""
    rule, points = line.rule, formats.number(line.points)
    if rule.linear is not None:
        start, end = rule.linear
        (none, full), rising = _bounds(kind, rule.linear), start < end
        return translate("nothing at %(none)s, %(points)s at %(full)s, in between by proportion") % {
            "none": _onwards(kind, start, none, more=not rising),
            "full": _onwards(kind, end, full, more=rising),
            "points": points,
        }
    if rule.bands is not None:
        bounds, more = [bound for bound, _ in rule.bands], kind.better == "more"
        told = zip(rule.bands, _bounds(kind, bounds), strict=True)
        steps = (
            translate("%(points)s at %(bound)s")
            % {"points": formats.number(worth), "bound": _onwards(kind, bound, words, more=more)}
            for (bound, worth), words in told
        )
        return translate("%(steps)s, otherwise nothing") % {"steps": "，".join(steps)}
    if rule.deduct is not None:
        return translate("%(points)s, less %(each)s for each") % {
            "points": points,
            "each": _plain(rule.deduct.each),
        }
    return translate("%(each)s for each, at most %(points)s") % {
        "each": _plain(rule.each or Decimal(0)),
        "points": points,
    }


def _onwards(kind: IndicatorKind, bound: Decimal, told: str, *, more: bool) -> str:
    """Return a bound and what lies beyond it: beyond the whole and below nothing lies no share."""
    if _is_share(kind) and bound == (1 if more else 0):
        return told
    return (translate("%(bound)s or more") if more else translate("%(bound)s or less")) % {"bound": told}


def _is_share(kind: IndicatorKind) -> bool:
    return kind.denominator is not None and kind.denominator.number is None


def _bounds(kind: IndicatorKind, bounds: Sequence[Decimal]) -> list[str]:
    """Return the bounds of a rule: in percent where they are parts of a whole."""
    if _is_share(kind) and all(0 <= each <= 1 for each in bounds):
        return [f"{formats.number(each * 100)}%" for each in bounds]
    return [_plain(each) for each in bounds]


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def value_text(kind: IndicatorKind | None, value: Decimal | None, places: int = 1) -> str:
    """Return a value as people read it: a rate in percent, to so many places."""
    if value is None:
        return formats.NOTHING
    if kind is not None and _is_share(kind) and value <= 1:
        return f"{formats.number(value * 100, places)}%"
    return formats.number(value)


_MOST_PLACES = 4
"""A value holds six places, a percentage of it four."""


def values_apart(
    kind: IndicatorKind | None, before: Decimal | None, after: Decimal | None
) -> tuple[str, str]:
    """Return two values with as many places as it takes to see that they differ."""
    for places in range(1, _MOST_PLACES):
        told = value_text(kind, before, places), value_text(kind, after, places)
        if told[0] != told[1] or before == after:
            return told
    return value_text(kind, before, _MOST_PLACES), value_text(kind, after, _MOST_PLACES)


def margin_text(share: Share | None) -> str:
    """Return a sampled share's margin in words: plus and minus, from where to where, how many were asked."""
    if share is None:
        return ""
    margin = margin_of(share)
    return translate("± %(half)s (%(low)s to %(high)s); asked: %(asked)s of %(of)s") % {
        "half": formats.share(margin.half, 1),
        "low": formats.share(margin.low, 1),
        "high": formats.share(margin.high, 1),
        "asked": formats.number(share.asked),
        "of": formats.number(share.of) if share.of is not None else translate("very many"),
    }


def _lines(context: Context, round_: Round, result: Result, card: ScorecardKind) -> list[dict[str, Any]]:
    kinds = indicators_of(round_, card)
    known_at = standing_run(round_).as_known
    found = []
    for line in card.lines:
        held = result.line(line.indicator)
        kind = kinds.get(line.indicator)
        if held is None or kind is None:
            continue
        value = decimal_of(held["value"])
        found.append(
            {
                "title": worded(kind.title),
                "points": decimal_of(held["points"]),
                "most": line.points,
                "value": value_text(kind, value),
                "margin": margin_text(share_in(context, round_, result, kind, known_at)),
                "made_of": _made_of(held),
                "rule": rule_in_words(line, kind),
                "known": value is not None,
                "unknown": "" if value is not None else worded(UNKNOWN[line.unknown]),
                "left_out": held["parts_unknown"],
                "url": reverse(
                    "assessment-line", args=(round_.pk, result.org_id, result.scorecard, line.indicator)
                ),
            }
        )
    return found


def _made_of(held: dict[str, Any]) -> str:
    above, below = decimal_of(held["numerator"]), decimal_of(held["denominator"])
    if above is None:
        return ""
    return formats.number(above) if below is None else f"{formats.number(above)} ÷ {formats.number(below)}"


GOALS = {
    "rank": msgid("for the next rank"),
    "stars": msgid("for %(stars)s stars"),
    "taken": msgid("for %(stars)s stars, whose places are taken"),
    "score": msgid("for a score"),
}


def _changes(round_: Round, result: Result, card: ScorecardKind) -> list[tuple[str, str]]:
    kinds = indicators_of(round_, card)
    values = {line["indicator"]: decimal_of(line["value"]) for line in result.lines}
    better = {code: kind.better == "more" for code, kind in kinds.items()}
    now = Now(
        result.score,
        result.rank is not None,
        result.stars or 0,
        "veto" in result.notes.split(","),
        score_above(result),
    )
    return [
        (translate(GOALS[each.goal]) % {"stars": each.stars}, _in_words(each, kinds.get(each.indicator)))
        for each in changes(card, values, better, now)
    ]


def _in_words(change: Change, kind: IndicatorKind | None) -> str:
    title = worded(kind.title) if kind else change.indicator
    if change.value_needed is None:
        return translate("%(line)s has to be known") % {"line": title}
    now, needed = values_apart(kind, change.value_now, change.value_needed)
    return translate(
        "%(line)s at %(needed)s instead of %(now)s: %(points)s points more, a score of %(then)s (%(score)s is needed)"
    ) % {
        "line": title,
        "needed": needed,
        "now": now,
        "points": formats.number(change.points_more, 2),
        "then": formats.number(change.score_then, 2),
        "score": formats.number(change.needs_score, 2),
    }


REMARK = (
    FieldSpec(
        code="text", title=say("Remark, with its reason"), type="long_text", required=True, max_length=500
    ),
)


def _values(context: Context, round_: Round, result: Result) -> dict[str, Any]:
    card = scorecard_of(round_, result.scorecard)
    stars = stars_given(result, withheld(round_))
    mine = context.may("assessment.appeal", result.org.path)
    open_for_appeals = (
        round_.state == Round.State.PUBLICITY
        and round_.appeals_until is not None
        and context.today <= round_.appeals_until
    )
    return {
        "round": round_,
        "status": STATES[round_.state],
        "result": result,
        "org": result.org,
        "card": card,
        "lines": _lines(context, round_, result, card),
        "stars": stars_text(stars),
        "notes": notes_in_words(result.notes),
        "group": group_names(round_, [result.peer_group])[result.peer_group],
        "period_words": period_in_words(round_.span),
        "changes": _changes(round_, result, card),
        "remarks": remarks_on(context, round_, result.org),
        "may_remark": round_.state == Round.State.REVIEW
        and context.may("assessment.review", result.org.path),
        "may_appeal": mine and open_for_appeals,
        "choices": [
            (line.indicator, worded(kind.title))
            for line in card.lines
            if (kind := indicators_of(round_, card).get(line.indicator)) is not None
        ],
        "form": FieldForm(REMARK),
        "crumbs": [
            (translate("Appraisals"), reverse("assessment-rounds")),
            (round_.title, reverse("assessment-round", args=(round_.pk,))),
            (result.org.name, ""),
        ],
    }


@page("assessment.view")
def result_page(request: Request, round_id: int, org_id: int, card_code: str) -> HttpResponse:
    """Show a result: every point with its reason, and what would change it."""
    context = request.context
    round_ = round_by_id(context, round_id)
    result = result_of(context, round_, org_id, card_code)
    return render(request, "assessment/result.html", _values(context, round_, result))


@page("assessment.review", methods=("POST",))
def remark(request: Request, round_id: int, org_id: int, card_code: str) -> HttpResponse:
    """Write a remark on a preliminary result."""
    context = request.context
    round_ = round_by_id(context, round_id)
    result = result_of(context, round_, org_id, card_code)
    try:
        remark_result(
            context, result.org, round_, scorecard=result.scorecard, text=request.POST.get("text", "")
        )
    except (Conflict, Invalid) as refusal:
        values = _values(context, round_, result)
        values["form"] = FieldForm(REMARK).again(request.POST, refusal.faults)
        return form_again(request, "assessment/result.html", values, refusal)
    messages.success(request, translate("The remark is noted; it changes no number."))
    return redirect("assessment-result", round_id=round_id, org_id=org_id, card_code=card_code)


@page("assessment.appeal", methods=("POST",))
def appeal(request: Request, round_id: int, org_id: int, card_code: str) -> HttpResponse:
    """Appeal against a result."""
    context = request.context
    round_ = round_by_id(context, round_id)
    org = org_by_id(context, org_id)
    made = appeal_result(
        context,
        org,
        round_,
        scorecard=card_code,
        line=request.POST.get("line", ""),
        text=request.POST.get("text", ""),
    )
    messages.success(request, translate("The appeal has arrived; it is answered by its due day."))
    return redirect("assessment-appeal", appeal_id=made.pk)


def source_url(source: str) -> str | None:
    """Return the page of what a fact leads back to."""
    kind, _, number = source.partition(":")
    pages = {"task": "plans-task", "record": "records-record"}
    return reverse(pages[kind], args=(int(number),)) if kind in pages and number.isdecimal() else None


def _fact_table(request: Request, pack: Pack, side: Side, code: str) -> Table | None:
    if side.rows is None:
        return None
    listed = [
        Column("org", say("Organization"), value=lambda fact: fact.org.name, width=34),
        Column("day", say("Day"), "date"),
        Column(
            "item",
            say("What"),
            value=lambda fact: item_in_words(pack, fact.item),
            link=lambda fact: source_url(fact.source),
        ),
        Column("value", say("Value"), "number"),
        Column("source", say("Record"), value=_source_words, link=lambda fact: source_url(fact.source)),
        Column("fact", say("Fact"), shown=False),
    ]
    title = say("Its own records") if side.parts else say("Records behind it")
    table = Table(request, listed, side.rows, title=title, code=code, exports=False)
    return table if table.count or not side.parts else None


def _source_words(fact: Fact) -> str:
    kind, _, number = fact.source.partition(":")
    words = {"task": translate("Task"), "record": translate("Record")}
    return f"{words.get(kind, kind)} {number}"


@page("assessment.view")
def line_page(
    request: Request, round_id: int, org_id: int, card_code: str, indicator_code: str
) -> HttpResponse:
    """Show what a line is made of: numerator, denominator, what is unknown, and the records behind."""
    context = request.context
    round_ = round_by_id(context, round_id)
    result = result_of(context, round_, org_id, card_code)
    card = scorecard_of(round_, card_code)
    kind = indicators_of(round_, card).get(indicator_code)
    line = next((each for each in card.lines if each.indicator == indicator_code), None)
    held = result.line(indicator_code)
    if kind is None or line is None or held is None:
        raise NotFound("There is no such line.")
    run = standing_run(round_)
    place = _place(request, result.org) if kind.scope == "subtree" else result.org
    evidence = evidence_for(context, place, kind, round_.span, run.as_known)
    amounts = {side.name: decimal_of(held[side.name]) for side in evidence.sides}
    if place != result.org:
        amounts = {side.name: side.total for side in evidence.sides}
    words = {"numerator": translate("Numerator"), "denominator": translate("Denominator")}
    pack = pack_by_version(round_.pack)
    sides = [
        {
            "title": words[side.name],
            "amount": amounts[side.name],
            "said": f"{worded(CODES.get(side.code, side.code))}：{worded(VERBS[side.verb])}",
            "count": side.count,
            "withheld": side.withheld,
            "parts": _part_table(request, side) if side.parts else None,
            "table": _fact_table(request, pack, side, side.name),
        }
        for side in evidence.sides
    ]
    values = {
        "round": round_,
        "result": result,
        "org": result.org,
        "place": place,
        "kind": kind,
        "value": value_text(kind, decimal_of(held["value"])),
        "margin": margin_text(share_in(context, round_, result, kind, run.as_known)),
        "points": decimal_of(held["points"]),
        "line": line,
        "rule": rule_in_words(line, kind),
        "held": held,
        "sides": sides,
        "known_at": run.known_of(place.pk),
        "unknown": worded(UNKNOWN[line.unknown]),
        "crumbs": [
            (translate("Appraisals"), reverse("assessment-rounds")),
            (round_.title, reverse("assessment-round", args=(round_.pk,))),
            (result.org.name, reverse("assessment-result", args=(round_.pk, org_id, card_code))),
            *_way_down(result.org, place, worded(kind.title)),
        ],
    }
    return render(request, "assessment/line.html", values)


def _place(request: Request, org: Org) -> Org:
    """Return whose part is asked for: the judged organization's own page, or a place below it."""
    written = request.GET.get("at", "")
    return (
        place_below(request.context, org, int(written)) if written.isdecimal() and len(written) < 19 else org
    )


def _part_table(request: Request, side: Side) -> Table:
    return part_table(request, side.parts, lambda part: f"?at={part.org.pk}", f"{side.name}-parts")


def _way_down(org: Org, place: Org, title: str) -> list[tuple[str, str]]:
    """Return the steps from the judged organization's line to a place below it."""
    if place == org:
        return [(title, "")]
    between = [each for each in ancestors_of(place) if is_below(each.path, org.path) and each != org]
    return [(title, "?"), *((each.name, f"?at={each.pk}") for each in between), (place.name, "")]


_ONE = "appraisals/<int:round_id>/of/<int:org_id>/<slug:card_code>/"

urlpatterns = [
    path(_ONE, result_page, name="assessment-result"),
    path(_ONE + "remark/", remark, name="assessment-remark"),
    path(_ONE + "appeal/", appeal, name="assessment-make-appeal"),
    path(_ONE + "<slug:indicator_code>/", line_page, name="assessment-line"),
]
