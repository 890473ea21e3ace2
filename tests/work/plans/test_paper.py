"""Forms filled in by hand come back in one sheet: what is no such sheet is refused, and every wrong row by its cell."""

import io
import zipfile
from collections.abc import Callable

import pytest

from gangmu.work.plans.models import Answer
from gangmu.work.records.models import Record
from tests.systems.programs import Program, workbook
from tests.work.plans.conftest import Month

HEADS = ["代码", "组织", "会议日期", "应到人数", "实到人数", "议题"]
SOUND = [HEADS, ["990100101201", None, "2015-10-08", 5, 4, "研究积极分子培养"]]


def packed(name: str, content: bytes) -> bytes:
    written = io.BytesIO(workbook(SOUND))
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return written.getvalue()


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "columns of another order": (
        lambda: workbook([["代码", "开门天数"], ["990100101201", 20]]),
        "找不到含有以下列的表头",
    ),
    "no column that says whose": (
        lambda: workbook([["会议日期", "议题"], ["2015-10-08", "议题"]]),
        "代码列或名称列",
    ),
    "a formula": (
        lambda: workbook([HEADS, ["990100101201", None, "2015-10-08", "=2+3", 4, "议题"]]),
        "单元格 D2 是公式",
    ),
    "a macro": (lambda: packed("xl/vbaProject.bin", b"\xd0\xcf"), "文件含宏"),
    "a bomb": (lambda: packed("xl/media/image1.png", b"\0" * 60_000_000), "解压后异常庞大"),
    "more than 100 000 rows": (
        ("代码,会议日期\r\n" + "990100101201,2015-10-08\r\n" * 100_001).encode,
        "超过 100000 行",
    ),
}


def town_of(month: Month) -> Program:
    """The town's office, which enters what its branches filled in by hand."""
    return Program(month.town)


@pytest.mark.parametrize("what", sorted(BAD))
def test_what_is_no_sheet_of_the_order_is_refused_and_nothing_is_answered(what: str, month: Month) -> None:
    make, said = BAD[what]

    refused = town_of(month).upload(month.office.town, f"paper-{month.order.pk}", make())

    assert refused.status_code == 422
    assert said in refused.json()["detail"]
    assert not Answer.objects.exists()
    assert not Record.objects.exists()


def test_wrong_rows_are_named_by_their_cells(month: Month) -> None:
    rows = [
        HEADS,
        ["990100101201", None, "2015-11-08", 5, 4, "议题"],
        ["990100199999", None, "2015-10-08", 5, 4, "议题"],
        ["990100101202", None, "2015-10-08", "五", 4, None],
    ]
    town = town_of(month)

    judged = town.upload(month.office.town, f"paper-{month.order.pk}", workbook(rows)).json()
    faults = {each["cell"]: each["fault"] for each in town.get(f"/imports/{judged['id']}/faults").json()}

    assert faults == {
        "C2": "This day lies outside the period.",
        "A3": "This organization has no open task of this order here.",
        "D4": "This is not a number.",
        "F4": "This must be filled in.",
    }
