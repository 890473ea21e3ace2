"""Every read is tried by a neighbour, who gets nothing of the first branch, and by its county."""

import inspect
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from gangmu.core.asked import AskedOf
from gangmu.core.context import Context, Stranger
from gangmu.core.errors import NotAllowed, NotFound, NotSignedIn
from gangmu.core.papers import Follows
from gangmu.core.periods import Period
from gangmu.desk.thread.queries import goal_in
from gangmu.desk.thread.rules import Counted
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.facts.queries import Sought
from gangmu.kernel.imports.queries import kind_of, rows_of
from gangmu.results.assessment.definitions import Aim
from gangmu.results.assessment.models import Result, Round
from gangmu.results.assessment.queries.rounds import scorecard_of
from gangmu.results.indicators.definitions import IndicatorKind, Measure
from gangmu.results.reports.queries.reports import report_said
from gangmu.work.programmes.queries.letters import letter_kind
from gangmu.work.programmes.queries.targets import metric_of_target
from gangmu.work.standards.queries.kinds import all_standards, demonstration_kinds
from tests.conftest import NOW, Office
from tests.site.matrix.calls_burden import ASKED, asking_of
from tests.site.matrix.calls_people import ID_NUMBER
from tests.site.matrix.calls_reports import PARTS
from tests.site.matrix.found import modules_of
from tests.site.matrix.scene import TODAY, TOWN, VILLAGE, Scene, said, set_scene
from tests.site.matrix.test_routes import account_with, with_everything


def every_query() -> dict[str, Callable[..., Any]]:
    """Find every public function among a room's queries that takes the context first."""
    found = {}
    for room, module in modules_of("queries"):
        for name, function in vars(module).items():
            own = inspect.isfunction(function) and function.__module__ == module.__name__
            if (
                own
                and not name.startswith("_")
                and next(iter(inspect.signature(function).parameters), "") == "context"
            ):
                found[f"{room}.{name}"] = function
    return found


QUERIES = every_query()

SOUGHT = Sought("task.due", None, Period.parse("2015"))

