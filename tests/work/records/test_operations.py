"""Writing records down and correcting them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gangmu.kernel.facts.models import Fact
from gangmu.work.records.models import Record
from gangmu.work.records.operations import NewRecord, correct_record, write_record, write_records
from gangmu.work.records.queries import record_by_id, standing_records, versions_of
from tests.conftest import Office

pytestmark = pytest.mark.db

MINUTES = {"held_on": "2015-10-08", "should_attend": "5", "attended": "4", "agenda": "议题"}


def counting() -> dict[str, Decimal | None]:
    """The facts that count, by code and item."""
    replaced = set(Fact.objects.exclude(replaces=None).values_list("replaces", flat=True))
    return {f"{fact.code} {fact.item}": fact.value for fact in Fact.objects.exclude(fact__in=replaced)}


def test_write_record_makes_its_numbers_facts_of_its_day(office: Office, acting: Any) -> None:
    secretary = acting("secretary", office.branch)

    record = write_record(secretary, office.branch, kind="meeting_record", values=MINUTES)

    assert (record.day, record.version, record.entered_by_id) == (date(2015, 10, 8), 1, secretary.account)
    assert counting() == {
        "meeting.held meeting_record": 1,
        "record.value meeting_record.should_attend": 5,
        "record.value meeting_record.attended": 4,
    }
    assert set(Fact.objects.values_list("day", "source")) == {(date(2015, 10, 8), f"record:{record.pk}")}


def test_a_field_left_empty_is_unknown_and_not_zero(office: Office) -> None:
    values = {"counted_on": "2015-10-01", "members": "31"}

    write_record(office.system, office.branch, kind="member_count", values=values)

    assert counting() == {
        "record.value member_count.members": 31,
        "record.value member_count.probationary": None,
    }


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({**MINUTES, "held_on": "2015-10-09"}, {"held_on": "This day has not come yet."}),
        (
            {**MINUTES, "held_on": "2013-12-31"},
            {"held_on": "The organization did not exist yet on this day."},
        ),
        ({**MINUTES, "attended": "-1"}, {"attended": "This is below the least that is allowed."}),
        ({**MINUTES, "photo": "x"}, {"photo": "There is no such field."}),
        ({**MINUTES, "minutes": "7"}, {"minutes": "This is not something that can be chosen."}),
    ],
)
def test_write_record_refuses_with_the_fault_beside_its_field(
    office: Office, values: dict[str, str], faults: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        write_record(office.system, office.branch, kind="meeting_record", values=values)

    assert dict(refusal.value.faults) == faults
    assert (Record.objects.count(), Fact.objects.count()) == (0, 0)


def test_write_record_refuses_a_kind_that_is_not_there_and_another_place(office: Office, acting: Any) -> None:
    with pytest.raises(NotFound):
        write_record(office.system, office.branch, kind="no_such_kind", values={})
    with pytest.raises(NotAllowed):
        write_record(
            acting("secretary", office.far_branch), office.branch, kind="meeting_record", values=MINUTES
        )


def test_write_records_names_every_wrong_field_by_its_row_and_writes_none(office: Office) -> None:
    rows = [
        NewRecord(office.branch, "meeting_record", MINUTES),
        NewRecord(office.other_branch, "meeting_record", {**MINUTES, "agenda": ""}),
        NewRecord(office.far_branch, "meeting_record", {**MINUTES, "attended": "x"}),
    ]

    with pytest.raises(Invalid) as refusal:
        write_records(office.system, office.county, rows=rows)

    assert dict(refusal.value.faults) == {
        "1.agenda": "This must be filled in.",
        "2.attended": "This is not a number.",
    }
    assert not Record.objects.exists()


def test_write_records_refuses_an_organization_that_stands_elsewhere(office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        write_records(
            office.system, office.town, rows=[NewRecord(office.far_branch, "meeting_record", MINUTES)]
        )

    assert dict(refusal.value.faults) == {"0": "This organization stands elsewhere."}


def test_correct_record_keeps_both_versions_and_replaces_what_changed(office: Office) -> None:
    first = write_record(office.system, office.branch, kind="meeting_record", values=MINUTES)

    second = correct_record(office.system, first, values={**MINUTES, "attended": "5"}, reason="漏数一人")

    assert [each.version for each in versions_of(office.system, first)] == [2, 1]
    assert list(standing_records(office.system, org=office.branch)) == [second]
    assert record_by_id(office.system, first.pk).values["attended"] == "4"
    assert counting()["record.value meeting_record.attended"] == 5
    assert Fact.objects.count() == 4


def test_correct_record_moves_the_facts_when_the_day_moves(office: Office) -> None:
    first = write_record(office.system, office.branch, kind="meeting_record", values=MINUTES)

    correct_record(office.system, first, values={**MINUTES, "held_on": "2015-09-08"}, reason="日期写错")

    replaced = set(Fact.objects.exclude(replaces=None).values_list("replaces", flat=True))
    assert set(Fact.objects.exclude(fact__in=replaced).values_list("day", flat=True)) == {date(2015, 9, 8)}


@pytest.mark.parametrize(("values", "reason"), [(MINUTES, "无改动"), ({**MINUTES, "attended": "5"}, " ")])
def test_correct_record_refuses_without_a_difference_or_a_reason(
    office: Office, values: dict[str, str], reason: str
) -> None:
    first = write_record(office.system, office.branch, kind="meeting_record", values=MINUTES)

    with pytest.raises((Conflict, Invalid)):
        correct_record(office.system, first, values=values, reason=reason)

    assert Record.objects.count() == 1


def test_correct_record_refuses_a_version_that_was_corrected_already(office: Office) -> None:
    first = write_record(office.system, office.branch, kind="meeting_record", values=MINUTES)
    correct_record(office.system, first, values={**MINUTES, "attended": "5"}, reason="漏数")

    with pytest.raises(Conflict, match="corrected already"):
        correct_record(office.system, first, values={**MINUTES, "attended": "3"}, reason="又漏")


def test_records_are_seen_within_reach_alone(office: Office, acting: Any) -> None:
    record = write_record(office.system, office.branch, kind="meeting_record", values=MINUTES)
    neighbour = acting("secretary", office.far_branch)

    assert list(standing_records(neighbour)) == []
    with pytest.raises(NotFound):
        record_by_id(neighbour, record.pk)
    assert list(standing_records(acting("town_officer", office.town))) == [record]
