"""Many people answer in the same instant, over the site as it is served: does anybody wait, or fail?

On SQLite 50, on PostgreSQL 200: each a secretary with a token of their own, all held back until
all are ready. The site runs as ``gangmu serve`` does, in processes of its own; each round is a
task more for everybody. Nobody may fail, and on SQLite nobody waits longer than two seconds.
"""

import http.client
import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harness import Report, median, percentile, site, vendor

ROOT = Path(__file__).parents[1]
ROUNDS = 3
WRITERS = {"sqlite": 50, "postgresql": 200}
BOUND = 2.0
PACK = {
    "writers/pack.yaml": 'title: 测量\nversion: "1.0"\nextends: base\n',
    "writers/record/note.yaml": "title: 月报\nentry: report\nfields:\n"
    "  - {code: helped, title: 帮扶户数, type: number, required: true, whole: true}\nfacts: [helped]\n",
}
DUTY = (
    "title: 月报{at}\nfollows: {{document: 测量方案}}\nevery: month\ndue_on: {{next_day: 25}}\n"
    "asked_of: {{kinds: [branch]}}\nanswer: note{at}\nminutes: 1\n"
)


def files() -> dict[str, str]:
    """Return the pack's texts: a duty and a record for each round, over the base pack."""
    base = ROOT / "gangmu/packs/base"
    found = {
        f"base/{path.relative_to(base).as_posix()}": path.read_text("utf-8") for path in base.rglob("*.yaml")
    }
    note = PACK["writers/record/note.yaml"]
    found["writers/pack.yaml"] = PACK["writers/pack.yaml"]
    for at in range(ROUNDS):
        found[f"writers/record/note{at}.yaml"] = note
        found[f"writers/duty/note{at}.yaml"] = DUTY.format(at=at)
    return found


def people(count: int) -> list[tuple[str, list[int]]]:
    """Found a county of so many branches; return each secretary's token and tasks, one a round."""
    from gangmu.core.context import Context
    from gangmu.core.periods import period_of
    from gangmu.kernel.access.operations import ensure_system_account, fresh_token, grant_role, open_account
    from gangmu.kernel.access.queries import AccountActor
    from gangmu.kernel.orgs.operations import NewOrg, found_orgs, found_root
    from gangmu.kernel.packs.operations import take_pack, use_pack
    from gangmu.work.plans.models import Task
    from gangmu.work.plans.operations.orders import issue_to_all

    context = Context(AccountActor(ensure_system_account()), datetime.now(UTC))
    day = context.today - timedelta(days=400)
    county = found_root(context, NewOrg("990900", "中共测量县委员会", "committee", "county", day))
    version = take_pack(context, name="writers", files=files())
    use_pack(context, county, version=version, day=day)
    rows = [
        NewOrg(f"990900101{at:03d}", f"中共第{at}村支部委员会", "branch", "village", day, "", "village")
        for at in range(count)
    ]
    branches = found_orgs(context, county, rows)
    period = str(period_of(context.today, "month"))
    for at in range(ROUNDS):
        issue_to_all(context, county, duty=f"note{at}", period=period, knowingly=True)
    found = []
    for branch in branches:
        account = open_account(context, org=branch, login=f"w{branch.pk}", name=branch.name)
        grant_role(context, org=branch, account=account, role="secretary", day=day, reason="measurement")
        own = Context(AccountActor(account), context.now)
        until = context.now + timedelta(hours=6)
        _, token = fresh_token(own, name="w", scopes=["*"], expires_at=until)
        tasks = Task.objects.filter(org=branch).order_by("duty").values_list("pk", flat=True)
        found.append((token, list(tasks)))
    return found


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def served(port: int) -> subprocess.Popen[bytes]:
    """Start the site as an office does, and wait until it answers."""
    command = [
        sys.executable,
        "-m",
        "gangmu",
        "serve",
        "--port",
        str(port),
        "--data",
        os.environ["GANGMU_DATA"],
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/sign-in")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.2)
            continue
        return process
    process.terminate()
    sys.exit("the site did not start")


def answer(
    port: int, token: str, task: int, round_: int, gate: threading.Barrier, told: list[tuple[int, float]]
) -> None:
    """Answer one task when all are ready, and note the status and the seconds."""
    body = json.dumps({"values": {"helped": str(round_ + 1)}})
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"writers-{task}",
    }
    gate.wait()
    begun = time.perf_counter()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", f"/api/tasks/{task}/report", body, headers)
        response = connection.getresponse()
        response.read()
        status = response.status
    except OSError:
        status = 0
    told.append((status, time.perf_counter() - begun))


def main() -> None:
    """Measure, round after round."""
    site()
    report = Report()
    count = WRITERS[vendor()]
    writers = people(count)
    port = free_port()
    process = served(port)
    told: list[tuple[int, float]] = []
    try:
        for round_ in range(ROUNDS):
            gate = threading.Barrier(count)
            threads = [
                threading.Thread(target=answer, args=(port, token, tasks[round_], round_, gate, told))
                for token, tasks in writers
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    finally:
        process.terminate()
        process.wait(30)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    tell(report, count, told)
    report.note("processor time of the site, starting included", used.ru_utime + used.ru_stime, "s")
    report.close()


def tell(report: Report, count: int, told: list[tuple[int, float]]) -> None:
    """Say how it went, and look into the database whether all that was acknowledged is there."""
    from gangmu.kernel.audit.models import Entry
    from gangmu.work.plans.models import Answer

    seconds = [taken for _, taken in told]
    failed = [status for status, _ in told if status != 200]
    print(f"{vendor()}: {count} people at once, {ROUNDS} times")
    report.note("median", median(seconds), "s")
    report.note("95 of 100 within", percentile(seconds, 0.95), "s")
    if vendor() == "sqlite":
        report.at_most("nobody waits longer than", max(seconds), BOUND, "s")
    else:
        report.note("the longest wait", max(seconds), "s")
    report.at_most("failures", len(failed), 0, "")
    report.holds("every acknowledged answer is kept", Answer.objects.count() == len(told) - len(failed))
    logged = Entry.objects.filter(verb="plans.report_task").count()
    report.holds("and logged", logged == len(told) - len(failed))


if __name__ == "__main__":
    main()
