"""Notices, objections and documents over the API."""

from datetime import date, datetime
from typing import Any

from ninja import Query, Router, Schema

from gangmu.frame.doors import ANYONE, Request, endpoint
from gangmu.kernel.notices.models import Document, DocumentVersion, Notice, Objection
from gangmu.kernel.notices.operations import (
    DocumentContent,
    Objector,
    Receipt,
    add_document,
    answer_objection,
    object_to_notice,
    publish_notice,
    revise_document,
    take_over_document,
    unmask_objector,
    withdraw_notice,
)
from gangmu.kernel.notices.queries import (
    LibraryEntry,
    document_by_code,
    followers_here,
    library,
    library_document,
    notice_by_id,
    objection_by_id,
    public_notice,
    public_notices,
    visible_notices,
    visible_objections,
)
from gangmu.kernel.notices.rules import Body, Term
from gangmu.kernel.orgs.queries import org_by_id, visible_orgs

router = Router(tags=["notices"])


class NoticeOut(Schema):
    """A notice as it was published."""

    id: int
    org_id: int
    title: str
    number: str
    audience: str
    day_from: date
    day_to: date | None
    objections_until: date | None
    digest: str
    withdrawn_at: datetime | None
    withdrawn_for: str


class NoticeWhole(NoticeOut):
    """A notice with what it says; a withdrawn one says nothing any more."""

    body: dict[str, Any]


class BodyIn(Schema):
    """Plain paragraphs, and a table whose first row is its head."""

    paragraphs: list[str] = []
    head: list[str] = []
    rows: list[list[str]] = []


class NoticeIn(Schema):
    """A notice to publish."""

    title: str
    body: BodyIn
    audience: str = "subtree"
    named: list[int] = []
    number: str = ""
    term: Term | None = None
    length_reason: str = ""
    source: str = ""
    knowingly: bool = False


class ReasonIn(Schema):
    """Why."""

    reason: str


class ObjectionIn(Schema):
    """An objection; ``form_key`` makes sending it twice one objection."""

    text: str
    form_key: str
    name: str = ""
    contact: str = ""


class ReceiptOut(Schema):
    """What finds the answer; shown once."""

    code: str
    answer_due_on: date


class ObjectionOut(Schema):
    """An objection, without who made it."""

    id: int
    notice_id: int
    text: str
    received_at: datetime
    answer_due_on: date
    answered_at: datetime | None
    outcome: str
    answer: str


class AnswerIn(Schema):
    """An answer to an objection: upheld or rejected, and why."""

    answer: str
    outcome: str


class ObjectorOut(Schema):
    """Who objected, as far as they said."""

    name: str
    contact: str


class ArticleOut(Schema):
    """One article."""

    code: str
    title: str
    text: str


class DocumentOut(Schema):
    """One document of the library."""

    code: str
    title: str
    number: str
    issuer: str
    issued_on: date
    from_pack: bool
    version: int
    text: str
    articles: list[ArticleOut]


class DocumentIn(Schema):
    """What a version of a document says."""

    title: str
    issuer: str
    issued_on: date
    number: str = ""
    text: str = ""
    articles: list[ArticleOut] = []
    file: int | None = None
    knowingly: bool = False

    def content(self) -> DocumentContent:
        """Return it as the operation takes it."""
        plain = self.dict(exclude={"articles", "code", "reason", "knowingly"})
        return DocumentContent(**plain, articles=tuple(article.dict() for article in self.articles))


class NewDocumentIn(DocumentIn):
    """A new document; ``code`` is how duties name it."""

    code: str


class RevisionIn(DocumentIn):
    """A newer version, and why."""

    reason: str


class DocumentId(Schema):
    """Which document."""

    id: int
    code: str


class VersionOut(Schema):
    """Which version."""

    document_id: int
    version: int


class PageOf(Schema):
    """Where a list goes on."""

    after: int = 0
    limit: int = 100

    @property
    def most(self) -> int:
        """How many rows a page holds at most."""
        return max(1, min(self.limit, 200))


def _whole(notice: Notice) -> Notice:
    if notice.withdrawn_at is not None:
        notice.body = {}
    return notice


@endpoint(
    router, "get", "/notices", "notices.visible_notices", permission="notices.view", response=list[NoticeOut]
)
def list_notices(request: Request, page: Query[PageOf]) -> list[Notice]:
    """List the notices for the caller, by id."""
    rows = visible_notices(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: page.most])


@endpoint(
    router,
    "get",
    "/notices/{notice_id}",
    "notices.notice_by_id",
    permission="notices.view",
    response=NoticeWhole,
)
def get_notice(request: Request, notice_id: int) -> Notice:
    """Return one notice for the caller."""
    return _whole(notice_by_id(request.context, notice_id))


@endpoint(
    router, "get", "/public/notices", "notices.public_notices", permission=ANYONE, response=list[NoticeOut]
)
def list_public_notices(request: Request, page: Query[PageOf]) -> list[Notice]:
    """List what everybody may see today, by id."""
    rows = public_notices(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: page.most])


