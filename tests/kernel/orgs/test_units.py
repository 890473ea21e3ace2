"""Units change from a day on, go along when their organization closes, and stay countable on every day before."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.kernel.orgs.models import Division, Org, Unit, UnitSpan
from gangmu.kernel.orgs.operations import (
    NewOrg,
    add_unit,
    close_org,
    close_unit,
    correct_unit,
    cover_unit,
    found_org,
    merge_orgs,
    move_org,
    move_unit,
    set_area,
    split_org,
    uncover_unit,
)
from gangmu.kernel.orgs.queries import Coverage, coverage_by_kind, coverage_by_part, unit_spans_on
from tests.conftest import BEGIN, NOW, Office
from tests.kernel.browsing import browser

pytestmark = pytest.mark.db

JANUARY, JUNE, JULY = date(2015, 1, 5), date(2015, 6, 16), date(2015, 7, 1)
TODAY = NOW.date()


def school(office: Office, under: Org | None = None, code: str = "u1", day: date = JANUARY) -> Unit:
    return add_unit(
        office.system, under or office.town, code=code, name=f"{code}小学", kind="school", day=day
    )


def counted(office: Office, org: Org, day: date = TODAY) -> tuple[int, int]:
    by_kind = coverage_by_kind(office.system, org, day)
    return sum(each.units for _, each in by_kind), sum(each.covered for _, each in by_kind)


def test_coverage_of_an_earlier_day_is_what_stood_then(office: Office) -> None:
    unit = school(office)
    cover_unit(office.system, unit, org=office.branch, day=JUNE)

    assert counted(office, office.county, date(2015, 6, 15)) == (1, 0)
    assert counted(office, office.county, JUNE) == (1, 1)
    assert counted(office, office.county, date(2015, 1, 4)) == (0, 0)


def test_unit_that_moves_is_counted_where_it_stood(office: Office) -> None:
    move_unit(office.system, school(office), under=office.other_town, day=JUNE)

    assert counted(office, office.town, date(2015, 6, 15)) == (1, 0)
    assert (counted(office, office.town), counted(office, office.other_town)) == ((0, 0), (1, 0))


def test_unit_of_an_organization_that_moved_is_counted_where_that_stood(office: Office) -> None:
    school(office, office.branch)
    move_org(office.system, office.branch, under=office.other_town, day=JUNE)

    parts = coverage_by_part(office.system, office.county, date(2015, 6, 15))
    now = coverage_by_part(office.system, office.county, TODAY)

    assert [(part.pk, found) for part, found in parts] == [(office.town.pk, Coverage(1, 0))]
    assert [part.pk for part, _ in now] == [office.other_town.pk]


def test_correct_unit_keeps_the_earlier_name_for_earlier_days(office: Office) -> None:
    unit = school(office)
    correct_unit(office.system, unit, name="中心小学", kind="clinic", day=JUNE)

    before = unit_spans_on(office.system, office.county, date(2015, 6, 15)).get()
    assert (before.name, before.kind) == ("u1小学", "school")
    assert [kind for kind, _ in coverage_by_kind(office.system, office.county, JUNE)] == ["clinic"]


def test_coverage_taken_back_on_its_first_day_never_was(office: Office) -> None:
    unit = school(office)
    cover_unit(office.system, unit, org=office.branch, day=JUNE)
    uncover_unit(office.system, unit, day=JUNE)

    assert not UnitSpan.objects.filter(org__isnull=False).exists()
    assert counted(office, office.county, JUNE) == (1, 0)


def test_close_unit_on_its_first_day_takes_the_entry_back(office: Office) -> None:
    close_unit(office.system, school(office), day=JANUARY, reason="重复录入")
    close_unit(office.system, school(office, code="u2"), day=JUNE, reason="撤并")

    assert counted(office, office.county, JANUARY) == (1, 0)
    assert counted(office, office.county, JUNE) == (0, 0)


def test_merge_orgs_hands_the_units_of_the_merged_to_the_one_that_goes_on(office: Office) -> None:
    unit = school(office, office.other_town)
    own = school(office, office.town, code="u2")
    cover_unit(office.system, own, org=office.other_town, day=JANUARY)

    merge_orgs(office.system, office.town, [office.other_town], day=JUNE, paper="撤并批复")

    unit.refresh_from_db(), own.refresh_from_db()
    assert (unit.under_id, own.org_id) == (office.town.pk, office.town.pk)
    assert counted(office, office.town) == (2, 1)
    assert counted(office, office.other_town) == (0, 0)
    assert counted(office, office.other_town, date(2015, 6, 15)) == (1, 0)
    assert UnitSpan.objects.get(unit=unit, valid_to=None).reason == "撤并批复"


def test_close_org_leaves_its_units_to_the_one_above_and_without_an_organization(office: Office) -> None:
    unit = school(office, office.branch)
    cover_unit(office.system, unit, org=office.branch, day=JANUARY)

    close_org(office.system, office.branch, day=JUNE)

    unit.refresh_from_db()
    assert (unit.under_id, unit.org_id) == (office.town.pk, None)
    assert counted(office, office.town, date(2015, 6, 15)) == (1, 1)


def test_split_org_gives_units_as_said_and_the_rest_to_the_first_part(office: Office) -> None:
    first, second = school(office), school(office, code="u2")
    parts = [
        (NewOrg("990100111", "中共河东镇委员会", "committee", "township", JUNE), [office.branch]),
        (NewOrg("990100112", "中共河西镇委员会", "committee", "township", JUNE), [office.other_branch]),
    ]

    east, west = split_org(office.system, office.town, parts, day=JUNE, units={"990100112": [second]})

    first.refresh_from_db(), second.refresh_from_db()
    assert (first.under_id, second.under_id) == (east.pk, west.pk)


def test_split_org_refuses_a_unit_that_is_not_of_what_is_split(office: Office) -> None:
    elsewhere = school(office, office.other_town)
    parts = [
        (NewOrg("990100111", "中共河东镇委员会", "committee", "township", JUNE), [office.branch]),
        (NewOrg("990100112", "中共河西镇委员会", "committee", "township", JUNE), [office.other_branch]),
    ]

    with pytest.raises(Invalid, match="one of its parts"):
        split_org(office.system, office.town, parts, day=JUNE, units={"990100111": [elsewhere]})


def test_close_org_refuses_a_day_before_one_of_its_units_changed(office: Office) -> None:
    unit = school(office, office.branch)
    move_unit(office.system, unit, under=office.town, day=JULY)

    with pytest.raises(Conflict, match="after this day"):
        close_org(office.system, office.branch, day=JUNE)

    correct_unit(office.system, school(office, office.branch, "u2"), name="新名", kind="school", day=JULY)
    with pytest.raises(Conflict):
        merge_orgs(office.system, office.other_branch, [office.branch], day=JUNE)
    assert office.branch.is_open()


Change = Callable[[Any, Office, Unit], Any]
REFUSED: dict[str, tuple[Change, type[Exception]]] = {
    "before the last change": (
        lambda c, o, u: correct_unit(c, u, name="x", kind="school", day=date(2015, 1, 4)),
        Conflict,
    ),
    "a day to come": (lambda c, o, u: uncover_unit(c, u, day=date(2030, 1, 1)), Invalid),
    "no name": (lambda c, o, u: correct_unit(c, u, name=" ", kind="school", day=JUNE), Invalid),
    "where it stands": (lambda c, o, u: move_unit(c, u, under=o.town, day=JUNE), Conflict),
    "none to take away": (lambda c, o, u: uncover_unit(c, u, day=JUNE), Conflict),
    "no reason": (lambda c, o, u: close_unit(c, u, day=JUNE, reason=" "), Invalid),
    "under what did not stand": (
        lambda c, o, u: move_unit(
            c,
            u,
            under=found_org(c, o.county, NewOrg("n", "中共新镇委员会", "committee", "township", JULY)),
            day=JUNE,
        ),
        Conflict,
    ),
    "covered by what is closed": (
        lambda c, o, u: cover_unit(c, u, org=close_org(c, o.far_branch, day=JUNE), day=JULY),
        Conflict,
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_unit_is_not_changed(why: str, office: Office) -> None:
    unit, (change, refusal) = school(office), REFUSED[why]
    before = list(UnitSpan.objects.values())

    with pytest.raises(refusal):
        change(office.system, office, unit)

    assert list(UnitSpan.objects.values()) == before


def test_closed_unit_changes_no_more(office: Office) -> None:
    unit = close_unit(office.system, school(office), day=JUNE, reason="撤并")

    with pytest.raises(Conflict, match="is closed"):
        cover_unit(office.system, unit, org=office.branch, day=JULY)


def test_move_unit_refuses_who_holds_no_right_where_it_goes(office: Office, acting: Any) -> None:
    officer = acting("town_officer", office.town)

    with pytest.raises(NotAllowed):
        move_unit(officer, school(office), under=office.other_town, day=JUNE)


STEPS = ("add", "cover", "uncover", "move", "correct", "close", "close_org", "merge", "split")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 50), st.integers(0, 50)), max_size=12))
def test_what_was_counted_on_a_day_stays_counted_and_nothing_is_left_behind(
    office: Office, steps: list[tuple[str, int, int]]
) -> None:
    """Whatever happens on later days: coverage told on a day is told of that day ever after."""
    from django.db import transaction

    with transaction.atomic():
        told: dict[date, list[Any]] = {}
        for number, (step, one, other) in enumerate(steps):
            context = Context(office.system.actor, NOW.replace(month=1, day=1) + timedelta(days=number))
            try:
                with transaction.atomic():
                    _take(step, context, office.county, one, other, number)
            except (Conflict, Invalid):
                pass
            told[context.today] = coverage_by_kind(context, office.county, context.today)
        for day, before in told.items():
            assert coverage_by_kind(office.system, office.county, day) == before, day
        for unit in Unit.objects.filter(valid_to=None):
            spans = list(UnitSpan.objects.filter(unit=unit).order_by("valid_from"))
            assert unit.under.is_open()
            assert unit.org is None or unit.org.is_open()
            assert [span.valid_to for span in spans] == [*(each.valid_from for each in spans[1:]), None]
            newest = spans[-1]
            assert (newest.name, newest.kind, newest.under_id, newest.org_id) == (
                unit.name,
                unit.kind,
                unit.under_id,
                unit.org_id,
            )
        transaction.set_rollback(True)


def _take(step: str, context: Any, county: Org, one: int, other: int, number: int) -> None:
    day = context.today
    orgs = list(Org.objects.filter(closed_on=None).exclude(pk=county.pk).order_by("pk"))
    first, second = orgs[one % len(orgs)], orgs[other % len(orgs)]
    units = list(Unit.objects.order_by("pk"))
    unit = units[one % len(units)] if units else None
    if step == "add" or unit is None:
        add_unit(context, first, code=f"n{number}", name="小学", kind="school", day=day)
    elif step == "cover":
        cover_unit(context, unit, org=second, day=day)
    elif step == "uncover":
        uncover_unit(context, unit, day=day)
    elif step == "move":
        move_unit(context, unit, under=second, day=day)
    elif step == "correct":
        correct_unit(context, unit, name=f"第{number}小学", kind=("school", "clinic")[other % 2], day=day)
    elif step == "close":
        close_unit(context, unit, day=day, reason="撤并")
    elif step == "close_org":
        close_org(context, first, day=day)
    elif step == "merge":
        merge_orgs(context, second, [first], day=day)
    else:
        below = list(Org.objects.filter(parent=first, closed_on=None))
        parts = [
            (NewOrg(f"p{number}{each}", f"第{each}部分", first.kind, first.level, day), takes)
            for each, takes in (("a", below), ("b", []))
        ]
        split_org(context, first, parts, day=day)


# --- divisions ------------------------------------------------------------------------------


@pytest.fixture
def divisions(office: Office) -> None:
    rows = (
        ("990100", "安平县", "", "county"),
        ("990200", "和政县", "", "county"),
        ("990100101", "河口镇", "990100", "township"),
        ("990100102", "山前镇", "990100", "township"),
        ("990200101", "外镇", "990200", "township"),
    )
    Division.objects.bulk_create(
        Division(code=code, name=name, parent_code=parent, level=level) for code, name, parent, level in rows
    )
    set_area(office.system, office.county, area="990100")
    office.county.refresh_from_db()


def test_set_area_names_the_division_and_takes_it_back(office: Office, divisions: None) -> None:
    assert set_area(office.system, office.town, area="990100101").area_id == "990100101"
    assert set_area(office.system, office.town, area="").area_id is None


def test_divisions_are_chosen_by_form_for_what_stands_and_for_what_is_founded(
    office: Office, divisions: None, acting: Callable[..., Any]
) -> None:
    officer = browser(acting("officer", office.county))
    named, founded = (
        f"/orgs/{office.town.pk}/change/area",
        f"/orgs/{office.county.pk}/change/found",
    )

    assert "990100101" in officer.get(named).content.decode()
    assert officer.post(named, {"area": "area_990100101"}).status_code == 302
    assert Org.objects.get(pk=office.town.pk).area_id == "990100101"
    assert 'value="area_990100101" checked' in officer.get(named).content.decode()

    assert "990100102" in officer.get(founded).content.decode()
    sent = {"code": "990100109", "name": "中共新镇委员会", "kind": "committee", "level": "township"}
    assert officer.post(founded, {**sent, "area": "area_990100102", "day": "2015-01-05"}).status_code == 302
    assert Org.objects.get(name="中共新镇委员会").area_id == "990100102"


@pytest.mark.parametrize(
    ("area", "refusal"),
    [
        ("990100", "another level"),
        ("990200101", "does not lie in"),
        ("990100102", "already"),
        ("999", "no such division"),
    ],
)
def test_set_area_refuses_a_division_that_cannot_be_its_own(
    office: Office, divisions: None, area: str, refusal: str
) -> None:
    set_area(office.system, office.other_town, area="990100102")

    with pytest.raises((Conflict, Invalid), match=refusal):
        set_area(office.system, office.town, area=area)

    assert Org.objects.get(pk=office.town.pk).area_id is None


@pytest.mark.parametrize(
    ("area", "fault"),
    [("999", "There is no such division."), ("990100", "The division is one of another level.")],
)
def test_found_org_refuses_a_division_that_is_none_or_of_another_level(
    office: Office, divisions: None, area: str, fault: str
) -> None:
    new = NewOrg("990100103", "中共新镇委员会", "committee", "township", BEGIN, area_code=area)

    with pytest.raises(Invalid) as refusal:
        found_org(office.system, office.county, new)

    assert refusal.value.faults == {"990100103": fault}
