"""Pingliang: three years under four pillars, drives with checklists, the three lists of a county."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from gangmu.core.periods import Period
from gangmu.kernel.access.models import Account
from gangmu.kernel.notices.definitions import DocumentKind
from gangmu.kernel.packs.queries import pack_of
from gangmu.work.programmes.definitions import CampaignKind, ListKind, ProgrammeKind
from tests.site.matrix.test_routes import browser
from tests.systems.goals import faults, ok
from tests.systems.places import Place, current, found_place, today

EXAMPLES = {"programme": "three_firsts", "metric": "examples", "year": 2021, "value": "100"}


@pytest.fixture
def pingliang(system: Any) -> Place:
    """One real town with its villages, and one of another county."""
    return found_place(system, "pingliang", ("620822106", "620823202"))


def test_p1_a_hundred_examples_are_handed_on_whole_and_each_year_has_its_phase(pingliang: Place) -> None:
    place = pingliang
    officer = place.caller("officer", "6208")
    town = place.caller("town_officer", "620822106")
    (first, second) = (place.orgs[code].pk for code in ("620822", "620823"))

    target = ok(officer.send("post", f"/orgs/{place.root.pk}/targets", EXAMPLES))
    uneven = {"parts": [{"org": first, "value": "60"}, {"org": second, "value": "30"}], "held": "5"}
    lost = officer.send("post", f"/targets/{target['id']}/parts", uneven)
    ok(officer.send("post", f"/targets/{target['id']}/parts", {**uneven, "held": "10"}))
    seen = [
        ok(officer.get(f"/orgs/{place.root.pk}/programmes/three_firsts?year={year}"))
        for year in (2021, 2022, 2023)
    ]
    later = officer.send("post", f"/orgs/{place.root.pk}/targets", {**EXAMPLES, "year": 2024})
    not_mine = town.send("post", f"/orgs/{place.root.pk}/targets", {**EXAMPLES, "year": 2022})

    programme = pack_of(place.root.pk).find(ProgrammeKind, "three_firsts")
    assert programme is not None
    assert len(programme.pillars) == 4
    assert [each["phase"] for each in seen] == ["breakthrough", "raising", "first_rate"]
    (line,) = (each for each in seen[0]["lines"] if each["metric"] == "examples")
    assert (float(line["value"]), float(line["held"])) == (100, 10)
    assert lost.json()["code"] == "does_not_add_up"
    assert faults(later) == {"year"}
    assert not_mine.status_code in (403, 404)


def test_p1_target_stands_against_what_was_reached_at_each_level_and_year_and_silence_is_unknown(
    pingliang: Place,
) -> None:
    place = pingliang
    officer, town = place.caller("officer", "6208"), place.caller("town_officer", "620822106")
    (first, second) = (place.orgs[code] for code in ("620822", "620823"))
    year = today().year if today().year in (2021, 2022, 2023) else 2021
    target = ok(officer.send("post", f"/orgs/{place.root.pk}/targets", {**EXAMPLES, "year": year}))
    parts = {"parts": [{"org": first.pk, "value": "60"}, {"org": second.pk, "value": "30"}], "held": "10"}
    ok(officer.send("post", f"/targets/{target['id']}/parts", parts))
    values = {"chosen_on": f"{year}-06-20", "examples": "15", "names": "六个村、九个单位"}
    kept = {"kind": "example_record", "values": values}
    ok(place.caller("town_officer", "620822").send("post", f"/orgs/{first.pk}/records", kept))
    path = f"/orgs/{place.root.pk}/programmes/three_firsts/metrics/examples"

    whole = ok(officer.get(f"{path}?year={year}"))
    rows = ok(officer.get(f"{path}/orgs?year={year}&level=county"))
    unmeasured = ok(officer.get(path.replace("examples", "on_time") + f"?year={year}"))
    not_hers = town.get(f"{path}?year={year}")
    no_such = officer.get(path.replace("examples", "none_such"))
    negative = officer.send(
        "post", f"/orgs/{first.pk}/records", {**kept, "values": {**values, "examples": "-1"}}
    )

    programme = pack_of(place.root.pk).find(ProgrammeKind, "three_firsts")
    assert programme is not None
    assert all(metric.actual for metric in programme.metrics)
    line = next(each for each in whole["years"] if each["year"] == year)
    assert [float(line[name]) for name in ("target", "reached", "share", "gap")] == [100, 15, 15, 85]
    county = next(each for each in whole["levels"] if each["level"] == "county")
    assert (county["orgs"], county["done"], county["unknown"]) == (2, 0, 1)
    assert [
        (row["org_id"], row["reached"] and float(row["reached"]), row["gap"] and float(row["gap"]))
        for row in rows
    ] == [
        (first.pk, 15, 45),
        (second.pk, None, None),
    ]
    assert [each["reached"] for each in unmeasured["years"]] == [None] * len(unmeasured["years"])
    assert not_hers.status_code in (403, 404)
    assert no_such.status_code == 404
    assert faults(negative) == {"examples"}


def test_p10a_each_post_keeps_three_lists_by_two_rules_and_a_line_is_dropped_with_its_reason_only(
    pingliang: Place,
) -> None:
    place = pingliang
    village = place.first(level="village", kind="branch")
    secretary = place.caller("secretary", village)
    others = sorted(code for code, org in place.orgs.items() if org.kind == "branch" and code != village)
    neighbour = place.caller("secretary", others[0])
    year = current("year").first.year
    lists = [each for each in pack_of(place.root.pk).all(ListKind) if each.code.startswith("three_lists_")]
    path = f"/orgs/{place.orgs[village].pk}/list-lines"
    given = {"year": year, "post": "secretary", "values": {"what": "联系困难户", "measure": "每月走访"}}

    lines = [ok(secretary.send("post", path, {**given, "kind": each.code})) for each in lists]
    half = secretary.send("post", path, {**given, "kind": lists[0].code, "values": {"what": "开会"}})
    dropped = secretary.send("post", f"/list-lines/{lines[0]['id']}/end", {"done": False})
    done = ok(secretary.send("post", f"/list-lines/{lines[1]['id']}/end", {"done": True}))
    again = secretary.send("post", f"/list-lines/{lines[1]['id']}/end", {"done": True})
    beside = neighbour.send("post", path, {**given, "kind": lists[0].code})

    assert [len(each.rules) for each in lists] == [2, 2, 2]
    assert done["state"] == "done"
    assert faults(half) == {"measure"}
    assert faults(dropped) == {"reason"}
    assert again.status_code == 409
    assert beside.status_code in (403, 404)


def test_p19_campaigns_have_their_checklists_and_an_end_and_none_is_open_twice(pingliang: Place) -> None:
    place = pingliang
    officer = place.caller("officer", "6208")
    day = today()
    path = f"/orgs/{place.root.pk}/campaigns"
    given = {
        "kind": "ten_checks",
        "first_on": str(day),
        "last_on": str(day + timedelta(days=90)),
        "paper": "平党发〔2021〕9号",
    }

    campaign = ok(officer.send("post", path, given))
    twice = officer.send("post", path, given)
    endless = officer.send(
        "post",
        path,
        {**given, "kind": "nine_drives", "last_on": str(day + timedelta(days=400))},
    )
    silent = officer.send("post", f"/campaigns/{campaign['id']}/close", {"result": " "})
    closed = ok(officer.send("post", f"/campaigns/{campaign['id']}/close", {"result": "补课三十项"}))
    closed_twice = officer.send("post", f"/campaigns/{campaign['id']}/close", {"result": "再报一次"})

    kinds = {each.code: each for each in pack_of(place.root.pk).all(CampaignKind)}
    assert [len(each.points) for each in kinds["ten_checks"].checklists] == [10, 10, 10]
    assert [len(each.points) for each in kinds["nine_drives"].checklists] == [9]
    assert closed["result"] == "补课三十项"
    assert (twice.status_code, closed_twice.status_code) == (409, 409)
    assert faults(endless) == {"last_on"}
    assert faults(silent) == {"result"}


def test_p19_villages_tick_their_points_with_what_shows_it_and_a_closed_campaign_takes_none(
    pingliang: Place,
) -> None:
    place = pingliang
    officer, county = place.caller("officer", "6208"), place.caller("town_officer", "620822")
    village = place.first(level="village", domain="village")
    branch = place.orgs[village]
    secretary = place.caller("secretary", village)
    day = today()
    opened = {
        "first_on": str(day),
        "last_on": str(day + timedelta(days=90)),
        "paper": "平党发〔2021〕9号",
    }
    campaign = ok(officer.send("post", f"/orgs/{place.root.pk}/campaigns", {"kind": "ten_checks", **opened}))
    values = {"held_on": str(day), "should_attend": "5", "attended": "5", "agenda": "查组织生活记录"}
    record = ok(
        secretary.send("post", f"/orgs/{branch.pk}/records", {"kind": "meeting_record", "values": values})
    )
    path, given = f"/orgs/{branch.pk}/campaign-ticks", {"campaign": campaign["id"], "done_on": str(day)}

    looked = ok(secretary.send("post", path, {**given, "point": 2, "record": record["id"]}))
    mended = ok(secretary.send("post", path, {**given, "point": 22, "note": "补记三次支委会"}))
    bare = secretary.send("post", path, {**given, "point": 3})
    beyond = secretary.send("post", path, {**given, "point": 31, "note": "没有这一条"})
    not_hers = county.send(
        "post", f"/orgs/{place.root.pk}/campaign-ticks", {**given, "point": 1, "note": "代市里办"}
    )
    silent = secretary.send("post", f"/campaign-ticks/{mended['id']}/undo", {"reason": " "})
    ok(secretary.send("post", f"/campaign-ticks/{mended['id']}/undo", {"reason": "只补了一次"}))
    points = ok(officer.get(f"/campaigns/{campaign['id']}/points"))
    orgs = ok(officer.get(f"/campaigns/{campaign['id']}/orgs?limit=200"))
    own = ok(secretary.get(f"/campaigns/{campaign['id']}/orgs"))
    ok(officer.send("post", f"/campaigns/{campaign['id']}/close", {"result": "十查已办，十补未完"}))
    closed = secretary.send("post", path, {**given, "point": 4, "note": "迟了"})

    asked = [
        each
        for each in place.orgs.values()
        if each.level == "village"
        and each.domain in ("village", "community")
        and each.kind in ("branch", "general_branch")
    ]
    assert len(points) == 30
    assert [each["number"] for each in points if each["ticked"]] == [looked["point"]] == [2]
    assert {each["asked"] for each in points} == {len(asked)} == {len(orgs)}
    assert {each["id"]: each["points"] for each in orgs}[branch.pk] == [2]
    assert [each["id"] for each in own] == [branch.pk]
    assert faults(bare) == {"note"}
    assert faults(beyond) == {"point"}
    assert faults(silent) == {"reason"}
    assert not_hers.status_code in (403, 404)
    assert closed.status_code == 409


def test_p10c_a_kind_line_says_what_for_whom_by_when_to_who_owes_it_and_to_nobody_else(
    pingliang: Place, settings: Any
) -> None:
    def at(day: int, hour: int) -> None:
        settings.GANGMU_CLOCK_OFFSET = datetime(2021, 12, day, hour - 8, tzinfo=UTC) - datetime.now(UTC)

    place = pingliang
    at(27, 9)
    officer = place.caller("officer", "6208")
    county, town = place.caller("town_officer", "620822"), place.caller("town_officer", "620822106")
    place.issue(officer, "cross_inspection", Period.parse("2021Q4"))
    early = ok(county.get("/inbox/reminders"))
    at(28, 8)
    line = ok(county.get("/inbox/reminders"))

    assert early["lines"] == []
    assert line["lines"] == [
        {"title": "季交叉督查", "org": place.orgs["620822"].name, "due_on": "2021-12-31"}
    ]
    assert ok(town.get("/inbox/reminders"))["lines"] == []
    assert ok(officer.get("/inbox/reminders"))["lines"] == []
    task = next(each for each in ok(county.get("/tasks/waiting")) if each["duty"] == "cross_inspection")
    values = {"inspected_on": "2021-12-27", "inspected": "4", "found": "2", "mended": "1"}
    ok(county.send("post", f"/tasks/{task['id']}/report", {"values": values}))
    assert ok(county.get("/inbox/reminders"))["lines"] == []
    assert Client().get("/api/inbox/reminders").status_code == 401


def test_p17_ten_documents_stand_in_the_library_and_each_duty_leads_to_its_article_and_back(
    pingliang: Place,
) -> None:
    place = pingliang
    village = place.first(level="village", kind="branch")
    secretary = place.caller("secretary", village)
    pack = pack_of(place.root.pk)
    own = [
        each
        for each in pack.all(DocumentKind)
        if pack.file_of("document", each.code).startswith("pingliang/")
    ]
    followed = {
        each.code: {
            (one["kind"], one["code"]) for one in ok(secretary.get(f"/documents/{each.code}/followers"))
        }
        for each in own
    }
    duties = {
        ("duty", code)
        for code, placed in pack.definitions["duty"].items()
        if placed.file.startswith("pingliang/")
    }
    reader = browser(Account.objects.get(login=f"secretary-{village}"))

    rounds = reader.get("/library/rounds").content.decode()
    duty = reader.get("/duties/cross_inspection").content.decode()
    strange = secretary.get("/documents/none_such/followers")
    stranger = Client().get("/api/documents/rounds/followers")

    assert len(own) == 10
    assert duties <= set().union(*followed.values())
    assert followed["rounds"] == {
        ("cycle", "twelve_four_two_one"),
        *(
            ("duty", each)
            for each in ("cross_inspection", "half_year_scene", "month_dispatch", "year_review")
        ),
    }
    assert "/handbook/duty/cross_inspection" in rounds
    assert "/library/rounds#" in duty
    assert (strange.status_code, stranger.status_code) == (404, 401)


def test_p17_the_thread_of_a_goal_leads_to_its_duty_and_to_the_article_of_each_and_nobody_elsewhere_reads_it(
    pingliang: Place,
) -> None:
    place = pingliang
    officer, county = place.caller("officer", "6208"), place.caller("town_officer", "620822")
    elsewhere = place.caller("town_officer", "620823")
    first = place.orgs["620822"]
    ok(officer.send("post", f"/orgs/{place.root.pk}/targets", EXAMPLES))
    at = f"/orgs/{place.root.pk}/threads/three_firsts"
    own = f"/orgs/{first.pk}/threads/three_firsts/examples?year=2021"
    page = f"/threads/three_firsts/examples?org={first.pk}&year=2021"

    thread = ok(officer.get(f"{at}/examples?year=2021"))
    every = ok(officer.get(f"/orgs/{place.root.pk}/threads?year=2021"))["goals"]
    reader = browser(Account.objects.get(login="officer-6208"))
    whole = reader.get(f"/threads/three_firsts/examples?org={place.root.pk}&year=2021")
    seen = browser(Account.objects.get(login="town_officer-620822")).get(page)
    unseen = browser(Account.objects.get(login="town_officer-620823")).get(page)
    library = reader.get("/library/firsts").content.decode()
    content = {
        "title": "党建统领“一强三创”行动实施意见",
        "issuer": "中共平凉市委组织部",
        "issued_on": "2021-06-01",
        "articles": [{"code": "三", "title": "目标分解", "text": "指标逐级分解，逐级签字。"}],
        "reason": "按正式文件改",
    }
    taken_over = "/orgs/{}/documents/firsts/take-over"
    not_hers = county.send("post", taken_over.format(first.pk), content)
    ok(officer.send("post", taken_over.format(place.root.pk), content))
    versions = [ok(county.get(f"/documents/firsts?version={number}")) for number in (1, 2)]
    answers = [caller.get(own).status_code for caller in (officer, county, elsewhere)]
    later = officer.get(f"{at}/examples?year=2024")
    nobody = Client().get(f"/api{own}")

    opinion = "党建统领“一强三创”行动实施意见"
    assert thread["papers"] == [
        {"of": "three_firsts", "paper": f"{opinion} 一、二、三", "document": "firsts", "article": "一"},
        {"of": "examples", "paper": f"{opinion} 三", "document": "firsts", "article": "三"},
    ]
    assert {each["metric"] for each in every if each["programme"] == "three_firsts"} == {
        "lectures",
        "examples",
        "committee_meetings",
        "on_time",
    }
    shown = whole.content.decode()
    for address in ("/duties/examples", "/library/firsts#一", "/library/firsts#三"):
        assert f'href="{address}"' in shown
    assert 'id="三"' in library
    assert [each["articles"][-1]["text"] for each in versions] == [
        "指标逐级分解，分到的和预留的合计等于总数。",
        "指标逐级分解，逐级签字。",
    ]
    assert not_hers.status_code == 409
    assert (seen.status_code, unseen.status_code) == (200, 404)
    assert answers == [200, 200, 404]
    assert (later.status_code, nobody.status_code) == (404, 401)
