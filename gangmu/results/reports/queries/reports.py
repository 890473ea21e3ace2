"""Reports within reach, and what each says: its sentences with their figures in place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotFound
from gangmu.core.periods import Period
from gangmu.core.text import msgid
from gangmu.frame.formats import NOTHING
from gangmu.frame.words import say
from gangmu.kernel.inbox.rules import Box, Counts, InboxEntry
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, visible_orgs, within
from gangmu.kernel.packs.models import PackVersion
from gangmu.kernel.packs.queries import pack_by_version, pack_of, pack_version_of
from gangmu.kernel.packs.rules import Pack
from gangmu.results.reports.definitions import Figure, ReportKind, SentenceKind
from gangmu.results.reports.models import Report, ReportVersion
from gangmu.results.reports.queries.figures import FACTS, VIEW, counting_at
from gangmu.results.reports.rules import (
    Counted,
    Part,
    Piece,
    figures_of,
    find_figure,
    is_small,
    marked,
    split_text,
    taken,
    written,
)

WRITE, PUBLISH = "reports.write", "reports.publish"
PEOPLE = "people.view"


def visible_reports(context: Context) -> QuerySet[Report]:
    """Return the reports of organizations within reach, the newest period first."""
    return (
        Report.objects.filter(within(context.places(VIEW)))
        .select_related("org", "org__area", "written_by", "pack", "notice")
        .defer("pack__files", "frozen", "counted", "notice__body")
        .order_by("-period", "-pk")
    )


def report_by_id(context: Context, report_id: int) -> Report:
    """Return one report that the reader may see; otherwise there is none."""
    found = visible_reports(context).filter(pk=report_id).first()
    if found is None:
        raise NotFound("There is no such report.")
    return found


def versions_of_report(context: Context, report: Report) -> QuerySet[ReportVersion]:
    """Return every version of a report, the newest first."""
    report_by_id(context, report.pk)
    return ReportVersion.objects.filter(report=report).select_related("written_by").order_by("-number")


def version_of_report(context: Context, report: Report, number: int) -> ReportVersion:
    """Return one version of a report."""
    found = versions_of_report(context, report).filter(number=number).first()
    if found is None:
        raise NotFound("There is no such version.")
    return found


def parts_of_version(version: ReportVersion) -> tuple[Part, ...]:
    """Return what a version says, part by part."""
    return tuple(Part.from_json(each) for each in version.parts)


def report_kinds(org: Org) -> tuple[ReportKind, ...]:
    """Return the reports that an organization can begin, by code."""
    return tuple(
        kind for kind in pack_of(org.root_id).all(ReportKind) if not kind.levels or org.level in kind.levels
    )


def sentences_of(org: Org) -> tuple[SentenceKind, ...]:
    """Return the sentences that reports of an organization can hold, by code."""
    return pack_of(org.root_id).all(SentenceKind)


def speaking_pack(report: Report) -> Pack:
    """Return by whose sentences a report speaks: while it is a draft, those in force."""
    return pack_of(report.org.root_id) if report.is_draft else pack_by_version(report.pack)


def period_asked(text: str) -> Period:
    """Return a period that was asked for; anything else refuses."""
    try:
        return Period.parse(text)
    except ValueError:
        raise Invalid("Some fields need attention.", faults={"period": "Choose another period."}) from None


def places_to_write(context: Context) -> list[Org]:
    """Return the organizations at the tops of where the reader writes reports, in code order."""
    places = context.places(WRITE)
    tops = Q(parent=None) if places.everywhere else Q(path__in=places.tops)
    return list(visible_orgs(context).filter(tops, closed_on=None).order_by("code"))


def places_of_figures(context: Context, report: Report) -> list[Org]:
    """Return whose figures a report may hold: its own organization's and those directly below."""
    rows = visible_orgs(context).filter(Q(pk=report.org_id) | Q(parent=report.org_id), closed_on=None)
    return sorted(rows, key=lambda org: (org.pk != report.org_id, org.code))


# What a report says


