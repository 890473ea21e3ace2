"""Reports from their beginning to their publication, and what is refused on the way."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gangmu.kernel.facts.models import Fact, FactSum
from gangmu.results.reports.models import Report, ReportVersion
from gangmu.results.reports.operations import (
    change_report,
    count_figures,
    freeze_report,
    publish_report,
    withdraw_report,
    write_report,
)
from gangmu.results.reports.papers import made_of
from gangmu.results.reports.queries.reports import report_said, said_in_draft, since_then
from gangmu.results.reports.rules import Part, RefusedFigure
from tests.results.reports.conftest import SEPTEMBER, Counted, income, task
from tests.site.matrix.calls_people import person_of

pytestmark = pytest.mark.db

PARTS = (
    Part(heading="任务落实"),
    Part(sentence="orders"),
    Part(text="其中反馈率为{a}，比去年多2个。", figures=(("a", "orders.answered_rate"),)),
)


def draft(county: Counted, parts: Any = PARTS, **more: Any) -> Report:
    """A report of September with these parts."""
    given: dict[str, Any] = {"period": SEPTEMBER, "title": "九月情况", **more}
    made = write_report(county.officer, county.office.county, **given)
    return change_report(county.officer, made, parts=list(parts), based_on=1)


def chinese(context: Context) -> Context:
    """The same reader, in Chinese."""
    return replace(context, language="zh-hans")


def test_write_report_begins_with_the_sentences_of_the_packs_report(county: Counted) -> None:
    made = write_report(county.officer, county.office.county, period=SEPTEMBER, kind="month_report")

    (version,) = ReportVersion.objects.filter(report=made)
    assert made.title == "基层党建工作月度情况 2015-09"
    assert version.parts == [
        {"heading": "任务落实"},
        {"sentence": "orders"},
        {"sentence": "theme_days"},
        {"sentence": "committee_meetings"},
    ]


def test_write_report_refuses_a_period_of_another_length_and_a_report_that_is_not_there(
    county: Counted,
) -> None:
    for given in ({"period": "2014"}, {"period": "九月"}):
        with pytest.raises(Invalid) as refused:
            write_report(county.officer, county.office.county, kind="month_report", **given)
        assert list(refused.value.faults) == ["period"]
    with pytest.raises(Invalid):
        write_report(county.officer, county.office.county, kind="no_such", period=SEPTEMBER)


def test_report_said_puts_figures_into_sentences_and_marks_what_was_typed(county: Counted) -> None:
    said = report_said(chinese(county.officer), draft(county))

    assert [line.text for line in said.lines[1:]] == [
        "2015年9月，中共安平县委员会应反馈交办任务3件，已反馈2件，反馈率66.7%，按期反馈率33.3%。",
        "其中反馈率为66.7%，比去年多2个。",
    ]
    assert said.typed == 1
    assert [shown.name for shown in said.figures][-1] == "orders.answered_rate"


def test_change_report_keeps_every_version(county: Counted) -> None:
    report = draft(county)

    change_report(county.officer, report, parts=PARTS[:2], based_on=2)

    rows = ReportVersion.objects.filter(report=report).order_by("number")
    assert [(row.number, len(row.parts)) for row in rows] == [(1, 0), (2, 3), (3, 2)]


def test_change_report_refuses_what_somebody_else_has_saved_meanwhile(county: Counted) -> None:
    report = draft(county)

    with pytest.raises(Conflict):
        change_report(county.officer, report, parts=PARTS, based_on=1)


@pytest.mark.parametrize(
    ("text", "article"),
    [("全县村书记排名前3名", "滥用排名"), ("党员打卡120次", "打卡签到"), ("点赞2000个", "点赞")],
)
def test_change_report_refuses_a_figure_that_may_not_be_said_and_names_the_article(
    county: Counted, text: str, article: str
) -> None:
    report = draft(county)

    with pytest.raises(RefusedFigure) as refused:
        change_report(county.officer, report, parts=[*PARTS, Part(text=text)], based_on=2)

    assert article in str(refused.value)
    assert ReportVersion.objects.filter(report=report).count() == 2


def test_change_report_refuses_figures_of_an_organization_outside_ones_reach(
    county: Counted, acting: Any
) -> None:
    office = county.office
    town = acting("town_officer", office.town)
    report = write_report(town, office.town, period=SEPTEMBER, title="镇里情况")

    for org in (office.far_branch.pk, office.county.pk, 10**9):
        with pytest.raises(NotFound):
            change_report(town, report, parts=[Part(sentence="orders", org=org)], based_on=1)
    own = change_report(town, report, parts=[Part(sentence="orders", org=office.branch.pk)], based_on=1)
    assert [shown.text for shown in report_said(town, own).figures] == ["1", "1", "100.0%", "100.0%"]


def test_figures_of_a_draft_stand_still_until_they_are_counted_again(county: Counted) -> None:
    report = draft(county)
    task(county.office, county.office.branch, answered=1, on_time=1, duty="theme_day")

    before = [shown.text for shown in report_said(county.officer, report).figures]
    later = replace(county.officer, now=county.officer.now + timedelta(hours=2))
    count_figures(later, report)

    report.refresh_from_db()
    assert before[:3] == ["3", "2", "66.7%"]
    assert [shown.text for shown in report_said(county.officer, report).figures][:3] == ["4", "3", "75.0%"]
    assert report.counted_at == later.now


def test_a_draft_is_read_without_counting_and_by_who_sees_all_that_it_counts(
    county: Counted, acting: Any
) -> None:
    report = draft(county)

    with CaptureQueriesContext(connection) as asked:
        report_said(county.officer, report)

    tables = (Fact._meta.db_table, FactSum._meta.db_table)
    assert not [each["sql"] for each in asked if any(f'"{table}"' in each["sql"] for table in tables)]
    with pytest.raises(NotFound):
        report_said(acting("town_officer", county.office.town), report)


def test_a_sentence_that_a_draft_did_not_have_is_counted_as_it_is_now(county: Counted) -> None:
    report = draft(county, PARTS[:1])
    Report.objects.filter(pk=report.pk).update(counted={}, counted_at=None)

    said = report_said(county.officer, report)
    newer = said_in_draft(county.officer, report, PARTS)

    assert said.figures == ()
    assert [shown.text for shown in newer.figures][:3] == ["3", "2", "66.7%"]


def test_count_figures_refuses_a_frozen_report(county: Counted) -> None:
    report = freeze_report(county.officer, draft(county))

    with pytest.raises(Conflict):
        count_figures(county.officer, report)


def test_freeze_report_fixes_figures_and_tells_what_has_changed_since(county: Counted) -> None:
    report = freeze_report(county.officer, draft(county))
    task(county.office, county.office.branch, answered=1, on_time=1, duty="theme_day")

    said = report_said(chinese(county.officer), report)

    assert said.lines[1].text.endswith("反馈率66.7%，按期反馈率33.3%。")
    assert len(report.digest) == 64
    later = since_then(chinese(county.officer), report, said)
    assert [(each.shown.text, each.text) for each in later][:3] == [
        ("3", "4"),
        ("2", "3"),
        ("66.7%", "75.0%"),
    ]
    assert all(each.changed for each in later)


def test_freeze_report_refuses_a_period_that_is_not_over(county: Counted) -> None:
    report = draft(county, period="2015-10")

    with pytest.raises(Conflict):
        freeze_report(county.officer, report)
    assert Report.objects.get(pk=report.pk).state == "draft"


def test_freeze_report_refuses_while_orders_are_not_closed(county: Counted) -> None:
    from gangmu.work.plans.operations.orders import issue_to_all

    office = county.office
    then = office.at(datetime(2015, 9, 1, 1, tzinfo=UTC))
    issue_to_all(then, office.county, duty="monthly_order", period=SEPTEMBER)

    with pytest.raises(Conflict) as refused:
        freeze_report(county.officer, draft(county))
    assert "not closed" in str(refused.value)


def test_freeze_report_refuses_a_figure_of_which_too_little_is_known(county: Counted) -> None:
    income(county.office, county.office.branch, "20000")
    report = draft(county, [Part(sentence="collective_income")])

    text = report_said(chinese(county.officer), report).lines[0].text
    with pytest.raises(Conflict):
        freeze_report(county.officer, report)

    assert text.startswith("—")
    assert "3" in text
    assert "1" in text


def test_report_says_how_many_are_unknown_and_does_not_take_them_for_nothing(county: Counted) -> None:
    office = county.office
    for number in range(6):
        _village(office, number)
    for org in (office.branch, office.other_branch, office.far_branch):
        income(office, org, "30000")
    for number in range(5):
        income(office, _org(office, number), "10000")

    said = report_said(chinese(county.officer), draft(county, [Part(sentence="collective_income")]))

    (share,) = said.figures[:1]
    assert share.text == "37.5%"
    assert made_of(share) == "3 ÷ 8"
    assert made_of(replace(share, figure=share.figure.model_copy(update={"take": "denominator"}))) == "—"
    assert share.counted.unknown == 1
    assert "1" in said.lines[0].text.split("37.5%")[1].split("的村")[0]


def _village(office: Any, number: int) -> Any:
    from gangmu.kernel.orgs.operations import NewOrg, found_orgs

    row = NewOrg(
        f"99010010129{number}",
        f"中共新{number}村支部委员会",
        "branch",
        "village",
        date(2014, 1, 1),
        "990100101",
        "village",
    )
    return found_orgs(office.system, office.county, [row])[0]


def _org(office: Any, number: int) -> Any:
    from gangmu.kernel.orgs.models import Org

    return Org.objects.get(code=f"99010010129{number}")


def test_frozen_report_is_not_changed(county: Counted) -> None:
    report = freeze_report(county.officer, draft(county))

    with pytest.raises(Conflict):
        change_report(county.officer, report, parts=PARTS, based_on=2)
    with pytest.raises(Conflict):
        freeze_report(county.officer, report)


def test_publish_report_makes_a_notice_of_what_was_frozen(county: Counted) -> None:
    report = freeze_report(county.officer, draft(county))

    published = publish_report(county.officer, report, signed_by="王某", number="7", audience="public")

    notice = published.notice
    assert notice is not None
    assert (published.state, notice.audience, published.signed_on) == (
        "published",
        "public",
        date(2015, 10, 8),
    )
    assert notice.body["paragraphs"][1].startswith("2015年9月，中共安平县委员会应反馈交办任务3[1]件")
    assert notice.body["rows"][2][2:4] == ["66.7%", "2 ÷ 3"]
    assert "※" in notice.body["paragraphs"][2]


def test_publish_report_refuses_a_draft_and_one_without_a_name(county: Counted) -> None:
    with pytest.raises(Conflict):
        publish_report(county.officer, draft(county), signed_by="王某")
    report = freeze_report(county.officer, draft(county))
    with pytest.raises(Invalid):
        publish_report(county.officer, report, signed_by=" ")


def test_publish_report_hides_a_small_count_of_persons_from_everybody(county: Counted, acting: Any) -> None:
    person_of(county.office)
    report = freeze_report(county.officer, draft(county, [Part(sentence="members")]))

    seen = report_said(chinese(county.officer), report)
    leader = report_said(chinese(acting("leader", county.office.county)), report)
    published = publish_report(county.officer, report, signed_by="王某", audience="public")

    assert seen.figures[0].text == "1"
    assert leader.figures[0].hidden
    assert leader.figures[0].text != "1"
    assert published.notice is not None
    assert published.notice.body["rows"][0][2] == leader.figures[0].text


def test_withdraw_report_withdraws_its_notice_and_needs_a_reason(county: Counted) -> None:
    report = freeze_report(county.officer, draft(county))
    published = publish_report(county.officer, report, signed_by="王某")
    with pytest.raises(Invalid):
        withdraw_report(county.officer, published, reason="")

    gone = withdraw_report(county.officer, published, reason="口径有误")

    assert gone.notice is not None
    gone.notice.refresh_from_db()
    assert (gone.state, gone.notice.withdrawn_for) == ("withdrawn", "口径有误")


def test_publish_report_is_for_who_may_publish(county: Counted, acting: Any) -> None:
    office = county.office
    town = acting("town_officer", office.town)
    made = write_report(town, office.town, period=SEPTEMBER, title="镇里情况")
    report = freeze_report(town, change_report(town, made, parts=PARTS[:2], based_on=1))

    with pytest.raises(NotAllowed):
        publish_report(town, report, signed_by="王某")
    assert Decimal(report.frozen["figures"][0]["counted"]["numerator"]) == 2
