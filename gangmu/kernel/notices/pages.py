"""Notices in the office and before the public, objections, and the library of documents."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from html import escape
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as translate

from gangmu.core.context import Context, Stranger
from gangmu.core.errors import Invalid, NotFound, Refusal
from gangmu.core.fields import Choice, FieldSpec, parse_fields
from gangmu.core.papers import article_key
from gangmu.frame.doors import ANYONE, Request, page
from gangmu.frame.downloads import file_response
from gangmu.frame.figures import Light, Status
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import msgid, say, worded
from gangmu.kernel.files.operations import attach_files, store_file
from gangmu.kernel.files.queries import published_files
from gangmu.kernel.files.rules import MEDIA_TYPES, MOST_BYTES, UnfitFile
from gangmu.kernel.files.shelf import bytes_of
from gangmu.kernel.notices.models import Notice
from gangmu.kernel.notices.operations import (
    DocumentContent,
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
    LibraryArticle,
    LibraryEntry,
    document_by_code,
    followers_here,
    library,
    library_document,
    notice_by_id,
    notices_found,
    objection_by_id,
    objection_by_receipt,
    open_objections,
    public_notice,
    public_notices,
    versions_of,
    visible_notices,
    visible_objections,
)
from gangmu.kernel.notices.rules import (
    ANSWER_WITHIN,
    KIND_TITLES,
    LONGEST_OBJECTION,
    Follower,
    Term,
    articles_from_text,
    body_from_text,
    body_of,
    length_warning,
)
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import roots_for, visible_orgs

SAID_BY_RULES = (
    msgid("The table is too large for a notice."),
    msgid("Every row of the table has as many cells as its head."),
    msgid("The text has more than 5000 characters; a document has no more (整治形式主义为基层减负若干规定)."),
    msgid(
        "The text has more than 4000 characters; special reports have no more (整治形式主义为基层减负若干规定)."
    ),
    msgid("Every article has a number without spaces."),
    msgid("An article stands twice."),
)
"""What ``rules.py`` says, which knows no web: marked here, so that it is translated."""

AUDIENCES = {
    Notice.Audience.PUBLIC: say("Everybody, without an account"),
    Notice.Audience.SUBTREE: say("The organization and all below"),
    Notice.Audience.NAMED: say("Named organizations"),
}
OUTCOMES = {"upheld": say("Upheld"), "rejected": say("Rejected")}
STATES = {
    "current": say("In its period"),
    "coming": say("Coming"),
    "past": say("Period over"),
    "withdrawn": say("Withdrawn"),
}


def notice_state(notice: Notice, day: date) -> str:
    """Return where a notice stands on a day: current, coming, past or withdrawn."""
    if notice.withdrawn_at is not None:
        return "withdrawn"
    if day < notice.day_from:
        return "coming"
    return "past" if notice.day_to is not None and day > notice.day_to else "current"


_LIGHTS: dict[str, Light] = {"current": "green", "coming": "blue", "past": "grey", "withdrawn": "red"}


def _state(notice: Notice, day: date) -> Status:
    state = notice_state(notice, day)
    return Status(STATES[state], _LIGHTS[state])


def _state_filter(state: str, day: date) -> Q:
    ended = Q(day_to__isnull=False, day_to__lt=day)
    match state:
        case "withdrawn":
            return Q(withdrawn_at__isnull=False)
        case "coming":
            return Q(withdrawn_at=None, day_from__gt=day)
        case "past":
            return Q(withdrawn_at=None) & ended
        case "current":
            return Q(withdrawn_at=None, day_from__lte=day) & ~ended
    return Q()


# --- notices in the office ------------------------------------------------------------------


@page("notices.view")
def notices(request: Request) -> HttpResponse:
    """List the notices for the reader, and those that the reader may publish."""
    context = request.context
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "state")}
    rows = notices_found(visible_notices(context).defer("body"), asked["q"]).filter(
        _state_filter(asked["state"], context.today)
    )
    columns = [
        Column(
            "title",
            say("Title"),
            link=lambda each: reverse("notices-notice", args=(each.pk,)),
            sort="title",
            width=40,
        ),
        Column("org", say("Published by"), value=lambda each: each.org.name, sort="org__code", width=28),
        Column("audience", say("For whom"), value=lambda each: AUDIENCES[each.audience]),
        Column("day_from", say("From"), "date", sort="day_from"),
        Column("day_to", say("To"), "date", sort="day_to"),
        Column("state", say("State"), "status", value=lambda each: _state(each, context.today)),
        Column("number", say("Number"), shown=False),
    ]
    table = Table(
        request,
        columns,
        rows,
        title=say("Notices"),
        empty_title=say("No notices"),
        empty_advice=say("What is made known to you stands here while its period lasts."),
    )
    if sheet := table.export():
        return sheet
    values = {
        "table": table,
        "asked": asked,
        "states": list(STATES.items()),
        "may_publish": context.may("notices.publish"),
        "open": open_objections(context).count(),
    }
    return render(request, "notices/notices.html", values)


_ROWS_SHOWN = 100
"""How many rows of a notice's table one page shows; a result lists thousands."""


