"""What asking costs through its doors."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from gangmu.core.context import Context
from gangmu.core.periods import period_of
from gangmu.kernel.access.operations import fresh_token
from gangmu.work.burden.models import Asking, TimeTaken
from gangmu.work.plans.models import Order
from gangmu.work.plans.operations.orders import issue_to_all
from tests.conftest import Office
from tests.kernel.browsing import browser
from tests.work.plans.conftest import MINUTES


def now(context: Context) -> Context:
    return Context(context.actor, datetime.now(UTC))


def headers(context: Context, key: str = "a") -> dict[str, str]:
    acting = now(context)
    _, text = fresh_token(acting, name="t", scopes=["*"], expires_at=acting.now + timedelta(days=1))
    return {"Authorization": f"Bearer {text}", "Idempotency-Key": key}


@pytest.fixture
def month() -> str:
    return str(period_of(datetime.now(UTC).date(), "month"))


def test_issuer_sees_the_cost_and_goes_on_knowingly(asking_office: Office, acting: Any, month: str):
    officer = acting("officer", asking_office.county)
    issue_to_all(now(officer), asking_office.county, duty="count", period=month)
    town = browser(acting("town_officer", asking_office.town))
    address = "/duties/again/issue"

    shown = town.get(address).content.decode()
    refused = town.post(address, {"text": ""})
    gone = town.post(address, {"text": "", "knowingly": "yes"})

    assert "党员人数" in shown
    assert "党员数月报" in shown
    assert "中共安平县委员会" in shown
    assert refused.status_code == 422
    assert Order.objects.count() == 2
    assert gone.status_code == 302


def test_order_above_the_quota_asks_for_the_reason_beside_its_field(
    asking_office: Office, acting: Any, month: str
):
    context = acting("town_officer", asking_office.town)
    issue_to_all(now(context), asking_office.town, duty="theme_day", period=month)
    town = browser(context)

    refused = town.post("/duties/monthly_order/issue", {"text": ""})
    page = refused.content.decode()
    gone = town.post("/duties/monthly_order/issue", {"text": "", "reason": "换届后须补开"})

    assert refused.status_code == 422
    assert 'name="reason"' in page
    assert gone.status_code == 302
    assert Asking.objects.get(above_quota=True).reason == "换届后须补开"
    public = Client().get("/public/above-quota/").content.decode()
    assert "换届后须补开" in public


def test_looking_again_with_other_words_issues_nothing(asking_office: Office, acting: Any):
    client = browser(acting("officer", asking_office.county))

    looked = client.post("/duties/orchard/issue", {"text": "写几句话", "look": "yes"})

    assert looked.status_code == 200
    assert "写几句话" in looked.content.decode()
    assert Order.objects.count() == 0


def test_everybody_inside_reads_who_asks_for_how_much_and_takes_it_along(
    asking_office: Office, acting: Any, month: str
):
    officer = acting("officer", asking_office.county)
    issue_to_all(now(officer), asking_office.county, duty="count", period=month)
    secretary = browser(acting("secretary", asking_office.branch))

    page = secretary.get(f"/burden/?period={month}").content.decode()
    year = secretary.get(f"/burden/?period={month[:4]}&level=township").content.decode()
    sheet = secretary.get(f"/burden/?period={month}&export=csv").content.decode("utf-8-sig")
    behind = secretary.get(f"/burden/orders/?period={month}").content.decode()
    one = secretary.get(f"/burden/orders/{Asking.objects.get().pk}/").content.decode()

    assert "中共安平县委员会" in page
    assert "中共安平县委员会" not in year
    assert "中共安平县委员会" in sheet
    assert "党员数月报" in behind
    assert "少量" in one


def test_where_nothing_is_above_its_quota_the_list_says_so(asking_office: Office, acting: Any, month: str):
    client = browser(acting("secretary", asking_office.branch))

    above = client.get(f"/burden/orders/?period={month}&above=yes").content.decode()

    assert "没有任务超过限额" in above
    assert "这段时间没有人下发任务" not in above


def test_catalogue_tells_the_forms_and_the_quotas_with_their_papers(asking_office: Office, acting: Any):
    page = browser(acting("secretary", asking_office.branch)).get("/burden/forms/").content.decode()

    assert "党支部组织生活记录" in page
    assert "某县减负清单 第三条" in page


def test_arbiter_opens_on_the_page_and_others_are_refused(asking_office: Office, acting: Any, month: str):
    officer = acting("officer", asking_office.county)
    order = issue_to_all(now(officer), asking_office.county, duty="count", period=month)
    secretary = browser(acting("secretary", asking_office.branch))
    said = secretary.post(f"/tasks/{order.tasks.get(org=asking_office.branch).pk}/given-before")
    address = f"/burden/orders/{Asking.objects.get().pk}/"
    arbiter = browser(acting("arbiter", asking_office.county))

    refused = browser(officer).post(address, {"reason": "想知道"})
    without = arbiter.post(address, {"reason": ""})
    opened = arbiter.post(address, {"reason": "核实"}).content.decode()
    seen = secretary.get(address).content.decode()

    assert (said.status_code, refused.status_code, without.status_code) == (302, 403, 422)
    assert "东庄" in opened
    assert "核实" in seen
    assert "东庄" not in seen


def test_time_of_an_answer_is_counted_from_the_page_and_not_of_a_forged_mark(
    asking_office: Office, acting: Any, month: str
):
    officer = acting("officer", asking_office.county)
    order = issue_to_all(now(officer), asking_office.county, duty="monthly_order", period=month)
    today = datetime.now(UTC).date().isoformat()
    values = MINUTES | {"held_on": today}
    times = []
    for org, forge in ((asking_office.branch, False), (asking_office.other_branch, True)):
        client = browser(acting("secretary", org))
        task = order.tasks.get(org=org)
        page = client.get(f"/tasks/{task.pk}").content.decode()
        mark = page.split('name="opened" value="')[1].split('"')[0]
        client.post(f"/tasks/{task.pk}/answer", {**values, "opened": "x" + mark if forge else mark})
        times.append(TimeTaken.objects.count())

    assert order.tasks.filter(state="answered").count() == 2
    assert times == [1, 1]
    assert [(each.minutes, each.answers) for each in TimeTaken.objects.all()] == [(1, 1)]


def test_api_tells_the_cost_and_refuses_what_goes_beyond(asking_office: Office, acting: Any, month: str):
    context = acting("town_officer", asking_office.town)
    issue_to_all(now(context), asking_office.town, duty="count", period=month)
    town, client = asking_office.town.pk, Client()
    body = {"duty": "again", "period": _quarter()}

    cost = client.get(
        f"/api/orgs/{town}/duties/again/cost?period={_quarter()}", headers=headers(context)
    ).json()
    answers = [
        client.post(
            f"/api/orgs/{town}/orders",
            json.dumps(body | more),
            content_type="application/json",
            headers=headers(context, key),
        )
        for key, more in (("1", {}), ("2", {"reason": "急"}), ("3", {"reason": "急", "knowingly": True}))
    ]

    assert (cost["above_quota"], cost["repeats"], cost["organizations"]) == (True, True, 2)
    assert cost["overlaps"][0]["how"] == "fields"
    assert [answer.status_code for answer in answers] == [422, 422, 200]
    assert [answer.json().get("code") for answer in answers[:2]] == ["too_much_asked"] * 2
    account = client.get(f"/api/burden/issuers?period={month}", headers=headers(context)).json()
    assert [(line["orders"], line["above_quota"]) for line in account] == [(2, 1)]


def _quarter() -> str:
    return str(period_of(datetime.now(UTC).date(), "quarter"))
