"""What of a period is not closed yet: for rounds, which judge what has come to its end."""

from collections.abc import Iterable

from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree
from gangmu.work.plans.models import Task


def open_tasks_within(org: Org, periods: Iterable[str]) -> int:
    """Return how many tasks at or below an organization in some periods are not closed; for decisions."""
    tasks = Task.objects.filter(in_subtree(org.path, "org__path"), period__in=list(periods), closed_at=None)
    return tasks.exclude(state=Task.State.WITHDRAWN).count()
