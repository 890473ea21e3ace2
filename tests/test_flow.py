"""The loop as one short story: a duty written in YAML becomes orders, answers, an account, and facts.

Read it from top to bottom; each step is the one function that does it in the product.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.kernel.facts.parquet import export_facts
from gangmu.kernel.packs.operations import take_pack_from, use_pack
from gangmu.work.plans.operations.answers import answer_late, answer_task, receive_task, report_task
from gangmu.work.plans.operations.closing import close_period
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.plans.operations.reviews import accept_task, return_task
from gangmu.work.plans.queries.account import account_of, those_beside
from gangmu.work.plans.queries.orders import preview_order
from gangmu.work.plans.queries.tasks import waiting_tasks
from gangmu.work.records.operations import write_record

pytestmark = pytest.mark.db

OCTOBER = Period.parse("2015-10")

PACK = {
    "pack.yaml": """
title: {zh-hans: 安平县}
version: "1.0"
extends: base
""",
    "record/harvest_note.yaml": """
title: {zh-hans: 秋收帮扶记录, en: Note on harvest help}
entry: report
fields:
  - {code: helped, title: {zh-hans: 帮扶户数, en: Households helped}, type: number, required: true, whole: true, minimum: 0}
  - {code: remarks, title: {zh-hans: 说明, en: Remarks}, type: long_text}
facts: [helped]
""",
    "duty/harvest_help.yaml": """
title: {zh-hans: 秋收帮扶, en: Harvest help}
follows: {document: 安平县2015年党建工作要点, article: 三}
every: month
issue_on: first_workday
due_on: {last_workday_of: period}
asked_of: {kinds: [branch], domains: [village]}
answer: harvest_note
minutes: 5
""",
}


def on(day: int, month: int = 10) -> datetime:
    return datetime(2015, month, day, 2, 0, tzinfo=UTC)


def test_a_duty_becomes_orders_answers_an_account_and_facts(office, acting, tmp_path: Path) -> None:
    # A place writes down what is owed, by which paper, and puts it in force.
    for name, text in PACK.items():
        (tmp_path / "anping" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "anping" / name).write_text(text, encoding="utf-8")
    import gangmu

    (tmp_path / "base").symlink_to(Path(gangmu.__file__).parent / "packs" / "base")
    version = take_pack_from(office.system, tmp_path / "anping")
    use_pack(office.system, office.county, version=version, day=date(2015, 1, 1))

    # On the first working day after the holidays the county's officer looks whom October's order reaches.
    officer = acting("officer", office.county, now=on(8))
    preview = preview_order(officer, office.county, duty="harvest_help", period="2015-10")
    assert [asked.name for asked in preview.asked] == [
        "中共东庄村支部委员会",
        "中共西庄村支部委员会",
        "中共南坡村支部委员会",
    ]
    assert preview.groups == (("中共河口镇委员会", 2), ("中共山前镇委员会", 1))
    assert preview.due_on == date(2015, 10, 30)

    # It is issued, and pressed once more: everybody has one task.
    order = issue_to_all(officer, office.county, duty="harvest_help", period="2015-10")
    assert issue_to_all(officer, office.county, duty="harvest_help", period="2015-10") == order
    assert order.tasks.count() == 3

    # The east village answers from a telephone; the answer is one record.
    east = acting("secretary", office.branch, now=on(12))
    (task,) = waiting_tasks(east)
    receive_task(east, task)
    report_task(east, task, values={"helped": "12"})

    # The west village wrote its record before anybody asked a second time: it serves.
    west = acting("secretary", office.other_branch, now=on(13))
    held = write_record(
        west, office.other_branch, kind="harvest_note", values={"helped": "0"}, day=date(2015, 10, 31)
    )
    (west_task,) = waiting_tasks(west)
    answer_task(west, west_task, record=held)

    # The town accepts one and gives the other back; west says more, and both versions stay.
    town = acting("town_officer", office.town, now=on(14))
    accept_task(town, task)
    return_task(town, west_task, reason="请写明为什么没有帮扶", faults={"remarks": "请补充"})
    second = report_task(west, west_task, values={"helped": "3", "remarks": "帮了三户"})
    assert (second.version, second.record.version) == (2, 2)

    # The month ends. The far village was silent; the account shows it.
    november = Context(officer.actor, on(3, 11))
    assert close_period(november, office.county, period="2015-10") == 3
    account = account_of(november, office.county, [OCTOBER])
    assert [(line.name, line.total.on_time, line.total.missing) for line in account.lines] == [
        ("中共河口镇委员会", 2, 0),
        ("中共山前镇委员会", 0, 1),
    ]

    # A branch sees its neighbours as counts; only the best are named.
    beside = those_beside(east, office.branch, OCTOBER)
    assert (beside.orgs, beside.total.on_time) == (2, 2)
    assert [best.name for best in beside.best] == ["中共东庄村支部委员会", "中共西庄村支部委员会"]

    # The far village answers after all: a new fact replaces the one that said 0.
    far = acting("secretary", office.far_branch, now=on(5, 11))
    late = write_record(
        far, office.far_branch, kind="harvest_note", values={"helped": "1"}, day=date(2015, 10, 31)
    )
    answer_late(far, order.tasks.get(org=office.far_branch), record=late)

    # All of it leaves as Parquet; what is replaced goes along, so that any round can be repeated.
    export_facts(november, OCTOBER, tmp_path / "out", under=office.county)
    facts = pq.read_table(tmp_path / "out" / "facts").to_pylist()
    replaced = {fact["replaces"] for fact in facts}
    counting = {(fact["org"], fact["code"]): fact["value"] for fact in facts if fact["fact"] not in replaced}
    assert counting == {
        (org.pk, code): Decimal(value)
        for org, values in (
            (office.branch, (1, 1, 1, 12)),
            (office.other_branch, (1, 1, 1, 3)),
            (office.far_branch, (1, 1, 0, 1)),
        )
        for code, value in zip(
            ("task.due", "task.answered", "task.on_time", "record.value"), values, strict=True
        )
    }
    assert {fact["day"] for fact in facts} == {date(2015, 10, 31)}
