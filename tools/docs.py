"""Build the pages that are written in the sources: rooms, operations, pack kinds."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "docs"


def rooms() -> str:
    """Return the rooms with their purposes as a page."""
    lines = ["# Rooms", "", "| room | purpose |", "|---|---|"]
    for path in sorted((ROOT / "gangmu").rglob("__init__.py")):
        purpose = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        folder = path.parent.relative_to(ROOT / "gangmu").as_posix()
        if purpose and folder != "." and folder.count("/") <= 1:
            lines.append(f"| `{folder}` | {purpose} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "rooms.md").write_text(rooms(), encoding="utf-8")
    print(f"Written to {FOLDER}")


if __name__ == "__main__":
    main()
