"""A task is passed down (转办), to organizations, units or a named post; the answer comes back up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import orgs_below, units_below
from gangmu.kernel.orgs.rules import is_below
from gangmu.kernel.people.queries import post_by_id
from gangmu.work.plans.models import Passing, Task
from gangmu.work.plans.operations.held import TaskConflict, fresh_task, held_task
from gangmu.work.plans.operations.steps import MOST_WORDS, needed, note_steps
from gangmu.work.plans.rules import state_after
from gangmu.work.records.models import Record

MOST_ADDRESSEES = 200


@dataclass(frozen=True)
class PassTo:
    """To whom something is passed, by ids: organizations and units below, or named posts."""

    orgs: tuple[int, ...] = ()
    units: tuple[int, ...] = ()
    posts: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.orgs) + len(self.units) + len(self.posts)


@operation("plans.pass_task", permission="plans.answer", at="task.org")
def pass_task(
    context: Context, task: Task, *, to: PassTo, note: str = "", due_on: date | None = None
) -> list[Passing]:
    """Pass a task down to those who know, by a day of one's own; the duty stays with the passer.

    Refused for whoever does not stand below, is asked to help already, or for a day after the
    task's own; once an answer was given; and for a task that is disputed or over.
    """
    held = held_task(task, "pass")
    made = _pass(context, held, held.org, None, to, note, due_on or held.last_day)
    held.state = state_after(held.standing, "pass") or held.state
    if held.received_at is None:
        held.received_at, held.received_by_id = context.now, context.account
    held.save(update_fields=["state", "received_at", "received_by"])
    return made


@operation("plans.pass_on", permission="plans.answer", at="passing.place")
def pass_on(
    context: Context, passing: Passing, *, to: PassTo, note: str = "", due_on: date | None = None
) -> list[Passing]:
    """Pass on further what was passed down; the chain stays visible to all in it."""
    held = _open(passing)
    return _pass(context, held.task, held.place, held, to, note, due_on or held.due_on)


def _pass(
    context: Context,
    task: Task,
    top: Org,
    above: Passing | None,
    to: PassTo,
    note: str,
    due_on: date,
) -> list[Passing]:
    if not 0 < len(to) <= MOST_ADDRESSEES:
        raise Invalid("Name somebody to pass it to.", faults={"to": "Between one and two hundred are named."})
    last = above.due_on if above is not None else task.last_day
    if not context.today <= due_on <= last:
        raise Invalid(
            "Some fields need attention.", faults={"due_on": "The day lies between today and the due day."}
        )
    rows = [*_to_orgs(context, top, to.orgs), *_to_units(context, top, to.units)]
    rows += [_to_post(context, top, post) for post in to.posts]
    _refuse_twice(task, rows)
    for row in rows:
        row.task, row.above, row.due_on, row.note = task, above, due_on, note.strip()[:MOST_WORDS]
        row.passed_by_id, row.passed_at = context.account, context.now
    made = Passing.objects.bulk_create(rows, batch_size=500)
    names = "、".join(row.to_name for row in made[:20])
    note_steps(context, [task], "passed", note, data={task.pk: {"to": names, "count": len(made)}})
    return made


def _to_orgs(context: Context, top: Org, ids: Sequence[int]) -> list[Passing]:
    found = {org.pk: org for org in orgs_below(context, top).filter(pk__in=ids)} if ids else {}
    if len(found) != len(set(ids)) or top.pk in found:
        raise _not_below()
    return [Passing(to_org=found[each], place=found[each]) for each in ids]


def _to_units(context: Context, top: Org, ids: Sequence[int]) -> list[Passing]:
    found = (
        {unit.pk: unit for unit in units_below(context, top, context.today).filter(pk__in=ids)} if ids else {}
    )
    if len(found) != len(set(ids)):
        raise _not_below()
    return [Passing(to_unit=found[each], place=found[each].org or found[each].under) for each in ids]


def _to_post(context: Context, top: Org, post_id: int) -> Passing:
    post = post_by_id(context, post_id)
    held = post.valid_from <= context.today and (post.valid_to is None or post.valid_to > context.today)
    if not held or not is_below(post.org.path, top.path):
        raise _not_below()
    return Passing(to_post=post, place=post.org)


def _not_below() -> Invalid:
    return Invalid(
        "Some fields need attention.", faults={"to": "Those to whom it is passed stand below, today."}
    )


def _refuse_twice(task: Task, rows: Sequence[Passing]) -> None:
    open_now = Passing.objects.filter(task=task, state=Passing.State.PASSED)
    known = set(open_now.values_list("to_org", "to_unit", "to_post"))
    named = [(row.to_org_id, row.to_unit_id, row.to_post_id) for row in rows]
    if known & set(named) or len(set(named)) != len(named):
        raise Conflict("It was passed to one of them already.")


@operation("plans.answer_passing", permission="plans.answer", at="passing.place")
def answer_passing(
    context: Context, passing: Passing, *, words: str, record: Record | None = None
) -> Passing:
    """Answer upwards what was passed down, in words and, if it is written down, with a record."""
    held = _open(passing)
    if record is not None and record.org_id != held.place_id:
        raise Invalid("The record is not this organization's.", faults={"record": "Choose another record."})
    held.words = needed(words, "words", 2000)
    held.record = record
    held.state = Passing.State.ANSWERED
    held.answered_by_id, held.answered_at = context.account, context.now
    held.save(update_fields=["words", "record", "state", "answered_by", "answered_at"])
    note_steps(
        context, [held.task], "passing_answered", held.words, data={held.task_id: {"by": held.to_name}}
    )
    return held


@operation("plans.recall_passing", permission="plans.answer", at="passing.passer")
def recall_passing(context: Context, passing: Passing, *, reason: str) -> Passing:
    """Call back what was passed down and has no answer yet, with all that was passed on from it."""
    said = needed(reason)
    held = _open(passing)
    _recall_below([held.pk])
    held.state = Passing.State.RECALLED
    held.save(update_fields=["state"])
    note_steps(context, [held.task], "passing_recalled", said, data={held.task_id: {"to": held.to_name}})
    task = fresh_task(held.task)
    left = Passing.objects.filter(task=task).exclude(state=Passing.State.RECALLED)
    if task.state == Task.State.PASSED and not left.exists():
        task.state = state_after(task.standing, "recall") or task.state
        task.save(update_fields=["state"])
    return held


def _recall_below(ids: list[int]) -> None:
    while ids:
        below = list(
            Passing.objects.filter(above__in=ids, state=Passing.State.PASSED).values_list("pk", flat=True)
        )
        Passing.objects.filter(pk__in=below).update(state=Passing.State.RECALLED)
        ids = below


@operation("plans.ask_again", permission="plans.answer", at="passing.passer")
def ask_again(context: Context, passing: Passing, *, reason: str) -> Passing:
    """Send an answer that came up back down, with what is missing in it."""
    said = needed(reason)
    held = _fresh(passing)
    if held.state != Passing.State.ANSWERED or held.task.state != Task.State.PASSED:
        raise Conflict("There is no answer yet.")
    held.state, held.note = Passing.State.PASSED, said
    held.save(update_fields=["state", "note"])
    note_steps(context, [held.task], "passing_returned", said, data={held.task_id: {"to": held.to_name}})
    return held


def _fresh(passing: Passing) -> Passing:
    return (
        Passing.objects.select_for_update(of=("self",))
        .select_related(
            "task",
            "task__order",
            "task__org",
            "place",
            "to_org",
            "to_unit",
            "to_post__person",
            "above__place",
        )
        .get(pk=passing.pk)
    )


def _open(passing: Passing) -> Passing:
    """Return a passing, locked and fresh, that waits for its answer."""
    held = _fresh(passing)
    if held.state != Passing.State.PASSED:
        raise Conflict("It was answered or called back already.")
    if held.task.is_over() or held.task.state != Task.State.PASSED:
        raise TaskConflict.of(held.task, "answer")
    return held
