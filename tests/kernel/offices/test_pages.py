"""The pages of the first day: open while a set-up code serves, and to nobody afterwards."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gangmu.core.context import Context
from gangmu.kernel.access.models import Account
from gangmu.kernel.access.operations import fresh_founding_code
from gangmu.kernel.orgs.models import Org
from tests.conftest import Office

OFFICE = {
    "name": "中共开化县委员会",
    "code": "330824",
    "level": "county",
    "kind": "committee",
    "day": "2010-01-01",
    "officer": "姜敏",
    "login": "jiangmin",
    "keeps": "yes",
    "password": "long enough 1",
    "again": "long enough 1",
}


def test_empty_site_leads_to_its_first_day_and_through_it(system: Context, browser: Callable[..., Client]):
    code = fresh_founding_code(system)
    client = browser()

    assert client.get("/")["Location"] == "/first-day"
    page = client.get("/first-day").content.decode()
    assert "通用基础包" in page
    assert client.post("/first-day", {"code": code, "pack": "base"})["Location"] == "/first-day/office"
    answer = client.post("/first-day/office", OFFICE)

    assert answer["Location"].startswith("/sign-in/set-up-code")
    assert Org.objects.get().name == "中共开化县委员会"
    assert client.get("/first-day").status_code == 404
    assert client.get("/first-day/office").status_code == 404


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"again": "other"}, "两次输入的密码不一致"),
        ({"password": "x", "again": "x"}, "至少十位"),
        ({"day": "三月"}, "日期"),
    ],
)
def test_first_day_says_beside_the_field_what_is_wrong_and_keeps_what_was_typed(
    system: Context, browser: Callable[..., Client], given: Any, said: str
):
    client = browser()
    client.post("/first-day", {"code": fresh_founding_code(system), "pack": "base"})

    answer = client.post("/first-day/office", {**OFFICE, **given})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "中共开化县委员会" in answer.content.decode()
    assert not Org.objects.exists()


def test_first_day_takes_no_office_from_who_has_not_shown_the_code(
    system: Context, browser: Callable[..., Client]
):
    fresh_founding_code(system)

    answer = browser().post("/first-day/office", OFFICE)

    assert answer["Location"] == "/first-day"
    assert not Org.objects.exists()


def test_slips_page_prints_for_those_ticked_and_shows_no_code_before(
    office: Office, acting: Callable[..., Context], browser: Callable[..., Client]
):
    holder = acting("secretary", office.branch)
    client = browser(acting("town_officer", office.town))
    grant = Account.objects.get(pk=holder.account).grants.get()

    listed = client.get(f"/orgs/{office.town.pk}/slips").content.decode()
    printed = client.post(
        f"/orgs/{office.town.pk}/slips", {"chosen": [grant.pk], "address": "https://dj.example.cn"}
    ).content.decode()

    assert "gm-slip-code" not in listed
    assert printed.count("gm-slip-code") == 1
    assert "https://dj.example.cn/sign-in/start" in printed
    assert "data:image/svg+xml" in printed


def test_slips_page_refuses_the_neighbours_town(
    office: Office, acting: Callable[..., Context], browser: Callable[..., Client]
):
    client = browser(acting("town_officer", office.other_town))

    assert client.get(f"/orgs/{office.town.pk}/slips").status_code == 404
    assert client.post(f"/orgs/{office.town.pk}/slips", {"all": "1"}).status_code == 404


def test_menu_marks_the_page_that_sends_the_reader_on_and_not_the_tree(
    office: Office, acting: Callable[..., Context], browser: Callable[..., Client]
):
    officer = browser(acting("officer", office.county))

    for menu, onto in (
        ("/slips", f"/orgs/{office.county.pk}/slips"),
        ("/calendar", f"/orgs/{office.county.pk}/calendar"),
    ):
        there = officer.get(menu)
        page = officer.get(onto).content.decode()
        assert there["Location"] == onto
        assert f'<a href="{menu}" aria-current="page">' in page
        assert '<a href="/orgs" aria-current="page">' not in page
