"""Issuing an order, answering and reviewing its tasks, closing a period: every write of the loop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NoReturn

from django.db.models import Count, F, Min, Q

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.queries import facts_of_sources
from gangmu.kernel.guard.queries import refuse_text
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.rules import is_below
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.work.plans.facts import fact_of_late_answer, facts_of_closing, source_of
from gangmu.work.plans.models import Answer, ClosedTally, Order, Return, Task
from gangmu.work.plans.queries import (
    CALENDAR,
    duty_of,
    duty_of_order,
    parsed_period,
    record_kind_of,
    standing_answer,
    tree_on,
)
from gangmu.work.plans.rules import (
    Asked,
    Event,
    closed_timing,
    due_on,
    may,
    period_fits,
    state_after,
    states_before,
    timing_of,
    who_is_asked,
)
from gangmu.work.records.models import Record
from gangmu.work.records.operations import NewRecord, correct_record, write_record, write_records
from gangmu.work.records.rules import serves

BATCH = 2000
FACTS_A_TASK = 3


class TaskConflict(Conflict):
    """A task that does not stand where the step could be taken."""

    @classmethod
    def of(cls, task: Task, event: str) -> "TaskConflict":
        """Say what was wanted and why the task refuses it."""
        if _over(task) and event != "accept":
            return cls("The period is closed; a later answer is given as a late one.")
        sentences = {
            "withdrawn": "The order was withdrawn.",
            "answered": "The answer is being reviewed.",
            "accepted": "The answer was accepted already.",
            "returned": "The answer was given back already.",
            "issued": "There is no answer yet.",
            "received": "There is no answer yet." if event != "receive" else "This was received already.",
        }
        return cls(sentences[task.state])


# Issuing


@operation("plans.issue_order", permission="plans.issue", at="issuer")
def issue_order(
    context: Context, issuer: Org, *, duty: str, period: str, text: str = "", knowingly: bool = False
) -> Order:
    """Issue a duty's order for a period; who is asked follows from the tree of this day.

    It may be pressed twice: the order that is there is returned. Delivering the tasks
    follows in batches (``deliver_order``). Refused for a period that the duty is not owed
    for, for one that is over, and where the order would reach nobody; and a text that asks
    for what the rules against formalism forbid, or, unless ``knowingly``, what they warn of.
    """
    known = Order.objects.filter(duty=duty, period=period, issuer=issuer).first()
    if known is not None:
        return _known_order(known)
    kind, span = duty_of(issuer, duty), parsed_period(period)
    if not period_fits(kind.every, span):
        raise Invalid("The duty is not owed for such a period.", faults={"period": "Choose another period."})
    if kind.expires_on is not None and span.first > kind.expires_on:
        raise Conflict("What approved this duty has ended.")
    refuse_text(issuer, {"text": text}, what="order", context=context, measured=True, knowingly=knowingly)
    if not issuer.is_open():
        raise Conflict("%(org)s is closed.", {"org": issuer.name})
    due = due_on(kind, span, CALENDAR, context.today)
    if due < context.today:
        raise Conflict("The day on which this would be due is over.")
    asked = who_is_asked(kind, tree_on(context, issuer, context.today))
    if not asked:
        raise Conflict("This order would reach nobody.")
    order, _ = Order.objects.get_or_create(
        duty=duty,
        period=str(span),
        issuer=issuer,
        defaults={
            "pack": pack_version_of(issuer.root_id),
            "title": kind.title.zh_hans[:200],
            "text": text.strip(),
            "answer_kind": kind.answer,
            "review": kind.review,
            "minutes": kind.minutes,
            "issued_at": context.now,
            "issued_on": context.today,
            "issued_by_id": context.account,
            "due_on": due,
            "asked": len(asked),
        },
    )
    return order


def _known_order(order: Order) -> Order:
    if order.state == Order.State.WITHDRAWN:
        raise Conflict("The order was withdrawn.")
    return order


@operation("plans.deliver_order", permission="plans.issue", at="order.issuer")
def deliver_order(context: Context, order: Order, *, most: int = BATCH) -> int:
    """Give the next organizations their task, two thousand at most; return how many there were.

    It goes on where the last batch ended, so that a crash halfway is healed by calling it
    again, and nobody has two. With the last batch the order stands as issued.
    """
    held = Order.objects.select_for_update(of=("self",)).select_related("issuer", "pack").get(pk=order.pk)
    if held.state != Order.State.ISSUING:
        return 0
    tree = tree_on(context, held.issuer, held.issued_on, after=held.delivered_to)
    asked = who_is_asked(duty_of_order(held), tree)
    batch = asked[: min(most, BATCH)]
    Task.objects.bulk_create([_task(held, each) for each in batch], batch_size=500)
    if batch:
        held.delivered_to = batch[-1].path
    if len(asked) == len(batch):
        held.state = Order.State.ISSUED
    held.save(update_fields=["delivered_to", "state"])
    return len(batch)


def _task(order: Order, asked: Asked) -> Task:
    return Task(
        order=order,
        org_id=asked.org,
        duty=order.duty,
        period=order.period,
        path=asked.path,
        parent_id=asked.parent,
        due_on=order.due_on,
    )


def issue_to_all(
    context: Context, issuer: Org, *, duty: str, period: str, text: str = "", knowingly: bool = False
) -> Order:
    """Issue an order and deliver it to the end: one operation, then one for each batch."""
    order = issue_order(context, issuer, duty=duty, period=period, text=text, knowingly=knowingly)
    while order.state == Order.State.ISSUING:
        deliver_order(context, order)
        order.refresh_from_db()
    return order


@operation("plans.withdraw_order", permission="plans.issue", at="order.issuer")
def withdraw_order(context: Context, order: Order, *, reason: str) -> Order:
    """Take an order back from everybody; answers that were given are kept as records.

    Refused without a reason and once its period is being closed.
    """
    if not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": "This must be filled in."})
    held = Order.objects.select_for_update().get(pk=order.pk)
    if held.state not in (Order.State.ISSUING, Order.State.ISSUED):
        raise Conflict("The order is closed or was withdrawn already.")
    Task.objects.filter(order=held, state__in=states_before("withdraw")).update(state=Task.State.WITHDRAWN)
    held.state = Order.State.WITHDRAWN
    held.withdrawn_reason = reason.strip()[:300]
    held.ended_at = context.now
    held.save(update_fields=["state", "withdrawn_reason", "ended_at"])
    return held


# Answering


def _held(task: Task, event: Event) -> Task:
    """Return a task, locked and fresh, that may take a step; otherwise refuse."""
    held = (
        Task.objects.select_for_update(of=("self",))
        .select_related("order", "order__issuer", "order__pack", "org", "org__parent")
        .defer("order__pack__files")
        .get(pk=task.pk)
    )
    if not may(held.state, event, closed=_over(held)):
        raise TaskConflict.of(held, event)
    return held


def _over(task: Task) -> bool:
    """Whether a task's period is closed or being closed."""
    return task.is_closed() or task.order.state in (Order.State.CLOSING, Order.State.CLOSED)


