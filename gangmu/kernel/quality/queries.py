"""Every read of doubts: the reader sees those at their places that they may also look into."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.doubts import CHECKS, GROUPS, DoubtCheck, Found, Look
from gangmu.core.errors import NotFound
from gangmu.core.text import Text
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, root_orgs, within
from gangmu.kernel.packs.queries import pack_of, packs_in_force
from gangmu.kernel.quality.models import Doubt, Sweep
from gangmu.kernel.quality.rules import sweep_is_due

STATES = ("open", "excused")


def all_checks() -> list[DoubtCheck]:
    """Return every check there is, by group, those that are wrong for certain first."""
    return sorted(CHECKS.values(), key=lambda each: (GROUPS.index(each.group), not each.sure, each.code))


def check_by_code(code: str) -> DoubtCheck:
    """Return one check; otherwise there is none."""
    if code not in CHECKS:
        raise NotFound("There is no such check.")
    return CHECKS[code]


def look_at(root: Org, today: date) -> Look:
    """Return what checks look at: one tree today, by the pack that rules there."""
    return Look(root.pk, root.path, today, pack_of(root.pk))


def found_by(check: DoubtCheck, look: Look) -> dict[tuple[int, str], Found]:
    """Return what a check finds in a tree, each organization and subject once."""
    return {(each.org, each.subject[:160]): each for each in check.find(look)}


def visible_doubts(context: Context) -> QuerySet[Doubt]:
    """Return the doubts at the reader's places, of the checks that they may look into there."""
    needed: dict[str, list[str]] = {}
    for check in CHECKS.values():
        needed.setdefault(check.permission, []).append(check.code)
    reach = Q(pk__in=())
    for permission, codes in needed.items():
        places = context.places(permission)
        if places:
            reach |= Q(check_code__in=codes) & within(places)
    return Doubt.objects.filter(within(context.places("quality.view")), reach)


def open_on(day: date) -> Q:
    """Return the condition that a doubt is not excused on a day."""
    return Q(excused_until=None) | Q(excused_until__lt=day)


def doubts(
    context: Context, *, code: str = "", org: Org | None = None, below: bool = True, state: str = ""
) -> QuerySet[Doubt]:
    """Return doubts within reach by check, place and state, in the order of the tree."""
    rows = visible_doubts(context).select_related("org", "excused_by")
    if code:
        rows = rows.filter(check_code=code)
    if org is not None:
        rows = rows.filter(in_subtree(org.path, "org__path") if below else Q(org=org))
    if state == "open":
        rows = rows.filter(open_on(context.today))
    elif state == "excused":
        rows = rows.exclude(open_on(context.today))
    return rows.order_by("org__path", "check_code", "pk")


def doubt_by_id(context: Context, doubt_id: int) -> Doubt:
    """Return one doubt the reader may see; otherwise there is none."""
    found = visible_doubts(context).filter(pk=doubt_id).select_related("org", "excused_by").first()
    if found is None:
        raise NotFound("There is no such doubt.")
    return found


@dataclass
class CheckLine:
    """One check with what it found within the reader's reach."""

    check: DoubtCheck
    open: int = 0
    excused: int = 0
    swept_at: datetime | None = None
    found_before: int | None = field(default=None)

    @property
    def code(self) -> str:
        """The check's code."""
        return self.check.code


def check_lines(context: Context, *, org: Org | None = None) -> list[CheckLine]:
    """Return every check with its doubts at the reader's places, or below an organization."""
    rows = visible_doubts(context)
    if org is not None:
        rows = rows.filter(in_subtree(org.path, "org__path"))
    lines = {each.code: CheckLine(each) for each in all_checks()}
    counted = rows.order_by().values_list("check_code")
    for code, count, open_ in counted.annotate(
        every=Count("pk"), open=Count("pk", filter=open_on(context.today))
    ):
        if code in lines:
            lines[code].open, lines[code].excused = open_, count - open_
    for sweep in Sweep.objects.filter(root__in=roots_within(context)).order_by("swept_at"):
        if sweep.check_code in lines:
            lines[sweep.check_code].swept_at = sweep.swept_at
            lines[sweep.check_code].found_before = sweep.found_before
    return list(lines.values())


def roots_within(context: Context) -> list[int]:
    """Return the trees in which the reader sees doubts."""
    places = context.places("quality.view")
    if places.everywhere:
        return [root.pk for root in root_orgs()]
    return sorted({int(low.split("/", 1)[0]) for low, _ in places.ranges})


def roots_to_sweep(context: Context) -> list[Org]:
    """Return the trees that the actor may have looked through again: whole ones only."""
    places = context.places("quality.sweep")
    return [root for root in _ruled_roots() if places.covers_below(root.path)]


def _ruled_roots() -> list[Org]:
    """Return the trees in which a pack is in force: without one there is nothing to hold data to."""
    ruled = packs_in_force()
    return [root for root in root_orgs() if root.pk in ruled]


def trees_due(now: datetime) -> list[Org]:
    """Return the trees that are to be looked through now, for the site's own work."""
    last: dict[int, datetime] = {}
    for root, at in Sweep.objects.values_list("root", "swept_at"):
        last[root] = max(at, last.get(root, at))
    return [root for root in _ruled_roots() if sweep_is_due(last.get(root.pk), now)]


def said(check: DoubtCheck, params: dict[str, object]) -> Text:
    """Return the sentence of one doubt in every language."""

    def filled(template: str, language: str) -> str:
        return template % {name: _worded(value, language) for name, value in params.items()}

    return Text(
        zh_hans=filled(check.says.zh_hans, "zh-hans"),
        zh_hant=filled(check.says.zh_hant, "zh-hant"),
        en=filled(check.says.en, "en"),
    )


def _worded(value: object, language: str) -> object:
    return Text.model_validate(value).within(language) if isinstance(value, dict) else value


def plain_params(found: Found) -> dict[str, object]:
    """Return the values of a sentence as they are kept."""
    return {
        name: value.model_dump(by_alias=True) if isinstance(value, Text) else value
        for name, value in found.params.items()
    }


@dataclass(frozen=True)
class Difference:
    """What a sweep changes: doubts that are new, that say something else now, that are gone."""

    new: Sequence[Found]
    changed: Sequence[tuple[int, Found]]
    gone: Sequence[int]
    found: int

    def batches(self, size: int) -> "Iterator[Difference]":
        """Yield it in parts of at most so many doubts; at least one, which notes the sweep."""
        most = max(len(self.new), len(self.changed), len(self.gone), 1)
        for start in range(0, most, size):
            part = slice(start, start + size)
            yield Difference(self.new[part], self.changed[part], self.gone[part], self.found)


def difference(root: Org, check: DoubtCheck, look: Look) -> Difference:
    """Return what looking through a tree again changes for one check."""
    found = found_by(check, look)
    held = {
        (org, subject): (pk, params)
        for pk, org, subject, params in Doubt.objects.filter(root=root.pk, check_code=check.code).values_list(
            "pk", "org", "subject", "params"
        )
    }
    return Difference(
        [each for key, each in found.items() if key not in held],
        [
            (held[key][0], each)
            for key, each in found.items()
            if key in held and held[key][1] != plain_params(each)
        ],
        [pk for key, (pk, _) in held.items() if key not in found],
        len(found),
    )
