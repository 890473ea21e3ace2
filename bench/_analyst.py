"""What an analyst would write instead: one indicator rolled up and ranked, three ways.

Each counts what was answered on time of what was due, leaves out what was replaced, adds up
whole subtrees, and ranks townships within their counties. None checks files, knows unknown
parts, exact rounding, coverage, vetoes or stars.
"""

from collections.abc import Callable
from functools import partial

from _nation import Nation


def pandas_way(nation: Nation) -> int:
    """Group, then walk up the tree level by level."""
    import pandas as pd

    orgs = pd.read_parquet(nation.data / "orgs.parquet", columns=["org", "parent", "level"])
    columns = ["fact", "replaces", "org", "code", "value"]
    wanted = [("code", "in", ["task.due", "task.on_time", "task.answered"])]
    facts = pd.read_parquet(nation.data / "facts", columns=columns, filters=wanted)
    facts = facts[~facts["fact"].isin(facts["replaces"].dropna())]
    facts["value"] = facts["value"].astype(float)
    sums = facts.pivot_table(index="org", columns="code", values="value", aggfunc="sum").fillna(0.0)
    tree = orgs.set_index("org").join(sums).fillna(dict.fromkeys(sums.columns, 0.0))
    order = ["group", "village", "township", "county", "prefecture", "province"]
    for level in order:
        below = tree[tree["level"] == level].groupby("parent")[list(sums.columns)].sum()
        tree.loc[below.index, list(sums.columns)] += below
    tree["value"] = tree["task.on_time"] / tree["task.due"]
    towns = tree[tree["level"] == "township"].copy()
    towns["rank"] = towns.groupby("parent")["value"].rank(method="min", ascending=False)
    return len(towns)


def polars_way(nation: Nation) -> int:
    """Scan lazily, then walk up the tree level by level."""
    import polars as pl

    orgs = pl.read_parquet(nation.data / "orgs.parquet", columns=["org", "parent", "level"])
    facts = pl.scan_parquet(nation.data / "facts" / "*.parquet").filter(
        pl.col("code").is_in(["task.due", "task.on_time", "task.answered"])
    )
    gone = pl.scan_parquet(nation.data / "facts" / "*.parquet").filter(pl.col("replaces").is_not_null())
    kept = facts.join(gone.select("replaces"), left_on="fact", right_on="replaces", how="anti")
    due = pl.col("value").filter(pl.col("code") == "task.due").sum().alias("due")
    on_time = pl.col("value").filter(pl.col("code") == "task.on_time").sum().alias("on_time")
    sums = kept.group_by("org").agg(due, on_time).collect(engine="streaming")
    tree = orgs.join(sums, on="org", how="left").fill_null(0)
    for level in ["group", "village", "township", "county", "prefecture", "province"]:
        below = tree.filter(pl.col("level") == level).group_by("parent").agg(pl.col("due", "on_time").sum())
        more = tree.join(below, left_on="org", right_on="parent", how="left", suffix="_below")
        tree = more.select(
            "org",
            "parent",
            "level",
            (pl.col("due") + pl.col("due_below").fill_null(0)).alias("due"),
            (pl.col("on_time") + pl.col("on_time_below").fill_null(0)).alias("on_time"),
        )
    towns = tree.filter(pl.col("level") == "township").with_columns(
        (pl.col("on_time") / pl.col("due")).alias("value")
    )
    return len(towns.with_columns(pl.col("value").rank("min", descending=True).over("parent")))


RECURSIVE = """
WITH RECURSIVE counting AS (
    SELECT f.org, f.code, f.value FROM facts f
    WHERE f.code IN ('task.due', 'task.on_time')
      AND NOT EXISTS (SELECT 1 FROM facts r WHERE r.replaces = f.fact)
), own AS (
    SELECT org, sum(value) FILTER (WHERE code = 'task.due') AS due,
           sum(value) FILTER (WHERE code = 'task.on_time') AS on_time FROM counting GROUP BY org
), below AS (
    SELECT org AS top, org FROM orgs WHERE level = 'township'
    UNION ALL SELECT b.top, o.org FROM below b JOIN orgs o ON o.parent = b.org
), rate AS (
    SELECT b.top, sum(on_time) / nullif(sum(due), 0) AS value FROM below b JOIN own USING (org) GROUP BY b.top
)
SELECT count(*) FROM (SELECT rank() OVER (PARTITION BY o.parent ORDER BY r.value DESC) FROM rate r
                      JOIN orgs o ON o.org = r.top) ranked
"""


def postgres_loaded(nation: Nation, url: str) -> None:
    """Copy what the query needs into PostgreSQL; this is not timed."""
    import duckdb
    import psycopg

    con = duckdb.connect()
    with psycopg.connect(url, autocommit=True) as database, database.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS facts; DROP TABLE IF EXISTS orgs")
        cursor.execute("CREATE UNLOGGED TABLE orgs (org bigint, parent bigint, level text)")
        cursor.execute(
            "CREATE UNLOGGED TABLE facts (fact text, replaces text, org bigint, code text, value numeric)"
        )
        for table, columns, source in (
            ("orgs", "org, parent, level", "orgs.parquet"),
            ("facts", "fact, replaces, org, code, value", "facts/*.parquet"),
        ):
            rows = con.execute(f"SELECT {columns} FROM read_parquet('{nation.data}/{source}')")
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                while batch := rows.fetchmany(100_000):
                    for row in batch:
                        copy.write_row(row)
        cursor.execute("CREATE INDEX ON facts (replaces) WHERE replaces IS NOT NULL")
        cursor.execute("CREATE INDEX ON orgs (parent); ANALYZE facts; ANALYZE orgs")


def postgres_way(url: str) -> int:
    """Ask one query with a recursive part."""
    import psycopg

    with psycopg.connect(url) as database:
        row = database.execute(RECURSIVE).fetchone()
        return int(row[0]) if row else 0


def ways(nation: Nation) -> dict[str, Callable[[], object]]:
    """Return what there is to run; PostgreSQL where ``GANGMU_DATABASE_URL`` names one."""
    import os

    found: dict[str, Callable[[], object]] = {
        "pandas, one indicator": partial(pandas_way, nation),
        "polars, one indicator": partial(polars_way, nation),
    }
    url = os.environ.get("GANGMU_DATABASE_URL")
    if url:
        postgres_loaded(nation, url)
        found["PostgreSQL, one indicator, loaded before"] = partial(postgres_way, url)
    return found
