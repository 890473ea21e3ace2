"""People's pages: what is shown, what is masked, what comes back with faults."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from gangmu.core.errors import Invalid
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.people.models import Household, Person, Post
from gangmu.kernel.people.operations import assign_post, register_household, register_people, register_person
from gangmu.kernel.people.rules import NewPerson, check_mark
from tests.conftest import Office
from tests.kernel.browsing import browser

NUMBER = "11010519491231002X"
TODAY = date(2015, 10, 8)


@pytest.fixture
def head(office: Office) -> Person:
    new = NewPerson(
        "马建国", id_number=NUMBER, telephone="13800138000", status="full", joined_on=date(2001, 7, 1)
    )
    return register_person(office.system, office.branch, new)


def text(response: Any) -> str:
    return response.content.decode()


def test_people_of_an_organization_stand_masked_in_page_and_sheet(office: Office, head: Person, acting: Any):
    client = browser(acting("town_officer", office.town))

    shown = client.get(f"/orgs/{office.town.pk}/people")
    sheet = client.get(f"/orgs/{office.town.pk}/people?export=xlsx")

    page = load_workbook(BytesIO(sheet.content)).active
    assert page is not None
    cells = {str(cell.value) for row in page.iter_rows() for cell in row}
    assert "马建国" in text(shown)
    assert "110***********002X" in text(shown)
    assert {"马建国", "110***********002X", "138****8000"} <= cells
    assert NUMBER not in text(shown)
    assert not any(NUMBER in cell or "13800138000" in cell for cell in cells)


def test_people_are_filtered_by_standing_post_and_a_piece_of_the_name(
    office: Office, head: Person, acting: Any
):
    register_person(office.system, office.other_branch, NewPerson("李四", status="activist"))
    assign_post(office.system, office.branch, person=head, kind="secretary", day=TODAY)
    client = browser(acting("town_officer", office.town))
    address = f"/orgs/{office.town.pk}/people"

    found = {
        asked: [
            name for name in ("马建国", "李四") if f">{name}</a>" in text(client.get(f"{address}?{asked}"))
        ]
        for asked in (
            "status=full",
            "status=activist",
            "post=secretary",
            "q=mjg",
            "q=lisi",
            "q=李",
            "q=x",
            "reach=own",
        )
    }

    assert found == {
        "status=full": ["马建国"],
        "status=activist": ["李四"],
        "post=secretary": ["马建国"],
        "q=mjg": ["马建国"],
        "q=lisi": ["李四"],
        "q=李": ["李四"],
        "q=x": [],
        "reach=own": [],
    }


@pytest.mark.parametrize("address", ["people", "posts", "households"])
def test_lists_of_an_organization_take_the_same_queries_for_any_number(
    office: Office, acting: Any, address: str
):
    client = browser(acting("town_officer", office.town))
    counted = []
    for times in (1, 3):
        for at in range(times):
            body = f"9901001970010{times}{at:03d}"
            number = body + check_mark(body)
            [person] = register_people(
                office.system,
                office.town,
                [NewPerson("马建国", id_number=number, status="full", joined_on=date(2001, 1, 1))],
            )
            assign_post(
                office.system, office.town, person=person, kind="committee_member", day=date(2015, 1, 1)
            )
            register_household(
                office.system, office.town, door=f"{times}-{at}", size=3, day=TODAY, head=person
            )
        client.get(f"/orgs/{office.town.pk}/{address}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/orgs/{office.town.pk}/{address}").status_code == 200
        counted.append(len(queries))

    assert counted[0] == counted[1]


def test_forms_about_a_post_or_a_person_say_whom_they_are_about(office: Office, head: Person, acting: Any):
    client = browser(acting("town_officer", office.town))
    post = assign_post(office.system, office.branch, person=head, kind="secretary", day=date(2015, 1, 1))

    for address in (f"/posts/{post.pk}/end", f"/posts/{post.pk}/handover"):
        assert "<b>马建国 · 党组织书记</b>" in text(client.get(address)), address
    for address in (f"/people/{head.pk}/standing", f"/people/{head.pk}/correct"):
        assert "<b>马建国</b>" in text(client.get(address)), address


def test_post_of_a_village_is_neither_missing_at_a_town_nor_given_there(
    office: Office, head: Person, acting: Any
):
    client = browser(acting("officer", office.county))

    assert "村（居）民委员会主任" not in text(client.get(f"/orgs/{office.town.pk}/posts"))
    assert "村（居）民委员会主任" in text(client.get(f"/orgs/{office.branch.pk}/posts"))
    with pytest.raises(Invalid):
        assign_post(office.system, office.town, person=head, kind="village_director", day=date(2015, 1, 1))


def test_neighbours_see_nobody(office: Office, head: Person, acting: Any):
    client = browser(acting("secretary", office.far_branch))

    assert client.get(f"/people/{head.pk}").status_code == 404
    assert client.get(f"/orgs/{office.branch.pk}/people").status_code == 404
    assert "马建国" not in text(client.get("/people/find?q=mjg"))
    assert "马建国" in text(browser(acting("secretary", office.branch)).get("/people/find?q=mjg"))


def test_a_person_is_registered_by_form_and_a_fault_comes_back_with_what_was_typed(
    office: Office, acting: Any
):
    client = browser(acting("secretary", office.branch))
    address = f"/orgs/{office.branch.pk}/people/new"
    sent = {"name": "马建国", "id_number": "110105194912310021", "telephone": "13800138000", "status": "full"}

    refused = client.post(address, sent)
    done = client.post(address, sent | {"id_number": NUMBER, "joined_on": "2001-07-01"})

    assert refused.status_code == 422
    assert 'value="马建国"' in text(refused)
    assert "校验码不符" in text(refused)
    assert done.status_code == 302
    assert Person.objects.get().name == "马建国"


def test_a_number_is_shown_in_full_only_to_who_may_and_is_logged(office: Office, head: Person, acting: Any):
    secretary = browser(acting("secretary", office.branch))
    officer = browser(acting("officer", office.county))
    address = f"/people/{head.pk}/numbers"

    assert secretary.post(address, {"reason": "核对"}).status_code == 403
    assert officer.post(address, {"reason": ""}).status_code == 302
    assert not Entry.objects.filter(verb="people.unmask_person").exists()
    shown = officer.post(address, {"reason": "核对"})

    assert NUMBER in text(shown)
    assert shown["Cache-Control"] == "no-store"
    assert Entry.objects.filter(verb="people.unmask_person").count() == 1


def test_a_post_is_given_handed_over_and_ended_by_forms(office: Office, head: Person, acting: Any):
    heir = register_person(
        office.system, office.branch, NewPerson("李四", status="full", joined_on=date(2001, 7, 1))
    )
    client = browser(acting("town_officer", office.town))

    given = client.post(
        f"/orgs/{office.branch.pk}/posts/new", {"kind": "secretary", "person": head.pk, "day": "2015-01-01"}
    )
    post = Post.objects.get()
    handed = client.post(f"/posts/{post.pk}/handover", {"to": heir.pk, "day": "2015-10-01"})
    twice = client.post(f"/posts/{post.pk}/end", {"day": "2015-10-01"})
    ended = client.post(f"/posts/{Post.objects.get(person=heir).pk}/end", {"day": "2015-10-08"})

    assert [given.status_code, handed.status_code, twice.status_code, ended.status_code] == [
        302,
        302,
        409,
        302,
    ]
    assert list(Post.objects.order_by("pk").values_list("valid_to", flat=True)) == [date(2015, 10, 1), TODAY]


def test_pages_of_people_open(office: Office, head: Person, acting: Any):
    post = assign_post(office.system, office.branch, person=head, kind="secretary", day=TODAY)
    household = register_household(office.system, office.branch, door="1", size=3, day=TODAY, head=head)
    client = browser(acting("town_officer", office.town))

    answers = {
        address: client.get(address).status_code
        for address in (
            f"/people/{head.pk}",
            f"/people/{head.pk}/correct",
            f"/people/{head.pk}/standing",
            f"/orgs/{office.branch.pk}/posts",
            f"/orgs/{office.branch.pk}/posts/new",
            f"/posts/{post.pk}",
            f"/posts/{post.pk}/end",
            f"/posts/{post.pk}/handover",
            f"/orgs/{office.branch.pk}/households",
            f"/orgs/{office.branch.pk}/households/new",
            f"/households/{household.pk}",
            f"/households/{household.pk}/move",
            f"/households/{household.pk}/close",
        )
    }

    assert {address for address, status in answers.items() if status != 200} == set()


def test_a_person_is_corrected_and_stands_otherwise_by_forms(office: Office, head: Person, acting: Any):
    client = browser(acting("secretary", office.branch))

    corrected = client.post(
        f"/people/{head.pk}/correct",
        {"name": "马建华", "sex": "female", "birth_year": "1949", "joined_on": "2001-07-01"},
    )
    noted = client.post(f"/people/{head.pk}/standing", {"status": "deceased", "day": "2015-10-01"})

    kept = Person.objects.get()
    assert (corrected.status_code, noted.status_code) == (302, 302)
    assert (kept.name, bool(kept.id_print)) == ("马建华", True)
    assert list(kept.memberships.order_by("pk").values_list("status", flat=True)) == ["full", "deceased"]


def test_a_household_is_registered_corrected_moved_and_closed_by_forms(office: Office, acting: Any):
    client = browser(acting("town_officer", office.town))
    client.post(f"/orgs/{office.branch.pk}/households/new", {"door": "1", "size": "3", "day": "2015-01-01"})
    first = Household.objects.get()
    client.post(f"/households/{first.pk}", {"door": "2", "size": "4"})
    client.post(
        f"/households/{first.pk}/move", {"to": office.other_branch.pk, "door": "9", "day": "2015-06-01"}
    )
    moved = Household.objects.get(valid_to=None)
    client.post(f"/households/{moved.pk}/close", {"day": "2015-09-01"})

    rows = Household.objects.order_by("pk").values_list("org", "door", "size", "valid_to")
    assert list(rows) == [
        (office.branch.pk, "2", 4, date(2015, 6, 1)),
        (office.other_branch.pk, "9", 4, date(2015, 9, 1)),
    ]
