"""Rounds: the list, the opening, and the page from which a round is led."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate
from django.utils.translation import ngettext

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.core.periods import Period, period_of
from gangmu.frame import formats
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Chart, columns
from gangmu.frame.formats import period_in_words
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import msgid, say
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.results.assessment.models import Round
from gangmu.results.assessment.operations.review import (
    review_part,
    screen_round,
    sign_awards,
)
from gangmu.results.assessment.operations.rounds import (
    begin_publicity,
    begin_review,
    check_round,
    finish_round,
    freeze,
    freeze_anew,
    open_round,
    publish_round,
    run_round,
    withdraw_round,
)
from gangmu.results.assessment.pages.words import (
    STATES,
    group_names,
    notes_in_words,
    scorecard_titles,
    stars_text,
    steps_of,
)
from gangmu.results.assessment.queries.appeals import visible_appeals
from gangmu.results.assessment.queries.awards import groups_to_sign, reviewers_of, stars_given, withheld
from gangmu.results.assessment.queries.comparing import round_before
from gangmu.results.assessment.queries.results import (
    FEWEST,
    SPREAD,
    aim_reached,
    groups_of,
    listed_results,
    own_results,
    reaches_others,
    spread_within,
)
from gangmu.results.assessment.queries.reviewing import unreviewed
from gangmu.results.assessment.queries.rounds import (
    appraisal_of,
    appraisals_of,
    reviews_of,
    round_by_id,
    runs_of,
    unclosed,
    visible_rounds,
    waiting_for,
)
from gangmu.work.plans.queries.orders import places_of


def _managed(context: Context) -> list[Org]:
    """Return where the reader may open rounds."""
    return places_of(context, "assessment.manage")


@page("assessment.view")
def rounds(request: Request) -> HttpResponse:
    """List the rounds that concern the reader, the newest period first."""
    listed = [
        Column(
            "title",
            say("Round"),
            link=lambda each: reverse("assessment-round", args=(each.pk,)),
            sort="title",
            width=32,
        ),
        Column("period", say("Period"), value=lambda each: period_in_words(each.span), sort="period"),
        Column(
            "org",
            say("Appraising organization"),
            value=lambda each: each.org.name,
            sort="org__code",
            width=28,
        ),
        Column("state", say("State"), "status", value=lambda each: STATES[each.state], sort="state"),
        Column("published_at", say("Published at"), "instant", sort="published_at"),
    ]
    rows = visible_rounds(request.context)
    asked = request.GET.get("period", "")
    if asked:
        rows = rows.filter(period=asked[:7])
    periods = sorted(set(visible_rounds(request.context).values_list("period", flat=True)), reverse=True)
    table = Table(
        request,
        listed,
        rows,
        title=say("Appraisals"),
        empty_title=say("No round has been opened yet"),
        empty_advice=say("When a period is over and its orders are closed, the office above opens a round."),
    )
    values = {
        "table": table,
        "may_open": any(appraisals_of(each) for each in _managed(request.context)),
        "periods": [(each, period_in_words(Period.parse(each))) for each in periods],
        "period": asked,
    }
    return table.export() or render(request, "assessment/rounds.html", values)


def _past_periods(context: Context) -> list[Period]:
    """Return the periods that may be judged: those of the last three years that are over."""
    found: list[Period] = []
    for kind in ("year", "half", "quarter"):
        here = period_of(context.today, kind)
        count = {"year": 3, "half": 4, "quarter": 8}[kind]
        found += [here.shift(-step) for step in range(1, count + 1)]
    return found


@page("assessment.manage", methods=("GET", "POST"))
def open_a_round(request: Request) -> HttpResponse:
    """Open a round: for whom, of which appraisal, over which period; what is still open is shown first."""
    context = request.context
    places = _managed(context)
    sent = request.POST if request.method == "POST" else request.GET
    org = _chosen(context, places, sent.get("org", ""))
    kinds = appraisals_of(org)
    asked = sent.get("appraisal", "") or (kinds[0].code if kinds else "")
    kind = next((each for each in kinds if each.code == asked), None)
    periods = [each for each in _past_periods(context) if kind is None or each.kind == kind.every]
    wanted = sent.get("period", "") or (str(periods[0]) if periods else "")
    values: dict[str, Any] = {
        "org": org,
        "orgs": [(str(each.pk), each.name) for each in places],
        "kinds": [(each.code, each.title) for each in kinds],
        "kind": kind,
        "periods": [(str(each), period_in_words(each)) for each in periods],
        "period": wanted,
        "unclosed": _unclosed(org, wanted),
        "faults": {},
    }
    if request.method != "POST":
        return render(request, "assessment/open.html", values)
    try:
        made = open_round(context, org, appraisal=asked, period=wanted)
    except (Conflict, Invalid) as refusal:
        return form_again(request, "assessment/open.html", values, refusal)
    messages.success(request, translate("The round is open. Freeze it when everything has come in."))
    return redirect("assessment-round", round_id=made.pk)


def _chosen(context: Context, places: list[Org], written: str) -> Org:
    if written.isdecimal() and len(written) < 19:
        return org_by_id(context, int(written))
    if not places:
        raise NotFound("There is no such organization.")
    return places[0]


def _unclosed(org: Org, written: str) -> int:
    try:
        return unclosed(org, Period.parse(written))
    except ValueError:
        return 0


# --- one round -----------------------------------------------------------------------------


def result_columns(round_: Round, held_back: Mapping[str, int]) -> list[Column]:
    """Return the columns of a list of results, each with whether it opens."""
    cards = scorecard_titles(round_)
    return [
        Column(
            "org",
            say("Organization"),
            value=lambda row: row.org.name,
            link=lambda row: (
                reverse("assessment-result", args=(round_.pk, row.org_id, row.scorecard))
                if row.opens
                else None
            ),
            sort="org__code",
            width=34,
        ),
        Column(
            "above",
            say("Organization above"),
            value=lambda row: row.org.parent.name if row.org.parent else "",
            width=28,
        ),
        Column(
            "scorecard",
            say("Scorecard"),
            value=lambda row: cards.get(row.scorecard, row.scorecard),
            shown=len(cards) > 1,
        ),
        Column("score", say("Score"), "number", places=2, sort="score"),
        Column("rank", say("Rank"), "rank", value=lambda row: (row.rank, row.peers), sort="rank"),
        Column("stars", say("Stars"), value=lambda row: stars_text(stars_given(row, held_back))),
        Column("coverage", say("Completeness of the data"), "number", places=2, shown=False),
        Column("notes", say("Notes"), value=lambda row: notes_in_words(row.notes), width=28),
    ]


LAST_REVIEWS = 12
"""How many of those who looked at their part stand on the page of a round; all have a page of their own."""


def distribution(round_: Round, context: Context, group: str = "") -> list[Chart]:
    """Return how the scores within reach are spread, a chart for each scorecard, or of one peer group."""
    titles = scorecard_titles(round_)
    names = [f"{low}–{low + 10}" for low in SPREAD]
    spread = spread_within(context, round_, group)
    return [
        columns(titles[code], names, {translate("Organizations"): spread[code]}, height="low")
        for code in round_.scorecards
        if sum(spread.get(code, ())) >= FEWEST
    ]


@page("assessment.view")
def round_page(request: Request, round_id: int) -> HttpResponse:
    """Show a round: how far it is, how scores are spread, who stands where as far as the reader may see."""
    context = request.context
    round_ = round_by_id(context, round_id)
    rows = listed_results(context, round_)
    groups = groups_of(context, round_)
    group = request.GET.get("group", "")
    if group:
        rows = rows.filter(peer_group=group)
    typed = request.GET.get("q", "").strip()[:60]
    if typed:
        rows = rows.filter(org__name__icontains=typed)
    small = groups_to_sign(round_) if round_.run else []
    held_back = withheld(round_, small)
    table = Table(
        request,
        result_columns(round_, held_back),
        rows.defer("lines", "vetoes"),
        title=say("Results"),
        empty_title=say("No result to show here"),
        empty_advice=say(
            "Results are known once the round is made known; the lower half is shown to nobody "
            "but itself and the organization above."
        ),
    )
    if sheet := table.export():
        return sheet
    named = {each.peer_group for each in groups} | {each.peer_group for each in small}
    names = group_names(round_, named)
    manages = context.may("assessment.manage", round_.org.path)
    signing = [(each, names[each.peer_group]) for each in small] if manages else []
    reviews = reviews_of(round_) if context.may("assessment.review") else reviews_of(round_).none()
    values = {
        "round": round_,
        "status": STATES[round_.state],
        "steps": steps_of(round_),
        "period_words": period_in_words(round_.span),
        "table": table if round_.run else None,
        "listed": _listed_in_words(context, round_),
        "groups": [(each, names[each.peer_group]) for each in groups],
        "group_choices": [(each.peer_group, names[each.peer_group]) for each in groups],
        "group": group,
        "typed": typed,
        "earlier": round_before(round_) if round_.run else None,
        "what_if": list(scorecard_titles(round_).items())
        if round_.run and context.may("assessment.review")
        else (),
        "own": [(row, stars_text(stars_given(row, held_back))) for row in own_results(context, round_)],
        "charts": distribution(round_, context, group),
        "maps": list(scorecard_titles(round_).items()) if round_.run else (),
        "aim": _aim(round_, context, held_back),
        "manages": manages,
        "next": _next_steps(round_) if manages else (),
        "reviewing": _reviewing(context, round_),
        "reviews": list(reviews.order_by("-reviewed_at", "-pk")[:LAST_REVIEWS]),
        "reviewed": reviews.count(),
        "unreviewed": unreviewed(round_, context.today) if manages and round_.state == "review" else None,
        "runs": runs_of(round_) if manages else (),
        "appeals": visible_appeals(context).filter(round=round_).count(),
        "waits": waiting_for(round_, context.today) if manages and round_.state == "publicity" else None,
        "to_sign": signing,
        "reviewers": [(str(each.pk), each.name) for each in reviewers_of(round_, context.today)]
        if signing
        else (),
        "unsigned": any(each.signature is None for each, _ in signing),
        "unclosed": unclosed(round_.org, round_.span) if manages and round_.state == "collecting" else 0,
        "crumbs": [(translate("Appraisals"), reverse("assessment-rounds")), (round_.title, "")],
    }
    return render(request, "assessment/round.html", values)


def _listed_in_words(context: Context, round_: Round) -> str:
    """Return whose results stand in the list before this reader."""
    if round_.state in (Round.State.PRELIMINARY, Round.State.REVIEW):
        return translate("All that you review; in the order of codes.")
    if reaches_others(context, round_):
        return translate(
            "The upper half of each group, your own and those right below you; in the order of codes."
        )
    best = round_.best
    return ngettext(
        "Your own and the best one of its peer group; in the order of codes.",
        "Your own and the best %(best)s of its peer group; in the order of codes.",
        best,
    ) % {"best": best}


def _aim(round_: Round, context: Context, held_back: Mapping[str, int]) -> dict[str, Any] | None:
    """Return the year's aim in stars and how far it is reached, if the place has one and there are results."""
    aim = appraisal_of(round_).aim if round_.run else None
    if aim is None:
        return None
    found = aim_reached(context, round_, aim, held_back)
    return {"found": found, "words": stars_text(aim.stars), "wanted": formats.share(aim.share, 1)}


