"""Records that everybody of the place may read: while their kind is open, and only what was written so."""

from datetime import date
from typing import Any

import pytest

from gangmu.core.errors import NotFound
from gangmu.frame.tables import Table, cell_export
from gangmu.kernel.packs.operations import use_pack
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.kernel.packs.rules import compose_pack
from gangmu.work.records.operations import correct_record, write_record
from gangmu.work.records.pages import _columns
from gangmu.work.records.queries import (
    open_kinds,
    open_record,
    open_records,
    record_by_id,
    standing_records,
)
from tests.conftest import BEGIN, Office
from tests.taken import small_pack

pytestmark = pytest.mark.db

BRAND = """title: 品牌
day_field: noted_on
{open}fields:
  - {{code: noted_on, title: 日期, type: date, required: true}}
  - {{code: name, title: 名称, required: true}}
  - {{code: what, title: 做什么, type: long_text}}
"""
PACK = 'title: 品牌\nversion: "{version}.0"\nextends: base\n'


def take_up(office: Office, version: str, *, opened: bool, day: date = BEGIN) -> None:
    """Put a version in force in which the brand is open or not."""
    own = {
        "brands/pack.yaml": PACK.format(version=version),
        "brands/record/brand.yaml": BRAND.format(open="open: true\n" if opened else ""),
    }
    files = {**pack_version_of(office.county.pk).files, **own}
    use_pack(office.system, office.county, version=small_pack(office.system, "brands", files), day=day)


def brand(office: Office, name: str, what: str = "") -> Any:
    values = {"noted_on": "2015-10-08", "name": name, "what": what}
    return write_record(office.system, office.branch, kind="brand", values=values)


def test_open_records_are_those_whose_kind_is_open_and_was_so_when_they_were_given(
    office: Office, acting: Any
) -> None:
    reader = acting("secretary", office.far_branch)

    def names() -> list[str]:
        return [each.values["name"] for each in open_records(reader, kind="brand")]

    take_up(office, "1", opened=False)
    before = brand(office, "先写的")
    closed = names()
    take_up(office, "2", opened=True)
    after = brand(office, "后写的")
    opened = names()
    with pytest.raises(NotFound):
        open_record(reader, before.pk)
    with pytest.raises(NotFound):
        record_by_id(reader, after.pk)
    take_up(office, "3", opened=False)

    assert (closed, opened, names(), open_kinds(reader)) == ([], ["后写的"], [], {})
    with pytest.raises(NotFound):
        open_record(reader, after.pk)


def test_open_records_tell_what_stands_alone_and_are_found_by_words(office: Office, acting: Any) -> None:
    reader = acting("secretary", office.far_branch)
    take_up(office, "2", opened=True)
    first, second = brand(office, "楼院会", "每周议事"), brand(office, "读书角")
    values = {**second.values, "name": "读书会"}
    later = correct_record(office.system, second, values=values, reason="名称写错")

    found = {
        typed: {each.pk for each in open_records(reader, kind="brand", typed=typed)}
        for typed in ("", "议事", "读书角", "读书会", "东庄", "100%", "_")
    }

    both = {first.pk, later.pk}
    assert found == {
        "": both,
        "议事": {first.pk},
        "读书角": set(),
        "读书会": {later.pk},
        "东庄": both,
        "100%": set(),
        "_": set(),
    }
    with pytest.raises(NotFound):
        open_record(reader, second.pk)


@pytest.mark.parametrize("count", [1, 3])
def test_open_records_are_read_in_as_many_steps_whatever_their_number(
    office: Office, acting: Any, count: int, django_assert_num_queries: Any
) -> None:
    reader = acting("secretary", office.far_branch)
    take_up(office, "2", opened=True)
    for at in range(count):
        brand(office, f"品牌{at}")
    open_kinds(reader)

    with django_assert_num_queries(3):
        assert len([each.org.name for each in open_records(reader, kind="brand")]) == count


def test_an_open_kind_that_asks_for_a_person_or_a_file_is_refused_at_its_line(office: Office) -> None:
    own = BRAND.format(open="open: true\n") + (
        "  - {code: who, title: 谁, type: person}\n  - {code: scan, title: 扫描件, type: file}\n"
    )
    base = pack_version_of(office.county.pk).files
    files = {**base, "brands/pack.yaml": PACK.format(version="1"), "brands/record/brand.yaml": own}

    _, refused = compose_pack("brands", files)
    _, closed = compose_pack("brands", {**files, "brands/record/brand.yaml": own.replace("open: true\n", "")})

    assert [(each.file, each.line, each.message) for each in refused if each.code == "open"] == [
        ("brands/record/brand.yaml", 8, "everybody of the place may read it, so who is no person"),
        ("brands/record/brand.yaml", 9, "everybody of the place may read it, so scan is no file"),
    ]
    assert not [each for each in closed if each.code == "open"]


def test_list_leaves_as_it_stands_on_the_screen(office: Office, rf: Any) -> None:
    """A file of many rows is read without making a thing of each; its cells are those of the page."""
    take_up(office, "1", opened=True)
    for name in ("甲品牌", "乙品牌"):
        brand(office, name)
    request = rf.get("/records")
    request.context = office.system
    columns = _columns(request, with_org=True)
    rows = standing_records(office.system)

    table = Table(request, columns, rows, made_by="马某")

    assert all(column.field for column in columns)
    assert list(table.sheet().rows) == [
        [cell_export(column, column.of(row)) for column in columns] for row in rows
    ]
    assert len(list(table.sheet().rows)) == 2
