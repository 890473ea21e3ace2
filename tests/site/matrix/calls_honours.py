"""Rows of contests, honours, pledges and marks: a contest of the first town, whose candidate is the first branch."""

from datetime import date
from typing import Any

from gangmu.kernel.notices.models import Objection
from gangmu.kernel.notices.operations import publish_notice
from gangmu.kernel.notices.rules import Body
from gangmu.kernel.packs.operations import use_pack
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.results.honours.models import Contest, Honour, Nomination, PanelMember, Pledge
from gangmu.results.honours.operations.contests import NewPledge, Seat
from gangmu.results.honours.operations.honours import GivenElsewhere
from gangmu.results.honours.operations.sheets import NewMark
from gangmu.results.honours.rules import Approval
from tests.conftest import BEGIN, Office
from tests.site.matrix.call import Call, call, somebody
from tests.taken import small_pack

PACK = {
    "honoured/pack.yaml": 'title: 荣誉\nversion: "1.0"\nextends: base\n',
    "honoured/honour/model.yaml": (
        "title: 示范支部\nfollows: 安平县文件\napproved_by: 省评组文件\nexpires_on: 2099-12-31\n"
        "recheck: true\npublic: true\nplaque: true\nquota:\n  - {code: villages, title: 村, most: 5}\n"
    ),
    "honoured/honour/elsewhere.yaml": "title: 上级表彰\nfollows: 安平县文件\nby_others: true\n",
    "honoured/contest/choosing.yaml": (
        "title: 示范支部评选\nfollows: 安平县文件\nhonour: model\napproved_by: 省评组文件\n"
        "expires_on: 2099-12-31\npanel: 3\nmethod: vote\npledges: 1\n"
    ),
    "honoured/sheet/years.yaml": (
        "title: 成绩单\nfollows: 安平县文件\ncontests: [choosing]\npost: secretary\n"
        "marks:\n  - {code: account, title: 述职, choices: [{code: good, title: 好}, {code: poor, title: 差}]}\n"
    ),
}


def pack_of(office: Office) -> Any:
    """Let the pack that is in force hold an honour, a contest and a sheet as well."""
    files = dict(pack_version_of(office.county.pk).files)
    name = next(
        (each for each in ("seats", "graded", "honoured") if f"{each}/pack.yaml" in files), "honoured"
    )
    for key, text in PACK.items():
        if name == "honoured" or not key.endswith("/pack.yaml"):
            files[key.replace("honoured/", f"{name}/")] = text
    version = small_pack(office.system, name, files)
    use_pack(office.system, office.county, version=version, day=BEGIN)
    return version


def contest_code(office: Office) -> str:
    """The code of the contest that the county may open."""
    pack_of(office)
    return "choosing"


def contest_of(office: Office, state: str = "review") -> Contest:
    """A contest of the first town in a state."""
    version, today = pack_of(office), office.system.today
    values = {
        "honour": "model",
        "title": "东庄所在镇的评选",
        "places": {"villages": 2},
        "pack": version,
        "approval_number": "省评组〔2015〕1号",
        "approval_issuer": "省评组",
        "approval_level": "province",
        "approved_on": today,
        "approval_expires_on": date(2099, 12, 31),
        "opened_at": office.system.now,
        "opened_by_id": office.system.account,
        "nominate_until": today if state == "nomination" else date(2015, 10, 1),
        "review_until": None if state == "nomination" else today,
        "publicity_until": date(2015, 10, 2) if state == "publicity" else None,
        "state": state,
    }
    contest, _ = Contest.objects.update_or_create(
        org=office.town, kind="choosing", year=2015, defaults=values
    )
    return Contest.objects.select_related("org", "pack", "publicity_notice").get(pk=contest.pk)


def nomination_of(office: Office, state: str = "review") -> Nomination:
    """The first branch as a candidate of that contest."""
    contest = contest_of(office, state)
    made, _ = Nomination.objects.get_or_create(
        contest=contest,
        org=office.branch,
        defaults={
            "line": "villages",
            "nominator": office.branch,
            "text": "东庄村班子有力",
            "nominated_at": office.system.now,
            "nominated_by_id": office.system.account,
        },
    )
    made.contest = contest
    return made


def member_of(office: Office, org: Any = None, account: Any = None) -> PanelMember:
    """A seat on the panel of that contest."""
    made, _ = PanelMember.objects.get_or_create(
        contest=contest_of(office), org=org or office.town, name="评审甲", defaults={"account": account}
    )
    return made


def pledge_of(office: Office) -> Pledge:
    """What the first branch promised."""
    made, _ = Pledge.objects.get_or_create(
        nomination=nomination_of(office),
        text="东庄村年内修通村道",
        defaults={"due_on": date(2015, 10, 1), "stated_on": date(2015, 9, 1)},
    )
    return made


def honour_of(office: Office) -> Honour:
    """An honour of the first branch, which its town conferred."""
    pack_of(office)
    made, _ = Honour.objects.get_or_create(
        org=office.branch,
        kind="model",
        defaults={
            "office": office.town,
            "line": "villages",
            "title": "东庄示范支部",
            "given_by": "河口镇",
            "paper": "省评组〔2015〕1号",
            "by_others": False,
            "public": True,
            "rechecked": True,
            "plaque": True,
            "conferred_on": date(2014, 10, 8),
            "recorded_by_id": office.system.account,
            "recorded_at": office.system.now,
        },
    )
    return made


