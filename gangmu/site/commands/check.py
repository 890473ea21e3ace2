"""``gangmu check``: what is wrong with a pack, one line a finding."""

import argparse
import os
import tempfile
from dataclasses import replace
from pathlib import Path

from gangmu.core.definition import Fault
from gangmu.site.terminal import CommandFailure, fault_as_json, write, write_json

NAME = "check"
HELP = "check a pack: shape, references, rules against formalism"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("path", metavar="PATH", type=Path, help="folder of the pack")


def findings(folder: Path) -> list[Fault]:
    """Return everything that is found, each finding once, by file and line.

    A folder of numbers alone, without ``pack.yaml``, is checked as what assesses it
    reads it.
    """
    from gangmu.results.assessment.guard import check_numbers

    found = set(check_numbers(folder))
    if (folder / "pack.yaml").exists() or (not found and not _measures(folder)):
        found.update(_in_whole(folder))
    return sorted(found, key=lambda fault: (fault.file, fault.line, fault.code, fault.message))


def _measures(folder: Path) -> bool:
    return (folder / "indicator").is_dir() or (folder / "scorecard").is_dir()


def _in_whole(folder: Path) -> list[Fault]:
    """Return what every room finds in the pack and in those it extends."""
    register_shapes()
    from gangmu.kernel.packs.rules import compose_pack, pack_files

    name = folder.resolve().name
    files, faults = pack_files(folder)
    _, found = compose_pack(name, files)
    beside = {name: str(folder)}
    return [replace(fault, file=_shown(fault.file, folder, beside)) for fault in faults + found]


def _shown(file: str, folder: Path, beside: dict[str, str]) -> str:
    """Return a file as seen from where the command was called: packs stand side by side."""
    pack, _, inside = file.partition("/")
    return f"{beside.get(pack) or folder.parent / pack}/{inside}"


def register_shapes() -> None:
    """Have every room tell what packs may hold; no site is set up, and nothing is left behind."""
    from django.apps import apps

    if apps.ready:
        return
    before = os.environ.get("GANGMU_DATA")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gangmu.site.settings")
    with tempfile.TemporaryDirectory(prefix="gangmu-check-") as data:
        os.environ["GANGMU_DATA"] = data
        import django

        django.setup()
    if before is None:
        del os.environ["GANGMU_DATA"]
    else:
        os.environ["GANGMU_DATA"] = before


def run(args: argparse.Namespace) -> int:
    """Print the findings; 0 if there are none that refuse the pack, 1 if there are, 2 if it cannot be read."""
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
    return 0 if all(fault.warning for fault in found) else 1
