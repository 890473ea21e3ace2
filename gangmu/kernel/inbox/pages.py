"""The boxes of one's own inbox, one item, and the day on one screen."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as translate

from gangmu.frame.doors import OWN, Request, page
from gangmu.frame.figures import Tab
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say
from gangmu.kernel.inbox.operations import read_item
from gangmu.kernel.inbox.queries import item_for, kind_reminders, own_inbox
from gangmu.kernel.inbox.rules import BOXES, Box, Counts, InboxEntry

MOST_LISTED = 500

TITLES = {
    "waiting": say("To do"),
    "done": say("Done"),
    "to_read": say("To read"),
    "started": say("Started by me"),
    "overdue": say("Overdue"),
}
ADVICE = {
    "waiting": say("What is asked of you or of your organization stands here, the soonest due first."),
    "done": say("What you have done or read stands here."),
    "to_read": say("What is for your information stands here until you put it away."),
    "started": say("What you have put before others stands here."),
    "overdue": say("Nothing is late."),
}


def entry_title(entry: InboxEntry) -> str:
    """Return an entry's title in the reader's language."""
    said = translate(entry.title)
    return said % entry.params if entry.params else said


def entry_url(entry: InboxEntry) -> str:
    """Return where an entry leads: a personal one to its own page, the others straight to the thing."""
    if entry.item is not None:
        return reverse("inbox-item", args=(entry.item,))
    return _address(entry.url_name, dict(entry.url_args))


def _address(url_name: str, url_args: dict[str, Any]) -> str:
    try:
        return reverse(url_name, kwargs=url_args)
    except NoReverseMatch:  # the page has gone with a later version; the item still says what it was
        return ""


def box_tabs(counts: Counts, here: str) -> list[Tab]:
    """Return the five boxes with their counts."""
    return [
        Tab(
            TITLES[box],
            reverse("inbox-" + box.replace("_", "-")),
            box == here,
            getattr(counts, box) if box not in ("done", "started") else None,
        )
        for box in BOXES
    ]


def _box(request: Request, box: Box) -> HttpResponse:
    inbox = own_inbox(request.context)
    typed = request.GET.get("q", "").strip()
    rows = inbox.entries(box, limit=MOST_LISTED)
    if typed:
        rows = [
            row for row in rows if typed.lower() in f"{entry_title(row)} {row.text} {row.org_name}".lower()
        ]
    columns = [
        Column("title", say("What"), value=entry_title, link=entry_url, width=44),
        Column("text", say("Note"), width=30),
        Column("org_name", say("Organization"), width=30),
        Column("due_on", say("Due on"), "date", sort="due_on"),
        Column("at", say("Done on") if box == "done" else say("Since"), "instant", sort="at"),
    ]
    table = Table(
        request,
        columns,
        rows,
        title=TITLES[box],
        empty_title=say("Nothing is overdue") if box == "overdue" else say("Nothing here"),
        empty_advice=ADVICE[box],
    )
    if sheet := table.export():
        return sheet
    values = {
        "table": table,
        "tabs": box_tabs(inbox.counts, box),
        "title": TITLES[box],
        "typed": typed,
        "cut_off": len(rows) >= MOST_LISTED,
        "most": MOST_LISTED,
    }
    return render(request, "inbox/box.html", values)


@page(OWN)
def waiting(request: Request) -> HttpResponse:
    """List what the reader has to do, the soonest due first."""
    return _box(request, "waiting")


@page(OWN)
def done(request: Request) -> HttpResponse:
    """List what the reader has done or read, the newest first."""
    return _box(request, "done")


@page(OWN)
def to_read(request: Request) -> HttpResponse:
    """List what the reader has not read yet."""
    return _box(request, "to_read")


@page(OWN)
def started(request: Request) -> HttpResponse:
    """List what the reader has put before others."""
    return _box(request, "started")


@page(OWN)
def overdue(request: Request) -> HttpResponse:
    """List what the reader should have done."""
    return _box(request, "overdue")


@page(OWN, methods=("GET", "POST"))
def item(request: Request, item_id: int) -> HttpResponse:
    """Show one item with the way to what it is about; put it away."""
    found = item_for(request.context, item_id)
    if request.method == "POST":
        read_item(request.context, found)
        return redirect("inbox-to-read" if found.kind == found.Kind.READ else "inbox-waiting")
    said = translate(found.title)
    values = {
        "item": found,
        "title": said % found.params if found.params else said,
        "address": _address(found.url_name, found.url_args),
    }
    return render(request, "inbox/item.html", values)


@page(OWN)
def digest(request: Request) -> HttpResponse:
    """Show on one screen what waits today: counts, and what is due first."""
    inbox = own_inbox(request.context)
    values = {
        "counts": inbox.counts,
        "tabs": box_tabs(inbox.counts, ""),
        "day": request.context.today,
        "soonest": [
            (entry_title(entry), entry_url(entry), entry) for entry in inbox.entries("waiting", limit=10)
        ],
        "reminders": [
            (entry_title(entry), entry_url(entry), entry) for entry in kind_reminders(request.context)
        ],
    }
    return render(request, "inbox/digest.html", values)


urlpatterns = [
    path("inbox", waiting, name="inbox-waiting"),
    path("inbox/done", done, name="inbox-done"),
    path("inbox/to-read", to_read, name="inbox-to-read"),
    path("inbox/started", started, name="inbox-started"),
    path("inbox/overdue", overdue, name="inbox-overdue"),
    path("inbox/today", digest, name="inbox-digest"),
    path("inbox/items/<int:item_id>", item, name="inbox-item"),
]
