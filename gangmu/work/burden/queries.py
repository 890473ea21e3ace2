"""Every read of what asking costs; the reader comes first."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from gangmu.core.context import Context, Places, below
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period, period_of
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import ids_within, orgs_below
from gangmu.kernel.orgs.rules import ancestor_ids
from gangmu.kernel.packs.queries import pack_of
from gangmu.kernel.packs.rules import Pack
from gangmu.work.burden.definitions import BurdenKind, FormKind, SynonymKind
from gangmu.work.burden.models import Asking, DuplicateReport, ReportOpening, TimeTaken
from gangmu.work.burden.rules import (
    Cost,
    Demand,
    Held,
    IssuerLine,
    Measured,
    Overlap,
    Reach,
    counted_apart,
    few,
    field_names,
    form_state,
    median_of,
    quota_state,
    ranked,
    synonyms_of,
    words_of,
)
from gangmu.work.burden.similarity import Entered, SparseIndex, Synonyms, Terms, common_words, terms_of
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.queries import standing_records, was_any_recorded

LOOKED_BACK = timedelta(days=400)
"""How old a standing value may be to count as held."""

SHOWN = 8
"""How many overlapping orders are shown before one goes out."""


def burden_kind(pack: Pack) -> BurdenKind | None:
    """Return what asking may cost where a pack rules; None where it says nothing."""
    kinds = pack.all(BurdenKind)
    return kinds[0] if kinds else None


def approved_forms(org: Org) -> tuple[FormKind, ...]:
    """Return the catalogue of approved forms where an organization stands, by code."""
    return pack_of(org.root_id).all(FormKind)


# What an order costs


def cost_of(context: Context, issuer: Org, *, asked: Demand, help_text: str = "") -> Cost:
    """Return what an order would cost and what it repeats, for whoever may issue it."""
    if not context.may("plans.issue", issuer.path):
        raise NotFound("There is no such organization.")
    pack = pack_of(issuer.root_id)
    kind = burden_kind(pack)
    record = pack.find(RecordKind, asked.record)
    synonyms = synonyms_of(pack.all(SynonymKind))
    index = _SHELF.fresh()
    nested = _nested_issuers(issuer, index)
    beside = tuple(_by_field(context, issuer, asked, pack, synonyms, nested))
    known = {overlap.asking for overlap in beside}
    alike = (
        overlap
        for overlap in _by_meaning(context, index, asked, record, help_text, kind, synonyms, nested)
        if overlap.asking not in known
    )
    orders, minutes = month_so_far(issuer, context.today, asked.reach)
    return Cost(
        organizations=asked.organizations,
        minutes=asked.minutes,
        hours_a_day=kind.hours_a_day if kind else 8,
        measured=measured_minutes(issuer.root_id, asked.duty),
        quota=quota_state(kind, issuer.level, orders=orders, minutes=minutes, more=asked.minutes),
        form=form_state(
            pack.all(FormKind),
            kind.catalogue if kind else "off",
            record=asked.record,
            minutes=asked.minutes,
            day=context.today,
        ),
        overlaps=tuple(
            sorted((*beside, *alike), key=lambda each: (not each.strong, -each.score, each.asking))[:SHOWN]
        ),
        held=tuple(_held(context, issuer, asked, pack, synonyms)),
    )


def month_so_far(issuer: Org, day: date, reach: Reach) -> tuple[int, int]:
    """Return how many orders an issuer has sent in a day's month, and the minutes of one who gets all.

    Minutes of orders that ask nobody within ``reach`` are not added up.
    """
    month = period_of(day, "month")
    sent = Asking.objects.filter(
        issuer=issuer, asked_on__gte=month.first, asked_on__lte=month.last, withdrawn_on=None
    ).values_list("minutes", "reach")
    rows = list(sent)
    return len(rows), sum(minutes for minutes, kept in rows if Reach.read(kept).meets(reach))


def measured_minutes(root: int, duty: str) -> Measured | None:
    """Return the middle time that answers to a duty took; None until there are twenty."""
    rows = (
        TimeTaken.objects.filter(asking__root=root, asking__duty=duty)
        .values("minutes")
        .annotate(count=Sum("answers"))
        .order_by("minutes")
        .values_list("minutes", "count")
    )
    return median_of(list(rows))


def _nested_issuers(issuer: Org, index: SparseIndex) -> set[int]:
    """Return those who can reach the same organizations: above an issuer, below it, and itself."""
    beneath = Places.of([below(issuer.path)])
    known = sorted(index.issuers)
    found = {issuer.pk, *ancestor_ids(issuer.path)}
    for start in range(0, len(known), 500):
        found.update(ids_within(beneath).filter(pk__in=known[start : start + 500]))
    return found


def _by_field(
    context: Context, issuer: Org, asked: Demand, pack: Pack, synonyms: Synonyms, nested: set[int]
) -> Iterable[Overlap]:
    """Yield the open orders that ask the same organizations for the same record or the same values."""
    own = pack.find(RecordKind, asked.record)
    names = field_names(own, synonyms) if own else {}
    # narrowed to issuers and sorted here: a database would be tempted to walk through all of them
    rows = (
        Asking.objects.filter(root=issuer.root_id, due_on__gte=context.today, withdrawn_on=None)
        .order_by()
        .values_list(
            "pk",
            "order",
            "duty",
            "period",
            "record",
            "title",
            "issuer",
            "issuer__name",
            "asked_on",
            "due_on",
            "reach",
        )
    )
    seen: set[tuple[str, str]] = set()
    for pk, order, duty, period, record, title, issuer_id, name, asked_on, due, reach in sorted(
        (row for row in rows if row[6] in nested), reverse=True
    ):
        if (duty, record) in seen or (
            duty == asked.duty and (period != asked.period or issuer_id == issuer.pk)
        ):
            continue
        if not Reach.read(reach).meets(asked.reach):
            continue
        found = Overlap("same_duty", pk, order, title, name, asked_on, due, strong=False)
        if duty != asked.duty and record == asked.record:
            if not _meet(period, asked.period):
                continue
            found = replace(found, how="same_record")
        elif duty != asked.duty:
            other = pack.find(RecordKind, record)
            shared = names.keys() & field_names(other, synonyms).keys() if other else set()
            if not shared:
                continue
            share = len(shared) / len(names)
            words = tuple(sorted(names[each] for each in shared))
            found = replace(found, how="fields", score=share, words=words, strong=share >= 0.5)
        seen.add((duty, record))
        yield found


def _meet(period: str, other: str) -> bool:
    """Whether two periods have a day in common."""
    one, two = Period.parse(period), Period.parse(other)
    return one.first <= two.last and two.first <= one.last


def _by_meaning(
    context: Context,
    index: SparseIndex,
    asked: Demand,
    record: RecordKind | None,
    help_text: str,
    kind: BurdenKind | None,
    synonyms: Synonyms,
    nested: set[int],
) -> Iterable[Overlap]:
    """Yield the earlier orders to the same organizations whose words say the same."""
    words = words_of(asked.title, asked.text, record, help_text)
    bound = float(kind.overlap_at) if kind else 0.6
    hits = {
        hit.key: hit.score
        for hit in index.search(
            terms_of(words, synonyms), issuers=nested, but_duty=asked.duty, least=min(0.35, bound), most=12
        )
    }
    found = Asking.objects.filter(pk__in=hits, withdrawn_on=None).select_related("issuer").defer("terms")
    for each in found:
        if not Reach.read(each.reach).meets(asked.reach):
            continue
        yield Overlap(
            "meaning",
            each.pk,
            each.order,
            each.title,
            each.issuer.name,
            each.asked_on,
            each.due_on,
            score=hits[each.pk],
            words=tuple(common_words(words, each.words, synonyms)),
            strong=hits[each.pk] >= bound and each.due_on >= context.today,
        )


def _held(context: Context, issuer: Org, asked: Demand, pack: Pack, synonyms: Synonyms) -> Iterable[Held]:
    """Yield the values that are held already, each with how many organizations they are held of."""
    own = pack.find(RecordKind, asked.record)
    if own is None:
        return
    names, span = field_names(own, synonyms), Period.parse(asked.period)
    below = orgs_below(context, issuer)
    count = _organizations(context, below, own.code, span.first, span.last)
    if count:
        yield Held(own.code, own.title.within(context.language), (), count)
    for kind in pack.all(RecordKind):
        shared = names.keys() & field_names(kind, synonyms).keys() if kind.code != own.code else set()
        if not shared or not counted_apart(kind):
            continue
        count = _organizations(context, below, kind.code, context.today - LOOKED_BACK, span.last)
        if count:
            fields = tuple(sorted(names[each] for each in shared))
            yield Held(kind.code, kind.title.within(context.language), fields, count)


def _organizations(context: Context, orgs: QuerySet[Org], kind: str, first: date, last: date) -> int:
    """Return of how many organizations there is a record; each is asked for the first, not for all."""
    if not was_any_recorded(kind, first, last):
        return 0
    records = standing_records(context, kind=kind).filter(day__gte=first, day__lte=last)
    return int(orgs.order_by().filter(Exists(records.order_by().filter(org=OuterRef("pk")))).count())


# The index of earlier words


@dataclass
class _Shelf:
    """The index of this process, kept up with what was asked since."""

    index: SparseIndex = field(default_factory=SparseIndex)
    last: tuple[int, str] = (0, "")
    seen: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    OVERLAP = 100
    """Keys looked at again: on PostgreSQL a lower one may be committed after a higher."""

    def fresh(self) -> SparseIndex:
        """Return the index with all that was asked until now."""
        with self.lock:
            pk, stamp = self.last
            window = Asking.objects.filter(pk__gt=pk - self.OVERLAP) if pk else Asking.objects.none()
            known = dict(window.values_list("pk", "stamp"))
            if pk and known.get(pk) != stamp:  # what was read has been undone, or is another database
                self.index, self.last, self.seen, known = SparseIndex(), (0, ""), set(), {}
                pk = 0
            new = [each for each in known if each not in self.seen]
            if new or not pk:
                rows = Asking.objects.filter(pk__in=new) if pk else Asking.objects.all()
                self._take(rows.order_by("pk"))
            return self.index

    def _take(self, rows: QuerySet[Asking]) -> None:
        told = list(rows.values_list("pk", "stamp", "issuer_id", "duty", "terms").iterator(chunk_size=5000))
        if not told:
            return
        keys, stamps, issuers, duties, terms = zip(*told, strict=True)
        packed = [bytes(each) for each in terms]
        if len(keys) > self.index.aside_most:
            self.index.fill(keys, issuers, duties, packed)
        else:
            texts = (np.frombuffer(each, dtype="<u4") for each in packed)
            self.index.enter([Entered(*each) for each in zip(keys, issuers, duties, texts, strict=True)])
        self.last = max(self.last, (keys[-1], stamps[-1]))
        self.seen = {pk for pk in (*self.seen, *keys) if pk > self.last[0] - self.OVERLAP}


_SHELF = _Shelf()


def index_of_words() -> SparseIndex:
    """Return the index of this process, with all that was asked until now."""
    return _SHELF.fresh()


def read_words() -> int:
    """Read into this process the words of the orders it does not know yet; return how many."""
    before = len(_SHELF.index)
    return max(0, len(_SHELF.fresh()) - before)


def packed_terms(words: str, synonyms: Synonyms) -> bytes:
    """Return what an order's words are found by, as it is kept."""
    terms: Terms = terms_of(words, synonyms)
    return terms.astype("<u4").tobytes()


