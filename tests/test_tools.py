"""The tools leave nothing behind, however they end."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

TOOL = [sys.executable, str(ROOT / "tools" / "postgres.py"), "run", "--"]


@pytest.fixture
def folder() -> Iterator[str]:
    """A temporary folder that the database's own user may enter; what a killed tool leaves goes with it."""
    with tempfile.TemporaryDirectory(prefix="gangmu-tools-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield name


def _server_answers(url: str) -> bool:
    return subprocess.run(["pg_isready", "-q", "-d", url], check=False).returncode == 0


@pytest.mark.slow
def test_the_database_ends_with_its_command_and_hands_its_status_on():
    said = subprocess.run(
        [*TOOL, "sh", "-c", 'psql -qAt -c "SHOW server_encoding" "$GANGMU_DATABASE_URL"; exit 3'],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (said.returncode, said.stdout) == (3, "UTF8\n")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["terminate", "kill"])
def test_the_database_ends_with_whoever_started_it(how: str, folder: str):
    command = ["sh", "-c", 'echo "$GANGMU_DATABASE_URL"; exec sleep 30']
    tool = subprocess.Popen(
        [*TOOL, *command], stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": folder}
    )
    url = tool.stdout.readline().strip()
    assert _server_answers(url)

    getattr(tool, how)()
    tool.wait(timeout=30)

    waited = time.monotonic()
    while _server_answers(url) and time.monotonic() - waited < 20:
        time.sleep(0.1)
    assert not _server_answers(url)
    tool.stdout.close()
