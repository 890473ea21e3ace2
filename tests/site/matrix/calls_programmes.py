"""Rows of targets, letters, projects, lists, campaigns and the calendar."""

from datetime import date
from decimal import Decimal
from typing import Any

from gangmu.work.programmes.operations.campaigns import open_campaign, tick_point
from gangmu.work.programmes.operations.cycles import fresh_feed
from gangmu.work.programmes.operations.letters import accept_letter, issue_letters
from gangmu.work.programmes.operations.projects import (
    NewMilestone,
    decide_project,
    propose_project,
    report_project,
    write_list_line,
)
from gangmu.work.programmes.operations.targets import decompose_target, propose_change, set_target
from tests.conftest import Office
from tests.site.matrix.call import Call, call, own, somebody

METRIC = {"programme": "yearly_goals", "metric": "committee_meetings", "year": 2015}


def target_of(office: Office, org: Any = None) -> Any:
    """A target of the first branch, which nobody above has given."""
    return set_target(office.system, org or office.branch, **METRIC, value=Decimal(12))  # type: ignore[arg-type]


def part_of(office: Office) -> Any:
    """The first branch's part of its town's target."""
    parts = {office.branch.pk: Decimal(7), office.other_branch.pk: Decimal(5)}
    return decompose_target(office.system, target_of(office, office.town), parts=parts)[0]


def change_of(office: Office, target: Any = None) -> Any:
    """A wish of the first branch for another target."""
    return propose_change(
        own(office, somebody(office, "wisher")),
        target or part_of(office),
        value=Decimal(6),
        reason="东庄支部只能开六次",
    )


def letter_of(office: Office) -> Any:
    """The first branch's letter, which its town hands on after accepting its own."""
    for issuer, org in ((office.county, office.town), (office.town, office.branch)):
        letter = issue_letters(
            own(office, somebody(office, f"signs{issuer.pk}", issuer, "officer")),
            issuer,
            kind="responsibility",
            year=2015,
            signed_by="书记",
            orgs=[org],
        )[0]
        if org.pk == office.town.pk:
            accept_letter(office.system, letter, name="镇党委书记")
    return letter


@call("programmes.issue_letters")
def _(office: Office) -> Call:
    given = {"issuer": office.county, "kind": "responsibility", "year": 2015, "signed_by": "书记"}
    return Call(given, office.county)


@call("programmes.accept_letter")
def _(office: Office) -> Call:
    return Call({"letter": letter_of(office), "name": "东庄书记"}, office.branch)


@call("programmes.withdraw_letter")
def _(office: Office) -> Call:
    return Call({"letter": letter_of(office), "reason": "写错了"}, office.town)


@call("programmes.set_target")
def _(office: Office) -> Call:
    return Call({"org": office.branch, **METRIC, "value": Decimal(12)}, office.branch)


@call("programmes.decompose_target")
def _(office: Office) -> Call:
    parts = {office.branch.pk: Decimal(7), office.other_branch.pk: Decimal(5)}
    return Call({"target": target_of(office, office.town), "parts": parts}, office.town)


@call("programmes.propose_change")
def _(office: Office) -> Call:
    return Call({"target": target_of(office), "value": Decimal(10), "reason": "少一次"}, office.branch)


@call("programmes.withdraw_change")
def _(office: Office) -> Call:
    return Call({"change": change_of(office)}, office.branch)


@call("programmes.approve_change")
def _(office: Office) -> Call:
    return Call({"change": change_of(office)}, office.town)


@call("programmes.refuse_change")
def _(office: Office) -> Call:
    return Call({"change": change_of(office), "reason": "不调整"}, office.town)


NINTH = date(2015, 12, 9)


def project_of(office: Office, *steps: str) -> Any:
    """A practical thing that the first branch promised, after some steps."""
    project = propose_project(
        own(office, somebody(office, "proposer")),
        office.branch,
        kind="practical_things",
        year=2015,
        title="东庄修路",
        text="把东庄村到学校的路修好",
        owner="马书记",
        milestones=[NewMilestone("路面铺好", "马书记", NINTH)],
    )
    if "approve" in steps:
        project = decide_project(office.system, project, approved=True)
    if "report" in steps:
        project = report_project(office.system, project, result="东庄的路修好了")
    return project


