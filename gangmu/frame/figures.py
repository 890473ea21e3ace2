"""What figures look like: lights, heat maps, sparklines, bars and charts, as plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from html import escape
from itertools import chain
from typing import Any, Literal

from django.utils.safestring import SafeString, mark_safe

from gangmu.core.text import Text
from gangmu.frame import formats
from gangmu.frame.words import say

Words = Text | str
Light = Literal["green", "yellow", "orange", "red", "blue", "grey"]

LIGHTS: tuple[Light, ...] = ("green", "yellow", "orange", "red", "blue", "grey")


LIGHT_COLOURS: Mapping[Light, str] = {
    "green": "#2f7d4f",
    "yellow": "#8a6a00",
    "orange": "#b3541e",
    "red": "#b3261e",
    "blue": "#2f6d86",
    "grey": "#5b636c",
}
"""The lights as the ground of an area on which white words stand."""

HEAT_COLOURS = ["#eff2f5", "#aecdd9", "#7fb0c3", "#2f6d86", "#174c61"]


@dataclass(frozen=True)
class Status:
    """A state of affairs: always a word, with a colour and a shape of its own beside it."""

    word: Words
    light: Light = "grey"


ALL_DONE = say("All done")


@dataclass(frozen=True)
class HeatCell:
    """One field of a heat map. ``level`` 0–5 says how dark; None means not known.

    ``text`` and ``note`` are in the reader's language already.

    ``early``: it lies before the first column that says anything, and a phone leaves it out.
    """

    text: str
    level: int | None
    url: str = ""
    note: str = ""
    early: bool = False

    @property
    def html(self) -> SafeString:
        """The field as it stands in its row: a map has hundreds, and a template takes its time with each."""
        level = "none" if self.level is None else self.level
        title = f' title="{escape(self.note)}"' if self.note else ""
        inside = (
            f'<a href="{escape(self.url)}"{title}>{escape(self.text)}</a>'
            if self.url
            else f"<span>{escape(self.text)}</span>"
        )
        early = " gm-heat-early" if self.early else ""
        return mark_safe(f'<td class="gm-heat-{level}{early}">{inside}</td>')  # noqa: S308 -- every part is escaped


@dataclass(frozen=True)
class HeatRow:
    """One line of a heat map, with what stands at its head."""

    title: Words
    cells: Sequence[HeatCell]
    url: str = ""


@dataclass(frozen=True)
class Heat:
    """A heat map: a table whose every field is a link."""

    caption: Words
    columns: Sequence[Words]
    rows: Sequence[HeatRow]
    corner: Words = ""
    early: int = 0
    """So many columns at the beginning say nothing; a phone leaves them out."""
    darkest: Words = ALL_DONE
    """What the darkest field says."""


def over_time(heat: Heat) -> Heat:
    """Return a heat map whose columns follow each other in time: on a phone it begins with the first that says something."""
    known = [at for row in heat.rows for at, cell in enumerate(row.cells) if cell.level is not None]
    early = min(known, default=0)
    rows = [
        replace(row, cells=[replace(cell, early=at < early) for at, cell in enumerate(row.cells)])
        for row in heat.rows
    ]
    return replace(heat, rows=rows, early=early) if early else heat


def heat_level(part: Any, whole: Any) -> int | None:
    """Return how dark a share is: 0 for nothing, 5 for all of it, None where there is no whole."""
    above, below = formats.decimal_of(part), formats.decimal_of(whole)
    if above is None or not below:
        return None
    reached = above / below
    return 5 if reached >= 1 else max(0, min(4, int(reached * 5)))


@dataclass(frozen=True)
class Sparkline:
    """A trend small enough for a table cell: the points of its line and of its last value."""

    points: str
    last: tuple[float, float]
    words: str


WIDTH, HEIGHT, MARGIN = 96.0, 24.0, 3.0


def sparkline(values: Iterable[Any]) -> Sparkline | None:
    """Return the line through the values that are known; None with fewer than two."""
    known = [(at, float(v)) for at, v in enumerate(map(formats.decimal_of, values)) if v is not None]
    if len(known) < 2:
        return None
    low, high = min(v for _, v in known), max(v for _, v in known)
    span, steps = (high - low) or 1.0, known[-1][0] or 1
    points = [
        (
            round(MARGIN + at * (WIDTH - 2 * MARGIN) / steps, 1),
            round(HEIGHT - MARGIN - (value - low) * (HEIGHT - 2 * MARGIN) / span, 1),
        )
        for at, value in known
    ]
    words = formats.listed(formats.number(value) for _, value in known)
    return Sparkline(" ".join(f"{x},{y}" for x, y in points), points[-1], words)


@dataclass(frozen=True)
class TimelineEvent:
    """One thing that happened: when, what, by whom, and what was said."""

    at: Any
    title: Words
    who: str = ""
    text: str = ""
    light: Light = "grey"
    url: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a way: done, here or still to come."""

    title: Words
    state: Literal["done", "here", "todo"] = "todo"
    note: Words = ""


@dataclass(frozen=True)
class Tab:
    """One of several views of a thing; each is a page of its own."""

    title: Words
    url: str
    here: bool = False
    count: int | None = None


@dataclass(frozen=True)
class Node:
    """One organization in a tree; its children are fetched when it is opened."""

    title: str
    url: str = ""
    children_url: str = ""
    note: str = ""
    here: bool = False
    children: Sequence["Node"] = ()


