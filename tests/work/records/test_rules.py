"""What a sound kind of record is, which day a record is about, what it counts."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from gangmu.core.errors import Invalid
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.rules import changed_fields, counted, day_of

TODAY = date(2015, 10, 8)


def kind(**more: object) -> RecordKind:
    fields = [
        {"code": "on", "title": "日期", "type": "date", "required": True},
        {"code": "count", "title": "数", "type": "number"},
    ]
    return RecordKind.model_validate({"code": "k", "title": "记录", "fields": fields, **more})


@pytest.mark.parametrize(
    "more",
    [
        {"facts": ["on"]},
        {"facts": ["nothing"]},
        {"day_field": "count"},
        {"entry": "report", "day_field": "on"},
        {"entry": "stock", "counts_as": "meeting.held"},
        {"counts_as": "task.due"},
        {"fields": []},
    ],
)
def test_a_kind_that_contradicts_itself_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        kind(**more)


def test_day_of_an_event_is_what_its_field_says() -> None:
    assert day_of(kind(day_field="on"), {"on": "2015-10-02"}, None, TODAY) == date(2015, 10, 2)
    assert day_of(kind(), {}, None, TODAY) == TODAY


def test_day_of_a_report_is_the_last_of_its_period_even_if_it_is_to_come() -> None:
    assert day_of(kind(entry="report", every="quarter"), {}, None, TODAY) == date(2015, 12, 31)


def test_day_of_an_event_that_is_to_come_is_refused() -> None:
    with pytest.raises(Invalid):
        day_of(kind(day_field="on"), {"on": "2015-10-09"}, None, TODAY)


def test_counted_tells_unknown_from_zero() -> None:
    shape = kind(facts=["count"], counts_as="meeting.held")

    assert [each.value for each in counted(shape, {"count": None})] == [None, Decimal(1)]
    assert [each.value for each in counted(shape, {"count": "0"})] == [Decimal(0), Decimal(1)]


def test_changed_fields_names_what_differs() -> None:
    assert changed_fields({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": None}) == ["b"]
