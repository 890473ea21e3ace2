"""Facts read straight from their files, each column once, several stretches side by side."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gangmu.core.periods import Period
from gangmu.kernel.facts.rules import FACT_CODES, VOID
from gangmu.results.indicators.columns import Adder, Allocate, Batch
from gangmu.results.indicators.ids import Replaced, Words, hashes, stand_twice
from gangmu.results.indicators.inputs import Files, Statistic, statistics
from gangmu.results.indicators.slots import Slots
from gangmu.results.indicators.tree import Existence, Flags, Ints, Places, Small, Tree

_ROWS = 1 << 15
_PIECE = 1 << 19
_CODED = ["code", "item"]
_INSTANT = pa.timestamp("us", "UTC")


class Share(Enum):
    """How much of a stretch is meant."""

    NONE = 0
    SOME = 1
    ALL = 2


@dataclass(frozen=True)
class Piece:
    """Some row groups of a file, and what their statistics tell of them."""

    path: Path
    footer: pq.FileMetaData
    groups: tuple[int, ...]
    begin: int
    rows: int
    within: Share
    known: Share
    replacing: bool

    def batches(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Yield some columns, a stretch of rows at a time."""
        with pq.ParquetFile(
            self.path, metadata=self.footer, read_dictionary=_CODED, pre_buffer=False
        ) as file:
            yield from file.iter_batches(_ROWS, list(self.groups), columns, use_threads=False)


def _share(stat: Statistic | None, least: Any, most: Any) -> Share:
    """Return how much of a row group lies between two bounds, either of which may be None."""
    if stat is None or stat.least is None or stat.most is None:
        return Share.SOME
    if (most is not None and stat.least > most) or (least is not None and stat.most < least):
        return Share.NONE
    inside = (most is None or stat.most <= most) and (least is None or stat.least >= least)
    return Share.ALL if inside else Share.SOME


def pieces(groups: Sequence[Files], period: Period, known_at: datetime | None) -> list[Piece]:
    """Return all rows of some files as stretches that can be read by themselves."""
    found: list[Piece] = []
    begin = 0
    for path in (path for files in groups for path in files.paths):
        with pq.ParquetFile(path) as file:
            footer = file.metadata
        days = statistics(footer, "day")
        instants = statistics(footer, "known_at") if known_at is not None else None
        replaces = statistics(footer, "replaces")
        for group in range(footer.num_row_groups):
            rows = footer.row_group(group).num_rows
            if not rows:
                continue
            told = replaces[group] if replaces else None
            within = _share(days[group] if days else None, period.first, period.last)
            known = Share.ALL
            if known_at is not None:
                known = _share(instants[group] if instants else None, None, known_at)
            piece = Piece(
                path, footer, (group,), begin, rows, within, known, told is None or told.nulls != rows
            )
            begin += rows
            last = found[-1] if found else None
            if last is not None and _alike(last, piece) and last.rows + rows <= _PIECE:
                found[-1] = Piece(
                    path,
                    footer,
                    (*last.groups, group),
                    last.begin,
                    last.rows + rows,
                    within,
                    known,
                    piece.replacing,
                )
            else:
                found.append(piece)
    return found


def _alike(one: Piece, other: Piece) -> bool:
    same = one.path == other.path and one.within == other.within
    return same and one.known == other.known and one.replacing == other.replacing


