"""What is seen of a round beside its list of results: runs, moves, groups, evidence, other rules, reviews."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ninja import Query, Schema

from gangmu.core.errors import Invalid, NotFound
from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.audit.operations import require
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.results.assessment.api.rounds import (
    PageOf,
    ResultOut,
    ResultWhole,
    RunOut,
    limit_of,
    result_out,
    router,
)
from gangmu.results.assessment.definitions import ScorecardKind
from gangmu.results.assessment.models import Remark, Result, Review, Round, Run
from gangmu.results.assessment.queries.awards import (
    groups_to_sign,
    reviewers_of,
    stars_given,
    withheld,
)
from gangmu.results.assessment.queries.comparing import (
    Told,
    moves_between,
    moves_since,
    round_before,
    two_beside,
    what_if,
)
from gangmu.results.assessment.queries.evidence import evidence_for, place_below
from gangmu.results.assessment.queries.results import (
    FEWEST,
    SPREAD,
    Group,
    groups_of,
    readable_results,
    remarks_on,
    result_of,
    results_over_years,
    spread_within,
)
from gangmu.results.assessment.queries.rounds import (
    indicators_of,
    reviews_of,
    round_by_id,
    runs_of,
    scorecard_of,
    standing_run,
)
from gangmu.results.assessment.whatif import changed_card


@endpoint(
    router,
    "get",
    "/appraisals/{round_id}/runs",
    "assessment.runs_of",
    permission="assessment.manage",
    response=list[RunOut],
)
def list_runs(request: Request, round_id: int) -> list[Run]:
    """List the runs of a round with their fingerprints, for the office that leads it."""
    round_ = round_by_id(request.context, round_id)
    require(request.context, "assessment.manage", round_.org)
    return list(runs_of(round_))


# Beside each other


class ChangedOut(Schema):
    """A line that is another than before, and what it brought."""

    indicator: str
    before: Decimal | None
    after: Decimal | None
    points: Decimal


class StoodOut(Schema):
    """What somebody had."""

    score: Decimal | None
    rank: int | None
    peers: int
    stars: int | None


class MoveOut(Schema):
    """Who moved, from what to what, and why: ``own`` figures, ``others``, or ``new``."""

    id: int
    org_id: int
    org_name: str
    scorecard: str
    before: StoodOut | None
    after: StoodOut
    why: str
    lines: list[ChangedOut]


class MovesOut(Schema):
    """Who moved, as far as the caller may see each; ``all`` is how many did.

    ``facts_until``: in a run for upheld appeals, up to when what became known of all others counts.
    """

    all: int
    facts_until: datetime | None
    rows: list[MoveOut]


class Since(PageOf):
    """Since when: the ``run`` before, or the ``year`` before."""

    since: str = "run"


def _stood(row: Result, held_back: dict[str, int]) -> dict[str, Any]:
    return {
        "score": row.score,
        "rank": row.rank,
        "peers": row.peers,
        "stars": stars_given(row, held_back),
    }


@endpoint(
    router,
    "get",
    "/appraisals/{round_id}/moves",
    "assessment.moves_between",
    permission="assessment.view",
    response=MovesOut,
)
def list_moves(request: Request, round_id: int, asked: Query[Since]) -> dict[str, Any]:
    """List who moved since the run or the year before, by result."""
    context = request.context
    round_ = round_by_id(context, round_id)
    if asked.since not in ("run", "year"):
        raise Invalid("Some fields need attention.", faults={"since": "This is not one of the choices."})
    run, before = standing_run(round_), round_before(round_)
    if asked.since == "run" and round_.run > 1:
        moves = moves_between(context, round_, round_.run - 1)
    elif asked.since == "year" and before is not None:
        moves = moves_since(context, round_, before)
    else:
        return {"all": 0, "facts_until": None, "rows": []}
    held_back = withheld(round_)
    rows = sorted(
        (each for each in moves.rows if each.after.pk > asked.after), key=lambda each: each.after.pk
    )
    return {
        "all": moves.all,
        "facts_until": run.facts_until if asked.since == "run" else None,
        "rows": [
            {
                "id": each.after.pk,
                "org_id": each.after.org_id,
                "org_name": each.after.org.name,
                "scorecard": each.after.scorecard,
                "before": _stood(each.before, held_back) if each.before else None,
                "after": _stood(each.after, held_back),
                "why": each.why,
                "lines": list(each.lines),
            }
            for each in rows[: limit_of(asked)]
        ],
    }


class LineBesideOut(Schema):
    """One line of two organizations."""

    indicator: str
    most: Decimal
    left: Decimal | None
    right: Decimal | None
    left_points: Decimal | None
    right_points: Decimal | None


@endpoint(
    router,
    "get",
    "/appraisals/{round_id}/beside/{org_id}/{card_code}",
    "assessment.two_beside",
    permission="assessment.view",
    response=list[LineBesideOut],
)
def read_beside(request: Request, round_id: int, org_id: int, card_code: str, with_org: int = 0) -> list[Any]:
    """Return two results of one peer group line by line, both open to the caller; unasked, with the first other."""
    round_ = round_by_id(request.context, round_id)
    left = result_of(request.context, round_, org_id, card_code)
    same = readable_results(request.context, round_).filter(scorecard=card_code, peer_group=left.peer_group)
    others = same.exclude(org=org_id)
    right = (others.filter(org=with_org) if with_org else others).first()
    if right is None and with_org:
        raise NotFound("There is no such result.")
    return list(two_beside(left, right)) if right else []


class ResultYearOut(ResultOut):
    """A result of a period that is known."""

    round_id: int
    period: str


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/appraisals",
    "assessment.results_over_years",
    permission="assessment.view",
    response=list[ResultYearOut],
)
def list_years(request: Request, org_id: int) -> list[dict[str, Any]]:
    """List what an organization had over the years, the newest period first."""
    rows = results_over_years(request.context, org_by_id(request.context, org_id))
    held_back = {row.run.round_id: withheld(row.run.round) for row in rows}
    return [
        result_out(row, held_back[row.run.round_id])
        | {"round_id": row.run.round_id, "period": row.run.round.period}
        for row in rows
    ]


# Figures of many


class GroupOut(Schema):
    """A peer group in figures; ``few``: fewer than five scores, of which none is told."""

    peer_group: str
    scorecard: str
    orgs: int
    scored: int
    few: bool
    highest: Decimal | None
    lowest: Decimal | None
    mean: Decimal | None
    starred: int | None


@endpoint(
    router,
    "get",
    "/appraisals/{round_id}/groups",
    "assessment.groups_of",
    permission="assessment.view",
    response=list[GroupOut],
)
def list_groups(request: Request, round_id: int, page: Query[PageOf]) -> list[Group]:
    """List the peer groups within the caller's reach in figures, after so many; nobody is named."""
    found = groups_of(request.context, round_by_id(request.context, round_id))
    first = max(0, page.after)
    return found[first : first + limit_of(page)]


