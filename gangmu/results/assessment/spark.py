"""The same assessment on Apache Spark, for facts that no longer fit one machine.

Everything of the size of the facts stays on the executors; the driver holds the tree, and
streams results that are already sorted into their files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyspark
from pyspark.sql import DataFrame, SparkSession

from gangmu.kernel.facts.rules import FACT_CODES, VOID
from gangmu.results.assessment.definitions import ScorecardKind
from gangmu.results.assessment.engine import Job, Made, needed_indicators, plainly_written
from gangmu.results.assessment.output import RESULTS, copy_sql, hash_of
from gangmu.results.assessment.pack import Pack
from gangmu.results.assessment.scoring import Card, Dialect, groups, lines_sql, scores_sql
from gangmu.results.indicators.definitions import Divisor, IndicatorKind, Measure
from gangmu.results.indicators.duck import connect
from gangmu.results.indicators.inputs import FACT_COLUMNS, Files, Inputs
from gangmu.results.indicators.outcome import Strays, WrongInput
from gangmu.results.indicators.slots import Slots
from gangmu.results.indicators.tree import FOREVER, Spans, Tree, check_spans, read_spans, tree_of

_EXAMPLES = 5
_AMOUNT = "DECIMAL(38,4)"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _wide_quotient(above: str, below: str) -> str:
    # what is divided leaves no rest, so that the quotient is exact
    return f"CAST(({above} - {above} % {below}) / {below} AS DECIMAL(38,0))"


SPARK = Dialect(
    wide="DECIMAL(38,0)",
    divided=lambda a, b: f"({a} div {b})",
    wide_divided=_wide_quotient,
    quoted=_quoted,
)


def _session(job: Job) -> SparkSession:
    threads = job.limits.threads
    builder = SparkSession.builder.master(job.master or f"local[{threads}]").appName("gangmu assess")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.legacy.parquet.nanosAsLong": "true",
        "spark.sql.shuffle.partitions": str(max(8, 4 * threads)),
        "spark.sql.parquet.compression.codec": "snappy",
    }
    if not job.master or job.master.startswith("local["):
        settings["spark.driver.memory"] = f"{max(job.limits.memory >> 20, 1024)}m"
    if job.limits.spill is not None:
        settings["spark.local.dir"] = str(job.limits.spill)
        settings["spark.sql.warehouse.dir"] = str(job.limits.spill / "warehouse")
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def results(job: Job, pack: Pack, inputs: Inputs, folder: Path, progress: Callable[[str], None]) -> Made:
    """Make the results on Spark."""
    progress("reading the organizations")
    spans = read_spans(inputs.orgs, trusted=job.trust)
    if not job.trust:
        check_spans(spans)
    tree = tree_of(spans, job.period)
    progress("starting Spark")
    spark = _session(job)
    try:
        run = _Run(spark, job, pack, tree, folder.parent / "spark")
        progress("checking the facts")
        run.read(inputs.facts)
        strays = run.check(spans)
        progress("adding up the facts")
        run.number()
        return run.write(folder, strays, progress)
    finally:
        spark.stop()


@dataclass
class _Run:
    """One assessment on one Spark session; ``work`` is a folder that all executors see."""

    spark: SparkSession
    job: Job
    pack: Pack
    tree: Tree
    work: Path

    def __post_init__(self) -> None:
        self.work.mkdir()
        self.codes = needed_indicators(self.pack, self.job.write)
        self.kinds = {code: self.pack.indicators[code] for code in self.codes}
        self.slots = Slots.of(self.kinds)
        self.passed_over: dict[str, int] = {}

    def sql(self, text: str) -> DataFrame:
        return self.spark.sql(text)

    def count(self, text: str) -> int:
        return int(self.sql(text).collect()[0][0])

    def view(self, name: str, text: str) -> None:
        self.sql(text).createOrReplaceTempView(name)

    def kept(self, name: str, text: str) -> None:
        """Compute a view once and keep it in the working folder."""
        path = str(self.work / name)
        self.sql(text).write.parquet(path)
        self.spark.read.parquet(path).createOrReplaceTempView(name)

    def given(self, name: str, table: pa.Table) -> None:
        """Make a table of the driver known to the executors."""
        path = self.work / f"{name}.parquet"
        pq.write_table(table, path)
        self.spark.read.parquet(str(path)).createOrReplaceTempView(name)

    def read(self, files: Sequence[Files]) -> None:
        """Read the facts, with the contract's columns and types."""
        frames = [self._frame(group) for group in files]
        if not frames:
            empty = ", ".join(f"CAST(NULL AS {_spark_type(c.sql)}) AS {c.name}" for c in FACT_COLUMNS)
            frames = [self.sql(f"SELECT {empty} WHERE false")]
        whole = frames[0]
        for frame in frames[1:]:
            whole = whole.unionByName(frame)
        whole.createOrReplaceTempView("written")

    def _frame(self, files: Files) -> DataFrame:
        paths = [str(path.absolute()) for path in files.paths]
        escaped = ["".join(f"\\{mark}" if mark in "*?[]{}\\" else mark for mark in path) for path in paths]
        # folder names mean nothing: without this, org=7/ would become a column
        frame = self.spark.read.option("recursiveFileLookup", "true").parquet(*escaped)
        kinds = dict(frame.dtypes)
        columns = []
        for column in FACT_COLUMNS:
            name = f"`{column.name}`"
            if column.sql == "TIMESTAMPTZ" and kinds[column.name] == "bigint":
                name = f"timestamp_micros({name} div 1000)"
            columns.append(f"CAST({name} AS {_spark_type(column.sql)}) AS {column.name}")
        return frame.selectExpr(*columns)

    def check(self, spans: Spans) -> Strays:
        """Settle which facts count; refuse what the contract calls a wrong file."""
        known = ""
        if self.job.known_at is not None:
            at = self.job.known_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
            known = f"known_at <= TIMESTAMP '{at}+00:00'"
        if not self.job.trust:
            self._refuse_wrong_ids()
            self._refuse_rings()
            listed = _in(sorted(FACT_CODES))
            rows = self.sql(
                f"SELECT code, count(*) FROM written WHERE code NOT IN {listed} GROUP BY code ORDER BY code"
            )
            self.passed_over = {row[0]: int(row[1]) for row in rows.collect()}
        where = f" WHERE {known}" if known else ""
        self.view("known", f"SELECT * FROM written{where}")
        self.view(
            "counting",
            "SELECT f.* FROM known f LEFT ANTI JOIN (SELECT replaces FROM known WHERE replaces IS NOT NULL) r "
            "ON f.fact = r.replaces",
        )
        return Strays() if self.job.trust else self._strays(spans)

    def _examples(self, text: str) -> list[str]:
        return [str(row[0]) for row in self.sql(f"{text} ORDER BY 1 LIMIT {_EXAMPLES}").collect()]

    def _refuse_wrong_ids(self) -> None:
        wrong = self._examples(f"SELECT fact FROM written WHERE code = '{VOID}' AND replaces IS NULL")
        if wrong:
            raise WrongInput(f"facts: a void replaces nothing: {', '.join(wrong)}")
        if self.count("SELECT count(*) FROM (SELECT fact FROM written GROUP BY fact HAVING count(*) > 1)"):
            self.view("written", "SELECT DISTINCT * FROM written")
            wrong = self._examples("SELECT fact FROM written GROUP BY fact HAVING count(*) > 1")
            if wrong:
                raise WrongInput(f"facts: two different rows have one id: {', '.join(wrong)}")

    def _refuse_rings(self) -> None:
        """Follow replacements two, four, eight steps at a time: only a ring never ends."""
        self.view("links", "SELECT fact, replaces FROM written WHERE replaces IS NOT NULL")
        self.kept("chain0", "SELECT a.* FROM links a LEFT SEMI JOIN links b ON a.replaces = b.fact")
        links, turn = self.count("SELECT count(*) FROM chain0"), 0
        while self.count(f"SELECT count(*) FROM chain{turn}"):
            if 2**turn > links:
                wrong = self._examples(f"SELECT fact FROM chain{turn}")
                raise WrongInput(f"facts: a ring of replacements: {', '.join(wrong)}")
            name = f"chain{turn}"
            turn += 1
            self.kept(
                f"chain{turn}",
                f"SELECT a.fact, b.replaces FROM {name} a JOIN {name} b ON a.replaces = b.fact",
            )

    def _strays(self, spans: Spans) -> Strays:
        real = spans.chosen(spans.end > spans.first)
        until = np.where(real.end == FOREVER, FOREVER, real.end)
        self.given("standing", pa.table({"org": real.org, "first": real.first, "until": until}))
        codes = _in(sorted(set(FACT_CODES) - {VOID}))
        stands = "s.org = f.org AND unix_date(f.day) >= s.first AND unix_date(f.day) < s.until"
        self.kept(
            "stray",
            f"SELECT f.fact, f.org, f.day, f.code FROM counting f LEFT ANTI JOIN standing s ON {stands} "
            f"WHERE f.day <= DATE '{self.job.period.last}' AND f.code IN {codes}",
        )
        count = self.count("SELECT count(*) FROM stray")
        rows = self.sql(
            "SELECT fact, org, CAST(day AS STRING) AS day, code, org IN (SELECT org FROM standing) AS there "
            f"FROM stray ORDER BY fact LIMIT {_EXAMPLES}"
        ).collect()
        examples = []
        for row in rows:
            found = row.asDict()
            found["reason"] = "outside its spans" if found.pop("there") else "unknown organization"
            examples.append(found)
        if count and self.job.strict:
            shown = ", ".join(f"{one['fact']} ({one['reason']})" for one in examples)
            raise WrongInput(f"facts: {count} strays, for example {shown}")
        if count:
            self.view("placed", "SELECT f.* FROM counting f LEFT ANTI JOIN stray s ON f.fact = s.fact")
            self.view("counting", "SELECT * FROM placed")
        return Strays(count, examples)

    def number(self) -> None:
        """Make every indicator of every organization of the tree."""
        self.view("slotted", self._slotted())
        sides = ["org"]
        for slot in range(self.slots.count):
            mine = f"CASE WHEN slot = {slot} THEN value END"
            sides += [
                f"coalesce(sum({mine}), 0) AS s{slot}",
                f"count({mine}) AS n{slot}",
                f"count(CASE WHEN slot = {slot} AND value IS NULL THEN 1 END) AS z{slot}",
            ]
            if slot in self.slots.extremes:
                sides += [f"max({mine}) AS most{slot}", f"min({mine}) AS least{slot}"]
        self.view("cells", f"SELECT {', '.join(sides)} FROM slotted GROUP BY org")
        self.given("nodes", self._nodes())
        self.view("parts", self._parts())
        self.kept("numbers", self._numbers())

    def _slotted(self) -> str:
        period = self.job.period
        selects = [
            (
                f"SELECT org, slot, value FROM (SELECT org, value, {self.slots.flow_slot(_quoted)} AS slot FROM counting "
                f"WHERE day BETWEEN DATE '{period.first}' AND DATE '{period.last}') WHERE slot IS NOT NULL"
            )
        ]
        for stock, slot in self.slots.stocks.items():
            items = "" if stock.items is None else f" AND item IN {_in(sorted(stock.items))}"
            nulls = " AND value IS NOT NULL" if stock.skips_nulls else ""
            selects.append(
                f"SELECT org, {slot} AS slot, newest.value AS value FROM (SELECT org, item, "
                "max(struct(day, known_at, fact, value)) AS newest FROM counting "
                f"WHERE day <= DATE '{period.last}' AND code = {_quoted(stock.fact)}{items}{nulls} GROUP BY org, item)"
            )
        return " UNION ALL ".join(f"({select})" for select in selects)

    def _nodes(self) -> pa.Table:
        """Return the tree: each organization with its ancestors, itself included."""
        tree, spans = self.tree, self.tree.spans
        depth = np.zeros(tree.size, np.int64)
        for layer in tree.layers:
            depth[layer.rows] = depth[tree.parent[layer.rows]] + 1
        offsets = np.concatenate([[0], np.cumsum(depth + 1)])
        ups = np.empty(int(offsets[-1]), np.int64)
        at: Any = np.arange(tree.size)
        row = np.arange(tree.size)
        step = 0
        while len(row):
            ups[offsets[row] + step] = tree.org[at]
            more = tree.parent[at] >= 0
            row, at, step = row[more], tree.parent[at[more]].astype(np.int64), step + 1
        columns = {
            "org": pa.array(tree.org),
            "alive": pa.array(tree.alive),
            "ups": pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(ups)),
        }
        for name in ("kind", "domain", "level"):
            numbers, names = getattr(spans, name), getattr(spans, f"{name}s")
            coded = pa.DictionaryArray.from_arrays(
                pa.array(numbers, mask=numbers < 0), pa.array(names, pa.string())
            )
            columns[name] = coded.cast(pa.string())
        for level in sorted({card.peers.within for card in self.pack.scorecards.values()} - {"all"}):
            found = tree.nearest(level)
            columns[f"in_{level}"] = pa.array(tree.org[np.maximum(found, 0)], mask=found < 0)
        return pa.table(columns)

    def _parts(self) -> str:
        columns = ["o.org AS org", "o.alive AS alive", "o.ups AS ups"]
        for number, kind in enumerate(self.kinds.values()):
            top, known = self._measured(kind.numerator)
            columns.append(f"CAST({top} AS {_AMOUNT}) AS a{number}")
            divisor = kind.denominator
            if divisor is not None and divisor.number is None:
                bottom, also_known = self._divisor(divisor)
                columns.append(f"CAST({bottom} AS {_AMOUNT}) AS b{number}")
                known = f"({known}) AND ({also_known})"
            columns.append(f"({known}) AS k{number}")
        return f"SELECT {', '.join(columns)} FROM nodes o LEFT JOIN cells c ON o.org = c.org"

    def _divisor(self, divisor: Divisor) -> tuple[str, str]:
        if divisor.orgs is None:
            return self._measured(divisor)
        return f"CASE WHEN o.alive AND o.kind IN {_in(divisor.orgs)} THEN 1 ELSE 0 END", "TRUE"

    def _measured(self, measure: Measure) -> tuple[str, str]:
        """Return the SQL of a measure's amount and of whether it is known."""
        slots = self.slots.of_measure(measure)
        told = " + ".join(f"coalesce(n{slot}, 0)" for slot in slots)
        if measure.verb == "count":
            return f"({told})", "TRUE"
        known = "TRUE" if measure.empty is not None else f"({told}) > 0"
        if measure.nulls is None:
            nulls = " + ".join(f"coalesce(z{slot}, 0)" for slot in slots)
            known = f"{known} AND ({nulls}) = 0"
        if measure.verb in ("max", "min"):
            side, pick = ("most", "greatest") if measure.verb == "max" else ("least", "least")
            found = [f"{side}{slot}" for slot in slots]
            amount = f"{pick}({', '.join(found)})" if len(found) > 1 else found[0]
            return f"coalesce({amount}, 0)", known
        return f"({' + '.join(f'coalesce(s{slot}, 0)' for slot in slots)})", known

    def _numbers(self) -> str:
        """Return the SQL of all indicators of those that exist on the last day."""
        own = [
            f"CASE WHEN k{n} THEN a{n} END AS a{n}, {self._below(n, kind, f'CASE WHEN k{n} THEN b{n} END')} AS b{n}, "
            f"CASE WHEN k{n} THEN 1 ELSE 0 END AS p{n}, CAST(0 AS BIGINT) AS u{n}"
            for n, kind in enumerate(self.kinds.values())
            if kind.scope == "own"
        ]
        rolled = [
            f"{_put_together(kind.numerator, f'CASE WHEN k{n} THEN a{n} END')} AS a{n}, "
            f"{self._below(n, kind, _put_together(kind.denominator, f'CASE WHEN k{n} THEN b{n} END'))} AS b{n}, "
            f"count(CASE WHEN k{n} THEN 1 END) AS p{n}, count(CASE WHEN NOT k{n} THEN 1 END) AS u{n}"
            for n, kind in enumerate(self.kinds.values())
            if kind.scope == "subtree"
        ]
        columns = ["x.*"]
        for n, kind in enumerate(self.kinds.values()):
            over = kind.denominator is not None
            known = f"p{n} > 0" + (f" AND b{n} <> 0" if over else "")
            value = f"CAST(a{n} AS {_AMOUNT}) / CAST(b{n} AS {_AMOUNT})" if over else f"a{n}"
            # Spark rounds a quotient of two decimals half up, to the six places that are left
            whole = f"CAST(CAST({value} AS DECIMAL(38,6)) * 1000000 AS DECIMAL(38,0))"
            columns.append(f"CASE WHEN {known} THEN {whole} END AS v{n}")
        base = (
            f"SELECT org, {', '.join(own)} FROM parts WHERE alive"
            if own
            else "SELECT org FROM parts WHERE alive"
        )
        if rolled:
            below = f"SELECT up AS org, {', '.join(rolled)} FROM (SELECT *, explode(ups) AS up FROM parts) GROUP BY up"
            base = f"SELECT * FROM ({base}) JOIN ({below}) USING (org)"
        return f"SELECT {', '.join(columns)} FROM ({base}) x"

    @staticmethod
    def _below(number: int, kind: IndicatorKind, measured: str) -> str:
        if kind.denominator is None:
            return f"CAST(NULL AS {_AMOUNT})"
        if kind.denominator.number is not None:
            return f"CAST('{kind.denominator.number:f}' AS {_AMOUNT})"
        del number
        return measured

    def write(self, folder: Path, strays: Strays, progress: Callable[[str], None]) -> Made:
        """Write what is asked for, sorted by Spark, into single files."""
        made = Made({}, strays, self.passed_over, {"name": "spark", "version": pyspark.__version__})
        plain = plainly_written(self.pack, self.tree)
        con = connect(self.job.limits)
        try:
            for name in self.job.write:
                progress(f"writing {name}")
                parts = self.work / name
                getattr(self, f"_{name}")().orderBy(*RESULTS[name].order).write.parquet(str(parts))
                made.hashes[name] = self._gathered(con, name, parts, folder, plain)
        finally:
            con.close()
        return made

    def _gathered(
        self, con: duckdb.DuckDBPyConnection, name: str, parts: Path, folder: Path, plain: bool
    ) -> str:
        files = sorted(str(path) for path in parts.glob("part-*.parquet"))
        source = f"read_parquet([{', '.join(_sql_text(file) for file in files)}], hive_partitioning = false)"
        file = folder / f"{name}.parquet"
        con.execute("SET preserve_insertion_order = true")
        con.execute(copy_sql(RESULTS[name], source, str(self.job.period), file))
        return hash_of(con, RESULTS[name], [file], plain=plain)

    def _indicators(self) -> DataFrame:
        selects = [
            f"SELECT org, {_quoted(code)} AS indicator, CAST(a{n} AS {_AMOUNT}) AS numerator, "
            f"CAST(b{n} AS {_AMOUNT}) AS denominator, {_decimal(f'v{n}', 6)} AS value, CAST(p{n} AS BIGINT) AS parts, "
            f"CAST(u{n} AS BIGINT) AS parts_unknown FROM numbers WHERE v{n} IS NOT NULL"
            for n, code in enumerate(self.codes)
        ]
        return self._all_of("indicators", selects)

    def _lines(self) -> DataFrame:
        selects = [
            f"SELECT org, scorecard, indicator, {_decimal('value', 6)} AS value, {_decimal('points', 2)} AS points, "
            f"{_decimal('max_points', 2)} AS max_points, state FROM ({lines_sql(SPARK, self._card(kind))})"
            for kind in self.pack.scorecards.values()
        ]
        return self._all_of("lines", selects)

    def _scores(self) -> DataFrame:
        selects = [
            f"SELECT org, scorecard, {_decimal('score', 2)} AS score, {_decimal('coverage', 4)} AS coverage, peer_group, "
            f"peers, rank, stars, notes FROM ({scores_sql(SPARK, self._card(kind))})"
            for kind in self.pack.scorecards.values()
        ]
        return self._all_of("scores", selects)

    def _all_of(self, name: str, selects: list[str]) -> DataFrame:
        if not selects:
            kinds = [
                f"CAST(NULL AS {_spark_type(kind)}) AS {column}" for column, kind in RESULTS[name].columns
            ]
            selects = [f"SELECT {', '.join(kinds)} WHERE false"]
        return self.sql(" UNION ALL ".join(f"({select})" for select in selects))

    def _card(self, kind: ScorecardKind) -> Card:
        wanted = [
            f"o.{name} IN {_in(texts)}"
            for name, texts in (
                ("kind", kind.applies_to.kinds),
                ("domain", kind.applies_to.domains),
                ("level", kind.applies_to.levels),
            )
            if texts is not None
        ]
        ancestor = "CAST(NULL AS BIGINT)" if kind.peers.within == "all" else f"in_{kind.peers.within}"
        same = [f"'{name}', nullif({name}, '')" if name != "anc" else "'anc', anc" for name in groups(kind)]
        group = f"named_struct({', '.join(same)})" if same else "0"
        values = ", ".join(f"v{self.codes.index(code)}" for code in kind.indicators)
        name = f"card_{sorted(self.pack.scorecards).index(kind.code)}"
        self.view(
            name,
            f"SELECT *, {group} AS grp FROM (SELECT o.org AS org, {ancestor} AS anc, o.kind AS kind, "
            f"o.domain AS domain, o.level AS level, {values} FROM nodes o JOIN numbers n ON o.org = n.org "
            f"WHERE {' AND '.join(['o.alive', *wanted])})",
        )
        return Card(
            kind,
            name,
            {code: f"v{self.codes.index(code)}" for code in kind.indicators},
            {code: self.pack.indicators[code].better == "more" for code in kind.indicators},
        )


def _put_together(measure: Measure | None, amount: str) -> str:
    verb = measure.verb if measure is not None and not _unmeasured(measure) else "sum"
    return f"{verb if verb in ('max', 'min') else 'sum'}({amount})"


def _unmeasured(measure: Measure) -> bool:
    return isinstance(measure, Divisor) and not measure.measured


def _decimal(whole: str, digits: int) -> str:
    """Return the SQL of a decimal from its whole smallest units."""
    return (
        f"CAST(CAST({whole} AS DECIMAL(32,0)) / CAST({10**digits} AS DECIMAL(7,0)) AS DECIMAL(38,{digits}))"
    )


def _in(texts: Sequence[str]) -> str:
    return "(" + ", ".join(_quoted(text) for text in texts) + ")"


def _sql_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _spark_type(sql: str) -> str:
    return {"VARCHAR": "STRING", "TIMESTAMPTZ": "TIMESTAMP"}.get(sql, sql)
