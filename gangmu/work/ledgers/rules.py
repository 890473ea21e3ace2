"""Sums in which the unknown stays unknown, the steps of the tree, what a sound ledger is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from gangmu.core.definition import Fault
from gangmu.core.fields import FieldSpec
from gangmu.core.sheets import plain_title
from gangmu.core.text import LANGUAGES
from gangmu.kernel.orgs.definitions import DomainKind, OrgKind
from gangmu.kernel.packs.rules import Pack
from gangmu.work.ledgers.definitions import LedgerKind
from gangmu.work.records.definitions import FieldKind, RecordKind

HALVES = 10**9
"""Amounts are added in two parts, so that no database runs out of digits."""


@dataclass(frozen=True)
class LedgerColumn:
    """A column: the field of the record that is written, and the one of the dictionary that is known."""

    code: str
    spec: FieldSpec
    field: FieldKind

    @property
    def numeric(self) -> bool:
        """Whether it has a sum."""
        return self.spec.type in ("number", "money")


@dataclass
class Sum:
    """The sum of what is known, of how many rows, and how many rows are unknown."""

    total: Decimal = Decimal(0)
    known: int = 0
    rows: int = 0

    @property
    def unknown(self) -> int:
        """How many rows say nothing: they are not 0."""
        return self.rows - self.known

    @property
    def value(self) -> Decimal | None:
        """The sum, None if nothing at all is known."""
        return self.total if self.known else None

    def add(self, high: int | None, low: int | None, known: int) -> None:
        """Add amounts that were summed in two parts."""
        self.total += Decimal((high or 0) * HALVES + (low or 0)) / 10_000
        self.known += known


@dataclass
class SumLine:
    """The rows below one organization, with the sum of each column."""

    org: int
    rows: int = 0
    sums: dict[str, Sum] = field(default_factory=dict)

    def count(self, rows: int) -> None:
        """Count some more rows."""
        self.rows += rows
        for each in self.sums.values():
            each.rows += rows


def step_below(path: str, top: str) -> int:
    """Return the id of the organization directly below ``top`` on the way to ``path``, or of ``top``."""
    rest = path[len(top) :]
    return int(rest.split("/", 1)[0]) if rest else int(top.rstrip("/").rsplit("/", 1)[-1])


def columns_of(ledger: LedgerKind, pack: Pack) -> tuple[LedgerColumn, ...]:
    """Return a ledger's columns in its order; what the pack lacks is left out."""
    kind = pack.find(RecordKind, ledger.record)
    if kind is None:
        return ()
    by_code = {spec.code: spec for spec in kind.fields if spec.of}
    found = []
    for code in ledger.columns or tuple(by_code):
        known = pack.find(FieldKind, by_code[code].of) if code in by_code else None
        if known is not None:
            found.append(LedgerColumn(code, by_code[code], known))
    return tuple(found)


def titles_of(ledger: LedgerKind, columns: Sequence[LedgerColumn]) -> set[str]:
    """Return all that a ledger's columns may be headed, without what people put around it."""
    titles = {plain_title(each.spec.title.within(language)) for each in columns for language in LANGUAGES}
    return titles | {plain_title(title) for titles in ledger.headings.values() for title in titles}


def other_ledger(heads: Iterable[str], titles: Mapping[str, set[str]], own: str) -> str | None:
    """Return the ledger that a sheet's heading fits better than the one it was sent to, if there is one."""
    plain = {plain_title(head) for head in heads}
    here = len(plain & titles.get(own, set()))
    others = {code: len(plain & each) for code, each in titles.items() if code != own}
    best = max(others, key=lambda code: others[code], default=None)
    return best if best is not None and others[best] > here else None


def ledger_faults(pack: Pack) -> list[Fault]:
    """Return what a pack's ledgers name that is not there, and columns that no dictionary knows."""
    kinds = {kind.code for kind in pack.all(OrgKind)}
    domains = {domain.code for domain in pack.all(DomainKind)}
    faults = []
    for ledger in pack.all(LedgerKind):
        record = pack.find(RecordKind, ledger.record)
        wrong = [
            (f"there is no kind of organization {each}", "kinds")
            for each in ledger.kinds
            if each not in kinds
        ]
        wrong += [(f"there is no domain {each}", "domains") for each in ledger.domains if each not in domains]
        if record is None:
            wrong.append((f"there is no record kind {ledger.record}", "record"))
        else:
            wrong += _record_faults(ledger, record)
        file = pack.file_of("ledger", ledger.code)
        faults += [
            Fault(file, pack.line_of("ledger", ledger.code, place), "ledger", said) for said, place in wrong
        ]
    return faults


def _record_faults(ledger: LedgerKind, record: RecordKind) -> list[tuple[str, str]]:
    if record.entry != "stock":
        return [(f"{record.code} is no stock: a ledger shows how much there is on a day", "record")]
    shared = record.shared
    wrong = [
        (f"{code} of {record.code} is no field of the dictionary", "columns")
        for code in ledger.columns
        if code not in shared
    ]
    if not shared:
        wrong.append((f"{record.code} asks for no field of the dictionary", "record"))
    codes = ledger.columns or tuple(shared)
    wrong += [(f"{code} is no column", "headings") for code in ledger.headings if code not in codes]
    return wrong
