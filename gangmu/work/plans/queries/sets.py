"""What one organization owes: the duties of its kind, domain and level, and no others."""

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.frame.words import say
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import pack_of
from gangmu.work.plans.definitions import DutyKind
from gangmu.work.plans.queries.duties import duties_of
from gangmu.work.programmes.definitions import DutySet
from gangmu.work.programmes.rules import LetterLine

HOW_OFTEN = {
    "month": say("Every month"),
    "quarter": say("Every quarter"),
    "half": say("Every half year"),
    "year": say("Every year"),
    "once": say("Once"),
}


def own_duties(context: Context, org: Org) -> list[DutyKind]:
    """Return what an organization within reach owes, by its kind, domain and level, by code."""
    if not context.may("plans.view", org.path):
        raise NotFound("There is no such organization.")
    return _asked_of(org)


def _asked_of(org: Org) -> list[DutyKind]:
    return [each for each in duties_of(org) if each.asked_of.asks(org.kind, org.domain, org.level)]


def duty_set_of(org: Org) -> DutySet | None:
    """Return the set of the domain in which an organization works, if its place has written one."""
    sets = pack_of(org.root_id).all(DutySet)
    return next((each for each in sets if each.domain == org.domain), None)


def letter_lines(context: Context, org: Org) -> list[LetterLine]:
    """Return what an organization owes, as its letter of responsibility prints it."""
    return [
        LetterLine(each.title.zh_hans, HOW_OFTEN[each.every].zh_hans, each.follows.in_words)
        for each in _asked_of(org)
    ]
