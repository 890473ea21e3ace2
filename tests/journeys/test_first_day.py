"""The first day of an office, in the browser from nothing: founded, filled from Excel, slips printed, first order answered."""

import re
import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import SIZES, _free_port, _wait_for, assert_accessible, shoot, surroundings

PASSWORD = "kaihua-2015-zhibu"
ORGS = [
    # code, name, kind, level, founded on, parent's code, domain, area
    ("330824101", "中共华埠镇委员会", "党委", "乡级", "2010-07-01", "", "", ""),
    ("330824102", "中共马金镇委员会", "党委", "乡级", "2010年7月1日", "", "", ""),
    ("330824101201", "中共金星村支部委员会", "党支部", "村（社区）", "20100701", "330824101", "", ""),
    ("330824101202", "中共下界首村支部委员会", "党支部", "村（社区）", "2010.7.1", "330824101", "", ""),
    ("330824102201", "中共霞山村支部委员会", "党支部", "村（社区）", "2010/7/1", "330824102", "", ""),
]
POSTS = [
    ("330824101", "方建国", "乡镇（街道）党务工作者", "2020-03-01", "", "", "", "fangjg", ""),
    ("中共金星村支部委员会", "郑水根", "党组织书记", "2021-01-10", "1998-07-01", "", "", "zhengsg", ""),
    ("中共下界首村支部委员会", "余小青", "党组织书记", "2021-01-10", "2003-07-01", "", "", "yuxq", ""),
    ("中共霞山村支部委员会", "汪卫东", "党组织书记", "2021-01-10", "2001-07-01", "", "", "wangwd", ""),
]


class EmptySite:
    """A site served from a folder that holds nothing."""

    def __init__(self, folder: Path) -> None:
        port = _free_port()
        self.address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "gangmu", "serve", "--data", str(folder), "--port", str(port)]
        self.server = subprocess.Popen(command, env=surroundings(), stdout=subprocess.PIPE, text=True)
        try:
            self.code = self._code()
            _wait_for(self.address)
        except BaseException:
            self.stop()
            raise

    def _code(self) -> str:
        """Read the set-up code from the terminal, as whoever starts the site would."""
        assert self.server.stdout is not None
        for line in self.server.stdout:
            if found := re.search(r"set-up code (\S+)", line):
                return found[1]
        raise AssertionError("no set-up code was shown")

    def stop(self) -> None:
        """Stop serving."""
        self.server.terminate()
        self.server.communicate(timeout=30)


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[EmptySite]:
    made = EmptySite(tmp_path / "data")
    yield made
    made.stop()


