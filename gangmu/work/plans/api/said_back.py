"""What is said back to an order over the API: later days, disputes, passing down, lists, handovers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from ninja import Query, Router, Schema

from gangmu.frame.doors import OWN, Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.kernel.people.queries import own_post, same_posts
from gangmu.work.plans.api.shapes import CountOut, PageOf, TaskOut, limit_of
from gangmu.work.plans.models import Bulk, Dispute, Extension, Handover, Passing, Task
from gangmu.work.plans.operations.bulk import (
    Ticked,
    accept_ticked,
    extend_ticked,
    remind_ticked,
    undo_ticked,
    withdraw_ticked,
)
from gangmu.work.plans.operations.clocks import run_clocks
from gangmu.work.plans.operations.closing import carry_tasks, close_carried
from gangmu.work.plans.operations.disputes import (
    NewDispute,
    answer_disputes,
    decide_dispute,
    drop_dispute,
    raise_dispute,
    raise_disputes,
)
from gangmu.work.plans.operations.extensions import (
    NewExtension,
    ask_extension,
    ask_extensions,
    grant_extension,
    refuse_extension,
)
from gangmu.work.plans.operations.handovers import cancel_handover, give_post, take_post
from gangmu.work.plans.operations.moves import follow_tasks
from gangmu.work.plans.operations.passing import (
    PassTo,
    answer_passing,
    ask_again,
    pass_on,
    pass_task,
    recall_passing,
)
from gangmu.work.plans.operations.withdrawing import withdraw_task
from gangmu.work.plans.queries.asked import (
    bulk_by_id,
    extension_by_id,
    extensions_asked,
    passing_by_id,
    passings_here,
    passings_of,
)
from gangmu.work.plans.queries.disputes import dispute_by_id, dispute_tally, disputes_to_decide, said_against
from gangmu.work.plans.queries.handovers import handover_by_id
from gangmu.work.plans.queries.orders import order_by_id
from gangmu.work.plans.queries.tasks import task_by_id
from gangmu.work.records.queries import record_by_id

router = Router()


class ExtensionOut(Schema):
    """A later day that was asked for."""

    id: int
    task_id: int
    state: str
    due_before: date
    until: date
    reason: str
    answer_by: date
    granted_until: date | None
    note: str
    silent: bool


class DisputeOut(Schema):
    """A dispute, as its own people and the arbiter see it."""

    id: int
    task_id: int
    order_id: int
    ground: str
    other_order_id: int | None
    other_record_id: int | None
    reason: str
    state: str
    answer_by: date
    silent: bool
    issuer_note: str
    note: str


class SaidAgainstOut(Schema):
    """What is said against one order on one ground: how often, never by whom."""

    order: int
    ground: str
    other_order: int | None
    count: int
    answer_by: date
    reasons: list[str]


class DisputeTallyOut(Schema):
    """How many disputes against one issuer were upheld, rejected, wait, or were not answered in time."""

    issuer: int
    name: str
    upheld: int
    rejected: int
    waiting: int
    silent: int


class PassingOut(Schema):
    """One step of a chain of passing down."""

    id: int
    task_id: int
    above_id: int | None
    place_id: int
    to_org_id: int | None
    to_unit_id: int | None
    to_post_id: int | None
    to_name: str
    state: str
    note: str
    due_on: date
    words: str
    record_id: int | None
    answered_at: datetime | None


class BulkOut(Schema):
    """What came of a press on a list, row by row."""

    id: int
    kind: str
    rows: list[dict[str, Any]]
    undone_at: datetime | None
    undone_rows: list[dict[str, Any]]


class HandoverOut(Schema):
    """A post handed over."""

    id: int
    post_id: int
    to_post_id: int
    org_id: int
    state: str
    note: str
    listed: list[dict[str, Any]]
    given_at: datetime
    taken_at: datetime | None


class WhyIn(Schema):
    """Why."""

    reason: str


class AWordIn(Schema):
    """A word about it."""

    note: str = ""


# --- later days ----------------------------------------------------------------------------


class AskDayIn(Schema):
    """The day that is asked for, and why."""

    until: date
    reason: str


@endpoint(
    router,
    "post",
    "/tasks/{task_id}/extension",
    "plans.ask_extension",
    permission="plans.answer",
    response=ExtensionOut,
)
def post_extension(request: Request, task_id: int, given: AskDayIn) -> Extension:
    """Ask the issuer for a later day, before the task is due."""
    task = task_by_id(request.context, task_id)
    return ask_extension(request.context, task, until=given.until, reason=given.reason)


class OneAskDayIn(AskDayIn):
    """One of many later days that are asked for."""

    task: int


class AskDaysIn(Schema):
    """Up to two thousand later days."""

    rows: list[OneAskDayIn]


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/extensions",
    "plans.ask_extensions",
    permission="plans.answer",
    response=CountOut,
)
def post_extensions(request: Request, org_id: int, given: AskDaysIn) -> dict[str, int]:
    """Ask for many later days at or below an organization, all or none."""
    rows = [NewExtension(row.task, row.until, row.reason) for row in given.rows]
    return {"count": ask_extensions(request.context, org_by_id(request.context, org_id), rows=rows)}


@endpoint(
    router,
    "get",
    "/extensions",
    "plans.extensions_asked",
    permission="plans.issue",
    response=list[ExtensionOut],
)
def list_extensions(request: Request, page: Query[PageOf]) -> list[Extension]:
    """List the later days that wait for the caller's word as the issuer, by id."""
    rows = extensions_asked(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: limit_of(page)])


