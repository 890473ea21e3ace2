"""A field of a heat map, as it stands in its row."""

from gangmu.frame.figures import HeatCell


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