@dataclass(frozen=True)
class Chart:
    """A chart and the table that says the same: ``options`` are ECharts', without functions."""

    title: Words
    options: Mapping[str, Any]
    head: Sequence[Words] = ()
    rows: Sequence[Sequence[Any]] = ()
    height: Literal["low", "middle", "high"] = "middle"
    unit: Words = ""
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> list[list[Any]]:
        """The rows with their numbers as they are written everywhere else."""
        return [
            [formats.number(v) if isinstance(v, int | float | Decimal) else v for v in row]
            for row in self.rows
        ]


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _measure(values: Iterable[Any]) -> dict[str, Any]:
    """Return the axis for values: what is only counted has no half steps on it."""
    known = [number for value in values if (number := formats.decimal_of(value)) is not None]
    whole = all(number == number.to_integral_value() for number in known)
    return {"type": "value", "axisLabel": {"hideOverlap": True}} | ({"minInterval": 1} if whole else {})


def bars(
    title: Words, names: Sequence[str], values: Sequence[Any], *, series: str = "", **more: Any
) -> Chart:
    """Return horizontal bars, the first on top."""
    options = {
        "grid": {"left": 8, "right": 40, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": _measure(values),
        "yAxis": {"type": "category", "data": list(names), "inverse": True},
        "series": [
            {
                "type": "bar",
                "name": series,
                "data": [_plain(v) for v in values],
                "barMaxWidth": 18,
                "label": {"show": True, "position": "right"},
            }
        ],
    }
    return Chart(title, options, ("", series or title), list(zip(names, values, strict=True)), **more)


def lines(title: Words, steps: Sequence[str], series: Mapping[str, Sequence[Any]], **more: Any) -> Chart:
    """Return lines over time; what is not known leaves a gap."""
    options = {
        "legend": {"show": len(series) > 1, "top": 0, "right": 0},
        "grid": {"left": 8, "right": 16, "top": 36, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": list(steps), "boundaryGap": False},
        "yAxis": _measure(chain.from_iterable(series.values())),
        "series": [
            {"type": "line", "name": name, "data": [_plain(v) for v in values], "symbolSize": 6}
            for name, values in series.items()
        ],
    }
    rows = [[step, *(values[at] for values in series.values())] for at, step in enumerate(steps)]
    return Chart(title, options, ("", *series), rows, **more)


def columns(title: Words, names: Sequence[str], series: Mapping[str, Sequence[Any]], **more: Any) -> Chart:
    """Return standing columns, as for the distribution of scores in a peer group."""
    options = {
        "legend": {"show": len(series) > 1, "top": 0, "right": 0},
        "grid": {"left": 8, "right": 16, "top": 36, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": list(names)},
        "yAxis": _measure(chain.from_iterable(series.values())),
        "series": [
            {"type": "bar", "name": name, "data": [_plain(v) for v in values], "barMaxWidth": 28}
            for name, values in series.items()
        ],
    }
    rows = [[name, *(values[at] for values in series.values())] for at, name in enumerate(names)]
    return Chart(title, options, ("", *series), rows, **more)


def _drawn_width(name: str) -> int:
    """Return about how many pixels wide a name is drawn beside a chart."""
    return sum(13 if ord(letter) > 0x2E7F else 7 for letter in name)


def flow(title: Words, links: Sequence[tuple[str, str, Any]], **more: Any) -> Chart:
    """Return a Sankey diagram: how much went from where to where."""
    names = list(dict.fromkeys(name for source, target, _ in links for name in (source, target)))
    ends = set(names) - {source for source, _, _ in links}
    options = {
        "series": [
            {
                "type": "sankey",
                "left": 8,
                "right": 24 + max((_drawn_width(name) for name in ends), default=0),
                "nodeGap": 16,
                "top": 8,
                "bottom": 8,
                "nodeWidth": 14,
                "draggable": False,
                "itemStyle": {"color": LIGHT_COLOURS["blue"]},
                "data": [{"name": name} for name in names],
                "links": [{"source": a, "target": b, "value": _plain(v)} for a, b, v in links],
            }
        ]
    }
    return Chart(title, options, ("", "", title), list(links), **more)


def treemap(
    title: Words, parts: Sequence[tuple[str, Any]], *, lights: Mapping[str, Light] | None = None, **more: Any
) -> Chart:
    """Return areas as large as their values; ``lights`` colours some by how they stand."""
    shades = lights or {}
    options = {
        "series": [
            {
                "type": "treemap",
                "roam": False,
                "nodeClick": False,
                "breadcrumb": {"show": False},
                "left": 0,
                "right": 0,
                "top": 0,
                "bottom": 0,
                "data": [
                    {"name": name, "value": _plain(value)}
                    | ({"itemStyle": {"color": LIGHT_COLOURS[shades[name]]}} if name in shades else {})
                    for name, value in parts
                ],
            }
        ]
    }
    return Chart(title, options, ("", title), list(parts), **more)


def year(title: Words, of: int, days: Sequence[tuple[str, Any]], **more: Any) -> Chart:
    """Return a year as a calendar, each day as dark as its value."""
    most = max((float(value) for _, value in days), default=1.0)
    options = {
        "visualMap": {"show": False, "min": 0, "max": most, "inRange": {"color": HEAT_COLOURS}},
        "calendar": {"range": str(of), "left": 32, "right": 8, "top": 28, "cellSize": ["auto", 14]},
        "series": [
            {"type": "heatmap", "coordinateSystem": "calendar", "data": [[d, _plain(v)] for d, v in days]}
        ],
    }
    return Chart(title, options, ("", title), list(days), **{"height": "low", **more})
