"""One step for many ticked tasks: each row has its own result, a stale one is refused, some can be undone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed, Refusal
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import OWN, operation
from gangmu.kernel.inbox.operations import NewItem, post_items
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.rules import is_below
from gangmu.work.plans.models import Bulk, Extension, Step, Task
from gangmu.work.plans.operations.extensions import check_day, refuse_unmovable
from gangmu.work.plans.operations.held import TaskConflict, check_seen, fresh_tasks
from gangmu.work.plans.operations.reviews import accept_all
from gangmu.work.plans.operations.steps import needed, note_steps
from gangmu.work.plans.operations.withdrawing import take_back
from gangmu.work.plans.queries.rules_in_force import task_rules
from gangmu.work.plans.rules import OPEN, may

MOST_ROWS = 2000


@dataclass(frozen=True)
class Ticked:
    """One row of a list that was ticked, and how it stood on the page that was read."""

    task: int
    seen: str = ""


NOT_HERE = msgid("There is no such task.")
DONE = msgid("Done.")


def _judged(rows: Sequence[Ticked], check: Callable[[Task], None]) -> tuple[list[Task], list[dict[str, Any]]]:
    """Return the tasks that may take the step, and a result for every row."""
    if not rows:
        raise Invalid("Nothing was ticked.", faults={"rows": "Nothing was ticked."})
    if len(rows) > MOST_ROWS:
        raise Invalid("At most %(most)s tasks are taken at once.", {"most": MOST_ROWS})
    tasks = fresh_tasks([row.task for row in rows])
    fit, results = [], []
    for row in rows:
        task = tasks.get(row.task)
        if task is None:
            results.append(_result(row.task, "refused", NOT_HERE))
            continue
        try:
            check(task)
            check_seen(task, row.seen)
        except Refusal as refusal:
            outcome = "stale" if row.seen and row.seen != task.token else "refused"
            said = refusal.message if refusal.message != NOT_HERE else NOT_HERE
            results.append(_result(row.task, outcome, said, refusal.values))
        else:
            fit.append(task)
            results.append(_result(row.task, "done", DONE) | {"before": task.token})
    return fit, results


def _result(task: int, outcome: str, said: str, params: Any = None) -> dict[str, Any]:
    return {"task": task, "outcome": outcome, "said": said, "params": dict(params or {})}


def _kept(
    context: Context, kind: str, org: Org, results: list[dict[str, Any]], tasks: Sequence[Task]
) -> Bulk:
    """Keep what came of each row, with how it stands now."""
    now = {task.pk: task.token for task in Task.objects.filter(pk__in=[task.pk for task in tasks])}
    for result in results:
        if result["outcome"] == "done":
            result["after"] = now[result["task"]]
    return Bulk.objects.create(
        kind=kind, org=org, made_by_id=context.account, made_at=context.now, rows=results
    )


def _refuse_elsewhere(here: bool) -> None:
    if not here:
        raise Conflict(NOT_HERE)


@operation("plans.accept_ticked", permission="plans.review", at="top")
def accept_ticked(context: Context, top: Org, *, rows: Sequence[Ticked]) -> Bulk:
    """Accept the ticked answers that an organization, or one below it, reviews; row by row.

    A row that changed since the page was read is refused and says what happened; the others
    are accepted.
    """

    def check(task: Task) -> None:
        _refuse_elsewhere(is_below(task.reviewer.path, top.path) and is_below(task.org.path, top.path))
        if not may(task.standing, "accept", closed=task.is_over()):
            raise TaskConflict.of(task, "accept")

    fit, results = _judged(rows, check)
    accept_all(context, [task.pk for task in fit])
    return _kept(context, "accept", top, results, fit)


@operation("plans.remind_ticked", permission="plans.review", at="top")
def remind_ticked(context: Context, top: Org, *, rows: Sequence[Ticked], note: str = "") -> Bulk:
    """Remind of the ticked tasks that are open, each once a day at most; it waits in their inboxes.

    Nobody is disturbed: it is shown when they look, and counted in the day's one digest.
    """
    told = set(
        Step.objects.filter(
            task__in=[row.task for row in rows], event="reminded", day=context.today
        ).values_list("task", flat=True)
    )

    def check(task: Task) -> None:
        _refuse_elsewhere(is_below(task.org.path, top.path))
        if task.is_over() or task.state not in OPEN:
            raise TaskConflict.of(task, "remind")
        if task.pk in told:
            raise Conflict("A reminder went out today already.")

    fit, results = _judged(rows, check)
    note_steps(context, fit, "reminded", note.strip())
    bulk = _kept(context, "remind", top, results, fit)
    _put_before(context, top, bulk, [task for task in fit if not task.disputed], note.strip())
    return bulk


def _put_before(context: Context, top: Org, bulk: Bulk, tasks: Sequence[Task], note: str) -> None:
    """Show the reminders to those who answer: one item an organization."""
    by_org: dict[int, list[Task]] = {}
    for task in tasks:
        by_org.setdefault(task.org_id, []).append(task)
    items = [_reminder(some, note) for some in by_org.values()]
    if items:
        post_items(context, top, source=f"plans.Bulk:{bulk.pk}", batch=items)


def _reminder(tasks: Sequence[Task], note: str) -> NewItem:
    first = min(tasks, key=lambda task: task.last_day)
    one = len(tasks) == 1
    return NewItem(
        title=msgid("A reminder: %(title)s") if one else msgid("A reminder: %(count)s tasks are open"),
        params={"title": first.order.title, "count": len(tasks)},
        text=note,
        url_name="plans-task" if one else "plans-waiting",
        url_args={"task_id": first.pk} if one else {},
        org=first.org,
        permission="plans.answer",
        to_read=True,
        due_on=first.last_day,
    )


@operation("plans.extend_ticked", permission="plans.issue", at="issuer")
def extend_ticked(context: Context, issuer: Org, *, rows: Sequence[Ticked], until: date, reason: str) -> Bulk:
    """Give the ticked tasks of an issuer's orders a later day, asked or unasked; row by row."""
    said = needed(reason, most=300)
    if until < context.today:
        raise Invalid("This day is over.", faults={"until": "This day is over."})
    most = task_rules(issuer).extension_most

    def check(task: Task) -> None:
        _refuse_elsewhere(task.order.issuer_id == issuer.pk)
        refuse_unmovable(task, disputed_too=False)
        check_day(task, until, most)

    fit, results = _judged(rows, check)
    asked = Extension.objects.filter(task__in=[task.pk for task in fit], state=Extension.State.ASKED)
    waiting = {each.task_id: each for each in asked.select_for_update()}
    new = [_given(context, task, until, said) for task in fit if task.pk not in waiting]
    for each in waiting.values():
        each.state, each.granted_until, each.note = Extension.State.GRANTED, until, said
        each.decided_at, each.decided_by_id = context.now, context.account
    Extension.objects.bulk_create(new, batch_size=500)
    Extension.objects.bulk_update(
        list(waiting.values()), ["state", "granted_until", "note", "decided_at", "decided_by"], batch_size=500
    )
    Task.objects.filter(pk__in=[task.pk for task in fit]).update(due_on=until)
    data = {task.pk: {"until": until.isoformat()} for task in fit}
    note_steps(context, fit, "extension_granted", said, data=data)
    return _kept(context, "extend", issuer, results, fit)


