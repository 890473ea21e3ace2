"""Attacks by what is sent: forged forms, foreign ids, odd characters, large and deep bodies, file names."""

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gangmu.core.errors import NotFound
from gangmu.kernel.access.models import Account
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.files.rules import plain_name
from gangmu.kernel.files.shelf import place_of
from gangmu.kernel.orgs.models import Org, OrgLink
from gangmu.kernel.orgs.operations import rename_org
from gangmu.results.honours.models import Contest
from tests.conftest import Office
from tests.site.matrix.calls_honours import contest_code
from tests.site.matrix.test_operations import rows
from tests.site.matrix.test_routes import (
    PAGES,
    Route,
    account_with,
    address,
    browser,
    program,
    with_everything,
)

FORMS = [route for route in PAGES if route.method == "POST"]


@pytest.mark.parametrize("route", FORMS, ids=str)
def test_form_that_does_not_come_from_our_page_is_refused(route: Route, office: Office) -> None:
    with_everything(office)
    holder = account_with(office, "holder", "everything", office.county)
    signed_in = browser(holder)
    path = address(route, office)
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in.cookies
    before = rows()

    answer = client.post(path, {"reason": "x", "name": "x"})

    assert answer.status_code == 403
    assert rows() == before


def test_api_takes_no_write_from_a_foreign_page_by_the_browsers_cookie(office: Office) -> None:
    """A foreign page can send a form along with the cookie, but no header of its own."""
    with_everything(office)
    client = browser(account_with(office, "holder", "everything", office.county))
    body = json.dumps({"name": "被改名", "day": "2015-06-16"})

    answer = client.post(f"/api/orgs/{office.branch.pk}/name", body, content_type="text/plain")

    assert answer.status_code == 422
    assert Org.objects.get(pk=office.branch.pk).name == office.branch.name
    assert "Access-Control-Allow-Origin" not in answer


def test_name_with_a_script_is_shown_as_text(office: Office) -> None:
    with_everything(office)
    name = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    rename_org(office.system, office.branch, name=name, day=date(2015, 6, 16))
    client = browser(account_with(office, "holder", "everything", office.county))

    for path in (
        reverse("orgs-org", args=[office.branch.pk]),
        reverse("orgs-tree"),
        reverse("access-org", args=[office.branch.pk]),
        "/",
    ):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;" in client.get(reverse("orgs-org", args=[office.branch.pk])).content.decode()


@pytest.mark.parametrize("field", ["under", "target"])
def test_form_names_no_organization_out_of_reach(field: str, office: Office) -> None:
    with_everything(office)
    client = browser(account_with(office, "town", "everything", office.town))
    change = {"under": "move", "target": "link"}[field]
    given = {field: office.far_branch.pk, "kind": "partner", "day": "2015-06-16", "paper": ""}
    before = rows()

    answer = client.post(reverse("orgs-change", args=[office.branch.pk, change]), given)

    assert answer.status_code in (403, 404, 422)
    assert office.far_branch.name not in answer.content.decode()
    assert (rows() == before, OrgLink.objects.count()) == (True, 0)


def test_contest_over_its_quota_comes_back_on_the_form_with_what_was_typed(office: Office) -> None:
    with_everything(office)
    code = contest_code(office)
    client = browser(account_with(office, "holder", "everything", office.county))
    given = {
        "title": "今年的评选",
        "places_villages": "6",
        "number": "省评组〔2026〕1号",
        "issuer": "省评组",
        "level": "province",
        "issued_on": date.today().isoformat(),
        "expires_on": "2099-12-31",
    }

    answer = client.post(reverse("honours-open", args=[code]), given)

    page = answer.content.decode()
    assert (answer.status_code, Contest.objects.count()) == (409, 0)
    assert 'value="今年的评选"' in page
    assert 'value="省评组〔2026〕1号"' in page
    assert page.count('role="alert"') == 1


def test_fields_that_a_form_does_not_have_change_nothing(office: Office) -> None:
    with_everything(office)
    account = account_with(office, "holder", "everything", office.county)
    body = {
        "login": "new",
        "name": "新人",
        "kind": "person",
        "is_active": False,
        "password": "x",
        "is_superuser": True,
        "id": account.pk,
        "person": 7,
    }

    answer = Client().post(
        f"/api/orgs/{office.branch.pk}/accounts",
        json.dumps(body),
        content_type="application/json",
        headers=program(account),
    )

    made = Account.objects.get(login="new")
    assert answer.status_code in (200, 422)
    assert (made.is_active, made.person, made.has_usable_password()) == (True, None, False)
    assert made.pk != account.pk


