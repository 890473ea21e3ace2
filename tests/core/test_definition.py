from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from gangmu.core.definition import Definition, Fault, Unquoted, read_definition, read_yaml


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    share: Decimal
    name: str = ""


class Sample(Definition):
    count: int = 0
    shown: bool = False
    parts: tuple[Part, ...] = ()
    begins: date | None = None


@pytest.fixture
def read(tmp_path: Path):
    def reading(text: str) -> tuple[Sample | None, list[Fault]]:
        file = tmp_path / "sample.yaml"
        file.write_text(text, encoding="utf-8")
        return read_definition(file, Sample, shown_as="sample.yaml")

    return reading


def test_read_definition_keeps_the_decimal_that_is_written(read) -> None:
    value, faults = read("title: 样本\ncount: 3\nparts:\n  - {share: 0.10, name: a}\nbegins: 2025-01-31\n")

    assert faults == []
    assert value.code == "sample"
    assert value.parts == (Part(share=Decimal("0.10"), name="a"),)
    assert str(value.parts[0].share) == "0.10"
    assert value.begins == date(2025, 1, 31)


@pytest.mark.parametrize(
    "bare", ["1.10", "7", "no", "Yes", "off", "2025-01-01", "007", "1e3", "12:30", "true", "0x1f", "~"]
)
def test_read_definition_refuses_a_bare_word_where_text_is_expected(read, bare: str) -> None:
    value, faults = read(f"title: t\nparts:\n  - share: 1\n    name: {bare}\n")

    assert value is None
    assert [(fault.line, fault.file) for fault in faults] == [(4, "sample.yaml")]


@pytest.mark.parametrize(
    "said", ['count: "3"', "count: true", 'shown: "no"', "shown: 1", "shown: no", "begins: 7", "count: 3.5"]
)
def test_read_definition_takes_nothing_for_another_kind(read, said: str) -> None:
    value, faults = read(f"title: t\n{said}\n")

    assert value is None
    assert [fault.line for fault in faults] == [2]


def test_read_definition_reports_every_fault_with_the_line_of_its_key(read) -> None:
    value, faults = read("title: t\ncolour: red\nparts:\n  - name: a\n  - share: x\n")

    assert value is None
    assert [str(fault) for fault in faults] == [
        "sample.yaml:4: missing parts.0.share: this key is missing",
        "sample.yaml:5: decimal_parsing parts.1.share: Input should be a valid decimal",
        "sample.yaml:2: extra_forbidden colour: there is no such key here",
    ]


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate-key"),
        ("a: {b: 1, b: 1}\n", 1, "duplicate-key"),
        ("a: &x 1\nb: *x\n", 1, "alias"),
        ("a: !!str 1\n", 1, "tag"),
        ("a: 1\n---\nb: 1\n", 2, "second-document"),
        ("a: [1\n", 2, "yaml"),
        ("no: 1\n", 1, "key"),
        ("? [a]\n: 1\n", 1, "key"),
        ("", 1, "empty"),
        ("a: b: c\n", 1, "yaml"),
    ],
)
def test_read_yaml_refuses_what_two_readers_could_take_differently(
    tmp_path: Path, text: str, line: int, code: str
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text)

    node, faults = read_yaml(file)

    assert node is None
    assert (faults[0].line, faults[0].code) == (line, code)


def test_read_yaml_knows_the_line_of_every_piece(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\nb:\n  - x\n  - {c: off, d: 'off'}\n")

    node, faults = read_yaml(file)

    assert faults == []
    assert node.plain() == {"a": 1, "b": ("x", {"c": Unquoted("off"), "d": "off"})}
    assert [
        node.line_of(place) for place in [(), ("b",), ("b", 1), ("b", 1, "d"), ("b", 1, "missing"), ("z",)]
    ] == [1, 2, 4, 4, 4, 1]


def test_read_yaml_says_why_a_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"a: \xff\n")

    missing = read_yaml(tmp_path / "none.yaml", shown_as="none.yaml")
    latin = read_yaml(tmp_path / "latin.yaml", shown_as="latin.yaml")

    assert missing[1] == [Fault("none.yaml", 1, "unreadable", "cannot be read: No such file or directory")]
    assert latin[1] == [Fault("latin.yaml", 1, "unreadable", "cannot be read: it is not UTF-8")]


def test_a_fault_names_its_document() -> None:
    fault = Fault("a.yaml", 3, "R-BAN-4", "no telemetry", "办法", "第十条")

    assert str(fault) == "a.yaml:3: R-BAN-4 no telemetry (办法 第十条)"


def test_a_definition_does_not_write_its_own_code(read) -> None:
    assert [fault.line for fault in read("title: t\ncode: other\n")[1]] == [2]
