"""A whole site in one file: written while it runs, taken back only if every byte of it is as it was."""

import hashlib
import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePosixPath
from typing import IO, Any, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from gangmu.site.start import DATABASE
from gangmu.site.terminal import CommandFailure

MANIFEST = "manifest.json"
DUMP = "gangmu.pgdump"
FOLDERS = ("files", "keys")
_PIECE = 1 << 20

Say = Callable[[str], None]


class Manifest(BaseModel):
    """The last member of a backup: what it holds, and the SHA-256 of each part."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["gangmu-backup-1"] = "gangmu-backup-1"
    product: str
    made_at: str
    database: Literal["sqlite", "postgresql"]
    keys: tuple[str, ...]
    members: dict[str, str]


class _Hashed:
    """A file that is read, and hashed while it is."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._hash.update(piece)
        return piece

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def save(target: Path, say: Say) -> Manifest:
    """Write everything of the running site into one file, whole or not at all.

    The signed head of the log is read before the database, so that the copy never lacks an
    entry that its head knows of; files are read after it, and whatever its rows name is
    there by then. A file that exists is not written over.
    """
    from django.conf import settings

    if target.exists():
        raise CommandFailure(f"{target} exists: name another file")
    folder = Path(settings.GANGMU_DATA)
    part = target.with_name(target.name + ".part")
    with _work_folder(target.resolve().parent) as work:
        for beside in sorted(folder.glob("*.json")):
            shutil.copyfile(beside, work / beside.name)
        say("copying the database")
        database = settings.DATABASES["default"]
        postgres = str(database["ENGINE"]).endswith("postgresql")
        if postgres:
            _run(["pg_dump", "--format=custom", f"--file={work / DUMP}", database["NAME"]], _login(database))
        else:
            _copy_sqlite(Path(database["NAME"]), work / DATABASE)
        say("writing the file")
        try:
            manifest = _write(part, work, folder, "postgresql" if postgres else "sqlite")
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    return manifest


@contextmanager
def _work_folder(beside: Path) -> Iterator[Path]:
    """Yield a folder on the same disk that only we can read, and remove it afterwards."""
    if not beside.is_dir():
        raise CommandFailure(f"{beside} is no folder")
    folder = Path(tempfile.mkdtemp(prefix=".gangmu-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database that is being written to: SQLite's own online copy is whole."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=60)) as site,
        closing(sqlite3.connect(target)) as copy,
    ):
        site.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _write(part: Path, work: Path, folder: Path, kind: Literal["sqlite", "postgresql"]) -> Manifest:
    members: dict[str, str] = {}
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6, format=tarfile.PAX_FORMAT) as archive:
            for name, place in [*_inside(work), *_kept_beside(folder)]:
                members[name] = _add(archive, name, place)
            manifest = Manifest(
                product=_product(),
                made_at=datetime.now(UTC).isoformat(timespec="seconds"),
                database=kind,
                keys=tuple(
                    sorted(name.removeprefix("keys/") for name in members if name.startswith("keys/"))
                ),
                members=members,
            )
            said = manifest.model_dump_json(indent=1).encode()
            info = tarfile.TarInfo(MANIFEST)
            info.size, info.mode = len(said), 0o600
            archive.addfile(info, io.BytesIO(said))
        raw.flush()
        os.fsync(raw.fileno())
    return manifest


def _inside(work: Path) -> Iterator[tuple[str, Path]]:
    for place in sorted(work.iterdir()):
        yield place.name, place


def _kept_beside(folder: Path) -> Iterator[tuple[str, Path]]:
    for name in FOLDERS:
        for place in sorted((folder / name).rglob("*")):
            if place.is_file() and place.suffix != ".half":
                yield place.relative_to(folder).as_posix(), place


def _add(archive: tarfile.TarFile, name: str, place: Path) -> str:
    with place.open("rb") as file:
        info = tarfile.TarInfo(name)
        info.size, info.mode = os.fstat(file.fileno()).st_size, 0o600
        info.mtime = int(os.fstat(file.fileno()).st_mtime)
        hashed = _Hashed(file)
        archive.addfile(info, hashed)
        return hashed.digest


