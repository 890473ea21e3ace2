"""One's own account: what it offers is what the account itself may do."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Office
from tests.kernel.browsing import browser

pytestmark = pytest.mark.db


def test_token_is_offered_no_scope_that_its_account_does_not_hold(
    office: Office, acting: Callable[..., Any]
) -> None:
    def offered(role: str) -> set[str]:
        page = browser(acting(role, office.branch)).get("/my-account").content.decode()
        return set(re.findall(r'name="scopes" value="([^"]+)"', page))

    secretary, member = offered("secretary"), offered("member")

    assert {"plans.answer", "records.write", "own", "*"} <= secretary
    assert member & {"plans.answer", "records.write", "people.view"} == set()
    assert {"own", "*"} <= member
