"""How long a county and a province take to be found among all organizations of the nation.

The tree has the nation's size and shape, 665 276 organizations on five levels; with
``GANGMU_DIVISIONS=FILE.parquet`` (code, name, parent, level) it is the published one.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from harness import Report, median, milliseconds, site, vendor

SHAPE = {"province": 31, "prefecture": 342, "county": 2978, "township": 41_352, "village": 620_573}
LEVELS = {"city": "prefecture"}
BOUNDS = {"county": 2.0, "province": 20.0}
DAY = date(2015, 3, 1)


def invented() -> Iterator[tuple[str, str, str | None, str]]:
    """Yield code, name, parent and level of a tree of the nation's shape."""
    above: list[str] = []
    for level, count in SHAPE.items():
        codes = [f"{level[:4]}{number:06}" for number in range(count)]
        for number, code in enumerate(codes):
            yield code, f"{level} {number}", above[number * len(above) // count] if above else None, level
        above = codes


def published(file: str) -> Iterator[tuple[str, str, str | None, str]]:
    """Yield the same of the published divisions, parents before their children."""
    import pyarrow.parquet as parquet

    rows = parquet.read_table(file).to_pylist()
    for row in sorted(rows, key=lambda row: len(row["code"])):
        yield row["code"], row["name"], row["parent"], LEVELS.get(row["level"], row["level"])


def build() -> None:
    """Write the tree in bulk, as a restored backup would."""
    from gangmu.kernel.orgs.models import Org, OrgSpan

    file = os.environ.get("GANGMU_DIVISIONS")
    founded, paths = date(2014, 1, 1), {}
    orgs, spans, ids = [], [], {}
    for number, (code, name, parent, level) in enumerate(published(file) if file else invented(), start=1):
        above = ids.get(parent) if parent else None
        paths[number] = f"{paths[above] if above else ''}{number}/"
        ids[code] = number
        placed = {
            "name": name,
            "parent_id": above,
            "path": paths[number],
            "level": level,
            "kind": "committee",
        }
        orgs.append(Org(id=number, code=code, founded_on=founded, **placed))
        spans.append(OrgSpan(org_id=number, valid_from=founded, **placed))
        if len(orgs) == 20_000:
            _write(orgs, spans)
            orgs, spans = [], []
    _write(orgs, spans)


def _write(orgs: list, spans: list) -> None:
    from gangmu.kernel.orgs.models import Org, OrgSpan

    Org.objects.bulk_create(orgs, batch_size=2000)
    OrgSpan.objects.bulk_create(spans, batch_size=2000)


def analyze() -> None:
    """Let the database learn what it holds, as it does by itself overnight."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def searches(query: object) -> bool:
    """Whether the database finds the rows by an index instead of walking a table."""
    plan = query.explain()
    wanted, unwanted = ("SEARCH", "SCAN orgs_") if vendor() == "sqlite" else ("Index", "Seq Scan")
    return wanted in plan and unwanted not in plan


def main() -> None:
    """Build the tree and ask for subtrees."""
    site()
    from django.db import transaction

    from gangmu.core.context import Context
    from gangmu.kernel.access.operations import ensure_system_account
    from gangmu.kernel.access.queries import AccountActor
    from gangmu.kernel.orgs.models import Org
    from gangmu.kernel.orgs.queries import orgs_below, spans_on

    report = Report()
    with transaction.atomic():
        build()
    analyze()
    context = Context(AccountActor(ensure_system_account()), datetime.now(UTC))
    report.note("organizations", f"{Org.objects.count():,}")

    for level, bound in BOUNDS.items():
        chosen = list(Org.objects.filter(level=level).order_by("code"))
        chosen = chosen[:: max(1, len(chosen) // 20)]
        today = worst(chosen, lambda org: orgs_below(context, org).count())
        report.at_most(f"organizations below a {level}, counted (worst of {len(chosen)})", today, bound)
        past = worst(chosen, lambda org: spans_on(context, DAY, org.path).count())
        report.at_most(f"the same as of a day, below a {level}", past, bound)
        like = worst(chosen[:3], lambda org: Org.objects.filter(path__startswith=org.path).count())
        report.note(f"ratio to LIKE 'path%', below a {level}", today / like, f"(LIKE: {like:,.1f} ms)")

    county = Org.objects.filter(level="county").order_by("code")[0]
    report.holds("today's tree is found by index", searches(orgs_below(context, county).order_by()))
    report.holds("a day's tree is found by index", searches(spans_on(context, DAY, county.path).order_by()))
    report.close()


def worst(chosen: list, count: Callable[[object], int]) -> float:
    """Return the slowest organization's median, in milliseconds."""
    return max(median(milliseconds(lambda org=org: count(org), 5)) for org in chosen)


if __name__ == "__main__":
    main()
