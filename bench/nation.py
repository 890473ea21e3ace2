"""From a year of facts of the nation, or a part of it, to scores and ranks: time and memory.

``GANGMU_DIVISIONS=FILE.parquet`` (code, name, parent, level) is the published tree, which is
needed. ``--share 1`` is the whole nation (5.25 million organizations, 217 million facts, 4 GB
of files), ``--share 16`` one county in sixteen, ``--share 16 4 1`` one after the other. ``--beside`` also runs what an analyst would
write instead, ``--spark MASTER`` the same on Spark.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import _analyst
import duckdb
from _nation import Nation, make_nation
from harness import Report, seconds

BASE = "SELECT count(*), sum(n) FROM (SELECT org, count(*) AS n FROM read_parquet('{}/facts/*.parquet') GROUP BY org)"


def baseline(nation: Nation) -> float:
    """Return what DuckDB takes to count the facts of every organization."""
    con = duckdb.connect(config={"threads": 2})
    return seconds(lambda: con.execute(BASE.format(nation.data)).fetchall())


def assessed(nation: Nation, *options: str) -> tuple[float, dict[str, str], float]:
    """Run the command; return its seconds, its hashes and the most gigabytes it held."""
    out = nation.data.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    command = [
        sys.executable,
        "-m",
        "gangmu",
        "assess",
        "--pack",
        str(nation.pack),
        "--data",
        str(nation.data),
    ]
    command += ["--period", "2025", "--out", str(out), "--json", *options]
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    taken = time.perf_counter() - begun
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    return taken, json.loads(done.stdout)["results"], most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--share", type=int, nargs="+", default=[16], help="one county in so many (1: the whole nation)"
    )
    parser.add_argument("--folder", type=Path, default=None, help="where the files are made and removed")
    parser.add_argument("--memory", default="8GB")
    parser.add_argument("--beside", action="store_true", help="also pandas, polars and PostgreSQL")
    parser.add_argument("--spark", nargs="*", default=[], metavar="MASTER")
    given = parser.parse_args()
    report = Report()
    if "GANGMU_DIVISIONS" not in os.environ:
        report.note("not measured", "GANGMU_DIVISIONS names no file of the published divisions")
        report.close()
    costs = {share: measured(report, given, share) for share in given.share}
    if len(costs) > 1:
        most, least = costs[min(costs)], costs[max(costs)]
        report.at_most("cost of a fact in the largest, beside the smallest", most / least, 1.0, "×")
    report.close()


def measured(report: Report, given: argparse.Namespace, share: int) -> float:
    """Measure one share of the nation, and return the seconds that a million facts took."""
    with tempfile.TemporaryDirectory(prefix="gangmu-nation-", dir=given.folder) as folder:
        print(f"one county in {share}" if share > 1 else "the nation", flush=True)
        nation = make_nation(Path(os.environ["GANGMU_DIVISIONS"]), share, Path(folder) / "nation")
        report.note("organizations", f"{nation.orgs:,}")
        report.note("facts", f"{nation.facts:,}")
        wanted = ("--write", "scores", "--trust", "--memory", given.memory)
        before = baseline(nation)
        taken, hashes, most = assessed(nation, *wanted)
        base = min(before, baseline(nation))
        report.note("count by organization", base, "s")
        report.note("facts to scores and ranks", taken, "s")
        if share == 1:
            report.at_most("ratio", taken / base, 6.0, "×")
        else:  # a part is only there to show how cost grows: starting alone takes longer than counting it
            report.note("ratio", taken / base, "×")
        report.at_most("peak memory", most, 10.0, "GB")
        for master in given.spark:
            spark, found, _ = assessed(nation, *wanted, "--engine", "spark", "--master", master)
            report.note(f"the same on Spark, {master}", spark, "s")
            report.holds("the same hash", found["scores"] == hashes["scores"])
        if given.beside:
            for name, act in _analyst.ways(nation).items():
                report.note(name, seconds(act), "s")
    return taken / nation.facts * 1e6


if __name__ == "__main__":
    main()
