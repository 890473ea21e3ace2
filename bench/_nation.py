"""A nation made up on the published tree: organizations, a year of facts, a pack of definitions."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

MONTHS = range(1, 13)
WHOLE = 5_250_000
PLACED = 41_352 + 2978

CARDS = {
    "group_village": ({"levels": "[group]", "domains": "[village, community]"}, "township", "[domain]"),
    "group_other": ({"levels": "[group]", "domains": "[agency, enterprise, school]"}, "county", "[domain]"),
    "village": ({"levels": "[village]"}, "township", "[domain]"),
    "township": ({"levels": "[township]"}, "county", "[]"),
    "county": ({"levels": "[county]"}, "province", "[]"),
    "above": ({"levels": "[prefecture, province]"}, "all", "[level]"),
}

NUMBERS = {
    "on_time": "numerator: {sum: task.on_time}\ndenominator: {sum: task.due}",
    "answered": "numerator: {sum: task.answered}\ndenominator: {sum: task.due}",
    "assemblies": "numerator: {count: meeting.held, item: [branch_assembly]}",
    "committees": "numerator: {count: meeting.held, item: [branch_committee]}",
    "lectures": "numerator: {count: meeting.held, item: [lecture]}",
    "theme_days": "numerator: {count: meeting.held, item: [theme_day]}",
    "meetings": "numerator: {count: meeting.held}",
    "meetings_each": "numerator: {count: meeting.held}\ndenominator: {number: 10}",
    "income": "numerator: {sum: record.value, item: [village.income], nulls: skip}",
    "income_best": "numerator: {max: record.value, item: [village.income], nulls: skip}",
    "income_least": "numerator: {min: record.value, item: [village.income], nulls: skip}",
    "visited": "numerator: {sum: record.value, item: [households.visited], empty: 0}\n"
    "denominator: {sum: record.value, item: [households.all]}",
    "households": "numerator: {sum: record.value, item: [households.all]}",
    "members": "numerator: {last: record.value, item: [members.full, members.probationary], nulls: skip}",
    "members_each": "numerator: {last: record.value, item: [members.full], nulls: skip}\n"
    "denominator: {orgs: [branch]}",
    "requests": "numerator: {count: case.closed, item: [request]}",
    "mediations": "numerator: {count: case.closed, item: [mediation]}",
    "cases": "numerator: {count: case.closed}",
    "money": "numerator: {sum: money.received, empty: 0}",
    "findings": "numerator: {sum: record.value, item: [inspection.findings], empty: 0}\nbetter: less",
}

LINES = """lines:
  - {{indicator: on_time{s}, points: 30, rule: {{linear: [0.5, 1.0]}}}}
  - {{indicator: answered{s}, points: 10, rule: {{linear: [0.6, 1.0]}}}}
  - {{indicator: meetings{s}, points: 20, rule: {{bands: [[{most}, 20], [{many}, 15], [{some}, 8]]}}}}
  - {{indicator: visited{s}, points: 15, rule: {{linear: [0.2, 0.9]}}, unknown: skip}}
  - {{indicator: income{s}, points: 15, rule: {{each: 0.0025}}, unknown: skip}}
  - {{indicator: requests{s}, points: 5, rule: {{each: 2.5}}}}
  - {{indicator: findings{s}, points: 5, rule: {{deduct: {{each: 1.5}}}}, unknown: skip}}
min_coverage: 0.5
veto: [{{indicator: findings{s}, above: {veto}, stars_at_most: 3}}]
min_peers: 3
stars:
  - {{stars: 5, at_least: 85, share: 0.2}}
  - {{stars: 4, at_least: 70, share: 0.4}}
  - {{stars: 3, at_least: 50}}
  - {{stars: 2, at_least: 0}}
"""


@dataclass(frozen=True)
class Nation:
    """Where a nation's pack and files lie, and how large it is."""

    pack: Path
    data: Path
    orgs: int
    facts: int


