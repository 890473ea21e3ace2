"""Projects and lists of posts on the screen."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Invalid
from gangmu.core.fields import FieldSpec
from gangmu.frame.doors import ANYONE, Request, page
from gangmu.frame.figures import Status, TimelineEvent
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.people.queries import post_kinds
from gangmu.work.programmes.definitions import ListKind, ProjectKind
from gangmu.work.programmes.models import Project
from gangmu.work.programmes.operations.projects import (
    NewMilestone,
    decide_project,
    end_list_line,
    judge_project,
    propose_project,
    reach_milestone,
    report_project,
    write_list_line,
)
from gangmu.work.programmes.pages.asking import asked_org, asked_year, needed_org, sent_fields
from gangmu.work.programmes.queries.projects import (
    kind_among,
    list_kinds,
    list_line_by_id,
    milestone_by_id,
    milestones_of,
    project_by_id,
    project_kinds,
    public_projects,
    steps_of,
    visible_list_lines,
    visible_projects,
)

STATES: Mapping[str, Status] = {
    "proposed": Status(say("Proposed"), "yellow"),
    "refused": Status(say("Refused"), "grey"),
    "approved": Status(say("Under way"), "blue"),
    "reported": Status(say("Reported, to be judged"), "yellow"),
    "done": Status(say("Done"), "green"),
    "not_done": Status(say("Not done"), "red"),
    "withdrawn": Status(say("Withdrawn"), "grey"),
}
LINE_STATES: Mapping[str, Status] = {
    "open": Status(say("Still open"), "blue"),
    "done": Status(say("Done"), "green"),
    "dropped": Status(say("No longer pursued"), "grey"),
}
HAPPENED = {
    "proposed": say("Proposed"),
    "approved": say("Approved above"),
    "refused": say("Refused"),
    "milestone": say("Milestone reached"),
    "reported": say("Reported"),
    "done": say("Judged: done"),
    "not_done": say("Judged: not done"),
}
ROWS = 6


def _years(today: date) -> list[tuple[int, str]]:
    return [(each, str(each)) for each in range(today.year - 3, today.year + 2)]


# --- projects ------------------------------------------------------------------------------


@page("programmes.view")
def projects(request: Request) -> HttpResponse:
    """List the projects within reach in a year."""
    context = request.context
    org, year = asked_org(request), asked_year(request)
    kinds = project_kinds(org) if org else []
    rows = visible_projects(context).filter(year=year)
    code, state = request.GET.get("kind", ""), request.GET.get("state", "")
    rows = rows.filter(kind=code) if code else rows
    rows = rows.filter(state=state) if state in STATES else rows
    titles = {each.code: each.title for each in kinds}
    columns = [
        Column(
            "title",
            say("Project"),
            link=lambda each: reverse("programmes-project", args=(each.pk,)),
            sort="title",
            width=36,
        ),
        Column("kind", say("Kind"), value=lambda each: titles.get(each.kind, each.kind)),
        Column("org", say("Organization"), value=lambda each: each.org.name, sort="org__code", width=30),
        Column("owner", say("Who is responsible")),
        Column("milestones", say("Milestones"), value=lambda each: f"{each.reached}/{each.planned}"),
        Column("last_on", say("Last day"), "date", sort="last_on"),
        Column("state", say("State"), "status", value=lambda each: STATES[each.state], sort="state"),
    ]
    table = Table(
        request,
        columns,
        rows,
        title=say("Projects"),
        empty_title=say("No project has been proposed for this year"),
        empty_advice=say("A project has an owner and milestones; the level above approves and judges it."),
    )
    values = {
        "table": table,
        "org": org,
        "year": year,
        "years": _years(context.today),
        "kinds": [(each.code, each.title) for each in kinds],
        "code": code,
        "state": state,
        "states": [(each, STATES[each].word) for each in STATES],
        "may_propose": [
            (worded(each.title), f"{reverse('programmes-propose-project', args=(each.code,))}?org={org.pk}")
            for each in kinds
        ]
        if org and context.may("programmes.answer", org.path)
        else [],
    }
    return table.export() or render(request, "programmes/projects.html", values)


def _project_specs() -> list[FieldSpec]:
    return [
        FieldSpec(code="title", title=say("Project"), required=True, max_length=120),
        FieldSpec(
            code="text", title=say("What is to come of it"), type="long_text", required=True, max_length=1000
        ),
        FieldSpec(code="owner", title=say("Who is responsible"), required=True, max_length=60),
    ]


def _sent_milestones(request: Request) -> tuple[list[NewMilestone], list[dict[str, str]]]:
    spec = FieldSpec(code="due", title=say("Due on"), type="date")
    found, rows = [], []
    for at in range(1, ROWS + 1):
        row = {name: request.POST.get(f"{name}_{at}", "").strip() for name in ("title", "owner", "due")}
        rows.append(row)
        if not any(row.values()):
            continue
        try:
            day = spec.parse(row["due"])
        except ValueError as fault:
            raise Invalid("Some fields need attention.", faults={"milestones": str(fault)}) from None
        if day is None:
            raise Invalid(
                "Some fields need attention.",
                faults={"milestones": "A milestone has a title, an owner and a day."},
            )
        found.append(NewMilestone(row["title"], row["owner"], date.fromisoformat(day)))
    return found, rows


@page("programmes.answer", methods=("GET", "POST"))
def propose(request: Request, project_code: str) -> HttpResponse:
    """Propose a project with its owner and milestones."""
    context = request.context
    org, year = needed_org(request, "programmes.answer"), asked_year(request)
    kind = kind_among(project_kinds(org), project_code)
    assert isinstance(kind, ProjectKind)
    form = FieldForm(_project_specs())
    values = {
        "org": org,
        "year": year,
        "kind": kind,
        "form": form,
        "rows": [{} for _ in range(ROWS)],
        "crumbs": [(translate("Projects"), reverse("programmes-projects")), (worded(kind.title), "")],
    }
    if request.method == "POST":
        rows = [
            {name: request.POST.get(f"{name}_{at}", "") for name in ("title", "owner", "due")}
            for at in range(1, ROWS + 1)
        ]
        try:
            sent = sent_fields(form, request)
            milestones, _ = _sent_milestones(request)
            made = propose_project(context, org, kind=project_code, year=year, milestones=milestones, **sent)
        except Invalid as wrong:
            again = {
                **values,
                "form": form.again(request.POST, wrong.faults),
                "rows": rows,
                "milestone_fault": translate(wrong.faults["milestones"])
                if "milestones" in wrong.faults
                else "",
            }
            return form_again(request, "programmes/project_form.html", again, wrong)
        messages.success(request, translate("The project was proposed; the level above decides on it."))
        return redirect("programmes-project", made.pk)
    return render(request, "programmes/project_form.html", values)


@page("programmes.view")
def project(request: Request, project_id: int) -> HttpResponse:
    """Show one project: its owner, its milestones, what happened, and what can be done now."""
    context = request.context
    found = project_by_id(context, project_id)
    other = found.proposed_by_id != context.account
    decides = context.may("programmes.manage", found.decider.path) and other
    answers = context.may("programmes.answer", found.org.path)
    over = found.state == "approved" and context.today > found.last_on
    values = {
        "project": found,
        "status": STATES[found.state],
        "milestones": milestones_of(found),
        "events": [
            TimelineEvent(at=step.at, title=worded(HAPPENED[step.event]), who=str(step.by), text=step.note)
            for step in steps_of(found)
        ],
        "may_decide": decides and found.state == "proposed",
        "may_judge": decides and (found.state == "reported" or over),
        "may_reach": answers and found.state == "approved",
        "may_report": answers and found.state == "approved",
        "today": context.today,
        "crumbs": [(translate("Projects"), reverse("programmes-projects")), (found.title, "")],
    }
    return render(request, "programmes/project.html", values)


@page("programmes.manage", methods=("POST",))
def decide(request: Request, project_id: int) -> HttpResponse:
    """Approve, refuse or judge a project."""
    found = project_by_id(request.context, project_id)
    reason, verdict = request.POST.get("reason", ""), request.POST.get("verdict", "")
    if verdict in ("approve", "refuse"):
        decide_project(request.context, found, approved=verdict == "approve", reason=reason)
    elif verdict in ("done", "not_done"):
        judge_project(request.context, found, done=verdict == "done", reason=reason)
    else:
        raise Invalid("Choose what is to be done.")
    messages.success(request, translate("The decision is kept with its reason."))
    return redirect("programmes-project", found.pk)


@page("programmes.answer", methods=("POST",))
def reach(request: Request, milestone_id: int) -> HttpResponse:
    """Say that a milestone is reached."""
    milestone = milestone_by_id(request.context, milestone_id)
    reach_milestone(request.context, milestone, note=request.POST.get("note", ""))
    return redirect("programmes-project", milestone.project_id)


@page("programmes.answer", methods=("POST",))
def report(request: Request, project_id: int) -> HttpResponse:
    """Report what came of a project."""
    found = project_by_id(request.context, project_id)
    report_project(request.context, found, result=request.POST.get("result", ""))
    messages.success(request, translate("Reported; the level above judges it."))
    return redirect("programmes-project", found.pk)


@page(ANYONE)
def public(request: Request) -> HttpResponse:
    """Show everybody the projects of public kinds, done or not."""
    year = asked_year(request)
    columns = [
        Column("org", say("Organization"), value=lambda each: each.org.name, width=30),
        Column("title", say("What is done for people"), width=36),
        Column("last_on", say("Last day"), "date"),
        Column("state", say("State"), "status", value=_public_state),
        Column("verdict", say("What came of it"), value=_public_outcome, width=36),
    ]
    table = Table(
        request,
        columns,
        public_projects(request.context, year),
        title=say("Practical things for people"),
        empty_title=say("Nothing has been promised for this year yet"),
        exports=False,
    )
    return render(request, "programmes/public.html", {"table": table, "year": year})


def _public_state(found: Project) -> Status:
    return STATES[found.state] if found.state in ("done", "not_done") else STATES["approved"]


def _public_outcome(found: Project) -> str:
    """What is told to everybody: the verdict once it is judged, until then what was reported."""
    return found.verdict if found.state in ("done", "not_done") else found.result


# --- lists of posts ------------------------------------------------------------------------


@page("programmes.view", methods=("GET", "POST"))
def lists(request: Request) -> HttpResponse:
    """Show the lists that an organization's posts keep, and take a new line."""
    context = request.context
    org, year = asked_org(request), asked_year(request)
    kinds = list_kinds(org) if org else []
    code = request.GET.get("kind") or request.POST.get("kind") or ""
    kind = next((each for each in kinds if each.code == code), kinds[0] if kinds else None)
    if org is None or kind is None:
        return render(request, "programmes/lists.html", {"org": org, "kind": None, "kinds": []})
    titles = {each.code: each.title for each in post_kinds(org)}
    form = FieldForm([*kind.fields, FieldSpec(code="due_on", title=say("By when"), type="date")])
    post = request.POST.get("post") or request.GET.get("post") or kind.posts[0]
    back = f"{reverse('programmes-lists')}?org={org.pk}&year={year}&kind={kind.code}&post={post}"
    refusal = None
    if request.method == "POST":
        try:
            sent = sent_fields(form, request)
            due = sent.pop("due_on")
            write_list_line(
                context,
                org,
                kind=kind.code,
                year=year,
                post=post,
                values=sent,
                due_on=date.fromisoformat(due) if due else None,
            )
        except Invalid as wrong:
            form, refusal = form.again(request.POST, wrong.faults), wrong
        else:
            messages.success(request, translate("The line stands in the list."))
            return redirect(back)
    rows = (
        visible_list_lines(context).filter(org=org, year=year, kind=kind.code, post=post).order_by("number")
    )
    table = Table(
        request,
        _line_columns(kind),
        rows,
        title=kind.title,
        empty_title=say("This list is empty"),
        empty_advice=say("Write its first line below."),
    )
    if refusal is None and (sheet := table.export()):
        return sheet
    values = {
        "org": org,
        "year": year,
        "years": _years(context.today),
        "kinds": [(each.code, each.title) for each in kinds],
        "kind": kind,
        "post": post,
        "posts": [(each, titles.get(each, each)) for each in kind.posts],
        "table": table,
        "open_lines": [each for each in rows if each.state == "open"],
        "form": form,
        "may_write": context.may("programmes.answer", org.path),
    }
    if refusal is not None:
        return form_again(request, "programmes/lists.html", values, refusal)
    return render(request, "programmes/lists.html", values)


