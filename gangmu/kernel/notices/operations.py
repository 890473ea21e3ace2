"""Every write to notices, objections and documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from gangmu.core import secrets
from gangmu.core.calendar import Calendar
from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.kernel.access.rules import code_digest
from gangmu.kernel.audit.operations import ANYONE, operation
from gangmu.kernel.files.queries import file_for
from gangmu.kernel.guard.queries import refuse_text
from gangmu.kernel.notices.definitions import DocumentKind
from gangmu.kernel.notices.models import Document, DocumentVersion, Notice, Objection
from gangmu.kernel.notices.queries import pack_document, reads_notice
from gangmu.kernel.notices.rules import (
    LONGEST_OBJECTION,
    Body,
    Term,
    answer_due_on,
    article_faults,
    body_faults,
    refuse_length,
)
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.rules import is_below
from gangmu.kernel.packs.queries import packs_in_force

MOST_NAMED = 2000
MOST_OBJECTIONS_A_DAY = 100
_NEEDED = "This must be filled in."
_NAME, _CONTACT = "objection name", "objection contact"


def _refuse(faults: dict[str, str]) -> None:
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)


@operation("notices.publish_notice", permission="notices.publish", at="org")
def publish_notice(
    context: Context,
    org: Org,
    *,
    title: str,
    body: Body,
    audience: str = Notice.Audience.SUBTREE,
    named: Sequence[Org] = (),
    number: str = "",
    term: Term | None = None,
    length_reason: str = "",
    source: str = "",
    knowingly: bool = False,
) -> Notice:
    """Publish a page for an audience and a period, and freeze it.

    What it says is never changed afterwards. The same source is published once: asked
    again, the notice that stands is returned. Refused for an audience outside the
    publisher's own tree part, for a text of more than 5000 characters without a reason, and
    for one that asks for what the rules against formalism forbid or, unless ``knowingly``, warn of.
    """
    if source:
        standing = Notice.objects.filter(source=source).first()
        if standing is not None and standing.org_id != org.pk:
            raise Conflict("Another organization has published this.")
        if standing is not None:
            return standing
    term = term or Term()
    first = term.first or context.today
    faults = _publishing_faults(org, title, audience, named) | _term_faults(context, first, term)
    _refuse(faults | body_faults(body))
    refuse_length(body.characters, length_reason)
    words = {"title": title, "text": "\n".join(body.paragraphs), "table": body.table_text}
    refuse_text(org, words, what="notice", context=context, knowingly=knowingly)
    notice = Notice.objects.create(
        org=org,
        title=title.strip(),
        number=number.strip()[:60],
        body=body.as_json(),
        digest=body.digest,
        characters=body.characters,
        length_reason=length_reason.strip()[:200],
        audience=audience,
        day_from=first,
        day_to=term.last,
        objections_until=term.objections_until,
        answer_within=term.answer_within,
        source=source,
        published_at=context.now,
        published_by=context.actor.account_id,
    )
    notice.named.set(named)
    return notice


def _publishing_faults(org: Org, title: str, audience: str, named: Sequence[Org]) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not title.strip():
        faults["title"] = _NEEDED
    elif len(title.strip()) > 200:
        faults["title"] = "This is too long."
    if audience not in Notice.Audience.values:
        faults["audience"] = "This is not one of the choices."
    if (audience == Notice.Audience.NAMED) != bool(named) or len(named) > MOST_NAMED:
        faults["named"] = "Name the organizations for which it is, two thousand at most."
    elif any(not is_below(each.path, org.path) for each in named):
        faults["named"] = "A notice is for organizations at or below its publisher."
    return faults


def _term_faults(context: Context, first: date, term: Term) -> dict[str, str]:
    faults: dict[str, str] = {}
    last, until = term.last, term.objections_until
    if first < context.today:
        faults["day_from"] = "A notice does not begin before today."
    if last is not None and last < first:
        faults["day_to"] = "The last day lies before the first."
    if until is not None and (until < first or (last is not None and until > last)):
        faults["objections_until"] = "Objections are possible within the period only."
    if not 1 <= term.answer_within <= 60:
        faults["answer_within"] = "Between 1 and 60 working days."
    return faults


@operation("notices.withdraw_notice", permission="notices.publish", at="notice.org")
def withdraw_notice(context: Context, notice: Notice, *, reason: str) -> Notice:
    """Withdraw a notice, for a reason that stands in its place from now on.

    What it said is kept for those who may publish there. Withdrawn once, it stays so.
    """
    if not reason.strip():
        _refuse({"reason": _NEEDED})
    kept = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if kept.withdrawn_at is not None:
        raise Conflict("This notice was withdrawn before.")
    kept.withdrawn_at, kept.withdrawn_for = context.now, reason.strip()[:200]
    kept.save(update_fields=["withdrawn_at", "withdrawn_for"])
    return kept


@dataclass(frozen=True)
class Receipt:
    """What somebody who objects takes home: the code, shown once and kept nowhere."""

    code: str
    answer_due_on: date


@operation("notices.object_to_notice", permission=ANYONE, secret=("text", "name", "contact", "form_key"))
def object_to_notice(
    context: Context,
    notice: Notice,
    *,
    text: str,
    form_key: str,
    name: str = "",
    contact: str = "",
    calendar: Calendar | None = None,
) -> Receipt:
    """Object to a notice within its period, with or without a name; the receipt finds the answer.

    The same form sent twice is one objection with one receipt. Refused by those outside
    the audience, after the last day for objections, and once the notice is withdrawn.
    """
    if not reads_notice(context, notice):
        raise NotFound("There is no such notice.")
    _refuse(_objection_faults(text, name, contact, form_key))
    code = _receipt_code(notice, form_key)
    known = Objection.objects.filter(receipt=code_digest(code)).first()
    if known is not None:
        return Receipt(code, known.answer_due_on)
    standing = Notice.objects.get(pk=notice.pk)  # it may have been withdrawn since it was shown
    last = standing.objections_until
    if standing.withdrawn_at is not None or last is None or not standing.day_from <= context.today <= last:
        raise Conflict("Objections to this notice are not possible now.")
    _refuse_flood(context, notice)
    due = answer_due_on(context.today, notice.answer_within, calendar or Calendar())
    Objection.objects.create(
        notice=notice,
        receipt=code_digest(code),
        text=text.strip(),
        name_sealed=_sealed(name, _NAME),
        contact_sealed=_sealed(contact, _CONTACT),
        received_at=context.now,
        answer_due_on=due,
    )
    return Receipt(code, due)


def _objection_faults(text: str, name: str, contact: str, form_key: str) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not text.strip():
        faults["text"] = _NEEDED
    elif len(text.strip()) > LONGEST_OBJECTION:
        faults["text"] = "This is too long."
    if len(name) > 60:
        faults["name"] = "This is too long."
    if len(contact) > 60:
        faults["contact"] = "This is too long."
    if len(form_key) < 16:
        faults["form_key"] = _NEEDED
    return faults


def _receipt_code(notice: Notice, form_key: str) -> str:
    """Return ten letters that only this form of this notice gives, so that a repeat gives them again."""
    mark = secrets.fingerprint(
        settings.GANGMU_DATA_KEY, f"{notice.pk}:{form_key}", purpose="objection receipt"
    )
    letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
    number = int(mark, 16)
    code = ""
    for _ in range(10):
        number, place = divmod(number, len(letters))
        code += letters[place]
    return f"{code[:5]}-{code[5:]}"


def _refuse_flood(context: Context, notice: Notice) -> None:
    since = context.now - timedelta(days=1)
    if Objection.objects.filter(notice=notice, received_at__gt=since).count() >= MOST_OBJECTIONS_A_DAY:
        raise Conflict("Very many objections came in today; please try again tomorrow, or on paper.")


def _sealed(text: str, purpose: str) -> bytes | None:
    plain = text.strip()
    return secrets.encrypt(settings.GANGMU_DATA_KEY, plain, purpose=purpose) if plain else None


@dataclass(frozen=True)
class Objector:
    """Who objected, as far as they said."""

    name: str
    contact: str


@operation("notices.unmask_objector", permission="notices.publish", at="objection.notice.org")
def unmask_objector(context: Context, objection: Objection) -> Objector:
    """Show who objected, to those who answer; that it was shown stands in the log."""
    key = settings.GANGMU_DATA_KEY
    name, contact = objection.name_sealed, objection.contact_sealed
    return Objector(
        secrets.decrypt(key, bytes(name), purpose=_NAME) if name else "",
        secrets.decrypt(key, bytes(contact), purpose=_CONTACT) if contact else "",
    )


@operation("notices.answer_objection", permission="notices.publish", at="objection.notice.org")
def answer_objection(context: Context, objection: Objection, *, answer: str, outcome: str) -> Objection:
    """Answer an objection: upheld or rejected, with words that the receipt finds.

    Answered once, it stays so.
    """
    faults: dict[str, str] = {}
    if not answer.strip():
        faults["answer"] = _NEEDED
    elif len(answer.strip()) > LONGEST_OBJECTION:
        faults["answer"] = "This is too long."
    if outcome not in Objection.Outcome.values:
        faults["outcome"] = "This is not one of the choices."
    _refuse(faults)
    kept = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if kept.answered_at is not None:
        raise Conflict("This objection was answered before.")
    kept.answer, kept.outcome = answer.strip(), outcome
    kept.answered_at, kept.answered_by = context.now, context.actor.account_id
    kept.save(update_fields=["answer", "outcome", "answered_at", "answered_by"])
    return kept


@dataclass(frozen=True)
class DocumentContent:
    """What one version of a document says; ``file`` is the id of its scan."""

    title: str
    issuer: str
    issued_on: date
    number: str = ""
    text: str = ""
    articles: tuple[dict[str, str], ...] = ()
    file: int | None = None
    length_reason: str = ""


@operation("notices.add_document", permission="notices.publish", at="org")
def add_document(
    context: Context, org: Org, *, code: str, content: DocumentContent, knowingly: bool = False
) -> Document:
    """Put a document into the library, as its first version, for all below the organization.

    ``code`` is what duties name it by. Refused when another document, or one of the
    pack's, has it.
    """
    _refuse(_document_faults(code, content))
    if Document.objects.filter(root=org.root_id, code=code).exists() or _in_pack(org.root_id, code):
        _refuse({"code": "Another document has this code."})
    _guard_document(context, org, content, knowingly=knowingly)
    try:
        with transaction.atomic():
            document = Document.objects.create(org=org, code=code, root=org.root_id)
    except IntegrityError:
        raise Conflict("Another document has this code.") from None
    _write_version(context, document, content, 1, "")
    return document


def _in_pack(root: int, code: str) -> bool:
    pack = packs_in_force().get(root)
    return pack is not None and pack.find(DocumentKind, code) is not None


@operation("notices.revise_document", permission="notices.publish", at="document.org")
def revise_document(
    context: Context,
    document: Document,
    *,
    content: DocumentContent,
    reason: str,
    knowingly: bool = False,
) -> DocumentVersion:
    """Add a newer version of a document; the older ones stay readable beside it."""
    _refuse(_document_faults(document.code, content) | ({} if reason.strip() else {"reason": _NEEDED}))
    _guard_document(context, document.org, content, knowingly=knowingly)
    versions = DocumentVersion.objects.select_for_update().filter(document=document)
    newest = versions.get(newest=True)
    newest.newest = False
    newest.save(update_fields=["newest"])
    return _write_version(context, document, content, newest.version + 1, reason.strip()[:200])


@operation("notices.take_over_document", permission="notices.publish", at="org")
def take_over_document(
    context: Context,
    org: Org,
    *,
    code: str,
    content: DocumentContent,
    reason: str,
    knowingly: bool = False,
) -> DocumentVersion:
    """Write a newer version of a document that came with the pack; the pack's stays readable as the first.

    From then on the office keeps it, under the code that duties name it by. Only the top of the
    tree does so: a town's own version would stand before everybody's.
    """
    if org.parent_id is not None:
        raise Conflict("Only the top of the tree keeps a document that came with the pack.")
    first = pack_document(org.root_id, code)
    _refuse(_document_faults(code, content) | ({} if reason.strip() else {"reason": _NEEDED}))
    _guard_document(context, org, content, knowingly=knowingly)
    try:
        with transaction.atomic():
            document = Document.objects.create(org=org, code=code, root=org.root_id)
    except IntegrityError:
        raise Conflict("This document is kept by the office already; write its next version there.") from None
    began = _write_version(context, document, _content_of(first), 1, "")
    began.newest = False
    began.save(update_fields=["newest"])
    return _write_version(context, document, content, 2, reason.strip()[:200])


def _content_of(kind: DocumentKind) -> DocumentContent:
    """Return what a document of the pack says, as a version keeps it."""
    return DocumentContent(
        title=kind.title.zh_hans[:200],
        issuer=kind.issuer.zh_hans[:200],
        issued_on=kind.issued_on,
        number=kind.number,
        text=kind.summary.zh_hans if kind.summary else "",
        articles=tuple(
            {
                "code": each.code,
                "title": each.title.zh_hans if each.title else "",
                "text": each.text.zh_hans if each.text else "",
            }
            for each in kind.articles
        ),
    )


def _document_faults(code: str, content: DocumentContent) -> dict[str, str]:
    faults = article_faults(content.articles)
    plain = code.replace("_", "a").replace("-", "a")
    if not (plain.isascii() and plain.isalnum() and plain.islower() and len(code) <= 60):
        faults["code"] = "A code has lower-case letters, digits, - and _ only."
    if not content.title.strip() or len(content.title) > 200:
        faults["title"] = _NEEDED if not content.title.strip() else "This is too long."
    if not content.issuer.strip() or len(content.issuer) > 200:
        faults["issuer"] = _NEEDED if not content.issuer.strip() else "This is too long."
    if not (content.text.strip() or content.articles or content.file):
        faults["text"] = "A document has a text, articles or a file."
    return faults


def _guard_document(context: Context, org: Org, content: DocumentContent, *, knowingly: bool) -> None:
    """Hold a document to the rules: one's own as an order, others' as a paper that is only kept."""
    words = {
        "title": content.title,
        "text": content.text,
        "articles": "\n".join(f"{row.get('title', '')}\n{row.get('text', '')}" for row in content.articles),
    }
    own = content.issuer.strip() in (org.name, org.name.removeprefix("中共"))
    refuse_text(org, words, what="document", context=context, knowingly=knowingly, quoted=not own)


def _write_version(
    context: Context, document: Document, content: DocumentContent, number: int, reason: str
) -> DocumentVersion:
    if content.file is not None:
        file_for(context, content.file)
    return DocumentVersion.objects.create(
        document=document,
        version=number,
        title=content.title.strip(),
        number=content.number.strip()[:60],
        issuer=content.issuer.strip(),
        issued_on=content.issued_on,
        text=content.text.strip(),
        articles=list(content.articles),
        file=content.file,
        reason=reason,
        added_at=context.now,
        added_by=context.actor.account_id,
    )
