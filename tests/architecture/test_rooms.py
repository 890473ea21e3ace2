"""Every room is built the same way."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT, modules, named, room_of, rooms, tree

VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "services", "service", "misc", "managers"}


def test_rooms_are_found():
    found = {room.relative_to(PACKAGE).as_posix() for room in rooms()}

    assert {"core", "frame", "desk", "site", "kernel/audit", "work/plans", "results/indicators"} <= found


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.relative_to(PACKAGE).as_posix())
def test_a_room_says_its_purpose_in_one_sentence(room: Path):
    purpose = ast.get_docstring(tree(room / "__init__.py")) or ""

    assert re.fullmatch(r"[A-Z][^\n]+\.", purpose), f"{named(room)}: {purpose!r}"
    assert ". " not in purpose


def test_every_module_says_what_a_reader_finds_in_it():
    silent = [named(path) for path in modules() if not ast.get_docstring(tree(path))]

    assert silent == []


def test_no_file_has_a_name_that_says_nothing():
    vague = [named(path) for path in modules() if path.stem in VAGUE or path.parent.name in VAGUE]

    assert vague == []


def test_tests_mirror_the_package():
    beside = {"architecture", "systems", "journeys", "site/matrix"}
    folders = {
        path.parent.relative_to(ROOT / "tests")
        for path in (ROOT / "tests").rglob("test_*.py")
        if path.parent != ROOT / "tests"
    }

    strange = [
        folder.as_posix()
        for folder in folders
        if not {folder.parts[0], folder.as_posix()} & beside and not (PACKAGE / folder).is_dir()
    ]

    assert sorted(strange) == []


def _foreign_models(path: Path) -> dict[str, str]:
    """Return names that a file has imported from another room's models, and that room."""
    home = room_of(path)
    found = {}
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("gangmu."):
            continue
        parts = node.module.split(".") if node.module else []
        for alias in node.names:
            full = [*parts, alias.name]
            if "models" not in full:
                continue
            room = PACKAGE.parent.joinpath(*full[: full.index("models")])
            if room != home:
                found[alias.asname or alias.name] = room.relative_to(PACKAGE).as_posix()
    return found


def _reaches_into(path: Path) -> list[str]:
    """Return where a file asks another room's table directly."""
    foreign = _foreign_models(path)
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
            owner = node.value
            while isinstance(owner, ast.Attribute):
                owner = owner.value
            if isinstance(owner, ast.Name) and owner.id in foreign:
                found.append(f"{named(path, node)}: ask a query of {foreign[owner.id]}")
    return found


def test_no_room_asks_another_rooms_table():
    reaching = [line for path in modules() for line in _reaches_into(path)]

    assert reaching == []


def test_asking_another_rooms_table_would_be_noticed(tmp_path: Path):
    offender = tmp_path / "queries.py"
    offender.write_text(
        "from gangmu.kernel.orgs.models import Org\n\nfound = Org.objects.all()\n", encoding="utf-8"
    )

    foreign = _foreign_models(offender)

    assert foreign == {"Org": "kernel/orgs"}
