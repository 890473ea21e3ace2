"""Run every measurement of ``bench/``, or those that are named."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main(names: list[str]) -> int:
    """Run the measurements one after another and return how many failed."""
    scripts = sorted((ROOT / "bench").glob("[a-z]*.py"))
    chosen = [script for script in scripts if not names or script.stem in names]
    if not chosen:
        sys.exit(f"There is no such measurement; there are: {', '.join(script.stem for script in scripts)}")
    failed = 0
    for script in chosen:
        print(f"\n== {script.stem}", flush=True)
        failed += subprocess.run([sys.executable, str(script)], cwd=ROOT, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
