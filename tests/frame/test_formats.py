"""Values as people write them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from gangmu.core.periods import Period
from gangmu.frame import formats
from gangmu.frame.figures import heat_level, sparkline


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh-hans", ["1,234,567.89 元", "123.46 万元", "2015年10月8日", "2015年10月", "第3/27"]),
        ("zh-hant", ["1,234,567.89 元", "123.46 萬元", "2015年10月8日", "2015年10月", "第3/27"]),
        ("en", ["1,234,567.89 yuan", "123.46 10,000 yuan", "8 October 2015", "October 2015", "No. 3/27"]),
    ],
)
def test_values_are_written_in_the_language_of_the_page(language: str, expected: list[str]):
    with translation.override(language):
        found = [
            formats.money(Decimal("1234567.89")),
            formats.money(Decimal("1234567.89"), "wan"),
            formats.day(date(2015, 10, 8)),
            formats.month("2015-10"),
            formats.rank(3, 27),
        ]

    assert found == expected


def test_a_day_is_written_in_the_language_of_what_is_published_whoever_publishes_it():
    with translation.override("en"):
        assert formats.day(date(2015, 10, 8), "zh-hans") == "2015年10月8日"


def test_an_instant_is_shown_in_local_time():
    assert formats.instant(datetime(2015, 10, 7, 16, 30, tzinfo=UTC)) == "2015-10-08 00:30"


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        ("13812345678", "138****5678"),
        ("1381234", "*******"),
        ("12345678", "********"),
        ("", "—"),
        (None, "—"),
    ],
)
def test_a_secret_is_masked(secret: str | None, expected: str):
    assert formats.masked(secret) == expected


@pytest.mark.parametrize(
    ("part", "whole", "level"), [(0, 10, 0), (9, 10, 4), (10, 10, 5), (12, 10, 5), (1, 0, None)]
)
def test_a_heat_map_tells_all_from_almost_all_and_nothing_from_unknown(
    part: int, whole: int, level: int | None
):
    assert heat_level(part, whole) == level


def test_a_trend_needs_two_values():
    assert sparkline([None, 3, None]) is None


def test_a_level_trend_is_a_line():
    line = sparkline([5, 5])

    assert line is not None
    assert line.points == "3.0,21.0 93.0,21.0"


def test_a_period_is_written_in_words_however_it_comes():
    with translation.override("zh-hans"):
        written = [
            formats.period_in_words(each) for each in ("2016-01", "2016Q1", "2016H2", Period("year", 2016))
        ]
    assert written == ["2016年1月", "2016年第1季度", "2016年第2个半年", "2016年度"]
