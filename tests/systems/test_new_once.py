"""N1, report once: what is known is offered, confirmed without review, and asked again only with a warning."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gangmu.core.periods import Period
from gangmu.kernel.facts.queries import facts_of_sources
from gangmu.kernel.packs.operations import use_pack
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.kernel.packs.rules import compose_pack
from gangmu.work.ledgers.operations import GivenValue, put_values
from gangmu.work.plans.models import Answer, Order, Task
from gangmu.work.plans.operations.answers import NewAnswer, answer_tasks
from gangmu.work.plans.operations.closing import close_period
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.plans.queries.paper import Backfilled, backfilled_below
from gangmu.work.records.models import KnownValue, Record
from gangmu.work.records.operations import write_record
from tests.conftest import BEGIN, NOW, Office
from tests.site.matrix.test_routes import browser
from tests.systems.programs import Program, cells, workbook
from tests.taken import small_pack

pytestmark = pytest.mark.db
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
        issue_to_all(office.system, office.town, duty=duty, period="2015-10", knowingly=True)
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


def test_n1_of_answers_given_together_each_is_reviewed_or_not_by_what_its_own_place_had_said(
    asked_twice: Office, acting: Acting
) -> None:
    """The other branch says what the first one had said: that is news there."""
    office, town = asked_twice, acting("town_officer", asked_twice.town)

    def together(duty: str, day: str, homes: dict[Any, str]) -> list[str]:
        values = {"counted_on": day, "land": "900"}
        tasks = {org.pk: Task.objects.get(org=org, duty=duty) for org in homes}
        rows = [NewAnswer(tasks[org.pk].pk, values | {"homes": number}) for org, number in homes.items()]
        answer_tasks(town, office.town, answers=rows)
        return [Task.objects.get(pk=tasks[org.pk].pk).state for org in homes]

    first = together("farm", "2015-10-06", {office.branch: "312", office.other_branch: "240"})
    second = together("census", "2015-10-07", {office.branch: "312", office.other_branch: "312"})

    assert first == ["answered", "answered"]
    assert second == ["accepted", "answered"]


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


# The paper way


@pytest.fixture
def october(office: Office, settings: Any) -> Office:
    """A town whose branches owe October's minutes, on the ninth of October."""
    settings.GANGMU_CLOCK_OFFSET = NOW + timedelta(days=1) - datetime.now(UTC)
    issue_to_all(office.system, office.town, duty="monthly_order", period="2015-10")
    return office


def later(settings: Any, day: datetime) -> None:
    """Let it be another day."""
    settings.GANGMU_CLOCK_OFFSET = day - datetime.now(UTC)


HEADS = ["代码", "组织", "纸上日期", "会议日期", "应到人数", "实到人数", "议题"]
ONE = ["990100101201", "中共东庄村支部委员会", "2015.10.8", "2015年10月7日", "５", 4, "议题"]
NOBODY = ["990100101202", "中共西庄村支部委员会", None, None, None, None, None]


def test_n1_forms_on_paper_come_back_through_one_sheet_and_can_be_taken_back(
    october: Office, acting: Acting
) -> None:
    office = october
    officer = acting("town_officer", office.town)
    program, kind = Program(officer), f"paper-{Order.objects.get().pk}"
    template = browser(officer.actor.account).get(f"/orgs/{office.town.pk}/imports/{kind}.xlsx").content

    judged = program.upload(office.town, kind, workbook([HEADS, ONE, NOBODY])).json()
    done = program.send("post", f"/imports/{judged['id']}/confirm", {"partial": False}).json()
    answer = Answer.objects.select_related("task").get()

    assert [row[:2] for row in cells(template)[1:] if any(row)] == [ONE[:2], NOBODY[:2]]
    assert (judged["wrong"], done["state"]) == (0, "confirmed")
    assert (answer.answered_for, answer.entered_by) == (office.branch, officer.actor.account)
    assert (str(answer.paper.given_on), answer.paper.backfilled) == ("2015-10-08", False)
    assert (answer.task.state, answer.task.timing) == ("answered", "on_time")

    undone = program.send("post", f"/imports/{done['id']}/undo").json()

    task = Task.objects.get(org=office.branch)
    assert (undone["state"], task.state, task.timing, task.versions) == ("undone", "issued", "", 0)
    assert (Answer.objects.count(), Record.objects.count()) == (0, 0)


