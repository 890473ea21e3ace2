"""The command ``gangmu``: finds the command that is named, runs it, and explains failures."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from gangmu.core.errors import Refusal
from gangmu.site.terminal import CommandFailure, report_failure

COMMANDS: dict[str, str] = {
    "assess": "gangmu.site.commands.assess",
    "check": "gangmu.site.commands.check",
    "demo": "gangmu.site.commands.demo",
    "explain": "gangmu.site.commands.explain",
    "facts": "gangmu.site.commands.facts",
    "orgs": "gangmu.site.commands.orgs",
    "pack": "gangmu.site.commands.pack",
    "serve": "gangmu.site.commands.serve",
    "work": "gangmu.site.commands.work",
    "audit": "gangmu.site.commands.audit",
    "backup": "gangmu.site.commands.backup",
    "restore": "gangmu.site.commands.restore",
}
"""Every command and its module; modules load what is heavy only when they run."""


class Command(Protocol):
    """What a command's module offers."""

    NAME: str
    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it, and return the exit code."""
        ...


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, with where to read more."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise CommandFailure(f"{message} (see: {self.prog} --help)", exit_code=2)


class _Version(argparse.Action):
    """Shows the version that is installed, which no other command needs to look up."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            found = version("gangmu")
        except PackageNotFoundError:
            found = "unknown"
        sys.stdout.write(f"gangmu {found}\n")
        parser.exit()


def _parser(names: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(prog="gangmu", description="Grassroots work as a closed loop.", allow_abbrev=False)
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and end")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in names:
        command = cast(Command, import_module(COMMANDS[name]))
        sub = commands.add_parser(name, help=command.HELP, description=command.HELP, allow_abbrev=False)
        sub.add_argument("--json", action="store_true", help="print for machines")
        sub.set_defaults(run=command.run)
        command.add_arguments(sub)
    return parser


def _failure(problem: BaseException) -> CommandFailure:
    match problem:
        case CommandFailure():
            return problem
        case OSError():
            where = f"{problem.filename}: " if problem.filename else ""
            return CommandFailure(f"{where}{problem.strerror or problem}")
        case KeyboardInterrupt():
            return CommandFailure("stopped", exit_code=130)
    return CommandFailure(str(problem))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a mistake is told in words, without a traceback."""
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        names = [given[0]] if given and given[0] in COMMANDS else list(COMMANDS)
        args = _parser(names).parse_args(given)
        code = int(args.run(args))
        sys.stdout.flush()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except BrokenPipeError:
        # whoever read has seen enough; without this, Python complains once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except (CommandFailure, Refusal, OSError, KeyboardInterrupt) as problem:
        failure = _failure(problem)
        report_failure(failure, as_json="--json" in given)
        code = failure.exit_code
    return code
