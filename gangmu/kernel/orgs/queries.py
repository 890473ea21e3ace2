"""Every read of the tree; the reader comes first, the day where it matters."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connections
from django.db.models import (
    Aggregate,
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from gangmu.core.context import Context, Places, below
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period
from gangmu.kernel.orgs.models import Division, NameTerm, Org, OrgLink, OrgSpan, Succession, Unit, UnitSpan
from gangmu.kernel.orgs.rules import ancestor_ids, level_of_division


def within(places: Places, field: str = "org__path") -> Q:
    """Return the condition that a path field lies in one of the places; none holds nothing.

    For who may see every organization there is, nothing is compared but that there is one: a
    condition that all rows meet would have the database walk the tree to find a few of them.
    """
    if not places:
        return Q(pk__in=())
    if places.everywhere:
        return Q()
    if places.whole and field.endswith("__path"):
        return Q(**{f"{field.removesuffix('__path')}__isnull": False})
    condition = Q()
    for low, high in places.ranges:
        condition |= Q(**{f"{field}__gte": low, f"{field}__lt": high})
    return condition


def in_subtree(path: str, field: str = "path", *, searched: bool = True) -> Q:
    """Return the condition that a path field is ``path`` or below it, as a range.

    Not ``searched``, paths are compared after another condition has found the rows: SQLite takes a
    range of paths for narrow, and would walk a year's tasks for those of a few orders.
    """
    low, high = below(path)
    if searched:
        return Q(**{f"{field}__gte": low, f"{field}__lt": high})
    compared = _Compared(F(field))
    return Q(GreaterThanOrEqual(compared, low)) & Q(LessThan(compared, high))


class _Compared(Func):
    """A column as it is, which SQLite then looks up by no index."""

    arity = 1
    template = "+%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Leave the column alone: PostgreSQL knows how many rows a range holds."""
        return self.as_sql(compiler, connection, template="%(expressions)s", **context)


class IdOfStep(Func):
    """Of each row at or below an organization, the id of what stands directly below it on the way.

    The organization itself stands for itself. To count rows by place in the database: a number is
    grouped in half the time of a path, so it stands first in what rows are grouped by. ``stood`` is
    its path where rows tell those of another day.
    """

    output_field = BigIntegerField()
    template = "COALESCE(NULLIF(CAST(SUBSTR(%(expressions)s) AS INTEGER), 0), %(top)s)"
    postgres = "COALESCE(NULLIF(SPLIT_PART(SUBSTR(%(expressions)s), '/', 1), '')::bigint, %(top)s)"

    def __init__(self, top: Org, field: str = "path", stood: str = "") -> None:
        super().__init__(F(field), Value(len(stood or top.path) + 1), top=int(top.pk))

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Cut the path at its next stroke: there a text that goes on after a number is no number."""
        return self.as_sql(compiler, connection, template=self.postgres, **context)


class _Listed(Aggregate):
    function = "GROUP_CONCAT"
    output_field = TextField()


def counted_by_step(rows: QuerySet[Any], top: Org, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Yield how many rows there are: the values of columns, the id of the step below ``top``, the count.

    SQLite sorts whatever it groups by what stands in no index. Where an index holds the columns, the
    steps of each group are listed and counted here, in half the time.
    """
    rows, step = rows.order_by(), IdOfStep(top)
    if connections[rows.db].vendor == "sqlite":
        for *held, steps in rows.values_list(*columns).annotate(steps=_Listed(step)):
            for each, count in Counter(steps.split(",")).items():
                yield *held, int(each), count
    else:
        yield from rows.values_list(*columns, step).annotate(count=Count("*"))


def within_below(places: Places, org: Org, field: str = "org__path", *, searched: bool = True) -> Q:
    """Return the condition that a path field lies below an organization and in one of the places.

    At the top of the only tree, for who may see all of it, that is everything: nothing is
    compared, which at a prefecture's size is half of a page's time. ``searched`` as in ``in_subtree``.
    """
    if places.whole and places.ranges == (below(org.path),):
        return Q()
    if places.covers_below(org.path):
        return Q() if is_whole(org) else in_subtree(org.path, field, searched=searched)
    return in_subtree(org.path, field, searched=searched) & within(places, field)


