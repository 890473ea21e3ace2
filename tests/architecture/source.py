"""The source as data: rooms, modules and their syntax trees, for the tests beside this file."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "gangmu"
FLOORS_OF_ROOMS = ("kernel", "work", "results", "modules", "gates")
FLOORS_THAT_ARE_ROOMS = ("core", "frame", "desk", "site")


@cache
def rooms() -> tuple[Path, ...]:
    """Return the folder of every room."""
    below = [
        folder
        for floor in FLOORS_OF_ROOMS
        if (PACKAGE / floor).is_dir()
        for folder in sorted((PACKAGE / floor).iterdir())
        if (folder / "__init__.py").exists()
    ]
    return tuple(below + [PACKAGE / floor for floor in FLOORS_THAT_ARE_ROOMS])


@cache
def modules() -> tuple[Path, ...]:
    """Return every Python file of the package except migrations and packs."""
    return tuple(
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if "migrations" not in path.parts and not path.is_relative_to(PACKAGE / "packs")
    )


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def room_of(path: Path) -> Path | None:
    """Return the room a file belongs to, if any."""
    return next((room for room in rooms() if path.is_relative_to(room)), None)


def named(path: Path, node: ast.AST | None = None) -> str:
    """Return a file, and perhaps its line, as people write them."""
    place = path.relative_to(ROOT).as_posix()
    return f"{place}:{node.lineno}" if node is not None and hasattr(node, "lineno") else place
