"""A site is saved while it runs, and comes back only if every byte of it is as it was."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from gangmu.site.archive import restore
from gangmu.site.terminal import CommandFailure

pytestmark = pytest.mark.slow

BUILD = """
from datetime import UTC, date, datetime
from gangmu.site.start import migrate, start
start(); migrate()
from gangmu.core.context import Context
from gangmu.kernel.access.operations import ensure_system_account
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.audit.sealer import seal_entries
from gangmu.kernel.files.operations import store_file
from gangmu.kernel.orgs.operations import NewOrg, found_org, found_root
now = datetime(2015, 10, 8, tzinfo=UTC)
system = Context(AccountActor(ensure_system_account()), now)
county = found_root(system, NewOrg("990100", "中共安平县委员会", "committee", "county", date(2014, 1, 1)))
for n in range(5):
    found_org(system, county, NewOrg(f"99010010{n}", f"镇{n}", "committee", "township", date(2014, 1, 1)))
store_file(system, county, name="说明.txt", content="按月报送".encode())
seal_entries(now)
"""


def surroundings(data: Path | None = None, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GANGMU_", "DJANGO_"))}
    root = str(Path(__file__).parents[2])
    return kept | {"PYTHONPATH": root} | ({"GANGMU_DATA": str(data)} if data else {}) | more


def gangmu(*words: object, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gangmu", *map(str, words)],
        env=surroundings(**more),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "data"
    subprocess.run([sys.executable, "-c", BUILD], env=surroundings(folder), check=True)
    return folder


@pytest.fixture(scope="module")
def saved(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("saved") / "site.tar.gz"
    done = gangmu("backup", file, "--data", site)
    assert (done.returncode, done.stderr) == (0, "")
    return file


def rows(folder: Path, table: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / "gangmu.sqlite3") as database:
        return database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()


def names(folder: Path) -> list[str]:
    return sorted(place.name for place in folder.iterdir())


def test_a_backup_comes_back_with_every_row_file_and_key(site: Path, saved: Path, tmp_path: Path) -> None:
    target = tmp_path / "new"

    done = gangmu("restore", saved, "--data", target)

    assert (done.returncode, done.stderr) == (0, "")
    for table in ("orgs_org", "audit_entry", "audit_seal", "files_storedfile"):
        assert rows(target, table) == rows(site, table)
    for part in ("files", "keys"):
        inside = {p.relative_to(target): p.read_bytes() for p in (target / part).rglob("*") if p.is_file()}
        assert inside == {
            p.relative_to(site): p.read_bytes() for p in (site / part).rglob("*") if p.is_file()
        }
        assert inside
    assert oct((target / "keys" / "data_key.hex").stat().st_mode & 0o777) == "0o600"
    assert gangmu("audit", "verify", "--data", target).stdout == "whole: 7 sealed entries\n"


def test_a_backup_can_be_read_by_its_owner_alone_and_writes_over_nothing(site: Path, saved: Path) -> None:
    before = saved.read_bytes()

    done = gangmu("backup", saved, "--data", site)

    assert done.returncode == 1
    assert "exists: name another file" in done.stderr
    assert saved.read_bytes() == before
    assert oct(saved.stat().st_mode & 0o777) == "0o600"
    assert names(saved.parent) == [saved.name]


def test_a_site_is_saved_while_people_write(site: Path, tmp_path: Path) -> None:
    busy = tmp_path / "busy"
    shutil.copytree(site, busy)
    with sqlite3.connect(busy / "gangmu.sqlite3", isolation_level=None) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE orgs_org SET name = 'half done'")

        done = gangmu("backup", tmp_path / "busy.tar.gz", "--data", busy)

        writer.execute("ROLLBACK")
    assert (done.returncode, done.stderr) == (0, "")
    assert gangmu("restore", tmp_path / "busy.tar.gz", "--data", tmp_path / "back").returncode == 0
    assert rows(tmp_path / "back", "orgs_org") == rows(site, "orgs_org")


def test_restore_refuses_a_target_that_is_not_empty_and_puts_it_aside_when_told(
    saved: Path, tmp_path: Path
) -> None:
    target = tmp_path / "held"
    target.mkdir()
    (target / "gangmu.sqlite3").write_bytes(b"mine")

    refused = gangmu("restore", saved, "--data", target)

    assert refused.returncode == 1
    assert "is not empty" in refused.stderr
    assert (target / "gangmu.sqlite3").read_bytes() == b"mine"
    assert names(target) == ["gangmu.sqlite3"]
    replaced = gangmu("restore", saved, "--data", target, "--replace", "--json")
    aside = Path(json.loads(replaced.stdout)["aside"])
    assert (aside / "gangmu.sqlite3").read_bytes() == b"mine"
    assert gangmu("audit", "verify", "--data", target).returncode == 0


def rewritten(saved: Path, target: Path, change: dict[str, bytes | None], *, honest: bool = False) -> Path:
    """Write the backup again with members changed or, if None, left out; ``honest`` mends the manifest."""
    import hashlib
    import io

    with tarfile.open(saved) as old, tarfile.open(target, "w:gz") as new:
        members = {info.name: old.extractfile(info).read() for info in old}  # type: ignore[union-attr]
        members |= {name: content for name, content in change.items() if content is not None}
        for name in [name for name, content in change.items() if content is None]:
            del members[name]
        if honest:
            manifest = json.loads(members["manifest.json"])
            hashed = {n: hashlib.sha256(c).hexdigest() for n, c in members.items() if n != "manifest.json"}
            members["manifest.json"] = json.dumps(manifest | {"members": hashed}).encode()
        last = members.pop("manifest.json", None)
        for name, content in [*members.items(), *([("manifest.json", last)] if last else [])]:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            new.addfile(info, io.BytesIO(content))
    return target


def assert_refused(file: Path, target: Path, said: str) -> None:
    with pytest.raises(CommandFailure) as refused:
        restore(file, target, replace=False, progress=lambda step: None)

    assert said in refused.value.message
    assert "nothing was restored" in refused.value.message
    assert names(target) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"keys/data_key.hex": b"0" * 64}, "keys/data_key.hex is not what was saved"),
        ({"log-head.json": None}, "log-head.json is not what was saved"),
        ({"files/00/strange": b"x"}, "files/00/strange is not what was saved"),
        ({"manifest.json": None}, "cut off"),
        ({"../outside.json": b"x"}, "does not belong there"),
        ({"/etc/passwd.json": b"x"}, "does not belong there"),
    ],
)
def test_restore_refuses_a_file_that_is_not_what_was_saved(
    saved: Path, tmp_path: Path, change: dict[str, bytes | None], said: str
) -> None:
    assert_refused(rewritten(saved, tmp_path / "altered.tar.gz", change), tmp_path / "new", said)


def test_restore_refuses_a_file_that_was_cut_off_or_is_none(saved: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(saved.read_bytes()[: saved.stat().st_size // 2])
    none = tmp_path / "none.tar.gz"
    none.write_bytes(b"this is no backup")

    assert_refused(cut, tmp_path / "new", "does not verify")
    assert_refused(none, tmp_path / "new", "does not verify")


def test_restore_refuses_a_backup_whose_log_was_altered_however_well_its_hashes_fit(
    saved: Path, tmp_path: Path
) -> None:
    with tarfile.open(saved) as archive:
        (tmp_path / "db").write_bytes(archive.extractfile("gangmu.sqlite3").read())  # type: ignore[union-attr]
    with sqlite3.connect(tmp_path / "db") as database:
        database.execute("UPDATE audit_entry SET actor = 'somebody else' WHERE id = 3")
    database.close()
    changed: dict[str, bytes | None] = {"gangmu.sqlite3": (tmp_path / "db").read_bytes()}

    forged = rewritten(saved, tmp_path / "forged.tar.gz", changed, honest=True)

    done = gangmu("restore", forged, "--data", tmp_path / "new")
    assert done.returncode == 1
    assert "seal 3: entry 3 (orgs.found_org) was altered" in done.stderr
    assert "Traceback" not in done.stderr
    assert names(tmp_path / "new") == []


def test_audit_verify_names_the_first_fault_and_exits_1(site: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(site, broken)
    with sqlite3.connect(broken / "gangmu.sqlite3") as database:
        database.execute("DELETE FROM audit_seal WHERE seq > 5")
        database.execute("DELETE FROM audit_entry WHERE id > 5")
        database.execute("DELETE FROM audit_head")

    done = gangmu("audit", "verify", "--data", broken)
    as_json = json.loads(gangmu("audit", "verify", "--data", broken, "--json").stdout)

    assert (done.returncode, done.stdout) == (
        1,
        "broken: seal 6: the log was cut off here (7 had been sealed)\n",
    )
    assert (as_json["whole"], as_json["entries"]) == (False, 5)


def test_a_slip_in_the_folders_name_begins_no_new_site(tmp_path: Path) -> None:
    for command in (["audit", "verify"], ["backup", tmp_path / "x.tar.gz"], ["work", "--once"]):
        done = gangmu(*command, "--data", tmp_path / "slip")

        assert done.returncode == 1
        assert "holds no database" in done.stderr
    assert names(tmp_path) == []


def test_work_once_seals_what_is_not_sealed_and_sweeps(site: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(site, copy)
    stray = copy / "files" / "00" / ("0" * 64)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"left behind")
    os.utime(stray, (0, 0))
    with sqlite3.connect(copy / "gangmu.sqlite3") as database:
        database.execute("DELETE FROM audit_seal WHERE seq = 7")
        database.execute("DELETE FROM audit_head")
    (copy / "log-head.json").unlink()

    done = gangmu("work", "--once", "--json", "--data", copy)

    assert (done.returncode, done.stderr) == (0, "")
    did = json.loads(done.stdout)
    assert did.pop("sizes learned") > 5
    assert did == {
        "sealed": 1,
        "digests sent": 0,
        "words of orders read": 0,
        "clocks run": 0,
        "files swept": 1,
        "answers forgotten": 0,
        "doubts found": 0,
    }
    assert not stray.exists()
