"""Who tries a door: each seat is an account with, or without, a grant of one permission."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gangmu.core.context import Context, Stranger
from gangmu.kernel.access.models import Account, Grant
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.packs.operations import use_pack
from gangmu.kernel.packs.queries import pack_version_of
from tests.conftest import BEGIN, Office
from tests.taken import small_pack


@dataclass(frozen=True)
class Seat:
    """One who tries, and in what standing."""

    name: str
    context: Context
    account: Account | None


def with_single_roles(office: Office, permissions: set[str]) -> None:
    """Put a pack into force that has one role for each permission and nothing more in it."""
    version = pack_version_of(office.county.pk)
    files = dict(version.files)
    files["seats/pack.yaml"] = 'title: 座位\nversion: "1.0"\nextends: base\n'
    for permission in permissions:
        code = permission.replace(".", "_")
        files[f"seats/role/only_{code}.yaml"] = f"title: {code}\npermissions: [{permission}]\n"
    use_pack(office.system, office.county, version=small_pack(office.system, "seats", files), day=BEGIN)


def sit(
    office: Office, name: str, permission: str, org: Any, *, day: date = BEGIN, until: date | None = None
) -> Seat:
    """Seat an account with one permission at one organization from a day to another."""
    account = Account.objects.create(login=name, name=name, password="!")
    Grant.objects.create(
        account=account,
        role="only_" + permission.replace(".", "_"),
        org=org,
        valid_from=day,
        valid_to=until,
        reason="matrix",
    )
    return Seat(name, Context(AccountActor(account), office.system.now), account)


def refused_seats(office: Office, permission: str, place: Any) -> Iterator[Seat]:
    """Everybody who must be refused at a place: nobody, the wrong right, place or time."""
    today = office.system.today
    yield Seat("stranger", Context(Stranger(), office.system.now), None)
    empty = Account.objects.create(login="empty", name="empty", password="!")
    yield Seat("signed in with nothing", Context(AccountActor(empty), office.system.now), empty)
    if permission != "notices.view":
        yield sit(office, "reader", "notices.view", office.county)
    yield sit(office, "past", permission, office.county, until=today)
    yield sit(office, "future", permission, office.county, day=today + timedelta(days=1))
    if place is None:
        yield sit(office, "holder of one county", permission, office.county)
    elif place.pk != office.county.pk:
        yield sit(office, "neighbour", permission, office.other_town)
    closed = sit(office, "closed", permission, office.county)
    assert closed.account is not None
    Account.objects.filter(pk=closed.account.pk).update(is_active=False)
    closed.account.refresh_from_db()
    yield closed


def holder(office: Office, permission: str, place: Any) -> Seat:
    """The one who may."""
    return sit(office, "holder", permission, place)
