"""Every page and endpoint is asked by everybody who may not open it, and by one who may."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from gangmu.core.context import Context
from gangmu.frame.doors import ANYONE, OWN, Door
from gangmu.kernel.access.models import Account, Grant, OpenSession
from gangmu.kernel.access.operations import fresh_token
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.access.rules import code_digest
from gangmu.kernel.packs.operations import use_pack
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.site.api import api
from tests.conftest import BEGIN, Office
from tests.pdf_texts import texts_of
from tests.site.matrix.samples import OWN_THINGS, SAMPLES
from tests.site.matrix.test_operations import rows
from tests.taken import small_pack

WITHOUT_DOOR = {"api-root", "openapi-json"}
"""The description of the API, which tells nothing about anybody."""


@dataclass(frozen=True)
class Route:
    """One address with its parameters, and one method."""

    name: str
    path: str
    parameters: tuple[str, ...]
    method: str
    door: Door | None

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def page_routes() -> Iterator[Route]:
    """Walk the resolver: every page with every method that it answers."""
    yield from _walk(get_resolver().url_patterns, "")


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if getattr(pattern, "namespace", None) != "api":
                yield from _walk(pattern.url_patterns, path)
            continue
        door = getattr(pattern.callback, "door", None)
        parameters = tuple(pattern.pattern.converters)
        for name in parameters:
            path = path.replace(f"<{type(pattern.pattern.converters[name]).__name__}", "<")
        for method in door.methods if door else ("GET",):
            yield Route(str(pattern.name), "/" + path, parameters, method, door)


def api_routes() -> Iterator[Route]:
    """Walk the API: every endpoint with its method."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                extra = operation.openapi_extra or {}
                permission = extra.get("x-permission")
                parameters = tuple(part.split("}")[0] for part in path.split("{")[1:])
                for method in operation.methods:
                    door = Door(permission, (method,)) if permission else None
                    yield Route(str(operation.operation_id), f"/api{prefix}{path}", parameters, method, door)


PAGES = list(page_routes())
ENDPOINTS = list(api_routes())


def test_every_route_says_which_permission_opens_it() -> None:
    silent = [
        str(route) for route in PAGES + ENDPOINTS if route.door is None and route.name not in WITHOUT_DOOR
    ]

    assert silent == []
    assert len(PAGES) > 20
    assert len(ENDPOINTS) > 20


def test_every_parameter_of_a_route_has_a_sample() -> None:
    named = {name for route in PAGES + ENDPOINTS for name in route.parameters}

    assert named - set(SAMPLES) == set()


def address(route: Route, office: Office) -> str:
    """Fill a route's parameters with things at the first branch."""
    path = route.path
    for name in route.parameters:
        value = str(SAMPLES[name](office))
        for written in (f"<int:{name}>", f"<slug:{name}>", f"<str:{name}>", f"<path:{name}>", f"{{{name}}}"):
            path = path.replace(written, value)
    assert "<" not in path, path
    assert "{" not in path, path
    return path


def account_with(
    office: Office, login: str, role: str, org: Any, *, day: date = BEGIN, until: date | None = None
) -> Account:
    """Make an account with one role from a day to another."""
    account = Account.objects.create(login=login, name=login, password="!")
    Grant.objects.create(account=account, role=role, org=org, valid_from=day, valid_to=until, reason="matrix")
    return account


def browser(account: Account | None) -> Client:
    """A browser in which an account is signed in, or nobody."""
    client = Client(enforce_csrf_checks=False, raise_request_exception=True)
    if account is not None:
        OpenSession.objects.create(
            account=account, key=code_digest(account.login), begun_at=datetime.now(UTC), factor_passed=True
        )
        session = client.session
        session["gangmu"] = account.login
        session.save()
    return client


def program(account: Account) -> dict[str, str]:
    """The headers of a program that acts by a token with every scope."""
    context = Context(AccountActor(account), datetime.now(UTC))
    _, text = fresh_token(context, name="t", scopes=["*"], expires_at=context.now + timedelta(days=1))
    return {"Authorization": f"Bearer {text}", "Idempotency-Key": "matrix"}