def _notice_values(notice: Notice, day: date, wanted: str | None = None) -> dict[str, Any]:
    """Return what a page of a notice shows: of a long table the rows in which a text stands; all on paper."""
    body = body_of(notice.body)
    rows = body.rows
    if wanted is not None and len(rows) > _ROWS_SHOWN:
        rows = tuple(row for row in rows if any(wanted in cell for cell in row))
    shown = rows if wanted is None else rows[:_ROWS_SHOWN]
    return {
        "notice": notice,
        "body": body,
        "rows": _rows_html(shown),
        "shown": len(shown),
        "found": len(rows),
        "wanted": wanted,
        "long": wanted is not None and len(body.rows) > _ROWS_SHOWN,
        "audience": AUDIENCES[Notice.Audience(notice.audience)],
        "state": _state(notice, day),
        "files": published_files(f"notices.Notice:{notice.pk}"),
        "may_object": _may_object(notice, day),
    }


def _rows_html(rows: Iterable[Sequence[str]]) -> SafeString:
    """Return rows of plain text as HTML: a template for each of twenty thousand cells takes three times as long."""
    return SafeString("".join(f"<tr><td>{'</td><td>'.join(map(escape, row))}</td></tr>" for row in rows))


def _may_object(notice: Notice, day: date) -> bool:
    last = notice.objections_until
    return notice.withdrawn_at is None and last is not None and notice.day_from <= day <= last


WITHDRAWAL = (FieldSpec(code="reason", title=say("Reason"), required=True, max_length=200),)


@page("notices.view", methods=("GET", "POST"))
def notice(request: Request, notice_id: int) -> HttpResponse:
    """Show one notice; withdraw it for a reason, where the reader publishes."""
    context = request.context
    found = notice_by_id(context, notice_id)
    form = FieldForm(WITHDRAWAL)
    mine = context.may("notices.publish", found.org.path)
    values = _notice_values(found, context.today, request.GET.get("q", "").strip()) | {
        "form": form,
        "mine": mine,
        "in_public": public_notices(context).filter(pk=found.pk).exists(),
        "may_withdraw": mine and found.withdrawn_at is None,
        "named": found.named.order_by("code")[:100] if mine else (),
        "objections": visible_objections(context).filter(notice=found),
    }
    if request.method == "POST":
        try:
            withdraw_notice(context, found, **parse_fields(WITHDRAWAL, form.raw(request.POST)))
        except Invalid as refusal:
            values["form"] = form.again(request.POST, refusal.faults)
            return form_again(request, "notices/notice.html", values, refusal)
        messages.success(request, translate("The notice was withdrawn; the reason stands in its place."))
        return redirect("notices-notice", notice_id=found.pk)
    return render(request, "notices/notice.html", values)


@page("notices.view")
def notice_print(request: Request, notice_id: int) -> HttpResponse:
    """Show one notice as a sheet of paper."""
    found = notice_by_id(request.context, notice_id)
    back = reverse("notices-notice", args=(found.pk,))
    return render(
        request, "notices/print.html", _notice_values(found, request.context.today) | {"back": back}
    )