def on_day(day: date) -> Q:
    """Return the condition that a span holds a day."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def ids_within(places: Places) -> QuerySet[Org, int]:
    """Return the ids of the organizations that stand in the places today."""
    return Org.objects.filter(within(places, "path")).values_list("pk", flat=True)


def names_of(ids: Iterable[int]) -> dict[int, str]:
    """Return the names of organizations by their ids; names are not secret."""
    return dict(Org.objects.filter(pk__in=set(ids)).values_list("pk", "name"))


def org_name_of(field: str) -> Subquery:
    """Return of each row the name of the organization whose id a field holds; names are not secret."""
    return Subquery(Org.objects.filter(pk=OuterRef(field)).values("name")[:1])


def closing_days(ids: Iterable[int]) -> dict[int, date]:
    """Return of those organizations that are closed the first day without them; for decisions."""
    wanted = sorted(set(ids))
    found: dict[int, date] = {}
    for start in range(0, len(wanted), 2000):
        closed = Org.objects.filter(pk__in=wanted[start : start + 2000], closed_on__isnull=False)
        found.update({pk: day for pk, day in closed.values_list("pk", "closed_on") if day is not None})
    return found


def successors_of(ids: Iterable[int]) -> dict[int, list[Org]]:
    """Return what organizations were merged into or split into, and stands still, in code order.

    A successor that was itself merged later is followed to the one that stands.
    """
    found: dict[int, list[Org]] = {}
    waiting = {each: {each} for each in set(ids)}
    for _ in range(_MOST_SUCCESSIONS):
        if not waiting:
            break
        rows = Succession.objects.filter(before__in=list(waiting)).select_related("after")
        onward: dict[int, set[int]] = {}
        for row in rows.order_by("after__code"):
            for origin in waiting[row.before_id]:
                if row.after.closed_on is None:
                    found.setdefault(origin, []).append(row.after)
                else:
                    onward.setdefault(row.after_id, set()).add(origin)
        waiting = onward
    return found


_MOST_SUCCESSIONS = 10


def visible_orgs(context: Context) -> QuerySet[Org]:
    """Return the organizations the reader may see, in code order."""
    return Org.objects.filter(within(context.places("orgs.view"), "path")).order_by("code")


def org_by_id(context: Context, org_id: int) -> Org:
    """Return one organization the reader may see; otherwise there is none."""
    org = visible_orgs(context).filter(pk=org_id).first()
    if org is None:
        raise NotFound("There is no such organization.")
    return org


def orgs_by_code(codes: Iterable[str]) -> dict[str, Org]:
    """Return organizations by their codes, open or closed; for decisions, not for showing."""
    wanted = sorted(set(codes))
    found: dict[str, Org] = {}
    for start in range(0, len(wanted), 500):
        found.update({org.code: org for org in Org.objects.filter(code__in=wanted[start : start + 500])})
    return found


def locked(org: Org) -> Org:
    """Return an organization anew, held until the transaction ends, so that two writers take turns."""
    return Org.objects.select_for_update().get(pk=org.pk)


def children_of(context: Context, org: Org) -> QuerySet[Org]:
    """Return the open organizations directly below one, and whether each has any below it."""
    below_it = Org.objects.filter(parent=OuterRef("pk"), closed_on__isnull=True)
    return (
        visible_orgs(context)
        .filter(parent=org, closed_on__isnull=True)
        .annotate(has_children=Exists(below_it))
    )


def roots_for(context: Context) -> list[Org]:
    """Return where the reader's view of the tree begins: the tops of the visible ranges."""
    places = context.places("orgs.view")
    if places.everywhere:
        return list(Org.objects.filter(parent=None, closed_on__isnull=True).order_by("code"))
    return list(Org.objects.filter(path__in=[low for low, _ in places.ranges]).order_by("code"))


def root_orgs() -> list[Org]:
    """Return the open tops of all trees, in code order; for decisions, not for showing."""
    return list(Org.objects.filter(parent=None, closed_on__isnull=True).order_by("code"))


def ancestors_of(org: Org) -> list[Org]:
    """Return the organizations above one, the root first; names up the path are not secret."""
    ids = ancestor_ids(org.path)
    found = Org.objects.in_bulk(ids)
    return [found[each] for each in ids]


def orgs_below(context: Context, org: Org) -> QuerySet[Org]:
    """Return an organization and all open ones below it that the reader may see."""
    return visible_orgs(context).filter(in_subtree(org.path), closed_on__isnull=True)


