"""What is so on a day by the newest fact about it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.queries import orgs_where_so
from gangmu.kernel.facts.rules import VOID, NewFact
from tests.conftest import Office

pytestmark = pytest.mark.db

BEGUN, ENDS = date(2015, 3, 1), date(2015, 9, 1)


def met(org: Any, day: date, value: int, item: str = "basics", **more: Any) -> NewFact:
    return NewFact(org.pk, day, "standard.met", Decimal(value), "claim:1", item, **more)


def so(*items: str, day: date) -> list[int]:
    return sorted(set(orgs_where_so("standard.met", items, day)))


def test_orgs_where_so_reads_the_newest_fact_of_each_item_about_a_day(office: Office) -> None:
    one, other = office.branch, office.far_branch
    rows = [met(one, BEGUN, 1), met(one, ENDS, 0), met(other, BEGUN, 0), met(other, BEGUN, 1, "more")]
    write_facts(office.system, office.county.pk, rows)

    assert so("basics", day=date(2015, 2, 28)) == []
    assert so("basics", day=BEGUN) == [one.pk]
    assert so("basics", "more", day=BEGUN) == sorted([one.pk, other.pk])
    assert so("basics", day=ENDS) == []
    assert so("nothing", day=BEGUN) == []


def test_orgs_where_so_leaves_out_what_was_replaced_or_made_void(office: Office) -> None:
    one, other = office.branch, office.far_branch
    _, ends, mistaken = write_facts(
        office.system, office.county.pk, [met(one, BEGUN, 1), met(one, ENDS, 0), met(other, BEGUN, 1)]
    )
    later = [
        NewFact(one.pk, ENDS, VOID, None, "claim:1", "", ends),
        met(other, BEGUN, 0, replaces=mistaken),
    ]
    write_facts(office.system, office.county.pk, later)

    assert so("basics", day=ENDS) == [one.pk]
