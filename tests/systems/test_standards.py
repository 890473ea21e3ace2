"""Standards, sites, templates, stars and self-checks (P2, H5, H10, W13, N8) as their places' packs say."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from gangmu.core.context import Context
from gangmu.kernel.access.models import Account
from gangmu.kernel.access.operations import grant_role, open_account
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.facts.models import Fact
from gangmu.site.clock import now
from tests.site.matrix.test_routes import browser, text_in
from tests.systems.places import BEGIN, Place, found_place, today
from tests.systems.programs import Program


class Callers:
    """Accounts of a place that call the API, each under tokens and keys of the day that it is."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.accounts: dict[str, Account] = {}
        self.written = 0

    def account(self, role: str, code: str) -> Account:
        """Return the account with a role at an organization."""
        login = f"{role}-{code}"
        if login not in self.accounts:
            org, system = self.place.orgs[code], self.place.system
            account = open_account(system, org=org, login=login, name=role)
            grant_role(system, org=org, account=account, role=role, day=BEGIN, reason="test")
            self.accounts[login] = account
        return self.accounts[login]

    def __call__(self, role: str, code: str) -> Program:
        program = Program(Context(AccountActor(self.account(role, code)), now()))
        self.written += 1000
        program.written = self.written
        return program


def asked(program: Program, method: str, path: str, body: Any = None) -> Any:
    """Do something that is allowed, and return what comes back."""
    answer = program.get(path) if method == "get" else program.send(method, path, body)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def refused(program: Program, method: str, path: str, body: Any = None) -> tuple[int, str]:
    """Do something that is refused, and return how."""
    answer = program.get(path) if method == "get" else program.send(method, path, body)
    return answer.status_code, answer.json()["code"]


def claimed(program: Program, org: Any, kind: str, period: str = "") -> dict[str, Any]:
    """Claim a standard, saying of every criterion in words that it is met, or as far as it is shown not."""
    claim = asked(program, "post", f"/orgs/{org.pk}/claims", {"kind": kind, "period": period})
    lines = asked(program, "get", f"/claims/{claim['id']}/at-hand")
    words = [{"criterion": each["criterion"], "met": False} for each in lines]
    asked(program, "put", f"/claims/{claim['id']}/lines", {"lines": words})
    return asked(program, "post", f"/claims/{claim['id']}/submit")  # type: ignore[no-any-return]


def judged(program: Program, claim: dict[str, Any], *unmet: str, look: str = "verdict") -> dict[str, Any]:
    """Judge a claim: everything was seen to be met but what is named."""
    lines = asked(program, "get", f"/claims/{claim['id']}/lines")
    found = [
        {"criterion": each["criterion"], "met": each["criterion"] not in unmet, "reason": "实地看了"}
        for each in lines
    ]
    body = {"lines": found, "reason": "逐条看过"}
    return asked(program, "post", f"/claims/{claim['id']}/{look}", body)  # type: ignore[no-any-return]


@pytest.fixture
def clock(settings: Any) -> Callable[..., None]:
    """Set the site's clock to a working morning."""

    def to(year: int, month: int, day: int) -> None:
        settings.GANGMU_CLOCK_OFFSET = datetime(year, month, day, 2, tzinfo=UTC) - datetime.now(UTC)

    return to


@pytest.fixture
def pingliang(system: Any) -> Place:
    """Two real towns of one county."""
    return found_place(system, "pingliang", ("620823100", "620823101"))


@pytest.fixture
def haian(system: Any) -> Place:
    """One real town with its villages and units."""
    return found_place(system, "haian", ("320685105",))


@pytest.fixture
def wubu(system: Any) -> Place:
    """One real street and one real town, with their villages and units."""
    return found_place(system, "wubu", ("610829001", "610829103"))


def branch_of(place: Place, domain: str) -> Any:
    """Return the first branch of a field."""
    code = next(
        code
        for code, org in sorted(place.orgs.items())
        if org.domain == domain and org.kind in ("branch", "joint_branch")
    )
    return place.orgs[code]