def _reviewing(context: Context, round_: Round) -> list[Org]:
    """Return the offices for which the reader may say that they have looked at their part."""
    if round_.state != Round.State.REVIEW:
        return []
    done = set(reviews_of(round_).values_list("office", flat=True))
    return [org for org in places_of(context, "assessment.review") if org.pk not in done]


_WITHDRAW = ("withdraw", msgid("Withdraw"), "danger")

NEXT: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "collecting": (("freeze", msgid("Freeze and judge"), "primary"), _WITHDRAW),
    "frozen": (("run", msgid("Judge what was frozen"), "primary"), _WITHDRAW),
    "preliminary": (
        ("review", msgid("Begin the review"), "primary"),
        ("again", msgid("Freeze anew"), ""),
        _WITHDRAW,
    ),
    "review": (
        ("publicity", msgid("Make it known"), "primary"),
        ("again", msgid("Freeze anew"), ""),
        _WITHDRAW,
    ),
    "publicity": (
        ("finish", msgid("Make it final"), "primary"),
        ("again", msgid("Freeze anew"), ""),
        _WITHDRAW,
    ),
    "final": (
        ("publish", msgid("Publish"), "primary"),
        ("screen", msgid("Propose the bottom to parents"), ""),
        _WITHDRAW,
    ),
    "published": (
        ("check", msgid("Make it once more and compare"), "plain"),
        ("screen", msgid("Propose the bottom to parents"), ""),
        _WITHDRAW,
    ),
}
"""What may be done next, by state: the step, its words, how the button looks."""


