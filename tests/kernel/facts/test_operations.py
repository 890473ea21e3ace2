"""Facts are only added; exported they are what the contract says, whole or not at all."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.core.periods import Period
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.parquet import FACTS, ORGS, export_facts
from gangmu.kernel.facts.rules import NewFact
from gangmu.kernel.orgs.operations import move_org, rename_org
from tests.conftest import Office

pytestmark = pytest.mark.db

OCTOBER = Period.parse("2015-10")


def due(org: Any, day: date = date(2015, 10, 31), **more: Any) -> NewFact:
    return NewFact(org.pk, day, "task.due", Decimal(1), "task:1", "monthly_order", **more)


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    return pq.read_table(folder / name).to_pylist()


def test_write_facts_gives_each_office_its_own_numbers(office: Office) -> None:
    first = write_facts(office.system, office.county.pk, [due(office.branch), due(office.far_branch)])
    second = write_facts(office.system, office.county.pk, [due(office.town)])

    county = office.county.pk
    assert [*first, *second] == [f"{county}-1", f"{county}-2", f"{county}-3"]


def test_write_facts_writes_none_when_one_is_wrong(office: Office) -> None:
    wrong = NewFact(office.branch.pk, date(2015, 10, 1), "person.clicks", Decimal(1), "x:1")

    with pytest.raises(Invalid) as refusal:
        write_facts(office.system, office.county.pk, [due(office.branch), wrong])

    assert dict(refusal.value.faults) == {"1": "There is no such fact code."}
    assert not Fact.objects.exists()


def test_write_facts_refuses_to_replace_twice_or_nothing(office: Office) -> None:
    (fact,) = write_facts(office.system, office.county.pk, [due(office.branch)])
    write_facts(office.system, office.county.pk, [due(office.branch, replaces=fact)])

    with pytest.raises(Conflict, match="replaced already"):
        write_facts(office.system, office.county.pk, [due(office.branch, replaces=fact)])
    with pytest.raises(Conflict, match="no fact to replace"):
        write_facts(office.system, office.county.pk, [due(office.branch, replaces="0-0")])


def test_export_facts_has_the_columns_and_types_of_the_contract(office: Office, tmp_path: Path) -> None:
    write_facts(office.system, office.county.pk, [due(office.branch)])

    done = export_facts(office.system, OCTOBER, tmp_path / "out")

    assert (done.spans, done.facts) == (6, 1)
    assert pq.read_schema(tmp_path / "out/orgs.parquet").equals(ORGS)
    assert pq.read_schema(tmp_path / "out/facts/2015-10.parquet").equals(FACTS)
    assert FACTS.field("value").type == pa.decimal128(18, 4)
    assert read(tmp_path / "out", "facts")[0]["written_at"] == office.system.now


def test_export_facts_takes_earlier_periods_and_what_replaces_them(office: Office, tmp_path: Path) -> None:
    county = office.county.pk
    (old, moved) = write_facts(
        office.system, county, [due(office.branch, date(2014, 12, 31)), due(office.branch)]
    )
    (later,) = write_facts(office.system, county, [due(office.branch, date(2015, 11, 30), replaces=moved)])
    write_facts(office.system, county, [due(office.branch, date(2015, 12, 31))])

    export_facts(office.system, OCTOBER, tmp_path / "out")

    assert [fact["fact"] for fact in read(tmp_path / "out", "facts")] == [old, moved, later]


def test_export_facts_as_known_at_leaves_out_what_came_later(office: Office, tmp_path: Path) -> None:
    then = office.system.now
    write_facts(office.system, office.county.pk, [due(office.branch)])
    write_facts(office.at(then + timedelta(days=1)), office.county.pk, [due(office.far_branch)])

    export_facts(office.system, OCTOBER, tmp_path / "out", known_at=then)

    assert [fact["org"] for fact in read(tmp_path / "out", "facts")] == [office.branch.pk]


def test_export_facts_under_an_organization_tells_no_parent_outside(office: Office, tmp_path: Path) -> None:
    move_org(office.system, office.far_branch, under=office.town, day=date(2015, 6, 16))
    write_facts(office.system, office.county.pk, [due(office.branch), due(office.other_town)])

    export_facts(office.system, OCTOBER, tmp_path / "out", under=office.town)

    spans = {(row["org"], row["valid_from"]): row["parent"] for row in read(tmp_path / "out", "orgs.parquet")}
    begin = date(2014, 1, 1)
    assert spans == {
        (office.town.pk, begin): None,
        (office.branch.pk, begin): office.town.pk,
        (office.other_branch.pk, begin): office.town.pk,
        (office.far_branch.pk, begin): None,
        (office.far_branch.pk, date(2015, 6, 16)): office.town.pk,
    }
    assert [fact["org"] for fact in read(tmp_path / "out", "facts")] == [office.branch.pk]


def test_export_facts_joins_spans_that_tell_the_same(office: Office, tmp_path: Path) -> None:
    rename_org(office.system, office.county, name="中共永安县委员会", day=date(2015, 6, 16))

    export_facts(office.system, OCTOBER, tmp_path / "out")

    rows = read(tmp_path / "out", "orgs.parquet")
    assert sorted(row["name"] for row in rows if row["org"] == office.county.pk) == [
        "中共安平县委员会",
        "中共永安县委员会",
    ]
    assert len(rows) == 7


def test_export_facts_writes_nothing_into_a_folder_that_is_not_empty(office: Office, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("x")

    with pytest.raises(Conflict, match="not empty"):
        export_facts(office.system, OCTOBER, tmp_path / "out")

    assert sorted(path.name for path in tmp_path.rglob("*")) == ["mine.txt", "out"]


def test_export_facts_is_for_who_may_take_them_out_there(office: Office, acting: Any, tmp_path: Path) -> None:
    officer = acting("officer", office.county)

    with pytest.raises(NotAllowed):
        export_facts(officer, OCTOBER, tmp_path / "all")
    export_facts(officer, OCTOBER, tmp_path / "under", under=office.county)

    assert [path.name for path in tmp_path.iterdir()] == ["under"]


PACK = {
    "pack.yaml": "title: 试算\nversion: '1.0'\n",
    "indicator/on_time.yaml": "title: 按期率\nnumerator: {sum: task.on_time}\ndenominator: {sum: task.due}\nscope: subtree\n",
    "scorecard/branch.yaml": "title: 支部\napplies_to: {kinds: [branch]}\nlines:\n  - {indicator: on_time, points: 100, rule: {linear: [0, 1.0]}}\n",
}


@pytest.mark.slow
def test_what_is_exported_is_what_is_assessed(office: Office, tmp_path: Path) -> None:
    from gangmu.work.plans.operations.answers import report_task
    from gangmu.work.plans.operations.closing import close_period
    from gangmu.work.plans.operations.orders import issue_to_all

    values = {"held_on": "2015-10-08", "should_attend": "5", "attended": "4", "agenda": "议题"}
    order = issue_to_all(office.system, office.county, duty="monthly_order", period="2015-10")
    report_task(office.system, order.tasks.get(org=office.branch), values=values)
    november = Context(office.system.actor, datetime(2015, 11, 2, 2, tzinfo=UTC))
    close_period(november, office.county, period="2015-10")
    export_facts(november, OCTOBER, tmp_path / "data")
    for name, text in PACK.items():
        (tmp_path / "pack" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pack" / name).write_text(text, encoding="utf-8")

    command = [
        sys.executable,
        "-m",
        "gangmu",
        "assess",
        "--pack",
        tmp_path / "pack",
        "--data",
        tmp_path / "data",
    ]
    command += ["--period", "2015-10", "--out", tmp_path / "out", "--strict"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)

    assert (done.returncode, done.stderr) == (0, "")
    rates = {row["org"]: row["value"] for row in read(tmp_path / "out", "indicators.parquet")}
    assert rates == {
        office.county.pk: Decimal("0.333333"),
        office.town.pk: Decimal("0.5"),
        office.other_town.pk: Decimal(0),
        office.branch.pk: Decimal(1),
        office.other_branch.pk: Decimal(0),
        office.far_branch.pk: Decimal(0),
    }
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert manifest["strays"]["count"] == 0
