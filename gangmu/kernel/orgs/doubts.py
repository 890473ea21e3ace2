"""What may be wrong with the tree, its spans, the units and links beside it."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.db.models import Max

from gangmu.core.doubts import DoubtCheck, Found, Look
from gangmu.frame.words import say
from gangmu.kernel.orgs.definitions import DomainKind, LinkKind, OrgKind, UnitKind
from gangmu.kernel.orgs.models import Division, Org, OrgLink, OrgSpan, Succession, Unit, UnitSpan
from gangmu.kernel.orgs.queries import in_subtree
from gangmu.kernel.orgs.rules import LEVELS, level_may_stand_under, path_under

UNIT_WAITS = timedelta(days=180)
"""How long a body with people may stand without an organization before somebody is told."""

ODD_NAME = re.compile(r"^\s|\s$|\s{2,}|[\t\n\r]|[?？�]|(测试|test)", re.IGNORECASE)


class OrgRow(NamedTuple):
    """An organization as of its newest span."""

    pk: int
    code: str
    name: str
    parent: int | None
    path: str
    level: str
    kind: str
    domain: str
    area: str | None
    founded_on: date
    closed_on: date | None
    fictional: bool


class SpanRow(NamedTuple):
    """An organization as it stood from one day to another."""

    org: int
    parent: int | None
    name: str
    path: str
    level: str
    kind: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Tree:
    """The rows of one tree: all of them, and those that are open."""

    rows: dict[int, OrgRow]

    @property
    def open(self) -> Iterator[OrgRow]:
        """Those that are not closed."""
        return (row for row in self.rows.values() if row.closed_on is None)


def tree_of(look: Look) -> Tree:
    """Return the organizations of a tree, in code order."""

    def read() -> Tree:
        fields = ("pk", "code", "name", "parent", "path", "level", "kind", "domain", "area")
        rows = Org.objects.filter(in_subtree(look.path)).order_by("code")
        return Tree(
            {
                row[0]: OrgRow(*row)
                for row in rows.values_list(*fields, "founded_on", "closed_on", "fictional").iterator()
            }
        )

    return look.once("orgs", read)


def spans_by_org(look: Look) -> dict[int, list[SpanRow]]:
    """Return how each organization stood, in order of days."""

    def read() -> dict[int, list[SpanRow]]:
        found: dict[int, list[SpanRow]] = defaultdict(list)
        rows = OrgSpan.objects.filter(in_subtree(look.path, "org__path")).order_by("org", "valid_from")
        fields = ("org", "parent", "name", "path", "level", "kind", "valid_from", "valid_to")
        for row in rows.values_list(*fields).iterator():
            found[row[0]].append(SpanRow(*row))
        return found

    return look.once("spans", read)


def _closed_parent(look: Look) -> Iterator[Found]:
    rows = tree_of(look).rows
    for row in tree_of(look).open:
        parent = rows.get(row.parent or 0)
        if parent is not None and parent.closed_on is not None and parent.closed_on <= look.today:
            yield Found(row.pk, params={"parent": parent.name})


def _wrong_path(look: Look) -> Iterator[Found]:
    rows = tree_of(look).rows
    for row in rows.values():
        parent = rows.get(row.parent or 0)
        above = parent.path if parent else ""
        if row.pk != look.root and row.path != path_under(above, row.pk):
            yield Found(row.pk, params={"path": row.path})


def _level_above_parent(look: Look) -> Iterator[Found]:
    rows = tree_of(look).rows
    for row in tree_of(look).open:
        parent = rows.get(row.parent or 0)
        known = parent is not None and row.level in LEVELS and parent.level in LEVELS
        if known and parent is not None and not level_may_stand_under(row.level, parent.level):
            yield Found(row.pk, params={"parent": parent.name})


def _unknown_level(look: Look) -> Iterator[Found]:
    return (
        Found(row.pk, params={"level": row.level}) for row in tree_of(look).open if row.level not in LEVELS
    )


def _unknown_kind(look: Look) -> Iterator[Found]:
    known = {kind.code for kind in look.pack.all(OrgKind)}
    return (Found(row.pk, params={"kind": row.kind}) for row in tree_of(look).open if row.kind not in known)


def _unknown_domain(look: Look) -> Iterator[Found]:
    known = {kind.code for kind in look.pack.all(DomainKind)} | {""}
    return (
        Found(row.pk, params={"domain": row.domain}) for row in tree_of(look).open if row.domain not in known
    )


def _no_domain(look: Look) -> Iterator[Found]:
    basic = {kind.code for kind in look.pack.all(OrgKind) if kind.basic}
    deep = LEVELS[LEVELS.index("township") :]
    return (
        Found(row.pk)
        for row in tree_of(look).open
        if not row.domain and row.level in deep and row.kind in basic
    )


def _same_name(look: Look) -> Iterator[Found]:
    named = Counter((row.parent, row.name) for row in tree_of(look).open)
    return (
        Found(row.pk, params={"count": named[row.parent, row.name]})
        for row in tree_of(look).open
        if named[row.parent, row.name] > 1
    )


def _odd_name(look: Look) -> Iterator[Found]:
    for row in tree_of(look).open:
        if ODD_NAME.search(row.name) or unicodedata.normalize("NFKC", row.name) != row.name.replace(
            "（", "("
        ).replace("）", ")"):
            yield Found(row.pk, params={"name": row.name})


def _founded_later(look: Look) -> Iterator[Found]:
    return (
        Found(row.pk, params={"day": row.founded_on.isoformat()})
        for row in tree_of(look).rows.values()
        if row.founded_on > look.today
    )


def _founded_before_parent(look: Look) -> Iterator[Found]:
    first = {org: spans[0] for org, spans in spans_by_org(look).items()}
    for org, span in first.items():
        above = first.get(span.parent or 0)
        if above is not None and span.valid_from < above.valid_from:
            yield Found(org, params={"day": span.valid_from.isoformat(), "parent": above.name})


def _empty_whole(look: Look) -> Iterator[Found]:
    made_of = {kind.code: kind.made_of for kind in look.pack.all(OrgKind) if kind.made_of}
    parts: dict[int | None, set[str]] = defaultdict(set)
    for row in tree_of(look).open:
        parts[row.parent].add(row.kind)
    return (
        Found(row.pk)
        for row in tree_of(look).open
        if row.kind in made_of and not parts[row.pk] & made_of[row.kind]
    )


def _two_of_one_area(look: Look) -> Iterator[Found]:
    of_area = Counter((row.area, row.kind) for row in tree_of(look).open if row.area)
    return (
        Found(row.pk, params={"area": row.area or "", "count": of_area[row.area, row.kind]})
        for row in tree_of(look).open
        if row.area and of_area[row.area, row.kind] > 1
    )


def _no_area(look: Look) -> Iterator[Found]:
    """Find those without a division where most of their level, kind and domain have theirs.

    What is imagined has none that was ever published.
    """
    alike: Counter[tuple[str, str, str]] = Counter()
    for row in tree_of(look).open:
        alike[row.level, row.kind, row.domain] += 1 if row.area else -1
    return (
        Found(row.pk)
        for row in tree_of(look).open
        if not row.area and not row.fictional and alike[row.level, row.kind, row.domain] > 0
    )


def _area_without_org(look: Look) -> Iterator[Found]:
    by_area = {row.area: row.pk for row in tree_of(look).open if row.area}
    held = [each for each in by_area if each]
    for start in range(0, len(held), 500):
        below = Division.objects.filter(parent_code__in=held[start : start + 500]).order_by("code")
        for code, name, parent in below.values_list("code", "name", "parent_code"):
            if code not in by_area:
                yield Found(by_area[parent], f"area:{code}", {"area": name})


def _spans_overlap(look: Look) -> Iterator[Found]:
    for org, spans in spans_by_org(look).items():
        for before, after in pairwise(spans):
            if before.valid_to is None or before.valid_to > after.valid_from:
                yield Found(org, f"span:{after.valid_from}", {"day": after.valid_from.isoformat()})


def _span_gap(look: Look) -> Iterator[Found]:
    for org, spans in spans_by_org(look).items():
        for before, after in pairwise(spans):
            if before.valid_to is not None and before.valid_to < after.valid_from:
                params = {"day": before.valid_to.isoformat(), "until": after.valid_from.isoformat()}
                yield Found(org, f"span:{after.valid_from}", params)


def _span_differs(look: Look) -> Iterator[Found]:
    rows = tree_of(look).rows
    for org, spans in spans_by_org(look).items():
        row, newest = rows[org], spans[-1]
        stands = (newest.parent, newest.name, newest.path, newest.level, newest.kind)
        if stands != (row.parent, row.name, row.path, row.level, row.kind):
            yield Found(org, params={"name": newest.name})


def _no_span(look: Look) -> Iterator[Found]:
    known = spans_by_org(look)
    return (Found(pk) for pk in tree_of(look).rows if pk not in known)


def _open_span_of_closed(look: Look) -> Iterator[Found]:
    rows = tree_of(look).rows
    for org, spans in spans_by_org(look).items():
        closed = rows[org].closed_on
        ended = spans[-1].valid_to
        if closed is not None and (ended is None or ended > closed):
            yield Found(org, params={"day": closed.isoformat()})


def _closed_span_of_open(look: Look) -> Iterator[Found]:
    rows = tree_of(look).rows
    for org, spans in spans_by_org(look).items():
        if rows[org].closed_on is None and spans[-1].valid_to is not None:
            yield Found(org, params={"day": spans[-1].valid_to.isoformat()})


def _merged_but_open(look: Look) -> Iterator[Found]:
    rows = Succession.objects.filter(
        in_subtree(look.path, "before__path"), way="merged", before__closed_on=None
    ).select_related("after")
    return (Found(row.before_id, params={"after": row.after.name}) for row in rows)


def _heir_is_gone(look: Look) -> Iterator[Found]:
    rows = Succession.objects.filter(
        in_subtree(look.path, "before__path"), after__closed_on__isnull=False
    ).select_related("after")
    gone_on = {each.after_id for each in rows}
    went_on = set(Succession.objects.filter(before__in=gone_on).values_list("before", flat=True))
    return (
        Found(row.before_id, f"org:{row.after_id}", {"after": row.after.name})
        for row in rows
        if row.after_id not in went_on
    )


def _units(look: Look) -> list[Unit]:
    def read() -> list[Unit]:
        rows = Unit.objects.filter(in_subtree(look.path, "under__path"), valid_to=None)
        return list(rows.select_related("under", "org").order_by("code"))

    return look.once("units", read)


def _unit(unit: Unit, **params: str | int) -> Found:
    return Found(unit.under_id, f"unit:{unit.pk}", {"unit": unit.name, **params})


def _unit_waits(look: Look) -> Iterator[Found]:
    covered = UnitSpan.objects.filter(
        in_subtree(look.path, "unit__under__path"), unit__org=None, unit__valid_to=None, org__isnull=False
    )
    until = dict(covered.values_list("unit").annotate(until=Max("valid_to")))
    for unit in _units(look):
        since = until.get(unit.pk, unit.valid_from)
        if unit.org is None and since + UNIT_WAITS < look.today:
            yield _unit(unit, day=since.isoformat())


def _unit_under_closed(look: Look) -> Iterator[Found]:
    return (_unit(unit) for unit in _units(look) if unit.under.closed_on is not None)


def _unit_of_closed(look: Look) -> Iterator[Found]:
    return (
        _unit(unit, org=unit.org.name) for unit in _units(look) if unit.org and unit.org.closed_on is not None
    )


def _unit_twice(look: Look) -> Iterator[Found]:
    named = Counter((unit.under_id, unit.name) for unit in _units(look))
    return (_unit(unit) for unit in _units(look) if named[unit.under_id, unit.name] > 1)


def _unit_kind(look: Look) -> Iterator[Found]:
    known = {kind.code for kind in look.pack.all(UnitKind)}
    return (_unit(unit, kind=unit.kind) for unit in _units(look) if unit.kind not in known)


def _links(look: Look) -> list[OrgLink]:
    def read() -> list[OrgLink]:
        rows = OrgLink.objects.filter(in_subtree(look.path, "source__path"), valid_to=None)
        return list(rows.select_related("source", "target").order_by("pk"))

    return look.once("links", read)


def _link(link: OrgLink, **params: str | int) -> Found:
    return Found(link.source_id, f"link:{link.pk}", {"target": link.target.name, **params})


def _link_to_closed(look: Look) -> Iterator[Found]:
    return (
        _link(link)
        for link in _links(look)
        if link.target.closed_on is not None or link.source.closed_on is not None
    )


def _link_twice(look: Look) -> Iterator[Found]:
    tied = Counter((link.kind, link.source_id, link.target_id) for link in _links(look))
    return (_link(link) for link in _links(look) if tied[link.kind, link.source_id, link.target_id] > 1)


def _link_kind(look: Look) -> Iterator[Found]:
    known = {kind.code for kind in look.pack.all(LinkKind)}
    return (_link(link, kind=link.kind) for link in _links(look) if link.kind not in known)


_MEND_LEVEL = say("Correct the level on its page, under “Change”, or move it.")
_MEND_TWICE = say("Take it back on its page, under “Change”, if nothing has used it; else close it.")
_MEND_HISTORY = say(
    "Nobody can do this on a page: whoever keeps the installation holds it against the log and a backup, and restores it."
)

CHECKS: Iterable[DoubtCheck] = (
    DoubtCheck(
        "tree.closed_parent", "tree", say("Open under a closed organization"),
        say("%(parent)s, above it, is closed."),
        say("Move it to the organization that took over, or close it too."), _closed_parent, sure=True,
    ),
    DoubtCheck(
        "tree.wrong_path", "tree", say("Its path does not lead through its parent"),
        say("The path %(path)s does not end below its parent's."), _MEND_HISTORY, _wrong_path, sure=True,
    ),
    DoubtCheck(
        "tree.level_above_parent", "tree", say("Stands higher than what is above it"),
        say("Its level is above that of %(parent)s."), _MEND_LEVEL, _level_above_parent, sure=True,
    ),
    DoubtCheck(
        "tree.unknown_level", "tree", say("A level that does not exist"), say("Level %(level)s."), _MEND_LEVEL,
        _unknown_level, sure=True,
    ),
    DoubtCheck(
        "tree.unknown_kind", "tree", say("A kind that the pack does not know"), say("Kind %(kind)s."),
        say("Correct the kind, or write it into the pack."), _unknown_kind, sure=True,
    ),
    DoubtCheck(
        "tree.unknown_domain", "tree", say("A domain that the pack does not know"), say("Domain %(domain)s."),
        say("Correct the domain, or write it into the pack."), _unknown_domain, sure=True,
    ),
    DoubtCheck(
        "tree.no_domain", "tree", say("No domain"), say("Duties by domain do not reach it."),
        say("Give it its domain on its page."), _no_domain,
    ),
    DoubtCheck(
        "tree.same_name", "tree", say("Two of one name below one organization"),
        say("%(count)s organizations here bear this name."),
        say("Take back or close the one that was entered twice, or tell their names apart."), _same_name,
    ),
    DoubtCheck(
        "tree.odd_name", "tree", say("An odd name"), say("“%(name)s” has odd characters, spaces or a test's word."),
        say("Rename it, with the day on which the right name began."), _odd_name,
    ),
    DoubtCheck(
        "tree.founded_later", "tree", say("Founded in the future"), say("Founded on %(day)s."), _MEND_TWICE,
        _founded_later,
    ),
    DoubtCheck(
        "tree.founded_before_parent", "tree", say("Stood before what was above it"),
        say("It stood from %(day)s on, %(parent)s only later."), _MEND_HISTORY, _founded_before_parent, sure=True,
    ),
    DoubtCheck(
        "tree.empty_whole", "tree", say("Nothing of what it consists of stands below it"),
        say("No open organization of its parts' kinds stands below it."),
        say("Found its parts, or turn it into another kind."), _empty_whole, source="中国共产党支部工作条例（试行）第四条",
    ),
    DoubtCheck(
        "tree.two_of_one_area", "tree", say("Two of one kind for one division"),
        say("%(count)s organizations of this kind stand for the division %(area)s."),
        say("Take back or close the one that was entered twice, or name another division."), _two_of_one_area,
    ),
    DoubtCheck(
        "tree.no_area", "tree", say("A committee without its division"),
        say("Others of its level and domain name their division."), say("Name the division on its page, under “Change”."), _no_area,
    ),
    DoubtCheck(
        "tree.area_without_org", "tree", say("A division without an organization"),
        say("%(area)s has no organization here."),
        say("Found its organization with this division, or name the division at the one that stands for it; else excuse it."), _area_without_org,
    ),
    DoubtCheck(
        "tree.spans_overlap", "tree", say("Stood in two ways on one day"),
        say("From %(day)s on two entries of its history hold."), _MEND_HISTORY, _spans_overlap, sure=True,
        page="orgs-history",
    ),
    DoubtCheck(
        "tree.span_gap", "tree", say("A gap in its history"), say("Nothing says how it stood from %(day)s to %(until)s."),
        _MEND_HISTORY, _span_gap, sure=True, page="orgs-history",
    ),
    DoubtCheck(
        "tree.span_differs", "tree", say("Today differs from its history"),
        say("The history ends with “%(name)s”, and says something else of it."), _MEND_HISTORY, _span_differs,
        sure=True, page="orgs-history",
    ),
    DoubtCheck(
        "tree.no_span", "tree", say("No history at all"), say("It stands in no span of time, so it is counted nowhere."),
        _MEND_HISTORY, _no_span, sure=True, page="orgs-history",
    ),
    DoubtCheck(
        "tree.open_span_of_closed", "tree", say("Closed, but its history goes on"), say("Closed on %(day)s."),
        _MEND_HISTORY, _open_span_of_closed, sure=True, page="orgs-history",
    ),
    DoubtCheck(
        "tree.closed_span_of_open", "tree", say("Open, but its history has ended"), say("The history ends on %(day)s."),
        _MEND_HISTORY, _closed_span_of_open, sure=True, page="orgs-history",
    ),
    DoubtCheck(
        "tree.merged_but_open", "tree", say("Merged, but still open"), say("It was merged into %(after)s."),
        say("Close it with the day of the merger."), _merged_but_open, sure=True,
    ),
    DoubtCheck(
        "tree.heir_is_gone", "tree", say("What took it over is closed without an heir"),
        say("%(after)s is closed, and nothing says what took that over."),
        say("Excuse it with what became of the heir: that is kept beside it."), _heir_is_gone,
    ),
    DoubtCheck(
        "tree.unit_waits", "tree", say("A body without an organization for half a year"),
        say("%(unit)s, without one since %(day)s."),
        say("Name its organization on its page once it has one, or close the entry there."), _unit_waits, page="orgs-unit",
        page_of="subject",
        source="中国共产党支部工作条例（试行）第五条",
    ),
    DoubtCheck(
        "tree.unit_under_closed", "tree", say("A body under a closed organization"), say("%(unit)s."),
        say("Have the organization that took over look after it, on its page."), _unit_under_closed, sure=True, page="orgs-unit", page_of="subject",
    ),
    DoubtCheck(
        "tree.unit_of_closed", "tree", say("A body whose organization is closed"), say("%(unit)s: %(org)s is closed."),
        say("Name its organization of today on its page, or say that it has none."), _unit_of_closed, sure=True, page="orgs-unit", page_of="subject",
    ),
    DoubtCheck(
        "tree.unit_twice", "tree", say("One body entered twice"), say("%(unit)s stands here twice."),
        say("Close the entry that is one too many on its page, with its first day."), _unit_twice, page="orgs-unit", page_of="subject",
    ),
    DoubtCheck(
        "tree.unit_kind", "tree", say("A body of a kind that the pack does not know"), say("%(unit)s: kind %(kind)s."),
        say("Correct the kind on its page, or write it into the pack."), _unit_kind, sure=True, page="orgs-unit", page_of="subject",
    ),
    DoubtCheck(
        "tree.link_to_closed", "tree", say("A tie to a closed organization"), say("To %(target)s."),
        say("End the tie on its page."), _link_to_closed, sure=True,
    ),
    DoubtCheck(
        "tree.link_twice", "tree", say("One tie entered twice"), say("To %(target)s."), say("End one of the two on its page."),
        _link_twice,
    ),
    DoubtCheck(
        "tree.link_kind", "tree", say("A tie of a kind that the pack does not know"),
        say("To %(target)s: kind %(kind)s."), say("End the tie and make it anew in a kind of the pack, or write the kind into the pack."), _link_kind,
        sure=True,
    ),
)  # fmt: skip
