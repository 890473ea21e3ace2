"""A claim in the browser: self-check, claim, refusal with reasons, second look, and the star that moves."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, assert_accessible, shoot
from tests.journeys.test_roles import refused
from tests.journeys.test_round import press

Visit = Callable[..., Page]

STANDARD = "农村领域标准化实施细则"
FIELD = ("setup", "life", "lecture", "place", "field")
VANGUARD = ("politics", "organization", "team", "service", "development")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A place with standards of its own fields."""
    made = Site(tmp_path_factory.mktemp("claims"), "--place", "haian")
    made.start()
    yield made
    made.stop()


def look_at_oneself(secretary: Page) -> None:
    """Check the own branch by the standard, for its own eyes."""
    main = secretary.locator("main")
    secretary.goto("/self-checks")
    main.locator("tbody tr", has_text=STANDARD).locator("a").first.click()
    expect(main).to_contain_text("只有本组织看得见")
    main.locator("input[type=radio][value=yes]").first.check()
    main.get_by_label("给自己的备注").first.fill("班子齐全。")
    main.get_by_role("button", name="保存").click()
    expect(main.get_by_label("给自己的备注").first).to_have_value("班子齐全。")
    shoot(secretary, "selfcheck-pc")
    assert_accessible(secretary)


def claim_anew(secretary: Page) -> str:
    """Take the claim of the demonstration back, and claim with one's own words."""
    main = secretary.locator("main")
    secretary.goto("/standards/field_village/")
    expect(main).to_contain_text("已有未办结的申报")
    main.get_by_role("link", name="查看申报").click()
    main.get_by_role("button", name="收回申报").click()
    secretary.locator("#gm-confirm button[value=yes]").click()
    expect(main).to_contain_text("申报已收回")
    secretary.goto("/standards/field_village/")
    main.get_by_role("button", name="申报", exact=True).click()
    for part in ("setup", "place", "field"):
        main.locator(f"input[name=met_{part}][value=yes]").check()
        main.locator(f"textarea[name=note_{part}]").fill("资料在村部，可现场看。")
    main.locator("input[name=met_life][value=yes]").check()
    main.locator("input[name=met_lecture][value=no]").check()
    main.get_by_role("button", name="提交", exact=True).click()
    expect(main).to_contain_text("作为证据的记录不够")
    expect(main.locator("textarea[name=note_setup]")).to_have_value("资料在村部，可现场看。")
    shoot(secretary, "claim-without-records-pc")
    assert_accessible(secretary)
    main.locator("input[name=met_life][value=no]").check()
    main.get_by_role("button", name="提交", exact=True).click()
    expect(main).to_contain_text("已提交，待评定")
    return secretary.url


def judge(
    page: Page, met: tuple[str, ...], why: dict[str, str], reason: str, parts: tuple[str, ...] = FIELD
) -> None:
    """Judge criterion by criterion."""
    main = page.locator("main")
    for part in parts:
        main.locator(f"input[name=found_{part}][value={'yes' if part in met else 'no'}]").check()
        main.locator(f"input[name=why_{part}]").fill(why.get(part, ""))
    main.locator("textarea[name=reason]").fill(reason)
    main.locator("form[action$='/judge'] button").last.click()


def judge_the_year(officer: Page) -> None:
    """Close what is open still, and judge the year by the stars that rest on the standard."""
    main = officer.locator("main")
    officer.goto("/orders?size=100")
    orders = {each.get_attribute("href") or "" for each in main.locator("tbody a[href^='/orders/']").all()}
    for order in sorted(orders):
        officer.goto(order)
        if main.locator("form[action$='/close']").count():
            main.get_by_role("button", name="结账").click()
            officer.locator("#gm-confirm button[value=yes]").click()
            expect(main).to_contain_text("本期已结账", timeout=30_000)
    officer.goto("/appraisals/open/")
    main.get_by_label("考核").select_option(label="先锋指数星级评定")
    main.get_by_role("button", name="筛选").click()
    press(officer, "开启")
    expect(main).to_contain_text("收集中")
    press(officer, "封存并初评")
    expect(main).to_contain_text("初评结果已得出", timeout=30_000)


