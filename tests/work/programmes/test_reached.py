"""What was reached: the same for a place alone as among all below it, and as added up by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gangmu.core.text import Text
from gangmu.kernel.facts.models import Fact, FactSum
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.rules import NewFact
from gangmu.work.programmes.definitions import Actual, Metric
from gangmu.work.programmes.queries.reached import reached_at, reached_in
from tests.conftest import Office

pytestmark = pytest.mark.db

VALUES = st.none() | st.integers(0, 9).map(Decimal)
ROWS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from((2014, 2015)),
        st.sampled_from(("task.due", "task.on_time")),
        VALUES,
    ),
    max_size=12,
)


def metric(**actual: str) -> Metric:
    share = {"combine": "each"} if "of" in actual else {}
    return Metric(code="m", title=Text(zh_hans="数"), places=2, actual=Actual(**actual), **share)  # type: ignore[arg-type]


SUM, SHARE = metric(sum="task.due"), metric(sum="task.on_time", of="task.due")


def told(rows: list[tuple[Any, ...]], year: int, code: str) -> dict[int, Decimal]:
    """Add up by hand: who told something unknown of a year told nothing of it."""
    mine: dict[int, list[Decimal | None]] = {}
    for org, of, each, value in rows:
        if (of, each) == (year, code):
            mine.setdefault(org, []).append(value)
    return {org: sum(values, Decimal(0)) for org, values in mine.items() if None not in values}  # type: ignore[arg-type]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(rows=ROWS)
def test_reached_is_what_adds_up_by_hand_at_every_place(office: Office, rows: list[tuple[Any, ...]]) -> None:
    Fact.objects.all().delete()
    FactSum.objects.all().delete()
    orgs = (office.town, office.branch, office.other_branch, office.far_branch)
    below = {
        office.county: (0, 1, 2, 3),
        office.town: (0, 1, 2),
        office.branch: (1,),
        office.other_town: (3,),
    }
    new = [
        NewFact(orgs[org].pk, date(year, 6, 1), code, value, "x:1", f"item{at}")
        for at, (org, year, code, value) in enumerate(rows)
    ]
    write_facts(office.system, office.county.pk, new)

    due, on_time = told(rows, 2015, "task.due"), told(rows, 2015, "task.on_time")
    for place, inside in below.items():
        here = [due[org] for org in inside if org in due]
        total = sum(here, Decimal(0)) if here else None
        both = [org for org in inside if org in due and org in on_time]
        whole = sum((due[org] for org in both), Decimal(0))
        share = round(sum(on_time[org] for org in both) * Decimal(100) / whole, 2) if whole else None
        for each, wanted in ((SUM, total), (SHARE, share)):
            assert reached_in(office.system, office.county, each, 2015).get(place.pk) == wanted
            assert reached_at(office.system, place, each, 2015) == wanted