def write_pack(folder: Path) -> Path:
    """Write 40 indicators and 6 scorecards."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "indicator").mkdir(parents=True)
    (folder / "scorecard").mkdir()
    for code, text in NUMBERS.items():
        for suffix, scope in (("", "own"), ("_below", "subtree")):
            body = f"title: {code}\n{text}\nscope: {scope}\n"
            (folder / "indicator" / f"{code}{suffix}.yaml").write_text(body, encoding="utf-8")
    for code, (applies, within, same) in CARDS.items():
        below = not code.startswith("group")
        chosen = ", ".join(f"{key}: {value}" for key, value in applies.items())
        times = 10 if below else 1
        suffix, veto = ("_below", 500) if below else ("", 3)
        counts = {"most": 10 * times, "many": 8 * times, "some": 5 * times}
        lines = LINES.format(s=suffix, veto=veto, **counts)
        head = f"title: {code}\napplies_to: {{{chosen}}}\npeers: {{within: {within}, same: {same}}}\n"
        (folder / "scorecard" / f"{code}.yaml").write_text(head + lines, encoding="utf-8")
    return folder


def write_orgs(con: duckdb.DuckDBPyConnection, divisions: Path, share: int, folder: Path) -> int:
    """Write the tree: a committee for each division, branches below villages and elsewhere.

    Of the nation's counties one in ``share`` is taken, with all below it.
    """
    con.execute(
        f"""CREATE OR REPLACE TABLE division AS
        WITH given AS (SELECT code, name, coalesce(parent, '0') AS parent,
            CASE level WHEN 'city' THEN 'prefecture' ELSE level END AS level FROM read_parquet('{divisions}')
            UNION ALL SELECT '0', '中央', NULL, 'nation'),
        kept AS (SELECT code FROM given WHERE level = 'county' AND hash(code) % {share} = 0)
        SELECT * FROM given WHERE level IN ('nation', 'province', 'prefecture')
            OR substr(code, 1, 6) IN (SELECT code FROM kept)"""
    )
    villages, others = con.execute(
        "SELECT count(*) FILTER (level = 'village'), count(*) FILTER (level IN ('township', 'county')) FROM division"
    ).fetchall()[0]
    wanted = WHOLE // share - villages - others
    below, rest = divmod(wanted, max(villages, 1))
    elsewhere = max(1, rest // max(others, 1))
    con.execute(
        f"""CREATE OR REPLACE TABLE org AS
        WITH branch AS (
            SELECT code AS above, code || '-' || k AS code, name || '第' || k || '党支部' AS name, k FROM division,
                range(1, {below + 1}) t(k) WHERE level = 'village'
            UNION ALL SELECT code, code || '-' || k, name || '机关第' || k || '党支部', -k FROM division,
                range(1, {elsewhere + 1}) t(k) WHERE level IN ('township', 'county')),
        listed AS (
            SELECT code, parent AS above, name, level, CASE level WHEN 'village' THEN 'general_branch'
                ELSE 'committee' END AS kind,
                CASE WHEN level <> 'village' THEN NULL WHEN name LIKE '%社区%' OR name LIKE '%居委会%'
                THEN 'community' ELSE 'village' END AS domain FROM division
            UNION ALL SELECT code, above, name, 'group', 'branch',
                CASE WHEN k < 0 THEN ['agency', 'enterprise', 'school'][1 - (k % 3)]
                WHEN name LIKE '%社区%' OR name LIKE '%居委会%' THEN 'community' ELSE 'village' END FROM branch)
        SELECT row_number() OVER (ORDER BY code) AS org, * FROM listed"""
    )
    con.execute(
        f"""COPY (SELECT o.org, p.org AS parent, o.code, o.name, o.level, o.kind, o.domain,
            DATE '2020-01-01' AS valid_from, CAST(NULL AS DATE) AS valid_to
            FROM org o LEFT JOIN org p ON p.code = o.above ORDER BY o.org)
        TO '{folder}/orgs.parquet' (FORMAT parquet)"""
    )
    return int(con.execute("SELECT count(*) FROM org").fetchall()[0][0])


def _asked(month: int) -> str:
    """Return what every organization reports in a month, as SQL rows of code, item and value."""
    chance = "hash(org * 12 + {m} + k * 1000003)".replace("{m}", str(month))
    meeting = ["branch_assembly", "branch_committee", "lecture", "theme_day"][month % 4]
    rows = []
    if month % 2 == 0:
        rows += [
            ("task.due", "monthly_report", "1"),
            ("task.answered", "monthly_report", f"CASE WHEN {chance} % 10 < 8 THEN 1 ELSE 0 END"),
            ("task.on_time", "monthly_report", f"CASE WHEN {chance} % 10 < 7 THEN 1 ELSE 0 END"),
        ]
    if month not in (2, 8):
        rows.append(("meeting.held", meeting, "1"))
    if month % 3 == 0:
        rows.append(
            (
                "record.value",
                "village.income",
                f"CASE WHEN {chance} % 97 > 0 THEN {chance} % 900000 / 100 END",
            )
        )
    extra = {
        1: [
            ("record.value", "members.full", f"{chance} % 60"),
            ("record.value", "members.probationary", f"{chance} % 4"),
        ],
        3: [("record.value", "inspection.findings", f"{chance} % 5")],
        5: [("case.closed", "request", "1"), ("record.value", "households.all", f"200 + {chance} % 100")],
        7: [("record.value", "households.visited", f"{chance} % 150"), ("case.closed", "mediation", "1")],
        9: [("money.received", "village", f"{chance} % 5000000 / 100")],
        11: [("record.value", "households.visited", f"{chance} % 150")],
    }
    rows += extra.get(month, [])
    return "[" + ", ".join(
        f"{{'k': {k}, 'code': '{c}', 'item': '{i}'}}" for k, (c, i, _) in enumerate(rows)
    ) + "]", rows


def write_facts(con: duckdb.DuckDBPyConnection, orgs: int, folder: Path) -> int:
    """Write a year of facts, a file a month, in the scattered order in which they come in."""
    (folder / "facts").mkdir(exist_ok=True)
    for month in MONTHS:
        listed, rows = _asked(month)
        value = "CASE k " + " ".join(f"WHEN {k} THEN {v}" for k, (_, _, v) in enumerate(rows)) + " END"
        day = f"last_day(DATE '2025-{month:02d}-01')"
        known = f"TIMESTAMPTZ '2025-{month:02d}-27 00:00:00+00' + to_microseconds(CAST(hash(org) % 400000000000 AS BIGINT))"
        # every sixteenth answer was corrected later; the correction is a fact of its own
        replaced = f"code = 'task.answered' AND (org + {month}) % 16 = 0"
        con.execute(
            f"""COPY (
            WITH one AS (SELECT 1 + (i * 7368787) % {orgs} AS org FROM range({orgs}) t(i)),
            told AS (SELECT org, unnest({listed}, recursive := true) FROM one),
            valued AS (SELECT *, CAST({value} AS DECIMAL(18,4)) AS value FROM told)
            SELECT concat(1 + org // 1763, '-', (org % 1763) * 120 + {month} * 10 + k) AS fact,
                CAST(NULL AS VARCHAR) AS replaces, org, {day} AS day, code, item, value,
                concat('record:', org, '-', {month}) AS source, CAST(NULL AS VARCHAR) AS thread,
                {known} AS written_at, {known} AS known_at FROM valued
            UNION ALL
            SELECT concat(1 + org // 1763, '-', (org % 1763) * 120 + {month} * 10 + k, 'c'),
                concat(1 + org // 1763, '-', (org % 1763) * 120 + {month} * 10 + k), org, {day}, code, item, 1,
                concat('record:', org, '-', {month}), NULL, {known}, {known} + INTERVAL 3 DAY FROM valued
                WHERE {replaced}
            ) TO '{folder}/facts/2025-{month:02d}.parquet' (FORMAT parquet)"""
        )
    found = con.execute(f"SELECT count(*) FROM read_parquet('{folder}/facts/*.parquet')").fetchall()
    return int(found[0][0])


def make_nation(divisions: Path, share: int, folder: Path) -> Nation:
    """Make one ``share``-th of the nation in a folder."""
    con = duckdb.connect(config={"preserve_insertion_order": False, "threads": 2})
    data = folder / "data"
    data.mkdir(parents=True)
    orgs = write_orgs(con, divisions, share, data)
    facts = write_facts(con, orgs, data)
    con.close()
    return Nation(write_pack(folder / "pack"), data, orgs, facts)
