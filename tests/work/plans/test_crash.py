"""Killed in the middle, resumed, pressed by two at once: everybody has exactly one task."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
from datetime import UTC, date, datetime
from pathlib import Path
import gangmu
from gangmu.core.context import Context
from gangmu.kernel.access.operations import ensure_system_account
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.orgs.operations import NewOrg, found_orgs, found_root
from gangmu.kernel.packs.operations import take_pack_from, use_pack
day = date(2014, 1, 1)
context = Context(AccountActor(ensure_system_account()), datetime(2015, 10, 8, 1, tzinfo=UTC))
top = found_root(context, NewOrg("990100", "中共安平县委员会", "committee", "county", day))
use_pack(context, top, version=take_pack_from(context, Path(gangmu.__file__).parent / "packs/base"), day=day)
found_orgs(context, top, [NewOrg(f"c{at:04d}", f"中共第{at}村支部委员会", "branch", "village", day) for at in range(300)])
"""

BEGIN = """
import django; django.setup()
from datetime import UTC, datetime
from gangmu.core.context import Context
from gangmu.kernel.access.queries import system_actor
from gangmu.kernel.orgs.queries import visible_orgs
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.operations.closing import close_order, close_tasks
from gangmu.work.plans.operations.orders import deliver_order, issue_order, issue_to_all
context = Context(system_actor(), datetime(2015, 10, 8, 1, tzinfo=UTC))
november = Context(context.actor, datetime(2015, 11, 3, 1, tzinfo=UTC))
top = visible_orgs(context).get(code="990100")
"""

ISSUE_SLOWLY = """
order = issue_order(context, top, duty="monthly_order", period="2015-10")
while order.state == "issuing":
    print(deliver_order(context, order, most=10), flush=True)
    order.refresh_from_db()
"""

ISSUE = 'issue_to_all(context, top, duty="monthly_order", period="2015-10")\n'

TELL = """
order = Order.objects.get()
tasks = order.tasks.all()
print(order.state, tasks.count(), tasks.values("org").distinct().count(), flush=True)
"""


@pytest.fixture
def site(tmp_path: Path) -> dict[str, str]:
    environment = {
        **os.environ,
        "GANGMU_DATA": str(tmp_path),
        "GANGMU_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "gangmu.site.settings",
    }
    run(environment, PREPARE)
    return environment


def run(environment: dict[str, str], code: str) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def running(environment: dict[str, str], code: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.mark.slow
def test_issuing_that_was_killed_is_resumed_and_nobody_has_two(site: dict[str, str]) -> None:
    with running(site, BEGIN + ISSUE_SLOWLY) as process:
        assert process.stdout is not None
        for _ in range(5):
            assert process.stdout.readline().strip() == "10"
        process.send_signal(signal.SIGKILL)
        process.wait()

    state, count, orgs = run(site, BEGIN + TELL).split()
    assert (state, count) == ("issuing", orgs)
    assert 50 <= int(count) < 300
    assert run(site, BEGIN + ISSUE + TELL) == "issued 300 300"


@pytest.mark.slow
def test_two_who_issue_and_close_at_once_do_it_once(site: dict[str, str]) -> None:
    close = "order = close_order(november, order)\nwhile close_tasks(november, order, most=50): pass\n"
    code = BEGIN + ISSUE_SLOWLY + close
    told: list[str] = []
    workers = [threading.Thread(target=lambda: told.append(run(site, code))) for _ in range(2)]
    for worker in workers:
        worker.start()
        time.sleep(0.2)
    for worker in workers:
        worker.join()

    facts = (
        "from gangmu.kernel.facts.models import Fact\nprint(Fact.objects.filter(code='task.due').count())\n"
    )
    assert len(told) == 2
    assert run(site, BEGIN + TELL + facts).split() == ["closed", "300", "300", "300"]
