"""N4 in sentences: what a place reports of itself, each figure leading home; L10, the rate of organizations founded."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from gangmu.core.context import Context
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.files.word import paper_text
from tests.conftest import NOW, Office
from tests.results.reports.conftest import SEPTEMBER, task
from tests.site.matrix.test_routes import browser
from tests.systems.places import Place, found_place
from tests.systems.programs import Program

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def _in_october(settings: Any) -> None:
    settings.GANGMU_CLOCK_OFFSET = NOW - datetime.now(UTC)


def ok(answer: Any) -> Any:
    """Return what a call answered; anything but success fails the test with the server's words."""
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def test_n4_a_report_is_composed_frozen_and_published_and_every_figure_leads_home(
    office: Office, acting: Callable[..., Context]
) -> None:
    task(office, office.branch, answered=1, on_time=1)
    task(office, office.other_branch, answered=0, on_time=0)
    officer = acting("officer", office.county)
    county, town = Program(officer), Program(acting("town_officer", office.town))

    made = ok(
        county.send(
            "post", f"/orgs/{office.county.pk}/reports", {"kind": "month_report", "period": SEPTEMBER}
        )
    )
    path = f"/reports/{made['id']}"
    can_say = {
        each["code"]: each["figures"] for each in ok(county.get(f"/orgs/{office.county.pk}/sentences"))
    }
    parts = [
        {"heading": "任务落实"},
        {"sentence": "orders"},
        {"sentence": "orders", "org": office.town.pk},
        {"text": "反馈率为{a}，另走访8户。", "figures": {"a": "orders.answered_rate"}},
    ]
    saved = ok(county.send("put", f"{path}/parts", {"parts": parts, "based_on": 1}))
    draft = ok(county.get(path))
    frozen = ok(county.send("post", f"{path}/freeze"))
    task(office, office.far_branch, answered=1, on_time=1, at=NOW + timedelta(hours=1))
    since = ok(county.get(f"{path}/since"))
    published = ok(county.send("post", f"{path}/publish", {"signed_by": "王某", "audience": "public"}))

    assert set(can_say["orders"]) == {"due", "answered", "answered_rate", "on_time_rate"}
    assert (saved["version"], draft["typed_numbers"]) == (2, 1)
    assert draft["lines"][1].endswith("应反馈交办任务2件，已反馈1件，反馈率50.0%，按期反馈率50.0%。")
    assert len(frozen["digest"]) == 64
    assert [(each["text"], each["now"]) for each in since if each["name"] == "orders.answered_rate"] == [
        ("50.0%", "66.7%"),
        ("50.0%", "50.0%"),
        ("50.0%", "66.7%"),
    ]
    assert published["state"] == "published"
    home = ok(
        county.get(f"/orgs/{office.county.pk}/figures/{SEPTEMBER}/orders.answered_rate?known_at={_z(frozen)}")
    )
    assert (Decimal(home["numerator"]), Decimal(home["denominator"]), home["unknown"]) == (1, 2, 0)
    _paper_says_where_it_comes_from(officer, made["id"])

    for refused, status, words in (
        (county.send("put", f"{path}/parts", {"parts": parts}), 409, "frozen"),
        (county.send("post", f"{path}/freeze"), 409, "step"),
        (town.send("post", f"/orgs/{office.county.pk}/reports", {"period": SEPTEMBER}), 404, ""),
        (town.get(path), 404, ""),
        (town.get(f"/orgs/{office.far_branch.pk}/figures/{SEPTEMBER}/orders.due"), 404, ""),
    ):
        assert refused.status_code == status, (refused.content.decode(), words)
    verbs = Entry.objects.filter(verb__startswith="reports.").order_by("pk").values_list("verb", flat=True)
    assert [verb.removeprefix("reports.") for verb in verbs] == [
        "write_report",
        "change_report",
        "freeze_report",
        "publish_report",
    ]


def _z(frozen: Any) -> str:
    return str(frozen["known_at"]).replace("+", "%2B")


