"""Who may see which result: oneself, the parent, the upper half, the best few."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from gangmu.core.errors import NotFound
from gangmu.results.assessment.models import Result, Round
from gangmu.results.assessment.operations import review, rounds
from gangmu.results.assessment.queries.evidence import evidence_for
from gangmu.results.assessment.queries.results import (
    groups_of,
    listed_results,
    proposed_in,
    readable_results,
    result_of,
    screenings_for,
    spread_within,
)
from gangmu.results.assessment.queries.rounds import indicators_of, scorecard_of, standing_run
from tests.results.assessment.conftest import Year
from tests.results.assessment.test_operations import in_publicity, preliminary
from tests.work.plans.test_doors import browser


def named(rows: object) -> list[str]:
    return [row.org.name[2:4] for row in rows]  # type: ignore[attr-defined]


def test_the_lower_half_is_listed_to_itself_and_its_parent_alone(year: Year) -> None:
    round_ = in_publicity(year)
    office = year.office
    far_town = year.acting("town_officer", office.other_town)
    near_town = year.acting("town_officer", office.town)

    assert named(listed_results(year.at(year.officer, 5), round_)) == ["东庄", "西庄"]
    assert named(listed_results(year.at(near_town, 5), round_)) == ["东庄", "西庄"]
    assert named(listed_results(year.at(far_town, 5), round_)) == ["南坡"]
    assert named(listed_results(year.secretary(office.far_branch), round_)) == ["东庄", "南坡"]
    assert named(listed_results(year.secretary(office.other_branch), round_)) == ["东庄", "西庄"]


def test_a_sibling_among_the_best_is_named_but_not_opened(year: Year) -> None:
    round_ = in_publicity(year)
    far = year.secretary(year.office.far_branch)

    assert named(readable_results(far, round_)) == ["南坡"]
    with pytest.raises(NotFound):
        result_of(far, round_, year.office.branch.pk, "branch_year")


def test_before_the_publicity_only_reviewers_see_their_own_part(year: Year) -> None:
    round_ = preliminary(year)
    far_town = year.acting("town_officer", year.office.other_town)

    assert named(listed_results(year.at(far_town, 5), round_)) == ["南坡"]
    assert named(listed_results(year.at(year.officer, 5), round_)) == ["东庄", "西庄", "南坡"]
    assert named(listed_results(year.secretary(year.office.far_branch), round_)) == []


def test_groups_are_told_in_figures(year: Year) -> None:
    round_ = in_publicity(year)

    (group,) = groups_of(year.secretary(year.office.far_branch), round_)

    assert (group.orgs, group.scored, group.few) == (3, 3, True)
    assert (group.highest, group.mean, group.lowest, group.starred) == (None,) * 4
    officer = browser(year.officer)
    assert "不足五个得分，不显示" in officer.get(f"/appraisals/{round_.pk}/").content.decode()

    one = Result.objects.filter(run__round=round_).first()
    assert one is not None
    for org in (year.office.county, year.office.town):
        one.pk, one.org, one.score, one.stars = None, org, Decimal(20), None
        one.save(force_insert=True)
    (group,) = groups_of(year.secretary(year.office.far_branch), round_)
    assert (group.orgs, group.scored, group.highest, group.lowest, group.starred) == (5, 5, 100, 0, 2)
    assert "不足五个得分，不显示" not in officer.get(f"/appraisals/{round_.pk}/").content.decode()


def test_scores_are_spread_in_numbers_and_the_last_stretch_holds_a_hundred(year: Year) -> None:
    round_ = in_publicity(year)

    spread = spread_within(year.at(year.officer, 5), round_)

    assert spread == {"branch_year": [1, 0, 0, 0, 0, 1, 0, 0, 0, 1]}
    assert spread_within(year.at(year.officer, 5), round_, "no such group") == {}


def test_a_listed_name_is_a_link_to_those_alone_who_may_open_it(year: Year) -> None:
    round_ = in_publicity(year)
    office = year.office

    officer, far = browser(year.officer), browser(year.secretary(office.far_branch))

    def opens(person: Client, org: Any) -> bool:
        page = person.get(f"/appraisals/{round_.pk}/").content.decode()
        assert org.name in page
        return f'href="/appraisals/{round_.pk}/of/{org.pk}/branch_year/"' in page

    assert opens(officer, office.branch)
    assert opens(far, office.far_branch)
    assert not opens(far, office.branch)


def test_fewer_than_five_records_stop_there_but_for_oneself_and_the_parent(year: Year) -> None:
    round_ = in_publicity(year)
    office = year.office
    kind = indicators_of(round_, scorecard_of(round_, "branch_year"))["on_time"]
    known_at = standing_run(round_).known_at
    town = year.acting("town_officer", office.town)

    def stops(context: object) -> list[tuple[int, bool]]:
        found = evidence_for(context, office.branch, kind, round_.span, known_at)  # type: ignore[arg-type]
        return [(side.count, side.withheld) for side in found.sides]

    assert stops(year.at(year.officer, 5)) == [(2, True), (2, True)]
    assert stops(year.at(town, 5)) == [(2, False), (2, False)]
    assert stops(year.secretary(office.branch)) == [(2, False), (2, False)]


def test_what_is_proposed_is_shown_to_the_parent_alone(year: Year) -> None:
    round_ = in_publicity(year)
    round_ = rounds.finish_round(year.at(year.officer, 20), round_)
    assert review.screen_round(year.at(year.officer, 20), round_) == 2
    far_town = year.acting("town_officer", year.office.other_town)

    assert [each.org.name for each in screenings_for(year.at(far_town, 21))] == ["中共南坡村支部委员会"]
    assert list(screenings_for(year.at(year.officer, 21))) == []
    # nor does a number tell it: one proposed at one branch would say which
    assert proposed_in(year.at(far_town, 21), round_, year.office.far_branch) == (1, 0)
    assert proposed_in(year.at(year.officer, 21), round_, year.office.county) == (0, 0)
    assert proposed_in(year.secretary(year.office.far_branch), round_, year.office.far_branch) == (0, 0)
    assert Round.objects.get(pk=round_.pk).state == "final"


def test_what_lies_behind_a_line_is_called_by_its_title(year: Year) -> None:
    round_, branch = in_publicity(year), year.office.branch

    page = browser(year.secretary(branch)).get(f"/appraisals/{round_.pk}/of/{branch.pk}/branch_year/on_time/")

    told = page.content.decode()
    assert page.status_code == 200
    assert "主题党日" in told
    assert ">theme_day<" not in told


def test_the_list_of_results_says_whose_it_holds_before_this_reader(year: Year) -> None:
    round_ = preliminary(year)
    officer, far = (
        browser(each) for each in (year.at(year.officer, 5), year.secretary(year.office.far_branch))
    )

    def told(person: Client) -> list[bool]:
        page = person.get(f"/appraisals/{round_.pk}/").content.decode()
        words = ("由您审核的全部结果", "所辖范围内各组的前一半", "列出本组织和同组前1名")
        return [each in page for each in words]

    assert told(officer) == [True, False, False]
    rounds.begin_review(year.at(year.officer, 4), round_)
    rounds.begin_publicity(year.at(year.officer, 4), Round.objects.get(pk=round_.pk))
    assert told(officer) == [False, True, False]
    assert told(far) == [False, False, True]


def test_no_round_is_offered_where_the_pack_has_no_appraisal(office: Any, acting: Callable[..., Any]) -> None:
    page = browser(acting("officer", office.county)).get("/appraisals/").content.decode()

    assert "/appraisals/open/" not in page


def test_a_round_is_offered_where_the_pack_has_an_appraisal(year: Year) -> None:
    assert "/appraisals/open/" in browser(year.officer).get("/appraisals/").content.decode()


def test_what_is_not_known_of_a_line_and_its_records_are_told_in_plain_words(year: Year) -> None:
    round_, branch = in_publicity(year), year.office.branch

    page = browser(year.secretary(branch)).get(f"/appraisals/{round_.pk}/of/{branch.pk}/branch_year/on_time/")

    told = page.content.decode()
    assert "计入1个组织</dd>" in told  # nothing is left out, so nothing is said of it
    assert "（由您权限内可查看的2条数据得出）" in told
    assert re.search(r'<td[^>]*gm-lead[^>]*><a href="/tasks/\d+">主题党日', told)
