"""A backup comes back whole, whichever database stands behind the site."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.site.test_archive import BUILD, surroundings

pytestmark = [pytest.mark.db, pytest.mark.slow]

COUNT = """
from pathlib import Path
from gangmu.site.start import start
start()
from django.apps import apps
print(sorted((m._meta.label, m._base_manager.count()) for m in apps.get_models()))
"""


def site_command(*words: object, url: str) -> subprocess.CompletedProcess[str]:
    named = {"GANGMU_DATABASE_URL": url} if url else {}
    return subprocess.run(
        [sys.executable, *map(str, words)],
        env=surroundings(None, **named),
        capture_output=True,
        text=True,
        check=False,
    )


def test_backup_comes_back_with_every_row_on_this_database(
    two_databases: tuple[str, str], tmp_path: Path
) -> None:
    here, there = two_databases
    built = site_command(
        "-c",
        "from pathlib import Path\n"
        + BUILD.replace("start(); migrate()", f"start(Path({str(tmp_path / 'here')!r})); migrate()"),
        url=here,
    )
    assert built.returncode == 0, built.stderr

    saved = site_command(
        "-m", "gangmu", "backup", tmp_path / "site.tar.gz", "--data", tmp_path / "here", url=here
    )
    back = site_command(
        "-m", "gangmu", "restore", tmp_path / "site.tar.gz", "--data", tmp_path / "there", url=there
    )

    assert (saved.returncode, back.returncode) == (0, 0), saved.stderr + back.stderr
    counted = [
        site_command(
            "-c", COUNT.replace("start()", f"start(Path({str(tmp_path / folder)!r}))"), url=url
        ).stdout
        for folder, url in (("here", here), ("there", there))
    ]
    assert counted[0] == counted[1]
    assert "('orgs.Org', 6)" in counted[0]
    verified = site_command("-m", "gangmu", "audit", "verify", "--data", tmp_path / "there", url=there)
    assert verified.stdout == "whole: 7 sealed entries\n"