ARGUMENTS: dict[str, Callable[[Scene], Any]] = {
    "appraisals": lambda scene: ["year"],
    "rounds": lambda scene: [scene.appeal.round],
    "goal": lambda scene: goal_in(
        scene.office.system, scene.office.branch, programme="yearly_goals", metric="on_time", year=2015
    ),
    "account": lambda scene: scene.account,
    "account_id": lambda scene: scene.account.pk,
    "as_post": lambda scene: None,
    "asked": lambda scene: replace(ASKED, duty="again", record="meeting_record"),
    "asking": lambda scene: asking_of(scene.office),
    "asking_id": lambda scene: asking_of(scene.office).pk,
    "appeal_id": lambda scene: scene.appeal.pk,
    "before": lambda scene: scene.appeal.round,
    "box": lambda scene: "waiting",
    "card": lambda scene: scorecard_of(scene.appeal.round, "branch_year"),
    "code": lambda scene: scene.document.code,
    "change_id": lambda scene: scene.change.pk,
    "contest": lambda scene: scene.pledge.nomination.contest,
    "contest_id": lambda scene: scene.pledge.nomination.contest_id,
    "day": lambda scene: TODAY,
    "document_id": lambda scene: scene.document.pk,
    "bulk": lambda scene: scene.bulk,
    "bulk_id": lambda scene: scene.bulk.pk,
    "doubt_id": lambda scene: scene.doubt.pk,
    "dispute_id": lambda scene: scene.dispute.pk,
    "duty": lambda scene: "monthly_order",
    "follows": lambda scene: Follows(document="中国共产党支部工作条例（试行）", article="第十一条"),
    "field": lambda scene: "support_unit",
    "fields": lambda scene: ["support_unit"],
    "extension_id": lambda scene: scene.extension.pk,
    "earlier": lambda scene: 0,
    "file_id": lambda scene: scene.file.pk,
    "handover_id": lambda scene: scene.handover.pk,
    "first": lambda scene: date(2015, 10, 1),
    "honour_id": lambda scene: scene.honour.pk,
    "household_id": lambda scene: scene.household.pk,
    "import_id": lambda scene: scene.imported.pk,
    "issuer": lambda scene: scene.office.town,
    "item_id": lambda scene: scene.item.pk,
    "kind": lambda scene: "meeting_record",
    "ledger": lambda scene: scene.ledger,
    "last": lambda scene: date(2015, 10, 31),
    "project_id": lambda scene: scene.project.pk,
    "milestone_id": lambda scene: scene.project.milestones.get().pk,
    "line_id": lambda scene: scene.line.pk,
    "campaign": lambda scene: scene.campaign,
    "campaign_id": lambda scene: scene.campaign.pk,
    "tick_id": lambda scene: scene.tick.pk,
    "logins": lambda scene: [scene.account.login],
    "nomination": lambda scene: scene.pledge.nomination,
    "nomination_id": lambda scene: scene.pledge.nomination_id,
    "pledge_id": lambda scene: scene.pledge.pk,
    "letter_id": lambda scene: scene.letter.pk,
    "level": lambda scene: "",
    "limit": lambda scene: 20,
    "claim": lambda scene: scene.claim,
    "claim_id": lambda scene: scene.claim.pk,
    "template_id": lambda scene: scene.template.pk,
    "adoption_id": lambda scene: scene.adoption.pk,
    "site_id": lambda scene: scene.site.pk,
    "check_id": lambda scene: scene.check.pk,
    "kinds": lambda scene: all_standards(scene.office.county),
    "codes": lambda scene: ["branch_basics"],
    "area": lambda scene: scene.office.town,
    # nothing of the aim itself is a number that the query counted
    "aim": lambda scene: Aim.model_construct(stars=0, share=Decimal(0)),
    "held_back": lambda scene: (),
    "notice": lambda scene: scene.notice,
    "notice_id": lambda scene: scene.notice.pk,
    "metric": lambda scene: "committee_meetings",
    "number": lambda scene: ID_NUMBER,
    "objection_id": lambda scene: scene.objection.pk,
    "order": lambda scene: scene.task.order,
    "order_id": lambda scene: scene.task.order_id,
    "org": lambda scene: scene.office.branch,
    "names": lambda scene: [str(scene.person.name)],
    "org_id": lambda scene: scene.office.branch.pk,
    "orgs": lambda scene: [scene.office.branch.pk],
    "org_ids": lambda scene: [scene.office.branch.pk],
    "permission": lambda scene: "plans.answer",
    "passing": lambda scene: scene.passing,
    "passing_id": lambda scene: scene.passing.pk,
    "month": lambda scene: Period.parse("2015-10"),
    "period": lambda scene: Period.parse("2015-10"),
    "periods": lambda scene: [Period.parse("2015-10")],
    "person": lambda scene: scene.person,
    "person_id": lambda scene: scene.person.pk,
    "post": lambda scene: scene.post,
    "post_id": lambda scene: scene.post.pk,
    "prints": lambda scene: [scene.person.id_print],
    "receipt": lambda scene: scene.receipt,
    "programme": lambda scene: "yearly_goals",
    "record": lambda scene: scene.record,
    "record_id": lambda scene: scene.record.pk,
    "round_": lambda scene: scene.appeal.round,
    "round_id": lambda scene: scene.appeal.round_id,
    "row": lambda scene: rows_of(scene.imported).get(),
    "scorecard": lambda scene: "branch_year",
    "screening_id": lambda scene: scene.screening.pk,
    "subject": lambda scene: "",
    "target": lambda scene: scene.target,
    "target_id": lambda scene: scene.target.pk,
    "task": lambda scene: scene.task,
    "task_id": lambda scene: scene.task.pk,
    "top": lambda scene: scene.office.town,
    "text": lambda scene: f"{VILLAGE}每天打卡",
    "typed": lambda scene: VILLAGE,
    "whom": lambda scene: AskedOf(kinds=("branch",), levels=("village",)),
    "unit": lambda scene: scene.unit,
    "unit_id": lambda scene: scene.unit.pk,
    "year": lambda scene: 2015,
    "report": lambda scene: scene.report,
    "report_id": lambda scene: scene.report.pk,
    "parts": lambda scene: PARTS,
    "said": lambda scene: report_said(scene.office.system, scene.report),
    "name": lambda scene: "organizations.total",
}
"""What a parameter without a default is given, by its name; one that is not here fails the suite."""

