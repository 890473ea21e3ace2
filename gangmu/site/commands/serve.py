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

    code = _founding_code()

    def say(address: str) -> None:
        if args.json:
            write_json({"address": address, **({"set_up_code": code} if code else {})})
            return
        write(f"{address}  (Ctrl-C ends it)")
        if code:
            write(f"This site is empty. Open {address}/first-day and type the set-up code {code}")
            write("It serves once, for a day; starting again gives a new one.")

    return serve(args.host, args.port, say)


def _founding_code() -> str:
    """Return the code with which the first officer sets an empty site up; nothing once somebody can sign in."""
    from gangmu.core.context import Context
    from gangmu.kernel.access.operations import ensure_system_account
    from gangmu.kernel.access.queries import AccountActor
    from gangmu.kernel.offices.operations import founding_code_for_terminal
    from gangmu.site import clock

    return founding_code_for_terminal(Context(AccountActor(ensure_system_account()), clock.now()))