_PERIODS = {
    "month": say("%(year)s-%(number)s"),
    "quarter": say("%(year)s, quarter %(number)s"),
    "half": say("%(year)s, half %(number)s"),
    "year": say("Year %(year)s"),
}
_NOT_REPORTED = say("(%(count)s of them not reported)")
_TOO_FEW = say("(only %(known)s of %(whole)s reported: no figure)")
_FEW = say("fewer than five")
_YUAN = {"yuan": say("yuan"), "ten_thousand_yuan": say("10,000 yuan")}


def period_words(period: Period, language: str) -> str:
    """Return a period as it stands in a sentence."""
    words = _PERIODS[period.kind].within(language)
    return words % {"year": period.year, "number": period.number}


@dataclass(frozen=True)
class Called:
    """What an organization is called, and the place that it stands for in a sentence."""

    name: str
    place: str


def called_of(org: Org) -> Called:
    """Return an organization's name, and that of its area, if it has one."""
    return Called(org.name, org.area.name if org.area is not None else org.name)


@dataclass(frozen=True)
class Shown:
    """One figure of a report: which, whose, what it came to, and how it stands in its sentence."""

    number: int
    name: str
    figure: Figure
    org_id: int
    org_name: str
    place: str
    period: Period
    counted: Counted
    text: str
    known: bool
    hidden: bool = False

    @property
    def fails(self) -> bool:
        """Whether nothing can be said, so that a report with it cannot be frozen."""
        return not self.known


@dataclass(frozen=True)
class Line:
    """One part as it is read: a heading, or a sentence in pieces."""

    at: int
    heading: str = ""
    pieces: tuple[Piece, ...] = ()

    @property
    def text(self) -> str:
        """The sentence as plain words."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Said:
    """What a report says: its lines, and the figures that stand in them."""

    lines: tuple[Line, ...]
    figures: tuple[Shown, ...]

    @property
    def typed(self) -> int:
        """How many numbers were typed and do not come from the system."""
        return sum(piece.typed for line in self.lines for piece in line.pieces)

    @property
    def failing(self) -> tuple[Shown, ...]:
        """Figures that cannot be said."""
        return tuple(figure for figure in self.figures if figure.fails)

    def figure(self, number: int) -> Shown:
        """Return a figure by its number."""
        return self.figures[number - 1]


CountedFigures = Mapping[tuple[int, str], Counted]
"""What was counted, by organization and figure."""


def counted_now(
    context: Context,
    report: Report,
    parts: Sequence[Part],
    *,
    known_at: datetime | None = None,
    kept: CountedFigures | None = None,
) -> dict[tuple[int, str], Counted]:
    """Return what all figures of a report come to; an organization outside the reader's reach refuses.

    What is ``kept`` is not counted again.
    """
    pack = speaking_pack(report)
    orgs = orgs_of(context, report, parts)
    found: dict[tuple[int, str], Counted] = {}
    for pk, org in orgs.items():
        counting = counting_at(context, org, period=report.span, known_at=known_at, pack=pack)
        names = (name for part in parts if (part.org or report.org_id) == pk for name in _names(pack, part))
        for name in dict.fromkeys(names):
            figure, before = find_figure(pack, name), (kept or {}).get((pk, name))
            if figure is not None:
                found[pk, name] = before or counting.count(figure)
    return found


def as_kept(pack: PackVersion, counted: CountedFigures) -> dict[str, Any]:
    """Return counted figures as a draft keeps them: with the version of the pack that says what they are."""
    rows = [{"org": org, "name": name, "counted": each.as_json()} for (org, name), each in counted.items()]
    return {"pack": pack.pk, "figures": rows}


def kept_figures(report: Report) -> dict[tuple[int, str], Counted]:
    """Return what the figures of a draft came to when they were counted; none under another version of its pack."""
    kept = Report.objects.values_list("counted", flat=True).get(pk=report.pk) if report.pk else {}
    if not kept or kept["pack"] != pack_version_of(report.org.root_id).pk:
        return {}
    return {(row["org"], row["name"]): Counted.from_json(row["counted"]) for row in kept["figures"]}


def _names(pack: Pack, part: Part) -> Iterable[str]:
    return figures_of(pack, part).values()


def orgs_of(context: Context, report: Report, parts: Sequence[Part]) -> dict[int, Org]:
    """Return whose figures the parts hold, each within reach and at or below the report's own."""
    if not context.may(VIEW, report.org.path):
        raise NotFound("There is no such report.")
    orgs = {report.org_id: report.org}
    wanted = {part.org for part in parts if part.org is not None} - set(orgs)
    here = visible_orgs(context).select_related("area").filter(in_subtree(report.org.path), pk__in=wanted)
    orgs |= {org.pk: org for org in here if context.may(VIEW, org.path) and context.may(FACTS, org.path)}
    if wanted - set(orgs):
        raise NotFound("There are no figures of this organization within your reach.")
    return orgs


