"""``gangmu audit verify``: walks the log and names what was done to it behind the product's back."""

import argparse
from pathlib import Path

from gangmu.site.terminal import Progress, warn, write, write_json

NAME = "audit"
HELP = "verify: walk the log; name the first altered, removed, missing or cut-off entry"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=("verify",), help="walk the log")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="the data folder (./data)")


def run(args: argparse.Namespace) -> int:
    """Return 0 if the log is whole, 1 if it is broken."""
    from gangmu.site.start import require_database, start

    require_database(args.data)
    start(args.data)
    from gangmu.kernel.audit.sealer import verify_log

    progress = Progress()
    progress("walking the log")
    verdict = verify_log()
    if args.json:
        write_json({"whole": verdict.whole, "entries": verdict.entries, "faults": list(verdict.faults)})
    elif verdict.whole:
        write(f"whole: {verdict.entries} sealed entries")
    else:
        write(f"broken: {verdict.faults[0]}")
        for fault in verdict.faults[1:]:
            warn(f"also: {fault}")
    return 0 if verdict.whole else 1
