"""Reading in, confirming, undoing: whole or not at all, and again after a stop."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.core.sheets import UnreadableSheet
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.imports.models import Import, ImportRow, State
from gangmu.kernel.imports.operations import (
    carry_on,
    confirm_import,
    discard_import,
    read_import,
    take_back_import,
    undo_import,
    write_import,
    write_rows,
)
from gangmu.kernel.imports.queries import fault_cells, rows_of, shown_values
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.people.member_rows import PEOPLE
from gangmu.kernel.people.models import Membership, Person
from gangmu.kernel.people.operations import assign_post, register_person
from gangmu.kernel.people.rules import NewPerson
from tests.conftest import Office
from tests.kernel.imports.conftest import id_number, row

pytestmark = pytest.mark.db

Sheet = Callable[..., Path]
ORG_HEADS = ["组织代码", "组织名称", "组织类型", "层级", "成立时间", "上级组织代码", "领域"]


def read(office: Office, path: Path, kind: str = "people", context: Any = None) -> Import:
    return read_import(context or office.system, office.town, kind=kind, path=path, file_name=path.name)


def test_read_import_writes_nothing_but_the_staging(office: Office, sheet: Sheet):
    imported = read(office, sheet([row(1), row(2, "李四", org="中共西庄村支部委员会")]))

    assert (imported.state, imported.total, imported.wrong) == (State.JUDGED, 2, 0)
    assert not Person.objects.exists()


def test_read_import_keeps_numbers_unreadable_and_shows_them_masked(office: Office, sheet: Sheet):
    read(office, sheet([row(1)]))

    kept = ImportRow.objects.get()
    assert id_number(1) not in str(kept.values)
    assert id_number(1).encode() not in bytes(kept.sealed or b"")
    assert (
        shown_values(office.system, PEOPLE, kept)["id_number"]
        == id_number(1)[:3] + "*" * 11 + id_number(1)[14:]
    )
    assert id_number(1) not in " ".join(str(entry.payload) for entry in Entry.objects.all())


@pytest.mark.parametrize(
    ("given", "cell", "said"),
    [
        ({"name": ""}, "A2", "This must be filled in."),
        ({"sex": "雄"}, "B2", "This is not one of the choices."),
        ({"id_number": "1.10105E+17"}, "C2", "An ID number has 17 digits and a check mark."),
        ({"telephone": "12"}, "D2", "This is not a telephone number."),
        ({"org": "中共天上支部委员会"}, "E2", "There is no such organization here."),
        ({"org": "990100102201"}, "E2", "There is no such organization here."),
        ({"status": "群众"}, "F2", "This is not one of the choices."),
        ({"joined": "2001.7"}, "G2", "This is not a date."),
        ({"joined": "1980-07-01"}, "G2", "Whoever joins is at least eighteen years old."),
    ],
)
def test_read_import_names_the_cell_of_every_fault(
    office: Office, sheet: Sheet, given: dict[str, Any], cell: str, said: str
):
    imported = read(office, sheet([row(1, **given)]))

    assert [(place, fault) for place, _, fault in fault_cells(imported, rows_of(imported))] == [(cell, said)]
    assert imported.wrong == 1


def test_read_import_finds_a_number_that_is_known_or_stands_twice(office: Office, sheet: Sheet):
    register_person(office.system, office.far_branch, NewPerson("李四", id_number=id_number(1)))

    imported = read(office, sheet([row(1), row(2), row(2, "王五")]))

    assert fault_cells(imported, rows_of(imported)) == [
        ("C2", "id_number", "This ID number is known already."),
        ("C4", "id_number", "This ID number stands twice in the list."),
    ]


@pytest.mark.parametrize(
    ("rows", "heads", "refusal"),
    [([], None, Invalid), ([["马建国"]], ["姓名", "备注"], UnreadableSheet)],
)
def test_read_import_refuses_a_file_whole(
    office: Office, sheet: Sheet, rows: list[Any], heads: list[str] | None, refusal: type[Exception]
):
    path = sheet(rows, heads) if heads else sheet(rows)

    with pytest.raises(refusal):
        read(office, path)

    assert not Import.objects.exists()


def test_read_import_asks_for_the_kinds_own_permission_too(office: Office, sheet: Sheet, acting: Any):
    officer = acting("town_officer", office.town)

    with pytest.raises(NotAllowed):
        read(
            office,
            sheet([["1", "x", "党支部", "村（社区）", "2015-01-01", "", ""]], ORG_HEADS),
            "orgs",
            officer,
        )
    assert read(office, sheet([row(1)]), context=officer).state == State.JUDGED


def test_write_import_writes_all_and_forgets_what_the_rows_said(office: Office, sheet: Sheet):
    imported = write_import(office.system, read(office, sheet([row(n) for n in range(3)])))

    assert (imported.state, imported.done) == (State.CONFIRMED, 3)
    assert Person.objects.filter(org=office.branch).count() == Membership.objects.count() == 3
    assert list(ImportRow.objects.values_list("values", "sealed")) == [({}, None)] * 3
    assert sorted(filter(None, ImportRow.objects.values_list("made", flat=True))) == sorted(
        Person.objects.values_list("pk", flat=True)
    )


def test_confirm_import_refuses_while_one_row_is_wrong_unless_partial(office: Office, sheet: Sheet):
    imported = read(office, sheet([row(1), row(2, telephone="x")]))

    with pytest.raises(Conflict):
        confirm_import(office.system, imported)
    assert not Person.objects.exists()
    done = write_import(office.system, imported, partial=True)

    assert (done.state, done.done, Person.objects.count()) == (State.CONFIRMED, 1, 1)


def test_confirm_import_twice_writes_once(office: Office, sheet: Sheet):
    imported = read(office, sheet([row(1)]))

    write_import(office.system, imported)
    again = write_import(office.system, imported)

    assert (again.state, Person.objects.count()) == (State.CONFIRMED, 1)
    assert Entry.objects.filter(verb="people.register_people").count() == 1


def test_write_import_writes_nothing_when_a_row_became_wrong_meanwhile(
    office: Office, sheet: Sheet, small: None
):
    imported = read(office, sheet([row(n) for n in range(1, 6)]))
    register_person(office.system, office.far_branch, NewPerson("李四", id_number=id_number(4)))

    done = write_import(office.system, imported)

    assert (done.state, done.wrong, done.done) == (State.JUDGED, 1, 0)
    assert fault_cells(done, rows_of(done, wrong=True)) == [
        ("C5", "id_number", "This ID number is known already.")
    ]
    assert list(Person.objects.values_list("name", flat=True)) == ["李四"]


def test_two_imports_with_one_number_write_it_once(office: Office, sheet: Sheet):
    one = read(office, sheet([row(1), row(2)], name="甲.csv"))
    other = read(office, sheet([row(2), row(3)], name="乙.csv"))

    first = write_import(office.system, one)
    second = write_import(office.system, other)

    assert (first.state, second.state, second.wrong) == (State.CONFIRMED, State.JUDGED, 1)
    assert Person.objects.count() == 2


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make batches of two rows, so that a few rows are many batches."""
    monkeypatch.setattr("gangmu.kernel.imports.operations.BATCH", 2)


