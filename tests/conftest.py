"""What every test stands on: no network unless the test is marked for it."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

_MAY_CONNECT = ("journey", "db", "spark")
_guard = {"closed": False}


def _refuse_connection(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse a connection to a host; sockets that are files stay open to all."""
    if event == "socket.connect" and _guard["closed"] and isinstance(arguments[1], tuple):
        raise RuntimeError(f"this test may not connect to {arguments[1]}: mark it {', '.join(_MAY_CONNECT)}")


# An audit hook sees every connection of this process, whichever library makes it.
sys.addaudithook(_refuse_connection)


@pytest.fixture(autouse=True)
def _closed_network(request: pytest.FixtureRequest) -> Iterator[None]:
    _guard["closed"] = not any(request.node.get_closest_marker(name) for name in _MAY_CONNECT)
    yield
    _guard["closed"] = False


def pytest_unconfigure() -> None:
    """Remove the data folder of this process: workers of xdist end without saying goodbye."""
    shutil.rmtree(os.environ["GANGMU_DATA"], ignore_errors=True)


NOW = datetime(2015, 10, 8, 1, 0, tzinfo=UTC)
"""When tests happen unless they say otherwise: a Thursday morning, the first working day of October."""

BEGIN = date(2014, 1, 1)


@dataclass(frozen=True)
class Office:
    """One county with two towns; the first town has two village branches, the second one."""

    system: Any
    county: Any
    town: Any
    other_town: Any
    branch: Any
    other_branch: Any
    far_branch: Any

    def at(self, moment: datetime) -> Any:
        """Return the system's context at another instant."""
        from gangmu.core.context import Context

        return Context(self.system.actor, moment)


@pytest.fixture
def system(db: None) -> Any:
    """The context of the site itself, which may do everything."""
    from gangmu.core.context import Context
    from gangmu.kernel.access.operations import ensure_system_account
    from gangmu.kernel.access.queries import AccountActor

    return Context(AccountActor(ensure_system_account()), NOW)


@pytest.fixture
def office(system: Any) -> Office:
    """A county under the base pack, founded by the product's own operations."""
    from gangmu.kernel.orgs.operations import NewOrg, found_orgs, found_root
    from gangmu.kernel.packs.operations import use_pack
    from tests.taken import base_pack

    county = found_root(system, NewOrg("990100", "中共安平县委员会", "committee", "county", BEGIN))
    use_pack(system, county, version=base_pack(system), day=BEGIN)
    rows = [
        NewOrg("990100101", "中共河口镇委员会", "committee", "township", BEGIN, domain="town"),
        NewOrg("990100102", "中共山前镇委员会", "committee", "township", BEGIN, domain="town"),
        NewOrg("990100101201", "中共东庄村支部委员会", "branch", "village", BEGIN, "990100101", "village"),
        NewOrg("990100101202", "中共西庄村支部委员会", "branch", "village", BEGIN, "990100101", "village"),
        NewOrg("990100102201", "中共南坡村支部委员会", "branch", "village", BEGIN, "990100102", "village"),
    ]
    return Office(system, county, *found_orgs(system, county, rows))


@pytest.fixture
def acting(office: Office) -> Callable[..., Any]:
    """Make an account with a role at an organization, and return its context."""
    from gangmu.core.context import Context
    from gangmu.kernel.access.operations import grant_role, open_account
    from gangmu.kernel.access.queries import AccountActor

    def make(
        role: str, org: Any, *, day: date = BEGIN, until: date | None = None, now: datetime = NOW
    ) -> Any:
        login = f"{role}-{org.pk}-{day}-{until}"
        account = open_account(office.system, org=org, login=login[:60], name=f"{role} {org.code}")
        grant_role(office.system, org=org, account=account, role=role, day=day, until=until, reason="test")
        return Context(AccountActor(account), now)

    return make
