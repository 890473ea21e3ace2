"""Letters of responsibility: issued, accepted, printed."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Invalid
from gangmu.core.fields import FieldSpec
from gangmu.frame.doors import Request, page
from gangmu.frame.downloads import file_response
from gangmu.frame.figures import Status
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.files.rules import MEDIA_TYPES
from gangmu.kernel.files.word import Document, Grid, GridColumn, Heading, Paragraph, Parties, word_bytes
from gangmu.work.programmes.models import Letter
from gangmu.work.programmes.operations.letters import accept_letter, issue_letters, withdraw_letter
from gangmu.work.programmes.pages.asking import asked_org, asked_year, needed_org, sent_fields
from gangmu.work.programmes.queries.letters import (
    Recipient,
    letter_at,
    letter_by_id,
    letter_kind,
    letter_kinds,
    recipients_with_letters,
    spread_below,
)

STATES: Mapping[str, Status] = {
    "issued": Status(say("Waits to be accepted"), "yellow"),
    "accepted": Status(say("Signed for by the level below"), "green"),
    "withdrawn": Status(say("Taken back"), "grey"),
}
NOT_ISSUED = Status(say("Not issued yet"), "grey")
LEVELS = {
    "nation": say("Nation"),
    "province": say("Province"),
    "prefecture": say("Prefecture"),
    "county": say("County"),
    "township": say("Township"),
    "village": say("Village"),
    "group": say("Group"),
}
SIGNED = FieldSpec(code="signed_by", title=say("Name of who signs"), required=True, max_length=60)
NAME = FieldSpec(code="name", title=say("Name of who accepts"), required=True, max_length=60)


@page("programmes.view")
def letters(request: Request) -> HttpResponse:
    """Show an organization's own letter of the year, and those it hands on."""
    context = request.context
    org, year = asked_org(request), asked_year(request)
    kinds = letter_kinds(org) if org else ()
    codes = [each.code for each in kinds]
    code = request.GET.get("kind", "")
    code = code if code in codes else next(iter(codes), "")
    rows = recipients_with_letters(context, org, kind=code, year=year) if org and code else []
    table = Table(
        request,
        _recipient_columns(),
        rows,
        title=say("Letters handed on from here"),
        empty_title=say("From here a letter goes to nobody"),
        empty_advice=say("Letters go down level by level; this is the last, or the pack knows none."),
    )
    if sheet := table.export():
        return sheet
    values = {
        "org": org,
        "year": year,
        "years": [(each, str(each)) for each in range(context.today.year - 3, context.today.year + 2)],
        "kinds": [(each.code, worded(each.title)) for each in kinds],
        "code": code,
        "kind": letter_kind(org, code) if org and code else None,
        "own": letter_at(context, org, kind=code, year=year) if org and code else None,
        "states": STATES,
        "table": table,
        "rows": rows,
        "accepted": sum(1 for row in rows if row.letter and row.letter.state == Letter.State.ACCEPTED),
        "spread": [(LEVELS[each.level], each) for each in spread_below(context, org, kind=code, year=year)]
        if org and code
        else [],
        "may_issue": bool(org)
        and any(row.letter is None for row in rows)
        and context.may("programmes.manage", org.path if org else None),
    }
    return render(request, "programmes/letters.html", values)


def _recipient_columns() -> list[Column]:
    def link(row: Recipient) -> str:
        return reverse("programmes-letter", args=(row.letter.pk,)) if row.letter else ""

    return [
        Column("code", say("Code"), value=lambda row: row.org.code),
        Column("org", say("Organization"), value=lambda row: row.org.name, link=link, width=36),
        Column("number", say("Number"), value=lambda row: row.letter and row.letter.number),
        Column(
            "state",
            say("State"),
            "status",
            value=lambda row: STATES[row.letter.state] if row.letter else NOT_ISSUED,
        ),
        Column("due_on", say("Accept by"), "date", value=lambda row: row.letter and row.letter.due_on),
        Column("name", say("Accepted by"), value=lambda row: row.letter and row.letter.accepted_name),
        Column(
            "accepted_on", say("Accepted on"), "date", value=lambda row: row.letter and row.letter.accepted_on
        ),
    ]


@page("programmes.manage", methods=("GET", "POST"))
def issue(request: Request, letter_code: str) -> HttpResponse:
    """Show to whom letters go, and issue them to all who have none."""
    context = request.context
    org, year = needed_org(request, "programmes.manage"), asked_year(request)
    kind = letter_kind(org, letter_code)
    form = FieldForm([SIGNED])
    waiting = [
        row.org
        for row in recipients_with_letters(context, org, kind=letter_code, year=year)
        if row.letter is None
    ]
    back = f"{reverse('programmes-letters')}?org={org.pk}&year={year}&kind={letter_code}"
    values = {
        "org": org,
        "year": year,
        "kind": kind,
        "form": form,
        "waiting": waiting,
        "back": back,
        "crumbs": [(translate("Letters of responsibility"), back), (translate("Issue letters"), "")],
    }
    if request.method == "POST":
        try:
            sent = sent_fields(form, request)
            made = issue_letters(context, org, kind=letter_code, year=year, signed_by=sent["signed_by"])
        except Invalid as wrong:
            again = {**values, "form": form.again(request.POST, wrong.faults)}
            return form_again(request, "programmes/letters_issue.html", again, wrong)
        messages.success(
            request, translate("Letters went out to %(count)s organizations.") % {"count": len(made)}
        )
        return redirect(back)
    return render(request, "programmes/letters_issue.html", values)


