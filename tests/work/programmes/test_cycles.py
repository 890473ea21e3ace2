"""The year's calendar: planned, happened, late; a cycle ends in its year; a feed is its owner's secret."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar as ICalendar

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.kernel.packs.models import PackUse
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.kernel.packs.rules import compose_pack
from gangmu.work.plans.models import Task
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.programmes.operations.cycles import fresh_feed, note_cycle, revoke_feed
from gangmu.work.programmes.queries.cycles import year_of
from gangmu.work.records.operations import write_record
from tests.conftest import Office
from tests.work.programmes.conftest import Goal

MINUTES = {"should_attend": "5", "attended": "4", "agenda": "议题"}


def standings(context: Context, org: Any, entry: str) -> list[str]:
    return [day.standing for day in year_of(context, org, 2015) if day.planned.entry.code == entry]


def test_year_of_has_twelve_months_four_quarters_two_halves_and_one_year(goal: Goal) -> None:
    days = year_of(goal.secretary, goal.office.branch, 2015)

    counts = {
        code: sum(1 for day in days if day.planned.entry.code == code)
        for code in ("committee", "assembly", "study_plan", "life_meeting")
    }
    assert counts == {"committee": 12, "assembly": 4, "study_plan": 2, "life_meeting": 1}
    assert all(day.planned.last.year == 2015 for day in days)


def test_year_of_reads_what_happened_from_the_records(goal: Goal) -> None:
    write_record(
        goal.secretary, goal.office.branch, kind="meeting_record", values={"held_on": "2015-09-08", **MINUTES}
    )

    found = standings(goal.secretary, goal.office.branch, "committee")

    assert found == ["missed"] * 8 + ["happened"] + ["planned"] * 3


def test_what_was_over_before_an_office_began_is_not_late(goal: Goal) -> None:
    branch, county = goal.office.branch, goal.office.county

    assert set(standings(goal.secretary, branch, "committee")[:8]) == {"missed"}
    issue_to_all(goal.officer, county, duty="monthly_order", period="2015-10")
    begun = standings(goal.secretary, branch, "committee")
    write_record(goal.secretary, branch, kind="meeting_record", values={"held_on": "2015-03-09", **MINUTES})
    written = standings(goal.secretary, branch, "committee")

    assert set(begun[:8]) == {"before"}
    assert "before" not in begun[9:]
    assert (written[1], written[2], written[3]) == ("before", "happened", "before")


def test_an_organization_founded_late_and_an_office_that_took_up_its_pack_late_owe_nothing_before(
    goal: Goal,
) -> None:
    branch = goal.office.branch
    branch.founded_on = date(2015, 5, 20)
    assert standings(goal.secretary, branch, "committee")[:5] == ["before"] * 4 + ["missed"]

    PackUse.objects.filter(root=goal.office.county.pk).update(valid_from=date(2015, 8, 3))
    assert standings(goal.secretary, branch, "committee")[6:8] == ["before", "missed"]


def test_the_day_of_the_order_counts_where_one_asks_for_it(goal: Goal) -> None:
    branch = goal.office.branch
    issue_to_all(goal.officer, goal.office.county, duty="theme_day", period="2015-10")

    def october(day: int) -> Any:
        context = Context(goal.secretary.actor, datetime(2015, 10, day, 2, tzinfo=UTC))
        return next(
            each
            for each in year_of(context, branch, 2015)
            if each.planned.entry.code == "theme_day" and each.planned.period.number == 10
        )

    found = october(25)
    assert (found.planned.last, found.due_on) == (date(2015, 10, 20), date(2015, 10, 30))
    assert found.standing == "open"
    assert october(31).standing == "overdue"

    Task.objects.filter(org=branch).update(state="withdrawn")
    assert (october(25).due_on, october(25).standing) == (None, "missed")


def test_note_cycle_says_what_no_record_tells_and_refuses_the_rest(goal: Goal) -> None:
    def note(**more: Any) -> Any:
        given = {
            "cycle": "branch_year",
            "entry": "study_plan",
            "period": "2015H1",
            "happened_on": date(2015, 6, 30),
            **more,
        }
        return note_cycle(goal.secretary, goal.office.branch, **given)

    note()
    assert standings(goal.secretary, goal.office.branch, "study_plan") == ["late", "planned"]
    with pytest.raises(Conflict):
        note()
    with pytest.raises(Conflict):
        note(entry="committee", period="2015-06")
    for day in (date(2015, 7, 1), date(2015, 12, 1)):
        with pytest.raises(Invalid):
            note(period="2015H2" if day.month == 12 else "2015H1", happened_on=day)
    with pytest.raises(NotFound):
        note(entry="none_such")


def cycle_faults(office: Office, entry: str) -> list[str]:
    files = dict(pack_version_of(office.county.pk).files)
    files["ours/pack.yaml"] = 'title: 试\nversion: "1.0"\nextends: base\n'
    files["ours/cycle/ours.yaml"] = f"title: 甲\nfollows: {{document: 甲}}\nentries:\n  - {entry}\n"
    return [fault.message for fault in compose_pack("ours", files)[1]]


def test_cycle_that_cannot_end_in_its_year_is_refused(office: Office) -> None:
    long = cycle_faults(office, "{code: a, title: 甲, every: year, falls_on: {day: 20}, takes: 15}")
    after = cycle_faults(office, "{code: a, title: 甲, every: month, falls_on: {next_day: 5}}")

    assert "cannot end in its year" in long[0]
    assert "would fall into the next year" in after[0]
    assert cycle_faults(office, "{code: a, title: 甲, every: year, falls_on: {day: 20}, takes: 2}") == []
    assert cycle_faults(
        office, "{code: a, title: 甲, every: year, falls_on: last_workday, seen_in: 'record:none'}"
    ) == ["there is no record none"]


def test_feed_is_icalendar_for_its_secret_alone_and_ends_with_it(goal: Goal) -> None:
    feed, secret = fresh_feed(goal.secretary, goal.office.branch)
    address = f"/calendar/{secret}.ics"

    sent = Client().get(address)

    assert sent.status_code == 200
    assert sent["Content-Type"].startswith("text/calendar")
    events = ICalendar.from_ical(sent.content).walk("VEVENT")
    assert len(events) > 60
    assert len({str(event["UID"]) for event in events}) == len(events)
    assert secret not in feed.digest
    assert Client().get("/calendar/wrong-secret.ics").status_code == 404
    revoke_feed(goal.secretary, feed)
    assert Client().get(address).status_code == 404


def test_revoke_feed_refuses_anothers_and_feeds_are_few(goal: Goal) -> None:
    feed, _ = fresh_feed(goal.secretary, goal.office.branch)
    with pytest.raises(NotFound):
        revoke_feed(goal.neighbour, feed)
    with pytest.raises(NotFound):
        fresh_feed(goal.neighbour, goal.office.branch)
    for _ in range(4):
        fresh_feed(goal.secretary, goal.office.branch)
    with pytest.raises(Conflict):
        fresh_feed(goal.secretary, goal.office.branch)
