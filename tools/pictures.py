"""Photograph every page that links lead to, as several people, on a PC and on a phone.

``tools/pictures.py ADDRESS FOLDER [PERSON…]`` walks a served demonstration. A person looks at the
pictures; the machine names what it can see itself: a page wider than its screen, a word of
English on a Chinese page, a fault in the console.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import BrowserContext, Error, Page, sync_playwright

PEOPLE = ("officer", "secretary", "town", "county", "leader", "auditor", "operator")
SIZES = {"pc": (1440, 900), "phone": (390, 844)}
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
OF_ONE_ROUTE = 1
"""How many pages of one route are photographed for one person: lists that differ in their order are one."""

NOT_A_PAGE = re.compile(
    r"^/(static|api)|sign-out|[?&](export|format|sort|page|status|cell)=|\.(xlsx|csv|docx|pdf|ics)|/bytes|/download"
)
ENGLISH = re.compile(r"\b[A-Za-z]{3,}(?: [a-z]{2,}){2,}\b")


def route_of(address: str) -> str:
    """Return an address as its route: what stands for one thing is left out."""
    path, query = urlsplit(address).path, urlsplit(address).query
    named = "&".join(sorted(part.split("=")[0] for part in query.split("&") if part))
    path = re.sub(r"^/(handbook/\w+|library|duties)/\w+", r"/\1/N", path)
    return re.sub(r"/(?=[^/]*\d)[\w.-]+", "/N", path) + ("?" + named if named else "")


def seen_by_machine(page: Page, heard: list[str]) -> list[str]:
    """Return what is wrong with a page that needs no eye."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    faults = [f"wider than the screen by {wide}px"] if wide > 0 else []
    text = page.evaluate("document.body.innerText")
    faults += [f"English: {found!r}" for found in sorted(set(ENGLISH.findall(text)))[:3]]
    return faults + heard


def photograph(page: Page, folder: Path, name: str) -> list[str]:
    """Leave a picture of a page at each size; return its faults."""
    faults = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(150)
        page.screenshot(path=folder / f"{name}.{size}.png", full_page=True)
        faults += [f"{size}: {fault}" for fault in seen_by_machine(page, [])]
    return faults


def walk(context: BrowserContext, address: str, who: str, folder: Path) -> None:
    """Follow the links of one person and photograph each route."""
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    enter(page, address, who)
    waiting, seen, count = [page.url], {page.url}, defaultdict[str, int](int)
    while waiting:
        url = waiting.pop(0)
        route = route_of(url)
        count[route] += 1
        if count[route] > OF_ONE_ROUTE:
            continue
        heard.clear()
        try:
            answer = page.goto(url)
        except Error as refused:  # what is taken along as a file is no page
            if "Download is starting" not in str(refused):
                raise
            continue
        if answer is None or "html" not in answer.headers.get("content-type", ""):
            continue
        name = re.sub(r"[^\w]+", "-", f"{who}{route}").strip("-") + f"-{count[route]}"
        try:
            faults = photograph(page, folder, name) + heard
        except Error as failed:
            faults = [f"no picture: {str(failed).splitlines()[0]}", *heard]
        print(f"{name}  {answer.status}  {url}  {'; '.join(faults)}", flush=True)
        for link in page.eval_on_selector_all("a[href]", "all => all.map(each => each.href)"):
            onward = urljoin(url, link).partition("#")[0]
            if (
                onward not in seen
                and onward.startswith(address)
                and not NOT_A_PAGE.search(onward[len(address) :])
            ):
                seen.add(onward)
                waiting.append(onward)


def enter(page: Page, address: str, who: str) -> None:
    """Sign in by the demonstration's button."""
    page.goto(address + "/sign-in")
    door = page.locator(f"form:has(input[name=login][value^='{who}.']) button").first
    with page.expect_navigation():
        door.click()


def main(arguments: list[str]) -> int:
    """Photograph a served demonstration."""
    if len(arguments) < 2:
        sys.exit("Use: tools/pictures.py ADDRESS FOLDER [PERSON…]")
    address, folder, *people = arguments
    Path(folder).mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for who in people or PEOPLE:
            walk(browser.new_context(locale="zh-CN"), address.rstrip("/"), who, Path(folder))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
