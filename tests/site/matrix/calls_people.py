"""Rows of people: persons, their standing, posts, households."""

from datetime import date
from typing import Any

from gangmu.kernel.people import operations as people
from gangmu.kernel.people.operations import NewPost
from gangmu.kernel.people.rules import NewPerson
from tests.conftest import BEGIN, Office
from tests.site.matrix.call import Call, call

ID_NUMBER = "11010519491231002X"
TELEPHONE = "13800138000"


def new_person(name: str = "马建国", **given: Any) -> NewPerson:
    """A full member to register."""
    return NewPerson(name, **{"status": "full", "joined_on": date(2001, 7, 1), **given})


def person_of(office: Office, name: str = "马建国", **given: Any) -> Any:
    """A member of the first branch."""
    return people.register_person(office.system, office.branch, new_person(name, **given))


def post_of(office: Office) -> Any:
    """The secretary's post of the first branch, held by one of its members."""
    return people.assign_post(
        office.system, office.branch, person=person_of(office), kind="secretary", day=BEGIN
    )


def household_of(office: Office) -> Any:
    """A household in the first branch's area."""
    return people.register_household(office.system, office.branch, door="12", size=4, day=date(2015, 1, 5))


@call("people.register_person")
def _(office: Office) -> Call:
    new = new_person(id_number=ID_NUMBER, telephone=TELEPHONE)
    return Call({"org": office.branch, "new": new}, office.branch)


@call("people.register_people")
def _(office: Office) -> Call:
    batch = [new_person(id_number=ID_NUMBER, telephone=TELEPHONE), new_person("马建军")]
    return Call({"org": office.branch, "batch": batch}, office.branch)


@call("people.correct_person")
def _(office: Office) -> Call:
    given = {"person": person_of(office), "id_number": ID_NUMBER, "telephone": TELEPHONE}
    return Call(given, office.branch)


@call("people.unmask_person")
def _(office: Office) -> Call:
    person = person_of(office, id_number=ID_NUMBER, telephone=TELEPHONE)
    return Call({"person": person, "reason": "核对"}, office.branch)


@call("people.note_membership")
def _(office: Office) -> Call:
    given = {"person": person_of(office), "status": "deceased", "day": date(2015, 10, 1)}
    return Call(given, office.branch)


@call("people.transfer_members")
def _(office: Office) -> Call:
    # the holder holds the right at both ends: the county covers them
    given = {"org": office.branch, "to": office.far_branch, "people": [person_of(office).pk]}
    return Call(given | {"day": date(2015, 10, 1), "paper": "组织关系介绍信"}, office.county)


@call("people.assign_post")
def _(office: Office) -> Call:
    given = {"org": office.branch, "person": person_of(office), "kind": "secretary", "day": BEGIN}
    return Call(given, office.branch)


@call("people.assign_posts")
def _(office: Office) -> Call:
    batch = [NewPost(person_of(office), office.branch, "secretary", BEGIN)]
    return Call({"org": office.branch, "batch": batch}, office.branch)


@call("people.end_post")
def _(office: Office) -> Call:
    return Call({"post": post_of(office), "day": date(2015, 10, 8)}, office.branch)


@call("people.handover_post")
def _(office: Office) -> Call:
    given = {"post": post_of(office), "to": person_of(office, "马建军"), "day": date(2015, 10, 8)}
    return Call(given, office.branch)


@call("people.register_household")
def _(office: Office) -> Call:
    given = {"org": office.branch, "door": "12", "size": 4, "day": date(2015, 1, 5)}
    return Call(given | {"head": person_of(office)}, office.branch)


@call("people.correct_household")
def _(office: Office) -> Call:
    return Call({"household": household_of(office), "door": "13", "size": 5}, office.branch)


@call("people.move_household")
def _(office: Office) -> Call:
    # the holder holds the right at both ends: the county covers them
    given = {"household": household_of(office), "to": office.far_branch, "door": "3"}
    return Call(given | {"day": date(2015, 10, 1)}, office.county)


@call("people.close_household")
def _(office: Office) -> Call:
    return Call({"household": household_of(office), "day": date(2015, 10, 1)}, office.branch)


@call("people.withdraw_people")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "people": [person_of(office).pk]}, office.branch)


@call("people.withdraw_posts")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "posts": [post_of(office).pk]}, office.branch)
