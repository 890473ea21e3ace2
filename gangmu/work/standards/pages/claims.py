"""Claims on the screen: my claims, one claim with its form, the verdict, the second look."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Invalid
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import TimelineEvent
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.around import around_org
from gangmu.kernel.orgs.queries import in_subtree, org_by_id
from gangmu.kernel.packs.queries import pack_by_version
from gangmu.work.records.definitions import RecordKind
from gangmu.work.standards.definitions import StandardKind
from gangmu.work.standards.models import Claim, ClaimLine
from gangmu.work.standards.operations.claims import (
    Judged,
    NewLine,
    answer_claim,
    appeal_claim,
    begin_claim,
    decide_claim,
    fill_claim,
    revoke_claim,
    submit_claim,
    withdraw_claim,
)
from gangmu.work.standards.pages.asking import STATES, asked_org, needed_org, own_orgs, state_of, title_of
from gangmu.work.standards.pages.kinds import criteria_in_words
from gangmu.work.standards.queries.claims import (
    CLAIM,
    REVIEW,
    claim_by_id,
    evidence_at_hand,
    judges_and_does_not_act,
    lines_of,
    period_of_claim,
    steps_of,
    visible_claims,
)
from gangmu.work.standards.queries.kinds import all_standards, kind_of_claim, standards_for
from gangmu.work.standards.rules import claimable_periods, outcome

HAPPENED = {
    "begun": say("Begun"),
    "submitted": say("Handed in"),
    "withdrawn": say("Taken back"),
    "granted": say("Judged: met"),
    "refused": say("Judged: not met"),
    "appealed": say("Second look asked for"),
    "overturned": say("Second look: met"),
    "upheld": say("Second look: not met"),
    "revoked": say("Revoked"),
}
MOST_TYPED = 12


def _claims_table(request: Request, rows: Any, titles: Mapping[str, Any], *, with_org: bool = True) -> Table:
    columns = [
        Column(
            "kind",
            say("The standard"),
            value=lambda each: title_of(titles, each.kind),
            link=lambda each: reverse("standards-claim", args=(each.pk,)),
            width=34,
        ),
        *(
            [Column("org", say("Organization"), value=lambda each: each.org.name, sort="org__code", width=34)]
            if with_org
            else []
        ),
        Column("period", say("Period"), sort="period"),
        Column("state", say("State"), "status", value=lambda each: state_of(each, request), sort="state"),
        Column(
            "reviewer",
            say("Judged by"),
            value=lambda each: each.reviewer.name if each.reviewer else "",
            width=30,
        ),
        Column("submitted_at", say("Handed in"), "instant", sort="submitted_at", shown=False),
        Column("due_on", say("To be judged by"), "date", value=_due, sort="due_on"),
        Column("held_since", say("Held since"), "date", sort="held_since"),
        Column("held_until", say("Held until"), "date", value=_until, sort="held_until"),
    ]
    return Table(
        request,
        columns,
        rows,
        title=say("Claims"),
        empty_title=say("No claim fits"),
        empty_advice=say("An organization claims a standard; the level above judges it by its criteria."),
    )


def _due(claim: Claim) -> Any:
    return claim.due_on if claim.state in ("submitted", "appealed") else None


def _until(claim: Claim) -> Any:
    return claim.ended_on or claim.held_until


@page("standards.view")
def claims(request: Request) -> HttpResponse:
    """List the claims within reach, by standard, state and place."""
    context = request.context
    org = asked_org(request)
    kinds = all_standards(org) if org else ()
    rows = visible_claims(context)
    asked = request.GET
    if asked.get("org") and org is not None:
        rows = rows.filter(in_subtree(org.path, "org__path"))
    rows = rows.filter(kind=asked["kind"]) if asked.get("kind") else rows
    rows = rows.filter(state=asked["state"]) if asked.get("state") in STATES else rows
    if asked.get("held"):
        day = context.today
        rows = rows.filter(Q(held_until=None) | Q(held_until__gt=day), state="granted", held_since__lte=day)
    if typed := asked.get("q", "").strip()[:MOST_TYPED]:
        rows = rows.filter(Q(org__name__contains=typed) | Q(org__code__startswith=typed))
    table = _claims_table(request, rows, {each.code: each.title for each in kinds})
    values = {
        "table": table,
        "org": org if asked.get("org") else None,
        "kinds": [(each.code, each.title) for each in kinds],
        "states": [(code, status.word) for code, status in STATES.items()],
        "kind": asked.get("kind", ""),
        "state": asked.get("state", ""),
        "held": asked.get("held", ""),
        "typed": typed,
        "own": own_orgs(request, CLAIM)[:5],
    }
    return table.export() or render(request, "standards/claims.html", values)


@page("standards.view")
def of_org(request: Request, org_id: int) -> HttpResponse:
    """Show the claims of one organization, what it holds, and what it may claim today."""
    context = request.context
    org = org_by_id(context, org_id)
    rows = visible_claims(context).filter(org=org)
    table = _claims_table(
        request, rows, {each.code: each.title for each in all_standards(org)}, with_org=False
    )
    may = context.may(CLAIM, org.path) and org.is_open()
    values = around_org(
        request,
        org,
        "standards-of-org",
        table=table,
        offers=_offers(request, org) if may else [],
        may_name=org.is_open() and org.parent is not None and context.may(REVIEW, org.parent.path),
    )
    return table.export() or render(request, "standards/of_org.html", values)


def _offers(request: Request, org: Any) -> list[dict[str, Any]]:
    """Return what an organization may claim: each standard, for each period that is open."""
    today = request.context.today
    return [
        {"kind": each, "period": str(period) if period else ""}
        for each in standards_for(org)
        for period in (claimable_periods(each, today) if each.every else [None])
    ]


@page("standards.claim", methods=("POST",))
def begin(request: Request, standard_code: str) -> HttpResponse:
    """Begin to claim a standard."""
    org = needed_org(request, CLAIM)
    made = begin_claim(request.context, org, kind=standard_code, period=request.POST.get("period", ""))
    return redirect("standards-claim", made.pk)


# --- one claim -----------------------------------------------------------------------------


def _sent_lines(request: Request, kind: StandardKind) -> list[NewLine]:
    sent = request.POST
    said = {"yes": True, "no": False}
    return [
        NewLine(
            each.code,
            said.get(sent.get(f"met_{each.code}", "")),
            sent.get(f"note_{each.code}", ""),
            tuple(int(pk) for pk in sent.getlist(f"shown_{each.code}") if pk.isdecimal() and len(pk) < 19),
        )
        for each in kind.criteria
    ]


def _sent_judged(request: Request, kind: StandardKind) -> list[Judged]:
    sent = request.POST
    return [
        Judged(each.code, sent[f"found_{each.code}"] == "yes", sent.get(f"why_{each.code}", ""))
        for each in kind.criteria
        if sent.get(f"found_{each.code}") in ("yes", "no")
    ]


def _rows(
    request: Request, claim: Claim, kind: StandardKind, faults: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return each criterion with what is said of it, what shows it, what was typed, and what is wrong."""
    lines = {line.criterion: line for line in lines_of(claim)}
    draft = claim.state == Claim.State.DRAFT
    at_hand = evidence_at_hand(request.context, claim.org, kind, period_of_claim(claim)) if draft else {}
    pack = pack_by_version(claim.pack)
    titles = {each.code: worded(each.title) for each in pack.all(RecordKind)}
    rows = []
    for words in criteria_in_words(claim.org, kind):
        line = lines.get(words["code"])
        if line is None:
            continue
        shown = [each.record for each in line.evidence.all()]
        chosen = {each.pk for each in shown}
        there = at_hand[line.criterion].records if draft else shown
        rows.append(
            {
                **words,
                "line": line,
                "known": at_hand[line.criterion].known if draft else line.known,
                "shown": [(each, titles.get(each.kind, each.kind), each.pk in chosen) for each in there],
                "typed": _typed(request, line),
                "fault": translate(faults[line.criterion]) if line.criterion in faults else "",
            }
        )
    return rows


