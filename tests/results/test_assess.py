import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from gangmu.core.periods import Period
from gangmu.results.assessment.assess import assess
from gangmu.results.assessment.engine import Job, WrongDefinitions
from gangmu.results.indicators.outcome import Limits, WrongInput
from gangmu.site.cli import main
from tests.results.conftest import WritePack
from tests.results.worlds import (
    FACTS,
    GOLDEN,
    ORGS,
    golden_data,
    rows_of,
    write_facts,
    write_orgs,
    write_world,
)

WORLD = GOLDEN / "01-silence-counts-as-zero"
YEAR = Period.parse("2025")

Row = dict[str, Any]
Capture = pytest.CaptureFixture[str]


def org(
    number: int, parent: int | None = None, first: str = "2020-01-01", end: str | None = None, **more: Any
) -> Row:
    row = {
        "org": number,
        "parent": parent,
        "code": str(number),
        "name": f"组织{number}",
        "level": "village",
        "kind": "branch",
        "domain": None,
        "valid_from": date.fromisoformat(first),
        "valid_to": date.fromisoformat(end) if end else None,
    }
    return row | more


def fact(name: str, number: int = 1, day: str = "2025-05-01", **more: Any) -> Row:
    at = datetime(2025, 5, 2, tzinfo=UTC)
    row = {
        "fact": name,
        "replaces": None,
        "org": number,
        "day": date.fromisoformat(day),
        "code": "meeting.held",
        "item": "",
        "value": Decimal(1),
        "source": "record:1",
        "thread": None,
        "written_at": at,
        "known_at": at,
    }
    return row | more


def small(folder: Path, orgs: list[Row], facts: list[Row]) -> Job:
    pack = folder / "pack"
    (pack / "indicator").mkdir(parents=True)
    (pack / "indicator" / "meetings.yaml").write_text("numerator: {count: meeting.held}\n")
    return Job(pack, write_world(folder / "data", orgs, facts), YEAR, folder / "out")


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name not in ("pack", "data"))


@pytest.mark.parametrize(
    ("orgs", "facts", "said"),
    [
        ([org(1, first="2025-02-01", end="2025-01-01")], [], "a span ends before it begins: organization 1"),
        ([org(1), org(1, first="2025-02-01")], [], "spans overlap: organization 1"),
        ([org(1), org(1, name="另")], [], "spans overlap: organization 1"),
        ([org(1, 2)], [], "a parent does not exist through the span: organization 1"),
        (
            [org(1, 2), org(2, end="2025-06-01")],
            [],
            "a parent does not exist through the span: organization 1",
        ),
        (
            [org(1, 2), org(2, end="2025-06-01"), org(2, first="2025-06-02")],
            [],
            "does not exist through the span",
        ),
        ([org(1, 1)], [], "a ring of parents: organization 1"),
        ([org(1, 2), org(2, 3), org(3, 1)], [], "a ring of parents: organization 1, 2, 3"),
        (
            [org(1), org(2, 1, end="2021-01-01"), org(2, 3, "2021-01-01"), org(3, 2, "2021-01-01")],
            [],
            "a ring",
        ),
        ([org(1)], [fact("a"), fact("a", value=Decimal(2))], "two different rows have one id: a"),
        ([org(1)], [fact("a"), fact("b"), fact("b", org=2)], "two different rows have one id: b"),
        ([org(1)], [fact("a", code="void")], "a void replaces nothing: a"),
        ([org(1)], [fact("a", replaces="a")], "a ring of replacements: a"),
        ([org(1)], [fact("a", replaces="c"), fact("b", replaces="a"), fact("c", replaces="b")], "a ring"),
    ],
)
def test_assess_refuses_wrong_rows_and_writes_nothing(
    tmp_path: Path, orgs: list[Row], facts: list[Row], said: str
) -> None:
    job = small(tmp_path, orgs, facts)

    with pytest.raises(WrongInput, match=said):
        assess(job)

    assert left_behind(tmp_path) == []


def test_assess_lets_a_long_chain_of_replacements_pass(tmp_path: Path) -> None:
    chain = [fact(f"f{n}", replaces=f"f{n - 1}" if n else None) for n in range(300)]
    job = small(tmp_path, [org(1)], chain)

    assess(job)

    assert pq.read_table(job.out / "indicators.parquet")["numerator"].to_pylist() == [Decimal("1.0000")]


def test_assess_counts_a_row_that_stands_twice_once(tmp_path: Path) -> None:
    job = small(tmp_path, [org(1), org(1)], [fact("a"), fact("a"), fact("b")])

    assess(job)

    assert pq.read_table(job.out / "indicators.parquet")["numerator"].to_pylist() == [Decimal("2.0000")]