def spans_on(context: Context, day: date, under: str = "") -> QuerySet[OrgSpan]:
    """Return the tree as it stood on a day, below a path of that day."""
    spans = OrgSpan.objects.filter(on_day(day), within(context.places("orgs.view"), "org__path"))
    return (spans.filter(in_subtree(under)) if under else spans).order_by("org__code")


def spans_of(context: Context, org: Org) -> QuerySet[OrgSpan]:
    """Return how an organization stood over time, the newest first."""
    org_by_id(context, org.pk)
    return OrgSpan.objects.filter(org=org).select_related("parent").order_by("-valid_from")


class StoodAt(NamedTuple):
    """An organization as it stood last within a period; ``stays`` is 0 if not also on the last day."""

    org: int
    kind: str
    domain: str
    level: str
    stays: int


def tree_within(org: Org, period: Period, *, sorts: bool = True) -> list[StoodAt]:
    """Return what stood at or below an organization on any day of a period, each where it stood last, by id.

    For counting: who asks has been found to see all of it. Without ``sorts`` kind, domain and level
    are left empty: reading them of thousands takes twice the time.
    """
    during = Q(valid_from__lte=period.last) & (Q(valid_to__isnull=True) | Q(valid_to__gt=period.first))
    path = (
        OrgSpan.objects.filter(during, org=org).order_by("-valid_from").values_list("path", flat=True).first()
    )
    if path is None:
        return []
    spans = OrgSpan.objects.filter(during, in_subtree(path)).order_by("org", "valid_from")
    # days are compared in the database: reading thousands of them takes longer than all the rest
    ends = Case(
        When(valid_to__isnull=True, then=_RUNS), When(valid_to__gt=period.last, then=_LASTS), default=0
    )
    read = ("kind", "domain", "level") if sorts else (Value(""), Value(""), Value(""))
    rows = {row[0]: row for row in spans.values_list("org", *read, ends)}
    left = _moved_away(path, during, [pk for pk, row in rows.items() if row[-1] != _RUNS])
    return [StoodAt._make(row) for pk, row in rows.items() if pk not in left]


def names_on(orgs: Collection[int], day: date) -> dict[int, str]:
    """Return what organizations were called on a day, or last before it; for who has been found to see them."""
    found: dict[int, str] = {}
    ids = sorted(orgs)
    for start in range(0, len(ids), 500):
        begun = OrgSpan.objects.filter(org__in=ids[start : start + 500], valid_from__lte=day)
        found.update(begun.order_by("org", "valid_from").values_list("org", "name"))
    return found


_LASTS, _RUNS = 1, 2
"""How a span ends: after the period, or not yet; 0 within it."""


def _moved_away(path: str, during: Q, ended: Sequence[int]) -> set[int]:
    """Return of those whose span below a path has ended who stood elsewhere last."""
    last: dict[int, str] = {}
    for start in range(0, len(ended), 500):
        spans = OrgSpan.objects.filter(during, org__in=ended[start : start + 500])
        last.update(spans.order_by("org", "valid_from").values_list("org", "path"))
    return {pk for pk, stood in last.items() if not stood.startswith(path)}


def counts_below(context: Context, org: Org) -> list[tuple[str, int]]:
    """Return how many open organizations of each kind stand below one, by kind."""
    rows = orgs_below(context, org).exclude(pk=org.pk).order_by().values_list("kind")
    return list(rows.annotate(count=Count("pk")).order_by("kind"))


def units_below(context: Context, org: Org | None, day: date) -> QuerySet[Unit]:
    """Return the bodies known below an organization, or anywhere in reach, on a day, each as it is now."""
    units = Unit.objects.filter(on_day(day), within(context.places("orgs.view"), "under__path"))
    if org is not None:
        units = units.filter(in_subtree(org.path, "under__path"))
    return units.select_related("under", "org").order_by("code")


def units_handed_on(context: Context, org: Org) -> QuerySet[Unit]:
    """Return the bodies that another must look after, or be the organization of, when one closes, by code."""
    units = Unit.objects.filter(within(context.places("orgs.view"), "under__path"), valid_to=None)
    return units.filter(Q(under=org) | Q(org=org)).order_by("code")


def unit_by_id(context: Context, unit_id: int) -> Unit:
    """Return one body, closed ones too, whose organization above the reader may see; otherwise there is none."""
    units = Unit.objects.filter(within(context.places("orgs.view"), "under__path"))
    unit = units.select_related("under", "org").filter(pk=unit_id).first()
    if unit is None:
        raise NotFound("There is no such unit.")
    return unit