@endpoint(
    router,
    "get",
    "/public/notices/{notice_id}",
    "notices.public_notice",
    permission=ANYONE,
    response=NoticeWhole,
)
def get_public_notice(request: Request, notice_id: int) -> Notice:
    """Return one notice that everybody may see today."""
    return _whole(public_notice(request.context, notice_id))


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/notices",
    "notices.publish_notice",
    permission="notices.publish",
    response=NoticeOut,
)
def post_notice(request: Request, org_id: int, given: NoticeIn) -> Notice:
    """Publish a notice at an organization."""
    context = request.context
    named = list(visible_orgs(context).filter(pk__in=given.named)) if given.named else []
    body = Body(
        paragraphs=tuple(given.body.paragraphs),
        head=tuple(given.body.head),
        rows=tuple(tuple(row) for row in given.body.rows),
    )
    return publish_notice(
        context,
        org_by_id(context, org_id),
        title=given.title,
        body=body,
        audience=given.audience,
        named=named,
        number=given.number,
        term=given.term,
        length_reason=given.length_reason,
        source=given.source,
        knowingly=given.knowingly,
    )


@endpoint(
    router,
    "post",
    "/notices/{notice_id}/withdraw",
    "notices.withdraw_notice",
    permission="notices.publish",
    response=NoticeOut,
)
def post_withdrawal(request: Request, notice_id: int, given: ReasonIn) -> Notice:
    """Withdraw a notice, for a reason."""
    return withdraw_notice(request.context, notice_by_id(request.context, notice_id), reason=given.reason)


@endpoint(
    router,
    "post",
    "/public/notices/{notice_id}/objections",
    "notices.object_to_notice",
    permission=ANYONE,
    response=ReceiptOut,
)
def post_objection(request: Request, notice_id: int, given: ObjectionIn) -> Receipt:
    """Object to a public notice."""
    return object_to_notice(request.context, public_notice(request.context, notice_id), **given.dict())


@endpoint(
    router,
    "get",
    "/objections",
    "notices.visible_objections",
    permission="notices.publish",
    response=list[ObjectionOut],
)
def list_objections(request: Request, page: Query[PageOf]) -> list[Objection]:
    """List the objections that the caller answers for, by id."""
    rows = visible_objections(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: page.most])


@endpoint(
    router,
    "post",
    "/objections/{objection_id}/answer",
    "notices.answer_objection",
    permission="notices.publish",
    response=ObjectionOut,
)
def post_answer(request: Request, objection_id: int, given: AnswerIn) -> Objection:
    """Answer an objection."""
    return answer_objection(request.context, objection_by_id(request.context, objection_id), **given.dict())


@endpoint(
    router,
    "post",
    "/objections/{objection_id}/unmask",
    "notices.unmask_objector",
    permission="notices.publish",
    response=ObjectorOut,
)
def post_unmasking(request: Request, objection_id: int) -> Objector:
    """Show who objected; that it was shown stands in the log."""
    return unmask_objector(request.context, objection_by_id(request.context, objection_id))


@endpoint(
    router, "get", "/documents", "notices.library", permission="notices.view", response=list[DocumentOut]
)
def list_documents(request: Request, q: str = "", after: int = 0, limit: int = 100) -> list[LibraryEntry]:
    """List the documents that rule where the caller works, the newest first; ``after`` passes over so many."""
    return library(request.context, q)[max(0, after) :][: max(1, min(limit, 200))]


@endpoint(
    router,
    "get",
    "/documents/{document_code}",
    "notices.library_document",
    permission="notices.view",
    response=DocumentOut,
)
def get_document(request: Request, document_code: str, version: int | None = None) -> LibraryEntry:
    """Return one document by its code, in its newest or an older version."""
    return library_document(request.context, document_code, version)


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/documents",
    "notices.add_document",
    permission="notices.publish",
    response=DocumentId,
)
def post_document(request: Request, org_id: int, given: NewDocumentIn) -> Document:
    """Put a document into the library."""
    return add_document(
        request.context,
        org_by_id(request.context, org_id),
        code=given.code,
        content=given.content(),
        knowingly=given.knowingly,
    )


@endpoint(
    router,
    "post",
    "/documents/{document_code}/revise",
    "notices.revise_document",
    permission="notices.publish",
    response=VersionOut,
)
def post_revision(request: Request, document_code: str, given: RevisionIn) -> DocumentVersion:
    """Add a newer version of a document."""
    return revise_document(
        request.context,
        document_by_code(request.context, document_code),
        content=given.content(),
        reason=given.reason,
        knowingly=given.knowingly,
    )


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/documents/{document_code}/take-over",
    "notices.take_over_document",
    permission="notices.publish",
    response=VersionOut,
)
def post_take_over(request: Request, org_id: int, document_code: str, given: RevisionIn) -> DocumentVersion:
    """Write a newer version of a document that came with the pack."""
    return take_over_document(
        request.context,
        org_by_id(request.context, org_id),
        code=document_code,
        content=given.content(),
        reason=given.reason,
        knowingly=given.knowingly,
    )


class FollowerOut(Schema):
    """One definition that follows a document; without articles it follows all of it."""

    kind: str
    code: str
    title: str
    articles: list[str]


@endpoint(
    router,
    "get",
    "/documents/{document_code}/followers",
    "notices.followers_here",
    permission="notices.view",
    response=list[FollowerOut],
)
def get_followers(request: Request, document_code: str) -> list[FollowerOut]:
    """List what of the place's pack follows a document: duties, letters, programmes and all others."""
    return [
        FollowerOut(
            kind=each.kind,
            code=each.definition.code,
            title=str(each.definition.title),
            articles=list(each.articles),
        )
        for each in followers_here(request.context, document_code)
    ]
