"""A pocket world built and played by the product's own operations."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from gangmu.core.context import Context
from gangmu.kernel.access.models import Account
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.audit.sealer import verify_log
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.people.models import Membership
from gangmu.site.demo.playing import play
from gangmu.site.demo.state import DemoAccount, DemoState, ToldSentence
from gangmu.site.demo.world import World
from gangmu.work.ledgers.queries import held_values, ledger_at, ledger_rows
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.queries.tasks import tasks_to_review, waiting_of
from gangmu.work.records.models import KnownValue
from tests.kernel.browsing import browser

TODAY = datetime(2015, 11, 18, 4, tzinfo=UTC)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@dataclass(frozen=True)
class Played:
    """What came out of playing."""

    world: World
    accounts: list[DemoAccount]
    told: list[ToldSentence]

    def context(self, login: str) -> Context:
        """Return the context of one of the demonstration's accounts today."""
        return Context(AccountActor(Account.objects.get(login=login)), TODAY)


@pytest.fixture(scope="module")
def played(django_db_setup: None, django_db_blocker: Any, pocket: Path) -> Iterator[Played]:
    """Build the world once for this module, and take it back at the end."""
    from django.db import transaction

    wanted = DemoState(
        places=("pocket",), size="full", month="2015-10", clock_offset=TODAY - datetime.now(UTC)
    )
    with django_db_blocker.unblock(), transaction.atomic():
        yield Played(*play(pocket, wanted, lambda step: None))
        transaction.set_rollback(True)


def test_the_tree_stands_as_planned(played: Played) -> None:
    standing = dict(Org.objects.values_list("code", "parent__code"))

    assert standing == {org.code: org.parent or None for org in played.world.orgs}


def test_every_member_is_registered_where_planned(played: Played) -> None:
    counted = Counter(Membership.objects.values_list("org__code", flat=True))

    assert counted == {org.code: org.members for org in played.world.orgs if org.members}


def test_the_log_of_a_played_world_verifies(played: Played) -> None:
    verdict = verify_log()

    assert verdict.faults == ()
    assert verdict.entries > 50


def test_the_month_played_is_closed_and_the_next_one_open(played: Played) -> None:
    states = set(Order.objects.values_list("period", "state"))

    assert states == {("2015-10", "closed"), ("2015-11", "issued")}


def test_whoever_is_late_silent_or_sent_back_stands_in_the_county_that_does_not_exist(played: Played) -> None:
    slipped = Task.objects.filter(period="2015-10").exclude(timing="on_time", returns=0)
    codes = set(slipped.values_list("org__code", flat=True))

    assert codes
    assert {code[:6] for code in codes} == {played.world.plan.imagined.code}


def test_the_secretary_has_something_to_answer_and_the_officer_something_to_issue(played: Played) -> None:
    secretary = played.context("secretary.pocket")
    branch = Org.objects.get(path=secretary.places("plans.answer").ranges[0][0])
    issued = set(Order.objects.filter(period="2015-11").values_list("duty", flat=True))

    assert sorted(task.duty for task in waiting_of(secretary, branch)) == [
        "dues",
        "ledger",
        "monthly_order",
        "theme_day",
    ]
    assert played.world.plan.month.left == ("venue_duty",)
    assert "venue_duty" not in issued


def test_the_town_officer_has_something_to_review(played: Played) -> None:
    assert tasks_to_review(played.context("town.pocket")).exists()


def test_towns_of_the_county_that_does_not_exist_told_of_their_villages_and_of_no_others(
    played: Played,
) -> None:
    county = played.context("county.pocket")
    imagined = Org.objects.get(code=played.world.plan.imagined.code)
    (play_,) = played.world.plan.ledgers

    rows = ledger_rows(county, ledger_at(county, imagined, play_.ledger))
    told = {org.code for org in rows if set(play_.fields) <= set(held_values(org))}
    known = set(KnownValue.objects.filter(field="households").values_list("org__code", flat=True))

    assert told
    assert known == told
    assert {each.source for each in KnownValue.objects.filter(field="households")} == {"村（社区）基本情况"}


def test_whom_one_may_enter_as_has_an_account(played: Played) -> None:
    logins = {account.login for account in played.accounts}

    assert set(Account.objects.filter(login__in=logins).values_list("login", flat=True)) == logins
    assert "secretary.pocket" in logins


LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)"')


def walk(person: Client) -> Iterator[tuple[str, int]]:
    """Follow links from the workbench, one page of every route and kind of change, and say how each answered."""
    waiting, seen, known = ["/desk"], {"/desk"}, set()
    while waiting:
        address = waiting.pop(0)
        match = resolve(address.partition("?")[0])
        route = (match.view_name, match.kwargs.get("change"))
        if route in known or match.view_name == "access-sign-out":
            continue
        known.add(route)
        answer = person.get(address)
        yield address, answer.status_code
        if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
            continue
        for link in LINK.findall(answer.content.decode()):
            onward = link.replace("&amp;", "&")
            if onward not in seen and not onward.startswith("/static/"):
                seen.add(onward)
                waiting.append(onward)


@pytest.mark.parametrize("who", ["officer", "county", "town", "secretary", "leader", "member", "operator"])
def test_no_link_that_a_person_is_shown_leads_to_a_fault_or_to_nothing(played: Played, who: str) -> None:
    login = next(each.login for each in played.accounts if each.login.startswith(f"{who}."))

    found = dict(walk(browser(played.context(login))))

    assert len(found) > 25
    assert {
        address: status for address, status in found.items() if status >= 500 or status in (403, 404)
    } == {}
