"""Check what can be checked without running: style, format, types, architecture, migrations."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
STEPS = {
    "Style (ruff check)": ["ruff", "check", "."],
    "Format (ruff format)": ["ruff", "format", "--check", "."],
    "Types (mypy)": ["mypy", "gangmu", "tools"],
    "Architecture (import-linter)": ["lint-imports"],
    "Migrations (makemigrations --check)": ["django-admin", "makemigrations", "--check", "--dry-run"],
}


def run(title: str, command: list[str], **environment: str) -> bool:
    """Run one step under its title and tell whether it went well."""
    print(f"\n== {title}", flush=True)
    begun = time.monotonic()
    succeeded = (
        subprocess.run(command, check=False, cwd=ROOT, env=surroundings(**environment)).returncode == 0
    )
    print(f"== {title}: {'ok' if succeeded else 'FAILED'} ({time.monotonic() - begun:.0f} s)", flush=True)
    return succeeded


def surroundings(**more: str) -> dict[str, str]:
    """Return the environment in which this source tree and its installed programs come first."""
    programs = Path(sys.executable).parent
    return {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def failed_steps() -> list[str]:
    """Run every step, also after one has failed, and return the titles of those that failed."""
    # Settings make their keys where the data is: a check leaves none behind.
    with tempfile.TemporaryDirectory(prefix="gangmu-check-") as folder:
        return [
            title
            for title, command in STEPS.items()
            if not run(title, command, GANGMU_DATA=folder, DJANGO_SETTINGS_MODULE="gangmu.site.settings")
        ]


if __name__ == "__main__":
    if failed := failed_steps():
        sys.exit(f"\nFailed: {', '.join(failed)}")
