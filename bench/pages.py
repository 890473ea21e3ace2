"""How long every page takes on the full demonstration, and how many queries, for each of its people.

``GANGMU_BENCH_DEMO=DIR`` takes a demonstration that is there already; otherwise a full one
is built first. The pages are found by following links from the workbench; a route that
nobody reaches is named. The baseline of the ratio is a page that needs no account.

A page's figure is the 95th percentile of its calls. ``GANGMU_BENCH_CLOCK=cpu`` judges by the
time that the process worked instead of the time that passed: on a machine that others use as
well, and with the embedded database, which works within the process. ``GANGMU_BENCH_WHO=town``
measures one of the people, ``GANGMU_BENCH_EACH=9`` so many pages of every route.
"""

import json
import os
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness import Report, median, percentile

PEOPLE = ("officer", "county", "town", "secretary", "leader", "auditor", "operator", "arbiter", "member")
INSTANCES = int(os.environ.get("GANGMU_BENCH_EACH", "3"))
"""How many pages of one route are measured for one person."""

REPEATS = 5
CLOSE_REPEATS = 20
"""How often a page is asked for that one of the first few calls shows near the bound."""

BOUND = 100.0
MOST_QUERIES = 60
BY_CPU = os.environ.get("GANGMU_BENCH_CLOCK") == "cpu"
LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)"')
PASSED_OVER = re.compile(r"^/(static|api|sign-out)|export=|format=|\.(xlsx|csv|docx|pdf)|/(word|excel)\b")
"""What is no page: files, documents to be sent, what other programs read."""


@dataclass(frozen=True)
class Page:
    """What was measured of one page for one person: times in milliseconds."""

    who: str
    route: str
    url: str
    passed: float
    worked: float
    queries: int

    @property
    def figure(self) -> float:
        """The time by which it is judged."""
        return self.worked if BY_CPU else self.passed

    def __str__(self) -> str:
        return (
            f"{self.who + ' ' + self.route:<44}{self.passed:8.1f} ms passed{self.worked:8.1f} ms worked"
            f"{self.queries:>4} queries  {self.url}"
        )


def place() -> str:
    """Return a folder with a full demonstration; build it if none is named."""
    given = os.environ.get("GANGMU_BENCH_DEMO")
    if given:
        return given
    from gangmu.site.cli import main as gangmu

    folder = tempfile.mkdtemp(prefix="gangmu-bench-")
    begun = time.perf_counter()
    if gangmu(["demo", "--size", "full", "--no-serve", "--data", folder]):
        sys.exit("the demonstration could not be built")
    print(f"  full demonstration built in {time.perf_counter() - begun:.0f} s", flush=True)
    return folder


def enter(login: str):
    """Return a browser in which somebody is signed in."""
    from django.test import Client
    from django.urls import reverse

    client = Client()
    answer = client.post(reverse("access-demo"), {"login": login, "next": "/"})
    if answer.status_code not in (302, 303):
        sys.exit(f"{login} cannot enter: {answer.status_code}")
    return client


def walk(client, who: str) -> Iterable[Page]:
    """Follow links from the workbench, and measure a few pages of every route."""
    from django.urls import Resolver404, resolve

    waiting, seen, count = ["/"], {"/"}, Counter()
    while waiting:
        url = waiting.pop(0)
        try:
            name = resolve(url.partition("?")[0]).view_name
        except Resolver404:
            print(f"  a link to nothing: {url}")
            continue
        count[name] += 1
        if count[name] > INSTANCES:
            continue
        answer, queries = counted(client, url)
        if answer.status_code in (301, 302, 303) and (onward := answer.headers["Location"]) not in seen:
            seen.add(onward)
            waiting.append(onward)
        if answer.status_code != 200:
            continue
        page = Page(who, name, url, *timed(client, url), queries)
        if page.figure > BOUND:
            print(f"    {page}", flush=True)
        yield page
        if "html" not in answer.headers.get("Content-Type", ""):
            continue
        for link in LINK.findall(answer.content.decode()):
            found = link.replace("&amp;", "&")
            if found not in seen and not PASSED_OVER.search(found):
                seen.add(found)
                waiting.append(found)


