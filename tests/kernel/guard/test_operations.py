from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.kernel.guard.operations import end_override, override_rule
from gangmu.kernel.guard.rules import AgainstFormalism
from gangmu.kernel.notices.operations import publish_notice
from gangmu.kernel.notices.rules import Body
from gangmu.kernel.packs.operations import BrokenPack, take_pack, use_pack
from gangmu.kernel.packs.queries import pack_by_version, pack_findings, pack_version_of
from gangmu.work.plans.operations.orders import issue_order
from tests.conftest import BEGIN, Office

SAID = {
    "rule": "R-GROUP",
    "what": "notice",
    "reason": "防汛值守需要",
    "answerable": "王某",
    "paper": "安办〔2015〕3号",
    "valid_to": date(2015, 10, 31),
}
CHAIN = "请各村在群里接龙"


def notice(context: Any, org: Any, text: str, *, knowingly: bool = False) -> Any:
    body = Body(paragraphs=(text,))
    return publish_notice(context, org, title="通知", body=body, knowingly=knowingly)


def test_a_notice_that_asks_for_what_is_forbidden_is_refused_with_its_article(office: Office) -> None:
    with pytest.raises(AgainstFormalism) as refusal:
        notice(office.system, office.county, CHAIN, knowingly=True)

    assert "R-GROUP" in refusal.value.faults["text"]
    assert "指尖上的形式主义" in refusal.value.faults["text"]


def test_a_notice_that_is_doubtful_goes_out_knowingly(office: Office) -> None:
    with pytest.raises(AgainstFormalism):
        notice(office.system, office.county, "收到请回复")

    assert notice(office.system, office.county, "收到请回复", knowingly=True).pk


def test_an_order_with_a_forbidden_text_does_not_go_out(office: Office) -> None:
    with pytest.raises(AgainstFormalism):
        issue_order(
            office.system, office.county, duty="monthly_order", period="2015-10", text="入户后拍照上传"
        )

    order = issue_order(
        office.system, office.county, duty="monthly_order", period="2015-10", text="不得要求拍照上传"
    )

    assert order.text == "不得要求拍照上传"


def test_an_exception_lets_pass_what_it_names_where_it_names_it(office: Office) -> None:
    override_rule(office.system, office.county, **SAID)

    assert notice(office.system, office.county, CHAIN).pk
    with pytest.raises(AgainstFormalism):
        notice(office.system, office.town, CHAIN)
    with pytest.raises(AgainstFormalism):
        notice(office.system, office.county, "每天打卡")
    with pytest.raises(AgainstFormalism):
        issue_order(office.system, office.county, duty="monthly_order", period="2015-10", text=CHAIN)


def test_an_exception_is_over_after_its_last_day_and_when_it_is_ended(office: Office) -> None:
    made = override_rule(office.system, office.county, **SAID)
    with pytest.raises(AgainstFormalism):
        notice(office.at(office.system.now + timedelta(days=30)), office.county, CHAIN)

    end_override(office.system, made, reason="汛期结束")

    with pytest.raises(AgainstFormalism):
        notice(office.system, office.county, CHAIN)
    with pytest.raises(Conflict):
        end_override(office.system, made, reason="再次")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"valid_to": None}, "valid_to"),
        ({"valid_to": date(2016, 10, 9)}, "valid_to"),
        ({"valid_to": date(2015, 10, 7)}, "valid_to"),
        ({"valid_from": date(2015, 10, 7)}, "valid_from"),
        ({"reason": " "}, "reason"),
        ({"answerable": ""}, "answerable"),
        ({"paper": ""}, "paper"),
        ({"rule": "R-MUST-1"}, "rule"),
        ({"rule": "R-NONE"}, "rule"),
        ({"what": "duty"}, "what"),
    ],
)
def test_an_exception_without_an_end_a_reason_or_a_name_is_refused(
    office: Office, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        override_rule(office.system, office.county, **(SAID | changed))

    assert field in refusal.value.faults


def test_an_exception_may_last_a_year(office: Office) -> None:
    assert override_rule(office.system, office.county, **(SAID | {"valid_to": date(2016, 10, 7)})).pk


def test_two_exceptions_from_one_rule_do_not_overlap(office: Office) -> None:
    override_rule(office.system, office.county, **SAID)

    with pytest.raises(Conflict):
        override_rule(office.system, office.county, **SAID)


def test_officers_make_exceptions_at_their_place_and_secretaries_none(office: Office, acting: Any) -> None:
    officer = acting("officer", office.town)

    assert override_rule(officer, office.town, **SAID).pk
    with pytest.raises(NotAllowed):
        override_rule(officer, office.other_town, **SAID)
    with pytest.raises(NotAllowed):
        override_rule(acting("secretary", office.branch), office.branch, **SAID)


def test_everybody_reads_the_exceptions_without_an_account(office: Office) -> None:
    override_rule(office.system, office.county, **(SAID | {"valid_to": date(2016, 10, 1)}))

    shown = Client().get("/public/exceptions/?state=over")

    assert shown.status_code == 200
    assert "防汛值守需要" in shown.content.decode()
    assert "王某" in shown.content.decode()


def changed_pack(office: Office, **files: str) -> dict[str, str]:
    texts = dict(pack_version_of(office.county.pk).files)
    texts["place/pack.yaml"] = 'title: 某县\nversion: "1.0"\nextends: base\n'
    return texts | {f"place/{name.replace('__', '/')}.yaml": text for name, text in files.items()}


DUTY = "title: {title}\nfollows: {{document: 某文件}}\nasked_of: {{kinds: [branch]}}\nanswer: member_count\nminutes: {minutes}\n"


def test_a_pack_with_a_breach_is_refused_whole(office: Office) -> None:
    files = changed_pack(office, duty__punch=DUTY.format(title="每日打卡", minutes=5))

    with pytest.raises(BrokenPack) as refusal:
        take_pack(office.system, name="place", files=files)

    assert [(fault.file, fault.line, fault.code) for fault in refusal.value.found] == [
        ("place/duty/punch.yaml", 1, "R-BAN-2")
    ]


def test_a_pack_with_a_warning_is_taken_in_and_says_so(office: Office) -> None:
    files = changed_pack(office, duty__long=DUTY.format(title="月报", minutes=300))

    version = take_pack(office.system, name="place", files=files)
    use_pack(office.system, office.county, version=version, day=BEGIN)

    assert [(fault.line, fault.code, fault.warning) for fault in pack_findings(version)] == [
        (5, "R-MINUTES", True)
    ]
    assert pack_by_version(version).name == "place"


def test_a_contest_goes_out_until_its_approval_ends(office: Office) -> None:
    duty = (
        DUTY.format(title="五星支部争创", minutes=5)
        + "approved_by: 某评办〔2015〕1号\nexpires_on: 2015-10-31\n"
    )
    version = take_pack(office.system, name="place", files=changed_pack(office, duty__stars=duty))
    use_pack(office.system, office.county, version=version, day=BEGIN)

    assert issue_order(office.system, office.county, duty="stars", period="2015-10").pk
    with pytest.raises(Conflict):
        issue_order(office.system, office.county, duty="stars", period="2015-11")