class SpreadOut(Schema):
    """How many scores lie in each stretch that begins at ``begins``; none where fewer than five are there."""

    scorecard: str
    begins: list[int]
    counts: list[int] | None


@endpoint(
    router,
    "get",
    "/appraisals/{round_id}/spread",
    "assessment.spread_within",
    permission="assessment.view",
    response=list[SpreadOut],
)
def list_spread(request: Request, round_id: int, group: str = "") -> list[dict[str, Any]]:
    """Tell how scores within the caller's reach are spread, of all or of one peer group."""
    found = spread_within(request.context, round_by_id(request.context, round_id), group[:160])
    return [
        {"scorecard": card, "begins": list(SPREAD), "counts": counts if sum(counts) >= FEWEST else None}
        for card, counts in sorted(found.items())
    ]


@endpoint(
    router,
    "get",
    "/appraisals/{round_id}/map/{card_code}",
    "assessment.readable_results",
    permission="assessment.view",
    response=list[ResultWhole],
)
def list_map(request: Request, round_id: int, card_code: str, page: Query[PageOf]) -> list[dict[str, Any]]:
    """List every line of the results that the caller may open, as the heat map shows them, by id."""
    round_ = round_by_id(request.context, round_id)
    rows = readable_results(request.context, round_).filter(scorecard=card_code, pk__gt=page.after)
    held_back = withheld(round_)
    return [
        result_out(row, held_back) | {"lines": row.lines} for row in rows.order_by("pk")[: limit_of(page)]
    ]


# Evidence


class FactOut(Schema):
    """A fact behind a line."""

    id: int
    fact: str
    org_id: int
    day: date
    code: str
    item: str
    value: Decimal | None
    source: str