def _next_steps(round_: Round) -> list[tuple[str, str, str, bool]]:
    return [
        (step, words, kind or "plain", step in ("again", "withdraw"))
        for step, words, kind in NEXT.get(round_.state, ())
    ]


def _freeze(context: Context, round_: Round, reason: str) -> str:
    freeze(context, round_)
    run_round(context, Round.objects.get(pk=round_.pk))
    return msgid("Facts, tree and pack are frozen, and the preliminary results are here.")


def _run(context: Context, round_: Round, reason: str) -> str:
    run_round(context, round_)
    return msgid("The preliminary results are here.")


def _again(context: Context, round_: Round, reason: str) -> str:
    freeze_anew(context, round_, reason=reason)
    run_round(context, round_)
    return msgid("It was run again; the difference is told below.")


def _review(context: Context, round_: Round, reason: str) -> str:
    begin_review(context, round_)
    return msgid("Every office now looks at its own part.")


def _publicity(context: Context, round_: Round, reason: str) -> str:
    begin_publicity(context, round_)
    return msgid("The results are made known; objections and appeals are possible.")


def _finish(context: Context, round_: Round, reason: str) -> str:
    finish_round(context, round_)
    return msgid("The results are final.")


def _publish(context: Context, round_: Round, reason: str) -> str:
    publish_round(context, round_)
    return msgid("The results are published.")