ODD: dict[str, str] = {
    "a zero byte": json.dumps({"name": "a\x00b", "day": "2015-06-16"}),
    "half a character": '{"name": "\\ud800", "day": "2015-06-16"}',
    "deep nesting": "[" * 200_000,
    "deep nesting in a field": '{"name": ' + "[" * 50_000 + "]" * 50_000 + ', "day": "2015-06-16"}',
    "a number of many digits": '{"name": ' + "9" * 100_000 + ', "day": "2015-06-16"}',
    "no object": '"x"',
    "another encoding": "\xff\xfe",
    "a far day": '{"name": "x", "day": "9999-12-31"}',
    "a name of a million characters": json.dumps({"name": "长" * 1_000_000, "day": "2015-06-16"}),
}


@pytest.mark.parametrize("what", sorted(ODD))
def test_odd_body_is_refused_and_changes_nothing(what: str, office: Office) -> None:
    with_everything(office)
    headers = program(account_with(office, "holder", "everything", office.county))
    before, entries = rows(), Entry.objects.count()
    client = Client(raise_request_exception=False)

    answer = client.post(
        f"/api/orgs/{office.branch.pk}/name",
        ODD[what].encode("latin-1") if what == "another encoding" else ODD[what].encode(),
        content_type="application/json",
        headers=headers,
    )

    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"] == "application/problem+json"
    assert (rows(), Entry.objects.count()) == (before, entries)


@pytest.mark.parametrize(
    "typed",
    [
        "%",
        "_",
        "%%%",
        "\\",
        "'",
        "a" * 10_000,
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)
def test_search_takes_every_character_as_itself(typed: str, office: Office) -> None:
    with_everything(office)
    client = browser(account_with(office, "holder", "everything", office.county))

    for name in ("desk-search", "orgs-finder"):
        answer = client.get(reverse(name), {"q": typed})
        assert answer.status_code in (200, 302, 422)
        assert "南坡" not in answer.content.decode()


def test_search_refuses_a_zero_byte(office: Office) -> None:
    with_everything(office)
    client = browser(account_with(office, "holder", "everything", office.county))

    for name in ("desk-search", "orgs-finder"):
        assert client.get(reverse(name), {"q": "\x00"}).status_code == 400


@pytest.mark.parametrize("number", ["99999999999999999999999", "0", "9223372036854775808"])
def test_number_that_no_table_holds_is_not_found(number: str, office: Office) -> None:
    with_everything(office)
    account = account_with(office, "holder", "everything", office.county)

    assert browser(account).get(f"/orgs/{number}").status_code == 404
    assert Client().get(f"/api/orgs/{number}", headers=program(account)).status_code in (404, 422)


def test_body_over_the_limit_is_refused(office: Office, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    with_everything(office)
    headers = program(account_with(office, "holder", "everything", office.county))
    body = json.dumps({"name": "x" * 2000, "day": "2015-06-16"})

    answer = Client().post(
        f"/api/orgs/{office.branch.pk}/name", body, content_type="application/json", headers=headers
    )

    assert answer.status_code in (400, 413)
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.txt", "..\\..\\boot.txt", "a/b/c.txt", "x\r\nSet-Cookie: a=b.txt", "\x00.txt"]
)
def test_file_name_keeps_no_folder_and_no_line_break(name: str) -> None:
    kept = plain_name(name)

    assert not set(kept) & set("/\\\r\n\x00")
    assert not kept.startswith(".")


@pytest.mark.parametrize("digest", ["../../keys", "A" * 64, "0" * 63, "0" * 64 + "\n", ""])
def test_shelf_knows_only_digests(digest: str) -> None:
    with pytest.raises(NotFound):
        place_of(digest)


def test_write_over_the_api_needs_an_idempotency_key(office: Office) -> None:
    with_everything(office)
    headers = program(account_with(office, "holder", "everything", office.county))
    body = json.dumps({"name": "中共改名村支部委员会", "day": "2015-06-16"})
    for key in ("", "k" * 101):
        answer = Client().post(
            f"/api/orgs/{office.branch.pk}/name",
            body,
            content_type="application/json",
            headers=headers | {"Idempotency-Key": key},
        )
        assert answer.status_code == 422
    assert Org.objects.get(pk=office.branch.pk).name == office.branch.name


def test_one_accounts_idempotency_key_gives_nothing_to_another(office: Office) -> None:
    with_everything(office)
    first = program(account_with(office, "first", "everything", office.county))
    second = program(account_with(office, "second", "everything", office.other_town))
    body = json.dumps({"name": "中共改名村支部委员会", "day": "2015-06-16"})
    path = f"/api/orgs/{office.branch.pk}/name"

    assert Client().post(path, body, content_type="application/json", headers=first).status_code == 200
    answer = Client().post(path, body, content_type="application/json", headers=second)

    assert (answer.status_code, "Idempotent-Replay" in answer) == (404, False)


def test_foreign_host_is_refused_where_the_site_names_its_own(office: Office, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["gangmu.example"]

    answer = Client(raise_request_exception=False).get("/sign-in", headers={"Host": "evil.example"})

    assert answer.status_code == 400
