"""Read a pack from its files, whole or not at all; what a pack holds once it is read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeVar

from gangmu.core.definition import Definition, Fault, Node, parse_yaml, shape_node
from gangmu.core.digest import definitions_digest
from gangmu.kernel.packs.definitions import PackManifest

D = TypeVar("D", bound=Definition)

MANIFEST = "pack.yaml"
SHIPPED = Path(__file__).parents[2] / "packs"
"""The packs that come with the product: every other pack may stand on one of them."""
BESIDE = frozenset({"world.yaml", "divisions.csv", "README.md", "LICENSE"})
"""Files that stand in a pack's folder and are no definitions."""

BESIDE_FOLDERS = frozenset({"examples"})


@dataclass(frozen=True)
class Placed:
    """A definition, the file it was read from, and what is written there line by line."""

    definition: Definition
    file: str
    node: Node = field(repr=False)


@dataclass(frozen=True, eq=False)
class Pack:
    """All definitions that hold in a place: its own over those of the pack it stands on.

    Compared by identity, so that what follows from one can be remembered with it.
    """

    name: str
    manifest: PackManifest
    hash: str
    definitions: Mapping[str, Mapping[str, Placed]] = field(repr=False)

    def find(self, shape: type[D], code: str) -> D | None:
        """Return one definition by its code, or None."""
        placed = self.definitions.get(kind_of(shape), {}).get(code)
        return placed.definition if placed else None  # type: ignore[return-value]

    def all(self, shape: type[D]) -> tuple[D, ...]:
        """Return all definitions of a kind, by code."""
        placed = self.definitions.get(kind_of(shape), {})
        return tuple(placed[code].definition for code in sorted(placed))  # type: ignore[misc]

    def file_of(self, kind: str, code: str) -> str:
        """Return the file that a definition was read from."""
        return self.definitions[kind][code].file

    def line_of(self, kind: str, code: str, *place: str | int) -> int:
        """Return the line of a piece of a definition, for faults that are found after reading."""
        return self.definitions[kind][code].node.line_of(place)


Check = Callable[[Pack], "list[Fault]"]

SHAPES: dict[str, type[Definition]] = {}
CHECKS: list[Check] = []


def add_shape(kind: str, shape: type[Definition]) -> None:
    """Let packs hold definitions of a kind, in a folder of that name."""
    if SHAPES.get(kind, shape) is not shape:
        raise RuntimeError(f"two shapes are called {kind}")
    SHAPES[kind] = shape


def add_check(check: Check) -> None:
    """Have every pack that is read checked for what one room knows: references, rules."""
    if check not in CHECKS:
        CHECKS.append(check)


def kind_of(shape: type[Definition]) -> str:
    """Return the folder name of a shape."""
    return next(kind for kind, known in SHAPES.items() if known is shape)


Files = dict[str, str]
"""Texts by ``<pack>/<kind>/<code>.yaml``: one pack and those it stands on."""


def pack_files(folder: Path) -> tuple[Files, list[Fault]]:
    """Return the texts of a pack's definition files and of the packs it extends."""
    files: Files = {}
    faults: list[Fault] = []
    seen: set[str] = set()
    here: Path | None = folder
    while here is not None:
        name = here.resolve().name
        if name in seen:
            faults.append(Fault(f"{name}/{MANIFEST}", 1, "extends", "the packs extend each other in a ring"))
            break
        seen.add(name)
        faults += _read_folder(here, name, files)
        manifest, _ = _manifest(files, name)
        parent = parent_folder(folder, manifest.extends) if manifest and manifest.extends else None
        if parent is not None and manifest is not None and not parent.is_dir():
            faults.append(Fault(f"{name}/{MANIFEST}", 1, "extends", f"there is no pack {manifest.extends}"))
            parent = None
        here = parent
    return files, faults


def parent_folder(folder: Path, name: str) -> Path:
    """Return the folder of a pack that another stands on: beside it, else among those of the product."""
    beside = folder.resolve().parent / name
    return beside if beside.is_dir() or not (SHIPPED / name).is_dir() else SHIPPED / name


def is_definition(inside: PurePosixPath) -> bool:
    """Whether a definition, or what is said of the pack itself, stands at a path within a pack."""
    return inside.suffix == ".yaml" and (len(inside.parts) == 2 or str(inside) == MANIFEST)


def text_of(path: Path) -> str:
    """Return the text of a definition's file, without a mark of its byte order."""
    return path.read_bytes().decode("utf-8-sig")


