"""Test everything: the checks, what a database can make different on PostgreSQL, then the whole suite.

The whole suite runs last, so that the output ends with pytest's own closing line; the exit
status also tells of what failed before it.
"""

import subprocess
import sys

from check import ROOT, failed_steps, run, surroundings

PYTEST = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile"]
BESIDE_POSTGRES = [sys.executable, str(ROOT / "tools" / "postgres.py"), "run", "--"]


def main() -> int:
    """Run all of it and return 0 only when every part went well."""
    failed = failed_steps()
    if not run("What is marked db, on PostgreSQL", [*BESIDE_POSTGRES, *PYTEST, "-m", "db"]):
        failed.append("PostgreSQL")

    if failed:
        print(f"\n== Failed before the suite: {', '.join(failed)}", flush=True)
    print("\n== The whole suite, on SQLite and with a browser", flush=True)
    suite = subprocess.run(PYTEST, check=False, cwd=ROOT, env=surroundings())
    return 1 if failed else suite.returncode


if __name__ == "__main__":
    sys.exit(main())