@pytest.mark.parametrize("column", ["org", "day", "code", "item", "fact", "source", "known_at"])
def test_assess_refuses_a_null_where_none_is_allowed(tmp_path: Path, column: str) -> None:
    job = small(tmp_path, [org(1)], [fact("a"), fact("b") | {column: None}])

    with pytest.raises(WrongInput, match=f"the column {column} holds a null"):
        assess(job)


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("org", pa.string()),
        ("org", pa.uint64()),
        ("day", pa.timestamp("us")),
        ("day", pa.string()),
        ("value", pa.float64()),
        ("value", pa.decimal128(20, 6)),
        ("code", pa.int64()),
        ("known_at", pa.timestamp("us")),
    ],
)
def test_assess_refuses_a_column_of_another_type(tmp_path: Path, column: str, kind: pa.DataType) -> None:
    job = small(tmp_path, [org(1)], [])
    index = FACTS.get_field_index(column)
    pq.write_table(
        FACTS.set(index, pa.field(column, kind)).empty_table(), job.data / "facts" / "facts.parquet"
    )

    with pytest.raises(WrongInput, match=f"the column {column} is "):
        assess(job)


def test_assess_takes_types_that_fit_without_loss_and_other_columns(tmp_path: Path) -> None:
    job = small(tmp_path, [org(1)], [fact("a")])
    table = pa.Table.from_pylist([fact("b"), fact("c")], FACTS)
    for name, kind in (
        ("org", pa.int16()),
        ("value", pa.decimal128(5, 2)),
        ("code", pa.dictionary(pa.int8(), pa.string())),
        ("item", pa.large_string()),
        ("known_at", pa.timestamp("ms", "Asia/Shanghai")),
    ):
        index = table.schema.get_field_index(name)
        table = table.set_column(index, name, pc.cast(table[name], kind))
    (job.data / "facts" / "org=7" / "year=x").mkdir(parents=True)
    more = table.append_column("note", pa.array(["x", "y"])).select([*reversed(table.column_names), "note"])
    pq.write_table(more, job.data / "facts" / "org=7" / "year=x" / "[1].parquet")

    assess(job)

    assert pq.read_table(job.out / "indicators.parquet")["numerator"].to_pylist() == [Decimal("3.0000")]


def test_assess_refuses_what_is_missing(tmp_path: Path) -> None:
    job = small(tmp_path, [org(1)], [fact("a")])
    (job.data / "facts" / "facts.parquet").unlink()
    assess(job)  # an empty folder is no facts
    (job.data / "facts").rmdir()

    with pytest.raises(WrongInput, match="the folder of facts is missing"):
        assess(Job(job.pack, job.data, YEAR, tmp_path / "other"))
    (job.data / "orgs.parquet").write_bytes(b"PAR1")
    (job.data / "facts").mkdir()
    with pytest.raises(WrongInput, match=r"orgs\.parquet: no Parquet file"):
        assess(Job(job.pack, job.data, YEAR, tmp_path / "other"))
    assert left_behind(tmp_path) == ["out"]


def test_assess_leaves_strays_out_counts_them_and_shows_some(tmp_path: Path) -> None:
    orgs = [org(1, end="2025-03-01"), org(1, first="2025-06-01"), org(2)]
    facts = [
        fact("in", day="2025-02-28"),
        fact("gap", day="2025-05-01"),
        fact("nobody", 9),
        fact("later", 9, day="2026-01-01"),
        fact("old", day="2019-12-31"),
        fact("unknown", 9, code="later.room"),
        fact("gone", 2),
        fact("correction", 9, replaces="gone"),
    ]
    job = small(tmp_path, orgs, facts)

    manifest = assess(job)

    reasons = {example["fact"]: example["reason"] for example in manifest["strays"]["examples"]}
    assert manifest["strays"]["count"] == 4
    assert reasons == {
        "gap": "outside its spans",
        "old": "outside its spans",
        "nobody": "unknown organization",
        "correction": "unknown organization",
    }
    assert manifest["passed_over"] == {"count": 1, "codes": {"later.room": 1}}
    found = pq.read_table(job.out / "indicators.parquet").to_pylist()
    assert {row["org"]: row["numerator"] for row in found} == {1: Decimal(1), 2: Decimal(0)}


def test_assess_refuses_strays_when_strict(tmp_path: Path) -> None:
    job = small(tmp_path, [org(1)], [fact("a"), fact("b", 9)])

    with pytest.raises(WrongInput, match=r"1 strays, for example b \(unknown organization\)"):
        assess(Job(**{**job.__dict__, "strict": True}))
    assert left_behind(tmp_path) == []


