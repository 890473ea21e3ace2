"""The tree stays sound whatever is done to it."""

from datetime import date

import pytest

from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.kernel.orgs.models import Org, OrgSpan
from gangmu.kernel.orgs.operations import (
    NewOrg,
    close_org,
    found_org,
    found_orgs,
    merge_orgs,
    move_org,
    reclassify_org,
    rename_org,
    split_org,
)
from gangmu.kernel.orgs.queries import spans_on
from tests.conftest import Office

JUNE = date(2015, 6, 16)

pytestmark = pytest.mark.db


def tree_on(office: Office, day: date) -> list[tuple[str, str]]:
    spans = spans_on(office.system, day).select_related("org", "parent")
    return [(span.org.code, span.parent.code if span.parent else "") for span in spans]


def test_move_org_takes_all_below_along_and_leaves_the_past(office: Office) -> None:
    move_org(office.system, office.branch, under=office.other_town, day=JUNE)

    assert ("990100101201", "990100102") in tree_on(office, JUNE)
    assert ("990100101201", "990100101") in tree_on(office, date(2015, 6, 15))
    assert Org.objects.get(pk=office.branch.pk).path.startswith(office.other_town.path)


def test_move_org_refuses_a_ring(office: Office) -> None:
    with pytest.raises(Conflict, match="below itself"):
        move_org(office.system, office.town, under=office.branch, day=JUNE)


def test_merge_orgs_moves_what_stood_below_and_closes_the_merged(office: Office) -> None:
    merge_orgs(office.system, office.town, [office.other_town], day=JUNE)

    assert tree_on(office, JUNE) == [
        ("990100", ""),
        ("990100101", "990100"),
        ("990100101201", "990100101"),
        ("990100101202", "990100101"),
        ("990100102201", "990100101"),
    ]
    assert OrgSpan.objects.get(org=office.other_town).valid_to == JUNE


def test_split_org_gives_every_child_to_one_part(office: Office) -> None:
    parts = [
        (NewOrg("990100111", "中共河东镇委员会", "committee", "township", JUNE), [office.branch]),
        (NewOrg("990100112", "中共河西镇委员会", "committee", "township", JUNE), [office.other_branch]),
    ]

    split_org(office.system, office.town, parts, day=JUNE)

    assert ("990100101201", "990100111") in tree_on(office, JUNE)
    assert ("990100101202", "990100112") in tree_on(office, JUNE)


def test_split_org_refuses_to_leave_a_child_behind(office: Office) -> None:
    parts = [
        (NewOrg("990100111", "中共河东镇委员会", "committee", "township", JUNE), [office.branch]),
        (NewOrg("990100112", "中共河西镇委员会", "committee", "township", JUNE), []),
    ]

    with pytest.raises(Invalid, match="exactly one part"):
        split_org(office.system, office.town, parts, day=JUNE)

    assert not Org.objects.filter(code="990100111").exists()


def test_close_org_refuses_while_something_open_stands_below(office: Office) -> None:
    with pytest.raises(Conflict, match="stand below"):
        close_org(office.system, office.town, day=JUNE)


def test_found_org_refuses_under_a_closed_parent(office: Office) -> None:
    close_org(office.system, office.branch, day=JUNE)
    office.branch.refresh_from_db()

    with pytest.raises(Invalid) as refusal:
        found_org(office.system, office.branch, NewOrg("x", "网格", "grid", "group", JUNE))

    assert refusal.value.faults == {"x": "The parent is closed."}


def test_found_orgs_names_every_wrong_row_and_founds_none(office: Office) -> None:
    before = Org.objects.count()
    rows = [
        NewOrg("990100103", "中共好镇委员会", "committee", "township", JUNE),
        NewOrg("990100101", "中共重号镇委员会", "committee", "township", JUNE),
        NewOrg("990100104", "中共无父镇委员会", "committee", "township", JUNE, parent_code="nowhere"),
        NewOrg("990100105", "中共来日镇委员会", "committee", "township", date(2030, 1, 1)),
    ]

    with pytest.raises(Invalid) as refusal:
        found_orgs(office.system, office.county, rows)

    assert sorted(refusal.value.faults) == ["990100101", "990100104", "990100105"]
    assert Org.objects.count() == before


def test_rename_org_keeps_the_earlier_name_for_earlier_days(office: Office) -> None:
    rename_org(office.system, office.town, name="中共新河口镇委员会", day=JUNE)

    names = list(
        OrgSpan.objects.filter(org=office.town).order_by("valid_from").values_list("name", flat=True)
    )
    assert names == ["中共河口镇委员会", "中共新河口镇委员会"]


def test_rename_org_refuses_a_day_before_the_last_change(office: Office) -> None:
    rename_org(office.system, office.town, name="中共新河口镇委员会", day=JUNE)

    with pytest.raises(Conflict, match="nothing can change before"):
        rename_org(office.system, office.town, name="中共老河口镇委员会", day=date(2015, 5, 1))


def test_rename_org_refuses_who_holds_no_right_there(office: Office, acting) -> None:
    secretary = acting("secretary", office.branch)

    with pytest.raises(NotAllowed):
        rename_org(secretary, office.branch, name="中共别名支部", day=JUNE)


def test_reclassify_org_corrects_the_level_from_a_day_on(office: Office) -> None:
    reclassify_org(office.system, office.branch, kind="branch", domain="village", level="group", day=JUNE)

    levels = OrgSpan.objects.filter(org=office.branch).order_by("valid_from").values_list("level", flat=True)
    assert list(levels) == ["village", "group"]


@pytest.mark.parametrize(
    ("level", "refusal"), [("county", "above the parent"), ("group", "stands higher"), ("moon", "no such")]
)
def test_reclassify_org_refuses_a_level_that_does_not_fit(office: Office, level: str, refusal: str) -> None:
    move_org(office.system, office.town, under=office.other_town, day=JUNE)

    with pytest.raises((Conflict, Invalid), match=refusal):
        reclassify_org(office.system, office.town, kind="committee", domain="town", level=level, day=JUNE)
