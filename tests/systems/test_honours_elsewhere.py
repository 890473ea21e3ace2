"""Pingliang, Pingqiao and Hai'an: what others commend, flags and comparisons of villages, the sheet of ten years."""

from typing import Any

import pytest
from django.test import Client

from gangmu.kernel.access.models import Account
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.results.assessment.models import Result, Round, Run
from tests.site.matrix.test_routes import browser
from tests.systems.goals import faults, ok
from tests.systems.honours import Caller, clock, judged, judged_by_all, nominated, opened, seats
from tests.systems.places import Place, found_place

pytestmark = pytest.mark.db

__all__ = ["clock"]


@pytest.fixture
def pingliang(system: Any, clock: Any) -> Place:
    """One real street, and what stands above it."""
    return found_place(system, "pingliang", ("620802101",))


@pytest.fixture
def pingqiao(system: Any, clock: Any) -> Place:
    """One real street and one town with their communities and villages."""
    return found_place(system, "pingqiao", ("411503004", "411503101"))


@pytest.fixture
def haian(system: Any, clock: Any) -> Place:
    """Two real towns with their villages, and the city above them."""
    return found_place(system, "haian", ("320685111", "320685112"))


def _below(place: Place, code: str, domain: str) -> list[Org]:
    return [
        org
        for _, org in sorted(place.orgs.items())
        if org.parent_id == place.orgs[code].pk and org.domain == domain
    ]


def test_p18_what_others_commended_is_on_record_with_its_paper_and_persons_are_not_public(
    pingliang: Place,
) -> None:
    officer = Caller(pingliang, "officer", "620802")
    branch = next(org for code, org in sorted(pingliang.orgs.items()) if org.domain == "village")
    given = {
        "office": officer.org.pk,
        "org": branch.pk,
        "kind": "collective",
        "title": "全省先进基层党组织",
        "given_by": "甘肃省委",
        "paper": "甘委〔2021〕45号",
        "conferred_on": "2021-07-01",
    }
    of_person = {**given, "kind": "persons", "title": "全省优秀共产党员", "person": "马某某"}

    bare = officer.send("/honours", {**given, "paper": " "})
    ahead = officer.send("/honours", {**given, "conferred_on": "2026-12-01"})
    nobody = officer.send("/honours", {**of_person, "person": ""})
    named = officer.send("/honours", {**given, "person": "马某某"})
    person = browser(Account.objects.get(login=officer.login))
    before = person.get("/honours").content.decode()
    held = ok(officer.send("/honours", given))
    twice = officer.send("/honours", given)
    kept = ok(officer.send("/honours", of_person))
    checked = officer.send(f"/honours/{held['id']}/rechecks", {"verdict": "kept", "reason": "看过"})

    assert faults(bare) == {"paper"}
    assert faults(ahead) == {"conferred_on"}
    assert faults(nobody) == faults(named) == {"person"}
    assert twice.status_code == checked.status_code == 409
    assert kept["person"] == "马某某"
    assert [each["id"] for each in Client().get("/api/public/honours").json()] == [held["id"]]
    assert "马某某" not in Client().get("/public/honours").content.decode()
    assert "/public/honours" not in before  # the link leads to nothing as long as nothing is public
    assert "/public/honours" in person.get("/honours").content.decode()


def test_q9_flags_are_voted_on_and_nobody_is_chosen_without_more_than_half(
    pingqiao: Place, clock: Any
) -> None:
    officer, street = Caller(pingqiao, "officer", "411503"), Caller(pingqiao, "town_officer", "411503004")
    first, second = _below(pingqiao, "411503004", "community")[:2]
    places = {"building": 125, "poverty": 125, "beauty": 125, "industry": 125}
    over = opened(officer, "red_flags", {**places, "industry": 126})
    contest = ok(opened(officer, "red_flags", places))["id"]
    panel = seats(pingqiao, *((f"评审{each}", "411503", "") for each in "甲乙丙"))
    members = ok(officer.send(f"/contests/{contest}/panel", panel))
    one = ok(nominated(street, contest, first, "building"))
    elsewhere = nominated(street, contest, first, "industry")
    other = ok(nominated(street, contest, second, "building"))
    clock(3, 20)
    ok(officer.send(f"/contests/{contest}/review"))
    judged_by_all(officer, one["id"], members, vote="yes")
    for member, vote in zip(members, ("yes", "no", "no"), strict=True):
        ok(judged(officer, other["id"], member["id"], vote=vote))
    silent = judged(officer, other["id"], members[0]["id"], vote="abstain")
    signed = {"line": "building", "reason": "票决", "signed_by": members[0]["id"]}
    few = officer.send(f"/contests/{contest}/decisions", {**signed, "chosen": [one["id"], other["id"]]})
    (page, to_decide) = _pages(officer, f"/contests/{contest}", f"/contests/{contest}/decide/building")
    ok(officer.send(f"/contests/{contest}/decisions", {**signed, "chosen": [one["id"]]}))
    decided = officer.send(f"/contests/{contest}/decisions", {**signed, "chosen": [one["id"]]})

    assert (over.status_code, over.json()["code"]) == (409, "over_quota")
    assert elsewhere.status_code == 409
    assert faults(silent) == {"reason"}
    assert few.status_code == decided.status_code == 409
    assert '<b>推荐</b><span class="gm-muted">截至2026-' in page  # over, and no longer going on
    assert ('<option value="">请选择</option>' in to_decide, "无须署名" in to_decide) == (True, False)
    shown = {each["org_id"]: each for each in ok(officer.get(f"/contests/{contest}/candidates"))}
    assert (shown[first.pk]["total"], shown[second.pk]["total"]) == ("100.00", "33.33")
    assert (shown[first.pk]["outcome"], shown[second.pk]["outcome"]) == ("chosen", "not_chosen")


