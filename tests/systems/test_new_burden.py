"""N2 and N3: what asking costs, and what may not be asked; each ends in what the server refuses."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gangmu.kernel.orgs.operations import NewOrg, found_orgs
from gangmu.kernel.packs.operations import BrokenPack, take_pack, use_pack
from gangmu.kernel.packs.queries import pack_version_of
from tests.conftest import BEGIN, NOW, Office
from tests.systems.programs import Program
from tests.work.burden.conftest import pack_of_test

pytestmark = pytest.mark.db


@pytest.fixture
def programs(office: Office, acting: Any, settings: Any) -> dict[str, Program]:
    """The programs of a county's officer, a town's, an arbiter, and six secretaries of the town."""
    settings.GANGMU_CLOCK_OFFSET = NOW - datetime.now(UTC)
    use_pack(office.system, office.county, version=pack_of_test(office.system), day=BEGIN)
    rows = [
        NewOrg(
            f"99010010130{at}", f"中共第{at}村支部委员会", "branch", "village", BEGIN, "990100101", "village"
        )
        for at in range(4)
    ]
    branches = [office.branch, office.other_branch, *found_orgs(office.system, office.county, rows)]
    found = {f"branch{at}": Program(acting("secretary", branch)) for at, branch in enumerate(branches)}
    return found | {
        "county": Program(acting("officer", office.county)),
        "town": Program(acting("town_officer", office.town)),
        "arbiter": Program(acting("arbiter", office.county)),
    }


def _deliver(program: Program, order: int) -> None:
    assert program.send("post", f"/orders/{order}/deliver").status_code == 200


def test_n2_the_burden_is_shown_before_an_order_is_sent(office: Office, programs: dict[str, Program]) -> None:
    county, town, arbiter = programs["county"], programs["town"], programs["arbiter"]

    # the county asks for a figure; a branch has it already
    values = {"counted_on": "2015-10-07", "members": "31", "probationary": "1"}
    written = programs["branch0"].send(
        "post", f"/orgs/{office.branch.pk}/records", {"kind": "member_count", "values": values}
    )
    assert written.status_code == 200, written.content.decode()
    first = county.send("post", f"/orgs/{office.county.pk}/orders", {"duty": "count", "period": "2015-10"})
    order = first.json()["id"]
    _deliver(county, order)

    # the town is about to ask for it again in other words, and is shown so before it does
    cost = town.get(f"/orgs/{office.town.pk}/duties/again/cost?period=2015Q4").json()
    assert (cost["organizations"], cost["minutes"], cost["hours"]) == (6, 20, 2)
    assert [(each["how"], each["order"], each["issuer"]) for each in cost["overlaps"]] == [
        ("fields", order, office.county.name)
    ]
    assert [(each["kind"], each["organizations"]) for each in cost["held"]] == [("member_count", 1)]
    assert (cost["form"], cost["above_quota"]) == ("missing", False)
    again = {"duty": "again", "period": "2015Q4"}
    refused = town.send("post", f"/orgs/{office.town.pk}/orders", again)
    assert (refused.status_code, refused.json()["code"]) == (422, "too_much_asked")
    gone = town.send("post", f"/orgs/{office.town.pk}/orders", again | {"knowingly": True})
    assert gone.status_code == 200
    _deliver(town, gone.json()["id"])

    # six branches say without their names that they gave this before: the issuer sees how many, not who
    told = []
    asking = next(
        row["id"] for row in town.get("/burden/orders?period=2015-10").json() if row["duty"] == "again"
    )
    for at in range(6):
        tasks = programs[f"branch{at}"].get("/tasks/waiting").json()
        task = next(each["id"] for each in tasks if each["duty"] == "again")
        assert programs[f"branch{at}"].send("post", f"/tasks/{task}/given-before").status_code == 200
        told.append(town.get(f"/burden/orders/{asking}").json()["reports"])
    assert told == [None, None, None, None, 5, 6]
    assert town.send("post", f"/burden/orders/{asking}/openings", {"reason": "想知道是谁"}).status_code == 403
    opened = arbiter.send("post", f"/burden/orders/{asking}/openings", {"reason": "裁定是否重复"})
    assert len(opened.json()["orgs"]) == 6
    assert [row["reason"] for row in town.get(f"/burden/orders/{asking}/openings").json()] == ["裁定是否重复"]

    # issuers are ranked, by level; everybody inside sees it
    account = programs["branch1"].get("/burden/issuers?period=2015-10").json()
    assert [(line["name"], line["orders"], line["minutes"], line["rank"]) for line in account] == [
        (office.county.name, 1, 70, 1),
        (office.town.name, 1, 120, 1),
    ]

    # the town's quota is one order a month: the next goes out with a reason that everybody reads, or not at all
    more = {"duty": "monthly_order", "period": "2015-10", "knowingly": True}
    above = town.send("post", f"/orgs/{office.town.pk}/orders", more)
    assert (above.status_code, above.json()["code"]) == (422, "too_much_asked")
    assert "reason" in above.json()["faults"]
    assert (
        town.send("post", f"/orgs/{office.town.pk}/orders", more | {"reason": "换届后补开"}).status_code
        == 200
    )
    assert [row["reason"] for row in town.get("/burden/orders?period=2015-10&above=true").json()] == [
        "换届后补开"
    ]


def test_n3_what_the_rules_against_formalism_forbid_is_refused(
    office: Office, programs: dict[str, Program]
) -> None:
    county = programs["county"]

    # the rules are there to be read, each with its paper; the pack in force breaks none
    rules = {rule["code"]: rule for rule in county.get("/guard/rules").json()}
    assert rules["R-BAN-2"]["document"].startswith("政务移动互联网应用程序规范化管理办法")
    assert county.get("/guard/pack").json() == []

    # a draft is looked through before it is sent: a duty, an indicator, a text
    drafts = {
        "duty": "title: 每日入户打卡\nfollows: {document: 某通知}\nasked_of: {kinds: [branch]}\nanswer: member_count\nminutes: 5\n",
        "indicator": "title: 投诉件数\nnumerator: {count: case.closed, item: [complaint]}\nbetter: less\n",
        "": "各支部今天下班前上报，逾期通报后三名",
    }
    found = {
        kind: {
            each["code"]
            for each in county.send("post", "/guard/findings", {"kind": kind, "text": text}).json()
        }
        for kind, text in drafts.items()
    }
    assert "R-BAN-2" in found["duty"]
    assert "R-COMPLAINT" in found["indicator"]
    assert {"R-RANK", "R-SHORT"} <= found[""]

    # an order, a notice's title and its table, an own paper in the library
    order = {"duty": "monthly_order", "period": "2015-10"}
    path = f"/orgs/{office.county.pk}"
    refusals = [
        county.send("post", f"{path}/orders", order | {"text": "实行支部签到率排名"}),
        county.send(
            "post", f"{path}/notices", {"title": "党员个人积分排名公示", "body": {"paragraphs": ["见附表。"]}}
        ),
        county.send(
            "post",
            f"{path}/notices",
            {
                "title": "公示",
                "body": {"paragraphs": ["见附表。"], "head": ["支部", "在线时长"], "rows": [["东庄", "300"]]},
            },
        ),
        county.send(
            "post",
            f"{path}/documents",
            {
                "code": "own",
                "title": "学习通知",
                "issuer": office.county.name,
                "issued_on": "2015-10-08",
                "text": "党员每天打卡",
            },
        ),
    ]
    assert [(each.status_code, each.json()["code"]) for each in refusals] == [(422, "against_formalism")] * 4
    assert "R-BAN-2" in refusals[0].json()["faults"]["text"]
    # a paper of others is kept as they wrote it, knowingly
    other = {
        "code": "other",
        "title": "某厅通知",
        "issuer": "某厅",
        "issued_on": "2015-10-08",
        "text": "党员每天打卡",
    }
    assert county.send("post", f"{path}/documents", other).status_code == 422
    assert county.send("post", f"{path}/documents", other | {"knowingly": True}).status_code == 200

    # a contest in a pack carries its paper and its end, or the pack is not taken in
    contest = (
        "title: 十佳支部评比达标\nfollows: {document: 某通知}\nevery: year\n"
        "asked_of: {kinds: [branch]}\nanswer: member_count\nminutes: 30\n"
    )
    files = pack_version_of(office.county.pk).files
    with pytest.raises(BrokenPack) as broken:
        take_pack(office.system, name="place", files={**files, "place/duty/contest.yaml": contest})
    assert {fault.code for fault in broken.value.found if not fault.warning} == {"R-CONTEST"}
    approved = contest + "approved_by: 省委批复〔2015〕1号\nexpires_on: 2015-12-31\n"
    assert take_pack(office.system, name="place", files={**files, "place/duty/contest.yaml": approved}).pk

    # an exception has a reason, a name, a paper and an end, and is public; without an end there is none
    exception = {
        "rule": "R-SHORT",
        "what": "order",
        "reason": "换届期间数据会商",
        "answerable": "组织科李某",
        "paper": "某委〔2015〕5号",
    }
    endless = county.send("post", f"{path}/guard-exceptions", exception)
    assert (endless.status_code, set(endless.json()["faults"])) == (422, {"valid_to"})
    made = county.send("post", f"{path}/guard-exceptions", exception | {"valid_to": "2015-10-31"})
    assert made.status_code == 200
    assert [row["reason"] for row in county.get("/guard/exceptions").json()] == ["换届期间数据会商"]
    assert programs["town"].send("post", f"{path}/guard-exceptions", exception).status_code in (403, 404)
    refused = county.send("post", f"{path}/orders", order | {"text": "今天下班前上报"})
    assert refused.status_code == 200, refused.content.decode()
    last = county.send(
        "post", f"{path}/orders", {"duty": "theme_day", "period": "2015-10", "text": "全员每天打卡"}
    )
    assert (last.status_code, last.json()["code"]) == (422, "against_formalism")
    assert "政务移动互联网应用程序规范化管理办法" in last.json()["faults"]["text"]
