"""Targets: the whole is conserved, whoever changes what; the level above decides."""

import contextlib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gangmu.kernel.audit.models import Entry
from gangmu.work.programmes.definitions import Metric
from gangmu.work.programmes.models import Target, TargetVersion
from gangmu.work.programmes.operations.targets import (
    approve_change,
    decompose_target,
    propose_change,
    refuse_change,
    set_target,
    withdraw_change,
)
from gangmu.work.programmes.queries.targets import progress_in, progress_of_parts, versions_of
from gangmu.work.programmes.rules import DoesNotAddUp, held_after, refuse_parts, remaining
from gangmu.work.records.operations import write_record
from tests.conftest import Office
from tests.site.matrix.test_routes import browser
from tests.work.programmes.conftest import Goal

SUM = Metric(code="m", title="数", places=2)  # type: ignore[arg-type]
EACH = Metric(code="m", title="率", combine="each")  # type: ignore[arg-type]

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2)


@given(parts=st.dictionaries(st.integers(1, 99), AMOUNTS, min_size=1, max_size=30), held=AMOUNTS)
def test_refuse_parts_passes_what_adds_up(parts: dict[int, Decimal], held: Decimal) -> None:
    refuse_parts(SUM, sum(parts.values(), held), parts, held)


@given(
    parts=st.dictionaries(st.integers(1, 99), AMOUNTS, min_size=1, max_size=30),
    held=AMOUNTS,
    off=AMOUNTS.filter(bool),
)
def test_refuse_parts_says_by_how_much_they_do_not_add_up(
    parts: dict[int, Decimal], held: Decimal, off: Decimal
) -> None:
    total = sum(parts.values(), held) + off

    with pytest.raises(DoesNotAddUp) as refused:
        refuse_parts(SUM, total, parts, held)

    assert refused.value.difference == -off
    assert remaining(total, parts.values(), held) == off


@given(total=AMOUNTS, parts=st.lists(AMOUNTS, max_size=20))
def test_held_after_conserves_the_total_or_refuses(total: Decimal, parts: list[Decimal]) -> None:
    given_away = sum(parts, Decimal(0))
    if given_away > total:
        with pytest.raises(DoesNotAddUp):
            held_after(SUM, total, parts)
    else:
        assert held_after(SUM, total, parts) + given_away == total


def test_refuse_parts_gives_nobody_less_than_is_asked_of_each() -> None:
    refuse_parts(EACH, Decimal(80), {1: Decimal(80), 2: Decimal(95)}, Decimal(0))

    with pytest.raises(Invalid) as refused:
        refuse_parts(EACH, Decimal(80), {1: Decimal(80), 2: Decimal(79)}, Decimal(0))

    assert list(refused.value.faults) == ["part_2"]


def conserved() -> bool:
    """Whether every target that was handed on is the sum below it and what is held back."""
    return all(
        target.value == sum((part.value for part in target.parts.all()), target.held)
        for target in Target.objects.exclude(held=None)
    )


def test_decompose_target_hands_on_the_whole(goal: Goal) -> None:
    town, other = goal.handed_on(60, 30, 10)

    assert (town.value, other.value, goal.target.held) == (60, 30, 10)
    assert town.parent_id == goal.target.pk
    assert conserved()


def test_decompose_target_refuses_what_does_not_add_up_and_writes_nothing(goal: Goal) -> None:
    before = Target.objects.count(), Entry.objects.count()
    parts = {goal.office.town.pk: Decimal(60), goal.office.other_town.pk: Decimal(30)}

    with pytest.raises(DoesNotAddUp) as refused:
        decompose_target(goal.officer, goal.target, parts=parts, held=Decimal(13))

    assert str(refused.value) == "The parts and what is held back make 103, which is 3 more than 100."
    assert (Target.objects.count(), Entry.objects.count()) == before


def test_decompose_target_refuses_those_who_do_not_stand_directly_below(goal: Goal) -> None:
    with pytest.raises(Invalid) as refused:
        decompose_target(goal.officer, goal.target, parts={goal.office.branch.pk: Decimal(100)})

    assert list(refused.value.faults) == [f"part_{goal.office.branch.pk}"]


def test_decompose_target_refuses_a_second_time(goal: Goal) -> None:
    goal.handed_on()

    with pytest.raises(Conflict):
        goal.handed_on()


def test_decompose_target_is_not_for_the_town_below(goal: Goal) -> None:
    with pytest.raises(NotAllowed):
        decompose_target(goal.town, goal.target, parts={goal.office.town.pk: Decimal(100)})


def test_set_target_refuses_where_the_level_above_has_one(goal: Goal) -> None:
    with pytest.raises(Conflict):
        set_target(
            goal.town,
            goal.office.town,
            programme="yearly_goals",
            metric="committee_meetings",
            year=2015,
            value=Decimal(5),
        )


def test_set_target_refuses_a_year_outside_the_programme_and_wrong_numbers(office: Office) -> None:
    def attempt(year: int, value: str) -> Any:
        with pytest.raises(Invalid) as refused:
            set_target(
                office.system,
                office.county,
                programme="yearly_goals",
                metric="committee_meetings",
                year=year,
                value=Decimal(value),
            )
        return list(refused.value.faults)

    assert attempt(1999, "5") == ["year"]
    assert attempt(2015, "0.5") == ["value"]
    assert attempt(2015, "-1") == ["value"]
    assert attempt(2015, "NaN") == ["value"]