# The account by issuer


Verdicts = Callable[[date, date], Mapping[int, tuple[int, int]]]
_VERDICTS: list[Verdicts] = []


def add_verdicts(verdicts: Verdicts) -> None:
    """Let a room above tell, for each issuer and two days, how many orders were disputed and upheld."""
    if verdicts not in _VERDICTS:
        _VERDICTS.append(verdicts)


def _seen_askings(context: Context) -> QuerySet[Asking]:
    """Return what was asked anywhere in the trees in which the reader stands: it is open to all inside."""
    places = context.places("orgs.view")
    if places.everywhere:
        return Asking.objects.all()
    return Asking.objects.filter(root__in={int(low.split("/", 1)[0]) for low, _ in places.ranges})


def issuer_lines(context: Context, *, first: date, last: date, level: str = "") -> list[IssuerLine]:
    """Return what each issuer asked for between two days, those who asked for most first."""
    rows = _seen_askings(context).filter(asked_on__gte=first, asked_on__lte=last, withdrawn_on=None)
    counted = (
        rows.values("issuer", "issuer__code", "issuer__name", "issuer__level")
        .annotate(
            orders=Count("pk"),
            asked=Sum("organizations"),
            cost=Sum(F("minutes") * F("organizations")),
            above=Count("pk", filter=Q(above_quota=True)),
        )
        .order_by()
    )
    verdicts: dict[int, tuple[int, int]] = {}
    for told in _VERDICTS:
        verdicts.update(told(first, last))
    lines = ranked(
        IssuerLine(
            row["issuer"],
            row["issuer__code"],
            row["issuer__name"],
            row["issuer__level"],
            row["orders"],
            row["asked"],
            row["cost"],
            row["above"],
            *verdicts.get(row["issuer"], (0, 0)),
        )
        for row in counted
    )
    return [line for line in lines if not level or line.level == level]


