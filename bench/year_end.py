"""How long a prefecture waits that presses "freeze and judge" over its whole year, beside bare reading of the same facts.

``GANGMU_BENCH_DEMO=DIR`` takes a year that was played already (it is copied, not changed);
otherwise one is played first, which takes some ten minutes. Each press freezes facts, tree and pack, judges
them and takes the results in, as the button on the page does; the round is withdrawn and opened anew between.
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from harness import Report, median, seconds

PRESSES, BOUND = 3, 10.0


def played() -> Path:
    """Return a folder with a played year that may be changed."""
    given = os.environ.get("GANGMU_BENCH_DEMO")
    folder = Path(tempfile.mkdtemp(prefix="gangmu-bench-")) / "year"
    if given:
        shutil.copytree(given, folder)
        return folder
    from gangmu.site.cli import main as gangmu

    if gangmu(["demo", "--size", "full", "--year", "2015", "--no-serve", "--data", str(folder)]):
        sys.exit("the year could not be played")
    return folder


def enter(folder: Path):
    """Return a browser of the officer who leads rounds."""
    from django.test import Client
    from django.urls import reverse

    logins = [each["login"] for each in json.loads((folder / "demo.json").read_text(encoding="utf-8"))]
    client = Client()
    login = next(each for each in logins if each.startswith("officer."))
    client.post(reverse("access-demo"), {"login": login, "next": "/"})
    return client


def opened(client):
    """Withdraw the standing round, open it anew, and return it."""
    from django.urls import reverse

    from gangmu.results.assessment.models import Round

    last = Round.objects.order_by("-pk").first()
    if last is None:
        sys.exit("no round was played")
    if last.state != Round.State.WITHDRAWN:
        step = {"step": "withdraw", "reason": "measured once more"}
        client.post(reverse("assessment-step", args=(last.pk,)), step)
    sent = {"org": last.org_id, "appraisal": last.appraisal, "period": last.period}
    client.post(reverse("assessment-open"), sent)
    made = Round.objects.order_by("-pk").first()
    if made is None or made.pk == last.pk:
        sys.exit("the round could not be opened anew")
    return made


def read_bare() -> None:
    """Read every fact of the year as the driver gives it, and keep nothing."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM facts_fact")
        while cursor.fetchmany(10_000):
            pass


def main() -> None:
    """Measure."""
    folder = played()
    from gangmu.site.start import migrate, start

    start(folder)
    migrate()
    from django.urls import reverse

    from gangmu.results.assessment.models import Run
    from gangmu.site.serving import settle

    report, client = Report(), enter(folder)
    settle()  # as the served site does
    waited, hashes = [], set()
    for _ in range(PRESSES):
        round_ = opened(client)
        address = reverse("assessment-step", args=(round_.pk,))
        waited.append(seconds(lambda address=address: client.post(address, {"step": "freeze"})))  # type: ignore[misc]
        run = Run.objects.filter(round=round_).defer("tree").get()
        hashes.add((run.facts_hash, run.tree_hash, json.dumps(run.results, sort_keys=True)))
        report.note("facts", f"{run.facts:,}")
        report.note("one press", waited[-1], "s")
    report.note("against bare reading of the facts", median(waited) / seconds(read_bare), "times")
    report.at_most(f"freezing and judging, the slowest of {PRESSES}", max(waited), BOUND, "s")
    report.holds("the same results each time", len(hashes) == 1)
    shutil.rmtree(folder.parent, ignore_errors=True)
    report.close()


if __name__ == "__main__":
    main()
