"""How long every page takes on the full demonstration, and how many queries, for each of its people.

``GANGMU_BENCH_DEMO=DIR`` takes a demonstration that is there already; otherwise a full one
is built first. The pages are found by following links from the workbench; a route that
nobody reaches is named. The baseline of the ratio is a page that needs no account.
"""

import json
import os
import re
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from harness import Report, median, percentile

PEOPLE = ("officer", "county", "town", "secretary", "leader", "auditor", "operator", "arbiter")
INSTANCES = 3
"""How many pages of one route are measured for one person."""

REPEATS = 5
BOUND = 100.0
MOST_QUERIES = 60
LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)"')
PASSED_OVER = re.compile(r"^/(static|api|sign-out)|export=|format=|\.(xlsx|csv|docx|pdf)|/(word|excel)\b")
"""What is no page: files, documents to be sent, what other programs read."""


@dataclass
class Route:
    """What was measured of one route."""

    milliseconds: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)
    slowest: str = ""


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


def walk(client, routes: dict[str, Route], who: str) -> None:
    """Follow links from the workbench, and measure a few pages of every route."""
    from django.urls import Resolver404, resolve

    waiting, seen, count = ["/"], {"/"}, defaultdict(int)
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
        answer = measure(client, url, routes[f"{who} {name}"])
        if answer.status_code in (301, 302, 303) and (onward := answer.headers["Location"]) not in seen:
            seen.add(onward)
            waiting.append(onward)
        if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
            continue
        for link in LINK.findall(answer.content.decode()):
            found = link.replace("&amp;", "&")
            if found not in seen and not PASSED_OVER.search(found):
                seen.add(found)
                waiting.append(found)


def measure(client, url: str, route: Route):
    """Ask for a page some times, keep its median and its number of queries."""
    from django.db import connection

    count = [0]

    def counting(execute, sql, params, many, context):
        count[0] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counting):
        answer = client.get(url)
    if answer.status_code != 200:
        return answer
    taken = []
    for _ in range(REPEATS):
        begun, worked = time.perf_counter(), time.process_time()
        client.get(url)
        taken.append((time.perf_counter() - begun) * 1000)
        route.worked.append((time.process_time() - worked) * 1000)
    if not route.milliseconds or median(taken) > max(route.milliseconds):
        route.slowest = url
    route.milliseconds.append(median(taken))
    route.queries.append(count[0])
    return answer


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


def main() -> None:
    """Measure every page for every one of the people."""
    folder = place()
    from gangmu.site.start import migrate, start

    start(Path(folder))
    migrate()
    report, routes = Report(), defaultdict(Route)
    logins = [each["login"] for each in json.loads((Path(folder) / "demo.json").read_text(encoding="utf-8"))]
    baseline = Route()
    from django.test import Client

    measure(Client(), "/sign-in", baseline)
    for who in PEOPLE:
        login = next((each for each in logins if each.startswith(who + ".")), None)
        if login is None:
            print(f"  nobody enters as {who} here")
            continue
        walk(enter(login), routes, who)
    for name, route in sorted(routes.items(), key=lambda item: -max(item[1].milliseconds, default=0)):
        if route.milliseconds:
            worst = max(route.milliseconds)
            flag = "  SLOW " + route.slowest if worst > BOUND else ""
            queries = f"{min(route.queries)}–{max(route.queries)}"
            print(
                f"  {name:<44}{median(route.milliseconds):8.1f}{worst:8.1f} ms{median(route.worked):8.1f} ms{queries:>9} queries{flag}"
            )
    measured = [value for route in routes.values() for value in route.milliseconds]
    reached = {name.split(" ", 1)[1] for name, route in routes.items() if route.milliseconds}
    print(f"  never reached: {', '.join(sorted(pages() - reached)) or 'none'}")
    report.note("pages measured", str(len(measured)))
    report.note("p50", median(measured), "ms")
    report.note("ratio of p95 to the sign-in page", percentile(measured, 0.95) / max(baseline.milliseconds))
    report.at_most("p95", percentile(measured, 0.95), BOUND)
    most = max(count for route in routes.values() for count in route.queries)
    report.at_most("queries of one page", most, MOST_QUERIES, "queries")
    report.close()


if __name__ == "__main__":
    main()
