"""When a standard is met, how long it is held, how far an area is: decisions without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gangmu.core.definition import Fault
from gangmu.core.periods import Period, period_of
from gangmu.kernel.orgs.definitions import DomainKind, OrgKind
from gangmu.kernel.packs.rules import Pack
from gangmu.work.records.definitions import NUMERIC, FieldKind, RecordKind
from gangmu.work.standards.definitions import DemonstrationKind, StandardKind

FACT_CLAIMED, FACT_MET, FACT_CRITERION = "standard.claimed", "standard.met", "standard.criterion"


@dataclass(frozen=True)
class Outcome:
    """What judged criteria make of a standard: met or not, and what is missing."""

    met: bool
    missing: tuple[str, ...]
    counted: int
    enough: int


def outcome(kind: StandardKind, judged: Mapping[str, bool]) -> Outcome:
    """Return whether a standard is met: every required criterion, and enough of the counted ones."""
    missing = tuple(each.code for each in kind.criteria if each.required and not judged.get(each.code))
    counted = sum(1 for each in kind.counted if judged.get(each.code))
    return Outcome(not missing and counted >= kind.enough, missing, counted, kind.enough)


def claimable(kind: StandardKind, period: Period, today: date) -> bool:
    """Whether a standard may be claimed for a period today: while it runs, and some days after it."""
    return period.kind == kind.every and period.first <= today <= period.last + timedelta(kind.claim_days)


def claimable_periods(kind: StandardKind, today: date) -> list[Period]:
    """Return the periods for which a standard may be claimed today, the older first."""
    if not kind.every:
        return []
    running = period_of(today, kind.every)
    return [each for each in (running.previous(), running) if claimable(kind, each, today)]


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or its last day if it has no such day."""
    month = period_of(day, "month").shift(months)
    return min(month.last, month.first + timedelta(day.day - 1))


def held_between(kind: StandardKind, period: Period | None, decided_on: date) -> tuple[date, date | None]:
    """Return the first day on which a standard is held, and the first on which it no longer is."""
    since = decided_on if period is None else min(decided_on, period.last)
    if not kind.valid:
        return since, None
    return since, months_later(since if period is None else period.last + timedelta(1), kind.valid)


def too_early(held_until: date | None, today: date) -> bool:
    """Whether it is too early to claim anew what is held: it may be from ninety days before its end."""
    return held_until is None or today < held_until - timedelta(90)


# How far an area is

HELD, CLAIMED, NONE, UNKNOWN = "held", "claimed", "none", "unknown"


@dataclass(frozen=True)
class Counted:
    """How many organizations hold a standard, wait for a verdict, have neither; of how many nobody knows."""

    held: int = 0
    claimed: int = 0
    none: int = 0
    unknown: int = 0

    @property
    def known(self) -> int:
        """The denominator: those of which it is known whether they hold it."""
        return self.held + self.claimed + self.none

    def plus(self, other: "Counted") -> "Counted":
        """Return both together."""
        return Counted(
            self.held + other.held,
            self.claimed + other.claimed,
            self.none + other.none,
            self.unknown + other.unknown,
        )


def share_of(counted: Counted) -> Decimal | None:
    """Return the share that holds it, to four places, rounded down; unknown over nothing."""
    if not counted.known:
        return None
    return (Decimal(counted.held) / counted.known).quantize(Decimal("0.0001"), rounding="ROUND_DOWN")


def is_demonstration(kind: DemonstrationKind, counted: Counted) -> bool | None:
    """Whether an area is an example; unknown while too few of its organizations are known."""
    if counted.known < kind.least:
        return None
    return Decimal(counted.held) >= kind.share * counted.known


# What a pack must say


def standard_faults(pack: Pack) -> list[Fault]:
    """Return what standards and demonstrations name and the pack has not."""
    faults = []

    def fault(kind: str, code: str, message: str, *place: str | int) -> None:
        faults.append(Fault(pack.file_of(kind, code), pack.line_of(kind, code, *place), "reference", message))

    for standard in pack.all(StandardKind):
        for at, criterion in enumerate(standard.criteria):
            for code in criterion.of:
                if pack.find(RecordKind, code) is None:
                    fault(
                        "standard", standard.code, f"there is no kind of record {code}", "criteria", at, "of"
                    )
            known = pack.find(FieldKind, criterion.field) if criterion.field else None
            if criterion.field and (known is None or known.type not in NUMERIC):
                said = f"{criterion.field} is no field of numbers in the dictionary"
                fault("standard", standard.code, said, "criteria", at, "field")
        for name, shape, codes in (
            ("kinds", OrgKind, standard.applies_to.kinds),
            ("domains", DomainKind, standard.applies_to.domains),
        ):
            for code in codes:
                if pack.find(shape, code) is None:
                    fault("standard", standard.code, f"there is no {code}", "applies_to", name)
    for example in pack.all(DemonstrationKind):
        for at, code in enumerate(example.standards):
            if pack.find(StandardKind, code) is None:
                fault("demonstration", example.code, f"there is no standard {code}", "standards", at)
    return faults


def lines_left(kind: StandardKind, codes: Sequence[str]) -> list[str]:
    """Return the criteria that some lines do not speak of."""
    return [each.code for each in kind.criteria if each.code not in codes]
