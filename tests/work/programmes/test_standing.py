"""Targets stand against what was reached, by year, level and organization; unknown is not nothing."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gangmu.core.errors import NotFound
from gangmu.frame.words import say
from gangmu.kernel.access.models import Account
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.rules import NewFact
from gangmu.work.programmes.operations.targets import decompose_target, set_target
from gangmu.work.programmes.pages.standing import how_it_stands
from gangmu.work.programmes.queries.standing import standing_in, targets_of_level
from gangmu.work.programmes.rules import gap, is_reached, share_of
from gangmu.work.records.operations import write_record
from tests.site.matrix.test_routes import browser
from tests.work.programmes.conftest import Goal

MINUTES = {"held_on": "2015-10-08", "should_attend": "5", "attended": "4", "agenda": "议题"}
MEETINGS = {"programme": "yearly_goals", "metric": "committee_meetings"}


def standing(goal: Goal, reader: Any = None, **more: Any) -> Any:
    given = {**MEETINGS, "year": 2015, **more}
    return standing_in(reader or goal.officer, goal.office.county, **given)


def owed(org: int, due: int, on_time: int) -> list[NewFact]:
    day = date(2015, 9, 30)
    return [
        NewFact(org, day, code, Decimal(value), f"task:{org}-{number}", item="monthly_order")
        for number in range(due)
        for code, value in (("task.due", 1), ("task.on_time", int(number < on_time)))
    ]


def test_standing_in_adds_up_by_level_and_leaves_the_silent_unknown(goal: Goal) -> None:
    first, _ = goal.handed_on(60, 30, 10)
    decompose_target(
        goal.town,
        first,
        parts={goal.office.branch.pk: Decimal(40), goal.office.other_branch.pk: Decimal(20)},
    )
    write_record(goal.office.system, goal.office.branch, kind="meeting_record", values=MINUTES)

    found = standing(goal)

    county, town, village = found.levels
    assert [each.level for each in found.levels] == ["county", "township", "village"]
    assert (county.against.target, county.against.reached, county.against.gap) == (100, 1, 99)
    assert (town.orgs, town.done, town.unknown) == (2, 0, 1)
    assert (town.against.target, town.against.reached, town.against.share) == (90, 1, Decimal("1.1"))
    assert (village.orgs, village.unknown, village.against.reached) == (2, 1, 1)


def test_standing_in_has_a_line_for_each_year_with_its_phase(goal: Goal) -> None:
    set_target(goal.officer, goal.office.county, **MEETINGS, year=2017, value=Decimal(120))  # type: ignore[arg-type]  # the names are those of parameters

    years = {each.year: each.against for each in standing(goal).years}

    assert list(years) == [2015, 2016, 2017]
    assert [each.target for each in years.values()] == [100, None, 120]
    assert [each.reached for each in years.values()] == [None, None, None]
    assert [each.done for each in years.values()] == [None, None, None]


def test_share_is_a_ratio_of_sums_and_never_of_those_who_owe_nothing(goal: Goal) -> None:
    write_facts(
        goal.office.system,
        goal.office.county.pk,
        owed(goal.office.branch.pk, 3, 3) + owed(goal.office.far_branch.pk, 9, 3),
    )

    found = standing(goal, metric="on_time")

    assert found.reached[goal.office.county.pk] == Decimal("50.0")
    assert found.reached[goal.office.branch.pk] == Decimal("100.0")
    assert goal.office.other_branch.pk not in found.reached
    assert found.years[0].against.target is None


def test_standing_in_shows_a_town_its_own_alone(goal: Goal) -> None:
    goal.handed_on()

    with pytest.raises(NotFound):
        standing(goal, goal.town)
    rows = targets_of_level(goal.town, goal.office.county, **MEETINGS, year=2015, level="")
    assert [row.org_id for row in rows] == [goal.office.town.pk]


def test_targets_of_level_cost_the_same_for_one_and_for_many(goal: Goal) -> None:
    goal.handed_on()

    def cost(rows: int) -> int:
        found = targets_of_level(goal.officer, goal.office.county, **MEETINGS, year=2015, level="")
        with CaptureQueriesContext(connection) as seen:
            assert len([row.org.name for row in found[:rows]]) == rows
        return len(seen)

    assert cost(1) == cost(3) == 1


def test_metric_page_shows_years_levels_and_organizations(goal: Goal) -> None:
    goal.handed_on()
    write_record(goal.office.system, goal.office.branch, kind="meeting_record", values=MINUTES)
    path = f"/programmes/yearly_goals/metrics/committee_meetings?org={goal.office.county.pk}&year=2015"

    reader = browser(Account.objects.get(pk=goal.officer.actor.account_id))

    shown = reader.get(path).content.decode()
    narrowed = reader.get(path + "&level=township").content.decode()
    elsewhere = reader.get(path.replace("committee_meetings", "none_such"))

    assert goal.office.other_town.name in shown
    assert "未知" in shown
    assert "未达到" in shown  # the year is over
    assert "推进中" not in shown
    assert goal.office.other_town.name in narrowed
    assert elsewhere.status_code == 404


def test_gap_and_share_know_which_way_is_up_and_what_is_unknown(goal: Goal) -> None:
    metric = standing(goal).metric
    less = metric.model_copy(update={"better": "less"})

    assert gap(metric, Decimal(10), Decimal(4)) == 6
    assert gap(metric, Decimal(10), Decimal(12)) == 0
    assert gap(less, Decimal(10), Decimal(12)) == 2
    assert gap(metric, Decimal(10), None) is None
    assert is_reached(less, Decimal(10), Decimal(9)) is True
    assert is_reached(metric, None, Decimal(9)) is None
    assert share_of(Decimal(0), Decimal(4)) is None


@pytest.mark.parametrize(
    ("done", "over", "word"),
    [
        (None, True, "Unknown: nothing reported yet"),
        (True, False, "Reached"),
        (False, False, "Under way"),
        (False, True, "Not reached"),
    ],
)
def test_what_a_year_has_not_reached_at_its_end_is_not_under_way(
    done: bool | None, over: bool, word: str
) -> None:
    assert how_it_stands(done, over=over).word == say(word)
