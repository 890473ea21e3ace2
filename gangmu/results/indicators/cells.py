"""Where each fact is added up: one cell for its organization and what it measures."""

import numpy as np
import pyarrow as pa

from gangmu.results.indicators.arrow import integers_of, numbered_of
from gangmu.results.indicators.slots import Slots
from gangmu.results.indicators.tree import Ints, Places, Tree


class CellsOf:
    """Gives facts their cells.

    There are as many for each slot as there are places, then as many for what nobody measures, and a
    last one, ``elsewhere``, for facts of organizations without a place.
    """

    def __init__(self, slots: Slots, tree: Tree, places: Places) -> None:
        self._tree, self._places = tree, places
        self.width = places.width
        self.nobody = slots.count * places.width
        self.elsewhere = self.nobody + places.width
        self.any = bool(slots.flow_codes)
        self._codes = pa.array(slots.flow_codes, pa.string())
        items = sorted({item for named in slots.named.values() for item in named})
        self._items = pa.array(items, pa.string())
        table = np.full((len(slots.flow_codes) + 1, len(items) + 1), slots.count, np.int64)
        for row, code in enumerate(slots.flow_codes):
            table[row, :] = slots.others.get(code, slots.count)
            for item, slot in slots.named[code].items():
                table[row, items.index(item)] = slot
        # the first cell of each slot, less the least id
        self._first = table * places.width - places.least

    def __call__(self, batch: pa.RecordBatch) -> Ints:
        """Return the cell of each fact."""
        code, codes = numbered_of(batch.column("code"), self._codes)
        item, items = numbered_of(batch.column("item"), self._items)
        firsts = self._first[codes][:, items]
        cell: Ints = firsts.ravel().take((code * np.int32(len(items)) + item).astype(np.int64))
        org, places = integers_of(batch.column("org")), self._places
        if places.order is None:
            place = self._tree.lookup(org).astype(np.int64)
            cell += place
            cell[place < 0] = self.elsewhere
        else:
            cell += org
            if org.min() < places.least or org.max() >= places.least + places.width:
                cell[(org < places.least) | (org >= places.least + places.width)] = self.elsewhere
        return cell

    def measured(self, cell: Ints) -> Ints:
        """Return cells, with ``nobody`` instead of what is not measured; they are changed by this."""
        return np.minimum(cell, self.nobody, out=cell)
