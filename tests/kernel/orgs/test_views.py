"""Every view of an organization leads to those above it, whichever room shows it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from gangmu.core.context import Context
from gangmu.frame.navigation import tabs_of
from tests.conftest import Office

pytestmark = pytest.mark.db


def test_every_view_of_an_organization_names_the_way_to_it(
    office: Office, acting: Callable[..., Context], browser: Callable[..., Client]
):
    context = acting("officer", office.county)
    officer, request = browser(context), SimpleNamespace(context=context)
    views: Any = tabs_of(request, "org", office.town.pk, office.town.path, "")  # type: ignore[arg-type]

    ways = {}
    for view in views:
        page = officer.get(view.url, follow=True).content.decode()
        crumbs = page.partition('class="gm-crumbs"')[2].partition("</nav>")[0]
        ways[view.url] = (f'href="/orgs/{office.county.pk}"' in crumbs, office.town.name in crumbs)

    assert len(ways) > 10
    assert {url for url, way in ways.items() if way != (True, True)} == set()