@endpoint(
    router,
    "get",
    "/extensions/{extension_id}",
    "plans.extension_by_id",
    permission="plans.view",
    response=ExtensionOut,
)
def read_extension(request: Request, extension_id: int) -> Extension:
    """Return one request for a later day."""
    return extension_by_id(request.context, extension_id)


class GrantDayIn(AWordIn):
    """Another day than the one asked for, if any."""

    until: date | None = None


@endpoint(
    router,
    "post",
    "/extensions/{extension_id}/grant",
    "plans.grant_extension",
    permission="plans.issue",
    response=ExtensionOut,
)
def post_grant(request: Request, extension_id: int, given: GrantDayIn) -> Extension:
    """Grant the day that was asked for, or another later one."""
    extension = extension_by_id(request.context, extension_id)
    return grant_extension(request.context, extension, until=given.until, note=given.note)


@endpoint(
    router,
    "post",
    "/extensions/{extension_id}/refuse",
    "plans.refuse_extension",
    permission="plans.issue",
    response=ExtensionOut,
)
def post_refusal(request: Request, extension_id: int, given: AWordIn) -> Extension:
    """Leave a task its day, with a reason."""
    return refuse_extension(request.context, extension_by_id(request.context, extension_id), note=given.note)


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/clocks",
    "plans.run_clocks",
    permission="plans.view",
    response=CountOut,
)
def post_clocks(request: Request, org_id: int) -> dict[str, int]:
    """Let come about what an issuer has left unanswered past its clock."""
    return {"count": run_clocks(request.context, org_by_id(request.context, org_id))}


# --- disputes ------------------------------------------------------------------------------


class DisputeIn(Schema):
    """What is said against a task."""

    ground: str
    reason: str
    other_order: int | None = None
    other_record: int | None = None


@endpoint(
    router,
    "post",
    "/tasks/{task_id}/dispute",
    "plans.raise_dispute",
    permission="plans.answer",
    response=DisputeOut,
)
def post_dispute(request: Request, task_id: int, given: DisputeIn) -> Dispute:
    """Say that a task is a duplicate, or not one's own; its clock stands still."""
    context = request.context
    task = task_by_id(context, task_id)
    return raise_dispute(
        context,
        task,
        ground=given.ground,
        reason=given.reason,
        other_order=order_by_id(context, given.other_order) if given.other_order else None,
        other_record=record_by_id(context, given.other_record) if given.other_record else None,
    )


class OneDisputeIn(DisputeIn):
    """One of many disputes."""

    task: int


class DisputesIn(Schema):
    """Up to two thousand disputes."""

    rows: list[OneDisputeIn]


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/disputes",
    "plans.raise_disputes",
    permission="plans.answer",
    response=CountOut,
)
def post_disputes(request: Request, org_id: int, given: DisputesIn) -> dict[str, int]:
    """Dispute many tasks at or below an organization, all or none."""
    rows = [NewDispute(**row.dict()) for row in given.rows]
    return {"count": raise_disputes(request.context, org_by_id(request.context, org_id), rows=rows)}


@endpoint(
    router,
    "post",
    "/disputes/{dispute_id}/drop",
    "plans.drop_dispute",
    permission="plans.answer",
    response=DisputeOut,
)
def post_drop(request: Request, dispute_id: int) -> Dispute:
    """Take a dispute back."""
    return drop_dispute(request.context, dispute_by_id(request.context, dispute_id))


