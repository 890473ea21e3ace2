"""Linxia: letters that go down level by level, and the rules of ten domains."""

from datetime import date
from typing import Any

import pytest

from gangmu.kernel.notices.definitions import DocumentKind
from gangmu.kernel.notices.rules import document_named, paper_faults, paper_of
from gangmu.kernel.orgs.definitions import DomainKind
from gangmu.kernel.orgs.operations import add_unit, cover_unit
from gangmu.kernel.packs.queries import pack_of, pack_version_of
from gangmu.kernel.packs.rules import compose_pack
from gangmu.results.assessment.definitions import AppraisalKind, ScorecardKind
from gangmu.results.indicators.definitions import IndicatorKind
from gangmu.work.programmes.definitions import DutySet
from tests.systems.goals import faults, ok
from tests.systems.places import Place, current, found_place

LETTER = "responsibility"


@pytest.fixture
def linxia(system: Any) -> Place:
    """One real town with its villages, up to the prefecture."""
    return found_place(system, "linxia", ("622921100",))


def test_l2_letters_go_down_four_levels_signed_and_dated_and_nobody_hands_on_before_accepting(
    linxia: Place,
) -> None:
    year = current("year").first.year
    codes = ("6229", "622921", "622921100")
    prefecture, county, town = (
        linxia.caller("officer" if len(code) < 7 else "town_officer", code) for code in codes
    )
    village = linxia.first(level="village", kind="branch")
    secretary = linxia.caller("secretary", village)
    given = {"kind": LETTER, "year": year, "signed_by": "州委书记"}

    def issue(by: Any, code: str) -> Any:
        return by.send("post", f"/orgs/{linxia.orgs[code].pk}/letters", given)

    early = issue(county, "622921")
    target = {"programme": "yearly_goals", "metric": "committee_meetings", "year": year, "value": "120"}
    whole = ok(prefecture.send("post", f"/orgs/{linxia.root.pk}/targets", target))
    short = {"parts": [{"org": linxia.orgs["622921"].pk, "value": "100"}], "held": "10"}
    lost = prefecture.send("post", f"/targets/{whole['id']}/parts", short)
    ok(prefecture.send("post", f"/targets/{whole['id']}/parts", {**short, "held": "20"}))
    own = {letter["org_id"]: letter for letter in ok(issue(prefecture, "6229"))}
    county_letter = own[linxia.orgs["622921"].pk]
    unaccepted = issue(county, "622921")
    accepted = ok(county.send("post", f"/letters/{county_letter['id']}/accept", {"name": "县委书记"}))
    below = {letter["org_id"]: letter for letter in ok(issue(county, "622921"))}
    town_letter = below[linxia.orgs["622921100"].pk]
    ok(town.send("post", f"/letters/{town_letter['id']}/accept", {"name": "镇党委书记"}))
    last = {letter["org_id"]: letter for letter in ok(issue(town, "622921100"))}
    own_letter = last[linxia.orgs[village].pk]
    nameless = secretary.send("post", f"/letters/{own_letter['id']}/accept", {"name": " "})
    ok(secretary.send("post", f"/letters/{own_letter['id']}/accept", {"name": "村支部书记"}))
    twice = secretary.send("post", f"/letters/{own_letter['id']}/accept", {"name": "村支部书记"})

    assert lost.json()["code"] == "does_not_add_up"
    assert [each["value"] for each in county_letter["content"]["targets"]] == ["100"]
    assert accepted["accepted_on"]
    assert county_letter["signed_by"] == "州委书记"
    assert all(line["every"] and line["paper"] for line in own_letter["content"]["duties"])
    assert len(own_letter["content"]["duties"]) >= 5
    assert [each.json()["code"] for each in (early, unaccepted)] == ["own_letter_first"] * 2
    assert faults(nameless) == {"name"}
    assert twice.status_code == 409