BEHIND: dict[str, Callable[[Scene], Any]] = {
    "kind": lambda scene: IndicatorKind.model_validate(
        {"code": "answered", "title": "x", "numerator": {"sum": "task.answered"}}
    ),
    "measure": lambda scene: Measure.model_validate({"sum": "task.answered"}),
    "known_at": lambda scene: NOW,
}


def first_result(round_: Round) -> Result:
    """Return one result of a round."""
    return Result.objects.filter(run__round=round_).select_related("org").earliest("pk")


OTHERWISE: dict[str, dict[str, Callable[[Scene], Any]]] = {
    "assessment.evidence_for": BEHIND,
    "assessment.facts_behind": BEHIND,
    "leader.leader_month": {"month": lambda scene: Period.parse("2015-10")},
    "reports.version_of_report": {"number": lambda scene: 1},
    "assessment.share_in": BEHIND | {"result": lambda scene: first_result(scene.appeal.round)},
    "facts.facts_below": {"sought": lambda scene: SOUGHT},
    "facts.how_many_below": {"sought": lambda scene: SOUGHT},
    "facts.where_known": {"sought": lambda scene: [SOUGHT]},
    "facts.known_below": {"sought": lambda scene: [SOUGHT]},
    "facts.sums_of": {"codes": lambda scene: {"task.due"}, "items": lambda scene: None},
    "facts.brought_below": {"sought": lambda scene: SOUGHT},
    "assessment.parts_below": {"sought": lambda scene: SOUGHT},
    "assessment.place_below": {"place_id": lambda scene: scene.office.branch.pk},
    "thread.facts_of_goal": {"counted": lambda scene: Counted("task.due")},
    "thread.number_of_facts": {"counted": lambda scene: Counted("task.due")},
    "thread.parts_of_goal": {"counted": lambda scene: Counted("task.due")},
    "thread.thread_of_goal": {"metric": lambda scene: "on_time"},
    "orgs.children_of": {"org": lambda scene: scene.office.town},
    "orgs.orgs_below": {"org": lambda scene: scene.office.town},
    "orgs.counts_below": {"org": lambda scene: scene.office.town},
    "orgs.coverage_by_kind": {"org": lambda scene: scene.office.town},
    "orgs.coverage_by_part": {"org": lambda scene: scene.office.town},
    "orgs.unit_spans_on": {"org": lambda scene: scene.office.town},
    "ledgers.ledger_at": {"code": lambda scene: "village_support"},
    "ledgers.sums_of": {"orgs": lambda scene: None},
    "imports.shown_values": {"kind": lambda scene: kind_of("people")},
    "people.posts_over_time": {"kind": lambda scene: "secretary"},
    "people.people_of": {"below": lambda scene: True},
    "plans.order_cost": {"duty": lambda scene: "theme_day", "period": lambda scene: "2015-10"},
    "plans.overdue_below": "codes of duties and counts; nothing is late in the scene",
    "standards.area_rows": {"level": lambda scene: "township"},
    "standards.evidence_at_hand": {
        "kind": lambda scene: all_standards(scene.office.county)[0],
        "period": lambda scene: Period.parse("2015"),
    },
    "standards.demonstration_rows": {
        "kind": lambda scene: demonstration_kinds(scene.office.county)[0].model_copy(
            update={"level": "township"}  # the first of them has the branch
        )
    },
    "selfchecks.self_check_of": {"kind": lambda scene: "branch_basics"},
    "programmes.content_for": {"kind": lambda scene: letter_kind(scene.office.branch, "responsibility")},
    "programmes.letter_at": {"kind": lambda scene: "responsibility"},
    "programmes.recipients_with_letters": {
        "issuer": lambda scene: scene.office.county,
        "kind": lambda scene: "responsibility",
    },
    "programmes.spread_below": {"kind": lambda scene: "responsibility"},
    "programmes.letters_of_year": {
        "org": lambda scene: scene.office.branch.pk,
        "name": lambda scene: "responsibility",
    },
    "programmes.records_of_year": {
        "org": lambda scene: scene.office.branch.pk,
        "name": lambda scene: "meeting_record",
    },
    "programmes.targets_of_year": {
        "org": lambda scene: scene.office.branch.pk,
        "name": lambda scene: "yearly_goals",
    },
    "plans.orders_of_year": {
        "org": lambda scene: scene.office.branch.pk,
        "name": lambda scene: "monthly_order",
    },
    "plans.answers_of_year": {
        "org": lambda scene: scene.office.branch.pk,
        "name": lambda scene: "monthly_order",
    },
    "plans.deadlines_of_year": {
        "org": lambda scene: scene.office.branch.pk,
        "seen_in": lambda scene: "record:meeting_record",
    },
    "programmes.milestones_between": {
        "org": lambda scene: scene.office.branch.pk,
        "first": lambda scene: date(2015, 1, 1),
        "last": lambda scene: date(2015, 12, 31),
    },
    "programmes.changes_to_decide": {"target": lambda scene: scene.target.parent},
    "programmes.parts_of": {"target": lambda scene: scene.target.parent},
    "programmes.reached_in": {"metric": lambda scene: metric_of_target(scene.target)},
    "programmes.reached_at": {"metric": lambda scene: metric_of_target(scene.target)},
    "programmes.places_of": {"permission": lambda scene: "programmes.view"},
    "programmes.progress_of_parts": {"target": lambda scene: scene.target.parent},
    "records.open_record": {"record_id": lambda scene: scene.opened.pk},
    "plans.preview_order": {"period": lambda scene: "2015-10"},
    "plans.open_dispute": {"task": lambda scene: scene.disputed},
    "plans.open_extension": {"task": lambda scene: scene.extension.task},
    "plans.passings_of": {"task": lambda scene: scene.passing.task},
}
"""What one query is given instead."""

