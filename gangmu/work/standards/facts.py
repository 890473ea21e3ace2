"""Verdicts as facts."""

from datetime import date
from decimal import Decimal

from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.rules import VOID, NewFact
from gangmu.work.standards.models import Claim, ClaimLine
from gangmu.work.standards.rules import FACT_CLAIMED, FACT_CRITERION, FACT_MET

YES, NO = Decimal(1), Decimal(0)


def source_of(claim: Claim) -> str:
    """Return what a fact of a claim leads back to."""
    return f"claim:{claim.pk}"


def facts_of(claim: Claim, lines: list[ClaimLine], day: date, *, held_before: bool) -> list[NewFact]:
    """Return what a verdict adds to the facts.

    That it is no longer held is said beforehand, with the day on which it ends: a round of
    that year finds it without anybody having to remember. A refusal takes nothing from who
    holds the standard by an earlier claim.
    """
    source = source_of(claim)
    rows = [NewFact(claim.org_id, day, FACT_CLAIMED, YES, source, claim.kind)]
    rows += [
        NewFact(
            claim.org_id,
            day,
            FACT_CRITERION,
            YES if line.stands_met else NO,
            source,
            f"{claim.kind}.{line.criterion}",
        )
        for line in lines
    ]
    granted = claim.state == Claim.State.GRANTED
    if granted or not held_before:
        rows.append(NewFact(claim.org_id, day, FACT_MET, YES if granted else NO, source, claim.kind))
    if granted and claim.held_until is not None:
        rows.append(NewFact(claim.org_id, claim.held_until, FACT_MET, NO, source, claim.kind))
    return rows


def facts_instead(new: list[NewFact], standing: list[Fact]) -> list[NewFact]:
    """Return the facts that take the place of those of the verdict before; what did not change stays."""
    left = {(fact.code, fact.item, fact.day): fact for fact in standing}
    rows = []
    for each in new:
        old = left.pop((each.code, each.item, each.day), None)
        if old is None:
            rows.append(each)
        elif old.value != each.value:
            rows.append(NewFact(each.org, each.day, each.code, each.value, each.source, each.item, old.fact))
    return rows + [_void(old) for old in left.values()]


def facts_of_end(claim: Claim, standing: list[Fact], day: date) -> list[NewFact]:
    """Return the facts of a revocation: not held from a day on, or never, if that is its first day."""
    met = [fact for fact in standing if fact.code == FACT_MET]
    if claim.held_since is not None and day <= claim.held_since:
        return [
            NewFact(fact.org_id, fact.day, FACT_MET, NO, fact.source, fact.item, fact.fact)
            for fact in met
            if fact.value
        ] + [_void(fact) for fact in met if not fact.value]
    ends = [_void(fact) for fact in met if not fact.value and fact.day >= day]
    return [*ends, NewFact(claim.org_id, day, FACT_MET, NO, source_of(claim), claim.kind)]


def facts_of_renewal(standing: list[Fact], day: date) -> list[NewFact]:
    """Return what takes away the ends that earlier claims foretold: the standard is held on."""
    return [_void(fact) for fact in standing if fact.code == FACT_MET and not fact.value and fact.day >= day]


def _void(fact: Fact) -> NewFact:
    return NewFact(fact.org_id, fact.day, VOID, None, fact.source, "", fact.fact)
