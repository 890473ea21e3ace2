"""Linxia: letters that go down level by level, and the rules of ten domains."""

from typing import Any

import pytest

from gangmu.kernel.orgs.definitions import DomainKind
from gangmu.kernel.packs.queries import pack_of
from gangmu.work.programmes.definitions import DutySet
from tests.systems.goals import faults, ok
from tests.systems.places import Place, current, found_place

LETTER = "responsibility"


@pytest.fixture
def linxia(system: Any) -> Place:
    """One real town with its villages, up to the prefecture."""
    return found_place(system, "linxia", ("622921100",))


def test_l2_letters_go_down_four_levels_signed_and_dated_and_nobody_hands_on_before_accepting(
    linxia: Place,
) -> None:
    year = current("year").first.year
    codes = ("6229", "622921", "622921100")
    prefecture, county, town = (
        linxia.caller("officer" if len(code) < 7 else "town_officer", code) for code in codes
    )
    village = linxia.first(level="village", kind="branch")
    secretary = linxia.caller("secretary", village)
    given = {"kind": LETTER, "year": year, "signed_by": "州委书记"}

    def issue(by: Any, code: str) -> Any:
        return by.send("post", f"/orgs/{linxia.orgs[code].pk}/letters", given)

    early = issue(county, "622921")
    target = {"programme": "yearly_goals", "metric": "committee_meetings", "year": year, "value": "120"}
    whole = ok(prefecture.send("post", f"/orgs/{linxia.root.pk}/targets", target))
    short = {"parts": [{"org": linxia.orgs["622921"].pk, "value": "100"}], "held": "10"}
    lost = prefecture.send("post", f"/targets/{whole['id']}/parts", short)
    ok(prefecture.send("post", f"/targets/{whole['id']}/parts", {**short, "held": "20"}))
    own = {letter["org_id"]: letter for letter in ok(issue(prefecture, "6229"))}
    county_letter = own[linxia.orgs["622921"].pk]
    unaccepted = issue(county, "622921")
    accepted = ok(county.send("post", f"/letters/{county_letter['id']}/accept", {"name": "县委书记"}))
    below = {letter["org_id"]: letter for letter in ok(issue(county, "622921"))}
    town_letter = below[linxia.orgs["622921100"].pk]
    ok(town.send("post", f"/letters/{town_letter['id']}/accept", {"name": "镇党委书记"}))
    last = {letter["org_id"]: letter for letter in ok(issue(town, "622921100"))}
    own_letter = last[linxia.orgs[village].pk]
    nameless = secretary.send("post", f"/letters/{own_letter['id']}/accept", {"name": " "})
    ok(secretary.send("post", f"/letters/{own_letter['id']}/accept", {"name": "村支部书记"}))
    twice = secretary.send("post", f"/letters/{own_letter['id']}/accept", {"name": "村支部书记"})

    assert lost.json()["code"] == "does_not_add_up"
    assert [each["value"] for each in county_letter["content"]["targets"]] == ["100"]
    assert accepted["accepted_on"]
    assert county_letter["signed_by"] == "州委书记"
    assert all(line["every"] and line["paper"] for line in own_letter["content"]["duties"])
    assert len(own_letter["content"]["duties"]) >= 5
    assert [each.json()["code"] for each in (early, unaccepted)] == ["own_letter_first"] * 2
    assert faults(nameless) == {"name"}
    assert twice.status_code == 409


def test_l8_each_of_ten_domains_has_its_rules_and_its_duties_and_no_others(linxia: Place) -> None:
    pack = pack_of(linxia.root.pk)
    sets = {each.domain: each for each in pack.all(DutySet)}
    officer = linxia.caller("officer", "6229")
    in_some_set = {code for each in sets.values() for code in each.duties}
    village = linxia.first(level="village", kind="branch", domain="village")

    for org in (each for each in linxia.orgs.values() if each.domain):
        owed = ok(officer.get(f"/orgs/{org.pk}/own-duties"))
        kept = sets[org.domain]
        assert owed["duty_set"] == kept.code
        assert {each["code"] for each in owed["duties"]} & in_some_set <= set(kept.duties)
    secretary = linxia.caller("secretary", village)
    beyond = secretary.get(f"/orgs/{linxia.orgs['622921100'].pk}/own-duties")

    assert set(sets) == {each.code for each in pack.all(DomainKind)}
    assert len(sets) == 10
    assert all(each.rules and each.standard for each in sets.values())
    assert beyond.status_code == 404