def _product() -> str:
    try:
        return version("gangmu")
    except PackageNotFoundError:
        return "unknown"


# --- taking it back -------------------------------------------------------------------------


def restore(source: Path, folder: Path, *, replace: bool, progress: Say) -> tuple[Manifest, Path | None]:
    """Bring a backup back; return what it says of itself, and where what was there stands now.

    Everything is unpacked beside the target and checked first: every hash, the database,
    the whole log under its keys. Only what passes is put in place. A target that is not
    empty is refused, or with ``replace`` put aside.
    """
    url = os.environ.get("GANGMU_DATABASE_URL", "")
    held = [place for place in folder.iterdir() if not place.name.startswith(".")] if folder.is_dir() else []
    if held and not replace:
        raise CommandFailure(f"{folder} is not empty: name another with --data, or --replace it")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _work_folder(folder) as work:
        progress("unpacking")
        manifest = _unpack(source, work)
        if (manifest.database == "postgresql") != bool(url):
            wanted = "PostgreSQL" if manifest.database == "postgresql" else "SQLite"
            raise CommandFailure(
                f"{source} holds a {wanted} database: GANGMU_DATABASE_URL does not fit to it"
            )
        progress("checking the database and its log")
        if manifest.database == "postgresql":
            _check_postgres(work, url)
            _restore_postgres(work / DUMP, url, replace=replace)
            (work / DUMP).unlink()
        else:
            _check_sqlite(work / DATABASE)
            _check_log(work, "")
        progress("putting it in place")
        aside = _put_aside(folder, held) if held else None
        _move_in(work, folder)
    return manifest, aside


def _not_whole(source: Path, why: str) -> CommandFailure:
    return CommandFailure(f"{source} does not verify ({why}): nothing was restored")


def _unpack(source: Path, work: Path) -> Manifest:
    """Unpack plain files only, under names that stay inside, and compare every hash."""
    found: dict[str, str] = {}
    said = b""
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            for info in archive:
                opened = archive.extractfile(info) if info.isreg() else None
                if opened is None or not _stays_inside(info.name) or info.name in found or said:
                    raise _not_whole(source, f"a member {info.name!r} does not belong there")
                if info.name == MANIFEST:
                    said = opened.read(64 << 20)
                else:
                    found[info.name] = _unpack_one(opened, work / info.name)
    except (FileNotFoundError, PermissionError, IsADirectoryError):
        raise
    except (tarfile.TarError, EOFError, zlib.error, OSError) as problem:
        raise _not_whole(source, f"it is damaged or no backup: {problem}") from None
    try:
        manifest = Manifest.model_validate_json(said)
    except ValidationError:
        raise _not_whole(source, "its manifest is missing or damaged: it was cut off") from None
    for name in sorted(manifest.members.keys() | found.keys()):
        if manifest.members.get(name) != found.get(name):
            raise _not_whole(source, f"{name} is not what was saved")
    return manifest


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    top_level = len(path.parts) == 1 and (name in (MANIFEST, DATABASE, DUMP) or name.endswith(".json"))
    in_folder = len(path.parts) > 1 and path.parts[0] in FOLDERS
    return not path.is_absolute() and ".." not in path.parts and (top_level or in_folder)


def _unpack_one(opened: IO[bytes], place: Path) -> str:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    hashed = _Hashed(opened)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while piece := hashed.read(_PIECE):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return hashed.digest


def _check_sqlite(database: Path) -> None:
    try:
        with closing(sqlite3.connect(database)) as copy:
            said = [row[0] for row in copy.execute("PRAGMA integrity_check(5)")]
            said += [
                f"a row of {row[0]} refers to nothing" for row in copy.execute("PRAGMA foreign_key_check")
            ][:5]
    except sqlite3.DatabaseError as problem:
        said = [str(problem)]
    if said != ["ok"]:
        raise CommandFailure(f"the database of the backup is damaged ({said[0]}): nothing was restored")


