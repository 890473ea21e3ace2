"""The pages in a real browser: at both sizes, without faults and without complaints of axe."""

from pathlib import Path
from typing import Any

import pytest

AXE = (Path(__file__).resolve().parents[1] / "vendor" / "axe" / "axe.min.js").read_text(encoding="utf-8")
SIZES = {"pc": (1440, 900), "phone": (390, 844)}
PAGES = ("", "gallery", "answer", "sign-in", "sheet", "offline", "nowhere", "?as=stranger")

pytestmark = [pytest.mark.journey, pytest.mark.slow]


def opened(browser: Any, address: str, size: str, **more: Any) -> Any:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", bypass_csp=False, **more
    )
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page


def complaints(page: Any) -> list[str]:
    """Run axe in a world of its own: the page's policy lets no foreign script in."""
    session = page.context.new_cdp_session(page)
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})
    ask = {"contextId": world["executionContextId"], "awaitPromise": True, "returnByValue": True}
    session.send("Runtime.evaluate", {"expression": AXE, **ask})
    found = session.send(
        "Runtime.evaluate",
        {
            "expression": "axe.run().then((found) => found.violations.map((fault) => fault.id + ': ' "
            "+ fault.nodes.slice(0, 3).map((node) => node.html).join(' | ')))",
            **ask,
        },
    )
    return list(found["result"]["value"])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_faults_for_axe_and_stays_within_its_width(
    browser: Any, server: str, name: str, size: str
):
    page = opened(browser, f"{server}/{name}", size)

    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert [text for text in page.said if "404" not in text] == []
    page.context.close()


def test_filters_are_there_again_when_the_window_widens(browser: Any, server: str):
    page = opened(browser, server, "phone")
    wanted = page.get_by_label("组织名称")
    assert not wanted.is_visible()

    page.set_viewport_size({"width": 1440, "height": 900})
    wanted.wait_for(state="visible")
    page.set_viewport_size({"width": 390, "height": 844})
    wanted.wait_for(state="hidden")
    page.context.close()


def test_tab_that_is_shown_stands_in_sight_on_a_narrow_screen(browser: Any, server: str):
    page = opened(browser, f"{server}/?tab=4", "phone")

    tab = page.locator(".gm-tabs [aria-current]").bounding_box()

    assert tab["x"] >= 0
    assert tab["x"] + tab["width"] <= SIZES["phone"][0]
    page.context.close()


def test_large_type_keeps_the_layout(browser: Any, server: str):
    page = opened(browser, f"{server}/", "phone")
    page.context.add_cookies([{"name": "gangmu_type", "value": "large", "url": server}])
    before = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")

    page.reload()

    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > before
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()


def test_slash_finds_an_organization_and_arrows_reach_it(browser: Any, server: str):
    page = opened(browser, f"{server}/", "pc")

    page.keyboard.press("/")
    page.keyboard.type("折桥")
    page.get_by_role("link", name="中共折桥镇委员会 622900").wait_for()
    page.keyboard.press("ArrowDown")

    assert page.evaluate("document.activeElement.textContent.trim()").startswith("中共折桥镇委员会")
    page.context.close()


def test_a_finder_keeps_the_value_that_was_chosen_by_keyboard(browser: Any, server: str):
    page = opened(browser, f"{server}/answer", "phone")

    page.get_by_role("combobox", name="结对党组织").press_sequentially("南龙")
    page.get_by_role("option", name="中共南龙镇委员会").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    assert page.locator("input[type=hidden][name=partner]").input_value() == "1"
    assert page.get_by_role("combobox", name="结对党组织").input_value() == "中共南龙镇委员会"
    page.context.close()


def test_a_form_comes_back_with_what_was_typed_and_what_is_wrong(browser: Any, server: str):
    page = opened(browser, f"{server}/answer", "phone")
    page.get_by_label("会议主题").fill("讨论分红方案")
    page.get_by_label("实到人数").fill("二十九")

    page.get_by_role("button", name="提交").click()
    page.wait_for_load_state("networkidle")

    assert page.get_by_label("会议主题").input_value() == "讨论分红方案"
    assert page.get_by_label("实到人数").input_value() == "二十九"
    assert page.locator("#field-present-fault").inner_text().strip() == "这不是数字。"
    assert page.evaluate("document.activeElement.className") == "gm-summary"
    page.context.close()


def test_a_branch_of_the_tree_is_fetched_when_it_is_opened(browser: Any, server: str):
    page = opened(browser, f"{server}/gallery", "pc")

    page.get_by_role("button", name="南龙镇党委的下级组织").click()

    page.get_by_role("link", name="大庄村支部").wait_for()
    page.get_by_role("button", name="南龙镇党委的下级组织").click()
    assert page.get_by_role("link", name="大庄村支部").is_hidden()
    page.context.close()


def test_a_consequence_is_asked_for_first(browser: Any, server: str):
    page = opened(browser, f"{server}/gallery", "pc")

    page.get_by_role("button", name="查看联系电话").click()
    assert page.get_by_text("查看完整信息将记入日志").is_visible()
    page.get_by_role("button", name="确定").click()

    page.get_by_text("13812345678").wait_for()
    page.context.close()


def test_a_form_is_sent_only_after_it_was_confirmed(browser: Any, server: str):
    page = opened(browser, f"{server}/gallery", "pc")

    page.get_by_role("button", name="提交").click()
    page.get_by_role("button", name="取消").click()
    stayed = page.url
    page.get_by_role("button", name="提交").click()
    page.get_by_role("button", name="确定").click()
    page.wait_for_url(f"{server}/answer")

    assert stayed == f"{server}/gallery"
    page.context.close()


def test_what_was_typed_stays_while_the_network_is_down(browser: Any, server: str):
    page = opened(browser, f"{server}/answer", "phone")
    page.get_by_label("会议主题").fill("讨论分红方案")

    page.context.set_offline(True)
    page.get_by_role("button", name="提交").click()

    assert page.get_by_text("网络已断开").is_visible()
    assert page.get_by_label("会议主题").input_value() == "讨论分红方案"
    page.context.close()


def test_a_refusal_of_a_part_is_a_note_on_the_page(browser: Any, server: str):
    page = opened(browser, f"{server}/problems", "phone")

    page.get_by_role("button", name="冲突").click()

    page.get_by_role("alert").filter(has_text="现在不能这样操作了").wait_for()
    page.context.close()


def test_a_chart_is_drawn_under_the_strict_policy(browser: Any, server: str):
    page = opened(browser, f"{server}/gallery", "pc")

    page.locator("[data-chart] canvas").first.wait_for()

    assert page.said == []
    page.context.close()


def test_a_table_prints_as_a_table_and_without_its_tools(browser: Any, server: str):
    page = opened(browser, f"{server}/", "phone")

    page.emulate_media(media="print")

    assert page.locator(".gm-nav").is_hidden()
    assert page.locator(".gm-table-tools").first.is_hidden()
    assert page.evaluate("getComputedStyle(document.querySelector('tbody tr')).display") == "table-row"
    page.context.close()
