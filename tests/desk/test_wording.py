"""The handbook is in words: nothing that a pack may say is shown as a key of the code."""

import typing
from pathlib import Path
from typing import Any

from pydantic import BaseModel

import gangmu
from gangmu.core.text import Text
from gangmu.desk.pages import KIND_WORDS
from gangmu.desk.wording import lines_in_words, words_of
from gangmu.kernel.audit.operations import ANYONE, CATALOGUE, OWN
from gangmu.kernel.packs.queries import pack_of
from gangmu.kernel.packs.rules import SHAPES, compose_pack, pack_files
from tests.conftest import Office
from tests.site.matrix.found import modules_of


def _walk(shape: Any, keys: set[str], values: set[str], seen: set[Any]) -> None:
    if typing.get_origin(shape) is typing.Literal:
        values |= {value for value in typing.get_args(shape) if isinstance(value, str) and value}
        return
    for part in typing.get_args(shape):
        _walk(part, keys, values, seen)
    if isinstance(shape, type) and issubclass(shape, BaseModel) and shape is not Text and shape not in seen:
        seen.add(shape)
        for name, field in shape.model_fields.items():
            keys.add(name)
            _walk(field.annotation, keys, values, seen)


def _said() -> tuple[set[str], set[str]]:
    keys: set[str] = set()
    values: set[str] = set()
    for shape in SHAPES.values():
        _walk(shape, keys, values, set())
    assert len(keys) > 50
    return keys, values


def test_every_key_that_a_pack_may_write_has_words() -> None:
    assert sorted(_said()[0] - set(words_of("keys"))) == []


def test_every_closed_value_that_a_pack_may_write_has_words() -> None:
    assert sorted(_said()[1] - set(words_of("values"))) == []


def test_every_kind_of_definition_has_words() -> None:
    assert sorted(set(SHAPES) - set(KIND_WORDS)) == []


def test_every_permission_has_words() -> None:
    assert list(modules_of("operations"))
    asked = {spec.permission for spec in CATALOGUE.values()} - {ANYONE, OWN}

    assert sorted(asked - set(words_of("permissions"))) == []


def test_lines_in_words_names_what_a_code_stands_for(office: Office) -> None:
    pack = pack_of(office.county.root_id)

    lines = dict(lines_in_words(pack.definitions["duty"]["monthly_order"].definition, pack))

    assert lines["以何种记录反馈"] == ["支委会记录"]
    assert lines["频次"] == ["每月"]
    assert lines["下达日"] == ["本期第一个工作日"]
    assert lines["复核"] == ["上级"]


def test_code_is_named_by_what_it_stands_for_and_by_nothing_else_of_that_name() -> None:
    files, _ = pack_files(Path(gangmu.__file__).parent / "packs" / "linxia")
    pack, _ = compose_pack("linxia", files)
    assert pack is not None

    def lines(kind: str, code: str) -> dict[str, list[str]]:
        return dict(lines_in_words(pack.definitions[kind][code].definition, pack))

    assert lines("appraisal", "year")["考核表"] == [
        pack.definitions["scorecard"][code].definition.title.zh_hans
        for code in ("branch_year", "committee_year")
    ]
    assert "板块: 党员教育" in lines("programme", "five_year_plan")["目标项"][0]
    assert "板块: 活动阵地" in lines("programme", "five_year_plan")["目标项"][1]
    assert "最低比例" in lines("demonstration", "basics_area")
    assert "要点: 议定" in lines("campaign", "theme_year")["检查清单"][0]
    assert "每月占用一个组织的分钟数: 300" in lines("burden", "burden")["每月限额"][0]
