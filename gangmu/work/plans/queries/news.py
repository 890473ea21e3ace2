"""What an answer says that was not known before: only that is reviewed."""

from collections.abc import Iterable

from gangmu.work.plans.models import Task
from gangmu.work.plans.queries.duties import record_kind_of
from gangmu.work.records.models import Record
from gangmu.work.records.queries import bringing_news


def settled_by(answered: Iterable[tuple[Task, Record]]) -> set[int]:
    """Return the tasks whose answer nobody has to look at, by their ids.

    Nobody was to, or it only confirms what is known and valid.
    """
    settled, shared = set(), []
    for task, record in answered:
        if task.order.review == "none":
            settled.add(task.pk)
        elif (kind := record_kind_of(task.order)).shared:
            shared.append((task, kind, record))
    news = bringing_news((kind, record) for _, kind, record in shared)
    return settled | {task.pk for task, _, record in shared if record.pk not in news}