OWN = "one's own, and the county has none of these"
TELLS_NO_NAME = {
    "records.open_kinds": "kinds of records",
    "burden.months_asked": "months",
    "burden.openings_of": "nobody has opened anything in the scene",
    "plans.order_cost": "the town's own order stands beside nobody else's",
    "plans.overdue_below": "codes of duties and counts; nothing is late in the scene",
    "reports.counted_now": "numbers of organizations that are named by their ids",
    "reports.places_to_write": "the tops of where it holds a permission, the county",
    "reports.sees_figures": "yes or no",
    "access.own_delegations": OWN,
    "assessment.evidence_for": "no orders of the scene are closed, so there are no facts",
    "assessment.facts_behind": "no orders of the scene are closed, so there are no facts",
    **dict.fromkeys(
        (
            "assessment.parts_below",
            "facts.brought_below",
            "facts.facts_below",
            "facts.how_many_below",
            "facts.known_below",
            "facts.where_known",
            "facts.sums_of",
            "thread.facts_of_goal",
            "thread.number_of_facts",
            "thread.parts_of_goal",
        ),
        "no orders of the scene are closed, so there are no facts",
    ),
    "assessment.came_of": "figures of a round; nobody is named",
    "assessment.rounds_about": "rounds of the county",
    "assessment.share_in": "a share and numbers",
    "assessment.stands_right_above": "yes or no, and the county is not right above the village",
    "thread.pack_in": "the pack's definitions",
    "thread.thread_of_goal": "the same",
    "assessment.groups_of": "figures of peer groups; nobody is named",
    "assessment.moves_since": "nothing has moved since the round itself",
    "assessment.own_results": OWN,
    "selfchecks.acts_for": "yes or no; the county acts for no branch",
    "selfchecks.own_self_checks": OWN,
    "selfchecks.self_check_of": "the branch's own; the county gets nothing of it",
    "standards.claim_counts": "numbers of what waits for the reader's own organizations",
    "standards.claim_entries": OWN,
    "standards.claims_to_judge": "for the one right above, the town",
    "standards.judges_and_does_not_act": "yes or no; the county does not judge it",
    "standards.held_on": "ids of organizations and what they hold; the branch holds nothing",
    "standards.own_open_claims": OWN,
    "standards.places_of": "the tops of where it holds a permission, the county",
    "standards.shown_sites": "sites by their own titles",
    "standards.site_by_id": "the same",
    "assessment.results_over_years": "the round of the scene is not final",
    "assessment.reaches_others": "yes or no: whether anybody but the own organizations stands within reach",
    "assessment.spread_within": "bare numbers of scores",
    "assessment.screening_by_id": "for the parent alone, the town",
    "assessment.proposed_in": "for the parent alone, the town",
    "assessment.review_counts": "no round of the scene is in review",
    "assessment.screening_counts": "for the parent alone, the town",
    "assessment.screenings_for": "for the parent alone, the town",
    "assessment.screening_entries": "for the parent alone, the town",
    "assessment.screenings_to_decide": "for the parent alone, the town",
    "assessment.parts_to_review": "no round of the scene is in review",
    "assessment.review_entries": "no round of the scene is in review",
    "quality.check_lines": "numbers of doubts, by check",
    "quality.roots_to_sweep": "the tree itself, for who may look all of it through",
    "quality.roots_within": "the number of a tree",
    "access.own_sessions": OWN,
    "access.own_tokens": OWN,
    "audit.own_entries": OWN,
    **dict.fromkeys(
        (
            "plans.own_answered",
            "desk.own_orders",
            "plans.own_reviews",
            "plans.own_waiting",
            "desk.plan_entries",
        ),
        "what the reader's own organizations do, not those below them",
    ),
    "desk.first_day_steps": "what is still to be done at the top of the tree",
    **dict.fromkeys(
        (
            "desk.against_counts",
            "desk.decision_counts",
            "desk.extension_counts",
            "desk.handover_counts",
            "desk.passing_counts",
            "desk.plan_counts",
            "desk.review_counts",
            "inbox.own_inbox",
        ),
        "numbers of what waits for the reader's own organizations",
    ),
    "guard.findings_in": "what a text is found to hold, which the reader wrote",
    "guard.pack_here": "what the pack is found to hold",
    "imports.kinds_for": "kinds of lists",
    "imports.shown_values": "a row of a list that was read within reach; its numbers are masked",
    "inbox.started_by_me": OWN,
    **dict.fromkeys(
        (
            "desk.extension_entries",
            "desk.handover_entries",
            "desk.own_extensions",
            "desk.own_passings",
            "desk.passing_entries",
            "desk.review_entries",
        ),
        "what waits for the reader's own organizations, not those below them",
    ),
    **dict.fromkeys(
        ("plans.extensions_decided", "plans.moves_of_order", "plans.passings_answered"),
        "nothing in the scene has come so far",
    ),
    **dict.fromkeys(
        (
            "people.own_post",
            "people.own_posts",
            "plans.bulk_by_id",
            "plans.handovers_to_sign",
            "plans.hats_at",
            "plans.hats_of",
            "plans.own_handovers",
            "plans.worn_at",
        ),
        OWN,
    ),
    "offices.first_day": "how far the top of the tree has come",
    "orgs.roots_for": "the tops of trees, the county",
    "plans.backfilled_below": "numbers; nothing in the scene was entered afterwards",
    "plans.paper_of": "nothing in the scene came on paper",
    "programmes.content_for": "what a letter says: the pack's articles, numbers and duties",
    "programmes.year_of": "the pack's calendar and days",
    "programmes.letters_of_year": "days alone",
    "programmes.records_of_year": "days alone",
    "programmes.targets_of_year": "days alone",
    "plans.orders_of_year": "days alone",
    "plans.answers_of_year": "days alone",
    "plans.deadlines_of_year": "days alone",
    "plans.own_months": "months alone",
    "programmes.own_feeds": OWN,
    "programmes.goal_counts": "numbers of what is the reader's own",
    "programmes.goal_entries": OWN,
    "programmes.own_decisions": OWN,
    "programmes.reached_in": "numbers, and nobody in the scene has reached anything",
    "programmes.reached_at": "numbers, and nobody in the scene has reached anything",
    "programmes.spread_below": "numbers by level",
    "programmes.waiting_letters": OWN,
    "inbox.kind_reminders": OWN,
    "plans.reminder_lines": OWN,
    "plans.letter_lines": "what the pack asks of an organization",
    "plans.own_duties": "what the pack asks of an organization",
    "programmes.places_of": "the tops of where it holds a permission, the county",
    "plans.places_of": "the tops of where it holds a permission, the county",
    "notices.public_notice": "the notice of the scene is not public",
    "notices.document_followed": "the pack's document that a definition names",
    "notices.followers_here": "what of the pack follows a document",
    "honours.candidates_to_be": "the county nominates itself and its towns, not those below them",
    "honours.contest_counts": "numbers of what is the reader's own",
    "honours.contest_entries": OWN,
    "honours.open_for_nomination": OWN,
    "honours.plaques_to_take_down": OWN,
    "honours.rechecks_due": OWN,
    "honours.reads_sheet": "yes or no, for the organization and the one above it",
    "honours.seat_of": OWN,
    "honours.seats_to_fill": OWN,
    "honours.sheet_for": "for the organization and the one above it, the town",
    "honours.steps_to_take": OWN,
}
"""Queries whose result for the county holds neither the village's nor its town's name, and why."""

