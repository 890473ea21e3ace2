"""Every read of notices, objections and documents; nobody sees more than the audience."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet

from gangmu.core.context import Context, Places
from gangmu.core.errors import NotFound
from gangmu.core.papers import Follows, article_key, named_articles
from gangmu.frame.words import msgid
from gangmu.kernel.access.rules import code_digest
from gangmu.kernel.inbox.rules import Box, Counts, InboxEntry
from gangmu.kernel.notices.definitions import Article, DocumentKind
from gangmu.kernel.notices.models import Document, DocumentVersion, Notice, Objection
from gangmu.kernel.notices.rules import Follower, document_named, followers_of
from gangmu.kernel.orgs.queries import within
from gangmu.kernel.orgs.rules import ancestor_ids, own_id
from gangmu.kernel.packs.queries import packs_in_force
from gangmu.kernel.packs.rules import Pack


def _ids_at_or_above(places: Places) -> set[int]:
    """Return the ids of the organizations where the reader's places begin, and of all above."""
    ids: set[int] = set()
    for low, _ in places.ranges:
        if low:
            ids.update(ancestor_ids(low))
            ids.add(own_id(low))
    return ids


def _reaches(places: Places, field: str = "org") -> Q:
    """Return the condition that what an organization says downwards reaches one of the places."""
    return within(places, f"{field}__path") | Q(**{f"{field}__in": _ids_at_or_above(places)})


def _in_period(day: date) -> Q:
    return Q(day_from__lte=day) & (Q(day_to__isnull=True) | Q(day_to__gte=day))


def _for_reader(places: Places) -> Q:
    named = Notice.named.through.objects.filter(within(places, "org__path")).values("notice")
    return (
        Q(audience=Notice.Audience.PUBLIC)
        | (Q(audience=Notice.Audience.SUBTREE) & _reaches(places))
        | Q(audience=Notice.Audience.NAMED, pk__in=named)
    )


def visible_notices(context: Context) -> QuerySet[Notice]:
    """Return the notices for the reader that are in their period, and all that the reader may publish.

    The newest first. Who publishes at a place sees its future, past and withdrawn ones too.
    """
    places = context.places("notices.view")
    mine = within(context.places("notices.publish"))
    shown = (_for_reader(places) & _in_period(context.today)) if places else Q(pk__in=())
    return Notice.objects.filter(shown | mine).select_related("org").order_by("-day_from", "-pk")


def notice_by_id(context: Context, notice_id: int) -> Notice:
    """Return one notice that the reader may see; otherwise there is none."""
    notice = visible_notices(context).filter(pk=notice_id).first()
    if notice is None:
        raise NotFound("There is no such notice.")
    return notice


def public_notices(context: Context) -> QuerySet[Notice]:
    """Return what everybody may see today, the newest first; withdrawn ones with their reason."""
    return (
        Notice.objects.filter(_in_period(context.today), audience=Notice.Audience.PUBLIC)
        .select_related("org")
        .order_by("-day_from", "-pk")
    )


def public_notice(context: Context, notice_id: int) -> Notice:
    """Return one notice that everybody may see today; otherwise there is none."""
    notice = public_notices(context).filter(pk=notice_id).first()
    if notice is None:
        raise NotFound("There is no such notice.")
    return notice


def reads_notice(context: Context, notice: Notice) -> bool:
    """Whether the reader, with or without an account, may see a notice today."""
    return (
        public_notices(context).filter(pk=notice.pk).exists()
        or visible_notices(context).filter(pk=notice.pk).exists()
    )


def notices_found(notices: QuerySet[Notice], typed: str) -> QuerySet[Notice]:
    """Return those notices whose title, number or publisher holds what was typed."""
    words = typed.strip()[:60]
    if not words:
        return notices
    return notices.filter(
        Q(title__icontains=words) | Q(number__icontains=words) | Q(org__name__icontains=words)
    )


def upheld_objections_to(notice: int | None) -> QuerySet[Objection]:
    """Return the objections to a notice that were upheld, the oldest first; for decisions, not for showing."""
    upheld = Objection.objects.filter(notice=notice, outcome=Objection.Outcome.UPHELD)
    return upheld.order_by("answered_at", "pk")


