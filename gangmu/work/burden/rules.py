"""What an order costs, whether it is above a quota, what it repeats: decisions without a database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from gangmu.core.definition import Fault
from gangmu.core.errors import Invalid
from gangmu.kernel.guard.rules import plain_text
from gangmu.kernel.orgs.rules import LEVELS
from gangmu.kernel.packs.rules import Pack
from gangmu.work.burden.definitions import BurdenKind, FormKind, Quota, SynonymKind
from gangmu.work.burden.similarity import Synonyms, written_alike
from gangmu.work.records.definitions import NUMERIC, RecordKind

FEW = 5
"""Below this many, a number of reports is told as few."""

MEASURED_FROM = 20
"""How many answers a measured time needs before it is shown."""

LONGEST_ANSWER = 240
"""Minutes: whoever had a form open for longer did something else meanwhile."""

OF_THESE = "其中"
"""Before the title of a field that is a part of another; it says nothing of its own."""

How = Literal["same_duty", "same_record", "fields", "meaning"]


@dataclass(frozen=True)
class Reach:
    """Whom a demand concerns, by kind, domain and level; what is left out asks all."""

    kinds: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()

    def meets(self, other: "Reach") -> bool:
        """Whether one organization may be asked by both."""
        return all(
            not some or not others or set(some) & set(others)
            for some, others in (
                (self.kinds, other.kinds),
                (self.domains, other.domains),
                (self.levels, other.levels),
            )
        )

    def kept(self) -> dict[str, list[str]]:
        """Return it as it is kept in the database."""
        return {"kinds": list(self.kinds), "domains": list(self.domains), "levels": list(self.levels)}

    @classmethod
    def read(cls, kept: Mapping[str, Sequence[str]]) -> "Reach":
        """Return what was kept."""
        return cls(*(tuple(kept.get(name, ())) for name in ("kinds", "domains", "levels")))


@dataclass(frozen=True)
class Demand:
    """What somebody is about to ask: of how many, what, and in which words."""

    duty: str
    period: str
    title: str
    text: str
    record: str
    minutes: int
    organizations: int
    reach: Reach = Reach()


@dataclass(frozen=True)
class QuotaState:
    """How far an issuer's month is, this order included."""

    level: str
    orders: int
    orders_most: int | None
    minutes: int
    minutes_most: int | None
    paper: str

    @property
    def above(self) -> bool:
        """Whether this order goes beyond what the month allows."""
        many = self.orders_most is not None and self.orders > self.orders_most
        return many or (self.minutes_most is not None and self.minutes > self.minutes_most)


def quota_state(
    kind: BurdenKind | None, level: str, *, orders: int, minutes: int, more: int
) -> QuotaState | None:
    """Return how an issuer's month stands with one more order of some minutes; None without a quota."""
    quota: Quota | None = kind.quota_of(level) if kind is not None else None
    if quota is None or kind is None:
        return None
    return QuotaState(level, orders + 1, quota.orders, minutes + more, quota.minutes, str(kind.follows))


@dataclass(frozen=True)
class FormState:
    """Whether what is asked stands in the catalogue of approved forms, and what follows if not."""

    state: Literal["approved", "longer", "ended", "missing"]
    effect: Literal["off", "warn", "refuse"]
    form: FormKind | None = None

    @property
    def refused(self) -> bool:
        """Whether nothing goes out."""
        return self.state in ("ended", "missing") and self.effect == "refuse"


def form_state(
    forms: Iterable[FormKind],
    effect: Literal["off", "warn", "refuse"],
    *,
    record: str,
    minutes: int,
    day: date,
) -> FormState | None:
    """Return how a kind of record stands in the catalogue on a day; None where there is no catalogue."""
    if effect == "off":
        return None
    known = [form for form in forms if record in form.records]
    valid = [form for form in known if form.covers(record, day)]
    if not valid:
        ended = max(known, key=lambda form: form.valid_until, default=None)
        return FormState("ended" if ended else "missing", effect, ended)
    form = max(valid, key=lambda each: each.minutes)
    return FormState("approved" if minutes <= form.minutes else "longer", effect, form)


