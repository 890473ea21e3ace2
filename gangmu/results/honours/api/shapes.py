"""What several endpoints of the room take and give."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ninja import Schema

from gangmu.results.honours.models import Contest
from gangmu.results.honours.queries.contests import kind_of


class PageOf(Schema):
    """Where a list goes on: ``after`` the last id seen, at most ``limit`` rows."""

    after: int = 0
    limit: int = 100


def limit_of(page: PageOf) -> int:
    """Return how many rows a page may have: one to two hundred."""
    return max(1, min(page.limit, 200))


class GivenReasonIn(Schema):
    """Why."""

    reason: str


class ContestOut(Schema):
    """One run of a contest, with the document that allows it."""

    id: int
    org_id: int
    kind: str
    honour: str
    needs_standard: list[str]
    year: int
    title: str
    places: dict[str, int]
    state: str
    approval_number: str
    approval_issuer: str
    approval_level: str
    approved_on: date
    approval_expires_on: date
    nominate_until: date
    review_until: date | None
    publicity_until: date | None
    publicity_notice_id: int | None
    notice_id: int | None
    cancelled_for: str

    @staticmethod
    def resolve_needs_standard(contest: Contest) -> list[str]:
        """Return of which standards a candidate holds one, as the pack said when it was opened."""
        return list(kind_of(contest).needs_standard)


class MemberOut(Schema):
    """One seat of a panel."""

    id: int
    name: str
    org_id: int
    account_id: int | None


class NominationOut(Schema):
    """One candidate; ``total`` and ``rank`` are null until enough have judged it and it is decided."""

    id: int
    contest_id: int
    org_id: int
    line: str
    nominator_id: int
    text: str
    evidence: list[dict[str, Any]]
    nominated_at: datetime
    withdrawn_at: datetime | None
    total: Decimal | None
    rank: int | None
    outcome: str
    reason: str


class HonourOut(Schema):
    """One honour of the register."""

    id: int
    org_id: int
    office_id: int
    kind: str
    line: str
    title: str
    person: str
    given_by: str
    paper: str
    number: str
    by_others: bool
    conferred_on: date
    lasts_until: date | None
    withdrawn_on: date | None
    withdrawn_for: str
    withdrawn_paper: str
    plaque: bool
    plaque_hung_on: date | None
    plaque_down_on: date | None


class PledgeOut(Schema):
    """One promise, and whether it was kept."""

    id: int
    text: str
    due_on: date
    stated_on: date
    verdict: str
    reason: str
    judged_on: date | None
