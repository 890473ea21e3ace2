"""Memberships go from one organization to another: what comes about, what is refused, what stays as it was."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gangmu.core.doubts import CHECKS, Look
from gangmu.core.errors import Conflict, Invalid, NotAllowed, Refusal
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.operations import NewOrg, close_org, found_org, merge_orgs, reclassify_org, split_org
from gangmu.kernel.packs.queries import pack_of
from gangmu.kernel.people.models import Membership, Person
from gangmu.kernel.people.operations import (
    assign_post,
    end_post,
    note_membership,
    register_people,
    register_person,
    transfer_members,
)
from gangmu.kernel.people.queries import how_many_on
from gangmu.kernel.people.rules import NewPerson
from tests.conftest import NOW, Office

pytestmark = pytest.mark.db

TODAY = NOW.date()
JUNE = date(2015, 6, 16)
EVE = JUNE - timedelta(days=1)
PAPER = "组织关系介绍信第12号"
MEMBERS = ("probationary", "full")


def members(office: Office, org: Org | None = None, count: int = 1, **given: Any) -> list[Person]:
    values = {"status": "full", "joined_on": date(2001, 7, 1), **given}
    new = [NewPerson(f"马{'甲乙丙丁戊己庚辛壬癸'[at % 10]}", **values) for at in range(count)]
    return register_people(office.system, org or office.branch, new)


def transfer(office: Office, people: list[Person] | None, **given: Any) -> list[Membership]:
    values: dict[str, Any] = {"to": office.far_branch, "day": JUNE, "paper": PAPER, **given}
    org = values.pop("org", office.branch)
    ids = None if people is None else [person.pk for person in people]
    return transfer_members(office.system, org, people=ids, **values)


def how_many(org: Org, day: date = TODAY) -> int:
    org.refresh_from_db()
    return how_many_on(org, day, standing=MEMBERS)


def doubted(office: Office, code: str) -> list[int]:
    look = Look(office.county.pk, office.county.path, TODAY, pack_of(office.county.pk))
    return sorted(found.org for found in CHECKS[code].find(look))


def test_transfer_members_ends_the_old_membership_and_begins_the_new_one(office: Office) -> None:
    [person] = members(office)

    transfer(office, [person])

    rows = Membership.objects.order_by("valid_from").values_list("org", "status", "valid_from", "valid_to")
    assert list(rows) == [
        (office.branch.pk, "full", date(2014, 1, 1), JUNE),
        (office.far_branch.pk, "full", JUNE, None),
    ]
    assert Membership.objects.get(valid_to=None).paper == PAPER
    assert Person.objects.get().org == office.far_branch


def test_transfer_members_counts_them_on_the_day_before_where_they_stood(office: Office) -> None:
    people = members(office, count=3)

    transfer(office, people[:2])

    assert (how_many(office.branch, EVE), how_many(office.far_branch, EVE)) == (3, 0)
    assert (how_many(office.branch, JUNE), how_many(office.far_branch, JUNE)) == (1, 2)


def test_transfer_members_is_logged_where_they_left(office: Office) -> None:
    transfer(office, members(office))

    entry = Entry.objects.get(verb="people.transfer_members")
    assert (entry.org, entry.payload["given"]["paper"]) == (office.branch.pk, PAPER)


def test_transfer_members_takes_all_who_stand_there_and_leaves_who_has_left(office: Office) -> None:
    people = members(office, count=3)
    note_membership(office.system, people[0], status="deceased", day=date(2015, 2, 1))

    moved = transfer(office, None)

    assert {each.person_id for each in moved} == {person.pk for person in people[1:]}
    assert Person.objects.get(pk=people[0].pk).org == office.branch


def _closed(office: Office) -> dict[str, Any]:
    close_org(office.system, office.far_branch, day=JUNE)
    return {"day": date(2015, 5, 1)}


def _young(office: Office) -> dict[str, Any]:
    new = NewOrg("990100102202", "中共北坡村支部委员会", "branch", "village", date(2015, 9, 1))
    return {"to": found_org(office.system, office.other_town, new)}


def _temporary(office: Office) -> dict[str, Any]:
    reclassify_org(office.system, office.far_branch, kind="temporary_branch", domain="", day=date(2015, 2, 1))
    return {}


REFUSED: dict[str, tuple[Callable[[Office], dict[str, Any]], dict[str, str]]] = {
    "closed": (_closed, {"to": "The organization is closed."}),
    "committee": (
        lambda office: {"to": office.other_town},
        {"to": "No members are kept at an organization of this kind."},
    ),
    "temporary branch": (_temporary, {"to": "No members are kept at an organization of this kind."}),
    "not founded yet": (_young, {"day": "The organization did not exist yet on this day."}),
    "same organization": (lambda office: {"to": office.branch}, {"to": "They stand there already."}),
    "day to come": (
        lambda office: {"day": TODAY + timedelta(days=1)},
        {"day": "This day has not come yet."},
    ),
    "before it began": (
        lambda office: {"to": office.other_branch, "day": date(2014, 12, 31)},
        {"day": "The present standing began after this day."},
    ),
    "without a paper": (lambda office: {"paper": " "}, {"paper": "This must be filled in."}),
}


@pytest.mark.parametrize("why", REFUSED)
def test_transfer_members_refuses_and_changes_nothing(office: Office, why: str) -> None:
    people = members(office, count=2, since=date(2015, 1, 1))
    make, faults = REFUSED[why]
    wrong = make(office)
    before = list(Membership.objects.values_list())

    with pytest.raises(Invalid) as refusal:
        transfer(office, people, **wrong)

    assert refusal.value.faults == faults
    assert list(Membership.objects.values_list()) == before
    assert set(Person.objects.values_list("org", flat=True)) == {office.branch.pk}


def test_transfer_members_refuses_an_empty_batch(office: Office) -> None:
    for people in ([], None):
        with pytest.raises(Invalid, match="Nobody is chosen"):
            transfer(office, people)


def test_transfer_members_refuses_who_holds_a_post_there_until_it_is_ended(office: Office) -> None:
    [head, other] = members(office, count=2)
    post = assign_post(office.system, office.branch, person=head, kind="secretary", day=date(2015, 1, 1))

    with pytest.raises(Conflict, match="马甲 holds posts still"):
        transfer(office, [head, other])
    assert how_many(office.far_branch) == 0

    end_post(office.system, post, day=JUNE)
    transfer(office, [head, other])
    assert how_many(office.far_branch) == 2


def test_transfer_members_does_not_ask_for_posts_elsewhere(office: Office) -> None:
    [head] = members(office)
    assign_post(office.system, office.town, person=head, kind="committee_member", day=date(2015, 1, 1))

    assert len(transfer(office, [head])) == 1


def test_transfer_members_refuses_a_batch_of_which_one_has_left_since(office: Office) -> None:
    """Two have the list open: whoever is second learns of it, and nobody is transferred twice."""
    first, second = members(office, count=2)
    transfer(office, [first], to=office.other_branch)

    with pytest.raises(Conflict, match="no member of 中共东庄村支部委员会 any more"):
        transfer(office, [first, second])

    assert Person.objects.get(pk=second.pk).org == office.branch
    assert Membership.objects.filter(person=first).count() == 2


def test_transfer_members_needs_the_right_at_both_ends_and_where_the_person_is_kept(
    office: Office, acting: Any
) -> None:
    [person] = members(office)
    town, far = acting("town_officer", office.town), acting("town_officer", office.other_town)
    given: dict[str, Any] = {"people": [person.pk], "day": JUNE, "paper": PAPER}

    for context in (town, far, acting("secretary", office.branch)):
        with pytest.raises(NotAllowed):
            transfer_members(context, office.branch, to=office.far_branch, **given)
    Person.objects.filter(pk=person.pk).update(org=office.far_branch)
    with pytest.raises(NotAllowed):
        transfer_members(town, office.branch, to=office.other_branch, **given)
    assert Membership.objects.count() == 1

    Person.objects.filter(pk=person.pk).update(org=office.branch)
    assert len(transfer_members(town, office.branch, to=office.other_branch, **given)) == 1


def test_who_is_kept_elsewhere_can_be_brought_to_either_end(office: Office) -> None:
    here, there = members(office, count=2)
    Person.objects.update(org=office.other_branch)
    assert doubted(office, "people.kept_elsewhere") == [office.branch.pk] * 2

    transfer(office, [here], to=office.branch)
    transfer(office, [there], to=office.other_branch)

    assert doubted(office, "people.kept_elsewhere") == []
    assert Membership.objects.filter(person=here).count() == 1
    assert Membership.objects.get(person=there, valid_to=None).org == office.other_branch


def test_year_of_an_activist_goes_on_where_they_are_transferred(office: Office) -> None:
    [person] = members(office, status="activist", joined_on=None, since=date(2014, 9, 1))
    transfer(office, [person])

    noted = note_membership(office.system, person, status="development_target", day=date(2015, 9, 1))

    assert noted.org == office.far_branch


def test_probation_that_is_long_is_found_though_the_member_was_transferred(office: Office) -> None:
    new = NewPerson("马甲", status="probationary", joined_on=date(2013, 9, 1), since=date(2014, 1, 1))
    person = register_person(office.system, office.branch, new)
    Membership.objects.update(valid_from=date(2013, 9, 1))
    transfer(office, [person])

    assert doubted(office, "people.long_probation") == [office.far_branch.pk]


def test_members_of_a_closed_branch_are_transferred_from_the_day_it_closed(office: Office) -> None:
    members(office, count=2)
    close_org(office.system, office.branch, day=JUNE)
    assert doubted(office, "people.members_at_closed") == [office.branch.pk] * 2

    transfer(office, None, to=office.other_branch)

    assert doubted(office, "people.members_at_closed") == []
    assert (how_many(office.town, EVE), how_many(office.town, JUNE)) == (2, 2)


def test_members_above_the_branches_are_transferred_to_one(office: Office) -> None:
    members(office)
    reclassify_org(office.system, office.branch, kind="general_branch", domain="village", day=JUNE)
    assert doubted(office, "people.above_branches") == [office.branch.pk]

    transfer(office, None)

    assert doubted(office, "people.above_branches") == []


def test_merge_orgs_hands_the_members_to_the_one_that_goes_on(office: Office) -> None:
    stays, gone = members(office, count=2)
    note_membership(office.system, gone, status="deceased", day=date(2015, 2, 1))
    head = register_person(office.system, office.branch, NewPerson("李四"))

    merge_orgs(office.system, office.other_branch, [office.branch], day=JUNE, paper="撤并批复")

    begun = Membership.objects.get(person=stays, valid_to=None)
    assert (begun.org, begun.valid_from, begun.paper) == (office.other_branch, JUNE, "撤并批复")
    assert (how_many(office.branch, EVE), how_many(office.other_branch)) == (1, 1)
    kept = dict(Person.objects.values_list("pk", "org"))
    assert kept == {
        stays.pk: office.other_branch.pk,
        head.pk: office.other_branch.pk,
        gone.pk: office.branch.pk,
    }
    assert doubted(office, "people.members_at_closed") == doubted(office, "people.kept_elsewhere") == []


def test_merge_orgs_refuses_while_a_member_holds_a_post_there(office: Office) -> None:
    [head] = members(office)
    assign_post(office.system, office.branch, person=head, kind="secretary", day=date(2015, 1, 1))

    with pytest.raises(Conflict, match="Members hold posts at 中共东庄村支部委员会 still"):
        merge_orgs(office.system, office.other_branch, [office.branch], day=JUNE)

    assert Org.objects.get(pk=office.branch.pk).is_open()
    assert Membership.objects.get().org == office.branch


def test_merge_orgs_refuses_a_day_before_a_member_stood_there(office: Office) -> None:
    members(office, since=date(2015, 7, 1))

    with pytest.raises(Conflict, match="2015-07-01 only"):
        merge_orgs(office.system, office.other_branch, [office.branch], day=JUNE)

    assert Org.objects.get(pk=office.branch.pk).is_open()


def test_split_org_leaves_the_members_to_be_dealt_out(office: Office) -> None:
    people = members(office, count=3)
    parts = [
        (NewOrg(f"99010010121{at}", f"中共{name}村支部委员会", "branch", "village", JUNE), [])
        for at, name in enumerate(("东", "西"))
    ]
    east, west = split_org(office.system, office.branch, parts, day=JUNE)

    transfer(office, people[:1], to=east)
    transfer(office, None, to=west)

    assert (how_many(east), how_many(west), how_many(office.town, EVE)) == (1, 2, 3)
    assert doubted(office, "people.members_at_closed") == []


def test_transfer_members_takes_the_same_queries_for_any_number(office: Office) -> None:
    counted = []
    for count in (2, 20):
        people = members(office, count=count)
        with CaptureQueriesContext(connection) as queries:
            transfer(office, people)
        counted.append(len(queries))

    assert counted[0] == counted[1]


STEP = st.tuples(
    st.integers(0, 2), st.integers(0, 2), st.sets(st.integers(0, 5)), st.integers(0, 280), st.booleans()
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(st.lists(STEP, max_size=6))
def test_members_of_the_tree_stay_as_many_on_every_day(office: Office, steps: list[Any]) -> None:
    Membership.objects.all().delete()
    Person.objects.all().delete()
    branches = [office.branch, office.other_branch, office.far_branch]
    people = [person for branch in branches for person in members(office, branch, 2)]
    days = [date(2015, 1, 1) + timedelta(days=at) for at in range(0, 281, 40)]
    for source, target, chosen, after, everybody in steps:
        day = date(2015, 1, 1) + timedelta(days=after)
        before = [how_many(branch, day - timedelta(days=1)) for branch in branches]
        held = [how_many(branch) for branch in branches]
        try:
            moved = transfer(
                office,
                None if everybody else [people[at] for at in chosen],
                org=branches[source],
                to=branches[target],
                day=day,
            )
        except Refusal:
            moved = []
        held[source] -= len(moved)
        held[target] += len(moved)
        assert [how_many(branch) for branch in branches] == held
        assert [how_many(branch, day - timedelta(days=1)) for branch in branches] == before
        assert {how_many(office.county, each) for each in days} == {len(people)}
