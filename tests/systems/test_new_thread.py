"""The thread from goal to next goal (N7) as programs follow it: whole, broken, and refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.results.assessment.conftest import PACK, Year, on, year
from tests.systems.programs import Program

pytestmark = pytest.mark.db

__all__ = ["year"]

GOALS = """title: {zh-hans: 安平年度目标, en: Yearly goals}
follows: {document: 安平县2015年党建工作要点, article: 一}
phases: [{code: all, title: 全程, from_year: 2015, to_year: 2017}]
metrics:
  - {code: on_time, title: 按期完成率, combine: each, duties: [monthly_order], indicator: on_time}
  - {code: venues, title: 新建活动场所}
"""


@pytest.fixture
def clock(settings: Any) -> Any:
    """Set the site's clock to a day of January."""

    def to(day: int) -> None:
        settings.GANGMU_CLOCK_OFFSET = on(day) - datetime.now(UTC)

    to(4)
    return to


def asked(program: Program, method: str, path: str, body: Any = None) -> Any:
    """Do something that is allowed, and return what comes back."""
    answer = program.get(path) if method == "get" else program.send(method, path, body)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def later(context: Any) -> Program:
    """Return a program of an account that has written before."""
    program = Program(context)
    program.written = 100
    return program


def breaks(thread: Any) -> list[tuple[str, str, str]]:
    """Return where a thread is broken."""
    return [(each["station"], each["kind"], each["what"]) for each in thread["breaks"]]


def test_N7_a_thread_is_followed_from_a_goal_to_the_next_and_mended(year: Year, clock: Any) -> None:  # noqa: N802 -- the row's id
    said = PACK["anping/pack.yaml"] + "replaces: [programme/yearly_goals]\n"
    year.pack(**{"anping/pack.yaml": said, "anping/programme/yearly_goals.yaml": GOALS})
    office, officer = year.office, Program(year.officer)
    here = f"/orgs/{office.county.pk}"
    goals = {each["metric"]: each for each in asked(officer, "get", f"{here}/threads?year=2015")["goals"]}
    assert breaks(goals["venues"]) == [
        ("goal", "no_target", ""),
        ("duties", "no_duty", ""),
        ("facts", "no_measure", ""),
        ("next", "no_next", ""),
    ]
    path = f"{here}/threads/yearly_goals/on_time?year=2015"
    thread = asked(officer, "get", path)
    assert breaks(thread) == [
        ("goal", "no_target", ""),
        ("checks", "not_checked", "monthly_order"),
        ("rounds", "not_published", "year"),
        ("next", "no_next", ""),
    ]
    assert (thread["duties"], thread["indicators"][0], thread["lines"]) == (
        ["monthly_order"],
        "on_time",
        ["branch_year/on_time"],
    )
    assert thread["stations"] == {
        "issued": 3, "answered": 2, "unseen": 2, "unasked": 0, "checked": 0, "found": 0, "fixed": 0,
    }  # fmt: skip

    town = Program(year.acting("town_officer", office.town))
    waiting = asked(town, "get", "/tasks/review")
    monthly = next(task for task in waiting if task["duty"] == "monthly_order")
    asked(town, "post", f"/tasks/{monthly['id']}/accept")
    for number, of in enumerate((2015, 2016)):
        target = {"programme": "yearly_goals", "metric": "on_time", "year": of, "value": 90 + number}
        asked(officer, "post", f"{here}/targets", target)
    number = asked(
        officer, "post", "/appraisals", {"org": office.county.pk, "appraisal": "year", "period": "2015"}
    )["id"]
    for step in ("freeze", "run", "review"):
        asked(officer, "post", f"/appraisals/{number}/{step}")
    asked(town, "post", f"/appraisals/{number}/reviews", {"office": office.town.pk, "text": ""})
    asked(officer, "post", f"/appraisals/{number}/publicity")
    clock(20)
    officer = later(year.officer)
    for step in ("finish", "publish"):
        asked(officer, "post", f"/appraisals/{number}/{step}")

    whole = asked(officer, "get", path)

    assert (whole["whole"], breaks(whole), whole["rounds"]) == (True, [], [number])
    assert (float(whole["target"]), float(whole["next_target"])) == (90, 91)
    assert (whole["stations"]["checked"], whole["stations"]["unseen"]) == (1, 1)
    health = asked(officer, "get", f"{here}/loop?year=2015")
    assert (health["goals"], health["whole"]) == (2, 1)
    assert [(each["org_id"], each["stations"]["issued"]) for each in health["places"]] == [
        (office.town.pk, 4),
        (office.other_town.pk, 2),
    ]


def test_N7_a_thread_is_refused_to_whoever_stands_elsewhere(year: Year, clock: Any) -> None:  # noqa: N802
    office = year.office
    neighbour = Program(year.secretary(office.far_branch))
    for path in ("threads", "threads/yearly_goals/on_time", "loop"):
        assert neighbour.get(f"/orgs/{office.far_branch.pk}/{path}").status_code == 200
        refused = neighbour.get(f"/orgs/{office.branch.pk}/{path}")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")

    unknown = neighbour.get(f"/orgs/{office.far_branch.pk}/threads/yearly_goals/nothing")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    member = Program(year.acting("member", office.far_branch))
    closed = member.get(f"/orgs/{office.far_branch.pk}/threads")
    assert (closed.status_code, closed.json()["code"]) == (403, "not_allowed")
