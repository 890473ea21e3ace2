"""An organization keeps its self-check, shows it, hides it, throws it away; nothing of it counts anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotAllowed, NotFound
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import locked
from gangmu.work.selfchecks.models import SelfCheck
from gangmu.work.selfchecks.queries import acts_for
from gangmu.work.standards.queries.kinds import standard_kind

KEPT = ("org", "kind", "marks")
STILL = msgid("Some fields need attention.")


@dataclass(frozen=True)
class Mark:
    """What an organization thinks of itself by one criterion."""

    criterion: str
    met: bool | None = None
    note: str = ""


def _refuse_others(context: Context, org: Org) -> None:
    """Refuse whoever does not act for the organization itself, however high above it."""
    if not acts_for(context, org):
        raise NotAllowed("A self-check is its organization's own.")


@operation("selfchecks.keep_check", permission="selfchecks.keep", at="org", secret=KEPT, unnamed=True)
def keep_check(context: Context, org: Org, *, kind: str, marks: Sequence[Mark]) -> None:
    """Keep how an organization sees itself by a standard's criteria.

    The log says that a self-check was kept on that day, neither where nor by whom. Refused to all
    who do not act for the organization itself, and for a criterion that the standard has not.
    """
    _refuse_others(context, org)
    chosen = standard_kind(org, kind)
    if not chosen.applies_to.includes(org.kind, org.domain, org.level):
        raise Invalid("This standard is not for an organization of this field.")
    faults = {
        each.criterion: msgid("The standard has no such criterion.")
        for each in marks
        if chosen.criterion(each.criterion) is None
    }
    if faults:
        raise Invalid(STILL, faults=faults)
    locked(org)
    kept = {
        each.criterion: {"met": each.met, "note": each.note.strip()[:1000]}
        for each in marks
        if each.met is not None or each.note.strip()
    }
    SelfCheck.objects.update_or_create(
        org=org, kind=kind, defaults={"marks": kept, "changed_on": context.today}
    )


def _own(context: Context, org: Org, kind: str) -> SelfCheck:
    _refuse_others(context, org)
    found = SelfCheck.objects.select_for_update().filter(org=org, kind=kind).first()
    if found is None:
        raise NotFound("There is no such self-check.")
    return found


@operation("selfchecks.show_check", permission="selfchecks.keep", at="org", secret=KEPT, unnamed=True)
def show_check(context: Context, org: Org, *, kind: str, shown: bool) -> None:
    """Let those above see a self-check, or hide it from them again; it counts for nothing either way."""
    found = _own(context, org, kind)
    found.shown_on = context.today if shown else None
    found.save(update_fields=["shown_on"])


@operation("selfchecks.drop_check", permission="selfchecks.keep", at="org", secret=KEPT, unnamed=True)
def drop_check(context: Context, org: Org, *, kind: str) -> None:
    """Throw a self-check away: no trace is left."""
    _own(context, org, kind).delete()
