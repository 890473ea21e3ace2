"""A task is disputed: the issuer answers without seeing who, the arbiter decides what climbs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.orgs.models import Org
from gangmu.work.plans.models import Dispute, Extension, Order, Task
from gangmu.work.plans.operations.held import fresh_task, refuse_step, tasks_below
from gangmu.work.plans.operations.orders import BATCH
from gangmu.work.plans.operations.steps import OPEN_DISPUTES, end_what_is_open, needed, note_steps
from gangmu.work.plans.queries.duties import CALENDAR
from gangmu.work.plans.queries.rules_in_force import task_rules
from gangmu.work.plans.rules import due_after_stop, may
from gangmu.work.records.models import Record
from gangmu.work.records.queries import orgs_of_records


@dataclass(frozen=True)
class NewDispute:
    """What disputing one task takes: the ground, and for a duplicate what it duplicates."""

    task: int
    ground: str
    reason: str
    other_order: int | None = None
    other_record: int | None = None


@operation("plans.raise_dispute", permission="plans.answer", at="task.org")
def raise_dispute(
    context: Context,
    task: Task,
    *,
    ground: str,
    reason: str,
    other_order: Order | None = None,
    other_record: Record | None = None,
) -> Dispute:
    """Say that a task is a duplicate of another order or record, or not one's own (职责不符).

    The task's clock stands still from now on. The issuer has to answer by a day and reads the
    ground and the words, never who wrote them. Refused without a reason, for a duplicate that
    names nothing of one's own that is duplicated, and once an answer was given.
    """
    new = NewDispute(
        task.pk,
        ground,
        reason,
        other_order.pk if other_order is not None else None,
        other_record.pk if other_record is not None else None,
    )
    return _raise(context, {task.pk: fresh_task(task)}, [new])[0]


@operation("plans.raise_disputes", permission="plans.answer", at="top")
def raise_disputes(context: Context, top: Org, *, rows: Sequence[NewDispute]) -> int:
    """Dispute up to two thousand tasks at or below an organization, all or none."""
    return len(_raise(context, tasks_below(top, [row.task for row in rows]), rows))


def _raise(context: Context, tasks: Mapping[int, Task], rows: Sequence[NewDispute]) -> list[Dispute]:
    asked = _orders_that_ask(tasks, rows)
    records = orgs_of_records([row.other_record for row in rows if row.other_record is not None])
    new = []
    for row in rows:
        task = tasks[row.task]
        if not may(task.standing, "dispute", closed=task.is_over()):
            refuse_step(task, "dispute")
        _check_ground(task, row, asked, records)
        new.append(_dispute(context, task, row))
    made = Dispute.objects.bulk_create(new, batch_size=500)
    ids = list(tasks)
    for start in range(0, len(ids), 500):
        held = Task.objects.filter(pk__in=ids[start : start + 500])
        held.filter(received_at=None).update(received_at=context.now, received_by=context.account)
        held.update(state=Task.State.RECEIVED, disputed=True)
    Extension.objects.filter(task__in=ids, state=Extension.State.ASKED).update(
        state=Extension.State.MOOT, decided_at=context.now
    )
    return made


def _orders_that_ask(tasks: Mapping[int, Task], rows: Sequence[NewDispute]) -> set[tuple[int, int]]:
    """Return which of the other orders ask which of the disputing organizations."""
    named = {row.other_order for row in rows if row.other_order is not None}
    orgs = {task.org_id for task in tasks.values()}
    return set(Task.objects.filter(order__in=named, org__in=orgs).values_list("order_id", "org_id"))


def _check_ground(
    task: Task, row: NewDispute, asked: set[tuple[int, int]], records: Mapping[int, int]
) -> None:
    if row.ground not in Dispute.Ground.values:
        raise Invalid("Some fields need attention.", faults={"ground": "There is no such ground."})
    if row.ground != Dispute.Ground.DUPLICATE:
        return
    if row.other_order is None and row.other_record is None:
        raise Invalid(
            "A duplicate names what it duplicates.",
            faults={"other_order": "Name the other order, or the record that says it already."},
        )
    if row.other_order is not None and (
        row.other_order == task.order_id or (row.other_order, task.org_id) not in asked
    ):
        raise Invalid(
            "The other order does not ask this organization.",
            faults={"other_order": "The other order does not ask this organization."},
        )
    if row.other_record is not None and records.get(row.other_record) != task.org_id:
        raise Invalid(
            "The record is not this organization's.",
            faults={"other_record": "The record is not this organization's."},
        )


def _dispute(context: Context, task: Task, row: NewDispute) -> Dispute:
    clocks = task_rules(task.order.issuer)
    duplicate = row.ground == Dispute.Ground.DUPLICATE
    return Dispute(
        task=task,
        order=task.order,
        ground=row.ground,
        other_order_id=row.other_order if duplicate else None,
        other_record_id=row.other_record if duplicate else None,
        reason=needed(row.reason),
        raised_by_id=context.account,
        raised_at=context.now,
        raised_on=context.today,
        answer_by=CALENDAR.add_workdays(context.today, clocks.dispute_answer),
    )


@operation("plans.drop_dispute", permission="plans.answer", at="dispute.task.org")
def drop_dispute(context: Context, dispute: Dispute) -> Dispute:
    """Take a dispute back; the task's clock goes on where it stopped."""
    held = _open(dispute, OPEN_DISPUTES)
    held.state = Dispute.State.DROPPED
    _decide(context, [held], "")
    _go_on(context, [held])
    return held


