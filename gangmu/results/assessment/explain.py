"""Where a result comes from: lines, parts and facts of one organization, and what would change it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gangmu.core.periods import Period
from gangmu.results.assessment.assess import usable_pack
from gangmu.results.assessment.definitions import Line, ScorecardKind
from gangmu.results.assessment.rules import points_needed, points_of, rounded, score_of, standing, value_for
from gangmu.results.indicators.columns import HALF_BITS, Amount, Cells, Numbers, Numerals, add_all, allocator
from gangmu.results.indicators.definitions import Divisor, IndicatorKind, Measure
from gangmu.results.indicators.duck import Facts, connect
from gangmu.results.indicators.inputs import Files, find_inputs
from gangmu.results.indicators.outcome import Limits, WrongInput
from gangmu.results.indicators.scan import Scan
from gangmu.results.indicators.slots import Slots, literal
from gangmu.results.indicators.tree import places_of, read_spans, tree_of

_KEPT = 3_000_000
_SHOWN = 200


@dataclass(frozen=True)
class Asked:
    """Which result is to be explained, and how many facts and parts are listed."""

    org: int
    scorecard: str
    line: str | None = None
    shown: int = _SHOWN


class Explainer:
    """Explains results of one assessment; what all explanations need is read once."""

    def __init__(self, pack: Path, data: Path, out: Path, *, keep: bool = True) -> None:
        self._out = out
        self._manifest = _manifest(out)
        self._pack = usable_pack(pack)
        if self._pack.hash != self._manifest["pack"]["hash"]:
            raise WrongInput(
                f"{pack}: this is not the pack with which {out} was made; its files have changed"
            )
        self._period = Period.parse(self._manifest["period"])
        written = self._manifest["as_known_at"]
        self._known_at = datetime.fromisoformat(written.upper()) if written else None
        self._inputs = find_inputs(data)
        trusted = bool(self._manifest["trusted"])
        spans = read_spans(self._inputs.orgs, trusted=trusted)
        self.tree = tree_of(spans, self._period)
        self._names = _latest_names(self._inputs.orgs)
        self._con = connect(Limits())
        self.facts = Facts(self._con, self._inputs.facts, self._period, self._known_at)
        if not trusted:
            self.facts.check()
        scan = Scan(self._inputs.facts, self._period, self._known_at, Limits().threads)
        self.facts.settle(scan.replaced().ids)
        if trusted:
            self.facts.trust()
        else:
            self.facts.strays(spans)
        self._places = places_of(self.tree)
        self.facts.use_places(self.tree, self._places)
        self.facts.keep_history(_KEPT if keep else 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._con.close()

    def name(self, org: int) -> str:
        """Return what an organization is called now."""
        return self._names.get(org, "")

    def explain(self, asked: Asked) -> dict[str, Any]:
        """Return everything that one result rests on.

        Refuses an organization that has no such result, and facts that no longer give
        the result that was written.
        """
        card = self._pack.scorecards.get(asked.scorecard)
        if card is None:
            raise WrongInput(f"there is no scorecard {asked.scorecard} in this pack")
        if asked.line is not None and asked.line not in card.indicators:
            raise WrongInput(f"{asked.scorecard} has no line {asked.line}")
        score = self._score(asked)
        place = int(self.tree.lookup(np.array([asked.org]))[0])
        mine = self.tree.subtree(place)
        codes = list(card.indicators)
        kinds = {code: self._pack.indicators[code] for code in codes}
        slots = Slots.of(kinds)
        wide = any(kind.scope == "subtree" for kind in kinds.values())
        orgs = self.tree.org[mine] if wide else np.array([asked.org])
        with self.facts.only(orgs):
            allocate = allocator(1 << 40, None)
            cells = add_all(lambda adder: self.facts.add(adder, slots), self._places, slots, allocate)
            detail = _Detail(self, slots, cells, place, mine, asked.shown)
            shown = [code for code in codes if asked.line in (None, code)]
            values = {code: detail.value(kind) for code, kind in kinds.items()}
            indicators = {code: detail.indicator(code, kinds[code]) for code in shown}
        return self._composed(card, asked, score, values, indicators)

    def _score(self, asked: Asked) -> dict[str, Any]:
        rows = self._result("scores", f"org = {asked.org} AND scorecard = {literal(asked.scorecard)}")
        if not rows:
            said = f"organization {asked.org} has no result of {asked.scorecard} in {self._out}"
            raise WrongInput(said)
        return rows[0]

    def _result(self, name: str, where: str) -> list[dict[str, Any]]:
        file = self._out / f"{name}.parquet"
        if not file.exists():
            raise WrongInput(f"{file}: the {name} were not written; assess with --write {name}")
        sql = f"SELECT * FROM read_parquet({literal(str(file))}) WHERE {where}"
        return self._con.sql(sql).to_arrow_table().to_pylist()  # type: ignore[no-any-return]

    def _composed(
        self,
        card: ScorecardKind,
        asked: Asked,
        score: dict[str, Any],
        values: dict[str, Decimal | None],
        indicators: dict[str, dict[str, Any]],
    ) -> dict[str, Any]:
        better = {code: self._pack.indicators[code].better == "more" for code in card.indicators}
        stand = standing(card, values, better)
        if score_of(card, stand) != score["score"]:
            said = "the facts no longer give the score that was written; they have changed since"
            raise WrongInput(f"{self._out}: {said}")
        lines = []
        for line in card.lines:
            if line.indicator in indicators:
                lines.append(_line(line, values[line.indicator], more=better[line.indicator]))
                lines[-1] |= indicators[line.indicator]
        vetoes = [
            {
                "indicator": veto.indicator,
                "above": veto.above,
                "stars_at_most": veto.stars_at_most,
                "value": values[veto.indicator],
                "holds": (values[veto.indicator] or 0) > veto.above if veto.indicator in values else False,
            }
            for veto in card.veto
        ]
        return {
            "org": asked.org,
            "name": self.name(asked.org),
            "period": str(self._period),
            "as_known_at": self._manifest["as_known_at"],
            "scorecard": asked.scorecard,
            "title": str(card.title),
            "score": score["score"],
            "coverage": score["coverage"],
            "rank": score["rank"],
            "peers": score["peers"],
            "peer_group": score["peer_group"],
            "stars": score["stars"],
            "notes": [note for note in score["notes"].split(",") if note],
            "points": stand.points,
            "points_possible": stand.stays,
            "lines": lines,
            "vetoes": vetoes,
            "changes": list(self._changes(card, score, values, better)),
        }

    def _changes(
        self,
        card: ScorecardKind,
        score: dict[str, Any],
        values: dict[str, Decimal | None],
        better: dict[str, bool],
    ) -> Iterator[dict[str, Any]]:
        """Yield what would bring the next star and the next rank, line by line."""
        stand = standing(card, values, better)
        if score["score"] is None:
            for line in card.lines:
                if values[line.indicator] is None:
                    yield {"goal": "score", "indicator": line.indicator, "needs": "a known value"}
            return
        for goal, wanted in self._goals(card, score):
            gap = points_needed(stand, wanted) - stand.points
            for line in card.lines:
                value = values[line.indicator]
                if value is None and line.unknown == "skip":
                    continue
                more = better[line.indicator]
                held = Decimal(0) if value is None else points_of(line, value, more=more)
                target = value_for(line, held + gap, more=more)
                if target is not None:
                    yield {
                        "goal": goal,
                        "needs_score": wanted,
                        "needs_points": gap,
                        "indicator": line.indicator,
                        "value_now": value,
                        "value_needed": target,
                    }

    def _goals(self, card: ScorecardKind, score: dict[str, Any]) -> Iterator[tuple[str, Decimal]]:
        group = f"scorecard = {literal(card.code)} AND peer_group = {literal(score['peer_group'])}"
        above = self._con.sql(
            f"SELECT min(score) FROM read_parquet({literal(str(self._out / 'scores.parquet'))}) "
            f"WHERE {group} AND score > {score['score']}"
        ).fetchall()[0][0]
        if above is not None and score["rank"] is not None:
            yield "next rank", above
        reachable = [star for star in card.stars if star.stars > (score["stars"] or 0)]
        if reachable:
            star = reachable[-1]
            if star.at_least > score["score"]:
                yield f"{star.stars} stars", star.at_least
            elif "veto" not in score["notes"] and above is not None:
                # the score is enough and the places are taken: only a better rank helps
                yield f"{star.stars} stars, whose places are taken", above


def _manifest(out: Path) -> dict[str, Any]:
    file = out / "manifest.json"
    if not file.is_file():
        raise WrongInput(f"{out}: no results are here, for manifest.json is missing")
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        return dict(manifest)
    except (ValueError, TypeError):
        raise WrongInput(f"{file}: this is no manifest") from None


def _line(line: Line, value: Decimal | None, *, more: bool) -> dict[str, Any]:
    points = None if value is None else points_of(line, value, more=more)
    if value is None and line.unknown == "zero":
        points = Decimal(0)
    rule = line.rule.model_dump(exclude_none=True)
    return {
        "indicator": line.indicator,
        "state": "unknown" if value is None else "known",
        "value": value,
        "points": points,
        "max_points": line.points,
        "rule": rule,
        "unknown": line.unknown,
    }


class _Detail:
    """The numbers of one organization, with their parts and facts."""

    def __init__(
        self, explainer: Explainer, slots: Slots, cells: Cells, place: int, mine: Any, shown: int
    ) -> None:
        self._tree, self._facts, self._name = explainer.tree, explainer.facts, explainer.name
        self._numerals = Numerals(self._tree, slots, cells)
        self._slots, self._cells = slots, cells
        self._place, self._mine, self._shown = place, mine, shown
        self._numbers: dict[str, Numbers] = {}

    def _made(self, kind: IndicatorKind) -> Numbers:
        if kind.code not in self._numbers:
            self._numbers[kind.code] = self._numerals.numbers(kind)
        return self._numbers[kind.code]

    def value(self, kind: IndicatorKind) -> Decimal | None:
        """Return the indicator's value, None if it is unknown."""
        numbers = self._made(kind)
        if not numbers.known[self._place]:
            return None
        numerator = _exact(numbers.numerator, self._place)
        denominator = self._denominator(numbers)
        exact = Fraction(numerator) if denominator is None else Fraction(numerator) / Fraction(denominator)
        return rounded(exact, 6)

    def _denominator(self, numbers: Numbers) -> Decimal | None:
        if numbers.fixed is not None:
            return Decimal(numbers.fixed).scaleb(-4)
        return None if numbers.denominator is None else _exact(numbers.denominator, self._place)

    def indicator(self, code: str, kind: IndicatorKind) -> dict[str, Any]:
        """Return numerator, denominator, parts and facts of an indicator."""
        numbers = self._made(kind)
        rows = self._mine if kind.scope == "subtree" else np.array([self._place])
        above, below = self._numerals.measured(kind)
        known = (above.known if below is None else above.known & below.known)[rows]
        parts = []
        # parts that are left out first: they are what an explanation is asked for
        for row in [*rows[~known], *rows[known]][: self._shown]:
            part = {"org": int(self._tree.org[row]), "name": self._name(int(self._tree.org[row]))}
            part["numerator"] = _exact(above.amount, row) if above.known[row] else None
            if below is not None:
                part["denominator"] = _exact(below.amount, row) if below.known[row] else None
            reasons = [
                f"{side}: {self._why_unknown(measure, row)}"
                for side, measure, measured in (
                    ("numerator", kind.numerator, above),
                    ("denominator", kind.denominator, below),
                )
                if measure is not None and measured is not None and not measured.known[row]
            ]
            if reasons:
                part["left_out"] = "; ".join(reasons)
            parts.append(part)
        answer: dict[str, Any] = {
            "title": str(kind.title),
            "scope": kind.scope,
            "better": kind.better,
            "parts": int(known.sum()),
            "parts_unknown": int((~known).sum()),
            "parts_shown": parts,
            "numerator": self._side(kind.numerator, numbers.numerator, rows, known),
        }
        if kind.denominator is not None:
            answer["denominator"] = self._side(kind.denominator, numbers.denominator, rows, known)
        return answer

    def _why_unknown(self, measure: Measure, row: int) -> str:
        slots = self._slots.of_measure(measure)
        if measure.nulls is None and any(self._cells.nulls[slot][row] for slot in slots):
            return "reported as unknown"
        return "nothing reported"

    def _side(self, measure: Measure, amount: Amount | None, rows: Any, known: Any) -> dict[str, Any]:
        side: dict[str, Any] = {"measure": measure.model_dump(exclude_none=True)}
        if isinstance(measure, Divisor) and measure.number is not None:
            return side | {"amount": measure.number}
        side["amount"] = _exact(amount, self._place) if amount is not None and known.any() else None
        if isinstance(measure, Divisor) and not measure.measured:
            return side
        with self._facts.only(self._tree.org[rows]):
            side["facts"], side["facts_shown"] = self._facts.listed_for(measure, self._shown)
        counted = set(self._tree.org[rows[known]].tolist())
        for fact in side["facts_shown"]:
            fact["counts"] = fact["replaced_by"] is None and fact["org"] in counted
        return side


def _exact(amount: Amount, place: int) -> Decimal:
    whole = int(amount.low[place])
    if amount.high is not None:
        whole += int(amount.high[place]) << HALF_BITS
    return Decimal(whole).scaleb(-4)


def _latest_names(groups: Sequence[Files]) -> dict[int, str]:
    schema = pa.schema([("org", pa.int64()), ("name", pa.string()), ("valid_from", pa.date32())])
    tables = [
        pq.ParquetFile(path).read(schema.names).select(schema.names).cast(schema)
        for files in groups
        for path in files.paths
    ]
    table = pa.concat_tables([schema.empty_table(), *tables]).sort_by("valid_from")
    return dict(zip(table["org"].to_pylist(), table["name"].to_pylist(), strict=True))
