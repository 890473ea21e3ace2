"""What an answer says that was not known before: only that is reviewed."""

from gangmu.work.plans.models import Task
from gangmu.work.plans.queries.duties import record_kind_of
from gangmu.work.records.models import Record
from gangmu.work.records.queries import brings_news


def nothing_to_review(task: Task, record: Record) -> bool:
    """Whether nobody has to look at an answer: none was to, or it only confirms what is known and valid."""
    if task.order.review == "none":
        return True
    kind = record_kind_of(task.order)
    return bool(kind.shared) and not brings_news(kind, record)
