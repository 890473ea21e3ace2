"""Honours on record: what others conferred, the yearly re-check, withdrawing, plaques."""

from dataclasses import dataclass
from datetime import date

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.guard.rules import rule_of
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import pack_of
from gangmu.results.honours.definitions import HonourKind
from gangmu.results.honours.models import Honour, Pledge, Recheck
from gangmu.results.honours.queries.contests import lost_standard
from gangmu.results.honours.rules import lasts_until, said


def _held(honour: Honour) -> Honour:
    return Honour.objects.select_for_update(of=("self",)).select_related("office", "org").get(pk=honour.pk)


@dataclass(frozen=True)
class GivenElsewhere:
    """What others conferred: what it is called, by whom, by which paper, on which day."""

    title: str
    given_by: str
    paper: str
    conferred_on: date
    person: str = ""
    number: str = ""


@operation("honours.record_honour", permission="honours.manage", at="office")
def record_honour(context: Context, office: Org, *, org: Org, kind: str, given: GivenElsewhere) -> Honour:
    """Put on record an honour that another office conferred, with its paper.

    Refused without the paper, for a day ahead, for a kind that is contested here, for a person
    where the kind names none, and a second time.
    """
    found = pack_of(office.root_id).find(HonourKind, kind)
    if found is None or not org.path.startswith(office.path):
        raise NotFound("There is no such honour here.")
    if not found.by_others:
        raise Conflict(
            "This honour is conferred here, through a contest with its approving document: %(source)s",
            {"source": rule_of("R-CONTEST").source},
        )
    title, by, paper = (
        said(given.title, "title", 200),
        said(given.given_by, "given_by", 120),
        said(given.paper, "paper", 120),
    )
    if given.conferred_on > context.today:
        raise Invalid("Some fields need attention.", faults={"conferred_on": "This day is still to come."})
    if not found.given_to.includes(org.kind, org.domain or None, org.level):
        raise Invalid(
            "Some fields need attention.", faults={"org": "The honour is not for organizations of this sort."}
        )
    person = given.person.strip()
    if bool(person) != found.persons:
        text = "This must be filled in." if found.persons else "This honour is not given to persons."
        raise Invalid("Some fields need attention.", faults={"person": text})
    if len(person) > 60 or len(given.number.strip()) > 40:
        raise Invalid("Some fields need attention.", faults={"person": "This is too long."})
    same = Honour.objects.filter(org=org, kind=kind, person=person, title=title, withdrawn_on=None)
    if same.filter(conferred_on=given.conferred_on).exists():
        raise Conflict("This honour is on record already.")
    return Honour.objects.create(
        org=org,
        office=office,
        kind=kind,
        title=title,
        person=person,
        given_by=by,
        paper=paper,
        number=given.number.strip(),
        by_others=True,
        public=found.public and not found.persons,
        rechecked=False,
        plaque=found.plaque,
        conferred_on=given.conferred_on,
        lasts_until=lasts_until(given.conferred_on, found.lasts_years),
        recorded_by_id=context.account,
        recorded_at=context.now,
    )


@operation("honours.recheck_honour", permission="honours.manage", at="honour.office")
def recheck_honour(
    context: Context, honour: Honour, *, verdict: str, reason: str, paper: str = ""
) -> Recheck:
    """Look at an honour again in this year: it is kept, or withdrawn by a paper, with the reason.

    Refused twice in a year, for what has been withdrawn or has ended, for what is not re-checked,
    and to be kept by who has lost the standard that its contest asked for.
    """
    held, year = _held(honour), context.today.year
    why = said(reason, "reason", 300)
    if verdict not in Recheck.Verdict.values:
        raise Invalid("Some fields need attention.", faults={"verdict": "This is not one of the choices."})
    if not held.rechecked:
        raise Conflict("This honour is not re-checked.")
    _refuse_ended(held, context.today)
    if Recheck.objects.filter(honour=held, year=year).exists():
        raise Conflict("This honour was re-checked in %(year)s already.", {"year": year})
    if verdict == Recheck.Verdict.KEPT and lost_standard(held, context.today):
        lost = msgid("It no longer holds the standard that its contest asked for.")
        raise Invalid(lost, faults={"verdict": lost})
    made = Recheck.objects.create(
        honour=held,
        year=year,
        verdict=verdict,
        reason=why,
        checked_by_id=context.account,
        checked_on=context.today,
    )
    if verdict == Recheck.Verdict.WITHDRAWN:
        _withdraw(held, context.today, why, said(paper, "paper", 120))
    return made


