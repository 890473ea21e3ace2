"""Contests: the list, one of them, opening one, naming its panel, its next step."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.core.fields import FieldSpec
from gangmu.core.text import LANGUAGES, Text
from gangmu.frame.doors import Request, page
from gangmu.frame.formats import listed
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import msgid, say, worded
from gangmu.kernel.guard.rules import rule_of
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.kernel.packs.queries import pack_of
from gangmu.results.honours.definitions import ContestKind, HonourKind, QuotaLine
from gangmu.results.honours.models import Contest
from gangmu.results.honours.operations.contests import (
    Seat,
    begin_panel_review,
    cancel_contest,
    name_panel,
    open_contest,
)
from gangmu.results.honours.operations.deciding import begin_contest_publicity, confer_honours
from gangmu.results.honours.pages.words import (
    COMPETENT,
    OUTCOMES,
    OWN_SHEETS,
    STATES,
    asked_org,
    line_titles,
    sent_fields,
    steps_of,
)
from gangmu.results.honours.queries.contests import (
    accounts_named,
    chosen_of,
    contest_by_id,
    contest_kinds,
    decisions_of,
    held_by_line,
    honour_of,
    judged_candidates,
    kind_of,
    kinds_to_open,
    lines_of,
    may_judge,
    needed_standards,
    own_paths,
    panel_of,
    seat_of,
    sheets_by,
    unbegun_of,
    undecided_of,
    undone_of,
    unheeded_objections,
    visible_contests,
    visible_nominations,
)
from gangmu.results.honours.rules import Approval


@page("honours.view")
def contests(request: Request) -> HttpResponse:
    """List the contests that the reader may know of, and lead to what may be opened."""
    context = request.context
    rows = visible_contests(context)
    state, year = request.GET.get("state", ""), request.GET.get("year", "")
    rows = rows.filter(state=state) if state in STATES else rows
    rows = rows.filter(year=int(year)) if year.isdecimal() and len(year) == 4 else rows
    columns = [
        Column(
            "title",
            say("Contest"),
            link=lambda each: reverse("honours-contest", args=(each.pk,)),
            sort="title",
            width=40,
        ),
        Column("year", say("Year"), value=lambda each: str(each.year), sort="year"),
        Column("org", say("Organized by"), value=lambda each: each.org.name, sort="org__code", width=28),
        Column("approval", say("Approving document"), value=lambda each: each.approval_number, width=28),
        Column("nominate_until", say("Nominations until"), "date", sort="nominate_until"),
        Column("state", say("State"), "status", value=lambda each: STATES[each.state], sort="state"),
    ]
    table = Table(
        request,
        columns,
        rows,
        title=say("Contests"),
        empty_title=say("No contest has been opened"),
        empty_advice=say("A contest needs an approving document of the province or the nation."),
    )
    values = {
        "table": table,
        "state": state,
        "states": [(each, STATES[each].word) for each in STATES],
        "year": year,
        "years": [(str(each), str(each)) for each in range(context.today.year, context.today.year - 10, -1)],
        "may_open": _may_open(context, request),
    }
    return table.export() or render(request, "honours/contests.html", values)


def _may_open(context: Context, request: Request) -> list[tuple[str, str]]:
    if not context.may("honours.manage"):
        return []
    try:
        org = asked_org(request, "honours.manage")
    except NotFound:
        return []
    return [
        (worded(kind.title), f"{reverse('honours-open', args=(kind.code,))}?org={org.pk}")
        for kind in kinds_to_open(org, context.today.year)
    ]


# --- opening one ---------------------------------------------------------------------------


def _open_specs(honour: HonourKind) -> list[FieldSpec]:
    places = [
        FieldSpec(
            code=f"places_{line.code}",
            title=_places_in(line),
            type="number",
            whole=True,
            minimum=Decimal(0),
        )
        for line in lines_of(honour)
    ]
    return [
        FieldSpec(code="title", title=say("Title of the contest"), required=True, max_length=200),
        *places,
        FieldSpec(
            code="number",
            title=say("Number of the approving document"),
            required=True,
            max_length=60,
            help=say("Without an approving document no contest is opened."),
            sample=say("As it stands on the document, with its year in brackets."),
        ),
        FieldSpec(code="issuer", title=say("Who issued it"), required=True, max_length=120),
        FieldSpec(
            code="level",
            title=say("Level of who approved"),
            type="choice",
            choices=COMPETENT,
            required=True,
            help=say("Contests are approved by the province or the nation, by nobody else."),
        ),
        FieldSpec(code="issued_on", title=say("Issued on"), type="date", required=True),
        FieldSpec(code="expires_on", title=say("In force until"), type="date", required=True),
    ]


def _places_in(line: QuotaLine) -> Text:
    words = say("Places: %(line)s")
    told = {
        language: words.within(language) % {"line": line.title.within(language)} for language in LANGUAGES
    }
    return Text(**told)


@page("honours.manage", methods=("GET", "POST"))
def open_one(request: Request, contest_code: str) -> HttpResponse:
    """Open a contest: its places by line, and the document that allows it."""
    context = request.context
    org = asked_org(request, "honours.manage")
    kind = next((each for each in contest_kinds(org) if each.code == contest_code), None)
    honour = pack_of(org.root_id).find(HonourKind, kind.honour) if kind else None
    if kind is None or honour is None:
        raise NotFound("There is no such contest here.")
    held = held_by_line(org, honour, context.today)
    title = translate("%(title)s of %(year)s") % {"title": worded(kind.title), "year": context.today.year}
    notes = {
        f"places_{line.code}": translate("The quota allows %(most)s, %(held)s are held.")
        % {"most": line.most, "held": held.get(line.code, 0)}
        for line in honour.quota
    }
    form = FieldForm(_open_specs(honour), {"title": title}, notes=notes)
    values = {
        "org": org,
        "kind": kind,
        "honour": honour,
        "form": form,
        "rule": rule_of("R-CONTEST"),
        "crumbs": [(translate("Contests"), reverse("honours-contests")), (worded(kind.title), "")],
    }
    if request.method == "POST":
        try:
            made = _open(context, org, kind, honour, form, request)
        except (Conflict, Invalid) as wrong:
            faults = {**wrong.faults}
            if "places" in faults:
                faults[f"places_{lines_of(honour)[0].code}"] = faults["places"]
            values["form"] = form.again(request.POST, faults)
            return form_again(request, "honours/open.html", values, wrong)
        messages.success(request, translate("The contest is open. Name its panel next."))
        return redirect("honours-contest", made.pk)
    return render(request, "honours/open.html", values)


def _open(
    context: Context, org: Org, kind: ContestKind, honour: HonourKind, form: FieldForm, request: Request
) -> Contest:
    sent = sent_fields(form, request)
    places = {line.code: int(sent[f"places_{line.code}"] or 0) for line in lines_of(honour)}
    return open_contest(
        context,
        org,
        kind=kind.code,
        title=sent["title"],
        places={code: count for code, count in places.items() if count},
        approval=Approval(
            sent["number"] or "",
            sent["issuer"] or "",
            sent["level"] or "",
            date.fromisoformat(sent["issued_on"]) if sent["issued_on"] else None,
            date.fromisoformat(sent["expires_on"]) if sent["expires_on"] else None,
        ),
    )


# --- one contest ---------------------------------------------------------------------------


@page("honours.view")
def contest(request: Request, contest_id: int) -> HttpResponse:
    """Show one contest: its paper, its places, its panel, its candidates, and what comes next."""
    context = request.context
    found = contest_by_id(context, contest_id)
    kind, honour = kind_of(found), honour_of(found)
    manages = context.may("honours.manage", found.org.path)
    table = _candidate_table(request, found, honour, manages=manages)
    if sheet := table.export():
        return sheet
    decisions = decisions_of(found)
    counts = {line: found.places[line] for line in found.places}
    values = {
        "contest": found,
        "status": STATES[found.state],
        "steps": steps_of(found),
        "kind": kind,
        "honour": honour,
        "rule": rule_of("R-CONTEST"),
        "needed": listed(worded(each) for each in needed_standards(found)),
        "lines": [
            {
                "code": line.code,
                "title": worded(line.title),
                "places": counts[line.code],
                "most": line.most if honour.quota else None,
                "decision": decisions.get(line.code),
                "decide_url": reverse("honours-decide", args=(found.pk, line.code))
                if manages and found.state == "review" and line.code not in decisions
                else "",
            }
            for line in lines_of(honour)
            if line.code in counts
        ],
        "panel": panel_of(found),
        "to_judge": "open" in _own_sheets(context, found).values(),
        "table": table,
        "manages": manages,
        "may_nominate": found.state == "nomination"
        and context.today <= found.nominate_until
        and context.may("honours.nominate"),
        **_next_step(found, context.today, manages=manages),
        "unheeded": unheeded_objections(found) if manages and found.state == "publicity" else (),
        "chosen": [(each.pk, each.org.name) for each in chosen_of(found)],
        "crumbs": [(translate("Contests"), reverse("honours-contests")), (found.title, "")],
    }
    return render(request, "honours/contest.html", values)


def _own_sheets(context: Context, found: Contest) -> dict[int, str]:
    """Return how far the reader's own sheets are while the panel judges, by candidate."""
    seat = seat_of(context, found) if found.state == "review" else None
    if seat is None:
        return {}
    paths = own_paths([seat], context.today)[seat.pk]
    written = set(sheets_by(seat).values_list("nomination", flat=True))
    return {
        each.pk: "written" if each.pk in written else "open" if may_judge(found, each, paths) else "recused"
        for each in visible_nominations(context, found)
    }