def read_stars(officer: Page, stars: str, line: str, points: str) -> None:
    """Find the branch in the round, and read what its star comes from."""
    main = officer.locator("main")
    main.get_by_label("名称").fill("盐河村")
    main.get_by_role("button", name="筛选").click()
    row = main.locator("tbody tr", has_text="盐河村支部").last
    expect(row).to_contain_text(re.compile(f"[^★]{stars}[^★]"))
    row.get_by_role("link").first.click()
    expect(main).to_contain_text("每一分的来由")
    expect(main.locator("tr", has_text=line).first).to_contain_text(points)


def test_claim_is_refused_with_reasons_then_granted_and_the_star_moves(visit: Visit, site: Site) -> None:
    secretary = visit("secretary")
    look_at_oneself(secretary)
    address = claim_anew(secretary)
    refused(visit("leader"), f"{address.rpartition('/')[0]}/999999", 404)

    town = visit("town")
    main = town.locator("main")
    town.goto("/claims?state=submitted")
    main.get_by_role("link", name=STANDARD).first.click()
    judge(town, ("setup", "place", "field"), {}, "组织生活会没有记录，暂不通过。")
    expect(main).to_contain_text("请写明理由：未达到，或与申报不一致")
    expect(main.locator("textarea[name=reason]")).to_have_value("组织生活会没有记录，暂不通过。")
    shoot(town, "claim-verdict-refused-pc")
    assert_accessible(town)
    unseen = dict.fromkeys(("life", "lecture"), "没有见到记录。")
    judge(town, ("setup", "place", "field"), unseen, "组织生活会没有记录，暂不通过。")
    expect(main).to_contain_text("评定及理由已保存：未达标")

    phone = visit("secretary", "phone")
    own = phone.locator("main")
    phone.goto(address)
    expect(own).to_contain_text("未达到的必备项：组织生活规范")
    expect(own).to_contain_text("没有见到记录。")
    shoot(phone, "claim-not-met-phone")
    assert_accessible(phone)
    own.locator("#field-appeal").fill("组织生活会六月开过，纸质记录已送镇党建办。")
    own.get_by_role("button", name="提交申请").tap()
    expect(own).to_contain_text("由再上一级复核")
    town.goto(address)
    expect(town.locator("form[action$='/judge']")).to_have_count(0)

    county = visit("county")
    county.goto(address)
    seen = {"life": "见到纸质记录原件。", "lecture": "没有党课记录。"}
    judge(county, ("setup", "place", "field", "life"), seen, "核对了纸质记录原件，组织生活会按期召开。")
    expect(county.locator("main")).to_contain_text("评定及理由已保存：达标")
    shoot(county, "claim-granted-pc")
    assert_accessible(county)

    phone.goto(address)
    expect(own).to_contain_text("复核：见到纸质记录原件")
    shoot(phone, "claim-granted-phone")
    expect(phone.get_by_role("button", name="提交申请")).to_have_count(0)

    site.let_pass(45)
    officer = visit("officer")
    judge_the_year(officer)
    first = officer.url
    read_stars(officer, "★", "持有本领域标准", "20.00")
    secretary = visit("secretary")
    own = secretary.locator("main")
    secretary.goto("/standards/vanguard/")
    own.get_by_role("button", name="申报2026年度").click()
    for part in VANGUARD:
        own.locator(f"input[name=met_{part}][value=yes]").check()
        own.locator(f"textarea[name=note_{part}]").fill("资料在村部，可现场看。")
    own.get_by_role("button", name="提交", exact=True).click()
    expect(own).to_contain_text("已提交，待评定")
    town = visit("town")
    town.goto(secretary.url)
    judge(town, VANGUARD, {}, "五项都看过，与申报相符。", VANGUARD)
    expect(town.locator("main")).to_contain_text("评定及理由已保存：达标")

    officer.goto(first)
    press(officer, "重新封存计算", "先锋指数已评定")
    expect(officer.locator("main")).to_contain_text("已重新计算", timeout=30_000)
    read_stars(officer, "★★★★", "先锋指数达到的项目占比", "60.00")
    shoot(officer, "claim-stars-pc")
    assert_accessible(officer)