@dataclass
class Look:
    """What is noticed about facts while they are added up.

    It only says whether all is as it should be; what is wrong is then found by name.
    """

    existence: Existence
    last: int
    ids: Words
    twice: bool = False
    strays: bool = False
    void_without: bool = False
    unknown: Counter[str] = field(default_factory=Counter)
    links: list[pa.Table] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def clean(self) -> bool:
        """Whether nothing was noticed."""
        return not (self.twice or self.strays or self.void_without)

    def see(self, batch: pa.RecordBatch, found: Words, at: int) -> None:
        """Look at some facts, the first of which has this number."""
        self.ids[at : at + len(batch)] = found
        code, names = _coded(batch.column("code"))
        listed = names.to_pylist()
        counts = np.bincount(code, minlength=len(listed)).tolist()
        unknown = {
            name: count
            for name, count in zip(listed, counts, strict=True)
            if count and name not in FACT_CODES
        }
        void = listed.index(VOID) if VOID in listed else None
        placed = np.array([name in FACT_CODES and name != VOID for name in listed], bool)
        day = _days(batch.column("day"))
        due = day <= self.last
        if not placed.all():
            due &= placed[code]
        strays = not self.existence.holds(_integers(batch.column("org")), day, due)
        replaces = _texts(batch.column("replaces"))
        without = void is not None and bool(
            pc.any(pc.and_(pa.array(code == void), replaces.is_null())).as_py()
        )
        links = None
        if replaces.null_count < len(replaces):
            rows = replaces.is_valid()
            texts = [_texts(batch.column("fact")).filter(rows), replaces.filter(rows)]
            links = pa.table([text.cast(pa.large_string()) for text in texts], ["fact", "replaces"])
        with self.lock:
            self.unknown.update(unknown)
            self.strays |= strays
            self.void_without |= without
            if links is not None:
                self.links.append(links)

    def finish(self) -> None:
        """Find out whether an id stands twice."""
        self.twice = stand_twice(self.ids)

    def all_links(self) -> pa.Table:
        """Return which fact replaces which."""
        text = pa.large_string()
        return pa.concat_tables(
            [pa.table({"fact": pa.array([], text), "replaces": pa.array([], text)}), *self.links]
        )


class Scan:
    """Reads the facts of some files for one period, as known at an instant."""

    def __init__(
        self, groups: Sequence[Files], period: Period, known_at: datetime | None, threads: int
    ) -> None:
        self._pieces = pieces(groups, period, known_at)
        self._period = _day_number(period.first), _day_number(period.last)
        self._known_at = None if known_at is None else pa.scalar(known_at, _INSTANT)
        self._threads = max(1, threads)
        self.rows = sum(piece.rows for piece in self._pieces)

    def _each(self, act: Callable[[Piece], Any], chosen: Sequence[Piece]) -> list[Any]:
        """Do something with pieces side by side; what is refused in one ends all."""
        with ThreadPoolExecutor(self._threads) as workers:
            try:
                return list(workers.map(act, chosen))
            except BaseException:
                workers.shutdown(wait=True, cancel_futures=True)
                raise

    def replaced(self) -> Replaced:
        """Return what has been replaced."""

        def one(piece: Piece) -> list[pa.Array]:
            columns = ["replaces"] if piece.known is Share.ALL else ["replaces", "known_at"]
            return [found for batch in piece.batches(columns) if len(found := self._gone(batch))]

        chosen = [piece for piece in self._pieces if piece.replacing and piece.known is not Share.NONE]
        found = [array for arrays in self._each(one, chosen) for array in arrays]
        return Replaced(pa.concat_arrays([pa.array([], pa.large_string()), *found]))

    def _gone(self, batch: pa.RecordBatch) -> pa.Array:
        replaces = _texts(batch.column("replaces"))
        if replaces.null_count == len(replaces):
            return pa.array([], pa.large_string())
        if "known_at" in batch.schema.names:
            replaces = replaces.filter(self._is_known(batch))
        return replaces.drop_null().cast(pa.large_string())

    def _is_known(self, batch: pa.RecordBatch) -> pa.Array:
        return pc.less_equal(batch.column("known_at").cast(_INSTANT, safe=False), self._known_at)

    def look(self, existence: Existence, allocate: Allocate) -> Look:
        """Return what will be noticed in these files."""
        return Look(existence, self._period[1], allocate((self.rows,), np.uint64))

    def add(
        self, adder: Adder, slots: Slots, tree: Tree, places: Places, replaced: Replaced, look: Look | None
    ) -> None:
        """Add up the facts that count and lie within the period; look at all of them meanwhile."""
        cells = _CellsOf(slots, tree, places)

        def one(piece: Piece) -> None:
            adds = bool(slots.flow_codes) and Share.NONE not in (piece.within, piece.known)
            if not adds and look is None:
                return
            columns = set()
            if adds:
                columns |= {"org", "code", "item", "value"}
                columns |= {"fact"} if len(replaced) else set()
                columns |= {"day"} if piece.within is Share.SOME else set()
                columns |= {"known_at"} if piece.known is Share.SOME else set()
            if look is not None:
                columns |= {"fact", "replaces", "org", "day", "code"}
            at = piece.begin
            for batch in piece.batches(sorted(columns)):
                found = None
                if "fact" in columns:
                    ids = _texts(batch.column("fact"))
                    found = hashes(ids, replaced.seed)
                if look is not None:
                    assert found is not None
                    look.see(batch, found, at)
                at += len(batch)
                if adds:
                    cell = cells(batch)
                    self._leave_out(cell, cells.nobody, batch, piece)
                    if len(replaced) and found is not None:
                        cell[replaced.among(ids, found)] = cells.nobody
                    value, null = _amounts(batch.column("value"))
                    adder.add(Batch(cell, value, null))

        self._each(one, self._pieces)
        if look is not None:
            look.finish()

    def _leave_out(self, cell: Ints, nobody: int, batch: pa.RecordBatch, piece: Piece) -> None:
        if piece.within is Share.SOME:
            day = _days(batch.column("day"))
            cell[(day < self._period[0]) | (day > self._period[1])] = nobody
        if piece.known is Share.SOME:
            cell[~self._is_known(batch).to_numpy(zero_copy_only=False)] = nobody