@dataclass(frozen=True)
class Overlap:
    """An earlier order that asks the same organizations for the same, or for much of it."""

    how: How
    asking: int
    order: int
    title: str
    issuer: str
    asked_on: date
    due_on: date
    score: float = 1.0
    words: tuple[str, ...] = ()
    strong: bool = True


@dataclass(frozen=True)
class Held:
    """Values that are held already: of how many organizations, under which kind of record."""

    kind: str
    title: str
    fields: tuple[str, ...]
    organizations: int


@dataclass(frozen=True)
class Measured:
    """How long answers took, in the middle, of at least twenty organizations."""

    minutes: int
    organizations: int


@dataclass(frozen=True)
class Cost:
    """What an order costs those whom it asks, and what it repeats, before it goes out."""

    organizations: int
    minutes: int
    hours_a_day: int
    measured: Measured | None
    quota: QuotaState | None
    form: FormState | None
    overlaps: tuple[Overlap, ...]
    held: tuple[Held, ...]

    @property
    def hours(self) -> float:
        """Hours of all together, by the author's estimate."""
        return self.organizations * self.minutes / 60

    @property
    def workdays(self) -> float:
        """Working days of all together."""
        return self.hours / self.hours_a_day

    @property
    def measured_hours(self) -> float | None:
        """Hours of all together, by how long such answers took."""
        return None if self.measured is None else self.organizations * self.measured.minutes / 60

    @property
    def above_quota(self) -> bool:
        """Whether a reason is needed."""
        return self.quota is not None and self.quota.above

    @property
    def repeats(self) -> bool:
        """Whether much of it is asked for already."""
        return any(overlap.strong for overlap in self.overlaps)


class TooMuchAsked(Invalid):
    """An order that asks for more than the month allows, or for what is asked for already."""

    code = "too_much_asked"


def refuse_cost(cost: Cost, *, knowingly: bool, reason: str) -> None:
    """Refuse what is above the quota without a reason, and what repeats unless it is done knowingly."""
    if cost.form is not None and cost.form.refused:
        raise TooMuchAsked(
            "This form is not in the catalogue of approved forms.",
            faults={"form": "Have the form approved first, or ask for one that is."},
        )
    if cost.quota is not None and cost.quota.above and not reason.strip():
        values = {
            "orders": cost.quota.orders,
            "minutes": cost.quota.minutes,
            "paper": cost.quota.paper,
        }
        raise TooMuchAsked(
            "This is above the month's quota (%(orders)s orders, %(minutes)s minutes; %(paper)s). It goes out only with a reason, which everybody can read.",
            values,
            faults={"reason": "Say why this month needs it."},
        )
    again = next((each for each in cost.overlaps if each.strong), None)
    if again is not None and not knowingly:
        said = {"title": again.title, "issuer": again.issuer, "day": again.asked_on.isoformat()}
        raise TooMuchAsked(
            "Much of this is asked for already: “%(title)s”, %(issuer)s, %(day)s. Go on only knowingly.",
            said,
            faults={"knowingly": "Say that you go on knowingly."},
        )


# Words and fields


def synonyms_of(kinds: Iterable[SynonymKind]) -> Synonyms:
    """Return a pack's words of one meaning, in plain writing."""
    return tuple(
        (plain_text(kind.title.zh_hans), tuple(plain_text(word) for word in kind.words)) for kind in kinds
    )


def counted_apart(kind: RecordKind) -> bool:
    """Whether two records of other kinds may hold one value: what happens is counted each time."""
    return kind.entry != "event"


def field_names(kind: RecordKind, synonyms: Synonyms) -> dict[str, str]:
    """Return what a record's fields mean, written alike, with their titles; what happens has none."""
    if not counted_apart(kind):
        return {}
    return {
        written_alike(plain_text(spec.title.zh_hans).removeprefix(OF_THESE), synonyms)[0]: spec.title.zh_hans
        for spec in kind.fields
        if spec.type in (*NUMERIC, "text", "choice") and spec.code != kind.day_field
    }