def _candidate_table(request: Request, found: Contest, honour: HonourKind, *, manages: bool) -> Table:
    context = request.context
    titles = line_titles(honour)
    rows = visible_nominations(context, found)
    line = request.GET.get("line", "")
    rows = rows.filter(line=line) if line in titles else rows
    progress = (
        {each.nomination.pk: each for each in judged_candidates(found, context.today)}
        if manages and found.state == "review"
        else {}
    )
    columns = [
        Column(
            "org",
            say("Organization"),
            value=lambda each: each.org.name,
            link=lambda each: reverse("honours-nomination", args=(each.pk,)),
            sort="org__code",
            width=34,
        ),
        Column(
            "above",
            say("Organization above"),
            value=lambda each: each.org.parent.name if each.org.parent else "",
            width=28,
        ),
        Column(
            "line", say("Line of the quota"), value=lambda each: titles.get(each.line, each.line), sort="line"
        ),
        Column("nominator", say("Nominated by"), value=lambda each: each.nominator.name, shown=False),
    ]
    if own := _own_sheets(context, found):
        title = say("Your vote") if kind_of(found).method == "vote" else say("Your sheet")
        columns.append(Column("own", title, "status", value=lambda each: OWN_SHEETS[own[each.pk]]))
    if progress:
        columns.append(
            Column(
                "sheets",
                say("Sheets in"),
                value=lambda each: f"{progress[each.pk].sheets}/{progress[each.pk].judges}",
            )
        )
    if found.known or found.decisions.exists():
        columns += [
            Column("total", say("Points"), "number", places=2, sort="total"),
            Column("rank", say("Rank in its line"), "number", sort="rank"),
        ]
    columns.append(
        Column(
            "outcome",
            say("Result of the contest"),
            "status",
            value=lambda each: OUTCOMES[each.outcome],
            sort="outcome",
        )
    )
    return Table(
        request,
        columns,
        rows,
        title=say("Candidates"),
        empty_title=say("No candidate to show here"),
        empty_advice=say(
            "Your own organization and those you nominated stand here; whoever is chosen is shown to all."
        ),
    )


