"""Tasks as facts."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.queries import facts_of_sources
from gangmu.kernel.facts.rules import NewFact
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.rules import noted


def source_of(task: Task) -> str:
    """Return what a fact of a task leads back to."""
    return f"task:{task.pk}"


def fact_of_answering(task: Task) -> Fact:
    """Return the fact that says whether a closed task was answered, for whoever replaces it.

    It is told apart here: asked for by its code, SQLite would walk all facts of that code.
    """
    (found,) = (each for each in facts_of_sources([source_of(task)]) if each.code == "task.answered")
    return found


def facts_of_closing(
    order: Order, tasks: Iterable[Task], gone: Mapping[int, date] | None = None
) -> list[NewFact]:
    """Return what closing writes: due, answered, on time, all on the last day of the period.

    Of an organization that is ``gone`` since a day within the period they stand on its last
    day: the day on which there still was somebody to whom they belong.
    """
    last, rows = order.span.last, []
    for task in tasks:
        note = noted(task.timing)
        ended = (gone or {}).get(task.org_id)
        day = min(last, ended - timedelta(days=1)) if ended is not None else last
        source = source_of(task)
        rows += [
            NewFact(task.org_id, day, code, Decimal(value), source, task.duty)
            for code, value in (
                ("task.due", note.due),
                ("task.answered", note.answered),
                ("task.on_time", note.on_time),
            )
        ]
    return rows


def fact_of_late_answer(task: Task, silent: Fact) -> NewFact:
    """Return the fact that takes the place of the one that said nothing was answered."""
    return NewFact(
        silent.org_id, silent.day, silent.code, Decimal(1), source_of(task), task.duty, silent.fact
    )
