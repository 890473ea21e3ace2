"""Notices are frozen, seen by their audience in their period, and may be objected to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gangmu.core.context import Context, Stranger
from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.inbox.queries import inbox_counts, inbox_entries
from gangmu.kernel.notices.models import Document, DocumentVersion, Notice, Objection
from gangmu.kernel.notices.operations import (
    MOST_OBJECTIONS_A_DAY,
    DocumentContent,
    Objector,
    add_document,
    answer_objection,
    object_to_notice,
    publish_notice,
    revise_document,
    unmask_objector,
    withdraw_notice,
)
from gangmu.kernel.notices.queries import (
    library,
    library_document,
    notice_by_id,
    objection_by_receipt,
    open_objections,
    public_notices,
    visible_notices,
)
from gangmu.kernel.notices.rules import Body, Term
from tests.conftest import NOW, Office

pytestmark = pytest.mark.db
Acting = Callable[..., Any]

BODY = Body(paragraphs=("现将名单公示如下。",), head=("支部", "等次"), rows=(("东庄村", "优秀"),))
TERM = Term(last=date(2015, 10, 20), objections_until=date(2015, 10, 15))
STRANGER = Context(Stranger(), NOW)
KEY = "a form key of a browser"


def later(context: Any, **how: int) -> Any:
    return replace(context, now=context.now + timedelta(**how), _known={})


@pytest.fixture
def officer(acting: Acting, office: Office) -> Any:
    return acting("officer", office.county)


@pytest.fixture
def everybody(acting: Acting, office: Office, officer: Any) -> dict[str, Any]:
    return {
        "officer": officer,
        "town": acting("town_officer", office.town),
        "other_town": acting("town_officer", office.other_town),
        "secretary": acting("secretary", office.branch),
        "neighbour": acting("secretary", office.far_branch),
        "member": acting("member", office.branch),
        "stranger": STRANGER,
    }


def readers(everybody: dict[str, Any]) -> list[str]:
    return [
        name
        for name, context in everybody.items()
        if visible_notices(context).exists() or public_notices(context).exists()
    ]


def test_a_notice_for_a_part_of_the_tree_is_seen_there_and_nowhere_else(
    office: Office, everybody: dict[str, Any]
) -> None:
    publish_notice(everybody["town"], office.town, title="公示", body=BODY)

    assert readers(everybody) == ["officer", "town", "secretary", "member"]


def test_a_notice_from_above_reaches_all_below(office: Office, everybody: dict[str, Any]) -> None:
    publish_notice(everybody["officer"], office.county, title="公示", body=BODY)

    assert readers(everybody) == ["officer", "town", "other_town", "secretary", "neighbour", "member"]


def test_a_notice_for_named_organizations_is_seen_by_those(office: Office, everybody: dict[str, Any]) -> None:
    publish_notice(
        everybody["officer"],
        office.county,
        title="通报",
        body=BODY,
        audience="named",
        named=[office.far_branch],
    )

    assert readers(everybody) == ["officer", "other_town", "neighbour"]


def test_a_public_notice_is_seen_by_everybody(office: Office, everybody: dict[str, Any]) -> None:
    publish_notice(everybody["town"], office.town, title="公示", body=BODY, audience="public")

    assert readers(everybody) == list(everybody)


def test_a_notice_is_seen_in_its_period_and_by_its_publisher_always(
    office: Office, everybody: dict[str, Any]
) -> None:
    term = Term(first=date(2015, 10, 9), last=date(2015, 10, 10))
    publish_notice(everybody["town"], office.town, title="公示", body=BODY, audience="public", term=term)
    on = {day: {name: later(each, days=day) for name, each in everybody.items()} for day in (0, 1, 2, 3)}

    assert [readers(on[day]) for day in (0, 3)] == [["officer", "town"]] * 2
    assert [readers(on[day]) for day in (1, 2)] == [list(everybody)] * 2


def test_publish_notice_freezes_what_it_says_and_logs_its_digest(office: Office, officer: Any) -> None:
    notice = publish_notice(officer, office.county, title="公示", body=BODY)

    said = Entry.objects.get(verb="notices.publish_notice").payload["given"]["body"]
    assert said == {"sha256": notice.digest, "characters": 9, "rows": 1}
    assert Notice.objects.get().body == BODY.as_json()


def test_publish_notice_publishes_one_source_once(office: Office, officer: Any) -> None:
    first = publish_notice(officer, office.county, title="公示", body=BODY, source="assessment.Round:1")
    again = publish_notice(officer, office.county, title="公示", body=BODY, source="assessment.Round:1")

    assert (first, Notice.objects.count()) == (again, 1)


def test_publish_notice_refuses_those_who_may_not_publish_there(
    office: Office, everybody: dict[str, Any]
) -> None:
    before = Entry.objects.count()

    for name, org in [
        ("secretary", office.branch),
        ("member", office.branch),
        ("town", office.county),
        ("town", office.other_town),
        ("other_town", office.town),
    ]:
        with pytest.raises(NotAllowed):
            publish_notice(everybody[name], org, title="公示", body=BODY)
    with pytest.raises(NotSignedIn):
        publish_notice(STRANGER, office.county, title="公示", body=BODY)

    assert (Notice.objects.count(), Entry.objects.count()) == (0, before)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"title": " "}, {"title"}),
        ({"title": "长" * 201}, {"title"}),
        ({"body": Body()}, {"text"}),
        ({"body": Body(head=("一", "二"), rows=(("只有一格",),))}, {"text"}),
        ({"audience": "all"}, {"audience"}),
        ({"audience": "named"}, {"named"}),
        ({"term": Term(first=date(2015, 10, 1))}, {"day_from"}),
        ({"term": Term(last=date(2015, 10, 7))}, {"day_to"}),
        ({"term": Term(last=date(2015, 10, 9), objections_until=date(2015, 10, 10))}, {"objections_until"}),
        ({"term": Term(answer_within=0)}, {"answer_within"}),
        ({"body": Body(paragraphs=("字" * 5001,))}, {"text", "length_reason"}),
    ],
)
def test_publish_notice_refuses_with_the_fault_at_its_field(
    office: Office, officer: Any, wrong: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        publish_notice(officer, office.county, **({"title": "公示", "body": BODY} | wrong))

    assert set(refused.value.faults) == fields
    assert Notice.objects.count() == 0


def test_publish_notice_refuses_an_audience_outside_its_own_part_of_the_tree(
    office: Office, everybody: dict[str, Any]
) -> None:
    with pytest.raises(Invalid, match="need attention"):
        publish_notice(
            everybody["town"],
            office.town,
            title="公示",
            body=BODY,
            audience="named",
            named=[office.far_branch],
        )

    assert Notice.objects.count() == 0


def test_a_text_of_more_than_5000_characters_needs_a_reason_which_is_kept(
    office: Office, officer: Any
) -> None:
    long = Body(paragraphs=("字" * 5001,))

    notice = publish_notice(officer, office.county, title="报告", body=long, length_reason="年度总结")

    assert (notice.characters, notice.length_reason) == (5001, "年度总结")


def test_withdraw_notice_needs_a_reason_and_happens_once(office: Office, everybody: dict[str, Any]) -> None:
    notice = publish_notice(everybody["town"], office.town, title="公示", body=BODY)

    with pytest.raises(Invalid):
        withdraw_notice(everybody["town"], notice, reason=" ")
    with pytest.raises(NotAllowed):
        withdraw_notice(everybody["other_town"], notice, reason="名单有误")
    withdraw_notice(everybody["town"], notice, reason="名单有误")
    with pytest.raises(Conflict):
        withdraw_notice(everybody["town"], notice, reason="再来")

    kept = notice_by_id(everybody["secretary"], notice.pk)
    assert (kept.withdrawn_for, kept.body) == ("名单有误", BODY.as_json())


@pytest.fixture
def notice(office: Office, everybody: dict[str, Any]) -> Notice:
    return publish_notice(
        everybody["town"], office.town, title="公示", body=BODY, audience="public", term=TERM
    )


def test_anybody_objects_without_a_name_and_the_receipt_finds_the_answer(
    notice: Notice, everybody: dict[str, Any]
) -> None:
    receipt = object_to_notice(STRANGER, notice, text="名单漏了一人", form_key=KEY)

    assert receipt.answer_due_on == date(2015, 10, 14)  # five working days, a worked Saturday among them
    objection = objection_by_receipt(STRANGER, receipt.code.lower())
    answer_objection(everybody["town"], objection, answer="已补上", outcome="upheld")
    found = objection_by_receipt(STRANGER, receipt.code)
    assert (found.answer, found.outcome) == ("已补上", "upheld")
    with pytest.raises(NotFound):
        objection_by_receipt(STRANGER, "22222-22222")
    with pytest.raises(Conflict):
        answer_objection(everybody["town"], objection, answer="又补", outcome="rejected")


def test_the_same_form_sent_twice_is_one_objection_with_one_receipt(notice: Notice) -> None:
    first = object_to_notice(STRANGER, notice, text="名单漏了一人", form_key=KEY)
    again = object_to_notice(STRANGER, notice, text="名单漏了一人", form_key=KEY)

    assert (first, Objection.objects.count()) == (again, 1)


def test_nothing_of_an_objection_stands_in_the_log_or_open_in_the_table(
    notice: Notice, everybody: dict[str, Any]
) -> None:
    receipt = object_to_notice(
        STRANGER, notice, text="名单漏了一人", name="王秀兰", contact="13800001234", form_key=KEY
    )

    row = Objection.objects.get()
    assert b"13800001234" not in bytes(row.contact_sealed) + bytes(row.name_sealed)
    entry = Entry.objects.get(verb="notices.object_to_notice")
    for secret in ("王秀兰", "13800001234", "名单漏了", receipt.code, KEY):
        assert secret not in str(entry.payload)
    with pytest.raises(NotAllowed):
        unmask_objector(everybody["other_town"], row)
    assert unmask_objector(everybody["town"], row) == Objector("王秀兰", "13800001234")
    shown = Entry.objects.get(verb="notices.unmask_objector")
    assert "王秀兰" not in str(shown.payload)


def test_object_to_notice_refuses_outside_audience_period_and_after_withdrawal(
    office: Office, everybody: dict[str, Any], notice: Notice
) -> None:
    inner = publish_notice(everybody["town"], office.town, title="内部", body=BODY, term=TERM)
    closed = publish_notice(everybody["town"], office.town, title="不受理", body=BODY, audience="public")
    withdrawn = publish_notice(
        everybody["town"], office.town, title="撤回", body=BODY, audience="public", term=TERM
    )
    withdraw_notice(everybody["town"], withdrawn, reason="名单有误")
    before = Entry.objects.count()

    for context, about, refusal in [
        (STRANGER, inner, NotFound),
        (everybody["neighbour"], inner, NotFound),
        (STRANGER, closed, Conflict),
        (STRANGER, withdrawn, Conflict),
        (later(STRANGER, days=8), notice, Conflict),
        (later(STRANGER, days=13), notice, NotFound),
    ]:
        with pytest.raises(refusal):
            object_to_notice(context, about, text="不同意", form_key=KEY)
    for wrong in ({"text": " "}, {"text": "长" * 2001}, {"name": "长" * 61}, {"form_key": "short"}):
        with pytest.raises(Invalid):
            object_to_notice(STRANGER, notice, **({"text": "不同意", "form_key": KEY} | wrong))

    assert (Objection.objects.count(), Entry.objects.count()) == (0, before)
    assert object_to_notice(everybody["secretary"], inner, text="不同意", form_key=KEY).code


def test_a_flood_of_objections_is_stopped(notice: Notice) -> None:
    Objection.objects.bulk_create(
        Objection(notice=notice, receipt=str(n), text="x", received_at=NOW, answer_due_on=NOW.date())
        for n in range(MOST_OBJECTIONS_A_DAY)
    )

    with pytest.raises(Conflict, match="Very many"):
        object_to_notice(STRANGER, notice, text="不同意", form_key=KEY)


def test_an_open_objection_waits_in_the_inbox_of_those_who_publish_there(
    notice: Notice, everybody: dict[str, Any]
) -> None:
    object_to_notice(STRANGER, notice, text="不同意", form_key=KEY)
    late = later(everybody["town"], days=10)

    assert [
        inbox_counts(everybody[name]).waiting for name in ("town", "officer", "other_town", "secretary")
    ] == [
        1,
        1,
        0,
        0,
    ]
    assert inbox_counts(late).overdue == 1
    assert [entry.params for entry in inbox_entries(late, "overdue")] == [{"notice": "公示"}]
    answer_objection(
        everybody["town"], open_objections(everybody["town"]).get(), answer="好", outcome="upheld"
    )
    assert inbox_counts(everybody["town"]).waiting == 0


def test_lists_of_notices_take_one_query_at_one_and_at_three(
    office: Office, officer: Any, django_assert_num_queries: Any
) -> None:
    officer.places("notices.view"), officer.places("notices.publish")
    for wanted in (1, 3):
        while Notice.objects.count() < wanted:
            publish_notice(officer, office.county, title="公示", body=BODY)
        with django_assert_num_queries(1):
            assert [each.org.name for each in visible_notices(officer)] == ["中共安平县委员会"] * wanted


CONTENT = DocumentContent(
    title="安平县五年规划",
    issuer="中共安平县委员会",
    issued_on=date(2015, 3, 1),
    number="安发〔2015〕1号",
    articles=({"code": "一", "title": "总目标", "text": "五年之内……"},),
)


def test_a_document_is_read_by_all_below_and_keeps_its_versions(
    office: Office, everybody: dict[str, Any]
) -> None:
    document = add_document(everybody["officer"], office.county, code="five-year-plan", content=CONTENT)

    newer = replace(CONTENT, title="安平县五年规划（修订）")
    revise_document(everybody["officer"], document, content=newer, reason="人大审议后修订")

    below = everybody["secretary"]
    assert library_document(below, "five-year-plan").title == "安平县五年规划（修订）"
    assert library_document(below, "five-year-plan", 1).title == "安平县五年规划"
    assert [row.newest for row in DocumentVersion.objects.order_by("version")] == [False, True]
    assert library_document(below, "five-year-plan").articles[0].code == "一"


def test_the_library_holds_the_packs_documents_too_and_strangers_see_none(
    office: Office, everybody: dict[str, Any]
) -> None:
    codes = {entry.code for entry in library(everybody["member"])}

    assert "branch_work_regulations" in codes
    article = {
        row.code: row for row in library_document(everybody["member"], "branch_work_regulations").articles
    }
    assert "每季度" in article["11"].text
    assert library(STRANGER) == []
    assert [entry.code for entry in library(everybody["member"], "支部工作条例")] == [
        "branch_work_regulations"
    ]


def test_a_towns_document_is_not_read_in_another_town(office: Office, everybody: dict[str, Any]) -> None:
    add_document(everybody["town"], office.town, code="town-rules", content=CONTENT)

    assert library_document(everybody["secretary"], "town-rules").org_name == office.town.name
    with pytest.raises(NotFound):
        library_document(everybody["neighbour"], "town-rules")


def test_add_document_refuses_a_taken_code_and_what_says_nothing(
    office: Office, everybody: dict[str, Any]
) -> None:
    officer = everybody["officer"]
    document = add_document(officer, office.county, code="five-year-plan", content=CONTENT)
    twice = ({"code": "一", "text": "x"}, {"code": "一", "text": "y"})

    for code, content, field in [
        ("five-year-plan", CONTENT, "code"),
        ("branch_work_regulations", CONTENT, "code"),
        ("Plan!", CONTENT, "code"),
        ("a", replace(CONTENT, title=""), "title"),
        ("a", replace(CONTENT, articles=()), "text"),
        ("a", replace(CONTENT, articles=twice), "articles"),
    ]:
        with pytest.raises(Invalid) as refused:
            add_document(officer, office.county, code=code, content=content)
        assert set(refused.value.faults) == {field}
    with pytest.raises(NotAllowed):
        add_document(everybody["secretary"], office.branch, code="a", content=CONTENT)
    with pytest.raises(NotAllowed):
        revise_document(everybody["town"], document, content=CONTENT, reason="x")
    with pytest.raises(NotFound):
        add_document(officer, office.county, code="a", content=replace(CONTENT, file=99))
    assert (Document.objects.count(), DocumentVersion.objects.count()) == (1, 1)


def test_nothing_counts_who_looked_at_a_notice() -> None:
    names = {
        field.name for model in (Notice, Document, DocumentVersion) for field in model._meta.get_fields()
    }

    assert not [
        name for name in names if any(word in name for word in ("view", "read", "seen", "open", "click"))
    ]


def test_the_period_of_a_notice_ends_with_its_last_day_here_and_not_in_london(
    office: Office, officer: Any
) -> None:
    publish_notice(
        officer, office.county, title="公示", body=BODY, audience="public", term=Term(last=date(2015, 10, 8))
    )
    before_midnight = Context(Stranger(), datetime(2015, 10, 8, 15, 59, tzinfo=UTC))
    after_midnight = Context(Stranger(), datetime(2015, 10, 8, 16, 1, tzinfo=UTC))

    assert (public_notices(before_midnight).count(), public_notices(after_midnight).count()) == (1, 0)
