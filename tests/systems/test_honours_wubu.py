"""W10: the “1666” sites of Wubu, from the approving document to the plaque and its re-check."""

from typing import Any

import pytest
from django.test import Client

from gangmu.kernel.notices.queries import visible_objections
from tests.systems.goals import faults, ok
from tests.systems.honours import Caller, clock, judged, judged_by_all, nominated, opened, seats
from tests.systems.places import Place, found_place

pytestmark = pytest.mark.db

__all__ = ["clock"]

POINTS = {"team": "27", "life": "26", "effect": "36"}


@pytest.fixture
def wubu(system: Any, clock: Any) -> Place:
    """Two real towns with their villages, and the county above them."""
    return found_place(system, "wubu", ("610829001", "610829101"))


def _villages(place: Place, town: str) -> list[Any]:
    return [
        org
        for code, org in sorted(place.orgs.items())
        if org.parent_id == place.orgs[town].pk and org.domain == "village"
    ]


def _panel(place: Place) -> dict[str, Any]:
    return seats(
        place,
        ("评审甲", "610829", ""),
        ("评审乙", "610829", ""),
        ("评审丙", "610829001", "town_officer-610829001"),
    )


def test_w10_no_contest_without_a_paper_that_is_in_force_and_none_over_the_quota(wubu: Place) -> None:
    officer, town = Caller(wubu, "officer", "610829"), Caller(wubu, "town_officer", "610829001")

    missing = opened(officer, "model_sites", {"villages": 10}, number="", issuer="", expires_on=None)
    county = opened(officer, "model_sites", {"villages": 10}, level="county")
    expired = opened(officer, "model_sites", {"villages": 10}, expires_on="2026-02-01")
    short = opened(officer, "model_sites", {"villages": 10}, expires_on="2026-03-20")
    over = opened(officer, "model_sites", {"villages": 11})
    below = opened(town, "model_sites", {"villages": 1})
    made = ok(opened(officer, "model_sites", {"villages": 10, "urban": 6, "new_fields": 6, "agencies": 6}))
    twice = opened(officer, "model_sites", {"villages": 1})

    assert faults(missing) == {"number", "issuer", "expires_on"}
    assert "规范创建示范和达标活动" in missing.json()["detail"]
    assert "R-CONTEST" in missing.json()["detail"]
    assert faults(county) == {"level"}
    assert faults(expired) == faults(short) == {"expires_on"}
    assert (over.status_code, over.json()["code"]) == (409, "over_quota")
    assert below.status_code == 404
    assert sum(made["places"].values()) == 28
    assert twice.status_code == 409