def test_assess_trusts_files_that_were_checked(tmp_path: Path) -> None:
    data = golden_data(WORLD, tmp_path / "data")

    trusted = assess(Job(WORLD, data, YEAR, tmp_path / "a", trust=True))
    checked = assess(Job(WORLD, data, YEAR, tmp_path / "b"))

    assert trusted["trusted"]
    assert trusted["results"] == checked["results"]


def test_assess_gives_the_same_hashes_with_any_number_of_files_and_threads(tmp_path: Path) -> None:
    rows = rows_of(GOLDEN / "02-merged-in-june" / "facts.csv")
    data = golden_data(GOLDEN / "02-merged-in-june", tmp_path / "one")
    write_orgs(tmp_path / "many", rows_of(GOLDEN / "02-merged-in-june" / "orgs.csv"))
    for number, row in enumerate(reversed(rows)):
        write_facts(tmp_path / "many", [row], f"{number}.parquet")

    one = assess(Job(GOLDEN / "02-merged-in-june", data, YEAR, tmp_path / "a", limits=Limits(threads=1)))
    many = assess(
        Job(GOLDEN / "02-merged-in-june", tmp_path / "many", YEAR, tmp_path / "b", limits=Limits(threads=3))
    )

    assert one["results"] == many["results"]


def test_assess_writes_only_what_is_asked_for_and_always_the_manifest(tmp_path: Path) -> None:
    data = golden_data(WORLD, tmp_path / "data")

    manifest = assess(Job(WORLD, data, YEAR, tmp_path / "out", write=("scores",)))

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["manifest.json", "scores.parquet"]
    assert json.loads((tmp_path / "out" / "manifest.json").read_text()) == manifest
    assert list(manifest["results"]) == ["scores"]
    assert sorted(manifest["inputs"]) == ["facts/facts.parquet", "orgs.parquet"]


def test_assess_replaces_results_only_when_told(tmp_path: Path) -> None:
    data = golden_data(WORLD, tmp_path / "data")
    out = tmp_path / "out"
    out.mkdir()
    (out / "note.txt").write_text("earlier")

    with pytest.raises(WrongInput, match="this folder is not empty"):
        assess(Job(WORLD, data, YEAR, out))
    with pytest.raises(WrongInput, match="would replace what they are made from"):
        assess(Job(WORLD, data, YEAR, tmp_path, replace=True))
    assess(Job(WORLD, data, YEAR, out, replace=True))

    assert "scores.parquet" in {path.name for path in out.iterdir()}
    assert not (out / "note.txt").exists()
    assert left_behind(tmp_path) == ["out"]


