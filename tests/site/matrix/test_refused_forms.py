"""Every form of every page comes back when it is refused: with what was typed, and the reason."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

import pytest

from gangmu.core.errors import Conflict
from gangmu.kernel.audit import operations
from tests.conftest import Office
from tests.site.matrix.test_routes import (
    PAGES,
    QUERIES,
    READ,
    Route,
    account_with,
    address,
    browser,
    with_everything,
)

TYPED = "写到一半的话"
REASON = "Somebody was quicker in this test."

Form = tuple[str, dict[str, list[str]], int]
"""Where a form goes, what would be sent by somebody who types into it, and into how many fields."""


class _Forms(HTMLParser):
    """What somebody would send from a page: words where words go, otherwise what is offered."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[dict[str, Any]] = []
        self._form: dict[str, Any] | None = None
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = {"to": given.get("action", ""), "sent": {}, "typed": 0} if _posts(given) else None
            if self._form is not None:
                self.found.append(self._form)
        elif self._form is not None and tag in ("input", "textarea", "select", "option", "button"):
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        name, kind, value = given.get("name", ""), given.get("type", ""), given.get("value", "")
        sent: dict[str, list[str]] = self._form["sent"]
        if tag == "select":
            self._select = name
        elif tag == "option":
            if value and self._select not in sent:
                sent[self._select] = [value]
        elif not name or "disabled" in given or "form" in given or kind in ("password", "file"):
            return
        elif tag == "textarea" or (tag == "input" and kind in ("", "text", "search") and _free(given)):
            sent.setdefault(name, []).append(TYPED)
            self._form["typed"] += 1
        elif kind == "radio":
            sent.setdefault(name, [value])
        else:
            sent.setdefault(name, []).append({"date": "2026-05-01"}.get(kind, value or "1"))


def _posts(given: dict[str, str]) -> bool:
    return given.get("method") == "post" and given.get("action") not in ("/sign-out", "/preferences")


def _free(given: dict[str, str]) -> bool:
    """Whether words may be typed into an input: neither a number nor a name that a finder finds."""
    return given.get("inputmode") not in ("numeric", "decimal") and given.get("role") != "combobox"


@pytest.fixture
def others_are_quicker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every operation finds that its thing has moved on."""

    @contextmanager
    def refusing() -> Iterator[None]:
        raise Conflict(REASON)
        yield

    monkeypatch.setattr(operations, "writing", refusing)


def forms_on(page: str) -> list[Form]:
    """Return the forms of a page, filled in."""
    return [(each["to"], each["sent"], each["typed"]) for each in _Forms(page).found]


HOLD_FORMS = [route for route in READ if not route.path.startswith("/api")]


@pytest.mark.parametrize("route", HOLD_FORMS, ids=str)
def test_what_was_typed_into_the_forms_of_a_page_comes_back_when_they_are_refused(
    route: Route, office: Office, request: pytest.FixtureRequest
) -> None:
    with_everything(office)
    path = address(route, office) + QUERIES.get(route.name, "")
    client = browser(account_with(office, "holder", "everything", office.county))
    page = client.get(path, follow=True)
    path = page.redirect_chain[-1][0] if page.redirect_chain else path
    forms = forms_on(page.content.decode()) if page.headers["Content-Type"].startswith("text/html") else []
    request.getfixturevalue("others_are_quicker")

    for to, sent, typed in forms:
        answer = client.post(to or path, sent, headers={"Referer": f"http://testserver{path}"})

        if answer.status_code in (200, 302):
            continue
        shown = answer.content.decode()
        assert answer.status_code in (404, 409, 422), (to, answer.status_code)
        assert shown.count(TYPED) >= typed, (to, sent, answer.status_code)
        assert shown.count('role="alert"') >= 1, to
        assert 'method="post"' in shown


def test_forms_are_found_and_refused(office: Office, request: pytest.FixtureRequest) -> None:
    """So that the test above does not pass for want of forms."""
    with_everything(office)
    client = browser(account_with(office, "holder", "everything", office.county))
    pages = {route.name: route for route in PAGES if route.method == "GET"}
    path = address(pages["orgs-change"], office)
    ((to, sent, typed),) = forms_on(client.get(path).content.decode())
    request.getfixturevalue("others_are_quicker")

    answer = client.post(
        to or path, {**sent, "day": "2026-05-01"}, headers={"Referer": f"http://testserver{path}"}
    )

    assert (answer.status_code, typed) == (409, 2)
    assert f'value="{TYPED}"' in answer.content.decode()
    assert REASON in answer.content.decode()


@pytest.mark.parametrize("named", ["", "http://evil.example/honours/1", "http://testserver/nowhere"])
def test_what_was_written_can_be_copied_where_its_form_is_no_more(
    named: str, office: Office, request: pytest.FixtureRequest
) -> None:
    with_everything(office)
    client = browser(account_with(office, "holder", "everything", office.county))
    (path,) = (
        address(route, office)
        for route in PAGES
        if (route.name, route.method) == ("honours-withdraw", "POST")
    )
    request.getfixturevalue("others_are_quicker")

    answer = client.post(path, {"reason": TYPED, "paper": "文"}, headers={"Referer": named} if named else {})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(rf"<textarea [^>]*readonly>{TYPED}</textarea>", page)
    assert "evil.example" not in page


def test_a_refused_form_shows_nothing_of_a_page_that_its_sender_may_not_open(office: Office) -> None:
    with_everything(office)
    client = browser(account_with(office, "neighbour", "everything", office.other_town))
    pages = {route.name: route for route in PAGES if route.method == "GET"}
    page = address(pages["honours-honour"], office)

    answer = client.post(
        f"{page}/withdraw", {"reason": TYPED}, headers={"Referer": f"http://testserver{page}"}
    )

    assert answer.status_code == 404
    assert "东庄" not in answer.content.decode()
