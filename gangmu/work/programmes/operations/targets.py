"""Setting targets, handing them on so that the whole is conserved, changing them with the level above."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db.models import Max

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.work.programmes.models import Target, TargetVersion
from gangmu.work.programmes.queries.targets import metric_of, metric_of_target, programme_of, those_below
from gangmu.work.programmes.rules import NOTHING, held_after, plain, refuse_parts, value_fault


def _locked(target_id: int) -> Target:
    """Return a target anew, held until the transaction ends."""
    return (
        Target.objects.select_for_update(of=("self",))
        .select_related("org", "org__parent", "parent", "parent__org", "pack")
        .defer("pack__files")
        .get(pk=target_id)
    )


def _version(context: Context, target: Target, value: Decimal, *, state: str, reason: str) -> TargetVersion:
    last = TargetVersion.objects.filter(target=target).aggregate(last=Max("number"))["last"] or 0
    decided = state == TargetVersion.State.IN_FORCE
    return TargetVersion.objects.create(
        target=target,
        number=last + 1,
        value=value,
        state=state,
        reason=reason.strip()[:500],
        proposed_by_id=context.account,
        proposed_at=context.now,
        decided_by_id=context.account if decided else None,
        decided_at=context.now if decided else None,
    )


@operation("programmes.set_target", permission="programmes.manage", at="org")
def set_target(
    context: Context, org: Org, *, programme: str, metric: str, year: int, value: Decimal, reason: str = ""
) -> Target:
    """Set what an organization and all below it are to reach in a year, where nobody above has.

    Refused for a year that the programme does not run through, where the level above has a
    target that it hands on itself, and where one stands already: that one is changed.
    """
    kind = programme_of(org, programme)
    chosen = metric_of(kind, metric)
    if year not in kind.years:
        raise Invalid("The programme does not run in this year.", faults={"year": "Choose another year."})
    if fault := value_fault(value, chosen):
        raise Invalid("Some fields need attention.", faults={"value": fault})
    if not org.is_open():
        raise Conflict("%(org)s is closed.", {"org": org.name})
    same = Target.objects.filter(programme=programme, metric=metric, year=year)
    if same.filter(org=org).exists():
        raise Conflict("There is a target already; propose a change to it.")
    if org.parent_id is not None and same.filter(org=org.parent_id).exists():
        raise Conflict("The level above has a target in this; it hands it on.")
    target = Target.objects.create(
        programme=programme,
        metric=metric,
        year=year,
        org=org,
        pack=pack_version_of(org.root_id),
        value=value,
    )
    _version(context, target, value, state=TargetVersion.State.IN_FORCE, reason=reason)
    return target


@operation("programmes.decompose_target", permission="programmes.manage", at="target.org")
def decompose_target(
    context: Context, target: Target, *, parts: Mapping[int, Decimal], held: Decimal = NOTHING
) -> list[Target]:
    """Hand a target on to those directly below, in parts that with what is held back make the whole.

    Refused when they do not, saying by how much; for organizations that do not stand directly
    below; and a second time: parts are then changed one by one, each with its reason.
    """
    kept = _locked(target.pk)
    if kept.held is not None:
        raise Conflict("This was handed on already; its parts are changed one by one.")
    metric = metric_of_target(kept)
    below = {each.pk: each for each in those_below(kept)}
    if strange := sorted(set(parts) - set(below)):
        raise Invalid(
            "Some of these organizations do not stand directly below.",
            faults={f"part_{org}": msgid("It does not stand directly below.") for org in strange},
        )
    refuse_parts(metric, kept.value, parts, held)
    same = Target.objects.filter(
        programme=kept.programme, metric=kept.metric, year=kept.year, org__in=list(parts)
    )
    if taken := same.select_related("org").first():
        raise Conflict("%(org)s has a target of its own in this already.", {"org": taken.org.name})
    made = [_part(context, kept, below[org], value) for org, value in parts.items()]
    kept.held = held
    kept.save(update_fields=["held"])
    return made


def _part(context: Context, target: Target, org: Org, value: Decimal) -> Target:
    part = Target.objects.create(
        programme=target.programme,
        metric=target.metric,
        year=target.year,
        org=org,
        parent=target,
        pack=target.pack,
        value=value,
    )
    _version(context, part, value, state=TargetVersion.State.IN_FORCE, reason="")
    return part


# Changes


@operation("programmes.propose_change", permission="programmes.answer", at="target.org")
def propose_change(context: Context, target: Target, *, value: Decimal, reason: str) -> TargetVersion:
    """Ask the level above for another target, with the reason; the old one stands until it decides.

    Refused without a reason, while another wish waits, for the value that stands, and for less
    than what has been handed on already.
    """
    kept = _locked(target.pk)
    metric = metric_of_target(kept)
    faults = {}
    if fault := value_fault(value, metric):
        faults["value"] = fault
    elif value == kept.value:
        faults["value"] = msgid("This is the value that stands.")
    if not reason.strip():
        faults["reason"] = msgid("This must be filled in.")
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)
    if TargetVersion.objects.filter(target=kept, state=TargetVersion.State.PROPOSED).exists():
        raise Conflict("A change is being decided on already.")
    _refuse_below_handed_on(kept, value)
    return _version(context, kept, value, state=TargetVersion.State.PROPOSED, reason=reason)


def _handed_on(target: Target) -> list[Decimal]:
    return list(Target.objects.filter(parent=target).values_list("value", flat=True))


def _refuse_below_handed_on(target: Target, value: Decimal) -> None:
    if target.held is None or metric_of_target(target).combine == "each":
        return
    given = sum(_handed_on(target), NOTHING)
    if given > value:
        raise Invalid(
            "%(given)s have been handed on already, %(difference)s more than this.",
            {"given": plain(given), "difference": plain(given - value)},
            faults={"value": "More than this has been handed on already."},
        )


@operation("programmes.withdraw_change", permission="programmes.answer", at="change.target.org")
def withdraw_change(context: Context, change: TargetVersion) -> TargetVersion:
    """Take back one's wish for another target before it is decided on."""
    kept = _open_change(change)
    kept.state = TargetVersion.State.WITHDRAWN
    kept.save(update_fields=["state"])
    return kept


