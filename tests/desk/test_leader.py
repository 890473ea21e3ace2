"""The leader's page of a month: what was asked, what came, what is stuck; seen by who may see it all."""

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from gangmu.core.errors import NotFound
from gangmu.core.periods import Period
from gangmu.desk.leader.papers import summary
from gangmu.desk.leader.queries import leader_month
from gangmu.kernel.files.word import paper_text
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.programmes.operations.targets import set_target
from tests.conftest import NOW, Office
from tests.site.matrix.test_routes import browser
from tests.systems.programs import Program

pytestmark = pytest.mark.db
SEPTEMBER = Period.parse("2015-09")


@pytest.fixture(autouse=True)
def _on_the_first_working_day(settings: Any) -> None:
    settings.GANGMU_CLOCK_OFFSET = NOW - datetime.now(UTC)


@pytest.fixture
def late(office: Office) -> Office:
    """An order of September that nobody has answered in October."""
    then = office.at(datetime(2015, 9, 1, 1, tzinfo=UTC))
    issue_to_all(then, office.county, duty="monthly_order", period="2015-09")
    set_target(
        office.system,
        office.county,
        programme="yearly_goals",
        metric="committee_meetings",
        year=2015,
        value=Decimal(36),
    )
    return office


def test_leader_month_says_what_was_asked_what_is_missing_and_since_when(late: Office, acting: Any) -> None:
    page = leader_month(acting("leader", late.county), late.county, SEPTEMBER)

    assert (page.total.due, page.total.missing, page.before.due) == (3, 3, 0)
    assert [(line.code, line.tally.missing) for line in page.duties] == [("monthly_order", 3)]
    assert [(line.name, line.total.missing) for line in page.behind] == [
        (late.town.name, 2),
        (late.other_town.name, 1),
    ]
    assert [(line.count, line.given["period"]) for line in page.stuck] == [(3, "2015-09")]
    assert [(line.target, line.reached) for line in page.goals] == [(Decimal(36), None)]
    assert "3" in summary(page)


def test_leader_month_tells_what_is_asked_by_quarter_in_the_month_in_which_it_ends(
    late: Office, acting: Any
) -> None:
    then = late.at(datetime(2015, 7, 1, 1, tzinfo=UTC))
    issue_to_all(then, late.county, duty="branch_assembly", period="2015Q3")
    leader = acting("leader", late.county)

    asked = {line.code: line.tally.due for line in leader_month(leader, late.county, SEPTEMBER).duties}
    july = leader_month(leader, late.county, Period.parse("2015-07"))
    shown = browser(leader.actor.account).get(f"/leader?org={late.county.pk}&month=2015-09").content.decode()

    assert asked["branch_assembly"] > 0
    assert july.total.due == 0
    assert leader_month(leader, late.county, Period.parse("2015-10")).before.due == sum(asked.values())
    assert "period=2015-09&amp;ending=1&amp;duty=branch_assembly" in shown


def test_leader_month_of_an_empty_month_is_empty_and_not_an_error(late: Office, acting: Any) -> None:
    page = leader_month(acting("leader", late.county), late.county, Period.parse("2015-03"))

    assert (page.total.due, page.duties, page.behind) == (0, (), ())


def test_leader_month_is_refused_beyond_ones_reach(late: Office, acting: Any) -> None:
    with pytest.raises(NotFound):
        leader_month(acting("secretary", late.branch), late.county, SEPTEMBER)


def test_leaders_page_is_one_page_of_paper_with_the_figures_of_the_screen(late: Office, acting: Any) -> None:
    reader = browser(acting("leader", late.county).actor.account)
    asked = {"org": late.county.pk, "month": "2015-09"}

    screen = reader.get("/leader", asked).content.decode()
    word = paper_text(reader.get("/leader/word", asked).content)
    pdf = reader.get("/leader/pdf", asked).content
    sheet = openpyxl.load_workbook(io.BytesIO(reader.get("/leader/excel", asked).content)).worksheets[0]
    printed = reader.get("/leader/print", asked).content.decode()

    assert f"/tasks/behind?org={late.county.pk}" in screen.replace("&amp;", "&") or "cell=overdue" in screen
    assert f"{late.town.name}\t2\t0\t0\t2\t0.0%" in word
    assert pdf.count(b"/Type /Page\n") == 1 or pdf.count(b"/Type /Page ") == 1
    assert any(row[0] == late.town.name and row[4] == "2" for row in sheet.iter_rows(values_only=True))
    assert late.town.name in printed


def test_leaders_page_over_the_api_and_what_it_refuses(late: Office, acting: Any) -> None:
    leader = Program(acting("leader", late.county))
    secretary = Program(acting("secretary", late.branch))
    path = f"/orgs/{late.county.pk}/leader"

    found = leader.get(f"{path}/2015-09").json()

    assert found["total"] == {"due": 3, "on_time": 0, "late": 0, "missing": 3}
    assert found["goals"][0]["reached"] is None
    assert leader.get(f"{path}/2015").status_code == 422
    assert secretary.get(f"{path}/2015-09").status_code == 404


def test_leader_month_asks_as_often_for_many_duties_as_for_one(
    late: Office, acting: Any, django_assert_max_num_queries: Any
) -> None:
    then = late.at(datetime(2015, 9, 1, 1, tzinfo=UTC))
    issue_to_all(then, late.county, duty="theme_day", period="2015-09")
    context = acting("leader", late.county)

    with django_assert_max_num_queries(32):
        assert len(leader_month(context, late.county, SEPTEMBER).duties) == 2
