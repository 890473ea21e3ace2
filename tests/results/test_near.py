"""What was replaced is sought near what replaces it; a guess, which may never change a result."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gangmu.core.periods import Period
from gangmu.results.assessment.assess import assess
from gangmu.results.assessment.engine import Job
from gangmu.results.indicators.near import EVERY_MONTH, months_between
from gangmu.results.indicators.scan import Piece
from tests.results.worlds import write_facts, write_orgs

YEAR = Period.parse("2025")
PACK = {
    "held": "numerator: {count: meeting.held}",
    "lectures": "numerator: {count: meeting.held, item: [lecture]}",
    "income": "numerator: {sum: record.value, item: [income]}\nscope: subtree",
    "most": "numerator: {max: record.value, item: [income], nulls: skip}\nscope: subtree",
    "money": "numerator: {sum: money.received}",
}

Row = dict[str, Any]


def org(number: int, first: str = "2020-01-01", end: str | None = None) -> Row:
    return {
        "org": number,
        "parent": None if number == 1 else 1,
        "code": str(number),
        "name": f"组织{number}",
        "level": "village",
        "kind": "branch",
        "domain": None,
        "valid_from": date.fromisoformat(first),
        "valid_to": date.fromisoformat(end) if end else None,
    }


def fact(name: str, number: int = 2, value: str | None = "1", day: str = "2025-05-01", **more: Any) -> Row:
    at = datetime(2025, 5, 2, tzinfo=UTC)
    row = {
        "fact": name,
        "replaces": None,
        "org": number,
        "day": date.fromisoformat(day),
        "code": "record.value",
        "item": "income",
        "value": None if value is None else Decimal(value),
        "source": "record:1",
        "thread": None,
        "written_at": at,
        "known_at": at,
    }
    return row | more


def held(name: str, number: int = 2, **more: Any) -> Row:
    return fact(name, number, code="meeting.held", **({"item": "lecture"} | more))


ORGS = [org(1), org(2), org(3), org(4, end="2024-07-01")]
FIRST = [held("h1"), held("h2", 3), held("h3", 3, item="")]
SECOND = [fact("a", value="5"), fact("b", value="90"), fact("c", 3, "7"), fact("d", 3, None)]


def written(folder: Path, *more: Row) -> Job:
    (folder / "pack" / "indicator").mkdir(parents=True)
    for code, text in PACK.items():
        (folder / "pack" / "indicator" / f"{code}.yaml").write_text(text + "\n")
    write_orgs(folder / "data", ORGS)
    write_facts(folder / "data", FIRST, "first.parquet")
    write_facts(folder / "data", SECOND, "second.parquet")
    write_facts(folder / "data", more, "third.parquet")
    return Job(folder / "pack", folder / "data", YEAR, folder / "checked")


def trusted(job: Job) -> Job:
    return Job(**{**job.__dict__, "trust": True, "out": job.out.with_name("trusted")})


@pytest.mark.parametrize(
    "more",
    [
        pytest.param([fact("x", value="6", replaces="b")], id="the same measure of the same organization"),
        pytest.param([fact("x", value=None, replaces="b")], id="by one that is not known"),
        pytest.param([fact("x", value=None, code="void", item="", replaces="b")], id="a void"),
        pytest.param([fact("x", day="2025-09-01", replaces="b")], id="another day"),
        pytest.param([fact("x", day="2024-09-01", replaces="b")], id="another year"),
        pytest.param([fact("x", 3, replaces="b")], id="another organization"),
        pytest.param([held("x", replaces="b")], id="another measure"),
        pytest.param([fact("x", item="unasked", replaces="b")], id="what nobody measures"),
        pytest.param([fact("x", code="later.room", replaces="b")], id="what is not known here"),
        pytest.param([fact("x", 4, day="2024-05-01", replaces="b")], id="one that was closed before"),
        pytest.param([fact("x", replaces="elsewhere")], id="one that is in none of the files"),
        pytest.param([fact("x", replaces="a"), fact("y", 3, "8", replaces="x")], id="a chain"),
        pytest.param([fact("x", replaces="h1"), fact("y", replaces="a")], id="one near and one far"),
        pytest.param([fact("x", replaces="b"), fact("y", replaces="b")], id="one twice"),
    ],
)
def test_a_correction_may_replace_any_fact(tmp_path: Path, more: list[Row]) -> None:
    job = written(tmp_path, *more)

    checked, quick = assess(job), assess(trusted(job))

    assert quick["results"] == checked["results"]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the files whose ids are read."""
    seen: list[str] = []
    batches = Piece.batches

    def noted(piece: Piece, columns: list[str]) -> Any:
        seen.extend([piece.path.name] if "fact" in columns else [])
        return batches(piece, columns)

    monkeypatch.setattr(Piece, "batches", noted)
    return seen


def test_ids_are_read_only_where_something_may_have_been_replaced(tmp_path: Path, read: list[str]) -> None:
    job = trusted(written(tmp_path, fact("x", 2, "6", replaces="b")))

    assess(job)

    assert sorted(read) == ["second.parquet", "third.parquet"]


def test_ids_of_other_months_are_not_read(tmp_path: Path, read: list[str]) -> None:
    job = trusted(written(tmp_path, fact("x", 2, "6", day="2025-06-01", replaces="b")))
    write_facts(tmp_path / "data", [fact("s", day="2025-09-01")], "september.parquet")

    assess(job)

    # a correction of June may replace something of May, but not of September
    assert sorted(read) == ["second.parquet", "third.parquet"]


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 800), st.integers(0, 800))
def test_a_day_between_two_days_is_in_one_of_their_months(first: date, span: int, after: int) -> None:
    last = first + timedelta(days=span)
    between = min(first + timedelta(days=after), last)

    assert months_between(between, between) & months_between(first, last)
    assert months_between(first, last) <= EVERY_MONTH


def test_months_that_are_not_known_may_be_any() -> None:
    assert months_between(None, date(2025, 1, 1)) == EVERY_MONTH
    assert months_between(date(2025, 1, 31), date(2025, 2, 1)).bit_count() == 2


def test_all_ids_are_read_where_that_was_not_enough(tmp_path: Path, read: list[str]) -> None:
    job = trusted(written(tmp_path, fact("x", 2, "6", replaces="h2")))

    assess(job)

    assert min(read) == "first.parquet"


def test_other_years_are_not_searched_where_they_are_most_of_it(tmp_path: Path, read: list[str]) -> None:
    job = written(tmp_path, fact("x", 2, "6", replaces="b"))
    old = [fact(f"o{number}", day="2024-02-01") for number in range(40)]
    write_facts(tmp_path / "data", old, "old.parquet")

    checked, quick = assess(job), assess(trusted(job))

    assert quick["results"] == checked["results"]
    assert read.count("old.parquet") == 1  # by the one that looks at everything


def test_hashes_that_fall_together_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guess ends in a comparison of texts, so a collision changes nothing."""
    import gangmu.results.indicators.near as near

    true = near.hashes
    monkeypatch.setattr(near, "hashes", lambda texts, seed: true(pa.array(["b"] * len(texts)), seed))
    job = written(tmp_path, fact("x", 2, "6", replaces="b"))

    assert assess(trusted(job))["results"] == assess(job)["results"]
