"""Test everything: the checks, what a database can make different on PostgreSQL, then the whole suite.

The whole suite runs last, so that the output ends with pytest's own closing line; the exit
status also tells of what failed before it.
"""

import sys

import check

PYTEST = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile"]


def main() -> int:
    """Run all of it and return 0 only when every part went well."""
    failed = check.failed_steps()
    on_postgres = [sys.executable, "tools/postgres.py", "run", "--", *PYTEST, "-m", "db"]
    if not check.run("Suite on PostgreSQL (what is marked db)", on_postgres):
        failed.append("PostgreSQL")

    if failed:
        print(f"\n== Failed before the suite: {', '.join(failed)}", flush=True)
    print("\n== Suite on SQLite, with browsers", flush=True)
    passed = check.subprocess.run(PYTEST, check=False).returncode == 0
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
