"""For every parameter of a route, a thing at the first branch that it may name."""

from collections.abc import Callable
from typing import Any

from gangmu.kernel.files import operations as files
from gangmu.kernel.orgs import operations as orgs
from tests.conftest import Office
from tests.site.matrix import (
    calls_assessment,
    calls_burden,
    calls_guard,
    calls_honours,
    calls_imports,
    calls_open,
    calls_people,
    calls_programmes,
    calls_quality,
    calls_reports,
    calls_shelf,
    calls_standards,
    calls_states,
)
from tests.site.matrix.call import JUNE, somebody
from tests.site.matrix.calls_plans import answered_task_of, order_of, record_of

Sample = Callable[[Office], Any]

SAMPLES: dict[str, Sample] = {
    "org_id": lambda office: office.branch.pk,
    "change": lambda office: "rename",
    "kind": lambda office: "role",
    "code": lambda office: "secretary",
    "grant_id": lambda office: somebody(office, "holding").grants.get().pk,
    "account_id": lambda office: somebody(office, "having").pk,
    "token_id": lambda office: 0,
    "session_id": lambda office: 0,
    "delegation_id": lambda office: 0,
    "unit_change": lambda office: "correct",
    "unit_id": lambda office: _unit(office).pk,
    "duty_code": lambda office: "monthly_order",
    "record_kind_code": lambda office: "meeting_record",
    "programme_code": lambda office: "yearly_goals",
    "metric_code": lambda office: "committee_meetings",
    "target_id": lambda office: calls_programmes.target_of(office).pk,
    "project_code": lambda office: "practical_things",
    "project_id": lambda office: calls_programmes.project_of(office).pk,
    "milestone_id": lambda office: calls_programmes.project_of(office).milestones.get().pk,
    "line_id": lambda office: calls_programmes.line_of(office).pk,
    "campaign_id": lambda office: calls_programmes.campaign_of(office).pk,
    "tick_id": lambda office: calls_programmes.tick_of(office).pk,
    "point_number": lambda office: 1,
    "feed_id": lambda office: 0,
    "secret": lambda office: "no-such-secret",
    "letter_code": lambda office: "responsibility",
    "letter_id": lambda office: calls_programmes.letter_of(office).pk,
    "change_id": lambda office: calls_programmes.change_of(office).pk,
    "order_id": lambda office: order_of(office).pk,
    "asking_id": lambda office: calls_burden.asking_of(office).pk,
    "task_id": lambda office: answered_task_of(office).pk,
    "doubt_id": lambda office: calls_quality.doubt_of(office).pk,
    "check_code": lambda office: "tree.no_domain",
    "override_id": lambda office: calls_guard.override_of(office).pk,
    "open_record_id": lambda office: calls_open.opened_of(office).pk,
    "record_id": lambda office: record_of(office).pk,
    "link_id": lambda office: _link(office).pk,
    "person_id": lambda office: calls_people.person_of(office).pk,
    "post_id": lambda office: calls_people.post_of(office).pk,
    "household_id": lambda office: calls_people.household_of(office).pk,
    "import_id": lambda office: calls_imports.judged(office).pk,
    "file_id": lambda office: calls_shelf.file_of(office).pk,
    "item_id": lambda office: 0,
    "extension_id": lambda office: calls_states.extension_of(office).pk,
    "dispute_id": lambda office: calls_states.climbed_of(office).pk,
    "passing_id": lambda office: calls_states.passing_of(office).pk,
    "bulk_id": lambda office: 0,
    "own_post_id": lambda office: 0,
    "handover_id": lambda office: 0,
    "notice_id": lambda office: calls_shelf.notice_of(office).pk,
    "objection_id": lambda office: calls_shelf.objection_of(office).pk,
    "document_code": lambda office: calls_shelf.document_of(office).code,
    "scan_id": lambda office: _scan(office).pk,
    "round_id": lambda office: calls_assessment.round_of(office, "publicity").pk,
    "card_code": lambda office: "branch_year",
    "indicator_code": lambda office: "orders_on_time",
    "appeal_id": lambda office: calls_assessment.appeal_of(office).pk,
    "screening_id": lambda office: calls_assessment.screening_of(office).pk,
    "contest_id": lambda office: calls_honours.nomination_of(office).contest_id,
    "contest_code": calls_honours.contest_code,
    "line_code": lambda office: "villages",
    "nomination_id": lambda office: calls_honours.nomination_of(office).pk,
    "pledge_id": lambda office: calls_honours.pledge_of(office).pk,
    "honour_id": lambda office: calls_honours.honour_of(office).pk,
    "sheet_org_id": lambda office: office.branch.pk,
    "report_id": lambda office: calls_reports.report_of(office).pk,
    "reported_period": lambda office: "2014",
    "reported_month": lambda office: "2014-12",
    "figure_name": lambda office: "organizations.total",
    "import_kind": lambda office: "people",
    "ledger_code": lambda office: "village_support",
    "standard_code": lambda office: "branch_basics",
    "rule_code": lambda office: "basics_area",
    "claim_id": lambda office: calls_standards.claim_of(office, "submit").pk,
    "template_id": lambda office: calls_standards.template_of(office).pk,
    "adoption_id": lambda office: calls_standards.adoption_of(office).pk,
    "site_id": lambda office: calls_standards.site_of(office).pk,
    "own_org_id": lambda office: office.branch.pk,
    "check_id": lambda office: calls_standards.check_of(office).pk,
}
"""A route with a parameter that is not here fails the suite."""

OWN_THINGS = {
    "bulk_id",
    "delegation_id",
    "feed_id",
    "handover_id",
    "item_id",
    "own_org_id",
    "own_post_id",
    "screening_id",
    "session_id",
    "sheet_org_id",
    "token_id",
}
"""Parameters that name one's own things: others find nothing there."""


def _unit(office: Office) -> Any:
    return orgs.add_unit(office.system, office.branch, code="u9", name="小学", kind="school", day=JUNE)


def _link(office: Office) -> Any:
    return orgs.link_orgs(office.system, office.branch, target=office.far_branch, kind="partner", day=JUNE)


def _scan(office: Office) -> Any:
    """A file of the document that ``document_code`` names, which comes before it in a path."""
    scan = calls_shelf.file_of(office)
    document = office.branch.documents.get()
    files.attach_files(office.system, office.branch, files=[scan], subject=f"notices.Document:{document.pk}")
    return scan
