"""Hai'an: what its article asks for, on its own towns and villages."""

from collections import Counter
from typing import Any

import pytest

from gangmu.kernel.packs.queries import pack_of
from gangmu.work.plans.definitions import DutyKind
from tests.systems.places import Place, current, found_place, today

ITEMS = "带头讲党课；联系两个薄弱支部；办好两件实事"
CALENDAR = ("party_work_meeting", "secretary_account", "special_inspection")


@pytest.fixture
def haian(system: Any) -> Place:
    """One real town with its villages and units, and the agencies of the city."""
    return found_place(system, "haian", ("320685111", "320685U01U01", "320685U06U01"))


def _lists(place: Place) -> list[str]:
    return [duty.code for duty in pack_of(place.root.pk).all(DutyKind) if duty.code.startswith("list_")]


def test_h1_one_meeting_two_accounts_four_inspections_eight_lists_make_a_year(haian: Place) -> None:
    officer = haian.caller("officer", "320685")
    town = haian.caller("town_officer", "320685111")
    year = current("year")

    for duty in ("party_work_meeting", *_lists(haian)):
        haian.issue(officer, duty, year)
    haian.issue(officer, "secretary_account", current("half"))
    haian.issue(officer, "special_inspection", current("quarter"))

    duties = {duty.code: duty for duty in pack_of(haian.root.pk).all(DutyKind)}
    assert [duties[code].every for code in CALENDAR] == ["year", "half", "quarter"]
    assert len(_lists(haian)) == 8
    own = [
        task
        for task in town.get("/tasks/waiting?limit=200").json()
        if task["org_id"] == haian.orgs["320685111"].pk
    ]
    assert sorted(task["duty"] for task in own) == ["list_town", *CALENDAR]


def test_h1_one_calendar_shows_the_year_and_what_was_issued_and_takes_no_note_where_an_order_tells(
    haian: Place,
) -> None:
    officer = haian.caller("officer", "320685")
    path = f"/orgs/{haian.root.pk}/calendar"
    haian.issue(officer, "party_work_meeting", current("year"))
    note = {"cycle": "one_two_four_eight", "entry": "meeting", "period": str(current("year"))}

    days = [each for each in officer.get(path).json()["days"] if each["cycle"] == "one_two_four_eight"]
    by_hand = officer.send("post", path, {**note, "happened_on": str(current("month").first)})
    town = haian.caller("town_officer", "320685111").get(path)

    entries = Counter(each["entry"] for each in days)
    assert [entries[each] for each in ("meeting", "account", "inspection")] == [1, 2, 4]
    assert sum(number for entry, number in entries.items() if entry.startswith("list_")) == 8
    assert [each["entry"] for each in days if each["happened_on"]] == ["meeting"]
    assert by_hand.status_code in (409, 422)
    assert town.status_code in (403, 404)


def test_h1_each_secretary_has_the_list_of_the_own_field_and_no_other(haian: Place) -> None:
    officer = haian.caller("officer", "320685")
    orders = [haian.issue(officer, duty, current("year")) for duty in _lists(haian)]

    asked: Counter[int] = Counter()
    for order in orders:
        for task in officer.get(f"/orders/{order['id']}/tasks?limit=200").json():
            asked[task["org_id"]] += 1

    assert asked
    assert set(asked.values()) == {1}


def test_h1_a_list_is_drawn_up_reviewed_by_the_town_and_nobody_answers_for_another(haian: Place) -> None:
    officer = haian.caller("officer", "320685")
    village = haian.first(domain="village", kind="branch", level="village")
    secretary = haian.caller("secretary", village)
    stranger = haian.caller("secretary", haian.first(domain="community", level="village"))
    haian.issue(officer, "list_village", current("year"))
    (task,) = secretary.get("/tasks/waiting").json()
    day = today().isoformat()
    values = {"drawn_on": current("month").first.isoformat(), "items": ITEMS}

    refused = stranger.send("post", f"/tasks/{task['id']}/report", {"values": values})
    empty = secretary.send("post", f"/tasks/{task['id']}/report", {"values": {"drawn_on": day, "items": ""}})
    done = secretary.send("post", f"/tasks/{task['id']}/report", {"values": values})
    accepted = haian.caller("town_officer", "320685111").send("post", f"/tasks/{task['id']}/accept")

    assert refused.status_code == 404
    assert empty.status_code == 422
    assert "items" in empty.json()["faults"]
    assert done.status_code == 200
    assert accepted.json()["state"] == "accepted"


def test_h1_the_calendar_refuses_an_account_for_a_month(haian: Place) -> None:
    officer = haian.caller("officer", "320685")
    asked = {"duty": "secretary_account", "period": str(current("month"))}

    refused = officer.send("post", f"/orgs/{haian.root.pk}/orders", asked)

    assert refused.status_code == 422
    assert refused.json()["faults"] == {"period": "请选择其他周期。"}
