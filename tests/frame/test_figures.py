"""Fields of heat maps as they stand in their rows, and the axes of charts."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template

from gangmu.frame.figures import Chart, Heat, HeatCell, HeatRow, bars, columns, lines, over_time


def test_field_of_a_heat_map_is_a_link_with_its_note() -> None:
    cell = HeatCell("3/4", 2, "/tasks?org=7&duty=a", "late 1")

    assert cell.html == (
        '<td class="gm-heat-2"><a href="/tasks?org=7&amp;duty=a" title="late 1">3/4</a></td>'
    )


def test_field_of_a_heat_map_lets_nothing_through_that_is_no_word() -> None:
    for cell in (HeatCell("<b>1", None), HeatCell("<b>1", 0, '/x"><script>', '"><script>')):
        assert "<b>" not in cell.html
        assert "<script>" not in cell.html
    assert HeatCell("—", None).html == '<td class="gm-heat-none"><span>—</span></td>'


def year(*levels: int | None) -> Heat:
    return Heat("年", ["1月", "2月", "3月"], [HeatRow("甲", [HeatCell("—", each) for each in levels])])


def drawn(heat: Heat) -> str:
    return Template("{% load gangmu %}{% heatmap heat %}").render(Context({"heat": heat}))


def test_a_map_over_time_marks_what_lies_before_its_first_known_column_and_keeps_it() -> None:
    page = drawn(over_time(year(None, 3, None)))

    assert page.count("gm-heat-early") == 2  # its head and its field
    assert '<th scope="col" class="gm-heat-early">1月</th>' in page
    assert page.count("<td") == 3


def test_a_map_over_time_that_says_nothing_or_begins_at_once_leaves_nothing_out() -> None:
    for heat in (year(None, None, None), year(0, None, 2)):
        assert "gm-heat-early" not in drawn(over_time(heat))


Draw = Callable[[Sequence[Any]], Chart]

DRAWN: list[tuple[Draw, str]] = [
    (lambda values: bars("数", ["甲"] * len(values), values), "xAxis"),
    (lambda values: lines("数", ["甲"] * len(values), {"一": values}), "yAxis"),
    (lambda values: columns("数", ["甲"] * len(values), {"一": values, "二": [1] * len(values)}), "yAxis"),
]


@pytest.mark.parametrize(("draw", "axis"), DRAWN)
def test_axis_of_a_count_has_whole_steps_and_that_of_a_share_finer_ones(draw: Draw, axis: str) -> None:
    for counts in ([1, 2], [Decimal("3.00"), None], []):
        assert draw(counts).options[axis] == {
            "type": "value",
            "axisLabel": {"hideOverlap": True},
            "minInterval": 1,
        }
    for shares in ([0.5, 1], [1, Decimal("0.25")]):
        assert draw(shares).options[axis] == {"type": "value", "axisLabel": {"hideOverlap": True}}


def test_table_beside_a_chart_writes_numbers_as_they_are_written_everywhere() -> None:
    chart = bars("小时", ["甲", "乙"], [5370.4, None])

    assert chart.said == [["甲", "5,370.4"], ["乙", None]]
