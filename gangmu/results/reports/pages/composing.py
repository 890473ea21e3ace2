"""Composing a report: sentences of the pack and texts of one's own, put in order, saved as a version."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Conflict, Invalid, Refusal
from gangmu.frame.doors import Request, page
from gangmu.frame.problems import form_again
from gangmu.frame.words import worded
from gangmu.results.reports.models import Report
from gangmu.results.reports.operations import change_report
from gangmu.results.reports.pages.reports import crumbs
from gangmu.results.reports.queries.reports import (
    parts_of_version,
    places_of_figures,
    report_by_id,
    said_in_draft,
    sentences_of,
    speaking_pack,
    version_of_report,
)
from gangmu.results.reports.rules import LETTERS, MOST_PARTS, Part, part_faults

EMPTY_PART = Part()


@dataclass(frozen=True)
class Sent:
    """What came with the form: title, addressee, parts, the version they are based on."""

    title: str
    addressee: str
    based_on: int
    parts: tuple[Part, ...]


def _sent(post: QueryDict) -> Sent:
    count, based_on = post.get("count", "0"), post.get("based_on", "0")
    number = min(int(count), MOST_PARTS) if count.isdecimal() and len(count) < 6 else 0
    return Sent(
        post.get("title", ""),
        post.get("addressee", ""),
        int(based_on) if based_on.isdecimal() and len(based_on) < 6 else 0,
        tuple(_sent_part(post, at) for at in range(number)),
    )


def _sent_part(post: QueryDict, at: int) -> Part:
    org = post.get(f"org_{at}", "")
    chosen = {letter: post.get(f"figure_{at}_{letter}", "") for letter in LETTERS}
    return Part(
        heading=post.get(f"heading_{at}", "").strip(),
        sentence=post.get(f"sentence_{at}", "").strip(),
        text=" ".join(post.get(f"text_{at}", "").split()),
        org=int(org) if org.isdecimal() and len(org) < 19 else None,
        figures=tuple((letter, name) for letter, name in chosen.items() if name),
    )


def arranged(parts: tuple[Part, ...], action: str, added: str = "") -> tuple[Part, ...]:
    """Return the parts after one step of arranging: ``up-3``, ``down-3``, ``drop-3``, ``add-sentence`` …"""
    verb, _, what = action.partition("-")
    rows = list(parts)
    if verb == "add":
        new = {
            "sentence": Part(sentence=added),
            "heading": Part(heading=translate("New heading")),
            "text": Part(text=translate("New sentence")),
        }.get(what)
        return (*rows, new) if new is not None and (what != "sentence" or added) else tuple(rows)
    at = int(what) if what.isdecimal() and len(what) < 4 else len(rows)
    if at >= len(rows):
        return tuple(rows)
    if verb == "drop":
        del rows[at]
    elif verb in ("up", "down"):
        to = at - 1 if verb == "up" else at + 1
        if 0 <= to < len(rows):
            rows[at], rows[to] = rows[to], rows[at]
    return tuple(rows)


@page("reports.write", methods=("GET", "POST"))
def compose(request: Request, report_id: int) -> HttpResponse:
    """Put a report together, look at it, save it as the next version."""
    context = request.context
    found = report_by_id(context, report_id)
    if not found.is_draft:
        raise Conflict("A frozen report is not changed; withdraw it and write another.")
    if request.method != "POST":
        parts = parts_of_version(version_of_report(context, found, found.version))
        sent = Sent(found.title, found.addressee, found.version, parts)
        return render(request, "reports/compose.html", _values(request, found, sent))
    sent = _sent(request.POST)
    action = request.POST.get("do", "save")
    if action != "save":
        sent = replace(sent, parts=arranged(sent.parts, action, request.POST.get("add_sentence", "")))
        return render(request, "reports/compose.html", _values(request, found, sent))
    try:
        change_report(
            context,
            found,
            parts=sent.parts,
            title=sent.title,
            addressee=sent.addressee,
            based_on=sent.based_on,
            knowingly=request.POST.get("knowingly") == "1",
        )
    except (Conflict, Invalid) as wrong:
        values = _values(request, found, sent) | {"faults": wrong.faults}
        values["rows"] = [
            row | {"fault": translate(wrong.faults[f"parts.{at}"]) if f"parts.{at}" in wrong.faults else ""}
            for at, row in enumerate(values["rows"])
        ]
        return form_again(request, "reports/compose.html", values, wrong)
    messages.success(request, translate("Saved as version %(number)s.") % {"number": sent.based_on + 1})
    return redirect("reports-report", found.pk)


def _values(request: Request, found: Report, sent: Sent) -> dict[str, Any]:
    context = request.context
    sentences = sentences_of(found.org)
    titles = {each.code: worded(each.title) for each in sentences}
    figures = [
        (f"{each.code}.{name}", f"{worded(each.title)} · {worded(figure.title)}")
        for each in sentences
        for name, figure in each.figures.items()
    ]
    orgs = places_of_figures(context, found)
    return {
        "report": found,
        "sent": sent,
        "rows": [_row(at, part, titles, figures) for at, part in enumerate(sent.parts)],
        "previews": _previews(request, found, sent.parts),
        "sentences": [(each.code, worded(each.title)) for each in sentences],
        "orgs": [("" if org.pk == found.org_id else str(org.pk), org.name) for org in orgs],
        "letters": LETTERS,
        "crumbs": crumbs(
            (found.title, reverse("reports-report", args=(found.pk,))), (translate("Compose"), "")
        ),
    }


def _row(at: int, part: Part, titles: Mapping[str, str], figures: list[tuple[str, str]]) -> dict[str, Any]:
    chosen = dict(part.figures)
    return {
        "at": at,
        "part": part,
        "title": titles.get(part.sentence, part.sentence),
        "org": str(part.org or ""),
        "figures": [(letter, f"figure_{at}_{letter}", figures, chosen.get(letter, "")) for letter in LETTERS],
    }


def _previews(request: Request, found: Report, parts: tuple[Part, ...]) -> dict[int, Any]:
    """Return how each part would read now; parts with a fault have no preview."""
    context = request.context
    faults = part_faults(speaking_pack(found), parts)
    sound = [part if f"parts.{at}" not in faults else EMPTY_PART for at, part in enumerate(parts)]
    if "parts" in faults:
        return {}
    try:
        said = said_in_draft(context, found, sound)
    except Refusal:
        return {}
    return {line.at: line for line in said.lines if line.pieces}


urlpatterns = [
    path("reports/<int:report_id>/compose", compose, name="reports-compose"),
]
