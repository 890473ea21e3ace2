"""Projects and lists of posts over the API."""

from datetime import date
from typing import Any

from ninja import Query, Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.programmes.api.shapes import GoalResultIn, PageOf, limit_of
from gangmu.work.programmes.models import ListLine, Milestone, Project
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
from gangmu.work.programmes.queries.projects import (
    list_line_by_id,
    milestone_by_id,
    project_by_id,
    visible_list_lines,
    visible_projects,
)

router = Router()
VIEW, ANSWER, MANAGE = "programmes.view", "programmes.answer", "programmes.manage"


class ProjectOut(Schema):
    """One project."""

    id: int
    kind: str
    year: int
    org_id: int
    title: str
    text: str
    owner: str
    state: str
    result: str
    verdict: str
    last_on: date


class MilestoneOut(Schema):
    """One milestone of a project."""

    id: int
    number: int
    title: str
    owner: str
    due_on: date
    reached_on: date | None
    note: str


class ListLineOut(Schema):
    """One line of a post's list."""

    id: int
    kind: str
    year: int
    org_id: int
    post: str
    number: int
    values: dict[str, Any]
    due_on: date | None
    state: str
    ended_on: date | None
    note: str


@endpoint(
    router, "get", "/projects", "programmes.visible_projects", permission=VIEW, response=list[ProjectOut]
)
def list_projects(request: Request, page: Query[PageOf], year: int = 0) -> list[Project]:
    """List the projects within reach, by id."""
    rows = visible_projects(request.context).order_by("pk").filter(pk__gt=page.after)
    return list((rows.filter(year=year) if year else rows)[: limit_of(page)])


@endpoint(
    router, "get", "/projects/{project_id}", "programmes.project_by_id", permission=VIEW, response=ProjectOut
)
def read_project(request: Request, project_id: int) -> Project:
    """Return one project."""
    return project_by_id(request.context, project_id)


@endpoint(
    router,
    "get",
    "/milestones/{milestone_id}",
    "programmes.milestone_by_id",
    permission=VIEW,
    response=MilestoneOut,
)
def read_milestone(request: Request, milestone_id: int) -> Milestone:
    """Return one milestone."""
    return milestone_by_id(request.context, milestone_id)


@endpoint(
    router, "get", "/list-lines", "programmes.visible_list_lines", permission=VIEW, response=list[ListLineOut]
)
def list_lines(request: Request, page: Query[PageOf], year: int = 0) -> list[ListLine]:
    """List the lines of lists within reach, by id."""
    rows = visible_list_lines(request.context).order_by("pk").filter(pk__gt=page.after)
    return list((rows.filter(year=year) if year else rows)[: limit_of(page)])


# --- writes --------------------------------------------------------------------------------


class ProjectMilestoneIn(Schema):
    """What is to be reached, by whom, by when."""

    title: str
    owner: str
    due_on: date


class ProjectIn(Schema):
    """What is proposed."""

    kind: str
    year: int
    title: str
    text: str
    owner: str
    milestones: list[ProjectMilestoneIn]


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/projects",
    "programmes.propose_project",
    permission=ANSWER,
    response=ProjectOut,
)
def propose(request: Request, org_id: int, body: ProjectIn) -> Project:
    """Propose a project with its owner and milestones."""
    milestones = [NewMilestone(each.title, each.owner, each.due_on) for each in body.milestones]
    given = body.dict(exclude={"milestones"})
    return propose_project(
        request.context, org_by_id(request.context, org_id), **given, milestones=milestones
    )


class ProjectDecisionIn(Schema):
    """Whether it is approved, and why."""

    approved: bool
    reason: str = ""


@endpoint(
    router,
    "post",
    "/projects/{project_id}/decision",
    "programmes.decide_project",
    permission=MANAGE,
    response=ProjectOut,
)
def decide(request: Request, project_id: int, body: ProjectDecisionIn) -> Project:
    """Approve a proposed project, or refuse it with the reason."""
    project = project_by_id(request.context, project_id)
    return decide_project(request.context, project, approved=body.approved, reason=body.reason)


class MilestoneNoteIn(Schema):
    """What is said with it."""

    note: str = ""


@endpoint(
    router,
    "post",
    "/milestones/{milestone_id}/reached",
    "programmes.reach_milestone",
    permission=ANSWER,
    response=MilestoneOut,
)
def reach(request: Request, milestone_id: int, body: MilestoneNoteIn) -> Milestone:
    """Say that a milestone is reached."""
    return reach_milestone(request.context, milestone_by_id(request.context, milestone_id), note=body.note)


@endpoint(
    router,
    "post",
    "/projects/{project_id}/report",
    "programmes.report_project",
    permission=ANSWER,
    response=ProjectOut,
)
def report(request: Request, project_id: int, body: GoalResultIn) -> Project:
    """Report what came of a project."""
    return report_project(request.context, project_by_id(request.context, project_id), result=body.result)


class ProjectVerdictIn(Schema):
    """Whether it is done, and why."""

    done: bool
    reason: str


@endpoint(
    router,
    "post",
    "/projects/{project_id}/verdict",
    "programmes.judge_project",
    permission=MANAGE,
    response=ProjectOut,
)
def judge(request: Request, project_id: int, body: ProjectVerdictIn) -> Project:
    """Judge a project as done or not done, with the reason."""
    project = project_by_id(request.context, project_id)
    return judge_project(request.context, project, done=body.done, reason=body.reason)


class ListLineIn(Schema):
    """What stands in a line."""

    kind: str
    year: int
    post: str
    values: dict[str, Any]
    due_on: date | None = None


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/list-lines",
    "programmes.write_list_line",
    permission=ANSWER,
    response=ListLineOut,
)
def write_line(request: Request, org_id: int, body: ListLineIn) -> ListLine:
    """Put a line into the list that a post keeps."""
    return write_list_line(request.context, org_by_id(request.context, org_id), **body.dict())


class LineEndIn(Schema):
    """Whether it is done or dropped, and why."""

    done: bool
    note: str = ""


@endpoint(
    router,
    "post",
    "/list-lines/{line_id}/end",
    "programmes.end_list_line",
    permission=ANSWER,
    response=ListLineOut,
)
def end_line(request: Request, line_id: int, body: LineEndIn) -> ListLine:
    """Say that a line is done, or drop it with the reason."""
    line = list_line_by_id(request.context, line_id)
    return end_list_line(request.context, line, done=body.done, note=body.note)