def _letter_values(request: Request, found: Letter) -> dict[str, Any]:
    context = request.context
    return {
        "letter": found,
        "status": STATES[found.state],
        "form": FieldForm([NAME], {"name": context.actor.label}),
        "may_accept": found.state == Letter.State.ISSUED
        and found.issued_by_id != context.account
        and context.may("programmes.answer", found.org.path),
        "may_withdraw": found.state != Letter.State.WITHDRAWN
        and context.may("programmes.manage", found.issuer.path),
        "crumbs": [
            (translate("Letters of responsibility"), f"{reverse('programmes-letters')}?year={found.year}"),
            (found.org.name, ""),
        ],
    }


@page("programmes.view")
def letter(request: Request, letter_id: int) -> HttpResponse:
    """Show one letter as it was issued, and take its acceptance."""
    found = letter_by_id(request.context, letter_id)
    return render(request, "programmes/letter.html", _letter_values(request, found))


@page("programmes.answer", methods=("POST",))
def accept(request: Request, letter_id: int) -> HttpResponse:
    """Accept a letter with a name; the day is kept."""
    found = letter_by_id(request.context, letter_id)
    form = FieldForm([NAME])
    try:
        accept_letter(request.context, found, name=sent_fields(form, request)["name"])
    except Invalid as wrong:
        values = {**_letter_values(request, found), "form": form.again(request.POST, wrong.faults)}
        return form_again(request, "programmes/letter.html", values, wrong)
    messages.success(request, translate("The letter is accepted; letters may now be handed on."))
    return redirect("programmes-letter", found.pk)


@page("programmes.manage", methods=("POST",))
def withdraw(request: Request, letter_id: int) -> HttpResponse:
    """Take a letter back, with the reason."""
    found = letter_by_id(request.context, letter_id)
    withdraw_letter(request.context, found, reason=request.POST.get("reason", ""))
    messages.success(request, translate("The letter was taken back."))
    return redirect("programmes-letter", found.pk)


@page("programmes.view")
def print_one(request: Request, letter_id: int) -> HttpResponse:
    """Show one letter as a sheet of paper."""
    found = letter_by_id(request.context, letter_id)
    return render(request, "programmes/letter_print.html", {"letter": found, "status": STATES[found.state]})


@page("programmes.view")
def word(request: Request, letter_id: int) -> HttpResponse:
    """Send one letter as a Word file in the layout of GB/T 9704."""
    found = letter_by_id(request.context, letter_id)
    content = word_bytes(letter_document(found))
    return file_response(content, MEDIA_TYPES["docx"], f"{found.title}-{found.org.name}-{found.year}.docx")


def letter_document(found: Letter) -> Document:
    """Return a letter as the paper that is signed and sealed."""
    content = found.content
    blocks: list[Any] = []
    for part in content["parts"]:
        blocks += [Heading(part["title"]), *(Paragraph(line) for line in part["text"].splitlines() if line)]
    if content["targets"]:
        columns = (
            GridColumn(translate("Metric"), align="left", weight=3),
            GridColumn(translate("Target")),
            GridColumn(translate("Unit")),
        )
        rows = [(each["metric"], _bounded(each), each["unit"]) for each in content["targets"]]
        blocks += [Heading(translate("Targets of the year")), Grid(columns, rows)]
    if content["duties"]:
        columns = (
            GridColumn(translate("Duty"), align="left", weight=3),
            GridColumn(translate("How often")),
            GridColumn(translate("By which paper"), align="left", weight=3),
        )
        rows = [(each["title"], each["every"], each["paper"]) for each in content["duties"]]
        blocks += [Heading(translate("What is owed regularly")), Grid(columns, rows)]
    blocks.append(Parties(found.issuer.name, found.org.name))
    return Document(
        title=translate("%(title)s of %(year)s") % {"title": found.title, "year": found.year},
        number=found.number,
        addressee=f"{found.org.name}\uff1a",
        blocks=blocks,
        foot=(translate("By %(paper)s") % {"paper": content["follows"]},),
    )


def _bounded(line: Mapping[str, str]) -> str:
    return {"more": "≥", "less": "≤"}.get(line.get("bound", ""), "") + line["value"]


urlpatterns = [
    path("letters", letters, name="programmes-letters"),
    path("letters/issue/<slug:letter_code>", issue, name="programmes-letters-issue"),
    path("letters/<int:letter_id>", letter, name="programmes-letter"),
    path("letters/<int:letter_id>/accept", accept, name="programmes-letter-accept"),
    path("letters/<int:letter_id>/withdraw", withdraw, name="programmes-letter-withdraw"),
    path("letters/<int:letter_id>/print", print_one, name="programmes-letter-print"),
    path("letters/<int:letter_id>/word", word, name="programmes-letter-word"),
]
