"""Every write to the tree itself, each with its day; no operation may make the tree unsound."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import ProtectedError, Q, Value
from django.db.models.functions import Concat, Substr

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.audit.rows import insert_new, take_ids
from gangmu.kernel.orgs.models import Division, NameTerm, Org, OrgLink, OrgSpan, Succession, Unit
from gangmu.kernel.orgs.operations.units import hand_over_units, units_led_after, units_led_by
from gangmu.kernel.orgs.queries import in_subtree
from gangmu.kernel.orgs.rules import (
    HANDED_ON,
    LEVELS,
    is_below,
    level_may_stand_under,
    level_of_division,
    path_under,
    search_terms,
)

BATCH = 2000


@dataclass(frozen=True)
class NewOrg:
    """What founding one organization takes; ``parent_code`` may name another new one."""

    code: str
    name: str
    kind: str
    level: str
    day: date
    parent_code: str = ""
    domain: str = ""
    area_code: str = ""
    fictional: bool = False


@operation("orgs.found_org", permission="orgs.manage", at="parent")
def found_org(context: Context, parent: Org, new: NewOrg) -> Org:
    """Found one organization below another on its day.

    Refused under a closed parent, before the parent's own last change, at a level above the
    parent's, and with a code that another organization has.
    """
    return _found(context, [new], parent)[0]


@operation("orgs.found_root", permission="orgs.manage")
def found_root(context: Context, new: NewOrg) -> Org:
    """Found an organization that stands below no other: the top of an office's tree."""
    return _found(context, [new], None)[0]


@operation("orgs.found_orgs", permission="orgs.manage", at="parent")
def found_orgs(context: Context, parent: Org, batch: Sequence[NewOrg]) -> list[Org]:
    """Found up to two thousand organizations below one, parents before their children.

    A new one names its parent by code; without a code it stands directly below ``parent``.
    One wrong entry refuses the whole batch, and the refusal names every wrong entry.
    """
    if len(batch) > BATCH:
        raise Invalid("At most %(most)s organizations are founded at once.", {"most": BATCH})
    return _found(context, batch, parent)


def _found(context: Context, batch: Sequence[NewOrg], top: Org | None) -> list[Org]:
    known = _named_parents(batch, top)
    changed = _last_changes(known.values())
    taken = set(Org.objects.filter(code__in=[new.code for new in batch]).values_list("code", flat=True))
    areas = _named_areas(batch)
    faults: dict[str, str] = {}
    levels: list[list[NewOrg]] = []
    depth_of: dict[str, int] = {}
    for new in batch:
        fault = _founding_fault(context, new, top, known, changed, depth_of, taken) or _area_fault(new, areas)
        if fault:
            faults[new.code] = fault
            continue
        depth = depth_of.get(new.parent_code, -1) + 1
        depth_of[new.code] = depth
        while len(levels) <= depth:
            levels.append([])
        levels[depth].append(new)
        known.setdefault(new.code, new)
    if faults:
        raise Invalid("Some organizations cannot be founded.", faults=faults)
    founded: dict[str, Org] = {}
    for level in levels:
        for org in _write_level(level, top, known, founded):
            founded[org.code] = org
    return [founded[new.code] for new in batch]


def judge_orgs(
    context: Context, top: Org, batch: Sequence[NewOrg], *, before: dict[str, NewOrg]
) -> dict[int, str]:
    """Return what stands against founding organizations, by their place in the batch; writes nothing.

    ``before`` carries the entries of earlier batches of the same list from call to call.
    """
    known: dict[str, Org | NewOrg] = {**_named_parents(batch, top), **before}
    changed = _last_changes(known.values())
    codes = [new.code for new in batch]
    taken = set(Org.objects.filter(code__in=codes).values_list("code", flat=True)) | (
        before.keys() & set(codes)
    )
    areas = _named_areas(batch)
    depth_of: dict[str, int] = {}
    faults: dict[int, str] = {}
    for index, new in enumerate(batch):
        fault = _founding_fault(context, new, top, known, changed, depth_of, taken) or _area_fault(new, areas)
        if fault:
            faults[index] = fault
            continue
        depth_of[new.code] = 0
        known.setdefault(new.code, new)
        before[new.code] = new
    return faults