def _check_log(work: Path, url: str) -> None:
    """Walk the copy's log in a process of its own: settings are read once a process."""
    environment = {**os.environ, "GANGMU_DATABASE_URL": url, "GANGMU_DATA": str(work)}
    walk = subprocess.run(  # noqa: S603 -- our own program, told a folder
        [sys.executable, "-m", "gangmu", "audit", "verify", "--data", str(work)],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if walk.returncode:
        said = (walk.stdout or walk.stderr).strip()
        raise CommandFailure(f"the log of the backup does not verify ({said}): nothing was restored")


def _put_aside(folder: Path, held: list[Path]) -> Path:
    aside = folder / f".before-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    aside.mkdir(mode=0o700)
    for place in held:
        place.replace(aside / place.name)
    return aside


def _move_in(work: Path, folder: Path) -> None:
    """Move everything in, the database last: without it, nothing begins."""
    for place in sorted(work.iterdir(), key=lambda place: place.name == DATABASE):
        place.replace(folder / place.name)
    for name in (f"{DATABASE}-wal", f"{DATABASE}-shm"):
        (folder / name).unlink(missing_ok=True)


# --- PostgreSQL -----------------------------------------------------------------------------


def _login(database: Mapping[str, Any]) -> dict[str, str]:
    """Return how PostgreSQL's programs are told where to go; a password never stands in a command line."""
    said = {
        "PGHOST": database.get("HOST"),
        "PGPORT": database.get("PORT"),
        "PGUSER": database.get("USER"),
        "PGPASSWORD": database.get("PASSWORD"),
    }
    return {name: str(value) for name, value in said.items() if value}


def _described(url: str) -> dict[str, Any]:
    from gangmu.site.databases import database

    return database(url, Path())


def _run(command: list[str], environment: Mapping[str, str], **more: Any) -> str:
    try:
        done = subprocess.run(  # noqa: S603 -- PostgreSQL's programs, told the operator's own database
            command, env={**os.environ, **environment}, check=False, capture_output=True, text=True, **more
        )
    except FileNotFoundError:
        raise CommandFailure(f"{command[0]} is not installed: apt-get install postgresql-client") from None
    if done.returncode:
        raise CommandFailure(f"{command[0]}: {done.stderr.strip() or done.returncode}")
    return str(done.stdout)


def _check_postgres(work: Path, url: str) -> None:
    """Restore into a database of its own, walk the log there, and drop it."""
    described = _described(url)
    login, name = _login(described), f"gangmu_check_{os.getpid()}"
    _run(["createdb", "--maintenance-db", described["NAME"], name], login)
    try:
        _run(
            ["pg_restore", "--exit-on-error", "--no-owner", "--no-acl", f"--dbname={name}", str(work / DUMP)],
            login,
        )
        _check_log(work, urlunsplit(urlsplit(url)._replace(path=f"/{name}")))
    finally:
        with suppress(CommandFailure):
            _run(["dropdb", "--maintenance-db", described["NAME"], "--if-exists", name], login)


def _restore_postgres(dump: Path, url: str, *, replace: bool) -> None:
    """Restore into the target in one transaction: all of it, or nothing has changed."""
    described = _described(url)
    login, name = _login(described), described["NAME"]
    count = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    tables = int(_run(["psql", "--no-psqlrc", "-At", "-d", name, "-c", count], login) or 0)
    if tables and not replace:
        raise CommandFailure("the database is not empty: name another, or --replace it")
    begin = ["-c", "DROP SCHEMA public CASCADE", "-c", "CREATE SCHEMA public"] if tables else []
    psql = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-d", name]
    script = ["pg_restore", "--no-owner", "--no-acl", "--file=-", str(dump)]
    with subprocess.Popen(  # noqa: S603 -- as above
        script, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as reading:
        _run([*psql, *begin, "-f", "-"], login, stdin=reading.stdout)
        if reading.wait():
            raise CommandFailure("pg_restore could not read the dump to its end")
