"""A site of its own for a measurement, and how its numbers are told."""

import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))


def site() -> None:
    """Set up an empty site in a folder that goes away, in the database that the environment names."""
    folder = tempfile.TemporaryDirectory(prefix="gangmu-bench-")
    _kept.append(folder)
    os.environ["GANGMU_DATA"] = folder.name
    os.environ["DJANGO_SETTINGS_MODULE"] = "gangmu.site.settings"

    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    if vendor() == "postgresql":
        call_command("flush", interactive=False, verbosity=0)


_kept: list[Any] = []


def vendor() -> str:
    """Return which database is measured."""
    from django.db import connection

    return connection.vendor


def milliseconds(act: Callable[[], Any], times: int = 30) -> list[float]:
    """Return how long each repetition took, after one that warms up."""
    act()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def seconds(act: Callable[[], Any]) -> float:
    """Return how long one run took."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def percentile(values: list[float], share: float) -> float:
    """Return the smallest value that a share of all does not exceed: of twenty, 0.95 is the nineteenth."""
    return sorted(values)[max(0, math.ceil(len(values) * share - 1e-9) - 1)]


@dataclass
class Report:
    """The numbers of one measurement and whether they keep their bounds."""

    kept: bool = field(default=True)

    def note(self, what: str, value: float | str, unit: str = "") -> None:
        """Tell a number that has no bound."""
        shown = f"{value:,.2f}" if isinstance(value, float) else value
        print(f"  {what}: {shown} {unit}".rstrip(), flush=True)

    def at_most(self, what: str, value: float, bound: float, unit: str = "ms") -> None:
        """Tell a number that may not exceed its bound."""
        self._bound(what, value, bound, unit, value <= bound, "≤")

    def at_least(self, what: str, value: float, bound: float, unit: str) -> None:
        """Tell a number that may not fall below its bound."""
        self._bound(what, value, bound, unit, value >= bound, "≥")

    def holds(self, what: str, true: bool) -> None:
        """Tell something that has to be so."""
        self.kept &= true
        print(f"  {what}: {'yes' if true else 'NO'}", flush=True)

    def _bound(self, what: str, value: float, bound: float, unit: str, kept: bool, sign: str) -> None:
        self.kept &= kept
        verdict = "" if kept else "  NOT KEPT"
        print(f"  {what}: {value:,.2f} {unit} ({sign} {bound:,g}){verdict}", flush=True)

    def close(self) -> None:
        """End the measurement: its status tells whether all bounds were kept."""
        sys.exit(0 if self.kept else 1)


median = statistics.median
