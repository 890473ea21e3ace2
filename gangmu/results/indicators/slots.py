"""Which facts the definitions need, cut into slots so that every fact is read once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gangmu.results.indicators.definitions import IndicatorKind, Measure


def literal(text: str) -> str:
    """Return a text as SQL writes it, for DuckDB."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Stock:
    """A measure of what was told last: one slot holds the newest values of its items."""

    fact: str
    items: frozenset[str] | None
    skips_nulls: bool


@dataclass
class Slots:
    """The slots of some indicators.

    A flow slot holds the facts of one code and one item, or of all items that no
    measure names; so a measure is a set of slots, and no fact is in two.
    """

    named: dict[str, dict[str, int]] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    stocks: dict[Stock, int] = field(default_factory=dict)
    extremes: set[int] = field(default_factory=set)
    count: int = 0

    @classmethod
    def of(cls, indicators: Mapping[str, IndicatorKind]) -> "Slots":
        """Return the slots that these indicators need."""
        slots = cls()
        measures = [measure for kind in indicators.values() for measure in kind.measures]
        flows = [measure for measure in measures if measure.verb != "last"]
        for measure in flows:
            slots.named.setdefault(measure.fact, {})
            for item in measure.item or ():
                if item not in slots.named[measure.fact]:
                    slots.named[measure.fact][item] = slots._next()
        for measure in flows:
            if measure.item is None and measure.fact not in slots.others:
                slots.others[measure.fact] = slots._next()
            if measure.verb in ("max", "min"):
                slots.extremes |= set(slots.of_measure(measure))
        for measure in measures:
            stock = stock_of(measure)
            if measure.verb == "last" and stock not in slots.stocks:
                slots.stocks[stock] = slots._next()
        return slots

    def _next(self) -> int:
        self.count += 1
        return self.count - 1

    def of_measure(self, measure: Measure) -> tuple[int, ...]:
        """Return the slots that a measure is made of."""
        if measure.verb == "last":
            return (self.stocks[stock_of(measure)],)
        named = self.named[measure.fact]
        if measure.items is None:
            return (*named.values(), self.others[measure.fact])
        return tuple(named[item] for item in sorted(measure.items))

    @property
    def flow_codes(self) -> tuple[str, ...]:
        """The codes of facts that are measured within the period."""
        return tuple(sorted(self.named))

    def flow_slot(self, quoted: Callable[[str], str] = literal) -> str:
        """Return the SQL expression of a fact's flow slot, null for facts nobody measures."""
        cases = []
        for code in self.flow_codes:
            rest = str(self.others.get(code, "NULL"))
            items = [f"WHEN {quoted(item)} THEN {slot}" for item, slot in self.named[code].items()]
            inner = f"CASE item {' '.join(items)} ELSE {rest} END" if items else rest
            cases.append(f"WHEN {quoted(code)} THEN {inner}")
        return f"CASE code {' '.join(cases)} END" if cases else "NULL"


def stock_of(measure: Measure) -> Stock:
    """Return what a measure of the newest values needs to be kept apart by."""
    return Stock(measure.fact, measure.items, measure.nulls == "skip")


def listed(texts: Sequence[str]) -> str:
    """Return texts as an SQL list for IN."""
    return "(" + ", ".join(literal(text) for text in texts) + ")"
