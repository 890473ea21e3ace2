"""What a figure comes to: sums of ratios, what is unknown, bounds, the tree of then."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.rules import NewFact
from gangmu.kernel.orgs import operations as orgs
from gangmu.results.assessment.queries.evidence import LISTED
from gangmu.results.reports.definitions import SentenceKind
from gangmu.results.reports.models import Report
from gangmu.results.reports.queries.figures import Counting, figure_at
from gangmu.results.reports.rules import Counted as Made
from gangmu.results.reports.rules import taken
from tests.results.reports.conftest import SEPTEMBER, Counted, income, task
from tests.site.matrix.calls_people import person_of
from tests.work.plans.test_doors import browser

pytestmark = pytest.mark.db
PERIOD = Period.parse(SEPTEMBER)


def figure(county: Counted, name: str, **more: Any) -> Made:
    """Return what a figure of the county comes to."""
    given: dict[str, Any] = {"period": PERIOD, **more}
    return figure_at(county.officer, county.office.county, name=name, **given).counted


def test_figure_at_is_a_ratio_of_sums_over_all_below(county: Counted) -> None:
    rate = figure(county, "orders.answered_rate")

    assert (rate.value, rate.numerator, rate.denominator) == (Decimal("0.666667"), 2, 3)


def test_figure_at_of_another_month_is_unknown_and_not_nothing(county: Counted) -> None:
    rate = figure(county, "orders.answered_rate", period=Period.parse("2015-08"))

    assert (rate.value, rate.known) == (None, 0)


def test_figure_at_least_counts_those_that_reach_the_bound_among_those_that_reported(county: Counted) -> None:
    office = county.office
    income(office, office.branch, "20000")
    income(office, office.other_branch, "19999.99")
    income(office, office.far_branch, "60000")

    asked = figure_at(county.officer, office.county, name="collective_income.above", period=PERIOD)
    well = figure(county, "collective_income.well_above")
    whole = figure(county, "collective_income.income")

    assert (asked.counted.numerator, asked.counted.denominator, asked.counted.unknown) == (2, 3, 0)
    assert taken(asked.figure, asked.counted) == Decimal("0.666667")
    assert well.numerator == 1
    assert whole.value == Decimal("99999.9900") - Decimal(20000) + Decimal(20000)


def test_figure_below_its_bound_of_coverage_is_withheld_and_says_how_many_are_unknown(
    county: Counted,
) -> None:
    income(county.office, county.office.branch, "20000")

    above = figure(county, "collective_income.above")

    assert (above.known, above.unknown, above.withheld) == (1, 2, "coverage")


def test_figure_leaves_out_what_was_reported_as_unknown(county: Counted) -> None:
    office = county.office
    income(office, office.branch, "20000")
    income(office, office.other_branch, "30000")
    income(office, office.far_branch, None)

    above = figure(county, "collective_income.above")

    assert (above.known, above.unknown) == (2, 1)


def test_figure_at_an_instant_does_not_know_what_was_corrected_later(county: Counted) -> None:
    office = county.office
    for org in (office.branch, office.other_branch):
        income(office, org, "30000")
    first = income(office, office.far_branch, "10000")
    then = office.system.now
    later = Context(office.system.actor, datetime(2015, 10, 9, 1, tzinfo=UTC))
    from gangmu.kernel.facts.operations import write_facts
    from gangmu.kernel.facts.rules import NewFact

    row = NewFact(
        office.far_branch.pk,
        date(2015, 9, 20),
        "record.value",
        Decimal(25000),
        "record:1",
        "village_basics.collective_income",
        first,
    )
    write_facts(later, office.county.pk, [row])

    assert figure(county, "collective_income.above", known_at=then).numerator == 2
    assert figure(county, "collective_income.above").numerator == 3


def test_figure_of_organizations_counts_the_tree_of_the_last_day(county: Counted) -> None:
    office = county.office
    before = figure(county, "organizations.branches").value
    orgs.close_org(office.system, office.far_branch, day=date(2015, 9, 15), paper="撤销批复")

    assert (before, figure(county, "organizations.branches").value) == (3, 2)
    assert figure(county, "organizations.branches", period=Period.parse("2015-08")).value == 3


def test_figure_of_a_closed_organization_still_counts_what_it_owed(county: Counted) -> None:
    orgs.close_org(county.office.system, county.office.branch, day=date(2015, 10, 1), paper="撤销批复")

    assert figure(county, "orders.due").denominator == 3


def test_figure_of_bodies_says_how_many_have_an_organization(county: Counted) -> None:
    office = county.office
    for number in range(3):
        orgs.add_unit(
            office.system,
            office.town,
            code=f"u{number}",
            name=f"第{number}小学",
            kind="school",
            day=date(2015, 1, 1),
        )

    share = figure(county, "coverage.share")

    assert (share.numerator, share.denominator, share.value) == (0, 3, 0)


def test_figure_of_persons_is_a_number_and_never_who(county: Counted) -> None:
    office = county.office
    person_of(office)

    asked = figure_at(county.officer, office.county, name="members.members", period=PERIOD)

    assert asked.counted.value == 1
    assert asked.counted.facts == 0


def test_figure_at_is_refused_outside_the_readers_reach(county: Counted, acting: Any) -> None:
    secretary = acting("secretary", county.office.branch)

    with pytest.raises(NotFound):
        figure_at(secretary, county.office.county, name="orders.due", period=PERIOD)
    with pytest.raises(NotFound):
        figure_at(secretary, county.office.other_branch, name="orders.due", period=PERIOD)
    assert (
        figure_at(secretary, county.office.branch, name="orders.due", period=PERIOD).counted.denominator == 1
    )


def test_figure_at_asks_as_often_for_many_as_for_few(county: Counted, django_assert_num_queries: Any) -> None:
    counting = Counting(county.officer, county.office.county, PERIOD, _pack(county))
    figures = [_figure(counting, name) for name in ("answered", "due", "answered_rate", "on_time_rate")]
    county.officer.places("plans.view")

    with django_assert_num_queries(5):  # the tree's own span, its spans, each of three measures once
        for each in figures:
            counting.count(each)


def test_figure_at_with_three_times_the_facts_asks_no_more(
    county: Counted, django_assert_num_queries: Any
) -> None:
    for org in (county.office.branch, county.office.other_branch, county.office.far_branch):
        task(county.office, org, answered=1, on_time=1, duty="theme_day")
        task(county.office, org, answered=1, on_time=1, duty="party_lecture")
    counting = Counting(county.officer, county.office.county, PERIOD, _pack(county))
    county.officer.places("plans.view")
    figure_ = _figure(counting, "answered_rate")

    with django_assert_num_queries(4):
        assert counting.count(figure_).denominator == 9


def test_figures_of_a_year_are_the_same_from_its_sums_and_from_its_facts(county: Counted) -> None:
    office = county.office
    (wrong,) = [income(office, office.branch, "20000.1")]
    income(office, office.branch, "19999.99", replaces=wrong)
    income(office, office.far_branch, None)
    task(office, office.far_branch, answered=1, on_time=1, duty="theme_day")
    year = Period("year", 2015)
    later = county.officer.now + timedelta(days=400)
    kept, direct = (
        Counting(county.officer, office.county, year, _pack(county), known_at) for known_at in (None, later)
    )

    for sentence in kept.pack.all(SentenceKind):
        for figure_ in sentence.figures.values():
            assert kept.count(figure_) == direct.count(figure_)


def test_very_many_records_of_a_figure_are_listed_by_organization(county: Counted, acting: Any) -> None:
    office = county.office
    rows = [
        NewFact(org.pk, date(2015, 11, 30), code, Decimal(1), "task:77", "monthly_order")
        for org in (office.branch, office.far_branch)
        for code in ("task.due", "task.answered", "task.on_time")
        for _ in range(LISTED // 2 + 1)
    ]
    write_facts(office.system, office.county.pk, rows)
    officer, town = browser(county.officer), browser(acting("town_officer", office.town))
    page, record = f"/reports/figures/{office.county.pk}/2015/orders.on_time_rate", 'href="/tasks/77"'

    whole, part, few = (
        officer.get(page + asked).content.decode()
        for asked in ("", f"?part={office.branch.pk}", f"?part={office.other_branch.pk}")
    )

    assert ("一张表列不下" in whole, f'href="?part={office.branch.pk}"' in whole) == (True, True)
    assert (record in whole, record in part) == (False, True)
    told = figure_at(county.officer, office.county, name="orders.on_time_rate", period=Period.parse("2015"))
    assert f"<code>{told.counted.digest[:16]}</code>" in whole
    assert office.branch.name in whole
    assert ('href="/tasks/1"' in few, "所依据的记录不足五条" in few) == (False, True)
    assert officer.get(page + f"?part={10**9}").status_code == 404
    own = f"/reports/figures/{office.town.pk}/2015/orders.on_time_rate?part={office.other_branch.pk}"
    assert 'href="/tasks/1"' in town.get(own).content.decode()


def test_few_records_of_a_figure_are_one_list(county: Counted) -> None:
    page = f"/reports/figures/{county.office.county.pk}/2015-09/orders.due"
    task(county.office, county.office.far_branch, answered=1, on_time=1, duty="theme_day")
    task(county.office, county.office.branch, answered=1, on_time=1, duty="theme_day")

    shown = browser(county.officer).get(page).content.decode()

    assert ('href="/tasks/1"' in shown, "一张表列不下" in shown) == (True, False)


def test_report_is_begun_for_a_chosen_period_and_else_for_the_last_that_is_over(county: Counted) -> None:
    officer = browser(county.officer)
    offered = re.findall(r'value="(quarter_(\d{4})_(\d))"', officer.get("/reports/new").content.decode())
    sent = {"org": county.office.county.pk, "what": "empty_one"}
    code, year, number = offered[4]

    chosen, last, unknown = (
        officer.post("/reports/new", {**sent, "period": period, "title": title}).status_code
        for period, title in ((code, "一"), ("", "二"), ("month_1900_1", "三"))
    )

    assert (chosen, last, unknown) == (302, 302, 422)
    assert dict(Report.objects.values_list("title", "period")) == {
        "一": f"{year}Q{number}",
        "二": str(int(offered[0][1]) - 1),
    }


def _pack(county: Counted) -> Any:
    from gangmu.kernel.packs.queries import pack_of

    return pack_of(county.office.county.pk)


def _figure(counting: Counting, name: str) -> Any:
    from gangmu.results.reports.rules import find_figure

    return find_figure(counting.pack, f"orders.{name}")