def test_l8_each_of_ten_domains_has_its_rules_and_its_duties_and_no_others(linxia: Place) -> None:
    pack = pack_of(linxia.root.pk)
    sets = {each.domain: each for each in pack.all(DutySet)}
    officer = linxia.caller("officer", "6229")
    in_some_set = {code for each in sets.values() for code in each.duties}
    village = linxia.first(level="village", kind="branch", domain="village")

    for org in (each for each in linxia.orgs.values() if each.domain):
        owed = ok(officer.get(f"/orgs/{org.pk}/own-duties"))
        kept = sets[org.domain]
        assert owed["duty_set"] == kept.code
        assert {each["code"] for each in owed["duties"]} & in_some_set <= set(kept.duties)
    secretary = linxia.caller("secretary", village)
    beyond = secretary.get(f"/orgs/{linxia.orgs['622921100'].pk}/own-duties")

    assert set(sets) == {each.code for each in pack.all(DomainKind)}
    assert len(sets) == 10
    assert all(each.rules and each.standard for each in sets.values())
    assert beyond.status_code == 404


FOUR = ("opinion", "plan_appraisal", "plan_five_years", "plan_system")
NEXT = {
    "title": "党建工作目标管理责任考核方案",
    "issuer": "中共临夏州委",
    "issued_on": "2015-02-10",
    "articles": [
        {"code": "一", "title": "目标责任书", "text": "年初逐级签订，签字盖章。"},
        {"code": "二", "title": "年终考核", "text": "以全年账目和责任书为依据。"},
        {"code": "三", "title": "结果运用", "text": "倒排靠后的由上级研究。"},
    ],
}


def test_l1_one_opinion_and_three_plans_have_versions_and_each_duty_leads_to_its_article(
    linxia: Place,
) -> None:
    officer, county = linxia.caller("officer", "6229"), linxia.caller("town_officer", "622921")
    secretary = linxia.caller("secretary", linxia.first(level="village", kind="branch"))
    path = "/orgs/{}/documents/plan_appraisal/take-over"
    given = {**NEXT, "reason": "按2015年会议修订"}

    below = county.send("post", path.format(linxia.orgs["622921"].pk), given)
    silent = officer.send("post", path.format(linxia.root.pk), {**given, "reason": " "})
    not_hers = secretary.send("post", path.format(linxia.root.pk), given)
    made = ok(officer.send("post", path.format(linxia.root.pk), given))
    twice = officer.send("post", path.format(linxia.root.pk), given)
    third = ok(officer.send("post", "/documents/plan_appraisal/revise", {**given, "reason": "再改一处"}))
    read = [ok(secretary.get(f"/documents/plan_appraisal?version={number}")) for number in (1, 2, 3)]
    follows = ok(secretary.get("/documents/plan_appraisal/followers"))
    listed = {each["code"] for each in ok(secretary.get("/documents?limit=200"))}

    assert set(FOUR) <= listed
    assert (made["version"], third["version"]) == (2, 3)
    assert [each["issued_on"] for each in read] == ["2014-03-10", "2015-02-10", "2015-02-10"]
    assert {(each["kind"], each["code"]): each["articles"] for each in follows} == {
        ("letter", "responsibility"): ["1"],
        ("appraisal", "year"): ["2", "3"],
    }
    assert below.status_code == 409
    assert faults(silent) == {"reason"}
    assert not_hers.status_code in (403, 404)
    assert twice.status_code == 409


def test_l1_every_duty_of_the_place_names_an_article_and_an_article_that_is_not_there_is_refused(
    linxia: Place,
) -> None:
    version = pack_version_of(linxia.root.pk)
    pack = pack_of(linxia.root.pk)
    own = [
        placed.definition
        for kind in ("duty", "duty_set", "letter", "programme")
        for placed in pack.definitions[kind].values()
        if placed.file.startswith("linxia/")
    ]
    stray = {**version.files}
    stray["linxia/duty/study.yaml"] = stray["linxia/duty/study.yaml"].replace("article: 六", "article: 九十")

    papers = [paper_of(each) for each in own]
    _, wrong = compose_pack(version.name, stray)

    assert len(own) > 10
    assert {
        document.code for each in papers if each and (document := document_named(pack, each.document))
    } == set(FOUR)
    assert all(each is not None and document_named(pack, each.document) and each.article for each in papers)
    assert paper_faults(pack) == []
    assert [(each.file, each.message) for each in wrong if "article" in each.message] == [
        ("linxia/duty/study.yaml", "关于进一步加强党建工作的意见 has no article 90")
    ]
    assert len([each for each in pack.all(DocumentKind) if each.code in FOUR]) == 4