COUNTS = {
    "orgs.coverage_by_kind",
    "programmes.progress_by_point",
    "assessment.aim_reached",
    "assessment.appeal_counts",
    "inbox.inbox_counts",
    "inbox.item_counts",
    "ledgers.sums_of",
    "notices.objection_counts",
    "notices.reads_notice",
    "orgs.counts_below",
    "reports.report_counts",
    "people.standing_counts",
    "plans.total_of",
    "plans.knows_dispute",
    "plans.listed_at",
}
"""Queries that tell numbers, or yes and no."""

ISSUERS = "who asks is open to everybody inside: issuers are ranked, not those whom they ask"
OPEN = "what a pack declares open is there for the whole place to learn from"
FOR_ALL = {
    "records.open_record": OPEN,
    "records.open_records": OPEN,
    "standards.published_templates": "a template is written for the whole place, under its writer's name",
    "standards.template_by_id": "the same",
    "burden.asking_by_id": ISSUERS,
    "burden.askings": ISSUERS,
    "burden.issuer_lines": ISSUERS,
    "burden.openings_of": "that an arbiter opened reports, and why, is open to everybody inside",
    "honours.public_honours": "honours of public kinds stand before everybody",
    "inbox.digest_for": "read for the account that it is given, by the work that writes the digests",
    "notices.objection_by_receipt": "the receipt is the key",
    "programmes.milestones_between": "read for a place that was found within reach",
    "programmes.reader_of_feed": "the context of the account that it is given",
    "programmes.public_projects": "practical things are promised before everybody",
    "notices.public_notices": "a public notice names its publisher",
    "notices.visible_notices": "a public notice names its publisher",
}
"""Queries that may tell a neighbour the village's name, and why."""