def _named_parents(batch: Sequence[NewOrg], top: Org | None) -> dict[str, "Org | NewOrg"]:
    codes = {new.parent_code for new in batch if new.parent_code}
    known: dict[str, Org | NewOrg] = dict(Org.objects.in_bulk(codes, field_name="code"))
    if top is not None:
        known[top.code] = top
    return known


def _founding_fault(
    context: Context,
    new: NewOrg,
    top: Org | None,
    known: Mapping[str, "Org | NewOrg"],
    changed: Mapping[int, date],
    depth_of: dict[str, int],
    taken: set[str],
) -> str:
    if new.code in taken or new.code in depth_of:
        return msgid("Another organization has this code.")
    if new.level not in LEVELS:
        return msgid("There is no such level.")
    if new.day > context.today:
        return msgid("This day has not come yet.")
    if not new.name.strip() or not new.kind.strip():
        return msgid("A name and a kind are needed.")
    parent = known.get(new.parent_code) if new.parent_code else top
    if new.parent_code and parent is None:
        return msgid("The parent does not exist, or stands further down in the list.")
    if parent is None:
        return ""
    if isinstance(parent, Org):
        if top is not None and not is_below(parent.path, top.path):
            return msgid("The parent stands elsewhere in the tree.")
        if not parent.is_open():
            return msgid("The parent is closed.")
        began = changed[parent.pk]
    else:
        began = parent.day
    if new.day < began:
        return msgid("The parent did not stand there yet on this day.")
    if not level_may_stand_under(new.level, parent.level):
        return msgid("The level is above the parent's.")
    return ""


def _named_areas(batch: Sequence[NewOrg]) -> dict[str, str]:
    """Return the published levels of the divisions that are named, by their codes."""
    named = Division.objects.filter(code__in={new.area_code for new in batch if new.area_code})
    return dict(named.values_list("code", "level"))


def _area_fault(new: NewOrg, areas: Mapping[str, str]) -> str:
    if not new.area_code:
        return ""
    if new.area_code not in areas:
        return msgid("There is no such division.")
    if level_of_division(areas[new.area_code]) != new.level:
        return msgid("The division is one of another level.")
    return ""


def _last_changes(parents: Iterable["Org | NewOrg"]) -> dict[int, date]:
    """Return the day from which each organization stands as it does."""
    orgs = [parent.pk for parent in parents if isinstance(parent, Org)]
    return dict(OrgSpan.objects.filter(org__in=orgs, valid_to=None).values_list("org", "valid_from"))


def _write_level(
    level: Sequence[NewOrg],
    top: Org | None,
    known: dict[str, "Org | NewOrg"],
    founded: dict[str, Org],
) -> list[Org]:
    orgs = []
    for new in level:
        parent = founded.get(new.parent_code) or known.get(new.parent_code) if new.parent_code else top
        orgs.append(
            Org(
                code=new.code,
                name=new.name.strip(),
                parent=parent if isinstance(parent, Org) else None,
                path="",
                level=new.level,
                kind=new.kind,
                domain=new.domain,
                area_id=new.area_code or None,
                founded_on=new.day,
                fictional=new.fictional,
            )
        )
    for org, taken in zip(orgs, take_ids(Org, len(orgs)), strict=True):
        org.pk, org.path = taken, path_under(org.parent.path if org.parent else "", taken)
    insert_new(orgs)
    insert_new([_span(org, org.founded_on, "founded") for org in orgs])
    _index_names(orgs)
    return orgs


def _span(org: Org, day: date, reason: str) -> OrgSpan:
    return OrgSpan(
        org=org,
        parent_id=org.parent_id,
        name=org.name,
        level=org.level,
        kind=org.kind,
        domain=org.domain,
        path=org.path,
        valid_from=day,
        reason=reason[:200],
    )


