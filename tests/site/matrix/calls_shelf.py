"""Rows of files, inboxes, notices and the library."""

import hashlib
from datetime import date
from typing import Any

from gangmu.core.calendar import Calendar
from gangmu.kernel.files import operations as files
from gangmu.kernel.files.shelf import keep_bytes
from gangmu.kernel.inbox import operations as inbox
from gangmu.kernel.inbox.models import Digest
from gangmu.kernel.inbox.operations import NewItem
from gangmu.kernel.notices import operations as notices
from gangmu.kernel.notices.models import Notice, Objection
from gangmu.kernel.notices.operations import DocumentContent
from gangmu.kernel.notices.rules import Body, Term
from tests.conftest import Office
from tests.site.matrix.call import Call, call, somebody

TEXT = "东庄村支部会议记录".encode()
FORM_KEY = "form-key-0123456789"


def file_of(office: Office) -> Any:
    """A text file of the first branch."""
    return files.store_file(office.system, office.branch, name="东庄村记录.txt", content=TEXT)


def item_of(office: Office, account: Any) -> Any:
    """Something that waits for one account."""
    item = NewItem("东庄村有一件事", "desk", account=account.pk)
    inbox.post_items(office.system, office.branch, source="tests.Thing:1", batch=[item])
    return account.items.get()


def notice_of(office: Office, *, audience: str = Notice.Audience.SUBTREE) -> Any:
    """A notice of the first branch, to which its readers may object until the end of the month."""
    term = Term(last=date(2015, 10, 31), objections_until=date(2015, 10, 31))
    return notices.publish_notice(
        office.system,
        office.branch,
        title="东庄村公示",
        body=Body(paragraphs=("东庄村拟确定三户。",)),
        audience=audience,
        term=term,
    )


def objection_of(office: Office) -> Any:
    """An objection to that notice."""
    notice = notice_of(office, audience=Notice.Audience.PUBLIC)
    notices.object_to_notice(
        office.system, notice, text="东庄村少了一户", form_key=FORM_KEY, name="马某", contact="13900139000"
    )
    return Objection.objects.select_related("notice", "notice__org").get(notice=notice)


def document_of(office: Office) -> Any:
    """A document that the first branch put into the library."""
    return notices.add_document(office.system, office.branch, code="dongzhuang-rules", content=content())


def content() -> DocumentContent:
    """What a document says."""
    return DocumentContent("东庄村规民约", "东庄村民会议", date(2015, 3, 1), text="一、爱护公物。")


@call("files.enter_file")
def _(office: Office) -> Call:
    digest = hashlib.sha256(TEXT).hexdigest()
    keep_bytes(digest, TEXT)
    given = {"org": office.branch, "name": "东庄村记录.txt", "kind": "txt", "digest": digest, "notes": {}}
    return Call(given, office.branch)


@call("files.attach_files")
def _(office: Office) -> Call:
    given = {"org": office.branch, "files": [file_of(office)], "subject": "tests.Thing:1"}
    return Call(given, office.branch)


@call("files.remove_file")
def _(office: Office) -> Call:
    return Call({"file": file_of(office), "reason": "放错了"}, office.branch)


@call("inbox.post_items")
def _(office: Office) -> Call:
    item = NewItem("东庄村有一件事", "desk", org=office.branch, permission="plans.answer")
    return Call({"org": office.branch, "source": "tests.Thing:1", "batch": [item]}, office.branch)


@call("inbox.finish_items")
def _(office: Office) -> Call:
    item_of(office, somebody(office))
    return Call({"org": office.branch, "source": "tests.Thing:1"}, office.branch)


@call("inbox.read_item")
def _(office: Office) -> Call:
    account = somebody(office)
    return Call({"item": item_of(office, account)}, owner=account)


@call("inbox.write_digests")
def _(office: Office) -> Call:
    account = somebody(office)
    item_of(office, account)
    return Call({"accounts": [account], "calendar": Calendar()})


@call("inbox.mark_digests_sent")
def _(office: Office) -> Call:
    account = somebody(office)
    item_of(office, account)
    inbox.write_digests(office.system, accounts=[account])
    return Call({"digests": list(Digest.objects.all())})


@call("notices.publish_notice")
def _(office: Office) -> Call:
    body = Body(paragraphs=("东庄村拟确定三户。",))
    return Call({"org": office.branch, "title": "东庄村公示", "body": body}, office.branch)


@call("notices.withdraw_notice")
def _(office: Office) -> Call:
    return Call({"notice": notice_of(office), "reason": "写错了"}, office.branch)


@call("notices.object_to_notice")
def _(office: Office) -> Call:
    notice = notice_of(office, audience=Notice.Audience.PUBLIC)
    given = {"notice": notice, "text": "东庄村少了一户", "form_key": FORM_KEY}
    return Call(given | {"name": "马某", "contact": "13900139000"})


@call("notices.unmask_objector")
def _(office: Office) -> Call:
    return Call({"objection": objection_of(office)}, office.branch)


@call("notices.answer_objection")
def _(office: Office) -> Call:
    given = {"objection": objection_of(office), "answer": "已核实，予以增加。", "outcome": "upheld"}
    return Call(given, office.branch)


@call("notices.add_document")
def _(office: Office) -> Call:
    given = {"org": office.branch, "code": "dongzhuang-rules", "content": content()}
    return Call(given, office.branch)


@call("notices.revise_document")
def _(office: Office) -> Call:
    given = {"document": document_of(office), "content": content(), "reason": "第二条有误"}
    return Call(given, office.branch)


@call("notices.take_over_document")
def _(office: Office) -> Call:
    given = {
        "org": office.county,
        "code": "branch_work_regulations",
        "content": content(),
        "reason": "换成正式文本",
    }
    return Call(given, office.county)
