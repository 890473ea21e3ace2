"""What a database writes as lines is read as it stood, whatever stands in it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gangmu.core.periods import Period
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.parquet import FACTS, export_facts
from gangmu.kernel.facts.rules import NewFact
from tests.conftest import Office

pytestmark = pytest.mark.db

TEXTS = [
    "",
    "计划,报表",
    '他说“好”与"行"',
    "两\n行",
    "a\r\nb",
    '"',
    '""',
    ",",
    " 前后 ",
    "NULL",
    "%s%w",
    "\\N",
    "𠮷;'\t",
]
VALUES = [None, *map(Decimal, ("0", "1", "-1", "0.0001", "-0.5", "12345678901.2345", "99999999999999"))]


def test_export_facts_gives_every_text_and_value_as_it_was_written(office: Office, tmp_path: Path) -> None:
    rows = [
        NewFact(
            office.branch.pk, date(2015, 10, 1 + at), "record.value", value, text or "x", text, thread=thread
        )
        for at, (text, value, thread) in enumerate(
            (text, VALUES[at % len(VALUES)], [None, text][at % 2]) for at, text in enumerate(TEXTS)
        )
    ]
    rows += [
        NewFact(office.branch.pk, date(2015, 10, 31), "record.value", value, "x", f"v{at}")
        for at, value in enumerate(VALUES)
    ]
    first, *_ = write_facts(office.at(datetime(2015, 11, 1, 8, 0, 0, 1, UTC)), office.county.pk, rows)
    again = NewFact(office.branch.pk, rows[0].day, "void", None, "x", replaces=first)
    write_facts(office.at(datetime(2015, 11, 2, tzinfo=UTC)), office.county.pk, [again])

    export_facts(office.at(datetime(2015, 11, 3, tzinfo=UTC)), Period.parse("2015-10"), tmp_path / "out")

    read = pq.read_table(tmp_path / "out" / "facts").to_pylist()
    kept = Fact.objects.order_by("pk").values_list(*FACTS.names)
    assert [tuple(row.values()) for row in read] == list(kept)
    assert [row["item"] for row in read[: len(TEXTS)]] == TEXTS
    assert [row["value"] for row in read[len(TEXTS) : -1]] == VALUES
    assert [row["thread"] for row in read[:4]] == [None, TEXTS[1], None, TEXTS[3]]
    assert read[-1]["replaces"] == first


def test_export_facts_of_a_period_without_any_is_a_file_without_rows(office: Office, tmp_path: Path) -> None:
    done = export_facts(office.system, Period.parse("2015-10"), tmp_path / "out")

    assert done.facts == 0
    assert pq.read_table(tmp_path / "out" / "facts").schema.equals(FACTS)
