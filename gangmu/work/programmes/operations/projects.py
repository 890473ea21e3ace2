"""Projects from proposal to judgement, and the lines of lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.core.fields import parse_fields
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.guard.queries import refuse_text
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import locked
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.work.programmes.definitions import ListKind, ProjectKind
from gangmu.work.programmes.models import ListLine, Milestone, Project, ProjectStep
from gangmu.work.programmes.queries.projects import (
    kind_among,
    list_kinds,
    project_kinds,
)

MUST = msgid("This must be filled in.")
DAY_OUTSIDE = msgid("This day does not lie in the project's year.")


@dataclass(frozen=True)
class NewMilestone:
    """What is to be reached, by whom, by when."""

    title: str
    owner: str
    due_on: date


@operation("programmes.propose_project", permission="programmes.answer", at="org")
def propose_project(
    context: Context,
    org: Org,
    *,
    kind: str,
    year: int,
    title: str,
    text: str,
    owner: str,
    milestones: Sequence[NewMilestone],
) -> Project:
    """Propose a project with its owner and milestones; the level above approves it.

    Refused for a kind that is not meant for such an organization, beyond the number it may
    have in a year, with too few milestones, or with days outside the year.
    """
    chosen = kind_among(project_kinds(org), kind)
    assert isinstance(chosen, ProjectKind)
    faults = {
        name: MUST
        for name, value in (("title", title), ("text", text), ("owner", owner))
        if not value.strip()
    }
    if len(milestones) < chosen.milestones:
        faults["milestones"] = msgid("More milestones are needed, each with an owner and a day.")
    if any(not each.title.strip() or not each.owner.strip() for each in milestones):
        faults["milestones"] = msgid("A milestone has a title, an owner and a day.")
    if any(each.due_on.year != year for each in milestones):
        faults["milestones"] = DAY_OUTSIDE
    if len(milestones) > 20:
        faults["milestones"] = msgid("A project has twenty milestones at most.")
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)
    refuse_text(org, {"text": text, "title": title}, what="order", context=context)
    locked(org)
    standing = Project.objects.filter(org=org, kind=kind, year=year).exclude(
        state__in=("refused", "withdrawn")
    )
    if chosen.most is not None and standing.count() >= chosen.most:
        raise Conflict("There are %(most)s of this kind in the year already.", {"most": chosen.most})
    project = Project.objects.create(
        kind=kind,
        year=year,
        org=org,
        pack=pack_version_of(org.root_id),
        title=title.strip()[:120],
        text=text.strip()[:1000],
        owner=owner.strip()[:60],
        proposed_by_id=context.account,
        proposed_at=context.now,
        last_on=max(each.due_on for each in milestones),
    )
    Milestone.objects.bulk_create(
        Milestone(
            project=project,
            number=number,
            title=each.title.strip()[:200],
            owner=each.owner.strip()[:60],
            due_on=each.due_on,
        )
        for number, each in enumerate(sorted(milestones, key=lambda each: each.due_on), 1)
    )
    _step(context, project, "proposed", "")
    return project


def _step(context: Context, project: Project, event: str, note: str) -> None:
    ProjectStep.objects.create(
        project=project, event=event, at=context.now, by_id=context.account, note=note[:1000]
    )


def _held(project: Project, *states: str) -> Project:
    held = (
        Project.objects.select_for_update(of=("self",))
        .select_related("org", "org__parent")
        .get(pk=project.pk)
    )
    if held.state not in states:
        raise Conflict("The project is not at a point where this can be done.")
    return held


def _needed(reason: str) -> str:
    if not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": MUST})
    return reason.strip()[:500]


@operation("programmes.decide_project", permission="programmes.manage", at="project.decider")
def decide_project(context: Context, project: Project, *, approved: bool, reason: str = "") -> Project:
    """Approve a proposed project, or refuse it with the reason; not by whoever proposed it."""
    held = _held(project, "proposed")
    if held.proposed_by_id == context.account:
        raise NotAllowed("Whoever proposed a project does not approve it.")
    held.verdict = reason.strip()[:500] if approved else _needed(reason)
    held.state = Project.State.APPROVED if approved else Project.State.REFUSED
    held.save(update_fields=["state", "verdict"])
    _step(context, held, held.state, held.verdict)
    return held


@operation("programmes.reach_milestone", permission="programmes.answer", at="milestone.project.org")
def reach_milestone(context: Context, milestone: Milestone, *, note: str = "") -> Milestone:
    """Say that a milestone of an approved project is reached; the day is kept."""
    held = _held(milestone.project, "approved")
    kept = Milestone.objects.select_for_update().get(pk=milestone.pk)
    if kept.reached_on is not None:
        raise Conflict("This milestone was reached already.")
    kept.reached_on, kept.note = context.today, note.strip()[:500]
    kept.save(update_fields=["reached_on", "note"])
    _step(context, held, "milestone", kept.title)
    return kept


@operation("programmes.report_project", permission="programmes.answer", at="project.org")
def report_project(context: Context, project: Project, *, result: str) -> Project:
    """Report what came of an approved project, for the level above to judge."""
    held = _held(project, "approved")
    if not result.strip():
        raise Invalid("Some fields need attention.", faults={"result": MUST})
    held.state, held.result = Project.State.REPORTED, result.strip()[:1000]
    held.save(update_fields=["state", "result"])
    _step(context, held, "reported", held.result)
    return held


@operation("programmes.judge_project", permission="programmes.manage", at="project.decider")
def judge_project(context: Context, project: Project, *, done: bool, reason: str) -> Project:
    """Judge a reported project as done or not done, with the reason; not by whoever proposed it.

    One that nobody reported is judged after its last day.
    """
    held = _held(project, "reported", "approved")
    if held.state == Project.State.APPROVED and context.today <= held.last_on:
        raise Conflict("It has not been reported, and its last day is still to come.")
    if held.proposed_by_id == context.account:
        raise NotAllowed("Whoever proposed a project does not judge it.")
    held.verdict = _needed(reason)
    held.state = Project.State.DONE if done else Project.State.NOT_DONE
    held.save(update_fields=["state", "verdict"])
    _step(context, held, held.state, held.verdict)
    return held


# Lists of posts


@operation("programmes.write_list_line", permission="programmes.answer", at="org", secret=("values",))
def write_list_line(
    context: Context,
    org: Org,
    *,
    kind: str,
    year: int,
    post: str,
    values: Mapping[str, Any],
    due_on: date | None = None,
) -> ListLine:
    """Put a line into the list that a post keeps; it is numbered and stays.

    Refused for a post that keeps no such list, and for a day outside the year.
    """
    chosen = kind_among(list_kinds(org), kind)
    assert isinstance(chosen, ListKind)
    if post not in chosen.posts:
        raise Invalid("Some fields need attention.", faults={"post": "This post keeps no such list."})
    if due_on is not None and due_on.year != year:
        raise Invalid("Some fields need attention.", faults={"due_on": "Choose a day within the year."})
    kept = parse_fields(chosen.fields, dict(values))
    refuse_text(
        org,
        {code: value for code, value in kept.items() if isinstance(value, str)},
        what="order",
        context=context,
    )
    locked(org)
    same = ListLine.objects.filter(org=org, kind=kind, year=year, post=post)
    number = (same.aggregate(last=Max("number"))["last"] or 0) + 1
    if number > 500:
        raise Conflict("The list is full.")
    return ListLine.objects.create(
        kind=kind,
        year=year,
        org=org,
        post=post,
        number=number,
        pack=pack_version_of(org.root_id),
        values=kept,
        due_on=due_on,
        written_by_id=context.account,
        written_at=context.now,
    )


@operation("programmes.end_list_line", permission="programmes.answer", at="line.org")
def end_list_line(context: Context, line: ListLine, *, done: bool, note: str = "") -> ListLine:
    """Say that a line is done, or drop it with the reason; it stays in the list."""
    held = ListLine.objects.select_for_update().get(pk=line.pk)
    if held.state != ListLine.State.OPEN:
        raise Conflict("This line was ended already.")
    held.note = note.strip()[:500] if done else _needed(note)
    held.state = ListLine.State.DONE if done else ListLine.State.DROPPED
    held.ended_on = context.today
    held.save(update_fields=["state", "note", "ended_on"])
    return held
