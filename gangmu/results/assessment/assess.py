"""From organizations and facts to indicators, lines and scores: one assessment, start to end."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from gangmu.core.definition import Fault
from gangmu.core.periods import Period
from gangmu.results.assessment.definitions import Application, ScorecardKind
from gangmu.results.assessment.output import RESULTS, amount_sql, needs_quotes, small_amount_sql, write_result
from gangmu.results.assessment.pack import Pack, read_pack
from gangmu.results.assessment.scoring import Card, Dialect, groups, lines_sql, scores_sql
from gangmu.results.indicators.columns import HALF_BITS, Amount, Numbers, Numerals, add_all, allocator
from gangmu.results.indicators.duck import Facts, Limits, Strays, connect
from gangmu.results.indicators.inputs import Inputs, WrongInput, find_inputs
from gangmu.results.indicators.slots import Slots, literal
from gangmu.results.indicators.tree import Tree, check_spans, places_of, read_spans, tree_of

WRITABLE = ("indicators", "lines", "scores")

DUCKDB = Dialect(
    wide="HUGEINT",
    divided=lambda a, b: f"({a} // {b})",
    wide_divided=lambda a, b: f"({a} // {b})",
    quoted=literal,
)

_SMALL = 2**62
_ROWS = 122_880


class WrongDefinitions(Exception):
    """A pack that cannot be used, with every fault."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


@dataclass(frozen=True)
class Job:
    """What is to be assessed, from where, to where, and how."""

    pack: Path
    data: Path
    period: Period
    out: Path
    known_at: datetime | None = None
    known_at_written: str | None = None
    write: tuple[str, ...] = WRITABLE
    strict: bool = False
    trust: bool = False
    replace: bool = False
    engine: str = "duckdb"
    master: str = ""
    limits: Limits = field(default_factory=Limits)
    draft: Path | None = None
    """The folder beside ``out`` in which results grow; made up if not given."""


Progress = Callable[[str], None]


def _silent(step: str) -> None:
    del step


def usable_pack(folder: Path) -> Pack:
    """Return a pack, or refuse with everything that is wrong in it."""
    if not folder.is_dir():
        raise WrongInput(f"{folder}: there is no such folder")
    pack, faults = read_pack(folder)
    if faults:
        raise WrongDefinitions(faults)
    return pack


def assess(job: Job, progress: Progress = _silent) -> dict[str, Any]:
    """Write the results of a job, whole or not at all, and return its manifest."""
    pack = usable_pack(job.pack)
    _refuse_out(job)
    inputs = find_inputs(job.data)
    with _draft(job) as (folder, spill):
        job = _spilling(job, spill)
        made = duck_results(job, pack, inputs, folder, progress)
        progress("hashing what was read")
        manifest = _manifest(job, pack, inputs, made)
        text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=False) + "\n"
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        _put_in_place(folder, job)
    return manifest


def _spilling(job: Job, spill: Path) -> Job:
    limits = Limits(job.limits.memory, job.limits.threads, spill)
    return Job(**{**job.__dict__, "limits": limits})


def _refuse_out(job: Job) -> None:
    out = job.out
    if out.exists() and not out.is_dir():
        raise WrongInput(f"{out}: this is a file, and a folder is expected")
    if not out.absolute().parent.is_dir():
        raise WrongInput(f"{out.absolute().parent}: there is no such folder")
    if out.is_dir() and any(out.iterdir()):
        if not job.replace:
            raise WrongInput(f"{out}: this folder is not empty; say --replace to put new results there")
        for kept in (job.pack.resolve(), job.data.resolve()):
            if out.resolve() == kept or out.resolve() in kept.parents:
                raise WrongInput(f"{out}: results would replace what they are made from")


@contextmanager
def _draft(job: Job) -> Iterator[tuple[Path, Path]]:
    """Give a folder beside OUT for results and one for spilling; neither outlives the work."""
    draft = job.draft or Path(mkdtemp(prefix=f".{job.out.name}-", dir=job.out.absolute().parent))
    spill = Path(mkdtemp(prefix="gangmu-spill-", dir=job.limits.spill or draft))
    folder = draft / "results"
    folder.mkdir()
    try:
        yield folder, spill
    finally:
        shutil.rmtree(spill, ignore_errors=True)
        shutil.rmtree(draft, ignore_errors=True)


def _put_in_place(folder: Path, job: Job) -> None:
    out = job.out.absolute()
    if out.is_dir() and any(out.iterdir()):
        if not job.replace:
            raise WrongInput(f"{out}: this folder is not empty any more")
        out.rename(folder.parent / "replaced")
    folder.rename(out)


@dataclass
class Made:
    """What an engine has written, and what it noticed."""

    hashes: dict[str, str]
    strays: Strays
    passed_over: Mapping[str, int]
    engine: dict[str, str]


def _manifest(job: Job, pack: Pack, inputs: Inputs, made: Made) -> dict[str, Any]:
    return {
        "period": str(job.period),
        "as_known_at": job.known_at_written,
        "pack": {"name": pack.name, "version": pack.version, "hash": pack.hash},
        "inputs": inputs.digests(),
        "results": made.hashes,
        "strays": {"count": made.strays.count, "examples": made.strays.examples},
        "passed_over": {"count": sum(made.passed_over.values()), "codes": dict(made.passed_over)},
        "trusted": job.trust,
        "engine": made.engine | {"gangmu": _version("gangmu")},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except ModuleNotFoundError:
        return "unknown"


def needed_indicators(pack: Pack, write: tuple[str, ...]) -> list[str]:
    """Return the indicators that have to be made, in order of their codes."""
    if "indicators" in write:
        return sorted(pack.indicators)
    return sorted({code for card in pack.scorecards.values() for code in card.indicators})


def duck_results(job: Job, pack: Pack, inputs: Inputs, folder: Path, progress: Progress) -> Made:
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


def plainly_written(pack: Pack, tree: Tree) -> bool:
    """Whether no text of the results needs quotes, but for several notes."""
    texts = (*pack.indicators, *pack.scorecards, *tree.spans.levels, *tree.spans.kinds, *tree.spans.domains)
    return not any(map(needs_quotes, texts))


def _for_database(limits: Limits) -> Limits:
    """Leave room for the columns that are kept outside the database."""
    return Limits(max(limits.memory * 4 // 10, 256 << 20), limits.threads, limits.spill)


def _checked(job: Job, facts: Facts, spans: Any, progress: Progress) -> Strays:
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