def said_by(
    report: Report,
    parts: Sequence[Part],
    counted: CountedFigures,
    names: Mapping[int, Called],
    *,
    language: str,
    sees_people: bool,
) -> Said:
    """Return a report with its figures in place; who ``sees_people`` is told small counts of them."""
    called = {report.org_id: called_of(report.org), **names}
    teller = _Teller(language, report, counted, called, sees_people=sees_people)
    lines = tuple(teller.line(at, part) for at, part in enumerate(parts))
    return Said(lines, tuple(teller.figures))


class _Teller:
    """Puts figures into sentences and numbers them as they come."""

    def __init__(
        self,
        language: str,
        report: Report,
        counted: CountedFigures,
        called: Mapping[int, Called],
        *,
        sees_people: bool,
    ) -> None:
        self.language, self.sees_people, self.pack = language, sees_people, speaking_pack(report)
        self.report, self.counted, self.called = report, counted, called
        self.figures: list[Shown] = []

    def line(self, at: int, part: Part) -> Line:
        if part.heading:
            return Line(at, heading=part.heading)
        org = part.org or self.report.org_id
        names = figures_of(self.pack, part)
        sentence = self.pack.find(SentenceKind, part.sentence) if part.sentence else None
        text = sentence.text.within(self.language) if sentence else part.text
        pieces: list[Piece] = []
        for plain, name in split_text(text):
            if plain:
                # what a pack says is checked; what a person typed is marked
                pieces += [Piece(plain)] if sentence else marked(plain)
            elif name == "place":
                pieces.append(Piece(self.called[org].place))
            elif name == "period":
                pieces.append(Piece(period_words(self.report.span, self.language)))
            elif name in names:
                pieces += self._figure(org, names[name])
        return Line(at, pieces=tuple(pieces))

    def _figure(self, org: int, name: str) -> list[Piece]:
        figure, counted = find_figure(self.pack, name), self.counted.get((org, name))
        if figure is None or counted is None:
            return [Piece(NOTHING)]
        number = taken(figure, counted)
        hidden = is_small(figure, number) and not self.sees_people
        text = NOTHING if number is None else written(number, figure.unit, figure.places)
        if hidden:
            text = _FEW.within(self.language)
        shown = Shown(
            number=len(self.figures) + 1,
            name=name,
            figure=figure,
            org_id=org,
            org_name=self.called[org].name,
            place=self.called[org].place,
            period=self.report.span,
            counted=counted,
            text=text,
            known=number is not None,
            hidden=hidden,
        )
        self.figures.append(shown)
        pieces = [Piece(text, figure=shown.number)]
        if number is not None and figure.unit in _YUAN:
            pieces.append(Piece(_YUAN[figure.unit].within(self.language)))
        if aside := self._aside(figure, counted, known=number is not None):
            pieces.append(Piece(aside))
        return pieces

    def _aside(self, figure: Figure, counted: Counted, *, known: bool) -> str:
        whole = counted.known + counted.unknown
        if counted.withheld or (not known and counted.unknown):
            return _TOO_FEW.within(self.language) % {"known": counted.known, "whole": whole}
        if figure.say_unknown and counted.unknown and figure.take != "unknown":
            return _NOT_REPORTED.within(self.language) % {"count": counted.unknown}
        return ""


