"""An organization's sheet, and the marks in it."""

from datetime import date, datetime
from decimal import Decimal

from ninja import Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.results.honours.models import Mark
from gangmu.results.honours.operations.sheets import NewMark, enter_mark
from gangmu.results.honours.queries.sheets import OrgSheet, SheetYear, sheet_for

router = Router()


class SheetRoundOut(Schema):
    """What a published round gave; ``other_card``: by another scorecard than the year before."""

    round: int
    title: str
    scorecard: str
    score: Decimal | None
    rank: int | None
    peers: int
    other_card: bool


class SheetContestOut(Schema):
    """What came of a contest."""

    contest: int
    title: str
    line: str
    outcome: str


class MarkOut(Schema):
    """One mark with its source."""

    id: int
    mark: str
    year: int
    value: str
    good: str
    poor: str
    source: str
    entered_at: datetime


class SheetHonourOut(Schema):
    """An honour of the year."""

    id: int
    title: str
    conferred_on: date


class SheetYearOut(Schema):
    """All that an organization got in one year; a year without anything is unknown, not poor."""

    year: int
    rounds: list[SheetRoundOut]
    contests: list[SheetContestOut]
    honours: list[SheetHonourOut]
    marks: list[MarkOut]


class OrgSheetOut(Schema):
    """An organization's sheet, the newest year first."""

    org: int
    sheet: str
    years: list[SheetYearOut]


@endpoint(
    router,
    "get",
    "/orgs/{sheet_org_id}/sheet",
    "honours.sheet_for",
    permission="honours.view",
    response=OrgSheetOut,
)
def read_sheet(request: Request, sheet_org_id: int) -> OrgSheetOut:
    """Return an organization's sheet: to itself and the one above it, to nobody else."""
    return _out(sheet_for(request.context, org_by_id(request.context, sheet_org_id)))


def _out(sheet: OrgSheet) -> OrgSheetOut:
    return OrgSheetOut(org=sheet.org.pk, sheet=sheet.kind.code, years=[_year(each) for each in sheet.years])


def _year(year: SheetYear) -> SheetYearOut:
    return SheetYearOut(
        year=year.year,
        rounds=[
            SheetRoundOut(
                round=line.result.run.round_id,
                title=line.result.run.round.title,
                scorecard=line.result.scorecard,
                score=line.result.score,
                rank=line.result.rank,
                peers=line.result.peers,
                other_card=line.other_card,
            )
            for line in year.rounds
        ],
        contests=[
            SheetContestOut(
                contest=each.contest_id, title=each.contest.title, line=each.line, outcome=each.outcome
            )
            for each in year.contests
        ],
        honours=[
            SheetHonourOut(id=each.pk, title=each.title, conferred_on=each.conferred_on)
            for each in year.honours
        ],
        marks=[MarkOut.from_orm(each) for each in year.marks.values()],
    )


class MarkIn(Schema):
    """A mark of one year; a correction says why."""

    sheet: str
    mark: str
    year: int
    value: str
    source: str
    good: str = ""
    poor: str = ""
    reason: str = ""


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/marks",
    "honours.enter_mark",
    permission="honours.manage",
    response=MarkOut,
)
def enter(request: Request, org_id: int, body: MarkIn) -> Mark:
    """Enter a mark that an organization was given."""
    given = NewMark(body.mark, body.year, body.value, body.source, body.good, body.poor, body.reason)
    org = org_by_id(request.context, org_id)
    return enter_mark(request.context, org, sheet=body.sheet, given=given)
