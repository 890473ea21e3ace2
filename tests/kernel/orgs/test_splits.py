"""The form on which an organization is split: what comes about, what comes back beside its field."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gangmu.kernel.orgs.models import Org, Succession
from gangmu.kernel.orgs.operations import NewOrg, add_unit, close_org, found_org
from tests.conftest import Office
from tests.kernel.browsing import browser

JUNE = date(2015, 6, 16)


def sent(office: Office, **given: str) -> dict[str, str]:
    values = {
        "part1_name": "中共河东镇委员会",
        "part1_code": "990100111",
        "part1_kind": "committee",
        "part2_name": "中共河西镇委员会",
        "part2_code": "990100112",
        "part2_kind": "committee",
        "day": JUNE.isoformat(),
        "paper": "区划调整批复",
        f"org{office.branch.pk}": "part1",
        f"org{office.other_branch.pk}": "part2",
    }
    return values | given


def split(office: Office, client: Any, org: Org | None = None, **given: str) -> Any:
    return client.post(f"/orgs/{(org or office.town).pk}/split", sent(office, **given))


@pytest.fixture
def officer(office: Office, acting: Any) -> Any:
    return browser(acting("officer", office.county))


def test_split_form_deals_out_organizations_and_units(office: Office, officer: Any) -> None:
    unit = add_unit(office.system, office.town, code="u1", name="小学", kind="school", day=date(2015, 1, 5))
    shown = officer.get(f"/orgs/{office.town.pk}/split").content.decode()
    assert all(name in shown for name in (office.branch.name, office.other_branch.name, "小学"))

    answer = split(office, officer, **{f"unit{unit.pk}": "part2"})

    assert (answer.status_code, answer.url) == (302, f"/orgs/{office.town.pk}")
    east, west = Org.objects.get(code="990100111"), Org.objects.get(code="990100112")
    unit.refresh_from_db()
    assert Org.objects.get(pk=office.branch.pk).parent == east
    assert Org.objects.get(pk=office.other_branch.pk).parent == unit.under == west
    assert (east.level, east.domain, east.parent_id) == ("township", "town", office.county.pk)
    assert Org.objects.get(pk=office.town.pk).closed_on == JUNE
    page = officer.get(f"/orgs/{office.town.pk}").content.decode()
    assert "中共河东镇委员会" in page
    assert "中共河西镇委员会" in page


def test_split_form_gives_what_is_not_dealt_out_to_the_part_that_takes_the_rest(
    office: Office, officer: Any
) -> None:
    assert split(office, officer, rest="part2", **{f"org{office.branch.pk}": ""}).status_code == 302

    assert Org.objects.get(pk=office.branch.pk).parent == Org.objects.get(code="990100112")


def test_split_form_asks_for_as_many_parts_as_wanted(office: Office, officer: Any) -> None:
    third = {"part3_name": "中共河北镇委员会", "part3_code": "990100113", "part3_kind": "committee"}

    answer = officer.post(f"/orgs/{office.town.pk}/split?parts=3", sent(office, **third))

    assert answer.status_code == 302
    assert Succession.objects.filter(before=office.town, way="split").count() == 3
    for odd in ("1", "99", "x", "-3", "9" * 30):
        assert officer.get(f"/orgs/{office.other_town.pk}/split?parts={odd}").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field", "status"),
    [
        ({"org": ""}, "org", 422),
        ({"part2_code": ""}, "part2_code", 422),
        ({"part2_code": "990100111"}, "part2_code", 422),
        ({"part2_code": "990100102"}, "part2_code", 422),
        ({"part1_kind": "castle"}, "part1_kind", 422),
        ({"day": "2999-01-01"}, "day", 422),
        ({"day": ""}, "day", 422),
    ],
)
def test_split_form_comes_back_with_what_is_wrong_and_what_was_typed(
    office: Office, officer: Any, wrong: dict[str, str], field: str, status: int
) -> None:
    given = {name if name != "org" else f"org{office.branch.pk}": value for name, value in wrong.items()}
    if field == "org":
        field = f"org{office.branch.pk}"

    answer = split(office, officer, **given)

    page = answer.content.decode()
    assert answer.status_code == status
    assert f'href="#field-{field}"' in page
    assert 'value="中共河东镇委员会"' in page
    assert not Org.objects.filter(code__in=["990100111", "990100112"]).exists()
    assert Org.objects.get(pk=office.town.pk).is_open()


def test_split_form_refuses_the_top_of_a_tree_and_what_is_closed(office: Office, officer: Any) -> None:
    close_org(office.system, office.far_branch, day=JUNE)
    towns = {f"org{town.pk}": "part1" for town in (office.town, office.other_town)}

    top = split(office, officer, office.county, **towns)
    closed = split(office, officer, office.far_branch, day="2015-07-01")

    assert (top.status_code, closed.status_code) == (409, 409)
    assert Org.objects.filter(code__startswith="99010011").count() == 0
    assert f"/orgs/{office.county.pk}/split" not in officer.get(f"/orgs/{office.county.pk}").content.decode()


def test_split_form_is_for_who_manages_what_stands_above(office: Office, acting: Any) -> None:
    here = browser(acting("officer", office.town))

    assert split(office, here).status_code == 403
    assert (
        browser(acting("officer", office.other_town)).get(f"/orgs/{office.town.pk}/split").status_code == 404
    )
    assert Org.objects.get(pk=office.town.pk).is_open()


def test_split_form_takes_the_same_queries_for_any_number_below(office: Office, officer: Any) -> None:
    counted = []
    for number in range(2):
        for at in range(1 + 5 * number):
            code = f"99010010230{number}{at}"
            new = NewOrg(code, f"中共北坡{at}村支部委员会", "branch", "village", JUNE)
            found_org(office.system, office.other_town, new)
            add_unit(office.system, office.other_town, code=f"u{code}", name="小学", kind="school", day=JUNE)
        officer.get(f"/orgs/{office.other_town.pk}/split")
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(f"/orgs/{office.other_town.pk}/split").status_code == 200
        counted.append(len(queries))

    assert counted[0] == counted[1]