class PartOut(Schema):
    """What one place brings; no numbers where so few facts lie behind it that they are not told."""

    org_id: int
    org_name: str
    itself: bool
    facts: int | None
    total: Decimal | None


class SideOut(Schema):
    """One side of a figure: how many facts; those facts, or what each place brings; ``withheld``: it stops here."""

    name: str
    count: int | None
    withheld: bool
    facts: list[FactOut]
    parts: list[PartOut]


class At(PageOf):
    """At which place at or below the organization; 0 is itself."""

    place: int = 0


@endpoint(
    router,
    "get",
    "/appraisals/{round_id}/results/{org_id}/{card_code}/{indicator_code}/records",
    "assessment.evidence_for",
    permission="assessment.view",
    response=list[SideOut],
)
def list_evidence(
    request: Request, round_id: int, org_id: int, card_code: str, indicator_code: str, page: Query[At]
) -> list[dict[str, Any]]:
    """Tell what lies behind a line: its facts by id, or of very many what each place brings."""
    context = request.context
    round_ = round_by_id(context, round_id)
    result = result_of(context, round_, org_id, card_code)
    kind = indicators_of(round_, scorecard_of(round_, card_code)).get(indicator_code)
    if kind is None or result.line(indicator_code) is None:
        raise NotFound("There is no such line.")
    place = result.org
    if page.place and kind.scope == "subtree":
        place = place_below(context, result.org, page.place)
    found = evidence_for(context, place, kind, round_.span, standing_run(round_).as_known)
    return [
        {
            "name": side.name,
            "count": None if side.withheld else side.count,
            "withheld": side.withheld,
            "facts": [] if side.rows is None or side.withheld else _facts(side.rows, page),
            "parts": [
                {
                    "org_id": part.org.pk,
                    "org_name": part.org.name,
                    "itself": part.itself,
                    "facts": None if part.withheld else part.facts,
                    "total": None if part.withheld else part.total,
                }
                for part in side.parts
            ],
        }
        for side in found.sides
    ]


def _facts(rows: Any, page: PageOf) -> list[Fact]:
    return list(rows.order_by("pk").filter(pk__gt=page.after)[: limit_of(page)])


# Other rules


class Instead(PageOf):
    """Other rules: ``points`` as code:points, ``ends`` of linear lines as code:none:all, ``stars`` as stars:score."""

    points: list[str] = []
    ends: list[str] = []
    stars: list[str] = []


class StarsOut(Schema):
    """How many have so many stars, and would; none where fewer than five that may not be opened are meant."""

    stars: int
    before: int | None
    after: int | None


class InsteadRowOut(Schema):
    """One organization that the caller may open, as it stands and as it would."""

    id: int
    org_id: int
    org_name: str
    score: Decimal | None
    rank: int | None
    stars: int | None
    then_score: Decimal | None
    then_rank: int | None
    then_stars: int | None


class InsteadOut(Schema):
    """What other rules would give beside what stands; it is no result. Small numbers are not told."""

    begins: list[int]
    before: list[int | None]
    after: list[int | None]
    stars: list[StarsOut]
    moved: int | None
    rows: list[InsteadRowOut]


@endpoint(
    router,
    "get",
    "/appraisals/{round_id}/what-if/{card_code}",
    "assessment.what_if",
    permission="assessment.review",
    response=InsteadOut,
)
def read_instead(request: Request, round_id: int, card_code: str, asked: Query[Instead]) -> dict[str, Any]:
    """Tell what other weights and rules would give; nothing is kept."""
    round_ = round_by_id(request.context, round_id)
    card = _asked(scorecard_of(round_, card_code), asked)
    found, held_back = what_if(request.context, round_, card), withheld(round_)
    rows = found.rows.filter(pk__gt=asked.after).order_by("pk")[: limit_of(asked)]
    judged = [(row, found.then(row)) for row in rows]
    return {
        "begins": list(SPREAD),
        "before": found.before.spread,
        "after": found.after.spread,
        "stars": _starred(found.before, found.after),
        "moved": found.moved,
        "rows": [
            {
                "id": row.pk,
                "org_id": row.org_id,
                "org_name": row.org.name,
                "score": row.score,
                "rank": row.rank,
                "stars": stars_given(row, held_back),
                "then_score": then.score,
                "then_rank": then.rank,
                "then_stars": then.stars,
            }
            for row, then in judged
        ],
    }


