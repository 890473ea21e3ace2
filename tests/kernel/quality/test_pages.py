"""Doubts on the screen and over the API: found, opened, excused, mended."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from gangmu.core.doubts import CHECKS
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.quality.models import Doubt
from gangmu.kernel.quality.operations import look_through
from gangmu.kernel.quality.pages import GROUP_WORDS, mending_address
from tests.conftest import Office

UNTIL = {"reason": "新建，领域待定", "until": "2015-12-31"}


@pytest.fixture
def doubt(office: Office) -> Doubt:
    """The first branch has lost its domain."""
    Org.objects.filter(pk=office.branch.pk).update(domain="")
    look_through(office.system, office.county)
    return Doubt.objects.select_related("org").get(check_code="tree.no_domain")


def test_every_group_has_words() -> None:
    assert {check.group for check in CHECKS.values()} == set(GROUP_WORDS)


def test_checks_show_what_was_found_and_lead_to_it(
    office: Office, doubt: Doubt, acting: Callable[..., Any], browser: Callable[..., Any]
) -> None:
    officer = browser(acting("officer", office.county))

    listed = officer.get("/quality").content.decode()
    one = officer.get("/quality/checks/tree.no_domain").content.decode()
    page = officer.get(f"/quality/doubts/{doubt.pk}").content.decode()

    assert "未填领域" in listed
    assert "名称异常" not in listed
    assert "名称异常" in officer.get("/quality?every=yes").content.decode()
    assert office.branch.name in one
    assert reverse("orgs-org", args=(office.branch.pk,)) in page


def test_excusing_asks_for_a_reason_and_keeps_what_was_typed(
    office: Office, doubt: Doubt, acting: Callable[..., Any], browser: Callable[..., Any]
) -> None:
    officer = browser(acting("officer", office.county))

    refused = officer.post(f"/quality/doubts/{doubt.pk}/excuse", {"reason": "", "until": "2015-12-31"})
    done = officer.post(f"/quality/doubts/{doubt.pk}/excuse", UNTIL, follow=True)

    assert refused.status_code == 422
    assert "2015-12-31" in refused.content.decode()
    assert UNTIL["reason"] in done.content.decode()
    assert office.branch.name not in officer.get("/quality/checks/tree.no_domain").content.decode()
    officer.post(f"/quality/doubts/{doubt.pk}/open")
    assert office.branch.name in officer.get("/quality/checks/tree.no_domain").content.decode()


def test_a_secretary_sees_the_own_doubts_and_excuses_none(
    office: Office, doubt: Doubt, acting: Callable[..., Any], browser: Callable[..., Any]
) -> None:
    own, other = (browser(acting("secretary", each)) for each in (office.branch, office.far_branch))

    assert "未填领域" in own.get(f"/orgs/{office.branch.pk}/doubts").content.decode()
    assert own.post(f"/quality/doubts/{doubt.pk}/excuse", UNTIL).status_code == 403
    assert other.get(f"/quality/doubts/{doubt.pk}").status_code == 404
    assert other.get(f"/orgs/{office.branch.pk}/doubts").status_code == 404
    assert Doubt.objects.get(pk=doubt.pk).excused_until is None


def test_looking_through_again_from_the_page_finds_what_was_mended(
    office: Office, doubt: Doubt, acting: Callable[..., Any], browser: Callable[..., Any]
) -> None:
    Org.objects.filter(pk=office.branch.pk).update(domain="village")
    town, officer = (browser(acting("officer", each)) for each in (office.town, office.county))

    town.post("/quality/checks/tree.no_domain")
    assert Doubt.objects.filter(pk=doubt.pk).exists()
    officer.post("/quality/checks/tree.no_domain")

    assert not Doubt.objects.filter(pk=doubt.pk).exists()


def test_an_unknown_check_is_not_there(
    office: Office, acting: Callable[..., Any], browser: Callable[..., Any]
) -> None:
    assert browser(acting("officer", office.county)).get("/quality/checks/tree.moon").status_code == 404


def test_doubts_of_an_organization_stand_among_its_other_views(
    office: Office, acting: Callable[..., Any], browser: Callable[..., Any]
) -> None:
    page = browser(acting("officer", office.county)).get(f"/orgs/{office.town.pk}/doubts").content.decode()

    assert f'<a href="/orgs/{office.town.pk}/doubts" aria-current="page">' in page
    assert f'<a href="/orgs/{office.town.pk}">' in page
    assert "疑点 · 中共" in page.partition("<title>")[2].partition("</title>")[0]


def test_every_check_leads_to_a_page_that_exists(office: Office) -> None:
    for check in CHECKS.values():
        made = Doubt(check_code=check.code, org=office.branch, subject="thing:7")
        assert mending_address(check, made).startswith("/")


def test_doubts_over_the_api_are_those_of_the_page(
    office: Office, doubt: Doubt, acting: Callable[..., Any], browser: Callable[..., Any]
) -> None:
    officer = browser(acting("officer", office.county))

    listed = officer.get("/api/quality/doubts?check=tree.no_domain").json()
    lines = {each["code"]: each for each in officer.get("/api/quality/checks").json()}
    excused = officer.post(
        f"/api/quality/doubts/{doubt.pk}/excuse",
        UNTIL,
        content_type="application/json",
        headers={"Idempotency-Key": "1"},
    ).json()

    assert [(each["id"], each["org"]) for each in listed] == [(doubt.pk, office.branch.pk)]
    assert lines["tree.no_domain"]["open"] == 1
    assert excused["excused_until"] == "2015-12-31"
    assert officer.get("/api/quality/doubts?check=tree.no_domain&state=open").json() == []
