"""What is seen of a round over the API: the same queries as the pages, and the same withholding."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gangmu.results.assessment.models import Round
from gangmu.results.assessment.operations import review, rounds
from tests.results.assessment.conftest import Year, on
from tests.results.assessment.test_operations import in_publicity, late_answer, preliminary
from tests.systems.programs import Program

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def january(settings: Any) -> None:
    """Set the site's clock to a day of the publicity."""
    settings.GANGMU_CLOCK_OFFSET = on(8) - datetime.now(UTC)


def got(program: Program, path: str) -> Any:
    answer = program.get(path)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def test_figures_of_few_are_told_over_the_api_as_little_as_on_pages(year: Year) -> None:
    round_, office = in_publicity(year), year.office
    here, officer = f"/appraisals/{round_.pk}", Program(year.officer)
    town = Program(year.acting("town_officer", office.town))

    (group,) = got(officer, f"{here}/groups")
    assert (group["orgs"], group["scored"], group["few"]) == (3, 3, True)
    assert {group[name] for name in ("highest", "lowest", "mean", "starred")} == {None}
    (spread,) = got(officer, f"{here}/spread")
    assert spread["counts"] is None

    instead = got(officer, f"{here}/what-if/branch_year?stars=3:60")
    assert (instead["moved"], {each["after"] for each in instead["stars"]}) == (None, {None, 0})
    within = got(town, f"{here}/what-if/branch_year?stars=3:60&points=answered:20&ends=on_time:0:1")
    assert sum(within["after"]) == len(within["rows"]) == 2
    assert (within["moved"], [each["then_stars"] for each in within["rows"]]) == (1, [5, None])
    for wrong in (
        "points=answered",
        "points=nobody:1",
        "points=answered:x",
        "stars=9:1",
        "points=answered:0",
    ):
        assert officer.get(f"{here}/what-if/branch_year?{wrong}").status_code == 422
    assert Program(year.secretary(office.branch)).get(f"{here}/what-if/branch_year").status_code == 403


def test_evidence_two_beside_and_the_map_stop_where_pages_do(year: Year) -> None:
    round_, office = in_publicity(year), year.office
    here, officer = f"/appraisals/{round_.pk}", Program(year.officer)
    east, far = Program(year.secretary(office.branch)), Program(year.secretary(office.far_branch))
    records = f"{here}/results/{office.branch.pk}/branch_year/on_time/records"

    assert [(side["withheld"], side["count"], side["facts"]) for side in got(officer, records)] == [
        (True, None, []),
        (True, None, []),
    ]
    own = got(east, records)
    assert [(side["withheld"], side["count"], len(side["facts"])) for side in own] == [(False, 2, 2)] * 2
    assert far.get(records).status_code == 404
    assert officer.get(f"{here}/results/{office.branch.pk}/branch_year/nothing/records").status_code == 404

    beside = f"{here}/beside/{office.branch.pk}/branch_year"
    assert len(got(officer, f"{beside}?with_org={office.other_branch.pk}")) == 2
    assert officer.get(f"{beside}?with_org={office.far_branch.pk}").status_code == 404
    assert got(east, beside) == []
    assert [row["org_id"] for row in got(far, f"{here}/map/branch_year")] == [office.far_branch.pk]
    assert len(got(far, f"{here}/map/branch_year")[0]["lines"]) == 2


def test_runs_moves_and_years_are_told_over_the_api(year: Year) -> None:
    round_, office = in_publicity(year), year.office
    here, west = f"/appraisals/{round_.pk}", year.secretary(office.other_branch)
    appeal = review.appeal_result(west, office.other_branch, round_, scorecard="branch_year", text="开了")
    late_answer(year, office.other_branch)
    review.answer_appeal(year.at(year.officer, 8), appeal, outcome="upheld", answer="补记")
    rounds.freeze_anew(year.at(year.officer, 8), round_, reason="申诉成立")
    rounds.run_round(year.at(year.officer, 8), round_)
    officer, program = Program(year.officer), Program(west)

    first, second = got(officer, f"{here}/runs")
    assert (first["facts_until"], second["reason"]) == (None, "申诉成立")
    assert second["facts_hash"] != first["facts_hash"]
    assert program.get(f"{here}/runs").status_code == 403

    moves = got(program, f"{here}/moves")
    assert [(row["org_id"], row["why"]) for row in moves["rows"]] == [(office.other_branch.pk, "own")]
    assert moves["facts_until"] is not None
    assert got(Program(year.secretary(office.branch)), f"{here}/moves")["rows"] == []
    assert got(program, f"{here}/moves?since=year")["rows"] == []
    assert program.get(f"{here}/moves?since=ever").status_code == 422

    assert got(program, f"/orgs/{office.other_branch.pk}/appraisals") == []
    Round.objects.filter(pk=round_.pk).update(state="final")
    (then,) = got(program, f"/orgs/{office.other_branch.pk}/appraisals")
    assert (then["round_id"], then["period"]) == (round_.pk, "2015")


def test_remarks_reviews_and_signatures_are_told_to_whom_they_concern(year: Year) -> None:
    round_, office = preliminary(year), year.office
    officer = year.at(year.officer, 8)
    rounds.begin_review(officer, round_)
    review.remark_result(officer, office.branch, round_, scorecard="branch_year", text="请核对")
    review.review_part(officer, office.county, round_, text="看过")
    here, program = f"/appraisals/{round_.pk}", Program(year.officer)
    branch = Program(year.secretary(office.branch))

    assert [each["text"] for each in got(program, f"{here}/remarks/{office.branch.pk}")] == ["请核对"]
    assert got(branch, f"{here}/remarks/{office.branch.pk}") == []
    assert [each["office_id"] for each in got(program, f"{here}/reviews")] == [office.county.pk]
    assert branch.get(f"{here}/reviews").status_code == 403
    signing = got(program, f"{here}/signatures")
    assert (signing["groups"], [each["id"] for each in signing["reviewers"]]) == ([], [year.officer.account])
    assert branch.get(f"{here}/signatures").status_code == 403