def _paper_says_where_it_comes_from(officer: Context, report: int) -> None:
    """Word, PDF and Excel of a report bear its figures and lead to what they are made of."""
    reader = browser(officer.actor.account)
    word = paper_text(reader.get(f"/reports/{report}/word").content)
    page = reader.get(f"/reports/{report}").content.decode()
    pdf = reader.get(f"/reports/{report}/pdf").content
    sheet = openpyxl.load_workbook(io.BytesIO(reader.get(f"/reports/{report}/excel").content)).worksheets[0]
    rows = list(sheet.iter_rows(min_row=4, values_only=True))

    assert any("反馈率50.0%[3]，按期反馈率50.0%[4]" in line for line in word)
    assert any("另走访8※户" in line for line in word)
    assert any("/orders.answered_rate" in line for line in word)
    assert "/orders.answered_rate?known_at=" in page
    assert pdf.startswith(b"%PDF-")
    assert b"/orders.answered_rate" in pdf
    assert [row[4:7] for row in rows if row[1] == 3] == [("50.0%", 1, 2)]
    behind = next(row[9] for row in rows if row[1] == 3)
    evidence = reader.get(str(behind).removeprefix("http://testserver"))
    assert evidence.status_code == 200
    assert "东庄村" in evidence.content.decode()


def test_n4_refuses_what_may_not_be_said_what_is_beyond_reach_and_what_is_not_over(
    office: Office, acting: Callable[..., Context]
) -> None:
    town = Program(acting("town_officer", office.town))
    made = ok(
        town.send("post", f"/orgs/{office.town.pk}/reports", {"period": "2015-10", "title": "十月情况"})
    )
    path = f"/reports/{made['id']}"

    def change(part: dict[str, Any]) -> Any:
        return town.send("put", f"{path}/parts", {"parts": [part], "based_on": 1})

    ranked = change({"text": "全镇村支书排名前3名"})
    likes = change({"text": "公众号点赞3000个"})
    elsewhere = change({"sentence": "orders", "org": office.far_branch.pk})
    unknown = change({"text": "反馈率{a}", "figures": {"a": "orders.no_such"}})
    ok(change({"sentence": "orders"}))
    running = town.send("post", f"{path}/freeze")

    assert (ranked.status_code, "滥用排名" in ranked.json()["detail"]) == (422, True)
    assert (likes.status_code, "点赞" in likes.json()["detail"]) == (422, True)
    assert elsewhere.status_code == 404
    assert unknown.json()["faults"].keys() == {"parts.0"}
    assert running.status_code == 409
    assert ok(town.get(path))["state"] == "draft"


@pytest.fixture
def linxia(system: Any) -> Place:
    """One real town with its villages, up to the prefecture."""
    return found_place(system, "linxia", ("622921100",))


def test_l10_how_many_schools_and_clinics_have_an_organization_is_said_with_those_that_have_none(
    linxia: Place,
) -> None:
    town = linxia.orgs["622921100"]
    officer = linxia.caller("officer", "6229")
    secretary = linxia.caller("secretary", linxia.first(level="village", kind="branch"))
    joint = linxia.orgs[linxia.first(kind="joint_branch")]
    for kind, whole, without in (("school", 2, 0), ("rural_school", 25, 2), ("clinic", 3, 1)):
        for number in range(whole):
            body = {"code": f"{kind}{number}", "name": f"第{number}家", "kind": kind, "day": "2015-09-01"}
            unit = ok(officer.send("post", f"/orgs/{town.pk}/units", body))
            if number >= without:
                ok(officer.send("post", f"/units/{unit['id']}/org", {"org": joint.pk, "day": "2015-09-01"}))
    path = f"/orgs/{linxia.root.pk}/figures/{SEPTEMBER}"

    report = ok(
        officer.send("post", f"/orgs/{linxia.root.pk}/reports", {"period": SEPTEMBER, "title": "组建情况"})
    )
    ok(officer.send("put", f"/reports/{report['id']}/parts", {"parts": [{"sentence": "founding_rate"}]}))

    assert ok(officer.get(f"/reports/{report['id']}"))["lines"] == [
        "截至2015年9月末，中学和城市小学党组织组建率达到100%，农村小学党组织组建率达到92%，乡镇卫生院党组织组建率达到67%。"
    ]
    village = ok(officer.get(f"{path}/founding_rate.village"))
    assert (Decimal(village["numerator"]), Decimal(village["denominator"])) == (23, 25)
    assert secretary.get(f"{path}/founding_rate.village").status_code == 404
