"""People and imports over the API: masked, paged, refused as problem+json."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gangmu.core.context import Context
from gangmu.kernel.access.operations import fresh_token
from gangmu.kernel.people.models import Person, Post
from gangmu.kernel.people.operations import register_people
from gangmu.kernel.people.rules import NewPerson
from tests.conftest import Office

NUMBER = "11010519491231002X"


@pytest.fixture
def program(office: Office, acting: Any) -> Any:
    """A client that acts by a token of the town's officer."""
    actor = acting("town_officer", office.town).actor
    now = datetime.now(UTC)
    _, text = fresh_token(Context(actor, now), name="t", scopes=["*"], expires_at=now + timedelta(days=1))
    return Client(headers={"Authorization": f"Bearer {text}"})


def post(client: Any, path: str, body: Any) -> Any:
    key = f"{path}-{json.dumps(body)}"[:90]
    return client.post(
        path, json.dumps(body), content_type="application/json", headers={"Idempotency-Key": key}
    )


def test_a_person_is_registered_shown_masked_and_given_a_post(office: Office, program: Any):
    new = {"name": "马建国", "id_number": NUMBER, "status": "full", "joined_on": "2001-07-01"}
    made = post(program, f"/api/orgs/{office.branch.pk}/people", new)
    person = made.json()["id"]
    given = post(
        program,
        f"/api/orgs/{office.branch.pk}/posts",
        {"person": person, "kind": "secretary", "day": "2015-01-01"},
    )
    listed = program.get(f"/api/orgs/{office.town.pk}/people?post=secretary").json()

    assert (made.status_code, given.status_code) == (200, 200)
    assert [(each["name"], each["id_number"]) for each in listed] == [("马建国", "110***********002X")]
    assert Post.objects.get().person_id == person


def test_a_fault_stands_beside_its_field_in_problem_json(office: Office, program: Any):
    answer = post(program, f"/api/orgs/{office.branch.pk}/people", {"name": "马建国", "id_number": "1"})

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert list(answer.json()["faults"]) == ["id_number"]
    assert not Person.objects.exists()


def test_lists_of_people_go_on_after_the_last_one_seen(office: Office, program: Any):
    people = register_people(office.system, office.town, [NewPerson(f"马{mark}") for mark in "甲乙丙"])
    path = f"/api/orgs/{office.town.pk}/people?limit=2"

    first = program.get(path).json()
    second = program.get(f"{path}&after={first[-1]['id']}").json()

    assert [each["id"] for each in first + second] == [person.pk for person in people]


def test_a_sheet_is_sent_judged_confirmed_and_undone(office: Office, program: Any):
    text = f"姓名,身份证号\n马建国,{NUMBER}\n".encode("gb18030")
    sent = program.post(
        f"/api/orgs/{office.town.pk}/imports",
        {"kind": "people", "file": SimpleUploadedFile("a.csv", text)},
        headers={"Idempotency-Key": "1"},
    )
    imported = sent.json()["id"]
    done = post(program, f"/api/imports/{imported}/confirm", {"partial": False})
    written = Person.objects.count()
    undone = post(program, f"/api/imports/{imported}/undo", {})

    assert (sent.json()["state"], done.json()["state"], written) == ("judged", "confirmed", 1)
    assert (undone.json()["state"], Person.objects.count()) == ("undone", 0)
    assert [each["id"] for each in program.get("/api/imports").json()] == [imported]


def test_faults_of_a_sheet_are_listed_with_their_cells(office: Office, program: Any):
    text = "姓名,身份证号\n马建国,1\n".encode()
    sent = program.post(
        f"/api/orgs/{office.town.pk}/imports",
        {"kind": "people", "file": SimpleUploadedFile("a.csv", text)},
        headers={"Idempotency-Key": "2"},
    )

    listed = program.get(f"/api/imports/{sent.json()['id']}/faults").json()

    assert [(each["cell"], each["field"]) for each in listed] == [("B2", "id_number")]


def test_a_program_without_the_right_learns_nothing(office: Office, acting: Any):
    register_people(office.system, office.branch, [NewPerson("马建国")])
    actor = acting("member", office.branch).actor
    now = datetime.now(UTC)
    _, text = fresh_token(Context(actor, now), name="t", scopes=["*"], expires_at=now + timedelta(days=1))
    client = Client(headers={"Authorization": f"Bearer {text}"})

    assert client.get(f"/api/orgs/{office.branch.pk}/people").status_code == 403
