"""What other roles come for, in a minute each: one thing opened, one thing done, one refusal seen."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, assert_accessible, shoot, surroundings

Visit = Callable[..., Page]


def refused(page: Page, address: str, status: int) -> None:
    """Open an address that the server does not give."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == status


def test_prefecture_officer_follows_a_goal_and_takes_the_loop_along(visit: Visit) -> None:
    officer = visit("officer")
    officer.goto("/threads")
    expect(officer.get_by_role("heading", level=1)).to_have_text("目标链条")
    assert_accessible(officer)
    officer.get_by_role("link", name="召开支委会").first.click()
    expect(officer.locator("#orders")).to_contain_text("已交办")
    shoot(officer, "thread-pc")
    assert_accessible(officer)
    officer.goto("/threads/loop")
    shoot(officer, "loop-pc")
    assert_accessible(officer)
    with officer.expect_download() as download:
        officer.get_by_role("link", name="Excel").first.click()
    assert download.value.suggested_filename.endswith(".xlsx")

    refused(officer, "/threads/yearly_goals/no_such_goal", 404)


def test_leader_reads_how_healthy_the_loop_is_and_changes_nothing(visit: Visit) -> None:
    leader = visit("leader")
    leader.goto("/threads/loop")
    leader.locator(".gm-figure").filter(has_text="已反馈").click()
    expect(leader.get_by_role("heading", level=1)).to_have_text("这个数由哪些任务组成")

    refused(leader, "/appraisals/open/", 403)


def test_town_officer_looks_at_the_own_villages_and_no_others(visit: Visit) -> None:
    town = visit("town")
    town.goto("/threads/loop")
    shoot(town, "loop-town-pc")
    expect(town.get_by_role("table").last).to_contain_text("村")

    refused(town, "/threads/loop?org=1", 404)


def test_secretary_sees_on_a_phone_what_the_own_branch_is_to_reach(visit: Visit) -> None:
    secretary = visit("secretary", "phone")
    secretary.goto("/threads")
    secretary.get_by_role("link", name="召开支委会").first.tap()
    expect(secretary.locator(".gm-thread > li")).to_have_count(13)
    shoot(secretary, "thread-phone")
    assert_accessible(secretary)

    refused(secretary, "/threads?org=1", 404)


GOALS = """title: 试点目标
follows: {document: 试点方案, article: 一}
phases: [{code: all, title: 全程, from_year: 2020, to_year: 2030}]
metrics:
  - {code: meetings, title: 开会, duties: [no_such_duty]}
"""


def test_pack_author_is_told_what_a_goal_names_in_vain_and_reads_the_handbook(
    visit: Visit, tmp_path: Path
) -> None:
    pack = tmp_path / "pilot"
    (pack / "programme").mkdir(parents=True)
    (pack / "pack.yaml").write_text('title: 试点县\nversion: "1.0"\nextends: base\n', encoding="utf-8")
    (pack / "programme" / "goals.yaml").write_text(GOALS, encoding="utf-8")
    command = [sys.executable, "-m", "gangmu", "check", str(pack)]

    told = subprocess.run(
        command, env=surroundings(), capture_output=True, text=True, timeout=60, check=False
    )

    assert told.returncode == 1
    assert re.search(r"goals\.yaml:5: reference there is no duty no_such_duty", told.stdout + told.stderr)
    author = visit("officer")
    author.goto("/handbook")
    author.get_by_role("link", name="基层党建年度目标").click()
    expect(author.locator("main")).to_contain_text("yearly_goals.yaml")
    refused(author, "/handbook/programme/no_such_programme", 404)


def test_roles_enter_by_doors_of_the_demonstration(site: Site) -> None:
    assert {"officer", "leader", "town", "secretary"} <= site.logins.keys()


def leads_on(page: Page) -> set[str]:
    """Return where the links of a page's own content and menu lead, within the site."""
    links = page.eval_on_selector_all("a[href^='/']", "all => all.map(each => each.getAttribute('href'))")
    return {link.partition("#")[0] for link in links}


def test_member_on_a_phone_reads_the_month_objects_and_finds_the_answer_again(visit: Visit) -> None:
    member = visit("member", "phone")
    main = member.locator("main")
    expect(main).to_contain_text("目前没有需要您办理的事项")
    expect(main).not_to_contain_text("超期")
    shoot(member, "member-desk-phone")
    assert_accessible(member)
    for link in sorted(leads_on(member) - {"/"}):
        answer = member.goto(link)
        assert answer is not None
        assert answer.status == 200, link

    member.goto("/desk")
    member.get_by_role("link", name="看本组织当月账单").tap()
    expect(main.get_by_role("heading", level=1)).to_contain_text("本组织账单")
    expect(main).to_contain_text("召开支委会")
    expect(main).to_contain_text("16个党组织")
    shoot(member, "member-month-phone")
    assert_accessible(member)

    member.goto("/notices")
    main.get_by_role("link", name=re.compile("任务完成情况公示")).first.tap()
    expect(main).to_contain_text("应反馈任务")
    member.get_by_role("link", name="提出异议").tap()
    member.get_by_role("textbox").first.fill("本支部的支委会按期开过，请核对。")
    member.get_by_role("button", name="提交").tap()
    shoot(member, "member-receipt-phone")
    receipt = main.locator(".gm-receipt").inner_text()
    member.get_by_role("link", name="查询答复").tap()
    member.get_by_label("回执").fill(receipt)
    member.get_by_role("button", name="查询").tap()
    expect(main).to_contain_text("请核对")
    expect(main).to_contain_text("尚未答复")
    member.get_by_role("link", name="工作台").tap()
    expect(main).to_contain_text("目前没有需要您办理的事项")


def test_member_is_refused_what_is_the_offices_and_what_is_others(visit: Visit) -> None:
    member = visit("member", "phone")
    own = member.locator("main a[href*='org=']").first.get_attribute("href") or ""
    branch = re.search(r"org=(\d+)", own)
    assert branch is not None
    number = int(branch[1])

    for address in ("/orders", "/records", "/people/1", f"/orgs/{number}/people", "/accounts", "/log"):
        refused(member, address, 403)
        expect(member.locator("main")).to_contain_text("无权")
    refused(member, f"/orgs/{number + 1}", 404)
    expect(member.locator("main")).to_contain_text("没有这个组织")
    refused(member, f"/our-month?org={number + 1}", 404)
    refused(member, f"/orgs/{number + 1}/people", 403)
