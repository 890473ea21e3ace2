"""Every icon that is asked for stands in the sprite: a missing one would be an empty place."""

import re
from pathlib import Path

FRAME = Path(__file__).resolve().parents[2] / "gangmu"
ASKED = re.compile(r"""icon="([a-z0-9-]+)"|{%\s*icon\s+"([a-z0-9-]+)\"""")
SECTIONS = re.compile(r"""add_section\([^)]*?"([a-z0-9-]+)",\s*\d+\)""")


def test_every_icon_stands_in_the_sprite():
    sprite = (FRAME / "frame" / "static" / "frame" / "icons.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite))
    asked = set()
    for path in FRAME.rglob("*"):
        if path.suffix in {".html", ".py"}:
            text = path.read_text(encoding="utf-8")
            asked |= {found[0] or found[1] for found in ASKED.findall(text)}
            asked |= set(SECTIONS.findall(text))

    assert "layout-dashboard" in asked
    assert sorted(asked - drawn) == []
