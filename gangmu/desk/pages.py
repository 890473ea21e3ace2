"""The workbench, the search box, the log, the place's own handbook."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

import gangmu.kernel.packs.operations  # noqa: F401 -- the log names what it does
from gangmu.core.errors import NotFound
from gangmu.core.periods import period_of
from gangmu.core.text import Text
from gangmu.desk.queries import first_day_steps, log_entries, with_org_names
from gangmu.desk.wording import lines_in_words
from gangmu.frame import formats
from gangmu.frame.doors import ANYONE, OWN, Request, page
from gangmu.frame.figures import Status
from gangmu.frame.navigation import Link, menus
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say
from gangmu.kernel.access.queries import somebody_may_sign_in
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.audit.operations import CATALOGUE
from gangmu.kernel.audit.queries import newest_head, own_entries
from gangmu.kernel.inbox.queries import own_inbox
from gangmu.kernel.inbox.rules import InboxEntry
from gangmu.kernel.notices.queries import visible_notices
from gangmu.kernel.offices.queries import open_for_founding
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import orgs_named_like, roots_for
from gangmu.kernel.packs.queries import pack_findings, pack_of, pack_version_of
from gangmu.kernel.packs.rules import Pack
from gangmu.work.plans.queries.account import own_month, own_months, total_of
from gangmu.work.plans.queries.orders import places_of

# --- the log ------------------------------------------------------------------------------


def verb_words(verb: str) -> str:
    """Return what an operation brings about, in the reader's language."""
    spec = CATALOGUE.get(verb)
    return translate(spec.purpose) if spec and spec.purpose else verb


def _log_table(request: Request, entries: QuerySet[Entry], title: Text) -> Table:
    columns = [
        Column("pk", say("No."), "number", sort="id"),
        Column("at", say("When"), "instant"),
        Column("actor", say("Who")),
        Column("verb", say("What"), value=lambda entry: verb_words(entry.verb), width=36),
        Column("code", say("Operation"), value=lambda entry: entry.verb, shown=False),
        Column(
            "org",
            say("Where"),
            value=lambda entry: entry.org_name,
            link=lambda entry: reverse("orgs-org", args=(entry.org,)) if entry.org else "",
        ),
        Column("subject", say("On what"), shown=False),
    ]
    rows = with_org_names(entries)
    return Table(request, columns, rows, title=title, empty_title=say("Nothing has happened here yet"))


@page("audit.view")
def log(request: Request) -> HttpResponse:
    """Show who did what and where, within the reader's reach; the chain behind it is signed daily."""
    entries = log_entries(request.context)
    asked = {name: request.GET.get(name, "").strip() for name in ("who", "verb", "since", "until")}
    if asked["who"]:
        entries = entries.filter(actor__contains=asked["who"])
    if asked["verb"] in CATALOGUE:
        entries = entries.filter(verb=asked["verb"])
    if asked["since"]:
        entries = entries.filter(at__date__gte=asked["since"])
    if asked["until"]:
        entries = entries.filter(at__date__lte=asked["until"])
    table = _log_table(request, entries, say("Log"))
    if sheet := table.export():
        return sheet
    verbs = sorted((verb, verb_words(verb)) for verb in CATALOGUE)
    values = {"table": table, "asked": asked, "verbs": verbs, "head": newest_head()}
    return render(request, "desk/log.html", values)


@page(OWN)
def own_log(request: Request) -> HttpResponse:
    """Show what the reader did."""
    table = _log_table(request, own_entries(request.context), say("What I did"))
    if sheet := table.export():
        return sheet
    return render(request, "desk/own_log.html", {"table": table})


# --- search -------------------------------------------------------------------------------


def _found(request: HttpRequest, typed: str) -> Iterator[tuple[Text, list[Link]]]:
    context = request.context  # type: ignore[attr-defined]
    if context.may("orgs.view"):
        orgs = orgs_named_like(context, typed)
        if orgs:
            yield (
                say("Organizations"),
                [
                    _FoundLink(
                        org.name,
                        reverse("orgs-org", args=(org.pk,)),
                        org.parent.name if org.parent else org.code,
                    )
                    for org in orgs
                ],
            )
    term = typed.strip().lower()
    links = [link for menu in menus(request) for link in menu.links if term and term in link.title.lower()]
    if links:
        yield say("Pages"), [_FoundLink(link.title, link.url, "") for link in links]


