"""Pingqiao: what its article asks for, on its own towns and villages."""

from typing import Any

import pytest

from tests.systems.places import Place, current, found_place


@pytest.fixture
def pingqiao(system: Any) -> Place:
    """Two real towns or streets with their villages and units."""
    return found_place(system, "pingqiao", ("411503004", "411503105"))


def test_q11_lists_monthly_reports_and_an_account_reach_towns_and_nobody_below(pingqiao: Place) -> None:
    officer = pingqiao.caller("officer", "411503")
    for duty, period in (
        ("responsibility_list", current("year")),
        ("responsibility_account", current("year")),
        ("month_report", current("month")),
    ):
        order = pingqiao.issue(officer, duty, period)
        tasks = officer.get(f"/orders/{order['id']}/tasks?limit=200").json()
        levels = {org.pk: org.level for org in pingqiao.orgs.values()}
        assert {levels[task["org_id"]] for task in tasks} == {"township"}


def test_q13_a_village_notes_what_it_disclosed_and_another_village_may_not(pingqiao: Place) -> None:
    place = pingqiao
    officer = place.caller("officer", "411503")
    own = place.first(domain="village", level="village", kind="branch")
    secretary = place.caller("secretary", own)
    neighbour = place.caller(
        "secretary", place.first(domain="village", level="village", kind="general_branch")
    )
    place.issue(officer, "disclosure", current("quarter"))
    (task,) = secretary.get("/tasks/waiting").json()
    values = {
        "disclosed_on": current("month").first.isoformat(),
        "items": "财务收支；低保评议",
        "complaints": "0",
    }

    refused = neighbour.send("post", f"/tasks/{task['id']}/report", {"values": values})
    done = secretary.send("post", f"/tasks/{task['id']}/report", {"values": values})

    assert (refused.status_code, done.status_code) == (404, 200)


def test_q15_a_brand_is_asked_of_communities_alone_and_once_a_year(pingqiao: Place) -> None:
    place = pingqiao
    officer = place.caller("officer", "411503")
    order = place.issue(officer, "brand", current("year"))
    domains = {org.pk: org.domain for org in place.orgs.values()}
    tasks = officer.get(f"/orders/{order['id']}/tasks?limit=200").json()

    again = officer.send(
        "post", f"/orgs/{place.root.pk}/orders", {"duty": "brand", "period": str(current("month"))}
    )

    assert {domains[task["org_id"]] for task in tasks} == {"community"}
    assert again.status_code == 422
