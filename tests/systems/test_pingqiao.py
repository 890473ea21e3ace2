"""Pingqiao: what its article asks for, on its own towns and villages."""

from typing import Any

import pytest
from django.test import Client

from gangmu.kernel.access.models import Account
from tests.site.matrix.test_routes import browser
from tests.systems.goals import ok
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


def test_q15_a_brand_is_read_and_learned_from_by_other_communities_and_by_nobody_from_elsewhere(
    pingqiao: Place, system: Any
) -> None:
    place = pingqiao
    own, other = (
        next(
            code
            for code, org in sorted(place.orgs.items())
            if org.domain == "community" and org.level == "village" and code.startswith(town)
        )
        for town in ("411503004", "411503105")
    )
    secretary, reader = place.caller("secretary", own), place.caller("secretary", other)
    away = found_place(system, "haian", ("320685111",))
    stranger = away.caller("secretary", away.first(level="village", kind="branch"))
    here = place.orgs[own].pk
    day = current("month").first.isoformat()
    values = {
        "noted_on": day,
        "name": "巷口议事亭",
        "what": "邻里的事在巷口议，每周两次",
        "place": "亭里有老街照片",
    }

    (brand, closed) = (
        ok(secretary.send("post", f"/orgs/{here}/records", {"kind": kind, "values": given}))
        for kind, given in (
            ("brand_record", {**values, "name": "巷口亭"}),
            ("disclosure_record", {"disclosed_on": day, "items": "财务收支", "complaints": "0"}),
        )
    )
    corrected = {"values": values, "reason": "名称写全"}
    brand = ok(secretary.send("post", f"/records/{brand['id']}/correct", corrected))
    listed = ok(reader.get("/open-records?kind=brand_record"))
    found, not_found = (ok(reader.get(f"/open-records?kind=brand_record&q={q}")) for q in ("议事", "红旗"))
    page = browser(Account.objects.get(login=f"secretary-{other}"))
    shown = page.get("/records/open").content.decode()
    one = page.get(f"/records/open/{brand['id']}").content.decode()
    duty = page.get("/duties/brand").content.decode()
    paper = page.get("/duties/brand/paper").content.decode()

    assert listed == [
        {
            "id": brand["id"],
            "org_id": here,
            "org": place.orgs[own].name,
            "kind": "brand_record",
            "day": day,
            "values": values,
        }
    ]
    assert (found, not_found) == (listed, [])
    for text in (shown, one):
        assert values["what"] in text
        assert place.orgs[own].name in text
    assert "名称写全" not in one
    assert "/records/open?kind=brand_record" in duty
    assert "本地方各组织都可以看" in paper
    assert ok(reader.get("/open-records?kind=disclosure_record")) == []
    assert ok(stranger.get("/open-records?kind=brand_record")) == []
    assert [
        (reader.get(f"/open-records/{closed['id']}").status_code),
        (reader.get(f"/records/{brand['id']}").status_code),
        (reader.get(f"/records/{brand['id']}/versions").status_code),
        (stranger.get(f"/open-records/{brand['id']}").status_code),
        (page.get(f"/records/open/{closed['id']}").status_code),
        (reader.send("post", f"/records/{brand['id']}/correct", corrected).status_code),
    ] == [404] * 6
    assert Client().get("/api/open-records?kind=brand_record").status_code == 401


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