@operation("honours.withdraw_honour", permission="honours.manage", at="honour.office")
def withdraw_honour(context: Context, honour: Honour, *, reason: str, paper: str) -> Honour:
    """Withdraw an honour by a paper, for a reason that stays in the register."""
    held = _held(honour)
    why, by = said(reason, "reason", 300), said(paper, "paper", 120)
    _refuse_ended(held, context.today)
    return _withdraw(held, context.today, why, by)


def _refuse_ended(honour: Honour, today: date) -> None:
    match honour.state_on(today):
        case "withdrawn":
            raise Conflict("This honour was withdrawn before.")
        case "expired":
            raise Conflict("This honour has ended.")


def _withdraw(honour: Honour, today: date, reason: str, paper: str) -> Honour:
    honour.withdrawn_on, honour.withdrawn_for, honour.withdrawn_paper = today, reason, paper
    honour.save(update_fields=["withdrawn_on", "withdrawn_for", "withdrawn_paper"])
    return honour


@operation("honours.hang_plaque", permission="honours.manage", at="honour.office")
def hang_plaque(context: Context, honour: Honour, *, day: date) -> Honour:
    """Note on which day the plaque of an honour was hung; again after it was taken down.

    Refused where no plaque goes with the honour, after the honour has ended, while one hangs,
    and for a day ahead or before the honour.
    """
    held = _held(honour)
    if not held.plaque:
        raise Conflict("No plaque goes with this honour.")
    _refuse_ended(held, context.today)
    if held.plaque_hangs:
        raise Conflict("The plaque of this honour hangs already.")
    _refuse_day(day, held.plaque_down_on or held.conferred_on, context.today)
    held.plaque_hung_on, held.plaque_down_on = day, None
    held.save(update_fields=["plaque_hung_on", "plaque_down_on"])
    return held


@operation("honours.take_plaque_down", permission="honours.manage", at="honour.office")
def take_plaque_down(context: Context, honour: Honour, *, day: date) -> Honour:
    """Note on which day the plaque of an honour was taken down.

    Refused while none hangs, and for a day ahead or before it was hung.
    """
    held = _held(honour)
    if held.plaque_hung_on is None or not held.plaque_hangs:
        raise Conflict("No plaque of this honour hangs.")
    _refuse_day(day, held.plaque_hung_on, context.today)
    held.plaque_down_on = day
    held.save(update_fields=["plaque_down_on"])
    return held


def _refuse_day(day: date, first: date, today: date) -> None:
    if day > today:
        raise Invalid("Some fields need attention.", faults={"day": "This day is still to come."})
    if day < first:
        raise Invalid(
            "Some fields need attention.", faults={"day": "Choose a day after what is on record already."}
        )


@operation("honours.judge_pledge", permission="honours.manage", at="pledge.nomination.contest.org")
def judge_pledge(context: Context, pledge: Pledge, *, verdict: str, reason: str) -> Pledge:
    """Say whether an organization kept what it promised, with the reason; said once, it stays.

    Refused before the day, unless it is kept already.
    """
    held = Pledge.objects.select_for_update(of=("self",)).get(pk=pledge.pk)
    why = said(reason, "reason", 300)
    if verdict not in Pledge.Verdict.values:
        raise Invalid("Some fields need attention.", faults={"verdict": "This is not one of the choices."})
    if held.verdict:
        raise Conflict("This pledge was judged before.")
    if context.today <= held.due_on and verdict != Pledge.Verdict.KEPT:
        raise Conflict("The day of this pledge is %(day)s.", {"day": held.due_on})
    held.verdict, held.reason = verdict, why
    held.judged_by_id, held.judged_on = context.account, context.today
    held.save(update_fields=["verdict", "reason", "judged_by", "judged_on"])
    return held
