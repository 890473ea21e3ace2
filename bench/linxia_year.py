"""A prefecture's year, 0.7 million facts: as a warm call, as a command, and one explanation.

``GANGMU_DIVISIONS=FILE.parquet`` is the published tree, which is needed; ``--prefecture``
names another one by its code.
"""

import argparse
import os
import shutil
import tempfile
from functools import partial
from pathlib import Path

import _analyst
import duckdb
from _nation import Nation, write_facts, write_pack
from harness import Report, median, milliseconds, seconds
from nation import assessed

PER_VILLAGE = 13


def made(divisions: Path, prefecture: str, folder: Path) -> Nation:
    """Make the tree of one prefecture, branches below its villages, and a year of facts."""
    data = folder / "data"
    data.mkdir(parents=True)
    con = duckdb.connect()
    con.execute(
        f"""CREATE TABLE org AS WITH place AS (
            SELECT code, name, parent AS above, CASE level WHEN 'city' THEN 'prefecture' ELSE level END AS level
            FROM read_parquet('{divisions}') WHERE code LIKE '{prefecture}%'),
        listed AS (SELECT code, above, name, level, 'committee' AS kind,
                CASE WHEN level = 'village' THEN 'village' END AS domain FROM place
            UNION ALL SELECT code || '-' || k, code, name || '第' || k || '党支部', 'group', 'branch', 'village'
            FROM place, range(1, {PER_VILLAGE}) t(k) WHERE level = 'village')
        SELECT row_number() OVER (ORDER BY code) AS org, * FROM listed"""
    )
    con.execute(
        f"""COPY (SELECT o.org, p.org AS parent, o.code, o.name, o.level, o.kind, o.domain,
            DATE '2020-01-01' AS valid_from, CAST(NULL AS DATE) AS valid_to
            FROM org o LEFT JOIN org p ON p.code = o.above ORDER BY o.org) TO '{data}/orgs.parquet' (FORMAT parquet)"""
    )
    orgs = int(con.execute("SELECT count(*) FROM org").fetchall()[0][0])
    facts = write_facts(con, orgs, data)
    return Nation(write_pack(folder / "pack"), data, orgs, facts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prefecture", default="6229")
    parser.add_argument("--beside", action="store_true", help="also pandas, polars and PostgreSQL")
    given = parser.parse_args()
    report = Report()
    if "GANGMU_DIVISIONS" not in os.environ:
        report.note("not measured", "GANGMU_DIVISIONS names no file of the published divisions")
        report.close()

    from gangmu.core.periods import Period
    from gangmu.results.assessment.assess import assess
    from gangmu.results.assessment.engine import Job
    from gangmu.results.assessment.explain import Asked, Explainer

    with tempfile.TemporaryDirectory(prefix="gangmu-year-") as folder:
        year = made(Path(os.environ["GANGMU_DIVISIONS"]), given.prefecture, Path(folder) / "year")
        report.note("organizations", f"{year.orgs:,}")
        report.note("facts", f"{year.facts:,}")
        out = Path(folder) / "out"

        def run() -> None:
            shutil.rmtree(out, ignore_errors=True)
            assess(Job(year.pack, year.data, Period.parse("2025"), out, write=("scores",)))

        report.at_most("warm, all checks, scores", median(milliseconds(run, 5)), 500)
        report.at_most("as a command, all results", assessed(year)[0], 2, "s")
        with Explainer(year.pack, year.data, out) as explainer:
            for card, level in (("group_village", "group"), ("township", "township"), ("county", "county")):
                found = duckdb.sql(
                    f"SELECT min(org) FROM '{out}/scores.parquet' WHERE scorecard = '{card}'"
                ).fetchall()
                asked = Asked(int(found[0][0]), card, shown=20)
                report.at_most(
                    f"explain one {level}", median(milliseconds(partial(explainer.explain, asked), 5)), 100
                )
        if given.beside:
            for name, act in _analyst.ways(year).items():
                report.note(name, seconds(act), "s")
    report.close()


if __name__ == "__main__":
    main()
