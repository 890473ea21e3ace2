"""The contract, sentence by sentence, slowly: an assessment without any engine.

Written from the words of the contract alone, so that the engines have something to agree
with. Definitions are plain dictionaries as YAML says them; numbers are fractions.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

KNOWN_CODES = {
    "task.due",
    "task.answered",
    "task.on_time",
    "meeting.held",
    "case.closed",
    "money.received",
    "record.value",
    "void",
}

Row = Mapping[str, Any]


def half_away(number: Fraction, digits: int) -> Fraction:
    scaled = abs(number) * 10**digits
    whole = int(scaled)
    if scaled - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(-whole if number < 0 else whole, 10**digits)


def shown(number: Fraction | None, digits: int) -> str:
    if number is None:
        return ""
    whole = number * 10**digits
    assert whole.denominator == 1
    text = str(abs(whole.numerator)).rjust(digits + 1, "0")
    sign = "-" if whole < 0 else ""
    return f"{sign}{text[:-digits]}.{text[-digits:]}"


class World:
    def __init__(
        self,
        orgs: Sequence[Row],
        facts: Sequence[Row],
        first: date,
        last: date,
        known_at: datetime | None = None,
    ) -> None:
        self.first, self.last = first, last
        self.spans = _unique(orgs)
        self.tree = self._tree()
        self.strays: list[str] = []
        self.passed_over = 0
        self.facts = self._counting(_unique(facts), known_at)

    def _tree(self) -> dict[int, Row]:
        within: dict[int, Row] = {}
        for span in sorted(self.spans, key=lambda span: span["valid_from"]):
            end = span["valid_to"]
            if span["valid_from"] <= self.last and (end is None or end > self.first):
                within[span["org"]] = span
        return within

    def exists_on(self, org: int, day: date) -> bool:
        return any(
            span["org"] == org
            and span["valid_from"] <= day
            and (span["valid_to"] is None or day < span["valid_to"])
            for span in self.spans
        )

    def _counting(self, facts: Sequence[Row], known_at: datetime | None) -> list[Row]:
        self.passed_over = sum(fact["code"] not in KNOWN_CODES for fact in facts)
        known = [fact for fact in facts if known_at is None or fact["known_at"] <= known_at]
        replaced = {fact["replaces"] for fact in known if fact["replaces"] is not None}
        counting = []
        for fact in known:
            if fact["fact"] in replaced or fact["code"] == "void" or fact["code"] not in KNOWN_CODES:
                continue
            if fact["day"] <= self.last and not self.exists_on(fact["org"], fact["day"]):
                self.strays.append(fact["fact"])
                continue
            counting.append(fact)
        return counting

    def below(self, org: int) -> list[int]:
        found = [org]
        for part in found:
            found += [child for child, span in self.tree.items() if span["parent"] == part]
        return found

    def ancestor(self, org: int, level: str) -> int | None:
        at: int | None = org
        while at is not None:
            if self.tree[at]["level"] == level:
                return at
            at = self.tree[at]["parent"]
        return None

    def measure(self, org: int, asked: Mapping[str, Any]) -> Fraction | None:
        if "orgs" in asked:
            here = self.exists_on(org, self.last) and self.tree[org]["kind"] in asked["orgs"]
            return Fraction(int(here))
        verb = next(verb for verb in ("sum", "count", "last", "max", "min") if verb in asked)
        facts = [
            fact
            for fact in self.facts
            if fact["org"] == org
            and fact["code"] == asked[verb]
            and ("item" not in asked or fact["item"] in asked["item"])
            and fact["day"] <= self.last
            and (verb == "last" or fact["day"] >= self.first)
        ]
        if verb == "count":
            return Fraction(sum(fact["value"] is not None for fact in facts))
        if asked.get("nulls") == "skip":
            facts = [fact for fact in facts if fact["value"] is not None]
        if verb == "last":
            newest: dict[str, Row] = {}
            for fact in sorted(facts, key=lambda fact: (fact["day"], fact["known_at"], fact["fact"])):
                newest[fact["item"]] = fact
            facts = list(newest.values())
        if not facts:
            return Fraction(0) if asked.get("empty") == 0 and "empty" in asked else None
        if any(fact["value"] is None for fact in facts):
            return None
        values = [Fraction(fact["value"]) for fact in facts]
        return {"max": max, "min": min}.get(verb, sum)(values)

    def indicator(self, org: int, kind: Mapping[str, Any]) -> dict[str, Any] | None:
        parts = self.below(org) if kind.get("scope", "own") == "subtree" else [org]
        over = kind.get("denominator")
        number = over is not None and "number" in over
        pairs = []
        for part in parts:
            top = self.measure(part, kind["numerator"])
            bottom = self.measure(part, over) if over is not None and not number else Fraction(0)
            if top is not None and bottom is not None:
                pairs.append((top, bottom))
        if not pairs:
            return None
        numerator = _put_together(kind["numerator"], [top for top, _ in pairs])
        denominator = None
        if number:
            denominator = Fraction(over["number"])
        elif over is not None:
            denominator = _put_together(over, [bottom for _, bottom in pairs])
        if denominator == 0:
            return None
        value = half_away(numerator if denominator is None else numerator / denominator, 6)
        return {
            "numerator": numerator,
            "denominator": denominator,
            "value": value,
            "parts": len(pairs),
            "parts_unknown": len(parts) - len(pairs),
        }


def _put_together(asked: Mapping[str, Any], values: Sequence[Fraction]) -> Fraction:
    if "max" in asked:
        return max(values)
    return min(values) if "min" in asked else sum(values, Fraction(0))


def _unique(rows: Sequence[Row]) -> list[Row]:
    found: list[Row] = []
    seen = set()
    for row in rows:
        key = tuple(row.values())
        if key not in seen:
            seen.add(key)
            found.append(row)
    return found


def points_of(line: Mapping[str, Any], value: Fraction, better: str) -> Fraction:
    rule, points = line["rule"], Fraction(line["points"])
    if "linear" in rule:
        nothing, everything = map(Fraction, rule["linear"])
        share = (value - nothing) / (everything - nothing)
        got = points * min(max(share, Fraction(0)), Fraction(1))
    elif "bands" in rule:
        got = Fraction(0)
        for bound, worth in rule["bands"]:
            if value >= Fraction(bound) if better == "more" else value <= Fraction(bound):
                got = Fraction(worth)
                break
    elif "deduct" in rule:
        got = points - Fraction(rule["deduct"]["each"]) * value
    else:
        got = Fraction(rule["each"]) * value
    return half_away(min(max(got, Fraction(0)), points), 2)


def assess(
    world: World, indicators: Mapping[str, Any], scorecards: Mapping[str, Any], period: str
) -> dict[str, str]:
    """Return the three canonical CSV texts."""
    alive = sorted(org for org in world.tree if world.exists_on(org, world.last))
    numbers = {
        (org, code): found
        for code, kind in indicators.items()
        for org in alive
        if (found := world.indicator(org, kind)) is not None
    }
    lines: list[tuple[Any, ...]] = []
    scores: list[tuple[Any, ...]] = []
    for code, card in scorecards.items():
        meant = [org for org in alive if _applies(card.get("applies_to", {}), world.tree[org])]
        for org in meant:
            lines += _lines(code, card, org, numbers, indicators)
        scores += _scores(code, card, meant, world, numbers, indicators)
    return {
        "indicators": _csv(
            "period,org,indicator,numerator,denominator,value,parts,parts_unknown",
            [
                (
                    period,
                    org,
                    code,
                    shown(found["numerator"], 4),
                    shown(found["denominator"], 4),
                    shown(found["value"], 6),
                    found["parts"],
                    found["parts_unknown"],
                )
                for (org, code), found in sorted(numbers.items())
            ],
        ),
        "lines": _csv(
            "period,org,scorecard,indicator,value,points,max_points,state",
            [(period, *row) for row in sorted(lines, key=lambda row: row[:3])],
        ),
        "scores": _csv(
            "period,org,scorecard,score,coverage,peer_group,peers,rank,stars,notes",
            [(period, *row) for row in sorted(scores, key=lambda row: row[:2])],
        ),
    }


def _csv(header: str, rows: Sequence[tuple[Any, ...]]) -> str:
    def field(value: Any) -> str:
        text = "" if value is None else str(value)
        return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text

    return "".join(line + "\n" for line in [header, *(",".join(map(field, row)) for row in rows)])


def _applies(wanted: Mapping[str, Any], span: Row) -> bool:
    pairs = (("kinds", "kind"), ("domains", "domain"), ("levels", "level"))
    return all(plural not in wanted or span[one] in wanted[plural] for plural, one in pairs)


def _lines(code: str, card: Any, org: int, numbers: Any, indicators: Any) -> list[tuple[Any, ...]]:
    rows = []
    for line in card["lines"]:
        found = numbers.get((org, line["indicator"]))
        better = indicators[line["indicator"]].get("better", "more")
        if found:
            points: Fraction | None = points_of(line, found["value"], better)
        else:
            points = Fraction(0) if line.get("unknown", "zero") == "zero" else None
        rows.append(
            (
                org,
                code,
                line["indicator"],
                shown(found["value"], 6) if found else "",
                shown(points, 2),
                shown(Fraction(line["points"]), 2),
                "known" if found else "unknown",
            )
        )
    return rows


def _scores(
    code: str, card: Any, meant: Sequence[int], world: World, numbers: Any, indicators: Any
) -> list[tuple[Any, ...]]:
    results: dict[int, dict[str, Any]] = {}
    for org in meant:
        result = _score(card, org, numbers, indicators)
        result["group"] = _group(card.get("peers", {}), world, org)
        results[org] = result
    for org, result in results.items():
        peers = card.get("peers", {})
        same = [other for other in results.values() if other["group"] == result["group"]]
        scored = [other["score"] for other in same if other["score"] is not None]
        lonely = peers.get("within", "all") != "all" and result["group"][0] is None
        result["peers"] = 0 if lonely else len(scored)
        few = not lonely and len(scored) < card.get("min_peers", 1)
        result["notes"] += (
            ["no_peers"] * lonely + ["few_peers"] * few + ["veto"] * (result["cap"] is not None)
        )
        result["rank"] = None
        if result["score"] is not None and not lonely and not few:
            result["rank"] = 1 + sum(other > result["score"] for other in scored)
        result["binding"] = not lonely and not few
        del org
    _give_stars(card, results)
    rows = []
    for org, result in results.items():
        ancestor, values = result["group"]
        within = "all" if card.get("peers", {}).get("within", "all") == "all" else ancestor or "-"
        attributes = "+".join(value or "-" for value in values) or "-"
        rows.append(
            (
                org,
                code,
                shown(result["score"], 2),
                shown(result["coverage"], 4),
                f"{code}/{within}/{attributes}",
                result["peers"],
                result["rank"],
                result["stars"],
                ",".join(result["notes"]),
            )
        )
    return rows


def _group(peers: Mapping[str, Any], world: World, org: int) -> tuple[Any, ...]:
    within = peers.get("within", "all")
    ancestor = None if within == "all" else world.ancestor(org, within)
    values = tuple(world.tree[org][attribute] or None for attribute in peers.get("same", []))
    return ancestor, values


def _score(card: Any, org: int, numbers: Any, indicators: Any) -> dict[str, Any]:
    got, stays, knows, whole = Fraction(0), Fraction(0), Fraction(0), Fraction(0)
    waiting = False
    for line in card["lines"]:
        full = Fraction(line["points"])
        whole += full
        found = numbers.get((org, line["indicator"]))
        if found:
            got += points_of(line, found["value"], indicators[line["indicator"]].get("better", "more"))
            stays += full
            knows += full
        elif line.get("unknown", "zero") != "skip":
            stays += full
            waiting |= line.get("unknown") == "wait"
    coverage = half_away(knows / whole, 4)
    uncovered = coverage < Fraction(card.get("min_coverage", 0)) or stays == 0
    caps = [
        veto["stars_at_most"]
        for veto in card.get("veto", [])
        if (org, veto["indicator"]) in numbers
        and numbers[org, veto["indicator"]]["value"] > Fraction(veto["above"])
    ]
    return {
        "score": None if uncovered or waiting else half_away(100 * got / stays, 2),
        "coverage": coverage,
        "notes": ["coverage"] * uncovered + ["waiting"] * waiting,
        "cap": min(caps) if caps else None,
        "stars": None,
    }


def _give_stars(card: Any, results: Mapping[int, dict[str, Any]]) -> None:
    for star in card.get("stars", []):
        reached = [
            result
            for result in results.values()
            if result["score"] is not None
            and result["stars"] is None
            and result["score"] >= Fraction(star["at_least"])
            and (result["cap"] is None or result["cap"] >= star["stars"])
        ]
        unbound = [result for result in reached if not result["binding"] or "share" not in star]
        for result in unbound:
            result["stars"] = star["stars"]
        bound = [result for result in reached if result["binding"] and "share" in star]
        for group in {result["group"] for result in bound}:
            members = [result for result in bound if result["group"] == group]
            room = int(Fraction(star["share"]) * members[0]["peers"])
            for score in sorted({member["score"] for member in members}, reverse=True):
                tied = [member for member in members if member["score"] == score]
                if len(tied) > room:
                    break
                room -= len(tied)
                for member in tied:
                    member["stars"] = star["stars"]


def decimal_text(number: Decimal | int) -> str:
    return format(number, "f") if isinstance(number, Decimal) else str(number)
