"""P2: who holds the standard may be named an advanced branch; who does not, or not any more, may not."""

from typing import Any

import pytest
from django.test import Client

from gangmu.kernel.access.models import Account
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.kernel.packs.rules import compose_pack
from tests.site.matrix.test_routes import browser
from tests.systems.goals import faults, ok
from tests.systems.honours import Caller, clock, judged_by_all, nominated, opened, seats
from tests.systems.places import Place, found_place
from tests.systems.test_standards import Callers, claimed, judged

pytestmark = pytest.mark.db

__all__ = ["clock"]

TOWN = "620823101"
SHEET = {"points": {"standard": "46", "effect": "44"}}


@pytest.fixture
def pingliang(system: Any, clock: Any) -> Place:
    """One real town with its villages, and what stands above it."""
    return found_place(system, "pingliang", (TOWN,))


def _villages(place: Place) -> list[Any]:
    return [
        org
        for _, org in sorted(place.orgs.items())
        if org.parent_id == place.orgs[TOWN].pk and org.domain == "village" and org.kind == "branch"
    ]


def test_p2_only_who_holds_the_standard_is_nominated_chosen_conferred_and_kept(
    pingliang: Place, clock: Any
) -> None:
    place, callers = pingliang, Callers(pingliang)
    officer, town = Caller(place, "officer", "6208"), Caller(place, "town_officer", TOWN)
    callers.accounts[f"town_officer-{TOWN}"] = Account.objects.get(login=f"town_officer-{TOWN}")
    holder, refused_one, lapsed, revoked, without = _villages(place)[:5]

    def claim(org: Any, *unmet: str) -> Any:
        made = claimed(callers("secretary", org.code), org, "branch_village")
        return judged(callers("town_officer", TOWN), made, *unmet)

    clock(2, 2, 2024)
    claim(lapsed)
    clock(3, 2)
    claim(holder)
    taken = claim(revoked)
    claim(refused_one, "weak")

    over = opened(officer, "advanced_branches", {"branches": 293})
    contest = ok(opened(officer, "advanced_branches", {"branches": 292}))
    path = f"/contests/{contest['id']}"
    members = ok(
        officer.send(f"{path}/panel", seats(place, *((f"评审{each}", "6208", "") for each in "甲乙丙")))
    )
    shown = browser(Account.objects.get(login=town.login)).get(f"{path}/nominate").content.decode()
    first, second = (ok(nominated(town, contest["id"], org, "branches")) for org in (holder, revoked))
    barred = [nominated(town, contest["id"], org, "branches") for org in (refused_one, lapsed, without)]

    assert (over.status_code, over.json()["code"]) == (409, "over_quota")
    assert "branch_village" in contest["needs_standard"]
    assert [name in shown for name in (holder.name, revoked.name, lapsed.name, without.name)] == [
        True,
        True,
        False,
        False,
    ]
    assert [faults(each) for each in barred] == [{"org"}] * 3

    paper = {"reason": "复核不达标", "paper": "镇发〔2026〕3号"}
    clock(3, 20)
    ok(town.send(f"/claims/{taken['id']}/revoke", paper))
    ok(officer.send(f"{path}/review"))
    for each in (first, second):
        judged_by_all(officer, each["id"], members, **SHEET)
    decision = {"line": "branches", "reason": "按得分", "signed_by": members[0]["id"]}
    both = officer.send(f"{path}/decisions", {**decision, "chosen": [first["id"], second["id"]]})
    ok(officer.send(f"{path}/decisions", {**decision, "chosen": [first["id"]]}))
    ok(officer.send(f"{path}/publicity"))
    clock(4, 10)
    (honour,) = ok(officer.send(f"{path}/confer"))
    public = [each["org_id"] for each in Client().get("/api/public/honours").json()]
    clock(4, 12, 2027)
    ok(officer.send(f"/honours/{honour['id']}/rechecks", {"verdict": "kept", "reason": "现场看过"}))
    clock(4, 12, 2028)
    again = {"verdict": "withdrawn", "reason": "标准到期，没有再申报"}
    page = browser(Account.objects.get(login=officer.login))
    warned = page.get(f"/honours/{honour['id']}").content.decode()
    kept = officer.send(f"/honours/{honour['id']}/rechecks", {"verdict": "kept", "reason": "现场看过"})
    not_hers = town.send(f"/honours/{honour['id']}/rechecks", {**again, "paper": "市组发〔2028〕2号"})
    bare = officer.send(f"/honours/{honour['id']}/rechecks", {**again, "paper": ""})
    ok(officer.send(f"/honours/{honour['id']}/rechecks", {**again, "paper": "市组发〔2028〕2号"}))

    assert both.status_code == 409
    assert revoked.name in both.json()["detail"]
    assert (honour["org_id"], public) == (holder.pk, [holder.pk])
    assert not_hers.status_code in (403, 404)
    assert faults(kept) == {"verdict"}
    assert "已不再持有评选所要求的标准" in warned
    assert faults(bare) == {"paper"}
    assert ok(officer.get(f"/honours/{honour['id']}"))["withdrawn_on"] == "2028-04-12"


def test_p2_what_the_province_named_is_put_on_record_by_its_paper_alone(pingliang: Place) -> None:
    officer = Caller(pingliang, "officer", "6208")
    branch = _villages(pingliang)[0]
    given = {
        "office": officer.org.pk,
        "org": branch.pk,
        "kind": "advanced_branch_province",
        "title": "全省标准化先进党支部",
        "given_by": "省委组织部",
        "paper": "省组发〔2025〕9号",
        "conferred_on": "2025-12-20",
    }

    bare = officer.send("/honours", {**given, "paper": ""})
    own = officer.send("/honours", {**given, "kind": "advanced_branch_city"})
    ok(officer.send("/honours", given))
    contest = opened(officer, "advanced_branch_province", {"all": 66})

    assert faults(bare) == {"paper"}
    assert own.status_code in (404, 409, 422)
    assert contest.status_code == 404
    assert [each["org_id"] for each in Client().get("/api/public/honours").json()] == [branch.pk]


def test_p2_a_contest_that_asks_for_a_standard_that_is_not_there_is_refused_at_its_line(
    pingliang: Place,
) -> None:
    version = pack_version_of(pingliang.root.pk)
    file = "pingliang/contest/advanced_branches.yaml"
    text = version.files[file]

    def refusals(changed: str) -> list[tuple[str, int, str]]:
        _, found = compose_pack(version.name, {**version.files, file: changed})
        return [(each.file, each.line, each.message) for each in found if not each.warning]

    line = next(at for at, each in enumerate(text.splitlines(), 1) if each.startswith("needs_standard"))
    assert refusals(text) == []
    assert refusals(text.replace("branch_retired]", "branch_army]")) == [
        (file, line, "there is no standard branch_army")
    ]
    ((_, _, twice),) = refusals(text.replace("branch_retired]", "branch_village]"))
    assert "two standards have one code" in twice