@operation("plans.answer_disputes", permission="plans.issue", at="order.issuer")
def answer_disputes(
    context: Context,
    order: Order,
    *,
    ground: str,
    uphold: bool,
    note: str,
    other_order: Order | None = None,
) -> int:
    """Answer, as who issued an order, all that is said against it on one ground, not seeing who.

    Upheld, the tasks are withdrawn and counted to the issuer. Rejected, with the issuer's
    reason, they climb to the arbiter, and the clocks stand still until that is decided.
    Return how many there were; refused when there are none.
    """
    said = needed(note, "note")
    waiting = Dispute.objects.filter(order=order, ground=ground, state=Dispute.State.RAISED)
    if ground == Dispute.Ground.DUPLICATE:
        waiting = waiting.filter(other_order=other_order)
    held = list(
        waiting.select_for_update(of=("self",))
        .select_related("task", "task__org", "order", "order__issuer")
        .order_by("pk")[:BATCH]
    )
    if not held:
        raise Conflict("Nothing waits for an answer on this ground.")
    for each in held:
        each.issuer_note = said
    if uphold:
        _uphold(context, held, "")
    else:
        _climb(context, held)
    return len(held)


def _climb(context: Context, held: Sequence[Dispute], *, silent: bool = False) -> None:
    clocks = task_rules(held[0].order.issuer)
    day = CALENDAR.add_workdays(context.today, clocks.dispute_arbiter)
    for each in held:
        each.state, each.silent = Dispute.State.CLIMBED, silent
        each.climbed_at, each.answer_by = context.now, day
    Dispute.objects.bulk_update(
        held, ["state", "silent", "issuer_note", "climbed_at", "answer_by"], batch_size=500
    )


def _uphold(context: Context, held: Sequence[Dispute], note: str) -> None:
    for each in held:
        each.state = Dispute.State.UPHELD
    _decide(context, held, note)
    ids = [each.task_id for each in held]
    for start in range(0, len(ids), 500):
        Task.objects.filter(pk__in=ids[start : start + 500]).update(
            state=Task.State.WITHDRAWN, disputed=False
        )
    tasks = [each.task for each in held]
    end_what_is_open(context, tasks)
    note_steps(context, tasks, "withdrawn")


def _decide(context: Context, held: Sequence[Dispute], note: str) -> None:
    for each in held:
        each.note = note or each.note
        each.decided_at, each.decided_by_id = context.now, context.account
    Dispute.objects.bulk_update(
        held, ["state", "issuer_note", "note", "decided_at", "decided_by"], batch_size=500
    )


def _go_on(context: Context, held: Sequence[Dispute]) -> None:
    """Let the clocks of disputed tasks run again, with the days they stood still given back."""
    tasks = []
    for each in held:
        task = each.task
        task.disputed = False
        task.due_on = due_after_stop(task.due_on, each.raised_on, context.today, CALENDAR)
        tasks.append(task)
    Task.objects.bulk_update(tasks, ["disputed", "due_on"], batch_size=500)


@operation("plans.decide_dispute", permission="plans.arbitrate", at="dispute.order.issuer")
def decide_dispute(context: Context, dispute: Dispute, *, uphold: bool, note: str) -> Dispute:
    """Decide, as the arbiter, what the issuer rejected or left unanswered; it is final.

    Upheld, the task is withdrawn. Rejected, its clock goes on, with the days it stood still
    given back.
    """
    held = _open(dispute, (Dispute.State.CLIMBED,))
    said = needed(note, "note")
    if uphold:
        _uphold(context, [held], said)
        return held
    held.state = Dispute.State.REJECTED
    _decide(context, [held], said)
    _go_on(context, [held])
    return held


def _open(dispute: Dispute, states: Sequence[str]) -> Dispute:
    held = (
        Dispute.objects.select_for_update(of=("self",))
        .select_related("task", "task__order", "task__org", "order", "order__issuer")
        .get(pk=dispute.pk)
    )
    if held.state not in states:
        if held.state == Dispute.State.RAISED:
            raise Conflict("The issuer has until %(day)s to answer.", {"day": held.answer_by})
        raise Conflict("This dispute was decided already.")
    return held


def climb_in_silence(context: Context, issuer: Org, *, most: int) -> int:
    """Send what an issuer has left unanswered past its clock to the arbiter."""
    late = list(
        Dispute.objects.select_for_update(of=("self",))
        .select_related("task", "order", "order__issuer")
        .filter(state=Dispute.State.RAISED, order__issuer=issuer, answer_by__lt=context.today)
        .order_by("pk")[:most]
    )
    if late:
        _climb(context, late, silent=True)
    return len(late)
