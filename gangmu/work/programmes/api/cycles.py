"""The year's calendar over the API."""

from datetime import date

from ninja import Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.programmes.models import CycleNote
from gangmu.work.programmes.operations.cycles import note_cycle
from gangmu.work.programmes.queries.cycles import year_of

router = Router()


class CycleDayOut(Schema):
    """One thing of the year."""

    cycle: str
    entry: str
    title: str
    period: str
    first: date
    last: date
    due_on: date | None
    happened_on: date | None
    standing: str


class CycleYearOut(Schema):
    """Everything that an organization's calendars plan for a year."""

    org: int
    year: int
    days: list[CycleDayOut]


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/calendar",
    "programmes.year_of",
    permission="programmes.view",
    response=CycleYearOut,
)
def read_year(request: Request, org_id: int, year: int = 0) -> CycleYearOut:
    """Return everything that an organization's calendars plan for a year, and how it stands."""
    context = request.context
    org, chosen = org_by_id(context, org_id), year or context.today.year
    days = [
        CycleDayOut(
            cycle=day.cycle.code,
            entry=day.planned.entry.code,
            title=day.planned.entry.title.within(context.language),
            period=str(day.planned.period),
            first=day.planned.first,
            last=day.planned.last,
            due_on=day.due_on,
            happened_on=day.happened_on,
            standing=day.standing,
        )
        for day in year_of(context, org, chosen)
    ]
    return CycleYearOut(org=org.pk, year=chosen, days=days)


class CycleNoteIn(Schema):
    """What happened, and when."""

    cycle: str
    entry: str
    period: str
    happened_on: date
    note: str = ""


class CycleNoteOut(Schema):
    """What was noted."""

    id: int
    org_id: int
    cycle: str
    entry: str
    period: str
    happened_on: date
    note: str


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/calendar",
    "programmes.note_cycle",
    permission="programmes.answer",
    response=CycleNoteOut,
)
def note_one(request: Request, org_id: int, body: CycleNoteIn) -> CycleNote:
    """Note that something of the calendar happened."""
    return note_cycle(request.context, org_by_id(request.context, org_id), **body.dict())
