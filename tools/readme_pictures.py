"""Take the README's pictures anew from served demonstrations, each by the way its reader goes.

``tools/readme_pictures.py YEAR_ADDRESS CONTEST_ADDRESS`` writes docs/screenshots: the first is a year that
was played whole (``gangmu demo --place linxia --size full --year 2015``), the second a place with
contests (``gangmu demo --place pingqiao``).
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from pictures import ARGUMENTS, CHROMIUM, SIZES, enter
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent.parent / "docs" / "screenshots"


@dataclass(frozen=True)
class Picture:
    """One picture: whose page it is, where the way begins, which links are followed from there."""

    name: str
    who: str
    path: str
    links: tuple[str, ...] = ()
    size: str = "pc"
    contests: bool = False


PICTURES = (
    Picture("account", "county", "/accounts?period=2015-12"),
    Picture("issue", "officer", "/duties/dues/issue?period=2016-02"),
    Picture("workbench", "town", "/desk"),
    Picture("task-phone", "secretary", "/tasks", ("main a[href^='/tasks/']:not([href*=answered])",), "phone"),
    Picture("burden", "officer", "/burden/?period=2015"),
    Picture("ledger", "county", "/ledgers/village_basics"),
    Picture("year-printed", "officer", "/accounts/year?year=2015", ("a[href*='/year/print']",)),
    Picture("thread", "officer", "/threads?year=2015", ("main a[href*='/committee_meetings?']",)),
    Picture("loop", "county", "/threads/loop?year=2015"),
    Picture("leader", "leader", "/leader?month=2015-12"),
    Picture("round", "county", "/appraisals/1/"),
    Picture("result", "secretary", "/appraisals/1/", ("main a[href*='/of/']",)),
    Picture("whatif", "officer", "/appraisals/1/", ("main a[href*='/what-if/branch']",)),
    Picture("doubts", "officer", "/quality"),
    Picture("report", "officer", "/reports", ("main a[href^='/reports/']:not([href*=new])",)),
    Picture("contest", "officer", "/contests", ("main a[href^='/contests/']",), contests=True),
    Picture("member-phone", "member", "/desk", ("main a[href*='our-month']",), "phone"),
)


def main(arguments: list[str]) -> int:
    """Take every picture, or those that are named."""
    if len(arguments) < 2:
        sys.exit("Use: tools/readme_pictures.py YEAR_ADDRESS CONTEST_ADDRESS [NAME…]")
    year, contests, *names = arguments
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for picture in PICTURES:
            if names and picture.name not in names:
                continue
            page = browser.new_context(locale="zh-CN").new_page()
            width, height = SIZES[picture.size]
            page.set_viewport_size({"width": width, "height": height})
            address = (contests if picture.contests else year).rstrip("/")
            enter(page, address, picture.who)
            page.goto(address + picture.path)
            for link in picture.links:
                page.goto(address + str(page.locator(link).first.get_attribute("href")))
            page.wait_for_timeout(400)
            page.screenshot(path=FOLDER / f"{picture.name}.png")
            print(picture.name, page.url.removeprefix(address))
            page.context.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
