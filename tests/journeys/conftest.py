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
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

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


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The small demonstration, made by the command and served by the command."""
    folder = tmp_path_factory.mktemp("demo")
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("GANGMU_")}
    surroundings.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "gangmu"]
    port = _free_port()
    subprocess.run(
        [*command, "demo", "--data", str(folder), "--no-serve"], check=True, env=surroundings, timeout=300
    )
    server = subprocess.Popen(
        [*command, "serve", "--data", str(folder), "--port", str(port)], env=surroundings
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address)
        accounts = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
        yield {"address": address, "folder": folder, "accounts": {each["login"]: each for each in accounts}}
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(address: str) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(address + "/sign-in", timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the site did not start")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all journeys."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


SIZES = {"pc": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def visit(site: dict[str, Any], chromium: Browser) -> Iterator[Callable[..., Page]]:
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
            base_url=site["address"],
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if login:
            page.goto("/sign-in")
            page.locator(f'form:has(input[name="login"][value="{login}"]) button').click()
            page.wait_for_load_state()
        return page

    yield make
    for context in contexts:
        context.close()
    assert [said for said in complaints if not re.search(r"status of 4\d\d", said)] == []


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
