"""Facts read by the embedded DuckDB: which of them count, and what each organization has."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gangmu.core.periods import Period
from gangmu.kernel.facts.rules import FACT_CODES, VOID
from gangmu.results.indicators.columns import Adder, Batch
from gangmu.results.indicators.definitions import Measure
from gangmu.results.indicators.inputs import FACT_COLUMNS, Files
from gangmu.results.indicators.outcome import Limits, Strays, WrongInput
from gangmu.results.indicators.slots import Slots, Stock, listed, literal
from gangmu.results.indicators.tree import FOREVER, Flags, Ints, Places, Spans, Tree

_BATCH = 4_000_000
_EXAMPLES = 5
_FEW = 50
_READ_AHEAD = "256MB"
_LISTED = (
    "fact, org, CAST(day AS VARCHAR) AS day, code, item, value, source, "
    "CAST(known_at AS VARCHAR) AS known_at, replaced_by"
)


def connect(limits: Limits) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database that loads nothing from elsewhere."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "enable_external_file_cache": False,
        "memory_limit": f"{limits.memory >> 20}MiB",
        "threads": limits.threads,
        "preserve_insertion_order": False,
        "arrow_output_version": "1.5",
        "arrow_large_buffer_size": True,
    }
    if limits.spill is not None:
        config["temp_directory"] = str(limits.spill)
    con = duckdb.connect(":memory:", config=config)
    con.execute(f"SET max_streaming_buffer_size = '{_READ_AHEAD}'")
    return con


def reading(paths: Sequence[Path], links: Path | None) -> str:
    """Return the SQL that reads files as one; names with wildcards are read through links."""
    named = []
    for number, path in enumerate(paths):
        if links is not None and any(mark in str(path) for mark in "*?[]{}"):
            link = links / f"read-{number}-{abs(hash(str(path)))}.parquet"
            if not link.exists():
                link.symlink_to(path.resolve())
            named.append(literal(str(link)))
        else:
            named.append(literal(str(path)))
    return f"read_parquet([{', '.join(named)}], hive_partitioning = false)"


def facts_sql(groups: Sequence[Files], links: Path | None = None) -> str:
    """Return the SQL of all facts, with the contract's columns and types."""
    columns = ", ".join(
        f'CAST("{column.name}" AS {column.sql}) AS "{column.name}"' for column in FACT_COLUMNS
    )
    if not groups:
        nothing = ", ".join(f'CAST(NULL AS {column.sql}) AS "{column.name}"' for column in FACT_COLUMNS)
        return f"SELECT {nothing} WHERE false"
    return " UNION ALL BY NAME ".join(
        f"SELECT {columns} FROM {reading(files.paths, links)}" for files in groups
    )


