"""A demonstration that is really served, and browsers that people would use."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from pydantic import TypeAdapter

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[1] / "vendor" / "axe" / "axe.min.js"
SHOTS = Path(os.environ.get("GANGMU_SHOTS", "")) if os.environ.get("GANGMU_SHOTS") else None
"""Where screenshots are left, if anywhere: they are looked at by people."""

expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.xdist_group("journeys"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """The small demonstration, made by the command and served by the command; ``asked`` is what it is to play."""

    def __init__(self, folder: Path, *asked: str) -> None:
        self.folder = folder
        self.address = f"http://127.0.0.1:{_free_port()}"
        self.server: subprocess.Popen[bytes] | None = None
        self.run("demo", "--no-serve", *asked)
        doors = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
        self.logins = {door["login"].split(".")[0]: door["login"] for door in doors}

    def run(self, name: str, *arguments: str) -> str:
        """Run one command on the demonstration, as its operator would."""
        command = [sys.executable, "-m", "gangmu", name, *arguments, "--data", str(self.folder)]
        done = subprocess.run(
            command, check=True, env=surroundings(), timeout=900, capture_output=True, text=True
        )
        return done.stdout

    def start(self) -> None:
        """Serve it, and wait until it answers."""
        port = self.address.rsplit(":", 1)[1]
        command = [sys.executable, "-m", "gangmu", "serve", "--data", str(self.folder), "--port", port]
        self.server = subprocess.Popen(command, env=surroundings())
        _wait_for(self.address)

    def stop(self) -> None:
        """Stop serving."""
        if self.server is not None:
            self.server.terminate()
            self.server.wait(timeout=30)
            self.server = None

    def let_pass(self, days: int) -> None:
        """Let some days pass: the demonstration's own clock is set, and the site started again."""
        self.stop()
        file = self.folder / "demo-world.json"
        state = json.loads(file.read_text(encoding="utf-8"))
        offset = TypeAdapter(timedelta).validate_python(state["clock_offset"]) + timedelta(days=days)
        state["clock_offset"] = TypeAdapter(timedelta).dump_python(offset, mode="json")
        file.write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
        self.start()


def surroundings() -> dict[str, str]:
    """The environment of a person's terminal: nothing of the suite's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GANGMU_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return kept


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One demonstration for all journeys."""
    made = Site(tmp_path_factory.mktemp("demo"))
    made.start()
    yield made
    made.stop()


def _wait_for(address: str) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(address + "/sign-in", timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the site did not start")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the journeys of a file: while it is open, Django's tables are closed to this process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


SIZES = {"pc": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def visit(site: Site, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a browser as somebody at a desk or on a phone; what the console complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def make(login: str = "", size: str = "pc") -> Page:
        context = chromium.new_context(
            viewport=SIZES[size],
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=size == "phone",
            is_mobile=size == "phone",
            base_url=site.address,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if login:
            page.goto("/sign-in")
            page.locator(f'form:has(input[name="login"][value="{site.logins[login]}"]) button').click()
            page.wait_for_load_state()
        return page

    yield make
    for context in contexts:
        context.close()
    assert [said for said in complaints if not re.search(r"status of 4\d\d", said)] == []


TAP, KEY, LOOK = 1.5, 0.3, 5.0
"""Seconds that a person is granted for a tap, for a key, and to look at a page before doing anything."""

KEYS_OF_A_CHARACTER = 3
"""Keys pressed for a Chinese character, by pinyin."""


class Thumb:
    """A person at a phone: what is tapped, typed and looked at is counted, beside what the machine takes."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = self.keys = self.pages = 0
        self.begun = time.monotonic()

    def tap(self, locator: Locator) -> None:
        """Tap something."""
        self.taps += 1
        locator.tap()

    def write(self, locator: Locator, text: str) -> None:
        """Tap a field and write into it, in place of what stands there."""
        self.tap(locator)
        locator.fill(text)
        self.keys += sum(1 if each.isascii() else KEYS_OF_A_CHARACTER for each in text)

    def look(self) -> None:
        """Look at a page that has come."""
        self.pages += 1

    @property
    def seconds(self) -> float:
        """How long all of it took: what the machine took, and what a person is granted."""
        machine = time.monotonic() - self.begun
        return machine + self.taps * TAP + self.keys * KEY + self.pages * LOOK


def assert_accessible(page: Page) -> None:
    """Have axe look at the page as it is now."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    found = [
        f"{each['id']}: {each['help']} {[node['html'][:120] for node in each['nodes'][:3]]}"
        for each in result["violations"]
    ]
    assert found == [], page.url


def shoot(page: Page, name: str) -> None:
    """Leave a screenshot for people to judge, where they asked for it."""
    if SHOTS is not None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png")
