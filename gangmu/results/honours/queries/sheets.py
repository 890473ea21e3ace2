"""An organization's sheet, year by year: for itself and the one above it, and for nobody else."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import pack_by_version, pack_of
from gangmu.kernel.people.models import Post
from gangmu.kernel.people.queries import posts_over_time
from gangmu.results.assessment.definitions import ScorecardKind
from gangmu.results.assessment.models import Result
from gangmu.results.assessment.queries.results import results_over_years
from gangmu.results.honours.definitions import SheetKind
from gangmu.results.honours.models import Honour, Mark, Nomination


def sheet_of(org: Org) -> SheetKind | None:
    """Return the sheet that the pack keeps for an organization of this sort, the first by code."""
    kinds = pack_of(org.root_id).all(SheetKind)
    return next(
        (each for each in kinds if each.applies_to.includes(org.kind, org.domain or None, org.level)), None
    )


def reads_sheet(context: Context, org: Org) -> bool:
    """Whether a sheet is the reader's to see: their own organization's, or one's directly below theirs."""
    places = context.places("honours.view")
    above = org.path.rstrip("/").rpartition("/")[0] + "/"
    return places.covers(org.path) and any(top in (org.path, above) for top in places.tops)


@dataclass(frozen=True)
class RoundLine:
    """What a published round gave in a year; ``other_card``: by another scorecard than the year before."""

    result: Result
    other_card: bool


@dataclass
class SheetYear:
    """All that an organization got in one year."""

    year: int
    rounds: list[RoundLine] = field(default_factory=list)
    contests: list[Nomination] = field(default_factory=list)
    honours: list[Honour] = field(default_factory=list)
    marks: dict[str, Mark] = field(default_factory=dict)
    corrected: dict[str, list[Mark]] = field(default_factory=dict)
    held: list[Post] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing is known of the year; that is not a bad year."""
        return not (self.rounds or self.contests or self.honours or self.marks)


@dataclass(frozen=True)
class OrgSheet:
    """An organization's sheet: its definition and its years, the newest first."""

    org: Org
    kind: SheetKind
    years: tuple[SheetYear, ...]


def sheet_for(context: Context, org: Org) -> OrgSheet:
    """Return an organization's sheet; there is none for others than itself and the one above it."""
    kind = sheet_of(org)
    if kind is None or not reads_sheet(context, org):
        raise NotFound("There is no such sheet.")
    this = context.today.year
    years = {each: SheetYear(each) for each in range(this, this - kind.years, -1)}
    for line in _rounds(context, org, kind):
        if (year := years.get(line.result.run.round.span.first.year)) is not None:
            year.rounds.append(line)
    for nomination in _contests(org, kind):
        if (year := years.get(nomination.contest.year)) is not None:
            year.contests.append(nomination)
    for honour in Honour.objects.filter(org=org, person="").order_by("conferred_on", "pk"):
        if (year := years.get(honour.conferred_on.year)) is not None:
            year.honours.append(honour)
    for mark in Mark.objects.filter(org=org, sheet=kind.code).order_by("pk"):
        if (year := years.get(mark.year)) is None:
            continue
        if mark.stands:
            year.marks[mark.mark] = mark
        else:
            year.corrected.setdefault(mark.mark, []).append(mark)
    if kind.post:
        posts = list(posts_over_time(context, org, kind.post))
        for each in years.values():
            each.held = [post for post in posts if _in_year(post, each.year)]
    return OrgSheet(org, kind, tuple(years.values()))


def _in_year(post: Post, year: int) -> bool:
    begins_before_its_end = post.valid_from <= date(year, 12, 31)
    return begins_before_its_end and (post.valid_to is None or post.valid_to > date(year, 1, 1))


def _rounds(context: Context, org: Org, kind: SheetKind) -> Iterable[RoundLine]:
    shown = [each for each in results_over_years(context, org) if each.run.round.state == "published"]
    rows = [each for each in shown if each.run.round.appraisal in kind.appraisals]
    rows.sort(key=lambda each: (each.scorecard, each.run.round.period))
    before: tuple[str, Any] | None = None
    for each in rows:
        card = pack_by_version(each.run.round.pack).find(ScorecardKind, each.scorecard)
        other = before is not None and before[0] == each.scorecard and before[1] != card
        before = (each.scorecard, card)
        yield RoundLine(each, other)


def _contests(org: Org, kind: SheetKind) -> Iterable[Nomination]:
    rows = Nomination.objects.filter(
        org=org,
        withdrawn_at=None,
        contest__kind__in=kind.contests,
        contest__state__in=("publicity", "conferred"),
    )
    return rows.select_related("contest").prefetch_related("pledges").order_by("contest__kind")
