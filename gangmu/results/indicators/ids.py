"""Ids of facts as numbers: whether any stands twice, and which of them were replaced."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Words = npt.NDArray[np.uint64]

_WORD = 8
_FIRST = np.uint64(0x9E3779B97F4A7C15)
_AGAIN = np.uint64(0xC2B2AE3D27D4EB4F)
_HALF = np.uint64(32)
_MOST_BITS = 24
# of the eight bytes from a text's beginning, or before its end, those that are its own
_OWN = np.array([(1 << 8 * size) - 1 for size in range(_WORD + 1)], np.uint64)
_OTHERS = np.array([8 * min(_WORD - size, 7) for size in range(_WORD + 1)], np.uint64)


def hashes(texts: pa.Array, seed: int = 0) -> Words:
    """Return a number of 64 bits for each text: equal texts have equal ones."""
    bounds, data = _laid_out(texts)
    size = np.diff(bounds)
    if not len(size):
        return np.zeros(0, np.uint64)
    least, most = int(size.min()), int(size.max())
    # the eight bytes before, and after, every byte of the texts
    before, after = (
        np.ndarray((len(data) - 2 * _WORD + 1,), np.uint64, data, offset, (1,)) for offset in (0, _WORD)
    )
    found: Words = before[bounds[1:]]
    if least < _WORD:
        found >>= _OTHERS[np.minimum(size, _WORD)]
        if least == 0:
            found[size == 0] = 0
    found ^= (size.view(np.uint64) + np.uint64(seed << 32)) * _AGAIN
    _mix(found, _FIRST)
    word: Words = after[bounds[:-1]]
    if least < _WORD:
        word &= _OWN[np.minimum(size, _WORD)]
    found ^= word
    _mix(found, _AGAIN)
    for at in range(_WORD, most - _WORD, _WORD):
        # what a text comes to may not depend on how long others are
        rows = np.flatnonzero(size > at + _WORD) if least <= at + _WORD else slice(None)
        longer = found[rows] ^ after[bounds[:-1][rows] + at]
        _mix(longer, _AGAIN)
        found[rows] = longer
    return found


def _mix(words: Words, factor: np.uint64) -> None:
    words *= factor
    words ^= words >> _HALF


def _laid_out(texts: pa.Array) -> tuple[Any, Any]:
    """Return where texts begin and end in their bytes, which have eight empty ones before and after."""
    large = pa.types.is_large_string(texts.type)
    _, offsets, content = texts.buffers()
    kind = np.int64 if large else np.int32
    bounds = np.frombuffer(offsets, kind)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    first, last = (int(bounds[0]), int(bounds[-1])) if len(bounds) else (0, 0)
    data = np.empty(last - first + 2 * _WORD, np.uint8)
    data[:_WORD] = data[len(data) - _WORD :] = 0
    if last > first:
        data[_WORD:-_WORD] = np.frombuffer(content, np.uint8)[first:last]
    bounds -= first
    return bounds, data


class Replaced:
    """The ids of facts that were replaced."""

    def __init__(self, ids: pa.Array) -> None:
        ids = ids.unique()
        self.ids = ids
        self.seed = 0
        while True:
            found = hashes(ids, self.seed)
            order = np.argsort(found)
            self._sorted = found[order]
            if not (self._sorted[1:] == self._sorted[:-1]).any():
                break
            self.seed += 1
        self._texts = ids.take(pa.array(order))
        # a table says quickly of nearly all other ids that they are not among these
        self._bits = min(_MOST_BITS, max(10, (8 * len(ids)).bit_length()))
        self._high = np.zeros(1 << self._bits, bool)
        self._low = np.zeros(1 << self._bits, bool)
        self._high[self._upper(found)] = True
        self._low[self._lower(found)] = True

    def __len__(self) -> int:
        return len(self.ids)

    def _upper(self, found: Words) -> Any:
        return (found >> np.uint64(64 - self._bits)).view(np.int64)

    def _lower(self, found: Words) -> Any:
        return (found & np.uint64((1 << self._bits) - 1)).view(np.int64)

    def among(self, texts: pa.Array, found: Words) -> Any:
        """Return the rows whose ids were replaced; ``found`` are their hashes with the same seed."""
        return self.matches(texts, found)[0]

    def matches(self, texts: pa.Array, found: Words) -> tuple[Any, Any]:
        """Return the rows whose ids were replaced, and a number of each id, from 0 on."""
        rows = np.flatnonzero(self._high[self._upper(found)])
        rows = rows[self._low[self._lower(found[rows])]]
        wanted = found[rows]
        at = np.minimum(np.searchsorted(self._sorted, wanted), max(len(self._sorted) - 1, 0))
        same = self._sorted[at] == wanted if len(self._sorted) else np.zeros(len(rows), bool)
        rows, at = rows[same], at[same]
        equal = pc.equal(texts.take(pa.array(rows)), self._texts.take(pa.array(at)))
        really = equal.to_numpy(zero_copy_only=False)
        return rows[really], at[really]


def stand_twice(found: Words) -> bool:
    """Whether two of these hashes are equal; they are sorted by this."""
    found.sort()
    step = 1 << 22
    return any(
        bool(
            (
                found[begin + 1 : begin + step + 1] == found[begin : begin + step][: len(found) - begin - 1]
            ).any()
        )
        for begin in range(0, len(found), step)
    )