@endpoint(
    router,
    "get",
    "/disputes/against",
    "plans.said_against",
    permission="plans.issue",
    response=list[SaidAgainstOut],
)
def list_said(request: Request) -> list[dict[str, Any]]:
    """List what is said against the caller's orders, and how often; never by whom."""
    return [
        {
            "order": said.order.pk,
            "ground": said.ground,
            "other_order": said.other_order.pk if said.other_order else None,
            "count": said.count,
            "answer_by": said.answer_by,
            "reasons": said.reasons,
        }
        for said in said_against(request.context)
    ]


@endpoint(
    router,
    "get",
    "/disputes/tally",
    "plans.dispute_tally",
    permission="plans.view",
    response=list[DisputeTallyOut],
)
def list_tally(request: Request) -> list[dict[str, object]]:
    """List for each issuer within reach how many disputes were upheld; never whose."""
    return dispute_tally(request.context)


class DisputeAnswerIn(Schema):
    """The issuer's answer to all that is said on one ground."""

    ground: str
    uphold: bool
    note: str
    other_order: int | None = None


@endpoint(
    router,
    "post",
    "/orders/{order_id}/disputes",
    "plans.answer_disputes",
    permission="plans.issue",
    response=CountOut,
)
def post_answer(request: Request, order_id: int, given: DisputeAnswerIn) -> dict[str, int]:
    """Answer all that is said against an order on one ground."""
    context = request.context
    count = answer_disputes(
        context,
        order_by_id(context, order_id),
        ground=given.ground,
        uphold=given.uphold,
        note=given.note,
        other_order=order_by_id(context, given.other_order) if given.other_order else None,
    )
    return {"count": count}


@endpoint(
    router,
    "get",
    "/disputes/climbed",
    "plans.disputes_to_decide",
    permission="plans.arbitrate",
    response=list[DisputeOut],
)
def list_climbed(request: Request, page: Query[PageOf]) -> list[Dispute]:
    """List what climbed to the caller as the arbiter, by id."""
    rows = disputes_to_decide(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: limit_of(page)])


@endpoint(
    router,
    "get",
    "/disputes/{dispute_id}",
    "plans.dispute_by_id",
    permission="plans.view",
    response=DisputeOut,
)
def read_dispute(request: Request, dispute_id: int) -> Dispute:
    """Return one dispute to its own people or the arbiter."""
    return dispute_by_id(request.context, dispute_id)


class DisputeDecisionIn(Schema):
    """The arbiter's decision."""

    uphold: bool
    note: str


@endpoint(
    router,
    "post",
    "/disputes/{dispute_id}/decide",
    "plans.decide_dispute",
    permission="plans.arbitrate",
    response=DisputeOut,
)
def post_decision(request: Request, dispute_id: int, given: DisputeDecisionIn) -> Dispute:
    """Decide a dispute that climbed; it is final."""
    dispute = dispute_by_id(request.context, dispute_id)
    return decide_dispute(request.context, dispute, uphold=given.uphold, note=given.note)


# --- passing down --------------------------------------------------------------------------


class PassIn(Schema):
    """To whom something is passed, until when, and what is wanted."""

    orgs: list[int] = []
    units: list[int] = []
    posts: list[int] = []
    note: str = ""
    due_on: date | None = None

    def to(self) -> PassTo:
        """Return those who are named."""
        return PassTo(tuple(self.orgs), tuple(self.units), tuple(self.posts))


@endpoint(
    router,
    "post",
    "/tasks/{task_id}/pass",
    "plans.pass_task",
    permission="plans.answer",
    response=list[PassingOut],
)
def post_pass(request: Request, task_id: int, given: PassIn) -> list[Passing]:
    """Pass a task down; the duty stays with the passer."""
    task = task_by_id(request.context, task_id)
    return pass_task(request.context, task, to=given.to(), note=given.note, due_on=given.due_on)


@endpoint(
    router,
    "get",
    "/tasks/{task_id}/passings",
    "plans.passings_of",
    permission="plans.view",
    response=list[PassingOut],
)
def list_chain(request: Request, task_id: int) -> list[Passing]:
    """List how a task was passed down."""
    return passings_of(request.context, task_by_id(request.context, task_id))


