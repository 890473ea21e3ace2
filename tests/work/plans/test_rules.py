"""The states of a task, the days of a duty, the headings of an account."""

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gangmu.core.asked import AskedOf
from gangmu.core.calendar import Calendar
from gangmu.core.days import DayRule
from gangmu.core.periods import Period, period_of
from gangmu.work.plans.definitions import DutyKind
from gangmu.work.plans.rules import (
    ANSWERED,
    FINAL,
    OPEN,
    TRANSITIONS,
    Ending,
    Event,
    Standing,
    State,
    Tally,
    best_of,
    cell_of,
    change_between,
    closed_timing,
    day_by,
    due_after_stop,
    due_on,
    ending_of,
    may,
    noted,
    state_after,
    states_before,
    step_below,
    timing_of,
    token_of,
)

CALENDAR = Calendar()
EVENTS = list(get_args(Event))
DAYS = st.dates(date(2014, 1, 1), date(2025, 12, 31))
MONTHS = DAYS.map(lambda day: period_of(day, "month"))


def duty(**more: object) -> DutyKind:
    given = {
        "code": "d",
        "title": "事项",
        "follows": {"document": "条例"},
        "asked_of": {"kinds": ["branch"]},
        "answer": "r",
        "minutes": 5,
    }
    return DutyKind.model_validate(given | more)


def test_every_state_but_the_last_ones_leads_somewhere() -> None:
    states = {state for state, _ in TRANSITIONS} | set(TRANSITIONS.values())

    assert {state for state in states if not any(may(state, event) for event in EVENTS)} == {"withdrawn"}


@given(st.lists(st.sampled_from(EVENTS), max_size=12))
def test_no_chain_of_steps_answers_twice_without_a_return(chain: list[str]) -> None:
    state, standing = "issued", False
    for event in chain:
        after = state_after(state, event)
        if after is None:
            continue
        if event == "answer":
            assert not standing
        standing = after in ANSWERED
        state = after


@given(st.sampled_from(["issued", "received", "answered", "returned", "accepted"]), st.sampled_from(EVENTS))
def test_a_closed_task_may_only_be_accepted(state: str, event: str) -> None:
    assert may(state, event, closed=True) == (event == "accept" and state == "answered")


def test_states_before_a_withdrawal_are_all_but_withdrawn() -> None:
    states = {state for state, _ in TRANSITIONS} | set(TRANSITIONS.values())

    assert set(states_before("withdraw")) == states - {"withdrawn"}


@given(MONTHS)
def test_due_on_the_last_working_day_lies_in_the_period_and_no_working_day_follows(month: Period) -> None:
    day = due_on(duty(), month, CALENDAR)

    assert day in month
    assert CALENDAR.is_workday(day)
    assert not any(CALENDAR.is_workday(later) for later in CALENDAR.workdays(day + timedelta(1), month.last))


@given(MONTHS, st.integers(1, 31))
def test_a_day_of_the_month_is_moved_on_to_a_working_day(month: Period, number: int) -> None:
    day = day_by(DayRule(day=number), month, CALENDAR)

    assert CALENDAR.is_workday(day)
    assert day >= month.first.replace(day=min(number, month.days))


@given(MONTHS, st.integers(1, 40))
def test_working_days_after_issuing_are_counted_without_the_first(month: Period, count: int) -> None:
    issued = CALENDAR.first_workday(month)

    day = day_by(DayRule(workdays_after_issue=count), month, CALENDAR, issued)

    assert len(CALENDAR.workdays(issued, day)) == count + 1


def test_a_day_of_the_month_after_is_told_by_next_day() -> None:
    assert day_by(DayRule(next_day=5), Period.parse("2015Q3"), CALENDAR) == date(2015, 10, 8)


def test_october_begins_after_the_holidays_and_a_make_up_saturday_is_worked() -> None:
    october = Period.parse("2015-10")

    assert day_by(DayRule(first_workday_of="period"), october, CALENDAR) == date(2015, 10, 8)
    assert day_by(DayRule(day=10), october, CALENDAR) == date(2015, 10, 10)


@pytest.mark.parametrize("said", [{}, {"day": 5, "next_day": 5}, {"day": 0}, {"first_workday_of": "year"}])
def test_a_day_rule_that_says_nothing_or_two_things_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DayRule.model_validate(said)


def test_asks_only_the_kinds_domains_and_levels_that_are_named() -> None:
    asked = AskedOf(kinds=("branch",), domains=("village",))

    assert asked.asks("branch", "village", "village")
    assert not asked.asks("branch", "school", "village")
    assert not asked.asks("committee", "village", "township")


def test_timing_is_late_only_after_the_due_day() -> None:
    due = date(2015, 10, 30)

    assert [timing_of(day, due) for day in (None, due, due + timedelta(1))] == ["", "on_time", "late"]


@pytest.mark.parametrize(
    ("state", "timing", "ends"),
    [
        ("issued", "", "missing"),
        ("received", "", "missing"),
        ("returned", "on_time", "missing"),
        ("answered", "on_time", "on_time"),
        ("accepted", "late", "late"),
    ],
)
def test_closed_timing_wants_an_answer_that_stands(state: str, timing: str, ends: str) -> None:
    assert closed_timing(state, timing) == ends


