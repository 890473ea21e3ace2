"""Results made with the embedded DuckDB."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from gangmu.results.assessment.definitions import Application, ScorecardKind
from gangmu.results.assessment.engine import WRITABLE, Job, Made, needed_indicators, plainly_written
from gangmu.results.assessment.output import RESULTS, amount_sql, small_amount_sql, write_result
from gangmu.results.assessment.pack import Pack
from gangmu.results.assessment.scoring import Card, Dialect, groups, lines_sql, scores_sql
from gangmu.results.indicators.columns import HALF_BITS, Amount, Numbers, Numerals, add_all, allocator
from gangmu.results.indicators.duck import Facts, connect
from gangmu.results.indicators.inputs import Inputs
from gangmu.results.indicators.outcome import Limits, Strays, WrongInput
from gangmu.results.indicators.slots import Slots, literal
from gangmu.results.indicators.tree import Tree, check_spans, places_of, read_spans, tree_of

DUCKDB = Dialect(
    wide="HUGEINT",
    divided=lambda a, b: f"({a} // {b})",
    wide_divided=lambda a, b: f"({a} // {b})",
    quoted=literal,
)

_SMALL = 2**62
_ROWS = 122_880


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
        facts = Facts(con, inputs.facts, job.period, job.known_at, job.limits.spill)
        strays = _checked(job, facts, spans, progress)
        codes = needed_indicators(pack, job.write)
        slots = Slots.of({code: pack.indicators[code] for code in codes})
        progress("adding up the facts")
        allocate = allocator(job.limits.memory * 5 // 10, job.limits.spill)
        places = places_of(tree)
        facts.use_places(tree, places)
        cells = add_all(lambda: facts.batches(slots), places, slots, allocate)
        numerals = Numerals(tree, slots, cells)
        made = Made({}, strays, facts.passed_over, {"name": "duckdb", "version": duckdb.__version__})
        writer = _Writer(con, job, pack, tree, numerals)
        plain = plainly_written(pack, tree)
        for name in WRITABLE:
            if name in job.write:
                progress(f"writing {name}")
                getattr(writer, name)()
                made.hashes[name] = write_result(
                    con, RESULTS[name], name, str(job.period), folder, plain=plain
                )
        return made
    finally:
        con.close()


def _for_database(limits: Limits) -> Limits:
    """Leave room for the columns that are kept outside the database."""
    return Limits(max(limits.memory * 4 // 10, 256 << 20), limits.threads, limits.spill)


def _checked(job: Job, facts: Facts, spans: Any, progress: Callable[[str], None]) -> Strays:
    if job.trust:
        facts.settle()
        facts.trust()
        return Strays()
    progress("checking the facts")
    facts.check()
    facts.settle()
    facts.note_passed_over()
    strays = facts.strays(spans)
    if strays.count and job.strict:
        shown = ", ".join(f"{one['fact']} ({one['reason']})" for one in strays.examples)
        raise WrongInput(f"facts: {strays.count} strays, for example {shown}")
    return strays


class _Writer:
    """Fills one table for each kind of result."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, job: Job, pack: Pack, tree: Tree, numerals: Numerals
    ) -> None:
        self._con, self._job, self._pack = con, job, pack
        self._tree, self._numerals = tree, numerals
        self._numbers: dict[str, Numbers] = {}

    def indicators(self) -> None:
        """Make the known indicators of every organization that exists."""
        self._con.execute(
            "CREATE TEMP TABLE indicators (org BIGINT, indicator VARCHAR, numerator DECIMAL(38,4), "
            "denominator DECIMAL(38,4), value DECIMAL(38,6), parts BIGINT, parts_unknown BIGINT)"
        )
        for code in sorted(self._pack.indicators):
            numbers = self._made(code)
            rows = np.flatnonzero(numbers.known)
            columns = {"org": pa.array(self._tree.org[rows])} | number_columns("v", numbers, rows)
            columns["numerator"] = decimals(numbers.numerator.chosen(rows))
            if numbers.denominator is not None:
                columns["denominator"] = decimals(numbers.denominator.chosen(rows))
            columns |= {
                "parts": pa.array(numbers.parts[rows]),
                "unknown": pa.array(numbers.parts_unknown[rows]),
            }
            self._register("given", columns)
            denominator = "denominator" if numbers.denominator is not None else "NULL"
            if numbers.fixed is not None:
                denominator = amount_sql(f"CAST({numbers.fixed} AS HUGEINT)", 4)
            value = amount_sql(value_sql("v", numbers), 6)
            self._con.execute(
                f"INSERT INTO indicators SELECT org, {literal(code)}, numerator, {denominator}, {value}, "
                "parts, unknown FROM given"
            )
            self._con.unregister("given")

    def lines(self) -> None:
        """Make every line of every scorecard."""
        self._con.execute(
            "CREATE TEMP TABLE lines (org BIGINT, scorecard VARCHAR, indicator VARCHAR, value DECIMAL(38,6), "
            "points DECIMAL(38,2), max_points DECIMAL(38,2), state VARCHAR)"
        )
        for code in sorted(self._pack.scorecards):
            with self._card(self._pack.scorecards[code]) as card:
                self._con.execute(
                    f"INSERT INTO lines SELECT org, scorecard, indicator, {amount_sql('value', 6)}, "
                    f"{amount_sql('points', 2)}, {amount_sql('max_points', 2)}, state "
                    f"FROM ({lines_sql(DUCKDB, card)})"
                )

    def scores(self) -> None:
        """Make the scores, ranks and stars of every scorecard."""
        self._con.execute(
            "CREATE TEMP TABLE scores (org BIGINT, scorecard VARCHAR, score DECIMAL(12,2), "
            "coverage DECIMAL(14,4), peer_group VARCHAR, peers INTEGER, rank INTEGER, stars INTEGER, notes VARCHAR)"
        )
        for code in sorted(self._pack.scorecards):
            with self._card(self._pack.scorecards[code]) as card:
                self._con.execute(
                    f"INSERT INTO scores SELECT org, scorecard, {small_amount_sql('score', 2)}, "
                    f"{small_amount_sql('coverage', 4)}, peer_group, peers, rank, stars, notes "
                    f"FROM ({scores_sql(DUCKDB, card)})"
                )

    def _made(self, code: str) -> Numbers:
        if code not in self._numbers:
            self._numbers[code] = self._numerals.numbers(self._pack.indicators[code])
        return self._numbers[code]

    def _register(self, name: str, columns: Mapping[str, pa.Array]) -> None:
        table = pa.table(dict(columns))
        batches = table.to_batches(max_chunksize=_ROWS)
        self._con.register(name, pa.Table.from_batches(batches, table.schema))

    @contextmanager
    def _card(self, kind: ScorecardKind) -> Iterator[Card]:
        """Give a scorecard's organizations and values as a relation."""
        rows = np.flatnonzero(self._tree.alive & applies(self._tree, kind.applies_to))
        columns = place_columns(self._tree, kind, rows)
        values = []
        for number, code in enumerate(kind.indicators):
            numbers = self._made(code)
            columns |= number_columns(f"i{number}", numbers, rows)
            values.append(f"{value_sql(f'i{number}', numbers)} AS v{number}")
        self._register("given", columns)
        placed = "SELECT org, anc, grp, kind, domain, level"
        self._con.execute(f"CREATE TEMP VIEW card AS {placed}, {', '.join(values)} FROM given")
        yield Card(
            kind,
            "card",
            {code: f"v{number}" for number, code in enumerate(kind.indicators)},
            {code: self._pack.indicators[code].better == "more" for code in kind.indicators},
        )
        self._con.execute("DROP VIEW card")
        self._con.unregister("given")


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


