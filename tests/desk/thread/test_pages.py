"""The facts behind a goal on the screen: one list, or what each place has where they are too many."""

import re
from datetime import date
from decimal import Decimal

import pytest

from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.rules import NewFact
from gangmu.results.assessment.queries.evidence import LISTED
from tests.results.assessment.conftest import PACK, Year, year
from tests.systems.test_new_thread import GOALS
from tests.work.plans.test_doors import browser

pytestmark = pytest.mark.db

__all__ = ["year"]


def test_very_many_facts_of_a_goal_are_told_by_place_and_can_be_taken_away(year: Year) -> None:
    said = PACK["anping/pack.yaml"] + "replaces: [programme/yearly_goals]\n"
    year.pack(**{"anping/pack.yaml": said, "anping/programme/yearly_goals.yaml": GOALS})
    office, person = year.office, browser(year.officer)
    page = "/threads/yearly_goals/on_time/facts?year=2015&of=0&org="
    few = person.get(f"{page}{office.county.pk}").content.decode()
    rows = [
        NewFact(office.branch.pk, date(2015, 11, 30), code, Decimal(1), "task:77", "monthly_order")
        for code in ("task.due", "task.on_time")
        for _ in range(LISTED)
    ]
    write_facts(office.system, office.county.pk, rows)

    many = person.get(f"{page}{office.county.pk}").content.decode()
    sheet = person.get(f"{page}{office.county.pk}&export=csv").content.decode("utf-8-sig")
    branch = person.get(f"{page}{office.far_branch.pk}").content.decode()

    assert ("一张表列不下" in few, "南坡村" in few) == (False, True)
    assert ("一张表列不下" in many, f"org={office.town.pk}" in many) == (True, True)
    assert 'href="/tasks/77"' not in many
    assert sheet.count("东庄村") > LISTED
    assert "不足5条，不逐条列出" in branch


def test_the_row_of_a_place_itself_tells_the_same_goals_as_the_figure_above(year: Year) -> None:
    said = PACK["anping/pack.yaml"] + "replaces: [programme/yearly_goals]\n"
    year.pack(**{"anping/pack.yaml": said, "anping/programme/yearly_goals.yaml": GOALS})
    branch = year.office.branch

    page = browser(year.secretary(branch)).get(f"/threads/loop?year=2015&org={branch.pk}").content.decode()

    figure = re.search(r"(\d+ / \d+)", page)
    assert figure is not None
    assert page.count(figure[1]) == 2


def test_the_choice_of_breaks_shows_what_is_asked_for(year: Year) -> None:
    person = browser(year.officer)

    page = person.get("/threads?year=2015&broken=any").content.decode()

    assert '<option value="any" selected>' in page
