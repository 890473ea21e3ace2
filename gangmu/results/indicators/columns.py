"""Facts added up by organization and slot, and from there into one number per indicator."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gangmu.results.indicators.definitions import Divisor, IndicatorKind, Measure
from gangmu.results.indicators.slots import Slots
from gangmu.results.indicators.tree import Flags, Ints, Places, Tree

LEAST = np.iinfo(np.int64).min
MOST = np.iinfo(np.int64).max

SAFE = 2.0**62
HALF_BITS = 31
_HALF = (1 << HALF_BITS) - 1
_NARROW = 1 << 41
_WHOLE = 1 << 55


class Again(Exception):
    """What was added is to be thrown away and added once more, in another way."""


class TooLarge(Again):
    """Sums that could leave 64 bits."""


@dataclass
class Cells:
    """What was counted for every slot (rows) and organization (columns)."""

    sums: "_Rows"
    high: "_Rows | None"
    known: "_Rows"
    nulls: "_Rows"
    least: dict[int, Ints]
    most: dict[int, Ints]


Allocate = Callable[[tuple[int, ...], Any], Any]


def allocator(budget: int, folder: Path | None) -> Allocate:
    """Return a function that makes zeroed arrays, in files once the budget of bytes is used."""
    left = budget
    number = 0

    def allocate(shape: tuple[int, ...], dtype: Any) -> Any:
        nonlocal left, number
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        left -= size
        if left >= 0 or folder is None or size == 0:
            return np.zeros(shape, dtype)
        number += 1
        return np.memmap(folder / f"cells-{number}", dtype=dtype, mode="w+", shape=shape)

    return allocate


@dataclass(frozen=True)
class Batch:
    """Facts that are added: their cells, and values in ten-thousandths."""

    cell: Ints
    value: Ints
    null: Flags | None = None

    def chosen(self, rows: Any) -> "Batch":
        """Return some of the facts."""
        null = None if self.null is None else self.null[rows]
        return Batch(self.cell[rows], self.value[rows], null)


class Adder:
    """Adds facts, batch after batch, in any order, exactly; several threads may add."""

    def __init__(self, places: Places, slots: Slots, allocate: Allocate, *, halves: bool) -> None:
        self._places, self._halves = places, halves
        self._most = slots.count * places.width
        # the last cell takes what nobody measures
        shape = (self._most + 1,)
        self._sums = allocate(shape, np.int64)
        self._high = allocate(shape, np.int64) if halves else None
        self._known = allocate(shape, np.int32)
        self._nulls = allocate(shape, np.int32)
        self._slots = slots
        self._least, self._greatest = (
            {slot: np.full(places.width, start, np.int64) for slot in sorted(slots.extremes)}
            for start in (MOST, LEAST)
        )
        self._total = 0.0
        self._on_disk = isinstance(self._sums, np.memmap)
        # one thread may count while another sums
        self._counting, self._summing = threading.Lock(), threading.Lock()

    def add(self, batch: Batch) -> None:
        """Add a batch."""
        cell, value = batch.cell, batch.value
        if batch.null is not None:
            with self._counting:
                np.add.at(self._nulls, cell[batch.null], 1)
            cell, value = cell[~batch.null], value[~batch.null]
        if not len(cell):
            return
        bound = float(max(abs(int(value.min())), abs(int(value.max())))) * len(value)
        if self._on_disk:
            # in order, so that a file is walked through once and not leapt about in
            order = np.argsort(cell)
            cell, value = cell[order], value[order]
        with self._counting:
            np.add.at(self._known, cell, np.int32(1))
        with self._summing:
            self._total += bound
            if self._total >= SAFE and not self._halves:
                raise TooLarge
            if self._high is None:
                np.add.at(self._sums, cell, value)
            else:
                np.add.at(self._sums, cell, value & _HALF)
                np.add.at(self._high, cell, value >> HALF_BITS)
            if self._least:
                self._note_extremes(cell, value)

    def _note_extremes(self, cell: Ints, value: Ints) -> None:
        width = self._places.width
        for slot, least in self._least.items():
            mine = (cell >= slot * width) & (cell < (slot + 1) * width)
            at, found = cell[mine] - slot * width, value[mine]
            np.minimum.at(least, at, found)
            np.maximum.at(self._greatest[slot], at, found)

    def cells(self) -> Cells:
        """Return what has been added, in the order of the tree."""
        shape, count = (self._slots.count, self._places.width), self._most
        ordered = self._places.ordered
        high = self._high
        return Cells(
            sums=_Rows(self._sums[:count].reshape(shape), ordered),
            high=None if high is None else _Rows(high[:count].reshape(shape), ordered),
            known=_Rows(self._known[:count].reshape(shape), ordered),
            nulls=_Rows(self._nulls[:count].reshape(shape), ordered),
            least={slot: ordered(found) for slot, found in self._least.items()},
            most={slot: ordered(found) for slot, found in self._greatest.items()},
        )


class _Rows:
    """The rows of slots, each put into the tree's order when it is asked for."""

    def __init__(self, rows: Any, ordered: Callable[[Any], Any]) -> None:
        self._rows, self._ordered = rows, ordered
        self._kept: tuple[int, Any] = (-1, None)

    def __getitem__(self, slot: int) -> Any:
        kept = self._kept  # one look: another thread may keep another row meanwhile
        if kept[0] != slot:
            self._kept = kept = (slot, self._ordered(self._rows[slot]))
        return kept[1]


