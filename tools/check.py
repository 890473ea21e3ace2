"""Check what can be checked without running: style, format, types, architecture, migrations."""

import os
import subprocess
import sys
import time
from pathlib import Path

STEPS = {
    "Style (ruff check)": ["ruff", "check", "."],
    "Format (ruff format)": ["ruff", "format", "--check", "."],
    "Types (mypy)": ["mypy", "gangmu", "tools"],
    "Architecture (import-linter)": ["lint-imports"],
    "Migrations (makemigrations --check)": ["django-admin", "makemigrations", "--check", "--dry-run"],
}

# The programs that were installed beside the Python that runs this, on this source tree.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
os.environ["DJANGO_SETTINGS_MODULE"] = "gangmu.site.settings"


def run(title: str, command: list[str]) -> bool:
    """Run one step under its title and tell whether it went well."""
    print(f"\n== {title}", flush=True)
    begun = time.monotonic()
    succeeded = subprocess.run(command, check=False).returncode == 0
    print(f"== {title}: {'ok' if succeeded else 'FAILED'} ({time.monotonic() - begun:.0f} s)", flush=True)
    return succeeded


def failed_steps() -> list[str]:
    """Run every step, also after one has failed, and return the titles of those that failed."""
    return [title for title, command in STEPS.items() if not run(title, command)]


if __name__ == "__main__":
    if failed := failed_steps():
        sys.exit(f"\nFailed: {', '.join(failed)}")