def test_p2_a_branch_claims_the_town_judges_and_the_county_looks_again(pingliang: Place) -> None:
    callers, branch = Callers(pingliang), branch_of(pingliang, "village")
    town, county = branch.parent, branch.parent.parent
    secretary = callers("secretary", branch.code)
    judge, above = callers("town_officer", town.code), callers("officer", county.code)

    # a standard of another field, a period where there is none, and judging oneself are refused
    body = {"kind": "branch_school"}
    assert refused(secretary, "post", f"/orgs/{branch.pk}/claims", body) == (422, "invalid")
    body = {"kind": "branch_village", "period": "2026"}
    assert refused(secretary, "post", f"/orgs/{branch.pk}/claims", body) == (422, "invalid")
    claim = claimed(secretary, branch, "branch_village")
    assert [each["id"] for each in asked(judge, "get", "/claims/waiting")] == [claim["id"]]
    mute = {"lines": [], "reason": ""}
    assert refused(secretary, "post", f"/claims/{claim['id']}/verdict", mute)[0] == 403
    assert refused(judge, "post", f"/claims/{claim['id']}/verdict", mute) == (422, "invalid")

    verdict = judged(judge, claim, "weak")
    assert (verdict["state"], verdict["reviewer_id"], verdict["second_id"]) == ("refused", town.pk, county.pk)
    asked(secretary, "post", f"/claims/{claim['id']}/appeal", {"reason": "已经整顿验收，请再看"})
    again = {"reason": "再申诉一次"}
    assert refused(secretary, "post", f"/claims/{claim['id']}/appeal", again) == (409, "conflict")
    same = {"lines": [], "reason": "不变"}
    assert refused(judge, "post", f"/claims/{claim['id']}/answer", same)[0] == 403
    answered = judged(above, claim, look="answer")

    assert answered["state"] == "granted"
    met = Fact.objects.get(code="standard.met", org=branch, value=1)
    assert (met.item, met.source) == ("branch_village", f"claim:{claim['id']}")


def test_p2_a_county_is_an_example_by_the_packs_rule_and_loses_it_with_a_revocation(
    pingliang: Place,
) -> None:
    callers = Callers(pingliang)
    county = branch_of(pingliang, "village").parent.parent
    officer = callers("officer", county.code)
    path = f"/orgs/{county.pk}/demonstrations/township"
    towns = {org.pk: org for org in pingliang.orgs.values() if org.level == "township" and org.domain}
    first = next(each["org_id"] for each in asked(officer, "get", path) if each["total"]["known"] >= 5)
    before = next(each for each in asked(officer, "get", path) if each["org_id"] == first)
    assert (before["total"]["held"], before["demonstration"]) == (0, False)

    judge = callers("town_officer", towns[first].code)
    by_id = {org.pk: org for org in pingliang.orgs.values()}
    for each in asked(officer, "get", f"/orgs/{first}/standings?rule=township&limit=200"):
        org = by_id[each["org_id"]]
        field = "agency" if org.domain == "town" else org.domain
        made = claimed(callers("secretary", org.code), org, f"branch_{field}")
        last = judged(judge if made["reviewer_id"] == first else officer, made)
    after = next(each for each in asked(officer, "get", path) if each["org_id"] == first)
    assert after["total"]["none"] == 0
    assert after["demonstration"] is True
    assert after["total"]["share"] == "1.0000"

    early = {"reason": "复核不达标", "paper": ""}
    assert refused(judge, "post", f"/claims/{last['id']}/revoke", early) == (422, "invalid")
    asked(judge, "post", f"/claims/{last['id']}/revoke", early | {"paper": "镇发〔2026〕3号"})
    now_ = next(each for each in asked(officer, "get", path) if each["org_id"] == first)
    assert now_["total"]["held"] == after["total"]["held"] - 1
    assert refused(judge, "get", path) == (404, "not_found")