def words_of(title: str, text: str, kind: RecordKind | None, *more: str) -> str:
    """Return all words of an order in plain writing: those by which it is compared."""
    said = [title, text, *more]
    if kind is not None:
        said.append(kind.title.zh_hans)
        if counted_apart(kind):
            said += [spec.title.zh_hans for spec in kind.fields if spec.code != kind.day_field]
    return plain_text("\n".join(part for part in said if part))


# What is shown of many


def few(count: int) -> int | None:
    """Return a number of reports; below five it is not told."""
    return count if count >= FEW else None


def median_of(buckets: Sequence[tuple[int, int]]) -> Measured | None:
    """Return the middle of times that are counted by the minute; too few tell nothing."""
    total = sum(count for _, count in buckets)
    if total < MEASURED_FROM:
        return None
    seen = 0
    for minutes, count in sorted(buckets):
        seen += count
        if seen * 2 >= total:
            return Measured(minutes, total)
    return None


@dataclass(frozen=True)
class IssuerLine:
    """What one issuer asked for in a time, and its place among the issuers of its level."""

    org: int
    code: str
    name: str
    level: str
    orders: int
    asked: int
    minutes: int
    above_quota: int
    disputed: int = 0
    upheld: int = 0
    rank: int = 0
    ranked: int = 0

    @property
    def hours(self) -> float:
        """Hours of all who were asked."""
        return self.minutes / 60

    @property
    def upheld_share(self) -> float | None:
        """The share of its orders whose tasks were found to be duplicates."""
        return self.upheld / self.orders if self.orders else None


def ranked(lines: Iterable[IssuerLine]) -> list[IssuerLine]:
    """Return issuers, those who asked for most first, each ranked among its own level; ties are ties."""
    by_level: dict[str, list[int]] = {}
    known = list(lines)
    for line in known:
        by_level.setdefault(line.level, []).append(line.minutes)
    placed = [
        IssuerLine(
            **{
                **line.__dict__,
                "rank": 1 + sum(1 for other in by_level[line.level] if other > line.minutes),
                "ranked": len(by_level[line.level]),
            }
        )
        for line in known
    ]
    return sorted(placed, key=lambda line: (-line.minutes, line.code))


# Packs


def burden_faults(pack: Pack) -> list[Fault]:
    """Return what a pack's quotas and approved forms name that is not there."""
    faults = []
    for kind in pack.all(BurdenKind):
        for number, quota in enumerate(kind.quotas):
            if quota.level not in LEVELS:
                line = pack.line_of("burden", kind.code, "quotas", number, "level")
                file = pack.file_of("burden", kind.code)
                faults.append(Fault(file, line, "reference", f"there is no level {quota.level}"))
    if len(pack.all(BurdenKind)) > 1:
        second = pack.all(BurdenKind)[1].code
        said = "a place has one burden"
        faults.append(Fault(pack.file_of("burden", second), 1, "twice", said))
    records = {kind.code for kind in pack.all(RecordKind)}
    for form in pack.all(FormKind):
        for number, record in enumerate(form.records):
            if record not in records:
                line = pack.line_of("form", form.code, "records", number)
                said = f"there is no record kind {record}"
                faults.append(Fault(pack.file_of("form", form.code), line, "reference", said))
    return faults + _said_twice(pack)


def _said_twice(pack: Pack) -> list[Fault]:
    known: dict[str, str] = {}
    faults = []
    for kind in pack.all(SynonymKind):
        for word in (kind.title.zh_hans, *kind.words):
            if known.setdefault(word, kind.code) != kind.code:
                said = f"{word} is a synonym in {known[word]} already"
                faults.append(Fault(pack.file_of("synonym", kind.code), 1, "twice", said))
    return faults