def test_carry_on_goes_on_where_a_stop_left_it(office: Office, sheet: Sheet, small: None):
    imported = confirm_import(office.system, read(office, sheet([row(n) for n in range(5)])))
    assert write_rows(office.system, imported) == 2

    done = carry_on(office.system, imported)

    assert (done.state, done.done, Person.objects.count()) == (State.CONFIRMED, 5, 5)


def test_take_back_import_leaves_nothing_behind(office: Office, sheet: Sheet, small: None):
    imported = write_import(office.system, read(office, sheet([row(n) for n in range(5)])))

    undone = take_back_import(office.system, imported)

    assert (undone.state, undone.done) == (State.UNDONE, 0)
    assert not Person.objects.exists()
    assert not Membership.objects.exists()


def test_undo_import_refuses_once_something_was_built_on_it(office: Office, sheet: Sheet, small: None):
    imported = write_import(office.system, read(office, sheet([row(n) for n in range(5)])))
    person = Person.objects.order_by("pk")[0]
    assign_post(office.system, office.branch, person=person, kind="committee_member", day=date(2015, 10, 1))

    with pytest.raises(Conflict):
        undo_import(office.system, imported)

    assert (Import.objects.get().state, Person.objects.count()) == (State.CONFIRMED, 5)


def test_discard_import_deletes_the_rows_and_is_too_late_after_confirmation(office: Office, sheet: Sheet):
    imported = read(office, sheet([row(1)]))
    other = write_import(office.system, read(office, sheet([row(2)])))

    discard_import(office.system, imported)
    with pytest.raises(Conflict):
        discard_import(office.system, other)

    assert Import.objects.get(pk=imported.pk).state == State.DISCARDED
    assert not imported.rows.exists()


def test_organizations_come_in_with_parents_before_children_across_batches(
    office: Office, sheet: Sheet, small: None
):
    rows = [
        ["990100101301", "中共北岭村总支部委员会", "党总支", "村（社区）", "2015-01-01", "", "village"],
        [
            "990100101302",
            "中共北岭村第一支部委员会",
            "党支部",
            "村（社区）",
            "2015-02-01",
            "990100101301",
            "",
        ],
        [
            "990100101303",
            "中共北岭村第二支部委员会",
            "党支部",
            "村（社区）",
            "2015-02-01",
            "990100101301",
            "",
        ],
    ]
    imported = write_import(office.system, read(office, sheet(rows, ORG_HEADS), "orgs"))

    head = Org.objects.get(code="990100101301")
    assert (imported.state, head.parent) == (State.CONFIRMED, office.town)
    assert Org.objects.filter(parent=head).count() == 2
    take_back_import(office.system, imported)
    assert not Org.objects.filter(code__startswith="9901001013").exists()


def test_a_wrong_row_of_organizations_is_named_with_its_cell(office: Office, sheet: Sheet):
    rows = [
        ["990100101201", "重号", "党支部", "村（社区）", "2015-01-01", "", ""],
        ["990100101305", "早生", "党支部", "村（社区）", "2013-01-01", "", ""],
        ["990100101306", "无父", "党支部", "村（社区）", "2015-01-01", "nowhere", ""],
        ["990100101307", "越级", "党支部", "县级", "2015-01-01", "", ""],
    ]

    imported = read(office, sheet(rows, ORG_HEADS), "orgs")

    assert fault_cells(imported, rows_of(imported)) == [
        ("A2", "code", "Another organization has this code."),
        ("E3", "day", "The parent did not stand there yet on this day."),
        ("F4", "parent_code", "The parent does not exist, or stands further down in the list."),
        ("D5", "level", "This is not one of the choices."),
    ]


def test_undo_of_organizations_is_refused_once_people_are_kept_there(office: Office, sheet: Sheet):
    rows = [["990100101301", "中共北岭村支部委员会", "党支部", "村（社区）", "2015-01-01", "", ""]]
    imported = write_import(office.system, read(office, sheet(rows, ORG_HEADS), "orgs"))
    register_person(office.system, Org.objects.get(code="990100101301"), NewPerson("李四"))

    with pytest.raises(Conflict):
        take_back_import(office.system, imported)

    assert Import.objects.get().state == State.CONFIRMED
    assert Org.objects.filter(code="990100101301").exists()