def _read_folder(folder: Path, name: str, files: Files) -> list[Fault]:
    faults = []
    if not (folder / MANIFEST).is_file():
        return [Fault(f"{name}/{MANIFEST}", 1, "unreadable", "a pack has this file, and it is missing")]
    for path in sorted(folder.rglob("*")):
        inside = PurePosixPath(path.relative_to(folder).as_posix())
        if path.is_dir() or inside.parts[0] in BESIDE_FOLDERS or str(inside) in BESIDE:
            continue
        shown = f"{name}/{inside}"
        if not is_definition(inside):
            faults.append(
                Fault(shown, 1, "stray", "no definition stands here: <kind>/<code>.yaml is expected")
            )
            continue
        try:
            files[shown] = text_of(path)
        except (OSError, UnicodeDecodeError):
            faults.append(Fault(shown, 1, "unreadable", "cannot be read as UTF-8 text"))
    return faults


def _manifest(files: Files, name: str) -> tuple[PackManifest | None, list[Fault]]:
    shown = f"{name}/{MANIFEST}"
    if shown not in files:
        return None, []
    node, faults = parse_yaml(files[shown], shown)
    if node is None:
        return None, faults
    return shape_node(node, PackManifest, file=shown)


def compose_pack(name: str, files: Files, *, checked: bool = True) -> tuple[Pack | None, list[Fault]]:
    """Return the pack that the texts make, or every fault of every file.

    Nothing is taken from a pack with a fault; warnings come with the pack. A definition of
    a child stands in place of its parent's of the same kind and code, if its ``pack.yaml`` says
    so; else two packs define one code, which is refused. What was taken in before is read
    without being ``checked``: a later rule does not undo it.
    """
    faults: list[Fault] = []
    chain = list(_chain(name, files, faults))
    held: dict[str, dict[str, Placed]] = {kind: {} for kind in SHAPES}
    for each in reversed(chain):
        for shown in sorted(files):
            parts = shown.split("/")
            if parts[0] == each and len(parts) == 3:
                _take(shown, parts[1], files[shown], held, faults)
    if checked:
        faults += _defined_twice(chain, files)
    manifest, _ = _manifest(files, name)
    if manifest is None and not faults:
        faults.append(Fault(f"{name}/{MANIFEST}", 1, "unreadable", "a pack has this file, and it is missing"))
    if faults or manifest is None:
        return None, faults
    pack = Pack(name, manifest, definitions_digest(files), held)
    for check in CHECKS if checked else ():
        faults += check(pack)
    return (pack if all(fault.warning for fault in faults) else None), faults


def _defined_twice(chain: Sequence[str], files: Files) -> Iterator[Fault]:
    """Yield what a pack defines that one below it defines, too, unsaid; and what it says to replace and does not."""
    below: dict[str, str] = {}
    for name in reversed(chain):
        manifest, _ = _manifest(files, name)
        meant = set(manifest.replaces) if manifest else set()
        own = {
            shown.removeprefix(f"{name}/").removesuffix(".yaml"): shown
            for shown in sorted(files)
            if shown.startswith(f"{name}/") and shown.count("/") == 2
        }
        for key in sorted(own.keys() & below.keys() - meant):
            why = f"{below[key]} defines this code, too; if this one is to stand in its place, name {key} under replaces in {name}/{MANIFEST}"
            yield Fault(own[key], 1, "twice", why)
        for key in sorted(meant - (own.keys() & below.keys())):
            shown = f"{name}/{MANIFEST}"
            line = 1 + next((at for at, text in enumerate(files[shown].splitlines()) if key in text), 0)
            yield Fault(shown, line, "replaces", f"{key} is not defined here and in a pack below")
        below |= own


def _chain(name: str, files: Files, faults: list[Fault]) -> Iterator[str]:
    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        manifest, wrong = _manifest(files, name)
        faults += wrong
        yield name
        name = manifest.extends if manifest else ""


def _take(shown: str, kind: str, text: str, held: dict[str, dict[str, Placed]], faults: list[Fault]) -> None:
    shape = SHAPES.get(kind)
    if shape is None:
        known = ", ".join(sorted(SHAPES))
        faults.append(Fault(shown, 1, "kind", f"there are no definitions called {kind}; known are {known}"))
        return
    node, wrong = parse_yaml(text, shown)
    faults += wrong
    if node is None:
        return
    code = PurePosixPath(shown).stem
    definition, wrong = shape_node(node, shape, file=shown, code=code)
    faults += wrong
    if definition is not None:
        held[kind][code] = Placed(definition, shown, node)