def _notice_fields() -> tuple[FieldSpec, ...]:
    audiences = tuple(Choice(code=str(code), title=title) for code, title in AUDIENCES.items())
    return (
        FieldSpec(code="org", title=say("Published by"), type="organization", required=True),
        FieldSpec(code="title", title=say("Title"), required=True, max_length=200),
        FieldSpec(code="number", title=say("Number"), max_length=60),
        FieldSpec(code="audience", title=say("For whom"), type="choice", required=True, choices=audiences),
        FieldSpec(
            code="named",
            title=say("Named organizations"),
            type="long_text",
            max_length=5000,
            help=say("Only for named organizations: their codes, one a line."),
        ),
        FieldSpec(code="day_from", title=say("First day"), type="date", help=say("Empty: today.")),
        FieldSpec(code="day_to", title=say("Last day"), type="date", help=say("Empty: it stays.")),
        FieldSpec(
            code="objections_until",
            title=say("Objections until"),
            type="date",
            help=say("Empty: no objections. Otherwise a day within the period."),
        ),
        FieldSpec(
            code="answer_within",
            title=say("Objections are answered within (working days)"),
            type="number",
            whole=True,
            minimum=1,
            maximum=60,
        ),
        FieldSpec(
            code="length_reason",
            title=say("Reason for more than 5000 characters"),
            max_length=200,
            help=say("Only needed for a text that is longer than the rules allow."),
        ),
    )


def _org_here(context: Context, org_id: Any, field: str = "org") -> Org:
    found = visible_orgs(context).filter(pk=org_id).first()
    if found is None:
        raise Invalid("Some fields need attention.", faults={field: "There is no such organization."})
    return found


def _orgs_by_code(context: Context, typed: str | None) -> list[Org]:
    codes = (typed or "").split()
    found = {org.code: org for org in visible_orgs(context).filter(code__in=codes)}
    if any(code not in found for code in codes):
        raise Invalid(
            "Some fields need attention.", faults={"named": "One of these codes is no organization's."}
        )
    return [found[code] for code in dict.fromkeys(codes)]


@page("notices.publish", methods=("GET", "POST"))
def publish(request: Request) -> HttpResponse:
    """Write a notice and publish it; what it says is frozen then."""
    context = request.context
    specs = _notice_fields()
    start = {"audience": "subtree", "answer_within": ANSWER_WITHIN}
    form = FieldForm(specs, start, finders={"organization": reverse("orgs-finder")})
    if request.method != "POST":
        return render(request, "notices/publish.html", {"form": form, "text": ""})
    text = request.POST.get("text", "")
    body = body_from_text(text)
    try:
        given = parse_fields(specs, form.raw(request.POST))
        found = publish_notice(
            context,
            _org_here(context, given["org"]),
            title=given["title"],
            body=body,
            audience=given["audience"],
            named=_orgs_by_code(context, given["named"]),
            number=given["number"] or "",
            term=_term(given),
            length_reason=given["length_reason"] or "",
            knowingly="knowingly" in request.POST,
        )
    except Invalid as refusal:
        again = form.again(request.POST, refusal.faults)
        values = {
            "form": again,
            "may_go_on": getattr(refusal, "may_go_on", False),
            "text": text,
            "text_fault": _beside_the_text(refusal),
            "warning": length_warning(body.characters),
        }
        return form_again(request, "notices/publish.html", values, refusal)
    messages.success(request, translate("The notice is published; it is not changed any more."))
    if warning := length_warning(body.characters):
        messages.warning(request, translate(warning))
    return redirect("notices-notice", notice_id=found.pk)


def _beside_the_text(refusal: Invalid) -> str:
    """Return what is wrong with a notice's text or with the table that is written in it."""
    said = [refusal.faults[field] for field in ("text", "table") if field in refusal.faults]
    return "；".join(translate(fault) for fault in said)


def _term(given: Mapping[str, Any]) -> Term:
    def day(name: str) -> date | None:
        return date.fromisoformat(given[name]) if given[name] else None

    return Term(
        first=day("day_from"),
        last=day("day_to"),
        objections_until=day("objections_until"),
        answer_within=int(given["answer_within"] or ANSWER_WITHIN),
    )


# --- notices before the public --------------------------------------------------------------


@page(ANYONE)
def public(request: Request) -> HttpResponse:
    """List what everybody may see today."""
    typed = request.GET.get("q", "").strip()[:60]
    columns = [
        Column(
            "title",
            say("Title"),
            link=lambda each: reverse("notices-public-notice", args=(each.pk,)),
            width=44,
        ),
        Column("org", say("Published by"), value=lambda each: each.org.name, width=28),
        Column("day_from", say("From"), "date"),
        Column("day_to", say("To"), "date"),
    ]
    table = Table(
        request,
        columns,
        notices_found(public_notices(request.context), typed),
        title=say("Public notices"),
        page_size=20,
        empty_title=say("No public notices at the moment"),
        exports=False,
    )
    return render(request, "notices/public.html", {"table": table, "typed": typed})