def test_l3_the_monthly_meeting_is_asked_of_towns_noted_once_and_stands_in_the_years_calendar(
    linxia: Place,
) -> None:
    officer, town = linxia.caller("officer", "6229"), linxia.caller("town_officer", "622921100")
    linxia.issue(officer, "monthly_meeting", current("month"))
    (task,) = (each for each in town.get("/tasks/waiting").json() if each["duty"] == "monthly_meeting")
    day = current("month").first.isoformat()
    values = {"held_on": day, "attended": "9", "matters": "通报上月账单；安排本月交办单"}

    bare = town.send("post", f"/tasks/{task['id']}/report", {"values": {**values, "matters": " "}})
    ok(town.send("post", f"/tasks/{task['id']}/report", {"values": values}))
    again = town.send("post", f"/tasks/{task['id']}/report", {"values": values})
    days = [
        each
        for each in ok(officer.get(f"/orgs/{linxia.root.pk}/calendar"))["days"]
        if each["cycle"] == "lists"
    ]
    held = [each for each in days if each["entry"] == "meeting" and each["happened_on"]]

    assert faults(bare) == {"matters"}
    assert again.status_code == 409
    assert [each["period"] for each in held] == [str(current("month"))]
    assert {each["entry"] for each in days} == {"letters", "orders", "meeting", "account", "appraisal"}


def test_l3_the_yearly_appraisal_reads_what_the_months_accounts_are_made_of(linxia: Place) -> None:
    pack = pack_of(linxia.root.pk)
    (appraisal,) = pack.all(AppraisalKind)
    cards = [pack.find(ScorecardKind, code) for code in appraisal.scorecards]
    secretary = linxia.caller("secretary", linxia.first(level="village", kind="branch"))
    opened = {"appraisal": appraisal.code, "period": str(current("year"))}

    refused = secretary.send("post", f"/orgs/{linxia.root.pk}/rounds", opened)

    read = {
        measure.fact
        for card in cards
        if card is not None
        for line in card.lines
        if (indicator := pack.find(IndicatorKind, line.indicator)) is not None
        for measure in indicator.measures
    }
    assert {"task.due", "task.on_time"} <= read
    assert refused.status_code in (403, 404)


def test_l10_units_without_an_organization_are_known_and_coverage_is_counted_from_them(
    linxia: Place,
) -> None:
    officer = linxia.caller("officer", "6229")
    secretary = linxia.caller("secretary", linxia.first(level="village", kind="branch"))
    town, branch = linxia.orgs["622921100"], linxia.orgs[linxia.first(level="village", kind="branch")]
    sizes = {"school": (4, 4), "rural_school": (25, 23), "clinic": (15, 14)}
    day = date(2015, 1, 5)
    for kind, (known, covered) in sizes.items():
        for number in range(known):
            unit = add_unit(
                linxia.system, town, code=f"{kind}-{number}", name=f"第{number}单位", kind=kind, day=day
            )
            if number < covered:
                cover_unit(linxia.system, unit, org=branch, day=day)

    counted = {each["kind"]: each for each in ok(officer.get(f"/orgs/{linxia.root.pk}/units/coverage"))}
    listed = ok(officer.get(f"/orgs/{linxia.root.pk}/units?limit=200"))
    body = {"code": "new", "name": "新校", "kind": "school", "day": str(day)}
    not_hers = secretary.send("post", f"/orgs/{town.pk}/units", body)
    twice = officer.send("post", f"/orgs/{town.pk}/units", {**body, "code": "clinic-1"})
    beyond = secretary.get(f"/orgs/{town.pk}/units/coverage")

    assert {kind: round(float(each["share"])) for kind, each in counted.items()} == {
        "school": 100,
        "rural_school": 92,
        "clinic": 93,
    }
    assert (counted["rural_school"]["without"], counted["clinic"]["without"]) == (2, 1)
    assert sum(each["org_id"] is None for each in listed) == 3
    wrong = next(each for each in listed if each["org_id"])
    taken_back = officer.send("post", f"/units/{wrong['id']}/org/end", {"day": str(day)})
    hers_not = secretary.send("post", f"/units/{wrong['id']}/org/end", {"day": str(day)})
    then = ok(officer.get(f"/orgs/{linxia.root.pk}/units/coverage?day=2015-01-04"))

    assert ok(taken_back)["org_id"] is None
    assert hers_not.status_code in (403, 404)
    assert then == []
    assert not_hers.status_code in (403, 404)
    assert faults(twice) == {"code"}
    assert beyond.status_code == 404