def line_of(office: Office) -> Any:
    """A line of the list of responsibilities of the first branch's secretary."""
    return write_list_line(
        office.system,
        office.branch,
        kind="responsibility_list",
        year=2015,
        post="secretary",
        values={"what": "东庄每月开好支委会"},
    )


def campaign_of(office: Office) -> Any:
    """A theme year at the first branch alone."""
    return open_campaign(
        office.system,
        office.branch,
        kind="theme_year",
        first_on=date(2015, 10, 1),
        last_on=date(2015, 12, 31),
        paper="东庄〔2015〕1号",
    )


@call("programmes.propose_project")
def _(office: Office) -> Call:
    given = {
        "org": office.branch,
        "kind": "practical_things",
        "year": 2015,
        "title": "修路",
        "text": "修好路",
        "owner": "马书记",
        "milestones": [NewMilestone("铺好", "马书记", NINTH)],
    }
    return Call(given, office.branch)


@call("programmes.decide_project")
def _(office: Office) -> Call:
    return Call({"project": project_of(office), "approved": True}, office.town)


@call("programmes.reach_milestone")
def _(office: Office) -> Call:
    return Call({"milestone": project_of(office, "approve").milestones.get()}, office.branch)


@call("programmes.report_project")
def _(office: Office) -> Call:
    return Call({"project": project_of(office, "approve"), "result": "修好了"}, office.branch)


@call("programmes.judge_project")
def _(office: Office) -> Call:
    given = {"project": project_of(office, "approve", "report"), "done": True, "reason": "看过了"}
    return Call(given, office.town)


@call("programmes.write_list_line")
def _(office: Office) -> Call:
    given = {
        "org": office.branch,
        "kind": "responsibility_list",
        "year": 2015,
        "post": "secretary",
        "values": {"what": "开好支委会"},
    }
    return Call(given, office.branch)


@call("programmes.end_list_line")
def _(office: Office) -> Call:
    return Call({"line": line_of(office), "done": True}, office.branch)


@call("programmes.open_campaign")
def _(office: Office) -> Call:
    given = {
        "org": office.town,
        "kind": "theme_year",
        "first_on": date(2015, 10, 1),
        "last_on": date(2015, 12, 31),
        "paper": "河口〔2015〕1号",
    }
    return Call(given, office.town)


@call("programmes.close_campaign")
def _(office: Office) -> Call:
    return Call({"campaign": campaign_of(office), "result": "做完了"}, office.branch)


def tick_of(office: Office, campaign: Any = None) -> Any:
    """The first point of a campaign, ticked by the first branch."""
    return tick_point(
        office.system,
        office.branch,
        campaign=campaign or campaign_of(office),
        point=1,
        done_on=date(2015, 10, 7),
        note="东庄支委会议定",
    )


@call("programmes.tick_point")
def _(office: Office) -> Call:
    given = {
        "org": office.branch,
        "campaign": campaign_of(office),
        "point": 2,
        "done_on": date(2015, 10, 7),
        "note": "找准了",
    }
    return Call(given, office.branch)


@call("programmes.untick_point")
def _(office: Office) -> Call:
    return Call({"tick": tick_of(office), "reason": "日期记错了"}, office.branch)


@call("programmes.note_cycle")
def _(office: Office) -> Call:
    given = {
        "org": office.branch,
        "cycle": "branch_year",
        "entry": "study_plan",
        "period": "2015H1",
        "happened_on": date(2015, 6, 20),
    }
    return Call(given, office.branch)


@call("programmes.make_feed")
def _(office: Office) -> Call:
    account = somebody(office)
    return Call({"org": office.branch, "digest": "d" * 64, "name": "手机"}, owner=account)


@call("programmes.revoke_feed")
def _(office: Office) -> Call:
    account = somebody(office)
    feed, _ = fresh_feed(own(office, account), office.branch)
    return Call({"feed": feed}, owner=account)
