"""Answers that were given on paper come in as a sheet, labelled, and can be taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.facts.operations import write_facts
from gangmu.kernel.facts.rules import NewFact
from gangmu.kernel.orgs.models import Org
from gangmu.work.plans.facts import fact_of_answering
from gangmu.work.plans.models import Answer, ClosedTally, Order, PaperAnswer, Task
from gangmu.work.plans.operations.answers import NewAnswer, answer_late, answer_tasks
from gangmu.work.plans.operations.held import tasks_below
from gangmu.work.plans.operations.orders import BATCH
from gangmu.work.plans.queries.duties import record_kind_of
from gangmu.work.records.models import Record
from gangmu.work.records.operations import take_back_records, write_record
from gangmu.work.records.rules import serves


@dataclass(frozen=True)
class PaperForm:
    """One form as it was filled in by hand: of which task, what it says, the day on it."""

    task: int
    values: Mapping[str, Any] = field(default_factory=dict)
    given_on: date | None = None


@operation("plans.answer_on_paper", permission="plans.answer", at="top", secret=("forms",))
def answer_on_paper(context: Context, top: Org, *, forms: Sequence[PaperForm]) -> list[int]:
    """Enter up to two thousand answers that were given on paper, for those who gave them.

    Each says for whom it was answered, who entered it and the day on the paper. What is
    entered after the due day is labelled as entered afterwards (补录) and counted apart: it
    is late, whatever day the paper shows. One that is wrong refuses them all, by its row.
    """
    tasks = tasks_below(top, [each.task for each in forms])
    faults = {
        f"{at}.given_on": msgid("This day has not come yet.")
        for at, each in enumerate(forms)
        if each.given_on is not None and each.given_on > context.today
    }
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)
    before = {pk: (task.state, task.timing) for pk, task in tasks.items()}
    late = [at for at, each in enumerate(forms) if tasks[each.task].timing == "missing"]
    now = [at for at in range(len(forms)) if at not in set(late)]
    _answer_now(context, top, forms, now)
    for at in late:
        _answer_late(context, at, forms[at], tasks[forms[at].task])
    answers = {each.task_id: each for each in Answer.objects.filter(task__in=list(tasks), standing=True)}
    PaperAnswer.objects.bulk_create(
        [
            PaperAnswer(
                answer=answers[each.task],
                task_id=each.task,
                given_on=each.given_on or context.today,
                backfilled=context.today > tasks[each.task].due_on,
                first_state=before[each.task][0],
                first_timing=before[each.task][1],
            )
            for each in forms
        ],
        batch_size=500,
    )
    return [answers[each.task].pk for each in forms]


def _answer_now(context: Context, top: Org, forms: Sequence[PaperForm], chosen: Sequence[int]) -> None:
    if not chosen:
        return
    new = [NewAnswer(forms[at].task, forms[at].values, forms[at].given_on) for at in chosen]
    try:
        answer_tasks(context, top, answers=new)
    except Invalid as refusal:
        faults = {}
        for name, said in refusal.faults.items():
            index, _, code = name.partition(".")
            if len(chosen) == 1 and not index.isdigit():
                index, code = "0", name
            faults[f"{chosen[int(index)]}.{code}" if index.isdigit() else name] = said
        raise Invalid(refusal.message, refusal.values, faults=faults) from None


def _answer_late(context: Context, at: int, form: PaperForm, task: Task) -> None:
    try:
        answer_late(context, task, record=_record(context, form, task))
    except Invalid as refusal:
        faults = {f"{at}.{code}": said for code, said in refusal.faults.items()}
        raise Invalid(refusal.message, refusal.values, faults=faults) from None


def _record(context: Context, form: PaperForm, task: Task) -> Record:
    kind = record_kind_of(task.order)
    day = task.order.span.last if kind.entry == "report" else form.given_on
    record = write_record(context, task.org, kind=kind.code, values=form.values, day=day)
    if not serves(record, kind=kind.code, org_id=task.org_id, period=task.order.span):
        outside = msgid("This day lies outside the period.")
        raise Invalid("Some fields need attention.", faults={"day": outside})
    return record


# Taking back

_USED = msgid("One of the answers was reviewed, given back or changed since.")


def refuse_used(answers: Sequence[int]) -> None:
    """Refuse to take back answers on which something was built."""
    rows = Answer.objects.filter(pk__in=list(answers)).select_related("task", "task__order", "record")
    for answer in rows:
        task = answer.task
        reviewed = task.state == Task.State.ACCEPTED and task.accepted_by_id is not None
        closed = task.is_closed() and not answer.after_closing
        if not answer.standing or reviewed or closed or task.state == Task.State.RETURNED:
            raise Conflict(_USED)
        if not answer.record.standing or answer.record.answers.exclude(pk=answer.pk).exists():
            raise Conflict(_USED)


@operation("plans.take_back_paper", permission="plans.answer", at="top")
def take_back_paper(context: Context, top: Org, *, answers: Sequence[int]) -> int:
    """Take back up to two thousand answers that came from paper, as when their sheet is undone.

    Each task stands as before, its record is taken back, and a fact that said it was
    answered late says again that it was not. Refused once one was reviewed, given back or
    changed, or its period was closed with it.
    """
    if len(answers) > BATCH:
        raise Invalid("At most %(most)s tasks are taken at once.", {"most": BATCH})
    papers = list(
        PaperAnswer.objects.filter(answer__in=list(answers)).select_related(
            "answer",
            "answer__task",
            "answer__task__org",
            "answer__task__order",
            "answer__task__order__issuer",
        )
    )
    tasks_below(top, [each.task_id for each in papers])
    if len(papers) != len(set(answers)):
        raise NotFound("There is no such task.")
    refuse_used([each.answer_id for each in papers])
    records = [each.answer.record_id for each in papers]
    for each in papers:
        _take_back(context, each)
    take_back_records(context, top, records=records)
    return len(papers)


def _take_back(context: Context, paper: PaperAnswer) -> None:
    answer, task, order = paper.answer, paper.answer.task, paper.answer.task.order
    changes: dict[str, Any] = {"state": paper.first_state, "timing": paper.first_timing, "accepted_at": None}
    changes["versions"] = task.versions - 1
    if task.versions == 1:
        changes["answered_on"] = None
    if task.received_at == answer.answered_at:
        changes |= {"received_at": None, "received_by": None}
    paper.delete()
    answer.delete()
    Task.objects.filter(pk=task.pk).update(**changes)
    if answer.after_closing:
        _silent_again(context, order, task)


def _silent_again(context: Context, order: Order, task: Task) -> None:
    """Note once more that a closed task was not answered."""
    ClosedTally.objects.filter(order=order, parent=task.parent_id).update(
        late=F("late") - 1, missing=F("missing") + 1
    )
    said = fact_of_answering(task)
    again = NewFact(said.org_id, said.day, said.code, Decimal(0), said.source, said.item, said.fact)
    write_facts(context, order.issuer.root_id, [again])