def arguments(name: str, scene: Scene) -> dict[str, Any]:
    """Return what a query is called with."""
    special = OTHERWISE.get(name, {})
    given = {}
    for parameter in list(inspect.signature(QUERIES[name]).parameters.values())[1:]:
        if parameter.name in special:
            given[parameter.name] = special[parameter.name](scene)
        elif parameter.default is inspect.Parameter.empty:
            given[parameter.name] = ARGUMENTS[parameter.name](scene)
    return given


def test_every_parameter_of_a_query_has_an_argument() -> None:
    needed = {
        parameter.name
        for name, query in QUERIES.items()
        for parameter in list(inspect.signature(query).parameters.values())[1:]
        if parameter.default is inspect.Parameter.empty and parameter.name not in OTHERWISE.get(name, {})
    }

    assert needed - set(ARGUMENTS) == set()
    assert len(QUERIES) > 70


def told(name: str, context: Context, scene: Scene) -> str:
    """Return all that a query tells somebody; a refusal tells nothing."""
    try:
        return said(QUERIES[name](context, **arguments(name, scene)))
    except (NotFound, NotAllowed, NotSignedIn):
        return ""


def named(text: str) -> bool:
    """Whether the village or its town is named."""
    return VILLAGE in text or TOWN in text


def counted(text: str) -> bool:
    """Whether something was counted, or said to be so."""
    return re.search("[1-9]|True", text) is not None


