"""Hai'an, Pingqiao and Wubu: projects, plans of reform and theme years."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gangmu.kernel.access.models import Account
from gangmu.kernel.packs.queries import pack_of
from gangmu.work.records.definitions import RecordKind
from tests.site.matrix.test_routes import browser
from tests.systems.goals import faults, ok, project, propose
from tests.systems.places import Place, current, found_place, today
from tests.systems.programs import workbook


@pytest.fixture
def haian(system: Any) -> Place:
    """One real town with its villages, and the city above it."""
    return found_place(system, "haian", ("320685111",))


@pytest.fixture
def pingqiao(system: Any) -> Place:
    """One real street with its communities."""
    return found_place(system, "pingqiao", ("411503004",))


@pytest.fixture
def wubu(system: Any) -> Place:
    """One real street with its communities and villages, and a town beside it."""
    return found_place(system, "wubu", ("610829001", "610829103"))


def _year() -> int:
    return current("year").first.year


def test_h2_a_town_has_ten_projects_with_owners_and_milestones_and_no_eleventh(haian: Place) -> None:
    officer, town = haian.caller("officer", "320685"), haian.caller("town_officer", "320685111")

    def one(title: str, *days: str) -> Any:
        return propose(town, haian, "320685111", project("ten_projects", title, *days, year=_year()))

    thin = one("组织力提升", "12-31")
    made = [ok(one(f"工程{number}", "06-30", "12-31")) for number in range(1, 11)]
    eleventh = one("工程十一", "06-30", "12-31")
    ok(officer.send("post", f"/projects/{made[0]['id']}/decision", {"approved": True}))
    early = officer.send("post", f"/projects/{made[0]['id']}/verdict", {"done": False, "reason": "未报"})
    ok(town.send("post", f"/projects/{made[0]['id']}/report", {"result": "按期建成"}))
    judged = ok(
        officer.send("post", f"/projects/{made[0]['id']}/verdict", {"done": True, "reason": "现场看过"})
    )

    assert (judged["state"], judged["verdict"]) == ("done", "现场看过")
    assert faults(thin) == {"milestones"}
    assert early.status_code == 409
    assert eleventh.status_code == 409


def test_h11_a_secretary_proposes_the_town_approves_and_judges_and_nobody_judges_the_own(
    haian: Place,
) -> None:
    village = haian.first(level="village", kind="branch")
    secretary, town = haian.caller("secretary", village), haian.caller("town_officer", "320685111")
    given = project("secretary_project", "盘活闲置校舍", "06-30", "12-31", year=_year())

    own = ok(propose(secretary, haian, village, given))
    before = secretary.send("post", f"/projects/{own['id']}/report", {"result": "办成了"})
    alone = secretary.send("post", f"/projects/{own['id']}/decision", {"approved": True})
    refused = town.send("post", f"/projects/{own['id']}/decision", {"approved": False})
    ok(town.send("post", f"/projects/{own['id']}/decision", {"approved": True}))
    ok(secretary.send("post", f"/projects/{own['id']}/report", {"result": "建成活动室"}))
    self_judged = secretary.send(
        "post", f"/projects/{own['id']}/verdict", {"done": True, "reason": "自己看过"}
    )
    judged = ok(town.send("post", f"/projects/{own['id']}/verdict", {"done": False, "reason": "尚未启用"}))
    again = town.send("post", f"/projects/{own['id']}/verdict", {"done": True, "reason": "改判"})

    assert judged["state"] == "not_done"
    assert faults(refused) == {"reason"}
    assert alone.status_code in (403, 404)
    assert self_judged.status_code in (403, 404)
    assert (before.status_code, again.status_code) == (409, 409)


def test_h21_practical_things_stand_before_everybody_done_or_not_once_they_are_approved(
    haian: Place,
) -> None:
    village = haian.first(level="village", kind="branch")
    secretary, town = haian.caller("secretary", village), haian.caller("town_officer", "320685111")
    thing = ok(
        propose(secretary, haian, village, project("practical_things", "修村口路灯", "12-31", year=_year()))
    )
    stranger = Client()

    before = stranger.get(f"/public/things?year={_year()}").content.decode()
    ok(town.send("post", f"/projects/{thing['id']}/decision", {"approved": True}))
    shown = stranger.get(f"/public/things?year={_year()}").content.decode()
    unread = stranger.get(f"/api/projects/{thing['id']}")
    nothing = secretary.send("post", f"/projects/{thing['id']}/report", {"result": " "})

    assert "修村口路灯" not in before
    assert "修村口路灯" in shown
    assert unread.status_code == 401
    assert faults(nothing) == {"result"}


def test_q11_a_post_keeps_its_list_through_the_year_and_a_post_that_has_none_is_refused(
    pingqiao: Place,
) -> None:
    street = "411503004"
    town = pingqiao.caller("town_officer", street)
    path = f"/orgs/{pingqiao.orgs[street].pk}/list-lines"
    given = {
        "kind": "responsibility_list",
        "year": _year(),
        "post": "secretary",
        "values": {"what": "每季研究一次"},
    }

    lines = [ok(town.send("post", path, given)) for _ in range(2)]
    empty = town.send("post", path, {**given, "values": {"what": ""}})
    strange = town.send("post", path, {**given, "post": "officer"})

    assert [each["number"] for each in lines] == [1, 2]
    assert faults(empty) == {"what"}
    assert faults(strange) == {"post"}


def test_q21_a_reform_is_a_plan_with_steps_owners_and_days_within_its_year(pingqiao: Place) -> None:
    street = "411503004"
    officer, town = pingqiao.caller("officer", "411503"), pingqiao.caller("town_officer", street)
    days = ("03-31", "06-30", "09-30")

    vague = propose(town, pingqiao, street, project("reform_plan", "派驻改革", *days[:2], year=_year()))
    beyond = project("reform_plan", "派驻改革", *days, year=_year())
    beyond["milestones"][2]["due_on"] = f"{_year() + 1}-01-31"
    outside = propose(town, pingqiao, street, beyond)
    plan = ok(propose(town, pingqiao, street, project("reform_plan", "派驻改革", *days, year=_year())))
    ok(officer.send("post", f"/projects/{plan['id']}/decision", {"approved": True}))
    day = today()
    theme = {
        "kind": "responsibility_year",
        "first_on": str(day),
        "last_on": str(day + timedelta(days=30)),
        "paper": "平办发〔2018〕3号",
    }
    ok(officer.send("post", f"/orgs/{pingqiao.root.pk}/campaigns", theme))
    paperless = officer.send("post", f"/orgs/{pingqiao.root.pk}/campaigns", {**theme, "paper": ""})

    assert faults(vague) == {"milestones"}
    assert faults(outside) == {"milestones"}
    assert faults(paperless) == {"paper"}


def test_w20_duties_of_the_theme_year_are_issued_within_it_alone_and_it_ends_with_a_result(
    wubu: Place,
) -> None:
    officer = wubu.caller("officer", "610829")
    asked = {"duty": "quality_year", "period": str(current("quarter")), "reason": "质量提升年"}
    orders, campaigns = f"/orgs/{wubu.root.pk}/orders", f"/orgs/{wubu.root.pk}/campaigns"
    day = today()
    given = {
        "kind": "quality_year",
        "first_on": str(day),
        "last_on": str(day + timedelta(days=200)),
        "paper": "吴发〔2022〕1号",
    }

    before = officer.send("post", orders, asked)
    campaign = ok(officer.send("post", campaigns, given))
    ok(officer.send("post", orders, asked))
    silent = officer.send("post", f"/campaigns/{campaign['id']}/close", {"result": ""})
    closed = ok(officer.send("post", f"/campaigns/{campaign['id']}/close", {"result": "补齐短板二十个"}))

    assert closed["result"] == "补齐短板二十个"
    assert before.status_code == 409
    assert faults(silent) == {"result"}


def test_q21_strict_towns_strong_villages_new_people_are_measured_by_facts_and_label_nobody(
    pingqiao: Place,
) -> None:
    officer = pingqiao.caller("officer", "411503")
    secretary = pingqiao.caller("secretary", pingqiao.first(level="village"))
    goal = {"programme": "strict_town", "metric": "committee_meetings", "year": _year(), "value": "240"}

    target = ok(officer.send("post", f"/orgs/{pingqiao.root.pk}/targets", goal))
    seen = ok(officer.get(f"/orgs/{pingqiao.root.pk}/programmes/strict_town?year={_year()}"))
    early = officer.send("post", f"/orgs/{pingqiao.root.pk}/targets", {**goal, "year": 2016})
    not_hers = secretary.send("post", f"/orgs/{pingqiao.root.pk}/targets", {**goal, "metric": "listeners"})

    pack = pack_of(pingqiao.root.pk)
    assert seen["pillars"] == ["strict", "strong", "new"]
    assert [line["reached"] for line in seen["lines"]] == [None, None, None]
    assert {line["metric"]: line["target"] for line in seen["lines"]}["committee_meetings"] == target["id"]
    assert not [spec.code for kind in pack.all(RecordKind) for spec in kind.fields if spec.type == "person"]
    assert faults(early) == {"year"}
    assert not_hers.status_code in (403, 404)


def _looks(wubu: Place) -> tuple[Any, Any]:
    """Begin the year of quality and ask each town for its look; return the answer to asking too early."""
    officer, day = wubu.caller("officer", "610829"), today()
    year = {"first_on": str(day), "last_on": str(day + timedelta(days=200)), "paper": "吴发〔2022〕1号"}
    asked = {"duty": "study", "period": str(current("quarter"))}
    early = officer.send("post", f"/orgs/{wubu.root.pk}/orders", asked)
    ok(officer.send("post", f"/orgs/{wubu.root.pk}/campaigns", {"kind": "quality_year", **year}))
    return early, wubu.issue(officer, "study", current("quarter"))


def test_w20_a_close_look_leads_home_to_the_organization_and_says_what_follows(wubu: Place) -> None:
    early, _ = _looks(wubu)
    town = wubu.caller("town_officer", "610829001")
    studied, stranger = wubu.orgs[wubu.first(domain="community", level="village")], wubu.orgs["610829103"]
    (task,) = (each for each in town.get("/tasks/waiting").json() if each["duty"] == "study")
    values = {
        "studied_on": str(today()),
        "studied": studied.pk,
        "findings": "阵地每周开放一天",
        "follows": "project",
        "what": "立项“开门日”，社区书记，年底前",
    }

    def report(**other: Any) -> Any:
        return town.send("post", f"/tasks/{task['id']}/report", {"values": {**values, **other}})

    refused = [
        report(what=""),
        report(follows="demote"),
        report(studied="城关社区党支部"),
        report(studied=stranger.pk),
    ]
    ok(report())
    (look,) = ok(town.get("/records?kind=study_record"))
    page = browser(Account.objects.get(login="town_officer-610829001"))
    record = page.get(f"/records/{look['id']}").content.decode()
    form = page.get(f"/orgs/{wubu.orgs['610829001'].pk}/records/study_record").content.decode()

    assert studied.path.startswith(wubu.orgs["610829001"].path)
    assert look["values"]["studied"] == studied.pk
    assert f'<a href="/orgs/{studied.pk}">{studied.name}</a>' in record
    assert 'hx-get="/orgs/find"' in form
    assert early.status_code == 409
    assert [faults(each) for each in refused] == [{"what"}, {"follows"}, {"studied"}, {"studied"}]


def test_w20_a_close_look_on_a_sheet_names_the_organization_by_its_name_or_code(wubu: Place) -> None:
    _, order = _looks(wubu)
    town, street = wubu.caller("town_officer", "610829103"), wubu.orgs["610829103"]
    studied = next(org for org in wubu.orgs.values() if org.parent_id == street.pk)
    beyond = wubu.orgs["610829001"]
    heads = ["代码", "研判日期", "研判的党组织", "看到的情况和问题", "接下来怎么办", "哪一项、谁办、哪天前"]
    day = str(today())

    def judged(who: str) -> Any:
        row = [street.code, day, who, "会议记录不全", "不需要另办", "下季再看"]
        return ok(town.upload(street, f"paper-{order['id']}", workbook([heads, row])))

    unknown, foreign = judged("没有这个支部"), judged(beyond.name)
    said = [ok(town.get(f"/imports/{each['id']}/faults")) for each in (unknown, foreign)]
    done = ok(town.send("post", f"/imports/{judged(studied.name)['id']}/confirm", {"partial": False}))

    (look,) = ok(town.get("/records?kind=study_record"))
    assert [(each["cell"], each["fault"]) for rows in said for each in rows] == [
        ("C2", "This is not something that can be chosen.")
    ] * 2
    assert done["done"] == 1
    assert look["values"]["studied"] == studied.pk
