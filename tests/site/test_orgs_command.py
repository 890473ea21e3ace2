"""``gangmu orgs import``: all or none, every fault with its cell, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
HEADS = "组织代码,组织名称,组织类型,层级,成立时间,上级组织代码\n"
RIGHT = "990100101,中共河口镇委员会,党委,乡级,2015-01-01,\n990100101201,中共东庄村支部委员会,党支部,村（社区）,2015-01-01,990100101\n"
WRONG = "990100102,,党委,乡级,2015-01-01,\n"

PREPARE = """
from datetime import UTC, date, datetime
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
import gangmu
from gangmu.core.context import Context
from gangmu.kernel.access.operations import ensure_system_account
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.orgs.operations import NewOrg, found_root
from gangmu.kernel.packs.operations import take_pack_from, use_pack
context = Context(AccountActor(ensure_system_account()), datetime.now(UTC))
top = found_root(context, NewOrg("990100", "中共安平县委员会", "committee", "county", date(2014, 1, 1)))
use_pack(context, top, version=take_pack_from(context, Path(gangmu.__file__).parent / "packs/base"), day=date(2014, 1, 1))
"""


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "GANGMU_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "gangmu.site.settings",
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("GANGMU_DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_orgs_import_writes_all_or_none_and_says_where_a_row_is_wrong(tmp_path: Path):
    folder, sheet = tmp_path / "data", tmp_path / "a.csv"
    assert python(folder, "-c", PREPARE).returncode == 0

    def command(text: str, *options: str) -> tuple[int, Any, str]:
        sheet.write_text(HEADS + text, encoding="utf-8")
        done = python(folder, "-m", "gangmu", "orgs", "import", str(sheet), "--json", *options)
        return done.returncode, json.loads(done.stdout or "null"), done.stderr

    fault = {"cell": "B4", "field": "name", "fault": "This must be filled in."}
    assert command(RIGHT, "--dry-run")[:2] == (0, {"rows": 2, "written": 0, "faults": []})
    assert command(RIGHT + WRONG)[:2] == (1, {"rows": 3, "written": 0, "faults": [fault]})
    assert command(RIGHT + WRONG, "--partial")[:2] == (1, {"rows": 3, "written": 2, "faults": [fault]})
    code, shown, _ = command(RIGHT)
    assert (code, shown["written"], len(shown["faults"])) == (1, 0, 2)
    code, shown, said = command("x", "--under", "nowhere")
    assert (code, shown) == (1, None)
    assert "Traceback" not in said
    sheet.write_bytes(b"\x89PNG\x00")
    broken = python(folder, "-m", "gangmu", "orgs", "import", str(sheet))
    assert (broken.returncode, broken.stdout) == (1, "")
    assert "Traceback" not in broken.stderr
