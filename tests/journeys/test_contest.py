"""A contest in the browser: opened under its document, nominated, judged, made known, contested, conferred, over."""

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Locator, Page, expect

import gangmu
from tests.journeys.conftest import Site, assert_accessible, shoot
from tests.journeys.test_round import press

Visit = Callable[..., Page]

CONTEST = "三比三看"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A place whose contests nobody has opened."""
    packs = tmp_path_factory.mktemp("packs")
    for name in ("base", "pingqiao"):
        shutil.copytree(Path(gangmu.__file__).parent / "packs" / name, packs / name)
    world = packs / "pingqiao" / "world.yaml"
    plan = yaml.safe_load(world.read_text(encoding="utf-8"))
    del plan["contests"]
    world.write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    made = Site(tmp_path_factory.mktemp("contest"), "--place", str(packs / "pingqiao"))
    made.start()
    yield made
    made.stop()


def fill_document(officer: Page, *, places: int, expires: int) -> None:
    """Fill the form in with which a contest is opened."""
    officer.get_by_label("名额：先进村").fill(str(places))
    officer.locator("#field-number").fill("豫评组〔2026〕9号（虚构）")
    officer.locator("#field-issuer").fill("省评比达标表彰工作协调小组")
    officer.get_by_label("省级").check()
    officer.locator("#field-issued_on").fill((date.today() - timedelta(days=30)).isoformat())
    officer.locator("#field-expires_on").fill((date.today() + timedelta(days=expires)).isoformat())
    officer.get_by_role("button", name="开展评选").click()


def open_contest(officer: Page) -> str:
    """Open the contest: refused without a document in force, and beyond the quota."""
    main = officer.locator("main")
    officer.goto("/contests")
    officer.locator(".gm-actions").get_by_role("link", name=re.compile(CONTEST)).click()
    assert_accessible(officer)
    fill_document(officer, places=2, expires=-3)
    expect(main).to_contain_text("开展评选须有批准文件")
    expect(main).to_contain_text("有效期至：")
    shoot(officer, "contest-without-document-pc")
    fill_document(officer, places=11, expires=300)
    expect(main).to_contain_text("还剩10个，不是11个")
    expect(officer.locator("#field-number")).to_have_value("豫评组〔2026〕9号（虚构）")
    shoot(officer, "contest-over-quota-pc")
    fill_document(officer, places=2, expires=300)
    expect(main).to_contain_text("评选已开展")
    expect(main).to_contain_text("还没有确定评审组")
    expect(officer.get_by_role("button", name="结束推荐，开始评审")).to_have_count(0)
    shoot(officer, "contest-opened-pc")
    assert_accessible(officer)
    address = officer.url
    officer.goto("/contests")
    expect(officer.locator(".gm-actions").get_by_role("link", name=re.compile(CONTEST))).to_have_count(0)
    return address


def name_panel(officer: Page, address: str, login: str) -> None:
    """Name two who judge, which is too few, then three."""
    main = officer.locator("main")
    officer.goto(f"{address}/panel")
    own = officer.locator(".gm-account summary span").inner_text()
    for at, name in enumerate((own, "韩敏", "罗静"), start=1):
        officer.get_by_label("姓名").nth(at - 1).fill(name)
        officer.locator(f"#field-org_{at}").press_sequentially("平桥区委员会")
        officer.get_by_role("option").first.click()
        if at == 2:
            officer.get_by_label("登录名").first.fill(login)
            officer.get_by_role("button", name="确定评审组").click()
            expect(main).to_contain_text("评审组至少3人")
            expect(officer.get_by_label("姓名").nth(1)).to_have_value("韩敏")
    officer.get_by_role("button", name="确定评审组").click()
    expect(main).to_contain_text("评审组已确定")


def fill_nomination(town: Page, address: str, reason: str) -> Locator:
    """Fill in a nomination of the first who may be nominated; return what sends it."""
    main = town.locator("main")
    town.goto(f"{address}/nominate")
    main.locator("tbody a").first.click()
    expect(main.get_by_label("东岭镇委员会")).to_be_checked()
    main.get_by_label("推荐理由").fill(reason)
    for at in (1, 2, 3):
        main.get_by_label(f"第{at}项承诺*").or_(town.locator(f"#field-pledge_{at}")).first.fill(
            f"办成第{at}件实事"
        )
        town.locator(f"#field-due_{at}").fill((date.today() + timedelta(days=60 + at)).isoformat())
    return main.get_by_role("button", name="推荐", exact=True)


def judge(officer: Page, address: str) -> None:
    """Judge every candidate, and enter what the others wrote on paper."""
    main = officer.locator("main")
    officer.goto(address)
    candidates = [each.get_attribute("href") or "" for each in main.locator("tbody a").all()]
    for at, candidate in enumerate(each for each in candidates if "/contests/nominations/" in each):
        officer.goto(candidate)
        own = main.locator("form[action$='/judge']")
        if at == 0:
            own.get_by_label("比思路").fill("31")
            own.get_by_role("button", name="保存评分").click()
            expect(main).to_contain_text("高于允许的最大值")
            shoot(officer, "contest-sheet-refused-pc")
        for name, points in (("比思路", 25 - at), ("比干劲", 24), ("比成效", 30)):
            own.get_by_label(name).fill(str(points))
        own.get_by_role("button", name="保存评分").click()
        for name in ("韩敏", "罗静"):
            officer.goto(candidate)
            paper = main.locator("form[action$='/enter']")
            member = paper.locator("select[name=member] option", has_text=name)
            paper.locator("select[name=member]").select_option(value=member.get_attribute("value"))
            paper.get_by_label("哪份纸质材料").fill(f"评分表第{at + 1}号")
            for code, points in (("plan", 20), ("work", 26 - at), ("effect", 31)):
                paper.locator(f"[name={code}]").fill(str(points))
            paper.get_by_role("button", name="登记").click()
        expect(main).to_contain_text("评分已录入")
        if at == 0:
            shoot(officer, "contest-candidate-pc")
            assert_accessible(officer)


def decide(officer: Page, address: str) -> None:
    """Choose two; passing over who has more points asks for a reason."""
    main = officer.locator("main")
    officer.goto(address)
    officer.get_by_role("link", name="决定入选单位").click()
    chosen = main.locator("input[name=chosen]")
    main.get_by_label("决定理由").fill("按得分由高到低。")
    chosen.nth(1).check()
    main.get_by_role("button", name="决定入选单位").click()
    expect(main).to_contain_text("须逐个写明理由")
    expect(main.get_by_label("决定理由")).to_have_value("按得分由高到低。")
    shoot(officer, "contest-decide-pc")
    assert_accessible(officer)
    chosen.nth(0).check()
    main.locator("select[name=signed_by]").select_option(index=1)
    main.get_by_role("button", name="决定入选单位").click()
    expect(main).to_contain_text("署名评审人")


def object_as_member(member: Page) -> None:
    """Object on a phone to what is made known."""
    main = member.locator("main")
    member.goto("/notices")
    main.get_by_role("link", name=re.compile(CONTEST)).first.tap()
    expect(main).to_contain_text("茶山村")
    expect(main).not_to_contain_text("竹林村")
    shoot(member, "contest-notice-phone")
    assert_accessible(member)
    member.get_by_role("link", name="提出异议").tap()
    member.get_by_role("textbox").first.fill("板栗村的合作社账目没有公开，请核对。")
    member.get_by_role("button", name="提交").tap()
    expect(main.locator(".gm-receipt")).to_be_visible()


def uphold_and_strike(officer: Page, address: str) -> None:
    """Uphold the objection, and say what follows from it: not without a reason."""
    main = officer.locator("main")
    officer.goto("/notices/objections")
    main.locator("tbody a").first.click()
    main.get_by_label("异议成立", exact=True).check()
    main.locator("textarea").fill("账目公开不全，已核实。")
    main.get_by_role("button", name="答复", exact=True).click()
    officer.goto(address)
    expect(main).to_contain_text("有1件异议成立，尚未处理")
    heeding = main.locator("form[action$='/heed']")
    struck = heeding.locator("option", has_text="板栗村").get_attribute("value") or ""
    heeding.locator("select").select_option(value=struck)
    heeding.get_by_label("原因").fill(" ")
    heeding.get_by_role("button", name="保存").click()
    expect(heeding).to_contain_text("原因：此项必填")
    expect(heeding.locator("select")).to_have_value(struck)
    shoot(officer, "contest-heed-refused-pc")
    assert_accessible(officer)
    heeding.get_by_label("原因").fill("账目未公开，取消入选。")
    heeding.get_by_role("button", name="保存").click()
    expect(main).to_contain_text("因异议取消")


def test_contest_from_its_document_to_its_award_and_its_end(visit: Visit, site: Site) -> None:
    officer = visit("officer")
    main = officer.locator("main")
    address = open_contest(officer)
    name_panel(officer, address, site.logins["officer"])

    town = visit("town")
    for at in range(3):
        fill_nomination(town, address, "支部牵头成立合作社，联农带农。").click()
        expect(town.locator("main")).to_contain_text("已推荐")
        if at == 0:
            shoot(town, "contest-nominated-pc")
            assert_accessible(town)
    late = fill_nomination(town, address, "来晚了的推荐理由。")
    site.let_pass(30)
    late.click()
    expect(town.locator("main")).to_contain_text("推荐截止于")
    expect(town.locator("#field-text")).to_have_value("来晚了的推荐理由。")
    shoot(town, "contest-late-pc")

    officer.goto(address)
    press(officer, "结束推荐，开始评审")
    expect(main).to_contain_text("您是评审组成员")
    shoot(officer, "contest-review-pc")
    assert_accessible(officer)
    judge(officer, address)
    decide(officer, address)
    press(officer, "公示入选单位")
    expect(main).to_contain_text("公示期到")
    object_as_member(visit("member", "phone"))
    uphold_and_strike(officer, address)

    site.let_pass(20)
    officer.goto(address)
    press(officer, "授予")
    expect(main).to_contain_text("已授予，并列入名册")
    shoot(officer, "contest-conferred-pc")
    assert_accessible(officer)
    officer.goto("/honours")
    expect(main.locator("tbody tr")).to_have_count(1)
    main.locator("tbody a").first.click()
    expect(main).to_contain_text("荣誉编号")
    expect(main).to_contain_text("有效")
    shoot(officer, "contest-honour-pc")
    honour = officer.url
    town.goto(address)
    expect(town.locator("main")).to_contain_text("因异议取消")

    site.let_pass(400)
    officer.goto(honour)
    expect(main.locator(".gm-heading")).to_contain_text("已终止")
