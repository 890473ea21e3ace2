"""What an issuer leaves unanswered goes on by itself when the clock is over."""

from gangmu.core.context import Context
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.orgs.models import Org
from gangmu.work.plans.models import Dispute, Extension
from gangmu.work.plans.operations.disputes import climb_in_silence
from gangmu.work.plans.operations.extensions import answer_silence
from gangmu.work.plans.operations.orders import BATCH


@operation("plans.run_clocks", permission="plans.view", at="issuer")
def run_clocks(context: Context, issuer: Org) -> int:
    """Decide what an issuer has not answered in time: extensions by the rule, disputes climb.

    It does only what the pack says comes about by itself, so whoever sees the issuer may let
    it happen; pressed twice it does nothing more. Return how much there was.
    """
    done = answer_silence(context, issuer, most=BATCH)
    return done + climb_in_silence(context, issuer, most=BATCH)


def run_all_clocks(context: Context) -> int:
    """Run the clocks of all issuers for whom one is over; one operation each."""
    asked = Extension.objects.filter(state=Extension.State.ASKED, answer_by__lt=context.today)
    raised = Dispute.objects.filter(state=Dispute.State.RAISED, answer_by__lt=context.today)
    issuers = {each.task.order.issuer for each in asked.select_related("task__order__issuer")}
    issuers |= {each.order.issuer for each in raised.select_related("order__issuer")}
    return sum(run_clocks(context, issuer) for issuer in sorted(issuers, key=lambda org: org.pk))
