"""The clocks that a place's pack sets for what may be said back to an order."""

from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import pack_of
from gangmu.work.plans.definitions import TaskRules


def task_rules(org: Org) -> TaskRules:
    """Return the clocks in force where an organization stands; without any, the product's own."""
    found = pack_of(org.root_id).all(TaskRules)
    return found[0] if found else TaskRules.model_validate({"code": "task_rules", "title": "任务时限"})
