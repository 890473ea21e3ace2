"""Worlds made by chance: moves, mergers, closures, corrections, unknown parts, ties."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from gangmu.core.periods import Period
from tests.results.worlds import FACTS, write_orgs

LEVELS = ["prefecture", "county", "township", "village", "group"]
KINDS = ["committee", "branch", "general_branch", "grid"]
DOMAINS = ["village", "community", "agency", None]
CODES = ["task.due", "task.on_time", "meeting.held", "record.value", "money.received", "case.closed"]
ITEMS = ["", "a", "b", "c.d"]
VALUES = [None, "0", "1", "1", "2", "0.5", "3.3333", "-1", "12", "100.0001", "99999999999999.9999"]
PERIODS = ["2025", "2025H1", "2025H2", "2025Q2", "2025Q3", "2025-06", "2025-12", "2024", "2024-02"]

Entry = dict[str, Any]


@dataclass
class Made:
    orgs: list[Entry]
    facts: list[Entry]
    indicators: dict[str, Any]
    scorecards: dict[str, Any]
    period: Period
    known_at: datetime | None

    def write(self, folder: Path) -> tuple[Path, Path]:
        for kind, definitions in (("indicator", self.indicators), ("scorecard", self.scorecards)):
            (folder / "pack" / kind).mkdir(parents=True)
            for code, definition in definitions.items():
                text = yaml.dump(definition, Dumper=_Dumper, allow_unicode=True, sort_keys=False)
                (folder / "pack" / kind / f"{code}.yaml").write_text(text, encoding="utf-8")
        write_orgs(folder / "data", self.orgs)
        self._write_facts(folder / "data")
        return folder / "pack", folder / "data"

    def _write_facts(self, data: Path) -> None:
        """Write the facts as they may come: some files, in order or not, with statistics or without."""
        chance = random.Random(len(self.facts))
        facts = self.facts if chance.random() < 0.5 else sorted(self.facts, key=itemgetter("day", "known_at"))
        (data / "facts").mkdir()
        files = chance.randint(1, 3)
        for number in range(files):
            share = facts[number * len(facts) // files : (number + 1) * len(facts) // files]
            pq.write_table(
                pa.Table.from_pylist(share, FACTS),
                data / "facts" / f"{number}.parquet",
                row_group_size=chance.choice([1, 7, 50, 1000]),
                write_statistics=chance.random() < 0.7,
                use_dictionary=chance.random() < 0.7,
            )

    def whole(self) -> "Made":
        """Return the world without rows that stand twice and without facts of nobody."""
        once = {fact["fact"]: fact for fact in self.facts}.values()
        return replace(self, facts=[fact for fact in once if fact["code"] == "void" or self._stands(fact)])

    def _stands(self, fact: Entry) -> bool:
        return any(
            span["org"] == fact["org"] and span["valid_from"] <= fact["day"] < (span["valid_to"] or date.max)
            for span in self.orgs
        )


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(
    Decimal, lambda dumper, number: dumper.represent_scalar("tag:yaml.org,2002:float", format(number, "f"))
)
_Dumper.ignore_aliases = lambda self, data: True  # type: ignore[method-assign]


def _day(chance: random.Random) -> date:
    return date(2024, 1, 1) + timedelta(days=chance.randrange(730))


class _Growth:
    """A tree that changes: every span is written when it ends."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.parent: dict[int, int | None] = {}
        self.opened: dict[int, date] = {}
        self.spans: list[Entry] = []

    def depth(self, org: int) -> int:
        above = self.parent[org]
        return 0 if above is None else self.depth(above) + 1

    def below(self, org: int) -> set[int]:
        inside = {org}
        while more := {other for other, above in self.parent.items() if above in inside} - inside:
            inside |= more
        return inside

    def begin(self, org: int, day: date) -> None:
        options = [other for other in self.parent if self.depth(other) < 4]
        self.parent[org] = self.chance.choice(options) if options and self.chance.random() < 0.85 else None
        self.opened[org] = day

    def finish(self, org: int, day: date | None) -> None:
        chance, depth = self.chance, min(self.depth(org), 4)
        self.spans.append(
            {
                "org": org,
                "parent": self.parent[org],
                "code": str(org),
                "name": f"组织{org}",
                "level": LEVELS[depth] if chance.random() < 0.9 else chance.choice(LEVELS),
                "kind": chance.choice(KINDS),
                "domain": chance.choice(DOMAINS),
                "valid_from": self.opened[org],
                "valid_to": day,
            }
        )

    def move(self, org: int, day: date) -> None:
        inside = self.below(org)
        options = [other for other in self.parent if other not in inside]
        self.finish(org, day)
        self.parent[org], self.opened[org] = self.chance.choice([*options, None]), day

    def close(self, org: int, day: date) -> None:
        """Close it; what stood below is closed with it, or moves away with all its own."""
        children = [other for other, above in self.parent.items() if above == org]
        leaves = [other for other in children if self.below(other) == {other}]
        closing = [org, *(other for other in leaves if self.chance.random() < 0.5)]
        if any(self.opened[other] >= day for other in {*closing, *children}):
            return
        for other in {*closing, *children}:
            self.finish(other, day)
        for other in closing:
            del self.parent[other]
        for other in set(children) - set(closing):
            self.parent[other], self.opened[other] = None, day