@dataclass(frozen=True)
class Amount:
    """A whole column of exact numbers in ten-thousandths; ``high`` counts in 2^31."""

    low: Ints
    high: Ints | None = None

    def where(self, known: Flags) -> "Amount":
        """Return it with 0 where it is not known."""
        high = None if self.high is None else np.where(known, self.high, 0)
        return Amount(np.where(known, self.low, 0), high)

    def rolled(self, tree: Tree) -> "Amount":
        """Return the sums over whole subtrees."""
        high = None if self.high is None else tree.rolled(self.high, np.add)
        return Amount(tree.rolled(self.low, np.add), high)

    def chosen(self, rows: Any) -> "Amount":
        """Return some of the rows."""
        return Amount(self.low[rows], None if self.high is None else self.high[rows])

    @property
    def largest(self) -> int:
        """A bound of the absolute value."""
        bound = max(abs(int(self.low.min())), abs(int(self.low.max()))) if len(self.low) else 0
        if self.high is not None and len(self.high):
            above = max(abs(int(self.high.min())), abs(int(self.high.max())))
            bound += above << HALF_BITS
        return bound

    def fits(self, bound: int) -> bool:
        """Whether all of it is in one word, and below a bound."""
        return self.high is None and self.largest < bound

    def nonzero(self) -> Flags:
        """Where it is not 0."""
        low = self.low if self.high is None else self.low & _HALF
        found: Flags = low != 0
        if self.high is not None:
            found |= (self.high + (self.low >> HALF_BITS)) != 0
        return found


@dataclass(frozen=True)
class Quotient:
    """What a value is made of: amounts, or one above a fixed divisor in ten-thousandths."""

    numerator: Amount
    denominator: Amount | None
    fixed: int | None
    known: Flags

    def quotient(self, rows: Any) -> "Quotient":
        """Return some of the rows."""
        denominator = None if self.denominator is None else self.denominator.chosen(rows)
        return Quotient(self.numerator.chosen(rows), denominator, self.fixed, self.known[rows])


@dataclass(frozen=True)
class Numbers(Quotient):
    """One indicator for all organizations of the tree."""

    parts: Ints
    parts_unknown: Ints

    def chosen(self, rows: Any) -> "Numbers":
        """Return some of the rows."""
        chosen = self.quotient(rows)
        return Numbers(**chosen.__dict__, parts=self.parts[rows], parts_unknown=self.parts_unknown[rows])


def _narrowed(amount: Amount) -> tuple[Ints, Flags]:
    """Return amounts in one word, and where they fit into it."""
    if amount.high is None:
        return amount.low, np.ones(len(amount.low), bool)
    carried = amount.high + (amount.low >> HALF_BITS)
    return (carried << HALF_BITS) + (amount.low & _HALF), np.abs(carried) < 1 << HALF_BITS


def _exactly(amount: Amount, row: int) -> int:
    return int(amount.low[row]) + (int(amount.high[row]) << HALF_BITS if amount.high is not None else 0)


def _rounded_quotient(above: int, below: int) -> int:
    quotient = (2 * abs(above) + abs(below)) // (2 * abs(below))
    return -quotient if (above < 0) != (below < 0) else quotient


def millionths(numbers: Quotient) -> Amount:
    """Return the values in whole millionths, rounded half away from zero; 0 where unknown."""
    known = numbers.known
    if numbers.denominator is None and numbers.fixed is None and numbers.numerator.fits(_WHOLE):
        return Amount(np.where(known, numbers.numerator.low * 100, 0))
    above, fits = _narrowed(numbers.numerator)
    # one divisor for all is divided by several times as fast
    below: Any = np.int64(numbers.fixed or 10_000)
    if numbers.denominator is not None:
        below, also_fits = _narrowed(numbers.denominator)
        fits = fits & also_fits
    small = known & fits & (np.abs(above) < _NARROW) & (np.abs(below) < 1 << 60)
    top = np.where(small, above, 0)
    bottom = below if numbers.denominator is None else np.where(small, below, 1)
    width = np.abs(bottom)
    value = (2_000_000 * np.abs(top) + width) // (2 * width)
    value = np.where((top < 0) != (bottom < 0), -value, value)
    large = np.flatnonzero(known & ~small)
    if not len(large):
        return Amount(value)
    exact = []
    for row in large.tolist():
        divisor = numbers.fixed or 10_000
        if numbers.denominator is not None:
            divisor = _exactly(numbers.denominator, row)
        exact.append(_rounded_quotient(_exactly(numbers.numerator, row) * 10**6, divisor))
    if max(map(abs, exact)) < 1 << 62:
        value[large] = exact
        return Amount(value)
    high = value >> HALF_BITS
    low = value & _HALF
    high[large] = [number >> HALF_BITS for number in exact]
    low[large] = [number & _HALF for number in exact]
    return Amount(low, high)


