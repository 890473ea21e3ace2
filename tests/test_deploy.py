"""A site that is backed up while people work can be had again, whole."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT


def _back_up(data: Path, target: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHON": sys.executable, "GANGMU_DATABASE_URL": ""}
    command = [ROOT / "deploy" / "backup.sh", data, target]
    return subprocess.run(command, env=environment, check=False, capture_output=True, text=True)


def test_backup_takes_what_is_committed_together_with_the_keys(tmp_path: Path):
    data, target = tmp_path / "data", tmp_path / "backup.tar.gz"
    (data / "keys").mkdir(parents=True)
    (data / "keys" / "data_key.hex").write_text("00" * 32, encoding="ascii")
    site = sqlite3.connect(data / "gangmu.sqlite3", isolation_level=None)
    site.execute("PRAGMA journal_mode=WAL")
    site.execute("CREATE TABLE entry (verb TEXT)")
    site.execute("INSERT INTO entry VALUES ('plans.answer_task')")
    site.execute("BEGIN IMMEDIATE")
    site.execute("INSERT INTO entry VALUES ('not.acknowledged')")

    done = _back_up(data, target)

    site.rollback()
    site.close()
    again = tmp_path / "again"
    again.mkdir()
    subprocess.run(["tar", "-C", again, "-xzf", target], check=True)
    copy = sqlite3.connect(again / "gangmu.sqlite3")
    assert (done.returncode, done.stderr) == (0, "")
    assert copy.execute("SELECT verb FROM entry").fetchall() == [("plans.answer_task",)]
    copy.close()
    assert (again / "keys" / "data_key.hex").read_text(encoding="ascii") == "00" * 32
    assert target.stat().st_mode & 0o077 == 0


def test_backup_of_what_is_not_there_leaves_no_file(tmp_path: Path):
    done = _back_up(tmp_path / "nowhere", tmp_path / "backup.tar.gz")

    assert done.returncode != 0
    assert list(tmp_path.iterdir()) == []
