"""A task is received and answered with a record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, F, Q, Value
from django.db.models.functions import Coalesce

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.audit.rows import insert_new
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.orgs.models import Org
from gangmu.work.plans.facts import fact_of_answering, fact_of_late_answer
from gangmu.work.plans.models import Answer, ClosedTally, Order, Passing, Return, Task
from gangmu.work.plans.operations.held import held_below, held_task
from gangmu.work.plans.queries.duties import record_kind_of
from gangmu.work.plans.queries.hats import Worn, worn_at
from gangmu.work.plans.queries.news import settled_by
from gangmu.work.plans.queries.tasks import standing_answer
from gangmu.work.plans.rules import UNANSWERED, state_after, timing_of
from gangmu.work.records.models import Record
from gangmu.work.records.operations import NewRecord, correct_record, write_record, write_records
from gangmu.work.records.rules import serves


@operation("plans.receive_task", permission="plans.answer", at="task.org")
def receive_task(context: Context, task: Task) -> Task:
    """Confirm that a task has arrived (签收); answering does so too."""
    held = held_task(task, "receive")
    held.state = Task.State.RECEIVED
    held.received_at = context.now
    held.received_by_id = context.account
    held.save(update_fields=["state", "received_at", "received_by"])
    return held


@operation("plans.answer_task", permission="plans.answer", at="task.org")
def answer_task(
    context: Context, task: Task, *, record: Record, as_post: int | None = None, seen: str = ""
) -> Answer:
    """Answer a task with a record, new or already held.

    The record is what was reported; the answer only says who gave it, for whom it was
    entered and when. Others who ask the same organization for the same duty and period are
    answered by it as well. One that only confirms what is known and valid needs no review.
    Refused for a task that is closed, withdrawn or being reviewed, and for a record of another
    organization, kind or period, or one that was corrected. Who has two posts says as which
    one answers (``as_post``).
    """
    return _answered(context, held_task(task, "answer", seen), record, as_post)


def _answered(context: Context, held: Task, record: Record, as_post: int | None) -> Answer:
    """Answer a task that is held already, and the others that ask for the same."""
    _check_record(held, record)
    others = _others_asking(held)
    worn = worn_at(context, held.org, as_post)
    answers = write_answers(context, [(each, record) for each in (held, *others)], worn)
    return answers[0]


def _check_record(task: Task, record: Record) -> None:
    order = task.order
    if not serves(record, kind=order.answer_kind, org_id=task.org_id, period=order.span):
        raise Invalid(
            "The record does not belong to this organization, this kind or this period.",
            faults={"record": "Choose another record."},
        )
    if not record.standing:
        raise Conflict("The record was corrected; the newest version answers.")


def _others_asking(task: Task) -> list[Task]:
    """Return open tasks of the same organization, duty and period from other issuers: one answer serves."""
    same = Task.objects.filter(
        ~Q(pk=task.pk), org=task.org_id, state__in=UNANSWERED, duty=task.duty, period=task.period
    )
    ids = list(same.values_list("pk", flat=True))
    if not ids:  # nearly always: one issuer asks
        return []
    return list(
        Task.objects.select_for_update(of=("self",))
        .select_related("order", "org")
        .filter(pk__in=ids, order__answer_kind=task.order.answer_kind)
        .filter(state__in=UNANSWERED, disputed=False, closed_at=None)
        .exclude(Q(carried_to=""), order__state__in=(Order.State.CLOSING, Order.State.CLOSED))
    )


def write_answers(context: Context, pairs: Sequence[tuple[Task, Record]], worn: Worn) -> list[Answer]:
    """Write answers and move their tasks on, in a number of statements that does not grow."""
    today = context.today
    again = [task.pk for task, _ in pairs if task.versions]
    if again:
        Answer.objects.filter(task__in=again, standing=True).update(standing=False)
    answers = [
        Answer(
            task=task,
            version=task.versions + 1,
            record=record,
            answered_for_id=task.org_id,
            entered_by_id=context.account,
            person=context.actor.person_id,
            answered_at=context.now,
            post_id=worn.post,
            substitute_for_id=worn.substitute_for,
        )
        for task, record in pairs
    ]
    insert_new(answers)
    passed = [task.pk for task, _ in pairs if task.state == Task.State.PASSED]
    if passed:  # the passer has answered: nobody is waited for any more
        Passing.objects.filter(task__in=passed, state=Passing.State.PASSED).update(
            state=Passing.State.RECALLED
        )
    for task, _ in pairs:
        task.timing = task.timing or timing_of(today, task.due_on)
        task.state = state_after(task.state, "answer") or task.state
        task.answered_on = task.answered_on or today
        task.versions += 1
    settled = settled_by(pairs)
    for timing in {task.timing for task, _ in pairs}:
        timed = [task.pk for task, _ in pairs if task.timing == timing]
        _move_on(context, [key for key in timed if key not in settled], timing, accepted=False)
        _move_on(context, [key for key in timed if key in settled], timing, accepted=True)
    return answers


def _move_on(context: Context, ids: list[int], timing: str, *, accepted: bool) -> None:
    if not ids:
        return
    decided = {"accepted_at": context.now} if accepted else {}
    Task.objects.filter(pk__in=ids).update(
        state=Task.State.ACCEPTED if accepted else Task.State.ANSWERED,
        timing=timing,
        versions=F("versions") + 1,
        answered_on=Coalesce("answered_on", Value(context.today)),
        received_by=Coalesce("received_by_id", Value(context.account), output_field=BigIntegerField()),
        received_at=Coalesce("received_at", Value(context.now)),
        **decided,
    )


@operation("plans.report_task", permission="plans.answer", at="task.org", secret=("values",))
def report_task(
    context: Context,
    task: Task,
    *,
    values: Mapping[str, Any],
    day: date | None = None,
    reason: str = "",
    as_post: int | None = None,
    seen: str = "",
) -> Answer:
    """Write the record that a task asks for and answer with it, both or neither.

    After a return the record that was given is corrected, and both versions are kept. A
    task that was noted as missing is answered late.
    """
    if task.timing == "missing":
        record = _record_for(context, task, values, day, reason)
        return answer_late(context, task, record=record, as_post=as_post)
    held = held_task(task, "answer", seen)
    record = _record_for(context, held, values, day, reason)
    if not held.order.span.contains(record.day):
        at = record_kind_of(held.order).day_field or "day"
        raise Invalid("Some fields need attention.", faults={at: "This day lies outside the period."})
    return _answered(context, held, record, as_post)


def _record_for(
    context: Context, task: Task, values: Mapping[str, Any], day: date | None, reason: str
) -> Record:
    """Return a record with the values: the one that was given before, corrected, or a new one."""
    present = standing_answer(task) if task.versions else None
    if present is not None:
        given_back = Return.objects.filter(task=task).order_by("-returned_at").first()
        why = reason or (given_back.reason if given_back else "")
        return correct_record(context, _newest(present.record), values=values, reason=why)
    kind = record_kind_of(task.order)
    when = task.order.span.last if kind.entry == "report" else day
    return write_record(context, task.org, kind=kind.code, values=values, day=when)


def _newest(record: Record) -> Record:
    """Return the version of a record that stands."""
    while not record.standing:
        record = record.corrected_by
    return record


@dataclass(frozen=True)
class NewAnswer:
    """What answering one task of many takes: the values of its record."""

    task: int
    values: Mapping[str, Any] = field(default_factory=dict)
    day: date | None = None


@operation("plans.answer_tasks", permission="plans.answer", at="top", secret=("answers",))
def answer_tasks(context: Context, top: Org, *, answers: Sequence[NewAnswer]) -> int:
    """Answer up to two thousand tasks at or below an organization, as when answers are imported.

    Each gets a record of its own. One that is wrong refuses them all, and the refusal names
    every wrong field by its row. Return how many were answered.
    """
    tasks = held_below(top, [each.task for each in answers], "answer")
    given = [each for each in answers if tasks[each.task].state != Task.State.RETURNED]
    if len(given) != len(answers):
        raise Conflict("An answer that was given back is corrected one by one.")
    rows = []
    for each in answers:
        task = tasks[each.task]
        kind = record_kind_of(task.order)
        day = task.order.span.last if kind.entry == "report" else each.day
        rows.append(NewRecord(task.org, kind.code, each.values, day))
    records = write_records(context, top, rows=rows)
    faults = {}
    for at, (each, record) in enumerate(zip(answers, records, strict=True)):
        if not serves(
            record,
            kind=record.kind,
            org_id=tasks[each.task].org_id,
            period=tasks[each.task].order.span,
        ):
            faults[f"{at}.day"] = "This day lies outside the period."
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)
    write_answers(
        context,
        [(tasks[each.task], record) for each, record in zip(answers, records, strict=True)],
        worn_at(context, top, None),
    )
    return len(answers)


@operation("plans.answer_late", permission="plans.answer", at="task.org")
def answer_late(context: Context, task: Task, *, record: Record, as_post: int | None = None) -> Answer:
    """Answer a task that was noted as missing, after its period has closed.

    The fact that said 0 is replaced by one that says 1; that it was not on time stands.
    """
    held = (
        Task.objects.select_for_update(of=("self",))
        .select_related("order", "order__issuer", "org", "org__parent")
        .get(pk=task.pk)
    )
    if held.order.state != Order.State.CLOSED or held.timing != "missing":
        raise Conflict("This task is not missing.")
    _check_record(held, record)
    worn = worn_at(context, held.org, as_post)
    Answer.objects.filter(task=held, standing=True).update(standing=False)
    answer = Answer.objects.create(
        task=held,
        version=held.versions + 1,
        record=record,
        answered_for=held.org,
        entered_by_id=context.account,
        person=context.actor.person_id,
        answered_at=context.now,
        after_closing=True,
        post_id=worn.post,
        substitute_for_id=worn.substitute_for,
    )
    held.state = Task.State.ACCEPTED if held.order.review == "none" else Task.State.ANSWERED
    held.timing = "late"
    held.versions += 1
    held.answered_on = held.answered_on or context.today
    held.save(update_fields=["state", "timing", "versions", "answered_on"])
    ClosedTally.objects.filter(order=held.order_id, parent=held.parent_id).update(
        late=F("late") + 1, missing=F("missing") - 1
    )
    silent = fact_of_answering(held)
    write_facts(context, held.order.issuer.root_id, [fact_of_late_answer(held, silent)])
    return answer