def _typed(request: Request, line: ClaimLine) -> dict[str, str]:
    """Return what stands in the fields of a line: what was typed just now, else what is kept."""
    words = {True: "yes", False: "no", None: ""}
    sent, code = request.POST, line.criterion
    return {
        "met": sent.get(f"met_{code}", words[line.says_met]),
        "note": sent.get(f"note_{code}", line.note),
        "found": sent.get(f"found_{code}", words[line.stands_met]),
        "why": sent.get(f"why_{code}", ""),
    }


def _page(request: Request, claim: Claim, wrong: Invalid | None = None) -> HttpResponse:
    context = request.context
    kind = kind_of_claim(claim)
    faults = dict(wrong.faults) if wrong else {}
    answers, today = context.may(CLAIM, claim.org.path), context.today
    speaks = answers and not judges_and_does_not_act(context, claim)
    own = claim.org.path in (*context.places(CLAIM).tops, *context.places(REVIEW).tops)
    others = context.account not in (claim.begun_by_id, claim.submitted_by_id, claim.appealed_by_id)
    judges = not own and others
    lines = lines_of(claim)
    found = outcome(kind, {line.criterion: bool(line.stands_met) for line in lines})
    values = {
        "claim": claim,
        "kind": kind,
        "rows": _rows(request, claim, kind, faults),
        "status": state_of(claim, request),
        "found": found,
        "missing": [worded(kind.criterion(code).title) for code in found.missing],  # type: ignore[union-attr]
        "events": [
            TimelineEvent(at=step.at, title=worded(HAPPENED[step.event]), who=str(step.by), text=step.note)
            for step in steps_of(claim)
        ],
        "reason_fault": translate(faults["reason"]) if "reason" in faults else "",
        "typed_reason": request.POST.get("reason", ""),
        "may_fill": claim.state == "draft" and answers,
        "may_withdraw": (claim.state == "draft" and answers) or (claim.state == "submitted" and speaks),
        "may_judge": claim.state == "submitted" and judges and context.may(REVIEW, claim.decider.path),
        "may_answer": claim.state == "appealed"
        and judges
        and claim.decided_by_id != context.account
        and context.may(REVIEW, claim.answerer.path),
        "may_appeal": claim.state == "refused"
        and speaks
        and not claim.appeal
        and claim.appeal_until is not None
        and today <= claim.appeal_until,
        "may_revoke": claim.state == "granted"
        and claim.is_held(today)
        and judges
        and context.may(REVIEW, claim.decider.path),
        "held": claim.is_held(today),
        "crumbs": [(translate("Claims"), reverse("standards-claims")), (worded(kind.title), "")],
    }
    if wrong is not None:
        return form_again(request, "standards/claim.html", values, wrong)
    return render(request, "standards/claim.html", values)


