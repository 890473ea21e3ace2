"""What the pages of threads are asked for, and where their numbers lead."""

from typing import Any

from django.urls import reverse

from gangmu.core.errors import NotFound
from gangmu.core.text import Text
from gangmu.desk.thread.queries import Goal, Threads
from gangmu.frame.doors import Request
from gangmu.frame.figures import Status, Tab
from gangmu.frame.links import address
from gangmu.frame.words import msgid, say
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import ancestors_of, org_by_id
from gangmu.work.programmes.queries.targets import VIEW, places_of, years_of

WHOLE = Status(say("Whole"), "green")
GOING_ON = Status(say("Going on"), "blue")
BROKEN = Status(say("Broken"), "red")
EMPTY = Status(say("Nothing here"), "grey")
TO_COME = Status(say("Still to come"), "blue")


LOOP: tuple[tuple[str, Text], ...] = (
    ("issued", say("Issued")),
    ("answered", say("Answered")),
    ("checked", say("Checked")),
    ("found", say("Found wanting")),
    ("fixed", say("Mended")),
)


def asked(request: Request) -> tuple[Org, int]:
    """Return the organization and the year that are asked for, else where the reader's reach begins, and now."""
    context = request.context
    written, year = request.GET.get("org", ""), request.GET.get("year", "")
    if written.isdecimal() and len(written) < 19:
        org = org_by_id(context, int(written))
    else:
        org = next(iter(places_of(context, VIEW)), None)  # type: ignore[assignment]
    if org is None or not context.may(VIEW, org.path):
        raise NotFound("There is no such organization.")
    sound = year.isdecimal() and len(year) == 4 and 1949 <= int(year) <= 2100
    return org, int(year) if sound else context.today.year


def way_to(request: Request, org: Org, year: int, name: str) -> list[tuple[str, str]]:
    """Return the way down to an organization's own page among those above it that the reader may look at so."""
    above = [each for each in ancestors_of(org) if request.context.may(VIEW, each.path)]
    if not above:
        return []
    steps = [(each.name, address(name, org=each.pk, year=year)) for each in above]
    return [*steps, (org.name, "")]


def goal_url(goal: Goal, name: str = "desk-thread") -> str:
    """Return the address of one goal's thread."""
    return address(name, *goal.thread.key, org=goal.org.pk, year=goal.year)


def years(request: Request, threads: Threads) -> list[tuple[int, str]]:
    """Return the years that may be chosen: those near, in which a programme runs."""
    programmes = {each.thread.programme.code: each.thread.programme for each in threads.own}
    today = request.context.today
    near = set(years_of(programmes.values(), today)) | {threads.year, today.year - 1}
    return [(each, str(each)) for each in sorted(near) if today.year - 6 < each < today.year + 3]


def tabs(org: Org, year: int, here: str) -> list[Tab]:
    """Return the two views of a place's threads."""
    return [
        Tab(msgid("Goals"), address("desk-threads", org=org.pk, year=year), here == "desk-threads"),
        Tab(msgid("Health of the loop"), address("desk-loop", org=org.pk, year=year), here == "desk-loop"),
    ]


def definition_url(kind: str, code: str) -> str:
    """Return where the handbook shows a definition."""
    return reverse("desk-definition", args=(kind, code))


def tasks_url(goal: Goal, station: str, duty: str = "", period: str = "") -> str:
    """Return the tasks of a goal that have come to a station, of all its duties and periods or of one."""
    duties = duty or ",".join(duty.code for duty, _ in goal.thread.duties)
    return behind(goal.org.pk, period or goal.year, station, duties)


def behind(org: int, period: Any, station: str, duty: str = "") -> str:
    """Return the tasks at an organization and below that have come to a station."""
    if not org:
        return ""
    cell = "" if station == "issued" else station
    return address("plans-behind", org=org, period=period, duty=duty, cell=cell)
