"""The tree of a period as arrays: where every organization stood in its last span."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gangmu.core.periods import Period
from gangmu.results.indicators.inputs import ORG_COLUMNS, Files
from gangmu.results.indicators.outcome import WrongInput

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

FOREVER = np.iinfo(np.int32).max
NOBODY = -1

_EXAMPLES = 5
_CODED = ["level", "kind", "domain"]


class Lookup:
    """Finds the place of an id among ids: by a table where they lie close, else by search."""

    def __init__(self, ids: Ints) -> None:
        self._least = int(ids.min()) if len(ids) else 0
        width = (int(ids.max()) - self._least + 1) if len(ids) else 0
        self._table: Small | None = None
        if width <= 8 * len(ids) + 4096:
            self._table = np.full(width + 1, NOBODY, np.int32)
            self._table[ids - self._least] = np.arange(len(ids), dtype=np.int32)
        else:
            self._order = np.argsort(ids, kind="stable").astype(np.int32)
            self._sorted = ids[self._order]

    def __call__(self, wanted: Ints) -> Small:
        """Return the place of each wanted id, -1 where there is none."""
        if self._table is not None:
            shifted = wanted - self._least
            # what lies outside falls on the last entry, which is nobody's
            shifted = np.where((shifted < 0) | (shifted >= len(self._table)), len(self._table) - 1, shifted)
            return self._table[shifted]
        found = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
        return np.where(self._sorted[found] == wanted, self._order[found], NOBODY).astype(np.int32)


@dataclass(frozen=True)
class Spans:
    """Every span of every organization, once each, sorted by organization and time.

    Days count from 1970; texts are numbers into their lists, -1 for null.
    """

    org: Ints
    parent: Ints
    rooted: Flags
    level: Small
    kind: Small
    domain: Small
    first: Small
    end: Small
    levels: tuple[str, ...]
    kinds: tuple[str, ...]
    domains: tuple[str, ...]

    def chosen(self, rows: Any) -> "Spans":
        """Return some of the rows."""
        columns = ("org", "parent", "rooted", "level", "kind", "domain", "first", "end")
        return Spans(
            **{name: getattr(self, name)[rows] for name in columns},
            levels=self.levels,
            kinds=self.kinds,
            domains=self.domains,
        )


def _texts(column: pa.ChunkedArray) -> tuple[Small, tuple[str, ...]]:
    coded = column.unify_dictionaries().combine_chunks()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.chunk(0) if coded.num_chunks else pa.array([], pa.string()).dictionary_encode()
    numbers = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return numbers, tuple(coded.dictionary.to_pylist())


def read_spans(groups: Sequence[Files], *, trusted: bool) -> Spans:
    """Return the spans of all files; the same row twice counts once."""
    names = [column.name for column in ORG_COLUMNS]
    wanted = [name for name in names if name not in ("code", "name")] if trusted else names
    kinds = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "DATE": pa.date32()}
    coded = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema(
        (column.name, coded if column.name in _CODED else kinds[column.sql])
        for column in ORG_COLUMNS
        if column.name in wanted
    )
    tables = [
        pq.ParquetFile(path, read_dictionary=_CODED).read(wanted).select(wanted)
        for files in groups
        for path in files.paths
    ]
    table = pa.concat_tables([table.cast(schema) for table in tables] or [schema.empty_table()])
    if not trusted:
        table = _each_once(table)
    return _spans(table)


def _each_once(table: pa.Table) -> pa.Table:
    """Drop rows that stand twice; most files have none, which two columns show quickly."""
    quick = table.group_by(["org", "valid_from"], use_threads=False).aggregate([])
    if len(quick) == len(table):
        return table
    plain = table.cast(pa.schema((f.name, pa.string() if f.name in _CODED else f.type) for f in table.schema))
    once = plain.group_by(plain.column_names, use_threads=False).aggregate([]).select(plain.column_names)
    return once.cast(table.schema)


def _spans(table: pa.Table) -> Spans:
    level, levels = _texts(table["level"])
    kind, kinds = _texts(table["kind"])
    domain, domains = _texts(table["domain"])
    parent = table["parent"]
    end = table["valid_to"].cast(pa.int32()).fill_null(FOREVER)
    spans = Spans(
        org=table["org"].to_numpy(),
        parent=pc.fill_null(parent, 0).to_numpy(),
        rooted=parent.is_null().to_numpy(),
        level=level,
        kind=kind,
        domain=domain,
        first=table["valid_from"].cast(pa.int32()).to_numpy(),
        end=end.to_numpy(),
        levels=levels,
        kinds=kinds,
        domains=domains,
    )
    steps = np.diff(spans.org)
    if (steps > 0).all():
        return spans
    return spans.chosen(np.lexsort((spans.first, spans.org)))


def check_spans(spans: Spans) -> None:
    """Refuse spans that end before they begin or overlap, and parents that are not there."""
    reasons = []
    backward = spans.end < spans.first
    if backward.any():
        reasons.append(f"a span ends before it begins: {_named(spans.org[backward])}")
    spans = spans.chosen(spans.end > spans.first)
    same = spans.org[1:] == spans.org[:-1]
    overlap = same & (spans.first[1:] < spans.end[:-1])
    if overlap.any():
        reasons.append(f"spans overlap: {_named(spans.org[1:][overlap])}")
    if not reasons:
        alone = _without_parent(spans)
        if alone.any():
            said = f"a parent does not exist through the span: {_named(spans.org[alone])}"
            reasons.append(said)
        else:
            ring = _in_ring(spans)
            if len(ring):
                reasons.append(f"a ring of parents: {_named(ring)}")
    if reasons:
        raise WrongInput(*(f"orgs.parquet: {reason}" for reason in reasons))


def _named(orgs: Ints) -> str:
    unique = np.unique(orgs)
    shown = ", ".join(str(org) for org in unique[:_EXAMPLES])
    more = f" and {len(unique) - _EXAMPLES} more" if len(unique) > _EXAMPLES else ""
    return f"organization {shown}{more}"


def _existences(spans: Spans) -> tuple[Ints, Small, Small]:
    """Return unbroken stretches of existence, sorted by organization and first day."""
    begins = np.ones(len(spans.org), bool)
    begins[1:] = (spans.org[1:] != spans.org[:-1]) | (spans.first[1:] != spans.end[:-1])
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(spans.org)) - 1
    return spans.org[starts], spans.first[starts], spans.end[ends]


class Existence:
    """Tells whether organizations existed on days."""

    def __init__(self, spans: Spans) -> None:
        spans = spans.chosen(spans.end > spans.first)
        self._orgs, self._firsts, self._ends = (
            _existences(spans) if len(spans.org) else (spans.org, spans.first, spans.end)
        )
        begins = np.ones(len(self._orgs), bool)
        begins[1:] = self._orgs[1:] != self._orgs[:-1]
        starts = np.flatnonzero(begins)
        self._lookup = Lookup(self._orgs[starts])
        # nobody, who stands last, begins after all days
        self._first = np.append(self._firsts[starts], FOREVER).astype(np.int32)
        self._end = np.append(self._ends[starts], 0).astype(np.int32)

    def holds(self, org: Ints, day: Small, due: Flags) -> bool:
        """Return whether each organization that matters existed on its day."""
        place = self._lookup(org)
        away = np.flatnonzero(due & ((day < self._first[place]) | (day >= self._end[place])))
        if not len(away):
            return True
        if not len(self._orgs):
            return False
        org, day = org[away], day[away]
        found = _at_or_before(self._orgs, self._firsts, org, day)
        return bool(((found >= 0) & (day < self._ends[found])).all())


def _at_or_before(orgs: Ints, firsts: Small, org: Ints, day: Small) -> Ints:
    """Return, for each pair, the last row of its organization that begins on or before the day."""
    unique = np.unique(orgs)
    # one number for a pair keeps the search on plain integers
    rows = np.searchsorted(unique, orgs) * 2**32 + (firsts.astype(np.int64) + 2**31)
    place = np.minimum(np.searchsorted(unique, org), len(unique) - 1)
    sought = place * 2**32 + (day.astype(np.int64) + 2**31)
    found = np.searchsorted(rows, sought, side="right") - 1
    return np.where(orgs[found] == org, found, -1)


def _without_parent(spans: Spans) -> Flags:
    orgs, firsts, ends = _existences(spans)
    rows = np.flatnonzero(~spans.rooted)
    found = _at_or_before(orgs, firsts, spans.parent[rows], spans.first[rows])
    good = (found >= 0) & (ends[found] >= spans.end[rows])
    alone = np.zeros(len(spans.org), bool)
    alone[rows[~good]] = True
    return alone


def _in_ring(spans: Spans) -> Ints:
    """Return organizations whose way up leads back to them.

    On the day a ring closes, its last span begins; so it is enough to walk up from every
    span's organization on the span's first day.
    """
    rows = np.flatnonzero(~spans.rooted)
    start, day, at = spans.org[rows], spans.first[rows], spans.parent[rows]
    while len(at):
        back = at == start
        if back.any():
            ring: Ints = start[back]
            return ring
        row = _at_or_before(spans.org, spans.first, at, day)
        up = ~spans.rooted[row]
        start, day, at = start[up], day[up], spans.parent[row[up]]
    return start


@dataclass(frozen=True)
class Layer:
    """Organizations of one depth, and their parents, as slices of the tree's order."""

    rows: slice
    starts: Ints
    parents: Small


