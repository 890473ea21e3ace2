"""A month by hand: an order goes out, is answered on a phone, given back, accepted, closed, accounted for."""

import re
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, assert_accessible, shoot

Visit = Callable[..., Page]


class Thumb:
    """A person at a phone whose taps are counted; typing on the keyboard is not tapping."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def tap(self, locator: object) -> None:
        """Tap something."""
        self.taps += 1
        locator.tap()  # type: ignore[attr-defined]


def fill_meeting(page: Page, *, attended: str) -> None:
    """Fill in the record of a meeting as a secretary would."""
    for label, value in (("应到人数", "5"), ("实到人数", attended)):
        field = page.get_by_label(re.compile(label)).first
        if field.count():
            field.fill(value)
    for area in page.locator("form textarea[required]").all():
        area.fill("研究本月党员教育安排")
    for text in page.locator('form.gm-form input[type="text"][required]').all():
        if not text.input_value():
            text.fill("3")


def test_month_goes_from_the_order_to_the_account_and_the_facts(
    site: Site, visit: Visit, tmp_path: Path
) -> None:
    county = visit("county")
    county.goto("/duties")
    shoot(county, "duties-pc")
    county.get_by_role("link", name=re.compile("支委会")).first.click()
    expect(county.get_by_role("heading", level=1)).to_contain_text("支委会")
    assert_accessible(county)

    secretary = visit("", "phone")
    thumb = Thumb(secretary)
    secretary.goto("/sign-in")
    login = site.logins["secretary"]
    thumb.tap(secretary.locator(f'form:has(input[name="login"][value="{login}"]) button'))
    expect(secretary.get_by_role("heading", name="工作台")).to_be_visible()
    shoot(secretary, "workbench-phone")
    assert_accessible(secretary)
    thumb.tap(secretary.locator(".gm-work a").filter(has_text="支委会").first)
    address = secretary.url
    shoot(secretary, "task-phone")
    fill_meeting(secretary, attended="3")
    thumb.tap(secretary.get_by_role("button", name="反馈", exact=True))
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
    town.locator("dialog").get_by_role("button", name="退办").click()
    expect(town.locator(".gm-status").filter(has_text="已退办").first).to_be_visible()

    secretary.goto(address)
    expect(secretary.get_by_text("实到人数与会议记录不一致").first).to_be_visible()
    shoot(secretary, "task-returned-phone")
    fill_meeting(secretary, attended="4")
    secretary.get_by_role("button", name="反馈", exact=True).tap()
    town.goto(address)
    town.get_by_role("button", name="复核通过").click()
    expect(town.locator(".gm-status").filter(has_text="已复核").first).to_be_visible()
    shoot(town, "task-accepted-pc")
