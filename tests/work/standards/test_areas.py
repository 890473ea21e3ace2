"""How far areas are: held, claimed, neither, not known; when one is an example."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from gangmu.core.errors import NotAllowed
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.operations import NewOrg, found_orgs
from gangmu.work.standards.operations.claims import revoke_claim
from gangmu.work.standards.queries.areas import area_rows, demonstration_rows, standing_of_area
from gangmu.work.standards.queries.kinds import demonstration_kind, standard_kind
from gangmu.work.standards.rules import Counted, is_demonstration, share_of
from tests.conftest import BEGIN
from tests.work.plans.test_doors import browser
from tests.work.standards.conftest import Place

TODAY = date(2015, 10, 8)


def rows(place: Place, day: date = TODAY) -> dict[str, Any]:
    kinds = (standard_kind(place.office.county, "village_branch"),)
    return {
        each.org.name: each for each in area_rows(place.county, place.office.county, kinds, day, "township")
    }


def test_area_rows_tell_held_claimed_neither_and_unknown(place: Place) -> None:
    office = place.office
    fieldless = NewOrg("990100101203", "中共无名支部委员会", "branch", "village", BEGIN, "990100101")
    found_orgs(office.system, office.county, [fieldless])
    place.judged()
    place.submitted(org=office.other_branch)

    found = rows(place)

    assert found[office.town.name].total == Counted(held=1, claimed=1, none=0, unknown=1)
    assert found[office.town.name].by_domain["village"] == Counted(held=1, claimed=1)
    assert found[office.other_town.name].total == Counted(none=1)
    assert share_of(found[office.town.name].total) == Decimal("0.5")
    below = standing_of_area(
        place.county, office.town, (standard_kind(office.county, "village_branch"),), TODAY
    )
    assert {each.org.name: each.state for each in below} == {
        office.branch.name: "held",
        office.other_branch.name: "claimed",
        "中共无名支部委员会": "unknown",
    }


def test_an_area_is_an_example_by_the_rule_of_its_pack(place: Place) -> None:
    kind = demonstration_kind(place.office.county, "example")
    claim = place.judged()

    def examples(day: date) -> list[tuple[str, bool | None]]:
        found = demonstration_rows(place.county, place.office.county, kind, day)
        return [(each.org.name, is_demonstration(kind, each.total)) for each in found]

    towns = (place.office.town.name, place.office.other_town.name)
    assert examples(TODAY) == [(towns[0], True), (towns[1], False)]
    assert examples(date(2015, 10, 7)) == [(towns[0], False), (towns[1], False)]
    assert examples(date(2018, 1, 1)) == [(towns[0], False), (towns[1], False)]
    revoke_claim(place.second_town, claim, reason="复核不达标", paper="镇发〔2015〕2号")
    assert examples(TODAY) == [(towns[0], False), (towns[1], False)]


def test_nothing_known_is_no_share_and_no_example(place: Place) -> None:
    kind = demonstration_kind(place.office.county, "example")

    assert share_of(Counted(unknown=4)) is None
    assert is_demonstration(kind, Counted(unknown=4)) is None


def test_a_share_of_what_one_may_not_see_is_not_told(place: Place) -> None:
    kinds = (standard_kind(place.office.county, "village_branch"),)

    with pytest.raises(NotAllowed):
        area_rows(place.town, place.office.county, kinds, TODAY, "township")


def test_area_rows_ask_as_often_for_many_as_for_few(place: Place, django_assert_max_num_queries: Any) -> None:
    office = place.office
    more = [
        NewOrg(f"9901001012{n}", f"中共第{n}村支部委员会", "branch", "village", BEGIN, "990100101", "village")
        for n in range(10, 60)
    ]
    found_orgs(office.system, office.county, more)
    assert Org.objects.count() > 50

    with django_assert_max_num_queries(9):
        rows(place)


def test_an_area_that_falls_short_of_the_rule_is_told_so_and_the_rule_beside_its_organizations(
    place: Place,
) -> None:
    person, office = browser(place.county), place.office
    rule = "/standards-by-area/rules/example?day=2015-10-08"
    none = person.get(rule).content.decode()
    place.judged()
    some = person.get(rule).content.decode()
    behind = person.get(f"/standards-by-area/{office.town.pk}?rule=example&day=2015-10-08").content.decode()

    assert ("均未达到示范标准" in none, "均未达到示范标准" in some) == (True, False)
    assert "个达到示范标准" in some
    assert "未达到" in some
    assert "未分解" not in none + some
    assert ("村党支部标准" in behind, "示范县" in behind) == (True, True)
    assert 'name="rule" value="example"' in behind