@pytest.fixture
def scene(office: Office) -> Scene:
    with_everything(office)
    return set_scene(office)


def test_no_query_tells_a_neighbour_or_a_stranger_anything_of_the_branch(scene: Scene) -> None:
    office = scene.office
    neighbour = Context(AccountActor(account_with(office, "neighbour", "everything", office.other_town)), NOW)
    past = account_with(office, "past", "everything", office.county, until=date(2015, 10, 8))
    ended = Context(AccountActor(past), NOW)
    stranger = Context(Stranger(), NOW)

    leaking = {
        f"{name} to {who}"
        for name in sorted(set(QUERIES) - set(FOR_ALL))
        for who, context in {"a neighbour": neighbour, "a past holder": ended, "a stranger": stranger}.items()
        if named(told(name, context, scene)) or (name in COUNTS and counted(told(name, context, scene)))
    }

    assert sorted(leaking) == []
    assert scene.notice.title not in told("notices.visible_notices", neighbour, scene)
    assert scene.notice.title not in told("notices.public_notices", stranger, scene)


def test_every_query_tells_the_county_of_the_branch(scene: Scene) -> None:
    office = scene.office
    holder = Context(AccountActor(account_with(office, "holder", "everything", office.county)), NOW)

    silent = {name for name in QUERIES if not named(told(name, holder, scene))}

    assert sorted(silent - COUNTS) == sorted(set(TELLS_NO_NAME) & set(QUERIES))
    assert sorted(name for name in COUNTS if not counted(told(name, holder, scene))) == []


def test_what_is_open_is_told_to_all_of_the_place_and_to_nobody_else(scene: Scene) -> None:
    office = scene.office
    inside = account_with(office, "neighbour", "everything", office.other_town)
    past = account_with(office, "past", "everything", office.county, until=date(2015, 10, 8))
    readers = {
        "neighbour": Context(AccountActor(inside), NOW),
        "past": Context(AccountActor(past), NOW),
        "stranger": Context(Stranger(), NOW),
    }

    for name in ("records.open_record", "records.open_records"):
        seeing = {who for who, context in readers.items() if f"{VILLAGE}书屋" in told(name, context, scene)}
        assert seeing == {"neighbour"}
    assert "brand" in told("records.open_kinds", readers["neighbour"], scene)
    assert "brand" not in told("records.open_kinds", readers["stranger"], scene)