@endpoint(
    router, "get", "/passings", "plans.passings_here", permission="plans.answer", response=list[PassingOut]
)
def list_passings(request: Request, page: Query[PageOf]) -> list[Passing]:
    """List what was passed down to where the caller answers, by id."""
    rows = passings_here(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: limit_of(page)])


@endpoint(
    router,
    "get",
    "/passings/{passing_id}",
    "plans.passing_by_id",
    permission="plans.view",
    response=PassingOut,
)
def read_passing(request: Request, passing_id: int) -> Passing:
    """Return one step of a chain."""
    return passing_by_id(request.context, passing_id)


@endpoint(
    router,
    "post",
    "/passings/{passing_id}/on",
    "plans.pass_on",
    permission="plans.answer",
    response=list[PassingOut],
)
def post_on(request: Request, passing_id: int, given: PassIn) -> list[Passing]:
    """Pass on further what was passed down."""
    passing = passing_by_id(request.context, passing_id)
    return pass_on(request.context, passing, to=given.to(), note=given.note, due_on=given.due_on)


class PassingWordsIn(Schema):
    """What is answered upwards."""

    words: str
    record: int | None = None


@endpoint(
    router,
    "post",
    "/passings/{passing_id}/answer",
    "plans.answer_passing",
    permission="plans.answer",
    response=PassingOut,
)
def post_words(request: Request, passing_id: int, given: PassingWordsIn) -> Passing:
    """Answer upwards what was passed down."""
    context = request.context
    record = record_by_id(context, given.record) if given.record else None
    return answer_passing(context, passing_by_id(context, passing_id), words=given.words, record=record)


@endpoint(
    router,
    "post",
    "/passings/{passing_id}/recall",
    "plans.recall_passing",
    permission="plans.answer",
    response=PassingOut,
)
def post_recall(request: Request, passing_id: int, given: WhyIn) -> Passing:
    """Call back what was passed down."""
    return recall_passing(request.context, passing_by_id(request.context, passing_id), reason=given.reason)


@endpoint(
    router,
    "post",
    "/passings/{passing_id}/again",
    "plans.ask_again",
    permission="plans.answer",
    response=PassingOut,
)
def post_again(request: Request, passing_id: int, given: WhyIn) -> Passing:
    """Send an answer back down with what is missing."""
    return ask_again(request.context, passing_by_id(request.context, passing_id), reason=given.reason)


# --- withdrawing, carrying over, following --------------------------------------------------


@endpoint(
    router,
    "post",
    "/tasks/{task_id}/withdraw",
    "plans.withdraw_task",
    permission="plans.issue",
    response=TaskOut,
)
def post_task_withdrawal(request: Request, task_id: int, given: WhyIn) -> Task:
    """Take one task back, with a reason."""
    return withdraw_task(request.context, task_by_id(request.context, task_id), reason=given.reason)


class CarryIn(Schema):
    """Which tasks are carried over, why, and until when."""

    tasks: list[int]
    reason: str
    until: date | None = None


@endpoint(
    router,
    "post",
    "/orders/{order_id}/carry",
    "plans.carry_tasks",
    permission="plans.issue",
    response=CountOut,
)
def post_carrying(request: Request, order_id: int, given: CarryIn) -> dict[str, int]:
    """Carry open tasks of an order into the next period."""
    order = order_by_id(request.context, order_id)
    count = carry_tasks(request.context, order, tasks=given.tasks, reason=given.reason, until=given.until)
    return {"count": count}


@endpoint(
    router,
    "post",
    "/orders/{order_id}/close-carried",
    "plans.close_carried",
    permission="plans.close",
    response=CountOut,
)
def post_closed_carried(request: Request, order_id: int) -> dict[str, int]:
    """Close what was carried over and has ended since; none left gives 0."""
    return {"count": close_carried(request.context, order_by_id(request.context, order_id))}


@endpoint(
    router,
    "post",
    "/orders/{order_id}/follow",
    "plans.follow_tasks",
    permission="plans.issue",
    response=CountOut,
)
def post_following(request: Request, order_id: int) -> dict[str, int]:
    """Let the tasks of organizations that are no more go to their successors."""
    return {"count": follow_tasks(request.context, order_by_id(request.context, order_id))}


# --- lists ---------------------------------------------------------------------------------


class TickedIn(Schema):
    """One row that was ticked, and the token it had when it was read."""

    task: int
    seen: str = ""


