"""Two months of a pocket world, May and June, played as a year is."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gangmu.kernel.audit.models import Entry
from gangmu.kernel.audit.sealer import verify_log
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.people.models import Post
from gangmu.site.demo.playing import play
from gangmu.site.demo.state import DemoState
from gangmu.work.plans.models import Answer, Dispute, Extension, Handover, Order, Passing, Return, Task
from gangmu.work.programmes.models import Letter
from gangmu.work.records.models import Record

TODAY = datetime(2015, 7, 20, 4, tzinfo=UTC)
MERGED, INTO = "622999102", "622999101"

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def said(django_db_setup: None, django_db_blocker: Any, pocket: Path) -> Iterator[list[str]]:
    """Play once for this module, and take it back at the end; return what was told meanwhile."""
    from django.db import transaction

    wanted = DemoState(
        places=("pocket",), size="full", month="2015-06", months=2, clock_offset=TODAY - datetime.now(UTC)
    )
    told: list[str] = []
    with django_db_blocker.unblock(), transaction.atomic():
        play(pocket, wanted, told.append)
        yield told
        transaction.set_rollback(True)


def test_both_months_are_closed_and_the_next_month_and_quarter_are_open(said: list[str]) -> None:
    states = set(Order.objects.values_list("period", "state"))

    assert states == {
        ("2015-05", "closed"),
        ("2015-06", "closed"),
        ("2015-06", "withdrawn"),
        ("2015-07", "issued"),
        ("2015Q3", "issued"),
    }


def test_every_way_that_a_task_can_go_is_gone(said: list[str]) -> None:
    closed = Task.objects.exclude(closed_at=None)

    assert set(closed.values_list("timing", flat=True)) == {"on_time", "late", "missing"}
    assert Return.objects.exists()
    assert Answer.objects.filter(version=2, after_closing=False).exists()
    assert Answer.objects.filter(after_closing=True).exists()
    assert Record.objects.filter(version=2, reason="数字录入有误，已更正").exists()
    assert set(Dispute.objects.values_list("state", flat=True)) >= {"upheld", "rejected"}
    granted = Extension.objects.filter(state="granted").values("task")
    assert Task.objects.filter(pk__in=granted, timing="on_time", carried_to="2015-06").exists()


def test_each_closed_task_is_three_facts_and_a_belated_answer_replaces_one(said: list[str]) -> None:
    closed = Task.objects.exclude(closed_at=None).count()
    belated = Answer.objects.filter(after_closing=True).count()

    assert Fact.objects.filter(code__startswith="task.").count() == 3 * closed + belated
    assert Fact.objects.filter(code="task.answered").exclude(replaces=None).count() == belated


def test_two_towns_become_one_in_june_and_their_villages_go_on_answering(said: list[str]) -> None:
    merged = Org.objects.get(code=MERGED)
    moved = Org.objects.filter(code__startswith=MERGED, closed_on=None)

    assert str(merged.closed_on) == "2015-06-16"
    assert {org.parent.code for org in moved if org.level == "village" and org.parent} == {INTO}
    june = Task.objects.filter(period="2015-06", org__in=moved)
    assert june.filter(timing="on_time", answered_on__gt=merged.closed_on).exists()
    assert not Task.objects.filter(period="2015-07", org=merged).exists()


def test_posts_pass_on_and_some_secretaries_hold_two(said: list[str]) -> None:
    passed_on = Post.objects.filter(valid_to__isnull=False, paper__contains="任免通知")
    heads = Post.objects.filter(kind="village_director")

    assert passed_on.filter(kind="secretary").exists()
    assert passed_on.filter(kind="town_officer").exists()
    assert heads.exists()
    held = {(post.org_id, post.person_id) for post in Post.objects.filter(kind="secretary")}
    assert {(post.org_id, post.person_id) for post in heads} <= held


def test_posts_are_signed_for_by_who_gives_and_who_takes(said: list[str]) -> None:
    handovers = Handover.objects.select_related("post", "to_post")

    assert handovers.filter(state="taken").exists()
    for each in handovers:
        assert each.given_by.person == each.post.person_id
        assert (each.to_post.org_id, each.to_post.kind) == (each.post.org_id, each.post.kind)
        assert each.state == "taken"
        assert each.taken_by.person == each.to_post.person_id
        assert {part["kind"] for part in each.listed} >= {"tasks", "reviews"}


def test_the_years_letters_go_down_to_the_villages_of_the_county_that_does_not_exist(
    said: list[str],
) -> None:
    letters = Letter.objects.select_related("org", "issuer", "above")
    by_level = {level: letters.filter(org__level=level) for level in ("county", "township", "village")}

    assert all(rows.filter(state="accepted").exists() for rows in by_level.values())
    assert {each.org.code[:6] for each in by_level["village"]} == {"622999"}
    assert all(each.above and each.above.org_id == each.issuer_id for each in by_level["village"])


def test_towns_pass_down_what_they_owe_and_answer_with_what_came_up(said: list[str]) -> None:
    passings = Passing.objects.filter(task__period="2015-06").select_related("task", "task__org", "to_org")

    assert passings.exists()
    assert {each.state for each in passings} == {"answered"}
    assert all(each.to_org and each.to_org.code.startswith(each.task.org.code) for each in passings)
    there = passings.exclude(task__state="withdrawn")  # one of the two towns is merged in June
    assert set(there.values_list("task__timing", flat=True)) <= {"on_time", "late", "missing"}
    assert there.filter(task__versions__gt=0).exists()


def test_an_order_that_asks_twice_is_taken_back_from_everybody(said: list[str]) -> None:
    order = Order.objects.get(state="withdrawn")

    assert order.issuer.code == "622999"
    assert "不再重复" in order.withdrawn_reason
    assert set(order.tasks.values_list("state", flat=True)) == {"withdrawn"}


def test_whoever_is_late_silent_or_sent_back_stands_in_the_county_that_does_not_exist(
    said: list[str],
) -> None:
    slipped = Task.objects.exclude(closed_at=None).exclude(timing="on_time", returns=0)

    assert {code[:6] for code in slipped.values_list("org__code", flat=True)} == {"622999"}


def test_the_log_of_a_played_world_verifies_and_a_batch_is_one_entry(said: list[str]) -> None:
    verdict = verify_log()
    answers = Entry.objects.filter(verb="plans.answer_tasks").count()

    assert verdict.faults == ()
    assert answers < Answer.objects.count() / 5


def test_each_month_tells_what_came_of_it(said: list[str]) -> None:
    told = [line for line in said if line.startswith("2015-06: ") and "closed" in line]

    assert len(told) == 1
    assert "on_time" in told[0]