@page(ANYONE)
def public_one(request: Request, notice_id: int) -> HttpResponse:
    """Show one notice to everybody; a withdrawn one only says why."""
    found = public_notice(request.context, notice_id)
    values = _notice_values(found, request.context.today, request.GET.get("q", "").strip())
    return render(request, "notices/public_notice.html", values)


@page(ANYONE)
def public_print(request: Request, notice_id: int) -> HttpResponse:
    """Show one public notice as a sheet of paper."""
    found = public_notice(request.context, notice_id)
    back = reverse("notices-public-notice", args=(found.pk,))
    return render(
        request, "notices/print.html", _notice_values(found, request.context.today) | {"back": back}
    )


@page(ANYONE)
def public_file(request: Request, notice_id: int, file_id: int) -> HttpResponse:
    """Give out a file of a public notice."""
    found = public_notice(request.context, notice_id)
    file = published_files(f"notices.Notice:{found.pk}").filter(pk=file_id).first()
    if file is None or found.withdrawn_at is not None:
        raise NotFound("There is no such file.")
    return file_response(bytes_of(file.digest), MEDIA_TYPES[file.kind], file.name)


OBJECTION = (
    FieldSpec(
        code="text",
        title=say("What you object to, and why"),
        type="long_text",
        required=True,
        max_length=LONGEST_OBJECTION,
    ),
    FieldSpec(code="name", title=say("Your name"), max_length=60, help=say("Not required.")),
    FieldSpec(
        code="contact",
        title=say("How to reach you"),
        max_length=60,
        help=say(
            "Not required; kept encrypted, seen only by those who answer. The receipt finds the answer without it."
        ),
    ),
)


def _page_of(found: Notice) -> str:
    """Return the page on which those for whom a notice is meant read it."""
    return "notices-public-notice" if found.audience == Notice.Audience.PUBLIC else "notices-notice"


def _read_notice(context: Context, notice_id: int) -> Notice:
    """Return a notice that the reader may see today, before the public or inside; otherwise there is none."""
    for find in (public_notice, notice_by_id):
        with suppress(NotFound):
            return find(context, notice_id)
    raise NotFound("There is no such notice.")


def _unnamed(context: Context, found: Notice) -> Context:
    """Return the context of nobody in particular, where anybody may object: the log then knows no account."""
    public = found.audience == Notice.Audience.PUBLIC
    return Context(Stranger(), context.now, context.language) if public else context


@page(ANYONE, methods=("GET", "POST"))
def objection_form(request: Request, notice_id: int) -> HttpResponse:
    """Object to a notice that the reader may see, with or without a name; the receipt is shown once."""
    context = request.context
    found = _read_notice(context, notice_id)
    form = FieldForm(OBJECTION)
    values: dict[str, Any] = {
        "notice": found,
        "form": form,
        "form_key": secrets.token_urlsafe(24),
        "back": reverse(_page_of(found), args=(found.pk,)),
    }
    if request.method != "POST":
        if not _may_object(found, context.today):
            return redirect(_page_of(found), notice_id=found.pk)
        return render(request, "notices/object.html", values)
    values["form_key"] = request.POST.get("form_key", "")
    try:
        given = parse_fields(OBJECTION, form.raw(request.POST))
        receipt = object_to_notice(
            _unnamed(context, found),
            found,
            text=given["text"],
            name=given["name"] or "",
            contact=given["contact"] or "",
            form_key=values["form_key"],
        )
    except Refusal as refusal:
        values["form"] = form.again(request.POST, refusal.faults)
        return form_again(request, "notices/object.html", values, refusal)
    return render(request, "notices/receipt_given.html", {"notice": found, "receipt": receipt})


RECEIPT = (
    FieldSpec(
        code="receipt",
        title=say("Receipt"),
        required=True,
        max_length=20,
        help=say("Ten letters and digits in two groups."),
    ),
)


@page(ANYONE, methods=("GET", "POST"))
def receipt(request: Request) -> HttpResponse:
    """Find the answer to an objection by its receipt."""
    form = FieldForm(RECEIPT)
    if request.method != "POST":
        return render(request, "notices/receipt.html", {"form": form})
    try:
        given = parse_fields(RECEIPT, form.raw(request.POST))
        found = objection_by_receipt(request.context, given["receipt"])
    except Refusal as refusal:
        faults = refusal.faults or {"receipt": refusal.message}
        return form_again(
            request, "notices/receipt.html", {"form": form.again(request.POST, faults)}, refusal
        )
    outcome = OUTCOMES.get(found.outcome, "")
    return render(request, "notices/receipt.html", {"form": form, "objection": found, "outcome": outcome})