@page("standards.view")
def claim(request: Request, claim_id: int) -> HttpResponse:
    """Show one claim: what is said, what shows it, what was found, and what can be done now."""
    return _page(request, claim_by_id(request.context, claim_id))


@page("standards.claim", methods=("POST",))
def fill(request: Request, claim_id: int) -> HttpResponse:
    """Keep what was said so far, and hand the claim in if that was asked for."""
    context = request.context
    found = claim_by_id(context, claim_id)
    kind = kind_of_claim(found)
    try:
        fill_claim(context, found, lines=_sent_lines(request, kind))
        if request.POST.get("do") == "submit":
            submit_claim(context, found)
            messages.success(request, translate("Handed in; the level above judges it."))
        else:
            messages.success(request, translate("Kept; it is not handed in yet."))
    except Invalid as wrong:
        return _page(request, found, wrong)
    return redirect("standards-claim", found.pk)


@page("standards.claim", methods=("POST",))
def withdraw(request: Request, claim_id: int) -> HttpResponse:
    """Take a claim back."""
    found = claim_by_id(request.context, claim_id)
    withdraw_claim(request.context, found)
    messages.success(request, translate("The claim was taken back."))
    return redirect("standards-claim", found.pk)


@page("standards.review", methods=("POST",))
def judge(request: Request, claim_id: int) -> HttpResponse:
    """Judge a claim, or look at it a second time, criterion by criterion."""
    context = request.context
    found = claim_by_id(context, claim_id)
    kind, reason = kind_of_claim(found), request.POST.get("reason", "")
    look = answer_claim if found.state == Claim.State.APPEALED else decide_claim
    try:
        judged = look(context, found, lines=_sent_judged(request, kind), reason=reason)
    except Invalid as wrong:
        return _page(request, found, wrong)
    met = judged.state == Claim.State.GRANTED
    messages.success(
        request,
        translate("The verdict is kept with its reasons: met.")
        if met
        else translate("The verdict is kept with its reasons: not met."),
    )
    return redirect("standards-claim", found.pk)


@page("standards.claim", methods=("POST",))
def appeal(request: Request, claim_id: int) -> HttpResponse:
    """Ask for a second look."""
    found = claim_by_id(request.context, claim_id)
    appeal_claim(request.context, found, reason=request.POST.get("reason", ""))
    messages.success(request, translate("The next level up looks at it again."))
    return redirect("standards-claim", found.pk)


@page("standards.review", methods=("POST",))
def revoke(request: Request, claim_id: int) -> HttpResponse:
    """End what was granted."""
    found = claim_by_id(request.context, claim_id)
    sent = request.POST
    revoke_claim(
        request.context,
        found,
        reason=sent.get("reason", ""),
        paper=sent.get("paper", ""),
        never_met=bool(sent.get("never_met")),
    )
    messages.success(request, translate("It is revoked, with its reason and paper."))
    return redirect("standards-claim", found.pk)


urlpatterns = [
    path("claims", claims, name="standards-claims"),
    path("orgs/<int:org_id>/standards", of_org, name="standards-of-org"),
    path("standards/<slug:standard_code>/claim", begin, name="standards-begin"),
    path("claims/<int:claim_id>", claim, name="standards-claim"),
    path("claims/<int:claim_id>/fill", fill, name="standards-fill"),
    path("claims/<int:claim_id>/withdraw", withdraw, name="standards-withdraw"),
    path("claims/<int:claim_id>/judge", judge, name="standards-judge"),
    path("claims/<int:claim_id>/appeal", appeal, name="standards-appeal"),
    path("claims/<int:claim_id>/revoke", revoke, name="standards-revoke"),
]