@dataclass(frozen=True)
class Tree:
    """All organizations that existed in a period, parents before children, siblings together."""

    spans: Spans
    parent: Small
    alive: Flags
    layers: tuple[Layer, ...]
    lookup: Lookup

    @property
    def org(self) -> Ints:
        """The ids, in the tree's order."""
        return self.spans.org

    @property
    def size(self) -> int:
        """How many organizations there are."""
        return len(self.spans.org)

    @cached_property
    def below(self) -> Ints:
        """How many stand in each subtree, the organization itself included."""
        return self.rolled(np.ones(self.size, np.int64), np.add)

    def rolled(self, part: Ints, ufunc: np.ufunc) -> Ints:
        """Return, for every organization, what its whole subtree comes to."""
        total = part.copy()
        for layer in reversed(self.layers):
            below = ufunc.reduceat(total[layer.rows], layer.starts)
            total[layer.parents] = ufunc(total[layer.parents], below)
        return total

    def subtree(self, place: int) -> Ints:
        """Return the places of an organization and all below it."""
        inside = np.zeros(self.size, bool)
        inside[place] = True
        for layer in self.layers:
            inside[layer.rows] |= inside[self.parent[layer.rows]]
        return np.flatnonzero(inside)

    def nearest(self, level: str) -> Small:
        """Return the nearest ancestor or self of a level, -1 where there is none."""
        wanted = self.spans.levels.index(level) if level in self.spans.levels else -2
        found = np.where(self.spans.level == wanted, np.arange(self.size, dtype=np.int32), NOBODY)
        for layer in self.layers:
            above = found[self.parent[layer.rows]]
            found[layer.rows] = np.where(found[layer.rows] == NOBODY, above, found[layer.rows])
        return found.astype(np.int32)