# --- objections in the office ---------------------------------------------------------------

ANSWER = (
    FieldSpec(
        code="outcome",
        title=say("Outcome"),
        type="choice",
        required=True,
        choices=tuple(Choice(code=code, title=title) for code, title in OUTCOMES.items()),
    ),
    FieldSpec(
        code="answer", title=say("Reply"), type="long_text", required=True, max_length=LONGEST_OBJECTION
    ),
)


@page("notices.publish")
def objections(request: Request) -> HttpResponse:
    """List the objections to the notices that the reader may publish, the soonest due first."""
    context = request.context
    state = request.GET.get("state", "open")
    rows = open_objections(context) if state == "open" else visible_objections(context)
    columns = [
        Column(
            "text",
            say("Objection"),
            value=lambda each: each.text[:60],
            link=lambda each: reverse("notices-objection", args=(each.pk,)),
            width=40,
        ),
        Column("notice", say("Notice"), value=lambda each: each.notice.title, width=34),
        Column("org", say("Published by"), value=lambda each: each.notice.org.name, width=28),
        Column("received_at", say("Received on"), "instant", sort="received_at"),
        Column("answer_due_on", say("Answer due on"), "date", sort="answer_due_on"),
        Column("state", say("State"), "status", value=lambda each: _objection_state(each, context.today)),
    ]
    table = Table(request, columns, rows, title=say("Objections"), empty_title=say("No objections to answer"))
    if sheet := table.export():
        return sheet
    states = [("open", say("To be answered")), ("all", say("All"))]
    return render(request, "notices/objections.html", {"table": table, "state": state, "states": states})


def _objection_state(found: Any, day: date) -> Status:
    if found.answered_at is not None:
        return Status(OUTCOMES[found.outcome], "green")
    return (
        Status(say("Overdue"), "red")
        if found.answer_due_on < day
        else Status(say("To be answered"), "yellow")
    )


@page("notices.publish", methods=("GET", "POST"))
def objection(request: Request, objection_id: int) -> HttpResponse:
    """Show one objection and answer it; who objected is shown on request, which the log notes."""
    context = request.context
    found = objection_by_id(context, objection_id)
    form = FieldForm(ANSWER)
    values = {
        "objection": found,
        "form": form,
        "outcome": OUTCOMES.get(found.outcome, ""),
        "state": _objection_state(found, context.today),
        "masked": bool(found.name_sealed or found.contact_sealed),
    }
    if request.method == "POST" and "unmask" in request.POST:
        values["objector"] = unmask_objector(context, found)
        return render(request, "notices/objection.html", values)
    if request.method == "POST":
        try:
            answer_objection(context, found, **parse_fields(ANSWER, form.raw(request.POST)))
        except Invalid as refusal:
            values["form"] = form.again(request.POST, refusal.faults)
            return form_again(request, "notices/objection.html", values, refusal)
        messages.success(request, translate("The objection is answered; its receipt finds the answer."))
        return redirect("notices-objections")
    return render(request, "notices/objection.html", values)


# --- the library ----------------------------------------------------------------------------


@page("notices.view")
def documents(request: Request) -> HttpResponse:
    """List the documents that rule where the reader works."""
    typed = request.GET.get("q", "").strip()
    columns = [
        Column(
            "title",
            say("Title"),
            link=lambda each: reverse("notices-document", args=(each.code,)),
            sort="title",
            width=44,
        ),
        Column("number", say("Number"), width=20),
        Column("issuer", say("Issued by"), width=28),
        Column("issued_on", say("Issued on"), "date", sort="issued_on"),
        Column(
            "from_pack", say("Kept by"), value=lambda each: say("Pack") if each.from_pack else each.org_name
        ),
        Column("ended_on", say("No longer in force from"), "date", shown=False),
        Column("code", say("Code"), shown=False),
    ]
    table = Table(
        request,
        columns,
        library(request.context, typed),
        title=say("Documents"),
        empty_title=say("No documents"),
    )
    if sheet := table.export():
        return sheet
    values = {"table": table, "typed": typed, "may_add": request.context.may("notices.publish")}
    return render(request, "notices/documents.html", values)