NEXT = {
    "nomination": ("review", msgid("Close nominations, begin the review")),
    "review": ("publicity", msgid("Make the chosen ones known")),
    "publicity": ("confer", msgid("Confer")),
}


def _next_step(found: Contest, today: date, *, manages: bool) -> dict[str, Any]:
    """Return a contest's next step for who manages it, or what it waits for; a step is offered once it can be taken."""
    begins = unbegun_of(found, today) if manages and found.state == "nomination" else None
    waits = undone_of(found, today) if manages and found.state == "publicity" else None
    ready = {
        "nomination": begins is not None and begins.ready,
        "review": manages and not undecided_of(found) and bool(chosen_of(found)),
        "publicity": waits is not None and waits.ready,
    }
    return {
        "begins": begins,
        "waits": waits,
        "next": NEXT[found.state] if ready.get(found.state) else None,
    }


STEP = {
    "review": (begin_panel_review, msgid("The panel judges now; its members find it in their inbox.")),
    "publicity": (begin_contest_publicity, msgid("The chosen ones are made known; objections may come in.")),
    "confer": (confer_honours, msgid("Conferred, and entered into the register.")),
}


@page("honours.manage", methods=("POST",))
def step(request: Request, contest_id: int) -> HttpResponse:
    """Take a contest's next step."""
    found = contest_by_id(request.context, contest_id)
    asked = request.POST.get("step", "")
    if asked not in STEP:
        raise Invalid("Choose what is to be done.")
    take, words = STEP[asked]
    take(request.context, found)
    messages.success(request, translate(words))
    return redirect("honours-contest", found.pk)


