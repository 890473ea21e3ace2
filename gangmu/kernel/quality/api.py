"""Doubts over the API."""

from datetime import date, datetime
from typing import Any

from ninja import Query, Router, Schema

from gangmu.core.text import Text
from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.kernel.quality.models import Doubt
from gangmu.kernel.quality.operations import end_excuse, excuse_doubt, look_through_again
from gangmu.kernel.quality.queries import (
    CheckLine,
    check_by_code,
    check_lines,
    doubt_by_id,
    doubts,
    said,
)

router = Router(tags=["quality"])


class CheckOut(Schema):
    """One check with what it found within reach."""

    code: str
    group: str
    title: str
    mend: str
    source: str
    sure: bool
    open: int
    excused: int
    found_before: int | None
    swept_at: datetime | None


class DoubtOut(Schema):
    """One doubt; ``subject`` names what it is about, as ``person:12``."""

    id: int
    check: str
    org: int
    subject: str
    says: str
    since: date
    excused_until: date | None
    excused_for: str


class ExcuseIn(Schema):
    """Why it is right, and the last day on which nobody need look again."""

    reason: str
    until: date


class SweptOut(Schema):
    """How many doubts there are after looking through again."""

    found: int


class DoubtsOf(Schema):
    """Which doubts: of a check, at and below an organization, open or excused, after an id."""

    check: str = ""
    org: int | None = None
    state: str = ""
    after: int = 0
    limit: int = 100


def _said(words: Text, request: Request) -> str:
    return words.within(request.context.language)


def _check(line: CheckLine, request: Request) -> dict[str, Any]:
    check = line.check
    return {
        "code": check.code,
        "group": check.group,
        "title": _said(check.title, request),
        "mend": _said(check.mend, request),
        "source": check.source,
        "sure": check.sure,
        "open": line.open,
        "excused": line.excused,
        "found_before": line.found_before,
        "swept_at": line.swept_at,
    }


def _doubt(doubt: Doubt, request: Request) -> dict[str, Any]:
    return {
        "id": doubt.pk,
        "check": doubt.check_code,
        "org": doubt.org_id,
        "subject": doubt.subject,
        "says": _said(said(check_by_code(doubt.check_code), doubt.params), request),
        "since": doubt.since,
        "excused_until": doubt.excused_until,
        "excused_for": doubt.excused_for,
    }


@endpoint(
    router,
    "get",
    "/quality/checks",
    "quality.check_lines",
    permission="quality.view",
    response=list[CheckOut],
)
def listed_checks(request: Request) -> list[dict[str, Any]]:
    """List the checks with what they found within reach."""
    return [_check(line, request) for line in check_lines(request.context)]


@endpoint(
    router, "get", "/quality/doubts", "quality.doubts", permission="quality.view", response=list[DoubtOut]
)
def listed_doubts(request: Request, page: Query[DoubtsOf]) -> list[dict[str, Any]]:
    """List doubts by their ids, so that a reader who goes on after the last misses none."""
    org = org_by_id(request.context, page.org) if page.org is not None else None
    rows = doubts(request.context, code=page.check, org=org, state=page.state)
    limit = max(1, min(page.limit, 200))
    return [_doubt(each, request) for each in rows.filter(pk__gt=page.after).order_by("pk")[:limit]]


@endpoint(
    router,
    "post",
    "/quality/checks/{check_code}/sweeps",
    "quality.look_through",
    permission="quality.sweep",
    response=SweptOut,
)
def swept(request: Request, check_code: str) -> dict[str, int]:
    """Look through the caller's trees again for one check."""
    return {"found": look_through_again(request.context, check_by_code(check_code))}


@endpoint(
    router,
    "post",
    "/quality/doubts/{doubt_id}/excuse",
    "quality.excuse_doubt",
    permission="quality.excuse",
    response=DoubtOut,
)
def excused_one(request: Request, doubt_id: int, given: ExcuseIn) -> dict[str, Any]:
    """Excuse a doubt that was looked at and is right."""
    found = doubt_by_id(request.context, doubt_id)
    return _doubt(excuse_doubt(request.context, found, reason=given.reason, until=given.until), request)


@endpoint(
    router,
    "post",
    "/quality/doubts/{doubt_id}/open",
    "quality.end_excuse",
    permission="quality.excuse",
    response=DoubtOut,
)
def opened_again(request: Request, doubt_id: int) -> dict[str, Any]:
    """End the excuse of a doubt."""
    return _doubt(end_excuse(request.context, doubt_by_id(request.context, doubt_id)), request)
