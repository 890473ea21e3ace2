"""Attacks by those who hold something: giving, lending and taking more than they have."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotAllowed
from gangmu.kernel.access.models import Account, Grant
from gangmu.kernel.access.operations import (
    end_grant,
    fresh_token,
    grant_role,
    grant_roles,
    lend_roles,
    revoke_token,
    take_back_roles,
)
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.audit.models import Entry
from tests.conftest import BEGIN, NOW, Office
from tests.site.matrix.call import somebody
from tests.site.matrix.test_operations import rows
from tests.site.matrix.test_routes import account_with, program, with_everything

TODAY = date(2015, 10, 8)


def at(account: Account, moment: datetime = NOW) -> Context:
    return Context(AccountActor(account), moment)


def lent(office: Office, role: str = "officer") -> tuple[Account, Account, Any]:
    """An officer of the first town who has lent all to a member who holds nothing."""
    giver = account_with(office, "giver", role, office.town)
    taker = Account.objects.create(login="taker", name="taker", password="!")
    until = TODAY + timedelta(days=9)
    return giver, taker, lend_roles(at(giver), taker=taker, day=TODAY, until=until, reason="出差")


def test_substitute_holds_what_the_giver_holds_there_and_no_more(office: Office) -> None:
    lent(office)
    taker = Account.objects.get(login="taker")

    assert at(taker).may("plans.issue", office.town.path)
    assert at(taker).may("people.view", office.branch.path)
    assert not at(taker).may("plans.issue", office.county.path)
    assert not at(taker).may("plans.issue", office.other_town.path)
    assert not at(taker).may("packs.manage")


def test_substitute_loses_it_when_the_givers_grant_ends_the_giver_is_closed_or_the_day_comes(
    office: Office,
) -> None:
    giver, taker, delegation = lent(office)
    path = office.town.path
    assert at(taker).may("plans.issue", path)

    assert not at(taker, NOW + timedelta(days=9)).may("plans.issue", path)
    end_grant(office.system, grant=giver.grants.select_related("org").get(), day=TODAY, reason="调离")
    assert not at(taker).may("plans.issue", path)
    Grant.objects.update(valid_to=None)
    Account.objects.filter(pk=giver.pk).update(is_active=False)
    assert not at(taker).may("plans.issue", path)
    Account.objects.filter(pk=giver.pk).update(is_active=True)
    take_back_roles(at(giver), delegation=delegation)
    assert not at(taker).may("plans.issue", path)


def test_substitute_lends_nothing_on_and_gives_no_roles(office: Office) -> None:
    _, taker, _ = lent(office)
    third = Account.objects.create(login="third", name="third", password="!")
    lend_roles(at(taker), taker=third, day=TODAY, until=TODAY + timedelta(days=5), reason="再转")

    assert not at(third).may("plans.issue")
    assert not at(taker).may("access.grant")
    with pytest.raises(NotAllowed):
        grant_role(at(taker), org=office.town, account=taker, role="secretary", day=TODAY, reason="留着")


def test_roles_that_may_not_be_lent_are_not(office: Office) -> None:
    _, taker, _ = lent(office, "auditor")

    assert not at(taker).may("audit.view")


def test_role_is_given_nowhere_beyond_the_givers_own_reach(office: Office) -> None:
    keeper = Account.objects.create(login="keeper", name="keeper", password="!")
    Grant.objects.create(
        account=keeper, role="town_officer", org=office.town, reach="org", valid_from=BEGIN, reason="test"
    )
    other = somebody(office)
    before = Grant.objects.count()

    for org, reach in ((office.town, "subtree"), (office.branch, "org"), (office.county, "org")):
        with pytest.raises(NotAllowed):
            grant_role(
                at(keeper), org=org, account=other, role="secretary", day=TODAY, reach=reach, reason="x"
            )
        grant = Grant(account=other, role="secretary", org=org, reach=reach, valid_from=TODAY, reason="x")
        with pytest.raises(NotAllowed):
            grant_roles(at(keeper), org=org, grants=[grant])
    assert Grant.objects.count() == before
    with pytest.raises(Invalid):
        grant_role(
            at(keeper), org=office.town, account=other, role="member", day=TODAY, reach="all", reason="x"
        )


def test_nobody_lifts_another_or_themselves_above_what_they_manage(office: Office) -> None:
    town = account_with(office, "town", "town_officer", office.town)

    for role in ("officer", "operator"):
        with pytest.raises(NotAllowed):
            grant_role(at(town), org=office.town, account=town, role=role, day=TODAY, reason="x")
    with pytest.raises(Invalid):
        grant_role(at(town), org=office.town, account=town, role="system", day=TODAY, reason="x")


def test_bulk_grants_outside_the_named_place_are_refused(office: Office) -> None:
    town = account_with(office, "town", "town_officer", office.town)
    other = somebody(office)
    for org in (office.far_branch, office.county, None):
        grant = Grant(account=other, role="member", org=org, valid_from=TODAY, reason="x")
        with pytest.raises(NotAllowed):
            grant_roles(at(town), org=office.town, grants=[grant])


def test_token_does_what_its_scopes_say_where_its_account_may(office: Office) -> None:
    account = account_with(office, "town", "town_officer", office.town)
    _, text = fresh_token(
        Context(AccountActor(account), datetime.now(UTC)),
        name="t",
        scopes=["orgs.view"],
        expires_at=datetime.now(UTC) + timedelta(days=1),
    )
    headers = {"Authorization": f"Bearer {text}", "Idempotency-Key": "a"}

    assert Client().get(f"/api/orgs/{office.branch.pk}", headers=headers).status_code == 200
    assert Client().get(f"/api/orgs/{office.far_branch.pk}", headers=headers).status_code == 404
    assert Client().get("/api/grants", headers=headers).status_code == 403


def test_token_without_the_scope_lends_nothing_and_reads_nothing_of_its_owners(office: Office) -> None:
    account = account_with(office, "officer", "officer", office.county)
    accomplice = Account.objects.create(login="accomplice", name="accomplice", password="!")
    context = Context(AccountActor(account), datetime.now(UTC))
    _, text = fresh_token(context, name="t", scopes=["orgs.view"], expires_at=context.now + timedelta(days=1))
    headers = {"Authorization": f"Bearer {text}", "Idempotency-Key": "a"}
    today = context.today
    body = {"taker": accomplice.pk, "day": str(today), "until": str(today + timedelta(days=9)), "reason": "x"}
    before = rows()

    answer = Client().post(
        "/api/substitutes", json.dumps(body), content_type="application/json", headers=headers
    )

    assert answer.status_code == 403
    assert rows() == before
    assert Client().get("/api/tokens", headers=headers).status_code == 403
    narrow = Context(AccountActor(account, frozenset({"orgs.view"})), context.now)
    with pytest.raises(NotAllowed):
        lend_roles(narrow, taker=accomplice, day=today, until=today + timedelta(days=9), reason="x")


def test_token_opens_no_page(office: Office) -> None:
    headers = program(account_with(office, "officer", "officer", office.county))

    answer = Client().get("/orgs", headers=headers)

    assert answer["Location"].startswith("/sign-in")


def test_token_ends_with_its_day_its_revocation_and_its_account(office: Office) -> None:
    account = account_with(office, "officer", "officer", office.county)
    now = datetime.now(UTC)
    context = Context(AccountActor(account), now)

    def status(text: str) -> int:
        return Client().get("/api/orgs", headers={"Authorization": f"Bearer {text}"}).status_code

    token, text = fresh_token(context, name="t", scopes=["*"], expires_at=now + timedelta(days=1))
    assert status(text) == 200
    type(token).objects.filter(pk=token.pk).update(expires_at=now - timedelta(seconds=1))
    assert status(text) == 401
    type(token).objects.filter(pk=token.pk).update(expires_at=now + timedelta(days=1))
    revoke_token(context, token=token)
    assert status(text) == 401
    assert status(token.digest) == 401


def test_token_is_not_made_for_more_than_a_year_or_in_the_past(office: Office) -> None:
    context = at(somebody(office))

    for days in (-1, 0, 367):
        with pytest.raises(Invalid):
            fresh_token(context, name="t", scopes=["*"], expires_at=NOW + timedelta(days=days))


def test_grant_over_the_api_names_no_account_out_of_reach(office: Office) -> None:
    with_everything(office)
    other = account_with(office, "other", "secretary", office.far_branch)
    headers = program(account_with(office, "town", "town_officer", office.town))
    body = {"account": other.pk, "role": "member", "day": "2015-10-08", "reason": "x"}
    entries = Entry.objects.count()

    answer = Client().post(
        f"/api/orgs/{office.town.pk}/grants",
        json.dumps(body),
        content_type="application/json",
        headers=headers,
    )

    assert answer.status_code == 404
    assert (other.grants.count(), Entry.objects.count()) == (1, entries)
