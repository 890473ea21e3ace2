import json
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gangmu.core.periods import Period
from gangmu.results.assessment.assess import assess
from gangmu.results.assessment.engine import Job
from gangmu.results.assessment.explain import Asked, Explainer
from gangmu.results.indicators.outcome import WrongInput
from gangmu.site.cli import main
from tests.results.random_worlds import made_by
from tests.results.test_assess import YEAR, fact, org
from tests.results.worlds import GOLDEN, golden_data, write_facts, write_world


def _assessed(name: str, folder: Path) -> tuple[Path, Path, Path]:
    world = GOLDEN / name
    data = golden_data(world, folder / "data")
    assess(Job(world, data, Period.parse((world / "period").read_text().strip()), folder / "out"))
    return world, data, folder / "out"


def test_explain_leads_from_the_score_to_facts_and_their_sources(tmp_path: Path) -> None:
    with Explainer(*_assessed("09-unknown-parts", tmp_path)) as explainer:
        found = explainer.explain(Asked(2, "town_halfyear"))

    (line,) = found["lines"]
    assert (found["score"], line["points"], line["value"]) == (
        Decimal("75.00"),
        Decimal("22.50"),
        Decimal("0.75"),
    )
    assert (line["parts"], line["parts_unknown"]) == (1, 2)
    assert [(part["org"], part.get("left_out")) for part in line["parts_shown"]] == [
        (2, "numerator: nothing reported; denominator: nothing reported"),
        (22, "numerator: reported as unknown"),
        (21, None),
    ]
    assert [(fact["fact"], fact["source"], fact["counts"]) for fact in line["numerator"]["facts_shown"]] == [
        ("f01", "record:1", True),
        ("f03", "record:3", False),
    ]


def test_explain_shows_what_replaced_a_fact(tmp_path: Path) -> None:
    with Explainer(*_assessed("04-replaced-void-and-as-known-at", tmp_path)) as explainer:
        found = explainer.explain(Asked(11, "branch_year", "money_received"))

    (line,) = found["lines"]
    assert [
        (fact["fact"], fact["replaced_by"], fact["counts"]) for fact in line["numerator"]["facts_shown"]
    ] == [
        ("a1", "a2", False),
        ("a2", "a3", False),
        ("a3", None, True),
    ]


def test_explain_says_what_would_bring_the_next_star(tmp_path: Path) -> None:
    with Explainer(*_assessed("01-silence-counts-as-zero", tmp_path)) as explainer:
        found = explainer.explain(Asked(12, "branch_year"))

    assert [(change["goal"], change["value_needed"]) for change in found["changes"]] == [
        ("next rank", Decimal("1.000000")),
        ("5 stars", Decimal("0.900000")),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_explain_agrees_with_every_score_and_line_of_random_worlds(seed: int, tmp_path: Path) -> None:
    made = made_by(seed)
    pack, data = made.write(tmp_path)
    written = made.known_at.isoformat() if made.known_at else None
    out = tmp_path / "out"
    assess(Job(pack, data, made.period, out, known_at=made.known_at, known_at_written=written))
    expected = {
        (row["org"], row["scorecard"], row["indicator"]): (row["value"], row["points"])
        for row in pq.read_table(out / "lines.parquet").to_pylist()
    }

    found = {}
    with Explainer(pack, data, out) as explainer:
        for row in pq.read_table(out / "scores.parquet").to_pylist():
            for line in explainer.explain(Asked(row["org"], row["scorecard"]))["lines"]:
                found[row["org"], row["scorecard"], line["indicator"]] = (line["value"], line["points"])

    assert found == expected


@pytest.mark.parametrize(("telling", "shown_most"), [(1, 40), (1, 4), (7, 40), (7, 12)])
def test_explain_counts_and_lists_the_facts_of_many(tmp_path: Path, telling: int, shown_most: int) -> None:
    """Of 150 branches one in ``telling`` has met, so that the first to be listed stand near or far."""
    (tmp_path / "pack" / "indicator").mkdir(parents=True)
    (tmp_path / "pack" / "scorecard").mkdir()
    (tmp_path / "pack" / "indicator" / "met.yaml").write_text(
        "numerator: {count: meeting.held}\nscope: subtree\n"
    )
    (tmp_path / "pack" / "indicator" / "told.yaml").write_text(
        "numerator: {last: record.value, item: [a], nulls: skip}\nscope: subtree\n"
    )
    (tmp_path / "pack" / "scorecard" / "town.yaml").write_text(
        "applies_to: {kinds: [committee]}\nlines:\n"
        "  - {indicator: met, points: 50, rule: {each: 1}}\n"
        "  - {indicator: told, points: 50, rule: {each: 1}}\n"
    )
    branches = range(2, 152)
    met = [branch for branch in branches if branch % telling == 0]
    facts = [fact(f"m{branch}", branch) for branch in met]
    facts += [
        fact(f"v{branch}", branch, replaces=f"m{branch}", code="void", value=None) for branch in met[::5]
    ]
    told = {"code": "record.value", "item": "a"}
    facts += [fact(f"o{branch}", branch, "2024-05-01", **told) for branch in met]
    facts += [fact(f"n{branch}", branch, "2025-03-01", **told) for branch in met[::2]]
    facts += [fact(f"u{branch}", branch, "2025-04-01", **told | {"value": None}) for branch in met[::3]]
    orgs = [org(1, kind="committee"), *(org(branch, 1) for branch in branches)]
    job = Job(tmp_path / "pack", write_world(tmp_path / "data", orgs, facts), YEAR, tmp_path / "out")
    assess(job)

    with Explainer(job.pack, job.data, job.out) as explainer:
        found = explainer.explain(Asked(1, "town", shown=shown_most))

    meetings, newest = (line["numerator"] for line in found["lines"])
    assert meetings["facts"] == len(met) - len(met[::5])
    assert [one["fact"] for one in meetings["facts_shown"]] == [f"m{branch}" for branch in met][:shown_most]
    assert newest["facts"] == len(met)
    expected = [f"{'n' if branch in met[::2] else 'o'}{branch}" for branch in met]
    assert [one["fact"] for one in newest["facts_shown"]] == expected[:shown_most]


def test_explain_refuses_when_facts_have_changed_since(tmp_path: Path) -> None:
    pack, data, out = _assessed("01-silence-counts-as-zero", tmp_path)
    write_facts(data, [])

    with Explainer(pack, data, out) as explainer, pytest.raises(WrongInput, match="have changed since"):
        explainer.explain(Asked(12, "branch_year"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--org", "99", "--scorecard", "branch_year"], "organization 99 has no result"),
        (["--org", "11", "--scorecard", "nothing"], "there is no scorecard nothing"),
        (["--org", "11", "--scorecard", "branch_year", "--line", "x"], "branch_year has no line x"),
    ],
)
def test_explain_exits_with_1_for_what_is_not_there(
    tmp_path: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pack, data, out = _assessed("01-silence-counts-as-zero", tmp_path)

    code = main(["explain", "--pack", str(pack), "--data", str(data), "--out", str(out), *options])

    assert code == 1
    assert said in capsys.readouterr().err


def test_explain_prints_text_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack, data, out = _assessed("01-silence-counts-as-zero", tmp_path)
    command = ["explain", "--pack", str(pack), "--data", str(data), "--out", str(out), "--org", "12"]

    assert main([*command, "--scorecard", "branch_year"]) == 0
    text = capsys.readouterr().out
    assert main([*command, "--scorecard", "branch_year", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert "下湾村党支部 (12), 2025" in text
    assert found["score"] == "50.00"
