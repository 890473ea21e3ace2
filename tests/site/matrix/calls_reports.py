"""Rows of reports: of the first branch, over last year."""

from typing import Any

from gangmu.results.reports.models import Report
from gangmu.results.reports.operations import (
    change_report,
    freeze_report,
    publish_report,
    write_report,
)
from gangmu.results.reports.rules import Part
from tests.conftest import Office
from tests.site.matrix.call import Call, call

PARTS = (Part(heading="基本情况"), Part(sentence="organizations"))


def report_of(office: Office, state: str = "draft", title: str = "上年情况") -> Report:
    """A report of the first branch in a state."""
    made = write_report(office.system, office.branch, period="2014", title=title)
    report = change_report(office.system, made, parts=PARTS, title=title, based_on=1)
    if state != "draft":
        report = freeze_report(office.system, report)
    if state == "published":
        report = publish_report(office.system, report, signed_by="王某")
    return report


def _call(report: Report, **given: Any) -> Call:
    return Call({"report": report, **given}, report.org)


@call("reports.write_report")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "period": "2014", "title": "上年情况"}, office.branch)


@call("reports.change_report")
def _(office: Office) -> Call:
    return _call(report_of(office), parts=PARTS)


@call("reports.freeze_report")
def _(office: Office) -> Call:
    return _call(report_of(office))


@call("reports.publish_report")
def _(office: Office) -> Call:
    return _call(report_of(office, "frozen"), signed_by="王某")


@call("reports.withdraw_report")
def _(office: Office) -> Call:
    return _call(report_of(office), reason="口径有误")


@call("reports.count_figures")
def _(office: Office) -> Call:
    return _call(report_of(office))
