"""Bodies that have, or should have, an organization: each change with its day, the past stays countable."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.orgs.models import Org, Unit, UnitSpan


@operation("orgs.add_unit", permission="orgs.manage", at="under")
def add_unit(
    context: Context, under: Org, *, code: str, name: str, kind: str, day: date, fictional: bool = False
) -> Unit:
    """Make known a body that has no organization of its own yet.

    Refused with a code that another has, under a closed organization and for a day to come.
    """
    if Unit.objects.filter(code=code).exists():
        raise Invalid("Another unit has this code.", faults={"code": "Another unit has this code."})
    _check_words(name, kind)
    _check_day(context, day)
    if not under.is_open():
        raise Conflict("%(org)s is closed.", {"org": under.name})
    unit = Unit.objects.create(
        code=code, name=name.strip(), kind=kind, under=under, valid_from=day, fictional=fictional
    )
    _span(unit, day, "known").save()
    return unit


@operation("orgs.correct_unit", permission="orgs.manage", at="unit.under")
def correct_unit(context: Context, unit: Unit, *, name: str, kind: str, day: date, paper: str = "") -> Unit:
    """Give a body another name or kind from a day on; earlier days keep the earlier ones.

    On the day of its last change nothing stood in between: what was entered wrongly then is gone.
    """
    span = _check_change(context, unit, day)
    _check_words(name, kind)
    unit.name, unit.kind = name.strip(), kind
    return _changed(unit, span, day, paper or "corrected")


@operation("orgs.move_unit", permission="orgs.manage", at="unit.under")
def move_unit(context: Context, unit: Unit, *, under: Org, day: date, paper: str = "") -> Unit:
    """Have another organization look after a body from a day on; the actor must hold the right at both ends."""
    if not context.may("orgs.manage", under.path):
        raise NotAllowed("You may not do this here.")
    span = _check_change(context, unit, day)
    _check_stands(under, day)
    if unit.under_id == under.pk:
        raise Conflict("%(org)s stands there already.", {"org": unit.name})
    unit.under = under
    return _changed(unit, span, day, paper or "moved")


@operation("orgs.cover_unit", permission="orgs.manage", at="unit.under")
def cover_unit(context: Context, unit: Unit, *, org: Org, day: date, paper: str = "") -> Unit:
    """Say which organization a body has from a day on: its own, or the joint one that takes it in.

    The actor must hold the right at both ends. Refused for an organization that does not stand on that day.
    """
    if not context.may("orgs.manage", org.path):
        raise NotAllowed("You may not do this here.")
    span = _check_change(context, unit, day)
    _check_stands(org, day)
    if unit.org_id == org.pk:
        raise Conflict("%(unit)s has this organization already.", {"unit": unit.name})
    unit.org = org
    return _changed(unit, span, day, paper or "covered")


@operation("orgs.uncover_unit", permission="orgs.manage", at="unit.under")
def uncover_unit(context: Context, unit: Unit, *, day: date, paper: str = "") -> Unit:
    """Say that from a day on a body has no organization of its own.

    A coverage that was entered wrongly is taken back on the day on which it began: then it never was.
    """
    span = _check_change(context, unit, day)
    if unit.org_id is None:
        raise Conflict("%(unit)s has no organization.", {"unit": unit.name})
    unit.org = None
    return _changed(unit, span, day, paper or "uncovered")


@operation("orgs.close_unit", permission="orgs.manage", at="unit.under")
def close_unit(context: Context, unit: Unit, *, day: date, reason: str) -> Unit:
    """End a body's entry on a day, for a reason: from then on it is not counted, its past stays.

    Ended on its first day it was never counted: so an entry that was made twice is taken back.
    """
    if not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": "This must be filled in."})
    span = _check_change(context, unit, day)
    if day == span.valid_from and day != unit.valid_from:
        raise Conflict(
            "%(org)s changed on %(day)s; nothing can change before that day.",
            {"org": unit.name, "day": day},
        )
    span.valid_to, span.reason = day, reason.strip()[:200]
    span.save(update_fields=["valid_to", "reason"])
    unit.valid_to = day
    unit.save(update_fields=["valid_to"])
    return unit


def hand_over_units(
    context: Context,
    units: Sequence[Unit],
    *,
    of: Org,
    under: Org | None,
    own: Org | None,
    day: date,
    reason: str,
) -> None:
    """Give units of an organization that closes to others from the day on; for the operations that close it.

    What it looked after is looked after by ``under``, what had it as its own has ``own``. Refused
    where one of them changed after the day, and where nobody is left to look after them.
    """
    if not units:
        return
    for heir in {each.pk: each for each in (under, own) if each is not None}.values():
        _check_stands(heir, day)
    for unit in units:
        span = _check_change(context, unit, day)
        if unit.under_id == of.pk:
            if under is None:
                raise Conflict("Units stand below %(org)s: move or close them first.", {"org": of.name})
            unit.under = under
        if unit.org_id == of.pk:
            unit.org = own
        _changed(unit, span, day, reason)


def units_led_by(org: Org) -> list[Unit]:
    """Return the units that an organization looks after, and those whose own it is, by code."""
    return list(Unit.objects.filter(Q(under=org) | Q(org=org), valid_to=None).order_by("code"))


def units_led_after(org: Org, day: date) -> bool:
    """Whether an organization looked after a unit, or was one's own, until after a day."""
    return UnitSpan.objects.filter(Q(under=org) | Q(org=org), valid_to__gt=day).exists()


def _check_words(name: str, kind: str) -> None:
    faults = {
        field: "This must be filled in."
        for field, value in (("name", name), ("kind", kind))
        if not value.strip()
    }
    if faults:
        raise Invalid("A name and a kind are needed.", faults=faults)


def _check_day(context: Context, day: date) -> None:
    if day > context.today:
        raise Invalid("This day has not come yet.", faults={"day": "This day has not come yet."})


def _check_stands(org: Org, day: date) -> None:
    if not org.is_open():
        raise Conflict("%(org)s is closed.", {"org": org.name})
    if org.founded_on > day:
        raise Conflict("%(org)s does not stand on this day.", {"org": org.name})


def _check_change(context: Context, unit: Unit, day: date) -> UnitSpan:
    """Return the open span of a body that may change on a day, and read the body anew."""
    _check_day(context, day)
    span = UnitSpan.objects.select_for_update().filter(unit=unit, valid_to=None).first()
    if span is None:
        raise Conflict("%(org)s is closed.", {"org": unit.name})
    if day < span.valid_from:
        raise Conflict(
            "%(org)s changed on %(day)s; nothing can change before that day.",
            {"org": unit.name, "day": span.valid_from},
        )
    unit.refresh_from_db()
    return span


def _span(unit: Unit, day: date, reason: str) -> UnitSpan:
    return UnitSpan(
        unit=unit,
        name=unit.name,
        kind=unit.kind,
        under_id=unit.under_id,
        org_id=unit.org_id,
        valid_from=day,
        reason=reason[:200],
    )


def _changed(unit: Unit, span: UnitSpan, day: date, reason: str) -> Unit:
    """Keep what a body is now, and from which day on; two changes on one day make one span."""
    unit.save(update_fields=["name", "kind", "under", "org"])
    if span.valid_from == day:
        again = _span(unit, day, reason)
        again.pk = span.pk
        again.save(force_update=True)
        return unit
    span.valid_to = day
    span.save(update_fields=["valid_to"])
    _span(unit, day, reason).save()
    return unit