def ask(route: Route, path: str, account: Account | None) -> Any:
    """Ask by browser for a page, by token for an endpoint."""
    if route.path.startswith("/api"):
        headers = program(account) if account else {}
        return Client().generic(route.method, path, "{}", content_type="application/json", headers=headers)
    return browser(account).generic(route.method, path)


def text_in(answer: Any) -> str:
    """Return what an answer says; what is packed, as Word, Excel and PDF are, unpacked."""
    content: bytes = answer.content
    if content.startswith(b"%PDF-"):
        return texts_of(content)
    if not content.startswith(b"PK"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "".join(packed.read(name).decode(errors="replace") for name in packed.namelist())


def refused(response: Any) -> bool:
    """Whether the answer is a refusal or the way to the sign-in page."""
    if response.status_code in (302, 303):
        return str(response["Location"]).startswith("/sign-in")
    return response.status_code in (401, 403, 404)


def wrong_accounts(office: Office, permission: str) -> dict[str, Account | None]:
    """Everybody who must be refused at a door: nobody, the wrong right, the wrong time."""
    today = datetime.now(UTC).date()
    return {
        "stranger": None,
        "nothing": Account.objects.create(login="nothing", name="nothing", password="!"),
        "past": account_with(office, "past", "everything", office.county, until=today - timedelta(days=1)),
        "future": account_with(office, "future", "everything", office.county, day=today + timedelta(days=2)),
    }


def with_everything(office: Office) -> None:
    """Put a role into the pack that may do everything, so that only place and time can refuse."""
    files = {
        **pack_version_of(office.county.pk).files,
        "seats/pack.yaml": 'title: 座位\nversion: "1.0"\nextends: base\n',
        "seats/role/everything.yaml": 'title: 一切\npermissions: ["*"]\n',
    }
    use_pack(office.system, office.county, version=small_pack(office.system, "seats", files), day=BEGIN)


CLOSED = [route for route in PAGES + ENDPOINTS if route.door and route.door.permission != ANYONE]
PLACED = [
    route
    for route in CLOSED
    if route.parameters
    and route.door
    and route.door.permission != OWN
    and not set(route.parameters)
    <= {
        "kind",
        "code",
        "duty_code",
        "ledger_code",
        "programme_code",
        "metric_code",
        "letter_code",
        "project_code",
        "check_code",
        "standard_code",
        "rule_code",
    }
]


@pytest.mark.parametrize("route", CLOSED, ids=str)
def test_route_refuses_strangers_and_those_whose_time_is_not_now(route: Route, office: Office) -> None:
    assert route.door is not None
    with_everything(office)
    path = address(route, office)
    accounts = wrong_accounts(office, route.door.permission)
    if route.door.permission == OWN:
        accounts = {"stranger": None}
    before = rows()

    answers = {name: ask(route, path, account) for name, account in accounts.items()}

    assert [name for name, answer in answers.items() if not refused(answer)] == []
    after = rows()
    for table in ("access.OpenSession", "sessions.Session", "access.Token", "audit.Entry"):
        before.pop(table), after.pop(table)
    assert after == before


OPEN_TO_ALL_INSIDE = {
    "records-open-record": "what a pack declares open is there to learn from, from whom too",
    "records.open_record": "the same",
    "burden-order": "what an issuer's order costs",
    "burden.asking_by_id": "the same",
    "burden.openings_of": "that an arbiter opened who had reported it, and why",
    "standards-template": "a template is written for the whole place",
    "standards.template_by_id": "the same",
    "standards.adoptions_of": "and so is who works after it",
    "standards-site": "a site is there for others to come and see",
}
"""Routes to things beside one's own place that everybody in the tree may read, and what they tell."""

OPEN_BY_NAME = {"records-open-record", "records.open_record"}
"""Those of them that say whose it is."""


@pytest.mark.parametrize("route", PLACED, ids=str)
def test_route_refuses_the_neighbour(route: Route, office: Office) -> None:
    with_everything(office)
    path = address(route, office)
    neighbour = account_with(office, "neighbour", "everything", office.other_town)
    before = rows()

    answer = ask(route, path + QUERIES.get(route.name, ""), neighbour)

    open_to_all = route.method.upper() == "GET" and route.name in OPEN_TO_ALL_INSIDE
    expected = (
        (200,)
        if open_to_all
        else (403, 404, 422 if route.method in ("POST", "PUT") and "/api" in path else 404)
    )
    assert answer.status_code in expected
    after = rows()
    for table in ("access.OpenSession", "sessions.Session", "access.Token", "audit.Entry"):
        before.pop(table), after.pop(table)
    assert after == before
    assert route.name in OPEN_BY_NAME or "东庄" not in text_in(answer)


LISTS = [route for route in CLOSED if route.method.upper() == "GET" and not route.parameters]


@pytest.mark.parametrize("route", LISTS, ids=str)
def test_list_shows_the_neighbour_nothing_of_the_branch(route: Route, office: Office) -> None:
    with_everything(office)
    neighbour = account_with(office, "neighbour", "everything", office.other_town)
    holder = account_with(office, "holder", "everything", office.county)

    answer = ask(route, route.path + QUERIES.get(route.name, ""), neighbour)

    assert answer.status_code in (200, 302, 422)
    assert "东庄" not in text_in(answer)
    assert ask(route, route.path + QUERIES.get(route.name, ""), holder).status_code in (200, 302, 422)


QUERIES = {
    "desk-search": "?q=dongz",
    "orgs-finder": "?q=dongz",
    "orgs-tree": "?day=2015-10-01",
    "orgs.visible_orgs": "?q=dongz",
    "burden.issuer_lines": "?period=2015-10",
    "orgs.spans_on": "?day=2015-10-01",
    "plans.preview_order": "?period=2015-10",
    "plans.order_cost": "?period=2015-10",
    "plans.account_of": "?period=2015-10",
    "plans.year_of": "?year=2015",
    "plans.tasks_behind": "?period=2015-10",
    "plans.own_month": "?period=2015-10",
    "plans.those_beside": "?period=2015-10",
    "plans-account": "?period=2015-10",
    "plans-account-year": "?year=2015",
}
"""What is asked for, where a list answers only when it is asked for something."""


READ = [route for route in CLOSED if route.method.upper() == "GET" and not set(route.parameters) & OWN_THINGS]


@pytest.mark.parametrize("route", READ, ids=str)
def test_route_opens_for_its_holder(route: Route, office: Office) -> None:
    with_everything(office)
    holder = account_with(office, "holder", "everything", office.county)

    answer = ask(route, address(route, office) + QUERIES.get(route.name, ""), holder)

    assert answer.status_code in (200, 302), answer.content[:500]


def test_token_may_do_no_more_than_its_scopes(office: Office) -> None:
    with_everything(office)
    account = account_with(office, "holder", "everything", office.county)
    context = Context(AccountActor(account), datetime.now(UTC))
    _, text = fresh_token(
        context, name="t", scopes=["plans.view"], expires_at=context.now + timedelta(days=1)
    )
    headers = {"Authorization": f"Bearer {text}"}

    assert Client().get("/api/orgs", headers=headers).status_code == 403
    assert Client().get("/api/orgs", headers={"Authorization": "Bearer gm_wrong"}).status_code == 401


def test_write_under_one_key_happens_once(office: Office) -> None:
    with_everything(office)
    headers = program(account_with(office, "holder", "everything", office.county))
    body = json.dumps({"name": "中共改名村支部委员会", "day": "2015-06-16"})
    path = f"/api/orgs/{office.branch.pk}/name"

    first = Client().post(path, body, content_type="application/json", headers=headers)
    again = Client().post(path, body, content_type="application/json", headers=headers)
    other = Client().post(path, "{}", content_type="application/json", headers=headers)

    assert first.status_code == 200
    assert (again.status_code, again.content, again["Idempotent-Replay"]) == (200, first.content, "true")
    assert other.status_code == 409