def test_q14_villages_are_compared_and_their_pledges_kept_or_not_by_the_day(
    pingqiao: Place, clock: Any
) -> None:
    officer, town = Caller(pingqiao, "officer", "411503"), Caller(pingqiao, "town_officer", "411503101")
    village = _below(pingqiao, "411503101", "village")[0]
    contest = ok(opened(officer, "three_comparisons", {"villages": 10}))["id"]
    pledges = [{"text": f"第{number}件事", "due_on": "2026-06-30"} for number in range(1, 4)]
    without = nominated(town, contest, village, "villages")
    past = nominated(
        town, contest, village, "villages", pledges=[*pledges[:2], {"text": "旧事", "due_on": "2026-01-01"}]
    )
    made = ok(nominated(town, contest, village, "villages", pledges=pledges))
    stated = ok(officer.get(f"/nominations/{made['id']}/pledges"))
    early = officer.send(f"/pledges/{stated[0]['id']}/verdict", {"verdict": "not_kept", "reason": "没办"})
    own = town.send(f"/pledges/{stated[0]['id']}/verdict", {"verdict": "kept", "reason": "办了"})
    clock(7, 2)
    bare = officer.send(f"/pledges/{stated[0]['id']}/verdict", {"verdict": "not_kept", "reason": ""})
    ok(officer.send(f"/pledges/{stated[0]['id']}/verdict", {"verdict": "not_kept", "reason": "尚未开工"}))
    again = officer.send(f"/pledges/{stated[0]['id']}/verdict", {"verdict": "kept", "reason": "改判"})

    assert faults(without) == faults(past) == {"pledges"}
    assert early.status_code == again.status_code == 409
    assert own.status_code in (403, 404)
    assert faults(bare) == {"reason"}
    verdicts = [each["verdict"] for each in ok(town.get(f"/nominations/{made['id']}/pledges"))]
    assert verdicts == ["not_kept", "", ""]


def test_h5_the_contest_of_standardization_keeps_out_of_ones_own_tree_part(haian: Place, clock: Any) -> None:
    officer = Caller(haian, "officer", "320685")
    town, other = (Caller(haian, "town_officer", code) for code in ("320685111", "320685112"))
    contest = ok(opened(officer, "standard_contest", {"standard": 12, "growth": 6}))["id"]
    names = [(f"评审{each}", "320685", "") for each in "甲乙丙丁"]
    panel = seats(haian, *names, ("评审戊", "320685111", town.login))
    members = ok(officer.send(f"/contests/{contest}/panel", panel))
    made = ok(nominated(town, contest, town.org, "standard"))
    foreign = nominated(other, contest, town.org, "growth")
    clock(3, 20)
    ok(officer.send(f"/contests/{contest}/review"))
    points = {"standard": "36", "usable": "38", "told": "18"}
    recused = town.send(f"/nominations/{made['id']}/judgement", {"points": points})
    on_paper = judged(officer, made["id"], next(e["id"] for e in members if e["account_id"]), points=points)
    for member in [each for each in members if each["account_id"] is None][:2]:
        ok(judged(officer, made["id"], member["id"], points=points))
    signer = next(each["id"] for each in members if each["account_id"] is None)
    decision = {"line": "standard", "chosen": [made["id"]], "reason": "达到标准", "signed_by": signer}
    half = officer.send(f"/contests/{contest}/decisions", decision)
    of_member = _pages(town, f"/contests/{contest}")
    of_office, sheets = _pages(officer, f"/contests/{contest}", f"/contests/nominations/{made['id']}")

    assert "我的评分" in of_member[0]
    assert "不由您评" in of_member[0]  # it would judge its own town
    assert "我的评分" not in of_office
    assert 'data-title="细则落实">36<' in sheets
    assert "折合百分" in sheets
    assert 'data-title="投票"' not in sheets
    assert foreign.status_code == 404
    assert (recused.status_code, on_paper.status_code) == (403, 403)
    assert half.status_code == 409
    for member in [each for each in members if each["account_id"] is None]:
        ok(judged(officer, made["id"], member["id"], points={**points, "told": None}))
    ok(officer.send(f"/contests/{contest}/decisions", decision))
    (shown,) = ok(town.get(f"/contests/{contest}/candidates"))
    assert shown["total"] == "92.50"  # 74 of 80: what nobody judged is unknown, not zero
    assert ok(other.get(f"/contests/{contest}/candidates")) == []


