"""A scorecard that reads a sample: its margins on the pages, and ties within them."""

import pytest

from gangmu.core.definition import Fault
from gangmu.kernel.packs.rules import compose_pack
from gangmu.results.assessment.margins import margin_of
from gangmu.results.assessment.queries.evidence import share_in
from gangmu.results.assessment.queries.results import result_of
from gangmu.results.assessment.queries.rounds import indicators_of, scorecard_of, standing_run
from tests.results.assessment.conftest import PACK, Year
from tests.results.assessment.test_operations import in_publicity
from tests.systems.programs import Program
from tests.work.plans.test_doors import browser

SAMPLED = PACK["anping/indicator/on_time.yaml"] + "sample: {out_of: {number: 40}}\n"


@pytest.fixture
def sampled(year: Year) -> Year:
    """The same year under a pack in which what was asked is a sample."""
    year.pack(**{"anping/indicator/on_time.yaml": SAMPLED})
    return year


def test_share_in_is_what_was_asked_out_of_how_many_there_are(sampled: Year) -> None:
    round_ = in_publicity(sampled)
    reader = sampled.secretary(sampled.office.other_branch)
    row = result_of(reader, round_, sampled.office.other_branch.pk, "branch_year")
    kinds = indicators_of(round_, scorecard_of(round_, "branch_year"))
    known_at = standing_run(round_).known_at

    found = share_in(reader, round_, row, kinds["on_time"], known_at)

    assert found is not None
    assert (found.hits, found.asked, found.of) == (1, 2, 40)
    assert margin_of(found).low < found.value < margin_of(found).high
    assert share_in(reader, round_, row, kinds["answered"], known_at) is None


def test_pages_show_the_margin_and_call_a_difference_within_it_a_tie(sampled: Year) -> None:
    round_ = in_publicity(sampled)
    office = sampled.office
    town = browser(sampled.acting("town_officer", office.town))
    own = f"/appraisals/{round_.pk}/of/{office.other_branch.pk}/branch_year/"

    whole = town.get(own).content.decode()
    line = town.get(own + "on_time/").content.decode()
    beside = town.get(
        f"/appraisals/{round_.pk}/beside/{office.other_branch.pk}/branch_year/"
    ).content.decode()

    assert "抽样 2，总体 40" in whole
    assert "威尔逊区间" in line
    assert "并列：差异在误差范围内" in beside
    assert "抽样 2" not in town.get(own + "answered/").content.decode()


def test_the_api_tells_the_margin_of_a_sampled_line_alone(sampled: Year) -> None:
    round_ = in_publicity(sampled)
    office = sampled.office
    west = Program(sampled.secretary(office.other_branch))

    answer = west.get(f"/appraisals/{round_.pk}/results/{office.other_branch.pk}/branch_year")

    lines = {line["indicator"]: line for line in answer.json()["lines"]}
    assert float(lines["on_time"]["margin_low"]) < 0.5 < float(lines["on_time"]["margin_high"])
    assert (lines["answered"]["margin_low"], lines["answered"]["margin_high"]) == (None, None)


def test_map_shows_the_indicators_of_those_whom_the_reader_may_open(sampled: Year) -> None:
    round_ = in_publicity(sampled)
    office = sampled.office
    page = f"/appraisals/{round_.pk}/map/branch_year/"

    town = browser(sampled.acting("town_officer", office.town)).get(page).content.decode()
    far = browser(sampled.secretary(office.far_branch)).get(page).content.decode()

    assert ("东庄" in town, "西庄" in town, "南坡" in town) == (True, True, False)
    assert ("东庄" in far, "南坡" in far) == (False, True)
    assert f"/appraisals/{round_.pk}/of/{office.far_branch.pk}/branch_year/on_time/" in far


def test_a_sample_out_of_nothing_that_is_counted_is_refused() -> None:
    files = {
        "small/pack.yaml": 'title: 小县\nversion: "1.0"\n',
        "small/indicator/a.yaml": "title: 甲\nnumerator: {sum: task.due}\nsample: {}\n",
        "small/indicator/b.yaml": "title: 乙\nnumerator: {sum: task.due}\ndenominator: {sum: task.due}\nsample: {out_of: {count: task.due}}\n",
    }

    _, faults = compose_pack("small", files)

    assert [(fault.file, fault.message) for fault in faults if isinstance(fault, Fault)] == [
        ("small/indicator/a.yaml", "a sample needs a denominator that counts who was asked"),
        ("small/indicator/b.yaml", "sample: how many there are is a number, a sum or the last of facts"),
    ]
