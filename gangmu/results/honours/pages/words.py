"""States, outcomes and verdicts as people read them, and what forms of the room ask."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as translate

from gangmu.core.context import LOCAL
from gangmu.core.errors import NotFound
from gangmu.core.fields import Choice, FieldSpec, parse_fields
from gangmu.core.text import Text
from gangmu.frame.doors import Request
from gangmu.frame.figures import Status, Step
from gangmu.frame.forms import FieldForm
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id, visible_orgs
from gangmu.results.honours.definitions import HonourKind
from gangmu.results.honours.models import Contest
from gangmu.results.honours.queries.contests import lines_of

STATES: Mapping[str, Status] = {
    "nomination": Status(say("Nominations open"), "blue"),
    "review": Status(say("Judged by the panel"), "yellow"),
    "publicity": Status(say("Made known"), "orange"),
    "conferred": Status(say("Conferred"), "green"),
    "cancelled": Status(say("Given up"), "grey"),
}
STEPS: Mapping[str, Text] = {
    "nomination": say("Nomination"),
    "review": say("Review by the panel"),
    "publicity": say("Publicity"),
    "conferred": say("Conferring"),
}
"""What is done in each state, as a step that may be over or still to come."""
WAY = ("nomination", "review", "publicity", "conferred")

OUTCOMES: Mapping[str, Status] = {
    "": Status(say("Not decided yet"), "grey"),
    "chosen": Status(say("Chosen"), "green"),
    "not_chosen": Status(say("Not chosen"), "grey"),
    "struck": Status(say("Struck after an objection"), "orange"),
}

HONOUR_STATES: Mapping[str, Status] = {
    "standing": Status(say("Stands"), "green"),
    "expired": Status(say("Ended"), "grey"),
    "withdrawn": Status(say("Honour withdrawn"), "red"),
    "due": Status(say("Re-check of this year due"), "yellow"),
    "plaque": Status(say("Ended, its plaque still hangs"), "orange"),
}

VERDICTS: Mapping[str, Status] = {
    "": Status(say("Not judged yet"), "grey"),
    "kept": Status(say("Kept"), "green"),
    "partly": Status(say("Partly kept"), "yellow"),
    "not_kept": Status(say("Not kept"), "red"),
}

RECHECKED: Mapping[str, Status] = {
    "kept": Status(say("Stays in force"), "green"),
    "withdrawn": Status(say("Honour withdrawn"), "red"),
}

VOTES: Mapping[str, Status] = {
    "yes": Status(say("Yes"), "green"),
    "no": Status(say("No"), "grey"),
    "abstain": Status(say("Abstains"), "yellow"),
}

OWN_SHEETS: Mapping[str, Status] = {
    "written": Status(say("Sheet written"), "green"),
    "open": Status(say("To be written"), "yellow"),
    "recused": Status(say("Not judged by you"), "grey"),
}

COMPETENT = (
    Choice(code="province", title=say("Province")),
    Choice(code="nation", title=say("Nation")),
)

REASON = FieldSpec(code="reason", title=say("Reason"), type="long_text", required=True, max_length=300)
PAPER = FieldSpec(code="paper", title=say("By which paper"), required=True, max_length=120)


def steps_of(contest: Contest) -> list[Step]:
    """Return how far a contest has come."""
    if contest.state not in WAY:
        return []
    here = WAY.index(contest.state)
    notes = (contest.nominate_until, _reviewed_until(contest), contest.publicity_until, None)
    return [
        Step(
            STEPS[state],
            "done" if at < here or contest.state == "conferred" else "here" if at == here else "todo",
            _until(notes[at]),
        )
        for at, state in enumerate(WAY)
    ]


def _until(day: date | None) -> str:
    return translate("open until %(day)s") % {"day": day.isoformat()} if day is not None else ""


def _reviewed_until(contest: Contest) -> date | None:
    """Return until when the panel judges; once its outcome was made known, the day of that if it came earlier."""
    made_known = contest.publicity_notice
    if contest.review_until is None or made_known is None:
        return contest.review_until
    return min(contest.review_until, made_known.published_at.astimezone(LOCAL).date())


def line_titles(honour: HonourKind) -> dict[str, str]:
    """Return what the lines of an honour's quota are called."""
    return {line.code: worded(line.title) for line in lines_of(honour)}


def asked_org(request: Request, permission: str, name: str = "org") -> Org:
    """Return the organization that is asked for, else where the reader's own reach begins."""
    context = request.context
    written = request.GET.get(name) or request.POST.get(name) or ""
    if written.isdecimal() and len(written) < 19:
        org = org_by_id(context, int(written))
    else:
        tops = [path for path in context.places(permission).tops if path]
        found = visible_orgs(context).filter(path__in=tops).order_by("path").first()
        if found is None:
            raise NotFound("There is no such organization.")
        org = found
    if not context.may(permission, org.path):
        raise NotFound("There is no such organization.")
    return org


def sent_fields(form: FieldForm, request: Request) -> dict[str, Any]:
    """Return the values of a form as they are kept, or refuse with every fault beside its field."""
    return parse_fields(tuple(form.specs), form.raw(request.POST))


def whole_number(written: str) -> int | None:
    """Return a whole number that was typed or chosen, or None."""
    return int(written) if written.isdecimal() and len(written) < 19 else None
