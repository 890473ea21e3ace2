"""Claims: which there are, what shows them to be met, who judges, what waits for whom."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import ancestors_of, visible_orgs, within
from gangmu.work.records.models import Record
from gangmu.work.records.queries import known_values, standing_records
from gangmu.work.standards.definitions import Criterion, StandardKind
from gangmu.work.standards.models import Claim, ClaimLine, ClaimStep, Evidence

VIEW, CLAIM, REVIEW = "standards.view", "standards.claim", "standards.review"

OPEN = ("draft", "submitted", "appealed")
"""The states of a claim that is not decided yet."""


def _handed_in(context: Context) -> Q:
    """Return the condition that a claim was handed in, or is the reader's own or their organization's."""
    own = Q(org__path__in=context.places(CLAIM).tops)
    if context.actor.account_id is not None:
        own |= Q(begun_by=context.actor.account_id)  # who writes it down for a branch goes on with it
    return ~Q(state=Claim.State.DRAFT) | own


def visible_claims(context: Context) -> QuerySet[Claim]:
    """Return the claims within reach, the newest first; one that is not handed in is its organization's alone."""
    return (
        Claim.objects.filter(within(context.places(VIEW)), _handed_in(context))
        .select_related("org", "reviewer", "pack")
        .defer("pack__files")
        .order_by("-pk")
    )


def claim_by_id(context: Context, claim_id: int) -> Claim:
    """Return one claim that the reader may see; otherwise there is none."""
    found = (
        Claim.objects.filter(within(context.places(VIEW)), _handed_in(context), pk=claim_id)
        .select_related("org", "reviewer", "second", "pack", "decided_by", "answered_by")
        .defer("pack__files")
        .first()
    )
    if found is None:
        raise NotFound("There is no such claim.")
    return found


def lines_of(claim: Claim) -> list[ClaimLine]:
    """Return a claim's lines with the records that show them."""
    shown = (
        Evidence.objects.select_related("record", "record__pack").defer("record__pack__files").order_by("pk")
    )
    return list(ClaimLine.objects.filter(claim=claim).prefetch_related(Prefetch("evidence", shown)))


def steps_of(claim: Claim) -> QuerySet[ClaimStep]:
    """Return what happened to a claim, in order."""
    return ClaimStep.objects.filter(claim=claim).select_related("by").order_by("pk")


def period_of_claim(claim: Claim) -> Period | None:
    """Return the period that a claim is for, None for one that is for no period."""
    return Period.parse(claim.period) if claim.period else None


def held_claims(org: int, kind: str, day: date) -> list[Claim]:
    """Return the claims by which an organization holds a standard on a day; for decisions."""
    granted = Claim.objects.filter(org=org, kind=kind, state__in=("granted", "revoked"))
    return [each for each in granted.order_by("pk") if each.is_held(day)]


def granted_claims(org: int, kind: str) -> list[Claim]:
    """Return the claims of a standard that were granted to an organization and stand; for decisions."""
    return list(Claim.objects.filter(org=org, kind=kind, state=Claim.State.GRANTED).order_by("pk"))


def judges_of(org: Org, kind: StandardKind) -> tuple[Org | None, Org | None]:
    """Return who judges a claim, and who answers an appeal: the next one above, if there is any."""
    above = ancestors_of(org)
    if not above:
        return None, None
    fitting = [each for each in above if each.level == kind.reviewer]
    reviewer = fitting[-1] if fitting else above[-1]
    higher = [each for each in above if reviewer.path.startswith(each.path) and each.pk != reviewer.pk]
    return reviewer, higher[-1] if higher else reviewer


@dataclass(frozen=True)
class Shown:
    """What there is that shows a criterion to be met: records, and what is known in its field."""

    criterion: Criterion
    records: tuple[Record, ...]
    known: Decimal | None


_MOST_SHOWN = 30


def evidence_at_hand(
    context: Context, org: Org, kind: StandardKind, period: Period | None
) -> dict[str, Shown]:
    """Return what an organization wrote down already, by criterion: nobody writes it twice."""
    wanted = {code for each in kind.criteria for code in each.of}
    by_kind: dict[str, list[Record]] = {}
    if wanted:
        rows = standing_records(context, org=org, period=period).filter(kind__in=wanted)
        for record in rows[:500]:
            by_kind.setdefault(record.kind, []).append(record)
    fields = {each.field for each in kind.criteria if each.field}
    known = known_values(context, org) if fields else {}
    return {
        each.code: Shown(
            each,
            tuple(
                sorted(
                    (record for code in each.of for record in by_kind.get(code, ())),
                    key=lambda record: (record.day, record.pk),
                    reverse=True,
                )
            )[:_MOST_SHOWN],
            _number(known[each.field].value) if each.field in known else None,
        )
        for each in kind.criteria
    }


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def judges_and_does_not_act(context: Context, claim: Claim) -> bool:
    """Whether somebody judges a claim and does not act for its organization; for decisions."""
    return context.may(REVIEW, claim.decider.path) and claim.org.path not in context.places(CLAIM).tops


# What waits


def claims_to_judge(context: Context) -> QuerySet[Claim]:
    """Return the claims that the reader's own organizations judge or look at again, the soonest due first."""
    tops = context.places(REVIEW).tops
    return (
        Claim.objects.filter(
            Q(state=Claim.State.SUBMITTED, reviewer__path__in=tops)
            | Q(state=Claim.State.APPEALED, second__path__in=tops)
        )
        .select_related("org", "pack")
        .defer("pack__files")
        .order_by("due_on", "pk")
    )


def own_open_claims(context: Context) -> QuerySet[Claim]:
    """Return the claims that the reader's own organizations have begun, or may appeal against still."""
    tops = context.places(CLAIM).tops
    return (
        Claim.objects.filter(
            Q(state=Claim.State.DRAFT)
            | Q(state=Claim.State.REFUSED, appeal_until__gte=context.today, appeal=""),
            org__path__in=tops,
        )
        .select_related("org", "pack")
        .defer("pack__files")
        .order_by("pk")
    )


def places_of(context: Context, permission: str) -> list[Org]:
    """Return the organizations at the tops of where the reader holds a permission, in code order."""
    places = context.places(permission)
    tops = Q(parent=None) if places.everywhere else Q(path__in=[low for low, _ in places.ranges])
    return list(visible_orgs(context).filter(tops, closed_on=None).order_by("code"))