class _FoundLink(Link):
    """Something that was found: what it is called, where it is, what tells it apart."""

    def __init__(self, title: str, url: str, note: str) -> None:
        super().__init__(title=title, url=url, icon="", here=False, count=None)
        object.__setattr__(self, "note", note)


@page(OWN)
def search(request: Request) -> HttpResponse:
    """Find an organization or a page by name, pinyin or initials."""
    typed = request.GET.get("q", "")
    found = list(_found(request, typed))
    if request.headers.get("HX-Request") == "true":
        return render(request, "components/_found.html", {"found": found})
    return render(request, "desk/search.html", {"found": found, "typed": typed})


# --- the place's own handbook -------------------------------------------------------------

KIND_WORDS = {
    "role": say("Roles"),
    "org_kind": say("Kinds of organization"),
    "domain": say("Domains of work"),
    "link_kind": say("Links beside the tree"),
    "unit_kind": say("Kinds of unit"),
    "post_kind": say("Posts"),
    "duty": say("Duties"),
    "record": say("Records"),
    "document": say("Documents"),
    "indicator": say("Indicators"),
    "scorecard": say("Scorecards"),
    "appraisal": say("Appraisals"),
    "honour": say("Honours"),
    "contest": say("Contests"),
    "sheet": say("Sheets by years"),
    "duty_set": say("Sets of duties"),
    "field": say("Dictionary of fields"),
    "ledger": say("Ledgers"),
    "form": say("Approved forms"),
    "burden": say("Limits of the burden"),
    "task_rules": say("Clocks of extensions and disputes"),
    "account": say("Rules of the account"),
    "programme": say("Programmes"),
    "letter": say("Letters of responsibility"),
    "project": say("Projects"),
    "list": say("Lists of posts"),
    "campaign": say("Campaigns"),
    "cycle": say("The year's calendar"),
    "sentence": say("Sentences of reports"),
    "report": say("Reports"),
    "standard": say("Standards"),
    "demonstration": say("When an area is an example"),
    "synonym": say("Words of one meaning"),
}


def _pack_here(request: Request) -> tuple[Org, Pack]:
    roots = roots_for(request.context)
    if not roots:
        raise NotFound("No pack is in force here.")
    org = roots[0]
    return org, pack_of(org.root_id)


@page("packs.view")
def handbook(request: Request) -> HttpResponse:
    """Show the pack in words: every definition that rules this place, by kind."""
    org, pack = _pack_here(request)
    version = pack_version_of(org.root_id)
    kinds = [
        (
            KIND_WORDS.get(kind, kind),
            kind,
            [(code, placed.definition.title) for code, placed in sorted(held.items())],
        )
        for kind, held in sorted(pack.definitions.items(), key=lambda item: _kind_order(item[0]))
        if held
    ]
    values = {"pack": pack, "version": version, "kinds": kinds, "findings": pack_findings(version)}
    return render(request, "desk/handbook.html", values)


def _kind_order(kind: str) -> int:
    return list(KIND_WORDS).index(kind) if kind in KIND_WORDS else len(KIND_WORDS)


@page("packs.view")
def definition(request: Request, kind: str, code: str) -> HttpResponse:
    """Show one definition in words and as it is written."""
    org, pack = _pack_here(request)
    placed = pack.definitions.get(kind, {}).get(code)
    if placed is None:
        raise NotFound("There is no such definition.")
    version = pack_version_of(org.root_id)
    values = {
        "definition": placed.definition,
        "kind": KIND_WORDS.get(kind, kind),
        "rows": list(lines_in_words(placed.definition, pack)),
        "file": placed.file,
        "text": version.files[placed.file],
        "version": version,
    }
    return render(request, "desk/definition.html", values)


# --- the workbench ------------------------------------------------------------------------


@page(ANYONE)
def home(request: Request) -> HttpResponse:
    """Lead everybody to where their work begins."""
    if request.context.actor.account_id is None:
        empty = open_for_founding(request.context.now) and not somebody_may_sign_in()
        return redirect("offices-founding" if empty else "access-sign-in")
    return redirect("desk-workbench")


MOST_WAITING = 12


