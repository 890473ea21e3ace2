"""Making an exception from a rule, and ending it."""

from datetime import date

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.guard.models import GuardOverride
from gangmu.kernel.guard.rules import override_faults
from gangmu.kernel.orgs.models import Org


@operation("guard.override_rule", permission="guard.override", at="org")
def override_rule(
    context: Context,
    org: Org,
    *,
    rule: str,
    what: str,
    reason: str,
    answerable: str,
    paper: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> GuardOverride:
    """Allow an organization to write for a time what a rule refuses; everybody can read that and why.

    Refused without a reason, without the name of who answers for it, without the paper it
    rests on, without an end within a year, and for a rule from which there is no exception.
    """
    first = valid_from or context.today
    texts = {"reason": reason, "answerable": answerable, "paper": paper}
    faults = override_faults(rule, texts, first, valid_to, context.today)
    if what not in GuardOverride.What.values:
        faults["what"] = "This is not one of the choices."
    if faults or valid_to is None:
        raise Invalid("Some fields need attention.", faults=faults)
    standing = GuardOverride.objects.filter(org=org, rule=rule, what=what, ended_at=None)
    if standing.filter(valid_from__lte=valid_to, valid_to__gte=first).exists():
        raise Conflict("There is an exception from this rule in these days already.")
    return GuardOverride.objects.create(
        rule=rule,
        org=org,
        what=what,
        reason=reason.strip()[:300],
        answerable=answerable.strip()[:60],
        paper=paper.strip()[:200],
        valid_from=first,
        valid_to=valid_to,
        granted_at=context.now,
        granted_by=context.actor.account_id,
    )


@operation("guard.end_override", permission="guard.override", at="override.org")
def end_override(context: Context, override: GuardOverride, *, reason: str) -> GuardOverride:
    """End an exception before its day, for a reason; the rule holds again at once."""
    if not reason.strip():
        raise Invalid("Some fields need attention.", faults={"reason": "This must be filled in."})
    held = GuardOverride.objects.select_for_update(of=("self",)).get(pk=override.pk)
    if held.ended_at is not None or held.valid_to < context.today:
        raise Conflict("This exception is over.")
    held.ended_at, held.ended_for = context.now, reason.strip()[:200]
    held.save(update_fields=["ended_at", "ended_for"])
    return held