class _CellsOf:
    """Gives facts their cells."""

    def __init__(self, slots: Slots, tree: Tree, places: Places) -> None:
        self._tree, self._places = tree, places
        self.nobody = slots.count * places.width
        self._codes = pa.array(slots.flow_codes, pa.string())
        items = sorted({item for named in slots.named.values() for item in named})
        self._items = pa.array(items, pa.string())
        table = np.full((len(slots.flow_codes) + 1, len(items) + 1), -1, np.int64)
        for row, code in enumerate(slots.flow_codes):
            table[row, :] = slots.others.get(code, -1)
            for item, slot in slots.named[code].items():
                table[row, items.index(item)] = slot
        # the first cell of each slot, less the least id; what nobody measures lies beyond the last
        self._first = np.where(table < 0, self.nobody, table * places.width) - places.least

    def __call__(self, batch: pa.RecordBatch) -> Ints:
        """Return the cell of each fact, ``nobody`` for those that are not measured."""
        code, codes = _numbered(batch.column("code"), self._codes)
        item, items = _numbered(batch.column("item"), self._items)
        firsts = self._first[codes][:, items]
        cell: Ints = firsts.ravel()[code * np.int32(len(items)) + item]
        org, places = _integers(batch.column("org")), self._places
        if places.order is None:
            place = self._tree.lookup(org).astype(np.int64)
            cell += place
            cell[place < 0] = self.nobody
        else:
            cell += org
            if org.min() < places.least or org.max() >= places.least + places.width:
                cell[(org < places.least) | (org >= places.least + places.width)] = self.nobody
        if (firsts >= self.nobody - places.least).any():
            np.minimum(cell, self.nobody, out=cell)
        return cell


def _coded(column: pa.Array) -> tuple[Small, pa.Array]:
    """Return texts as numbers into a list."""
    if not pa.types.is_dictionary(column.type):
        column = _texts(column).dictionary_encode()
    numbers = column.indices.to_numpy(zero_copy_only=False)
    return numbers.astype(np.int32, copy=False), column.dictionary


def _numbered(column: pa.Array, wanted: pa.Array) -> tuple[Small, Ints]:
    """Return texts as numbers into a list, and where each of that stands in the list that is wanted.

    Texts that are not wanted stand behind the last.
    """
    code, names = _coded(column)
    numbers = pc.fill_null(pc.index_in(_texts(names).cast(pa.string()), wanted), len(wanted))
    return code, numbers.to_numpy(zero_copy_only=False).astype(np.int64)


def _texts(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column
    return column.cast(pa.large_string())


def _integers(column: pa.Array) -> Ints:
    numbers = column if column.type == pa.int64() else column.cast(pa.int64())
    found: Ints = numbers.to_numpy(zero_copy_only=False)
    return found


def _days(column: pa.Array) -> Small:
    found: Small = column.cast(pa.int32()).to_numpy(zero_copy_only=False)
    return found


def _amounts(column: pa.Array) -> tuple[Ints, Flags | None]:
    """Return a decimal column's whole ten-thousandths, and which are null."""
    if column.type != pa.decimal128(18, 4):
        column = column.cast(pa.decimal128(18, 4))
    null = column.is_null().to_numpy(zero_copy_only=False) if column.null_count else None
    # of their sixteen bytes eight are enough for eighteen digits
    words = np.frombuffer(column.buffers()[1], np.int64)[2 * column.offset :][: 2 * len(column) : 2]
    return (words, None) if null is None else (np.where(null, 0, words), null)


def _day_number(day: date) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))