def test_h5_six_standards_sites_and_templates_that_others_take_over(haian: Place) -> None:
    callers = Callers(haian)
    branch, other = branch_of(haian, "village"), branch_of(haian, "school")
    secretary, taker = callers("secretary", branch.code), callers("secretary", other.code)
    town = callers("town_officer", branch.parent.code)
    site = {
        "kind": "field_village",
        "title": "农村领域示范点",
        "shows": "议事和公开",
        "paper": "镇发〔2021〕5号",
        "since_on": str(today()),
    }
    # who does not hold the standard is no site, and nobody names their own
    assert refused(town, "post", f"/orgs/{branch.pk}/sites", site) == (409, "conflict")
    assert refused(secretary, "post", f"/orgs/{branch.pk}/sites", site) == (403, "not_allowed")
    judged(town, claimed(secretary, branch, "field_village"))
    named = asked(town, "post", f"/orgs/{branch.pk}/sites", site)
    assert [each["id"] for each in asked(taker, "get", "/sites")] == [named["id"]]

    text = {"title": "议事五步法", "text": "一提二议三审四决五公开", "kind": "field_village"}
    template = asked(secretary, "post", f"/orgs/{branch.pk}/templates", text)
    body = {"template": template["id"], "note": "改为校务公开"}
    taken = asked(taker, "post", f"/orgs/{other.pk}/adoptions", body)
    assert refused(taker, "post", f"/orgs/{other.pk}/adoptions", body) == (409, "conflict")
    assert asked(taker, "get", f"/templates/{template['id']}")["takers"] == 1
    assert refused(taker, "post", f"/templates/{template['id']}/withdraw", {"reason": "不好"})[0] == 403
    asked(secretary, "post", f"/templates/{template['id']}/withdraw", {"reason": "规定变了"})
    asked(taker, "post", f"/adoptions/{taken['id']}/end", {"reason": "样板已撤回"})
    assert refused(taker, "post", f"/orgs/{other.pk}/adoptions", body) == (409, "conflict")


def led(callers: Callers, clock: Callable[..., None], root: Any, year: int, appraisal: str) -> int:
    """Lead a round over a year to its end, in the January and February after it."""
    clock(year + 1, 2, 9)
    officer = callers("officer", root.code)
    given = {"org": root.pk, "appraisal": appraisal, "period": str(year)}
    number: int = asked(officer, "post", "/appraisals", given)["id"]
    for step in ("freeze", "run"):
        asked(officer, "post", f"/appraisals/{number}/{step}")
    return number


def finished(callers: Callers, clock: Callable[..., None], root: Any, year: int, number: int) -> None:
    """Make a round known and final."""
    officer = callers("officer", root.code)
    for step in ("review", "publicity"):
        asked(officer, "post", f"/appraisals/{number}/{step}")
    clock(year + 1, 3, 9)
    officer = callers("officer", root.code)
    for step in ("finish", "publish"):
        asked(officer, "post", f"/appraisals/{number}/{step}")


def star_year(
    callers: Callers, clock: Callable[..., None], place: Place, year: int, double: int
) -> list[Any]:
    """Let three firms' branches claim for a year: each the five strengths, some to be strong in both."""
    clock(year + 1, 1, 12)
    by_code = sorted(place.orgs.items())
    firms = [org for _, org in by_code if org.domain == "private" and org.kind in ("branch", "joint_branch")]
    for at, firm in enumerate(firms[:3]):
        secretary = callers("secretary", firm.code)
        judge = callers("officer", place.root.code)
        judged(judge, claimed(secretary, firm, "five_strong", str(year)), *(("result",) if at else ()))
        if at < double:
            judged(judge, claimed(secretary, firm, "double_strong", str(year)))
    return firms[:3]


