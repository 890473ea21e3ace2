"""N1, report once: what is known is offered, confirmed without review, and asked again only with a warning."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gangmu.kernel.packs.operations import use_pack
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.kernel.packs.rules import compose_pack
from gangmu.work.ledgers.operations import GivenValue, put_values
from gangmu.work.plans.models import Task
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.records.models import KnownValue, Record
from gangmu.work.records.operations import write_record
from tests.conftest import BEGIN, NOW, Office
from tests.site.matrix.test_routes import browser
from tests.systems.programs import Program
from tests.taken import small_pack

Acting = Callable[..., Any]

FORM = """title: {title}
entry: stock
day_field: counted_on
fields:
  - {{code: counted_on, title: 统计日期, type: date, required: true}}
  - {{code: homes, of: households, title: 户数, type: number, whole: true, unit: {{zh-hans: 户, en: households}}}}
  - {{code: land, of: farmland, title: 耕地面积, type: number, unit: {{zh-hans: 亩, en: mu}}}}
"""
DUTY = """title: {title}
follows: {{document: 年度统计方案, article: 二}}
every: month
due_on: {{next_day: 20}}
asked_of: {{kinds: [branch]}}
answer: {answer}
minutes: 5
"""
FILES = {
    "twice/record/farm_sheet.yaml": FORM.format(title="农情表"),
    "twice/record/census_sheet.yaml": FORM.format(title="户情表"),
    "twice/duty/farm.yaml": DUTY.format(title="农情", answer="farm_sheet"),
    "twice/duty/census.yaml": DUTY.format(title="户情", answer="census_sheet"),
    "twice/pack.yaml": 'title: 两表\nversion: "1.0"\nextends: base\n',
}


@pytest.fixture
def asked_twice(office: Office, settings: Any) -> Office:
    """A county, on a day of October 2015, in which two forms ask the branches for the same two figures."""
    settings.GANGMU_CLOCK_OFFSET = NOW + timedelta(days=1) - datetime.now(UTC)
    files = {**pack_version_of(office.county.pk).files, **FILES}
    use_pack(office.system, office.county, version=small_pack(office.system, "twice", files), day=BEGIN)
    for duty in ("farm", "census"):
        issue_to_all(office.system, office.town, duty=duty, period="2015-10")
    return office


def task_of(office: Office, duty: str) -> Task:
    return Task.objects.get(org=office.branch, duty=duty)


def test_n1_a_field_asked_by_two_forms_is_warned_of_and_a_field_of_no_dictionary_refused(
    office: Office,
) -> None:
    base = pack_version_of(office.county.pk).files
    wrong = FILES["twice/record/farm_sheet.yaml"].replace("of: farmland", "of: meadow")

    _, warned = compose_pack("twice", {**base, **FILES})
    pack, refused = compose_pack("twice", {**base, **FILES, "twice/record/farm_sheet.yaml": wrong})

    assert [(each.file, each.line, each.warning) for each in warned if "asked by" in each.message] == [
        ("twice/duty/farm.yaml", 6, True),
        ("twice/duty/farm.yaml", 6, True),
    ]
    assert "户数 is asked by 2 forms (census, farm)" in str([each.message for each in warned])
    assert pack is None
    assert [str(each) for each in refused if not each.warning] == [
        "twice/record/farm_sheet.yaml:7: field there is no field meadow in the dictionary"
    ]


def test_n1_a_known_value_is_offered_with_source_and_day_and_confirming_it_needs_no_review(
    asked_twice: Office, acting: Acting
) -> None:
    office = asked_twice
    secretary = acting("secretary", office.branch)
    program, client = Program(secretary), browser(secretary.actor.account)
    first, second = task_of(office, "farm"), task_of(office, "census")
    given = {"counted_on": "2015-10-08", "homes": "312", "land": "900"}

    answered = program.send("post", f"/tasks/{first.pk}/report", {"values": given})
    page = client.get(f"/tasks/{second.pk}").content.decode()
    confirmed = program.send(
        "post", f"/tasks/{second.pk}/report", {"values": given | {"counted_on": "2015-10-09"}}
    )

    assert (answered.status_code, confirmed.status_code) == (200, 200)
    assert "已知：312 户 · 来源：农情表 · 2015-10-08" in page
    assert 'value="312"' in page
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.state, second.state) == ("answered", "accepted")
    assert KnownValue.objects.filter(org=office.branch, field="households", current=True).count() == 1


def test_n1_what_changes_goes_to_review_and_stands_apart_from_what_is_confirmed(
    asked_twice: Office, acting: Acting
) -> None:
    office = asked_twice
    town = acting("town_officer", office.town)
    program = Program(acting("secretary", office.branch))
    put_values(
        office.system,
        office.county,
        ledger="village_basics",
        owner="自然资源局",
        values=[GivenValue(office.branch.code, "farmland", "900", date(2015, 6, 30))],
    )
    task = task_of(office, "farm")

    program.send(
        "post",
        f"/tasks/{task.pk}/report",
        {"values": {"counted_on": "2015-10-08", "homes": "312", "land": "900"}},
    )
    page = browser(town.actor.account).get(f"/tasks/{task.pk}").content.decode()

    task.refresh_from_db()
    assert task.state == "answered"
    assert "1 个已知数经确认无变化，无须复核" in page


def test_n1_a_record_that_is_there_answers_with_one_press_and_a_neighbours_is_refused(
    asked_twice: Office, acting: Acting
) -> None:
    office = asked_twice
    values = {"counted_on": "2015-10-07", "homes": "312", "land": "900"}
    own = write_record(office.system, office.branch, kind="farm_sheet", values=values)
    strange = write_record(office.system, office.other_branch, kind="farm_sheet", values=values)
    task = task_of(office, "farm")
    secretary = acting("secretary", office.branch)
    client = browser(secretary.actor.account)
    program = Program(secretary)

    page = client.get(f"/tasks/{task.pk}").content.decode()
    refused = program.send("post", f"/tasks/{task.pk}/answer", {"record": strange.pk})
    pressed = client.post(f"/tasks/{task.pk}/answer", {"record": own.pk})

    assert "用这条记录反馈" in page
    assert refused.status_code in (404, 422)
    assert pressed.status_code == 302
    task.refresh_from_db()
    assert task.versions == 1
    assert Record.objects.count() == 2