def _line_columns(kind: ListKind) -> list[Column]:
    def shown(spec: FieldSpec) -> Any:
        choices = {each.code: each.title for each in spec.choices}
        return lambda line: choices.get(line.values.get(spec.code), line.values.get(spec.code))

    return [
        Column("number", say("No."), "number"),
        *(Column(f"v_{spec.code}", spec.title, value=shown(spec), width=28) for spec in kind.fields),
        Column("due_on", say("By when"), "date"),
        Column("state", say("State"), "status", value=lambda line: LINE_STATES[line.state]),
        Column("note", say("Note"), width=24),
    ]


@page("programmes.answer", methods=("POST",))
def end_line(request: Request, line_id: int) -> HttpResponse:
    """Say that a line is done, or drop it with the reason."""
    line = list_line_by_id(request.context, line_id)
    done = request.POST.get("verdict") != "drop"
    end_list_line(request.context, line, done=done, note=request.POST.get("note", ""))
    return redirect(
        f"{reverse('programmes-lists')}?org={line.org_id}&year={line.year}&kind={line.kind}&post={line.post}"
    )


urlpatterns = [
    path("projects", projects, name="programmes-projects"),
    path("projects/new/<slug:project_code>", propose, name="programmes-propose-project"),
    path("projects/<int:project_id>", project, name="programmes-project"),
    path("projects/<int:project_id>/decide", decide, name="programmes-project-decide"),
    path("projects/<int:project_id>/report", report, name="programmes-project-report"),
    path("projects/milestones/<int:milestone_id>/reached", reach, name="programmes-milestone-reached"),
    path("public/things", public, name="programmes-public"),
    path("lists", lists, name="programmes-lists"),
    path("lists/<int:line_id>/end", end_line, name="programmes-end-line"),
]
