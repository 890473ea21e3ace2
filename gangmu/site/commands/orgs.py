"""``gangmu orgs import``: organizations from a CSV or Excel file, all or none."""

import argparse
from pathlib import Path
from typing import Any

from gangmu.site.terminal import CommandFailure, Progress, warn, write, write_json

NAME = "orgs"
HELP = "take in organizations from a file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("action", choices=["import"], help="what to do")
    parser.add_argument("file", type=Path, metavar="FILE", help="a CSV or Excel file with a heading")
    parser.add_argument("--under", default="", metavar="CODE", help="the organization above (the only root)")
    parser.add_argument("--dry-run", action="store_true", help="judge every row and write nothing")
    parser.add_argument("--partial", action="store_true", help="write the right rows, leave the wrong ones")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="the data folder (./data)")


def run(args: argparse.Namespace) -> int:
    """Read, judge and write; every wrong row is named with its cell."""
    if not args.file.is_file():
        raise CommandFailure(f"{args.file}: there is no such file")
    from gangmu.site.start import migrate, start

    start(args.data)
    migrate()
    return _import(args)


def _import(args: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from gangmu.core.context import Context
    from gangmu.kernel.access.operations import ensure_system_account
    from gangmu.kernel.access.queries import AccountActor
    from gangmu.kernel.imports.operations import discard_import, read_import, write_import
    from gangmu.kernel.imports.queries import fault_cells, rows_of

    context = Context(AccountActor(ensure_system_account()), datetime.now(UTC))
    progress = Progress()
    org = _top(context, args.under)
    imported = read_import(
        context, org, kind="orgs", path=args.file, file_name=args.file.name, progress=progress
    )
    faults = fault_cells(imported, rows_of(imported, wrong=True))
    if args.dry_run or (faults and not args.partial) or imported.wrong == imported.total:
        _report(args, imported.total, 0, faults)
        discard_import(context, imported)
        return 1 if faults else 0
    done = write_import(context, imported, partial=args.partial, progress=progress)
    faults = fault_cells(done, rows_of(done, wrong=True))
    _report(args, done.total, done.done, faults)
    return 1 if faults else 0


def _top(context: Any, code: str) -> Any:
    from gangmu.kernel.orgs.queries import orgs_by_code, roots_for

    if code:
        found = orgs_by_code([code]).get(code)
        if found is None:
            raise CommandFailure(f"there is no organization with the code {code}")
        return found
    roots = roots_for(context)
    if len(roots) != 1:
        raise CommandFailure(f"there are {len(roots)} roots: name the organization above with --under CODE")
    return roots[0]


def _report(args: argparse.Namespace, total: int, done: int, faults: list[tuple[str, str, str]]) -> None:
    if args.json:
        named = [{"cell": cell, "field": field, "fault": fault} for cell, field, fault in faults]
        write_json({"rows": total, "written": done, "faults": named})
        return
    for cell, field, fault in faults:
        warn(f"{args.file}:{cell}: {field} {fault}")
    write(f"{total} rows, {done} written, {len({cell for cell, _, _ in faults})} faults")