def _starred(before: Told, after: Told) -> list[dict[str, int | None]]:
    return [
        {"stars": each, "before": before.stars[each], "after": after.stars[each]} for each in before.stars
    ]


def _asked(card: ScorecardKind, asked: Instead) -> ScorecardKind:
    """Return the scorecard that is asked for; what names no line or star, or makes no scorecard, is refused."""
    codes, ladder = {line.indicator for line in card.lines}, {star.stars for star in card.stars}
    points = {code: number for code, (number,) in _numbers(asked.points, 1, "points")}
    ends = {code: (low, high) for code, (low, high) in _numbers(asked.ends, 2, "ends")}
    bounds = {code: bound for code, (bound,) in _numbers(asked.stars, 1, "stars")}
    known = {str(each): each for each in ladder}
    for field, named, there in (("points", points, codes), ("ends", ends, codes), ("stars", bounds, known)):
        if not set(named) <= set(there):
            raise _refused(field)
    try:
        return changed_card(card, points, ends, {known[each]: bound for each, bound in bounds.items()})
    except ValueError:
        raise _refused("points") from None


def _numbers(written: Iterable[str], many: int, field: str) -> list[tuple[str, list[Decimal]]]:
    found = []
    for each in list(written)[:200]:
        code, *numbers = each.split(":")
        try:
            told = [Decimal(number.strip()) for number in numbers]
        except InvalidOperation:
            raise _refused(field) from None
        if len(told) != many or not all(number.is_finite() and abs(number) < 10**6 for number in told):
            raise _refused(field)
        found.append((code, told))
    return found


def _refused(field: str) -> Invalid:
    said = "These numbers make no scorecard: weights above 0, two different ends."
    return Invalid("Some fields need attention.", faults={field: said})


# What people said


class RemarkOut(Schema):
    """What a reviewer said about a result."""

    id: int
    org_id: int
    scorecard: str
    text: str
    said_at: datetime


@endpoint(
    router,
    "get",
    "/appraisals/{round_id}/remarks/{org_id}",
    "assessment.remarks_on",
    permission="assessment.view",
    response=list[RemarkOut],
)
def list_remarks(request: Request, round_id: int, org_id: int) -> list[Remark]:
    """List what reviewers said about an organization, for those who review it, itself and its parent."""
    round_ = round_by_id(request.context, round_id)
    return list(remarks_on(request.context, round_, org_by_id(request.context, org_id)))


class ReviewOut(Schema):
    """That an office has looked at its part."""

    id: int
    office_id: int
    text: str
    reviewed_at: datetime


@endpoint(
    router,
    "get",
    "/appraisals/{round_id}/reviews",
    "assessment.reviews_of",
    permission="assessment.review",
    response=list[ReviewOut],
)
def list_reviews(request: Request, round_id: int, page: Query[PageOf]) -> list[Review]:
    """List which offices have looked at their part, for those who review, by id."""
    rows = reviews_of(round_by_id(request.context, round_id)).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: limit_of(page)])


class SignedOut(Schema):
    """The awards of one small group, and what was signed of them; none where nobody has signed these."""

    peer_group: str
    awards: int
    given: bool | None
    name: str
    reason: str


class ReviewerOut(Schema):
    """An account that may answer for awards of a round."""

    id: int
    name: str


class SigningOut(Schema):
    """The small groups that hold awards, and who may answer for them."""

    groups: list[SignedOut]
    reviewers: list[ReviewerOut]


@endpoint(
    router,
    "get",
    "/appraisals/{round_id}/signatures",
    "assessment.groups_to_sign",
    permission="assessment.manage",
    response=SigningOut,
)
def list_signatures(request: Request, round_id: int) -> dict[str, Any]:
    """List the awards of small groups with their signatures, for the office that leads the round."""
    round_: Round = round_by_id(request.context, round_id)
    require(request.context, "assessment.manage", round_.org)
    return {
        "groups": [
            {
                "peer_group": each.peer_group,
                "awards": each.awards,
                "given": each.signature.given if each.signature else None,
                "name": each.signature.name if each.signature else "",
                "reason": each.signature.reason if each.signature else "",
            }
            for each in groups_to_sign(round_)
        ],
        "reviewers": reviewers_of(round_, request.context.today),
    }
