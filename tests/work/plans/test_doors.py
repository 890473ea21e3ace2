"""The loop through its doors: pages in a browser, the API by a token."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from gangmu.core.context import Context
from gangmu.core.fields import FieldSpec
from gangmu.core.periods import period_of
from gangmu.kernel.access.models import Account, OpenSession
from gangmu.kernel.access.operations import fresh_token
from gangmu.kernel.access.rules import code_digest
from gangmu.kernel.people import operations as people
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.operations.answers import report_task
from gangmu.work.plans.operations.closing import carry_tasks, close_period
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.plans.operations.passing import PassTo, pass_task
from gangmu.work.plans.queries.closing import open_tasks_within
from gangmu.work.records.forms import record_form
from gangmu.work.records.models import Record
from gangmu.work.records.operations import write_record
from gangmu.work.records.queries import record_kind
from tests.site.matrix.calls_people import new_person
from tests.work.plans.conftest import MINUTES, Month


def browser(context: Context) -> Client:
    """A browser in which the actor of a context is signed in."""
    account = Account.objects.get(pk=context.account)
    OpenSession.objects.create(
        account=account, key=code_digest(account.login), begun_at=datetime.now(UTC), factor_passed=True
    )
    client = Client()
    session = client.session
    session["gangmu"] = account.login
    session.save()
    return client


def headers(context: Context, key: str) -> dict[str, str]:
    """The headers of a program that acts for a context's actor."""
    now = Context(context.actor, datetime.now(UTC))
    _, text = fresh_token(now, name="t", scopes=["*"], expires_at=now.now + timedelta(days=1))
    return {"Authorization": f"Bearer {text}", "Idempotency-Key": key}


def test_issue_shows_who_receives_it_and_pressed_twice_issues_once(month: Month) -> None:
    client = browser(month.officer)
    period = period_of(datetime.now(UTC).date(), "month").next()

    page = client.get(f"/duties/monthly_order/issue?period={period}").content.decode()
    first = client.post("/duties/monthly_order/issue", {"period": str(period), "org": month.office.county.pk})
    again = client.post("/duties/monthly_order/issue", {"period": str(period), "org": month.office.county.pk})

    assert [name in page for name in ("东庄村", "西庄村", "南坡村")] == [True, True, True]
    assert (first.status_code, first["Location"]) == (302, again["Location"])
    assert Order.objects.get(period=str(period)).tasks.count() == 3


def test_a_task_is_answered_returned_answered_again_accepted_and_closed(month: Month) -> None:
    secretary, town, officer = browser(month.secretary), browser(month.town), browser(month.officer)
    task = month.task()
    home = f"/tasks/{task.pk}"

    assert home in secretary.get("/tasks").content.decode()
    assert secretary.post(f"{home}/answer", MINUTES).status_code == 302
    assert home in town.get("/tasks/review").content.decode()
    assert town.post(f"{home}/return", {"reason": "太简单", "fault_agenda": "请写具体"}).status_code == 302
    form = secretary.get(home).content.decode()
    assert ("太简单" in form, "请写具体" in form, MINUTES["agenda"] in form) == (True, True, True)
    assert secretary.post(f"{home}/answer", {**MINUTES, "agenda": "三项"}).status_code == 302
    assert town.post("/tasks/review", {"chosen": [task.pk]}).status_code == 302
    assert month.task().state == "accepted"
    assert officer.post(f"/orders/{month.order.pk}/close").status_code == 302
    account = officer.get(f"/accounts?period=2015-10&org={month.office.county.pk}").content.decode()
    assert "cell=missing" in account
    assert Task.objects.exclude(closed_at=None).count() == 3


def test_what_a_closed_order_carried_over_is_closed_from_its_page_once_it_has_ended(month: Month) -> None:
    november = Context(month.officer.actor, datetime(2015, 11, 2, 4, tzinfo=UTC))
    carry_tasks(november, month.order, tasks=[month.task().pk], reason="受灾", until=date(2015, 11, 10))
    close_period(november, month.office.county, period="2015-10")
    assert open_tasks_within(month.office.county, ["2015-10"]) == 1
    officer, form = browser(month.officer), f'action="/orders/{month.order.pk}/close"'

    assert form in officer.get(f"/orders/{month.order.pk}").content.decode()
    assert officer.post(f"/orders/{month.order.pk}/close").status_code == 302

    assert open_tasks_within(month.office.county, ["2015-10"]) == 0
    assert month.task().timing == "missing"
    assert form not in officer.get(f"/orders/{month.order.pk}").content.decode()


