"""``gangmu work``: the background work alone, for a site whose server does not do it."""

import argparse
import signal
import threading
import time
from pathlib import Path
from typing import Any

from gangmu.site.terminal import Progress, write, write_json

NAME = "work"
HELP = "do the background work: seal the log each second, send digests, sweep files, clear what has expired"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--once", action="store_true", help="do everything once and end")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="the data folder (./data)")


def run(args: argparse.Namespace) -> int:
    """Do every chore when its time has come, until stopped."""
    from gangmu.site.start import require_database, start

    require_database(args.data)
    start(args.data)
    from django.db import close_old_connections

    from gangmu.site.background import Background

    background = Background()
    if args.once:
        did = background.turn(time.monotonic())
        if args.json:
            write_json(did)
        else:
            write(", ".join(f"{name}: {count}" for name, count in did.items()))
        return 0 if len(did) == len(background.chores) else 1
    stop = threading.Event()

    def end(*_: Any) -> None:
        stop.set()

    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, end)
    progress = Progress()
    while not stop.is_set():
        close_old_connections()
        for name, count in background.turn(time.monotonic()).items():
            if count:
                progress(f"{name}: {count}")
        stop.wait(1.0)
    return 0
