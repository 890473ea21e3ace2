"""Pingliang: what its article asks for, on its own towns and villages."""

from collections import Counter
from typing import Any

import pytest

from tests.systems.places import Place, current, found_place

FIELDS = {
    "six_plus_x": {"agency"},
    "two_trainings": {"school", "hospital"},
    "two_fusions": {"enterprise"},
    "three_posts": {"private", "social"},
}


@pytest.fixture
def pingliang(system: Any) -> Place:
    """One real town with its villages and units, and an agency and an enterprise of its county."""
    return found_place(system, "pingliang", ("620822106", "620822U01U01", "620822U06U01", "620823202"))


def test_p16_each_field_has_its_own_programme_and_no_other(pingliang: Place) -> None:
    officer = pingliang.caller("officer", "6208")
    orders = {duty: pingliang.issue(officer, duty, current("quarter")) for duty in FIELDS}
    domains = {org.pk: org.domain for org in pingliang.orgs.values()}

    asked: Counter[int] = Counter()
    reached: dict[str, set[str]] = {}
    for duty, order in orders.items():
        tasks = officer.get(f"/orders/{order['id']}/tasks?limit=200").json()
        asked.update(task["org_id"] for task in tasks)
        reached[duty] = {domains[task["org_id"]] for task in tasks}

    assert set(asked.values()) == {1}
    assert all(reached[duty] and reached[duty] <= fields for duty, fields in FIELDS.items())


def test_p10a_the_lists_of_a_county_reach_that_county_alone_and_it_may_not_ask_beyond(
    pingliang: Place,
) -> None:
    county = pingliang.orgs["620822"]
    officer = pingliang.caller("officer", "620822")
    asked = {"duty": "post_lists", "period": str(current("year"))}

    order = officer.send("post", f"/orgs/{county.pk}/orders", asked).json()
    officer.send("post", f"/orders/{order['id']}/deliver")
    tasks = officer.get(f"/orders/{order['id']}/tasks?limit=200").json()
    beyond = officer.send("post", f"/orgs/{pingliang.root.pk}/orders", asked)

    paths = {org.pk: org.path for org in pingliang.orgs.values()}
    assert tasks
    assert all(paths[task["org_id"]].startswith(county.path) for task in tasks)
    assert beyond.status_code in (403, 404)


def test_p3_counties_note_the_cycle_and_a_note_without_numbers_is_refused(pingliang: Place) -> None:
    officer = pingliang.caller("officer", "6208")
    county = pingliang.caller("town_officer", "620822")
    for duty, kind in (("cross_inspection", "quarter"), ("half_year_scene", "half"), ("year_review", "year")):
        pingliang.issue(officer, duty, current(kind))  # type: ignore[arg-type]  # the kinds are those of periods
    waiting = county.get("/tasks/waiting?limit=200").json()
    inspection = next(task for task in waiting if task["duty"] == "cross_inspection")

    today = current("month").first.isoformat()
    refused = county.send(
        "post", f"/tasks/{inspection['id']}/report", {"values": {"inspected_on": today, "inspected": "4"}}
    )

    assert sorted(task["duty"] for task in waiting) == ["cross_inspection", "half_year_scene", "year_review"]
    assert refused.status_code == 422
    assert set(refused.json()["faults"]) == {"found", "mended"}


def test_p3_a_year_has_twelve_four_two_and_one_and_an_answer_tells_the_calendar(pingliang: Place) -> None:
    officer, county = pingliang.caller("officer", "6208"), pingliang.caller("town_officer", "620822")
    pingliang.issue(officer, "month_dispatch", current("month"))
    (task,) = (each for each in county.get("/tasks/waiting").json() if each["duty"] == "month_dispatch")
    day = current("month").first.isoformat()
    path = f"/orgs/{pingliang.orgs['620822'].pk}/calendar"

    silent = county.send(
        "post", f"/tasks/{task['id']}/report", {"values": {"held_on": day, "reminded": "3", "stuck": ""}}
    )
    told = county.send(
        "post", f"/tasks/{task['id']}/report", {"values": {"held_on": day, "reminded": "3", "stuck": "无"}}
    )
    days = [each for each in county.get(path).json()["days"] if each["cycle"] == "twelve_four_two_one"]
    neighbour = pingliang.caller("town_officer", "620823").get(path)

    entries = Counter(each["entry"] for each in days)
    assert [entries[each] for each in ("dispatch", "inspection", "scene", "review")] == [12, 4, 2, 1]
    assert (silent.status_code, told.status_code) == (422, 200)
    assert [each["period"] for each in days if each["happened_on"]] == [str(current("month"))]
    assert neighbour.status_code in (403, 404)