def _index_names(orgs: Iterable[Org]) -> None:
    terms = [NameTerm(term=term, org=org) for org in orgs for term in search_terms(org.name, org.code)]
    insert_new(terms)


def _check_change(context: Context, org: Org, day: date) -> OrgSpan:
    """Return the open span of an organization that may change on a day."""
    if not org.is_open():
        raise Conflict("%(org)s is closed.", {"org": org.name})
    if day > context.today:
        raise Invalid("This day has not come yet.", faults={"day": "This day has not come yet."})
    span = OrgSpan.objects.select_for_update().get(org=org, valid_to=None)
    if day < span.valid_from:
        raise Conflict(
            "%(org)s changed on %(day)s; nothing can change before that day.",
            {"org": org.name, "day": span.valid_from},
        )
    return span


def _begin_span(org: Org, span: OrgSpan, day: date, reason: str) -> None:
    """End the open span the day before and begin one with what the organization is now.

    Two changes on one day make one span: nothing stood in between.
    """
    if span.valid_from == day:
        span.name, span.level, span.kind, span.domain = org.name, org.level, org.kind, org.domain
        span.parent_id, span.path, span.reason = org.parent_id, org.path, reason[:200]
        span.save()
        return
    span.valid_to = day
    span.save(update_fields=["valid_to"])
    _span(org, day, reason).save()


@operation("orgs.rename_org", permission="orgs.manage", at="org")
def rename_org(context: Context, org: Org, *, name: str, day: date, paper: str = "") -> Org:
    """Give an organization another name from a day on; earlier days keep the earlier name."""
    span = _check_change(context, org, day)
    if not name.strip() or len(name) > 200:
        raise Invalid("A name is needed.", faults={"name": "This must be filled in."})
    org.name = name.strip()
    org.save(update_fields=["name"])
    _begin_span(org, span, day, paper or "renamed")
    NameTerm.objects.filter(org=org).delete()
    _index_names([org])
    return org


@operation("orgs.reclassify_org", permission="orgs.manage", at="org")
def reclassify_org(
    context: Context, org: Org, *, kind: str, domain: str, day: date, level: str = "", paper: str = ""
) -> Org:
    """Make an organization one of another kind, domain or level from a day on; no level leaves it.

    Refused at a level above what stands above it, and below what stands below it.
    """
    span = _check_change(context, org, day)
    if not kind:
        raise Invalid("A kind is needed.", faults={"kind": "This must be filled in."})
    if level and level != org.level:
        _check_level(org, level)
        org.level = level
    org.kind, org.domain = kind, domain
    org.save(update_fields=["kind", "domain", "level"])
    _begin_span(org, span, day, paper or "reclassified")
    return org


def _check_level(org: Org, level: str) -> None:
    if level not in LEVELS:
        raise Invalid("There is no such level.", faults={"level": "There is no such level."})
    above = org.parent.level if org.parent and org.parent.level in LEVELS else None
    if not level_may_stand_under(level, above):
        raise Conflict("The level is above the parent's.")
    below_it = Org.objects.filter(parent=org, closed_on=None, level__in=LEVELS[: LEVELS.index(level)]).first()
    if below_it is not None:
        raise Conflict("%(org)s, below it, stands higher.", {"org": below_it.name})


@operation("orgs.move_org", permission="orgs.manage", at="org")
def move_org(context: Context, org: Org, *, under: Org, day: date, paper: str = "") -> Org:
    """Put an organization, with all below it, under another from a day on.

    The actor must hold the right at both ends. Refused below itself, under a closed one,
    and when anything below it changed after the day.
    """
    if not context.may("orgs.manage", under.path):
        raise Conflict("You may not place anything under %(org)s.", {"org": under.name})
    span = _check_change(context, org, day)
    if is_below(under.path, org.path):
        raise Conflict("An organization cannot stand below itself.")
    _check_change(context, under, day)
    if not level_may_stand_under(org.level, under.level):
        raise Conflict("The level is above the parent's.")
    if org.parent_id == under.pk:
        raise Conflict("%(org)s stands there already.", {"org": org.name})
    below_it = Org.objects.filter(in_subtree(org.path), closed_on=None).exclude(pk=org.pk)
    later = OrgSpan.objects.filter(org__in=below_it, valid_to=None, valid_from__gt=day).first()
    if later is not None:
        raise Conflict(
            "%(org)s changed on %(day)s; nothing can change before that day.",
            {"org": later.name, "day": later.valid_from},
        )
    old_path = org.path
    org.parent = under
    org.path = path_under(under.path, org.pk)
    _begin_span_below(below_it, old_path, org.path, day, paper or "moved")
    org.save(update_fields=["parent", "path"])
    _begin_span(org, span, day, paper or "moved")
    return org


