"""Letters of responsibility: read, issued, accepted, taken back."""

from datetime import date
from typing import Any

from ninja import Query, Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.programmes.api.shapes import GivenReasonIn, PageOf, limit_of
from gangmu.work.programmes.models import Letter
from gangmu.work.programmes.operations.letters import accept_letter, issue_letters, withdraw_letter
from gangmu.work.programmes.queries.letters import letter_by_id, visible_letters

router = Router()


class LetterOut(Schema):
    """One letter as it was issued."""

    id: int
    kind: str
    year: int
    number: str
    issuer_id: int
    org_id: int
    title: str
    content: dict[str, Any]
    state: str
    signed_by: str
    issued_on: date
    due_on: date
    accepted_name: str
    accepted_on: date | None
    withdrawn_reason: str


@endpoint(
    router,
    "get",
    "/letters",
    "programmes.visible_letters",
    permission="programmes.view",
    response=list[LetterOut],
)
def list_letters(request: Request, page: Query[PageOf], year: int = 0) -> list[Letter]:
    """List the letters within reach, by id."""
    rows = visible_letters(request.context).order_by("pk").filter(pk__gt=page.after)
    return list((rows.filter(year=year) if year else rows)[: limit_of(page)])


@endpoint(
    router,
    "get",
    "/letters/{letter_id}",
    "programmes.letter_by_id",
    permission="programmes.view",
    response=LetterOut,
)
def read_letter(request: Request, letter_id: int) -> Letter:
    """Return one letter."""
    return letter_by_id(request.context, letter_id)


class LettersIn(Schema):
    """Which letter, for which year, signed by whom; without ``orgs`` to all who have none."""

    kind: str
    year: int
    signed_by: str
    orgs: list[int] = []


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/letters",
    "programmes.issue_letters",
    permission="programmes.manage",
    response=list[LetterOut],
)
def issue(request: Request, org_id: int, body: LettersIn) -> list[Letter]:
    """Issue the year's letters to those directly below."""
    context = request.context
    orgs = [org_by_id(context, each) for each in body.orgs[:500]]
    return issue_letters(
        context,
        org_by_id(context, org_id),
        kind=body.kind,
        year=body.year,
        signed_by=body.signed_by,
        orgs=orgs,
    )


class AcceptanceIn(Schema):
    """Who accepts."""

    name: str


@endpoint(
    router,
    "post",
    "/letters/{letter_id}/accept",
    "programmes.accept_letter",
    permission="programmes.answer",
    response=LetterOut,
)
def accept(request: Request, letter_id: int, body: AcceptanceIn) -> Letter:
    """Accept a letter with a name; the day is kept."""
    return accept_letter(request.context, letter_by_id(request.context, letter_id), name=body.name)


@endpoint(
    router,
    "post",
    "/letters/{letter_id}/withdraw",
    "programmes.withdraw_letter",
    permission="programmes.manage",
    response=LetterOut,
)
def withdraw(request: Request, letter_id: int, body: GivenReasonIn) -> Letter:
    """Take a letter back, with the reason."""
    return withdraw_letter(request.context, letter_by_id(request.context, letter_id), reason=body.reason)
