"""What a place tells of itself once it is played: bodies with organizations, and the article's own sentences."""

from collections.abc import Iterator

from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.kernel.orgs.operations import add_unit, cover_unit
from gangmu.kernel.packs.queries import pack_of
from gangmu.results.reports.definitions import ReportKind
from gangmu.results.reports.models import Report
from gangmu.results.reports.operations import write_report
from gangmu.results.reports.papers import evidence_path
from gangmu.results.reports.queries.reports import said_now
from gangmu.results.reports.rules import Part
from gangmu.site.demo.building import Orgs
from gangmu.site.demo.definitions import Bodies
from gangmu.site.demo.state import ToldFigure, ToldSentence
from gangmu.site.demo.world import PlannedOrg, World


def make_bodies_known(context: Context, world: World, orgs: Orgs) -> int:
    """Make known what has an organization, and what has none yet; the latter in the imagined county."""
    made = 0
    for bodies in world.plan.bodies:
        standing = [org for org in world.orgs if org.block in bodies.of]
        for org in standing:
            unit = add_unit(
                context,
                orgs[org.parent],
                code=f"{org.code}-{bodies.kind}",
                name=_plain(org),
                kind=bodies.kind,
                day=context.today,
                fictional=True,
            )
            cover_unit(context, unit, org=orgs[org.code], day=context.today)
        made += len(standing) + _without(context, world, orgs, bodies, len(standing))
    return made


def _plain(org: PlannedOrg) -> str:
    """Return a body's name: its organization's without what makes it one."""
    return org.name.removeprefix("\u4e2d\u5171").removesuffix("\u652f\u90e8\u59d4\u5458\u4f1a")


def _without(context: Context, world: World, orgs: Orgs, bodies: Bodies, standing: int) -> int:
    """Make bodies known that have no organization, so many that they are the share of all that is wanted."""
    count = round(standing * bodies.without / (100 - bodies.without))
    towns = [
        org for org in world.orgs if world.is_imagined(org) and org.level == "township" and not org.block
    ]
    for number in range(count):
        town = towns[number % len(towns)]
        add_unit(
            context,
            orgs[town.code],
            code=f"{town.code}-{bodies.kind}-{number + 1}",
            name=f"{town.place.name}{bodies.name}{number // len(towns) + 1}",
            kind=bodies.kind,
            day=context.today,
            fictional=True,
        )
    return count


def tell_sentences(
    context: Context, writer: Context, world: World, orgs: Orgs, last: Period, months: int
) -> list[ToldSentence]:
    """Return the place's own report in words, each figure with the page of what it is made of.

    After a whole year it also lies with the office at the top, as a draft.
    """
    root = orgs[world.plan.root]
    kind = pack_of(root.pk).find(ReportKind, world.plan.tells)
    if kind is None:
        return []
    period = Period("year", last.year) if months > 1 else last
    if months == 12 and kind.every == "year":
        write_report(writer, root, kind=kind.code, period=str(period))
    parts = [Part(sentence=code) for section in kind.sections for code in section.sentences]
    return list(_told(context, Report(org=root, period=str(period)), parts))


def _told(context: Context, report: Report, parts: list[Part]) -> Iterator[ToldSentence]:
    said = said_now(context, report, parts)
    for line in said.lines:
        figures = [said.figure(piece.figure) for piece in line.pieces if piece.figure is not None]
        yield ToldSentence(
            text=line.text,
            figures=tuple(ToldFigure(text=each.text, link=evidence_path(each, report)) for each in figures),
        )
