"""Guides are followed to the letter: their files are written and their commands are run."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)( \w+)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.slow


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(line)
    command = [sys.executable, "-m", "gangmu", *words[1:]] if words[0] == "gangmu" else words
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GANGMU_", "DJANGO_"))}
    return subprocess.run(
        command, cwd=folder, env=kept | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )


def test_guide_to_a_pack_leads_from_nothing_to_a_running_place(tmp_path: Path) -> None:
    month, said = "", {}
    for language, how, text in BLOCK.findall((ROOT / "docs/guides/pack.md").read_text(encoding="utf-8")):
        if language == "yaml":
            path = tmp_path / text.partition("\n")[0].removeprefix("# ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            if how:
                refused = run("gangmu check sixth", tmp_path)
                assert refused.returncode == 1
                assert re.search(r"well_photo\.yaml:\d+: R-BAN-\d", refused.stdout)
                path.unlink()
            continue
        for line in re.findall(r"^\$ (.+)$", text, re.MULTILINE):
            done = run(line.replace("YYYY-MM", month), tmp_path)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            said[line] = done.stdout
            if line.startswith("gangmu demo"):
                month = re.findall(r"\d{4}-\d\d", done.stdout)[0]

    assert said["gangmu check sixth"] == ""
    assert "appraisal/year" in said["gangmu pack diff base sixth"]
    assert "+ duty/well_check  每季水井检查" in said["gangmu pack diff base sixth"]
    assert "按比例计分" in said["gangmu pack diff sixth next"]
    tried = said["gangmu pack try sixth next --facts facts --period YYYY-MM"]
    assert re.search(r"branches: 8 organizations under both rules", tried)
    assert re.search(r"points: 0 more, [1-9]\d* less", tried)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("gangmu pack new Sixth --title 新河", "is no name of a pack"),
        ("gangmu pack new base --title 新河", "has a pack base already"),
        ("gangmu pack new linxia --title 新河", "has a pack linxia already"),
        ("gangmu pack new sixth --title 新河 --over sixth", "has a pack sixth already"),
        ("gangmu pack new sixth --title 新河 --over nowhere", "there is no pack nowhere"),
        ("gangmu pack new sixth --title '{a: b}'", "a title is a line of words"),
        ("gangmu pack diff base nowhere", "nowhere: there is no pack"),
        ("gangmu pack try base linxia --facts . --period 2015-13", "2015-13"),
    ],
)
def test_pack_command_refuses(line: str, why: str, tmp_path: Path) -> None:
    done = run(line, tmp_path)

    assert done.returncode in (1, 2)
    assert why in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_pack_new_writes_over_nothing(tmp_path: Path) -> None:
    (tmp_path / "sixth").mkdir()
    (tmp_path / "sixth" / "mine.txt").write_text("mine")

    done = run("gangmu pack new sixth --title 新河", tmp_path)

    assert (done.returncode, [each.name for each in (tmp_path / "sixth").iterdir()]) == (1, ["mine.txt"])
    assert "is there already" in done.stderr
