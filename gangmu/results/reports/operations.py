"""Every write to reports: begun, changed, frozen, published, withdrawn."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import override

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.guard.queries import refuse_text
from gangmu.kernel.notices.models import Notice
from gangmu.kernel.notices.operations import publish_notice, withdraw_notice
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.results.assessment.queries.rounds import unclosed
from gangmu.results.reports.definitions import ReportKind
from gangmu.results.reports.models import Report, ReportVersion
from gangmu.results.reports.papers import notice_body, paper_number
from gangmu.results.reports.queries.figures import sees_figures
from gangmu.results.reports.queries.reports import (
    as_kept,
    counted_now,
    frozen_content,
    orgs_of,
    parts_of_version,
    period_asked,
    report_kinds,
    report_said,
    said_now,
    speaking_pack,
    version_of_report,
)
from gangmu.results.reports.rules import Part, digest_of, part_faults, refuse_forbidden

_NEEDED = "This must be filled in."


def _refuse(faults: dict[str, str]) -> None:
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)


@operation("reports.write_report", permission="reports.write", at="org")
def write_report(context: Context, org: Org, *, period: str, title: str = "", kind: str = "") -> Report:
    """Begin a report of an organization over a period: empty, or with what the pack's report begins with.

    Refused for a report that the pack does not know here, and for a period of another length
    than the report's.
    """
    span = period_asked(period)
    found = next((each for each in report_kinds(org) if each.code == kind), None)
    if kind and found is None:
        _refuse({"kind": msgid("There is no such report here.")})
    if found is not None and found.every != span.kind:
        _refuse({"period": "Choose another period."})
    said = title.strip() or (f"{found.title.zh_hans} {span}" if found else "")
    _refuse(_title_faults(said))
    parts = _parts_of_kind(found) if found else ()
    report = Report.objects.create(
        org=org,
        kind=kind,
        period=str(span),
        title=said,
        addressee=found.addressee.zh_hans if found and found.addressee else "",
        pack=pack_version_of(org.root_id),
        written_at=context.now,
        written_by_id=context.account,
    )
    _keep_version(context, report, parts)
    _count(context, report, parts)
    return report


def _title_faults(title: str) -> dict[str, str]:
    if not title:
        return {"title": _NEEDED}
    return {"title": "This is too long."} if len(title) > 100 else {}


def _parts_of_kind(kind: ReportKind) -> tuple[Part, ...]:
    return tuple(
        part
        for section in kind.sections
        for part in (
            Part(heading=section.heading.zh_hans),
            *(Part(sentence=code) for code in section.sentences),
        )
    )


def _keep_version(context: Context, report: Report, parts: Sequence[Part]) -> None:
    ReportVersion.objects.create(
        report=report,
        number=report.version,
        title=report.title,
        parts=[part.as_json() for part in parts],
        written_at=context.now,
        written_by_id=context.account,
    )


def _held(report: Report, *states: str) -> Report:
    held = (
        Report.objects.select_for_update(of=("self",))
        .select_related("org", "org__area", "pack")
        .get(pk=report.pk)
    )
    if held.state not in states:
        raise Conflict("The report is not at this step.", {"state": held.state})
    return held


@operation("reports.change_report", permission="reports.write", at="report.org")
def change_report(
    context: Context,
    report: Report,
    *,
    parts: Sequence[Part],
    title: str = "",
    addressee: str = "",
    based_on: int = 0,
    knowingly: bool = False,
) -> Report:
    """Save a draft as its next version; the versions before it stay.

    Refused once it is frozen, for a figure that no report may hold (the paper that forbids it
    is named), for figures of an organization outside the writer's reach, and when somebody else
    has saved since the version it is ``based_on``.
    """
    held = Report.objects.select_for_update(of=("self",)).select_related("org", "org__area").get(pk=report.pk)
    if not held.is_draft:
        raise Conflict("A frozen report is not changed; withdraw it and write another.")
    if based_on and based_on != held.version:
        raise Conflict("Somebody else has saved this report meanwhile; look at the newest version.")
    said = title.strip() or held.title
    _refuse(_title_faults(said) | part_faults(speaking_pack(held), parts))
    refuse_forbidden([Part(heading=said), *parts])
    texts = {f"parts.{at}": part.text or part.heading for at, part in enumerate(parts)}
    refuse_text(held.org, {"title": said} | texts, what="document", context=context, knowingly=knowingly)
    orgs_of(context, held, parts)
    held.title, held.version = said, held.version + 1
    held.addressee = addressee.strip()[:100]
    held.save(update_fields=["title", "addressee", "version"])
    _keep_version(context, held, parts)
    _count(context, held, parts)
    return held


def _count(context: Context, report: Report, parts: Sequence[Part]) -> None:
    """Count the figures of a draft, if who writes it sees all that they are made of."""
    if all(sees_figures(context, org) for org in orgs_of(context, report, parts).values()):
        counted = counted_now(context, report, parts)
        report.counted = as_kept(pack_version_of(report.org.root_id), counted)
        report.counted_at = context.now
        report.save(update_fields=["counted", "counted_at"])


@operation("reports.count_figures", permission="reports.write", at="report.org")
def count_figures(context: Context, report: Report) -> Report:
    """Count every figure of a draft again, as it is now. Refused once it is frozen."""
    held = _held(report, Report.State.DRAFT)
    _count(context, held, parts_of_version(version_of_report(context, held, held.version)))
    return held


@operation("reports.freeze_report", permission="reports.write", at="report.org")
def freeze_report(context: Context, report: Report) -> Report:
    """Fix every figure of a report as it is known now, with the fingerprint of what it was made of.

    Refused while the period runs or orders in it are not closed, for a report without
    sentences, and while a figure is not known because too few have reported.
    """
    held = _held(report, Report.State.DRAFT)
    if context.today <= held.span.last:
        raise Conflict("The period is not over; its figures are not fixed before.")
    if count := unclosed(held.org, held.span):
        raise Conflict(
            "%(count)s tasks of this period are not closed; close their orders first.", {"count": count}
        )
    parts = parts_of_version(version_of_report(context, held, held.version))
    _refuse(part_faults(speaking_pack(held), parts))
    refuse_forbidden(parts)
    said = said_now(replace(context, language="zh-hans"), held, parts, known_at=context.now)
    if said.failing:
        titles = (each.figure.title.within(context.language) for each in said.failing)
        raise Conflict(
            "Of these figures too little is known: %(figures)s. Take them out.",
            {"figures": ", ".join(dict.fromkeys(titles))},
        )
    content = frozen_content(held, said)
    held.pack = pack_version_of(held.org.root_id)
    held.frozen, held.digest = content, digest_of(content)
    held.known_at, held.frozen_by_id = context.now, context.account
    held.state = Report.State.FROZEN
    held.save(update_fields=["pack", "frozen", "digest", "known_at", "frozen_by", "state"])
    return held


@operation("reports.publish_report", permission="reports.publish", at="report.org")
def publish_report(
    context: Context,
    report: Report,
    *,
    signed_by: str,
    number: str = "",
    audience: str = Notice.Audience.SUBTREE,
    length_reason: str = "",
) -> Report:
    """Sign a frozen report with a name and publish it as a notice, figures and their origin included."""
    held = _held(report, Report.State.FROZEN)
    faults = {}
    if not signed_by.strip():
        faults["signed_by"] = _NEEDED
    elif len(signed_by.strip()) > 60:
        faults["signed_by"] = "This is too long."
    if audience not in (Notice.Audience.SUBTREE, Notice.Audience.PUBLIC):
        faults["audience"] = "This is not one of the choices."
    _refuse(faults)
    held.signed_by, held.signed_on = signed_by.strip(), context.today
    held.number = paper_number(speaking_pack(held), held.kind, number.strip(), context.today.year)[:60]
    with override("zh-hans"):  # an official paper is in one language, whatever the signer reads in
        said = report_said(replace(context, language="zh-hans"), held, outward=True)
        body = notice_body(said, held)
    held.notice = publish_notice(
        context,
        held.org,
        title=held.title,
        body=body,
        audience=audience,
        number=held.number,
        length_reason=length_reason,
        source=f"reports.Report:{held.pk}",
        knowingly=True,
    )
    held.state = Report.State.PUBLISHED
    held.save(update_fields=["signed_by", "signed_on", "number", "notice", "state"])
    return held


@operation("reports.withdraw_report", permission="reports.write", at="report.org")
def withdraw_report(context: Context, report: Report, *, reason: str) -> Report:
    """Withdraw a report, for a reason; what it said is kept, and a notice of it is withdrawn with it."""
    if not reason.strip():
        _refuse({"reason": _NEEDED})
    held = _held(report, Report.State.DRAFT, Report.State.FROZEN, Report.State.PUBLISHED)
    if held.notice is not None:
        withdraw_notice(context, held.notice, reason=reason)
    held.state, held.withdrawn_for = Report.State.WITHDRAWN, reason.strip()[:200]
    held.save(update_fields=["state", "withdrawn_for"])
    return held
