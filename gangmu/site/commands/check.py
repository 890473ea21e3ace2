"""``gangmu check``: what is wrong with a pack, one line a finding."""

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from gangmu.core.definition import Fault
from gangmu.site.terminal import CommandFailure, fault_as_json, write, write_json

NAME = "check"
HELP = "check a pack: shape, references, rules against formalism"

Checker = Callable[[Path], list[Fault]]

CHECKERS: dict[str, str] = {
    "indicator, scorecard": "gangmu.results.assessment.guard:check_numbers",
}
"""Who checks which kinds of definitions: a function from a pack's folder to its faults."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("path", metavar="PATH", type=Path, help="folder of the pack")


def findings(folder: Path) -> list[Fault]:
    """Return what all checkers find, each finding once, by file and line."""
    found: set[Fault] = set()
    for where in CHECKERS.values():
        module, _, name = where.partition(":")
        checker: Checker = getattr(import_module(module), name)
        found.update(checker(folder))
    return sorted(found, key=lambda fault: (fault.file, fault.line, fault.code, fault.message))


def run(args: argparse.Namespace) -> int:
    """Print the findings; 0 if there are none, 1 if there are, 2 if something cannot be read."""
    if not args.path.is_dir():
        raise CommandFailure(f"{args.path}: there is no such folder", exit_code=2)
    found = findings(args.path)
    if args.json:
        write_json([fault_as_json(fault) for fault in found])
    else:
        for fault in found:
            write(str(fault))
    if any(fault.code == "unreadable" for fault in found):
        return 2
    return 1 if found else 0