def test_approve_change_takes_the_difference_from_what_is_held_back_and_keeps_both_versions(
    goal: Goal,
) -> None:
    town, _ = goal.handed_on(60, 30, 10)

    change = propose_change(goal.town, town, value=Decimal(66), reason="新设两个支部")
    assert Target.objects.get(pk=town.pk).value == 60
    approve_change(goal.officer, change, reason="同意")

    town.refresh_from_db()
    goal.target.refresh_from_db()
    assert (town.value, goal.target.held, goal.target.value) == (66, 4, 100)
    found = [(each.number, each.value, each.state, each.reason) for each in versions_of(goal.officer, town)]
    assert found == [(2, 66, "in_force", "新设两个支部"), (1, 60, "replaced", "")]
    assert conserved()


def test_approve_change_refuses_more_than_the_whole_unless_another_gives_back(goal: Goal) -> None:
    town, other = goal.handed_on(60, 30, 10)
    more = propose_change(goal.town, town, value=Decimal(75), reason="增加")
    less = propose_change(goal.other_town, other, value=Decimal(20), reason="减少")

    with pytest.raises(DoesNotAddUp) as refused:
        approve_change(goal.officer, more)
    assert refused.value.difference == 5
    assert Target.objects.get(pk=town.pk).value == 60

    approve_change(goal.officer, more, together=[less])
    goal.target.refresh_from_db()
    assert goal.target.held == 5
    assert conserved()


def test_approve_change_is_not_for_who_asked_for_it(goal: Goal) -> None:
    top = propose_change(goal.officer, goal.target, value=Decimal(120), reason="上级加任务")

    with pytest.raises(NotAllowed):
        approve_change(goal.officer, top)

    approve_change(goal.second_officer, top)
    assert Target.objects.get(pk=goal.target.pk).value == 120


def test_propose_change_refuses_less_than_was_handed_on(goal: Goal) -> None:
    goal.handed_on(60, 30, 10)

    with pytest.raises(Invalid) as refused:
        propose_change(goal.officer, goal.target, value=Decimal(85), reason="减")

    assert refused.value.values["difference"] == "5"


def test_propose_change_refuses_without_a_reason_the_same_value_and_a_second_wish(goal: Goal) -> None:
    town, _ = goal.handed_on()

    for value, reason, faults in ((60, "理由", ["value"]), (61, " ", ["reason"])):
        with pytest.raises(Invalid) as refused:
            propose_change(goal.town, town, value=Decimal(value), reason=reason)
        assert list(refused.value.faults) == faults
    propose_change(goal.town, town, value=Decimal(61), reason="理由")
    with pytest.raises(Conflict):
        propose_change(goal.town, town, value=Decimal(62), reason="理由")


def test_refused_and_withdrawn_wishes_leave_the_target_and_stay_on_record(goal: Goal) -> None:
    town, _ = goal.handed_on()
    first = propose_change(goal.town, town, value=Decimal(61), reason="理由")
    refuse_change(goal.officer, first, reason="暂不调整")
    withdraw_change(goal.town, propose_change(goal.town, town, value=Decimal(62), reason="再报"))

    with pytest.raises(Conflict):
        approve_change(goal.officer, first)
    states = list(
        TargetVersion.objects.filter(target=town).order_by("number").values_list("state", flat=True)
    )
    assert states == ["in_force", "refused", "withdrawn"]
    assert Target.objects.get(pk=town.pk).value == 60


@given(wishes=st.lists(st.tuples(st.booleans(), st.integers(0, 120)), min_size=1, max_size=8))
def test_the_whole_is_conserved_under_any_changes(wishes: list[tuple[bool, int]]) -> None:
    total, parts = Decimal(100), {True: Decimal(60), False: Decimal(30)}
    held = Decimal(10)
    for which, value in wishes:
        after = {**parts, which: Decimal(value)}
        with contextlib.suppress(DoesNotAddUp):
            held = held_after(SUM, total, after.values())
            parts = after
        assert sum(parts.values()) + held == total
        assert held >= 0


@pytest.mark.db
def test_random_changes_through_the_operations_conserve_every_level(goal: Goal) -> None:
    import random

    chance = random.Random(15)
    town, other = goal.handed_on(60, 30, 10)
    for _ in range(25):
        actor, part = chance.choice([(goal.town, town), (goal.other_town, other)])
        part.refresh_from_db()
        value = Decimal(chance.randrange(0, 90))
        if value == part.value:
            continue
        change = propose_change(actor, part, value=value, reason="随机")
        try:
            approve_change(goal.officer, change)
        except DoesNotAddUp:
            refuse_change(goal.officer, change, reason="超出")
        assert conserved()


def test_progress_in_sets_what_was_reached_against_the_target(goal: Goal) -> None:
    goal.handed_on(60, 30, 10)
    minutes = {"held_on": "2015-10-08", "should_attend": "5", "attended": "4", "agenda": "议题"}
    write_record(goal.office.system, goal.office.branch, kind="meeting_record", values=minutes)
    write_record(
        goal.office.system,
        goal.office.far_branch,
        kind="meeting_record",
        values=minutes | {"held_on": "2015-10-07"},
    )

    found = progress_in(goal.officer, goal.office.county, programme="yearly_goals", year=2015)
    parts = progress_of_parts(goal.officer, goal.target)

    line = next(each for each in found.lines if each.metric.code == "committee_meetings")
    assert (line.target and line.target.value, line.reached) == (100, 2)
    assert [(part.org.code, part.target.value, part.reached) for part in parts] == [
        ("990100101", 60, 1),
        ("990100102", 30, 1),
    ]
    with pytest.raises(NotFound):
        progress_of_parts(goal.neighbour, goal.target)


def test_a_programme_without_an_end_shows_no_year_that_was_only_written_for_the_form(goal: Goal) -> None:
    client = browser(goal.secretary.actor.account)  # type: ignore[attr-defined]

    for path in ("/programmes", f"/programmes/yearly_goals?org={goal.office.branch.pk}"):
        page = client.get(path).content.decode()
        assert "长期" in page
        assert "2100" not in page
