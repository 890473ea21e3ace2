"""All that a month asks of a branch, answered on a phone in one go: in less than five minutes."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from gangmu.core.periods import Period, period_of
from tests.journeys.conftest import Site, Thumb, assert_accessible, shoot

Visit = Callable[..., Page]

FIVE_MINUTES = 300
NINE = 9

SAID = {
    "党费收缴": {"交纳党费的党员": "38", "说明": "2人外出务工，下月补交"},
    "月度党建任务：召开支委会": {"实到人数": "4", "议题": "研究主题党日安排"},
    "主题党日": {"主题": "学习支部工作条例", "参加党员": "36"},
    "活动场所值班办公": {"开门天数": "2", "办理群众事项": "6"},
    "支部党员大会": {
        "应到会有表决权的党员": "38",
        "实到会有表决权的党员": "35",
        "议题": "讨论发展党员",
    },
    "组织生活会和民主评议党员": {"支部党员大会": "", "应到人数": "38", "实到人数": "36"},
}
"""What a secretary writes, by the task and the label; what is known already is in no list."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demonstration of its own, some days into the month after the one that its people have open."""
    made = Site(tmp_path_factory.mktemp("whole-month"))
    made.let_pass(days=(_today() - date.today()).days)
    yield made
    made.stop()


def _today() -> date:
    """Return the day on which the journey is made."""
    return period_of(date.today(), "month").next().first + timedelta(days=6)


def _issue(officer: Page, duty: str, period: Period) -> None:
    officer.goto(f"/duties/{duty}/issue?period={period}")
    knowingly = officer.locator('input[name="knowingly"]')
    if knowingly.count():
        knowingly.check()
    reason = officer.locator('input[name="reason"]')
    if reason.count():
        reason.fill("年度任务，均有文件依据")
    officer.get_by_role("button", name="下达给以上全部党组织").click()
    officer.wait_for_url("**/orders/*")


def _answer(page: Page, thumb: Thumb) -> str:
    """Answer the task that the page shows as a person would, and return how."""
    title = page.get_by_role("heading", level=1).inner_text()
    held = page.get_by_role("button", name="用这条记录反馈")
    if held.count():
        with page.expect_navigation():
            thumb.tap(held.first)
        return "held"
    form = page.locator('form.gm-form[action$="/answer"]')
    written = 0
    for label, text in SAID.get(title, {}).items():
        field = form.get_by_label(label).first
        if text:
            thumb.write(field, text)
        else:
            thumb.tap(field)
        written += 1
    with page.expect_navigation():
        thumb.tap(form.get_by_role("button", name="反馈", exact=True))
    return "written" if written else "confirmed"


def test_nine_duties_are_done_on_a_phone_in_less_than_five_minutes(site: Site, visit: Visit) -> None:
    today = _today()
    month, quarter, year = (period_of(today, kind) for kind in ("month", "quarter", "year"))
    officer = visit("officer")
    for duty, period in (
        ("theme_day", month),
        ("ledger", month),
        ("venue_duty", month),
        ("branch_assembly", quarter),
        ("life_meeting", year),
    ):
        _issue(officer, duty, period)
    before = visit("secretary")
    before.goto("/records")
    org = before.locator('a[href^="/orgs/"]').first.get_attribute("href")
    before.goto(f"{org}/records/theme_day_record")
    before.get_by_label("活动日期").fill(month.previous().first.replace(day=9).isoformat())
    before.get_by_label("主题", exact=False).first.fill("帮助困难户秋收")
    before.get_by_label("参加党员").fill("31")
    before.locator("form.gm-form").get_by_role("button").first.click()
    before.wait_for_url("**/records/*")

    page = visit("secretary", "phone")
    thumb = Thumb(page)
    how = []
    thumb.look()
    thumb.tap(page.locator(".gm-work a").first)
    page.wait_for_url("**/tasks/*")
    while "/tasks/" in page.url:
        thumb.look()
        shoot(page, f"whole-month-{len(how) + 1}-phone")
        if len(how) == 1:
            assert_accessible(page)
        how.append(_answer(page, thumb))
        assert len(how) <= NINE, page.url
    expect(page.get_by_text("没有待办").first).to_be_visible()
    shoot(page, "whole-month-done-phone")

    print(  # noqa: T201 -- the numbers of a measured journey
        f"{len(how)} duties: {thumb.taps} taps, {thumb.keys} keys, {thumb.pages} pages, {thumb.seconds:.0f} s"
    )
    assert len(how) == NINE
    assert (how.count("held"), how.count("confirmed")) == (1, 2)
    assert thumb.pages == NINE + 1
    assert thumb.taps <= 3 * NINE + 10
    assert thumb.seconds < FIVE_MINUTES
