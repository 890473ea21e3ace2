"""Registering, standing, posts with their roles, unmasking, households: and what each refuses."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gangmu.kernel.access.models import Account
from gangmu.kernel.access.queries import AccountActor, grants_from
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.orgs.operations import close_org
from gangmu.kernel.people.models import Household, Membership, Person, Post
from gangmu.kernel.people.operations import (
    NewPost,
    assign_post,
    assign_posts,
    close_household,
    correct_household,
    correct_person,
    end_post,
    handover_post,
    move_household,
    note_membership,
    register_household,
    register_people,
    register_person,
    unmask_person,
    withdraw_people,
)
from gangmu.kernel.people.queries import masked_numbers, open_numbers, person_by_id
from gangmu.kernel.people.rules import NewPerson, check_mark
from tests.conftest import NOW, Office

pytestmark = pytest.mark.db

TODAY = date(2015, 10, 8)
NUMBER = "11010519491231002X"


def id_number(order: int, born: str = "19700101") -> str:
    body = f"990100{born}{order:03d}"
    return body + check_mark(body)


def member(name: str = "马建国", **given: Any) -> NewPerson:
    return NewPerson(name, **{"status": "full", "joined_on": date(2001, 7, 1), **given})


@pytest.fixture
def head(office: Office) -> Person:
    return register_person(office.system, office.branch, member(id_number=NUMBER, telephone="13800138000"))


def test_register_person_keeps_numbers_unreadable_and_shows_them_masked(office: Office, head: Person):
    kept = Person.objects.get(pk=head.pk)

    assert NUMBER.encode() not in bytes(kept.id_sealed or b"")
    assert masked_numbers(kept).id_number == "110***********002X"
    assert masked_numbers(kept).telephone == "138****8000"
    assert open_numbers(kept).id_number == NUMBER


def test_register_person_never_writes_a_number_into_the_log(office: Office, head: Person):
    entries = " ".join(str(entry.payload) for entry in Entry.objects.all())

    assert "people.register_person" in set(Entry.objects.values_list("verb", flat=True))
    assert NUMBER not in entries
    assert "13800138000" not in entries


def test_register_person_opens_one_membership_where_they_are_kept(office: Office, head: Person):
    rows = list(Membership.objects.values_list("person", "org", "status", "valid_from", "valid_to"))

    assert rows == [(head.pk, office.branch.pk, "full", date(2014, 1, 1), None)]


def test_register_person_refuses_a_number_twice_and_says_where_only_to_who_may_see_it(
    office: Office, head: Person, acting: Any
):
    far = acting("secretary", office.far_branch)
    near = acting("town_officer", office.town)

    with pytest.raises(Invalid) as far_refusal:
        register_person(far, office.far_branch, member("李四", id_number=NUMBER))
    with pytest.raises(Invalid) as near_refusal:
        register_person(near, office.other_branch, member("李四", id_number=NUMBER))

    assert far_refusal.value.faults == {"id_number": "This ID number is known already."}
    assert "马建国" not in str(far_refusal.value)
    assert str(near_refusal.value) == "马建国 at 中共东庄村支部委员会 has this ID number already."
    assert Person.objects.count() == 1


def test_register_person_refuses_a_closed_organization(office: Office):
    close_org(office.system, office.branch, day=TODAY)

    with pytest.raises(Invalid) as refusal:
        register_person(office.system, office.branch, member())

    assert refusal.value.faults == {"org_code": "The organization is closed."}


def test_register_person_is_not_for_neighbours(office: Office, acting: Any):
    with pytest.raises(NotAllowed):
        register_person(acting("secretary", office.other_branch), office.branch, member())

    assert Person.objects.count() == 0


def test_register_people_registers_all_or_none_and_names_every_wrong_entry(office: Office, head: Person):
    batch = [
        member("甲某", org_code=office.branch.code),
        member("乙某", id_number="123"),
        member("丙某", id_number=NUMBER),
        member("丁某", id_number=id_number(1)),
        member("戊某", id_number=id_number(1)),
        member("己某", org_code="nowhere"),
    ]

    with pytest.raises(Invalid) as refusal:
        register_people(office.system, office.town, batch)

    assert sorted(refusal.value.faults) == ["1.id_number", "2.id_number", "4.id_number", "5.org_code"]
    assert Person.objects.count() == 1


def test_register_people_refuses_organizations_that_stand_elsewhere(office: Office):
    with pytest.raises(Invalid) as refusal:
        register_people(office.system, office.town, [member(org_code=office.far_branch.code)])

    assert refusal.value.faults == {"0.org_code": "There is no such organization here."}


def test_register_people_takes_the_same_queries_for_any_number(office: Office):
    office.system.places("people.manage")
    register_people(office.system, office.town, [member("甲某", id_number=id_number(0))])

    asked = []
    for numbers in ((1,), (2, 3, 4)):
        batch = [member("甲某", id_number=id_number(n), org_code=office.branch.code) for n in numbers]
        with CaptureQueriesContext(connection) as captured:
            register_people(office.system, office.town, batch)
        asked.append(len(captured))

    assert asked[0] == asked[1] < 15


def test_correct_person_checks_as_registering_does_and_keeps_what_is_left_out(office: Office, head: Person):
    with pytest.raises(Invalid) as refusal:
        correct_person(office.system, head, telephone="12")
    corrected = correct_person(office.system, head, name="马建华", telephone="")

    assert refusal.value.faults == {"telephone": "This is not a telephone number."}
    assert (corrected.name, corrected.initials) == ("马建华", "mjh")
    assert open_numbers(corrected).telephone == ""
    assert open_numbers(corrected).id_number == NUMBER
    assert Person.objects.get(pk=head.pk).joined_on == date(2001, 7, 1)


def test_correct_person_refuses_the_number_of_another(office: Office, head: Person):
    other = register_person(office.system, office.branch, member("李四", id_number=id_number(2)))

    with pytest.raises(Invalid) as refusal:
        correct_person(office.system, other, id_number=NUMBER)

    assert refusal.value.faults["id_number"] == "This ID number is known already."


def test_unmask_person_asks_for_a_reason_and_logs_it_without_the_number(office: Office, head: Person):
    with pytest.raises(Invalid):
        unmask_person(office.system, head, reason=" ")
    numbers = unmask_person(office.system, head, reason="核对名册")

    entry = Entry.objects.get(verb="people.unmask_person")
    assert numbers.id_number == NUMBER
    assert entry.payload == {
        "given": {"person": f"people.Person:{head.pk}", "reason": "核对名册"},
        "result": "Numbers",
    }
    assert NUMBER not in repr(numbers)


def test_unmask_person_is_refused_to_a_secretary(office: Office, head: Person, acting: Any):
    with pytest.raises(NotAllowed):
        unmask_person(acting("secretary", office.branch), head, reason="好奇")

    assert not Entry.objects.filter(verb="people.unmask_person").exists()


def test_note_membership_walks_the_whole_way_and_keeps_the_history(office: Office):
    person = register_person(
        office.system,
        office.branch,
        NewPerson("李四", birth_year=1985, status="applicant", since=date(2014, 1, 1)),
    )
    later = office.at(NOW + timedelta(days=3000))
    for status, day in [
        ("activist", date(2014, 3, 1)),
        ("development_target", date(2015, 3, 1)),
        ("probationary", date(2015, 6, 1)),
        ("full", date(2016, 6, 1)),
    ]:
        note_membership(later, person, status=status, day=day)

    person.refresh_from_db()
    rows = Membership.objects.order_by("valid_from").values_list("status", "valid_from", "valid_to")
    assert (person.joined_on, person.full_on) == (date(2015, 6, 1), date(2016, 6, 1))
    assert list(rows) == [
        ("applicant", date(2014, 1, 1), date(2014, 3, 1)),
        ("activist", date(2014, 3, 1), date(2015, 3, 1)),
        ("development_target", date(2015, 3, 1), date(2015, 6, 1)),
        ("probationary", date(2015, 6, 1), date(2016, 6, 1)),
        ("full", date(2016, 6, 1), None),
    ]


@pytest.mark.parametrize(
    ("status", "since", "after", "day", "field"),
    [
        ("applicant", date(2014, 5, 1), "full", date(2015, 5, 1), "status"),
        ("activist", date(2015, 1, 1), "development_target", date(2015, 12, 31), "day"),
        ("activist", date(2014, 11, 1), "development_target", date(2015, 10, 1), "day"),
        ("probationary", date(2014, 11, 1), "full", date(2015, 10, 1), "day"),
        ("full", date(2015, 1, 1), "suspended", date(2014, 12, 31), "day"),
    ],
)
def test_note_membership_refuses_what_cannot_follow(
    office: Office, status: str, since: date, after: str, day: date, field: str
):
    person = register_person(office.system, office.branch, NewPerson("李四", status=status, since=since))

    with pytest.raises(Invalid) as refusal:
        note_membership(office.system, person, status=after, day=day)

    assert list(refusal.value.faults) == [field]
    assert Membership.objects.count() == 1


def test_note_membership_does_not_end_a_member_who_holds_a_post(office: Office, head: Person):
    assign_post(office.system, office.branch, person=head, kind="secretary", day=TODAY)

    with pytest.raises(Conflict):
        note_membership(office.system, head, status="resigned", day=TODAY)


def test_assign_post_grants_its_role_for_the_same_days(office: Office, head: Person):
    post = assign_post(
        office.system,
        office.branch,
        person=head,
        kind="secretary",
        day=date(2015, 1, 1),
        until=date(2020, 1, 1),
    )

    [grant] = grants_from(f"people.Post:{post.pk}")
    assert (grant.role, grant.org_id, grant.valid_from, grant.valid_to) == (
        "secretary",
        office.branch.pk,
        date(2015, 1, 1),
        date(2020, 1, 1),
    )
    assert grant.account.person == head.pk
    assert AccountActor(grant.account).places("people.manage", NOW).covers(office.branch.path)
    assert not AccountActor(grant.account).places("people.manage", NOW).covers(office.other_branch.path)


def test_assign_post_gives_one_person_two_posts_and_one_account(office: Office, head: Person):
    assign_post(office.system, office.branch, person=head, kind="secretary", day=TODAY)
    assign_post(office.system, office.branch, person=head, kind="village_director", day=TODAY)

    assert [post.kind for post in Post.objects.order_by("pk")] == ["secretary", "village_director"]
    assert Account.objects.filter(person=head.pk).count() == 1


def test_assign_post_refuses_a_second_secretary(office: Office, head: Person):
    other = register_person(office.system, office.branch, member("李四"))
    assign_post(office.system, office.branch, person=head, kind="secretary", day=TODAY)

    with pytest.raises(Invalid) as refusal:
        assign_post(office.system, office.branch, person=other, kind="secretary", day=TODAY)

    assert refusal.value.faults == {"kind": "The post is held already: end it or hand it over."}
    assert Post.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "emperor"}, "kind"),
        ({"kind": "group_leader"}, "kind"),
        ({"day": date(2013, 12, 31)}, "day"),
        ({"day": date(2017, 1, 1)}, "day"),
        ({"until": TODAY}, "until"),
    ],
)
def test_assign_post_puts_the_fault_beside_its_field(
    office: Office, head: Person, given: dict[str, Any], field: str
):
    with pytest.raises(Invalid) as refusal:
        assign_post(
            office.system, office.branch, **{"person": head, "kind": "secretary", "day": TODAY, **given}
        )

    assert list(refusal.value.faults) == [field]
    assert not Post.objects.exists()


def test_assign_post_refuses_who_is_no_full_member(office: Office):
    person = register_person(
        office.system, office.branch, NewPerson("李四", status="probationary", joined_on=date(2015, 1, 1))
    )

    with pytest.raises(Invalid) as refusal:
        assign_post(office.system, office.branch, person=person, kind="secretary", day=TODAY)

    assert list(refusal.value.faults) == ["person"]


def test_assign_post_that_gives_a_role_needs_the_right_to_grant(office: Office, head: Person, acting: Any):
    secretary = acting("secretary", office.branch)

    assign_post(secretary, office.branch, person=head, kind="committee_member", day=TODAY)
    with pytest.raises(NotAllowed):
        assign_post(secretary, office.branch, person=head, kind="secretary", day=TODAY)

    assert [post.kind for post in Post.objects.all()] == ["committee_member"]
    assert not Account.objects.filter(person=head.pk).exists()


def test_assign_post_does_not_reach_for_people_elsewhere(office: Office, acting: Any):
    stranger = register_person(office.system, office.far_branch, member("李四"))

    with pytest.raises(Invalid) as refusal:
        assign_post(
            acting("town_officer", office.town), office.branch, person=stranger, kind="secretary", day=TODAY
        )

    assert list(refusal.value.faults) == ["person"]


def test_assign_posts_gives_many_at_once_and_names_every_wrong_one(office: Office):
    people = register_people(office.system, office.county, [member("甲某"), member("乙某"), member("丙某")])
    right = [
        NewPost(people[0], office.branch, "secretary", TODAY),
        NewPost(people[1], office.far_branch, "secretary", TODAY),
    ]

    with pytest.raises(Invalid) as refusal:
        assign_posts(
            office.system, office.county, [*right, NewPost(people[2], office.branch, "secretary", TODAY)]
        )
    given = assign_posts(office.system, office.county, right)

    assert list(refusal.value.faults) == ["2.kind"]
    assert [len(grants_from(post.source)) for post in given] == [1, 1]


def test_end_post_ends_the_grant_on_the_same_day(office: Office, head: Person):
    post = assign_post(office.system, office.branch, person=head, kind="secretary", day=date(2015, 1, 1))
    account = Account.objects.get(person=head.pk)

    end_post(office.system, post, day=TODAY)

    [grant] = grants_from(post.source)
    assert grant.valid_to == TODAY
    assert not AccountActor(account).places("plans.answer", NOW)
    assert AccountActor(account).places("plans.answer", NOW - timedelta(days=1))


def test_end_post_refuses_a_day_before_it_began_and_an_end_after_the_end(office: Office, head: Person):
    post = assign_post(office.system, office.branch, person=head, kind="secretary", day=date(2015, 1, 1))

    with pytest.raises(Invalid):
        end_post(office.system, post, day=date(2014, 12, 31))
    end_post(office.system, post, day=TODAY)
    with pytest.raises(Conflict):
        end_post(office.system, post, day=TODAY)


def test_handover_post_leaves_no_day_between(office: Office, head: Person):
    heir = register_person(office.system, office.branch, member("李四"))
    post = assign_post(office.system, office.branch, person=head, kind="secretary", day=date(2015, 1, 1))

    handover_post(office.system, post, to=heir, day=TODAY, paper="换届")

    assert list(Post.objects.order_by("pk").values_list("person", "valid_from", "valid_to")) == [
        (head.pk, date(2015, 1, 1), TODAY),
        (heir.pk, TODAY, None),
    ]


def test_handover_post_that_cannot_begin_does_not_end(office: Office, head: Person):
    heir = register_person(office.system, office.branch, NewPerson("李四", status="applicant"))
    post = assign_post(office.system, office.branch, person=head, kind="secretary", day=date(2015, 1, 1))

    with pytest.raises(Invalid):
        handover_post(office.system, post, to=heir, day=TODAY)

    assert list(Post.objects.values_list("person", "valid_to")) == [(head.pk, None)]


def test_person_by_id_shows_a_post_holder_from_elsewhere_while_the_post_lasts(
    office: Office, head: Person, acting: Any
):
    reader = acting("secretary", office.far_branch)
    with pytest.raises(NotFound):
        person_by_id(reader, head.pk)

    post = assign_post(
        office.system, office.far_branch, person=head, kind="first_secretary", day=date(2015, 1, 1)
    )
    assert person_by_id(reader, head.pk) == head
    end_post(office.system, post, day=TODAY)

    with pytest.raises(NotFound):
        person_by_id(reader, head.pk)


def test_a_household_is_registered_corrected_moved_and_closed(office: Office, head: Person):
    household = register_household(
        office.system, office.branch, door="1-7", size=5, day=date(2015, 1, 1), head=head
    )
    correct_household(office.system, household, door="1-7", size=6, head=head)
    moved = move_household(office.system, household, to=office.far_branch, door="3", day=date(2015, 6, 1))
    close_household(office.system, moved, day=date(2015, 9, 1))

    rows = Household.objects.order_by("pk").values_list("org", "door", "size", "valid_from", "valid_to")
    assert list(rows) == [
        (office.branch.pk, "1-7", 6, date(2015, 1, 1), date(2015, 6, 1)),
        (office.far_branch.pk, "3", 6, date(2015, 6, 1), date(2015, 9, 1)),
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"door": " "}, "door"),
        ({"door": "1"}, "door"),
        ({"size": 0}, "size"),
        ({"size": 61}, "size"),
        ({"day": date(2016, 1, 1)}, "day"),
        ({"day": date(2013, 1, 1)}, "day"),
    ],
)
def test_register_household_puts_the_fault_beside_its_field(
    office: Office, given: dict[str, Any], field: str
):
    register_household(office.system, office.branch, door="1", size=3, day=date(2015, 1, 1))

    with pytest.raises(Invalid) as refusal:
        register_household(
            office.system, office.branch, **{"door": "2", "size": 3, "day": date(2015, 1, 1), **given}
        )

    assert list(refusal.value.faults) == [field]
    assert Household.objects.count() == 1


def test_move_household_needs_the_right_at_both_ends(office: Office, acting: Any):
    household = register_household(office.system, office.branch, door="1", size=3, day=date(2015, 1, 1))

    with pytest.raises(NotAllowed):
        move_household(
            acting("secretary", office.branch), household, to=office.far_branch, door="1", day=TODAY
        )

    assert Household.objects.get().valid_to is None


def test_withdraw_people_takes_back_only_what_nothing_was_built_on(office: Office, head: Person):
    other = register_person(office.system, office.branch, member("李四"))
    assign_post(office.system, office.branch, person=head, kind="committee_member", day=TODAY)

    with pytest.raises(Conflict):
        withdraw_people(office.system, office.branch, people=[head.pk, other.pk])
    assert withdraw_people(office.system, office.branch, people=[other.pk]) == 1

    assert list(Person.objects.values_list("pk", flat=True)) == [head.pk]
    assert Membership.objects.count() == 1
