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
from gangmu.results.indicators.arrow import amounts_of, coded_of, days_of, integers_of, texts_of
from gangmu.results.indicators.cells import CellsOf
from gangmu.results.indicators.columns import Adder, Again, Allocate, Batch
from gangmu.results.indicators.ids import Replaced, Words, hashes, stand_twice
from gangmu.results.indicators.inputs import Bounds, Files, bounds, null_counts
from gangmu.results.indicators.near import Near, months_between
from gangmu.results.indicators.slots import Slots
from gangmu.results.indicators.tree import Existence, Ints, Places, Tree

_ROWS = 1 << 17
_PIECE = 1 << 19
_CODED = ["code", "item"]
_CELL = frozenset({"org", "code", "item"})
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
    months: int

    @property
    def counts(self) -> bool:
        """Whether any of it can count in the period."""
        return Share.NONE not in (self.within, self.known)

    @property
    def replaces_known(self) -> bool:
        """Whether any of it that is known can replace others."""
        return self.replacing and self.known is not Share.NONE

    def batches(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Yield some columns, a stretch of rows at a time."""
        with pq.ParquetFile(
            self.path, metadata=self.footer, read_dictionary=_CODED, pre_buffer=False
        ) as file:
            yield from file.iter_batches(_ROWS, list(self.groups), columns, use_threads=False)


def _share(stat: Bounds, least: Any, most: Any) -> Share:
    """Return how much of a row group lies between two bounds, either of which may be None."""
    if stat.least is None or stat.most is None:
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
        days, nulls = bounds(footer, "day"), null_counts(footer, "replaces")
        instants = bounds(footer, "known_at") if known_at is not None else []
        for group in range(footer.num_row_groups):
            rows = footer.row_group(group).num_rows
            if not rows:
                continue
            within = _share(days[group], period.first, period.last)
            known = Share.ALL
            if known_at is not None:
                known = _share(instants[group], None, known_at)
            months = months_between(days[group].least, days[group].most)
            piece = Piece(path, footer, (group,), begin, rows, within, known, nulls[group] != rows, months)
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
                    last.months | months,
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
        code, names = coded_of(batch.column("code"))
        listed = names.to_pylist()
        counts = np.bincount(code, minlength=len(listed)).tolist()
        unknown = {
            name: count
            for name, count in zip(listed, counts, strict=True)
            if count and name not in FACT_CODES
        }
        void = listed.index(VOID) if VOID in listed else None
        placed = np.array([name in FACT_CODES and name != VOID for name in listed], bool)
        day = days_of(batch.column("day"))
        due = day <= self.last
        if not placed.all():
            due &= placed[code]
        strays = not self.existence.holds(integers_of(batch.column("org")), day, due)
        replaces = texts_of(batch.column("replaces"))
        without = void is not None and bool(
            pc.any(pc.and_(pa.array(code == void), replaces.is_null())).as_py()
        )
        links = None
        if replaces.null_count < len(replaces):
            rows = replaces.is_valid()
            texts = [texts_of(batch.column("fact")).filter(rows), replaces.filter(rows)]
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
        outside = sum(piece.rows for piece in self._pieces if not piece.counts)
        self._seeks_near = 2 * outside <= self.rows

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

        chosen = [piece for piece in self._pieces if piece.replaces_known]
        found = [array for arrays in self._each(one, chosen) for array in arrays]
        return Replaced(pa.concat_arrays([pa.array([], pa.large_string()), *found]))

    def _gone(self, batch: pa.RecordBatch) -> pa.Array:
        return texts_of(self._replacing(batch).column("replaces")).cast(pa.large_string())

    def _replacing(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the facts that are known and replace others."""
        replaces = batch.column("replaces")
        if replaces.null_count == len(replaces):
            return batch.slice(0, 0)
        if "known_at" in batch.schema.names:
            batch = batch.filter(self._is_known(batch))
        return batch.filter(batch.column("replaces").is_valid())

    def _is_known(self, batch: pa.RecordBatch) -> pa.Array:
        return pc.less_equal(batch.column("known_at").cast(_INSTANT, safe=False), self._known_at)

    def look(self, existence: Existence, allocate: Allocate) -> Look:
        """Return what will be noticed in these files."""
        return Look(existence, self._period[1], allocate((self.rows,), np.uint64))

    def add(
        self, adder: Adder, slots: Slots, tree: Tree, places: Places, replaced: Replaced, look: Look | None
    ) -> None:
        """Add up the facts that count and lie within the period; look at all of them meanwhile."""
        cells = CellsOf(slots, tree, places)
        if look is None and len(replaced) and slots.flow_codes and self._seeks_near:
            self._add_near(adder, cells, replaced)
            return
        self._each(lambda piece: self._add_piece(piece, adder, cells, replaced, look), self._pieces)
        if look is not None:
            look.finish()

    def _add_piece(
        self, piece: Piece, adder: Adder, cells: CellsOf, replaced: Replaced, look: Look | None
    ) -> None:
        adds = cells.any and piece.counts
        if not adds and look is None:
            return
        columns = _added(piece) if adds else set()
        columns |= {"fact"} if adds and len(replaced) else set()
        columns |= {"fact", "replaces", "org", "day", "code"} if look is not None else set()
        at = piece.begin
        for batch in piece.batches(sorted(columns)):
            found = None
            if "fact" in columns:
                ids = texts_of(batch.column("fact"))
                found = hashes(ids, replaced.seed)
            if look is not None:
                assert found is not None
                look.see(batch, found, at)
            at += len(batch)
            if adds:
                told = self._told(piece, batch, cells, cells(batch))
                if len(replaced) and found is not None:
                    told.cell[replaced.among(ids, found)] = cells.nobody
                adder.add(told)

    def _add_near(self, adder: Adder, cells: CellsOf, replaced: Replaced) -> None:
        """Add up facts, reading ids only near what replaces others; begin again if that is not enough."""
        near = Near(cells, replaced)

        def mark(piece: Piece) -> None:
            columns = ["code", "item", "org", "replaces"]
            columns += [] if piece.known is Share.ALL else ["known_at"]
            for batch in piece.batches(columns):
                near.mark(self._replacing(batch), piece.months)

        self._each(mark, [piece for piece in self._pieces if piece.replaces_known])
        self._each(lambda piece: self._add_piece_near(piece, adder, cells, near), self._pieces)
        if not near.found_all:
            self._seeks_near = False
            raise Again

    def _add_piece_near(self, piece: Piece, adder: Adder, cells: CellsOf, near: Near) -> None:
        at = 0
        suspects: list[Ints] = []
        held: list[Batch] = []
        for batch in piece.batches(sorted(_added(piece) if piece.counts else _CELL)):
            cell = cells(batch)
            rows = near.suspects(cell, piece.months)
            suspects.append(rows + at)
            at += len(batch)
            if piece.counts:
                told = self._told(piece, batch, cells, cell)
                held.append(told.chosen(rows))
                told.cell[rows] = cells.nobody
                adder.add(told)
        rows = np.concatenate(suspects)
        stays = near.stay(rows, piece.batches(["fact"])) if len(rows) else rows
        for told in held:
            adder.add(told.chosen(stays[: len(told.cell)]))
            stays = stays[len(told.cell) :]

    def _told(self, piece: Piece, batch: pa.RecordBatch, cells: CellsOf, cell: Ints) -> Batch:
        """Return what is added of some facts."""
        self._leave_out(cell, cells.nobody, batch, piece)
        value, null = amounts_of(batch.column("value"))
        return Batch(cells.measured(cell), value, null)

    def _leave_out(self, cell: Ints, nobody: int, batch: pa.RecordBatch, piece: Piece) -> None:
        if piece.within is Share.SOME:
            day = days_of(batch.column("day"))
            cell[(day < self._period[0]) | (day > self._period[1])] = nobody
        if piece.known is Share.SOME:
            cell[~self._is_known(batch).to_numpy(zero_copy_only=False)] = nobody


def _added(piece: Piece) -> set[str]:
    """Return the columns that adding up reads."""
    columns = {*_CELL, "value"}
    columns |= {"day"} if piece.within is Share.SOME else set()
    columns |= {"known_at"} if piece.known is Share.SOME else set()
    return columns


def _day_number(day: date) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))
