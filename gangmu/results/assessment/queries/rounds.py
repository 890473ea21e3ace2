"""Rounds that a reader may know of, and what keeps one from its next step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db.models import Q, QuerySet

from gangmu.core.calendar import Calendar
from gangmu.core.context import Context, Places
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period, PeriodKind
from gangmu.kernel.notices.queries import open_objections_to
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, within
from gangmu.kernel.orgs.rules import ancestor_ids, own_id
from gangmu.kernel.packs.queries import pack_by_version, pack_of
from gangmu.results.assessment.definitions import AppraisalKind, ScorecardKind
from gangmu.results.assessment.models import Appeal, Review, Round, Run
from gangmu.results.assessment.queries.awards import groups_to_sign
from gangmu.results.indicators.definitions import IndicatorKind
from gangmu.work.plans.queries.closing import open_tasks_within

CALENDAR = Calendar()
"""The working days that are installed with the product."""


def ids_at_or_above(places: Places) -> set[int]:
    """Return the ids of the organizations where the reader's places begin, and of all above."""
    ids: set[int] = set()
    for path in places.tops:
        if path:
            ids.update(ancestor_ids(path))
            ids.add(own_id(path))
    return ids


def appraisals_of(org: Org) -> tuple[AppraisalKind, ...]:
    """Return the appraisals that are in force where an organization stands, by code."""
    return pack_of(org.root_id).all(AppraisalKind)


def visible_rounds(context: Context) -> QuerySet[Round]:
    """Return the rounds of organizations at, above or below the reader's places, the newest first.

    Above: whoever is appraised knows that a round is on.
    """
    places = context.places("assessment.view")
    return (
        Round.objects.filter(within(places) | Q(org__in=ids_at_or_above(places)))
        .select_related("org", "pack", "publicity_notice", "notice")
        .defer("pack__files", "publicity_notice__body", "notice__body")
        .order_by("-period", "org__path", "appraisal", "-pk")
    )


def round_by_id(context: Context, round_id: int) -> Round:
    """Return one round that the reader may know of; otherwise there is none."""
    found = visible_rounds(context).filter(pk=round_id).first()
    if found is None:
        raise NotFound("There is no such round.")
    return found


def appraisal_of(round_: Round) -> AppraisalKind:
    """Return the appraisal of a round as it was when the round was frozen, or opened."""
    kind = pack_by_version(round_.pack).find(AppraisalKind, round_.appraisal)
    if kind is None:
        raise NotFound("There is no such appraisal here.")
    return kind


def scorecard_of(round_: Round, code: str) -> ScorecardKind:
    """Return a scorecard of a round as it was when the round was frozen."""
    kind = pack_by_version(round_.pack).find(ScorecardKind, code)
    if kind is None or code not in round_.scorecards:
        raise NotFound("There is no such scorecard here.")
    return kind


def indicators_of(round_: Round, card: ScorecardKind) -> dict[str, IndicatorKind]:
    """Return the indicators that a scorecard reads, by code."""
    pack = pack_by_version(round_.pack)
    found = ((code, pack.find(IndicatorKind, code)) for code in card.indicators)
    return {code: kind for code, kind in found if kind is not None}


def standing_run(round_: Round) -> Run:
    """Return the run whose results stand; there is none before the first."""
    run = Run.objects.filter(round=round_, number=round_.run, done_at__isnull=False).defer("tree").first()
    if run is None:
        raise NotFound("This round has no results yet.")
    return run


def runs_of(round_: Round) -> QuerySet[Run]:
    """Return the runs of a round in their order, without the trees."""
    return Run.objects.filter(round=round_).select_related("frozen_by").defer("tree").order_by("number")


def run_folder(run: Run) -> Path:
    """Return the folder that a run was frozen as."""
    return Path(settings.GANGMU_DATA) / "rounds" / run.folder


def unclosed(org: Org, period: Period) -> int:
    """Return how many tasks of an organization's tree in a period nobody has closed yet."""
    return open_tasks_within(org, [str(each) for each in periods_within(period)])


def periods_within(period: Period) -> Iterable[Period]:
    """Yield a period and all shorter ones that lie within it."""
    kinds: tuple[PeriodKind, ...] = ("year", "half", "quarter", "month")
    for kind in kinds[kinds.index(period.kind) :]:
        yield from period.split(kind)


@dataclass(frozen=True)
class Waiting:
    """What has to be done before a round can be final."""

    appeals: int = 0
    objections: int = 0
    unmended: int = 0
    unsigned: int = 0
    until: date | None = None

    @property
    def ready(self) -> bool:
        """Whether nothing is left."""
        return not (self.appeals or self.objections or self.unmended or self.unsigned or self.until)


def waiting_for(round_: Round, today: date) -> Waiting:
    """Return what keeps a round from being final: time, appeals, objections, runs, signatures."""
    open_appeals = Appeal.objects.filter(round=round_, answered_at=None).count()
    run = Run.objects.filter(round=round_, number=round_.run).only("known_at").first()
    upheld = Appeal.objects.filter(round=round_, outcome=Appeal.Outcome.UPHELD)
    unmended = upheld.filter(answered_at__gt=run.known_at).count() if run else 0
    notice = round_.publicity_notice
    still = round_.publicity_until if round_.publicity_until and today <= round_.publicity_until else None
    return Waiting(
        appeals=open_appeals,
        objections=open_objections_to(notice) if notice else 0,
        unmended=unmended,
        unsigned=sum(group.signature is None for group in groups_to_sign(round_)),
        until=still,
    )


def reviews_of(round_: Round) -> QuerySet[Review]:
    """Return which offices have looked at their part."""
    return Review.objects.filter(round=round_).select_related("office", "reviewed_by").order_by("reviewed_at")


def rounds_about(context: Context, org: Org, appraisals: Iterable[str], year: int) -> list[Round]:
    """Return the rounds of a year that judge an organization or something below it, the oldest first."""
    here = Q(org__in=ancestor_ids(org.path)) | Q(org=org) | in_subtree(org.path, "org__path")
    rows = visible_rounds(context).filter(here, appraisal__in=list(appraisals), period__startswith=str(year))
    return list(rows.exclude(state=Round.State.WITHDRAWN).order_by("period", "org__path", "pk"))