class TickedRowsIn(Schema):
    """The ticked rows."""

    rows: list[TickedIn]
    note: str = ""


class RowsUntilIn(TickedRowsIn):
    """The ticked rows, a later day for them, and why."""

    until: date
    reason: str


class RowsReasonIn(TickedRowsIn):
    """The ticked rows, and why."""

    reason: str


def _rows(given: TickedRowsIn) -> Sequence[Ticked]:
    return [Ticked(row.task, row.seen) for row in given.rows]


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/accept-ticked",
    "plans.accept_ticked",
    permission="plans.review",
    response=BulkOut,
)
def post_accepted(request: Request, org_id: int, given: TickedRowsIn) -> Bulk:
    """Accept the ticked answers, row by row."""
    return accept_ticked(request.context, org_by_id(request.context, org_id), rows=_rows(given))


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/remind-ticked",
    "plans.remind_ticked",
    permission="plans.review",
    response=BulkOut,
)
def post_reminded(request: Request, org_id: int, given: TickedRowsIn) -> Bulk:
    """Remind of the ticked tasks, each once a day at most."""
    top = org_by_id(request.context, org_id)
    return remind_ticked(request.context, top, rows=_rows(given), note=given.note)


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/extend-ticked",
    "plans.extend_ticked",
    permission="plans.issue",
    response=BulkOut,
)
def post_extended(request: Request, org_id: int, given: RowsUntilIn) -> Bulk:
    """Give the ticked tasks of an issuer's orders a later day, row by row."""
    issuer = org_by_id(request.context, org_id)
    rows = _rows(given)
    return extend_ticked(request.context, issuer, rows=rows, until=given.until, reason=given.reason)


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/withdraw-ticked",
    "plans.withdraw_ticked",
    permission="plans.issue",
    response=BulkOut,
)
def post_withdrawn(request: Request, org_id: int, given: RowsReasonIn) -> Bulk:
    """Take the ticked tasks of an issuer's orders back, row by row; it is final."""
    issuer = org_by_id(request.context, org_id)
    return withdraw_ticked(request.context, issuer, rows=_rows(given), reason=given.reason)


@endpoint(router, "get", "/lists/{bulk_id}", "plans.bulk_by_id", permission=OWN, response=BulkOut)
def read_bulk(request: Request, bulk_id: int) -> Bulk:
    """Return what came of one of one's own presses on a list."""
    return bulk_by_id(request.context, bulk_id)


@endpoint(router, "post", "/lists/{bulk_id}/undo", "plans.undo_ticked", permission=OWN, response=BulkOut)
def post_undoing(request: Request, bulk_id: int) -> Bulk:
    """Undo one's own press on a list, where the rows stand as it left them."""
    return undo_ticked(request.context, bulk_by_id(request.context, bulk_id))


# --- handovers -----------------------------------------------------------------------------


class GivePostIn(AWordIn):
    """Whose post takes over."""

    to: int


@endpoint(
    router,
    "post",
    "/handovers/posts/{own_post_id}",
    "plans.give_post",
    permission=OWN,
    response=HandoverOut,
)
def post_handover(request: Request, own_post_id: int, given: GivePostIn) -> Handover:
    """Hand one's own post over with all that is open there."""
    context = request.context
    post = own_post(context, own_post_id)
    successor = next((each for each in same_posts(post, context.today) if each.pk == given.to), post)
    return give_post(context, post, to=successor, note=given.note)


@endpoint(
    router,
    "get",
    "/handovers/{handover_id}",
    "plans.handover_by_id",
    permission=OWN,
    response=HandoverOut,
)
def read_handover(request: Request, handover_id: int) -> Handover:
    """Return one of one's own handovers."""
    return handover_by_id(request.context, handover_id)


@endpoint(
    router,
    "post",
    "/handovers/{handover_id}/take",
    "plans.take_post",
    permission=OWN,
    response=HandoverOut,
)
def post_taking(request: Request, handover_id: int) -> Handover:
    """Sign for a post with all that is open there."""
    return take_post(request.context, handover_by_id(request.context, handover_id))


@endpoint(
    router,
    "post",
    "/handovers/{handover_id}/cancel",
    "plans.cancel_handover",
    permission=OWN,
    response=HandoverOut,
)
def post_cancelling(request: Request, handover_id: int) -> Handover:
    """Take a handover back that nobody has signed for."""
    return cancel_handover(request.context, handover_by_id(request.context, handover_id))