@operation("plans.receive_task", permission="plans.answer", at="task.org")
def receive_task(context: Context, task: Task) -> Task:
    """Confirm that a task has arrived (签收); answering does so too."""
    held = _held(task, "receive")
    held.state = Task.State.RECEIVED
    held.received_at = context.now
    held.received_by_id = context.account
    held.save(update_fields=["state", "received_at", "received_by"])
    return held


@operation("plans.answer_task", permission="plans.answer", at="task.org")
def answer_task(context: Context, task: Task, *, record: Record) -> Answer:
    """Answer a task with a record, new or already held.

    The record is what was reported; the answer only says who gave it, for whom it was
    entered and when. Others who ask the same organization for the same duty and period are
    answered by it as well. Refused for a task that is closed, withdrawn or being reviewed,
    and for a record of another organization, kind or period, or one that was corrected.
    """
    held = _held(task, "answer")
    _check_record(held, record)
    others = _others_asking(held)
    answers = _answer(context, [(each, record) for each in (held, *others)])
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
    same = Q(org=task.org_id, duty=task.duty, period=task.period, order__answer_kind=task.order.answer_kind)
    return list(
        Task.objects.select_for_update(of=("self",))
        .select_related("order", "org")
        .filter(same, state__in=("issued", "received"), closed_at=None)
        .exclude(pk=task.pk)
    )


def _answer(context: Context, pairs: Sequence[tuple[Task, Record]]) -> list[Answer]:
    """Write answers and move their tasks on, in a number of statements that does not grow."""
    today = context.today
    ids = [task.pk for task, _ in pairs]
    again = [task.pk for task, _ in pairs if task.versions]
    if again:
        Answer.objects.filter(task__in=again, standing=True).update(standing=False)
    answers = Answer.objects.bulk_create(
        [
            Answer(
                task=task,
                version=task.versions + 1,
                record=record,
                answered_for_id=task.org_id,
                entered_by_id=context.account,
                person=context.actor.person_id,
                answered_at=context.now,
            )
            for task, record in pairs
        ],
        batch_size=500,
    )
    Task.objects.filter(pk__in=ids, received_at=None).update(
        received_at=context.now, received_by=context.account
    )
    for task, _ in pairs:
        task.timing = task.timing or timing_of(today, task.due_on)
        task.state = state_after(task.state, "answer") or task.state
        task.answered_on = task.answered_on or today
        task.versions += 1
    for timing in {task.timing for task, _ in pairs}:
        for review in {task.order.review for task, _ in pairs}:
            chosen = [task.pk for task, _ in pairs if (task.timing, task.order.review) == (timing, review)]
            _move_on(context, chosen, timing, accepted=review == "none")
    return answers


