"""What an order costs when it goes out, and what is kept of it."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.orgs.operations import NewOrg, found_orgs
from gangmu.kernel.packs.operations import use_pack
from gangmu.work.burden.models import Asking, DuplicateReport, ReportOpening, TimeTaken
from gangmu.work.burden.operations import add_time, open_reports
from gangmu.work.burden.queries import (
    above_quota,
    asking_of_order,
    issuer_lines,
    measured_minutes,
    openings_of,
    read_words,
    reports_of,
)
from gangmu.work.burden.rules import TooMuchAsked
from gangmu.work.plans.models import Order
from gangmu.work.plans.operations.duplicates import report_duplicate
from gangmu.work.plans.operations.orders import issue_to_all, withdraw_order
from gangmu.work.plans.queries.burden import order_cost
from gangmu.work.records.operations import write_record
from tests.conftest import BEGIN, Office
from tests.work.burden.conftest import pack_of_test

pytestmark = pytest.mark.db


def issue(context: Context, org: Any, duty: str, period: str = "2015-10", **more: Any) -> Order:
    return issue_to_all(context, org, duty=duty, period=period, **more)


def test_order_above_the_quota_goes_out_only_with_a_reason_that_everybody_reads(asking_office: Office):
    county, system = asking_office.county, asking_office.system
    issue(system, county, "monthly_order")
    issue(system, county, "theme_day")

    with pytest.raises(TooMuchAsked) as refusal:
        issue(system, county, "branch_assembly", "2015Q4", knowingly=True)
    assert (Order.objects.count(), Asking.objects.count()) == (2, 2)
    issue(system, county, "branch_assembly", "2015Q4", reason="年底前须补齐")

    assert "第三条" in str(refusal.value)
    assert [(each.duty, each.reason) for each in above_quota()] == [("branch_assembly", "年底前须补齐")]
    assert [
        (each.orders, each.above_quota) for each in issuer_lines(system, first=BEGIN, last=date(2016, 1, 1))
    ] == [(3, 1)]


def test_quota_begins_anew_each_month_and_a_withdrawn_order_does_not_count(asking_office: Office):
    town, system = asking_office.town, asking_office.system
    first = issue(system, town, "monthly_order")
    withdraw_order(system, first, reason="发错了")
    issue(system, town, "theme_day")

    with pytest.raises(TooMuchAsked):
        issue(system, town, "count")
    later = asking_office.at(datetime(2015, 11, 3, 1, tzinfo=UTC))
    issue(later, town, "count", "2015-11")

    assert [line.orders for line in issuer_lines(system, first=BEGIN, last=date(2016, 1, 1))] == [2]


def test_what_is_asked_for_in_other_words_goes_out_only_knowingly(asking_office: Office):
    county, town, system = asking_office.county, asking_office.town, asking_office.system
    issue(system, county, "count")

    cost = order_cost(system, town, duty="again", period="2015Q4")
    with pytest.raises(TooMuchAsked) as refusal:
        issue(system, town, "again", "2015Q4")
    issue(system, town, "again", "2015Q4", knowingly=True)

    assert [(each.how, each.title, each.words, each.strong) for each in cost.overlaps] == [
        ("fields", "党员数月报", ("党员人数", "预备期党员"), True)
    ]
    assert "党员数月报" in str(refusal.value)
    assert [each.repeats for each in Asking.objects.order_by("pk")] == [False, True]


def test_words_alone_are_enough_to_find_an_earlier_order(asking_office: Office):
    county, system = asking_office.county, asking_office.system
    issue(system, county, "count", text="各村在册党员数和预备党员统计表")
    orchard = order_cost(system, county, duty="orchard", period="2015")
    asked = order_cost(
        system,
        county,
        duty="orchard",
        period="2015",
        text="党员数月报：各村党员人数、预备党员情况表，党员总数",
    )

    assert orchard.overlaps == ()
    assert [(each.how, each.title) for each in asked.overlaps] == [("meaning", "党员数月报")]
    assert any("预备党员" in word for word in asked.overlaps[0].words)


def test_those_who_reach_other_organizations_do_not_overlap(asking_office: Office):
    system = asking_office.system
    issue(system, asking_office.other_town, "count")

    assert order_cost(system, asking_office.town, duty="again", period="2015Q4").overlaps == ()
    assert order_cost(system, asking_office.county, duty="again", period="2015Q4").repeats


def test_same_duty_of_another_issuer_is_shown_and_does_not_stop_anybody(asking_office: Office):
    system = asking_office.system
    issue(system, asking_office.county, "monthly_order")

    cost = order_cost(system, asking_office.town, duty="monthly_order", period="2015-10")

    assert [(each.how, each.strong) for each in cost.overlaps] == [("same_duty", False)]
    issue(system, asking_office.town, "monthly_order")


def test_next_months_order_of_a_duty_is_no_duplicate_of_this_months(asking_office: Office):
    system = asking_office.system
    issue(system, asking_office.county, "count")

    assert order_cost(system, asking_office.county, duty="count", period="2015-11").overlaps == ()


def test_held_values_are_counted_before_anything_is_asked(asking_office: Office):
    system = asking_office.system
    for branch in (asking_office.branch, asking_office.far_branch):
        values = {"counted_on": "2015-09-30", "members": "31", "probationary": "2"}
        write_record(system, branch, kind="member_count", values=values)

    cost = order_cost(system, asking_office.county, duty="again", period="2015Q4")

    assert [(each.kind, each.fields, each.organizations) for each in cost.held] == [
        ("member_count", ("党员人数", "预备期党员"), 2)
    ]
    assert (cost.organizations, cost.minutes, cost.hours) == (3, 20, 1)


def test_form_outside_the_catalogue_is_shown_or_refused_as_the_pack_says(asking_office: Office):
    system, county = asking_office.system, asking_office.county
    cost = order_cost(system, county, duty="again", period="2015Q4")
    issue(system, county, "again", "2015Q4")
    strict = pack_of_test(system, "refuse")
    use_pack(
        asking_office.at(datetime(2015, 10, 9, tzinfo=UTC)), county, version=strict, day=date(2015, 10, 9)
    )

    assert cost.form is not None
    assert cost.form.state == "missing"
    with pytest.raises(TooMuchAsked):
        issue(system, asking_office.town, "again", "2015Q4", knowingly=True, reason="急用")
    issue(system, asking_office.town, "count", knowingly=True)


def test_only_who_may_issue_learns_what_it_would_cost(asking_office: Office, acting: Any):
    from gangmu.core.errors import NotFound

    with pytest.raises(NotFound):
        order_cost(
            acting("secretary", asking_office.branch), asking_office.county, duty="count", period="2015-10"
        )


# Reports of duplicates


def test_report_of_a_duplicate_is_counted_once_and_names_nobody(asking_office: Office, acting: Any):
    order = issue(asking_office.system, asking_office.county, "count")
    secretary = acting("secretary", asking_office.branch)
    task = order.tasks.get(org=asking_office.branch)

    report_duplicate(secretary, task)
    report_duplicate(secretary, task)

    asking = asking_of_order(order.pk)
    assert asking is not None
    assert (DuplicateReport.objects.count(), reports_of(asking)) == (1, None)
    told = json.dumps(
        [
            [entry.account, entry.actor, entry.org, entry.path, entry.subject, entry.payload, str(entry.at)]
            for entry in Entry.objects.filter(verb="plans.report_duplicate")
        ]
    )
    assert Entry.objects.filter(verb="plans.report_duplicate").count() == 2
    for secret in (
        f"Task:{task.pk}",
        f": {secretary.account}",
        secretary.actor.label,
        asking_office.branch.path,
        "01:00",
    ):
        assert secret not in told
    assert {each.name for each in DuplicateReport._meta.get_fields()} == {"asking", "mark", "sealed"}


def test_reports_cannot_be_joined_with_who_sent_them_without_the_key(asking_office: Office, settings: Any):
    """Who has the whole database, and knows every organization, still learns nothing."""
    from gangmu.core.secrets import fingerprint

    order = issue(asking_office.system, asking_office.county, "count")
    report_duplicate(asking_office.system, order.tasks.get(org=asking_office.branch))
    row = DuplicateReport.objects.get()
    guesses = {
        fingerprint(b"another key", f"{row.asking_id}/{org}", purpose="duplicate report")
        for org in range(2000)
    }

    assert row.mark not in guesses
    assert b"org" not in bytes(row.sealed)


def test_number_of_reports_is_told_from_five_on(asking_office: Office):
    system = asking_office.system
    rows = [
        NewOrg(
            f"99010010130{at}", f"中共第{at}村支部委员会", "branch", "village", BEGIN, "990100101", "village"
        )
        for at in range(5)
    ]
    branches = found_orgs(system, asking_office.county, rows)
    order = issue(system, asking_office.county, "count")
    asking = asking_of_order(order.pk)
    assert asking is not None

    told = []
    for branch in branches:
        report_duplicate(system, order.tasks.get(org=branch))
        told.append(reports_of(asking))

    assert told == [None, None, None, None, 5]


def test_only_the_arbiter_opens_who_reported_and_leaves_a_trace(asking_office: Office, acting: Any):
    order = issue(asking_office.system, asking_office.county, "count")
    report_duplicate(acting("secretary", asking_office.branch), order.tasks.get(org=asking_office.branch))
    asking = asking_of_order(order.pk)
    assert asking is not None

    officer = acting("officer", asking_office.county)
    for context in (officer, acting("secretary", asking_office.town)):
        with pytest.raises(NotAllowed):
            open_reports(context, asking, reason="想知道")
    arbiter = acting("arbiter", asking_office.county)
    with pytest.raises(Invalid):
        open_reports(arbiter, asking, reason=" ")
    assert ReportOpening.objects.count() == 0
    opened = open_reports(arbiter, asking, reason="核实是否重复")

    assert opened.orgs == (asking_office.branch.pk,)
    assert [each.reason for each in openings_of(officer, asking)] == ["核实是否重复"]
    entry = Entry.objects.get(verb="burden.open_reports")
    assert (entry.account, entry.payload["result"]) == (arbiter.account, "Opened")


def test_withdrawn_order_takes_no_reports(asking_office: Office):
    order = issue(asking_office.system, asking_office.county, "count")
    withdraw_order(asking_office.system, order, reason="发错了")

    with pytest.raises(Conflict):
        report_duplicate(asking_office.system, order.tasks.get(org=asking_office.branch))
    assert DuplicateReport.objects.count() == 0


def test_no_fact_is_ever_made_of_a_report(asking_office: Office):
    order = issue(asking_office.system, asking_office.county, "count")
    before = Fact.objects.count()

    report_duplicate(asking_office.system, order.tasks.get(org=asking_office.branch))

    assert Fact.objects.count() == before


# How long answers take


def test_times_are_counted_by_the_minute_and_told_from_twenty_on(asking_office: Office):
    order = issue(asking_office.system, asking_office.county, "count")
    for at in range(19):
        add_time(order.pk, timedelta(minutes=2 + at % 3))
    before = measured_minutes(asking_office.county.pk, "count")
    add_time(order.pk, timedelta(seconds=10))
    add_time(order.pk, timedelta(hours=9))

    told = measured_minutes(asking_office.county.pk, "count")

    assert before is None
    assert told is not None
    assert (told.minutes, told.organizations) == (3, 20)
    assert {each.name for each in TimeTaken._meta.get_fields()} == {"id", "asking", "minutes", "answers"}


# The index


def test_index_of_words_follows_what_is_asked_and_what_is_undone(asking_office: Office):
    from django.db import transaction

    system, county = asking_office.system, asking_office.county
    wanted = {"duty": "orchard", "period": "2015", "text": "党员数月报：各村党员人数、预备党员，党员总数"}
    with transaction.atomic():
        issue(system, county, "count")
        seen = order_cost(system, county, **wanted).overlaps
        transaction.set_rollback(True)

    assert len(seen) == 1
    assert order_cost(system, county, **wanted).overlaps == ()
    issue(system, county, "count")
    assert len(order_cost(system, county, **wanted).overlaps) == 1


def test_words_are_read_behind_the_site_once_and_then_only_what_is_new(asking_office: Office):
    issue_to_all(asking_office.system, asking_office.county, duty="monthly_order", period="2015-10")
    read_words()

    assert read_words() == 0
    issue_to_all(
        asking_office.system, asking_office.county, duty="theme_day", period="2015-10", knowingly=True
    )
    assert read_words() == 1
    assert read_words() == 0


def test_cost_may_not_be_noted_twice_or_above_the_quota_without_reason(asking_office: Office):
    from gangmu.work.burden.operations import note_asking
    from gangmu.work.burden.queries import cost_of
    from gangmu.work.burden.rules import Demand, quota_state
    from tests.work.burden.test_rules import KIND

    demand = Demand("count", "2015-10", "党员数", "", "member_count", 10, 3)
    cost = cost_of(asking_office.system, asking_office.county, asked=demand)
    given: dict[str, Any] = {"asked": demand, "asked_on": date(2015, 10, 8), "due_on": date(2015, 10, 30)}
    note_asking(asking_office.system, asking_office.county, order=9, cost=cost, **given)
    above = replace(cost, quota=quota_state(KIND, "county", orders=9, minutes=0, more=1))

    with pytest.raises(Conflict):
        note_asking(asking_office.system, asking_office.county, order=9, cost=cost, **given)
    with pytest.raises(Invalid):
        note_asking(asking_office.system, asking_office.county, order=10, cost=above, **given)
    assert Asking.objects.count() == 1


def test_account_of_issuers_tells_how_many_orders_were_upheld_as_duplicates(
    asking_office: Office, acting: Any
):
    from gangmu.work.plans.operations.disputes import answer_disputes, raise_dispute

    system = asking_office.system
    first = issue(system, asking_office.county, "count")
    again = issue(system, asking_office.town, "again", "2015Q4", knowingly=True)
    secretary = acting("secretary", asking_office.branch)
    task = again.tasks.get(org=asking_office.branch)
    raise_dispute(secretary, task, ground="duplicate", reason="县里要过", other_order=first)
    before = issuer_lines(system, first=BEGIN, last=date(2016, 1, 1), level="township")
    answer_disputes(system, again, ground="duplicate", uphold=True, note="确系重复", other_order=first)

    after = issuer_lines(system, first=BEGIN, last=date(2016, 1, 1), level="township")

    assert [(line.disputed, line.upheld, line.upheld_share) for line in before] == [(1, 0, 0)]
    assert [(line.disputed, line.upheld, line.upheld_share) for line in after] == [(1, 1, 1)]