def made_known(office: Office) -> Contest:
    """That contest once the days of its publicity are over."""
    contest = nomination_of(office, "publicity").contest
    notice = publish_notice(
        office.system, office.town, title="公布", body=Body(paragraphs=("名单",)), source="matrix"
    )
    Contest.objects.filter(pk=contest.pk).update(publicity_notice=notice)
    return Contest.objects.select_related("org", "pack", "publicity_notice").get(pk=contest.pk)


def objection_of(office: Office) -> tuple[Contest, Objection]:
    """That contest with an objection that was upheld."""
    contest = made_known(office)
    made, _ = Objection.objects.get_or_create(
        notice=contest.publicity_notice,
        receipt="r" * 64,
        defaults={
            "text": "不同意",
            "received_at": office.system.now,
            "answer_due_on": office.system.today,
            "answered_at": office.system.now,
            "outcome": "upheld",
        },
    )
    return contest, made


@call("honours.open_contest")
def _(office: Office) -> Call:
    pack_of(office)
    approval = Approval("省评组〔2015〕1号", "省评组", "province", date(2015, 1, 5), date(2099, 12, 31))
    given = {"org": office.county, "kind": "choosing", "title": "评选", "places": {"villages": 2}}
    return Call(given | {"approval": approval}, office.county)


@call("honours.cancel_contest")
def _(office: Office) -> Call:
    return Call({"contest": contest_of(office), "reason": "文件撤销"}, office.town)


@call("honours.name_panel")
def _(office: Office) -> Call:
    seats = [Seat(f"评审{each}", office.town) for each in "甲乙丙"]
    return Call({"contest": contest_of(office, "nomination"), "seats": seats}, office.town)


@call("honours.nominate_org")
def _(office: Office) -> Call:
    given = {"nominator": office.branch, "contest": contest_of(office, "nomination"), "org": office.branch}
    pledges = [NewPledge("修通村道", date(2015, 12, 1))]
    return Call(given | {"line": "villages", "text": "班子有力", "pledges": pledges}, office.branch)


@call("honours.withdraw_nomination")
def _(office: Office) -> Call:
    return Call({"nomination": nomination_of(office, "nomination")}, office.branch)


@call("honours.begin_panel_review")
def _(office: Office) -> Call:
    member_of(office)
    contest = nomination_of(office, "nomination").contest
    Contest.objects.filter(pk=contest.pk).update(nominate_until=date(2015, 10, 1))
    return Call({"contest": contest}, office.town)


@call("honours.judge_candidate")
def _(office: Office) -> Call:
    account = somebody(office, "judge", office.town)
    given = {"member": member_of(office, account=account), "nomination": nomination_of(office)}
    return Call(given | {"vote": "yes"}, office.town, account)


@call("honours.enter_sheet")
def _(office: Office) -> Call:
    given = {"member": member_of(office), "nomination": nomination_of(office), "paper": "打分表"}
    return Call(given | {"vote": "yes"}, office.town)


@call("honours.decide_line")
def _(office: Office) -> Call:
    nomination_of(office)
    given = {"contest": contest_of(office), "line": "villages", "chosen": [], "reason": "条件不足"}
    return Call(given | {"signed_by": member_of(office)}, office.town)


@call("honours.begin_contest_publicity")
def _(office: Office) -> Call:
    contest = nomination_of(office).contest
    Nomination.objects.filter(contest=contest).update(outcome="chosen", line="other")
    contest.decisions.create(
        line="other",
        reason="同意",
        tie=False,
        few=False,
        decided_by_id=office.system.account,
        decided_at=office.system.now,
    )
    return Call({"contest": contest}, office.town)


@call("honours.heed_objection")
def _(office: Office) -> Call:
    contest, objection = objection_of(office)
    return Call({"contest": contest, "objection": objection, "reason": "核实后保留"}, office.town)


@call("honours.confer_honours")
def _(office: Office) -> Call:
    return Call({"contest": made_known(office)}, office.town)


@call("honours.record_honour")
def _(office: Office) -> Call:
    pack_of(office)
    given = GivenElsewhere("先进集体", "省委", "省委〔2015〕1号", date(2015, 7, 1))
    return Call(
        {"office": office.town, "org": office.branch, "kind": "elsewhere", "given": given}, office.town
    )


@call("honours.recheck_honour")
def _(office: Office) -> Call:
    return Call({"honour": honour_of(office), "verdict": "kept", "reason": "实地看过"}, office.town)


@call("honours.withdraw_honour")
def _(office: Office) -> Call:
    given = {"honour": honour_of(office), "reason": "不再符合", "paper": "〔2015〕2号"}
    return Call(given, office.town)


@call("honours.hang_plaque")
def _(office: Office) -> Call:
    return Call({"honour": honour_of(office), "day": date(2014, 10, 9)}, office.town)


@call("honours.take_plaque_down")
def _(office: Office) -> Call:
    honour = honour_of(office)
    Honour.objects.filter(pk=honour.pk).update(plaque_hung_on=date(2014, 10, 9))
    return Call({"honour": honour, "day": date(2015, 1, 5)}, office.town)


@call("honours.judge_pledge")
def _(office: Office) -> Call:
    return Call({"pledge": pledge_of(office), "verdict": "not_kept", "reason": "未开工"}, office.town)


@call("honours.enter_mark")
def _(office: Office) -> Call:
    pack_of(office)
    given = NewMark("account", 2015, "good", "2015年述职评议会记录")
    return Call({"org": office.branch, "sheet": "years", "given": given}, office.town)
