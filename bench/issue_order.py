"""Issue one order to 4 316 organizations, against one bare bulk_create of the same rows.

Prints, for SQLite and PostgreSQL: the median seconds of both
and their ratio. The bound is 3.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from postgres import cluster  # noqa: E402 -- a tool beside this folder

TOWNS, BRANCHES, ROUNDS, BOUND = 131, 4316, 5, 3.0
PERIODS = [f"2015-{month:02d}" for month in range(1, ROUNDS + 1)]


def measure() -> float:
    """Build the tree, issue month after month, and return the ratio of medians."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0, interactive=False)
    from gangmu.core.context import Context
    from gangmu.kernel.access.operations import ensure_system_account
    from gangmu.kernel.access.queries import AccountActor
    from gangmu.kernel.orgs.operations import NewOrg, found_orgs, found_root
    from gangmu.kernel.packs.operations import take_pack_from, use_pack
    from gangmu.work.plans.models import Task
    from gangmu.work.plans.operations.orders import issue_to_all

    day = date(2014, 1, 1)
    context = Context(AccountActor(ensure_system_account()), datetime(2015, 1, 5, 1, tzinfo=UTC))
    top = found_root(context, NewOrg("990000", "中共测量州委员会", "committee", "prefecture", day))
    use_pack(context, top, version=take_pack_from(context, ROOT / "gangmu/packs/base"), day=day)
    found_orgs(
        context,
        top,
        [
            NewOrg(f"99{at:04d}", f"中共第{at}镇委员会", "committee", "township", day)
            for at in range(1, TOWNS + 1)
        ],
    )
    for start in range(0, BRANCHES, 2000):
        found_orgs(
            context,
            top,
            [
                NewOrg(
                    f"99{1 + at % TOWNS:04d}{at:05d}",
                    f"中共第{at}村支部委员会",
                    "branch",
                    "village",
                    day,
                    f"99{1 + at % TOWNS:04d}",
                    "village",
                )
                for at in range(start, min(start + 2000, BRANCHES))
            ],
        )
    ours, bare = [], []
    for period in PERIODS:
        month = int(period[-2:])
        now = Context(context.actor, datetime(2015, month, 6, 1, tzinfo=UTC))
        begun = time.perf_counter()
        order = issue_to_all(now, top, duty="monthly_order", period=period)
        ours.append(time.perf_counter() - begun)
        rows = list(Task.objects.filter(order=order))
        Task.objects.filter(order=order).delete()
        for row in rows:
            row.pk = None
        begun = time.perf_counter()
        with transaction.atomic():
            Task.objects.bulk_create(rows)
        bare.append(time.perf_counter() - begun)
    ratio = statistics.median(ours) / statistics.median(bare)
    print(
        f"{connection.vendor}: {len(rows)} tasks · issue_to_all {statistics.median(ours):.3f} s · "
        f"bare bulk_create {statistics.median(bare):.3f} s · ratio {ratio:.2f} (at most {BOUND:.0f})",
        flush=True,
    )
    return ratio


def _run(**environment: str) -> int:
    with tempfile.TemporaryDirectory(prefix="gangmu-bench-") as folder:
        values = {
            **os.environ,
            "GANGMU_DATA": folder,
            "DJANGO_SETTINGS_MODULE": "gangmu.site.settings",
            **environment,
        }
        return subprocess.run(
            [sys.executable, __file__, "--here"], env=values, cwd=ROOT, check=False
        ).returncode


def main() -> int:
    """Measure on each database in a process of its own."""
    if "--here" in sys.argv:
        return int(measure() > BOUND)
    failed = _run(GANGMU_DATABASE_URL="")
    with cluster() as url:
        return failed + _run(GANGMU_DATABASE_URL=url)


if __name__ == "__main__":
    sys.exit(main())