@page("notices.view")
def document(request: Request, document_code: str) -> HttpResponse:
    """Show one document with its articles, each with its own address, and its other versions."""
    asked = request.GET.get("version", "")
    version = int(asked) if asked.isdecimal() and len(asked) < 5 else None
    entry = library_document(request.context, document_code, version)
    versions = [] if entry.from_pack else versions_of(request.context, document_code)
    values = {
        "entry": entry,
        "articles": _followed(request, entry),
        "versions": versions,
        "may_revise": _may_revise(request, entry),
        "warning": length_warning(len("".join(entry.text.split()))),
        "files": published_files(f"notices.Document:{entry.document}") if entry.document else (),
    }
    return render(request, "notices/document.html", values)


def _may_revise(request: Request, entry: LibraryEntry) -> bool:
    if not entry.from_pack:
        return request.context.may("notices.publish")
    return _keeper(request) is not None


def _keeper(request: Request) -> Org | None:
    """Return the top of the tree, if the reader publishes there: it keeps what came with the pack."""
    context = request.context
    tops = (org for org in roots_for(context) if org.parent_id is None)
    return next((org for org in tops if context.may("notices.publish", org.path)), None)


def _followed(request: Request, entry: LibraryEntry) -> list[tuple[LibraryArticle | None, list[Any]]]:
    """Return the articles, each with what follows it; what names none of them stands at the end."""
    followers = followers_here(request.context, entry.code)
    keys = {article_key(article.code) for article in entry.articles}
    rows: list[tuple[LibraryArticle | None, list[Any]]] = [
        (article, [_follower(each) for each in followers if article_key(article.code) in each.articles])
        for article in entry.articles
    ]
    others = [_follower(each) for each in followers if not keys.intersection(each.articles)]
    return [*rows, (None, others)] if others else rows


def _follower(each: Follower) -> dict[str, Any]:
    return {
        "kind": worded(KIND_TITLES.get(each.kind, each.kind)),
        "title": worded(each.definition.title),
        "url": reverse("desk-definition", args=(each.kind, each.definition.code)),
    }


@page("notices.view")
def document_file(request: Request, document_code: str, scan_id: int) -> HttpResponse:
    """Give out the scan of a document."""
    entry = library_document(request.context, document_code)
    file = published_files(f"notices.Document:{entry.document}").filter(pk=scan_id).first()
    if file is None:
        raise NotFound("There is no such file.")
    return file_response(bytes_of(file.digest), MEDIA_TYPES[file.kind], file.name)


def _document_fields(*, new: bool) -> tuple[FieldSpec, ...]:
    first: tuple[FieldSpec, ...] = (
        (
            FieldSpec(code="org", title=say("Kept by"), type="organization", required=True),
            FieldSpec(
                code="code",
                title=say("Code"),
                required=True,
                max_length=60,
                help=say("How duties name it: lower-case letters, digits, - and _."),
            ),
        )
        if new
        else (
            FieldSpec(code="reason", title=say("Reason for the new version"), required=True, max_length=200),
        )
    )
    return (
        *first,
        FieldSpec(code="title", title=say("Title"), required=True, max_length=200),
        FieldSpec(code="number", title=say("Number"), max_length=60),
        FieldSpec(code="issuer", title=say("Issued by"), required=True, max_length=200),
        FieldSpec(code="issued_on", title=say("Issued on"), type="date", required=True),
        FieldSpec(code="scan", title=say("File"), type="file"),
    )


def _content(request: Request, given: Mapping[str, Any], file: int | None) -> DocumentContent:
    return DocumentContent(
        title=given["title"],
        number=given["number"] or "",
        issuer=given["issuer"],
        issued_on=date.fromisoformat(given["issued_on"]),
        text=request.POST.get("text", ""),
        articles=tuple(articles_from_text(request.POST.get("articles", ""))),
        file=file,
    )


