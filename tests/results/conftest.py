"""A small pack to be changed by tests, one line at a time."""

from collections.abc import Callable
from pathlib import Path

import pytest

INDICATOR = "numerator: {sum: task.on_time}\ndenominator: {sum: task.due}\n"
SCORECARD = """applies_to: {kinds: [branch]}
lines:
  - {indicator: on_time, points: 40, rule: {linear: [0, 1]}}
stars:
  - {stars: 5, at_least: 90, share: 0.3}
  - {stars: 3, at_least: 60}
"""

WritePack = Callable[..., Path]


@pytest.fixture
def write_pack(tmp_path: Path) -> WritePack:
    """Write a pack of one indicator and one scorecard, with other texts where given."""

    def write(
        *, indicator: str = INDICATOR, scorecard: str = SCORECARD, more: dict[str, str] | None = None
    ) -> Path:
        texts = {"indicator/on_time.yaml": indicator, "scorecard/year.yaml": scorecard} | (more or {})
        for name, text in texts.items():
            path = tmp_path / "pack" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "pack"

    return write
