"""Where what was replaced is looked for first: with whom and for what its replacement tells something."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gangmu.kernel.facts.rules import VOID
from gangmu.results.indicators.arrow import coded_of, texts_of
from gangmu.results.indicators.cells import CellsOf
from gangmu.results.indicators.ids import Replaced, hashes
from gangmu.results.indicators.tree import Flags, Ints


class Near:
    """Facts of the same organization and measure as one that replaces another.

    A correction may replace any fact, so this is only a guess. But no id stands twice: once each that
    was replaced has been found, the ids of all other facts need not be read.
    """

    def __init__(self, cells: CellsOf, replaced: Replaced) -> None:
        self._cells, self._replaced = cells, replaced
        self._marks = np.zeros(cells.elsewhere + 1, bool)
        self._found = np.zeros(len(replaced), bool)

    def mark(self, batch: pa.RecordBatch) -> None:
        """Note where facts that replace others stand."""
        if not len(batch):
            return
        cell = self._cells(batch)
        self._marks[cell] = True
        code, names = coded_of(batch.column("code"))
        void = pc.equal(names, VOID).to_numpy(zero_copy_only=False)[code]
        place = cell[void & (cell < self._cells.elsewhere)] - self._cells.nobody
        # a void does not say what it replaces, but whose it was
        for first in range(0, self._cells.elsewhere, self._cells.width):
            self._marks[first + place] = True

    def suspects(self, cell: Ints) -> Ints:
        """Return the rows of facts that may have been replaced."""
        return np.flatnonzero(self._marks.take(cell))

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
