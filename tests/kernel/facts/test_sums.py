"""What is kept of facts added up is always what the facts that count add up to."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from itertools import groupby
from typing import Any

import pytest
from django.apps import apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.core.periods import Period
from gangmu.kernel.facts.models import Fact, FactSum
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.queries import Sought, brought_below, facts_below, how_many_below, sums_of
from gangmu.kernel.facts.rules import ALL_ITEMS, VOID, NewFact, value_of
from tests.conftest import Office

pytestmark = pytest.mark.db

CODES, ITEMS = ("record.value", "task.due"), ("", "a", "b")
MOST = Decimal("99999999999.9999")
VALUES = st.none() | st.decimals(-MOST, MOST, places=4) | st.just(Decimal(10) ** 13)
DAYS = st.dates(date(2014, 12, 30), date(2015, 1, 2)) | st.dates(date(2015, 12, 30), date(2016, 1, 2))


@st.composite
def written(draw: st.DrawFn) -> list[list[tuple[Any, ...]]]:
    """Return facts in the batches in which they are written; some replace one written before, each at most once."""
    batches, there, replaced = [], 0, set()
    for size in draw(st.lists(st.integers(1, 6), min_size=1, max_size=5)):
        batch = []
        for _ in range(size):
            free = [at for at in range(there) if at not in replaced]
            before = draw(st.none() | st.sampled_from(free)) if free else None
            if before is not None:
                replaced.add(before)
            code = draw(st.sampled_from((*CODES, VOID) if before is not None else CODES))
            row = (st.integers(0, 1), DAYS, st.just(code), st.sampled_from(ITEMS), VALUES, st.just(before))
            batch.append(tuple(draw(each) for each in row))
        there += size
        batches.append(batch)
    return batches


def added_up(rows: Iterable[Fact]) -> dict[tuple[Any, ...], tuple[int, int, Decimal]]:
    """Add up in the plainest way: what nobody replaces and is not void."""
    every = list(rows)
    gone = {row.replaces for row in every}
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0, 0, Decimal(0)])
    for row in every:
        if row.fact in gone or row.code == VOID:
            continue
        for item in (row.item, ALL_ITEMS):
            held = found[row.code, item, row.org_id, row.day.year]
            held[0] += 1
            held[1] += row.value is not None
            held[2] += row.value or 0
    return {key: (facts, known, total) for key, (facts, known, total) in found.items()}


def kept() -> dict[tuple[Any, ...], tuple[int, int, Decimal]]:
    rows = FactSum.objects.filter(facts__gt=0)
    return {
        (row.code, row.item, row.org_id, row.year): (row.facts, row.known, value_of(row.total))
        for row in rows
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(batches=written())
def test_sums_are_those_of_the_facts_that_count(office: Office, batches: list[list[tuple[Any, ...]]]) -> None:
    Fact.objects.all().delete()
    FactSum.objects.all().delete()
    orgs, names = (office.branch, office.far_branch), []
    for batch in batches:
        rows = [
            NewFact(orgs[org].pk, day, code, value, "x:1", item, None if old is None else names[old])
            for org, day, code, item, value, old in batch
        ]
        names += write_facts(office.system, office.county.pk, rows)

    assert kept() == added_up(Fact.objects.all())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(batches=written())
def test_facts_that_were_there_before_sums_were_kept_are_added_up(
    office: Office, batches: list[list[tuple[Any, ...]]]
) -> None:
    test_sums_are_those_of_the_facts_that_count.hypothesis.inner_test(office, batches)  # type: ignore[attr-defined]
    before = kept()
    FactSum.objects.all().delete()

    import_module("gangmu.kernel.facts.migrations.0002_factsum").add_up(apps, None)

    assert kept() == before


def counted_then(
    rows: Iterable[Fact], sought: Sought, orgs: dict[int, int]
) -> dict[int, tuple[int, int, Decimal]]:
    """Add up in the plainest way what counted at an instant, by the place below which it stands."""
    then = [row for row in rows if sought.known_at is None or row.known_at <= sought.known_at]
    found: dict[int, list[Any]] = defaultdict(lambda: [0, 0, Decimal(0)])
    gone = {row.replaces for row in then}
    for row in then:
        meant = row.code == sought.code and (sought.items is None or row.item in sought.items)
        in_time = row.day <= sought.period.last and (sought.ever or row.day >= sought.period.first)
        if row.fact in gone or not meant or not in_time:
            continue
        held = found[orgs[row.org_id]]
        held[0] += 1
        held[1] += row.value is not None
        held[2] += row.value or 0
    return {place: (facts, known, total) for place, (facts, known, total) in found.items()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(batches=written(), noted=st.sampled_from(("when written", "afterwards", "not")))
def test_what_facts_came_to_at_an_instant_is_what_counted_then(
    office: Office, batches: list[list[tuple[Any, ...]]], noted: str
) -> None:
    Fact.objects.all().delete()
    FactSum.objects.all().delete()
    orgs, names = (office.branch, office.far_branch), []
    instants = [office.system.now + timedelta(hours=hour) for hour in range(len(batches))]
    for instant, batch in zip(instants, batches, strict=True):
        context = Context(office.system.actor, instant)
        rows = [
            NewFact(orgs[org].pk, day, code, value, "x:1", item, None if old is None else names[old])
            for org, day, code, item, value, old in batch
        ]
        names += write_facts(context, office.county.pk, rows)
    if noted != "when written":
        FactSum.objects.update(changed_at=None)
    if noted == "afterwards":
        import_module("gangmu.kernel.facts.migrations.0003_factsum_changed_at").note_changes(apps, None)
        assert not FactSum.objects.filter(changed_at=None).exists()

    facts, below = list(Fact.objects.all()), {office.branch.pk: office.town.pk}
    below[office.far_branch.pk] = office.other_town.pk
    for known_at in (None, instants[0] - timedelta(seconds=1), *instants):
        for items, period, ever in (
            (None, "2015", False),
            (frozenset({"a", "b"}), "2015", False),
            (frozenset({"a"}), "2015", True),
            (None, "2015Q4", False),
        ):
            sought = Sought("record.value", items, Period.parse(period), known_at, ever)
            found = brought_below(office.system, office.county, sought)
            told = {place: (each.facts, each.known, each.total) for place, each in found.items()}
            assert told == counted_then(facts, sought, below)
            if known_at is None and period == "2015":
                number = how_many_below(office.system, office.county, sought)
                listed = facts_below(office.system, office.county, sought)
                assert number == listed.count() == sum(facts for facts, _, _ in told.values())
    own = brought_below(office.system, office.branch, Sought("record.value", None, Period.parse("2015")))
    assert set(own) <= {office.branch.pk}


def test_a_refused_writing_leaves_the_sums_as_they_were(office: Office) -> None:
    due = NewFact(office.branch.pk, date(2015, 10, 31), "task.due", Decimal(1), "task:1", "monthly_order")
    write_facts(office.system, office.county.pk, [due])
    before = kept()

    with pytest.raises(Conflict):
        write_facts(
            office.system,
            office.county.pk,
            [due, NewFact(due.org, due.day, due.code, None, due.source, replaces="0-0")],
        )

    assert kept() == before


def test_no_fact_is_about_what_stands_for_all_items(office: Office) -> None:
    with pytest.raises(Invalid):
        write_facts(
            office.system,
            office.county.pk,
            [NewFact(office.branch.pk, date(2015, 1, 1), "task.due", None, "x:1", ALL_ITEMS)],
        )


def test_sums_of_tells_what_is_within_reach_of_some_items_or_all(office: Office, acting: Any) -> None:
    rows = [
        NewFact(org.pk, date(2015, 1, 1), "task.due", Decimal(number), "x:1", item)
        for number, (org, item) in enumerate(
            ((office.branch, "a"), (office.branch, "b"), (office.far_branch, "a")), start=1
        )
    ]
    write_facts(office.system, office.county.pk, rows)

    def told(context: Any, items: set[str] | None, year: int = 2015) -> dict[int, Decimal]:
        found = sums_of(context, {"task.due"}, items, year).order_by("org")
        return {
            org: value_of(sum(row.total for row in each))
            for org, each in groupby(found, key=lambda row: row.org_id)
        }

    assert told(office.system, None) == {office.branch.pk: 3, office.far_branch.pk: 3}
    assert told(office.system, {"a"}) == {office.branch.pk: 1, office.far_branch.pk: 3}
    assert told(office.system, {"a"}, 2014) == {}
    assert told(acting("officer", office.town), None) == {office.branch.pk: 3}
