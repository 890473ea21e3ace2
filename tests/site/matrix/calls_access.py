"""Rows of accounts, sessions, grants, substitutes and tokens."""

from datetime import timedelta

import pyotp

from gangmu.kernel.access import operations as access
from gangmu.kernel.access.models import Grant
from gangmu.kernel.access.rules import code_digest
from tests.conftest import Office
from tests.site.matrix.call import JUNE, Call, call, own, somebody


@call("access.open_account")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "login": "new", "name": "新人"}, office.branch)


@call("access.open_accounts")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "people": [("new", "新人", 77)]}, office.branch)


@call("access.close_account")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "account": somebody(office)}, office.branch)


@call("access.give_start_code")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "account": somebody(office), "code": "ABCDE-23456"}, office.branch)


@call("access.give_start_codes")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "codes": {somebody(office).pk: "ABCDE-23456"}}, office.branch)


@call("access.give_founding_code")
def _(office: Office) -> Call:
    return Call({"code": "ABCDE-23456"})


@call("access.spend_founding_code")
def _(office: Office) -> Call:
    access.give_founding_code(office.system, code="ABCDE-23456")
    return Call({"code": "ABCDE-23456"})


@call("access.withdraw_grants")
def _(office: Office) -> Call:
    account = somebody(office)
    Grant.objects.filter(account=account).update(source="people.Post:7")
    return Call({"org": office.branch, "sources": ["people.Post:7"]}, office.branch)


@call("access.redeem_start_code")
def _(office: Office) -> Call:
    account = somebody(office)
    access.give_start_code(office.system, org=office.branch, account=account, code="ABCDE-23456")
    return Call({"login": account.login, "code": "abcde-23456", "password": "long enough 1"})


@call("access.change_password")
def _(office: Office) -> Call:
    account = somebody(office)
    account.set_password("long enough 1")
    account.save()
    return Call({"old": "long enough 1", "new": "longer enough 2"}, owner=account)


@call("access.note_failed_sign_in")
def _(office: Office) -> Call:
    return Call({"account": somebody(office)})


@call("access.begin_session")
def _(office: Office) -> Call:
    return Call({"account": somebody(office), "device": "Linux", "session_key": "k"})


@call("access.end_session")
def _(office: Office) -> Call:
    account = somebody(office)
    session = access.begin_session(office.system, account=account, device="Linux", session_key="k")
    return Call({"session": session}, owner=account)


@call("access.set_second_factor")
def _(office: Office) -> Call:
    key = pyotp.random_base32()
    return Call({"key": key, "code": pyotp.TOTP(key).at(office.system.now)}, owner=somebody(office))


@call("access.reset_second_factor")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "account": somebody(office)}, office.branch)


@call("access.confirm_second_factor")
def _(office: Office) -> Call:
    account = somebody(office)
    access.begin_session(office.system, account=account, device="Linux", session_key="k")
    return Call({"account": account, "step": 7, "session_key": "k"})


@call("access.confirm_demo_session")
def _(office: Office) -> Call:
    session = access.begin_session(office.system, account=somebody(office), device="", session_key="k")
    return Call({"session": session})


@call("access.grant_role")
def _(office: Office) -> Call:
    account = somebody(office)
    given = {"org": office.branch, "account": account, "role": "member", "day": JUNE, "reason": "test"}
    return Call(given, office.branch)


@call("access.grant_roles")
def _(office: Office) -> Call:
    grant = Grant(account=somebody(office), role="member", org=office.branch, valid_from=JUNE, reason="test")
    return Call({"org": office.branch, "grants": [grant]}, office.branch)


@call("access.end_grant")
def _(office: Office) -> Call:
    grant = somebody(office).grants.select_related("org").get()
    return Call({"grant": grant, "day": JUNE, "reason": "test"}, office.branch)


@call("access.lend_roles")
def _(office: Office) -> Call:
    giver, taker = somebody(office), somebody(office, "substitute")
    today = office.system.today
    given = {"taker": taker, "day": today, "until": today + timedelta(days=9), "reason": "出差"}
    return Call(given, owner=giver)


@call("access.take_back_roles")
def _(office: Office) -> Call:
    giver, taker = somebody(office), somebody(office, "substitute")
    today = office.system.today
    lent = access.lend_roles(
        own(office, giver), taker=taker, day=today, until=today + timedelta(days=9), reason="出差"
    )
    return Call({"delegation": lent}, owner=giver)


@call("access.make_token")
def _(office: Office) -> Call:
    expires = office.system.now + timedelta(days=9)
    given = {"name": "t", "digest": code_digest("t"), "scopes": ["orgs.view"], "expires_at": expires}
    return Call(given, owner=somebody(office))


@call("access.revoke_token")
def _(office: Office) -> Call:
    account = somebody(office)
    expires = office.system.now + timedelta(days=9)
    token = access.make_token(
        own(office, account), name="t", digest=code_digest("t"), scopes=["orgs.view"], expires_at=expires
    )
    return Call({"token": token}, owner=account)
