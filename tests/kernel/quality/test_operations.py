"""Doubts come and go with what is wrong; what is right is excused, for a time and with a reason."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from gangmu.core.doubts import CHECKS
from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.quality.models import Doubt, Sweep
from gangmu.kernel.quality.operations import end_excuse, excuse_doubt, look_through
from gangmu.kernel.quality.queries import check_lines, doubts, trees_due
from gangmu.kernel.quality.rules import sweep_is_due
from tests.conftest import NOW, Office

NO_DOMAIN = [CHECKS["tree.no_domain"]]
UNTIL = date(2015, 12, 31)


@pytest.fixture
def without_domain(office: Office) -> Office:
    """The first branch has lost its domain."""
    Org.objects.filter(pk=office.branch.pk).update(domain="")
    look_through(office.system, office.county, checks=NO_DOMAIN)
    return office


def test_look_through_notes_what_is_new_and_forgets_what_is_mended(without_domain: Office) -> None:
    office = without_domain
    assert list(Doubt.objects.values_list("org", "since")) == [(office.branch.pk, date(2015, 10, 8))]

    Org.objects.filter(pk=office.branch.pk).update(domain="village")
    Org.objects.filter(pk=office.far_branch.pk).update(domain="")
    found = look_through(office.at(NOW + timedelta(days=1)), office.county, checks=NO_DOMAIN)

    assert found == 1
    assert list(Doubt.objects.values_list("org", "since")) == [(office.far_branch.pk, date(2015, 10, 9))]


def test_look_through_keeps_the_first_day_and_says_what_was_found_the_day_before(
    without_domain: Office,
) -> None:
    office = without_domain
    Org.objects.filter(pk=office.far_branch.pk).update(domain="")

    look_through(office.at(NOW + timedelta(days=1)), office.county, checks=NO_DOMAIN)

    assert Doubt.objects.get(org=office.branch).since == date(2015, 10, 8)
    sweep = Sweep.objects.get()
    assert (sweep.found, sweep.found_before) == (2, 1)


def test_look_through_all_checks_writes_nothing_twice(office: Office) -> None:
    first = look_through(office.system, office.county)
    kept = sorted(Doubt.objects.values_list("pk", flat=True))

    again = look_through(office.system, office.county)

    assert first > 0
    assert again == first
    assert sorted(Doubt.objects.values_list("pk", flat=True)) == kept
    assert Sweep.objects.count() == len(CHECKS)


def test_look_through_is_for_who_holds_the_whole_tree(office: Office, acting: Callable[..., Any]) -> None:
    town = acting("officer", office.town)

    with pytest.raises(NotAllowed):
        look_through(town, office.county)
    with pytest.raises(Conflict):
        look_through(office.system, office.town)
    assert not Doubt.objects.exists()


def test_excuse_doubt_holds_to_its_last_day_and_no_longer(without_domain: Office) -> None:
    office = without_domain
    doubt = Doubt.objects.get()

    excuse_doubt(office.system, doubt, reason="新建，领域待定", until=UNTIL)

    last = office.at(NOW.replace(month=12, day=31))
    after = office.at(NOW.replace(year=2016, month=1, day=1))
    assert [each.pk for each in doubts(last, state="excused")] == [doubt.pk]
    assert not doubts(last, state="open").exists()
    assert [each.pk for each in doubts(after, state="open")] == [doubt.pk]
    look_through(last, office.county, checks=NO_DOMAIN)
    assert Doubt.objects.get().excused_for == "新建，领域待定"


@pytest.mark.parametrize(
    ("reason", "until", "field"),
    [
        (" ", UNTIL, "reason"),
        ("已核实", date(2015, 10, 7), "until"),
        ("已核实", date(2016, 10, 9), "until"),
    ],
)
def test_excuse_doubt_refuses_without_a_reason_or_beyond_a_year(
    without_domain: Office, reason: str, until: date, field: str
) -> None:
    doubt = Doubt.objects.get()

    with pytest.raises(Invalid) as refused:
        excuse_doubt(without_domain.system, doubt, reason=reason, until=until)

    assert list(refused.value.faults) == [field]
    assert Doubt.objects.get().excused_until is None


def test_excuse_doubt_refuses_what_is_wrong_for_certain(office: Office) -> None:
    Org.objects.filter(pk=office.branch.pk).update(kind="lodge")
    look_through(office.system, office.county, checks=[CHECKS["tree.unknown_kind"]])

    with pytest.raises(Conflict):
        excuse_doubt(office.system, Doubt.objects.get(), reason="已核实", until=UNTIL)


def test_end_excuse_opens_the_doubt_again_once(without_domain: Office) -> None:
    office = without_domain
    doubt = excuse_doubt(office.system, Doubt.objects.get(), reason="已核实", until=UNTIL)

    end_excuse(office.system, doubt)

    assert doubts(office.system, state="open").count() == 1
    with pytest.raises(Conflict):
        end_excuse(office.system, doubt)


def test_doubts_are_seen_at_ones_places_by_who_may_look_into_them(
    office: Office, acting: Callable[..., Any]
) -> None:
    look_through(office.system, office.county)
    leader, secretary = acting("leader", office.county), acting("secretary", office.branch)

    of_people = {"people.nobody", "accounts.nobody"}
    seen_by_leader = set(doubts(leader).values_list("check_code", flat=True))
    seen_by_secretary = set(doubts(secretary).values_list("org", "check_code"))

    assert of_people <= set(doubts(office.system).values_list("check_code", flat=True))
    assert "people.nobody" in seen_by_leader
    assert "accounts.nobody" not in seen_by_leader
    assert {org for org, _ in seen_by_secretary} == {office.branch.pk}


def test_check_lines_ask_the_database_as_often_for_many_as_for_few(
    office: Office, django_assert_num_queries: Any
) -> None:
    look_through(office.system, office.county)
    context = office.at(NOW)
    check_lines(context)

    with django_assert_num_queries(3):
        lines = check_lines(context)

    assert len(lines) == len(CHECKS)


def test_sweep_is_due_at_night_once_a_day_and_at_any_hour_after_three_days() -> None:
    night, noon = NOW.replace(hour=19), NOW.replace(hour=4)

    assert sweep_is_due(None, noon)
    assert not sweep_is_due(noon - timedelta(days=1), noon)
    assert sweep_is_due(night - timedelta(days=1), night)
    assert not sweep_is_due(night - timedelta(hours=2), night)
    assert sweep_is_due(noon - timedelta(days=3), noon)


def test_trees_due_are_those_never_looked_through(without_domain: Office) -> None:
    assert trees_due(NOW) == []
    assert [tree.pk for tree in trees_due(NOW + timedelta(days=3))] == [without_domain.county.pk]
