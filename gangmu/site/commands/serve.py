"""``gangmu serve``: the site with its background work."""

import argparse
from pathlib import Path

from gangmu.site.terminal import write, write_json

NAME = "serve"
HELP = "serve the site, with its background work"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="where to listen (8000)")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="the data folder (./data)")


def run(args: argparse.Namespace) -> int:
    """Bring the database up to date and serve until stopped."""
    from gangmu.site.start import migrate, start

    start(args.data)
    migrate()
    from gangmu.site.serving import serve

    def say(address: str) -> None:
        if args.json:
            write_json({"address": address})
        else:
            write(f"{address}  (Ctrl-C ends it)")

    return serve(args.host, args.port, say)
