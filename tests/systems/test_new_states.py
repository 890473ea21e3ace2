"""N2, said back: a later day, a duplicate without a name, the arbiter; each ends in what the server refuses."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import NOW, Office
from tests.systems.programs import Program

pytestmark = pytest.mark.db


def test_n2_what_is_asked_twice_is_said_without_a_name_and_decided_by_the_arbiter(
    office: Office, acting: Any, settings: Any
) -> None:
    settings.GANGMU_CLOCK_OFFSET = NOW - datetime.now(UTC)
    county = Program(acting("officer", office.county))
    branch = Program(acting("secretary", office.branch))
    arbiter = Program(acting("arbiter", office.county))
    order = county.send(
        "post", f"/orgs/{office.county.pk}/orders", {"duty": "monthly_order", "period": "2015-10"}
    ).json()["id"]
    county.send("post", f"/orders/{order}/deliver")
    task = branch.send("get", "/tasks/waiting").json()[0]["id"]

    # the branch asks for a later day, then says that it is not its business
    asked = branch.send("post", f"/tasks/{task}/extension", {"until": "2015-11-06", "reason": "下乡"})
    assert asked.json()["answer_by"] == "2015-10-10"  # a Saturday that is worked
    raised = branch.send("post", f"/tasks/{task}/dispute", {"ground": "not_mine", "reason": "上月已报"})
    assert raised.json()["state"] == "raised"

    # the county reads what is said and how often, and finds no name anywhere
    said = county.send("get", "/disputes/against").json()
    assert [(each["count"], each["reasons"]) for each in said] == [(1, ["上月已报"])]
    assert county.send("get", f"/tasks/{task}").json()["state"] == "received"
    assert county.send("get", f"/disputes/{raised.json()['id']}").status_code == 404

    # rejected, it goes to the arbiter, who sees who and decides
    no = {"ground": "not_mine", "uphold": False, "note": "各支部都要"}
    assert county.send("post", f"/orders/{order}/disputes", no).json() == {"count": 1}
    climbed = arbiter.send("get", "/disputes/climbed").json()
    assert [each["task_id"] for each in climbed] == [task]
    decided = arbiter.send(
        "post", f"/disputes/{climbed[0]['id']}/decide", {"uphold": True, "note": "确属重复"}
    )
    assert decided.json()["state"] == "upheld"

    refused = branch.send(
        "post", f"/tasks/{task}/report", {"values": {"held_on": "2015-10-08", "agenda": "议题"}}
    )
    assert (refused.status_code, refused.json()["detail"]) == (409, "交办单已撤回。")