def _move_on(context: Context, ids: list[int], timing: str, *, accepted: bool) -> None:
    tasks = Task.objects.filter(pk__in=ids)
    tasks.filter(answered_on=None).update(answered_on=context.today)
    tasks.update(state=Task.State.ANSWERED, timing=timing, versions=F("versions") + 1)
    if accepted:
        tasks.update(state=Task.State.ACCEPTED, accepted_at=context.now)


@operation("plans.report_task", permission="plans.answer", at="task.org", secret=("values",))
def report_task(
    context: Context, task: Task, *, values: Mapping[str, Any], day: date | None = None, reason: str = ""
) -> Answer:
    """Write the record that a task asks for and answer with it, both or neither.

    After a return the record that was given is corrected, and both versions are kept. A
    task that was noted as missing is answered late.
    """
    if task.timing == "missing":
        return answer_late(context, task, record=_record_for(context, task, values, day, reason))
    held = _held(task, "answer")
    return answer_task(context, held, record=_record_for(context, held, values, day, reason))


def _record_for(
    context: Context, task: Task, values: Mapping[str, Any], day: date | None, reason: str
) -> Record:
    """Return a record with the values: the one that was given before, corrected, or a new one."""
    present = standing_answer(task)
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
    tasks = _held_below(top, [each.task for each in answers], "answer")
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
    _answer(context, [(tasks[each.task], record) for each, record in zip(answers, records, strict=True)])
    return len(answers)


def _held_below(top: Org, ids: Sequence[int], event: Event) -> dict[int, Task]:
    """Return many tasks at or below an organization that may take a step; otherwise refuse."""
    if len(ids) > BATCH:
        raise Invalid("At most %(most)s tasks are taken at once.", {"most": BATCH})
    if len(set(ids)) != len(ids):
        raise Invalid("A task stands twice in the list.")
    tasks = {
        task.pk: task
        for task in Task.objects.select_for_update(of=("self",))
        .select_related("order", "order__pack", "order__issuer", "org", "org__parent")
        .defer("order__pack__files")
        .filter(pk__in=list(ids))
    }
    for id_ in ids:
        task = tasks.get(id_)
        if task is None or not is_below(task.org.path, top.path):
            raise NotFound("There is no such task.")
        if not may(task.state, event, closed=_over(task)):
            raise TaskConflict.of(task, event)
    return tasks


# Reviewing


@operation("plans.accept_task", permission="plans.review", at="task.reviewer")
def accept_task(context: Context, task: Task) -> Task:
    """Accept the answer that stands (复核)."""
    held = _held(task, "accept")
    _accept(context, [held.pk])
    held.refresh_from_db()
    return held


@operation("plans.accept_tasks", permission="plans.review", at="top")
def accept_tasks(context: Context, top: Org, *, tasks: Sequence[int]) -> int:
    """Accept the answers of up to two thousand tasks that an organization reviews, it or those below it.

    All or none: one that cannot be accepted refuses the rest with it.
    """
    held = _held_below(top, tasks, "accept")
    for task in held.values():
        if not is_below(task.reviewer.path, top.path):
            raise NotFound("There is no such task.")
    return _accept(context, list(held))


def _accept(context: Context, ids: list[int]) -> int:
    return Task.objects.filter(pk__in=ids).update(
        state=Task.State.ACCEPTED, accepted_at=context.now, accepted_by=context.account
    )


@operation("plans.return_task", permission="plans.review", at="task.reviewer")
def return_task(
    context: Context, task: Task, *, reason: str, faults: Mapping[str, str] | None = None
) -> Return:
    """Give an answer back (退办) with a reason and, beside the fields, what is wrong with each.

    Refused without a reason, for a field that the record does not have, and once the
    period is closed.
    """
    held = _held(task, "return")
    said = {code: fault.strip()[:300] for code, fault in (faults or {}).items() if fault.strip()}
    if not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": "This must be filled in."})
    known = {spec.code for spec in record_kind_of(held.order).fields}
    if said.keys() - known:
        raise Invalid(
            "There is no such field.",
            faults=dict.fromkeys(said.keys() - known, "There is no such field."),
        )
    answer = standing_answer(held) or _no_answer()
    given_back = Return.objects.create(
        answer=answer,
        task=held,
        reason=reason.strip()[:500],
        faults=said,
        returned_by_id=context.account,
        returned_at=context.now,
    )
    held.state = Task.State.RETURNED
    held.returns += 1
    held.save(update_fields=["state", "returns"])
    return given_back


