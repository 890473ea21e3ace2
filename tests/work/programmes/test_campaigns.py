"""Campaigns begin and end, bind their duties, and are gone through point by point."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gangmu.core.errors import Conflict, Invalid
from gangmu.kernel.access.models import Account
from gangmu.kernel.packs.operations import use_pack
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.work.plans.operations.orders import issue_order
from gangmu.work.programmes.models import Campaign, CampaignTick
from gangmu.work.programmes.operations.campaigns import (
    close_campaign,
    open_campaign,
    tick_point,
    untick_point,
)
from gangmu.work.programmes.queries.campaigns import (
    orgs_asked,
    points_of_campaign,
    progress_by_point,
    ticks_at,
    visible_campaigns,
)
from gangmu.work.records.operations import write_record
from tests.conftest import BEGIN, Office
from tests.site.matrix.test_routes import browser
from tests.taken import small_pack
from tests.work.programmes.conftest import Goal

MINUTES = {"held_on": "2015-10-06", "should_attend": "5", "attended": "4", "agenda": "议题"}


def theme_year(goal: Goal, **more: Any) -> Campaign:
    """The county's theme year, which runs on the day of the tests."""
    given = {"first_on": date(2015, 10, 1), "last_on": date(2015, 12, 31), **more}
    return open_campaign(
        goal.officer, goal.office.county, kind="theme_year", paper="县发〔2015〕9号", **given
    )


def ticked(goal: Goal, campaign: Campaign, point: int = 1, **more: Any) -> CampaignTick:
    given = {"done_on": date(2015, 10, 7), "note": "支委会议定", **more}
    return tick_point(goal.secretary, goal.office.branch, campaign=campaign, point=point, **given)


def with_campaign_duty(office: Office) -> None:
    files = dict(pack_version_of(office.county.pk).files)
    files["drive/pack.yaml"] = 'title: 行动\nversion: "1.0"\nextends: base\n'
    files["drive/duty/drive.yaml"] = (
        "title: 主题活动\nfollows: {document: 甲}\nasked_of: {kinds: [branch]}\n"
        "answer: lecture_record\nminutes: 10\ncampaign: theme_year\n"
    )
    use_pack(office.system, office.county, version=small_pack(office.system, "drive", files), day=BEGIN)


def test_duty_of_a_campaign_is_issued_within_it_alone(goal: Goal) -> None:
    office = goal.office
    with_campaign_duty(office)

    def issue() -> Any:
        return issue_order(goal.officer, office.county, duty="drive", period="2015-10", reason="主题年活动")

    with pytest.raises(Conflict) as before:
        issue()
    campaign = open_campaign(
        goal.officer,
        office.county,
        kind="theme_year",
        first_on=date(2015, 10, 1),
        last_on=date(2015, 10, 20),
        paper="县发〔2015〕9号",
    )
    with pytest.raises(Conflict) as late:
        issue()
    close_campaign(goal.officer, campaign, result="重新部署")
    open_campaign(
        goal.officer,
        office.county,
        kind="theme_year",
        first_on=date(2015, 10, 8),
        last_on=date(2015, 12, 31),
        paper="县发〔2015〕10号",
    )

    assert "does not run" in str(before.value)
    assert "after the campaign's last day" in str(late.value)
    assert issue().duty == "drive"


def test_open_campaign_refuses_one_without_an_end_in_sight_or_a_paper(goal: Goal) -> None:
    def faults(first: date, last: date, paper: str) -> list[str]:
        with pytest.raises(Invalid) as refused:
            open_campaign(
                goal.officer, goal.office.county, kind="theme_year", first_on=first, last_on=last, paper=paper
            )
        return list(refused.value.faults)

    assert faults(date(2015, 10, 1), date(2017, 10, 1), "甲") == ["last_on"]
    assert faults(date(2015, 10, 1), date(2015, 9, 1), "甲") == ["last_on"]
    assert faults(date(2015, 10, 1), date(2015, 12, 1), " ") == ["paper"]


def test_tick_point_counts_for_point_and_organization_and_untick_keeps_it_to_be_read(goal: Goal) -> None:
    campaign = theme_year(goal)
    tick = ticked(goal, campaign)
    ticked(goal, campaign, 2)

    counted = [(each.ticked, each.asked) for each in progress_by_point(goal.officer, campaign)]
    untick_point(goal.secretary, tick, reason="还没有议定")

    branches = orgs_asked(goal.officer, campaign)
    assert counted == [(1, 3), (1, 3), (0, 3), (0, 3)]
    assert {org.pk: org.ticked for org in branches}[goal.office.branch.pk] == 1
    assert [each.reason for each in ticks_at(goal.secretary, campaign, goal.office.branch)] == [
        "还没有议定",
        "",
    ]
    ticked(goal, campaign)
    assert progress_by_point(goal.officer, campaign)[0].ticked == 1