def _begin_span_below(below_it: "Iterable[Org]", old: str, new: str, day: date, reason: str) -> None:
    """Give all that stands below a moved organization its new path from the day on."""
    moved = list(below_it)
    spans = {span.org_id: span for span in OrgSpan.objects.filter(org__in=moved, valid_to=None)}
    closing, opening = [], []
    for org in moved:
        org.path = new + org.path.removeprefix(old)
        span = spans[org.pk]
        if span.valid_from == day:
            span.path = org.path
            closing.append(span)
            continue
        span.valid_to = day
        closing.append(span)
        opening.append(_span(org, day, reason))
    OrgSpan.objects.bulk_update(closing, ["valid_to", "path"], batch_size=500)
    OrgSpan.objects.bulk_create(opening, batch_size=500)
    # Closed organizations keep their place below, so that today's reader finds their past.
    Org.objects.filter(in_subtree(old)).exclude(path=old).update(
        path=Concat(Value(new), Substr("path", len(old) + 1))
    )


@operation("orgs.close_org", permission="orgs.manage", at="org")
def close_org(context: Context, org: Org, *, day: date, paper: str = "") -> Org:
    """Close an organization: from this day on it does not exist, its past stays.

    Refused while open organizations stand below it. From this day on what it looked after is
    looked after by what stands above it, and the bodies whose own it was have none.
    """
    span = _check_change(context, org, day)
    if Org.objects.filter(parent=org, closed_on=None).exists():
        raise Conflict("Open organizations stand below %(org)s: move or close them first.", {"org": org.name})
    if day <= org.founded_on or day <= span.valid_from:
        raise Conflict("An organization stands for at least a day.")
    ended = OrgSpan.objects.filter(parent=org, valid_to__gt=day).exists()
    if ended:
        raise Conflict("Organizations stood below %(org)s after this day.", {"org": org.name})
    if units_led_after(org, day):
        raise Conflict("Units stood below %(org)s after this day.", {"org": org.name})
    hand_over_units(
        context, units_led_by(org), of=org, under=org.parent, own=None, day=day, reason=paper or "closed"
    )
    span.valid_to = day
    span.reason = (paper or span.reason)[:200]
    span.save(update_fields=["valid_to", "reason"])
    org.closed_on = day
    org.save(update_fields=["closed_on"])
    OrgLink.objects.filter(Q(source=org) | Q(target=org), valid_to=None, valid_from__lt=day).update(
        valid_to=day
    )
    return org


@operation("orgs.merge_orgs", permission="orgs.manage", at="into")
def merge_orgs(context: Context, into: Org, merged: Sequence[Org], *, day: date, paper: str = "") -> Org:
    """Merge organizations into one that goes on: what stood below them moves to it, units and members included.

    The merged ones are closed on the day; what they did stays theirs. Rooms that keep something
    there hand it on, and may refuse: members, while one of them holds a post there.
    """
    if not merged or any(org.pk == into.pk for org in merged):
        raise Invalid("Name the organizations that are merged, other than the one that goes on.")
    for org in merged:
        if is_below(into.path, org.path):
            raise Conflict("An organization cannot stand below itself.")
        for child in Org.objects.filter(parent=org, closed_on=None).order_by("code"):
            move_org(context, child, under=into, day=day, paper=paper or "merged")
        org.refresh_from_db()
        hand_over_units(
            context, units_led_by(org), of=org, under=into, own=into, day=day, reason=paper or "merged"
        )
        for hand_on in HANDED_ON:
            hand_on(org, into, day, paper or "merged")
        close_org(context, org, day=day, paper=paper or "merged")
        Succession.objects.create(before=org, after=into, way=Succession.Way.MERGED, day=day)
    return into