def report_said(
    context: Context, report: Report, version: ReportVersion | None = None, *, outward: bool = False
) -> Said:
    """Return what a report says: as it was frozen, or, of a draft, as it stands now.

    ``outward``: for readers who may not see persons, whoever asks.
    """
    version = version or version_of_report(context, report, report.version)
    parts = parts_of_version(version)
    if report.is_draft:
        return said_in_draft(context, report, parts)
    kept = frozen_figures(report)
    return said_by(
        report,
        parts,
        {key: each for key, (each, _) in kept.items()},
        {key[0]: called for key, (_, called) in kept.items()},
        language=context.language,
        sees_people=not outward and context.may(PEOPLE, report.org.path),
    )


def said_now(
    context: Context, report: Report, parts: Sequence[Part], *, known_at: datetime | None = None
) -> Said:
    """Return what parts would say now, or as known at an instant."""
    return _said(context, report, parts, counted_now(context, report, parts, known_at=known_at))


def said_in_draft(context: Context, report: Report, parts: Sequence[Part]) -> Said:
    """Return what parts say in a draft: figures as they were counted last, new ones as they are now."""
    counted = counted_now(context, report, parts, kept=kept_figures(report))
    return _said(context, report, parts, counted)


def _said(context: Context, report: Report, parts: Sequence[Part], counted: CountedFigures) -> Said:
    return said_by(
        report,
        parts,
        counted,
        {pk: called_of(org) for pk, org in orgs_of(context, report, parts).items()},
        language=context.language,
        sees_people=context.may(PEOPLE, report.org.path),
    )


def frozen_figures(report: Report) -> dict[tuple[int, str], tuple[Counted, Called]]:
    """Return the figures that a report was frozen with, each with its organization's names of then."""
    rows = Report.objects.values_list("frozen", flat=True).get(pk=report.pk).get("figures", [])
    return {
        (row["org"], row["name"]): (Counted.from_json(row["counted"]), Called(row["org_name"], row["place"]))
        for row in rows
    }


@dataclass(frozen=True)
class Since:
    """What a figure of a frozen report would be today."""

    shown: Shown
    text: str
    changed: bool


def since_then(context: Context, report: Report, said: Said) -> list[Since]:
    """Return what the figures of a frozen report would be now; those that are the same as well."""
    version = version_of_report(context, report, report.version)
    now = said_now(context, report, parts_of_version(version))
    return [
        Since(then, today.text, then.text != today.text or then.counted.digest != today.counted.digest)
        for then, today in zip(said.figures, now.figures, strict=True)
    ]


def frozen_content(report: Report, said: Said) -> dict[str, Any]:
    """Return what a report is frozen as: its words in full, and every figure with what it is made of."""
    figures = {(shown.org_id, shown.name): shown for shown in said.figures}
    return {
        "title": report.title,
        "period": report.period,
        "lines": [line.heading or line.text for line in said.lines],
        "figures": [
            {
                "org": org,
                "org_name": shown.org_name,
                "place": shown.place,
                "name": name,
                "counted": shown.counted.as_json(),
            }
            for (org, name), shown in figures.items()
        ],
    }


# The inbox


def report_counts(context: Context) -> Counts:
    """Return how many frozen reports wait for the reader's signature, in one query."""
    if not context.places(PUBLISH):
        return Counts()
    rows = Report.objects.filter(within(context.places(PUBLISH)))
    found = rows.aggregate(
        waiting=Count("pk", filter=Q(state=Report.State.FROZEN)),
        started=Count("pk", filter=Q(state=Report.State.DRAFT, written_by=context.account)),
    )
    return Counts(**found)


def report_entries(context: Context, box: Box, limit: int) -> list[InboxEntry]:
    """Return the reports to be signed, and one's own drafts, as lines of an inbox."""
    if box not in ("waiting", "started") or not context.places(PUBLISH):
        return []
    rows = visible_reports(context).filter(within(context.places(PUBLISH)))
    if box == "waiting":
        rows, title = rows.filter(state=Report.State.FROZEN), msgid("Sign the report “%(report)s”")
    else:
        rows = rows.filter(state=Report.State.DRAFT, written_by=context.account)
        title = msgid("Go on writing “%(report)s”")
    return [
        InboxEntry(
            title=title,
            params={"report": report.title},
            url_name="reports-report",
            url_args={"report_id": report.pk},
            org_name=report.org.name,
            at=report.known_at or report.written_at,
        )
        for report in rows[:limit]
    ]