@dataclass(frozen=True)
class Measured:
    """One side of an indicator for every part: its amount, and where it is known."""

    amount: Amount
    known: Flags
    extreme: bool = False


class Numerals:
    """Makes indicators out of cells."""

    def __init__(self, tree: Tree, slots: Slots, cells: Cells) -> None:
        self._tree, self._slots, self._cells = tree, slots, cells
        self._made: dict[Measure, Measured] = {}

    def numbers(self, kind: IndicatorKind) -> Numbers:
        """Return an indicator for every organization of the tree."""
        above, below = self.measured(kind)
        known = above.known if below is None else above.known & below.known
        fixed = _fixed(kind.denominator)
        numerator = self._over_parts(kind, kind.numerator, above, known)
        denominator = None
        if below is not None and kind.denominator is not None:
            denominator = self._over_parts(kind, kind.denominator, below, known)
        if kind.scope == "own":
            parts, unknown = known.astype(np.int64), np.zeros(self._tree.size, np.int64)
        elif known.all():
            parts, unknown = self._tree.below, np.zeros(self._tree.size, np.int64)
        else:
            parts = self._tree.rolled(known.astype(np.int64), np.add)
            unknown = self._tree.below - parts
        valued = (parts > 0) & self._tree.alive
        if denominator is not None:
            valued &= denominator.nonzero()
        return Numbers(numerator, denominator, fixed, valued, parts, unknown)

    def measured(self, kind: IndicatorKind) -> tuple[Measured, Measured | None]:
        """Return numerator and denominator of every part; no denominator if it is a number."""
        return self._measured(kind.numerator), self._divisor(kind.denominator)

    def _measured(self, measure: Measure) -> Measured:
        # own numbers and those of subtrees are made of the same
        if measure not in self._made:
            self._made[measure] = self._from_cells(measure)
        return self._made[measure]

    def _from_cells(self, measure: Measure) -> Measured:
        slots = self._slots.of_measure(measure)
        cells = self._cells
        rows = _together(np.add, [cells.known[slot] for slot in slots])
        if measure.verb == "count":
            always = np.ones(self._tree.size, bool)
            return Measured(Amount(rows.astype(np.int64) * 10_000), always)
        known = rows > 0 if measure.empty is None else np.ones(self._tree.size, bool)
        if measure.nulls is None:
            known &= ~_together(np.logical_or, [cells.nulls[slot] > 0 for slot in slots])
        if measure.verb in ("max", "min"):
            greatest = measure.verb == "max"
            side, ufunc = (cells.most, np.maximum) if greatest else (cells.least, np.minimum)
            found = _together(ufunc, [side[slot] for slot in slots])
            return Measured(Amount(np.where(rows > 0, found, 0)), known, extreme=True)
        low = _together(np.add, [cells.sums[slot] for slot in slots])
        high = None
        if cells.high is not None:
            high = _together(np.add, [cells.high[slot] for slot in slots])
        return Measured(Amount(low, high), known)

    def _divisor(self, divisor: Divisor | None) -> Measured | None:
        if divisor is None or divisor.number is not None:
            return None
        if divisor.orgs is None:
            return self._measured(divisor)
        spans = self._tree.spans
        wanted = [number for number, kind in enumerate(spans.kinds) if kind in divisor.orgs]
        counted = np.isin(spans.kind, wanted) & self._tree.alive
        return Measured(Amount(counted.astype(np.int64) * 10_000), np.ones(self._tree.size, bool))

    def _over_parts(self, kind: IndicatorKind, measure: Measure, measured: Measured, known: Flags) -> Amount:
        if kind.scope == "own":
            return measured.amount.where(known)
        if not measured.extreme:
            return measured.amount.where(known).rolled(self._tree)
        greatest = measure.verb == "max"
        none, ufunc = (LEAST, np.maximum) if greatest else (MOST, np.minimum)
        rolled = self._tree.rolled(np.where(known, measured.amount.low, none), ufunc)
        return Amount(np.where(rolled == none, 0, rolled))


def _fixed(divisor: Divisor | None) -> int | None:
    """Return a fixed divisor in ten-thousandths."""
    return int(divisor.number * 10_000) if divisor and divisor.number is not None else None


def _together(ufunc: np.ufunc, arrays: Sequence[Any]) -> Any:
    total = arrays[0]
    for array in arrays[1:]:
        total = ufunc(total, array)
    return total


def add_all(fill: Callable[[Adder], None], places: Places, slots: Slots, allocate: Allocate) -> Cells:
    """Return the cells of all facts that are added; it is done again if sums need two halves."""
    halves = False
    while True:
        adder = Adder(places, slots, allocate, halves=halves)
        try:
            fill(adder)
            return adder.cells()
        except TooLarge:
            halves = True
        except Again:
            pass
        del adder
