"""Rows of standards, templates, sites and self-checks."""

from typing import Any

from gangmu.work.selfchecks.models import SelfCheck
from gangmu.work.selfchecks.operations import Mark, keep_check, show_check
from gangmu.work.standards.operations.claims import (
    Judged,
    NewLine,
    appeal_claim,
    begin_claim,
    decide_claim,
    fill_claim,
    submit_claim,
)
from gangmu.work.standards.operations.examples import adopt_template, name_site, publish_template
from gangmu.work.standards.queries.claims import claim_by_id
from tests.conftest import Office
from tests.site.matrix.call import Call, call, own, somebody

KIND, YEAR = "branch_basics", "2015"
CRITERIA = ("assembly", "life_meeting", "committee", "theme_day", "lecture", "members")


def found(*, met: bool = True) -> list[Judged]:
    """What a reviewer finds of every criterion."""
    return [Judged(code, met, "看了台账") for code in CRITERIA]


def claim_of(office: Office, *steps: str, org: Any = None) -> Any:
    """A claim of the first branch, or of another one, after some steps."""
    place = org or office.branch
    actor = own(office, somebody(office, f"claims{place.pk}-{len(place.claims.all())}", place))
    claim = begin_claim(actor, place, kind=KIND, period=YEAR)
    if "submit" in steps:
        lines = [NewLine(code, met=False, note="东庄还在改" if org is None else "") for code in CRITERIA]
        claim = submit_claim(actor, fill_claim(actor, claim, lines=lines))
    if "grant" in steps:
        claim = decide_claim(office.system, claim, lines=found(), reason="达标")
    if "refuse" in steps:
        claim = decide_claim(office.system, claim, lines=found(met=False), reason="差距较大")
    if "appeal" in steps:
        claim = appeal_claim(actor, claim, reason="东庄请再看一次")
    return claim_by_id(actor, claim.pk)


def template_of(office: Office, org: Any = None) -> Any:
    """A template that everybody in the place may take over."""
    return publish_template(
        office.system, org or office.county, title="议事五步法", text="一提二议三审四决五公开"
    )


def adoption_of(office: Office) -> Any:
    """That the first branch took a template over."""
    return adopt_template(office.system, office.branch, template=template_of(office), note="东庄改为四步")


def site_of(office: Office, org: Any = None) -> Any:
    """A site that others may come and see."""
    place = org or office.other_branch
    claim_of(office, "submit", "grant", org=place)
    return name_site(office.system, place, **SITE, since_on=office.system.today)


SITE = {"kind": KIND, "title": "规范化示范点", "shows": "三会一课台账", "paper": "镇发〔2015〕9号"}


def check_of(office: Office, *, shown: bool = True) -> SelfCheck:
    """How the first branch sees itself; it shows that to those above."""
    keeper = own(office, somebody(office, f"keeper{SelfCheck.objects.count()}"))
    keep_check(keeper, office.branch, kind=KIND, marks=[Mark("assembly", met=False, note="东庄少开了一次")])
    if shown:
        show_check(keeper, office.branch, kind=KIND, shown=True)
    return SelfCheck.objects.get(org=office.branch)


@call("standards.begin_claim")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "kind": KIND, "period": YEAR}, office.branch)


@call("standards.fill_claim")
def _(office: Office) -> Call:
    return Call({"claim": claim_of(office), "lines": [NewLine("assembly", met=False)]}, office.branch)


@call("standards.submit_claim")
def _(office: Office) -> Call:
    claim = claim_of(office)
    fill_claim(office.system, claim, lines=[NewLine(code, met=False) for code in CRITERIA])
    return Call({"claim": claim}, office.branch)


@call("standards.withdraw_claim")
def _(office: Office) -> Call:
    return Call({"claim": claim_of(office, "submit")}, office.branch, somebody(office))


@call("standards.decide_claim")
def _(office: Office) -> Call:
    return Call({"claim": claim_of(office, "submit"), "lines": found(), "reason": "达标"}, office.town)


@call("standards.appeal_claim")
def _(office: Office) -> Call:
    given = {"claim": claim_of(office, "submit", "refuse"), "reason": "请再看"}
    return Call(given, office.branch, somebody(office))


@call("standards.answer_claim")
def _(office: Office) -> Call:
    claim = claim_of(office, "submit")
    actor = own(office, somebody(office, "judge", office.town, "town_officer"))
    decide_claim(actor, claim, lines=found(met=False), reason="差距较大")
    claimant = own(office, somebody(office, "appeals"))
    appealed = appeal_claim(claimant, claim, reason="请再看")
    given = {"claim": claim_by_id(office.system, appealed.pk), "lines": found(), "reason": "达标"}
    return Call(given, office.county)


@call("standards.revoke_claim")
def _(office: Office) -> Call:
    given = {"claim": claim_of(office, "submit", "grant"), "reason": "滑坡", "paper": "镇发〔2015〕8号"}
    return Call(given, office.town)


@call("standards.publish_template")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "title": "做法", "text": "第一步"}, office.branch)


@call("standards.withdraw_template")
def _(office: Office) -> Call:
    return Call({"template": template_of(office, office.branch), "reason": "规定变了"}, office.branch)


@call("standards.adopt_template")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "template": template_of(office)}, office.branch)


@call("standards.end_adoption")
def _(office: Office) -> Call:
    return Call({"adoption": adoption_of(office), "reason": "人手不够"}, office.branch)


@call("standards.name_site")
def _(office: Office) -> Call:
    claim_of(office, "submit", "grant")
    return Call({"org": office.branch, **SITE, "since_on": office.system.today}, office.town)


@call("standards.end_site")
def _(office: Office) -> Call:
    return Call({"site": site_of(office), "reason": "改建"}, office.town)


@call("selfchecks.keep_check")
def _(office: Office) -> Call:
    given = {"org": office.branch, "kind": KIND, "marks": [Mark("assembly", met=True, note="只给自己看")]}
    return Call(given, office.branch, somebody(office))


@call("selfchecks.show_check")
def _(office: Office) -> Call:
    check_of(office, shown=False)
    return Call({"org": office.branch, "kind": KIND, "shown": True}, office.branch, somebody(office))


@call("selfchecks.drop_check")
def _(office: Office) -> Call:
    check_of(office, shown=False)
    return Call({"org": office.branch, "kind": KIND}, office.branch, somebody(office))