def _scan(request: Request, org: Org) -> Any:
    sent = request.FILES.get("scan_file")
    if sent is None:
        return None
    if (sent.size or 0) > MOST_BYTES:
        raise UnfitFile("The file is larger than %(most)s MB.", {"most": MOST_BYTES // 1024 // 1024})
    return store_file(request.context, org, name=sent.name or "", content=sent.read())


def _document_again(
    request: Request, template: str, form: FieldForm, refusal: Invalid, **more: Any
) -> HttpResponse:
    faults = dict(refusal.faults)
    if isinstance(refusal, UnfitFile):
        faults["scan"] = refusal.message
    values = {
        "form": form.again(request.POST, faults),
        "text": request.POST.get("text", ""),
        "articles": request.POST.get("articles", ""),
        "text_fault": translate(faults["text"]) if "text" in faults else "",
        "articles_fault": translate(faults["articles"]) if "articles" in faults else "",
        "may_go_on": getattr(refusal, "may_go_on", False),
        **more,
    }
    return form_again(request, template, values, refusal)


@page("notices.publish", methods=("GET", "POST"))
def document_new(request: Request) -> HttpResponse:
    """Put a document into the library."""
    context = request.context
    specs = _document_fields(new=True)
    form = FieldForm(specs, finders={"organization": reverse("orgs-finder")})
    if request.method != "POST":
        return render(request, "notices/document_form.html", {"form": form, "text": "", "articles": ""})
    try:
        given = parse_fields(specs, form.raw(request.POST))
        org = _org_here(context, given["org"])
        scan = _scan(request, org)
        added = add_document(
            context,
            org,
            code=given["code"],
            content=_content(request, given, scan and scan.pk),
            knowingly="knowingly" in request.POST,
        )
        if scan:
            attach_files(context, org, files=[scan], subject=f"notices.Document:{added.pk}")
    except Invalid as refusal:
        return _document_again(request, "notices/document_form.html", form, refusal)
    messages.success(request, translate("The document stands in the library."))
    return redirect("notices-document", document_code=added.code)


@page("notices.publish", methods=("GET", "POST"))
def document_revise(request: Request, document_code: str) -> HttpResponse:
    """Add a newer version of a document that an office keeps, or take over one of the pack."""
    context = request.context
    entry = library_document(context, document_code)
    kept = None if entry.from_pack else document_by_code(context, document_code)
    org = kept.org if kept is not None else _keeper(request)
    if org is None:
        raise NotFound("There is no such document.")
    specs = _document_fields(new=False)
    start = {
        "title": entry.title,
        "number": entry.number,
        "issuer": entry.issuer,
        "issued_on": entry.issued_on,
    }
    form = FieldForm(specs, start)
    articles = "\n".join(f"# {row.code} {row.title}\n{row.text}" for row in entry.articles)
    values = {"entry": entry, "form": form, "text": entry.text, "articles": articles}
    if request.method != "POST":
        return render(request, "notices/document_form.html", values)
    try:
        given = parse_fields(specs, form.raw(request.POST))
        scan = _scan(request, org)
        content = _content(request, given, scan.pk if scan else entry.file)
        said = {
            "content": content,
            "reason": given["reason"],
            "knowingly": "knowingly" in request.POST,
        }
        version = (
            revise_document(context, kept, **said)
            if kept is not None
            else take_over_document(context, org, code=document_code, **said)
        )
        if scan:
            attach_files(context, org, files=[scan], subject=f"notices.Document:{version.document_id}")
    except Invalid as refusal:
        return _document_again(request, "notices/document_form.html", form, refusal, entry=entry)
    messages.success(
        request, translate("The new version stands in the library; the older ones stay readable.")
    )
    return redirect("notices-document", document_code=document_code)


urlpatterns = [
    path("notices", notices, name="notices-notices"),
    path("notices/new", publish, name="notices-publish"),
    path("notices/<int:notice_id>", notice, name="notices-notice"),
    path("notices/<int:notice_id>/print", notice_print, name="notices-print"),
    path("notices/objections", objections, name="notices-objections"),
    path("notices/objections/<int:objection_id>", objection, name="notices-objection"),
    path("library", documents, name="notices-documents"),
    path("library/new", document_new, name="notices-document-new"),
    path("library/<slug:document_code>", document, name="notices-document"),
    path("library/<slug:document_code>/revise", document_revise, name="notices-document-revise"),
    path("library/<slug:document_code>/files/<int:scan_id>", document_file, name="notices-document-file"),
    path("public/notices", public, name="notices-public"),
    path("public/notices/<int:notice_id>", public_one, name="notices-public-notice"),
    path("public/notices/<int:notice_id>/print", public_print, name="notices-public-print"),
    path("public/notices/<int:notice_id>/object", objection_form, name="notices-object"),
    path("public/notices/<int:notice_id>/files/<int:file_id>", public_file, name="notices-public-file"),
    path("public/receipt", receipt, name="notices-receipt"),
]