def _tree(chance: random.Random) -> list[Entry]:
    count = chance.randint(1, 14)
    changes = sorted({_day(chance) for _ in range(chance.randint(0, 5))})
    ids = chance.sample(range(1, 40) if chance.random() < 0.8 else range(10**12), count)
    late = chance.randint(0, count // 4)
    growth = _Growth(chance)
    for org in ids[late:]:
        growth.begin(org, date(2020, 1, 1))
    for number, day in enumerate(changes):
        if number < late:
            growth.begin(ids[number], day)
        if not growth.parent:
            break  # all have been closed
        org = chance.choice(list(growth.parent))
        if growth.opened[org] < day:
            (growth.close if chance.random() < 0.4 and len(growth.parent) > 2 else growth.move)(org, day)
    for org in list(growth.parent):
        growth.finish(org, None)
    return growth.spans


def _facts(chance: random.Random, orgs: list[Entry], codes: list[str], items: list[str]) -> Iterator[Entry]:
    known = sorted({span["org"] for span in orgs})
    made: list[str] = []
    count = chance.choice([0, 20, 60, 120, 300])
    # large values overflow 64 bits when added up; they come in some worlds only
    values = VALUES if chance.random() < 0.3 else VALUES[:-1]
    for number in range(count):
        fact = f"f{number}" if chance.random() < 0.9 else f"乙{number}"
        replaces = chance.choice(made) if made and chance.random() < 0.15 else None
        code = chance.choice(codes)
        if replaces and chance.random() < 0.4:
            code = "void"
        if chance.random() < 0.03:
            code = "later.room"
        day = _day(chance)
        written = datetime(day.year, day.month, day.day, 8, tzinfo=UTC) + timedelta(
            days=chance.choice([0, 0, 1, 40])
        )
        value = None if code == "void" else chance.choice(values)
        row = {
            "fact": fact,
            "replaces": replaces,
            "org": chance.choice(known) if chance.random() < 0.97 else 77,
            "day": day,
            "code": code,
            "item": chance.choice(items),
            "value": None if value is None else Decimal(value),
            "source": f"record:{number}",
            "thread": None,
            "written_at": written,
            "known_at": written,
        }
        made.append(fact)
        yield row
        if chance.random() < 0.03:
            yield dict(row)


def _measure(chance: random.Random, codes: list[str], items: list[str]) -> Entry:
    verb = chance.choice(["sum", "sum", "count", "last", "max", "min"])
    asked: Entry = {verb: chance.choice(codes)}
    if chance.random() < 0.4:
        asked["item"] = chance.sample(items, chance.randint(1, len(items)))
    if chance.random() < 0.3:
        asked["empty"] = 0
    if chance.random() < 0.3:
        asked["nulls"] = "skip"
    return asked


def _indicator(chance: random.Random, codes: list[str], items: list[str]) -> Entry:
    kind: Entry = {"title": {"zh-hans": "指标"}, "numerator": _measure(chance, codes, items)}
    pick = chance.random()
    if pick < 0.4:
        kind["denominator"] = _measure(chance, codes, items)
        if "task.due" in kind["denominator"].values() and "count" not in kind["numerator"]:
            kind["numerator"]["empty"] = 0
    elif pick < 0.55:
        kind["denominator"] = {"orgs": chance.sample(KINDS, chance.randint(1, 2))}
    elif pick < 0.7:
        kind["denominator"] = {"number": chance.choice([1, 12, Decimal("0.5"), Decimal("3.0001")])}
    if chance.random() < 0.6:
        kind["scope"] = "subtree"
    if chance.random() < 0.4:
        kind["better"] = "less"
    return kind


def _line(chance: random.Random, code: str, better: str) -> Entry:
    points = chance.choice([10, 20, 40, Decimal("7.5"), Decimal("33.33")])
    pick = chance.randrange(4)
    if pick == 0:
        ends = chance.sample([0, 1, 2, 5, Decimal("0.6"), Decimal("-1.5"), Decimal("0.1234567")], 2)
        rule: Entry = {"linear": ends}
    elif pick == 1:
        bounds = sorted(
            chance.sample([0, 1, 2, 3, Decimal("0.5"), Decimal("1.0000001")], 3), reverse=better == "more"
        )
        worth = sorted(
            [points, chance.choice([points, 5, 1]), chance.choice([0, 1, Decimal("2.25")])], reverse=True
        )
        rule = {"bands": [list(pair) for pair in zip(bounds, worth, strict=True)]}
    else:
        each = chance.choice([0, 1, 2, Decimal("0.333"), Decimal("0.0000001"), 50])
        rule = {"each": each} if pick == 2 else {"deduct": {"each": each}}
    line = {"indicator": code, "points": points, "rule": rule}
    if chance.random() < 0.6:
        line["unknown"] = chance.choice(["zero", "skip", "wait"])
    return line


def _scorecard(chance: random.Random, indicators: dict[str, Any]) -> Entry:
    codes = chance.sample(sorted(indicators), chance.randint(1, min(4, len(indicators))))
    lines = [_line(chance, code, indicators[code].get("better", "more")) for code in codes]
    card: Entry = {"title": {"zh-hans": "考核"}, "lines": lines}
    applies: Entry = {}
    for name, options in (("kinds", KINDS), ("domains", DOMAINS[:3]), ("levels", LEVELS)):
        if chance.random() < 0.2:
            applies[name] = chance.sample(options, chance.randint(1, 2))
    if applies:
        card["applies_to"] = applies
    if chance.random() < 0.4:
        card["min_coverage"] = chance.choice([Decimal("0.5"), Decimal("0.33333"), 1])
    if chance.random() < 0.4:
        card["veto"] = [
            {
                "indicator": chance.choice(sorted(indicators)),
                "above": chance.choice([0, 1, Decimal("0.5000001")]),
                "stars_at_most": chance.randint(0, 5),
            }
            for _ in range(chance.randint(1, 2))
        ]
    if chance.random() < 0.7:
        peers: Entry = {"within": chance.choice(["all", *LEVELS[:3]])}
        if chance.random() < 0.5:
            peers["same"] = chance.sample(["kind", "domain", "level"], chance.randint(1, 2))
        card["peers"] = peers
    if chance.random() < 0.5:
        card["min_peers"] = chance.randint(0, 4)
    stars = []
    for star in (5, 4, 3):
        if chance.random() < 0.7:
            entry: Entry = {"stars": star, "at_least": chance.choice([0, 20, 50, 60, Decimal("66.67")])}
            if chance.random() < 0.6:
                entry["share"] = chance.choice([Decimal("0.3"), Decimal("0.5"), 1, 0, Decimal("0.3333333")])
            stars.append(entry)
    if stars:
        card["stars"] = stars
    return card


def made_by(seed: int) -> Made:
    chance = random.Random(seed)
    orgs = _tree(chance)
    codes = chance.sample(CODES, chance.choice([1, 2, 2, 6]))
    items = chance.sample(ITEMS, chance.choice([1, 2, 4]))
    facts = list(_facts(chance, orgs, codes, items))
    chance.shuffle(facts)
    indicators = {f"i{number}": _indicator(chance, codes, items) for number in range(chance.randint(1, 6))}
    scorecards = {f"s{number}": _scorecard(chance, indicators) for number in range(chance.randint(0, 3))}
    known_at = None
    if chance.random() < 0.4:
        known_at = datetime(2025, 7, 1, 8, tzinfo=UTC) + timedelta(days=chance.randrange(-300, 300))
    period = Period.parse(chance.choice(PERIODS))
    return Made(orgs, facts, indicators, scorecards, period, known_at)
