"""Projects are judged, lines stay in their list, campaigns begin and end and bind their duties."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotFound
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
from gangmu.work.programmes.queries.projects import public_projects, steps_of
from tests.work.programmes.conftest import Goal


def proposed(goal: Goal, **more: Any) -> Any:
    given = {
        "kind": "practical_things",
        "year": 2015,
        "title": "修路",
        "text": "修好进村路",
        "owner": "马书记",
        "milestones": [
            NewMilestone("路基", "马书记", date(2015, 11, 1)),
            NewMilestone("路面", "李委员", date(2015, 12, 1)),
        ],
        **more,
    }
    return propose_project(goal.secretary, goal.office.branch, **given)


def test_project_goes_from_proposal_over_milestones_to_a_verdict(goal: Goal) -> None:
    project = proposed(goal)
    decide_project(goal.town, project, approved=True, reason="同意")
    for milestone in project.milestones.all():
        reach_milestone(goal.secretary, milestone)
    report_project(goal.secretary, project, result="路通了")

    judged = judge_project(goal.town, project, done=True, reason="实地看过")

    assert (judged.state, judged.verdict) == ("done", "实地看过")
    assert [step.event for step in steps_of(project)] == [
        "proposed",
        "approved",
        "milestone",
        "milestone",
        "reported",
        "done",
    ]


def test_project_is_judged_by_the_level_above_with_a_reason_and_not_before_its_time(goal: Goal) -> None:
    project = proposed(goal)
    decide_project(goal.town, project, approved=True)

    with pytest.raises(Conflict):
        judge_project(goal.town, project, done=False, reason="没有报")
    report_project(goal.secretary, project, result="路通了")
    with pytest.raises(Invalid):
        judge_project(goal.town, project, done=False, reason=" ")
    with pytest.raises(NotAllowed):
        judge_project(goal.secretary, project, done=True, reason="自己评")
    with pytest.raises(NotAllowed):
        judge_project(goal.other_town, project, done=True, reason="别的镇")


def test_propose_project_refuses_too_few_milestones_and_days_outside_the_year(goal: Goal) -> None:
    for milestones in (
        [],
        [NewMilestone("路", "马", date(2016, 1, 5))],
        [NewMilestone("路", " ", date(2015, 12, 5))],
    ):
        with pytest.raises(Invalid) as refused:
            proposed(goal, milestones=milestones)
        assert list(refused.value.faults) == ["milestones"]


def test_propose_project_refuses_more_than_an_organization_may_have(goal: Goal) -> None:
    for number in range(2):
        proposed(goal, kind="secretary_project", title=f"项目{number}")

    with pytest.raises(Conflict):
        proposed(goal, kind="secretary_project", title="第三个")


def test_public_projects_stand_before_everybody_once_approved(goal: Goal) -> None:
    project = proposed(goal)
    proposed(goal, kind="secretary_project")
    assert public_projects(goal.neighbour, 2015) == []
    decide_project(goal.town, project, approved=True)

    assert [each.title for each in public_projects(goal.neighbour, 2015)] == ["修路"]
    page = Client().get("/public/things?year=2015")
    assert page.status_code == 200
    assert "修路" in page.content.decode()


def test_list_line_is_numbered_ended_once_and_dropped_with_a_reason_only(goal: Goal) -> None:
    def line(**more: Any) -> Any:
        given = {
            "kind": "responsibility_list",
            "year": 2015,
            "post": "secretary",
            "values": {"what": "开会"},
            **more,
        }
        return write_list_line(goal.secretary, goal.office.branch, **given)

    first, second = line(), line()

    assert (first.number, second.number) == (1, 2)
    with pytest.raises(Invalid):
        end_list_line(goal.secretary, first, done=False)
    end_list_line(goal.secretary, first, done=True)
    with pytest.raises(Conflict):
        end_list_line(goal.secretary, first, done=True)
    with pytest.raises(Invalid) as refused:
        line(post="officer")
    assert list(refused.value.faults) == ["post"]
    with pytest.raises(NotFound):
        line(kind="none_such")
