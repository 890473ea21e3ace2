"""What a page costs: no query more for more rows, nothing read twice, no tree walked to find a few."""

from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from gangmu.core.context import Context
from gangmu.desk.queries import log_entries, with_org_names
from gangmu.frame.tables import Column, Table
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.operations import NewOrg, found_orgs, found_root
from gangmu.kernel.orgs.queries import IdOfStep, within
from gangmu.work.plans.models import Task
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.plans.queries.account import account_of, total_of
from gangmu.work.plans.queries.tasks import tasks_of_order
from tests.conftest import BEGIN, Office
from tests.kernel.browsing import browser

pytestmark = pytest.mark.db

sqlite_alone = pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="PostgreSQL plans by the sizes it finds, here a few rows"
)


def fresh(context: Context) -> Context:
    """The same account in another request, which knows nothing yet."""
    return Context(AccountActor(context.actor.account), context.now)  # type: ignore[attr-defined]


def queries_of(client: Any, address: str) -> list[str]:
    """Return what a page asks the database, once it has been asked before."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return [query["sql"] for query in asked.captured_queries]


def test_who_sees_every_tree_has_no_path_compared(office: Office, acting: Any) -> None:
    officer, town = acting("officer", office.county), acting("town_officer", office.town)

    seen = Task.objects.filter(within(officer.places("plans.view")))
    near = Task.objects.filter(within(town.places("plans.view")))

    assert officer.places("plans.view").whole
    assert not town.places("plans.view").whole
    assert '"path" >=' not in str(seen.query)
    assert '"path" >=' in str(near.query)


def test_who_sees_one_tree_of_two_sees_no_other(office: Office, acting: Any) -> None:
    officer = acting("officer", office.county)
    other = found_root(office.system, NewOrg("880100", "中共邻县委员会", "committee", "county", BEGIN))
    found_orgs(
        office.system,
        other,
        [NewOrg("880100101", "中共邻镇委员会", "committee", "township", BEGIN, domain="town")],
    )

    places = fresh(officer).places("orgs.view")
    seen = Org.objects.filter(within(places, "parent__path")).values_list("code", flat=True)

    assert not places.whole
    assert sorted(seen) == sorted(
        Org.objects.filter(path__startswith=f"{office.county.pk}/", parent__isnull=False).values_list(
            "code", flat=True
        )
    )


def test_what_belongs_to_no_organization_is_not_seen_by_who_sees_every_tree(
    office: Office, acting: Any
) -> None:
    officer = acting("officer", office.county)
    Entry.objects.update(org=None)

    assert list(log_entries(fresh(officer))) == []


@sqlite_alone
def test_an_account_is_summed_along_its_index(office: Office, acting: Any) -> None:
    officer = acting("officer", office.county)
    order = issue_to_all(officer, office.county, duty="monthly_order", period="2015-10")
    with CaptureQueriesContext(connection) as asked:
        total = total_of(officer, office.county, [order.span])
        lines = account_of(officer, office.county, [order.span]).lines
    running = [
        each["sql"]
        for each in asked.captured_queries
        if "COUNT(*)" in each["sql"] and "carried_to" not in each["sql"]
    ]

    assert total.due == sum(line.total.due for line in lines) == 3
    assert running
    with connection.cursor() as cursor:
        for sql in running:
            cursor.execute("EXPLAIN QUERY PLAN " + sql)
            plan = " ".join(row[3] for row in cursor.fetchall())
            assert "task_account" in plan, plan


@sqlite_alone
def test_facts_of_a_kind_are_found_by_their_kind(db: None) -> None:
    rows = Fact.objects.filter(code="meeting.held", item="meeting_record", day__gte=BEGIN)

    assert "fact_of_code" in rows.explain()


def test_the_step_of_a_row_is_who_stands_directly_below_on_the_way(office: Office) -> None:
    county = office.county
    found = dict(Org.objects.annotate(step=IdOfStep(county)).values_list("code", "step").order_by("code"))

    assert found["990100"] == county.pk
    assert found["990100101"] == found["990100101201"] == office.town.pk
    assert found["990100102201"] == office.other_town.pk


def test_a_page_of_a_long_list_is_found_by_its_keys(
    office: Office, acting: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gangmu.frame.tables.LONG", 2)
    officer = acting("officer", office.county)
    order = issue_to_all(officer, office.county, duty="monthly_order", period="2015-10")
    rows = tasks_of_order(officer, order, under=office.county)
    request: Any = RequestFactory().get("/orders/1?size=20")
    request.context = officer
    table = Table(request, [Column("org", "x", sort="org__code")], rows)

    with CaptureQueriesContext(connection) as asked:
        shown = [row.thing.org.code for row in table.page]

    keys, found = (each["sql"] for each in asked.captured_queries[1:])
    assert shown == ["990100101201", "990100101202", "990100102201"]
    assert '"name"' not in keys
    assert '"name"' in found


def test_the_log_asks_no_more_for_more_organizations(office: Office, acting: Any) -> None:
    client = browser(acting("officer", office.county))
    before = len(queries_of(client, "/log"))
    for each in (office.town, office.other_town, office.branch, office.far_branch):
        acting("town_officer", each)

    asked = queries_of(client, "/log")
    page = client.get("/log").content.decode()

    assert len(asked) == before
    assert office.far_branch.name in page
    assert {each.org_name for each in with_org_names(Entry.objects.filter(org=office.town.pk))} == {
        office.town.name
    }


@pytest.mark.parametrize("address", ["/desk", "/inbox", "/tasks/review"])
def test_what_waits_is_counted_once_for_the_menu_and_the_phone(
    office: Office, acting: Any, address: str
) -> None:
    asked = queries_of(browser(acting("officer", office.county)), address)

    bounded = [sql for sql in asked if "COUNT(*) FROM (SELECT" in sql and "LIMIT 100" in sql]
    assert bounded
    assert len(bounded) == len(set(bounded))


def test_issuing_reads_the_tree_of_the_day_once(office: Office, acting: Any) -> None:
    client = browser(acting("officer", office.county))

    asked = queries_of(client, "/duties/monthly_order/issue?period=2015-10")

    assert len([sql for sql in asked if 'FROM "orgs_orgspan"' in sql and '"domain"' in sql]) == 1


@pytest.mark.parametrize("who", ["officer", "town_officer", "secretary"])
def test_the_workbench_asks_no_more_for_more_work(office: Office, acting: Any, who: str) -> None:
    place = {"officer": office.county, "town_officer": office.town, "secretary": office.branch}[who]
    reader = acting(who, place)
    officer, client = office.system, browser(reader)
    issue_to_all(officer, office.county, duty="monthly_order", period="2015-10")
    few = len(queries_of(client, "/desk"))
    for period in ("2015-11", "2015-12", "2016-01"):
        issue_to_all(officer, office.county, duty="monthly_order", period=period)

    assert len(queries_of(client, "/desk")) == few
