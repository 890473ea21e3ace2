"""What stands at the year's end: a report whose figures open, a claim of a standard, a unit that gets its organization."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import assert_accessible, shoot
from tests.journeys.test_roles import refused

Visit = Callable[..., Page]


def test_officer_writes_a_report_opens_a_figure_and_takes_it_along_as_word(visit: Visit) -> None:
    officer = visit("officer")
    main = officer.locator("main")
    officer.goto("/reports/new")
    officer.get_by_label("基层党建工作月度情况").check()
    officer.get_by_role("button", name="开始").click()
    main.get_by_role("link", name=re.compile("基层党建工作月度情况")).click()
    expect(main).to_contain_text("应反馈交办任务")
    shoot(officer, "report-draft-pc")
    assert_accessible(officer)
    address = officer.url

    with officer.expect_download() as download:
        main.get_by_role("link", name="Word").click()
    assert download.value.suggested_filename.endswith(".docx")
    officer.locator("main a[href*='/reports/figures/'][href*='orders.due']").first.click()
    expect(main).to_contain_text("分母")
    shoot(officer, "report-figure-pc")

    refused(visit("secretary"), address, 404)


def test_secretary_claims_a_standard_and_the_town_finds_what_was_handed_in(visit: Visit) -> None:
    secretary = visit("secretary")
    main = secretary.locator("main")
    secretary.goto("/standards/branch_basics/")
    secretary.get_by_role("button", name=re.compile("申报.*年度")).first.click()
    for part in ("assembly", "life_meeting", "theme_day", "lecture"):
        secretary.locator(f"input[name=met_{part}][value=no]").check()
    for part in ("committee", "members"):
        secretary.locator(f"input[name=met_{part}][value=yes]").check()
    secretary.locator("textarea[name=note_members]").fill("党员名册已核对。")
    secretary.get_by_role("button", name="提交", exact=True).click()
    expect(main).to_contain_text("作为证据的记录不够")
    expect(secretary.locator("textarea[name=note_members]")).to_have_value("党员名册已核对。")
    shoot(secretary, "claim-refused-pc")
    claim = re.search(r"/claims/(\d+)", secretary.url)
    assert claim is not None
    refused(visit("town"), f"/claims/{claim[1]}", 404)

    secretary.locator("input[name=met_committee][value=no]").check()
    secretary.get_by_role("button", name="提交", exact=True).click()
    expect(main).to_contain_text("已提交，待评定")
    shoot(secretary, "claim-submitted-pc")
    town = visit("town")
    town.goto("/claims")
    town.get_by_role("link", name=re.compile("党支部基本规范")).first.click()
    expect(town.locator("main")).to_contain_text("党员名册已核对")
    assert_accessible(town)


def test_officer_names_a_units_organization_and_takes_a_wrong_one_back(visit: Visit) -> None:
    officer = visit("officer")
    main = officer.locator("main")
    officer.goto("/orgs/1/units?without=1")
    main.locator("a[href^='/orgs/units/']").first.click()
    expect(main).to_contain_text("未建组织")
    address = officer.url

    def change(name: str) -> None:
        officer.locator("summary").filter(has_text="变更").click()
        officer.get_by_role("link", name=name).click()

    change("填写所建组织")
    officer.get_by_label("所建党组织").press_sequentially("第一小学")
    officer.get_by_role("option").first.click()
    shoot(officer, "unit-cover-pc")
    assert_accessible(officer)
    officer.get_by_role("button", name="确定").click()
    expect(main.locator("dl")).to_contain_text("第一小学")
    shoot(officer, "unit-pc")
    assert_accessible(officer)
    change("没有组织")
    officer.get_by_role("button", name="确定").click()
    expect(main.locator("dl")).not_to_contain_text("第一小学支部")

    refused(visit("leader"), f"{address}/change/cover", 403)
