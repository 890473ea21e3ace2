"""What may be wrong with figures: of whom, when, how they come again, how they end."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from statistics import median
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from gangmu.core.doubts import DoubtCheck, Found, Look, Params
from gangmu.frame.formats import number
from gangmu.frame.words import say
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.rules import VOID
from gangmu.kernel.orgs.doubts import tree_of
from gangmu.kernel.orgs.queries import in_subtree

SINCE = timedelta(days=400)
"""How far back figures are looked at: a year and what is entered after it."""

TELLING = Decimal(10)
"""Small figures are alike by chance; patterns are looked for from here on."""

ALIKE_LEAST, ALIKE_SHARE = 5, 0.6
ROUND_LEAST, ROUND_SHARE = 50, 0.6
COPIED = 6
JUMP = 10
LATE = timedelta(days=31)
BULK_LEAST, BULK_SHARE = 10, 0.8


class Figure(NamedTuple):
    """A number that somebody wrote down."""

    org: int
    day: date
    item: str
    value: Decimal
    written_on: date


def _standing(look: Look) -> QuerySet[Fact]:
    """Return the facts of a tree that nothing has replaced, of the last year."""
    later = Fact.objects.filter(replaces=OuterRef("fact"))
    since = look.today - SINCE
    return Fact.objects.filter(~Exists(later), in_subtree(look.path, "org__path"), day__gte=since).exclude(
        code=VOID
    )


def _figures(look: Look) -> list[Figure]:
    """Return the figures of the last year that were written down, not counted by the house itself."""

    def read() -> list[Figure]:
        rows = (
            _standing(look)
            .filter(code="record.value", value__isnull=False)
            .order_by("org", "item", "day", "pk")
        )
        fields = ("org", "day", "item", "value", "written_at__date")
        return [Figure(*row) for row in rows.values_list(*fields).iterator()]

    return look.once("figures", read)


def _fact(look: Look, fact: Fact, **params: str | int) -> Found:
    what = look.titled(fact.item or fact.code)
    return Found(fact.org_id, f"fact:{fact.pk}", {"what": what, "day": fact.day.isoformat(), **params})


def _of_no_time(look: Look) -> Iterator[Found]:
    outside = Q(day__lt=F("org__founded_on")) | Q(day__gte=F("org__closed_on"))
    return (_fact(look, fact) for fact in _standing(look).filter(outside).order_by("pk"))


def _in_future(look: Look) -> Iterator[Found]:
    """Find figures of days to come; what closes with a period may stand on its last day."""
    rows = _standing(look).filter(
        day__gt=look.today, code__in=("record.value", "meeting.held", "money.received")
    )
    return (_fact(look, fact) for fact in rows.order_by("pk"))


def _negative(look: Look) -> Iterator[Found]:
    return (
        _fact(look, fact, value=number(fact.value))
        for fact in _standing(look).filter(value__lt=0).order_by("pk")
    )


def _replaced_twice(look: Look) -> Iterator[Found]:
    other = Fact.objects.filter(replaces=OuterRef("replaces"), pk__lt=OuterRef("pk"))
    rows = Fact.objects.filter(Exists(other), in_subtree(look.path, "org__path"), replaces__isnull=False)
    return (_fact(look, fact, other=str(fact.replaces)) for fact in rows.order_by("pk"))


def _replaces_nothing(look: Look) -> Iterator[Found]:
    known = Fact.objects.filter(fact=OuterRef("replaces"))
    rows = Fact.objects.filter(~Exists(known), in_subtree(look.path, "org__path"), replaces__isnull=False)
    return (_fact(look, fact, other=str(fact.replaces)) for fact in rows.order_by("pk"))


def _siblings(look: Look) -> dict[tuple[int, str, str], dict[int, Figure]]:
    """Return the newest figure of each organization, by parent, item and month."""
    rows = tree_of(look).rows
    found: dict[tuple[int, str, str], dict[int, Figure]] = defaultdict(dict)
    for figure in _figures(look):
        parent = rows[figure.org].parent
        if parent is not None:
            found[parent, figure.item, f"{figure.day:%Y-%m}"][figure.org] = figure
    return found


def _alike(look: Look) -> Iterator[Found]:
    for (parent, item, month), by_org in look.once("siblings", lambda: _siblings(look)).items():
        counted: dict[Decimal, int] = defaultdict(int)
        for figure in by_org.values():
            counted[figure.value] += 1
        for value, count in counted.items():
            if value >= TELLING and count >= ALIKE_LEAST and count >= ALIKE_SHARE * len(by_org):
                params: Params = {
                    "what": look.titled(item),
                    "month": month,
                    "count": count,
                    "of": len(by_org),
                    "value": number(value),
                }
                yield Found(parent, f"{item}:{month}", params)


def _late_in_bulk(look: Look) -> Iterator[Found]:
    for (parent, item, month), by_org in look.once("siblings", lambda: _siblings(look)).items():
        written: dict[date, int] = defaultdict(int)
        for figure in by_org.values():
            if figure.written_on > figure.day + LATE:
                written[figure.written_on] += 1
        for day, count in written.items():
            if len(by_org) >= BULK_LEAST and count >= BULK_SHARE * len(by_org):
                params: Params = {
                    "what": look.titled(item),
                    "month": month,
                    "count": count,
                    "day": day.isoformat(),
                }
                yield Found(parent, f"{item}:{month}", params)


def _round(look: Look) -> Iterator[Found]:
    rows = tree_of(look).rows
    ends: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for figure in _figures(look):
        parent = rows[figure.org].parent
        if parent is None or figure.value < TELLING or figure.value != figure.value.to_integral_value():
            continue
        tally = ends[parent, figure.item]
        tally[0] += figure.value % 5 == 0
        tally[1] += 1
    for (parent, item), (round_, every) in ends.items():
        if every >= ROUND_LEAST and round_ >= ROUND_SHARE * every:
            yield Found(parent, item, {"what": look.titled(item), "count": round_, "of": every})


def _series(look: Look) -> Iterator[list[Figure]]:
    """Yield each organization's figures of one item, in order of days."""
    series: list[Figure] = []
    for figure in _figures(look):
        if series and (series[-1].org, series[-1].item) != (figure.org, figure.item):
            yield series
            series = []
        series.append(figure)
    if series:
        yield series