def _no_answer() -> NoReturn:
    raise Conflict("There is no answer yet.")


# Closing


@operation("plans.close_order", permission="plans.close", at="order.issuer")
def close_order(context: Context, order: Order) -> Order:
    """Begin to close an order: from now on nothing is answered in time, returned or withdrawn.

    It may be pressed twice. Refused before its due day is over, and while it is being
    issued. The tasks follow in batches (``close_tasks``).
    """
    held = Order.objects.select_for_update().get(pk=order.pk)
    if held.state in (Order.State.CLOSING, Order.State.CLOSED):
        return held
    if held.state != Order.State.ISSUED:
        raise Conflict("The order is being issued still, or was withdrawn.")
    if context.today <= held.due_on:
        raise Conflict(
            "The order is due on %(day)s; it is closed after that.", {"day": held.due_on.isoformat()}
        )
    held.state = Order.State.CLOSING
    held.save(update_fields=["state"])
    return held


@operation("plans.close_tasks", permission="plans.close", at="order.issuer")
def close_tasks(context: Context, order: Order, *, most: int = BATCH // FACTS_A_TASK) -> int:
    """Note on time, late or missing for the next batch of an order's tasks, and write the facts.

    Who has no answer that stands is noted as missing: silence counts as 0, not as unknown.
    A crash halfway is healed by calling it again. Return how many tasks were closed.
    """
    held = Order.objects.select_for_update(of=("self",)).select_related("issuer").get(pk=order.pk)
    if held.state != Order.State.CLOSING:
        return 0
    most = min(most, BATCH // FACTS_A_TASK)
    tasks = list(Task.objects.select_for_update().filter(order=held, closed_at=None).order_by("pk")[:most])
    for task in tasks:
        task.timing = closed_timing(task.state, task.timing)
    for timing in {task.timing for task in tasks}:
        ids = [task.pk for task in tasks if task.timing == timing]
        Task.objects.filter(pk__in=ids).update(timing=timing, closed_at=context.now)
    write_facts(context, held.issuer.root_id, facts_of_closing(held, tasks))
    if len(tasks) < most:
        _write_tallies(held)
        held.state = Order.State.CLOSED
        held.ended_at = context.now
        held.save(update_fields=["state", "ended_at"])
    return len(tasks)


def _write_tallies(order: Order) -> None:
    """Keep what an order came to below each organization, so that accounts need not count again."""
    counts = {timing: Count("pk", filter=Q(timing=timing)) for timing in ("on_time", "late", "missing")}
    rows = (
        Task.objects.filter(order=order).values("parent_id").annotate(path=Min("path"), **counts).order_by()
    )
    ClosedTally.objects.bulk_create([ClosedTally(order=order, **row) for row in rows], batch_size=500)


def close_period(context: Context, issuer: Org, *, period: str) -> int:
    """Close all of an issuer's orders of a period to the end; return how many tasks were closed.

    One operation an order, one a batch: whatever was interrupted is taken up again.
    """
    span = parsed_period(period)
    orders = Order.objects.filter(issuer=issuer, period=str(span)).exclude(state=Order.State.WITHDRAWN)
    closed = 0
    for order in orders.exclude(state=Order.State.CLOSED).select_related("issuer").order_by("pk"):
        close_order(context, order)
        while (count := close_tasks(context, order)) > 0:
            closed += count
    return closed


@operation("plans.answer_late", permission="plans.answer", at="task.org")
def answer_late(context: Context, task: Task, *, record: Record) -> Answer:
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
    )
    held.state = Task.State.ACCEPTED if held.order.review == "none" else Task.State.ANSWERED
    held.timing = "late"
    held.versions += 1
    held.answered_on = held.answered_on or context.today
    held.save(update_fields=["state", "timing", "versions", "answered_on"])
    ClosedTally.objects.filter(order=held.order_id, parent=held.parent_id).update(
        late=F("late") + 1, missing=F("missing") - 1
    )
    silent = facts_of_sources([source_of(held)]).get(code="task.answered")
    write_facts(context, held.order.issuer.root_id, [fact_of_late_answer(held, silent)])
    return answer