def _pages(caller: Caller, *paths: str) -> list[str]:
    client = browser(Account.objects.get(login=caller.login))
    return [client.get(path).content.decode() for path in paths]


def _published(place: Place, org: Org, year: int, score: str) -> None:
    """Put a published round of a year on record, as the room of assessment would leave it."""
    version, by = pack_version_of(place.root.pk), place.system.account
    when = place.system.now
    round_ = Round.objects.create(
        org=place.root,
        appraisal="building_cup",
        period=str(year),
        title=f"{year}年“党的建设杯”",
        scorecards=["cup_committees"],
        pack=version,
        state="published",
        run=1,
        opened_at=when,
        opened_by_id=by,
    )
    run = Run.objects.create(
        round=round_, number=1, known_at=when, frozen_by_id=by, folder="none", tree=b"", facts=0, done_at=when
    )
    Result.objects.create(
        run=run,
        org=org,
        scorecard="cup_committees",
        score=score,
        coverage=1,
        peer_group="cup_committees/all/-",
        peers=11,
        rank=3,
        upper=True,
        lines=[],
    )


def test_h3_the_sheet_of_ten_years_is_for_the_organization_and_the_one_above_it(
    haian: Place, clock: Any
) -> None:
    officer, town = Caller(haian, "officer", "320685"), Caller(haian, "town_officer", "320685111")
    other = Caller(haian, "town_officer", "320685112")
    village = Caller(haian, "secretary", _below(haian, "320685111", "village")[0].code)
    for year, score in ((2024, "88.50"), (2025, "91.25")):
        _published(haian, town.org, year, score)
    mark = {"sheet": "secretary_sheet", "mark": "account_given", "year": 2025, "value": "rather_good"}
    path = f"/orgs/{town.org.pk}"

    bare = officer.send(f"{path}/marks", {**mark, "source": ""})
    early = officer.send(f"{path}/marks", {**mark, "year": 2016, "source": "述职评议会记录"})
    own = town.send(f"{path}/marks", {**mark, "source": "述职评议会记录"})
    ok(officer.send(f"{path}/marks", {**mark, "source": "2025年述职评议会记录", "poor": "流动党员管理"}))
    silent = officer.send(f"{path}/marks", {**mark, "value": "good", "source": "更正"})
    better = {**mark, "value": "good", "source": "更正通知", "reason": "计票有误"}
    ok(officer.send(f"{path}/marks", better))

    assert faults(bare) == {"source"}
    assert faults(early) == {"year"}
    assert own.status_code == 403
    assert faults(silent) == {"reason"}
    for reader in (officer, town):
        sheet = ok(reader.get(f"{path}/sheet"))
        assert [each["year"] for each in sheet["years"]] == list(range(2026, 2016, -1))
        by_year = {each["year"]: each for each in sheet["years"]}
        assert [line["score"] for line in by_year[2025]["rounds"]] == ["91.25"]
        assert [line["value"] for line in by_year[2025]["marks"]] == ["good"]
        assert by_year[2019]["rounds"] == by_year[2019]["marks"] == []
    assert other.get(f"{path}/sheet").status_code == 404
    assert village.get(f"{path}/sheet").status_code == 404
    assert (
        officer.get(f"/orgs/{village.org.pk}/sheet").status_code == 404
    )  # the town is above it, not the city
    assert ok(town.get(f"/orgs/{village.org.pk}/sheet"))["sheet"] == "secretary_sheet"