def _copied(look: Look) -> Iterator[Found]:
    for series in _series(look):
        last, run = series[-1], 0
        for figure in reversed(series):
            if figure.value != last.value:
                break
            run += 1
        if run >= COPIED and last.value >= TELLING:
            params: Params = {"what": look.titled(last.item), "count": run, "value": number(last.value)}
            yield Found(last.org, last.item, params)


def _jump(look: Look) -> Iterator[Found]:
    for series in _series(look):
        if len(series) < 4:
            continue
        last, usual = series[-1], median(figure.value for figure in series[:-1])
        if max(usual, last.value) >= TELLING and (last.value > usual * JUMP or last.value * JUMP < usual):
            params: Params = {
                "what": look.titled(last.item),
                "day": last.day.isoformat(),
                "value": number(last.value),
                "usual": number(usual),
            }
            yield Found(last.org, last.item, params)


_of_figure = partial(
    DoubtCheck,
    group="figures",
    mend=say("Correct the record that the figure comes from; the figure follows."),
    page="records-org",
)
_LOOK = say("Ask those below how they counted; correct the records, or excuse it with the reason.")

CHECKS: Iterable[DoubtCheck] = (
    _of_figure(
        "figures.of_no_time",
        title=say("A figure of a day on which the organization did not exist"),
        says=say("%(what)s of %(day)s."),
        find=_of_no_time,
        sure=True,
    ),
    _of_figure(
        "figures.in_future",
        title=say("A figure of a day to come"),
        says=say("%(what)s of %(day)s."),
        find=_in_future,
        sure=True,
    ),
    _of_figure(
        "figures.negative",
        title=say("A figure below zero"),
        says=say("%(what)s of %(day)s: %(value)s."),
        find=_negative,
    ),
    _of_figure(
        "figures.replaced_twice",
        title=say("One figure replaced twice"),
        says=say("%(what)s of %(day)s replaces %(other)s, which another one replaces too."),
        mend=say(
            "Nobody can do this on a page: whoever keeps the installation holds it against the log and a backup, and restores it."
        ),
        find=_replaced_twice,
        sure=True,
    ),
    _of_figure(
        "figures.replaces_nothing",
        title=say("A figure that replaces one which is not there"),
        says=say("%(what)s of %(day)s replaces %(other)s."),
        mend=say(
            "Nobody can do this on a page: whoever keeps the installation holds it against the log and a backup, and restores it."
        ),
        find=_replaces_nothing,
        sure=True,
    ),
    _of_figure(
        "figures.alike",
        title=say("The same figure from many"),
        says=say("%(what)s, %(month)s: %(count)s of %(of)s below say %(value)s."),
        mend=_LOOK,
        find=_alike,
    ),
    _of_figure(
        "figures.late_in_bulk",
        title=say("Entered late, all on one day"),
        says=say("%(what)s, %(month)s: %(count)s were entered on %(day)s."),
        mend=_LOOK,
        find=_late_in_bulk,
    ),
    _of_figure(
        "figures.round",
        title=say("Too many round figures"),
        says=say("%(what)s: %(count)s of %(of)s end in 0 or 5, where one in five would."),
        mend=_LOOK,
        find=_round,
    ),
    _of_figure(
        "figures.copied",
        title=say("The same figure again and again"),
        says=say("%(what)s: %(value)s, %(count)s times in a row."),
        mend=_LOOK,
        find=_copied,
    ),
    _of_figure(
        "figures.jump",
        title=say("A figure ten times what is usual, or a tenth"),
        says=say("%(what)s of %(day)s: %(value)s, usually %(usual)s."),
        find=_jump,
    ),
)
