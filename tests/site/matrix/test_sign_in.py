"""Attacks on signing in: guessing, fixing, reusing, going round the second factor."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyotp
import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse

from gangmu.core.context import Context, Stranger
from gangmu.core.errors import NotAllowed
from gangmu.core.secrets import encrypt
from gangmu.kernel.access.models import Account, OpenSession
from gangmu.kernel.access.operations import (
    WrongSignIn,
    close_account,
    end_grant,
    fresh_start_code,
    grant_role,
    lend_roles,
    pass_second_factor,
    redeem_start_code,
    sign_in,
)
from gangmu.kernel.access.queries import AccountActor, needs_second_factor
from tests.conftest import BEGIN, NOW, Office
from tests.site.matrix.call import somebody
from tests.site.matrix.test_routes import (
    CLOSED,
    Route,
    account_with,
    browser,
    program,
    refused,
    with_everything,
)

PASSWORD = "correct horse 7"
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def secretary(office: Office, login: str = "dong") -> Account:
    """A secretary who signs in by a password alone."""
    account = account_with(office, login, "secretary", office.branch)
    account.set_password(PASSWORD)
    account.save()
    return account


def officer(office: Office, *, key: str = KEY) -> Account:
    """An officer whose role asks for a second factor, bound unless the key is empty."""
    account = account_with(office, "zhang", "officer", office.county)
    account.set_password(PASSWORD)
    if key:
        account.factor_secret = encrypt(site.GANGMU_DATA_KEY, key, purpose="factor")
        account.factor_since = datetime.now(UTC)
    account.save()
    return account


def send_password(client: Client, login: str, password: str = PASSWORD, target: str = "") -> Any:
    return client.post(reverse("access-sign-in"), {"login": login, "password": password, "next": target})


def stranger(moment: datetime = NOW) -> Context:
    return Context(Stranger(), moment)


def test_sign_in_gives_the_browser_a_new_session_so_that_a_planted_one_is_useless(office: Office) -> None:
    secretary(office)
    client = Client()
    client.get(reverse("access-sign-in"))
    planted = client.session
    planted["gangmu"] = "planted"
    planted.save()
    client.cookies["gangmu_session"] = str(planted.session_key)

    assert send_password(client, "dong").status_code == 302
    assert client.cookies["gangmu_session"].value != planted.session_key
    attacker = Client()
    attacker.cookies["gangmu_session"] = str(planted.session_key)
    assert refused(attacker.get(reverse("access-account")))
    assert client.get(reverse("access-account")).status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "\thttps://evil.example",
        "/sign-in\r\nSet-Cookie: a=b",
    ],
)
def test_sign_in_leads_to_no_other_site(target: str, office: Office) -> None:
    secretary(office)

    answer = send_password(Client(), "dong", target=target)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert "evil" not in answer["Location"]
    assert "\n" not in answer["Location"]


def test_next_is_one_value_and_adds_no_parameters_on_the_way_to_the_code(office: Office) -> None:
    officer(office)

    answer = send_password(Client(), "zhang", target="/orgs?a=1&next=//evil.example")

    assert answer["Location"] == "/sign-in/code?next=%2Forgs%3Fa%3D1%26next%3D%2F%2Fevil.example"


def test_sign_in_says_the_same_of_a_wrong_password_an_unknown_and_a_locked_name(office: Office) -> None:
    secretary(office)
    said = set()
    for login in ("dong", "nobody", "system", *["dong"] * 6):
        with pytest.raises(WrongSignIn) as wrong:
            sign_in(stranger(), login=login, password="guess", device="", session_key="k")
        said.add(str(wrong.value))

    assert len(said) == 1
    assert Account.objects.get(login="dong").locked_until == NOW + timedelta(minutes=15)


def test_sign_in_stays_shut_to_the_right_password_until_the_lock_is_over(office: Office) -> None:
    account = secretary(office)
    for _ in range(5):
        with pytest.raises(WrongSignIn):
            sign_in(stranger(), login="dong", password="guess", device="", session_key="k")

    for minutes in (0, 14):
        later = stranger(NOW + timedelta(minutes=minutes))
        with pytest.raises(WrongSignIn):
            sign_in(later, login="dong", password=PASSWORD, device="", session_key="k")
    later = stranger(NOW + timedelta(minutes=15))
    assert sign_in(later, login="dong", password=PASSWORD, device="", session_key="k") == account


def test_sign_in_is_closed_to_the_system_to_closed_accounts_and_to_empty_passwords(office: Office) -> None:
    closed = secretary(office, "closed")
    Account.objects.filter(pk=closed.pk).update(is_active=False)
    waiting = somebody(office, "waiting")

    for login, password in (("closed", PASSWORD), ("system", ""), (waiting.login, ""), (waiting.login, "!")):
        with pytest.raises(WrongSignIn):
            sign_in(stranger(), login=login, password=password, device="", session_key="k")


def test_session_before_its_second_factor_is_a_stranger_at_every_door(office: Office) -> None:
    officer(office)
    client = Client()
    assert send_password(client, "zhang")["Location"].startswith("/sign-in/code")

    opened = [str(route) for route in CLOSED if not shut(client, route)]

    assert opened == []
    assert len(CLOSED) > 100


def shut(client: Client, route: Route) -> bool:
    """Whether a route sends a browser away to sign in."""
    path = route.path
    for name in route.parameters:
        path = path.replace(f"<int:{name}>", "1").replace(f"{{{name}}}", "1")
        path = path.replace(f"<slug:{name}>", "x").replace(f"<str:{name}>", "x")
    answer = client.generic(route.method, path, "{}", content_type="application/json")
    return answer.status_code == 401 or str(answer.get("Location", "")).startswith("/sign-in?")


def test_setting_up_a_second_factor_replaces_none_that_is_bound(office: Office) -> None:
    account = officer(office)
    client = Client()
    send_password(client, "zhang")
    session = client.session
    session["factor"] = pyotp.random_base32()
    session.save()

    answer = client.post(reverse("access-set-up-code"), {"code": pyotp.TOTP(session["factor"]).now()})

    assert answer["Location"] == "/sign-in/code"
    kept = Account.objects.get(pk=account.pk)
    assert bytes(kept.factor_secret or b"") == bytes(account.factor_secret or b"")
    assert not OpenSession.objects.filter(factor_passed=True).exists()


def test_one_time_code_serves_once_and_wrong_ones_lock(office: Office) -> None:
    account = officer(office)
    for key in ("first", "second"):
        sign_in(stranger(), login="zhang", password=PASSWORD, device="", session_key=key)
    code = pyotp.TOTP(KEY).at(NOW)
    pass_second_factor(stranger(), account=account, code=code, session_key="first")
    account.refresh_from_db()

    with pytest.raises(WrongSignIn):
        pass_second_factor(stranger(), account=account, code=code, session_key="second")
    for _ in range(4):
        account.refresh_from_db()
        with pytest.raises(WrongSignIn):
            pass_second_factor(stranger(), account=account, code="000000", session_key="second")
    account.refresh_from_db()
    later = NOW + timedelta(minutes=1)
    fresh = pyotp.TOTP(KEY).at(later)
    with pytest.raises(WrongSignIn):
        pass_second_factor(stranger(later), account=account, code=fresh, session_key="second")

    assert list(OpenSession.objects.filter(factor_passed=True)) == [OpenSession.objects.earliest("pk")]


def test_borrowed_role_asks_for_the_second_factor_that_its_lender_needs(office: Office) -> None:
    giver, taker = officer(office), secretary(office)
    today = office.system.today
    lend_roles(
        Context(AccountActor(giver), NOW),
        taker=taker,
        day=today,
        until=today + timedelta(days=5),
        reason="出差",
    )

    assert needs_second_factor(taker, today)


def test_role_with_a_second_factor_ends_what_a_session_without_one_may(office: Office) -> None:
    account = secretary(office)
    client = Client()
    send_password(client, "dong")
    assert client.get(reverse("access-account")).status_code == 200

    grant_role(
        office.system, org=office.county, account=account, role="officer", day=date(2015, 1, 1), reason="test"
    )

    assert refused(client.get(reverse("access-account")))


def test_start_code_opens_once_and_not_after_a_fortnight(office: Office) -> None:
    account = somebody(office)
    code = fresh_start_code(office.system, org=office.branch, account=account)
    late = stranger(NOW + timedelta(days=14))
    with pytest.raises(WrongSignIn):
        redeem_start_code(late, login=account.login, code=code, password=PASSWORD)

    redeem_start_code(stranger(), login=account.login, code=code.lower(), password=PASSWORD)

    for again in (code, ""):
        with pytest.raises(WrongSignIn):
            redeem_start_code(stranger(), login=account.login, code=again, password="another one 8")
    assert Account.objects.get(pk=account.pk).check_password(PASSWORD)


def test_start_code_ends_the_sessions_that_were_open_before_it(office: Office) -> None:
    account = secretary(office)
    client = Client()
    send_password(client, "dong")
    code = fresh_start_code(office.system, org=office.branch, account=account)

    redeem_start_code(stranger(), login="dong", code=code, password="quite another 9")

    assert refused(client.get(reverse("access-account")))


def test_start_code_of_another_account_opens_nothing(office: Office) -> None:
    mine, other = somebody(office, "mine"), somebody(office, "other")
    fresh_start_code(office.system, org=office.branch, account=other)
    code = fresh_start_code(office.system, org=office.branch, account=mine)

    with pytest.raises(WrongSignIn):
        redeem_start_code(stranger(), login="other", code=code, password=PASSWORD)


def test_key_of_an_account_is_not_given_out_by_who_manages_less_than_it_holds(
    office: Office, acting: Any
) -> None:
    county = account_with(office, "county", "officer", office.county)
    town = acting("town_officer", office.town)
    grant_role(
        town, org=office.town, account=county, role="secretary", day=BEGIN, reason="a way to its account"
    )

    with pytest.raises(NotAllowed):
        fresh_start_code(town, org=office.town, account=county)
    assert Account.objects.get(pk=county.pk).start_code == ""


def test_changing_the_password_ends_every_session(office: Office) -> None:
    secretary(office)
    here, there = Client(), Client()
    send_password(here, "dong")
    send_password(there, "dong")

    here.post(reverse("access-change-password"), {"old": PASSWORD, "new": "quite another 9"})

    assert refused(there.get(reverse("access-account")))
    assert refused(here.get(reverse("access-account")))


def test_signing_out_makes_the_old_cookie_useless(office: Office) -> None:
    secretary(office)
    client = Client()
    send_password(client, "dong")
    old = client.cookies["gangmu_session"].value
    client.post(reverse("access-sign-out"))

    thief = Client()
    thief.cookies["gangmu_session"] = old

    assert refused(thief.get(reverse("access-account")))


def test_closing_an_account_ends_its_sessions_and_tokens_at_once(office: Office) -> None:
    account = secretary(office)
    client = Client()
    send_password(client, "dong")
    headers = program(account)
    assert Client().get("/api/orgs", headers=headers).status_code == 200
    close_account(office.system, org=office.branch, account=account)

    assert refused(client.get(reverse("access-account")))
    assert Client().get("/api/orgs", headers=headers).status_code == 401


def test_account_that_holds_nothing_is_closed_where_it_last_held_something(office: Office) -> None:
    with_everything(office)
    account, keeper = secretary(office), account_with(office, "keeper", "everything", office.town)
    grant = account.grants.get()
    end_grant(office.system, grant=grant, day=NOW.date(), reason="离任")
    elsewhere = account_with(office, "elsewhere", "everything", office.other_town)

    assert refused(browser(elsewhere).post(reverse("access-close-account", args=(grant.pk,))))
    assert browser(keeper).post(reverse("access-close-account", args=(grant.pk,))).status_code == 302
    assert not Account.objects.get(pk=account.pk).is_active


def test_account_that_holds_something_elsewhere_is_not_closed_where_it_held_something(office: Office) -> None:
    account = secretary(office)
    end_grant(office.system, grant=account.grants.get(), day=NOW.date(), reason="离任")
    grant_role(
        office.system, org=office.far_branch, account=account, role="secretary", day=NOW.date(), reason="到任"
    )

    with pytest.raises(NotAllowed):
        close_account(office.system, org=office.town, account=account)


def test_demonstration_doors_are_shut_on_a_real_site(office: Office, settings: Any) -> None:
    settings.GANGMU_DEMO = False
    secretary(office)

    answer = Client().post(reverse("access-demo"), {"login": "dong"})

    assert answer.status_code == 404
    assert OpenSession.objects.count() == 0
