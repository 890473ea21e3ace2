"""What can be imported: the kinds that rooms register, and how one row is read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gangmu.core.context import Context
from gangmu.core.fields import FieldSpec
from gangmu.core.sheets import MOST_ROWS, Cell, Heads, parse_cell
from gangmu.core.text import Text

BATCH = 2000
MOST_SHOWN = 200
"""So much of a wrong cell is kept, to be shown beside its fault."""

Values = dict[str, Any]
"""One row by field, each value as its field keeps it; None where nothing stands."""

Faults = Mapping[int, Mapping[str, str]]
"""What stands against rows: index within the batch, field, sentence."""

Place = Any
"""The organization at which rows come in; this module asks nothing of it."""


@dataclass(frozen=True)
class ImportKind:
    """Something that comes in as rows.

    ``fields`` says which columns the sheet has at an organization. ``judge`` returns what
    stands against rows before anything is written, and may complete their values; what it
    puts into its last argument it finds there with the next batch, and under ``wrong`` the
    fields of each row that could not be read. ``apply`` writes a batch
    and returns the ids made, in order; it refuses with faults named ``<index>.<field>``.
    ``check_undo`` refuses if something was built on what was made; ``undo`` takes it back.
    Values of ``sensitive`` fields are kept unreadable while they are staged. ``rows`` gives
    what a template already holds, ``check_heads`` refuses a sheet by its heading, for which
    ``foreign`` names the headings of others. A row of
    which nothing is made gives 0 in the place of an id. ``home`` is the address at which such sheets
    are sent; without it, the page of imports of the organization.
    """

    code: str
    title: Text
    permission: str
    fields: Callable[[Place], tuple[FieldSpec, ...]]
    judge: Callable[[Context, Place, Sequence[Values], dict[str, Any]], Faults]
    apply: Callable[[Context, Place, Sequence[Values]], Sequence[int]]
    check_undo: Callable[[Context, Place, Sequence[int]], None]
    undo: Callable[[Context, Place, Sequence[int]], None]
    sensitive: frozenset[str] = frozenset()
    other_titles: Mapping[str, tuple[Text, ...]] = field(default_factory=dict)
    help: Text | None = None
    rows: Callable[[Context, Place], Iterable[Sequence[Any]]] | None = None
    check_heads: Callable[[Place, Heads], None] | None = None
    foreign: Callable[[Place], Sequence[str]] | None = None
    most_rows: int = MOST_ROWS
    formulas: bool = True
    home: Callable[[Place], str] | None = None

    def headings(self) -> dict[str, list[str]]:
        """Return what else a column may be headed, by field, in every language."""
        return {
            code: [text for title in titles for text in (title.zh_hans, title.zh_hant, title.en)]
            for code, titles in self.other_titles.items()
        }


KINDS: dict[str, ImportKind] = {}


def add_import(kind: ImportKind) -> None:
    """Let rows of a kind come in."""
    if KINDS.get(kind.code, kind) is not kind:
        raise RuntimeError(f"two kinds of import are called {kind.code}")
    KINDS[kind.code] = kind


@dataclass(frozen=True)
class ImportFamily:
    """Kinds that a pack or an order makes: ``<prefix>-<subject>`` each, under one permission."""

    prefix: str
    permission: str
    make: Callable[[str], ImportKind]


FAMILIES: dict[str, ImportFamily] = {}


def add_import_family(family: ImportFamily) -> None:
    """Let rows of a family of kinds come in."""
    if FAMILIES.get(family.prefix, family) is not family:
        raise RuntimeError(f"two families of imports are called {family.prefix}")
    FAMILIES[family.prefix] = family


@dataclass
class ReadRow:
    """One row as it was read: its line, its values, what is wrong in itself, and what was typed there."""

    line: int
    values: Values
    faults: dict[str, str]
    typed: dict[str, str] = field(default_factory=dict)

    def shown(self) -> Values:
        """Return the values as they are staged: a wrong cell, which is never written, as it was typed."""
        return self.values | self.typed


def read_row(fields: Sequence[FieldSpec], line: int, cells: Mapping[str, Cell]) -> ReadRow:
    """Return a row's values; a wrong cell keeps what was typed beside its fault."""
    values: Values = {}
    faults: dict[str, str] = {}
    typed: dict[str, str] = {}
    for spec in fields:
        cell = cells.get(spec.code, "")
        try:
            values[spec.code] = parse_cell(spec, cell)
        except ValueError as wrong:
            values[spec.code] = None
            faults[spec.code] = str(wrong)
            typed[spec.code] = cell.strip()[:MOST_SHOWN]
    return ReadRow(line, values, faults, typed)


def index_faults(faults: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """Return faults named ``<index>.<field>`` by row and field; others stand at row -1."""
    found: dict[int, dict[str, str]] = {}
    for name, fault in faults.items():
        index, _, code = name.partition(".")
        place = int(index) if index.isdigit() else -1
        found.setdefault(place, {})[code or name] = fault
    return found
