"""L3, 月初交办单, 月末晒账单: who sees what of a month's account, and of a year's."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from gangmu.core.context import Context
from gangmu.kernel.files.word import paper_text
from tests.conftest import NOW, Office
from tests.site.matrix.test_routes import browser
from tests.systems.programs import Program

pytestmark = pytest.mark.db

MINUTES = {"held_on": "2015-10-08", "should_attend": "5", "attended": "4", "agenda": "研究积极分子培养"}
PERIOD = "2015-10"


@pytest.fixture(autouse=True)
def _on_the_first_working_day(settings: Any) -> None:
    settings.GANGMU_CLOCK_OFFSET = NOW - datetime.now(UTC)


def test_l3_account_is_seen_whole_from_above_own_from_below_and_as_counts_from_beside(
    office: Office, acting: Callable[..., Context]
) -> None:
    county = Program(acting("officer", office.county))
    town = Program(acting("town_officer", office.town))
    own, neighbour = (
        Program(acting("secretary", office.branch)),
        Program(acting("secretary", office.other_branch)),
    )
    order = county.send(
        "post", f"/orgs/{office.county.pk}/orders", {"duty": "monthly_order", "period": PERIOD}
    ).json()
    while order["state"] == "issuing":
        county.send("post", f"/orders/{order['id']}/deliver")
        order = county.get(f"/orders/{order['id']}").json()
    task = own.get("/tasks/waiting").json()[0]

    answered = own.send("post", f"/tasks/{task['id']}/report", {"values": MINUTES})
    assert answered.status_code == 200, answered.content.decode()

    above = town.get(f"/orgs/{office.town.pk}/account?period={PERIOD}").json()
    assert {line["name"]: line["total"]["on_time"] for line in above["lines"]} == {
        office.branch.name: 1,
        office.other_branch.name: 0,
    }
    year = county.get(f"/orgs/{office.county.pk}/account/year?year=2015").json()
    assert (year["total"]["due"], year["total"]["on_time"]) == (3, 1)
    assert list(year["duties"]["monthly_order"]) == [PERIOD]

    beside = neighbour.get(f"/orgs/{office.other_branch.pk}/account/beside?period={PERIOD}").json()
    assert (beside["orgs"], beside["total"]["due"], beside["best"]) == (2, 2, [office.branch.name])
    weak = own.get(f"/orgs/{office.branch.pk}/account/beside?period={PERIOD}")
    assert office.other_branch.name not in weak.content.decode()

    leader = browser(acting("leader", office.county).actor.account)
    word = paper_text(leader.get("/accounts/word", {"period": PERIOD}).content)
    excel = openpyxl.load_workbook(io.BytesIO(leader.get("/accounts/excel", {"period": PERIOD}).content))
    assert any(line.startswith("合计\t1/3\t3\t1\t") for line in word)
    asked = sum(
        row[1] or 0 for row in excel.worksheets[0].iter_rows(min_row=5, values_only=True) if row[0] != "合计"
    )
    assert asked == 3

    for path in (
        f"/orgs/{office.town.pk}/account?period={PERIOD}",
        f"/orgs/{office.town.pk}/account/year?year=2015",
    ):
        assert own.get(path).status_code == 404
    assert own.get(f"/orgs/{office.other_branch.pk}/account?period={PERIOD}").status_code == 404