def test_a_form_comes_back_with_what_was_typed_and_the_fault_beside_the_field(month: Month) -> None:
    client = browser(month.secretary)

    response = client.post(
        f"/tasks/{month.task().pk}/answer", {**MINUTES, "attended": "很多", "agenda": "我写的议题"}
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert ("很多" in page, "我写的议题" in page, 'id="field-attended-fault"' in page) == (True, True, True)
    assert not Record.objects.exists()


def test_a_record_already_held_is_offered_and_answers_with_one_press(month: Month) -> None:
    held = write_record(month.secretary, month.office.branch, kind="meeting_record", values=MINUTES)
    client = browser(month.secretary)
    home = f"/tasks/{month.task().pk}"

    assert f'name="record" value="{held.pk}"' in client.get(home).content.decode()
    client.post(f"{home}/answer", {"record": str(held.pk)})

    assert month.task().state == "answered"
    assert Record.objects.count() == 1


def test_after_an_answer_the_next_task_opens_and_after_the_last_the_list(month: Month) -> None:
    issue_to_all(month.officer, month.office.county, duty="theme_day", period="2015-10")
    theme_day = Task.objects.get(duty="theme_day", org=month.office.branch)
    client = browser(month.secretary)

    first = client.post(f"/tasks/{month.task().pk}/answer", MINUTES)
    page = client.get(first["Location"]).content.decode()
    day = {"held_on": "2015-10-09", "theme": "帮助秋收", "attended": "5"}
    last = client.post(f"/tasks/{theme_day.pk}/answer", day)

    assert first["Location"] == f"/tasks/{theme_day.pk}?after={month.task().pk}"
    assert f'<a href="/tasks/{month.task().pk}">' in page
    assert last["Location"] == "/tasks"


def test_the_list_of_tasks_says_that_something_was_passed_down_and_to_nobody_else(month: Month) -> None:
    issue_to_all(month.officer, month.office.county, duty="party_lecture", period="2015")
    own = Task.objects.get(duty="party_lecture", org=month.office.town)
    secretary = browser(month.secretary)
    assert secretary.get("/tasks").context["passed"] == 0

    pass_task(month.town, own, to=PassTo(orgs=(month.office.branch.pk,)))

    page = secretary.get("/tasks")
    assert page.context["passed"] == 1
    assert 'href="/passings"' in page.content.decode()
    assert browser(month.neighbour).get("/tasks").context["passed"] == 0


def test_the_lists_hold_what_is_the_readers_own_and_what_is_due_below_stands_apart(month: Month) -> None:
    home = f'href="/tasks/{month.task().pk}'
    town, officer, secretary = browser(month.town), browser(month.officer), browser(month.secretary)
    below, waiting = "?of=below", f"/tasks/{month.task().pk}/answer"

    seen = [home in town.get("/tasks" + of).content.decode() for of in ("", below)]
    secretary.post(waiting, MINUTES)
    answered = [home in town.get("/tasks/answered" + of).content.decode() for of in ("", below)]
    review = {
        name: [home in client.get("/tasks/review" + of).content.decode() for of in ("", below)]
        for name, client in (("town", town), ("county", officer))
    }

    assert (seen, answered) == ([False, True], [False, True])
    assert review == {"town": [True, False], "county": [False, True]}
    assert "?of=below" not in secretary.get("/tasks").content.decode()
    assert '<span class="gm-count">' not in officer.get("/tasks/review").content.decode()


def test_whoever_reviews_for_those_below_goes_on_with_what_is_below(month: Month) -> None:
    first, second = month.task(), month.task(month.office.far_branch)
    for task in (first, second):
        Task.objects.filter(pk=task.pk).update(state="answered", answered_on=task.order.issued_at)
    officer = browser(month.officer)

    onwards = officer.post(f"/tasks/{first.pk}/accept", {"seen": Task.objects.get(pk=first.pk).token})
    nothing = officer.post("/tasks/review?of=below", {})

    assert onwards["Location"] == f"/tasks/{second.pk}"
    assert nothing["Location"] == "/tasks/review?of=below"


def test_a_page_names_no_task_before_it_that_is_another_organizations(month: Month) -> None:
    other = month.task(month.office.far_branch)
    client = browser(month.secretary)

    for after in (str(other.pk), "x", "9" * 30, "0"):
        page = client.get(f"/tasks/{month.task().pk}?after={after}")
        assert page.status_code == 200
        assert page.context["before"] is None


def test_the_form_proposes_a_day_of_its_period_and_what_stays_as_it_was_said_last(month: Month) -> None:
    earlier = {**MINUTES, "held_on": "2015-09-07", "should_attend": "7", "attended": "6"}
    write_record(month.secretary, month.office.branch, kind="meeting_record", values=earlier)

    form = browser(month.secretary).get(f"/tasks/{month.task().pk}").context["form"]

    assert form["held_on"].value == "2015-10-31"  # October is long over
    assert (form["should_attend"].value, form["attended"].value) == ("7", "")
    assert "7" in form["should_attend"].note
    assert "2015-09-07" in form["should_attend"].note


def test_an_organization_that_was_said_last_stands_beside_its_field_by_name(month: Month) -> None:
    branch, town = month.office.branch, month.office.town
    earlier = {**MINUTES, "held_on": "2015-09-07", "should_attend": "9", "attended": "6"}
    said = write_record(month.secretary, branch, kind="meeting_record", values=earlier)
    Record.objects.filter(pk=said.pk).update(values={**said.values, "should_attend": town.pk})
    spec = FieldSpec(code="should_attend", title="联系的党组织", type="organization", stays=True)
    kind = record_kind(branch, "meeting_record").model_copy(update={"fields": (spec,), "day_field": ""})

    bound = record_form(month.secretary, kind, known_of=branch)["should_attend"]

    assert (bound.value, bound.shown) == (str(town.pk), town.name)
    assert town.name in bound.note
    assert f"{town.pk} " not in bound.note


def test_a_day_outside_the_period_is_refused_beside_its_field(month: Month) -> None:
    client = browser(month.secretary)

    response = client.post(f"/tasks/{month.task().pk}/answer", {**MINUTES, "held_on": "2015-11-02"})

    assert response.status_code == 422
    assert 'id="field-held_on-fault"' in response.content.decode()
    assert not Record.objects.exists()


def test_a_step_from_a_stale_page_is_refused_and_says_what_happened_meanwhile(month: Month) -> None:
    client = browser(month.secretary)
    home = f"/tasks/{month.task().pk}"
    seen = month.task().token
    report_task(month.secretary, month.task(), values=MINUTES)

    again = client.post(f"{home}/answer", {**MINUTES, "agenda": "另一份", "seen": seen})

    assert again.status_code == 409
    assert "任务在这期间已经反馈" in again.content.decode()
    assert (month.task().versions, Record.objects.get().values["agenda"]) == (1, MINUTES["agenda"])


def test_a_branch_sees_no_name_beside_it_but_the_best(month: Month) -> None:
    page = browser(month.secretary).get("/accounts?period=2015-10").content.decode()

    assert ("东庄村" in page, "西庄村" in page) == (True, False)


def test_the_api_answers_a_task_and_refuses_to_answer_it_twice(month: Month) -> None:
    path = f"/api/tasks/{month.task().pk}/report"
    body = json.dumps({"values": MINUTES})

    def post(key: str) -> Any:
        return Client().post(
            path, body, content_type="application/json", headers=headers(month.secretary, key)
        )

    first, second = post("one"), post("two")

    assert (first.status_code, first.json()["version"]) == (200, 1)
    assert (second.status_code, second.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(("after", "left"), [(0, 2), (10**9, 0)])
def test_the_api_pages_a_list_by_the_last_id_seen(month: Month, after: int, left: int) -> None:
    path = f"/api/orders/{month.order.pk}/tasks?after={after}&limit=2"

    response = Client().get(path, headers=headers(month.officer, "k"))

    assert len(response.json()) == left


def test_passing_on_offers_the_posts_of_others_and_not_ones_own(month: Month) -> None:
    branch, system = month.office.branch, month.office.system
    me, other = (people.register_person(system, branch, new_person(name=name)) for name in ("张一", "李二"))
    for person in (me, other):
        people.assign_post(system, branch, person=person, kind="committee_member", day=date(2015, 1, 1))
    client = browser(month.secretary)
    Account.objects.filter(pk=month.secretary.account).update(person=me.pk)

    offered = client.get(f"/tasks/{month.task().pk}/pass").context["posts"]

    assert [words.split(" · ")[0] for _, words in offered] == ["李二"]
