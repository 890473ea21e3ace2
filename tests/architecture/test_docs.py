"""What the documents promise is there."""

import re
from collections import Counter

from gangmu.site.cli import COMMANDS
from tests.architecture.source import ROOT

DECISION_PARTS = ["Status", "Context", "Decision", "Consequences"]
STATES = {"not yet", "in part", "works", "refused"}
ROWS = (
    [f"P{n}" for n in (*range(1, 10), "10a", "10b", "10c", *range(11, 22))]
    + [f"W{n}" for n in range(1, 21)]
    + [f"L{n}" for n in range(1, 17)]
    + [f"Q{n}" for n in range(1, 22)]
    + [f"H{n}" for n in range(1, 23)]
    + [f"N{n}" for n in range(1, 14)]
)


def _rows() -> list[list[str]]:
    lines = (ROOT / "docs" / "systems.md").read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if re.match(r"\| [PWLQHN]\d+[a-c]? \|", line)
    ]


def test_every_system_has_its_row_once():
    counted = Counter(row[0] for row in _rows())

    assert counted == Counter(ROWS)


def test_every_row_has_a_state_and_a_row_that_works_says_where():
    wrong = [row[0] for row in _rows() if row[2] not in STATES or (row[2] == "works" and not all(row[3:6]))]

    assert wrong == []


def test_the_files_that_a_row_names_exist():
    named = [
        (row[0], name)
        for row in _rows()
        for name in re.findall(r"`((?:gangmu|tests|docs)/[^`:]+)`", " ".join(row))
    ]

    assert [(row, name) for row, name in named if not (ROOT / name).exists()] == []


def test_every_decision_has_its_four_parts():
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))

    parts = {
        record.name: re.findall(r"^## (.+)$", record.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for record in records
    }

    assert len(records) >= 9
    assert {name: found for name, found in parts.items() if found[:4] != DECISION_PARTS} == {}


def test_decisions_are_numbered_once_and_listed():
    records = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))

    listed = re.findall(
        r"\]\((\d{4}-[a-z0-9-]+\.md)\)", (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    )

    assert len({name[:4] for name in records}) == len(records)
    assert sorted(listed) == records


def test_the_commands_of_the_readme_exist():
    targets = set(
        re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )

    promised = {
        target
        for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md")
        for target in re.findall(r"\bmake ([a-z]+)\b", _code((ROOT / name).read_text(encoding="utf-8")))
    }

    assert promised >= {"run", "test"}
    assert promised - targets == set()


def test_the_gangmu_commands_of_the_documents_exist():
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "deploy" / "README.md"]

    promised = {
        command
        for document in documents
        for command in re.findall(
            r"(?:^|bin/|`|-m )gangmu ([a-z]+)",
            _code(document.read_text(encoding="utf-8")),
            flags=re.MULTILINE,
        )
    }

    assert promised - set(COMMANDS) == set()


def _code(text: str) -> str:
    """Return what a document shows as code."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL))


def test_links_between_documents_lead_somewhere():
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changes").glob("*.md")]

    broken = [
        f"{document.relative_to(ROOT)}: {target}"
        for document in documents
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", document.read_text(encoding="utf-8"))
        if not (document.parent / target).exists()
    ]

    assert broken == []