@page("honours.manage", methods=("POST",))
def cancel(request: Request, contest_id: int) -> HttpResponse:
    """Give a contest up, with the reason."""
    found = contest_by_id(request.context, contest_id)
    cancel_contest(request.context, found, reason=request.POST.get("reason", ""))
    messages.success(request, translate("The contest was given up."))
    return redirect("honours-contest", found.pk)


# --- its panel -----------------------------------------------------------------------------


def _panel_form(found: Contest, least: int) -> FieldForm:
    members = panel_of(found)
    rows = max(least + 2, len(members))
    specs: list[FieldSpec] = []
    values: dict[str, Any] = {}
    shown: dict[str, str] = {}
    for at in range(1, rows + 1):
        specs += [
            FieldSpec(code=f"name_{at}", title=say("Name of the member"), max_length=60),
            FieldSpec(code=f"org_{at}", title=say("From which organization"), type="organization"),
            FieldSpec(code=f"login_{at}", title=say("Sign-in name, if there is an account"), max_length=60),
        ]
    for at, each in enumerate(members, start=1):
        values |= {f"name_{at}": each.name, f"org_{at}": each.org_id}
        values[f"login_{at}"] = each.account.login if each.account else ""
        shown[f"org_{at}"] = each.org.name
    return FieldForm(specs, values, finders={"organization": reverse("orgs-finder")}, shown=shown)


@page("honours.manage", methods=("GET", "POST"))
def panel(request: Request, contest_id: int) -> HttpResponse:
    """Name who judges in a contest: by name and organization, with an account or on paper."""
    context = request.context
    found = contest_by_id(context, contest_id)
    if not context.may("honours.manage", found.org.path):
        raise NotFound("There is no such contest.")
    kind = kind_of(found)
    form = _panel_form(found, kind.panel)
    values: dict[str, Any] = {
        "contest": found,
        "kind": kind,
        "form": form,
        "rows": _rows_of(form),
        "crumbs": [
            (translate("Contests"), reverse("honours-contests")),
            (found.title, reverse("honours-contest", args=(found.pk,))),
            (translate("Panel"), ""),
        ],
    }
    if request.method == "POST":
        try:
            name_panel(context, found, seats=_sent_seats(context, form, request))
        except (Conflict, Invalid) as wrong:
            again = form.again(request.POST, wrong.faults)
            values |= {"form": again, "rows": _rows_of(again), "fault": wrong.faults.get("seats", "")}
            return form_again(request, "honours/panel.html", values, wrong)
        messages.success(request, translate("The panel is named."))
        return redirect("honours-contest", found.pk)
    return render(request, "honours/panel.html", values)


def _rows_of(form: FieldForm) -> list[list[Any]]:
    return [form.fields[at : at + 3] for at in range(0, len(form.specs), 3)]


def _sent_seats(context: Context, form: FieldForm, request: Request) -> list[Seat]:
    sent = sent_fields(form, request)
    numbers = range(1, len(form.specs) // 3 + 1)
    filled = [at for at in numbers if any(sent[f"{part}_{at}"] for part in ("name", "org", "login"))]
    if missing := {
        f"{part}_{at}": "This must be filled in."
        for at in filled
        for part in ("name", "org")
        if not sent[f"{part}_{at}"]
    }:
        raise Invalid("Some fields need attention.", faults=missing)
    logins = {at: sent[f"login_{at}"] for at in filled if sent[f"login_{at}"]}
    known = accounts_named(context, logins.values())
    if strange := {f"login_{at}": "There is no such account." for at in logins if logins[at] not in known}:
        raise Invalid("Some fields need attention.", faults=strange)
    return [
        Seat(sent[f"name_{at}"], org_by_id(context, sent[f"org_{at}"]), known.get(logins.get(at, "")))
        for at in filled
    ]


urlpatterns = [
    path("contests", contests, name="honours-contests"),
    path("contests/open/<slug:contest_code>", open_one, name="honours-open"),
    path("contests/<int:contest_id>", contest, name="honours-contest"),
    path("contests/<int:contest_id>/step", step, name="honours-step"),
    path("contests/<int:contest_id>/cancel", cancel, name="honours-cancel"),
    path("contests/<int:contest_id>/panel", panel, name="honours-panel"),
]
