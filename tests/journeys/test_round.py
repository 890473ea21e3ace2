"""The year's end in the browser: judged, looked at, made known, contested, final, published, withdrawn."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, assert_accessible, shoot
from tests.journeys.test_roles import refused
from tests.site.demo.conftest import shrink

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A pocket place with a whole year behind it."""
    kept = ("6229", "622901", "622901001", "622901001001", "622901001002", "622901001003")
    pocket = shrink(tmp_path_factory.mktemp("packs"), "linxia", kept, orgs=50, members=600)
    made = Site(tmp_path_factory.mktemp("year"), "--place", str(pocket), "--year", "2015", "--size", "full")
    made.start()
    yield made
    made.stop()


def press(page: Page, name: str, reason: str = "") -> None:
    """Take a step of a round, with a reason where it asks for one."""
    page.get_by_role("button", name=name, exact=True).first.click()
    if reason:
        dialog = page.locator("dialog[open]")
        dialog.get_by_label("原因").fill(reason)
        dialog.get_by_role("button", name=name, exact=True).click()


def test_a_round_is_judged_looked_at_contested_published_and_withdrawn(visit: Visit, site: Site) -> None:
    officer = visit("officer")
    main = officer.locator("main")
    officer.goto("/appraisals/")
    main.get_by_role("link", name=re.compile("2015")).first.click()
    expect(main).to_contain_text("已发布")
    published = officer.url
    press(officer, "撤回", "演练：重新评定")
    expect(main).to_contain_text("演练：重新评定")

    officer.goto("/appraisals/open/")
    press(officer, "开启")
    expect(main).to_contain_text("收集中")
    assert officer.url != published
    address = officer.url
    press(officer, "封存并初评")
    expect(main).to_contain_text("同类组")
    press(officer, "开始审核")
    expect(main).to_contain_text("公示前还缺")
    press(officer, "公示")
    expect(main).to_contain_text("审核单位未审核")
    officer.goto(address)
    expect(main).to_contain_text("审核中")
    shoot(officer, "round-review-pc")
    assert_accessible(officer)

    site.let_pass(10)
    officer = visit("officer")
    main = officer.locator("main")
    officer.goto(address)
    press(officer, "公示")
    expect(main).to_contain_text("公示中")

    secretary = visit("secretary", "phone")
    own = secretary.locator("main")
    secretary.goto(address)
    own.locator(".gm-figures a").first.click()
    expect(own).to_contain_text("每一分的来由")
    shoot(secretary, "result-phone")
    assert_accessible(secretary)
    sheet = secretary.url
    own.get_by_role("link", name="交办单按期完成率", exact=True).first.click()
    expect(own).to_contain_text("记录")
    shoot(secretary, "line-phone")
    secretary.goto(sheet)
    own.locator("textarea[name=text]").fill("六月的会议记录已按期上报，请核对。")
    own.get_by_role("button", name="申诉", exact=True).click()
    expect(own).to_contain_text("六月的会议记录已按期上报")

    officer.goto("/appraisals/appeals/?state=open")
    main.locator("a[href*='/appraisals/appeals/']").first.click()
    main.get_by_label("申诉不成立").check()
    main.locator("textarea").fill("六月会议记录于七月补录，按期率不变。")
    main.get_by_role("button", name="答复", exact=True).click()
    expect(main).to_contain_text("六月会议记录于七月补录")

    site.let_pass(20)
    officer = visit("officer")
    main = officer.locator("main")
    officer.goto(address)
    signing = officer.locator('form[action$="/sign/"]')
    signing.locator("input[name=reason]").fill("已逐一核对组内各组织的记录。")
    signing.get_by_role("button", name="签署", exact=True).click()
    expect(main).not_to_contain_text("待签署")
    press(officer, "确定结果")
    expect(main).to_contain_text("结果已确定")
    press(officer, "发布")
    expect(main).to_contain_text("结果已发布")
    shoot(officer, "round-published-pc")
    assert_accessible(officer)

    member = visit("member", "phone")
    member.goto("/notices")
    member.locator("main").get_by_role("link", name=re.compile("年度考核.*2015|2015.*年度考核")).first.tap()
    expect(member.locator("main")).to_contain_text("每组只列出前一半")
    shoot(member, "round-notice-member-phone")
    assert_accessible(member)
    refused(member, sheet, 403)

    secretary = visit("secretary", "phone")
    secretary.goto(sheet)
    expect(secretary.locator("main")).to_contain_text("已发布")
    expect(secretary.get_by_role("button", name="申诉", exact=True)).to_have_count(0)
