"""L4, 州县乡村四级信息台账: entered at one level, seen at the others, in and out by sheet and by program."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from gangmu.kernel.facts.models import Fact
from gangmu.kernel.orgs.operations import rename_org
from gangmu.work.records.models import KnownValue, Record
from tests.conftest import Office
from tests.site.matrix.test_routes import browser
from tests.systems.places import found_place
from tests.systems.programs import Program, cells, workbook

pytestmark = pytest.mark.db
Acting = Callable[..., Any]
KIND = "ledger-village_basics"
SHEET = [
    ["河口镇村情统计表", None, None, None, None, None],
    ["序号", "村名", "统计日期", "基本情况", None, "备注"],
    [None, None, None, "总户数", "集体经济收入（元）", None],
    [1, "东庄村", "2015.3.5", "３１２", "1,203,456.50", "好"],
    [None, None, None, None, None, None],
    [2, "中共西庄村支部委员会", "2015年3月5日", 208, "不详", None],
    ["合计", None, None, 520, None, None],
]


def sheet_of_a_town() -> bytes:
    """A sheet as a town makes it: title, merged heads, a blank row, digits of all kinds, a sum."""

    def merge(page: Any) -> None:
        page.merge_cells("A1:F1")
        page.merge_cells("D2:E2")
        for column in "ABCF":
            page.merge_cells(f"{column}2:{column}3")

    return workbook(SHEET, merge)


def brought_in(town: Program, office: Office, content: bytes) -> dict[str, Any]:
    """Send a sheet and confirm it."""
    judged = town.upload(office.town, KIND, content).json()
    assert judged["wrong"] == 0, town.get(f"/imports/{judged['id']}/faults").json()
    return town.send("post", f"/imports/{judged['id']}/confirm", {"partial": False}).json()


def test_l4_what_a_town_enters_once_every_level_sees(office: Office, acting: Acting) -> None:
    town, county = Program(acting("town_officer", office.town)), Program(acting("officer", office.county))
    village = Program(acting("secretary", office.branch))

    done = brought_in(town, office, sheet_of_a_town())
    row = village.get(f"/orgs/{office.branch.pk}/ledgers/village_basics/rows").json()[0]
    sums = county.get(f"/orgs/{office.county.pk}/ledgers/village_basics/sums").json()
    below = county.get(f"/orgs/{office.county.pk}/ledgers/village_basics/below").json()

    assert (done["state"], done["done"]) == ("confirmed", 2)
    assert row["values"]["households"] | {"entered_at": "", "record_id": 0, "entered_by_id": 0} == {
        "field": "households",
        "value": "312",
        "day": "2015-03-05",
        "way": "record",
        "source": "村（社区）基本情况",
        "owner": "公安派出所、村（居）民委员会",
        "record_id": 0,
        "entered_by_id": 0,
        "entered_at": "",
    }
    assert row["values"]["residents"] is None
    assert sums["rows"] == 3
    assert sums["sums"]["households"] == {"total": "520", "known": 2, "unknown": 1}
    assert sums["sums"]["collective_income"] == {"total": "1203456.5", "known": 1, "unknown": 2}
    assert sums["sums"]["residents"] == {"total": None, "known": 0, "unknown": 3}
    assert [(line["org"], line["rows"]) for line in below] == [(office.town.pk, 2), (office.other_town.pk, 1)]
    assert sorted(
        Fact.objects.filter(item="village_basics.households").values_list("org__name", "value", "day")
    ) == sorted(
        (org.name, value, day)
        for org, value, day in (
            (office.branch, 312, Fact.objects.first().day),
            (office.other_branch, 208, Fact.objects.first().day),
        )
    )


def test_l4_a_wrong_sheet_is_put_right_where_it_was_sent(office: Office, acting: Acting) -> None:
    acts = acting("town_officer", office.town)
    wrong = workbook([["代码", "户数"], ["990100101201", "三百户"], ["999", 20]])
    judged = Program(acts).upload(office.town, KIND, wrong).json()

    page = browser(acts.actor.account).get(f"/imports/{judged['id']}").content.decode()

    assert judged["wrong"] == 2
    assert "B2 户数：这不是数字。" in page
    assert "三百户" in page
    assert f'href="/ledgers/village_basics/sheets?org={office.town.pk}"' in page
    assert f'href="/orgs/{office.town.pk}/imports"' not in page
    assert not Record.objects.exists()


def test_l4_a_sheet_is_taken_back_whole_and_what_was_known_before_is_known_again(
    office: Office, acting: Acting
) -> None:
    town = Program(acting("town_officer", office.town))
    brought_in(town, office, sheet_of_a_town())
    later = workbook(
        [["代码", "统计日期", "户数"], ["990100101201", "20150620", 315], ["990100101202", None, None]]
    )

    done = brought_in(town, office, later)
    known = KnownValue.objects.get(org=office.branch, field="households", current=True)
    assert (known.value, str(known.day), done["done"]) == ("315", "2015-06-20", 2)
    undone = town.send("post", f"/imports/{done['id']}/undo").json()

    known = KnownValue.objects.get(org=office.branch, field="households", current=True)
    assert (undone["state"], known.value, str(known.day)) == ("undone", "312", "2015-03-05")
    assert Record.objects.count() == 2


def test_l4_wrong_rows_are_named_by_their_cells_and_nothing_is_written(
    office: Office, acting: Acting
) -> None:
    town = Program(acting("town_officer", office.town))
    rows = [
        ["代码", "村名", "统计日期", "户数"],
        ["990100101201", None, "2015-13-05", "三百"],
        [None, "南坡村", None, 5],
        ["990100101202", None, None, -4],
        ["990100101202", None, None, 4],
        [None, None, None, 9],
        ["990100101202", None, "2099-01-01", 4],
    ]

    judged = town.upload(office.town, KIND, workbook(rows)).json()
    faults = {each["cell"]: each["fault"] for each in town.get(f"/imports/{judged['id']}/faults").json()}
    refused = town.send("post", f"/imports/{judged['id']}/confirm", {"partial": False})

    assert faults == {
        "C2": "This is not a date.",
        "D2": "This is not a number.",
        "B3": "No organization of this ledger has this name here.",
        "D4": "This is below the least that is allowed.",
        "A5": "This organization stands twice in the sheet.",
        "A6": "Write the organization's code or its name.",
        "A7": "This organization stands twice in the sheet.",
        "C7": "This day has not come yet.",
    }
    assert refused.status_code == 409
    assert Record.objects.count() == 0


def macro_book() -> bytes:
    written = io.BytesIO(workbook([["代码", "户数"], ["990100101201", 5]]))
    with zipfile.ZipFile(written, "a") as package:
        package.writestr("xl/vbaProject.bin", b"\xd0\xcf")
    return written.getvalue()


def bomb() -> bytes:
    written = io.BytesIO(workbook([["代码", "户数"], ["990100101201", 5]]))
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/image1.png", b"\0" * 60_000_000)
    return written.getvalue()


def many_rows() -> bytes:
    return ("代码,户数\r\n" + "990100101201,5\r\n" * 100_001).encode()


REFUSED = {
    "另一个台账的列": (
        lambda: workbook([["代码", "驻村队员数", "帮扶单位"], ["990100101201", 3, "税务局"]]),
        "这是“驻村帮扶台账”的列，不是“村（社区）基本情况台账”的列：没有读入任何内容。",
    ),
    "公式": (
        lambda: workbook([["代码", "户数"], ["990100101201", "=3+4"]]),
        "单元格 B2 是公式：请粘贴为数值后再上传。",
    ),
    "宏": (macro_book, "文件含宏，不予接收：请另存为不含宏的 .xlsx。"),
    "压缩炸弹": (bomb, "文件解压后异常庞大，不予接收。"),
    "十万行以上": (
        many_rows,
        "表格超过 100000 行。",
    ),
    "没有一列": (
        lambda: workbook([["代码", "村名", "电话"], ["990100101201", "东庄村", "13800138000"]]),
        "表中没有“村（社区）基本情况台账”的任何一列。",
    ),
}


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_l4_what_is_no_sheet_of_this_ledger_is_refused_by_name(
    what: str, office: Office, acting: Acting
) -> None:
    town = Program(acting("town_officer", office.town))
    make, sentence = REFUSED[what]

    refused = town.upload(office.town, KIND, make())

    assert (refused.status_code, refused.json()["detail"]) == (422, sentence)
    assert Record.objects.count() == 0


def test_l4_a_department_puts_values_each_with_its_verdict(office: Office, acting: Acting) -> None:
    bureau = Program(
        acting("department_supplier", office.county), "ledgers.supply", "orgs.view", "records.view"
    )
    county = Program(acting("officer", office.county))
    put = f"/orgs/{office.county.pk}/ledgers/village_basics/values"

    def value(org: str, field: str, given: Any, day: str = "2015-06-30") -> dict[str, Any]:
        return {"org": org, "field": field, "value": given, "day": day}

    given = [
        value("990100101201", "farmland", "1234.5"),
        value("990100101202", "farmland", None),
        value("990100101202", "farmland", 7),
        value("990100199999", "farmland", 7),
        value("990100102201", "horses", 7),
        value("990100102201", "farmland", "很多"),
        value("990100102201", "farmland", 7, "2099-01-01"),
    ]
    verdicts = bureau.send("put", put, {"owner": "自然资源局", "values": given}).json()
    again = bureau.send("put", put, {"owner": "自然资源局", "values": given[:1]}).json()
    changed = bureau.send(
        "put", put, {"owner": "自然资源局", "values": [value("990100101201", "farmland", 1300)]}
    ).json()
    known = {each["field"]: each for each in county.get(f"/orgs/{office.branch.pk}/known-values").json()}

    assert [(each["verdict"], each["fault"]) for each in verdicts] == [
        ("written", ""),
        ("written", ""),
        ("refused", "This value stands twice in what was sent."),
        ("refused", "No organization of this ledger has this code here."),
        ("refused", "The ledger has no such column."),
        ("refused", "This is not a number."),
        ("refused", "This day has not come yet."),
    ]
    assert [each["verdict"] for each in again + changed] == ["unchanged", "written"]
    assert {key: known["farmland"][key] for key in ("value", "way", "source", "owner", "day")} == {
        "value": "1300",
        "way": "department",
        "source": "自然资源局",
        "owner": "自然资源局",
        "day": "2015-06-30",
    }
    first, second = Fact.objects.filter(org=office.branch).order_by("pk")
    assert (first.value, second.value, second.replaces) == (1234.5, 1300, first.fact)


def test_l4_whoever_lacks_the_scope_puts_nothing_and_a_neighbour_sees_nothing(
    office: Office, acting: Acting
) -> None:
    given = {
        "owner": "局",
        "values": [{"org": "990100101201", "field": "farmland", "value": 1, "day": "2015-06-30"}],
    }
    path = f"/orgs/{office.county.pk}/ledgers/village_basics/values"
    narrow = Program(acting("department_supplier", office.county), "orgs.view", "records.view")
    neighbour = Program(acting("town_officer", office.other_town))

    without_scope = narrow.send("put", path, given)
    other = neighbour.get(f"/orgs/{office.town.pk}/ledgers/village_basics/rows")
    sheet = neighbour.upload(office.town, KIND, sheet_of_a_town())

    assert without_scope.status_code == 403
    assert other.status_code == 404
    assert sheet.status_code == 404
    assert KnownValue.objects.count() == 0


def test_l4_what_leaves_as_a_sheet_runs_nothing_and_comes_in_again(office: Office, acting: Acting) -> None:
    system = office.system
    rename_org(system, office.other_branch, name="=HYPERLINK(1)村", day=system.today)
    officer = acting("officer", office.county)
    town = Program(acting("town_officer", office.town))
    brought_in(town, office, workbook([["代码", "统计日期", "户数"], ["990100101201", "2015-03-05", 312]]))
    client = browser(officer.actor.account)

    address = f"/ledgers/village_basics?org={office.town.pk}&view=rows&columns=code,name,households"
    answers = {form: client.get(f"{address}&export={form}").content for form in ("xlsx", "csv")}

    assert "'=HYPERLINK(1)村" in answers["csv"].decode("utf-8-sig")
    assert cells(answers["xlsx"])[3:] == [
        ["990100101201", "中共东庄村支部委员会", 312],
        ["990100101202", "=HYPERLINK(1)村", None],
        ["合计", None, "312（1 个未知）"],
    ]
    assert town.upload(office.town, KIND, answers["xlsx"]).json()["wrong"] == 0


def test_l4_every_village_and_community_has_its_row_in_the_ledger(system: Any) -> None:
    linxia = found_place(system, "linxia", ("622901101", "622901002"))
    villages = {
        org.code: org.domain
        for org in linxia.orgs.values()
        if org.level == "village" and org.domain in ("village", "community", "turned_community")
    }

    rows = linxia.caller("officer", "6229").get(
        f"/orgs/{linxia.root.pk}/ledgers/village_basics/rows?limit=200"
    )

    assert set(villages.values()) == {"village", "community", "turned_community"}
    assert {each["code"] for each in rows.json()} == set(villages)
