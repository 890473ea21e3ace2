"""Posts as rows of a sheet: people known or registered along, faults by cell, taken back whole."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gangmu.core.errors import Conflict
from gangmu.kernel.access.models import Account, Grant
from gangmu.kernel.imports.models import Import, State
from gangmu.kernel.imports.operations import read_import, take_back_import, write_import
from gangmu.kernel.imports.queries import fault_cells, rows_of
from gangmu.kernel.people.models import Person, Post
from gangmu.kernel.people.operations import end_post, register_person
from gangmu.kernel.people.rules import NewPerson
from tests.conftest import Office
from tests.kernel.imports.conftest import id_number, sheet  # noqa: F401 -- a fixture

pytestmark = pytest.mark.db

HEADS = ["党组织名称", "姓名", "职务", "任职时间", "转正时间", "公民身份号码", "账号名"]
Write = Callable[..., Path]


def line(org: str = "990100101201", name: str = "马建国", **given: Any) -> list[Any]:
    values = {"org": org, "name": name, "kind": "党组织书记", "day": "2015-01-10", "full": "2001-07-01"}
    return list({**values, "number": "", "login": "", **given}.values())


def read(office: Office, write: Write, rows: Sequence[Sequence[Any]]) -> Import:
    path = write(rows, HEADS, "任职.csv")
    return read_import(office.system, office.town, kind="posts", path=path, file_name=path.name)


def test_posts_register_newcomers_and_give_them_role_and_account(office: Office, sheet: Write):  # noqa: F811
    imported = read(office, sheet, [line(login="majg"), line("中共西庄村支部委员会", "李四")])

    done = write_import(office.system, imported)

    assert (done.state, done.done) == (State.CONFIRMED, 2)
    posts = Post.objects.order_by("org__code")
    assert [(str(post.person), post.org.code, post.kind, post.with_person) for post in posts] == [
        ("马建国", "990100101201", "secretary", True),
        ("李四", "990100101202", "secretary", True),
    ]
    grant = Grant.objects.get(account__login="majg")
    assert (grant.role, grant.org_id, grant.valid_from) == ("secretary", office.branch.pk, date(2015, 1, 10))


def test_posts_find_who_is_known_by_number_or_by_name_and_register_nobody_twice(
    office: Office,
    sheet: Write,  # noqa: F811
):
    known = register_person(
        office.system, office.branch, NewPerson("马建国", status="full", id_number=id_number(1))
    )
    rows = [
        line(name="马建国", full="", number=id_number(1)),
        line("990100101202", "李四", kind="党组织书记"),
        line("990100101202", "李四", kind="村（居）民委员会主任"),
    ]

    done = write_import(office.system, read(office, sheet, rows))

    assert done.done == 3
    assert Person.objects.count() == 2
    assert Post.objects.get(org=office.branch).person == known
    assert len(set(Post.objects.filter(org=office.other_branch).values_list("person", flat=True))) == 1


def test_posts_name_every_fault_with_its_cell(office: Office, sheet: Write):  # noqa: F811
    register_person(office.system, office.other_branch, NewPerson("王五"))
    register_person(office.system, office.other_branch, NewPerson("王五"))
    rows = [
        line("990100102201"),  # another town's branch
        line(full=""),  # a newcomer who is no full member, in a post for full members
        line("990100101202", "王五"),  # two of this name
        line("990100101202", "赵六", kind="党小组组长"),  # a branch has no such post
        line(name="孙七", login="same", kind="村（居）民委员会主任"),
        line("990100101202", "周八", login="same", day="2099-01-01"),
    ]

    imported = read(office, sheet, rows)

    assert imported.wrong == 5
    assert fault_cells(imported, rows_of(imported, wrong=True)) == [
        ("A2", "org_code", "There is no such organization here."),
        ("B3", "name", "This post is for full members of the Party."),
        ("B4", "name", "Several people here have this name: write the ID number."),
        ("C5", "kind", "The organization has no such post."),
        ("D7", "day", "A post begins within a year."),
        ("G7", "login", "This sign-in name is taken."),
    ]
    assert not Post.objects.exists()


def test_posts_are_taken_back_with_the_people_and_accounts_that_came_with_them(
    office: Office,
    sheet: Write,  # noqa: F811
):
    before = (Person.objects.count(), Account.objects.count(), Grant.objects.count())
    done = write_import(office.system, read(office, sheet, [line(), line("990100101202", "李四")]))

    undone = take_back_import(office.system, done)

    assert undone.state == State.UNDONE
    assert (Person.objects.count(), Account.objects.count(), Grant.objects.count()) == before
    assert not Post.objects.exists()


def test_posts_are_not_taken_back_once_a_holder_has_signed_in(office: Office, sheet: Write):  # noqa: F811
    done = write_import(office.system, read(office, sheet, [line(login="majg")]))
    Account.objects.filter(login="majg").update(last_login=office.system.now)

    with pytest.raises(Conflict, match="signed in"):
        take_back_import(office.system, done)

    assert Post.objects.count() == 1


def test_posts_are_not_taken_back_once_one_has_ended(office: Office, sheet: Write):  # noqa: F811
    done = write_import(office.system, read(office, sheet, [line()]))
    end_post(office.system, Post.objects.select_related("org").get(), day=date(2015, 9, 1))

    with pytest.raises(Conflict, match="ended"):
        take_back_import(office.system, done)

    assert Post.objects.count() == 1
