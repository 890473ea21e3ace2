"""What a row of the matrix is, and the list of all rows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gangmu.core.context import Context
from gangmu.kernel.access import operations as access
from gangmu.kernel.access.models import Account
from gangmu.kernel.access.queries import AccountActor
from tests.conftest import BEGIN, Office

JUNE = date(2015, 6, 16)


@dataclass
class Call:
    """One call of an operation: what it is given, where it happens, whose own thing it is.

    Without a place the operation is for those who hold the permission everywhere;
    ``owner`` is for operations on one's own things.
    """

    given: dict[str, Any] = field(default_factory=dict)
    place: Any = None
    owner: Account | None = None


CALLS: dict[str, Callable[[Office], Call]] = {}


def call(verb: str) -> Callable[[Callable[[Office], Call]], Callable[[Office], Call]]:
    """Put a row into the matrix."""

    def put(make: Callable[[Office], Call]) -> Callable[[Office], Call]:
        assert verb not in CALLS, verb
        CALLS[verb] = make
        return make

    return put


def somebody(office: Office, login: str = "somebody", org: Any = None, role: str = "secretary") -> Account:
    """An account with a post-like grant at the first branch."""
    place = org or office.branch
    account = access.open_account(office.system, org=place, login=login, name=login)
    access.grant_role(office.system, org=place, account=account, role=role, day=BEGIN, reason="test")
    return account


def own(office: Office, account: Account) -> Context:
    """The context in which an account acts."""
    return Context(AccountActor(account), office.system.now)
