"""Where a thread runs by definitions alone, and where it is broken: without a database."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from gangmu.core.calendar import Calendar
from gangmu.desk.thread.pages.one import _has_more_to_come
from gangmu.desk.thread.rules import (
    Counted,
    Found,
    Thread,
    breaks_of,
    goal_faults,
    loose_ends,
    threads_of,
)
from gangmu.kernel.packs.rules import Pack, compose_pack
from gangmu.work.plans.stations import Stations
from gangmu.work.programmes.definitions import LetterKind

FILES = {
    "small/pack.yaml": 'title: 小县\nversion: "1.0"\n',
    "small/org_kind/branch.yaml": "title: 党支部\n",
    "small/record/meeting.yaml": """title: 会议记录
entry: event
day_field: held_on
counts_as: meeting.held
fields:
  - {code: held_on, title: 日期, type: date, required: true}
""",
    "small/record/visit.yaml": """title: 走访记录
fields:
  - {code: families, title: 户数, type: number}
facts: [families]
""",
    "small/duty/meet.yaml": """title: 每月开会
follows: {document: 工作要点, article: 一}
asked_of: {kinds: [branch]}
answer: meeting
minutes: 10
""",
    "small/duty/walk.yaml": """title: 每月走访
follows: {document: 工作要点, article: 二}
asked_of: {kinds: [branch]}
answer: visit
minutes: 10
""",
    "small/programme/goals.yaml": """title: 年度目标
follows: {document: 工作要点, article: 二}
phases: [{code: all, title: 全程, from_year: 2020, to_year: 2030}]
metrics:
  - {code: meetings, title: 开会次数, actual: {sum: meeting.held, item: meeting}}
  - {code: share, title: 按期率, combine: each, indicator: on_time}
  - {code: empty, title: 空目标}
""",
    "small/indicator/on_time.yaml": """title: 按期率
numerator: {sum: task.on_time}
denominator: {sum: task.due}
""",
    "small/indicator/meetings.yaml": """title: 开会数
numerator: {sum: meeting.held, item: [meeting]}
""",
    "small/indicator/families.yaml": """title: 走访户数
numerator: {sum: record.value, item: [visit.families]}
""",
    "small/scorecard/year.yaml": """title: 年度考核
lines:
  - {indicator: on_time, points: 50, rule: {linear: [0, 1]}}
  - {indicator: families, points: 50, rule: {each: 1}}
""",
    "small/appraisal/half.yaml": """title: 半年考核
