"""``gangmu backup``: everything of a site in one file, while it runs."""

import argparse
from pathlib import Path

from gangmu.site.terminal import Progress, write, write_json

NAME = "backup"
HELP = "save database, files and keys into one file, while the site runs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="the file to write, as gangmu-2025-10-31.tar.gz"
    )
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="the data folder (./data)")


def run(args: argparse.Namespace) -> int:
    """Write the file whole or not at all."""
    from gangmu.site.start import require_database, start

    require_database(args.data)
    start(args.data)
    from gangmu.site.archive import save

    manifest = save(args.file, Progress())
    if args.json:
        write_json({"file": str(args.file), **manifest.model_dump(mode="json", exclude={"members"})})
    else:
        write(f"{args.file}: {len(manifest.members)} members, {args.file.stat().st_size} bytes")
        write("It holds the site's keys: keep it where only those may read it who may read everything.")
    return 0
