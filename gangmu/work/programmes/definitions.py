"""What a pack may say about goals: programmes, letters, projects, lists, campaigns, duty sets, cycles."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gangmu.core.asked import AskedOf
from gangmu.core.days import DayRule
from gangmu.core.definition import Definition
from gangmu.core.fields import FieldSpec
from gangmu.core.papers import Follows
from gangmu.core.periods import MONTHS, PeriodKind
from gangmu.core.text import Text

LAST_YEAR = 2100
_CODE = r"^[a-z][a-z0-9_]*$"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _once(codes: list[str], what: str) -> None:
    if len(set(codes)) != len(codes):
        raise ValueError(f"two {what} have one code")


# Programmes and their metrics


class Pillar(_Part):
    """One of the things that a programme stands on."""

    code: str = Field(pattern=_CODE)
    title: Text


class Phase(_Part):
    """Some of the programme's years, both included, and what they are to bring.

    One without an end is written ``to_year: 2100``.
    """

    code: str = Field(pattern=_CODE)
    title: Text
    from_year: int = Field(ge=1949, le=LAST_YEAR)
    to_year: int = Field(ge=1949, le=LAST_YEAR)


class Actual(_Part):
    """Which facts tell what was reached in a year: added up, or the newest of each organization.

    ``of`` names the facts that a share is of: what is reached is then per cent, a ratio of sums.
    """

    sum: str = ""
    last: str = ""
    item: str = ""
    of: str = ""

    @model_validator(mode="after")
    def _one(self) -> "Actual":
        if bool(self.sum) == bool(self.last):
            raise ValueError("what was reached is either a sum or the last of a fact")
        if self.of and not self.sum:
            raise ValueError("a share is a ratio of sums")
        return self


class Metric(_Part):
    """What a target is a number of.

    ``combine: sum`` is handed on in parts that add up to the whole; ``each`` is asked of
    everybody alike (a share, a level). ``places`` are its decimals, ``better`` says which way
    is up. Without ``actual`` nobody has said yet how it is counted. ``duties`` are those by which
    it is brought about, beside the ones whose records it counts; ``indicator`` is the one that
    tells it where it is no sum, such as a share.
    """

    code: str = Field(pattern=_CODE)
    title: Text
    pillar: str = ""
    unit: Text | None = None
    places: int = Field(default=0, ge=0, le=4)
    combine: Literal["sum", "each"] = "sum"
    better: Literal["more", "less"] = "more"
    actual: Actual | None = None
    duties: tuple[str, ...] = ()
    indicator: str = ""

    @model_validator(mode="after")
    def _share_of_each(self) -> "Metric":
        if self.actual is not None and self.actual.of and self.combine != "each":
            raise ValueError("a share is asked of each alike, and not handed on in parts")
        return self


class ProgrammeKind(Definition):
    """A plan of several years: pillars, phases, and the metrics that targets are set in."""

    follows: Follows
    pillars: tuple[Pillar, ...] = ()
    phases: tuple[Phase, ...] = Field(min_length=1)
    metrics: tuple[Metric, ...] = Field(min_length=1)
    help: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "ProgrammeKind":
        _once([each.code for each in self.pillars], "pillars")
        _once([each.code for each in self.phases], "phases")
        _once([each.code for each in self.metrics], "metrics")
        known = {each.code for each in self.pillars}
        for metric in self.metrics:
            if (metric.pillar or known) and metric.pillar not in known:
                raise ValueError(f"{metric.code} stands on no pillar of this programme")
        after = 0
        for phase in self.phases:
            if phase.to_year < phase.from_year:
                raise ValueError(f"the phase {phase.code} ends before it begins")
            if after and phase.from_year != after + 1:
                raise ValueError(f"the phase {phase.code} does not begin in the year after the one before")
            after = phase.to_year
        return self

    @property
    def years(self) -> range:
        """The years of all phases."""
        return range(self.phases[0].from_year, self.phases[-1].to_year + 1)

    @property
    def lasting(self) -> bool:
        """Whether it has no real end: its last phase lasts as long as a phase may."""
        return self.phases[-1].to_year == LAST_YEAR

    def metric(self, code: str) -> Metric | None:
        """Return one metric, or None."""
        return next((each for each in self.metrics if each.code == code), None)

    def phase_of(self, year: int) -> Phase | None:
        """Return the phase in which a year lies, or None."""
        return next((each for each in self.phases if each.from_year <= year <= each.to_year), None)


# Letters


class LetterPart(_Part):
    """One article of a letter."""

    title: Text
    text: Text


class LetterKind(Definition):
    """A letter of responsibility (目标责任书) that goes down level by level once a year.

    ``levels`` are those it passes through from the top; each hands it to the next, and only
    after it has accepted its own. ``text`` are its articles; the targets of ``programmes``
    and, with ``duties``, what the organization owes are printed in it.
    """

    follows: Follows
    levels: tuple[str, ...] = Field(min_length=2)
    kinds: tuple[str, ...] = ()
    text: tuple[LetterPart, ...] = Field(min_length=1)
    programmes: tuple[str, ...] = ()
    duties: bool = True
    accept_within: int = Field(default=10, ge=1, le=60)

    @model_validator(mode="after")
    def _downwards(self) -> "LetterKind":
        if len(set(self.levels)) != len(self.levels):
            raise ValueError("a level stands twice")
        return self


# Projects and lists


class ProjectKind(Definition):
    """A project that somebody answers for: proposed, approved above, reported, judged.

    ``most`` is how many an organization may have in a year, ``milestones`` how many each has at
    least. ``public``: the list stands before everybody, done or not. ``posts`` are the posts
    that may own one; none named means anybody.
    """

    follows: Follows
    most: int | None = Field(default=None, ge=1, le=100)
    milestones: int = Field(default=1, ge=1, le=20)
    public: bool = False
    posts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    help: Text | None = None


class ListKind(Definition):
    """A list that a post keeps through the year (清单): what stands in a line, and by which rules."""

    follows: Follows
    posts: tuple[str, ...] = Field(min_length=1)
    fields: tuple[FieldSpec, ...] = Field(min_length=1, max_length=8)
    rules: tuple[Text, ...] = ()
    kinds: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    help: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "ListKind":
        _once([each.code for each in self.fields], "fields")
        return self


# Campaigns and duty sets


class Checklist(_Part):
    """What is looked at, point by point."""

    title: Text
    points: tuple[Text, ...] = Field(min_length=1)


class CampaignKind(Definition):
    """A campaign or a theme year: it begins and ends, and its duties are issued within it alone.

    ``longest`` is how many days it may last; a campaign without an end is none. ``levels`` are
    those at which it may be opened; ``asked_of`` says who goes through the points of its
    ``checklists`` and ticks each, with the day and what shows it.
    """

    follows: Follows
    theme: Text | None = None
    longest: int = Field(default=366, ge=1, le=1100)
    checklists: tuple[Checklist, ...] = ()
    asked_of: AskedOf | None = None
    levels: tuple[str, ...] = ()
    help: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "CampaignKind":
        if bool(self.checklists) != (self.asked_of is not None):
            raise ValueError("a checklist says who goes through it, with asked_of, and nothing else does")
        return self


class DutySet(Definition):
    """What organizations of one domain owe, by which rules, and how it is judged.

    A duty named here is asked of this domain; one that is named in the sets of others only is
    not asked here.
    """

    follows: Follows
    domain: str
    duties: tuple[str, ...] = Field(min_length=1)
    rules: tuple[Text, ...] = ()
    standard: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "DutySet":
        _once(list(self.duties), "duties")
        return self


# The year's calendar


class CycleEntry(_Part):
    """One thing of the year's calendar: how often, on which day, and how one knows that it happened.

    ``seen_in`` names what tells: ``order:<duty>`` (this organization issued it), ``answer:<duty>``
    (it answered it), ``record:<kind>``, ``letter:<kind>``, ``targets:<programme>``; without it
    somebody notes it by hand. ``takes`` are the working days it lasts.
    """

    code: str = Field(pattern=_CODE)
    title: Text
    every: PeriodKind
    falls_on: DayRule
    takes: int = Field(default=1, ge=1, le=120)
    seen_in: str = Field(default="", pattern=r"^([a-z_]+:[a-z][a-z0-9_]*)?$")

    @model_validator(mode="after")
    def _within(self) -> "CycleEntry":
        if self.falls_on.workdays_after_issue is not None:
            raise ValueError(f"{self.code}: a calendar knows no day of issuing to count from")
        if self.falls_on.next_day is not None or "next" in (
            self.falls_on.first_workday_of,
            self.falls_on.last_workday_of,
        ):
            raise ValueError(f"{self.code}: the last one would fall into the next year")
        return self


class CycleKind(Definition):
    """A year of regular work: what comes every month, quarter, half and year, for whom."""

    follows: Follows
    levels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    entries: tuple[CycleEntry, ...] = Field(min_length=1)
    help: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "CycleKind":
        _once([each.code for each in self.entries], "entries")
        return self

    def entry(self, code: str) -> CycleEntry | None:
        """Return one entry, or None."""
        return next((each for each in self.entries if each.code == code), None)

    @property
    def times(self) -> tuple[int, ...]:
        """How often each entry comes in a year."""
        return tuple(12 // MONTHS[each.every] for each in self.entries)
