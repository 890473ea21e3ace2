"""A process that is killed while it writes an import: nothing is lost, nothing comes twice."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

PREPARE = """
from datetime import UTC, date, datetime
from pathlib import Path
import sys
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
import gangmu
from gangmu.core.context import Context
from gangmu.kernel.access.operations import ensure_system_account
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.imports.operations import confirm_import, read_import
from gangmu.kernel.orgs.operations import NewOrg, found_root
from gangmu.kernel.packs.operations import take_pack_from, use_pack
context = Context(AccountActor(ensure_system_account()), datetime.now(UTC))
top = found_root(context, NewOrg("990100", "中共安平县委员会", "committee", "county", date(2014, 1, 1)))
use_pack(context, top, version=take_pack_from(context, Path(gangmu.__file__).parent / "packs/base"), day=date(2014, 1, 1))
imported = read_import(context, top, kind="people", path=Path(sys.argv[1]), file_name="a.csv")
confirm_import(context, imported)
"""

GO_ON = """
from datetime import UTC, datetime
import json
import django
django.setup()
import gangmu.kernel.imports.operations as operations
operations.BATCH = 25
from gangmu.core.context import Context
from gangmu.kernel.access.queries import system_actor
from gangmu.kernel.imports.models import Import
context = Context(system_actor(), datetime.now(UTC))
done = operations.carry_on(context, Import.objects.get(), progress=lambda step: print(step, flush=True))
from gangmu.kernel.people.models import Membership, Person
print(json.dumps([done.state, done.done, Person.objects.count(), Membership.objects.count(),
    Person.objects.values("name").distinct().count()]))
"""


def run(code: str, folder: Path, *given: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "GANGMU_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "gangmu.site.settings",
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("GANGMU_DATABASE_URL", None)
    return subprocess.Popen(
        [sys.executable, "-c", code, *given], env=environment, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.slow
def test_an_import_that_is_killed_halfway_goes_on_and_writes_every_row_once(tmp_path: Path):
    names = [f"马{chr(0x4E00 + at)}" for at in range(400)]
    sheet = tmp_path / "a.csv"
    sheet.write_text(
        "姓名,党员身份,入党时间\n" + "".join(f"{name},正式党员,2001-07-01\n" for name in names), "utf-8"
    )
    prepared = run(PREPARE, tmp_path, str(sheet))
    prepared.communicate(timeout=120)
    assert prepared.returncode == 0

    killed = 0
    while True:
        running = run(GO_ON, tmp_path)
        assert running.stdout is not None
        steps = 0
        last = ""
        for line in running.stdout:
            last = line
            steps += line.startswith("confirming")
            if steps == 3 and killed < 3:
                time.sleep(0.01 * killed)
                running.send_signal(signal.SIGKILL)
                killed += 1
                break
        code = running.wait(timeout=120)
        running.stdout.close()
        if code == 0:
            break

    assert killed == 3
    assert json.loads(last) == ["confirmed", 400, 400, 400, 400]