def notice_of_source(source: str) -> Notice | None:
    """Return the notice that was published from something, if it was."""
    return Notice.objects.filter(source=source).exclude(source="").first()


def audience_size(notice: Notice) -> int:
    """Return to how many named organizations a notice is addressed."""
    return notice.named.count()


def visible_objections(context: Context) -> QuerySet[Objection]:
    """Return the objections to notices of places where the reader publishes, the soonest due first."""
    return (
        Objection.objects.filter(within(context.places("notices.publish"), "notice__org__path"))
        .select_related("notice", "notice__org")
        .defer("notice__body")  # a result lists thousands
        .order_by("answer_due_on", "pk")
    )


def open_objections(context: Context) -> QuerySet[Objection]:
    """Return the objections that the reader has yet to answer."""
    return visible_objections(context).filter(answered_at=None)


def objection_by_id(context: Context, objection_id: int) -> Objection:
    """Return one objection that the reader may answer; otherwise there is none."""
    found = visible_objections(context).filter(pk=objection_id).first()
    if found is None:
        raise NotFound("There is no such objection.")
    return found


def objection_by_receipt(context: Context, receipt: str) -> Objection:
    """Return the objection whose receipt the reader holds; the receipt is the key."""
    found = Objection.objects.filter(receipt=code_digest(receipt)).select_related("notice").first()
    if found is None:
        raise NotFound("There is no objection with this receipt.")
    return found


def objection_counts(context: Context) -> Counts:
    """Return how many objections wait for the reader's answer, in one query."""
    if not context.places("notices.publish"):
        return Counts()
    found = visible_objections(context).aggregate(
        waiting=Count("pk", filter=Q(answered_at=None)),
        overdue=Count("pk", filter=Q(answered_at=None, answer_due_on__lt=context.today)),
        done=Count("pk", filter=Q(answered_by=context.account)),
    )
    return Counts(**found)


def objection_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return the reader's objections as lines of an inbox."""
    if box not in ("waiting", "overdue", "done") or not context.places("notices.publish"):
        return []
    chosen = {
        "waiting": Q(answered_at=None),
        "overdue": Q(answered_at=None, answer_due_on__lt=context.today),
        "done": Q(answered_by=context.account),
    }[box]
    return [
        InboxEntry(
            title=msgid("Answer an objection to “%(notice)s”"),
            params={"notice": objection.notice.title},
            url_name="notices-objection",
            url_args={"objection_id": objection.pk},
            org_name=objection.notice.org.name,
            due_on=objection.answer_due_on,
            at=objection.answered_at or objection.received_at,
        )
        for objection in visible_objections(context).filter(chosen)[:limit]
    ]


@dataclass(frozen=True)
class LibraryArticle:
    """One article as it is shown; it is linked to as ``document#article``."""

    code: str
    title: str
    text: str


@dataclass(frozen=True)
class LibraryEntry:
    """One document of the library, from the pack or kept by an office."""

    code: str
    title: str
    number: str
    issuer: str
    issued_on: date
    ended_on: date | None
    from_pack: bool
    org_name: str = ""
    version: int = 0
    text: str = ""
    articles: tuple[LibraryArticle, ...] = ()
    file: int | None = None
    document: int | None = None
    own_words: bool = False
    certainty: str = ""


def _pack_documents(context: Context) -> dict[str, LibraryEntry]:
    found: dict[str, LibraryEntry] = {}
    for pack in _packs_here(context):
        for kind in pack.all(DocumentKind):
            found.setdefault(kind.code, _from_pack(kind, context.language))
    return found


def _from_pack(kind: DocumentKind, language: str) -> LibraryEntry:
    articles = tuple(
        LibraryArticle(
            article.code,
            article.title.within(language) if article.title else "",
            article.text.within(language) if article.text else "",
        )
        for article in kind.articles
    )
    return LibraryEntry(
        code=kind.code,
        title=kind.title.within(language),
        number=kind.number,
        issuer=kind.issuer.within(language),
        issued_on=kind.issued_on,
        ended_on=kind.ended_on,
        from_pack=True,
        text=kind.summary.within(language) if kind.summary else "",
        articles=articles,
        own_words=kind.wording == "own",
        certainty=kind.certainty,
    )


