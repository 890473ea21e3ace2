"""Where what was replaced is looked for first: with whom, for what and about when its replacement tells something."""

import threading
from collections.abc import Iterable
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gangmu.kernel.facts.rules import VOID
from gangmu.results.indicators.arrow import coded_of, texts_of
from gangmu.results.indicators.cells import CellsOf
from gangmu.results.indicators.ids import Replaced, hashes
from gangmu.results.indicators.tree import Flags, Ints

_MONTHS = 16
EVERY_MONTH = (1 << _MONTHS) - 1


def months_between(least: date | None, most: date | None) -> int:
    """Return the months that two days span as bits; sixteen months later the bits come again."""
    if least is None or most is None:
        return EVERY_MONTH
    first, last = (12 * each.year + each.month for each in (least, most))
    if last - first >= _MONTHS:
        return EVERY_MONTH
    found = 0
    for month in range(first, last + 1):
        found |= 1 << month % _MONTHS
    return found


def _widened(months: int) -> int:
    """Return also the month before each and the one after it."""
    around = months | months << 1 | months >> 1 | months << _MONTHS - 1 | months >> _MONTHS - 1
    return around & EVERY_MONTH


class Near:
    """Facts of the same organization and measure as one that replaces another, and of about the same month.

    A correction may replace any fact, so this is only a guess. But no id stands twice: once each that
    was replaced has been found, the ids of all other facts need not be read.
    """

    def __init__(self, cells: CellsOf, replaced: Replaced) -> None:
        self._cells, self._replaced = cells, replaced
        self._marks = np.zeros(cells.elsewhere + 1, np.uint16)
        self._found = np.zeros(len(replaced), bool)
        # marks of several months are put together, which two threads may not do at once
        self._marking = threading.Lock()

    def mark(self, batch: pa.RecordBatch, months: int) -> None:
        """Note where facts of some months that replace others stand."""
        if not len(batch):
            return
        near = np.uint16(_widened(months))
        cell = self._cells(batch)
        code, names = coded_of(batch.column("code"))
        void = pc.equal(names, VOID).to_numpy(zero_copy_only=False)[code]
        place = cell[void & (cell < self._cells.elsewhere)] - self._cells.nobody
        with self._marking:
            self._marks[cell] |= near
            # a void does not say what it replaces, but whose it was
            for first in range(0, self._cells.elsewhere, self._cells.width):
                self._marks[first + place] |= near

    def suspects(self, cell: Ints, months: int) -> Ints:
        """Return the rows of facts of some months that may have been replaced."""
        return np.flatnonzero(self._marks.take(cell) & np.uint16(months))

    def stay(self, rows: Ints, batches: Iterable[pa.RecordBatch]) -> Flags:
        """Return whether facts have not been replaced, by their rows, which are in order."""
        stays = np.ones(len(rows), bool)
        begin = at = 0
        for batch in batches:
            end = begin + int(np.searchsorted(rows[begin:], at + len(batch)))
            ids = texts_of(batch.column("fact")).take(pa.array(rows[begin:end] - at))
            gone, numbers = self._replaced.matches(ids, hashes(ids, self._replaced.seed))
            stays[begin + gone] = False
            self._found[numbers] = True
            begin, at = end, at + len(batch)
        return stays

    @property
    def found_all(self) -> bool:
        """Whether all that was replaced has been found."""
        return bool(self._found.all())