def counted(client, url: str):
    """Ask for a page once; return the answer and its number of queries."""
    from django.db import connection

    count = [0]

    def counting(execute, sql, params, many, context):
        count[0] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counting):
        answer = client.get(url)
    return answer, count[0]


def timed(client, url: str) -> tuple[float, float]:
    """Ask for a page some times; return what passed and what was worked, each at the 95th percentile."""
    passed, worked = [], []
    while len(passed) < REPEATS or (
        len(passed) < CLOSE_REPEATS and max(worked if BY_CPU else passed) > BOUND * 0.9
    ):
        begun, before = time.perf_counter(), time.process_time()
        client.get(url)
        worked.append((time.process_time() - before) * 1000)
        passed.append((time.perf_counter() - begun) * 1000)
    return percentile(passed, 0.95), percentile(worked, 0.95)


def pages() -> set[str]:
    """Return the names of all routes that are pages."""
    from django.urls import URLPattern, get_resolver

    def below(patterns, names: set[str]) -> set[str]:
        for pattern in patterns:
            if not isinstance(pattern, URLPattern):
                below(pattern.url_patterns, names)
            elif (door := getattr(pattern.callback, "door", None)) and "GET" in door.methods:
                names.add(pattern.name or str(pattern.pattern))
        return names

    return below(get_resolver().url_patterns, set())


def tell(measured: list[Page]) -> None:
    """Print a line for every route, the slowest page of every person, and every page above the bound."""
    routes = defaultdict(list)
    for each in measured:
        routes[each.who, each.route].append(each)
    print("  the slowest page of every route, the slowest first:")
    for found in sorted(routes.values(), key=lambda some: -max(page.figure for page in some)):
        print(f"    {max(found, key=lambda page: page.figure)}")
    print("  the slowest page of every person:")
    for who in dict.fromkeys(page.who for page in measured):
        print(f"    {max((page for page in measured if page.who == who), key=lambda page: page.figure)}")
    above = sorted((page for page in measured if page.figure > BOUND), key=lambda page: -page.figure)
    print(f"  above {BOUND:g} ms: {len(above) or 'none'}")
    for page in above:
        print(f"    {page}")


def main() -> None:
    """Measure every page for every one of the people."""
    folder = place()
    from gangmu.site.start import migrate, start

    start(Path(folder))
    migrate()
    report, measured = Report(), []
    logins = [each["login"] for each in json.loads((Path(folder) / "demo.json").read_text(encoding="utf-8"))]
    from django.test import Client

    from gangmu.site.serving import settle

    counted(Client(), "/sign-in")
    settle()  # as the served site does
    baseline = timed(Client(), "/sign-in")[BY_CPU]
    for who in os.environ.get("GANGMU_BENCH_WHO", "").split() or PEOPLE:
        login = next((each for each in logins if each.startswith(who + ".")), None)
        if login is None:
            print(f"  nobody enters as {who} here")
            continue
        client = enter(login)
        client.get("/desk")
        settle()
        found = list(walk(client, who))
        print(f"  {who}: {len(found)} pages", flush=True)
        measured += found
    tell(measured)
    reached = {page.route for page in measured}
    print(f"  never reached: {', '.join(sorted(pages() - reached)) or 'none'}")
    figures = [page.figure for page in measured]
    report.note("pages measured", str(len(measured)))
    report.note("p50", median(figures), "ms")
    report.note("ratio of p95 to the sign-in page", percentile(figures, 0.95) / baseline)
    report.at_most("p95", percentile(figures, 0.95), BOUND)
    report.at_most("the slowest page", max(figures), BOUND)
    report.at_most("queries of one page", max(page.queries for page in measured), MOST_QUERIES, "queries")
    report.close()


if __name__ == "__main__":
    main()
