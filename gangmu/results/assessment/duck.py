"""Results made with the embedded DuckDB."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from gangmu.results.assessment.definitions import Application, Line, ScorecardKind
from gangmu.results.assessment.engine import WRITABLE, Job, Made, needed_indicators, plainly_written
from gangmu.results.assessment.output import RESULTS, Hashing, copy_sql
from gangmu.results.assessment.pack import Pack
from gangmu.results.assessment.ranking import Field, bounded, line_points, note_texts, scored
from gangmu.results.assessment.scoring import scaled
from gangmu.results.indicators.columns import (
    HALF_BITS,
    Adder,
    Allocate,
    Amount,
    Cells,
    Numbers,
    Numerals,
    add_all,
    allocator,
    millionths,
)
from gangmu.results.indicators.duck import Facts, connect
from gangmu.results.indicators.inputs import Inputs
from gangmu.results.indicators.outcome import Limits, Strays, WrongInput
from gangmu.results.indicators.scan import Look, Scan
from gangmu.results.indicators.slots import Slots
from gangmu.results.indicators.tree import Existence, Spans, Tree, check_spans, places_of, read_spans, tree_of

_ROWS = 122_880
_EIGHTEEN_DIGITS = 10**18
_DENSE = 16


def results(job: Job, pack: Pack, inputs: Inputs, folder: Path, progress: Callable[[str], None]) -> Made:
    """Make the results with the embedded DuckDB."""
    con = connect(_for_database(job.limits))
    try:
        assert job.limits.spill is not None
        progress("reading the organizations")
        spans = read_spans(inputs.orgs, trusted=job.trust)
        if not job.trust:
            check_spans(spans)
        tree = tree_of(spans, job.period)
        codes = needed_indicators(pack, job.write)
        slots = Slots.of({code: pack.indicators[code] for code in codes})
        progress("adding up the facts")
        adding = _Adding(job, con, inputs, spans, tree)
        numerals = Numerals(tree, slots, adding.cells(slots, progress))
        strays, passed_over = adding.strays, adding.passed_over
        made = Made({}, strays, passed_over, {"name": "duckdb", "version": duckdb.__version__})
        writer = _Writer(pack, tree, numerals, job.limits.threads)
        writer.make(codes)
        plain = plainly_written(pack, tree)
        for name in WRITABLE:
            if name in job.write:
                progress(f"writing {name}")
                tables = getattr(writer, name)()
                made.hashes[name] = _written(con, name, tables, job, folder, plain)
        return made
    finally:
        con.close()


def _written(
    con: duckdb.DuckDBPyConnection, name: str, tables: Iterator[pa.Table], job: Job, folder: Path, plain: bool
) -> str:
    """Write a result stretch by stretch, in the order in which it comes."""
    first = next(tables)
    batches = (batch for table in chain([first], tables) for batch in table.to_batches(max_chunksize=_ROWS))
    hashing = Hashing(con, RESULTS[name], str(job.period), job.limits.threads, plain=plain)
    con.register(name, pa.RecordBatchReader.from_batches(first.schema, hashing.see(batches)))
    con.execute("SET preserve_insertion_order = true")
    try:
        con.execute(copy_sql(RESULTS[name], name, str(job.period), folder / f"{name}.parquet"))
        return hashing.finish()
    finally:
        hashing.close()
        con.execute("SET preserve_insertion_order = false")
        con.unregister(name)


def _for_database(limits: Limits) -> Limits:
    """Leave room for the columns that are kept outside the database."""
    return Limits(max(limits.memory * 4 // 10, 256 << 20), limits.threads, limits.spill)


class _Adding:
    """Adds up the facts, and finds out what is wrong with them."""

    def __init__(
        self, job: Job, con: duckdb.DuckDBPyConnection, inputs: Inputs, spans: Spans, tree: Tree
    ) -> None:
        self._job, self._spans, self._tree = job, spans, tree
        self._places = places_of(tree)
        self._facts = Facts(con, inputs.facts, job.period, job.known_at, job.limits.spill)
        self._facts.use_places(tree, self._places)
        self._scan = Scan(inputs.facts, job.period, job.known_at, job.limits.threads)
        self._replaced = self._scan.replaced()
        self._facts.settle(self._replaced.ids)
        self._look: Look | None = None
        self.strays = Strays()
        self.passed_over: Mapping[str, int] = {}

    def cells(self, slots: Slots, progress: Callable[[str], None]) -> Cells:
        """Return what was added up, or refuse facts that are wrong."""
        allocate = allocator(self._job.limits.memory * 5 // 10, self._job.limits.spill)
        cells = add_all(lambda adder: self._read(adder, slots, allocate), self._places, slots, allocate)
        if self._look is None:
            return cells
        if self._look.clean:
            self._facts.refuse_rings(self._look.all_links())
            self.passed_over = dict(sorted(self._look.unknown.items()))
            return cells
        del cells
        progress("looking for what is wrong with the facts")
        self._check()
        return add_all(lambda adder: self._facts.add(adder, slots), self._places, slots, allocate)

    def _read(self, adder: Adder, slots: Slots, allocate: Allocate) -> None:
        if not self._job.trust:
            self._look = self._scan.look(Existence(self._spans), allocate)
        self._scan.add(adder, slots, self._tree, self._places, self._replaced, self._look)
        if self._look is None or self._look.clean:
            with self._facts.all_placed():
                self._facts.add_stocks(adder, slots)

    def _check(self) -> None:
        self._facts.check()
        self._facts.note_passed_over()
        self.passed_over = self._facts.passed_over
        self.strays = self._facts.strays(self._spans)
        if self.strays.count and self._job.strict:
            shown = ", ".join(f"{one['fact']} ({one['reason']})" for one in self.strays.examples)
            raise WrongInput(f"facts: {self.strays.count} strays, for example {shown}")


@dataclass(frozen=True)
class _Texts:
    """Texts that are written as numbers into a list."""

    names: list[str]
    numbers: dict[str, int]

    @classmethod
    def of(cls, names: Iterable[str]) -> "_Texts":
        listed = sorted(names)
        return cls(listed, {name: number for number, name in enumerate(listed)})

    def column(self, numbers: Any) -> pa.Array:
        coded = pa.array(np.asarray(numbers, np.int32))
        return pa.DictionaryArray.from_arrays(coded, pa.array(self.names, pa.string()))


class _Writer:
    """Makes the tables of results, sorted as they are written."""

    def __init__(self, pack: Pack, tree: Tree, numerals: Numerals, threads: int) -> None:
        self._pack, self._tree, self._numerals, self._threads = pack, tree, numerals, threads
        self._numbers: dict[str, Numbers] = {}
        self._codes = _Texts.of(pack.indicators)
        self._cards = _Texts.of(pack.scorecards)

    def make(self, codes: Sequence[str]) -> None:
        """Make indicators, several at once: arithmetic on whole columns runs side by side."""
        with ThreadPoolExecutor(max_workers=self._threads) as workers:
            deque(workers.map(self._made, codes), maxlen=0)

    def _made(self, code: str) -> Numbers:
        if code not in self._numbers:
            self._numbers[code] = self._numerals.numbers(self._pack.indicators[code])
        return self._numbers[code]

    def _wide(self) -> bool:
        """Whether a number of an indicator could have more than eighteen digits.

        A value counts in millionths and is at most so many times its numerator as there are
        ten-thousandths in one, so a numerator of ten digits and two is small enough.
        """
        return any(
            max(numbers.numerator.largest * 10**6, numbers.denominator.largest if numbers.denominator else 0)
            >= _EIGHTEEN_DIGITS
            for numbers in map(self._made, self._codes.names)
        )

    def indicators(self) -> Iterator[pa.Table]:
        """Yield the known indicators of every organization, a stretch of organizations at a time."""
        by_org, wide = np.argsort(self._tree.org, kind="stable"), self._wide()
        for begin in range(0, max(len(by_org), 1), _ROWS):
            rows = by_org[begin : begin + _ROWS]
            tables = [
                self._indicator(code, rows[self._made(code).known[rows]], wide=wide)
                for code in self._codes.names
            ]
            yield _sorted(tables, ("org", "indicator")) if tables else _empty("indicators")

    def _indicator(self, code: str, rows: Any, *, wide: bool) -> pa.Table:
        numbers = self._made(code).chosen(rows)
        if numbers.fixed is not None:
            denominator = decimals(Amount(np.full(len(rows), numbers.fixed)), 4, wide=wide)
        elif numbers.denominator is not None:
            denominator = decimals(numbers.denominator, 4, wide=wide)
        else:
            denominator = pa.nulls(len(rows), pa.decimal128(38 if wide else 18, 4))
        return pa.table(
            {
                "org": self._tree.org[rows],
                "indicator": self._codes.column(np.full(len(rows), self._codes.numbers[code])),
                "numerator": decimals(numbers.numerator, 4, wide=wide),
                "denominator": denominator,
                "value": decimals(millionths(numbers), 6, wide=wide),
                "parts": numbers.parts,
                "parts_unknown": numbers.parts_unknown,
            }
        )

    def lines(self) -> Iterator[pa.Table]:
        """Yield every line of every scorecard."""
        wide = self._wide()
        tables = [
            self._line(code, line, self._rows(self._pack.scorecards[code]), wide=wide)
            for code in self._cards.names
            for line in self._pack.scorecards[code].lines
        ]
        yield _sorted(tables, ("org", "scorecard", "indicator")) if tables else _empty("lines")

    def _line(self, card: str, line: Line, rows: Any, *, wide: bool) -> pa.Table:
        numbers = self._made(line.indicator).chosen(rows)
        value, known, size = millionths(numbers), numbers.known, len(rows)
        more = self._pack.indicators[line.indicator].better == "more"
        points = np.where(known, line_points(line, bounded(value), more=more), 0)
        silent = np.zeros(size, bool) if line.unknown == "zero" else ~known
        return pa.table(
            {
                "org": self._tree.org[rows],
                "scorecard": self._cards.column(np.full(size, self._cards.numbers[card])),
                "indicator": self._codes.column(np.full(size, self._codes.numbers[line.indicator])),
                "value": decimals(value, 6, ~known, wide=wide),
                "points": decimals(Amount(points), 2, silent, wide=False),
                "max_points": decimals(Amount(np.full(size, scaled(line.points, 2))), 2, wide=False),
                "state": _Texts.of(("known", "unknown")).column(~known),
            }
        )

    def scores(self) -> Iterator[pa.Table]:
        """Yield the scores, ranks and stars of every scorecard."""
        with ThreadPoolExecutor(max_workers=self._threads) as workers:
            # all that a scorecard waits for has begun before it
            fields = [self._field(code, workers.submit) for code in self._cards.names]
            tables = list(workers.map(self._card, self._cards.names, fields))
        yield _sorted(tables, ("org", "scorecard")) if tables else _empty("scores")

    def _rows(self, kind: ScorecardKind) -> Any:
        return np.flatnonzero(self._tree.alive & applies(self._tree, kind.applies_to))

    def _field(self, code: str, begin: Callable[..., "Future[Any]"]) -> "_Begun":
        kind = self._pack.scorecards[code]
        rows = self._rows(kind)
        values = {indicator: begin(self._value, indicator, rows) for indicator in sorted(kind.indicators)}
        return _Begun(rows, begin(peer_groups, self._tree, kind, rows), values)

    def _value(self, code: str, rows: Any) -> tuple[Any, Any]:
        numbers = self._made(code).quotient(rows)
        return bounded(millionths(numbers)), numbers.known

    def _card(self, code: str, begun: "_Begun") -> pa.Table:
        kind, rows, peers = self._pack.scorecards[code], begun.rows, begun.peers.result()
        values = {indicator: each.result() for indicator, each in begun.values.items()}
        field = Field(
            {indicator: value for indicator, (value, _) in values.items()},
            {indicator: known for indicator, (_, known) in values.items()},
            peers.group,
            peers.placed,
        )
        found = scored(kind, field, lambda indicator: self._pack.indicators[indicator].better == "more")
        return pa.table(
            {
                "org": self._tree.org[rows],
                "scorecard": self._cards.column(np.full(len(rows), self._cards.numbers[code])),
                "score": decimals(Amount(np.maximum(found.score, 0)), 2, found.score < 0, wide=False),
                "coverage": decimals(Amount(found.coverage), 4, wide=False),
                "peer_group": peers.texts,
                "peers": found.peers,
                "rank": pa.array(found.rank, mask=found.rank < 0),
                "stars": pa.array(found.stars, mask=found.stars < 0),
                "notes": pa.DictionaryArray.from_arrays(
                    pa.array(found.notes.astype(np.int32)), pa.array(note_texts(), pa.string())
                ),
            }
        )


@dataclass(frozen=True)
class _Begun:
    """The organizations of a scorecard, and what is being made of them."""

    rows: Any
    peers: "Future[_Peers]"
    values: "dict[str, Future[tuple[Any, Any]]]"


def _sorted(tables: list[pa.Table], keys: tuple[str, ...]) -> pa.Table:
    """Put tables together and sort them; dictionaries of codes are sorted, so their numbers do."""
    table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    columns = []
    for key in keys:
        column = table[key]
        column = column.chunk(0) if column.num_chunks else column.combine_chunks()
        columns.append((column.indices if pa.types.is_dictionary(column.type) else column).to_numpy())
    if (np.diff(columns[0]) > 0).all():
        return table
    return table.take(pa.array(_order(columns)))


def _order(columns: list[Any]) -> Any:
    """Return the order of rows by an id and small numbers, which fit into one word nearly always."""
    ids, *numbers = columns
    least, most = int(ids.min()), int(ids.max())
    widths = [int(number.max()).bit_length() for number in numbers]
    if (most - least).bit_length() + sum(widths) > 62:
        return np.lexsort(tuple(reversed(columns)))
    key = ids - least
    for number, width in zip(numbers, widths, strict=True):
        key = (key << width) | number
    return np.argsort(key, kind="stable")


def _empty(name: str) -> pa.Table:
    return pa.table({column: pa.nulls(0) for column, _ in RESULTS[name].columns if column != "period"})


def applies(tree: Tree, wanted: Application) -> Any:
    """Return which organizations a scorecard is meant for."""
    spans = tree.spans
    chosen = np.ones(tree.size, bool)
    for texts, numbers, names in (
        (wanted.kinds, spans.kind, spans.kinds),
        (wanted.domains, spans.domain, spans.domains),
        (wanted.levels, spans.level, spans.levels),
    ):
        if texts is not None:
            allowed = [number for number, name in enumerate(names) if name in texts]
            chosen &= np.isin(numbers, allowed)
    return chosen


@dataclass(frozen=True)
class _Peers:
    """With whom organizations are compared: a number for each group, and its wording."""

    group: Any
    placed: Any
    texts: pa.Array


def peer_groups(tree: Tree, kind: ScorecardKind, rows: Any) -> _Peers:
    """Return the groups of organizations: the same ancestor and the same attributes."""
    spans = tree.spans
    attributes = {
        "kind": (spans.kind, spans.kinds),
        "domain": (spans.domain, spans.domains),
        "level": (spans.level, spans.levels),
    }
    ancestor = np.full(len(rows), -1, np.int64)
    if kind.peers.within != "all":
        ancestor = tree.nearest(kind.peers.within)[rows].astype(np.int64)
    parts = [_blank_as_null(attributes[name][0][rows], attributes[name][1]) for name in kind.peers.same]
    group, most = ancestor + 1, tree.size
    for part in parts:
        width = int(part.max(initial=0)) + 2
        group, most = group * width + part + 1, (most + 1) * width
        if most > _DENSE * len(group):
            # so no product of widths can leave 64 bits
            group, _ = _dense(group)
            most = len(group)
    group, first = _dense(group)
    names = [
        [[*listed, "-"][number] for number in part[first].tolist()]
        for part, (_, listed) in zip(parts, (attributes[name] for name in kind.peers.same), strict=True)
    ]
    same = ["+".join(values) for values in zip(*names, strict=True)] or ["-"] * len(first)
    within_all = kind.peers.within == "all"
    above = ["all"] * len(first) if within_all else _named_orgs(tree, ancestor[first])
    texts = [f"{kind.code}/{one}/{other}" for one, other in zip(above, same, strict=True)]
    column = pa.DictionaryArray.from_arrays(pa.array(group.astype(np.int32)), pa.array(texts, pa.string()))
    return _Peers(group.astype(np.int64), np.full(len(rows), within_all) | (ancestor >= 0), column)


def _named_orgs(tree: Tree, places: Any) -> list[str]:
    orgs = np.where(places < 0, -1, tree.org[places]).tolist()
    return ["-" if place < 0 else str(org) for place, org in zip(places.tolist(), orgs, strict=True)]


def _dense(group: Any) -> tuple[Any, Any]:
    """Return groups numbered from 0 on in their order, and a row of each."""
    most = int(group.max(initial=0))
    if most > _DENSE * len(group):
        _, first, dense = np.unique(group, return_index=True, return_inverse=True)
        return dense, first
    row = np.full(most + 1, -1, np.int64)
    row[group] = np.arange(len(group))
    there = row >= 0
    return (np.cumsum(there) - 1)[group], row[there]


def _blank_as_null(numbers: Any, names: tuple[str, ...]) -> Any:
    return np.where(numbers == names.index(""), -1, numbers) if "" in names else numbers


def decimals(amount: Amount, digits: int, null: Any = None, *, wide: bool = True) -> pa.Array:
    """Return exact amounts in smallest units as decimals; those that are not wide fit into one word."""
    words = np.empty((len(amount.low), 2), np.int64)
    if amount.high is None:
        words[:, 0], words[:, 1] = amount.low, amount.low >> 63
    else:
        shifted = amount.high.astype(np.uint64) << np.uint64(HALF_BITS)
        low = shifted + amount.low.astype(np.uint64)
        words[:, 0] = low.view(np.int64)
        words[:, 1] = (amount.high >> (64 - HALF_BITS)) + (amount.low >> 63) + (low < shifted)
    valid = None if null is None else pa.array(~null).buffers()[1]
    kind = pa.decimal128(38 if wide else 18, digits)
    return pa.Array.from_buffers(kind, len(words), [valid, pa.py_buffer(words)])
