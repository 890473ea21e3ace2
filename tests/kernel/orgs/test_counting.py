"""What is counted by place is what is counted one by one, on either database."""

from collections import Counter
from datetime import date

import pytest

from gangmu.core.periods import Period
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.operations import close_org, move_org, rename_org
from gangmu.kernel.orgs.queries import counted_by_step, in_subtree, names_on, tree_within
from tests.conftest import Office

pytestmark = pytest.mark.db

JUNE = date(2015, 6, 16)
YEAR = Period.parse("2015")


def step(org: Org, top: Org) -> int:
    rest = org.path.removeprefix(top.path)
    return int(rest.split("/")[0]) if rest else top.pk


def test_counted_by_step_gives_what_is_below_each_place(office: Office) -> None:
    for top in (office.county, office.town, office.branch):
        below = Org.objects.filter(in_subtree(top.path))

        counted = list(counted_by_step(below, top, "kind", "level"))

        one_by_one = Counter((each.kind, each.level, step(each, top)) for each in below)
        assert sorted(counted) == sorted((*held, count) for held, count in one_by_one.items())


def test_counted_by_step_of_nothing_is_nothing(office: Office) -> None:
    assert list(counted_by_step(Org.objects.none(), office.county, "kind")) == []


def test_in_subtree_finds_the_same_searched_or_compared(office: Office) -> None:
    for top in (office.county, office.town, office.branch):
        compared = Org.objects.filter(in_subtree(top.path, searched=False))
        through = Org.objects.filter(in_subtree(top.path, "parent__path", searched=False))

        assert set(compared) == set(Org.objects.filter(in_subtree(top.path)))
        assert set(through) == set(Org.objects.filter(in_subtree(top.path, "parent__path")))


def test_tree_within_leaves_out_who_has_moved_away_and_keeps_who_has_closed(office: Office) -> None:
    move_org(office.system, office.branch, under=office.other_town, day=JUNE)
    close_org(office.system, office.other_branch, day=JUNE)
    office.town.refresh_from_db()

    found = {row.org: (row.kind, row.level, bool(row.stays)) for row in tree_within(office.town, YEAR)}

    assert found == {
        office.town.pk: ("committee", "township", True),
        office.other_branch.pk: ("branch", "village", False),
    }
    assert [row.org for row in tree_within(office.town, YEAR, sorts=False)] == sorted(found)
    whole = {row.org: bool(row.stays) for row in tree_within(office.county, YEAR)}
    assert whole[office.branch.pk]
    assert not whole[office.other_branch.pk]


def test_tree_within_keeps_who_has_moved_away_and_come_back(office: Office) -> None:
    move_org(office.system, office.branch, under=office.other_town, day=date(2015, 3, 2))
    move_org(office.system, Org.objects.get(pk=office.branch.pk), under=office.town, day=JUNE)

    assert office.branch.pk in {row.org for row in tree_within(office.town, YEAR)}
    spring = tree_within(office.town, Period.parse("2015-04"))
    assert office.branch.pk not in {row.org for row in spring}


def test_names_on_a_day_are_those_of_the_day_or_the_last(office: Office) -> None:
    rename_org(office.system, office.branch, name="中共新庄村支部委员会", day=JUNE)
    close_org(office.system, office.other_branch, day=JUNE)
    orgs = {office.branch.pk, office.other_branch.pk}

    before, after = names_on(orgs, date(2015, 6, 15)), names_on(orgs, YEAR.last)

    assert before == {
        office.branch.pk: "中共东庄村支部委员会",
        office.other_branch.pk: "中共西庄村支部委员会",
    }
    assert after == before | {office.branch.pk: "中共新庄村支部委员会"}
