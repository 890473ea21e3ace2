"""Run a command beside a PostgreSQL of its own: ``tools/postgres.py run -- COMMAND…``.

The cluster lives in a temporary folder, belongs to an unprivileged user, listens on a free
port of this machine only, and goes away with the command, however that ends.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Tests need no durability: what is lost with the machine is begun anew.
FAST = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


def programs() -> Path:
    """Return the folder of the newest installed server's programs."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    if newest is None:
        sys.exit("PostgreSQL is not installed: apt-get install postgresql")
    return newest.parent


def as_owner(*command: str | Path) -> list[str]:
    """Return the command as an unprivileged user runs it, ending with the one who started it.

    PostgreSQL refuses root, so root lends the work to the user that Debian made for it.
    """
    lent = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", "--pdeathsig=INT", *lent, *map(str, command)]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster() -> Iterator[str]:
    """Start a fresh cluster, yield the URL of its database, and stop it."""
    folder = Path(tempfile.mkdtemp(prefix="gangmu-postgres-"))
    data, port = folder / "data", str(free_port())
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    create = ["-U", "gangmu", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    address = ["-h", "127.0.0.1", "-p", port, "-U", "gangmu"]
    try:
        with (folder / "initdb.log").open("w") as log:
            subprocess.run(
                as_owner(programs() / "initdb", "-D", data, *create), stdout=log, check=True, cwd=folder
            )
        with (folder / "server.log").open("w") as log:
            server = subprocess.Popen(
                as_owner(
                    programs() / "postgres", "-D", data, "-k", folder, "-h", "127.0.0.1", "-p", port, *FAST
                ),
                stdout=log,
                stderr=log,
                cwd=folder,
            )
        try:
            _wait_until_ready(server, address, folder / "server.log")
            subprocess.run([programs() / "createdb", *address, "gangmu"], check=True)
            yield f"postgresql://gangmu@127.0.0.1:{port}/gangmu"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(server: subprocess.Popen[bytes], address: list[str], log: Path) -> None:
    for _ in range(300):
        if subprocess.run([programs() / "pg_isready", "-q", *address], check=False).returncode == 0:
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"PostgreSQL did not start:\n{log.read_text()}")


def main(arguments: list[str]) -> int:
    """Run the command with ``GANGMU_DATABASE_URL`` set and return its exit status."""
    match arguments:
        case ["run", "--", *command] if command:
            pass
        case _:
            sys.exit("Use: tools/postgres.py run -- COMMAND…")
    # A polite end must still stop the cluster.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    with cluster() as url:
        beside = {**os.environ, "GANGMU_DATABASE_URL": url}
        return subprocess.run(["setpriv", "--pdeathsig=TERM", *command], check=False, env=beside).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
