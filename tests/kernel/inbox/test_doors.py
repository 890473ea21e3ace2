"""The boxes as people see them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from gangmu.kernel.inbox.models import Item
from gangmu.kernel.inbox.operations import NewItem, post_items
from tests.conftest import Office

BOXES = ("/inbox", "/inbox/done", "/inbox/to-read", "/inbox/started", "/inbox/overdue", "/inbox/today")


@pytest.fixture
def secretary(acting: Callable[..., Any], office: Office) -> Any:
    found = acting("secretary", office.branch)
    officer = acting("officer", office.county)
    item = NewItem(
        "Please call about %(what)s", "inbox-digest", params={"what": "花名册"}, account=found.account
    )
    late = NewItem("Hand in the plan", "inbox-digest", account=found.account, due_on=date(2015, 10, 7))
    post_items(officer, office.county, source="a", batch=[item])
    post_items(officer, office.county, source="b", batch=[late])
    return found


@pytest.mark.parametrize("address", BOXES)
def test_every_box_is_shown_to_its_owner_and_nobody_else(
    address: str, secretary: Any, browser: Callable[..., Client]
) -> None:
    assert browser(secretary).get(address).status_code == 200
    assert browser().get(address).status_code == 302


def test_the_waiting_box_shows_what_waits_and_is_searched(
    secretary: Any, browser: Callable[..., Client]
) -> None:
    client = browser(secretary)

    all_of_it = client.get("/inbox").content.decode()
    found = client.get("/inbox?q=花名册").content.decode()

    assert "花名册" in all_of_it
    assert "2015-10-07" in all_of_it
    assert "2015-10-07" not in found


def test_an_item_is_opened_and_put_away_by_its_owner(
    secretary: Any, office: Office, acting: Callable[..., Any], browser: Callable[..., Client]
) -> None:
    item = Item.objects.get(source="a")
    address = f"/inbox/items/{item.pk}"
    neighbour = browser(acting("secretary", office.other_branch))

    assert (neighbour.get(address).status_code, neighbour.post(address).status_code) == (404, 404)
    client = browser(secretary)
    assert "花名册" in client.get(address).content.decode()
    assert client.post(address)["Location"] == "/inbox"
    assert "花名册" not in client.get("/inbox").content.decode()
    assert "花名册" in client.get("/inbox/done").content.decode()
