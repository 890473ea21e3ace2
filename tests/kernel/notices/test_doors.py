"""Notices at the doors: the office's, and the public's without an account."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from gangmu.kernel.audit.models import Entry
from gangmu.kernel.notices.models import Notice, Objection
from gangmu.kernel.notices.operations import object_to_notice, publish_notice, withdraw_notice
from gangmu.kernel.notices.rules import Body, Term
from tests.conftest import Office

BODY = Body(paragraphs=("现将<b>名单</b>公示如下。",), head=("支部", "等次"), rows=(("东庄村", "优秀"),))
TERM = Term(last=date(2015, 10, 20), objections_until=date(2015, 10, 15))


@pytest.fixture
def officer(acting: Callable[..., Any], office: Office) -> Any:
    return acting("officer", office.county)


@pytest.fixture
def public(office: Office, officer: Any) -> Notice:
    return publish_notice(officer, office.county, title="星级公示", body=BODY, audience="public", term=TERM)


@pytest.fixture
def inner(office: Office, officer: Any) -> Notice:
    return publish_notice(officer, office.town, title="内部通报", body=BODY, term=TERM)


def test_the_public_sees_public_notices_without_an_account_and_no_others(
    public: Notice, inner: Notice, browser: Callable[..., Client]
) -> None:
    client = browser()

    listed = client.get("/public/notices").content.decode()
    shown = client.get(f"/public/notices/{public.pk}").content.decode()

    assert "星级公示" in listed
    assert "内部通报" not in listed
    assert "东庄村" in shown
    assert "&lt;b&gt;" in shown
    assert [
        client.get(f"/public/notices/{inner.pk}{part}").status_code for part in ("", "/print", "/object")
    ] == [404] * 3
    assert client.get(f"/public/notices/{public.pk}/print").status_code == 200
    assert client.get(f"/api/public/notices/{public.pk}").json()["body"]["rows"] == [["东庄村", "优秀"]]
    assert client.get(f"/api/public/notices/{inner.pk}").status_code == 404


def test_a_withdrawn_notice_says_why_and_no_more_what_it_said(
    public: Notice, officer: Any, browser: Callable[..., Client]
) -> None:
    withdraw_notice(officer, public, reason="名单有误")

    for address in (f"/public/notices/{public.pk}", f"/public/notices/{public.pk}/print"):
        shown = browser().get(address).content.decode()
        assert "名单有误" in shown
        assert "东庄村" not in shown
    assert browser().get(f"/api/public/notices/{public.pk}").json()["body"] == {}


def test_somebody_objects_on_the_public_page_and_finds_the_answer_by_the_receipt(
    public: Notice, officer: Any, browser: Callable[..., Client]
) -> None:
    client = browser()
    address = f"/public/notices/{public.pk}/object"
    page = client.get(address).content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', page)
    assert key

    empty = client.post(address, {"text": "", "form_key": key[1]})
    assert empty.status_code == 422
    given = client.post(address, {"text": "名单漏了一人", "form_key": key[1]}).content.decode()
    code = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", given)
    assert code
    assert Objection.objects.count() == 1
    office_browser = browser(officer)
    found = Objection.objects.get()
    answered = office_browser.post(
        f"/notices/objections/{found.pk}", {"outcome": "upheld", "answer": "已经补上"}
    )
    assert answered.status_code == 302
    assert "已经补上" in client.post("/public/receipt", {"receipt": code[0]}).content.decode()
    assert client.post("/public/receipt", {"receipt": "22222-33333"}).status_code == 404


def test_an_officer_writes_a_notice_and_a_fault_keeps_what_was_typed(
    office: Office, officer: Any, browser: Callable[..., Client]
) -> None:
    client = browser(officer)
    form = {
        "org": office.county.pk,
        "title": "公示",
        "audience": "named",
        "named": "990100999",
        "text": "一段话",
    }

    refused = client.post("/notices/new", form)
    assert refused.status_code == 422
    assert "一段话" in refused.content.decode()
    assert Notice.objects.count() == 0
    done = client.post(
        "/notices/new", form | {"named": "990100101\n990100102", "text": "一段话\n支部|等次\n东庄|优秀"}
    )

    notice = Notice.objects.get()
    assert done["Location"] == f"/notices/{notice.pk}"
    assert notice.body == {"paragraphs": ["一段话"], "head": ["支部", "等次"], "rows": [["东庄", "优秀"]]}
    assert notice.named.count() == 2


OFFICE_PAGES = ("/notices", "/notices/new", "/notices/objections", "/library", "/library/new")


def test_every_page_of_the_office_opens_for_the_officer_and_sends_a_stranger_to_sign_in(
    public: Notice, officer: Any, browser: Callable[..., Client]
) -> None:
    receipt = object_to_notice(
        officer, public, text="不同意", name="王秀兰", form_key="a form key of a browser"
    )
    assert receipt
    objection = Objection.objects.get()
    pages = (
        *OFFICE_PAGES,
        f"/notices/{public.pk}",
        f"/notices/{public.pk}/print",
        f"/notices/objections/{objection.pk}",
        "/library/branch_work_regulations",
    )
    client, nobody = browser(officer), browser()

    assert [client.get(address).status_code for address in pages] == [200] * len(pages)
    assert [nobody.get(address).status_code for address in pages] == [302] * len(pages)
    assert 'id="11"' in client.get("/library/branch_work_regulations").content.decode()
    shown = client.post(f"/notices/objections/{objection.pk}", {"unmask": "1"}).content.decode()
    assert "王秀兰" in shown


def test_a_reader_may_not_open_the_publishers_pages(
    public: Notice, office: Office, acting: Callable[..., Any], browser: Callable[..., Client]
) -> None:
    client = browser(acting("member", office.branch))

    assert client.get("/notices").status_code == 200
    assert [
        client.get(address).status_code for address in ("/notices/new", "/notices/objections", "/library/new")
    ] == [403] * 3
    assert client.post(f"/notices/{public.pk}", {"reason": "不喜欢"}).status_code == 403


def test_a_document_is_added_revised_and_read_by_article(
    office: Office,
    officer: Any,
    acting: Callable[..., Any],
    browser: Callable[..., Client],
    settings: Any,
    tmp_path: Any,
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.kernel.files.conftest import pdf

    settings.MEDIA_ROOT = tmp_path
    client = browser(officer)
    form = {
        "org": office.county.pk,
        "code": "five-year-plan",
        "title": "五年规划",
        "issuer": "县委",
        "issued_on": "2015-03-01",
        "articles": "# 一 总目标\n五年之内\n# 二 措施\n逐年推进",
    }

    added = client.post("/library/new", form | {"scan_file": SimpleUploadedFile("规划.pdf", pdf())})
    assert added["Location"] == "/library/five-year-plan"
    start = client.get("/library/five-year-plan/revise").content.decode()
    assert "# 二 措施" in start
    revised = client.post(
        "/library/five-year-plan/revise", form | {"title": "五年规划（修订）", "reason": "审议后修订"}
    )
    assert revised.status_code == 302

    reader = browser(acting("member", office.branch))
    shown = reader.get("/library/five-year-plan").content.decode()
    assert "五年规划（修订）" in shown
    assert 'id="二"' in shown
    file = re.search(r"/library/five-year-plan/files/\d+", shown)
    assert file
    assert reader.get(file[0]).content == pdf()
    assert "（修订）" not in reader.get("/library/five-year-plan?version=1").content.decode()
    assert reader.get("/library/five-year-plan?version=9").status_code == 404


def test_the_api_publishes_and_withdraws(
    office: Office, officer: Any, browser: Callable[..., Client]
) -> None:
    client = browser(officer)
    sent = {"title": "公示", "body": {"paragraphs": ["一段话"]}, "audience": "public"}
    address = f"/api/orgs/{office.county.pk}/notices"

    made = client.post(address, sent, content_type="application/json", headers={"Idempotency-Key": "1"})
    again = client.post(address, sent, content_type="application/json", headers={"Idempotency-Key": "1"})

    assert (made.status_code, made.json()) == (200, again.json())
    assert Notice.objects.count() == 1
    gone = client.post(
        f"/api/notices/{made.json()['id']}/withdraw",
        {"reason": "名单有误"},
        content_type="application/json",
        headers={"Idempotency-Key": "2"},
    )
    assert gone.json()["withdrawn_for"] == "名单有误"
    codes = [row["code"] for row in client.get("/api/documents").json()]
    assert "branch_work_regulations" in codes


def test_a_member_objects_to_a_notice_inside_and_a_neighbour_finds_no_such_notice(
    inner: Notice, office: Office, acting: Callable[..., Any], browser: Callable[..., Client]
) -> None:
    member = browser(acting("member", office.branch))
    neighbour = browser(acting("member", office.far_branch))
    address = f"/public/notices/{inner.pk}/object"

    shown = member.get(f"/notices/{inner.pk}").content.decode()
    key = re.search(r'name="form_key" value="([^"]+)"', member.get(address).content.decode())
    assert address in shown
    assert key
    given = member.post(address, {"text": "名单不全", "form_key": key[1]})

    assert given.status_code == 200
    assert Objection.objects.get().notice == inner
    assert neighbour.get(address).status_code == 404
    assert neighbour.post(address, {"text": "名单不全", "form_key": key[1]}).status_code == 404


def test_the_log_holds_no_account_of_who_objects_to_a_public_notice(
    public: Notice, office: Office, acting: Callable[..., Any], browser: Callable[..., Client]
) -> None:
    acting_member = acting("member", office.branch)
    member = browser(acting_member)
    address = f"/public/notices/{public.pk}/object"
    key = re.search(r'name="form_key" value="([^"]+)"', member.get(address).content.decode())
    assert key

    member.post(address, {"text": "等次有误", "form_key": key[1]})

    entry = Entry.objects.get(verb="notices.object_to_notice")
    assert acting_member.actor.label not in entry.actor


def test_of_a_long_list_a_page_shows_some_and_what_is_looked_for_and_paper_shows_all(
    office: Office, officer: Any, browser: Callable[..., Client]
) -> None:
    body = Body(head=("支部", "等次"), rows=tuple((f"第{number:04}村", "三星") for number in range(250)))
    notice = publish_notice(officer, office.county, title="星级公示", body=body, audience="public", term=TERM)
    client, address = browser(), f"/public/notices/{notice.pk}"

    first = client.get(address).content.decode()
    looked = client.get(address, {"q": "第0249村"}).content.decode()
    paper = client.get(f"{address}/print").content.decode()

    assert (first.count("三星"), "第0249村" in first) == (100, False)
    assert (looked.count("三星"), looked.count("<td>第0249村</td>")) == (1, 1)
    assert paper.count("三星") == 250
