"""What is done about a task beside receiving, answering and reviewing it is noted, once."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from gangmu.core.context import Context
from gangmu.core.errors import Invalid
from gangmu.kernel.audit.rows import insert_new
from gangmu.work.plans.models import Dispute, Extension, Passing, Step, Task

MOST_WORDS = 500


def note_steps(
    context: Context,
    tasks: Iterable[Task],
    event: str,
    note: str = "",
    *,
    day: date | None = None,
    data: Mapping[int, Mapping[str, Any]] | None = None,
) -> list[Step]:
    """Note for each task what was done about it; ``data`` tells more by the task's id."""
    rows = [
        Step(
            task=task,
            event=event,
            day=day or context.today,
            at=context.now,
            by_id=context.account,
            note=note[:MOST_WORDS],
            data=dict((data or {}).get(task.pk, {})),
        )
        for task in tasks
    ]
    insert_new(rows)
    return rows


def needed(words: str, field: str = "reason", most: int = MOST_WORDS) -> str:
    """Return words without blanks around them, or refuse that none were written."""
    kept = words.strip()
    if not kept:
        raise Invalid("A reason is needed.", faults={field: "This must be filled in."})
    if len(kept) > most:
        raise Invalid("Some fields need attention.", faults={field: "This is too long."})
    return kept


OPEN_DISPUTES = (Dispute.State.RAISED, Dispute.State.CLIMBED)
"""States in which somebody still has to decide."""


def end_what_is_open(context: Context, tasks: Iterable[Task]) -> None:
    """End what was still asked, disputed or passed on about tasks that are over or withdrawn."""
    ids = [task.pk for task in tasks]
    for start in range(0, len(ids), 2000):
        some = ids[start : start + 2000]
        Extension.objects.filter(task__in=some, state=Extension.State.ASKED).update(
            state=Extension.State.MOOT, decided_at=context.now
        )
        Dispute.objects.filter(task__in=some, state__in=OPEN_DISPUTES).update(
            state=Dispute.State.MOOT, decided_at=context.now
        )
        Passing.objects.filter(task__in=some, state=Passing.State.PASSED).update(state=Passing.State.RECALLED)