def unit_spans_of(context: Context, unit: Unit) -> QuerySet[UnitSpan]:
    """Return how a body stood over time, the newest first."""
    unit_by_id(context, unit.pk)
    return UnitSpan.objects.filter(unit=unit).select_related("under", "org").order_by("-valid_from")


def unit_spans_on(context: Context, org: Org, day: date) -> QuerySet[UnitSpan]:
    """Return the bodies below an organization as all of it stood on a day, in code order.

    On an earlier day the tree is that day's: what was looked after by a town that has moved or been
    merged since is counted where the town stood.
    """
    spans = UnitSpan.objects.filter(on_day(day), within(context.places("orgs.view"), "under__path"))
    spans = spans.select_related("unit", "under", "org").order_by("unit__code")
    if day == context.today:
        return spans.filter(in_subtree(org.path, "under__path"))
    return spans.filter(under__in=_stood_below(org, day).values("org"))


def _stood_below(org: Org, day: date) -> QuerySet[OrgSpan]:
    """Return an organization and what stood below it on a day; nothing, where it did not stand."""
    stood = OrgSpan.objects.filter(on_day(day), org=org).values_list("path", flat=True).first()
    return OrgSpan.objects.filter(on_day(day), in_subtree(stood)) if stood else OrgSpan.objects.none()


@dataclass(frozen=True)
class Coverage:
    """How many bodies there are of a kind, or below an organization, and how many have an organization."""

    units: int
    covered: int

    @property
    def without(self) -> int:
        """How many have none."""
        return self.units - self.covered

    @property
    def share(self) -> Decimal | None:
        """Those that have one, per cent; of nothing there is no share."""
        return round(Decimal(100) * self.covered / self.units, 1) if self.units else None


def coverage_by_kind(context: Context, org: Org, day: date) -> list[tuple[str, Coverage]]:
    """Return for each kind of body below an organization how many have one of their own, by kind."""
    rows = unit_spans_on(context, org, day).order_by().values_list("kind")
    counted = rows.annotate(units=Count("pk"), covered=Count("org")).order_by("kind")
    return [(kind, Coverage(units, covered)) for kind, units, covered in counted]


def coverage_by_part(context: Context, org: Org, day: date, *, kind: str = "") -> list[tuple[Org, Coverage]]:
    """Return for each organization directly below one what is known in it and below it, in code order.

    Those in which no body is known are left out: nothing known is no share.
    """
    rows = unit_spans_on(context, org, day).order_by()
    if kind:
        rows = rows.filter(kind=kind)
    counted = rows.values_list("under", "under__path").annotate(units=Count("pk"), covered=Count("org"))
    now = day == context.today
    stood = {} if now else dict(_stood_below(org, day).values_list("org", "path"))
    top = org.path if now else stood.get(org.pk, "")
    sums: dict[int, list[int]] = {}
    for under, path, units, covered in counted:
        rest = (path if now else stood[under])[len(top) :]
        if rest:
            held = sums.setdefault(int(rest.split("/", 1)[0]), [0, 0])
            held[0] += units
            held[1] += covered
    parts = Org.objects.filter(pk__in=sums).order_by("code")
    return [(part, Coverage(*sums[part.pk])) for part in parts]


def links_of(context: Context, org: Org, day: date) -> QuerySet[OrgLink]:
    """Return the ties beside the tree that hold on a day, from and to an organization."""
    org_by_id(context, org.pk)
    return (
        OrgLink.objects.filter(Q(source=org) | Q(target=org), on_day(day))
        .select_related("source", "target")
        .order_by("kind", "target__code")
    )


def orgs_named_like(context: Context, typed: str, limit: int = 12) -> list[Org]:
    """Return the open organizations found by a piece of name, pinyin, initials or code."""
    term = typed.strip().lower()[:20]
    if not term:
        return []
    ids = NameTerm.objects.filter(
        within(context.places("orgs.view"), "org__path"),
        term__gte=term,
        term__lt=term + "\U0010ffff",
        org__closed_on__isnull=True,
    ).values("org")
    return list(Org.objects.filter(pk__in=ids).select_related("parent").order_by("code")[:limit])


def every_span() -> QuerySet[OrgSpan]:
    """Return all spans of all organizations, each one's in order of days: for exports that narrow them."""
    return OrgSpan.objects.order_by("org_id", "valid_from")


