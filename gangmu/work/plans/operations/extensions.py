"""A later day is asked for before a task is due, and granted or refused by who issued it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.orgs.models import Org
from gangmu.work.plans.models import Extension, Task
from gangmu.work.plans.operations.held import fresh_task, tasks_below
from gangmu.work.plans.operations.steps import needed, note_steps
from gangmu.work.plans.queries.duties import CALENDAR
from gangmu.work.plans.queries.rules_in_force import task_rules
from gangmu.work.plans.rules import UNANSWERED

MOST_REASON = 300


@dataclass(frozen=True)
class NewExtension:
    """What asking for one later day takes."""

    task: int
    until: date
    reason: str


@operation("plans.ask_extension", permission="plans.answer", at="task.org")
def ask_extension(context: Context, task: Task, *, until: date, reason: str) -> Extension:
    """Ask the issuer for a later day (延期申请), before the task is due.

    The issuer's clock runs from now; without a word by its end the pack's rule decides.
    Refused after the due day, once an answer was given, while another request waits, without
    a reason, and for a day that is not later or further off than the pack allows.
    """
    return _ask(context, {task.pk: fresh_task(task)}, [NewExtension(task.pk, until, reason)])[0]


@operation("plans.ask_extensions", permission="plans.answer", at="top")
def ask_extensions(context: Context, top: Org, *, rows: Sequence[NewExtension]) -> int:
    """Ask for later days for up to two thousand tasks at or below an organization, all or none."""
    tasks = tasks_below(top, [row.task for row in rows])
    return len(_ask(context, tasks, rows))


def _ask(context: Context, tasks: Mapping[int, Task], rows: Sequence[NewExtension]) -> list[Extension]:
    asked = set(
        Extension.objects.filter(task__in=list(tasks), state=Extension.State.ASKED).values_list(
            "task", flat=True
        )
    )
    new = [_request(context, tasks[row.task], row, waiting=row.task in asked) for row in rows]
    made = Extension.objects.bulk_create(new, batch_size=500)
    data = {row.task: {"until": row.until.isoformat()} for row in rows}
    for reason in {row.reason.strip() for row in rows}:
        named = [tasks[row.task] for row in rows if row.reason.strip() == reason]
        note_steps(context, named, "extension_asked", reason, data=data)
    return made


def _request(context: Context, task: Task, row: NewExtension, *, waiting: bool) -> Extension:
    refuse_unmovable(task)
    if waiting:
        raise Conflict("A later day was asked for already; the issuer has not answered yet.")
    if context.today > task.due_on:
        raise Conflict("The task was due on %(day)s; a later day is asked for before.", _day(task.due_on))
    clocks = task_rules(task.order.issuer)
    check_day(task, row.until, clocks.extension_most)
    return Extension(
        task=task,
        due_before=task.due_on,
        until=row.until,
        reason=needed(row.reason, most=MOST_REASON),
        asked_by_id=context.account,
        asked_at=context.now,
        asked_on=context.today,
        answer_by=CALENDAR.add_workdays(context.today, clocks.extension_answer),
    )


def refuse_unmovable(task: Task, *, disputed_too: bool = True) -> None:
    """Refuse unless a task's day can still be another one: no answer yet, its clock runs."""
    if task.is_over():
        raise Conflict("The period is closed; a later answer is given as a late one.")
    if task.disputed and disputed_too:
        raise Conflict("The task is disputed: its clock stands still until that is decided.")
    if task.state not in UNANSWERED or task.versions:
        raise Conflict("An answer was given: whether it was in time stands already.")


def check_day(task: Task, until: date, most: int) -> None:
    """Refuse a day that is not later than the task's own, or too far off."""
    if until <= task.due_on:
        raise Invalid("The day is not later.", faults={"until": "The day is not later."})
    if until > CALENDAR.add_workdays(task.due_on, most):
        raise Invalid("The day is too far off.", faults={"until": "The day is too far off."})


def _day(day: date) -> dict[str, str]:
    return {"day": day.isoformat()}


@operation("plans.grant_extension", permission="plans.issue", at="extension.task.order.issuer")
def grant_extension(
    context: Context, extension: Extension, *, until: date | None = None, note: str = ""
) -> Extension:
    """Give a task the day that was asked for, or another later one; late is judged against it.

    Pressed again it refuses, and nothing is granted for a task that was answered meanwhile.
    """
    held = _waiting(extension)
    day = until or held.until
    refuse_unmovable(held.task)
    check_day(held.task, day, task_rules(held.task.order.issuer).extension_most)
    if day < context.today:
        raise Invalid("This day is over.", faults={"until": "This day is over."})
    return _granted(context, held, day, note.strip()[:MOST_REASON])


def _granted(context: Context, held: Extension, day: date, note: str, *, silent: bool = False) -> Extension:
    held.state, held.granted_until = Extension.State.GRANTED, day
    _decided(context, held, note, silent=silent)
    move_due_day(held.task, day)
    note_steps(
        context,
        [held.task],
        "extension_granted",
        note,
        data={held.task_id: {"until": day.isoformat(), "silent": silent}},
    )
    return held


def move_due_day(task: Task, day: date) -> None:
    """Judge a task by a later day from now on."""
    task.due_on = day
    Task.objects.filter(pk=task.pk).update(due_on=day)


def _decided(context: Context, held: Extension, note: str, *, silent: bool) -> None:
    held.note, held.silent = note, silent
    held.decided_at, held.decided_by_id = context.now, context.account
    held.save(update_fields=["state", "granted_until", "note", "silent", "decided_at", "decided_by"])


@operation("plans.refuse_extension", permission="plans.issue", at="extension.task.order.issuer")
def refuse_extension(context: Context, extension: Extension, *, note: str) -> Extension:
    """Leave a task its day, with a reason."""
    held = _waiting(extension)
    said = needed(note, "note", MOST_REASON)
    return _refused(context, held, said)


def _refused(context: Context, held: Extension, note: str, *, silent: bool = False) -> Extension:
    held.state = Extension.State.REFUSED
    _decided(context, held, note, silent=silent)
    note_steps(context, [held.task], "extension_refused", note, data={held.task_id: {"silent": silent}})
    return held


def _waiting(extension: Extension) -> Extension:
    """Return a request, locked and fresh with its task, that waits for an answer."""
    held = (
        Extension.objects.select_for_update(of=("self",))
        .select_related("task", "task__order", "task__order__issuer", "task__org")
        .get(pk=extension.pk)
    )
    if held.state != Extension.State.ASKED:
        raise Conflict("This request was answered already.")
    return held


def answer_silence(context: Context, issuer: Org, *, most: int) -> int:
    """Decide, as the pack says, what an issuer has left unanswered past its clock."""
    rules = task_rules(issuer)
    late = (
        Extension.objects.select_for_update(of=("self",))
        .select_related("task", "task__order", "task__order__issuer", "task__org")
        .filter(state=Extension.State.ASKED, task__order__issuer=issuer, answer_by__lt=context.today)
        .order_by("pk")[:most]
    )
    count = 0
    for held in late:
        count += 1
        task = held.task
        if task.is_over() or task.disputed or task.state not in UNANSWERED:
            held.state = Extension.State.MOOT
            _decided(context, held, "", silent=True)
        elif rules.extension_silence == "grants" and held.until > task.due_on:
            _granted(context, held, held.until, "", silent=True)
        else:
            _refused(context, held, "", silent=True)
    return count