def visible_documents(context: Context) -> QuerySet[Document]:
    """Return the documents that offices at, above or below the reader's places keep."""
    newest = DocumentVersion.objects.filter(newest=True)
    return (
        Document.objects.filter(_reaches(context.places("notices.view")))
        .select_related("org")
        .prefetch_related(Prefetch("versions", newest, to_attr="newest_versions"))
        .order_by("code")
    )


def _kept(document: Document, version: DocumentVersion) -> LibraryEntry:
    articles = tuple(
        LibraryArticle(row["code"], row.get("title", ""), row.get("text", "")) for row in version.articles
    )
    return LibraryEntry(
        code=document.code,
        title=version.title,
        number=version.number,
        issuer=version.issuer,
        issued_on=version.issued_on,
        ended_on=document.ended_on,
        from_pack=False,
        org_name=document.org.name,
        version=version.version,
        text=version.text,
        articles=articles,
        file=version.file,
        document=document.pk,
    )


def _newest(documents: Iterable[Document]) -> list[LibraryEntry]:
    return [
        _kept(document, version)
        for document in documents
        for version in document.newest_versions  # type: ignore[attr-defined]
    ]


def library(context: Context, typed: str = "") -> list[LibraryEntry]:
    """Return the documents that rule where the reader works, the newest first.

    An office's own stands before the pack's of the same code.
    """
    entries = {
        **_pack_documents(context),
        **{entry.code: entry for entry in _newest(visible_documents(context))},
    }
    words = typed.strip().lower()
    found = [
        entry
        for entry in entries.values()
        if not words or words in f"{entry.title} {entry.number} {entry.issuer} {entry.code}".lower()
    ]
    return sorted(found, key=lambda entry: (entry.issued_on, entry.code), reverse=True)


def library_document(context: Context, code: str, version: int | None = None) -> LibraryEntry:
    """Return one document by its code, in its newest or in an older version; otherwise there is none."""
    document = visible_documents(context).filter(code=code).first()
    if document is not None:
        versions = DocumentVersion.objects.filter(document=document)
        chosen = versions.filter(version=version) if version else versions.filter(newest=True)
        row = chosen.first()
        if row is not None:
            return _kept(document, row)
    entry = _pack_documents(context).get(code) if version is None else None
    if entry is None:
        raise NotFound("There is no such document.")
    return entry


def _packs_here(context: Context) -> list[Pack]:
    """Return the packs that rule where the reader may read the library."""
    places = context.places("notices.view")
    roots = {int(low.split("/", 1)[0]) for low, _ in places.ranges if low}
    return [pack for root, pack in packs_in_force().items() if places.everywhere or root in roots]


def document_followed(context: Context, follows: Follows) -> tuple[DocumentKind, Article | None] | None:
    """Return the pack's document that a definition follows, with the first article it names; or None.

    An office's newer version has the same code and stands at the same address.
    """
    for pack in _packs_here(context):
        document = document_named(pack, follows.document)
        if document is not None:
            named = named_articles(follows.article)
            articles = (each for each in document.articles if article_key(each.code) in named)
            return document, next(articles, None)
    return None


def followers_here(context: Context, code: str) -> list[Follower]:
    """Return what of the place's pack follows a document: duties, letters, programmes and all others."""
    library_document(context, code)
    return [found for pack in _packs_here(context)[:1] for found in followers_of(pack, code)]


def pack_document(root: int, code: str) -> DocumentKind:
    """Return one document of the pack that rules a root organization; otherwise there is none."""
    pack = packs_in_force().get(root)
    found = pack.find(DocumentKind, code) if pack is not None else None
    if found is None:
        raise NotFound("There is no such document.")
    return found


def document_by_code(context: Context, code: str) -> Document:
    """Return a document that an office keeps, by its code; a pack's is not kept so."""
    document = visible_documents(context).filter(code=code).first()
    if document is None:
        raise NotFound("There is no such document.")
    return document


def versions_of(context: Context, code: str) -> list[DocumentVersion]:
    """Return all versions of a document that an office keeps, the newest first."""
    return list(
        DocumentVersion.objects.filter(document__in=visible_documents(context).filter(code=code)).order_by(
            "-version"
        )
    )


def open_objections_to(notice: Notice) -> int:
    """Return how many objections to a notice nobody has answered yet; for decisions."""
    return Objection.objects.filter(notice=notice, answered_at=None).count()