def built_upon(org_ids: Iterable[int]) -> Org | None:
    """Return one of the organizations that has changed since it was founded, if there is one."""
    span = OrgSpan.objects.filter(org__in=list(org_ids), valid_to__isnull=False).select_related("org").first()
    return span.org if span else None


def orgs_by_id(org_ids: Iterable[int]) -> list[Org]:
    """Return organizations by their ids, open or closed; for decisions, not for showing."""
    return list(Org.objects.filter(pk__in=list(org_ids)))


def open_orgs_named(org: Org, names: Iterable[str]) -> dict[str, list[Org]]:
    """Return the open organizations at or below one that bear a name exactly; for decisions."""
    wanted = sorted(set(names))
    found: dict[str, list[Org]] = {}
    for start in range(0, len(wanted), 500):
        part = Org.objects.filter(in_subtree(org.path), name__in=wanted[start : start + 500], closed_on=None)
        for each in part:
            found.setdefault(each.name, []).append(each)
    return found


def open_children(org: Org) -> list[Org]:
    """Return the open organizations directly below one, by code; for decisions, not for showing."""
    return list(Org.objects.filter(parent=org, closed_on=None).order_by("code"))


def open_orgs_under(
    top: Org, kinds: Iterable[str], domains: Iterable[str] = (), levels: Iterable[str] = ()
) -> QuerySet[Org]:
    """Return the open organizations at and below one of some kinds; no domains or levels means all.

    Whoever shows them narrows by places.
    """
    found = Org.objects.filter(in_subtree(top.path), kind__in=tuple(kinds), closed_on=None)
    if wanted := tuple(domains):
        found = found.filter(domain__in=wanted)
    if wanted := tuple(levels):
        found = found.filter(level__in=wanted)
    return found


def root_paths() -> list[str]:
    """Return the paths of the tops of all trees, open or closed; for decisions, not for showing."""
    return list(Org.objects.filter(parent=None).values_list("path", flat=True))


def is_whole(org: Org) -> bool:
    """Whether an organization is the top of the only tree there is, so that all stands below it."""
    return org.parent_id is None and not Org.objects.filter(parent=None).exclude(pk=org.pk).exists()


def divisions_up(area: Division) -> list[Division]:
    """Return a division and those in which it lies, itself first; for decisions."""
    found = [area]
    while found[-1].parent_code and len(found) < _MOST_DIVISIONS_DEEP:
        above = Division.objects.filter(code=found[-1].parent_code).first()
        if above is None:
            break
        found.append(above)
    return found


_MOST_DIVISIONS_DEEP = 10


def area_above(org: Org) -> Division | None:
    """Return the division of the nearest organization above one that stands for any; for decisions."""
    above = Org.objects.filter(pk__in=ancestor_ids(org.path), area__isnull=False).select_related("area")
    nearest = max(above, key=lambda each: each.depth, default=None)
    return nearest.area if nearest else None


def divisions_below(area: Division | None, level: str) -> list[Division]:
    """Return the divisions of a level in a division, or, without one, all of that level, by code."""
    if area is None:
        every = Division.objects.order_by("code")
        return [each for each in every if level_of_division(each.level) == level]
    inside, found = [area], []
    for _ in range(_MOST_DIVISIONS_DEEP):
        found += [each for each in inside if level_of_division(each.level) == level]
        codes = [each.code for each in inside if level_of_division(each.level) != level]
        if not codes:
            break
        inside = [
            each
            for start in range(0, len(codes), 500)
            for each in Division.objects.filter(parent_code__in=codes[start : start + 500])
        ]
    return sorted(found, key=lambda each: each.code)


def areas_for(org: Org) -> list[Division]:
    """Return the divisions for which an organization may stand: its level's, and no other of its kind has them."""
    taken = Org.objects.filter(kind=org.kind, closed_on=None, area__isnull=False).exclude(pk=org.pk)
    held = set(taken.values_list("area", flat=True))
    return [each for each in divisions_below(area_above(org), org.level) if each.pk not in held]


def areas_free_below(org: Org) -> list[Division]:
    """Return the divisions directly in that of an organization for which nothing open stands, by code."""
    if org.area_id is None:
        return []
    held = Org.objects.filter(area=OuterRef("pk"), closed_on=None)
    return list(Division.objects.filter(~Exists(held), parent_code=org.area_id).order_by("code"))
