"""How many entries a second are sealed and verified, beside one bare ``bulk_create`` of as many seals.

Runs on SQLite in a folder of its own, and on PostgreSQL when it is installed. Needed are 20 000 a second.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENTRIES = int(os.environ.get("BENCH_ENTRIES", "100000"))
NEEDED = 20_000


def main() -> int:
    if "--here" in sys.argv:
        return measure()
    here = [sys.executable, __file__, "--here"]
    failed = _run(here)
    if any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        failed += _run([sys.executable, str(ROOT / "tools" / "postgres.py"), "run", "--", *here])
    else:
        print("PostgreSQL is not installed: measured on SQLite only")
    return min(failed, 1)


def _run(command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="gangmu-bench-") as folder:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "GANGMU_DATA": folder,
            "DJANGO_SETTINGS_MODULE": "gangmu.site.settings",
        }
        return subprocess.run(command, env=environment, check=False).returncode


def measure() -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from gangmu.kernel.audit.models import Entry, Seal
    from gangmu.kernel.audit.sealer import seal_entries, verify_log

    call_command("migrate", verbosity=0)
    for start in range(0, ENTRIES, 2000):
        Entry.objects.bulk_create([_entry(start + n) for n in range(min(2000, ENTRIES - start))])

    begun = time.perf_counter()
    sealed = seal_entries()
    sealing = time.perf_counter() - begun
    verifying = float("inf")
    for _ in range(3):  # the best of three: the others tell about the neighbours of this process
        begun = time.perf_counter()
        verdict = verify_log()
        verifying = min(verifying, time.perf_counter() - begun)
    assert (sealed, verdict.entries, verdict.faults) == (ENTRIES, ENTRIES, ())

    seals = list(Seal.objects.order_by("seq"))
    Seal.objects.all().delete()
    begun = time.perf_counter()
    for start in range(0, ENTRIES, 2000):
        Seal.objects.bulk_create(seals[start : start + 2000])
    bare = time.perf_counter() - begun

    slow = min(ENTRIES / sealing, ENTRIES / verifying) < NEEDED
    print(
        f"{connection.vendor}: {ENTRIES} entries · sealed {ENTRIES / sealing:,.0f}/s · verified {ENTRIES / verifying:,.0f}/s"
        f" · bare bulk_create {ENTRIES / bare:,.0f}/s (sealing takes {sealing / bare:.2f} × as long)"
        + (f"  TOO SLOW: {NEEDED:,} are needed" if slow else "")
    )
    return int(slow)


def _entry(number: int):  # type: ignore[no-untyped-def]
    from datetime import UTC, datetime, timedelta

    from gangmu.kernel.audit.models import Entry
    from gangmu.kernel.audit.rules import EntryContent, entry_digest, payload_digest

    payload = {
        "given": {"task": f"plans.Task:{number}", "record": f"records.Record:{number}"},
        "result": "plans.Answer:1",
    }
    salt = f"{number:032x}"
    content = EntryContent(
        at=datetime(2015, 10, 8, tzinfo=UTC) + timedelta(microseconds=number),
        account=number % 5000,
        actor="支部书记",
        verb="plans.answer_task",
        org=number % 4316,
        path=f"1/{number % 8}/{number % 131}/{number % 4316}/",
        subject=f"plans.Answer:{number}",
        payload_digest=payload_digest(salt, payload),
    )
    return Entry(
        at=content.at,
        account=content.account,
        actor=content.actor,
        verb=content.verb,
        org=content.org,
        path=content.path,
        subject=content.subject,
        payload=payload,
        salt=salt,
        payload_digest=content.payload_digest,
        digest=entry_digest(content),
    )


if __name__ == "__main__":
    sys.exit(main())
