"""What is put before people: once, to whom it concerns, and nobody is disturbed at night."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from gangmu.core.context import Context, Stranger
from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.inbox import rules
from gangmu.kernel.inbox.models import Digest, Item
from gangmu.kernel.inbox.operations import (
    NewItem,
    finish_items,
    post_items,
    read_item,
    write_digests,
)
from gangmu.kernel.inbox.queries import (
    digest_for,
    done,
    inbox_counts,
    inbox_entries,
    item_counts,
    overdue,
    own_inbox,
    started_by_me,
    to_read,
    waiting,
)
from gangmu.kernel.inbox.rules import Counts, InboxEntry
from tests.conftest import NOW, Office

pytestmark = pytest.mark.db
Acting = Callable[..., Any]

LINK = {"title": "Read “%(paper)s”", "url_name": "inbox-digest", "params": {"paper": "通知"}}


def to(context: Any, **more: Any) -> NewItem:
    return NewItem(**LINK, account=context.account, **more)


@pytest.fixture
def officer(acting: Acting, office: Office) -> Any:
    return acting("officer", office.county)


@pytest.fixture
def secretary(acting: Acting, office: Office) -> Any:
    return acting("secretary", office.branch)


def test_post_items_posts_once_however_often(office: Office, officer: Any, secretary: Any) -> None:
    batch = [to(secretary), NewItem(**LINK, org=office.other_branch, permission="plans.answer")]

    first = post_items(officer, office.county, source="orders.Order:1", batch=batch)
    again = post_items(officer, office.county, source="orders.Order:1", batch=batch)

    assert (first, again, Item.objects.count()) == (2, 0, 2)


def test_an_item_for_an_org_is_seen_by_all_who_hold_the_permission_there_and_done_for_all(
    office: Office, officer: Any, secretary: Any, acting: Acting
) -> None:
    town = acting("town_officer", office.town)
    neighbour = acting("secretary", office.other_branch)
    item = NewItem(**LINK, org=office.branch, permission="plans.answer")
    post_items(officer, office.county, source="x:1", batch=[item])

    assert [list(waiting(each)) for each in (secretary, town)] == [[Item.objects.get()]] * 2
    assert [list(waiting(each)) for each in (neighbour, officer)] == [[], []]
    read_item(secretary, Item.objects.get())
    assert [list(waiting(each)) for each in (secretary, town)] == [[], []]
    assert Item.objects.get().done_by == secretary.account


def test_post_items_refuses_those_who_may_not_and_what_has_no_one_addressee(
    office: Office, officer: Any, secretary: Any, acting: Acting
) -> None:
    before = Entry.objects.count()
    town = acting("town_officer", office.town)
    before = Entry.objects.count()

    with pytest.raises(NotSignedIn):
        post_items(Context(Stranger(), NOW), office.branch, source="x", batch=[to(secretary)])
    for context, org in [(secretary, office.branch), (town, office.other_town), (town, office.county)]:
        with pytest.raises(NotAllowed):
            post_items(context, org, source="x", batch=[to(secretary)])
    for batch in (
        [NewItem(**LINK)],
        [NewItem(**LINK, account=1, org=office.branch)],
        [NewItem(**LINK, org=office.branch)],
        [NewItem(**LINK, org=office.far_branch, permission="plans.answer")],
        [to(secretary)] * 2001,
    ):
        with pytest.raises(Invalid):
            post_items(town, office.town, source="x", batch=batch)

    assert (Item.objects.count(), Entry.objects.count()) == (0, before)


def test_read_item_puts_away_ones_own_only(
    office: Office, officer: Any, secretary: Any, acting: Acting
) -> None:
    neighbour = acting("secretary", office.other_branch)
    post_items(officer, office.county, source="x:1", batch=[to(secretary, to_read=True)])
    item = Item.objects.get()

    with pytest.raises(NotFound):
        read_item(neighbour, item)
    assert list(to_read(secretary)) == [item]
    first = read_item(secretary, item).done_at
    assert read_item(secretary, item).done_at == first
    assert (list(to_read(secretary)), list(done(secretary))) == ([], [item])


def test_finish_items_finishes_one_source_for_everybody(office: Office, officer: Any, secretary: Any) -> None:
    post_items(officer, office.county, source="x:1", batch=[to(secretary), to(officer)])
    post_items(officer, office.county, source="x:2", batch=[to(secretary)])

    assert finish_items(officer, office.county, source="x:1") == 2

    assert [item.source for item in waiting(secretary)] == ["x:2"]


def test_counts_of_all_boxes_take_three_queries_however_many_items(
    office: Office, officer: Any, secretary: Any, django_assert_num_queries: Any
) -> None:
    late = to(secretary, due_on=date(2015, 10, 7))
    soon = to(secretary, due_on=date(2015, 10, 30))
    post_items(officer, office.county, source="a", batch=[late])
    post_items(officer, office.county, source="b", batch=[soon])
    post_items(officer, office.county, source="c", batch=[to(secretary, to_read=True)])
    secretary.places("plans.answer")

    with django_assert_num_queries(3):  # one finds the permissions that items are addressed to
        counts = item_counts(secretary)

    assert counts == Counts(waiting=2, done=0, to_read=1, started=0, overdue=1)
    assert item_counts(officer) == Counts(started=3)
    assert [item.source for item in waiting(secretary)] == ["a", "b"]
    assert [item.source for item in overdue(secretary)] == ["a"]
    assert [item.source for item in started_by_me(officer)] == ["c", "b", "a"]


@pytest.fixture
def plans_source() -> Any:
    """A room that shows two open tasks to everybody, for the time of a test."""

    def counts(context: Context) -> Counts:
        return Counts(waiting=2, overdue=1)

    def entries(context: Context, box: str, limit: int) -> Sequence[InboxEntry]:
        if box != "waiting":
            return []
        dues = (date(2015, 10, 1), date(2015, 10, 20))
        return [InboxEntry("Answer an order", "inbox-digest", due_on=due, at=NOW) for due in dues][:limit]

    rules.add_inbox_source("test", counts, entries)
    yield
    del rules.SOURCES["test"]


def test_an_inbox_is_items_and_open_work_of_all_rooms_in_one_order(
    plans_source: None, office: Office, officer: Any, secretary: Any
) -> None:
    post_items(officer, office.county, source="a", batch=[to(secretary, due_on=date(2015, 10, 9))])

    found = inbox_entries(secretary, "waiting")

    assert [entry.due_on for entry in found] == [date(2015, 10, 1), date(2015, 10, 9), date(2015, 10, 20)]
    assert inbox_entries(secretary, "waiting", limit=1, offset=1) == found[1:2]
    assert inbox_counts(secretary) == Counts(waiting=3, overdue=1)
    assert inbox_entries(secretary, "overdue") == []


def test_an_inbox_reads_a_box_of_a_room_only_where_the_room_counts_any(
    office: Office, secretary: Any
) -> None:
    asked: list[str] = []

    def entries(context: Context, box: str, limit: int) -> Sequence[InboxEntry]:
        asked.append(box)
        return [InboxEntry("Answer an order", "inbox-digest", due_on=date(2015, 10, 1), at=NOW)]

    rules.add_inbox_source("test", lambda context: Counts(waiting=1), entries)
    try:
        inbox = own_inbox(secretary)
        found = {box: len(inbox.entries(box)) for box in rules.BOXES}
    finally:
        del rules.SOURCES["test"]

    assert asked == ["waiting"]
    assert found == {"waiting": 1, "done": 0, "to_read": 0, "started": 0, "overdue": 0}


def test_digest_for_shows_no_more_than_the_account_itself_sees(
    office: Office, officer: Any, secretary: Any, system: Any
) -> None:
    post_items(officer, office.county, source="a", batch=[to(secretary, due_on=date(2015, 10, 9))])

    own = digest_for(system, secretary.actor.account, system.today)
    other = digest_for(system, officer.actor.account, system.today)

    assert (own.counts.waiting, own.says_something, len(own.soonest)) == (1, True, 1)
    assert (other.counts.waiting, other.says_something) == (0, False)


def test_write_digests_writes_one_a_day_for_those_for_whom_something_waits(
    office: Office, officer: Any, secretary: Any, system: Any
) -> None:
    post_items(officer, office.county, source="a", batch=[to(secretary)])
    accounts = [secretary.actor.account, officer.actor.account]

    assert (write_digests(system, accounts=accounts), write_digests(system, accounts=accounts)) == (1, 0)

    assert [digest.account_id for digest in Digest.objects.all()] == [secretary.account]


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2015, 10, 8, 13, 0, tzinfo=UTC),  # nine in the evening
        datetime(2015, 10, 11, 2, 0, tzinfo=UTC),  # a Sunday
        datetime(2015, 10, 5, 2, 0, tzinfo=UTC),  # the National Day's week
    ],
)
def test_write_digests_refuses_at_night_and_on_days_that_are_not_worked(
    office: Office, officer: Any, secretary: Any, system: Any, moment: datetime
) -> None:
    post_items(officer, office.county, source="a", batch=[to(secretary)])

    with pytest.raises(Conflict):
        write_digests(replace(system, now=moment, _known={}), accounts=[secretary.actor.account])

    assert Digest.objects.count() == 0


def test_a_saturday_that_is_worked_is_a_working_day(
    office: Office, officer: Any, secretary: Any, system: Any
) -> None:
    post_items(officer, office.county, source="a", batch=[to(secretary)])
    made_up = datetime(2015, 10, 10, 2, 0, tzinfo=UTC)

    assert write_digests(replace(system, now=made_up, _known={}), accounts=[secretary.actor.account]) == 1
