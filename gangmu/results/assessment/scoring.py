"""Scorecards as SQL over whole numbers: points, scores, ranks and stars for all at once.

Both engines run these statements. Values come as whole millionths, points and scores are
whole hundredths, coverage whole ten-thousandths, so nothing is ever rounded but where the
contract says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gangmu.results.assessment.definitions import Line, ScorecardKind, Star
from gangmu.results.indicators.definitions import places

_SMALL = 2**62


@dataclass(frozen=True)
class Dialect:
    """Where the engines' SQL differs."""

    wide: str
    divided: Callable[[str, str], str]
    """The whole quotient of two whole numbers, neither negative."""
    wide_divided: Callable[[str, str], str]
    """The same for numbers of up to 38 digits."""
    quoted: Callable[[str], str]


def scaled(number: Decimal | int, digits: int) -> int:
    """Return a number times a power of ten, which must be whole."""
    result = Decimal(number).scaleb(digits)
    whole = int(result)
    assert whole == result
    return whole


def ceiling(number: Decimal, digits: int) -> int:
    """Return the least whole number that is not below the number times a power of ten."""
    numerator, denominator = number.as_integer_ratio()
    return -(-numerator * int(10**digits) // denominator)


def floor(number: Decimal, digits: int) -> int:
    """Return the greatest whole number that is not above the number times a power of ten."""
    numerator, denominator = number.as_integer_ratio()
    return numerator * int(10**digits) // denominator


def _quotient(dialect: Dialect, numerator: str, denominator: int, bound: int) -> str:
    """Divide and round half up; ``bound`` is the greatest the numerator can be."""
    if 2 * (bound + denominator) < _SMALL:
        return dialect.divided(f"(2 * ({numerator}) + {denominator})", str(2 * denominator))
    wide = dialect.wide
    doubled = f"(CAST(2 AS {wide}) * ({numerator}) + CAST('{denominator}' AS {wide}))"
    return dialect.wide_divided(doubled, f"CAST('{2 * denominator}' AS {wide})")


def _clamped(dialect: Dialect, value: str, least: int, most: int, factor: int) -> str:
    """Return a value held between bounds, in the narrowest type in which ``factor`` times it fits."""
    kind = "BIGINT" if max(abs(least), abs(most), 1) * factor < _SMALL else dialect.wide
    held = f"CASE WHEN {value} < {_number(dialect, least)} THEN {_number(dialect, least)} "
    held += f"WHEN {value} > {_number(dialect, most)} THEN {_number(dialect, most)} ELSE {value} END"
    return f"CAST({held} AS {kind})"


def _number(dialect: Dialect, number: int) -> str:
    return str(number) if abs(number) < _SMALL else f"CAST('{number}' AS {dialect.wide})"


def line_points(dialect: Dialect, line: Line, value: str, *, more: bool) -> str:
    """Return the SQL of a line's points, in hundredths, for a value that is known."""
    rule, points = line.rule, scaled(line.points, 2)
    if rule.linear is not None:
        return _linear(dialect, rule.linear, points, value)
    if rule.bands is not None:
        reached = [
            f"WHEN {value} >= {_number(dialect, ceiling(bound, 6))} THEN {scaled(got, 2)}"
            if more
            else f"WHEN {value} <= {_number(dialect, floor(bound, 6))} THEN {scaled(got, 2)}"
            for bound, got in rule.bands
        ]
        return f"CASE {' '.join(reached)} ELSE 0 END"
    each = rule.deduct.each if rule.deduct is not None else rule.each
    assert each is not None
    return _by_unit(dialect, each, line.points, value, deducted=rule.deduct is not None)


def _linear(dialect: Dialect, ends: tuple[Decimal, Decimal], points: int, value: str) -> str:
    nothing, everything = ends
    digits = max(6, places(nothing), places(everything))
    start, stretch = scaled(nothing, digits), abs(scaled(everything - nothing, digits))
    factor = 10 ** (digits - 6)
    rising = nothing < everything
    low, high = (nothing, everything) if rising else (everything, nothing)
    least, most = floor(low, 6), ceiling(high, 6)
    held = _clamped(dialect, value, least, most, factor * points * 4)
    run = f"({held} * {_number(dialect, factor)} - {_number(dialect, start)})"
    if not rising:
        run = f"(0 - {run})"
    bound = (stretch + 2 * factor) * points
    inside = _quotient(dialect, f"{points} * {run}", stretch, bound)
    none, full = (least, most) if rising else (most, least)
    below, above = ("<=", ">=") if rising else (">=", "<=")
    return (
        f"CASE WHEN {value} {below} {_number(dialect, none)} THEN 0 "
        f"WHEN {value} {above} {_number(dialect, full)} THEN {points} ELSE {inside} END"
    )


def _by_unit(dialect: Dialect, each: Decimal, points: Decimal, value: str, *, deducted: bool) -> str:
    digits = places(each)
    step, full = scaled(each, digits), scaled(points, 6 + digits)
    if step == 0:
        return str(scaled(points, 2)) if deducted else "0"
    most = -(-full // step)
    held = _clamped(dialect, value, 0, most, step * 4)
    taken = f"{_number(dialect, step)} * {held}"
    taken = f"CASE WHEN {taken} > {_number(dialect, full)} THEN {_number(dialect, full)} ELSE {taken} END"
    got = f"({_number(dialect, full)} - {taken})" if deducted else f"({taken})"
    return _quotient(dialect, got, 10 ** (4 + digits), full)


@dataclass(frozen=True)
class Card:
    """One scorecard and where its values stand: a relation with ``org``, ``anc``, ``grp``,
    ``kind``, ``domain``, ``level`` and one column of millionths for each indicator.
    """

    card: ScorecardKind
    relation: str
    columns: dict[str, str]
    more: dict[str, bool]


def lines_sql(dialect: Dialect, card: Card) -> str:
    """Return the SQL of every line of every organization: ``value``, ``points`` in whole units."""
    selects = []
    for line in card.card.lines:
        value = card.columns[line.indicator]
        points = line_points(dialect, line, value, more=card.more[line.indicator])
        unknown = "0" if line.unknown == "zero" else "NULL"
        selects.append(
            f"SELECT org, {dialect.quoted(card.card.code)} AS scorecard, "
            f"{dialect.quoted(line.indicator)} AS indicator, {value} AS value, "
            f"CAST(CASE WHEN {value} IS NULL THEN {unknown} ELSE {points} END AS BIGINT) AS points, "
            f"CAST({scaled(line.points, 2)} AS BIGINT) AS max_points, "
            f"CASE WHEN {value} IS NULL THEN 'unknown' ELSE 'known' END AS state FROM {card.relation}"
        )
    return " UNION ALL ".join(selects)


def scores_sql(dialect: Dialect, card: Card) -> str:
    """Return the SQL of the scores of one scorecard, in whole units."""
    kind = card.card
    steps = [
        f"gained AS ({_gained(dialect, card)})",
        f"covered AS ({_covered(dialect, kind)})",
        f"scored AS ({_scored(dialect, kind)})",
        f"ranked AS ({_ranked(kind)})",
    ]
    latest = "ranked"
    for number, star in enumerate(kind.stars):
        steps.append(f"starred{number} AS ({_starred(dialect, star, latest, number)})")
        latest = f"starred{number}"
    stars = ", ".join(f"star{number}" for number in range(len(kind.stars)))
    stars = f"coalesce({stars}, NULL)" if stars else "CAST(NULL AS INTEGER)"
    placed = "TRUE" if kind.peers.within == "all" else "anc IS NOT NULL"
    return (
        f"WITH {', '.join(steps)} SELECT org, {dialect.quoted(kind.code)} AS scorecard, score, coverage, "
        f"{_group_text(dialect, kind)} AS peer_group, CAST(peers AS INTEGER) AS peers, "
        f"CASE WHEN score IS NOT NULL AND {placed} AND NOT few THEN CAST(place AS INTEGER) END AS rank, "
        f"{stars} AS stars, "
        "concat_ws(',', CASE WHEN uncovered THEN 'coverage' END, CASE WHEN waits THEN 'waiting' END, "
        f"CASE WHEN NOT ({placed}) THEN 'no_peers' END, CASE WHEN few THEN 'few_peers' END, "
        f"CASE WHEN most_stars IS NOT NULL THEN 'veto' END) AS notes FROM {latest}"
    )


def _gained(dialect: Dialect, card: Card) -> str:
    got, stays, knows, waits = ["0"], ["0"], ["0"], []
    for line in card.card.lines:
        value, full = card.columns[line.indicator], scaled(line.points, 2)
        points = line_points(dialect, line, value, more=card.more[line.indicator])
        got.append(f"CASE WHEN {value} IS NULL THEN 0 ELSE {points} END")
        knows.append(f"CASE WHEN {value} IS NULL THEN 0 ELSE {full} END")
        stays.append(knows[-1] if line.unknown == "skip" else str(full))
        if line.unknown == "wait":
            waits.append(f"{value} IS NULL")
    caps = [
        f"CASE WHEN {card.columns[veto.indicator]} > {_number(dialect, floor(veto.above, 6))} "
        f"THEN {veto.stars_at_most} END"
        for veto in card.card.veto
    ]
    cap = f"least({', '.join(caps)})" if len(caps) > 1 else (caps[0] if caps else "CAST(NULL AS INTEGER)")
    return (
        f"SELECT org, anc, grp, kind, domain, level, CAST({' + '.join(got)} AS BIGINT) AS points, "
        f"CAST({' + '.join(stays)} AS BIGINT) AS stays, CAST({' + '.join(knows)} AS BIGINT) AS knows, "
        f"{' OR '.join(waits) or 'FALSE'} AS waits, {cap} AS most_stars FROM {card.relation}"
    )


def _covered(dialect: Dialect, kind: ScorecardKind) -> str:
    whole = sum(scaled(line.points, 2) for line in kind.lines)
    return f"SELECT *, {_quotient(dialect, '10000 * knows', whole, 10_000 * whole)} AS coverage FROM gained"


def _scored(dialect: Dialect, kind: ScorecardKind) -> str:
    uncovered = f"(coverage < {ceiling(kind.min_coverage, 4)} OR stays = 0)"
    score = dialect.divided("(20000 * points + stays)", "(2 * CASE WHEN stays = 0 THEN 1 ELSE stays END)")
    return (
        f"SELECT *, {uncovered} AS uncovered, "
        f"CASE WHEN NOT {uncovered} AND NOT waits THEN {score} END AS score FROM covered"
    )


def _ranked(kind: ScorecardKind) -> str:
    peers = "count(score) OVER (PARTITION BY grp)"
    if kind.peers.within != "all":
        peers = f"CASE WHEN anc IS NULL THEN 0 ELSE {peers} END"
    few = f"(peers < {kind.min_peers})"
    if kind.peers.within != "all":
        few = f"(anc IS NOT NULL AND {few})"
    unbound = few if kind.peers.within == "all" else f"({few} OR anc IS NULL)"
    return (
        f"SELECT *, {few} AS few, {unbound} AS unbound FROM (SELECT *, {peers} AS peers, "
        "rank() OVER (PARTITION BY grp ORDER BY score DESC NULLS LAST) AS place FROM scored) AS placed"
    )


def _starred(dialect: Dialect, star: Star, source: str, number: int) -> str:
    earlier = [f"star{before} IS NULL" for before in range(number)]
    wanted = [
        "score IS NOT NULL",
        f"score >= {ceiling(star.at_least, 2)}",
        f"(most_stars IS NULL OR most_stars >= {star.stars})",
        *earlier,
    ]
    candidate = " AND ".join(wanted)
    taken = candidate
    if star.share is not None:
        digits = places(star.share)
        share = scaled(star.share, digits)
        if share * 10**8 < _SMALL:
            limit = dialect.divided(f"({share} * peers)", str(10**digits))
        else:
            product = f"(CAST('{share}' AS {dialect.wide}) * peers)"
            limit = dialect.wide_divided(product, f"CAST('{10**digits}' AS {dialect.wide})")
        reach = (
            f"sum(CASE WHEN {candidate} THEN 1 ELSE 0 END) OVER (PARTITION BY grp "
            "ORDER BY score DESC NULLS LAST RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
        )
        taken = f"{candidate} AND (unbound OR {reach} <= {limit})"
    return f"SELECT *, CASE WHEN {taken} THEN CAST({star.stars} AS INTEGER) END AS star{number} FROM {source}"


def _group_text(dialect: Dialect, kind: ScorecardKind) -> str:
    ancestor = "'all'" if kind.peers.within == "all" else "coalesce(CAST(anc AS STRING), '-')"
    values = [f"coalesce(nullif({attribute}, ''), '-')" for attribute in kind.peers.same]
    attributes = f"concat_ws('+', {', '.join(values)})" if values else "'-'"
    return f"concat({dialect.quoted(kind.code + '/')}, {ancestor}, '/', {attributes})"


def groups(kind: ScorecardKind) -> Sequence[str]:
    """Return the columns in which peers agree."""
    return (*(() if kind.peers.within == "all" else ("anc",)), *kind.peers.same)
