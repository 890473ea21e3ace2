"""Disputes: the issuer reads what is said and how often, the arbiter reads who says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.queries import within
from gangmu.work.plans.models import Dispute, Order, Task

MOST_SAID = 20


@dataclass(frozen=True)
class Happened:
    """One thing that happened to a task: what, when, by whom, and what was said."""

    event: str
    at: datetime
    by: str = ""
    note: str = ""
    record: int | None = None
    faults: Mapping[str, str] | None = None


def knows_dispute(context: Context, task: Task) -> bool:
    """Whether the reader may know that a task is disputed: its own people and the arbiter.

    Whoever issues where the order came from may not, whatever else they hold.
    """
    issuer = task.order.issuer.path
    if context.may("plans.arbitrate", issuer):
        return True
    return context.may("plans.answer", task.org.path) and not context.may("plans.issue", issuer)


def history_of_disputes(task: Task) -> list[Happened]:
    """Return what was disputed about a task and what came of it; for those who may know."""
    found = []
    for each in Dispute.objects.filter(task=task).select_related("raised_by", "decided_by"):
        found.append(Happened("disputed", each.raised_at, str(each.raised_by), each.reason))
        if each.climbed_at:
            found.append(Happened("dispute_climbed", each.climbed_at, "", each.issuer_note))
        if each.decided_at and each.state in ("upheld", "rejected", "dropped"):
            note = each.note or each.issuer_note
            found.append(Happened(f"dispute_{each.state}", each.decided_at, "", note))
    return found


def open_dispute(context: Context, task: Task) -> Dispute | None:
    """Return the dispute about a task that is not decided, for those who may know of it."""
    if not task.disputed or not knows_dispute(context, task):
        return None
    return (
        Dispute.objects.filter(task=task, state__in=("raised", "climbed"))
        .select_related("other_order", "other_record", "order__issuer")
        .first()
    )


@dataclass
class Said:
    """What is said against one order on one ground: how often, by when to answer, in which words."""

    order: Order
    ground: str
    other_order: Order | None
    count: int = 0
    answer_by: date | None = None
    reasons: list[str] = field(default_factory=list)
    records: int = 0


def disputes_waiting(context: Context) -> QuerySet[Dispute]:
    """Return what waits for the reader's answer as the issuer, to be counted; never shown one by one."""
    places = context.places("plans.issue")
    return Dispute.objects.filter(within(places, "order__issuer__path"), state=Dispute.State.RAISED)


def said_against(context: Context) -> list[Said]:
    """Return what waits for the answer of the reader as an issuer, the most urgent first; never who."""
    rows = (
        disputes_waiting(context)
        .select_related("order", "order__issuer", "other_order", "other_order__issuer")
        .order_by("answer_by", "order", "ground")
    )
    found: dict[tuple[int, str, int | None], Said] = {}
    for row in rows[:2000]:
        key = (row.order_id, row.ground, row.other_order_id)
        said = found.setdefault(key, Said(row.order, row.ground, row.other_order, answer_by=row.answer_by))
        said.count += 1
        said.records += row.other_record_id is not None
        if row.reason not in said.reasons and len(said.reasons) < MOST_SAID:
            said.reasons.append(row.reason)
    for said in found.values():
        said.reasons.sort()  # not in the order in which they came
    return list(found.values())


def dispute_tally(context: Context) -> list[dict[str, object]]:
    """Return for each issuer within reach how many disputes were upheld, rejected and wait; never who.

    Upheld ones count to the issuer: they say what need not have been asked.
    """
    places = context.places("plans.issue")
    if context.may("plans.arbitrate"):
        places = context.places("plans.arbitrate")
    rows = (
        Dispute.objects.filter(within(places, "order__issuer__path"))
        .values("order__issuer", "order__issuer__name", "order__issuer__code")
        .annotate(
            upheld=Count("pk", filter=Q(state="upheld")),
            rejected=Count("pk", filter=Q(state="rejected")),
            waiting=Count("pk", filter=Q(state__in=("raised", "climbed"))),
            silent=Count("pk", filter=Q(silent=True)),
        )
        .order_by("order__issuer__code")
    )
    return [
        {
            "issuer": row["order__issuer"],
            "name": row["order__issuer__name"],
            "upheld": row["upheld"],
            "rejected": row["rejected"],
            "waiting": row["waiting"],
            "silent": row["silent"],
        }
        for row in rows
    ]


def disputes_to_decide(context: Context) -> QuerySet[Dispute]:
    """Return what climbed to the reader as the arbiter, the most urgent first."""
    return (
        Dispute.objects.filter(
            within(context.places("plans.arbitrate"), "order__issuer__path"), state=Dispute.State.CLIMBED
        )
        .select_related("task__org", "order__issuer", "other_order__issuer", "other_record", "raised_by")
        .order_by("answer_by", "pk")
    )


def decided_disputes(context: Context) -> QuerySet[Dispute]:
    """Return what was decided within the arbiter's reach, the newest first."""
    return (
        Dispute.objects.filter(
            within(context.places("plans.arbitrate"), "order__issuer__path"), decided_at__isnull=False
        )
        .select_related("task__org", "order__issuer", "other_order__issuer", "raised_by")
        .order_by("-decided_at", "-pk")
    )


def dispute_by_id(context: Context, dispute_id: int) -> Dispute:
    """Return one dispute to its arbiter or to those whose task it is; for others there is none."""
    found = (
        Dispute.objects.filter(pk=dispute_id)
        .select_related(
            "task__org",
            "task__order__issuer",
            "order__issuer",
            "other_order__issuer",
            "other_record__org",
            "raised_by",
            "decided_by",
        )
        .first()
    )
    if found is None or not knows_dispute(context, found.task):
        raise NotFound("There is no such dispute.")
    return found