def place_columns(tree: Tree, kind: ScorecardKind, rows: Any) -> dict[str, pa.Array]:
    """Return where organizations stand among their peers: ancestor, attributes, group."""
    spans = tree.spans
    texts = {
        "kind": (spans.kind[rows], spans.kinds),
        "domain": (spans.domain[rows], spans.domains),
        "level": (spans.level[rows], spans.levels),
    }
    ancestor = np.full(len(rows), -1, np.int32)
    if kind.peers.within != "all":
        ancestor = tree.nearest(kind.peers.within)[rows]
    parts = {"anc": ancestor} | {name: _blank_as_null(*texts[name]) for name in kind.peers.same}
    group = np.zeros(len(rows), np.int64)
    for name in groups(kind):
        group = group * (int(parts[name].max(initial=0)) + 2) + parts[name] + 1
    above = pa.array(tree.org[np.maximum(ancestor, 0)] if tree.size else tree.org, mask=ancestor < 0)
    columns = {"org": pa.array(tree.org[rows]), "anc": above, "grp": pa.array(group)}
    for name, (numbers, names) in texts.items():
        coded = pa.array(numbers, mask=numbers < 0)
        columns[name] = pa.DictionaryArray.from_arrays(coded, pa.array(names, pa.string()))
    return columns


