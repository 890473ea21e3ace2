"""Rounds as programs lead them (N4, N5, N6, L9): each ends in what the server refuses."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.results.assessment.conftest import Year, on, year
from tests.systems.programs import Program

pytestmark = pytest.mark.db

__all__ = ["year"]


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
    program.written = 50
    return program


def made_known(year: Year) -> tuple[Program, int]:
    """Lead a round as far as its publicity."""
    officer = Program(year.officer)
    given = {"org": year.office.county.pk, "appraisal": "year", "period": "2015"}
    number = asked(officer, "post", "/appraisals", given)["id"]
    for step in ("freeze", "run", "review", "publicity"):
        asked(officer, "post", f"/appraisals/{number}/{step}")
    return officer, number


def test_N5_a_round_is_frozen_and_repeatable(year: Year, clock: Any) -> None:  # noqa: N802 -- the row's id
    officer = Program(year.officer)
    given = {"org": year.office.county.pk, "appraisal": "year", "period": "2015"}
    number = asked(officer, "post", "/appraisals", given)["id"]
    frozen = asked(officer, "post", f"/appraisals/{number}/freeze")
    run = asked(officer, "post", f"/appraisals/{number}/run")
    assert (run["facts_hash"], len(run["results"])) == (frozen["facts_hash"], 3)
    for step in ("review", "publicity"):
        asked(officer, "post", f"/appraisals/{number}/{step}")
    clock(20)
    officer = later(year.officer)
    for step in ("finish", "publish"):
        asked(officer, "post", f"/appraisals/{number}/{step}")

    once_more = asked(officer, "post", f"/appraisals/{number}/check")
    assert once_more == {"same": True, "facts": True, "results": dict.fromkeys(run["results"], True)}

    running = officer.send("post", "/appraisals", {**given, "period": "2016"})
    assert (running.status_code, running.json()["code"]) == (409, "conflict")
    other = officer.send("post", f"/appraisals/{number}/run", {"pack": "another"})
    assert other.status_code == 409
    assert asked(officer, "get", f"/appraisals/{number}")["state"] == "published"


def test_N6_the_lower_half_is_listed_to_itself_and_its_parent(year: Year, clock: Any) -> None:  # noqa: N802
    officer, number = made_known(year)
    office = year.office
    far, best = Program(year.secretary(office.far_branch)), Program(year.secretary(office.branch))

    def seen(program: Program) -> list[tuple[str, int]]:
        rows = asked(program, "get", f"/appraisals/{number}/results")
        return [(row["org_name"], row["rank"]) for row in rows]

    east, west, south = "中共东庄村支部委员会", "中共西庄村支部委员会", "中共南坡村支部委员会"
    assert sorted(seen(officer)) == sorted([(east, 1), (west, 2)])
    assert sorted(seen(far)) == sorted([(east, 1), (south, 3)])
    assert sorted(seen(best)) == [(east, 1)]

    appeal = {"org": office.far_branch.pk, "scorecard": "branch_year", "text": "两项都办了，没有填"}
    made = asked(far, "post", f"/appraisals/{number}/appeals", appeal)
    answered = asked(
        officer, "post", f"/appeals/{made['id']}/answer", {"outcome": "rejected", "answer": "没有记录可查"}
    )
    assert answered["outcome"] == "rejected"

    clock(12)
    far, best = later(year.secretary(office.far_branch)), later(year.secretary(office.branch))
    late = far.send("post", f"/appraisals/{number}/appeals", {**appeal, "text": "再申诉"})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    hidden = best.get(f"/appraisals/{number}/results/{office.far_branch.pk}/branch_year")
    assert hidden.status_code == 404


def test_N4_every_point_leads_to_its_figures(year: Year, clock: Any) -> None:  # noqa: N802
    _, number = made_known(year)
    office = year.office
    west = Program(year.secretary(office.other_branch))

    whole = asked(west, "get", f"/appraisals/{number}/results/{office.other_branch.pk}/branch_year")

    on_time = next(line for line in whole["lines"] if line["indicator"] == "on_time")
    assert {name: float(on_time[name]) for name in ("numerator", "denominator", "points")} == {
        "numerator": 1,
        "denominator": 2,
        "points": 30,
    }
    assert (on_time["parts"], on_time["parts_unknown"]) == (1, 0)
    refused = west.get(f"/appraisals/{number}/results/{office.far_branch.pk}/branch_year")
    assert refused.status_code == 404


def test_L9_the_bottom_is_proposed_to_its_parent_who_decides(year: Year, clock: Any) -> None:  # noqa: N802
    _, number = made_known(year)
    office = year.office
    clock(20)
    officer = later(year.officer)
    town = Program(year.acting("town_officer", office.other_town))
    asked(officer, "post", f"/appraisals/{number}/finish")
    assert asked(officer, "post", f"/appraisals/{number}/screen") == {"count": 2}

    (proposed,) = asked(town, "get", "/proposed")
    assert (proposed["org_id"], proposed["decision"]) == (office.far_branch.pk, "")
    assert asked(officer, "get", "/proposed") == []
    neighbour = Program(year.acting("town_officer", office.town))
    assert proposed["id"] not in {each["id"] for each in asked(neighbour, "get", "/proposed")}
    assert Program(year.secretary(office.branch)).get("/proposed").status_code == 403
    decision = {"decision": "rectify", "reason": "不归它定"}
    assert neighbour.send("post", f"/proposed/{proposed['id']}/decide", decision).status_code == 404
    decided = asked(
        town, "post", f"/proposed/{proposed['id']}/decide", {"decision": "rectify", "reason": "班子不健全"}
    )
    assert decided["decision"] == "rectify"

    again = officer.send("post", f"/proposed/{proposed['id']}/decide", {"decision": "no", "reason": "不必"})
    assert again.status_code == 404
