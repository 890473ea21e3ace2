"""Who is asked while a round lasts: the offices that look at their part, the parents that decide."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from gangmu.core.context import Context
from gangmu.frame.words import msgid
from gangmu.kernel.access.queries import places_held
from gangmu.kernel.inbox.rules import Box, Counts, InboxEntry
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, orgs_by_id
from gangmu.kernel.orgs.rules import ancestor_ids, own_id
from gangmu.results.assessment.models import Result, Review, Round, Screening


def offices_to_review(round_: Round, day: date) -> list[Org]:
    """Return the offices below a round's own that review a part with results, whether they did or not, by code."""
    return _with_results(round_, places_held("assessment.review", round_.org, day) - {round_.org_id})


def _with_results(round_: Round, offices: Iterable[int]) -> list[Org]:
    """Return those of some offices that have results in their part: looked up in paths that are in order."""
    rows = Result.objects.filter(run__round=round_, run__number=round_.run)
    paths = sorted(rows.order_by().values_list("org__path", flat=True))

    def judges(path: str) -> bool:
        at = bisect_left(paths, path)
        return at < len(paths) and paths[at].startswith(path)

    return sorted((org for org in orgs_by_id(offices) if judges(org.path)), key=lambda org: org.code)


@dataclass(frozen=True)
class Unreviewed:
    """Which offices have not looked at their part yet, and until when they have time; none once it is over."""

    offices: Sequence[Org] = ()
    until: date | None = None

    @property
    def ready(self) -> bool:
        """Whether the results may be made known."""
        return not self.offices


def unreviewed(round_: Round, today: date) -> Unreviewed:
    """Return for whom the results wait before they are made known: nobody, once the time to review is over."""
    until = round_.review_until
    if until is not None and today > until:
        return Unreviewed()
    done = set(Review.objects.filter(round=round_).values_list("office", flat=True))
    missing = places_held("assessment.review", round_.org, today) - done - {round_.org_id}
    return Unreviewed(_with_results(round_, missing), until)


# What waits for a reader


def parts_to_review(context: Context) -> list[tuple[Round, Org]]:
    """Return the reader's own offices that are asked to look at their part, the soonest due first."""
    tops = [path for path in context.places("assessment.review").tops if path]
    above = {each for path in tops for each in ancestor_ids(path)}
    if not above:
        return []
    rounds = Round.objects.filter(state=Round.State.REVIEW, org__in=above).select_related("org")
    held = list(rounds.order_by("review_until", "pk"))
    if not held:
        return []
    offices = [org for org in orgs_by_id(map(own_id, tops)) if org.closed_on is None]
    done = set(Review.objects.filter(round__in=held).values_list("round", "office"))
    return [
        (round_, office)
        for round_ in held
        for office in offices
        if round_.org_id in ancestor_ids(office.path)
        and (round_.pk, office.pk) not in done
        and _judges_below(round_, office)
    ]


def _judges_below(round_: Round, office: Org) -> bool:
    rows = Result.objects.filter(run__round=round_, run__number=round_.run)
    return rows.filter(in_subtree(office.path, "org__path")).exists()


def _is_over(round_: Round, today: date) -> bool:
    return round_.review_until is not None and round_.review_until < today


def review_counts(context: Context) -> Counts:
    """Return for how many rounds the reader's offices are to look at their part."""
    parts = parts_to_review(context)
    return Counts(waiting=len(parts), overdue=sum(_is_over(round_, context.today) for round_, _ in parts))


def review_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return the reviews that wait as lines of an inbox."""
    if box not in ("waiting", "overdue"):
        return []
    return [
        InboxEntry(
            title=msgid("Look at your part of “%(round)s”"),
            params={"round": round_.title},
            url_name="assessment-round",
            url_args={"round_id": round_.pk},
            org_name=office.name,
            due_on=round_.review_until,
            at=round_.frozen_at,
        )
        for round_, office in parts_to_review(context)
        if box == "waiting" or _is_over(round_, context.today)
    ][:limit]


def screenings_to_decide(context: Context) -> QuerySet[Screening]:
    """Return what waits for the reader's decision as a parent, of rounds that stand."""
    tops = [path for path in context.places("assessment.review").tops if path]
    standing = Q(round__state__in=(Round.State.FINAL, Round.State.PUBLISHED))
    return (
        Screening.objects.filter(standing, org__parent__path__in=tops, decision="")
        .select_related("org", "round")
        .order_by("proposed_at", "org__code", "pk")
    )


def screening_counts(context: Context) -> Counts:
    """Return how many proposals wait for the reader as a parent."""
    if not any(context.places("assessment.review").tops):
        return Counts()
    return Counts(waiting=screenings_to_decide(context).count())


def screening_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return the proposals that wait as lines of an inbox."""
    if box != "waiting" or not any(context.places("assessment.review").tops):
        return []
    return [
        InboxEntry(
            title=msgid("Decide on what “%(round)s” proposes"),
            params={"round": each.round.title},
            url_name="assessment-screening",
            url_args={"screening_id": each.pk},
            org_name=each.org.name,
            at=each.proposed_at,
        )
        for each in screenings_to_decide(context)[:limit]
    ]
