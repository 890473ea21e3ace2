"""Columns of facts, as Arrow reads them, as arrays of numbers."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gangmu.results.indicators.tree import Flags, Ints, Small


def coded_of(column: pa.Array) -> tuple[Small, pa.Array]:
    """Return texts as numbers into a list."""
    if not pa.types.is_dictionary(column.type):
        column = texts_of(column).dictionary_encode()
    numbers = column.indices.to_numpy(zero_copy_only=False)
    return numbers.astype(np.int32, copy=False), column.dictionary


def numbered_of(column: pa.Array, wanted: pa.Array) -> tuple[Small, Ints]:
    """Return texts as numbers into a list, and where each of that stands in the list that is wanted.

    Texts that are not wanted stand behind the last.
    """
    code, names = coded_of(column)
    numbers = pc.fill_null(pc.index_in(texts_of(names).cast(pa.string()), wanted), len(wanted))
    return code, numbers.to_numpy(zero_copy_only=False).astype(np.int64)


def texts_of(column: pa.Array) -> pa.Array:
    """Return a column as plain texts."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column
    return column.cast(pa.large_string())


def integers_of(column: pa.Array) -> Ints:
    """Return a column of whole numbers."""
    numbers = column if column.type == pa.int64() else column.cast(pa.int64())
    found: Ints = numbers.to_numpy(zero_copy_only=False)
    return found


def days_of(column: pa.Array) -> Small:
    """Return days, counted from 1970."""
    found: Small = column.cast(pa.int32()).to_numpy(zero_copy_only=False)
    return found


def amounts_of(column: pa.Array) -> tuple[Ints, Flags | None]:
    """Return a decimal column's whole ten-thousandths, and which are null."""
    if column.type != pa.decimal128(18, 4):
        column = column.cast(pa.decimal128(18, 4))
    null = column.is_null().to_numpy(zero_copy_only=False) if column.null_count else None
    # of their sixteen bytes eight are enough for eighteen digits
    words = np.frombuffer(column.buffers()[1], np.int64)[2 * column.offset :][: 2 * len(column) : 2]
    return (words, None) if null is None else (np.where(null, 0, words), null)