@operation("orgs.split_org", permission="orgs.manage", at="org")
def split_org(
    context: Context,
    org: Org,
    parts: Sequence[tuple[NewOrg, Sequence[Org]]],
    *,
    day: date,
    paper: str = "",
    units: Mapping[str, Sequence[Unit]] | None = None,
) -> list[Org]:
    """Split an organization into new ones, each with the children it takes; the old one closes.

    The parts stand where it stood: the actor must hold the right there. Refused unless every
    open organization below it goes to exactly one part. ``units`` says by a part's code which
    units it takes over; those that nothing is said of go to the first part.
    """
    children = set(Org.objects.filter(parent=org, closed_on=None).values_list("pk", flat=True))
    taken = [child.pk for _, takes in parts for child in takes]
    if len(parts) < 2:
        raise Invalid("A split has at least two parts.")
    if sorted(taken) != sorted(children):
        raise Invalid("Every organization below goes to exactly one part.")
    if org.parent is None:
        raise Conflict("The top of a tree cannot be split.")
    if day > context.today:
        raise Invalid("This day has not come yet.", faults={"day": "This day has not come yet."})
    if not context.may("orgs.manage", org.parent.path):
        raise NotAllowed("You may not do this here.")
    waiting = _dealt_units(org, [new.code for new, _ in parts], units or {})
    founded = []
    for new, takes in parts:
        part = _found(context, [new], org.parent)[0]
        founded.append(part)
        for child in takes:
            child.refresh_from_db()
            move_org(context, child, under=part, day=day, paper=paper or "split")
        hand_over_units(
            context, waiting[new.code], of=org, under=part, own=part, day=day, reason=paper or "split"
        )
        Succession.objects.create(before=org, after=part, way=Succession.Way.SPLIT, day=day)
    org.refresh_from_db()
    close_org(context, org, day=day, paper=paper or "split")
    return founded


def _dealt_units(org: Org, codes: Sequence[str], said: Mapping[str, Sequence[Unit]]) -> dict[str, list[Unit]]:
    """Return for each part the units that it takes over."""
    led = units_led_by(org)
    named = [unit.pk for takes in said.values() for unit in takes]
    if said.keys() - set(codes) or len(set(named)) < len(named) or set(named) - {unit.pk for unit in led}:
        raise Invalid("A unit of what is split goes to one of its parts.")
    part_of = {unit.pk: code for code, takes in said.items() for unit in takes}
    dealt: dict[str, list[Unit]] = {code: [] for code in codes}
    for unit in led:
        dealt[part_of.get(unit.pk, codes[0])].append(unit)
    return dealt


@operation("orgs.remove_orgs", permission="orgs.manage", at="parent")
def remove_orgs(context: Context, parent: Org, orgs: Sequence[Org]) -> int:
    """Take back organizations that were founded by mistake and have been used by nothing.

    Refused when anything refers to one of them: what has happened is closed, not removed.
    """
    outside = [org for org in orgs if not is_below(org.path, parent.path)]
    if outside:
        raise Conflict("%(org)s stands elsewhere in the tree.", {"org": outside[0].name})
    keys = [org.pk for org in orgs]
    if Org.objects.filter(parent__in=keys).exclude(pk__in=keys).exists():
        raise Conflict("Other organizations have been founded below.")
    try:
        for depth in sorted({org.depth for org in orgs}, reverse=True):
            Org.objects.filter(pk__in=[org.pk for org in orgs if org.depth == depth]).delete()
    except ProtectedError as held:
        kind = type(next(iter(held.protected_objects)))._meta.verbose_name
        raise Conflict("Something has been built on it: %(what)s.", {"what": str(kind)}) from None
    return len(keys)
