"""Build the pages that are written in the sources: rooms, operations, pack kinds and their schemas."""

import ast
import importlib
import inspect
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gangmu"
FOLDER = ROOT / "build" / "docs"


def rooms() -> str:
    """Return the rooms and their purposes as a page."""
    rows = []
    for path in sorted(PACKAGE.rglob("__init__.py")):
        purpose = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        room = path.parent.relative_to(PACKAGE)
        if purpose and room.parts and len(room.parts) <= 2 and "templates" not in room.parts:
            rows.append([f"`{room.as_posix()}`", purpose])
    return table("Rooms", ["room", "purpose"], rows)


def operations() -> str:
    """Return the catalogue of operations as a page."""
    for path in sorted([*PACKAGE.rglob("operations.py"), *PACKAGE.rglob("operations/*.py")]):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    from gangmu.kernel.audit.operations import CATALOGUE

    rows = [
        [f"`{verb}`", spec.purpose, f"`{spec.permission}`", f"`{spec.at}`" if spec.at else ""]
        for verb, spec in sorted(CATALOGUE.items())
    ]
    return table("Operations", ["operation", "what it brings about", "permission", "asked at"], rows)


def pack_kinds() -> str:
    """Return what a pack may say as a page, and write each kind's JSON Schema beside it."""
    from gangmu.kernel.packs.rules import SHAPES

    pages = ["# What a pack may say\n"]
    for kind, shape in sorted(SHAPES.items()):
        schema = shape.model_json_schema(by_alias=True)
        text = json.dumps(schema, ensure_ascii=False, indent=2)
        (FOLDER / f"{kind}.schema.json").write_text(text + "\n", encoding="utf-8")
        meaning = inspect.getdoc(shape) or ""
        rows = [_field(name, field, schema) for name, field in schema.get("properties", {}).items()]
        pages.append(f"\n#{table(f'`{kind}/<code>.yaml`', ['key', 'holds', 'meaning'], rows, meaning)}")
    return "".join(pages)


def _field(name: str, field: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    needed = " *" if name in schema.get("required", []) else ""
    return [f"`{name}`{needed}", _holds(field), str(field.get("description", ""))]


def _holds(field: dict[str, Any]) -> str:
    if "enum" in field:
        return " · ".join(map(str, field["enum"]))
    if "$ref" in field:
        return str(field["$ref"]).rsplit("/", 1)[1]
    if "anyOf" in field:
        return " or ".join(_holds(part) for part in field["anyOf"] if part.get("type") != "null")
    if field.get("type") == "array" and isinstance(field.get("items"), dict):
        return f"list of {_holds(field['items'])}"
    return str(field.get("type", field.get("const", "")))


def table(title: str, head: list[str], rows: list[list[str]], before: str = "") -> str:
    """Return a page with one table."""
    lines = [f"# {title}", "", *([before, ""] if before else []), _row(head), "|---" * len(head) + "|"]
    return "\n".join([*lines, *map(_row, rows)]) + "\n"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def main() -> None:
    """Write every page."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "gangmu.site.settings"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gangmu-docs-") as data:
        os.environ["GANGMU_DATA"] = data
        importlib.import_module("django").setup()
        for name, page in (("rooms", rooms), ("operations", operations), ("packs", pack_kinds)):
            (FOLDER / f"{name}.md").write_text(page(), encoding="utf-8")
    print(f"Written to {FOLDER}")


if __name__ == "__main__":
    main()