@page(OWN)
def workbench(request: Request) -> HttpResponse:
    """Show what is waiting, what is late, how the month stands, what is new: the day's first page."""
    context = request.context
    inbox = own_inbox(context)
    counts, waiting = inbox.counts, inbox.entries("waiting", limit=MOST_WAITING)
    busy = any(getattr(counts, box) for box, *_ in _BOXES) or context.may("plans.view")
    values = {
        "boxes": [
            (title, getattr(counts, box), reverse(name), light if getattr(counts, box) else "")
            for box, title, name, light in _BOXES
        ],
        "waiting": [_line(context.today, entry) for entry in waiting],
        "more": counts.waiting > len(waiting),
        "months": [*_months(request), *_own_months(request)],
        "busy": busy,
        "notices": visible_notices(context).defer("body")[:6] if context.may("notices.view") else [],
        "first_steps": None if waiting else _first_steps(request, busy=busy),
        "first_day": first_day_steps(context),
    }
    return render(request, "desk/workbench.html", values)


_BOXES: tuple[tuple[str, Text, str, str], ...] = (
    ("waiting", say("To do"), "inbox-waiting", "blue"),
    ("overdue", say("Overdue"), "inbox-overdue", "red"),
    ("to_read", say("To read"), "inbox-to-read", ""),
    ("done", say("Done"), "inbox-done", ""),
    ("started", say("Started by me"), "inbox-started", ""),
)


def _line(today: date, entry: InboxEntry) -> dict[str, Any]:
    title = translate(entry.title)
    if entry.due_on is None:
        state = None
    elif entry.due_on < today:
        state = Status(say("Overdue"), "red")
    elif entry.due_on <= today + timedelta(days=3):
        state = Status(say("Due soon"), "yellow")
    else:
        state = Status(say("On schedule"), "green")
    return {
        "title": title % entry.params if entry.params else title,
        "url": reverse(entry.url_name, kwargs=dict(entry.url_args)),
        "org": entry.org_name,
        "due_on": entry.due_on,
        "state": state,
    }


def _months(request: Request) -> Iterator[dict[str, Any]]:
    """Yield, for each place at the top of the reader's view, how the month stands there."""
    context = request.context
    month = period_of(context.today, "month")
    for org in roots_for(context) if context.may("plans.view") else ():
        if not context.may("plans.view", org.path):
            continue
        total = total_of(context, org, [month])
        if total.due:
            url = f"{reverse('plans-account')}?org={org.pk}&period={month}"
            yield {"org": org, "words": formats.month(str(month)), "total": total, "url": url}


def _own_months(request: Request) -> Iterator[dict[str, Any]]:
    """Yield how the newest month stands where the reader is a member, and no more than that."""
    context = request.context
    for org in places_of(context, "plans.month") if not context.may("plans.view") else ():
        month = next(iter(own_months(context, org)), None)
        if month is not None:
            url = f"{reverse('plans-our-month')}?org={org.pk}&period={month}"
            total = own_month(context, org, month).total
            yield {"org": org, "words": formats.month(str(month)), "total": total, "url": url}


def _first_steps(request: Request, *, busy: bool) -> list[tuple[Text, str]]:
    """Return what somebody with nothing to do may do next, by what they may; a reader finds what there is to read."""
    steps = _WORK if busy else (*_READING, *_WORK)
    return [(title, reverse(name)) for title, permission, name in steps if request.context.may(permission)]


_WORK: tuple[tuple[Text, str, str], ...] = (
    (say("Issue this month's order"), "plans.issue", "plans-duties"),
    (say("Read the month in one page"), "plans.view", "leader-month"),
    (say("Print slips for those who sign in"), "access.manage", "offices-slips-here"),
    (say("Look at the organization tree"), "orgs.view", "orgs-tree"),
    (say("Read the handbook of this place"), "packs.view", "desk-handbook"),
)
_READING: tuple[tuple[Text, str, str], ...] = (
    (say("See how our organization's month stands"), "plans.month", "plans-our-month"),
    (say("Read what is made known"), "notices.view", "notices-notices"),
    (say("Honours that stand before everybody"), "notices.view", "honours-public"),
    (say("Find what became of an objection, by its receipt"), "notices.view", "notices-receipt"),
    (say("Look a document up in the library"), "notices.view", "notices-documents"),
)


urlpatterns = [
    path("", home, name="desk-home"),
    path("desk", workbench, name="desk-workbench"),
    path("search", search, name="desk-search"),
    path("log", log, name="desk-log"),
    path("log/own", own_log, name="desk-own-log"),
    path("handbook", handbook, name="desk-handbook"),
    path("handbook/<slug:kind>/<slug:code>", definition, name="desk-definition"),
]
