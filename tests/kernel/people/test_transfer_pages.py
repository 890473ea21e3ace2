"""Memberships are transferred on the screen and over the API: forms, what is ticked, what comes back."""

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gangmu.core.doubts import CHECKS
from gangmu.kernel.access.models import Account
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.operations import NewOrg, close_org, split_org
from gangmu.kernel.people.models import Membership, Person
from gangmu.kernel.people.operations import assign_post, note_membership, register_people
from gangmu.kernel.people.rules import NewPerson
from tests.conftest import Office
from tests.kernel.browsing import browser
from tests.site.matrix.test_routes import program

JUNE = date(2015, 6, 16)


def members(office: Office, count: int = 1) -> list[Person]:
    new = [
        NewPerson(f"马{'甲乙丙丁戊己庚辛壬癸'[at % 10]}", status="full", joined_on=date(2001, 7, 1))
        for at in range(count)
    ]
    return register_people(office.system, office.branch, new)


def sent(office: Office, **given: Any) -> dict[str, Any]:
    return {"to": office.far_branch.pk, "day": "2015-06-16", "paper": "组织关系介绍信", **given}


@pytest.fixture
def officer(office: Office, acting: Any) -> Any:
    return browser(acting("officer", office.county))


def kept(org: Org) -> list[str]:
    return list(Person.objects.filter(org=org).order_by("pk").values_list("name", flat=True))


def test_page_of_a_person_leads_to_the_transfer_and_the_transfer_back(office: Office, officer: Any) -> None:
    [person] = members(office)
    address = f"/people/{person.pk}/transfer"
    assert address in officer.get(f"/people/{person.pk}").content.decode()
    assert officer.get(address).status_code == 200

    answer = officer.post(address, sent(office))

    assert (answer.status_code, answer.url) == (302, f"/people/{person.pk}")
    page = officer.get(f"/people/{person.pk}").content.decode()
    assert page.index(office.far_branch.name) < page.index(office.branch.name)
    assert "组织关系介绍信" in page


def test_page_of_who_has_left_offers_no_transfer(office: Office, officer: Any) -> None:
    [person] = members(office)
    note_membership(office.system, person, status="deceased", day=JUNE)

    assert "/transfer" not in officer.get(f"/people/{person.pk}").content.decode()
    assert officer.get(f"/people/{person.pk}/transfer").status_code == 404


def test_list_of_members_transfers_those_ticked(office: Office, officer: Any) -> None:
    first, _second, third = members(office, 3)
    address = f"/orgs/{office.branch.pk}/people/transfer"
    assert address in officer.get(f"/orgs/{office.branch.pk}/people").content.decode()

    answer = officer.post(address, sent(office, chosen=[first.pk, third.pk]))

    assert (answer.status_code, answer.url) == (302, address)
    assert (kept(office.far_branch), kept(office.branch)) == (["马甲", "马丙"], ["马乙"])


def test_list_of_members_transfers_all_whatever_is_searched_for(office: Office, officer: Any) -> None:
    members(office, 3)
    address = f"/orgs/{office.branch.pk}/people/transfer?q=马乙"
    assert "马甲" not in officer.get(address).content.decode()

    answer = officer.post(address, sent(office, everybody="1"))

    assert answer.url == f"/orgs/{office.far_branch.pk}/people"
    assert kept(office.branch) == []