@pytest.fixture
def open_page(empty_site: EmptySite, chromium: Browser) -> Iterator[Callable[[str], Page]]:
    """Open a browser at the empty site; what the console complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def make(size: str) -> Page:
        context = chromium.new_context(
            viewport=SIZES[size],
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=size == "phone",
            is_mobile=size == "phone",
            base_url=empty_site.address,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert [said for said in complaints if not re.search(r"status of 4\d\d", said)] == []


def pass_factor(page: Page) -> None:
    """Bind a one-time-code app, as the page shows its key."""
    key = page.locator("code").first.inner_text()
    page.get_by_label("验证器中的六位数字").fill(pyotp.TOTP(key).now())
    page.get_by_role("button", name="继续").click()


def fill_template(page: Page, panel: str, rows: list[tuple[str, ...]], folder: Path) -> Path:
    """Download a template and fill it in, as a person with Excel would."""
    with page.expect_download() as download:
        section = page.locator(".gm-panel").filter(has=page.get_by_role("heading", name=panel, exact=True))
        section.get_by_role("link", name="下载模板").click()
    file = folder / f"{panel}.xlsx"
    download.value.save_as(file)
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    for line, row in enumerate(rows, 2):
        for at, value in enumerate(row, 1):
            sheet.cell(line, at).value = value or None
    book.save(file)
    return file


def upload(page: Page, panel: str, file: Path) -> None:
    """Upload a filled sheet and see its preview."""
    section = page.locator(".gm-panel").filter(has=page.get_by_role("heading", name=panel, exact=True))
    section.locator('input[type="file"]').set_input_files(file)
    with page.expect_navigation():
        section.get_by_role("button", name="上传并预览").click()


def test_an_office_begins_from_nothing_and_has_its_first_order_answered(
    empty_site: EmptySite, open_page: Callable[[str], Page], tmp_path: Path
) -> None:
    officer = open_page("pc")
    officer.goto("/")
    expect(officer).to_have_url(re.compile("/first-day$"))
    shoot(officer, "first-day-pc")
    assert_accessible(officer)
    officer.get_by_label("终端窗口里的开通码").fill("AAAAA-AAAAA")
    officer.locator('input[name="pack"][value="base"]').check()
    officer.get_by_role("button", name="继续").click()
    expect(officer.get_by_text("开通码不对或已过期").first).to_be_visible()
    officer.get_by_label("终端窗口里的开通码").fill(empty_site.code)
    officer.locator('input[name="pack"][value="base"]').check()
    officer.get_by_role("button", name="继续").click()
    expect(officer).to_have_url(re.compile("/first-day/office$"))
    for label, text in (
        ("最上级党组织的名称", "中共开化县委员会"),
        ("代码", "330824"),
        ("成立日期", "2010-01-01"),
        ("您的姓名", "姜敏"),
        ("账号名", "jiangmin"),
    ):
        officer.get_by_label(re.compile(f"^{label}")).first.fill(text)
    officer.get_by_label(re.compile("^密码")).fill(PASSWORD)
    officer.get_by_label(re.compile("再输入一次密码")).fill(PASSWORD)
    shoot(officer, "first-day-office-pc")
    assert_accessible(officer)
    officer.get_by_role("button", name="开通").click()
    officer.wait_for_url("**/sign-in/set-up-code*")
    pass_factor(officer)
    expect(officer.get_by_role("heading", name="开通第一天")).to_be_visible()
    shoot(officer, "first-day-workbench-pc")
    assert_accessible(officer)

    officer.get_by_role("link", name="导入党组织").click()
    wrong = [*ORGS, ("330824101", "中共重码村支部委员会", "党支部", "村（社区）", "2010-07-01", "", "", "")]
    upload(officer, "组织", fill_template(officer, "组织", wrong, tmp_path))
    expect(officer.get_by_text("有 1 行有误").first).to_be_visible()
    shoot(officer, "first-day-import-faults-pc")
    officer.get_by_role("link", name="重新上传").click()
    upload(officer, "组织", fill_template(officer, "组织", ORGS, tmp_path))
    officer.get_by_role("button", name="确认写入").click()
    expect(officer.get_by_text("已写入").first).to_be_visible()
    officer.goto("/")
    officer.get_by_role("link", name="导入任职人员").click()
    upload(officer, "任职", fill_template(officer, "任职", POSTS, tmp_path))
    shoot(officer, "first-day-posts-pc")
    officer.get_by_role("button", name="确认写入").click()
    expect(officer.get_by_text("已写入").first).to_be_visible()

    officer.goto("/")
    officer.get_by_role("link", name="给每个党组织打印登录条").click()
    shoot(officer, "slips-pc")
    assert_accessible(officer)
    officer.get_by_role("button", name=re.compile("给未打印的 4 人打印")).click()
    expect(officer.locator(".gm-slip")).to_have_count(4)
    shoot(officer, "slips-printed-pc")
    assert_accessible(officer)
    codes = {
        slip.locator("dd").nth(0).inner_text(): slip.locator("dd").nth(1).inner_text()
        for slip in officer.locator(".gm-slip").all()
    }
    assert set(codes) == {"fangjg", "zhengsg", "yuxq", "wangwd"}

    town = open_page("pc")
    town.goto(f"/sign-in/start?{urllib.parse.urlencode({'login': 'fangjg', 'code': codes['fangjg']})}")
    town.get_by_label("新密码").fill(PASSWORD)
    town.get_by_role("button", name="设置密码并进入").click()
    town.wait_for_url("**/sign-in/set-up-code*")
    pass_factor(town)
    town.goto("/slips")
    expect(town.get_by_text("霞山")).to_have_count(0)
    town.locator("tr").filter(has_text="yuxq").locator('input[type="checkbox"]').check()
    town.get_by_role("button", name="打印选中的登录条").click()
    expect(town.locator(".gm-slip")).to_have_count(1)
    again = town.locator(".gm-slip dd").nth(1).inner_text()

    late = open_page("phone")
    late.goto(f"/sign-in/start?{urllib.parse.urlencode({'login': 'yuxq', 'code': codes['yuxq']})}")
    late.get_by_label("新密码").fill(PASSWORD)
    late.get_by_role("button", name="设置密码并进入").tap()
    expect(late.get_by_text("登录码已用过、已过期").first).to_be_visible()
    late.goto(f"/sign-in/start?{urllib.parse.urlencode({'login': 'yuxq', 'code': again})}")
    shoot(late, "start-phone")
    assert_accessible(late)
    late.get_by_label("新密码").fill(PASSWORD)
    late.get_by_role("button", name="设置密码并进入").tap()
    expect(late.get_by_role("heading", name="工作台")).to_be_visible()

    officer.goto("/")
    shoot(officer, "first-day-workbench-later-pc")
    officer.get_by_role("link", name="下达第一张交办单").click()
    officer.get_by_role("link", name="主题党日").first.click()
    officer.get_by_role("link", name="下达交办单").click()
    officer.get_by_role("button", name="下达给以上全部党组织").click()
    officer.wait_for_url("**/orders/*")

    late.goto("/")
    late.locator(".gm-work a").first.tap()
    late.wait_for_url("**/tasks/*")
    for field in late.locator("form.gm-form[action$='/answer'] [required]").all():
        if field.get_attribute("type") in ("text", None) and not field.input_value():
            field.fill("3" if field.get_attribute("inputmode") else "学习《支部工作条例》，走访困难党员")
    late.get_by_role("button", name="反馈", exact=True).tap()
    expect(late.get_by_role("status").filter(has_text="同一内容只报这一次").first).to_be_visible()
    shoot(late, "first-answer-phone")

    officer.goto("/")
    expect(officer.get_by_role("heading", name="工作台")).to_be_visible()
    expect(officer.get_by_role("heading", name="开通第一天")).to_have_count(0)
    officer.goto("/first-day")
    expect(officer.get_by_text("本站已经开通").first).to_be_visible()
