"""``gangmu restore``: a site from a backup that verifies, into an empty place."""

import argparse
import os
from pathlib import Path

from gangmu.site.start import DEFAULT_FOLDER
from gangmu.site.terminal import Progress, write, write_json

NAME = "restore"
HELP = "bring a backup back into an empty data folder; a file that does not verify is refused"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that gangmu backup wrote")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="the data folder (./data)")
    parser.add_argument(
        "--replace", action="store_true", help="put what is there now aside (stop the site before)"
    )


def run(args: argparse.Namespace) -> int:
    """Check everything first; then, and only then, put it in place."""
    from gangmu.site.archive import restore

    folder = (args.data or Path(os.environ.get("GANGMU_DATA") or DEFAULT_FOLDER)).resolve()
    manifest, aside = restore(args.file, folder, replace=args.replace, progress=Progress())
    if args.json:
        write_json({"data": str(folder), "made_at": manifest.made_at, "aside": str(aside) if aside else None})
    else:
        write(f"{folder}: as of {manifest.made_at}")
        if aside:
            write(f"What was there before stands in {aside}")
    return 0