@pytest.mark.parametrize(
    ("wrong", "field"), [({"to": ""}, "to"), ({"day": "2999-01-01"}, "day"), ({"paper": ""}, "paper")]
)
def test_list_of_members_comes_back_with_what_is_wrong_and_who_was_ticked(
    office: Office, officer: Any, wrong: dict[str, str], field: str
) -> None:
    first, second = members(office, 2)

    answer = officer.post(
        f"/orgs/{office.branch.pk}/people/transfer", sent(office, chosen=[first.pk], **wrong)
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in page
    assert f'value="{first.pk}" checked' in page
    assert f'value="{second.pk}" checked' not in page
    assert kept(office.branch) == ["马甲", "马乙"]


def test_list_of_members_refuses_when_nobody_is_ticked_or_one_holds_a_post(
    office: Office, officer: Any
) -> None:
    [head] = members(office)
    assign_post(office.system, office.branch, person=head, kind="secretary", day=date(2015, 1, 1))
    address = f"/orgs/{office.branch.pk}/people/transfer"

    nobody = officer.post(address, sent(office, chosen=["x"]))
    holder = officer.post(address, sent(office, everybody="1"))

    assert (nobody.status_code, holder.status_code) == (422, 409)
    assert "马甲" in holder.content.decode()
    assert kept(office.branch) == ["马甲"]


def test_form_names_no_organization_out_of_reach(office: Office, acting: Any) -> None:
    [person] = members(office)
    town = browser(acting("town_officer", office.town))

    answer = town.post(f"/people/{person.pk}/transfer", sent(office))

    assert answer.status_code == 422
    assert office.far_branch.name not in answer.content.decode()
    assert Membership.objects.count() == 1


def test_list_of_a_closed_branch_says_who_is_left_and_offers_the_day_it_closed(
    office: Office, officer: Any
) -> None:
    members(office, 2)
    close_org(office.system, office.branch, day=JUNE)
    shown = officer.get(f"/orgs/{office.branch.pk}/people").content.decode()
    assert f"/orgs/{office.branch.pk}/people/transfer" in shown

    form = officer.get(f"/orgs/{office.branch.pk}/people/transfer").content.decode()

    assert 'value="2015-06-16"' in form
    officer.post(f"/orgs/{office.branch.pk}/people/transfer", sent(office, everybody="1"))
    assert kept(office.far_branch) == ["马甲", "马乙"]


def test_members_of_what_was_split_are_offered_no_part_that_is_only_one_of_two(
    office: Office, officer: Any
) -> None:
    members(office)
    parts = [
        (NewOrg(f"99010010121{at}", f"中共{name}村支部委员会", "branch", "village", JUNE), [])
        for at, name in enumerate(("东", "西"))
    ]
    east, west = split_org(office.system, office.branch, parts, day=JUNE)
    address = f"/orgs/{office.branch.pk}/people/transfer"
    assert east.name not in officer.get(address).content.decode()

    close_org(office.system, west, day=date(2015, 7, 1))

    assert f'value="{east.pk}"' in officer.get(address).content.decode()


@pytest.mark.parametrize(
    ("code", "by"),
    [
        ("people.members_at_closed", "org"),
        ("people.above_branches", "org"),
        ("people.kept_elsewhere", "subject"),
    ],
)
def test_what_checks_find_is_mended_by_a_transfer(code: str, by: str) -> None:
    check = CHECKS[code]

    assert (check.page, check.page_of) == (
        "people-transfer-many" if by == "org" else "people-transfer",
        by,
    )


@pytest.mark.parametrize("address", ["people/transfer", "people"])
def test_lists_of_members_take_the_same_queries_for_any_number(
    office: Office, officer: Any, address: str
) -> None:
    counted = []
    for count in (1, 8):
        members(office, count)
        officer.get(f"/orgs/{office.branch.pk}/{address}")
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(f"/orgs/{office.branch.pk}/{address}").status_code == 200
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_api_transfers_members_and_refuses_with_the_fault_beside_its_field(
    office: Office, officer: Any, acting: Any
) -> None:
    first, _second = members(office, 2)
    account = Account.objects.get(pk=acting("officer", office.county, day=date(2014, 2, 1)).account)
    address = f"/api/orgs/{office.branch.pk}/members/transfer"

    def post(key: str, **given: Any) -> Any:
        headers = program(account) | {"Idempotency-Key": key}
        body = json.dumps(sent(office, **given))
        return Client().post(address, body, content_type="application/json", headers=headers)

    refused = post("1", people=[first.pk], to=office.town.pk)
    nobody = post("2")
    one = post("3", people=[first.pk])
    again = post("3", people=[first.pk])
    rest = post("4", everybody=True)

    assert (refused.status_code, nobody.status_code) == (422, 422)
    assert set(refused.json()["faults"]) == {"to"}
    assert (one.json(), again.json(), rest.json()) == ({"count": 1}, {"count": 1}, {"count": 1})
    assert kept(office.far_branch) == ["马甲", "马乙"]
