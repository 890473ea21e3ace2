"""What stands in templates and sources, and what must not."""

import csv
import re
from pathlib import Path

import yaml
from django.template.loader import get_template

from tests.architecture.source import PACKAGE, modules, named

PLACES = re.compile(
    r"linxia|hai'?an\b|pingqiao|pingliang|wubu\b|临夏|臨夏|海安|平桥|平橋|平凉|平涼|吴堡|吳堡", re.IGNORECASE
)
INLINE = {
    "a script in the page": re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json\")", re.IGNORECASE
    ),
    "a style in the page": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\s(?:on[a-z]+|hx-on[:a-z-]*)\s*=", re.IGNORECASE),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
}


def _templates() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("templates/**/*") if path.is_file())


def _lines(path: Path, pattern: re.Pattern[str]) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return [f"{named(path)}:{text.count(chr(10), 0, found.start()) + 1}" for found in pattern.finditer(text)]


def test_templates_hold_no_script_and_no_style_of_their_own():
    found = {
        what: places
        for what, pattern in INLINE.items()
        if (
            places := [
                line for path in _templates() if path.suffix == ".html" for line in _lines(path, pattern)
            ]
        )
    }

    assert found == {}


def test_every_template_can_be_read():
    names = [path.as_posix().split("/templates/", 1)[1] for path in _templates() if path.suffix == ".html"]

    read = [get_template(name).template.name for name in names]

    assert read == names


def test_code_names_no_place():
    found = [line for path in modules() for line in _lines(path, PLACES)]

    assert found == []


def _divisions() -> set[str]:
    """Return the names of all counties, towns and villages that the packs' worlds stand on."""
    names = set()
    for path in sorted((PACKAGE / "packs").glob("*/divisions.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            names |= {row["name"] for row in csv.DictReader(file)}
        imagined = yaml.safe_load((path.parent / "world.yaml").read_text(encoding="utf-8"))["imagined"]
        names |= {imagined["name"], *(town["name"] for town in imagined["towns"])}
    return names


def test_neither_code_nor_templates_name_a_division_of_any_pack():
    names = _divisions()
    read = [path for path in (*modules(), *_templates()) if PACKAGE / "packs" not in path.parents]
    texts = {path: path.read_text(encoding="utf-8") for path in read}
    chinese = {path: text for path, text in texts.items() if re.search("[\u4e00-\u9fff]", text)}

    found = {named(path): sorted(name for name in names if name in text) for path, text in chinese.items()}

    assert len(names) > 1000
    assert chinese
    assert {path: there for path, there in found.items() if there} == {}