def askings(
    context: Context,
    *,
    first: date | None = None,
    last: date | None = None,
    issuer_id: int | None = None,
    above: bool = False,
) -> QuerySet[Asking]:
    """Return the orders that a figure of the account is made of, the newest first."""
    rows = _seen_askings(context).select_related("issuer").defer("terms", "words")
    if first is not None:
        rows = rows.filter(asked_on__gte=first)
    if last is not None:
        rows = rows.filter(asked_on__lte=last)
    if issuer_id is not None:
        rows = rows.filter(issuer=issuer_id)
    return (rows.filter(above_quota=True) if above else rows).order_by("-asked_on", "-pk")


def asking_by_id(context: Context, asking_id: int) -> Asking:
    """Return one order as it costs; everybody inside may read it."""
    found = _seen_askings(context).select_related("issuer").defer("terms").filter(pk=asking_id).first()
    if found is None:
        raise NotFound("There is no such order.")
    return found


def asking_of_order(order: int) -> Asking | None:
    """Return what an order costs by its own id; None for one from before this was kept."""
    return Asking.objects.select_related("issuer").defer("terms").filter(order=order).first()


def months_asked(context: Context) -> list[Period]:
    """Return the months in which anything was asked, the newest first."""
    days = _seen_askings(context).order_by().dates("asked_on", "month", order="DESC")
    return [period_of(day, "month") for day in days[:36]]


def above_quota() -> QuerySet[Asking]:
    """Return the orders beyond a quota, with their reasons, for everybody; the newest first."""
    rows = Asking.objects.filter(above_quota=True).select_related("issuer").defer("terms", "words")
    return rows.order_by("-asked_on", "-pk")


# Reports of duplicates


def reports_of(asking: Asking) -> int | None:
    """Return how many organizations reported an order as a duplicate; below five it is not told."""
    return few(DuplicateReport.objects.filter(asking=asking).count())


def sealed_reports(asking: Asking) -> list[bytes]:
    """Return who reported an order, still encrypted; opening them is an operation."""
    rows = DuplicateReport.objects.filter(asking=asking).order_by("mark")
    return [bytes(sealed) for sealed in rows.values_list("sealed", flat=True)]


def openings_of(context: Context, asking: Asking) -> QuerySet[ReportOpening]:
    """Return when an arbiter read who had reported an order, and why; everybody inside may know."""
    asking_by_id(context, asking.pk)
    return ReportOpening.objects.filter(asking=asking).select_related("opened_by").order_by("-opened_at")
