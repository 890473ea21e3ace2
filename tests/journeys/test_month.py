"""A month by hand: an order goes out, is answered on a phone, given back, accepted, closed, accounted for."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, Thumb, assert_accessible, shoot

Visit = Callable[..., Page]


def fill_meeting(page: Page, *, attended: str) -> None:
    """Fill in the record of a meeting as a secretary would."""
    for label, value in (("应到人数", "5"), ("实到人数", attended)):
        field = page.get_by_label(re.compile(label)).first
        if field.count():
            field.fill(value)
    for area in page.locator("form textarea[required]").all():
        area.fill("研究本月党员教育安排")
    for text in page.locator('form.gm-form[action$="/answer"] input[type="text"][required]').all():
        if not text.input_value():
            text.fill("3")


def test_month_goes_from_the_order_to_the_account_and_the_facts(
    site: Site, visit: Visit, tmp_path: Path
) -> None:
    officer = visit("officer")
    officer.goto("/duties")
    shoot(officer, "duties-pc")
    officer.get_by_role("link", name="主题党日").first.click()
    expect(officer.get_by_role("heading", level=1)).to_contain_text("主题党日")
    shoot(officer, "duty-pc")
    assert_accessible(officer)
    officer.get_by_role("link", name="下达交办单").click()
    officer.get_by_label("期次").select_option(index=2)
    officer.get_by_role("button", name="筛选").click()
    shoot(officer, "issue-pc")
    officer.get_by_role("button", name="下达给以上全部党组织").click()
    officer.wait_for_url("**/orders/*")
    issued = officer.url
    shoot(officer, "order-pc")
    assert_accessible(officer)

    secretary = visit("", "phone")
    thumb = Thumb(secretary)
    secretary.goto("/sign-in")
    login = site.logins["secretary"]
    thumb.tap(secretary.locator(f'form:has(input[name="login"][value="{login}"]) button'))
    expect(secretary.get_by_role("heading", name="工作台")).to_be_visible()
    shoot(secretary, "workbench-phone")
    assert_accessible(secretary)
    thumb.tap(secretary.locator(".gm-work a").filter(has_text="支委会").first)
    secretary.wait_for_url("**/tasks/*")
    address = secretary.url
    shoot(secretary, "task-phone")
    fill_meeting(secretary, attended="3")
    thumb.tap(secretary.get_by_role("button", name="反馈", exact=True))
    thumb.tap(secretary.get_by_role("status").get_by_role("link", name="支委会"))
    expect(secretary.locator(".gm-status").filter(has_text="已反馈").first).to_be_visible()
    shoot(secretary, "task-answered-phone")
    assert thumb.taps < 10

    town = visit("town")
    town.goto("/tasks/review")
    shoot(town, "review-pc")
    assert_accessible(town)
    town.goto(address)
    town.get_by_role("button", name="退办").first.click()
    town.get_by_label("原因").fill("实到人数与会议记录不一致")
    with town.expect_navigation():
        town.locator("dialog").get_by_role("button", name="退办").click()

    secretary.goto(address)
    expect(secretary.get_by_text("实到人数与会议记录不一致").first).to_be_visible()
    shoot(secretary, "task-returned-phone")
    fill_meeting(secretary, attended="4")
    with secretary.expect_navigation():
        secretary.get_by_role("button", name="反馈", exact=True).tap()
    town.goto(address)
    with town.expect_navigation():
        town.get_by_role("button", name="复核通过").click()
    town.goto(address)
    expect(town.locator(".gm-status").filter(has_text="已复核").first).to_be_visible()
    shoot(town, "task-accepted-pc")

    site.let_pass(days=12)
    officer = visit("officer")
    officer.goto("/orders")
    officer.get_by_role("link", name=re.compile("支委会")).first.click()
    officer.get_by_role("button", name="结账").click()
    officer.locator("#gm-confirm").get_by_role("button", name="确定").click()
    expect(officer.locator(".gm-status").filter(has_text="已结账").first).to_be_visible()
    shoot(officer, "order-closed-pc")
    officer.goto("/accounts")
    shoot(officer, "account-pc")
    assert_accessible(officer)
    assert issued

    site.stop()
    period = date.today().strftime("%Y-%m")
    site.run("facts", "export", "--period", period, "--out", str(tmp_path / "facts"))
    site.start()
    rows = pq.read_table(tmp_path / "facts" / "facts").to_pylist()
    due = [row for row in rows if row["code"] == "task.due" and row["item"] == "monthly_order"]
    assert len(due) > 100
    assert {row["code"] for row in rows} >= {"task.due", "task.answered", "task.on_time"}