def test_w13_stars_move_from_year_to_year_and_every_move_is_explained(
    wubu: Place, clock: Callable[..., None]
) -> None:
    callers = Callers(wubu)
    firms = star_year(callers, clock, wubu, 2023, double=1)
    number = led(callers, clock, wubu.root, 2023, "stars")
    finished(callers, clock, wubu.root, 2023, number)
    star_year(callers, clock, wubu, 2024, double=2)
    second = led(callers, clock, wubu.root, 2024, "stars")
    finished(callers, clock, wubu.root, 2024, second)

    secretary = browser(callers.account("secretary", firms[1].code))
    page = text_in(secretary.get(f"/orgs/{firms[1].pk}/appraisals"))
    assert "→" in page
    assert "本年度评为“双强”" in page
    other = browser(callers.account("secretary", firms[2].code))
    assert other.get(f"/orgs/{firms[1].pk}/appraisals").status_code in (403, 404)
    # a claim for a year that is over is refused, and a standard of firms is not for a village
    late = {"kind": "five_strong", "period": "2023"}
    program = callers("secretary", firms[1].code)
    assert refused(program, "post", f"/orgs/{firms[1].pk}/claims", late) == (422, "invalid")
    village = branch_of(wubu, "village")
    wrong = {"kind": "double_strong", "period": "2025"}
    program = callers("secretary", village.code)
    assert refused(program, "post", f"/orgs/{village.pk}/claims", wrong) == (422, "invalid")


def test_h10_the_index_has_criteria_review_appeal_and_a_share_at_three_stars(
    haian: Place, clock: Callable[..., None]
) -> None:
    callers = Callers(haian)
    clock(2022, 1, 12)
    villages = [
        org
        for _, org in sorted(haian.orgs.items())
        if org.domain == "village" and org.kind in ("branch", "general_branch")
    ][:5]
    town = callers("town_officer", villages[0].parent.code)
    for at, village in enumerate(villages):
        secretary = callers("secretary", village.code)
        if village.kind == "branch":
            judged(town, claimed(secretary, village, "field_village"))
        unmet = ("development", "service", "team") if at == 4 else ()
        claim = judged(town, claimed(secretary, village, "vanguard", "2021"), *unmet)
        assert claim["state"] == ("refused" if unmet else "granted")
    last = villages[4]
    secretary = callers("secretary", last.code)
    asked(secretary, "post", f"/claims/{claim['id']}/appeal", {"reason": "实事都办了"})
    county = callers("officer", haian.root.code)
    upheld = judged(county, claim, "development", "service", "team", look="answer")
    assert upheld["state"] == "upheld"
    assert refused(secretary, "post", f"/claims/{claim['id']}/appeal", {"reason": "再看"}) == (
        409,
        "conflict",
    )

    number = led(callers, clock, haian.root, 2021, "stars")
    page = text_in(browser(callers.account("officer", haian.root.code)).get(f"/appraisals/{number}/"))
    assert "年度目标" in page
    assert "不少于80" in page


def test_n8_a_self_check_counts_for_nothing_and_is_its_organizations_own(haian: Place) -> None:
    callers, branch = Callers(haian), branch_of(haian, "village")
    secretary = callers("secretary", branch.code)
    path = f"/orgs/{branch.pk}/self-checks/field_village"
    marks = {"marks": [{"criterion": "setup", "met": False, "note": "换届晚了半年"}]}
    before = Fact.objects.count()

    asked(secretary, "put", path, marks)

    (own,) = asked(secretary, "get", "/self-checks")
    assert own["marks"]["setup"]["note"] == "换届晚了半年"
    for role, code in (("town_officer", branch.parent.code), ("officer", haian.root.code)):
        above = callers(role, code)
        assert asked(above, "get", "/self-checks") == []
        assert asked(above, "get", "/self-checks/shown") == []
        assert refused(above, "put", path, marks) == (404, "not_found")
    auditor = callers("auditor", haian.root.code)
    assert refused(auditor, "get", "/self-checks")[0] == 403
    assert Fact.objects.count() == before
    asked(secretary, "post", f"{path}/showing", {"shown": True})
    town = callers("town_officer", branch.parent.code)
    assert [each["id"] for each in asked(town, "get", "/self-checks/shown")] == [own["id"]]
    assert asked(secretary, "delete", path) == {"kept": False}
