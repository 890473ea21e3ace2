"""States, rules and periods as people read them."""

from collections.abc import Mapping

from django.urls import reverse

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.periods import Period
from gangmu.core.text import Text
from gangmu.frame.doors import Request
from gangmu.frame.figures import Status
from gangmu.frame.formats import period_in_words
from gangmu.frame.tables import Column
from gangmu.frame.words import say
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.plans.models import Task
from gangmu.work.plans.queries.disputes import knows_dispute
from gangmu.work.plans.queries.orders import places_of
from gangmu.work.plans.rules import OPEN, UNANSWERED

STATES: Mapping[str, Status] = {
    "issued": Status(say("Issued"), "blue"),
    "received": Status(say("Received"), "blue"),
    "passed": Status(say("Passed on"), "blue"),
    "answered": Status(say("Answered"), "yellow"),
    "accepted": Status(say("Accepted"), "green"),
    "returned": Status(say("Given back"), "orange"),
    "withdrawn": Status(say("Withdrawn"), "grey"),
}


HEADINGS: Mapping[str, Status] = {
    "on_time": Status(say("On time"), "green"),
    "late": Status(say("Late"), "yellow"),
    "missing": Status(say("Missing"), "red"),
    "returned": Status(say("Given back"), "orange"),
    "open": Status(say("Still open"), "blue"),
    "overdue": Status(say("Overdue"), "red"),
    "carried": Status(say("Carried over"), "orange"),
}


STATIONS: Mapping[str, Text] = {
    "answered": say("Answered: an answer stands"),
    "unseen": say("Answered, and nobody has looked yet"),
    "unasked": say("Answered, and nobody is to look"),
    "checked": say("Checked: accepted or given back"),
    "found": say("Found wanting: given back at least once"),
    "fixed": say("Mended: accepted after it was given back"),
}
"""How far a task has come in the loop, as a list of tasks may be narrowed."""


DISPUTED = Status(say("Disputed: the clock stands still"), "yellow")

NOT_ANSWERED_AGAIN = Status(say("Given back and not answered again"), "red")
"""A task whose answer was given back, and whose period closed without another: the account counts it as missing."""


ORDER_STATES: Mapping[str, Status] = {
    "issuing": Status(say("Being issued"), "yellow"),
    "issued": Status(say("Running"), "blue"),
    "closing": Status(say("Being closed"), "yellow"),
    "closed": Status(say("Closed"), "green"),
    "withdrawn": Status(say("Withdrawn"), "grey"),
}


HAPPENED = {
    "issued": say("Issued"),
    "received": say("Received"),
    "answered": say("Answered"),
    "answered_after_closing": say("Answered after the closing"),
    "returned": say("Given back"),
    "accepted": say("Accepted"),
    "closed": say("Period closed"),
    "withdrawn": say("Withdrawn"),
    "reopened": say("Acceptance undone"),
    "reminded": say("Reminded"),
    "extension_asked": say("Later day asked for"),
    "extension_granted": say("Later day granted"),
    "extension_refused": say("Later day refused"),
    "extension_undone": say("Later day undone"),
    "disputed": say("Disputed"),
    "dispute_climbed": say("The dispute went to the arbiter"),
    "dispute_upheld": say("Dispute upheld"),
    "dispute_rejected": say("Dispute rejected"),
    "dispute_dropped": say("Dispute taken back"),
    "passed": say("Passed on"),
    "passing_answered": say("Answer came up"),
    "passing_returned": say("Sent back down"),
    "passing_recalled": say("Called back"),
    "carried": say("Carried over"),
    "followed": say("Went to the successor"),
}


REVIEWS = {
    "parent": say("the organization above"),
    "issuer": say("the issuer"),
    "none": say("nobody; it is accepted as it comes"),
}


EVERY = {
    "month": say("Every month"),
    "quarter": say("Every quarter"),
    "half": say("Every half year"),
    "year": say("Every year"),
    "once": say("Once"),
}


SPANS = {"month": "month", "quarter": "quarter", "half": "half", "year": "year", "once": "month"}


BELOW = "?of=below"
"""What an address says to list the work of organizations below the reader's own."""


def of_below(request: Request) -> bool:
    """Whether the address asks for what lies below the reader's own organizations."""
    return request.GET.get("of") == "below"


def asked_period(request: Request, otherwise: Period) -> Period:
    """Return the period that the address names, or another where it names none."""
    try:
        return Period.parse(request.GET.get("period") or request.POST.get("period") or "")
    except ValueError:
        return otherwise


def asked_org(request: Request, permission: str) -> Org | None:
    """Return the organization that is asked for, else where the reader's own reach begins."""
    context = request.context
    written = request.GET.get("org") or request.POST.get("org") or ""
    if written.isdecimal() and len(written) < 19:
        org = org_by_id(context, int(written))
        if not context.may(permission, org.path):
            raise NotFound("There is no such organization.")
        return org
    return next(iter(places_of(context, permission)), None)


# --- tasks ---------------------------------------------------------------------------------


def task_status(context: Context, task: Task) -> Status:
    """Return how a task stands, as a light with its word."""
    if task.timing == "missing":
        return NOT_ANSWERED_AGAIN if task.state == "returned" else HEADINGS["missing"]
    if task.disputed and knows_dispute(context, task):
        return DISPUTED
    if task.is_carried() and task.state in OPEN:
        return HEADINGS["carried"]
    if task.state in UNANSWERED and task.due_on < context.today:
        return HEADINGS["overdue"]
    return STATES[task.state]


def task_columns(context: Context, *, with_duty: bool = True) -> list[Column]:
    """Return the columns of a list of tasks."""
    duty_column = Column(
        "duty",
        say("Duty"),
        value=lambda task: task.order.title,
        link=lambda task: reverse("plans-task", args=(task.pk,)),
        sort="duty",
        width=32,
    )
    return [
        *([duty_column] if with_duty else []),
        Column(
            "org",
            say("Organization"),
            value=lambda task: task.org.name,
            link=lambda task: reverse("plans-task", args=(task.pk,)),
            sort="org__code",
            width=32,
        ),
        Column(
            "period",
            say("Period"),
            "period",
            value=lambda task: period_in_words(task.order.span),
            sort="period",
        ),
        Column("due_on", say("Due on"), "date", sort="due_on"),
        Column("state", say("State"), "status", value=lambda task: task_status(context, task), sort="state"),
        Column("answered_on", say("Answered on"), "date", sort="answered_on"),
        Column("timing", say("Timing"), "status", value=lambda task: HEADINGS.get(task.timing, "")),
    ]
