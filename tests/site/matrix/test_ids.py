"""What a label, a fault or a link points to stands once on its page."""

import re
from collections import Counter

import pytest

from tests.conftest import Office
from tests.site.matrix.test_refused_forms import HOLD_FORMS
from tests.site.matrix.test_routes import QUERIES, Route, account_with, address, browser, with_everything


@pytest.mark.parametrize("route", HOLD_FORMS, ids=str)
def test_no_two_things_of_a_page_have_one_id(route: Route, office: Office) -> None:
    with_everything(office)
    client = browser(account_with(office, "holder", "everything", office.county))
    page = client.get(address(route, office) + QUERIES.get(route.name, ""), follow=True)
    if not page.headers["Content-Type"].startswith("text/html"):
        return

    ids = Counter(re.findall(r'<[a-z][^>]*? id="([^"]*)"', page.content.decode()))

    assert [each for each, count in ids.items() if count > 1] == []
