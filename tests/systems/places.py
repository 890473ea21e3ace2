"""A town or two of a place's real tree, under its own pack, with people who call the API."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import gangmu
from gangmu.core.context import LOCAL, Context
from gangmu.core.periods import Period, PeriodKind, period_of
from gangmu.kernel.access.operations import grant_role, open_account
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.operations import NewOrg, found_orgs, found_root
from gangmu.kernel.packs.operations import take_pack_from, use_pack
from gangmu.site.demo.world import read_world
from tests.site.demo.test_world import founding_names
from tests.systems.programs import Program

PACKS = Path(gangmu.__file__).parent / "packs"
BEGIN = date(2014, 1, 1)


def today() -> date:
    """Return the day that it is where the places are: another one than in London from the evening on."""
    return datetime.now(LOCAL).date()


def current(kind: PeriodKind) -> Period:
    """Return the period that is running."""
    return period_of(today(), kind)


@dataclass
class Place:
    """Some organizations of a place, by their codes."""

    system: Context
    orgs: dict[str, Org]
    root: Org

    def caller(self, role: str, code: str) -> Program:
        """Return the API for somebody who has a role at an organization."""
        org = self.orgs[code]
        account = open_account(self.system, org=org, login=f"{role}-{code}", name=role)
        grant_role(self.system, org=org, account=account, role=role, day=BEGIN, reason="test")
        return Program(Context(AccountActor(account), self.system.now))

    def first(self, **wanted: str) -> str:
        """Return the code of the first organization that is so."""
        return next(
            code
            for code, org in sorted(self.orgs.items())
            if all(getattr(org, name) == value for name, value in wanted.items())
        )

    def issue(self, officer: Program, duty: str, period: Period) -> Any:
        """Issue a duty's order from the top to whom it concerns, and deliver it."""
        answer = officer.send("post", f"/orgs/{self.root.pk}/orders", {"duty": duty, "period": str(period)})
        assert answer.status_code == 200, answer.content.decode()
        order = answer.json()
        while order["state"] == "issuing":
            officer.send("post", f"/orders/{order['id']}/deliver")
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
