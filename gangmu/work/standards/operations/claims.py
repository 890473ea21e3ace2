"""A claim from its first line to its verdict, the second look, and what ends what was granted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from gangmu.core.calendar import Calendar
from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.core.periods import Period
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.queries import facts_of_sources
from gangmu.kernel.facts.rules import NewFact
from gangmu.kernel.guard.queries import refuse_text
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import locked
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.work.records.queries import standing_records
from gangmu.work.standards.definitions import Criterion, StandardKind
from gangmu.work.standards.facts import (
    facts_instead,
    facts_of,
    facts_of_end,
    facts_of_renewal,
    source_of,
)
from gangmu.work.standards.models import Claim, ClaimLine, ClaimStep, Evidence, Site
from gangmu.work.standards.queries.claims import (
    CLAIM,
    OPEN,
    REVIEW,
    evidence_at_hand,
    granted_claims,
    held_claims,
    judges_and_does_not_act,
    judges_of,
    lines_of,
    period_of_claim,
)
from gangmu.work.standards.queries.kinds import kind_of_claim, standard_kind
from gangmu.work.standards.rules import claimable, held_between, outcome, too_early

MUST = msgid("This must be filled in.")
STILL = msgid("Some fields need attention.")
NO_CRITERION = msgid("The standard has no such criterion.")
CALENDAR = Calendar()


@dataclass(frozen=True)
class NewLine:
    """What an organization says about one criterion, and the records that show it."""

    criterion: str
    met: bool | None = None
    note: str = ""
    records: tuple[int, ...] = ()


@dataclass(frozen=True)
class Judged:
    """What the reviewer found of one criterion, and why."""

    criterion: str
    met: bool
    reason: str = ""


def _step(context: Context, claim: Claim, event: str, note: str = "") -> None:
    ClaimStep.objects.create(
        claim=claim, event=event, at=context.now, by_id=context.account, note=note[:1000]
    )


def _held(claim: Claim, *states: str) -> Claim:
    rows = Claim.objects.select_for_update(of=("self",)).select_related("org", "reviewer", "second", "pack")
    held = rows.defer("pack__files").get(pk=claim.pk)
    if held.state not in states:
        raise Conflict("The claim is not at a point where this can be done.")
    return held


def _said(text: str, field: str, most: int = 1000) -> str:
    if not text.strip():
        raise Invalid("A reason is needed.", faults={field: MUST})
    return text.strip()[:most]


def _refuse_unclaimable(context: Context, org: Org, kind: StandardKind, period: Period | None) -> None:
    if not org.is_open():
        raise Conflict("%(org)s is closed.", {"org": org.name})
    if not kind.applies_to.includes(org.kind, org.domain, org.level):
        raise Invalid("This standard is not for an organization of this field.")
    if kind.every and (period is None or not claimable(kind, period, context.today)):
        said = msgid("It cannot be claimed for this period today.")
        raise Invalid(STILL, faults={"period": said})
    if not kind.every and period is not None:
        said = msgid("This standard is claimed for no period.")
        raise Invalid(STILL, faults={"period": said})


def _parsed(written: str) -> Period | None:
    if not written:
        return None
    try:
        return Period.parse(written)
    except ValueError:
        raise Invalid(STILL, faults={"period": msgid("This is no period.")}) from None


@operation("standards.begin_claim", permission="standards.claim", at="org")
def begin_claim(context: Context, org: Org, *, kind: str, period: str = "") -> Claim:
    """Begin to claim a standard; only the organization itself sees it until it is handed in.

    Refused for a closed organization, one of another field, outside the time in which it may
    be claimed, while a claim is open, and long before what is held ends.
    """
    chosen = standard_kind(org, kind)
    asked = _parsed(period)
    held = locked(org)
    _refuse_unclaimable(context, held, chosen, asked)
    if judges_of(held, chosen)[0] is None:
        raise Conflict("Nobody stands above who could judge the claim.")
    same = Claim.objects.filter(org=held, kind=kind, period=period)
    if same.filter(state__in=OPEN).exists():
        raise Conflict("A claim of this standard is open already.")
    if asked is not None and same.filter(state=Claim.State.GRANTED).exists():
        raise Conflict("It is granted for this period already.")
    standing = [] if asked is not None else held_claims(held.pk, kind, context.today)
    if any(too_early(each.held_until, context.today) for each in standing):
        raise Conflict("It is held; it may be claimed anew from ninety days before its end.")
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                kind=kind,
                period=period,
                org=held,
                pack=pack_version_of(held.root_id),
                begun_by_id=context.account,
                begun_at=context.now,
            )
    except IntegrityError:
        raise Conflict("A claim of this standard is open already.") from None
    ClaimLine.objects.bulk_create(ClaimLine(claim=claim, criterion=each.code) for each in chosen.criteria)
    _step(context, claim, "begun")
    return claim


@operation("standards.fill_claim", permission="standards.claim", at="claim.org")
def fill_claim(context: Context, claim: Claim, *, lines: Sequence[NewLine]) -> Claim:
    """Say of some criteria whether they are met, with the records or the words that show it.

    Refused once it is handed in; for a criterion that the standard has not; for records that
    are another organization's, of another kind, or of another time.
    """
    held = _held(claim, "draft")
    kind = kind_of_claim(held)
    faults: dict[str, str] = {}
    by_code = {line.criterion: line for line in ClaimLine.objects.filter(claim=held)}
    shown: list[Evidence] = []
    for new in lines:
        line, criterion = by_code.get(new.criterion), kind.criterion(new.criterion)
        if line is None or criterion is None:
            faults[new.criterion] = NO_CRITERION
            continue
        line.says_met, line.note = new.met, new.note.strip()[:1000]
        if fault := _fault_of_records(context, held, criterion, new.records):
            faults[new.criterion] = fault
        shown += [Evidence(line=line, record_id=each) for each in dict.fromkeys(new.records)]
    if faults:
        raise Invalid(STILL, faults=faults)
    told = [by_code[new.criterion] for new in lines]
    ClaimLine.objects.bulk_update(told, ["says_met", "note"])
    Evidence.objects.filter(line__in=told).delete()
    Evidence.objects.bulk_create(shown)
    return held


def _fault_of_records(context: Context, claim: Claim, criterion: Criterion, ids: Sequence[int]) -> str:
    if not ids:
        return ""
    period = period_of_claim(claim)
    found = standing_records(context, org=claim.org, period=period).filter(pk__in=list(ids))
    kinds = [each.kind for each in found]
    if len(kinds) != len(set(ids)) or any(code not in criterion.of for code in kinds):
        return msgid(
            "These records do not show it: they are another organization's, or of another kind or time."
        )
    return ""


@operation("standards.submit_claim", permission="standards.claim", at="claim.org")
def submit_claim(context: Context, claim: Claim) -> Claim:
    """Hand a claim in to the level above, with every criterion spoken of.

    Refused outside the time in which it may be claimed, and when something that is said to be
    met is not shown: too few records, a number that is too low or not known, no word at all.
    """
    held = _held(claim, "draft")
    kind, period = kind_of_claim(held), period_of_claim(held)
    org = locked(held.org)
    _refuse_unclaimable(context, org, kind, period)
    lines = lines_of(held)
    at_hand = evidence_at_hand(context, org, kind, period)
    faults: dict[str, str] = {}
    for line in lines:
        criterion = kind.criterion(line.criterion)
        assert criterion is not None
        line.known = at_hand[line.criterion].known
        if fault := _fault_of_line(line, criterion):
            faults[line.criterion] = fault
    if faults:
        raise Invalid(STILL, faults=faults)
    reviewer, second = judges_of(org, kind)
    if reviewer is None:
        raise Conflict("Nobody stands above who could judge the claim.")
    ClaimLine.objects.bulk_update(lines, ["known"])
    held.reviewer, held.second = reviewer, second
    held.submitted_by_id, held.submitted_at = context.account, context.now
    held.due_on = CALENDAR.add_workdays(context.today, kind.review_days)
    held.state = Claim.State.SUBMITTED
    held.save(update_fields=["reviewer", "second", "submitted_by", "submitted_at", "due_on", "state"])
    _step(context, held, "submitted")
    return held


def _fault_of_line(line: ClaimLine, criterion: Criterion) -> str:
    if line.says_met is None:
        return msgid("Say whether it is met.")
    if not line.says_met:
        return ""
    if criterion.at_least is not None:
        if line.known is None:
            return msgid("The number that shows it is not known; it is entered with its record or ledger.")
        if line.known < criterion.at_least:
            return msgid("The number that is known is below what is asked.")
    records = len(line.evidence.all())
    if records < criterion.minimum:
        return msgid("More records are needed to show it.")
    if not records and criterion.at_least is None and not line.note:
        return msgid("Choose a record that shows it, or say it in words.")
    return ""


@operation("standards.withdraw_claim", permission="standards.claim", at="claim.org")
def withdraw_claim(context: Context, claim: Claim) -> Claim:
    """Take a claim back before it is judged; it leaves no facts and may be made again."""
    held = _held(claim, "draft", "submitted")
    if held.state == Claim.State.SUBMITTED:
        _refuse_reviewer(context, held)
    held.state = Claim.State.WITHDRAWN
    held.save(update_fields=["state"])
    _step(context, held, "withdrawn")
    return held


def _refuse_own(context: Context, claim: Claim) -> None:
    """Refuse who handed it in, and who acts for the organization itself."""
    own = claim.org.path in context.places(CLAIM).tops or claim.org.path in context.places(REVIEW).tops
    if own or context.account in (claim.begun_by_id, claim.submitted_by_id, claim.appealed_by_id):
        raise NotAllowed("Nobody judges the claim of their own organization.")


def _refuse_reviewer(context: Context, claim: Claim) -> None:
    """Refuse who judges a claim to speak for its organization: neither takes it back nor appeals."""
    if judges_and_does_not_act(context, claim):
        raise NotAllowed("Whoever judges a claim neither takes it back nor appeals.")


def _judged(kind: StandardKind, lines: Sequence[Judged], own: Sequence[ClaimLine]) -> dict[str, Judged]:
    """Return what was found by criterion; refuse what is left out, unknown or without its reason."""
    found = {each.criterion: each for each in lines}
    says = {line.criterion: line.says_met for line in own}
    faults = {code: NO_CRITERION for code in found if code not in says}
    for each in kind.criteria:
        judged = found.get(each.code)
        if judged is None:
            faults[each.code] = msgid("Say whether it is met.")
        elif not judged.reason.strip() and (not judged.met or not says[each.code]):
            faults[each.code] = msgid("Say why: it is not met, or it is met against what was claimed.")
    if faults:
        raise Invalid(STILL, faults=faults)
    return found


@operation("standards.decide_claim", permission="standards.review", at="claim.decider")
def decide_claim(context: Context, claim: Claim, *, lines: Sequence[Judged], reason: str) -> Claim:
    """Judge a claim criterion by criterion; whether it is granted follows from them.

    The verdict becomes facts of the organization. Refused without a reason, by whoever handed
    it in, and by who acts for that organization.
    """
    held = _held(claim, "submitted")
    _refuse_own(context, held)
    kind, own = kind_of_claim(held), lines_of(held)
    said = _said(reason, "reason")
    found = _judged(kind, lines, own)
    refuse_text(held.org, {"reason": said}, what="order", context=context)
    for line in own:
        line.found_met, line.reason = found[line.criterion].met, found[line.criterion].reason.strip()[:500]
    ClaimLine.objects.bulk_update(own, ["found_met", "reason"])
    met = outcome(kind, {line.criterion: bool(line.found_met) for line in own}).met
    held.decided_by_id, held.decided_at, held.verdict = context.account, context.now, said
    held.state = Claim.State.GRANTED if met else Claim.State.REFUSED
    if not met:
        held.appeal_until = CALENDAR.add_workdays(context.today, kind.appeal_days)
    _write_verdict(context, held, kind, own)
    _step(context, held, held.state, said)
    return held


def _write_verdict(context: Context, claim: Claim, kind: StandardKind, lines: list[ClaimLine]) -> None:
    """Keep a verdict and what it counts for: as of its own day, also when it came at a second look."""
    assert claim.decided_at is not None
    decided_on = Context(context.actor, claim.decided_at).today
    since, until = held_between(kind, period_of_claim(claim), decided_on)
    before = any(each.pk != claim.pk for each in held_claims(claim.org_id, claim.kind, since))
    if claim.state == Claim.State.GRANTED:
        claim.held_since, claim.held_until = since, until
    claim.save()
    standing = list(facts_of_sources([source_of(claim)]))
    new = facts_instead(facts_of(claim, lines, since, held_before=before), standing)
    if claim.state == Claim.State.GRANTED:
        new += _renewed(claim, since)
    write_facts(context, claim.org.root_id, new)


def _renewed(claim: Claim, since: date) -> list[NewFact]:
    """Let earlier verdicts end where this one begins, and return what takes back the ends they foretold."""
    others = [each for each in granted_claims(claim.org_id, claim.kind) if each.pk != claim.pk]
    for each in others:
        if each.is_held(since) and each.held_since is not None and each.held_since < since:
            each.held_until = since
            each.save(update_fields=["held_until"])
    return facts_of_renewal(list(facts_of_sources(map(source_of, others))), since)


@operation("standards.appeal_claim", permission="standards.claim", at="claim.org")
def appeal_claim(context: Context, claim: Claim, *, reason: str) -> Claim:
    """Ask the next level up for a second look at a refusal: once, in time, with the reason."""
    held = _held(claim, "refused")
    _refuse_reviewer(context, held)
    if held.appeal:
        raise Conflict("The second look was asked for already.")
    if held.appeal_until is None or context.today > held.appeal_until:
        raise Conflict("The time for a second look is over.")
    said = _said(reason, "reason")
    if Claim.objects.filter(org=held.org_id, kind=held.kind, period=held.period, state__in=OPEN).exists():
        raise Conflict("A claim of this standard is open already.")
    held.appeal, held.appealed_by_id, held.appealed_at = said, context.account, context.now
    held.state = Claim.State.APPEALED
    held.due_on = CALENDAR.add_workdays(context.today, kind_of_claim(held).review_days)
    held.save(update_fields=["appeal", "appealed_by", "appealed_at", "state", "due_on"])
    _step(context, held, "appealed", said)
    return held


@operation("standards.answer_claim", permission="standards.review", at="claim.answerer")
def answer_claim(context: Context, claim: Claim, *, lines: Sequence[Judged], reason: str) -> Claim:
    """Look at a refused claim a second time and say what stands; that is the last word.

    Refused to whoever judged it first, and to who acts for that organization. What it changes
    replaces the facts of the first verdict.
    """
    held = _held(claim, "appealed")
    _refuse_own(context, held)
    if held.decided_by_id == context.account:
        raise NotAllowed("The second look is not by whoever had the first.")
    kind, own = kind_of_claim(held), lines_of(held)
    said = _said(reason, "reason")
    found = _judged(kind, lines, own)
    for line in own:
        line.again_met = found[line.criterion].met
        line.again_reason = found[line.criterion].reason.strip()[:500]
    ClaimLine.objects.bulk_update(own, ["again_met", "again_reason"])
    met = outcome(kind, {line.criterion: bool(line.again_met) for line in own}).met
    held.answered_by_id, held.answered_at, held.answer = context.account, context.now, said
    held.state = Claim.State.GRANTED if met else Claim.State.UPHELD
    _write_verdict(context, held, kind, own)
    _step(context, held, "overturned" if met else "upheld", said)
    return held


@operation("standards.revoke_claim", permission="standards.review", at="claim.decider")
def revoke_claim(
    context: Context, claim: Claim, *, reason: str, paper: str, never_met: bool = False
) -> Claim:
    """End what was granted, with the reason and the paper: from today on, or as if it had never been.

    Its facts are replaced, a site of it ends; a round that is frozen keeps what it was given.
    Refused when it is no longer held.
    """
    held = _held(claim, "granted")
    _refuse_own(context, held)
    said = _said(reason, "reason", 500)
    by_paper = _said(paper, "paper", 200)
    if not held.is_held(context.today):
        raise Conflict("It is not held any more.")
    assert held.held_since is not None
    day = held.held_since if never_met else context.today
    held.state, held.ended_on = Claim.State.REVOKED, day
    held.ended_reason, held.ended_paper = said, by_paper
    held.save(update_fields=["state", "ended_on", "ended_reason", "ended_paper"])
    standing = list(facts_of_sources([source_of(held)]))
    write_facts(context, held.org.root_id, facts_of_end(held, standing, day))
    _end_sites(context, held, said)
    _step(context, held, "revoked", f"{said} {by_paper}")
    return held


def _end_sites(context: Context, claim: Claim, reason: str) -> None:
    """End the site of a standard with the standard: what no longer meets it is not shown to others."""
    for site in Site.objects.filter(org=claim.org_id, kind=claim.kind, ended_on=None):
        site.ended_on, site.ended_reason = max(context.today, site.since_on), reason
        site.save(update_fields=["ended_on", "ended_reason"])