class Facts:
    """The facts of some files, as known at an instant, for one period."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        groups: Sequence[Files],
        period: Period,
        known_at: datetime | None,
        links: Path | None = None,
    ) -> None:
        self._con, self._period = con, period
        self._known = "" if known_at is None else f"known_at <= TIMESTAMPTZ {literal(_instant(known_at))}"
        self._with_strays = True
        self._narrow = ""
        self._chosen: Ints = np.zeros(0, np.int64)
        self._many = False
        self._counts: list[tuple[Any, ...]] | None = None
        self._places = Places(1)
        con.execute(f"CREATE VIEW written AS {facts_sql(groups, links)}")
        self.passed_over: dict[str, int] = {}

    def _count(self, sql: str) -> int:
        return int(self._con.execute(sql).fetchall()[0][0])

    def check(self) -> None:
        """Refuse wrong ids, voids and replacements; let rows that stand twice count once."""
        examples = self._con.execute(
            f"SELECT fact FROM written WHERE code = {literal(VOID)} AND replaces IS NULL "
            f"ORDER BY fact LIMIT {_EXAMPLES}"
        ).fetchall()
        if examples:
            raise WrongInput(f"facts: a void replaces nothing: {_named(examples)}")
        total, distinct = self._con.execute(
            "SELECT count(*), (SELECT count(*) FROM (SELECT fact FROM written GROUP BY fact)) FROM written"
        ).fetchall()[0]
        if total != distinct:
            self._once_each()
        self.refuse_rings(
            self._con.sql("SELECT fact, replaces FROM written WHERE replaces IS NOT NULL").to_arrow_table()
        )

    def _once_each(self) -> None:
        self._con.execute(
            "CREATE TEMP TABLE repeated AS SELECT fact FROM written GROUP BY fact HAVING count(*) > 1"
        )
        examples = self._con.execute(
            "SELECT fact FROM (SELECT DISTINCT * FROM written WHERE fact IN (FROM repeated)) "
            f"GROUP BY fact HAVING count(*) > 1 ORDER BY fact LIMIT {_EXAMPLES}"
        ).fetchall()
        if examples:
            raise WrongInput(f"facts: two different rows have one id: {_named(examples)}")
        self._con.execute("ALTER VIEW written RENAME TO arrived")
        self._con.execute(
            "CREATE VIEW written AS SELECT * FROM arrived WHERE fact NOT IN (FROM repeated) "
            "UNION ALL SELECT DISTINCT * FROM arrived WHERE fact IN (FROM repeated)"
        )

    def refuse_rings(self, links: pa.Table) -> None:
        """Follow replacements two, four, eight steps at a time: only a ring never ends."""
        con = self._con
        if not pc.any(pc.is_in(links["replaces"], value_set=links["fact"])).as_py():
            return
        con.register("given_links", links)
        con.execute(
            "CREATE TEMP TABLE chain AS SELECT fact, replaces FROM given_links "
            "WHERE replaces IN (SELECT fact FROM given_links)"
        )
        con.unregister("given_links")
        steps, links = 1, self._count("SELECT count(*) FROM chain")
        while left := self._count("SELECT count(*) FROM chain"):
            if steps > links:
                examples = con.execute(f"SELECT fact FROM chain ORDER BY fact LIMIT {_EXAMPLES}").fetchall()
                raise WrongInput(f"facts: a ring of replacements: {_named(examples)}")
            con.execute(
                "CREATE OR REPLACE TEMP TABLE chain AS "
                "SELECT a.fact, b.replaces FROM chain a JOIN chain b ON a.replaces = b.fact"
            )
            steps *= 2
            del left
        con.execute("DROP TABLE chain")

    def settle(self, replaced: pa.Array) -> None:
        """Let only facts count that are known and not replaced."""
        conditions = [self._known] if self._known else []
        if len(replaced):
            self._con.register("given_replaced", pa.table({"replaces": replaced}))
            self._con.execute("CREATE TEMP TABLE replaced AS FROM given_replaced")
            self._con.unregister("given_replaced")
            conditions.append("fact NOT IN (SELECT replaces FROM replaced)")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        self._con.execute(f"CREATE VIEW counting AS SELECT * FROM written{where}")

    def keep_history(self, most: int) -> None:
        """Let facts be listed with what replaced them; keep them at hand if they are not too many."""
        known = f" AND {self._known}" if self._known else ""
        where = f" WHERE {self._known}" if self._known else ""
        history = (
            "SELECT w.*, r.replaced_by FROM written w LEFT JOIN (SELECT replaces AS gone, min(fact) AS replaced_by "
            f"FROM written WHERE replaces IS NOT NULL{known} GROUP BY replaces) r ON w.fact = r.gone{where}"
        )
        if self._count("SELECT count(*) FROM written") > most:
            self._con.execute(f"CREATE VIEW history AS {history}")
            return
        self._con.execute(f"CREATE TEMP TABLE history AS {history} ORDER BY org")
        self._con.execute(
            "CREATE OR REPLACE VIEW counting AS SELECT * FROM history WHERE replaced_by IS NULL"
        )

    @contextmanager
    def only(self, orgs: Ints) -> Iterator[None]:
        """Read the facts of some organizations alone."""
        self._many = len(orgs) > _FEW
        if not self._many:
            self._narrow = f" AND org IN ({', '.join(str(int(org)) for org in orgs)})"
        else:
            if not np.array_equal(orgs, self._chosen):
                self._con.register("given_orgs", pa.table({"org": orgs}))
                self._con.execute("CREATE OR REPLACE TEMP TABLE chosen AS FROM given_orgs")
                self._con.unregister("given_orgs")
                self._chosen, self._counts = orgs, None
            self._narrow = " AND org IN (SELECT org FROM chosen)"
        try:
            yield
        finally:
            self._narrow = ""

    def listed_for(self, measure: Measure, most: int) -> tuple[int, list[dict[str, Any]]]:
        """Return how many facts a measure counts, and some of them with those they replaced."""
        items = "" if measure.items is None else f" AND item IN {listed(sorted(measure.items))}"
        since = "" if measure.verb == "last" else f" AND day >= DATE '{self._period.first}'"
        nulls = " AND value IS NOT NULL" if measure.nulls else ""
        asked = (
            f"FROM history WHERE day <= DATE '{self._period.last}'{since} AND code = {literal(measure.fact)}"
            f"{items}{self._placed()}"
        )
        newest = ""
        if measure.verb == "last":
            asked += nulls
            order = "replaced_by IS NOT NULL, day DESC, known_at DESC, fact DESC"
            newest = f" QUALIFY row_number() OVER (PARTITION BY org, item ORDER BY {order}) = 1"
        counts = f"replaced_by IS NULL{nulls}"
        if self._many:
            if newest:
                count = self._count(f"SELECT count(*) FROM (SELECT * {asked}{newest}) WHERE {counts}")
            else:
                count = self._counted(measure)
            return count, self._first_of(asked, newest, most)
        numbered = self._con.sql(
            f"SELECT {_LISTED}, count(*) FILTER (WHERE {counts}) OVER () AS counted FROM (SELECT * {asked}{newest}) "
            f"ORDER BY org, day, fact LIMIT {most}"
        ).to_arrow_table()
        count = numbered["counted"][0].as_py() if len(numbered) else 0
        return count, numbered.drop_columns("counted").to_pylist()

    def _first_of(self, asked: str, newest: str, most: int) -> list[dict[str, Any]]:
        """Return the first of many facts, most often without reading those of most organizations."""
        first = np.sort(self._chosen)[:_FEW]
        for nearer in (f" AND org <= {first[-1]}", ""):
            rows = self._con.sql(
                f"SELECT {_LISTED} FROM (SELECT * {asked}{nearer}{newest}) ORDER BY org, day, fact LIMIT {most}"
            ).to_arrow_table()
            if len(rows) == most:
                break
        found: list[dict[str, Any]] = rows.to_pylist()
        return found

    def _counted(self, measure: Measure) -> int:
        """Return how many facts of the period a measure counts; for all measures they are read once."""
        if self._counts is None:
            self._counts = self._con.execute(
                "SELECT code, item, count(*), count(value) FROM history WHERE replaced_by IS NULL "
                f"AND day BETWEEN DATE '{self._period.first}' AND DATE '{self._period.last}'{self._placed()} "
                "GROUP BY code, item"
            ).fetchall()
        return sum(
            valued if measure.nulls else all_of_it
            for code, item, all_of_it, valued in self._counts
            if code == measure.fact and (measure.items is None or item in measure.items)
        )

    def note_passed_over(self) -> None:
        """Count the facts whose code this product does not know."""
        rows = self._con.execute(
            f"SELECT code, count(*) FROM written WHERE code NOT IN {listed(sorted(FACT_CODES))} "
            "GROUP BY code ORDER BY code"
        ).fetchall()
        self.passed_over = {code: int(count) for code, count in rows}

    def strays(self, spans: Spans) -> Strays:
        """Find the facts of nobody, or of a day on which their organization did not exist."""
        real = spans.chosen(spans.end > spans.first)
        table = pa.table(
            {
                "org": real.org,
                "first": pa.array(real.first).cast(pa.date32()),
                "until": pa.array(real.end, mask=real.end == FOREVER).cast(pa.date32()),
            }
        )
        self._con.register("given_spans", table)
        self._con.execute(
            "CREATE TEMP TABLE standing AS SELECT org, first, coalesce(until, DATE '9999-12-31' + 1) AS until "
            "FROM given_spans"
        )
        self._con.unregister("given_spans")
        codes = listed([code for code in sorted(FACT_CODES) if code != VOID])
        self._con.execute(
            "CREATE TEMP TABLE stray AS SELECT fact, org, day, code FROM counting f "
            f"WHERE day <= DATE '{self._period.last}' AND code IN {codes} AND NOT EXISTS "
            "(SELECT 1 FROM standing s WHERE s.org = f.org AND f.day >= s.first AND f.day < s.until)"
        )
        count = self._count("SELECT count(*) FROM stray")
        if not count:
            self._with_strays = False
        rows = self._con.execute(
            "SELECT fact, org, day, code, org IN (SELECT org FROM standing) FROM stray "
            f"ORDER BY fact LIMIT {_EXAMPLES}"
        ).fetchall()
        examples = [
            {
                "fact": fact,
                "org": org,
                "day": str(day),
                "code": code,
                "reason": "outside its spans" if known else "unknown organization",
            }
            for fact, org, day, code, known in rows
        ]
        return Strays(count, examples)

    def trust(self) -> None:
        """Read on without ever looking for strays."""
        self._with_strays = False

    @contextmanager
    def all_placed(self) -> Iterator[None]:
        """Read without looking for strays: there are none, or nobody asks for them."""
        before, self._with_strays = self._with_strays, False
        try:
            yield
        finally:
            self._with_strays = before

    def _placed(self) -> str:
        strays = " AND fact NOT IN (SELECT fact FROM stray)" if self._with_strays else ""
        return strays + self._narrow

    def use_places(self, tree: Tree, places: Places) -> None:
        """Let facts be added up at these places."""
        self._places = places
        if places.order is None:
            ids = pa.table({"org": tree.org, "place": np.arange(tree.size, dtype=np.int64)})
            self._con.register("given_places", ids)
            self._con.execute("CREATE OR REPLACE TEMP TABLE places AS FROM given_places")
            self._con.unregister("given_places")

    def add_flows(self, adder: Adder, slots: Slots) -> None:
        """Add up what happened within the period."""
        if not slots.flow_codes:
            return
        period = self._period
        where = (
            f" WHERE day BETWEEN DATE '{period.first}' AND DATE '{period.last}' "
            f"AND code IN {listed(slots.flow_codes)}{self._placed()}"
        )
        for batch in self._stream(slots.flow_slot(), "value", "counting", where, slots.count):
            adder.add(batch)

    def add_stocks(self, adder: Adder, slots: Slots) -> None:
        """Add up what was told last, in the period or before."""
        for stock, number in slots.stocks.items():
            source = f"({self._stock_sql(stock)})"
            for batch in self._stream(str(number), "newest.value", source, "", slots.count):
                adder.add(batch)

    def add(self, adder: Adder, slots: Slots) -> None:
        """Add up all that the slots need."""
        self.add_flows(adder, slots)
        self.add_stocks(adder, slots)

    def _stock_sql(self, stock: Stock) -> str:
        items = "" if stock.items is None else f" AND item IN {listed(sorted(stock.items))}"
        nulls = " AND value IS NOT NULL" if stock.skips_nulls else ""
        return (
            "SELECT org, item, max({'day': day, 'known_at': known_at, 'fact': fact, 'value': value}) AS newest "
            f"FROM counting WHERE day <= DATE '{self._period.last}' AND code = {literal(stock.fact)}"
            f"{items}{nulls}{self._placed()} GROUP BY org, item"
        )

    def _stream(self, slot: str, value: str, source: str, where: str, count: int) -> Iterator[Batch]:
        places = self._places
        if places.order is None:
            cell = f"CAST({slot} AS BIGINT) * {places.width} + place"
            source = f"{source} AS f JOIN places USING (org)"
        else:
            most = places.least + places.width - 1
            inside = f"org BETWEEN {places.least} AND {most}"
            cell = f"CASE WHEN {inside} THEN CAST({slot} AS BIGINT) * {places.width} + (org - {places.least}) END"
            source = f"{source} AS f"
        sql = (
            f"SELECT coalesce({cell}, {count * places.width}) AS cell, {value} AS value FROM {source}{where}"
        )
        for batch in self._con.sql(sql).to_arrow_reader(_BATCH):
            if len(batch):
                values, null = _amounts(batch.column(1))
                yield Batch(batch.column(0).to_numpy(), values, null)


def _amounts(column: pa.Array) -> tuple[Ints, Flags | None]:
    """Return a decimal column's whole ten-thousandths, and which are null."""
    values = np.frombuffer(column.buffers()[1], np.int64)[column.offset : column.offset + len(column)]
    if not column.null_count:
        return values, None
    null = column.is_null().to_numpy(zero_copy_only=False)
    return np.where(null, 0, values), null


def _instant(at: datetime) -> str:
    return at.isoformat(sep=" ")


def _named(rows: Sequence[tuple[Any, ...]]) -> str:
    return ", ".join(str(row[0]) for row in rows)