def test_assess_reads_a_wrong_definition_before_any_data(write_pack: WritePack, tmp_path: Path) -> None:
    pack = write_pack(indicator="numerator: {sum: task.dew}\n")

    with pytest.raises(WrongDefinitions) as refused:
        assess(Job(pack, tmp_path / "nowhere", YEAR, tmp_path / "out"))

    assert str(refused.value).startswith(f"{pack}/indicator/on_time.yaml:1: value_error")


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--period", "2025Q5"], 2, "is no period"),
        (["--period", "2025", "--as-known-at", "2025-09-01"], 2, "is no instant"),
        (["--period", "2025", "--as-known-at", "2025-09-01T00:00:00"], 2, "is no instant"),
        (["--period", "2025", "--as-known-at", "2025-13-01T00:00:00Z"], 2, "is no instant"),
        (["--period", "2025", "--strict", "--trust"], 2, "do not go together"),
        (["--period", "2025", "--write", "ranks"], 2, "is no result"),
        (["--period", "2025", "--engine", "oracle"], 2, "invalid choice"),
        (["--period", "2025", "--threads", "0"], 2, "is no number of threads"),
        (["--period", "2025", "--colour", "red"], 2, "unrecognized arguments"),
        (["--period", "2025", "--data", "nowhere"], 1, "nowhere: there is no such folder"),
        (["--period", "2025", "--pack", "nowhere"], 1, "nowhere: there is no such folder"),
    ],
)
def test_the_command_names_a_wrong_option_without_a_traceback(
    tmp_path: Path, options: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = golden_data(WORLD, tmp_path / "data")
    command = ["assess", "--pack", str(WORLD), "--data", str(data), "--out", str(tmp_path / "out"), *options]

    assert main(command) == code

    told = capsys.readouterr()
    assert said in told.err
    assert "Traceback" not in told.err
    assert told.out == ""
    assert left_behind(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("orgs", "facts", "options", "said"),
    [
        ([org(1, 2), org(2, 1)], [], [], "orgs.parquet: a ring of parents: organization 1, 2"),
        ([org(1), org(1, first="2025-02-01")], [], [], "orgs.parquet: spans overlap: organization 1"),
        ([org(1)], [fact("a"), fact("a", value=None)], [], "facts: two different rows have one id: a"),
        ([org(1)], [fact("a", 9)], ["--strict"], "facts: 1 strays, for example a (unknown organization)"),
    ],
)
def test_the_command_names_what_is_wrong_in_files_and_writes_nothing(
    tmp_path: Path, orgs: list[Row], facts: list[Row], options: list[str], said: str, capfd: Capture
) -> None:
    job = small(tmp_path, orgs, facts)
    command = ["assess", "--pack", str(job.pack), "--data", str(job.data), "--period", "2025"]

    code = main([*command, "--out", str(job.out), *options])

    assert code == 1
    shown = capfd.readouterr()
    assert said in shown.err
    assert (shown.out, "Traceback" in shown.err) == ("", False)
    assert left_behind(tmp_path) == []


def test_the_command_names_a_column_of_another_type_and_writes_nothing(
    tmp_path: Path, capfd: Capture
) -> None:
    job = small(tmp_path, [org(1)], [])
    table = pa.Table.from_pylist([fact("a")], FACTS)
    wrong = table.set_column(3, "day", pa.array(["2025-05-01"]))
    pq.write_table(wrong, job.data / "facts" / "facts.parquet")

    code = main(
        [
            "assess",
            "--pack",
            str(job.pack),
            "--data",
            str(job.data),
            "--period",
            "2025",
            "--out",
            str(job.out),
        ]
    )

    assert code == 1
    assert "the column day is string, and date32 is expected" in capfd.readouterr().err
    assert left_behind(tmp_path) == []


def test_the_command_loads_no_site_and_little_before_its_child(tmp_path: Path) -> None:
    job = small(tmp_path, [org(1)], [fact("a")])
    told = (
        "import sys; from gangmu.site.cli import main; code = main(sys.argv[1:]); "
        "heavy = {'django', 'pydantic', 'yaml', 'numpy', 'pyarrow', 'duckdb', 'opencc'} & set(sys.modules); "
        "sys.exit(code or len(heavy))"
    )
    options = ["--pack", str(job.pack), "--data", str(job.data), "--period", "2025", "--out", str(job.out)]

    done = subprocess.run([sys.executable, "-c", told, "assess", *options], check=False, capture_output=True)

    assert (done.returncode, done.stderr) == (0, b"")


def test_the_command_needs_no_site(tmp_path: Path) -> None:
    data = golden_data(WORLD, tmp_path / "data")
    command = [sys.executable, "-m", "gangmu", "assess", "--pack", str(WORLD), "--data", str(data)]
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("DJANGO", "GANGMU"))}

    done = subprocess.run(
        [*command, "--period", "2025", "--out", str(tmp_path / "out"), "--json"],
        env=plain,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["results"].keys() == {"indicators", "lines", "scores"}


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.2, 0.8, 1.4])
def test_a_killed_assessment_leaves_no_results(tmp_path: Path, delay: float) -> None:
    data = golden_data(WORLD, tmp_path / "data")
    command = [sys.executable, "-m", "gangmu.results.assessment.apart"]
    from gangmu.results.assessment.apart import written_job

    draft = tmp_path / ".draft"
    draft.mkdir()
    job = Job(WORLD, data, YEAR, tmp_path / "out", draft=draft)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        child.stdin.write(written_job(job) + "\n")
        child.stdin.flush()
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        child.wait()

    out = tmp_path / "out"
    assert not out.exists() or sorted(path.name for path in out.iterdir()) == [
        "indicators.parquet",
        "lines.parquet",
        "manifest.json",
        "scores.parquet",
    ]


@pytest.mark.slow
def test_a_disk_without_room_leaves_no_results(tmp_path: Path) -> None:
    data = golden_data(WORLD, tmp_path / "data")
    command = f"{sys.executable} -m gangmu assess --pack '{WORLD}' --data '{data}' --period 2025 --out '{tmp_path}/out'"

    # no file may grow beyond one kilobyte, as on a disk that is full
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 1; {command}"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr.startswith("gangmu: nothing was written: ")
    assert left_behind(tmp_path) == []


def test_orgs_and_facts_may_be_folders(tmp_path: Path) -> None:
    rows = rows_of(WORLD / "orgs.csv")
    data = golden_data(WORLD, tmp_path / "data")
    (data / "orgs.parquet").unlink()
    (data / "orgs.parquet" / "part").mkdir(parents=True)
    for number, row in enumerate(rows):
        path = data / "orgs.parquet" / "part" / f"{number}.parquet"
        pq.write_table(pa.Table.from_pylist([row], ORGS), path)

    manifest = assess(Job(WORLD, data, YEAR, tmp_path / "out"))

    assert (
        manifest["results"]
        == assess(Job(WORLD, golden_data(WORLD, tmp_path / "b"), YEAR, tmp_path / "c"))["results"]
    )
