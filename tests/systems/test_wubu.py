"""Wubu: what its article asks for, on its own towns and villages."""

from datetime import timedelta
from typing import Any

import pytest

from tests.systems.places import Place, current, found_place, today


@pytest.fixture
def wubu(system: Any) -> Place:
    """One real street and one real town, with their villages and units."""
    return found_place(system, "wubu", ("610829001", "610829103"))


def test_w20_a_year_has_its_theme_each_quarter_and_a_note_without_the_remedy_is_refused(wubu: Place) -> None:
    officer = wubu.caller("officer", "610829")
    village = wubu.first(domain="village", level="village", kind="branch")
    secretary = wubu.caller("secretary", village)
    day = today()
    days = {"first_on": str(day), "last_on": str(day + timedelta(days=200))}
    opened = {"kind": "quality_year", "paper": "吴发〔2022〕1号", **days}
    assert officer.send("post", f"/orgs/{wubu.root.pk}/campaigns", opened).status_code == 200
    wubu.issue(officer, "quality_year", current("quarter"))
    (task,) = secretary.get("/tasks/waiting").json()
    day = current("month").first.isoformat()

    half = {"values": {"noted_on": day, "weakness": "阵地开放少", "done": ""}}
    refused = secretary.send("post", f"/tasks/{task['id']}/report", half)
    whole = {"values": {"noted_on": day, "weakness": "阵地开放少", "done": "每周开放四天"}}
    answered = secretary.send("post", f"/tasks/{task['id']}/report", whole)

    assert (refused.status_code, answered.status_code) == (422, 200)
    assert set(refused.json()["faults"]) == {"done"}


def test_w20_a_brand_is_asked_of_communities_alone_once_a_year(wubu: Place) -> None:
    officer = wubu.caller("officer", "610829")
    order = wubu.issue(officer, "brand", current("year"))
    domains = {org.pk: org.domain for org in wubu.orgs.values()}

    tasks = officer.get(f"/orders/{order['id']}/tasks?limit=200").json()
    monthly = officer.send(
        "post", f"/orgs/{wubu.root.pk}/orders", {"duty": "brand", "period": str(current("month"))}
    )

    assert {domains[task["org_id"]] for task in tasks} == {"community"}
    assert monthly.status_code == 422


def test_w9_a_membership_is_transferred_to_a_branch_and_to_nothing_else(wubu: Place) -> None:
    officer = wubu.caller("officer", "610829")
    here, there, *_ = (org for _, org in sorted(wubu.orgs.items()) if org.kind == "branch")
    committee = next(org for _, org in sorted(wubu.orgs.items()) if org.kind == "committee")
    new = {"name": "马建国", "status": "full", "joined_on": "2001-07-01"}
    person = officer.send("post", f"/orgs/{here.pk}/people", new).json()["id"]
    given = {"day": today().isoformat(), "paper": "组织关系介绍信", "people": [person]}

    refused = officer.send("post", f"/orgs/{here.pk}/members/transfer", {**given, "to": committee.pk})
    moved = officer.send("post", f"/orgs/{here.pk}/members/transfer", {**given, "to": there.pk})
    again = officer.send("post", f"/orgs/{here.pk}/members/transfer", {**given, "to": there.pk})

    assert (refused.status_code, moved.status_code, again.status_code) == (422, 200, 409)
    assert set(refused.json()["faults"]) == {"to"}
    stood = officer.get(f"/people/{person}/memberships").json()
    assert [(each["org_id"], each["status"]) for each in stood] == [(there.pk, "full"), (here.pk, "full")]