def test_tick_point_points_at_a_record_that_is_held_and_at_no_other_organizations(goal: Goal) -> None:
    campaign = theme_year(goal)
    held = write_record(goal.secretary, goal.office.branch, kind="meeting_record", values=MINUTES)
    foreign = write_record(goal.neighbour, goal.office.far_branch, kind="meeting_record", values=MINUTES)

    with pytest.raises(Invalid) as not_ours:
        ticked(goal, campaign, note="", record=foreign)
    with pytest.raises(Invalid) as nothing:
        ticked(goal, campaign, note=" ")

    assert list(not_ours.value.faults) == ["record"]
    assert list(nothing.value.faults) == ["note"]
    assert ticked(goal, campaign, note="", record=held).record_id == held.pk


def test_tick_point_refuses_other_days_points_and_those_who_are_not_asked(goal: Goal) -> None:
    campaign = theme_year(goal)

    def faults(**more: Any) -> list[str]:
        with pytest.raises(Invalid) as refused:
            ticked(goal, campaign, **more)
        return list(refused.value.faults)

    assert faults(point=5) == ["point"]
    assert faults(done_on=date(2015, 9, 30)) == ["done_on"]
    assert faults(done_on=date(2015, 10, 9)) == ["done_on"]
    with pytest.raises(Conflict, match="does not go through"):
        tick_point(
            goal.town, goal.office.town, campaign=campaign, point=1, done_on=date(2015, 10, 7), note="议定"
        )
    assert not CampaignTick.objects.exists()


def test_campaign_that_is_closed_over_or_to_come_takes_no_tick_and_gives_none_back(goal: Goal) -> None:
    campaign = theme_year(goal)
    tick = ticked(goal, campaign)
    with pytest.raises(Conflict, match="already"):
        ticked(goal, campaign)
    close_campaign(goal.officer, campaign, result="四件事办了一件")
    later = theme_year(goal, first_on=date(2015, 11, 1))

    with pytest.raises(Conflict, match="is over"):
        ticked(goal, campaign, 2)
    with pytest.raises(Conflict, match="is over"):
        untick_point(goal.secretary, tick, reason="记错了")
    with pytest.raises(Conflict, match="not begun"):
        ticked(goal, later)
    tick.refresh_from_db()
    assert tick.undone_at is None


def test_untick_point_needs_a_reason_and_happens_once(goal: Goal) -> None:
    tick = ticked(goal, theme_year(goal))

    with pytest.raises(Invalid):
        untick_point(goal.secretary, tick, reason=" ")
    untick_point(goal.secretary, tick, reason="记错了")
    with pytest.raises(Conflict):
        untick_point(goal.secretary, tick, reason="再来一次")


def test_visible_campaigns_reach_down_and_show_the_reader_the_own_organizations_alone(goal: Goal) -> None:
    campaign = theme_year(goal)
    ticked(goal, campaign)

    assert [each.pk for each in visible_campaigns(goal.secretary)] == [campaign.pk]
    assert [org.pk for org in orgs_asked(goal.secretary, campaign)] == [goal.office.branch.pk]
    assert [org.pk for org in orgs_asked(goal.neighbour, campaign)] == [goal.office.far_branch.pk]
    assert ticks_at(goal.neighbour, campaign, goal.office.branch) == []


def test_orgs_asked_costs_the_same_for_one_row_and_for_many(goal: Goal) -> None:
    campaign = theme_year(goal)
    ticked(goal, campaign)

    def cost(rows: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert len([org.standing for org in orgs_asked(goal.officer, campaign)[:rows]]) == rows  # type: ignore[attr-defined]  # brought along
        return len(seen)

    points_of_campaign(campaign)
    assert cost(1) == cost(3) == 3


def test_campaign_page_ticks_a_point_and_shows_who_has_it(goal: Goal) -> None:
    campaign = theme_year(goal, last_on=date(2016, 6, 30), first_on=date(2015, 10, 1))
    office = goal.office
    tick = ticked(goal, campaign)
    account = goal.officer.actor.account_id
    assert account is not None
    client = browser(Account.objects.get(pk=account))
    whole = client.get(f"/campaigns/{campaign.pk}").content.decode()
    none = client.get(f"/campaigns/{campaign.pk}?far=all").content.decode()
    own = client.get(f"/campaigns/{campaign.pk}/orgs/{office.branch.pk}").content.decode()
    missing = client.get(f"/campaigns/{campaign.pk}/orgs/{office.town.pk}")
    one = client.get(f"/campaigns/{campaign.pk}/orgs/{office.branch.pk}/points/1").content.decode()

    assert office.branch.name in whole
    assert office.branch.name not in none
    assert tick.note in own
    assert tick.note in one
    assert missing.status_code == 404
