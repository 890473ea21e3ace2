"""What scenarios of honours do again and again: a contest led from its paper to the plaque, day by day."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from gangmu.core.context import LOCAL
from tests.systems.goals import ok
from tests.systems.places import Place
from tests.systems.programs import Program

APPROVAL = {
    "number": "省评组〔2026〕3号",
    "issuer": "省评比达标表彰工作协调小组",
    "level": "province",
    "issued_on": "2026-01-05",
    "expires_on": "2026-12-31",
}
"""An approving document as an office would enter it; invented."""


@pytest.fixture
def clock(settings: Any) -> Any:
    """Set the site's clock to a day of 2026."""

    def to(month: int, day: int, year: int = 2026) -> None:
        there = datetime.combine(date(year, month, day), time(10), LOCAL)
        settings.GANGMU_CLOCK_OFFSET = there - datetime.now(UTC)

    to(3, 2)
    return to


class Caller:
    """Somebody with a role, who signs in anew on every day it is asked of them."""

    def __init__(self, place: Place, role: str, code: str) -> None:
        self.place, self.program = place, place.caller(role, code)
        self.org = place.orgs[code]
        self.login = f"{role}-{code}"

    def again(self) -> Program:
        """Return the API as this account calls it today."""
        from gangmu.core.context import Context
        from gangmu.kernel.access.models import Account
        from gangmu.kernel.access.queries import AccountActor
        from gangmu.site import clock as site

        account = Account.objects.get(login=self.login)
        written, self.program = self.program.written, Program(Context(AccountActor(account), site.now()))
        self.program.written = written
        return self.program

    def send(self, path: str, body: Any = None) -> Any:
        """Write."""
        return self.again().send("post", path, body)

    def get(self, path: str) -> Any:
        """Read."""
        return self.again().get(path)


def opened(officer: Caller, kind: str, places: dict[str, int], **approval: Any) -> Any:
    """Ask for a contest to be opened."""
    given = {"kind": kind, "title": f"2026年{kind}", "places": places, "approval": {**APPROVAL, **approval}}
    return officer.send(f"/orgs/{officer.org.pk}/contests", given)


def seats(place: Place, *members: tuple[str, str, str]) -> dict[str, Any]:
    """Return a panel of these: a name, the code of where from, the login or nothing."""
    return {
        "seats": [{"name": name, "org": place.orgs[code].pk, "login": login} for name, code, login in members]
    }


def nominated(by: Caller, contest: int, org: Any, line: str, **more: Any) -> Any:
    """Ask for an organization to be nominated by somebody's organization."""
    given = {"nominator": by.org.pk, "org": org.pk, "line": line, "text": "班子有力，群众认可", **more}
    return by.send(f"/contests/{contest}/candidates", given)


def judged(officer: Caller, candidate: int, member: int, **sheet: Any) -> Any:
    """Enter what a panel member wrote on paper."""
    return officer.send(
        f"/nominations/{candidate}/sheets", {"member": member, "paper": "评审会打分表", **sheet}
    )


def judged_by_all(officer: Caller, candidate: int, members: list[Any], **sheet: Any) -> None:
    """Enter the same sheet of every panel member."""
    for member in members:
        ok(judged(officer, candidate, member["id"], **sheet))