def _blank_as_null(numbers: Any, names: tuple[str, ...]) -> Any:
    return np.where(numbers == names.index(""), -1, numbers) if "" in names else numbers


def number_columns(name: str, numbers: Numbers, rows: Any) -> dict[str, pa.Array]:
    """Return an indicator's parts as columns for ``value_sql``."""
    columns = {f"{name}_known": pa.array(numbers.known[rows])}
    for side, amount in (("n", numbers.numerator), ("d", numbers.denominator)):
        if amount is not None:
            chosen = amount.chosen(rows)
            columns[f"{name}_{side}"] = pa.array(chosen.low)
            if chosen.high is not None:
                columns[f"{name}_{side}_high"] = pa.array(chosen.high)
    return columns


def value_sql(name: str, numbers: Numbers) -> str:
    """Return the SQL of an indicator's value in whole millionths, null where it is unknown."""
    numerator = _amount(f"{name}_n", numbers.numerator)
    top = numbers.numerator.largest
    if numbers.denominator is None and numbers.fixed is None:
        value = _typed(numerator, top * 100) + " * 100"
    else:
        if numbers.denominator is not None:
            bottom, denominator = numbers.denominator.largest, _amount(f"{name}_d", numbers.denominator)
        else:
            bottom, denominator = int(numbers.fixed or 0), str(numbers.fixed)
        bound = 2_000_000 * top + bottom
        above, below = _typed(numerator, bound), _typed(denominator, max(bound, 2 * bottom))
        quotient = f"((2000000 * abs({above}) + abs({below})) // (2 * abs({below})))"
        value = f"CASE WHEN ({above} < 0) <> ({below} < 0) THEN -{quotient} ELSE {quotient} END"
    return f"CASE WHEN {name}_known THEN {value} END"


def _typed(expression: str, bound: int) -> str:
    return f"CAST({expression} AS {'BIGINT' if bound < _SMALL else 'HUGEINT'})"


def _amount(name: str, amount: Amount) -> str:
    if amount.high is None:
        return name
    return f"(CAST({name}_high AS HUGEINT) * {1 << HALF_BITS} + {name})"


def decimals(amount: Amount) -> pa.Array:
    """Return exact amounts as decimals with four places."""
    words = np.empty((len(amount.low), 2), np.int64)
    if amount.high is None:
        words[:, 0], words[:, 1] = amount.low, amount.low >> 63
    else:
        shifted = amount.high.astype(np.uint64) << np.uint64(HALF_BITS)
        low = shifted + amount.low.astype(np.uint64)
        words[:, 0] = low.view(np.int64)
        words[:, 1] = (amount.high >> (64 - HALF_BITS)) + (amount.low >> 63) + (low < shifted)
    return pa.Array.from_buffers(pa.decimal128(38, 4), len(words), [None, pa.py_buffer(words)])
