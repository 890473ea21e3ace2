from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gangmu.site.commands.check import findings
from gangmu.work.burden.definitions import BurdenKind, FormKind
from gangmu.work.burden.rules import (
    Cost,
    IssuerLine,
    Measured,
    Overlap,
    TooMuchAsked,
    few,
    form_state,
    median_of,
    quota_state,
    ranked,
    refuse_cost,
)

KIND = BurdenKind.model_validate(
    {
        "code": "burden",
        "title": "负担",
        "follows": {"document": "某文件"},
        "quotas": [{"level": "county", "orders": 2, "minutes": 60}],
    }
)
FORM = FormKind.model_validate(
    {
        "code": "form",
        "title": "表",
        "approved_by": {"document": "某文件"},
        "valid_from": date(2015, 1, 1),
        "valid_until": date(2015, 12, 31),
        "records": ["member_count"],
        "minutes": 10,
    }
)
DAY = date(2015, 10, 8)
OVERLAP = Overlap("fields", 1, 1, "党员数月报", "某县", DAY, DAY)
COST = Cost(3, 20, 8, None, None, None, (), ())


@pytest.mark.parametrize(
    ("orders", "minutes", "more", "above"),
    [(0, 0, 60, False), (1, 30, 30, False), (2, 0, 10, True), (0, 50, 20, True)],
)
def test_quota_state_counts_the_order_that_is_about_to_go_out(
    orders: int, minutes: int, more: int, above: bool
):
    state = quota_state(KIND, "county", orders=orders, minutes=minutes, more=more)

    assert state is not None
    assert state.above is above


def test_issuers_of_a_level_without_a_quota_have_none():
    assert quota_state(KIND, "township", orders=99, minutes=999, more=9) is None
    assert quota_state(None, "county", orders=99, minutes=999, more=9) is None


@pytest.mark.parametrize(
    ("record", "minutes", "day", "state"),
    [
        ("member_count", 10, DAY, "approved"),
        ("member_count", 15, DAY, "longer"),
        ("member_count", 10, date(2016, 1, 1), "ended"),
        ("member_count", 10, date(2014, 12, 31), "ended"),
        ("other", 10, DAY, "missing"),
    ],
)
def test_form_state_follows_record_minutes_and_days(record: str, minutes: int, day: date, state: str):
    found = form_state([FORM], "warn", record=record, minutes=minutes, day=day)

    assert found is not None
    assert found.state == state
    assert form_state([FORM], "off", record=record, minutes=minutes, day=day) is None


def test_refuse_cost_wants_a_reason_above_the_quota_and_nothing_below():
    above = replace(COST, quota=quota_state(KIND, "county", orders=2, minutes=0, more=5))

    refuse_cost(COST, knowingly=False, reason="")
    refuse_cost(above, knowingly=False, reason="年底清点")
    with pytest.raises(TooMuchAsked) as refusal:
        refuse_cost(above, knowingly=True, reason="  ")

    assert set(refusal.value.faults) == {"reason"}


def test_refuse_cost_lets_what_is_asked_for_already_out_only_knowingly():
    again = replace(COST, overlaps=(replace(OVERLAP, strong=False), OVERLAP))

    refuse_cost(replace(COST, overlaps=(replace(OVERLAP, strong=False),)), knowingly=False, reason="")
    refuse_cost(again, knowingly=True, reason="")
    with pytest.raises(TooMuchAsked) as refusal:
        refuse_cost(again, knowingly=False, reason="")

    assert set(refusal.value.faults) == {"knowingly"}
    assert "党员数月报" in str(refusal.value)


def test_refuse_cost_sends_no_form_out_that_is_not_approved_where_the_pack_says_so():
    missing = replace(COST, form=form_state([], "refuse", record="x", minutes=1, day=DAY))
    longer = replace(COST, form=form_state([FORM], "refuse", record="member_count", minutes=99, day=DAY))

    refuse_cost(longer, knowingly=False, reason="")
    with pytest.raises(TooMuchAsked):
        refuse_cost(missing, knowingly=True, reason="必须")


def test_cost_is_told_in_hours_and_working_days():
    cost = replace(COST, organizations=120, minutes=30, measured=Measured(10, 25))

    assert (cost.hours, cost.workdays, cost.measured_hours) == (60, 7.5, 20)


@pytest.mark.parametrize(
    ("buckets", "middle"),
    [
        ([], None),
        ([(5, 19)], None),
        ([(5, 20)], Measured(5, 20)),
        ([(3, 9), (8, 2), (200, 9)], Measured(8, 20)),
        ([(200, 10), (3, 10)], Measured(3, 20)),
    ],
)
def test_median_of_tells_nothing_of_fewer_than_twenty(buckets: Any, middle: Measured | None):
    assert median_of(buckets) == middle


@pytest.mark.parametrize(("count", "told"), [(0, None), (1, None), (4, None), (5, 5), (70, 70)])
def test_few_tells_no_number_below_five(count: int, told: int | None):
    assert few(count) == told


def _line(org: int, level: str, minutes: int) -> IssuerLine:
    return IssuerLine(org, str(org), str(org), level, 1, 1, minutes, 0)


def test_issuers_are_ranked_within_their_level_and_ties_are_ties():
    lines = ranked(
        [_line(1, "county", 9), _line(2, "township", 5), _line(3, "township", 5), _line(4, "township", 1)]
    )

    assert [(line.org, line.rank, line.ranked) for line in lines] == [
        (1, 1, 1),
        (2, 1, 3),
        (3, 1, 3),
        (4, 3, 3),
    ]


BAD = {
    "burden/burden.yaml": (
        "title: 负担\nfollows: {document: 某}\nquotas: [{level: moon, orders: 3}]\n",
        ["place/burden/burden.yaml:3: reference there is no level moon"],
    ),
    "form/bad.yaml": (
        "title: 表\napproved_by: {document: 某}\nvalid_until: 2030-01-01\nrecords: [nothing]\nminutes: 5\n",
        ["place/form/bad.yaml:4: reference there is no record kind nothing"],
    ),
    "synonym/bad.yaml": (
        "title: 党员花名册\nwords: [党员人数]\n",
        ["place/synonym/members.yaml:1: twice 党员人数 is a synonym in bad already"],
    ),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_pack_that_names_what_is_not_there_is_told_where(name: str, tmp_path: Any):
    import shutil

    from tests.work.burden.conftest import BASE

    text, told = BAD[name]
    shutil.copytree(BASE, tmp_path / "base")
    place = tmp_path / "place"
    (place / name).parent.mkdir(parents=True)
    said = 'title: 某县\nversion: "1.0"\nextends: base\n'
    if name == "burden/burden.yaml":
        said += "replaces: [burden/burden]\n"
    (place / "pack.yaml").write_text(said, encoding="utf-8")
    (place / name).write_text(text, encoding="utf-8")

    found = [str(fault).replace(f"{tmp_path}/", "") for fault in findings(place)]
    assert [line.replace("base/synonym", "place/synonym") for line in found] == told
