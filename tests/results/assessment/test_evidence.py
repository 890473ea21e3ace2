"""What lies behind a line of an organization with very much below it: each place with what it brings."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gangmu.core.errors import NotFound
from gangmu.core.periods import Period
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.rules import NewFact
from gangmu.results.assessment.queries.evidence import LISTED, Evidence, evidence_for, place_below
from gangmu.results.indicators.definitions import IndicatorKind
from tests.results.assessment.conftest import PACK, Year, on
from tests.results.assessment.test_operations import in_publicity
from tests.work.plans.test_doors import browser

pytestmark = pytest.mark.db

BELOW = IndicatorKind.model_validate(
    {
        "code": "below",
        "title": "本级及下级按期完成率",
        "scope": "subtree",
        "numerator": {"sum": "task.on_time"},
        "denominator": {"count": "task.due"},
    }
)
YEAR, THEN = Period("year", 2015), on(2)
FILES = {
    "anping/indicator/below.yaml": "title: 本级及下级按期完成率\nscope: subtree\n"
    "numerator: {sum: task.on_time}\ndenominator: {count: task.due}\n",
    "anping/scorecard/committee_year.yaml": "title: 党委年度考核\napplies_to: {kinds: [committee]}\n"
    "lines: [{indicator: below, points: 100, rule: {linear: [0, 1]}}]\n",
    "anping/appraisal/year.yaml": PACK["anping/appraisal/year.yaml"].replace(
        "[branch_year]", "[branch_year, committee_year]"
    ),
}


def many(year: Year, org: Any, count: int, *, late: int = 0, at: datetime = THEN) -> None:
    """Write so many tasks of an organization that were due, some of them late."""
    rows = [
        NewFact(org.pk, date(2015, 11, 30), code, Decimal(value), f"task:{number}", "monthly_order")
        for number in range(count)
        for code, value in (("task.due", 1), ("task.on_time", int(number >= late)))
    ]
    write_facts(year.office.at(at), year.office.county.pk, rows)


def told(found: Evidence) -> list[list[tuple[str, int, Decimal | None, bool]]]:
    return [
        [(part.org.name[2:4], part.facts, part.total, part.withheld) for part in side.parts]
        for side in found.sides
    ]


def test_very_many_facts_are_told_by_place_as_known_at_the_freezing(year: Year) -> None:
    office, officer = year.office, year.at(year.officer, 5)
    many(year, office.county, 5, late=1)
    many(year, office.branch, LISTED, late=100)
    before = evidence_for(officer, office.county, BELOW, YEAR, THEN)
    many(year, office.far_branch, 7, at=on(3))

    found = evidence_for(officer, office.county, BELOW, YEAR, THEN)
    now = evidence_for(officer, office.county, BELOW, YEAR, on(4))

    assert told(found) == told(before)
    assert told(found) == [
        [("安平", 5, Decimal(4), False), ("河口", 504, Decimal(403), False), ("山前", 2, Decimal(0), False)],
        [("安平", 5, Decimal(5), False), ("河口", 504, Decimal(504), False), ("山前", 2, Decimal(2), False)],
    ]
    assert [(side.count, side.total) for side in found.sides] == [(511, Decimal(407)), (511, Decimal(511))]
    assert [row.org for row in found.sides[0].rows or ()] == [office.county] * 5
    assert told(now)[0][2] == ("山前", 9, Decimal(7), False)


def test_few_facts_are_one_list_as_before(year: Year) -> None:
    office, officer = year.office, year.at(year.officer, 5)

    sides = evidence_for(officer, office.county, BELOW, YEAR, THEN).sides

    assert [(side.count, side.parts, side.withheld) for side in sides] == [(6, (), False)] * 2
    assert [len(side.rows or ()) for side in sides] == [6, 6]


def test_a_part_of_fewer_than_five_is_told_to_itself_and_the_one_right_above(year: Year) -> None:
    office, officer = year.office, year.at(year.officer, 5)
    many(year, office.branch, LISTED)
    town = year.at(year.acting("town_officer", office.town), 5)

    def seen(context: Any) -> list[tuple[str, bool]]:
        (side, _) = evidence_for(context, office.town, BELOW, YEAR, THEN).sides
        return [(part.org.name[2:4], part.withheld) for part in side.parts]

    assert seen(officer) == [("东庄", False), ("西庄", True)]
    assert seen(town) == [("东庄", False), ("西庄", False)]
    west = [side.rows for side in evidence_for(officer, office.other_branch, BELOW, YEAR, THEN).sides]
    assert west == [None, None]


def test_evidence_asks_as_often_for_many_as_for_few(year: Year) -> None:
    office, officer = year.office, year.at(year.officer, 5)
    many(year, office.branch, LISTED)
    asked = []
    evidence_for(officer, office.county, BELOW, YEAR, THEN)  # what the reader holds is read once
    for count in (1, 300):
        many(year, office.far_branch, count)
        with CaptureQueriesContext(connection) as queries:
            for side in evidence_for(officer, office.county, BELOW, YEAR, THEN).sides:
                list(side.rows or ())
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_a_place_elsewhere_is_no_part(year: Year) -> None:
    office, officer = year.office, year.at(year.officer, 5)

    assert place_below(officer, office.town, office.branch.pk) == office.branch
    for elsewhere in (office.far_branch.pk, office.county.pk, 10**9):
        with pytest.raises(NotFound):
            place_below(officer, office.town, elsewhere)


def test_the_line_leads_down_to_the_single_record(year: Year) -> None:
    office = year.office
    many(year, office.branch, LISTED + 1)
    many(year, office.far_branch, 6)
    year.pack(**FILES)
    round_ = in_publicity(year)
    person, line = (
        browser(year.officer),
        f"/appraisals/{round_.pk}/of/{office.county.pk}/committee_year/below/",
    )

    whole, part, record = (
        person.get(line + asked).content.decode()
        for asked in ("", f"?at={office.town.pk}", f"?at={office.other_town.pk}")
    )

    assert "一张表列不下" in whole
    assert f'href="?at={office.town.pk}"' in whole
    assert 'href="/tasks/5"' not in whole
    assert "中共安平县委员会 的一部分" in part
    assert "不足五条，只向本组织和直接上级显示" in part
    assert f'href="?at={office.branch.pk}"' in part
    assert ('href="/tasks/5"' in record, "一张表列不下" in record) == (True, False)
    assert person.get(line + f"?at={10**9}").status_code == 404