follows: 考核办法
every: half
scorecards: [year]
""",
}


def small() -> Pack:
    """Compose the small pack."""
    pack, faults = compose_pack("small", FILES)
    assert pack is not None, faults
    return pack


@pytest.fixture(scope="module")
def threads() -> dict[str, Thread]:
    return {each.metric.code: each for each in threads_of(small())}


def test_threads_of_follows_a_goal_by_what_it_counts(threads: dict[str, Thread]) -> None:
    found = threads["meetings"]

    assert [(duty.code, why) for duty, why in found.duties] == [("meet", "counted"), ("walk", "paper")]
    assert [kind.code for kind in found.records] == ["meeting", "visit"]
    assert found.facts == (Counted("meeting.held", frozenset({"meeting"})),)
    assert [kind.code for kind in found.own] == ["meetings"]
    assert [kind.code for kind in found.others] == ["on_time"]
    assert found.lines == ()


def test_threads_of_follows_a_goal_to_the_indicator_that_it_names(threads: dict[str, Thread]) -> None:
    found = threads["share"]

    assert [kind.code for kind in found.own] == ["on_time"]
    assert [(card.code, line.indicator) for card, line in found.lines] == [("year", "on_time")]
    assert [each.code for each in found.appraisals] == ["half"]
    assert found.facts == (Counted("task.on_time"), Counted("task.due"))


def test_loose_ends_are_lines_records_and_duties_that_no_goal_leads_to() -> None:
    other = FILES["small/programme/goals.yaml"].replace("article: 二", "article: 九")
    loose = loose_ends(small())

    assert [(card.code, line.indicator) for card, line in loose.lines] == [("year", "families")]
    assert (loose.records, loose.duties) == ((), ())

    pack, _ = compose_pack("small", {**FILES, "small/programme/goals.yaml": other})
    assert pack is not None
    assert [duty.code for duty in loose_ends(pack).duties] == ["walk"]


GOOD = Stations(issued=4, answered=4, unseen=1, checked=3)
ALL = Found(
    target=True,
    next_target=True,
    asks=frozenset({"meet", "walk"}),
    orders={"meet": ((True, GOOD),), "walk": ((True, GOOD),)},
    measured=frozenset({Counted("task.on_time"), Counted("task.due")}),
    rounds={"half": frozenset({"2024H1", "2024H2"})},
)
OVER = date(2025, 2, 1)


def broken(thread: Thread, found: Found, today: date = OVER) -> list[tuple[str, str]]:
    """Return the breaks of a thread in 2024."""
    return list(breaks_of(thread, found, 2024, today, Calendar()))


def test_breaks_of_finds_none_where_every_station_is_there(threads: dict[str, Thread]) -> None:
    assert broken(threads["share"], ALL) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"target": False}, ("no_target", "")),
        ({"next_target": False}, ("no_next", "")),
        ({"orders": {"meet": ((True, GOOD),)}}, ("not_ordered", "walk")),
        ({"measured": frozenset({Counted("task.due")})}, ("no_facts", "task.on_time")),
        ({"rounds": {"half": frozenset({"2024H1"})}}, ("not_published", "half")),
        (
            {
                "orders": {
                    **ALL.orders,
                    "walk": ((True, GOOD), (True, Stations(issued=4, answered=2, unseen=2))),
                }
            },
            ("not_checked", "walk"),
        ),
    ],
)
def test_breaks_of_names_the_station_that_is_missing(
    threads: dict[str, Thread], change: dict[str, object], expected: tuple[str, str]
) -> None:
    assert broken(threads["share"], replace(ALL, **change)) == [expected]


def test_breaks_of_a_goal_that_nobody_works_for_counts_or_judges(threads: dict[str, Thread]) -> None:
    alone = replace(threads["empty"], duties=(), others=())

    assert broken(alone, ALL) == [("no_duty", ""), ("no_measure", "")]


def test_breaks_of_a_goal_that_no_indicator_and_no_scorecard_reads(threads: dict[str, Thread]) -> None:
    counted = threads["meetings"]
    found = replace(ALL, measured=frozenset(counted.facts))

    assert broken(counted, found) == [("no_line", "meetings")]
    assert broken(replace(counted, own=()), found) == [("not_counted", ""), ("no_line", "on_time")]


def test_breaks_of_what_the_year_has_not_come_to_are_none(threads: dict[str, Thread]) -> None:
    early = replace(ALL, next_target=False, orders={}, measured=frozenset(), rounds={})

    assert broken(threads["share"], early, date(2023, 12, 1)) == []
    assert broken(threads["share"], early, date(2024, 1, 10)) == [("not_ordered", "walk")]


def test_breaks_of_facts_that_are_missing_once_an_order_has_closed(threads: dict[str, Thread]) -> None:
    running = replace(ALL, next_target=False, measured=frozenset(), rounds={})
    missing = [("no_facts", "task.on_time"), ("no_facts", "task.due")]
    unasked = replace(threads["share"], duties=())

    assert broken(threads["share"], running, date(2024, 2, 20)) == []
    assert broken(threads["share"], replace(running, closed=True), date(2024, 2, 20)) == missing
    assert broken(unasked, running, date(2024, 1, 20)) == [("no_duty", "")]
    assert broken(unasked, running, date(2024, 2, 20)) == [("no_duty", ""), *missing]


def test_breaks_of_answers_are_not_reproached_before_their_order_is_closed(
    threads: dict[str, Thread],
) -> None:
    running = {**ALL.orders, "walk": ((False, Stations(issued=4, answered=2, unseen=2)),)}

    assert broken(threads["share"], replace(ALL, orders=running)) == []


def test_breaks_of_a_letter_that_was_not_handed_on(threads: dict[str, Thread]) -> None:
    letter = LetterKind.model_validate(
        {
            "code": "letter",
            "title": "责任书",
            "follows": {"document": "工作要点"},
            "levels": ("county", "township"),
            "text": ({"title": "一", "text": "做"},),
            "programmes": ("goals",),
        }
    )
    with_letter = replace(threads["share"], letters=(letter,))

    assert broken(with_letter, replace(ALL, wants_letter=True)) == [("no_letter", "letter")]
    assert broken(with_letter, replace(ALL, wants_letter=True, letter=True)) == []


def test_goal_faults_names_duties_and_indicators_that_are_not_there() -> None:
    programme = FILES["small/programme/goals.yaml"].replace(
        "indicator: on_time", "indicator: nothing, duties: [walk, run]"
    )

    pack, _ = compose_pack("small", {**FILES, "small/programme/goals.yaml": programme}, checked=False)

    assert pack is not None
    assert [each.message for each in goal_faults(pack)] == [
        "there is no duty run",
        "there is no indicator nothing",
    ]


def test_station_whose_answers_wait_is_going_on_and_not_whole() -> None:
    def more(code: str, stations: Stations) -> bool:
        return _has_more_to_come(code, cast(Any, SimpleNamespace(stations=stations)))

    assert more("checks", Stations(issued=4, answered=4, unseen=4))
    assert more("orders", Stations(issued=4, answered=0))
    assert not more("checks", Stations(issued=4, answered=4, checked=4))
    assert not more("orders", Stations(issued=4, answered=4))
    assert not more("goal", Stations(issued=4))