def _withdraw(context: Context, round_: Round, reason: str) -> str:
    withdraw_round(context, round_, reason=reason)
    return msgid("The round is withdrawn; the reason stands in its place.")


def _check(context: Context, round_: Round, reason: str) -> str:
    if check_round(context, round_).same:
        return msgid("Made once more: facts and all results are the same, to the last digit.")
    return msgid("Made once more: it is NOT the same. The log says so, too.")


def _screen(context: Context, round_: Round, reason: str) -> str:
    screen_round(context, round_)
    return msgid("Those below the bound are proposed to their parents, and shown to nobody else.")


STEPS: Mapping[str, Callable[[Context, Round, str], str]] = {
    "freeze": _freeze,
    "run": _run,
    "again": _again,
    "review": _review,
    "publicity": _publicity,
    "finish": _finish,
    "publish": _publish,
    "withdraw": _withdraw,
    "check": _check,
    "screen": _screen,
}


@page("assessment.manage", methods=("POST",))
def take_step(request: Request, round_id: int) -> HttpResponse:
    """Take a round one step on."""
    round_ = round_by_id(request.context, round_id)
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise NotFound("There is no such step.")
    done = step(request.context, round_, request.POST.get("reason", ""))
    messages.success(request, translate(done))
    return redirect("assessment-round", round_id=round_.pk)


@page("assessment.manage", methods=("POST",))
def sign(request: Request, round_id: int) -> HttpResponse:
    """Sign or withhold the awards of the small peer groups that are ticked."""
    round_ = round_by_id(request.context, round_id)
    for group in request.POST.getlist("peer_group")[:500]:
        sign_awards(
            request.context,
            round_,
            peer_group=group,
            given=request.POST.get("given", "") == "yes",
            reviewer=_number(request.POST.get("reviewer", "")),
            reason=request.POST.get("reason", ""),
        )
    messages.success(request, translate("Signed."))
    return redirect("assessment-round", round_id=round_.pk)


@page("assessment.review", methods=("POST",))
def reviewed(request: Request, round_id: int) -> HttpResponse:
    """Say that an office has looked at its part."""
    round_ = round_by_id(request.context, round_id)
    office = org_by_id(request.context, _number(request.POST.get("office", "")))
    review_part(request.context, office, round_, text=request.POST.get("text", ""))
    messages.success(request, translate("Noted: your office has looked at its part."))
    return redirect("assessment-round", round_id=round_.pk)


@page("assessment.review")
def reviews_page(request: Request, round_id: int) -> HttpResponse:
    """List which offices have looked at their part of a round, and what they say."""
    round_ = round_by_id(request.context, round_id)
    listed = [
        Column(
            "office", say("Organization"), value=lambda each: each.office.name, sort="office__name", width=28
        ),
        Column("text", say("What the office says"), width=40),
        Column("by", say("By"), value=lambda each: each.reviewed_by.name),
        Column("reviewed_at", say("When"), "instant", sort="reviewed_at"),
    ]
    rows = reviews_of(round_).order_by("-reviewed_at", "-pk")
    typed, said = request.GET.get("q", "").strip()[:60], request.GET.get("said", "")
    if typed:
        rows = rows.filter(office__name__icontains=typed)
    if said:
        rows = rows.exclude(text="")
    table = Table(
        request,
        listed,
        rows,
        title=say("Who has looked at their part"),
        empty_title=say("Nobody to show here"),
        empty_advice=say("Every office that reviews says here that it has looked at its part."),
    )
    crumbs = [
        (translate("Appraisals"), reverse("assessment-rounds")),
        (round_.title, reverse("assessment-round", args=(round_.pk,))),
        (translate("Who has looked at their part"), ""),
    ]
    values = {
        "round": round_,
        "table": table,
        "typed": typed,
        "said": said,
        "choices": [("yes", translate("Those with a word"))],
        "crumbs": crumbs,
    }
    return table.export() or render(request, "assessment/reviews.html", values)


def _number(written: str) -> int:
    return int(written) if written.isdecimal() and len(written) < 19 else 0


urlpatterns = [
    path("appraisals/", rounds, name="assessment-rounds"),
    path("appraisals/open/", open_a_round, name="assessment-open"),
    path("appraisals/<int:round_id>/", round_page, name="assessment-round"),
    path("appraisals/<int:round_id>/step/", take_step, name="assessment-step"),
    path("appraisals/<int:round_id>/sign/", sign, name="assessment-sign"),
    path("appraisals/<int:round_id>/reviews/", reviews_page, name="assessment-reviews"),
    path("appraisals/<int:round_id>/reviewed/", reviewed, name="assessment-reviewed"),
]