def test_n1_wrong_forms_are_named_by_cell_and_a_reviewed_answer_is_not_taken_back(
    october: Office, acting: Acting
) -> None:
    office = october
    program = Program(acting("town_officer", office.town))
    kind = f"paper-{Order.objects.get().pk}"
    wrong = [
        HEADS,
        ["990100101201", None, "2015-10-30", "2015-09-30", 5, None, "议题"],
        ["990100102201", None, None, "2015-10-07", 5, 4, "议题"],
        [None, "东庄", None, "2015-10-07", 5, 4, "议题"],
    ]

    judged = program.upload(office.town, kind, workbook(wrong)).json()
    faults = {each["cell"]: each["fault"] for each in program.get(f"/imports/{judged['id']}/faults").json()}
    right = program.upload(office.town, kind, workbook([HEADS, ONE])).json()
    program.send("post", f"/imports/{right['id']}/confirm", {"partial": False})
    program.send("post", f"/tasks/{Task.objects.get(org=office.branch).pk}/accept")
    refused = program.send("post", f"/imports/{right['id']}/undo")

    assert faults == {
        "C2": "This day has not come yet.",
        "D2": "This day lies outside the period.",
        "F2": "This must be filled in.",
        "A3": "This organization has no open task of this order here.",
        "B4": "This organization has no open task of this order here.",
    }
    assert refused.status_code == 409
    assert Answer.objects.count() == 1


def test_n1_what_is_entered_afterwards_is_late_labelled_and_counted_apart(
    october: Office, acting: Acting, settings: Any
) -> None:
    office = october
    order = Order.objects.get()
    later(settings, datetime(2015, 11, 10, 2, tzinfo=UTC))
    after = office.at(datetime(2015, 11, 10, 2, tzinfo=UTC))
    close_period(after, office.town, period="2015-10")
    officer = acting("town_officer", office.town)
    program, client = Program(officer), browser(officer.actor.account)

    judged = program.upload(office.town, f"paper-{order.pk}", workbook([HEADS, ONE, NOBODY])).json()
    done = program.send("post", f"/imports/{judged['id']}/confirm", {"partial": False}).json()
    task = Task.objects.get(org=office.branch)
    account = client.get(f"/accounts?org={office.town.pk}&period=2015-10").content.decode()
    page = client.get(f"/tasks/{task.pk}").content.decode()

    assert done["state"] == "confirmed", done
    assert (task.timing, Task.objects.get(org=office.other_branch).timing) == ("late", "missing")
    assert backfilled_below(after, office.town, [Period.parse("2015-10")]) == Backfilled(1, 1)
    assert "补录" in account
    assert "其中纸上日期在期限内的 1 份" in account
    assert "补录" in page
    facts = {f.code: f.value for f in facts_of_sources([f"task:{task.pk}"])}
    assert (facts["task.answered"], facts["task.on_time"]) == (1, 0)

    program.send("post", f"/imports/{done['id']}/undo")

    task.refresh_from_db()
    assert task.timing == "missing"
    assert {f.code: f.value for f in facts_of_sources([f"task:{task.pk}"])}["task.answered"] == 0


def test_n1_who_may_not_answer_for_a_place_enters_no_paper(october: Office, acting: Acting) -> None:
    kind = f"paper-{Order.objects.get().pk}"
    neighbour = Program(acting("town_officer", october.other_town))
    officer = Program(acting("officer", october.county))

    beyond = neighbour.upload(october.town, kind, workbook([HEADS, ONE]))
    without_right = officer.upload(october.town, kind, workbook([HEADS, ONE]))

    assert (beyond.status_code, without_right.status_code) == (404, 403)
    assert Answer.objects.count() == 0
