"""A town or two of a place's real tree, under its own pack, with people who call the API."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.test import Client

import gangmu
from gangmu.core.context import LOCAL, Context
from gangmu.core.periods import Period, PeriodKind, period_of
from gangmu.kernel.access.operations import fresh_token, grant_role, open_account
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.operations import NewOrg, found_orgs, found_root
from gangmu.kernel.packs.operations import take_pack_from, use_pack
from gangmu.site.demo.world import read_world
from tests.site.demo.test_world import founding_names

PACKS = Path(gangmu.__file__).parent / "packs"
BEGIN = date(2014, 1, 1)


def current(kind: PeriodKind) -> Period:
    """Return the period that is running."""
    return period_of(datetime.now(LOCAL).date(), kind)


class Caller:
    """The API as the program of one account calls it; each write under a key of its own."""

    def __init__(self, context: Context) -> None:
        now = Context(context.actor, datetime.now(UTC))
        _, text = fresh_token(now, name="scenario", scopes=["*"], expires_at=now.now + timedelta(days=1))
        self.client = Client(headers={"Authorization": f"Bearer {text}"})
        self.written = 0

    def get(self, path: str) -> Any:
        """Read."""
        return self.client.get(f"/api{path}")

    def post(self, path: str, **values: Any) -> Any:
        """Write."""
        self.written += 1
        key = {"Idempotency-Key": f"scenario-{self.written}"}
        return self.client.post(f"/api{path}", values, content_type="application/json", headers=key)


@dataclass
class Place:
    """Some organizations of a place, by their codes."""

    system: Context
    orgs: dict[str, Org]
    root: Org

    def caller(self, role: str, code: str) -> Caller:
        """Return the API for somebody who has a role at an organization."""
        org = self.orgs[code]
        account = open_account(self.system, org=org, login=f"{role}-{code}", name=role)
        grant_role(self.system, org=org, account=account, role=role, day=BEGIN, reason="test")
        return Caller(Context(AccountActor(account), self.system.now))

    def first(self, **wanted: str) -> str:
        """Return the code of the first organization that is so."""
        return next(
            code
            for code, org in sorted(self.orgs.items())
            if all(getattr(org, name) == value for name, value in wanted.items())
        )

    def issue(self, officer: Caller, duty: str, period: Period) -> Any:
        """Issue a duty's order from the top to whom it concerns, and deliver it."""
        answer = officer.post(f"/orgs/{self.root.pk}/orders", duty=duty, period=str(period))
        assert answer.status_code == 200, answer.content.decode()
        order = answer.json()
        while order["state"] == "issuing":
            officer.post(f"/orders/{order['id']}/deliver")
            order = officer.get(f"/orders/{order['id']}").json()
        return order


def found_place(system: Context, name: str, kept: tuple[str, ...]) -> Place:
    """Found the organizations of a place whose codes begin so, and those above them."""
    world = read_world(PACKS / name, founding_names())
    by_code = {org.code: org for org in world.orgs}
    chosen = [org for org in world.orgs if org.code.startswith(kept)]
    needed = {org.code for org in chosen}
    for org in chosen:
        while org.parent:
            org = by_code[org.parent]  # noqa: PLW2901 -- up to the top
            needed.add(org.code)
    top, *others = (
        NewOrg(
            org.code, org.name, org.kind, org.level, BEGIN, org.parent, org.domain, fictional=org.fictional
        )
        for org in world.orgs
        if org.code in needed
    )
    root = found_root(system, top)
    use_pack(system, root, version=take_pack_from(system, PACKS / name), day=BEGIN)
    founded = found_orgs(system, root, others)
    return Place(system, {org.code: org for org in (root, *founded)}, root)
