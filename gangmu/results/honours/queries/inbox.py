"""What of contests and honours waits for the reader: to judge, to decide, to re-check; and what is open."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from gangmu.core.context import Context
from gangmu.frame.words import msgid
from gangmu.kernel.inbox.rules import Box, Counts, InboxEntry
from gangmu.results.assessment.queries.rounds import ids_at_or_above
from gangmu.results.honours.models import Contest, Honour, PanelMember, Sheet
from gangmu.results.honours.queries.contests import may_judge, own_paths
from gangmu.results.honours.queries.register import plaques_left, to_recheck


def seats_to_fill(context: Context) -> list[tuple[PanelMember, int]]:
    """Return the reader's own seats in reviews, with how many candidates wait for a sheet of theirs."""
    if context.actor.account_id is None:
        return []
    seats = PanelMember.objects.filter(account=context.account, contest__state=Contest.State.REVIEW)
    found = []
    for seat in seats.select_related("contest", "contest__org", "contest__pack", "org"):
        written = Sheet.objects.filter(nomination=OuterRef("pk"), member=seat)
        rows = seat.contest.nominations.filter(~Exists(written), withdrawn_at=None)
        paths = own_paths([seat], context.today)[seat.pk]
        left = sum(may_judge(seat.contest, each, paths) for each in rows.select_related("org", "nominator"))
        if left:
            found.append((seat, left))
    return found


def steps_to_take(context: Context) -> QuerySet[Contest]:
    """Return the contests of the reader's offices whose present step is over."""
    today = context.today
    over = (
        Q(state=Contest.State.NOMINATION, nominate_until__lt=today)
        | Q(state=Contest.State.REVIEW, review_until__lt=today)
        | Q(state=Contest.State.PUBLICITY, publicity_until__lt=today)
    )
    tops = context.places("honours.manage").tops
    return Contest.objects.filter(over, org__path__in=tops).select_related("org").order_by("pk")


def open_for_nomination(context: Context) -> QuerySet[Contest]:
    """Return the contests above the reader's organizations in which they may still nominate."""
    places = context.places("honours.nominate")
    return (
        Contest.objects.filter(
            Q(org__in=ids_at_or_above(places)),
            state=Contest.State.NOMINATION,
            nominate_until__gte=context.today,
        )
        .select_related("org")
        .order_by("nominate_until", "pk")
    )


def rechecks_due(context: Context) -> list[dict[str, Any]]:
    """Return which honours of the reader's offices wait for this year's re-check, how many of each kind."""
    rows = to_recheck(_kept_by(context), context.today)
    found = rows.values("office", "kind", "title", name=F("office__name")).annotate(count=Count("pk"))
    return [dict(each) for each in found.order_by("office", "kind")]


def plaques_to_take_down(context: Context) -> QuerySet[Honour]:
    """Return the honours of the reader's offices that have ended while their plaque still hangs."""
    return plaques_left(_kept_by(context), context.today).select_related("org").order_by("pk")


def _kept_by(context: Context) -> QuerySet[Honour]:
    return Honour.objects.filter(office__path__in=context.places("honours.manage").tops)


def contest_counts(context: Context) -> Counts:
    """Return how much of contests and honours lies in each box of the reader."""
    seats = seats_to_fill(context)
    late = sum(1 for seat, _ in seats if _is_over(seat.contest.review_until, context.today))
    return Counts(
        waiting=len(seats)
        + steps_to_take(context).count()
        + len(rechecks_due(context))
        + plaques_to_take_down(context).count(),
        overdue=late,
        to_read=open_for_nomination(context).count(),
    )


def _is_over(until: date | None, today: date) -> bool:
    return until is not None and until < today


def contest_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return contests and honours as lines of an inbox."""
    if box == "to_read":
        return [
            InboxEntry(
                title=msgid("Nominations are open: %(contest)s"),
                params={"contest": each.title},
                url_name="honours-contest",
                url_args={"contest_id": each.pk},
                org_name=each.org.name,
                due_on=each.nominate_until,
                at=each.opened_at,
            )
            for each in open_for_nomination(context)[:limit]
        ]
    if box not in ("waiting", "overdue"):
        return []
    entries = [
        InboxEntry(
            title=msgid("Judge %(count)s candidates: %(contest)s"),
            params={"contest": seat.contest.title, "count": left},
            url_name="honours-contest",
            url_args={"contest_id": seat.contest_id},
            org_name=seat.contest.org.name,
            due_on=seat.contest.review_until,
            at=seat.contest.opened_at,
        )
        for seat, left in seats_to_fill(context)
        if box == "waiting" or _is_over(seat.contest.review_until, context.today)
    ]
    if box == "overdue":
        return entries[:limit]
    entries += [_step(each) for each in steps_to_take(context)[:limit]]
    entries += [
        InboxEntry(
            title=msgid("%(count)s honours wait for this year's re-check: %(title)s"),
            params={"count": each["count"], "title": each["title"]},
            url_name="honours-register",
            org_name=each["name"],
            due_on=date(context.today.year, 12, 31),
        )
        for each in rechecks_due(context)
    ]
    entries += [
        InboxEntry(
            title=msgid("The honour has ended, take the plaque down: %(title)s"),
            params={"title": each.title},
            url_name="honours-honour",
            url_args={"honour_id": each.pk},
            org_name=each.org.name,
        )
        for each in plaques_to_take_down(context)[:limit]
    ]
    return entries[:limit]


STEPS = {
    "nomination": msgid("Nominations are over, begin the review: %(contest)s"),
    "review": msgid("The review is over, decide: %(contest)s"),
    "publicity": msgid("The publicity is over, confer: %(contest)s"),
}


def _step(contest: Contest) -> InboxEntry:
    days = {
        "nomination": contest.nominate_until,
        "review": contest.review_until,
        "publicity": contest.publicity_until,
    }
    last = days[contest.state]
    return InboxEntry(
        title=STEPS[contest.state],
        params={"contest": contest.title},
        url_name="honours-contest",
        url_args={"contest_id": contest.pk},
        org_name=contest.org.name,
        due_on=last + timedelta(days=1) if last else None,
        at=contest.opened_at,
    )
