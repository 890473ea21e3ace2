"""What scenarios of goals do again and again: letters handed down, projects proposed and judged."""

from typing import Any

from tests.systems.places import Place
from tests.systems.programs import Program

YEAR = 2026


def ok(answer: Any) -> Any:
    """Return what a call answered; anything but success fails the test with the server's words."""
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def faults(answer: Any) -> set[str]:
    """Return the fields that a refused form was refused for."""
    assert answer.status_code == 422, answer.content.decode()
    return set(answer.json()["faults"])


def project(kind: str, title: str, *days: str, year: int = YEAR, **more: Any) -> dict[str, Any]:
    """Return a proposal with a milestone on each of these days."""
    milestones = [
        {"title": f"第{number}步", "owner": "王书记", "due_on": f"{year}-{day}"}
        for number, day in enumerate(days, 1)
    ]
    given = {"text": "把这件事办成", "owner": "王书记", "milestones": milestones, **more}
    return {"kind": kind, "year": year, "title": title, **given}


def propose(by: Program, place: Place, code: str, given: dict[str, Any]) -> Any:
    """Propose a project for an organization."""
    return by.send("post", f"/orgs/{place.orgs[code].pk}/projects", given)