def test_noted_counts_silence_as_zero() -> None:
    found = {timing: noted(timing) for timing in ("on_time", "late", "missing")}

    assert {timing: (note.due, note.answered, note.on_time) for timing, note in found.items()} == {
        "on_time": (1, 1, 1),
        "late": (1, 1, 0),
        "missing": (1, 0, 0),
    }


def test_step_below_finds_the_branch_of_the_tree_on_the_way() -> None:
    assert step_below("1/2/30/", "1/") == 2
    assert step_below("1/2/", "1/2/") == 2
    assert step_below("1/20/3/", "1/2/") is None


def test_cell_of_counts_a_withdrawn_task_under_no_heading() -> None:
    assert cell_of("withdrawn", "", closed=False, overdue=True) is None
    assert cell_of("issued", "", closed=False, overdue=True) == "overdue"
    assert cell_of("returned", "on_time", closed=False, overdue=False) == "returned"
    assert cell_of("accepted", "late", closed=False, overdue=True) == "late"


def test_a_tally_adds_up_to_what_was_asked_for() -> None:
    tally = Tally()
    for cell, count in (("on_time", 3), ("late", 1), ("missing", 2), ("overdue", 1), ("open", 4), (None, 9)):
        tally.add(cell, count)  # type: ignore[arg-type]

    assert (tally.due, tally.answered, tally.missing, tally.waiting) == (11, 4, 3, 4)


def test_best_of_names_nobody_who_missed_something() -> None:
    standings = [
        Standing(1, "甲", "1", due=2, on_time=1, returns=0),
        Standing(2, "乙", "2", due=2, on_time=2, returns=1),
        Standing(3, "丙", "3", due=2, on_time=2, returns=0),
        Standing(4, "丁", "4", due=0, on_time=0, returns=0),
    ]

    assert [each.name for each in best_of(standings, 3)] == ["丙", "乙"]


STATES = list(get_args(State))


@given(st.lists(st.sampled_from(EVENTS), max_size=20))
def test_no_chain_of_steps_loses_a_task_or_leads_out_of_a_last_state(chain: list[str]) -> None:
    state = "issued"
    for event in chain:
        after = state_after(state, event)
        if state in FINAL:
            assert after is None
        state = after or state
        assert state in STATES


@given(st.sampled_from(STATES), st.sampled_from(["", "on_time", "late"]), DAYS, DAYS, st.booleans())
def test_closing_has_an_ending_for_every_state_and_keeps_only_what_is_open(
    state: str, timing: str, due: date, today: date, carries: bool
) -> None:
    ending = ending_of(state, timing, due_on=due, today=today, carries=carries)

    assert ending in get_args(Ending)
    assert (ending == "none") == (state in FINAL)
    assert state == "disputed" or ending != "kept" or state in OPEN
    assert ending != "on_time" or timing == "on_time"


def test_every_state_is_reached_and_every_one_but_the_last_can_be_left() -> None:
    reached, frontier = {"issued"}, ["issued"]
    while frontier:
        state = frontier.pop()
        for event in EVENTS:
            after = state_after(state, event)
            if after is not None and after not in reached:
                reached.add(after)
                frontier.append(after)

    assert reached == set(STATES)


def test_a_dispute_ends_where_it_began_or_with_the_task() -> None:
    ways = {event: after for (state, event), after in TRANSITIONS.items() if state == "disputed"}

    assert ways == {"drop": "received", "reject": "received", "uphold": "withdrawn", "withdraw": "withdrawn"}
    assert ending_of("disputed", "", due_on=date(2015, 10, 30), today=date(2015, 11, 3)) == "kept"


def test_due_after_stop_gives_back_the_working_days_that_the_clock_stood_still() -> None:
    monday, wednesday, friday = date(2015, 10, 19), date(2015, 10, 21), date(2015, 10, 23)

    assert due_after_stop(wednesday, monday, friday, CALENDAR) == date(2015, 10, 27)
    assert due_after_stop(wednesday, monday, monday, CALENDAR) == wednesday
    assert due_after_stop(monday, wednesday, friday, CALENDAR) == monday


@given(DAYS, DAYS, st.integers(0, 30))
def test_a_stopped_clock_never_makes_a_task_due_earlier(due: date, stopped: date, days: int) -> None:
    assert due_after_stop(due, stopped, stopped + timedelta(days=days), CALENDAR) >= due


def test_a_token_tells_what_happened_meanwhile() -> None:
    before = token_of("answered", 1, 0, date(2015, 10, 30))

    assert change_between(before, token_of("returned", 1, 1, date(2015, 10, 30))) == (
        "The answer was given back meanwhile."
    )
    assert change_between(before, token_of("answered", 2, 1, date(2015, 10, 30))) == (
        "The task was answered meanwhile."
    )
    assert change_between(before, token_of("answered", 1, 0, date(2015, 11, 6))) == (
        "The day on which it is due was changed meanwhile."
    )