def _given(context: Context, task: Task, until: date, reason: str) -> Extension:
    return Extension(
        task=task,
        state=Extension.State.GRANTED,
        due_before=task.due_on,
        until=until,
        granted_until=until,
        reason=reason,
        asked_by_id=context.account,
        asked_at=context.now,
        asked_on=context.today,
        answer_by=context.today,
        decided_by_id=context.account,
        decided_at=context.now,
    )


@operation("plans.withdraw_ticked", permission="plans.issue", at="issuer")
def withdraw_ticked(context: Context, issuer: Org, *, rows: Sequence[Ticked], reason: str) -> Bulk:
    """Take the ticked tasks of an issuer's orders back, with a reason; row by row. It is final."""
    said = needed(reason)

    def check(task: Task) -> None:
        _refuse_elsewhere(task.order.issuer_id == issuer.pk)
        if not may(task.standing, "withdraw", closed=task.is_over()):
            raise TaskConflict.of(task, "withdraw")

    fit, results = _judged(rows, check)
    take_back(context, fit, said)
    return _kept(context, "withdraw", issuer, results, fit)


# Undoing

UNDONE_BY = {"accept": "plans.review", "extend": "plans.issue"}


@operation("plans.undo_ticked", permission=OWN)
def undo_ticked(context: Context, bulk: Bulk) -> Bulk:
    """Undo one's own press on a list, where the rows still stand as it left them.

    Accepting and giving a later day can be undone; what was taken back or reminded of cannot.
    A row that has changed since, or whose period was closed, keeps what happened.
    """
    held = Bulk.objects.select_for_update(of=("self",)).select_related("org").get(pk=bulk.pk)
    if held.made_by_id != context.account or held.kind not in UNDONE_BY:
        raise Conflict("This cannot be undone.")
    if not context.may(UNDONE_BY[held.kind], held.org.path):
        raise NotAllowed("You may not do this here.")
    if held.undone_at is not None:
        raise Conflict("This was undone already.")
    after = {row["task"]: row for row in held.rows if row["outcome"] == "done"}

    def check(task: Task) -> None:
        if held.kind == "accept" and not may(task.standing, "reopen", closed=task.is_over()):
            raise TaskConflict.of(task, "reopen")
        if held.kind == "extend":
            refuse_unmovable(task, disputed_too=True)

    rows = [Ticked(id_, row["after"]) for id_, row in after.items()]
    fit, results = _judged(rows, check)
    undo = _reopen if held.kind == "accept" else _shorten
    undo(context, fit, held)
    held.undone_at, held.undone_rows = context.now, results
    held.save(update_fields=["undone_at", "undone_rows"])
    return held


def _reopen(context: Context, tasks: Sequence[Task], bulk: Bulk) -> None:
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(
        state=Task.State.ANSWERED, accepted_at=None, accepted_by=None
    )
    note_steps(context, tasks, "reopened")


def _shorten(context: Context, tasks: Sequence[Task], bulk: Bulk) -> None:
    """Give tasks the day back that they had before a later one was given."""
    given = Extension.objects.filter(
        task__in=[task.pk for task in tasks], state=Extension.State.GRANTED, decided_at=bulk.made_at
    )
    before = {each.task_id: each for each in given}
    for task in tasks:
        task.due_on = before[task.pk].due_before
    Task.objects.bulk_update(tasks, ["due_on"], batch_size=500)
    Extension.objects.filter(pk__in=[each.pk for each in before.values()]).update(
        state=Extension.State.MOOT, granted_until=None
    )
    note_steps(context, tasks, "extension_undone")