def test_w10_candidates_are_chosen_made_known_conferred_and_rechecked(wubu: Place, clock: Any) -> None:
    officer, town = Caller(wubu, "officer", "610829"), Caller(wubu, "town_officer", "610829001")
    far = Caller(wubu, "town_officer", "610829101")
    own, others = _villages(wubu, "610829001"), _villages(wubu, "610829101")
    contest = ok(opened(officer, "model_sites", {"villages": 2, "urban": 1}))["id"]
    too_few = officer.send(f"/contests/{contest}/panel", seats(wubu, ("评审甲", "610829", "")))
    members = ok(officer.send(f"/contests/{contest}/panel", _panel(wubu)))
    first = ok(nominated(town, contest, own[0], "villages"))
    again = nominated(town, contest, own[0], "villages")
    foreign = nominated(town, contest, others[0], "villages")
    wrong = nominated(town, contest, own[1], "urban")
    second, third = (ok(nominated(far, contest, org, "villages")) for org in others[:2])
    early = officer.send(f"/contests/{contest}/review")

    assert faults(too_few) == {"seats"}
    assert again.status_code == 409
    assert foreign.status_code == 404
    assert faults(wrong) == {"org"}
    assert early.status_code == 409

    clock(3, 18)
    late = nominated(far, contest, others[2], "villages")
    ok(officer.send(f"/contests/{contest}/review"))
    assert late.status_code == 409

    recused = town.send(f"/nominations/{first['id']}/judgement", {"points": POINTS})
    unknown = officer.send(
        f"/contests/{contest}/decisions", {"line": "villages", "chosen": [first["id"]], "reason": "好"}
    )
    above = judged(officer, first["id"], members[0]["id"], points={**POINTS, "team": "31"})
    empty = judged(officer, first["id"], members[0]["id"], points={})
    judged_by_all(
        officer, first["id"], [each for each in members if each["account_id"] is None], points=POINTS
    )
    ok(town.send(f"/nominations/{second['id']}/judgement", {"points": POINTS}))
    for each in (second, third):
        judged_by_all(
            officer, each["id"], [one for one in members if one["account_id"] is None], points=POINTS
        )

    assert (recused.status_code, recused.json()["code"]) == (403, "recused")
    assert unknown.status_code == 409
    assert faults(above) == {"team"}
    assert faults(empty) == {"team"}

    pair = {"line": "villages", "chosen": [first["id"], second["id"]], "reason": "三个村同分，取两个"}
    three = officer.send(
        f"/contests/{contest}/decisions", {**pair, "chosen": [first["id"], second["id"], third["id"]]}
    )
    unsigned = officer.send(f"/contests/{contest}/decisions", pair)
    partial = officer.send(
        f"/contests/{contest}/decisions",
        {**pair, "signed_by": next(each["id"] for each in members if each["account_id"])},
    )
    known_early = officer.send(f"/contests/{contest}/publicity")
    signer = next(each["id"] for each in members if each["name"] == "评审甲")
    decided = ok(officer.send(f"/contests/{contest}/decisions", {**pair, "signed_by": signer}))

    assert (three.status_code, three.json()["code"]) == (409, "over_quota")
    assert faults(unsigned) == {"signed_by"}
    assert faults(partial) == {"signed_by"}
    assert known_early.status_code == 409
    assert (decided["tie"], decided["few"], decided["signed_by_id"]) == (True, True, signer)

    known = ok(officer.send(f"/contests/{contest}/publicity"))
    before = officer.send(f"/contests/{contest}/confer")
    notice = known["publicity_notice_id"]
    given = {"text": "该村今年有未办结的整改事项", "form_key": "k" * 20}
    ok(Client().post(f"/api/public/notices/{notice}/objections", given, content_type="application/json"))
    clock(4, 10)
    still = officer.send(f"/contests/{contest}/confer")
    objection = visible_objections(wubu.system).get(notice=notice)
    ok(officer.send(f"/objections/{objection.pk}/answer", {"answer": "情况属实", "outcome": "upheld"}))
    unheeded = officer.send(f"/contests/{contest}/confer")
    ok(
        officer.send(
            f"/contests/{contest}/heedings",
            {"objection": objection.pk, "reason": "整改未办结", "strike": second["id"]},
        )
    )
    (honour,) = ok(officer.send(f"/contests/{contest}/confer"))

    assert [each.status_code for each in (before, still, unheeded)] == [409, 409, 409]
    assert (honour["org_id"], honour["lasts_until"]) == (own[0].pk, None)
    assert {each["org_id"] for each in Client().get("/api/public/honours").json()} == {own[0].pk}
    held = opened(officer, "model_sites", {"villages": 10})
    assert held.status_code == 409  # one a year, and one place is taken

    hung = f"/honours/{honour['id']}/plaque"
    none_hangs = officer.send(f"{hung}/down", {"day": "2026-04-10"})
    ahead = officer.send(hung, {"day": "2026-04-11"})
    before_it = officer.send(hung, {"day": honour["conferred_on"].replace("2026", "2025")})
    hangs = ok(officer.send(hung, {"day": "2026-04-10"}))
    again = officer.send(hung, {"day": "2026-04-10"})

    assert (honour["plaque"], honour["plaque_hung_on"]) == (True, None)
    assert [each.status_code for each in (none_hangs, again)] == [409, 409]
    assert [faults(each) for each in (ahead, before_it)] == [{"day"}, {"day"}]
    assert (hangs["plaque_hung_on"], hangs["plaque_down_on"]) == ("2026-04-10", None)
    assert ok(officer.get("/honours?state=plaque")) == []

    early_check = ok(
        officer.send(f"/honours/{honour['id']}/rechecks", {"verdict": "kept", "reason": "实地看过"})
    )
    twice = officer.send(f"/honours/{honour['id']}/rechecks", {"verdict": "kept", "reason": "再看一次"})
    clock(5, 8, 2027)
    bare = officer.send(f"/honours/{honour['id']}/rechecks", {"verdict": "withdrawn", "reason": "班子散了"})
    gone = {"verdict": "withdrawn", "reason": "班子散了", "paper": "吴堡县委组织部〔2027〕9号"}
    ok(officer.send(f"/honours/{honour['id']}/rechecks", gone))
    after = officer.send(f"/honours/{honour['id']}/withdraw", {"reason": "再撤", "paper": "〔2027〕10号"})

    assert early_check["year"] == 2026
    assert twice.status_code == 409
    assert faults(bare) == {"paper"}
    assert after.status_code == 409
    assert ok(officer.get(f"/honours/{honour['id']}"))["withdrawn_for"] == "班子散了"
    assert Client().get("/api/public/honours").json() == []

    late = officer.send(hung, {"day": "2027-05-08"})
    left = ok(officer.get("/honours?state=plaque"))
    waiting = ok(officer.get("/inbox"))["waiting"]
    early = officer.send(f"{hung}/down", {"day": "2026-04-09"})
    down = ok(officer.send(f"{hung}/down", {"day": "2027-05-08"}))

    assert late.status_code == 409
    assert [each["id"] for each in left] == [honour["id"]]
    assert ok(officer.get("/inbox"))["waiting"] == waiting - 1  # it no longer waits to be taken down
    assert faults(early) == {"day"}
    assert down["plaque_down_on"] == "2027-05-08"
    assert ok(officer.get("/honours?state=plaque")) == []
