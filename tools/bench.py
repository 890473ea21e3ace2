"""Run every measurement of ``bench/``, or those that are named."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BESIDE_POSTGRES = [sys.executable, str(ROOT / "tools" / "postgres.py"), "run", "--"]
ON_BOTH = {"tree", "import_members", "writers"}
"""What a database can make different; others bring their PostgreSQL themselves."""


def main(names: list[str]) -> int:
    """Run the measurements one after another and return how many did not keep their bounds."""
    scripts = sorted(path for path in (ROOT / "bench").glob("[a-z]*.py") if path.stem != "harness")
    chosen = [script for script in scripts if not names or script.stem in names]
    if not chosen:
        sys.exit(f"There is no such measurement; there are: {', '.join(script.stem for script in scripts)}")
    missed = 0
    for script in chosen:
        command = [sys.executable, str(script)]
        missed += not _run(script.stem, command)
        if script.stem in ON_BOTH:
            missed += not _run(f"{script.stem}, on PostgreSQL", [*BESIDE_POSTGRES, *command])
    return missed


def _run(title: str, command: list[str]) -> bool:
    print(f"\n== {title}", flush=True)
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