def _open_change(change: TargetVersion) -> TargetVersion:
    kept = (
        TargetVersion.objects.select_for_update(of=("self",))
        .select_related(
            "target", "target__org", "target__org__parent", "target__parent", "target__parent__org"
        )
        .get(pk=change.pk)
    )
    if kept.state != TargetVersion.State.PROPOSED:
        raise Conflict("This change has been decided on already.")
    return kept


@operation("programmes.approve_change", permission="programmes.manage", at="change.target.decider")
def approve_change(
    context: Context, change: TargetVersion, *, together: Sequence[TargetVersion] = (), reason: str = ""
) -> TargetVersion:
    """Put another target into force; the version before is kept, and the whole stays what it is.

    The difference is taken from, or added to, what the level above holds back. Where that is
    not enough, changes of the same level that balance each other are approved ``together``.
    Refused if the parts would exceed the whole, and by whoever asked for the change.
    """
    wanted = [_open_change(each) for each in {each.pk: each for each in (change, *together)}.values()]
    parents = {each.target.parent_id for each in wanted}
    if len(parents) > 1 or (len(wanted) > 1 and parents == {None}):
        raise Invalid("Changes that are approved together belong to one target of the level above.")
    for each in wanted:
        if each.proposed_by_id == context.account:
            raise NotAllowed("Whoever asked for a change does not approve it.")
    above = _locked(next(iter(parents))) if parents != {None} else None  # type: ignore[arg-type]
    for each in wanted:
        _put_in_force(context, each, reason)
    if above is not None:
        _refuse_less_than_all(above, wanted)
        above.held = held_after(metric_of_target(above), above.value, _handed_on(above))
        above.save(update_fields=["held"])
    change.refresh_from_db()
    return change


def _refuse_less_than_all(above: Target, changes: Sequence[TargetVersion]) -> None:
    """What is asked of each alike is a floor: nobody is let below it."""
    metric = metric_of_target(above)
    if metric.combine == "each":
        refuse_parts(metric, above.value, {each.target.org_id: each.value for each in changes}, NOTHING)


def _put_in_force(context: Context, change: TargetVersion, reason: str) -> None:
    target = _locked(change.target_id)
    _refuse_below_handed_on(target, change.value)
    TargetVersion.objects.filter(target=target, state=TargetVersion.State.IN_FORCE).update(
        state=TargetVersion.State.REPLACED
    )
    change.state = TargetVersion.State.IN_FORCE
    change.decided_by_id, change.decided_at = context.account, context.now
    change.decision = reason.strip()[:500]
    change.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    target.value = change.value
    if target.held is not None:
        target.held = held_after(metric_of_target(target), target.value, _handed_on(target))
    target.save(update_fields=["value", "held"])


@operation("programmes.refuse_change", permission="programmes.manage", at="change.target.decider")
def refuse_change(context: Context, change: TargetVersion, *, reason: str) -> TargetVersion:
    """Leave a target as it is, with the reason; the wish is kept beside it."""
    if not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": "This must be filled in."})
    kept = _open_change(change)
    kept.state = TargetVersion.State.REFUSED
    kept.decided_by_id, kept.decided_at = context.account, context.now
    kept.decision = reason.strip()[:500]
    kept.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    return kept