@dataclass(frozen=True)
class Places:
    """Where the facts of an organization are added up.

    Ids that lie close together are places themselves, from ``least`` on; of others the
    place in the tree is looked up, and ``order`` is None.
    """

    width: int
    least: int = 0
    order: Ints | None = None

    def ordered(self, row: Any) -> Any:
        """Return a row in the order of the tree."""
        return row if self.order is None else row[self.order]


def places_of(tree: Tree) -> Places:
    """Return where the facts of a tree's organizations are added up."""
    if not tree.size:
        return Places(1)
    least, most = int(tree.org.min()), int(tree.org.max())
    if most - least < 2 * tree.size + 1024:
        return Places(most - least + 1, least, tree.org - least)
    return Places(tree.size)


def _day_number(day: Any) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))


def tree_of(spans: Spans, period: Period) -> Tree:
    """Return the tree of a period.

    Who existed on any day of it stands where its last span within the period put it.
    """
    first, last = _day_number(period.first), _day_number(period.last)
    within = (spans.first <= last) & (spans.end > first) & (spans.end > spans.first)
    rows = np.flatnonzero(within)
    org = spans.org[rows]
    final = np.ones(len(rows), bool)
    final[:-1] = org[1:] != org[:-1]
    places = spans.chosen(rows[final])
    lookup = Lookup(places.org)
    parent = np.where(places.rooted, NOBODY, lookup(places.parent)).astype(np.int32)
    order = np.concatenate([np.empty(0, np.int32), *_by_depth(parent)])
    if len(order) != len(parent):
        raise WrongInput("orgs.parquet: a ring of parents")
    back = np.empty(len(order), np.int32)
    back[order] = np.arange(len(order), dtype=np.int32)
    ordered = places.chosen(order)
    up = parent[order]
    parent = np.where(up == NOBODY, NOBODY, back[up]).astype(np.int32)
    return Tree(ordered, parent, ordered.end > last, tuple(_layers(parent)), Lookup(ordered.org))


def _by_depth(parent: Small) -> Iterator[Small]:
    """Yield the organizations of each depth; siblings stand together, in their parents' order."""
    depth = np.where(parent == NOBODY, 0, -1).astype(np.int16)
    here = np.flatnonzero(depth == 0).astype(np.int32)
    position = np.zeros(len(parent), np.int32)
    waiting = np.flatnonzero(depth < 0).astype(np.int32)
    level = 0
    while len(here):
        yield here
        position[here] = np.arange(len(here), dtype=np.int32)
        ready = depth[parent[waiting]] == level
        level += 1
        below, waiting = waiting[ready], waiting[~ready]
        depth[below] = level
        here = below[np.argsort(position[parent[below]], kind="stable")]


def _layers(parent: Small) -> Iterator[Layer]:
    begin = int((parent == NOBODY).sum())
    while begin < len(parent):
        # children of the layer above stand in one stretch, since parents come first
        end = begin + int(np.searchsorted(parent[begin:], begin, side="left"))
        ups = parent[begin:end]
        starts = np.flatnonzero(np.diff(ups, prepend=NOBODY))
        yield Layer(slice(begin, end), starts, ups[starts])
        begin = end
